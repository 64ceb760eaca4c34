/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each rule of the table, at both edges where it has edges. The rules are called on a document, so
 * that what the structure check would refuse first is tried too. */
#include "saml/conditions.h"
#include "saml_maker.h"
#include "saml_test.h"

#include <apr_strings.h>

#define HERE   ">" SAML_SP_ENTITY "<"
#define BEARER "urn:oasis:names:tc:SAML:2.0:cm:bearer"
#define AUDIENCE                                                                                   \
    "<saml:AudienceRestriction><saml:Audience>" SAML_SP_ENTITY                                     \
    "</saml:Audience></saml:AudienceRestriction>"

static saml_world world;
static saml_message message;
static eb_conditions_found found;

static void begin(const char *profile)
{
    saml_world_init(&world, test_pool, profile);
    saml_message_init(&message, &world);
}

static xmlNodePtr parse(const char *xml)
{
    xmlDocPtr doc;

    ck_ok(eb_xml_parse(test_pool, xml, strlen(xml), &eb_xml_message_limits, &doc));
    return xmlDocGetRootElement(doc);
}

static const eb_err *judge_response(void)
{
    eb_conditions with = {&world.sp, &world.policy, &world.peer, &world.expected};
    const char *xml = message.response;

    saml_change(test_pool, &xml, "%ASSERTION%", "");
    return eb_conditions_check_response(test_pool, &with, parse(xml));
}

static const eb_err *judge_assertion(void)
{
    eb_conditions with = {&world.sp, &world.policy, &world.peer, &world.expected};

    return eb_conditions_check_assertion(test_pool, &with, parse(message.assertion), &found);
}

static void change_assertion(const char *from, const char *to)
{
    saml_change(test_pool, &message.assertion, from, to);
}

/* The clock stands at SAML_NOW; the edges are told in seconds before or after it. */
static const char *at(int seconds)
{
    return eb_time_format_xml(test_pool, world.expected.now + apr_time_from_sec(seconds));
}

static const char *attribute(const char *name, const char *value)
{
    return apr_pstrcat(test_pool, name, "=\"", value, "\"", NULL);
}

START_TEST(refuses_an_authentication_without_its_instant)
{
    begin("generic");
    world.expected.force_authn = false;
    world.expected.max_age = -1;
    world.policy.force_authn = EB_TRISTATE_OFF;
    world.policy.max_authentication_age = 0;
    ck_ok(judge_assertion());
    change_assertion("AuthnInstant=\"2026-11-21T11:59:55Z\"", "");
    ck_refused(judge_assertion(), EB_E_COND_AUTHN_INSTANT);
}
END_TEST

START_TEST(accepts_good_messages)
{
    static const char *const profiles[] = {"eidas",      "suomi.fi",       "generic",
                                           "shibboleth", "sweden-connect", "spid",
                                           "cie",        "entra",          "okta"};
    begin(profiles[_i]);
    ck_ok(judge_response());
    ck_ok(judge_assertion());
    ck_assert(found.authenticated == saml_time("2026-11-21T11:59:55Z"));
    ck_assert(found.not_on_or_after == saml_time("2026-11-21T12:04:00Z"));
    ck_assert_str_eq(found.session_index, "_s1");
    ck_assert_ptr_nonnull(found.level_uri);
    ck_assert((found.level != NULL) == (world.policy.level_count > 0));
}
END_TEST

START_TEST(tells_the_earlier_end)
{
    begin("eidas");
    change_assertion("12:05:00Z", "12:02:00Z");
    ck_ok(judge_assertion());
    ck_assert(found.not_on_or_after == saml_time("2026-11-21T12:02:00Z"));
}
END_TEST

/* -- one change, one id
 * ---------------------------------------------------------------------------- */

START_TEST(refuses_each_change_of_the_response)
{
    static const struct {
        const char *from, *to;
        eb_err_id id;
    } cases[] = {
        {">" SAML_IDP_ENTITY "<", ">https://other.example.org<", EB_E_COND_ISSUER},
        {">" SAML_IDP_ENTITY "<", ">" SAML_IDP_ENTITY "/<", EB_E_COND_ISSUER},
        {"<saml:Issuer>" SAML_IDP_ENTITY "</saml:Issuer>", "", EB_E_COND_ISSUER},
        {"<saml:Issuer>",
         "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">",
         EB_E_COND_ISSUER},
        {"\"" SAML_ACS "\"", "\"https://other.example.org/saml/acs\"", EB_E_COND_DESTINATION},
        {"\"" SAML_ACS "\"", "\"" SAML_ACS "/\"", EB_E_COND_DESTINATION},
        {"Destination=\"" SAML_ACS "\"", "", EB_E_COND_DESTINATION},
        {"Destination=\"" SAML_ACS "\"", "Destination=\"\"", EB_E_COND_DESTINATION},
        {"InResponseTo=\"" SAML_REQUEST_ID "\"", "", EB_E_COND_UNSOLICITED},
        {SAML_REQUEST_ID, "_another", EB_E_COND_IN_RESPONSE_TO},
        {SAML_REQUEST_ID, "", EB_E_COND_IN_RESPONSE_TO},
        {"IssueInstant=\"2026-11-21T11:59:58Z\"", "", EB_E_COND_TIME_FORMAT},
        {"2026-11-21T11:59:58Z", "2026-11-21T11:59:58", EB_E_COND_TIME_FORMAT},
        {"2026-11-21T11:59:58Z", "yesterday", EB_E_COND_TIME_FORMAT},
    };
    begin("eidas");
    saml_change(test_pool, &message.response, cases[_i].from, cases[_i].to);
    ck_refused(judge_response(), cases[_i].id);
}
END_TEST

START_TEST(refuses_each_change_of_the_assertion)
{
    static const struct {
        const char *from, *to;
        eb_err_id id;
    } cases[] = {
        {">" SAML_IDP_ENTITY "<", ">https://other.example.org<", EB_E_COND_ISSUER},
        {"<saml:Issuer>" SAML_IDP_ENTITY "</saml:Issuer>", "", EB_E_COND_ISSUER},
        {"IssueInstant=\"2026-11-21T11:59:57Z\"", "", EB_E_COND_TIME_FORMAT},
        {"2026-11-21T11:59:57Z", "2026-11-21", EB_E_COND_TIME_FORMAT},
        {"2026-11-21T11:59:56Z", "2026-11-21T11:59:56", EB_E_COND_TIME_FORMAT},
        {"2026-11-21T12:05:00Z", "2026-11-21T12:05:00", EB_E_COND_TIME_FORMAT},
        {"2026-11-21T12:04:00Z", "2026-13-21T12:04:00Z", EB_E_COND_TIME_FORMAT},
        {"2026-11-21T11:59:55Z", "", EB_E_COND_TIME_FORMAT},
        {"SessionIndex=", "SessionNotOnOrAfter=\"soon\" SessionIndex=", EB_E_COND_TIME_FORMAT},
        {"NotOnOrAfter=\"2026-11-21T12:04:00Z\"",
         "NotBefore=\"x\" NotOnOrAfter=\"2026-11-21T12:04:00Z\"", EB_E_COND_TIME_FORMAT},
        {" NotBefore=\"2026-11-21T11:59:56Z\"", "", EB_E_COND_MISSING},
        {"NotOnOrAfter=\"2026-11-21T12:05:00Z\"", "", EB_E_COND_MISSING},
        {HERE, ">https://other.example.org<", EB_E_COND_AUDIENCE},
        {HERE, ">" SAML_SP_ENTITY "/<", EB_E_COND_AUDIENCE},
        {HERE, "><", EB_E_COND_AUDIENCE},
        {AUDIENCE, "", EB_E_COND_AUDIENCE},
        {AUDIENCE, "<saml:AudienceRestriction/>", EB_E_COND_AUDIENCE},
        {AUDIENCE,
         AUDIENCE "<saml:AudienceRestriction><saml:Audience>https://other.example.org"
                  "</saml:Audience></saml:AudienceRestriction>",
         EB_E_COND_AUDIENCE},
        {AUDIENCE, AUDIENCE "<saml:Condition/>", EB_E_COND_UNKNOWN},
        {AUDIENCE, AUDIENCE "<OneTimeUse xmlns=\"urn:x\"/>", EB_E_COND_UNKNOWN},
        {BEARER, "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches", EB_E_COND_CONFIRMATION},
        {"Method=\"" BEARER "\"", "", EB_E_COND_CONFIRMATION},
        {"<saml:SubjectConfirmation Method",
         "<saml:SubjectConfirmation Method=\"" BEARER "\"/><saml:SubjectConfirmation Method",
         EB_E_COND_CONFIRMATION},
        {" NotOnOrAfter=\"2026-11-21T12:04:00Z\"", "", EB_E_COND_CONFIRMATION},
        {"NotOnOrAfter=\"2026-11-21T12:04:00Z\"",
         "NotBefore=\"2026-11-21T11:00:00Z\" NotOnOrAfter=\"2026-11-21T12:04:00Z\"",
         EB_E_COND_CONFIRMATION},
        {"SubjectConfirmationData", "SubjectConfirmationDate", EB_E_COND_CONFIRMATION},
        {"\"" SAML_ACS "\"", "\"https://other.example.org/saml/acs\"", EB_E_COND_RECIPIENT},
        {"Recipient=\"" SAML_ACS "\"", "", EB_E_COND_RECIPIENT},
        {SAML_REQUEST_ID, "_another", EB_E_COND_IN_RESPONSE_TO},
        {"InResponseTo=\"" SAML_REQUEST_ID "\"", "", EB_E_COND_IN_RESPONSE_TO},
        {"<saml:AttributeStatement>", "<saml:AuthnStatement/><saml:AttributeStatement>",
         EB_E_XML_ORDER},
        {"<saml:AttributeStatement>", "<saml:AttributeStatement/><saml:AttributeStatement>",
         EB_E_XML_ORDER},
        {"AuthnInstant=\"2026-11-21T11:59:55Z\"", "", EB_E_COND_AUTHN_INSTANT},
        {"LoA/substantial", "LoA/low", EB_E_LEVEL_TOO_LOW},
        {"LoA/substantial", "LoA/higher", EB_E_LEVEL_UNKNOWN},
        {"http://eidas.europa.eu/LoA/substantial", "", EB_E_LEVEL_MISSING},
        {"LoA/substantial", "NotNotified/LoA/high", EB_E_LEVEL_TOO_LOW},
    };
    ck_assert_int_lt(_i, (int)(sizeof(cases) / sizeof(cases[0])));
    begin("eidas");
    world.expected.floor = EB_LEVEL_SUBSTANTIAL;
    if (strcmp(cases[_i].from, "SubjectConfirmationData") == 0) {
        const char *start = strstr(message.assertion, "<saml:SubjectConfirmationData");
        const char *end = strstr(start, "/>");
        change_assertion(apr_pstrmemdup(test_pool, start, (apr_size_t)(end + 2 - start)), "");
    } else {
        change_assertion(cases[_i].from, cases[_i].to);
    }
    ck_refused(judge_assertion(), cases[_i].id);
}
END_TEST

START_TEST(refuses_an_assertion_without_conditions)
{
    begin("generic");
    const char *start = strstr(message.assertion, "<saml:Conditions");
    const char *end = strstr(start, "</saml:Conditions>") + strlen("</saml:Conditions>");
    change_assertion(apr_pstrmemdup(test_pool, start, (apr_size_t)(end - start)), "");
    ck_refused(judge_assertion(), EB_E_COND_MISSING);
}
END_TEST

START_TEST(refuses_an_assertion_without_authn_statement)
{
    begin("generic");
    const char *start = strstr(message.assertion, "<saml:AuthnStatement");
    const char *end = strstr(start, "</saml:AuthnStatement>") + strlen("</saml:AuthnStatement>");
    change_assertion(apr_pstrmemdup(test_pool, start, (apr_size_t)(end - start)), "");
    ck_refused(judge_assertion(), EB_E_XML_ORDER);
}
END_TEST

START_TEST(accepts_what_means_the_same)
{
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"<saml:Issuer>",
         "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">"},
        {">" SAML_IDP_ENTITY "<", ">\n  " SAML_IDP_ENTITY "\n<"},
        {AUDIENCE, "<saml:AudienceRestriction><saml:Audience>https://other.example.org"
                   "</saml:Audience><saml:Audience>" SAML_SP_ENTITY
                   "</saml:Audience></saml:AudienceRestriction>"},
        {AUDIENCE, AUDIENCE AUDIENCE "<saml:OneTimeUse/><saml:ProxyRestriction Count=\"0\"/>"},
        {"LoA/substantial", "LoA/substantial\n    "},
        {"2026-11-21T11:59:57Z", "2026-11-21T13:59:57.123+02:00"},
        {"<saml:SubjectConfirmation Method",
         "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:sender-vouches\"/>"
         "<saml:SubjectConfirmation Method"},
        {"InResponseTo=", "Address=\"192.0.2.7\" InResponseTo="},
    };
    begin("eidas");
    world.expected.floor = EB_LEVEL_SUBSTANTIAL;
    change_assertion(cases[_i].from, cases[_i].to);
    ck_ok(judge_assertion());
}
END_TEST

START_TEST(asks_for_not_before_only_where_the_profile_does)
{
    begin("generic");
    change_assertion(" NotBefore=\"2026-11-21T11:59:56Z\"", "");
    ck_ok(judge_assertion());
}
END_TEST

/* SPID's list of what a service must refuse, as far as it goes beyond everybody's. */
START_TEST(refuses_what_spid_refuses)
{
    static const struct {
        const char *from, *to;
        eb_err_id id;
    } cases[] = {
        {SAML_QUALIFIED_ISSUER, "<saml:Issuer>", EB_E_COND_ISSUER},
        {SAML_QUALIFIED_ISSUER, "<saml:Issuer Format=\"\">", EB_E_COND_ISSUER},
        {SAML_QUALIFIED_ISSUER, "<saml:Issuer Format=\"urn:x\">", EB_E_COND_ISSUER},
        {"NameQualifier=\"" SAML_IDP_ENTITY "\" ", "", EB_E_SUBJECT_FORM},
        {"NameQualifier=\"" SAML_IDP_ENTITY "\" ", "NameQualifier=\"\" ", EB_E_SUBJECT_FORM},
        {" Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:transient\"", "", EB_E_SUBJECT_FORM},
        {"nameid-format:transient", "nameid-format:persistent", EB_E_SUBJECT_FORM},
        {">ES/FI/02635542Y<", "> <", EB_E_SUBJECT_FORM},
        {" NotBefore=\"2026-11-21T11:59:56Z\"", "", EB_E_COND_MISSING},
        {"SpidL2", "SpidL4", EB_E_LEVEL_UNKNOWN},
        {"SpidL2", "SpidL1", EB_E_LEVEL_TOO_LOW},
    };
    ck_assert_int_lt(_i, (int)(sizeof(cases) / sizeof(cases[0])));
    begin("spid");
    world.expected.floor = EB_LEVEL_SUBSTANTIAL;
    ck_ok(judge_assertion());
    change_assertion(cases[_i].from, cases[_i].to);
    ck_refused(judge_assertion(), cases[_i].id);
}
END_TEST

START_TEST(refuses_an_assertion_of_spid_without_name_id)
{
    begin("spid");
    const char *start = strstr(message.assertion, "<saml:NameID ");
    const char *end = strstr(start, "</saml:NameID>") + strlen("</saml:NameID>");
    change_assertion(apr_pstrmemdup(test_pool, start, (apr_size_t)(end - start)), "");
    ck_refused(judge_assertion(), EB_E_SUBJECT_FORM);
}
END_TEST

START_TEST(accepts_what_spid_accepts)
{
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"SpidL2", "SpidL3"}, /* higher than asked */
        {"2026-11-21T11:59:57Z", "2026-11-21T11:59:57.123Z"},
        {" SessionIndex=\"_s1\"", ""},
        {"<saml:Attribute Name=\"familyName\">",
         "<saml:Attribute Name=\"familyName\" "
         "NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:basic\">"},
    };
    begin("spid");
    world.expected.floor = EB_LEVEL_SUBSTANTIAL;
    world.expected.force_authn = true;
    change_assertion(cases[_i].from, cases[_i].to);
    ck_ok(judge_assertion());
    ck_ok(judge_response());
}
END_TEST

/* The request went out at 11:59:00, the skew is 60 s. */
START_TEST(refuses_what_was_issued_before_the_request_where_the_profile_says_so)
{
    begin("spid");
    saml_change(test_pool, &message.response, "2026-11-21T11:59:58Z", "2026-11-21T11:58:00Z");
    ck_ok(judge_response());
    saml_change(test_pool, &message.response, "2026-11-21T11:58:00Z", "2026-11-21T11:57:59Z");
    ck_refused(judge_response(), EB_E_COND_ISSUE_INSTANT);
    change_assertion("2026-11-21T11:59:57Z", "2026-11-21T11:58:00Z");
    ck_ok(judge_assertion());
    change_assertion("2026-11-21T11:58:00Z", "2026-11-21T11:57:59Z");
    ck_refused(judge_assertion(), EB_E_COND_ISSUE_INSTANT);
    world.policy.require_issued_after_request = false;
    ck_ok(judge_assertion());
}
END_TEST

/* -- edges of time; the skew is 60 s
 * ----------------------------------------------------------------- */

START_TEST(keeps_the_edges_of_time)
{
    static const struct {
        const char *name, *was;
        int last_good, first_bad; /* seconds from now */
        eb_err_id id;
    } cases[] = {
        {"NotBefore", "2026-11-21T11:59:56Z", 60, 61, EB_E_COND_NOT_BEFORE},
        {"NotOnOrAfter", "2026-11-21T12:05:00Z", -59, -60, EB_E_COND_NOT_ON_OR_AFTER},
        {"NotOnOrAfter", "2026-11-21T12:04:00Z", -59, -60, EB_E_COND_CONFIRMATION_EXPIRED},
        {"IssueInstant", "2026-11-21T11:59:57Z", 60, 61, EB_E_COND_ISSUE_INSTANT},
        {"IssueInstant", "2026-11-21T11:59:57Z", -360, -361, EB_E_COND_ISSUE_INSTANT},
        {"AuthnInstant", "2026-11-21T11:59:55Z", 60, 61, EB_E_COND_AUTHN_INSTANT},
    };
    begin("generic");
    const char *good = message.assertion;
    change_assertion(attribute(cases[_i].name, cases[_i].was),
                     attribute(cases[_i].name, at(cases[_i].last_good)));
    ck_ok(judge_assertion());
    message.assertion = good;
    change_assertion(attribute(cases[_i].name, cases[_i].was),
                     attribute(cases[_i].name, at(cases[_i].first_bad)));
    ck_refused(judge_assertion(), cases[_i].id);
}
END_TEST

START_TEST(keeps_the_edges_of_the_response)
{
    static const int good[] = {60, -360};
    static const int bad[] = {61, -361};
    begin("generic");
    const char *before = message.response;
    saml_change(test_pool, &message.response, "2026-11-21T11:59:58Z", at(good[_i]));
    ck_ok(judge_response());
    message.response = before;
    saml_change(test_pool, &message.response, "2026-11-21T11:59:58Z", at(bad[_i]));
    ck_refused(judge_response(), EB_E_COND_ISSUE_INSTANT);
}
END_TEST

START_TEST(keeps_no_message_age_where_the_policy_has_none)
{
    begin("generic");
    world.policy.max_message_age = 0;
    change_assertion("2026-11-21T11:59:57Z", "2026-11-01T00:00:00Z");
    ck_ok(judge_assertion());
}
END_TEST

START_TEST(keeps_the_edge_of_the_session)
{
    begin("generic");
    const char *good = message.assertion;
    change_assertion(
        "SessionIndex=",
        apr_pstrcat(test_pool, attribute("SessionNotOnOrAfter", at(-59)), " SessionIndex=", NULL));
    ck_ok(judge_assertion());
    message.assertion = good;
    change_assertion(
        "SessionIndex=",
        apr_pstrcat(test_pool, attribute("SessionNotOnOrAfter", at(-60)), " SessionIndex=", NULL));
    ck_refused(judge_assertion(), EB_E_COND_SESSION_EXPIRED);
}
END_TEST

START_TEST(counts_the_skew_of_the_policy)
{
    begin("generic");
    world.policy.clock_skew = 0;
    change_assertion("2026-11-21T11:59:56Z", at(1));
    ck_refused(judge_assertion(), EB_E_COND_NOT_BEFORE);
}
END_TEST

/* -- age of the authentication; the request was 60 s before now
 * ---------------------------------------- */

/* Forced by the login, or by the profile as in eIDAS. */
START_TEST(demands_a_new_authentication_when_forced)
{
    begin("generic");
    world.policy.force_authn = _i == 0 ? EB_TRISTATE_OMIT : EB_TRISTATE_ON;
    world.expected.force_authn = _i == 0;
    const char *good = message.assertion;
    change_assertion("2026-11-21T11:59:55Z", at(-120));
    ck_ok(judge_assertion());
    message.assertion = good;
    change_assertion("2026-11-21T11:59:55Z", at(-121));
    ck_refused(judge_assertion(), EB_E_COND_AUTHN_INSTANT);
    world.expected.force_authn = false;
    world.policy.force_authn = EB_TRISTATE_OFF;
    ck_ok(judge_assertion());
}
END_TEST

START_TEST(keeps_max_age)
{
    begin("generic");
    world.expected.max_age = apr_time_from_sec(300);
    const char *good = message.assertion;
    change_assertion("2026-11-21T11:59:55Z", at(-360));
    ck_ok(judge_assertion());
    message.assertion = good;
    change_assertion("2026-11-21T11:59:55Z", at(-361));
    ck_refused(judge_assertion(), EB_E_COND_AUTHN_INSTANT);
    world.expected.max_age = -1;
    ck_ok(judge_assertion());
}
END_TEST

START_TEST(takes_an_authentication_for_this_request_whatever_its_age)
{
    begin("generic");
    world.expected.max_age = 0;
    world.expected.request_time = world.expected.now - apr_time_from_sec(600);
    const char *good = message.assertion;
    change_assertion("2026-11-21T11:59:55Z", at(-590));
    ck_ok(judge_assertion());
    message.assertion = good;
    change_assertion("2026-11-21T11:59:55Z", at(-661));
    ck_refused(judge_assertion(), EB_E_COND_AUTHN_INSTANT);
}
END_TEST

START_TEST(keeps_the_age_that_the_provider_may_have)
{
    begin("suomi.fi");
    const char *good = message.assertion;
    change_assertion("2026-11-21T11:59:55Z", at(-(32 * 60 + 60)));
    ck_ok(judge_assertion());
    message.assertion = good;
    change_assertion("2026-11-21T11:59:55Z", at(-(32 * 60 + 61)));
    ck_refused(judge_assertion(), EB_E_COND_AUTHN_AGE);
}
END_TEST

/* -- level
 * ------------------------------------------------------------------------------------------- */

START_TEST(takes_a_not_notified_level_only_when_allowed)
{
    begin("eidas");
    change_assertion("LoA/substantial", "NotNotified/LoA/substantial");
    ck_refused(judge_assertion(), EB_E_LEVEL_TOO_LOW);
    world.policy.allow_non_notified = true;
    world.expected.floor = EB_LEVEL_SUBSTANTIAL;
    ck_ok(judge_assertion());
    ck_assert_int_eq(found.level->rank, EB_LEVEL_SUBSTANTIAL);
    world.expected.floor = EB_LEVEL_HIGH;
    ck_refused(judge_assertion(), EB_E_LEVEL_TOO_LOW);
}
END_TEST

START_TEST(asks_no_level_of_a_provider_without_a_table)
{
    begin("generic");
    ck_ok(judge_assertion());
    ck_assert_ptr_null(found.level);
    world.expected.floor = EB_LEVEL_LOW;
    ck_refused(judge_assertion(), EB_E_LEVEL_UNKNOWN);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("conditions");
    TCase *good = test_case(suite, "good");
    tcase_add_loop_test(good, accepts_good_messages, 0, 9);
    tcase_add_test(good, refuses_an_authentication_without_its_instant);
    tcase_add_test(good, tells_the_earlier_end);
    tcase_add_loop_test(good, accepts_what_means_the_same, 0, 8);
    tcase_add_test(good, asks_for_not_before_only_where_the_profile_does);
    TCase *rules = test_case(suite, "rules");
    tcase_add_loop_test(rules, refuses_each_change_of_the_response, 0, 14);
    tcase_add_loop_test(rules, refuses_each_change_of_the_assertion, 0, 37);
    tcase_add_loop_test(rules, refuses_what_spid_refuses, 0, 11);
    tcase_add_test(rules, refuses_an_assertion_of_spid_without_name_id);
    tcase_add_loop_test(rules, accepts_what_spid_accepts, 0, 4);
    tcase_add_test(rules, refuses_what_was_issued_before_the_request_where_the_profile_says_so);
    tcase_add_test(rules, refuses_an_assertion_without_conditions);
    tcase_add_test(rules, refuses_an_assertion_without_authn_statement);
    TCase *times = test_case(suite, "time");
    tcase_add_loop_test(times, keeps_the_edges_of_time, 0, 6);
    tcase_add_loop_test(times, keeps_the_edges_of_the_response, 0, 2);
    tcase_add_test(times, keeps_no_message_age_where_the_policy_has_none);
    tcase_add_test(times, keeps_the_edge_of_the_session);
    tcase_add_test(times, counts_the_skew_of_the_policy);
    tcase_add_loop_test(times, demands_a_new_authentication_when_forced, 0, 2);
    tcase_add_test(times, keeps_max_age);
    tcase_add_test(times, takes_an_authentication_for_this_request_whatever_its_age);
    tcase_add_test(times, keeps_the_age_that_the_provider_may_have);
    TCase *level = test_case(suite, "level");
    tcase_add_test(level, takes_a_not_notified_level_only_when_allowed);
    tcase_add_test(level, asks_no_level_of_a_provider_without_a_table);
    return suite;
}

TEST_MAIN(make_suite)

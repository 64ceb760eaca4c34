/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A provider's metadata: which entity, which keys, which endpoints, how long. */
#include "saml_keys.h"
#include "saml_maker.h"
#include "saml_test.h"

#include <apr_strings.h>

#define IDP_ROLE "urn:oasis:names:tc:SAML:2.0:protocol"
#define REDIRECT "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
#define POST     "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

#define KEY(use, certificate)                                                                      \
    "<md:KeyDescriptor" use "><ds:KeyInfo><ds:X509Data><ds:X509Certificate>" certificate           \
    "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"

#define ENTITY(attributes, role_attributes)                                                        \
    "<md:EntityDescriptor entityID=\"" SAML_IDP_ENTITY "\"" attributes ">"                         \
    "<md:IDPSSODescriptor WantAuthnRequestsSigned=\"true\" protocolSupportEnumeration=\"" IDP_ROLE \
    "\"" role_attributes ">" KEY(" use=\"signing\"", SAML_IDP_CERTIFICATE)                         \
        KEY(" use=\"encryption\"",                                                                 \
            SAML_SP_EC_CERTIFICATE) "<md:SingleSignOnService Binding=\"" REDIRECT                  \
                                    "\" Location=\"https://idp.example.org/sso/redirect\"/>"       \
                                    "<md:SingleSignOnService Binding=\"" POST                      \
                                    "\" Location=\"https://idp.example.org/sso/post\"/>"           \
                                    "</md:IDPSSODescriptor>"                                       \
                                    "<md:Organization><md:OrganizationName "                       \
                                    "xml:lang=\"en\">name</md:OrganizationName>"                   \
                                    "<md:OrganizationDisplayName xml:lang=\"en\">The "             \
                                    "Provider</md:OrganizationDisplayName>"                        \
                                    "<md:OrganizationDisplayName "                                 \
                                    "xml:lang=\"fi\">Tarjoaja</md:OrganizationDisplayName>"        \
                                    "</md:Organization></md:EntityDescriptor>"

#define OTHER_SP                                                                                   \
    "<md:EntityDescriptor entityID=\"https://other.example.org\"><md:SPSSODescriptor "             \
    "protocolSupportEnumeration=\"" IDP_ROLE "\"/></md:EntityDescriptor>"

#define NAMESPACES                                                                                 \
    " xmlns:md=\"" EB_NS_MD "\" xmlns:ds=\"" EB_NS_DS "\" xmlns:alg=\"" EB_NS_ALG                  \
    "\" xmlns:mdui=\"" EB_NS_MDUI "\""
#define LIST(attributes, inside)                                                                   \
    "<md:EntitiesDescriptor" NAMESPACES attributes ">" inside "</md:EntitiesDescriptor>"

/* One entity alone in its document. */
static const char good[] = ENTITY(NAMESPACES, "");

static eb_saml_policy policy;
static const eb_peer *peer;

static const eb_err *parse_as(const char *xml, const char *entity_id)
{
    eb_xml_start();
    if (policy.profile == NULL) {
        policy = *eb_profile_find("generic");
    }
    peer = NULL;
    return eb_peer_parse(test_pool, eb_span_str(xml), entity_id, &policy, saml_time(SAML_NOW),
                         &peer);
}

static const eb_err *parse(const char *xml)
{
    return parse_as(xml, NULL);
}

static const char *changed(const char *from, const char *to)
{
    const char *xml = good;

    saml_change(test_pool, &xml, from, to);
    return xml;
}

START_TEST(reads_an_entity)
{
    ck_ok(parse(good));
    ck_assert_str_eq(peer->entity_id, SAML_IDP_ENTITY);
    ck_assert_str_eq(peer->sso_redirect, "https://idp.example.org/sso/redirect");
    ck_assert_str_eq(peer->sso_post, "https://idp.example.org/sso/post");
    ck_assert_int_eq(peer->signing_key_count, 1);
    ck_assert_uint_eq(strlen(peer->signing_keys[0].fingerprint), 64);
    ck_assert_int_eq(EVP_PKEY_eq(peer->signing_keys[0].key, saml_key(test_pool, SAML_IDP_KEY)), 1);
    ck_assert(peer->wants_signed_requests);
    ck_assert_int_eq(peer->display_name_count, 2);
    ck_assert_str_eq(peer->display_names[1].language, "fi");
    ck_assert_str_eq(peer->display_names[1].text, "Tarjoaja");
    ck_assert(peer->valid_until == 0);
    ck_assert_uint_eq(peer->signing_methods, 0);
}
END_TEST

START_TEST(finds_the_entity_however_nested)
{
    ck_ok(parse(LIST("", OTHER_SP "<!-- comment -->" LIST("", LIST("", ENTITY("", ""))))));
    ck_assert_str_eq(peer->entity_id, SAML_IDP_ENTITY);
    ck_ok(parse_as(LIST("", OTHER_SP ENTITY("", "")), SAML_IDP_ENTITY));
}
END_TEST

START_TEST(refuses_an_entity_that_is_not_there)
{
    ck_refused(parse_as(good, "https://other.example.org"), EB_E_METADATA_ENTITY);
    ck_refused(parse_as(LIST("", OTHER_SP ENTITY("", "")), "https://other.example.org"),
               EB_E_METADATA_ENTITY);
    ck_refused(parse(LIST("", OTHER_SP)), EB_E_METADATA_ENTITY);
    ck_refused(parse(LIST("", "")), EB_E_METADATA_ENTITY);
    ck_refused(parse("<a/>"), EB_E_METADATA_ENTITY);
    ck_refused(parse(changed("entityID=\"" SAML_IDP_ENTITY "\"", "")), EB_E_METADATA_ENTITY);
    const char *other_element = changed("<md:EntityDescriptor", "<md:AffiliationDescriptor");
    saml_change(test_pool, &other_element, "</md:EntityDescriptor", "</md:AffiliationDescriptor");
    ck_refused(parse(other_element), EB_E_METADATA_ENTITY);
}
END_TEST

START_TEST(refuses_to_choose_among_several)
{
    static const char two[] = LIST(
        "",
        ENTITY("",
               "") "<md:EntityDescriptor entityID=\"https://second.example.org\">"
                   "<md:IDPSSODescriptor protocolSupportEnumeration=\"" IDP_ROLE "\">" KEY(
                       "",
                       SAML_IDP_NEXT_CERTIFICATE) "<md:SingleSignOnService Binding=\"" POST
                                                  "\" Location=\"https://s.example.org/\"/>"
                                                  "</md:IDPSSODescriptor></md:EntityDescriptor>");
    ck_refused(parse(two), EB_E_METADATA_ENTITY);
    ck_ok(parse_as(two, "https://second.example.org"));
    ck_assert_ptr_null(peer->sso_redirect);
    ck_assert(!peer->wants_signed_requests);
    ck_refused(parse_as(LIST("", ENTITY("", "") ENTITY("", "")), SAML_IDP_ENTITY),
               EB_E_METADATA_ENTITY);
}
END_TEST

START_TEST(needs_the_role_in_saml_2)
{
    ck_refused(
        parse(changed("protocolSupportEnumeration=\"" IDP_ROLE "\"",
                      "protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:1.1:protocol\"")),
        EB_E_METADATA_ENTITY);
    ck_ok(parse(changed(
        "protocolSupportEnumeration=\"" IDP_ROLE "\"",
        "protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:1.1:protocol " IDP_ROLE "\"")));
}
END_TEST

/* -- time
 * -------------------------------------------------------------------------------------------- */

START_TEST(keeps_valid_until_wherever_it_stands)
{
    static const char *const documents[] = {
        LIST(" validUntil=\"%s\"", ENTITY("", "")),
        LIST("", LIST(" validUntil=\"%s\"", ENTITY("", ""))),
        LIST("", ENTITY(" validUntil=\"%s\"", "")),
        LIST("", ENTITY("", " validUntil=\"%s\"")),
    };
    const char *late = documents[_i];
    const char *past = documents[_i];
    const char *odd = documents[_i];
    saml_change(test_pool, &late, "%s", "2026-11-21T12:00:01Z");
    saml_change(test_pool, &past, "%s", "2026-11-21T12:00:00Z");
    saml_change(test_pool, &odd, "%s", "tomorrow");
    ck_ok(parse(late));
    ck_assert(peer->valid_until == saml_time("2026-11-21T12:00:01Z"));
    ck_refused(parse(past), EB_E_METADATA_EXPIRED);
    ck_assert(strstr(eb_peer_parse(test_pool, eb_span_str(past), NULL, &policy, saml_time(SAML_NOW),
                                   &peer)
                         ->message,
                     "2026-11-21T12:00:00Z") != NULL);
    ck_refused(parse(odd), EB_E_METADATA_EXPIRED);
}
END_TEST

START_TEST(keeps_the_earliest_of_several)
{
    ck_ok(parse(LIST(
        " validUntil=\"2026-12-01T00:00:00Z\"",
        ENTITY(" validUntil=\"2026-11-25T00:00:00Z\"", " validUntil=\"2026-11-28T00:00:00Z\""))));
    ck_assert(peer->valid_until == saml_time("2026-11-25T00:00:00Z"));
}
END_TEST

/* -- keys
 * -------------------------------------------------------------------------------------------- */

START_TEST(takes_all_signing_keys)
{
    ck_ok(parse(changed("<md:KeyDescriptor use=\"encryption\">",
                        KEY("", SAML_IDP_NEXT_CERTIFICATE) KEY(
                            " use=\"signing\"",
                            SAML_SP_RSA3072_CERTIFICATE) "<md:KeyDescriptor use=\"encryption\">")));
    ck_assert_int_eq(peer->signing_key_count, 3);
}
END_TEST

START_TEST(leaves_out_keys_that_are_too_small_or_broken)
{
    static const char *const bad[] = {
        KEY(" use=\"signing\"", SAML_WEAK_CERTIFICATE),
        KEY(" use=\"signing\"", "AAAA"),
        KEY(" use=\"signing\"", "*"),
        ("<md:KeyDescriptor use=\"signing\"><ds:KeyInfo><ds:KeyName>x</ds:KeyName></ds:KeyInfo>"
         "</md:KeyDescriptor>"),
    };
    const char *xml = good;
    ck_ok(parse(
        changed("<md:KeyDescriptor use=\"encryption\">",
                apr_pstrcat(test_pool, bad[_i], "<md:KeyDescriptor use=\"encryption\">", NULL))));
    ck_assert_int_eq(peer->signing_key_count, 1);
    saml_change(test_pool, &xml, KEY(" use=\"signing\"", SAML_IDP_CERTIFICATE), bad[_i]);
    ck_refused(parse(xml), EB_E_METADATA_KEYS);
}
END_TEST

START_TEST(measures_keys_by_the_policy)
{
    const char *xml = changed(SAML_IDP_CERTIFICATE, SAML_SP_RSA2048_CERTIFICATE);
    policy = *eb_profile_find("generic");
    ck_ok(parse(xml));
    policy = *eb_profile_find("eidas");
    ck_refused(parse(xml), EB_E_METADATA_KEYS);
    policy = *eb_profile_find("generic");
}
END_TEST

START_TEST(never_takes_an_encryption_key_for_signing)
{
    ck_refused(parse(changed(" use=\"signing\"", " use=\"encryption\"")), EB_E_METADATA_KEYS);
}
END_TEST

START_TEST(takes_keys_from_key_descriptors_alone)
{
    const char *xml = good;
    saml_change(test_pool, &xml, KEY(" use=\"signing\"", SAML_IDP_CERTIFICATE),
                "<md:Extensions><ds:KeyInfo><ds:X509Data><ds:X509Certificate>" SAML_IDP_CERTIFICATE
                "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:Extensions>");
    ck_refused(parse(xml), EB_E_METADATA_KEYS);
}
END_TEST

/* The second certificate of one KeyInfo is a CA's, which must not count as the provider. */
START_TEST(takes_the_first_certificate_of_a_chain_alone)
{
    ck_ok(parse(changed(SAML_IDP_CERTIFICATE "</ds:X509Certificate>", SAML_IDP_CERTIFICATE
                        "</ds:X509Certificate><ds:X509Certificate>" SAML_IDP_NEXT_CERTIFICATE
                        "</ds:X509Certificate>")));
    ck_assert_int_eq(peer->signing_key_count, 1);
}
END_TEST

/* -- endpoints
 * ----------------------------------------------------------------------------------------- */

START_TEST(uses_only_https_or_loopback)
{
    static const struct {
        const char *location;
        bool is_fine;
    } cases[] = {
        {"https://idp.example.org/x?tenant=1", true},
        {"http://localhost:8080/x", true},
        {"http://127.0.0.1/x", true},
        {"http://[::1]:8080/x", true},
        {"http://idp.example.org/x", false},
        {"http://localhost.example.org/x", false},
        {"http://localhost:80@idp.example.org/x", false},
        {"http://127.0.0.1.example.org/x", false},
        {"javascript:alert(1)", false},
        {"//idp.example.org/x", false},
        {"https://", false},
        {"https:///x", false},
        {"https://idp.example.org/x#y", false},
        {"https://idp.example.org/&#13;&#10;x", false},
        {"https://idp.example.org/&quot;x", false},
        {"", false},
    };
    const char *xml = changed("\"https://idp.example.org/sso/redirect\"",
                              apr_pstrcat(test_pool, "\"", cases[_i].location, "\"", NULL));
    ck_ok(parse(xml));
    ck_assert((peer->sso_redirect != NULL) == cases[_i].is_fine);
    saml_change(test_pool, &xml, "HTTP-POST", "SOAP");
    if (cases[_i].is_fine) {
        ck_ok(parse(xml));
        ck_assert_ptr_null(peer->sso_post);
    } else {
        ck_refused(parse(xml), EB_E_METADATA_ENDPOINT);
    }
}
END_TEST

START_TEST(takes_only_whole_single_sign_on_services)
{
    static const char *const others[] = {
        ("<md:SingleLogoutService Binding=\"" REDIRECT
         "\" Location=\"https://idp.example.org/slo\"/>"),
        "<md:SingleSignOnService Location=\"https://idp.example.org/slo\"/>",
        "<md:SingleSignOnService Binding=\"" REDIRECT "\"/>",
        ("<md:SingleSignOnService Binding=\"urn:mace:shibboleth:1.0:profiles:AuthnRequest\" "
         "Location=\"https://idp.example.org/slo\"/>"),
    };
    ck_ok(parse(changed(
        "<md:SingleSignOnService Binding=\"" REDIRECT,
        apr_pstrcat(test_pool, others[_i], "<md:SingleSignOnService Binding=\"" REDIRECT, NULL))));
    ck_assert_str_eq(peer->sso_redirect, "https://idp.example.org/sso/redirect");
}
END_TEST

/* -- the rest
 * ------------------------------------------------------------------------------------------ */

START_TEST(prefers_the_names_for_users)
{
    ck_ok(parse(changed("WantAuthnRequestsSigned=\"true\" protocolSupportEnumeration=\"" IDP_ROLE
                        "\">",
                        "protocolSupportEnumeration=\"" IDP_ROLE "\"><md:Extensions><mdui:UIInfo>"
                        "<mdui:DisplayName xml:lang=\"sv\"> Namn </mdui:DisplayName>"
                        "<mdui:DisplayName xml:lang=\"fi\"> </mdui:DisplayName>"
                        "</mdui:UIInfo></md:Extensions>")));
    ck_assert_int_eq(peer->display_name_count, 1);
    ck_assert_str_eq(peer->display_names[0].text, "Namn");
}
END_TEST

START_TEST(reads_the_signing_methods_of_the_role_before_the_entity)
{
    static const char entity_list[] =
        "<md:Extensions><alg:SigningMethod Algorithm=\""
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1\"/>"
        "<alg:SigningMethod Algorithm=\"urn:unknown\"/></md:Extensions>";
    static const char role_list[] =
        "<md:Extensions><alg:SigningMethod Algorithm=\""
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256\"/></md:Extensions>";
    const char *xml = changed("<md:IDPSSODescriptor",
                              apr_pstrcat(test_pool, entity_list, "<md:IDPSSODescriptor", NULL));
    ck_ok(parse(xml));
    ck_assert_uint_eq(peer->signing_methods, EB_ALG_PSS_SHA256);
    saml_change(test_pool, &xml, "<md:KeyDescriptor use=\"signing\">",
                apr_pstrcat(test_pool, role_list, "<md:KeyDescriptor use=\"signing\">", NULL));
    ck_ok(parse(xml));
    ck_assert_uint_eq(peer->signing_methods, EB_ALG_ECDSA_SHA256);
}
END_TEST

START_TEST(refuses_what_is_no_xml)
{
    ck_refused(parse("<md:EntityDescriptor"), EB_E_SAML_XML);
    ck_refused(parse(apr_pstrcat(test_pool, "<!DOCTYPE x>", good, NULL)), EB_E_SAML_DTD);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("peer");
    TCase *entity = test_case(suite, "entity");
    tcase_add_test(entity, reads_an_entity);
    tcase_add_test(entity, finds_the_entity_however_nested);
    tcase_add_test(entity, refuses_an_entity_that_is_not_there);
    tcase_add_test(entity, refuses_to_choose_among_several);
    tcase_add_test(entity, needs_the_role_in_saml_2);
    TCase *time = test_case(suite, "time");
    tcase_add_loop_test(time, keeps_valid_until_wherever_it_stands, 0, 4);
    tcase_add_test(time, keeps_the_earliest_of_several);
    TCase *keys = test_case(suite, "keys");
    tcase_add_test(keys, takes_all_signing_keys);
    tcase_add_loop_test(keys, leaves_out_keys_that_are_too_small_or_broken, 0, 4);
    tcase_add_test(keys, measures_keys_by_the_policy);
    tcase_add_test(keys, never_takes_an_encryption_key_for_signing);
    tcase_add_test(keys, takes_keys_from_key_descriptors_alone);
    tcase_add_test(keys, takes_the_first_certificate_of_a_chain_alone);
    TCase *rest = test_case(suite, "rest");
    tcase_add_loop_test(rest, uses_only_https_or_loopback, 0, 16);
    tcase_add_loop_test(rest, takes_only_whole_single_sign_on_services, 0, 4);
    tcase_add_test(rest, prefers_the_names_for_users);
    tcase_add_test(rest, reads_the_signing_methods_of_the_role_before_the_entity);
    tcase_add_test(rest, refuses_what_is_no_xml);
    return suite;
}

TEST_MAIN(make_suite)

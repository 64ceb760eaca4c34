/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a Response: who must have signed what, what must be encrypted, what an error does. The
 * conditions have a test of their own. Each refusal differs from a good message in one thing. */
#include "saml_keys.h"
#include "saml_maker.h"
#include "saml_test.h"

#include <apr_strings.h>

#define CIPHER_CBC "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
#define STATUS     "urn:oasis:names:tc:SAML:2.0:status:"

static saml_world world;
static saml_message message;

static void begin(const char *profile)
{
    saml_world_init(&world, test_pool, profile);
    saml_message_init(&message, &world);
}

static eb_identity *accepted(eb_response_facts *facts)
{
    eb_identity *identity = NULL;

    ck_ok(saml_read(&world, saml_message_base64(&message), facts, &identity));
    ck_assert(facts->is_verified);
    ck_assert_ptr_nonnull(identity);
    return identity;
}

static eb_response_facts refused_text(const char *base64, eb_err_id id)
{
    eb_response_facts facts;
    eb_identity *identity = NULL;

    ck_refused(saml_read(&world, base64, &facts, &identity), id);
    ck_assert_ptr_null(identity);
    return facts;
}

static eb_response_facts refused(eb_err_id id)
{
    return refused_text(saml_message_base64(&message), id);
}

START_TEST(reads_an_eidas_person)
{
    eb_response_facts facts;
    begin("eidas");
    const eb_identity *person = accepted(&facts);
    ck_assert_str_eq(person->provider, "test");
    ck_assert_str_eq(person->entity_id, SAML_IDP_ENTITY);
    ck_assert_str_eq(person->namespace_, "eidas");
    ck_assert_str_eq(person->identifier_type,
                     "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier");
    ck_assert_str_eq(person->identifier, "ES/FI/02635542Y");
    ck_assert_int_eq(person->level, EB_LEVEL_SUBSTANTIAL);
    ck_assert_str_eq(person->acr, "http://eidas.europa.eu/LoA/substantial");
    ck_assert(person->authenticated == saml_time("2026-11-21T11:59:55Z"));
    ck_assert(person->not_on_or_after == saml_time("2026-11-21T12:04:00Z"));
    ck_assert_str_eq(person->session_index, "_s1");
    ck_assert_str_eq(person->assertion_id, "_a1");
    ck_assert_str_eq(person->response_id, "_r1");
    ck_assert_int_eq(person->attribute_count, 4);
    ck_assert_str_eq(facts.signature_algorithm, "ecdsa-sha256");
    ck_assert_str_eq(facts.fingerprint, "idp");
    ck_assert_str_eq(facts.content_algorithm, "aes256-gcm");
    ck_assert_ptr_nonnull(facts.key_algorithm);
    ck_assert_str_eq(facts.status, STATUS "Success");
}
END_TEST

START_TEST(reads_a_finn_from_suomifi)
{
    eb_response_facts facts;
    begin("suomi.fi");
    const eb_identity *person = accepted(&facts);
    ck_assert_str_eq(person->identifier, "210281-9988");
    ck_assert_str_eq(person->identifier_type, "urn:oid:1.2.246.21");
    ck_assert_str_eq(person->namespace_, SAML_IDP_ENTITY);
    ck_assert_int_eq(person->level, EB_LEVEL_SUBSTANTIAL);
    const eb_attribute *empty = eb_identity_attribute(person, "urn:oid:1.2.246.517.2002.2.27");
    ck_assert_ptr_nonnull(empty);
    ck_assert_str_eq(empty->values[0].text, "");
}
END_TEST

START_TEST(reads_a_swede_by_number_and_a_foreigner_by_prid)
{
    static const char number[] = "<saml:Attribute Name=\"urn:oid:1.2.752.29.4.13\"";
    static const char prid[] =
        "<saml:Attribute Name=\"urn:oid:1.2.752.201.3.4\"><saml:AttributeValue>"
        "NO:05068907693</saml:AttributeValue></saml:Attribute>"
        "<saml:Attribute Name=\"urn:oid:1.2.752.201.3.5\"><saml:AttributeValue>A"
        "</saml:AttributeValue></saml:Attribute>";
    eb_response_facts facts;
    begin("sweden-connect");
    message.cipher = CIPHER_CBC; /* what its providers must speak */
    const eb_identity *person = accepted(&facts);
    ck_assert_str_eq(person->identifier, "199001012385");
    ck_assert_str_eq(person->identifier_type, "urn:oid:1.2.752.29.4.13");
    ck_assert_str_eq(facts.content_algorithm, "aes256-cbc");
    ck_assert_int_eq(person->level, EB_LEVEL_SUBSTANTIAL);

    /* both numbers are there: the level says which of them counts */
    saml_change(test_pool, &message.assertion, number, apr_pstrcat(test_pool, prid, number, NULL));
    ck_assert_str_eq(accepted(&facts)->identifier, "199001012385");
    saml_change(test_pool, &message.assertion, "loa/1.0/loa3", "loa/1.0/eidas-nf-sub");
    person = accepted(&facts);
    ck_assert_str_eq(person->identifier, "NO:05068907693");
    ck_assert_str_eq(person->identifier_type, "urn:oid:1.2.752.201.3.4");

    /* and none stands in for the other */
    saml_change(test_pool, &message.assertion, prid, "");
    refused(EB_E_SUBJECT_MISSING);
}
END_TEST

START_TEST(reads_an_italian_by_tax_number)
{
    static const char *const profiles[] = {"spid", "cie"};
    eb_response_facts facts;
    begin(profiles[_i]);
    const eb_identity *person = accepted(&facts);
    ck_assert_str_eq(person->identifier, "TINIT-RSSMRA80A01H501U");
    ck_assert_str_eq(person->identifier_type, "fiscalNumber");
    ck_assert_str_eq(person->namespace_, SAML_IDP_ENTITY);
    ck_assert_ptr_null(facts.content_algorithm);
}
END_TEST

START_TEST(reads_an_entra_person_by_object_identifier)
{
    eb_response_facts facts;
    begin("entra");
    const eb_identity *person = accepted(&facts);
    ck_assert_str_eq(person->identifier, "00000000-0000-4000-8000-000000000001");
    ck_assert_str_eq(person->namespace_, SAML_IDP_ENTITY); /* which names the tenant */
    ck_assert_ptr_null(person->acr);
}
END_TEST

START_TEST(names_the_option_that_signs_the_response)
{
    static const char *const profiles[] = {"entra", "okta", "generic"};
    static const char *const options[] = {"Sign SAML response and assertion", "Response: Signed",
                                          NULL};
    eb_response_facts facts;
    eb_identity *identity = NULL;
    begin(profiles[_i]);
    world.policy.algorithms.allowed |= EB_ALG_AES256_CBC;
    message.recipient = world.ring.encryption[0].key;
    message.cipher = CIPHER_CBC;
    message.is_response_signed = false;
    message.is_assertion_signed = true;
    const eb_err *err = saml_read(&world, saml_message_base64(&message), &facts, &identity);
    ck_refused(err, EB_E_ENC_CBC_UNSIGNED);
    ck_assert(options[_i] == NULL ? strstr(err->message, "set there") == NULL
                                  : strstr(err->message, options[_i]) != NULL);
    message.is_response_signed = true;
    accepted(&facts);
}
END_TEST

START_TEST(reads_a_generic_person_by_persistent_name_id)
{
    eb_response_facts facts;
    begin("generic");
    const eb_identity *person = accepted(&facts);
    ck_assert_str_eq(person->identifier_type, "NameID");
    ck_assert_ptr_null(person->acr);
    ck_assert_int_eq(person->level, EB_LEVEL_NONE);
    ck_assert_ptr_null(facts.content_algorithm);
}
END_TEST

START_TEST(reads_a_shibboleth_person_by_pairwise_id)
{
    eb_response_facts facts;
    begin("shibboleth");
    ck_assert_str_eq(accepted(&facts)->identifier, "abc@example.org");
}
END_TEST

START_TEST(opens_without_trust)
{
    eb_response *response = NULL;
    begin("eidas");
    const char *base64 = saml_message_base64(&message);
    ck_ok(eb_response_open(test_pool, base64, strlen(base64), 65536, &response));
    ck_assert_str_eq(eb_response_in_response_to(response), SAML_REQUEST_ID);
    ck_assert_str_eq(eb_response_issuer(response), SAML_IDP_ENTITY);
}
END_TEST

START_TEST(refuses_nothing_sent)
{
    eb_response *response = NULL;
    ck_refused(eb_response_open(test_pool, NULL, 0, 1024, &response), EB_E_SAML_MISSING);
    ck_refused(eb_response_open(test_pool, "", 0, 1024, &response), EB_E_SAML_MISSING);
}
END_TEST

START_TEST(refuses_what_is_not_base64)
{
    begin("eidas");
    refused_text("PHNhbWxw*", EB_E_SAML_BASE64);
}
END_TEST

START_TEST(refuses_a_message_over_the_limit)
{
    eb_response *response = NULL;
    begin("eidas");
    const char *xml = saml_message_xml(&message);
    const char *base64 = saml_message_base64(&message);
    ck_ok(eb_response_open(test_pool, base64, strlen(base64), strlen(xml), &response));
    ck_refused(eb_response_open(test_pool, base64, strlen(base64), strlen(xml) - 1, &response),
               EB_E_SAML_TOO_LARGE);
    ck_refused(eb_response_open(test_pool, base64, strlen(base64), strlen(xml) / 2, &response),
               EB_E_SAML_TOO_LARGE);
}
END_TEST

/* Measured before it is decoded, so that nobody makes us copy what we will not read. */
START_TEST(refuses_a_long_parameter_unread)
{
    eb_response *response = NULL;
    const char *text = apr_psprintf(test_pool, "*%08000d", 1);
    ck_refused(eb_response_open(test_pool, text, strlen(text), 1024, &response),
               EB_E_SAML_TOO_LARGE);
}
END_TEST

START_TEST(takes_line_breaks_in_base64)
{
    eb_response *response = NULL;
    begin("eidas");
    const char *base64 = saml_message_base64(&message);
    const char *broken = "";
    for (size_t i = 0; i < strlen(base64); i += 64) {
        broken =
            apr_pstrcat(test_pool, broken, apr_pstrndup(test_pool, base64 + i, 64), "\r\n", NULL);
    }
    size_t size = strlen(saml_message_xml(&message));
    ck_ok(eb_response_open(test_pool, broken, strlen(broken), size, &response));
}
END_TEST

/* -- who signed what: every requirement against every message ------------------------------------
 */

START_TEST(requires_the_signatures_of_the_policy)
{
    static const struct {
        eb_signed required;
        bool response, assertion, is_fine;
    } cases[] = {
        {EB_SIGNED_RESPONSE, true, true, true},   {EB_SIGNED_RESPONSE, true, false, true},
        {EB_SIGNED_RESPONSE, false, true, false}, {EB_SIGNED_RESPONSE, false, false, false},
        {EB_SIGNED_ASSERTION, true, true, true},  {EB_SIGNED_ASSERTION, true, false, false},
        {EB_SIGNED_ASSERTION, false, true, true}, {EB_SIGNED_ASSERTION, false, false, false},
        {EB_SIGNED_BOTH, true, true, true},       {EB_SIGNED_BOTH, true, false, false},
        {EB_SIGNED_BOTH, false, true, false},     {EB_SIGNED_BOTH, false, false, false},
        {EB_SIGNED_EITHER, true, true, true},     {EB_SIGNED_EITHER, true, false, true},
        {EB_SIGNED_EITHER, false, true, true},    {EB_SIGNED_EITHER, false, false, false},
    };
    for (int encrypted = 0; encrypted < 2; encrypted++) {
        eb_response_facts facts;
        begin(encrypted != 0 ? "eidas" : "generic");
        world.policy.require_signature = cases[_i].required;
        message.is_response_signed = cases[_i].response;
        message.is_assertion_signed = cases[_i].assertion;
        if (cases[_i].is_fine) {
            accepted(&facts);
        } else {
            refused(EB_E_SIG_MISSING);
        }
    }
}
END_TEST

START_TEST(refuses_a_wrong_response_signature_even_if_not_required)
{
    begin("generic");
    world.policy.require_signature = EB_SIGNED_ASSERTION;
    message.is_assertion_signed = true;
    message.is_response_signed = true;
    const char *xml = saml_message_xml(&message);
    saml_change(test_pool, &xml, "11:59:58Z", "11:59:59Z");
    eb_response_facts facts = refused_text(eb_base64(test_pool, xml, strlen(xml)), EB_E_SIG_DIGEST);
    ck_assert(!facts.is_verified);
}
END_TEST

START_TEST(refuses_a_wrong_assertion_signature_even_if_not_required)
{
    begin("eidas");
    const char *good = saml_sign(test_pool, message.assertion, world.idp_key);
    saml_change(test_pool, &good, ">Sarah<", ">Clara<");
    message.assertion = good;
    refused(EB_E_SIG_DIGEST);
}
END_TEST

START_TEST(refuses_an_altered_assertion_in_a_signed_response)
{
    begin("generic");
    const char *xml = saml_message_xml(&message);
    saml_change(test_pool, &xml, "02635542Y", "02635543Y");
    refused_text(eb_base64(test_pool, xml, strlen(xml)), EB_E_SIG_DIGEST);
}
END_TEST

START_TEST(refuses_the_signature_of_a_stranger)
{
    begin("eidas");
    message.signer = world.idp_next_key;
    eb_response_facts facts = refused(EB_E_SIG_VALUE);
    ck_assert(!facts.is_verified);
}
END_TEST

START_TEST(accepts_the_second_key_of_the_provider)
{
    eb_response_facts facts;
    begin("eidas");
    world.peer.signing_key_count = 2;
    message.signer = world.idp_next_key;
    accepted(&facts);
    ck_assert_str_eq(facts.fingerprint, "idp-next");
}
END_TEST

/* -- encryption ----------------------------------------------------------------------------------
 */

START_TEST(refuses_a_plain_assertion_where_encryption_is_required)
{
    begin("eidas");
    message.recipient = NULL;
    refused(EB_E_ENC_REQUIRED);
}
END_TEST

START_TEST(accepts_an_encrypted_assertion_where_it_is_not_required)
{
    eb_response_facts facts;
    begin("generic");
    message.recipient = world.ring.encryption[0].key;
    accepted(&facts);
    ck_assert_str_eq(facts.content_algorithm, "aes256-gcm");
}
END_TEST

START_TEST(decrypts_with_the_older_key)
{
    eb_response_facts facts;
    begin("suomi.fi");
    message.recipient = world.ring.encryption[1].key;
    accepted(&facts);
}
END_TEST

START_TEST(refuses_encryption_to_a_key_too_small_for_the_profile)
{
    begin("eidas");
    message.recipient = world.ring.encryption[1].key; /* RSA-2048 */
    refused(EB_E_ENC_DECRYPT);
}
END_TEST

START_TEST(refuses_encryption_to_another)
{
    begin("suomi.fi");
    world.ring.encryption_count = 1;
    message.recipient = saml_key(test_pool, SAML_SP_RSA2048_KEY);
    refused(EB_E_ENC_DECRYPT);
}
END_TEST

START_TEST(refuses_cbc_by_default)
{
    begin("suomi.fi");
    message.cipher = CIPHER_CBC;
    refused(EB_E_ENC_CONTENT_ALGORITHM);
}
END_TEST

/* Padding as XML Encryption has it is the core's matter; here only who may use CBC at all. */
START_TEST(accepts_cbc_only_inside_a_signed_response)
{
    eb_response_facts facts;
    begin("suomi.fi");
    world.policy.algorithms.allowed |= EB_ALG_AES256_CBC;
    message.cipher = CIPHER_CBC;
    accepted(&facts);
    world.policy.require_signature = EB_SIGNED_EITHER;
    message.is_response_signed = false;
    refused(EB_E_ENC_CBC_UNSIGNED);
}
END_TEST

START_TEST(refuses_two_assertions_in_the_plaintext)
{
    begin("eidas");
    message.suffix = message.assertion;
    refused(EB_E_ENC_DECRYPT);
}
END_TEST

START_TEST(refuses_a_plaintext_that_is_no_assertion)
{
    begin("eidas");
    message.assertion = "<saml:Issuer xmlns:saml=\"" EB_NS_SAML "\">x</saml:Issuer>";
    message.is_assertion_signed = false;
    refused(EB_E_XML_ROOT);
}
END_TEST

START_TEST(refuses_an_id_shared_by_response_and_assertion)
{
    begin("eidas");
    saml_change(test_pool, &message.assertion, "\"_a1\"", "\"_r1\"");
    refused(EB_E_XML_ID_DUPLICATE);
}
END_TEST

START_TEST(refuses_success_without_assertion)
{
    begin("eidas");
    saml_change(test_pool, &message.response, "%ASSERTION%", "");
    refused(EB_E_XML_ASSERTION_COUNT);
}
END_TEST

START_TEST(refuses_a_plain_assertion_beside_an_encrypted_one)
{
    begin("eidas");
    saml_change(test_pool, &message.response, "%ASSERTION%",
                apr_pstrcat(test_pool, "%ASSERTION%", message.assertion, NULL));
    refused(EB_E_XML_ASSERTION_COUNT);
}
END_TEST

/* -- structure, outside and inside: one example each, the table has a test of its own ---------- */

START_TEST(checks_the_structure_outside_and_inside)
{
    static const struct {
        const char *from, *to;
        eb_err_id id;
    } cases[] = {
        {"<saml:Issuer>", "<!-- x --><saml:Issuer>", EB_E_XML_COMMENT},
        {"Version=\"2.0\"", "Version=\"2.0\" Foo=\"1\"", EB_E_XML_ATTRIBUTE},
        {"Version=\"2.0\"", "Version=\"1.1\"", EB_E_XML_VERSION},
    };
    begin("eidas");
    saml_change(test_pool, _i % 2 == 0 ? &message.response : &message.assertion, cases[_i / 2].from,
                cases[_i / 2].to);
    refused(cases[_i / 2].id);
}
END_TEST

/* -- status --------------------------------------------------------------------------------------
 */

static void make_error(const char *second)
{
    saml_change(test_pool, &message.response, "Value=\"" STATUS "Success\"/>",
                apr_pstrcat(test_pool, "Value=\"" STATUS "Responder\">", second,
                            "</samlp:StatusCode>", NULL));
    saml_change(test_pool, &message.response, "%ASSERTION%", "");
}

START_TEST(maps_the_status)
{
    static const struct {
        const char *second;
        eb_err_id id;
    } cases[] = {
        {"AuthnFailed", EB_E_STATUS_REFUSED},
        {"RequestDenied", EB_E_STATUS_REFUSED},
        {"NoAuthnContext", EB_E_STATUS_NO_AUTHN_CONTEXT},
        {"NoPassive", EB_E_STATUS_NO_PASSIVE},
        {"InvalidNameIDPolicy", EB_E_STATUS_ERROR},
        {"Success", EB_E_STATUS_ERROR},
    };
    begin("eidas");
    make_error(apr_pstrcat(test_pool, "<samlp:StatusCode Value=\"" STATUS, cases[_i].second, "\"/>",
                           NULL));
    eb_response_facts facts = refused(cases[_i].id);
    ck_assert(facts.is_verified);
    ck_assert_str_eq(facts.status, STATUS "Responder");
    ck_assert_str_eq(facts.status_detail, apr_pstrcat(test_pool, STATUS, cases[_i].second, NULL));
}
END_TEST

START_TEST(maps_a_status_without_detail)
{
    begin("eidas");
    make_error("");
    refused(EB_E_STATUS_ERROR);
}
END_TEST

START_TEST(does_not_believe_an_unsigned_error)
{
    static const char *const profiles[] = {"eidas",          "suomi.fi", "generic", "shibboleth",
                                           "sweden-connect", "entra",    "okta"};
    begin(profiles[_i]);
    make_error("<samlp:StatusCode Value=\"" STATUS "AuthnFailed\"/>");
    message.is_response_signed = false;
    eb_response_facts facts = refused(EB_E_SIG_MISSING);
    ck_assert(!facts.is_verified);
}
END_TEST

static void make_spid_error(const char *text)
{
    saml_change(test_pool, &message.response, "Value=\"" STATUS "Success\"/>",
                apr_pstrcat(test_pool, "Value=\"" STATUS "Responder\"><samlp:StatusCode Value=\"",
                            STATUS "AuthnFailed\"/></samlp:StatusCode><samlp:StatusMessage>", text,
                            "</samlp:StatusMessage>", NULL));
    saml_change(test_pool, &message.response, "%ASSERTION%", "");
    message.is_response_signed = true;
}

START_TEST(tells_spids_errors_apart)
{
    static const struct {
        const char *text;
        int code;
        eb_err_id id;
    } cases[] = {
        {"ErrorCode nr19", 19, EB_E_STATUS_ATTEMPTS},
        {"ErrorCode nr20", 20, EB_E_STATUS_CREDENTIALS},
        {"ErrorCode nr21", 21, EB_E_STATUS_TIMEOUT},
        {"ErrorCode nr22", 22, EB_E_STATUS_CONSENT},
        {"ErrorCode nr23", 23, EB_E_STATUS_SUSPENDED},
        {" ErrorCode nr25\n", 25, EB_E_STATUS_CANCELLED},
        {"ErrorCode nr30", 30, EB_E_STATUS_WRONG_KIND},
        /* what is no number of SPID's falls back on the codes of SAML */
        {"ErrorCode nr24", 24, EB_E_STATUS_REFUSED},
        {"ErrorCode nr08", 8, EB_E_STATUS_REFUSED},
        {"ErrorCode nr2", 0, EB_E_STATUS_REFUSED},
        {"ErrorCode nr199", 0, EB_E_STATUS_REFUSED},
        {"ErrorCode nr1x", 0, EB_E_STATUS_REFUSED},
        {"errorcode nr19", 0, EB_E_STATUS_REFUSED},
        {"", 0, EB_E_STATUS_REFUSED},
    };
    begin(_i % 2 == 0 ? "spid" : "cie");
    make_spid_error(cases[_i].text);
    eb_response_facts facts = refused(cases[_i].id);
    ck_assert(facts.is_verified);
    ck_assert_int_eq(facts.spid_code, cases[_i].code);
}
END_TEST

START_TEST(tells_an_unsigned_spid_error_but_does_not_believe_it)
{
    begin("spid");
    make_spid_error("ErrorCode nr25");
    message.is_response_signed = false;
    eb_response_facts facts = refused(EB_E_STATUS_CANCELLED);
    ck_assert(!facts.is_verified);
    world.policy.require_signature = EB_SIGNED_BOTH;
    refused(EB_E_SIG_MISSING);
}
END_TEST

START_TEST(reads_spids_numbers_from_spid_alone)
{
    begin("generic");
    make_spid_error("ErrorCode nr25");
    eb_response_facts facts = refused(EB_E_STATUS_REFUSED);
    ck_assert_int_eq(facts.spid_code, 0);
}
END_TEST

START_TEST(tells_swedens_errors_apart)
{
    static const struct {
        const char *second;
        eb_err_id id;
    } cases[] = {
        {"http://id.elegnamnden.se/status/1.0/cancel", EB_E_STATUS_CANCELLED},
        {"http://id.elegnamnden.se/status/1.0/fraud", EB_E_STATUS_FRAUD},
        {"http://id.elegnamnden.se/status/1.0/possibleFraud", EB_E_STATUS_FRAUD},
        {"http://id.elegnamnden.se/status/1.0/other", EB_E_STATUS_ERROR},
        {"cancel", EB_E_STATUS_ERROR},
    };
    begin("sweden-connect");
    make_error(
        apr_pstrcat(test_pool, "<samlp:StatusCode Value=\"", cases[_i].second, "\"/>", NULL));
    ck_assert(refused(cases[_i].id).is_verified);
}
END_TEST

START_TEST(does_not_believe_an_error_for_another_login)
{
    begin("eidas");
    make_error("<samlp:StatusCode Value=\"" STATUS "AuthnFailed\"/>");
    saml_change(test_pool, &message.response, SAML_REQUEST_ID, "_another");
    refused(EB_E_COND_IN_RESPONSE_TO);
}
END_TEST

START_TEST(does_not_read_an_assertion_under_an_error)
{
    begin("eidas");
    saml_change(test_pool, &message.response, STATUS "Success", STATUS "Responder");
    eb_response_facts facts = refused(EB_E_STATUS_ERROR);
    ck_assert_ptr_null(facts.assertion_id);
    ck_assert_ptr_null(facts.content_algorithm);
}
END_TEST

START_TEST(refuses_success_only_at_the_second_place)
{
    begin("eidas");
    saml_change(test_pool, &message.response, "Value=\"" STATUS "Success\"/>",
                "Value=\"" STATUS "Requester\"><samlp:StatusCode Value=\"" STATUS
                "Success\"/></samlp:StatusCode>");
    refused(EB_E_STATUS_ERROR);
}
END_TEST

/* -- the whole chain reaches the rules behind it
 * --------------------------------------------------- */

START_TEST(reaches_conditions_level_subject_and_attributes)
{
    static const struct {
        const char *from, *to;
        eb_err_id id;
    } cases[] = {
        {"<saml:Audience>" SAML_SP_ENTITY, "<saml:Audience>https://other.example.org",
         EB_E_COND_AUDIENCE},
        {"LoA/substantial", "LoA/low", EB_E_LEVEL_TOO_LOW},
        {"LoA/substantial", "LoA/highest", EB_E_LEVEL_UNKNOWN},
        {"naturalperson/PersonIdentifier", "naturalperson/Gender", EB_E_SUBJECT_MISSING},
        {"naturalperson/DateOfBirth", "naturalperson/Gender", EB_E_ATTRIBUTE_REQUESTED},
        {"naturalperson/DateOfBirth", "naturalperson/representative/DateOfBirth",
         EB_E_REPRESENTATIVE},
        {">1970-05-28<", "><", EB_E_ATTRIBUTE_FORM},
    };
    begin("eidas");
    world.expected.floor = EB_LEVEL_SUBSTANTIAL;
    saml_change(test_pool, &message.assertion, cases[_i].from, cases[_i].to);
    eb_response_facts facts = refused(cases[_i].id);
    ck_assert(facts.is_verified);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("response");
    TCase *form = test_case(suite, "form");
    tcase_add_test(form, reads_an_eidas_person);
    tcase_add_test(form, reads_a_finn_from_suomifi);
    tcase_add_test(form, reads_a_generic_person_by_persistent_name_id);
    tcase_add_test(form, reads_a_shibboleth_person_by_pairwise_id);
    tcase_add_test(form, reads_a_swede_by_number_and_a_foreigner_by_prid);
    tcase_add_loop_test(form, reads_an_italian_by_tax_number, 0, 2);
    tcase_add_test(form, reads_an_entra_person_by_object_identifier);
    tcase_add_loop_test(form, names_the_option_that_signs_the_response, 0, 3);
    tcase_add_test(form, opens_without_trust);
    tcase_add_test(form, refuses_nothing_sent);
    tcase_add_test(form, refuses_what_is_not_base64);
    tcase_add_test(form, refuses_a_message_over_the_limit);
    tcase_add_test(form, refuses_a_long_parameter_unread);
    tcase_add_test(form, takes_line_breaks_in_base64);
    TCase *signatures = test_case(suite, "signatures");
    tcase_add_loop_test(signatures, requires_the_signatures_of_the_policy, 0, 16);
    tcase_add_test(signatures, refuses_a_wrong_response_signature_even_if_not_required);
    tcase_add_test(signatures, refuses_a_wrong_assertion_signature_even_if_not_required);
    tcase_add_test(signatures, refuses_an_altered_assertion_in_a_signed_response);
    tcase_add_test(signatures, refuses_the_signature_of_a_stranger);
    tcase_add_test(signatures, accepts_the_second_key_of_the_provider);
    TCase *encryption = test_case(suite, "encryption");
    tcase_add_test(encryption, refuses_a_plain_assertion_where_encryption_is_required);
    tcase_add_test(encryption, accepts_an_encrypted_assertion_where_it_is_not_required);
    tcase_add_test(encryption, decrypts_with_the_older_key);
    tcase_add_test(encryption, refuses_encryption_to_a_key_too_small_for_the_profile);
    tcase_add_test(encryption, refuses_encryption_to_another);
    tcase_add_test(encryption, refuses_cbc_by_default);
    tcase_add_test(encryption, accepts_cbc_only_inside_a_signed_response);
    tcase_add_test(encryption, refuses_two_assertions_in_the_plaintext);
    tcase_add_test(encryption, refuses_a_plaintext_that_is_no_assertion);
    tcase_add_test(encryption, refuses_an_id_shared_by_response_and_assertion);
    tcase_add_test(encryption, refuses_success_without_assertion);
    tcase_add_test(encryption, refuses_a_plain_assertion_beside_an_encrypted_one);
    tcase_add_loop_test(encryption, checks_the_structure_outside_and_inside, 0, 6);
    TCase *status = test_case(suite, "status");
    tcase_add_loop_test(status, maps_the_status, 0, 6);
    tcase_add_test(status, maps_a_status_without_detail);
    tcase_add_loop_test(status, tells_spids_errors_apart, 0, 14);
    tcase_add_test(status, tells_an_unsigned_spid_error_but_does_not_believe_it);
    tcase_add_test(status, reads_spids_numbers_from_spid_alone);
    tcase_add_loop_test(status, tells_swedens_errors_apart, 0, 5);
    tcase_add_loop_test(status, does_not_believe_an_unsigned_error, 0, 7);
    tcase_add_test(status, does_not_believe_an_error_for_another_login);
    tcase_add_test(status, does_not_read_an_assertion_under_an_error);
    tcase_add_test(status, refuses_success_only_at_the_second_place);
    TCase *chain = test_case(suite, "chain");
    tcase_add_loop_test(chain, reaches_conditions_level_subject_and_attributes, 0, 7);
    return suite;
}

TEST_MAIN(make_suite)

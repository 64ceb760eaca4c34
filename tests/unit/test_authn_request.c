/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The AuthnRequest of each profile, taken apart again as the provider would. */
#include "saml/authn_request.h"

#include "base/deflate.h"
#include "base/params.h"
#include "saml_keys.h"
#include "saml_maker.h"
#include "saml_test.h"

#include <apr_strings.h>
#include <openssl/x509.h>

#define REDIRECT_LOCATION "https://idp.example.org/sso/redirect"

static saml_world world;
static eb_authn_request request;
static eb_authn_message sent;

static void begin(const char *profile)
{
    saml_world_init(&world, test_pool, profile);
    memset(&sent, 0, sizeof(sent));
    request = (eb_authn_request){.id = SAML_REQUEST_ID,
                                 .issue_instant = saml_time(SAML_NOW),
                                 .relay_state = "abc-_def",
                                 .floor = EB_LEVEL_NONE,
                                 .force_authn = false,
                                 .language = "fi"};
}

static const eb_err *make(void)
{
    return eb_authn_request_make(test_pool, &world.sp, &world.policy, &world.peer, &request, &sent);
}

/* The message that a redirect carries. */
static const char *redirected(void)
{
    ck_ok(make());
    ck_assert(!sent.is_post);
    const char *query = strstr(sent.url, "SAMLRequest=");
    const eb_params *params = eb_params_parse(test_pool, query, strlen(query));
    const char *text = eb_params_value(params, "SAMLRequest");
    eb_span deflated;
    eb_span plain;
    ck_assert(eb_base64_decode(test_pool, text, strlen(text), &deflated));
    ck_ok(eb_inflate(test_pool, EB_E_DEFLATE, deflated, 65536, &plain));
    return (const char *)plain.data;
}

static xmlNodePtr root_of(const char *xml)
{
    xmlDocPtr doc;

    ck_ok(eb_xml_parse(test_pool, xml, strlen(xml), &eb_xml_message_limits, &doc));
    return xmlDocGetRootElement(doc);
}

static const char *children(xmlNodePtr parent)
{
    const char *all = "";

    for (xmlNodePtr n = eb_xml_first(parent); n != NULL; n = eb_xml_next(n)) {
        all = apr_pstrcat(test_pool, all, *all == '\0' ? "" : " ", (const char *)n->name, NULL);
    }
    return all;
}

static const char *value(xmlNodePtr node, const char *name)
{
    return eb_xml_attribute(test_pool, node, name);
}

/* The signature over the octets before "&Signature=", by the key that the world says is ours. */
static const eb_alg *verified(EVP_PKEY *key)
{
    const char *query = strstr(sent.url, "SAMLRequest=");
    const char *end = strstr(query, "&Signature=");
    const eb_params *params = eb_params_parse(test_pool, query, strlen(query));
    const eb_alg *alg = eb_alg_by_uri(eb_params_value(params, "SigAlg"));
    const char *text = eb_params_value(params, "Signature");
    eb_verify_key keys[] = {{key, NULL}};
    eb_alg_policy all = {~(eb_alg_set)0, 2048, 256};
    eb_signature_info info;
    eb_span signature;

    ck_assert_ptr_nonnull(alg);
    ck_assert(eb_base64_decode(test_pool, text, strlen(text), &signature));
    ck_ok(eb_xmldsig_verify_bytes(test_pool, eb_span_bytes(query, (size_t)(end - query)), signature,
                                  keys, 1, alg, &all, &info));
    return alg;
}

START_TEST(generic_request)
{
    begin("generic");
    xmlNodePtr root = root_of(redirected());
    ck_assert(eb_xml_is(root, EB_NS_SAMLP, "AuthnRequest"));
    ck_assert_str_eq(children(root), "Issuer NameIDPolicy");
    ck_assert_str_eq(value(root, "ID"), SAML_REQUEST_ID);
    ck_assert_str_eq(value(root, "Version"), "2.0");
    ck_assert_str_eq(value(root, "IssueInstant"), SAML_NOW);
    ck_assert_str_eq(value(root, "Destination"), REDIRECT_LOCATION);
    ck_assert_ptr_null(value(root, "ForceAuthn"));
    ck_assert_ptr_null(value(root, "IsPassive"));
    ck_assert_str_eq(value(root, "AssertionConsumerServiceURL"), SAML_ACS);
    ck_assert_str_eq(value(root, "ProtocolBinding"),
                     "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST");
    ck_assert_str_eq(eb_xml_text(test_pool, eb_xml_first(root)), SAML_SP_ENTITY);
}
END_TEST

START_TEST(eidas_request)
{
    begin("eidas");
    request.floor = EB_LEVEL_SUBSTANTIAL;
    world.policy.requester_id = "https://client.example.org/?a&b";
    xmlNodePtr root = root_of(redirected());
    ck_assert_str_eq(children(root),
                     "Issuer Extensions NameIDPolicy RequestedAuthnContext Scoping");
    ck_assert_str_eq(value(root, "ForceAuthn"), "true");
    ck_assert_str_eq(value(root, "IsPassive"), "false");
    ck_assert_ptr_null(value(root, "AssertionConsumerServiceURL"));
    ck_assert_ptr_null(value(root, "AssertionConsumerServiceIndex"));
    ck_assert_ptr_null(value(root, "ProtocolBinding"));

    xmlNodePtr extensions = eb_xml_child(root, EB_NS_SAMLP, "Extensions");
    ck_assert_str_eq(children(extensions), "SPType RequestedAttributes");
    ck_assert_str_eq(eb_xml_text(test_pool, eb_xml_child(extensions, EB_NS_EIDAS, "SPType")),
                     "public");
    xmlNodePtr attributes = eb_xml_child(extensions, EB_NS_EIDAS, "RequestedAttributes");
    int count = 0;
    for (xmlNodePtr n = eb_xml_first(attributes); n != NULL; n = eb_xml_next(n), count++) {
        ck_assert(eb_xml_is(n, EB_NS_EIDAS, "RequestedAttribute"));
        ck_assert_str_eq(value(n, "isRequired"), "true");
        ck_assert_str_eq(value(n, "NameFormat"), "urn:oasis:names:tc:SAML:2.0:attrname-format:uri");
        ck_assert_ptr_nonnull(value(n, "FriendlyName"));
        ck_assert_str_eq(value(n, "Name"), world.policy.requested[count].name);
    }
    ck_assert_int_eq(count, 4);

    xmlNodePtr context = eb_xml_child(root, EB_NS_SAMLP, "RequestedAuthnContext");
    ck_assert_str_eq(value(context, "Comparison"), "minimum");
    ck_assert_str_eq(children(context), "AuthnContextClassRef");
    ck_assert_str_eq(eb_xml_text(test_pool, context), "http://eidas.europa.eu/LoA/substantial");
    ck_assert_str_eq(eb_xml_text(test_pool, eb_xml_child(root, EB_NS_SAMLP, "Scoping")),
                     "https://client.example.org/?a&b");
}
END_TEST

START_TEST(eidas_request_with_not_notified_levels_is_exact)
{
    begin("eidas");
    world.policy.allow_non_notified = true;
    world.policy.sp_type = EB_SPTYPE_PRIVATE;
    request.floor = EB_LEVEL_HIGH;
    xmlNodePtr root = root_of(redirected());
    xmlNodePtr context = eb_xml_child(root, EB_NS_SAMLP, "RequestedAuthnContext");
    ck_assert_str_eq(value(context, "Comparison"), "exact");
    ck_assert_str_eq(children(context), "AuthnContextClassRef AuthnContextClassRef");
    ck_assert_ptr_nonnull(strstr(redirected(), ">private<"));
}
END_TEST

START_TEST(suomifi_request_names_the_language)
{
    begin("suomi.fi");
    xmlNodePtr root = root_of(redirected());
    xmlNodePtr vetuma = eb_xml_first(eb_xml_child(root, EB_NS_SAMLP, "Extensions"));
    ck_assert(eb_xml_is(vetuma, "urn:vetuma:SAML:2.0:extensions", "vetuma"));
    xmlNodePtr lg = eb_xml_child(vetuma, "urn:vetuma:SAML:2.0:extensions", "LG");
    ck_assert_str_eq(eb_xml_text(test_pool, lg), "fi");
    ck_assert_str_eq(verified(world.ring.signing[0].key)->word, "rsa-sha256");
    request.language = "de";
    ck_assert_ptr_null(eb_xml_child(root_of(redirected()), EB_NS_SAMLP, "Extensions"));
    request.language = NULL;
    ck_assert_ptr_null(eb_xml_child(root_of(redirected()), EB_NS_SAMLP, "Extensions"));
}
END_TEST

#define FORMAT_ENTITY    "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
#define FORMAT_TRANSIENT "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"

/* SPID technical rules, AuthnRequest: each line of its list. */
START_TEST(spid_request)
{
    begin("spid");
    request.floor = EB_LEVEL_SUBSTANTIAL;
    xmlNodePtr root = root_of(redirected());
    ck_assert_str_eq(children(root), "Issuer NameIDPolicy RequestedAuthnContext");
    ck_assert_ptr_null(value(root, "IsPassive"));
    ck_assert_str_eq(value(root, "ForceAuthn"), "true");
    ck_assert_str_eq(value(root, "AssertionConsumerServiceIndex"), "0");
    ck_assert_ptr_null(value(root, "AssertionConsumerServiceURL"));
    ck_assert_ptr_null(value(root, "ProtocolBinding"));
    ck_assert_str_eq(value(root, "AttributeConsumingServiceIndex"), "0");
    xmlNodePtr issuer = eb_xml_first(root);
    ck_assert_str_eq(value(issuer, "Format"), FORMAT_ENTITY);
    ck_assert_str_eq(value(issuer, "NameQualifier"), SAML_SP_ENTITY);
    ck_assert_str_eq(eb_xml_text(test_pool, issuer), SAML_SP_ENTITY);
    xmlNodePtr policy = eb_xml_child(root, EB_NS_SAMLP, "NameIDPolicy");
    ck_assert_str_eq(value(policy, "Format"), FORMAT_TRANSIENT);
    ck_assert_ptr_null(value(policy, "AllowCreate"));
    xmlNodePtr context = eb_xml_child(root, EB_NS_SAMLP, "RequestedAuthnContext");
    ck_assert_str_eq(value(context, "Comparison"), "minimum");
    ck_assert_str_eq(eb_xml_text(test_pool, context), "https://www.spid.gov.it/SpidL2");
    ck_assert_str_eq(verified(world.ring.signing[0].key)->word, "rsa-sha256");
}
END_TEST

START_TEST(spid_request_of_the_first_level_is_not_forced)
{
    begin("spid");
    request.floor = EB_LEVEL_LOW;
    ck_assert_ptr_null(value(root_of(redirected()), "ForceAuthn"));
    request.floor = EB_LEVEL_HIGH;
    ck_assert_str_eq(value(root_of(redirected()), "ForceAuthn"), "true");
}
END_TEST

START_TEST(names_no_attribute_service_where_there_is_none)
{
    begin("spid");
    world.policy.requested_count = 0;
    ck_assert_ptr_null(value(root_of(redirected()), "AttributeConsumingServiceIndex"));
}
END_TEST

START_TEST(cie_request_is_always_forced)
{
    begin("cie");
    xmlNodePtr root = root_of(redirected());
    ck_assert_str_eq(value(root, "ForceAuthn"), "true");
    ck_assert_ptr_null(value(root, "IsPassive"));
    ck_assert_str_eq(value(eb_xml_first(root), "Format"), FORMAT_ENTITY);
}
END_TEST

/* Entra ID refuses Subject, RequesterID, contexts it does not know, and other comparisons. */
START_TEST(entra_request)
{
    static const eb_level_row levels[] = {{"urn:a", EB_LEVEL_LOW, NULL, true}};
    begin("entra");
    xmlNodePtr root = root_of(redirected());
    ck_assert_str_eq(children(root), "Issuer NameIDPolicy");
    ck_assert(value(root, "ID")[0] == '_');
    ck_assert_ptr_null(value(root, "ForceAuthn"));
    ck_assert_ptr_null(value(root, "IsPassive"));
    ck_assert_str_eq(value(root, "AssertionConsumerServiceURL"), SAML_ACS);
    ck_assert_ptr_null(value(eb_xml_first(root), "Format"));
    xmlNodePtr policy = eb_xml_child(root, EB_NS_SAMLP, "NameIDPolicy");
    ck_assert_ptr_null(value(policy, "SPNameQualifier"));
    world.policy.levels = levels;
    world.policy.level_count = 1;
    xmlNodePtr context = eb_xml_child(root_of(redirected()), EB_NS_SAMLP, "RequestedAuthnContext");
    ck_assert_str_eq(value(context, "Comparison"), "exact");
}
END_TEST

START_TEST(okta_request)
{
    begin("okta");
    xmlNodePtr root = root_of(redirected());
    ck_assert_str_eq(children(root), "Issuer NameIDPolicy");
    ck_assert_str_eq(value(root, "AssertionConsumerServiceURL"), SAML_ACS);
}
END_TEST

START_TEST(sweden_request)
{
    begin("sweden-connect");
    request.floor = EB_LEVEL_HIGH;
    world.policy.requester_id = "https://sign.example.org/";
    static const char *const countries[] = {"https://proxy.example/no",
                                            "https://proxy.example/dk?a&b"};
    world.policy.idp_list = countries;
    world.policy.idp_list_count = 2;
    xmlNodePtr root = root_of(redirected());
    xmlNodePtr scoping = eb_xml_child(root, EB_NS_SAMLP, "Scoping");
    ck_assert_str_eq(children(scoping), "IDPList RequesterID");
    xmlNodePtr list = eb_xml_first(scoping);
    ck_assert_str_eq(children(list), "IDPEntry IDPEntry");
    ck_assert_str_eq(value(eb_xml_first(list), "ProviderID"), countries[0]);
    ck_assert_str_eq(value(eb_xml_next(eb_xml_first(list)), "ProviderID"), countries[1]);
    ck_assert_str_eq(children(root), "Issuer NameIDPolicy RequestedAuthnContext Scoping");
    ck_assert_str_eq(value(root, "Destination"), REDIRECT_LOCATION);
    ck_assert_str_eq(value(root, "AssertionConsumerServiceURL"), SAML_ACS);
    ck_assert_ptr_null(value(root, "AssertionConsumerServiceIndex"));
    ck_assert_ptr_nonnull(value(root, "ForceAuthn"));
    xmlNodePtr context = eb_xml_child(root, EB_NS_SAMLP, "RequestedAuthnContext");
    ck_assert_str_eq(value(context, "Comparison"), "exact");
    ck_assert_str_eq(children(context),
                     "AuthnContextClassRef AuthnContextClassRef AuthnContextClassRef");
}
END_TEST

START_TEST(login_may_force_what_the_profile_leaves_open)
{
    begin("generic");
    request.force_authn = true;
    ck_assert_str_eq(value(root_of(redirected()), "ForceAuthn"), "true");
    world.policy.force_authn = EB_TRISTATE_OFF;
    ck_assert_str_eq(value(root_of(redirected()), "ForceAuthn"), "true");
    request.force_authn = false;
    ck_assert_str_eq(value(root_of(redirected()), "ForceAuthn"), "false");
}
END_TEST

START_TEST(acs_by_index)
{
    begin("generic");
    world.policy.request_acs = EB_ACS_INDEX;
    xmlNodePtr root = root_of(redirected());
    ck_assert_str_eq(value(root, "AssertionConsumerServiceIndex"), "0");
    ck_assert_ptr_null(value(root, "AssertionConsumerServiceURL"));
    ck_assert_ptr_null(value(root, "ProtocolBinding"));
}
END_TEST

START_TEST(no_name_id_policy_without_a_format)
{
    begin("generic");
    world.policy.name_id_format = NULL;
    ck_assert_str_eq(children(root_of(redirected())), "Issuer");
}
END_TEST

START_TEST(name_id_policy_by_the_profile)
{
    static const char *const profiles[] = {"generic",    "eidas",          "suomi.fi",
                                           "shibboleth", "sweden-connect", "spid",
                                           "cie",        "entra",          "okta"};
    begin(profiles[_i]);
    xmlNodePtr policy = eb_xml_child(root_of(redirected()), EB_NS_SAMLP, "NameIDPolicy");
    ck_assert_str_eq(value(policy, "Format"), world.policy.name_id_format);
    const char *create = value(policy, "AllowCreate");
    if (strstr(world.policy.name_id_format, "persistent") != NULL) {
        ck_assert_str_eq(create, "true");
    } else {
        ck_assert_ptr_null(create);
    }
}
END_TEST

START_TEST(escapes_what_is_configured)
{
    begin("generic");
    world.sp.entity_id = "https://sp.example.org/?a=1&b=<\"'>";
    ck_assert_str_eq(eb_xml_text(test_pool, eb_xml_first(root_of(redirected()))),
                     world.sp.entity_id);
}
END_TEST

/* -- which signature
 * ----------------------------------------------------------------------------------- */

START_TEST(chooses_the_signature)
{
    static const struct {
        bool is_ec, prefer_pss;
        eb_alg_set method, peer;
        const char *word;
    } cases[] = {
        {false, false, 0, 0, "rsa-sha256"},
        {false, true, 0, 0, "rsa-pss-sha256"},
        {false, false, 0, EB_ALG_PSS_SHA256, "rsa-pss-sha256"},
        {false, false, 0, EB_ALG_PSS_SHA512 | EB_ALG_RSA_SHA256, "rsa-sha256"},
        {false, false, 0, EB_ALG_RSA_SHA512 | EB_ALG_ECDSA_SHA256, "rsa-sha512"},
        {false, true, 0, EB_ALG_PSS_SHA384 | EB_ALG_RSA_SHA256, "rsa-pss-sha384"},
        {false, false, 0, EB_ALG_ECDSA_SHA256, "rsa-sha256"},
        {false, false, EB_ALG_RSA_SHA512, EB_ALG_PSS_SHA256, "rsa-sha512"},
        {false, false, EB_ALG_ECDSA_SHA256, 0, "rsa-sha256"},
        {true, false, 0, 0, "ecdsa-sha256"},
        {true, true, 0, EB_ALG_RSA_SHA256, "ecdsa-sha256"},
        {true, false, 0, EB_ALG_ECDSA_SHA384, "ecdsa-sha384"},
        {true, false, EB_ALG_RSA_SHA256, 0, "ecdsa-sha256"},
        {true, false, EB_ALG_ECDSA_SHA512, 0, "ecdsa-sha512"},
    };
    begin("generic");
    if (cases[_i].is_ec) {
        world.ring.signing[0].key = saml_key(test_pool, SAML_SP_EC_KEY);
    }
    world.policy.prefer_pss = cases[_i].prefer_pss;
    world.policy.signature_method = cases[_i].method;
    world.peer.signing_methods = cases[_i].peer;
    ck_ok(make());
    ck_assert_str_eq(verified(world.ring.signing[0].key)->word, cases[_i].word);
}
END_TEST

/* -- which way
 * ----------------------------------------------------------------------------------------- */

START_TEST(redirect_carries_the_parameters_in_the_order_that_is_signed)
{
    begin("generic");
    ck_ok(make());
    ck_assert_int_eq(strncmp(sent.url, REDIRECT_LOCATION "?SAMLRequest=",
                             strlen(REDIRECT_LOCATION "?SAMLRequest=")),
                     0);
    const char *relay = strstr(sent.url, "&RelayState=abc-_def&SigAlg=http%3A%2F%2Fwww");
    ck_assert_ptr_nonnull(relay);
    ck_assert_ptr_nonnull(strstr(relay, "&Signature="));
    verified(world.ring.signing[0].key);
}
END_TEST

START_TEST(redirect_without_relay_state)
{
    begin("generic");
    request.relay_state = NULL;
    ck_ok(make());
    ck_assert_ptr_null(strstr(sent.url, "RelayState"));
    verified(world.ring.signing[0].key);
}
END_TEST

START_TEST(redirect_joins_a_query_that_is_there)
{
    static const struct {
        const char *location, *begins;
    } cases[] = {
        {"https://i.example.org/s", "https://i.example.org/s?SAMLRequest="},
        {"https://i.example.org/s?t=1", "https://i.example.org/s?t=1&SAMLRequest="},
        {"https://i.example.org/s?", "https://i.example.org/s?SAMLRequest="},
        {"https://i.example.org/s?t=1&", "https://i.example.org/s?t=1&SAMLRequest="},
    };
    begin("generic");
    world.peer.sso_redirect = cases[_i].location;
    ck_ok(make());
    ck_assert_int_eq(strncmp(sent.url, cases[_i].begins, strlen(cases[_i].begins)), 0);
    verified(world.ring.signing[0].key);
}
END_TEST

START_TEST(post_carries_an_enveloped_signature)
{
    static const char *const profiles[] = {"generic", "eidas", "suomi.fi"};
    begin(profiles[_i]);
    world.policy.request_binding = EB_BINDING_POST;
    ck_ok(make());
    ck_assert(sent.is_post);
    ck_assert_str_eq(sent.url, world.peer.sso_post);
    ck_assert_str_eq(sent.relay_state, "abc-_def");
    eb_span plain;
    ck_assert(eb_base64_decode(test_pool, sent.saml_request, strlen(sent.saml_request), &plain));
    xmlNodePtr root = root_of(apr_pstrmemdup(test_pool, (const char *)plain.data, plain.len));
    ck_assert_str_eq(value(root, "Destination"), world.peer.sso_post);
    ck_assert(eb_xml_is(eb_xml_next(eb_xml_first(root)), EB_NS_DS, "Signature"));
    eb_verify_key keys[] = {{world.ring.signing[0].key, NULL}};
    eb_alg_policy all = {~(eb_alg_set)0, 2048, 256};
    eb_signature_info info;
    ck_ok(eb_xmldsig_verify(test_pool, root, keys, 1, &all, &info));
}
END_TEST

START_TEST(chooses_the_binding)
{
    begin("generic");
    world.peer.sso_redirect = NULL;
    ck_ok(make());
    ck_assert(sent.is_post);
    world.policy.request_binding = EB_BINDING_REDIRECT;
    ck_refused(make(), EB_E_METADATA_ENDPOINT);
    begin("generic");
    world.peer.sso_post = NULL;
    ck_ok(make());
    ck_assert(!sent.is_post);
    world.policy.request_binding = EB_BINDING_POST;
    ck_refused(make(), EB_E_METADATA_ENDPOINT);
}
END_TEST

/* An attribute list that does not compress makes the URL long. */
START_TEST(long_requests_go_by_post)
{
    begin("eidas");
    eb_requested_attribute *many = apr_pcalloc(test_pool, sizeof(*many) * 200);
    for (int i = 0; i < 200; i++) {
        unsigned char octets[24];
        ck_assert_int_eq(world.random.fill(world.random.context, octets, sizeof(octets)), 0);
        many[i].name = eb_hex(test_pool, octets, sizeof(octets));
    }
    world.policy.requested = many;
    world.policy.requested_count = 200;
    ck_ok(make());
    ck_assert(sent.is_post);
    world.policy.request_binding = EB_BINDING_REDIRECT;
    ck_ok(make());
    ck_assert(!sent.is_post);
    ck_assert_uint_gt(strlen(sent.url), 8000);
}
END_TEST

START_TEST(refuses_a_relay_state_over_80_bytes)
{
    begin("generic");
    request.relay_state = apr_psprintf(test_pool, "%080d", 1);
    ck_ok(make());
    request.relay_state = apr_psprintf(test_pool, "%081d", 1);
    ck_refused(make(), EB_E_REQUEST_SIGN);
}
END_TEST

START_TEST(refuses_without_a_usable_key)
{
    begin("generic");
    world.ring.signing_count = 0;
    ck_refused(make(), EB_E_REQUEST_SIGN);
    begin("generic");
    world.ring.signing[0].key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    ck_refused(make(), EB_E_REQUEST_SIGN);
    EVP_PKEY_free(world.ring.signing[0].key);
}
END_TEST

/* A public key alone cannot sign, by either binding. */
START_TEST(tells_that_signing_failed)
{
    begin("generic");
    world.policy.request_binding = _i == 0 ? EB_BINDING_REDIRECT : EB_BINDING_POST;
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(world.ring.signing[0].key, &der);
    const unsigned char *from = der;
    world.ring.signing[0].key = d2i_PUBKEY(NULL, &from, len);
    ck_assert_ptr_nonnull(world.ring.signing[0].key);
    ck_refused(make(), EB_E_REQUEST_SIGN);
    EVP_PKEY_free(world.ring.signing[0].key);
    OPENSSL_free(der);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("authn_request");
    TCase *content = test_case(suite, "content");
    tcase_add_test(content, generic_request);
    tcase_add_test(content, eidas_request);
    tcase_add_test(content, eidas_request_with_not_notified_levels_is_exact);
    tcase_add_test(content, suomifi_request_names_the_language);
    tcase_add_test(content, spid_request);
    tcase_add_test(content, spid_request_of_the_first_level_is_not_forced);
    tcase_add_test(content, names_no_attribute_service_where_there_is_none);
    tcase_add_test(content, cie_request_is_always_forced);
    tcase_add_test(content, entra_request);
    tcase_add_test(content, okta_request);
    tcase_add_test(content, sweden_request);
    tcase_add_test(content, login_may_force_what_the_profile_leaves_open);
    tcase_add_test(content, acs_by_index);
    tcase_add_test(content, no_name_id_policy_without_a_format);
    tcase_add_loop_test(content, name_id_policy_by_the_profile, 0, 9);
    tcase_add_test(content, escapes_what_is_configured);
    TCase *way = test_case(suite, "way");
    tcase_add_loop_test(way, chooses_the_signature, 0, 14);
    tcase_add_test(way, redirect_carries_the_parameters_in_the_order_that_is_signed);
    tcase_add_test(way, redirect_without_relay_state);
    tcase_add_loop_test(way, redirect_joins_a_query_that_is_there, 0, 4);
    tcase_add_loop_test(way, post_carries_an_enveloped_signature, 0, 3);
    tcase_add_test(way, chooses_the_binding);
    tcase_add_test(way, long_requests_go_by_post);
    tcase_add_test(way, refuses_a_relay_state_over_80_bytes);
    tcase_add_test(way, refuses_without_a_usable_key);
    tcase_add_loop_test(way, tells_that_signing_failed, 0, 2);
    return suite;
}

TEST_MAIN(make_suite)

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our own metadata, read as another would read it. */
#include "saml/sp_metadata.h"
#include "saml_keys.h"
#include "saml_maker.h"
#include "saml_test.h"

#include <apr_strings.h>

static saml_world world;
static eb_saml_policy second;
static const eb_saml_policy *policies[2];
static eb_sp_metadata_options options;

static void begin(const char *first, const char *other)
{
    saml_world_init(&world, test_pool, first);
    policies[0] = &world.policy;
    options = (eb_sp_metadata_options){policies, 1, NULL};
    if (other != NULL) {
        second = *eb_profile_find(other);
        policies[1] = &second;
        options.policy_count = 2;
    }
}

static const char *make(void)
{
    const char *xml = NULL;

    ck_ok(eb_sp_metadata_make(test_pool, &world.sp, &options, &xml));
    return xml;
}

static xmlNodePtr role_of(const char *xml)
{
    xmlDocPtr doc;

    ck_ok(eb_xml_parse(test_pool, xml, strlen(xml), &eb_xml_message_limits, &doc));
    return eb_xml_child(xmlDocGetRootElement(doc), EB_NS_MD, "SPSSODescriptor");
}

/* Short names of an element's children, in order. */
static const char *children(xmlNodePtr parent)
{
    const char *all = "";

    for (xmlNodePtr n = eb_xml_first(parent); n != NULL; n = eb_xml_next(n)) {
        all = apr_pstrcat(test_pool, all, *all == '\0' ? "" : " ", (const char *)n->name, NULL);
    }
    return all;
}

static const char *methods_of(const char *xml)
{
    const char *all = "";

    for (xmlNodePtr n = eb_xml_first(role_of(xml)); n != NULL; n = eb_xml_next(n)) {
        const char *use = eb_xml_attribute(test_pool, n, "use");
        if (use == NULL || strcmp(use, "encryption") != 0) {
            continue;
        }
        for (xmlNodePtr m = eb_xml_child(n, EB_NS_MD, "EncryptionMethod"); m != NULL;
             m = eb_xml_next(m)) {
            const char *uri = eb_xml_attribute(test_pool, m, "Algorithm");
            xmlNodePtr digest = eb_xml_child(m, EB_NS_DS, "DigestMethod");
            const char *of =
                digest == NULL ? "#" : eb_xml_attribute(test_pool, digest, "Algorithm");
            /* xmlenc11#rsa-oaep names its MGF, rsa-oaep-mgf1p has one in its name */
            ck_assert((eb_xml_child(m, EB_NS_XENC11, "MGF") != NULL) ==
                      (strcmp(uri, EB_NS_XENC11 "rsa-oaep") == 0));
            all = apr_pstrcat(test_pool, all, *all == '\0' ? "" : " ", strchr(uri, '#') + 1,
                              digest == NULL ? "" : "/", strchr(of, '#') + 1, NULL);
        }
    }
    return all;
}

START_TEST(has_the_parts_in_schema_order)
{
    begin("generic", NULL);
    const char *xml = make();
    xmlNodePtr role = role_of(xml);
    ck_assert_str_eq(children(role->parent), "Extensions SPSSODescriptor");
    ck_assert_str_eq(children(role),
                     "KeyDescriptor KeyDescriptor NameIDFormat AssertionConsumerService");
    ck_assert_str_eq(eb_xml_attribute(test_pool, role->parent, "entityID"), SAML_SP_ENTITY);
    ck_assert_str_eq(eb_xml_attribute(test_pool, role, "AuthnRequestsSigned"), "true");
    xmlNodePtr acs = eb_xml_child(role, EB_NS_MD, "AssertionConsumerService");
    ck_assert_str_eq(eb_xml_attribute(test_pool, acs, "index"), "0");
    ck_assert_str_eq(eb_xml_attribute(test_pool, acs, "isDefault"), "true");
    ck_assert_str_eq(eb_xml_attribute(test_pool, acs, "Location"), SAML_ACS);
    ck_assert_str_eq(eb_xml_attribute(test_pool, acs, "Binding"),
                     "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST");
}
END_TEST

START_TEST(is_the_same_each_time)
{
    begin("eidas", "suomi.fi");
    ck_assert_str_eq(make(), make());
}
END_TEST

START_TEST(shows_all_signing_keys_and_the_first_for_encryption)
{
    begin("generic", NULL);
    world.ring.signing[1] = world.ring.encryption[0];
    world.ring.signing_count = 2;
    xmlNodePtr role = role_of(make());
    const char *uses = "";
    for (xmlNodePtr n = eb_xml_first(role); n != NULL; n = eb_xml_next(n)) {
        const char *use = eb_xml_attribute(test_pool, n, "use");
        uses = use == NULL ? uses : apr_pstrcat(test_pool, uses, use, " ", NULL);
    }
    ck_assert_str_eq(uses, "signing signing encryption ");
    ck_assert_ptr_nonnull(strstr(make(), SAML_SP_RSA3072_CERTIFICATE));
}
END_TEST

START_TEST(offers_what_the_profile_allows_best_first)
{
    begin("eidas", NULL);
    ck_assert_str_eq(methods_of(make()), "aes256-gcm aes128-gcm aes192-gcm rsa-oaep/sha256");
    begin("generic", NULL);
    ck_assert_str_eq(methods_of(make()), "aes256-gcm aes128-gcm aes192-gcm rsa-oaep/sha256 "
                                         "rsa-oaep-mgf1p/sha256 rsa-oaep-mgf1p/sha1");
    world.policy.algorithms.allowed |= EB_ALG_AES128_CBC;
    ck_assert_ptr_nonnull(strstr(methods_of(make()), "aes192-gcm aes128-cbc rsa-oaep/"));
}
END_TEST

START_TEST(offers_agreement_for_an_ec_key)
{
    begin("eidas", NULL);
    world.ring.encryption[0].key = saml_key(test_pool, SAML_SP_EC_KEY);
    world.ring.encryption[0].certificate = SAML_SP_EC_CERTIFICATE;
    ck_assert_str_eq(methods_of(make()),
                     "aes256-gcm aes128-gcm aes192-gcm ECDH-ES kw-aes256 kw-aes128");
}
END_TEST

START_TEST(refuses_a_key_that_nobody_may_encrypt_to)
{
    const char *xml = NULL;
    begin("eidas", NULL);
    world.policy.algorithms.allowed &= ~(eb_alg_set)EB_ALG_OAEP;
    ck_refused(eb_sp_metadata_make(test_pool, &world.sp, &options, &xml), EB_E_CONFIG_CONFLICT);
    begin("eidas", NULL);
    world.policy.algorithms.allowed &= ~(eb_alg_set)EB_ALG_GCM;
    ck_refused(eb_sp_metadata_make(test_pool, &world.sp, &options, &xml), EB_E_CONFIG_CONFLICT);
}
END_TEST

START_TEST(never_offers_what_does_not_exist_here)
{
    begin("generic", "suomi.fi");
    const char *xml = make();
    ck_assert_ptr_null(strstr(xml, "rsa-1_5"));
    ck_assert_ptr_null(strstr(xml, "tripledes"));
    ck_assert_ptr_null(strstr(xml, "rsa-sha1"));
    ck_assert_ptr_null(strstr(xml, "-cbc"));
}
END_TEST

START_TEST(lists_signing_methods_by_profile)
{
    begin("eidas", NULL);
    const char *strict = make();
    ck_assert_ptr_null(strstr(strict, "xmldsig-more#rsa-sha256"));
    ck_assert_ptr_nonnull(strstr(strict, "sha256-rsa-MGF1\" MinKeySize=\"3072\""));
    ck_assert_ptr_nonnull(strstr(strict, "ecdsa-sha256\" MinKeySize=\"256\""));
    begin("eidas", "generic");
    ck_assert_ptr_nonnull(strstr(make(), "xmldsig-more#rsa-sha256\" MinKeySize=\"2048\""));
}
END_TEST

START_TEST(wants_signed_assertions_where_a_profile_does)
{
    begin("eidas", NULL);
    ck_assert_ptr_nonnull(strstr(make(), "WantAssertionsSigned=\"false\""));
    begin("eidas", "suomi.fi");
    ck_assert_ptr_nonnull(strstr(make(), "WantAssertionsSigned=\"true\""));
}
END_TEST

START_TEST(lists_each_name_id_format_once)
{
    static const char *const extra[] = {"urn:x", "urn:y", "urn:x", NULL};
    const char *formats = "";
    begin("eidas", "suomi.fi");
    options.name_id_formats = extra;
    for (xmlNodePtr n = eb_xml_first(role_of(make())); n != NULL; n = eb_xml_next(n)) {
        if (eb_xml_is(n, EB_NS_MD, "NameIDFormat")) {
            formats = apr_pstrcat(test_pool, formats, strrchr(eb_xml_text(test_pool, n), ':') + 1,
                                  " ", NULL);
        }
    }
    ck_assert_str_eq(formats, "persistent transient x y ");
}
END_TEST

START_TEST(tells_the_country_in_the_role_and_no_sp_type)
{
    begin("eidas", NULL);
    ck_assert_ptr_null(strstr(make(), "NodeCountry"));
    world.policy.country = "FI";
    xmlNodePtr role = role_of(make());
    xmlNodePtr country =
        eb_xml_child(eb_xml_child(role, EB_NS_MD, "Extensions"), EB_NS_EIDAS, "NodeCountry");
    ck_assert_ptr_nonnull(country);
    ck_assert_str_eq(eb_xml_text(test_pool, country), "FI");
    ck_assert_ptr_null(strstr(make(), "SPType"));
}
END_TEST

START_TEST(asks_for_attributes_that_no_request_asks_for)
{
    static const eb_requested_attribute first[] = {{"urn:a", "a", false}, {"urn:b", NULL, true}};
    static const eb_requested_attribute other[] = {{"urn:a", "a", true}};
    begin("generic", "suomi.fi");
    ck_assert_ptr_null(strstr(make(), "AttributeConsumingService"));
    world.policy.requested = first;
    world.policy.requested_count = 2;
    second.requested = other;
    second.requested_count = 1;
    xmlNodePtr service = eb_xml_child(role_of(make()), EB_NS_MD, "AttributeConsumingService");
    ck_assert_str_eq(children(service), "ServiceName RequestedAttribute RequestedAttribute");
    xmlNodePtr a = eb_xml_child(service, EB_NS_MD, "RequestedAttribute");
    ck_assert_str_eq(eb_xml_attribute(test_pool, a, "isRequired"), "true");
    ck_assert_str_eq(eb_xml_attribute(test_pool, a, "FriendlyName"), "a");
    ck_assert_ptr_null(eb_xml_attribute(test_pool, eb_xml_next(a), "FriendlyName"));
    begin("eidas", NULL);
    ck_assert_ptr_null(strstr(make(), "AttributeConsumingService"));
}
END_TEST

START_TEST(a_name_that_is_a_word_has_the_basic_format)
{
    begin("spid", NULL);
    xmlNodePtr service = eb_xml_child(role_of(make()), EB_NS_MD, "AttributeConsumingService");
    ck_assert_str_eq(eb_xml_attribute(test_pool, service, "index"), "0");
    xmlNodePtr number = eb_xml_child(service, EB_NS_MD, "RequestedAttribute");
    ck_assert_str_eq(eb_xml_attribute(test_pool, number, "Name"), "fiscalNumber");
    ck_assert_str_eq(eb_xml_attribute(test_pool, number, "NameFormat"),
                     "urn:oasis:names:tc:SAML:2.0:attrname-format:basic");
    ck_assert_str_eq(eb_xml_attribute(test_pool, number, "isRequired"), "true");
}
END_TEST

START_TEST(offers_cbc_last_where_a_provider_must_speak_it)
{
    begin("sweden-connect", NULL);
    const char *xml = make();
    const char *gcm = strstr(xml, "aes256-gcm"), *cbc = strstr(xml, "aes256-cbc");
    ck_assert(gcm != NULL && cbc != NULL && gcm < cbc);
}
END_TEST

START_TEST(escapes_what_is_configured)
{
    begin("generic", NULL);
    world.sp.entity_id = "https://sp.example.org/?a=1&b=\"<x>";
    xmlNodePtr role = role_of(make());
    ck_assert_str_eq(eb_xml_attribute(test_pool, role->parent, "entityID"), world.sp.entity_id);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("sp_metadata");
    TCase *metadata = test_case(suite, "metadata");
    tcase_add_test(metadata, has_the_parts_in_schema_order);
    tcase_add_test(metadata, is_the_same_each_time);
    tcase_add_test(metadata, shows_all_signing_keys_and_the_first_for_encryption);
    tcase_add_test(metadata, offers_what_the_profile_allows_best_first);
    tcase_add_test(metadata, offers_agreement_for_an_ec_key);
    tcase_add_test(metadata, refuses_a_key_that_nobody_may_encrypt_to);
    tcase_add_test(metadata, never_offers_what_does_not_exist_here);
    tcase_add_test(metadata, lists_signing_methods_by_profile);
    tcase_add_test(metadata, wants_signed_assertions_where_a_profile_does);
    tcase_add_test(metadata, lists_each_name_id_format_once);
    tcase_add_test(metadata, tells_the_country_in_the_role_and_no_sp_type);
    tcase_add_test(metadata, asks_for_attributes_that_no_request_asks_for);
    tcase_add_test(metadata, a_name_that_is_a_word_has_the_basic_format);
    tcase_add_test(metadata, offers_cbc_last_where_a_provider_must_speak_it);
    tcase_add_test(metadata, escapes_what_is_configured);
    return suite;
}

TEST_MAIN(make_suite)

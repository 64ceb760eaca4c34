/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of the profiles: what each service demands, line by line. */
#include "saml/profiles.h"
#include "saml_test.h"

#include <string.h>

START_TEST(finds_every_word_and_no_other)
{
    int count = 0;
    for (const char *const *word = eb_profile_words(); *word != NULL; word++, count++) {
        const eb_saml_policy *row = eb_profile_find(*word);
        ck_assert_ptr_nonnull(row);
        ck_assert_str_eq(row->profile, *word);
    }
    ck_assert_int_eq(count, 9);
    ck_assert_ptr_null(eb_profile_find("Eidas"));
    ck_assert_ptr_null(eb_profile_find(""));
    ck_assert_ptr_null(eb_profile_find(NULL));
}
END_TEST

START_TEST(every_row_is_safe)
{
    for (const char *const *word = eb_profile_words(); *word != NULL; word++) {
        const eb_saml_policy *row = eb_profile_find(*word);
        /* AES-CBC only where the Response is signed anyway */
        ck_assert((row->algorithms.allowed & EB_ALG_CBC) == 0 ||
                  row->require_signature == EB_SIGNED_RESPONSE);
        ck_assert_int_ge(row->algorithms.min_rsa_bits, 2048);
        ck_assert_int_ge(row->algorithms.min_ec_bits, 256);
        ck_assert(row->clock_skew <= apr_time_from_sec(300));
        ck_assert(row->max_message_age > 0);
        ck_assert(row->refuse_representative);
        ck_assert_int_ge(row->subject_rule_count, 1);
        /* some rule always applies */
        ck_assert_ptr_null(row->subject_rules[row->subject_rule_count - 1].level_prefix);
        ck_assert(!row->allow_non_notified);
    }
}
END_TEST

START_TEST(eidas_allows_exactly_its_table_of_algorithms)
{
    const eb_saml_policy *row = eb_profile_find("eidas");
    eb_alg_set table = EB_ALG_PSS_SHA256 | EB_ALG_PSS_SHA384 | EB_ALG_PSS_SHA512 |
                       EB_ALG_ECDSA_SHA256 | EB_ALG_ECDSA_SHA384 | EB_ALG_ECDSA_SHA512 |
                       EB_ALG_AES128_GCM | EB_ALG_AES192_GCM | EB_ALG_AES256_GCM | EB_ALG_OAEP |
                       EB_ALG_ECDH_ES | EB_ALG_KW_AES128 | EB_ALG_KW_AES256;
    ck_assert_uint_eq(row->algorithms.allowed, table);
    ck_assert_int_eq(row->algorithms.min_rsa_bits, 3072);
    ck_assert_int_eq(row->algorithms.min_ec_bits, 256);
    ck_assert(row->prefer_pss);
}
END_TEST

START_TEST(eidas_asks_as_the_message_format_says)
{
    const eb_saml_policy *row = eb_profile_find("eidas");
    ck_assert_int_eq(row->force_authn, EB_TRISTATE_ON);
    ck_assert_int_eq(row->is_passive, EB_TRISTATE_OFF);
    ck_assert_int_eq(row->request_acs, EB_ACS_NONE);
    ck_assert_int_eq(row->comparison, EB_COMPARISON_MINIMUM);
    ck_assert_int_eq(row->sp_type, EB_SPTYPE_PUBLIC);
    ck_assert(row->request_attributes_in_request);
    ck_assert_int_eq(row->requested_count, 4);
    for (int i = 0; i < row->requested_count; i++) {
        ck_assert(row->requested[i].is_required);
    }
    ck_assert_int_eq(row->level_count, 6);
}
END_TEST

START_TEST(eidas_demands_as_the_message_format_says)
{
    const eb_saml_policy *row = eb_profile_find("eidas");
    ck_assert_int_eq(row->require_signature, EB_SIGNED_RESPONSE);
    ck_assert(row->require_encryption);
    ck_assert(row->require_not_before);
    ck_assert(row->require_name_format_uri);
    ck_assert(row->require_attribute_values);
    ck_assert_int_eq(row->subject_rule_count, 1);
    ck_assert(row->subject_rules[0].is_eidas);
    ck_assert_str_eq(row->subject_rules[0].namespace_, "eidas");
    ck_assert_str_eq(row->subject_rules[0].attribute,
                     "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier");
}
END_TEST

START_TEST(suomifi_is_as_the_service_has_it)
{
    const eb_saml_policy *row = eb_profile_find("suomi.fi");
    ck_assert_int_eq(row->require_signature, EB_SIGNED_BOTH);
    ck_assert(row->require_encryption);
    ck_assert(row->vetuma_language);
    ck_assert(!row->require_attribute_values);
    ck_assert_uint_eq(row->signature_method, EB_ALG_RSA_SHA256);
    ck_assert(row->algorithms.allowed & EB_ALG_OAEP_SHA1);
    ck_assert_int_eq(row->comparison, EB_COMPARISON_EXACT);
    ck_assert_int_eq(row->subject_rule_count, 2);
    ck_assert_str_eq(row->subject_rules[0].level_prefix, "http://eidas.europa.eu/LoA/");
    ck_assert(row->subject_rules[0].is_eidas);
    ck_assert_str_eq(row->subject_rules[1].attribute, "urn:oid:1.2.246.21");
    ck_assert(strstr(row->name_id_format, "transient") != NULL);
}
END_TEST

START_TEST(generic_and_shibboleth_differ_in_encryption_and_subject)
{
    const eb_saml_policy *generic = eb_profile_find("generic");
    const eb_saml_policy *shibboleth = eb_profile_find("shibboleth");
    ck_assert_int_eq(generic->require_signature, EB_SIGNED_EITHER);
    ck_assert_int_eq(shibboleth->require_signature, EB_SIGNED_EITHER);
    ck_assert(!generic->require_encryption);
    ck_assert(shibboleth->require_encryption);
    ck_assert_str_eq(generic->subject_rules[0].attribute, "NameID");
    ck_assert(strstr(generic->name_id_format, "persistent") != NULL);
    ck_assert_str_ne(shibboleth->subject_rules[0].attribute, "NameID");
    ck_assert_int_eq(generic->level_count, 0);
}
END_TEST

START_TEST(sweden_connect_is_as_its_deployment_profile)
{
    const eb_saml_policy *row = eb_profile_find("sweden-connect");
    eb_alg_set minimum =
        EB_ALG_CBC | EB_ALG_OAEP_MGF1P | EB_ALG_OAEP_SHA1 | EB_ALG_RSA_SHA256 | EB_ALG_ECDSA_SHA256;
    ck_assert_uint_eq(row->algorithms.allowed & minimum, minimum);
    ck_assert_int_eq(row->require_signature, EB_SIGNED_RESPONSE);
    ck_assert(row->require_encryption);
    ck_assert(row->require_not_before);
    ck_assert_int_eq(row->comparison, EB_COMPARISON_EXACT);
    ck_assert_int_eq(row->request_acs, EB_ACS_URL);
    ck_assert(row->force_authn != EB_TRISTATE_OMIT); /* said explicitly, either way */
    ck_assert(row->clock_skew <= apr_time_from_sec(60));
    ck_assert_int_eq(row->subject_rule_count, 3);
    ck_assert_int_eq(row->subject_rules[0].form, EB_IDENTIFIER_PRID);
    ck_assert_int_eq(row->subject_rules[1].form, EB_IDENTIFIER_PRID);
    ck_assert_int_eq(row->subject_rules[2].form, EB_IDENTIFIER_PERSONNUMMER);
    ck_assert_str_eq(row->subject_rules[2].attribute, "urn:oid:1.2.752.29.4.13");
    ck_assert(!row->refuses_scoping);
}
END_TEST

START_TEST(spid_is_as_its_technical_rules)
{
    const eb_saml_policy *row = eb_profile_find("spid");
    ck_assert_int_eq(row->is_passive, EB_TRISTATE_OMIT);
    ck_assert_int_eq(row->force_authn, EB_TRISTATE_OMIT);
    ck_assert_int_eq(row->force_authn_from, EB_LEVEL_SUBSTANTIAL);
    ck_assert_int_eq(row->request_acs, EB_ACS_INDEX);
    ck_assert(row->request_attribute_index);
    ck_assert(row->qualified_issuer);
    ck_assert(!row->allow_create);
    ck_assert(strstr(row->name_id_format, "transient") != NULL);
    ck_assert_int_eq(row->comparison, EB_COMPARISON_MINIMUM);
    ck_assert_int_eq(row->require_signature, EB_SIGNED_ASSERTION);
    ck_assert(!row->require_encryption);
    ck_assert(row->require_issuer_format && row->require_name_id && row->require_not_before);
    ck_assert(row->require_issued_after_request);
    ck_assert(row->spid_status);
    ck_assert_str_eq(row->subject_rules[0].attribute, "fiscalNumber");
    ck_assert_int_eq(row->subject_rules[0].form, EB_IDENTIFIER_TINIT);
    ck_assert_int_eq(row->requested_count, 1);
    ck_assert(row->requested[0].is_required);
}
END_TEST

START_TEST(cie_asks_like_spid_and_demands_less)
{
    const eb_saml_policy *row = eb_profile_find("cie");
    const eb_saml_policy *spid = eb_profile_find("spid");
    ck_assert_int_eq(row->force_authn, EB_TRISTATE_ON);
    ck_assert_int_eq(row->is_passive, EB_TRISTATE_OMIT);
    ck_assert(row->qualified_issuer && row->request_attribute_index);
    ck_assert_ptr_eq(row->levels, spid->levels);
    ck_assert_str_eq(row->subject_rules[0].attribute, "fiscalNumber");
    ck_assert_int_eq(row->subject_rules[0].form, EB_IDENTIFIER_ANY);
    ck_assert(!row->require_issuer_format && !row->require_name_id);
    ck_assert_int_eq(row->require_signature, EB_SIGNED_ASSERTION);
}
END_TEST

START_TEST(entra_and_okta_are_asked_for_no_level)
{
    static const char *const words[] = {"entra", "okta"};
    const eb_saml_policy *row = eb_profile_find(words[_i]);
    ck_assert_int_eq(row->level_count, 0);
    ck_assert_int_eq(row->comparison, EB_COMPARISON_EXACT);
    ck_assert_int_eq(row->require_signature, EB_SIGNED_EITHER);
    ck_assert(!row->require_encryption);
    ck_assert(row->refuses_scoping == (_i == 0));
    ck_assert_ptr_nonnull(row->response_signing_option);
    ck_assert_int_eq((int)row->max_authentication_age, 0);
    ck_assert_str_eq(row->subject_rules[0].attribute,
                     _i == 0 ? "http://schemas.microsoft.com/identity/claims/objectidentifier"
                             : "NameID");
    ck_assert_ptr_null(row->subject_rules[0].namespace_);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("profiles");
    TCase *rows = test_case(suite, "rows");
    tcase_add_test(rows, finds_every_word_and_no_other);
    tcase_add_test(rows, every_row_is_safe);
    tcase_add_test(rows, eidas_allows_exactly_its_table_of_algorithms);
    tcase_add_test(rows, eidas_asks_as_the_message_format_says);
    tcase_add_test(rows, eidas_demands_as_the_message_format_says);
    tcase_add_test(rows, suomifi_is_as_the_service_has_it);
    tcase_add_test(rows, generic_and_shibboleth_differ_in_encryption_and_subject);
    tcase_add_test(rows, sweden_connect_is_as_its_deployment_profile);
    tcase_add_test(rows, spid_is_as_its_technical_rules);
    tcase_add_test(rows, cie_asks_like_spid_and_demands_less);
    tcase_add_loop_test(rows, entra_and_okta_are_asked_for_no_level, 0, 2);
    return suite;
}

TEST_MAIN(make_suite)

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The discovery document promises what is on, and nothing else. */
#define OIDC_HELP_MAIN
#include "oidc_help.h"

#include "base/json.h"
#include "oidc/discovery.h"

static eb_discovery discovery;

static void reset(void)
{
    static const eb_jws_alg algs[] = {EB_JWS_RS256, EB_JWS_ES256};
    static const char *const scopes[] = {"openid", "profile"}, *const languages[] = {"en", "fi"};
    static const char *const levels[] = {"http://eidas.europa.eu/LoA/low"};
    static const char *const claims[] = {"given_name", "sub", "given_name"};
    memset(&discovery, 0, sizeof discovery);
    discovery.issuer = "https://op.example/sub";
    discovery.acr_values = levels;
    discovery.acr_value_count = 1;
    discovery.claims = claims;
    discovery.claim_count = 3;
    discovery.scopes = scopes;
    discovery.scope_count = 2;
    discovery.languages = languages;
    discovery.language_count = 2;
    discovery.algs = algs;
    discovery.alg_count = 2;
    discovery.auth_methods = EB_AUTH_BASIC | EB_AUTH_POST | EB_AUTH_NONE;
    discovery.has_pairwise = true;
}

static json_t *document(void)
{
    const char *text;
    assert_ok(eb_discovery_make(pool, &discovery, &text));
    json_t *object = eb_json_own(pool, json_loads(text, JSON_REJECT_DUPLICATES, NULL));
    ck_assert_ptr_nonnull(object);
    return object;
}

static const char *dumped(const char *name)
{
    json_t *value = json_object_get(document(), name);
    return value == NULL ? "absent"
                         : apr_pstrdup(pool, json_is_string(value) ? json_string_value(value)
                                                                   : eb_json_dump(pool, value));
}

START_TEST(endpoints_are_below_the_issuer)
{
    reset();
    ck_assert_str_eq(dumped("issuer"), "https://op.example/sub");
    ck_assert_str_eq(dumped("authorization_endpoint"), "https://op.example/sub/authorize");
    ck_assert_str_eq(dumped("token_endpoint"), "https://op.example/sub/token");
    ck_assert_str_eq(dumped("userinfo_endpoint"), "https://op.example/sub/userinfo");
    ck_assert_str_eq(dumped("jwks_uri"), "https://op.example/sub/jwks");
}
END_TEST

START_TEST(says_what_is_on)
{
    reset();
    ck_assert_str_eq(dumped("response_types_supported"), "[\"code\"]");
    ck_assert_str_eq(dumped("response_modes_supported"), "[\"query\"]");
    ck_assert_str_eq(dumped("grant_types_supported"), "[\"authorization_code\"]");
    ck_assert_str_eq(dumped("code_challenge_methods_supported"), "[\"S256\"]");
    ck_assert_str_eq(dumped("authorization_response_iss_parameter_supported"), "true");
    ck_assert_str_eq(dumped("prompt_values_supported"), "[\"none\",\"login\"]");
    ck_assert_str_eq(dumped("scopes_supported"), "[\"openid\",\"profile\"]");
    ck_assert_str_eq(dumped("ui_locales_supported"), "[\"en\",\"fi\"]");
    ck_assert_str_eq(dumped("acr_values_supported"), "[\"http://eidas.europa.eu/LoA/low\"]");
    ck_assert_str_eq(dumped("id_token_signing_alg_values_supported"), "[\"RS256\",\"ES256\"]");
    ck_assert_str_eq(dumped("token_endpoint_auth_methods_supported"),
                     "[\"client_secret_basic\",\"client_secret_post\",\"none\"]");
}
END_TEST

/* request_uri_parameter_supported would mean true if it were absent (Discovery 1.0 section 3). */
START_TEST(says_what_is_off)
{
    reset();
    ck_assert_str_eq(dumped("request_uri_parameter_supported"), "false");
    ck_assert_str_eq(dumped("request_parameter_supported"), "false");
    ck_assert_str_eq(dumped("claims_parameter_supported"), "false");
    static const char *const absent[] = {"registration_endpoint", "revocation_endpoint",
                                         "introspection_endpoint", "end_session_endpoint",
                                         "pushed_authorization_request_endpoint"};
    for (int i = 0; i < COUNT(absent); i++) {
        ck_assert_str_eq(dumped(absent[i]), "absent");
    }
}
END_TEST

START_TEST(subject_types_are_those_of_the_clients)
{
    reset();
    ck_assert_str_eq(dumped("subject_types_supported"), "[\"pairwise\"]");
    discovery.has_public = true;
    ck_assert_str_eq(dumped("subject_types_supported"), "[\"pairwise\",\"public\"]");
    discovery.has_pairwise = false;
    ck_assert_str_eq(dumped("subject_types_supported"), "[\"public\"]");
}
END_TEST

START_TEST(claims_are_each_once_with_the_protocols_own)
{
    reset();
    ck_assert_str_eq(dumped("claims_supported"),
                     "[\"iss\",\"sub\",\"aud\",\"exp\",\"iat\",\"auth_time\",\"nonce\","
                     "\"at_hash\",\"acr\",\"given_name\"]");
}
END_TEST

START_TEST(empty_arrays_are_left_out)
{
    reset();
    discovery.acr_value_count = discovery.claim_count = discovery.scope_count = 0;
    discovery.language_count = 0;
    discovery.auth_methods = 0;
    ck_assert_str_eq(dumped("acr_values_supported"), "absent");
    ck_assert_str_eq(dumped("ui_locales_supported"), "absent");
    ck_assert_str_eq(dumped("token_endpoint_auth_methods_supported"), "absent");
    ck_assert_str_eq(dumped("scopes_supported"), "[\"openid\"]");
    ck_assert_ptr_null(strstr(dumped("claims_supported"), "acr"));
    const char *name;
    json_t *value;
    json_t *whole = document();
    json_object_foreach(whole, name, value)
    {
        ck_assert_msg(!json_is_array(value) || json_array_size(value) > 0, "%s", name);
    }
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, endpoints_are_below_the_issuer);
    tcase_add_test(tcase, says_what_is_on);
    tcase_add_test(tcase, says_what_is_off);
    tcase_add_test(tcase, subject_types_are_those_of_the_clients);
    tcase_add_test(tcase, claims_are_each_once_with_the_protocols_own);
    tcase_add_test(tcase, empty_arrays_are_left_out);
}

int main(void)
{
    return run_case("discovery", add_tests);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a client is given, and what it cannot do without. */
#define OIDC_HELP_MAIN
#include "oidc_help.h"

#include "bridge/release.h"

static json_t *object_of(const char *text)
{
    return eb_json_own(pool, json_loads(text, 0, NULL));
}

/* The members left for a client with these Claims and scopes. */
static const char *released(const char *const *claims, int claim_count, const char *scopes,
                            const char *known)
{
    eb_client client = confidential_client();
    client.claims = claims;
    client.claim_count = claim_count;
    apr_array_header_t *names = eb_release_names(pool, &client, words_of(scopes));
    return eb_json_dump(pool, eb_release_filter(pool, object_of(known), names));
}

#define KNOWN                                                                                      \
    "{\"given_name\":\"A\",\"name\":\"A B\",\"email\":\"a@b\",\"address\":{\"country\":\"FI\"},"   \
    "\"national_identification_number\":\"x\",\"phone_number\":\"1\"}"

START_TEST(openid_alone_releases_nothing)
{
    ck_assert_str_eq(released(NULL, 0, "openid", KNOWN), "{}");
    ck_assert_str_eq(released(NULL, 0, "", KNOWN), "{}");
}
END_TEST

START_TEST(claims_are_released_whatever_the_scope)
{
    static const char *const claims[] = {"national_identification_number", "absent"};
    ck_assert_str_eq(released(claims, 2, "openid", KNOWN),
                     "{\"national_identification_number\":\"x\"}");
}
END_TEST

START_TEST(each_scope_adds_its_standard_claims)
{
    ck_assert_str_eq(released(NULL, 0, "openid profile", KNOWN),
                     "{\"given_name\":\"A\",\"name\":\"A B\"}");
    ck_assert_str_eq(released(NULL, 0, "email", KNOWN), "{\"email\":\"a@b\"}");
    ck_assert_str_eq(released(NULL, 0, "address", KNOWN), "{\"address\":{\"country\":\"FI\"}}");
    ck_assert_str_eq(released(NULL, 0, "phone", KNOWN), "{\"phone_number\":\"1\"}");
    ck_assert_str_eq(released(NULL, 0, "offline_access unknown", KNOWN), "{}");
}
END_TEST

START_TEST(scopes_have_the_claims_of_openid_core)
{
    int count;
    eb_release_scope_claims("profile", &count);
    ck_assert_int_eq(count, 14);
    eb_release_scope_claims("email", &count);
    ck_assert_int_eq(count, 2);
    eb_release_scope_claims("phone", &count);
    ck_assert_int_eq(count, 2);
    ck_assert_ptr_null(eb_release_scope_claims("openid", &count));
    ck_assert_int_eq(count, 0);
}
END_TEST

START_TEST(names_appear_once)
{
    static const char *const claims[] = {"email", "email", "name"};
    eb_client client = confidential_client();
    client.claims = claims;
    client.claim_count = 3;
    apr_array_header_t *names = eb_release_names(pool, &client, words_of("openid email profile"));
    ck_assert_int_eq(names->nelts, 2 + 1 + 13);
}
END_TEST

START_TEST(language_variants_follow_their_name)
{
    static const char *const claims[] = {"family_name"}, *const tagged[] = {"a#sv"};
    const char *known = "{\"family_name\":\"P\",\"family_name#el-Grek\":\"\xce\xa0\","
                        "\"family_name2\":\"x\",\"family_nam\":\"x\"}";
    ck_assert_str_eq(released(claims, 1, "openid", known),
                     "{\"family_name\":\"P\",\"family_name#el-Grek\":\"\xce\xa0\"}");
    ck_assert_str_eq(released(tagged, 1, "openid", "{\"a\":\"1\",\"a#sv\":\"2\",\"a#fi\":\"3\"}"),
                     "{\"a#sv\":\"2\"}");
}
END_TEST

START_TEST(filtering_leaves_the_claims_as_they_are)
{
    json_t *claims = object_of(KNOWN);
    size_t size = json_object_size(claims);
    eb_release_filter(pool, claims, words_of("name"));
    ck_assert_uint_eq(json_object_size(claims), size);
}
END_TEST

START_TEST(required_claims_are_there)
{
    static const char *const required[] = {"given_name", "email"};
    eb_client client = confidential_client();
    assert_ok(eb_release_required(pool, &client, object_of("{}")));
    client.required_claims = required;
    client.required_claim_count = 2;
    assert_ok(eb_release_required(pool, &client, object_of(KNOWN)));
}
END_TEST

START_TEST(refuses_missing_required_claims_by_name)
{
    static const char *const required[] = {"given_name", "gender", "birthdate"};
    eb_client client = confidential_client();
    client.required_claims = required;
    client.required_claim_count = 3;
    const eb_err *err = eb_release_required(pool, &client, object_of(KNOWN));
    assert_error(err, ATTRIBUTE_MISSING);
    ck_assert_ptr_nonnull(strstr(err->message, "gender birthdate"));
    ck_assert_ptr_null(strstr(err->message, "given_name"));
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, openid_alone_releases_nothing);
    tcase_add_test(tcase, claims_are_released_whatever_the_scope);
    tcase_add_test(tcase, each_scope_adds_its_standard_claims);
    tcase_add_test(tcase, scopes_have_the_claims_of_openid_core);
    tcase_add_test(tcase, names_appear_once);
    tcase_add_test(tcase, language_variants_follow_their_name);
    tcase_add_test(tcase, filtering_leaves_the_claims_as_they_are);
    tcase_add_test(tcase, required_claims_are_there);
    tcase_add_test(tcase, refuses_missing_required_claims_by_name);
}

int main(void)
{
    return run_case("release", add_tests);
}

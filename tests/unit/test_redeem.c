/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The token request's form, and PKCE (RFC 6749 4.1.3, RFC 7636). */
#define OIDC_HELP_MAIN
#include "oidc_help.h"

#include "oidc/redeem.h"

/* The example of RFC 7636, appendix B. */
#define VERIFIER  "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

#define GOOD "grant_type=authorization_code&code=abc-_123&redirect_uri=https%3A%2F%2Fc.example%2Fcb"

static const eb_err *parse(const char *text, eb_token_request *ret_request)
{
    return eb_token_request_parse(pool, params_of(text), ret_request);
}

START_TEST(reads_a_request)
{
    eb_token_request request;
    assert_ok(parse(GOOD "&code_verifier=" VERIFIER "&unknown=1", &request));
    ck_assert_str_eq(request.code, "abc-_123");
    ck_assert_str_eq(request.redirect_uri, "https://c.example/cb");
    ck_assert_str_eq(request.code_verifier, VERIFIER);
    assert_ok(parse("grant_type=authorization_code&code=abc", &request));
    ck_assert_ptr_null(request.redirect_uri);
    ck_assert_ptr_null(request.code_verifier);
}
END_TEST

START_TEST(resource_may_repeat)
{
    eb_token_request request;
    assert_ok(parse(GOOD "&resource=a&resource=b", &request));
}
END_TEST

START_TEST(refuses_repeated_parameters_known_or_not)
{
    eb_token_request request;
    assert_error(parse(GOOD "&code=abc-_123", &request), TOKEN_DUPLICATE);
    assert_error(parse(GOOD "&grant_type=authorization_code", &request), TOKEN_DUPLICATE);
    assert_error(parse(GOOD "&redirect_uri=x", &request), TOKEN_DUPLICATE);
    assert_error(parse(GOOD "&x=1&x=1", &request), TOKEN_DUPLICATE);
}
END_TEST

START_TEST(refuses_unreadable_parameters)
{
    eb_token_request request;
    assert_error(parse(GOOD "&x=%ff", &request), TOKEN_REQUEST);
    assert_error(parse(GOOD "&x=%0", &request), TOKEN_REQUEST);
    assert_error(parse(GOOD "&x=%00", &request), TOKEN_REQUEST);
    assert_error(parse(GOOD "&%ff=x", &request), TOKEN_REQUEST);
    assert_error(eb_token_request_parse(pool, NULL, &request), TOKEN_REQUEST);
}
END_TEST

START_TEST(refuses_missing_grant_type_and_code)
{
    eb_token_request request;
    assert_error(parse("code=abc", &request), TOKEN_REQUEST);
    assert_error(parse("grant_type=&code=abc", &request), TOKEN_REQUEST);
    assert_error(parse("grant_type=authorization_code", &request), TOKEN_REQUEST);
    assert_error(parse("", &request), TOKEN_REQUEST);
}
END_TEST

START_TEST(refuses_other_grant_types)
{
    eb_token_request request;
    static const char *const types[] = {"password", "refresh_token", "client_credentials",
                                        "Authorization_code", "authorization_code%20"};
    for (int i = 0; i < COUNT(types); i++) {
        const char *text = apr_pstrcat(pool, "code=abc&grant_type=", types[i], NULL);
        assert_error(parse(text, &request), TOKEN_GRANT_TYPE);
    }
}
END_TEST

START_TEST(a_code_that_cannot_be_ours_is_an_unknown_code)
{
    eb_token_request request;
    assert_error(parse("grant_type=authorization_code&code=a%20b", &request), TOKEN_CODE);
    assert_error(parse("grant_type=authorization_code&code=a%C3%A4", &request), TOKEN_CODE);
    char *text = apr_pstrcat(pool, "grant_type=authorization_code&code=", NULL);
    char *code = apr_palloc(pool, 514);
    memset(code, 'a', 513);
    code[513] = '\0';
    assert_error(parse(apr_pstrcat(pool, text, code, NULL), &request), TOKEN_CODE);
    code[512] = '\0';
    assert_ok(parse(apr_pstrcat(pool, text, code, NULL), &request));
}
END_TEST

START_TEST(refuses_verifier_of_the_wrong_form)
{
    eb_token_request request;
    char verifier[130];
    memset(verifier, 'a', sizeof verifier);
    verifier[128] = '\0';
    assert_ok(parse(apr_pstrcat(pool, GOOD "&code_verifier=", verifier, NULL), &request));
    verifier[128] = 'a';
    verifier[129] = '\0';
    assert_error(parse(apr_pstrcat(pool, GOOD "&code_verifier=", verifier, NULL), &request),
                 TOKEN_PKCE_FORM);
    verifier[42] = '\0';
    assert_error(parse(apr_pstrcat(pool, GOOD "&code_verifier=", verifier, NULL), &request),
                 TOKEN_PKCE_FORM);
    assert_error(parse(GOOD "&code_verifier=" VERIFIER "%2B", &request), TOKEN_PKCE_FORM);
    assert_error(parse(GOOD "&code_verifier=" VERIFIER "%3D", &request), TOKEN_PKCE_FORM);
    ck_assert_str_eq(parse(GOOD "&code_verifier=short", &request)->oauth, "invalid_grant");
}
END_TEST

START_TEST(verifier_of_the_rfc_fits_its_challenge)
{
    assert_ok(eb_redeem_check_pkce(pool, CHALLENGE, VERIFIER));
    assert_ok(eb_redeem_check_pkce(pool, NULL, NULL));
}
END_TEST

START_TEST(refuses_wrong_missing_and_uncalled_for_verifier)
{
    assert_error(
        eb_redeem_check_pkce(pool, CHALLENGE, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"),
        TOKEN_PKCE);
    assert_error(eb_redeem_check_pkce(pool, CHALLENGE, NULL), TOKEN_PKCE);
    assert_error(eb_redeem_check_pkce(pool, NULL, VERIFIER), TOKEN_PKCE);
}
END_TEST

START_TEST(refuses_the_challenge_itself_as_verifier)
{
    assert_error(eb_redeem_check_pkce(pool, CHALLENGE, CHALLENGE), TOKEN_PKCE);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, reads_a_request);
    tcase_add_test(tcase, resource_may_repeat);
    tcase_add_test(tcase, refuses_repeated_parameters_known_or_not);
    tcase_add_test(tcase, refuses_unreadable_parameters);
    tcase_add_test(tcase, refuses_missing_grant_type_and_code);
    tcase_add_test(tcase, refuses_other_grant_types);
    tcase_add_test(tcase, a_code_that_cannot_be_ours_is_an_unknown_code);
    tcase_add_test(tcase, refuses_verifier_of_the_wrong_form);
    tcase_add_test(tcase, verifier_of_the_rfc_fits_its_challenge);
    tcase_add_test(tcase, refuses_wrong_missing_and_uncalled_for_verifier);
    tcase_add_test(tcase, refuses_the_challenge_itself_as_verifier);
}

int main(void)
{
    return run_case("redeem", add_tests);
}

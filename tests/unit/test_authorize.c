/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The authorization request: each refusal differs from the good request in one thing. */
#define OIDC_HELP_MAIN
#include "oidc_help.h"

#include "oidc/authorize.h"

#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define REDIRECT  "https://client.example/cb"
#define CLIENT    "client_id=shop&redirect_uri=https%3A%2F%2Fclient.example%2Fcb"
#define GOOD      CLIENT "&response_type=code&scope=openid&state=s"

static eb_client shop;
static eb_authorize request;

static const eb_err *parse_as(const eb_client *client, const char *text)
{
    return eb_authorize_parse(pool, client, REDIRECT, params_of(text), &request);
}

static const eb_err *parse(const char *text)
{
    shop = confidential_client();
    return parse_as(&shop, text);
}

static const eb_err *find(const char *text)
{
    static eb_client client;
    static const eb_client *const clients[] = {&client};
    const eb_client *found = NULL;
    const char *uri = NULL;
    client = confidential_client();
    const eb_err *err = eb_authorize_client(pool, clients, 1, params_of(text), &found, &uri);
    ck_assert((err == NULL) == (found == &client));
    ck_assert((err == NULL) == (uri != NULL));
    return err;
}

static const char *repeated(char c, int count)
{
    char *text = apr_palloc(pool, (apr_size_t)count + 1);
    memset(text, c, (size_t)count);
    text[count] = '\0';
    return text;
}

/* ---- client and redirect URI: faults are pages ------------------------------------------------
 */

START_TEST(finds_the_client_and_its_redirect_uri)
{
    assert_ok(find(CLIENT));
    assert_ok(find(CLIENT "&x=1&x=1&state=%ff"));
}
END_TEST

START_TEST(refuses_unknown_client)
{
    assert_error(find("client_id=shop2&redirect_uri=https%3A%2F%2Fclient.example%2Fcb"),
                 AUTHZ_CLIENT);
    assert_error(find("redirect_uri=https%3A%2F%2Fclient.example%2Fcb"), AUTHZ_CLIENT);
    assert_error(find("client_id=&redirect_uri=https%3A%2F%2Fclient.example%2Fcb"), AUTHZ_CLIENT);
}
END_TEST

START_TEST(refuses_redirect_uri_off_by_one_character)
{
    assert_error(find(CLIENT "2"), AUTHZ_REDIRECT_URI);
    assert_error(find("client_id=shop&redirect_uri=https%3A%2F%2Fclient.example%2Fc"),
                 AUTHZ_REDIRECT_URI);
    assert_error(find("client_id=shop"), AUTHZ_REDIRECT_URI);
}
END_TEST

START_TEST(refuses_repeated_client_and_redirect_uri)
{
    assert_error(find(CLIENT "&client_id=shop"), AUTHZ_DUPLICATE);
    assert_error(find(CLIENT "&redirect_uri=https%3A%2F%2Fclient.example%2Fcb"), AUTHZ_DUPLICATE);
}
END_TEST

START_TEST(refuses_unreadable_client_and_redirect_uri)
{
    assert_error(find("client_id=%ff"), AUTHZ_ENCODING);
    assert_error(find("client_id=shop&redirect_uri=https%3"), AUTHZ_ENCODING);
}
END_TEST

START_TEST(refuses_too_many_parameters)
{
    eb_client client = confidential_client();
    const eb_client *clients[] = {&client}, *found;
    const char *uri;
    assert_error(eb_authorize_client(pool, clients, 1, NULL, &found, &uri), AUTHZ_PARAMETER);
}
END_TEST

/* ---- the rest: faults are redirects -----------------------------------------------------------
 */

START_TEST(reads_the_least_request)
{
    assert_ok(parse(GOOD));
    ck_assert_ptr_eq(request.client, &shop);
    ck_assert_str_eq(request.redirect_uri, REDIRECT);
    ck_assert_str_eq(request.state, "s");
    ck_assert_ptr_null(request.nonce);
    ck_assert_ptr_null(request.code_challenge);
    ck_assert_int_eq(request.scopes->nelts, 1);
    ck_assert_int_eq(request.max_age, -1);
    ck_assert_int_eq(request.acr_values->nelts, 0);
    ck_assert(!request.is_acr_essential && !request.prompt_none && !request.prompt_login);
    ck_assert_ptr_null(request.provider);
}
END_TEST

START_TEST(what_may_never_be_an_error_is_none)
{
    assert_ok(parse(GOOD "&display=popup&login_hint=x&ui_locales=fi-FI%20en&claims_locales=xx"
                         "&id_token_hint=rubbish&acr_values=unknown&extra=foobar&audience=x"));
    ck_assert_str_eq(request.ui_locales, "fi-FI en");
    assert_ok(parse(apr_pstrcat(pool, GOOD "&ui_locales=", repeated('a', 257), NULL)));
    ck_assert_ptr_null(request.ui_locales);
    assert_ok(parse(GOOD "&resource=https%3A%2F%2Fa&resource=https%3A%2F%2Fb"));
    assert_ok(parse(GOOD "&request=&request_uri=&registration=&response_mode=&prompt=&max_age="));
}
END_TEST

START_TEST(state_is_kept_byte_for_byte)
{
    assert_ok(parse(CLIENT "&response_type=code&scope=openid&state=%20%3C%26%22%C3%A4%0D%0A%2B+"));
    ck_assert_str_eq(request.state, " <&\"\xc3\xa4\r\n+ ");
}
END_TEST

START_TEST(state_has_4096_bytes_at_most)
{
    const char *begin = CLIENT "&response_type=code&scope=openid&state=";
    assert_ok(parse(apr_pstrcat(pool, begin, repeated('s', 4096), NULL)));
    ck_assert_uint_eq(strlen(request.state), 4096);
    assert_error(parse(apr_pstrcat(pool, begin, repeated('s', 4097), NULL)), AUTHZ_TOO_LARGE);
    ck_assert_ptr_null(request.state);
}
END_TEST

START_TEST(nonce_has_512_bytes_at_most)
{
    assert_ok(parse(apr_pstrcat(pool, GOOD "&nonce=", repeated('n', 512), NULL)));
    ck_assert_uint_eq(strlen(request.nonce), 512);
    assert_error(parse(apr_pstrcat(pool, GOOD "&nonce=", repeated('n', 513), NULL)),
                 AUTHZ_TOO_LARGE);
}
END_TEST

START_TEST(refuses_repeated_parameters_known_or_not)
{
    static const char *const more[] = {"&scope=openid", "&response_type=code", "&x=1&x=2",
                                       "&nonce=1&nonce=1", "&x=&x="};
    for (int i = 0; i < COUNT(more); i++) {
        assert_error(parse(apr_pstrcat(pool, GOOD, more[i], NULL)), AUTHZ_DUPLICATE);
        ck_assert_str_eq(request.state, "s");
    }
    assert_error(parse(GOOD "&state=t"), AUTHZ_DUPLICATE);
    ck_assert_ptr_null(request.state);
}
END_TEST

START_TEST(refuses_unreadable_parameters_known_or_not)
{
    static const char *const more[] = {"&nonce=%ff", "&x=%c0%80",    "&x=%00", "&x=%",
                                       "&x=%4",      "&x=%ed%a0%80", "&%ff=1"};
    for (int i = 0; i < COUNT(more); i++) {
        assert_error(parse(apr_pstrcat(pool, GOOD, more[i], NULL)), AUTHZ_ENCODING);
        ck_assert_str_eq(request.state, "s");
        ck_assert_str_eq(request.redirect_uri, REDIRECT);
    }
}
END_TEST

START_TEST(refuses_what_is_not_offered)
{
    assert_error(parse(GOOD "&request=e30.e30."), AUTHZ_REQUEST_OBJECT);
    assert_error(parse(GOOD "&request_uri=https%3A%2F%2Fc%2Fr"), AUTHZ_REQUEST_URI);
    assert_error(parse(GOOD "&registration=%7B%7D"), AUTHZ_REGISTRATION);
    ck_assert_str_eq(request.state, "s");
}
END_TEST

START_TEST(response_type_is_code)
{
    assert_error(parse(CLIENT "&scope=openid"), AUTHZ_PARAMETER);
    static const char *const types[] = {"token", "id_token", "code%20id_token", "Code", "none"};
    for (int i = 0; i < COUNT(types); i++) {
        assert_error(
            parse(apr_pstrcat(pool, CLIENT "&scope=openid&response_type=", types[i], NULL)),
            AUTHZ_RESPONSE_TYPE);
    }
}
END_TEST

START_TEST(response_mode_is_query)
{
    assert_ok(parse(GOOD "&response_mode=query"));
    assert_error(parse(GOOD "&response_mode=fragment"), AUTHZ_RESPONSE_MODE);
    assert_error(parse(GOOD "&response_mode=form_post"), AUTHZ_RESPONSE_MODE);
}
END_TEST

START_TEST(scope_has_openid)
{
    const char *begin = CLIENT "&response_type=code";
    assert_error(parse(begin), AUTHZ_SCOPE);
    assert_error(parse(apr_pstrcat(pool, begin, "&scope=profile", NULL)), AUTHZ_SCOPE);
    assert_error(parse(apr_pstrcat(pool, begin, "&scope=OpenID", NULL)), AUTHZ_SCOPE);
    assert_error(parse(apr_pstrcat(pool, begin, "&scope=openid2", NULL)), AUTHZ_SCOPE);
}
END_TEST

START_TEST(scopes_are_those_asked_that_the_client_has)
{
    assert_ok(parse(CLIENT "&response_type=code&scope=email+phone+unknown+openid+email"));
    ck_assert_int_eq(request.scopes->nelts, 2);
    ck_assert_str_eq(APR_ARRAY_IDX(request.scopes, 0, const char *), "openid");
    ck_assert_str_eq(APR_ARRAY_IDX(request.scopes, 1, const char *), "email");
}
END_TEST

START_TEST(pkce_is_honoured_when_sent)
{
    assert_ok(parse(GOOD "&code_challenge_method=S256&code_challenge=" CHALLENGE));
    ck_assert_str_eq(request.code_challenge, CHALLENGE);
}
END_TEST

START_TEST(refuses_pkce_other_than_s256)
{
    assert_error(parse(GOOD "&code_challenge_method=plain&code_challenge=" CHALLENGE),
                 AUTHZ_PKCE_METHOD);
    assert_error(parse(GOOD "&code_challenge=" CHALLENGE), AUTHZ_PKCE_METHOD);
    assert_error(parse(GOOD "&code_challenge_method=s256&code_challenge=" CHALLENGE),
                 AUTHZ_PKCE_METHOD);
}
END_TEST

START_TEST(refuses_challenge_of_the_wrong_form)
{
    const char *begin = GOOD "&code_challenge_method=S256&code_challenge=";
    assert_error(parse(apr_pstrcat(pool, begin, CHALLENGE "A", NULL)), AUTHZ_PARAMETER);
    assert_error(parse(apr_pstrcat(pool, begin, CHALLENGE "%3D", NULL)), AUTHZ_PARAMETER);
    assert_error(parse(apr_pstrcat(pool, begin, repeated('A', 42), NULL)), AUTHZ_PARAMETER);
    assert_error(parse(apr_pstrcat(pool, begin, repeated('A', 42), "%2B", NULL)), AUTHZ_PARAMETER);
    assert_error(parse(apr_pstrcat(pool, begin, repeated('A', 42), "~", NULL)), AUTHZ_PARAMETER);
}
END_TEST

START_TEST(refuses_challenge_method_alone)
{
    assert_error(parse(GOOD "&code_challenge_method=S256"), AUTHZ_PARAMETER);
}
END_TEST

START_TEST(pkce_is_required_where_the_client_must)
{
    eb_client client = confidential_client();
    client.require_pkce = true;
    assert_error(parse_as(&client, GOOD), AUTHZ_PKCE_REQUIRED);
    assert_error(parse_as(&client, GOOD "&code_challenge="), AUTHZ_PKCE_REQUIRED);
    assert_ok(parse_as(&client, GOOD "&code_challenge_method=S256&code_challenge=" CHALLENGE));
}
END_TEST

START_TEST(prompt_values)
{
    assert_ok(parse(GOOD "&prompt=none"));
    ck_assert(request.prompt_none && !request.prompt_login);
    assert_ok(parse(GOOD "&prompt=login"));
    ck_assert(request.prompt_login && !request.prompt_none);
    assert_ok(parse(GOOD "&prompt=consent+select_account"));
    ck_assert(!request.prompt_login && !request.prompt_none);
    assert_ok(parse(GOOD "&prompt=consent%20login"));
    ck_assert(request.prompt_login);
}
END_TEST

START_TEST(refuses_prompt_that_contradicts_itself_or_is_unknown)
{
    assert_error(parse(GOOD "&prompt=none+login"), AUTHZ_PROMPT);
    assert_error(parse(GOOD "&prompt=consent+none"), AUTHZ_PROMPT);
    assert_error(parse(GOOD "&prompt=create"), AUTHZ_PROMPT);
    assert_error(parse(GOOD "&prompt=None"), AUTHZ_PROMPT);
}
END_TEST

START_TEST(max_age_is_a_number_of_seconds)
{
    assert_ok(parse(GOOD "&max_age=10000"));
    ck_assert_int_eq(request.max_age, 10000);
    ck_assert(!request.prompt_login);
    static const char *const ages[] = {"-1", "%2B1", "1.5", "1s", "0x10", "1234567890", "%201"};
    for (int i = 0; i < COUNT(ages); i++) {
        assert_error(parse(apr_pstrcat(pool, GOOD "&max_age=", ages[i], NULL)), AUTHZ_PARAMETER);
    }
}
END_TEST

START_TEST(max_age_zero_is_prompt_login)
{
    assert_ok(parse(GOOD "&max_age=0"));
    ck_assert(request.prompt_login);
    ck_assert_int_eq(request.max_age, -1);
}
END_TEST

START_TEST(acr_values_keep_their_order)
{
    assert_ok(parse(GOOD "&acr_values=high%20low"));
    ck_assert_int_eq(request.acr_values->nelts, 2);
    ck_assert_str_eq(APR_ARRAY_IDX(request.acr_values, 0, const char *), "high");
    ck_assert_str_eq(APR_ARRAY_IDX(request.acr_values, 1, const char *), "low");
    ck_assert(!request.is_acr_essential);
}
END_TEST

static const eb_err *parse_claims(const char *claims)
{
    return parse(apr_pstrcat(pool, GOOD "&claims=", eb_percent_encode(pool, claims), NULL));
}

START_TEST(essential_acr_is_read_with_value_and_values)
{
    assert_ok(parse_claims("{\"id_token\":{\"acr\":{\"essential\":true,\"value\":\"a\"}}}"));
    ck_assert(request.is_acr_essential);
    ck_assert_int_eq(request.essential_acr->nelts, 1);
    assert_ok(parse_claims("{\"id_token\":{\"auth_time\":null,\"acr\":{\"values\":[\"a\",\"b\"],"
                           "\"essential\":true}}}"));
    ck_assert_int_eq(request.essential_acr->nelts, 2);
    ck_assert_str_eq(APR_ARRAY_IDX(request.essential_acr, 1, const char *), "b");
    assert_ok(parse_claims("{\"id_token\":{\"acr\":{\"essential\":true}}}"));
    ck_assert(request.is_acr_essential);
    ck_assert_int_eq(request.essential_acr->nelts, 0);
}
END_TEST

START_TEST(voluntary_acr_is_acr_values_where_there_are_none)
{
    const char *claims = "{\"id_token\":{\"acr\":{\"values\":[\"a\"]}}}";
    assert_ok(parse_claims(claims));
    ck_assert(!request.is_acr_essential);
    ck_assert_ptr_null(request.essential_acr);
    ck_assert_int_eq(request.acr_values->nelts, 1);
    assert_ok(parse(
        apr_pstrcat(pool, GOOD "&acr_values=b+c&claims=", eb_percent_encode(pool, claims), NULL)));
    ck_assert_int_eq(request.acr_values->nelts, 2);
}
END_TEST

START_TEST(other_claims_asked_for_are_no_error)
{
    assert_ok(parse_claims("{}"));
    assert_ok(parse_claims("{\"userinfo\":{\"name\":{\"essential\":true},\"x\":null}}"));
    assert_ok(parse_claims("{\"id_token\":null,\"other\":[1]}"));
    assert_ok(parse_claims("{\"id_token\":{\"acr\":null}}"));
    assert_ok(parse_claims("{\"userinfo\":{\"acr\":{\"essential\":true}}}"));
    ck_assert(!request.is_acr_essential);
}
END_TEST

START_TEST(refuses_claims_of_the_wrong_form)
{
    static const char *const claims[] = {"x",
                                         "[]",
                                         "null",
                                         "\"\"",
                                         "{",
                                         "{}{}",
                                         "{\"id_token\":[]}",
                                         "{\"userinfo\":1}",
                                         "{\"userinfo\":{\"name\":true}}",
                                         "{\"id_token\":{\"acr\":\"a\"}}",
                                         "{\"id_token\":{\"acr\":[]}}",
                                         "{\"id_token\":{\"acr\":{\"essential\":\"true\"}}}",
                                         "{\"id_token\":{\"acr\":{\"essential\":1}}}",
                                         "{\"id_token\":{\"acr\":{\"value\":1}}}",
                                         "{\"id_token\":{\"acr\":{\"values\":\"a\"}}}",
                                         "{\"id_token\":{\"acr\":{\"values\":[\"a\",1]}}}",
                                         "{\"id_token\":{},\"id_token\":{}}",
                                         ("{\"id_token\":{\"acr\":{\"essential\":true,"
                                          "\"essential\":false}}}")};
    for (int i = 0; i < COUNT(claims); i++) {
        const eb_err *err = parse_claims(claims[i]);
        ck_assert_msg(err != NULL && err->id == EB_E_AUTHZ_CLAIMS, "%s", claims[i]);
        ck_assert_str_eq(request.state, "s");
    }
}
END_TEST

START_TEST(refuses_claims_that_are_too_deep)
{
    assert_error(parse_claims(apr_pstrcat(pool, "{\"userinfo\":{\"x\":{\"value\":",
                                          repeated('[', 20), repeated(']', 20), "}}}", NULL)),
                 AUTHZ_CLAIMS);
}
END_TEST

START_TEST(provider_is_one_that_the_client_may_use)
{
    static const char *const providers[] = {"suomifi"};
    eb_client client = confidential_client();
    assert_ok(parse_as(&client, GOOD "&idp_hint=suomifi"));
    ck_assert_str_eq(request.provider, "suomifi");
    assert_ok(parse_as(&client, GOOD));
    ck_assert_ptr_null(request.provider);
    assert_ok(parse_as(&client, GOOD "&identity_provider=&eidas_provider=suomifi"));
    ck_assert_ptr_null(request.provider);
    assert_ok(parse_as(&client, GOOD "&identity_provider=&kc_idp_hint=suomifi"));
    ck_assert_str_eq(request.provider, "suomifi");
    assert_error(parse_as(&client, GOOD "&idp_hint=suomifi&kc_idp_hint=node"), AUTHZ_PROVIDER);
    assert_error(parse_as(&client, GOOD "&idp_hint=suomifi&idp_hint=suomifi"), AUTHZ_DUPLICATE);
    assert_ok(parse_as(&client, GOOD "&kc_idp_hint=suomifi&identity_provider=suomifi"));
    ck_assert_str_eq(request.provider, "suomifi");
    assert_error(parse_as(&client, GOOD "&idp_hint=suomifi&identity_provider=node"),
                 AUTHZ_PROVIDER);
    assert_error(parse_as(&client, GOOD "&identity_provider=Suomifi"), AUTHZ_PROVIDER);
    assert_error(parse_as(&client, GOOD "&identity_provider=a%0Ab"), AUTHZ_PROVIDER);
    assert_error(
        parse_as(&client, apr_pstrcat(pool, GOOD "&identity_provider=", repeated('a', 33), NULL)),
        AUTHZ_PROVIDER);
    client.providers = providers;
    client.provider_count = 1;
    assert_ok(parse_as(&client, GOOD "&idp_hint=suomifi"));
    assert_error(parse_as(&client, GOOD "&identity_provider=node"), AUTHZ_PROVIDER);
}
END_TEST

/* ---- the way back -----------------------------------------------------------------------------
 */

START_TEST(success_goes_back_with_code_state_and_issuer)
{
    ck_assert_str_eq(eb_authorize_success_url(pool, REDIRECT, "c-_1", "s", "https://op.example"),
                     REDIRECT "?code=c-_1&state=s&iss=https%3A%2F%2Fop.example");
    ck_assert_str_eq(
        eb_authorize_success_url(pool, REDIRECT "?a=1", "c", NULL, "https://op.example"),
        REDIRECT "?a=1&code=c&iss=https%3A%2F%2Fop.example");
    ck_assert_str_eq(eb_authorize_success_url(pool, REDIRECT "?", "c", NULL, "i"),
                     REDIRECT "?code=c&iss=i");
    ck_assert_str_eq(eb_authorize_success_url(pool, "com.example.app:/cb", "c", NULL, "i"),
                     "com.example.app:/cb?code=c&iss=i");
}
END_TEST

START_TEST(nothing_in_state_gets_out_of_its_value)
{
    const char *url = eb_authorize_success_url(
        pool, REDIRECT, "c", "\r\nSet-Cookie: a=b&code=x#\"<>\xc3\xa4", "https://op.example");
    ck_assert_str_eq(url, REDIRECT "?code=c&state=%0D%0ASet-Cookie%3A%20a%3Db%26code%3Dx%23%22%3C"
                                   "%3E%C3%A4&iss=https%3A%2F%2Fop.example");
}
END_TEST

START_TEST(errors_go_back_without_code_and_with_issuer)
{
    ck_assert_str_eq(eb_authorize_error_url(pool, REDIRECT, "access_denied", "No.", "s", "i"),
                     REDIRECT "?error=access_denied&error_description=No.&state=s&iss=i");
    ck_assert_str_eq(eb_authorize_error_url(pool, REDIRECT, "access_denied", NULL, NULL, "i"),
                     REDIRECT "?error=access_denied&iss=i");
}
END_TEST

START_TEST(error_description_is_printable_ascii)
{
    ck_assert_str_eq(
        eb_authorize_error_url(pool, REDIRECT, "e", "a\"b\\c\xc3\xa4\r\n\td", NULL, "i"),
        REDIRECT "?error=e&error_description=a%20b%20c%20%20%20%20%20d&iss=i");
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, finds_the_client_and_its_redirect_uri);
    tcase_add_test(tcase, refuses_unknown_client);
    tcase_add_test(tcase, refuses_redirect_uri_off_by_one_character);
    tcase_add_test(tcase, refuses_repeated_client_and_redirect_uri);
    tcase_add_test(tcase, refuses_unreadable_client_and_redirect_uri);
    tcase_add_test(tcase, refuses_too_many_parameters);
    tcase_add_test(tcase, reads_the_least_request);
    tcase_add_test(tcase, what_may_never_be_an_error_is_none);
    tcase_add_test(tcase, state_is_kept_byte_for_byte);
    tcase_add_test(tcase, state_has_4096_bytes_at_most);
    tcase_add_test(tcase, nonce_has_512_bytes_at_most);
    tcase_add_test(tcase, refuses_repeated_parameters_known_or_not);
    tcase_add_test(tcase, refuses_unreadable_parameters_known_or_not);
    tcase_add_test(tcase, refuses_what_is_not_offered);
    tcase_add_test(tcase, response_type_is_code);
    tcase_add_test(tcase, response_mode_is_query);
    tcase_add_test(tcase, scope_has_openid);
    tcase_add_test(tcase, scopes_are_those_asked_that_the_client_has);
    tcase_add_test(tcase, pkce_is_honoured_when_sent);
    tcase_add_test(tcase, refuses_pkce_other_than_s256);
    tcase_add_test(tcase, refuses_challenge_of_the_wrong_form);
    tcase_add_test(tcase, refuses_challenge_method_alone);
    tcase_add_test(tcase, pkce_is_required_where_the_client_must);
    tcase_add_test(tcase, prompt_values);
    tcase_add_test(tcase, refuses_prompt_that_contradicts_itself_or_is_unknown);
    tcase_add_test(tcase, max_age_is_a_number_of_seconds);
    tcase_add_test(tcase, max_age_zero_is_prompt_login);
    tcase_add_test(tcase, acr_values_keep_their_order);
    tcase_add_test(tcase, essential_acr_is_read_with_value_and_values);
    tcase_add_test(tcase, voluntary_acr_is_acr_values_where_there_are_none);
    tcase_add_test(tcase, other_claims_asked_for_are_no_error);
    tcase_add_test(tcase, refuses_claims_of_the_wrong_form);
    tcase_add_test(tcase, refuses_claims_that_are_too_deep);
    tcase_add_test(tcase, provider_is_one_that_the_client_may_use);
    tcase_add_test(tcase, success_goes_back_with_code_state_and_issuer);
    tcase_add_test(tcase, nothing_in_state_gets_out_of_its_value);
    tcase_add_test(tcase, errors_go_back_without_code_and_with_issuer);
    tcase_add_test(tcase, error_description_is_printable_ascii);
}

int main(void)
{
    return run_case("authorize", add_tests);
}

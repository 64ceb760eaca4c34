/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors as clients see them, and where a bearer token may stand (RFC 6749 5.2, RFC 6750). */
#define OIDC_HELP_MAIN
#include "oidc_help.h"

#include "oidc/oauth_error.h"

#include <jansson.h>

static eb_reply reply;

static const eb_err *make(eb_err_id id)
{
    return eb_err_make(pool, id, "log only: %s", "xyzzy");
}

static const char *header(const char *name)
{
    return apr_table_get(reply.headers, name);
}

/* The body is one JSON object of texts, and holds nothing of the log's sentence. */
static const char *member(const char *name)
{
    static char text[512];
    json_t *body = json_loadb((const char *)reply.body.data, reply.body.len, 0, NULL);
    ck_assert_ptr_nonnull(body);
    const char *value = json_string_value(json_object_get(body, name));
    ck_assert_ptr_nonnull(value);
    ck_assert_ptr_null(strstr(value, "xyzzy"));
    apr_cpystrn(text, value, sizeof text);
    json_decref(body);
    return text;
}

static void as_json(eb_err_id id, bool used_header)
{
    eb_reply_init(&reply, pool);
    eb_oauth_error_json(pool, make(id), used_header, &reply);
}

static void as_bearer(eb_err_id id)
{
    eb_reply_init(&reply, pool);
    eb_oauth_error_bearer(pool, make(id), "https://op.example", &reply);
}

START_TEST(token_errors_are_400_json_that_nobody_caches)
{
    as_json(EB_E_TOKEN_CODE, false);
    ck_assert_int_eq(reply.status, 400);
    ck_assert_str_eq(reply.content_type, "application/json");
    ck_assert_str_eq(header("Cache-Control"), "no-store");
    ck_assert_str_eq(header("Pragma"), "no-cache");
    ck_assert_str_eq(member("error"), "invalid_grant");
    ck_assert_str_eq(member("error_description"), "The code is unknown or has expired. (EB3104)");
    ck_assert_ptr_null(header("WWW-Authenticate"));
}
END_TEST

START_TEST(invalid_client_is_401_with_a_challenge_for_the_header)
{
    as_json(EB_E_TOKEN_CLIENT, true);
    ck_assert_int_eq(reply.status, 401);
    ck_assert_int_eq(strncmp(header("WWW-Authenticate"), "Basic ", 6), 0);
    as_json(EB_E_TOKEN_CLIENT, false);
    ck_assert_int_eq(reply.status, 401);
    ck_assert_ptr_null(header("WWW-Authenticate"));
    as_json(EB_E_TOKEN_AUTH_METHODS, true);
    ck_assert_int_eq(reply.status, 400);
    ck_assert_ptr_null(header("WWW-Authenticate"));
}
END_TEST

START_TEST(busy_is_503_with_retry_after)
{
    static const eb_err_id ids[] = {EB_E_STATE_FULL, EB_E_STATE_SHARE, EB_E_STATE_AWAY};
    for (int i = 0; i < COUNT(ids); i++) {
        as_json(ids[i], true);
        ck_assert_int_eq(reply.status, 503);
        ck_assert_str_eq(header("Retry-After"), EB_RETRY_AFTER);
        as_bearer(ids[i]);
        ck_assert_int_eq(reply.status, 503);
        ck_assert_str_eq(header("Retry-After"), EB_RETRY_AFTER);
        ck_assert_ptr_null(header("WWW-Authenticate"));
    }
}
END_TEST

START_TEST(our_faults_are_500)
{
    as_json(EB_E_CRYPTO, false);
    ck_assert_int_eq(reply.status, 500);
    ck_assert_str_eq(member("error"), "server_error");
    as_bearer(EB_E_JOSE_SIGN);
    ck_assert_int_eq(reply.status, 500);
    ck_assert_ptr_null(header("WWW-Authenticate"));
}
END_TEST

START_TEST(https_own_statuses)
{
    as_json(EB_E_HTTP_METHOD, false);
    ck_assert_int_eq(reply.status, 405);
    as_json(EB_E_HTTP_BODY_TOO_LARGE, false);
    ck_assert_int_eq(reply.status, 413);
    as_json(EB_E_HTTP_NOT_FOUND, false);
    ck_assert_int_eq(reply.status, 404);
    as_json(EB_E_HTTP_CONTENT_TYPE, false);
    ck_assert_int_eq(reply.status, 400);
}
END_TEST

/* RFC 6749 5.2: %x20-21 / %x23-5B / %x5D-7E. */
START_TEST(every_error_of_the_table_can_be_told)
{
    const eb_err *row;
    for (unsigned int i = 0; (row = eb_err_row(i)) != NULL; i++) {
        as_json(row->id, false);
        ck_assert_int_ge(reply.status, 400);
        ck_assert_uint_gt(strlen(member("error")), 0);
        const char *text = member("error_description");
        for (const char *at = text; *at != '\0'; at++) {
            ck_assert(*at >= 0x20 && *at <= 0x7e && *at != '"' && *at != '\\');
        }
        as_bearer(row->id);
        ck_assert_int_ge(reply.status, 400);
    }
    ck_assert_str_eq(eb_oauth_description(pool, "a\"\\\n\x7f\xc3\xa4z"), "a      z");
}
END_TEST

START_TEST(bearer_errors_are_challenges)
{
    as_bearer(EB_E_USERINFO_TOKEN);
    ck_assert_int_eq(reply.status, 401);
    ck_assert_str_eq(header("WWW-Authenticate"),
                     "Bearer realm=\"https://op.example\", error=\"invalid_token\", "
                     "error_description=\"The access token is unknown, expired or revoked. "
                     "(EB3201)\"");
    ck_assert_str_eq(member("error"), "invalid_token");
    as_bearer(EB_E_USERINFO_REQUEST);
    ck_assert_int_eq(reply.status, 400);
    ck_assert_ptr_nonnull(strstr(header("WWW-Authenticate"), "error=\"invalid_request\""));
}
END_TEST

START_TEST(without_a_token_the_challenge_is_bare)
{
    as_bearer(EB_E_USERINFO_NO_TOKEN);
    ck_assert_int_eq(reply.status, 401);
    ck_assert_str_eq(header("WWW-Authenticate"), "Bearer realm=\"https://op.example\"");
    ck_assert_uint_eq(reply.body.len, 0);
}
END_TEST

/* ---- the token of a request -------------------------------------------------------------------
 */

static const char *token;

static const eb_err *read_token(eb_method method, const char *authorization, const char *query,
                                const char *form)
{
    eb_request request;
    memset(&request, 0, sizeof request);
    request.method = method;
    request.authorization = authorization;
    request.query = query;
    request.body = eb_span_str(form);
    token = NULL;
    return eb_bearer_token(pool, &request, &token);
}

START_TEST(token_comes_in_the_header_or_in_the_form)
{
    assert_ok(read_token(EB_METHOD_GET, "Bearer abc-._~+/=", NULL, NULL));
    ck_assert_str_eq(token, "abc-._~+/=");
    assert_ok(read_token(EB_METHOD_GET, "bEARER  abc", "x=1", NULL));
    ck_assert_str_eq(token, "abc");
    assert_ok(read_token(EB_METHOD_POST, "Bearer abc", NULL, ""));
    assert_ok(read_token(EB_METHOD_POST, NULL, NULL, "x=1&access_token=abc"));
    ck_assert_str_eq(token, "abc");
}
END_TEST

START_TEST(refuses_request_without_a_bearer_token)
{
    assert_error(read_token(EB_METHOD_GET, NULL, NULL, NULL), USERINFO_NO_TOKEN);
    assert_error(read_token(EB_METHOD_POST, NULL, NULL, "x=1"), USERINFO_NO_TOKEN);
    assert_error(read_token(EB_METHOD_POST, NULL, NULL, "access_token="), USERINFO_NO_TOKEN);
    assert_error(read_token(EB_METHOD_GET, "Basic YTpi", NULL, NULL), USERINFO_NO_TOKEN);
    assert_error(read_token(EB_METHOD_GET, "DPoP abc", NULL, NULL), USERINFO_NO_TOKEN);
    assert_error(read_token(EB_METHOD_GET, "Bearerabc", NULL, NULL), USERINFO_NO_TOKEN);
    /* A form counts in a POST alone. */
    assert_error(read_token(EB_METHOD_GET, NULL, NULL, "access_token=abc"), USERINFO_NO_TOKEN);
}
END_TEST

START_TEST(refuses_token_in_two_places_or_in_the_query)
{
    assert_error(read_token(EB_METHOD_POST, "Bearer abc", NULL, "access_token=abc"),
                 USERINFO_REQUEST);
    assert_error(read_token(EB_METHOD_POST, NULL, NULL, "access_token=abc&access_token=abc"),
                 USERINFO_REQUEST);
    assert_error(read_token(EB_METHOD_GET, NULL, "access_token=abc", NULL), USERINFO_REQUEST);
    assert_error(read_token(EB_METHOD_GET, "Bearer abc", "access_token=a&access_token=a", NULL),
                 USERINFO_REQUEST);
    assert_error(read_token(EB_METHOD_GET, "Bearer abc", "access_token=abc", NULL),
                 USERINFO_REQUEST);
}
END_TEST

START_TEST(refuses_what_is_not_of_the_form_of_a_token)
{
    static const char *const headers[] = {"Bearer",     "Bearer ",    "Bearer a b",     "Bearer =a",
                                          "Bearer a\"", "Bearer a=b", "Bearer \xc3\xa4"};
    for (int i = 0; i < COUNT(headers); i++) {
        assert_error(read_token(EB_METHOD_GET, headers[i], NULL, NULL), USERINFO_TOKEN);
    }
    assert_error(read_token(EB_METHOD_POST, NULL, NULL, "access_token=%ff"), USERINFO_TOKEN);
    char longer[4106];
    memset(longer, 'a', sizeof longer);
    memcpy(longer, "Bearer ", 7);
    longer[4104] = '\0';
    assert_error(read_token(EB_METHOD_GET, longer, NULL, NULL), USERINFO_TOKEN);
    longer[4103] = '\0';
    assert_ok(read_token(EB_METHOD_GET, longer, NULL, NULL));
}
END_TEST

START_TEST(refuses_too_many_parameters)
{
    const char *many = "a=1";
    for (int i = 0; i < EB_PARAMS_MAX; i++) {
        many = apr_psprintf(pool, "%s&p%d=1", many, i);
    }
    assert_error(read_token(EB_METHOD_POST, NULL, NULL, many), USERINFO_REQUEST);
}
END_TEST

START_TEST(an_unread_body_matters_only_without_a_header)
{
    eb_request request;
    memset(&request, 0, sizeof request);
    request.method = EB_METHOD_POST;
    request.body_fault = make(EB_E_HTTP_CONTENT_TYPE);
    assert_error(eb_bearer_token(pool, &request, &token), HTTP_CONTENT_TYPE);
    request.authorization = "Bearer abc";
    assert_ok(eb_bearer_token(pool, &request, &token));
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, token_errors_are_400_json_that_nobody_caches);
    tcase_add_test(tcase, invalid_client_is_401_with_a_challenge_for_the_header);
    tcase_add_test(tcase, busy_is_503_with_retry_after);
    tcase_add_test(tcase, our_faults_are_500);
    tcase_add_test(tcase, https_own_statuses);
    tcase_add_test(tcase, every_error_of_the_table_can_be_told);
    tcase_add_test(tcase, bearer_errors_are_challenges);
    tcase_add_test(tcase, without_a_token_the_challenge_is_bare);
    tcase_add_test(tcase, token_comes_in_the_header_or_in_the_form);
    tcase_add_test(tcase, refuses_request_without_a_bearer_token);
    tcase_add_test(tcase, refuses_token_in_two_places_or_in_the_query);
    tcase_add_test(tcase, refuses_what_is_not_of_the_form_of_a_token);
    tcase_add_test(tcase, refuses_too_many_parameters);
    tcase_add_test(tcase, an_unread_body_matters_only_without_a_header);
}

int main(void)
{
    return run_case("oauth_error", add_tests);
}

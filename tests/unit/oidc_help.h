/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the OpenID room share: a pool for each test, parameters from text, clients. */
#ifndef TESTS_UNIT_OIDC_HELP_H
#define TESTS_UNIT_OIDC_HELP_H

#include "base/params.h"
#include "oidc/client.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

extern apr_pool_t *pool;

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

#define assert_ok(expression)                                                                      \
    do {                                                                                           \
        const eb_err *assert_err_ = (expression);                                                  \
        ck_assert_msg(assert_err_ == NULL, "%s: %s", assert_err_ == NULL ? "" : assert_err_->name, \
                      assert_err_ == NULL ? "" : assert_err_->message);                            \
    } while (0)

#define assert_error(expression, wanted)                                                           \
    do {                                                                                           \
        const eb_err *assert_err_ = (expression);                                                  \
        ck_assert_msg(assert_err_ != NULL, "no error, but %s was expected", #wanted);              \
        ck_assert_msg(assert_err_->id == EB_E_##wanted, "%s (%s), but %s was expected",            \
                      assert_err_->name, assert_err_->message, #wanted);                           \
    } while (0)

static inline const eb_params *params_of(const char *text)
{
    return eb_params_parse(pool, text, strlen(text));
}

static inline apr_array_header_t *words_of(const char *text)
{
    return eb_split_words(pool, text);
}

/* A client with a secret, as a registration without any special word gives it. */
static inline eb_client confidential_client(void)
{
    static const char *const secrets[] = {"a secret: with % and +"};
    static const char *const uris[] = {"https://client.example/cb",
                                       "https://client.example/cb?a=1"};
    static const char *const scopes[] = {"openid", "profile", "email"};
    eb_client client;
    memset(&client, 0, sizeof client);
    client.id = "shop";
    client.secrets = secrets;
    client.secret_count = 1;
    client.auth_methods = EB_AUTH_BASIC | EB_AUTH_POST;
    client.redirect_uris = uris;
    client.redirect_uri_count = 2;
    client.scopes = scopes;
    client.scope_count = 3;
    client.id_token_lifetime = apr_time_from_sec(300);
    client.display_name = "Shop";
    return client;
}

/* A native application. */
static inline eb_client public_client(void)
{
    static const char *const uris[] = {"http://127.0.0.1/cb", "http://[::1]:8080/cb?x=1",
                                       "com.example.app:/cb"};
    eb_client client = confidential_client();
    client.id = "app";
    client.secrets = NULL;
    client.secret_count = 0;
    client.auth_methods = EB_AUTH_NONE;
    client.redirect_uris = uris;
    client.redirect_uri_count = 3;
    client.require_pkce = true;
    return client;
}

/* Runs one case whose tests each get a fresh pool; the result of main. */
int run_case(const char *name, void (*add_tests)(TCase *));

#ifdef OIDC_HELP_MAIN
apr_pool_t *pool;

static void make_pool(void)
{
    apr_pool_create(&pool, NULL);
}

static void drop_pool(void)
{
    apr_pool_destroy(pool);
}

int run_case(const char *name, void (*add_tests)(TCase *))
{
    apr_initialize();
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, make_pool, drop_pool);
    add_tests(tcase);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    apr_terminate();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
#endif

#endif

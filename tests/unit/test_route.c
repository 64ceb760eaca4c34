/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which addresses are ours: exactly the endpoint table, at the issuer's path and nowhere else. */
#include "bridge/route.h"

#include <apr_general.h>
#include <check.h>
#include <stdlib.h>

START_TEST(endpoints_are_found_at_the_root)
{
    const char *paths[] = {"/authorize",
                           "/token",
                           "/userinfo",
                           "/jwks",
                           "/saml/acs",
                           "/saml/metadata",
                           "/.well-known/openid-configuration"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        ck_assert_ptr_nonnull(eb_route_find("", paths[i]));
    }
}
END_TEST

START_TEST(endpoints_are_found_below_the_issuers_path_only)
{
    ck_assert_ptr_nonnull(eb_route_find("/sub/oidc", "/sub/oidc/token"));
    ck_assert_ptr_null(eb_route_find("/sub/oidc", "/token"));
    ck_assert_ptr_null(eb_route_find("/sub/oidc", "/sub/oidc2/token"));
    ck_assert_ptr_null(eb_route_find("/sub/oidc", "/sub/token"));
    ck_assert_ptr_null(eb_route_find("", "/sub/token"));
}
END_TEST

START_TEST(nothing_else_is_ours)
{
    const char *paths[] = {"/",        "/index.html",      "/tokens", "/token/",
                           "/token/x", "/Token",           "//token", "/saml/acs/..",
                           "",         "/.well-known/foo", "/pages"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        ck_assert_msg(eb_route_find("", paths[i]) == NULL, "%s", paths[i]);
    }
}
END_TEST

START_TEST(discovery_is_also_at_the_places_of_rfc_8414)
{
    const eb_route *discovery = eb_route_find("/sub", "/sub/.well-known/openid-configuration");
    ck_assert_ptr_nonnull(discovery);
    ck_assert_ptr_eq(eb_route_find("/sub", "/.well-known/oauth-authorization-server/sub"),
                     discovery);
    ck_assert_ptr_eq(eb_route_find("/sub", "/.well-known/openid-configuration/sub"), discovery);
    ck_assert_ptr_eq(eb_route_find("", "/.well-known/oauth-authorization-server"),
                     eb_route_find("", "/.well-known/openid-configuration"));
    ck_assert_ptr_null(eb_route_find("/sub", "/.well-known/oauth-authorization-server"));
    ck_assert_ptr_null(eb_route_find("/sub", "/.well-known/oauth-authorization-server/sub2"));
}
END_TEST

START_TEST(a_style_sheet_is_ours_and_no_other_page)
{
    ck_assert_ptr_nonnull(eb_route_find("", "/pages/0123456789abcdef0123456789abcdef/style.css"));
    const char *paths[] = {"/pages/",
                           "/pages/about",
                           "/pages/style.css",
                           "/pages/0123456789abcdef0123456789abcdef/",
                           "/pages/0123456789abcdef0123456789abcdef/style.css.map",
                           "/pages/0123456789abcdef0123456789abcde/style.css",
                           "/pages/0123456789abcdef0123456789abcdef0/style.css",
                           "/pages/0123456789abcdef0123456789abcdeg/style.css"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        ck_assert_msg(eb_route_find("", paths[i]) == NULL, "%s", paths[i]);
    }
}
END_TEST

START_TEST(only_the_acs_takes_a_message)
{
    eb_bridge bridge = {.max_message = 256 * 1024};
    ck_assert_uint_ge(eb_route_body_limit(eb_route_find("", "/saml/acs"), &bridge),
                      256 * 1024 * 4 / 3 + 4096);
    ck_assert_uint_le(eb_route_body_limit(eb_route_find("", "/token"), &bridge), 32 * 1024);
    ck_assert_uint_eq(eb_route_body_limit(eb_route_find("", "/jwks"), &bridge), 0);
}
END_TEST

START_TEST(the_authorization_endpoint_never_speaks_cors)
{
    ck_assert_int_eq(eb_route_find("", "/authorize")->cors, EB_CORS_NONE);
    ck_assert_int_eq(eb_route_find("", "/saml/acs")->cors, EB_CORS_NONE);
    ck_assert_int_eq(eb_route_find("", "/token")->cors, EB_CORS_CLIENTS);
}
END_TEST

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("route");
    TCase *cases = tcase_create("route");
    tcase_add_test(cases, endpoints_are_found_at_the_root);
    tcase_add_test(cases, endpoints_are_found_below_the_issuers_path_only);
    tcase_add_test(cases, nothing_else_is_ours);
    tcase_add_test(cases, discovery_is_also_at_the_places_of_rfc_8414);
    tcase_add_test(cases, a_style_sheet_is_ours_and_no_other_page);
    tcase_add_test(cases, only_the_acs_takes_a_message);
    tcase_add_test(cases, the_authorization_endpoint_never_speaks_cors);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

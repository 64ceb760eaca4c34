/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Redirect URIs: what may be registered, and what matches (RFC 6749 3.1.2, RFC 8252 7). */
#define OIDC_HELP_MAIN
#include "oidc_help.h"

START_TEST(finds_a_client_by_its_exact_id)
{
    eb_client shop = confidential_client(), app = public_client();
    const eb_client *clients[] = {&shop, &app};
    ck_assert_ptr_eq(eb_client_find(clients, 2, "app"), &app);
    ck_assert_ptr_null(eb_client_find(clients, 2, "App"));
    ck_assert_ptr_null(eb_client_find(clients, 2, "ap"));
    ck_assert_ptr_null(eb_client_find(clients, 2, ""));
    ck_assert_ptr_null(eb_client_find(clients, 0, "app"));
}
END_TEST

START_TEST(redirect_uri_matches_byte_for_byte)
{
    eb_client client = confidential_client();
    ck_assert(eb_client_redirect_uri_matches(&client, "https://client.example/cb"));
    ck_assert(eb_client_redirect_uri_matches(&client, "https://client.example/cb?a=1"));
}
END_TEST

START_TEST(refuses_redirect_uri_that_differs_in_anything)
{
    eb_client client = confidential_client();
    static const char *const uris[] = {
        "https://client.example/cb/",      "https://client.example/c",
        "https://client.example/cB",       "https://Client.example/cb",
        "https://client.example:443/cb",   "https://client.example:8443/cb",
        "http://client.example/cb",        "https://client.example/cb?",
        "https://client.example/cb?a=2",   "https://client.example/cb?a=1&b=2",
        "https://client.example/cb#x",     "https://user@client.example/cb",
        "https://client.example/x/../cb",  "https://client.example/%63b",
        "https://client.example\\cb",      "https://client.example.evil.example/cb",
        "https://client.example%2ecb",     "//client.example/cb",
        " https://client.example/cb",      "https://client.example/cb ",
        "https://client.example/cb\r\nX:", ""};
    for (int i = 0; i < COUNT(uris); i++) {
        ck_assert_msg(!eb_client_redirect_uri_matches(&client, uris[i]), "%s", uris[i]);
    }
}
END_TEST

START_TEST(loopback_of_a_public_client_matches_with_any_port)
{
    eb_client client = public_client();
    static const char *const uris[] = {"http://127.0.0.1/cb",       "http://127.0.0.1:1/cb",
                                       "http://127.0.0.1:65535/cb", "http://[::1]:49152/cb?x=1",
                                       "http://[::1]/cb?x=1",       "com.example.app:/cb"};
    for (int i = 0; i < COUNT(uris); i++) {
        ck_assert_msg(eb_client_redirect_uri_matches(&client, uris[i]), "%s", uris[i]);
    }
}
END_TEST

START_TEST(refuses_loopback_that_differs_in_more_than_the_port)
{
    eb_client client = public_client();
    static const char *const uris[] = {"http://127.0.0.1:8080/cb2",
                                       "http://127.0.0.1:8080/cb?x=1",
                                       "https://127.0.0.1:8080/cb",
                                       "http://127.0.0.2:8080/cb",
                                       "http://localhost:8080/cb",
                                       "http://[::1]:8080/cb",
                                       "http://127.0.0.1:/cb",
                                       "http://127.0.0.1:0/cb",
                                       "http://127.0.0.1:65536/cb",
                                       "http://127.0.0.1:080/cb",
                                       "http://127.0.0.1:80a/cb",
                                       "http://127.0.0.1:80@evil.example/cb",
                                       "http://127.0.0.1.evil.example/cb",
                                       "http://127.0.0.1@evil.example/cb",
                                       "com.example.app:80/cb",
                                       "http://127.0.0.1:123456/cb"};
    for (int i = 0; i < COUNT(uris); i++) {
        ck_assert_msg(!eb_client_redirect_uri_matches(&client, uris[i]), "%s", uris[i]);
    }
}
END_TEST

START_TEST(loopback_of_a_confidential_client_has_its_own_port_only)
{
    eb_client client = public_client();
    client.auth_methods = EB_AUTH_BASIC;
    ck_assert(eb_client_redirect_uri_matches(&client, "http://127.0.0.1/cb"));
    ck_assert(!eb_client_redirect_uri_matches(&client, "http://127.0.0.1:8080/cb"));
}
END_TEST

START_TEST(accepts_sound_redirect_uris)
{
    static const char *const uris[] = {
        "https://client.example/cb",      "https://client.example:8443/a/b?c=d&e=%20",
        "https://xn--bcher-kva.example/", "http://127.0.0.1:3000/cb",
        "http://localhost:3000/cb",       "http://[::1]/cb",
        "https://[2001:db8::1]:8443/cb"};
    for (int i = 0; i < COUNT(uris); i++) {
        ck_assert_msg(eb_client_redirect_uri_fault(pool, uris[i], false) == NULL, "%s", uris[i]);
    }
    ck_assert_ptr_null(eb_client_redirect_uri_fault(pool, "com.example.app:/cb", true));
}
END_TEST

START_TEST(tells_the_fault_of_a_redirect_uri)
{
    static const char *const rows[][2] = {
        {"client.example/cb", "not absolute"},
        {"/cb", "not absolute"},
        {"https", "not absolute"},
        {"", "not absolute"},
        {"1https://client.example/", "not absolute"},
        {"https://client.example/cb#", "fragment"},
        {"https://client.example/c b", "character"},
        {"https://client.example/\xc3\xa4", "character"},
        {"https://client.example\\@evil.example/", "character"},
        {"https://client.example/\"", "character"},
        {"https://client.example/%2", "%"},
        {"https://client.example/%zz", "%"},
        {"https://client.example/%z0", "%"},
        {"https://user@client.example/", "user name"},
        {"https:///cb", "no host"},
        {"https://:443/cb", "no host"},
        {"https://*.client.example/cb", "wildcard"},
        {"https://client.example:0/", "port"},
        {"https://client.example:65536/", "port"},
        {"https://client.example:/", "port"},
        {"https://client.example:8a/", "port"},
        {"https://[::1/cb", "host"},
        {"https://[::1]x/cb", "host"},
        {"http://client.example/cb", "http"},
        {"http://127.0.0.1.evil.example/cb", "http"},
        {"com.example.app:/cb", "private-use"},
    };
    for (int i = 0; i < COUNT(rows); i++) {
        const char *fault = eb_client_redirect_uri_fault(pool, rows[i][0], false);
        ck_assert_msg(fault != NULL, "%s", rows[i][0]);
        ck_assert_msg(strstr(fault, rows[i][1]) != NULL, "%s: %s", rows[i][0], fault);
    }
    ck_assert_ptr_nonnull(strstr(eb_client_redirect_uri_fault(pool, "javascript:alert(1)", true),
                                 "private-use scheme has no dot"));
    char *longer = apr_palloc(pool, EB_REDIRECT_URI_MAX + 2);
    memset(longer, 'a', EB_REDIRECT_URI_MAX + 1);
    memcpy(longer, "https://a/", 10);
    longer[EB_REDIRECT_URI_MAX + 1] = '\0';
    ck_assert_ptr_nonnull(strstr(eb_client_redirect_uri_fault(pool, longer, false), "longer"));
    longer[EB_REDIRECT_URI_MAX] = '\0';
    ck_assert_ptr_null(eb_client_redirect_uri_fault(pool, longer, false));
}
END_TEST

START_TEST(origin_is_allowed_byte_for_byte)
{
    static const char *const origins[] = {"https://spa.example"};
    eb_client client = confidential_client();
    ck_assert(!eb_client_origin_allowed(&client, "https://spa.example"));
    client.allowed_origins = origins;
    client.allowed_origin_count = 1;
    ck_assert(eb_client_origin_allowed(&client, "https://spa.example"));
    ck_assert(!eb_client_origin_allowed(&client, "https://spa.example:443"));
    ck_assert(!eb_client_origin_allowed(&client, "https://spa.example.evil.example"));
    ck_assert(!eb_client_origin_allowed(&client, "null"));
}
END_TEST

/* SHA-256("abc") is FIPS 180's own example. */
START_TEST(tag_is_the_first_of_sha256)
{
    static const unsigned char abc[4] = {0xba, 0x78, 0x16, 0xbf};
    unsigned char tag[4];
    eb_client_tag("abc", tag);
    ck_assert_mem_eq(tag, abc, 4);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, finds_a_client_by_its_exact_id);
    tcase_add_test(tcase, redirect_uri_matches_byte_for_byte);
    tcase_add_test(tcase, refuses_redirect_uri_that_differs_in_anything);
    tcase_add_test(tcase, loopback_of_a_public_client_matches_with_any_port);
    tcase_add_test(tcase, refuses_loopback_that_differs_in_more_than_the_port);
    tcase_add_test(tcase, loopback_of_a_confidential_client_has_its_own_port_only);
    tcase_add_test(tcase, accepts_sound_redirect_uris);
    tcase_add_test(tcase, tells_the_fault_of_a_redirect_uri);
    tcase_add_test(tcase, origin_is_allowed_byte_for_byte);
    tcase_add_test(tcase, tag_is_the_first_of_sha256);
}

int main(void)
{
    return run_case("client", add_tests);
}

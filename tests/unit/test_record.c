/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Login records in cookies: what fits, what gives way, and that nothing of another issuer, browser
 * or key opens. */
#include "bridge/record.h"
#include "bridge/route.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

static apr_pool_t *pool;
static eb_keyring keys;
static eb_bridge bridge;
static eb_request in;
static eb_reply out;
static eb_client client_a, client_b;
static const eb_client *clients[] = {&client_a, &client_b};

static eb_call make_call(const char *cookies)
{
    eb_call call = {.pool = pool,
                    .bridge = &bridge,
                    .now = apr_time_from_sec(1800000000),
                    .uptime = apr_time_from_sec(1000),
                    .in = &in,
                    .out = &out,
                    .reference = "REF"};
    memset(&in, 0, sizeof(in));
    in.cookies = cookies;
    eb_reply_init(&out, pool);
    return call;
}

static void set_up(void)
{
    unsigned char key[32] = {1};
    apr_pool_create(&pool, NULL);
    memset(&keys, 0, sizeof(keys));
    ck_assert_ptr_null(eb_seal_key_init(pool, key, &keys.seal.keys[0]));
    keys.seal.count = 1;
    keys.relay_keys[0][0] = 7;
    keys.relay_key_count = 1;
    memset(&bridge, 0, sizeof(bridge));
    bridge.issuer = "https://login.example.fi";
    bridge.tag = "AbC_-9";
    bridge.keys = &keys;
    bridge.clock_skew = apr_time_from_sec(60);
    bridge.login_lifetime = apr_time_from_sec(900);
    bridge.random = &eb_random_system;
    client_a.id = "a";
    client_b.id = "b";
    bridge.clients = clients;
    bridge.client_count = 2;
}

static void tear_down(void)
{
    apr_pool_destroy(pool);
}

static eb_record make_record(const char *request_id)
{
    eb_record record = {.state = EB_RECORD_LOGIN,
                        .client = "a",
                        .redirect_uri = "https://client.example/cb",
                        .client_state = "state",
                        .nonce = "nonce",
                        .code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                        .scopes = "openid profile",
                        .provider = "suomifi",
                        .request_id = request_id,
                        .relay_state = "relay",
                        .language = "fi",
                        .reference = "4T7K2M9Q",
                        .floor = EB_LEVEL_SUBSTANTIAL,
                        .force_authn = true,
                        .max_age = -1,
                        .started = apr_time_from_sec(1800000000)};
    memset(record.epoch, 0x5a, sizeof(record.epoch));
    return record;
}

typedef struct {
    const char *cookies; /* the browser's jar as a Cookie header */
} jar_builder;

static int add_cookie(void *context, const char *name, const char *value)
{
    jar_builder *jar = context;
    if (strcmp(name, "Set-Cookie") == 0) {
        const char *pair = apr_pstrmemdup(pool, value, strcspn(value, ";"));
        const char *key = apr_pstrmemdup(pool, pair, strcspn(pair, "=") + 1);
        /* a cookie of the same name is replaced, one with Max-Age=0 goes */
        char *old = jar->cookies == NULL ? NULL : strstr(apr_pstrdup(pool, jar->cookies), key);
        if (old != NULL) {
            char *rest = strchr(old, ';');
            char *all = apr_pstrdup(pool, jar->cookies);
            size_t at = (size_t)(strstr(all, key) - all);
            jar->cookies = apr_pstrcat(pool, apr_pstrmemdup(pool, all, at),
                                       rest == NULL ? "" : rest + 2, NULL);
        }
        if (strstr(value, "Max-Age=0") == NULL) {
            jar->cookies =
                apr_pstrcat(pool, pair, "; ", jar->cookies == NULL ? "" : jar->cookies, NULL);
        }
    }
    return 1;
}

/* The browser's cookies after a reply. */
static const char *after(const char *cookies)
{
    jar_builder jar = {cookies};
    apr_table_do(add_cookie, &jar, out.headers, NULL);
    return jar.cookies;
}

static const char *add(const char *cookies, const eb_record *record)
{
    eb_call call = make_call(cookies);
    ck_assert_ptr_null(eb_records_add(&call, eb_records_read(&call), record));
    return after(cookies);
}

static const eb_record *find(const char *cookies, const char *request_id)
{
    eb_call call = make_call(cookies);
    return eb_records_find(eb_records_read(&call), request_id);
}

static const char *fault(const char *cookies)
{
    eb_call call = make_call(cookies);
    return eb_records_fault(eb_records_read(&call));
}

START_TEST(a_record_comes_back_whole)
{
    eb_record record = make_record("_r1");
    const eb_record *found = find(add(NULL, &record), "_r1");
    ck_assert_ptr_nonnull(found);
    ck_assert_int_eq(found->state, EB_RECORD_LOGIN);
    ck_assert_str_eq(found->client, "a");
    ck_assert_str_eq(found->redirect_uri, record.redirect_uri);
    ck_assert_str_eq(found->client_state, "state");
    ck_assert_str_eq(found->nonce, "nonce");
    ck_assert_str_eq(found->code_challenge, record.code_challenge);
    ck_assert_str_eq(found->scopes, "openid profile");
    ck_assert_str_eq(found->provider, "suomifi");
    ck_assert_str_eq(found->relay_state, "relay");
    ck_assert_str_eq(found->reference, "4T7K2M9Q");
    ck_assert_int_eq(found->floor, EB_LEVEL_SUBSTANTIAL);
    ck_assert(found->force_authn);
    ck_assert_int_eq(found->max_age, -1);
    ck_assert_mem_eq(found->epoch, record.epoch, EB_EPOCH_BYTES);
}
END_TEST

START_TEST(absent_parts_stay_absent)
{
    eb_record record = make_record("_r1");
    record.client_state = record.nonce = record.code_challenge = NULL;
    record.max_age = 0;
    const eb_record *found = find(add(NULL, &record), "_r1");
    ck_assert_ptr_nonnull(found);
    ck_assert_ptr_null(found->client_state);
    ck_assert_ptr_null(found->nonce);
    ck_assert_ptr_null(found->code_challenge);
    ck_assert_int_eq(found->max_age, 0);
}
END_TEST

static const char *incompressible(size_t len)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char *text = apr_palloc(pool, len + 1);
    ck_assert_int_eq(eb_random_system.fill(NULL, text, len), 0);
    for (size_t i = 0; i < len; i++) {
        text[i] = (unsigned char)alphabet[text[i] % 64];
    }
    text[len] = '\0';
    return (const char *)text;
}

START_TEST(state_of_4096_bytes_fits_and_all_cookies_stay_under_6000_bytes)
{
    eb_record record = make_record("_r1");
    record.client_state = incompressible(4096);
    const char *cookies = add(NULL, &record);
    const eb_record *found = find(cookies, "_r1");
    ck_assert_ptr_nonnull(found);
    ck_assert_str_eq(found->client_state, record.client_state);
    ck_assert_uint_lt(strlen(cookies), 6000);
}
END_TEST

START_TEST(no_cookie_is_over_1500_bytes)
{
    eb_record record = make_record("_r1");
    record.client_state = incompressible(4096);
    (void)add(NULL, &record);
    const apr_array_header_t *headers = apr_table_elts(out.headers);
    for (int i = 0; i < headers->nelts; i++) {
        const apr_table_entry_t *entry = &APR_ARRAY_IDX(headers, i, apr_table_entry_t);
        if (strcmp(entry->key, "Set-Cookie") == 0) {
            ck_assert_uint_le(strcspn(entry->val, ";"), 1500);
        }
    }
}
END_TEST

START_TEST(a_record_that_does_not_fit_is_refused)
{
    eb_record record = make_record("_r1");
    record.client_state = incompressible(8192);
    eb_call call = make_call(NULL);
    const eb_err *err = eb_records_add(&call, eb_records_read(&call), &record);
    ck_assert_ptr_nonnull(err);
    ck_assert_int_eq(err->id, EB_E_LOGIN_TOO_LARGE);
}
END_TEST

START_TEST(cookies_are_secure_host_only_and_cross_site)
{
    eb_record record = make_record("_r1");
    (void)add(NULL, &record);
    const char *cookie = apr_table_get(out.headers, "Set-Cookie");
    ck_assert_int_eq(strncmp(cookie, "__Host-ebAbC_-9", 15), 0);
    ck_assert_ptr_nonnull(strstr(cookie, "; Path=/; Secure; HttpOnly; SameSite=None"));
    ck_assert_ptr_null(strstr(cookie, "Domain"));
}
END_TEST

START_TEST(four_logins_at_once_are_all_kept)
{
    const char *cookies = NULL;
    const char *ids[] = {"_r1", "_r2", "_r3", "_r4"};
    for (int i = 0; i < 4; i++) {
        eb_record record = make_record(ids[i]);
        cookies = add(cookies, &record);
    }
    for (int i = 0; i < 4; i++) {
        ck_assert_ptr_nonnull(find(cookies, ids[i]));
    }
}
END_TEST

START_TEST(the_oldest_login_gives_way_to_the_fifth)
{
    const char *cookies = NULL;
    for (int i = 0; i < 5; i++) {
        eb_record record = make_record(apr_psprintf(pool, "_r%d", i));
        record.started += i;
        cookies = add(cookies, &record);
    }
    ck_assert_ptr_null(find(cookies, "_r0"));
    ck_assert_ptr_nonnull(find(cookies, "_r1"));
    ck_assert_ptr_nonnull(find(cookies, "_r4"));
}
END_TEST

START_TEST(a_done_note_gives_way_before_a_login)
{
    const char *cookies = NULL;
    for (int i = 0; i < 4; i++) {
        eb_record record = make_record(apr_psprintf(pool, "_r%d", i));
        record.started += i;
        cookies = add(cookies, &record);
    }
    eb_call call = make_call(cookies);
    eb_records *records = eb_records_read(&call);
    ck_assert_ptr_null(eb_records_finish(&call, records, eb_records_find(records, "_r3")));
    cookies = after(cookies);
    ck_assert_int_eq(find(cookies, "_r3")->state, EB_RECORD_DONE);
    eb_record record = make_record("_r9");
    cookies = add(cookies, &record);
    ck_assert_ptr_null(find(cookies, "_r3"));
    ck_assert_ptr_nonnull(find(cookies, "_r0"));
    ck_assert_ptr_nonnull(find(cookies, "_r9"));
}
END_TEST

START_TEST(finishing_deletes_the_other_pieces)
{
    eb_record record = make_record("_r1");
    record.client_state = incompressible(4096);
    const char *cookies = add(NULL, &record);
    eb_call call = make_call(cookies);
    eb_records *records = eb_records_read(&call);
    ck_assert_ptr_null(eb_records_finish(&call, records, eb_records_find(records, "_r1")));
    cookies = after(cookies);
    ck_assert_uint_lt(strlen(cookies), 500);
    const eb_record *done = find(cookies, "_r1");
    ck_assert_ptr_nonnull(done);
    ck_assert_int_eq(done->state, EB_RECORD_DONE);
    ck_assert_ptr_null(done->client_state);
}
END_TEST

START_TEST(refuses_an_altered_cookie)
{
    eb_record record = make_record("_r1");
    char *cookies = apr_pstrdup(pool, add(NULL, &record));
    char *middle = strchr(cookies, '=') + 60;
    *middle = *middle == 'A' ? 'B' : 'A';
    ck_assert_ptr_null(find(cookies, "_r1"));
    ck_assert_ptr_nonnull(fault(cookies));
}
END_TEST

START_TEST(tells_cookies_that_do_not_open_from_none)
{
    eb_record record = make_record("_r1");
    const char *cookies = add(NULL, &record);
    ck_assert_ptr_null(fault(NULL));
    ck_assert_ptr_null(fault("other=1"));
    ck_assert_ptr_null(fault(cookies));
    const char *pair = apr_pstrmemdup(pool, cookies, strcspn(cookies, ";"));
    ck_assert_ptr_null(fault(pair));
    ck_assert_ptr_nonnull(fault(apr_pstrcat(pool, pair, "AAAA", NULL)));
    ck_assert_ptr_nonnull(fault(apr_pstrmemdup(pool, pair, strlen(pair) - 4)));
    ck_assert_ptr_nonnull(fault(apr_pstrmemdup(pool, pair, strcspn(pair, "=") + 1)));
    ck_assert_ptr_nonnull(fault("__Host-ebAbC_-93=%%%=="));
}
END_TEST

START_TEST(a_record_that_is_forgotten_gives_way_to_the_next)
{
    eb_record first = make_record("_r1"), second = make_record("_r2");
    first.client_state = incompressible(4096);
    const char *cookies = add(NULL, &first);
    eb_call call = make_call(cookies);
    eb_records *records = eb_records_read(&call);
    eb_records_forget(records, eb_records_find(records, "_r1"));
    ck_assert_ptr_null(eb_records_find(records, "_r1"));
    ck_assert_ptr_null(eb_records_add(&call, records, &second));
    cookies = after(cookies);
    ck_assert_ptr_null(find(cookies, "_r1"));
    ck_assert_ptr_nonnull(find(cookies, "_r2"));
    ck_assert_uint_lt(strlen(cookies), 700);
}
END_TEST

START_TEST(refuses_a_cookie_of_another_issuer)
{
    eb_record record = make_record("_r1");
    const char *cookies = add(NULL, &record);
    bridge.issuer = "https://login.example.se";
    ck_assert_ptr_null(find(cookies, "_r1"));
}
END_TEST

START_TEST(refuses_a_cookie_sealed_with_another_key)
{
    unsigned char other[32] = {2};
    eb_record record = make_record("_r1");
    const char *cookies = add(NULL, &record);
    ck_assert_ptr_null(eb_seal_key_init(pool, other, &keys.seal.keys[0]));
    ck_assert_ptr_null(find(cookies, "_r1"));
}
END_TEST

START_TEST(opens_a_cookie_sealed_with_the_previous_key)
{
    unsigned char other[32] = {2};
    eb_record record = make_record("_r1");
    const char *cookies = add(NULL, &record);
    keys.seal.keys[1] = keys.seal.keys[0];
    keys.seal.count = 2;
    ck_assert_ptr_null(eb_seal_key_init(pool, other, &keys.seal.keys[0]));
    ck_assert_ptr_nonnull(find(cookies, "_r1"));
}
END_TEST

START_TEST(pieces_of_two_records_do_not_join)
{
    eb_record one = make_record("_r1"), two = make_record("_r1");
    one.client_state = incompressible(1800);
    two.client_state = incompressible(1800);
    const char *a = add(NULL, &one);
    const char *b = add(NULL, &two);
    /* the first cookie of one, the second of the other */
    const char *mixed =
        apr_pstrcat(pool, apr_pstrmemdup(pool, a, strcspn(a, ";")), strchr(b, ';'), NULL);
    ck_assert_ptr_null(find(mixed, "_r1"));
}
END_TEST

START_TEST(orphans_are_deleted_in_the_same_reply)
{
    const char *cookies = "__Host-ebAbC_-90=garbage; __Host-ebAbC_-91=more; __Host-ebAbC_-92=x";
    eb_record record = make_record("_r1");
    cookies = add(cookies, &record);
    ck_assert_ptr_null(strstr(cookies, "garbage"));
    ck_assert_ptr_null(strstr(cookies, "more"));
    ck_assert_ptr_nonnull(find(cookies, "_r1"));
}
END_TEST

START_TEST(relay_state_names_the_client_and_is_43_characters)
{
    const char *relay_state;
    eb_call call = make_call(NULL);
    ck_assert_ptr_null(eb_relay_state_make(&call, "b", &relay_state));
    ck_assert_uint_eq(strlen(relay_state), 43);
    ck_assert_ptr_eq(eb_relay_state_client(&call, relay_state), &client_b);
}
END_TEST

START_TEST(an_altered_relay_state_names_nobody)
{
    const char *relay_state;
    eb_call call = make_call(NULL);
    ck_assert_ptr_null(eb_relay_state_make(&call, "b", &relay_state));
    char *altered = apr_pstrdup(pool, relay_state);
    altered[0] = altered[0] == 'A' ? 'B' : 'A';
    ck_assert_ptr_null(eb_relay_state_client(&call, altered));
    ck_assert_ptr_null(eb_relay_state_client(&call, "https://evil.example/"));
    ck_assert_ptr_null(eb_relay_state_client(&call, ""));
    ck_assert_ptr_null(eb_relay_state_client(&call, NULL));
}
END_TEST

START_TEST(relay_state_of_the_previous_key_still_names_the_client)
{
    const char *relay_state;
    eb_call call = make_call(NULL);
    ck_assert_ptr_null(eb_relay_state_make(&call, "a", &relay_state));
    memcpy(keys.relay_keys[1], keys.relay_keys[0], 32);
    keys.relay_keys[0][0] = 99;
    keys.relay_key_count = 2;
    ck_assert_ptr_eq(eb_relay_state_client(&call, relay_state), &client_a);
}
END_TEST

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("record");
    TCase *cases = tcase_create("record");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, a_record_comes_back_whole);
    tcase_add_test(cases, absent_parts_stay_absent);
    tcase_add_test(cases, state_of_4096_bytes_fits_and_all_cookies_stay_under_6000_bytes);
    tcase_add_test(cases, no_cookie_is_over_1500_bytes);
    tcase_add_test(cases, a_record_that_does_not_fit_is_refused);
    tcase_add_test(cases, cookies_are_secure_host_only_and_cross_site);
    tcase_add_test(cases, four_logins_at_once_are_all_kept);
    tcase_add_test(cases, the_oldest_login_gives_way_to_the_fifth);
    tcase_add_test(cases, a_done_note_gives_way_before_a_login);
    tcase_add_test(cases, finishing_deletes_the_other_pieces);
    tcase_add_test(cases, refuses_an_altered_cookie);
    tcase_add_test(cases, tells_cookies_that_do_not_open_from_none);
    tcase_add_test(cases, a_record_that_is_forgotten_gives_way_to_the_next);
    tcase_add_test(cases, refuses_a_cookie_of_another_issuer);
    tcase_add_test(cases, refuses_a_cookie_sealed_with_another_key);
    tcase_add_test(cases, opens_a_cookie_sealed_with_the_previous_key);
    tcase_add_test(cases, pieces_of_two_records_do_not_join);
    tcase_add_test(cases, orphans_are_deleted_in_the_same_reply);
    tcase_add_test(cases, relay_state_names_the_client_and_is_43_characters);
    tcase_add_test(cases, an_altered_relay_state_names_nobody);
    tcase_add_test(cases, relay_state_of_the_previous_key_still_names_the_client);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

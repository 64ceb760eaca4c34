/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One issuer's view of a store: how keys are hashed, what is bound to what, and sealing. */
#include "state/state.h"

#include "state/slots.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <check.h>
#include <jansson.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#define SECOND APR_USEC_PER_SEC

static apr_pool_t *pool;
static eb_store view, other;

/* A backend with one place, which shows what the view hands on. */
static struct {
    bool is_there;
    unsigned char key[32];
    eb_span value;
    apr_uint64_t owner, owner_limit;
} shelf;

static const eb_err *shelf_put(void *self, apr_pool_t *p, eb_kind kind, apr_uint64_t owner,
                               apr_uint64_t owner_limit, const unsigned char key[32], eb_span value,
                               apr_interval_time_t ttl, apr_time_t uptime)
{
    (void)self, (void)p, (void)kind, (void)ttl, (void)uptime;
    shelf.is_there = true;
    memcpy(shelf.key, key, 32);
    shelf.value = eb_span_bytes(apr_pmemdup(pool, value.data, value.len), value.len);
    shelf.owner = owner;
    shelf.owner_limit = owner_limit;
    return NULL;
}

static const eb_err *shelf_take(void *self, apr_pool_t *p, eb_kind kind,
                                const unsigned char key[32], apr_time_t uptime, eb_span *ret_value)
{
    (void)self, (void)p, (void)kind, (void)key, (void)uptime;
    *ret_value = shelf.value;
    return NULL;
}

static const eb_err *shelf_get(void *self, apr_pool_t *p, eb_kind kind, const unsigned char key[32],
                               apr_time_t uptime, eb_span *ret_value, apr_uint64_t *ret_version)
{
    *ret_version = 1;
    return shelf_take(self, p, kind, key, uptime, ret_value);
}

static const eb_err *shelf_swap(void *self, apr_pool_t *p, eb_kind kind,
                                const unsigned char key[32], apr_uint64_t version, eb_span value,
                                apr_interval_time_t ttl, apr_time_t uptime)
{
    (void)version;
    return shelf_put(self, p, kind, 0, 0, key, value, ttl, uptime);
}

static const eb_backend shelf_backend = {.name = "shelf",
                                         .seals = true,
                                         .put = shelf_put,
                                         .take = shelf_take,
                                         .get = shelf_get,
                                         .swap = shelf_swap};

static void set_up(void)
{
    const eb_slots_geometry geometry = {16};
    unsigned char salt[32];
    apr_pool_create(&pool, NULL);
    size_t size = eb_slots_size(&geometry);
    void *memory = apr_pcalloc(pool, size + 64);
    memory = (unsigned char *)memory + (64 - (uintptr_t)memory % 64) % 64;
    ck_assert_ptr_null(eb_slots_format(pool, memory, size, &geometry, &eb_random_system, 7));
    ck_assert_ptr_null(eb_slots_open(pool, memory, size, &view.backend));
    for (int i = 0; i < 32; i++) {
        salt[i] = (unsigned char)i;
    }
    ck_assert_ptr_null(eb_hkdf(pool, eb_span_bytes(salt, 32), eb_span_str(NULL), "eb store 1",
                               view.store_key, 32));
    eb_seal_keys *keys = apr_pcalloc(pool, sizeof(*keys));
    ck_assert_ptr_null(eb_seal_key_init(pool, salt, &keys->keys[0]));
    keys->count = 1;
    view.issuer = "https://login.example.fi";
    view.random = &eb_random_system;
    view.seal = keys;
    other = view;
    other.issuer = "https://login.example.se";
    memset(&shelf, 0, sizeof(shelf));
}

static void tear_down(void)
{
    apr_pool_destroy(pool);
}

static void use_shelf(void)
{
    view.backend = other.backend = &shelf_backend;
}

#define ck_assert_id(err, wanted) ck_assert_int_eq((int)id_of(err), (int)(wanted))

static eb_err_id id_of(const eb_err *err)
{
    return err == NULL ? (eb_err_id)0 : err->id;
}

static const eb_span key = {(const unsigned char *)"a key", 5};
static const eb_span value = {(const unsigned char *)"a value", 7};

/* Reckoned by OpenSSL alone, from the bytes as DESIGN writes them. */
START_TEST(key_is_hmac_of_issuer_kind_and_key)
{
    static const unsigned char message[] = "\0\0\0\x18https://login.example.fi"
                                           "\0\0\0\x04"
                                           "CODE"
                                           "\0\0\0\x05"
                                           "a key";
    unsigned char salt[32], store_key[32], expected[32], hashed[32], info[] = "eb store 1\x01";
    static const unsigned char zeroes[32];
    unsigned char extracted[32];
    for (int i = 0; i < 32; i++) {
        salt[i] = (unsigned char)i;
    }
    ck_assert_ptr_nonnull(HMAC(EVP_sha256(), zeroes, 32, salt, 32, extracted, NULL));
    ck_assert_ptr_nonnull(HMAC(EVP_sha256(), extracted, 32, info, 11, store_key, NULL));
    ck_assert_ptr_nonnull(
        HMAC(EVP_sha256(), store_key, 32, message, sizeof(message) - 1, expected, NULL));
    ck_assert_mem_eq(view.store_key, store_key, 32);
    ck_assert_ptr_null(eb_store_hash(&view, pool, EB_KIND_CODE, key, hashed));
    ck_assert_mem_eq(hashed, expected, 32);
    use_shelf();
    ck_assert_ptr_null(eb_store_put(&view, pool, EB_KIND_CODE, NULL, key, value, SECOND, 0));
    ck_assert_mem_eq(shelf.key, expected, 32);
}
END_TEST

START_TEST(keys_are_those_of_the_fixed_vectors)
{
    json_t *formats = json_load_file(EB_TEST_DATA "/formats.json", 0, NULL);
    ck_assert_ptr_nonnull(formats);
    const char *store_key = json_string_value(json_object_get(formats, "store_key"));
    ck_assert_ptr_nonnull(store_key);
    for (size_t i = 0; i < 32; i++) {
        const char pair[] = {store_key[2 * i], store_key[2 * i + 1], '\0'};
        view.store_key[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
    json_t *vectors = json_object_get(formats, "store"), *vector;
    size_t index;
    ck_assert_uint_gt(json_array_size(vectors), 0);
    json_array_foreach(vectors, index, vector)
    {
        const char *word = json_string_value(json_object_get(vector, "kind"));
        unsigned char hashed[32];
        int kind = 0;
        while (kind < EB_KIND_COUNT && strcmp(eb_kind_word((eb_kind)kind), word) != 0) {
            kind++;
        }
        ck_assert_int_lt(kind, EB_KIND_COUNT);
        view.issuer = json_string_value(json_object_get(vector, "issuer"));
        ck_assert_ptr_null(
            eb_store_hash(&view, pool, (eb_kind)kind,
                          eb_span_str(json_string_value(json_object_get(vector, "key"))), hashed));
        ck_assert_str_eq(eb_hex(pool, hashed, 32),
                         json_string_value(json_object_get(vector, "hash")));
    }
    json_decref(formats);
}
END_TEST

START_TEST(kinds_issuers_and_keys_are_apart)
{
    unsigned char a[32], b[32];
    ck_assert_ptr_null(eb_store_hash(&view, pool, EB_KIND_CODE, key, a));
    ck_assert_ptr_null(eb_store_hash(&view, pool, EB_KIND_TOKEN, key, b));
    ck_assert_mem_ne(a, b, 32);
    ck_assert_ptr_null(eb_store_hash(&other, pool, EB_KIND_CODE, key, b));
    ck_assert_mem_ne(a, b, 32);
    ck_assert_ptr_null(eb_store_hash(&view, pool, EB_KIND_CODE, eb_span_str("a key "), b));
    ck_assert_mem_ne(a, b, 32);
}
END_TEST

START_TEST(every_kind_has_its_word)
{
    static const char *const words[EB_KIND_COUNT] = {
        "CODE", "GRANT", "TOKEN", "REFRESH", "SESSION", "INDEX", "PUSHED", "USED", "META"};
    for (int kind = 0; kind < EB_KIND_COUNT; kind++) {
        ck_assert_str_eq(eb_kind_word((eb_kind)kind), words[kind]);
    }
}
END_TEST

START_TEST(verbs_reach_the_backend)
{
    eb_span found;
    apr_uint64_t version;
    eb_epoch epoch;
    eb_store_counts counts;
    ck_assert_ptr_null(eb_store_put(&view, pool, EB_KIND_CODE, NULL, key, value, SECOND, 0));
    ck_assert_id(eb_store_put(&view, pool, EB_KIND_CODE, NULL, key, value, SECOND, 0),
                 EB_E_STATE_EXISTS);
    ck_assert_ptr_null(eb_store_get(&view, pool, EB_KIND_CODE, key, 0, &found, &version));
    ck_assert_ptr_null(
        eb_store_swap(&view, pool, EB_KIND_CODE, key, version, eb_span_str("next"), SECOND, 0));
    ck_assert_id(eb_store_swap(&view, pool, EB_KIND_CODE, key, version, value, SECOND, 0),
                 EB_E_STATE_CHANGED);
    ck_assert_ptr_null(eb_store_get(&view, pool, EB_KIND_CODE, key, 0, &found, NULL));
    ck_assert_mem_eq(found.data, "next", 4);
    ck_assert_ptr_null(eb_store_count(&view, pool, 0, &counts));
    ck_assert_uint_eq(counts.live[EB_KIND_CODE], 1);
    ck_assert_ptr_null(eb_store_take(&view, pool, EB_KIND_CODE, key, 0, &found));
    ck_assert_id(eb_store_take(&view, pool, EB_KIND_CODE, key, 0, &found), EB_E_STATE_NOT_FOUND);
    ck_assert_ptr_null(eb_store_drop(&view, pool, EB_KIND_CODE, key, 0));
    ck_assert_ptr_null(eb_store_epoch(&view, pool, &epoch));
    ck_assert_int_eq(epoch.born, 7);
}
END_TEST

START_TEST(another_issuers_entry_is_not_found)
{
    eb_span found;
    ck_assert_ptr_null(eb_store_put(&view, pool, EB_KIND_SESSION, NULL, key, value, SECOND, 0));
    ck_assert_id(eb_store_get(&other, pool, EB_KIND_SESSION, key, 0, &found, NULL),
                 EB_E_STATE_NOT_FOUND);
    ck_assert_ptr_null(eb_store_drop(&other, pool, EB_KIND_SESSION, key, 0));
    ck_assert_ptr_null(eb_store_get(&view, pool, EB_KIND_SESSION, key, 0, &found, NULL));
}
END_TEST

START_TEST(clients_are_counted_by_issuer_and_id)
{
    const eb_owner a = {"a", 3}, b = {"b", 0};
    use_shelf();
    ck_assert_ptr_null(eb_store_put(&view, pool, EB_KIND_CODE, &a, key, value, SECOND, 0));
    apr_uint64_t first = shelf.owner;
    ck_assert_uint_ne(first, 0);
    ck_assert_uint_eq(shelf.owner_limit, 3);
    ck_assert_ptr_null(eb_store_put(&view, pool, EB_KIND_GRANT, &a, value, key, SECOND, 0));
    ck_assert_uint_eq(shelf.owner, first);
    ck_assert_ptr_null(eb_store_put(&view, pool, EB_KIND_CODE, &b, key, value, SECOND, 0));
    ck_assert_uint_ne(shelf.owner, first);
    ck_assert_ptr_null(eb_store_put(&other, pool, EB_KIND_CODE, &a, key, value, SECOND, 0));
    ck_assert_uint_ne(shelf.owner, first);
    ck_assert_ptr_null(eb_store_put(&view, pool, EB_KIND_CODE, NULL, key, value, SECOND, 0));
    ck_assert_uint_eq(shelf.owner, 0);
}
END_TEST

START_TEST(backend_far_away_gets_sealed_values)
{
    eb_span found;
    use_shelf();
    ck_assert_ptr_null(eb_store_put(&view, pool, EB_KIND_CODE, NULL, key, value, SECOND, 0));
    ck_assert_uint_eq(shelf.value.len, value.len + EB_SEAL_OVERHEAD);
    ck_assert_ptr_null(eb_store_get(&view, pool, EB_KIND_CODE, key, 0, &found, NULL));
    ck_assert_uint_eq(found.len, value.len);
    ck_assert_mem_eq(found.data, value.data, value.len);
    ck_assert_ptr_null(
        eb_store_swap(&view, pool, EB_KIND_CODE, key, 1, eb_span_str("next"), SECOND, 0));
    ck_assert_uint_eq(shelf.value.len, 4 + EB_SEAL_OVERHEAD);
    ck_assert_ptr_null(eb_store_take(&view, pool, EB_KIND_CODE, key, 0, &found));
    ck_assert_mem_eq(found.data, "next", 4);
}
END_TEST

/* Whoever can write the far store can still not move a value to another place. */
START_TEST(sealed_value_opens_only_in_its_own_place)
{
    eb_span found;
    use_shelf();
    ck_assert_ptr_null(eb_store_put(&view, pool, EB_KIND_CODE, NULL, key, value, SECOND, 0));
    ck_assert_id(eb_store_get(&view, pool, EB_KIND_CODE, value, 0, &found, NULL), EB_E_SEAL_BROKEN);
    ck_assert_id(eb_store_get(&view, pool, EB_KIND_TOKEN, key, 0, &found, NULL), EB_E_SEAL_BROKEN);
    ck_assert_id(eb_store_take(&other, pool, EB_KIND_CODE, key, 0, &found), EB_E_SEAL_BROKEN);
    unsigned char *bytes = apr_pmemdup(pool, shelf.value.data, shelf.value.len);
    bytes[shelf.value.len - 1] ^= 1;
    shelf.value.data = bytes;
    ck_assert_id(eb_store_get(&view, pool, EB_KIND_CODE, key, 0, &found, NULL), EB_E_SEAL_BROKEN);
}
END_TEST

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("state");
    TCase *tests = tcase_create("view");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, key_is_hmac_of_issuer_kind_and_key);
    tcase_add_test(tests, keys_are_those_of_the_fixed_vectors);
    tcase_add_test(tests, kinds_issuers_and_keys_are_apart);
    tcase_add_test(tests, every_kind_has_its_word);
    tcase_add_test(tests, verbs_reach_the_backend);
    tcase_add_test(tests, another_issuers_entry_is_not_found);
    tcase_add_test(tests, clients_are_counted_by_issuer_and_id);
    tcase_add_test(tests, backend_far_away_gets_sealed_values);
    tcase_add_test(tests, sealed_value_opens_only_in_its_own_place);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The byte formats, against vectors computed by other software, and every way a sealed value is
 * refused. */
#include "keys/seal.h"

#include "vectors.h"

#include <apr_general.h>
#include <stdlib.h>

static apr_pool_t *pool;
static json_t *vectors;

static void set_up(void)
{
    apr_pool_create(&pool, NULL);
    vectors = vectors_read();
}

static void tear_down(void)
{
    json_decref(vectors);
    apr_pool_destroy(pool);
}

/* The random bytes of the vectors. */
static int fixed_fill(void *context, unsigned char *buf, size_t len)
{
    eb_span bytes = vector_bytes(context, vectors, "random");
    ck_assert_uint_eq(bytes.len, len);
    memcpy(buf, bytes.data, len);
    return 0;
}

static eb_span join(const json_t *parts, bool in_hex)
{
    eb_span spans[8];
    int count = (int)json_array_size(parts);
    for (int i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(parts, (size_t)i));
        spans[i] = in_hex ? bytes_of_hex(pool, text) : eb_span_str(text);
    }
    return eb_lp_join(pool, spans, count);
}

static eb_seal_keys keys_of(const json_t *vector)
{
    eb_seal_keys keys = {.count = 1};
    eb_span key = vector_bytes(pool, vector, "sealing_key");
    ck_assert_uint_eq(key.len, 32);
    ck_assert_success(eb_seal_key_init(pool, key.data, &keys.keys[0]));
    return keys;
}

START_TEST(lengths_keep_parts_apart)
{
    size_t i;
    json_t *vector;
    json_array_foreach(json_object_get(vectors, "lp"), i, vector)
    {
        eb_span joined = join(json_object_get(vector, "parts"), false);
        ck_assert_span_eq(joined, vector_bytes(pool, vector, "joined"));
    }
    ck_assert_uint_eq(i, 3);
}
END_TEST

static eb_span derive(const char *key_name, const char *info)
{
    unsigned char *out = apr_palloc(pool, 32);
    ck_assert_success(
        eb_hkdf(pool, vector_bytes(pool, vectors, key_name), eb_span_str(NULL), info, out, 32));
    return eb_span_bytes(out, 32);
}

START_TEST(derived_keys_are_those_of_the_vectors)
{
    ck_assert_span_eq(derive("salt", "eb sub 1"), vector_bytes(pool, vectors, "sub_key"));
    ck_assert_span_eq(derive("salt", "eb store 1"), vector_bytes(pool, vectors, "store_key"));
    size_t i;
    json_t *vector;
    json_array_foreach(json_object_get(vectors, "relay"), i, vector)
    {
        unsigned char out[32];
        ck_assert_success(eb_hkdf(pool, vector_bytes(pool, vector, "sealing_key"),
                                  eb_span_str(NULL), "eb relay 1", out, sizeof out));
        ck_assert_span_eq(eb_span_bytes(out, 32), vector_bytes(pool, vector, "relay_key"));
    }
    ck_assert_uint_eq(i, 2);
}
END_TEST

START_TEST(store_keys_are_those_of_the_vectors)
{
    size_t i;
    json_t *vector;
    eb_span key = vector_bytes(pool, vectors, "store_key");
    json_array_foreach(json_object_get(vectors, "store"), i, vector)
    {
        eb_span parts[] = {eb_span_str(vector_text(vector, "issuer")),
                           eb_span_str(vector_text(vector, "kind")),
                           eb_span_str(vector_text(vector, "key"))};
        unsigned char out[32];
        ck_assert_success(eb_hmac(pool, key.data, eb_lp_join(pool, parts, 3), out));
        ck_assert_span_eq(eb_span_bytes(out, 32), vector_bytes(pool, vector, "hash"));
    }
    ck_assert_uint_eq(i, 4);
}
END_TEST

/* RFC 5869 appendix A.1 and A.3, RFC 4231 section 4.2 (its key is 20 bytes; HMAC pads with zeros),
 * FIPS 180 */
START_TEST(primitives_give_the_vectors_of_their_standards)
{
    unsigned char out[42], key[32] = {0};
    eb_span ikm = bytes_of_hex(pool, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
    ck_assert_success(eb_hkdf(pool, ikm, bytes_of_hex(pool, "000102030405060708090a0b0c"),
                              "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9", out, sizeof out));
    ck_assert_str_eq(eb_hex(pool, out, sizeof out),
                     "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b8"
                     "87185865");
    ck_assert_success(eb_hkdf(pool, ikm, eb_span_str(NULL), "", out, sizeof out));
    ck_assert_str_eq(eb_hex(pool, out, sizeof out),
                     "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4"
                     "b61a96c8");
    memset(key, 0x0b, 20);
    ck_assert_success(eb_hmac(pool, key, eb_span_str("Hi There"), out));
    ck_assert_str_eq(eb_hex(pool, out, 32),
                     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    ck_assert_success(eb_sha256(pool, eb_span_str(NULL), out));
    ck_assert_str_eq(eb_hex(pool, out, 32),
                     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

START_TEST(sealed_values_are_those_of_the_vectors)
{
    size_t i;
    json_t *vector;
    eb_random fixed = {fixed_fill, pool};
    json_array_foreach(json_object_get(vectors, "sealed"), i, vector)
    {
        eb_seal_keys keys = keys_of(vector);
        eb_span aad = join(json_object_get(vector, "aad"), true);
        eb_span plain = vector_bytes(pool, vector, "plain"), sealed, back;
        const char *purpose = vector_text(vector, "purpose");
        ck_assert_span_eq(eb_span_bytes(keys.keys[0].id, 4), vector_bytes(pool, vector, "key_id"));
        ck_assert_success(eb_seal(pool, &keys, &fixed, purpose, aad, plain, &sealed));
        ck_assert_span_eq(sealed, vector_bytes(pool, vector, "sealed"));
        ck_assert_uint_eq(sealed.len, plain.len + EB_SEAL_OVERHEAD);
        ck_assert_success(eb_unseal(pool, &keys, purpose, aad, sealed, &back));
        ck_assert_span_eq(back, plain);
    }
    ck_assert_uint_eq(i, 3);
}
END_TEST

static eb_seal_keys sample_keys(void)
{
    return keys_of(json_array_get(json_object_get(vectors, "sealed"), 0));
}

START_TEST(refuses_any_altered_byte)
{
    eb_seal_keys keys = sample_keys();
    eb_span aad = eb_span_str("bound"), sealed, back;
    ck_assert_success(
        eb_seal(pool, &keys, &eb_random_system, "cookie", aad, eb_span_str("plain"), &sealed));
    for (size_t i = 0; i < sealed.len; i++) {
        unsigned char *altered = apr_pmemdup(pool, sealed.data, sealed.len);
        altered[i] ^= 0x40;
        bool is_id = i >= 1 && i < 5;
        ck_assert_refused(
            eb_unseal(pool, &keys, "cookie", aad, eb_span_bytes(altered, sealed.len), &back),
            is_id ? EB_E_SEAL_KEY : EB_E_SEAL_BROKEN);
    }
}
END_TEST

START_TEST(refuses_any_other_length)
{
    eb_seal_keys keys = sample_keys();
    eb_span aad = eb_span_str("bound"), sealed, back;
    ck_assert_success(
        eb_seal(pool, &keys, &eb_random_system, "cookie", aad, eb_span_str("plain"), &sealed));
    for (size_t len = 0; len < sealed.len; len++) {
        ck_assert_refused(
            eb_unseal(pool, &keys, "cookie", aad, eb_span_bytes(sealed.data, len), &back),
            EB_E_SEAL_BROKEN);
    }
    unsigned char *longer = apr_pcalloc(pool, sealed.len + 1);
    memcpy(longer, sealed.data, sealed.len);
    ck_assert_refused(
        eb_unseal(pool, &keys, "cookie", aad, eb_span_bytes(longer, sealed.len + 1), &back),
        EB_E_SEAL_BROKEN);
}
END_TEST

START_TEST(refuses_another_place_and_another_purpose)
{
    eb_seal_keys keys = sample_keys();
    eb_span aad = eb_span_str("bound"), sealed, back;
    ck_assert_success(
        eb_seal(pool, &keys, &eb_random_system, "cookie", aad, eb_span_str("plain"), &sealed));
    ck_assert_refused(eb_unseal(pool, &keys, "cookie", eb_span_str("bounD"), sealed, &back),
                      EB_E_SEAL_BROKEN);
    ck_assert_refused(eb_unseal(pool, &keys, "cookie", eb_span_str(""), sealed, &back),
                      EB_E_SEAL_BROKEN);
    ck_assert_refused(eb_unseal(pool, &keys, "store", aad, sealed, &back), EB_E_SEAL_BROKEN);
    ck_assert_success(eb_unseal(pool, &keys, "cookie", aad, sealed, &back));
}
END_TEST

START_TEST(the_newest_key_seals_and_the_older_one_opens)
{
    eb_seal_keys old = sample_keys(), both = {.count = 2}, fresh = {.count = 1};
    unsigned char key[32] = {9};
    ck_assert_success(eb_seal_key_init(pool, key, &both.keys[0]));
    both.keys[1] = old.keys[0];
    fresh.keys[0] = both.keys[0];
    eb_span none = eb_span_str(NULL), sealed, back;
    ck_assert_success(
        eb_seal(pool, &old, &eb_random_system, "store", none, eb_span_str("x"), &sealed));
    ck_assert_success(eb_unseal(pool, &both, "store", none, sealed, &back));
    ck_assert_refused(eb_unseal(pool, &fresh, "store", none, sealed, &back), EB_E_SEAL_KEY);
    ck_assert_success(
        eb_seal(pool, &both, &eb_random_system, "store", none, eb_span_str("x"), &sealed));
    ck_assert_success(eb_unseal(pool, &fresh, "store", none, sealed, &back));
    ck_assert_refused(eb_unseal(pool, &old, "store", none, sealed, &back), EB_E_SEAL_KEY);
    eb_seal_keys empty = {.count = 0};
    ck_assert_refused(eb_seal(pool, &empty, &eb_random_system, "store", none, none, &sealed),
                      EB_E_SEAL_KEY);
}
END_TEST

static int no_fill(void *context, unsigned char *buf, size_t len)
{
    (void)context;
    (void)buf;
    (void)len;
    return -1;
}

START_TEST(nothing_is_sealed_without_randomness)
{
    eb_seal_keys keys = sample_keys();
    eb_random broken = {no_fill, NULL};
    eb_span sealed;
    ck_assert_refused(
        eb_seal(pool, &keys, &broken, "store", eb_span_str("a"), eb_span_str("b"), &sealed),
        EB_E_RANDOM);
}
END_TEST

START_TEST(two_sealings_of_one_value_differ)
{
    eb_seal_keys keys = sample_keys();
    eb_span a, b;
    ck_assert_success(
        eb_seal(pool, &keys, &eb_random_system, "store", eb_span_str("a"), eb_span_str("b"), &a));
    ck_assert_success(
        eb_seal(pool, &keys, &eb_random_system, "store", eb_span_str("a"), eb_span_str("b"), &b));
    ck_assert_mem_ne(a.data, b.data, a.len);
}
END_TEST

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("seal");
    TCase *cases = tcase_create("seal");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, lengths_keep_parts_apart);
    tcase_add_test(cases, derived_keys_are_those_of_the_vectors);
    tcase_add_test(cases, store_keys_are_those_of_the_vectors);
    tcase_add_test(cases, primitives_give_the_vectors_of_their_standards);
    tcase_add_test(cases, sealed_values_are_those_of_the_vectors);
    tcase_add_test(cases, refuses_any_altered_byte);
    tcase_add_test(cases, refuses_any_other_length);
    tcase_add_test(cases, refuses_another_place_and_another_purpose);
    tcase_add_test(cases, the_newest_key_seals_and_the_older_one_opens);
    tcase_add_test(cases, nothing_is_sealed_without_randomness);
    tcase_add_test(cases, two_sealings_of_one_value_differ);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Token keys over years of chosen time: next, active, retired, gone, by time alone. */
#include "keyring_fixture.h"

#include "base/json.h"
#include "keys/jwk.h"

#include <openssl/pem.h>

static const json_t *jwks_at(const eb_keyring *ring, apr_time_t now)
{
    const json_t *set, *keys;
    const char *text = eb_keyring_jwks(pool, ring, now);
    ck_assert_success(
        eb_json_parse(pool, EB_E_KEY_FORM, eb_span_str(text), &eb_json_limits_request, &set));
    ck_assert_int_eq(eb_json_get_array(set, "keys", &keys), EB_JSON_OK);
    ck_assert_uint_le(json_array_size(keys), EB_JWKS_MAX);
    for (size_t i = 0; i < json_array_size(keys); i++) {
        const char *kid = NULL, *other = NULL;
        ck_assert_int_eq(eb_json_get_string(json_array_get(keys, i), "kid", &kid), EB_JSON_OK);
        ck_assert_ptr_null(json_object_get(json_array_get(keys, i), "d"));
        ck_assert_ptr_null(json_object_get(json_array_get(keys, i), "p"));
        for (size_t k = 0; k < i; k++) {
            ck_assert_int_eq(eb_json_get_string(json_array_get(keys, k), "kid", &other),
                             EB_JSON_OK);
            ck_assert_str_ne(kid, other);
        }
    }
    return keys;
}

static bool is_published(const eb_keyring *ring, apr_time_t now, const char *kid)
{
    const json_t *keys = jwks_at(ring, now);
    for (size_t i = 0; i < json_array_size(keys); i++) {
        const char *other = "";
        eb_json_get_string(json_array_get(keys, i), "kid", &other);
        if (strcmp(other, kid) == 0) {
            return true;
        }
    }
    return false;
}

static const char *active_kid(const eb_keyring *ring, apr_time_t now)
{
    const eb_token_key *key = eb_keyring_token_key(ring, EB_JWS_ES256, now);
    ck_assert_ptr_nonnull(key);
    return key->kid;
}

START_TEST(first_start_signs_at_once_and_plans_two_periods)
{
    eb_keyring *ring = opened(NOW + 999999);
    ck_assert_int_eq(ring->token_key_count, 3);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(ring->token_keys[i].activates, NOW + i * 90 * DAYS);
    }
    ck_assert_int_eq(access(path_of("token-ec-20261121T030405Z.pem"), F_OK), 0);
    ck_assert_int_eq(access(path_of("token-ec-20270219T030405Z.pem"), F_OK), 0);
    ck_assert_int_eq(access(path_of("token-ec-20270520T030405Z.pem"), F_OK), 0);
    ck_assert_int_eq(ring->horizon, NOW + 270 * DAYS);
    ck_assert_ptr_null(eb_keyring_token_key(ring, EB_JWS_RS256, NOW));
}
END_TEST

START_TEST(a_key_becomes_active_at_its_second)
{
    eb_keyring *ring = opened(NOW);
    apr_time_t change = NOW + 90 * DAYS;
    ck_assert_str_eq(active_kid(ring, change - 1), ring->token_keys[0].kid);
    ck_assert_str_eq(active_kid(ring, change), ring->token_keys[1].kid);
    /* a clock that was set back before the first key */
    ck_assert_str_eq(active_kid(ring, NOW - 10 * DAYS), ring->token_keys[0].kid);
    ck_assert(is_published(ring, NOW - 10 * DAYS, ring->token_keys[0].kid));
}
END_TEST

START_TEST(next_is_published_a_period_ahead_and_retired_until_its_tokens_end)
{
    eb_keyring *ring = opened(NOW);
    const char *first = ring->token_keys[0].kid, *second = ring->token_keys[1].kid;
    const char *third = ring->token_keys[2].kid;
    apr_time_t change = NOW + 90 * DAYS;
    ck_assert(is_published(ring, NOW, first));
    ck_assert(is_published(ring, NOW, second));
    ck_assert(!is_published(ring, change - 1, third));
    ck_assert(is_published(ring, change, third));
    ck_assert(is_published(ring, change + settings.token_life - 1, first));
    ck_assert(!is_published(ring, change + settings.token_life, first));
}
END_TEST

/* Restarted now and then for four years: a token signed at any moment verifies, by the key set that
 * any later moment publishes, for as long as it lives; and its key was published a period before it
 * signed. */
START_TEST(years_of_restarts_keep_every_token_verifiable)
{
    static const int gaps[] = {1, 7, 30, 89, 90, 91, 100, 3, 179};
    apr_pool_t *outer = pool;
    apr_time_t now = NOW, step = 3 * DAYS;
    const char *last_kid = "";
    apr_time_t first_seen = 0;
    int changes = 0;
    struct {
        char kid[64];
        apr_time_t since;
    } seen[64] = {{{0}, 0}};
    int seen_count = 0;
    for (int i = 0; now < NOW + 4 * 365 * DAYS; i++) {
        apr_pool_create(&pool, outer);
        eb_keyring *ring = opened(now);
        apr_time_t until = now + gaps[i % 9] * DAYS;
        for (; now < until; now += step) {
            const char *kid = active_kid(ring, now);
            ck_assert(is_published(ring, now, kid));
            ck_assert(is_published(ring, now + settings.token_life - 1, kid));
            const json_t *keys = jwks_at(ring, now);
            for (size_t k = 0; k < json_array_size(keys); k++) {
                const char *published = "";
                bool is_new = true;
                eb_json_get_string(json_array_get(keys, k), "kid", &published);
                for (int s = 0; s < seen_count; s++) {
                    is_new = is_new && strcmp(seen[s].kid, published) != 0;
                }
                if (is_new) {
                    ck_assert_int_lt(seen_count, 64);
                    apr_cpystrn(seen[seen_count].kid, published, sizeof seen[0].kid);
                    seen[seen_count++].since = now;
                }
            }
            if (strcmp(kid, last_kid) != 0) {
                for (int s = 0; s < seen_count; s++) {
                    first_seen = strcmp(seen[s].kid, kid) == 0 ? seen[s].since : first_seen;
                }
                ck_assert(*last_kid == '\0' || now - first_seen >= 90 * DAYS - 2 * step);
                last_kid = apr_pstrdup(outer, kid);
                changes++;
            }
        }
        ck_assert_int_le(ring->token_key_count, 6);
        apr_pool_destroy(pool);
    }
    pool = outer;
    ck_assert_int_ge(changes, 13);
    ck_assert_int_eq(warnings, 0);
}
END_TEST

START_TEST(after_the_horizon_the_active_key_stays_and_the_log_warns)
{
    eb_keyring *ring = opened(NOW);
    apr_time_t late = NOW + 400 * DAYS;
    ck_assert_str_eq(active_kid(ring, late), ring->token_keys[2].kid);
    ck_assert(is_published(ring, late, ring->token_keys[2].kid));
    ck_assert_uint_eq(json_array_size(jwks_at(ring, late)), 1);
    eb_keyring_warn(pool, ring, NOW + 270 * DAYS - 1, &counting_log);
    ck_assert_int_eq(warnings, 0);
    eb_keyring_warn(pool, ring, late, &counting_log);
    ck_assert_int_eq(warnings, 1);
    settings.generate = false;
    opened(late);
    ck_assert_int_eq(warnings, 2);
}
END_TEST

START_TEST(a_start_after_the_horizon_gives_the_successor_its_period_of_publication)
{
    const char *last = opened(NOW)->token_keys[2].kid;
    apr_time_t late = NOW + 400 * DAYS;
    eb_keyring *ring = opened(late);
    ck_assert_int_eq(ring->token_key_count, 3); /* what is gone is not even read */
    ck_assert_str_eq(active_kid(ring, late), last);
    ck_assert_str_eq(active_kid(ring, late + 90 * DAYS - 1), last);
    ck_assert_str_eq(active_kid(ring, late + 90 * DAYS), ring->token_keys[1].kid);
    ck_assert(is_published(ring, late, ring->token_keys[1].kid));
    ck_assert_int_eq(warnings, 0);
    ck_assert_int_eq(access(path_of("token-ec-20261121T030405Z.pem"), F_OK), 0);
}
END_TEST

START_TEST(never_more_than_ten_keys_are_published)
{
    settings.token_algs = all_algorithms;
    settings.token_alg_count = 4;
    settings.rotation = settings.token_life = 1 * DAYS;
    opened(NOW);
    settings.token_life = 1;
    eb_keyring *ring = opened(NOW);
    ring->token_life = 100 * DAYS; /* as if it had been raised */
    for (apr_time_t now = NOW; now < NOW + 6 * DAYS; now += DAYS / 4) {
        jwks_at(ring, now);
        ck_assert(is_published(ring, now, eb_keyring_token_key(ring, EB_JWS_RS256, now)->kid));
        ck_assert(is_published(ring, now, eb_keyring_token_key(ring, EB_JWS_ES256, now)->kid));
        ck_assert(is_published(ring, now, eb_keyring_token_key(ring, EB_JWS_EDDSA, now)->kid));
    }
}
END_TEST

START_TEST(keys_outlive_the_tokens_that_they_sign)
{
    eb_keyring *ring;
    settings.token_life = settings.rotation + 1;
    ck_assert_refused(open_at(NOW, &ring), EB_E_CONFIG_CONFLICT);
    ck_assert_refused(eb_keyring_check(pool, &settings, NOW, &counting_log), EB_E_CONFIG_CONFLICT);
}
END_TEST

START_TEST(a_file_of_another_kind_of_key_is_refused)
{
    eb_keyring *ring;
    EVP_PKEY *wrong = EVP_EC_gen("P-384");
    eb_span pem;
    opened(NOW);
    ck_assert_success(eb_key_to_pem(pool, wrong, &pem));
    EVP_PKEY_free(wrong);
    write_text(path_of("token-ec-20261121T030405Z.pem"), pem);
    ck_assert_refused(open_at(NOW, &ring), EB_E_KEY_WEAK);
}
END_TEST

START_TEST(files_with_other_names_are_left_alone)
{
    static const char *const names[] = {
        "token-ec-20261121T030405Z.pem.bak", "token-ec-2026-11-21.pem",
        "token-ec-20261331T030405Z.pem",     "token-ec-old.pem",
        "token-ec-20261121t030405Z.pem",     "notes.txt"};
    opened(NOW);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        write_text(path_of(names[i]), eb_span_str("not a key"));
    }
    ck_assert_int_eq(opened(NOW)->token_key_count, 3);
    ck_assert_int_eq(access(path_of("notes.txt"), F_OK), 0);
}
END_TEST

START_TEST(algorithms_have_their_names)
{
    static const char *const names[] = {"RS256", "ES256", "PS256", "EdDSA"};
    eb_jws_alg alg;
    for (int i = 0; i < EB_JWS_COUNT; i++) {
        ck_assert_str_eq(eb_jws_name((eb_jws_alg)i), names[i]);
        ck_assert(eb_jws_parse(names[i], &alg));
        ck_assert_int_eq(alg, i);
    }
    ck_assert(!eb_jws_parse("none", &alg));
    ck_assert(!eb_jws_parse("rs256", &alg));
    ck_assert(!eb_jws_parse("HS256", &alg));
}
END_TEST

START_TEST(thumbprints_are_those_of_the_specifications)
{
    size_t i;
    json_t *vectors = vectors_read(), *vector;
    json_array_foreach(json_object_get(vectors, "thumbprint"), i, vector)
    {
        const char *thumbprint, *canonical, *pem = vector_text(vector, "pem");
        BIO *bio = BIO_new_mem_buf(pem, -1);
        EVP_PKEY *key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
        ck_assert_ptr_nonnull(key);
        ck_assert_success(eb_jwk_canonical(pool, key, &canonical));
        ck_assert_str_eq(canonical, vector_text(vector, "canonical"));
        ck_assert_success(eb_jwk_thumbprint(pool, key, &thumbprint));
        ck_assert_str_eq(thumbprint, vector_text(vector, "thumbprint"));
        EVP_PKEY_free(key);
        BIO_free(bio);
    }
    ck_assert_uint_eq(i, 5);
    json_decref(vectors);
}
END_TEST

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("token_keys");
    TCase *cases = tcase_create("token_keys");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, first_start_signs_at_once_and_plans_two_periods);
    tcase_add_test(cases, a_key_becomes_active_at_its_second);
    tcase_add_test(cases, next_is_published_a_period_ahead_and_retired_until_its_tokens_end);
    tcase_add_test(cases, years_of_restarts_keep_every_token_verifiable);
    tcase_add_test(cases, after_the_horizon_the_active_key_stays_and_the_log_warns);
    tcase_add_test(cases, a_start_after_the_horizon_gives_the_successor_its_period_of_publication);
    tcase_add_test(cases, never_more_than_ten_keys_are_published);
    tcase_add_test(cases, keys_outlive_the_tokens_that_they_sign);
    tcase_add_test(cases, a_file_of_another_kind_of_key_is_refused);
    tcase_add_test(cases, files_with_other_names_are_left_alone);
    tcase_add_test(cases, algorithms_have_their_names);
    tcase_add_test(cases, thumbprints_are_those_of_the_specifications);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}

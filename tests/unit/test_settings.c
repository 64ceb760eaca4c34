/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings: a member that make, or merge, forgets turns a test red.
 *
 * The structs are walked by their bytes, four at a time: a member added later without its row in
 * merge, or without its unset value in make, is found without this file naming it.
 */
#include "bridge/settings.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define STEP sizeof(int)

static apr_pool_t *pool;

static void setup(void)
{
    apr_pool_create(&pool, NULL);
}

static void teardown(void)
{
    apr_pool_destroy(pool);
}

/* A range of a struct's bytes that a walk treats apart. */
typedef struct range {
    size_t offset, size;
} range;

#define RANGE(type, member)                                                                        \
    {                                                                                              \
        offsetof(type, member), sizeof(((type *)NULL)->member)                                     \
    }

static bool is_in(const range *ranges, size_t count, size_t offset)
{
    for (size_t i = 0; i < count; i++) {
        if (offset >= ranges[i].offset && offset < ranges[i].offset + ranges[i].size) {
            return true;
        }
    }
    return false;
}

static int word_at(const void *object, size_t offset)
{
    int word;

    memcpy(&word, (const char *)object + offset, sizeof(word));
    return word;
}

/* Every word is unset: -1 where the range list says number, else 0 (a NULL pointer, or padding). */
static void check_unset(const void *object, size_t size, const range *numbers, size_t number_count,
                        const range *given, size_t given_count)
{
    for (size_t offset = 0; offset < size; offset += STEP) {
        if (is_in(given, given_count, offset)) {
            continue;
        }
        ck_assert_msg(word_at(object, offset) ==
                          (is_in(numbers, number_count, offset) ? EB_UNSET : 0),
                      "the member at offset %zu is not unset", offset);
    }
}

START_TEST(a_new_server_has_every_member_unset)
{
    static const range numbers[] = {
        RANGE(eb_settings, key_generation), RANGE(eb_settings, key_rotation),
        RANGE(eb_settings, clock_skew), RANGE(eb_settings, login_lifetime),
        RANGE(eb_settings, max_message)};
    static const range given[] = {RANGE(eb_settings, places)};

    check_unset(eb_settings_make(pool), sizeof(eb_settings), numbers, 5, given, 1);
}
END_TEST

START_TEST(a_new_provider_has_every_member_unset)
{
    static const range numbers[] = {RANGE(eb_provider_settings, request_binding),
                                    RANGE(eb_provider_settings, force_authn),
                                    RANGE(eb_provider_settings, is_passive),
                                    RANGE(eb_provider_settings, request_acs),
                                    RANGE(eb_provider_settings, comparison),
                                    RANGE(eb_provider_settings, allow_non_notified),
                                    RANGE(eb_provider_settings, sp_type),
                                    RANGE(eb_provider_settings, require_signature),
                                    RANGE(eb_provider_settings, require_encryption),
                                    RANGE(eb_provider_settings, clock_skew),
                                    RANGE(eb_provider_settings, max_authentication_age)};
    static const range given[] = {RANGE(eb_provider_settings, name),
                                  RANGE(eb_provider_settings, where),
                                  RANGE(eb_provider_settings, places)};

    check_unset(eb_provider_settings_make(pool, "p", "f:1"), sizeof(eb_provider_settings), numbers,
                sizeof(numbers) / sizeof(numbers[0]), given, 3);
}
END_TEST

START_TEST(a_new_client_has_every_member_unset)
{
    static const range numbers[] = {RANGE(eb_client_settings, claims_in),
                                    RANGE(eb_client_settings, minimum_level),
                                    RANGE(eb_client_settings, acr_prefer),
                                    RANGE(eb_client_settings, is_public_subject),
                                    RANGE(eb_client_settings, require_pkce),
                                    RANGE(eb_client_settings, allow_representation),
                                    RANGE(eb_client_settings, id_token_alg),
                                    RANGE(eb_client_settings, code_lifetime),
                                    RANGE(eb_client_settings, id_token_lifetime),
                                    RANGE(eb_client_settings, access_token_lifetime),
                                    RANGE(eb_client_settings, max_grants)};
    static const range given[] = {RANGE(eb_client_settings, id), RANGE(eb_client_settings, where),
                                  RANGE(eb_client_settings, places)};

    check_unset(eb_client_settings_make(pool, "c", "f:1"), sizeof(eb_client_settings), numbers,
                sizeof(numbers) / sizeof(numbers[0]), given, 3);
}
END_TEST

/* The issuer and what belongs to it alone, and what is told only after the merging; places merge
 * row by row. */
static const range not_inherited[] = {
    RANGE(eb_settings, where),   RANGE(eb_settings, issuer), RANGE(eb_settings, providers),
    RANGE(eb_settings, clients), RANGE(eb_settings, places), RANGE(eb_settings, expected_sessions)};

/* Settings whose every byte is a pattern of its place, never that of an unset value. Only places
 * can be followed. */
static eb_settings *patterned(unsigned char seed)
{
    eb_settings *settings = eb_settings_make(pool);
    apr_table_t *places = settings->places;
    unsigned char *bytes = (unsigned char *)settings;

    for (size_t i = 0; i < sizeof(*settings); i++) {
        bytes[i] = (unsigned char)(seed + i % 64);
    }
    settings->places = places;
    return settings;
}

/* Bytes between members belong to no one. */
static bool is_padding(size_t offset)
{
    return offset >= offsetof(eb_settings, key_generation) + sizeof(int) &&
           offset < offsetof(eb_settings, key_rotation);
}

START_TEST(a_virtual_host_inherits_every_member_but_the_issuers_own)
{
    const eb_settings *base = patterned(1), *own = eb_settings_make(pool);
    const eb_settings *merged = eb_settings_merge(pool, base, own);

    for (size_t offset = 0; offset < sizeof(*merged); offset += STEP) {
        if (is_in(&not_inherited[4], 1, offset) || is_padding(offset)) {
            continue;
        }
        ck_assert_msg(word_at(merged, offset) ==
                          word_at(is_in(not_inherited, 6, offset) ? own : base, offset),
                      "the member at offset %zu", offset);
    }
}
END_TEST

START_TEST(a_virtual_hosts_own_value_wins_for_every_member)
{
    const eb_settings *base = patterned(1), *own = patterned(65);
    const eb_settings *merged = eb_settings_merge(pool, base, own);

    for (size_t offset = 0; offset < sizeof(*merged); offset += STEP) {
        if (is_in(&not_inherited[4], 1, offset)) {
            continue;
        }
        ck_assert_msg(word_at(merged, offset) == word_at(own, offset), "the member at offset %zu",
                      offset);
    }
}
END_TEST

START_TEST(an_explicit_off_or_zero_is_not_unset)
{
    eb_settings *base = eb_settings_make(pool), *own = eb_settings_make(pool);
    const eb_settings *merged;

    base->key_generation = 1;
    base->clock_skew = apr_time_from_sec(60);
    own->key_generation = 0;
    own->clock_skew = 0;
    merged = eb_settings_merge(pool, base, own);
    ck_assert_int_eq(merged->key_generation, 0);
    ck_assert_int_eq(merged->clock_skew, 0);
}
END_TEST

START_TEST(places_are_found_by_word_and_value_in_any_case)
{
    eb_settings *base = eb_settings_make(pool), *own = eb_settings_make(pool);
    const eb_settings *merged;

    eb_settings_place_add(base->places, "EidasPages", "a", "main:1");
    eb_settings_place_add(base->places, "EidasClockSkew", "60s", "main:2");
    eb_settings_place_add(own->places, "EidasPages", "b", "host:7");
    merged = eb_settings_merge(pool, base, own);
    ck_assert_str_eq(eb_settings_place(pool, merged->places, "eidaspages", NULL, "x"), "host:7");
    ck_assert_str_eq(eb_settings_place(pool, merged->places, "EidasClockSkew", "60s", "x"),
                     "main:2");
    ck_assert_str_eq(eb_settings_place(pool, merged->places, "EidasIssuer", NULL, "x"), "x");
    ck_assert_str_eq(eb_settings_place(pool, NULL, "EidasIssuer", NULL, "x"), "x");
    eb_settings_place_add(own->places, "RedirectURI", "https://a", "host:8");
    eb_settings_place_add(own->places, "RedirectURI", "https://b", "host:9");
    ck_assert_str_eq(eb_settings_place(pool, own->places, "RedirectURI", "https://b", "x"),
                     "host:9");
    ck_assert_str_eq(eb_settings_place(pool, own->places, "RedirectURI", "https://a", "x"),
                     "host:8");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("settings");
    TCase *tests = tcase_create("settings");
    SRunner *runner;
    int failed;

    apr_initialize();
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_new_server_has_every_member_unset);
    tcase_add_test(tests, a_new_provider_has_every_member_unset);
    tcase_add_test(tests, a_new_client_has_every_member_unset);
    tcase_add_test(tests, a_virtual_host_inherits_every_member_but_the_issuers_own);
    tcase_add_test(tests, a_virtual_hosts_own_value_wins_for_every_member);
    tcase_add_test(tests, an_explicit_off_or_zero_is_not_unset);
    tcase_add_test(tests, places_are_found_by_word_and_value_in_any_case);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    apr_terminate();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

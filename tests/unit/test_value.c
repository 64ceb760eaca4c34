/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durations, sizes, numbers and the nearest word, as administrators write them. */
#include "bridge/value.h"

#include <apr_general.h>
#include <check.h>
#include <stdlib.h>

static apr_pool_t *pool;

static void setup(void)
{
    apr_pool_create(&pool, NULL);
}

static void teardown(void)
{
    apr_pool_destroy(pool);
}

START_TEST(reads_durations_with_their_unit)
{
    static const struct {
        const char *text;
        apr_int64_t seconds;
    } rows[] = {{"30s", 30}, {"5m", 300}, {"8h", 28800},       {"7d", 604800},
                {"0", 0},    {"0s", 0},   {"3650d", 315360000}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        apr_interval_time_t duration = -1;
        ck_assert_msg(eb_value_duration(rows[i].text, &duration), "%s", rows[i].text);
        ck_assert_int_eq(apr_time_sec(duration), rows[i].seconds);
    }
}
END_TEST

START_TEST(refuses_durations_that_are_guesses)
{
    static const char *const texts[] = {"",
                                        "30",
                                        "s",
                                        "30 s",
                                        "-5s",
                                        "+5s",
                                        "5S",
                                        "5ms",
                                        "1.5h",
                                        "5m5s",
                                        "99999999999999999999s",
                                        "9999999d"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        apr_interval_time_t duration = 77;
        ck_assert_msg(!eb_value_duration(texts[i], &duration), "%s", texts[i]);
        ck_assert_int_eq(duration, 77);
    }
}
END_TEST

START_TEST(reads_sizes_and_numbers_within_limits)
{
    apr_int64_t value = 0;

    ck_assert(eb_value_size("1500", &value) && value == 1500);
    ck_assert(eb_value_size("64K", &value) && value == 65536);
    ck_assert(eb_value_size("2m", &value) && value == 2097152);
    ck_assert(eb_value_size("1G", &value) && value == 1073741824);
    ck_assert(!eb_value_size("64KB", &value));
    ck_assert(!eb_value_size("-1", &value));
    ck_assert(!eb_value_size("2000G", &value));
    ck_assert(eb_value_number("5000", &value) && value == 5000);
    ck_assert(!eb_value_number("5k", &value));
    ck_assert(!eb_value_number("", &value));
    ck_assert(!eb_value_number("9999999999999999", &value));
}
END_TEST

START_TEST(reads_flags_in_any_case_and_nothing_else)
{
    int flag = -1;

    ck_assert(eb_value_flag("On", &flag) && flag == 1);
    ck_assert(eb_value_flag("off", &flag) && flag == 0);
    ck_assert(!eb_value_flag("yes", &flag));
    ck_assert(!eb_value_flag("", &flag));
}
END_TEST

START_TEST(writes_durations_as_the_manual_does)
{
    ck_assert_str_eq(eb_value_duration_text(pool, apr_time_from_sec(300)), "300s");
    ck_assert_str_eq(eb_value_duration_text(pool, apr_time_from_sec(900)), "15m");
    ck_assert_str_eq(eb_value_duration_text(pool, apr_time_from_sec(7200)), "2h");
    ck_assert_str_eq(eb_value_duration_text(pool, apr_time_from_sec(90 * 86400)), "90d");
    ck_assert_str_eq(eb_value_duration_text(pool, 0), "0s");
    ck_assert_str_eq(eb_value_duration_text(pool, 1500), "1500us");
}
END_TEST

START_TEST(finds_the_nearest_word_and_none_that_is_far)
{
    static const char *const words[] = {"RedirectURI", "RequirePKCE", "RequiredClaims", "Claims",
                                        NULL};
    char longest[200];

    ck_assert_str_eq(eb_value_nearest(words, "RedirectURl"), "RedirectURI");
    ck_assert_str_eq(eb_value_nearest(words, "requirepkc"), "RequirePKCE");
    ck_assert_str_eq(eb_value_nearest(words, "Claim"), "Claims");
    ck_assert_str_eq(eb_value_nearest(words, "RequireClaims"), "RequiredClaims");
    ck_assert_ptr_null(eb_value_nearest(words, "Metadata"));
    ck_assert_ptr_null(eb_value_nearest(words, ""));
    for (size_t i = 0; i < sizeof(longest); i++) {
        longest[i] = 'C';
    }
    longest[sizeof(longest) - 1] = '\0';
    ck_assert_ptr_null(eb_value_nearest(words, longest));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("value");
    TCase *tests = tcase_create("value");
    SRunner *runner;
    int failed;

    apr_initialize();
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, reads_durations_with_their_unit);
    tcase_add_test(tests, refuses_durations_that_are_guesses);
    tcase_add_test(tests, reads_sizes_and_numbers_within_limits);
    tcase_add_test(tests, reads_flags_in_any_case_and_nothing_else);
    tcase_add_test(tests, writes_durations_as_the_manual_does);
    tcase_add_test(tests, finds_the_nearest_word_and_none_that_is_far);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    apr_terminate();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

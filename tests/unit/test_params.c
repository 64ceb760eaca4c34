/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters: a fault is remembered with its name, and nothing repeated is ever used. */
#include "base/params.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

static apr_pool_t *pool;

static void set_up(void)
{
    apr_pool_create(&pool, NULL);
}

static void tear_down(void)
{
    apr_pool_destroy(pool);
}

static const eb_params *parse(const char *raw)
{
    return eb_params_parse(pool, raw, strlen(raw));
}

static eb_param_state state_of(const eb_params *params, const char *name)
{
    const char *value;
    eb_param_state state = eb_params_get(params, name, &value);
    ck_assert((state == EB_PARAM_OK) == (value != NULL));
    return state;
}

START_TEST(values_are_decoded)
{
    const eb_params *params = parse("a=1&b=x+y%20z&c=%C3%A4%2b&%64=e&f=a=b=");
    ck_assert_str_eq(eb_params_value(params, "a"), "1");
    ck_assert_str_eq(eb_params_value(params, "b"), "x y z");
    ck_assert_str_eq(eb_params_value(params, "c"), "ä+");
    ck_assert_str_eq(eb_params_value(params, "d"), "e");
    ck_assert_str_eq(eb_params_value(params, "f"), "a=b=");
    ck_assert_int_eq(eb_params_count(params), 5);
    const char *name, *value;
    eb_params_at(params, 3, &name, &value);
    ck_assert_str_eq(name, "d");
    ck_assert_str_eq(value, "e");
    ck_assert_int_eq(eb_params_fault(params, &name), EB_PARAM_OK);
    ck_assert_ptr_null(name);
}
END_TEST

/* Long enough to be copied in words, wherever the escape stands. */
START_TEST(an_escape_is_decoded_at_every_place_of_a_long_value)
{
    static const char *const escapes[] = {"%2B", "+", "%c3%a4", "%25"};
    static const char *const plain[] = {"+", " ", "ä", "%"};
    for (int e = 0; e < 4; e++) {
        for (int at = 0; at <= 20; at++) {
            const char *text = "abcdefghijklmnopqrst";
            const eb_params *params =
                parse(apr_psprintf(pool, "a=%.*s%s%s", at, text, escapes[e], text + at));
            ck_assert_str_eq(eb_params_value(params, "a"),
                             apr_psprintf(pool, "%.*s%s%s", at, text, plain[e], text + at));
            params = parse(apr_psprintf(pool, "a=%.*s%%4g%s", at, text, text + at));
            ck_assert_int_eq(state_of(params, "a"), EB_PARAM_MALFORMED);
        }
    }
}
END_TEST

START_TEST(empty_counts_as_absent)
{
    const eb_params *params = parse("a=&b&&c=1&");
    ck_assert_int_eq(state_of(params, "a"), EB_PARAM_ABSENT);
    ck_assert_int_eq(state_of(params, "b"), EB_PARAM_ABSENT);
    ck_assert_int_eq(state_of(params, "d"), EB_PARAM_ABSENT);
    ck_assert_int_eq(state_of(params, "c"), EB_PARAM_OK);
    ck_assert_ptr_null(eb_params_value(params, "a"));
    ck_assert_int_eq(eb_params_count(parse("")), 0);
    ck_assert_int_eq(eb_params_count(parse("&&&")), 0);
    ck_assert_int_eq(eb_params_count(eb_params_parse(pool, NULL, 0)), 0);
}
END_TEST

START_TEST(a_repeated_name_gives_no_value)
{
    const eb_params *params = parse("a=1&b=2&%61=1&c=");
    ck_assert_int_eq(state_of(params, "a"), EB_PARAM_REPEATED);
    ck_assert_ptr_null(eb_params_value(params, "a"));
    ck_assert_str_eq(eb_params_value(params, "b"), "2");
    const char *name;
    ck_assert_int_eq(eb_params_fault(params, &name), EB_PARAM_REPEATED);
    ck_assert_str_eq(name, "a");
    ck_assert_int_eq(state_of(parse("a=&a=1"), "a"), EB_PARAM_REPEATED);
    ck_assert_int_eq(state_of(parse("a=1&a=1&a=1"), "a"), EB_PARAM_REPEATED);
}
END_TEST

static const char *const malformed[] = {
    "a=%",   "a=%4",   "a=%4g",    "a=%g4",       "a=%00",     "a=x%00y",  "a=%c3",
    "a=%ff", "a=\xff", "a=%c0%80", "a=%ed%a0%80", "a=1&a=%zz", "a=%zz&a=1"};

START_TEST(a_malformed_value_is_told_and_not_given)
{
    const eb_params *params = parse(malformed[_i]);
    const char *name;
    ck_assert_int_eq(state_of(params, "a"), EB_PARAM_MALFORMED);
    ck_assert_ptr_null(eb_params_value(params, "a"));
    ck_assert_int_eq(eb_params_fault(params, &name), EB_PARAM_MALFORMED);
    ck_assert_str_eq(name, "a");
}
END_TEST

START_TEST(a_malformed_name_is_a_fault_without_name)
{
    const eb_params *params = parse("b=1&%ff=1");
    const char *name;
    ck_assert_str_eq(eb_params_value(params, "b"), "1");
    ck_assert_int_eq(eb_params_fault(params, &name), EB_PARAM_MALFORMED);
    ck_assert_str_eq(name, "");
}
END_TEST

START_TEST(a_raw_nul_is_malformed)
{
    const eb_params *params = eb_params_parse(pool, "a=1\0002&b=3", 9);
    ck_assert_int_eq(state_of(params, "a"), EB_PARAM_MALFORMED);
    ck_assert_str_eq(eb_params_value(params, "b"), "3");
}
END_TEST

START_TEST(more_than_the_limit_is_refused)
{
    const char *raw = "";
    for (int i = 0; i < EB_PARAMS_MAX; i++) {
        raw = apr_psprintf(pool, "%s%sp%d=%d", raw, i == 0 ? "" : "&", i, i);
    }
    const eb_params *params = parse(raw);
    ck_assert_ptr_nonnull(params);
    ck_assert_str_eq(eb_params_value(params, "p63"), "63");
    ck_assert_ptr_null(parse(apr_pstrcat(pool, raw, "&q=1", NULL)));
}
END_TEST

#define LENGTH(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("params");
    TCase *cases = tcase_create("params");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, values_are_decoded);
    tcase_add_test(cases, an_escape_is_decoded_at_every_place_of_a_long_value);
    tcase_add_test(cases, empty_counts_as_absent);
    tcase_add_test(cases, a_repeated_name_gives_no_value);
    tcase_add_loop_test(cases, a_malformed_value_is_told_and_not_given, 0, LENGTH(malformed));
    tcase_add_test(cases, a_malformed_name_is_a_fault_without_name);
    tcase_add_test(cases, a_raw_nul_is_malformed);
    tcase_add_test(cases, more_than_the_limit_is_refused);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

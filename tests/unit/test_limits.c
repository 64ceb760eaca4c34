/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What EidasExpectedSessions reserves. */
#include "state/limits.h"
#include "state/slots.h"

#include <apr_general.h>
#include <check.h>
#include <stdlib.h>

static const apr_uint64_t some_sessions[] = {16, 17, 100, 999, 20000, 1000003, EB_SESSIONS_MAX};
#define SOME (int)(sizeof(some_sessions) / sizeof(some_sessions[0]))

START_TEST(reserves_one_entry_of_each_kind_for_each_session)
{
    apr_uint64_t sessions = some_sessions[_i];
    for (int kind = 0; kind < EB_KIND_COUNT; kind++) {
        if (kind != EB_KIND_META) {
            ck_assert_uint_ge(eb_limits_kind(sessions, (eb_kind)kind), sessions);
        }
    }
    ck_assert_uint_ge(eb_limits_kind(sessions, EB_KIND_USED), 2 * sessions);
}
END_TEST

START_TEST(reserves_slots_of_the_usual_size_for_each_session)
{
    apr_uint64_t sessions = some_sessions[_i];
    for (int kind = 0; kind < EB_KIND_COUNT; kind++) {
        int usual = eb_limits_usual_size((eb_kind)kind);
        apr_uint64_t wanted = kind == EB_KIND_META ? 64 : sessions;
        ck_assert_uint_ge(eb_limits_kind_size(sessions, (eb_kind)kind, usual), wanted);
    }
}
END_TEST

/* Else the reservation could not be used whatever the mix of sizes. */
START_TEST(sizes_of_a_kind_together_hold_its_reservation)
{
    apr_uint64_t sessions = some_sessions[_i];
    for (int kind = 0; kind < EB_KIND_COUNT; kind++) {
        apr_uint64_t sum = 0;
        for (int size_class = 0; size_class < EB_SIZE_COUNT; size_class++) {
            sum += eb_limits_kind_size(sessions, (eb_kind)kind, size_class);
        }
        ck_assert_uint_ge(sum, eb_limits_kind(sessions, (eb_kind)kind));
    }
}
END_TEST

START_TEST(meta_does_not_grow_with_the_sessions)
{
    ck_assert_uint_eq(eb_limits_kind(16, EB_KIND_META), eb_limits_kind(1000000, EB_KIND_META));
}
END_TEST

START_TEST(clients_share_is_half_unless_given)
{
    apr_uint64_t all = eb_limits_kind(20000, EB_KIND_GRANT);
    ck_assert_uint_eq(eb_limits_owner(20000, EB_KIND_GRANT, 0), all / 2);
    ck_assert_uint_eq(eb_limits_owner(20000, EB_KIND_GRANT, 7), 7);
    ck_assert_uint_eq(eb_limits_owner(20000, EB_KIND_GRANT, all), all);
}
END_TEST

START_TEST(clients_number_of_grants_lowers_no_share_but_that_of_grants)
{
    apr_uint64_t all = eb_limits_kind(20000, EB_KIND_CODE);
    ck_assert_uint_eq(eb_limits_owner(20000, EB_KIND_CODE, 7), all / 2);
    ck_assert_uint_eq(eb_limits_owner(20000, EB_KIND_CODE, all / 2 + 1), all / 2 + 1);
    ck_assert_uint_eq(eb_limits_owner(20000, EB_KIND_TOKEN, 1000000), 1000000);
}
END_TEST

START_TEST(clients_share_is_never_nothing)
{
    for (int kind = 0; kind < EB_KIND_COUNT; kind++) {
        ck_assert_uint_ge(eb_limits_owner(1, (eb_kind)kind, 0), 1);
    }
}
END_TEST

START_TEST(sessions_outside_the_bounds_are_brought_to_them)
{
    ck_assert_uint_eq(eb_limits_sessions(0), EB_SESSIONS_MIN);
    ck_assert_uint_eq(eb_limits_sessions(UINT64_MAX), EB_SESSIONS_MAX);
    ck_assert_uint_eq(eb_limits_kind(0, EB_KIND_GRANT),
                      eb_limits_kind(EB_SESSIONS_MIN, EB_KIND_GRANT));
    ck_assert_uint_eq(eb_limits_kind(UINT64_MAX, EB_KIND_USED),
                      eb_limits_kind(EB_SESSIONS_MAX, EB_KIND_USED));
}
END_TEST

START_TEST(slot_sizes_grow_and_are_whole_lines)
{
    for (int size_class = 0; size_class < EB_SIZE_COUNT; size_class++) {
        ck_assert_uint_eq(eb_limits_slot_bytes(size_class) % 64, 0);
        ck_assert(size_class == 0 ||
                  eb_limits_slot_bytes(size_class) > eb_limits_slot_bytes(size_class - 1));
    }
}
END_TEST

/* The default's address space, so that a change of the table is a decision. */
START_TEST(memory_grows_in_step_with_the_sessions)
{
    const eb_slots_geometry small = {20000}, large = {1000000};
    size_t small_bytes = eb_slots_size(&small), large_bytes = eb_slots_size(&large);
    ck_assert_uint_lt(small_bytes, (size_t)500 << 20);
    ck_assert_uint_lt(large_bytes, 50 * small_bytes);
    ck_assert_uint_eq(small_bytes % 65536, 0);
}
END_TEST

/* A ref is 32 bits of 64-byte lines. */
START_TEST(largest_store_can_be_addressed)
{
    const eb_slots_geometry largest = {EB_SESSIONS_MAX};
    ck_assert_uint_lt(eb_slots_size(&largest) / 64, UINT32_MAX);
}
END_TEST

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("limits");
    TCase *tests = tcase_create("limits");
    tcase_add_loop_test(tests, reserves_one_entry_of_each_kind_for_each_session, 0, SOME);
    tcase_add_loop_test(tests, reserves_slots_of_the_usual_size_for_each_session, 0, SOME);
    tcase_add_loop_test(tests, sizes_of_a_kind_together_hold_its_reservation, 0, SOME);
    tcase_add_test(tests, meta_does_not_grow_with_the_sessions);
    tcase_add_test(tests, clients_share_is_half_unless_given);
    tcase_add_test(tests, clients_number_of_grants_lowers_no_share_but_that_of_grants);
    tcase_add_test(tests, clients_share_is_never_nothing);
    tcase_add_test(tests, sessions_outside_the_bounds_are_brought_to_them);
    tcase_add_test(tests, slot_sizes_grow_and_are_whole_lines);
    tcase_add_test(tests, memory_grows_in_step_with_the_sessions);
    tcase_add_test(tests, largest_store_can_be_addressed);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

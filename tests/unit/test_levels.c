/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which levels a request names and which answers meet a floor. */
#include "saml/levels.h"
#include "saml/profiles.h"
#include "saml_test.h"

#include <apr_strings.h>
#include <string.h>

#define EIDAS "http://eidas.europa.eu/LoA/"
#define OTHER "http://eidas.europa.eu/NotNotified/LoA/"
#define FTN   "http://ftn.ficora.fi/2017/"

static eb_saml_policy row(const char *profile)
{
    return *eb_profile_find(profile);
}

static const char *requested(const eb_saml_policy *policy, eb_level floor)
{
    return apr_array_pstrcat(test_pool, eb_levels_request(test_pool, policy, floor), ' ');
}

START_TEST(finds_by_the_trimmed_uri_alone)
{
    eb_saml_policy policy = row("eidas");
    ck_assert_int_eq(eb_levels_find(&policy, EIDAS "high")->rank, EB_LEVEL_HIGH);
    ck_assert_int_eq(eb_levels_find(&policy, "\n\t " EIDAS "low \r\n")->rank, EB_LEVEL_LOW);
    ck_assert_ptr_null(eb_levels_find(&policy, EIDAS "highest"));
    ck_assert_ptr_null(eb_levels_find(&policy, EIDAS "hig"));
    ck_assert_ptr_null(eb_levels_find(&policy, EIDAS "High"));
    ck_assert_ptr_null(eb_levels_find(&policy, ""));
    ck_assert_ptr_null(eb_levels_find(&policy, " "));
    ck_assert_ptr_null(eb_levels_find(&policy, NULL));
}
END_TEST

START_TEST(names_one_notified_level_for_minimum)
{
    eb_saml_policy policy = row("eidas");
    ck_assert_str_eq(requested(&policy, EB_LEVEL_NONE), EIDAS "low");
    ck_assert_str_eq(requested(&policy, EB_LEVEL_LOW), EIDAS "low");
    ck_assert_str_eq(requested(&policy, EB_LEVEL_SUBSTANTIAL), EIDAS "substantial");
    ck_assert_str_eq(requested(&policy, EB_LEVEL_HIGH), EIDAS "high");
    ck_assert_int_eq(eb_levels_comparison(&policy), EB_COMPARISON_MINIMUM);
}
END_TEST

START_TEST(names_all_that_meet_when_not_notified_ones_may_come)
{
    eb_saml_policy policy = row("eidas");
    policy.allow_non_notified = true;
    ck_assert_int_eq(eb_levels_comparison(&policy), EB_COMPARISON_EXACT);
    ck_assert_str_eq(requested(&policy, EB_LEVEL_SUBSTANTIAL),
                     EIDAS "substantial " EIDAS "high " OTHER "substantial " OTHER "high");
}
END_TEST

START_TEST(stays_with_minimum_where_the_table_has_no_other)
{
    eb_saml_policy policy = row("eidas");
    policy.allow_non_notified = true;
    policy.level_count = 3;
    ck_assert_int_eq(eb_levels_comparison(&policy), EB_COMPARISON_MINIMUM);
    ck_assert_str_eq(requested(&policy, EB_LEVEL_SUBSTANTIAL), EIDAS "substantial");
}
END_TEST

START_TEST(names_all_that_meet_for_exact)
{
    eb_saml_policy policy = row("suomi.fi");
    ck_assert_str_eq(requested(&policy, EB_LEVEL_HIGH), FTN "loa3 " EIDAS "high");
    ck_assert_str_eq(requested(&policy, EB_LEVEL_NONE),
                     FTN "loa2 " FTN "loa3 " EIDAS "substantial " EIDAS "high");
}
END_TEST

START_TEST(names_the_next_level_where_one_is_not_in_the_table)
{
    static const eb_level_row two[] = {{"urn:a", EB_LEVEL_HIGH, NULL, true},
                                       {"urn:b", EB_LEVEL_LOW, NULL, true}};
    eb_saml_policy policy = row("eidas");
    policy.levels = two;
    policy.level_count = 2;
    ck_assert_str_eq(requested(&policy, EB_LEVEL_SUBSTANTIAL), "urn:a");
    policy.level_count = 0;
    ck_assert_str_eq(requested(&policy, EB_LEVEL_SUBSTANTIAL), "");
}
END_TEST

START_TEST(names_nothing_when_omitted_or_without_a_table)
{
    eb_saml_policy policy = row("eidas");
    policy.comparison = EB_COMPARISON_OMIT;
    ck_assert_str_eq(requested(&policy, EB_LEVEL_HIGH), "");
    policy = row("generic");
    ck_assert_str_eq(requested(&policy, EB_LEVEL_NONE), "");
}
END_TEST

START_TEST(meets_by_rank)
{
    eb_saml_policy policy = row("eidas");
    for (int rank = EB_LEVEL_LOW; rank <= EB_LEVEL_HIGH; rank++) {
        for (int floor = EB_LEVEL_NONE; floor <= EB_LEVEL_HIGH; floor++) {
            const eb_level_row *notified = &policy.levels[rank - EB_LEVEL_LOW];
            const eb_level_row *other = &policy.levels[3 + rank - EB_LEVEL_LOW];
            policy.allow_non_notified = false;
            ck_assert(eb_levels_meet(&policy, notified, (eb_level)floor) == (rank >= floor));
            ck_assert(!eb_levels_meet(&policy, other, (eb_level)floor));
            policy.allow_non_notified = true;
            ck_assert(eb_levels_meet(&policy, other, (eb_level)floor) == (rank >= floor));
        }
    }
}
END_TEST

#define ELEG "http://id.elegnamnden.se/loa/1.0/"
#define SC   "http://id.swedenconnect.se/loa/1.0/"
#define SPID "https://www.spid.gov.it/"

START_TEST(spid_is_asked_for_the_lowest_that_will_do)
{
    eb_saml_policy policy = row("spid");
    ck_assert_str_eq(requested(&policy, EB_LEVEL_NONE), SPID "SpidL1");
    ck_assert_str_eq(requested(&policy, EB_LEVEL_LOW), SPID "SpidL1");
    ck_assert_str_eq(requested(&policy, EB_LEVEL_SUBSTANTIAL), SPID "SpidL2");
    ck_assert_str_eq(requested(&policy, EB_LEVEL_HIGH), SPID "SpidL3");
    ck_assert_int_eq(eb_levels_comparison(&policy), EB_COMPARISON_MINIMUM);
    /* a higher level than asked is as good */
    ck_assert(eb_levels_meet(&policy, eb_levels_find(&policy, SPID "SpidL3"), EB_LEVEL_LOW));
}
END_TEST

START_TEST(spid_is_forced_from_its_second_level_on)
{
    eb_saml_policy policy = row("spid");
    ck_assert(!eb_levels_force_authn(&policy, EB_LEVEL_NONE));
    ck_assert(!eb_levels_force_authn(&policy, EB_LEVEL_LOW));
    ck_assert(eb_levels_force_authn(&policy, EB_LEVEL_SUBSTANTIAL));
    ck_assert(eb_levels_force_authn(&policy, EB_LEVEL_HIGH));
    policy = row("cie");
    ck_assert(eb_levels_force_authn(&policy, EB_LEVEL_NONE));
    policy = row("generic");
    ck_assert(!eb_levels_force_authn(&policy, EB_LEVEL_HIGH));
}
END_TEST

START_TEST(sweden_is_asked_for_every_level_that_will_do)
{
    eb_saml_policy policy = row("sweden-connect");
    ck_assert_str_eq(requested(&policy, EB_LEVEL_HIGH),
                     ELEG "loa4 " SC "loa4-nonresident " ELEG "eidas-nf-high");
    ck_assert_str_eq(requested(&policy, EB_LEVEL_SUBSTANTIAL),
                     ELEG "loa3 " ELEG "loa4 " SC "loa3-nonresident " SC "loa4-nonresident " ELEG
                          "eidas-nf-sub " ELEG "eidas-nf-high");
    policy.allow_non_notified = true;
    ck_assert_str_eq(requested(&policy, EB_LEVEL_HIGH),
                     ELEG "loa4 " SC "loa4-nonresident " ELEG "eidas-nf-high " ELEG "eidas-high " SC
                          "uncertified-eidas-high");
    ck_assert_int_eq(eb_levels_comparison(&policy), EB_COMPARISON_EXACT);
}
END_TEST

START_TEST(swedens_levels_rank_as_its_registry_says)
{
    static const struct {
        const char *uri;
        eb_level rank;
        bool is_notified;
    } cases[] = {
        {ELEG "loa1", EB_LEVEL_NONE, true},
        {ELEG "loa2", EB_LEVEL_LOW, true},
        {ELEG "loa3", EB_LEVEL_SUBSTANTIAL, true},
        {ELEG "loa4", EB_LEVEL_HIGH, true},
        {ELEG "eidas-nf-sub", EB_LEVEL_SUBSTANTIAL, true},
        {ELEG "eidas-sub", EB_LEVEL_SUBSTANTIAL, false},
        {SC "uncertified-loa3", EB_LEVEL_SUBSTANTIAL, false},
        {SC "uncertified-eidas-high", EB_LEVEL_HIGH, false},
        {SC "loa3-nonresident", EB_LEVEL_SUBSTANTIAL, true},
    };
    eb_saml_policy policy = row("sweden-connect");
    const eb_level_row *found = eb_levels_find(&policy, cases[_i].uri);
    ck_assert_ptr_nonnull(found);
    ck_assert_int_eq(found->rank, cases[_i].rank);
    ck_assert(found->is_notified == cases[_i].is_notified);
    ck_assert(eb_levels_meet(&policy, found, EB_LEVEL_NONE) == cases[_i].is_notified);
    /* the first level meets no demand at all */
    ck_assert(eb_levels_meet(&policy, found, EB_LEVEL_LOW) ==
              (cases[_i].is_notified && cases[_i].rank != EB_LEVEL_NONE));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("levels");
    TCase *levels = test_case(suite, "levels");
    tcase_add_test(levels, finds_by_the_trimmed_uri_alone);
    tcase_add_test(levels, names_one_notified_level_for_minimum);
    tcase_add_test(levels, names_all_that_meet_when_not_notified_ones_may_come);
    tcase_add_test(levels, stays_with_minimum_where_the_table_has_no_other);
    tcase_add_test(levels, names_all_that_meet_for_exact);
    tcase_add_test(levels, names_the_next_level_where_one_is_not_in_the_table);
    tcase_add_test(levels, names_nothing_when_omitted_or_without_a_table);
    tcase_add_test(levels, meets_by_rank);
    tcase_add_test(levels, spid_is_asked_for_the_lowest_that_will_do);
    tcase_add_test(levels, spid_is_forced_from_its_second_level_on);
    tcase_add_test(levels, sweden_is_asked_for_every_level_that_will_do);
    tcase_add_loop_test(levels, swedens_levels_rank_as_its_registry_says, 0, 9);
    return suite;
}

TEST_MAIN(make_suite)

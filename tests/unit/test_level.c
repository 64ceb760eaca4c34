/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The floor of a login (DESIGN section 8). */
#define OIDC_HELP_MAIN
#include "oidc_help.h"

#include "bridge/level.h"
#include "saml/profiles.h"

#define LOA          "http://eidas.europa.eu/LoA/"
#define NOT_NOTIFIED "http://eidas.europa.eu/NotNotified/LoA/"

static eb_client client;
static eb_authorize request;
static eb_saml_policy policy;

static void reset(void)
{
    client = confidential_client();
    memset(&request, 0, sizeof request);
    request.acr_values = words_of("");
    policy = *eb_profile_find("eidas");
}

static eb_level floor_of(void)
{
    eb_level level = EB_LEVEL_NONE;
    assert_ok(eb_level_floor(pool, &policy, &client, &request, &level));
    return level;
}

static const eb_err *fault(void)
{
    eb_level level;
    return eb_level_floor(pool, &policy, &client, &request, &level);
}

static void demand(const char *values)
{
    request.is_acr_essential = true;
    request.essential_acr = words_of(values);
}

START_TEST(nothing_demanded_is_no_floor)
{
    reset();
    ck_assert_int_eq(floor_of(), EB_LEVEL_NONE);
    policy.level_count = 0;
    ck_assert_int_eq(floor_of(), EB_LEVEL_NONE);
}
END_TEST

START_TEST(minimum_level_is_a_floor)
{
    reset();
    client.minimum_level = EB_LEVEL_SUBSTANTIAL;
    ck_assert_int_eq(floor_of(), EB_LEVEL_SUBSTANTIAL);
}
END_TEST

START_TEST(acr_values_demand_the_lowest_listed)
{
    reset();
    request.acr_values = words_of(LOA "high " LOA "substantial");
    ck_assert_int_eq(floor_of(), EB_LEVEL_SUBSTANTIAL);
}
END_TEST

START_TEST(unknown_acr_values_count_for_nothing)
{
    reset();
    request.acr_values = words_of("urn:unknown " LOA "high " LOA "HIGH " LOA);
    ck_assert_int_eq(floor_of(), EB_LEVEL_HIGH);
    request.acr_values = words_of("urn:unknown");
    ck_assert_int_eq(floor_of(), EB_LEVEL_NONE);
}
END_TEST

START_TEST(acr_values_never_lower_minimum_level)
{
    reset();
    client.minimum_level = EB_LEVEL_HIGH;
    request.acr_values = words_of(LOA "low");
    ck_assert_int_eq(floor_of(), EB_LEVEL_HIGH);
}
END_TEST

START_TEST(acr_values_do_not_bind_a_client_that_prefers)
{
    reset();
    client.acr_prefer = true;
    client.minimum_level = EB_LEVEL_LOW;
    request.acr_values = words_of(LOA "high");
    ck_assert_int_eq(floor_of(), EB_LEVEL_LOW);
}
END_TEST

START_TEST(essential_acr_always_binds)
{
    reset();
    client.acr_prefer = true;
    demand(LOA "high");
    ck_assert_int_eq(floor_of(), EB_LEVEL_HIGH);
    demand("urn:unknown " LOA "high " LOA "substantial");
    ck_assert_int_eq(floor_of(), EB_LEVEL_SUBSTANTIAL);
}
END_TEST

START_TEST(essential_acr_without_values_wants_some_level)
{
    reset();
    demand("");
    ck_assert_int_eq(floor_of(), EB_LEVEL_LOW);
    request.essential_acr = NULL;
    ck_assert_int_eq(floor_of(), EB_LEVEL_LOW);
    policy.level_count = 0;
    assert_error(fault(), AUTHZ_LEVEL);
}
END_TEST

START_TEST(refuses_essential_acr_of_unknown_values_only)
{
    reset();
    demand("urn:unknown");
    assert_error(fault(), AUTHZ_LEVEL);
    ck_assert_str_eq(fault()->oauth, "unmet_authentication_requirements");
}
END_TEST

START_TEST(refuses_what_no_row_can_meet)
{
    reset();
    static const eb_level_row rows[] = {{"urn:a", EB_LEVEL_SUBSTANTIAL, "a", true},
                                        {"urn:b", EB_LEVEL_HIGH, "b", false}};
    policy.levels = rows;
    policy.level_count = 2;
    client.minimum_level = EB_LEVEL_HIGH;
    assert_error(fault(), AUTHZ_LEVEL);
    client.minimum_level = EB_LEVEL_NONE;
    request.acr_values = words_of("b");
    assert_error(fault(), AUTHZ_LEVEL);
    policy.allow_non_notified = true;
    ck_assert_int_eq(floor_of(), EB_LEVEL_HIGH);
}
END_TEST

START_TEST(a_level_without_rank_is_known_all_the_same)
{
    reset();
    static const eb_level_row rows[] = {{"urn:none", EB_LEVEL_NONE, NULL, true},
                                        {"urn:sub", EB_LEVEL_SUBSTANTIAL, NULL, true}};
    policy.levels = rows;
    policy.level_count = 2;
    request.acr_values = words_of("urn:sub urn:none");
    ck_assert_int_eq(floor_of(), EB_LEVEL_NONE);
    request.acr_values = words_of("urn:none");
    ck_assert_int_eq(floor_of(), EB_LEVEL_NONE);
    request.acr_values = NULL;
    demand("urn:none");
    ck_assert_int_eq(floor_of(), EB_LEVEL_NONE);
}
END_TEST

START_TEST(a_value_is_known_by_acr_and_by_uri)
{
    reset();
    static const eb_level_row rows[] = {{"urn:high", EB_LEVEL_HIGH, "two", true},
                                        {"urn:sub", EB_LEVEL_SUBSTANTIAL, "two", true}};
    policy.levels = rows;
    policy.level_count = 2;
    request.acr_values = words_of("urn:high");
    ck_assert_int_eq(floor_of(), EB_LEVEL_HIGH);
    request.acr_values = words_of("two");
    ck_assert_int_eq(floor_of(), EB_LEVEL_SUBSTANTIAL);
}
END_TEST

START_TEST(a_not_notified_level_asked_for_is_not_lowered)
{
    reset();
    request.acr_values = words_of(NOT_NOTIFIED "high");
    ck_assert_int_eq(floor_of(), EB_LEVEL_HIGH);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, nothing_demanded_is_no_floor);
    tcase_add_test(tcase, minimum_level_is_a_floor);
    tcase_add_test(tcase, acr_values_demand_the_lowest_listed);
    tcase_add_test(tcase, unknown_acr_values_count_for_nothing);
    tcase_add_test(tcase, acr_values_never_lower_minimum_level);
    tcase_add_test(tcase, acr_values_do_not_bind_a_client_that_prefers);
    tcase_add_test(tcase, essential_acr_always_binds);
    tcase_add_test(tcase, essential_acr_without_values_wants_some_level);
    tcase_add_test(tcase, refuses_essential_acr_of_unknown_values_only);
    tcase_add_test(tcase, refuses_what_no_row_can_meet);
    tcase_add_test(tcase, a_level_without_rank_is_known_all_the_same);
    tcase_add_test(tcase, a_value_is_known_by_acr_and_by_uri);
    tcase_add_test(tcase, a_not_notified_level_asked_for_is_not_lowered);
}

int main(void)
{
    return run_case("level", add_tests);
}

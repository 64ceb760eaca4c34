/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Levels and attributes by name; the plain reply. */
#include "base/http.h"
#include "base/identity.h"

#include <apr_general.h>
#include <check.h>
#include <stdlib.h>

START_TEST(levels_have_their_words)
{
    eb_level level;
    ck_assert_str_eq(eb_level_word(EB_LEVEL_NONE), "none");
    ck_assert_str_eq(eb_level_word(EB_LEVEL_HIGH), "high");
    ck_assert(eb_level_parse("substantial", &level));
    ck_assert_int_eq(level, EB_LEVEL_SUBSTANTIAL);
    ck_assert(EB_LEVEL_LOW < EB_LEVEL_SUBSTANTIAL && EB_LEVEL_SUBSTANTIAL < EB_LEVEL_HIGH);
    ck_assert(!eb_level_parse("none", &level));
    ck_assert(!eb_level_parse("High", &level));
    ck_assert(!eb_level_parse("", &level));
}
END_TEST

static const eb_attribute attributes[] = {
    {.name = "urn:oid:2.5.4.4", .friendly_name = "sn"},
    {.name = "urn:oid:2.5.4.42", .friendly_name = NULL},
    {.name = "urn:one", .friendly_name = "shared"},
    {.name = "urn:two", .friendly_name = "shared"},
    {.name = "urn:three", .friendly_name = "urn:oid:2.5.4.42"},
};
static const eb_identity identity = {.attributes = attributes, .attribute_count = 5};

START_TEST(attributes_are_found_by_name_then_by_friendly_name)
{
    ck_assert_ptr_eq(eb_identity_attribute(&identity, "urn:oid:2.5.4.4"), &attributes[0]);
    ck_assert_ptr_eq(eb_identity_attribute(&identity, "sn"), &attributes[0]);
    ck_assert_ptr_null(eb_identity_attribute(&identity, "absent"));
}
END_TEST

START_TEST(a_friendly_name_cannot_pose_as_a_name)
{
    ck_assert_ptr_eq(eb_identity_attribute(&identity, "urn:oid:2.5.4.42"), &attributes[1]);
}
END_TEST

START_TEST(a_shared_friendly_name_finds_nothing)
{
    ck_assert_ptr_null(eb_identity_attribute(&identity, "shared"));
}
END_TEST

START_TEST(redirects_are_303_and_nothing_is_stored)
{
    apr_pool_t *pool;
    apr_pool_create(&pool, NULL);
    eb_reply reply;
    eb_reply_init(&reply, pool);
    ck_assert_int_eq(reply.status, 0);
    eb_reply_body(&reply, 400, "text/plain", "no");
    ck_assert_int_eq(reply.status, 400);
    ck_assert_uint_eq(reply.body.len, 2);
    ck_assert_str_eq(apr_table_get(reply.headers, "Cache-Control"), "no-store");
    eb_reply_redirect(&reply, "https://client.example/cb?code=1");
    ck_assert_int_eq(reply.status, 303);
    ck_assert_ptr_null(reply.content_type);
    ck_assert_uint_eq(reply.body.len, 0);
    ck_assert_str_eq(apr_table_get(reply.headers, "Location"), "https://client.example/cb?code=1");
    ck_assert_str_eq(apr_table_get(reply.headers, "Cache-Control"), "no-store");
    apr_pool_destroy(pool);
}
END_TEST

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("identity");
    TCase *cases = tcase_create("identity");
    tcase_add_test(cases, levels_have_their_words);
    tcase_add_test(cases, attributes_are_found_by_name_then_by_friendly_name);
    tcase_add_test(cases, a_friendly_name_cannot_pose_as_a_name);
    tcase_add_test(cases, a_shared_friendly_name_finds_nothing);
    tcase_add_test(cases, redirects_are_303_and_nothing_is_stored);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

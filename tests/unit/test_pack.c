/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compact records: what went in comes out, and a broken one is noticed without reading past its
 * end. */
#include "base/pack.h"

#include <apr_general.h>
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

static eb_span sample(void)
{
    eb_pack out;
    eb_pack_begin(&out, pool);
    eb_pack_number(&out, 0);
    eb_pack_number(&out, 300);
    eb_pack_number(&out, UINT64_MAX);
    eb_pack_text(&out, NULL);
    eb_pack_text(&out, "");
    eb_pack_text(&out, "teksti");
    eb_pack_bytes(&out, eb_span_bytes("\0\1\2", 3));
    return eb_pack_end(&out);
}

START_TEST(everything_comes_back)
{
    eb_unpack in;
    eb_unpack_begin(&in, pool, sample());
    ck_assert_uint_eq(eb_unpack_number(&in), 0);
    ck_assert_uint_eq(eb_unpack_number(&in), 300);
    ck_assert_uint_eq(eb_unpack_number(&in), UINT64_MAX);
    ck_assert_ptr_null(eb_unpack_text(&in));
    ck_assert_str_eq(eb_unpack_text(&in), "");
    ck_assert_str_eq(eb_unpack_text(&in), "teksti");
    eb_span bytes = eb_unpack_bytes(&in);
    ck_assert_uint_eq(bytes.len, 3);
    ck_assert_mem_eq(bytes.data, "\0\1\2", 3);
    ck_assert(eb_unpack_ended(&in));
}
END_TEST

static bool read_all(eb_span record)
{
    eb_unpack in;
    eb_unpack_begin(&in, pool, record);
    (void)eb_unpack_number(&in);
    (void)eb_unpack_number(&in);
    (void)eb_unpack_number(&in);
    (void)eb_unpack_text(&in);
    (void)eb_unpack_text(&in);
    (void)eb_unpack_text(&in);
    (void)eb_unpack_bytes(&in);
    return eb_unpack_ended(&in);
}

START_TEST(a_record_cut_anywhere_is_noticed)
{
    eb_span whole = sample();
    for (size_t len = 0; len < whole.len; len++) {
        unsigned char *copy = malloc(len + 1); /* exact size: a sanitizer sees a read beyond */
        memcpy(copy, whole.data, len);
        ck_assert_msg(!read_all(eb_span_bytes(copy, len)), "cut at %zu", len);
        free(copy);
    }
    ck_assert(read_all(whole));
}
END_TEST

START_TEST(left_over_bytes_are_noticed)
{
    eb_span whole = sample();
    unsigned char copy[256];
    memcpy(copy, whole.data, whole.len);
    copy[whole.len] = 0;
    ck_assert(!read_all(eb_span_bytes(copy, whole.len + 1)));
}
END_TEST

START_TEST(a_number_longer_than_64_bits_is_noticed)
{
    unsigned char endless[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01};
    eb_unpack in;
    eb_unpack_begin(&in, pool, eb_span_bytes(endless, sizeof(endless)));
    ck_assert_uint_eq(eb_unpack_number(&in), 0);
    ck_assert(!eb_unpack_ended(&in));
}
END_TEST

START_TEST(a_record_grows_as_needed)
{
    eb_pack out;
    eb_unpack in;
    char *long_text = malloc(100001);
    memset(long_text, 'x', 100000);
    long_text[100000] = '\0';
    eb_pack_begin(&out, pool);
    eb_pack_text(&out, long_text);
    eb_unpack_begin(&in, pool, eb_pack_end(&out));
    ck_assert_str_eq(eb_unpack_text(&in), long_text);
    free(long_text);
}
END_TEST

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("pack");
    TCase *cases = tcase_create("pack");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, everything_comes_back);
    tcase_add_test(cases, a_record_cut_anywhere_is_noticed);
    tcase_add_test(cases, left_over_bytes_are_noticed);
    tcase_add_test(cases, a_number_longer_than_64_bits_is_noticed);
    tcase_add_test(cases, a_record_grows_as_needed);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

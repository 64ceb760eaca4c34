/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON and DEFLATE from strangers: bounded before they are read. */
#include "base/deflate.h"
#include "base/json.h"

#include "vectors.h"

#include <apr_general.h>
#include <stdlib.h>
#include <zlib.h>

static apr_pool_t *pool;

static void set_up(void)
{
    apr_pool_create(&pool, NULL);
}

static void tear_down(void)
{
    apr_pool_destroy(pool);
}

static const eb_err *parse(const char *text, const json_t **ret)
{
    return eb_json_parse(pool, EB_E_AUTHZ_PARAMETER, eb_span_str(text), &eb_json_limits_request,
                         ret);
}

START_TEST(members_come_in_their_type)
{
    const json_t *object, *inner;
    const char *text = NULL;
    bool flag = false;
    apr_int64_t number = 0;
    ck_assert_success(
        parse("{\"s\":\"\\u00e4\",\"b\":true,\"i\":-5,\"o\":{},\"a\":[1],\"n\":null}", &object));
    ck_assert_int_eq(eb_json_get_string(object, "s", &text), EB_JSON_OK);
    ck_assert_str_eq(text, "ä");
    ck_assert_int_eq(eb_json_get_bool(object, "b", &flag), EB_JSON_OK);
    ck_assert(flag);
    ck_assert_int_eq(eb_json_get_int(object, "i", -5, 5, &number), EB_JSON_OK);
    ck_assert_int_eq(number, -5);
    ck_assert_int_eq(eb_json_get_object(object, "o", &inner), EB_JSON_OK);
    ck_assert_int_eq(eb_json_get_array(object, "a", &inner), EB_JSON_OK);
    ck_assert_int_eq(eb_json_get_string(object, "x", &text), EB_JSON_ABSENT);
    ck_assert_int_eq(eb_json_get_string(object, "n", &text), EB_JSON_WRONG);
    ck_assert_int_eq(eb_json_get_string(object, "i", &text), EB_JSON_WRONG);
    ck_assert_int_eq(eb_json_get_bool(object, "s", &flag), EB_JSON_WRONG);
    ck_assert_int_eq(eb_json_get_object(object, "a", &inner), EB_JSON_WRONG);
    ck_assert_int_eq(eb_json_get_array(object, "o", &inner), EB_JSON_WRONG);
    ck_assert_int_eq(eb_json_get_string(NULL, "s", &text), EB_JSON_ABSENT);
}
END_TEST

START_TEST(numbers_are_integers_within_their_range)
{
    const json_t *object;
    apr_int64_t number = 7;
    ck_assert_success(parse("{\"a\":11,\"b\":1.0,\"c\":1e300,\"d\":\"1\",\"e\":10}", &object));
    ck_assert_int_eq(eb_json_get_int(object, "a", 0, 10, &number), EB_JSON_WRONG);
    ck_assert_int_eq(eb_json_get_int(object, "b", 0, 10, &number), EB_JSON_WRONG);
    ck_assert_int_eq(eb_json_get_int(object, "c", 0, 10, &number), EB_JSON_WRONG);
    ck_assert_int_eq(eb_json_get_int(object, "d", 0, 10, &number), EB_JSON_WRONG);
    ck_assert_int_eq(number, 7);
    ck_assert_int_eq(eb_json_get_int(object, "e", 0, 10, &number), EB_JSON_OK);
    ck_assert_int_eq(number, 10);
}
END_TEST

static const char *const refused[] = {"",
                                      " ",
                                      "[]",
                                      "[{}]",
                                      "\"x\"",
                                      "1",
                                      "null",
                                      "{",
                                      "{\"a\":1,}",
                                      "{\"a\":1}x",
                                      "{\"a\":1}{}",
                                      "{'a':1}",
                                      "{\"a\":1,\"a\":1}",
                                      "{\"o\":{\"a\":1,\"\\u0061\":2}}",
                                      "{\"a\":\"\\u0000\"}",
                                      "{\"a\":\"\\ud800\"}",
                                      "{\"a\":\"\xff\"}",
                                      "{\"a\":99999999999999999999}",
                                      "{\"a\":NaN}",
                                      "{\"a\":[[[[[[[[[[1]]]]]]]]]]}",
                                      "\xef\xbb\xbf{}"};

START_TEST(refuses_all_but_one_sound_object)
{
    const json_t *object = NULL;
    ck_assert_refused(parse(refused[_i], &object), EB_E_AUTHZ_PARAMETER);
    ck_assert_ptr_null(object);
}
END_TEST

START_TEST(depth_is_accepted_up_to_the_limit)
{
    const json_t *object;
    ck_assert_success(parse("{\"a\":[[[[[[[[[\"[[[[\\\"{{{{\"]]]]]]]]]}", &object));
}
END_TEST

START_TEST(size_and_number_of_values_are_bounded)
{
    const json_t *object;
    char *text = apr_palloc(pool, 20000);
    memset(text, ' ', 20000);
    text[0] = '{';
    text[16383] = '}';
    text[16384] = '\0';
    ck_assert_success(parse(text, &object));
    text[16384] = ' ';
    text[16385] = '\0';
    ck_assert_refused(parse(text, &object), EB_E_AUTHZ_PARAMETER);

    memcpy(text, "{\"a\":[", 6);
    char *at = text + 6;
    for (int i = 0; i < 998; i++) {
        *at++ = '1';
        *at++ = ',';
    }
    memcpy(at, "1]}", 4);
    ck_assert_success(parse(text, &object));
    memcpy(at, "1,1]}", 6);
    ck_assert_refused(parse(text, &object), EB_E_AUTHZ_PARAMETER);
}
END_TEST

START_TEST(a_fault_does_not_quote_the_text)
{
    const json_t *object;
    const eb_err *err = parse("{\"family_name\":Meikalainen}", &object);
    ck_assert_ptr_nonnull(err);
    ck_assert_ptr_null(strstr(err->message, "Meik"));
    ck_assert_ptr_null(strstr(err->message, "family"));
}
END_TEST

START_TEST(dump_is_compact_and_in_order)
{
    json_t *object = eb_json_own(pool, json_object());
    json_object_set_new(object, "z", json_string("ä\"\n"));
    json_object_set_new(object, "a", json_integer(1));
    ck_assert_str_eq(eb_json_dump(pool, object), "{\"z\":\"ä\\\"\\n\",\"a\":1}");
    ck_assert_ptr_null(eb_json_dump(pool, NULL));
}
END_TEST

/* ---- DEFLATE --------------------------------------------------------------------------------- */

static eb_span repeated(size_t len)
{
    unsigned char *data = apr_palloc(pool, len + 1);
    for (size_t i = 0; i < len; i++) {
        data[i] = (unsigned char)('a' + i % 7 + i / 1000 % 3);
    }
    return eb_span_bytes(data, len);
}

START_TEST(what_is_deflated_inflates_to_the_same)
{
    static const size_t sizes[] = {0, 1, 100, 5000, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        eb_span plain = repeated(sizes[i]), deflated, back;
        ck_assert_success(eb_deflate(pool, plain, &deflated));
        ck_assert_success(eb_inflate(pool, EB_E_SEAL_BROKEN, deflated, sizes[i], &back));
        ck_assert_span_eq(back, plain);
        if (sizes[i] > 0) {
            ck_assert_refused(eb_inflate(pool, EB_E_SEAL_BROKEN, deflated, sizes[i] - 1, &back),
                              EB_E_SEAL_BROKEN);
        }
    }
}
END_TEST

START_TEST(what_is_stored_inflates_to_the_same)
{
    static const size_t sizes[] = {0, 1, 255, 256, 512, 65535};
    eb_span deflated, back;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        eb_span plain = repeated(sizes[i]);
        ck_assert_success(eb_deflate_stored(pool, plain, &deflated));
        ck_assert_uint_eq(deflated.len, sizes[i] + 5);
        ck_assert_success(eb_inflate(pool, EB_E_SEAL_BROKEN, deflated, sizes[i], &back));
        ck_assert_span_eq(back, plain);
        ck_assert_refused(eb_inflate(pool, EB_E_SEAL_BROKEN,
                                     eb_span_bytes(deflated.data, deflated.len - 1), 65535, &back),
                          EB_E_SEAL_BROKEN);
    }
    ck_assert_refused(eb_deflate_stored(pool, repeated(65536), &deflated), EB_E_DEFLATE);
}
END_TEST

START_TEST(refuses_to_deflate_or_inflate_more_than_a_mebibyte)
{
    const size_t most = 1024 * 1024;
    eb_span deflated, back;
    ck_assert_success(eb_deflate(pool, repeated(most), &deflated));
    ck_assert_success(eb_inflate(pool, EB_E_SEAL_BROKEN, deflated, most, &back));
    ck_assert_refused(eb_inflate(pool, EB_E_SEAL_BROKEN, deflated, most + 1, &back),
                      EB_E_SEAL_BROKEN);
    ck_assert_refused(eb_deflate(pool, repeated(most + 1), &deflated), EB_E_DEFLATE);
}
END_TEST

START_TEST(inflating_reads_streams_of_the_largest_window)
{
    unsigned char out[200000];
    eb_span plain = repeated(100000), back;
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)plain.data,
                       .avail_in = 100000,
                       .next_out = out,
                       .avail_out = sizeof out};
    ck_assert_int_eq(deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), Z_OK);
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    ck_assert_success(
        eb_inflate(pool, EB_E_SEAL_BROKEN, eb_span_bytes(out, stream.total_out), 100000, &back));
    ck_assert_span_eq(back, plain);
}
END_TEST

START_TEST(a_cut_or_lengthened_stream_is_refused)
{
    eb_span plain = repeated(3000), deflated, back;
    ck_assert_success(eb_deflate(pool, plain, &deflated));
    for (size_t len = 0; len < deflated.len; len++) {
        ck_assert_refused(
            eb_inflate(pool, EB_E_SEAL_BROKEN, eb_span_bytes(deflated.data, len), 5000, &back),
            EB_E_SEAL_BROKEN);
    }
    unsigned char *longer = apr_palloc(pool, deflated.len + 1);
    memcpy(longer, deflated.data, deflated.len);
    longer[deflated.len] = 0;
    ck_assert_refused(
        eb_inflate(pool, EB_E_SEAL_BROKEN, eb_span_bytes(longer, deflated.len + 1), 5000, &back),
        EB_E_SEAL_BROKEN);
}
END_TEST

#define LENGTH(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("json");
    TCase *cases = tcase_create("json");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, members_come_in_their_type);
    tcase_add_test(cases, numbers_are_integers_within_their_range);
    tcase_add_loop_test(cases, refuses_all_but_one_sound_object, 0, LENGTH(refused));
    tcase_add_test(cases, depth_is_accepted_up_to_the_limit);
    tcase_add_test(cases, size_and_number_of_values_are_bounded);
    tcase_add_test(cases, a_fault_does_not_quote_the_text);
    tcase_add_test(cases, dump_is_compact_and_in_order);
    tcase_add_test(cases, what_is_deflated_inflates_to_the_same);
    tcase_add_test(cases, what_is_stored_inflates_to_the_same);
    tcase_add_test(cases, refuses_to_deflate_or_inflate_more_than_a_mebibyte);
    tcase_add_test(cases, inflating_reads_streams_of_the_largest_window);
    tcase_add_test(cases, a_cut_or_lengthened_stream_is_refused);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

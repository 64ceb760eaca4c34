/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codecs, escapes, UTF-8, time: each accepts exactly one spelling. */
#include "base/random.h"
#include "base/text.h"

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

/* RFC 4648 section 10, and one with the letters that the alphabets differ in */
static const struct {
    const char *plain, *base64, *base64url;
} codes[] = {{"", "", ""},
             {"f", "Zg==", "Zg"},
             {"fo", "Zm8=", "Zm8"},
             {"foo", "Zm9v", "Zm9v"},
             {"foob", "Zm9vYg==", "Zm9vYg"},
             {"fooba", "Zm9vYmE=", "Zm9vYmE"},
             {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
             {"\xfb\xff\xfe", "+//+", "-__-"}};

START_TEST(base64_encodes_and_decodes_the_rfc_vectors)
{
    const char *plain = codes[_i].plain;
    size_t len = strlen(plain);
    eb_span back;
    ck_assert_str_eq(eb_base64(pool, plain, len), codes[_i].base64);
    ck_assert_str_eq(eb_base64url(pool, plain, len), codes[_i].base64url);
    ck_assert(eb_base64_decode(pool, codes[_i].base64, strlen(codes[_i].base64), &back));
    ck_assert_uint_eq(back.len, len);
    ck_assert_mem_eq(back.data, plain, len);
    ck_assert(eb_base64url_decode(pool, codes[_i].base64url, strlen(codes[_i].base64url), &back));
    ck_assert_uint_eq(back.len, len);
    ck_assert_mem_eq(back.data, plain, len);
}
END_TEST

START_TEST(base64_decoding_skips_line_breaks)
{
    eb_span back;
    const char text[] = " Zm9v\r\n\tYg= \n=\n";
    ck_assert(eb_base64_decode(pool, text, strlen(text), &back));
    ck_assert_uint_eq(back.len, 4);
    ck_assert_mem_eq(back.data, "foob", 4);
}
END_TEST

static const char *const bad_base64[] = {
    "Z",     "Zg",       "Zg=",   "Zg===",  "Zm8",      "Zm9vYg",   "Zh==", "Zm9=",
    "Zm9v=", "Zm9v====", "Z===",  "=",      "====",     "Zg==Zg==", "Z=g=", "Zm9v-",
    "-__-",  "Zm9v\xc3", "Zm9v.", "Zg=\v=", "Zm9vYmF=", "Zm9*"};

START_TEST(base64_refuses_other_spellings)
{
    eb_span back;
    ck_assert_msg(!eb_base64_decode(pool, bad_base64[_i], strlen(bad_base64[_i]), &back), "%s",
                  bad_base64[_i]);
}
END_TEST

START_TEST(base64_refuses_a_nul)
{
    eb_span back;
    ck_assert(!eb_base64_decode(pool, "Zm9v\0", 5, &back));
    ck_assert(!eb_base64url_decode(pool, "Zm9v\0", 5, &back));
}
END_TEST

static const char *const bad_base64url[] = {"Z",      "Zg==", "Zh",   "Zm9",   "Zm9v ", " Zm9v",
                                            "Zm\n9v", "+//+", "Zm9=", "Zm9v=", "Zm9vY"};

START_TEST(base64url_refuses_other_spellings)
{
    eb_span back;
    ck_assert_msg(!eb_base64url_decode(pool, bad_base64url[_i], strlen(bad_base64url[_i]), &back),
                  "%s", bad_base64url[_i]);
}
END_TEST

/* Every byte at every place of a text that is long enough to be read in groups. */
START_TEST(each_byte_is_a_letter_of_its_alphabet_or_refused_wherever_it_stands)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    for (size_t at = 0; at < 16; at++) {
        for (int c = 0; c < 256; c++) {
            char text[] = "Zm9vYmFyZm9vYmFy", other[] = "Zm9vYmFyZm9vYmFy";
            bool is_letter = c != 0 && strchr(letters, c) != NULL;
            eb_span back, again;
            text[at] = (char)c;
            ck_assert_int_eq(eb_base64_decode(pool, text, 16, &back),
                             is_letter || c == '+' || c == '/');
            if (is_letter) {
                ck_assert_str_eq(eb_base64(pool, back.data, back.len), text);
            }
            other[at] = (char)(c == '+' ? '-' : c == '/' ? '_' : c == '-' || c == '_' ? '+' : c);
            ck_assert_int_eq(eb_base64url_decode(pool, other, 16, &again),
                             is_letter || c == '+' || c == '/');
        }
    }
}
END_TEST

START_TEST(base64_may_be_broken_anywhere)
{
    for (size_t at = 0; at <= 20; at++) {
        const char text[] = "Zm9vYmFyZm9vYmFyYg==";
        char broken[sizeof text + 2];
        eb_span back;
        memcpy(broken, text, at);
        memcpy(broken + at, "\r\n", 2);
        memcpy(broken + at + 2, text + at, sizeof text - at);
        ck_assert(eb_base64_decode(pool, broken, strlen(broken), &back));
        ck_assert_uint_eq(back.len, 13);
        ck_assert_mem_eq(back.data, "foobarfoobarb", 13);
        ck_assert(!eb_base64url_decode(pool, broken, strlen(broken), &back));
    }
}
END_TEST

START_TEST(hex_is_lower_case)
{
    ck_assert_str_eq(eb_hex(pool, "\x00\xab\xff", 3), "00abff");
    ck_assert_str_eq(eb_hex(pool, "", 0), "");
}
END_TEST

START_TEST(percent_encoding_keeps_unreserved_only)
{
    ck_assert_str_eq(eb_percent_encode(pool, "AZaz09-._~"), "AZaz09-._~");
    ck_assert_str_eq(eb_percent_encode(pool, "a b+c&d=e/f?g#h%"),
                     "a%20b%2Bc%26d%3De%2Ff%3Fg%23h%25");
    ck_assert_str_eq(eb_percent_encode(pool, "\xc3\xa4"), "%C3%A4");
}
END_TEST

START_TEST(escaping_covers_the_five)
{
    ck_assert_str_eq(eb_escape(pool, "<a href=\"x\">'&'</a>ä"),
                     "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;ä");
    ck_assert_str_eq(eb_escape(pool, ""), "");
}
END_TEST

static const char *const good_utf8[] = {"",
                                        "abc",
                                        "ä",
                                        "€",
                                        "\xf0\x90\x80\x80",
                                        "\xf4\x8f\xbf\xbf",
                                        "\xed\x9f\xbf",
                                        "\xee\x80\x80",
                                        "\xef\xbf\xbf"};
static const char *const bad_utf8[] = {"\x80",
                                       "\xc0\x80",
                                       "\xc1\xbf",
                                       "\xc3",
                                       "\xc3(",
                                       "\xe0\x9f\xbf",
                                       "\xe2\x82",
                                       "\xed\xa0\x80",
                                       "\xed\xbf\xbf",
                                       "\xf0\x8f\xbf\xbf",
                                       "\xf4\x90\x80\x80",
                                       "\xf5\x80\x80\x80",
                                       "\xf0\x90\x80",
                                       "\xfe",
                                       "\xff",
                                       "a\xe4",
                                       "\xe2\x28\xa1",
                                       "\xf0\x90\x28\x80"};

START_TEST(utf8_well_formed)
{
    ck_assert(eb_is_utf8(good_utf8[_i], strlen(good_utf8[_i])));
}
END_TEST

START_TEST(utf8_refuses_overlong_surrogates_and_fragments)
{
    ck_assert(!eb_is_utf8(bad_utf8[_i], strlen(bad_utf8[_i])));
}
END_TEST

START_TEST(utf8_refuses_a_nul)
{
    ck_assert(!eb_is_utf8("a\0b", 3));
}
END_TEST

/* Every byte at every place of a text that is long enough to be read in words. */
START_TEST(utf8_takes_each_ascii_but_nul_and_no_lone_byte_above_it)
{
    for (size_t at = 0; at < 20; at++) {
        for (int c = 0; c < 256; c++) {
            char text[] = "aaaaaaaaaaaaaaaaaaaa";
            text[at] = (char)c;
            ck_assert_int_eq(eb_is_utf8(text, 20), c > 0 && c < 0x80);
        }
    }
    ck_assert(eb_is_utf8("aaaaaaa\xc3\xa4"
                         "aaaaaaa\xf0\x9f\x98\x80"
                         "aaaa",
                         24));
    ck_assert(!eb_is_utf8("aaaaaaaaaaaaaaa\x01\x00\x01", 18));
}
END_TEST

START_TEST(printable_shows_only_ascii_and_cuts)
{
    ck_assert_str_eq(eb_printable(pool, NULL), "(none)");
    ck_assert_str_eq(eb_printable(pool, "urn:x\n\x1b[0mä"), "urn:x\\x0a\\x1b[0m\\xc3\\xa4");
    char text[300];
    memset(text, '\n', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    const char *cut = eb_printable(pool, text);
    ck_assert_uint_eq(strlen(cut), 200 * 4 + strlen("…"));
    ck_assert_str_eq(cut + 800, "…");
    text[200] = '\0';
    ck_assert_uint_eq(strlen(eb_printable(pool, text)), 800);
}
END_TEST

START_TEST(secrets_are_equal_only_in_length_and_content)
{
    ck_assert(eb_equal_secret("abc", 3, "abc", 3));
    ck_assert(!eb_equal_secret("abc", 3, "abd", 3));
    ck_assert(!eb_equal_secret("abc", 3, "abc", 2));
    ck_assert(eb_equal_secret(NULL, 0, "", 0));
}
END_TEST

START_TEST(words_are_split_at_spaces)
{
    apr_array_header_t *words = eb_split_words(pool, "  openid  profile ");
    ck_assert_int_eq(words->nelts, 2);
    ck_assert_str_eq(APR_ARRAY_IDX(words, 0, const char *), "openid");
    ck_assert_str_eq(APR_ARRAY_IDX(words, 1, const char *), "profile");
    ck_assert_int_eq(eb_split_words(pool, "")->nelts, 0);
    ck_assert_int_eq(eb_split_words(pool, NULL)->nelts, 0);
}
END_TEST

/* seconds from date(1), not from us */
static const struct {
    const char *text;
    apr_time_t micro;
} times[] = {{"1970-01-01T00:00:00Z", 0},
             {"2026-11-21T03:04:05Z", 1795230245LL * 1000000},
             {"2026-11-21T03:04:05.678Z", 1795230245LL * 1000000 + 678000},
             {"2026-11-21T03:04:05.1234567891Z", 1795230245LL * 1000000 + 123456},
             {"2026-11-21T05:04:05+02:00", 1795230245LL * 1000000},
             {"2026-11-20T13:04:05-14:00", 1795230245LL * 1000000},
             {"2024-02-29T12:00:00Z", 1709208000LL * 1000000},
             {"2000-02-29T00:00:00Z", 951782400LL * 1000000},
             {"2026-12-31T24:00:00Z", 1798761600LL * 1000000},
             {"9999-12-31T23:59:59Z", 253402300799LL * 1000000}};

START_TEST(time_is_read)
{
    apr_time_t time;
    ck_assert_msg(eb_time_parse_xml(times[_i].text, &time), "%s", times[_i].text);
    ck_assert_int_eq(time, times[_i].micro);
}
END_TEST

static const char *const bad_times[] = {
    "",
    "2026-11-21",
    "2026-11-21T03:04:05",
    "2026-11-21T03:04Z",
    "2026-11-21 03:04:05Z",
    "2026-11-21t03:04:05Z",
    "2026-11-21T03:04:05z",
    "2026-11-21T03:04:05.Z",
    "2026-11-21T03:04:05Z ",
    " 2026-11-21T03:04:05Z",
    "2026-11-21T03:04:05+0200",
    "2026-11-21T03:04:05+14:01",
    "2026-11-21T03:04:05+02:60",
    "2026-11-21T03:04:60Z",
    "2026-11-21T03:60:05Z",
    "2026-11-21T25:00:00Z",
    "2026-11-21T24:00:01Z",
    "2026-11-21T24:00:00.1Z",
    "2026-13-21T03:04:05Z",
    "2026-00-21T03:04:05Z",
    "2026-11-31T03:04:05Z",
    "2026-11-00T03:04:05Z",
    "2026-02-29T03:04:05Z",
    "2100-02-29T03:04:05Z",
    "1969-12-31T23:59:59Z",
    "1970-01-01T00:00:00+01:00",
    "12026-11-21T03:04:05Z",
    "-2026-11-21T03:04:05Z",
    "+026-11-21T03:04:05Z",
    "2026-1-21T03:04:05Z",
    "2026-11-21T03:04:05,5Z",
    "2026-11-21T03:04:05ZZ",
};

START_TEST(time_refuses_other_forms)
{
    apr_time_t time;
    ck_assert_msg(!eb_time_parse_xml(bad_times[_i], &time), "%s", bad_times[_i]);
}
END_TEST

START_TEST(time_is_written_as_it_is_read)
{
    ck_assert_str_eq(eb_time_format_xml(pool, 1795230245LL * 1000000 + 999999),
                     "2026-11-21T03:04:05Z");
    for (apr_int64_t day = 0; day < 2932896; day += 13) {
        apr_time_t time = (day * 86400 + day % 86400) * APR_USEC_PER_SEC, back;
        apr_pool_clear(pool);
        ck_assert(eb_time_parse_xml(eb_time_format_xml(pool, time), &back));
        ck_assert_int_eq(back, time);
    }
}
END_TEST

static int counting_fill(void *context, unsigned char *buf, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        buf[i] = (unsigned char)i;
    }
    return *(int *)context;
}

START_TEST(tokens_come_from_the_given_source)
{
    int status = 0;
    eb_random random = {counting_fill, &status};
    const char *token;
    ck_assert_ptr_null(eb_random_token(pool, &random, 16, &token));
    ck_assert_str_eq(token, "AAECAwQFBgcICQoLDA0ODw");
    status = -1;
    const eb_err *err = eb_random_token(pool, &random, 16, &token);
    ck_assert_ptr_nonnull(err);
    ck_assert_int_eq(err->id, EB_E_RANDOM);
    ck_assert_ptr_nonnull(eb_random_token(pool, &eb_random_system, 15, &token));
    ck_assert_ptr_nonnull(eb_random_token(pool, &eb_random_system, 65, &token));
    ck_assert_ptr_null(eb_random_token(pool, &eb_random_system, 64, &token));
    ck_assert_uint_eq(strlen(token), 86);
}
END_TEST

START_TEST(errors_carry_their_row_and_every_number_is_once)
{
    const eb_err *err = eb_err_make(pool, EB_E_COND_AUDIENCE, "expected %s", "us");
    ck_assert_str_eq(err->code, "EB2404");
    ck_assert_str_eq(err->name, "COND_AUDIENCE");
    ck_assert_str_eq(err->oauth, "server_error");
    ck_assert_str_eq(err->message, "expected us");
    const eb_err *other = eb_err_with_oauth(pool, err, "access_denied");
    ck_assert_str_eq(other->oauth, "access_denied");
    ck_assert_str_eq(err->oauth, "server_error");
    unsigned int count = 0;
    for (const eb_err *row; (row = eb_err_row(count)) != NULL; count++) {
        ck_assert_ptr_null(row->message);
        for (unsigned int i = 0; i < count; i++) {
            ck_assert_int_ne(eb_err_row(i)->id, row->id);
        }
    }
    ck_assert_uint_gt(count, 100);
}
END_TEST

#define LENGTH(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("text");
    TCase *cases = tcase_create("text");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, base64_encodes_and_decodes_the_rfc_vectors, 0, LENGTH(codes));
    tcase_add_test(cases, base64_decoding_skips_line_breaks);
    tcase_add_loop_test(cases, base64_refuses_other_spellings, 0, LENGTH(bad_base64));
    tcase_add_test(cases, base64_refuses_a_nul);
    tcase_add_loop_test(cases, base64url_refuses_other_spellings, 0, LENGTH(bad_base64url));
    tcase_add_test(cases, each_byte_is_a_letter_of_its_alphabet_or_refused_wherever_it_stands);
    tcase_add_test(cases, base64_may_be_broken_anywhere);
    tcase_add_test(cases, hex_is_lower_case);
    tcase_add_test(cases, percent_encoding_keeps_unreserved_only);
    tcase_add_test(cases, escaping_covers_the_five);
    tcase_add_loop_test(cases, utf8_well_formed, 0, LENGTH(good_utf8));
    tcase_add_loop_test(cases, utf8_refuses_overlong_surrogates_and_fragments, 0, LENGTH(bad_utf8));
    tcase_add_test(cases, utf8_refuses_a_nul);
    tcase_add_test(cases, utf8_takes_each_ascii_but_nul_and_no_lone_byte_above_it);
    tcase_add_test(cases, printable_shows_only_ascii_and_cuts);
    tcase_add_test(cases, secrets_are_equal_only_in_length_and_content);
    tcase_add_test(cases, words_are_split_at_spaces);
    tcase_add_loop_test(cases, time_is_read, 0, LENGTH(times));
    tcase_add_loop_test(cases, time_refuses_other_forms, 0, LENGTH(bad_times));
    tcase_add_test(cases, time_is_written_as_it_is_read);
    tcase_add_test(cases, tokens_come_from_the_given_source);
    tcase_add_test(cases, errors_carry_their_row_and_every_number_is_once);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

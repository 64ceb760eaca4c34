/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base64, base64url, times, printable, escapes and DEFLATE. What decodes has one spelling: encoding
 * it again gives the input (base64: without its white space). */
#include "base/deflate.h"
#include "base/text.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void codecs(apr_pool_t *pool, const char *text, size_t size)
{
    eb_span bytes;
    if (eb_base64url_decode(pool, text, size, &bytes)) {
        const char *again = eb_base64url(pool, bytes.data, bytes.len);
        expect(strlen(again) == size && memcmp(again, text, size) == 0);
    }
    if (eb_base64_decode(pool, text, size, &bytes)) {
        const char *again = eb_base64(pool, bytes.data, bytes.len);
        for (size_t i = 0; i < size; i++) {
            if (strchr(" \t\r\n", text[i]) == NULL || text[i] == '\0') {
                expect(*again++ == text[i]);
            }
        }
        expect(*again == '\0');
    }
    const char *encoded = eb_base64(pool, text, size);
    expect(eb_base64_decode(pool, encoded, strlen(encoded), &bytes) && bytes.len == size);
}

static void texts(apr_pool_t *pool, const char *text)
{
    apr_time_t time, again;
    if (eb_time_parse_xml(text, &time)) {
        expect(time >= 0);
        expect(time >= apr_time_from_sec(253402300800) ||
               (eb_time_parse_xml(eb_time_format_xml(pool, time), &again) &&
                again == time - time % APR_USEC_PER_SEC));
    }
    for (const char *c = eb_printable(pool, text); *c != '\0' && strcmp(c, "…") != 0; c++) {
        expect(*c >= 0x20 && *c < 0x7f);
    }
    expect(strpbrk(eb_escape(pool, text), "<>\"'") == NULL);
    for (const char *c = eb_percent_encode(pool, text); *c != '\0'; c++) {
        expect(*c > 0x20 && *c < 0x7f && strchr("&=+#?/\"'<>", *c) == NULL);
    }
    (void)eb_split_words(pool, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool;
    eb_span bytes, back;
    apr_initialize();
    if (size > 65536 || apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return 0;
    }
    codecs(pool, (const char *)data, size);
    texts(pool, apr_pstrmemdup(pool, (const char *)data, size));
    (void)eb_is_utf8(data, size);
    if (eb_inflate(pool, EB_E_LOGIN_NOT_FOUND, eb_span_bytes(data, size), 4096, &bytes) == NULL) {
        expect(bytes.len <= 4096);
    }
    expect(eb_deflate(pool, eb_span_bytes(data, size), &bytes) == NULL);
    expect(eb_inflate(pool, EB_E_LOGIN_NOT_FOUND, bytes, size, &back) == NULL && back.len == size);
    apr_pool_destroy(pool);
    return 0;
}

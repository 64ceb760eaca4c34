/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes and text. The codecs take lengths, never trust their input and write into the given pool;
 * time is in base/time_text.c. */
#include "base/text.h"

#include <apr_strings.h>
#include <openssl/crypto.h>
#include <stdint.h>
#include <string.h>

eb_span eb_span_str(const char *text)
{
    return eb_span_bytes(text, text == NULL ? 0 : strlen(text));
}

eb_span eb_span_bytes(const void *data, size_t len)
{
    return (eb_span){data, len};
}

/* ---- base64 ---------------------------------------------------------------------------------- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char alphabet_url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static const char *encode(apr_pool_t *pool, const char *letters, bool pad, const unsigned char *in,
                          size_t len)
{
    char *out = apr_palloc(pool, (len + 2) / 3 * 4 + 1);
    char *at = out;
    size_t i = 0;
    for (; len - i >= 3; i += 3) {
        uint32_t v = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];
        *at++ = letters[v >> 18];
        *at++ = letters[v >> 12 & 63];
        *at++ = letters[v >> 6 & 63];
        *at++ = letters[v & 63];
    }
    if (len - i == 2) {
        uint32_t v = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8;
        *at++ = letters[v >> 18];
        *at++ = letters[v >> 12 & 63];
        *at++ = letters[v >> 6 & 63];
        if (pad) {
            *at++ = '=';
        }
    } else if (len - i == 1) {
        uint32_t v = (uint32_t)in[i] << 16;
        *at++ = letters[v >> 18];
        *at++ = letters[v >> 12 & 63];
        if (pad) {
            *at++ = '=';
            *at++ = '=';
        }
    }
    *at = '\0';
    return out;
}

const char *eb_base64url(apr_pool_t *pool, const void *data, size_t len)
{
    return encode(pool, alphabet_url, false, data, len);
}

const char *eb_base64(apr_pool_t *pool, const void *data, size_t len)
{
    return encode(pool, alphabet, true, data, len);
}

/* The six bits of a letter, or -1. `plus` and `slash` are the two letters that the alphabets differ
 * in. */
static int sextet(unsigned char c, unsigned char plus, unsigned char slash)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == plus ? 62 : c == slash ? 63 : -1;
}

static bool is_space(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Both decoders: letters first, then (base64 only) the padding that their number demands, then
 * nothing. The bits left over after the last byte must be zero, so that each value has one
 * spelling. */
static bool decode(apr_pool_t *pool, const char *text, size_t len, bool is_url, eb_span *ret_bytes)
{
    unsigned char plus = is_url ? '-' : '+';
    unsigned char slash = is_url ? '_' : '/';
    unsigned char *out = apr_palloc(pool, len / 4 * 3 + 4);
    size_t letters = 0, written = 0, padding = 0;
    uint32_t bits = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (!is_url && is_space(c)) {
            continue;
        }
        if (!is_url && c == '=') {
            padding++;
            continue;
        }
        int six = sextet(c, plus, slash);
        if (six < 0 || padding > 0) {
            return false;
        }
        bits = bits << 6 | (uint32_t)six;
        if (++letters % 4 == 0) {
            out[written++] = (unsigned char)(bits >> 16);
            out[written++] = (unsigned char)(bits >> 8);
            out[written++] = (unsigned char)bits;
            bits = 0;
        }
    }
    size_t expected_padding = 0;
    switch (letters % 4) {
    case 1:
        return false;
    case 2:
        if ((bits & 0x0f) != 0) {
            return false;
        }
        out[written++] = (unsigned char)(bits >> 4);
        expected_padding = 2;
        break;
    case 3:
        if ((bits & 0x03) != 0) {
            return false;
        }
        out[written++] = (unsigned char)(bits >> 10);
        out[written++] = (unsigned char)(bits >> 2);
        expected_padding = 1;
        break;
    default:
        break;
    }
    if (!is_url && padding != expected_padding) {
        return false;
    }
    out[written] = '\0';
    *ret_bytes = eb_span_bytes(out, written);
    return true;
}

bool eb_base64url_decode(apr_pool_t *pool, const char *text, size_t len, eb_span *ret_bytes)
{
    return decode(pool, text, len, true, ret_bytes);
}

bool eb_base64_decode(apr_pool_t *pool, const char *text, size_t len, eb_span *ret_bytes)
{
    return decode(pool, text, len, false, ret_bytes);
}

/* ---- hex, percent, escapes ------------------------------------------------------------------- */

static const char hex_lower[] = "0123456789abcdef";
static const char hex_upper[] = "0123456789ABCDEF";

const char *eb_hex(apr_pool_t *pool, const void *data, size_t len)
{
    const unsigned char *in = data;
    char *out = apr_palloc(pool, len * 2 + 1);
    for (size_t i = 0; i < len; i++) {
        out[i * 2] = hex_lower[in[i] >> 4];
        out[i * 2 + 1] = hex_lower[in[i] & 15];
    }
    out[len * 2] = '\0';
    return out;
}

static bool is_unreserved(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

const char *eb_percent_encode(apr_pool_t *pool, const char *text)
{
    char *out = apr_palloc(pool, strlen(text) * 3 + 1);
    char *at = out;
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (is_unreserved(*c)) {
            *at++ = (char)*c;
        } else {
            *at++ = '%';
            *at++ = hex_upper[*c >> 4];
            *at++ = hex_upper[*c & 15];
        }
    }
    *at = '\0';
    return out;
}

static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;"; /* &apos; is unknown to HTML 4 */
    default:
        return NULL;
    }
}

const char *eb_escape(apr_pool_t *pool, const char *text)
{
    size_t len = 0;
    for (const char *c = text; *c != '\0'; c++) {
        const char *entity = entity_of(*c);
        len += entity == NULL ? 1 : strlen(entity);
    }
    char *out = apr_palloc(pool, len + 1);
    char *at = out;
    for (const char *c = text; *c != '\0'; c++) {
        const char *entity = entity_of(*c);
        if (entity == NULL) {
            *at++ = *c;
        } else {
            size_t n = strlen(entity);
            memcpy(at, entity, n);
            at += n;
        }
    }
    *at = '\0';
    return out;
}

bool eb_is_utf8(const void *data, size_t len)
{
    const unsigned char *s = data;
    size_t i = 0;
    while (i < len) {
        unsigned char c = s[i];
        if (c == 0) {
            return false;
        }
        if (c < 0x80) {
            i++;
            continue;
        }
        /* Unicode 15, table 3-7: the second byte's range shuts out overlong forms, surrogates and
         * what lies above U+10FFFF. */
        size_t more;
        unsigned char low = 0x80, high = 0xbf;
        if (c >= 0xc2 && c <= 0xdf) {
            more = 1;
        } else if (c >= 0xe0 && c <= 0xef) {
            more = 2;
            low = c == 0xe0 ? 0xa0 : 0x80;
            high = c == 0xed ? 0x9f : 0xbf;
        } else if (c >= 0xf0 && c <= 0xf4) {
            more = 3;
            low = c == 0xf0 ? 0x90 : 0x80;
            high = c == 0xf4 ? 0x8f : 0xbf;
        } else {
            return false;
        }
        if (len - i <= more || s[i + 1] < low || s[i + 1] > high) {
            return false;
        }
        for (size_t k = 2; k <= more; k++) {
            if (s[i + k] < 0x80 || s[i + k] > 0xbf) {
                return false;
            }
        }
        i += more + 1;
    }
    return true;
}

#define PRINTABLE_MAX 200

const char *eb_printable(apr_pool_t *pool, const char *text)
{
    if (text == NULL) {
        return "(none)";
    }
    char *out = apr_palloc(pool, PRINTABLE_MAX * 4 + sizeof "…");
    char *at = out;
    size_t n = 0;
    const unsigned char *c = (const unsigned char *)text;
    for (; *c != '\0' && n < PRINTABLE_MAX; c++, n++) {
        if (*c >= 0x20 && *c < 0x7f) {
            *at++ = (char)*c;
        } else {
            *at++ = '\\';
            *at++ = 'x';
            *at++ = hex_lower[*c >> 4];
            *at++ = hex_lower[*c & 15];
        }
    }
    if (*c != '\0') {
        memcpy(at, "…", sizeof "…");
    } else {
        *at = '\0';
    }
    return out;
}

typedef struct secret {
    void *data;
    size_t len;
} secret;

static apr_status_t cleanse(void *data)
{
    secret *s = data;
    OPENSSL_cleanse(s->data, s->len);
    return APR_SUCCESS;
}

void *eb_secret_alloc(apr_pool_t *pool, size_t len)
{
    secret *s = apr_palloc(pool, sizeof *s);
    s->len = len == 0 ? 1 : len;
    s->data = apr_pcalloc(pool, s->len);
    apr_pool_cleanup_register(pool, s, cleanse, apr_pool_cleanup_null);
    return s->data;
}

bool eb_equal_secret(const void *a, size_t a_len, const void *b, size_t b_len)
{
    return a_len == b_len && (a_len == 0 || CRYPTO_memcmp(a, b, a_len) == 0);
}

apr_array_header_t *eb_split_words(apr_pool_t *pool, const char *text)
{
    apr_array_header_t *words = apr_array_make(pool, 8, sizeof(const char *));
    const char *at = text;
    while (at != NULL && *at != '\0') {
        size_t len = strcspn(at, " ");
        if (len > 0) {
            APR_ARRAY_PUSH(words, const char *) = apr_pstrmemdup(pool, at, len);
        }
        at += len;
        at += strspn(at, " ");
    }
    return words;
}

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

/* What a byte means to a decoder: 0 to a letter of neither kind, so that what is not listed is
 * refused. */
#define LETTER 0x40 /* and its six bits */
#define BLANK  0x01
#define PAD    0x02

/* The two alphabets differ in two letters, and base64 alone has white space and padding. */
#define MEANINGS(plus, minus, slash, underscore, blank, pad)                                       \
    {                                                                                              \
        ['\t'] = blank, ['\n'] = blank, ['\r'] = blank, [' '] = blank, ['='] = pad, ['+'] = plus,  \
        ['-'] = minus, ['/'] = slash, ['_'] = underscore, ['A'] = LETTER | 0, ['B'] = LETTER | 1,  \
        ['C'] = LETTER | 2, ['D'] = LETTER | 3, ['E'] = LETTER | 4, ['F'] = LETTER | 5,            \
        ['G'] = LETTER | 6, ['H'] = LETTER | 7, ['I'] = LETTER | 8, ['J'] = LETTER | 9,            \
        ['K'] = LETTER | 10, ['L'] = LETTER | 11, ['M'] = LETTER | 12, ['N'] = LETTER | 13,        \
        ['O'] = LETTER | 14, ['P'] = LETTER | 15, ['Q'] = LETTER | 16, ['R'] = LETTER | 17,        \
        ['S'] = LETTER | 18, ['T'] = LETTER | 19, ['U'] = LETTER | 20, ['V'] = LETTER | 21,        \
        ['W'] = LETTER | 22, ['X'] = LETTER | 23, ['Y'] = LETTER | 24, ['Z'] = LETTER | 25,        \
        ['a'] = LETTER | 26, ['b'] = LETTER | 27, ['c'] = LETTER | 28, ['d'] = LETTER | 29,        \
        ['e'] = LETTER | 30, ['f'] = LETTER | 31, ['g'] = LETTER | 32, ['h'] = LETTER | 33,        \
        ['i'] = LETTER | 34, ['j'] = LETTER | 35, ['k'] = LETTER | 36, ['l'] = LETTER | 37,        \
        ['m'] = LETTER | 38, ['n'] = LETTER | 39, ['o'] = LETTER | 40, ['p'] = LETTER | 41,        \
        ['q'] = LETTER | 42, ['r'] = LETTER | 43, ['s'] = LETTER | 44, ['t'] = LETTER | 45,        \
        ['u'] = LETTER | 46, ['v'] = LETTER | 47, ['w'] = LETTER | 48, ['x'] = LETTER | 49,        \
        ['y'] = LETTER | 50, ['z'] = LETTER | 51, ['0'] = LETTER | 52, ['1'] = LETTER | 53,        \
        ['2'] = LETTER | 54, ['3'] = LETTER | 55, ['4'] = LETTER | 56, ['5'] = LETTER | 57,        \
        ['6'] = LETTER | 58, ['7'] = LETTER | 59, ['8'] = LETTER | 60, ['9'] = LETTER | 61         \
    }

static const unsigned char meanings[256] = MEANINGS(LETTER | 62, 0, LETTER | 63, 0, BLANK, PAD);
static const unsigned char meanings_url[256] = MEANINGS(0, LETTER | 62, 0, LETTER | 63, 0, 0);

/* Whole groups of four letters, as far as nothing else comes between; returns how many characters
 * they were. A message is some ten thousand of these. */
static size_t decode_groups(const unsigned char *meaning, const unsigned char *in, size_t len,
                            unsigned char *out)
{
    size_t i = 0;
    for (; len - i >= 4; i += 4) {
        unsigned char a = meaning[in[i]], b = meaning[in[i + 1]];
        unsigned char c = meaning[in[i + 2]], d = meaning[in[i + 3]];
        if ((a & b & c & d & LETTER) == 0) {
            break;
        }
        *out++ = (unsigned char)(a << 2 | (b >> 4 & 0x03));
        *out++ = (unsigned char)(b << 4 | (c >> 2 & 0x0f));
        *out++ = (unsigned char)(c << 6 | (d & 0x3f));
    }
    return i;
}

/* Both decoders: letters first, then (base64 only) the padding that their number demands, then
 * nothing. The bits left over after the last byte must be zero, so that each value has one
 * spelling. */
static bool decode(apr_pool_t *pool, const char *text, size_t len, bool is_url, eb_span *ret_bytes)
{
    const unsigned char *meaning = is_url ? meanings_url : meanings;
    const unsigned char *in = (const unsigned char *)text;
    unsigned char *out = apr_palloc(pool, len / 4 * 3 + 4);
    size_t letters = 0, written = 0, padding = 0;
    uint32_t bits = 0;

    for (size_t i = 0; i < len; i++) {
        if (letters % 4 == 0 && padding == 0) {
            size_t group = decode_groups(meaning, in + i, len - i, out + written);
            i += group;
            written += group / 4 * 3;
            if (i == len) {
                break;
            }
        }
        unsigned char what = meaning[in[i]];
        if (what == BLANK) {
            continue;
        }
        if (what == PAD) {
            padding++;
            continue;
        }
        if ((what & LETTER) == 0 || padding > 0) {
            return false;
        }
        bits = bits << 6 | (what & 0x3fU);
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

/* True when all of eight bytes are ASCII and none is NUL: a byte of 0 borrows into its high bit,
 * and without one nothing borrows. */
static bool are_plain_ascii(const unsigned char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return ((word | (word - 0x0101010101010101U)) & 0x8080808080808080U) == 0;
}

bool eb_is_utf8(const void *data, size_t len)
{
    const unsigned char *s = data;
    size_t i = 0;
    while (i < len) {
        if (len - i >= 8 && are_plain_ascii(s + i)) {
            i += 8;
            continue;
        }
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

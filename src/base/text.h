/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes and text: spans, base64, hex, percent-encoding, escaping, UTF-8, time, constant-time
 * compare.
 *
 * Lengths travel with bytes. Nothing here trusts its input; all results live in the given pool.
 */
#ifndef EB_BASE_TEXT_H
#define EB_BASE_TEXT_H

#include "base/error.h"

#include <apr_tables.h>
#include <apr_time.h>
#include <stdbool.h>
#include <stddef.h>

/* Borrowed bytes. `data` may be NULL only when len is 0. */
typedef struct eb_span {
    const unsigned char *data;
    size_t len;
} eb_span;

eb_span eb_span_str(const char *text); /* NULL is the empty span */
eb_span eb_span_bytes(const void *data, size_t len);

/* base64url without padding (RFC 4648 section 5), and strict decoding: no padding, no white space,
 * no non-canonical last character. Decoding returns false on any fault. */
const char *eb_base64url(apr_pool_t *pool, const void *data, size_t len);
bool eb_base64url_decode(apr_pool_t *pool, const char *text, size_t len, eb_span *ret_bytes);

/* base64 with padding (RFC 4648 section 4). Decoding skips white space (XML and MIME break lines)
 * and refuses everything else that is not canonical. */
const char *eb_base64(apr_pool_t *pool, const void *data, size_t len);
bool eb_base64_decode(apr_pool_t *pool, const char *text, size_t len, eb_span *ret_bytes);

const char *eb_hex(apr_pool_t *pool, const void *data, size_t len); /* lower case */

/* Percent-encoding of all but RFC 3986 unreserved characters. */
const char *eb_percent_encode(apr_pool_t *pool, const char *text);

/* Escapes & < > " ' for HTML and XML, text and attribute values alike. */
const char *eb_escape(apr_pool_t *pool, const char *text);

/* True for well-formed UTF-8 without NUL, surrogates or overlong forms. */
bool eb_is_utf8(const void *data, size_t len);

/* A copy fit for the log: printable ASCII, the rest as \xNN, cut at 200 bytes with "…". NULL is
 * "(none)". For things that a stranger sent and that are not secret (URIs, algorithm names). */
const char *eb_printable(apr_pool_t *pool, const char *text);

/* Zeroed bytes for a secret: cleansed when the pool goes. `len` 0 gives one byte. */
void *eb_secret_alloc(apr_pool_t *pool, size_t len);

/* Constant-time in the content; different lengths are unequal at once. */
bool eb_equal_secret(const void *a, size_t a_len, const void *b, size_t b_len);

/* xs:dateTime with a time zone (Z or ±hh:mm; fractions are read to the microsecond), years 1970 to
 * 9999. Returns false on any fault; a missing zone is a fault (SAML core 1.3.3). */
bool eb_time_parse_xml(const char *text, apr_time_t *ret_time);
const char *eb_time_format_xml(apr_pool_t *pool, apr_time_t time); /* 2026-11-21T03:04:05Z */

/* True for a day of the Gregorian calendar, years 1 to 9999. */
bool eb_date_exists(int year, int month, int day);

/* Space-separated list to array of const char *; empty items are skipped. */
apr_array_header_t *eb_split_words(apr_pool_t *pool, const char *text);

#endif

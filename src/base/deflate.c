/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zlib for small things, in one step each. */
#include "base/deflate.h"

#include <apr_strings.h>
#include <string.h>
#include <zlib.h>

#define PLAIN_MAX     (1024 * 1024)
#define STORED_MAX    65535
#define STORED_HEADER 5

/* What we compress is a few kilobytes, and most of zlib's time on that goes into clearing and
 * filling its tables: small ones lose next to nothing in size, and so does the fastest level. */
#define SMALL_MAX          2048
#define WINDOW_BITS_SMALL  (-11)
#define MEMORY_LEVEL_SMALL 4
#define WINDOW_BITS        (-13)
#define MEMORY_LEVEL       6

/* Tables of zlib: in the pool, because the C library gives blocks of their size back to the system
 * each time. */
static void *pool_alloc(void *pool, uInt count, uInt size)
{
    return apr_palloc(pool, (apr_size_t)count * size);
}

static void pool_free(void *pool, void *block)
{
    (void)pool;
    (void)block;
}

const eb_err *eb_deflate(apr_pool_t *pool, eb_span plain, eb_span *ret_deflated)
{
    if (plain.len > PLAIN_MAX) {
        return eb_err_make(pool, EB_E_DEFLATE, "%" APR_SIZE_T_FMT " bytes are too many to compress",
                           plain.len);
    }
    bool is_small = plain.len <= SMALL_MAX;
    z_stream stream = {.next_in = (z_const Bytef *)(uintptr_t)plain.data,
                       .avail_in = (uInt)plain.len,
                       .zalloc = pool_alloc,
                       .zfree = pool_free,
                       .opaque = pool};
    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, is_small ? WINDOW_BITS_SMALL : WINDOW_BITS,
                     is_small ? MEMORY_LEVEL_SMALL : MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
        return eb_err_make(pool, EB_E_DEFLATE, "zlib could not begin");
    }
    uLong bound = deflateBound(&stream, (uLong)plain.len);
    unsigned char *out = apr_palloc(pool, bound);
    stream.next_out = out;
    stream.avail_out = (uInt)bound;
    int status = deflate(&stream, Z_FINISH);
    size_t written = bound - stream.avail_out;
    deflateEnd(&stream);
    if (status != Z_STREAM_END) {
        return eb_err_make(pool, EB_E_DEFLATE, "zlib ended with %d", status);
    }
    *ret_deflated = eb_span_bytes(out, written);
    return NULL;
}

const eb_err *eb_deflate_stored(apr_pool_t *pool, eb_span plain, eb_span *ret_deflated)
{
    if (plain.len > STORED_MAX) {
        return eb_err_make(pool, EB_E_DEFLATE,
                           "%" APR_SIZE_T_FMT " bytes are too many for one block", plain.len);
    }
    /* RFC 1951 section 3.2.4: last block, type 00; the length and its complement */
    unsigned char *out = apr_palloc(pool, STORED_HEADER + plain.len);
    out[0] = 1;
    out[1] = (unsigned char)plain.len;
    out[2] = (unsigned char)(plain.len >> 8);
    out[3] = (unsigned char)~out[1];
    out[4] = (unsigned char)~out[2];
    if (plain.len > 0) {
        memcpy(out + STORED_HEADER, plain.data, plain.len);
    }
    *ret_deflated = eb_span_bytes(out, STORED_HEADER + plain.len);
    return NULL;
}

const eb_err *eb_inflate(apr_pool_t *pool, eb_err_id id, eb_span deflated, size_t max_len,
                         eb_span *ret_plain)
{
    if (max_len > PLAIN_MAX || deflated.len > PLAIN_MAX) {
        return eb_err_make(pool, id, "%" APR_SIZE_T_FMT " compressed bytes are too many",
                           deflated.len);
    }
    z_stream stream = {.next_in = (z_const Bytef *)(uintptr_t)deflated.data,
                       .avail_in = (uInt)deflated.len,
                       .zalloc = pool_alloc,
                       .zfree = pool_free,
                       .opaque = pool};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
        return eb_err_make(pool, EB_E_DEFLATE, "zlib could not begin");
    }
    /* One byte more than allowed tells "exactly at the limit" from "more". */
    unsigned char *out = apr_palloc(pool, max_len + 1);
    stream.next_out = out;
    stream.avail_out = (uInt)(max_len + 1);
    int status = inflate(&stream, Z_FINISH);
    size_t written = max_len + 1 - stream.avail_out;
    size_t left = stream.avail_in;
    inflateEnd(&stream);
    if (written > max_len) {
        return eb_err_make(pool, id, "more than %" APR_SIZE_T_FMT " bytes when inflated", max_len);
    }
    if (status != Z_STREAM_END || left != 0) {
        return eb_err_make(
            pool, id, "not one whole DEFLATE stream (zlib: %d, %" APR_SIZE_T_FMT " bytes left)",
            status, left);
    }
    out[written] = '\0';
    *ret_plain = eb_span_bytes(out, written);
    return NULL;
}

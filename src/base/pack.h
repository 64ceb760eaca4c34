/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compact binary records: what is put in is read back in the same order, or not at all.
 *
 * Numbers are LEB128, text and bytes are length-prefixed, an absent text differs from an empty one.
 * The reader never looks beyond its span; after the first fault every read gives zero or NULL and
 * eb_unpack_ended says false, so callers check once at the end.
 */
#ifndef EB_BASE_PACK_H
#define EB_BASE_PACK_H

#include "base/text.h"

typedef struct eb_pack {
    apr_pool_t *pool;
    unsigned char *data;
    size_t len, size;
} eb_pack;

/* An empty record; it grows as needed and is cleansed with the pool (records hold personal data).
 */
void eb_pack_begin(eb_pack *pack, apr_pool_t *pool);
void eb_pack_number(eb_pack *pack, apr_uint64_t number);
void eb_pack_bytes(eb_pack *pack, eb_span bytes);
void eb_pack_text(eb_pack *pack, const char *text); /* NULL is kept apart from "" */
eb_span eb_pack_end(const eb_pack *pack);

typedef struct eb_unpack {
    apr_pool_t *pool;
    eb_span rest;
    bool is_broken;
} eb_unpack;

void eb_unpack_begin(eb_unpack *unpack, apr_pool_t *pool, eb_span record);
apr_uint64_t eb_unpack_number(eb_unpack *unpack);
eb_span eb_unpack_bytes(eb_unpack *unpack);    /* borrowed from the record */
const char *eb_unpack_text(eb_unpack *unpack); /* copied; NULL when it was NULL */

/* True when nothing was wrong and nothing is left over. */
bool eb_unpack_ended(const eb_unpack *unpack);

#endif

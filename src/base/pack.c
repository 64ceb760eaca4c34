/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/pack.h"

#include <apr_strings.h>
#include <openssl/crypto.h>
#include <string.h>

typedef struct {
    void *data;
    size_t size;
} cleanse_area;

static apr_status_t cleanse(void *context)
{
    const cleanse_area *area = context;
    OPENSSL_cleanse(area->data, area->size);
    return APR_SUCCESS;
}

static unsigned char *cleansed_alloc(apr_pool_t *pool, size_t size)
{
    cleanse_area *area = apr_palloc(pool, sizeof(*area));
    area->data = apr_palloc(pool, size);
    area->size = size;
    apr_pool_cleanup_register(pool, area, cleanse, apr_pool_cleanup_null);
    return area->data;
}

void eb_pack_begin(eb_pack *pack, apr_pool_t *pool)
{
    pack->pool = pool;
    pack->size = 1024;
    pack->len = 0;
    pack->data = cleansed_alloc(pool, pack->size);
}

static unsigned char *room(eb_pack *pack, size_t more)
{
    if (more > pack->size - pack->len) {
        size_t size = (pack->len + more) * 2;
        unsigned char *data = cleansed_alloc(pack->pool, size);
        memcpy(data, pack->data, pack->len);
        pack->data = data;
        pack->size = size;
    }
    unsigned char *place = pack->data + pack->len;
    pack->len += more;
    return place;
}

void eb_pack_number(eb_pack *pack, apr_uint64_t number)
{
    while (number > 0x7f) {
        *room(pack, 1) = (unsigned char)(0x80 | (number & 0x7f));
        number >>= 7;
    }
    *room(pack, 1) = (unsigned char)number;
}

void eb_pack_bytes(eb_pack *pack, eb_span bytes)
{
    eb_pack_number(pack, bytes.len);
    if (bytes.len > 0) {
        memcpy(room(pack, bytes.len), bytes.data, bytes.len);
    }
}

void eb_pack_text(eb_pack *pack, const char *text)
{
    if (text == NULL) {
        eb_pack_number(pack, 0);
        return;
    }
    size_t len = strlen(text);
    eb_pack_number(pack, len + 1);
    memcpy(room(pack, len), text, len);
}

eb_span eb_pack_end(const eb_pack *pack)
{
    return eb_span_bytes(pack->data, pack->len);
}

void eb_unpack_begin(eb_unpack *unpack, apr_pool_t *pool, eb_span record)
{
    unpack->pool = pool;
    unpack->rest = record;
    unpack->is_broken = false;
}

static const unsigned char *advance(eb_unpack *unpack, apr_uint64_t len)
{
    if (unpack->is_broken || len > unpack->rest.len) {
        unpack->is_broken = true;
        return NULL;
    }
    const unsigned char *place = unpack->rest.data;
    unpack->rest.data += len;
    unpack->rest.len -= (size_t)len;
    return place;
}

apr_uint64_t eb_unpack_number(eb_unpack *unpack)
{
    apr_uint64_t number = 0;
    for (unsigned int shift = 0; shift < 64; shift += 7) {
        const unsigned char *byte = advance(unpack, 1);
        if (byte == NULL) {
            return 0;
        }
        apr_uint64_t bits = *byte & 0x7fu;
        if (shift == 63 && bits > 1) {
            break;
        }
        number |= bits << shift;
        if ((*byte & 0x80) == 0) {
            return number;
        }
    }
    unpack->is_broken = true;
    return 0;
}

eb_span eb_unpack_bytes(eb_unpack *unpack)
{
    apr_uint64_t len = eb_unpack_number(unpack);
    const unsigned char *place = advance(unpack, len);
    return place == NULL ? eb_span_bytes(NULL, 0) : eb_span_bytes(place, (size_t)len);
}

const char *eb_unpack_text(eb_unpack *unpack)
{
    apr_uint64_t len = eb_unpack_number(unpack);
    if (unpack->is_broken || len == 0) {
        return NULL;
    }
    const unsigned char *place = advance(unpack, len - 1);
    return place == NULL ? NULL
                         : apr_pstrmemdup(unpack->pool, (const char *)place, (apr_size_t)(len - 1));
}

bool eb_unpack_ended(const eb_unpack *unpack)
{
    return !unpack->is_broken && unpack->rest.len == 0;
}

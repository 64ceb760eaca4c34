/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One issuer's view of a store: keys are hashed here, values sealed where they leave the machine,
 * and a client becomes the number that its entries are counted under. */
#include "state/state.h"

#include <openssl/crypto.h>
#include <string.h>

static const char *const kind_words[EB_KIND_COUNT] = {
    [EB_KIND_CODE] = "CODE",       [EB_KIND_GRANT] = "GRANT",     [EB_KIND_TOKEN] = "TOKEN",
    [EB_KIND_REFRESH] = "REFRESH", [EB_KIND_SESSION] = "SESSION", [EB_KIND_INDEX] = "INDEX",
    [EB_KIND_PUSHED] = "PUSHED",   [EB_KIND_USED] = "USED",       [EB_KIND_META] = "META",
};

const char *eb_kind_word(eb_kind kind)
{
    return kind_words[kind];
}

/* HMAC under the store key of lp(issuer) lp(word) lp(bytes). */
static const eb_err *hash(const eb_store *store, apr_pool_t *pool, const char *word, eb_span bytes,
                          unsigned char out[EB_STORE_KEY_BYTES])
{
    const eb_span parts[] = {eb_span_str(store->issuer), eb_span_str(word), bytes};
    eb_span joined = eb_lp_join(pool, parts, 3);
    const eb_err *err = eb_hmac(pool, store->store_key, joined, out);
    /* The bytes may be a code or a token; the copy is this function's own. */
    OPENSSL_cleanse((void *)(uintptr_t)joined.data, joined.len);
    return err;
}

const eb_err *eb_store_hash(const eb_store *store, apr_pool_t *pool, eb_kind kind, eb_span key,
                            unsigned char out[32])
{
    return hash(store, pool, eb_kind_word(kind), key, out);
}

/* The number of a client of this issuer; never 0, which is no one's. The word is no kind's. */
static const eb_err *owner_number(const eb_store *store, apr_pool_t *pool, const eb_owner *owner,
                                  apr_uint64_t *ret_number)
{
    if (owner == NULL) {
        *ret_number = 0;
        return NULL;
    }
    unsigned char digest[32];
    EB_TRY(hash(store, pool, "client", eb_span_str(owner->client), digest));
    memcpy(ret_number, digest, sizeof(*ret_number));
    *ret_number |= 1;
    return NULL;
}

/* What a sealed value is bound to: nobody can put it under another key. */
static eb_span bound_to(const eb_store *store, apr_pool_t *pool, eb_kind kind,
                        const unsigned char hashed[EB_STORE_KEY_BYTES])
{
    const eb_span parts[] = {eb_span_str(store->issuer), eb_span_str(eb_kind_word(kind)),
                             eb_span_bytes(hashed, EB_STORE_KEY_BYTES)};
    return eb_lp_join(pool, parts, 3);
}

static const eb_err *close_value(const eb_store *store, apr_pool_t *pool, eb_kind kind,
                                 const unsigned char hashed[EB_STORE_KEY_BYTES], eb_span value,
                                 eb_span *ret_value)
{
    if (!store->backend->seals) {
        *ret_value = value;
        return NULL;
    }
    return eb_seal(pool, store->seal, store->random, "store", bound_to(store, pool, kind, hashed),
                   value, ret_value);
}

static const eb_err *open_value(const eb_store *store, apr_pool_t *pool, eb_kind kind,
                                const unsigned char hashed[EB_STORE_KEY_BYTES], eb_span value,
                                eb_span *ret_value)
{
    if (!store->backend->seals) {
        *ret_value = value;
        return NULL;
    }
    return eb_unseal(pool, store->seal, "store", bound_to(store, pool, kind, hashed), value,
                     ret_value);
}

const eb_err *eb_store_put(const eb_store *store, apr_pool_t *pool, eb_kind kind,
                           const eb_owner *owner, eb_span key, eb_span value,
                           apr_interval_time_t ttl, apr_time_t uptime)
{
    unsigned char hashed[EB_STORE_KEY_BYTES];
    apr_uint64_t number;
    eb_span closed;
    EB_TRY(eb_store_hash(store, pool, kind, key, hashed));
    EB_TRY(owner_number(store, pool, owner, &number));
    EB_TRY(close_value(store, pool, kind, hashed, value, &closed));
    return store->backend->put(store->backend->self, pool, kind, number,
                               owner == NULL ? 0 : owner->limit, hashed, closed, ttl, uptime);
}

const eb_err *eb_store_take(const eb_store *store, apr_pool_t *pool, eb_kind kind, eb_span key,
                            apr_time_t uptime, eb_span *ret_value)
{
    unsigned char hashed[EB_STORE_KEY_BYTES];
    eb_span closed;
    EB_TRY(eb_store_hash(store, pool, kind, key, hashed));
    EB_TRY(store->backend->take(store->backend->self, pool, kind, hashed, uptime, &closed));
    return open_value(store, pool, kind, hashed, closed, ret_value);
}

const eb_err *eb_store_get(const eb_store *store, apr_pool_t *pool, eb_kind kind, eb_span key,
                           apr_time_t uptime, eb_span *ret_value, apr_uint64_t *ret_version)
{
    unsigned char hashed[EB_STORE_KEY_BYTES];
    eb_span closed, value;
    apr_uint64_t version;
    EB_TRY(eb_store_hash(store, pool, kind, key, hashed));
    EB_TRY(
        store->backend->get(store->backend->self, pool, kind, hashed, uptime, &closed, &version));
    EB_TRY(open_value(store, pool, kind, hashed, closed, &value));
    *ret_value = value;
    if (ret_version != NULL) {
        *ret_version = version;
    }
    return NULL;
}

const eb_err *eb_store_swap(const eb_store *store, apr_pool_t *pool, eb_kind kind, eb_span key,
                            apr_uint64_t version, eb_span value, apr_interval_time_t ttl,
                            apr_time_t uptime)
{
    unsigned char hashed[EB_STORE_KEY_BYTES];
    eb_span closed;
    EB_TRY(eb_store_hash(store, pool, kind, key, hashed));
    EB_TRY(close_value(store, pool, kind, hashed, value, &closed));
    return store->backend->swap(store->backend->self, pool, kind, hashed, version, closed, ttl,
                                uptime);
}

const eb_err *eb_store_drop(const eb_store *store, apr_pool_t *pool, eb_kind kind, eb_span key,
                            apr_time_t uptime)
{
    unsigned char hashed[EB_STORE_KEY_BYTES];
    EB_TRY(eb_store_hash(store, pool, kind, key, hashed));
    return store->backend->drop(store->backend->self, pool, kind, hashed, uptime);
}

const eb_err *eb_store_epoch(const eb_store *store, apr_pool_t *pool, eb_epoch *ret_epoch)
{
    return store->backend->epoch(store->backend->self, pool, ret_epoch);
}

const eb_err *eb_store_count(const eb_store *store, apr_pool_t *pool, apr_time_t uptime,
                             eb_store_counts *ret_counts)
{
    return store->backend->count(store->backend->self, pool, uptime, ret_counts);
}

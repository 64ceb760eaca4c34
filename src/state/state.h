/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store: what must survive between requests, behind seven verbs (DESIGN section 4).
 *
 * A key is a caller's bytes; the store sees HMAC-SHA-256(store key, lp(issuer) lp(kind) lp(key)). A
 * ttl runs on the store's own monotonic clock, given by the caller as `uptime` (microseconds of the
 * boot clock), so that stepping the wall clock replays nothing. Nothing live is ever evicted: a
 * full store refuses.
 */
#ifndef EB_STATE_STATE_H
#define EB_STATE_STATE_H

#include "base/random.h"
#include "base/text.h"
#include "keys/seal.h"

typedef enum {
    EB_KIND_CODE,  /* code → grant id and what redemption compares */
    EB_KIND_GRANT, /* grant id → identity and client: what a client may fetch */
    EB_KIND_TOKEN, /* access token → grant id */
    EB_KIND_REFRESH,
    EB_KIND_SESSION,
    EB_KIND_INDEX,
    EB_KIND_PUSHED,
    EB_KIND_USED, /* replay marks */
    EB_KIND_META,
    EB_KIND_COUNT
} eb_kind;

const char *eb_kind_word(eb_kind kind); /* "CODE" */

#define EB_STORE_KEY_BYTES 32
#define EB_EPOCH_BYTES     16

typedef struct eb_epoch {
    unsigned char id[EB_EPOCH_BYTES];
    apr_time_t born; /* wall clock */
} eb_epoch;

typedef struct eb_store_counts {
    apr_uint64_t live[EB_KIND_COUNT];
    apr_uint64_t limit[EB_KIND_COUNT];
    apr_uint64_t refused_full, refused_share, rebuilt;
} eb_store_counts;

/* A store of a certain make. Keys are hashed already; value bytes are copied in and out. Errors as
 * below. */
typedef struct eb_backend {
    const char *name; /* "slots" */
    bool seals;       /* values leave this machine's memory: they are sealed first */
    const eb_err *(*put)(void *self, apr_pool_t *pool, eb_kind kind, apr_uint64_t owner,
                         apr_uint64_t owner_limit, const unsigned char key[32], eb_span value,
                         apr_interval_time_t ttl, apr_time_t uptime);
    const eb_err *(*take)(void *self, apr_pool_t *pool, eb_kind kind, const unsigned char key[32],
                          apr_time_t uptime, eb_span *ret_value);
    const eb_err *(*get)(void *self, apr_pool_t *pool, eb_kind kind, const unsigned char key[32],
                         apr_time_t uptime, eb_span *ret_value, apr_uint64_t *ret_version);
    const eb_err *(*swap)(void *self, apr_pool_t *pool, eb_kind kind, const unsigned char key[32],
                          apr_uint64_t version, eb_span value, apr_interval_time_t ttl,
                          apr_time_t uptime);
    const eb_err *(*drop)(void *self, apr_pool_t *pool, eb_kind kind, const unsigned char key[32],
                          apr_time_t uptime);
    const eb_err *(*epoch)(void *self, apr_pool_t *pool, eb_epoch *ret_epoch);
    const eb_err *(*count)(void *self, apr_pool_t *pool, apr_time_t uptime,
                           eb_store_counts *ret_counts);
    void *self;
} eb_backend;

/* One issuer's view of a backend. Immutable; borrowed by every call. */
typedef struct eb_store {
    const eb_backend *backend;
    const char *issuer;
    unsigned char store_key[32];
    const eb_seal_keys *seal; /* used where the backend seals */
    const eb_random *random;
} eb_store;

/* Who an entry is counted against: a client of this issuer, with its limit of live entries of that
 * kind (MaxGrants; 0 is the store's own rule: half of the kind's share; only of grants can it be
 * less than that). NULL owner counts against no one. */
typedef struct eb_owner {
    const char *client;
    apr_uint64_t limit;
} eb_owner;

/* EB_E_STATE_EXISTS, _FULL, _SHARE, _TOO_LARGE, _AWAY. ttl in microseconds, more than 0. */
const eb_err *eb_store_put(const eb_store *store, apr_pool_t *pool, eb_kind kind,
                           const eb_owner *owner, eb_span key, eb_span value,
                           apr_interval_time_t ttl, apr_time_t uptime);
/* Once: EB_E_STATE_NOT_FOUND for all later calls. Values live in the pool and are cleansed with it.
 */
const eb_err *eb_store_take(const eb_store *store, apr_pool_t *pool, eb_kind kind, eb_span key,
                            apr_time_t uptime, eb_span *ret_value);
const eb_err *eb_store_get(const eb_store *store, apr_pool_t *pool, eb_kind kind, eb_span key,
                           apr_time_t uptime, eb_span *ret_value, apr_uint64_t *ret_version);
/* EB_E_STATE_CHANGED when the version is not the current one, EB_E_STATE_NOT_FOUND when gone. The
 * owner stays. */
const eb_err *eb_store_swap(const eb_store *store, apr_pool_t *pool, eb_kind kind, eb_span key,
                            apr_uint64_t version, eb_span value, apr_interval_time_t ttl,
                            apr_time_t uptime);
/* No error when it is not there. */
const eb_err *eb_store_drop(const eb_store *store, apr_pool_t *pool, eb_kind kind, eb_span key,
                            apr_time_t uptime);
const eb_err *eb_store_epoch(const eb_store *store, apr_pool_t *pool, eb_epoch *ret_epoch);
const eb_err *eb_store_count(const eb_store *store, apr_pool_t *pool, apr_time_t uptime,
                             eb_store_counts *ret_counts);

/* The hashed key, for tests and vectors. */
const eb_err *eb_store_hash(const eb_store *store, apr_pool_t *pool, eb_kind kind, eb_span key,
                            unsigned char out[32]);

#endif

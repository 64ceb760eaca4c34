/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs of the store on a slots segment: pools, errors and limits around the shards.
 *
 * Under a shard's lock nothing happens but slots_shard's copies and counts: memory is allocated
 * before, checksums are compared and errors are made after.
 */
#include "state/slots.h"

#include "state/slots_shard.h"

#include <openssl/crypto.h>

/* Every put pays for more expired entries than it can make, so none pile up while there is traffic.
 */
#define SWEEP_PER_PUT 4
/* How many expired entries a put that finds no room clears before it tries again, and how many
 * under one hold of a lock: others wait 20 µs at most. */
#define SWEEP_FOR_ROOM 1024
#define SWEEP_PER_HOLD 64

static const eb_err *away(apr_pool_t *pool)
{
    return eb_err_make(pool, EB_E_STATE_AWAY, "a lock of the shared memory cannot be taken");
}

static const eb_err *not_found(apr_pool_t *pool, eb_kind kind)
{
    return eb_err_make(pool, EB_E_STATE_NOT_FOUND, "no live %s entry has this key",
                       eb_kind_word(kind));
}

static const eb_err *too_large(const eb_slots *slots, apr_pool_t *pool, eb_kind kind, size_t length)
{
    return eb_err_make(pool, EB_E_STATE_TOO_LARGE,
                       "a %s entry has %" APR_SIZE_T_FMT " bytes, at most %u fit",
                       eb_kind_word(kind), length, slots->capacity[eb_limits_largest_size(kind)]);
}

static int64_t expiry(apr_time_t uptime, apr_interval_time_t ttl)
{
    return ttl > INT64_MAX - uptime ? INT64_MAX : uptime + ttl;
}

/* Clears expired entries of any shard, about `most` of them. Returns how many. */
static uint32_t reclaim(const eb_slots *slots, apr_time_t uptime, uint32_t most)
{
    const eb_slots_header *header = eb_slots_header_of(slots);
    uint32_t removed = 0;
    for (uint32_t shard = 0; shard < slots->layout.shards && removed < most; shard++) {
        while (removed < most &&
               atomic_load_explicit(&header->next_expiry[shard], memory_order_relaxed) <= uptime) {
            if (!eb_shard_lock(slots, shard)) {
                return removed;
            }
            uint32_t count = eb_shard_sweep(slots, shard, uptime, SWEEP_PER_HOLD);
            eb_shard_unlock(slots, shard);
            removed += count;
            if (count == 0) { /* another was quicker */
                break;
            }
        }
    }
    return removed;
}

/* Counts a refusal and says which room was wanted. */
static const eb_err *no_room(const eb_slots *slots, apr_pool_t *pool, eb_kind kind, eb_room room,
                             apr_uint64_t owner_limit)
{
    eb_slots_header *header = eb_slots_header_of(slots);
    if (room == EB_ROOM_SHARE) {
        atomic_fetch_add_explicit(&header->refused_share, 1, memory_order_relaxed);
        return eb_err_make(pool, EB_E_STATE_SHARE,
                           "the client has its %" APR_UINT64_T_FMT " %s entries (MaxGrants, or "
                           "half of what EidasExpectedSessions reserves)",
                           owner_limit, eb_kind_word(kind));
    }
    atomic_fetch_add_explicit(&header->refused_full, 1, memory_order_relaxed);
    return eb_err_make(
        pool, EB_E_STATE_FULL,
        "no room for a %s entry of this size: EidasExpectedSessions %" APR_UINT64_T_FMT
        " reserves %" APR_UINT64_T_FMT " entries",
        eb_kind_word(kind), (apr_uint64_t)slots->layout.sessions,
        (apr_uint64_t)slots->layout.kind_limit[kind]);
}

static const eb_err *slots_put(void *self, apr_pool_t *pool, eb_kind kind, apr_uint64_t owner,
                               apr_uint64_t owner_limit, const unsigned char key[32], eb_span value,
                               apr_interval_time_t ttl, apr_time_t uptime)
{
    const eb_slots *slots = self;
    if (value.len > slots->capacity[eb_limits_largest_size(kind)]) {
        return too_large(slots, pool, kind, value.len);
    }
    const eb_entry entry = {key, kind, owner, expiry(uptime, ttl), value};
    const uint64_t limit = eb_limits_owner(slots->layout.sessions, kind, owner_limit);
    const uint32_t shard = eb_shard_of(slots, key);
    for (;;) {
        if (!eb_shard_lock(slots, shard)) {
            return away(pool);
        }
        (void)eb_shard_sweep(slots, shard, uptime, SWEEP_PER_PUT);
        eb_slot *found = eb_shard_find(slots, shard, kind, key);
        bool exists = found != NULL && found->expires > uptime;
        eb_room room = EB_ROOM_OK;
        if (!exists) {
            if (found != NULL) {
                eb_shard_remove(slots, shard, found);
            }
            room = eb_shard_insert(slots, shard, &entry, limit);
        }
        eb_shard_unlock(slots, shard);
        if (exists) {
            return eb_err_make(pool, EB_E_STATE_EXISTS, "a live %s entry has this key",
                               eb_kind_word(kind));
        }
        if (room == EB_ROOM_OK) {
            return NULL;
        }
        if (reclaim(slots, uptime, SWEEP_FOR_ROOM) == 0) {
            return no_room(slots, pool, kind, room, limit);
        }
    }
}

/* A value in a pool, wiped when the pool goes. */
typedef struct held_value {
    unsigned char *bytes;
    size_t length;
} held_value;

static apr_status_t wipe_value(void *data)
{
    held_value *held = data;
    OPENSSL_cleanse(held->bytes, held->length);
    return APR_SUCCESS;
}

/* get, or take when `once`. The room is made before the lock is taken, as most values of the kind
 * need; for a larger one the lock is let go and taken again. */
static const eb_err *read_slot(const eb_slots *slots, apr_pool_t *pool, eb_kind kind,
                               const unsigned char key[32], apr_time_t uptime, bool once,
                               eb_span *ret_value, apr_uint64_t *ret_version)
{
    const uint32_t shard = eb_shard_of(slots, key);
    /* The one line that is far away in a large store, asked for before anything else is done. */
    __builtin_prefetch(eb_shard_bucket(slots, shard, kind, eb_shard_home(slots, kind, key)));
    held_value *held = apr_pcalloc(pool, sizeof(*held));
    apr_pool_cleanup_register(pool, held, wipe_value, apr_pool_cleanup_null);
    eb_slot head;
    size_t length = slots->capacity[eb_limits_usual_size(kind)];
    bool copied = false;
    while (!copied) {
        const size_t room = length;
        held->bytes = apr_palloc(pool, room);
        if (!eb_shard_lock(slots, shard)) {
            return away(pool);
        }
        eb_slot *slot = eb_shard_find(slots, shard, kind, key);
        if (slot == NULL || slot->expires <= uptime) {
            if (slot != NULL) {
                eb_shard_remove(slots, shard, slot);
            }
            eb_shard_unlock(slots, shard);
            return not_found(pool, kind);
        }
        length = slot->length;
        if (slot->size_class >= EB_SIZE_COUNT || length > slots->capacity[slot->size_class]) {
            eb_shard_unlock(slots, shard);
            return eb_err_make(pool, EB_E_STATE_CORRUPT, "a %s entry has no sound length",
                               eb_kind_word(kind));
        }
        if (length <= room) {
            memcpy(&head, slot, sizeof(head));
            memcpy(held->bytes, slot->value, length);
            held->length = length;
            copied = true;
            if (once) {
                eb_shard_remove(slots, shard, slot);
            }
        }
        eb_shard_unlock(slots, shard);
    }
    if (head.check != eb_slot_checksum(&head, held->bytes, length)) {
        return eb_err_make(pool, EB_E_STATE_CORRUPT, "a %s entry does not fit its checksum",
                           eb_kind_word(kind));
    }
    *ret_value = eb_span_bytes(held->bytes, length);
    if (ret_version != NULL) {
        *ret_version = head.version;
    }
    return NULL;
}

static const eb_err *slots_take(void *self, apr_pool_t *pool, eb_kind kind,
                                const unsigned char key[32], apr_time_t uptime, eb_span *ret_value)
{
    return read_slot(self, pool, kind, key, uptime, true, ret_value, NULL);
}

static const eb_err *slots_get(void *self, apr_pool_t *pool, eb_kind kind,
                               const unsigned char key[32], apr_time_t uptime, eb_span *ret_value,
                               apr_uint64_t *ret_version)
{
    return read_slot(self, pool, kind, key, uptime, false, ret_value, ret_version);
}

typedef enum { SWAP_DONE, SWAP_NOT_FOUND, SWAP_CHANGED, SWAP_NO_ROOM } swap_outcome;

/* Under the lock. */
static swap_outcome swap_slot(const eb_slots *slots, uint32_t shard, eb_entry *entry,
                              uint64_t version, apr_time_t uptime)
{
    eb_slot *slot = eb_shard_find(slots, shard, entry->kind, entry->key);
    if (slot == NULL) {
        return SWAP_NOT_FOUND;
    }
    if (slot->expires <= uptime) {
        eb_shard_remove(slots, shard, slot);
        return SWAP_NOT_FOUND;
    }
    if (slot->version != version) {
        return SWAP_CHANGED;
    }
    entry->owner = slot->owner;
    return eb_shard_replace(slots, shard, slot, entry) == EB_ROOM_OK ? SWAP_DONE : SWAP_NO_ROOM;
}

static const eb_err *slots_swap(void *self, apr_pool_t *pool, eb_kind kind,
                                const unsigned char key[32], apr_uint64_t version, eb_span value,
                                apr_interval_time_t ttl, apr_time_t uptime)
{
    const eb_slots *slots = self;
    if (value.len > slots->capacity[eb_limits_largest_size(kind)]) {
        return too_large(slots, pool, kind, value.len);
    }
    eb_entry entry = {key, kind, 0, expiry(uptime, ttl), value};
    const uint32_t shard = eb_shard_of(slots, key);
    for (;;) {
        if (!eb_shard_lock(slots, shard)) {
            return away(pool);
        }
        swap_outcome outcome = swap_slot(slots, shard, &entry, version, uptime);
        eb_shard_unlock(slots, shard);
        switch (outcome) {
        case SWAP_DONE:
            return NULL;
        case SWAP_NOT_FOUND:
            return not_found(pool, kind);
        case SWAP_CHANGED:
            return eb_err_make(pool, EB_E_STATE_CHANGED, "a %s entry has another version",
                               eb_kind_word(kind));
        case SWAP_NO_ROOM:
            break;
        }
        if (reclaim(slots, uptime, SWEEP_FOR_ROOM) == 0) {
            return no_room(slots, pool, kind, EB_ROOM_FULL, 0);
        }
    }
}

static const eb_err *slots_drop(void *self, apr_pool_t *pool, eb_kind kind,
                                const unsigned char key[32], apr_time_t uptime)
{
    const eb_slots *slots = self;
    const uint32_t shard = eb_shard_of(slots, key);
    (void)uptime; /* an expired entry may go as well */
    if (!eb_shard_lock(slots, shard)) {
        return away(pool);
    }
    eb_slot *slot = eb_shard_find(slots, shard, kind, key);
    if (slot != NULL) {
        eb_shard_remove(slots, shard, slot);
    }
    eb_shard_unlock(slots, shard);
    return NULL;
}

static const eb_err *slots_epoch(void *self, apr_pool_t *pool, eb_epoch *ret_epoch)
{
    const eb_slots_header *header = eb_slots_header_of(self);
    (void)pool;
    memcpy(ret_epoch->id, header->epoch, sizeof(ret_epoch->id));
    ret_epoch->born = header->born;
    return NULL;
}

static const eb_err *slots_count(void *self, apr_pool_t *pool, apr_time_t uptime,
                                 eb_store_counts *ret_counts)
{
    const eb_slots *slots = self;
    eb_slots_header *header = eb_slots_header_of(slots);
    (void)pool;
    while (reclaim(slots, uptime, SWEEP_FOR_ROOM) > 0) {
        /* What has expired is not live. */
    }
    for (uint32_t kind = 0; kind < EB_KIND_COUNT; kind++) {
        ret_counts->live[kind] = eb_slots_sum(slots, eb_slots_kind_cells(slots, kind));
        ret_counts->limit[kind] = slots->layout.kind_limit[kind];
    }
    ret_counts->refused_full = atomic_load(&header->refused_full);
    ret_counts->refused_share = atomic_load(&header->refused_share);
    ret_counts->rebuilt = atomic_load(&header->rebuilt);
    return NULL;
}

const eb_err *eb_slots_open(apr_pool_t *pool, void *memory, size_t size,
                            const eb_backend **ret_backend)
{
    const eb_slots_header *header = memory;
    if (size < sizeof(*header) || ((uintptr_t)memory % EB_SLOTS_LINE) != 0) {
        return eb_err_make(pool, EB_E_STATE_SEGMENT,
                           "%" APR_SIZE_T_FMT " bytes of memory hold no store", size);
    }
    const eb_slots_geometry geometry = {header->sessions};
    if (!eb_slots_matches(memory, size, &geometry)) {
        return eb_err_make(pool, EB_E_STATE_SEGMENT,
                           "the memory holds no store of layout version %d",
                           EB_SLOTS_LAYOUT_VERSION);
    }
    eb_slots *slots = apr_palloc(pool, sizeof(*slots));
    eb_slots_layout layout;
    eb_slots_layout_make(&geometry, &layout);
    eb_slots_view(memory, &layout, slots);

    eb_backend *backend = apr_pcalloc(pool, sizeof(*backend));
    backend->name = "slots";
    backend->seals = false;
    backend->put = slots_put;
    backend->take = slots_take;
    backend->get = slots_get;
    backend->swap = slots_swap;
    backend->drop = slots_drop;
    backend->epoch = slots_epoch;
    backend->count = slots_count;
    backend->self = slots;
    *ret_backend = backend;
    return NULL;
}

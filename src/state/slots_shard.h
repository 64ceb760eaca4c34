/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One shard of the slots segment: its lock, index, expiry heap, free slots and counts, and the
 * rebuild after a holder was killed. Internal to slots*.c, their tests and fuzzers.
 *
 * All functions but the lock and the pure ones want the shard's lock held. None allocates, logs,
 * or calls anything that could block: a holder is only ever late because it lost the processor.
 */
#ifndef EB_STATE_SLOTS_SHARD_H
#define EB_STATE_SLOTS_SHARD_H

#include "state/slots_layout.h"

#include <string.h>

/* A key is the output of a keyed hash: parts of it are shard, bucket and tag. */
static inline uint32_t eb_key_word(const unsigned char key[EB_STORE_KEY_BYTES], int word)
{
    uint32_t value;
    memcpy(&value, key + 4 * word, sizeof(value));
    return value;
}

static inline uint32_t eb_shard_of(const eb_slots *slots,
                                   const unsigned char key[EB_STORE_KEY_BYTES])
{
    return eb_key_word(key, 0) & (uint32_t)(slots->layout.shards - 1);
}

/* The bucket where a key's search begins. */
static inline uint32_t eb_shard_home(const eb_slots *slots, uint32_t kind,
                                     const unsigned char key[EB_STORE_KEY_BYTES])
{
    return (uint32_t)(((uint64_t)eb_key_word(key, 1) * slots->layout.buckets[kind]) >> 32);
}

static inline eb_bucket *eb_shard_bucket(const eb_slots *slots, uint32_t shard, uint32_t kind,
                                         uint32_t bucket)
{
    return (eb_bucket *)(void *)(eb_slots_shard_at(slots, shard) + slots->layout.index_at[kind]) +
           bucket;
}

/* The checksum of a head (from `key` on) and `length` bytes of value, wherever their copies are.
 * Finds accidents, not attackers: who can write the segment is a process of the same server. */
uint64_t eb_slot_checksum(const eb_slot *head, const unsigned char *value, size_t length);

/* Takes the lock; heals the shard first when its last holder was killed. False when the lock does
 * not work at all (the segment was overwritten): treat the store as away. */
bool eb_shard_lock(const eb_slots *slots, uint32_t shard);
void eb_shard_unlock(const eb_slots *slots, uint32_t shard);

/* The live slot of a key, expired or not, or NULL. */
eb_slot *eb_shard_find(const eb_slots *slots, uint32_t shard, uint32_t kind,
                       const unsigned char key[EB_STORE_KEY_BYTES]);

/* Takes one live entry out of everything, wipes it, and gives its slot back. */
void eb_shard_remove(const eb_slots *slots, uint32_t shard, eb_slot *slot);

/* Removes entries that have expired, soonest first, at most `most`. Returns how many. */
uint32_t eb_shard_sweep(const eb_slots *slots, uint32_t shard, int64_t uptime, uint32_t most);

typedef enum { EB_ROOM_OK, EB_ROOM_FULL, EB_ROOM_SHARE } eb_room;

/* A new live entry to be. */
typedef struct eb_entry {
    const unsigned char *key;
    eb_kind kind;
    uint64_t owner; /* 0: counted against no one */
    int64_t expires;
    eb_span value; /* fits the kind's largest size */
} eb_entry;

/* Writes a new entry whose key is not there. owner_limit is of entries of this kind in the whole
 * store. Limits are never passed; two who race for the last place may both be refused. */
eb_room eb_shard_insert(const eb_slots *slots, uint32_t shard, const eb_entry *entry,
                        uint64_t owner_limit);

/* Replaces a live entry by one of the same key, kind and owner under a new version. A kill leaves
 * the old or the new, never neither. Sizes that shrink or stay always find room. */
eb_room eb_shard_replace(const eb_slots *slots, uint32_t shard, eb_slot *old,
                         const eb_entry *entry);

/* For the rebuild: a live slot into index and heap, or out of both; a slot in any state wiped whole
 * and given back; a free slot given back. Counts are the caller's. */
void eb_shard_link(const eb_slots *slots, uint32_t shard, eb_slot *slot);
void eb_shard_unlink(const eb_slots *slots, uint32_t shard, const eb_slot *slot);
void eb_shard_discard(const eb_slots *slots, uint32_t shard, uint32_t size_class, eb_slot *slot);
void eb_shard_give_back(const eb_slots *slots, uint32_t shard, uint32_t size_class, eb_slot *slot);

/* Slot number `number` of a size in a shard. No slot that is smaller than a page crosses one. */
static inline eb_slot *eb_shard_slot(const eb_slots *slots, uint32_t shard, uint32_t size_class,
                                     uint64_t number)
{
    const uint64_t in_group = slots->layout.slots_in_group[size_class];
    return (eb_slot *)(void *)(eb_slots_shard_at(slots, shard) +
                               slots->layout.slots_at[size_class] +
                               number / in_group * slots->layout.group_bytes[size_class] +
                               number % in_group * eb_limits_slot_bytes((int)size_class));
}

static inline eb_heap_entry *eb_shard_heap(const eb_slots *slots, uint32_t shard)
{
    return (eb_heap_entry *)(void *)(eb_slots_shard_at(slots, shard) + slots->layout.heap_at);
}

static inline eb_slot *eb_slots_slot(const eb_slots *slots, uint32_t ref)
{
    return (eb_slot *)(void *)(slots->base + (size_t)ref * EB_SLOTS_LINE);
}

static inline uint32_t eb_slots_ref(const eb_slots *slots, const eb_slot *slot)
{
    return (uint32_t)((size_t)((const unsigned char *)slot - slots->base) / EB_SLOTS_LINE);
}

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lock of a shard, and what the next holder does when the last one was killed with it.
 *
 * The rebuild trusts `touched`, `last_version` and the slots, and makes everything else anew. It
 * may be killed itself at any point: the lock then stays marked and the next holder begins again.
 * It costs one pass over the slots ever used in this shard, a few milliseconds at worst.
 */
#include "state/slots_shard.h"

#include <errno.h>

/* What a rebuild counts; put into the cells at the end, so that the limits of a kind hold all the
 * while. (Clients' cells are counted in place: during a rebuild a share may be passed by a few.) */
typedef struct census {
    uint32_t kinds[EB_KIND_COUNT];
    uint32_t sizes[EB_KIND_COUNT][EB_SIZE_COUNT];
} census;

static void forget_derived(const eb_slots *slots, uint32_t shard)
{
    eb_shard_head *head = eb_slots_shard_head(slots, shard);
    head->heap_count = 0;
    for (int size_class = 0; size_class < EB_SIZE_COUNT; size_class++) {
        head->free_head[size_class] = 0;
        head->free_count[size_class] = 0;
    }
    for (uint32_t kind = 0; kind < EB_KIND_COUNT; kind++) {
        memset(eb_shard_bucket(slots, shard, kind, 0), 0,
               (size_t)slots->layout.buckets[kind] * sizeof(eb_bucket));
    }
    const _Atomic uint64_t *ids = eb_slots_owner_ids(slots);
    for (uint32_t owner = 0; owner < EB_SLOTS_OWNERS; owner++) {
        for (uint32_t kind = 0; kind < EB_KIND_COUNT && atomic_load(&ids[owner]) != 0; kind++) {
            atomic_store(&eb_slots_owner_cells(slots, owner, kind)[shard], 0);
        }
    }
    EB_SLOTS_STEP();
}

static bool is_sound(const eb_slots *slots, uint32_t size_class, const eb_slot *slot)
{
    return slot->state == EB_SLOT_LIVE && slot->size_class == size_class &&
           slot->kind < EB_KIND_COUNT && slot->length <= slots->capacity[size_class] &&
           slot->check == eb_slot_checksum(slot, slot->value, slot->length);
}

static void count_slot(const eb_slots *slots, uint32_t shard, census *counts, const eb_slot *slot,
                       uint32_t change)
{
    counts->kinds[slot->kind] += change;
    counts->sizes[slot->kind][slot->size_class] += change;
    if (slot->owner != 0) {
        uint32_t owner = eb_slots_owner_index(slots, slot->owner);
        atomic_fetch_add(&eb_slots_owner_cells(slots, owner, slot->kind)[shard], change);
    }
}

/* One slot that was used before: admitted, wiped, or free as it is. */
static void judge_slot(const eb_slots *slots, uint32_t shard, uint32_t size_class, eb_slot *slot,
                       census *counts)
{
    if (slot->state == EB_SLOT_FREE) {
        eb_shard_give_back(slots, shard, size_class, slot);
        return;
    }
    if (!is_sound(slots, size_class, slot) ||
        counts->kinds[slot->kind] >= slots->layout.entries[slot->kind]) {
        eb_shard_discard(slots, shard, size_class, slot);
        return;
    }
    /* The holder was killed while it replaced this entry: both are whole, the newer one stands. */
    eb_slot *other = eb_shard_find(slots, shard, slot->kind, slot->key);
    if (other != NULL && other->version > slot->version) {
        eb_shard_discard(slots, shard, size_class, slot);
        return;
    }
    if (other != NULL) {
        eb_shard_unlink(slots, shard, other);
        count_slot(slots, shard, counts, other, (uint32_t)-1);
        eb_shard_discard(slots, shard, other->size_class, other);
    }
    eb_shard_link(slots, shard, slot);
    count_slot(slots, shard, counts, slot, 1);
    EB_SLOTS_STEP();
}

static void rebuild(const eb_slots *slots, uint32_t shard)
{
    eb_shard_head *head = eb_slots_shard_head(slots, shard);
    census counts;
    memset(&counts, 0, sizeof(counts));
    forget_derived(slots, shard);
    for (uint32_t size_class = 0; size_class < EB_SIZE_COUNT; size_class++) {
        uint64_t count = head->touched[size_class];
        if (count > slots->layout.slot_count[size_class]) {
            count = slots->layout.slot_count[size_class];
            head->touched[size_class] = (uint32_t)count;
        }
        /* From the end, so that the lowest free slot is used first. */
        while (count > 0) {
            count--;
            judge_slot(slots, shard, size_class, eb_shard_slot(slots, shard, size_class, count),
                       &counts);
        }
    }
    for (uint32_t kind = 0; kind < EB_KIND_COUNT; kind++) {
        atomic_store(&eb_slots_kind_cells(slots, kind)[shard], counts.kinds[kind]);
        EB_SLOTS_STEP();
        for (uint32_t size_class = 0; size_class < EB_SIZE_COUNT; size_class++) {
            atomic_store(&eb_slots_size_cells(slots, kind, size_class)[shard],
                         counts.sizes[kind][size_class]);
        }
    }
    if (head->heap_count == 0) {
        atomic_store(&eb_slots_header_of(slots)->next_expiry[shard], INT64_MAX);
    }
    atomic_fetch_add(&eb_slots_header_of(slots)->rebuilt, 1);
    EB_SLOTS_STEP();
}

bool eb_shard_lock(const eb_slots *slots, uint32_t shard)
{
    pthread_mutex_t *lock = &eb_slots_shard_head(slots, shard)->lock;
    int rc = pthread_mutex_lock(lock);
    if (rc == EOWNERDEAD) {
        rebuild(slots, shard);
        rc = pthread_mutex_consistent(lock);
    }
    return rc == 0;
}

void eb_shard_unlock(const eb_slots *slots, uint32_t shard)
{
    (void)pthread_mutex_unlock(&eb_slots_shard_head(slots, shard)->lock);
}

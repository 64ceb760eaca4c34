/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must be true of a slots segment at rest, told from its bytes alone: for the tests and the
 * fuzzer of slots. Every count, list, index and heap is reckoned afresh and compared. */
#ifndef EB_TESTS_SLOTS_JUDGE_H
#define EB_TESTS_SLOTS_JUDGE_H

#include "state/slots_shard.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Says what is wrong and where, and ends the program. */
#define EB_JUDGE(condition)                                                                        \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "slots: not so: %s (%s:%d)\n", #condition, __FILE__, __LINE__);        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* Zeroed memory shared with children, for a store of so many sessions. */
static inline void *eb_judge_map(size_t size)
{
    void *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    EB_JUDGE(memory != MAP_FAILED);
    return memory;
}

static inline bool eb_judge_is_zero(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

typedef struct eb_judge_counts {
    uint64_t live, kinds[EB_KIND_COUNT], sizes[EB_KIND_COUNT][EB_SIZE_COUNT];
    uint32_t *owners; /* [EB_SLOTS_OWNERS][EB_KIND_COUNT] */
} eb_judge_counts;

static inline void eb_judge_live_slot(const eb_slots *slots, uint32_t shard, const eb_slot *slot,
                                      eb_judge_counts *counts)
{
    const eb_shard_head *head = eb_slots_shard_head(slots, shard);
    EB_JUDGE(slot->kind < EB_KIND_COUNT);
    EB_JUDGE(slot->length <= slots->capacity[slot->size_class]);
    EB_JUDGE(slot->check == eb_slot_checksum(slot, slot->value, slot->length));
    EB_JUDGE(eb_judge_is_zero(slot->value + slot->length,
                              slots->capacity[slot->size_class] - slot->length));
    EB_JUDGE(eb_shard_of(slots, slot->key) == shard);
    EB_JUDGE(eb_shard_find(slots, shard, slot->kind, slot->key) == slot);
    EB_JUDGE(slot->version % EB_SLOTS_MAX_SHARDS == shard);
    EB_JUDGE(slot->version / EB_SLOTS_MAX_SHARDS <= head->last_version);
    EB_JUDGE(slot->link < head->heap_count);
    const eb_heap_entry *heap = eb_shard_heap(slots, shard);
    EB_JUDGE(heap[slot->link].ref == eb_slots_ref(slots, slot));
    EB_JUDGE(heap[slot->link].expires == slot->expires);
    EB_JUDGE(slot->link == 0 || heap[(slot->link - 1) / 2].expires <= slot->expires);
    counts->live++;
    counts->kinds[slot->kind]++;
    counts->sizes[slot->kind][slot->size_class]++;
    if (slot->owner != 0) {
        uint32_t owner = eb_slots_owner_index(slots, slot->owner);
        counts->owners[owner * EB_KIND_COUNT + slot->kind]++;
    }
}

/* All slots of a size: live or free, and every free one wiped and in the list once. */
static inline void eb_judge_size(const eb_slots *slots, uint32_t shard, uint32_t size_class,
                                 eb_judge_counts *counts)
{
    const eb_shard_head *head = eb_slots_shard_head(slots, shard);
    uint32_t free_slots = 0;
    EB_JUDGE(head->touched[size_class] <= slots->layout.slot_count[size_class]);
    for (uint32_t i = 0; i < head->touched[size_class]; i++) {
        eb_slot *slot = eb_shard_slot(slots, shard, size_class, i);
        EB_JUDGE(slot->state == EB_SLOT_FREE || slot->state == EB_SLOT_LIVE);
        if (slot->state == EB_SLOT_LIVE) {
            EB_JUDGE(slot->size_class == size_class);
            eb_judge_live_slot(slots, shard, slot, counts);
            continue;
        }
        free_slots++;
        const size_t from = offsetof(eb_slot, check);
        EB_JUDGE(eb_judge_is_zero((const unsigned char *)slot + from,
                                  eb_limits_slot_bytes((int)size_class) - from));
    }
    EB_JUDGE(free_slots == head->free_count[size_class]);
    uint32_t listed = 0;
    for (uint32_t ref = head->free_head[size_class]; ref != 0; listed++) {
        EB_JUDGE(listed < free_slots);
        const eb_slot *slot = eb_slots_slot(slots, ref);
        EB_JUDGE(slot->state == EB_SLOT_FREE);
        ref = slot->link;
    }
    EB_JUDGE(listed == free_slots);
    if (head->touched[size_class] < slots->layout.slot_count[size_class]) {
        const eb_slot *next = eb_shard_slot(slots, shard, size_class, head->touched[size_class]);
        EB_JUDGE(eb_judge_is_zero((const unsigned char *)next, sizeof(*next)));
    }
}

/* Every index entry leads to a live slot, and the overflow counts are those of the entries. */
static inline void eb_judge_index(const eb_slots *slots, uint32_t shard, uint32_t kind,
                                  uint64_t expected)
{
    const uint32_t buckets = (uint32_t)slots->layout.buckets[kind];
    uint64_t *passed = calloc(buckets, sizeof(*passed));
    uint64_t entries = 0;
    EB_JUDGE(passed != NULL);
    for (uint32_t b = 0; b < buckets; b++) {
        for (int i = 0; i < EB_BUCKET_ENTRIES; i++) {
            uint64_t entry = eb_shard_bucket(slots, shard, kind, b)->entries[i];
            if (entry == 0) {
                continue;
            }
            const eb_slot *slot = eb_slots_slot(slots, (uint32_t)entry);
            EB_JUDGE(slot->state == EB_SLOT_LIVE && slot->kind == kind);
            entries++;
            for (uint32_t p = eb_shard_home(slots, kind, slot->key); p != b;
                 p = p + 1 < buckets ? p + 1 : 0) {
                passed[p]++;
            }
        }
    }
    EB_JUDGE(entries == expected);
    for (uint32_t b = 0; b < buckets; b++) {
        EB_JUDGE(eb_shard_bucket(slots, shard, kind, b)->passed == passed[b]);
    }
    free(passed);
}

static inline void eb_judge_shard(const eb_slots *slots, uint32_t shard)
{
    EB_JUDGE(eb_shard_lock(slots, shard));
    const eb_shard_head *head = eb_slots_shard_head(slots, shard);
    eb_judge_counts counts = {0};
    counts.owners = calloc((size_t)EB_SLOTS_OWNERS * EB_KIND_COUNT, sizeof(*counts.owners));
    EB_JUDGE(counts.owners != NULL);
    for (uint32_t size_class = 0; size_class < EB_SIZE_COUNT; size_class++) {
        eb_judge_size(slots, shard, size_class, &counts);
    }
    EB_JUDGE(counts.live == head->heap_count);
    EB_JUDGE(atomic_load(&eb_slots_header_of(slots)->next_expiry[shard]) ==
             (head->heap_count > 0 ? eb_shard_heap(slots, shard)[0].expires : INT64_MAX));
    for (uint32_t kind = 0; kind < EB_KIND_COUNT; kind++) {
        eb_judge_index(slots, shard, kind, counts.kinds[kind]);
        EB_JUDGE(atomic_load(&eb_slots_kind_cells(slots, kind)[shard]) == counts.kinds[kind]);
        for (uint32_t size_class = 0; size_class < EB_SIZE_COUNT; size_class++) {
            EB_JUDGE(atomic_load(&eb_slots_size_cells(slots, kind, size_class)[shard]) ==
                     counts.sizes[kind][size_class]);
        }
    }
    for (uint32_t owner = 0; owner < EB_SLOTS_OWNERS; owner++) {
        if (atomic_load(&eb_slots_owner_ids(slots)[owner]) == 0) {
            continue;
        }
        for (uint32_t kind = 0; kind < EB_KIND_COUNT; kind++) {
            EB_JUDGE(atomic_load(&eb_slots_owner_cells(slots, owner, kind)[shard]) ==
                     counts.owners[owner * EB_KIND_COUNT + kind]);
        }
    }
    free(counts.owners);
    eb_shard_unlock(slots, shard);
}

/* The whole segment behind a slots backend. */
static inline void eb_judge(const eb_backend *backend)
{
    const eb_slots *slots = backend->self;
    for (uint32_t shard = 0; shard < slots->layout.shards; shard++) {
        eb_judge_shard(slots, shard);
    }
}

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Geometry of the slots segment, its birth, and whether a segment found is one of ours. */
#include "state/slots_layout.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const unsigned char magic[8] = {'e', 'b', 's', 'l', 'o', 't', 's', 0};

#define PAGE_BYTES ((uint64_t)4096)
/* The segment is a multiple of the largest page in use anywhere. */
#define SEGMENT_UNIT ((uint64_t)65536)

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

static uint64_t square_root(uint64_t value)
{
    uint64_t root = 0;
    while ((root + 1) * (root + 1) <= value) {
        root++;
    }
    return root;
}

/* Room in each shard so that `total` entries, dealt out to the shards by a keyed hash, find it.
 * A shard gets a binomial number with mean m; beyond m + 7 sqrt(m) + 16 it goes with a chance
 * below 1e-11 for every m (Chernoff), so below 1e-8 for all shards, kinds and sizes of a store
 * together. Limits are enforced on the totals, so this headroom is never given away. */
static uint64_t shard_share(uint64_t total, uint64_t shards)
{
    uint64_t mean = (total + shards - 1) / shards;
    uint64_t share = mean + 7 * (square_root(mean) + 1) + 16;
    return share < total ? share : total;
}

/* Enough shards that workers seldom meet, few enough that the headroom stays small beside them. */
static uint64_t shard_count(uint64_t sessions)
{
    uint64_t shards = 4;
    while (shards < EB_SLOTS_MAX_SHARDS && sessions / (shards * 2) >= 1000) {
        shards *= 2;
    }
    return shards;
}

/* As many slots as a page holds stand in one: a slot across two would cost a second walk of the
 * page tables, which in a large store is as dear as the memory itself. */
static void group_slots(eb_slots_layout *layout, int size_class)
{
    const uint64_t slot = eb_limits_slot_bytes(size_class);
    layout->slots_in_group[size_class] = slot < PAGE_BYTES ? PAGE_BYTES / slot : 1;
    layout->group_bytes[size_class] = round_up(slot, PAGE_BYTES);
}

/* Places inside one shard. */
static void lay_shard(eb_slots_layout *layout)
{
    uint64_t at = 0;
    for (int kind = 0; kind < EB_KIND_COUNT; kind++) {
        layout->entries[kind] = shard_share(layout->kind_limit[kind], layout->shards);
        layout->heap_entries += layout->entries[kind];
        /* Five of seven places used when full: few overflows, and few lines to miss. */
        layout->buckets[kind] = layout->entries[kind] / 5 + 1;
        layout->index_at[kind] = at;
        at += layout->buckets[kind] * sizeof(eb_bucket);
    }
    at = round_up(at, PAGE_BYTES);
    layout->heap_at = at;
    at = round_up(at + layout->heap_entries * sizeof(eb_heap_entry), PAGE_BYTES);
    for (int size_class = 0; size_class < EB_SIZE_COUNT; size_class++) {
        uint64_t total = 0;
        for (int kind = 0; kind < EB_KIND_COUNT; kind++) {
            total += layout->size_limit[kind][size_class];
        }
        layout->slot_count[size_class] = shard_share(total, layout->shards) + 1;
        layout->slots_at[size_class] = at;
        group_slots(layout, size_class);
        uint64_t in_group = layout->slots_in_group[size_class];
        at += (layout->slot_count[size_class] + in_group - 1) / in_group *
              layout->group_bytes[size_class];
    }
    layout->shard_bytes = at;
}

void eb_slots_layout_make(const eb_slots_geometry *geometry, eb_slots_layout *ret_layout)
{
    eb_slots_layout *layout = ret_layout;
    memset(layout, 0, sizeof(*layout));
    layout->sessions = eb_limits_sessions(geometry->sessions);
    layout->shards = shard_count(layout->sessions);
    layout->lock_bytes = sizeof(pthread_mutex_t);
    for (int kind = 0; kind < EB_KIND_COUNT; kind++) {
        layout->kind_limit[kind] = eb_limits_kind(layout->sessions, (eb_kind)kind);
        for (int size_class = 0; size_class < EB_SIZE_COUNT; size_class++) {
            layout->size_limit[kind][size_class] =
                eb_limits_kind_size(layout->sessions, (eb_kind)kind, size_class);
        }
    }
    lay_shard(layout);

    const uint64_t row = layout->shards * sizeof(uint32_t);
    uint64_t at = round_up(sizeof(eb_slots_header), 64);
    layout->shard_heads = at;
    at += layout->shards * EB_SHARD_HEAD_BYTES;
    layout->kind_cells = at;
    at += EB_KIND_COUNT * row;
    layout->size_cells = at;
    at = round_up(at + EB_KIND_COUNT * EB_SIZE_COUNT * row, 64);
    layout->owner_ids = at;
    at += EB_SLOTS_OWNERS * sizeof(uint64_t);
    layout->owner_cells = at;
    at = round_up(at + EB_SLOTS_OWNERS * EB_KIND_COUNT * row, PAGE_BYTES);
    layout->shards_at = at;
    layout->size = round_up(at + layout->shards * layout->shard_bytes, SEGMENT_UNIT);
}

/* Of the layout alone, not secret: tells two layouts apart (FNV-1a). */
static uint64_t fingerprint(const eb_slots_layout *layout)
{
    const unsigned char *bytes = (const unsigned char *)layout;
    uint64_t hash = 0xcbf29ce484222325U;
    for (size_t i = 0; i < sizeof(*layout); i++) {
        hash = (hash ^ bytes[i]) * 0x100000001b3U;
    }
    return hash;
}

void eb_slots_view(void *memory, const eb_slots_layout *layout, eb_slots *ret_slots)
{
    ret_slots->base = memory;
    ret_slots->layout = *layout;
    for (int size_class = 0; size_class < EB_SIZE_COUNT; size_class++) {
        ret_slots->capacity[size_class] =
            (uint32_t)(eb_limits_slot_bytes(size_class) - sizeof(eb_slot));
    }
}

size_t eb_slots_size(const eb_slots_geometry *geometry)
{
    eb_slots_layout layout;
    eb_slots_layout_make(geometry, &layout);
    return (size_t)layout.size;
}

void eb_slots_advise(void *memory, size_t size)
{
    /* Advice only goes to whole pages; what is left at the ends is not ours to mark. */
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start = ((uintptr_t)memory + page - 1) / page * page;
    uintptr_t end = ((uintptr_t)memory + size) / page * page;
#ifdef MADV_DONTDUMP
    if (start < end) {
        (void)madvise((void *)start, end - start, MADV_DONTDUMP);
    }
#else
    (void)start;
    (void)end;
#endif
}

static int init_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attributes;
    int rc = pthread_mutexattr_init(&attributes);
    if (rc != 0) {
        return rc;
    }
    rc = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (rc == 0) {
        rc = pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    }
    if (rc == 0) {
        rc = pthread_mutex_init(lock, &attributes);
    }
    (void)pthread_mutexattr_destroy(&attributes);
    return rc;
}

const eb_err *eb_slots_format(apr_pool_t *pool, void *memory, size_t size,
                              const eb_slots_geometry *geometry, const eb_random *random,
                              apr_time_t now)
{
    eb_slots_layout layout;
    eb_slots_layout_make(geometry, &layout);
    if (size < layout.size || ((uintptr_t)memory % EB_SLOTS_LINE) != 0) {
        return eb_err_make(pool, EB_E_STATE_SEGMENT,
                           "the store needs %" APR_UINT64_T_FMT
                           " bytes on a 64-byte boundary, got %" APR_SIZE_T_FMT,
                           (apr_uint64_t)layout.size, size);
    }
    eb_slots slots;
    eb_slots_view(memory, &layout, &slots);
    eb_slots_header *header = eb_slots_header_of(&slots);
    EB_TRY(eb_random_bytes(pool, random, header->epoch, sizeof(header->epoch)));
    header->layout_version = EB_SLOTS_LAYOUT_VERSION;
    header->shards = (uint32_t)layout.shards;
    header->size = layout.size;
    header->sessions = layout.sessions;
    header->fingerprint = fingerprint(&layout);
    header->born = now;
    for (uint32_t shard = 0; shard < layout.shards; shard++) {
        atomic_store(&header->next_expiry[shard], INT64_MAX);
        int rc = init_lock(&eb_slots_shard_head(&slots, shard)->lock);
        if (rc != 0) {
            return eb_err_make(pool, EB_E_STATE_SEGMENT,
                               "this system has no robust process-shared mutex (error %d)", rc);
        }
    }
    /* Last: a segment without the magic is not a store. */
    EB_SLOTS_STEP();
    memcpy(header->magic, magic, sizeof(magic));
    return NULL;
}

bool eb_slots_matches(const void *memory, size_t size, const eb_slots_geometry *geometry)
{
    const eb_slots_header *header = memory;
    eb_slots_layout layout;
    eb_slots_layout_make(geometry, &layout);
    return size >= layout.size && memcmp(header->magic, magic, sizeof(magic)) == 0 &&
           header->layout_version == EB_SLOTS_LAYOUT_VERSION && header->size == layout.size &&
           header->sessions == layout.sessions && header->shards == layout.shards &&
           header->fingerprint == fingerprint(&layout);
}

uint32_t eb_slots_owner_index(const eb_slots *slots, uint64_t owner)
{
    _Atomic uint64_t *ids = eb_slots_owner_ids(slots);
    const uint32_t home = (uint32_t)((owner >> 8) % EB_SLOTS_OWNERS);
    for (uint32_t i = 0; i < EB_SLOTS_OWNERS / 4; i++) {
        uint32_t index = (home + i) % EB_SLOTS_OWNERS;
        uint64_t found = atomic_load(&ids[index]);
        if (found == 0 && atomic_compare_exchange_strong(&ids[index], &found, owner)) {
            return index;
        }
        if (found == owner) { /* also when another process was quicker with the same id */
            return index;
        }
    }
    return home;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form of the slots segment. Internal to slots*.c, their tests and fuzzers.
 *
 *   header | client ids | cells | shard heads | shard 0 | shard 1 | …
 *   shard  = index of each kind | expiry heap | slots of each size
 *   slot   = head of 80 bytes | value
 *
 * Nothing in the segment says where anything is: every process reckons the places from the number
 * of sessions (eb_slots_layout, its own memory), so a stray write into the segment can damage
 * values, which their checksums tell, but can lead no reader outside it. Places inside are
 * "refs": the distance from the start of the segment in lines of 64 bytes. 0 is no ref.
 *
 * Cells are counts of live entries, one 32-bit number for each shard, side by side. A shard's
 * holder writes only its own; a total is the sum over the shards (at most four cache lines). So a
 * killed holder can spoil only what the rebuild of its shard counts afresh.
 */
#ifndef EB_STATE_SLOTS_LAYOUT_H
#define EB_STATE_SLOTS_LAYOUT_H

#include "state/limits.h"
#include "state/slots.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#define EB_SLOTS_LAYOUT_VERSION 1
#define EB_SLOTS_MAX_SHARDS     64
#define EB_SLOTS_OWNERS         4096 /* clients counted apart; see eb_slots_owner_index */
#define EB_SLOTS_LINE           64

/* Between two writes whose order a rebuild relies on. The compiler keeps the order; the processor
 * need not be told: all that a killed process wrote before becomes visible. The crash test
 * compiles these files with a hook that kills the process at each such place in turn. */
#ifdef EB_SLOTS_STEP_HOOK
void EB_SLOTS_STEP_HOOK(void);
#define EB_SLOTS_STEP()                                                                            \
    do {                                                                                           \
        __asm__ volatile("" ::: "memory");                                                         \
        EB_SLOTS_STEP_HOOK();                                                                      \
    } while (0)
#else
#define EB_SLOTS_STEP() __asm__ volatile("" ::: "memory")
#endif

typedef enum {
    EB_SLOT_FREE = 0, /* head and value are zero, but for `link` */
    EB_SLOT_WRITING = 0x57524954,
    EB_SLOT_LIVE = 0x4c495645,
    EB_SLOT_DYING = 0x4459494e
} eb_slot_state;

/* From `key` on everything is under the checksum. A slot is live when its state says so and its
 * checksum agrees; anything else is wiped by a rebuild. */
typedef struct eb_slot {
    uint32_t state;
    uint32_t link; /* live: place in the expiry heap; free: next free slot */
    uint64_t check;
    unsigned char key[EB_STORE_KEY_BYTES];
    uint64_t version;
    int64_t expires; /* microseconds of the boot clock; expired when not later than now */
    uint64_t owner;
    uint32_t length;
    uint16_t kind;
    uint16_t size_class;
    unsigned char value[];
} eb_slot;

_Static_assert(sizeof(eb_slot) == 80, "the head of a slot has no padding");

/* One cache line: seven entries of tag (upper half) and ref (lower half), 0 when empty, and how
 * many entries that belong here or before stand in a later bucket. */
#define EB_BUCKET_ENTRIES 7
typedef struct eb_bucket {
    uint64_t entries[EB_BUCKET_ENTRIES];
    uint64_t passed;
} eb_bucket;

_Static_assert(sizeof(eb_bucket) == EB_SLOTS_LINE, "a bucket is a cache line");

typedef struct eb_heap_entry {
    int64_t expires;
    uint32_t ref;
    uint32_t zero;
} eb_heap_entry;

typedef struct eb_shard_head {
    pthread_mutex_t lock;
    uint64_t last_version; /* never set back, not even by a rebuild */
    uint32_t heap_count;
    uint32_t free_head[EB_SIZE_COUNT];
    uint32_t free_count[EB_SIZE_COUNT];
    uint32_t touched[EB_SIZE_COUNT]; /* slots ever used: memory beyond was never written */
} eb_shard_head;

#define EB_SHARD_HEAD_BYTES 256
_Static_assert(sizeof(eb_shard_head) <= EB_SHARD_HEAD_BYTES, "shard heads do not share lines");

typedef struct eb_slots_header {
    unsigned char magic[8];
    uint32_t layout_version;
    uint32_t shards;
    uint64_t size;
    uint64_t sessions;
    uint64_t fingerprint; /* of eb_slots_layout: any change of a table is another layout */
    unsigned char epoch[EB_EPOCH_BYTES];
    int64_t born;
    _Atomic uint64_t refused_full, refused_share, rebuilt;
    _Atomic int64_t next_expiry[EB_SLOTS_MAX_SHARDS]; /* of each shard; INT64_MAX: nothing in it */
} eb_slots_header;

/* Places are bytes from the start of the segment, or of a shard. */
typedef struct eb_slots_layout {
    uint64_t sessions;
    uint64_t shards; /* a power of two */
    uint64_t size;
    uint64_t owner_ids, kind_cells, size_cells, owner_cells, shard_heads, shards_at;
    uint64_t shard_bytes;
    uint64_t index_at[EB_KIND_COUNT];
    uint64_t heap_at;
    uint64_t slots_at[EB_SIZE_COUNT];
    uint64_t
        slot_count[EB_SIZE_COUNT]; /* in one shard, one of them the spare that only swap uses */
    /* A page's worth of slots, or one slot of a page or more. */
    uint64_t slots_in_group[EB_SIZE_COUNT], group_bytes[EB_SIZE_COUNT];
    uint64_t buckets[EB_KIND_COUNT]; /* in one shard */
    uint64_t entries[EB_KIND_COUNT]; /* in one shard, at most */
    uint64_t heap_entries;
    uint64_t kind_limit[EB_KIND_COUNT]; /* in the whole store */
    uint64_t size_limit[EB_KIND_COUNT][EB_SIZE_COUNT];
    uint64_t lock_bytes;
} eb_slots_layout;

/* A process's view of a segment. */
typedef struct eb_slots {
    unsigned char *base;
    eb_slots_layout layout;
    uint32_t capacity[EB_SIZE_COUNT]; /* value bytes that fit a slot */
} eb_slots;

void eb_slots_layout_make(const eb_slots_geometry *geometry, eb_slots_layout *ret_layout);

/* Fills a view without a look into the memory. */
void eb_slots_view(void *memory, const eb_slots_layout *layout, eb_slots *ret_slots);

static inline eb_slots_header *eb_slots_header_of(const eb_slots *slots)
{
    return (eb_slots_header *)(void *)slots->base;
}

static inline eb_shard_head *eb_slots_shard_head(const eb_slots *slots, uint32_t shard)
{
    return (eb_shard_head *)(void *)(slots->base + slots->layout.shard_heads +
                                     (size_t)shard * EB_SHARD_HEAD_BYTES);
}

static inline unsigned char *eb_slots_shard_at(const eb_slots *slots, uint32_t shard)
{
    return slots->base + slots->layout.shards_at + shard * slots->layout.shard_bytes;
}

/* Cells of live entries: one for each shard. */
static inline _Atomic uint32_t *eb_slots_kind_cells(const eb_slots *slots, uint32_t kind)
{
    return (_Atomic uint32_t *)(void *)(slots->base + slots->layout.kind_cells) +
           kind * slots->layout.shards;
}

static inline _Atomic uint32_t *eb_slots_size_cells(const eb_slots *slots, uint32_t kind,
                                                    uint32_t size_class)
{
    return (_Atomic uint32_t *)(void *)(slots->base + slots->layout.size_cells) +
           (kind * EB_SIZE_COUNT + size_class) * slots->layout.shards;
}

static inline _Atomic uint32_t *eb_slots_owner_cells(const eb_slots *slots, uint32_t owner_index,
                                                     uint32_t kind)
{
    return (_Atomic uint32_t *)(void *)(slots->base + slots->layout.owner_cells) +
           (owner_index * EB_KIND_COUNT + kind) * slots->layout.shards;
}

static inline _Atomic uint64_t *eb_slots_owner_ids(const eb_slots *slots)
{
    return (_Atomic uint64_t *)(void *)(slots->base + slots->layout.owner_ids);
}

/* The sum of one row of cells. */
static inline uint64_t eb_slots_sum(const eb_slots *slots, _Atomic uint32_t *cells)
{
    uint64_t sum = 0;
    for (uint64_t shard = 0; shard < slots->layout.shards; shard++) {
        sum += atomic_load(&cells[shard]);
    }
    return sum;
}

/* Where a client's cells are: 0 to EB_SLOTS_OWNERS - 1, the same for ever. Ids are never freed;
 * past 4,096 clients (fewer where hashes crowd) a newcomer is counted together with an earlier
 * client, which can only make both shares smaller. `owner` is not 0. */
uint32_t eb_slots_owner_index(const eb_slots *slots, uint64_t owner);

#endif

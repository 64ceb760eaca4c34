/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One shard of the slots segment.
 *
 * What is true and what is derived: the slots are true, each by its own state and checksum. Index,
 * heap, free lists and counts are derived, and made anew from the slots when a holder was killed.
 * So the order of writes matters only inside a slot (EB_SLOTS_STEP marks it):
 *
 *   new      WRITING, head and value, checksum, LIVE; then the derived
 *   removed  DYING; then the derived; value wiped, head wiped, FREE
 *   replaced the new one is LIVE under a higher version before the old one is DYING; of two live
 *            slots of one key a rebuild keeps the higher version
 *
 * A FREE slot is all zero, so memory beyond `touched`, never written, is free slots already.
 */
#include "state/slots_shard.h"

/* ---- checksum ---- */

static uint64_t rotate(uint64_t value, int bits)
{
    return (value << bits) | (value >> (64 - bits));
}

/* Each lane step is a bijection of the word read, so one changed word never goes unseen. Four
 * lanes let the multiplications overlap: about 60 ns for a KB. */
static uint64_t checksum(uint64_t seed, const unsigned char *bytes, size_t length)
{
    const uint64_t odd = 0x9e3779b97f4a7c15U;
    uint64_t lanes[4] = {seed ^ length, seed + odd, rotate(seed, 32) ^ odd, ~seed};
    while (length >= 32) {
        for (int lane = 0; lane < 4; lane++) {
            uint64_t word;
            memcpy(&word, bytes + 8 * lane, sizeof(word));
            lanes[lane] = rotate((lanes[lane] ^ word) * odd, 29);
        }
        bytes += 32;
        length -= 32;
    }
    for (int lane = 0; length > 0; lane++) {
        uint64_t word = 0;
        size_t part = length < 8 ? length : 8;
        memcpy(&word, bytes, part);
        lanes[lane] = rotate((lanes[lane] ^ word) * odd, 29);
        bytes += part;
        length -= part;
    }
    uint64_t sum = 0;
    for (int lane = 0; lane < 4; lane++) {
        sum = (rotate(sum, 17) ^ lanes[lane]) * odd;
        sum ^= sum >> 32;
    }
    return sum;
}

uint64_t eb_slot_checksum(const eb_slot *head, const unsigned char *value, size_t length)
{
    const size_t from = offsetof(eb_slot, key);
    uint64_t sum = checksum(EB_SLOTS_LAYOUT_VERSION, head->key, sizeof(eb_slot) - from);
    return checksum(sum, value, length);
}

/* ---- index ---- */

static uint64_t index_entry(const unsigned char key[EB_STORE_KEY_BYTES], uint32_t ref)
{
    return (uint64_t)eb_key_word(key, 2) << 32 | ref;
}

static uint32_t next_bucket(const eb_slots *slots, uint32_t kind, uint32_t bucket)
{
    return bucket + 1 < slots->layout.buckets[kind] ? bucket + 1 : 0;
}

/* Refs are checked against the segment, not trusted: see slots_layout.h. */
static bool ref_is_inside(const eb_slots *slots, uint32_t ref)
{
    uint64_t at = (uint64_t)ref * EB_SLOTS_LINE;
    return at >= slots->layout.shards_at && at + sizeof(eb_slot) <= slots->layout.size;
}

static uint64_t *index_place(const eb_slots *slots, uint32_t shard, uint32_t kind,
                             const unsigned char key[EB_STORE_KEY_BYTES])
{
    const uint32_t tag = eb_key_word(key, 2);
    uint32_t at = eb_shard_home(slots, kind, key);
    for (uint64_t tried = 0; tried < slots->layout.buckets[kind]; tried++) {
        eb_bucket *bucket = eb_shard_bucket(slots, shard, kind, at);
        for (int i = 0; i < EB_BUCKET_ENTRIES; i++) {
            uint32_t ref = (uint32_t)bucket->entries[i];
            if (ref == 0 || (uint32_t)(bucket->entries[i] >> 32) != tag ||
                !ref_is_inside(slots, ref)) {
                continue;
            }
            const eb_slot *slot = eb_slots_slot(slots, ref);
            if (slot->state == EB_SLOT_LIVE && slot->kind == kind &&
                memcmp(slot->key, key, EB_STORE_KEY_BYTES) == 0) {
                return &bucket->entries[i];
            }
        }
        if (bucket->passed == 0) {
            return NULL;
        }
        at = next_bucket(slots, kind, at);
    }
    return NULL;
}

/* There is always room: a kind has more places than a shard may have entries of it. */
static void index_insert(const eb_slots *slots, uint32_t shard, uint32_t kind,
                         const unsigned char key[EB_STORE_KEY_BYTES], uint32_t ref)
{
    uint32_t at = eb_shard_home(slots, kind, key);
    for (uint64_t tried = 0; tried < slots->layout.buckets[kind]; tried++) {
        eb_bucket *bucket = eb_shard_bucket(slots, shard, kind, at);
        for (int i = 0; i < EB_BUCKET_ENTRIES; i++) {
            if (bucket->entries[i] == 0) {
                bucket->entries[i] = index_entry(key, ref);
                return;
            }
        }
        bucket->passed++;
        EB_SLOTS_STEP();
        at = next_bucket(slots, kind, at);
    }
}

static void index_remove(const eb_slots *slots, uint32_t shard, uint32_t kind,
                         const unsigned char key[EB_STORE_KEY_BYTES], uint32_t ref)
{
    const uint64_t wanted = index_entry(key, ref);
    const uint32_t home = eb_shard_home(slots, kind, key);
    uint32_t at = home;
    for (uint64_t tried = 0; tried < slots->layout.buckets[kind]; tried++) {
        eb_bucket *bucket = eb_shard_bucket(slots, shard, kind, at);
        for (int i = 0; i < EB_BUCKET_ENTRIES; i++) {
            if (bucket->entries[i] == wanted) {
                bucket->entries[i] = 0;
                for (uint32_t b = home; b != at; b = next_bucket(slots, kind, b)) {
                    EB_SLOTS_STEP();
                    eb_shard_bucket(slots, shard, kind, b)->passed--;
                }
                return;
            }
        }
        at = next_bucket(slots, kind, at);
    }
}

eb_slot *eb_shard_find(const eb_slots *slots, uint32_t shard, uint32_t kind,
                       const unsigned char key[EB_STORE_KEY_BYTES])
{
    const uint64_t *place = index_place(slots, shard, kind, key);
    return place == NULL ? NULL : eb_slots_slot(slots, (uint32_t)*place);
}

/* ---- expiry heap: the soonest at 0; a slot knows its place ---- */

static void heap_set(const eb_slots *slots, uint32_t shard, uint32_t place, eb_heap_entry entry)
{
    eb_shard_heap(slots, shard)[place] = entry;
    eb_slots_slot(slots, entry.ref)->link = place;
}

static void heap_up(const eb_slots *slots, uint32_t shard, uint32_t place, eb_heap_entry entry)
{
    eb_heap_entry *heap = eb_shard_heap(slots, shard);
    while (place > 0 && heap[(place - 1) / 2].expires > entry.expires) {
        heap_set(slots, shard, place, heap[(place - 1) / 2]);
        place = (place - 1) / 2;
        EB_SLOTS_STEP();
    }
    heap_set(slots, shard, place, entry);
}

static void heap_down(const eb_slots *slots, uint32_t shard, uint32_t place, eb_heap_entry entry)
{
    eb_heap_entry *heap = eb_shard_heap(slots, shard);
    const uint32_t count = eb_slots_shard_head(slots, shard)->heap_count;
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child >= count) {
            break;
        }
        if (child + 1 < count && heap[child + 1].expires < heap[child].expires) {
            child++;
        }
        if (heap[child].expires >= entry.expires) {
            break;
        }
        heap_set(slots, shard, place, heap[child]);
        place = child;
        EB_SLOTS_STEP();
    }
    heap_set(slots, shard, place, entry);
}

/* Others ask without the lock whether a shard has anything to sweep. */
static void heap_tell(const eb_slots *slots, uint32_t shard)
{
    const eb_shard_head *head = eb_slots_shard_head(slots, shard);
    atomic_store_explicit(&eb_slots_header_of(slots)->next_expiry[shard],
                          head->heap_count > 0 ? eb_shard_heap(slots, shard)[0].expires : INT64_MAX,
                          memory_order_relaxed);
}

static void heap_insert(const eb_slots *slots, uint32_t shard, const eb_slot *slot)
{
    eb_shard_head *head = eb_slots_shard_head(slots, shard);
    eb_heap_entry entry = {slot->expires, eb_slots_ref(slots, slot), 0};
    heap_up(slots, shard, head->heap_count++, entry);
    heap_tell(slots, shard);
}

static void heap_remove(const eb_slots *slots, uint32_t shard, uint32_t place)
{
    eb_shard_head *head = eb_slots_shard_head(slots, shard);
    eb_heap_entry *heap = eb_shard_heap(slots, shard);
    eb_heap_entry last = heap[--head->heap_count];
    EB_SLOTS_STEP();
    if (place < head->heap_count) {
        if (place > 0 && heap[(place - 1) / 2].expires > last.expires) {
            heap_up(slots, shard, place, last);
        } else {
            heap_down(slots, shard, place, last);
        }
    }
    heap_tell(slots, shard);
}

/* ---- counts ---- */

/* Adds one to this shard's cell and tells whether the total stays within the limit; else takes it
 * back. Adding comes before looking, so of two shards that race at least one sees the other. */
static bool cell_claim(const eb_slots *slots, uint32_t shard, _Atomic uint32_t *cells,
                       uint64_t limit)
{
    atomic_fetch_add(&cells[shard], 1);
    if (eb_slots_sum(slots, cells) <= limit) {
        return true;
    }
    atomic_fetch_sub(&cells[shard], 1);
    return false;
}

static void cell_release(uint32_t shard, _Atomic uint32_t *cells)
{
    atomic_fetch_sub(&cells[shard], 1);
}

static _Atomic uint32_t *owner_cells(const eb_slots *slots, uint64_t owner, uint32_t kind)
{
    return eb_slots_owner_cells(slots, eb_slots_owner_index(slots, owner), kind);
}

/* ---- slots ---- */

void eb_shard_give_back(const eb_slots *slots, uint32_t shard, uint32_t size_class, eb_slot *slot)
{
    eb_shard_head *head = eb_slots_shard_head(slots, shard);
    slot->link = head->free_head[size_class];
    EB_SLOTS_STEP();
    head->free_head[size_class] = eb_slots_ref(slots, slot);
    head->free_count[size_class]++;
}

static uint64_t free_slots(const eb_slots *slots, uint32_t shard, uint32_t size_class)
{
    const eb_shard_head *head = eb_slots_shard_head(slots, shard);
    return slots->layout.slot_count[size_class] - head->touched[size_class] +
           head->free_count[size_class];
}

/* One that was used before, else fresh memory: so a store touches only what it once needed. */
static eb_slot *take_free(const eb_slots *slots, uint32_t shard, uint32_t size_class)
{
    eb_shard_head *head = eb_slots_shard_head(slots, shard);
    if (head->free_count[size_class] == 0) {
        return eb_shard_slot(slots, shard, size_class, head->touched[size_class]++);
    }
    eb_slot *slot = eb_slots_slot(slots, head->free_head[size_class]);
    head->free_head[size_class] = slot->link;
    EB_SLOTS_STEP();
    head->free_count[size_class]--;
    return slot;
}

static void wipe(eb_slot *slot, size_t value_bytes)
{
    memset(slot->value, 0, value_bytes);
    EB_SLOTS_STEP();
    memset(&slot->link, 0, sizeof(*slot) - offsetof(eb_slot, link));
    EB_SLOTS_STEP();
    slot->state = EB_SLOT_FREE;
    EB_SLOTS_STEP();
}

static void write_slot(const eb_slots *slots, uint32_t shard, uint32_t size_class,
                       const eb_entry *entry, eb_slot *slot)
{
    eb_shard_head *head = eb_slots_shard_head(slots, shard);
    slot->state = EB_SLOT_WRITING;
    EB_SLOTS_STEP();
    memcpy(slot->key, entry->key, EB_STORE_KEY_BYTES);
    /* The number of the shard in the lowest digits: no two shards give the same version. */
    slot->version = ++head->last_version * EB_SLOTS_MAX_SHARDS + shard;
    slot->expires = entry->expires;
    slot->owner = entry->owner;
    slot->length = (uint32_t)entry->value.len;
    slot->kind = (uint16_t)entry->kind;
    slot->size_class = (uint16_t)size_class;
    EB_SLOTS_STEP();
    if (entry->value.len > 0) {
        memcpy(slot->value, entry->value.data, entry->value.len);
    }
    EB_SLOTS_STEP();
    slot->check = eb_slot_checksum(slot, slot->value, slot->length);
    EB_SLOTS_STEP();
    slot->state = EB_SLOT_LIVE;
    EB_SLOTS_STEP();
}

/* The smallest size with room for the value, one claimed in its cells. `spare` slots stay free. A
 * size that `held` has already needs no new claim. EB_SIZE_COUNT: no room. */
static uint32_t claim_size(const eb_slots *slots, uint32_t shard, const eb_entry *entry,
                           uint64_t spare, uint32_t held)
{
    for (uint32_t size_class = 0; size_class < EB_SIZE_COUNT; size_class++) {
        if (entry->value.len > slots->capacity[size_class] ||
            free_slots(slots, shard, size_class) <= spare) {
            continue;
        }
        _Atomic uint32_t *cells = eb_slots_size_cells(slots, entry->kind, size_class);
        if (size_class == held) {
            atomic_fetch_add(&cells[shard], 1); /* for a moment: the old one goes at once */
            return size_class;
        }
        if (cell_claim(slots, shard, cells, slots->layout.size_limit[entry->kind][size_class])) {
            return size_class;
        }
    }
    return EB_SIZE_COUNT;
}

eb_room eb_shard_insert(const eb_slots *slots, uint32_t shard, const eb_entry *entry,
                        uint64_t owner_limit)
{
    _Atomic uint32_t *kinds = eb_slots_kind_cells(slots, entry->kind);
    if (atomic_load(&kinds[shard]) >= slots->layout.entries[entry->kind] ||
        !cell_claim(slots, shard, kinds, slots->layout.kind_limit[entry->kind])) {
        return EB_ROOM_FULL;
    }
    EB_SLOTS_STEP();
    _Atomic uint32_t *owners =
        entry->owner != 0 ? owner_cells(slots, entry->owner, entry->kind) : NULL;
    if (owners != NULL && !cell_claim(slots, shard, owners, owner_limit)) {
        cell_release(shard, kinds);
        return EB_ROOM_SHARE;
    }
    EB_SLOTS_STEP();
    uint32_t size_class = claim_size(slots, shard, entry, 1, EB_SIZE_COUNT);
    if (size_class == EB_SIZE_COUNT) {
        if (owners != NULL) {
            cell_release(shard, owners);
        }
        cell_release(shard, kinds);
        return EB_ROOM_FULL;
    }
    EB_SLOTS_STEP();
    eb_slot *slot = take_free(slots, shard, size_class);
    EB_SLOTS_STEP();
    write_slot(slots, shard, size_class, entry, slot);
    index_insert(slots, shard, entry->kind, entry->key, eb_slots_ref(slots, slot));
    EB_SLOTS_STEP();
    heap_insert(slots, shard, slot);
    EB_SLOTS_STEP();
    return EB_ROOM_OK;
}

/* Wipes a slot that is in no index and heap any more, and gives it back. */
static void bury(const eb_slots *slots, uint32_t shard, eb_slot *slot)
{
    uint32_t size_class = slot->size_class;
    cell_release(shard, eb_slots_size_cells(slots, slot->kind, size_class));
    EB_SLOTS_STEP();
    wipe(slot, slot->length);
    eb_shard_give_back(slots, shard, size_class, slot);
    EB_SLOTS_STEP();
}

void eb_shard_remove(const eb_slots *slots, uint32_t shard, eb_slot *slot)
{
    slot->state = EB_SLOT_DYING;
    EB_SLOTS_STEP();
    index_remove(slots, shard, slot->kind, slot->key, eb_slots_ref(slots, slot));
    EB_SLOTS_STEP();
    heap_remove(slots, shard, slot->link);
    EB_SLOTS_STEP();
    cell_release(shard, eb_slots_kind_cells(slots, slot->kind));
    EB_SLOTS_STEP();
    if (slot->owner != 0) {
        cell_release(shard, owner_cells(slots, slot->owner, slot->kind));
        EB_SLOTS_STEP();
    }
    bury(slots, shard, slot);
}

eb_room eb_shard_replace(const eb_slots *slots, uint32_t shard, eb_slot *old, const eb_entry *entry)
{
    uint32_t size_class = claim_size(slots, shard, entry, 0, old->size_class);
    if (size_class == EB_SIZE_COUNT) {
        return EB_ROOM_FULL;
    }
    EB_SLOTS_STEP();
    uint64_t *place = index_place(slots, shard, entry->kind, entry->key);
    eb_slot *slot = take_free(slots, shard, size_class);
    EB_SLOTS_STEP();
    write_slot(slots, shard, size_class, entry, slot);
    old->state = EB_SLOT_DYING;
    EB_SLOTS_STEP();
    *place = index_entry(entry->key, eb_slots_ref(slots, slot));
    EB_SLOTS_STEP();
    heap_remove(slots, shard, old->link);
    EB_SLOTS_STEP();
    heap_insert(slots, shard, slot);
    EB_SLOTS_STEP();
    bury(slots, shard, old);
    return EB_ROOM_OK;
}

void eb_shard_link(const eb_slots *slots, uint32_t shard, eb_slot *slot)
{
    index_insert(slots, shard, slot->kind, slot->key, eb_slots_ref(slots, slot));
    heap_insert(slots, shard, slot);
}

void eb_shard_unlink(const eb_slots *slots, uint32_t shard, const eb_slot *slot)
{
    index_remove(slots, shard, slot->kind, slot->key, eb_slots_ref(slots, slot));
    heap_remove(slots, shard, slot->link);
}

void eb_shard_discard(const eb_slots *slots, uint32_t shard, uint32_t size_class, eb_slot *slot)
{
    slot->state = EB_SLOT_DYING;
    EB_SLOTS_STEP();
    wipe(slot, slots->capacity[size_class]);
    eb_shard_give_back(slots, shard, size_class, slot);
}

uint32_t eb_shard_sweep(const eb_slots *slots, uint32_t shard, int64_t uptime, uint32_t most)
{
    const eb_shard_head *head = eb_slots_shard_head(slots, shard);
    const eb_heap_entry *heap = eb_shard_heap(slots, shard);
    uint32_t removed = 0;
    while (removed < most && head->heap_count > 0 && heap[0].expires <= uptime) {
        eb_shard_remove(slots, shard, eb_slots_slot(slots, heap[0].ref));
        removed++;
    }
    return removed;
}

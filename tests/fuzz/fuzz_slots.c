/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sequence of store calls from bytes, beside a model; holders that die with the lock, and damage
 * done by them, in between. Eight bytes are one call: verb, key, two of length, life, pause, and
 * two that choose what is damaged. All keys fall into one shard and few buckets. */
#include "slots_judge.h"

#include <apr_general.h>

#define KEYS       48
#define CALL_BYTES 8
#define MAX_CALLS  400

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct entry {
    bool is_there;
    apr_time_t expires;
    apr_uint64_t version;
    size_t length;
    unsigned char fill;
} entry;

typedef struct world {
    apr_pool_t *pool;
    const eb_backend *store;
    const eb_slots *slots;
    apr_time_t now;
    entry entries[KEYS];
} world;

/* Three homes in the index: many keys in few buckets. */
static void key_of(unsigned int number, unsigned char key[32])
{
    memset(key, 0, 32);
    key[7] = (unsigned char)(number % 3 * 85);
    key[31] = (unsigned char)number;
}

static void *lock_and_end(void *slots)
{
    EB_JUDGE(eb_shard_lock(slots, 0));
    return NULL;
}

static void die_with_lock(world *w)
{
    pthread_t thread;
    eb_slots *slots = w->store->self;
    EB_JUDGE(pthread_create(&thread, NULL, lock_and_end, slots) == 0);
    EB_JUDGE(pthread_join(thread, NULL) == 0);
}

/* One byte of one entry's slot is another before the holder dies: that entry alone is lost. */
static void damage(world *w, unsigned int number, size_t at)
{
    unsigned char key[32];
    key_of(number, key);
    die_with_lock(w);
    /* The lock's owner is dead and nobody has come by: the segment is ours to write. */
    eb_slot *slot = eb_shard_find(w->slots, 0, EB_KIND_GRANT, key);
    if (slot != NULL) {
        size_t from = offsetof(eb_slot, check);
        size_t length = sizeof(*slot) + slot->length - from;
        ((unsigned char *)slot)[from + at % length] ^= 0x10;
        w->entries[number].is_there = false;
    }
    eb_judge(w->store);
}

static void check_value(const entry *e, eb_span value)
{
    EB_JUDGE(value.len == e->length);
    for (size_t i = 0; i < value.len; i++) {
        EB_JUDGE(value.data[i] == e->fill);
    }
}

static void read_back(world *w, unsigned int number, bool once)
{
    unsigned char key[32];
    entry *e = &w->entries[number];
    eb_span value;
    apr_uint64_t version = e->version;
    key_of(number, key);
    const eb_err *err =
        once ? w->store->take(w->store->self, w->pool, EB_KIND_GRANT, key, w->now, &value)
             : w->store->get(w->store->self, w->pool, EB_KIND_GRANT, key, w->now, &value, &version);
    if (e->is_there && e->expires > w->now) {
        EB_JUDGE(err == NULL && version == e->version);
        check_value(e, value);
    } else {
        EB_JUDGE(err != NULL && err->id == EB_E_STATE_NOT_FOUND);
    }
    e->is_there = e->is_there && !once;
}

static void note(world *w, unsigned int number, size_t length, unsigned char fill,
                 apr_interval_time_t ttl)
{
    unsigned char key[32];
    eb_span value;
    entry *e = &w->entries[number];
    apr_uint64_t last = e->version;
    key_of(number, key);
    *e = (entry){true, w->now + ttl, 0, length, fill};
    EB_JUDGE(w->store->get(w->store->self, w->pool, EB_KIND_GRANT, key, w->now, &value,
                           &e->version) == NULL);
    EB_JUDGE(e->version > last);
    check_value(e, value);
}

static void write_entry(world *w, const uint8_t *call, bool swap)
{
    static unsigned char bytes[17000];
    unsigned char key[32];
    unsigned int number = call[1] % KEYS;
    size_t length = (size_t)(call[2] << 8 | call[3]) % sizeof(bytes);
    apr_interval_time_t ttl = 1 + call[4];
    entry *e = &w->entries[number];
    bool is_live = e->is_there && e->expires > w->now;
    key_of(number, key);
    memset(bytes, call[6], length);
    eb_span value = eb_span_bytes(bytes, length);
    const eb_err *err;
    if (swap) {
        apr_uint64_t version = e->version + (call[7] % 4 == 0);
        err = w->store->swap(w->store->self, w->pool, EB_KIND_GRANT, key, version, value, ttl,
                             w->now);
        EB_JUDGE(err != NULL || (is_live && version == e->version));
        EB_JUDGE(err == NULL || err->id != EB_E_STATE_NOT_FOUND || !is_live);
        EB_JUDGE(err == NULL || err->id != EB_E_STATE_CHANGED || version != e->version);
        EB_JUDGE(err == NULL || err->id != EB_E_STATE_FULL || length > e->length);
    } else {
        err = w->store->put(w->store->self, w->pool, EB_KIND_GRANT, call[7] % 4, call[7] % 8, key,
                            value, ttl, w->now);
        EB_JUDGE(err != NULL || !is_live);
        EB_JUDGE(err == NULL || err->id != EB_E_STATE_EXISTS || is_live);
    }
    EB_JUDGE(err == NULL || err->id != EB_E_STATE_TOO_LARGE || length > 16304);
    if (err == NULL) {
        note(w, number, length, call[6], ttl);
    }
}

static void make_call(world *w, const uint8_t *call)
{
    unsigned char key[32];
    unsigned int number = call[1] % KEYS;
    w->now += call[5] % 16;
    switch (call[0] % 10) {
    case 0:
    case 1:
    case 2:
        write_entry(w, call, false);
        break;
    case 3:
    case 4:
        write_entry(w, call, true);
        break;
    case 5:
        read_back(w, number, true);
        break;
    case 6:
        key_of(number, key);
        EB_JUDGE(w->store->drop(w->store->self, w->pool, EB_KIND_GRANT, key, w->now) == NULL);
        w->entries[number].is_there = false;
        break;
    case 7:
        die_with_lock(w);
        break;
    case 8:
        damage(w, number, (size_t)(call[2] << 8 | call[3]));
        break;
    default:
        read_back(w, number, false);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const eb_slots_geometry geometry = {16};
    world w = {0};
    apr_initialize();
    apr_pool_create(&w.pool, NULL);
    size_t bytes = eb_slots_size(&geometry);
    void *memory = eb_judge_map(bytes);
    EB_JUDGE(eb_slots_format(w.pool, memory, bytes, &geometry, &eb_random_system, 0) == NULL);
    EB_JUDGE(eb_slots_open(w.pool, memory, bytes, &w.store) == NULL);
    w.slots = w.store->self;
    for (size_t i = 0; i < MAX_CALLS && (i + 1) * CALL_BYTES <= size; i++) {
        make_call(&w, data + i * CALL_BYTES);
    }
    for (unsigned int number = 0; number < KEYS; number++) {
        read_back(&w, number, false);
    }
    eb_judge(w.store);
    munmap(memory, bytes);
    apr_pool_destroy(w.pool);
    return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs of the slots store, its promises about room, and a million random calls beside a model.
 * The memory is ordinary; time is a number. Every test ends with the judge over the whole segment.
 */
#include "slots_judge.h"

#include <apr_general.h>
#include <check.h>

#define SECOND APR_USEC_PER_SEC

static apr_pool_t *pool;
static void *memory;
static size_t memory_size;
static const eb_backend *store;

static void open_store(apr_uint64_t sessions)
{
    const eb_slots_geometry geometry = {sessions};
    memory_size = eb_slots_size(&geometry);
    memory = eb_judge_map(memory_size);
    ck_assert_ptr_null(
        eb_slots_format(pool, memory, memory_size, &geometry, &eb_random_system, 42));
    ck_assert_ptr_null(eb_slots_open(pool, memory, memory_size, &store));
}

static void set_up(void)
{
    apr_pool_create(&pool, NULL);
    open_store(16);
}

static void tear_down(void)
{
    eb_judge(store);
    munmap(memory, memory_size);
    apr_pool_destroy(pool);
}

/* Keys as the hash makes them: every bit counts. */
static uint64_t scramble(uint64_t value)
{
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31);
}

static const unsigned char *key_of(uint64_t number, unsigned char key[32])
{
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t word = scramble(number * 4 + i + 0x9e3779b97f4a7c15U);
        memcpy(key + 8 * i, &word, sizeof(word));
    }
    return key;
}

static eb_err_id id_of(const eb_err *err)
{
    return err == NULL ? (eb_err_id)0 : err->id;
}

static const eb_err *put_for(eb_kind kind, uint64_t owner, uint64_t limit, uint64_t number,
                             eb_span value, apr_interval_time_t ttl, apr_time_t uptime)
{
    unsigned char key[32];
    return store->put(store->self, pool, kind, owner, limit, key_of(number, key), value, ttl,
                      uptime);
}

static const eb_err *put(eb_kind kind, uint64_t number, const char *value, apr_interval_time_t ttl,
                         apr_time_t uptime)
{
    return put_for(kind, 0, 0, number, eb_span_str(value), ttl, uptime);
}

static const eb_err *get(eb_kind kind, uint64_t number, apr_time_t uptime, eb_span *ret_value,
                         apr_uint64_t *ret_version)
{
    unsigned char key[32];
    return store->get(store->self, pool, kind, key_of(number, key), uptime, ret_value, ret_version);
}

static const eb_err *take(eb_kind kind, uint64_t number, apr_time_t uptime, eb_span *ret_value)
{
    unsigned char key[32];
    return store->take(store->self, pool, kind, key_of(number, key), uptime, ret_value);
}

static const eb_err *swap(eb_kind kind, uint64_t number, apr_uint64_t version, eb_span value,
                          apr_interval_time_t ttl, apr_time_t uptime)
{
    unsigned char key[32];
    return store->swap(store->self, pool, kind, key_of(number, key), version, value, ttl, uptime);
}

static void drop(eb_kind kind, uint64_t number, apr_time_t uptime)
{
    unsigned char key[32];
    ck_assert_ptr_null(store->drop(store->self, pool, kind, key_of(number, key), uptime));
}

static apr_uint64_t live(eb_kind kind, apr_time_t uptime)
{
    eb_store_counts counts;
    ck_assert_ptr_null(store->count(store->self, pool, uptime, &counts));
    return counts.live[kind];
}

#define ck_assert_id(err, wanted)  ck_assert_int_eq((int)id_of(err), (int)(wanted))
#define ck_assert_span(span, text) ck_assert(span_is(span, text))

static bool span_is(eb_span span, const char *text)
{
    return span.len == strlen(text) && memcmp(span.data, text, span.len) == 0;
}

/* ---- verbs ---- */

START_TEST(gives_back_what_was_put)
{
    eb_span value;
    apr_uint64_t version;
    ck_assert_ptr_null(put(EB_KIND_CODE, 1, "one", SECOND, 0));
    ck_assert_ptr_null(put(EB_KIND_CODE, 2, "", SECOND, 0));
    ck_assert_ptr_null(get(EB_KIND_CODE, 1, 0, &value, &version));
    ck_assert_span(value, "one");
    ck_assert_ptr_null(get(EB_KIND_CODE, 2, 0, &value, NULL));
    ck_assert_uint_eq(value.len, 0);
}
END_TEST

START_TEST(refuses_a_second_put_of_a_live_key)
{
    eb_span value;
    ck_assert_ptr_null(put(EB_KIND_USED, 1, "a", SECOND, 0));
    ck_assert_id(put(EB_KIND_USED, 1, "b", SECOND, SECOND - 1), EB_E_STATE_EXISTS);
    ck_assert_ptr_null(get(EB_KIND_USED, 1, 0, &value, NULL));
    ck_assert_span(value, "a");
}
END_TEST

START_TEST(puts_again_after_expiry_or_drop)
{
    ck_assert_ptr_null(put(EB_KIND_USED, 1, "a", SECOND, 0));
    ck_assert_ptr_null(put(EB_KIND_USED, 1, "b", SECOND, SECOND));
    drop(EB_KIND_USED, 1, SECOND);
    ck_assert_ptr_null(put(EB_KIND_USED, 1, "c", SECOND, SECOND));
}
END_TEST

START_TEST(kinds_are_apart)
{
    eb_span value;
    ck_assert_ptr_null(put(EB_KIND_CODE, 1, "code", SECOND, 0));
    ck_assert_ptr_null(put(EB_KIND_TOKEN, 1, "token", SECOND, 0));
    ck_assert_ptr_null(take(EB_KIND_CODE, 1, 0, &value));
    ck_assert_span(value, "code");
    ck_assert_ptr_null(get(EB_KIND_TOKEN, 1, 0, &value, NULL));
    ck_assert_span(value, "token");
}
END_TEST

START_TEST(takes_once)
{
    eb_span value;
    ck_assert_ptr_null(put(EB_KIND_CODE, 1, "one", SECOND, 0));
    ck_assert_ptr_null(take(EB_KIND_CODE, 1, 0, &value));
    ck_assert_span(value, "one");
    ck_assert_id(take(EB_KIND_CODE, 1, 0, &value), EB_E_STATE_NOT_FOUND);
    ck_assert_id(get(EB_KIND_CODE, 1, 0, &value, NULL), EB_E_STATE_NOT_FOUND);
}
END_TEST

START_TEST(gives_nothing_from_the_moment_of_expiry)
{
    eb_span value;
    ck_assert_ptr_null(put(EB_KIND_CODE, 1, "a", SECOND, 5));
    ck_assert_ptr_null(put(EB_KIND_CODE, 2, "b", SECOND, 5));
    ck_assert_ptr_null(put(EB_KIND_CODE, 3, "c", SECOND, 5));
    ck_assert_ptr_null(get(EB_KIND_CODE, 1, SECOND + 4, &value, NULL));
    ck_assert_id(get(EB_KIND_CODE, 1, SECOND + 5, &value, NULL), EB_E_STATE_NOT_FOUND);
    ck_assert_id(take(EB_KIND_CODE, 2, SECOND + 5, &value), EB_E_STATE_NOT_FOUND);
    ck_assert_id(swap(EB_KIND_CODE, 3, 0, eb_span_str("d"), SECOND, SECOND + 5),
                 EB_E_STATE_NOT_FOUND);
}
END_TEST

START_TEST(ttl_without_end_does_not_wrap_round)
{
    eb_span value;
    ck_assert_ptr_null(put(EB_KIND_META, 1, "a", INT64_MAX, 5 * SECOND));
    ck_assert_ptr_null(get(EB_KIND_META, 1, INT64_MAX - 1, &value, NULL));
}
END_TEST

START_TEST(swaps_only_the_current_version)
{
    eb_span value;
    apr_uint64_t first, second;
    ck_assert_ptr_null(put(EB_KIND_CODE, 1, "live", SECOND, 0));
    ck_assert_ptr_null(get(EB_KIND_CODE, 1, 0, &value, &first));
    ck_assert_ptr_null(swap(EB_KIND_CODE, 1, first, eb_span_str("redeemed"), 2 * SECOND, 0));
    ck_assert_id(swap(EB_KIND_CODE, 1, first, eb_span_str("again"), SECOND, 0), EB_E_STATE_CHANGED);
    ck_assert_ptr_null(get(EB_KIND_CODE, 1, SECOND, &value, &second));
    ck_assert_span(value, "redeemed");
    ck_assert_uint_ne(first, second);
    ck_assert_id(swap(EB_KIND_CODE, 2, first, eb_span_str("x"), SECOND, 0), EB_E_STATE_NOT_FOUND);
}
END_TEST

START_TEST(versions_never_repeat)
{
    eb_span value;
    apr_uint64_t version, last = 0;
    for (int round = 0; round < 100; round++) {
        ck_assert_ptr_null(put(EB_KIND_CODE, 1, "a", SECOND, 0));
        ck_assert_ptr_null(get(EB_KIND_CODE, 1, 0, &value, &version));
        ck_assert_uint_gt(version, last);
        last = version;
        drop(EB_KIND_CODE, 1, 0);
    }
}
END_TEST

START_TEST(swap_may_shrink_and_grow)
{
    eb_span value;
    apr_uint64_t version;
    char big[3000];
    memset(big, 'x', sizeof(big));
    ck_assert_ptr_null(put(EB_KIND_GRANT, 1, "small", SECOND, 0));
    for (size_t length = sizeof(big); length > 10; length = length * 2 / 3) {
        size_t other = sizeof(big) - length;
        ck_assert_ptr_null(get(EB_KIND_GRANT, 1, 0, &value, &version));
        ck_assert_ptr_null(swap(EB_KIND_GRANT, 1, version, eb_span_bytes(big, length), SECOND, 0));
        ck_assert_ptr_null(get(EB_KIND_GRANT, 1, 0, &value, &version));
        ck_assert_uint_eq(value.len, length);
        ck_assert_ptr_null(swap(EB_KIND_GRANT, 1, version, eb_span_bytes(big, other), SECOND, 0));
    }
    ck_assert_uint_eq(live(EB_KIND_GRANT, 0), 1);
}
END_TEST

START_TEST(dropping_what_is_not_there_is_no_error)
{
    drop(EB_KIND_CODE, 77, 0);
}
END_TEST

START_TEST(epoch_is_that_of_the_birth)
{
    eb_epoch epoch, again;
    const eb_backend *other;
    ck_assert_ptr_null(store->epoch(store->self, pool, &epoch));
    ck_assert_ptr_null(eb_slots_open(pool, memory, memory_size, &other));
    ck_assert_ptr_null(other->epoch(other->self, pool, &again));
    ck_assert_mem_eq(epoch.id, again.id, sizeof(epoch.id));
    ck_assert_int_eq(epoch.born, 42);
    munmap(memory, memory_size);
    open_store(16);
    ck_assert_ptr_null(store->epoch(store->self, pool, &again));
    ck_assert_mem_ne(epoch.id, again.id, sizeof(epoch.id));
}
END_TEST

/* ---- sizes and secrets ---- */

START_TEST(every_length_comes_back_whole)
{
    unsigned char bytes[16304];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (unsigned char)scramble(i);
    }
    for (size_t length = 0; length <= sizeof(bytes); length += length < 2100 ? 1 : 97) {
        eb_span value;
        ck_assert_ptr_null(
            put_for(EB_KIND_GRANT, 0, 0, 1, eb_span_bytes(bytes, length), SECOND, 0));
        ck_assert_ptr_null(take(EB_KIND_GRANT, 1, 0, &value));
        ck_assert_uint_eq(value.len, length);
        ck_assert(length == 0 || memcmp(value.data, bytes, length) == 0);
        apr_pool_clear(pool);
        ck_assert_ptr_null(eb_slots_open(pool, memory, memory_size, &store));
    }
}
END_TEST

START_TEST(refuses_what_is_too_large_for_the_kind)
{
    static const unsigned char bytes[16305];
    eb_span value;
    apr_uint64_t version;
    ck_assert_ptr_null(put_for(EB_KIND_GRANT, 0, 0, 1, eb_span_bytes(bytes, 16304), SECOND, 0));
    ck_assert_ptr_null(get(EB_KIND_GRANT, 1, 0, &value, &version));
    ck_assert_id(put_for(EB_KIND_GRANT, 0, 0, 2, eb_span_bytes(bytes, 16305), SECOND, 0),
                 EB_E_STATE_TOO_LARGE);
    ck_assert_id(swap(EB_KIND_GRANT, 1, version, eb_span_bytes(bytes, 16305), SECOND, 0),
                 EB_E_STATE_TOO_LARGE);
    ck_assert_id(put_for(EB_KIND_USED, 0, 0, 2, eb_span_bytes(bytes, 177), SECOND, 0),
                 EB_E_STATE_TOO_LARGE);
}
END_TEST

static bool memory_holds(const char *text)
{
    return memmem(memory, memory_size, text, strlen(text)) != NULL;
}

START_TEST(dropped_taken_swapped_and_expired_values_are_wiped)
{
    eb_span value;
    apr_uint64_t version;
    ck_assert_ptr_null(put(EB_KIND_CODE, 1, "secret-dropped", SECOND, 0));
    ck_assert_ptr_null(put(EB_KIND_CODE, 2, "secret-taken", SECOND, 0));
    ck_assert_ptr_null(put(EB_KIND_CODE, 3, "secret-swapped", SECOND, 0));
    ck_assert_ptr_null(put(EB_KIND_CODE, 4, "secret-expired", SECOND, 0));
    ck_assert(memory_holds("secret-expired"));
    drop(EB_KIND_CODE, 1, 0);
    ck_assert_ptr_null(take(EB_KIND_CODE, 2, 0, &value));
    ck_assert_ptr_null(get(EB_KIND_CODE, 3, 0, &value, &version));
    ck_assert_ptr_null(swap(EB_KIND_CODE, 3, version, eb_span_str("x"), 9 * SECOND, 0));
    ck_assert_uint_eq(live(EB_KIND_CODE, SECOND), 1);
    ck_assert(!memory_holds("secret-"));
}
END_TEST

/* The allocator keeps a cleared pool's memory, so it can be looked at. */
START_TEST(values_read_are_cleansed_with_their_pool)
{
    eb_span value;
    apr_pool_t *request, *outer = pool;
    apr_pool_create(&request, outer);
    ck_assert_ptr_null(put(EB_KIND_CODE, 1, "secret", SECOND, 0));
    pool = request;
    ck_assert_ptr_null(get(EB_KIND_CODE, 1, 0, &value, NULL));
    pool = outer;
    ck_assert_span(value, "secret");
    apr_pool_clear(request);
    ck_assert_mem_ne(value.data, "secret", 6);
    apr_pool_destroy(request);
}
END_TEST

START_TEST(damaged_value_is_told)
{
    eb_span value;
    ck_assert_ptr_null(put(EB_KIND_CODE, 1, "damaged-here", SECOND, 0));
    unsigned char *at = memmem(memory, memory_size, "damaged-here", 12);
    ck_assert_ptr_nonnull(at);
    *at ^= 1;
    ck_assert_id(get(EB_KIND_CODE, 1, 0, &value, NULL), EB_E_STATE_CORRUPT);
    *at ^= 1;
    ck_assert_ptr_null(get(EB_KIND_CODE, 1, 0, &value, NULL));
}
END_TEST

/* ---- room ---- */

static eb_store_counts counts_now(apr_time_t uptime)
{
    eb_store_counts counts;
    ck_assert_ptr_null(store->count(store->self, pool, uptime, &counts));
    return counts;
}

START_TEST(full_kind_refuses_and_evicts_nothing)
{
    eb_span value;
    apr_uint64_t limit = counts_now(0).limit[EB_KIND_CODE];
    for (apr_uint64_t i = 0; i < limit; i++) {
        ck_assert_ptr_null(put(EB_KIND_CODE, i, "x", SECOND, 0));
    }
    for (apr_uint64_t i = 0; i < 10; i++) {
        ck_assert_id(put(EB_KIND_CODE, limit + i, "x", SECOND, SECOND - 1), EB_E_STATE_FULL);
    }
    for (apr_uint64_t i = 0; i < limit; i++) {
        ck_assert_ptr_null(get(EB_KIND_CODE, i, SECOND - 1, &value, NULL));
    }
    ck_assert_uint_eq(counts_now(0).live[EB_KIND_CODE], limit);
    ck_assert_uint_eq(counts_now(0).refused_full, 10);
    /* The others have their own. */
    for (apr_uint64_t i = 0; i < 16; i++) {
        ck_assert_ptr_null(put(EB_KIND_TOKEN, i, "x", SECOND, 0));
        ck_assert_ptr_null(put(EB_KIND_USED, i, "x", SECOND, 0));
        ck_assert_ptr_null(put(EB_KIND_GRANT, i, "x", SECOND, 0));
    }
}
END_TEST

START_TEST(full_kind_still_swaps)
{
    eb_span value;
    apr_uint64_t version, limit = counts_now(0).limit[EB_KIND_CODE];
    char usual[560];
    memset(usual, 'u', sizeof(usual));
    for (apr_uint64_t i = 0; i < limit; i++) {
        ck_assert_ptr_null(
            put_for(EB_KIND_CODE, 0, 0, i, eb_span_bytes(usual, sizeof(usual)), SECOND, 0));
    }
    for (int round = 0; round < 3; round++) {
        for (apr_uint64_t i = 0; i < limit; i++) {
            ck_assert_ptr_null(get(EB_KIND_CODE, i, 0, &value, &version));
            ck_assert_ptr_null(swap(EB_KIND_CODE, i, version,
                                    eb_span_bytes(usual, round == 0 ? sizeof(usual) : 20), SECOND,
                                    0));
        }
    }
    ck_assert_uint_eq(live(EB_KIND_CODE, 0), limit);
}
END_TEST

START_TEST(full_kind_has_room_again_after_expiry)
{
    apr_uint64_t limit = counts_now(0).limit[EB_KIND_CODE];
    for (int round = 0; round < 20; round++) {
        for (apr_uint64_t i = 0; i < limit; i++) {
            ck_assert_ptr_null(
                put(EB_KIND_CODE, 1000 * (apr_uint64_t)round + i, "x", SECOND, round * SECOND));
        }
    }
    ck_assert_uint_eq(live(EB_KIND_CODE, 20 * SECOND), 0);
}
END_TEST

/* Big values of one kind never take what another kind has of that size. */
START_TEST(flood_of_big_values_leaves_other_kinds_their_sizes)
{
    static const unsigned char big[16000];
    apr_uint64_t stored = 0;
    const eb_err *err = NULL;
    while (err == NULL) {
        err = put_for(EB_KIND_PUSHED, 0, 0, stored, eb_span_bytes(big, sizeof(big)), SECOND, 0);
        stored += err == NULL;
    }
    ck_assert_id(err, EB_E_STATE_FULL);
    ck_assert_uint_eq(stored, eb_limits_kind_size(16, EB_KIND_PUSHED, 6));
    ck_assert_ptr_null(put_for(EB_KIND_GRANT, 0, 0, 1, eb_span_bytes(big, 16000), SECOND, 0));
    ck_assert_ptr_null(put_for(EB_KIND_PUSHED, 0, 0, 999, eb_span_bytes(big, 1900), SECOND, 0));
}
END_TEST

START_TEST(client_gets_half_and_leaves_the_rest)
{
    apr_uint64_t half = counts_now(0).limit[EB_KIND_GRANT] / 2;
    for (apr_uint64_t i = 0; i < half; i++) {
        ck_assert_ptr_null(put_for(EB_KIND_GRANT, 7, 0, i, eb_span_str("x"), SECOND, 0));
    }
    ck_assert_id(put_for(EB_KIND_GRANT, 7, 0, 500, eb_span_str("x"), SECOND, 0), EB_E_STATE_SHARE);
    ck_assert_ptr_null(put_for(EB_KIND_CODE, 7, 0, 500, eb_span_str("x"), SECOND, 0));
    ck_assert_ptr_null(put_for(EB_KIND_GRANT, 8, 0, 501, eb_span_str("x"), SECOND, 0));
    ck_assert_uint_eq(counts_now(0).refused_share, 1);
    /* A swap keeps the owner: it neither frees a place nor needs one. */
    eb_span value;
    apr_uint64_t version;
    ck_assert_ptr_null(get(EB_KIND_GRANT, 0, 0, &value, &version));
    ck_assert_ptr_null(swap(EB_KIND_GRANT, 0, version, eb_span_str("y"), SECOND, 0));
    ck_assert_id(put_for(EB_KIND_GRANT, 7, 0, 500, eb_span_str("x"), SECOND, 0), EB_E_STATE_SHARE);
    drop(EB_KIND_GRANT, 0, 0);
    ck_assert_ptr_null(put_for(EB_KIND_GRANT, 7, 0, 500, eb_span_str("x"), SECOND, 0));
}
END_TEST

START_TEST(clients_own_limit_stands_instead_of_half)
{
    for (uint64_t i = 0; i < 3; i++) {
        ck_assert_ptr_null(put_for(EB_KIND_GRANT, 7, 3, i, eb_span_str("x"), SECOND, 0));
    }
    ck_assert_id(put_for(EB_KIND_GRANT, 7, 3, 3, eb_span_str("x"), SECOND, 0), EB_E_STATE_SHARE);
    ck_assert_ptr_null(put_for(EB_KIND_GRANT, 7, 20, 4, eb_span_str("x"), SECOND, 0));
}
END_TEST

START_TEST(share_is_free_again_at_expiry)
{
    for (int round = 0; round < 50; round++) {
        for (uint64_t i = 0; i < 3; i++) {
            ck_assert_ptr_null(put_for(EB_KIND_GRANT, 7, 3, 10 * (uint64_t)round + i,
                                       eb_span_str("x"), SECOND, round * SECOND));
        }
        ck_assert_id(put_for(EB_KIND_GRANT, 7, 3, 10 * (uint64_t)round + 3, eb_span_str("x"),
                             SECOND, round * SECOND + SECOND - 1),
                     EB_E_STATE_SHARE);
    }
}
END_TEST

/* More clients than can be counted apart: none is refused for another's sake below its share. */
START_TEST(many_clients_are_counted)
{
    tear_down();
    apr_pool_create(&pool, NULL);
    open_store(8000);
    for (uint64_t i = 0; i < 6000; i++) {
        ck_assert_ptr_null(
            put_for(EB_KIND_CODE, scramble(i + 1) | 1, 100, i, eb_span_str("x"), SECOND, 0));
    }
}
END_TEST

/* A key of the first shard, whatever else it is. */
static const unsigned char *key_in_first_shard(uint64_t number, unsigned char key[32])
{
    key_of(number, key);
    memset(key, 0, 4);
    return key;
}

/* Chance may fill a shard's slots of a size before any limit is reached (here, malice does): a swap
 * works even then, because one slot is kept for it. */
START_TEST(swaps_in_a_shard_without_a_free_slot)
{
    static const eb_kind kinds[] = {EB_KIND_CODE, EB_KIND_REFRESH, EB_KIND_SESSION, EB_KIND_INDEX};
    unsigned char bytes[560], key[32];
    eb_err_id refusals[4];
    uint64_t counts[4] = {0};
    tear_down();
    apr_pool_create(&pool, NULL);
    open_store(20000);
    memset(bytes, 1, sizeof(bytes));
    const eb_span value = eb_span_bytes(bytes, sizeof(bytes));
    for (int i = 0; i < 4; i++) {
        const eb_err *err = NULL;
        for (; err == NULL; counts[i] += err == NULL) {
            err = store->put(store->self, pool, kinds[i], 0, 0, key_in_first_shard(counts[i], key),
                             value, SECOND, 0);
        }
        refusals[i] = err->id;
    }
    const eb_shard_head *head = eb_slots_shard_head(store->self, 0);
    ck_assert_uint_eq(eb_limits_slot_bytes(2), 640);
    ck_assert_uint_eq(((const eb_slots *)store->self)->layout.slot_count[2] - head->touched[2] +
                          head->free_count[2],
                      1);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq((int)refusals[i], EB_E_STATE_FULL);
        for (uint64_t n = 0; n < counts[i]; n += 17) {
            eb_span found;
            apr_uint64_t version;
            key_in_first_shard(n, key);
            ck_assert_ptr_null(store->get(store->self, pool, kinds[i], key, 0, &found, &version));
            ck_assert_ptr_null(
                store->swap(store->self, pool, kinds[i], key, version, value, SECOND, 0));
        }
    }
}
END_TEST

/* A put sweeps the four soonest; the entry in its own way goes besides. */
START_TEST(puts_over_an_expired_entry_behind_many)
{
    unsigned char key[32];
    for (uint64_t i = 0; i < 12; i++) {
        ck_assert_ptr_null(store->put(store->self, pool, EB_KIND_USED, 0, 0,
                                      key_in_first_shard(i, key), eb_span_str("x"),
                                      SECOND + (apr_interval_time_t)i, 0));
    }
    ck_assert_ptr_null(store->put(store->self, pool, EB_KIND_USED, 0, 0,
                                  key_in_first_shard(11, key), eb_span_str("y"), SECOND,
                                  SECOND + 11));
    ck_assert_uint_eq(atomic_load(&eb_slots_kind_cells(store->self, EB_KIND_USED)[0]), 8);
}
END_TEST

/* The promise: whatever the keys, every session finds room for its usual values. Key sets are
 * random, so several of them; sizes are such that shards are small and chance is at its worst. */
START_TEST(expected_sessions_always_fit)
{
    static const apr_uint64_t sizes[] = {16, 100, 1000, 4000, 20000};
    static const unsigned char bytes[2048];
    tear_down();
    apr_pool_create(&pool, NULL);
    apr_uint64_t sessions = sizes[_i];
    int rounds = sessions > 4000 ? 1 : (sessions > 100 ? 3 : 20);
    for (int round = 0; round < rounds; round++) {
        open_store(sessions);
        const eb_slots *slots = store->self;
        for (int kind = 0; kind < EB_KIND_META; kind++) {
            uint32_t usual = slots->capacity[eb_limits_usual_size((eb_kind)kind)];
            apr_uint64_t count = slots->layout.kind_limit[kind];
            for (apr_uint64_t i = 0; i < count; i++) {
                const eb_err *err =
                    put_for((eb_kind)kind, 0, 0, ((uint64_t)round << 40) + i,
                            eb_span_bytes(bytes, i < sessions ? usual : 0), SECOND, 0);
                ck_assert_msg(err == NULL, "kind %d, entry %lu: %s", kind, (unsigned long)i,
                              err == NULL ? "" : err->message);
            }
        }
        eb_judge(store);
        if (round + 1 < rounds) {
            munmap(memory, memory_size);
        }
    }
}
END_TEST

/* ---- segment ---- */

START_TEST(another_geometry_or_layout_does_not_match)
{
    const eb_slots_geometry same = {16}, other = {1600};
    eb_slots_header *header = memory;
    const eb_backend *backend;
    ck_assert(eb_slots_matches(memory, memory_size, &same));
    ck_assert(!eb_slots_matches(memory, memory_size, &other));
    ck_assert(!eb_slots_matches(memory, memory_size - 1, &same));
    header->layout_version++;
    ck_assert(!eb_slots_matches(memory, memory_size, &same));
    ck_assert_id(eb_slots_open(pool, memory, memory_size, &backend), EB_E_STATE_SEGMENT);
    header->layout_version--;
    header->fingerprint ^= 1;
    ck_assert(!eb_slots_matches(memory, memory_size, &same));
    header->fingerprint ^= 1;
    header->magic[0] = 0;
    ck_assert(!eb_slots_matches(memory, memory_size, &same));
    header->magic[0] = 'e';
    ck_assert(eb_slots_matches(memory, memory_size, &same));
}
END_TEST

START_TEST(too_little_memory_is_refused)
{
    const eb_slots_geometry geometry = {16};
    const eb_backend *backend;
    void *little = eb_judge_map(memory_size);
    ck_assert_id(eb_slots_format(pool, little, memory_size / 2, &geometry, &eb_random_system, 0),
                 EB_E_STATE_SEGMENT);
    ck_assert(!eb_slots_matches(little, memory_size, &geometry));
    ck_assert_id(eb_slots_open(pool, little, memory_size, &backend), EB_E_STATE_SEGMENT);
    ck_assert_id(eb_slots_open(pool, little, 100, &backend), EB_E_STATE_SEGMENT);
    munmap(little, memory_size);
}
END_TEST

static int no_randomness(void *context, unsigned char *buf, size_t len)
{
    (void)context;
    (void)buf;
    (void)len;
    return 1;
}

START_TEST(no_epoch_without_randomness)
{
    const eb_random none = {no_randomness, NULL};
    const eb_slots_geometry geometry = {16};
    void *fresh = eb_judge_map(memory_size);
    ck_assert_id(eb_slots_format(pool, fresh, memory_size, &geometry, &none, 0), EB_E_RANDOM);
    ck_assert(!eb_slots_matches(fresh, memory_size, &geometry));
    munmap(fresh, memory_size);
}
END_TEST

/* Two mappings of one file stand for two processes. */
START_TEST(memory_may_be_mapped_at_two_addresses)
{
    const eb_slots_geometry geometry = {16};
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(ftruncate(fileno(file), (off_t)memory_size), 0);
    void *maps[2];
    const eb_backend *stores[2], *kept = store;
    for (int i = 0; i < 2; i++) {
        maps[i] = mmap(NULL, memory_size, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
        ck_assert_ptr_ne(maps[i], MAP_FAILED);
        if (i == 0) {
            ck_assert_ptr_null(
                eb_slots_format(pool, maps[0], memory_size, &geometry, &eb_random_system, 0));
        }
        ck_assert_ptr_null(eb_slots_open(pool, maps[i], memory_size, &stores[i]));
        eb_slots_advise(maps[i], memory_size);
    }
    for (uint64_t i = 0; i < 16; i++) {
        eb_span value;
        store = stores[i & 1];
        ck_assert_ptr_null(put(EB_KIND_CODE, i, "x", SECOND, 0));
        store = stores[~i & 1];
        ck_assert_ptr_null(take(EB_KIND_CODE, i, 0, &value));
    }
    eb_judge(stores[0]);
    store = kept;
    munmap(maps[0], memory_size);
    munmap(maps[1], memory_size);
    fclose(file);
}
END_TEST

/* An idle store costs its head only, whatever it has reserved. */
START_TEST(idle_store_touches_little_memory)
{
    tear_down();
    apr_pool_create(&pool, NULL);
    open_store(20000);
    size_t page = (size_t)sysconf(_SC_PAGESIZE), touched = 0;
    unsigned char *resident = apr_palloc(pool, memory_size / page);
    ck_assert_int_eq(mincore(memory, memory_size, resident), 0);
    for (size_t i = 0; i < memory_size / page; i++) {
        touched += resident[i] & 1;
    }
    ck_assert_uint_lt(touched * page, 64 * 1024);
}
END_TEST

/* ---- the model ---- */

#define MODEL_KEYS 400
typedef struct model_entry {
    bool is_there;
    apr_time_t expires;
    uint64_t owner, version;
    uint32_t length;
    unsigned char fill;
} model_entry;

static model_entry model[2][MODEL_KEYS];
static const eb_kind model_kinds[2] = {EB_KIND_CODE, EB_KIND_GRANT};

static uint64_t model_live(int kind, apr_time_t now, uint64_t owner)
{
    uint64_t count = 0;
    for (int i = 0; i < MODEL_KEYS; i++) {
        const model_entry *entry = &model[kind][i];
        count += entry->is_there && entry->expires > now && (owner == 0 || entry->owner == owner);
    }
    return count;
}

static uint64_t seed;

static uint64_t dice(uint64_t sides)
{
    seed += 0x9e3779b97f4a7c15U;
    return scramble(seed) % sides;
}

static void model_put(int kind, uint64_t number, model_entry *entry, apr_time_t now)
{
    /* Lengths that always find room, so that refusals are those of the model alone. */
    static unsigned char bytes[2000];
    static const uint32_t longest[2] = {560, 1900};
    uint64_t owner = dice(4), limit = owner == 3 ? 5 : 0;
    uint32_t length = (uint32_t)dice(kind == 0 ? 49 : longest[kind]);
    apr_interval_time_t ttl = (apr_interval_time_t)(1 + dice(3000));
    unsigned char fill = (unsigned char)dice(256);
    uint64_t kind_limit = eb_limits_kind(16, model_kinds[kind]);
    uint64_t share = limit != 0 ? limit : kind_limit / 2;
    eb_err_id wanted = (eb_err_id)0;
    if (entry->is_there && entry->expires > now) {
        wanted = EB_E_STATE_EXISTS;
    } else if (model_live(kind, now, 0) >= kind_limit) {
        wanted = EB_E_STATE_FULL;
    } else if (owner != 0 && model_live(kind, now, owner) >= share) {
        wanted = EB_E_STATE_SHARE;
    }
    memset(bytes, fill, length);
    ck_assert_id(
        put_for(model_kinds[kind], owner, limit, number, eb_span_bytes(bytes, length), ttl, now),
        wanted);
    if (wanted == 0) {
        eb_span value;
        *entry = (model_entry){true, now + ttl, owner, 0, length, fill};
        ck_assert_ptr_null(get(model_kinds[kind], number, now, &value, &entry->version));
    }
}

static void model_check(const model_entry *entry, eb_span value)
{
    ck_assert_uint_eq(value.len, entry->length);
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] != entry->fill) {
            ck_abort_msg("byte %zu of the value is another's", i);
        }
    }
}

static void model_step(apr_time_t now)
{
    int kind = (int)dice(2);
    uint64_t number = dice(MODEL_KEYS);
    model_entry *entry = &model[kind][number];
    bool is_live = entry->is_there && entry->expires > now;
    eb_err_id there = is_live ? (eb_err_id)0 : EB_E_STATE_NOT_FOUND;
    static unsigned char bytes[2000];
    eb_span value;
    apr_uint64_t version;
    switch (dice(8)) {
    case 0:
        ck_assert_id(take(model_kinds[kind], number, now, &value), there);
        if (is_live) {
            model_check(entry, value);
        }
        entry->is_there = false;
        break;
    case 1:
        drop(model_kinds[kind], number, now);
        entry->is_there = false;
        break;
    case 2:
        version = dice(4) == 0 ? entry->version + 1 : entry->version;
        if (is_live && version != entry->version) {
            there = EB_E_STATE_CHANGED;
        }
        /* No longer than before: such a swap never lacks room. */
        uint32_t length = (uint32_t)dice(entry->length + 1);
        unsigned char fill = (unsigned char)dice(256);
        apr_interval_time_t ttl = (apr_interval_time_t)(1 + dice(3000));
        memset(bytes, fill, length);
        ck_assert_id(
            swap(model_kinds[kind], number, version, eb_span_bytes(bytes, length), ttl, now),
            there);
        if (there == 0) {
            uint64_t last = entry->version;
            entry->expires = now + ttl;
            entry->length = length;
            entry->fill = fill;
            ck_assert_ptr_null(get(model_kinds[kind], number, now, &value, &entry->version));
            ck_assert_uint_gt(entry->version, last);
        }
        break;
    case 3:
    case 4:
        ck_assert_id(get(model_kinds[kind], number, now, &value, &version), there);
        if (is_live) {
            model_check(entry, value);
            ck_assert_uint_eq(version, entry->version);
        }
        break;
    default:
        model_put(kind, number, entry, now);
    }
}

START_TEST(a_million_random_calls_agree_with_the_model)
{
    apr_pool_t *outer = pool;
    apr_pool_t *steps;
    apr_time_t now = 0;
    const char *calls = getenv("EB_TEST_CALLS");
    long count = calls == NULL ? 1000000 : strtol(calls, NULL, 10);
    apr_pool_create(&steps, outer);
    seed = 1;
    for (long i = 0; i < count; i++) {
        pool = steps;
        model_step(now);
        pool = outer;
        apr_pool_clear(steps);
        now += (apr_time_t)dice(dice(1000) == 0 ? 10000 : 60);
        if (i % 10000 == 0) {
            eb_judge(store);
            for (int kind = 0; kind < 2; kind++) {
                ck_assert_uint_eq(live(model_kinds[kind], now), model_live(kind, now, 0));
            }
        }
    }
}
END_TEST

/* Keys that all want one bucket of one shard: the overflow of the index. */
START_TEST(crowded_buckets_overflow_and_recover)
{
    unsigned char key[32] = {0};
    eb_span value;
    for (int round = 0; round < 50; round++) {
        for (unsigned char i = 0; i < 60; i++) {
            key[31] = i;
            ck_assert_ptr_null(store->put(store->self, pool, EB_KIND_USED, 0, 0, key,
                                          eb_span_bytes(&i, 1), SECOND, 0));
        }
        eb_judge(store);
        for (unsigned int i = 0; i < 60; i++) {
            key[31] = (unsigned char)((i * 7 + (unsigned int)round) % 60);
            ck_assert_ptr_null(store->take(store->self, pool, EB_KIND_USED, key, 0, &value));
            ck_assert_int_eq(value.data[0], key[31]);
        }
    }
}
END_TEST

/* ---- threads: for the thread sanitizer too ---- */

#define THREADS 4

/* Every value tells its key in each byte. */
static void *work(void *number)
{
    uint64_t dice_of_thread = *(const uint64_t *)number;
    apr_pool_t *step;
    apr_pool_create(&step, NULL);
    for (int i = 0; i < 20000; i++) {
        unsigned char key[32], bytes[300];
        eb_span value = {NULL, 0};
        apr_uint64_t version;
        dice_of_thread += 0x9e3779b97f4a7c15U;
        uint64_t dice_now = scramble(dice_of_thread);
        unsigned int which = (unsigned int)(dice_now % 40);
        size_t length = 1 + (dice_now >> 40) % sizeof(bytes);
        memset(bytes, (int)which, length);
        key_of(which, key);
        switch ((dice_now >> 8) % 4) {
        case 0:
            (void)store->put(store->self, step, EB_KIND_CODE, 1 + which % 2, 0, key,
                             eb_span_bytes(bytes, length), 100, i);
            break;
        case 1:
            if (store->get(store->self, step, EB_KIND_CODE, key, i, &value, &version) == NULL) {
                (void)store->swap(store->self, step, EB_KIND_CODE, key, version,
                                  eb_span_bytes(bytes, length), 100, i);
            }
            break;
        case 2:
            (void)store->take(store->self, step, EB_KIND_CODE, key, i, &value);
            break;
        default:
            (void)store->get(store->self, step, EB_KIND_CODE, key, i, &value, NULL);
        }
        for (size_t b = 0; b < value.len; b++) {
            EB_JUDGE(value.data[b] == which);
        }
        apr_pool_clear(step);
    }
    apr_pool_destroy(step);
    return NULL;
}

START_TEST(threads_share_a_store)
{
    pthread_t threads[THREADS];
    uint64_t numbers[THREADS];
    for (uint64_t i = 0; i < THREADS; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
}
END_TEST

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("slots");
    TCase *verbs = tcase_create("verbs");
    tcase_add_checked_fixture(verbs, set_up, tear_down);
    tcase_add_test(verbs, gives_back_what_was_put);
    tcase_add_test(verbs, refuses_a_second_put_of_a_live_key);
    tcase_add_test(verbs, puts_again_after_expiry_or_drop);
    tcase_add_test(verbs, kinds_are_apart);
    tcase_add_test(verbs, takes_once);
    tcase_add_test(verbs, gives_nothing_from_the_moment_of_expiry);
    tcase_add_test(verbs, ttl_without_end_does_not_wrap_round);
    tcase_add_test(verbs, swaps_only_the_current_version);
    tcase_add_test(verbs, versions_never_repeat);
    tcase_add_test(verbs, swap_may_shrink_and_grow);
    tcase_add_test(verbs, dropping_what_is_not_there_is_no_error);
    tcase_add_test(verbs, epoch_is_that_of_the_birth);
    tcase_add_test(verbs, every_length_comes_back_whole);
    tcase_add_test(verbs, refuses_what_is_too_large_for_the_kind);
    tcase_add_test(verbs, dropped_taken_swapped_and_expired_values_are_wiped);
    tcase_add_test(verbs, values_read_are_cleansed_with_their_pool);
    tcase_add_test(verbs, damaged_value_is_told);
    suite_add_tcase(suite, verbs);
    TCase *room = tcase_create("room");
    tcase_add_checked_fixture(room, set_up, tear_down);
    tcase_set_timeout(room, 120);
    tcase_add_test(room, full_kind_refuses_and_evicts_nothing);
    tcase_add_test(room, full_kind_still_swaps);
    tcase_add_test(room, full_kind_has_room_again_after_expiry);
    tcase_add_test(room, flood_of_big_values_leaves_other_kinds_their_sizes);
    tcase_add_test(room, client_gets_half_and_leaves_the_rest);
    tcase_add_test(room, clients_own_limit_stands_instead_of_half);
    tcase_add_test(room, share_is_free_again_at_expiry);
    tcase_add_test(room, many_clients_are_counted);
    tcase_add_test(room, swaps_in_a_shard_without_a_free_slot);
    tcase_add_test(room, puts_over_an_expired_entry_behind_many);
    tcase_add_loop_test(room, expected_sessions_always_fit, 0, 5);
    suite_add_tcase(suite, room);
    TCase *segment = tcase_create("segment");
    tcase_add_checked_fixture(segment, set_up, tear_down);
    tcase_add_test(segment, another_geometry_or_layout_does_not_match);
    tcase_add_test(segment, too_little_memory_is_refused);
    tcase_add_test(segment, no_epoch_without_randomness);
    tcase_add_test(segment, memory_may_be_mapped_at_two_addresses);
    tcase_add_test(segment, idle_store_touches_little_memory);
    suite_add_tcase(suite, segment);
    TCase *random_calls = tcase_create("model");
    tcase_add_checked_fixture(random_calls, set_up, tear_down);
    tcase_set_timeout(random_calls, 300);
    tcase_add_test(random_calls, a_million_random_calls_agree_with_the_model);
    tcase_add_test(random_calls, crowded_buckets_overflow_and_recover);
    tcase_add_test(random_calls, threads_share_a_store);
    suite_add_tcase(suite, random_calls);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

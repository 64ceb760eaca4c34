/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs of the slots store, and its segment. */
#include "slots_help.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>

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
    reopen(16);
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

START_TEST(memory_off_a_boundary_is_refused)
{
    const eb_slots_geometry geometry = {16};
    const eb_backend *backend;
    unsigned char *room = eb_judge_map(memory_size + 64);
    ck_assert_id(eb_slots_format(pool, room + 8, memory_size, &geometry, &eb_random_system, 0),
                 EB_E_STATE_SEGMENT);
    memcpy(room + 8, memory, memory_size);
    ck_assert_id(eb_slots_open(pool, room + 8, memory_size, &backend), EB_E_STATE_SEGMENT);
    munmap(room, memory_size + 64);
}
END_TEST

static void *lock_and_die(void *lock)
{
    pthread_mutex_lock(lock);
    return NULL;
}

/* A robust mutex is lost for good when it is unlocked without having been made consistent. */
START_TEST(a_lock_that_is_lost_is_told_by_every_verb)
{
    const eb_slots_geometry geometry = {16};
    eb_slots_layout layout;
    eb_slots view;
    unsigned char key[32];
    eb_span value;
    eb_slots_layout_make(&geometry, &layout);
    eb_slots_view(memory, &layout, &view);
    for (uint32_t i = 0; i < layout.shards; i++) {
        pthread_mutex_t *lock = &eb_slots_shard_head(&view, i)->lock;
        pthread_t thread;
        ck_assert_int_eq(pthread_create(&thread, NULL, lock_and_die, lock), 0);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
        ck_assert_int_eq(pthread_mutex_lock(lock), EOWNERDEAD);
        ck_assert_int_eq(pthread_mutex_unlock(lock), 0);
    }
    ck_assert_id(put(EB_KIND_CODE, 1, "a", SECOND, 0), EB_E_STATE_AWAY);
    ck_assert_id(get(EB_KIND_CODE, 1, 0, &value, NULL), EB_E_STATE_AWAY);
    ck_assert_id(take(EB_KIND_CODE, 1, 0, &value), EB_E_STATE_AWAY);
    ck_assert_id(swap(EB_KIND_CODE, 1, 1, eb_span_str("b"), SECOND, 0), EB_E_STATE_AWAY);
    ck_assert_id(store->drop(store->self, pool, EB_KIND_CODE, key_of(1, key), 0), EB_E_STATE_AWAY);
    reopen(16); /* for the judge */
}
END_TEST

START_TEST(a_length_that_cannot_be_is_told)
{
    eb_span value;
    ck_assert_ptr_null(put(EB_KIND_CODE, 1, "damaged-here", SECOND, 0));
    unsigned char *at = memmem(memory, memory_size, "damaged-here", 12);
    ck_assert_ptr_nonnull(at);
    eb_slot *slot = (eb_slot *)(void *)(at - offsetof(eb_slot, value));
    slot->length = UINT32_MAX;
    ck_assert_id(get(EB_KIND_CODE, 1, 0, &value, NULL), EB_E_STATE_CORRUPT);
    reopen(16);
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
    reopen(20000);
    size_t page = (size_t)sysconf(_SC_PAGESIZE), touched = 0;
    unsigned char *resident = apr_palloc(pool, memory_size / page);
    ck_assert_int_eq(mincore(memory, memory_size, resident), 0);
    for (size_t i = 0; i < memory_size / page; i++) {
        touched += resident[i] & 1;
    }
    ck_assert_uint_lt(touched * page, 64 * 1024);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, gives_back_what_was_put);
    tcase_add_test(tests, refuses_a_second_put_of_a_live_key);
    tcase_add_test(tests, puts_again_after_expiry_or_drop);
    tcase_add_test(tests, kinds_are_apart);
    tcase_add_test(tests, takes_once);
    tcase_add_test(tests, gives_nothing_from_the_moment_of_expiry);
    tcase_add_test(tests, ttl_without_end_does_not_wrap_round);
    tcase_add_test(tests, swaps_only_the_current_version);
    tcase_add_test(tests, versions_never_repeat);
    tcase_add_test(tests, swap_may_shrink_and_grow);
    tcase_add_test(tests, dropping_what_is_not_there_is_no_error);
    tcase_add_test(tests, epoch_is_that_of_the_birth);
    tcase_add_test(tests, every_length_comes_back_whole);
    tcase_add_test(tests, refuses_what_is_too_large_for_the_kind);
    tcase_add_test(tests, dropped_taken_swapped_and_expired_values_are_wiped);
    tcase_add_test(tests, values_read_are_cleansed_with_their_pool);
    tcase_add_test(tests, damaged_value_is_told);
    tcase_add_test(tests, another_geometry_or_layout_does_not_match);
    tcase_add_test(tests, too_little_memory_is_refused);
    tcase_add_test(tests, memory_off_a_boundary_is_refused);
    tcase_add_test(tests, a_lock_that_is_lost_is_told_by_every_verb);
    tcase_add_test(tests, a_length_that_cannot_be_is_told);
    tcase_add_test(tests, no_epoch_without_randomness);
    tcase_add_test(tests, memory_may_be_mapped_at_two_addresses);
    tcase_add_test(tests, idle_store_touches_little_memory);
}

int main(void)
{
    return run_tests("slots", add);
}

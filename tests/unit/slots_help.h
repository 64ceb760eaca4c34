/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A slots store for tests: ordinary memory, keys by number, time a number. Every test ends with the
 * judge over the whole segment. */
#ifndef EB_TESTS_SLOTS_HELP_H
#define EB_TESTS_SLOTS_HELP_H

#include "slots_judge.h"

#include <apr_general.h>
#include <check.h>

#define SECOND APR_USEC_PER_SEC

static apr_pool_t *pool;
static void *memory;
static size_t memory_size;
static const eb_backend *store;

static inline void open_store(apr_uint64_t sessions)
{
    const eb_slots_geometry geometry = {sessions};
    memory_size = eb_slots_size(&geometry);
    memory = eb_judge_map(memory_size);
    ck_assert_ptr_null(
        eb_slots_format(pool, memory, memory_size, &geometry, &eb_random_system, 42));
    ck_assert_ptr_null(eb_slots_open(pool, memory, memory_size, &store));
}

static inline void set_up(void)
{
    apr_pool_create(&pool, NULL);
    open_store(16);
}

static inline void tear_down(void)
{
    eb_judge(store);
    munmap(memory, memory_size);
    apr_pool_destroy(pool);
}

/* Another store instead of the fixture's. */
static inline void reopen(apr_uint64_t sessions)
{
    munmap(memory, memory_size);
    open_store(sessions);
}

/* Keys as the hash makes them: every bit counts. */
static inline uint64_t scramble(uint64_t value)
{
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31);
}

static inline const unsigned char *key_of(uint64_t number, unsigned char key[32])
{
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t word = scramble(number * 4 + i + 0x9e3779b97f4a7c15U);
        memcpy(key + 8 * i, &word, sizeof(word));
    }
    return key;
}

static inline eb_err_id id_of(const eb_err *err)
{
    return err == NULL ? (eb_err_id)0 : err->id;
}

static inline const eb_err *put_for(eb_kind kind, uint64_t owner, uint64_t limit, uint64_t number,
                                    eb_span value, apr_interval_time_t ttl, apr_time_t uptime)
{
    unsigned char key[32];
    return store->put(store->self, pool, kind, owner, limit, key_of(number, key), value, ttl,
                      uptime);
}

static inline const eb_err *put(eb_kind kind, uint64_t number, const char *value,
                                apr_interval_time_t ttl, apr_time_t uptime)
{
    return put_for(kind, 0, 0, number, eb_span_str(value), ttl, uptime);
}

static inline const eb_err *get(eb_kind kind, uint64_t number, apr_time_t uptime,
                                eb_span *ret_value, apr_uint64_t *ret_version)
{
    unsigned char key[32];
    return store->get(store->self, pool, kind, key_of(number, key), uptime, ret_value, ret_version);
}

static inline const eb_err *take(eb_kind kind, uint64_t number, apr_time_t uptime,
                                 eb_span *ret_value)
{
    unsigned char key[32];
    return store->take(store->self, pool, kind, key_of(number, key), uptime, ret_value);
}

static inline const eb_err *swap(eb_kind kind, uint64_t number, apr_uint64_t version, eb_span value,
                                 apr_interval_time_t ttl, apr_time_t uptime)
{
    unsigned char key[32];
    return store->swap(store->self, pool, kind, key_of(number, key), version, value, ttl, uptime);
}

static inline void drop(eb_kind kind, uint64_t number, apr_time_t uptime)
{
    unsigned char key[32];
    ck_assert_ptr_null(store->drop(store->self, pool, kind, key_of(number, key), uptime));
}

static inline apr_uint64_t live(eb_kind kind, apr_time_t uptime)
{
    eb_store_counts counts;
    ck_assert_ptr_null(store->count(store->self, pool, uptime, &counts));
    return counts.live[kind];
}

#define ck_assert_id(err, wanted)  ck_assert_int_eq((int)id_of(err), (int)(wanted))
#define ck_assert_span(span, text) ck_assert(span_is(span, text))

static inline bool span_is(eb_span span, const char *text)
{
    return span.len == strlen(text) && memcmp(span.data, text, span.len) == 0;
}

static inline eb_store_counts counts_now(apr_time_t uptime)
{
    eb_store_counts counts;
    ck_assert_ptr_null(store->count(store->self, pool, uptime, &counts));
    return counts;
}

/* Runs a suite of one case under the fixture; the exit status. */
static inline int run_tests(const char *name, void (*add)(TCase *tests))
{
    apr_initialize();
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create(name);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 300);
    add(tests);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif

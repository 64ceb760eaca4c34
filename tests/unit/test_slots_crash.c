/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slots among processes that are killed: at each write step of each verb, and in the middle of a
 * rebuild.
 *
 * The store's own files stand in this program once more, with a step at each place whose order
 * matters (EB_SLOTS_STEP): the hook kills the process there, lock in hand, as SIGKILL does. */
#define EB_SLOTS_STEP_HOOK eb_test_step
#include "state/slots_layout.c"

#include "state/slots_heal.c"
#include "state/slots_shard.c"

#include "state/slots.c"

#include "slots_judge.h"

#include <apr_general.h>
#include <check.h>
#include <signal.h>
#include <sys/wait.h>

#define SECOND  APR_USEC_PER_SEC
#define NOW     (100 * SECOND)
#define OTHERS  11 /* more than a bucket holds */
#define SUBJECT 200

static apr_pool_t *pool;
static void *memory;
static size_t memory_size;
static const eb_backend *store;
static long steps_left;

void eb_test_step(void)
{
    if (steps_left > 0 && --steps_left == 0) {
        kill(getpid(), SIGKILL);
    }
}

static void open_store(apr_uint64_t sessions)
{
    const eb_slots_geometry geometry = {sessions};
    memory_size = eb_slots_size(&geometry);
    memory = eb_judge_map(memory_size);
    EB_JUDGE(eb_slots_format(pool, memory, memory_size, &geometry, &eb_random_system, 0) == NULL);
    EB_JUDGE(eb_slots_open(pool, memory, memory_size, &store) == NULL);
}

static void set_up(void)
{
    apr_pool_create(&pool, NULL);
    steps_left = 0;
}

static void tear_down(void)
{
    apr_pool_destroy(pool);
}

/* All in one shard and one bucket, so that the steps of an overflow are taken too. */
static const unsigned char *crowded(unsigned int number)
{
    static unsigned char key[32];
    memset(key, 0, sizeof(key));
    key[31] = (unsigned char)number;
    return key;
}

static eb_err_id id_of(const eb_err *err)
{
    return err == NULL ? (eb_err_id)0 : err->id;
}

static eb_err_id put(unsigned int number, uint64_t owner, const char *text, apr_interval_time_t ttl,
                     apr_time_t uptime)
{
    return id_of(store->put(store->self, pool, EB_KIND_CODE, owner, 0, crowded(number),
                            eb_span_str(text), ttl, uptime));
}

static eb_err_id get(unsigned int number, eb_span *ret_value, apr_uint64_t *ret_version)
{
    return id_of(
        store->get(store->self, pool, EB_KIND_CODE, crowded(number), NOW, ret_value, ret_version));
}

/* ---- a kill at each step ---- */

static const char old_value[] = "old-secret";
static const char new_value[] = "new-secret";
static char long_value[700];
static apr_uint64_t old_version;

static void prepare_others(void)
{
    open_store(16);
    for (unsigned int i = 0; i < OTHERS; i++) {
        char text[] = "other-?";
        text[6] = (char)('a' + i);
        /* Falling lives, so that each one climbs the heap. */
        EB_JUDGE(put(i, 5 + i % 2, text, (OTHERS + 1 - i) * SECOND, NOW) == 0);
    }
}

static void prepare_subject(void)
{
    eb_span value;
    prepare_others();
    EB_JUDGE(put(SUBJECT, 7, old_value, SECOND / 2, NOW) == 0);
    EB_JUDGE(get(SUBJECT, &value, &old_version) == 0);
}

static void prepare_expired(void)
{
    prepare_others();
    EB_JUDGE(put(SUBJECT, 7, old_value, SECOND, NOW - 2 * SECOND) == 0);
    EB_JUDGE(put(SUBJECT + 1, 7, old_value, SECOND, NOW - 2 * SECOND) == 0);
}

static void do_put(void)
{
    (void)put(SUBJECT, 7, new_value, SECOND / 2, NOW);
}

static void do_take(void)
{
    eb_span value;
    (void)store->take(store->self, pool, EB_KIND_CODE, crowded(SUBJECT), NOW, &value);
}

static void do_drop(void)
{
    (void)store->drop(store->self, pool, EB_KIND_CODE, crowded(SUBJECT), NOW);
}

static void do_swap(void)
{
    (void)store->swap(store->self, pool, EB_KIND_CODE, crowded(SUBJECT), old_version,
                      eb_span_str(new_value), 20 * SECOND, NOW);
}

static void do_swap_long(void)
{
    (void)store->swap(store->self, pool, EB_KIND_CODE, crowded(SUBJECT), old_version,
                      eb_span_bytes(long_value, sizeof(long_value)), SECOND / 4, NOW);
}

static void do_get(void)
{
    eb_span value;
    (void)get(SUBJECT, &value, NULL);
}

static void do_count(void)
{
    eb_store_counts counts;
    (void)store->count(store->self, pool, NOW, &counts);
}

typedef enum { IS_GONE = 1, IS_OLD = 2, IS_NEW = 4, IS_LONG = 8 } state_of_subject;

static const struct scenario {
    const char *name;
    void (*prepare)(void);
    void (*act)(void);
    int allowed; /* after a kill at any step */
    int done;    /* after no kill */
} scenarios[] = {
    {"put", prepare_others, do_put, IS_GONE | IS_NEW, IS_NEW},
    {"put over expired", prepare_expired, do_put, IS_GONE | IS_NEW, IS_NEW},
    {"take", prepare_subject, do_take, IS_GONE | IS_OLD, IS_GONE},
    {"drop", prepare_subject, do_drop, IS_GONE | IS_OLD, IS_GONE},
    {"swap", prepare_subject, do_swap, IS_OLD | IS_NEW, IS_NEW},
    {"swap to another size", prepare_subject, do_swap_long, IS_OLD | IS_LONG, IS_LONG},
    {"get of expired", prepare_expired, do_get, IS_GONE, IS_GONE},
    {"sweep", prepare_expired, do_count, IS_GONE, IS_GONE},
};
#define SCENARIOS (int)(sizeof(scenarios) / sizeof(scenarios[0]))

static bool is_text(eb_span value, const char *text)
{
    return value.len == strlen(text) && memcmp(value.data, text, value.len) == 0;
}

static int look_at_subject(void)
{
    eb_span value;
    apr_uint64_t version;
    if (get(SUBJECT, &value, &version) != 0) {
        return IS_GONE;
    }
    if (is_text(value, old_value)) {
        ck_assert_uint_eq(version, old_version);
        return IS_OLD;
    }
    ck_assert_uint_ne(version, old_version);
    if (is_text(value, new_value)) {
        return IS_NEW;
    }
    ck_assert(value.len == sizeof(long_value) && memcmp(value.data, long_value, value.len) == 0);
    return IS_LONG;
}

/* Runs an act in a child that is killed at its nth step. True when it was. */
static bool killed_at(void (*act)(void), long step)
{
    int status;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        steps_left = step;
        act();
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
        ck_assert_int_eq(WTERMSIG(status), SIGKILL);
        return true;
    }
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    return false;
}

/* How many whole slots hold the subject: two between the birth of a new value and the old one's
 * end. */
static int whole_subjects(void)
{
    const eb_slots *slots = store->self;
    int count = 0;
    for (uint32_t size_class = 0; size_class < EB_SIZE_COUNT; size_class++) {
        for (uint32_t i = 0; i < eb_slots_shard_head(slots, 0)->touched[size_class]; i++) {
            const eb_slot *slot = eb_shard_slot(slots, 0, size_class, i);
            count += slot->state == EB_SLOT_LIVE &&
                     memcmp(slot->key, crowded(SUBJECT), sizeof(slot->key)) == 0;
        }
    }
    return count;
}

/* What must be so after any kill, once somebody came by. */
static void judge_survivors(const struct scenario *scenario, bool was_killed)
{
    int subject = look_at_subject();
    ck_assert_msg((subject & (was_killed ? scenario->allowed : scenario->done)) != 0,
                  "%s: subject is %d", scenario->name, subject);
    eb_judge(store);
    for (unsigned int i = 0; i < OTHERS; i++) {
        eb_span value;
        char text[] = "other-?";
        text[6] = (char)('a' + i);
        ck_assert_int_eq(get(i, &value, NULL), 0);
        ck_assert(is_text(value, text));
    }
    eb_store_counts counts;
    ck_assert_ptr_null(store->count(store->self, pool, NOW, &counts));
    ck_assert_uint_eq(counts.live[EB_KIND_CODE], OTHERS + (subject == IS_GONE ? 0 : 1));
    eb_judge(store);
    ck_assert((memmem(memory, memory_size, old_value, strlen(old_value)) != NULL) ==
              (subject == IS_OLD));
    ck_assert((memmem(memory, memory_size, new_value, strlen(new_value)) != NULL) ==
              (subject == IS_NEW));
}

START_TEST(kill_at_each_step_leaves_all_or_nothing)
{
    const struct scenario *scenario = &scenarios[_i];
    memset(long_value, 'L', sizeof(long_value));
    bool was_killed = true;
    long step = 1, newer_stood = 0;
    for (; was_killed; step++) {
        scenario->prepare();
        was_killed = killed_at(scenario->act, step);
        if (was_killed) { /* somebody else comes by: the lock is healed */
            eb_store_counts counts;
            bool both_stand = whole_subjects() == 2;
            if (both_stand) {
                ck_assert_int_eq(look_at_subject() & (IS_NEW | IS_LONG), look_at_subject());
            }
            newer_stood += both_stand;
            eb_span value;
            (void)get(0, &value, NULL);
            ck_assert_ptr_null(store->count(store->self, pool, NOW, &counts));
            ck_assert_uint_eq(counts.rebuilt, 1);
        }
        judge_survivors(scenario, was_killed);
        munmap(memory, memory_size);
        apr_pool_clear(pool);
    }
    ck_assert_int_gt(step, 8);
    ck_assert_int_eq(newer_stood > 0, strncmp(scenario->name, "swap", 4) == 0);
}
END_TEST

/* The healer is killed as well, at each of its steps, and the next healer comes to the same end. */
START_TEST(kill_in_the_middle_of_a_rebuild_is_healed_too)
{
    const struct scenario *scenario = &scenarios[_i];
    memset(long_value, 'L', sizeof(long_value));
    for (long step = 1;; step += 3) {
        bool rebuild_was_killed = true;
        for (long at = 1; rebuild_was_killed; at += 5) {
            scenario->prepare();
            if (!killed_at(scenario->act, step)) {
                munmap(memory, memory_size);
                return;
            }
            rebuild_was_killed = killed_at(do_get, at);
            judge_survivors(scenario, true);
            munmap(memory, memory_size);
            apr_pool_clear(pool);
        }
    }
}
END_TEST

/* A thread that ends with the lock, of a process that lives on. */
static void *lock_and_end(void *shard)
{
    EB_JUDGE(eb_shard_lock(store->self, *(const uint32_t *)shard));
    return NULL;
}

START_TEST(lock_of_an_ended_thread_is_healed)
{
    pthread_t thread;
    uint32_t shard = 0;
    eb_store_counts counts;
    prepare_others();
    ck_assert_int_eq(pthread_create(&thread, NULL, lock_and_end, &shard), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    eb_judge(store);
    ck_assert_ptr_null(store->count(store->self, pool, NOW, &counts));
    ck_assert_uint_eq(counts.rebuilt, 1);
    ck_assert_uint_eq(counts.live[EB_KIND_CODE], OTHERS);
    munmap(memory, memory_size);
}
END_TEST

/* What the killed one spoiled is gone, and only that. */
START_TEST(damaged_slot_is_dropped_by_a_rebuild)
{
    pthread_t thread;
    uint32_t shard = 0;
    eb_span value;
    prepare_subject();
    eb_slot *slot = eb_shard_find(store->self, 0, EB_KIND_CODE, crowded(SUBJECT));
    slot->value[3] ^= 1;
    ck_assert_int_eq(pthread_create(&thread, NULL, lock_and_end, &shard), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(get(SUBJECT, &value, NULL), EB_E_STATE_NOT_FOUND);
    for (unsigned int i = 0; i < OTHERS; i++) {
        ck_assert_int_eq(get(i, &value, NULL), 0);
    }
    eb_judge(store);
    munmap(memory, memory_size);
}
END_TEST

/* A rebuild keeps what clients have, and their shares hold at once. */
START_TEST(shares_are_exact_after_a_rebuild)
{
    pthread_t thread;
    uint32_t shard = 0;
    prepare_others();
    ck_assert_int_eq(pthread_create(&thread, NULL, lock_and_end, &shard), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    unsigned int has = (OTHERS + 1) / 2, half = (unsigned int)eb_limits_kind(16, EB_KIND_CODE) / 2;
    for (; has < half; has++) {
        ck_assert_int_eq(put(20 + has, 5, "x", SECOND, NOW), 0);
    }
    ck_assert_int_eq(put(100, 5, "x", SECOND, NOW), EB_E_STATE_SHARE);
    ck_assert_int_eq(put(100, 6, "x", SECOND, NOW), 0);
    eb_judge(store);
    munmap(memory, memory_size);
}
END_TEST

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("slots_crash");
    TCase *tests = tcase_create("kills");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 300);
    tcase_add_loop_test(tests, kill_at_each_step_leaves_all_or_nothing, 0, SCENARIOS);
    tcase_add_loop_test(tests, kill_in_the_middle_of_a_rebuild_is_healed_too, 0, SCENARIOS);
    tcase_add_test(tests, lock_of_an_ended_thread_is_healed);
    tcase_add_test(tests, damaged_slot_is_dropped_by_a_rebuild);
    tcase_add_test(tests, shares_are_exact_after_a_rebuild);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

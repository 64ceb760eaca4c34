/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes on one slots store: two that want the same entry at the same moment, and some that are
 * killed at random under load. */
#include "slots_help.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#define NOW (100 * SECOND)

/* ---- the same entry at the same moment ---- */

typedef struct race {
    _Atomic int round, ready, wins[1000];
} race;

static void race_child(race *shared, int rounds, bool (*act)(int round))
{
    for (int round = 0; round < rounds; round++) {
        atomic_fetch_add(&shared->ready, 1);
        while (atomic_load(&shared->round) < round) {
            sched_yield();
        }
        if (act(round)) {
            atomic_fetch_add(&shared->wins[round], 1);
        }
    }
    _exit(0);
}

/* Two processes act in each round, let go together; exactly one may win. */
static void run_race(int rounds, void (*prepare)(int round), bool (*act)(int round))
{
    race *shared = eb_judge_map(sizeof(*shared));
    pid_t children[2];
    reopen(2000);
    atomic_store(&shared->round, -1);
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        ck_assert_int_ge(children[i], 0);
        if (children[i] == 0) {
            race_child(shared, rounds, act);
        }
    }
    for (int round = 0; round < rounds; round++) {
        while (atomic_load(&shared->ready) < 2 * (round + 1)) {
            sched_yield();
        }
        prepare(round);
        atomic_store(&shared->round, round);
    }
    for (int i = 0; i < 2; i++) {
        int status;
        ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
        ck_assert_int_eq(status, 0);
    }
    for (int round = 0; round < rounds; round++) {
        ck_assert_int_eq(atomic_load(&shared->wins[round]), 1);
    }
    munmap(shared, sizeof(*shared));
}

static const unsigned char *round_key(int round)
{
    static unsigned char key[32];
    for (size_t i = 0; i < sizeof(key); i++) {
        key[i] = (unsigned char)((round + 1) * (int)(2 * i + 3) >> (i % 3));
    }
    memcpy(key + 16, &round, sizeof(round));
    return key;
}

static void prepare_code(int round)
{
    EB_JUDGE(store->put(store->self, pool, EB_KIND_CODE, 0, 0, round_key(round),
                        eb_span_str("live"), SECOND, 0) == NULL);
}

static void prepare_nothing(int round)
{
    (void)round;
}

static bool take_code(int round)
{
    eb_span value;
    return store->take(store->self, pool, EB_KIND_CODE, round_key(round), 0, &value) == NULL;
}

static bool redeem_code(int round)
{
    eb_span value;
    apr_uint64_t version;
    return store->get(store->self, pool, EB_KIND_CODE, round_key(round), 0, &value, &version) ==
               NULL &&
           span_is(value, "live") &&
           store->swap(store->self, pool, EB_KIND_CODE, round_key(round), version,
                       eb_span_str("redeemed"), SECOND, 0) == NULL;
}

static bool mark_used(int round)
{
    return store->put(store->self, pool, EB_KIND_USED, 0, 0, round_key(round), eb_span_str("u"),
                      SECOND, 0) == NULL;
}

START_TEST(one_of_two_takes_a_code)
{
    run_race(1000, prepare_code, take_code);
}
END_TEST

START_TEST(one_of_two_redeems_a_code)
{
    run_race(1000, prepare_code, redeem_code);
}
END_TEST

START_TEST(one_of_two_puts_a_mark)
{
    run_race(1000, prepare_nothing, mark_used);
}
END_TEST

/* ---- load and random kills ---- */

#define STRESS_KEYS 64

/* A value tells its key in every byte, so another's or a torn one is seen. */
static size_t make_value(unsigned int number, uint64_t random, unsigned char *value)
{
    size_t length = 8 + random % 1800;
    memset(value, (int)((number * 31 + length) & 255), length);
    return length;
}

static bool is_whole(unsigned int number, eb_span value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] != ((number * 31 + value.len) & 255)) {
            return false;
        }
    }
    return value.len >= 8;
}

static void stress_step(apr_pool_t *step, uint64_t random)
{
    unsigned int number = (unsigned int)(random % STRESS_KEYS);
    unsigned char bytes[2000], key[32];
    eb_span value;
    apr_uint64_t version;
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t word = scramble(number * 4 + i + 1);
        memcpy(key + 8 * i, &word, sizeof(word));
    }
    size_t length = make_value(number, random >> 20, bytes);
    apr_time_t uptime = NOW + (apr_time_t)(random >> 50);
    const eb_err *err;
    switch ((random >> 8) % 6) {
    case 0:
    case 1:
        err = store->put(store->self, step, EB_KIND_GRANT, 1 + number % 3, 0, key,
                         eb_span_bytes(bytes, length), 5000, uptime);
        EB_JUDGE(err == NULL || err->id == EB_E_STATE_EXISTS || err->id == EB_E_STATE_FULL ||
                 err->id == EB_E_STATE_SHARE);
        break;
    case 2:
        err = store->take(store->self, step, EB_KIND_GRANT, key, uptime, &value);
        EB_JUDGE(err != NULL ? err->id == EB_E_STATE_NOT_FOUND : is_whole(number, value));
        break;
    case 3:
        err = store->get(store->self, step, EB_KIND_GRANT, key, uptime, &value, &version);
        EB_JUDGE(err != NULL ? err->id == EB_E_STATE_NOT_FOUND : is_whole(number, value));
        if (err == NULL) {
            err = store->swap(store->self, step, EB_KIND_GRANT, key, version,
                              eb_span_bytes(bytes, length), 5000, uptime);
            EB_JUDGE(err == NULL || err->id == EB_E_STATE_NOT_FOUND ||
                     err->id == EB_E_STATE_CHANGED || err->id == EB_E_STATE_FULL);
        }
        break;
    default:
        err = store->get(store->self, step, EB_KIND_GRANT, key, uptime, &value, NULL);
        EB_JUDGE(err != NULL ? err->id == EB_E_STATE_NOT_FOUND : is_whole(number, value));
    }
}

static pid_t start_stress(uint64_t seed, _Atomic int *stop)
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        apr_pool_t *step;
        apr_pool_create(&step, NULL);
        while (!atomic_load(stop)) {
            seed += 0x9e3779b97f4a7c15U;
            stress_step(step, scramble(seed));
            apr_pool_clear(step);
        }
        _exit(0);
    }
    return child;
}

START_TEST(random_kills_under_load_damage_nothing)
{
    _Atomic int *stop = eb_judge_map(4096);
    pid_t children[3];
    int status;
    reopen(32);
    for (uint64_t i = 0; i < 3; i++) {
        children[i] = start_stress(i, stop);
    }
    for (uint64_t kill_number = 0; kill_number < 300; kill_number++) {
        uint64_t victim = kill_number % 3;
        usleep((useconds_t)(scramble(kill_number) % 8000));
        kill(children[victim], SIGKILL);
        ck_assert_int_eq(waitpid(children[victim], &status, 0), children[victim]);
        ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        children[victim] = start_stress(1000 + kill_number, stop);
        if (kill_number % 10 == 0) {
            eb_judge(store);
        }
    }
    atomic_store(stop, 1);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
        ck_assert_int_eq(status, 0);
    }
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, one_of_two_takes_a_code);
    tcase_add_test(tests, one_of_two_redeems_a_code);
    tcase_add_test(tests, one_of_two_puts_a_mark);
    tcase_add_test(tests, random_kills_under_load_damage_nothing);
}

int main(void)
{
    return run_tests("slots_race", add);
}

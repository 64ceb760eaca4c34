/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A million random calls of the slots store beside a model, crowded buckets, and threads. */
#include "slots_help.h"

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
    uint64_t share = limit != 0 && model_kinds[kind] == EB_KIND_GRANT ? limit : kind_limit / 2;
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

static void add(TCase *tests)
{
    tcase_add_test(tests, a_million_random_calls_agree_with_the_model);
    tcase_add_test(tests, crowded_buckets_overflow_and_recover);
    tcase_add_test(tests, threads_share_a_store);
}

int main(void)
{
    return run_tests("slots_model", add);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The promises of the slots store about room: reservations, shares, and what is promised to
 * every expected session. */
#include "slots_help.h"

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
    apr_uint64_t most = eb_limits_kind_size(16, EB_KIND_PUSHED, 6);
    while (err == NULL && stored <= most) {
        err = put_for(EB_KIND_PUSHED, 0, 0, stored, eb_span_bytes(big, sizeof(big)), SECOND, 0);
        stored += err == NULL;
    }
    ck_assert_id(err, EB_E_STATE_FULL);
    ck_assert_uint_eq(stored, most);
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
    reopen(8000);
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
    reopen(20000);
    memset(bytes, 1, sizeof(bytes));
    const eb_span value = eb_span_bytes(bytes, sizeof(bytes));
    for (int i = 0; i < 4; i++) {
        const eb_err *err = NULL;
        uint64_t most = ((const eb_slots *)store->self)->layout.kind_limit[kinds[i]];
        for (; err == NULL && counts[i] <= most; counts[i] += err == NULL) {
            err = store->put(store->self, pool, kinds[i], 0, 0, key_in_first_shard(counts[i], key),
                             value, SECOND, 0);
        }
        refusals[i] = id_of(err);
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
    apr_uint64_t sessions = sizes[_i];
    int rounds = sessions > 4000 ? 1 : (sessions > 100 ? 3 : 20);
    for (int round = 0; round < rounds; round++) {
        reopen(sessions);
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
    }
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, full_kind_refuses_and_evicts_nothing);
    tcase_add_test(tests, full_kind_still_swaps);
    tcase_add_test(tests, full_kind_has_room_again_after_expiry);
    tcase_add_test(tests, flood_of_big_values_leaves_other_kinds_their_sizes);
    tcase_add_test(tests, client_gets_half_and_leaves_the_rest);
    tcase_add_test(tests, clients_own_limit_stands_instead_of_half);
    tcase_add_test(tests, share_is_free_again_at_expiry);
    tcase_add_test(tests, many_clients_are_counted);
    tcase_add_test(tests, swaps_in_a_shard_without_a_free_slot);
    tcase_add_test(tests, puts_over_an_expired_entry_behind_many);
    tcase_add_loop_test(tests, expected_sessions_always_fit, 0, 5);
}

int main(void)
{
    return run_tests("slots_room", add);
}

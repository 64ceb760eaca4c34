/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of what a login needs. Numbers are entries for every 16 expected sessions.
 *
 * Why these numbers:
 *  - CODE and GRANT have a quarter more than one each: a login that its client never redeems
 *    leaves both until the code expires. A redeemed code is a tombstone of a few bytes.
 *  - TOKEN: an access token outlives its successor's birth where a client refreshes.
 *  - USED: two marks for every login (request, assertion), and each lives an hour longer than what
 *    it guards, several times as long as a grant of the default lifetime.
 *  - GRANT and SESSION hold an identity: 1 to 1.5 KB usually, up to 16 KB with transliterations,
 *    addresses and a represented person.
 *  - META is a handful of entries whatever the size of the store.
 * Memory that no entry ever used is never touched, so a generous row costs address space only.
 */
#include "state/limits.h"

/* A whole number of each fills a page of 4,096 nearly; a value of 1.2 KB fits the fourth, one of
 * 1.9 KB the fifth. */
static const size_t slot_bytes[EB_SIZE_COUNT] = {128, 256, 640, 1344, 2048, 4096, 16384};

typedef struct need {
    unsigned int entries;              /* of the kind, all sizes together */
    unsigned int sizes[EB_SIZE_COUNT]; /* of which in slots of each size, at most */
} need;

static const need needs[EB_KIND_COUNT] = {
    /*                        128  256  640 1344 2048 4096 16384 */
    [EB_KIND_CODE] = {20, {16, 4, 20, 0, 2, 1, 0}},
    [EB_KIND_GRANT] = {20, {0, 0, 0, 16, 20, 4, 1}},
    [EB_KIND_TOKEN] = {32, {32, 32, 4, 0, 0, 0, 0}},
    [EB_KIND_REFRESH] = {16, {0, 0, 16, 0, 2, 0, 0}},
    [EB_KIND_SESSION] = {16, {0, 0, 16, 0, 16, 2, 1}},
    [EB_KIND_INDEX] = {16, {0, 0, 16, 0, 0, 2, 0}},
    [EB_KIND_PUSHED] = {16, {0, 0, 0, 0, 16, 4, 1}},
    [EB_KIND_USED] = {128, {128, 4, 0, 0, 0, 0, 0}},
};

/* Absolute, not for every 16 sessions. */
static const need meta_need = {64, {0, 0, 64, 0, 0, 16, 0}};

apr_uint64_t eb_limits_sessions(apr_uint64_t sessions)
{
    if (sessions < EB_SESSIONS_MIN) {
        return EB_SESSIONS_MIN;
    }
    return sessions > EB_SESSIONS_MAX ? EB_SESSIONS_MAX : sessions;
}

size_t eb_limits_slot_bytes(int size_class)
{
    return slot_bytes[size_class];
}

static apr_uint64_t reserve(apr_uint64_t sessions, unsigned int per_sixteen)
{
    return (eb_limits_sessions(sessions) * per_sixteen + 15) / 16;
}

apr_uint64_t eb_limits_kind(apr_uint64_t sessions, eb_kind kind)
{
    return kind == EB_KIND_META ? meta_need.entries : reserve(sessions, needs[kind].entries);
}

apr_uint64_t eb_limits_kind_size(apr_uint64_t sessions, eb_kind kind, int size_class)
{
    if (kind == EB_KIND_META) {
        return meta_need.sizes[size_class];
    }
    return reserve(sessions, needs[kind].sizes[size_class]);
}

apr_uint64_t eb_limits_owner(apr_uint64_t sessions, eb_kind kind, apr_uint64_t given)
{
    apr_uint64_t half = eb_limits_kind(sessions, kind) / 2;
    bool is_meant = given != 0 && (kind == EB_KIND_GRANT || given > half);
    return is_meant ? given : half;
}

static const need *need_of(eb_kind kind)
{
    return kind == EB_KIND_META ? &meta_need : &needs[kind];
}

int eb_limits_usual_size(eb_kind kind)
{
    int usual = 0;
    for (int size_class = 0; size_class < EB_SIZE_COUNT; size_class++) {
        if (need_of(kind)->sizes[size_class] >= 16) {
            usual = size_class;
        }
    }
    /* META's constants are no reservation for every login; its larger size is a rarity. */
    return kind == EB_KIND_META ? 2 : usual;
}

int eb_limits_largest_size(eb_kind kind)
{
    int largest = 0;
    for (int size_class = 0; size_class < EB_SIZE_COUNT; size_class++) {
        if (need_of(kind)->sizes[size_class] > 0) {
            largest = size_class;
        }
    }
    return largest;
}

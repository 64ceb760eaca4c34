/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one login needs of the store, and what EidasExpectedSessions therefore reserves.
 *
 * Pure arithmetic over one table. Every kind of entry has its own reservation, so a flood of one
 * kind leaves the others intact; no client takes more than half of a kind's reservation unless the
 * administrator gave it a number. Values go into slots of a few sizes; each kind has its own
 * reservation of each size too, so big values of one kind never take the room of another.
 */
#ifndef EB_STATE_LIMITS_H
#define EB_STATE_LIMITS_H

#include "state/state.h"

/* EidasExpectedSessions: numbers outside are brought to the nearer bound by all functions here.
 * (A slot is found by a 32-bit count of 64-byte lines, which 10 million sessions nearly fill.) */
#define EB_SESSIONS_MIN     16
#define EB_SESSIONS_MAX     10000000
#define EB_SESSIONS_DEFAULT 20000

/* Slot sizes, smallest first: an index from 0. */
#define EB_SIZE_COUNT 7

/* The number of sessions that is reckoned with. */
apr_uint64_t eb_limits_sessions(apr_uint64_t sessions);

/* Bytes of one slot of a size class, with its header: a multiple of 64. */
size_t eb_limits_slot_bytes(int size_class);

/* Live entries that a kind may have in the whole store: its reservation. At least one for every
 * expected session (META: a small constant). */
apr_uint64_t eb_limits_kind(apr_uint64_t sessions, eb_kind kind);

/* Slots of one size class that a kind may hold. The sizes of a kind together are more than its
 * reservation; a value goes into the smallest size with room, else into the next larger one. */
apr_uint64_t eb_limits_kind_size(apr_uint64_t sessions, eb_kind kind, int size_class);

/* Live entries of a kind that one client may have: `given` where the administrator gave a number
 * (MaxGrants), else half of the kind's reservation. The number is of grants; what comes with them
 * may outlive them (the mark of a redeemed code), so of other kinds it can allow more than half,
 * not less. */
apr_uint64_t eb_limits_owner(apr_uint64_t sessions, eb_kind kind, apr_uint64_t given);

/* The size class that is reserved for every login of this kind: values up to its capacity are
 * promised room, larger ones find it as far as the table's smaller reservations go. */
int eb_limits_usual_size(eb_kind kind);

/* The largest size class that a kind may use at all. */
int eb_limits_largest_size(eb_kind kind);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slots: the store in one shared-memory segment, the embedded default.
 *
 * The memory is the caller's (httpd's retained anonymous shared memory, or plain memory in a test) and may be
 * mapped at different addresses: offsets, never pointers. Shards, each with a robust process-shared mutex, an
 * index with overflow and slots of a few size classes. A holder killed at any point is healed by the next
 * locker: the shard's index is rebuilt from its checksummed slots.
 */
#ifndef EB_STATE_SLOTS_H
#define EB_STATE_SLOTS_H

#include "state/state.h"

/* What `sessions` expected logins need (EidasExpectedSessions), see state/limits. */
typedef struct eb_slots_geometry {
    apr_uint64_t sessions;
} eb_slots_geometry;

/* Bytes of memory that a geometry takes: a multiple of the page size. */
size_t eb_slots_size(const eb_slots_geometry *geometry);

/* Makes a new store in zeroed memory of eb_slots_size bytes: a new epoch, born `now` (wall clock). */
const eb_err *eb_slots_format(apr_pool_t *pool, void *memory, size_t size, const eb_slots_geometry *geometry,
                              const eb_random *random, apr_time_t now);

/* True when the memory holds a store of this layout version and geometry. */
bool eb_slots_matches(const void *memory, size_t size, const eb_slots_geometry *geometry);

/* A backend over formatted memory. The memory must outlive it. Safe for all threads and processes. */
const eb_err *eb_slots_open(apr_pool_t *pool, void *memory, size_t size, const eb_backend **ret_backend);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slots: the store in one shared-memory segment, the embedded default.
 *
 * The memory is the caller's (httpd's retained anonymous shared memory, or plain memory in a test)
 * and may be mapped at different addresses: offsets, never pointers. Shards, each with a robust
 * process-shared mutex, an index with overflow and slots of a few size classes. A holder killed at
 * any point is healed by the next locker: the shard's index is rebuilt from its checksummed slots.
 * What the killed one was about to write is then there whole or not at all; what it was about to
 * remove likewise; a swap leaves the old value or the new.
 *
 * Promises: a live entry is never evicted. An expired one is never given out; it is wiped when it
 * is met, when room is wanted, and by every later put (four each). As long as every value fits the
 * usual size of its kind (state/limits), EidasExpectedSessions logins of every kind find room:
 * each shard has so much more than its part that chance fills one before the whole with a
 * probability below 1e-8.
 *
 * Memory that no entry ever needed is never touched, so a large reservation costs address space;
 * what was once used stays with the segment and is used again first. Reading 1 KB costs one cache
 * line of index and the value's own lines, which lie in one page. Huge pages are not asked for:
 * they would make a store with few entries as big as a full one.
 */
#ifndef EB_STATE_SLOTS_H
#define EB_STATE_SLOTS_H

#include "state/state.h"

/* What `sessions` expected logins need (EidasExpectedSessions), see state/limits. Numbers outside
 * EB_SESSIONS_MIN to EB_SESSIONS_MAX are brought to the nearer bound. */
typedef struct eb_slots_geometry {
    apr_uint64_t sessions;
} eb_slots_geometry;

/* Bytes of memory that a geometry takes: a multiple of the page size. */
size_t eb_slots_size(const eb_slots_geometry *geometry);

/* Makes a new store in zeroed memory of eb_slots_size bytes, on a 64-byte boundary: a new epoch,
 * born `now` (wall clock). By one process, before any other opens it. EB_E_STATE_SEGMENT when the
 * memory is too small or the system lacks robust process-shared mutexes, EB_E_RANDOM. */
const eb_err *eb_slots_format(apr_pool_t *pool, void *memory, size_t size,
                              const eb_slots_geometry *geometry, const eb_random *random,
                              apr_time_t now);

/* True when the memory (at least a page) holds a store of this layout version and geometry: a new
 * generation of the server may go on with it. */
bool eb_slots_matches(const void *memory, size_t size, const eb_slots_geometry *geometry);

/* Keeps the memory out of core dumps. For whoever maps it, after mapping; children inherit it.
 * Advice: where the system has no such thing, nothing happens. */
void eb_slots_advise(void *memory, size_t size);

/* A backend over formatted memory. The memory must outlive it. Safe for all threads and processes.
 * EB_E_STATE_SEGMENT when the memory holds no store of this layout version. */
const eb_err *eb_slots_open(apr_pool_t *pool, void *memory, size_t size,
                            const eb_backend **ret_backend);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From settings to a bridge: defaults, cross-checks, everything made that requests only borrow.
 *
 * eb_setup_check is for configtest: makes nothing, writes nothing, runs nothing, and reports every
 * fault it finds through `report` (with file and line), not only the first.
 */
#ifndef EB_BRIDGE_SETUP_H
#define EB_BRIDGE_SETUP_H

#include "bridge/bridge.h"

typedef struct eb_setup_report {
    void (*fault)(void *context, const char *where, const eb_err *err); /* refuses the start */
    void (*remark)(void *context, const char *where,
                   const char *text); /* weaker than default; "not checked" */
    void *context;
} eb_setup_report;

/* Number of faults told; 0 is a sound configuration. now: wall clock (certificates, metadata
 * validity). */
int eb_setup_check(apr_pool_t *pool, const eb_settings *settings, apr_time_t now,
                   const eb_setup_report *report);

/* What only all issuers of a server together can be at fault in: an issuer or a key directory used
 * twice. Told at the later one. Number of faults told. */
int eb_setup_check_together(apr_pool_t *pool, const eb_settings *const *settings, int count,
                            const eb_setup_report *report);

/* At start, as root: opens keys (making them where allowed), reads secrets, metadata and pages. */
const eb_err *eb_setup_open(apr_pool_t *pool, const eb_settings *settings,
                            const eb_backend *backend, const eb_random *random, apr_time_t now,
                            const eb_log *log, eb_bridge **ret_bridge);

/* Splits an issuer into host ("host[:port]") and path ("" or "/…"); false when it is not
 * https://host[:port][/path] without trailing slash, query or fragment. */
bool eb_issuer_split(apr_pool_t *pool, const char *issuer, const char **ret_host,
                     const char **ret_path);

#endif

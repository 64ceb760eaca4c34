/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The self-test at start: before the first request is served, a tampered message must be refused.
 *
 * Neither the environment nor a library's own switches may weaken the reading of signatures (DESIGN
 * section 6); this proves it in the process that will serve.
 */
#ifndef EB_BRIDGE_SELFTEST_H
#define EB_BRIDGE_SELFTEST_H

#include "base/random.h"

#include <apr_time.h>

/* Signs a Response with a throwaway key and reads it as a provider's: the good one must be
 * accepted, one with an altered byte, one by another key and one without its signature refused.
 * EB_E_SIG_SELF_TEST says which was not. Takes some milliseconds. */
const eb_err *eb_selftest_run(apr_pool_t *pool, const eb_random *random, apr_time_t now);

#endif

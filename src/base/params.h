/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters of a query or a form (application/x-www-form-urlencoded): the only parser of them.
 *
 * Input is a stranger's. A repeated name, a broken escape, a NUL or invalid UTF-8 is remembered
 * with the parameter and told when it is asked for, so that an endpoint can first find the client
 * and then answer by redirect. At most EB_PARAMS_MAX parameters are read; more is an error at once.
 */
#ifndef EB_BASE_PARAMS_H
#define EB_BASE_PARAMS_H

#include "base/text.h"

#define EB_PARAMS_MAX 64

typedef enum { EB_PARAM_OK, EB_PARAM_ABSENT, EB_PARAM_REPEATED, EB_PARAM_MALFORMED } eb_param_state;

typedef struct eb_params eb_params;

/* NULL when there are more than EB_PARAMS_MAX parameters; an empty input gives an empty set. */
const eb_params *eb_params_parse(apr_pool_t *pool, const char *raw, size_t len);

/* The value of a name. An empty value counts as absent (RFC 6749 section 3.1). On EB_PARAM_OK
 * *ret_value is NUL-terminated UTF-8 without NUL; otherwise NULL. */
eb_param_state eb_params_get(const eb_params *params, const char *name, const char **ret_value);

/* The value when it is there and sound, else NULL. For names whose faults were judged already. */
const char *eb_params_value(const eb_params *params, const char *name);

/* The first fault among all parameters, known or not: EB_PARAM_OK, or EB_PARAM_REPEATED or
 * EB_PARAM_MALFORMED with the name (may be "" where the name itself is malformed). */
eb_param_state eb_params_fault(const eb_params *params, const char **ret_name);

/* Number of parameters, and the one at an index (for passing on). */
int eb_params_count(const eb_params *params);
void eb_params_at(const eb_params *params, int index, const char **ret_name,
                  const char **ret_value);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A query or a form as anyone may send it. What is given out is sound UTF-8, and nothing that is
 * repeated or malformed is given out at all. */
#include "base/params.h"

#include <apr_general.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool;
    apr_initialize();
    if (apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return 0;
    }
    const eb_params *params = eb_params_parse(pool, (const char *)data, size);
    const char *fault_name = NULL;
    bool is_fault_seen = false;
    eb_param_state fault = params == NULL ? EB_PARAM_OK : eb_params_fault(params, &fault_name);
    for (int i = 0; params != NULL && i < eb_params_count(params); i++) {
        const char *name, *value, *got;
        eb_params_at(params, i, &name, &value);
        eb_param_state state = eb_params_get(params, name, &got);
        if (!eb_is_utf8(name, strlen(name)) ||
            (value != NULL && !eb_is_utf8(value, strlen(value))) ||
            (state == EB_PARAM_OK) != (got != NULL) ||
            (state == EB_PARAM_ABSENT && (value == NULL || *value != '\0')) ||
            (got != NULL && got != value)) {
            abort();
        }
        is_fault_seen = is_fault_seen || value == NULL;
    }
    if (is_fault_seen != (fault != EB_PARAM_OK)) {
        abort();
    }
    apr_pool_destroy(pool);
    return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON as a client may send it: what is accepted is one object within the limits, and its dump is
 * accepted again. */
#include "base/json.h"

#include <apr_general.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int depth_of(const json_t *value)
{
    const char *name;
    json_t *inner;
    size_t i;
    int deepest = 0;
    if (json_is_object(value)) {
        json_object_foreach((json_t *)(uintptr_t)value, name, inner)
        {
            int depth = depth_of(inner);
            deepest = depth > deepest ? depth : deepest;
        }
        return deepest + 1;
    }
    if (json_is_array(value)) {
        json_array_foreach(value, i, inner)
        {
            int depth = depth_of(inner);
            deepest = depth > deepest ? depth : deepest;
        }
        return deepest + 1;
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const eb_json_limits roomy = {1024 * 1024, 10, 1000};
    apr_pool_t *pool;
    const json_t *object, *again;
    apr_initialize();
    if (apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return 0;
    }
    const eb_err *err = eb_json_parse(pool, EB_E_AUTHZ_PARAMETER, eb_span_bytes(data, size),
                                      &eb_json_limits_request, &object);
    if (err == NULL) {
        const char *text = eb_json_dump(pool, object);
        if (depth_of(object) > eb_json_limits_request.depth || text == NULL ||
            eb_json_parse(pool, EB_E_AUTHZ_PARAMETER, eb_span_str(text), &roomy, &again) != NULL ||
            !json_equal(object, again)) {
            abort();
        }
        (void)eb_json_get_string(object, "acr", &text);
    } else if (err->id != EB_E_AUTHZ_PARAMETER) {
        abort();
    }
    apr_pool_destroy(pool);
    return 0;
}

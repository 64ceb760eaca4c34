/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON (RFC 8259) by jansson, owned by pools.
 *
 * What a stranger sent is measured before it is parsed: bytes, depth and number of values are
 * bounded, and an object with a repeated member is refused, because two readers would read it
 * differently. Getters know what type they want and what range, and tell "absent" from "wrong".
 */
#ifndef EB_BASE_JSON_H
#define EB_BASE_JSON_H

#include "base/text.h"

#include <jansson.h>

typedef struct eb_json_limits {
    size_t bytes; /* of the text */
    int depth;    /* of nested objects and arrays; the outermost object is 1 */
    int values;   /* members and items altogether */
} eb_json_limits;

/* Enough for what clients send (`claims`, JWT payloads): 16 KiB, 10 deep, 1,000 values. */
extern const eb_json_limits eb_json_limits_request;

typedef enum { EB_JSON_OK, EB_JSON_ABSENT, EB_JSON_WRONG } eb_json_state;

/* Hands a value's reference to the pool: it is given back when the pool goes. Returns the value;
 * NULL (jansson out of memory) stays NULL. */
json_t *eb_json_own(apr_pool_t *pool, json_t *value);

/* A whole text that is one JSON object in UTF-8. A fault is an error with the caller's `id`, whose
 * message tells the place but nothing of the content. The object lives in the pool; do not keep
 * references beyond it. */
const eb_err *eb_json_parse(apr_pool_t *pool, eb_err_id id, eb_span text,
                            const eb_json_limits *limits, const json_t **ret_object);

/* The member of an object, in its type. JSON null is wrong, not absent. Outputs are borrowed from
 * the object and written only on EB_JSON_OK. A NULL object has no members. */
eb_json_state eb_json_get_string(const json_t *object, const char *name, const char **ret_text);
eb_json_state eb_json_get_bool(const json_t *object, const char *name, bool *ret_value);
/* Integers only, within [min, max]; 1.0 and 1e3 are wrong. */
eb_json_state eb_json_get_int(const json_t *object, const char *name, apr_int64_t min,
                              apr_int64_t max, apr_int64_t *ret_value);
eb_json_state eb_json_get_object(const json_t *object, const char *name, const json_t **ret_object);
eb_json_state eb_json_get_array(const json_t *object, const char *name, const json_t **ret_array);

/* The text of a value without white space, members in the order in which they were set. NULL only
 * when the value is NULL or cannot be written (out of memory). */
const char *eb_json_dump(apr_pool_t *pool, const json_t *value);

#endif

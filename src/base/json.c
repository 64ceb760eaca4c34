/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jansson behind limits and pools. */
#include "base/json.h"

#include <apr_strings.h>

const eb_json_limits eb_json_limits_request = {16 * 1024, 10, 1000};

static apr_status_t release(void *value)
{
    json_decref(value);
    return APR_SUCCESS;
}

json_t *eb_json_own(apr_pool_t *pool, json_t *value)
{
    if (value != NULL) {
        apr_pool_cleanup_register(pool, value, release, apr_pool_cleanup_null);
    }
    return value;
}

/* Depth and number of values, from brackets and commas outside strings. Exact for well-formed text,
 * and what is malformed is found by the parser afterwards, at no greater cost than this. */
static bool is_within(eb_span text, const eb_json_limits *limits)
{
    int depth = 0, values = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = text.data[i];
        if (in_string) {
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                in_string = false;
            }
            continue;
        }
        switch (c) {
        case '"':
            in_string = true;
            break;
        case '{':
        case '[':
            values++;
            if (++depth > limits->depth) {
                return false;
            }
            break;
        case '}':
        case ']':
            depth--;
            break;
        case ',':
            values++;
            break;
        default:
            break;
        }
        if (values > limits->values) {
            return false;
        }
    }
    return true;
}

const eb_err *eb_json_parse(apr_pool_t *pool, eb_err_id id, eb_span text,
                            const eb_json_limits *limits, const json_t **ret_object)
{
    if (text.len > limits->bytes) {
        return eb_err_make(
            pool, id, "JSON of %" APR_SIZE_T_FMT " bytes; at most %" APR_SIZE_T_FMT " are accepted",
            text.len, limits->bytes);
    }
    if (!is_within(text, limits)) {
        return eb_err_make(pool, id,
                           "JSON deeper than %d levels or with more than %d values is not accepted",
                           limits->depth, limits->values);
    }
    json_error_t fault;
    json_t *value = eb_json_own(pool, json_loadb(text.len == 0 ? "" : (const char *)text.data,
                                                 text.len, JSON_REJECT_DUPLICATES, &fault));
    if (value == NULL) {
        /* jansson's own sentence quotes the text, which may hold what the log must not. */
        return eb_err_make(pool, id,
                           "expected a JSON object, found a fault of kind %d at line %d, column %d",
                           (int)json_error_code(&fault), fault.line, fault.column);
    }
    if (!json_is_object(value)) {
        return eb_err_make(pool, id, "expected a JSON object, found another JSON value");
    }
    *ret_object = value;
    return NULL;
}

eb_json_state eb_json_get_string(const json_t *object, const char *name, const char **ret_text)
{
    const json_t *value = json_object_get(object, name);
    if (value == NULL) {
        return EB_JSON_ABSENT;
    }
    if (!json_is_string(value)) {
        return EB_JSON_WRONG;
    }
    *ret_text = json_string_value(value);
    return EB_JSON_OK;
}

eb_json_state eb_json_get_bool(const json_t *object, const char *name, bool *ret_value)
{
    const json_t *value = json_object_get(object, name);
    if (value == NULL) {
        return EB_JSON_ABSENT;
    }
    if (!json_is_boolean(value)) {
        return EB_JSON_WRONG;
    }
    *ret_value = json_is_true(value);
    return EB_JSON_OK;
}

eb_json_state eb_json_get_int(const json_t *object, const char *name, apr_int64_t min,
                              apr_int64_t max, apr_int64_t *ret_value)
{
    const json_t *value = json_object_get(object, name);
    if (value == NULL) {
        return EB_JSON_ABSENT;
    }
    if (!json_is_integer(value)) {
        return EB_JSON_WRONG;
    }
    json_int_t number = json_integer_value(value);
    if (number < min || number > max) {
        return EB_JSON_WRONG;
    }
    *ret_value = number;
    return EB_JSON_OK;
}

static eb_json_state get_typed(const json_t *object, const char *name, json_type type,
                               const json_t **ret_value)
{
    const json_t *value = json_object_get(object, name);
    if (value == NULL) {
        return EB_JSON_ABSENT;
    }
    if (json_typeof(value) != type) {
        return EB_JSON_WRONG;
    }
    *ret_value = value;
    return EB_JSON_OK;
}

eb_json_state eb_json_get_object(const json_t *object, const char *name, const json_t **ret_object)
{
    return get_typed(object, name, JSON_OBJECT, ret_object);
}

eb_json_state eb_json_get_array(const json_t *object, const char *name, const json_t **ret_array)
{
    return get_typed(object, name, JSON_ARRAY, ret_array);
}

const char *eb_json_dump(apr_pool_t *pool, const json_t *value)
{
    const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
    size_t len = value == NULL ? 0 : json_dumpb(value, NULL, 0, flags);
    if (len == 0) {
        return NULL;
    }
    char *text = apr_palloc(pool, len + 1);
    if (json_dumpb(value, text, len, flags) != len) {
        return NULL;
    }
    text[len] = '\0';
    return text;
}

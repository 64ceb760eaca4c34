/* SPDX-License-Identifier: GPL-3.0-or-later */
/* application/x-www-form-urlencoded (URL standard section 5.1), read once and strictly. */
#include "base/params.h"

#include <stdint.h>
#include <string.h>

typedef struct entry {
    const char *name;  /* "" where the name itself is malformed */
    const char *value; /* NULL where name or value is malformed */
    eb_param_state state;
} entry;

struct eb_params {
    entry entries[EB_PARAMS_MAX];
    int count;
};

static int hex_value(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* True when one of the eight bytes is `c`. */
static bool has_byte(uint64_t word, unsigned char c)
{
    uint64_t zero_where_found = word ^ 0x0101010101010101U * c;
    return ((zero_where_found - 0x0101010101010101U) & ~zero_where_found & 0x8080808080808080U) !=
           0;
}

/* Text between separators, decoded; NULL for a broken escape, a NUL or what is not UTF-8. */
static const char *decode(apr_pool_t *pool, const char *raw, size_t len)
{
    char *out = apr_palloc(pool, len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        uint64_t word;
        if (len - i > sizeof word) { /* most of a long value needs no decoding */
            memcpy(&word, raw + i, sizeof word);
            if (!has_byte(word, '%') && !has_byte(word, '+')) {
                memcpy(out + n, &word, sizeof word);
                n += sizeof word;
                i += sizeof word - 1;
                continue;
            }
        }
        char c = raw[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            int high = len - i > 2 ? hex_value((unsigned char)raw[i + 1]) : -1;
            int low = len - i > 2 ? hex_value((unsigned char)raw[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return NULL;
            }
            c = (char)(high << 4 | low);
            i += 2;
        }
        out[n++] = c;
    }
    out[n] = '\0';
    return eb_is_utf8(out, n) ? out : NULL;
}

static entry *find(eb_params *params, const char *name)
{
    for (int i = 0; i < params->count; i++) {
        if (strcmp(params->entries[i].name, name) == 0) {
            return &params->entries[i];
        }
    }
    return NULL;
}

/* One "name=value". A second one of the same name leaves its mark on the first and is dropped: what
 * is repeated is never used, so its value need not be kept. */
static bool add(apr_pool_t *pool, eb_params *params, const char *raw, size_t len)
{
    const char *equals = memchr(raw, '=', len);
    size_t name_len = equals == NULL ? len : (size_t)(equals - raw);
    const char *name = decode(pool, raw, name_len);
    const char *value = equals == NULL ? "" : decode(pool, equals + 1, len - name_len - 1);
    bool is_sound = name != NULL && value != NULL;

    entry *earlier = find(params, name == NULL ? "" : name);
    if (earlier != NULL) {
        if (!is_sound || earlier->state == EB_PARAM_MALFORMED) {
            earlier->state = EB_PARAM_MALFORMED;
        } else {
            earlier->state = EB_PARAM_REPEATED;
        }
        earlier->value = NULL;
        return true;
    }
    if (params->count == EB_PARAMS_MAX) {
        return false;
    }
    params->entries[params->count++] = (entry){name == NULL ? "" : name, is_sound ? value : NULL,
                                               is_sound ? EB_PARAM_OK : EB_PARAM_MALFORMED};
    return true;
}

const eb_params *eb_params_parse(apr_pool_t *pool, const char *raw, size_t len)
{
    eb_params *params = apr_pcalloc(pool, sizeof *params);
    size_t at = 0;
    while (at < len) {
        const char *end = memchr(raw + at, '&', len - at);
        size_t part = end == NULL ? len - at : (size_t)(end - (raw + at));
        if (part > 0 && !add(pool, params, raw + at, part)) {
            return NULL;
        }
        at += part + 1;
    }
    return params;
}

eb_param_state eb_params_get(const eb_params *params, const char *name, const char **ret_value)
{
    *ret_value = NULL;
    for (int i = 0; i < params->count; i++) {
        const entry *e = &params->entries[i];
        if (strcmp(e->name, name) == 0) {
            if (e->state == EB_PARAM_OK && *e->value == '\0') {
                return EB_PARAM_ABSENT;
            }
            *ret_value = e->value;
            return e->state;
        }
    }
    return EB_PARAM_ABSENT;
}

const char *eb_params_value(const eb_params *params, const char *name)
{
    const char *value;
    return eb_params_get(params, name, &value) == EB_PARAM_OK ? value : NULL;
}

eb_param_state eb_params_fault(const eb_params *params, const char **ret_name)
{
    for (int i = 0; i < params->count; i++) {
        if (params->entries[i].state != EB_PARAM_OK) {
            *ret_name = params->entries[i].name;
            return params->entries[i].state;
        }
    }
    *ret_name = NULL;
    return EB_PARAM_OK;
}

int eb_params_count(const eb_params *params)
{
    return params->count;
}

void eb_params_at(const eb_params *params, int index, const char **ret_name, const char **ret_value)
{
    *ret_name = params->entries[index].name;
    *ret_value = params->entries[index].value;
}

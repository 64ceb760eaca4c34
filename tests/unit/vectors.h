/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading tests/data/formats.json: vectors that software not ours computed. */
#ifndef EB_TESTS_VECTORS_H
#define EB_TESTS_VECTORS_H

#include "base/text.h"

#include <apr_strings.h>
#include <check.h>
#include <jansson.h>
#include <string.h>

/* The whole file; json_decref it. */
static inline json_t *vectors_read(void)
{
    json_error_t fault;
    json_t *vectors = json_load_file(EB_TEST_DATA "/formats.json", JSON_REJECT_DUPLICATES, &fault);
    ck_assert_msg(vectors != NULL, "formats.json: %s", fault.text);
    return vectors;
}

static inline const char *vector_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    ck_assert_msg(text != NULL, "formats.json lacks %s", name);
    return text;
}

static inline eb_span bytes_of_hex(apr_pool_t *pool, const char *hex)
{
    static const char digits[] = "0123456789abcdef";
    size_t len = strlen(hex) / 2;
    unsigned char *out = apr_palloc(pool, len + 1);
    for (size_t i = 0; i < len; i++) {
        const char *high = strchr(digits, hex[i * 2]);
        const char *low = strchr(digits, hex[i * 2 + 1]);
        ck_assert_msg(high != NULL && low != NULL, "not hex: %s", hex);
        out[i] = (unsigned char)((high - digits) << 4 | (low - digits));
    }
    return eb_span_bytes(out, len);
}

static inline eb_span vector_bytes(apr_pool_t *pool, const json_t *object, const char *name)
{
    return bytes_of_hex(pool, vector_text(object, name));
}

#define ck_assert_span_eq(a, b)                                                                    \
    do {                                                                                           \
        ck_assert_uint_eq((a).len, (b).len);                                                       \
        ck_assert_mem_eq((a).data, (b).data, (a).len);                                             \
    } while (0)

#define ck_assert_success(expression)                                                              \
    do {                                                                                           \
        const eb_err *err_ = (expression);                                                         \
        ck_assert_msg(err_ == NULL, "%s: %s", err_ ? err_->name : "", err_ ? err_->message : "");  \
    } while (0)

#define ck_assert_refused(expression, expected)                                                    \
    do {                                                                                           \
        const eb_err *err_ = (expression);                                                         \
        ck_assert_msg(err_ != NULL, "expected a refusal with " #expected);                         \
        ck_assert_msg(err_->id == (expected), "expected " #expected ", found %s: %s", err_->name,  \
                      err_->message);                                                              \
    } while (0)

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading and writing of values in the configuration. Pure; nothing here knows a directive. */
#include "bridge/value.h"

#include <apr_cstr.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#define NUMBER_MAX   APR_INT64_C(1000000000000)
#define DURATION_MAX apr_time_from_sec(APR_INT64_C(10) * 366 * 86400)
#define LONGEST_WORD 64

/* Digits, then at most one unit of `units`; its factor from `factors`. */
static bool read_with_unit(const char *text, const char *units, const apr_int64_t *factors,
                           bool needs_unit, apr_int64_t max, apr_int64_t *ret_value)
{
    apr_int64_t value = 0, factor = 1;
    const char *unit;

    if (!apr_isdigit(*text)) {
        return false;
    }
    for (; apr_isdigit(*text); text++) {
        value = value * 10 + (*text - '0');
        if (value > NUMBER_MAX) {
            return false;
        }
    }
    if (*text != '\0') {
        unit = strchr(units, *text);
        if (unit == NULL || text[1] != '\0') {
            return false;
        }
        factor = factors[unit - units];
    } else if (needs_unit && value != 0) {
        return false;
    }
    if (value > max / factor) {
        return false;
    }
    *ret_value = value * factor;
    return true;
}

bool eb_value_duration(const char *text, apr_interval_time_t *ret_duration)
{
    static const apr_int64_t factors[] = {APR_USEC_PER_SEC, 60 * APR_USEC_PER_SEC,
                                          3600 * APR_USEC_PER_SEC, 86400 * APR_USEC_PER_SEC};
    return read_with_unit(text, "smhd", factors, true, DURATION_MAX, ret_duration);
}

bool eb_value_size(const char *text, apr_int64_t *ret_bytes)
{
    static const apr_int64_t factors[] = {1024,
                                          1024,
                                          APR_INT64_C(1) << 20,
                                          APR_INT64_C(1) << 20,
                                          APR_INT64_C(1) << 30,
                                          APR_INT64_C(1) << 30};
    return read_with_unit(text, "KkMmGg", factors, false, APR_INT64_C(1) << 40, ret_bytes);
}

bool eb_value_number(const char *text, apr_int64_t *ret_number)
{
    return read_with_unit(text, "", NULL, false, NUMBER_MAX, ret_number);
}

bool eb_value_flag(const char *text, int *ret_flag)
{
    if (apr_cstr_casecmp(text, "on") == 0) {
        *ret_flag = 1;
        return true;
    }
    if (apr_cstr_casecmp(text, "off") == 0) {
        *ret_flag = 0;
        return true;
    }
    return false;
}

const char *eb_value_duration_text(apr_pool_t *pool, apr_interval_time_t duration)
{
    apr_int64_t seconds = apr_time_sec(duration);

    if (duration % APR_USEC_PER_SEC != 0) {
        return apr_psprintf(pool, "%" APR_INT64_T_FMT "us", duration);
    }
    if (seconds != 0 && seconds % 86400 == 0) {
        return apr_psprintf(pool, "%" APR_INT64_T_FMT "d", seconds / 86400);
    }
    if (seconds != 0 && seconds % 3600 == 0) {
        return apr_psprintf(pool, "%" APR_INT64_T_FMT "h", seconds / 3600);
    }
    if (seconds > 300 && seconds % 60 == 0) {
        return apr_psprintf(pool, "%" APR_INT64_T_FMT "m", seconds / 60);
    }
    return apr_psprintf(pool, "%" APR_INT64_T_FMT "s", seconds);
}

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Levenshtein's distance, without regard to case; both at most LONGEST_WORD long. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t row[LONGEST_WORD + 1];

    for (size_t j = 0; j <= b_len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t above = row[j];
            size_t cost = apr_tolower(a[i - 1]) == apr_tolower(b[j - 1]) ? 0 : 1;
            row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + cost);
            diagonal = above;
        }
    }
    return row[b_len];
}

const char *eb_value_nearest(const char *const *words, const char *text)
{
    const char *nearest = NULL;
    size_t least = LONGEST_WORD, text_len = strlen(text);

    if (text_len > LONGEST_WORD) {
        return NULL;
    }
    for (; *words != NULL; words++) {
        size_t len = strlen(*words);
        size_t away = len <= LONGEST_WORD ? distance(text, text_len, *words, len) : LONGEST_WORD;
        if (away <= (len + 2) / 3 && away < least) {
            least = away;
            nearest = *words;
        }
    }
    return nearest;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values as an administrator writes them: durations, sizes, numbers, and the nearest known word.
 */
#ifndef EB_BRIDGE_VALUE_H
#define EB_BRIDGE_VALUE_H

#include <apr_pools.h>
#include <apr_time.h>
#include <stdbool.h>

/* `30s`, `5m`, `8h`, `7d`, and `0`; at most ten years. A bare number other than 0 is refused: its
 * unit would be a guess. False and *ret_duration untouched on any fault. */
bool eb_value_duration(const char *text, apr_interval_time_t *ret_duration);

/* Bytes: `1500`, `64K`, `2M`, `1G`; at most 1T. */
bool eb_value_size(const char *text, apr_int64_t *ret_bytes);

/* A decimal number from 0 to 10^12, digits only. */
bool eb_value_number(const char *text, apr_int64_t *ret_number);

/* On or Off, any case. */
bool eb_value_flag(const char *text, int *ret_flag);

/* The duration as it is written above, in the largest unit that divides it; up to five minutes in
 * seconds, as the manual does. */
const char *eb_value_duration_text(apr_pool_t *pool, apr_interval_time_t duration);

/* The word (of a NULL-terminated list) that is at most a third of its letters away from `text` by
 * insertions, deletions and replacements, any case; the nearest of several, NULL when none is that
 * near. */
const char *eb_value_nearest(const char *const *words, const char *text);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the files of setup tell faults, and the small judgements that several of them make. */
#include "bridge/claims.h"
#include "bridge/claims_change.h"
#include "bridge/setup_internal.h"
#include "bridge/value.h"

#include <apr_strings.h>
#include <stdarg.h>
#include <string.h>

/* ------------------------------------------------------------------------------- telling */

static void tell(eb_setup *setup, const char *where, const eb_err *err)
{
    setup->faults++;
    setup->report->fault(setup->report->context, where, err);
}

void eb_setup_fault(eb_setup *setup, const char *where, eb_err_id id, const char *format, ...)
{
    va_list arguments;
    const char *text;

    va_start(arguments, format);
    text = apr_pvsprintf(setup->pool, format, arguments);
    va_end(arguments);
    tell(setup, where, eb_err_make(setup->pool, id, "%s", text));
}

void eb_setup_fault_err(eb_setup *setup, const char *where, const eb_err *err)
{
    if (err != NULL) {
        tell(setup, where, err);
    }
}

void eb_setup_remark(eb_setup *setup, const char *where, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    setup->report->remark(setup->report->context, where,
                          apr_pvsprintf(setup->pool, format, arguments));
    va_end(arguments);
}

/* ----------------------------------------------------------------------- small judgements */

apr_interval_time_t eb_setup_duration(eb_setup *setup, const char *where, const char *word,
                                      apr_interval_time_t value, apr_interval_time_t least,
                                      apr_interval_time_t most, apr_interval_time_t otherwise)
{
    if (value == EB_UNSET) {
        return otherwise;
    }
    if (value < least || value > most) {
        eb_setup_fault(setup, where, EB_E_CONFIG_LIFETIME, "%s: found %s, accepted is %s to %s",
                       word, eb_value_duration_text(setup->pool, value),
                       eb_value_duration_text(setup->pool, least),
                       eb_value_duration_text(setup->pool, most));
        return otherwise;
    }
    if (value > otherwise) {
        eb_setup_remark(setup, where, "%s %s is weaker than its default %s", word,
                        eb_value_duration_text(setup->pool, value),
                        eb_value_duration_text(setup->pool, otherwise));
    }
    return value;
}

bool eb_is_uri(const char *text, size_t max_len)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t scheme =
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");

    if (strchr(letters, text[0]) == NULL || text[0] == '\0' || text[scheme] != ':' ||
        text[scheme + 1] == '\0' || strlen(text) > max_len) {
        return false;
    }
    for (const char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c <= ' ' || *c == '\x7f' || strchr("<>\"\\^`{|}", *c) != NULL) {
            return false;
        }
    }
    return true;
}

const char *const *eb_setup_words(const apr_array_header_t *array, int *ret_count)
{
    *ret_count = array != NULL ? array->nelts : 0;
    return array != NULL ? (const char *const *)(const void *)array->elts : NULL;
}

const eb_claim_rule *eb_setup_claim_rules(eb_setup *setup, const apr_array_header_t *rows,
                                          const eb_claim_rule *more, int more_count, int *ret_count)
{
    int own = rows != NULL ? rows->nelts : 0;
    eb_claim_rule *rules =
        apr_pcalloc(setup->pool, sizeof(*rules) * (size_t)(own + more_count + 1));

    for (int i = 0; i < own; i++) {
        const eb_map_claim *row = &APR_ARRAY_IDX(rows, i, eb_map_claim);
        const char *fault = eb_claims_name_fault(row->claim);
        if (fault != NULL) {
            eb_setup_fault(setup, row->where, EB_E_CONFIG_CLAIM, "MapClaim: found '%s': %s",
                           eb_printable(setup->pool, row->claim), fault);
        }
        fault = eb_claim_rule_parse(setup->pool, row->words, row->word_count, &rules[i]);
        if (fault != NULL) {
            eb_setup_fault(setup, row->where, EB_E_CONFIG_CLAIM, "MapClaim %s: %s",
                           eb_printable(setup->pool, row->claim), fault);
        }
        rules[i].claim = row->claim;
    }
    if (more_count > 0) {
        memcpy(rules + own, more, sizeof(*rules) * (size_t)more_count);
    }
    *ret_count = own + more_count;
    return rules;
}

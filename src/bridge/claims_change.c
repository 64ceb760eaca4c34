/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bridge/claims_change.h"

#include "bridge/value.h"

#include <apr_cstr.h>
#include <apr_strings.h>
#include <regex.h>
#include <string.h>

#define MATCH_MAX_LEN 1024
#define GROUPS        10

typedef enum { FORM_JOIN, FORM_SPLIT, FORM_MATCH, FORM_TABLE } form;

typedef struct table_row {
    const char *key, *value;
} table_row;

struct eb_claim_change {
    form form;
    const char *separator;         /* join, split */
    const char *const *attributes; /* join: all of them */
    int attribute_count;
    regex_t pattern; /* match */
    const char *replacement;
    const table_row *rows; /* table */
    int row_count;
};

/* -- reading --------------------------------------------------------------------------------------
 */

static apr_status_t free_pattern(void *change)
{
    regfree(&((eb_claim_change *)change)->pattern);
    return APR_SUCCESS;
}

/* The highest group that a replacement asks for; -1 where a $ stands alone. */
static int highest_group(const char *replacement)
{
    int highest = 0;

    for (const char *at = strchr(replacement, '$'); at != NULL; at = strchr(at + 2, '$')) {
        if (at[1] != '$' && (at[1] < '0' || at[1] > '9')) {
            return -1;
        }
        if (at[1] != '$' && at[1] - '0' > highest) {
            highest = at[1] - '0';
        }
    }
    return highest;
}

static const char *read_match(apr_pool_t *pool, const char *const *words, eb_claim_change *change)
{
    char reason[128];
    int highest = highest_group(words[2]);
    int status = regcomp(&change->pattern, words[1], REG_EXTENDED);

    if (status != 0) {
        regerror(status, &change->pattern, reason, sizeof(reason));
        return apr_psprintf(pool, "match: '%s' is no POSIX extended regular expression: %s",
                            eb_printable(pool, words[1]), reason);
    }
    apr_pool_cleanup_register(pool, change, free_pattern, apr_pool_cleanup_null);
    if (highest < 0) {
        return apr_psprintf(pool, "match: found '%s', accepted after $ is one of 0 to 9, or $",
                            eb_printable(pool, words[2]));
    }
    if ((size_t)highest > change->pattern.re_nsub) {
        return apr_psprintf(pool, "match: found $%d, but '%s' has %d pairs of parentheses", highest,
                            eb_printable(pool, words[1]), (int)change->pattern.re_nsub);
    }
    change->replacement = words[2];
    return NULL;
}

static const char *read_table(apr_pool_t *pool, const char *const *words, int count,
                              eb_claim_change *change)
{
    table_row *rows = apr_palloc(pool, sizeof(*rows) * (size_t)count);

    for (int i = 2; i < count; i++) {
        const char *equals = strrchr(words[i], '=');

        if (equals == NULL || equals == words[i] || eb_is_blank(equals + 1)) {
            return apr_psprintf(pool, "table: found '%s', accepted is KEY=VALUE",
                                eb_printable(pool, words[i]));
        }
        rows[i - 2].key = apr_pstrmemdup(pool, words[i], (apr_size_t)(equals - words[i]));
        rows[i - 2].value = equals + 1;
    }
    change->rows = rows;
    change->row_count = count - 2;
    return NULL;
}

/* One form: its word, how many words it has, and how it is written. */
typedef struct form_row {
    const char *word;
    int least, most;
    const char *usage;
} form_row;

static const form_row forms[] = {
    {"from", 2, 2, "from ATTRIBUTE"},
    {"value", 2, 2, "value TEXT"},
    {"join", 4, 32, "join SEPARATOR ATTRIBUTE ATTRIBUTE …"},
    {"split", 3, 3, "split SEPARATOR ATTRIBUTE"},
    {"match", 4, 4, "match EXPRESSION REPLACEMENT ATTRIBUTE"},
    {"table", 3, 4096, "table ATTRIBUTE KEY=VALUE …"},
};

#define FORM_COUNT (sizeof(forms) / sizeof(forms[0]))

static const form_row *find_form(const char *word)
{
    for (size_t i = 0; i < FORM_COUNT; i++) {
        if (apr_cstr_casecmp(word, forms[i].word) == 0) {
            return &forms[i];
        }
    }
    return NULL;
}

static const char *unknown_form(apr_pool_t *pool, const char *word)
{
    static const char *const words[] = {"from", "value", "join", "split", "match", "table", NULL};
    const char *nearest = eb_value_nearest(words, word);

    return apr_psprintf(pool,
                        "found '%s', accepted is from, value, join, split, match or table%s%s%s",
                        eb_printable(pool, word), nearest != NULL ? " (did you mean " : "",
                        nearest != NULL ? nearest : "", nearest != NULL ? "?)" : "");
}

const char *eb_claim_rule_parse(apr_pool_t *pool, const char *const *words, int word_count,
                                eb_claim_rule *ret_rule)
{
    const form_row *row = word_count > 0 ? find_form(words[0]) : NULL;
    eb_claim_change *change;

    if (row == NULL) {
        return unknown_form(pool, word_count > 0 ? words[0] : "");
    }
    if (word_count < row->least || word_count > row->most) {
        return apr_psprintf(pool, "found %d words, accepted is %s", word_count, row->usage);
    }
    ret_rule->is_value = row == &forms[1];
    ret_rule->argument = words[1];
    ret_rule->change = NULL;
    if (row <= &forms[1]) {
        return NULL;
    }
    change = apr_pcalloc(pool, sizeof(*change));
    change->form = (form)(row - &forms[2]);
    ret_rule->change = change;
    switch (change->form) {
    case FORM_TABLE:
        return read_table(pool, words, word_count, change);
    case FORM_MATCH:
        ret_rule->argument = words[3];
        return read_match(pool, words, change);
    case FORM_JOIN:
    case FORM_SPLIT:
        break;
    }
    change->separator = words[1];
    change->attributes = words + 2;
    change->attribute_count = word_count - 2;
    ret_rule->argument = words[2];
    if (change->form == FORM_SPLIT && *change->separator == '\0') {
        return "split: found an empty separator, accepted is at least one character";
    }
    return NULL;
}

const char *const *eb_claim_rule_attributes(apr_pool_t *pool, const eb_claim_rule *rule,
                                            int *ret_count)
{
    if (eb_claim_is_join(rule)) {
        *ret_count = rule->change->attribute_count;
        return rule->change->attributes;
    }
    *ret_count = rule->is_value ? 0 : 1;
    return apr_pmemdup(pool, &rule->argument, sizeof(rule->argument));
}

/* -- using ----------------------------------------------------------------------------------------
 */

bool eb_claim_is_join(const eb_claim_rule *rule)
{
    return rule->change != NULL && rule->change->form == FORM_JOIN;
}

const char *eb_claim_join(apr_pool_t *pool, const eb_claim_rule *rule, const char *const *texts,
                          int count)
{
    const char *joined = NULL;

    for (int i = 0; i < count; i++) {
        if (texts[i] == NULL) {
            return NULL;
        }
        joined = joined == NULL
                     ? texts[i]
                     : apr_pstrcat(pool, joined, rule->change->separator, texts[i], NULL);
    }
    return joined;
}

static void add(apr_array_header_t *made, const char *text, bool is_eidas)
{
    if (!eb_is_blank(text)) {
        APR_ARRAY_PUSH(made, eb_claim_text) = (eb_claim_text){text, is_eidas};
    }
}

static void split(apr_pool_t *pool, const eb_claim_change *change, const eb_claim_text *from,
                  apr_array_header_t *made)
{
    const char *text = from->text;
    const char *end;

    while ((end = strstr(text, change->separator)) != NULL) {
        add(made, apr_pstrmemdup(pool, text, (apr_size_t)(end - text)), from->is_eidas);
        text = end + strlen(change->separator);
    }
    add(made, text, from->is_eidas);
}

static void match(apr_pool_t *pool, const eb_claim_change *change, const eb_claim_text *from,
                  apr_array_header_t *made)
{
    regmatch_t found[GROUPS];
    const char *at = change->replacement;
    const char *text = "";

    if (strlen(from->text) > MATCH_MAX_LEN ||
        regexec(&change->pattern, from->text, GROUPS, found, 0) != 0) {
        return;
    }
    for (;;) {
        const char *dollar = strchr(at, '$');
        const char *piece = "";

        if (dollar == NULL) {
            add(made, apr_pstrcat(pool, text, at, NULL), from->is_eidas);
            return;
        }
        if (dollar[1] == '$') {
            piece = "$";
        } else if (found[dollar[1] - '0'].rm_so >= 0) {
            const regmatch_t *group = &found[dollar[1] - '0'];

            piece = apr_pstrmemdup(pool, from->text + group->rm_so,
                                   (apr_size_t)(group->rm_eo - group->rm_so));
        }
        text = apr_pstrcat(pool, text, apr_pstrmemdup(pool, at, (apr_size_t)(dollar - at)), piece,
                           NULL);
        at = dollar + 2;
    }
}

static bool has(const apr_array_header_t *made, const char *text)
{
    for (int i = 0; i < made->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(made, i, eb_claim_text).text, text) == 0) {
            return true;
        }
    }
    return false;
}

static void look_up(const eb_claim_change *change, const eb_claim_text *from,
                    apr_array_header_t *made)
{
    for (int i = 0; i < change->row_count; i++) {
        if (strcmp(change->rows[i].key, from->text) == 0 && !has(made, change->rows[i].value)) {
            add(made, change->rows[i].value, false);
        }
    }
}

const eb_claim_text *eb_claim_apply(apr_pool_t *pool, const eb_claim_rule *rule,
                                    const eb_claim_text *texts, int count, int *ret_count)
{
    const eb_claim_change *change = rule->change;
    apr_array_header_t *made;

    if (change == NULL || change->form == FORM_JOIN) {
        *ret_count = count;
        return texts;
    }
    made = apr_array_make(pool, count + 1, sizeof(eb_claim_text));
    for (int i = 0; i < count; i++) {
        if (change->form == FORM_SPLIT) {
            split(pool, change, &texts[i], made);
        } else if (change->form == FORM_MATCH) {
            match(pool, change, &texts[i], made);
        } else {
            look_up(change, &texts[i], made);
        }
    }
    *ret_count = made->nelts;
    return (const eb_claim_text *)(const void *)made->elts;
}

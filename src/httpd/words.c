/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one reader of arguments, for directives and for the words inside sections.
 *
 * A table row says the kind and the member; so every word is refused in the same way: what was
 * found, what is accepted, and the nearest known word.
 */
#include "bridge/value.h"
#include "httpd/glue.h"

#include <apr_cstr.h>
#include <apr_strings.h>

const char *eb_directive_where(apr_pool_t *pool, const ap_directive_t *directive)
{
    return apr_psprintf(pool, "%s:%d", directive->filename, directive->line_num);
}

const char *eb_word_fault(const eb_word_use *use, const char *found, const char *accepted)
{
    return apr_psprintf(use->pool, "%s: found '%s', accepted is %s", use->word->name,
                        eb_printable(use->pool, found), accepted);
}

void *eb_word_push(const eb_word_use *use, int size)
{
    apr_array_header_t **array =
        (apr_array_header_t **)(void *)((char *)use->target + use->word->offset);

    if (*array == NULL) {
        *array = apr_array_make(use->pool, 4, size);
    }
    return apr_array_push(*array);
}

const char *eb_word_source(apr_pool_t *pool, const char *text)
{
    if (strncmp(text, "env:", 4) == 0 || strncmp(text, "exec:", 5) == 0) {
        return text;
    }
    return ap_server_root_relative(pool, text);
}

static const char *choices_text(apr_pool_t *pool, const eb_choice *choices)
{
    const char *text = choices->word;

    for (choices++; choices->word != NULL; choices++) {
        text =
            apr_pstrcat(pool, text, choices[1].word == NULL ? " or " : ", ", choices->word, NULL);
    }
    return text;
}

static const char *choice_fault(const eb_word_use *use, const char *found)
{
    const char *words[32];
    const char *nearest;
    int count = 0;

    for (const eb_choice *choice = use->word->choices; choice->word != NULL && count < 31;
         choice++) {
        words[count++] = choice->word;
    }
    words[count] = NULL;
    nearest = eb_value_nearest(words, found);
    return apr_pstrcat(
        use->pool, eb_word_fault(use, found, choices_text(use->pool, use->word->choices)),
        nearest != NULL ? "; did you mean " : NULL, nearest, nearest != NULL ? "?" : NULL, NULL);
}

static const eb_choice *choice_find(const eb_choice *choices, const char *word)
{
    for (; choices->word != NULL; choices++) {
        if (apr_cstr_casecmp(choices->word, word) == 0) {
            return choices;
        }
    }
    return NULL;
}

static const char *read_set(const eb_word_use *use, void *member)
{
    unsigned int set = 0;

    for (int i = 0; i < use->argument_count; i++) {
        const eb_choice *choice = choice_find(use->word->choices, use->arguments[i]);
        if (choice == NULL) {
            return choice_fault(use, use->arguments[i]);
        }
        set |= (unsigned int)choice->value;
    }
    *(unsigned int *)member = set;
    return NULL;
}

static const char *read_list(const eb_word_use *use)
{
    for (int i = 0; i < use->argument_count; i++) {
        *(const char **)eb_word_push(use, sizeof(const char *)) = use->arguments[i];
    }
    return NULL;
}

/* The kinds that take exactly one argument. */
static const char *read_one(const eb_word_use *use, void *member)
{
    const char *argument = use->arguments[0];
    const eb_choice *choice;
    const char *path;

    switch (use->word->kind) {
    case EB_WORD_FILE:
        path = ap_server_root_relative(use->pool, argument);
        if (path == NULL) {
            return eb_word_fault(use, argument, "the path of a file or directory");
        }
        *(const char **)member = path;
        return NULL;
    case EB_WORD_FLAG:
        return eb_value_flag(argument, member) ? NULL : eb_word_fault(use, argument, "On or Off");
    case EB_WORD_DURATION:
        return eb_value_duration(argument, member)
                   ? NULL
                   : eb_word_fault(use, argument,
                                   "a duration with its unit, such as 30s, 5m, 8h or 7d");
    case EB_WORD_SIZE:
        return eb_value_size(argument, member)
                   ? NULL
                   : eb_word_fault(use, argument, "a size in bytes, such as 1500, 64K or 2M");
    case EB_WORD_NUMBER:
        return eb_value_number(argument, member) ? NULL
                                                 : eb_word_fault(use, argument, "a whole number");
    case EB_WORD_CHOICE:
        choice = choice_find(use->word->choices, argument);
        if (choice == NULL) {
            return choice_fault(use, argument);
        }
        *(int *)member = choice->value;
        return NULL;
    default:
        *(const char **)member = argument;
        return NULL;
    }
}

static const char *read_arguments(const eb_word_use *use)
{
    void *member = (char *)use->target + use->word->offset;

    if (use->argument_count == 0) {
        return apr_psprintf(use->pool, "%s: a value is missing%s%s", use->word->name,
                            use->word->accepted != NULL ? "; accepted is " : "",
                            use->word->accepted != NULL ? use->word->accepted : "");
    }
    switch (use->word->kind) {
    case EB_WORD_CUSTOM:
        return use->word->read(use);
    case EB_WORD_SET:
        return read_set(use, member);
    case EB_WORD_LIST:
        return read_list(use);
    default:
        if (use->argument_count != 1) {
            return apr_psprintf(
                use->pool, "%s: found %d values, accepted is one%s%s (put quotes around spaces)",
                use->word->name, use->argument_count, use->word->accepted != NULL ? ": " : "",
                use->word->accepted != NULL ? use->word->accepted : "");
        }
        return read_one(use, member);
    }
}

static const char *check_text(const eb_word_use *use)
{
    for (int i = 0; i < use->argument_count; i++) {
        if (use->arguments[i][0] == '\0') {
            return apr_psprintf(use->pool, "%s: an empty value is not accepted", use->word->name);
        }
        if (!eb_is_utf8(use->arguments[i], strlen(use->arguments[i]))) {
            return apr_psprintf(use->pool, "%s: the value is not UTF-8", use->word->name);
        }
    }
    return NULL;
}

/* The error's number in front of its sentence; NULL stays NULL. */
static const char *coded(apr_pool_t *pool, eb_err_id id, const char *sentence)
{
    return sentence != NULL ? apr_psprintf(pool, "EB%d %s", (int)id, sentence) : NULL;
}

const char *eb_word_use_line(apr_pool_t *pool, const eb_word *word, void *target,
                             apr_table_t *places, const char *line, const char *where)
{
    apr_array_header_t *arguments = apr_array_make(pool, 4, sizeof(const char *));
    const char *earlier = apr_table_get(places, word->name);
    const char *fault;
    eb_word_use use = {pool, word, target, places, where, NULL, 0};

    if (earlier != NULL && !word->is_repeatable) {
        return coded(pool, EB_E_CONFIG_REPEATED,
                     apr_psprintf(pool, "%s is given twice: first at %s", word->name, earlier));
    }
    while (*line != '\0') {
        APR_ARRAY_PUSH(arguments, const char *) = ap_getword_conf(pool, &line);
    }
    use.arguments = (const char *const *)arguments->elts;
    use.argument_count = arguments->nelts;
    fault = check_text(&use);
    if (fault == NULL) {
        fault = read_arguments(&use);
    }
    if (fault == NULL) {
        eb_settings_place_add(places, word->name, use.arguments[0], where);
        for (int i = 1; i < use.argument_count && word->kind == EB_WORD_LIST; i++) {
            eb_settings_place_add(places, word->name, use.arguments[i], where);
        }
    }
    return coded(pool, EB_E_CONFIG_VALUE, fault);
}

static const char *unknown_word(apr_pool_t *pool, const char *section, const eb_word *words,
                                const char *found)
{
    apr_array_header_t *names = apr_array_make(pool, 32, sizeof(const char *));
    const char *nearest;

    for (; words->name != NULL; words++) {
        APR_ARRAY_PUSH(names, const char *) = words->name;
    }
    APR_ARRAY_PUSH(names, const char *) = NULL;
    nearest = eb_value_nearest((const char *const *)names->elts, found);
    if (nearest != NULL) {
        return coded(pool, EB_E_CONFIG_UNKNOWN_WORD,
                     apr_psprintf(pool, "<%s> has no word '%s'; did you mean %s?", section,
                                  eb_printable(pool, found), nearest));
    }
    names->nelts--;
    return coded(pool, EB_E_CONFIG_UNKNOWN_WORD,
                 apr_psprintf(pool, "<%s> has no word '%s'; its words are %s", section,
                              eb_printable(pool, found), apr_array_pstrcat(pool, names, ' ')));
}

const char *eb_words_walk(cmd_parms *cmd, const char *section, const eb_word *words, void *target,
                          apr_table_t *places)
{
    for (const ap_directive_t *child = cmd->directive->first_child; child != NULL;
         child = child->next) {
        const eb_word *word = words;
        const char *fault;

        while (word->name != NULL && apr_cstr_casecmp(word->name, child->directive) != 0) {
            word++;
        }
        fault = word->name == NULL ? unknown_word(cmd->pool, section, words, child->directive)
                                   : eb_word_use_line(cmd->pool, word, target, places, child->args,
                                                      eb_directive_where(cmd->pool, child));
        if (fault != NULL) {
            cmd->err_directive = child;
            return fault;
        }
    }
    return NULL;
}

const char *eb_section_name(cmd_parms *cmd, const char *args, const char **ret_fault)
{
    const char *end = ap_strrchr_c(args, '>');
    const char *line, *name;

    *ret_fault = NULL;
    if (end == NULL) {
        *ret_fault = coded(cmd->pool, EB_E_CONFIG_NAME,
                           apr_psprintf(cmd->pool, "%s has no closing '>'", cmd->cmd->name));
        return NULL;
    }
    line = apr_pstrmemdup(cmd->pool, args, (apr_size_t)(end - args));
    args = line;
    name = ap_getword_conf(cmd->pool, &line);
    if (name[0] == '\0' || *line != '\0') {
        *ret_fault = coded(cmd->pool, EB_E_CONFIG_NAME,
                           apr_psprintf(cmd->pool, "%s>: found '%s', accepted is exactly one name",
                                        cmd->cmd->name, eb_printable(cmd->pool, args)));
        return NULL;
    }
    return name;
}

const char *eb_word_map_claim(const eb_word_use *use)
{
    eb_map_claim *row;

    if (use->argument_count < 3) {
        return eb_word_fault(use, use->arguments[0], "CLAIM from ATTRIBUTE, or another rule");
    }
    row = eb_word_push(use, sizeof(*row));
    row->claim = use->arguments[0];
    row->words = use->arguments + 1;
    row->word_count = use->argument_count - 1;
    row->where = use->where;
    return NULL;
}

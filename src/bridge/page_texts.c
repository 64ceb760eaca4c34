/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bridge/page_texts.h"

#include <apr_strings.h>
#include <string.h>

/* msgctxt, msgid, msgstr: the parts of an entry in the order in which they must come. */
enum { PART_NONE, PART_KEY, PART_ENGLISH, PART_TEXT };

typedef struct reader {
    apr_pool_t *pool;
    const char *origin;
    int line;
    apr_hash_t *texts;
    int part;             /* the part last begun, for continuation lines */
    const char *value[4]; /* of the entry at hand, by part */
    bool is_fuzzy;
    apr_hash_t *seen; /* keys of this file, to refuse a second one */
} reader;

static const eb_err *fault(const reader *r, const char *why)
{
    return eb_err_make(r->pool, EB_E_CONFIG_PAGES, "%s, line %d: %s.", r->origin, r->line, why);
}

/* One quoted string to the end of the line, with the escapes that PO writers use. */
static const eb_err *read_string(const reader *r, const char *at, const char **ret_text)
{
    if (*at != '"') {
        return fault(r, "a string in double quotes was expected");
    }
    at++;
    char *text = apr_palloc(r->pool, strlen(at) + 1), *out = text;
    while (*at != '"') {
        char c = *at++;
        if (c == '\0') {
            return fault(r, "a string is not closed");
        }
        if (c == '\\') {
            switch (*at++) {
            case 'n':
                c = '\n';
                break;
            case 't':
                c = '\t';
                break;
            case '"':
                c = '"';
                break;
            case '\\':
                c = '\\';
                break;
            default:
                return fault(r, "an escape other than \\n, \\t, \\\" and \\\\ stands in a string");
            }
        }
        *out++ = c;
    }
    at++;
    *out = '\0';
    if (at[strspn(at, " \t\r")] != '\0') {
        return fault(r, "something stands after the string");
    }
    *ret_text = text;
    return NULL;
}

static const eb_err *finish_entry(reader *r)
{
    const char *key = r->value[PART_KEY], *english = r->value[PART_ENGLISH];
    const char *text = r->value[PART_TEXT];
    bool is_fuzzy = r->is_fuzzy, has_begun = r->part != PART_NONE;
    r->value[PART_KEY] = r->value[PART_ENGLISH] = r->value[PART_TEXT] = NULL;
    r->part = PART_NONE;
    r->is_fuzzy = false;
    if (!has_begun) {
        return NULL;
    }
    if (english == NULL || text == NULL) {
        return fault(r, "the entry before this line is not msgctxt, msgid, msgstr");
    }
    if (key == NULL) {
        if (*english != '\0') {
            return fault(r, "the entry before this line has no msgctxt, which is its key");
        }
        /* The header. Its charset is the one thing in it that concerns us. */
        return strstr(text, "charset=") == NULL || strstr(text, "charset=UTF-8") != NULL
                   ? NULL
                   : fault(r, "the header's charset is not UTF-8");
    }
    if (apr_hash_get(r->seen, key, APR_HASH_KEY_STRING) != NULL) {
        return fault(r, apr_pstrcat(r->pool, "the key ", eb_printable(r->pool, key),
                                    " is given twice", NULL));
    }
    apr_hash_set(r->seen, key, APR_HASH_KEY_STRING, key);
    if (!is_fuzzy && *text != '\0') {
        apr_hash_set(r->texts, key, APR_HASH_KEY_STRING, text);
    }
    return NULL;
}

static const eb_err *begin_part(reader *r, int part, const char *rest)
{
    /* msgctxt, or a msgid without one, begins the next entry. */
    if (part == PART_KEY || (part == PART_ENGLISH && r->part != PART_KEY)) {
        bool is_fuzzy = r->part == PART_NONE && r->is_fuzzy;
        EB_TRY(finish_entry(r));
        r->is_fuzzy = is_fuzzy;
    } else if (part != r->part + 1) {
        return fault(r, "msgctxt, msgid and msgstr are not in this order");
    }
    r->part = part;
    return read_string(r, rest + strspn(rest, " \t"), &r->value[part]);
}

static const eb_err *read_line(reader *r, const char *line)
{
    static const struct {
        const char *word;
        int part;
    } words[] = {{"msgctxt", PART_KEY}, {"msgid", PART_ENGLISH}, {"msgstr", PART_TEXT}};

    line += strspn(line, " \t\r");
    if (*line == '\0') {
        return finish_entry(r);
    }
    if (*line == '#') {
        if (line[1] == ',' || r->part == PART_TEXT) {
            /* A comment after msgstr belongs to the next entry. */
            if (r->part != PART_NONE) {
                EB_TRY(finish_entry(r));
            }
            r->is_fuzzy = r->is_fuzzy || (line[1] == ',' && strstr(line, "fuzzy") != NULL);
        }
        return NULL;
    }
    if (*line == '"') {
        if (r->part == PART_NONE) {
            return fault(r, "a string stands outside an entry");
        }
        const char *more;
        EB_TRY(read_string(r, line, &more));
        r->value[r->part] = apr_pstrcat(r->pool, r->value[r->part], more, NULL);
        return NULL;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = strlen(words[i].word);
        if (strncmp(line, words[i].word, len) == 0 &&
            (line[len] == ' ' || line[len] == '\t' || line[len] == '"')) {
            return begin_part(r, words[i].part, line + len);
        }
    }
    return fault(r, "msgctxt, msgid, msgstr, a string or a # comment was expected");
}

const eb_err *eb_texts_read(apr_pool_t *pool, const char *origin, const char *source,
                            apr_hash_t *ret_texts)
{
    reader r = {.pool = pool, .origin = origin, .texts = ret_texts, .seen = apr_hash_make(pool)};
    while (*source != '\0') {
        size_t len = strcspn(source, "\n");
        r.line++;
        EB_TRY(read_line(&r, apr_pstrmemdup(pool, source, len)));
        source += len;
        source += *source == '\n';
    }
    return finish_entry(&r);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bridge/page_template.h"

#include <apr_strings.h>
#include <string.h>

#define NAME_MAX_LEN 64
#define DEPTH_MAX    8

static const char *const value_names[EB_VALUE_COUNT] = {
    [EB_VALUE_LANGUAGE] = "language",
    [EB_VALUE_STYLE] = "style",
    [EB_VALUE_TITLE] = "title",
    [EB_VALUE_WHAT] = "what",
    [EB_VALUE_TODO] = "todo",
    [EB_VALUE_REFERENCE] = "reference",
    [EB_VALUE_CLIENT_NAME] = "client_name",
    [EB_VALUE_HOME_URL] = "home_url",
    [EB_VALUE_PROVIDER_NAME] = "provider_name",
    [EB_VALUE_ACTION] = "action",
    [EB_VALUE_SCRIPT] = "script",
    [EB_VALUE_FIELDS] = "fields",
    [EB_VALUE_FIELD_NAME] = "field_name",
    [EB_VALUE_FIELD_VALUE] = "field_value",
};

typedef enum { SEGMENT_LITERAL, SEGMENT_VALUE, SEGMENT_IF, SEGMENT_UNLESS } segment_kind;

typedef struct segment {
    segment_kind kind;
    eb_span literal; /* SEGMENT_LITERAL */
    eb_value value;  /* the others */
    int end;         /* IF, UNLESS: index of the first segment after the section */
} segment;

struct eb_template {
    const segment *segments;
    int count;
};

typedef struct parser {
    apr_pool_t *pool;
    const char *origin;
    int line;
    apr_hash_t *texts; /* NULL inside a text */
    unsigned int values;
    apr_array_header_t *segments;
    int open[DEPTH_MAX]; /* sections not closed yet */
    int depth;
} parser;

static const eb_err *parse(parser *p, const char *source);

static segment *push(parser *p, segment_kind kind)
{
    segment *added = apr_array_push(p->segments);
    added->kind = kind;
    return added;
}

static void push_literal(parser *p, const char *data, size_t len)
{
    if (len == 0) {
        return;
    }
    if (p->texts == NULL) {
        /* Inside a text of the catalogue: it is words, never markup. */
        data = eb_escape(p->pool, apr_pstrmemdup(p->pool, data, len));
        len = strlen(data);
    } else {
        data = apr_pmemdup(p->pool, data, len);
    }
    push(p, SEGMENT_LITERAL)->literal = eb_span_bytes(data, len);
}

static bool is_in_fields(const parser *p)
{
    for (int i = 0; i < p->depth; i++) {
        if (APR_ARRAY_IDX(p->segments, p->open[i], segment).value == EB_VALUE_FIELDS) {
            return true;
        }
    }
    return false;
}

static const eb_err *fault(const parser *p, const char *name, const char *why)
{
    return eb_err_make(p->pool, EB_E_CONFIG_PAGES, "%s, line %d: {{%s}} %s.", p->origin, p->line,
                       eb_printable(p->pool, name), why);
}

static const eb_err *unknown(const parser *p, const char *name)
{
    const char *accepted = "";
    for (int i = 0; i < EB_VALUE_COUNT; i++) {
        if ((p->values & EB_VALUE_BIT(i)) != 0) {
            accepted = apr_pstrcat(p->pool, accepted, " ", value_names[i], NULL);
        }
    }
    return fault(p, name,
                 apr_pstrcat(p->pool, "is not known here; accepted are:", accepted,
                             " and text.KEY of the catalogue", NULL));
}

/* The words of one text, in place of its name. A text may name values, not other texts. */
static const eb_err *parse_text(parser *p, const char *name)
{
    const char *text = p->texts != NULL ? apr_hash_get(p->texts, name, APR_HASH_KEY_STRING) : NULL;
    if (text == NULL) {
        return p->texts != NULL ? fault(p, name, "is not in the catalogue of texts")
                                : fault(p, name, "stands inside a text, where only values may");
    }
    parser inner = *p;
    inner.origin = apr_psprintf(p->pool, "%s, line %d, {{%s}}", p->origin, p->line, name);
    inner.line = 1;
    inner.texts = NULL;
    inner.depth = 0;
    inner.values &= ~(EB_VALUE_BIT(EB_VALUE_FIELDS) | EB_VALUE_BIT(EB_VALUE_SCRIPT));
    return parse(&inner, text);
}

static const eb_err *parse_name(parser *p, const char *name)
{
    char mark = '\0';
    if (*name == '#' || *name == '^' || *name == '/') {
        mark = *name++;
    }
    if (mark == '\0' && strncmp(name, "text.", strlen("text.")) == 0) {
        return parse_text(p, name);
    }
    int value = 0;
    while (value < EB_VALUE_COUNT &&
           ((p->values & EB_VALUE_BIT(value)) == 0 || strcmp(value_names[value], name) != 0)) {
        value++;
    }
    if (value == EB_VALUE_COUNT) {
        return unknown(p, name);
    }
    bool is_of_field = value == EB_VALUE_FIELD_NAME || value == EB_VALUE_FIELD_VALUE;
    if (is_of_field && !is_in_fields(p)) {
        return fault(p, name, "stands outside {{#fields}} … {{/fields}}");
    }
    switch (mark) {
    case '/':
        if (p->depth == 0 ||
            APR_ARRAY_IDX(p->segments, p->open[p->depth - 1], segment).value != (eb_value)value) {
            return fault(p, name, "closes a section that is not the one open");
        }
        p->depth--;
        APR_ARRAY_IDX(p->segments, p->open[p->depth], segment).end = p->segments->nelts;
        return NULL;
    case '#':
    case '^':
        if (p->depth == DEPTH_MAX) {
            return fault(p, name, "is nested too deep");
        }
        if (value == EB_VALUE_FIELDS && (mark == '^' || is_in_fields(p))) {
            return fault(p, name, "may only be {{#fields}}, and not inside itself");
        }
        p->open[p->depth++] = p->segments->nelts;
        push(p, mark == '#' ? SEGMENT_IF : SEGMENT_UNLESS)->value = (eb_value)value;
        return NULL;
    default:
        if (value == EB_VALUE_FIELDS) {
            return fault(p, name, "is a section: {{#fields}} … {{/fields}}");
        }
        push(p, SEGMENT_VALUE)->value = (eb_value)value;
        return NULL;
    }
}

static void count_lines(parser *p, const char *from, const char *to)
{
    for (; from < to; from++) {
        p->line += *from == '\n';
    }
}

static const eb_err *parse(parser *p, const char *source)
{
    for (;;) {
        const char *open = strstr(source, "{{");
        if (open == NULL) {
            break;
        }
        push_literal(p, source, (size_t)(open - source));
        count_lines(p, source, open);
        const char *name = open + 2;
        size_t len = strcspn(name, "{}\n");
        if (len == 0 || len > NAME_MAX_LEN || name[len] != '}' || name[len + 1] != '}') {
            return fault(p, apr_pstrmemdup(p->pool, name, len < 20 ? len : 20),
                         "is not closed by }}");
        }
        EB_TRY(parse_name(p, apr_pstrmemdup(p->pool, name, len)));
        source = name + len + 2;
    }
    push_literal(p, source, strlen(source));
    if (p->depth > 0) {
        eb_value value = APR_ARRAY_IDX(p->segments, p->open[p->depth - 1], segment).value;
        return fault(p, apr_pstrcat(p->pool, "#", value_names[value], NULL), "is never closed");
    }
    return NULL;
}

const eb_err *eb_template_parse(apr_pool_t *pool, const char *origin, const char *source,
                                apr_hash_t *texts, unsigned int values,
                                const eb_template **ret_template)
{
    parser p = {.pool = pool, .origin = origin, .line = 1, .texts = texts, .values = values};
    p.segments = apr_array_make(pool, 64, sizeof(segment));
    EB_TRY(parse(&p, source));
    eb_template *made = apr_pcalloc(pool, sizeof *made);
    made->segments = (const segment *)p.segments->elts;
    made->count = p.segments->nelts;
    *ret_template = made;
    return NULL;
}

/* Rendering: the pieces are gathered, then joined once. */

typedef struct writer {
    apr_pool_t *pool;
    apr_array_header_t *pieces; /* eb_span */
    const char *escaped[EB_VALUE_COUNT];
    const eb_template_values *values;
} writer;

static bool is_there(const writer *w, eb_value value)
{
    if (value == EB_VALUE_FIELDS) {
        return w->values->field_count > 0;
    }
    return w->escaped[value] != NULL;
}

static void set_value(writer *w, eb_value value, const char *text)
{
    bool is_empty = text == NULL || *text == '\0';
    w->escaped[value] = is_empty                   ? NULL
                        : value == EB_VALUE_SCRIPT ? text
                                                   : eb_escape(w->pool, text);
}

static void write_range(writer *w, const segment *segments, int from, int to)
{
    for (int i = from; i < to; i++) {
        const segment *s = &segments[i];
        eb_span piece = s->literal;
        switch (s->kind) {
        case SEGMENT_VALUE:
            piece = eb_span_str(w->escaped[s->value]);
            break;
        case SEGMENT_IF:
            for (int f = 0; s->value == EB_VALUE_FIELDS && f < w->values->field_count; f++) {
                set_value(w, EB_VALUE_FIELD_NAME, w->values->field_names[f]);
                set_value(w, EB_VALUE_FIELD_VALUE, w->values->field_values[f]);
                write_range(w, segments, i + 1, s->end);
            }
            if (s->value == EB_VALUE_FIELDS || !is_there(w, s->value)) {
                i = s->end - 1;
            }
            continue;
        case SEGMENT_UNLESS:
            if (is_there(w, s->value)) {
                i = s->end - 1;
            }
            continue;
        case SEGMENT_LITERAL:
            break;
        }
        if (piece.len > 0) {
            *(eb_span *)apr_array_push(w->pieces) = piece;
        }
    }
}

const char *eb_template_render(const eb_template *template_, apr_pool_t *pool,
                               const eb_template_values *values)
{
    writer w = {.pool = pool, .values = values};
    w.pieces = apr_array_make(pool, template_->count + 4 * values->field_count, sizeof(eb_span));
    for (int i = 0; i < EB_VALUE_COUNT; i++) {
        set_value(&w, (eb_value)i, values->value[i]);
    }
    write_range(&w, template_->segments, 0, template_->count);

    size_t total = 0;
    for (int i = 0; i < w.pieces->nelts; i++) {
        total += APR_ARRAY_IDX(w.pieces, i, eb_span).len;
    }
    char *page = apr_palloc(pool, total + 1), *at = page;
    for (int i = 0; i < w.pieces->nelts; i++) {
        eb_span piece = APR_ARRAY_IDX(w.pieces, i, eb_span);
        memcpy(at, piece.data, piece.len);
        at += piece.len;
    }
    *at = '\0';
    return page;
}

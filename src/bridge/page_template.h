/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Page templates: HTML with {{name}} in it, parsed once at start into segments, so that making a
 * page is joining pieces.
 *
 *   {{name}}                  a value, escaped for HTML text and quoted attribute values
 *   {{text.key}}              a text of the catalogue, in the page's language, escaped
 *   {{#name}} … {{/name}}     only when the value is there; {{#fields}} once for each form field
 *   {{^name}} … {{/name}}     only when the value is not there
 *
 * A name that is not in the table below, or that the page does not have, is refused at start: a
 * template can show nothing else. Nothing is ever inserted unescaped but {{script}}, a constant.
 */
#ifndef EB_BRIDGE_PAGE_TEMPLATE_H
#define EB_BRIDGE_PAGE_TEMPLATE_H

#include "base/text.h"

#include <apr_hash.h>

typedef enum {
    EB_VALUE_LANGUAGE,      /* BCP 47 tag of the page */
    EB_VALUE_STYLE,         /* path of the stylesheet */
    EB_VALUE_TITLE,         /* of the error */
    EB_VALUE_WHAT,          /* what happened */
    EB_VALUE_TODO,          /* what to do now */
    EB_VALUE_REFERENCE,     /* reference number */
    EB_VALUE_CLIENT_NAME,   /* the service the person came from */
    EB_VALUE_HOME_URL,      /* its address */
    EB_VALUE_PROVIDER_NAME, /* where the person signs in */
    EB_VALUE_ACTION,        /* where the form goes */
    EB_VALUE_SCRIPT,        /* the constant script that submits the form; not escaped */
    EB_VALUE_FIELDS,        /* a section alone: the form's fields */
    EB_VALUE_FIELD_NAME,    /* inside {{#fields}} */
    EB_VALUE_FIELD_VALUE,   /* inside {{#fields}} */
    EB_VALUE_COUNT
} eb_value;

/* Set of eb_value as bits, of a page. */
#define EB_VALUE_BIT(value) (1u << (value))
#define EB_VALUES_EVERY     (EB_VALUE_BIT(EB_VALUE_LANGUAGE) | EB_VALUE_BIT(EB_VALUE_STYLE))
#define EB_VALUES_ERROR                                                                            \
    (EB_VALUES_EVERY | EB_VALUE_BIT(EB_VALUE_TITLE) | EB_VALUE_BIT(EB_VALUE_WHAT) |                \
     EB_VALUE_BIT(EB_VALUE_TODO) | EB_VALUE_BIT(EB_VALUE_REFERENCE) |                              \
     EB_VALUE_BIT(EB_VALUE_CLIENT_NAME) | EB_VALUE_BIT(EB_VALUE_HOME_URL))
#define EB_VALUES_POST                                                                             \
    (EB_VALUES_EVERY | EB_VALUE_BIT(EB_VALUE_PROVIDER_NAME) | EB_VALUE_BIT(EB_VALUE_ACTION) |      \
     EB_VALUE_BIT(EB_VALUE_SCRIPT) | EB_VALUE_BIT(EB_VALUE_FIELDS) |                               \
     EB_VALUE_BIT(EB_VALUE_FIELD_NAME) | EB_VALUE_BIT(EB_VALUE_FIELD_VALUE))

typedef struct eb_template eb_template;

/* Parses a template for one language. texts: key → text (const char *), as read by page_texts.
 * values: which ones this page has. origin: file name, for messages. Everything is copied into the
 * pool. EB_E_CONFIG_PAGES with line, what was found and what is accepted. */
const eb_err *eb_template_parse(apr_pool_t *pool, const char *origin, const char *source,
                                apr_hash_t *texts, unsigned int values,
                                const eb_template **ret_template);

/* What a page is filled with. A NULL or empty value counts as not there. */
typedef struct eb_template_values {
    const char *value[EB_VALUE_COUNT]; /* not escaped */
    const char *const *field_names;
    const char *const *field_values;
    int field_count;
} eb_template_values;

const char *eb_template_render(const eb_template *template_, apr_pool_t *pool,
                               const eb_template_values *values);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages: error and auto-submit, from templates and texts in the person's language.
 *
 * Templates are UTF-8 HTML with {{name}} for escaped text; loaded whole at start from EidasPages
 * (each file that is absent there comes from the packaged directory). Nothing from a message is
 * ever shown but what this header says.
 */
#ifndef EB_BRIDGE_PAGE_H
#define EB_BRIDGE_PAGE_H

#include "base/http.h"

typedef struct eb_pages eb_pages;

typedef struct eb_pages_settings {
    const char *directory;          /* EidasPages; NULL: packaged only */
    const char *stylesheet;         /* EidasStylesheet; NULL: packaged */
    const char *const *languages;   /* EidasLanguages in order of preference */
    int language_count;             /* 0: en fi sv */
    const char *packaged_directory; /* NULL: EB_PAGES_DIR, as configured at build time */
    const char
        *base_path; /* the issuer's path, before all paths in links: "" (or NULL) or "/sub" */
} eb_pages_settings;

/* EB_E_CONFIG_PAGES naming file and fault: missing texts, unknown {{name}}, not UTF-8, more than
 * 256 KiB. */
const eb_err *eb_pages_load(apr_pool_t *pool, const eb_pages_settings *settings,
                            const eb_pages **ret_pages);

/* The language to speak: first of ui_locales, then Accept-Language (RFC 9110 12.5.4), then the
 * first configured, that we have. Never NULL. */
const char *eb_pages_language(const eb_pages *pages, const char *ui_locales,
                              const char *accept_language);

typedef struct eb_page_error {
    const char *language; /* from eb_pages_language */
    const eb_err *err;    /* chooses the text: by id, else by fault class */
    const char *reference;
    const char *client_name; /* NULL when not known */
    const char *home_url;    /* way back to the client; NULL: none is offered */
} eb_page_error;

/* Fills status, body and headers (strict CSP, frame-ancestors 'none', no-store, Referrer-Policy,
 * nosniff), the status of eb_http_status, with 503 Retry-After. */
void eb_page_error_show(const eb_pages *pages, apr_pool_t *pool, const eb_page_error *error,
                        eb_reply *reply);

/* The page that posts a form by itself, and by a visible button without script. provider_name:
 * where it leads, for people; NULL: not said. No form-action in its CSP. */
void eb_page_post(const eb_pages *pages, apr_pool_t *pool, const char *language,
                  const char *provider_name, const char *action, const char *const *names,
                  const char *const *values, int count, eb_reply *reply);

/* The stylesheet: its path below the issuer, /pages/<hash>/style.css with half of the content's
 * SHA-256 in hex, and its content; cacheable for a year. */
#define EB_STYLE_HASH_CHARS 32
#define EB_STYLE_FILE       "/style.css"
const char *eb_pages_style_path(const eb_pages *pages);
const char *eb_pages_style(const eb_pages *pages);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What went wrong, once, in a form that the log and the wire can both use without mixing.
 *
 * Every function that can fail returns `const eb_err *`: NULL is success. Outputs are named ret_x
 * and are written on success only. An error lives in the pool it was made in, is never freed by
 * hand and is logged once, at the edge (bridge/route), never where it is made.
 *
 * The sentence is for the log: it says what was expected and what was found, and never holds a
 * name, an attribute value, a code, a token, a cookie or a secret. The wire sees only the OAuth
 * code and the page's own text.
 */
#ifndef EB_BASE_ERROR_H
#define EB_BASE_ERROR_H

#include <apr_pools.h>

/* Whose fault it is decides which answer is given; see bridge/route. */
typedef enum {
    EB_FAULT_CONFIG,   /* the administrator's: found at configtest */
    EB_FAULT_PROVIDER, /* what the SAML provider sent */
    EB_FAULT_CLIENT,   /* what the OpenID client sent */
    EB_FAULT_PERSON,   /* the browser: too late, another browser, cancelled */
    EB_FAULT_BUSY,     /* store full or away: 503 with Retry-After */
    EB_FAULT_INTERNAL  /* ours */
} eb_fault;

/* One table of all errors; numbers are stable and never reused. See base/error_list.h. */
typedef enum {
#define EB_ERROR(number, name, fault, oauth, title) EB_E_##name = number,
#include "base/error_list.h"
#undef EB_ERROR
    EB_E_END
} eb_err_id;

typedef struct eb_err {
    eb_err_id id;
    eb_fault fault;
    const char *code;    /* "EB2041", as in the log, the manual and the page */
    const char *name;    /* "SAML_AUDIENCE" */
    const char *oauth;   /* code for the wire: "server_error", "access_denied", … */
    const char *title;   /* the fixed short sentence of the table */
    const char *message; /* for the log: expected and found */
} eb_err;

/* An error of the given id with a sentence for the log. Never fails, never returns NULL. */
const eb_err *eb_err_make(apr_pool_t *pool, eb_err_id id, const char *format, ...)
    __attribute__((format(printf, 3, 4), returns_nonnull, warn_unused_result));

/* The same error with another OAuth code for the wire (a static string). */
const eb_err *eb_err_with_oauth(apr_pool_t *pool, const eb_err *err, const char *oauth)
    __attribute__((returns_nonnull, warn_unused_result));

/* The row of the table, for the reference manual; NULL after the last (index from 0). The message
 * member is NULL. */
const eb_err *eb_err_row(unsigned int index);

/* Return early with the error of an expression. */
#define EB_TRY(expression)                                                                         \
    do {                                                                                           \
        const eb_err *eb_try_err_ = (expression);                                                  \
        if (eb_try_err_ != NULL) {                                                                 \
            return eb_try_err_;                                                                    \
        }                                                                                          \
    } while (0)

#endif

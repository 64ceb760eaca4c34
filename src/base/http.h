/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain request and reply: what every endpoint sees, in place of any server's own structure.
 *
 * The glue (httpd/handler) fills the request and sends the reply; a test or a fuzzer does the same.
 */
#ifndef EB_BASE_HTTP_H
#define EB_BASE_HTTP_H

#include "base/text.h"

#include <apr_tables.h>

typedef enum {
    EB_METHOD_GET = 1,
    EB_METHOD_POST = 2,
    EB_METHOD_OPTIONS = 4,
    EB_METHOD_OTHER = 8
} eb_method;

/* Read-only for endpoints; all text lives at least as long as the call. */
typedef struct eb_request {
    eb_method method;            /* HEAD comes as GET: the server drops the body */
    const char *path;            /* below the issuer's path, begins with '/' */
    const char *query;           /* raw, without '?'; NULL when there is none */
    eb_span body;                /* raw form body, already within the endpoint's limit */
    const char *content_type;    /* NULL when there is none */
    const char *cookies;         /* our own cookies only, "name=value; …"; NULL when none */
    const char *authorization;   /* Authorization header, NULL when none */
    const char *origin;          /* Origin header, NULL when none */
    const char *accept_language; /* NULL when none */
    const char *address;         /* client's address, for the log */
    const eb_err *body_fault;    /* why the body was not read: too large, wrong type; else NULL */
} eb_request;

typedef struct eb_reply {
    int status;               /* 0 until set */
    apr_table_t *headers;     /* header fields; Set-Cookie may repeat (apr_table_addn) */
    const char *content_type; /* NULL for an empty body */
    eb_span body;
} eb_reply;

/* A reply with empty headers. */
void eb_reply_init(eb_reply *reply, apr_pool_t *pool);

/* 303 See Other with Location, no-store and no-referrer: never 302 or 307, so that a POST is not
 * repeated. */
void eb_reply_redirect(eb_reply *reply, const char *location);

/* A body; text is kept, not copied. Sets no-store and nosniff; callers of cacheable things set the
 * header again. */
void eb_reply_body(eb_reply *reply, int status, const char *content_type, const char *text);

/* The status of an answer that tells an error: HTTP's own for what is HTTP's (404, 405, 413), 503
 * for EB_FAULT_BUSY, 500 for EB_FAULT_INTERNAL, 400 for all else. */
int eb_http_status(const eb_err *err);

#endif

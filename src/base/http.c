/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replies: the few shapes that endpoints answer in. */
#include "base/http.h"

#include <string.h>

void eb_reply_init(eb_reply *reply, apr_pool_t *pool)
{
    memset(reply, 0, sizeof *reply);
    reply->headers = apr_table_make(pool, 8);
}

void eb_reply_redirect(eb_reply *reply, const char *location)
{
    reply->status = 303;
    reply->content_type = NULL;
    reply->body = eb_span_str(NULL);
    apr_table_setn(reply->headers, "Location", location);
    apr_table_setn(reply->headers, "Referrer-Policy", "no-referrer");
    apr_table_setn(reply->headers, "Cache-Control", "no-store");
}

void eb_reply_body(eb_reply *reply, int status, const char *content_type, const char *text)
{
    reply->status = status;
    reply->content_type = content_type;
    reply->body = eb_span_str(text);
    apr_table_setn(reply->headers, "Cache-Control", "no-store");
    apr_table_setn(reply->headers, "X-Content-Type-Options", "nosniff");
}

int eb_http_status(const eb_err *err)
{
    switch (err->id) {
    case EB_E_HTTP_NOT_FOUND:
        return 404;
    case EB_E_HTTP_METHOD:
        return 405;
    case EB_E_HTTP_BODY_TOO_LARGE:
        return 413;
    default:
        break;
    }
    if (err->fault == EB_FAULT_BUSY) {
        return 503;
    }
    return err->fault == EB_FAULT_INTERNAL ? 500 : 400;
}

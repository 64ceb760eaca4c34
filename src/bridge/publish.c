/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The documents that anybody may read: discovery, JWKS, our SAML metadata, the pages' stylesheet.
 */
#include "bridge/endpoints.h"
#include "bridge/page.h"

#include <string.h>

static const eb_err *document(eb_call *call, const char *content_type, const char *text,
                              const char *cache)
{
    eb_reply_body(call->out, 200, content_type, text);
    apr_table_setn(call->out->headers, "Cache-Control", cache);
    apr_table_setn(call->out->headers, "X-Content-Type-Options", "nosniff");
    return NULL;
}

const eb_err *eb_publish_discovery(eb_call *call)
{
    return document(call, "application/json", call->bridge->discovery, "public, max-age=3600");
}

/* Fetched again within the hour: keys are published a whole period before they sign. */
const eb_err *eb_publish_jwks(eb_call *call)
{
    return document(call, "application/json",
                    eb_keyring_jwks(call->pool, call->bridge->keys, call->now),
                    "public, max-age=3600");
}

const eb_err *eb_publish_metadata(eb_call *call)
{
    return document(call, "application/samlmetadata+xml", call->bridge->metadata,
                    "public, max-age=3600");
}

const eb_err *eb_publish_style(eb_call *call)
{
    if (strcmp(call->in->path, eb_pages_style_path(call->bridge->pages)) != 0) {
        return eb_err_make(call->pool, EB_E_HTTP_NOT_FOUND, "no such page file: %s",
                           eb_printable(call->pool, call->in->path));
    }
    return document(call, "text/css; charset=utf-8", eb_pages_style(call->bridge->pages),
                    "public, max-age=31536000, immutable");
}

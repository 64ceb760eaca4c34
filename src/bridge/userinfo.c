/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The userinfo endpoint: access token to claims (DESIGN section 3, step 5; OpenID Core 5.3; RFC
 * 6750). */
#include "bridge/endpoints.h"
#include "bridge/grant.h"
#include "oidc/oauth_error.h"

static const eb_err *serve(const eb_call *call)
{
    const char *token;
    eb_grant *grant;
    EB_TRY(eb_bearer_token(call->pool, call->in, &token));
    const eb_err *err = eb_access_token_get(call, token, &grant);
    if (err != NULL && err->id == EB_E_STATE_NOT_FOUND) {
        return eb_err_make(call->pool, EB_E_USERINFO_TOKEN,
                           "the access token is unknown, expired or revoked");
    }
    EB_TRY(err);
    if (eb_client_find(call->bridge->clients, call->bridge->client_count, grant->client) == NULL) {
        return eb_err_make(call->pool, EB_E_USERINFO_TOKEN, "client %s is no longer configured",
                           grant->client);
    }
    eb_reply_body(call->out, 200, "application/json", grant->claims);
    return NULL;
}

const eb_err *eb_userinfo_serve(eb_call *call)
{
    const eb_err *err = serve(call);
    if (err != NULL) {
        eb_oauth_error_bearer(call->pool, err, call->bridge->issuer, call->out);
    }
    return err;
}

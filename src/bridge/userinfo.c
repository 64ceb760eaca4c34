/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The userinfo endpoint: access token to claims (DESIGN section 3, step 5; OpenID Core 5.3; RFC
 * 6750). */
#include "base/json.h"
#include "bridge/endpoints.h"
#include "bridge/grant.h"
#include "oidc/oauth_error.h"

/* All that a client gets here whose claims are in the ID token (ClaimsIn). */
static const eb_err *subject_alone(const eb_call *call, const eb_grant *grant,
                                   const char **ret_claims)
{
    json_t *claims = eb_json_own(call->pool, json_object());
    json_object_set_new(claims, "sub", json_string(grant->subject));
    *ret_claims = eb_json_dump(call->pool, claims);
    return *ret_claims != NULL
               ? NULL
               : eb_err_make(call->pool, EB_E_JSON_WRITE, "the claims cannot be written as JSON");
}

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
    const eb_client *client =
        eb_client_find(call->bridge->clients, call->bridge->client_count, grant->client);
    if (client == NULL) {
        return eb_err_make(call->pool, EB_E_USERINFO_TOKEN, "client %s is no longer configured",
                           grant->client);
    }
    const char *claims = grant->claims;
    if ((client->claims_in & EB_CLAIMS_USERINFO) == 0) {
        EB_TRY(subject_alone(call, grant, &claims));
    }
    eb_reply_body(call->out, 200, "application/json", claims);
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

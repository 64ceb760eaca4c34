/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The token endpoint: a code for an ID token and an access token, once (DESIGN section 3, step 4;
 * OpenID Core 3.1.3).
 */
#include "bridge/endpoints.h"
#include "bridge/grant.h"
#include "oidc/client_auth.h"
#include "oidc/id_token.h"
#include "oidc/oauth_error.h"
#include "oidc/redeem.h"

#include <apr_strings.h>
#include <string.h>

static const eb_err *unknown_code(const eb_call *call)
{
    return eb_err_make(call->pool, EB_E_TOKEN_CODE,
                       "the code is not in the store: unknown, expired or revoked");
}

/* A code that was redeemed comes again: whoever has it has stolen it or was stolen from. Its own
 * client's try revokes the grant; another client's does nothing (it could only do harm). */
static const eb_err *replayed_code(const eb_call *call, const eb_client *client,
                                   const unsigned char *grant_id)
{
    eb_grant *grant;
    if (eb_grant_get(call, grant_id, &grant) == NULL && strcmp(grant->client, client->id) == 0) {
        EB_TRY(eb_grant_drop(call, grant_id));
    }
    return eb_err_make(call->pool, EB_E_TOKEN_CODE_USED,
                       "client %s sent a code that was redeemed before", client->id);
}

static const eb_err *as_unknown(const eb_call *call, const eb_err *err)
{
    return err != NULL && err->id == EB_E_STATE_NOT_FOUND ? unknown_code(call) : err;
}

/* What a code is redeemed for. */
typedef struct {
    eb_code *code;
    eb_grant *grant;
    const char *access_token;
} redemption;

/* The live code and its grant, taken by exactly one caller. The grant is read before the swap: a
 * loser drops it. The access token is stored before it too: a store without room for one must leave
 * the code as it is, to be redeemed later. A loser's token is dropped and was told to nobody. */
static const eb_err *redeem(const eb_call *call, const eb_client *client,
                            const eb_token_request *request, redemption *ret)
{
    eb_code *code;
    eb_epoch epoch;
    EB_TRY(as_unknown(call, eb_code_get(call, request->code, &code)));
    if (code->is_redeemed) {
        return replayed_code(call, client, code->grant);
    }
    if (strcmp(code->client, client->id) != 0) {
        return eb_err_make(call->pool, EB_E_TOKEN_CODE_CLIENT, "client %s sent a code of client %s",
                           client->id, code->client);
    }
    EB_TRY(eb_store_epoch(call->bridge->store, call->pool, &epoch));
    if (memcmp(epoch.id, code->epoch, EB_EPOCH_BYTES) != 0) {
        return eb_err_make(call->pool, EB_E_TOKEN_EPOCH,
                           "the code is of an older epoch of the store");
    }
    EB_TRY(as_unknown(call, eb_grant_get(call, code->grant, &ret->grant)));
    EB_TRY(eb_access_token_put(call, client, ret->grant, &ret->access_token));
    const eb_err *err = eb_code_redeem(call, request->code, code);
    if (err != NULL) {
        (void)eb_access_token_drop(call, ret->access_token);
    }
    if (err != NULL && (err->id == EB_E_STATE_CHANGED || err->id == EB_E_STATE_NOT_FOUND)) {
        return replayed_code(call, client, code->grant);
    }
    ret->code = code;
    return err;
}

static const eb_err *check_binding(const eb_call *call, const eb_token_request *request,
                                   const eb_code *code)
{
    if (request->redirect_uri == NULL || strcmp(request->redirect_uri, code->redirect_uri) != 0) {
        return eb_err_make(call->pool, EB_E_TOKEN_REDIRECT_URI, "redirect_uri is %s; expected %s",
                           eb_printable(call->pool, request->redirect_uri), code->redirect_uri);
    }
    return eb_redeem_check_pkce(call->pool, code->code_challenge, request->code_verifier);
}

/* Claims that were stored here: the store's own limit on a grant is the tighter one. */
static const eb_json_limits stored_claims = {64 * 1024, 12, 8000};

static const eb_err *answer(const eb_call *call, const eb_client *client,
                            const redemption *redeemed)
{
    apr_pool_t *pool = call->pool;
    const eb_grant *grant = redeemed->grant;
    const char *jwt;
    const json_t *claims = NULL;
    if (client->claims_in & EB_CLAIMS_IDTOKEN) {
        EB_TRY(eb_json_parse(pool, EB_E_STATE_CORRUPT, eb_span_str(grant->claims), &stored_claims,
                             &claims));
    }
    eb_id_token token = {.issuer = call->bridge->issuer,
                         .subject = grant->subject,
                         .nonce = redeemed->code->nonce,
                         .acr = grant->acr,
                         .auth_time = grant->authenticated,
                         .now = call->now,
                         .access_token = redeemed->access_token,
                         .claims = claims};
    EB_TRY(eb_id_token_make(pool, call->bridge->keys, client, &token, &jwt));
    /* all members are of alphabets that JSON need not escape: base64url, and scopes of RFC 6749 3.3
     * without quotes */
    eb_reply_body(
        call->out, 200, "application/json",
        apr_psprintf(
            pool,
            "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%" APR_TIME_T_FMT
            ",\"id_token\":\"%s\",\"scope\":\"%s\"}",
            redeemed->access_token, apr_time_sec(client->access_token_lifetime), jwt,
            grant->scopes));
    apr_table_setn(call->out->headers, "Pragma", "no-cache");
    return NULL;
}

static const eb_err *serve(const eb_call *call, bool *ret_used_header)
{
    const eb_request *in = call->in;
    const eb_client *client;
    eb_token_request request;
    redemption redeemed = {NULL, NULL, NULL};
    if (in->body_fault != NULL) {
        return in->body_fault;
    }
    const eb_params *form = eb_params_parse(call->pool, (const char *)in->body.data, in->body.len);
    if (form == NULL) {
        return eb_err_make(call->pool, EB_E_TOKEN_REQUEST, "more than %d parameters",
                           EB_PARAMS_MAX);
    }
    EB_TRY(eb_client_authenticate(call->pool, call->bridge->clients, call->bridge->client_count,
                                  in->authorization, form, ret_used_header, &client));
    EB_TRY(eb_token_request_parse(call->pool, form, &request));
    EB_TRY(redeem(call, client, &request, &redeemed));
    const eb_err *err = check_binding(call, &request, redeemed.code);
    if (err == NULL) {
        err = answer(call, client, &redeemed);
    }
    if (err != NULL) {
        (void)eb_access_token_drop(call, redeemed.access_token);
        (void)eb_grant_drop(call, redeemed.code->grant);
    }
    return err;
}

const eb_err *eb_token_serve(eb_call *call)
{
    bool used_header = false;
    const eb_err *err = serve(call, &used_header);
    if (err != NULL) {
        eb_oauth_error_json(call->pool, err, used_header, call->out);
    }
    return err;
}

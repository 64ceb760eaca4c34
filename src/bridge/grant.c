/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bridge/grant.h"

#include "base/pack.h"

#include <apr_strings.h>
#include <string.h>

#define RECORD_FORMAT 1
#define TOKEN_BYTES   32
#define CODE_LIVE     1
#define CODE_REDEEMED 2

static const eb_err *damaged(const eb_call *call, const char *what)
{
    return eb_err_make(call->pool, EB_E_STATE_CORRUPT,
                       "a stored %s is not of the form written here", what);
}

static bool copy_exactly(unsigned char *to, size_t size, eb_span from)
{
    if (from.len != size) {
        return false;
    }
    memcpy(to, from.data, size);
    return true;
}

const eb_err *eb_grant_put(const eb_call *call, const eb_client *client, eb_grant *grant)
{
    eb_pack out;
    eb_owner owner = {client->id, client->max_grants};
    EB_TRY(eb_random_bytes(call->pool, call->bridge->random, grant->id, sizeof(grant->id)));
    eb_pack_begin(&out, call->pool);
    eb_pack_number(&out, RECORD_FORMAT);
    eb_pack_text(&out, grant->client);
    eb_pack_text(&out, grant->subject);
    eb_pack_text(&out, grant->acr);
    eb_pack_number(&out, (apr_uint64_t)grant->authenticated);
    eb_pack_text(&out, grant->scopes);
    eb_pack_text(&out, grant->claims);
    return eb_store_put(call->bridge->store, call->pool, EB_KIND_GRANT, &owner,
                        eb_span_bytes(grant->id, sizeof(grant->id)), eb_pack_end(&out),
                        client->code_lifetime + client->access_token_lifetime, call->uptime);
}

const eb_err *eb_grant_get(const eb_call *call, const unsigned char id[EB_GRANT_ID_BYTES],
                           eb_grant **ret_grant)
{
    eb_span value;
    EB_TRY(eb_store_get(call->bridge->store, call->pool, EB_KIND_GRANT,
                        eb_span_bytes(id, EB_GRANT_ID_BYTES), call->uptime, &value, NULL));
    eb_unpack in;
    eb_grant *grant = apr_pcalloc(call->pool, sizeof(*grant));
    eb_unpack_begin(&in, call->pool, value);
    apr_uint64_t format = eb_unpack_number(&in);
    memcpy(grant->id, id, EB_GRANT_ID_BYTES);
    grant->client = eb_unpack_text(&in);
    grant->subject = eb_unpack_text(&in);
    grant->acr = eb_unpack_text(&in);
    grant->authenticated = (apr_time_t)eb_unpack_number(&in);
    grant->scopes = eb_unpack_text(&in);
    grant->claims = eb_unpack_text(&in);
    if (format != RECORD_FORMAT || !eb_unpack_ended(&in) || grant->client == NULL ||
        grant->claims == NULL) {
        return damaged(call, "grant");
    }
    *ret_grant = grant;
    return NULL;
}

const eb_err *eb_grant_drop(const eb_call *call, const unsigned char id[EB_GRANT_ID_BYTES])
{
    return eb_store_drop(call->bridge->store, call->pool, EB_KIND_GRANT,
                         eb_span_bytes(id, EB_GRANT_ID_BYTES), call->uptime);
}

const eb_err *eb_code_put(const eb_call *call, const eb_client *client, const eb_code *code,
                          const char **ret_code)
{
    eb_pack out;
    const char *text;
    eb_owner owner = {client->id, client->max_grants};
    EB_TRY(eb_random_token(call->pool, call->bridge->random, TOKEN_BYTES, &text));
    eb_pack_begin(&out, call->pool);
    eb_pack_number(&out, CODE_LIVE);
    eb_pack_bytes(&out, eb_span_bytes(code->grant, EB_GRANT_ID_BYTES));
    eb_pack_text(&out, code->client);
    eb_pack_text(&out, code->redirect_uri);
    eb_pack_text(&out, code->code_challenge);
    eb_pack_text(&out, code->nonce);
    eb_pack_bytes(&out, eb_span_bytes(code->epoch, EB_EPOCH_BYTES));
    EB_TRY(eb_store_put(call->bridge->store, call->pool, EB_KIND_CODE, &owner, eb_span_str(text),
                        eb_pack_end(&out), client->code_lifetime, call->uptime));
    *ret_code = text;
    return NULL;
}

const eb_err *eb_code_get(const eb_call *call, const char *code, eb_code **ret_code)
{
    eb_span value;
    eb_code *read = apr_pcalloc(call->pool, sizeof(*read));
    EB_TRY(eb_store_get(call->bridge->store, call->pool, EB_KIND_CODE, eb_span_str(code),
                        call->uptime, &value, &read->version));
    eb_unpack in;
    eb_unpack_begin(&in, call->pool, value);
    apr_uint64_t form = eb_unpack_number(&in);
    bool is_sound = copy_exactly(read->grant, EB_GRANT_ID_BYTES, eb_unpack_bytes(&in));
    if (form == CODE_LIVE) {
        read->client = eb_unpack_text(&in);
        read->redirect_uri = eb_unpack_text(&in);
        read->code_challenge = eb_unpack_text(&in);
        read->nonce = eb_unpack_text(&in);
        is_sound = copy_exactly(read->epoch, EB_EPOCH_BYTES, eb_unpack_bytes(&in)) && is_sound &&
                   read->client != NULL && read->redirect_uri != NULL;
    } else {
        read->is_redeemed = true;
        is_sound = is_sound && form == CODE_REDEEMED;
    }
    if (!is_sound || !eb_unpack_ended(&in)) {
        return damaged(call, "code");
    }
    *ret_code = read;
    return NULL;
}

const eb_err *eb_code_redeem(const eb_call *call, const char *code, const eb_code *live)
{
    eb_pack out;
    eb_pack_begin(&out, call->pool);
    eb_pack_number(&out, CODE_REDEEMED);
    eb_pack_bytes(&out, eb_span_bytes(live->grant, EB_GRANT_ID_BYTES));
    return eb_store_swap(call->bridge->store, call->pool, EB_KIND_CODE, eb_span_str(code),
                         live->version, eb_pack_end(&out), call->bridge->longest_token,
                         call->uptime);
}

const eb_err *eb_code_drop(const eb_call *call, const char *code)
{
    return eb_store_drop(call->bridge->store, call->pool, EB_KIND_CODE, eb_span_str(code),
                         call->uptime);
}

const eb_err *eb_access_token_put(const eb_call *call, const eb_client *client,
                                  const eb_grant *grant, const char **ret_token)
{
    const char *token;
    eb_owner owner = {client->id, client->max_grants};
    EB_TRY(eb_random_token(call->pool, call->bridge->random, TOKEN_BYTES, &token));
    EB_TRY(eb_store_put(call->bridge->store, call->pool, EB_KIND_TOKEN, &owner, eb_span_str(token),
                        eb_span_bytes(grant->id, EB_GRANT_ID_BYTES), client->access_token_lifetime,
                        call->uptime));
    *ret_token = token;
    return NULL;
}

const eb_err *eb_access_token_drop(const eb_call *call, const char *token)
{
    return eb_store_drop(call->bridge->store, call->pool, EB_KIND_TOKEN, eb_span_str(token),
                         call->uptime);
}

const eb_err *eb_access_token_get(const eb_call *call, const char *token, eb_grant **ret_grant)
{
    eb_span value;
    EB_TRY(eb_store_get(call->bridge->store, call->pool, EB_KIND_TOKEN, eb_span_str(token),
                        call->uptime, &value, NULL));
    if (value.len != EB_GRANT_ID_BYTES) {
        return damaged(call, "access token");
    }
    return eb_grant_get(call, value.data, ret_grant);
}

static eb_span mark_key(const eb_call *call, const char *what, const char *scope, const char *id)
{
    eb_span parts[] = {eb_span_str(what), eb_span_str(scope), eb_span_str(id)};
    return eb_lp_join(call->pool, parts, 3);
}

const eb_err *eb_mark_used(const eb_call *call, const char *what, const char *scope, const char *id,
                           apr_interval_time_t guard)
{
    static const unsigned char mark = 1;
    apr_interval_time_t ttl = (guard > 0 ? guard : 0) + apr_time_from_sec(3600);
    return eb_store_put(call->bridge->store, call->pool, EB_KIND_USED, NULL,
                        mark_key(call, what, scope, id), eb_span_bytes(&mark, 1), ttl,
                        call->uptime);
}

const eb_err *eb_mark_drop(const eb_call *call, const char *what, const char *scope, const char *id)
{
    return eb_store_drop(call->bridge->store, call->pool, EB_KIND_USED,
                         mark_key(call, what, scope, id), call->uptime);
}

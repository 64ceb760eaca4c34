/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first half of a login: from the client's authorization request to the signed AuthnRequest.
 *
 * Nothing is stored: the login record goes into the browser's cookies (DESIGN section 3, steps 1
 * and 2).
 */
#include "bridge/answer.h"
#include "bridge/ask.h"
#include "bridge/endpoints.h"
#include "bridge/level.h"
#include "bridge/page.h"
#include "oidc/authorize.h"
#include "saml/levels.h"

#include <apr_strings.h>
#include <string.h>

static const eb_err *read_params(const eb_call *call, const eb_params **ret_params)
{
    const eb_request *in = call->in;
    if (in->body_fault != NULL) {
        return in->body_fault;
    }
    *ret_params =
        in->method == EB_METHOD_POST
            ? eb_params_parse(call->pool, (const char *)in->body.data, in->body.len)
            : eb_params_parse(call->pool, in->query, in->query == NULL ? 0 : strlen(in->query));
    return *ret_params != NULL ? NULL
                               : eb_err_make(call->pool, EB_E_AUTHZ_PARAMETER,
                                             "more than %d parameters", EB_PARAMS_MAX);
}

static const eb_provider *find_provider(const eb_bridge *bridge, const char *name)
{
    for (int i = 0; i < bridge->provider_count; i++) {
        if (strcmp(bridge->providers[i]->name, name) == 0) {
            return bridge->providers[i];
        }
    }
    return NULL;
}

static bool may_use(const eb_client *client, const char *provider)
{
    for (int i = 0; i < client->provider_count; i++) {
        if (strcmp(client->providers[i], provider) == 0) {
            return true;
        }
    }
    return client->provider_count == 0;
}

/* The request's hint, else the client's only one, else the server's default. */
static const eb_err *choose_provider(const eb_call *call, const eb_authorize *request,
                                     const eb_provider **ret_provider)
{
    const eb_client *client = request->client;
    const eb_provider *provider = NULL;
    if (request->provider != NULL) {
        provider = find_provider(call->bridge, request->provider);
    } else if (client->provider_count == 1) {
        provider = find_provider(call->bridge, client->providers[0]);
    } else {
        provider = call->bridge->default_provider;
    }
    if (provider == NULL || !may_use(client, provider->name)) {
        return eb_err_make(call->pool, EB_E_AUTHZ_PROVIDER,
                           "client %s asked for provider %s; expected one it may use",
                           eb_printable(call->pool, client->id),
                           eb_printable(call->pool, request->provider));
    }
    if (provider->peer->valid_until != 0 && provider->peer->valid_until <= call->now) {
        return eb_err_make(call->pool, EB_E_METADATA_EXPIRED,
                           "the metadata of provider %s was valid until %s", provider->name,
                           eb_time_format_xml(call->pool, provider->peer->valid_until));
    }
    *ret_provider = provider;
    return NULL;
}

static const char *join_words(apr_pool_t *pool, const apr_array_header_t *words)
{
    return apr_array_pstrcat(pool, words, ' ');
}

static const eb_err *start(const eb_call *call, const eb_authorize *request)
{
    const eb_bridge *bridge = call->bridge;
    const eb_provider *provider;
    eb_record record = {.client = request->client->id,
                        .redirect_uri = request->redirect_uri,
                        .client_state = request->state,
                        .nonce = request->nonce,
                        .code_challenge = request->code_challenge,
                        .scopes = join_words(call->pool, request->scopes),
                        .reference = call->reference,
                        .max_age = request->max_age};
    EB_TRY(choose_provider(call, request, &provider));
    EB_TRY(eb_level_floor(call->pool, &provider->policy, request->client, request, &record.floor));
    record.language =
        eb_pages_language(bridge->pages, request->ui_locales, call->in->accept_language);
    record.force_authn =
        request->prompt_login || eb_levels_force_authn(&provider->policy, record.floor);
    EB_TRY(eb_ask_provider(call, provider, eb_records_read(call), &record));
    eb_log_printf(call->pool, call->log, EB_LOG_INFO,
                  "[%s] login started: client %s, provider %s, request %s, level %s",
                  call->reference, request->client->id, provider->name, record.request_id,
                  eb_level_word(record.floor));
    return NULL;
}

const eb_err *eb_login_start(eb_call *call)
{
    const eb_params *params;
    const eb_client *client;
    const char *redirect_uri;
    EB_TRY(read_params(call, &params));
    const char *ui_locales = eb_params_value(params, "ui_locales");
    const eb_err *err =
        eb_authorize_client(call->pool, call->bridge->clients, call->bridge->client_count, params,
                            &client, &redirect_uri);
    if (err != NULL) {
        eb_answer_page(call, err, NULL, ui_locales);
        return err;
    }
    eb_authorize request;
    err = eb_authorize_parse(call->pool, client, redirect_uri, params, &request);
    if (err == NULL && request.prompt_none) {
        err = eb_err_make(call->pool, EB_E_AUTHZ_LOGIN_REQUIRED,
                          "prompt=none, and no session is kept here");
    }
    if (err == NULL) {
        err = start(call, &request);
    }
    if (err != NULL) {
        apr_table_unset(call->out->headers, "Set-Cookie");
        eb_answer_client(call, err, redirect_uri, request.state);
    }
    return err;
}

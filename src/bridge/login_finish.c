/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second half of a login: from the provider's Response to the code (DESIGN section 3, step 3).
 *
 * A Response that does not verify is a page and never ends the login. One that verifies, good or
 * bad, ends it and goes back to the client, but for an authentication that is only too old: the
 * provider is asked once more. What is stored is stored before the marks: who loses a mark drops
 * what it stored.
 */
#include "bridge/answer.h"
#include "bridge/ask.h"
#include "bridge/claims.h"
#include "bridge/endpoints.h"
#include "bridge/grant.h"
#include "bridge/release.h"
#include "oidc/authorize.h"
#include "saml/response.h"

#include <apr_strings.h>
#include <string.h>

/* What is known of the login so far; the answer to an error depends on it. */
typedef struct {
    const eb_client *client; /* NULL until known */
    const eb_provider *provider;
    const eb_record *record; /* NULL until found */
    eb_records *records;
    eb_response_facts facts;
} finish;

static const eb_err *read_form(const eb_call *call, const char **ret_message,
                               const char **ret_relay_state)
{
    const eb_request *in = call->in;
    const char *name;
    if (in->body_fault != NULL) {
        return in->body_fault;
    }
    const eb_params *form = eb_params_parse(call->pool, (const char *)in->body.data, in->body.len);
    eb_param_state fault = form == NULL ? EB_PARAM_MALFORMED : eb_params_fault(form, &name);
    if (fault != EB_PARAM_OK) {
        return eb_err_make(call->pool, EB_E_SAML_PARAMETER, "a parameter is %s",
                           fault == EB_PARAM_REPEATED ? "given twice" : "malformed");
    }
    *ret_message = eb_params_value(form, "SAMLResponse");
    *ret_relay_state = eb_params_value(form, "RelayState");
    return *ret_message != NULL ? NULL
                                : eb_err_make(call->pool, EB_E_SAML_MISSING,
                                              "expected SAMLResponse in the form, found none");
}

static const eb_err *find_parties(const eb_call *call, finish *login)
{
    const eb_bridge *bridge = call->bridge;
    login->client = eb_client_find(bridge->clients, bridge->client_count, login->record->client);
    if (login->client == NULL) {
        return eb_err_make(call->pool, EB_E_LOGIN_CLIENT_GONE, "client %s is no longer configured",
                           login->record->client);
    }
    for (int i = 0; i < bridge->provider_count; i++) {
        if (strcmp(bridge->providers[i]->name, login->record->provider) == 0) {
            login->provider = bridge->providers[i];
            return NULL;
        }
    }
    return eb_err_make(call->pool, EB_E_LOGIN_PROVIDER_GONE, "provider %s is no longer configured",
                       login->record->provider);
}

/* The login that the Response says it answers, among those of this browser. */
static const eb_err *find_login(eb_call *call, const eb_response *response, const char *relay_state,
                                finish *login)
{
    const eb_bridge *bridge = call->bridge;
    const char *request_id = eb_response_in_response_to(response);
    login->client = eb_relay_state_client(call, relay_state);
    if (request_id == NULL) {
        return eb_err_make(call->pool, EB_E_COND_UNSOLICITED, "the Response has no InResponseTo");
    }
    login->records = eb_records_read(call);
    const eb_record *record = eb_records_find(login->records, request_id);
    if (record == NULL && eb_records_fault(login->records) != NULL) {
        return eb_err_make(call->pool, EB_E_LOGIN_ALTERED,
                           "no login in this browser has made request %s, and a cookie does not "
                           "open: %s",
                           eb_printable(call->pool, request_id), eb_records_fault(login->records));
    }
    if (record == NULL) {
        return eb_err_make(call->pool, EB_E_LOGIN_NOT_FOUND,
                           "no login in this browser has made request %s",
                           eb_printable(call->pool, request_id));
    }
    if (record->reference != NULL) {
        call->reference = record->reference;
    }
    if (record->state == EB_RECORD_DONE) {
        return eb_err_make(call->pool, EB_E_LOGIN_DONE, "request %s was answered already",
                           record->request_id);
    }
    if (call->now - record->started > bridge->login_lifetime ||
        record->started - call->now > bridge->clock_skew) {
        return eb_err_make(call->pool, EB_E_LOGIN_EXPIRED,
                           "the login began %s; EidasLoginLifetime is %ld s",
                           eb_time_format_xml(call->pool, record->started),
                           (long)apr_time_sec(bridge->login_lifetime));
    }
    eb_epoch epoch;
    EB_TRY(eb_store_epoch(bridge->store, call->pool, &epoch));
    if (memcmp(epoch.id, record->epoch, EB_EPOCH_BYTES) != 0) {
        return eb_err_make(call->pool, EB_E_LOGIN_EPOCH,
                           "the login began before the store was born (%s)",
                           eb_time_format_xml(call->pool, epoch.born));
    }
    if (relay_state != NULL && !eb_equal_secret(relay_state, strlen(relay_state),
                                                record->relay_state, strlen(record->relay_state))) {
        return eb_err_make(call->pool, EB_E_COND_RELAY_STATE,
                           "RelayState is not that of request %s", record->request_id);
    }
    login->record = record;
    return find_parties(call, login);
}

/* The grant: who, at which level, and exactly the claims that this client gets. */
static const eb_err *make_grant(const eb_call *call, const finish *login,
                                const eb_identity *identity, eb_grant *grant)
{
    apr_pool_t *pool = call->pool;
    const eb_client *client = login->client;
    const eb_bridge_client *rules = (const eb_bridge_client *)client;
    const char *sector = client->is_public_subject ? "" : client->sector;
    json_t *claims =
        eb_claims_make(pool, identity, rules->claim_rules, rules->claim_rule_count,
                       login->provider->claim_rules, login->provider->claim_rule_count);
    EB_TRY(eb_release_required(pool, client, claims));
    EB_TRY(eb_keyring_sub(pool, call->bridge->keys, sector, identity->namespace_,
                          identity->identifier_type, identity->identifier, &grant->subject));
    json_t *released = eb_release_filter(
        pool, claims, eb_release_names(pool, client, eb_split_words(pool, login->record->scopes)));
    json_object_set_new(released, "sub", json_string(grant->subject));
    grant->client = client->id;
    grant->acr = identity->acr;
    grant->authenticated = identity->authenticated;
    grant->scopes = login->record->scopes;
    grant->claims = eb_json_dump(pool, released);
    return grant->claims != NULL
               ? NULL
               : eb_err_make(pool, EB_E_JSON_WRITE, "the claims cannot be written as JSON");
}

/* A mark keeps out what could still be presented. An assertion answers one request, whose login
 * must not be older than its lifetime, so a provider's far NotOnOrAfter need not fill the store for
 * years; a day is more than any login lasts. */
#define GUARD_MAX apr_time_from_sec(24 * 3600)

static apr_interval_time_t assertion_guard(const eb_call *call, const finish *login,
                                           const eb_identity *identity)
{
    apr_interval_time_t guard =
        identity->not_on_or_after - call->now + login->provider->policy.clock_skew;
    return guard < GUARD_MAX ? guard : GUARD_MAX;
}

/* Marks the request, and the assertion where there is one, as used: both or neither, for a login
 * that a full store turned away can be finished later. */
static const eb_err *mark(const eb_call *call, const finish *login, const eb_identity *identity)
{
    const eb_bridge *bridge = call->bridge;
    const eb_err *err = eb_mark_used(call, "request", login->provider->name,
                                     login->record->request_id, bridge->login_lifetime);
    if (err == NULL && identity != NULL) {
        err = eb_mark_used(call, "assertion", identity->entity_id, identity->assertion_id,
                           assertion_guard(call, login, identity));
        if (err != NULL) {
            (void)eb_mark_drop(call, "request", login->provider->name, login->record->request_id);
        }
    }
    if (err != NULL && err->id == EB_E_STATE_EXISTS) {
        return eb_err_make(call->pool, EB_E_COND_REPLAY,
                           "request %s or its assertion was used before",
                           login->record->request_id);
    }
    return err;
}

static const eb_err *issue_code(const eb_call *call, const finish *login,
                                const eb_identity *identity, const char **ret_code)
{
    eb_grant grant = {.client = NULL};
    const char *code_text = NULL;
    eb_code code = {.client = login->client->id,
                    .redirect_uri = login->record->redirect_uri,
                    .code_challenge = login->record->code_challenge,
                    .nonce = login->record->nonce};
    EB_TRY(make_grant(call, login, identity, &grant));
    EB_TRY(eb_grant_put(call, login->client, &grant));
    memcpy(code.grant, grant.id, sizeof(code.grant));
    memcpy(code.epoch, login->record->epoch, sizeof(code.epoch));
    const eb_err *err = eb_code_put(call, login->client, &code, &code_text);
    if (err == NULL) {
        err = mark(call, login, identity);
    }
    if (err != NULL) {
        if (code_text != NULL) {
            (void)eb_code_drop(call, code_text);
        }
        (void)eb_grant_drop(call, grant.id);
        return err;
    }
    *ret_code = code_text;
    return NULL;
}

/* Too old for the provider's MaxAuthenticationAge, and nothing of the request has demanded a new
 * authentication: a session at the provider, which ForceAuthn ends. */
static bool may_ask_again(const finish *login, const eb_err *err)
{
    return err->id == EB_E_COND_AUTHN_AGE && login->facts.is_verified &&
           !login->record->force_authn && login->record->max_age < 0;
}

/* The same login once more, with ForceAuthn. The request that was answered is used up first, so
 * that its Response asks only once; the new record keeps force_authn, so that a second answer that
 * is too old is refused. */
static const eb_err *ask_again(const eb_call *call, const finish *login, const eb_err *reason)
{
    eb_record again = *login->record;
    again.force_authn = true;
    EB_TRY(mark(call, login, NULL));
    eb_records_forget(login->records, login->record);
    EB_TRY(eb_ask_provider(call, login->provider, login->records, &again));
    eb_log_printf(
        call->pool, call->log, EB_LOG_INFO,
        "[%s] login asked again with ForceAuthn: client %s, provider %s, request %s after "
        "%s: %s",
        call->reference, again.client, again.provider, again.request_id, login->record->request_id,
        reason->message);
    return NULL;
}

static const eb_err *finish_login(eb_call *call, finish *login)
{
    const eb_bridge *bridge = call->bridge;
    const char *message, *relay_state, *code = NULL;
    eb_response *response;
    eb_identity *identity = NULL;
    EB_TRY(read_form(call, &message, &relay_state));
    EB_TRY(eb_response_open(call->pool, message, strlen(message), bridge->max_message, &response));
    EB_TRY(find_login(call, response, relay_state, login));
    const eb_provider *provider = login->provider;
    eb_response_expected expected = {
        .provider = provider->name,
        .request_id = login->record->request_id,
        .request_time = login->record->started,
        .force_authn = login->record->force_authn,
        .max_age = login->record->max_age < 0 ? -1 : apr_time_from_sec(login->record->max_age),
        .floor = login->record->floor,
        .now = call->now};
    const eb_err *err =
        eb_response_read(call->pool, response, provider->sp, &provider->policy, provider->peer,
                         &expected, bridge->random, &login->facts, &identity);
    if (err != NULL) {
        return may_ask_again(login, err) ? ask_again(call, login, err) : err;
    }
    EB_TRY(issue_code(call, login, identity, &code));
    EB_TRY(eb_records_finish(call, login->records, login->record));
    eb_reply_redirect(call->out,
                      eb_authorize_success_url(call->pool, login->record->redirect_uri, code,
                                               login->record->client_state, bridge->issuer));
    eb_log_printf(call->pool, call->log, EB_LOG_INFO,
                  "[%s] login finished: client %s, provider %s, request %s, level %s, signature "
                  "%s, encryption %s",
                  call->reference, login->client->id, provider->name, login->record->request_id,
                  eb_level_word(identity->level), login->facts.signature_algorithm,
                  login->facts.content_algorithm == NULL ? "none" : login->facts.content_algorithm);
    return NULL;
}

/* True for errors after which the person may simply try the same again: nothing was decided. */
static bool leaves_login_open(const eb_err *err)
{
    return err->fault == EB_FAULT_BUSY || err->fault == EB_FAULT_INTERNAL ||
           err->id == EB_E_COND_REPLAY;
}

const eb_err *eb_login_finish(eb_call *call)
{
    finish login = {.client = NULL};
    const eb_err *err = finish_login(call, &login);
    if (err == NULL) {
        return NULL;
    }
    apr_table_unset(call->out->headers, "Set-Cookie");
    if (login.record == NULL || !login.facts.is_verified || leaves_login_open(err) ||
        mark(call, &login, NULL) != NULL ||
        eb_records_finish(call, login.records, login.record) != NULL) {
        eb_answer_page(call, err, login.client,
                       login.record == NULL ? NULL : login.record->language);
        return err;
    }
    if (eb_answer_is_told(err)) {
        eb_answer_told(call, err, login.client, login.record->language, login.record->redirect_uri,
                       login.record->client_state);
    } else {
        eb_answer_client(call, err, login.record->redirect_uri, login.record->client_state);
    }
    return err;
}

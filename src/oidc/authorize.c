/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The authorization request, judged parameter by parameter. */
#include "oidc/authorize.h"

#include "base/json.h"
#include "oidc/oauth_error.h"

#include <apr_strings.h>
#include <string.h>

#define MAX_AGE_DIGITS 9 /* thirty years of seconds */
#define CHALLENGE_LEN  43
#define PROVIDER_MAX   32

static const char base64url_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static const eb_err *fault_of(apr_pool_t *pool, const char *name, eb_param_state state)
{
    if (state == EB_PARAM_REPEATED) {
        return eb_err_make(pool, EB_E_AUTHZ_DUPLICATE, "%s is given more than once",
                           eb_printable(pool, name));
    }
    return eb_err_make(pool, EB_E_AUTHZ_ENCODING,
                       "%s has a broken %%-escape, a NUL, or is not UTF-8",
                       *name == '\0' ? "the name of a parameter" : eb_printable(pool, name));
}

const eb_err *eb_authorize_client(apr_pool_t *pool, const eb_client *const *clients,
                                  int client_count, const eb_params *params,
                                  const eb_client **ret_client, const char **ret_redirect_uri)
{
    if (params == NULL) {
        return eb_err_make(pool, EB_E_AUTHZ_PARAMETER, "there are more than %d parameters",
                           EB_PARAMS_MAX);
    }
    const char *id, *uri;
    eb_param_state state = eb_params_get(params, "client_id", &id);
    if (state == EB_PARAM_ABSENT) {
        return eb_err_make(pool, EB_E_AUTHZ_CLIENT, "client_id is missing");
    }
    if (state != EB_PARAM_OK) {
        return fault_of(pool, "client_id", state);
    }
    const eb_client *client = eb_client_find(clients, client_count, id);
    if (client == NULL) {
        return eb_err_make(pool, EB_E_AUTHZ_CLIENT, "no <EidasClient> has the client_id %s",
                           eb_printable(pool, id));
    }

    state = eb_params_get(params, "redirect_uri", &uri);
    if (state == EB_PARAM_ABSENT) {
        return eb_err_make(pool, EB_E_AUTHZ_REDIRECT_URI, "redirect_uri is missing");
    }
    if (state != EB_PARAM_OK) {
        return fault_of(pool, "redirect_uri", state);
    }
    if (!eb_client_redirect_uri_matches(client, uri)) {
        return eb_err_make(pool, EB_E_AUTHZ_REDIRECT_URI,
                           "client %s has no RedirectURI equal to %s", eb_printable(pool, id),
                           eb_printable(pool, uri));
    }
    *ret_client = client;
    *ret_redirect_uri = uri;
    return NULL;
}

/* Any parameter given twice or not readable, known or not: two readers would read it differently.
 * `resource` alone may repeat (RFC 8707); it has no meaning here. */
static const eb_err *check_faults(apr_pool_t *pool, const eb_params *params)
{
    int count = eb_params_count(params);
    for (int i = 0; i < count; i++) {
        const char *name, *value;
        eb_params_at(params, i, &name, &value);
        eb_param_state state = eb_params_get(params, name, &value);
        if (state == EB_PARAM_MALFORMED ||
            (state == EB_PARAM_REPEATED && strcmp(name, "resource") != 0)) {
            return fault_of(pool, name, state);
        }
    }
    return NULL;
}

static const eb_err *check_too_long(apr_pool_t *pool, const char *name, const char *value,
                                    size_t max)
{
    if (value != NULL && strlen(value) > max) {
        return eb_err_make(pool, EB_E_AUTHZ_TOO_LARGE,
                           "%s has %" APR_SIZE_T_FMT " bytes; at most %" APR_SIZE_T_FMT
                           " are taken",
                           name, strlen(value), max);
    }
    return NULL;
}

/* What we do not offer must be said, never silently left out: the client would believe that it
 * counts (OpenID Core 3.1.2.6). */
static const eb_err *check_unsupported(apr_pool_t *pool, const eb_params *params)
{
    if (eb_params_value(params, "request") != NULL) {
        return eb_err_make(pool, EB_E_AUTHZ_REQUEST_OBJECT, "the parameter request was sent");
    }
    if (eb_params_value(params, "request_uri") != NULL) {
        return eb_err_make(pool, EB_E_AUTHZ_REQUEST_URI, "the parameter request_uri was sent");
    }
    if (eb_params_value(params, "registration") != NULL) {
        return eb_err_make(pool, EB_E_AUTHZ_REGISTRATION, "the parameter registration was sent");
    }
    return NULL;
}

static const eb_err *read_response(apr_pool_t *pool, const eb_params *params)
{
    const char *type = eb_params_value(params, "response_type");
    const char *mode = eb_params_value(params, "response_mode");
    if (type == NULL) {
        return eb_err_make(pool, EB_E_AUTHZ_PARAMETER, "response_type is missing");
    }
    if (strcmp(type, "code") != 0) {
        return eb_err_make(pool, EB_E_AUTHZ_RESPONSE_TYPE, "response_type is %s, not code",
                           eb_printable(pool, type));
    }
    if (mode != NULL && strcmp(mode, "query") != 0) {
        return eb_err_make(pool, EB_E_AUTHZ_RESPONSE_MODE, "response_mode is %s, not query",
                           eb_printable(pool, mode));
    }
    return NULL;
}

static bool has_word(const apr_array_header_t *words, const char *word)
{
    for (int i = 0; i < words->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(words, i, const char *), word) == 0) {
            return true;
        }
    }
    return false;
}

static const eb_err *read_scope(apr_pool_t *pool, const eb_params *params, eb_authorize *authorize)
{
    const eb_client *client = authorize->client;
    const apr_array_header_t *asked = eb_split_words(pool, eb_params_value(params, "scope"));
    /* In the order of the registration, so that what is granted does not depend on how often or in
     * which order a stranger's link repeats a word. */
    apr_array_header_t *granted = apr_array_make(pool, 4, sizeof(const char *));
    bool has_openid = false;
    for (int i = 0; i < client->scope_count; i++) {
        if (has_word(asked, client->scopes[i]) && !has_word(granted, client->scopes[i])) {
            APR_ARRAY_PUSH(granted, const char *) = client->scopes[i];
            has_openid = has_openid || strcmp(client->scopes[i], "openid") == 0;
        }
    }
    if (!has_openid) {
        return eb_err_make(pool, EB_E_AUTHZ_SCOPE, "scope is missing or lacks openid");
    }
    authorize->scopes = granted;
    return NULL;
}

/* RFC 7636 section 4.3; an absent method would mean plain. */
static const eb_err *read_pkce(apr_pool_t *pool, const eb_params *params, eb_authorize *authorize)
{
    const char *challenge = eb_params_value(params, "code_challenge");
    const char *method = eb_params_value(params, "code_challenge_method");
    if (challenge == NULL) {
        if (authorize->client->require_pkce) {
            return eb_err_make(pool, EB_E_AUTHZ_PKCE_REQUIRED, "code_challenge is missing");
        }
        if (method != NULL) {
            return eb_err_make(pool, EB_E_AUTHZ_PARAMETER,
                               "code_challenge_method was sent without code_challenge");
        }
        return NULL;
    }
    if (method == NULL || strcmp(method, "S256") != 0) {
        return eb_err_make(pool, EB_E_AUTHZ_PKCE_METHOD, "code_challenge_method is %s, not S256",
                           eb_printable(pool, method));
    }
    if (strlen(challenge) != CHALLENGE_LEN ||
        strspn(challenge, base64url_letters) != CHALLENGE_LEN) {
        return eb_err_make(pool, EB_E_AUTHZ_PARAMETER,
                           "code_challenge is not 43 characters of base64url");
    }
    authorize->code_challenge = challenge;
    return NULL;
}

static const eb_err *read_prompt(apr_pool_t *pool, const eb_params *params, eb_authorize *authorize)
{
    const apr_array_header_t *words = eb_split_words(pool, eb_params_value(params, "prompt"));
    bool has_other = false;
    for (int i = 0; i < words->nelts; i++) {
        const char *word = APR_ARRAY_IDX(words, i, const char *);
        if (strcmp(word, "none") == 0) {
            authorize->prompt_none = true;
        } else if (strcmp(word, "login") == 0) {
            authorize->prompt_login = has_other = true;
        } else if (strcmp(word, "consent") == 0 || strcmp(word, "select_account") == 0) {
            has_other = true; /* the provider asks what it has to ask; nothing of ours to show */
        } else {
            return eb_err_make(pool, EB_E_AUTHZ_PROMPT, "prompt has the unknown value %s",
                               eb_printable(pool, word));
        }
    }
    if (authorize->prompt_none && has_other) {
        return eb_err_make(pool, EB_E_AUTHZ_PROMPT, "prompt has none together with another value");
    }
    return NULL;
}

static const eb_err *read_max_age(apr_pool_t *pool, const eb_params *params,
                                  eb_authorize *authorize)
{
    const char *text = eb_params_value(params, "max_age");
    if (text == NULL) {
        return NULL;
    }
    size_t len = strlen(text);
    if (strspn(text, "0123456789") != len || len > MAX_AGE_DIGITS) {
        return eb_err_make(pool, EB_E_AUTHZ_PARAMETER,
                           "max_age is not a number of seconds of at most %d digits",
                           MAX_AGE_DIGITS);
    }
    apr_int64_t age = apr_atoi64(text);
    if (age == 0) {
        authorize->prompt_login = true; /* OpenID Core, errata set 2: the same thing */
    } else {
        authorize->max_age = age;
    }
    return NULL;
}

static const eb_err *claims_fault(apr_pool_t *pool, const char *what)
{
    return eb_err_make(pool, EB_E_AUTHZ_CLAIMS, "in the claims parameter %s", what);
}

/* The requested acr: absent, null, or an object (the caller has seen to that) with essential,
 * value, values (OpenID Core 5.5.1.1). */
static const eb_err *read_acr_request(apr_pool_t *pool, const json_t *acr, eb_authorize *authorize)
{
    if (acr == NULL || json_is_null(acr)) {
        return NULL;
    }
    bool is_essential = false;
    if (eb_json_get_bool(acr, "essential", &is_essential) == EB_JSON_WRONG) {
        return claims_fault(pool, "essential of acr is not true or false");
    }
    apr_array_header_t *wanted = apr_array_make(pool, 4, sizeof(const char *));
    const char *value;
    eb_json_state state = eb_json_get_string(acr, "value", &value);
    if (state == EB_JSON_WRONG) {
        return claims_fault(pool, "value of acr is not a text");
    }
    if (state == EB_JSON_OK) {
        APR_ARRAY_PUSH(wanted, const char *) = value;
    }
    const json_t *values;
    state = eb_json_get_array(acr, "values", &values);
    if (state == EB_JSON_WRONG) {
        return claims_fault(pool, "values of acr is not an array");
    }
    if (state == EB_JSON_OK) {
        for (size_t i = 0; i < json_array_size(values); i++) {
            value = json_string_value(json_array_get(values, i));
            if (value == NULL) {
                return claims_fault(pool, "values of acr has an item that is not a text");
            }
            APR_ARRAY_PUSH(wanted, const char *) = value;
        }
    }
    if (is_essential) {
        authorize->is_acr_essential = true;
        authorize->essential_acr = wanted;
    } else if (authorize->acr_values->nelts == 0) {
        authorize->acr_values = wanted; /* a voluntary request is what acr_values is */
    }
    return NULL;
}

/* The parameter is read for acr alone, but its form is judged whole: null or an object for each
 * claim, in objects. What it asks beyond that is left out, as OpenID Core 5.5 allows. */
static const eb_err *read_claims(apr_pool_t *pool, const eb_params *params, eb_authorize *authorize)
{
    static const char *const members[] = {"userinfo", "id_token"};
    const char *text = eb_params_value(params, "claims");
    const json_t *claims, *id_token = NULL;
    if (text == NULL) {
        return NULL;
    }
    EB_TRY(eb_json_parse(pool, EB_E_AUTHZ_CLAIMS, eb_span_str(text), &eb_json_limits_request,
                         &claims));
    for (int i = 0; i < 2; i++) {
        const json_t *member = json_object_get(claims, members[i]);
        if (member == NULL || json_is_null(member)) {
            continue;
        }
        if (!json_is_object(member)) {
            return claims_fault(pool, "userinfo or id_token is not an object");
        }
        for (void *at = json_object_iter((json_t *)member); at != NULL;
             at = json_object_iter_next((json_t *)member, at)) {
            const json_t *request = json_object_iter_value(at);
            if (!json_is_null(request) && !json_is_object(request)) {
                return claims_fault(pool, "a claim is neither null nor an object");
            }
        }
        id_token = i == 1 ? member : id_token;
    }
    return id_token == NULL ? NULL
                            : read_acr_request(pool, json_object_get(id_token, "acr"), authorize);
}

/* The hint under the names that deployed clients use for it; where it has several they agree. NULL
 * when it has none. */
static const eb_err *read_hint(apr_pool_t *pool, const eb_params *params, const char **ret_name)
{
    static const char *const words[] = {"identity_provider", "idp_hint", "kc_idp_hint"};

    *ret_name = NULL;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const char *name = eb_params_value(params, words[i]);
        if (name != NULL && *ret_name != NULL && strcmp(name, *ret_name) != 0) {
            return eb_err_make(pool, EB_E_AUTHZ_PROVIDER,
                               "%s names another provider than another name of the hint", words[i]);
        }
        *ret_name = name != NULL ? name : *ret_name;
    }
    return NULL;
}

static const eb_err *read_provider(apr_pool_t *pool, const eb_params *params,
                                   eb_authorize *authorize)
{
    const char *name;
    const eb_client *client = authorize->client;
    EB_TRY(read_hint(pool, params, &name));
    if (name == NULL) {
        return NULL;
    }
    if (strlen(name) > PROVIDER_MAX ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(name)) {
        return eb_err_make(pool, EB_E_AUTHZ_PROVIDER,
                           "the hint is not the name of an <EidasProvider>");
    }
    bool is_allowed = client->provider_count == 0;
    for (int i = 0; i < client->provider_count; i++) {
        is_allowed = is_allowed || strcmp(client->providers[i], name) == 0;
    }
    if (!is_allowed) {
        return eb_err_make(pool, EB_E_AUTHZ_PROVIDER, "the client may not use the provider %s",
                           name);
    }
    authorize->provider = name;
    return NULL;
}

const eb_err *eb_authorize_parse(apr_pool_t *pool, const eb_client *client,
                                 const char *redirect_uri, const eb_params *params,
                                 eb_authorize *ret_authorize)
{
    eb_authorize *authorize = ret_authorize;
    memset(authorize, 0, sizeof *authorize);
    authorize->client = client;
    authorize->redirect_uri = redirect_uri;
    authorize->max_age = -1;
    authorize->scopes = apr_array_make(pool, 1, sizeof(const char *));
    authorize->acr_values = eb_split_words(pool, eb_params_value(params, "acr_values"));

    const char *state = eb_params_value(params, "state");
    const char *nonce = eb_params_value(params, "nonce");
    EB_TRY(check_too_long(pool, "state", state, EB_STATE_MAX));
    authorize->state = state;
    EB_TRY(check_faults(pool, params));
    EB_TRY(check_too_long(pool, "nonce", nonce, EB_NONCE_MAX));
    authorize->nonce = nonce;

    EB_TRY(check_unsupported(pool, params));
    EB_TRY(read_response(pool, params));
    EB_TRY(read_scope(pool, params, authorize));
    EB_TRY(read_pkce(pool, params, authorize));
    EB_TRY(read_prompt(pool, params, authorize));
    EB_TRY(read_max_age(pool, params, authorize));
    EB_TRY(read_claims(pool, params, authorize));
    EB_TRY(read_provider(pool, params, authorize));
    const char *locales = eb_params_value(params, "ui_locales");
    if (locales != NULL && strlen(locales) <= EB_UI_LOCALES_MAX) {
        authorize->ui_locales = locales;
    }
    return NULL;
}

static const char *append(apr_pool_t *pool, const char *url, const char *name, const char *value)
{
    const char *query = strchr(url, '?');
    const char *separator = "?";
    if (query != NULL) {
        char last = url[strlen(url) - 1];
        separator = last == '?' || last == '&' ? "" : "&";
    }
    return apr_pstrcat(pool, url, separator, name, "=", eb_percent_encode(pool, value), NULL);
}

static const char *append_state_and_issuer(apr_pool_t *pool, const char *url, const char *state,
                                           const char *issuer)
{
    if (state != NULL) {
        url = append(pool, url, "state", state);
    }
    return append(pool, url, "iss", issuer);
}

const char *eb_authorize_success_url(apr_pool_t *pool, const char *redirect_uri, const char *code,
                                     const char *state, const char *issuer)
{
    const char *url = append(pool, redirect_uri, "code", code);
    return append_state_and_issuer(pool, url, state, issuer);
}

const char *eb_authorize_error_url(apr_pool_t *pool, const char *redirect_uri, const char *error,
                                   const char *description, const char *state, const char *issuer)
{
    const char *url = append(pool, redirect_uri, "error", error);
    if (description != NULL) {
        url = append(pool, url, "error_description", eb_oauth_description(pool, description));
    }
    return append_state_and_issuer(pool, url, state, issuer);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bridge/route.h"

#include "bridge/answer.h"
#include "bridge/endpoints.h"
#include "bridge/page.h"
#include "oidc/oauth_error.h"

#include <apr_atomic.h>
#include <apr_strings.h>
#include <string.h>

#define FORM_LIMIT (32 * 1024)

static const eb_route routes[] = {
    {"/.well-known/openid-configuration", EB_METHOD_GET, 0, eb_publish_discovery, EB_ANSWER_JSON,
     EB_CORS_ANYONE},
    {"/jwks", EB_METHOD_GET, 0, eb_publish_jwks, EB_ANSWER_JSON, EB_CORS_ANYONE},
    {"/authorize", EB_METHOD_GET | EB_METHOD_POST, FORM_LIMIT, eb_login_start, EB_ANSWER_PAGE,
     EB_CORS_NONE},
    {"/token", EB_METHOD_POST, FORM_LIMIT, eb_token_serve, EB_ANSWER_JSON, EB_CORS_CLIENTS},
    {"/userinfo", EB_METHOD_GET | EB_METHOD_POST, FORM_LIMIT, eb_userinfo_serve, EB_ANSWER_BEARER,
     EB_CORS_CLIENTS},
    {"/saml/metadata", EB_METHOD_GET, 0, eb_publish_metadata, EB_ANSWER_PAGE, EB_CORS_NONE},
    {"/saml/acs", EB_METHOD_POST, EB_BODY_MESSAGE, eb_login_finish, EB_ANSWER_PAGE, EB_CORS_NONE},
};

/* Exactly the form of bridge/page's style path: an application beside us may have /pages/ of its
 * own. The endpoint knows which hash is today's. */
static const eb_route style_route = {"/pages/",        EB_METHOD_GET,  0,
                                     eb_publish_style, EB_ANSWER_PAGE, EB_CORS_ANYONE};

static bool is_style(const char *path)
{
    static const char hex[] = "0123456789abcdef";
    size_t prefix = strlen(style_route.path);
    return strncmp(path, style_route.path, prefix) == 0 &&
           strspn(path + prefix, hex) == EB_STYLE_HASH_CHARS &&
           strcmp(path + prefix + EB_STYLE_HASH_CHARS, EB_STYLE_FILE) == 0;
}

/* The RFC 8414 places are outside the issuer's path: the well-known name stands first, the path
 * behind it. */
static const char *const well_known[] = {"/.well-known/oauth-authorization-server",
                                         "/.well-known/openid-configuration"};

const eb_route *eb_route_find(const char *issuer_path, const char *server_path)
{
    size_t len = strlen(issuer_path);
    for (size_t i = 0; i < sizeof(well_known) / sizeof(well_known[0]); i++) {
        size_t name_len = strlen(well_known[i]);
        if (strncmp(server_path, well_known[i], name_len) == 0 &&
            strcmp(server_path + name_len, issuer_path) == 0) {
            return &routes[0];
        }
    }
    if (strncmp(server_path, issuer_path, len) != 0) {
        return NULL;
    }
    const char *path = server_path + len;
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (strcmp(path, routes[i].path) == 0) {
            return &routes[i];
        }
    }
    return is_style(path) ? &style_route : NULL;
}

size_t eb_route_body_limit(const eb_route *route, const eb_bridge *bridge)
{
    /* base64 makes 4 of 3; the form's escapes of '+', '/' and '=' and RelayState fit in the rest */
    return route->body_limit == EB_BODY_MESSAGE ? bridge->max_message * 2 + 8 * 1024
                                                : route->body_limit;
}

static const char *methods_text(apr_pool_t *pool, const eb_route *route)
{
    return apr_pstrcat(pool, (route->methods & EB_METHOD_GET) ? "GET, HEAD" : "",
                       (route->methods & EB_METHOD_GET) && (route->methods & EB_METHOD_POST) ? ", "
                                                                                             : "",
                       (route->methods & EB_METHOD_POST) ? "POST" : "",
                       route->cors != EB_CORS_NONE ? ", OPTIONS" : "", NULL);
}

static bool origin_is_allowed(const eb_call *call, const eb_route *route)
{
    if (call->in->origin == NULL || route->cors == EB_CORS_NONE) {
        return false;
    }
    bool is_allowed = route->cors == EB_CORS_ANYONE;
    for (int i = 0; i < call->bridge->client_count && !is_allowed; i++) {
        is_allowed = eb_client_origin_allowed(call->bridge->clients[i], call->in->origin);
    }
    return is_allowed;
}

static void add_cors(const eb_call *call, const eb_route *route)
{
    apr_table_t *headers = call->out->headers;
    if (route->cors == EB_CORS_NONE) {
        return;
    }
    if (route->cors == EB_CORS_ANYONE) {
        apr_table_setn(headers, "Access-Control-Allow-Origin", "*");
        return;
    }
    apr_table_mergen(headers, "Vary", "Origin");
    if (origin_is_allowed(call, route)) {
        apr_table_setn(headers, "Access-Control-Allow-Origin", call->in->origin);
        apr_table_setn(headers, "Access-Control-Expose-Headers", "WWW-Authenticate");
    }
}

static const eb_err *preflight(const eb_call *call, const eb_route *route)
{
    apr_table_t *headers = call->out->headers;
    call->out->status = 204;
    if (origin_is_allowed(call, route)) {
        apr_table_setn(headers, "Access-Control-Allow-Methods", methods_text(call->pool, route));
        apr_table_setn(headers, "Access-Control-Allow-Headers", "Authorization, Content-Type");
        apr_table_setn(headers, "Access-Control-Max-Age", "600");
    }
    return NULL;
}

static const eb_err *wrong_method(const eb_call *call, const eb_route *route)
{
    return eb_err_make(call->pool, EB_E_HTTP_METHOD, "expected %s at %s",
                       methods_text(call->pool, route), route->path);
}

static void answer_error(const eb_call *call, const eb_route *route, const eb_err *err)
{
    switch (route->answer) {
    case EB_ANSWER_PAGE:
        eb_answer_page(call, err, NULL, NULL);
        break;
    case EB_ANSWER_JSON:
        eb_oauth_error_json(call->pool, err, false, call->out);
        break;
    case EB_ANSWER_BEARER:
        eb_oauth_error_bearer(call->pool, err, call->bridge->issuer, call->out);
        break;
    }
    if (err->id == EB_E_HTTP_METHOD) {
        apr_table_setn(call->out->headers, "Allow", methods_text(call->pool, route));
    }
}

#define BUSY_LOG_SECONDS 60

/* A refusing store is told to every caller, but to the log once a minute for each issuer and error
 * in each process: a flood must not fill the disk. */
static bool was_logged_lately(const eb_call *call, const eb_err *err)
{
    eb_busy_log *logged = call->bridge->busy_log;
    volatile apr_uint32_t *last = err->id == EB_E_STATE_FULL    ? &logged->full
                                  : err->id == EB_E_STATE_SHARE ? &logged->share
                                                                : &logged->away;
    apr_uint32_t before = apr_atomic_read32(last);
    apr_uint32_t now = (apr_uint32_t)apr_time_sec(call->uptime) + 1;
    return (before != 0 && (apr_int32_t)(now - before) < BUSY_LOG_SECONDS) ||
           apr_atomic_cas32(last, now, before) != before;
}

/* How often the store has refused all who share it for this reason: the end of a log line. */
static const char *refusals(const eb_call *call, const eb_err *err)
{
    eb_store_counts counts;
    if ((err->id != EB_E_STATE_FULL && err->id != EB_E_STATE_SHARE) ||
        eb_store_count(call->bridge->store, call->pool, call->uptime, &counts) != NULL) {
        return "";
    }
    return apr_psprintf(call->pool, "; %" APR_UINT64_T_FMT " refused so far",
                        err->id == EB_E_STATE_FULL ? counts.refused_full : counts.refused_share);
}

static void log_error(const eb_call *call, const eb_route *route, const eb_err *err)
{
    static const eb_log_level levels[] = {
        [EB_FAULT_CONFIG] = EB_LOG_ERROR,   [EB_FAULT_PROVIDER] = EB_LOG_WARNING,
        [EB_FAULT_CLIENT] = EB_LOG_WARNING, [EB_FAULT_PERSON] = EB_LOG_WARNING,
        [EB_FAULT_BUSY] = EB_LOG_ERROR,     [EB_FAULT_INTERNAL] = EB_LOG_ERROR};
    if (err->id == EB_E_USERINFO_NO_TOKEN ||
        (err->fault == EB_FAULT_BUSY && was_logged_lately(call, err))) {
        return;
    }
    eb_log_printf(call->pool, call->log, levels[err->fault], "%s %s [%s] %s: %s%s", err->code,
                  err->name, call->reference, route->path, err->message, refusals(call, err));
}

void eb_route_serve(eb_call *call, const eb_route *route)
{
    const eb_err *err;
    add_cors(call, route);
    if (call->in->method == EB_METHOD_OPTIONS && route->cors != EB_CORS_NONE) {
        err = preflight(call, route);
    } else if ((call->in->method & route->methods) == 0) {
        err = wrong_method(call, route);
    } else {
        err = route->serve(call);
    }
    if (err == NULL) {
        return;
    }
    if (call->out->status == 0) {
        answer_error(call, route, err);
    }
    log_error(call, route, err);
}

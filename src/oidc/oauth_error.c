/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors on the wire, and the one place that reads a bearer token. */
#include "oidc/oauth_error.h"

#include "base/json.h"
#include "base/params.h"

#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#define TOKEN_MAX 4096 /* bytes of an access token; ours are far shorter */

const char *eb_oauth_description(apr_pool_t *pool, const char *text)
{
    char *out = apr_pstrdup(pool, text);
    for (char *at = out; *at != '\0'; at++) {
        if (*at < 0x20 || *at > 0x7e || *at == '"' || *at == '\\') {
            *at = ' ';
        }
    }
    return out;
}

const char *eb_oauth_error_text(apr_pool_t *pool, const eb_err *err)
{
    return eb_oauth_description(pool, apr_psprintf(pool, "%s (%s)", err->title, err->code));
}

/* Faults that no client can mend, and HTTP's own statuses; 0 for an error of the request. */
static int status_of(const eb_err *err)
{
    int status = eb_http_status(err);
    if (status != 400) {
        return status;
    }
    if (strcmp(err->oauth, "temporarily_unavailable") == 0) {
        return 503;
    }
    return strcmp(err->oauth, "server_error") == 0 ? 500 : 0;
}

static void write_body(apr_pool_t *pool, const eb_err *err, int status, eb_reply *reply)
{
    const char *code = *err->oauth == '\0' ? "invalid_request" : err->oauth;
    json_t *body = eb_json_own(pool, json_object());
    json_object_set_new(body, "error", json_string(code));
    json_object_set_new(body, "error_description", json_string(eb_oauth_error_text(pool, err)));
    const char *text = eb_json_dump(pool, body);
    /* Without memory even this much is an answer that a client understands. */
    eb_reply_body(reply, status, "application/json",
                  text == NULL ? "{\"error\":\"server_error\"}" : text);
    apr_table_setn(reply->headers, "Pragma", "no-cache");
    if (status == 503) {
        apr_table_setn(reply->headers, "Retry-After", EB_RETRY_AFTER);
    }
}

void eb_oauth_error_json(apr_pool_t *pool, const eb_err *err, bool used_header, eb_reply *reply)
{
    int status = status_of(err);
    if (status == 0) {
        status = strcmp(err->oauth, "invalid_client") == 0 ? 401 : 400;
    }
    write_body(pool, err, status, reply);
    if (status == 401 && used_header) {
        apr_table_setn(reply->headers, "WWW-Authenticate",
                       "Basic realm=\"token endpoint\", charset=\"UTF-8\"");
    }
}

void eb_oauth_error_bearer(apr_pool_t *pool, const eb_err *err, const char *issuer, eb_reply *reply)
{
    const char *realm = eb_oauth_description(pool, issuer);
    if (err->id == EB_E_USERINFO_NO_TOKEN) {
        eb_reply_body(reply, 401, NULL, NULL);
        apr_table_setn(reply->headers, "WWW-Authenticate",
                       apr_psprintf(pool, "Bearer realm=\"%s\"", realm));
        return;
    }
    int status = status_of(err);
    bool is_challenge = status == 0;
    if (is_challenge) {
        status = strcmp(err->oauth, "invalid_token") == 0        ? 401
                 : strcmp(err->oauth, "insufficient_scope") == 0 ? 403
                                                                 : 400;
    }
    write_body(pool, err, status, reply);
    if (is_challenge) {
        const char *challenge =
            apr_psprintf(pool, "Bearer realm=\"%s\", error=\"%s\", error_description=\"%s\"", realm,
                         err->oauth, eb_oauth_error_text(pool, err));
        apr_table_setn(reply->headers, "WWW-Authenticate", challenge);
    }
}

/* b64token (RFC 6750 section 2.1). */
static bool is_token(const char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
    size_t len = strspn(text, letters);
    size_t padding = strspn(text + len, "=");
    return len > 0 && text[len + padding] == '\0' && len + padding <= TOKEN_MAX;
}

/* The token of the header; NULL where there is no header or it has another scheme. */
static const char *header_token(const char *authorization)
{
    if (authorization == NULL || strncasecmp(authorization, "Bearer", 6) != 0 ||
        (authorization[6] != ' ' && authorization[6] != '\0')) {
        return NULL;
    }
    return authorization + 6 + strspn(authorization + 6, " ");
}

/* The token parameter of a query or a form. */
static const eb_err *parameter_token(apr_pool_t *pool, const char *raw, size_t len,
                                     const char **ret_token)
{
    const eb_params *params = eb_params_parse(pool, raw, len);
    if (params == NULL) {
        return eb_err_make(pool, EB_E_USERINFO_REQUEST, "there are more than %d parameters",
                           EB_PARAMS_MAX);
    }
    eb_param_state state = eb_params_get(params, "access_token", ret_token);
    if (state == EB_PARAM_REPEATED) {
        return eb_err_make(pool, EB_E_USERINFO_REQUEST, "access_token is given more than once");
    }
    if (state == EB_PARAM_MALFORMED) {
        return eb_err_make(pool, EB_E_USERINFO_TOKEN, "access_token is not readable");
    }
    return NULL;
}

const eb_err *eb_bearer_token(apr_pool_t *pool, const eb_request *request, const char **ret_token)
{
    const char *from_header = header_token(request->authorization);
    const char *from_query = NULL, *from_form = NULL;
    if (request->query != NULL) {
        EB_TRY(parameter_token(pool, request->query, strlen(request->query), &from_query));
    }
    if (from_query != NULL) {
        return eb_err_make(pool, EB_E_USERINFO_REQUEST, "the access token was sent in the query");
    }
    if (request->body_fault != NULL && from_header == NULL) {
        return request->body_fault;
    }
    if (request->method == EB_METHOD_POST && request->body_fault == NULL && request->body.len > 0) {
        EB_TRY(
            parameter_token(pool, (const char *)request->body.data, request->body.len, &from_form));
    }
    if (from_header != NULL && from_form != NULL) {
        return eb_err_make(pool, EB_E_USERINFO_REQUEST,
                           "the access token was sent in the header and in the form");
    }
    const char *token = from_header != NULL ? from_header : from_form;
    if (token == NULL) {
        return eb_err_make(pool, EB_E_USERINFO_NO_TOKEN, "%s",
                           request->authorization == NULL
                               ? "there is neither an Authorization header nor access_token"
                               : "the Authorization header has a scheme other than Bearer");
    }
    if (!is_token(token)) {
        return eb_err_make(pool, EB_E_USERINFO_TOKEN,
                           "what was sent is not of the form of a token (%d bytes at most)",
                           TOKEN_MAX);
    }
    *ret_token = token;
    return NULL;
}

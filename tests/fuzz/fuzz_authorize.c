/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An authorization request as a stranger sends it: the raw query or form. Whatever comes, the
 * answer goes to a registered redirect URI and nothing in it leaves its parameter. */
#include "oidc/authorize.h"
#include "oidc/oauth_error.h"

#include <apr_general.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const uris[] = {"https://c/cb", "https://c/cb?a=1", "http://127.0.0.1/cb"};
static const char *const scopes[] = {"openid", "profile"};
static const char *const providers[] = {"node", "suomifi"};

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* The URL is the redirect URI and then only characters that need no escape in a Location header. */
static void check_url(const char *url, const char *redirect_uri)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%=&?";
    size_t len = strlen(redirect_uri);
    require(strncmp(url, redirect_uri, len) == 0);
    require(strspn(url + len, letters) == strlen(url + len));
}

static void parse(apr_pool_t *pool, const eb_client *client, const eb_params *params)
{
    eb_authorize request;
    const char *redirect_uri = client->redirect_uris[0];
    const eb_err *err = eb_authorize_parse(pool, client, redirect_uri, params, &request);
    require(request.client == client && request.redirect_uri == redirect_uri);
    require(request.state == NULL || strlen(request.state) <= EB_STATE_MAX);
    if (err != NULL) {
        check_url(eb_authorize_error_url(pool, redirect_uri, err->oauth,
                                         eb_oauth_error_text(pool, err), request.state,
                                         "https://op.example"),
                  redirect_uri);
        return;
    }
    require(request.scopes->nelts >= 1 && request.scopes->nelts <= 2);
    require(request.nonce == NULL || strlen(request.nonce) <= EB_NONCE_MAX);
    require(request.code_challenge == NULL || strlen(request.code_challenge) == 43);
    require(request.code_challenge != NULL || !client->require_pkce);
    require(!(request.prompt_none && request.prompt_login) || request.max_age == -1);
    require(request.max_age == -1 || request.max_age > 0);
    require(!request.is_acr_essential || request.essential_acr != NULL);
    check_url(
        eb_authorize_success_url(pool, redirect_uri, "code", request.state, "https://op.example"),
        redirect_uri);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool;
    eb_client shop = {.id = "shop",
                      .auth_methods = EB_AUTH_BASIC,
                      .redirect_uris = uris,
                      .redirect_uri_count = 2,
                      .scopes = scopes,
                      .scope_count = 2};
    eb_client app = {.id = "app",
                     .auth_methods = EB_AUTH_NONE,
                     .redirect_uris = uris + 2,
                     .redirect_uri_count = 1,
                     .scopes = scopes,
                     .scope_count = 1,
                     .providers = providers,
                     .provider_count = 2,
                     .require_pkce = true};
    const eb_client *const clients[] = {&shop, &app};

    apr_initialize();
    apr_pool_create(&pool, NULL);
    const eb_params *params = eb_params_parse(pool, (const char *)data, size);
    const eb_client *client = NULL;
    const char *redirect_uri = NULL;
    const eb_err *err = eb_authorize_client(pool, clients, 2, params, &client, &redirect_uri);
    if (err == NULL) {
        require(eb_client_redirect_uri_matches(client, redirect_uri));
        require(client == &app || strcmp(redirect_uri, uris[0]) == 0 ||
                strcmp(redirect_uri, uris[1]) == 0);
    } else {
        require(client == NULL && redirect_uri == NULL);
    }
    if (params != NULL) {
        parse(pool, &shop, params);
        parse(pool, &app, params);
    }
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}

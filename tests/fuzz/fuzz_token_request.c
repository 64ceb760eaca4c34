/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes to the token and userinfo endpoints: the first line is the Authorization header
 * (empty: none), the rest the form. Nobody gets in without the secret. */
#include "oidc/client_auth.h"
#include "oidc/oauth_error.h"
#include "oidc/redeem.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not in any corpus, and too long to be found: whoever is the shop got past the check. */
static const char *const secrets[] = {"Gk2vQ0m7s1LrX9bTz4cYw8HfN3jDpE6aUoIqRtVxS5K"};

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void authenticate(apr_pool_t *pool, const char *authorization, const eb_params *form)
{
    eb_client shop = {.id = "shop",
                      .secrets = secrets,
                      .secret_count = 1,
                      .auth_methods = EB_AUTH_BASIC | EB_AUTH_POST};
    eb_client app = {.id = "app", .auth_methods = EB_AUTH_NONE};
    const eb_client *const clients[] = {&shop, &app};
    const eb_client *client = NULL;
    bool used_header;
    const eb_err *err =
        eb_client_authenticate(pool, clients, 2, authorization, form, &used_header, &client);
    require(used_header == (authorization != NULL));
    if (err == NULL) {
        require(client == &app && authorization == NULL);
        return;
    }
    require(client == NULL);
    eb_reply reply;
    eb_reply_init(&reply, pool);
    eb_oauth_error_json(pool, err, used_header, &reply);
    require(reply.status == 400 || reply.status == 401);
}

static void redeem(apr_pool_t *pool, const eb_params *form)
{
    eb_token_request request;
    if (eb_token_request_parse(pool, form, &request) != NULL) {
        return;
    }
    require(request.code != NULL && *request.code != '\0');
    if (request.code_verifier != NULL) {
        require(strlen(request.code_verifier) >= 43 && strlen(request.code_verifier) <= 128);
        require(eb_redeem_check_pkce(pool, NULL, request.code_verifier) != NULL);
    }
    require(eb_redeem_check_pkce(pool, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cA",
                                 request.code_verifier) != NULL);
}

static void read_token(apr_pool_t *pool, const char *authorization, const char *form)
{
    eb_request request = {
        .method = EB_METHOD_POST, .authorization = authorization, .body = eb_span_str(form)};
    const char *token;
    const eb_err *err = eb_bearer_token(pool, &request, &token);
    if (err == NULL) {
        require(*token != '\0' && strpbrk(token, " \t\r\n\"\\") == NULL);
        return;
    }
    eb_reply reply;
    eb_reply_init(&reply, pool);
    eb_oauth_error_bearer(pool, err, "https://op.example", &reply);
    require(reply.status == 400 || reply.status == 401);
    require(apr_table_get(reply.headers, "WWW-Authenticate") != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool;
    apr_initialize();
    apr_pool_create(&pool, NULL);
    const char *line = apr_pstrmemdup(pool, (const char *)data, size);
    size_t len = strcspn(line, "\n");
    const char *form = line[len] == '\n' ? line + len + 1 : "";
    const char *authorization = len == 0 ? NULL : apr_pstrmemdup(pool, line, len);
    const eb_params *params = eb_params_parse(pool, form, strlen(form));
    authenticate(pool, authorization, params);
    redeem(pool, params);
    read_token(pool, authorization, form);
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}

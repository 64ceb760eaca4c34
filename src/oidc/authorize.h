/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The authorization request, read and judged (OpenID Core 3.1.2.1, RFC 6749 4.1.1, RFC 7636).
 *
 * First client and redirect URI: a fault there must be a page. Everything after can be told to the client.
 */
#ifndef EB_OIDC_AUTHORIZE_H
#define EB_OIDC_AUTHORIZE_H

#include "base/params.h"
#include "oidc/client.h"

#define EB_STATE_MAX 4096 /* bytes of `state` */
#define EB_NONCE_MAX 512

typedef struct eb_authorize {
    const eb_client *client;
    const char *redirect_uri;
    const char *state;           /* NULL when none; echoed byte for byte */
    const char *nonce;           /* NULL when none */
    const char *code_challenge;  /* S256; NULL when none */
    const apr_array_header_t *scopes; /* const char *: of those asked, the ones the client may have */
    bool prompt_none, prompt_login;
    apr_int64_t max_age;         /* seconds; -1 when not sent */
    const apr_array_header_t *acr_values; /* const char *, in order; may be empty */
    const apr_array_header_t *essential_acr; /* values of an essential acr claim; NULL when none was essential */
    bool is_acr_essential;       /* essential, even without values */
    const char *ui_locales;      /* NULL when none */
    const char *provider;        /* our hint parameter `eidas_provider`; NULL when none */
} eb_authorize;

/* Finds the client and matches redirect_uri: EB_E_AUTHZ_CLIENT, EB_E_AUTHZ_REDIRECT_URI (never a redirect). */
const eb_err *eb_authorize_client(apr_pool_t *pool, const eb_client *const *clients, int client_count,
                                  const eb_params *params, const eb_client **ret_client, const char **ret_redirect_uri);

/* The rest. ret->client, redirect_uri and state (where it is usable) are set even on error, so that the error can be
 * told by redirect. EB_E_AUTHZ_*. */
const eb_err *eb_authorize_parse(apr_pool_t *pool, const eb_client *client, const char *redirect_uri,
                                 const eb_params *params, eb_authorize *ret_authorize);

/* The redirect back: parameters appended to the redirect URI's own query, percent-encoded, with iss (RFC 9207). */
const char *eb_authorize_success_url(apr_pool_t *pool, const char *redirect_uri, const char *code, const char *state,
                                     const char *issuer);
const char *eb_authorize_error_url(apr_pool_t *pool, const char *redirect_uri, const char *error,
                                   const char *description, const char *state, const char *issuer);

#endif

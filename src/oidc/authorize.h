/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The authorization request, read and judged (OpenID Core 3.1.2.1, RFC 6749 4.1.1, RFC 7636).
 *
 * First client and redirect URI: a fault there must be a page. Everything after can be told to the
 * client.
 */
#ifndef EB_OIDC_AUTHORIZE_H
#define EB_OIDC_AUTHORIZE_H

#include "base/params.h"
#include "oidc/client.h"

#define EB_STATE_MAX      4096 /* bytes of `state` */
#define EB_NONCE_MAX      512
#define EB_UI_LOCALES_MAX 256 /* longer is as if not sent: it must never be an error */

typedef struct eb_authorize {
    const eb_client *client;
    const char *redirect_uri;
    const char *state;          /* NULL when none; echoed byte for byte */
    const char *nonce;          /* NULL when none */
    const char *code_challenge; /* S256; NULL when none */
    const apr_array_header_t
        *scopes; /* const char *: of those asked, the ones the client may have, each once */
    bool prompt_none,
        prompt_login;    /* prompt_login also for max_age=0 (OpenID Core, errata set 2) */
    apr_int64_t max_age; /* seconds, more than 0; -1 when not sent or 0 */
    const apr_array_header_t
        *acr_values; /* const char *, in order; may be empty. Else those of a voluntary acr claim */
    const apr_array_header_t
        *essential_acr;     /* values of an essential acr claim; NULL when none was essential */
    bool is_acr_essential;  /* essential, even without values */
    const char *ui_locales; /* NULL when none */
    const char *provider;   /* identity_provider, idp_hint or kc_idp_hint; NULL when none */
} eb_authorize;

/* Finds the client and matches redirect_uri. Every error of this function is told by a page, never
 * by a redirect: EB_E_AUTHZ_CLIENT, EB_E_AUTHZ_REDIRECT_URI; EB_E_AUTHZ_DUPLICATE or _ENCODING of
 * these two parameters; EB_E_AUTHZ_PARAMETER when params is NULL (too many). *ret_redirect_uri is
 * the one sent: with a loopback port, if so. */
const eb_err *eb_authorize_client(apr_pool_t *pool, const eb_client *const *clients,
                                  int client_count, const eb_params *params,
                                  const eb_client **ret_client, const char **ret_redirect_uri);

/* The rest, in this order, the first fault counts. ret->client, redirect_uri and state (where it is
 * usable: given once, sound, not too long) are set even on error, so that the error can be told by
 * redirect.
 *
 * - EB_E_AUTHZ_TOO_LARGE: state over EB_STATE_MAX, nonce over EB_NONCE_MAX
 * - EB_E_AUTHZ_DUPLICATE: any name twice, also an unknown one (`resource` may repeat, RFC 8707)
 * - EB_E_AUTHZ_ENCODING: a broken escape, a NUL, not UTF-8, in any name or value
 * - EB_E_AUTHZ_REQUEST_OBJECT, _REQUEST_URI, _REGISTRATION: the parameter is not offered
 * - EB_E_AUTHZ_PARAMETER: response_type missing; later code_challenge or max_age of the wrong form
 * - EB_E_AUTHZ_RESPONSE_TYPE, _RESPONSE_MODE: not `code`; not `query`
 * - EB_E_AUTHZ_SCOPE: without openid; unknown scopes are ignored
 * - EB_E_AUTHZ_PKCE_REQUIRED, _PKCE_METHOD: none where the client must; not S256 (absent means
 *   plain)
 * - EB_E_AUTHZ_PROMPT: unknown value, or none with another; consent and select_account are accepted
 * - EB_E_AUTHZ_CLAIMS: not a JSON object of the right form; read for acr of id_token alone
 * - EB_E_AUTHZ_PROVIDER: the provider's hint is no name, or not one of the client's Providers; or
 *   its names disagree
 *
 * Never an error: display, ui_locales, claims_locales, login_hint, id_token_hint, acr_values,
 * unknown parameters. prompt=none is no error here: it is for the caller, who knows whether
 * somebody is logged in. */
const eb_err *eb_authorize_parse(apr_pool_t *pool, const eb_client *client,
                                 const char *redirect_uri, const eb_params *params,
                                 eb_authorize *ret_authorize);

/* The redirect back: parameters appended to the redirect URI's own query, percent-encoded, with iss
 * (RFC 9207). state and description may be NULL; a description is made fit by eb_oauth_description.
 */
const char *eb_authorize_success_url(apr_pool_t *pool, const char *redirect_uri, const char *code,
                                     const char *state, const char *issuer);
const char *eb_authorize_error_url(apr_pool_t *pool, const char *redirect_uri, const char *error,
                                   const char *description, const char *state, const char *issuer);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What redemption of a code compares (RFC 6749 4.1.3, RFC 7636 4.6), apart from the store. */
#ifndef EB_OIDC_REDEEM_H
#define EB_OIDC_REDEEM_H

#include "base/params.h"
#include "oidc/client.h"

typedef struct eb_token_request {
    const char *code;
    const char *redirect_uri;  /* NULL when not sent */
    const char *code_verifier; /* NULL when not sent */
} eb_token_request;

/* grant_type, duplicates, forms of code and verifier: EB_E_TOKEN_REQUEST, _DUPLICATE, _GRANT_TYPE, _PKCE_FORM. */
const eb_err *eb_token_request_parse(apr_pool_t *pool, const eb_params *form, eb_token_request *ret_request);

/* EB_E_TOKEN_PKCE unless the verifier fits the challenge (NULL: there was none, and none may come). */
const eb_err *eb_redeem_check_pkce(apr_pool_t *pool, const char *code_challenge, const char *code_verifier);

#endif

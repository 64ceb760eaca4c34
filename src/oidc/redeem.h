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

/* The token request's form (NULL: too many parameters). EB_E_TOKEN_DUPLICATE: any name twice, known
 * or not (`resource` may repeat). EB_E_TOKEN_REQUEST: grant_type or code missing, or something
 * unreadable. EB_E_TOKEN_GRANT_TYPE: not authorization_code. EB_E_TOKEN_CODE: no code of ours looks
 * so. EB_E_TOKEN_PKCE_FORM: not 43 to 128 unreserved characters (RFC 7636 4.1). Texts are borrowed
 * from the form. */
const eb_err *eb_token_request_parse(apr_pool_t *pool, const eb_params *form,
                                     eb_token_request *ret_request);

/* EB_E_TOKEN_PKCE unless the verifier fits the challenge. A challenge of NULL means the
 * authorization request had none, and then none may come (RFC 9700 2.1.1, against downgrade). */
const eb_err *eb_redeem_check_pkce(apr_pool_t *pool, const char *code_challenge,
                                   const char *code_verifier);

#endif

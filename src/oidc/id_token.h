/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ID token (OpenID Core section 2 and 3.1.3.6). */
#ifndef EB_OIDC_ID_TOKEN_H
#define EB_OIDC_ID_TOKEN_H

#include "base/json.h"
#include "keys/jose.h"
#include "oidc/client.h"

typedef struct eb_id_token {
    const char *issuer;
    const char *subject;
    const char *nonce; /* NULL: none */
    const char *acr;   /* NULL: none */
    apr_time_t auth_time;
    apr_time_t now;
    const char *access_token; /* for at_hash */
    const json_t *claims; /* more claims (ClaimsIn idtoken); NULL: none. Reserved names in it are
                             never copied. */
} eb_id_token;

/* Signed with the client's IDTokenAlg and the key active now, header with kid and typ "JWT". */
const eb_err *eb_id_token_make(apr_pool_t *pool, const eb_keyring *ring, const eb_client *client,
                               const eb_id_token *token, const char **ret_jwt);

/* True for names a claim from a person's attributes may never have: iss aud exp iat sub acr … (a
 * fixed list). */
bool eb_claim_is_reserved(const char *name);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compact JWS of our own tokens, over cjose (EdDSA over OpenSSL). cjose never sees a stranger's
 * token.
 *
 * The caller names the algorithm; the key must fit it. RFC 7515, RFC 7518, RFC 8037.
 */
#ifndef EB_KEYS_JOSE_H
#define EB_KEYS_JOSE_H

#include "keys/keyring.h"

/* Signs `payload` (JSON text). Header: alg, kid, and typ where `typ` is not NULL ("JWT", "at+jwt",
 * …). EB_E_JOSE_SIGN, also where the key is not of the algorithm's kind. */
const eb_err *eb_jose_sign(apr_pool_t *pool, const eb_token_key *key, eb_jws_alg alg,
                           const char *typ, const char *payload, const char **ret_compact);

/* cjose's form of a private key (RSA, or EC on P-256), for the keyring; released with the pool.
 * Requests only read it: cjose's counting of references is not atomic. EB_E_KEY_FORM. */
const eb_err *eb_jose_jwk(apr_pool_t *pool, EVP_PKEY *key, const char *kid, const void **ret_jwk);

#endif

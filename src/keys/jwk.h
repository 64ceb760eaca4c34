/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The public form of a key: JWK (RFC 7517, RFC 7518 section 6, RFC 8037) and its thumbprint (RFC
 * 7638). */
#ifndef EB_KEYS_JWK_H
#define EB_KEYS_JWK_H

#include "base/text.h"

#include <openssl/evp.h>

/* The members that the thumbprint is made of, in its order and without white space:
 * {"e":…,"kty":"RSA","n":…}. RSA, EC on P-256, P-384 or P-521, Ed25519. EB_E_KEY_FORM, EB_E_CRYPTO.
 */
const eb_err *eb_jwk_canonical(apr_pool_t *pool, EVP_PKEY *key, const char **ret_json);

/* SHA-256 of that text, base64url. */
const eb_err *eb_jwk_thumbprint(apr_pool_t *pool, EVP_PKEY *key, const char **ret_thumbprint);

/* A key for signatures as in a JWK set: the same members with kid (the thumbprint) and use. */
const eb_err *eb_jwk_public(apr_pool_t *pool, EVP_PKEY *key, const char **ret_kid,
                            const char **ret_jwk);

#endif

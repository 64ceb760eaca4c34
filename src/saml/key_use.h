/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What our keys and the providers' are used for: signatures of the allow-list and RSA-OAEP.
 *
 * To look an algorithm up for a key and to set its parameters costs OpenSSL a sixth of what a
 * verification itself does. So each key that serves logins has contexts made ready when it is
 * loaded, hung on the key itself; they are never used, only copied, by any number of threads. A key
 * that has none works the same and a little slower.
 */
#ifndef EB_SAML_KEY_USE_H
#define EB_SAML_KEY_USE_H

#include "saml/algorithm.h"

typedef enum eb_key_operation { EB_KEY_SIGN, EB_KEY_VERIFY, EB_KEY_DECRYPT } eb_key_operation;

typedef struct eb_key_use {
    eb_key_operation operation;
    eb_alg_set algorithm; /* one bit: of a signature algorithm, or EB_ALG_OAEP */
    const EVP_MD *md;     /* of the signature, or of OAEP */
    const EVP_MD *mgf;    /* of OAEP; NULL for signatures, where PSS takes its own digest */
} eb_key_use;

/* Signing or verifying with a signature algorithm of the table. */
eb_key_use eb_key_use_signature(eb_key_operation operation, const eb_alg *algorithm);

/* Decrypting by RSA-OAEP with these digests (OpenSSL names). */
eb_key_use eb_key_use_oaep(const char *digest, const char *mgf);

/* A context for one operation; the caller frees it (EVP_PKEY_CTX_free). NULL when OpenSSL refuses
 * the use for this key. */
EVP_PKEY_CTX *eb_key_context(EVP_PKEY *key, const eb_key_use *use);

/* Makes a loaded key ready for what it can do: `EB_KEY_SIGN` and `EB_KEY_VERIFY` for those of
 * `algorithms` that are of its kind, `EB_KEY_DECRYPT` for OAEP with equal digests. To be called
 * once, before other threads have the key, with the pool that frees the key. What cannot be made
 * ready is left to eb_key_context. */
void eb_key_prepare(apr_pool_t *pool, EVP_PKEY *key, eb_key_operation operation,
                    eb_alg_set algorithms);

#endif

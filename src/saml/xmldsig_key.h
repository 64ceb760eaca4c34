/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signatures over a digest as XML Signature encodes them: the part of xmldsig that knows keys and
 * no XML. */
#ifndef EB_SAML_XMLDSIG_KEY_H
#define EB_SAML_XMLDSIG_KEY_H

#include "saml/xmldsig.h"

typedef struct eb_digest {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    size_t len;
    const char *name; /* OpenSSL name of the digest it was made with */
} eb_digest;

/* Tries all keys in order. EB_E_SIG_KEY when none is of the algorithm's kind and as large as the
 * policy demands, EB_E_SIG_VALUE when the signature verifies with none of the others. */
const eb_err *eb_xmldsig_verify_digest(apr_pool_t *pool, const eb_digest *digest, eb_span signature,
                                       const eb_verify_key *keys, int key_count,
                                       const eb_alg *algorithm, const eb_alg_policy *policy,
                                       eb_signature_info *ret_info);

/* The signature in base64. EB_E_REQUEST_SIGN when the key is of another kind than the algorithm, or
 * fails. */
const eb_err *eb_xmldsig_sign_digest(apr_pool_t *pool, const eb_digest *digest, EVP_PKEY *key,
                                     const eb_alg *algorithm, const char **ret_base64);

#endif

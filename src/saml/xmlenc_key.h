/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One xenc:EncryptedKey: read and judged first, opened with a key of ours later.
 *
 * Private to xmlenc.c (content), xmlenc_key.c (RSA-OAEP, AES key wrap) and xmlenc_agreement.c
 * (ECDH-ES). XML Encryption 1.1 sections 5.5 to 5.7.
 */
#ifndef EB_SAML_XMLENC_KEY_H
#define EB_SAML_XMLENC_KEY_H

#include "saml/xmlenc.h"

/* ECDH-ES with ConcatKDF (sections 5.4.1 and 5.6.4). */
typedef struct eb_agreement {
    const char *digest; /* OpenSSL name, of ConcatKDF */
    eb_span other_info; /* AlgorithmID, PartyUInfo, PartyVInfo, SuppPubInfo, SuppPrivInfo joined */
    const char *group;  /* OpenSSL name of the originator's curve */
    eb_span point;      /* its public key, an uncompressed point */
} eb_agreement;

typedef struct eb_wrapped_key {
    const eb_alg *algorithm; /* RSA-OAEP, or ECDH-ES */
    const eb_alg *wrap;      /* AES key wrap of ECDH-ES, else NULL */
    const char *digest;      /* of RSA-OAEP */
    const char *mgf;
    eb_span label;
    eb_agreement agreement;
    eb_span cipher;
} eb_wrapped_key;

/* Reads one EncryptedKey: EB_E_ENC_KEY_ALGORITHM or EB_E_ENC_PARAMETERS when it is not acceptable.
 */
const eb_err *eb_wrapped_key_read(apr_pool_t *pool, const xmlNode *encrypted_key,
                                  const eb_alg_policy *policy, eb_wrapped_key *ret_key);

/* True when `key` opened it and the content key has exactly `len` octets, which are then in
 * `content_key`. Which step failed is not told. */
bool eb_wrapped_key_open(const eb_wrapped_key *wrapped, EVP_PKEY *key, unsigned char *content_key,
                         size_t len);

/* Reads xenc:AgreementMethod. EB_E_ENC_KEY_ALGORITHM, EB_E_ENC_PARAMETERS. */
const eb_err *eb_agreement_read(apr_pool_t *pool, const xmlNode *method,
                                eb_agreement *ret_agreement);

/* The key encryption key agreed between the originator's key and ours. False when our key is not on
 * that curve, the point is not, or OpenSSL fails. */
bool eb_agreement_derive(const eb_agreement *agreement, EVP_PKEY *key, unsigned char *kek,
                         size_t len);

/* The xenc:CipherData/CipherValue child of an EncryptedData or EncryptedKey, decoded;
 * EB_E_ENC_DECRYPT. */
const eb_err *eb_cipher_value_read(apr_pool_t *pool, const xmlNode *encrypted, eb_span *ret_cipher);

#endif

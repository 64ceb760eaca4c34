/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decryption of an EncryptedAssertion: key transport (RSA-OAEP) or agreement (ECDH-ES with
 * ConcatKDF and AES key wrap), then AES-GCM, or AES-CBC under its rule.
 *
 * All failures after the algorithms were accepted share one exit (EB_E_ENC_DECRYPT) and do the same
 * work: a failed key unwrap goes on with a random key. DESIGN section 6, step 4; XML
 * Encryption 1.1.
 */
#ifndef EB_SAML_XMLENC_H
#define EB_SAML_XMLENC_H

#include "base/random.h"
#include "saml/algorithm.h"
#include "saml/xml.h"

typedef struct eb_encryption_info {
    const eb_alg *content; /* for log and evidence */
    const eb_alg *key;     /* OAEP variant or ECDH-ES */
} eb_encryption_info;

/* Decrypts the one EncryptedData below `encrypted` (a saml:EncryptedAssertion whose structure was
 * checked; EncryptedKey inside EncryptedData/KeyInfo or as a sibling) with whichever of our keys
 * fits, and parses the plaintext as a document of its own, with the namespace prefixes in scope at
 * `encrypted` supplied where the plaintext does not declare them. AES-CBC is EB_E_ENC_CBC_UNSIGNED
 * unless `outer_verified`. The plaintext is cleansed with the pool.
 *
 * At most 8 EncryptedKeys; those with algorithms that are not accepted are passed over while
 * another is left. Keys of ours that are too small for the policy are passed over. EB_E_ENC_TYPE,
 * _CONTENT_ALGORITHM, _CBC_UNSIGNED, _KEY_ALGORITHM, _PARAMETERS before any key is used;
 * EB_E_ENC_DECRYPT for everything after it; EB_E_RANDOM. What the document holds is for
 * eb_structure_check_assertion to say. */
const eb_err *eb_xmlenc_decrypt(apr_pool_t *pool, xmlNodePtr encrypted, EVP_PKEY *const *keys,
                                int key_count, const eb_alg_policy *policy, bool outer_verified,
                                const eb_xml_limits *limits, const eb_random *random,
                                xmlDocPtr *ret_doc, eb_encryption_info *ret_info);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signatures of exactly one shape: enveloped, exclusive canonicalization, one Reference to the ID
 * of the signature's own parent; and the detached form of the HTTP-Redirect binding.
 *
 * Keys come from the caller (a provider's metadata), never from the message: KeyInfo is ignored.
 * DESIGN section 6, step 3; XML Signature 1.1; SAML core 5.4; SAML bindings 3.4.4.1.
 */
#ifndef EB_SAML_XMLDSIG_H
#define EB_SAML_XMLDSIG_H

#include "saml/algorithm.h"
#include "saml/xml.h"

/* A key that may have signed. Fingerprint (SHA-256 of the certificate, hex) is for log and
 * evidence; NULL where there was only a bare key. */
typedef struct eb_verify_key {
    EVP_PKEY *key;
    const char *fingerprint;
} eb_verify_key;

typedef struct eb_signature_info {
    const eb_alg *algorithm;
    const char *fingerprint; /* of the key that verified */
} eb_signature_info;

/* Verifies the ds:Signature child of `element` (a Response, Assertion or metadata element whose
 * structure was checked). EB_E_SIG_MISSING when there is no such child. All keys are tried in
 * order; a key below the policy's size or of the wrong kind is passed over, and if no other is left
 * the error is EB_E_SIG_KEY. On success exactly `element` (whose ID the Reference names) but for
 * its own ds:Signature is what was signed; the document is not changed. Other errors:
 * EB_E_SIG_REFERENCE, _TRANSFORMS, _CANONICALIZATION, _ALGORITHM, _DIGEST_ALGORITHM,
 * _EMPTY_CANONICAL for the form, _VALUE and then _DIGEST for the content. An ID on the element is
 * what the signature is tied to: that no other element has it is for the caller to see
 * (saml/structure). */
const eb_err *eb_xmldsig_verify(apr_pool_t *pool, xmlNodePtr element, const eb_verify_key *keys,
                                int key_count, const eb_alg_policy *policy,
                                eb_signature_info *ret_info);

/* Signs `element` (it must have an ID) and puts the ds:Signature behind its saml:Issuer child, or
 * first where there is none. `certificate` is DER in base64 for KeyInfo/X509Data, or NULL for no
 * KeyInfo. The digest of the Reference is the one of the signature. EB_E_REQUEST_SIGN, and then the
 * element is as it was. */
const eb_err *eb_xmldsig_sign(apr_pool_t *pool, xmlNodePtr element, EVP_PKEY *key,
                              const eb_alg *algorithm, const char *certificate);

/* A detached signature over bytes as XML Signature encodes it (ECDSA: r and s, not DER), in base64.
 * Used by the Redirect binding. EB_E_REQUEST_SIGN; and EB_E_SIG_ALGORITHM, _KEY, _VALUE as above
 * (`signature` is decoded already). */
const eb_err *eb_xmldsig_sign_bytes(apr_pool_t *pool, eb_span bytes, EVP_PKEY *key,
                                    const eb_alg *algorithm, const char **ret_base64);
const eb_err *eb_xmldsig_verify_bytes(apr_pool_t *pool, eb_span bytes, eb_span signature,
                                      const eb_verify_key *keys, int key_count,
                                      const eb_alg *algorithm, const eb_alg_policy *policy,
                                      eb_signature_info *ret_info);

#endif

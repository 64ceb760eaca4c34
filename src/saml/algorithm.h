/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one allow-list of XML signature and encryption algorithms: URI, word of configuration,
 * OpenSSL name. What is not in this table does not exist here: no SHA-1 signatures, no RSA 1.5, no
 * 3DES (eidas-crypto 3.1; XML Signature 1.1; XML Encryption 1.1; RFC 6931).
 */
#ifndef EB_SAML_ALGORITHM_H
#define EB_SAML_ALGORITHM_H

#include "base/error.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <stdbool.h>
#include <stdint.h>

typedef uint32_t eb_alg_set; /* union of the bits below */

enum {
    /* signatures */
    EB_ALG_RSA_SHA256 = 1u << 0,
    EB_ALG_RSA_SHA384 = 1u << 1,
    EB_ALG_RSA_SHA512 = 1u << 2,
    EB_ALG_PSS_SHA256 = 1u << 3, /* xmldsig-more#sha256-rsa-MGF1, RFC 6931 section 2.3.10 */
    EB_ALG_PSS_SHA384 = 1u << 4,
    EB_ALG_PSS_SHA512 = 1u << 5,
    EB_ALG_ECDSA_SHA256 = 1u << 6,
    EB_ALG_ECDSA_SHA384 = 1u << 7,
    EB_ALG_ECDSA_SHA512 = 1u << 8,
    /* content encryption */
    EB_ALG_AES128_GCM = 1u << 9,
    EB_ALG_AES192_GCM = 1u << 10,
    EB_ALG_AES256_GCM = 1u << 11,
    EB_ALG_AES128_CBC = 1u << 12,
    EB_ALG_AES192_CBC = 1u << 13,
    EB_ALG_AES256_CBC = 1u << 14,
    /* key transport and agreement */
    EB_ALG_OAEP = 1u << 15, /* xmlenc11#rsa-oaep, digest and MGF SHA-256 and up */
    EB_ALG_OAEP_MGF1P =
        1u << 16, /* xmlenc#rsa-oaep-mgf1p with a SHA-2 digest (MGF is SHA-1 by definition) */
    EB_ALG_OAEP_SHA1 = 1u << 17, /* allows SHA-1 as digest or MGF of the two above where it can be
                                  * avoided: needed together with the bit of the algorithm itself */
    EB_ALG_ECDH_ES = 1u << 18,   /* with ConcatKDF over SHA-2 and AES key wrap */
    EB_ALG_KW_AES128 = 1u << 19,
    EB_ALG_KW_AES192 = 1u << 20,
    EB_ALG_KW_AES256 = 1u << 21
};

#define EB_ALG_SIGNATURES_RSA   (EB_ALG_RSA_SHA256 | EB_ALG_RSA_SHA384 | EB_ALG_RSA_SHA512)
#define EB_ALG_SIGNATURES_PSS   (EB_ALG_PSS_SHA256 | EB_ALG_PSS_SHA384 | EB_ALG_PSS_SHA512)
#define EB_ALG_SIGNATURES_ECDSA (EB_ALG_ECDSA_SHA256 | EB_ALG_ECDSA_SHA384 | EB_ALG_ECDSA_SHA512)
#define EB_ALG_GCM              (EB_ALG_AES128_GCM | EB_ALG_AES192_GCM | EB_ALG_AES256_GCM)
#define EB_ALG_CBC              (EB_ALG_AES128_CBC | EB_ALG_AES192_CBC | EB_ALG_AES256_CBC)
#define EB_ALG_KEY_WRAP         (EB_ALG_KW_AES128 | EB_ALG_KW_AES192 | EB_ALG_KW_AES256)

/* What one provider's messages may use, and how small its keys (and ours for it) may be. */
typedef struct eb_alg_policy {
    eb_alg_set allowed;
    int min_rsa_bits; /* 2048, eidas 3072 */
    int min_ec_bits;  /* 256 */
} eb_alg_policy;

typedef struct eb_alg {
    eb_alg_set bit;
    const char *uri;    /* NULL for the switch oaep-sha1, which is no algorithm */
    const char *word;   /* word of configuration: "rsa-sha256", "rsa-pss-sha256", "ecdsa-sha256",
                           "aes256-gcm", … */
    const char *digest; /* OpenSSL digest name of a signature algorithm, else NULL */
    const char *cipher; /* OpenSSL cipher name of content encryption or key wrap, else NULL */
    int key_bytes;      /* of a cipher */
} eb_alg;

/* By URI, by word of configuration, by bit; NULL when not in the table. */
const eb_alg *eb_alg_by_uri(const char *uri);
const eb_alg *eb_alg_by_word(const char *word);
const eb_alg *eb_alg_by_bit(eb_alg_set bit);

/* Digest URIs of XML Signature: SHA-256, SHA-384, SHA-512 to their OpenSSL name; NULL for all
 * others. */
const char *eb_alg_digest_by_uri(const char *uri);
const char *eb_alg_digest_uri(const char *openssl_name);

/* Digests and mask generation functions of RSA-OAEP: as above, and SHA-1, which EB_ALG_OAEP_SHA1
 * guards. The MGF's URI gives the digest it uses. */
const char *eb_alg_oaep_digest_by_uri(const char *uri);
const char *eb_alg_oaep_mgf_by_uri(const char *uri);

/* OpenSSL's implementations, fetched once per process and shared by all threads, never freed by the
 * caller. NULL where this OpenSSL has none. `alg` is a row of the table. */
const EVP_MD *eb_alg_md(const char *openssl_name);
const EVP_CIPHER *eb_alg_evp_cipher(const eb_alg *alg);
EVP_KDF *eb_alg_concat_kdf(void);

/* The signature algorithm a key of ours makes by default: the key's kind with SHA-256 (EC P-384
 * with SHA-384, P-521 and bp512 with SHA-512); with `pss` an RSA key makes RSASSA-PSS. 0 for other
 * kinds. */
eb_alg_set eb_alg_default_signature(const EVP_PKEY *key, bool pss);

/* EB_E_SIG_KEY unless the key is RSA or EC on a named curve (P-256/384/521,
 * brainpoolP256r1/384r1/512r1) and as large as the policy demands. */
const eb_err *eb_alg_check_key(apr_pool_t *pool, const EVP_PKEY *key, const eb_alg_policy *policy);

/* The bits whose algorithm this OpenSSL really has (curves, SSKDF, wraps), computed once by trying.
 */
eb_alg_set eb_alg_available(void);

#endif

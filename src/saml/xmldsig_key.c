/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and signature values of XML Signature over OpenSSL: RSA PKCS#1 v1.5, RSASSA-PSS (MGF1 and
 * salt of the digest itself, RFC 6931 section 2.3.10) and ECDSA (r and s side by side, XML
 * Signature 1.1 section 6.4.3). Given are a digest and keys that were read long ago; nothing is
 * parsed here. */
#include "saml/xmldsig_key.h"

#include "saml/key_use.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <string.h>

#define MAX_DROPPED 2 /* leading zero octets that r and s may lack */

static bool is_ecdsa(const eb_alg *algorithm)
{
    return (algorithm->bit & EB_ALG_SIGNATURES_ECDSA) != 0;
}

/* Octets of r, and of s: as many as the order of the curve has. */
static size_t ec_half(const EVP_PKEY *key)
{
    return ((size_t)EVP_PKEY_get_bits(key) + 7) / 8;
}

/* -- ECDSA: r and s of fixed length on the wire, DER in OpenSSL
 * --------------------------------------- */

static unsigned char *der_of_raw(eb_span raw, int *ret_len)
{
    size_t half = raw.len / 2;
    ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw.data, (int)half, NULL);
    BIGNUM *s = BN_bin2bn(raw.data + half, (int)half, NULL);
    unsigned char *der = NULL;

    if (signature == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(signature, r, s) != 1) {
        BN_free(r);
        BN_free(s);
    } else {
        *ret_len = i2d_ECDSA_SIG(signature, &der);
    }
    ECDSA_SIG_free(signature);
    return der;
}

static bool raw_of_der(eb_span der, size_t half, unsigned char *raw)
{
    const unsigned char *at = der.data;
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)der.len);
    bool is_done = signature != NULL &&
                   BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, (int)half) == (int)half &&
                   BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + half, (int)half) == (int)half;

    ECDSA_SIG_free(signature);
    return is_done;
}

/* -- verifying
 * ---------------------------------------------------------------------------------------- */

/* r and s have the length of the curve's order. Apache Santuario 2.1 drops leading zero octets that
 * both have, as one signature in four has with P-521, so a little less is taken; the numbers are
 * the same. */
static bool is_raw_length(const EVP_PKEY *key, size_t len)
{
    size_t half = ec_half(key);

    return len % 2 == 0 && len <= 2 * half && len + (size_t)2 * MAX_DROPPED >= 2 * half;
}

static bool verifies(EVP_PKEY *key, const eb_alg *algorithm, const eb_digest *digest,
                     eb_span signature)
{
    eb_key_use use = eb_key_use_signature(EB_KEY_VERIFY, algorithm);
    unsigned char *der = NULL;
    EVP_PKEY_CTX *ctx;
    int der_len = 0;
    bool is_good = false;

    if (is_ecdsa(algorithm)) {
        if (!is_raw_length(key, signature.len)) {
            return false;
        }
        der = der_of_raw(signature, &der_len);
        if (der == NULL || der_len <= 0) {
            return false;
        }
        signature = eb_span_bytes(der, (size_t)der_len);
    } else if (signature.len != (size_t)EVP_PKEY_get_size(key)) {
        return false;
    }
    ctx = eb_key_context(key, &use);
    if (ctx != NULL) {
        is_good =
            EVP_PKEY_verify(ctx, signature.data, signature.len, digest->bytes, digest->len) == 1;
    }
    EVP_PKEY_CTX_free(ctx);
    OPENSSL_free(der);
    return is_good;
}

const eb_err *eb_xmldsig_verify_digest(apr_pool_t *pool, const eb_digest *digest, eb_span signature,
                                       const eb_verify_key *keys, int key_count,
                                       const eb_alg *algorithm, const eb_alg_policy *policy,
                                       eb_signature_info *ret_info)
{
    const eb_err *unfit = NULL;
    int tried = 0;

    for (int i = 0; i < key_count; i++) {
        const eb_err *err;

        if (!EVP_PKEY_is_a(keys[i].key, is_ecdsa(algorithm) ? "EC" : "RSA")) {
            continue;
        }
        err = eb_alg_check_key(pool, keys[i].key, policy);
        if (err != NULL) {
            unfit = err;
            continue;
        }
        tried++;
        if (verifies(keys[i].key, algorithm, digest, signature)) {
            ret_info->algorithm = algorithm;
            ret_info->fingerprint = keys[i].fingerprint;
            return NULL;
        }
    }
    if (tried > 0) {
        return eb_err_make(pool, EB_E_SIG_VALUE,
                           "the %s signature verifies with none of the %d keys of its kind",
                           algorithm->word, tried);
    }
    if (unfit != NULL) {
        return unfit;
    }
    return eb_err_make(pool, EB_E_SIG_KEY, "none of the %d keys can make %s signatures", key_count,
                       algorithm->word);
}

const eb_err *eb_xmldsig_verify_bytes(apr_pool_t *pool, eb_span bytes, eb_span signature,
                                      const eb_verify_key *keys, int key_count,
                                      const eb_alg *algorithm, const eb_alg_policy *policy,
                                      eb_signature_info *ret_info)
{
    const EVP_MD *md = eb_alg_md(algorithm->digest);
    unsigned int len = 0;
    eb_digest digest;
    const eb_err *err;

    if (algorithm->digest == NULL || (algorithm->bit & policy->allowed) == 0) {
        return eb_err_make(pool, EB_E_SIG_ALGORITHM, "signature algorithm %s", algorithm->word);
    }
    if (md == NULL || EVP_Digest(bytes.data, bytes.len, digest.bytes, &len, md, NULL) != 1) {
        return eb_err_make(pool, EB_E_CRYPTO, "digest %s cannot be made", algorithm->digest);
    }
    digest.len = len;
    digest.name = algorithm->digest;
    err = eb_xmldsig_verify_digest(pool, &digest, signature, keys, key_count, algorithm, policy,
                                   ret_info);
    ERR_clear_error();
    return err;
}

/* -- signing
 * ------------------------------------------------------------------------------------------ */

const eb_err *eb_xmldsig_sign_digest(apr_pool_t *pool, const eb_digest *digest, EVP_PKEY *key,
                                     const eb_alg *algorithm, const char **ret_base64)
{
    eb_key_use use = eb_key_use_signature(EB_KEY_SIGN, algorithm);
    EVP_PKEY_CTX *ctx;
    size_t len;
    unsigned char *signature;
    bool is_signed;

    if (!EVP_PKEY_is_a(key, is_ecdsa(algorithm) ? "EC" : "RSA")) {
        return eb_err_make(pool, EB_E_REQUEST_SIGN, "the key cannot make %s signatures",
                           algorithm->word);
    }
    ctx = eb_key_context(key, &use);
    len = (size_t)EVP_PKEY_get_size(key);
    signature = apr_palloc(pool, len);
    is_signed = ctx != NULL && EVP_PKEY_sign(ctx, signature, &len, digest->bytes, digest->len) == 1;
    EVP_PKEY_CTX_free(ctx);
    if (is_signed && is_ecdsa(algorithm)) {
        size_t half = ec_half(key);
        unsigned char *raw = apr_palloc(pool, 2 * half);

        is_signed = raw_of_der(eb_span_bytes(signature, len), half, raw);
        signature = raw;
        len = 2 * half;
    }
    if (!is_signed) {
        return eb_err_make(pool, EB_E_REQUEST_SIGN, "OpenSSL cannot make the %s signature",
                           algorithm->word);
    }
    *ret_base64 = eb_base64(pool, signature, len);
    return NULL;
}

const eb_err *eb_xmldsig_sign_bytes(apr_pool_t *pool, eb_span bytes, EVP_PKEY *key,
                                    const eb_alg *algorithm, const char **ret_base64)
{
    const EVP_MD *md = eb_alg_md(algorithm->digest);
    unsigned int len = 0;
    eb_digest digest;
    const eb_err *err;

    if (md == NULL || EVP_Digest(bytes.data, bytes.len, digest.bytes, &len, md, NULL) != 1) {
        return eb_err_make(pool, EB_E_CRYPTO, "digest of %s cannot be made", algorithm->word);
    }
    digest.len = len;
    digest.name = algorithm->digest;
    err = eb_xmldsig_sign_digest(pool, &digest, key, algorithm, ret_base64);
    ERR_clear_error();
    return err;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xenc:EncryptedKey: reading it against the policy, and opening it by RSA-OAEP or by ECDH-ES and
 * AES key wrap. What OAEP defaults to where the message is silent is SHA-1 (XML Encryption 1.1
 * section 5.5.2), so silence needs EB_ALG_OAEP_SHA1. */
#include "saml/xmlenc_key.h"

#include "saml/key_use.h"

#include <openssl/crypto.h>
#include <openssl/rsa.h>
#include <string.h>

#define MAX_CIPHER 2048 /* octets of a wrapped key: RSA of 16384 bits */
#define MAX_LABEL  256

/* -- reading --------------------------------------------------------------------------------------
 */

const eb_err *eb_cipher_value_read(apr_pool_t *pool, const xmlNode *encrypted, eb_span *ret_cipher)
{
    const xmlNode *data = eb_xml_child(encrypted, EB_NS_XENC, "CipherData");
    const xmlNode *value = eb_xml_child(data, EB_NS_XENC, "CipherValue");
    eb_span text;

    if (value == NULL || !eb_xml_simple_text(pool, value, &text) ||
        !eb_base64_decode(pool, (const char *)text.data, text.len, ret_cipher)) {
        return eb_err_make(pool, EB_E_ENC_DECRYPT, "a CipherValue is not base64");
    }
    return NULL;
}

static bool is_sha1(const char *digest)
{
    return strcmp(digest, "SHA1") == 0;
}

/* DigestMethod, MGF and OAEPparams below EncryptionMethod: each at most once, and nothing else. */
static const eb_err *read_oaep(apr_pool_t *pool, const xmlNode *method, const eb_alg_policy *policy,
                               eb_wrapped_key *wrapped)
{
    bool has_own_mgf = wrapped->algorithm->bit == EB_ALG_OAEP;
    int digests = 0;
    int mgfs = 0;
    int labels = 0;

    wrapped->digest = "SHA1";
    wrapped->mgf = "SHA1";
    for (const xmlNode *child = eb_xml_first(method); child != NULL; child = eb_xml_next(child)) {
        const char *uri = eb_xml_attribute(pool, child, "Algorithm");
        eb_span text;

        if (eb_xml_is(child, EB_NS_DS, "DigestMethod") && digests++ == 0) {
            wrapped->digest = eb_alg_oaep_digest_by_uri(uri);
        } else if (eb_xml_is(child, EB_NS_XENC11, "MGF") && has_own_mgf && mgfs++ == 0) {
            wrapped->mgf = eb_alg_oaep_mgf_by_uri(uri);
        } else if (!eb_xml_is(child, EB_NS_XENC, "OAEPparams") || labels++ > 0 ||
                   !eb_xml_simple_text(pool, child, &text) ||
                   !eb_base64_decode(pool, (const char *)text.data, text.len, &wrapped->label) ||
                   wrapped->label.len > MAX_LABEL) {
            return eb_err_make(pool, EB_E_ENC_PARAMETERS, "parameters of %s",
                               wrapped->algorithm->word);
        }
    }
    if (wrapped->digest == NULL || wrapped->mgf == NULL) {
        return eb_err_make(pool, EB_E_ENC_PARAMETERS, "%s with an unknown digest or MGF",
                           wrapped->algorithm->word);
    }
    /* the MGF of mgf1p is SHA-1 whatever one does: only its digest is judged */
    if ((policy->allowed & EB_ALG_OAEP_SHA1) == 0 &&
        (is_sha1(wrapped->digest) || (has_own_mgf && is_sha1(wrapped->mgf)))) {
        return eb_err_make(pool, EB_E_ENC_PARAMETERS, "%s with SHA-1", wrapped->algorithm->word);
    }
    return NULL;
}

static const eb_err *read_wrap(apr_pool_t *pool, const xmlNode *encrypted_key,
                               const xmlNode *method, const eb_alg_policy *policy,
                               eb_wrapped_key *wrapped)
{
    const xmlNode *key_info = eb_xml_child(encrypted_key, EB_NS_DS, "KeyInfo");
    const xmlNode *agreement = eb_xml_child(key_info, EB_NS_XENC, "AgreementMethod");
    const char *uri = agreement == NULL ? NULL : eb_xml_attribute(pool, agreement, "Algorithm");

    wrapped->wrap = wrapped->algorithm;
    wrapped->algorithm = eb_alg_by_uri(uri);
    if (wrapped->algorithm == NULL || wrapped->algorithm->bit != EB_ALG_ECDH_ES ||
        (policy->allowed & EB_ALG_ECDH_ES) == 0) {
        return eb_err_make(pool, EB_E_ENC_KEY_ALGORITHM, "key agreement %s",
                           eb_printable(pool, uri));
    }
    if (eb_xml_first(method) != NULL) {
        return eb_err_make(pool, EB_E_ENC_PARAMETERS, "parameters of %s", wrapped->wrap->word);
    }
    return eb_agreement_read(pool, agreement, &wrapped->agreement);
}

const eb_err *eb_wrapped_key_read(apr_pool_t *pool, const xmlNode *encrypted_key,
                                  const eb_alg_policy *policy, eb_wrapped_key *ret_key)
{
    const xmlNode *method = eb_xml_child(encrypted_key, EB_NS_XENC, "EncryptionMethod");
    const char *uri = method == NULL ? NULL : eb_xml_attribute(pool, method, "Algorithm");
    const eb_alg *algorithm = eb_alg_by_uri(uri);
    eb_wrapped_key wrapped;

    memset(&wrapped, 0, sizeof(wrapped));
    wrapped.algorithm = algorithm;
    if (algorithm == NULL || (algorithm->bit & policy->allowed) == 0 ||
        (algorithm->bit & (EB_ALG_OAEP | EB_ALG_OAEP_MGF1P | EB_ALG_KEY_WRAP)) == 0) {
        return eb_err_make(pool, EB_E_ENC_KEY_ALGORITHM, "key encryption %s",
                           eb_printable(pool, uri));
    }
    if ((algorithm->bit & EB_ALG_KEY_WRAP) != 0) {
        EB_TRY(read_wrap(pool, encrypted_key, method, policy, &wrapped));
    } else {
        EB_TRY(read_oaep(pool, method, policy, &wrapped));
    }
    EB_TRY(eb_cipher_value_read(pool, encrypted_key, &wrapped.cipher));
    if (wrapped.cipher.len > MAX_CIPHER) {
        return eb_err_make(pool, EB_E_ENC_PARAMETERS, "an encrypted key of %lu octets",
                           (unsigned long)wrapped.cipher.len);
    }
    *ret_key = wrapped;
    return NULL;
}

/* -- opening --------------------------------------------------------------------------------------
 */

static bool set_label(EVP_PKEY_CTX *ctx, eb_span label)
{
    void *copy;

    if (label.len == 0) {
        return true;
    }
    copy = OPENSSL_memdup(label.data, label.len);
    if (copy != NULL && EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, copy, (int)label.len) == 1) {
        return true; /* the context owns it now */
    }
    OPENSSL_free(copy);
    return false;
}

static bool open_oaep(const eb_wrapped_key *wrapped, EVP_PKEY *key, unsigned char *content_key,
                      size_t len)
{
    eb_key_use use = eb_key_use_oaep(wrapped->digest, wrapped->mgf);
    unsigned char plain[MAX_CIPHER];
    size_t plain_len = sizeof(plain);
    EVP_PKEY_CTX *ctx;
    bool is_open;

    if (!EVP_PKEY_is_a(key, "RSA") || wrapped->cipher.len != (size_t)EVP_PKEY_get_size(key)) {
        return false;
    }
    ctx = eb_key_context(key, &use);
    is_open =
        ctx != NULL && set_label(ctx, wrapped->label) &&
        EVP_PKEY_decrypt(ctx, plain, &plain_len, wrapped->cipher.data, wrapped->cipher.len) == 1 &&
        plain_len == len;
    EVP_PKEY_CTX_free(ctx);
    if (is_open) {
        memcpy(content_key, plain, len);
    }
    OPENSSL_cleanse(plain, sizeof(plain));
    return is_open;
}

static bool unwrap(const eb_alg *wrap, const unsigned char *kek, eb_span cipher,
                   unsigned char *content_key, size_t len)
{
    unsigned char plain[EVP_MAX_KEY_LENGTH + EVP_MAX_BLOCK_LENGTH];
    EVP_CIPHER_CTX *ctx;
    int plain_len = 0;
    bool is_open;

    if (cipher.len != len + 8) { /* RFC 3394 adds one block of 64 bits */
        return false;
    }
    ctx = EVP_CIPHER_CTX_new();
    if (ctx == NULL) {
        return false;
    }
    EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    is_open = EVP_DecryptInit_ex2(ctx, eb_alg_evp_cipher(wrap), kek, NULL, NULL) == 1 &&
              EVP_DecryptUpdate(ctx, plain, &plain_len, cipher.data, (int)cipher.len) == 1 &&
              plain_len >= 0 && (size_t)plain_len == len;
    EVP_CIPHER_CTX_free(ctx);
    if (is_open) {
        memcpy(content_key, plain, len);
    }
    OPENSSL_cleanse(plain, sizeof(plain));
    return is_open;
}

bool eb_wrapped_key_open(const eb_wrapped_key *wrapped, EVP_PKEY *key, unsigned char *content_key,
                         size_t len)
{
    unsigned char kek[EVP_MAX_KEY_LENGTH];
    bool is_open;

    if (wrapped->wrap == NULL) {
        return open_oaep(wrapped, key, content_key, len);
    }
    is_open =
        eb_agreement_derive(&wrapped->agreement, key, kek, (size_t)wrapped->wrap->key_bytes) &&
        unwrap(wrapped->wrap, kek, wrapped->cipher, content_key, len);
    OPENSSL_cleanse(kek, sizeof(kek));
    return is_open;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sealing and the key derivations around it, by OpenSSL's EVP. */
#include "keys/seal.h"

#include <apr_strings.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <pthread.h>
#include <string.h>

#define VERSION     1
#define ID_LEN      4
#define RANDOM_LEN  24
#define TAG_LEN     16
#define HEADER_LEN  (1 + ID_LEN + RANDOM_LEN)
#define NONCE_LEN   12
#define PURPOSE_MAX 32
#define PLAIN_MAX   ((size_t)1 << 30)

_Static_assert(HEADER_LEN + TAG_LEN == EB_SEAL_OVERHEAD, "the sealed form is settled");

/* Fetching an algorithm costs more than using it. These live as long as the code does; when the
 * module is unloaded they are left behind, a few kilobytes per reload, because an exit handler in
 * unloaded code would be worse. */
static struct {
    pthread_once_t once;
    EVP_KDF *hkdf;
    EVP_MAC_CTX *hmac; /* with its digest set, to be duplicated */
    EVP_MD *sha256;
    EVP_CIPHER *gcm;
} algorithms = {.once = PTHREAD_ONCE_INIT};

static void fetch_algorithms(void)
{
    algorithms.hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    algorithms.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    algorithms.gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (hmac != NULL) {
        char digest[] = "SHA256";
        OSSL_PARAM params[] = {OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_END};
        EVP_MAC_CTX *context = EVP_MAC_CTX_new(hmac);
        if (context != NULL && EVP_MAC_CTX_set_params(context, params) == 1) {
            algorithms.hmac = context;
        } else {
            EVP_MAC_CTX_free(context);
        }
        EVP_MAC_free(hmac);
    }
}

static bool have_algorithms(void)
{
    return pthread_once(&algorithms.once, fetch_algorithms) == 0 && algorithms.hkdf != NULL &&
           algorithms.sha256 != NULL && algorithms.gcm != NULL && algorithms.hmac != NULL;
}

static const eb_err *crypto_fault(apr_pool_t *pool, const char *what)
{
    ERR_clear_error();
    return eb_err_make(pool, EB_E_CRYPTO, "OpenSSL could not do %s", what);
}

/* OpenSSL takes pointers that are not NULL even for no bytes. */
static const unsigned char *bytes_of(eb_span span)
{
    return span.len == 0 ? (const unsigned char *)"" : span.data;
}

const eb_err *eb_hkdf(apr_pool_t *pool, eb_span key, eb_span salt, const char *info,
                      unsigned char *out, size_t out_len)
{
    EVP_KDF_CTX *context = have_algorithms() ? EVP_KDF_CTX_new(algorithms.hkdf) : NULL;
    if (context == NULL) {
        return crypto_fault(pool, "HKDF");
    }
    /* OSSL_PARAM has no const form; nothing is written through these. */
    char digest[] = "SHA256";
    OSSL_PARAM params[5];
    int n = 0;
    params[n++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
    params[n++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
                                                    (void *)(uintptr_t)bytes_of(key), key.len);
    if (salt.len > 0) {
        params[n++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
                                                        (void *)(uintptr_t)salt.data, salt.len);
    }
    params[n++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info,
                                                    strlen(info));
    params[n] = OSSL_PARAM_construct_end();
    int ok = EVP_KDF_derive(context, out, out_len, params);
    EVP_KDF_CTX_free(context);
    return ok == 1 ? NULL : crypto_fault(pool, "HKDF");
}

const eb_err *eb_hmac(apr_pool_t *pool, const unsigned char key[32], eb_span data,
                      unsigned char out[32])
{
    EVP_MAC_CTX *context = have_algorithms() ? EVP_MAC_CTX_dup(algorithms.hmac) : NULL;
    size_t len = 0;
    bool ok = context != NULL && EVP_MAC_init(context, key, 32, NULL) == 1 &&
              EVP_MAC_update(context, bytes_of(data), data.len) == 1 &&
              EVP_MAC_final(context, out, &len, 32) == 1 && len == 32;
    EVP_MAC_CTX_free(context);
    return ok ? NULL : crypto_fault(pool, "HMAC");
}

const eb_err *eb_sha256(apr_pool_t *pool, eb_span data, unsigned char out[32])
{
    if (!have_algorithms() ||
        EVP_Digest(bytes_of(data), data.len, out, NULL, algorithms.sha256, NULL) != 1) {
        return crypto_fault(pool, "SHA-256");
    }
    return NULL;
}

eb_span eb_lp_join(apr_pool_t *pool, const eb_span *parts, int count)
{
    size_t total = 0;
    for (int i = 0; i < count; i++) {
        total += 4 + parts[i].len;
    }
    unsigned char *out = apr_palloc(pool, total == 0 ? 1 : total);
    unsigned char *at = out;
    for (int i = 0; i < count; i++) {
        size_t len = parts[i].len;
        *at++ = (unsigned char)(len >> 24);
        *at++ = (unsigned char)(len >> 16);
        *at++ = (unsigned char)(len >> 8);
        *at++ = (unsigned char)len;
        if (len > 0) {
            memcpy(at, parts[i].data, len);
            at += len;
        }
    }
    return eb_span_bytes(out, total);
}

const eb_err *eb_seal_key_init(apr_pool_t *pool, const unsigned char key[32], eb_seal_key *ret_key)
{
    EB_TRY(eb_hkdf(pool, eb_span_bytes(key, 32), eb_span_str(NULL), "eb seal id 1", ret_key->id,
                   ID_LEN));
    memcpy(ret_key->key, key, 32);
    return NULL;
}

/* The message's own key and nonce, from the sealing key and the random bytes in its header. */
static const eb_err *derive(apr_pool_t *pool, const eb_seal_key *key, const char *purpose,
                            const unsigned char *random, unsigned char out[32 + NONCE_LEN])
{
    if (strlen(purpose) > PURPOSE_MAX) {
        return crypto_fault(pool, "sealing for a purpose of so long a name");
    }
    char info[sizeof "eb seal 1 " + PURPOSE_MAX];
    apr_snprintf(info, sizeof info, "eb seal 1 %s", purpose);
    return eb_hkdf(pool, eb_span_bytes(key->key, 32), eb_span_bytes(random, RANDOM_LEN), info, out,
                   32 + NONCE_LEN);
}

static bool gcm_encrypt(const unsigned char *key_and_nonce, eb_span aad, eb_span plain,
                        unsigned char *out)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int len;
    bool ok =
        context != NULL &&
        EVP_EncryptInit_ex2(context, algorithms.gcm, key_and_nonce, key_and_nonce + 32, NULL) ==
            1 &&
        (aad.len == 0 || EVP_EncryptUpdate(context, NULL, &len, aad.data, (int)aad.len) == 1) &&
        (plain.len == 0 ||
         EVP_EncryptUpdate(context, out, &len, plain.data, (int)plain.len) == 1) &&
        EVP_EncryptFinal_ex(context, out + plain.len, &len) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, out + plain.len) == 1;
    EVP_CIPHER_CTX_free(context);
    return ok;
}

static bool gcm_decrypt(const unsigned char *key_and_nonce, eb_span aad, eb_span body,
                        const unsigned char *tag, unsigned char *out)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int len;
    bool ok =
        context != NULL &&
        EVP_DecryptInit_ex2(context, algorithms.gcm, key_and_nonce, key_and_nonce + 32, NULL) ==
            1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, (void *)(uintptr_t)tag) == 1 &&
        (aad.len == 0 || EVP_DecryptUpdate(context, NULL, &len, aad.data, (int)aad.len) == 1) &&
        (body.len == 0 || EVP_DecryptUpdate(context, out, &len, body.data, (int)body.len) == 1) &&
        EVP_DecryptFinal_ex(context, out + body.len, &len) == 1;
    EVP_CIPHER_CTX_free(context);
    return ok;
}

const eb_err *eb_seal(apr_pool_t *pool, const eb_seal_keys *keys, const eb_random *random,
                      const char *purpose, eb_span aad, eb_span plain, eb_span *ret_sealed)
{
    if (keys->count < 1) {
        return eb_err_make(pool, EB_E_SEAL_KEY, "there is no key to seal with");
    }
    if (plain.len > PLAIN_MAX || aad.len > PLAIN_MAX || !have_algorithms()) {
        return crypto_fault(pool, "AES-256-GCM");
    }
    const eb_seal_key *key = &keys->keys[0];
    unsigned char *out = apr_palloc(pool, plain.len + EB_SEAL_OVERHEAD);
    out[0] = VERSION;
    memcpy(out + 1, key->id, ID_LEN);
    EB_TRY(eb_random_bytes(pool, random, out + 1 + ID_LEN, RANDOM_LEN));

    unsigned char key_and_nonce[32 + NONCE_LEN];
    const eb_err *err = derive(pool, key, purpose, out + 1 + ID_LEN, key_and_nonce);
    bool ok = err == NULL && gcm_encrypt(key_and_nonce, aad, plain, out + HEADER_LEN);
    OPENSSL_cleanse(key_and_nonce, sizeof key_and_nonce);
    EB_TRY(err);
    if (!ok) {
        return crypto_fault(pool, "AES-256-GCM");
    }
    *ret_sealed = eb_span_bytes(out, plain.len + EB_SEAL_OVERHEAD);
    return NULL;
}

const eb_err *eb_unseal(apr_pool_t *pool, const eb_seal_keys *keys, const char *purpose,
                        eb_span aad, eb_span sealed, eb_span *ret_plain)
{
    if (sealed.len < EB_SEAL_OVERHEAD || sealed.len - EB_SEAL_OVERHEAD > PLAIN_MAX ||
        aad.len > PLAIN_MAX || sealed.data[0] != VERSION) {
        return eb_err_make(pool, EB_E_SEAL_BROKEN,
                           "expected a sealed value of version %d, found %" APR_SIZE_T_FMT
                           " other bytes",
                           VERSION, sealed.len);
    }
    if (!have_algorithms()) {
        return crypto_fault(pool, "AES-256-GCM");
    }
    eb_span body = {sealed.data + HEADER_LEN, sealed.len - EB_SEAL_OVERHEAD};
    const unsigned char *tag = body.data + body.len;
    unsigned char *out = eb_secret_alloc(pool, body.len + 1);
    bool is_known = false;

    for (int i = 0; i < keys->count; i++) {
        if (memcmp(keys->keys[i].id, sealed.data + 1, ID_LEN) != 0) {
            continue;
        }
        is_known = true;
        unsigned char key_and_nonce[32 + NONCE_LEN];
        const eb_err *err =
            derive(pool, &keys->keys[i], purpose, sealed.data + 1 + ID_LEN, key_and_nonce);
        bool ok = err == NULL && gcm_decrypt(key_and_nonce, aad, body, tag, out);
        OPENSSL_cleanse(key_and_nonce, sizeof key_and_nonce);
        EB_TRY(err);
        if (ok) {
            out[body.len] = '\0';
            *ret_plain = eb_span_bytes(out, body.len);
            return NULL;
        }
        ERR_clear_error();
        OPENSSL_cleanse(out, body.len + 1); /* unauthenticated plaintext is nobody's */
    }
    if (!is_known) {
        return eb_err_make(pool, EB_E_SEAL_KEY, "none of %d keys has the id %s", keys->count,
                           eb_hex(pool, sealed.data + 1, ID_LEN));
    }
    return eb_err_make(pool, EB_E_SEAL_BROKEN,
                       "a sealed value of %" APR_SIZE_T_FMT " bytes does not open as \"%s\" where "
                       "it was brought",
                       sealed.len, purpose);
}

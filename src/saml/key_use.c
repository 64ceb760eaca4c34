/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contexts of keys: made, made ready, copied. */
#include "saml/key_use.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <pthread.h>

#define MAX_READY 9 /* signature algorithms of the table */

typedef struct ready_uses {
    EVP_PKEY *key;
    eb_key_use uses[MAX_READY];
    EVP_PKEY_CTX *contexts[MAX_READY];
    int count;
} ready_uses;

/* Where on a key its ready_uses hang. Without destructor of OpenSSL's, which would outlive this
 * code when the module is unloaded: the pool frees them. */
static pthread_once_t place_once = PTHREAD_ONCE_INIT;
static int place = -1;

static void find_place(void)
{
    place = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_EVP_PKEY, 0, NULL, NULL, NULL, NULL);
}

static ready_uses *ready_of(const EVP_PKEY *key)
{
    (void)pthread_once(&place_once, find_place);
    return place < 0 ? NULL : EVP_PKEY_get_ex_data(key, place);
}

eb_key_use eb_key_use_signature(eb_key_operation operation, const eb_alg *algorithm)
{
    return (eb_key_use){operation, algorithm->bit, eb_alg_md(algorithm->digest), NULL};
}

eb_key_use eb_key_use_oaep(const char *digest, const char *mgf)
{
    return (eb_key_use){EB_KEY_DECRYPT, EB_ALG_OAEP, eb_alg_md(digest), eb_alg_md(mgf)};
}

static bool is_same(const eb_key_use *a, const eb_key_use *b)
{
    return a->operation == b->operation && a->algorithm == b->algorithm && a->md == b->md &&
           a->mgf == b->mgf;
}

static bool begin(EVP_PKEY_CTX *ctx, eb_key_operation operation)
{
    switch (operation) {
    case EB_KEY_SIGN:
        return EVP_PKEY_sign_init(ctx) == 1;
    case EB_KEY_VERIFY:
        return EVP_PKEY_verify_init(ctx) == 1;
    case EB_KEY_DECRYPT:
        return EVP_PKEY_decrypt_init(ctx) == 1;
    default:
        return false;
    }
}

static bool set_parameters(EVP_PKEY_CTX *ctx, const eb_key_use *use)
{
    if (use->operation == EB_KEY_DECRYPT) {
        return use->mgf != NULL && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_oaep_md(ctx, use->md) == 1 &&
               EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, use->mgf) == 1;
    }
    if ((use->algorithm & EB_ALG_SIGNATURES_PSS) != 0) {
        return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_signature_md(ctx, use->md) == 1 &&
               EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, use->md) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
    }
    return ((use->algorithm & EB_ALG_SIGNATURES_ECDSA) != 0 ||
            EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1) &&
           EVP_PKEY_CTX_set_signature_md(ctx, use->md) == 1;
}

static EVP_PKEY_CTX *make_context(EVP_PKEY *key, const eb_key_use *use)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);

    if (ctx == NULL || use->md == NULL || !begin(ctx, use->operation) ||
        !set_parameters(ctx, use)) {
        EVP_PKEY_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

EVP_PKEY_CTX *eb_key_context(EVP_PKEY *key, const eb_key_use *use)
{
    const ready_uses *ready = ready_of(key);

    for (int i = 0; ready != NULL && i < ready->count; i++) {
        if (is_same(&ready->uses[i], use)) {
            EVP_PKEY_CTX *copy = EVP_PKEY_CTX_dup(ready->contexts[i]);

            return copy != NULL ? copy : make_context(key, use);
        }
    }
    return make_context(key, use);
}

static apr_status_t free_ready(void *data)
{
    ready_uses *ready = data;

    (void)EVP_PKEY_set_ex_data(ready->key, place, NULL);
    for (int i = 0; i < ready->count; i++) {
        EVP_PKEY_CTX_free(ready->contexts[i]);
    }
    return APR_SUCCESS;
}

static void add_ready(ready_uses *ready, eb_key_use use)
{
    EVP_PKEY_CTX *ctx = make_context(ready->key, &use);

    if (ctx != NULL && ready->count < MAX_READY) {
        ready->uses[ready->count] = use;
        ready->contexts[ready->count++] = ctx;
    } else {
        EVP_PKEY_CTX_free(ctx);
    }
}

void eb_key_prepare(apr_pool_t *pool, EVP_PKEY *key, eb_key_operation operation,
                    eb_alg_set algorithms)
{
    static const char *const oaep_digests[] = {"SHA256", "SHA384", "SHA512", "SHA1"};
    bool is_ec = EVP_PKEY_is_a(key, "EC") != 0;
    ready_uses *ready = apr_pcalloc(pool, sizeof(*ready));

    if (ready_of(key) != NULL || EVP_PKEY_set_ex_data(key, place, ready) != 1) {
        return;
    }
    ready->key = key;
    apr_pool_cleanup_register(pool, ready, free_ready, apr_pool_cleanup_null);
    if (operation == EB_KEY_DECRYPT) {
        for (size_t i = 0; !is_ec && i < sizeof(oaep_digests) / sizeof(oaep_digests[0]); i++) {
            add_ready(ready, eb_key_use_oaep(oaep_digests[i], oaep_digests[i]));
        }
    } else {
        algorithms &=
            is_ec ? EB_ALG_SIGNATURES_ECDSA : EB_ALG_SIGNATURES_RSA | EB_ALG_SIGNATURES_PSS;
        for (eb_alg_set bit = 1; bit != 0 && bit <= algorithms; bit <<= 1) {
            if ((bit & algorithms) != 0) {
                add_ready(ready, eb_key_use_signature(operation, eb_alg_by_bit(bit)));
            }
        }
    }
    ERR_clear_error();
}

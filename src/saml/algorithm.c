/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The allow-list of algorithms, and OpenSSL's implementations of them fetched once per process. */
#include "saml/algorithm.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/obj_mac.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#define URI_DS      "http://www.w3.org/2000/09/xmldsig#"
#define URI_MORE    "http://www.w3.org/2001/04/xmldsig-more#"
#define URI_MORE07  "http://www.w3.org/2007/05/xmldsig-more#"
#define URI_XENC    "http://www.w3.org/2001/04/xmlenc#"
#define URI_XENC11  "http://www.w3.org/2009/xmlenc11#"
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const eb_alg table[] = {
    {EB_ALG_RSA_SHA256, URI_MORE "rsa-sha256", "rsa-sha256", "SHA256", NULL, 0},
    {EB_ALG_RSA_SHA384, URI_MORE "rsa-sha384", "rsa-sha384", "SHA384", NULL, 0},
    {EB_ALG_RSA_SHA512, URI_MORE "rsa-sha512", "rsa-sha512", "SHA512", NULL, 0},
    {EB_ALG_PSS_SHA256, URI_MORE07 "sha256-rsa-MGF1", "rsa-pss-sha256", "SHA256", NULL, 0},
    {EB_ALG_PSS_SHA384, URI_MORE07 "sha384-rsa-MGF1", "rsa-pss-sha384", "SHA384", NULL, 0},
    {EB_ALG_PSS_SHA512, URI_MORE07 "sha512-rsa-MGF1", "rsa-pss-sha512", "SHA512", NULL, 0},
    {EB_ALG_ECDSA_SHA256, URI_MORE "ecdsa-sha256", "ecdsa-sha256", "SHA256", NULL, 0},
    {EB_ALG_ECDSA_SHA384, URI_MORE "ecdsa-sha384", "ecdsa-sha384", "SHA384", NULL, 0},
    {EB_ALG_ECDSA_SHA512, URI_MORE "ecdsa-sha512", "ecdsa-sha512", "SHA512", NULL, 0},
    {EB_ALG_AES128_GCM, URI_XENC11 "aes128-gcm", "aes128-gcm", NULL, "AES-128-GCM", 16},
    {EB_ALG_AES192_GCM, URI_XENC11 "aes192-gcm", "aes192-gcm", NULL, "AES-192-GCM", 24},
    {EB_ALG_AES256_GCM, URI_XENC11 "aes256-gcm", "aes256-gcm", NULL, "AES-256-GCM", 32},
    {EB_ALG_AES128_CBC, URI_XENC "aes128-cbc", "aes128-cbc", NULL, "AES-128-CBC", 16},
    {EB_ALG_AES192_CBC, URI_XENC "aes192-cbc", "aes192-cbc", NULL, "AES-192-CBC", 24},
    {EB_ALG_AES256_CBC, URI_XENC "aes256-cbc", "aes256-cbc", NULL, "AES-256-CBC", 32},
    {EB_ALG_OAEP, URI_XENC11 "rsa-oaep", "rsa-oaep", NULL, NULL, 0},
    {EB_ALG_OAEP_MGF1P, URI_XENC "rsa-oaep-mgf1p", "rsa-oaep-mgf1p", NULL, NULL, 0},
    {EB_ALG_OAEP_SHA1, NULL, "oaep-sha1", NULL, NULL, 0}, /* a switch, not an algorithm: no URI */
    {EB_ALG_ECDH_ES, URI_XENC11 "ECDH-ES", "ecdh-es", NULL, NULL, 0},
    {EB_ALG_KW_AES128, URI_XENC "kw-aes128", "kw-aes128", NULL, "AES-128-WRAP", 16},
    {EB_ALG_KW_AES192, URI_XENC "kw-aes192", "kw-aes192", NULL, "AES-192-WRAP", 24},
    {EB_ALG_KW_AES256, URI_XENC "kw-aes256", "kw-aes256", NULL, "AES-256-WRAP", 32},
};

static const struct {
    const char *uri;
    const char *mgf_uri;
    const char *name;
} digests[] = {
    {URI_XENC "sha256", URI_XENC11 "mgf1sha256", "SHA256"},
    {URI_MORE "sha384", URI_XENC11 "mgf1sha384", "SHA384"},
    {URI_XENC "sha512", URI_XENC11 "mgf1sha512", "SHA512"},
    {URI_DS "sha1", URI_XENC11 "mgf1sha1", "SHA1"}, /* last: for OAEP only */
};
#define SIGNATURE_DIGESTS 3

static const char *const curves[] = {
    SN_X9_62_prime256v1, SN_secp384r1,       SN_secp521r1,
    SN_brainpoolP256r1,  SN_brainpoolP384r1, SN_brainpoolP512r1,
};

/* What was fetched at the first call. Never freed: it is the process's, as OpenSSL's own cache is.
 */
static struct {
    EVP_CIPHER *ciphers[COUNT(table)];
    EVP_MD *digests[COUNT(digests)];
    EVP_KDF *concat_kdf;
    eb_alg_set available;
    bool curves[COUNT(curves)];
} fetched;
static pthread_once_t fetched_once = PTHREAD_ONCE_INIT;

static bool have_signature(const char *name)
{
    EVP_SIGNATURE *signature = EVP_SIGNATURE_fetch(NULL, name, NULL);

    EVP_SIGNATURE_free(signature);
    return signature != NULL;
}

static bool have_oaep(void)
{
    EVP_ASYM_CIPHER *cipher = EVP_ASYM_CIPHER_fetch(NULL, "RSA", NULL);

    EVP_ASYM_CIPHER_free(cipher);
    return cipher != NULL;
}

static bool have_ecdh(void)
{
    EVP_KEYEXCH *exchange = EVP_KEYEXCH_fetch(NULL, "ECDH", NULL);

    EVP_KEYEXCH_free(exchange);
    return exchange != NULL;
}

static bool have_curve(const char *name)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *key = NULL;
    bool found = ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 &&
                 EVP_PKEY_CTX_set_group_name(ctx, name) == 1 && EVP_PKEY_generate(ctx, &key) == 1;

    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(ctx);
    return found;
}

static const EVP_MD *digest_named(const char *name)
{
    for (size_t i = 0; i < COUNT(digests); i++) {
        if (strcmp(digests[i].name, name) == 0) {
            return fetched.digests[i];
        }
    }
    return NULL;
}

static void fetch_all(void)
{
    bool rsa = have_signature("RSA");
    bool ecdsa = have_signature("ECDSA");
    bool any_curve = false;

    ERR_set_mark();
    for (size_t i = 0; i < COUNT(digests); i++) {
        fetched.digests[i] = EVP_MD_fetch(NULL, digests[i].name, NULL);
    }
    for (size_t i = 0; i < COUNT(curves); i++) {
        fetched.curves[i] = have_curve(curves[i]);
        any_curve = any_curve || fetched.curves[i];
    }
    fetched.concat_kdf = EVP_KDF_fetch(NULL, "SSKDF", NULL);

    for (size_t i = 0; i < COUNT(table); i++) {
        const eb_alg *alg = &table[i];
        bool found = true;

        if (alg->cipher != NULL) {
            fetched.ciphers[i] = EVP_CIPHER_fetch(NULL, alg->cipher, NULL);
            found = fetched.ciphers[i] != NULL;
        } else if ((alg->bit & EB_ALG_SIGNATURES_ECDSA) != 0) {
            found = ecdsa && any_curve && digest_named(alg->digest) != NULL;
        } else if (alg->digest != NULL) {
            found = rsa && digest_named(alg->digest) != NULL;
        } else if (alg->bit == EB_ALG_ECDH_ES) {
            found = any_curve && fetched.concat_kdf != NULL && have_ecdh();
        } else if (alg->bit == EB_ALG_OAEP) {
            found = have_oaep();
        } else { /* mgf1p and the SHA-1 switch: their mask function is SHA-1 */
            found = have_oaep() && digest_named("SHA1") != NULL;
        }
        if (found) {
            fetched.available |= alg->bit;
        }
    }
    ERR_pop_to_mark();
}

static void fetch_once(void)
{
    (void)pthread_once(&fetched_once, fetch_all);
}

const eb_alg *eb_alg_by_uri(const char *uri)
{
    for (size_t i = 0; uri != NULL && i < COUNT(table); i++) {
        if (table[i].uri != NULL && strcmp(table[i].uri, uri) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

const eb_alg *eb_alg_by_word(const char *word)
{
    for (size_t i = 0; word != NULL && i < COUNT(table); i++) {
        if (strcmp(table[i].word, word) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

const eb_alg *eb_alg_by_bit(eb_alg_set bit)
{
    for (size_t i = 0; i < COUNT(table); i++) {
        if (table[i].bit == bit) {
            return &table[i];
        }
    }
    return NULL;
}

const char *eb_alg_digest_by_uri(const char *uri)
{
    for (size_t i = 0; uri != NULL && i < SIGNATURE_DIGESTS; i++) {
        if (strcmp(digests[i].uri, uri) == 0) {
            return digests[i].name;
        }
    }
    return NULL;
}

const char *eb_alg_digest_uri(const char *openssl_name)
{
    for (size_t i = 0; openssl_name != NULL && i < SIGNATURE_DIGESTS; i++) {
        if (strcmp(digests[i].name, openssl_name) == 0) {
            return digests[i].uri;
        }
    }
    return NULL;
}

const char *eb_alg_oaep_digest_by_uri(const char *uri)
{
    for (size_t i = 0; uri != NULL && i < COUNT(digests); i++) {
        if (strcmp(digests[i].uri, uri) == 0) {
            return digests[i].name;
        }
    }
    return NULL;
}

const char *eb_alg_oaep_mgf_by_uri(const char *uri)
{
    for (size_t i = 0; uri != NULL && i < COUNT(digests); i++) {
        if (strcmp(digests[i].mgf_uri, uri) == 0) {
            return digests[i].name;
        }
    }
    return NULL;
}

const EVP_MD *eb_alg_md(const char *openssl_name)
{
    fetch_once();
    return openssl_name == NULL ? NULL : digest_named(openssl_name);
}

const EVP_CIPHER *eb_alg_evp_cipher(const eb_alg *alg)
{
    fetch_once();
    return fetched.ciphers[alg - table];
}

EVP_KDF *eb_alg_concat_kdf(void)
{
    fetch_once();
    return fetched.concat_kdf;
}

eb_alg_set eb_alg_available(void)
{
    fetch_once();
    return fetched.available;
}

/* Index of the key's named curve in `curves`, -1 for all other keys: explicit parameters too, even
 * where they happen to describe a known curve. */
static int curve_of(const EVP_PKEY *key)
{
    char name[64];
    size_t len = 0;
    int is_explicit = 0;

    if (EVP_PKEY_get_group_name(key, name, sizeof(name), &len) != 1) {
        return -1;
    }
    if (EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
                               &is_explicit) == 1 &&
        is_explicit != 0) {
        return -1;
    }
    fetch_once();
    for (size_t i = 0; i < COUNT(curves); i++) {
        if (strcmp(curves[i], name) == 0) {
            return fetched.curves[i] ? (int)i : -1;
        }
    }
    return -1;
}

eb_alg_set eb_alg_default_signature(const EVP_PKEY *key, bool pss)
{
    eb_alg_set found = 0;

    ERR_set_mark();
    if (EVP_PKEY_is_a(key, "RSA")) {
        found = pss ? EB_ALG_PSS_SHA256 : EB_ALG_RSA_SHA256;
    } else if (EVP_PKEY_is_a(key, "EC")) {
        int curve = curve_of(key);

        if (curve >= 0) {
            int bits = EVP_PKEY_get_bits(key);

            found = bits > 384 ? EB_ALG_ECDSA_SHA512 : EB_ALG_ECDSA_SHA256;
            if (bits == 384) {
                found = EB_ALG_ECDSA_SHA384;
            }
        }
    }
    ERR_pop_to_mark();
    return found;
}

const eb_err *eb_alg_check_key(apr_pool_t *pool, const EVP_PKEY *key, const eb_alg_policy *policy)
{
    const eb_err *err = NULL;
    int bits = EVP_PKEY_get_bits(key);

    ERR_set_mark();
    if (EVP_PKEY_is_a(key, "RSA")) {
        if (bits < policy->min_rsa_bits) {
            err = eb_err_make(pool, EB_E_SIG_KEY, "RSA key of %d bits, at least %d are needed",
                              bits, policy->min_rsa_bits);
        }
    } else if (!EVP_PKEY_is_a(key, "EC")) {
        err = eb_err_make(pool, EB_E_SIG_KEY, "the key is neither RSA nor EC");
    } else if (curve_of(key) < 0) {
        err = eb_err_make(pool, EB_E_SIG_KEY,
                          "EC key that is not on a named curve of P-256, P-384, P-521, "
                          "brainpoolP256r1, brainpoolP384r1, brainpoolP512r1");
    } else if (bits < policy->min_ec_bits) {
        err = eb_err_make(pool, EB_E_SIG_KEY, "EC key of %d bits, at least %d are needed", bits,
                          policy->min_ec_bits);
    }
    ERR_pop_to_mark();
    return err;
}

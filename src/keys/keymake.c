/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making keys and self-signed certificates, at first start and at each top-up. */
#include "keys/keyfile.h"

#include <apr_strings.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>

#define CERTIFICATE_DAYS 3652 /* ten years with their leap days */
#define COMMON_NAME_MAX  64   /* ub-common-name of X.520 */

static apr_status_t free_key(void *key)
{
    EVP_PKEY_free(key);
    return APR_SUCCESS;
}

static const eb_err *failed(apr_pool_t *pool, const char *what)
{
    ERR_clear_error();
    return eb_err_make(pool, EB_E_CRYPTO, "OpenSSL could not make %s", what);
}

const eb_err *eb_key_make(apr_pool_t *pool, eb_make_kind kind, EVP_PKEY **ret_key)
{
    EVP_PKEY *key = NULL;
    switch (kind) {
    case EB_MAKE_RSA_2048:
        key = EVP_RSA_gen(2048);
        break;
    case EB_MAKE_RSA_3072:
        key = EVP_RSA_gen(3072);
        break;
    case EB_MAKE_P256:
        key = EVP_EC_gen("P-256");
        break;
    case EB_MAKE_ED25519:
        key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
        break;
    }
    if (key == NULL) {
        return failed(pool, "a key");
    }
    apr_pool_cleanup_register(pool, key, free_key, apr_pool_cleanup_null);
    *ret_key = key;
    return NULL;
}

static bool copy_out(apr_pool_t *pool, BIO *bio, eb_span *ret_pem)
{
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);
    if (len <= 0) {
        return false;
    }
    unsigned char *copy = eb_secret_alloc(pool, (size_t)len + 1);
    memcpy(copy, data, (size_t)len);
    *ret_pem = eb_span_bytes(copy, (size_t)len);
    return true;
}

const eb_err *eb_key_to_pem(apr_pool_t *pool, EVP_PKEY *key, eb_span *ret_pem)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    bool ok = bio != NULL &&
              PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1 &&
              copy_out(pool, bio, ret_pem);
    BIO_free(bio);
    return ok ? NULL : failed(pool, "PEM of a key");
}

static bool add_extension(X509 *x509, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, x509, x509, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool ok = extension != NULL && X509_add_ext(x509, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

static bool set_name(X509 *x509, const char *common_name)
{
    X509_NAME *name = X509_NAME_new();
    int len = (int)strnlen(common_name, COMMON_NAME_MAX);
    bool ok = name != NULL &&
              X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                         (const unsigned char *)common_name, len, -1, 0) == 1 &&
              X509_set_subject_name(x509, name) == 1 && X509_set_issuer_name(x509, name) == 1;
    X509_NAME_free(name);
    return ok;
}

static bool set_serial(X509 *x509, const unsigned char *bytes, int len)
{
    BIGNUM *number = BN_bin2bn(bytes, len, NULL);
    bool ok = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) != NULL;
    BN_free(number);
    return ok;
}

/* Valid from a day earlier: the provider's clock may be behind ours. */
static bool set_validity(X509 *x509, apr_time_t now)
{
    time_t seconds = (time_t)apr_time_sec(now);
    return ASN1_TIME_adj(X509_getm_notBefore(x509), seconds, -1, 0) != NULL &&
           ASN1_TIME_adj(X509_getm_notAfter(x509), seconds, CERTIFICATE_DAYS, 0) != NULL;
}

const eb_err *eb_certificate_make(apr_pool_t *pool, EVP_PKEY *key, bool for_encryption,
                                  const char *common_name, const eb_random *random, apr_time_t now,
                                  eb_span *ret_pem)
{
    unsigned char serial[16];
    EB_TRY(eb_random_bytes(pool, random, serial, sizeof serial));
    serial[0] = (unsigned char)((serial[0] & 0x7f) | 0x40); /* positive and never short */

    const char *usage = !for_encryption                             ? "critical,digitalSignature"
                        : EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? "critical,keyEncipherment"
                                                                    : "critical,keyAgreement";
    X509 *x509 = X509_new();
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = x509 != NULL && bio != NULL && X509_set_version(x509, X509_VERSION_3) == 1 &&
              set_serial(x509, serial, sizeof serial) && set_name(x509, common_name) &&
              set_validity(x509, now) && X509_set_pubkey(x509, key) == 1 &&
              add_extension(x509, NID_basic_constraints, "critical,CA:FALSE") &&
              add_extension(x509, NID_key_usage, usage) &&
              add_extension(x509, NID_subject_key_identifier, "hash") &&
              X509_sign(x509, key, EVP_sha256()) > 0 && PEM_write_bio_X509(bio, x509) == 1 &&
              copy_out(pool, bio, ret_pem);
    BIO_free(bio);
    X509_free(x509);
    return ok ? NULL : failed(pool, "a certificate");
}

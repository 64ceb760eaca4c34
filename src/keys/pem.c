/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private keys and certificates out of files, owned by pools. */
#include "keys/keyfile.h"

#include "keys/seal.h"

#include <apr_strings.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

static apr_status_t free_key(void *key)
{
    EVP_PKEY_free(key);
    return APR_SUCCESS;
}

static EVP_PKEY *own_key(apr_pool_t *pool, EVP_PKEY *key)
{
    if (key != NULL) {
        apr_pool_cleanup_register(pool, key, free_key, apr_pool_cleanup_null);
    }
    return key;
}

/* Says no to a passphrase: OpenSSL's own would ask on the terminal and halt an unattended start. */
static int no_passphrase(char *buf, int size, int rwflag, void *context)
{
    (void)buf;
    (void)size;
    (void)rwflag;
    *(bool *)context = true;
    return -1;
}

const eb_err *eb_pem_private_key(apr_pool_t *pool, eb_span pem, const char *origin,
                                 EVP_PKEY **ret_key)
{
    bool is_encrypted = false;
    EVP_PKEY *key = NULL;
    BIO *bio = pem.len > EB_KEYFILE_MAX ? NULL : BIO_new_mem_buf(pem.data, (int)pem.len);
    if (bio != NULL) {
        key = own_key(pool, PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &is_encrypted));
        BIO_free(bio);
    }
    ERR_clear_error();
    if (key == NULL) {
        return eb_err_make(pool, EB_E_KEY_FORM, "%s: expected a private key in PEM, found %s",
                           origin, is_encrypted ? "an encrypted one" : "none that can be read");
    }
    *ret_key = key;
    return NULL;
}

/* Seconds since 1970, which may be negative; false for a time that is none. */
static bool seconds_of(const ASN1_TIME *time, apr_time_t *ret_time)
{
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0, seconds = 0;
    bool ok = epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
    ASN1_TIME_free(epoch);
    *ret_time = ((apr_time_t)days * 86400 + seconds) * APR_USEC_PER_SEC;
    return ok;
}

static const eb_err *read_x509(apr_pool_t *pool, X509 *x509, const char *origin,
                               eb_certificate *ret_certificate)
{
    eb_certificate out = {.key = own_key(pool, X509_get_pubkey(x509))};
    if (out.key == NULL) {
        ERR_clear_error();
        return eb_err_make(pool, EB_E_KEY_FORM, "%s: the certificate's key cannot be read", origin);
    }
    unsigned char *der = NULL;
    int len = i2d_X509(x509, &der);
    if (len <= 0 || !seconds_of(X509_get0_notBefore(x509), &out.not_before) ||
        !seconds_of(X509_get0_notAfter(x509), &out.not_after)) {
        OPENSSL_free(der);
        ERR_clear_error();
        return eb_err_make(pool, EB_E_KEY_FORM, "%s: the certificate's validity cannot be read",
                           origin);
    }
    unsigned char digest[32];
    const eb_err *err = eb_sha256(pool, eb_span_bytes(der, (size_t)len), digest);
    out.der_base64 = eb_base64(pool, der, (size_t)len);
    out.fingerprint = eb_hex(pool, digest, sizeof digest);
    OPENSSL_free(der);
    EB_TRY(err);
    *ret_certificate = out;
    return NULL;
}

static const eb_err *finish(apr_pool_t *pool, X509 *x509, const char *origin,
                            eb_certificate *ret_certificate)
{
    ERR_clear_error();
    if (x509 == NULL) {
        return eb_err_make(pool, EB_E_KEY_FORM,
                           "%s: expected an X.509 certificate, found none that can be read",
                           origin);
    }
    const eb_err *err = read_x509(pool, x509, origin, ret_certificate);
    X509_free(x509);
    return err;
}

const eb_err *eb_pem_certificate(apr_pool_t *pool, eb_span pem, const char *origin,
                                 eb_certificate *ret_certificate)
{
    bool is_encrypted = false;
    X509 *x509 = NULL;
    BIO *bio = pem.len > EB_KEYFILE_MAX ? NULL : BIO_new_mem_buf(pem.data, (int)pem.len);
    if (bio != NULL) {
        x509 = PEM_read_bio_X509(bio, NULL, no_passphrase, &is_encrypted);
        BIO_free(bio);
    }
    return finish(pool, x509, origin, ret_certificate);
}

const eb_err *eb_der_certificate(apr_pool_t *pool, eb_span der, const char *origin,
                                 eb_certificate *ret_certificate)
{
    const unsigned char *at = der.data;
    X509 *x509 =
        der.len == 0 || der.len > EB_KEYFILE_MAX ? NULL : d2i_X509(NULL, &at, (long)der.len);
    if (x509 != NULL && at != der.data + der.len) {
        X509_free(x509);
        x509 = NULL;
    }
    return finish(pool, x509, origin, ret_certificate);
}

static bool is_accepted_curve(const EVP_PKEY *key)
{
    static const int accepted[] = {NID_X9_62_prime256v1, NID_secp384r1,       NID_secp521r1,
                                   NID_brainpoolP256r1,  NID_brainpoolP384r1, NID_brainpoolP512r1};
    char name[64];
    size_t len = 0;
    if (EVP_PKEY_get_group_name(key, name, sizeof name, &len) != 1) {
        ERR_clear_error();
        return false;
    }
    int nid = OBJ_sn2nid(name);
    if (nid == NID_undef) {
        nid = EC_curve_nist2nid(name);
    }
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        if (nid == accepted[i]) {
            return true;
        }
    }
    return false;
}

const eb_err *eb_saml_key_check(apr_pool_t *pool, const EVP_PKEY *key, const char *origin)
{
    int bits = EVP_PKEY_get_bits(key);
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
        if (bits < 2048) {
            return eb_err_make(pool, EB_E_KEY_WEAK,
                               "%s: expected RSA of 2048 bits or more, found %d", origin, bits);
        }
        return NULL;
    case EVP_PKEY_EC:
        if (!is_accepted_curve(key)) {
            return eb_err_make(pool, EB_E_KEY_WEAK,
                               "%s: expected a named curve among P-256, P-384, P-521, "
                               "brainpoolP256r1, brainpoolP384r1 and brainpoolP512r1",
                               origin);
        }
        return NULL;
    default:
        return eb_err_make(pool, EB_E_KEY_WEAK, "%s: expected an RSA or EC key", origin);
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Public keys as JSON. All values are base64url or fixed words, so nothing needs escaping. */
#include "keys/jwk.h"

#include "keys/seal.h"

#include <apr_strings.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <string.h>

static const eb_err *unreadable(apr_pool_t *pool)
{
    ERR_clear_error();
    return eb_err_make(pool, EB_E_KEY_FORM,
                       "expected a key of RSA, P-256, P-384, P-521 or Ed25519");
}

/* A number of the key, big-endian in `len` bytes (0: as few as it takes), base64url; NULL for a
 * fault. */
static const char *number(apr_pool_t *pool, const EVP_PKEY *key, const char *name, int len)
{
    BIGNUM *value = NULL;
    if (EVP_PKEY_get_bn_param(key, name, &value) != 1) {
        return NULL;
    }
    int size = len == 0 ? BN_num_bytes(value) : len;
    unsigned char *bytes = apr_palloc(pool, (apr_size_t)size + 1);
    int written = BN_bn2binpad(value, bytes, size);
    BN_free(value);
    return written == size ? eb_base64url(pool, bytes, (size_t)size) : NULL;
}

static const eb_err *rsa(apr_pool_t *pool, const EVP_PKEY *key, const char **ret_json)
{
    const char *e = number(pool, key, OSSL_PKEY_PARAM_RSA_E, 0);
    const char *n = number(pool, key, OSSL_PKEY_PARAM_RSA_N, 0);
    if (e == NULL || n == NULL) {
        return unreadable(pool);
    }
    *ret_json = apr_psprintf(pool, "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}", e, n);
    return NULL;
}

static const eb_err *ec(apr_pool_t *pool, const EVP_PKEY *key, const char **ret_json)
{
    static const struct {
        const char *group, *curve;
        int len;
    } curves[] = {
        {"prime256v1", "P-256", 32}, {"secp384r1", "P-384", 48}, {"secp521r1", "P-521", 66}};
    char group[64];
    if (EVP_PKEY_get_group_name(key, group, sizeof group, NULL) != 1) {
        return unreadable(pool);
    }
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        if (strcmp(curves[i].group, group) != 0) {
            continue;
        }
        const char *x = number(pool, key, OSSL_PKEY_PARAM_EC_PUB_X, curves[i].len);
        const char *y = number(pool, key, OSSL_PKEY_PARAM_EC_PUB_Y, curves[i].len);
        if (x == NULL || y == NULL) {
            break;
        }
        *ret_json = apr_psprintf(pool, "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
                                 curves[i].curve, x, y);
        return NULL;
    }
    return unreadable(pool);
}

static const eb_err *ed25519(apr_pool_t *pool, const EVP_PKEY *key, const char **ret_json)
{
    unsigned char x[32];
    size_t len = sizeof x;
    if (EVP_PKEY_get_raw_public_key(key, x, &len) != 1 || len != sizeof x) {
        return unreadable(pool);
    }
    *ret_json = apr_psprintf(pool, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}",
                             eb_base64url(pool, x, len));
    return NULL;
}

const eb_err *eb_jwk_canonical(apr_pool_t *pool, EVP_PKEY *key, const char **ret_json)
{
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
        return rsa(pool, key, ret_json);
    case EVP_PKEY_EC:
        return ec(pool, key, ret_json);
    case EVP_PKEY_ED25519:
        return ed25519(pool, key, ret_json);
    default:
        return unreadable(pool);
    }
}

static const eb_err *thumbprint_of(apr_pool_t *pool, const char *json, const char **ret_thumbprint)
{
    unsigned char digest[32];
    EB_TRY(eb_sha256(pool, eb_span_str(json), digest));
    *ret_thumbprint = eb_base64url(pool, digest, sizeof digest);
    return NULL;
}

const eb_err *eb_jwk_thumbprint(apr_pool_t *pool, EVP_PKEY *key, const char **ret_thumbprint)
{
    const char *json;
    EB_TRY(eb_jwk_canonical(pool, key, &json));
    return thumbprint_of(pool, json, ret_thumbprint);
}

const eb_err *eb_jwk_public(apr_pool_t *pool, EVP_PKEY *key, const char **ret_kid,
                            const char **ret_jwk)
{
    const char *json;
    EB_TRY(eb_jwk_canonical(pool, key, &json));
    EB_TRY(thumbprint_of(pool, json, ret_kid));
    *ret_jwk = apr_psprintf(pool, "{\"kid\":\"%s\",\"use\":\"sig\",%s", *ret_kid, json + 1);
    return NULL;
}

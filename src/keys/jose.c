/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing tokens. The only file that knows cjose. */
#include "keys/jose.h"

#include "base/json.h"

#include <apr_strings.h>
#include <cjose/cjose.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <string.h>

static const eb_err *cannot_sign(apr_pool_t *pool, const char *what, const char *detail)
{
    ERR_clear_error();
    return eb_err_make(pool, EB_E_JOSE_SIGN, "%s: %s", what, detail);
}

static const char *word_of(const cjose_err *err)
{
    return err->message == NULL ? "unknown fault of cjose" : err->message;
}

/* ---- signing --------------------------------------------------------------------------------- */

static const eb_err *make_header(apr_pool_t *pool, const eb_token_key *key, eb_jws_alg alg,
                                 const char *typ, json_t **ret_header)
{
    /* cjose's header is a jansson object, and it says so in cjose/header.h. */
    json_t *header = eb_json_own(pool, json_object());
    if (header == NULL ||
        json_object_set_new(header, CJOSE_HDR_ALG, json_string(eb_jws_name(alg))) != 0 ||
        json_object_set_new(header, CJOSE_HDR_KID, json_string(key->kid)) != 0 ||
        (typ != NULL && json_object_set_new(header, "typ", json_string(typ)) != 0)) {
        return cannot_sign(pool, eb_jws_name(alg), "no header could be made");
    }
    *ret_header = header;
    return NULL;
}

static const eb_err *sign_with_cjose(apr_pool_t *pool, const eb_token_key *key, eb_jws_alg alg,
                                     json_t *header, const char *payload, const char **ret_compact)
{
    cjose_err fault = {0};
    const char *text = NULL;
    cjose_jws_t *jws = cjose_jws_sign(key->jwk, (cjose_header_t *)header, (const uint8_t *)payload,
                                      strlen(payload), &fault);
    if (jws == NULL) {
        return cannot_sign(pool, eb_jws_name(alg), word_of(&fault));
    }
    bool ok = cjose_jws_export(jws, &text, &fault);
    *ret_compact = ok ? apr_pstrdup(pool, text) : NULL; /* the text is the JWS object's own */
    cjose_jws_release(jws);
    return ok ? NULL : cannot_sign(pool, eb_jws_name(alg), word_of(&fault));
}

static const eb_err *sign_with_ed25519(apr_pool_t *pool, const eb_token_key *key, json_t *header,
                                       const char *payload, const char **ret_compact)
{
    const char *json = eb_json_dump(pool, header);
    if (json == NULL) {
        return cannot_sign(pool, "EdDSA", "no header could be made");
    }
    const char *input = apr_pstrcat(pool, eb_base64url(pool, json, strlen(json)), ".",
                                    eb_base64url(pool, payload, strlen(payload)), NULL);
    unsigned char signature[64];
    size_t len = sizeof signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok =
        context != NULL &&
        EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, key->key, NULL) == 1 &&
        EVP_DigestSign(context, signature, &len, (const unsigned char *)input, strlen(input)) == 1;
    EVP_MD_CTX_free(context);
    if (!ok) {
        return cannot_sign(pool, "EdDSA", "OpenSSL failed");
    }
    *ret_compact = apr_pstrcat(pool, input, ".", eb_base64url(pool, signature, len), NULL);
    return NULL;
}

const eb_err *eb_jose_sign(apr_pool_t *pool, const eb_token_key *key, eb_jws_alg alg,
                           const char *typ, const char *payload, const char **ret_compact)
{
    static const int type_of[EB_TOKEN_KINDS] = {[EB_TOKEN_RSA] = EVP_PKEY_RSA,
                                                [EB_TOKEN_EC] = EVP_PKEY_EC,
                                                [EB_TOKEN_ED25519] = EVP_PKEY_ED25519};
    eb_token_kind kind = eb_token_kind_of(alg);
    /* Judged before cjose is called: with a key of another kind it reads beyond it. */
    if (EVP_PKEY_get_base_id(key->key) != type_of[kind]) {
        return cannot_sign(pool, eb_jws_name(alg), "the key is of another kind");
    }
    json_t *header = NULL;
    EB_TRY(make_header(pool, key, alg, typ, &header));
    if (kind == EB_TOKEN_ED25519) {
        return sign_with_ed25519(pool, key, header, payload, ret_compact);
    }
    return sign_with_cjose(pool, key, alg, header, payload, ret_compact);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static apr_status_t release_jwk(void *jwk)
{
    cjose_jwk_release(jwk);
    return APR_SUCCESS;
}

/* A number of the key, big-endian, cleansed with the pool. `len` 0: as few bytes as it takes. */
static bool number(apr_pool_t *pool, const EVP_PKEY *key, const char *name, size_t len,
                   uint8_t **ret_bytes, size_t *ret_len)
{
    BIGNUM *value = NULL;
    if (EVP_PKEY_get_bn_param(key, name, &value) != 1) {
        return false;
    }
    size_t size = len == 0 ? (size_t)BN_num_bytes(value) : len;
    *ret_bytes = eb_secret_alloc(pool, size);
    *ret_len = size;
    bool ok = BN_bn2binpad(value, *ret_bytes, (int)size) == (int)size;
    BN_clear_free(value);
    return ok;
}

static cjose_jwk_t *rsa(apr_pool_t *pool, const EVP_PKEY *key, cjose_err *fault)
{
    cjose_jwk_rsa_keyspec spec = {0};
    bool ok = number(pool, key, OSSL_PKEY_PARAM_RSA_E, 0, &spec.e, &spec.elen) &&
              number(pool, key, OSSL_PKEY_PARAM_RSA_N, 0, &spec.n, &spec.nlen) &&
              number(pool, key, OSSL_PKEY_PARAM_RSA_D, 0, &spec.d, &spec.dlen) &&
              number(pool, key, OSSL_PKEY_PARAM_RSA_FACTOR1, 0, &spec.p, &spec.plen) &&
              number(pool, key, OSSL_PKEY_PARAM_RSA_FACTOR2, 0, &spec.q, &spec.qlen) &&
              number(pool, key, OSSL_PKEY_PARAM_RSA_EXPONENT1, 0, &spec.dp, &spec.dplen) &&
              number(pool, key, OSSL_PKEY_PARAM_RSA_EXPONENT2, 0, &spec.dq, &spec.dqlen) &&
              number(pool, key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, 0, &spec.qi, &spec.qilen);
    return ok ? cjose_jwk_create_RSA_spec(&spec, fault) : NULL;
}

static cjose_jwk_t *p256(apr_pool_t *pool, const EVP_PKEY *key, cjose_err *fault)
{
    cjose_jwk_ec_keyspec spec = {.crv = CJOSE_JWK_EC_P_256};
    char group[32];
    bool ok = EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1 &&
              strcmp(group, "prime256v1") == 0 &&
              number(pool, key, OSSL_PKEY_PARAM_PRIV_KEY, 32, &spec.d, &spec.dlen) &&
              number(pool, key, OSSL_PKEY_PARAM_EC_PUB_X, 32, &spec.x, &spec.xlen) &&
              number(pool, key, OSSL_PKEY_PARAM_EC_PUB_Y, 32, &spec.y, &spec.ylen);
    return ok ? cjose_jwk_create_EC_spec(&spec, fault) : NULL;
}

const eb_err *eb_jose_jwk(apr_pool_t *pool, EVP_PKEY *key, const char *kid, const void **ret_jwk)
{
    cjose_err fault = {0};
    cjose_jwk_t *jwk = NULL;
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
        jwk = rsa(pool, key, &fault);
        break;
    case EVP_PKEY_EC:
        jwk = p256(pool, key, &fault);
        break;
    default:
        break;
    }
    if (jwk != NULL) {
        apr_pool_cleanup_register(pool, jwk, release_jwk, apr_pool_cleanup_null);
    }
    if (jwk == NULL || !cjose_jwk_set_kid(jwk, kid, strlen(kid), &fault)) {
        ERR_clear_error();
        return eb_err_make(pool, EB_E_KEY_FORM,
                           "expected an RSA or P-256 key to sign tokens with: %s", word_of(&fault));
    }
    *ret_jwk = jwk;
    return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signed tokens: the header says what was asked, the signature verifies, another algorithm's key is
 * refused. (Software not ours verifies them too: tests/judges/jose_verify.py.) */
#include "keyring_fixture.h"

#include "base/json.h"
#include "keys/jose.h"
#include "keys/token_keys.h"

#include <openssl/ecdsa.h>

static eb_token_key key_of(EVP_PKEY *made)
{
    eb_token_key key;
    ck_assert_success(eb_token_key_init(pool, made, NOW, &key));
    return key;
}

static eb_token_key make(eb_make_kind kind)
{
    EVP_PKEY *made;
    ck_assert_success(eb_key_make(pool, kind, &made));
    return key_of(made);
}

static const eb_make_kind kind_of[EB_JWS_COUNT] = {EB_MAKE_RSA_2048, EB_MAKE_P256, EB_MAKE_RSA_2048,
                                                   EB_MAKE_ED25519};

static eb_span part(const char *compact, int index)
{
    eb_span out = {NULL, 0};
    for (int i = 0; i < index; i++) {
        compact = strchr(compact, '.') + 1;
    }
    ck_assert(eb_base64url_decode(pool, compact, strcspn(compact, "."), &out));
    return out;
}

/* By EVP alone, from RFC 7518 sections 3.3 to 3.5 and RFC 8037. */
static bool verifies(const char *compact, eb_jws_alg alg, EVP_PKEY *key)
{
    eb_span signature = part(compact, 2);
    size_t input_len = (size_t)(strrchr(compact, '.') - compact);
    unsigned char *der = NULL;
    EVP_PKEY_CTX *options = NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ck_assert_int_eq(EVP_DigestVerifyInit(context, &options,
                                          alg == EB_JWS_EDDSA ? NULL : EVP_sha256(), NULL, key),
                     1);
    if (alg == EB_JWS_PS256) {
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING), 1);
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST), 1);
    }
    if (alg == EB_JWS_ES256) {
        ck_assert_uint_eq(signature.len, 64);
        ECDSA_SIG *sig = ECDSA_SIG_new();
        ECDSA_SIG_set0(sig, BN_bin2bn(signature.data, 32, NULL),
                       BN_bin2bn(signature.data + 32, 32, NULL));
        int len = i2d_ECDSA_SIG(sig, &der);
        ECDSA_SIG_free(sig);
        signature = eb_span_bytes(der, (size_t)len);
    }
    bool ok = EVP_DigestVerify(context, signature.data, signature.len,
                               (const unsigned char *)compact, input_len) == 1;
    OPENSSL_free(der);
    EVP_MD_CTX_free(context);
    return ok;
}

START_TEST(a_token_verifies_and_its_header_says_what_was_asked)
{
    static const char payload[] = "{\"iss\":\"https://login.example\",\"name\":\"Åsa\"}";
    eb_jws_alg alg = (eb_jws_alg)_i;
    eb_token_key key = make(kind_of[_i]);
    const char *compact, *text;
    const json_t *header;
    ck_assert_success(eb_jose_sign(pool, &key, alg, "at+jwt", payload, &compact));
    ck_assert_success(
        eb_json_parse(pool, EB_E_JOSE_SIGN, part(compact, 0), &eb_json_limits_request, &header));
    ck_assert_uint_eq(json_object_size(header), 3);
    ck_assert_int_eq(eb_json_get_string(header, "alg", &text), EB_JSON_OK);
    ck_assert_str_eq(text, eb_jws_name(alg));
    ck_assert_int_eq(eb_json_get_string(header, "kid", &text), EB_JSON_OK);
    ck_assert_str_eq(text, key.kid);
    ck_assert_int_eq(eb_json_get_string(header, "typ", &text), EB_JSON_OK);
    ck_assert_str_eq(text, "at+jwt");
    ck_assert_span_eq(part(compact, 1), eb_span_str(payload));
    ck_assert(verifies(compact, alg, key.key));
    ck_assert(!verifies(compact, alg, make(kind_of[_i]).key));

    ck_assert_success(eb_jose_sign(pool, &key, alg, NULL, payload, &compact));
    ck_assert_success(
        eb_json_parse(pool, EB_E_JOSE_SIGN, part(compact, 0), &eb_json_limits_request, &header));
    ck_assert_uint_eq(json_object_size(header), 2);
    ck_assert(verifies(compact, alg, key.key));
}
END_TEST

START_TEST(refuses_a_key_of_another_kind)
{
    for (int alg = 0; alg < EB_JWS_COUNT; alg++) {
        if (kind_of[alg] == kind_of[_i]) {
            continue;
        }
        eb_token_key key = make(kind_of[_i]);
        const char *compact = NULL;
        ck_assert_refused(eb_jose_sign(pool, &key, (eb_jws_alg)alg, "JWT", "{}", &compact),
                          EB_E_JOSE_SIGN);
        ck_assert_ptr_null(compact);
    }
}
END_TEST

START_TEST(many_tokens_of_one_key_verify)
{
    eb_token_key key = make(EB_MAKE_P256);
    for (int i = 0; i < 200; i++) {
        const char *compact;
        ck_assert_success(eb_jose_sign(pool, &key, EB_JWS_ES256, "JWT",
                                       apr_psprintf(pool, "{\"i\":%d}", i), &compact));
        ck_assert(verifies(compact, EB_JWS_ES256, key.key)); /* short r or s keep their zeros */
    }
}
END_TEST

START_TEST(refuses_keys_that_tokens_are_not_signed_with)
{
    EVP_PKEY *p384 = EVP_EC_gen("P-384"), *x25519 = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    eb_token_key key;
    const void *jwk;
    ck_assert_refused(eb_jose_jwk(pool, p384, "kid", &jwk), EB_E_KEY_FORM);
    ck_assert_refused(eb_token_key_init(pool, x25519, NOW, &key), EB_E_KEY_FORM);
    EVP_PKEY_free(p384);
    EVP_PKEY_free(x25519);
}
END_TEST

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("jose");
    TCase *cases = tcase_create("jose");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, a_token_verifies_and_its_header_says_what_was_asked, 0,
                        EB_JWS_COUNT);
    tcase_add_loop_test(cases, refuses_a_key_of_another_kind, 0, EB_JWS_COUNT);
    tcase_add_test(cases, many_tokens_of_one_key_verify);
    tcase_add_test(cases, refuses_keys_that_tokens_are_not_signed_with);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}

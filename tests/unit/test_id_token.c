/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ID token, taken apart and verified with OpenSSL alone. */
#define OIDC_HELP_MAIN
#include "oidc_help.h"

#include "oidc/id_token.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#define NOW ((apr_time_t)1800000000 * APR_USEC_PER_SEC)

static eb_keyring ring;
static eb_token_key keys[2];
static eb_client client;
static eb_id_token token;

static apr_status_t free_key(void *key)
{
    EVP_PKEY_free(key);
    return APR_SUCCESS;
}

/* A ring of one RSA and one P-256 key, both active since 1970. */
static void reset(void)
{
    EVP_PKEY *made[] = {EVP_RSA_gen(2048), EVP_EC_gen("P-256")};
    static const char *const kids[] = {"kid-rsa", "kid-ec"};
    memset(&ring, 0, sizeof ring);
    for (int i = 0; i < 2; i++) {
        ck_assert_ptr_nonnull(made[i]);
        apr_pool_cleanup_register(pool, made[i], free_key, apr_pool_cleanup_null);
        keys[i] = (eb_token_key){made[i], NULL, kids[i], "{}", 0};
        assert_ok(eb_jose_jwk(pool, made[i], kids[i], &keys[i].jwk));
    }
    ring.token_keys = keys;
    ring.token_key_count = 2;
    client = confidential_client();
    client.id_token_alg = EB_JWS_RS256;
    token = (eb_id_token){.issuer = "https://op.example",
                          .subject = "subject",
                          .nonce = "n\"\xc3\xa4",
                          .acr = "http://eidas.europa.eu/LoA/high",
                          .auth_time = NOW - apr_time_from_sec(10),
                          .now = NOW,
                          .access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"};
}

static eb_span decoded(const char *text, size_t len)
{
    eb_span bytes;
    ck_assert(eb_base64url_decode(pool, text, len, &bytes));
    return bytes;
}

static json_t *object_of(eb_span bytes)
{
    json_t *object = json_loadb((const char *)bytes.data, bytes.len, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(object);
    return eb_json_own(pool, object);
}

/* JWS has r and s side by side, OpenSSL a DER sequence. */
static eb_span der_of(eb_span raw)
{
    unsigned char *der = NULL;
    ECDSA_SIG *sig = ECDSA_SIG_new();
    ck_assert_uint_eq(raw.len, 64);
    ck_assert_int_eq(
        ECDSA_SIG_set0(sig, BN_bin2bn(raw.data, 32, NULL), BN_bin2bn(raw.data + 32, 32, NULL)), 1);
    int len = i2d_ECDSA_SIG(sig, &der);
    eb_span span = {apr_pmemdup(pool, der, (size_t)len), (size_t)len};
    OPENSSL_free(der);
    ECDSA_SIG_free(sig);
    return span;
}

/* The payload of a token whose signature OpenSSL accepts. */
static json_t *made(EVP_PKEY *key, json_t **ret_header)
{
    const char *jwt;
    assert_ok(eb_id_token_make(pool, &ring, &client, &token, &jwt));
    const char *first = strchr(jwt, '.'), *second = strrchr(jwt, '.');
    ck_assert(first != NULL && second > first);
    eb_span signature = decoded(second + 1, strlen(second + 1));
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) {
        signature = der_of(signature);
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ck_assert_int_eq(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key), 1);
    ck_assert_int_eq(EVP_DigestVerify(context, signature.data, signature.len,
                                      (const unsigned char *)jwt, (size_t)(second - jwt)),
                     1);
    EVP_MD_CTX_free(context);
    *ret_header = object_of(decoded(jwt, (size_t)(first - jwt)));
    return object_of(decoded(first + 1, (size_t)(second - first - 1)));
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "absent" : text;
}

START_TEST(rs256_token_has_exactly_its_claims)
{
    json_t *header;
    reset();
    json_t *payload = made(keys[0].key, &header);
    ck_assert_str_eq(text_of(header, "alg"), "RS256");
    ck_assert_str_eq(text_of(header, "kid"), "kid-rsa");
    ck_assert_str_eq(text_of(header, "typ"), "JWT");
    ck_assert_uint_eq(json_object_size(header), 3);
    ck_assert_str_eq(text_of(payload, "iss"), "https://op.example");
    ck_assert_str_eq(text_of(payload, "sub"), "subject");
    ck_assert_str_eq(text_of(payload, "aud"), "shop");
    ck_assert_str_eq(text_of(payload, "nonce"), "n\"\xc3\xa4");
    ck_assert_str_eq(text_of(payload, "acr"), "http://eidas.europa.eu/LoA/high");
    ck_assert_int_eq(json_integer_value(json_object_get(payload, "iat")), 1800000000);
    ck_assert_int_eq(json_integer_value(json_object_get(payload, "exp")), 1800000300);
    ck_assert_int_eq(json_integer_value(json_object_get(payload, "auth_time")), 1799999990);
    ck_assert_uint_eq(json_object_size(payload), 9);
}
END_TEST

START_TEST(es256_token_verifies)
{
    json_t *header;
    reset();
    client.id_token_alg = EB_JWS_ES256;
    made(keys[1].key, &header);
    ck_assert_str_eq(text_of(header, "alg"), "ES256");
    ck_assert_str_eq(text_of(header, "kid"), "kid-ec");
}
END_TEST

/* The access token and at_hash of OpenID Core, appendix A.3. */
START_TEST(at_hash_is_the_left_half_of_sha256)
{
    json_t *header;
    reset();
    ck_assert_str_eq(text_of(made(keys[0].key, &header), "at_hash"), "77QmUPtjPfzWtF2AnpK9RQ");
}
END_TEST

START_TEST(what_there_is_not_is_absent)
{
    json_t *header;
    reset();
    token.nonce = token.acr = token.access_token = NULL;
    json_t *payload = made(keys[0].key, &header);
    ck_assert_str_eq(text_of(payload, "nonce"), "absent");
    ck_assert_str_eq(text_of(payload, "acr"), "absent");
    ck_assert_str_eq(text_of(payload, "at_hash"), "absent");
}
END_TEST

START_TEST(auth_time_is_never_in_the_future)
{
    json_t *header;
    reset();
    token.auth_time = NOW + apr_time_from_sec(30);
    json_t *payload = made(keys[0].key, &header);
    ck_assert_int_eq(json_integer_value(json_object_get(payload, "auth_time")), 1800000000);
}
END_TEST

START_TEST(claims_are_added_and_never_take_reserved_names)
{
    json_t *header;
    reset();
    token.claims = eb_json_own(pool, json_pack("{s:s,s:s,s:s,s:i,s:{s:s},s:s}", "given_name", "A",
                                               "sub", "evil", "iss", "evil", "exp", 1, "cnf", "jkt",
                                               "evil", "acr#en", "evil"));
    json_t *payload = made(keys[0].key, &header);
    ck_assert_str_eq(text_of(payload, "given_name"), "A");
    ck_assert_str_eq(text_of(payload, "sub"), "subject");
    ck_assert_str_eq(text_of(payload, "iss"), "https://op.example");
    ck_assert_int_eq(json_integer_value(json_object_get(payload, "exp")), 1800000300);
    ck_assert_ptr_null(json_object_get(payload, "cnf"));
    ck_assert_ptr_null(json_object_get(payload, "acr#en"));
}
END_TEST

START_TEST(refuses_to_sign_without_a_key_of_the_kind)
{
    const char *jwt;
    reset();
    ring.token_key_count = 1;
    client.id_token_alg = EB_JWS_ES256;
    assert_error(eb_id_token_make(pool, &ring, &client, &token, &jwt), JOSE_SIGN);
}
END_TEST

START_TEST(reserved_names)
{
    static const char *const reserved[] = {"iss",     "sub", "aud",       "exp",   "nbf", "iat",
                                           "jti",     "acr", "amr",       "azp",   "cnf", "nonce",
                                           "at_hash", "sid", "auth_time", "sub#fi"};
    static const char *const free_names[] = {"name", "su", "subject", "ISS", "sub_", "", "#sub"};
    for (int i = 0; i < COUNT(reserved); i++) {
        ck_assert_msg(eb_claim_is_reserved(reserved[i]), "%s", reserved[i]);
    }
    for (int i = 0; i < COUNT(free_names); i++) {
        ck_assert_msg(!eb_claim_is_reserved(free_names[i]), "%s", free_names[i]);
    }
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, rs256_token_has_exactly_its_claims);
    tcase_add_test(tcase, es256_token_verifies);
    tcase_add_test(tcase, at_hash_is_the_left_half_of_sha256);
    tcase_add_test(tcase, what_there_is_not_is_absent);
    tcase_add_test(tcase, auth_time_is_never_in_the_future);
    tcase_add_test(tcase, claims_are_added_and_never_take_reserved_names);
    tcase_add_test(tcase, refuses_to_sign_without_a_key_of_the_kind);
    tcase_add_test(tcase, reserved_names);
}

int main(void)
{
    return run_case("id_token", add_tests);
}

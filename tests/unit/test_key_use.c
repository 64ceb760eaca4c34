/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key made ready does what the same key does that was not, for all threads at once, and lets go
 * of what it held. */
#include "saml/key_use.h"

#include "saml/xmlenc_key.h"
#include "saml_messages.h"

#include <openssl/rsa.h>
#include <pthread.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct {
    const char *key;
    const char *word;
} signers[] = {
    {"rsa2048", "rsa-sha256"},     {"rsa2048", "rsa-sha384"},     {"rsa2048", "rsa-sha512"},
    {"rsa2048", "rsa-pss-sha256"}, {"rsa2048", "rsa-pss-sha384"}, {"rsa2048", "rsa-pss-sha512"},
    {"p256", "ecdsa-sha256"},      {"p384", "ecdsa-sha384"},      {"p521", "ecdsa-sha512"},
    {"bp256", "ecdsa-sha256"},
};

static eb_span sign(EVP_PKEY *key, const eb_alg *algorithm, const char *text)
{
    const char *base64;
    eb_span signature;

    ck_assert_good(eb_xmldsig_sign_bytes(pool, eb_span_str(text), key, algorithm, &base64));
    ck_assert(eb_base64_decode(pool, base64, strlen(base64), &signature));
    return signature;
}

static const eb_err *verify(EVP_PKEY *key, const eb_alg *algorithm, const char *text,
                            eb_span signature)
{
    eb_verify_key keys[1] = {{key, NULL}};
    eb_signature_info info;

    return eb_xmldsig_verify_bytes(pool, eb_span_str(text), signature, keys, 1, algorithm,
                                   &everything, &info);
}

START_TEST(signs_and_verifies_as_a_key_that_is_not_ready)
{
    for (size_t i = 0; i < COUNT(signers); i++) {
        const eb_alg *algorithm = eb_alg_by_word(signers[i].word);
        EVP_PKEY *plain = key_of(signers[i].key);
        EVP_PKEY *signing = key_of(signers[i].key);
        EVP_PKEY *verifying = key_of(signers[i].key);

        eb_key_prepare(pool, signing, EB_KEY_SIGN, everything.allowed);
        eb_key_prepare(pool, verifying, EB_KEY_VERIFY, everything.allowed);
        for (int again = 0; again < 2; again++) {
            eb_span by_plain = sign(plain, algorithm, "text");
            eb_span by_ready = sign(signing, algorithm, "text");

            ck_assert_good(verify(plain, algorithm, "text", by_ready));
            ck_assert_good(verify(verifying, algorithm, "text", by_ready));
            ck_assert_good(verify(verifying, algorithm, "text", by_plain));
            ck_assert_error(verify(verifying, algorithm, "other", by_ready), EB_E_SIG_VALUE);
        }
    }
}
END_TEST

START_TEST(is_ready_for_each_algorithm_apart)
{
    const eb_alg *pkcs1 = eb_alg_by_word("rsa-sha256");
    const eb_alg *pss = eb_alg_by_word("rsa-pss-sha256");
    EVP_PKEY *key = key_of("rsa2048");

    eb_key_prepare(pool, key, EB_KEY_VERIFY, everything.allowed);
    ck_assert_error(verify(key, pss, "text", sign(key, pkcs1, "text")), EB_E_SIG_VALUE);
    ck_assert_error(verify(key, pkcs1, "text", sign(key, pss, "text")), EB_E_SIG_VALUE);
}
END_TEST

START_TEST(what_was_not_made_ready_works_too)
{
    const eb_alg *pkcs1 = eb_alg_by_word("rsa-sha256");
    const eb_alg *pss = eb_alg_by_word("rsa-pss-sha512");
    EVP_PKEY *key = key_of("rsa2048");

    eb_key_prepare(pool, key, EB_KEY_VERIFY, pkcs1->bit);
    ck_assert_good(verify(key, pss, "text", sign(key, pss, "text")));
}
END_TEST

static eb_wrapped_key wrap(EVP_PKEY *key, const char *digest, const char *mgf, const char *label)
{
    static unsigned char wrapped[512];
    eb_wrapped_key made = {.algorithm = eb_alg_by_bit(EB_ALG_OAEP), .digest = digest, .mgf = mgf};
    size_t len = sizeof(wrapped);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);

    ck_assert_int_eq(EVP_PKEY_encrypt_init(ctx), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_oaep_md(ctx, eb_alg_md(digest)), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, eb_alg_md(mgf)), 1);
    if (label != NULL) {
        ck_assert_int_eq(
            EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, OPENSSL_strdup(label), (int)strlen(label)), 1);
    }
    ck_assert_int_eq(
        EVP_PKEY_encrypt(ctx, wrapped, &len, (const unsigned char *)"0123456789abcdef", 16), 1);
    EVP_PKEY_CTX_free(ctx);
    made.label = eb_span_str(label);
    made.cipher = eb_span_bytes(apr_pmemdup(pool, wrapped, len), len);
    return made;
}

START_TEST(a_label_is_of_one_message_alone)
{
    static const char *const digests[][2] = {
        {"SHA256", "SHA256"}, {"SHA512", "SHA512"}, {"SHA1", "SHA1"}, {"SHA256", "SHA1"}};
    EVP_PKEY *key = key_of("rsa2048");

    eb_key_prepare(pool, key, EB_KEY_DECRYPT, 0);
    for (size_t i = 0; i < COUNT(digests); i++) {
        eb_wrapped_key labelled = wrap(key, digests[i][0], digests[i][1], "label");
        eb_wrapped_key bare = wrap(key, digests[i][0], digests[i][1], NULL);
        unsigned char opened[16];

        for (int again = 0; again < 2; again++) {
            ck_assert(eb_wrapped_key_open(&labelled, key, opened, sizeof(opened)));
            ck_assert(eb_wrapped_key_open(&bare, key, opened, sizeof(opened)));
            ck_assert_mem_eq(opened, "0123456789abcdef", 16);
        }
        labelled.label = eb_span_str("Label");
        ck_assert(!eb_wrapped_key_open(&labelled, key, opened, sizeof(opened)));
        bare.mgf = "SHA384";
        ck_assert(!eb_wrapped_key_open(&bare, key, opened, sizeof(opened)));
    }
}
END_TEST

typedef struct verifier {
    EVP_PKEY *key;
    eb_span signature;
    int good;
} verifier;

static void *verify_often(void *data)
{
    verifier *v = data;
    eb_verify_key keys[1] = {{v->key, NULL}};
    apr_pool_t *own;

    apr_pool_create(&own, NULL);
    for (int i = 0; i < 200; i++) {
        eb_signature_info info;
        v->good +=
            eb_xmldsig_verify_bytes(own, eb_span_str("text"), v->signature, keys, 1,
                                    eb_alg_by_word("rsa-sha256"), &everything, &info) == NULL;
    }
    apr_pool_destroy(own);
    return NULL;
}

START_TEST(serves_many_threads)
{
    EVP_PKEY *key = key_of("rsa2048");
    verifier verifiers[4];
    pthread_t threads[COUNT(verifiers)];

    eb_key_prepare(pool, key, EB_KEY_VERIFY, everything.allowed);
    for (size_t i = 0; i < COUNT(verifiers); i++) {
        verifiers[i] = (verifier){key, sign(key, eb_alg_by_word("rsa-sha256"), "text"), 0};
    }
    for (size_t i = 0; i < COUNT(verifiers); i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, verify_often, &verifiers[i]), 0);
    }
    for (size_t i = 0; i < COUNT(verifiers); i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(verifiers[i].good, 200);
    }
}
END_TEST

START_TEST(a_key_outlives_its_readiness)
{
    const eb_alg *algorithm = eb_alg_by_word("rsa-sha256");
    EVP_PKEY *key = key_of("rsa2048");
    apr_pool_t *shorter;

    apr_pool_create(&shorter, pool);
    eb_key_prepare(shorter, key, EB_KEY_VERIFY, everything.allowed);
    eb_key_prepare(shorter, key, EB_KEY_VERIFY, everything.allowed);
    apr_pool_destroy(shorter);
    ck_assert_good(verify(key, algorithm, "text", sign(key, algorithm, "text")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("key_use");
    TCase *tests = tcase_create("key_use");

    tcase_add_checked_fixture(tests, make_pool, drop_pool);
    tcase_add_test(tests, signs_and_verifies_as_a_key_that_is_not_ready);
    tcase_add_test(tests, is_ready_for_each_algorithm_apart);
    tcase_add_test(tests, what_was_not_made_ready_works_too);
    tcase_add_test(tests, a_label_is_of_one_message_alone);
    tcase_add_test(tests, serves_many_threads);
    tcase_add_test(tests, a_key_outlives_its_readiness);
    suite_add_tcase(suite, tests);
    return run(suite);
}

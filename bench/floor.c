/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the cryptography of a login costs with EVP alone: cached keys, fetched algorithms, nothing
 * else. Thread CPU time, the least of several rounds, in microseconds for each operation; JSON on
 * standard output.
 *
 *   floor DECRYPTED-OCTETS ENCRYPTED-OCTETS DIGESTED-OCTETS     of one call each
 */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 7

static EVP_PKEY *rsa, *ec;
static EVP_MD *sha256;
static EVP_CIPHER *gcm;
static EVP_KDF *hkdf;
static EVP_MAC *hmac;
static unsigned char data[65536], out[65536 + 64], signature[512], wrapped[512],
    content[65536 + 64];
static size_t signature_len, wrapped_len, decrypted_octets, encrypted_octets, digested_octets;
static unsigned char key[44], tag[16];

static void must(int ok, const char *what)
{
    if (ok != 1) {
        fprintf(stderr, "floor: %s failed\n", what);
        exit(1);
    }
}

static void sign(EVP_PKEY *pkey)
{
    size_t len = sizeof(out);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    must(EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, pkey, NULL), "sign init");
    must(EVP_DigestSign(ctx, out, &len, data, 32), "sign");
    EVP_MD_CTX_free(ctx);
}

static void rsa_sign(void)
{
    sign(rsa);
}

static void ec_sign(void)
{
    sign(ec);
}

static void rsa_verify(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    must(EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", NULL, NULL, rsa, NULL), "verify init");
    must(EVP_DigestVerify(ctx, signature, signature_len, data, 32), "verify");
    EVP_MD_CTX_free(ctx);
}

static EVP_PKEY_CTX *oaep(int (*init)(EVP_PKEY_CTX *))
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, rsa, NULL);
    must(init(ctx), "OAEP init");
    must(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING), "OAEP");
    must(EVP_PKEY_CTX_set_rsa_oaep_md(ctx, sha256), "OAEP digest");
    must(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, sha256), "OAEP MGF");
    return ctx;
}

static void rsa_decrypt(void)
{
    size_t len = sizeof(out);
    EVP_PKEY_CTX *ctx = oaep(EVP_PKEY_decrypt_init);
    must(EVP_PKEY_decrypt(ctx, out, &len, wrapped, wrapped_len), "OAEP decrypt");
    EVP_PKEY_CTX_free(ctx);
}

static void gcm_decrypt(void)
{
    int len;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    must(EVP_DecryptInit_ex2(ctx, gcm, key, key + 32, NULL), "GCM init");
    must(EVP_DecryptUpdate(ctx, out, &len, content, (int)decrypted_octets), "GCM");
    must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 16, tag), "GCM tag");
    must(EVP_DecryptFinal_ex(ctx, out + len, &len), "GCM final");
    EVP_CIPHER_CTX_free(ctx);
}

static void gcm_encrypt(void)
{
    int len;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    must(EVP_EncryptInit_ex2(ctx, gcm, key, key + 32, NULL), "GCM init");
    must(EVP_EncryptUpdate(ctx, out, &len, data, (int)encrypted_octets), "GCM");
    must(EVP_EncryptFinal_ex(ctx, out + len, &len), "GCM final");
    EVP_CIPHER_CTX_free(ctx);
}

static void digest(void)
{
    must(EVP_Digest(data, digested_octets, out, NULL, sha256, NULL), "SHA-256");
}

static void derive(void)
{
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(hkdf);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char[]){"SHA256"}, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key, 32),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, data, 24),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, data, 16), OSSL_PARAM_END};
    must(EVP_KDF_derive(ctx, out, 44, params), "HKDF");
    EVP_KDF_CTX_free(ctx);
}

static void authenticate(void)
{
    size_t len;
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(hmac);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char[]){"SHA256"}, 0),
        OSSL_PARAM_END};
    must(EVP_MAC_init(ctx, key, 32, params), "HMAC init");
    must(EVP_MAC_update(ctx, data, 96), "HMAC");
    must(EVP_MAC_final(ctx, out, &len, 32), "HMAC final");
    EVP_MAC_CTX_free(ctx);
}

static double cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void measure(const char *name, void (*operation)(void), int times, const char *end)
{
    double least = 1e12;
    for (int round = 0; round < ROUNDS; round++) {
        double begin = cpu_us();
        for (int i = 0; i < times; i++) {
            operation();
        }
        double each = (cpu_us() - begin) / times;
        least = each < least ? each : least;
    }
    printf("\"%s\": %.2f%s", name, least, end);
}

int main(int argc, char **argv)
{
    int len;
    size_t *octets[] = {&decrypted_octets, &encrypted_octets, &digested_octets};
    for (int i = 0; i < 3; i++) {
        *octets[i] = argc == 4 ? (size_t)atol(argv[i + 1]) : 0;
        if (*octets[i] == 0 || *octets[i] > sizeof(data)) {
            fprintf(stderr, "usage: floor DECRYPTED-OCTETS ENCRYPTED-OCTETS DIGESTED-OCTETS "
                            "(1 to 65536 each)\n");
            return 2;
        }
    }
    rsa = EVP_RSA_gen(2048);
    ec = EVP_EC_gen("P-256");
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    RAND_bytes(key, sizeof(key));
    RAND_bytes(data, sizeof(data));

    signature_len = sizeof(signature);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    must(EVP_DigestSignInit_ex(md, NULL, "SHA256", NULL, NULL, rsa, NULL), "sign init");
    must(EVP_DigestSign(md, signature, &signature_len, data, 32), "sign");
    EVP_MD_CTX_free(md);
    wrapped_len = sizeof(wrapped);
    EVP_PKEY_CTX *wrap = oaep(EVP_PKEY_encrypt_init);
    must(EVP_PKEY_encrypt(wrap, wrapped, &wrapped_len, key, 32), "OAEP encrypt");
    EVP_PKEY_CTX_free(wrap);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    must(EVP_EncryptInit_ex2(ctx, gcm, key, key + 32, NULL), "GCM init");
    must(EVP_EncryptUpdate(ctx, content, &len, data, (int)decrypted_octets), "GCM");
    must(EVP_EncryptFinal_ex(ctx, content + len, &len), "GCM final");
    must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, tag), "GCM tag");
    EVP_CIPHER_CTX_free(ctx);

    printf("{");
    measure("rsa2048_sign", rsa_sign, 150, ", ");
    measure("rsa2048_oaep_decrypt", rsa_decrypt, 150, ", ");
    measure("rsa2048_verify", rsa_verify, 1500, ", ");
    measure("p256_sign", ec_sign, 1500, ", ");
    measure("aes256gcm_decrypt", gcm_decrypt, 5000, ", ");
    measure("aes256gcm_encrypt", gcm_encrypt, 5000, ", ");
    measure("sha256", digest, 2000, ", ");
    measure("hkdf", derive, 5000, ", ");
    measure("hmac", authenticate, 5000, "}\n");
    return 0;
}

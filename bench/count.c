/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts what a server really asks of the cryptographic library: loaded in front of it with
 * LD_PRELOAD, it hands every call on and adds one to a counter in the shared file EB_COUNT_FILE. So
 * the floor's counts are not ours to claim.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <openssl/decoder.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Order and meaning are bench/run's too: one 64-bit number each. */
enum {
    SIGN,
    VERIFY,
    DECRYPT_KEY,
    ENCRYPT_AEAD,
    DECRYPT_AEAD,
    KDF,
    MAC,
    PARSE,
    DIGEST,
    ENCRYPTED_OCTETS,
    DECRYPTED_OCTETS,
    DIGESTED_OCTETS,
    COUNTERS
};

static _Atomic unsigned long *counters(void)
{
    static _Atomic unsigned long *shared;
    if (shared == NULL) {
        static _Atomic unsigned long own[COUNTERS];
        const char *path = getenv("EB_COUNT_FILE");
        int fd = path == NULL ? -1 : open(path, O_RDWR);
        void *map =
            fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        shared = map == MAP_FAILED ? own : map;
    }
    return shared;
}

/* The library calls itself through the same names: only the outermost call counts. Nor does one
 * that only asks how long the output will be. */
static _Thread_local int depth;

#define PASS_ON(counter, output, type, name, parameters, arguments)                                \
    PASS_ON_AMOUNT(counter, output, 1, type, name, parameters, arguments)
#define PASS_ON_AMOUNT(counter, output, amount, type, name, parameters, arguments)                 \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*next) parameters;                                                             \
        if (next == NULL) {                                                                        \
            *(void **)(&next) = dlsym(RTLD_NEXT, #name);                                           \
        }                                                                                          \
        if (depth++ == 0 && (output) != NULL) {                                                    \
            atomic_fetch_add(&counters()[counter], (unsigned long)(amount));                       \
        }                                                                                          \
        type result = next arguments;                                                              \
        depth--;                                                                                   \
        return result;                                                                             \
    }

PASS_ON(SIGN, s, int, EVP_DigestSign,
        (EVP_MD_CTX * c, unsigned char *s, size_t *n, const unsigned char *d, size_t l),
        (c, s, n, d, l))
PASS_ON(SIGN, s, int, EVP_DigestSignFinal, (EVP_MD_CTX * c, unsigned char *s, size_t *n), (c, s, n))
PASS_ON(SIGN, s, int, EVP_PKEY_sign,
        (EVP_PKEY_CTX * c, unsigned char *s, size_t *n, const unsigned char *d, size_t l),
        (c, s, n, d, l))
PASS_ON(SIGN, t, int, RSA_private_encrypt,
        (int l, const unsigned char *f, unsigned char *t, RSA *r, int p), (l, f, t, r, p))
PASS_ON(SIGN, s, int, RSA_sign,
        (int k, const unsigned char *m, unsigned int l, unsigned char *s, unsigned int *n, RSA *r),
        (k, m, l, s, n, r))
PASS_ON(SIGN, d, ECDSA_SIG *, ECDSA_do_sign, (const unsigned char *d, int l, EC_KEY *k), (d, l, k))
PASS_ON(VERIFY, s, int, EVP_DigestVerify,
        (EVP_MD_CTX * c, const unsigned char *s, size_t n, const unsigned char *d, size_t l),
        (c, s, n, d, l))
PASS_ON(VERIFY, s, int, EVP_DigestVerifyFinal, (EVP_MD_CTX * c, const unsigned char *s, size_t n),
        (c, s, n))
PASS_ON(VERIFY, s, int, EVP_PKEY_verify,
        (EVP_PKEY_CTX * c, const unsigned char *s, size_t n, const unsigned char *d, size_t l),
        (c, s, n, d, l))
PASS_ON(DECRYPT_KEY, o, int, EVP_PKEY_decrypt,
        (EVP_PKEY_CTX * c, unsigned char *o, size_t *n, const unsigned char *i, size_t l),
        (c, o, n, i, l))
PASS_ON(ENCRYPT_AEAD, o, int, EVP_EncryptFinal_ex, (EVP_CIPHER_CTX * c, unsigned char *o, int *n),
        (c, o, n))
PASS_ON(DECRYPT_AEAD, o, int, EVP_DecryptFinal_ex, (EVP_CIPHER_CTX * c, unsigned char *o, int *n),
        (c, o, n))
PASS_ON(KDF, k, int, EVP_KDF_derive,
        (EVP_KDF_CTX * c, unsigned char *k, size_t n, const OSSL_PARAM p[]), (c, k, n, p))
PASS_ON(MAC, o, int, EVP_MAC_final, (EVP_MAC_CTX * c, unsigned char *o, size_t *n, size_t l),
        (c, o, n, l))

/* Keys and certificates: every door into the library's parsers. */
#define PARSES_DER(type, name)                                                                     \
    PASS_ON(PARSE, d, type *, name, (type * *x, const unsigned char **d, long l), (x, d, l))
#define PARSES_PEM(type, name)                                                                     \
    PASS_ON(PARSE, b, type *, name, (BIO * b, type * *x, pem_password_cb * c, void *u),            \
            (b, x, c, u))
PARSES_DER(X509, d2i_X509)
PARSES_DER(EVP_PKEY, d2i_AutoPrivateKey)
PARSES_DER(EVP_PKEY, d2i_PUBKEY)
PASS_ON(PARSE, d, EVP_PKEY *, d2i_PrivateKey,
        (int k, EVP_PKEY **x, const unsigned char **d, long l), (k, x, d, l))
PARSES_PEM(X509, PEM_read_bio_X509)
PARSES_PEM(EVP_PKEY, PEM_read_bio_PrivateKey)
PARSES_PEM(EVP_PKEY, PEM_read_bio_PUBKEY)
PASS_ON(PARSE, b, int, OSSL_DECODER_from_bio, (OSSL_DECODER_CTX * c, BIO *b), (c, b))
PASS_ON(PARSE, d, int, OSSL_DECODER_from_data,
        (OSSL_DECODER_CTX * c, const unsigned char **d, size_t *l), (c, d, l))

/* Associated data is not encrypted: it has no output. */
PASS_ON_AMOUNT(ENCRYPTED_OCTETS, o, l, int, EVP_EncryptUpdate,
               (EVP_CIPHER_CTX * c, unsigned char *o, int *n, const unsigned char *i, int l),
               (c, o, n, i, l))
PASS_ON_AMOUNT(DECRYPTED_OCTETS, o, l, int, EVP_DecryptUpdate,
               (EVP_CIPHER_CTX * c, unsigned char *o, int *n, const unsigned char *i, int l),
               (c, o, n, i, l))
PASS_ON_AMOUNT(DIGESTED_OCTETS, d, l, int, EVP_DigestUpdate,
               (EVP_MD_CTX * c, const void *d, size_t l), (c, d, l))
PASS_ON(DIGEST, o, int, EVP_DigestFinal_ex, (EVP_MD_CTX * c, unsigned char *o, unsigned int *n),
        (c, o, n))

/* Both at once: a digest, and its octets. */
int EVP_Digest(const void *data, size_t len, unsigned char *out, unsigned int *out_len,
               const EVP_MD *type, ENGINE *engine)
{
    static int (*next)(const void *, size_t, unsigned char *, unsigned int *, const EVP_MD *,
                       ENGINE *);
    if (next == NULL) {
        *(void **)(&next) = dlsym(RTLD_NEXT, "EVP_Digest");
    }
    if (depth++ == 0) {
        atomic_fetch_add(&counters()[DIGEST], 1);
        atomic_fetch_add(&counters()[DIGESTED_OCTETS], len);
    }
    int result = next(data, len, out, out_len, type, engine);
    depth--;
    return result;
}

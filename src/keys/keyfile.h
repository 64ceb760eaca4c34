/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that hold secrets and keys: reading with limits, writing once and for good (keyfile.c),
 * secrets by their words (secret.c), PEM and certificates (pem.c), and the making of both
 * (keymake.c).
 *
 * Everything read is cleansed or freed with the pool. Nothing of a content ever comes into a
 * message.
 */
#ifndef EB_KEYS_KEYFILE_H
#define EB_KEYS_KEYFILE_H

#include "base/random.h"
#include "base/text.h"

#include <openssl/evp.h>

/* Longest key file, secret or output of an exec: command. */
#define EB_KEYFILE_MAX (64 * 1024)

/* A whole regular file of at most EB_KEYFILE_MAX bytes, followed by a NUL that is not counted.
 * EB_E_KEY_UNREADABLE says errno's reason; *ret_denied (may be NULL) is always written and true
 * where only rights were missing. */
const eb_err *eb_keyfile_read(apr_pool_t *pool, const char *path, bool *ret_denied,
                              eb_span *ret_content);

/* Creates `path` with content and mode 0600: temporary file beside it ("<path>.tmp-<random>"),
 * fsync, link(2), fsync of the directory. Who loses the race is no error: *ret_made tells. Never
 * overwrites. EB_E_KEY_WRITE, EB_E_RANDOM. */
const eb_err *eb_keyfile_create(apr_pool_t *pool, const char *path, eb_span content,
                                const eb_random *random, bool *ret_made);

/* The same with rename(2): replaces what is there, whole or not at all. For what is no secret: mode
 * 0644. */
const eb_err *eb_keyfile_replace(apr_pool_t *pool, const char *path, eb_span content,
                                 const eb_random *random);

/* True for the names of temporary files that a crash may have left. */
bool eb_keyfile_is_temporary(const char *name);

/* A secret by the words of the manual: `FILE | env:NAME | exec:CMD`; one final newline (LF or CRLF)
 * is dropped. With `check_only` nothing is run: exec: is not executed and *ret_secret is NULL with
 * NULL returned. `exec:` runs the command without a shell: an absolute path and arguments split at
 * spaces, no standard input, 10 s and EB_KEYFILE_MAX bytes at most; it must exit with 0.
 * EB_E_KEY_UNREADABLE (with *ret_denied, which may be NULL), EB_E_KEY_FORM when empty or with a
 * NUL. */
const eb_err *eb_secret_read(apr_pool_t *pool, const char *source, bool check_only,
                             bool *ret_denied, const char **ret_secret);

/* base64url of exactly 32 bytes (salt, sealing key). `what` names it in EB_E_KEY_FORM. */
const eb_err *eb_secret_parse32(apr_pool_t *pool, const char *secret, const char *what,
                                unsigned char out[32]);

/* The first private key of a PEM text, unencrypted. `origin` is the file's name for messages.
 * EB_E_KEY_FORM. Size and kind are not judged here. Freed with the pool. */
const eb_err *eb_pem_private_key(apr_pool_t *pool, eb_span pem, const char *origin,
                                 EVP_PKEY **ret_key);

typedef struct eb_certificate {
    EVP_PKEY *key;           /* public */
    const char *der_base64;  /* one line */
    const char *fingerprint; /* SHA-256 of the DER, hex */
    apr_time_t not_before, not_after;
} eb_certificate;

/* The first certificate of a PEM text, or one in DER. No chain is built and no time is judged: in
 * SAML a certificate only carries a key. EB_E_KEY_FORM. The key is freed with the pool. */
const eb_err *eb_pem_certificate(apr_pool_t *pool, eb_span pem, const char *origin,
                                 eb_certificate *ret_certificate);
const eb_err *eb_der_certificate(apr_pool_t *pool, eb_span der, const char *origin,
                                 eb_certificate *ret_certificate);

/* EB_E_KEY_WEAK unless a key may serve our SAML side: RSA of 2048 bits and more, EC on P-256,
 * P-384, P-521, brainpoolP256r1, brainpoolP384r1 or brainpoolP512r1. */
const eb_err *eb_saml_key_check(apr_pool_t *pool, const EVP_PKEY *key, const char *origin);

/* Kinds of keys that are made. Randomness is OpenSSL's own. */
typedef enum { EB_MAKE_RSA_2048, EB_MAKE_RSA_3072, EB_MAKE_P256, EB_MAKE_ED25519 } eb_make_kind;
const eb_err *eb_key_make(apr_pool_t *pool, eb_make_kind kind, EVP_PKEY **ret_key);

/* PKCS #8 in PEM; cleansed with the pool. EB_E_CRYPTO. */
const eb_err *eb_key_to_pem(apr_pool_t *pool, EVP_PKEY *key, eb_span *ret_pem);

/* A self-signed certificate (X.509 v3, SHA-256, ten years from `now`) in PEM, for signing or for
 * encryption alone. common_name is cut at the 64 characters that X.520 allows. EB_E_CRYPTO,
 * EB_E_RANDOM. */
const eb_err *eb_certificate_make(apr_pool_t *pool, EVP_PKEY *key, bool for_encryption,
                                  const char *common_name, const eb_random *random, apr_time_t now,
                                  eb_span *ret_pem);

#endif

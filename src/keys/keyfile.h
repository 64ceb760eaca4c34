/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that hold secrets and keys: reading with limits, writing once and for good.
 */
#ifndef EB_KEYS_KEYFILE_H
#define EB_KEYS_KEYFILE_H

#include "base/random.h"
#include "base/text.h"

#include <openssl/evp.h>

/* A whole small file (at most 64 KiB), cleansed with the pool. EB_E_KEY_UNREADABLE says errno's reason;
 * *ret_denied (may be NULL) is true where only rights were missing. */
const eb_err *eb_keyfile_read(apr_pool_t *pool, const char *path, bool *ret_denied, eb_span *ret_content);

/* Creates `path` with content and mode 0600: temporary file beside it, fsync, link(2), fsync of the directory.
 * Who loses the race is no error: *ret_made tells. Never overwrites. EB_E_KEY_WRITE. */
const eb_err *eb_keyfile_create(apr_pool_t *pool, const char *path, eb_span content, const eb_random *random,
                                bool *ret_made);

/* A secret by the words of DIRECTIVES.md: `FILE | env:NAME | exec:CMD`; one final newline is dropped.
 * With `check_only` nothing is run: exec: is not executed and *ret_secret is NULL with NULL returned.
 * `exec:` runs the command without a shell, words split at spaces, 10 s limit, 64 KiB. */
const eb_err *eb_secret_read(apr_pool_t *pool, const char *source, bool check_only, bool *ret_denied,
                             const char **ret_secret);

/* base64url of exactly 32 bytes (salt, sealing key). EB_E_KEY_FORM. */
const eb_err *eb_secret_parse32(apr_pool_t *pool, const char *secret, const char *what, unsigned char out[32]);

/* PEM private key; certificate (first of a chain) to DER, base64, fingerprint and validity. Freed with the pool. */
const eb_err *eb_pem_private_key(apr_pool_t *pool, eb_span pem, const char *origin, EVP_PKEY **ret_key);
typedef struct eb_certificate {
    EVP_PKEY *key;            /* public */
    const char *der_base64;
    const char *fingerprint;  /* SHA-256, hex */
    apr_time_t not_before, not_after;
} eb_certificate;
const eb_err *eb_pem_certificate(apr_pool_t *pool, eb_span pem, const char *origin, eb_certificate *ret_certificate);
const eb_err *eb_der_certificate(apr_pool_t *pool, eb_span der, const char *origin, eb_certificate *ret_certificate);

#endif

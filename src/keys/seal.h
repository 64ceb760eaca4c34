/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one way anything is sealed: cookies, stored values, files (DESIGN section 5).
 *
 *   sealed = version 1 | key id 4 | random 24 | ciphertext | tag 16
 *   key and nonce = HKDF-SHA-256(sealing key, random, "eb seal 1 <purpose>"), AES-256-GCM
 *
 * The key id is the first 4 bytes of HKDF-SHA-256(sealing key, no salt, "eb seal id 1").
 */
#ifndef EB_KEYS_SEAL_H
#define EB_KEYS_SEAL_H

#include "base/random.h"
#include "base/text.h"

#define EB_SEAL_OVERHEAD 45

typedef struct eb_seal_key {
    unsigned char id[4];
    unsigned char key[32];
} eb_seal_key;

/* Newest first; the first seals, all open. */
typedef struct eb_seal_keys {
    eb_seal_key keys[2];
    int count;
} eb_seal_keys;

/* Fills the id from the key bytes. */
const eb_err *eb_seal_key_init(apr_pool_t *pool, const unsigned char key[32], eb_seal_key *ret_key);

/* purpose: "cookie", "store", "file". aad: what the sealed value is bound to, built with eb_lp_*. */
const eb_err *eb_seal(apr_pool_t *pool, const eb_seal_keys *keys, const eb_random *random,
                      const char *purpose, eb_span aad, eb_span plain, eb_span *ret_sealed);

/* EB_E_SEAL_KEY when no key has the id, EB_E_SEAL_BROKEN for all else. Plaintext is cleansed with the pool. */
const eb_err *eb_unseal(apr_pool_t *pool, const eb_seal_keys *keys, const char *purpose, eb_span aad,
                        eb_span sealed, eb_span *ret_plain);

/* lp(a) lp(b) …: each part as 32-bit big-endian length, then the bytes. */
eb_span eb_lp_join(apr_pool_t *pool, const eb_span *parts, int count);

/* HKDF-SHA-256 (RFC 5869) and HMAC-SHA-256 (cheap: fetched once). out_len at most 255*32. */
const eb_err *eb_hkdf(apr_pool_t *pool, eb_span key, eb_span salt, const char *info,
                      unsigned char *out, size_t out_len);
const eb_err *eb_hmac(apr_pool_t *pool, const unsigned char key[32], eb_span data, unsigned char out[32]);
/* SHA-256 of data. */
const eb_err *eb_sha256(apr_pool_t *pool, eb_span data, unsigned char out[32]);

#endif

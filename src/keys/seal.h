/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one way anything is sealed: cookies, stored values, files (DESIGN section 5).
 *
 *   sealed = version 1 | key id 4 | random 24 | ciphertext | tag 16
 *   key 32 and nonce 12 = HKDF-SHA-256(sealing key, random, "eb seal 1 <purpose>"), AES-256-GCM
 *
 * The key id is the first 4 bytes of HKDF-SHA-256(sealing key, no salt, "eb seal id 1"). Each
 * sealing has a key of its own, so no nonce can ever be used twice with one. The formats are final:
 * what was sealed by one version must be opened by the next. Fixed vectors stand in
 * tests/data/formats.json.
 *
 * The algorithms are fetched from OpenSSL once per process, at first use, by any thread. Nothing
 * here is registered with the process, so the module may be unloaded and loaded again.
 */
#ifndef EB_KEYS_SEAL_H
#define EB_KEYS_SEAL_H

#include "base/random.h"
#include "base/text.h"

/* How much longer the sealed value is than the plain one. */
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

/* Fills key and id from the key bytes. EB_E_CRYPTO. */
const eb_err *eb_seal_key_init(apr_pool_t *pool, const unsigned char key[32], eb_seal_key *ret_key);

/* purpose: "cookie", "store", "file" (32 letters at most). aad: what the sealed value is bound to,
 * built with eb_lp_join. plain: at most 1 GiB. EB_E_SEAL_KEY without a key, EB_E_RANDOM,
 * EB_E_CRYPTO. */
const eb_err *eb_seal(apr_pool_t *pool, const eb_seal_keys *keys, const eb_random *random,
                      const char *purpose, eb_span aad, eb_span plain, eb_span *ret_sealed);

/* EB_E_SEAL_KEY when no key has the id, EB_E_SEAL_BROKEN for all else that is wrong with the value.
 * The plain value is followed by a NUL (not counted) and cleansed with the pool. */
const eb_err *eb_unseal(apr_pool_t *pool, const eb_seal_keys *keys, const char *purpose,
                        eb_span aad, eb_span sealed, eb_span *ret_plain);

/* lp(a) lp(b) …: each part as 32-bit big-endian length, then the bytes; so no two lists of parts
 * give the same bytes. */
eb_span eb_lp_join(apr_pool_t *pool, const eb_span *parts, int count);

/* HKDF-SHA-256 (RFC 5869); an empty salt is "no salt". out_len at most 255*32. EB_E_CRYPTO. */
const eb_err *eb_hkdf(apr_pool_t *pool, eb_span key, eb_span salt, const char *info,
                      unsigned char *out, size_t out_len);
/* HMAC-SHA-256 (RFC 2104). EB_E_CRYPTO. */
const eb_err *eb_hmac(apr_pool_t *pool, const unsigned char key[32], eb_span data,
                      unsigned char out[32]);
/* SHA-256 of data. EB_E_CRYPTO. */
const eb_err *eb_sha256(apr_pool_t *pool, eb_span data, unsigned char out[32]);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All keys of one issuer, loaded once at start, never changed afterwards, parsed never again.
 *
 * Directory (root, 0700): salt, sealing key, SAML keys, token keys with their activation time in
 * the file name; keys/keydir.h draws it. A marker *beside* the directory, written last, tells first
 * start (make everything) from loss (refuse, say how to restore). Only the parent process at start
 * writes (DESIGN section 5).
 *
 * Token keys roll by time alone: next (published a period ahead) → active → retired (published
 * until its last token has expired) → gone (its file stays, unread). So every worker and node
 * agrees with nobody writing at run time.
 */
#ifndef EB_KEYS_KEYRING_H
#define EB_KEYS_KEYRING_H

#include "base/log.h"
#include "keys/jws.h"
#include "keys/seal.h"

#include <openssl/evp.h>

/* A signing key of our tokens. Algorithms of one key kind (RS256, PS256) share keys. */
typedef struct eb_token_key {
    EVP_PKEY *key;
    const void *jwk;        /* cjose's form, read by keys/jose alone; NULL for EdDSA */
    const char *kid;        /* RFC 7638 thumbprint, base64url */
    const char *public_jwk; /* JSON object: kty, use, kid, and the public members; no alg, as RS and
                               PS share */
    apr_time_t activates;   /* signs from then until its successor of the same kind activates */
} eb_token_key;

/* A key of our SAML side with its certificate. */
typedef struct eb_saml_key {
    EVP_PKEY *key;
    const char *certificate; /* DER in base64, one line */
    const char *fingerprint; /* SHA-256 of the DER, hex */
    apr_time_t not_after;    /* of the certificate */
    const char *origin;      /* file it came from, for messages */
} eb_saml_key;

/* One own key file of the configuration: KEY [CERT]. certificate NULL: one is made, self-signed, at
 * the first start with this key, and kept in the key directory, so that metadata do not change
 * later. */
typedef struct eb_key_files {
    const char *key;
    const char *certificate;
} eb_key_files;

typedef struct eb_keyring_settings {
    const char *directory;          /* EidasKeyDirectory */
    bool generate;                  /* EidasKeyGeneration */
    apr_interval_time_t rotation;   /* EidasKeyRotation; at least token_life */
    apr_interval_time_t token_life; /* longest life of a token signed by these keys, plus skew */
    const eb_jws_alg *token_algs;   /* EidasTokenAlgs */
    int token_alg_count;
    eb_key_files signing[2]; /* EidasSigningKey; none: made (RSA-3072) */
    int signing_count;
    eb_key_files encryption[2]; /* EidasEncryptionKey */
    int encryption_count;
    const char *sealing[2]; /* EidasSealingKey, already read secrets; none: key directory */
    int sealing_count;
    const char *salt;        /* EidasPairwiseSalt, already read secret; NULL: key directory.
                                "" here and in sealing: configured, but not read (only
                                for eb_keyring_check) */
    const char *common_name; /* of self-signed certificates: the issuer's host */
    bool state_present;      /* other traces of an earlier life (cache, store) exist */
} eb_keyring_settings;

#define EB_JWKS_MAX 10

typedef struct eb_keyring {
    const eb_token_key *token_keys; /* all published now or later: RSA, EC, Ed25519, oldest first */
    int token_key_count;
    apr_interval_time_t token_life;
    apr_time_t horizon;     /* from then on a token key signs for longer than it should,
                               because none follows: restart the server to make one */
    eb_saml_key signing[2]; /* first signs; all are in metadata */
    int signing_count;
    eb_saml_key encryption[2]; /* first is in metadata as the one to use; all decrypt */
    int encryption_count;
    eb_seal_keys seal;
    unsigned char sub_key[32];       /* HKDF(salt, "eb sub 1") */
    unsigned char store_key[32];     /* HKDF(salt, "eb store 1") */
    unsigned char relay_keys[2][32]; /* HKDF(sealing key, "eb relay 1"), newest first */
    int relay_key_count;
} eb_keyring;

/* At start, in the parent, still root: makes what is missing where that is first start or top-up,
 * reads all, warns of certificates that have expired and of token keys without successor.
 * EB_E_KEY_*, EB_E_CONFIG_CONFLICT where rotation is shorter than token_life. Private keys are
 * freed and secrets cleansed with the pool. `random` serves salt, sealing key, names and serial
 * numbers; key pairs are OpenSSL's. */
const eb_err *eb_keyring_open(apr_pool_t *pool, const eb_keyring_settings *settings,
                              const eb_random *random, apr_time_t now, const eb_log *log,
                              eb_keyring **ret_ring);

/* At configtest: makes nothing, reads what this user can read and judges it; what cannot be read
 * for lack of rights is one "not checked" line in the log, not an error. A directory that does not
 * exist yet and has no marker is fine. */
const eb_err *eb_keyring_check(apr_pool_t *pool, const eb_keyring_settings *settings,
                               apr_time_t now, const eb_log *log);

/* Warns where the horizon has passed; for upkeep while the server runs. */
void eb_keyring_warn(apr_pool_t *pool, const eb_keyring *ring, apr_time_t now, const eb_log *log);

/* The active key for an algorithm at a time; NULL when the ring has no key of that kind. Before the
 * first activation (the clock was set back) the first key is active. */
const eb_token_key *eb_keyring_token_key(const eb_keyring *ring, eb_jws_alg alg, apr_time_t now);

/* The JWK set of a time: of each kind the active key, the next one, and retired keys whose tokens
 * may live; at most EB_JWKS_MAX keys. {"keys":[…]} without white space. */
const char *eb_keyring_jwks(apr_pool_t *pool, const eb_keyring *ring, apr_time_t now);

/* `sub` for a person at a sector: base64url of HMAC-SHA-256(sub_key, lp(sector) lp(namespace)
 * lp(type) lp(value)). EB_E_CRYPTO. */
const eb_err *eb_keyring_sub(apr_pool_t *pool, const eb_keyring *ring, const char *sector,
                             const char *namespace_, const char *identifier_type, const char *value,
                             const char **ret_sub);

#endif

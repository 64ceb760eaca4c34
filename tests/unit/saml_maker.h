/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes good messages of a provider, so that a test can spoil one thing in one of them.
 *
 * A world is ourselves, a provider, and one login waiting for its answer. A message is text until
 * it is finished: signed (with our own signer, because other software judges that), encrypted here
 * with OpenSSL.
 */
#ifndef EB_TESTS_SAML_MAKER_H
#define EB_TESTS_SAML_MAKER_H

#include "base/random.h"
#include "saml/profiles.h"
#include "saml/response.h"

#define SAML_IDP_ENTITY "https://idp.example.org/metadata"
#define SAML_SP_ENTITY  "https://sp.example.org/saml/metadata"
#define SAML_ACS        "https://sp.example.org/saml/acs"
#define SAML_REQUEST_ID "_4f8c1de0a97b35624f8c1de0a97b3562"
/* how the Issuer of SPID's assertions begins */
#define SAML_QUALIFIED_ISSUER                                                                      \
    "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">"
#define SAML_NOW "2026-11-21T12:00:00Z"

/* All of it may be changed by a test before the message is read. */
typedef struct saml_world {
    apr_pool_t *pool;
    eb_keyring ring;
    eb_saml_sp sp;
    eb_saml_policy policy;
    eb_verify_key idp_keys[2];
    eb_peer peer;
    eb_response_expected expected;
    eb_random random;
    EVP_PKEY *idp_key;
    EVP_PKEY *idp_next_key;
} saml_world;

/* Ourselves (RSA-2048 signs, RSA-3072 then RSA-2048 decrypts) and one provider (EC P-256) with the
 * row of a profile. The request was a minute ago. */
void saml_world_init(saml_world *world, apr_pool_t *pool, const char *profile);

typedef struct saml_message {
    apr_pool_t *pool;
    const char *response;  /* XML; "%ASSERTION%" is where the assertion goes */
    const char *assertion; /* XML, one saml:Assertion */
    EVP_PKEY *signer;
    bool is_response_signed;
    bool is_assertion_signed;
    EVP_PKEY *recipient; /* NULL: not encrypted */
    const char *cipher;  /* URI of the content encryption */
    const char *suffix;  /* text behind the assertion in the plaintext, "" */
} saml_message;

/* A message that the world's profile accepts. */
void saml_message_init(saml_message *message, const saml_world *world);

/* Replaces `from`, which must stand there exactly once, by `to`. */
void saml_change(apr_pool_t *pool, const char **text, const char *from, const char *to);

/* Signed and encrypted as the message says; base64 for eb_response_open, or the XML itself. */
const char *saml_message_base64(const saml_message *message);
const char *saml_message_xml(const saml_message *message);

/* An EncryptedAssertion around the given plaintext: RSA-OAEP (xmlenc11, SHA-256), `cipher` one of
 * aes128-gcm, aes256-gcm, aes256-cbc by URI. */
const char *saml_encrypt(apr_pool_t *pool, const char *plain, EVP_PKEY *recipient,
                         const char *cipher);

/* Signs the root of a document given as text. */
const char *saml_sign(apr_pool_t *pool, const char *xml, EVP_PKEY *key);

apr_time_t saml_time(const char *text);
EVP_PKEY *saml_key(apr_pool_t *pool, const char *pem);

/* eb_response_open and eb_response_read in one. */
const eb_err *saml_read(const saml_world *world, const char *base64, eb_response_facts *ret_facts,
                        eb_identity **ret_identity);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ID token: who, for whom, when, how sure. */
#include "oidc/id_token.h"

#include "keys/seal.h"

#include <string.h>

/* What protocols mean by these must come from the protocol, never from a person's attributes
 * (OpenID Core 2 and 5.6.2, RFC 7519, 7662, 7800, 8693, 9068; logout tokens; identity assurance).
 */
static const char *const reserved[] = {
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
    "sub_jwk",
    "sub_id",
    "cnf",
    "events",
    "act",
    "may_act",
    "client_id",
    "scope",
    "scp",
    "token_type",
    "token_use",
    "active",
    "typ",
    "trust_framework",
    "_claim_names",
    "_claim_sources",
    "_sd",
    "_sd_alg",
    "vot",
    "vtm",
    "error",
    "error_description",
    "authorization_details",
    "verified_claims",
};

bool eb_claim_is_reserved(const char *name)
{
    size_t len = strcspn(name, "#");
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (*reserved[i] == *name && strncmp(reserved[i], name, len) == 0 &&
            reserved[i][len] == '\0') {
            return true;
        }
    }
    return false;
}

/* The left half of the token's hash (OpenID Core 3.1.3.6), for the algorithms whose hash is
 * SHA-256. EdDSA would take SHA-512; at_hash is optional in the code flow and is left out there. */
static const eb_err *set_at_hash(apr_pool_t *pool, eb_jws_alg alg, const char *access_token,
                                 json_t *payload)
{
    unsigned char hash[32];
    if (access_token == NULL || alg == EB_JWS_EDDSA) {
        return NULL;
    }
    EB_TRY(eb_sha256(pool, eb_span_str(access_token), hash));
    json_object_set_new(payload, "at_hash", json_string(eb_base64url(pool, hash, 16)));
    return NULL;
}

const eb_err *eb_id_token_make(apr_pool_t *pool, const eb_keyring *ring, const eb_client *client,
                               const eb_id_token *token, const char **ret_jwt)
{
    const eb_token_key *key = eb_keyring_token_key(ring, client->id_token_alg, token->now);
    if (key == NULL) {
        return eb_err_make(pool, EB_E_JOSE_SIGN, "there is no key for %s, IDTokenAlg of client %s",
                           eb_jws_name(client->id_token_alg), eb_printable(pool, client->id));
    }
    json_int_t now = apr_time_sec(token->now);
    json_int_t authenticated = apr_time_sec(token->auth_time);
    json_t *payload = eb_json_own(pool, json_object());
    json_object_set_new(payload, "iss", json_string(token->issuer));
    json_object_set_new(payload, "sub", json_string(token->subject));
    json_object_set_new(payload, "aud", json_string(client->id));
    json_object_set_new(payload, "exp",
                        json_integer(now + apr_time_sec(client->id_token_lifetime)));
    json_object_set_new(payload, "iat", json_integer(now));
    /* A provider's clock may be ahead; a time in the future makes clients refuse the token. */
    json_object_set_new(payload, "auth_time",
                        json_integer(authenticated > now ? now : authenticated));
    if (token->nonce != NULL) {
        json_object_set_new(payload, "nonce", json_string(token->nonce));
    }
    if (token->acr != NULL) {
        json_object_set_new(payload, "acr", json_string(token->acr));
    }
    EB_TRY(set_at_hash(pool, client->id_token_alg, token->access_token, payload));
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)token->claims, name, value)
    {
        if (!eb_claim_is_reserved(name)) {
            json_object_set(payload, name, value);
        }
    }
    const char *text = eb_json_dump(pool, payload);
    if (text == NULL) {
        return eb_err_make(pool, EB_E_JSON_WRITE, "the ID token cannot be written as JSON");
    }
    return eb_jose_sign(pool, key, client->id_token_alg, "JWT", text, ret_jwt);
}

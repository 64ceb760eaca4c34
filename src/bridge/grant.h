/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Grants, codes and access tokens as they stand in the store (DESIGN sections 3 and 4).
 *
 * - GRANT: grant id → client, subject, level, time, claims: all that the client may ever fetch, and
 *   nothing else
 * - CODE: code → what redemption compares; once redeemed a tombstone with the grant id alone
 * - TOKEN: access token → grant id
 */
#ifndef EB_BRIDGE_GRANT_H
#define EB_BRIDGE_GRANT_H

#include "bridge/bridge.h"

#define EB_GRANT_ID_BYTES 16

typedef struct eb_grant {
    unsigned char id[EB_GRANT_ID_BYTES];
    const char *client; /* id */
    const char *subject;
    const char *acr; /* NULL when the provider has no level table */
    apr_time_t authenticated;
    const char *scopes; /* granted, space-separated */
    const char *claims; /* JSON object of the released claims with `sub`: the userinfo answer */
} eb_grant;

typedef struct eb_code {
    bool is_redeemed; /* a tombstone: only `grant` is set */
    unsigned char grant[EB_GRANT_ID_BYTES];
    const char *client;
    const char *redirect_uri;
    const char *code_challenge; /* NULL when none */
    const char *nonce;          /* NULL when none */
    unsigned char epoch[EB_EPOCH_BYTES];
    apr_uint64_t version; /* as read */
} eb_code;

/* A new grant with a new id, kept until the client's tokens have expired. EB_E_STATE_FULL, _SHARE.
 */
const eb_err *eb_grant_put(const eb_call *call, const eb_client *client, eb_grant *grant);
/* EB_E_STATE_NOT_FOUND when revoked or expired. */
const eb_err *eb_grant_get(const eb_call *call, const unsigned char id[EB_GRANT_ID_BYTES],
                           eb_grant **ret_grant);
/* Revokes: all tokens of the grant are dead from now on. */
const eb_err *eb_grant_drop(const eb_call *call, const unsigned char id[EB_GRANT_ID_BYTES]);

/* A new code, 43 characters of 256 random bits. */
const eb_err *eb_code_put(const eb_call *call, const eb_client *client, const eb_code *code,
                          const char **ret_code);
const eb_err *eb_code_get(const eb_call *call, const char *code, eb_code **ret_code);
/* From live to redeemed, for whoever comes first; EB_E_STATE_CHANGED or _NOT_FOUND for the others.
 */
const eb_err *eb_code_redeem(const eb_call *call, const char *code, const eb_code *live);
const eb_err *eb_code_drop(const eb_call *call, const char *code);

/* A new opaque access token, 43 characters. */
const eb_err *eb_access_token_put(const eb_call *call, const eb_client *client,
                                  const eb_grant *grant, const char **ret_token);
/* Takes back a token that was told to nobody. */
const eb_err *eb_access_token_drop(const eb_call *call, const char *token);
/* The grant of an access token. EB_E_STATE_NOT_FOUND when unknown, expired or revoked. */
const eb_err *eb_access_token_get(const eb_call *call, const char *token, eb_grant **ret_grant);

/* A mark that something was used once: EB_E_STATE_EXISTS when it was before. It lives an hour
 * longer than `guard`, the time for which the marked thing could be presented again. */
const eb_err *eb_mark_used(const eb_call *call, const char *what, const char *scope, const char *id,
                           apr_interval_time_t guard);
/* Takes back a mark that the same call has made, where what it guards was not used after all. */
const eb_err *eb_mark_drop(const eb_call *call, const char *what, const char *scope,
                           const char *id);

#endif

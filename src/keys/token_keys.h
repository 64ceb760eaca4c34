/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of our tokens: their schedule, their files, their public form. A part of the keyring.
 *
 *   token-rsa-20261121T030000Z.pem    signs from then on, until the next one of its kind does
 */
#ifndef EB_KEYS_TOKEN_KEYS_H
#define EB_KEYS_TOKEN_KEYS_H

#include "keys/keydir.h"
#include "keys/keyring.h"

/* "token-rsa", as in file names and in the marker. */
const char *eb_token_kind_name(eb_token_kind kind);

/* Adds to `keys` (of eb_token_key) those of one kind that are published now or later, oldest first,
 * after making what is missing up to two periods ahead of now (not at configtest or without
 * generation). A new key never activates before it could be published for a whole period, except
 * the very first. *ret_horizon: when the last of them should have a successor. EB_E_KEY_*. */
const eb_err *eb_token_keys_load(eb_keydir *dir, eb_token_kind kind,
                                 const eb_keyring_settings *settings, apr_time_t now,
                                 apr_array_header_t *keys, apr_time_t *ret_horizon);

/* A token key of a private key: thumbprint (RFC 7638), public JWK (RFC 7517, 7518, 8037) and
 * cjose's form. */
const eb_err *eb_token_key_init(apr_pool_t *pool, EVP_PKEY *key, apr_time_t activates,
                                eb_token_key *ret_key);

#endif

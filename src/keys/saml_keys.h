/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of our SAML side: own files, or made and self-signed. A part of the keyring. */
#ifndef EB_KEYS_SAML_KEYS_H
#define EB_KEYS_SAML_KEYS_H

#include "keys/keydir.h"
#include "keys/keyring.h"

/* Names of the made ones in the key directory. */
#define EB_SAML_SIGNING_FILE    "saml-signing.pem"
#define EB_SAML_ENCRYPTION_FILE "saml-encryption.pem"

/* One use's keys into keys[2]: the configured files, or where there are none the made one. Warns in
 * the log of certificates outside their time. At configtest *ret_count tells how many could be
 * read. EB_E_KEY_FORM, EB_E_KEY_WEAK, EB_E_KEY_MISMATCH and what keys/keydir.h says. */
const eb_err *eb_saml_keys_load(eb_keydir *dir, const eb_keyring_settings *settings,
                                bool for_encryption, apr_time_t now, const eb_log *log,
                                eb_saml_key keys[2], int *ret_count);

#endif

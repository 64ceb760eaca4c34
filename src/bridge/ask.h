/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking a provider: the signed AuthnRequest of a login goes out, its record into the cookies. */
#ifndef EB_BRIDGE_ASK_H
#define EB_BRIDGE_ASK_H

#include "bridge/record.h"

/* Fills the record's state, provider, request_id, relay_state, epoch and started with those of a
 * new request, adds it to what the browser has, and fills the reply with the redirect or form that
 * leads to the provider. All else of the record says what is asked for: ForceAuthn goes out for
 * force_authn and for any max_age. The record's new texts live in the call's pool.
 * EB_E_REQUEST_SIGN, EB_E_LOGIN_TOO_LARGE, EB_E_RANDOM and the store's errors; Set-Cookie headers
 * may then be there already. */
const eb_err *eb_ask_provider(const eb_call *call, const eb_provider *provider, eb_records *records,
                              eb_record *record);

#endif

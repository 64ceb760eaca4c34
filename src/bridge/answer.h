/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an error is told to a browser: a page, or a redirect back to the client. */
#ifndef EB_BRIDGE_ANSWER_H
#define EB_BRIDGE_ANSWER_H

#include "bridge/bridge.h"

/* A page in the person's language with the reference number and, where the client is known and has
 * a HomeURL, the way back. client and ui_locales may be NULL. */
void eb_answer_page(const eb_call *call, const eb_err *err, const eb_client *client,
                    const char *ui_locales);

/* True for the reasons that a provider gives about the person alone (cancelled, suspended, …): the
 * person is told them in words, which no client can be expected to know. */
bool eb_answer_is_told(const eb_err *err);

/* A page whose way back is the redirect of eb_answer_client; that redirect itself where a page can
 * have no link to it. */
void eb_answer_told(const eb_call *call, const eb_err *err, const eb_client *client,
                    const char *ui_locales, const char *redirect_uri, const char *state);

/* A redirect with the error's OAuth code, the state and iss (OpenID Core 3.1.2.6, RFC 9207). */
void eb_answer_client(const eb_call *call, const eb_err *err, const char *redirect_uri,
                      const char *state);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Login records: a login in progress, kept by the browser in sealed cookies and by nobody else.
 *
 * Four fixed slots per issuer, `__Host-eb<tag><slot>`, each under 1,500 bytes with its name. A
 * record is packed, deflated and cut into as many pieces as it needs; each piece is sealed for
 * itself and bound to issuer, record id, index and count. A free slot is taken at random, else
 * notes of finished logins give way, then the oldest record; what is incomplete, altered or too old
 * is deleted in the same reply. DESIGN sections 3 and 5.
 */
#ifndef EB_BRIDGE_RECORD_H
#define EB_BRIDGE_RECORD_H

#include "bridge/bridge.h"

#define EB_RECORD_SLOTS 4

typedef enum { EB_RECORD_LOGIN, EB_RECORD_DONE } eb_record_state;

typedef struct eb_record {
    eb_record_state state; /* a done note keeps client, request_id, reference and started alone */
    const char *client;    /* id */
    const char *redirect_uri;
    const char *client_state;   /* the client's `state`; NULL when none */
    const char *nonce;          /* NULL when none */
    const char *code_challenge; /* NULL when none */
    const char *scopes;         /* granted, space-separated */
    const char *provider;       /* name of the section */
    const char *request_id;     /* of the AuthnRequest */
    const char *relay_state;
    const char *language;  /* of the pages */
    const char *reference; /* of the login, for page and log */
    eb_level floor;
    bool force_authn;    /* only an authentication after the request will do; see max_age */
    apr_int64_t max_age; /* seconds, as the client asked; -1: none */
    apr_time_t started;  /* wall clock */
    unsigned char epoch[EB_EPOCH_BYTES];
} eb_record;

/* What the browser brought: complete records that opened, and which slot holds what. */
typedef struct eb_records eb_records;

/* Reads the cookies of a call. Never fails: what does not open is an orphan. */
eb_records *eb_records_read(const eb_call *call);

/* Why a piece among them is of no use: too long, not of the right form, altered, or sealed with a
 * key that is not here. NULL when all that the browser sent did open. */
const char *eb_records_fault(const eb_records *records);

/* The record of a request id, whether in progress or done; NULL when this browser has none. */
const eb_record *eb_records_find(const eb_records *records, const char *request_id);

/* Adds a new login: sets its cookies and deletes orphans and what gave way. EB_E_LOGIN_TOO_LARGE.
 */
const eb_err *eb_records_add(const eb_call *call, eb_records *records, const eb_record *record);

/* Gives a record's slots free: what is added next may take them, and deletes what it does not take.
 */
void eb_records_forget(eb_records *records, const eb_record *record);

/* Replaces a login by its done note, deletes its other pieces and all orphans. */
const eb_err *eb_records_finish(const eb_call *call, eb_records *records, const eb_record *record);

/* RelayState: base64url of 16 random bytes, the client's tag (4) and a MAC (12). It names only the
 * client. */
const eb_err *eb_relay_state_make(const eb_call *call, const char *client_id,
                                  const char **ret_relay_state);

/* The client that a RelayState of ours names, made with the current or the previous key; NULL when
 * it is not ours. */
const eb_client *eb_relay_state_client(const eb_call *call, const char *relay_state);

#endif

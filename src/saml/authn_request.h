/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The AuthnRequest: built by hand in schema order, always signed, by HTTP-Redirect or HTTP-POST.
 *
 * SAML core 3.4.1, bindings 3.4 and 3.5; eIDAS message format 2.3.2; Suomi.fi's language extension.
 */
#ifndef EB_SAML_AUTHN_REQUEST_H
#define EB_SAML_AUTHN_REQUEST_H

#include "saml/levels.h"
#include "saml/peer.h"

/* What one login asks. */
typedef struct eb_authn_request {
    const char *id; /* ours: '_' and 128 random bits or more in hex or base64url */
    apr_time_t issue_instant;
    const char *relay_state; /* at most 80 bytes */
    eb_level floor;          /* becomes RequestedAuthnContext by the policy's comparison */
    bool force_authn;        /* the login's own demand, over the policy's "off" or "omit" */
    const char *language;    /* two letters for Suomi.fi's extension; NULL when none */
} eb_authn_request;

/* The form of sending that was chosen. */
typedef struct eb_authn_message {
    bool is_post;
    const char *url;          /* redirect: complete with signature; post: the form's action */
    const char *saml_request; /* post: base64; NULL for redirect */
    const char *relay_state;  /* post */
} eb_authn_message;

/* Builds, signs (EB_E_REQUEST_SIGN) and encodes. The binding is the policy's, or with AUTO:
 * redirect when the peer has it and the URL stays under 8,000 bytes, else post.
 * EB_E_METADATA_ENDPOINT when the peer has none that fits. */
const eb_err *eb_authn_request_make(apr_pool_t *pool, const eb_saml_sp *sp,
                                    const eb_saml_policy *policy, const eb_peer *peer,
                                    const eb_authn_request *request, eb_authn_message *ret_message);

#endif

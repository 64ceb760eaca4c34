/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a Response: DESIGN section 6, steps 1 to 6, on one parse and one DOM.
 *
 * Two calls, because the login (and with it the provider) is found by InResponseTo:
 * eb_response_open does steps 1 and 2 and gives what finds the login, untrusted; eb_response_read
 * does the rest and gives the identity.
 */
#ifndef EB_SAML_RESPONSE_H
#define EB_SAML_RESPONSE_H

#include "saml/levels.h"
#include "saml/peer.h"
#include "saml/xmlenc.h"

typedef struct eb_response eb_response;

/* base64 of the SAMLResponse parameter. max_bytes: EidasMaxMessage. EB_E_SAML_*, EB_E_XML_*. */
const eb_err *eb_response_open(apr_pool_t *pool, const char *base64, size_t len, size_t max_bytes,
                               eb_response **ret_response);

/* Untrusted, from the outer element; NULL when absent. */
const char *eb_response_in_response_to(const eb_response *response);
const char *eb_response_issuer(const eb_response *response);

/* What the login that it should answer says. */
typedef struct eb_response_expected {
    const char *provider; /* name of the section, for the identity */
    const char *request_id;
    apr_time_t request_time;     /* when the AuthnRequest was issued */
    bool force_authn;            /* AuthnInstant must not be before the request (less skew) */
    apr_interval_time_t max_age; /* of one before the request, as the client asked; < 0: none */
    eb_level floor;              /* EB_LEVEL_NONE: any */
    apr_time_t now;
} eb_response_expected;

/* For the log and the evidence, filled as far as reading came, also on error. */
typedef struct eb_response_facts {
    bool is_verified; /* a signature of the provider covers the message: only then may the client be
                         told */
    const char *response_id, *assertion_id;
    const char *signature_algorithm, *fingerprint, *content_algorithm,
        *key_algorithm;                 /* NULL when none */
    const char *status, *status_detail; /* second-level URI, NULL when none */
    int spid_code; /* NN of StatusMessage "ErrorCode nrNN" where the policy knows it, else 0 */
} eb_response_facts;

/* Steps 3 to 6. On an error Response (status not Success) that is verified the error is
 * EB_E_STATUS_*; unsigned it is EB_E_SIG_MISSING, or with spid_status EB_E_STATUS_* and not
 * verified. ret_facts is always filled. */
const eb_err *eb_response_read(apr_pool_t *pool, eb_response *response, const eb_saml_sp *sp,
                               const eb_saml_policy *policy, const eb_peer *peer,
                               const eb_response_expected *expected, const eb_random *random,
                               eb_response_facts *ret_facts, eb_identity **ret_identity);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors as OAuth says them: JSON at the token endpoint, WWW-Authenticate at userinfo (RFC
 * 6749 5.2, RFC 6750 3). */
#ifndef EB_OIDC_OAUTH_ERROR_H
#define EB_OIDC_OAUTH_ERROR_H

#include "base/http.h"

#define EB_RETRY_AFTER                                                                             \
    "5" /* seconds; the store frees itself that fast, and clients come back spread out */

/* A text as error_description and error may be (RFC 6749 5.2): printable ASCII without '"' and
 * '\\'; every other byte becomes a space. */
const char *eb_oauth_description(apr_pool_t *pool, const char *text);

/* "<title> (EB3104)": what the wire may know of an error. */
const char *eb_oauth_error_text(apr_pool_t *pool, const eb_err *err);

/* error, and error_description (the error's title and id). Status 400; 401 for invalid_client, with
 * WWW-Authenticate: Basic when the header was used; 503 with Retry-After for EB_FAULT_BUSY; 500 for
 * internal faults and whatever else is server_error; 404, 405 and 413 for HTTP's own. Never cached.
 */
void eb_oauth_error_json(apr_pool_t *pool, const eb_err *err, bool used_header, eb_reply *reply);

/* As WWW-Authenticate: Bearer (realm is the issuer), with the same as JSON in the body: 401
 * invalid_token, 400 invalid_request. A bare challenge without code and body when no token was sent
 * (RFC 6750 3.1). Busy and internal faults as in eb_oauth_error_json, without a challenge: the
 * token may be good. */
void eb_oauth_error_bearer(apr_pool_t *pool, const eb_err *err, const char *issuer,
                           eb_reply *reply);

/* The access token of a request to userinfo, from one place only: the Authorization header (Bearer
 * in any case) or the form body of a POST (RFC 6750 2.1, 2.2). EB_E_USERINFO_NO_TOKEN: none, or
 * another scheme. EB_E_USERINFO_REQUEST: in two places, twice, or in the query.
 * EB_E_USERINFO_TOKEN: not the form of a token. A body that could not be read (body_fault) is an
 * error only where no header brings the token. */
const eb_err *eb_bearer_token(apr_pool_t *pool, const eb_request *request, const char **ret_token);

#endif

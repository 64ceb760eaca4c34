/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors as OAuth says them: JSON at the token endpoint, WWW-Authenticate at userinfo (RFC 6749 5.2, RFC 6750 3). */
#ifndef EB_OIDC_OAUTH_ERROR_H
#define EB_OIDC_OAUTH_ERROR_H

#include "base/http.h"

/* error_description is the error's title and id, printable ASCII; status 400, 401 for invalid_client (with
 * WWW-Authenticate: Basic when the header was used), 503 with Retry-After for EB_FAULT_BUSY, 500 for internal. */
void eb_oauth_error_json(apr_pool_t *pool, const eb_err *err, bool used_header, eb_reply *reply);

/* 401 invalid_token, 400 invalid_request, or a bare challenge when no token was sent. */
void eb_oauth_error_bearer(apr_pool_t *pool, const eb_err *err, const char *issuer, eb_reply *reply);

/* The token endpoint's access token in one place only: header (case-insensitive Bearer) or form body.
 * EB_E_USERINFO_NO_TOKEN, EB_E_USERINFO_REQUEST. */
const eb_err *eb_bearer_token(apr_pool_t *pool, const eb_request *request, const char **ret_token);

#endif

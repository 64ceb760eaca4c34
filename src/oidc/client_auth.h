/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Client authentication at the token endpoint (RFC 6749 section 2.3; OpenID Core section 9). */
#ifndef EB_OIDC_CLIENT_AUTH_H
#define EB_OIDC_CLIENT_AUTH_H

#include "base/http.h"
#include "base/params.h"
#include "oidc/client.h"

/* The client that sent the request: Basic (id and secret form-decoded, RFC 6749 2.3.1), post, or
 * none for a public client. Unknown client, wrong secret and a method that is not the client's are
 * all EB_E_TOKEN_CLIENT, with one and the same answer, and take the same time: all secrets are
 * compared as HMACs of a fixed size, as many for an unknown client as for a known one.
 *
 * Two methods at once is EB_E_TOKEN_AUTH_METHODS; client_id in the form beside Basic is none, but
 * must be the same. A credential given twice is EB_E_TOKEN_DUPLICATE, an unreadable one or a NULL
 * form (too many parameters) EB_E_TOKEN_REQUEST. *ret_used_header (also on error) tells whether the
 * answer needs WWW-Authenticate. */
const eb_err *eb_client_authenticate(apr_pool_t *pool, const eb_client *const *clients,
                                     int client_count, const char *authorization,
                                     const eb_params *form, bool *ret_used_header,
                                     const eb_client **ret_client);

#endif

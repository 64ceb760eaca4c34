/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a client gets to see, and what it cannot do without.
 *
 * `Claims` of the client at every login whatever the scope; a granted scope adds its standard
 * claims (OpenID Core 5.4); nothing else is ever released.
 */
#ifndef EB_BRIDGE_RELEASE_H
#define EB_BRIDGE_RELEASE_H

#include "base/json.h"
#include "oidc/client.h"

/* The standard claims of a scope (profile, email, address, phone), static; none (count 0) for any
 * other word. For the discovery document too. */
const char *const *eb_release_scope_claims(const char *scope, int *ret_count);

/* The claim names (const char *, each once) for a client and its granted scopes (const char *).
 * Names are borrowed. */
apr_array_header_t *eb_release_names(apr_pool_t *pool, const eb_client *client,
                                     const apr_array_header_t *scopes);

/* The members of `claims` with one of these names, or such a name with a language tag (`name#tag`),
 * in a new object that is released with the pool; values are shared with `claims`, which stays as
 * it is. Never NULL. */
json_t *eb_release_filter(apr_pool_t *pool, json_t *claims, const apr_array_header_t *names);

/* EB_E_ATTRIBUTE_MISSING, with the names (never values) of the RequiredClaims that `claims` lacks.
 * To be asked of all claims of the identity, before anything is filtered. */
const eb_err *eb_release_required(apr_pool_t *pool, const eb_client *client, json_t *claims);

#endif

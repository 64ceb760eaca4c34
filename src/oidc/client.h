/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An OpenID client (relying party): what is registered for it. Made at start, immutable. */
#ifndef EB_OIDC_CLIENT_H
#define EB_OIDC_CLIENT_H

#include "base/identity.h"
#include "keys/keyring.h"

#define EB_REDIRECT_URI_MAX 2048 /* bytes of a registered redirect URI */

typedef enum { EB_AUTH_BASIC = 1, EB_AUTH_POST = 2, EB_AUTH_NONE = 4 } eb_auth_method; /* a set */
typedef enum { EB_CLAIMS_USERINFO = 1, EB_CLAIMS_IDTOKEN = 2, EB_CLAIMS_BOTH = 3 } eb_claims_in;

typedef struct eb_client {
    const char *id;
    const char *const *secrets; /* AuthMethod basic, post; none for a public client */
    int secret_count;
    unsigned int auth_methods; /* set of eb_auth_method; EB_AUTH_NONE for a public client */
    const char *const *redirect_uris;
    int redirect_uri_count;
    const char *const *scopes; /* always with openid */
    int scope_count;
    const char *const *claims; /* released at every login whatever the scope */
    int claim_count;
    const char *const *required_claims;
    int required_claim_count;
    eb_claims_in claims_in;
    const char *const *providers; /* names it may use; count 0: all */
    int provider_count;
    eb_level minimum_level;
    bool acr_prefer;        /* AcrValues prefer: a level that cannot be met is no error */
    bool is_public_subject; /* SubjectType public */
    const char *sector;     /* host, for pairwise `sub` */
    bool require_pkce;
    eb_jws_alg id_token_alg;
    apr_interval_time_t code_lifetime, id_token_lifetime, access_token_lifetime;
    const char *const *allowed_origins;
    int allowed_origin_count;
    const char *home_url;     /* NULL when none */
    const char *display_name; /* for pages; the id when none */
    apr_uint64_t max_grants;  /* 0: the store's rule */
    bool allow_representation;
} eb_client;

/* By id in the array; NULL when unknown. Exact bytes. Ids are no secrets: time may tell them. */
const eb_client *eb_client_find(const eb_client *const *clients, int count, const char *id);

/* Byte-equal to a registered URI; a public client's loopback URI (http, 127.0.0.1 or [::1]) matches
 * with any port (RFC 8252 section 7.3). */
bool eb_client_redirect_uri_matches(const eb_client *client, const char *uri);

/* For configtest: NULL, or why a redirect URI is not acceptable for such a client ("it has a
 * fragment (#)"). Accepted are https; http to 127.0.0.1, [::1] or localhost, for development; for a
 * public client also a private-use scheme, which has a dot (RFC 8252 section 7.1). Never a
 * fragment, a user name, a wildcard host, more than EB_REDIRECT_URI_MAX bytes. */
const char *eb_client_redirect_uri_fault(apr_pool_t *pool, const char *uri, bool is_public);

/* True for one of AllowedOrigin, byte for byte. */
bool eb_client_origin_allowed(const eb_client *client, const char *origin);

/* The 4 bytes that name the client in RelayState: the first of SHA-256(id); zeros when there is no
 * memory for it. */
void eb_client_tag(const char *id, unsigned char out[4]);

#endif

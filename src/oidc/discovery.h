/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The discovery document: says exactly what is on (OpenID Discovery 1.0, RFC 8414). Made once at
 * start. */
#ifndef EB_OIDC_DISCOVERY_H
#define EB_OIDC_DISCOVERY_H

#include "oidc/client.h"

typedef struct eb_discovery {
    const char *issuer;
    const char *const *acr_values;
    int acr_value_count;
    const char *const *claims;
    int claim_count;
    const char *const *scopes;
    int scope_count;
    const char *const *languages;
    int language_count; /* ui_locales_supported */
    const eb_jws_alg *algs;
    int alg_count;
    unsigned int auth_methods; /* union over the clients */
    bool has_pairwise, has_public;
} eb_discovery;

/* The document as JSON text. Arrays that would be empty are left out. `claims` are those that some
 * client may be given; the ID token's own are added, `acr` only where there are acr_values.
 * EB_E_JSON_WRITE. */
const eb_err *eb_discovery_make(apr_pool_t *pool, const eb_discovery *discovery,
                                const char **ret_json);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A peer: the snapshot of one provider's metadata. Immutable; made at start (later: replaced
 * whole).
 *
 * Metadata is a file the administrator chose; it is parsed with the metadata limits, unknown roles
 * and comments are skipped. SAML metadata 2.0.
 */
#ifndef EB_SAML_PEER_H
#define EB_SAML_PEER_H

#include "saml/saml.h"
#include "saml/xmldsig.h"

typedef struct eb_display_name {
    const char *language; /* BCP 47, as in xml:lang */
    const char *text;
} eb_display_name;

typedef struct eb_peer {
    const char *entity_id;
    const char *sso_redirect; /* SingleSignOnService locations; NULL when none */
    const char *sso_post;
    const eb_verify_key
        *signing_keys; /* use="signing" or none; keys too small for the policy are left out */
    int signing_key_count;
    bool wants_signed_requests;
    const eb_display_name *display_names; /* mdui:DisplayName, else Organization's */
    int display_name_count;
    apr_time_t valid_until;     /* 0 when the metadata has none */
    eb_alg_set signing_methods; /* alg:SigningMethod it takes; 0 when it says nothing */
} eb_peer;

/* Reads the entity `entity_id` (NULL: the only entity with an IDPSSODescriptor for SAML 2.0), in an
 * EntityDescriptor or in EntitiesDescriptors however nested. A validUntil that has passed, on the
 * role, the entity or anything around it, is EB_E_METADATA_EXPIRED. Locations are https, or http on
 * loopback; others are as if not there. Other errors: EB_E_METADATA_*, and those of eb_xml_parse.
 * Everything, the document too, is freed with the pool. */
const eb_err *eb_peer_parse(apr_pool_t *pool, eb_span metadata, const char *entity_id,
                            const eb_saml_policy *policy, apr_time_t now, const eb_peer **ret_peer);

#endif

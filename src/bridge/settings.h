/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration as it was written: a plain struct that any front end can fill (httpd's
 * directives, a test).
 *
 * Unset is NULL or -1 (auth_methods: 0); defaults are applied once, in bridge/setup. `where` is
 * "file:line" of the section or of EidasIssuer, `places` holds that of each word, for messages (see
 * eb_settings_place).
 */
#ifndef EB_BRIDGE_SETTINGS_H
#define EB_BRIDGE_SETTINGS_H

#include "keys/keyring.h"
#include "saml/saml.h"

#define EB_UNSET (-1)

typedef struct eb_map_claim {
    const char *claim;
    const char *const *words; /* what follows the claim's name: see bridge/claims_change */
    int word_count;
    const char *where;
} eb_map_claim;

typedef struct eb_provider_settings {
    const char *name, *where;
    const char *profile; /* generic */
    const char *metadata_file;
    const char *entity_id;
    apr_array_header_t *display_names; /* eb_display_name */
    int request_binding;               /* eb_binding or EB_UNSET */
    const char *signature_method;      /* word of saml/algorithm */
    int force_authn, is_passive;       /* 0, 1, EB_UNSET */
    const char *name_id_format;        /* URI; "none" */
    int request_acs;                   /* eb_request_acs or EB_UNSET */
    int comparison;                    /* eb_comparison or EB_UNSET */
    apr_array_header_t *levels;        /* eb_level_row */
    int allow_non_notified;
    int sp_type; /* eb_sptype or EB_UNSET */
    const char *country, *requester_id;
    apr_array_header_t *idp_list;           /* const char * */
    apr_array_header_t *request_attributes; /* eb_requested_attribute */
    int require_signature;                  /* eb_signed or EB_UNSET */
    int require_encryption;
    apr_array_header_t *allow_algorithms; /* const char *: aes-cbc, oaep-sha1, rsa-2048, or words of
                                             saml/algorithm */
    apr_interval_time_t clock_skew, max_authentication_age; /* or EB_UNSET */
    const char *subject, *subject_namespace;
    apr_array_header_t *map_claims; /* eb_map_claim */
    apr_table_t *places;
} eb_provider_settings;

typedef struct eb_client_settings {
    const char *id, *where;
    apr_array_header_t *secrets; /* const char *: sources FILE | env:NAME | exec:CMD */
    unsigned int auth_methods;   /* 0 when unset */
    apr_array_header_t *redirect_uris, *scopes, *claims, *required_claims, *providers,
        *allowed_origins; /* const char * */
    int claims_in;        /* eb_claims_in or EB_UNSET */
    int minimum_level;    /* eb_level or EB_UNSET */
    int acr_prefer, is_public_subject, require_pkce, allow_representation; /* 0, 1, EB_UNSET */
    const char *sector_identifier, *home_url, *display_name;
    int id_token_alg; /* eb_jws_alg or EB_UNSET */
    apr_interval_time_t code_lifetime, id_token_lifetime, access_token_lifetime; /* or EB_UNSET */
    apr_int64_t max_grants;                                                      /* or EB_UNSET */
    apr_array_header_t *map_claims;                                              /* eb_map_claim */
    apr_table_t *places;
} eb_client_settings;

typedef struct eb_settings {
    const char *where; /* of EidasIssuer */
    const char *issuer, *entity_id, *key_directory;
    int key_generation;
    apr_interval_time_t key_rotation, clock_skew, login_lifetime; /* or EB_UNSET */
    apr_array_header_t *signing_keys, *encryption_keys;           /* eb_key_files */
    const char *sealing_new, *sealing_old, *pairwise_salt;        /* sources */
    apr_array_header_t *token_algs;                               /* eb_jws_alg */
    const char *default_provider;
    const char *pages, *stylesheet;
    apr_array_header_t *languages; /* const char * */
    apr_int64_t max_message;       /* bytes or EB_UNSET */
    apr_int64_t
        expected_sessions; /* what the store is made for, told by who makes it; 0: unknown */
    apr_array_header_t *providers; /* eb_provider_settings * */
    apr_array_header_t *clients;   /* eb_client_settings * */
    apr_table_t *places;
} eb_settings;

/* All members unset, arrays NULL, places empty. */
eb_settings *eb_settings_make(apr_pool_t *pool);
eb_provider_settings *eb_provider_settings_make(apr_pool_t *pool, const char *name,
                                                const char *where);
eb_client_settings *eb_client_settings_make(apr_pool_t *pool, const char *id, const char *where);

/* What a virtual host has: its own value where it is set, else the main server's. The issuer and
 * the sections are never inherited. Neither argument is changed. */
eb_settings *eb_settings_merge(apr_pool_t *pool, const eb_settings *base, const eb_settings *own);

/* "file:line" of a word, and where it may be repeated of the one with this value (NULL: any);
 * `otherwise` when it was not written. Words are looked up without regard to case. */
const char *eb_settings_place(apr_pool_t *pool, const apr_table_t *places, const char *word,
                              const char *value, const char *otherwise);
/* Remembers that place. */
void eb_settings_place_add(apr_table_t *places, const char *word, const char *value,
                           const char *where);

#endif

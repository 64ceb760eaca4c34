/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings: made unset, merged member by member from one table, and the places they were written
 * at.
 *
 * Nothing is judged here and no default applied: that is bridge/setup.
 */
#include "bridge/settings.h"

#include <apr_strings.h>
#include <string.h>

typedef enum { MEMBER_POINTER, MEMBER_INT, MEMBER_LONG } member_kind;

typedef struct member {
    member_kind kind;
    bool is_inherited;
    size_t offset;
} member;

#define POINTER(name)                                                                              \
    {                                                                                              \
        MEMBER_POINTER, true, offsetof(eb_settings, name)                                          \
    }
#define INT(name)                                                                                  \
    {                                                                                              \
        MEMBER_INT, true, offsetof(eb_settings, name)                                              \
    }
#define LONG(name)                                                                                 \
    {                                                                                              \
        MEMBER_LONG, true, offsetof(eb_settings, name)                                             \
    }
#define OWN_POINTER(name)                                                                          \
    {                                                                                              \
        MEMBER_POINTER, false, offsetof(eb_settings, name)                                         \
    }

/* Every member but `places`, which merges row by row. */
static const member server_members[] = {
    OWN_POINTER(where),       OWN_POINTER(issuer),    POINTER(entity_id),
    POINTER(key_directory),   INT(key_generation),    LONG(key_rotation),
    LONG(clock_skew),         LONG(login_lifetime),   POINTER(signing_keys),
    POINTER(encryption_keys), POINTER(sealing_new),   POINTER(sealing_old),
    POINTER(pairwise_salt),   POINTER(token_algs),    POINTER(default_provider),
    POINTER(pages),           POINTER(stylesheet),    POINTER(languages),
    LONG(max_message),        OWN_POINTER(providers), OWN_POINTER(clients),
};

eb_settings *eb_settings_make(apr_pool_t *pool)
{
    eb_settings *settings = apr_pcalloc(pool, sizeof(*settings));

    settings->key_generation = EB_UNSET;
    settings->key_rotation = EB_UNSET;
    settings->clock_skew = EB_UNSET;
    settings->login_lifetime = EB_UNSET;
    settings->max_message = EB_UNSET;
    settings->places = apr_table_make(pool, 8);
    return settings;
}

eb_provider_settings *eb_provider_settings_make(apr_pool_t *pool, const char *name,
                                                const char *where)
{
    eb_provider_settings *provider = apr_pcalloc(pool, sizeof(*provider));

    provider->name = name;
    provider->where = where;
    provider->request_binding = EB_UNSET;
    provider->force_authn = EB_UNSET;
    provider->is_passive = EB_UNSET;
    provider->request_acs = EB_UNSET;
    provider->comparison = EB_UNSET;
    provider->allow_non_notified = EB_UNSET;
    provider->sp_type = EB_UNSET;
    provider->require_signature = EB_UNSET;
    provider->require_encryption = EB_UNSET;
    provider->clock_skew = EB_UNSET;
    provider->max_authentication_age = EB_UNSET;
    provider->places = apr_table_make(pool, 8);
    return provider;
}

eb_client_settings *eb_client_settings_make(apr_pool_t *pool, const char *id, const char *where)
{
    eb_client_settings *client = apr_pcalloc(pool, sizeof(*client));

    client->id = id;
    client->where = where;
    client->claims_in = EB_UNSET;
    client->minimum_level = EB_UNSET;
    client->acr_prefer = EB_UNSET;
    client->is_public_subject = EB_UNSET;
    client->require_pkce = EB_UNSET;
    client->allow_representation = EB_UNSET;
    client->id_token_alg = EB_UNSET;
    client->code_lifetime = EB_UNSET;
    client->id_token_lifetime = EB_UNSET;
    client->access_token_lifetime = EB_UNSET;
    client->max_grants = EB_UNSET;
    client->places = apr_table_make(pool, 8);
    return client;
}

/* Copies one member from the main server where the virtual host has none. */
static void inherit(const member *row, const eb_settings *base, eb_settings *merged)
{
    const char *from = (const char *)base + row->offset;
    char *to = (char *)merged + row->offset;
    const void *pointer;
    apr_int64_t number;
    int small;

    switch (row->kind) {
    case MEMBER_POINTER:
        memcpy(&pointer, to, sizeof(pointer));
        if (pointer == NULL) {
            memcpy(to, from, sizeof(pointer));
        }
        break;
    case MEMBER_INT:
        memcpy(&small, to, sizeof(small));
        if (small == EB_UNSET) {
            memcpy(to, from, sizeof(small));
        }
        break;
    case MEMBER_LONG:
        memcpy(&number, to, sizeof(number));
        if (number == EB_UNSET) {
            memcpy(to, from, sizeof(number));
        }
        break;
    }
}

eb_settings *eb_settings_merge(apr_pool_t *pool, const eb_settings *base, const eb_settings *own)
{
    eb_settings *merged = apr_pmemdup(pool, own, sizeof(*own));

    for (size_t i = 0; i < sizeof(server_members) / sizeof(server_members[0]); i++) {
        if (server_members[i].is_inherited) {
            inherit(&server_members[i], base, merged);
        }
    }
    merged->places = apr_table_overlay(pool, own->places, base->places);
    return merged;
}

static const char *place_key(apr_pool_t *pool, const char *word, const char *value)
{
    return apr_pstrcat(pool, word, " ", value, NULL);
}

const char *eb_settings_place(apr_pool_t *pool, const apr_table_t *places, const char *word,
                              const char *value, const char *otherwise)
{
    const char *where = NULL;

    if (places != NULL && value != NULL) {
        where = apr_table_get(places, place_key(pool, word, value));
    }
    if (places != NULL && where == NULL) {
        where = apr_table_get(places, word);
    }
    return where != NULL ? where : otherwise;
}

void eb_settings_place_add(apr_table_t *places, const char *word, const char *value,
                           const char *where)
{
    apr_table_addn(places, word, where);
    if (value != NULL) {
        apr_table_addn(places, place_key(apr_table_elts(places)->pool, word, value), where);
    }
}

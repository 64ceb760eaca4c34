/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one gate between what is known of a person and what a client is given. */
#include "bridge/release.h"

#include <apr_strings.h>
#include <string.h>

static const char *const profile_claims[] = {
    "name",    "family_name", "given_name", "middle_name", "nickname",  "preferred_username",
    "profile", "picture",     "website",    "gender",      "birthdate", "zoneinfo",
    "locale",  "updated_at"};
static const char *const email_claims[] = {"email", "email_verified"};
static const char *const address_claims[] = {"address"};
static const char *const phone_claims[] = {"phone_number", "phone_number_verified"};

#define ROW(word, claims)                                                                          \
    {                                                                                              \
        word, claims, sizeof claims / sizeof claims[0]                                             \
    }
static const struct {
    const char *scope;
    const char *const *claims;
    int count;
} scope_table[] = {ROW("profile", profile_claims), ROW("email", email_claims),
                   ROW("address", address_claims), ROW("phone", phone_claims)};

const char *const *eb_release_scope_claims(const char *scope, int *ret_count)
{
    for (size_t i = 0; i < sizeof scope_table / sizeof scope_table[0]; i++) {
        if (strcmp(scope_table[i].scope, scope) == 0) {
            *ret_count = scope_table[i].count;
            return scope_table[i].claims;
        }
    }
    *ret_count = 0;
    return NULL;
}

/* True when `name` is one of the names, or one of them with a language tag. */
static bool is_named(const apr_array_header_t *names, const char *name)
{
    for (int i = 0; i < names->nelts; i++) {
        const char *wanted = APR_ARRAY_IDX(names, i, const char *);
        size_t len = strlen(wanted);
        if (strncmp(wanted, name, len) == 0 && (name[len] == '\0' || name[len] == '#')) {
            return true;
        }
    }
    return false;
}

static void add(apr_array_header_t *names, const char *const *more, int count)
{
    for (int i = 0; i < count; i++) {
        if (!is_named(names, more[i])) {
            APR_ARRAY_PUSH(names, const char *) = more[i];
        }
    }
}

apr_array_header_t *eb_release_names(apr_pool_t *pool, const eb_client *client,
                                     const apr_array_header_t *scopes)
{
    apr_array_header_t *names = apr_array_make(pool, 16, sizeof(const char *));
    add(names, client->claims, client->claim_count);
    for (int i = 0; i < scopes->nelts; i++) {
        int count;
        const char *const *claims =
            eb_release_scope_claims(APR_ARRAY_IDX(scopes, i, const char *), &count);
        add(names, claims, count);
    }
    return names;
}

json_t *eb_release_filter(apr_pool_t *pool, json_t *claims, const apr_array_header_t *names)
{
    json_t *released = eb_json_own(pool, json_object());
    const char *name;
    json_t *value;
    json_object_foreach(claims, name, value)
    {
        if (is_named(names, name)) {
            json_object_set(released, name, value);
        }
    }
    return released;
}

const eb_err *eb_release_required(apr_pool_t *pool, const eb_client *client, json_t *claims)
{
    const char *missing = NULL;
    for (int i = 0; i < client->required_claim_count; i++) {
        const char *name = client->required_claims[i];
        if (json_object_get(claims, name) == NULL) {
            missing = missing == NULL ? name : apr_pstrcat(pool, missing, " ", name, NULL);
        }
    }
    if (missing == NULL) {
        return NULL;
    }
    return eb_err_make(pool, EB_E_ATTRIBUTE_MISSING, "client %s requires what is not there: %s",
                       eb_printable(pool, client->id), missing);
}

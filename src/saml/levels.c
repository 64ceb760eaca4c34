/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/levels.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

const eb_level_row *eb_levels_find(const eb_saml_policy *policy, const char *uri)
{
    if (uri == NULL) {
        return NULL;
    }
    while (is_space(*uri)) {
        uri++;
    }
    size_t len = strlen(uri);
    while (len > 0 && is_space(uri[len - 1])) {
        len--;
    }
    for (int i = 0; i < policy->level_count; i++) {
        const eb_level_row *row = &policy->levels[i];
        if (strlen(row->uri) == len && memcmp(row->uri, uri, len) == 0) {
            return row;
        }
    }
    return NULL;
}

bool eb_levels_meet(const eb_saml_policy *policy, const eb_level_row *row, eb_level floor)
{
    if (!row->is_notified && !policy->allow_non_notified) {
        return false;
    }
    return row->rank >= floor;
}

bool eb_levels_force_authn(const eb_saml_policy *policy, eb_level floor)
{
    return policy->force_authn == EB_TRISTATE_ON ||
           (policy->force_authn_from != EB_LEVEL_NONE && floor >= policy->force_authn_from);
}

eb_comparison eb_levels_comparison(const eb_saml_policy *policy)
{
    if (policy->comparison == EB_COMPARISON_MINIMUM && policy->allow_non_notified) {
        for (int i = 0; i < policy->level_count; i++) {
            if (!policy->levels[i].is_notified) {
                return EB_COMPARISON_EXACT;
            }
        }
    }
    return policy->comparison;
}

apr_array_header_t *eb_levels_request(apr_pool_t *pool, const eb_saml_policy *policy,
                                      eb_level floor)
{
    apr_array_header_t *uris = apr_array_make(pool, 6, sizeof(const char *));
    eb_comparison comparison = eb_levels_comparison(policy);

    if (comparison == EB_COMPARISON_OMIT) {
        return uris;
    }
    const eb_level_row *lowest = NULL;
    for (int i = 0; i < policy->level_count; i++) {
        const eb_level_row *row = &policy->levels[i];
        if (!eb_levels_meet(policy, row, floor)) {
            continue;
        }
        if (comparison == EB_COMPARISON_EXACT) {
            APR_ARRAY_PUSH(uris, const char *) = row->uri;
        } else if (lowest == NULL || row->rank < lowest->rank) {
            lowest = row;
        }
    }
    if (lowest != NULL) {
        APR_ARRAY_PUSH(uris, const char *) = lowest->uri;
    }
    return uris;
}

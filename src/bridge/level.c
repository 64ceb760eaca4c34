/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The floor of a login. */
#include "bridge/level.h"

#include "saml/levels.h"

#include <string.h>

/* True when an acr value names rows; the rank is the lowest of theirs. A row may have no rank (a
 * level below eIDAS low), which is not the same as being unknown. */
static bool rank_of(const eb_saml_policy *policy, const char *value, eb_level *ret_rank)
{
    bool is_known = false;
    for (int i = 0; i < policy->level_count; i++) {
        const eb_level_row *row = &policy->levels[i];
        bool is_named =
            strcmp(row->uri, value) == 0 || (row->acr != NULL && strcmp(row->acr, value) == 0);
        if (is_named && (!is_known || row->rank < *ret_rank)) {
            *ret_rank = row->rank;
            is_known = true;
        }
    }
    return is_known;
}

/* True when some of the values are known; the rank is the lowest of those. */
static bool lowest_of(const eb_saml_policy *policy, const apr_array_header_t *values,
                      eb_level *ret_lowest)
{
    bool is_known = false;
    for (int i = 0; values != NULL && i < values->nelts; i++) {
        eb_level rank = EB_LEVEL_NONE;
        if (rank_of(policy, APR_ARRAY_IDX(values, i, const char *), &rank) &&
            (!is_known || rank < *ret_lowest)) {
            *ret_lowest = rank;
            is_known = true;
        }
    }
    return is_known;
}

static eb_level higher(eb_level a, eb_level b)
{
    return a > b ? a : b;
}

static bool can_be_met(const eb_saml_policy *policy, eb_level floor)
{
    for (int i = 0; i < policy->level_count; i++) {
        if (eb_levels_meet(policy, &policy->levels[i], floor)) {
            return true;
        }
    }
    return floor == EB_LEVEL_NONE;
}

const eb_err *eb_level_floor(apr_pool_t *pool, const eb_saml_policy *policy,
                             const eb_client *client, const eb_authorize *authorize,
                             eb_level *ret_floor)
{
    eb_level floor = client->minimum_level;
    eb_level lowest = EB_LEVEL_NONE;
    if (!client->acr_prefer && lowest_of(policy, authorize->acr_values, &lowest)) {
        floor = higher(floor, lowest);
    }
    if (authorize->is_acr_essential) {
        const apr_array_header_t *values = authorize->essential_acr;
        bool has_values = values != NULL && values->nelts > 0;
        eb_level demanded = EB_LEVEL_LOW;
        if (has_values && !lowest_of(policy, values, &demanded)) {
            return eb_err_make(
                pool, EB_E_AUTHZ_LEVEL,
                "acr is essential, and none of its %d values (the first is %s) is in "
                "the provider's table of levels",
                values->nelts, eb_printable(pool, APR_ARRAY_IDX(values, 0, const char *)));
        }
        floor = higher(floor, demanded);
    }
    if (!can_be_met(policy, floor)) {
        return eb_err_make(pool, EB_E_AUTHZ_LEVEL,
                           "the level %s is demanded, and no level that the provider may assert "
                           "reaches it",
                           eb_level_word(floor));
    }
    *ret_floor = floor;
    return NULL;
}

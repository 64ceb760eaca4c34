/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Level of assurance: a provider's URIs to ranks and `acr`, and which of them a request names
 * (DESIGN section 8; eIDAS message format 2.4.1). */
#ifndef EB_SAML_LEVELS_H
#define EB_SAML_LEVELS_H

#include "saml/saml.h"

/* The row of a URI (exact, after trimming); NULL when not in the table. */
const eb_level_row *eb_levels_find(const eb_saml_policy *policy, const char *uri);

/* The comparison a request really uses: the policy's, but exact in place of minimum as soon as a
 * not-notified level may be named (eIDAS message format 2.4.1 allows minimum for notified levels
 * only). */
eb_comparison eb_levels_comparison(const eb_saml_policy *policy);

/* What RequestedAuthnContext lists for a floor (array of const char *): with comparison minimum the
 * one notified URI of that rank (the lowest one at or above it); with exact every URI that meets
 * the floor. Empty when the comparison is omit, without a table, and when nothing in the table
 * meets the floor. */
apr_array_header_t *eb_levels_request(apr_pool_t *pool, const eb_saml_policy *policy,
                                      eb_level floor);

/* True when a request with this floor must carry ForceAuthn, by the policy's own word or by the
 * level (SPID knows single sign-on at its first level alone). */
bool eb_levels_force_authn(const eb_saml_policy *policy, eb_level floor);

/* True when an asserted row meets the floor under the policy. A not-notified one meets nothing, not
 * even EB_LEVEL_NONE, unless AllowNonNotified is on. */
bool eb_levels_meet(const eb_saml_policy *policy, const eb_level_row *row, eb_level floor);

#endif

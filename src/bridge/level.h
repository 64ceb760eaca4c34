/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The level contract: what a login must at least reach (DESIGN section 8).
 *
 * A floor is a rank, not a URI. A higher level than asked always meets it, as with eIDAS's
 * comparison "minimum"; so the `acr` that comes back may be higher than every value that the client
 * listed, never lower than the lowest.
 */
#ifndef EB_BRIDGE_LEVEL_H
#define EB_BRIDGE_LEVEL_H

#include "oidc/authorize.h"
#include "saml/saml.h"

/* The floor of one login at one provider: the highest of
 *   - the client's MinimumLevel;
 *   - acr_values: the lowest of those the provider's table knows. Unknown values count for nothing,
 * and so does the whole parameter where the client has AcrValues prefer;
 *   - an essential acr claim, whatever the client's AcrValues: the lowest of its known values; none
 * of them known is an error; without values any level will do, so `low`. A value is known when it
 * equals the `acr` or the URI of a row; of several rows with one `acr` the lowest counts.
 * EB_E_AUTHZ_LEVEL when no row that this provider may assert (not-notified ones only under
 * AllowNonNotified) reaches the floor. *ret_floor is EB_LEVEL_NONE where nothing is demanded. */
const eb_err *eb_level_floor(apr_pool_t *pool, const eb_saml_policy *policy,
                             const eb_client *client, const eb_authorize *authorize,
                             eb_level *ret_floor);

#endif

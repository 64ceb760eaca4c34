/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the identity's attributes to OpenID claims, by rules (MapClaim, and the profile's own).
 *
 * A rule names a claim and where it comes from: an attribute, by Name or by a FriendlyName that is
 * unambiguous; "NameID"; or a constant. The name of the claim decides the form of its value:
 *
 *   one text            the scalar claims of OpenID Core 5.1 and of identity assurance, and
 * identifiers: the first value list                nationalities, groups, roles, eduPerson's
 * multi-valued ones: always an array true or false       email_verified, phone_number_verified, and
 * Suomi.fi's flags ("1"/"true", "0"/"false") number              updated_at gender "male" or
 * "female"; anything else ("Unspecified") is left out birthdate           YYYY-MM-DD or YYYY as
 * given; a Finnish personal identity code gives the date it holds address             an object
 * (OpenID Core 5.1.1): eIDAS CurrentAddress is taken apart, other text is `formatted`
 *   address.MEMBER      one member of that object; place_of_birth.locality and .country likewise
 *   any other           one value: a text; several: an array of texts
 *
 * Values marked LatinScript="false" (eIDAS attribute profile 2.4) go to the claim's name with a
 * language tag (OpenID Core 5.2): `#el-Grek`, `#und-Cyrl`, else `#und`. Where a person has only
 * such a value, the plain name takes it. Texts are handed on byte for byte; the typed ones lose
 * surrounding white space. Country codes EL and UK, which only the EU writes so, become ISO 3166's
 * GR and GB in nationalities, address.country, place_of_birth.country, country_of_birth and
 * country_of_residence. Empty values are no values. A claim with none is absent, never null or "".
 */
#ifndef EB_BRIDGE_CLAIMS_H
#define EB_BRIDGE_CLAIMS_H

#include "base/json.h"
#include "bridge/bridge.h"

/* All claims that can be had, as an object that is released with the pool. For each claim the first
 * rule that gives a value wins, the client's before the provider's. Reserved names
 * (eb_claim_is_reserved) never appear, whatever the rules say. Never NULL. */
json_t *eb_claims_make(apr_pool_t *pool, const eb_identity *identity,
                       const eb_claim_rule *client_rules, int client_rule_count,
                       const eb_claim_rule *provider_rules, int provider_rule_count);

/* The rules that come with a profile ("generic", "eidas", "suomi.fi", "shibboleth"), static; of an
 * unknown word, those of "generic". */
const eb_claim_rule *eb_claims_profile_rules(const char *profile, int *ret_count);

/* For configtest: NULL, or why a claim of this name cannot be mapped (a static sentence: reserved,
 * bad characters, unknown member). Names are 1 to 64 of A-Z a-z 0-9 _ - . : / */
const char *eb_claims_name_fault(const char *name);

#endif

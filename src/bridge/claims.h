/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the identity's attributes to OpenID claims, by rules (MapClaim, and the profile's own).
 *
 * A rule names a claim and where it comes from: an attribute, by Name or by a FriendlyName that is
 * unambiguous; "NameID"; a constant; or what bridge/claims_change makes of attributes. The name of
 * the claim decides the form of its value:
 *
 * - the scalar claims of OpenID Core 5.1 and of identity assurance, and identifiers: a text, the
 *   first value;
 * - nationalities, groups, roles, eduPerson's multi-valued ones: always an array;
 * - email_verified, phone_number_verified and Suomi.fi's flags: true or false ("1" or "true", "0"
 * or "false");
 * - updated_at: a number;
 * - gender: "male" or "female" (also from ISO 5218's 1 and 2); anything else, like "Unspecified",
 * is left out;
 * - birthdate: YYYY or YYYY-MM-DD; YYYYMMDD gets its dashes, a time zone is dropped, a Finnish
 *   personal identity code gives the date it holds; anything else is left out;
 * - address and legal_address: an object (OpenID Core 5.1.1); eIDAS CurrentAddress is taken apart
 *   (left out when it cannot be read), any other text is `formatted`;
 * - place_of_birth: an object (identity assurance); a text is its `locality`;
 * - address.MEMBER and the like: one member of such an object: formatted, street_address, locality,
 *   region, postal_code, country, country_code; of place_of_birth locality, region, country;
 * - any other: one value is a text, several are an array of texts.
 *
 * Values marked LatinScript="false" (eIDAS attribute profile 2.4) go to the claim's name with a
 * language tag (OpenID Core 5.2): `#el-Grek`, `#und-Cyrl`, else `#und`. Where a person has only
 * such a value, the plain name takes it. Texts are handed on byte for byte; typed ones lose
 * surrounding white space. Country codes EL and UK, which only the EU writes so, become ISO 3166's
 * GR and GB in nationalities, country_of_birth, country_of_residence and the members called
 * country.
 *
 * Where no rule gives `name`, it is given_name and family_name with a space between; an address
 * without `formatted` gets it from its members. Empty values are no values. A claim without one is
 * absent, never null or "".
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
 * bad characters, unknown member). Names are at most 64 of A-Z a-z 0-9 _ - . : / and may end in #
 * and a language tag. */
const char *eb_claims_name_fault(const char *name);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forms of claims: which JSON type a claim of a given name has, and how texts become it. Used
 * by bridge/claims alone; the table of forms stands in bridge/claims.h.
 */
#ifndef EB_BRIDGE_CLAIMS_FORM_H
#define EB_BRIDGE_CLAIMS_FORM_H

#include "base/json.h"

/* One value of an attribute, or a constant. */
typedef struct eb_claim_text {
    const char *text;
    bool is_eidas; /* of an attribute in eIDAS's own namespaces: an address is base64 of XML */
} eb_claim_text;

/* True for surrounding white space alone, or nothing. */
bool eb_is_blank(const char *text);

/* The value of the claim `name` (a language tag in it is ignored) from at least one text, none of
 * them blank: a new reference, or NULL when the texts give no value of that claim's form. */
json_t *eb_claim_value(apr_pool_t *pool, const char *name, const eb_claim_text *texts, int count);

/* True for claims that are objects whose members can be mapped one by one ("address.locality");
 * also when `name` is such an object alone. *ret_object is the object's name (static), *ret_member
 * the member's (within `name`), NULL for the whole. */
bool eb_claim_object(const char *name, const char **ret_object, const char **ret_member);

/* True when the object has a member of that name. */
bool eb_claim_member_known(const char *object, const char *member);

/* Sets `formatted` of an address that has other members but not that one. */
void eb_claim_address_format(apr_pool_t *pool, json_t *address);

#endif

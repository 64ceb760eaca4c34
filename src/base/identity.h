/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The identity: what a provider asserted about a person, in neither side's terms.
 *
 * Made by the SAML rooms from the very node that was verified, read by src/bridge/. Immutable.
 * Values are byte for byte as received (surrounding white space included). Lives in the call's
 * pool.
 */
#ifndef EB_BASE_IDENTITY_H
#define EB_BASE_IDENTITY_H

#include "base/text.h"

/* Level of assurance, ordered (DESIGN section 8). */
typedef enum { EB_LEVEL_NONE, EB_LEVEL_LOW, EB_LEVEL_SUBSTANTIAL, EB_LEVEL_HIGH } eb_level;

const char *eb_level_word(eb_level level); /* "none", "low", "substantial", "high" */
bool eb_level_parse(const char *word, eb_level *ret_level); /* low, substantial, high */

typedef struct eb_attribute_value {
    const char *text;
    bool is_latin; /* false only where the value is marked LatinScript="false" */
} eb_attribute_value;

typedef struct eb_attribute {
    const char *name;          /* SAML Name */
    const char *friendly_name; /* NULL when there is none */
    const eb_attribute_value *values;
    int value_count;
} eb_attribute;

typedef struct eb_identity {
    const char *provider;        /* name of the <EidasProvider> */
    const char *entity_id;       /* the provider's entityID */
    const char *namespace_;      /* of the identifier: entityID, "eidas", or SubjectNamespace */
    const char *identifier_type; /* name of the identifying attribute, or "NameID" */
    const char *identifier;      /* its value */
    eb_level level;              /* rank of the level asserted */
    const char *level_uri;       /* AuthnContextClassRef as asserted; NULL when none */
    const char *acr;             /* what clients are told; NULL where the provider has no table */
    apr_time_t authenticated;    /* AuthnInstant */
    const eb_attribute *attributes;
    int attribute_count;
    const char *name_id; /* for the provider's logout later; NULL when none */
    const char *name_id_format;
    const char *session_index;
    const char *assertion_id;
    const char *response_id;
    apr_time_t not_on_or_after; /* the earliest moment after which the assertion is worth nothing */
} eb_identity;

/* The attribute with this Name, or else this FriendlyName; NULL when absent. A FriendlyName that
 * several attributes share finds nothing. */
const eb_attribute *eb_identity_attribute(const eb_identity *identity, const char *name);

#endif

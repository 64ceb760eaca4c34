/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the SAML rooms are told about a provider and about ourselves. Filled by bridge/setup from
 * the settings, after the profile's defaults; immutable afterwards.
 */
#ifndef EB_SAML_SAML_H
#define EB_SAML_SAML_H

#include "base/identity.h"
#include "keys/keyring.h"
#include "saml/algorithm.h"

typedef enum { EB_BINDING_AUTO, EB_BINDING_REDIRECT, EB_BINDING_POST } eb_binding;
typedef enum {
    EB_SIGNED_RESPONSE,
    EB_SIGNED_ASSERTION,
    EB_SIGNED_BOTH,
    EB_SIGNED_EITHER
} eb_signed;
typedef enum { EB_COMPARISON_MINIMUM, EB_COMPARISON_EXACT, EB_COMPARISON_OMIT } eb_comparison;
typedef enum { EB_ACS_URL, EB_ACS_INDEX, EB_ACS_NONE } eb_request_acs;
typedef enum {
    EB_TRISTATE_OFF,
    EB_TRISTATE_ON,
    EB_TRISTATE_OMIT
} eb_tristate; /* "false", "true", attribute left out */
typedef enum { EB_SPTYPE_NONE, EB_SPTYPE_PUBLIC, EB_SPTYPE_PRIVATE } eb_sptype;

/* One row of a provider's level table (word `Levels`). */
typedef struct eb_level_row {
    const char *uri;
    eb_level rank;
    const char *acr;  /* what clients are told; the URI itself unless set */
    bool is_notified; /* false: meets a rank only under AllowNonNotified */
} eb_level_row;

/* An attribute to ask for (eidas:RequestedAttributes, or our metadata's AttributeConsumingService).
 */
typedef struct eb_requested_attribute {
    const char *name;
    const char *friendly_name; /* may be NULL */
    bool is_required;
} eb_requested_attribute;

/* What an identifier must look like beyond being a plain text; what does not is refused. */
typedef enum {
    EB_IDENTIFIER_ANY,
    EB_IDENTIFIER_PERSONNUMMER, /* Sweden: 12 digits, personal identity or coordination number */
    EB_IDENTIFIER_PRID,         /* Sweden Connect, prid: CC:rest, of a pridPersistence that lasts */
    EB_IDENTIFIER_TINIT         /* SPID: TINIT- and the Italian tax number */
} eb_identifier_form;

/* How the identifying attribute is chosen (DESIGN section 5): exactly one for each kind of person.
 */
typedef struct eb_subject_rule {
    const char
        *level_prefix; /* applies when AuthnContextClassRef begins so; NULL: always (last rule) */
    const char *attribute;  /* Name of the identifying attribute, or "NameID" (persistent only) */
    bool is_eidas;          /* CC/CC/rest, at most 256, no white space */
    const char *namespace_; /* NULL: the provider's entityID */
    eb_identifier_form form;
} eb_subject_rule;

/* How requests to one provider are made and what its answers must be: the profile's row with the
 * section's own words over it. */
typedef struct eb_saml_policy {
    const char *profile; /* its word, as in saml/profiles */
    eb_alg_policy algorithms;
    eb_alg_set signature_method; /* SignatureMethod of our requests; 0: by our key */
    bool prefer_pss;             /* an RSA key of ours signs with RSASSA-PSS */
    eb_binding request_binding;
    eb_tristate force_authn; /* profile's rule; a login may demand more */
    eb_tristate is_passive;
    const char *name_id_format; /* NULL: no NameIDPolicy */
    bool allow_create;
    eb_request_acs request_acs;
    eb_comparison comparison;
    const eb_level_row *levels;
    int level_count;
    bool allow_non_notified;
    eb_sptype sp_type;           /* goes into requests (never also into metadata) */
    const char *country;         /* NodeCountry, NULL when none: metadata only */
    const char *requester_id;    /* Scoping/RequesterID, NULL when none */
    const char *const *idp_list; /* Scoping/IDPList, entity IDs; NULL when none */
    int idp_list_count;
    const eb_requested_attribute *requested;
    int requested_count;
    bool request_attributes_in_request; /* eidas:RequestedAttributes extension */
    bool vetuma_language;               /* Suomi.fi's LG extension */
    eb_signed require_signature;
    bool require_encryption;
    apr_interval_time_t clock_skew;      /* at most 300 s */
    apr_interval_time_t max_message_age; /* IssueInstant no older than this; 0: not checked */
    apr_interval_time_t max_authentication_age; /* 0: not checked */
    bool require_not_before;                    /* Conditions must have NotBefore too */
    bool require_name_format_uri;               /* every Attribute has NameFormat …:uri */
    bool require_attribute_values;              /* no Attribute without a value, no empty value */
    bool refuse_representative;                 /* representative attributes refuse the login */
    const eb_subject_rule *subject_rules;
    int subject_rule_count;
    eb_level force_authn_from;         /* requests with this floor or a higher one carry ForceAuthn;
                                          EB_LEVEL_NONE: not by level */
    bool qualified_issuer;             /* Issuer of requests has Format entity and NameQualifier */
    bool request_attribute_index;      /* AttributeConsumingServiceIndex, that of our metadata */
    bool refuses_scoping;              /* the service answers a Scoping element with an error */
    bool bare_attribute_names;         /* its attributes are single words, not URIs */
    bool require_issuer_format;        /* Issuer of the Assertion has Format entity */
    bool require_name_id;              /* NameID of name_id_format, with NameQualifier */
    bool require_issued_after_request; /* IssueInstants not before the request */
    bool spid_status;                  /* StatusMessage "ErrorCode nrNN" says why a login failed */
    const char *response_signing_option; /* what the service's own console calls signing the
                                            Response; NULL */
} eb_saml_policy;

/* Ourselves towards a provider. */
typedef struct eb_saml_sp {
    const char *entity_id;
    const char *acs_url;
    const eb_keyring *keys;
} eb_saml_sp;

#endif

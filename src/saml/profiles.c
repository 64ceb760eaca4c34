/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/profiles.h"

#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define NAMEID_PERSISTENT "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
#define NAMEID_TRANSIENT  "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
#define NATURAL           "http://eidas.europa.eu/attributes/naturalperson/"
#define HETU              "urn:oid:1.2.246.21"
#define PAIRWISE_ID       "urn:oasis:names:tc:SAML:attribute:pairwise-id"

#define SECONDS(n) ((apr_interval_time_t)(n)*APR_USEC_PER_SEC)

/* eIDAS message format 2.4.1: the notified levels, and their not-notified counterparts. */
static const eb_level_row eidas_levels[] = {
    {"http://eidas.europa.eu/LoA/low", EB_LEVEL_LOW, NULL, true},
    {"http://eidas.europa.eu/LoA/substantial", EB_LEVEL_SUBSTANTIAL, NULL, true},
    {"http://eidas.europa.eu/LoA/high", EB_LEVEL_HIGH, NULL, true},
    {"http://eidas.europa.eu/NotNotified/LoA/low", EB_LEVEL_LOW, NULL, false},
    {"http://eidas.europa.eu/NotNotified/LoA/substantial", EB_LEVEL_SUBSTANTIAL, NULL, false},
    {"http://eidas.europa.eu/NotNotified/LoA/high", EB_LEVEL_HIGH, NULL, false},
};

/* Suomi.fi: the Finnish trust network's two levels, and eIDAS for people from abroad. Its own
 * weaker methods (Finnish Authenticator, test token) are no level of assurance and stand in no row.
 */
static const eb_level_row suomifi_levels[] = {
    {"http://ftn.ficora.fi/2017/loa2", EB_LEVEL_SUBSTANTIAL, NULL, true},
    {"http://ftn.ficora.fi/2017/loa3", EB_LEVEL_HIGH, NULL, true},
    {"http://eidas.europa.eu/LoA/substantial", EB_LEVEL_SUBSTANTIAL, NULL, true},
    {"http://eidas.europa.eu/LoA/high", EB_LEVEL_HIGH, NULL, true},
};

/* The mandatory part of the natural person's minimum data set; a request that asks for less is
 * refused by the nodes (eIDAS attribute profile 2.2). */
static const eb_requested_attribute eidas_natural_person[] = {
    {NATURAL "PersonIdentifier", "PersonIdentifier", true},
    {NATURAL "CurrentFamilyName", "FamilyName", true},
    {NATURAL "CurrentGivenName", "FirstName", true},
    {NATURAL "DateOfBirth", "DateOfBirth", true},
};

/* The identifier is unique in all of eIDAS, so its namespace is not the node that relayed it. */
static const eb_subject_rule eidas_subject[] = {
    {NULL, NATURAL "PersonIdentifier", true, "eidas"},
};

/* A person from abroad has no Finnish identity code, a person with one comes never with an eIDAS
 * level: the level says which attribute counts, so neither can stand in for the other. */
static const eb_subject_rule suomifi_subject[] = {
    {"http://eidas.europa.eu/LoA/", NATURAL "PersonIdentifier", true, NULL},
    {NULL, HETU, false, NULL},
};

static const eb_subject_rule generic_subject[] = {
    {NULL, "NameID", false, NULL},
};

static const eb_subject_rule shibboleth_subject[] = {
    {NULL, PAIRWISE_ID, false, NULL},
};

/* Everything current that is not tied to one service; AES-CBC only by the administrator's word. */
#define COMMON_ALGORITHMS                                                                          \
    (EB_ALG_SIGNATURES_RSA | EB_ALG_SIGNATURES_PSS | EB_ALG_SIGNATURES_ECDSA | EB_ALG_GCM |        \
     EB_ALG_OAEP | EB_ALG_OAEP_MGF1P | EB_ALG_OAEP_SHA1 | EB_ALG_ECDH_ES | EB_ALG_KEY_WRAP)

/* eIDAS cryptographic requirements 1.4, section 3: no PKCS#1 v1.5, no SHA-1 anywhere, no CBC. */
#define EIDAS_ALGORITHMS                                                                           \
    (EB_ALG_SIGNATURES_PSS | EB_ALG_SIGNATURES_ECDSA | EB_ALG_GCM | EB_ALG_OAEP | EB_ALG_ECDH_ES | \
     EB_ALG_KW_AES128 | EB_ALG_KW_AES256)

static const eb_saml_policy rows[] = {
    {
        .profile = "generic",
        .algorithms = {COMMON_ALGORITHMS, 2048, 256},
        .signature_method = 0,
        .prefer_pss = false,
        .request_binding = EB_BINDING_AUTO,
        .force_authn = EB_TRISTATE_OMIT,
        .is_passive = EB_TRISTATE_OMIT,
        .name_id_format = NAMEID_PERSISTENT,
        .allow_create = true,
        .request_acs = EB_ACS_URL,
        .comparison = EB_COMPARISON_EXACT,
        .levels = NULL,
        .level_count = 0,
        .allow_non_notified = false,
        .sp_type = EB_SPTYPE_NONE,
        .country = NULL,
        .requester_id = NULL,
        .requested = NULL,
        .requested_count = 0,
        .request_attributes_in_request = false,
        .vetuma_language = false,
        .require_signature = EB_SIGNED_EITHER,
        .require_encryption = false,
        .clock_skew = SECONDS(60),
        .max_message_age = SECONDS(300),
        .max_authentication_age = 0,
        .require_not_before = false,
        .require_name_format_uri = false,
        .require_attribute_values = false,
        .refuse_representative = true,
        .subject_rules = generic_subject,
        .subject_rule_count = COUNT(generic_subject),
    },
    {
        .profile = "eidas",
        .algorithms = {EIDAS_ALGORITHMS, 3072, 256},
        .signature_method = 0,
        .prefer_pss = true,
        .request_binding = EB_BINDING_AUTO,
        .force_authn = EB_TRISTATE_ON,
        .is_passive = EB_TRISTATE_OFF,
        .name_id_format = NAMEID_PERSISTENT,
        .allow_create = true,
        .request_acs = EB_ACS_NONE,
        .comparison = EB_COMPARISON_MINIMUM,
        .levels = eidas_levels,
        .level_count = COUNT(eidas_levels),
        .allow_non_notified = false,
        .sp_type = EB_SPTYPE_PUBLIC,
        .country = NULL,
        .requester_id = NULL,
        .requested = eidas_natural_person,
        .requested_count = COUNT(eidas_natural_person),
        .request_attributes_in_request = true,
        .vetuma_language = false,
        .require_signature = EB_SIGNED_RESPONSE,
        .require_encryption = true,
        .clock_skew = SECONDS(60),
        .max_message_age = SECONDS(300),
        .max_authentication_age = SECONDS(900),
        .require_not_before = true,
        .require_name_format_uri = true,
        .require_attribute_values = true,
        .refuse_representative = true,
        .subject_rules = eidas_subject,
        .subject_rule_count = COUNT(eidas_subject),
    },
    {
        .profile = "suomi.fi",
        .algorithms = {COMMON_ALGORITHMS, 2048, 256},
        .signature_method = EB_ALG_RSA_SHA256,
        .prefer_pss = false,
        .request_binding = EB_BINDING_AUTO,
        .force_authn = EB_TRISTATE_OMIT,
        .is_passive = EB_TRISTATE_OMIT,
        .name_id_format = NAMEID_TRANSIENT,
        .allow_create = false,
        .request_acs = EB_ACS_URL,
        .comparison = EB_COMPARISON_EXACT,
        .levels = suomifi_levels,
        .level_count = COUNT(suomifi_levels),
        .allow_non_notified = false,
        .sp_type = EB_SPTYPE_NONE,
        .country = NULL,
        .requester_id = NULL,
        .requested = NULL,
        .requested_count = 0,
        .request_attributes_in_request = false,
        .vetuma_language = true,
        .require_signature = EB_SIGNED_BOTH,
        .require_encryption = true,
        .clock_skew = SECONDS(60),
        .max_message_age = SECONDS(300),
        .max_authentication_age = SECONDS(32 * 60), /* one identification serves so long */
        .require_not_before = false,
        .require_name_format_uri = false,
        .require_attribute_values = false,
        .refuse_representative = true,
        .subject_rules = suomifi_subject,
        .subject_rule_count = COUNT(suomifi_subject),
    },
    {
        .profile = "shibboleth",
        .algorithms = {COMMON_ALGORITHMS, 2048, 256},
        .signature_method = 0,
        .prefer_pss = false,
        .request_binding = EB_BINDING_AUTO,
        .force_authn = EB_TRISTATE_OMIT,
        .is_passive = EB_TRISTATE_OMIT,
        .name_id_format = NAMEID_TRANSIENT,
        .allow_create = false,
        .request_acs = EB_ACS_URL,
        .comparison = EB_COMPARISON_EXACT,
        .levels = NULL,
        .level_count = 0,
        .allow_non_notified = false,
        .sp_type = EB_SPTYPE_NONE,
        .country = NULL,
        .requester_id = NULL,
        .requested = NULL,
        .requested_count = 0,
        .request_attributes_in_request = false,
        .vetuma_language = false,
        .require_signature = EB_SIGNED_EITHER,
        .require_encryption = true,
        .clock_skew = SECONDS(60),
        .max_message_age = SECONDS(300),
        .max_authentication_age = 0,
        .require_not_before = false,
        .require_name_format_uri = false,
        .require_attribute_values = false,
        .refuse_representative = true,
        .subject_rules = shibboleth_subject,
        .subject_rule_count = COUNT(shibboleth_subject),
    },
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

const eb_saml_policy *eb_profile_find(const char *word)
{
    for (size_t i = 0; word != NULL && i < ROW_COUNT; i++) {
        if (strcmp(rows[i].profile, word) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

const char *const *eb_profile_words(void)
{
    static const char *const words[] = {"generic", "eidas", "suomi.fi", "shibboleth", NULL};
    return words;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/profiles.h"

#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define NAMEID_PERSISTENT "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
#define NAMEID_TRANSIENT  "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
#define NATURAL           "http://eidas.europa.eu/attributes/naturalperson/"
#define HETU              "urn:oid:1.2.246.21"
#define PAIRWISE_ID       "urn:oasis:names:tc:SAML:attribute:pairwise-id"

#define ELEG_LOA "http://id.elegnamnden.se/loa/1.0/"
#define SC_LOA   "http://id.swedenconnect.se/loa/1.0/"
#define SPID_LOA "https://www.spid.gov.it/"
#define SWEDISH  "urn:oid:1.2.752."

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

/* Sweden Connect registry of identifiers 3.1.1. The first level of the trust framework is below
 * eIDAS low and has no rank. "eidas-nf" says that the scheme is notified, "eidas" without it leaves
 * that open, "uncertified" is the provider's own word: those two count only under AllowNonNotified.
 */
static const eb_level_row sweden_levels[] = {
    {ELEG_LOA "loa1", EB_LEVEL_NONE, NULL, true},
    {ELEG_LOA "loa2", EB_LEVEL_LOW, NULL, true},
    {ELEG_LOA "loa3", EB_LEVEL_SUBSTANTIAL, NULL, true},
    {ELEG_LOA "loa4", EB_LEVEL_HIGH, NULL, true},
    {SC_LOA "loa2-nonresident", EB_LEVEL_LOW, NULL, true},
    {SC_LOA "loa3-nonresident", EB_LEVEL_SUBSTANTIAL, NULL, true},
    {SC_LOA "loa4-nonresident", EB_LEVEL_HIGH, NULL, true},
    {ELEG_LOA "eidas-nf-low", EB_LEVEL_LOW, NULL, true},
    {ELEG_LOA "eidas-nf-sub", EB_LEVEL_SUBSTANTIAL, NULL, true},
    {ELEG_LOA "eidas-nf-high", EB_LEVEL_HIGH, NULL, true},
    {ELEG_LOA "eidas-low", EB_LEVEL_LOW, NULL, false},
    {ELEG_LOA "eidas-sub", EB_LEVEL_SUBSTANTIAL, NULL, false},
    {ELEG_LOA "eidas-high", EB_LEVEL_HIGH, NULL, false},
    {SC_LOA "uncertified-loa2", EB_LEVEL_LOW, NULL, false},
    {SC_LOA "uncertified-loa3", EB_LEVEL_SUBSTANTIAL, NULL, false},
    {SC_LOA "uncertified-eidas-low", EB_LEVEL_LOW, NULL, false},
    {SC_LOA "uncertified-eidas-sub", EB_LEVEL_SUBSTANTIAL, NULL, false},
    {SC_LOA "uncertified-eidas-high", EB_LEVEL_HIGH, NULL, false},
};

/* SPID; the card's service (CIE) is taken to speak the same URIs. */
static const eb_level_row spid_levels[] = {
    {SPID_LOA "SpidL1", EB_LEVEL_LOW, NULL, true},
    {SPID_LOA "SpidL2", EB_LEVEL_SUBSTANTIAL, NULL, true},
    {SPID_LOA "SpidL3", EB_LEVEL_HIGH, NULL, true},
};

/* What the number is not known without; the rest is asked for by the clients' claims. */
static const eb_requested_attribute italian_person[] = {
    {"fiscalNumber", NULL, true},
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
    {NULL, NATURAL "PersonIdentifier", true, "eidas", EB_IDENTIFIER_ANY},
};

/* A person from abroad has no Finnish identity code, a person with one comes never with an eIDAS
 * level: the level says which attribute counts, so neither can stand in for the other. */
static const eb_subject_rule suomifi_subject[] = {
    {"http://eidas.europa.eu/LoA/", NATURAL "PersonIdentifier", true, NULL, EB_IDENTIFIER_ANY},
    {NULL, HETU, false, NULL, EB_IDENTIFIER_ANY},
};

static const eb_subject_rule generic_subject[] = {
    {NULL, "NameID", false, NULL, EB_IDENTIFIER_ANY},
};

static const eb_subject_rule shibboleth_subject[] = {
    {NULL, PAIRWISE_ID, false, NULL, EB_IDENTIFIER_ANY},
};

/* The level says whether the Swedish eIDAS node identified the person; only then is the prid what
 * identifies, and only else the Swedish number. A number that was mapped to a prid is a claim,
 * never the identifier. */
static const eb_subject_rule sweden_subject[] = {
    {ELEG_LOA "eidas-", SWEDISH "201.3.4", false, NULL, EB_IDENTIFIER_PRID},
    {SC_LOA "uncertified-eidas-", SWEDISH "201.3.4", false, NULL, EB_IDENTIFIER_PRID},
    {NULL, SWEDISH "29.4.13", false, NULL, EB_IDENTIFIER_PERSONNUMMER},
};

static const eb_subject_rule spid_subject[] = {
    {NULL, "fiscalNumber", false, NULL, EB_IDENTIFIER_TINIT},
};

/* Whether the card's service writes TINIT- before the number is not settled: any text is taken. */
static const eb_subject_rule cie_subject[] = {
    {NULL, "fiscalNumber", false, NULL, EB_IDENTIFIER_ANY},
};

/* Unique in its tenant, and the entity ID names the tenant, which keeps those of two apart. */
static const eb_subject_rule entra_subject[] = {
    {NULL, "http://schemas.microsoft.com/identity/claims/objectidentifier", false, NULL,
     EB_IDENTIFIER_ANY},
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
    /* Sweden Connect deployment profile: the Response is always signed, which is what makes the
     * AES-CBC bearable that its providers must speak. */
    {
        .profile = "sweden-connect",
        .algorithms = {COMMON_ALGORITHMS | EB_ALG_CBC, 2048, 256},
        .request_binding = EB_BINDING_AUTO,
        .force_authn = EB_TRISTATE_ON,
        .is_passive = EB_TRISTATE_OMIT,
        .name_id_format = NAMEID_TRANSIENT,
        .request_acs = EB_ACS_URL,
        .comparison = EB_COMPARISON_EXACT,
        .levels = sweden_levels,
        .level_count = COUNT(sweden_levels),
        .sp_type = EB_SPTYPE_NONE,
        .require_signature = EB_SIGNED_RESPONSE,
        .require_encryption = true,
        .clock_skew = SECONDS(60),
        .max_message_age = SECONDS(300),
        .max_authentication_age = SECONDS(900),
        .require_not_before = true,
        .refuse_representative = true,
        .subject_rules = sweden_subject,
        .subject_rule_count = COUNT(sweden_subject),
    },
    /* SPID technical rules: sign-on is single at the first level alone, so the others are forced;
     * an IsPassive attribute, even "false", is an error there. */
    {
        .profile = "spid",
        .algorithms = {COMMON_ALGORITHMS, 2048, 256},
        .signature_method = EB_ALG_RSA_SHA256,
        .request_binding = EB_BINDING_AUTO,
        .force_authn = EB_TRISTATE_OMIT,
        .force_authn_from = EB_LEVEL_SUBSTANTIAL,
        .is_passive = EB_TRISTATE_OMIT,
        .name_id_format = NAMEID_TRANSIENT,
        .request_acs = EB_ACS_INDEX,
        .request_attribute_index = true,
        .qualified_issuer = true,
        .refuses_scoping = true,
        .comparison = EB_COMPARISON_MINIMUM,
        .levels = spid_levels,
        .level_count = COUNT(spid_levels),
        .sp_type = EB_SPTYPE_NONE,
        .requested = italian_person,
        .requested_count = COUNT(italian_person),
        .bare_attribute_names = true,
        .require_signature = EB_SIGNED_ASSERTION,
        .clock_skew = SECONDS(60),
        .max_message_age = SECONDS(300),
        .max_authentication_age = SECONDS(1800),
        .require_not_before = true,
        .require_issuer_format = true,
        .require_name_id = true,
        .require_issued_after_request = true,
        .spid_status = true,
        .refuse_representative = true,
        .subject_rules = spid_subject,
        .subject_rule_count = COUNT(spid_subject),
    },
    /* The card (CIE) follows SPID where its own rules are known; where they are not, it demands
     * less of answers. */
    {
        .profile = "cie",
        .algorithms = {COMMON_ALGORITHMS, 2048, 256},
        .signature_method = EB_ALG_RSA_SHA256,
        .request_binding = EB_BINDING_AUTO,
        .force_authn = EB_TRISTATE_ON,
        .is_passive = EB_TRISTATE_OMIT,
        .name_id_format = NAMEID_TRANSIENT,
        .request_acs = EB_ACS_INDEX,
        .request_attribute_index = true,
        .qualified_issuer = true,
        .refuses_scoping = true,
        .comparison = EB_COMPARISON_MINIMUM,
        .levels = spid_levels,
        .level_count = COUNT(spid_levels),
        .sp_type = EB_SPTYPE_NONE,
        .requested = italian_person,
        .requested_count = COUNT(italian_person),
        .bare_attribute_names = true,
        .require_signature = EB_SIGNED_ASSERTION,
        .clock_skew = SECONDS(60),
        .max_message_age = SECONDS(300),
        .max_authentication_age = SECONDS(900),
        .spid_status = true,
        .refuse_representative = true,
        .subject_rules = cie_subject,
        .subject_rule_count = COUNT(cie_subject),
    },
    /* Entra ID signs the assertion, or by an option the Response too. It answers a
     * RequestedAuthnContext that it does not know, and any RequesterID, with an error. */
    {
        .profile = "entra",
        .algorithms = {COMMON_ALGORITHMS, 2048, 256},
        .request_binding = EB_BINDING_REDIRECT,
        .force_authn = EB_TRISTATE_OMIT,
        .is_passive = EB_TRISTATE_OMIT,
        .name_id_format = NAMEID_PERSISTENT,
        .allow_create = true,
        .request_acs = EB_ACS_URL,
        .refuses_scoping = true,
        .comparison = EB_COMPARISON_EXACT,
        .sp_type = EB_SPTYPE_NONE,
        .require_signature = EB_SIGNED_EITHER,
        .response_signing_option = "Signing Option: Sign SAML response and assertion",
        .clock_skew = SECONDS(60),
        .max_message_age = SECONDS(300),
        .refuse_representative = true,
        .subject_rules = entra_subject,
        .subject_rule_count = COUNT(entra_subject),
    },
    /* Okta may ignore ForceAuthn (the instant of authentication is checked) and always asserts the
     * same context, whatever was asked for. */
    {
        .profile = "okta",
        .algorithms = {COMMON_ALGORITHMS, 2048, 256},
        .request_binding = EB_BINDING_AUTO,
        .force_authn = EB_TRISTATE_OMIT,
        .is_passive = EB_TRISTATE_OMIT,
        .name_id_format = NAMEID_PERSISTENT,
        .allow_create = true,
        .request_acs = EB_ACS_URL,
        .comparison = EB_COMPARISON_EXACT,
        .sp_type = EB_SPTYPE_NONE,
        .require_signature = EB_SIGNED_EITHER,
        .response_signing_option = "Response: Signed",
        .clock_skew = SECONDS(60),
        .max_message_age = SECONDS(300),
        .refuse_representative = true,
        .subject_rules = generic_subject,
        .subject_rule_count = COUNT(generic_subject),
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
    static const char *const words[] = {"generic", "eidas", "suomi.fi", "sweden-connect", "spid",
                                        "cie",     "entra", "okta",     "shibboleth",     NULL};
    return words;
}

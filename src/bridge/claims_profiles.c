/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The claim rules that come with each profile. Of several rows for one claim the first that gives a
 * value counts. Claims that no standard names have plain English names of ours, the same for ever;
 * a Swedish text is `#sv` beside the Finnish one.
 */
#include "bridge/claims.h"

#include <string.h>

#define NATURAL   "http://eidas.europa.eu/attributes/naturalperson/"
#define LEGAL     "http://eidas.europa.eu/attributes/legalperson/"
#define REGISTER  "urn:oid:1.2.246.517.2002.2." /* Finnish population register */
#define SERVICE   "urn:oid:1.2.246.517.3002.111."
#define XMLSOAP   "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
#define WS2008    "http://schemas.microsoft.com/ws/2008/06/identity/claims/"
#define ENTRA     "http://schemas.microsoft.com/identity/claims/"
#define SWEDISH   "urn:oid:1.2.752."
#define PKIX      "urn:oid:1.3.6.1.5.5.7.9." /* RFC 3739 personal data */
#define EDUPERSON "urn:oid:1.3.6.1.4.1.5923.1.1.1."
#define SCHAC     "urn:oid:1.3.6.1.4.1.25178.1.2."

#define FROM(claim, attribute)                                                                     \
    {                                                                                              \
        claim, false, attribute, NULL                                                              \
    }

/* eIDAS attribute profile 1.4, natural person and legal person, whole. */
static const eb_claim_rule eidas_rules[] = {
    FROM("person_identifier", NATURAL "PersonIdentifier"),
    FROM("family_name", NATURAL "CurrentFamilyName"),
    FROM("given_name", NATURAL "CurrentGivenName"),
    FROM("birthdate", NATURAL "DateOfBirth"),
    FROM("birth_name", NATURAL "BirthName"),
    FROM("place_of_birth.locality", NATURAL "TownOfBirth"),
    FROM("place_of_birth.locality", NATURAL "PlaceOfBirth"),
    FROM("place_of_birth.country", NATURAL "CountryOfBirth"),
    FROM("town_of_birth", NATURAL "TownOfBirth"),
    FROM("country_of_birth", NATURAL "CountryOfBirth"),
    FROM("country_of_residence", NATURAL "CountryOfResidence"),
    FROM("address", NATURAL "CurrentAddress"),
    FROM("gender", NATURAL "Gender"),
    FROM("nationalities", NATURAL "Nationality"),
    FROM("phone_number", NATURAL "PhoneNumber"),
    FROM("email", NATURAL "EmailAddress"),
    FROM("legal_person_identifier", LEGAL "LegalPersonIdentifier"),
    FROM("legal_name", LEGAL "LegalName"),
    FROM("legal_address", LEGAL "LegalPersonAddress"),
    FROM("vat_registration", LEGAL "VATRegistrationNumber"),
    FROM("tax_reference", LEGAL "TaxReference"),
    FROM("eu_identifier", LEGAL "D-2012-17-EUIdentifier"),
    FROM("lei", LEGAL "LEI"),
    FROM("eori", LEGAL "EORI"),
    FROM("seed", LEGAL "SEED"),
    FROM("sic", LEGAL "SIC"),
    FROM("legal_phone_number", LEGAL "LegalPhoneNumber"),
    FROM("legal_email", LEGAL "LegalEmailAddress"),
};

/* Suomi.fi: register data of a Finn, and the eIDAS minimum data set of a person from abroad. The
 * date of birth of a Finn is in the identity code alone. The call name is the given name, as people
 * are called; all first names are `first_names`. */
static const eb_claim_rule suomifi_rules[] = {
    FROM("national_identification_number", "urn:oid:1.2.246.21"),
    FROM("electronic_identification_number", "urn:oid:1.2.246.22"),
    FROM("person_identifier", NATURAL "PersonIdentifier"),
    FROM("foreign_person_identifier", SERVICE "17"),
    FROM("katso_id", "urn:oid:1.2.246.517.3003.113.4"),
    FROM("family_name", "urn:oid:2.5.4.4"),
    FROM("family_name", NATURAL "CurrentFamilyName"),
    FROM("given_name", "urn:oid:2.5.4.42"),
    FROM("given_name", NATURAL "CurrentGivenName"),
    FROM("given_name", "urn:oid:1.2.246.575.1.14"),
    FROM("first_names", NATURAL "CurrentGivenName"),
    FROM("first_names", "urn:oid:1.2.246.575.1.14"),
    FROM("name", "urn:oid:2.16.840.1.113730.3.1.241"),
    FROM("common_name", "urn:oid:2.5.4.3"),
    FROM("birthdate", NATURAL "DateOfBirth"),
    FROM("birthdate", "urn:oid:1.2.246.21"),
    FROM("email", "urn:oid:0.9.2342.19200300.100.1.3"),

    /* The address for post: the permanent one, in Finland or else abroad. */
    FROM("address.street_address", REGISTER "4"),
    FROM("address.street_address", REGISTER "5"),
    FROM("address.street_address", REGISTER "11"),
    FROM("address.postal_code", REGISTER "6"),
    FROM("address.locality", REGISTER "7"),
    FROM("address.locality", REGISTER "8"),
    FROM("address.locality", REGISTER "12"),
    FROM("address.locality", REGISTER "13"),
    FROM("address.locality", REGISTER "14"),
    FROM("address.country", REGISTER "15"),

    FROM("municipality_code", REGISTER "18"),
    FROM("municipality_name", REGISTER "19"),
    FROM("municipality_name#sv", REGISTER "20"),
    FROM("domestic_street_address", REGISTER "4"),
    FROM("domestic_street_address#sv", REGISTER "5"),
    FROM("domestic_postal_code", REGISTER "6"),
    FROM("domestic_post_office", REGISTER "7"),
    FROM("domestic_post_office#sv", REGISTER "8"),
    FROM("foreign_street_address", REGISTER "11"),
    FROM("foreign_place_and_country", REGISTER "12"),
    FROM("foreign_place_and_country#sv", REGISTER "13"),
    FROM("foreign_place_and_country_text", REGISTER "14"),
    FROM("foreign_country_code", REGISTER "15"),
    FROM("temporary_street_address", REGISTER "31"),
    FROM("temporary_street_address#sv", REGISTER "32"),
    FROM("temporary_postal_code", REGISTER "33"),
    FROM("temporary_post_office", REGISTER "34"),
    FROM("temporary_post_office#sv", REGISTER "35"),
    FROM("finnish_citizenship", REGISTER "26"),
    FROM("non_disclosure", REGISTER "27"),
    FROM("population_register_verified", SERVICE "2"),
    FROM("certificate_issuer", SERVICE "4"),
};

/* Sweden Connect attribute profiles, persons and their organisations. `mapped…` is a Swedish number
 * that was found for a person of another country; it never stands in for the person's own. */
static const eb_claim_rule sweden_rules[] = {
    FROM("personal_identity_number", SWEDISH "29.4.13"),
    FROM("previous_personal_identity_number", SWEDISH "201.3.15"),
    FROM("mapped_personal_identity_number", SWEDISH "201.3.16"),
    FROM("personal_identity_number_binding", SWEDISH "201.3.6"),
    FROM("prid", SWEDISH "201.3.4"),
    FROM("prid_persistence", SWEDISH "201.3.5"),
    FROM("person_identifier", SWEDISH "201.3.7"),
    FROM("family_name", "urn:oid:2.5.4.4"),
    FROM("given_name", "urn:oid:2.5.4.42"),
    FROM("name", "urn:oid:2.16.840.1.113730.3.1.241"),
    FROM("birthdate", PKIX "1"),
    FROM("birth_name", SWEDISH "201.3.8"),
    FROM("place_of_birth.locality", PKIX "2"),
    FROM("gender", PKIX "3"),
    FROM("nationalities", PKIX "4"),
    FROM("country_of_residence", PKIX "5"),
    FROM("identifying_country", "urn:oid:2.5.4.6"),
    FROM("email", "urn:oid:0.9.2342.19200300.100.1.3"),
    FROM("phone_number", "urn:oid:0.9.2342.19200300.100.1.41"),
    FROM("phone_number", "urn:oid:2.5.4.20"),
    FROM("organization", "urn:oid:2.5.4.10"),
    FROM("organizational_unit", "urn:oid:2.5.4.11"),
    FROM("organization_identifier", "urn:oid:2.5.4.97"),
    FROM("organization_affiliation", SWEDISH "201.3.1"),
    FROM("employee_hsa_id", SWEDISH "29.6.2.1"),
    FROM("transaction_identifier", SWEDISH "201.3.2"),
};

/* SPID's table of attributes; the card (CIE) has some of them. Numbers keep the prefix that says
 * what they are (TINIT-, VATIT-). A place of birth is the code of a municipality, not its name. */
static const eb_claim_rule italian_rules[] = {
    FROM("fiscal_number", "fiscalNumber"),
    FROM("spid_code", "spidCode"),
    FROM("given_name", "name"),
    FROM("family_name", "familyName"),
    FROM("birthdate", "dateOfBirth"),
    FROM("place_of_birth_code", "placeOfBirth"),
    FROM("place_of_birth.region", "countyOfBirth"),
    FROM("gender", "gender"),
    FROM("email", "email"),
    FROM("phone_number", "mobilePhone"),
    FROM("address.street_address", "domicileStreetAddress"),
    FROM("address.postal_code", "domicilePostalCode"),
    FROM("address.locality", "domicileMunicipality"),
    FROM("address.region", "domicileProvince"),
    FROM("address.country", "domicileNation"),
    FROM("address", "address"),
    FROM("digital_address", "digitalAddress"),
    FROM("identity_document", "idCard"),
    FROM("identity_expiration_date", "expirationDate"),
    FROM("legal_name", "companyName"),
    FROM("legal_address", "registeredOffice"),
    FROM("vat_registration", "ivaCode"),
};

/* Directory attributes as LDAP schemas name them, by OID and by word; and the claim URIs of WS-*
 * products. */
#define DIRECTORY_RULES                                                                            \
    FROM("given_name", "urn:oid:2.5.4.42"), FROM("given_name", "givenName"),                       \
        FROM("given_name", XMLSOAP "givenname"), FROM("given_name", "firstName"),                  \
        FROM("family_name", "urn:oid:2.5.4.4"), FROM("family_name", "sn"),                         \
        FROM("family_name", XMLSOAP "surname"), FROM("family_name", "lastName"),                   \
        FROM("name", "urn:oid:2.16.840.1.113730.3.1.241"), FROM("name", "displayName"),            \
        FROM("name", "http://schemas.microsoft.com/identity/claims/displayname"),                  \
        FROM("name", "urn:oid:2.5.4.3"), FROM("name", "cn"),                                       \
        FROM("preferred_username", "urn:oid:0.9.2342.19200300.100.1.1"),                           \
        FROM("preferred_username", "uid"), FROM("preferred_username", XMLSOAP "name"),             \
        FROM("email", "urn:oid:0.9.2342.19200300.100.1.3"), FROM("email", "mail"),                 \
        FROM("email", XMLSOAP "emailaddress"), FROM("email", "email"),                             \
        FROM("phone_number", "urn:oid:2.5.4.20"), FROM("phone_number", "telephoneNumber"),         \
        FROM("locale", "urn:oid:2.16.840.1.113730.3.1.39"), FROM("locale", "preferredLanguage"),   \
        FROM("groups", WS2008 "groups"), FROM("groups", "groups"), FROM("roles", WS2008 "role"),   \
        FROM("roles", "roles")

static const eb_claim_rule generic_rules[] = {DIRECTORY_RULES};

static const eb_claim_rule shibboleth_rules[] = {
    FROM("eduperson_principal_name", EDUPERSON "6"),
    FROM("eduperson_affiliation", EDUPERSON "1"),
    FROM("eduperson_primary_affiliation", EDUPERSON "5"),
    FROM("eduperson_entitlement", EDUPERSON "7"),
    FROM("eduperson_scoped_affiliation", EDUPERSON "9"),
    FROM("eduperson_assurance", EDUPERSON "11"),
    FROM("eduperson_unique_id", EDUPERSON "13"),
    FROM("eduperson_orcid", EDUPERSON "16"),
    FROM("schac_home_organization", SCHAC "9"),
    FROM("schac_personal_unique_code", SCHAC "14"),
    FROM("birthdate", SCHAC "3"),
    FROM("gender", SCHAC "2"),
    FROM("subject_id", "urn:oasis:names:tc:SAML:attribute:subject-id"),
    FROM("pairwise_id", "urn:oasis:names:tc:SAML:attribute:pairwise-id"),
    FROM("organization", "urn:oid:2.5.4.10"),
    FROM("organizational_unit", "urn:oid:2.5.4.11"),
    DIRECTORY_RULES,
};

/* Entra ID: of people with more than some 150 groups there is a link in place of the list. */
static const eb_claim_rule entra_rules[] = {
    FROM("oid", ENTRA "objectidentifier"),
    FROM("tid", ENTRA "tenantid"),
    FROM("identity_provider", ENTRA "identityprovider"),
    FROM("groups_link", "http://schemas.microsoft.com/claims/groups.link"),
    FROM("authentication_methods", "http://schemas.microsoft.com/claims/authnmethodsreferences"),
    DIRECTORY_RULES,
};

/* Okta: an administrator chooses the names; these are the ones of its own examples. */
static const eb_claim_rule okta_rules[] = {
    DIRECTORY_RULES,
    FROM("preferred_username", "login"),
    FROM("phone_number", "mobilePhone"),
    FROM("phone_number", "primaryPhone"),
};

#define ROW(word, rules)                                                                           \
    {                                                                                              \
        word, rules, (int)(sizeof rules / sizeof rules[0])                                         \
    }
static const struct {
    const char *profile;
    const eb_claim_rule *rules;
    int count;
} profiles[] = {ROW("generic", generic_rules),      ROW("eidas", eidas_rules),
                ROW("suomi.fi", suomifi_rules),     ROW("sweden-connect", sweden_rules),
                ROW("spid", italian_rules),         ROW("cie", italian_rules),
                ROW("entra", entra_rules),          ROW("okta", okta_rules),
                ROW("shibboleth", shibboleth_rules)};

const eb_claim_rule *eb_claims_profile_rules(const char *profile, int *ret_count)
{
    size_t row = 0;
    for (size_t i = 1; i < sizeof profiles / sizeof profiles[0]; i++) {
        row = strcmp(profiles[i].profile, profile) == 0 ? i : row;
    }
    *ret_count = profiles[row].count;
    return profiles[row].rules;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From attributes to claims: rules, forms, scripts, and the rows of each profile. */
#define OIDC_HELP_MAIN
#include "oidc_help.h"

#include "bridge/claims.h"
#include "bridge/claims_change.h"
#include "bridge/finnish_code.h"

#define NATURAL        "http://eidas.europa.eu/attributes/naturalperson/"
#define ATTRIBUTES_MAX 40

static eb_attribute attributes[ATTRIBUTES_MAX];
static eb_identity identity;

static void reset(void)
{
    memset(attributes, 0, sizeof attributes);
    memset(&identity, 0, sizeof identity);
    identity.attributes = attributes;
}

/* Values are separated by '|'; one that begins with '!' is marked LatinScript="false". */
static void have(const char *name, const char *friendly_name, const char *values)
{
    eb_attribute_value *list = apr_pcalloc(pool, 8 * sizeof *list);
    int count = 0;
    while (values != NULL) {
        const char *end = strchr(values, '|');
        size_t len = end == NULL ? strlen(values) : (size_t)(end - values);
        bool is_latin = *values != '!';
        list[count++] = (eb_attribute_value){
            apr_pstrmemdup(pool, values + !is_latin, len - !is_latin), is_latin};
        values = end == NULL ? NULL : end + 1;
    }
    attributes[identity.attribute_count++] = (eb_attribute){name, friendly_name, list, count};
}

/* All claims of the rules, as sorted JSON. */
static const char *made(const eb_claim_rule *client, int client_count,
                        const eb_claim_rule *provider, int provider_count)
{
    json_t *claims =
        eb_claims_make(pool, &identity, client, client_count, provider, provider_count);
    char *text = json_dumps(claims, JSON_COMPACT | JSON_SORT_KEYS);
    const char *copy = apr_pstrdup(pool, text);
    free(text);
    return copy;
}

/* The claims of one rule: `claim` from an attribute `a` with these values. */
static const char *one(const char *claim, const char *values)
{
    eb_claim_rule rule = {claim, false, "a", NULL};
    reset();
    have("a", NULL, values);
    return made(&rule, 1, NULL, 0);
}

static const char *of_profile(const char *profile)
{
    int count;
    const eb_claim_rule *rules = eb_claims_profile_rules(profile, &count);
    return made(NULL, 0, rules, count);
}

/* ---- rules ------------------------------------------------------------------------------------
 */

START_TEST(attribute_is_found_by_name_and_by_friendly_name)
{
    static const eb_claim_rule rules[] = {{"x", false, "urn:oid:1", NULL},
                                          {"y", false, "friend", NULL}};
    reset();
    have("urn:oid:1", "friend", "v");
    ck_assert_str_eq(made(rules, 2, NULL, 0), "{\"x\":\"v\",\"y\":\"v\"}");
}
END_TEST

START_TEST(first_rule_with_a_value_wins)
{
    static const eb_claim_rule rules[] = {{"x", false, "absent", NULL},
                                          {"x", false, "blank", NULL},
                                          {"x", false, "a", NULL},
                                          {"x", true, "constant", NULL}};
    reset();
    have("blank", NULL, " \n");
    have("a", NULL, "v");
    ck_assert_str_eq(made(rules, 4, NULL, 0), "{\"x\":\"v\"}");
}
END_TEST

START_TEST(clients_rules_go_before_the_providers)
{
    static const eb_claim_rule client[] = {{"x", true, "client", NULL}};
    static const eb_claim_rule provider[] = {{"x", true, "provider", NULL},
                                             {"y", true, "provider", NULL}};
    reset();
    ck_assert_str_eq(made(client, 1, provider, 2), "{\"x\":\"client\",\"y\":\"provider\"}");
}
END_TEST

START_TEST(a_value_that_is_not_of_the_claims_form_is_none)
{
    static const eb_claim_rule rules[] = {{"gender", false, "a", NULL},
                                          {"gender", true, "female", NULL}};
    reset();
    have("a", NULL, "Unspecified");
    ck_assert_str_eq(made(rules, 2, NULL, 0), "{\"gender\":\"female\"}");
}
END_TEST

START_TEST(name_id_is_a_source)
{
    static const eb_claim_rule rules[] = {{"upstream_id", false, "NameID", NULL}};
    reset();
    ck_assert_str_eq(made(rules, 1, NULL, 0), "{}");
    identity.name_id = "n";
    ck_assert_str_eq(made(rules, 1, NULL, 0), "{\"upstream_id\":\"n\"}");
}
END_TEST

START_TEST(a_rule_draws_on_several_attributes_or_a_table)
{
    static const char *const join[] = {"join", "/", "tenant", "object"};
    static const char *const table[] = {"table", "g", "1=reader", "2=writer"};
    eb_claim_rule rules[] = {{"person", false, NULL, NULL}, {"groups", false, NULL, NULL}};

    ck_assert_ptr_null(eb_claim_rule_parse(pool, join, 4, &rules[0]));
    ck_assert_ptr_null(eb_claim_rule_parse(pool, table, 4, &rules[1]));
    reset();
    have("tenant", NULL, "t");
    have("g", NULL, "2");
    ck_assert_str_eq(made(rules, 2, NULL, 0), "{\"groups\":[\"writer\"]}");
    have("object", NULL, "o");
    ck_assert_str_eq(made(rules, 2, NULL, 0), "{\"groups\":[\"writer\"],\"person\":\"t/o\"}");
}
END_TEST

START_TEST(reserved_names_are_never_made)
{
    static const char *const names[] = {"iss", "aud",   "exp",       "iat",   "sub",     "acr",
                                        "amr", "nonce", "auth_time", "azp",   "at_hash", "sid",
                                        "cnf", "jti",   "client_id", "scope", "sub#fi"};
    for (int i = 0; i < COUNT(names); i++) {
        ck_assert_str_eq(one(names[i], "v"), "{}");
        ck_assert_ptr_nonnull(eb_claims_name_fault(names[i]));
    }
}
END_TEST

START_TEST(names_of_claims_are_judged)
{
    static const char *const good[] = {"x",
                                       "custom:department",
                                       "https://example.org/claim",
                                       "a.b",
                                       "name#fi-Latn",
                                       "address.locality",
                                       "place_of_birth.country"};
    static const char *const bad[] = {"",
                                      "#fi",
                                      "a b",
                                      "a\"",
                                      "\xc3\xa4",
                                      "x#",
                                      "x#a b",
                                      "x#a#b",
                                      "address.street",
                                      "place_of_birth.postal_code",
                                      "address.",
                                      ("x1234567890123456789012345678901234567890123456789012345678"
                                       "901234")};
    for (int i = 0; i < COUNT(good); i++) {
        ck_assert_msg(eb_claims_name_fault(good[i]) == NULL, "%s", good[i]);
    }
    for (int i = 0; i < COUNT(bad); i++) {
        ck_assert_msg(eb_claims_name_fault(bad[i]) != NULL, "%s", bad[i]);
        ck_assert_str_eq(one(bad[i], "v"), "{}");
    }
}
END_TEST

/* ---- forms ------------------------------------------------------------------------------------
 */

START_TEST(several_values_are_an_array_unless_the_claim_is_one_text)
{
    ck_assert_str_eq(one("x", "1|2"), "{\"x\":[\"1\",\"2\"]}");
    ck_assert_str_eq(one("x", "1"), "{\"x\":\"1\"}");
    ck_assert_str_eq(one("x", "1||2"), "{\"x\":[\"1\",\"2\"]}");
    ck_assert_str_eq(one("family_name", "1|2"), "{\"family_name\":\"1\"}");
    ck_assert_str_eq(one("nationalities", "FI"), "{\"nationalities\":[\"FI\"]}");
    ck_assert_str_eq(one("groups", "a"), "{\"groups\":[\"a\"]}");
}
END_TEST

START_TEST(texts_are_handed_on_byte_for_byte)
{
    ck_assert_str_eq(one("family_name", " de la \"X\" "),
                     "{\"family_name\":\" de la \\\"X\\\" \"}");
}
END_TEST

START_TEST(flags_are_true_or_false)
{
    ck_assert_str_eq(one("email_verified", "true"), "{\"email_verified\":true}");
    ck_assert_str_eq(one("email_verified", "0"), "{\"email_verified\":false}");
    ck_assert_str_eq(one("email_verified", "yes"), "{}");
}
END_TEST

START_TEST(updated_at_is_a_number)
{
    ck_assert_str_eq(one("updated_at", "1800000000"), "{\"updated_at\":1800000000}");
    ck_assert_str_eq(one("updated_at", "2026-01-01"), "{}");
}
END_TEST

START_TEST(gender_is_normalised)
{
    ck_assert_str_eq(one("gender", "Male"), "{\"gender\":\"male\"}");
    ck_assert_str_eq(one("gender", " Female\n"), "{\"gender\":\"female\"}");
    ck_assert_str_eq(one("gender", "2"), "{\"gender\":\"female\"}");
    ck_assert_str_eq(one("gender", "Unspecified"), "{}");
    ck_assert_str_eq(one("gender", "Not specified"), "{}");
}
END_TEST

START_TEST(birthdate_is_a_date_or_nothing)
{
    static const char *const rows[][2] = {{"1984-03-09", "1984-03-09"},
                                          {" 1984-03-09\n", "1984-03-09"},
                                          {"1984-03-09Z", "1984-03-09"},
                                          {"1984-03-09+02:00", "1984-03-09"},
                                          {"1984", "1984"},
                                          {"19840309", "1984-03-09"},
                                          {"2000-02-29", "2000-02-29"},
                                          {"210281-9988", "1981-02-21"}};
    static const char *const bad[] = {"1984-03",     "1984-13-01",   "1984-02-30", "1900-02-29",
                                      "09.03.1984",  "1984/03/09",   "0000-01-01", "1984-03-09T00",
                                      "210281-9989", "1984-03-09+2", "198403091",  "x",
                                      "19x4"};
    for (int i = 0; i < COUNT(rows); i++) {
        ck_assert_str_eq(one("birthdate", rows[i][0]),
                         apr_pstrcat(pool, "{\"birthdate\":\"", rows[i][1], "\"}", NULL));
    }
    for (int i = 0; i < COUNT(bad); i++) {
        ck_assert_msg(strcmp(one("birthdate", bad[i]), "{}") == 0, "%s", bad[i]);
    }
}
END_TEST

/* Codes made for the test; the check characters were computed apart, number mod 31. */
START_TEST(finnish_codes_of_all_centuries)
{
    static const char signs[] = "+-UVWXYABCDEF";
    for (const char *sign = signs; *sign != '\0'; sign++) {
        const char *code = apr_psprintf(pool, "131052%c308T", *sign);
        const char *year = *sign == '+' ? "18" : strchr("ABCDEF", *sign) != NULL ? "20" : "19";
        ck_assert_str_eq(eb_finnish_code_birthdate(pool, code),
                         apr_pstrcat(pool, year, "52-10-13", NULL));
    }
    ck_assert_str_eq(eb_finnish_code_birthdate(pool, "290200A248A"), "2000-02-29");
}
END_TEST

START_TEST(what_is_no_finnish_code_has_no_date)
{
    static const char *const codes[] = {
        "",           "131052-308U",  "131052-308t", "131052a308T", "131052G308T", "131052 308T",
        "131052-308", "131052-308TT", "1310523-08T", "131052-30TT", "290281-998D", "321052-3082",
        "1310523308T"};
    for (int i = 0; i < COUNT(codes); i++) {
        ck_assert_msg(eb_finnish_code_birthdate(pool, codes[i]) == NULL, "%s", codes[i]);
    }
}
END_TEST

START_TEST(countries_become_iso_3166)
{
    ck_assert_str_eq(one("nationalities", "EL|UK|FI"),
                     "{\"nationalities\":[\"GR\",\"GB\",\"FI\"]}");
    ck_assert_str_eq(one("country_of_birth", "EL"), "{\"country_of_birth\":\"GR\"}");
    ck_assert_str_eq(one("person_identifier", "EL/FI/1"), "{\"person_identifier\":\"EL/FI/1\"}");
}
END_TEST

START_TEST(address_is_built_of_members)
{
    static const eb_claim_rule rules[] = {{"address.street_address", false, "street", NULL},
                                          {"address.street_address", true, "other", NULL},
                                          {"address.locality", false, "town", NULL},
                                          {"address.postal_code", false, "code", NULL},
                                          {"address.country", true, "FI", NULL},
                                          {"address.region", false, "absent", NULL}};
    reset();
    have("street", NULL, "Mansikkatie 11");
    have("town", NULL, "KUOPIO");
    have("code", NULL, "70820");
    ck_assert_str_eq(made(rules, 6, NULL, 0),
                     "{\"address\":{\"country\":\"FI\",\"formatted\":\"Mansikkatie 11\\n70820 "
                     "KUOPIO\\nFI\",\"locality\":\"KUOPIO\",\"postal_code\":\"70820\","
                     "\"street_address\":\"Mansikkatie 11\"}}");
}
END_TEST

START_TEST(address_of_one_text_is_formatted)
{
    ck_assert_str_eq(one("address", "Street 1\nTown"),
                     "{\"address\":{\"formatted\":\"Street 1\\nTown\"}}");
    ck_assert_str_eq(one("place_of_birth", "Town"), "{\"place_of_birth\":{\"locality\":\"Town\"}}");
}
END_TEST

START_TEST(an_address_given_whole_is_not_mixed)
{
    static const eb_claim_rule client[] = {{"address", true, "whole", NULL}};
    static const eb_claim_rule provider[] = {{"address.locality", true, "Town", NULL}};
    reset();
    ck_assert_str_eq(made(client, 1, provider, 1), "{\"address\":{\"formatted\":\"whole\"}}");
}
END_TEST

/* The elements of the eIDAS attribute profile's example. */
START_TEST(eidas_address_is_taken_apart)
{
    static const char xml[] = "<eidas:LocatorDesignator>22</eidas:LocatorDesignator>"
                              "<eidas:Thoroughfare>Arcacia Avenue</eidas:Thoroughfare>\r\n"
                              "<eidas:PostName>London</eidas:PostName>"
                              "<eidas:AdminunitFirstline>UK</eidas:AdminunitFirstline>"
                              "<eidas:PostCode>SW1A 1AA</eidas:PostCode>";
    reset();
    have(NATURAL "CurrentAddress", "CurrentAddress", eb_base64(pool, xml, sizeof xml - 1));
    ck_assert_str_eq(of_profile("eidas"),
                     "{\"address\":{\"country\":\"GB\",\"formatted\":\"Arcacia Avenue "
                     "22\\nSW1A 1AA London\\nGB\",\"locality\":\"London\",\"postal_code\":\"SW1A "
                     "1AA\",\"street_address\":\"Arcacia Avenue 22\"}}");
}
END_TEST

START_TEST(an_eidas_address_that_cannot_be_read_is_none)
{
    reset();
    have(NATURAL "CurrentAddress", "CurrentAddress", "!not base64!");
    ck_assert_str_eq(of_profile("eidas"), "{}");
    reset();
    have(NATURAL "CurrentAddress", "CurrentAddress", eb_base64(pool, "<a:B>x</a:C>", 12));
    ck_assert_str_eq(of_profile("eidas"), "{}");
}
END_TEST

/* ---- scripts ----------------------------------------------------------------------------------
 */

START_TEST(other_scripts_get_language_tags)
{
    ck_assert_str_eq(
        one("family_name", "!\xce\xa9\xce\xbd\xce\xac\xcf\x83\xce\xb7\xcf\x82|Onassis"),
        "{\"family_name\":\"Onassis\",\"family_name#el-Grek\":"
        "\"\xce\xa9\xce\xbd\xce\xac\xcf\x83\xce\xb7\xcf\x82\"}");
    ck_assert_str_eq(one("given_name", "Ivan|!\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd"),
                     "{\"given_name\":\"Ivan\",\"given_name#und-Cyrl\":"
                     "\"\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd\"}");
    ck_assert_str_eq(one("given_name", "Ana|!\xe1\x83\x90\xe1\x83\x9c\xe1\x83\x90"),
                     "{\"given_name\":\"Ana\",\"given_name#und\":"
                     "\"\xe1\x83\x90\xe1\x83\x9c\xe1\x83\x90\"}");
}
END_TEST

START_TEST(two_values_of_two_scripts_are_never_joined)
{
    ck_assert_str_eq(one("x", "Latin|!\xce\xa9"), "{\"x\":\"Latin\",\"x#el-Grek\":\"\xce\xa9\"}");
}
END_TEST

START_TEST(only_another_script_takes_the_plain_name)
{
    ck_assert_str_eq(one("family_name", "!\xce\xa9"), "{\"family_name\":\"\xce\xa9\"}");
}
END_TEST

START_TEST(name_is_given_and_family_name_where_no_rule_has_it)
{
    static const eb_claim_rule rules[] = {{"given_name", true, "A B", NULL},
                                          {"family_name", true, "C", NULL}};
    static const eb_claim_rule named[] = {{"name", true, "X", NULL}};
    reset();
    ck_assert_str_eq(made(rules, 2, NULL, 0),
                     "{\"family_name\":\"C\",\"given_name\":\"A B\",\"name\":\"A B C\"}");
    ck_assert_str_eq(made(rules, 2, named, 1),
                     "{\"family_name\":\"C\",\"given_name\":\"A B\",\"name\":\"X\"}");
    ck_assert_str_eq(made(rules, 1, NULL, 0), "{\"given_name\":\"A B\"}");
}
END_TEST

/* ---- profiles ---------------------------------------------------------------------------------
 */

START_TEST(eidas_natural_person_whole)
{
    reset();
    have(NATURAL "PersonIdentifier", "PersonIdentifier", "ES/FI/02635542Y");
    have(NATURAL "CurrentFamilyName", "FamilyName",
         "Garc\xc3\xad"
         "a");
    have(NATURAL "CurrentGivenName", "FirstName", "In\xc3\xa9s");
    have(NATURAL "DateOfBirth", "DateOfBirth", "1984-03-09");
    have(NATURAL "BirthName", "BirthName", "In\xc3\xa9s L");
    have(NATURAL "PlaceOfBirth", "PlaceOfBirth", "Madrid, Spain");
    have(NATURAL "TownOfBirth", "TownOfBirth", "Madrid");
    have(NATURAL "CountryOfBirth", "CountryOfBirth", "ES");
    have(NATURAL "CountryOfResidence", "CountryOfResidence", "EL");
    have(NATURAL "Gender", "Gender", "Female");
    have(NATURAL "Nationality", "Nationality", "ES|EL");
    have(NATURAL "PhoneNumber", "PhoneNumber", "+34123");
    have(NATURAL "EmailAddress", "EmailAddress", "i@example.es");
    ck_assert_str_eq(
        of_profile("eidas"),
        "{\"birth_name\":\"In\xc3\xa9s L\",\"birthdate\":\"1984-03-09\","
        "\"country_of_birth\":\"ES\",\"country_of_residence\":\"GR\","
        "\"email\":\"i@example.es\",\"family_name\":\"Garc\xc3\xad"
        "a\",\"gender\":\"female\",\"given_name\":\"In\xc3\xa9s\","
        "\"name\":\"In\xc3\xa9s Garc\xc3\xad"
        "a\",\"nationalities\":[\"ES\",\"GR\"],\"person_identifier\":\"ES/FI/02635542Y\","
        "\"phone_number\":\"+34123\","
        "\"place_of_birth\":{\"country\":\"ES\",\"locality\":\"Madrid\"},"
        "\"town_of_birth\":\"Madrid\"}");
}
END_TEST

START_TEST(suomifi_finn)
{
    reset();
    have("urn:oid:1.2.246.21", "nationalIdentificationNumber", "210281-9988");
    have("urn:oid:2.5.4.3", "cn", "Demo Nordea Maria");
    have("urn:oid:2.16.840.1.113730.3.1.241", "displayName", "Nordea Demo");
    have("urn:oid:2.5.4.42", "givenName", "Nordea");
    have("urn:oid:2.5.4.4", "sn", "Demo");
    have(NATURAL "CurrentGivenName", "FirstName", "Nordea Maria");
    have("urn:oid:1.2.246.517.2002.2.18", "KotikuntaKuntanumero", "297");
    have("urn:oid:1.2.246.517.2002.2.19", "KotikuntaKuntaS", "Kuopio");
    have("urn:oid:1.2.246.517.2002.2.20", "KotikuntaKuntaR", "Kuopio");
    have("urn:oid:1.2.246.517.2002.2.4", "VakinainenKotimainenLahiosoiteS", "Mansikkatie 11");
    have("urn:oid:1.2.246.517.2002.2.6", "VakinainenKotimainenLahiosoitePostinumero", "70820");
    have("urn:oid:1.2.246.517.2002.2.7", "VakinainenKotimainenLahiosoitePostitoimipaikkaS",
         "KUOPIO");
    have("urn:oid:1.2.246.517.2002.2.11", "VakinainenUlkomainenLahiosoite", "");
    have("urn:oid:1.2.246.517.2002.2.26", "SuomenKansalaisuusTietokoodi", "1");
    have("urn:oid:1.2.246.517.2002.2.27", "TurvakieltoTieto", "0");
    ck_assert_str_eq(
        of_profile("suomi.fi"),
        "{\"address\":{\"formatted\":\"Mansikkatie 11\\n70820 KUOPIO\",\"locality\":\"KUOPIO\","
        "\"postal_code\":\"70820\",\"street_address\":\"Mansikkatie 11\"},"
        "\"birthdate\":\"1981-02-21\",\"common_name\":\"Demo Nordea Maria\","
        "\"domestic_post_office\":\"KUOPIO\",\"domestic_postal_code\":\"70820\","
        "\"domestic_street_address\":\"Mansikkatie 11\",\"family_name\":\"Demo\","
        "\"finnish_citizenship\":true,\"first_names\":\"Nordea Maria\",\"given_name\":\"Nordea\","
        "\"municipality_code\":\"297\",\"municipality_name\":\"Kuopio\","
        "\"municipality_name#sv\":\"Kuopio\",\"name\":\"Nordea Demo\","
        "\"national_identification_number\":\"210281-9988\",\"non_disclosure\":false}");
}
END_TEST

START_TEST(suomifi_person_from_abroad)
{
    reset();
    have(NATURAL "PersonIdentifier", "PersonIdentifier", "DE/FI/1");
    have(NATURAL "CurrentFamilyName", "FamilyName", "Muster");
    have(NATURAL "CurrentGivenName", "FirstName", "Eva Maria");
    have(NATURAL "DateOfBirth", "DateOfBirth", "1990-12-31");
    ck_assert_str_eq(of_profile("suomi.fi"),
                     "{\"birthdate\":\"1990-12-31\",\"family_name\":\"Muster\","
                     "\"first_names\":\"Eva Maria\",\"given_name\":\"Eva Maria\","
                     "\"name\":\"Eva Maria Muster\",\"person_identifier\":\"DE/FI/1\"}");
}
END_TEST

START_TEST(shibboleth_directory_attributes)
{
    reset();
    have("urn:oid:1.3.6.1.4.1.5923.1.1.1.6", "eduPersonPrincipalName", "a@b.example");
    have("urn:oid:1.3.6.1.4.1.5923.1.1.1.9", "eduPersonScopedAffiliation", "staff@b.example");
    have("urn:oid:0.9.2342.19200300.100.1.3", "mail", "a@b.example|c@b.example");
    ck_assert_str_eq(of_profile("shibboleth"),
                     "{\"eduperson_principal_name\":\"a@b.example\","
                     "\"eduperson_scoped_affiliation\":[\"staff@b.example\"],"
                     "\"email\":\"a@b.example\"}");
}
END_TEST

START_TEST(swedish_person)
{
    reset();
    have("urn:oid:1.2.752.29.4.13", "personalIdentityNumber", "199001012385");
    have("urn:oid:2.5.4.4", "sn", "Demo");
    have("urn:oid:2.5.4.42", "givenName", "Eva");
    have("urn:oid:2.16.840.1.113730.3.1.241", "displayName", "Eva M Demo");
    have("urn:oid:1.3.6.1.5.5.7.9.1", "dateOfBirth", "1990-01-01");
    have("urn:oid:1.3.6.1.5.5.7.9.3", "gender", "F");
    have("urn:oid:1.2.752.201.3.1", "orgAffiliation", "a@1|b@2");
    ck_assert_str_eq(of_profile("sweden-connect"),
                     "{\"birthdate\":\"1990-01-01\",\"family_name\":\"Demo\",\"gender\":\"female\","
                     "\"given_name\":\"Eva\",\"name\":\"Eva M Demo\","
                     "\"organization_affiliation\":[\"a@1\",\"b@2\"],"
                     "\"personal_identity_number\":\"199001012385\"}");
}
END_TEST

START_TEST(swedish_person_from_abroad)
{
    reset();
    have("urn:oid:1.2.752.201.3.4", "prid", "NO:05068907693");
    have("urn:oid:1.2.752.201.3.5", "pridPersistence", "A");
    have("urn:oid:1.2.752.201.3.7", "eidasPersonIdentifier", "NO/SE/05068907693");
    have("urn:oid:2.5.4.6", "c", "EL");
    have("urn:oid:1.3.6.1.5.5.7.9.3", "gender", "U");
    have("urn:oid:1.3.6.1.5.5.7.9.2", "placeOfBirth", "Oslo");
    have("urn:oid:1.2.752.201.3.16", "mappedPersonalIdentityNumber", "199001012385");
    ck_assert_str_eq(of_profile("sweden-connect"),
                     "{\"identifying_country\":\"GR\","
                     "\"mapped_personal_identity_number\":\"199001012385\","
                     "\"person_identifier\":\"NO/SE/05068907693\","
                     "\"place_of_birth\":{\"locality\":\"Oslo\"},"
                     "\"prid\":\"NO:05068907693\",\"prid_persistence\":\"A\"}");
}
END_TEST

START_TEST(italian_person)
{
    static const char *const profiles[] = {"spid", "cie"};
    reset();
    have("fiscalNumber", NULL, "TINIT-RSSMRA80A01H501U");
    have("spidCode", NULL, "TEST0000000001");
    have("name", NULL, "Mario");
    have("familyName", NULL, "Rossi");
    have("dateOfBirth", NULL, "1980-01-01");
    have("placeOfBirth", NULL, "H501");
    have("countyOfBirth", NULL, "RM");
    have("gender", NULL, "M");
    have("mobilePhone", NULL, "+393331234567");
    have("domicileStreetAddress", NULL, "Via Liszt 21");
    have("domicilePostalCode", NULL, "00144");
    have("domicileMunicipality", NULL, "Roma");
    have("domicileProvince", NULL, "RM");
    have("domicileNation", NULL, "IT");
    have("ivaCode", NULL, "VATIT-12345678901");
    ck_assert_str_eq(
        of_profile(profiles[_i]),
        "{\"address\":{\"country\":\"IT\",\"formatted\":\"Via Liszt 21\\n00144 "
        "Roma\\nRM\\nIT\",\"locality\":\"Roma\",\"postal_code\":\"00144\","
        "\"region\":\"RM\",\"street_address\":\"Via Liszt 21\"},"
        "\"birthdate\":\"1980-01-01\",\"family_name\":\"Rossi\","
        "\"fiscal_number\":\"TINIT-RSSMRA80A01H501U\",\"gender\":\"male\","
        "\"given_name\":\"Mario\",\"name\":\"Mario Rossi\","
        "\"phone_number\":\"+393331234567\","
        "\"place_of_birth\":{\"region\":\"RM\"},\"place_of_birth_code\":\"H501\","
        "\"spid_code\":\"TEST0000000001\",\"vat_registration\":\"VATIT-12345678901\"}");
}
END_TEST

START_TEST(entra_person)
{
    reset();
    have("http://schemas.microsoft.com/identity/claims/objectidentifier", NULL, "o");
    have("http://schemas.microsoft.com/identity/claims/tenantid", NULL, "t");
    have("http://schemas.microsoft.com/identity/claims/displayname", NULL, "A B");
    have("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", NULL, "a@b.example");
    have("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", NULL, "A");
    have("http://schemas.microsoft.com/ws/2008/06/identity/claims/groups", NULL, "g1|g2");
    have("http://schemas.microsoft.com/ws/2008/06/identity/claims/role", NULL, "r");
    ck_assert_str_eq(of_profile("entra"),
                     "{\"given_name\":\"A\",\"groups\":[\"g1\",\"g2\"],\"name\":\"A B\","
                     "\"oid\":\"o\",\"preferred_username\":\"a@b.example\",\"roles\":[\"r\"],"
                     "\"tid\":\"t\"}");
}
END_TEST

START_TEST(okta_person)
{
    reset();
    have("login", NULL, "a@b.example");
    have("firstName", NULL, "A");
    have("lastName", NULL, "B");
    have("groups", NULL, "g1|g2");
    ck_assert_str_eq(of_profile("okta"),
                     "{\"family_name\":\"B\",\"given_name\":\"A\",\"groups\":[\"g1\",\"g2\"],"
                     "\"name\":\"A B\",\"preferred_username\":\"a@b.example\"}");
}
END_TEST

START_TEST(generic_takes_words_and_claim_uris)
{
    reset();
    have("givenName", NULL, "A");
    have("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", NULL, "B");
    have("http://schemas.microsoft.com/ws/2008/06/identity/claims/groups", NULL, "g");
    ck_assert_str_eq(of_profile("generic"), "{\"family_name\":\"B\",\"given_name\":\"A\","
                                            "\"groups\":[\"g\"],\"name\":\"A B\"}");
}
END_TEST

START_TEST(every_profiles_rules_have_sound_names)
{
    static const char *const profiles[] = {"generic",    "eidas",          "suomi.fi",
                                           "shibboleth", "sweden-connect", "spid",
                                           "cie",        "entra",          "okta"};
    for (int p = 0; p < COUNT(profiles); p++) {
        int count;
        const eb_claim_rule *rules = eb_claims_profile_rules(profiles[p], &count);
        ck_assert_int_gt(count, 10);
        for (int i = 0; i < count; i++) {
            ck_assert_msg(eb_claims_name_fault(rules[i].claim) == NULL, "%s", rules[i].claim);
            ck_assert(!rules[i].is_value && *rules[i].argument != '\0');
        }
    }
    int generic, unknown;
    ck_assert_ptr_eq(eb_claims_profile_rules("generic", &generic),
                     eb_claims_profile_rules("other", &unknown));
    ck_assert_int_eq(generic, unknown);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, attribute_is_found_by_name_and_by_friendly_name);
    tcase_add_test(tcase, first_rule_with_a_value_wins);
    tcase_add_test(tcase, clients_rules_go_before_the_providers);
    tcase_add_test(tcase, a_value_that_is_not_of_the_claims_form_is_none);
    tcase_add_test(tcase, name_id_is_a_source);
    tcase_add_test(tcase, a_rule_draws_on_several_attributes_or_a_table);
    tcase_add_test(tcase, reserved_names_are_never_made);
    tcase_add_test(tcase, names_of_claims_are_judged);
    tcase_add_test(tcase, several_values_are_an_array_unless_the_claim_is_one_text);
    tcase_add_test(tcase, texts_are_handed_on_byte_for_byte);
    tcase_add_test(tcase, flags_are_true_or_false);
    tcase_add_test(tcase, updated_at_is_a_number);
    tcase_add_test(tcase, gender_is_normalised);
    tcase_add_test(tcase, birthdate_is_a_date_or_nothing);
    tcase_add_test(tcase, finnish_codes_of_all_centuries);
    tcase_add_test(tcase, what_is_no_finnish_code_has_no_date);
    tcase_add_test(tcase, countries_become_iso_3166);
    tcase_add_test(tcase, address_is_built_of_members);
    tcase_add_test(tcase, address_of_one_text_is_formatted);
    tcase_add_test(tcase, an_address_given_whole_is_not_mixed);
    tcase_add_test(tcase, eidas_address_is_taken_apart);
    tcase_add_test(tcase, an_eidas_address_that_cannot_be_read_is_none);
    tcase_add_test(tcase, other_scripts_get_language_tags);
    tcase_add_test(tcase, two_values_of_two_scripts_are_never_joined);
    tcase_add_test(tcase, only_another_script_takes_the_plain_name);
    tcase_add_test(tcase, name_is_given_and_family_name_where_no_rule_has_it);
    tcase_add_test(tcase, eidas_natural_person_whole);
    tcase_add_test(tcase, suomifi_finn);
    tcase_add_test(tcase, suomifi_person_from_abroad);
    tcase_add_test(tcase, shibboleth_directory_attributes);
    tcase_add_test(tcase, swedish_person);
    tcase_add_test(tcase, swedish_person_from_abroad);
    tcase_add_loop_test(tcase, italian_person, 0, 2);
    tcase_add_test(tcase, entra_person);
    tcase_add_test(tcase, okta_person);
    tcase_add_test(tcase, generic_takes_words_and_claim_uris);
    tcase_add_test(tcase, every_profiles_rules_have_sound_names);
}

int main(void)
{
    return run_case("claims", add_tests);
}

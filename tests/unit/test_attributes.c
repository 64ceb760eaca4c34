/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attributes as they come, the one that says who the person is, and the address inside one of them.
 */
#include "saml/address.h"
#include "saml/attributes.h"
#include "saml_maker.h"
#include "saml_test.h"

#include <apr_strings.h>

#define NATURAL    "http://eidas.europa.eu/attributes/naturalperson/"
#define PID        NATURAL "PersonIdentifier"
#define URI        "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
#define HETU       "urn:oid:1.2.246.21"
#define PERSISTENT "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
#define TRANSIENT  "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"

#define VALUE(text) "<saml:AttributeValue>" text "</saml:AttributeValue>"
#define ATTRIBUTE(name, values)                                                                    \
    "<saml:Attribute Name=\"" name "\" NameFormat=\"" URI "\">" values "</saml:Attribute>"

static eb_saml_policy policy;
static eb_identity person;

static xmlNodePtr assertion_of(const char *name_id, const char *attributes)
{
    xmlDocPtr doc;
    const char *xml = apr_pstrcat(test_pool,
                                  "<saml:Assertion xmlns:saml=\"" EB_NS_SAML
                                  "\" xmlns:xsi=\"" EB_NS_XSI "\"><saml:Subject>",
                                  name_id, "</saml:Subject><saml:AttributeStatement>", attributes,
                                  "</saml:AttributeStatement></saml:Assertion>", NULL);

    eb_xml_start();
    ck_ok(eb_xml_parse(test_pool, xml, strlen(xml), &eb_xml_message_limits, &doc));
    return xmlDocGetRootElement(doc);
}

static void begin(const char *profile)
{
    policy = *eb_profile_find(profile);
    memset(&person, 0, sizeof(person));
    person.entity_id = SAML_IDP_ENTITY;
}

static const eb_err *read_all(const char *attributes)
{
    return eb_attributes_read(test_pool, assertion_of("", attributes), &policy, &person.attributes,
                              &person.attribute_count);
}

static const eb_err *identify(const char *name_id, const char *attributes)
{
    xmlNodePtr assertion = assertion_of(name_id, attributes);

    EB_TRY(eb_attributes_read(test_pool, assertion, &policy, &person.attributes,
                              &person.attribute_count));
    return eb_subject_find(test_pool, assertion, &policy, &person);
}

static const char *value_at(int attribute, int value)
{
    ck_assert_int_lt(attribute, person.attribute_count);
    ck_assert_int_lt(value, person.attributes[attribute].value_count);
    return person.attributes[attribute].values[value].text;
}

/* -- values
 * -------------------------------------------------------------------------------------------- */

START_TEST(keeps_names_and_values_byte_for_byte)
{
    begin("generic");
    ck_ok(read_all("<saml:Attribute Name=\"urn:a\" FriendlyName=\"a\">" VALUE(" x\n &amp; y ")
                       VALUE("\xc3\x84\xcc\x88") "</saml:Attribute>" ATTRIBUTE("urn:b", "")));
    ck_assert_int_eq(person.attribute_count, 2);
    ck_assert_str_eq(person.attributes[0].name, "urn:a");
    ck_assert_str_eq(person.attributes[0].friendly_name, "a");
    ck_assert_str_eq(value_at(0, 0), " x\n & y ");
    ck_assert_str_eq(value_at(0, 1), "\xc3\x84\xcc\x88");
    ck_assert_ptr_null(person.attributes[1].friendly_name);
    ck_assert_int_eq(person.attributes[1].value_count, 0);
}
END_TEST

START_TEST(reads_the_whole_text_of_a_structured_value)
{
    begin("generic");
    ck_ok(read_all(ATTRIBUTE("urn:a", VALUE("<saml:NameID>x</saml:NameID>"))));
    ck_assert_str_eq(value_at(0, 0), "x");
}
END_TEST

START_TEST(knows_the_latin_value_from_the_other)
{
    static const char *const marks[] = {
        " LatinScript=\"false\"",
        " LatinScript=\"0\"",
        " xmlns:np=\"http://eidas.europa.eu/attributes/naturalperson\" np:LatinScript=\"false\"",
        " xmlns:lp=\"http://eidas.europa.eu/attributes/legalperson\" lp:LatinScript=\"false\"",
    };
    begin("eidas");
    ck_ok(read_all(apr_pstrcat(
        test_pool,
        "<saml:Attribute Name=\"urn:a\" NameFormat=\"" URI "\">"
        "<saml:AttributeValue",
        marks[_i], ">\xce\xa9</saml:AttributeValue>" VALUE("O") "</saml:Attribute>", NULL)));
    ck_assert_int_eq(person.attributes[0].value_count, 2);
    ck_assert(!person.attributes[0].values[0].is_latin);
    ck_assert(person.attributes[0].values[1].is_latin);
}
END_TEST

START_TEST(takes_a_value_as_latin_unless_marked)
{
    static const char *const marks[] = {
        "",
        " LatinScript=\"true\"",
        " LatinScript=\"FALSE\"",
        " xmlns:o=\"urn:other\" o:LatinScript=\"false\"",
        " latinScript=\"false\"",
    };
    begin("eidas");
    ck_ok(read_all(apr_pstrcat(test_pool,
                               "<saml:Attribute Name=\"urn:a\" NameFormat=\"" URI "\">"
                               "<saml:AttributeValue",
                               marks[_i],
                               ">O</saml:AttributeValue>"
                               "</saml:Attribute>",
                               NULL)));
    ck_assert(person.attributes[0].values[0].is_latin);
}
END_TEST

START_TEST(nil_is_no_value)
{
    begin("generic");
    ck_ok(read_all("<saml:Attribute Name=\"urn:a\"><saml:AttributeValue xsi:nil=\"true\"/>"
                   "<saml:AttributeValue xsi:nil=\"1\"/><saml:AttributeValue xsi:nil=\"false\"/>"
                   "<saml:AttributeValue nil=\"true\"/></saml:Attribute>"));
    ck_assert_int_eq(person.attributes[0].value_count, 2);
}
END_TEST

START_TEST(joins_attributes_of_one_name_but_never_values)
{
    begin("generic");
    ck_ok(read_all(ATTRIBUTE("urn:a", VALUE("1")) ATTRIBUTE("urn:b", VALUE("2"))
                       ATTRIBUTE("urn:a", VALUE("3"))));
    ck_assert_int_eq(person.attribute_count, 2);
    ck_assert_int_eq(person.attributes[0].value_count, 2);
    ck_assert_str_eq(value_at(0, 0), "1");
    ck_assert_str_eq(value_at(0, 1), "3");
    ck_assert_str_eq(value_at(1, 0), "2");
}
END_TEST

START_TEST(keeps_empty_values_where_the_profile_allows_them)
{
    begin("suomi.fi");
    ck_ok(read_all(ATTRIBUTE("urn:a", VALUE("")) ATTRIBUTE("urn:b", "")));
    ck_assert_str_eq(value_at(0, 0), "");
}
END_TEST

START_TEST(eidas_refuses_empty_attributes)
{
    static const char *const bad[] = {
        ATTRIBUTE("urn:a", VALUE("")),
        ATTRIBUTE("urn:a", ""),
        ATTRIBUTE("urn:a", "<saml:AttributeValue xsi:nil=\"true\"/>"),
        ATTRIBUTE("urn:a", VALUE("x") VALUE("")),
    };
    begin("eidas");
    ck_refused(read_all(bad[_i]), EB_E_ATTRIBUTE_FORM);
}
END_TEST

START_TEST(eidas_demands_the_name_format)
{
    begin("eidas");
    ck_refused(read_all("<saml:Attribute Name=\"urn:a\">" VALUE("x") "</saml:Attribute>"),
               EB_E_ATTRIBUTE_FORM);
    ck_refused(read_all("<saml:Attribute Name=\"urn:a\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:"
                        "attrname-format:basic\">" VALUE("x") "</saml:Attribute>"),
               EB_E_ATTRIBUTE_FORM);
    begin("generic");
    ck_ok(read_all("<saml:Attribute Name=\"urn:a\">" VALUE("x") "</saml:Attribute>"));
}
END_TEST

START_TEST(refuses_an_attribute_without_a_name_or_encrypted)
{
    begin("generic");
    ck_refused(read_all("<saml:Attribute>" VALUE("x") "</saml:Attribute>"), EB_E_ATTRIBUTE_FORM);
    ck_refused(read_all("<saml:Attribute Name=\"\">" VALUE("x") "</saml:Attribute>"),
               EB_E_ATTRIBUTE_FORM);
    ck_refused(read_all("<saml:EncryptedAttribute Name=\"urn:a\"/>"), EB_E_ATTRIBUTE_FORM);
}
END_TEST

START_TEST(refuses_a_representative_where_the_policy_does)
{
    static const char *const names[] = {
        ATTRIBUTE(NATURAL "representative/PersonIdentifier", VALUE("ES/FI/1")),
        ATTRIBUTE("http://eidas.europa.eu/attributes/legalperson/representative/LegalName",
                  VALUE("x")),
    };
    begin("eidas");
    ck_refused(read_all(names[_i]), EB_E_REPRESENTATIVE);
    policy.refuse_representative = false;
    ck_ok(read_all(names[_i]));
}
END_TEST

START_TEST(demands_what_the_request_required)
{
    static const eb_requested_attribute wanted[] = {{"urn:a", NULL, true}, {"urn:b", NULL, false}};
    begin("suomi.fi");
    policy.requested = wanted;
    policy.requested_count = 2;
    ck_ok(read_all(ATTRIBUTE("urn:b", VALUE("x"))));
    ck_ok(eb_attributes_check_requested(test_pool, &policy, &person)); /* asked in metadata only */
    policy.request_attributes_in_request = true;
    ck_refused(eb_attributes_check_requested(test_pool, &policy, &person),
               EB_E_ATTRIBUTE_REQUESTED);
    ck_ok(read_all(ATTRIBUTE("urn:a", "")));
    ck_refused(eb_attributes_check_requested(test_pool, &policy, &person),
               EB_E_ATTRIBUTE_REQUESTED);
    ck_ok(read_all(ATTRIBUTE("urn:a", VALUE("x"))));
    ck_ok(eb_attributes_check_requested(test_pool, &policy, &person));
}
END_TEST

/* -- the identifying attribute
 * --------------------------------------------------------------------------- */

START_TEST(eidas_identifier_has_its_form)
{
    static const struct {
        const char *value;
        bool is_fine;
    } cases[] = {
        {"ES/FI/02635542Y", true},
        {"EL/EU/x", true},
        {"DE/FI/a/b/c", true},
        {"ES/FI/\xc3\xa4", true},
        {"es/FI/1", false},
        {"ES/fi/1", false},
        {"ES/FI/", false},
        {"ES/FI", false},
        {"ES/1", false},
        {"E", false},
        {"ESP/FI/1", false},
        {"ES-FI-1", false},
        {"ES/FI/1 2", false},
        {" ES/FI/1", false},
        {"ES/FI/1\n", false},
        {"ES/FI/1\xc2\xa0", false},
        {"ES/FI/\xe2\x80\x8b"
         "1",
         false},
        {"1", false},
    };
    const char *attribute = apr_pstrcat(
        test_pool, "<saml:Attribute Name=\"" PID "\" NameFormat=\"" URI "\"><saml:AttributeValue>",
        cases[_i].value, "</saml:AttributeValue></saml:Attribute>", NULL);
    begin("eidas");
    if (cases[_i].is_fine) {
        ck_ok(identify("", attribute));
        ck_assert_str_eq(person.identifier, cases[_i].value);
        ck_assert_str_eq(person.identifier_type, PID);
        ck_assert_str_eq(person.namespace_, "eidas");
    } else {
        ck_refused(identify("", attribute), EB_E_SUBJECT_FORM);
    }
}
END_TEST

static const char *pid_of_characters(int count, const char *character)
{
    const char *value = "ES/FI/";

    for (int i = 6; i < count; i++) {
        value = apr_pstrcat(test_pool, value, character, NULL);
    }
    return apr_pstrcat(
        test_pool, "<saml:Attribute Name=\"" PID "\" NameFormat=\"" URI "\"><saml:AttributeValue>",
        value, "</saml:AttributeValue></saml:Attribute>", NULL);
}

START_TEST(eidas_identifier_has_at_most_256_characters)
{
    begin("eidas");
    ck_ok(identify("", pid_of_characters(256, "x")));
    ck_ok(identify("", pid_of_characters(256, "\xc3\xa4")));
    ck_refused(identify("", pid_of_characters(257, "x")), EB_E_SUBJECT_FORM);
}
END_TEST

START_TEST(eidas_identifier_was_made_for_our_country)
{
    begin("eidas");
    policy.country = "FI";
    ck_ok(identify("", ATTRIBUTE(PID, VALUE("ES/FI/1"))));
    policy.country = "SE";
    ck_refused(identify("", ATTRIBUTE(PID, VALUE("ES/FI/1"))), EB_E_SUBJECT_FORM);
}
END_TEST

START_TEST(refuses_an_absent_identifier)
{
    begin("eidas");
    ck_refused(identify("<saml:NameID Format=\"" PERSISTENT "\">ES/FI/1</saml:NameID>",
                        ATTRIBUTE(NATURAL "DateOfBirth", VALUE("1970-05-28"))),
               EB_E_SUBJECT_MISSING);
    begin("suomi.fi");
    ck_refused(identify("", ATTRIBUTE(HETU, "<saml:AttributeValue xsi:nil=\"true\"/>")),
               EB_E_SUBJECT_MISSING);
    /* a FriendlyName is no Name */
    ck_refused(identify("", "<saml:Attribute Name=\"x\" FriendlyName=\"" HETU
                            "\">" VALUE("1") "</saml:Attribute>"),
               EB_E_SUBJECT_MISSING);
}
END_TEST

START_TEST(refuses_an_ambiguous_identifier)
{
    begin("eidas");
    ck_refused(identify("", ATTRIBUTE(PID, VALUE("ES/FI/1") VALUE("ES/FI/2"))),
               EB_E_SUBJECT_AMBIGUOUS);
    ck_refused(identify("", ATTRIBUTE(PID, VALUE("ES/FI/1")) ATTRIBUTE(PID, VALUE("ES/FI/1"))),
               EB_E_SUBJECT_AMBIGUOUS);
}
END_TEST

START_TEST(suomifi_tells_finns_and_foreigners_by_level)
{
    static const char both[] =
        ATTRIBUTE(HETU, VALUE("210281-9988")) ATTRIBUTE(PID, VALUE("DE/FI/1"));
    begin("suomi.fi");
    person.level_uri = "http://ftn.ficora.fi/2017/loa3";
    ck_ok(identify("", both));
    ck_assert_str_eq(person.identifier, "210281-9988");
    ck_assert_str_eq(person.namespace_, SAML_IDP_ENTITY);
    ck_refused(identify("", ATTRIBUTE(PID, VALUE("DE/FI/1"))), EB_E_SUBJECT_MISSING);
    person.level_uri = "http://eidas.europa.eu/LoA/high";
    ck_ok(identify("", both));
    ck_assert_str_eq(person.identifier, "DE/FI/1");
    ck_assert_str_eq(person.identifier_type, PID);
    ck_refused(identify("", ATTRIBUTE(HETU, VALUE("210281-9988"))), EB_E_SUBJECT_MISSING);
    person.level_uri = NULL;
    ck_ok(identify("", both));
    ck_assert_str_eq(person.identifier, "210281-9988");
}
END_TEST

#define PNR         "urn:oid:1.2.752.29.4.13"
#define PRID        "urn:oid:1.2.752.201.3.4"
#define PERSISTENCE "urn:oid:1.2.752.201.3.5"

static const char *text_attribute(const char *name, const char *text)
{
    return apr_pstrcat(test_pool, "<saml:Attribute Name=\"", name, "\"><saml:AttributeValue>", text,
                       "</saml:AttributeValue></saml:Attribute>", NULL);
}

START_TEST(sweden_tells_swedes_and_foreigners_by_level)
{
    static const struct {
        const char *level, *expected;
    } cases[] = {
        {"http://id.elegnamnden.se/loa/1.0/loa3", PNR},
        {"http://id.swedenconnect.se/loa/1.0/loa3-nonresident", PNR},
        {"http://id.swedenconnect.se/loa/1.0/uncertified-loa3", PNR},
        {"http://id.elegnamnden.se/loa/1.0/eidas-nf-sub", PRID},
        {"http://id.elegnamnden.se/loa/1.0/eidas-high", PRID},
        {"http://id.swedenconnect.se/loa/1.0/uncertified-eidas-low", PRID},
    };
    const char *number = text_attribute(PNR, "199001012385");
    const char *prid = apr_pstrcat(test_pool, text_attribute(PRID, "NO:05068907693"),
                                   text_attribute(PERSISTENCE, "A"), NULL);
    bool is_swede = strcmp(cases[_i].expected, PNR) == 0;
    begin("sweden-connect");
    person.level_uri = cases[_i].level;
    ck_ok(identify("", apr_pstrcat(test_pool, number, prid, NULL)));
    ck_assert_str_eq(person.identifier_type, cases[_i].expected);
    ck_refused(identify("", is_swede ? prid : number), EB_E_SUBJECT_MISSING);
}
END_TEST

START_TEST(swedish_number_has_twelve_digits)
{
    static const char *const bad[] = {"9001012385",    "19900101-2385", "19900101238",
                                      "1990010123855", "19900101238X",  "+99001012385"};
    begin("sweden-connect");
    ck_refused(identify("", text_attribute(PNR, bad[_i])), EB_E_SUBJECT_FORM);
}
END_TEST

START_TEST(prid_has_its_form_and_lasts)
{
    static const struct {
        const char *value, *persistence;
        bool is_good;
    } cases[] = {
        {"NO:05068907693", "A", true},
        {"DE:0123456789", "B", true},
        {"UK:0123456789abcdefghijklmnopqrst", "B", true}, /* 30 behind the colon */
        {"UK:0-1-2-3-4-5-6-7", "A", true},
        {"NO:05068907693", "C", false},
        {"NO:05068907693", "", false},
        {"NO:05068907693", "D", false},
        {"no:05068907693", "A", false},
        {"NOR:5068907693", "A", false},
        {"NO/05068907693", "A", false},
        {"NO:012345678", "A", false},                       /* 9 */
        {"UK:0123456789abcdefghijklmnopqrstu", "A", false}, /* 31 */
        {"NO:-5068907693", "A", false},
        {"NO:0506890769-", "A", false},
        {"NO:0506890769A", "A", false},
        {"NO:0-1-2-3--45-6", "A", false}, /* 7 that are no hyphen */
    };
    begin("sweden-connect");
    person.level_uri = "http://id.elegnamnden.se/loa/1.0/eidas-nf-sub";
    const char *both = apr_pstrcat(test_pool, text_attribute(PRID, cases[_i].value),
                                   text_attribute(PERSISTENCE, cases[_i].persistence), NULL);
    if (cases[_i].is_good) {
        ck_ok(identify("", both));
        ck_assert_str_eq(person.identifier, cases[_i].value);
    } else {
        ck_refused(identify("", both), EB_E_SUBJECT_FORM);
    }
}
END_TEST

START_TEST(prid_that_does_not_say_how_long_it_lasts_is_refused)
{
    begin("sweden-connect");
    person.level_uri = "http://id.elegnamnden.se/loa/1.0/eidas-nf-sub";
    ck_refused(identify("", text_attribute(PRID, "NO:05068907693")), EB_E_SUBJECT_MISSING);
}
END_TEST

START_TEST(spid_number_has_its_prefix_and_form)
{
    static const struct {
        const char *value;
        bool is_good;
    } cases[] = {
        {"TINIT-RSSMRA80A01H501U", true},  {"TINIT-12345678901", true},
        {"RSSMRA80A01H501U", false},       {"TINDE-RSSMRA80A01H501U", false},
        {"TINIT-RSSMRA80A01H501", false},  {"TINIT-RSSMRA80A01H501UU", false},
        {"TINIT-rssmra80a01h501u", false}, {"TINIT-", false},
        {"tinit-RSSMRA80A01H501U", false}, {"TINIT-1234567890A", false},
    };
    begin("spid");
    const char *attribute = text_attribute("fiscalNumber", cases[_i].value);
    if (cases[_i].is_good) {
        ck_ok(identify("", attribute));
        ck_assert_str_eq(person.identifier, cases[_i].value); /* with the prefix */
    } else {
        ck_refused(identify("", attribute), EB_E_SUBJECT_FORM);
    }
    begin("cie");
    ck_assert((identify("", attribute) == NULL));
}
END_TEST

START_TEST(plain_identifier_has_no_edges_that_cannot_be_seen)
{
    static const char *const bad[] = {
        "", " x", "x ", "x\n", "\tx", "x\xc2\xa0", "\xe2\x80\x8bx", "a&#9;b", "x&#x7f;y"};
    begin("suomi.fi");
    ck_refused(identify("", apr_pstrcat(test_pool,
                                        "<saml:Attribute Name=\"" HETU "\"><saml:AttributeValue>",
                                        bad[_i], "</saml:AttributeValue></saml:Attribute>", NULL)),
               EB_E_SUBJECT_FORM);
}
END_TEST

START_TEST(plain_identifier_may_be_1024_bytes)
{
    begin("suomi.fi");
    for (int len = 1024; len <= 1025; len++) {
        const char *attribute =
            apr_psprintf(test_pool,
                         "<saml:Attribute Name=\"" HETU "\"><saml:AttributeValue>%0*d"
                         "</saml:AttributeValue></saml:Attribute>",
                         len, 1);
        if (len == 1024) {
            ck_ok(identify("", attribute));
        } else {
            ck_refused(identify("", attribute), EB_E_SUBJECT_FORM);
        }
    }
}
END_TEST

START_TEST(name_id_identifies_only_when_persistent)
{
    begin("generic");
    ck_ok(identify("<saml:NameID Format=\"" PERSISTENT "\">abc def</saml:NameID>", ""));
    ck_assert_str_eq(person.identifier, "abc def");
    ck_assert_str_eq(person.identifier_type, "NameID");
    ck_assert_str_eq(person.namespace_, SAML_IDP_ENTITY);
    begin("generic");
    ck_refused(identify("<saml:NameID Format=\"" TRANSIENT "\">abc</saml:NameID>", ""),
               EB_E_SUBJECT_FORM);
    begin("generic");
    ck_refused(identify("<saml:NameID>abc</saml:NameID>", ""), EB_E_SUBJECT_FORM);
    begin("generic");
    ck_refused(identify("<saml:NameID Format=\"" PERSISTENT "\"/>", ""), EB_E_SUBJECT_FORM);
    begin("generic");
    ck_refused(identify("", ATTRIBUTE("NameID", VALUE("abc"))), EB_E_SUBJECT_MISSING);
}
END_TEST

START_TEST(keeps_the_name_id_for_logout_whoever_identifies)
{
    begin("suomi.fi");
    ck_ok(identify("<saml:NameID Format=\"" TRANSIENT "\">_t1</saml:NameID>",
                   ATTRIBUTE(HETU, VALUE("210281-9988"))));
    ck_assert_str_eq(person.name_id, "_t1");
    ck_assert_str_eq(person.name_id_format, TRANSIENT);
}
END_TEST

START_TEST(namespace_may_be_set)
{
    static const eb_subject_rule rule[] = {{NULL, "urn:a", false, "urn:ours", EB_IDENTIFIER_ANY}};
    begin("generic");
    policy.subject_rules = rule;
    ck_ok(identify("", ATTRIBUTE("urn:a", VALUE("1"))));
    ck_assert_str_eq(person.namespace_, "urn:ours");
    policy.subject_rule_count = 0;
    ck_refused(identify("", ATTRIBUTE("urn:a", VALUE("1"))), EB_E_SUBJECT_MISSING);
}
END_TEST

/* -- address
 * ------------------------------------------------------------------------------------------------
 */

static const eb_address_part *parts;
static int part_count;

static bool address(const char *fragment)
{
    parts = NULL;
    part_count = 0;
    return eb_eidas_address_parse(test_pool, eb_base64(test_pool, fragment, strlen(fragment)),
                                  &parts, &part_count);
}

START_TEST(reads_an_address)
{
    eb_xml_start();
    ck_assert(address("<eidas:LocatorDesignator>22</eidas:LocatorDesignator>\r\n"
                      "<eidas:Thoroughfare>Arcacia &amp; Avenue</eidas:Thoroughfare>\r\n"
                      "<eidas:PostName> London </eidas:PostName>\r\n"
                      "<eidas:PostCode>SW1A 1AA</eidas:PostCode>\r\n<eidas:PoBox/>"));
    ck_assert_int_eq(part_count, 4);
    ck_assert_str_eq(parts[0].element, "LocatorDesignator");
    ck_assert_str_eq(eb_eidas_address_part(parts, part_count, "Thoroughfare"), "Arcacia & Avenue");
    ck_assert_str_eq(eb_eidas_address_part(parts, part_count, "PostName"), "London");
    ck_assert_ptr_null(eb_eidas_address_part(parts, part_count, "PoBox"));
}
END_TEST

START_TEST(reads_an_address_however_it_is_written)
{
    static const char *const good[] = {
        "<natural:PostName>Rome</natural:PostName>",
        "<PostName>Rome</PostName>",
        "<e:PostName xmlns:e=\"urn:x\">Rome</e:PostName>",
        "<eidas:CurrentAddress><eidas:PostName>Rome</eidas:PostName></eidas:CurrentAddress>",
        "<x:Unknown>y</x:Unknown><eidas:PostName>Rome</eidas:PostName>",
        "<eidas:PostName>Rome</eidas:PostName><eidas:PostName>Milan</eidas:PostName>",
        "text <eidas:PostName>Rome</eidas:PostName> text",
    };
    eb_xml_start();
    ck_assert(address(good[_i]));
    ck_assert_int_eq(part_count, 1);
    ck_assert_str_eq(eb_eidas_address_part(parts, part_count, "PostName"), "Rome");
}
END_TEST

START_TEST(lets_an_unreadable_address_be)
{
    static const char *const bad[] = {
        "",
        "Rome",
        "<eidas:PostCode>1</eidas:Postcode>",
        "<eidas:PostName>Rome</eidas:PostName></address><address>",
        "<eidas:PostName>&x;</eidas:PostName>",
        "<!DOCTYPE a><eidas:PostName>Rome</eidas:PostName>",
        "<eidas:PostName>\xff</eidas:PostName>",
        "<a:b/><c:d/><e:f/><g:h/><i:j/><k:l/><m:n/><o:p/><q:PostName>Rome</q:PostName>",
        "<a><a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a></a>",
    };
    eb_xml_start();
    ck_assert(!address(bad[_i]));
    ck_assert_ptr_null(parts);
}
END_TEST

START_TEST(bounds_the_address)
{
    eb_xml_start();
    ck_assert(!eb_eidas_address_parse(test_pool, "*", &parts, &part_count));
    ck_assert(address(apr_psprintf(test_pool, "<PostName>%016000d</PostName>", 1)));
    ck_assert(!address(apr_psprintf(test_pool, "<PostName>%017000d</PostName>", 1)));
    ck_assert(!address(apr_psprintf(test_pool, "<PostName>%0100000d</PostName>", 1)));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("attributes");
    TCase *values = test_case(suite, "values");
    tcase_add_test(values, keeps_names_and_values_byte_for_byte);
    tcase_add_test(values, reads_the_whole_text_of_a_structured_value);
    tcase_add_loop_test(values, knows_the_latin_value_from_the_other, 0, 4);
    tcase_add_loop_test(values, takes_a_value_as_latin_unless_marked, 0, 5);
    tcase_add_test(values, nil_is_no_value);
    tcase_add_test(values, joins_attributes_of_one_name_but_never_values);
    tcase_add_test(values, keeps_empty_values_where_the_profile_allows_them);
    tcase_add_loop_test(values, eidas_refuses_empty_attributes, 0, 4);
    tcase_add_test(values, eidas_demands_the_name_format);
    tcase_add_test(values, refuses_an_attribute_without_a_name_or_encrypted);
    tcase_add_loop_test(values, refuses_a_representative_where_the_policy_does, 0, 2);
    tcase_add_test(values, demands_what_the_request_required);
    TCase *subject = test_case(suite, "subject");
    tcase_add_loop_test(subject, eidas_identifier_has_its_form, 0, 18);
    tcase_add_test(subject, eidas_identifier_has_at_most_256_characters);
    tcase_add_test(subject, eidas_identifier_was_made_for_our_country);
    tcase_add_test(subject, refuses_an_absent_identifier);
    tcase_add_test(subject, refuses_an_ambiguous_identifier);
    tcase_add_test(subject, suomifi_tells_finns_and_foreigners_by_level);
    tcase_add_loop_test(subject, sweden_tells_swedes_and_foreigners_by_level, 0, 6);
    tcase_add_loop_test(subject, swedish_number_has_twelve_digits, 0, 6);
    tcase_add_loop_test(subject, prid_has_its_form_and_lasts, 0, 16);
    tcase_add_test(subject, prid_that_does_not_say_how_long_it_lasts_is_refused);
    tcase_add_loop_test(subject, spid_number_has_its_prefix_and_form, 0, 10);
    tcase_add_loop_test(subject, plain_identifier_has_no_edges_that_cannot_be_seen, 0, 9);
    tcase_add_test(subject, plain_identifier_may_be_1024_bytes);
    tcase_add_test(subject, name_id_identifies_only_when_persistent);
    tcase_add_test(subject, keeps_the_name_id_for_logout_whoever_identifies);
    tcase_add_test(subject, namespace_may_be_set);
    TCase *addresses = test_case(suite, "address");
    tcase_add_test(addresses, reads_an_address);
    tcase_add_loop_test(addresses, reads_an_address_however_it_is_written, 0, 7);
    tcase_add_loop_test(addresses, lets_an_unreadable_address_be, 0, 9);
    tcase_add_test(addresses, bounds_the_address);
    return suite;
}

TEST_MAIN(make_suite)

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parsing a stranger's XML: what is refused before a tree is built, and what readers see. */
#include "saml_messages.h"

static const eb_err *parse(const void *bytes, size_t len)
{
    xmlDocPtr doc = NULL;

    return eb_xml_parse(pool, bytes, len, &eb_xml_message_limits, &doc);
}

static const eb_err *parse_text(const char *text)
{
    return parse(text, strlen(text));
}

static const char *repeated(const char *text, int times)
{
    size_t len = strlen(text);
    char *out = apr_palloc(pool, len * (size_t)times + 1);

    for (int i = 0; i < times; i++) {
        memcpy(out + len * (size_t)i, text, len);
    }
    out[len * (size_t)times] = '\0';
    return out;
}

START_TEST(parses_a_message)
{
    xmlDocPtr doc = parsed(file("message/response.xml"));
    xmlNodePtr root = xmlDocGetRootElement(doc);

    ck_assert(eb_xml_is(root, EB_NS_SAMLP, "Response"));
    ck_assert(eb_xml_is(eb_xml_first(root), EB_NS_SAML, "Issuer"));
    ck_assert_str_eq(eb_xml_text(pool, eb_xml_first(root)), "https://node.example.eu/metadata");
    ck_assert(eb_xml_is(eb_xml_next(eb_xml_first(root)), EB_NS_SAMLP, "Status"));
    ck_assert_ptr_null(eb_xml_next(eb_xml_child(root, EB_NS_SAML, "Assertion")));
    ck_assert_ptr_null(eb_xml_child(root, EB_NS_SAML, "Status"));
    ck_assert_str_eq(eb_xml_attribute(pool, root, "ID"), "_response");
    ck_assert_ptr_null(eb_xml_attribute(pool, root, "id"));
}
END_TEST

START_TEST(accepts_a_declaration_and_a_byte_order_mark)
{
    ck_assert_good(parse_text("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a/>"));
    ck_assert_good(parse_text("\xEF\xBB\xBF<a/>"));
    ck_assert_good(parse_text(" \n<a/>"));
}
END_TEST

START_TEST(refuses_a_message_larger_than_the_limit)
{
    eb_xml_limits limits = {8, 64, 100};
    xmlDocPtr doc = NULL;

    ck_assert_good(eb_xml_parse(pool, "<a>1</a>", 8, &limits, &doc));
    ck_assert_error(eb_xml_parse(pool, "<a>12</a>", 9, &limits, &doc), EB_E_SAML_TOO_LARGE);
}
END_TEST

START_TEST(refuses_what_is_not_well_formed)
{
    ck_assert_error(parse_text(""), EB_E_SAML_XML);
    ck_assert_error(parse_text("<a>"), EB_E_SAML_XML);
    ck_assert_error(parse_text("<a></b>"), EB_E_SAML_XML);
    ck_assert_error(parse_text("<a/><b/>"), EB_E_SAML_XML);
    ck_assert_error(parse_text("<a/>x"), EB_E_SAML_XML);
    ck_assert_error(parse_text("<a b='1' b='2'/>"), EB_E_SAML_XML);
    ck_assert_error(parse_text("<a>&unknown;</a>"), EB_E_SAML_XML);
    ck_assert_error(parse_text("<a>\xff</a>"), EB_E_SAML_XML);
    ck_assert_error(parse_text("<a>&#0;</a>"), EB_E_SAML_XML);
    ck_assert_error(parse_text("<p:a/>"), EB_E_SAML_XML);
    ck_assert_error(parse_text("<a xmlns:p='u:1' xmlns:q='u:1' p:b='1' q:b='2'/>"), EB_E_SAML_XML);
    ck_assert_error(parse_text("<a xml:xmlns='u' xmlns:xml='u:2'/>"), EB_E_SAML_XML);
    ck_assert_error(parse_text("no xml"), EB_E_SAML_XML);
    ck_assert_error(parse("<a>\0</a>", 8), EB_E_SAML_XML);
}
END_TEST

START_TEST(refuses_other_encodings_and_versions)
{
    static const unsigned char utf16[] = {0xff, 0xfe, '<', 0, 'a', 0, '/', 0, '>', 0};

    ck_assert_error(parse(utf16, sizeof(utf16)), EB_E_SAML_XML);
    ck_assert_error(parse(utf16 + 2, sizeof(utf16) - 2), EB_E_SAML_XML);
    ck_assert_error(parse_text("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>"),
                    EB_E_SAML_XML);
    ck_assert_error(parse_text("<?xml version=\"1.0\" encoding=\"UTF-7\"?><a/>"), EB_E_SAML_XML);
    ck_assert_error(parse_text("<?xml version=\"1.1\"?><a/>"), EB_E_SAML_XML);
}
END_TEST

START_TEST(refuses_every_document_type)
{
    ck_assert_error(parse_text("<!DOCTYPE a><a/>"), EB_E_SAML_DTD);
    ck_assert_error(parse_text("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"), EB_E_SAML_DTD);
    ck_assert_error(parse_text("<!DOCTYPE a PUBLIC 'x' 'http://127.0.0.1:9/x'><a/>"),
                    EB_E_SAML_DTD);
    ck_assert_error(parse_text("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"), EB_E_SAML_DTD);
    ck_assert_error(parse_text("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>"),
                    EB_E_SAML_DTD);
    ck_assert_error(parse_text("<!DOCTYPE a [<!ENTITY % e SYSTEM 'http://127.0.0.1:9/'> %e;]><a/>"),
                    EB_E_SAML_DTD);
    ck_assert_error(parse_text("<!DOCTYPE a [<!ATTLIST a ID CDATA 'x'>]><a/>"), EB_E_SAML_DTD);
}
END_TEST

START_TEST(refuses_a_bomb_of_entities_at_once)
{
    const char *text = "<!DOCTYPE a [<!ENTITY e0 'lol'>";

    for (int i = 1; i < 10; i++) {
        text = apr_psprintf(pool, "%s<!ENTITY e%d '%s'>", text, i,
                            repeated(apr_psprintf(pool, "&e%d;", i - 1), 10));
    }
    ck_assert_error(parse_text(apr_pstrcat(pool, text, "]><a>&e9;</a>", NULL)), EB_E_SAML_DTD);
}
END_TEST

START_TEST(refuses_what_is_nested_too_deep)
{
    ck_assert_good(parse_text(apr_pstrcat(pool, repeated("<a>", 64), repeated("</a>", 64), NULL)));
    ck_assert_error(parse_text(apr_pstrcat(pool, repeated("<a>", 65), repeated("</a>", 65), NULL)),
                    EB_E_SAML_DEPTH);
    ck_assert_error(
        parse_text(apr_pstrcat(pool, repeated("<a>", 10000), repeated("</a>", 10000), NULL)),
        EB_E_SAML_DEPTH);
}
END_TEST

START_TEST(refuses_too_many_nodes_of_any_kind)
{
    eb_xml_limits limits = {1000, 64, 4};
    xmlDocPtr doc = NULL;

#define parse4(text) eb_xml_parse(pool, text, strlen(text), &limits, &doc)
    ck_assert_good(parse4("<a><b/><b/><b/></a>"));
    ck_assert_error(parse4("<a><b/><b/><b/><b/></a>"), EB_E_SAML_NODES);
    ck_assert_good(parse4("<a b='' c='' d=''/>"));
    ck_assert_error(parse4("<a b='' c='' d='' e=''/>"), EB_E_SAML_NODES);
    ck_assert_error(parse4("<a xmlns:b='u:' xmlns:c='u:' xmlns:d='u:' xmlns:e='u:'/>"),
                    EB_E_SAML_NODES);
    ck_assert_good(parse4("<a><b/>x<b/></a>"));
    ck_assert_error(parse4("<a>x<b/>x<b/></a>"), EB_E_SAML_NODES);
    ck_assert_error(parse4("<a><!----><!----><!----><!----></a>"), EB_E_SAML_NODES);
    ck_assert_error(parse4("<a><?b?><?b?><?b?><?b?></a>"), EB_E_SAML_NODES);
    ck_assert_error(parse4("<a><![CDATA[1]]><![CDATA[1]]><![CDATA[1]]><![CDATA[1]]></a>"),
                    EB_E_SAML_NODES);
#undef parse4
}
END_TEST

START_TEST(counts_long_text_as_one_node)
{
    eb_xml_limits limits = {100000, 64, 2};
    const char *text = apr_pstrcat(pool, "<a>", repeated("\xC3\xA4&amp;x\n", 8000), "</a>", NULL);
    xmlDocPtr doc = NULL;

    ck_assert_good(eb_xml_parse(pool, text, strlen(text), &limits, &doc));
}
END_TEST

START_TEST(refuses_an_element_with_hundreds_of_attributes_or_namespaces)
{
    const char *attributes = "";
    const char *namespaces = "";

    for (int i = 0; i < 129; i++) {
        attributes = apr_psprintf(pool, "%s a%d=''", attributes, i);
        namespaces = apr_psprintf(pool, "%s xmlns:a%d='u:'", namespaces, i);
    }
    ck_assert_error(parse_text(apr_psprintf(pool, "<a%s/>", attributes)), EB_E_SAML_NODES);
    ck_assert_error(parse_text(apr_psprintf(pool, "<a%s/>", namespaces)), EB_E_SAML_NODES);
}
END_TEST

/* Structure relies on it when it looks whether a namespace is absolute. */
START_TEST(refuses_namespaces_that_are_no_uri)
{
    ck_assert_error(parse_text("<a xmlns=':x'/>"), EB_E_SAML_XML);
    ck_assert_error(parse_text("<a xmlns:b=':x'/>"), EB_E_SAML_XML);
    ck_assert_error(parse_text("<a xmlns:b='1:x'/>"), EB_E_SAML_XML);
    ck_assert_error(parse_text("<a xmlns:b='+:x'/>"), EB_E_SAML_XML);
}
END_TEST

START_TEST(reads_attributes_without_namespace_only)
{
    xmlDocPtr first = parsed("<a xmlns:p='u:p' p:ID='evil' ID='good'/>");
    xmlDocPtr last = parsed("<a xmlns:p='u:p' ID='good' p:ID='evil'/>");
    xmlDocPtr only = parsed("<a xmlns:p='u:p' p:ID='evil'/>");

    ck_assert_str_eq(eb_xml_attribute(pool, xmlDocGetRootElement(first), "ID"), "good");
    ck_assert_str_eq(eb_xml_attribute(pool, xmlDocGetRootElement(last), "ID"), "good");
    ck_assert_ptr_null(eb_xml_attribute(pool, xmlDocGetRootElement(only), "ID"));
}
END_TEST

START_TEST(reads_text_whole_and_as_it_stands)
{
    xmlDocPtr doc = parsed("<a> x<b>y</b>&amp;<![CDATA[z]]><!--no--> </a>");
    xmlNodePtr root = xmlDocGetRootElement(doc);
    eb_span text;

    ck_assert_str_eq(eb_xml_text(pool, root), " xy&z ");
    ck_assert_str_eq(eb_xml_trimmed(pool, root), "xy&z");
    ck_assert(!eb_xml_simple_text(pool, root, &text));
    ck_assert(eb_xml_simple_text(pool, eb_xml_first(root), &text));
    ck_assert_uint_eq(text.len, 1);
    root = xmlDocGetRootElement(parsed("<a/>"));
    ck_assert_str_eq(eb_xml_text(pool, root), "");
    ck_assert_str_eq(eb_xml_trimmed(pool, root), "");
    ck_assert(eb_xml_simple_text(pool, root, &text));
    ck_assert_uint_eq(text.len, 0);
    root = xmlDocGetRootElement(parsed("<a>b<!---->c</a>"));
    ck_assert(!eb_xml_simple_text(pool, root, &text));
}
END_TEST

START_TEST(serializes_without_declaration)
{
    xmlDocPtr doc = parsed("<?xml version=\"1.0\"?><a b=\"&lt;\"><c>&amp;</c></a>");

    ck_assert_str_eq(eb_xml_serialize(pool, doc, NULL), "<a b=\"&lt;\"><c>&amp;</c></a>");
    ck_assert_str_eq(eb_xml_serialize(pool, doc, eb_xml_first(xmlDocGetRootElement(doc))),
                     "<c>&amp;</c>");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xml");
    TCase *tests = tcase_create("xml");

    tcase_add_checked_fixture(tests, make_pool, drop_pool);
    tcase_add_test(tests, parses_a_message);
    tcase_add_test(tests, accepts_a_declaration_and_a_byte_order_mark);
    tcase_add_test(tests, refuses_a_message_larger_than_the_limit);
    tcase_add_test(tests, refuses_what_is_not_well_formed);
    tcase_add_test(tests, refuses_other_encodings_and_versions);
    tcase_add_test(tests, refuses_every_document_type);
    tcase_add_test(tests, refuses_a_bomb_of_entities_at_once);
    tcase_add_test(tests, refuses_what_is_nested_too_deep);
    tcase_add_test(tests, refuses_too_many_nodes_of_any_kind);
    tcase_add_test(tests, counts_long_text_as_one_node);
    tcase_add_test(tests, refuses_an_element_with_hundreds_of_attributes_or_namespaces);
    tcase_add_test(tests, refuses_namespaces_that_are_no_uri);
    tcase_add_test(tests, reads_attributes_without_namespace_only);
    tcase_add_test(tests, reads_text_whole_and_as_it_stands);
    tcase_add_test(tests, serializes_without_declaration);
    suite_add_tcase(suite, tests);
    return run(suite);
}

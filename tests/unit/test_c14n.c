/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our canonical form is libxml2's, byte for byte, and names one tree: of each element of what
 * others made, of documents and of trees that no parser makes. What is not plain is left. */
#include "c14n_judge.h"
#include "saml_test.h"

#include "saml/xml.h"

#include <apr_file_info.h>
#include <apr_file_io.h>
#include <apr_strings.h>

static int written, left;

static judge_verdict judge(const char *what, xmlNodePtr apex, const xmlNode *without)
{
    xmlBufferPtr ours = xmlBufferCreate(), theirs = xmlBufferCreate();
    judge_verdict verdict = judge_c14n(apex, without, ours, theirs);

    ck_assert_msg(verdict == JUDGE_EQUAL || verdict == JUDGE_LEFT,
                  "%s: verdict %d on %s without %s:\n%s\n%s", what, verdict, apex->name,
                  without == NULL ? BAD_CAST "anything" : without->name, xmlBufferContent(ours),
                  xmlBufferContent(theirs));
    written += verdict == JUDGE_EQUAL;
    left += verdict == JUDGE_LEFT;
    xmlBufferFree(ours);
    xmlBufferFree(theirs);
    return verdict;
}

static xmlDocPtr parse(const char *text, size_t len)
{
    return eb_xml_own(test_pool,
                      xmlReadMemory(text, (int)len, NULL, NULL,
                                    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
}

/* -- what others made -------------------------------------------------------------------------- */

/* Each element is an apex, with and without a ds:Signature. */
static void judge_below(const char *what, xmlNodePtr element)
{
    judge(what, element, NULL);
    for (xmlNodePtr child = eb_xml_first(element); child != NULL; child = eb_xml_next(child)) {
        if (eb_xml_is(child, EB_NS_DS, "Signature")) {
            judge(what, element, child);
        }
        judge_below(what, child);
    }
}

/* How many of the files are XML. */
static int judge_files(const char *directory)
{
    apr_dir_t *dir;
    apr_finfo_t info;
    int count = 0;

    ck_assert_int_eq(apr_dir_open(&dir, directory, test_pool), APR_SUCCESS);
    while (apr_dir_read(&info, APR_FINFO_NAME | APR_FINFO_TYPE | APR_FINFO_SIZE, dir) ==
           APR_SUCCESS) {
        const char *path = apr_pstrcat(test_pool, directory, "/", info.name, NULL);
        apr_size_t len = (apr_size_t)info.size;
        char *text = apr_palloc(test_pool, len + 1);
        apr_file_t *file;
        xmlDocPtr doc;

        if (info.filetype == APR_DIR && *info.name != '.') {
            count += judge_files(path);
        }
        if (info.filetype != APR_REG) {
            continue;
        }
        ck_assert_int_eq(apr_file_open(&file, path, APR_READ, 0, test_pool), APR_SUCCESS);
        ck_assert_int_eq(apr_file_read_full(file, text, len, &len), APR_SUCCESS);
        apr_file_close(file);
        doc = parse(text, len);
        if (doc != NULL && xmlDocGetRootElement(doc) != NULL) {
            judge_below(path, xmlDocGetRootElement(doc));
            count++;
        }
    }
    apr_dir_close(dir);
    return count;
}

START_TEST(messages_are_written_as_libxml2_writes_them)
{
    ck_assert_int_gt(judge_files(EB_TEST_DATA "/saml"), 90);
    ck_assert_int_gt(judge_files(EB_TEST_DATA "/../fuzz/corpus"), 60);
    ck_assert_int_gt(written, 2000);
}
END_TEST

/* Whatever is signed in them, and each ds:SignedInfo: else the faster way is not taken. */
START_TEST(signed_messages_are_all_written_by_us)
{
    left = 0;
    ck_assert_int_gt(judge_files(EB_TEST_DATA "/saml/signed"), 30);
    ck_assert_int_eq(left, 0);
}
END_TEST

/* -- documents: the root, without its child w ----------------------------------------------------
 */

#define A "xmlns:a=\"urn:a\""
#define B "xmlns:b=\"http://b.example/ns#\""

#define EIGHT(text) text text text text text text text text

static const struct {
    judge_verdict verdict;
    const char *xml;
} documents[] = {
    {JUDGE_EQUAL, "<x/>"},
    {JUDGE_EQUAL, "<a:x " A "/>"},
    {JUDGE_EQUAL, "<x " A " xmlns:u=\"urn:unused\"><a:y/><a:y/></x>"},
    {JUDGE_EQUAL, "<a:x " A " " B "><b:y a:z=\"1\"/><b:y/></a:x>"},
    {JUDGE_EQUAL, "<x xmlns=\"urn:d\"><y xmlns=\"\"><z xmlns=\"urn:d\"/></y></x>"},
    {JUDGE_EQUAL, "<x xmlns=\"urn:d\"><y xmlns=\"\"><z/></y><y xmlns=\"\"/></x>"},
    {JUDGE_EQUAL, "<a:x " A " xmlns=\"urn:d\"><y><a:z/></y></a:x>"},
    {JUDGE_EQUAL, "<a:x " A " xmlns=\"urn:d\"><y xmlns=\"\"/></a:x>"},
    {JUDGE_EQUAL, "<a:x " A "><a:y xmlns:a=\"urn:other\"><a:z " A "/></a:y><a:y/></a:x>"},
    {JUDGE_EQUAL, "<a:x " A "><a:y " A "/></a:x>"},
    {JUDGE_EQUAL, "<x " A " " B " b:n=\"1\" a:n=\"2\" n=\"3\" m=\"4\" a:m=\"5\" xml:lang=\"fi\"/>"},
    {JUDGE_EQUAL, "<c:x xmlns:c=\"urn:1\" xmlns:b=\"urn:2\" xmlns:a=\"urn:3\" a:k=\"\" b:k=\"\"/>"},
    {JUDGE_EQUAL, "<x a=\"&amp;&lt;&gt;&quot;&apos;&#9;&#10;&#13; \t\n z\">&amp;&lt;&gt;&quot;'&#9;"
                  "&#13;\r\n</x>"},
    {JUDGE_EQUAL, "<x>\xc3\xa4\xf0\x9f\x98\x80<y> </y>\n]]&gt;</x>"},
    {JUDGE_EQUAL, "<x><w/>a<w/></x>"},
    {JUDGE_EQUAL, "<x><w><y " A "><a:z b=\"1\">t</a:z></y></w></x>"},
    {JUDGE_EQUAL, "<!DOCTYPE x [<!ATTLIST x d CDATA \"1\">]><x/>"},
    {JUDGE_EQUAL, "<x xmlns=\"urn:a:b.c-d_e#\"/>"},
    {JUDGE_EQUAL, "<x xmlns=\"https://a.b/c_d-e.f/\"/>"},
    {JUDGE_EQUAL, "<x xmlns=\"http://\"/>"},
    {JUDGE_EQUAL, "<x xmlns=\"urn:\"/>"},
    /* left to libxml2, each for one thing */
    {JUDGE_LEFT, "<x><!-- c --></x>"},
    {JUDGE_LEFT, "<x><?p i?></x>"},
    {JUDGE_LEFT, "<x><![CDATA[c]]></x>"},
    {JUDGE_LEFT, "<!DOCTYPE x [<!ENTITY e 'v'>]><x>&e;</x>"},
    {JUDGE_LEFT, "<!DOCTYPE x [<!ENTITY e 'v'>]><x a=\"&e;\"/>"},
    {JUDGE_LEFT, "<x><w><!-- c --></w></x>"},
    {JUDGE_LEFT, "<!DOCTYPE x [<!ENTITY e 'v'>]><x><w>&e;</w></x>"},
    {JUDGE_LEFT, "<x><w><y xmlns:r=\"relative\"/></w></x>"},
    {JUDGE_LEFT, "<x xmlns:r=\"relative\"/>"},
    {JUDGE_LEFT, "<x xmlns:r=\"http://[bad\"/>"},
    {JUDGE_LEFT, "<x xmlns:r=\"http://host:port/\"/>"},
    {JUDGE_LEFT, "<x xmlns:r=\"urn://host:port\"/>"},
    {JUDGE_LEFT, "<x xmlns:r=\"http://a/%%zz\"/>"},
    {JUDGE_LEFT, "<x xmlns:r=\"urn:a b\"/>"},
    {JUDGE_LEFT, "<x xmlns:r=\"urn:a&quot;b\"/>"},
    {JUDGE_LEFT, "<x xmlns:r=\"urn:a#b\"/>"},
    {JUDGE_LEFT, "<x a0='' a1='' a2='' a3='' a4='' a5='' a6='' a7='' b0='' b1='' b2='' b3='' b4='' "
                 "b5='' b6='' b7='' c0='' c1='' c2='' c3='' c4='' c5='' c6='' c7='' d0='' d1='' "
                 "d2='' d3='' d4='' d5='' d6='' d7='' e0=''/>"},
    {JUDGE_LEFT, EIGHT(EIGHT("<x>") EIGHT("<x>")) EIGHT(EIGHT("</x>") EIGHT("</x>"))},
};

START_TEST(a_document_is_written_or_left)
{
    const char *xml = documents[_i].xml;
    xmlNodePtr root = xmlDocGetRootElement(parse(xml, strlen(xml)));
    const xmlNode *without = eb_xml_first(root);

    if (without != NULL && !xmlStrEqual(without->name, BAD_CAST "w")) {
        without = NULL;
    }
    ck_assert_msg(judge(xml, root, without) == documents[_i].verdict, "%s", xml);
}
END_TEST

/* -- trees that no parser makes: one change to a good one ----------------------------------------
 */

static const char tree[] = "<a:o " A " " B " xmlns:q=\"urn:q\"><a:x " A "><a:y b:c=\"1\" d=\"2\">t"
                           "</a:y><z>u</z><a:w>v</a:w></a:x></a:o>";

static xmlNodePtr y_of(xmlNodePtr x)
{
    return eb_xml_first(x);
}

static xmlNodePtr z_of(xmlNodePtr x)
{
    return eb_xml_next(y_of(x));
}

static xmlNodePtr w_of(xmlNodePtr x)
{
    return eb_xml_next(z_of(x));
}

/* A namespace that is declared on the element around the apex. */
static xmlNsPtr outside(const xmlNode *x, const char *prefix, const char *href)
{
    xmlNsPtr ns = xmlNewNs(NULL, BAD_CAST href, BAD_CAST prefix);

    ns->next = x->parent->nsDef;
    x->parent->nsDef = ns;
    return ns;
}

static void append(xmlNodePtr parent, xmlNodePtr child)
{
    child->parent = parent;
    child->prev = parent->last;
    parent->last->next = child;
    parent->last = child;
}

static void nothing(xmlNodePtr x)
{
    (void)x;
}

static void several_texts(xmlNodePtr x)
{
    append(z_of(x), xmlNewDocText(x->doc, BAD_CAST "&"));
    append(z_of(x), xmlNewDocText(x->doc, BAD_CAST ""));
    append(z_of(x), xmlNewDocText(x->doc, NULL));
}

static void attribute_without_value(xmlNodePtr x)
{
    xmlNewProp(z_of(x), BAD_CAST "e", NULL);
}

static void namespace_used_undeclared(xmlNodePtr x)
{
    z_of(x)->ns = outside(x, "p", "urn:p");
    x->parent->nsDef = z_of(x)->ns->next;
    z_of(x)->ns->next = NULL;
    x->doc->oldNs = z_of(x)->ns; /* which owns it */
}

static void quote_in_namespace_outside(xmlNodePtr x)
{
    z_of(x)->ns = outside(x, "p", "urn:\"");
}

static void relative_namespace_outside(xmlNodePtr x)
{
    z_of(x)->ns = outside(x, "p", "relative");
}

static void attribute_in_relative_namespace_outside(xmlNodePtr x)
{
    y_of(x)->properties->ns = outside(x, "p", "relative");
}

static void no_name_for_namespace(xmlNodePtr x)
{
    z_of(x)->ns = outside(x, "p", NULL);
}

static void empty_name_for_namespace(xmlNodePtr x)
{
    z_of(x)->ns = outside(x, "p", "");
}

static void undeclaration_of_a_prefix(xmlNodePtr x)
{
    xmlNewNs(z_of(x), BAD_CAST "", BAD_CAST "p");
}

static void empty_prefix(xmlNodePtr x)
{
    z_of(x)->ns = outside(x, "", "urn:p");
}

static void xml_for_another_namespace(xmlNodePtr x)
{
    xmlNsPtr ns = outside(x, "p", "urn:p");

    xmlFree((xmlChar *)(uintptr_t)ns->prefix);
    ns->prefix = xmlStrdup(BAD_CAST "xml");
    z_of(x)->ns = ns;
}

static void prefix_for_two_namespaces(xmlNodePtr x)
{
    y_of(x)->properties->ns = outside(x, "a", "urn:other");
}

static void prefix_for_two_namespaces_of_attributes(xmlNodePtr x)
{
    y_of(x)->properties->next->ns = outside(x, "b", "urn:other");
}

static void attribute_in_default_namespace(xmlNodePtr x)
{
    y_of(x)->properties->ns = outside(x, NULL, "urn:p");
    xmlNewNs(x, BAD_CAST "", NULL); /* else z contradicts it */
}

static void empty_prefix_declared(xmlNodePtr x)
{
    xmlNewNs(z_of(x), BAD_CAST "urn:p", BAD_CAST "");
}

static void default_namespace_without_name(xmlNodePtr x)
{
    xmlNewNs(z_of(x), NULL, NULL);
}

static void two_default_namespaces(xmlNodePtr x)
{
    xmlNsPtr ns = xmlNewNs(z_of(x), BAD_CAST "urn:p", NULL);

    ns->next = xmlNewNs(NULL, BAD_CAST "", NULL);
}

static void attribute_twice(xmlNodePtr x)
{
    y_of(x)->properties->ns = NULL;
    xmlNodeSetName((xmlNodePtr)y_of(x)->properties, BAD_CAST "d");
}

static void attribute_of_two_texts(xmlNodePtr x)
{
    append((xmlNodePtr)y_of(x)->properties, xmlNewDocText(x->doc, BAD_CAST "2"));
}

static void no_namespace_below_a_default(xmlNodePtr x)
{
    xmlNewNs(x, BAD_CAST "urn:p", NULL);
}

static void no_namespace_below_a_default_outside(xmlNodePtr x)
{
    outside(x, NULL, "urn:p");
}

static void default_namespace_undeclared(xmlNodePtr x)
{
    z_of(x)->ns = outside(x, NULL, "urn:p");
    xmlNewNs(x, BAD_CAST "", NULL);
}

static void reference(xmlNodePtr x)
{
    append(z_of(x), xmlNewReference(x->doc, BAD_CAST "e"));
}

static void reference_in_what_is_left_out(xmlNodePtr x)
{
    append(w_of(x), xmlNewReference(x->doc, BAD_CAST "e"));
}

static void fragment(xmlNodePtr x)
{
    append(z_of(x), xmlNewDocFragment(x->doc));
}

#define CHANGE(change, verdict)                                                                    \
    {                                                                                              \
#change, change, verdict                                                                   \
    }

static const struct {
    const char *name;
    void (*change)(xmlNodePtr x);
    judge_verdict verdict;
} changes[] = {
    CHANGE(nothing, JUDGE_EQUAL),
    CHANGE(several_texts, JUDGE_EQUAL),
    CHANGE(attribute_without_value, JUDGE_EQUAL),
    CHANGE(namespace_used_undeclared, JUDGE_EQUAL),
    CHANGE(quote_in_namespace_outside, JUDGE_LEFT),
    CHANGE(relative_namespace_outside, JUDGE_LEFT),
    CHANGE(attribute_in_relative_namespace_outside, JUDGE_LEFT),
    CHANGE(no_name_for_namespace, JUDGE_LEFT),
    CHANGE(empty_name_for_namespace, JUDGE_LEFT),
    CHANGE(undeclaration_of_a_prefix, JUDGE_LEFT),
    CHANGE(empty_prefix, JUDGE_LEFT),
    CHANGE(xml_for_another_namespace, JUDGE_LEFT),
    CHANGE(prefix_for_two_namespaces, JUDGE_LEFT),
    CHANGE(prefix_for_two_namespaces_of_attributes, JUDGE_LEFT),
    CHANGE(attribute_in_default_namespace, JUDGE_LEFT),
    CHANGE(empty_prefix_declared, JUDGE_LEFT),
    CHANGE(default_namespace_without_name, JUDGE_LEFT),
    CHANGE(two_default_namespaces, JUDGE_LEFT),
    CHANGE(attribute_twice, JUDGE_LEFT),
    CHANGE(attribute_of_two_texts, JUDGE_LEFT),
    CHANGE(no_namespace_below_a_default, JUDGE_LEFT),
    CHANGE(no_namespace_below_a_default_outside, JUDGE_LEFT),
    CHANGE(default_namespace_undeclared, JUDGE_LEFT),
    CHANGE(reference, JUDGE_LEFT),
    CHANGE(reference_in_what_is_left_out, JUDGE_LEFT),
    CHANGE(fragment, JUDGE_LEFT),
};

START_TEST(a_changed_tree_is_written_or_left)
{
    xmlNodePtr x = eb_xml_first(xmlDocGetRootElement(parse(tree, strlen(tree))));
    judge_verdict verdict;

    changes[_i].change(x);
    verdict = judge(changes[_i].name, x, w_of(x));
    ck_assert_msg(verdict == changes[_i].verdict, "%s", changes[_i].name);
}
END_TEST

START_TEST(more_namespaces_than_room_are_left)
{
    for (int levels = 12; levels <= 13; levels++) {
        const char *xml = "";

        for (int level = levels; level > 0; level--) {
            const char *tag = "";

            for (int i = 0; i < 10; i++) {
                tag = apr_psprintf(test_pool, "%s xmlns:p%d=\"urn:%d\" p%d:a=\"\"", tag, i,
                                   10 * level + i, i);
            }
            xml = apr_psprintf(test_pool, "<x%s>%s</x>", tag, xml);
        }
        ck_assert_int_eq(judge(xml, xmlDocGetRootElement(parse(xml, strlen(xml))), NULL),
                         levels == 12 ? JUDGE_EQUAL : JUDGE_LEFT);
    }
}
END_TEST

START_TEST(only_an_element_that_is_not_the_apex_is_left_out)
{
    xmlNodePtr x = eb_xml_first(xmlDocGetRootElement(parse(tree, strlen(tree))));

    ck_assert_int_eq(judge("apex", x, x), JUDGE_LEFT);
    ck_assert_int_eq(judge("text", x, z_of(x)->children), JUDGE_LEFT);
    ck_assert_int_eq(judge("deeper", x->parent, z_of(x)), JUDGE_EQUAL);
    ck_assert_int_eq(judge("elsewhere", z_of(x), w_of(x)), JUDGE_EQUAL);
    ck_assert_int_eq(judge("around", z_of(x), x), JUDGE_EQUAL);
}
END_TEST

static bool fails(void *context, const void *bytes, size_t len)
{
    (void)context;
    (void)bytes;
    (void)len;
    return false;
}

START_TEST(a_sink_that_fails_is_told)
{
    xmlNodePtr x = xmlDocGetRootElement(parse(tree, strlen(tree)));

    ck_assert_int_eq(eb_c14n_write(x, NULL, fails, NULL), EB_C14N_FAILED);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("c14n");
    TCase *tests = test_case(suite, "c14n");

    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, messages_are_written_as_libxml2_writes_them);
    tcase_add_test(tests, signed_messages_are_all_written_by_us);
    tcase_add_loop_test(tests, a_document_is_written_or_left, 0,
                        (int)(sizeof(documents) / sizeof(documents[0])));
    tcase_add_loop_test(tests, a_changed_tree_is_written_or_left, 0,
                        (int)(sizeof(changes) / sizeof(changes[0])));
    tcase_add_test(tests, more_namespaces_than_room_are_left);
    tcase_add_test(tests, only_an_element_that_is_not_the_apex_is_left_out);
    tcase_add_test(tests, a_sink_that_fails_is_told);
    return suite;
}

TEST_MAIN(make_suite)

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our canonical form against libxml2's. What stands in front of the first '<' steers: how the
 * document is parsed, how the tree is then changed into one that no parser makes, and which apex
 * is written without what. Nothing in front: each element is written, without each child. */
#include "saml/xml.h"

#include "c14n_judge.h"

#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_ELEMENTS 128
#define MAX_STEPS    64

typedef struct tree {
    xmlDocPtr doc;
    xmlNodePtr elements[MAX_ELEMENTS];
    unsigned int element_count;
    xmlNsPtr namespaces[MAX_ELEMENTS];
    unsigned int namespace_count;
} tree;

static const uint8_t *steering;
static size_t steering_left;

static unsigned int next(unsigned int sides)
{
    if (steering_left == 0) {
        return 0;
    }
    steering_left--;
    return *steering++ % sides;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    eb_xml_start();
    return 0;
}

static void add_namespaces(tree *t, xmlNsPtr ns)
{
    for (; ns != NULL && t->namespace_count < MAX_ELEMENTS; ns = ns->next) {
        t->namespaces[t->namespace_count++] = ns;
    }
}

static void gather(tree *t, xmlNodePtr node)
{
    for (; node != NULL; node = node->next) {
        if (node->type == XML_ELEMENT_NODE && t->element_count < MAX_ELEMENTS) {
            t->elements[t->element_count++] = node;
            add_namespaces(t, node->nsDef);
            gather(t, node->children);
        }
    }
}

static bool is_within(const xmlNode *node, const xmlNode *outer)
{
    while (node != NULL && node != outer) {
        node = node->parent;
    }
    return node != NULL;
}

/* -- changes ----------------------------------------------------------------------------------- */

/* As the last child, without joining texts as xmlAddChild does. */
static void append(xmlNodePtr parent, xmlNodePtr child)
{
    if (child == NULL) {
        return;
    }
    child->parent = parent;
    child->prev = parent->last;
    child->next = NULL;
    if (parent->last == NULL) {
        parent->children = child;
    } else {
        parent->last->next = child;
    }
    parent->last = child;
}

static const char *some_text(void)
{
    static const char *const texts[] = {"",      "a", " ",    "\r",  "\n",  "\t",
                                        "&",     "<", ">",    "\"",  "]]>", "\xc3\xa4",
                                        "&amp;", "'", "\x01", "\xff"};
    return texts[next(sizeof(texts) / sizeof(texts[0]))];
}

static xmlNsPtr some_namespace(const tree *t)
{
    unsigned int at = next(t->namespace_count + 2);

    return at < t->namespace_count    ? t->namespaces[at]
           : at == t->namespace_count ? NULL
                                      : t->doc->oldNs;
}

static const xmlChar *some_prefix(void)
{
    static const char *const prefixes[] = {NULL, "a", "b", "ds", "xml", "", "p", "A", "a.b"};
    return BAD_CAST prefixes[next(sizeof(prefixes) / sizeof(prefixes[0]))];
}

static const xmlChar *some_href(void)
{
    static const char *const hrefs[] = {
        "urn:a",     "urn:b",   "http://a/b#",
        NULL,        "",        "relative",
        "urn:a\"b",  "urn:&",   "urn://a:b",
        "http://",   "urn:",    "http://a:1/",
        "http://a#", "urn:#",   "https://a//",
        "http:///",  "urn:a:/", "http://www.w3.org/XML/1998/namespace"};
    return BAD_CAST hrefs[next(sizeof(hrefs) / sizeof(hrefs[0]))];
}

static void declare(tree *t, xmlNodePtr element)
{
    const xmlChar *prefix = some_prefix();
    xmlNsPtr ns = xmlNewNs(NULL, some_href(), prefix);

    if (ns != NULL) {
        ns->next = element->nsDef;
        element->nsDef = ns;
        if (t->namespace_count < MAX_ELEMENTS) {
            t->namespaces[t->namespace_count++] = ns;
        }
    }
}

static void reword(const tree *t)
{
    xmlNsPtr ns = some_namespace(t);

    if (ns == NULL || ns == t->doc->oldNs) {
        return;
    }
    if (next(2) == 0) {
        xmlFree((xmlChar *)(uintptr_t)ns->href);
        ns->href = xmlStrdup(some_href());
    } else {
        xmlFree((xmlChar *)(uintptr_t)ns->prefix);
        ns->prefix = xmlStrdup(some_prefix());
    }
}

static void add_attribute(const tree *t, xmlNodePtr element)
{
    static const char *const names[] = {"a", "b", "ID", "lang", "xmlns", "A"};
    xmlAttrPtr last = element->properties;
    xmlAttrPtr added = xmlNewDocProp(t->doc, BAD_CAST names[next(6)], NULL);

    added->parent = element;
    added->ns = some_namespace(t);
    append((xmlNodePtr)added, xmlNewDocText(t->doc, BAD_CAST some_text()));
    while (last != NULL && last->next != NULL) {
        last = last->next;
    }
    if (last == NULL) {
        element->properties = added;
    } else {
        last->next = added;
        added->prev = last;
    }
}

static void change_attribute(const tree *t, const xmlNode *element)
{
    xmlAttrPtr attribute = element->properties;

    for (unsigned int n = next(4); n > 0 && attribute != NULL; n--) {
        attribute = attribute->next;
    }
    if (attribute == NULL) {
        return;
    }
    switch (next(4)) {
    case 0:
        attribute->ns = some_namespace(t);
        break;
    case 1:
        append((xmlNodePtr)attribute, xmlNewDocText(t->doc, BAD_CAST some_text()));
        break;
    case 2:
        append((xmlNodePtr)attribute, xmlNewReference(t->doc, BAD_CAST "lt"));
        break;
    default:
        append((xmlNodePtr)attribute, xmlNewCDataBlock(t->doc, BAD_CAST "<", 1));
    }
}

static void add_node(const tree *t, xmlNodePtr element)
{
    switch (next(6)) {
    case 0:
        append(element, xmlNewDocText(t->doc, NULL));
        break;
    case 1:
        append(element, xmlNewDocText(t->doc, BAD_CAST some_text()));
        break;
    case 2:
        append(element, xmlNewCDataBlock(t->doc, BAD_CAST "c<", 2));
        break;
    case 3:
        append(element, xmlNewDocComment(t->doc, BAD_CAST "c"));
        break;
    case 4:
        append(element, xmlNewDocPI(t->doc, BAD_CAST "p", BAD_CAST "i"));
        break;
    default:
        append(element, xmlNewReference(t->doc, BAD_CAST "e"));
    }
}

static void move(const tree *t, xmlNodePtr element)
{
    xmlNodePtr to = t->elements[next(t->element_count)];

    if (!is_within(to, element) && element->parent->type == XML_ELEMENT_NODE) {
        xmlUnlinkNode(element);
        append(to, element);
    }
}

static void reverse_declarations(xmlNodePtr element)
{
    xmlNsPtr reversed = NULL;

    while (element->nsDef != NULL) {
        xmlNsPtr ns = element->nsDef;

        element->nsDef = ns->next;
        ns->next = reversed;
        reversed = ns;
    }
    element->nsDef = reversed;
}

static void change(tree *t)
{
    xmlNodePtr element = t->elements[next(t->element_count)];

    switch (next(9)) {
    case 0:
        element->ns = some_namespace(t);
        break;
    case 1:
        declare(t, element);
        break;
    case 2:
        reword(t);
        break;
    case 3:
        add_attribute(t, element);
        break;
    case 4:
        change_attribute(t, element);
        break;
    case 5:
        add_node(t, element);
        break;
    case 6:
        move(t, element);
        break;
    case 7:
        reverse_declarations(element);
        break;
    default:
        xmlNodeSetName(element, BAD_CAST(next(2) == 0 ? "a" : "a:b"));
    }
}

/* -- judgement --------------------------------------------------------------------------------- */

static void judge(xmlNodePtr apex, const xmlNode *without)
{
    xmlBufferPtr ours = xmlBufferCreate(), theirs = xmlBufferCreate();
    judge_verdict verdict = judge_c14n(apex, without, ours, theirs);

    if (verdict != JUDGE_EQUAL && verdict != JUDGE_LEFT) {
        fprintf(stderr, "verdict %d\nours:   %s\ntheirs: %s\n", verdict,
                (const char *)xmlBufferContent(ours), (const char *)xmlBufferContent(theirs));
        abort();
    }
    xmlBufferFree(ours);
    xmlBufferFree(theirs);
}

static void judge_all(const tree *t)
{
    for (unsigned int i = 0; i < t->element_count; i++) {
        judge(t->elements[i], NULL);
        for (xmlNodePtr child = eb_xml_first(t->elements[i]); child != NULL;
             child = eb_xml_next(child)) {
            judge(t->elements[i], child);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int options[] = {0,
                                  XML_PARSE_NOENT,
                                  XML_PARSE_DTDATTR,
                                  XML_PARSE_NOCDATA,
                                  XML_PARSE_RECOVER,
                                  XML_PARSE_NSCLEAN,
                                  XML_PARSE_COMPACT,
                                  XML_PARSE_NOENT | XML_PARSE_DTDATTR | XML_PARSE_RECOVER};
    const uint8_t *document = size == 0 ? NULL : memchr(data, '<', size);
    tree t = {0};
    size_t len;
    int option;

    if (document == NULL || size > (size_t)64 * 1024) {
        return 0;
    }
    steering = data;
    steering_left = (size_t)(document - data);
    len = size - steering_left;
    option = options[next(8)] | XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    t.doc = xmlReadMemory((const char *)document, (int)len, NULL, NULL, option);
    if (t.doc != NULL && xmlDocGetRootElement(t.doc) != NULL) {
        gather(&t, xmlDocGetRootElement(t.doc));
        if (steering_left == 0) {
            judge_all(&t);
        } else {
            xmlNodePtr apex = t.elements[next(t.element_count)];
            xmlNodePtr without = t.elements[next(t.element_count)];

            for (int step = 0; step < MAX_STEPS && steering_left > 0; step++) {
                change(&t);
            }
            judge(apex, NULL);
            judge(apex, without);
        }
    }
    xmlFreeDoc(t.doc);
    return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the test and the fuzz target of our canonical form share: libxml2 as its judge, and the
 * question whether the octets, parsed again, are the same tree. */
#ifndef EB_TESTS_C14N_JUDGE_H
#define EB_TESTS_C14N_JUDGE_H

#include "saml/c14n.h"

#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

typedef struct judge_part {
    const xmlNode *apex;
    const xmlNode *without;
} judge_part;

static int judge_sees(void *context, xmlNodePtr node, xmlNodePtr parent)
{
    const judge_part *part = context;
    const xmlNode *at = node;

    if (node == NULL || node->type == XML_ATTRIBUTE_NODE || node->type == XML_NAMESPACE_DECL) {
        at = parent;
    }
    for (; at != NULL && at != part->without; at = at->parent) {
        if (at == part->apex) {
            return 1;
        }
    }
    return 0;
}

static void judge_is_silent(void *context, const xmlError *error)
{
    (void)context;
    (void)error;
}

/* libxml2's form of the part, whose siblings it is not shown; false where it refuses. */
static bool judge_writes(xmlNode *apex, const xmlNode *without, xmlBufferPtr ret_octets)
{
    judge_part part = {apex, without};
    xmlNodePtr siblings = apex->next;
    xmlDoc head = *apex->doc;
    xmlOutputBufferPtr out = xmlOutputBufferCreateBuffer(ret_octets, NULL);

    xmlBufferEmpty(ret_octets);
    head.children = apex;
    apex->next = NULL;
    xmlSetStructuredErrorFunc(NULL, (xmlStructuredErrorFunc)judge_is_silent);
    int result = xmlC14NExecute(&head, judge_sees, &part, XML_C14N_EXCLUSIVE_1_0, NULL, 0, out);
    apex->next = siblings;
    return xmlOutputBufferClose(out) >= 0 && result >= 0;
}

static bool judge_takes(void *buffer, const void *bytes, size_t len)
{
    return xmlBufferAdd(buffer, bytes, (int)len) == 0;
}

/* The text from `child` to the next element, which is returned; NULL: to the end. */
static const xmlNode *judge_part_of(const xmlNode *child, const xmlNode *without, xmlBufferPtr text)
{
    xmlBufferEmpty(text);
    while (child != NULL && (child->type != XML_ELEMENT_NODE || child == without)) {
        if (child != without && child->content != NULL) {
            xmlBufferCat(text, child->content);
        }
        child = child->next;
    }
    return child;
}

static bool judge_same(const xmlChar *a, const xmlChar *b)
{
    return xmlStrEqual(a == NULL ? BAD_CAST "" : a, b == NULL ? BAD_CAST "" : b);
}

static bool judge_same_name(const xmlChar *a, const xmlNs *in_a, const xmlChar *b,
                            const xmlNs *in_b)
{
    return xmlStrEqual(a, b) &&
           judge_same(in_a == NULL ? NULL : in_a->prefix, in_b == NULL ? NULL : in_b->prefix) &&
           judge_same(in_a == NULL ? NULL : in_a->href, in_b == NULL ? NULL : in_b->href);
}

static bool judge_same_attributes(const xmlNode *a, const xmlNode *b)
{
    int count = 0;

    for (const xmlAttr *y = b->properties; y != NULL; y = y->next) {
        count--;
    }
    for (const xmlAttr *x = a->properties; x != NULL; x = x->next) {
        const xmlAttr *y = b->properties;

        while (y != NULL && !judge_same_name(x->name, x->ns, y->name, y->ns)) {
            y = y->next;
        }
        if (y == NULL || !judge_same(x->children == NULL ? NULL : x->children->content,
                                     y->children == NULL ? NULL : y->children->content)) {
            return false;
        }
        count++;
    }
    return count == 0;
}

static bool judge_same_tree(const xmlNode *a, const xmlNode *without, const xmlNode *b)
{
    xmlBufferPtr text_a = xmlBufferCreate(), text_b = xmlBufferCreate();
    const xmlNode *x = a, *y = b;
    bool is_same = judge_same_name(a->name, a->ns, b->name, b->ns) && judge_same_attributes(a, b);

    x = a->children;
    y = b->children;
    while (is_same) {
        x = judge_part_of(x, without, text_a);
        y = judge_part_of(y, NULL, text_b);
        is_same = (x == NULL) == (y == NULL) &&
                  judge_same(xmlBufferContent(text_a), xmlBufferContent(text_b)) &&
                  (x == NULL || judge_same_tree(x, without, y));
        if (x == NULL) {
            break;
        }
        x = x->next;
        y = y == NULL ? NULL : y->next;
    }
    xmlBufferFree(text_a);
    xmlBufferFree(text_b);
    return is_same;
}

/* Names as a parser that found the namespaces sound leaves them. */
static bool judge_finds_names_sound(const xmlNode *element)
{
    bool is_sound = xmlValidateNCName(element->name, 0) == 0 &&
                    (element->ns == NULL || element->ns->prefix == NULL ||
                     xmlValidateNCName(element->ns->prefix, 0) == 0);

    for (const xmlAttr *a = element->properties; a != NULL; a = a->next) {
        is_sound =
            is_sound && xmlValidateNCName(a->name, 0) == 0 &&
            (a->ns != NULL || !xmlStrEqual(a->name, BAD_CAST "xmlns")) &&
            (a->ns == NULL || a->ns->prefix == NULL || xmlValidateNCName(a->ns->prefix, 0) == 0);
    }
    for (const xmlNode *child = element->children; child != NULL && is_sound; child = child->next) {
        is_sound = child->type != XML_ELEMENT_NODE || judge_finds_names_sound(child);
    }
    return is_sound;
}

typedef enum judge_verdict {
    JUDGE_EQUAL,
    JUDGE_LEFT,    /* to libxml2 */
    JUDGE_REFUSES, /* what we wrote */
    JUDGE_DIFFERS,
    JUDGE_OTHER_TREE, /* the octets are a tree that is not the part */
} judge_verdict;

/* `ours` and `theirs` come back with the octets. Octets that no parser takes (a text held a
 * character that is none, a prefix was bound to a reserved name) are not asked for their tree. */
static judge_verdict judge_c14n(xmlNode *apex, const xmlNode *without, xmlBufferPtr ours,
                                xmlBufferPtr theirs)
{
    judge_verdict verdict = JUDGE_EQUAL;
    xmlParserCtxtPtr parser;
    xmlDocPtr again;

    xmlBufferEmpty(ours);
    if (eb_c14n_write(apex, without, judge_takes, ours) != EB_C14N_DONE) {
        return JUDGE_LEFT;
    }
    if (!judge_writes(apex, without, theirs)) {
        return JUDGE_REFUSES;
    }
    if (xmlBufferLength(ours) != xmlBufferLength(theirs) ||
        memcmp(xmlBufferContent(ours), xmlBufferContent(theirs), (size_t)xmlBufferLength(ours)) !=
            0) {
        return JUDGE_DIFFERS;
    }
    parser = xmlNewParserCtxt();
    again =
        xmlCtxtReadMemory(parser, (const char *)xmlBufferContent(ours), xmlBufferLength(ours), NULL,
                          "UTF-8", XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (again != NULL && parser->nsWellFormed && judge_finds_names_sound(apex) &&
        !judge_same_tree(apex, without, xmlDocGetRootElement(again))) {
        verdict = JUDGE_OTHER_TREE;
    }
    xmlFreeParserCtxt(parser);
    xmlFreeDoc(again);
    return verdict;
}

#endif

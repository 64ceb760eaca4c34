/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parsing and reading of a stranger's XML over libxml2.
 *
 * The limits are kept while the parser runs, in our own SAX callbacks before libxml2's tree
 * builder, so that what is refused is never built. A document type stops the parser at its name,
 * before any of its declarations is read; without one there are no entities to load or to multiply.
 */
#include "saml/xml.h"

#include <apr_strings.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <string.h>

#define MAX_ATTRIBUTES 128 /* of one element: libxml2 compares each with each */
#define MAX_NAMESPACES 64  /* declared by one element */

const eb_xml_limits eb_xml_message_limits = {(size_t)256 * 1024, 64, 20000};
const eb_xml_limits eb_xml_metadata_limits = {(size_t)64 * 1024 * 1024, 64, 4000000};

/* What our callbacks know, hung on the parser context. */
typedef struct parse_state {
    const eb_xml_limits *limits;
    int nodes;
    eb_err_id fault;   /* 0 while all is well */
    bool may_cut;      /* stop behind the tag of a document element that is in no namespace */
    bool is_cut_short; /* and it did */
} parse_state;

void eb_xml_start(void)
{
    xmlInitParser();
}

static void stop(xmlParserCtxtPtr ctxt, eb_err_id fault)
{
    parse_state *state = ctxt->_private;

    if (state->fault == 0) {
        state->fault = fault;
    }
    xmlStopParser(ctxt);
}

static bool count_nodes(xmlParserCtxtPtr ctxt, int count)
{
    parse_state *state = ctxt->_private;

    if (state->fault != 0) {
        return false;
    }
    if (count > state->limits->max_nodes - state->nodes) {
        stop(ctxt, EB_E_SAML_NODES);
        return false;
    }
    state->nodes += count;
    return true;
}

static void on_doctype(void *context, const xmlChar *name, const xmlChar *external,
                       const xmlChar *system)
{
    (void)name;
    (void)external;
    (void)system;
    stop(context, EB_E_SAML_DTD);
}

static void on_start(void *context, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
                     int namespace_count, const xmlChar **namespaces, int attribute_count,
                     int defaulted_count, const xmlChar **attributes)
{
    xmlParserCtxtPtr ctxt = context;
    parse_state *state = ctxt->_private;
    bool is_root = ctxt->nodeNr == 0;

    if (ctxt->nodeNr >= state->limits->max_depth) {
        stop(ctxt, EB_E_SAML_DEPTH);
        return;
    }
    if (namespace_count > MAX_NAMESPACES || attribute_count > MAX_ATTRIBUTES) {
        stop(ctxt, EB_E_SAML_NODES);
        return;
    }
    if (!count_nodes(ctxt, 1 + namespace_count + attribute_count)) {
        return;
    }
    xmlSAX2StartElementNs(ctxt, local, prefix, uri, namespace_count, namespaces, attribute_count,
                          defaulted_count, attributes);
    if (is_root && state->may_cut && uri == NULL) {
        state->is_cut_short = true;
        xmlStopParser(ctxt);
    }
}

static void on_characters(void *context, const xmlChar *text, int len)
{
    xmlParserCtxtPtr ctxt = context;
    const xmlNode *last = ctxt->node == NULL ? NULL : ctxt->node->last;

    /* libxml2 hands long text over in pieces and joins them: one node */
    if ((last != NULL && last->type == XML_TEXT_NODE) || count_nodes(ctxt, 1)) {
        xmlSAX2Characters(ctxt, text, len);
    }
}

static void on_cdata(void *context, const xmlChar *text, int len)
{
    if (count_nodes(context, 1)) {
        xmlSAX2CDataBlock(context, text, len);
    }
}

static void on_comment(void *context, const xmlChar *text)
{
    if (count_nodes(context, 1)) {
        xmlSAX2Comment(context, text);
    }
}

static void on_instruction(void *context, const xmlChar *target, const xmlChar *data)
{
    if (count_nodes(context, 1)) {
        xmlSAX2ProcessingInstruction(context, target, data);
    }
}

/* Nothing of a stranger's goes to stderr, whatever handler the process has set for others. The
 * constness of the argument differs between versions of libxml2, hence the cast where it is set. */
static void on_error(void *context, const xmlError *error)
{
    (void)context;
    (void)error;
}

static void guard(xmlParserCtxtPtr ctxt, parse_state *state)
{
    xmlSAXHandler *sax = ctxt->sax;

    ctxt->_private = state;
    sax->internalSubset = on_doctype;
    sax->externalSubset = on_doctype;
    sax->startElementNs = on_start;
    sax->characters = on_characters;
    sax->ignorableWhitespace = on_characters;
    sax->cdataBlock = on_cdata;
    sax->comment = on_comment;
    sax->processingInstruction = on_instruction;
    sax->serror = (xmlStructuredErrorFunc)on_error;
}

/* UTF-16, UTF-32 and EBCDIC are told by their first bytes, before the parser guesses at them. */
static bool looks_like_utf8_xml(const unsigned char *bytes, size_t len)
{
    if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        bytes += 3;
        len -= 3;
    }
    return len > 0 &&
           (bytes[0] == '<' || bytes[0] == ' ' || bytes[0] == '\t' || bytes[0] == '\r' ||
            bytes[0] == '\n') &&
           memchr(bytes, 0, len) == NULL;
}

static const eb_err *check_document(apr_pool_t *pool, const xmlDoc *doc)
{
    if (doc->encoding != NULL && xmlStrcasecmp(doc->encoding, BAD_CAST "UTF-8") != 0) {
        return eb_err_make(pool, EB_E_SAML_XML, "the encoding is %s, expected UTF-8",
                           eb_printable(pool, (const char *)doc->encoding));
    }
    if (doc->version != NULL && strcmp((const char *)doc->version, "1.0") != 0) {
        return eb_err_make(pool, EB_E_SAML_XML, "the XML version is %s, expected 1.0",
                           eb_printable(pool, (const char *)doc->version));
    }
    return NULL;
}

static const eb_err *fault_of(apr_pool_t *pool, const parse_state *state)
{
    switch (state->fault) {
    case EB_E_SAML_DTD:
        return eb_err_make(pool, state->fault, "the document has a document type");
    case EB_E_SAML_DEPTH:
        return eb_err_make(pool, state->fault, "more than %d elements inside each other",
                           state->limits->max_depth);
    case EB_E_SAML_NODES:
        return eb_err_make(pool, state->fault,
                           "more than %d nodes, or more than %d attributes or %d namespaces in one "
                           "element",
                           state->limits->max_nodes, MAX_ATTRIBUTES, MAX_NAMESPACES);
    default:
        return NULL;
    }
}

/* `ret_is_sound`, where it is asked for, tells what eb_xml_parse_loose tells; where it is NULL,
 * namespaces must be sound. */
static const eb_err *parse(apr_pool_t *pool, const void *bytes, size_t len,
                           const eb_xml_limits *limits, xmlDocPtr *ret_doc, bool *ret_is_sound)
{
    static const int options =
        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT;
    parse_state state = {limits, 0, (eb_err_id)0, ret_is_sound != NULL, false};
    xmlParserCtxtPtr ctxt;
    xmlDocPtr doc;
    bool is_well_formed;
    bool is_sound;

    if (len > limits->max_bytes || len > (size_t)INT32_MAX) {
        return eb_err_make(pool, EB_E_SAML_TOO_LARGE, "%lu bytes, at most %lu are read",
                           (unsigned long)len, (unsigned long)limits->max_bytes);
    }
    if (!looks_like_utf8_xml(bytes, len)) {
        return eb_err_make(pool, EB_E_SAML_XML, "not XML in UTF-8");
    }
    ctxt = xmlNewParserCtxt();
    if (ctxt == NULL) {
        return eb_err_make(pool, EB_E_SAML_XML, "no memory for the parser");
    }
    guard(ctxt, &state);
    doc = eb_xml_own(pool, xmlCtxtReadMemory(ctxt, bytes, (int)len, NULL, NULL, options));
    if (doc == NULL && ctxt->myDoc != NULL) {
        xmlFreeDoc(ctxt->myDoc);
        ctxt->myDoc = NULL;
    }
    is_well_formed = doc != NULL && ctxt->wellFormed != 0 && xmlDocGetRootElement(doc) != NULL;
    is_sound = ctxt->nsWellFormed != 0 && !state.is_cut_short;
    xmlFreeParserCtxt(ctxt);

    EB_TRY(fault_of(pool, &state));
    if (!is_well_formed) {
        return eb_err_make(pool, EB_E_SAML_XML, "not well-formed");
    }
    EB_TRY(check_document(pool, doc));
    if (ret_is_sound != NULL) {
        *ret_is_sound = is_sound;
    } else if (!is_sound) {
        return eb_err_make(pool, EB_E_SAML_XML, "not well-formed as to namespaces");
    }
    *ret_doc = doc;
    return NULL;
}

const eb_err *eb_xml_parse(apr_pool_t *pool, const void *bytes, size_t len,
                           const eb_xml_limits *limits, xmlDocPtr *ret_doc)
{
    return parse(pool, bytes, len, limits, ret_doc, NULL);
}

const eb_err *eb_xml_parse_loose(apr_pool_t *pool, const void *bytes, size_t len,
                                 const eb_xml_limits *limits, xmlDocPtr *ret_doc,
                                 bool *ret_namespaces_sound)
{
    return parse(pool, bytes, len, limits, ret_doc, ret_namespaces_sound);
}

static apr_status_t free_doc(void *doc)
{
    xmlFreeDoc(doc);
    return APR_SUCCESS;
}

xmlDocPtr eb_xml_own(apr_pool_t *pool, xmlDocPtr doc)
{
    if (doc != NULL) {
        apr_pool_cleanup_register(pool, doc, free_doc, apr_pool_cleanup_null);
    }
    return doc;
}

bool eb_xml_is(const xmlNode *node, const char *ns, const char *local)
{
    return node != NULL && node->type == XML_ELEMENT_NODE && node->ns != NULL &&
           node->ns->href != NULL && strcmp((const char *)node->name, local) == 0 &&
           strcmp((const char *)node->ns->href, ns) == 0;
}

static xmlNodePtr element_from(xmlNodePtr node)
{
    while (node != NULL && node->type != XML_ELEMENT_NODE) {
        node = node->next;
    }
    return node;
}

xmlNodePtr eb_xml_first(const xmlNode *parent)
{
    return parent == NULL ? NULL : element_from(parent->children);
}

xmlNodePtr eb_xml_next(const xmlNode *node)
{
    return node == NULL ? NULL : element_from(node->next);
}

xmlNodePtr eb_xml_child(const xmlNode *parent, const char *ns, const char *local)
{
    xmlNodePtr child = eb_xml_first(parent);

    while (child != NULL && !eb_xml_is(child, ns, local)) {
        child = eb_xml_next(child);
    }
    return child;
}

/* Moves a string of libxml2 into the pool. */
static const char *take(apr_pool_t *pool, xmlChar *text)
{
    const char *copy = text == NULL ? NULL : apr_pstrdup(pool, (const char *)text);

    xmlFree(text);
    return copy;
}

const char *eb_xml_attribute(apr_pool_t *pool, const xmlNode *node, const char *name)
{
    return take(pool, xmlGetNoNsProp((xmlNodePtr)node, BAD_CAST name));
}

const char *eb_xml_text(apr_pool_t *pool, const xmlNode *node)
{
    const char *text = take(pool, xmlNodeGetContent((xmlNodePtr)node));

    return text == NULL ? "" : text;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

const char *eb_xml_trimmed(apr_pool_t *pool, const xmlNode *node)
{
    const char *text = eb_xml_text(pool, node);
    size_t len;

    while (is_space(*text)) {
        text++;
    }
    len = strlen(text);
    while (len > 0 && is_space(text[len - 1])) {
        len--;
    }
    return apr_pstrmemdup(pool, text, len);
}

bool eb_xml_simple_text(apr_pool_t *pool, const xmlNode *node, eb_span *ret_text)
{
    const xmlNode *only = node->children;

    for (const xmlNode *child = only; child != NULL; child = child->next) {
        if (child->type != XML_TEXT_NODE) {
            return false;
        }
    }
    if (only != NULL && only->next == NULL && only->content != NULL) {
        *ret_text = eb_span_str((const char *)only->content);
    } else {
        *ret_text = eb_span_str(eb_xml_text(pool, node));
    }
    return true;
}

const char *eb_xml_serialize(apr_pool_t *pool, xmlDocPtr doc, xmlNodePtr node)
{
    xmlBufferPtr buffer = xmlBufferCreate();
    const char *text = "";

    if (buffer != NULL) {
        xmlNodePtr from = node != NULL ? node : xmlDocGetRootElement(doc);

        if (from != NULL && xmlNodeDump(buffer, doc, from, 0, 0) >= 0) {
            text = apr_pstrmemdup(pool, (const char *)xmlBufferContent(buffer),
                                  (apr_size_t)xmlBufferLength(buffer));
        }
        xmlBufferFree(buffer);
    }
    return text;
}

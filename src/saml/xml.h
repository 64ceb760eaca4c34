/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stranger's XML: parsed once, with no network, no DTD and no entities; read without surprises.
 *
 * The document belongs to the pool it was parsed in. Readers compare (namespace, local name), never
 * a prefix, and read attributes without namespace only.
 */
#ifndef EB_SAML_XML_H
#define EB_SAML_XML_H

#include "base/text.h"

#include <libxml/tree.h>

#define EB_NS_SAML   "urn:oasis:names:tc:SAML:2.0:assertion"
#define EB_NS_SAMLP  "urn:oasis:names:tc:SAML:2.0:protocol"
#define EB_NS_MD     "urn:oasis:names:tc:SAML:2.0:metadata"
#define EB_NS_DS     "http://www.w3.org/2000/09/xmldsig#"
#define EB_NS_DS11   "http://www.w3.org/2009/xmldsig11#"
#define EB_NS_XENC   "http://www.w3.org/2001/04/xmlenc#"
#define EB_NS_XENC11 "http://www.w3.org/2009/xmlenc11#"
#define EB_NS_ALG    "urn:oasis:names:tc:SAML:metadata:algsupport"
#define EB_NS_MDUI   "urn:oasis:names:tc:SAML:metadata:ui"
#define EB_NS_MDATTR "urn:oasis:names:tc:SAML:metadata:attribute"
#define EB_NS_EIDAS  "http://eidas.europa.eu/saml-extensions"
#define EB_NS_XSI    "http://www.w3.org/2001/XMLSchema-instance"

typedef struct eb_xml_limits {
    size_t max_bytes;
    int max_depth; /* 64 for messages */
    int max_nodes; /* elements, attributes and texts; 20000 for messages */
} eb_xml_limits;

extern const eb_xml_limits
    eb_xml_message_limits; /* 256K, 64, 20000: max_bytes is overridden by EidasMaxMessage */
extern const eb_xml_limits eb_xml_metadata_limits; /* 64M, 64, 4 million */

/* Once per process before any other call: initialises libxml2. No global of libxml2 is set, because
 * others in the process use it too; our parsers never come to its entity loader, as a document type
 * stops them. */
void eb_xml_start(void);

/* EB_E_SAML_TOO_LARGE, _XML, _DTD, _DEPTH, _NODES. XML 1.0 with namespaces, in UTF-8 only.
 * Comments, processing instructions and CDATA sections are kept in the tree (structure refuses
 * them). */
const eb_err *eb_xml_parse(apr_pool_t *pool, const void *bytes, size_t len,
                           const eb_xml_limits *limits, xmlDocPtr *ret_doc);

/* The same for decrypted content, whose namespaces may be declared outside of it. When
 * ret_namespaces_sound comes back false, a prefix is not declared or the document element is in no
 * namespace; then only the tag of the document element is sure to have been read, and the content
 * must be parsed again with what it lacks. */
const eb_err *eb_xml_parse_loose(apr_pool_t *pool, const void *bytes, size_t len,
                                 const eb_xml_limits *limits, xmlDocPtr *ret_doc,
                                 bool *ret_namespaces_sound);

/* Registers xmlFreeDoc with the pool. NULL is allowed. */
xmlDocPtr eb_xml_own(apr_pool_t *pool, xmlDocPtr doc);

bool eb_xml_is(const xmlNode *node, const char *ns, const char *local);
xmlNodePtr eb_xml_first(const xmlNode *parent); /* first child element, NULL when none */
xmlNodePtr eb_xml_next(const xmlNode *node);    /* next sibling element */
xmlNodePtr eb_xml_child(const xmlNode *parent, const char *ns,
                        const char *local); /* first such child */

/* Attribute without namespace (xmlGetNoNsProp), copied into the pool; NULL when absent. */
const char *eb_xml_attribute(apr_pool_t *pool, const xmlNode *node, const char *name);

/* All text below the node, copied as it stands; "" when empty. The trimmed form drops XML white
 * space around it (for URIs, instants and identifiers that the schema collapses). */
const char *eb_xml_text(apr_pool_t *pool, const xmlNode *node);
const char *eb_xml_trimmed(apr_pool_t *pool, const xmlNode *node);

/* The text of an element that holds nothing but text (no comment may split a value that is compared
 * or decoded); false for all others. The span is borrowed from the tree where that is possible. */
bool eb_xml_simple_text(apr_pool_t *pool, const xmlNode *node, eb_span *ret_text);

/* The node, or the root element where it is NULL, serialised without declaration, for POST and for
 * tests. */
const char *eb_xml_serialize(apr_pool_t *pool, xmlDocPtr doc, xmlNodePtr node);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole Response, entered behind the signature.
 *
 * The input is the XML of a Response. The mutator takes it apart (decrypts, drops the signatures),
 * changes the tree, signs and encrypts anew with the test keys: so what is tried is what a provider
 * could send, not only what anybody could. What is accepted must keep the promises of
 * saml/response.h.
 */
#include "saml/xmlenc.h"
#include "saml_maker.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NODES_MAX 4096
#define VALUE_MAX 512

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

static saml_world world;
static apr_pool_t *all;

/* The strictest rules for content, the widest for form: every path can be reached. RSA-2048 alone,
 * for speed. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    apr_initialize();
    apr_pool_create(&all, NULL);
    saml_world_init(&world, all, "eidas");
    world.policy.algorithms = eb_profile_find("generic")->algorithms;
    world.policy.algorithms.allowed |= EB_ALG_CBC;
    world.policy.require_signature = EB_SIGNED_EITHER;
    world.policy.require_encryption = false;
    eb_saml_key larger = world.ring.encryption[0];
    world.ring.encryption[0] = world.ring.encryption[1];
    world.ring.encryption[1] = larger;
    world.ring.encryption_count = 1;
    world.expected.floor = EB_LEVEL_SUBSTANTIAL;
    return 0;
}

static void promise(bool is_kept)
{
    if (!is_kept) {
        abort();
    }
}

static void check_identity(const eb_identity *person, const eb_response_facts *facts)
{
    promise(facts->is_verified && facts->fingerprint != NULL && facts->assertion_id != NULL);
    promise(strcmp(person->entity_id, SAML_IDP_ENTITY) == 0);
    promise(person->level >= EB_LEVEL_SUBSTANTIAL && person->acr != NULL);
    promise(strcmp(person->namespace_, "eidas") == 0);
    promise(strlen(person->identifier) > strlen("ES/FI/") && person->identifier[2] == '/');
    promise(person->not_on_or_after > world.expected.now - world.policy.clock_skew);
    promise(person->authenticated <= world.expected.now + world.policy.clock_skew);
    for (int i = 0; i < person->attribute_count; i++) {
        promise(person->attributes[i].value_count > 0);
        promise(strstr(person->attributes[i].name, "/representative/") == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    saml_world own = world;
    eb_response_facts facts;
    eb_identity *person = NULL;

    apr_pool_create(&own.pool, all);
    const eb_err *err = saml_read(&own, eb_base64(own.pool, data, size), &facts, &person);
    promise((err == NULL) == (person != NULL));
    if (err == NULL) {
        check_identity(person, &facts);
    }
    apr_pool_destroy(own.pool);
    return 0;
}

/* -- the mutator
 * ----------------------------------------------------------------------------------- */

typedef struct mutation {
    apr_pool_t *pool;
    uint32_t state;
    xmlNodePtr nodes[NODES_MAX]; /* elements, attributes and texts of one document */
    int count;
} mutation;

static uint32_t pick(mutation *m, uint32_t below)
{
    m->state ^= m->state << 13;
    m->state ^= m->state >> 17;
    m->state ^= m->state << 5;
    return below == 0 ? 0 : m->state % below;
}

static void collect(mutation *m, xmlNodePtr node)
{
    for (; node != NULL && m->count < NODES_MAX; node = node->next) {
        if (node->type != XML_ELEMENT_NODE && node->type != XML_TEXT_NODE) {
            continue;
        }
        m->nodes[m->count++] = node;
        if (node->type == XML_ELEMENT_NODE) {
            for (xmlAttrPtr a = node->properties; a != NULL && m->count < NODES_MAX; a = a->next) {
                m->nodes[m->count++] = (xmlNodePtr)a;
            }
            collect(m, node->children);
        }
    }
}

static const char *const words[] = {
    "",
    "true",
    "false",
    "2026-11-21T12:00:00Z",
    "2026-11-21T11:58:59Z",
    "2026-11-21T12:01:01.5+00:00",
    "9999-12-31T23:59:59Z",
    "1970-01-01T00:00:00Z",
    "http://eidas.europa.eu/LoA/high",
    "http://eidas.europa.eu/NotNotified/LoA/high",
    "urn:oasis:names:tc:SAML:2.0:cm:bearer",
    "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "http://eidas.europa.eu/attributes/naturalperson/representative/PersonIdentifier",
    "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier",
    "ES/FI/\xc3\xa4",
    SAML_ACS,
    SAML_SP_ENTITY,
    SAML_IDP_ENTITY,
    SAML_REQUEST_ID,
};

static const char *new_value(mutation *m, const char *old)
{
    uint8_t value[VALUE_MAX + 1] = {0};
    size_t len = strlen(old);

    if (pick(m, 2) == 0) {
        return words[pick(m, sizeof(words) / sizeof(words[0]))];
    }
    len = len > VALUE_MAX ? VALUE_MAX : len;
    memcpy(value, old, len);
    len = LLVMFuzzerMutate(value, len, VALUE_MAX);
    for (size_t i = 0; i < len; i++) {
        bool is_xml = value[i] >= 0x20 || value[i] == '\t' || value[i] == '\n' || value[i] == '\r';
        value[i] = is_xml ? value[i] : (uint8_t)' ';
    }
    if (!eb_is_utf8(value, len)) {
        for (size_t i = 0; i < len; i++) {
            value[i] &= 0x7f;
            value[i] = value[i] < 0x20 ? (uint8_t)'x' : value[i];
        }
    }
    return apr_pstrmemdup(m->pool, (const char *)value, len);
}

static bool is_above(const xmlNode *node, const xmlNode *other)
{
    for (; other != NULL; other = other->parent) {
        if (other == node) {
            return true;
        }
    }
    return false;
}

static void change_text(mutation *m, xmlNodePtr node)
{
    xmlChar *old = xmlNodeGetContent(node);
    const char *value = new_value(m, old == NULL ? "" : (const char *)old);

    xmlFree(old);
    if (node->type == XML_ATTRIBUTE_NODE) {
        if (pick(m, 8) == 0) {
            xmlRemoveProp((xmlAttrPtr)node);
        } else {
            xmlSetNsProp(node->parent, ((xmlAttrPtr)node)->ns, node->name, (const xmlChar *)value);
        }
    } else {
        xmlNodeSetContent(node, (const xmlChar *)value);
    }
}

static void change_tree(mutation *m, xmlDocPtr doc, xmlNodePtr node)
{
    xmlNodePtr other = m->nodes[pick(m, (uint32_t)m->count)];

    if (node == xmlDocGetRootElement(doc)) {
        return;
    }
    switch (pick(m, 4)) {
    case 0:
        xmlUnlinkNode(node);
        xmlFreeNode(node);
        break;
    case 1:
        xmlAddNextSibling(node, xmlDocCopyNode(node, doc, 1));
        break;
    case 2:
        if (other->type == XML_ELEMENT_NODE && !is_above(node, other)) {
            xmlUnlinkNode(node);
            xmlAddChild(other, node);
        }
        break;
    default:
        if (other->type == XML_ELEMENT_NODE) {
            xmlNodeSetName(node, other->name);
        }
        break;
    }
}

static void change(mutation *m, xmlDocPtr doc)
{
    for (uint32_t left = 1 + pick(m, 3); left > 0; left--) {
        m->count = 0;
        collect(m, xmlDocGetRootElement(doc));
        if (m->count == 0) {
            return;
        }
        xmlNodePtr node = m->nodes[pick(m, (uint32_t)m->count)];
        if (node->type != XML_ELEMENT_NODE) {
            change_text(m, node);
        } else {
            change_tree(m, doc, node);
        }
    }
}

static void drop(xmlNodePtr node)
{
    if (node != NULL) {
        xmlUnlinkNode(node);
        xmlFreeNode(node);
    }
}

/* The assertion of a Response as a document of its own, taken out of it; NULL when there is none to
 * be had. */
static xmlDocPtr take_assertion(mutation *m, xmlNodePtr response)
{
    xmlNodePtr encrypted = eb_xml_child(response, EB_NS_SAML, "EncryptedAssertion");
    xmlNodePtr plain = eb_xml_child(response, EB_NS_SAML, "Assertion");
    eb_encryption_info info;
    xmlDocPtr doc = NULL;

    if (plain != NULL) {
        doc = eb_xml_own(m->pool, xmlNewDoc((const xmlChar *)"1.0"));
        xmlNodePtr copy = xmlDocCopyNode(plain, doc, 1);
        xmlDocSetRootElement(doc, copy);
        xmlReconciliateNs(doc, copy);
    } else if (encrypted != NULL) {
        if (eb_xmlenc_decrypt(m->pool, encrypted, &world.ring.encryption[0].key, 1,
                              &world.policy.algorithms, true, &eb_xml_message_limits, &world.random,
                              &doc, &info) != NULL) {
            doc = NULL;
        }
    }
    drop(plain);
    drop(encrypted);
    return doc;
}

static void sign(mutation *m, xmlDocPtr doc)
{
    const eb_err *err = eb_xmldsig_sign(m->pool, xmlDocGetRootElement(doc), world.idp_key,
                                        eb_alg_by_bit(EB_ALG_ECDSA_SHA256), NULL);

    (void)err; /* unsigned then: an ID was mutated away */
}

static const char *rebuild(mutation *m, const uint8_t *data, size_t size)
{
    xmlDocPtr response;
    xmlDocPtr assertion;

    if (eb_xml_parse(m->pool, data, size, &eb_xml_message_limits, &response) != NULL) {
        return NULL;
    }
    xmlNodePtr root = xmlDocGetRootElement(response);
    drop(eb_xml_child(root, EB_NS_DS, "Signature"));
    assertion = take_assertion(m, root);
    if (assertion != NULL) {
        drop(eb_xml_child(xmlDocGetRootElement(assertion), EB_NS_DS, "Signature"));
    }
    change(m, assertion != NULL && pick(m, 4) != 0 ? assertion : response);
    if (assertion == NULL) {
        sign(m, response);
        return eb_xml_serialize(m->pool, response, root);
    }

    bool is_response_signed = pick(m, 4) != 0;
    if (!is_response_signed || pick(m, 2) == 0) {
        sign(m, assertion);
    }
    const char *inner = eb_xml_serialize(m->pool, assertion, xmlDocGetRootElement(assertion));
    if (pick(m, 2) == 0) {
        inner =
            saml_encrypt(m->pool, inner, world.ring.encryption[0].key, EB_NS_XENC11 "aes256-gcm");
    }
    /* behind all other children, as text, because it may be no XML any more */
    const char *outer = eb_xml_serialize(m->pool, response, root);
    const char *end = NULL;
    for (const char *c = strstr(outer, "</"); c != NULL; c = strstr(c + 1, "</")) {
        end = c;
    }
    if (end == NULL) {
        return NULL;
    }
    const char *whole = apr_pstrcat(
        m->pool, apr_pstrmemdup(m->pool, outer, (apr_size_t)(end - outer)), inner, end, NULL);
    if (is_response_signed &&
        eb_xml_parse(m->pool, whole, strlen(whole), &eb_xml_message_limits, &response) == NULL) {
        sign(m, response);
        whole = eb_xml_serialize(m->pool, response, xmlDocGetRootElement(response));
    }
    return whole;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
    mutation *m = calloc(1, sizeof(*m));
    size_t result = 0;

    if (m == NULL) {
        return size;
    }
    m->state = seed | 1u;
    apr_pool_create(&m->pool, all);
    const char *xml = pick(m, 16) == 0 ? NULL : rebuild(m, data, size);
    if (xml != NULL && strlen(xml) <= max_size) {
        result = strlen(xml);
        memcpy(data, xml, result);
    }
    apr_pool_destroy(m->pool);
    free(m);
    return result > 0 ? result : LLVMFuzzerMutate(data, size, max_size);
}

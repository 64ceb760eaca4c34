/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The walk over a message by the table of structure_table.c. It trusts nothing of the document but
 * that libxml2 built it within the limits of saml/xml, which also bound the recursion here. */
#include "saml/structure.h"

#include "saml/structure_table.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <string.h>

#define NS_EC "http://www.w3.org/2001/10/xml-exc-c14n#"

/* A message has a dozen. APR's hash can be made to put all keys into one chain, so their number is
 * what bounds the time. */
#define MAX_IDS 1000

typedef struct walk {
    apr_pool_t *pool;
    apr_hash_t *ids; /* all IDs met so far, whatever the element */
} walk;

static const eb_err *walk_element(walk *w, const xmlNode *node, const eb_structure_element *rule);

static eb_structure_ns ns_of(const xmlNode *node)
{
    static const struct {
        const char *href;
        eb_structure_ns ns;
    } known[] = {
        {EB_NS_SAML, EB_SNS_SAML},     {EB_NS_SAMLP, EB_SNS_SAMLP}, {EB_NS_DS, EB_SNS_DS},
        {EB_NS_XENC, EB_SNS_XENC},     {NS_EC, EB_SNS_EC},          {EB_NS_DS11, EB_SNS_DS11},
        {EB_NS_XENC11, EB_SNS_XENC11},
    };

    if (node->ns != NULL && node->ns->href != NULL) {
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
            if (strcmp(known[i].href, (const char *)node->ns->href) == 0) {
                return known[i].ns;
            }
        }
    }
    return EB_SNS_NONE;
}

static const char *name_of(walk *w, const xmlNode *node)
{
    return eb_printable(w->pool, (const char *)node->name);
}

static bool is_rule_for(const eb_structure_element *rule, eb_structure_ns ns, const xmlNode *node)
{
    return rule->ns == ns && strcmp(rule->local, (const char *)node->name) == 0;
}

/* A namespace name must be absolute: canonicalization of relative ones is not defined and has been
 * made to yield nothing at all. That it is a URI reference the parser has seen to. */
static const eb_err *check_namespaces(walk *w, const xmlNode *node)
{
    for (const xmlNs *ns = node->nsDef; ns != NULL; ns = ns->next) {
        const char *href = (const char *)ns->href;
        size_t scheme;

        if (href == NULL || *href == '\0') {
            continue; /* xmlns="" takes a default away */
        }
        scheme = strspn(href, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");
        if (href[scheme] != ':' || href[scheme + 1] == '\0') {
            return eb_err_make(w->pool, EB_E_XML_NAMESPACE,
                               "element %s declares a namespace that is not an absolute URI: %s",
                               name_of(w, node), eb_printable(w->pool, href));
        }
    }
    return NULL;
}

static const eb_err *remember_id(walk *w, const xmlNode *node, const char *id)
{
    if (apr_hash_count(w->ids) >= MAX_IDS) {
        return eb_err_make(w->pool, EB_E_SAML_NODES, "more than %d IDs", MAX_IDS);
    }
    if (apr_hash_get(w->ids, id, APR_HASH_KEY_STRING) != NULL) {
        return eb_err_make(w->pool, EB_E_XML_ID_DUPLICATE, "the ID of element %s is used before it",
                           name_of(w, node));
    }
    apr_hash_set(w->ids, id, APR_HASH_KEY_STRING, "");
    return NULL;
}

/* The value of an attribute: borrowed from the tree where it is one text, as nearly always. */
static const char *value_of(walk *w, const xmlAttr *attribute)
{
    const xmlNode *only = attribute->children;

    if (only == NULL) {
        return "";
    }
    if (only->next == NULL && only->type == XML_TEXT_NODE && only->content != NULL) {
        return (const char *)only->content;
    }
    return eb_xml_text(w->pool, (const xmlNode *)attribute);
}

static bool is_called_id(const xmlAttr *attribute)
{
    return xmlStrcasecmp(attribute->name, BAD_CAST "id") == 0;
}

static const eb_err *check_value(walk *w, const xmlNode *node, const char *value, int flags)
{
    if ((flags & EB_ATTR_ID) != 0) {
        if (xmlValidateNCName(BAD_CAST value, 0) != 0) {
            return eb_err_make(w->pool, EB_E_XML_ID, "the ID of element %s is not an NCName",
                               name_of(w, node));
        }
        return remember_id(w, node, value);
    }
    if ((flags & EB_ATTR_VERSION) != 0 && strcmp(value, "2.0") != 0) {
        return eb_err_make(w->pool, EB_E_XML_VERSION, "the Version of element %s is %s, not 2.0",
                           name_of(w, node), eb_printable(w->pool, value));
    }
    if ((flags & EB_ATTR_LOCAL) != 0 && *value != '\0' && *value != '#') {
        return eb_err_make(w->pool, EB_E_XML_REFERENCE_TO_FETCH,
                           "element %s refers to something outside of the message: %s",
                           name_of(w, node), eb_printable(w->pool, value));
    }
    return NULL;
}

static const eb_err *check_missing(walk *w, const xmlNode *node,
                                   const eb_structure_attribute *attributes)
{
    for (; attributes != NULL && attributes->name != NULL; attributes++) {
        const xmlAttr *found = node->properties;

        if ((attributes->flags & (EB_ATTR_REQUIRED | EB_ATTR_VERSION)) == 0) {
            continue;
        }
        while (found != NULL &&
               (found->ns != NULL || strcmp((const char *)found->name, attributes->name) != 0)) {
            found = found->next;
        }
        if (found == NULL) {
            eb_err_id id = (attributes->flags & EB_ATTR_ID) != 0        ? EB_E_XML_ID
                           : (attributes->flags & EB_ATTR_VERSION) != 0 ? EB_E_XML_VERSION
                                                                        : EB_E_XML_ATTRIBUTE;

            return eb_err_make(w->pool, id, "element %s lacks its attribute %s", name_of(w, node),
                               attributes->name);
        }
    }
    return NULL;
}

/* `rule` is NULL below foreign content, where only what could be taken for an ID is looked at. */
static const eb_err *check_attributes(walk *w, const xmlNode *node,
                                      const eb_structure_element *rule)
{
    for (const xmlAttr *a = node->properties; a != NULL; a = a->next) {
        const eb_structure_attribute *known = rule == NULL ? NULL : rule->attributes;

        if (a->ns != NULL) {
            if (is_called_id(a)) {
                return eb_err_make(w->pool, EB_E_XML_ID, "element %s has an ID in a namespace",
                                   name_of(w, node));
            }
            if (rule != NULL && !rule->open_attributes) {
                return eb_err_make(w->pool, EB_E_XML_ATTRIBUTE,
                                   "element %s may not have the attribute %s of a namespace",
                                   name_of(w, node), eb_printable(w->pool, (const char *)a->name));
            }
            continue;
        }
        while (known != NULL && known->name != NULL &&
               strcmp(known->name, (const char *)a->name) != 0) {
            known++;
        }
        if (known != NULL && known->name != NULL) {
            EB_TRY(check_value(w, node, value_of(w, a), known->flags));
        } else if (rule != NULL && !rule->any_attributes) {
            return eb_err_make(w->pool, EB_E_XML_ATTRIBUTE,
                               "element %s may not have the attribute %s", name_of(w, node),
                               eb_printable(w->pool, (const char *)a->name));
        } else if (is_called_id(a)) {
            EB_TRY(remember_id(w, node, value_of(w, a)));
        }
    }
    return rule == NULL ? NULL : check_missing(w, node, rule->attributes);
}

/* Everything but elements and text; those are NULL here. */
static const eb_err *check_kind(walk *w, const xmlNode *node)
{
    if (node->type == XML_ELEMENT_NODE || node->type == XML_TEXT_NODE) {
        return NULL;
    }
    return eb_err_make(w->pool, EB_E_XML_COMMENT, "%s in element %s",
                       node->type == XML_COMMENT_NODE         ? "a comment"
                       : node->type == XML_PI_NODE            ? "a processing instruction"
                       : node->type == XML_CDATA_SECTION_NODE ? "a CDATA section"
                                                              : "a node of an unknown kind",
                       node->parent == NULL || node->parent->type != XML_ELEMENT_NODE
                           ? "(none)"
                           : name_of(w, node->parent));
}

static bool is_blank(const xmlNode *text)
{
    const char *content = (const char *)text->content;

    return content == NULL || content[strspn(content, " \t\r\n")] == '\0';
}

static const eb_err *refuse(walk *w, const xmlNode *node, eb_structure_ns ns, eb_err_id otherwise)
{
    for (const eb_structure_refusal *r = eb_structure_refusals; r->local != NULL; r++) {
        if (r->ns == ns && strcmp(r->local, (const char *)node->name) == 0) {
            otherwise = r->error;
            break;
        }
    }
    return eb_err_make(w->pool, otherwise, "element %s in element %s", name_of(w, node),
                       name_of(w, node->parent));
}

/* Content that is ignored may be anything but what others could take for ours: of the namespaces of
 * the table only a NameID, which eduPersonTargetedID has as its value. */
static const eb_err *walk_foreign(walk *w, const xmlNode *parent)
{
    for (const xmlNode *node = parent->children; node != NULL; node = node->next) {
        EB_TRY(check_kind(w, node));
        if (node->type == XML_ELEMENT_NODE) {
            eb_structure_ns ns = ns_of(node);

            if (ns != EB_SNS_NONE &&
                (ns != EB_SNS_SAML || strcmp((const char *)node->name, "NameID") != 0)) {
                return refuse(w, node, ns, EB_E_XML_ELEMENT);
            }
            EB_TRY(check_namespaces(w, node));
            EB_TRY(check_attributes(w, node, NULL));
            EB_TRY(walk_foreign(w, node));
        }
    }
    return NULL;
}

static const eb_err *walk_text(walk *w, const xmlNode *parent)
{
    for (const xmlNode *node = parent->children; node != NULL; node = node->next) {
        EB_TRY(check_kind(w, node));
        if (node->type == XML_ELEMENT_NODE) {
            return refuse(w, node, ns_of(node), EB_E_XML_TEXT);
        }
    }
    return NULL;
}

static const eb_structure_element *rule_in_step(const eb_structure_step *step, eb_structure_ns ns,
                                                const xmlNode *node)
{
    const eb_structure_element *const *rule = step->any;

    while (*rule != NULL && !is_rule_for(*rule, ns, node)) {
        rule++;
    }
    return *rule;
}

static bool stands_in_steps(const eb_structure_step *steps, eb_structure_ns ns, const xmlNode *node)
{
    for (; steps != NULL && steps->any != NULL; steps++) {
        if (rule_in_step(steps, ns, node) != NULL) {
            return true;
        }
    }
    return false;
}

/* How many elements of the name stand before the node among its siblings. */
static int count_before(const xmlNode *node)
{
    int count = 0;

    for (const xmlNode *before = node->prev; before != NULL; before = before->prev) {
        if (before->type == XML_ELEMENT_NODE &&
            strcmp((const char *)before->name, (const char *)node->name) == 0) {
            count++;
        }
    }
    return count;
}

/* `lacks` is the element that should have come first, NULL where none is due. */
static const eb_err *refuse_child(walk *w, const xmlNode *node, eb_structure_ns ns,
                                  const eb_structure_element *parent_rule,
                                  const eb_structure_element *lacks)
{
    if (stands_in_steps(parent_rule->steps, ns, node)) {
        if (lacks != NULL) {
            return eb_err_make(w->pool, EB_E_XML_ORDER, "element %s of %s where %s is due",
                               name_of(w, node), parent_rule->local, lacks->local);
        }
        return refuse(w, node, ns, EB_E_XML_ORDER);
    }
    return refuse(w, node, ns, ns == EB_SNS_NONE ? EB_E_XML_NAMESPACE : EB_E_XML_ELEMENT);
}

static const eb_err *walk_children(walk *w, const xmlNode *parent,
                                   const eb_structure_element *parent_rule)
{
    const eb_structure_step *step = parent_rule->steps;
    int taken = 0;

    for (const xmlNode *node = parent->children; node != NULL; node = node->next) {
        const eb_structure_element *rule = NULL;
        eb_structure_ns ns;

        EB_TRY(check_kind(w, node));
        if (node->type == XML_TEXT_NODE) {
            if (!is_blank(node)) {
                return eb_err_make(w->pool, EB_E_XML_TEXT, "text in element %s",
                                   name_of(w, parent));
            }
            continue;
        }
        ns = ns_of(node);
        while (step != NULL && step->any != NULL) {
            rule = taken < step->max ? rule_in_step(step, ns, node) : NULL;
            if (rule != NULL || taken < step->min) {
                break;
            }
            step++;
            taken = 0;
        }
        if (rule == NULL || (step->each < step->max && count_before(node) >= step->each)) {
            bool is_due = step != NULL && step->any != NULL && taken < step->min;

            return refuse_child(w, node, ns, parent_rule, is_due ? step->any[0] : NULL);
        }
        taken++;
        EB_TRY(walk_element(w, node, rule));
    }
    for (; step != NULL && step->any != NULL; step++) {
        if (taken < step->min) {
            return eb_err_make(w->pool, EB_E_XML_ORDER, "element %s lacks its %s",
                               name_of(w, parent), step->any[0]->local);
        }
        taken = 0;
    }
    return NULL;
}

static const eb_err *walk_element(walk *w, const xmlNode *node, const eb_structure_element *rule)
{
    EB_TRY(check_namespaces(w, node));
    EB_TRY(check_attributes(w, node, rule));
    switch (rule->content) {
    case EB_CONTENT_TEXT:
        return walk_text(w, node);
    case EB_CONTENT_FOREIGN:
        return walk_foreign(w, node);
    case EB_CONTENT_ELEMENTS:
        break;
    }
    return walk_children(w, node, rule);
}

static const eb_err *walk_document(walk *w, const xmlDoc *doc, const eb_structure_element *rule)
{
    const xmlNode *root = xmlDocGetRootElement((xmlDocPtr)doc);

    for (const xmlNode *node = doc->children; node != NULL; node = node->next) {
        if (node != root) {
            EB_TRY(check_kind(w, node));
        }
    }
    if (!is_rule_for(rule, ns_of(root), root)) {
        return eb_err_make(w->pool, EB_E_XML_ROOT, "the document element is %s, expected %s",
                           name_of(w, root), rule->local);
    }
    return walk_element(w, root, rule);
}

const eb_err *eb_structure_check_response(apr_pool_t *pool, xmlDocPtr doc)
{
    walk w = {pool, apr_hash_make(pool)};

    return walk_document(&w, doc, &eb_structure_response);
}

static void remember_all_ids(walk *w, const xmlNode *node)
{
    for (const xmlAttr *a = node->properties; a != NULL; a = a->next) {
        if (a->ns == NULL && is_called_id(a)) {
            apr_hash_set(w->ids, value_of(w, a), APR_HASH_KEY_STRING, "");
        }
    }
    for (const xmlNode *child = eb_xml_first(node); child != NULL; child = eb_xml_next(child)) {
        remember_all_ids(w, child);
    }
}

const eb_err *eb_structure_check_assertion(apr_pool_t *pool, xmlDocPtr doc, xmlDocPtr outer)
{
    walk w = {pool, apr_hash_make(pool)};
    const xmlNode *outer_root = outer == NULL ? NULL : xmlDocGetRootElement(outer);

    if (outer_root != NULL) {
        remember_all_ids(&w, outer_root);
    }
    return walk_document(&w, doc, &eb_structure_assertion);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/attributes.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <string.h>

#define NAME_FORMAT_URI  "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
#define PERSISTENT       "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
#define PRID_PERSISTENCE "urn:oid:1.2.752.201.3.5"
#define EIDAS_NAMES      "http://eidas.europa.eu/attributes/"

#define IDENTIFIER_MAX       1024 /* bytes: more is no identifier */
#define EIDAS_IDENTIFIER_MAX 256  /* characters, eIDAS attribute profile 2.2.3 */

/* An attribute in the making. */
typedef struct gathered {
    const char *name;
    const char *friendly_name;
    apr_array_header_t *values; /* eb_attribute_value */
} gathered;

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* True where the element has an attribute of this local name, in a namespace that begins so or
 * (where `bare` is set) in none, whose value is one of two words. */
static bool is_marked(const xmlNode *node, const char *local, const char *ns_prefix, bool bare,
                      const char *word, const char *digit)
{
    for (const xmlAttr *a = node->properties; a != NULL; a = a->next) {
        const char *ns = a->ns == NULL ? NULL : (const char *)a->ns->href;
        bool is_here = ns == NULL ? bare : begins_with(ns, ns_prefix);
        if (!is_here || strcmp((const char *)a->name, local) != 0) {
            continue;
        }
        xmlChar *value = xmlNodeGetContent((const xmlNode *)a);
        bool is_set = value != NULL && (strcmp((const char *)value, word) == 0 ||
                                        strcmp((const char *)value, digit) == 0);
        xmlFree(value);
        if (is_set) {
            return true;
        }
    }
    return false;
}

static bool is_representative(const char *name)
{
    return begins_with(name, EIDAS_NAMES "naturalperson/representative/") ||
           begins_with(name, EIDAS_NAMES "legalperson/representative/");
}

static const eb_err *read_values(apr_pool_t *pool, xmlNodePtr node, const eb_saml_policy *policy,
                                 gathered *into)
{
    for (xmlNodePtr n = eb_xml_first(node); n != NULL; n = eb_xml_next(n)) {
        if (!eb_xml_is(n, EB_NS_SAML, "AttributeValue") ||
            is_marked(n, "nil", EB_NS_XSI, false, "true", "1")) {
            continue;
        }
        const char *text = eb_xml_text(pool, n);
        if (*text == '\0' && policy->require_attribute_values) {
            return eb_err_make(pool, EB_E_ATTRIBUTE_FORM, "attribute %s has an empty value",
                               eb_printable(pool, into->name));
        }
        eb_attribute_value *value = &APR_ARRAY_PUSH(into->values, eb_attribute_value);
        value->text = text;
        value->is_latin = !is_marked(n, "LatinScript", EIDAS_NAMES, true, "false", "0");
    }
    if (into->values->nelts == 0 && policy->require_attribute_values) {
        return eb_err_make(pool, EB_E_ATTRIBUTE_FORM, "attribute %s has no value",
                           eb_printable(pool, into->name));
    }
    return NULL;
}

static const eb_err *read_attribute(apr_pool_t *pool, xmlNodePtr node, const eb_saml_policy *policy,
                                    apr_array_header_t *list, apr_hash_t *by_name)
{
    const char *name = eb_xml_attribute(pool, node, "Name");

    if (name == NULL || *name == '\0') {
        return eb_err_make(pool, EB_E_ATTRIBUTE_FORM, "an attribute has no Name");
    }
    if (policy->refuse_representative && is_representative(name)) {
        return eb_err_make(pool, EB_E_REPRESENTATIVE, "found attribute %s",
                           eb_printable(pool, name));
    }
    if (policy->require_name_format_uri) {
        const char *format = eb_xml_attribute(pool, node, "NameFormat");
        if (format == NULL || strcmp(format, NAME_FORMAT_URI) != 0) {
            return eb_err_make(pool, EB_E_ATTRIBUTE_FORM, "NameFormat of attribute %s is %s",
                               eb_printable(pool, name), eb_printable(pool, format));
        }
    }
    gathered *into = apr_hash_get(by_name, name, APR_HASH_KEY_STRING);
    if (into == NULL) {
        into = apr_palloc(pool, sizeof(*into));
        into->name = name;
        into->friendly_name = eb_xml_attribute(pool, node, "FriendlyName");
        into->values = apr_array_make(pool, 1, sizeof(eb_attribute_value));
        apr_hash_set(by_name, name, APR_HASH_KEY_STRING, into);
        APR_ARRAY_PUSH(list, gathered *) = into;
    }
    return read_values(pool, node, policy, into);
}

const eb_err *eb_attributes_read(apr_pool_t *pool, xmlNodePtr assertion,
                                 const eb_saml_policy *policy, const eb_attribute **ret_attributes,
                                 int *ret_count)
{
    apr_array_header_t *list = apr_array_make(pool, 16, sizeof(gathered *));
    apr_hash_t *by_name = apr_hash_make(pool);

    for (xmlNodePtr statement = eb_xml_first(assertion); statement != NULL;
         statement = eb_xml_next(statement)) {
        if (!eb_xml_is(statement, EB_NS_SAML, "AttributeStatement")) {
            continue;
        }
        for (xmlNodePtr n = eb_xml_first(statement); n != NULL; n = eb_xml_next(n)) {
            if (!eb_xml_is(n, EB_NS_SAML, "Attribute")) {
                return eb_err_make(pool, EB_E_ATTRIBUTE_FORM, "found %s among the attributes",
                                   eb_printable(pool, (const char *)n->name));
            }
            EB_TRY(read_attribute(pool, n, policy, list, by_name));
        }
    }

    eb_attribute *attributes = apr_palloc(pool, sizeof(*attributes) * (size_t)(list->nelts + 1));
    for (int i = 0; i < list->nelts; i++) {
        const gathered *one = APR_ARRAY_IDX(list, i, const gathered *);
        attributes[i].name = one->name;
        attributes[i].friendly_name = one->friendly_name;
        attributes[i].values = (const eb_attribute_value *)one->values->elts;
        attributes[i].value_count = one->values->nelts;
    }
    *ret_attributes = attributes;
    *ret_count = list->nelts;
    return NULL;
}

const eb_err *eb_attributes_check_requested(apr_pool_t *pool, const eb_saml_policy *policy,
                                            const eb_identity *identity)
{
    for (int i = 0; policy->request_attributes_in_request && i < policy->requested_count; i++) {
        const eb_requested_attribute *wanted = &policy->requested[i];
        bool is_found = !wanted->is_required;
        for (int k = 0; k < identity->attribute_count && !is_found; k++) {
            const eb_attribute *one = &identity->attributes[k];
            is_found = one->value_count > 0 && strcmp(one->name, wanted->name) == 0;
        }
        if (!is_found) {
            return eb_err_make(pool, EB_E_ATTRIBUTE_REQUESTED, "attribute %s is missing",
                               wanted->name);
        }
    }
    return NULL;
}

/* One character of well-formed UTF-8; moves the pointer on. */
static unsigned int next_character(const char **text)
{
    const unsigned char *c = (const unsigned char *)*text;
    unsigned int value = c[0];
    int more = value >= 0xf0 ? 3 : value >= 0xe0 ? 2 : value >= 0xc0 ? 1 : 0;

    if (more > 0) {
        value &= 0x3fu >> more;
    }
    for (int i = 1; i <= more; i++) {
        value = value << 6 | (c[i] & 0x3fu);
    }
    *text += more + 1;
    return value;
}

/* White space and controls, Unicode's too: what cannot be seen must not tell two people apart. */
static bool is_invisible(unsigned int c)
{
    return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad || c == 0x1680 || c == 0x180e ||
           (c >= 0x2000 && c <= 0x200f) || (c >= 0x2028 && c <= 0x202f) ||
           (c >= 0x205f && c <= 0x206f) || c == 0x3000 || c == 0xfeff;
}

static bool is_country(const char *text)
{
    return text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z' && text[2] == '/';
}

/* CC1/CC2/rest: the country that identified the person, and the one it did so for (eIDAS attribute
 * profile 2.2.3). NULL when fine, else what is wrong, without the value. */
static const char *eidas_identifier_fault(const char *value, const char *country)
{
    int count = 0;

    for (const char *c = value; *c != '\0'; count++) {
        if (is_invisible(next_character(&c))) {
            return "has white space or control characters";
        }
    }
    if (count > EIDAS_IDENTIFIER_MAX) {
        return "is longer than 256 characters";
    }
    /* each test reads no further than the one before it proved */
    if (!is_country(value) || !is_country(value + 3) || value[6] == '\0') {
        return "is not of the form CC/CC/rest";
    }
    if (country != NULL && strncmp(value + 3, country, 2) != 0) {
        return "was made for another country than ours";
    }
    return NULL;
}

static bool are_all(const char *text, size_t count, const char *accepted)
{
    return strlen(text) == count && strspn(text, accepted) == count;
}

/* Sweden Connect, prid 2.1: CC:rest, the rest 10 to 30 of 0-9, a-z and inner hyphens, at least 8 of
 * them no hyphens. */
static bool is_prid(const char *value)
{
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    size_t len = strlen(value), plain = 0;

    if (len < 13 || len > 33 || value[0] < 'A' || value[0] > 'Z' || value[1] < 'A' ||
        value[1] > 'Z' || value[2] != ':' || value[3] == '-' || value[len - 1] == '-') {
        return false;
    }
    for (const char *c = value + 3; *c != '\0'; c++) {
        if (*c != '-' && strchr(letters, *c) == NULL) {
            return false;
        }
        plain += *c != '-';
    }
    return plain >= 8;
}

/* The number itself is 16 letters and digits for a person, 11 digits for one who has a provisional
 * one. */
static bool is_tinit(const char *value)
{
    static const char prefix[] = "TINIT-";
    static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    return begins_with(value, prefix) && (are_all(value + sizeof(prefix) - 1, 16, capitals) ||
                                          are_all(value + sizeof(prefix) - 1, 11, "0123456789"));
}

/* NULL when fine, else what is wrong, without the value. */
static const char *form_fault(const char *value, eb_identifier_form form)
{
    if (form == EB_IDENTIFIER_PERSONNUMMER && !are_all(value, 12, "0123456789")) {
        return "is not 12 digits";
    }
    if (form == EB_IDENTIFIER_PRID && !is_prid(value)) {
        return "is not a prid: CC: and 10 to 30 of 0-9, a-z and -";
    }
    if (form == EB_IDENTIFIER_TINIT && !is_tinit(value)) {
        return "is not TINIT- and an Italian tax number";
    }
    return NULL;
}

static const char *identifier_fault(const char *value, const eb_subject_rule *rule,
                                    const eb_saml_policy *policy)
{
    size_t len = strlen(value);

    if (len == 0) {
        return "is empty";
    }
    if (len > IDENTIFIER_MAX) {
        return "is too long";
    }
    if (rule->is_eidas) {
        return eidas_identifier_fault(value, policy->country);
    }
    for (const char *c = value; *c != '\0';) {
        bool is_first = c == value;
        unsigned int character = next_character(&c);
        bool is_edge = is_first || *c == '\0';
        if (is_edge ? is_invisible(character) : character < 0x20 || character == 0x7f) {
            return "has white space around it or control characters";
        }
    }
    return form_fault(value, rule->form);
}

static const eb_subject_rule *find_rule(const eb_saml_policy *policy, const char *level_uri)
{
    for (int i = 0; i < policy->subject_rule_count; i++) {
        const eb_subject_rule *rule = &policy->subject_rules[i];
        if (rule->level_prefix == NULL ||
            (level_uri != NULL && begins_with(level_uri, rule->level_prefix))) {
            return rule;
        }
    }
    return NULL;
}

static const eb_err *from_name_id(apr_pool_t *pool, const eb_identity *identity,
                                  const char **ret_value)
{
    if (identity->name_id == NULL) {
        return eb_err_make(pool, EB_E_SUBJECT_MISSING, "the subject has no NameID");
    }
    if (identity->name_id_format == NULL || strcmp(identity->name_id_format, PERSISTENT) != 0) {
        return eb_err_make(pool, EB_E_SUBJECT_FORM, "the NameID's Format is %s, expected %s",
                           eb_printable(pool, identity->name_id_format), PERSISTENT);
    }
    *ret_value = identity->name_id;
    return NULL;
}

/* By Name alone: a FriendlyName says nothing about who the person is. */
static const eb_err *from_attribute(apr_pool_t *pool, const eb_identity *identity, const char *name,
                                    const char **ret_value)
{
    for (int i = 0; i < identity->attribute_count; i++) {
        const eb_attribute *attribute = &identity->attributes[i];
        if (strcmp(attribute->name, name) != 0 || attribute->value_count == 0) {
            continue;
        }
        if (attribute->value_count > 1) {
            return eb_err_make(pool, EB_E_SUBJECT_AMBIGUOUS, "attribute %s has %d values", name,
                               attribute->value_count);
        }
        *ret_value = attribute->values[0].text;
        return NULL;
    }
    return eb_err_make(pool, EB_E_SUBJECT_MISSING, "attribute %s is missing", name);
}

/* A prid says of itself how long it lasts: A and B long, C not at all, so that it could name
 * another next time. One that does not say is not known to last. */
static const eb_err *check_persistence(apr_pool_t *pool, const eb_identity *identity)
{
    const char *persistence;

    EB_TRY(from_attribute(pool, identity, PRID_PERSISTENCE, &persistence));
    if (strcmp(persistence, "A") != 0 && strcmp(persistence, "B") != 0) {
        return eb_err_make(pool, EB_E_SUBJECT_FORM,
                           "the prid does not last: pridPersistence is %s, expected A or B",
                           strcmp(persistence, "C") == 0 ? "C" : "neither of A, B, C");
    }
    return NULL;
}

const eb_err *eb_subject_find(apr_pool_t *pool, xmlNodePtr assertion, const eb_saml_policy *policy,
                              eb_identity *identity)
{
    xmlNodePtr name_id =
        eb_xml_child(eb_xml_child(assertion, EB_NS_SAML, "Subject"), EB_NS_SAML, "NameID");
    const char *value = NULL;

    if (name_id != NULL) {
        identity->name_id = eb_xml_text(pool, name_id);
        identity->name_id_format = eb_xml_attribute(pool, name_id, "Format");
    }
    const eb_subject_rule *rule = find_rule(policy, identity->level_uri);
    if (rule == NULL) {
        return eb_err_make(pool, EB_E_SUBJECT_MISSING, "no subject rule for level %s",
                           eb_printable(pool, identity->level_uri));
    }
    if (strcmp(rule->attribute, "NameID") == 0) {
        EB_TRY(from_name_id(pool, identity, &value));
    } else {
        EB_TRY(from_attribute(pool, identity, rule->attribute, &value));
    }
    if (rule->form == EB_IDENTIFIER_PRID) {
        EB_TRY(check_persistence(pool, identity));
    }
    const char *fault = identifier_fault(value, rule, policy);
    if (fault != NULL) {
        return eb_err_make(pool, EB_E_SUBJECT_FORM, "the value of %s %s", rule->attribute, fault);
    }
    identity->identifier = value;
    identity->identifier_type = rule->attribute;
    identity->namespace_ = rule->namespace_ == NULL ? identity->entity_id : rule->namespace_;
    return NULL;
}

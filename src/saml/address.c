/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/address.h"

#include "saml/xml.h"

#include <apr_strings.h>
#include <string.h>

#define NS_ADDRESS   "http://eidas.europa.eu/attributes/naturalperson"
#define ADDRESS_MAX  16384
#define PREFIXES_MAX 8

static const eb_xml_limits address_limits = {ADDRESS_MAX + 2048, 8, 256};

static const char *const elements[] = {
    "PoBox",    "LocatorDesignator",  "LocatorName",         "CvaddressArea", "Thoroughfare",
    "PostName", "AdminunitFirstline", "AdminunitSecondline", "PostCode",
};

#define ELEMENT_COUNT (sizeof(elements) / sizeof(elements[0]))

static const char *known(const char *local)
{
    for (size_t i = 0; i < ELEMENT_COUNT; i++) {
        if (strcmp(elements[i], local) == 0) {
            return elements[i];
        }
    }
    return NULL;
}

static size_t name_length(const char *text)
{
    return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
}

/* Declarations for the prefixes that the elements use without declaring them: "eidas" in the
 * specification, others in the field. Any namespace does, since only local names are read. */
static const char *declare_prefixes(apr_pool_t *pool, const char *fragment)
{
    apr_array_header_t *seen = apr_array_make(pool, 2, sizeof(const char *));
    const char *declarations = "";

    for (const char *c = strchr(fragment, '<'); c != NULL; c = strchr(c + 1, '<')) {
        size_t len = name_length(c + 1);
        bool is_new = true;
        if (len == 0 || c[1 + len] != ':' || strchr("0123456789-.", c[1]) != NULL ||
            strncmp(c + 1, "xml", 3) == 0) {
            continue;
        }
        const char *prefix = apr_pstrmemdup(pool, c + 1, len);
        for (int i = 0; i < seen->nelts && is_new; i++) {
            is_new = strcmp(APR_ARRAY_IDX(seen, i, const char *), prefix) != 0;
        }
        if (!is_new) {
            continue;
        }
        if (seen->nelts == PREFIXES_MAX) {
            break;
        }
        APR_ARRAY_PUSH(seen, const char *) = prefix;
        declarations =
            apr_pstrcat(pool, declarations, " xmlns:", prefix, "=\"" NS_ADDRESS "\"", NULL);
    }
    return declarations;
}

static bool is_taken(const apr_array_header_t *parts, const char *element)
{
    for (int i = 0; i < parts->nelts; i++) {
        if (APR_ARRAY_IDX(parts, i, eb_address_part).element == element) {
            return true;
        }
    }
    return false;
}

static void read_parts(apr_pool_t *pool, xmlNodePtr parent, apr_array_header_t *parts)
{
    for (xmlNodePtr n = eb_xml_first(parent); n != NULL; n = eb_xml_next(n)) {
        const char *element = known((const char *)n->name);
        const char *text;
        if (element == NULL || is_taken(parts, element) ||
            *(text = eb_xml_trimmed(pool, n)) == '\0') {
            continue;
        }
        eb_address_part *part = &APR_ARRAY_PUSH(parts, eb_address_part);
        part->element = element;
        part->text = text;
    }
}

bool eb_eidas_address_parse(apr_pool_t *pool, const char *base64, const eb_address_part **ret_parts,
                            int *ret_count)
{
    apr_array_header_t *parts = apr_array_make(pool, (int)ELEMENT_COUNT, sizeof(eb_address_part));
    size_t len = strlen(base64);
    eb_span plain;
    xmlDocPtr doc;

    if (len > ADDRESS_MAX * 2 || !eb_base64_decode(pool, base64, len, &plain) ||
        plain.len > ADDRESS_MAX || !eb_is_utf8(plain.data, plain.len)) {
        return false;
    }
    const char *fragment = apr_pstrmemdup(pool, (const char *)plain.data, plain.len);
    const char *xml = apr_pstrcat(pool, "<address", declare_prefixes(pool, fragment), ">", fragment,
                                  "</address>", NULL);
    if (eb_xml_parse(pool, xml, strlen(xml), &address_limits, &doc) != NULL) {
        return false;
    }
    xmlNodePtr root = xmlDocGetRootElement(doc);
    read_parts(pool, root, parts);
    /* some wrap the parts in one element of their own */
    xmlNodePtr only = eb_xml_first(root);
    if (parts->nelts == 0 && only != NULL && eb_xml_next(only) == NULL) {
        read_parts(pool, only, parts);
    }
    if (parts->nelts == 0) {
        return false;
    }
    *ret_parts = (const eb_address_part *)parts->elts;
    *ret_count = parts->nelts;
    return true;
}

const char *eb_eidas_address_part(const eb_address_part *parts, int count, const char *element)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(parts[i].element, element) == 0) {
            return parts[i].text;
        }
    }
    return NULL;
}

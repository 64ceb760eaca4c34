/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules are those of Canonical XML 1.0 section 2.3 and Exclusive Canonicalization 1.0 section
 * 3; the tests hold each output against libxml2's. Whatever is not plainly within the rules ends in
 * EB_C14N_OTHER: here nothing is ever left out, mended or guessed. */
#include "saml/c14n.h"

#include <string.h>

#define MAX_DEPTH      96
#define MAX_ATTRIBUTES 32  /* of one element */
#define MAX_RENDERED   128 /* namespace declarations in force in the output */
#define BUFFER_BYTES   1024

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"

typedef struct declaration {
    const char *prefix; /* "": the default namespace */
    const char *href;   /* "": no namespace */
} declaration;

typedef struct writer {
    eb_c14n_sink *sink;
    void *context;
    const xmlNode *without;
    eb_c14n_result result;
    int rendered_count;
    size_t buffered;
    declaration rendered[MAX_RENDERED];
    unsigned char buffer[BUFFER_BYTES];
} writer;

static const char *text_of(const xmlChar *text)
{
    return text == NULL ? "" : (const char *)text;
}

/* NULL: no namespace. */
static const char *prefix_of(const xmlNs *ns)
{
    return ns == NULL ? "" : text_of(ns->prefix);
}

static const char *href_of(const xmlNs *ns)
{
    return ns == NULL ? "" : text_of(ns->href);
}

/* -- output ------------------------------------------------------------------------------------ */

static void feed(writer *w, const void *bytes, size_t len)
{
    if (w->result == EB_C14N_DONE && !w->sink(w->context, bytes, len)) {
        w->result = EB_C14N_FAILED;
    }
}

static void flush(writer *w)
{
    feed(w, w->buffer, w->buffered);
    w->buffered = 0;
}

static void put_bytes(writer *w, const char *bytes, size_t len)
{
    if (len > BUFFER_BYTES - w->buffered) {
        flush(w);
    }
    if (len > BUFFER_BYTES) {
        feed(w, bytes, len);
        return;
    }
    memcpy(w->buffer + w->buffered, bytes, len);
    w->buffered += len;
}

static void put(writer *w, const char *text)
{
    put_bytes(w, text, strlen(text));
}

static const char *const escapes[] = {
    ['&'] = "&amp;",  ['<'] = "&lt;",   ['>'] = "&gt;",   ['"'] = "&quot;",
    ['\t'] = "&#x9;", ['\n'] = "&#xA;", ['\r'] = "&#xD;",
};

/* Text with the characters of `special` (each in `escapes`) replaced. */
static void put_escaped(writer *w, const char *text, const char *special)
{
    for (;;) {
        size_t plain = strcspn(text, special);

        put_bytes(w, text, plain);
        text += plain;
        if (*text == '\0') {
            return;
        }
        put(w, escapes[(unsigned char)*text++]);
    }
}

static void put_name(writer *w, const xmlNs *ns, const xmlChar *local)
{
    put(w, prefix_of(ns));
    put(w, *prefix_of(ns) == '\0' ? "" : ":");
    put(w, (const char *)local);
}

/* -- namespaces -------------------------------------------------------------------------------- */

/* An absolute URI beyond doubt, with nothing to escape: a web address without port or query, or a
 * URN without a slash. What looks otherwise may be one as well; libxml2 judges it. */
static bool is_plain_uri(const char *uri)
{
    static const struct {
        const char *start, *characters;
    } plain[] = {{"urn:", PLAIN ":"}, {"http://", PLAIN "/"}, {"https://", PLAIN "/"}};

    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        size_t len = strlen(plain[i].start);

        if (strncmp(uri, plain[i].start, len) == 0) {
            uri += len + strspn(uri + len, plain[i].characters);
            return *uri == '\0' || strcmp(uri, "#") == 0;
        }
    }
    return false;
}

/* One that may be declared: xmlns="", or a plain URI for any prefix but xml. */
static bool is_plain_namespace(const xmlNs *ns)
{
    if (ns->prefix == NULL) {
        return ns->href != NULL && (*ns->href == '\0' || is_plain_uri(href_of(ns)));
    }
    return *ns->prefix != '\0' && strcmp(prefix_of(ns), "xml") != 0 && is_plain_uri(href_of(ns));
}

/* The default namespace in scope in the element, given that around it; NULL where a declaration is
 * not plain. */
static const char *default_inside(const xmlNode *element, const char *around)
{
    const char *declared = NULL;

    for (const xmlNs *ns = element->nsDef; ns != NULL; ns = ns->next) {
        if (!is_plain_namespace(ns)) {
            return NULL;
        }
        if (ns->prefix == NULL && declared == NULL) {
            declared = href_of(ns);
        }
    }
    return declared == NULL ? around : declared;
}

/* The one that is never declared. */
static bool is_xml_namespace(const xmlNs *ns)
{
    return ns != NULL && xmlStrEqual(ns->prefix, BAD_CAST "xml") &&
           xmlStrEqual(ns->href, XML_XML_NAMESPACE);
}

/* True when the output already has this namespace in force for this prefix. Where nothing declares
 * the default namespace, "no namespace" is in force. */
static bool is_rendered(const writer *w, const declaration *wanted)
{
    for (int i = w->rendered_count - 1; i >= 0; i--) {
        if (strcmp(w->rendered[i].prefix, wanted->prefix) == 0) {
            return strcmp(w->rendered[i].href, wanted->href) == 0;
        }
    }
    return *wanted->prefix == '\0' && *wanted->href == '\0';
}

/* Notes the namespace (NULL: none) of a name in the element's start tag, in the order of prefixes:
 * behind `first` stand the declarations of this element. It is judged here although declarations
 * are, for its own may stand outside the apex, or nowhere. */
static void use_namespace(writer *w, int first, const xmlNs *ns)
{
    declaration wanted = {prefix_of(ns), href_of(ns)};
    int at = w->rendered_count;

    if (is_rendered(w, &wanted) || is_xml_namespace(ns)) {
        return;
    }
    if (w->rendered_count == MAX_RENDERED || (ns != NULL && !is_plain_namespace(ns))) {
        w->result = EB_C14N_OTHER;
        return;
    }
    for (; at > first && strcmp(w->rendered[at - 1].prefix, wanted.prefix) > 0; at--) {
        w->rendered[at] = w->rendered[at - 1];
    }
    w->rendered[at] = wanted;
    w->rendered_count++;
}

static void put_namespaces(writer *w, int first)
{
    for (int i = first; i < w->rendered_count; i++) {
        put(w, *w->rendered[i].prefix == '\0' ? " xmlns" : " xmlns:");
        put(w, w->rendered[i].prefix);
        put(w, "=\"");
        put(w, w->rendered[i].href); /* a plain URI: nothing to escape */
        put(w, "\"");
    }
}

/* One prefix for two namespaces in one tag. */
static bool do_clash(const xmlNs *a, const xmlNs *b)
{
    return a != b && a != NULL && b != NULL && xmlStrEqual(a->prefix, b->prefix) &&
           !xmlStrEqual(a->href, b->href);
}

/* -- attributes -------------------------------------------------------------------------------- */

/* Those in no namespace first, then by namespace name, then by local name. */
static int compare_attributes(const xmlAttr *a, const xmlAttr *b)
{
    int order = strcmp(href_of(a->ns), href_of(b->ns));

    return order != 0 ? order : strcmp((const char *)a->name, (const char *)b->name);
}

/* With a value that is simply text, and a prefix where there is a namespace. */
static bool is_plain_attribute(const xmlAttr *attribute)
{
    const xmlNode *value = attribute->children;

    return (value == NULL || (value->type == XML_TEXT_NODE && value->next == NULL)) &&
           (attribute->ns == NULL || *prefix_of(attribute->ns) != '\0');
}

/* Sorted. EB_C14N_OTHER where two are the same or their prefixes clash. */
static int collect_attributes(writer *w, const xmlNode *element, const xmlAttr **attributes)
{
    int count = 0;

    for (const xmlAttr *next = element->properties; next != NULL; next = next->next) {
        bool is_sound =
            count < MAX_ATTRIBUTES && is_plain_attribute(next) && !do_clash(next->ns, element->ns);
        int at = count;

        for (int i = 0; i < count && is_sound; i++) {
            is_sound = !do_clash(next->ns, attributes[i]->ns) &&
                       compare_attributes(next, attributes[i]) != 0;
        }
        if (!is_sound) {
            w->result = EB_C14N_OTHER;
            return 0;
        }
        for (; at > 0 && compare_attributes(attributes[at - 1], next) > 0; at--) {
            attributes[at] = attributes[at - 1];
        }
        attributes[at] = next;
        count++;
    }
    return count;
}

/* -- elements ---------------------------------------------------------------------------------- */

static void put_start(writer *w, const xmlNode *element)
{
    const xmlAttr *attributes[MAX_ATTRIBUTES];
    int count = collect_attributes(w, element, attributes);
    int first = w->rendered_count;

    use_namespace(w, first, element->ns);
    for (int i = 0; i < count; i++) {
        if (attributes[i]->ns != NULL) { /* the default namespace is not for attributes */
            use_namespace(w, first, attributes[i]->ns);
        }
    }
    put_bytes(w, "<", 1);
    put_name(w, element->ns, element->name);
    put_namespaces(w, first);
    for (int i = 0; i < count; i++) {
        const xmlNode *value = attributes[i]->children;

        put_bytes(w, " ", 1);
        put_name(w, attributes[i]->ns, attributes[i]->name);
        put(w, "=\"");
        put_escaped(w, text_of(value == NULL ? NULL : value->content), "&<\"\t\n\r");
        put(w, "\"");
    }
    put_bytes(w, ">", 1);
}

/* In another namespace than an element without prefix would be in its text. No parser makes it. */
static bool is_contradictory(const xmlNode *element, const char *default_ns)
{
    return *prefix_of(element->ns) == '\0' && strcmp(href_of(element->ns), default_ns) != 0;
}

/* What is left out must still be of the kinds that libxml2 walks over without a complaint. */
static bool is_plain_subtree(const xmlNode *element, int depth)
{
    if (depth == MAX_DEPTH || default_inside(element, "") == NULL) {
        return false;
    }
    for (const xmlNode *child = element->children; child != NULL; child = child->next) {
        if (child->type != XML_TEXT_NODE &&
            (child->type != XML_ELEMENT_NODE || !is_plain_subtree(child, depth + 1))) {
            return false;
        }
    }
    return true;
}

static void put_element(writer *w, const xmlNode *element, const char *default_around, int depth)
{
    const char *default_ns = default_inside(element, default_around);
    int rendered = w->rendered_count;

    if (depth == MAX_DEPTH || default_ns == NULL || is_contradictory(element, default_ns)) {
        w->result = EB_C14N_OTHER;
        return;
    }
    put_start(w, element);
    for (const xmlNode *child = element->children; child != NULL && w->result == EB_C14N_DONE;
         child = child->next) {
        if (child->type == XML_TEXT_NODE) {
            put_escaped(w, text_of(child->content), "&<>\r");
        } else if (child->type != XML_ELEMENT_NODE ||
                   (child == w->without && !is_plain_subtree(child, depth + 1))) {
            w->result = EB_C14N_OTHER;
        } else if (child != w->without) {
            put_element(w, child, default_ns, depth + 1);
        }
    }
    put(w, "</");
    put_name(w, element->ns, element->name);
    put_bytes(w, ">", 1);
    w->rendered_count = rendered;
}

eb_c14n_result eb_c14n_write(const xmlNode *apex, const xmlNode *without, eb_c14n_sink *sink,
                             void *context)
{
    writer w = {.sink = sink, .context = context, .without = without, .result = EB_C14N_DONE};

    if (apex->type != XML_ELEMENT_NODE || apex == without ||
        (without != NULL && without->type != XML_ELEMENT_NODE)) {
        return EB_C14N_OTHER;
    }
    put_element(&w, apex, href_of(xmlSearchNs(apex->doc, (xmlNodePtr)apex, NULL)), 0);
    flush(&w);
    return w.result;
}

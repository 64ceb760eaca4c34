/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form of the table behind saml/structure: private to structure.c and structure_table.c. */
#ifndef EB_SAML_STRUCTURE_TABLE_H
#define EB_SAML_STRUCTURE_TABLE_H

#include "base/error.h"

#include <stdbool.h>

/* Namespaces that the table knows; all others are foreign. */
typedef enum {
    EB_SNS_NONE, /* no namespace, or one that is not known */
    EB_SNS_SAML,
    EB_SNS_SAMLP,
    EB_SNS_DS,
    EB_SNS_DS11,
    EB_SNS_XENC,
    EB_SNS_XENC11,
    EB_SNS_EC /* of ec:InclusiveNamespaces */
} eb_structure_ns;

typedef enum {
    EB_CONTENT_ELEMENTS, /* child elements by the steps, white space between them */
    EB_CONTENT_TEXT,     /* text alone */
    EB_CONTENT_FOREIGN   /* anything not ours, ignored: see structure.c */
} eb_structure_content;

enum {
    EB_ATTR_REQUIRED = 1,
    EB_ATTR_ID = 2,      /* an NCName, unique in the document */
    EB_ATTR_VERSION = 4, /* "2.0" */
    EB_ATTR_LOCAL = 8    /* a URI reference that must stay within the document: empty or "#…" */
};

typedef struct eb_structure_attribute {
    const char *name; /* NULL ends the list */
    int flags;
} eb_structure_attribute;

typedef struct eb_structure_element eb_structure_element;

#define EB_STRUCTURE_MANY 1000000

/* One place in the order of children: min to max of the given elements in any order, each at most
 * `each` times. */
typedef struct eb_structure_step {
    int min;
    int max;
    int each;
    const eb_structure_element *const *any; /* NULL-terminated; NULL ends the list of steps */
} eb_structure_step;

struct eb_structure_element {
    eb_structure_ns ns;
    const char *local;
    eb_structure_content content;
    bool open_attributes; /* attributes of other namespaces are allowed */
    bool any_attributes;  /* attributes without namespace are not listed either */
    const eb_structure_attribute *attributes;
    const eb_structure_step *steps; /* of EB_CONTENT_ELEMENTS; NULL: no children */
};

extern const eb_structure_element eb_structure_response;
extern const eb_structure_element eb_structure_assertion;

/* Elements with an error of their own wherever they stand out of place; NULL local ends the list.
 */
typedef struct eb_structure_refusal {
    eb_structure_ns ns;
    const char *local;
    eb_err_id error;
} eb_structure_refusal;

extern const eb_structure_refusal eb_structure_refusals[];

#endif

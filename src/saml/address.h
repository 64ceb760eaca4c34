/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CurrentAddress and LegalPersonAddress: base64 of XML elements without a root (eIDAS attribute
 * profile 2.2.5).
 *
 * Nodes differ in how they write it, and some write it wrongly; an address that cannot be read is
 * no reason to refuse a person. So nothing here is an error.
 */
#ifndef EB_SAML_ADDRESS_H
#define EB_SAML_ADDRESS_H

#include "base/text.h"

/* One of PoBox, LocatorDesignator, LocatorName, CvaddressArea, Thoroughfare, PostName,
 * AdminunitFirstline, AdminunitSecondline, PostCode, with its text, which is not empty. */
typedef struct eb_address_part {
    const char *element;
    const char *text;
} eb_address_part;

/* The parts in the order of the value, each element once (the first counts). False, and no parts,
 * when the value is not base64 of well-formed elements, is larger than 16 KiB, or holds none of
 * them. */
bool eb_eidas_address_parse(apr_pool_t *pool, const char *base64, const eb_address_part **ret_parts,
                            int *ret_count);

/* The text of one element; NULL when it is not there. */
const char *eb_eidas_address_part(const eb_address_part *parts, int count, const char *element);

#endif

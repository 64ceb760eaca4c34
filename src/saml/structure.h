/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Structure before meaning: one table of what may stand where in the messages we read.
 *
 * The table is our schema: order, occurrence, attributes and text of every element of a Response,
 * an Assertion, a ds:Signature and an xenc:EncryptedData. It refuses comments, processing
 * instructions and CDATA, unknown elements and attributes (foreign ones may stand only below
 * AttributeValue, Extensions and Advice, where they are ignored), relative namespace URIs,
 * namespaced or repeated IDs, nested assertions, and everything that names something to be fetched.
 * StatusDetail must be empty, because its content would be a place for anything and is read by
 * nobody. DESIGN section 6, step 2.
 */
#ifndef EB_SAML_STRUCTURE_H
#define EB_SAML_STRUCTURE_H

#include "saml/xml.h"

/* The document is one samlp:Response with at most one saml:Assertion or saml:EncryptedAssertion
 * (EB_E_XML_ASSERTION_COUNT for more). Whether there must be one is the reader's rule: error
 * Responses have none. Errors: EB_E_XML_*, and EB_E_COND_UNKNOWN for an extension of
 * saml:Condition. */
const eb_err *eb_structure_check_response(apr_pool_t *pool, xmlDocPtr doc);

/* The document (decrypted content) is one saml:Assertion; no ID in it stands in `outer` too. */
const eb_err *eb_structure_check_assertion(apr_pool_t *pool, xmlDocPtr doc, xmlDocPtr outer);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The attributes of an Assertion, and the one among them that says who the person is.
 *
 * Values are the whole text below an AttributeValue, byte for byte; two values are never joined.
 * SAML core 2.7.3; eIDAS attribute profile 2; DESIGN section 5.
 */
#ifndef EB_SAML_ATTRIBUTES_H
#define EB_SAML_ATTRIBUTES_H

#include "saml/saml.h"
#include "saml/xml.h"

/* All attributes in the order of the message. Those of one Name are one attribute with all their
 * values, in order. xsi:nil gives no value; a value is not Latin where LatinScript="false" stands,
 * with or without a namespace (specification and nodes differ). By the policy: EB_E_ATTRIBUTE_FORM
 * for another NameFormat or an empty value, EB_E_REPRESENTATIVE for a representative's. */
const eb_err *eb_attributes_read(apr_pool_t *pool, xmlNodePtr assertion,
                                 const eb_saml_policy *policy, const eb_attribute **ret_attributes,
                                 int *ret_count);

/* EB_E_ATTRIBUTE_REQUESTED unless all attributes are in the identity, with a value, that the
 * policy's requests mark as required (eIDAS message format 2.3.2). */
const eb_err *eb_attributes_check_requested(apr_pool_t *pool, const eb_saml_policy *policy,
                                            const eb_identity *identity);

/* Fills identity->identifier, identifier_type, namespace_, name_id and name_id_format from the
 * attributes already in the identity, its level_uri and entity_id, by the first subject rule that
 * applies. Exactly one value: EB_E_SUBJECT_MISSING, EB_E_SUBJECT_AMBIGUOUS, EB_E_SUBJECT_FORM
 * (empty, over 1,024 bytes, with white space around it or control characters; as NameID anything
 * but persistent; eIDAS: not CC/CC/rest, or not for our country; not of the rule's form; a prid
 * that does not last). */
const eb_err *eb_subject_find(apr_pool_t *pool, xmlNodePtr assertion, const eb_saml_policy *policy,
                              eb_identity *identity);

#endif

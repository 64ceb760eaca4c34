/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may stand where in the messages we read: the only schema we have.
 *
 * Read it beside the schemas of SAML core, XML Signature and XML Encryption. It is narrower on
 * purpose: no ds:Object, no ds:Manifest, no RetrievalMethod, no CipherReference, no encrypted or
 * base identifiers, no AuthzDecisionStatement, and nothing in StatusDetail, because nobody reads
 * it.
 */
#include "saml/structure_table.h"

#include <stddef.h>

#define ATTRIBUTES(...) ((const eb_structure_attribute[]){__VA_ARGS__, {NULL, 0}})
#define STEPS(...)      ((const eb_structure_step[]){__VA_ARGS__, {0, 0, 0, NULL}})
#define ANY(...)        ((const eb_structure_element *const[]){__VA_ARGS__, NULL})
#define ONE(...)                                                                                   \
    {                                                                                              \
        1, 1, 1, ANY(__VA_ARGS__)                                                                  \
    }
#define MAYBE(...)                                                                                 \
    {                                                                                              \
        0, 1, 1, ANY(__VA_ARGS__)                                                                  \
    }
#define MANY(...)                                                                                  \
    {                                                                                              \
        0, EB_STRUCTURE_MANY, EB_STRUCTURE_MANY, ANY(__VA_ARGS__)                                  \
    }
#define SOME(...)                                                                                  \
    {                                                                                              \
        1, EB_STRUCTURE_MANY, EB_STRUCTURE_MANY, ANY(__VA_ARGS__)                                  \
    }
#define EACH_MAYBE(...)                                                                            \
    {                                                                                              \
        0, EB_STRUCTURE_MANY, 1, ANY(__VA_ARGS__)                                                  \
    }

#define ALGORITHM ATTRIBUTES({"Algorithm", EB_ATTR_REQUIRED})
#define ONLY_ID   ATTRIBUTES({"Id", EB_ATTR_ID})

/* An element with text alone, and one with neither text nor children. */
#define TEXT(name, ns, local, attributes)                                                          \
    static const eb_structure_element name = {ns,         local, EB_CONTENT_TEXT, false, false,    \
                                              attributes, NULL}
#define ELEMENT(name, ns, local, attributes, steps)                                                \
    static const eb_structure_element name = {                                                     \
        ns, local, EB_CONTENT_ELEMENTS, false, false, attributes, steps}

/* -- ds:KeyInfo: read over, never used, but kept within bounds ----------------------------------
 */

TEXT(key_name, EB_SNS_DS, "KeyName", NULL);
TEXT(modulus, EB_SNS_DS, "Modulus", NULL);
TEXT(exponent, EB_SNS_DS, "Exponent", NULL);
ELEMENT(rsa_key_value, EB_SNS_DS, "RSAKeyValue", NULL, STEPS(ONE(&modulus), ONE(&exponent)));

ELEMENT(named_curve, EB_SNS_DS11, "NamedCurve", ATTRIBUTES({"URI", EB_ATTR_REQUIRED}), NULL);
TEXT(public_key, EB_SNS_DS11, "PublicKey", NULL);
ELEMENT(ec_key_value, EB_SNS_DS11, "ECKeyValue", ONLY_ID,
        STEPS(ONE(&named_curve), ONE(&public_key)));
ELEMENT(key_value, EB_SNS_DS, "KeyValue", NULL, STEPS(ONE(&rsa_key_value, &ec_key_value)));

TEXT(x509_certificate, EB_SNS_DS, "X509Certificate", NULL);
TEXT(x509_subject_name, EB_SNS_DS, "X509SubjectName", NULL);
TEXT(x509_ski, EB_SNS_DS, "X509SKI", NULL);
TEXT(x509_crl, EB_SNS_DS, "X509CRL", NULL);
TEXT(x509_digest, EB_SNS_DS11, "X509Digest", ALGORITHM);
TEXT(x509_issuer_name, EB_SNS_DS, "X509IssuerName", NULL);
TEXT(x509_serial_number, EB_SNS_DS, "X509SerialNumber", NULL);
ELEMENT(x509_issuer_serial, EB_SNS_DS, "X509IssuerSerial", NULL,
        STEPS(ONE(&x509_issuer_name), ONE(&x509_serial_number)));
ELEMENT(x509_data, EB_SNS_DS, "X509Data", NULL,
        STEPS(SOME(&x509_certificate, &x509_subject_name, &x509_ski, &x509_crl, &x509_digest,
                   &x509_issuer_serial)));

ELEMENT(signature_key_info, EB_SNS_DS, "KeyInfo", ONLY_ID,
        STEPS(MANY(&key_name, &key_value, &x509_data)));

/* -- ds:Signature (XML Signature 1.1 section 4) --------------------------------------------------
 */

ELEMENT(inclusive_namespaces, EB_SNS_EC, "InclusiveNamespaces", ATTRIBUTES({"PrefixList", 0}),
        NULL);
ELEMENT(canonicalization_method, EB_SNS_DS, "CanonicalizationMethod", ALGORITHM,
        STEPS(MAYBE(&inclusive_namespaces)));
/* no HMACOutputLength, no RSAPSSParams: the URIs we accept have no parameters */
ELEMENT(signature_method, EB_SNS_DS, "SignatureMethod", ALGORITHM, NULL);
ELEMENT(digest_method, EB_SNS_DS, "DigestMethod", ALGORITHM, NULL);
TEXT(digest_value, EB_SNS_DS, "DigestValue", NULL);
ELEMENT(transform, EB_SNS_DS, "Transform", ALGORITHM, STEPS(MAYBE(&inclusive_namespaces)));
ELEMENT(transforms, EB_SNS_DS, "Transforms", NULL, STEPS({1, 4, 4, ANY(&transform)}));
ELEMENT(reference, EB_SNS_DS, "Reference",
        ATTRIBUTES({"Id", EB_ATTR_ID}, {"URI", EB_ATTR_LOCAL}, {"Type", 0}),
        STEPS(MAYBE(&transforms), ONE(&digest_method), ONE(&digest_value)));
ELEMENT(signed_info, EB_SNS_DS, "SignedInfo", ONLY_ID,
        STEPS(ONE(&canonicalization_method), ONE(&signature_method), ONE(&reference)));
TEXT(signature_value, EB_SNS_DS, "SignatureValue", ONLY_ID);
ELEMENT(signature, EB_SNS_DS, "Signature", ONLY_ID,
        STEPS(ONE(&signed_info), ONE(&signature_value), MAYBE(&signature_key_info)));

/* -- xenc:EncryptedKey and xenc:EncryptedData (XML Encryption 1.1 section 3) --------------------
 */

ELEMENT(mgf, EB_SNS_XENC11, "MGF", ALGORITHM, NULL);
TEXT(oaep_params, EB_SNS_XENC, "OAEPparams", NULL);
ELEMENT(key_encryption_method, EB_SNS_XENC, "EncryptionMethod", ALGORITHM,
        STEPS(MAYBE(&oaep_params), EACH_MAYBE(&digest_method, &mgf)));
ELEMENT(content_encryption_method, EB_SNS_XENC, "EncryptionMethod", ALGORITHM, NULL);
TEXT(cipher_value, EB_SNS_XENC, "CipherValue", NULL);
ELEMENT(cipher_data, EB_SNS_XENC, "CipherData", NULL, STEPS(ONE(&cipher_value)));

TEXT(ka_nonce, EB_SNS_XENC, "KA-Nonce", NULL);
ELEMENT(concat_kdf_params, EB_SNS_XENC11, "ConcatKDFParams",
        ATTRIBUTES({"AlgorithmID", 0}, {"PartyUInfo", 0}, {"PartyVInfo", 0}, {"SuppPubInfo", 0},
                   {"SuppPrivInfo", 0}),
        STEPS(ONE(&digest_method)));
ELEMENT(key_derivation_method, EB_SNS_XENC11, "KeyDerivationMethod", ALGORITHM,
        STEPS(MAYBE(&concat_kdf_params)));
ELEMENT(originator_key_info, EB_SNS_XENC, "OriginatorKeyInfo", ONLY_ID, STEPS(ONE(&key_value)));
ELEMENT(recipient_key_info, EB_SNS_XENC, "RecipientKeyInfo", ONLY_ID,
        STEPS(MANY(&key_name, &key_value, &x509_data)));
ELEMENT(agreement_method, EB_SNS_XENC, "AgreementMethod", ALGORITHM,
        STEPS(MAYBE(&ka_nonce), MAYBE(&key_derivation_method), MAYBE(&originator_key_info),
              MAYBE(&recipient_key_info)));
ELEMENT(recipient_or_agreement, EB_SNS_DS, "KeyInfo", ONLY_ID,
        STEPS(MANY(&key_name, &key_value, &x509_data, &agreement_method)));

ELEMENT(data_reference, EB_SNS_XENC, "DataReference",
        ATTRIBUTES({"URI", EB_ATTR_REQUIRED | EB_ATTR_LOCAL}), NULL);
ELEMENT(reference_list, EB_SNS_XENC, "ReferenceList", NULL, STEPS(SOME(&data_reference)));
TEXT(carried_key_name, EB_SNS_XENC, "CarriedKeyName", NULL);
#define ENCRYPTED_ATTRIBUTES                                                                       \
    {"Id", EB_ATTR_ID}, {"Type", 0}, {"MimeType", 0},                                              \
    {                                                                                              \
        "Encoding", 0                                                                              \
    }
ELEMENT(encrypted_key, EB_SNS_XENC, "EncryptedKey",
        ATTRIBUTES(ENCRYPTED_ATTRIBUTES, {"Recipient", 0}),
        STEPS(ONE(&key_encryption_method), MAYBE(&recipient_or_agreement), ONE(&cipher_data),
              MAYBE(&reference_list), MAYBE(&carried_key_name)));
ELEMENT(encrypted_key_info, EB_SNS_DS, "KeyInfo", ONLY_ID,
        STEPS(MANY(&encrypted_key, &key_name, &key_value, &x509_data)));
ELEMENT(encrypted_data, EB_SNS_XENC, "EncryptedData", ATTRIBUTES(ENCRYPTED_ATTRIBUTES),
        STEPS(ONE(&content_encryption_method), MAYBE(&encrypted_key_info), ONE(&cipher_data)));

/* -- saml: (SAML core section 2) -----------------------------------------------------------------
 */

#define NAME_ATTRIBUTES                                                                            \
    ATTRIBUTES({"NameQualifier", 0}, {"SPNameQualifier", 0}, {"Format", 0}, {"SPProvidedID", 0})
TEXT(issuer, EB_SNS_SAML, "Issuer", NAME_ATTRIBUTES);
TEXT(name_id, EB_SNS_SAML, "NameID", NAME_ATTRIBUTES);

/* no KeyInfo in it: holder-of-key is not spoken here */
static const eb_structure_element subject_confirmation_data = {
    EB_SNS_SAML,
    "SubjectConfirmationData",
    EB_CONTENT_ELEMENTS,
    true,
    false,
    ATTRIBUTES({"NotBefore", 0}, {"NotOnOrAfter", 0}, {"Recipient", 0}, {"InResponseTo", 0},
               {"Address", 0}),
    NULL};
ELEMENT(subject_confirmation, EB_SNS_SAML, "SubjectConfirmation",
        ATTRIBUTES({"Method", EB_ATTR_REQUIRED}),
        STEPS(MAYBE(&name_id), MAYBE(&subject_confirmation_data)));
ELEMENT(subject, EB_SNS_SAML, "Subject", NULL, STEPS(MAYBE(&name_id), MANY(&subject_confirmation)));

TEXT(audience, EB_SNS_SAML, "Audience", NULL);
ELEMENT(audience_restriction, EB_SNS_SAML, "AudienceRestriction", NULL, STEPS(SOME(&audience)));
ELEMENT(one_time_use, EB_SNS_SAML, "OneTimeUse", NULL, NULL);
ELEMENT(proxy_restriction, EB_SNS_SAML, "ProxyRestriction", ATTRIBUTES({"Count", 0}),
        STEPS(MANY(&audience)));
ELEMENT(conditions, EB_SNS_SAML, "Conditions", ATTRIBUTES({"NotBefore", 0}, {"NotOnOrAfter", 0}),
        STEPS(MANY(&audience_restriction, &one_time_use, &proxy_restriction)));

static const eb_structure_element advice = {EB_SNS_SAML, "Advice", EB_CONTENT_FOREIGN, false, false,
                                            NULL,        NULL};

ELEMENT(subject_locality, EB_SNS_SAML, "SubjectLocality",
        ATTRIBUTES({"Address", 0}, {"DNSName", 0}), NULL);
TEXT(authn_context_class_ref, EB_SNS_SAML, "AuthnContextClassRef", NULL);
TEXT(authn_context_decl, EB_SNS_SAML, "AuthnContextDecl", NULL);
TEXT(authn_context_decl_ref, EB_SNS_SAML, "AuthnContextDeclRef", NULL);
TEXT(authenticating_authority, EB_SNS_SAML, "AuthenticatingAuthority", NULL);
ELEMENT(authn_context, EB_SNS_SAML, "AuthnContext", NULL,
        STEPS(MAYBE(&authn_context_class_ref), MAYBE(&authn_context_decl, &authn_context_decl_ref),
              MANY(&authenticating_authority)));
ELEMENT(authn_statement, EB_SNS_SAML, "AuthnStatement",
        ATTRIBUTES({"AuthnInstant", EB_ATTR_REQUIRED}, {"SessionIndex", 0},
                   {"SessionNotOnOrAfter", 0}),
        STEPS(MAYBE(&subject_locality), ONE(&authn_context)));

static const eb_structure_element attribute_value = {
    EB_SNS_SAML, "AttributeValue", EB_CONTENT_FOREIGN, true, true, NULL, NULL};
static const eb_structure_element attribute = {
    EB_SNS_SAML,
    "Attribute",
    EB_CONTENT_ELEMENTS,
    true,
    false,
    ATTRIBUTES({"Name", EB_ATTR_REQUIRED}, {"NameFormat", 0}, {"FriendlyName", 0}),
    STEPS(MANY(&attribute_value))};
ELEMENT(attribute_statement, EB_SNS_SAML, "AttributeStatement", NULL, STEPS(SOME(&attribute)));

const eb_structure_element eb_structure_assertion = {
    EB_SNS_SAML,
    "Assertion",
    EB_CONTENT_ELEMENTS,
    false,
    false,
    ATTRIBUTES({"ID", EB_ATTR_ID | EB_ATTR_REQUIRED}, {"Version", EB_ATTR_VERSION},
               {"IssueInstant", EB_ATTR_REQUIRED}),
    STEPS(ONE(&issuer), MAYBE(&signature), ONE(&subject), MAYBE(&conditions), MAYBE(&advice),
          MANY(&authn_statement, &attribute_statement))};

ELEMENT(encrypted_assertion, EB_SNS_SAML, "EncryptedAssertion", NULL,
        STEPS(ONE(&encrypted_data), MANY(&encrypted_key)));

/* -- samlp: (SAML core section 3) ----------------------------------------------------------------
 */

ELEMENT(second_status_code, EB_SNS_SAMLP, "StatusCode", ATTRIBUTES({"Value", EB_ATTR_REQUIRED}),
        NULL);
ELEMENT(status_code, EB_SNS_SAMLP, "StatusCode", ATTRIBUTES({"Value", EB_ATTR_REQUIRED}),
        STEPS(MAYBE(&second_status_code)));
TEXT(status_message, EB_SNS_SAMLP, "StatusMessage", NULL);
ELEMENT(status_detail, EB_SNS_SAMLP, "StatusDetail", NULL, NULL);
ELEMENT(status, EB_SNS_SAMLP, "Status", NULL,
        STEPS(ONE(&status_code), MAYBE(&status_message), MAYBE(&status_detail)));

static const eb_structure_element extensions = {
    EB_SNS_SAMLP, "Extensions", EB_CONTENT_FOREIGN, false, false, NULL, NULL};

const eb_structure_element eb_structure_response = {
    EB_SNS_SAMLP,
    "Response",
    EB_CONTENT_ELEMENTS,
    false,
    false,
    ATTRIBUTES({"ID", EB_ATTR_ID | EB_ATTR_REQUIRED}, {"Version", EB_ATTR_VERSION},
               {"IssueInstant", EB_ATTR_REQUIRED}, {"InResponseTo", 0}, {"Destination", 0},
               {"Consent", 0}),
    STEPS(MAYBE(&issuer), MAYBE(&signature), MAYBE(&extensions), ONE(&status),
          MAYBE(&eb_structure_assertion, &encrypted_assertion))};

const eb_structure_refusal eb_structure_refusals[] = {
    {EB_SNS_SAML, "Assertion", EB_E_XML_ASSERTION_COUNT},
    {EB_SNS_SAML, "EncryptedAssertion", EB_E_XML_ASSERTION_COUNT},
    {EB_SNS_SAML, "AssertionURIRef", EB_E_XML_REFERENCE_TO_FETCH},
    {EB_SNS_SAML, "Condition", EB_E_COND_UNKNOWN}, /* abstract: some extension of it */
    {EB_SNS_DS, "RetrievalMethod", EB_E_XML_REFERENCE_TO_FETCH},
    {EB_SNS_DS11, "KeyInfoReference", EB_E_XML_REFERENCE_TO_FETCH},
    {EB_SNS_XENC, "CipherReference", EB_E_XML_REFERENCE_TO_FETCH},
    {EB_SNS_NONE, NULL, EB_E_XML_ELEMENT},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every requirement of the structure table, by messages that hold every element it knows: each
 * element in turn is changed in each way there is, and what the change must lead to is written here
 * once more, apart from the table.
 */
#include "saml_messages.h"

#define KEY_VALUES                                                                                 \
    "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQ==</ds:Modulus><ds:Exponent>AQAB</ds:Exponent>"    \
    "</ds:RSAKeyValue></ds:KeyValue>"                                                              \
    "<ds:KeyValue><dsig11:ECKeyValue Id=\"%s\"><dsig11:NamedCurve URI=\"urn:oid:1.2\"/>"           \
    "<dsig11:PublicKey>BA==</dsig11:PublicKey></dsig11:ECKeyValue></ds:KeyValue>"

#define KEY_HINTS                                                                                  \
    "<ds:KeyName>k</ds:KeyName>" KEY_VALUES                                                        \
    "<ds:X509Data><ds:X509Certificate>AA==</ds:X509Certificate>"                                   \
    "<ds:X509SubjectName>CN=a</ds:X509SubjectName><ds:X509SKI>AA==</ds:X509SKI>"                   \
    "<ds:X509CRL>AA==</ds:X509CRL><dsig11:X509Digest Algorithm=\"a\">AA==</dsig11:X509Digest>"     \
    "<ds:X509IssuerSerial><ds:X509IssuerName>CN=a</ds:X509IssuerName>"                             \
    "<ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>"

#define OPENING                                                                                    \
    "<saml2p:Response xmlns:saml2p=\"" EB_NS_SAMLP "\" xmlns:saml2=\"" EB_NS_SAML                  \
    "\" xmlns:ds=\"" EB_NS_DS "\" xmlns:dsig11=\"" EB_NS_DS11 "\" xmlns:xenc=\"" EB_NS_XENC        \
    "\" xmlns:xenc11=\"" EB_NS_XENC11 "\" ID=\"_response\" Version=\"2.0\" IssueInstant=\"i\" "    \
    "InResponseTo=\"r\" Destination=\"d\" Consent=\"c\"><saml2:Issuer NameQualifier=\"q\" "        \
    "SPNameQualifier=\"q\" Format=\"f\" SPProvidedID=\"p\">i</saml2:Issuer>"                       \
    "<ds:Signature Id=\"_signature\"><ds:SignedInfo Id=\"_info\"><ds:CanonicalizationMethod "      \
    "Algorithm=\"a\"><ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\"" \
    " PrefixList=\"xs\"/></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"a\"/>"        \
    "<ds:Reference Id=\"_reference\" URI=\"#_response\" Type=\"t\"><ds:Transforms>"                \
    "<ds:Transform Algorithm=\"a\"><ec:InclusiveNamespaces "                                       \
    "xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"xs\"/></ds:Transform>"      \
    "<ds:Transform Algorithm=\"b\"/><ds:Transform Algorithm=\"c\"/><ds:Transform "                 \
    "Algorithm=\"d\"/></ds:Transforms><ds:DigestMethod Algorithm=\"a\"/><ds:DigestValue>AA=="      \
    "</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue Id=\"_value\">AA=="        \
    "</ds:SignatureValue><ds:KeyInfo Id=\"_keyinfo\">" KEY_HINTS "</ds:KeyInfo></ds:Signature>"    \
    "<saml2p:Extensions/><saml2p:Status><saml2p:StatusCode Value=\"a\"><saml2p:StatusCode "        \
    "Value=\"b\"/></saml2p:StatusCode><saml2p:StatusMessage>m</saml2p:StatusMessage>"              \
    "<saml2p:StatusDetail/></saml2p:Status>"

#define CLOSING "</saml2p:Response>"

#define ASSERTION                                                                                  \
    "<saml2:Assertion ID=\"_assertion\" Version=\"2.0\" IssueInstant=\"i\">"                       \
    "<saml2:Issuer>i</saml2:Issuer><ds:Signature><ds:SignedInfo><ds:CanonicalizationMethod "       \
    "Algorithm=\"a\"/><ds:SignatureMethod Algorithm=\"a\"/><ds:Reference URI=\"#_assertion\">"     \
    "<ds:DigestMethod Algorithm=\"a\"/><ds:DigestValue>AA==</ds:DigestValue></ds:Reference>"       \
    "</ds:SignedInfo><ds:SignatureValue>AA==</ds:SignatureValue></"                                \
    "ds:Signature><saml2:Subject><saml2:NameID NameQualifier=\"q\" "                               \
    "SPNameQualifier=\"q\" Format=\"f\" SPProvidedID=\"p\">n</saml2:NameID>"                       \
    "<saml2:SubjectConfirmation Method=\"m\"><saml2:NameID>n</saml2:NameID>"                       \
    "<saml2:SubjectConfirmationData NotBefore=\"b\" NotOnOrAfter=\"a\" Recipient=\"r\" "           \
    "InResponseTo=\"r\" Address=\"a\"/></saml2:SubjectConfirmation></saml2:Subject>"               \
    "<saml2:Conditions NotBefore=\"b\" NotOnOrAfter=\"a\"><saml2:AudienceRestriction>"             \
    "<saml2:Audience>a</saml2:Audience></saml2:AudienceRestriction><saml2:OneTimeUse/>"            \
    "<saml2:ProxyRestriction Count=\"1\"><saml2:Audience>a</saml2:Audience>"                       \
    "</saml2:ProxyRestriction></saml2:Conditions><saml2:Advice/>"                                  \
    "<saml2:AuthnStatement AuthnInstant=\"i\" SessionIndex=\"s\" SessionNotOnOrAfter=\"a\">"       \
    "<saml2:SubjectLocality Address=\"a\" DNSName=\"d\"/><saml2:AuthnContext>"                     \
    "<saml2:AuthnContextClassRef>c</saml2:AuthnContextClassRef>"                                   \
    "<saml2:AuthnContextDecl%s>d</saml2:AuthnContextDecl%s>"                                       \
    "<saml2:AuthenticatingAuthority>a</saml2:AuthenticatingAuthority></saml2:AuthnContext>"        \
    "</saml2:AuthnStatement><saml2:AttributeStatement><saml2:Attribute Name=\"n\" "                \
    "NameFormat=\"f\" FriendlyName=\"n\"><saml2:AttributeValue/></saml2:Attribute>"                \
    "</saml2:AttributeStatement></saml2:Assertion>"

#define ENCRYPTED                                                                                  \
    "<saml2:EncryptedAssertion><xenc:EncryptedData Id=\"_data\" Type=\"t\" MimeType=\"m\" "        \
    "Encoding=\"e\"><xenc:EncryptionMethod Algorithm=\"a\"/><ds:KeyInfo Id=\"_datakeyinfo\">"      \
    "<xenc:EncryptedKey Id=\"_key\" Type=\"t\" MimeType=\"m\" Encoding=\"e\" Recipient=\"r\">"     \
    "<xenc:EncryptionMethod Algorithm=\"a\"><xenc:OAEPparams>AA==</xenc:OAEPparams>"               \
    "<ds:DigestMethod Algorithm=\"a\"/><xenc11:MGF Algorithm=\"a\"/></xenc:EncryptionMethod>"      \
    "<xenc:CipherData><xenc:CipherValue>AA==</xenc:CipherValue></xenc:CipherData>"                 \
    "</xenc:EncryptedKey>" KEY_HINTS "</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>AA=="        \
    "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>"                                   \
    "<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm=\"a\"/><ds:KeyInfo Id=\"_agreeinfo\">"    \
    "<ds:KeyName>k</ds:KeyName><xenc:AgreementMethod Algorithm=\"a\"><xenc:KA-Nonce>AA=="          \
    "</xenc:KA-Nonce><xenc11:KeyDerivationMethod Algorithm=\"a\"><xenc11:ConcatKDFParams "         \
    "AlgorithmID=\"00\" PartyUInfo=\"00\" PartyVInfo=\"00\" SuppPubInfo=\"00\" "                   \
    "SuppPrivInfo=\"00\"><ds:DigestMethod Algorithm=\"a\"/></xenc11:ConcatKDFParams>"              \
    "</xenc11:KeyDerivationMethod><xenc:OriginatorKeyInfo Id=\"_originator\">"                     \
    "<ds:KeyValue><dsig11:ECKeyValue><dsig11:NamedCurve URI=\"urn:oid:1.2\"/>"                     \
    "<dsig11:PublicKey>BA==</dsig11:PublicKey></dsig11:ECKeyValue></ds:KeyValue>"                  \
    "</xenc:OriginatorKeyInfo><xenc:RecipientKeyInfo Id=\"_recipient\"><ds:KeyName>k"              \
    "</ds:KeyName></xenc:RecipientKeyInfo></xenc:AgreementMethod></ds:KeyInfo>"                    \
    "<xenc:CipherData><xenc:CipherValue>AA==</xenc:CipherValue></xenc:CipherData>"                 \
    "<xenc:ReferenceList><xenc:DataReference URI=\"#_data\"/></xenc:ReferenceList>"                \
    "<xenc:CarriedKeyName>k</xenc:CarriedKeyName></xenc:EncryptedKey>"                             \
    "</saml2:EncryptedAssertion>"

#define SAMPLES 3

static const char *sample(int number)
{
    switch (number) {
    case 0:
        return apr_psprintf(pool, OPENING ASSERTION CLOSING, "_one", "", "");
    case 1:
        return apr_psprintf(pool, OPENING ASSERTION CLOSING, "_one", "Ref", "Ref");
    default:
        return apr_psprintf(pool, OPENING ENCRYPTED CLOSING, "_one", "_two");
    }
}

/* ---- what must come of the changes; " parent/child " or " element@attribute ", * is any ---- */

#define KINDS_OF_KEY_INFO "KeyInfo/* RecipientKeyInfo/* "

static const char holds_text[] =
    " KeyName Modulus Exponent PublicKey X509Certificate X509SubjectName X509SKI X509CRL "
    "X509Digest X509IssuerName X509SerialNumber DigestValue SignatureValue OAEPparams CipherValue "
    "KA-Nonce CarriedKeyName Issuer NameID Audience AuthnContextClassRef AuthnContextDecl "
    "AuthnContextDeclRef AuthenticatingAuthority StatusMessage ";
static const char holds_anything[] = " Extensions Advice AttributeValue ";
static const char takes_any_attribute[] = " AttributeValue ";
static const char takes_foreign_attributes[] = " SubjectConfirmationData Attribute AttributeValue ";
static const char required_attributes[] =
    " *@Algorithm *@Version *@ID *@IssueInstant NamedCurve@URI DataReference@URI "
    "SubjectConfirmation@Method AuthnStatement@AuthnInstant Attribute@Name StatusCode@Value ";
/* one of it may be left out */
static const char optional[] =
    " Response/Issuer Response/Signature Response/Extensions Response/Assertion "
    "Response/EncryptedAssertion StatusCode/StatusCode Status/StatusMessage Status/StatusDetail "
    "CanonicalizationMethod/InclusiveNamespaces Transform/InclusiveNamespaces Reference/Transforms "
    "Transforms/Transform Signature/KeyInfo X509Data/* " KINDS_OF_KEY_INFO
    "EncryptionMethod/OAEPparams EncryptionMethod/DigestMethod EncryptionMethod/MGF "
    "AgreementMethod/KA-Nonce AgreementMethod/KeyDerivationMethod "
    "AgreementMethod/OriginatorKeyInfo AgreementMethod/RecipientKeyInfo "
    "KeyDerivationMethod/ConcatKDFParams EncryptedKey/KeyInfo EncryptedKey/ReferenceList "
    "EncryptedKey/CarriedKeyName EncryptedData/KeyInfo EncryptedAssertion/EncryptedKey "
    "SubjectConfirmation/NameID SubjectConfirmation/SubjectConfirmationData Subject/NameID "
    "Subject/SubjectConfirmation ProxyRestriction/Audience Conditions/* Assertion/Signature "
    "Assertion/Conditions "
    "Assertion/Advice Assertion/AuthnStatement Assertion/AttributeStatement "
    "AuthnStatement/SubjectLocality AuthnContext/* Attribute/AttributeValue ";
/* all children may be left out */
static const char may_be_empty[] =
    " StatusCode CanonicalizationMethod Transform KeyInfo RecipientKeyInfo EncryptionMethod "
    "AgreementMethod KeyDerivationMethod SubjectConfirmation Subject ProxyRestriction Conditions "
    "AuthnContext Attribute ";
static const char repeatable[] =
    " X509Data/* " KINDS_OF_KEY_INFO "EncryptedAssertion/EncryptedKey ReferenceList/DataReference "
    "Subject/SubjectConfirmation AudienceRestriction/Audience ProxyRestriction/Audience "
    "Conditions/* Assertion/AuthnStatement Assertion/AttributeStatement "
    "AuthnContext/AuthenticatingAuthority AttributeStatement/Attribute Attribute/AttributeValue ";
/* the child and the one behind it may change places */
static const char any_order[] =
    " X509Data/* " KINDS_OF_KEY_INFO "EncryptionMethod/DigestMethod Transforms/Transform "
    "Conditions/* Assertion/AuthnStatement ";

static bool is_in(const char *list, const char *one, char between, const char *other)
{
    const char *entry = other == NULL ? apr_psprintf(pool, " %s ", one)
                                      : apr_psprintf(pool, " %s%c%s ", one, between, other);

    return strstr(list, entry) != NULL ||
           (between == '/' && strstr(list, apr_psprintf(pool, " %s/* ", one)) != NULL) ||
           (between == '@' && strstr(list, apr_psprintf(pool, " *@%s ", other)) != NULL);
}

/* ---- the walk over a sample ---- */

static const char *name_of(const xmlNode *node)
{
    return (const char *)node->name;
}

static bool is_root(const xmlNode *node)
{
    return node->parent->type != XML_ELEMENT_NODE;
}

static xmlNodePtr in_order(xmlNodePtr node, int *left)
{
    if ((*left)-- == 0) {
        return node;
    }
    for (xmlNodePtr child = eb_xml_first(node); child != NULL; child = eb_xml_next(child)) {
        xmlNodePtr found = in_order(child, left);
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

/* The element of a number in a sample of its own; NULL behind the last. */
static xmlNodePtr element(int number, int index)
{
    return in_order(xmlDocGetRootElement(parsed(sample(number))), &index);
}

static void expect(xmlNodePtr element_in, const char *changed, eb_err_id wanted)
{
    const eb_err *err = eb_structure_check_response(pool, element_in->doc);

    ck_assert_msg((err == NULL ? NO_ERROR : (int)err->id) == (int)wanted,
                  "%s: expected EB%d, got %s (%s)", changed, (int)wanted,
                  err == NULL ? "success" : err->code, err == NULL ? "" : err->message);
}

/* Calls `change` once for every element of every sample. */
static void for_each_element(void (*change)(xmlNodePtr node))
{
    apr_pool_t *whole = pool;

    for (int s = 0; s < SAMPLES; s++) {
        for (int i = 0;; i++) {
            apr_pool_create(&pool, whole);
            xmlNodePtr node = element(s, i);
            if (node == NULL) {
                ck_assert_int_gt(i, 50);
                break;
            }
            change(node);
            apr_pool_destroy(pool);
        }
        apr_pool_destroy(pool);
        pool = whole;
    }
}

static void drop(xmlNodePtr node)
{
    xmlUnlinkNode(node);
    xmlFreeNode(node);
}

static void rename_ids(xmlNodePtr node)
{
    for (xmlAttrPtr a = node->properties; a != NULL; a = a->next) {
        if (xmlStrcasecmp(a->name, BAD_CAST "id") == 0) {
            const char *value = eb_xml_attribute(pool, node, (const char *)a->name);
            xmlSetProp(node, a->name, BAD_CAST apr_pstrcat(pool, value, "x", NULL));
        }
    }
    for (xmlNodePtr child = eb_xml_first(node); child != NULL; child = eb_xml_next(child)) {
        rename_ids(child);
    }
}

static bool is_assertion(const xmlNode *node)
{
    return strcmp(name_of(node), "Assertion") == 0 ||
           strcmp(name_of(node), "EncryptedAssertion") == 0;
}

/* ---- the changes ---- */

static void nothing(xmlNodePtr node)
{
    expect(node, "nothing", NO_ERROR);
}

static void add_attribute(xmlNodePtr node)
{
    xmlSetProp(node, BAD_CAST "odd", BAD_CAST "1");
    expect(node, apr_psprintf(pool, "attribute in %s", name_of(node)),
           is_in(takes_any_attribute, name_of(node), 0, NULL) ? NO_ERROR : EB_E_XML_ATTRIBUTE);
}

static void add_foreign_attribute(xmlNodePtr node)
{
    xmlSetNsProp(node, xmlNewNs(node, BAD_CAST "urn:odd", BAD_CAST "odd"), BAD_CAST "odd",
                 BAD_CAST "1");
    expect(node, apr_psprintf(pool, "foreign attribute in %s", name_of(node)),
           is_in(takes_foreign_attributes, name_of(node), 0, NULL) ? NO_ERROR : EB_E_XML_ATTRIBUTE);
}

static void add_text(xmlNodePtr node)
{
    bool may =
        is_in(holds_text, name_of(node), 0, NULL) || is_in(holds_anything, name_of(node), 0, NULL);

    xmlAddChild(node, xmlNewText(BAD_CAST "odd"));
    expect(node, apr_psprintf(pool, "text in %s", name_of(node)), may ? NO_ERROR : EB_E_XML_TEXT);
}

static void add_element(xmlNodePtr node)
{
    xmlNodePtr odd = xmlNewChild(node, NULL, BAD_CAST "odd", NULL);

    xmlSetNs(odd, xmlNewNs(odd, BAD_CAST "urn:odd", NULL));
    expect(node, apr_psprintf(pool, "element in %s", name_of(node)),
           is_in(holds_anything, name_of(node), 0, NULL) ? NO_ERROR
           : is_in(holds_text, name_of(node), 0, NULL)   ? EB_E_XML_TEXT
                                                         : EB_E_XML_NAMESPACE);
}

static void leave_out(xmlNodePtr node)
{
    xmlNodePtr root = xmlDocGetRootElement(node->doc);

    if (!is_root(node)) {
        const char *parent = name_of(node->parent), *own = apr_pstrdup(pool, name_of(node));
        drop(node);
        expect(root, apr_psprintf(pool, "%s without %s", parent, own),
               is_in(optional, parent, '/', own) ? NO_ERROR : EB_E_XML_ORDER);
    }
}

static void empty(xmlNodePtr node)
{
    if (eb_xml_first(node) == NULL) {
        return;
    }
    while (node->children != NULL) {
        drop(node->children);
    }
    expect(node, apr_psprintf(pool, "empty %s", name_of(node)),
           is_in(may_be_empty, name_of(node), 0, NULL) ? NO_ERROR : EB_E_XML_ORDER);
}

static void repeat(xmlNodePtr node)
{
    if (!is_root(node)) {
        const char *parent = name_of(node->parent);
        xmlNodePtr copy = xmlCopyNode(node, 1);
        rename_ids(copy);
        xmlAddNextSibling(node, copy);
        expect(node, apr_psprintf(pool, "%s twice in %s", name_of(node), parent),
               is_assertion(node)                              ? EB_E_XML_ASSERTION_COUNT
               : is_in(repeatable, parent, '/', name_of(node)) ? NO_ERROR
                                                               : EB_E_XML_ORDER);
    }
}

static void change_places(xmlNodePtr node)
{
    xmlNodePtr next = eb_xml_next(node);

    if (!is_root(node) && next != NULL) {
        const char *parent = name_of(node->parent);
        xmlAddPrevSibling(node, next);
        expect(node, apr_psprintf(pool, "%s before %s in %s", name_of(next), name_of(node), parent),
               is_in(any_order, parent, '/', name_of(node)) ? NO_ERROR : EB_E_XML_ORDER);
    }
}

/* Every attribute with a new value, or left out where that is NULL. */
static void change_attributes(xmlNodePtr node,
                              bool (*is_meant)(const char *element, const char *attribute),
                              const char *value,
                              eb_err_id (*wanted)(const char *element, const char *attribute))
{
    for (xmlAttrPtr a = node->properties; a != NULL; a = a->next) {
        const char *attribute = (const char *)a->name;
        if (a->ns == NULL && is_meant(name_of(node), attribute)) {
            xmlDocPtr doc = eb_xml_own(pool, xmlCopyDoc(node->doc, 1));
            xmlNodePtr same = xmlDocGetRootElement(doc);
            int index = 0;
            /* the same element of the copy */
            for (;; index++) {
                int left = index;
                xmlNodePtr other = in_order(xmlDocGetRootElement(node->doc), &left);
                if (other == node) {
                    break;
                }
            }
            same = in_order(same, &index);
            if (value == NULL) {
                xmlUnsetProp(same, a->name);
            } else {
                xmlSetProp(same, a->name, BAD_CAST value);
            }
            expect(same,
                   apr_psprintf(pool, "%s with %s=%s", name_of(node), attribute,
                                value == NULL ? "(none)" : value),
                   wanted(name_of(node), attribute));
        }
    }
}

static bool every_attribute(const char *element_name, const char *attribute)
{
    (void)element_name;
    (void)attribute;
    return true;
}

static bool is_id(const char *element_name, const char *attribute)
{
    (void)element_name;
    return strcmp(attribute, "ID") == 0 || strcmp(attribute, "Id") == 0;
}

static bool is_version(const char *element_name, const char *attribute)
{
    (void)element_name;
    return strcmp(attribute, "Version") == 0;
}

static bool is_reference(const char *element_name, const char *attribute)
{
    return strcmp(attribute, "URI") == 0 && strcmp(element_name, "NamedCurve") != 0;
}

static eb_err_id when_missing(const char *element_name, const char *attribute)
{
    return !is_in(required_attributes, element_name, '@', attribute) ? NO_ERROR
           : strcmp(attribute, "ID") == 0                            ? EB_E_XML_ID
           : strcmp(attribute, "Version") == 0                       ? EB_E_XML_VERSION
                                                                     : EB_E_XML_ATTRIBUTE;
}

static eb_err_id when_no_name(const char *element_name, const char *attribute)
{
    (void)element_name;
    (void)attribute;
    return EB_E_XML_ID;
}

static eb_err_id when_duplicate(const char *element_name, const char *attribute)
{
    (void)attribute;
    return strcmp(element_name, "SignedInfo") == 0 ? NO_ERROR : EB_E_XML_ID_DUPLICATE;
}

static eb_err_id when_other_version(const char *element_name, const char *attribute)
{
    (void)element_name;
    (void)attribute;
    return EB_E_XML_VERSION;
}

static eb_err_id when_elsewhere(const char *element_name, const char *attribute)
{
    (void)element_name;
    (void)attribute;
    return EB_E_XML_REFERENCE_TO_FETCH;
}

static void leave_out_attributes(xmlNodePtr node)
{
    change_attributes(node, every_attribute, NULL, when_missing);
}

static void malform_ids(xmlNodePtr node)
{
    change_attributes(node, is_id, "1a", when_no_name);
}

/* "_info" is that of SignedInfo itself. */
static void repeat_ids(xmlNodePtr node)
{
    change_attributes(node, is_id, "_info", when_duplicate);
}

static void change_version(xmlNodePtr node)
{
    change_attributes(node, is_version, "1.1", when_other_version);
}

static void refer_elsewhere(xmlNodePtr node)
{
    change_attributes(node, is_reference, "http://127.0.0.1:9/", when_elsewhere);
}

START_TEST(accepts_a_message_with_every_element)
{
    for_each_element(nothing);
}
END_TEST

START_TEST(refuses_unknown_attributes_in_every_element)
{
    for_each_element(add_attribute);
    for_each_element(add_foreign_attribute);
}
END_TEST

START_TEST(refuses_text_and_elements_where_they_do_not_belong)
{
    for_each_element(add_text);
    for_each_element(add_element);
}
END_TEST

START_TEST(refuses_the_lack_of_every_required_element)
{
    for_each_element(leave_out);
    for_each_element(empty);
}
END_TEST

START_TEST(refuses_the_repetition_of_every_single_element)
{
    for_each_element(repeat);
}
END_TEST

START_TEST(refuses_every_other_order)
{
    for_each_element(change_places);
}
END_TEST

START_TEST(refuses_the_lack_of_every_required_attribute)
{
    for_each_element(leave_out_attributes);
}
END_TEST

START_TEST(refuses_wrong_ids_versions_and_references_in_every_element)
{
    for_each_element(malform_ids);
    for_each_element(repeat_ids);
    for_each_element(change_version);
    for_each_element(refer_elsewhere);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("structure_table");
    TCase *tests = tcase_create("structure_table");

    tcase_add_checked_fixture(tests, make_pool, drop_pool);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, accepts_a_message_with_every_element);
    tcase_add_test(tests, refuses_unknown_attributes_in_every_element);
    tcase_add_test(tests, refuses_text_and_elements_where_they_do_not_belong);
    tcase_add_test(tests, refuses_the_lack_of_every_required_element);
    tcase_add_test(tests, refuses_the_repetition_of_every_single_element);
    tcase_add_test(tests, refuses_every_other_order);
    tcase_add_test(tests, refuses_the_lack_of_every_required_attribute);
    tcase_add_test(tests, refuses_wrong_ids_versions_and_references_in_every_element);
    suite_add_tcase(suite, tests);
    return run(suite);
}

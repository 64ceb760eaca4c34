/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The structure table: every message here differs from a good one in one place. */
#include "saml_messages.h"

#define TIDY "xmlns:x=\"urn:x\""

static const char *good;

static void set_up(void)
{
    make_pool();
    good = file("message/response.xml");
}

static const eb_err *check(const char *text)
{
    return eb_structure_check_response(pool, parsed(text));
}

/* A message signed by another's software, for what concerns ds:Signature. */
static const char *signed_message(void)
{
    return file("signed/xmlsec1-rsa-sha256.xml");
}

static const char *encrypted_message(void)
{
    return file("encrypted/python-ecdh-p256.xml");
}

/* The message with a text put before or behind the first place where `at` stands. */
static const char *before(const char *text, const char *at, const char *what)
{
    return with(text, at, apr_pstrcat(pool, what, at, NULL));
}

static const char *behind(const char *text, const char *at, const char *what)
{
    return with(text, at, apr_pstrcat(pool, at, what, NULL));
}

START_TEST(accepts_the_messages_of_others)
{
    static const char *const names[] = {
        "message/response.xml",
        "signed/xmlsec1-rsa-sha256.xml",
        "signed/xmlsec1-prefixes.xml",
        "signed/santuario-pss-sha256.xml",
        "signed/python-ecdsa-sha256-bp256.xml",
        "encrypted/xmlsec1-aes256-gcm.xml",
        "encrypted/santuario-both-signed.xml",
        "encrypted/python-oaep-label.xml",
        "encrypted/python-key-as-sibling.xml",
        "encrypted/python-ecdh-p256.xml",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ck_assert_good(check(file(names[i])));
    }
}
END_TEST

START_TEST(accepts_what_the_schema_leaves_open)
{
    const char *value =
        "<saml2:AttributeValue xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
        "xsi:nil=\"true\" LatinScript=\"false\"/>";

    ck_assert_good(
        check(behind(good, "FriendlyName=\"FamilyName\"", " " TIDY " x:Original=\"1\"")));
    ck_assert_good(check(before(good, "<saml2:AttributeValue", value)));
    ck_assert_good(check(before(good, "</saml2:AttributeValue>", "<any " TIDY "><x:b/>t</any>")));
    ck_assert_good(
        check(before(good, "</saml2:AttributeValue>", "<saml2:NameID>a</saml2:NameID>")));
    ck_assert_good(check(
        before(good, "<saml2p:Status>", "<saml2p:Extensions><x:a " TIDY "/></saml2p:Extensions>")));
    ck_assert_good(check(before(good, "<saml2:AuthnStatement ",
                                "<saml2:Advice><x:a " TIDY " b=\"\"/></saml2:Advice>")));
    ck_assert_good(check(behind(good, "<saml2:SubjectConfirmationData",
                                " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                                "xsi:type=\"x\"")));
}
END_TEST

START_TEST(accepts_a_response_without_assertion)
{
    const char *assertion = part(good, "<saml2:Assertion ", "</saml2:Assertion>");

    ck_assert_good(check(with(good, assertion, "")));
}
END_TEST

START_TEST(accepts_two_status_codes_and_refuses_a_third)
{
    const char *simple =
        "<saml2p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>";
    const char *two = with(good, simple,
                           "<saml2p:StatusCode Value=\"a\"><saml2p:StatusCode Value=\"b\"/>"
                           "</saml2p:StatusCode>");
    const char *three = with(good, simple,
                             "<saml2p:StatusCode Value=\"a\"><saml2p:StatusCode Value=\"b\">"
                             "<saml2p:StatusCode Value=\"c\"/></saml2p:StatusCode>"
                             "</saml2p:StatusCode>");

    ck_assert_good(check(two));
    ck_assert_error(check(three), EB_E_XML_ELEMENT);
}
END_TEST

START_TEST(refuses_comments_instructions_and_cdata_everywhere)
{
    static const char *const things[] = {"<!---->", "<?x?>", "<![CDATA[]]>"};
    static const char *const places[] = {
        "</saml2:NameID>", "</saml2:Audience>", "</saml2:AttributeValue>",
        "</saml2:Issuer>", "<saml2p:Status>",   "</saml2:Assertion>",
    };

    for (size_t t = 0; t < 3; t++) {
        for (size_t p = 0; p < sizeof(places) / sizeof(places[0]); p++) {
            ck_assert_error(check(before(good, places[p], things[t])), EB_E_XML_COMMENT);
        }
    }
    ck_assert_error(check(apr_pstrcat(pool, "<!---->", good, NULL)), EB_E_XML_COMMENT);
    ck_assert_error(check(apr_pstrcat(pool, good, "<?x?>", NULL)), EB_E_XML_COMMENT);
    ck_assert_error(check(behind(signed_message(), "<ds:DigestValue>", "<!---->")),
                    EB_E_XML_COMMENT);
    ck_assert_error(check(behind(good, "ES/FI/Zo", "<!---->")), EB_E_XML_COMMENT);
    ck_assert_error(
        check(before(good, "<saml2p:Status>",
                     "<saml2p:Extensions><x:a " TIDY "><!----></x:a></saml2p:Extensions>")),
        EB_E_XML_COMMENT);
}
END_TEST

START_TEST(refuses_another_document_element)
{
    ck_assert_error(check(part(signed_message(), "<ds:Signature", "</ds:Signature>")),
                    EB_E_XML_ROOT);
    ck_assert_error(check("<saml2p:LogoutResponse xmlns:saml2p='" EB_NS_SAMLP "' ID='a'/>"),
                    EB_E_XML_ROOT);
    ck_assert_error(check("<Response xmlns='" EB_NS_SAML "' ID='a'/>"), EB_E_XML_ROOT);
    ck_assert_error(check("<Response ID='a'/>"), EB_E_XML_ROOT);
}
END_TEST

START_TEST(refuses_unknown_elements)
{
    ck_assert_error(check(before(good, "<saml2p:Status>", "<saml2p:Scoping/>")), EB_E_XML_ELEMENT);
    ck_assert_error(check(before(good, "<saml2:Conditions", "<saml2:BaseID/>")), EB_E_XML_ELEMENT);
    ck_assert_error(check(before(good, "<saml2:SubjectConfirmation ", "<saml2:EncryptedID/>")),
                    EB_E_XML_ELEMENT);
    ck_assert_error(check(before(good, "<saml2:Attribute ", "<saml2:EncryptedAttribute/>")),
                    EB_E_XML_ELEMENT);
    ck_assert_error(
        check(before(good, "<saml2:AttributeStatement>",
                     "<saml2:AuthzDecisionStatement Resource=\"a\" Decision=\"Deny\"/>")),
        EB_E_XML_ELEMENT);
    ck_assert_error(check(before(good, "<saml2:AttributeStatement>", "<saml2:Statement/>")),
                    EB_E_XML_ELEMENT);
}
END_TEST

START_TEST(refuses_conditions_that_are_not_understood)
{
    ck_assert_error(check(with(good, "<saml2:OneTimeUse/>", "<saml2:Condition/>")),
                    EB_E_COND_UNKNOWN);
}
END_TEST

START_TEST(refuses_elements_of_unknown_namespaces)
{
    ck_assert_error(check(before(good, "<saml2p:Status>", "<x:a " TIDY "/>")), EB_E_XML_NAMESPACE);
    ck_assert_error(check(before(good, "<saml2p:Status>", "<Status/>")), EB_E_XML_NAMESPACE);
    ck_assert_error(check(with(good, "<saml2:OneTimeUse/>", "<x:OneTimeUse " TIDY "/>")),
                    EB_E_XML_NAMESPACE);
    ck_assert_error(check(before(good, "<saml2:AuthenticatingAuthority>",
                                 "<AuthnContextDecl xmlns=\"urn:x\"/>")),
                    EB_E_XML_NAMESPACE);
}
END_TEST

START_TEST(refuses_relative_namespaces)
{
    ck_assert_error(check(behind(good, "<saml2p:Response", " xmlns:ns=\"1\"")), EB_E_XML_NAMESPACE);
    ck_assert_error(check(behind(good, "<saml2p:Response", " xmlns:ns=\"a/b:c\"")),
                    EB_E_XML_NAMESPACE);
    ck_assert_error(check(behind(good, "<saml2p:Response", " xmlns:ns=\"x:\"")),
                    EB_E_XML_NAMESPACE);
    ck_assert_error(check(behind(good, "<saml2:OneTimeUse", " xmlns=\"1\"")), EB_E_XML_NAMESPACE);
    ck_assert_error(check(before(good, "</saml2:AttributeValue>", "<a xmlns=\"../x\"/>")),
                    EB_E_XML_NAMESPACE);
    ck_assert_good(check(before(good, "</saml2:AttributeValue>", "<a xmlns=\"\"/>")));
}
END_TEST

START_TEST(refuses_elements_out_of_order_or_missing)
{
    const char *status = part(good, "<saml2p:Status>", "</saml2p:Status>");
    const char *issuer = part(good, "<saml2:Issuer", "</saml2:Issuer>");
    const char *subject = part(good, "<saml2:Subject>", "</saml2:Subject>");

    ck_assert_error(check(with(good, status, "")), EB_E_XML_ORDER);
    ck_assert_error(check(behind(good, status, status)), EB_E_XML_ORDER);
    ck_assert_error(check(behind(good, status, issuer)), EB_E_XML_ORDER);
    ck_assert_error(check(with(good, subject, "")), EB_E_XML_ORDER);
    ck_assert_error(check(behind(good, subject, subject)), EB_E_XML_ORDER);
    ck_assert_error(check(with(good, part(good, "<saml2:Audience>", "</saml2:Audience>"), "")),
                    EB_E_XML_ORDER);
    ck_assert_error(check(with(good,
                               "<saml2p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:"
                               "Success\"/>",
                               "")),
                    EB_E_XML_ORDER);
}
END_TEST

START_TEST(refuses_unknown_and_missing_attributes)
{
    ck_assert_error(check(behind(good, "<saml2p:Response", " Extra=\"\"")), EB_E_XML_ATTRIBUTE);
    ck_assert_error(check(behind(good, "<saml2p:Response", " " TIDY " x:Extra=\"\"")),
                    EB_E_XML_ATTRIBUTE);
    ck_assert_error(check(behind(good, "<saml2p:Response", " xml:base=\"http://a/\"")),
                    EB_E_XML_ATTRIBUTE);
    ck_assert_error(check(behind(good, "<saml2p:Response", " saml2p:Version=\"2.0\"")),
                    EB_E_XML_ATTRIBUTE);
    ck_assert_error(check(behind(good, "FriendlyName=\"FamilyName\"", " Extra=\"\"")),
                    EB_E_XML_ATTRIBUTE);
    ck_assert_error(check(with(good, " IssueInstant=\"2026-11-21T10:00:00Z\"", "")),
                    EB_E_XML_ATTRIBUTE);
    ck_assert_error(check(with(good, " Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"", "")),
                    EB_E_XML_ATTRIBUTE);
    ck_assert_error(check(with(good, " Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"", "")),
                    EB_E_XML_ATTRIBUTE);
}
END_TEST

START_TEST(refuses_other_versions_of_saml)
{
    ck_assert_error(check(with(good, "Version=\"2.0\"", "Version=\"1.1\"")), EB_E_XML_VERSION);
    ck_assert_error(check(with(good, " Version=\"2.0\"", "")), EB_E_XML_VERSION);
    ck_assert_error(check(with(good,
                               "ID=\"_assertion\" IssueInstant=\"2026-11-21T10:00:00Z\" "
                               "Version=\"2.0\"",
                               "ID=\"_assertion\" IssueInstant=\"2026-11-21T10:00:00Z\" "
                               "Version=\"2.1\"")),
                    EB_E_XML_VERSION);
}
END_TEST

START_TEST(refuses_ids_that_are_missing_malformed_or_namespaced)
{
    ck_assert_error(check(with(good, "ID=\"_response\"", "")), EB_E_XML_ID);
    ck_assert_error(check(with(good, "ID=\"_response\"", "ID=\"\"")), EB_E_XML_ID);
    ck_assert_error(check(with(good, "ID=\"_response\"", "ID=\"1a\"")), EB_E_XML_ID);
    ck_assert_error(check(with(good, "ID=\"_response\"", "ID=\"a:b\"")), EB_E_XML_ID);
    ck_assert_error(check(with(good, "ID=\"_response\"", "saml2p:ID=\"_response\"")), EB_E_XML_ID);
    ck_assert_error(check(with(good, "ID=\"_response\"", "ID=\"_response\" saml2p:ID=\"y\"")),
                    EB_E_XML_ID);
    ck_assert_error(check(with(good, "ID=\"_response\"", "saml2p:ID=\"y\" ID=\"_response\"")),
                    EB_E_XML_ID);
    ck_assert_error(check(behind(good, "<saml2:Issuer", " xml:id=\"y\"")), EB_E_XML_ID);
    ck_assert_error(check(before(good, "</saml2:AttributeValue>", "<a xml:id=\"y\"/>")),
                    EB_E_XML_ID);
    ck_assert_error(check(with(good, "ID=\"_response\"", "id=\"_response\"")), EB_E_XML_ATTRIBUTE);
}
END_TEST

START_TEST(refuses_an_id_used_twice)
{
    ck_assert_error(check(with(good, "ID=\"_assertion\"", "ID=\"_response\"")),
                    EB_E_XML_ID_DUPLICATE);
    ck_assert_error(check(behind(signed_message(), "<ds:Signature", " Id=\"_response\"")),
                    EB_E_XML_ID_DUPLICATE);
    ck_assert_error(check(behind(encrypted_message(), "<xenc:EncryptedData", " Id=\"_response\"")),
                    EB_E_XML_ID_DUPLICATE);
    ck_assert_error(check(before(good, "</saml2:AttributeValue>", "<a ID=\"_assertion\"/>")),
                    EB_E_XML_ID_DUPLICATE);
    ck_assert_error(check(before(good, "</saml2:AttributeValue>", "<a id=\"_assertion\"/>")),
                    EB_E_XML_ID_DUPLICATE);
}
END_TEST

/* 1000 may be there; two are. */
START_TEST(refuses_ids_without_number)
{
    char *ids = apr_palloc(pool, 1000 * 16), *at = ids;

    for (int i = 0; i < 998; i++) {
        at += apr_snprintf(at, 16, "<a id=\"a%d\"/>", i);
    }
    ck_assert_good(check(before(good, "</saml2:AttributeValue>", ids)));
    apr_snprintf(at, 16, "<a id=\"b\"/>");
    ck_assert_error(check(before(good, "</saml2:AttributeValue>", ids)), EB_E_SAML_NODES);
}
END_TEST

START_TEST(refuses_text_between_elements_and_elements_in_text)
{
    ck_assert_error(check(before(good, "<saml2p:Status>", "text")), EB_E_XML_TEXT);
    ck_assert_error(check(before(good, "</saml2:Conditions>", "\xC2\xA0")), EB_E_XML_TEXT);
    ck_assert_error(
        check(with(good, "<saml2:OneTimeUse/>", "<saml2:OneTimeUse>x</saml2:OneTimeUse>")),
        EB_E_XML_TEXT);
    ck_assert_error(check(before(good, "</saml2:NameID>", "<saml2:NameID>a</saml2:NameID>")),
                    EB_E_XML_TEXT);
    ck_assert_error(check(before(good, "</saml2:Audience>", "<b xmlns=\"urn:x\"/>")),
                    EB_E_XML_TEXT);
}
END_TEST

START_TEST(refuses_more_than_one_assertion)
{
    const char *assertion = part(good, "<saml2:Assertion ", "</saml2:Assertion>");
    const char *other = with(assertion, "_assertion", "_evil");
    const char *encrypted =
        part(encrypted_message(), "<saml2:EncryptedAssertion", "</saml2:EncryptedAssertion>");

    ck_assert_error(check(before(good, assertion, other)), EB_E_XML_ASSERTION_COUNT);
    ck_assert_error(check(behind(good, assertion, other)), EB_E_XML_ASSERTION_COUNT);
    ck_assert_error(check(behind(good, assertion, encrypted)), EB_E_XML_ASSERTION_COUNT);
    ck_assert_error(check(before(good, assertion, encrypted)), EB_E_XML_ASSERTION_COUNT);
    ck_assert_error(check(with(good, assertion, apr_pstrcat(pool, encrypted, encrypted, NULL))),
                    EB_E_XML_ASSERTION_COUNT);
    ck_assert_error(check(before(good, "<saml2p:Status>", other)), EB_E_XML_ORDER);
    ck_assert_error(check(before(good, "</saml2:Assertion>", other)), EB_E_XML_ASSERTION_COUNT);
}
END_TEST

START_TEST(refuses_what_is_ours_in_ignored_content)
{
    const char *assertion =
        with(part(good, "<saml2:Assertion ", "</saml2:Assertion>"), "_assertion", "_evil");
    const char *signature = part(signed_message(), "<ds:Signature", "</ds:Signature>");
    const char *info = with(part(signature, "<ds:SignedInfo", "</ds:SignedInfo>"), "<ds:SignedInfo",
                            "<ds:SignedInfo xmlns:ds=\"" EB_NS_DS "\"");
    const char *digest = "<DigestValue xmlns=\"" EB_NS_DS "\">AA==</DigestValue>";
    const struct {
        const char *what;
        eb_err_id error;
    } smuggled[] = {
        {assertion, EB_E_XML_ASSERTION_COUNT},
        {apr_pstrcat(pool, "<a>", assertion, "</a>", NULL), EB_E_XML_ASSERTION_COUNT},
        {signature, EB_E_XML_ELEMENT},
        {apr_pstrcat(pool, "<a>", signature, "</a>", NULL), EB_E_XML_ELEMENT},
        {info, EB_E_XML_ELEMENT},
        {digest, EB_E_XML_ELEMENT},
        {good, EB_E_XML_ELEMENT},
    };
    static const char *const places[][2] = {
        {"<saml2p:Status>", "<saml2p:Extensions>%s</saml2p:Extensions>"},
        {"<saml2:AuthnStatement ", "<saml2:Advice>%s</saml2:Advice>"},
        {"</saml2:AttributeValue>", "%s"},
    };

    for (size_t s = 0; s < sizeof(smuggled) / sizeof(smuggled[0]); s++) {
        for (size_t p = 0; p < 3; p++) {
            const char *what = with(places[p][1], "%s", smuggled[s].what);

            ck_assert_error(check(before(good, places[p][0], what)), smuggled[s].error);
        }
    }
}
END_TEST

START_TEST(refuses_all_content_of_status_detail)
{
    const char *signature = part(signed_message(), "<ds:Signature", "</ds:Signature>");
    const char *assertion =
        with(part(good, "<saml2:Assertion ", "</saml2:Assertion>"), "_assertion", "_evil");
    const char *detail = "<saml2p:StatusDetail>%s</saml2p:StatusDetail>";

#define detailed(what) before(good, "</saml2p:Status>", with(detail, "%s", what))
    ck_assert_good(check(detailed("")));
    ck_assert_error(check(detailed(signature)), EB_E_XML_ELEMENT);
    ck_assert_error(
        check(detailed("<ds:DigestValue xmlns:ds=\"" EB_NS_DS "\">AA==</ds:DigestValue>")),
        EB_E_XML_ELEMENT);
    ck_assert_error(check(detailed(assertion)), EB_E_XML_ASSERTION_COUNT);
    ck_assert_error(check(detailed("<a/>")), EB_E_XML_NAMESPACE);
#undef detailed
}
END_TEST

START_TEST(refuses_signatures_out_of_place_or_shape)
{
    const char *text = signed_message();
    const char *signature = part(text, "<ds:Signature", "</ds:Signature>");
    const char *info = part(text, "<ds:SignedInfo", "</ds:SignedInfo>");
    const char *reference = part(text, "<ds:Reference", "</ds:Reference>");

    ck_assert_error(check(behind(text, signature, signature)), EB_E_XML_ORDER);
    ck_assert_error(check(before(with(text, signature, ""), "<saml2:Issuer", signature)),
                    EB_E_XML_ORDER);
    ck_assert_error(check(before(with(text, signature, ""), "</saml2p:Response>", signature)),
                    EB_E_XML_ORDER);
    ck_assert_error(check(before(with(text, signature, ""), "</saml2:Subject>", signature)),
                    EB_E_XML_ELEMENT);
    ck_assert_error(check(behind(text, info, info)), EB_E_XML_ORDER);
    ck_assert_error(check(behind(text, reference, reference)), EB_E_XML_ORDER);
    ck_assert_error(check(before(text, "</ds:Signature>", "<ds:Object/>")), EB_E_XML_ELEMENT);
    ck_assert_error(check(before(text, "<ds:Reference", "<ds:Manifest/>")), EB_E_XML_ELEMENT);
    ck_assert_error(check(with(text, "rsa-sha256\"/>",
                               "rsa-sha256\"><ds:HMACOutputLength>8</ds:HMACOutputLength>"
                               "</ds:SignatureMethod>")),
                    EB_E_XML_ELEMENT);
    ck_assert_error(check(with(text, "enveloped-signature\"/>",
                               "enveloped-signature\"><ds:XPath>1</ds:XPath></ds:Transform>")),
                    EB_E_XML_ELEMENT);
    ck_assert_error(check(behind(text, "<ds:KeyInfo>", "<ds:MgmtData>x</ds:MgmtData>")),
                    EB_E_XML_ELEMENT);
}
END_TEST

START_TEST(refuses_whatever_names_something_to_fetch)
{
    const char *text = signed_message();
    const char *encrypted = encrypted_message();
    const char *value = part(encrypted, "<xenc:CipherValue>", "</xenc:CipherValue>");

    ck_assert_error(
        check(behind(text, "<ds:KeyInfo>", "<ds:RetrievalMethod URI=\"http://127.0.0.1:9/\"/>")),
        EB_E_XML_REFERENCE_TO_FETCH);
    ck_assert_error(check(behind(text, "<ds:KeyInfo>", "<ds:RetrievalMethod URI=\"#a\"/>")),
                    EB_E_XML_REFERENCE_TO_FETCH);
    ck_assert_error(check(behind(text, "<ds:KeyInfo>",
                                 "<d:KeyInfoReference xmlns:d=\"" EB_NS_DS11 "\" URI=\"#a\"/>")),
                    EB_E_XML_REFERENCE_TO_FETCH);
    ck_assert_error(
        check(with(encrypted, value, "<xenc:CipherReference URI=\"file:///etc/passwd\"/>")),
        EB_E_XML_REFERENCE_TO_FETCH);
    ck_assert_error(check(with(encrypted, "<xenc:EncryptedKey",
                               "<ds:RetrievalMethod URI=\"#k\"/><xenc:EncryptedKey")),
                    EB_E_XML_REFERENCE_TO_FETCH);
    ck_assert_error(check(with(text, "URI=\"#_response\"", "URI=\"http://127.0.0.1:9/\"")),
                    EB_E_XML_REFERENCE_TO_FETCH);
    ck_assert_error(check(with(text, "URI=\"#_response\"", "URI=\"file:///etc/passwd\"")),
                    EB_E_XML_REFERENCE_TO_FETCH);
    ck_assert_error(check(before(good, "<saml2:AuthnStatement ",
                                 "<saml2:Advice><saml2:AssertionURIRef>http://127.0.0.1:9/"
                                 "</saml2:AssertionURIRef></saml2:Advice>")),
                    EB_E_XML_REFERENCE_TO_FETCH);
}
END_TEST

START_TEST(refuses_shapes_of_encryption_that_are_not_read)
{
    const char *text = encrypted_message();
    const char *method = part(text, "<xenc:EncryptionMethod", "/>");
    const char *data = part(text, "<xenc:CipherData", "</xenc:CipherData>");
    const char *curve = part(text, "<dsig11:NamedCurve", "/>");

    ck_assert_error(check(with(text, method, "")), EB_E_XML_ORDER);
    ck_assert_error(check(with(text, data, "")), EB_E_XML_ORDER);
    ck_assert_error(check(behind(text, data, "<xenc:EncryptionProperties/>")), EB_E_XML_ELEMENT);
    ck_assert_error(check(with(text, curve, "<dsig11:ECParameters/>")), EB_E_XML_ELEMENT);
    ck_assert_error(check(before(text, "</saml2:EncryptedAssertion>", "<saml2:OneTimeUse/>")),
                    EB_E_XML_ELEMENT);
    ck_assert_error(check(behind(file("encrypted/python-oaep-sha256.xml"), "xmlenc11#rsa-oaep\">",
                                 "<xenc:KeySize>256</xenc:KeySize>")),
                    EB_E_XML_ELEMENT);
    ck_assert_error(check(behind(file("encrypted/python-oaep-sha256.xml"),
                                 "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#"
                                 "sha256\"/>",
                                 "<ds:DigestMethod Algorithm=\"a\"/>")),
                    EB_E_XML_ORDER);
}
END_TEST

START_TEST(checks_a_decrypted_assertion_by_itself)
{
    const char *bare = part(good, "<saml2:Assertion ", "</saml2:Assertion>");
    const char *alone =
        behind(bare, "<saml2:Assertion",
               " xmlns:saml2=\"" EB_NS_SAML "\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"");
    xmlDocPtr outer = parsed(encrypted_message());

    ck_assert_good(eb_structure_check_assertion(pool, parsed(alone), outer));
    ck_assert_good(eb_structure_check_assertion(pool, parsed(alone), NULL));
    ck_assert_error(
        eb_structure_check_assertion(pool, parsed(with(alone, "_assertion", "_response")), outer),
        EB_E_XML_ID_DUPLICATE);
    ck_assert_error(eb_structure_check_assertion(pool, parsed(good), outer), EB_E_XML_ROOT);
    ck_assert_error(eb_structure_check_assertion(pool, parsed("<a/>"), outer), EB_E_XML_ROOT);
    ck_assert_error(eb_structure_check_assertion(
                        pool, parsed(apr_pstrcat(pool, alone, "<!---->", NULL)), outer),
                    EB_E_XML_COMMENT);
    ck_assert_error(
        eb_structure_check_assertion(
            pool, parsed(before(alone, "</saml2:Assertion>", with(bare, "_assertion", "_evil"))),
            outer),
        EB_E_XML_ASSERTION_COUNT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("structure");
    TCase *tests = tcase_create("structure");

    tcase_add_checked_fixture(tests, set_up, drop_pool);
    tcase_add_test(tests, accepts_the_messages_of_others);
    tcase_add_test(tests, accepts_what_the_schema_leaves_open);
    tcase_add_test(tests, accepts_a_response_without_assertion);
    tcase_add_test(tests, accepts_two_status_codes_and_refuses_a_third);
    tcase_add_test(tests, refuses_comments_instructions_and_cdata_everywhere);
    tcase_add_test(tests, refuses_another_document_element);
    tcase_add_test(tests, refuses_unknown_elements);
    tcase_add_test(tests, refuses_conditions_that_are_not_understood);
    tcase_add_test(tests, refuses_elements_of_unknown_namespaces);
    tcase_add_test(tests, refuses_relative_namespaces);
    tcase_add_test(tests, refuses_elements_out_of_order_or_missing);
    tcase_add_test(tests, refuses_unknown_and_missing_attributes);
    tcase_add_test(tests, refuses_other_versions_of_saml);
    tcase_add_test(tests, refuses_ids_that_are_missing_malformed_or_namespaced);
    tcase_add_test(tests, refuses_an_id_used_twice);
    tcase_add_test(tests, refuses_ids_without_number);
    tcase_add_test(tests, refuses_text_between_elements_and_elements_in_text);
    tcase_add_test(tests, refuses_more_than_one_assertion);
    tcase_add_test(tests, refuses_what_is_ours_in_ignored_content);
    tcase_add_test(tests, refuses_all_content_of_status_detail);
    tcase_add_test(tests, refuses_signatures_out_of_place_or_shape);
    tcase_add_test(tests, refuses_whatever_names_something_to_fetch);
    tcase_add_test(tests, refuses_shapes_of_encryption_that_are_not_read);
    tcase_add_test(tests, checks_a_decrypted_assertion_by_itself);
    suite_add_tcase(suite, tests);
    return run(suite);
}

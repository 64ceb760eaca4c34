/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signature wrapping, XSW 1 to 8 of "On Breaking SAML" (USENIX Security 2012): each is refused by
 * the structure table, and by the verification where the table would be missing. */
#include "saml_messages.h"

static const char *signed_text; /* a Response signed by xmlsec1 */
static EVP_PKEY *rsa;
static eb_verify_key rsa_keys[1];

static void set_up(void)
{
    make_pool();
    signed_text = file("signed/xmlsec1-rsa-sha256.xml");
    rsa = key_of("rsa2048");
    rsa_keys[0] = (eb_verify_key){rsa, "0123"};
}

typedef struct wrapping {
    const char *signature; /* of the signed element, cut out */
    const char *original;  /* signed element without its signature: its digest is still good */
    const char *evil;      /* the same with another person and another ID, without signature */
} wrapping;

static wrapping wrap(const char *text, const char *element, const char *id)
{
    const char *begin = apr_psprintf(pool, "<%s ", element);
    const char *end = apr_psprintf(pool, "</%s>", element);
    const char *signed_element = part(text, begin, end);
    wrapping w;

    w.signature = part(signed_element, "<ds:Signature ", "</ds:Signature>");
    w.original = with(signed_element, w.signature, "");
    w.evil = with(with(w.original, "ES/FI/1234", "ES/FI/6666"), apr_psprintf(pool, "\"%s\"", id),
                  "\"_evil\"");
    return w;
}

static const char *behind_issuer(const char *element, const char *what)
{
    return with(element, "</saml2:Issuer>", apr_pstrcat(pool, "</saml2:Issuer>", what, NULL));
}

/* The verdict on the Response, or on its first Assertion, without the table. */
static const eb_err *verify_first(const char *text, bool assertion)
{
    xmlNodePtr root = xmlDocGetRootElement(parsed(text));
    eb_signature_info info;

    return eb_xmldsig_verify(pool, assertion ? eb_xml_child(root, EB_NS_SAML, "Assertion") : root,
                             rsa_keys, 1, &everything, &info);
}

static const eb_err *check_only(const char *text)
{
    return eb_structure_check_response(pool, parsed(text));
}

START_TEST(refuses_wrapping_of_a_signed_response)
{
    wrapping w = wrap(signed_text, "saml2p:Response", "_response");
    /* 1: the original inside of the signature */
    const char *xsw1 =
        behind_issuer(w.evil, with(w.signature, "</ds:Signature>",
                                   apr_pstrcat(pool, w.original, "</ds:Signature>", NULL)));
    /* 2: the original before the signature, detached */
    const char *xsw2 = behind_issuer(w.evil, apr_pstrcat(pool, w.original, w.signature, NULL));

    ck_assert_error(check_only(xsw1), EB_E_XML_ELEMENT);
    ck_assert_error(verify_first(xsw1, false), EB_E_SIG_REFERENCE);
    ck_assert_error(check_only(xsw2), EB_E_XML_ELEMENT);
    ck_assert_error(verify_first(xsw2, false), EB_E_SIG_REFERENCE);
}
END_TEST

START_TEST(refuses_wrapping_of_a_signed_assertion)
{
    const char *text = sign_anew(file("message/response.xml"), "Assertion", rsa, "rsa-sha256");
    const char *whole = part(text, "<saml2:Assertion ", "</saml2:Assertion>");
    wrapping w = wrap(text, "saml2:Assertion", "_assertion");
    const char *evil_signed = behind_issuer(w.evil, w.signature);
    const char *inside = with(w.signature, "</ds:Signature>",
                              apr_pstrcat(pool, w.original, "</ds:Signature>", NULL));
    const char *object =
        with(w.signature, "</ds:Signature>",
             apr_pstrcat(pool, "<ds:Object>", w.original, "</ds:Object></ds:Signature>", NULL));
    /* 3: evil before it; 4: evil around it; 5: the signature stays in evil, the original at the
     * end; 6: the original inside of the signature; 7: evil in Extensions; 8: the original in a
     * ds:Object */
    const char *xsw3 = with(text, whole, apr_pstrcat(pool, w.evil, whole, NULL));
    const char *xsw4 = with(
        text, whole,
        with(w.evil, "</saml2:Assertion>", apr_pstrcat(pool, whole, "</saml2:Assertion>", NULL)));
    const char *xsw5 = with(text, whole, apr_pstrcat(pool, evil_signed, w.original, NULL));
    const char *xsw6 = with(text, whole, behind_issuer(w.evil, inside));
    const char *same_id = with(w.evil, "\"_evil\"", "\"_assertion\"");
    const char *xsw7 = with(text, "<saml2p:Status>",
                            apr_pstrcat(pool, "<saml2p:Extensions>", same_id,
                                        "</saml2p:Extensions><saml2p:Status>", NULL));
    const char *xsw8 = with(text, whole, behind_issuer(w.evil, object));

    ck_assert_good(check_only(text));
    ck_assert_good(verify_first(text, true));
    ck_assert_error(check_only(xsw3), EB_E_XML_ASSERTION_COUNT);
    ck_assert_error(verify_first(xsw3, true), EB_E_SIG_MISSING);
    ck_assert_error(check_only(xsw4), EB_E_XML_ASSERTION_COUNT);
    ck_assert_error(verify_first(xsw4, true), EB_E_SIG_MISSING);
    ck_assert_error(check_only(xsw5), EB_E_XML_ASSERTION_COUNT);
    ck_assert_error(verify_first(xsw5, true), EB_E_SIG_REFERENCE);
    ck_assert_error(check_only(xsw6), EB_E_XML_ASSERTION_COUNT);
    ck_assert_error(verify_first(xsw6, true), EB_E_SIG_REFERENCE);
    ck_assert_error(check_only(xsw7), EB_E_XML_ASSERTION_COUNT);
    ck_assert_error(check_only(xsw8), EB_E_XML_ELEMENT);
    ck_assert_error(verify_first(xsw8, true), EB_E_SIG_REFERENCE);
}
END_TEST

/* Evil keeps the ID of the original, so that the Reference fits its parent: then the digest does
 * not. */
START_TEST(refuses_wrapping_that_keeps_the_id)
{
    const char *text = sign_anew(file("message/response.xml"), "Assertion", rsa, "rsa-sha256");
    const char *whole = part(text, "<saml2:Assertion ", "</saml2:Assertion>");
    wrapping w = wrap(text, "saml2:Assertion", "_assertion");
    const char *evil = with(w.evil, "\"_evil\"", "\"_assertion\"");
    const char *both =
        with(text, whole, apr_pstrcat(pool, behind_issuer(evil, w.signature), w.original, NULL));

    ck_assert_error(check_only(both), EB_E_XML_ASSERTION_COUNT);
    ck_assert_error(verify_first(both, true), EB_E_SIG_DIGEST);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wrapping");
    TCase *tests = tcase_create("wrapping");

    tcase_add_checked_fixture(tests, set_up, drop_pool);
    tcase_add_test(tests, refuses_wrapping_of_a_signed_response);
    tcase_add_test(tests, refuses_wrapping_of_a_signed_assertion);
    tcase_add_test(tests, refuses_wrapping_that_keeps_the_id);
    suite_add_tcase(suite, tests);
    return run(suite);
}

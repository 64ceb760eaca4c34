/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signatures: those of others are read, ours are read by ourselves (and by others in
 * tests/judges/run), and every deviation from the one shape is refused, with and without the
 * structure table before it. */
#include "saml_messages.h"

#include <openssl/core_names.h>

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

static const eb_err *verify_with(const char *text, const char *key, const eb_alg_policy *policy)
{
    eb_verify_key keys[1] = {{key_of(key), NULL}};
    eb_signature_info info = {NULL, NULL};

    return eb_xmldsig_verify(pool, xmlDocGetRootElement(parsed(text)), keys, 1, policy, &info);
}

/* Without the structure table. */
static const eb_err *verify(const char *text)
{
    return verify_with(text, "rsa2048", &everything);
}

/* As a reader does it. */
static const eb_err *check_and_verify(const char *text)
{
    xmlDocPtr doc = parsed(text);
    eb_signature_info info = {NULL, NULL};

    EB_TRY(eb_structure_check_response(pool, doc));
    return eb_xmldsig_verify(pool, xmlDocGetRootElement(doc), rsa_keys, 1, &everything, &info);
}

START_TEST(verifies_the_signatures_of_others)
{
    static const struct {
        const char *file;
        const char *key;
        const char *word;
    } made[] = {
        {"xmlsec1-rsa-sha256", "rsa2048", "rsa-sha256"},
        {"xmlsec1-rsa-sha384", "rsa2048", "rsa-sha384"},
        {"xmlsec1-rsa-sha512", "rsa2048", "rsa-sha512"},
        {"xmlsec1-ecdsa-sha256", "p256", "ecdsa-sha256"},
        {"xmlsec1-ecdsa-sha384", "p256", "ecdsa-sha384"},
        {"xmlsec1-ecdsa-sha512", "p256", "ecdsa-sha512"},
        {"xmlsec1-ecdsa-sha384-p384", "p384", "ecdsa-sha384"},
        {"xmlsec1-ecdsa-sha512-p521", "p521", "ecdsa-sha512"},
        {"xmlsec1-prefixes", "rsa2048", "rsa-sha256"},
        {"python-pss-sha256", "rsa3072", "rsa-pss-sha256"},
        {"python-pss-sha384", "rsa3072", "rsa-pss-sha384"},
        {"python-pss-sha512", "rsa3072", "rsa-pss-sha512"},
        {"python-ecdsa-sha256-bp256", "bp256", "ecdsa-sha256"},
        {"python-ecdsa-sha384-bp384", "bp384", "ecdsa-sha384"},
        {"python-ecdsa-sha512-bp512", "bp512", "ecdsa-sha512"},
        {"python-ecdsa-sha512-p521", "p521", "ecdsa-sha512"},
        {"santuario-rsa-sha256", "rsa3072", "rsa-sha256"},
        {"santuario-rsa-sha384", "rsa3072", "rsa-sha384"},
        {"santuario-rsa-sha512", "rsa3072", "rsa-sha512"},
        {"santuario-pss-sha256", "rsa3072", "rsa-pss-sha256"},
        {"santuario-pss-sha384", "rsa3072", "rsa-pss-sha384"},
        {"santuario-pss-sha512", "rsa3072", "rsa-pss-sha512"},
        {"santuario-ecdsa-sha256-p256", "p256", "ecdsa-sha256"},
        {"santuario-ecdsa-sha384-p384", "p384", "ecdsa-sha384"},
        {"santuario-ecdsa-sha512-p521", "p521", "ecdsa-sha512"},
        {"santuario-ecdsa-sha256-bp256", "bp256", "ecdsa-sha256"},
        {"santuario-ecdsa-sha512-bp512", "bp512", "ecdsa-sha512"},
        {"santuario-prefixes", "rsa3072", "rsa-sha256"},
    };

    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
        const char *text = file(apr_psprintf(pool, "signed/%s.xml", made[i].file));
        const eb_alg *algorithm = eb_alg_by_word(made[i].word);
        eb_alg_policy others = {~algorithm->bit, 2048, 256};
        eb_alg_policy only = {algorithm->bit, 2048, 256};
        eb_verify_key keys[1] = {{key_of(made[i].key), "0123"}};
        eb_signature_info info = {NULL, NULL};
        const eb_err *err =
            eb_xmldsig_verify(pool, xmlDocGetRootElement(parsed(text)), keys, 1, &only, &info);

        ck_assert_msg(err == NULL, "%s: %s", made[i].file, err == NULL ? "" : err->message);
        ck_assert_ptr_eq(info.algorithm, algorithm);
        ck_assert_str_eq(info.fingerprint, "0123");
        ck_assert_error(verify_with(text, made[i].key, &others), EB_E_SIG_ALGORITHM);
        ck_assert_error(verify_with(with(text, "Onasis", "Onasiz"), made[i].key, &only),
                        EB_E_SIG_DIGEST);
    }
}
END_TEST

START_TEST(verifies_what_it_signs_with_every_algorithm)
{
    static const char *const pairs[][2] = {
        {"rsa2048", "rsa-sha256"},     {"rsa2048", "rsa-sha384"},     {"rsa2048", "rsa-sha512"},
        {"rsa3072", "rsa-pss-sha256"}, {"rsa3072", "rsa-pss-sha384"}, {"rsa3072", "rsa-pss-sha512"},
        {"p256", "ecdsa-sha256"},      {"p384", "ecdsa-sha384"},      {"p521", "ecdsa-sha512"},
        {"bp256", "ecdsa-sha256"},     {"bp384", "ecdsa-sha384"},     {"bp512", "ecdsa-sha512"},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const char *text =
            sign_anew(file("message/response.xml"), "Response", key_of(pairs[i][0]), pairs[i][1]);

        ck_assert_good(eb_structure_check_response(pool, parsed(text)));
        ck_assert_good(verify_with(text, pairs[i][0], &everything));
    }
}
END_TEST

START_TEST(leaves_the_message_as_it_was)
{
    xmlDocPtr doc = parsed(signed_text);
    const char *before = eb_xml_serialize(pool, doc, NULL);
    eb_signature_info info;

    ck_assert_good(
        eb_xmldsig_verify(pool, xmlDocGetRootElement(doc), rsa_keys, 1, &everything, &info));
    ck_assert_str_eq(eb_xml_serialize(pool, doc, NULL), before);
    doc = parsed(file("message/response.xml"));
    before = eb_xml_serialize(pool, doc, NULL);
    ck_assert_error(
        eb_xmldsig_sign(pool, xmlDocGetRootElement(doc), rsa, eb_alg_by_word("ecdsa-sha256"), NULL),
        EB_E_REQUEST_SIGN);
    ck_assert_str_eq(eb_xml_serialize(pool, doc, NULL), before);
}
END_TEST

START_TEST(signs_behind_the_issuer_with_the_certificate)
{
    xmlDocPtr doc = parsed(file("message/response.xml"));
    xmlNodePtr root = xmlDocGetRootElement(doc);
    xmlNodePtr signature;

    ck_assert_good(eb_xmldsig_sign(pool, root, rsa, eb_alg_by_word("rsa-sha256"), "AAEC"));
    signature = eb_xml_next(eb_xml_first(root));
    ck_assert(eb_xml_is(signature, EB_NS_DS, "Signature"));
    ck_assert_str_eq(eb_xml_trimmed(pool, eb_xml_child(signature, EB_NS_DS, "KeyInfo")), "AAEC");
    doc = parsed("<a xmlns='urn:a' ID='_1'><b/></a>");
    root = xmlDocGetRootElement(doc);
    ck_assert_good(eb_xmldsig_sign(pool, root, rsa, eb_alg_by_word("rsa-sha256"), NULL));
    ck_assert(eb_xml_is(eb_xml_first(root), EB_NS_DS, "Signature"));
    ck_assert_ptr_null(eb_xml_child(eb_xml_first(root), EB_NS_DS, "KeyInfo"));
    ck_assert_good(verify(eb_xml_serialize(pool, doc, NULL)));
    ck_assert_error(eb_xmldsig_sign(pool, xmlDocGetRootElement(parsed("<a/>")), rsa,
                                    eb_alg_by_word("rsa-sha256"), NULL),
                    EB_E_REQUEST_SIGN);
    ck_assert_error(eb_xmldsig_sign(pool, root, rsa, eb_alg_by_word("aes256-gcm"), NULL),
                    EB_E_REQUEST_SIGN);
}
END_TEST

START_TEST(tries_all_keys_and_tells_which)
{
    eb_verify_key keys[4] = {{key_of("p256"), "ec"},
                             {key_of("other"), "other"},
                             {key_of("rsa2048"), "right"},
                             {key_of("rsa3072"), "late"}};
    xmlNodePtr root = xmlDocGetRootElement(parsed(signed_text));
    eb_signature_info info = {NULL, NULL};

    ck_assert_good(eb_xmldsig_verify(pool, root, keys, 4, &everything, &info));
    ck_assert_str_eq(info.fingerprint, "right");
    ck_assert_error(eb_xmldsig_verify(pool, root, keys, 2, &everything, &info), EB_E_SIG_VALUE);
    ck_assert_error(eb_xmldsig_verify(pool, root, keys, 1, &everything, &info), EB_E_SIG_KEY);
    ck_assert_error(eb_xmldsig_verify(pool, root, keys, 0, &everything, &info), EB_E_SIG_KEY);
}
END_TEST

START_TEST(refuses_the_key_of_another_provider)
{
    ck_assert_error(verify_with(signed_text, "other", &everything), EB_E_SIG_VALUE);
}
END_TEST

START_TEST(refuses_keys_that_are_too_small_or_on_other_curves)
{
    static const eb_alg_policy eidas = {0xffffffffu, 3072, 256};
    static const eb_alg_policy wide = {0xffffffffu, 2048, 384};

    ck_assert_error(verify_with(file("signed/weak-rsa1024.xml"), "rsa1024", &everything),
                    EB_E_SIG_KEY);
    ck_assert_error(verify_with(signed_text, "rsa2048", &eidas), EB_E_SIG_KEY);
    ck_assert_error(verify_with(file("signed/xmlsec1-ecdsa-sha256.xml"), "p256", &wide),
                    EB_E_SIG_KEY);
    ck_assert_error(verify_with(file("signed/refused-secp256k1.xml"), "secp256k1", &everything),
                    EB_E_SIG_KEY);
    ck_assert_error(eb_alg_check_key(pool, key_of("p256explicit"), &everything), EB_E_SIG_KEY);
    ck_assert_good(eb_alg_check_key(pool, key_of("bp512"), &everything));
}
END_TEST

START_TEST(refuses_an_algorithm_of_another_kind_of_key)
{
    ck_assert_error(
        verify_with(with(signed_text, "#rsa-sha256", "#ecdsa-sha256"), "rsa2048", &everything),
        EB_E_SIG_KEY);
    ck_assert_error(
        verify_with(with(signed_text, "#rsa-sha256", "#rsa-sha512"), "rsa2048", &everything),
        EB_E_SIG_VALUE);
    ck_assert_error(verify_with(with(signed_text, "2001/04/xmldsig-more#rsa-sha256",
                                     "2007/05/xmldsig-more#sha256-rsa-MGF1"),
                                "rsa2048", &everything),
                    EB_E_SIG_VALUE);
}
END_TEST

START_TEST(refuses_other_forms_of_signature_values)
{
    ck_assert_error(verify_with(file("signed/refused-pss-mgf-sha1.xml"), "rsa3072", &everything),
                    EB_E_SIG_VALUE);
    ck_assert_error(verify_with(file("signed/refused-pss-salt.xml"), "rsa3072", &everything),
                    EB_E_SIG_VALUE);
    ck_assert_error(verify_with(file("signed/refused-ecdsa-der.xml"), "p256", &everything),
                    EB_E_SIG_VALUE);
    /* a signature of the other half of the curves' length */
    ck_assert_error(verify_with(file("signed/xmlsec1-ecdsa-sha384-p384.xml"), "p256", &everything),
                    EB_E_SIG_VALUE);
}
END_TEST

START_TEST(refuses_signature_algorithms_that_do_not_exist_here)
{
    static const char *const uris[] = {
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
        "http://www.w3.org/2007/05/xmldsig-more#rsa-pss",
        "http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1",
        "http://www.w3.org/2009/xmlenc11#aes256-gcm",
        "",
    };

    ck_assert_error(verify(file("signed/refused-rsa-sha1.xml")), EB_E_SIG_ALGORITHM);
    for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
        ck_assert_error(
            verify(with(signed_text, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", uris[i])),
            EB_E_SIG_ALGORITHM);
    }
    ck_assert_error(verify(with(signed_text, "#rsa-sha256\"/>",
                                "#rsa-sha256\"><ds:HMACOutputLength>0</ds:HMACOutputLength>"
                                "</ds:SignatureMethod>")),
                    EB_E_SIG_ALGORITHM);
}
END_TEST

START_TEST(refuses_other_digests)
{
    ck_assert_error(verify(file("signed/refused-digest-sha1.xml")), EB_E_SIG_DIGEST_ALGORITHM);
    ck_assert_error(verify(with(signed_text, "xmlenc#sha256", "xmldsig#sha256")),
                    EB_E_SIG_DIGEST_ALGORITHM);
    ck_assert_error(verify(with(signed_text, "http://www.w3.org/2001/04/xmlenc#sha256",
                                "http://www.w3.org/2001/04/xmldsig-more#md5")),
                    EB_E_SIG_DIGEST_ALGORITHM);
}
END_TEST

START_TEST(refuses_other_canonicalizations)
{
    static const char *const uris[] = {
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
        "http://www.w3.org/2006/12/xml-c14n11",
        "http://www.w3.org/2010/xml-c14n2",
    };

    for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
        const char *method =
            apr_psprintf(pool, "<ds:CanonicalizationMethod Algorithm=\"%s\"/>", uris[i]);
        const char *transform =
            apr_psprintf(pool, "<ds:Transform Algorithm=\"%s\"/></ds:Transforms>", uris[i]);

        ck_assert_error(verify(with(signed_text,
                                    part(signed_text, "<ds:CanonicalizationMethod", "/>"), method)),
                        EB_E_SIG_CANONICALIZATION);
        ck_assert_error(
            verify(with(signed_text,
                        "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"
                        "</ds:Transforms>",
                        transform)),
            EB_E_SIG_TRANSFORMS);
    }
}
END_TEST

START_TEST(refuses_other_transforms)
{
    const char *enveloped =
        "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";
    const char *c14n = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
    const char *both = apr_pstrcat(pool, enveloped, c14n, NULL);
    static const char *const others[] = {
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/2002/07/decrypt#XML",
    };

    ck_assert_error(verify(with(signed_text, both, enveloped)), EB_E_SIG_TRANSFORMS);
    ck_assert_error(verify(with(signed_text, both, c14n)), EB_E_SIG_TRANSFORMS);
    ck_assert_error(verify(with(signed_text, both, apr_pstrcat(pool, c14n, enveloped, NULL))),
                    EB_E_SIG_TRANSFORMS);
    ck_assert_error(verify(with(signed_text, both, apr_pstrcat(pool, both, c14n, NULL))),
                    EB_E_SIG_TRANSFORMS);
    ck_assert_error(verify(with(signed_text, both, "")), EB_E_SIG_TRANSFORMS);
    ck_assert_error(
        verify(with(signed_text,
                    apr_pstrcat(pool, "<ds:Transforms>", both, "</ds:Transforms>", NULL), "")),
        EB_E_SIG_TRANSFORMS);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        const char *other = apr_psprintf(pool, "<ds:Transform Algorithm=\"%s\"/>", others[i]);

        ck_assert_error(verify(with(signed_text, both, apr_pstrcat(pool, both, other, NULL))),
                        EB_E_SIG_TRANSFORMS);
        ck_assert_error(verify(with(signed_text, both, apr_pstrcat(pool, enveloped, other, NULL))),
                        EB_E_SIG_TRANSFORMS);
    }
}
END_TEST

START_TEST(bounds_the_prefix_list)
{
    const char *text = file("signed/xmlsec1-prefixes.xml");
    const char *list = "PrefixList=\"xs saml2\"";
    const char *many = "a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12 a13 a14 a15 a16 a17";

    ck_assert_error(verify(with(text, list, apr_psprintf(pool, "PrefixList=\"%s\"", many))),
                    EB_E_SIG_TRANSFORMS);
    ck_assert_error(verify(with(text, list, "PrefixList=\"a:b\"")), EB_E_SIG_TRANSFORMS);
    ck_assert_error(verify(with(text, list, "PrefixList=\"saml2\"")), EB_E_SIG_VALUE);
    ck_assert_error(verify(with(text, "<ec:InclusiveNamespaces", "<ec:Other")),
                    EB_E_SIG_TRANSFORMS);
}
END_TEST

START_TEST(refuses_references_to_anything_but_the_parent)
{
    static const char *const uris[] = {
        "",
        "#",
        "#_assertion",
        "_response",
        "#xpointer(/)",
        "#xpointer(id('_response'))",
        "#_response ",
        "http://127.0.0.1:9/#_response",
        "file:///etc/passwd",
        "cid:_response",
    };
    const char *reference = part(signed_text, "<ds:Reference", "</ds:Reference>");

    for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
        ck_assert_error(verify(with(signed_text, "URI=\"#_response\"",
                                    apr_psprintf(pool, "URI=\"%s\"", uris[i]))),
                        EB_E_SIG_REFERENCE);
    }
    ck_assert_error(verify(with(signed_text, " URI=\"#_response\"", "")), EB_E_SIG_REFERENCE);
    ck_assert_error(verify(with(signed_text, reference, "")), EB_E_SIG_REFERENCE);
    ck_assert_error(
        verify(with(signed_text, reference, apr_pstrcat(pool, reference, reference, NULL))),
        EB_E_SIG_REFERENCE);
    ck_assert_error(verify(with(signed_text, "ID=\"_response\"", "ID=\"_other\"")),
                    EB_E_SIG_REFERENCE);
    ck_assert_error(verify(with(signed_text, "ID=\"_response\"", "saml2p:ID=\"_response\"")),
                    EB_E_SIG_REFERENCE);
}
END_TEST

START_TEST(refuses_missing_repeated_and_misshapen_signatures)
{
    const char *signature = part(signed_text, "<ds:Signature ", "</ds:Signature>");
    const char *info = part(signed_text, "<ds:SignedInfo", "</ds:SignedInfo>");
    const char *value = part(signed_text, "<ds:SignatureValue", "</ds:SignatureValue>");

    ck_assert_error(verify(with(signed_text, signature, "")), EB_E_SIG_MISSING);
    ck_assert_error(verify(with(signed_text, "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"",
                                "xmlns:ds=\"urn:x\"")),
                    EB_E_SIG_MISSING);
    ck_assert_error(
        verify(with(signed_text, signature, apr_pstrcat(pool, signature, signature, NULL))),
        EB_E_SIG_REFERENCE);
    ck_assert_error(verify(with(signed_text, info, apr_pstrcat(pool, info, info, NULL))),
                    EB_E_SIG_REFERENCE);
    ck_assert_error(verify(with(signed_text, value, "")), EB_E_SIG_REFERENCE);
    ck_assert_error(verify(with(signed_text, value, "<ds:SignatureValue/>")), EB_E_SIG_VALUE);
    ck_assert_error(verify(with(signed_text, "<ds:SignatureValue>", "<ds:SignatureValue>!")),
                    EB_E_SIG_VALUE);
    ck_assert_error(verify(with(signed_text, "<ds:SignatureValue>", "<ds:SignatureValue><!---->")),
                    EB_E_SIG_VALUE);
    ck_assert_error(verify(with(signed_text, "</ds:Signature>", "<ds:Object/></ds:Signature>")),
                    EB_E_SIG_REFERENCE);
}
END_TEST

/* Each change leaves a message that the structure table would refuse first, most of them with
 * another error. */
START_TEST(refuses_other_elements_in_the_places_of_a_signature)
{
#define ENVELOPED                                                                                  \
    "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\""
#define C14N     "http://www.w3.org/2001/10/xml-exc-c14n#"
#define PREFIXES "<ec:InclusiveNamespaces xmlns:ec=\"" C14N "\" PrefixList=\"xs\""
    static const struct {
        const char *from, *to;
        eb_err_id error;
    } changes[] = {
        {"ds:SignedInfo>", "ds:Odd>", EB_E_SIG_REFERENCE},
        {"<ds:CanonicalizationMethod ", "<ds:Odd ", EB_E_SIG_CANONICALIZATION},
        {"<ds:SignatureMethod ", "<ds:Odd ", EB_E_SIG_ALGORITHM},
        {"<ds:Reference ", "<ds:Odd ", EB_E_SIG_REFERENCE},
        {"ds:Transforms>", "ds:Odd>", EB_E_SIG_TRANSFORMS},
        {ENVELOPED "/>", "<ds:Odd Algorithm=\"" EB_NS_DS "enveloped-signature\"/>",
         EB_E_SIG_TRANSFORMS},
        {ENVELOPED "/>", "<ds:Transform Algorithm=\"" C14N "\"/>", EB_E_SIG_TRANSFORMS},
        {ENVELOPED "/>", ENVELOPED ">" PREFIXES "/></ds:Transform>", EB_E_SIG_TRANSFORMS},
        {"<ds:Transform Algorithm=\"" C14N "\"/>", "<ds:Odd Algorithm=\"" C14N "\"/>",
         EB_E_SIG_TRANSFORMS},
        {"<ds:Transform Algorithm=\"" C14N "\"/>",
         "<ds:Transform Algorithm=\"" C14N "\">" PREFIXES "/>" PREFIXES "/></ds:Transform>",
         EB_E_SIG_TRANSFORMS},
        {"<ds:Transform Algorithm=\"" C14N "\"/>",
         "<ds:Transform Algorithm=\"" C14N "\">" PREFIXES
         "><ds:Odd/></ec:InclusiveNamespaces></ds:Transform>",
         EB_E_SIG_TRANSFORMS},
        {"<ds:DigestMethod ", "<ds:Odd ", EB_E_SIG_REFERENCE},
        {"xmlenc#sha256\"/>", "xmlenc#sha256\"><ds:Odd/></ds:DigestMethod>",
         EB_E_SIG_DIGEST_ALGORITHM},
        {"ds:DigestValue>", "ds:Odd>", EB_E_SIG_REFERENCE},
        {"</ds:DigestValue>", "</ds:DigestValue><ds:Odd/>", EB_E_SIG_REFERENCE},
        {"</ds:Reference>", "</ds:Reference><ds:Odd/>", EB_E_SIG_REFERENCE},
        {"URI=\"#_response\"", "URI=\"x_response\"", EB_E_SIG_REFERENCE},
        {"_response\"", "\"", EB_E_SIG_REFERENCE},
    };

    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        const char *text = with(signed_text, changes[i].from, changes[i].to);
        const char *name = changes[i].from;

        if (name[0] == 'd' || strcmp(name, "_response\"") == 0) {
            text = with(text, name, changes[i].to); /* its other tag; URI and ID */
        } else if (strcmp(name, "<ds:Reference ") == 0) {
            text = with(text, "</ds:Reference>", "</ds:Odd>");
        }
        const eb_err *err = verify(text);
        ck_assert_msg(err != NULL && err->id == changes[i].error, "%s: expected EB%d, got %s", name,
                      (int)changes[i].error, err == NULL ? "success" : err->code);
    }
#undef ENVELOPED
#undef C14N
#undef PREFIXES
}
END_TEST

START_TEST(signs_only_with_an_id_and_a_signature_algorithm)
{
    xmlNodePtr nameless = xmlDocGetRootElement(parsed("<a ID=\"\"/>"));
    xmlNodePtr named = xmlDocGetRootElement(parsed("<a ID=\"b\"/>"));

    ck_assert_error(eb_xmldsig_sign(pool, nameless, rsa, eb_alg_by_word("rsa-sha256"), NULL),
                    EB_E_REQUEST_SIGN);
    ck_assert_error(eb_xmldsig_sign(pool, named, rsa, eb_alg_by_bit(EB_ALG_AES256_GCM), NULL),
                    EB_E_REQUEST_SIGN);
}
END_TEST

START_TEST(verifies_bytes_only_by_signature_algorithms)
{
    eb_signature_info info;

    ck_assert_error(eb_xmldsig_verify_bytes(pool, eb_span_str("a"), eb_span_str("b"), rsa_keys, 1,
                                            eb_alg_by_bit(EB_ALG_AES256_GCM), &everything, &info),
                    EB_E_SIG_ALGORITHM);
}
END_TEST

START_TEST(refuses_keys_that_are_neither_rsa_nor_ec)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

    ck_assert_ptr_nonnull(key);
    ck_assert_error(eb_alg_check_key(pool, key, &everything), EB_E_SIG_KEY);
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(refuses_a_changed_message)
{
    ck_assert_error(verify(with(signed_text, "ES/FI/1234", "ES/FI/1235")), EB_E_SIG_DIGEST);
    ck_assert_error(verify(with(signed_text, "<saml2p:Status>", "<saml2p:Status> ")),
                    EB_E_SIG_DIGEST);
    ck_assert_error(verify(with(signed_text, "<ds:DigestValue>", "<ds:DigestValue><!---->")),
                    EB_E_SIG_DIGEST);
    ck_assert_error(
        verify(with(signed_text, part(signed_text, "<ds:DigestValue>", "</ds:DigestValue>"),
                    "<ds:DigestValue>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
                    "</ds:DigestValue>")),
        EB_E_SIG_VALUE);
    /* what canonicalization takes away is not a change */
    ck_assert_good(
        verify(with(signed_text, "<saml2:OneTimeUse/>", "<saml2:OneTimeUse ></saml2:OneTimeUse>")));
}
END_TEST

/* The golden response: a namespace that canonicalization cannot take, and the digest of nothing.
 * The table refuses it; without the table the canonicalization fails and that is no success either.
 */
START_TEST(refuses_when_canonicalization_fails)
{
    const char *text = with(signed_text, "<saml2p:Response", "<saml2p:Response xmlns:ns=\"1\"");

    ck_assert_error(check_and_verify(text), EB_E_XML_NAMESPACE);
    ck_assert_error(verify(text), EB_E_SIG_CANONICALIZATION);
}
END_TEST

/* CVE-2017-11427 and its kin: text split by a comment that canonicalization takes away. */
START_TEST(refuses_a_comment_that_leaves_the_signature_good)
{
    const char *text = with(signed_text, "ES/FI/Zo", "ES/FI/<!---->Zo");

    ck_assert_good(verify(text));
    ck_assert_error(check_and_verify(text), EB_E_XML_COMMENT);
}
END_TEST

/* KeyValue of an RSA key. */
static const char *key_value(EVP_PKEY *key)
{
    const char *words[2];
    static const char *const names[2] = {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E};

    for (int i = 0; i < 2; i++) {
        BIGNUM *number = NULL;
        unsigned char bytes[512];
        ck_assert_int_eq(EVP_PKEY_get_bn_param(key, names[i], &number), 1);
        ck_assert_int_le(BN_num_bytes(number), (int)sizeof bytes);
        words[i] = eb_base64(pool, bytes, (size_t)BN_bn2bin(number, bytes));
        BN_free(number);
    }
    return apr_psprintf(pool,
                        "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>%s</ds:Modulus>"
                        "<ds:Exponent>%s</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>",
                        words[0], words[1]);
}

/* The key of KeyInfo is the attacker's, and what was signed with it: it is never looked at. */
START_TEST(refuses_a_message_signed_with_the_key_it_brings)
{
    const char *text =
        sign_anew(file("message/response.xml"), "Response", key_of("other"), "rsa-sha256");
    const char *with_key = with(text, "</ds:Signature>",
                                apr_pstrcat(pool, "<ds:KeyInfo>", key_value(key_of("other")),
                                            "</ds:KeyInfo></ds:Signature>", NULL));

    ck_assert_good(verify_with(with_key, "other", &everything));
    ck_assert_error(verify(with_key), EB_E_SIG_VALUE);
    ck_assert_error(check_and_verify(with_key), EB_E_SIG_VALUE);
    ck_assert_good(check_and_verify(with(signed_text, "<ds:KeyName>signer</ds:KeyName>",
                                         "<ds:KeyName>somebody else</ds:KeyName>")));
}
END_TEST

/* A good signature of the same provider on something else. */
START_TEST(refuses_a_signature_taken_from_another_message)
{
    const char *other =
        sign_anew("<md:EntityDescriptor xmlns:md='" EB_NS_MD "' ID='_response' entityID='e'/>",
                  "Response", rsa, "rsa-sha256");
    const char *signature = part(other, "<ds:Signature ", "</ds:Signature>");

    ck_assert_error(
        check_and_verify(
            with(signed_text, part(signed_text, "<ds:Signature ", "</ds:Signature>"), signature)),
        EB_E_SIG_DIGEST);
    ck_assert_error(check_and_verify(other), EB_E_XML_ROOT);
}
END_TEST

START_TEST(signs_and_verifies_bytes)
{
    static const char *const pairs[][2] = {
        {"rsa2048", "rsa-sha256"}, {"rsa3072", "rsa-pss-sha512"}, {"p521", "ecdsa-sha512"}};
    eb_span bytes = eb_span_str("SAMLRequest=a&RelayState=b&SigAlg=c");

    for (size_t i = 0; i < 3; i++) {
        const eb_alg *algorithm = eb_alg_by_word(pairs[i][1]);
        eb_verify_key keys[1] = {{key_of(pairs[i][0]), NULL}};
        eb_alg_policy none = {0, 2048, 256};
        eb_signature_info info;
        const char *base64 = NULL;
        eb_span signature;

        ck_assert_good(eb_xmldsig_sign_bytes(pool, bytes, keys[0].key, algorithm, &base64));
        ck_assert(eb_base64_decode(pool, base64, strlen(base64), &signature));
        ck_assert_good(eb_xmldsig_verify_bytes(pool, bytes, signature, keys, 1, algorithm,
                                               &everything, &info));
        ck_assert_error(eb_xmldsig_verify_bytes(pool, eb_span_str("x"), signature, keys, 1,
                                                algorithm, &everything, &info),
                        EB_E_SIG_VALUE);
        ck_assert_error(eb_xmldsig_verify_bytes(pool, bytes, eb_span_bytes(NULL, 0), keys, 1,
                                                algorithm, &everything, &info),
                        EB_E_SIG_VALUE);
        ck_assert_error(
            eb_xmldsig_verify_bytes(pool, bytes, signature, keys, 1, algorithm, &none, &info),
            EB_E_SIG_ALGORITHM);
    }
}
END_TEST

START_TEST(knows_every_algorithm_by_uri_word_and_bit)
{
    eb_alg_set all = EB_ALG_SIGNATURES_RSA | EB_ALG_SIGNATURES_PSS | EB_ALG_SIGNATURES_ECDSA |
                     EB_ALG_GCM | EB_ALG_CBC | EB_ALG_KEY_WRAP | EB_ALG_OAEP | EB_ALG_OAEP_MGF1P |
                     EB_ALG_OAEP_SHA1 | EB_ALG_ECDH_ES;

    for (int i = 0; i < 22; i++) {
        const eb_alg *algorithm = eb_alg_by_bit(1u << i);

        ck_assert_ptr_nonnull(algorithm);
        ck_assert_ptr_eq(eb_alg_by_word(algorithm->word), algorithm);
        if (algorithm->bit != EB_ALG_OAEP_SHA1) {
            ck_assert_ptr_eq(eb_alg_by_uri(algorithm->uri), algorithm);
        }
    }
    ck_assert_ptr_null(eb_alg_by_bit(1u << 22));
    ck_assert_ptr_null(eb_alg_by_uri(NULL));
    ck_assert_uint_eq(eb_alg_available(), all);
    ck_assert_uint_eq(eb_alg_default_signature(rsa, false), EB_ALG_RSA_SHA256);
    ck_assert_uint_eq(eb_alg_default_signature(rsa, true), EB_ALG_PSS_SHA256);
    ck_assert_uint_eq(eb_alg_default_signature(key_of("p256"), true), EB_ALG_ECDSA_SHA256);
    ck_assert_uint_eq(eb_alg_default_signature(key_of("p384"), false), EB_ALG_ECDSA_SHA384);
    ck_assert_uint_eq(eb_alg_default_signature(key_of("bp512"), false), EB_ALG_ECDSA_SHA512);
    ck_assert_uint_eq(eb_alg_default_signature(key_of("secp256k1"), false), 0);
    ck_assert_str_eq(eb_alg_digest_by_uri(eb_alg_digest_uri("SHA384")), "SHA384");
    ck_assert_ptr_null(eb_alg_digest_by_uri("http://www.w3.org/2000/09/xmldsig#sha1"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xmldsig");
    TCase *tests = tcase_create("xmldsig");

    tcase_add_checked_fixture(tests, set_up, drop_pool);
    tcase_add_test(tests, knows_every_algorithm_by_uri_word_and_bit);
    tcase_add_test(tests, verifies_the_signatures_of_others);
    tcase_add_test(tests, verifies_what_it_signs_with_every_algorithm);
    tcase_add_test(tests, leaves_the_message_as_it_was);
    tcase_add_test(tests, signs_behind_the_issuer_with_the_certificate);
    tcase_add_test(tests, tries_all_keys_and_tells_which);
    tcase_add_test(tests, refuses_the_key_of_another_provider);
    tcase_add_test(tests, refuses_keys_that_are_too_small_or_on_other_curves);
    tcase_add_test(tests, refuses_an_algorithm_of_another_kind_of_key);
    tcase_add_test(tests, refuses_other_forms_of_signature_values);
    tcase_add_test(tests, refuses_signature_algorithms_that_do_not_exist_here);
    tcase_add_test(tests, refuses_other_digests);
    tcase_add_test(tests, refuses_other_canonicalizations);
    tcase_add_test(tests, refuses_other_transforms);
    tcase_add_test(tests, bounds_the_prefix_list);
    tcase_add_test(tests, refuses_references_to_anything_but_the_parent);
    tcase_add_test(tests, refuses_missing_repeated_and_misshapen_signatures);
    tcase_add_test(tests, refuses_other_elements_in_the_places_of_a_signature);
    tcase_add_test(tests, signs_only_with_an_id_and_a_signature_algorithm);
    tcase_add_test(tests, verifies_bytes_only_by_signature_algorithms);
    tcase_add_test(tests, refuses_keys_that_are_neither_rsa_nor_ec);
    tcase_add_test(tests, refuses_a_changed_message);
    tcase_add_test(tests, refuses_when_canonicalization_fails);
    tcase_add_test(tests, refuses_a_comment_that_leaves_the_signature_good);
    tcase_add_test(tests, refuses_a_message_signed_with_the_key_it_brings);
    tcase_add_test(tests, refuses_a_signature_taken_from_another_message);
    tcase_add_test(tests, signs_and_verifies_bytes);
    suite_add_tcase(suite, tests);
    return run(suite);
}

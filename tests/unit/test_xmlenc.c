/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decryption: what others encrypted is read; what may be judged without a key has its own error;
 * everything else has one. */
#include "saml_messages.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static EVP_PKEY *rsa;

static void set_up(void)
{
    make_pool();
    rsa = key_of("rsa3072");
}

typedef struct decrypted {
    const eb_err *err;
    xmlDocPtr outer;
    xmlDocPtr doc;
    eb_encryption_info info;
} decrypted;

static decrypted decrypt_with(const char *text, EVP_PKEY *const *keys, int count,
                              const eb_alg_policy *policy, bool outer_verified)
{
    decrypted d = {NULL, NULL, NULL, {NULL, NULL}};

    d.outer = parsed(text);
    ck_assert_good(eb_structure_check_response(pool, d.outer));
    d.err = eb_xmlenc_decrypt(
        pool, eb_xml_child(xmlDocGetRootElement(d.outer), EB_NS_SAML, "EncryptedAssertion"), keys,
        count, policy, outer_verified, &eb_xml_message_limits, &eb_random_system, &d.doc, &d.info);
    return d;
}

static const eb_err *decrypt_text(const char *text)
{
    return decrypt_with(text, &rsa, 1, &everything, true).err;
}

/* "encrypted/NAME.xml" with the key it is for. */
static const eb_err *decrypt(const char *name)
{
    EVP_PKEY *keys[2] = {rsa, key_of("p256")};

    return decrypt_with(file(apr_psprintf(pool, "encrypted/%s.xml", name)), keys, 2, &everything,
                        true)
        .err;
}

static const eb_err *decrypt_allowing(const char *name, eb_alg_set allowed)
{
    EVP_PKEY *keys[2] = {rsa, key_of("p256")};
    eb_alg_policy policy = {allowed, 2048, 256};

    return decrypt_with(file(apr_psprintf(pool, "encrypted/%s.xml", name)), keys, 2, &policy, true)
        .err;
}

START_TEST(decrypts_what_others_encrypted)
{
    static const struct {
        const char *file;
        const char *key;
        eb_alg_set content;
        eb_alg_set transport;
        eb_alg_set more; /* what else the message needs */
    } made[] = {
        {"xmlsec1-aes128-gcm", "rsa2048", EB_ALG_AES128_GCM, EB_ALG_OAEP_MGF1P, EB_ALG_OAEP_SHA1},
        {"xmlsec1-aes192-gcm", "rsa2048", EB_ALG_AES192_GCM, EB_ALG_OAEP_MGF1P, EB_ALG_OAEP_SHA1},
        {"xmlsec1-aes256-gcm", "rsa2048", EB_ALG_AES256_GCM, EB_ALG_OAEP_MGF1P, EB_ALG_OAEP_SHA1},
        {"xmlsec1-aes128-cbc", "rsa2048", EB_ALG_AES128_CBC, EB_ALG_OAEP_MGF1P, EB_ALG_OAEP_SHA1},
        {"xmlsec1-aes192-cbc", "rsa2048", EB_ALG_AES192_CBC, EB_ALG_OAEP_MGF1P, EB_ALG_OAEP_SHA1},
        {"xmlsec1-aes256-cbc", "rsa2048", EB_ALG_AES256_CBC, EB_ALG_OAEP_MGF1P, EB_ALG_OAEP_SHA1},
        {"python-oaep-sha256", "rsa3072", EB_ALG_AES256_GCM, EB_ALG_OAEP, 0},
        {"python-oaep-sha384", "rsa3072", EB_ALG_AES256_GCM, EB_ALG_OAEP, 0},
        {"python-oaep-sha512", "rsa3072", EB_ALG_AES256_GCM, EB_ALG_OAEP, 0},
        {"python-oaep-sha256-mgf-sha512", "rsa3072", EB_ALG_AES256_GCM, EB_ALG_OAEP, 0},
        {"python-oaep-sha256-mgf-default", "rsa3072", EB_ALG_AES256_GCM, EB_ALG_OAEP,
         EB_ALG_OAEP_SHA1},
        {"python-oaep-defaults", "rsa3072", EB_ALG_AES256_GCM, EB_ALG_OAEP, EB_ALG_OAEP_SHA1},
        {"python-oaep-label", "rsa3072", EB_ALG_AES256_GCM, EB_ALG_OAEP, 0},
        {"python-mgf1p-sha256", "rsa3072", EB_ALG_AES256_GCM, EB_ALG_OAEP_MGF1P, 0},
        {"python-mgf1p-sha512", "rsa3072", EB_ALG_AES256_GCM, EB_ALG_OAEP_MGF1P, 0},
        {"python-mgf1p-sha1", "rsa3072", EB_ALG_AES256_GCM, EB_ALG_OAEP_MGF1P, EB_ALG_OAEP_SHA1},
        {"python-mgf1p-defaults", "rsa3072", EB_ALG_AES256_GCM, EB_ALG_OAEP_MGF1P,
         EB_ALG_OAEP_SHA1},
        {"python-aes128-gcm", "rsa3072", EB_ALG_AES128_GCM, EB_ALG_OAEP, 0},
        {"python-aes192-gcm", "rsa3072", EB_ALG_AES192_GCM, EB_ALG_OAEP, 0},
        {"python-aes256-cbc", "rsa3072", EB_ALG_AES256_CBC, EB_ALG_OAEP, 0},
        {"python-key-as-sibling", "rsa3072", EB_ALG_AES256_GCM, EB_ALG_OAEP, 0},
        {"python-key-second", "rsa3072", EB_ALG_AES256_GCM, EB_ALG_OAEP, 0},
        {"python-no-type", "rsa3072", EB_ALG_AES256_GCM, EB_ALG_OAEP, 0},
        {"santuario-oaep-sha256", "rsa3072", EB_ALG_AES256_GCM, EB_ALG_OAEP, 0},
        {"santuario-oaep-sha512", "rsa3072", EB_ALG_AES128_GCM, EB_ALG_OAEP, 0},
        {"santuario-oaep-sha256-mgf-sha1", "rsa3072", EB_ALG_AES192_GCM, EB_ALG_OAEP,
         EB_ALG_OAEP_SHA1},
        {"santuario-mgf1p-sha256", "rsa3072", EB_ALG_AES256_GCM, EB_ALG_OAEP_MGF1P, 0},
        {"santuario-mgf1p-default", "rsa3072", EB_ALG_AES256_CBC, EB_ALG_OAEP_MGF1P,
         EB_ALG_OAEP_SHA1},
        {"python-ecdh-p256", "p256", EB_ALG_AES256_GCM, EB_ALG_ECDH_ES, EB_ALG_KW_AES256},
        {"python-ecdh-p384", "p384", EB_ALG_AES256_GCM, EB_ALG_ECDH_ES, EB_ALG_KW_AES256},
        {"python-ecdh-p521", "p521", EB_ALG_AES256_GCM, EB_ALG_ECDH_ES, EB_ALG_KW_AES256},
        {"python-ecdh-bp256", "bp256", EB_ALG_AES256_GCM, EB_ALG_ECDH_ES, EB_ALG_KW_AES256},
        {"python-ecdh-bp384", "bp384", EB_ALG_AES256_GCM, EB_ALG_ECDH_ES, EB_ALG_KW_AES256},
        {"python-ecdh-bp512", "bp512", EB_ALG_AES256_GCM, EB_ALG_ECDH_ES, EB_ALG_KW_AES256},
        {"python-ecdh-kw128-sha512", "p256", EB_ALG_AES256_GCM, EB_ALG_ECDH_ES, EB_ALG_KW_AES128},
        {"python-ecdh-kw192-sha384", "p384", EB_ALG_AES256_GCM, EB_ALG_ECDH_ES, EB_ALG_KW_AES192},
        {"python-ecdh-no-nonce", "p256", EB_ALG_AES256_GCM, EB_ALG_ECDH_ES, EB_ALG_KW_AES256},
        {"python-ecdh-no-info", "p256", EB_ALG_AES256_GCM, EB_ALG_ECDH_ES, EB_ALG_KW_AES256},
        {"python-ecdh-empty-info", "p256", EB_ALG_AES256_GCM, EB_ALG_ECDH_ES, EB_ALG_KW_AES256},
    };

    for (size_t i = 0; i < COUNT(made); i++) {
        const char *text = file(apr_psprintf(pool, "encrypted/%s.xml", made[i].file));
        eb_alg_set needed = made[i].content | made[i].transport | made[i].more;
        eb_alg_policy only = {needed, 2048, 256};
        EVP_PKEY *key = key_of(made[i].key);
        decrypted d = decrypt_with(text, &key, 1, &only, true);

        ck_assert_msg(d.err == NULL, "%s: %s", made[i].file, d.err == NULL ? "" : d.err->message);
        ck_assert_uint_eq(d.info.content->bit, made[i].content);
        ck_assert_uint_eq(d.info.key->bit, made[i].transport);
        ck_assert_good(eb_structure_check_assertion(pool, d.doc, d.outer));
        ck_assert_ptr_nonnull(strstr(eb_xml_serialize(pool, d.doc, NULL), "ES/FI/1234"));

        /* each of the three is needed */
        only.allowed = ~made[i].content;
        ck_assert_error(decrypt_with(text, &key, 1, &only, true).err, EB_E_ENC_CONTENT_ALGORITHM);
        only.allowed = ~made[i].transport;
        ck_assert_error(decrypt_with(text, &key, 1, &only, true).err, EB_E_ENC_KEY_ALGORITHM);
        only.allowed = ~made[i].more;
        if (made[i].more == EB_ALG_OAEP_SHA1) {
            ck_assert_error(decrypt_with(text, &key, 1, &only, true).err, EB_E_ENC_PARAMETERS);
        } else if (made[i].more != 0) {
            ck_assert_error(decrypt_with(text, &key, 1, &only, true).err, EB_E_ENC_KEY_ALGORITHM);
        }
    }
}
END_TEST

/* The whole of an eIDAS message of Apache Santuario: signed, encrypted, signed. */
START_TEST(verifies_the_signature_inside_and_outside)
{
    eb_verify_key keys[1] = {{rsa, NULL}};
    eb_signature_info info;
    decrypted d =
        decrypt_with(file("encrypted/santuario-both-signed.xml"), &rsa, 1, &everything, true);

    ck_assert_good(d.err);
    ck_assert_good(eb_structure_check_assertion(pool, d.doc, d.outer));
    ck_assert_good(
        eb_xmldsig_verify(pool, xmlDocGetRootElement(d.doc), keys, 1, &everything, &info));
    ck_assert_good(
        eb_xmldsig_verify(pool, xmlDocGetRootElement(d.outer), keys, 1, &everything, &info));
}
END_TEST

START_TEST(supplies_prefixes_that_are_declared_outside_only)
{
    /* xmlsec1 encrypts the assertion as it stands in the message, its prefix declared at the
     * Response */
    decrypted d = decrypt_with(file("encrypted/xmlsec1-aes256-gcm.xml"),
                               (EVP_PKEY *[]){key_of("rsa2048")}, 1, &everything, true);
    xmlNodePtr root;

    ck_assert_good(d.err);
    root = xmlDocGetRootElement(d.doc);
    ck_assert(eb_xml_is(root, EB_NS_SAML, "Assertion"));
    ck_assert_ptr_nonnull(xmlSearchNs(d.doc, root, BAD_CAST "xs"));
    /* python declared all that was in scope: nothing is added to it */
    d = decrypt_with(with(file("encrypted/python-oaep-sha256.xml"), "<saml2p:Response",
                          "<saml2p:Response xmlns:more=\"urn:more\""),
                     &rsa, 1, &everything, true);
    ck_assert_good(d.err);
    ck_assert_ptr_null(xmlSearchNs(d.doc, xmlDocGetRootElement(d.doc), BAD_CAST "more"));
}
END_TEST

START_TEST(tries_all_keys_of_ours)
{
    EVP_PKEY *keys[3] = {key_of("p256other"), key_of("other"), rsa};
    const char *text = file("encrypted/python-oaep-sha256.xml");

    ck_assert_good(decrypt_with(text, keys, 3, &everything, true).err);
    ck_assert_error(decrypt_with(text, keys, 2, &everything, true).err, EB_E_ENC_DECRYPT);
    ck_assert_error(decrypt_with(text, keys, 0, &everything, true).err, EB_E_ENC_DECRYPT);
}
END_TEST

START_TEST(uses_no_key_of_ours_below_the_policy)
{
    eb_alg_policy large = {0xffffffffu, 4096, 384};

    ck_assert_error(
        decrypt_with(file("encrypted/python-oaep-sha256.xml"), &rsa, 1, &large, true).err,
        EB_E_ENC_DECRYPT);
}
END_TEST

START_TEST(refuses_algorithms_that_do_not_exist_here)
{
    const char *good = file("encrypted/python-oaep-sha256.xml");

    ck_assert_error(decrypt("refused-rsa15"), EB_E_ENC_KEY_ALGORITHM);
    ck_assert_error(decrypt("refused-tripledes"), EB_E_ENC_CONTENT_ALGORITHM);
    ck_assert_error(decrypt_text(with(good, "xmlenc11#aes256-gcm", "xmlenc11#rsa-oaep")),
                    EB_E_ENC_CONTENT_ALGORITHM);
    ck_assert_error(decrypt_text(with(good, "xmlenc11#rsa-oaep", "xmlenc11#aes256-gcm")),
                    EB_E_ENC_KEY_ALGORITHM);
    /* key wrap without an agreement: no shared secrets here */
    ck_assert_error(decrypt_text(with(file("encrypted/xmlsec1-aes256-gcm.xml"),
                                      "xmlenc#rsa-oaep-mgf1p", "xmlenc#kw-aes256")),
                    EB_E_ENC_KEY_ALGORITHM);
    ck_assert_error(decrypt_text(with(file("encrypted/python-ecdh-p256.xml"), "xmlenc11#ECDH-ES",
                                      "xmlenc11#dh-es")),
                    EB_E_ENC_KEY_ALGORITHM);
}
END_TEST

START_TEST(refuses_parameters_that_are_not_accepted)
{
    const char *good = file("encrypted/python-oaep-sha256.xml");

    ck_assert_error(decrypt("refused-mgf1p-own-mgf"), EB_E_ENC_PARAMETERS);
    ck_assert_error(decrypt("refused-nine-keys"), EB_E_ENC_PARAMETERS);
    ck_assert_error(decrypt("refused-no-key"), EB_E_ENC_PARAMETERS);
    ck_assert_error(decrypt_text(with(good, "mgf1sha256", "mgf1sha224")), EB_E_ENC_PARAMETERS);
    ck_assert_error(decrypt_text(with(good, "xmlenc#sha256", "xmlenc#ripemd160")),
                    EB_E_ENC_PARAMETERS);
    ck_assert_error(decrypt_text(with(file("encrypted/python-oaep-label.xml"), "<xenc:OAEPparams>",
                                      "<xenc:OAEPparams>!")),
                    EB_E_ENC_PARAMETERS);
    ck_assert_error(decrypt("refused-ecdh-bits"), EB_E_ENC_PARAMETERS);
    ck_assert_error(decrypt("refused-ecdh-odd-hex"), EB_E_ENC_PARAMETERS);
    ck_assert_error(decrypt("refused-ecdh-curve"), EB_E_ENC_PARAMETERS);
    ck_assert_error(decrypt("refused-ecdh-digest-sha1"), EB_E_ENC_PARAMETERS);
    ck_assert_error(decrypt_text(with(file("encrypted/python-ecdh-p256.xml"), "xmlenc11#ConcatKDF",
                                      "xmlenc11#pbkdf2")),
                    EB_E_ENC_PARAMETERS);
}
END_TEST

START_TEST(refuses_content_that_is_not_an_element)
{
    ck_assert_error(decrypt("refused-type-content"), EB_E_ENC_TYPE);
}
END_TEST

START_TEST(refuses_cbc_outside_of_a_verified_signature)
{
    const char *text = file("encrypted/python-aes256-cbc.xml");

    ck_assert_good(decrypt_with(text, &rsa, 1, &everything, true).err);
    ck_assert_error(decrypt_with(text, &rsa, 1, &everything, false).err, EB_E_ENC_CBC_UNSIGNED);
    ck_assert_good(
        decrypt_with(file("encrypted/python-oaep-sha256.xml"), &rsa, 1, &everything, false).err);
}
END_TEST

START_TEST(has_one_error_for_everything_behind_the_key)
{
    static const char *const names[] = {
        "refused-key-of-others",
        "refused-key-length",
        "refused-gcm-tag",
        "refused-gcm-short-tag",
        "refused-gcm-nothing",
        "refused-cbc-padding-0",
        "refused-cbc-padding-17",
        "refused-text",
        "refused-two-elements",
        "refused-empty",
        "refused-doctype",
        "refused-breakout",
        "refused-ecdh-point-off-curve",
        "refused-ecdh-point-compressed",
        "refused-ecdh-point-infinity",
        "refused-ecdh-other-key",
        "refused-ecdh-other-curve",
    };
    const char *cbc = NULL;
    const char *gcm = NULL;

    for (size_t i = 0; i < COUNT(names); i++) {
        const eb_err *err = decrypt(names[i]);
        bool is_cbc = strstr(names[i], "cbc") != NULL;
        bool is_rsa = strstr(names[i], "ecdh") == NULL;

        ck_assert_msg(err != NULL && err->id == EB_E_ENC_DECRYPT, "%s: %s", names[i],
                      err == NULL ? "success" : err->message);
        if (is_rsa) { /* not even the sentence tells them apart */
            const char **sentence = is_cbc ? &cbc : &gcm;

            if (*sentence != NULL) {
                ck_assert_str_eq(*sentence, err->message);
            }
            *sentence = err->message;
        }
    }
}
END_TEST

static const char *zeros(size_t count)
{
    char *text = apr_pcalloc(pool, count + 1);

    memset(text, '0', count);
    return text;
}

/* Without the structure table, which would refuse some of these first. */
static const eb_err *decrypt_any(const char *text)
{
    EVP_PKEY *keys[2] = {rsa, key_of("p256")};
    eb_encryption_info info = {NULL, NULL};
    xmlDocPtr doc;

    return eb_xmlenc_decrypt(
        pool, eb_xml_child(xmlDocGetRootElement(parsed(text)), EB_NS_SAML, "EncryptedAssertion"),
        keys, 2, &everything, true, &eb_xml_message_limits, &eb_random_system, &doc, &info);
}

START_TEST(refuses_every_other_form_of_its_parameters)
{
    const char *oaep = file("encrypted/python-oaep-label.xml");
    const char *ecdh = file("encrypted/python-ecdh-p256.xml");
    const char *label = part(oaep, "<xenc:OAEPparams>", "</xenc:OAEPparams>");
    const char *longer = zeros(2800);
    const struct {
        const char *text, *from, *to;
        eb_err_id error;
    } changes[] = {
        {ecdh, "xenc:EncryptedData", "xenc:Odd", EB_E_ENC_PARAMETERS},
        {ecdh, "#aes256-gcm\"/>", "#aes256-gcm\"><xenc:KeySize/></xenc:EncryptionMethod>",
         EB_E_ENC_PARAMETERS},
        {ecdh, "#kw-aes256\"/>", "#kw-aes256\"><xenc:KeySize/></xenc:EncryptionMethod>",
         EB_E_ENC_PARAMETERS},
        {ecdh, "xmlenc11#ECDH-ES", "xmlenc11#aes256-gcm", EB_E_ENC_KEY_ALGORITHM},
        {ecdh, "\"00000102\"", "\"0000010\"", EB_E_ENC_PARAMETERS},
        {ecdh, "\"00000102\"", "\"00x00102\"", EB_E_ENC_PARAMETERS},
        {ecdh, "\"00000102\"", "\"000x0102\"", EB_E_ENC_PARAMETERS},
        {ecdh, "\"00000102\"", "\"10000102\"", EB_E_ENC_PARAMETERS},
        {ecdh, "\"00000102\"", "\"01000102\"", EB_E_ENC_PARAMETERS},
        {ecdh, "\"00000102\"", apr_psprintf(pool, "\"%s\"", longer), EB_E_ENC_PARAMETERS},
        {ecdh, " Algorithm=\"http://www.w3.org/2009/xmlenc11#ConcatKDF\"", "", EB_E_ENC_PARAMETERS},
        {ecdh, "xenc11:KeyDerivationMethod", "xenc11:Odd", EB_E_ENC_PARAMETERS},
        {ecdh, "<dsig11:PublicKey>", "<dsig11:PublicKey>!", EB_E_ENC_PARAMETERS},
        {ecdh, "dsig11:PublicKey>", "dsig11:Odd>", EB_E_ENC_PARAMETERS},
        {ecdh, "xenc:CipherValue>", "xenc:Odd>", EB_E_ENC_DECRYPT},
        {oaep, label, apr_pstrcat(pool, label, label, NULL), EB_E_ENC_PARAMETERS},
        {oaep, label, apr_psprintf(pool, "<xenc:OAEPparams>%.1600s</xenc:OAEPparams>", longer),
         EB_E_ENC_PARAMETERS},
        {oaep, "<xenc:CipherValue>", apr_psprintf(pool, "<xenc:CipherValue>%s%s", longer, longer),
         EB_E_ENC_PARAMETERS},
    };

    for (size_t i = 0; i < COUNT(changes); i++) {
        const char *text = with(changes[i].text, changes[i].from, changes[i].to);
        const char *end = apr_pstrcat(pool, "</", changes[i].from, NULL);
        const eb_err *err;

        if (changes[i].from[0] == 'x' || changes[i].from[0] == 'd') { /* a name: its end too */
            if (strchr(changes[i].from, '#') == NULL) {
                text = with(text, end, apr_pstrcat(pool, "</", changes[i].to, NULL));
            }
        }
        err = decrypt_any(text);
        ck_assert_msg(err != NULL && err->id == changes[i].error, "%s: expected EB%d, got %s (%s)",
                      changes[i].from, (int)changes[i].error, err == NULL ? "success" : err->code,
                      err == NULL ? "" : err->message);
    }
}
END_TEST

START_TEST(refuses_broken_base64)
{
    ck_assert_error(decrypt_text(with(file("encrypted/python-oaep-sha256.xml"),
                                      "<xenc:CipherValue>", "<xenc:CipherValue>!")),
                    EB_E_ENC_DECRYPT);
}
END_TEST

static int no_randomness(void *context, unsigned char *buf, size_t len)
{
    (void)context;
    (void)buf;
    (void)len;
    return -1;
}

START_TEST(needs_randomness_before_it_begins)
{
    eb_random none = {no_randomness, NULL};
    xmlDocPtr outer = parsed(file("encrypted/python-oaep-sha256.xml"));
    xmlDocPtr doc = NULL;
    eb_encryption_info info;

    ck_assert_error(eb_xmlenc_decrypt(
                        pool,
                        eb_xml_child(xmlDocGetRootElement(outer), EB_NS_SAML, "EncryptedAssertion"),
                        &rsa, 1, &everything, true, &eb_xml_message_limits, &none, &doc, &info),
                    EB_E_RANDOM);
}
END_TEST

START_TEST(needs_no_sha1_where_the_strict_profile_has_none)
{
    static const eb_alg_set strict =
        EB_ALG_GCM | EB_ALG_OAEP | EB_ALG_ECDH_ES | EB_ALG_KW_AES128 | EB_ALG_KW_AES256;

    ck_assert_good(decrypt_allowing("python-oaep-sha256", strict));
    ck_assert_good(decrypt_allowing("python-ecdh-p256", strict));
    ck_assert_error(decrypt_allowing("python-mgf1p-sha256", strict), EB_E_ENC_KEY_ALGORITHM);
    ck_assert_error(decrypt_allowing("python-oaep-sha256-mgf-default", strict),
                    EB_E_ENC_PARAMETERS);
    ck_assert_error(decrypt_allowing("python-aes256-cbc", strict), EB_E_ENC_CONTENT_ALGORITHM);
    ck_assert_error(decrypt_allowing("python-ecdh-kw192-sha384", strict), EB_E_ENC_KEY_ALGORITHM);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xmlenc");
    TCase *tests = tcase_create("xmlenc");

    tcase_add_checked_fixture(tests, set_up, drop_pool);
    tcase_add_test(tests, decrypts_what_others_encrypted);
    tcase_add_test(tests, verifies_the_signature_inside_and_outside);
    tcase_add_test(tests, supplies_prefixes_that_are_declared_outside_only);
    tcase_add_test(tests, tries_all_keys_of_ours);
    tcase_add_test(tests, uses_no_key_of_ours_below_the_policy);
    tcase_add_test(tests, refuses_algorithms_that_do_not_exist_here);
    tcase_add_test(tests, refuses_parameters_that_are_not_accepted);
    tcase_add_test(tests, refuses_content_that_is_not_an_element);
    tcase_add_test(tests, refuses_cbc_outside_of_a_verified_signature);
    tcase_add_test(tests, has_one_error_for_everything_behind_the_key);
    tcase_add_test(tests, refuses_every_other_form_of_its_parameters);
    tcase_add_test(tests, refuses_broken_base64);
    tcase_add_test(tests, needs_randomness_before_it_begins);
    tcase_add_test(tests, needs_no_sha1_where_the_strict_profile_has_none);
    suite_add_tcase(suite, tests);
    return run(suite);
}

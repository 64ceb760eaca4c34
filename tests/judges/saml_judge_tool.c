/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our side of tests/judges/run: signs, verifies and decrypts one message by files, with the code of
 * the module.
 *
 *   saml_judge_tool sign KEY.pem WORD Response|Assertion < in > out
 *   saml_judge_tool verify KEY.pem Response|Assertion < in
 *   saml_judge_tool decrypt KEY.pem < in > out
 *
 * Exit 0 when it was done; else 1, with the name of the error on stderr. */
#include "saml/structure.h"
#include "saml/xmldsig.h"
#include "saml/xmlenc.h"

#include <apr_general.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#define MAX_MESSAGE (1 << 20)

static const eb_alg_policy everything = {0xffffffffu, 2048, 256};
static const eb_xml_limits limits = {MAX_MESSAGE, 64, 20000};

static EVP_PKEY *read_key(const char *path)
{
    FILE *in = fopen(path, "rb");
    EVP_PKEY *key = in == NULL ? NULL : PEM_read_PrivateKey(in, NULL, NULL, NULL);

    if (in != NULL) {
        fclose(in);
    }
    return key;
}

static xmlNodePtr element_of(xmlDocPtr doc, const char *local)
{
    xmlNodePtr root = xmlDocGetRootElement(doc);

    return strcmp(local, "Response") == 0 ? root : eb_xml_child(root, EB_NS_SAML, local);
}

static const eb_err *write_out(apr_pool_t *pool, xmlDocPtr doc)
{
    fputs(eb_xml_serialize(pool, doc, NULL), stdout);
    return NULL;
}

static const eb_err *work(apr_pool_t *pool, int argc, char **argv, xmlDocPtr doc, EVP_PKEY *key)
{
    eb_verify_key keys[1] = {{key, NULL}};
    eb_signature_info signature;
    eb_encryption_info encryption;
    xmlDocPtr plain = NULL;

    if (argc == 5 && strcmp(argv[1], "sign") == 0) {
        const eb_alg *algorithm = eb_alg_by_word(argv[3]);
        xmlNodePtr element = element_of(doc, argv[4]);

        if (algorithm == NULL || element == NULL) {
            return eb_err_make(pool, EB_E_REQUEST_SIGN, "no such algorithm or element");
        }
        EB_TRY(eb_xmldsig_sign(pool, element, key, algorithm, NULL));
        return write_out(pool, doc);
    }
    EB_TRY(eb_structure_check_response(pool, doc));
    if (argc == 4 && strcmp(argv[1], "verify") == 0) {
        xmlNodePtr element = element_of(doc, argv[3]);

        if (element == NULL) {
            return eb_err_make(pool, EB_E_SIG_MISSING, "no such element");
        }
        return eb_xmldsig_verify(pool, element, keys, 1, &everything, &signature);
    }
    if (argc == 3 && strcmp(argv[1], "decrypt") == 0) {
        xmlNodePtr encrypted = element_of(doc, "EncryptedAssertion");

        if (encrypted == NULL) {
            return eb_err_make(pool, EB_E_ENC_REQUIRED, "no EncryptedAssertion");
        }
        EB_TRY(eb_xmlenc_decrypt(pool, encrypted, &key, 1, &everything, true, &limits,
                                 &eb_random_system, &plain, &encryption));
        EB_TRY(eb_structure_check_assertion(pool, plain, doc));
        return write_out(pool, plain);
    }
    return eb_err_make(pool, EB_E_CONFIG_VALUE, "sign, verify or decrypt");
}

int main(int argc, char **argv)
{
    static char input[MAX_MESSAGE];
    size_t len = fread(input, 1, sizeof(input), stdin);
    EVP_PKEY *key = argc > 2 ? read_key(argv[2]) : NULL;
    const eb_err *err;
    apr_pool_t *pool;
    xmlDocPtr doc = NULL;
    bool failed;

    apr_initialize();
    eb_xml_start();
    apr_pool_create(&pool, NULL);
    if (key == NULL) {
        fputs("usage: saml_judge_tool sign|verify|decrypt KEY.pem …\n", stderr);
        return 2;
    }
    err = eb_xml_parse(pool, input, len, &limits, &doc);
    if (err == NULL) {
        err = work(pool, argc, argv, doc, key);
    }
    failed = err != NULL;
    if (failed) {
        fprintf(stderr, "%s %s: %s\n", err->code, err->name, err->message);
    }
    EVP_PKEY_free(key);
    apr_pool_destroy(pool);
    apr_terminate();
    return failed ? 1 : 0;
}

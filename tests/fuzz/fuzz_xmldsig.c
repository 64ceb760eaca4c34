/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verification in front of and behind the key: the mutator signs anew what it changed, so that the
 * code behind a good signature is reached. What we sign must verify, what is verified must not
 * change, and what was changed behind the signature must not verify. */
#include "saml_fuzz.h"

static eb_verify_key keys[2];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    apr_initialize();
    eb_xml_start();
    keys[0] = (eb_verify_key){key_of("p256"), "p256"};
    keys[1] = (eb_verify_key){key_of("rsa2048"), "rsa2048"};
    return 0;
}

static const eb_err *verify(apr_pool_t *pool, xmlNodePtr element)
{
    eb_signature_info info = {NULL, NULL};
    const eb_err *err = eb_xmldsig_verify(pool, element, keys, 2, &everything, &info);

    INSIST(err != NULL || (info.algorithm != NULL && info.fingerprint != NULL));
    return err;
}

/* Takes all signatures below the root away and signs it. */
static const eb_err *sign_anew(apr_pool_t *pool, xmlNodePtr root)
{
    xmlNodePtr child = eb_xml_first(root);

    while (child != NULL) {
        xmlNodePtr next = eb_xml_next(child);

        if (eb_xml_is(child, EB_NS_DS, "Signature")) {
            xmlUnlinkNode(child);
            xmlFreeNode(child);
        }
        child = next;
    }
    return eb_xmldsig_sign(pool, root, keys[0].key, eb_alg_by_word("ecdsa-sha256"), NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = new_pool();
    xmlDocPtr doc = NULL;

    if (eb_xml_parse(pool, data, size, &limits, &doc) == NULL) {
        xmlNodePtr root = xmlDocGetRootElement(doc);
        const char *before = eb_xml_serialize(pool, doc, NULL);
        bool is_good = verify(pool, root) == NULL;

        INSIST(strcmp(before, eb_xml_serialize(pool, doc, NULL)) == 0);
        if (is_good) {
            xmlNewProp(root, BAD_CAST "added", BAD_CAST "later");
            INSIST(verify(pool, root) != NULL);
        } else if (eb_structure_check_response(pool, doc) == NULL &&
                   sign_anew(pool, root) == NULL) {
            INSIST(verify(pool, root) == NULL);
        }
    }
    apr_pool_destroy(pool);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
    apr_pool_t *pool = new_pool();
    xmlDocPtr doc = NULL;

    size = LLVMFuzzerMutate(data, size, max_size);
    if (seed % 2 == 0 && eb_xml_parse(pool, data, size, &limits, &doc) == NULL &&
        sign_anew(pool, xmlDocGetRootElement(doc)) == NULL) {
        const char *text = eb_xml_serialize(pool, doc, NULL);
        size_t len = strlen(text);

        if (len <= max_size) {
            memcpy(data, text, len);
            size = len;
        }
    }
    apr_pool_destroy(pool);
    return size;
}

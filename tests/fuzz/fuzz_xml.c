/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stranger's message: parsed and held against the structure table. What is accepted must be
 * accepted again after it was written and read once more: no two readings of one message. */
#include "saml_fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    apr_initialize();
    eb_xml_start();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = new_pool();
    xmlDocPtr doc = NULL;
    xmlDocPtr again = NULL;

    if (eb_xml_parse(pool, data, size, &limits, &doc) == NULL) {
        bool is_response = eb_structure_check_response(pool, doc) == NULL;
        bool is_assertion = eb_structure_check_assertion(pool, doc, NULL) == NULL;

        INSIST(!is_response || !is_assertion);
        if (is_response || is_assertion) {
            const char *text = eb_xml_serialize(pool, doc, NULL);
            eb_xml_limits wider = {(size_t)1 << 20, limits.max_depth, limits.max_nodes};

            INSIST(eb_xml_parse(pool, text, strlen(text), &wider, &again) == NULL);
            INSIST(!is_response || eb_structure_check_response(pool, again) == NULL);
            INSIST(!is_assertion || eb_structure_check_assertion(pool, again, NULL) == NULL);
        }
    }
    apr_pool_destroy(pool);
    return 0;
}

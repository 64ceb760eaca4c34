/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fuzz targets of the strict XML core share: keys of tests/data/saml, and one call with
 * its own pool. */
#ifndef EB_TESTS_SAML_FUZZ_H
#define EB_TESTS_SAML_FUZZ_H

#include "saml/structure.h"
#include "saml/xmldsig.h"
#include "saml/xmlenc.h"

#include <apr_general.h>
#include <openssl/pem.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static const eb_alg_policy everything = {0xffffffffu, 2048, 256};
static const eb_xml_limits limits = {(size_t)64 * 1024, 64, 4000};

/* A finding that no sanitizer sees: a rule was broken. */
#define INSIST(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "broken: %s\n", #condition);                                           \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

__attribute__((unused)) static EVP_PKEY *key_of(const char *name)
{
    char path[1024];
    EVP_PKEY *key;
    FILE *in;

    snprintf(path, sizeof(path), "%s/saml/keys/%s.pem", EB_TEST_DATA, name);
    in = fopen(path, "rb");
    INSIST(in != NULL);
    key = PEM_read_PrivateKey(in, NULL, NULL, NULL);
    fclose(in);
    INSIST(key != NULL);
    return key;
}

static apr_pool_t *new_pool(void)
{
    apr_pool_t *pool = NULL;

    INSIST(apr_pool_create(&pool, NULL) == APR_SUCCESS);
    return pool;
}

#endif

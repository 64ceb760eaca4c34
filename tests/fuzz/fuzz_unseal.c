/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sealed value as a stranger may bring it, and one of ours with the input as its content, altered
 * in one bit that the input chooses: the first never opens by chance, the second never at all. */
#include "keys/seal.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The key of tests/data/formats.json, so that its sealed values are seeds that open. */
static const unsigned char key[32] = {
    0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f,
    0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f};

static int count_up(void *context, unsigned char *buf, size_t len)
{
    (void)context;
    for (size_t i = 0; i < len; i++) {
        buf[i] = (unsigned char)i;
    }
    return 0;
}

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool;
    eb_seal_keys keys = {.count = 1};
    eb_random random = {count_up, NULL};
    eb_span input = eb_span_bytes(data, size), sealed, plain;
    apr_initialize();
    if (size > 65536 || apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return 0;
    }
    expect(eb_seal_key_init(pool, key, &keys.keys[0]) == NULL);
    const eb_span parts[] = {eb_span_str("https://login.example"), eb_span_str("0123456789abcdef"),
                             eb_span_str("0"), eb_span_str("1")};
    eb_span aad = eb_lp_join(pool, parts, 4);
    const eb_err *err = eb_unseal(pool, &keys, "cookie", aad, input, &plain);
    expect(err == NULL || err->id == EB_E_SEAL_KEY || err->id == EB_E_SEAL_BROKEN);

    expect(eb_seal(pool, &keys, &random, "cookie", aad, input, &sealed) == NULL);
    expect(eb_unseal(pool, &keys, "cookie", aad, sealed, &plain) == NULL && plain.len == size &&
           (size == 0 || memcmp(plain.data, data, size) == 0));
    unsigned char *altered = apr_pmemdup(pool, sealed.data, sealed.len);
    size_t bit = size == 0 ? 0 : (data[0] * 251u + data[size - 1]) % (sealed.len * 8);
    altered[bit / 8] ^= (unsigned char)(1u << bit % 8);
    expect(eb_unseal(pool, &keys, "cookie", aad, eb_span_bytes(altered, sealed.len), &plain) !=
           NULL);
    expect(eb_unseal(pool, &keys, "cookie", input, sealed, &plain) != NULL ||
           (input.len == aad.len && memcmp(input.data, aad.data, aad.len) == 0));
    apr_pool_destroy(pool);
    return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the strict XML core share: files and keys of tests/data/saml, and messages that
 * differ from a good one in one place. */
#ifndef EB_TESTS_SAML_MESSAGES_H
#define EB_TESTS_SAML_MESSAGES_H

#include "saml/algorithm.h"
#include "saml/structure.h"
#include "saml/xml.h"
#include "saml/xmldsig.h"
#include "saml/xmlenc.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <check.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_ERROR 0

/* Every algorithm there is; the sizes of the generic profile. */
static const eb_alg_policy everything = {0xffffffffu, 2048, 256};

static apr_pool_t *pool;

static void make_pool(void)
{
    apr_pool_create(&pool, NULL);
}

static void drop_pool(void)
{
    apr_pool_destroy(pool);
}

__attribute__((unused)) static const char *file(const char *name)
{
    const char *path = apr_psprintf(pool, "%s/saml/%s", EB_TEST_DATA, name);
    FILE *in = fopen(path, "rb");
    char *text = apr_pcalloc(pool, 1 << 16);

    ck_assert_msg(in != NULL, "cannot open %s", path);
    ck_assert_uint_lt(fread(text, 1, (1 << 16) - 1, in), (1 << 16) - 1);
    fclose(in);
    return text;
}

static apr_status_t drop_key(void *key)
{
    EVP_PKEY_free(key);
    return APR_SUCCESS;
}

/* "rsa3072" for keys/rsa3072.pem */
__attribute__((unused)) static EVP_PKEY *key_of(const char *name)
{
    const char *path = apr_psprintf(pool, "%s/saml/keys/%s.pem", EB_TEST_DATA, name);
    FILE *in = fopen(path, "rb");
    EVP_PKEY *key = NULL;

    ck_assert_msg(in != NULL, "cannot open %s", path);
    key = PEM_read_PrivateKey(in, NULL, NULL, NULL);
    fclose(in);
    ck_assert_ptr_nonnull(key);
    apr_pool_cleanup_register(pool, key, drop_key, apr_pool_cleanup_null);
    return key;
}

/* The text with the first `from` replaced; `from` must be there. */
__attribute__((unused)) static const char *with(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);

    ck_assert_msg(at != NULL, "no %s in the message", from);
    return apr_pstrcat(pool, apr_pstrndup(pool, text, (apr_size_t)(at - text)), to,
                       at + strlen(from), NULL);
}

/* From the first `from` up to and including the next `to`, cut out and given. */
__attribute__((unused)) static const char *part(const char *text, const char *from, const char *to)
{
    const char *begin = strstr(text, from);
    const char *end = begin == NULL ? NULL : strstr(begin, to);

    ck_assert_msg(end != NULL, "no %s … %s in the message", from, to);
    return apr_pstrndup(pool, begin, (apr_size_t)(end - begin) + strlen(to));
}

__attribute__((unused)) static xmlDocPtr parsed(const char *text)
{
    xmlDocPtr doc = NULL;
    const eb_err *err = eb_xml_parse(pool, text, strlen(text), &eb_xml_message_limits, &doc);

    ck_assert_msg(err == NULL, "%s: %s", err == NULL ? "" : err->name,
                  err == NULL ? "" : err->message);
    return doc;
}

#define ck_assert_error(expression, wanted)                                                        \
    do {                                                                                           \
        const eb_err *err_ = (expression);                                                         \
        ck_assert_msg((err_ == NULL ? NO_ERROR : (int)err_->id) == (int)(wanted),                  \
                      "expected " #wanted ", got %s (%s)", err_ == NULL ? "success" : err_->name,  \
                      err_ == NULL ? "" : err_->message);                                          \
    } while (0)

#define ck_assert_good(expression) ck_assert_error(expression, NO_ERROR)

/* The message with its parsed tree signed anew by us after a change: only keys decide then. */
__attribute__((unused)) static const char *sign_anew(const char *text, const char *id_of,
                                                     EVP_PKEY *key, const char *algorithm)
{
    xmlDocPtr doc = parsed(text);
    xmlNodePtr root = xmlDocGetRootElement(doc);
    xmlNodePtr element =
        strcmp(id_of, "Response") == 0 ? root : eb_xml_child(root, EB_NS_SAML, "Assertion");

    ck_assert_good(eb_xmldsig_sign(pool, element, key, eb_alg_by_word(algorithm), NULL));
    return eb_xml_serialize(pool, doc, NULL);
}

__attribute__((unused)) static int run(Suite *suite)
{
    SRunner *runner;
    int failed;

    apr_initialize();
    eb_xml_start();
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    apr_terminate();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif

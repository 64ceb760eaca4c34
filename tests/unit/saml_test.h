/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the SAML room share: a pool for each test, and checks of errors by their id. */
#ifndef EB_TESTS_SAML_TEST_H
#define EB_TESTS_SAML_TEST_H

#include "base/error.h"

#include <apr_general.h>
#include <check.h>
#include <stdlib.h>

static apr_pool_t *test_pool;

static inline void test_begin(void)
{
    apr_initialize();
    apr_pool_create(&test_pool, NULL);
}

static inline void test_end(void)
{
    apr_pool_destroy(test_pool);
    apr_terminate();
}

static inline TCase *test_case(Suite *suite, const char *name)
{
    TCase *tests = tcase_create(name);

    tcase_add_checked_fixture(tests, test_begin, test_end);
    suite_add_tcase(suite, tests);
    return tests;
}

#define ck_ok(expression)                                                                          \
    do {                                                                                           \
        const eb_err *ck_err_ = (expression);                                                      \
        ck_assert_msg(ck_err_ == NULL, "%s %s: %s", ck_err_->code, ck_err_->name,                  \
                      ck_err_->message);                                                           \
    } while (0)

#define ck_refused(expression, wanted)                                                             \
    do {                                                                                           \
        const eb_err *ck_err_ = (expression);                                                      \
        ck_assert_msg(ck_err_ != NULL, "was accepted");                                            \
        ck_assert_msg(ck_err_->id == (wanted), "%s %s: %s, expected EB%04d", ck_err_->code,        \
                      ck_err_->name, ck_err_->message, (int)(wanted));                             \
    } while (0)

#define TEST_MAIN(make_suite)                                                                      \
    int main(void)                                                                                 \
    {                                                                                              \
        SRunner *runner = srunner_create(make_suite());                                            \
        srunner_run_all(runner, CK_ENV);                                                           \
        int failed = srunner_ntests_failed(runner);                                                \
        srunner_free(runner);                                                                      \
        return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;                                          \
    }

#endif

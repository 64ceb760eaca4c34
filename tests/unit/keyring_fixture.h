/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key directory of a test's own, settings that make keys quickly (EC only), and a log that
 * counts. */
#ifndef EB_TESTS_KEYRING_FIXTURE_H
#define EB_TESTS_KEYRING_FIXTURE_H

#include "keys/keydir.h"
#include "keys/keyfile.h"
#include "keys/keyring.h"

#include "vectors.h"

#include <apr_file_io.h>
#include <apr_general.h>
#include <fcntl.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW  apr_time_from_sec(1795230245) /* 2026-11-21T03:04:05Z */
#define DAYS (86400 * APR_USEC_PER_SEC)

static apr_pool_t *pool;
static char *top;
static const char *directory, *marker;
static eb_keyring_settings settings;
static int warnings, notices;
static char last_line[1024];

static void count_line(void *context, eb_log_level level, const char *line)
{
    (void)context;
    warnings += level == EB_LOG_WARNING;
    notices += level == EB_LOG_NOTICE;
    apr_cpystrn(last_line, line, sizeof last_line);
}

static const eb_log counting_log = {count_line, NULL};
static const eb_jws_alg es256_only[] = {EB_JWS_ES256};
static const eb_jws_alg all_algorithms[] = {EB_JWS_RS256, EB_JWS_ES256, EB_JWS_PS256, EB_JWS_EDDSA};

static inline const char *path_of(const char *name)
{
    return apr_pstrcat(pool, directory, "/", name, NULL);
}

static inline void run_command(const char *command)
{
    ck_assert_msg(system(command) == 0, "%s", command);
}

static inline const char *write_text(const char *path, eb_span content)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(content.data, 1, content.len, file), content.len);
    fclose(file);
    return path;
}

/* An own SAML key file, with a certificate of `now` where one is wanted. */
static inline eb_key_files own_key(const char *name, EVP_PKEY *key, apr_time_t now,
                                   bool with_certificate)
{
    eb_span pem;
    eb_key_files files = {apr_psprintf(pool, "%s/%s.key", top, name), NULL};
    ck_assert_success(eb_key_to_pem(pool, key, &pem));
    write_text(files.key, pem);
    if (with_certificate) {
        files.certificate = apr_psprintf(pool, "%s/%s.crt", top, name);
        ck_assert_success(
            eb_certificate_make(pool, key, false, "own", &eb_random_system, now, &pem));
        write_text(files.certificate, pem);
    }
    return files;
}

static void set_up(void)
{
    const char *temporary;
    apr_pool_create(&pool, NULL);
    ck_assert_int_eq(apr_temp_dir_get(&temporary, pool), APR_SUCCESS);
    top = apr_pstrcat(pool, temporary, "/eb-keyring-XXXXXX", NULL);
    ck_assert_ptr_nonnull(mkdtemp(top));
    ck_assert_int_eq(chmod(top, 0755), 0);
    directory = apr_pstrcat(pool, top, "/lib/keys", NULL);
    marker = apr_pstrcat(pool, directory, ".made", NULL);
    umask(022);
    warnings = notices = 0;
    last_line[0] = '\0';

    EVP_PKEY *signing, *encryption;
    ck_assert_success(eb_key_make(pool, EB_MAKE_P256, &signing));
    ck_assert_success(eb_key_make(pool, EB_MAKE_P256, &encryption));
    settings = (eb_keyring_settings){.directory = directory,
                                     .generate = true,
                                     .rotation = 90 * DAYS,
                                     .token_life = 600 * APR_USEC_PER_SEC,
                                     .token_algs = es256_only,
                                     .token_alg_count = 1,
                                     .signing_count = 1,
                                     .encryption_count = 1,
                                     .common_name = "login.example.fi"};
    settings.signing[0] = own_key("signing", signing, NOW, true);
    settings.encryption[0] = own_key("encryption", encryption, NOW, true);
}

static void tear_down(void)
{
    run_command(apr_psprintf(pool, "rm -rf %s", top));
    apr_pool_destroy(pool);
}

static inline const eb_err *open_at(apr_time_t now, eb_keyring **ret_ring)
{
    return eb_keyring_open(pool, &settings, &eb_random_system, now, &counting_log, ret_ring);
}

static inline eb_keyring *opened(apr_time_t now)
{
    eb_keyring *ring = NULL;
    ck_assert_success(open_at(now, &ring));
    return ring;
}

static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif

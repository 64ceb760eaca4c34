/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Key files, secrets by their words, keys and certificates in PEM. */
#include "keys/keyfile.h"

#include "vectors.h"

#include <apr_file_io.h>
#include <apr_general.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW (apr_time_from_sec(1795230245)) /* 2026-11-21T03:04:05Z */

static apr_pool_t *pool;
static char *directory;

static void set_up(void)
{
    const char *temporary;
    apr_pool_create(&pool, NULL);
    ck_assert_int_eq(apr_temp_dir_get(&temporary, pool), APR_SUCCESS);
    directory = apr_pstrcat(pool, temporary, "/eb-keyfile-XXXXXX", NULL);
    ck_assert_ptr_nonnull(mkdtemp(directory));
    umask(022);
}

static void tear_down(void)
{
    const char *command = apr_pstrcat(pool, "rm -rf ", directory, NULL);
    ck_assert_int_eq(system(command), 0);
    apr_pool_destroy(pool);
}

static const char *path_of(const char *name)
{
    return apr_pstrcat(pool, directory, "/", name, NULL);
}

static const char *write_file(const char *name, eb_span content, mode_t mode)
{
    const char *path = path_of(name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, content.data, content.len), (ssize_t)content.len);
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
    return path;
}

static int files_in_directory(void)
{
    const char *command = apr_psprintf(pool, "ls -A %s | wc -l", directory);
    FILE *out = popen(command, "r");
    int count = -1;
    ck_assert_ptr_nonnull(out);
    ck_assert_int_eq(fscanf(out, "%d", &count), 1);
    pclose(out);
    return count;
}

/* ---- files ----------------------------------------------------------------------------------- */

START_TEST(a_file_is_created_once_for_its_owner_alone)
{
    const char *path = path_of("salt");
    bool made = false, denied = true;
    eb_span content;
    struct stat info;
    umask(0);
    ck_assert_success(
        eb_keyfile_create(pool, path, eb_span_str("first"), &eb_random_system, &made));
    ck_assert(made);
    ck_assert_success(
        eb_keyfile_create(pool, path, eb_span_str("second"), &eb_random_system, &made));
    ck_assert(!made);
    ck_assert_success(eb_keyfile_read(pool, path, &denied, &content));
    ck_assert(!denied);
    ck_assert_span_eq(content, eb_span_str("first"));
    ck_assert_int_eq(content.data[content.len], 0);
    ck_assert_int_eq(stat(path, &info), 0);
    ck_assert_int_eq(info.st_mode & 07777, 0600);
    ck_assert_int_eq(files_in_directory(), 1);
}
END_TEST

START_TEST(a_file_is_replaced_whole)
{
    const char *path = path_of("marker");
    eb_span content;
    ck_assert_success(eb_keyfile_replace(pool, path, eb_span_str("a"), &eb_random_system));
    ck_assert_success(eb_keyfile_replace(pool, path, eb_span_str("b"), &eb_random_system));
    ck_assert_success(eb_keyfile_read(pool, path, NULL, &content));
    ck_assert_span_eq(content, eb_span_str("b"));
    ck_assert_int_eq(files_in_directory(), 1);
}
END_TEST

START_TEST(a_directory_that_is_not_there_is_a_write_error)
{
    bool made;
    ck_assert_refused(
        eb_keyfile_create(pool, path_of("no/file"), eb_span_str("x"), &eb_random_system, &made),
        EB_E_KEY_WRITE);
    ck_assert_refused(
        eb_keyfile_replace(pool, path_of("no/file"), eb_span_str("x"), &eb_random_system),
        EB_E_KEY_WRITE);
}
END_TEST

START_TEST(a_directory_in_the_place_of_a_file_is_a_write_error)
{
    bool made;
    ck_assert_int_eq(mkdir(path_of("taken"), 0700), 0);
    ck_assert_refused(
        eb_keyfile_replace(pool, path_of("taken"), eb_span_str("x"), &eb_random_system),
        EB_E_KEY_WRITE);
    ck_assert_success(
        eb_keyfile_create(pool, path_of("taken"), eb_span_str("x"), &eb_random_system, &made));
    ck_assert(!made);
    ck_assert_int_eq(files_in_directory(), 1);
}
END_TEST

START_TEST(what_cannot_be_written_whole_is_not_there)
{
    struct rlimit little = {4, 4};
    bool made;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &little), 0);
    ck_assert_refused(
        eb_keyfile_create(pool, path_of("salt"), eb_span_str("12345"), &eb_random_system, &made),
        EB_E_KEY_WRITE);
    ck_assert_int_eq(access(path_of("salt"), F_OK), -1);
    ck_assert_int_eq(files_in_directory(), 0);
}
END_TEST

START_TEST(reading_is_limited_to_small_regular_files)
{
    bool denied = true;
    eb_span content;
    ck_assert_refused(eb_keyfile_read(pool, path_of("absent"), &denied, &content),
                      EB_E_KEY_UNREADABLE);
    ck_assert(!denied);
    ck_assert_refused(eb_keyfile_read(pool, directory, &denied, &content), EB_E_KEY_UNREADABLE);
    ck_assert_int_eq(mkfifo(path_of("fifo"), 0600), 0);
    ck_assert_refused(eb_keyfile_read(pool, path_of("fifo"), &denied, &content),
                      EB_E_KEY_UNREADABLE);
    char *large = apr_pcalloc(pool, EB_KEYFILE_MAX + 1);
    write_file("limit", eb_span_bytes(large, EB_KEYFILE_MAX), 0600);
    ck_assert_success(eb_keyfile_read(pool, path_of("limit"), &denied, &content));
    write_file("large", eb_span_bytes(large, EB_KEYFILE_MAX + 1), 0600);
    ck_assert_refused(eb_keyfile_read(pool, path_of("large"), &denied, &content),
                      EB_E_KEY_UNREADABLE);
}
END_TEST

START_TEST(missing_rights_are_told_apart)
{
    bool denied = false;
    eb_span content;
    const char *path = write_file("secret", eb_span_str("x"), 0000);
    if (geteuid() == 0) {
        ck_assert_int_eq(chmod(directory, 0755), 0);
        ck_assert_int_eq(seteuid(65534), 0);
    }
    const eb_err *err = eb_keyfile_read(pool, path, &denied, &content);
    if (getuid() == 0) {
        ck_assert_int_eq(seteuid(0), 0);
    }
    ck_assert_refused(err, EB_E_KEY_UNREADABLE);
    ck_assert(denied);
}
END_TEST

/* ---- secrets --------------------------------------------------------------------------------- */

START_TEST(a_secret_loses_one_final_newline)
{
    static const struct {
        const char *content, *secret;
    } rows[] = {{"abc", "abc"},
                {"abc\n", "abc"},
                {"abc\r\n", "abc"},
                {"abc\n\n", "abc\n"},
                {" a b ", " a b "}};
    const char *secret;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *path = write_file("s", eb_span_str(rows[i].content), 0600);
        ck_assert_success(eb_secret_read(pool, path, false, NULL, &secret));
        ck_assert_str_eq(secret, rows[i].secret);
    }
    setenv("EB_TEST_SECRET", "from the environment\n", 1);
    ck_assert_success(eb_secret_read(pool, "env:EB_TEST_SECRET", true, NULL, &secret));
    ck_assert_str_eq(secret, "from the environment");
}
END_TEST

START_TEST(refuses_a_secret_that_is_none)
{
    const char *secret;
    bool denied = true;
    ck_assert_refused(eb_secret_read(pool, path_of("absent"), false, &denied, &secret),
                      EB_E_KEY_UNREADABLE);
    ck_assert(!denied);
    ck_assert_refused(eb_secret_read(pool, "env:EB_TEST_NO_SUCH", false, &denied, &secret),
                      EB_E_KEY_UNREADABLE);
    ck_assert_refused(
        eb_secret_read(pool, write_file("e", eb_span_str(""), 0600), false, NULL, &secret),
        EB_E_KEY_FORM);
    ck_assert_refused(
        eb_secret_read(pool, write_file("n", eb_span_str("\n"), 0600), false, NULL, &secret),
        EB_E_KEY_FORM);
    ck_assert_refused(
        eb_secret_read(pool, write_file("z", eb_span_bytes("a\0b", 3), 0600), false, NULL, &secret),
        EB_E_KEY_FORM);
}
END_TEST

START_TEST(a_command_is_run_without_a_shell)
{
    const char *secret = "unset";
    ck_assert_success(eb_secret_read(pool, "exec:/bin/echo  a  $HOME;b", false, NULL, &secret));
    ck_assert_str_eq(secret, "a $HOME;b");
    const char *witness = path_of("witness");
    const char *touch = apr_pstrcat(pool, "exec:/usr/bin/touch ", witness, NULL);
    ck_assert_success(eb_secret_read(pool, touch, true, NULL, &secret));
    ck_assert_ptr_null(secret);
    ck_assert_int_ne(access(witness, F_OK), 0);
}
END_TEST

START_TEST(refuses_a_command_that_fails)
{
    static const char *const commands[] = {"exec:",           "exec:echo a",
                                           "exec:bin/echo a", "exec:/no/such/program",
                                           "exec:/bin/false", "exec:/usr/bin/yes"};
    const char *secret;
    ck_assert_int_eq(chdir("/"), 0);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        ck_assert_refused(eb_secret_read(pool, commands[i], false, NULL, &secret),
                          EB_E_KEY_UNREADABLE);
    }
    ck_assert_refused(eb_secret_read(pool, "exec:/bin/true", false, NULL, &secret), EB_E_KEY_FORM);
    /* whatever was started is gone */
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

START_TEST(a_command_ends_within_its_time)
{
    const char *secret;
    ck_assert_refused(eb_secret_read(pool, "exec:/bin/sleep 60", false, NULL, &secret),
                      EB_E_KEY_UNREADABLE);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

START_TEST(keys_are_exactly_32_bytes_in_base64url)
{
    static const char *const bad[] = {
        "",
        "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHy",   /* 31.5 bytes */
        "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=", /* padded */
        "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh", /* 33 bytes */
        "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyB",  /* last letter not canonical */
        "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA\n",
        "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
    };
    unsigned char out[32];
    json_t *vectors = vectors_read();
    ck_assert_success(eb_secret_parse32(pool, vector_text(vectors, "salt_file"), "salt", out));
    ck_assert_span_eq(eb_span_bytes(out, 32), vector_bytes(pool, vectors, "salt"));
    json_decref(vectors);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const eb_err *err = eb_secret_parse32(pool, bad[i], "salt", out);
        ck_assert_refused(err, EB_E_KEY_FORM);
        ck_assert(*bad[i] == '\0' || strstr(err->message, "AQID") == NULL);
    }
}
END_TEST

/* ---- PEM ------------------------------------------------------------------------------------- */

static eb_span pem_of(EVP_PKEY *key, const EVP_CIPHER *cipher)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char passphrase[] = "x";
    char *data;
    ck_assert_int_eq(PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, cipher ? passphrase : NULL,
                                                   cipher ? 1 : 0, NULL, NULL),
                     1);
    size_t len = (size_t)BIO_get_mem_data(bio, &data);
    eb_span out = eb_span_bytes(apr_pmemdup(pool, data, len), len);
    BIO_free(bio);
    return out;
}

START_TEST(a_made_key_and_certificate_are_read_back)
{
    static const eb_make_kind kinds[] = {EB_MAKE_RSA_2048, EB_MAKE_P256};
    EVP_PKEY *key, *back;
    eb_span pem, certificate_pem, der;
    eb_certificate certificate, again;
    ck_assert_success(eb_key_make(pool, kinds[_i], &key));
    ck_assert_success(eb_key_to_pem(pool, key, &pem));
    ck_assert_success(eb_pem_private_key(pool, pem, "test", &back));
    ck_assert_int_eq(EVP_PKEY_eq(key, back), 1);
    ck_assert_success(eb_certificate_make(pool, key, _i == 1, "login.example.fi", &eb_random_system,
                                          NOW, &certificate_pem));
    ck_assert_success(eb_pem_certificate(pool, certificate_pem, "test", &certificate));
    ck_assert_int_eq(EVP_PKEY_eq(key, certificate.key), 1);
    ck_assert_int_eq(certificate.not_before, NOW - apr_time_from_sec(86400));
    ck_assert_str_eq(eb_time_format_xml(pool, certificate.not_after), "2036-11-20T03:04:05Z");
    ck_assert_uint_eq(strlen(certificate.fingerprint), 64);
    ck_assert(eb_base64_decode(pool, certificate.der_base64, strlen(certificate.der_base64), &der));
    ck_assert_success(eb_der_certificate(pool, der, "test", &again));
    ck_assert_str_eq(again.fingerprint, certificate.fingerprint);
    ck_assert_refused(
        eb_der_certificate(pool, eb_span_bytes(der.data, der.len - 1), "test", &again),
        EB_E_KEY_FORM);
    unsigned char *longer = apr_pcalloc(pool, der.len + 1);
    memcpy(longer, der.data, der.len);
    ck_assert_refused(eb_der_certificate(pool, eb_span_bytes(longer, der.len + 1), "test", &again),
                      EB_E_KEY_FORM);
}
END_TEST

START_TEST(a_long_common_name_is_cut)
{
    EVP_PKEY *key;
    eb_span pem;
    eb_certificate certificate;
    ck_assert_success(eb_key_make(pool, EB_MAKE_P256, &key));
    ck_assert_success(eb_certificate_make(
        pool, key, false,
        "a-very-long-host-name.of-a-department.of-a-ministry.of-some-country.example",
        &eb_random_system, NOW, &pem));
    ck_assert_success(eb_pem_certificate(pool, pem, "test", &certificate));
}
END_TEST

START_TEST(refuses_what_is_no_private_key)
{
    EVP_PKEY *key, *back;
    eb_span certificate;
    eb_certificate out;
    ck_assert_success(eb_key_make(pool, EB_MAKE_P256, &key));
    const eb_err *err = eb_pem_private_key(pool, pem_of(key, EVP_aes_128_cbc()), "my.pem", &back);
    ck_assert_refused(err, EB_E_KEY_FORM);
    ck_assert_ptr_nonnull(strstr(err->message, "my.pem"));
    ck_assert_ptr_nonnull(strstr(err->message, "encrypted"));
    eb_span pem = pem_of(key, NULL);
    ck_assert_refused(eb_pem_private_key(pool, eb_span_bytes(pem.data, pem.len / 2), "x", &back),
                      EB_E_KEY_FORM);
    ck_assert_refused(eb_pem_private_key(pool, eb_span_str(""), "x", &back), EB_E_KEY_FORM);
    ck_assert_success(
        eb_certificate_make(pool, key, false, "x", &eb_random_system, NOW, &certificate));
    ck_assert_refused(eb_pem_private_key(pool, certificate, "x", &back), EB_E_KEY_FORM);
    ck_assert_refused(eb_pem_certificate(pool, pem, "x", &out), EB_E_KEY_FORM);
}
END_TEST

START_TEST(saml_keys_are_large_enough_and_of_named_curves)
{
    static const char *const good[] = {"P-256",           "P-384",           "P-521",
                                       "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1"};
    static const char *const bad[] = {"P-224", "secp256k1", "brainpoolP320r1"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        EVP_PKEY *key = EVP_EC_gen(good[i]);
        ck_assert_success(eb_saml_key_check(pool, key, good[i]));
        EVP_PKEY_free(key);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        EVP_PKEY *key = EVP_EC_gen(bad[i]);
        ck_assert_refused(eb_saml_key_check(pool, key, bad[i]), EB_E_KEY_WEAK);
        EVP_PKEY_free(key);
    }
    EVP_PKEY *rsa = EVP_RSA_gen(2048), *small = EVP_RSA_gen(1024);
    EVP_PKEY *ed25519 = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    ck_assert_success(eb_saml_key_check(pool, rsa, "rsa"));
    ck_assert_refused(eb_saml_key_check(pool, small, "rsa"), EB_E_KEY_WEAK);
    ck_assert_refused(eb_saml_key_check(pool, ed25519, "ed25519"), EB_E_KEY_WEAK);
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(small);
    EVP_PKEY_free(ed25519);
}
END_TEST

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("keyfile");
    TCase *cases = tcase_create("keyfile");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, a_file_is_created_once_for_its_owner_alone);
    tcase_add_test(cases, a_file_is_replaced_whole);
    tcase_add_test(cases, a_directory_that_is_not_there_is_a_write_error);
    tcase_add_test(cases, a_directory_in_the_place_of_a_file_is_a_write_error);
    tcase_add_test(cases, what_cannot_be_written_whole_is_not_there);
    tcase_add_test(cases, reading_is_limited_to_small_regular_files);
    tcase_add_test(cases, missing_rights_are_told_apart);
    tcase_add_test(cases, a_secret_loses_one_final_newline);
    tcase_add_test(cases, refuses_a_secret_that_is_none);
    tcase_add_test(cases, a_command_is_run_without_a_shell);
    tcase_add_test(cases, refuses_a_command_that_fails);
    tcase_add_test(cases, a_command_ends_within_its_time);
    tcase_add_test(cases, keys_are_exactly_32_bytes_in_base64url);
    tcase_add_loop_test(cases, a_made_key_and_certificate_are_read_back, 0, 2);
    tcase_add_test(cases, a_long_common_name_is_cut);
    tcase_add_test(cases, refuses_what_is_no_private_key);
    tcase_add_test(cases, saml_keys_are_large_enough_and_of_named_curves);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

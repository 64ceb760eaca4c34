/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of the key directory: made once, read ever after, and never silently made anew. */
#include "keyring_fixture.h"

#include <signal.h>
#include <sys/wait.h>

static void assert_same_keys(const eb_keyring *a, const eb_keyring *b)
{
    ck_assert_mem_eq(a->sub_key, b->sub_key, 32);
    ck_assert_mem_eq(a->store_key, b->store_key, 32);
    ck_assert_mem_eq(&a->seal.keys[0], &b->seal.keys[0], sizeof a->seal.keys[0]);
    ck_assert_mem_eq(a->relay_keys[0], b->relay_keys[0], 32);
    ck_assert_str_eq(a->signing[0].fingerprint, b->signing[0].fingerprint);
    ck_assert_str_eq(a->encryption[0].fingerprint, b->encryption[0].fingerprint);
    ck_assert_int_eq(a->token_key_count, b->token_key_count);
    for (int i = 0; i < a->token_key_count; i++) {
        ck_assert_str_eq(a->token_keys[i].kid, b->token_keys[i].kid);
        ck_assert_int_eq(a->token_keys[i].activates, b->token_keys[i].activates);
    }
}

static void assert_mode(const char *path, mode_t mode)
{
    struct stat info;
    ck_assert_int_eq(stat(path, &info), 0);
    ck_assert_int_eq(info.st_mode & 07777, mode);
}

static int files_there(void)
{
    int count = -1;
    FILE *out = popen(apr_psprintf(pool, "ls -A %s | wc -l", directory), "r");
    ck_assert_ptr_nonnull(out);
    ck_assert_int_eq(fscanf(out, "%d", &count), 1);
    pclose(out);
    return count;
}

/* ---- first start, second start --------------------------------------------------------------- */

START_TEST(first_start_makes_everything)
{
    settings.signing_count = settings.encryption_count = 0;
    settings.token_algs = all_algorithms;
    settings.token_alg_count = 4;
    eb_keyring *ring = opened(NOW);
    ck_assert_int_eq(ring->signing_count, 1);
    ck_assert_int_eq(ring->encryption_count, 1);
    ck_assert_int_eq(EVP_PKEY_get_bits(ring->signing[0].key), 3072);
    ck_assert_int_eq(EVP_PKEY_get_bits(ring->encryption[0].key), 3072);
    ck_assert_str_ne(ring->signing[0].fingerprint, ring->encryption[0].fingerprint);
    ck_assert_str_eq(eb_time_format_xml(pool, ring->signing[0].not_after), "2036-11-20T03:04:05Z");
    ck_assert_int_eq(ring->token_key_count, 9);
    ck_assert_int_eq(EVP_PKEY_get_bits(eb_keyring_token_key(ring, EB_JWS_RS256, NOW)->key), 2048);
    ck_assert_ptr_eq(eb_keyring_token_key(ring, EB_JWS_RS256, NOW),
                     eb_keyring_token_key(ring, EB_JWS_PS256, NOW));
    ck_assert_int_eq(EVP_PKEY_get_base_id(eb_keyring_token_key(ring, EB_JWS_ES256, NOW)->key),
                     EVP_PKEY_EC);
    ck_assert_int_eq(EVP_PKEY_get_base_id(eb_keyring_token_key(ring, EB_JWS_EDDSA, NOW)->key),
                     EVP_PKEY_ED25519);
    ck_assert_int_eq(ring->seal.count, 1);
    ck_assert_int_eq(ring->relay_key_count, 1);
    assert_mode(directory, 0700);
    assert_mode(path_of("salt"), 0600);
    assert_mode(path_of("token-rsa-20261121T030405Z.pem"), 0600);
    assert_mode(path_of("saml-signing.pem"), 0600);
    assert_mode(marker, 0644);
    ck_assert_int_eq(warnings, 0);
    assert_same_keys(ring, opened(NOW));
}
END_TEST

START_TEST(second_start_reads_the_same)
{
    eb_keyring *first = opened(NOW);
    int files = files_there();
    assert_same_keys(first, opened(NOW));
    ck_assert_int_eq(files_there(), files);
}
END_TEST

START_TEST(an_existing_empty_directory_is_a_first_start)
{
    run_command(apr_psprintf(pool, "mkdir -p %s && chmod 0700 %s", directory, directory));
    settings.directory = apr_pstrcat(pool, directory, "//", NULL);
    assert_same_keys(opened(NOW), opened(NOW));
    ck_assert_int_eq(access(marker, F_OK), 0);
}
END_TEST

START_TEST(without_generation_nothing_is_made)
{
    eb_keyring *ring;
    settings.generate = false;
    ck_assert_refused(open_at(NOW, &ring), EB_E_KEY_UNREADABLE);
    ck_assert_int_ne(access(directory, F_OK), 0);
    settings.generate = true;
    eb_keyring *made = opened(NOW);
    settings.generate = false;
    int files = files_there();
    ck_assert_int_eq(opened(NOW + 200 * DAYS)->token_key_count, 1);
    assert_same_keys(made, opened(NOW));
    ck_assert_int_eq(files_there(), files);
    settings.token_algs = all_algorithms;
    settings.token_alg_count = 1;
    ck_assert_refused(open_at(NOW, &ring), EB_E_KEY_UNREADABLE);
}
END_TEST

START_TEST(keys_given_in_the_configuration_are_used)
{
    json_t *vectors = vectors_read();
    settings.salt = vector_text(vectors, "salt_file");
    settings.sealing[0] = vector_text(vectors, "sealing_key_file");
    settings.sealing[1] = vector_text(vectors, "salt_file");
    settings.sealing_count = 2;
    eb_keyring *ring = opened(NOW);
    json_t *relay = json_array_get(json_object_get(vectors, "relay"), 0);
    ck_assert_span_eq(eb_span_bytes(ring->sub_key, 32), vector_bytes(pool, vectors, "sub_key"));
    ck_assert_span_eq(eb_span_bytes(ring->store_key, 32), vector_bytes(pool, vectors, "store_key"));
    ck_assert_span_eq(eb_span_bytes(ring->relay_keys[0], 32),
                      vector_bytes(pool, relay, "relay_key"));
    ck_assert_int_eq(ring->seal.count, 2);
    ck_assert_int_eq(ring->relay_key_count, 2);
    ck_assert_int_ne(access(path_of("salt"), F_OK), 0);
    ck_assert_int_ne(access(path_of("sealing-key"), F_OK), 0);

    size_t i;
    json_t *vector;
    json_array_foreach(json_object_get(vectors, "sub"), i, vector)
    {
        const char *sub;
        ck_assert_success(eb_keyring_sub(
            pool, ring, vector_text(vector, "sector"), vector_text(vector, "namespace"),
            vector_text(vector, "type"), vector_text(vector, "value"), &sub));
        ck_assert_str_eq(sub, vector_text(vector, "sub"));
    }
    ck_assert_uint_eq(i, 4);
    eb_keyring *none;
    settings.salt = "too-short";
    ck_assert_refused(open_at(NOW, &none), EB_E_KEY_FORM);
    settings.salt = "";
    ck_assert_refused(open_at(NOW, &none), EB_E_KEY_FORM);
    json_decref(vectors);
}
END_TEST

START_TEST(the_salt_of_the_directory_gives_the_vectors)
{
    json_t *vectors = vectors_read();
    opened(NOW);
    /* as restored by hand, without newline */
    write_text(path_of("salt"), eb_span_str(vector_text(vectors, "salt_file")));
    eb_keyring *ring = opened(NOW);
    ck_assert_span_eq(eb_span_bytes(ring->sub_key, 32), vector_bytes(pool, vectors, "sub_key"));
    json_decref(vectors);
}
END_TEST

/* ---- loss ------------------------------------------------------------------------------------ */

static void assert_lost(void)
{
    eb_keyring *ring = NULL;
    const eb_err *err = open_at(NOW, &ring);
    ck_assert_refused(err, EB_E_KEY_LOST);
    ck_assert_ptr_null(ring);
    ck_assert_msg(strstr(err->message, directory) != NULL, "%s", err->message);
    ck_assert_msg(strstr(err->message, "Restore") != NULL, "%s", err->message);
    ck_assert_refused(eb_keyring_check(pool, &settings, NOW, &counting_log), EB_E_KEY_LOST);
}

START_TEST(a_lost_directory_is_not_made_anew)
{
    opened(NOW);
    run_command(apr_psprintf(pool, "rm -rf %s", directory));
    assert_lost();
    ck_assert_int_ne(access(directory, F_OK), 0);
    run_command(apr_psprintf(pool, "mkdir -m 0700 %s", directory));
    assert_lost();
    ck_assert_int_eq(files_there(), 0);
}
END_TEST

static const char *const made_files[] = {"salt", "sealing-key", "saml-signing.pem",
                                         "saml-encryption.pem", "token-ec-*.pem"};

START_TEST(a_lost_file_is_not_made_anew)
{
    settings.signing_count = strstr(made_files[_i], "signing") == NULL;
    settings.encryption_count = strstr(made_files[_i], "encryption") == NULL;
    opened(NOW);
    run_command(apr_psprintf(pool, "rm %s/%s", directory, made_files[_i]));
    int files = files_there();
    assert_lost();
    ck_assert_int_eq(files_there(), files);
}
END_TEST

START_TEST(a_marker_of_unknown_content_names_everything)
{
    opened(NOW);
    write_text(marker, eb_span_str(""));
    opened(NOW);
    run_command(apr_psprintf(pool, "rm %s", path_of("salt")));
    assert_lost();
}
END_TEST

START_TEST(other_state_without_keys_is_a_loss)
{
    settings.state_present = true;
    assert_lost();
    ck_assert_int_ne(access(directory, F_OK), 0);
    settings.state_present = false;
    opened(NOW);
    settings.state_present = true;
    opened(NOW);
    run_command(apr_psprintf(pool, "rm %s %s", marker, path_of("sealing-key")));
    assert_lost();
    run_command(apr_psprintf(pool, "rm -r %s && mkdir -m 0700 %s", directory, directory));
    assert_lost();
}
END_TEST

START_TEST(a_directory_half_there_is_a_loss)
{
    opened(NOW);
    run_command(apr_psprintf(pool, "rm %s %s", marker, path_of("salt")));
    assert_lost();
}
END_TEST

START_TEST(an_interrupted_first_start_goes_on)
{
    eb_keyring *whole = opened(NOW);
    run_command(apr_psprintf(pool, "rm %s %s/token-*", marker, directory));
    write_text(path_of("token-ec-20261121T030405Z.pem.tmp-0123456789abcdef"),
               eb_span_str("-----BEG"));
    eb_keyring *ring = opened(NOW);
    ck_assert_mem_eq(whole->sub_key, ring->sub_key, 32);
    ck_assert_int_eq(ring->token_key_count, 3);
    ck_assert_int_eq(access(marker, F_OK), 0);
    ck_assert_int_eq(files_there(), 5);
    assert_same_keys(ring, opened(NOW));
}
END_TEST

START_TEST(a_new_kind_of_key_is_no_loss)
{
    eb_keyring *before = opened(NOW);
    static const eb_jws_alg more[] = {EB_JWS_ES256, EB_JWS_EDDSA};
    settings.token_algs = more;
    settings.token_alg_count = 2;
    eb_keyring *after = opened(NOW);
    ck_assert_int_eq(after->token_key_count, 6);
    ck_assert_mem_eq(before->sub_key, after->sub_key, 32);
    run_command(apr_psprintf(pool, "rm %s/token-ed25519-*", directory));
    assert_lost();
}
END_TEST

START_TEST(refuses_a_path_that_leads_through_a_file)
{
    eb_keyring *ring;
    settings.directory = apr_pstrcat(pool, settings.signing[0].key, "/keys", NULL);
    ck_assert_refused(
        eb_keyring_open(pool, &settings, &eb_random_system, NOW, &counting_log, &ring),
        EB_E_KEY_UNREADABLE);
}
END_TEST

START_TEST(refuses_a_rotation_without_time)
{
    eb_keyring *ring;
    settings.token_life = 0;
    settings.rotation = 0;
    ck_assert_refused(
        eb_keyring_open(pool, &settings, &eb_random_system, NOW, &counting_log, &ring),
        EB_E_CONFIG_CONFLICT);
}
END_TEST

START_TEST(half_written_files_are_refused)
{
    static const char *const names[] = {"salt", "sealing-key", "token-ec-20261121T030405Z.pem"};
    eb_keyring *ring;
    opened(NOW);
    for (size_t i = 0; i < 3; i++) {
        eb_span content;
        ck_assert_success(eb_keyfile_read(pool, path_of(names[i]), NULL, &content));
        write_text(path_of(names[i]), eb_span_bytes(content.data, content.len / 2));
        const eb_err *err = open_at(NOW, &ring);
        ck_assert_refused(err, EB_E_KEY_FORM);
        ck_assert_ptr_nonnull(strstr(err->message, path_of(names[i])));
        ck_assert_refused(eb_keyring_check(pool, &settings, NOW, &counting_log), EB_E_KEY_FORM);
        write_text(path_of(names[i]), content);
    }
    opened(NOW);
}
END_TEST

/* ---- rights ---------------------------------------------------------------------------------- */

START_TEST(a_directory_open_to_others_is_refused)
{
    static const mode_t modes[] = {0750, 0701, 0720, 0755, 0777};
    eb_keyring *ring;
    opened(NOW);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        ck_assert_int_eq(chmod(directory, modes[i]), 0);
        ck_assert_refused(open_at(NOW, &ring), EB_E_KEY_MODE);
        ck_assert_refused(eb_keyring_check(pool, &settings, NOW, &counting_log), EB_E_KEY_MODE);
    }
    ck_assert_int_eq(chmod(directory, 0500), 0); /* stricter is fine */
    opened(NOW);
    ck_assert_int_eq(chmod(directory, 0700), 0);
}
END_TEST

START_TEST(a_directory_of_another_user_is_refused)
{
    eb_keyring *ring;
    opened(NOW);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown(directory, 65534, (gid_t)-1), 0);
        ck_assert_refused(open_at(NOW, &ring), EB_E_KEY_MODE);
    }
}
END_TEST

/* As nobody where the tests run as root. */
static void drop_rights(void)
{
    if (getuid() == 0) {
        ck_assert_int_eq(seteuid(65534), 0);
    }
}

static void regain_rights(void)
{
    if (getuid() == 0) {
        ck_assert_int_eq(seteuid(0), 0);
    }
}

START_TEST(unreadable_keys_stop_a_start_and_are_not_checked_at_configtest)
{
    eb_keyring *ring;
    opened(NOW);
    if (getuid() != 0) {
        ck_assert_int_eq(chmod(directory, 0), 0);
    }
    drop_rights();
    const eb_err *start = open_at(NOW, &ring);
    notices = 0;
    const eb_err *check = eb_keyring_check(pool, &settings, NOW, &counting_log);
    regain_rights();
    ck_assert_int_eq(chmod(directory, 0700), 0);
    ck_assert_refused(start, EB_E_KEY_UNREADABLE);
    ck_assert_success(check);
    ck_assert_int_eq(notices, 1);
    ck_assert_msg(strstr(last_line, "not checked") != NULL, "%s", last_line);
    ck_assert_msg(strstr(last_line, directory) != NULL, "%s", last_line);
}
END_TEST

START_TEST(configtest_makes_nothing)
{
    ck_assert_success(eb_keyring_check(pool, &settings, NOW, &counting_log));
    ck_assert_int_ne(access(directory, F_OK), 0);
    ck_assert_int_ne(access(marker, F_OK), 0);
    ck_assert_int_eq(notices, 0);
    opened(NOW);
    int files = files_there();
    ck_assert_success(eb_keyring_check(pool, &settings, NOW + 400 * DAYS, &counting_log));
    ck_assert_int_eq(files_there(), files);
    settings.salt = "";
    settings.sealing[0] = "";
    settings.sealing_count = 1;
    ck_assert_success(eb_keyring_check(pool, &settings, NOW, &counting_log));
    settings.salt = "wrong";
    ck_assert_refused(eb_keyring_check(pool, &settings, NOW, &counting_log), EB_E_KEY_FORM);
}
END_TEST

/* ---- two starts at once ---------------------------------------------------------------------- */

static void race(int *ret_winner_files)
{
    enum { STARTERS = 4 };
    int results[2], go[2];
    pid_t children[STARTERS];
    ck_assert_int_eq(pipe(results), 0);
    ck_assert_int_eq(pipe(go), 0);
    for (int i = 0; i < STARTERS; i++) {
        children[i] = fork();
        ck_assert_int_ge(children[i], 0);
        if (children[i] == 0) {
            char c;
            eb_keyring *ring = NULL;
            unsigned char out[64] = {0};
            close(go[1]);
            if (read(go[0], &c, 1) != 0) {
                _exit(2);
            }
            if (open_at(NOW + i * APR_USEC_PER_SEC, &ring) == NULL) {
                memcpy(out, ring->sub_key, 32);
                memcpy(out + 32, ring->token_keys[0].kid, 32);
            }
            _exit(write(results[1], out, sizeof out) == sizeof out ? 0 : 1);
        }
    }
    close(go[0]);
    close(go[1]); /* all at once */
    unsigned char first[64], other[64], zero[64] = {0};
    for (int i = 0; i < STARTERS; i++) {
        int status;
        ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
        ck_assert_int_eq(status, 0);
        ck_assert_int_eq(read(results[0], i == 0 ? first : other, 64), 64);
        ck_assert_mem_eq(i == 0 ? first : other, first, 64);
    }
    ck_assert_mem_ne(first, zero, 64);
    *ret_winner_files = files_there();
}

START_TEST(starts_at_once_agree)
{
    int files;
    race(&files);
    /* salt, sealing key, three token keys; one more where the clock had gone on a second */
    ck_assert_int_ge(files, 5);
    ck_assert_int_le(files, 6);
}
END_TEST

START_TEST(who_comes_second_reads_what_won)
{
    /* Without the lock, as where a file system has none: the file appears between look and link. */
    eb_keydir *dir;
    eb_span content;
    ck_assert_success(eb_keydir_open(pool, directory, true, false, false, &eb_random_system, &dir));
    write_text(path_of("salt"), eb_span_str("the winner's"));
    ck_assert_success(eb_keydir_make(dir, "salt", eb_span_str("the loser's"), &content));
    ck_assert_span_eq(content, eb_span_str("the winner's"));
}
END_TEST

START_TEST(a_start_killed_at_any_moment_leaves_a_directory_that_starts)
{
    for (int i = 0; i < 40; i++) {
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            eb_keyring *ring;
            _exit(open_at(NOW, &ring) == NULL ? 0 : 1);
        }
        usleep((useconds_t)(i * 150));
        kill(child, SIGKILL);
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
        assert_same_keys(opened(NOW), opened(NOW));
        run_command(apr_psprintf(pool, "rm -rf %s %s", directory, marker));
    }
}
END_TEST

/* ---- SAML keys ------------------------------------------------------------------------------- */

START_TEST(an_own_key_without_certificate_keeps_the_one_that_is_made)
{
    settings.signing[0].certificate = NULL;
    settings.encryption[0] = settings.signing[0]; /* one key for both uses: two certificates */
    eb_keyring *first = opened(NOW), *second = opened(NOW + 100 * DAYS);
    ck_assert_str_eq(first->signing[0].certificate, second->signing[0].certificate);
    ck_assert_str_eq(first->encryption[0].certificate, second->encryption[0].certificate);
    ck_assert_str_ne(first->signing[0].certificate, first->encryption[0].certificate);
    run_command(apr_psprintf(pool, "rm %s/saml-signing-cert-*", directory));
    assert_lost();
}
END_TEST

START_TEST(two_keys_of_a_use_keep_their_order)
{
    EVP_PKEY *old;
    ck_assert_success(eb_key_make(pool, EB_MAKE_P256, &old));
    settings.encryption[1] = own_key("old", old, NOW, true);
    settings.encryption_count = 2;
    eb_keyring *ring = opened(NOW);
    ck_assert_int_eq(ring->encryption_count, 2);
    ck_assert_str_eq(ring->encryption[0].origin, settings.encryption[0].key);
    ck_assert_int_eq(EVP_PKEY_eq(ring->encryption[1].key, old), 1);
}
END_TEST

START_TEST(refuses_own_keys_that_are_weak_or_do_not_match)
{
    eb_keyring *ring;
    eb_key_files sound = settings.signing[0];
    settings.signing[0].certificate = settings.encryption[0].certificate;
    ck_assert_refused(open_at(NOW, &ring), EB_E_KEY_MISMATCH);
    EVP_PKEY *weak = EVP_RSA_gen(1024);
    settings.signing[0] = own_key("weak", weak, NOW, false);
    EVP_PKEY_free(weak);
    ck_assert_refused(open_at(NOW, &ring), EB_E_KEY_WEAK);
    settings.signing[0] = (eb_key_files){apr_pstrcat(pool, top, "/absent.key", NULL), NULL};
    ck_assert_refused(open_at(NOW, &ring), EB_E_KEY_UNREADABLE);
    settings.signing[0] = (eb_key_files){sound.key, sound.key};
    ck_assert_refused(open_at(NOW, &ring), EB_E_KEY_FORM);
    settings.signing[0] = sound;
    opened(NOW);
}
END_TEST

START_TEST(an_expired_certificate_is_told_and_used)
{
    opened(NOW);
    ck_assert_int_eq(warnings, 0);
    eb_keyring *ring = opened(NOW + 3653 * DAYS);
    ck_assert_int_eq(ring->signing_count, 1);
    ck_assert_int_eq(warnings, 2);
    ck_assert_msg(strstr(last_line, "expired") != NULL, "%s", last_line);
    warnings = 0;
    opened(NOW - 2 * DAYS);
    ck_assert_int_eq(warnings, 2);
    ck_assert_msg(strstr(last_line, "not valid before") != NULL, "%s", last_line);
}
END_TEST

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("keyring");
    TCase *cases = tcase_create("keyring");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, first_start_makes_everything);
    tcase_add_test(cases, second_start_reads_the_same);
    tcase_add_test(cases, an_existing_empty_directory_is_a_first_start);
    tcase_add_test(cases, without_generation_nothing_is_made);
    tcase_add_test(cases, keys_given_in_the_configuration_are_used);
    tcase_add_test(cases, the_salt_of_the_directory_gives_the_vectors);
    tcase_add_test(cases, a_lost_directory_is_not_made_anew);
    tcase_add_loop_test(cases, a_lost_file_is_not_made_anew, 0, 5);
    tcase_add_test(cases, a_marker_of_unknown_content_names_everything);
    tcase_add_test(cases, other_state_without_keys_is_a_loss);
    tcase_add_test(cases, a_directory_half_there_is_a_loss);
    tcase_add_test(cases, an_interrupted_first_start_goes_on);
    tcase_add_test(cases, a_new_kind_of_key_is_no_loss);
    tcase_add_test(cases, refuses_a_path_that_leads_through_a_file);
    tcase_add_test(cases, refuses_a_rotation_without_time);
    tcase_add_test(cases, half_written_files_are_refused);
    tcase_add_test(cases, a_directory_open_to_others_is_refused);
    tcase_add_test(cases, a_directory_of_another_user_is_refused);
    tcase_add_test(cases, unreadable_keys_stop_a_start_and_are_not_checked_at_configtest);
    tcase_add_test(cases, configtest_makes_nothing);
    tcase_add_test(cases, starts_at_once_agree);
    tcase_add_test(cases, who_comes_second_reads_what_won);
    tcase_add_test(cases, a_start_killed_at_any_moment_leaves_a_directory_that_starts);
    tcase_add_test(cases, an_own_key_without_certificate_keeps_the_one_that_is_made);
    tcase_add_test(cases, two_keys_of_a_use_keep_their_order);
    tcase_add_test(cases, refuses_own_keys_that_are_weak_or_do_not_match);
    tcase_add_test(cases, an_expired_certificate_is_told_and_used);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}

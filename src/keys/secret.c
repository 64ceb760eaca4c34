/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secrets of the configuration: from a file, the environment or a command. Read at start, by the
 * parent. */
#include "keys/keyfile.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXEC_LIMIT_MS 10000

extern char **environ;

/* How long a command may still run is no date: the one clock here is the monotonic one. */
static long long monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* All that the command writes before it closes its output. False: too late, too much, or
 * unreadable. */
static bool collect(int fd, long long deadline, unsigned char *out, size_t room, size_t *ret_len)
{
    size_t len = 0;
    for (;;) {
        long long left = deadline - monotonic_ms();
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int ready = left <= 0 ? 0 : poll(&wait, 1, (int)left);
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (ready <= 0 || len == room) {
            return false;
        }
        ssize_t n = read(fd, out + len, room - len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return false;
        }
        if (n == 0) {
            *ret_len = len;
            return true;
        }
        len += (size_t)n;
    }
}

/* True when the child ended by itself, with 0, before the deadline. Always reaped. */
static bool ended_well(pid_t pid, bool is_wanted, long long deadline)
{
    int status = -1;
    for (;;) {
        bool is_late = !is_wanted || monotonic_ms() >= deadline;
        if (is_late) {
            kill(-pid, SIGKILL);
        }
        pid_t done = waitpid(pid, &status, is_late ? 0 : WNOHANG);
        if (done == pid) {
            return !is_late && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        }
        if (done < 0 && errno != EINTR) {
            return false;
        }
        if (done == 0) {
            nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
        }
    }
}

static int spawn(const char *const *argv, int output, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    int number = posix_spawn_file_actions_init(&actions);
    if (number != 0) {
        return number;
    }
    number = posix_spawnattr_init(&attributes);
    if (number != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return number;
    }
    /* A process group of its own, so that what it started ends with it. */
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    number = posix_spawn(ret_pid, argv[0], &actions, &attributes, (char *const *)(uintptr_t)argv,
                         environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return number;
}

static const eb_err *run(apr_pool_t *pool, const char *command, eb_span *ret_output)
{
    apr_array_header_t *words = eb_split_words(pool, command);
    if (words->nelts == 0 || APR_ARRAY_IDX(words, 0, const char *)[0] != '/') {
        return eb_err_make(pool, EB_E_KEY_UNREADABLE,
                           "exec: expected the absolute path of a program");
    }
    const char *program = APR_ARRAY_IDX(words, 0, const char *);
    APR_ARRAY_PUSH(words, const char *) = NULL;

    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return eb_err_make(pool, EB_E_KEY_UNREADABLE, "exec:%s: no pipe", program);
    }
    pid_t pid;
    int number = spawn((const char *const *)words->elts, ends[1], &pid);
    close(ends[1]);
    if (number != 0) {
        close(ends[0]);
        return eb_err_make(pool, EB_E_KEY_UNREADABLE, "exec:%s could not be started (error %d)",
                           program, number);
    }
    unsigned char *out = eb_secret_alloc(pool, EB_KEYFILE_MAX + 2);
    size_t len = 0;
    long long deadline = monotonic_ms() + EXEC_LIMIT_MS;
    bool is_read = collect(ends[0], deadline, out, EB_KEYFILE_MAX + 1, &len);
    close(ends[0]);
    if (!ended_well(pid, is_read, deadline)) {
        return eb_err_make(pool, EB_E_KEY_UNREADABLE,
                           "exec:%s did not end with 0 within %d s and %d bytes", program,
                           EXEC_LIMIT_MS / 1000, EB_KEYFILE_MAX);
    }
    *ret_output = eb_span_bytes(out, len);
    return NULL;
}

/* The content as text: one final newline dropped; neither empty nor with a NUL. */
static const eb_err *to_text(apr_pool_t *pool, const char *origin, eb_span content,
                             const char **ret_secret)
{
    size_t len = content.len;
    if (len > 0 && content.data[len - 1] == '\n') {
        len--;
        if (len > 0 && content.data[len - 1] == '\r') {
            len--;
        }
    }
    if (len == 0 || memchr(content.data, '\0', len) != NULL) {
        return eb_err_make(pool, EB_E_KEY_FORM, "%s: expected a secret, found %s", origin,
                           len == 0 ? "nothing" : "a NUL byte");
    }
    char *secret = eb_secret_alloc(pool, len + 1);
    memcpy(secret, content.data, len);
    *ret_secret = secret;
    return NULL;
}

const eb_err *eb_secret_read(apr_pool_t *pool, const char *source, bool check_only,
                             bool *ret_denied, const char **ret_secret)
{
    if (ret_denied != NULL) {
        *ret_denied = false;
    }
    if (strncmp(source, "env:", 4) == 0) {
        const char *value = getenv(source + 4);
        if (value == NULL) {
            return eb_err_make(pool, EB_E_KEY_UNREADABLE,
                               "%s: the environment has no such variable", source);
        }
        return to_text(pool, source, eb_span_str(value), ret_secret);
    }
    eb_span content;
    if (strncmp(source, "exec:", 5) == 0) {
        if (check_only) {
            *ret_secret = NULL;
            return NULL;
        }
        EB_TRY(run(pool, source + 5, &content));
        return to_text(pool, "exec:", content, ret_secret);
    }
    EB_TRY(eb_keyfile_read(pool, source, ret_denied, &content));
    return to_text(pool, source, content, ret_secret);
}

const eb_err *eb_secret_parse32(apr_pool_t *pool, const char *secret, const char *what,
                                unsigned char out[32])
{
    eb_span bytes;
    bool ok = eb_base64url_decode(pool, secret, strlen(secret), &bytes);
    if (ok && bytes.len == 32) {
        memcpy(out, bytes.data, 32);
    }
    if (ok) {
        OPENSSL_cleanse((void *)(uintptr_t)bytes.data, bytes.len);
    }
    if (!ok || bytes.len != 32) {
        return eb_err_make(pool, EB_E_KEY_FORM,
                           "%s: expected 43 characters, 32 bytes in base64url without padding, "
                           "found %" APR_SIZE_T_FMT " characters",
                           what, strlen(secret));
    }
    return NULL;
}

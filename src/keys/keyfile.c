/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading small secret files, and writing them so that they are there whole or not at all. */
#include "keys/keyfile.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY ".tmp-"

static const char *reason(apr_pool_t *pool, int number)
{
    char buf[120];
    return apr_pstrdup(pool, apr_strerror(number, buf, sizeof buf));
}

static const eb_err *read_open_file(apr_pool_t *pool, const char *path, int fd,
                                    eb_span *ret_content)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return eb_err_make(pool, EB_E_KEY_UNREADABLE, "%s: %s", path, reason(pool, errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return eb_err_make(pool, EB_E_KEY_UNREADABLE, "%s: expected a regular file", path);
    }
    if (info.st_size > EB_KEYFILE_MAX) {
        return eb_err_make(pool, EB_E_KEY_UNREADABLE, "%s: expected at most %d bytes", path,
                           EB_KEYFILE_MAX);
    }
    /* Read to the end rather than to st_size: a file that grows meanwhile is refused. */
    size_t room = (size_t)info.st_size + 1;
    unsigned char *content = eb_secret_alloc(pool, room + 1);
    size_t len = 0;
    while (len < room) {
        ssize_t n = read(fd, content + len, room - len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return eb_err_make(pool, EB_E_KEY_UNREADABLE, "%s: %s", path, reason(pool, errno));
        }
        if (n == 0) {
            break;
        }
        len += (size_t)n;
    }
    if (len == room) {
        return eb_err_make(pool, EB_E_KEY_UNREADABLE, "%s: the file grew while it was read", path);
    }
    content[len] = '\0';
    *ret_content = eb_span_bytes(content, len);
    return NULL;
}

const eb_err *eb_keyfile_read(apr_pool_t *pool, const char *path, bool *ret_denied,
                              eb_span *ret_content)
{
    if (ret_denied != NULL) {
        *ret_denied = false;
    }
    /* O_NONBLOCK: a FIFO where a file was expected must not hang the start. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        int number = errno;
        if (ret_denied != NULL) {
            *ret_denied = number == EACCES || number == EPERM;
        }
        return eb_err_make(pool, EB_E_KEY_UNREADABLE, "%s: %s", path, reason(pool, number));
    }
    const eb_err *err = read_open_file(pool, path, fd, ret_content);
    close(fd);
    return err;
}

bool eb_keyfile_is_temporary(const char *name)
{
    return strstr(name, TEMPORARY) != NULL;
}

static bool write_all(int fd, eb_span content)
{
    size_t at = 0;
    while (at < content.len) {
        ssize_t n = write(fd, content.data + at, content.len - at);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        at += (size_t)n;
    }
    return true;
}

/* The content, safely on disk under a name that nobody looks for. */
static const eb_err *write_temporary(apr_pool_t *pool, const char *path, eb_span content,
                                     mode_t mode, const eb_random *random,
                                     const char **ret_temporary)
{
    unsigned char tail[8];
    EB_TRY(eb_random_bytes(pool, random, tail, sizeof tail));
    const char *temporary =
        apr_pstrcat(pool, path, TEMPORARY, eb_hex(pool, tail, sizeof tail), NULL);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0) {
        return eb_err_make(pool, EB_E_KEY_WRITE, "%s: %s", temporary, reason(pool, errno));
    }
    /* fchmod, because the umask of whoever starts us is not ours to trust. */
    bool ok = fchmod(fd, mode) == 0 && write_all(fd, content) && fsync(fd) == 0;
    int number = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        number = errno;
    }
    if (!ok) {
        unlink(temporary);
        return eb_err_make(pool, EB_E_KEY_WRITE, "%s: %s", temporary, reason(pool, number));
    }
    *ret_temporary = temporary;
    return NULL;
}

static const eb_err *sync_parent(apr_pool_t *pool, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *parent = slash == NULL   ? "."
                         : slash == path ? "/"
                                         : apr_pstrmemdup(pool, path, (apr_size_t)(slash - path));
    int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) {
        int number = errno;
        if (fd >= 0) {
            close(fd);
        }
        return eb_err_make(pool, EB_E_KEY_WRITE, "%s: %s", parent, reason(pool, number));
    }
    close(fd);
    return NULL;
}

const eb_err *eb_keyfile_create(apr_pool_t *pool, const char *path, eb_span content,
                                const eb_random *random, bool *ret_made)
{
    const char *temporary;
    EB_TRY(write_temporary(pool, path, content, 0600, random, &temporary));
    bool made = link(temporary, path) == 0;
    int number = errno;
    unlink(temporary);
    if (!made && number != EEXIST) {
        return eb_err_make(pool, EB_E_KEY_WRITE, "%s: %s", path, reason(pool, number));
    }
    EB_TRY(sync_parent(pool, path));
    *ret_made = made;
    return NULL;
}

const eb_err *eb_keyfile_replace(apr_pool_t *pool, const char *path, eb_span content,
                                 const eb_random *random)
{
    const char *temporary;
    EB_TRY(write_temporary(pool, path, content, 0644, random, &temporary));
    if (rename(temporary, path) != 0) {
        int number = errno;
        unlink(temporary);
        return eb_err_make(pool, EB_E_KEY_WRITE, "%s: %s", path, reason(pool, number));
    }
    return sync_parent(pool, path);
}

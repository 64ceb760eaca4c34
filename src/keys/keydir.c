/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The key directory and its marker. */
#include "keys/keydir.h"

#include "keys/keyfile.h"

#include <apr_strings.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARKER_HEAD "eidas-bridge keys 1"

static const char *reason(apr_pool_t *pool, int number)
{
    char buf[120];
    return apr_pstrdup(pool, apr_strerror(number, buf, sizeof buf));
}

static bool holds(const apr_array_header_t *names, const char *name)
{
    for (int i = 0; i < names->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(names, i, const char *), name) == 0) {
            return true;
        }
    }
    return false;
}

static const eb_err *lost(const eb_keydir *dir, const char *what)
{
    const char *trace = dir->has_marker ? dir->marker : "state of an earlier run";
    return eb_err_make(
        dir->pool, EB_E_KEY_LOST,
        "%s: %s is gone, but %s shows that this issuer has been in use. Restore the directory from "
        "its backup; without the salt every person would get another sub, without the SAML keys "
        "providers would refuse us. To begin anew on purpose, remove the directory, %s and the "
        "stored state",
        dir->path, what, trace, dir->marker);
}

static void note_not_checked(eb_keydir *dir, const char *path)
{
    if (dir->not_checked == NULL) {
        dir->not_checked = path;
    }
    dir->not_checked_count++;
}

/* ---- opening --------------------------------------------------------------------------------- */

static const eb_err *read_marker(eb_keydir *dir)
{
    struct stat info;
    if (lstat(dir->marker, &info) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return NULL;
        }
        if (dir->is_check && errno == EACCES) {
            note_not_checked(dir, dir->marker);
            return NULL;
        }
        return eb_err_make(dir->pool, EB_E_KEY_UNREADABLE, "%s: %s", dir->marker,
                           reason(dir->pool, errno));
    }
    dir->has_marker = true;
    eb_span content;
    EB_TRY(eb_keydir_read_path(dir, dir->marker, &content));
    const char *text = (const char *)content.data;
    if (text == NULL || strncmp(text, MARKER_HEAD "\n", sizeof MARKER_HEAD) != 0) {
        return NULL; /* not our list: taken to name everything */
    }
    dir->marker_is_list = true;
    dir->marked = apr_array_make(dir->pool, 8, sizeof(const char *));
    for (const char *at = text + sizeof MARKER_HEAD; *at != '\0';) {
        size_t len = strcspn(at, "\n");
        if (len > 0) {
            APR_ARRAY_PUSH(dir->marked, const char *) = apr_pstrmemdup(dir->pool, at, len);
        }
        at += len + (at[len] == '\n' ? 1 : 0);
    }
    return NULL;
}

/* mkdir -p: parents for all to enter, the directory itself for nobody else. */
static const eb_err *make_directory(eb_keydir *dir)
{
    char *path = apr_pstrdup(dir->pool, dir->path);
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0755) != 0 && errno != EEXIST) {
            return eb_err_make(dir->pool, EB_E_KEY_WRITE, "%s: %s", path, reason(dir->pool, errno));
        }
        *slash = '/';
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return eb_err_make(dir->pool, EB_E_KEY_WRITE, "%s: %s", path, reason(dir->pool, errno));
    }
    return NULL;
}

static apr_status_t release_lock(void *data)
{
    eb_keydir_close(data);
    return APR_SUCCESS;
}

static const eb_err *check_mode(const eb_keydir *dir, int fd)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return eb_err_make(dir->pool, EB_E_KEY_UNREADABLE, "%s: %s", dir->path,
                           reason(dir->pool, errno));
    }
    if ((info.st_mode & 077) != 0) {
        return eb_err_make(dir->pool, EB_E_KEY_MODE, "%s: expected mode 0700, found %04o",
                           dir->path, (unsigned int)(info.st_mode & 07777));
    }
    if (info.st_uid != 0 && info.st_uid != geteuid()) {
        return eb_err_make(dir->pool, EB_E_KEY_MODE,
                           "%s: expected the directory of root or of the user who starts the "
                           "server (%ld), found that of user %ld",
                           dir->path, (long)geteuid(), (long)info.st_uid);
    }
    return NULL;
}

/* Names in the directory. What an interrupted write left is never read; whoever holds the lock
 * removes it: no other write can be under way. */
static const eb_err *list(eb_keydir *dir, int fd, bool is_locked)
{
    int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = copy < 0 ? NULL : fdopendir(copy);
    if (stream == NULL) {
        int number = errno;
        if (copy >= 0) {
            close(copy);
        }
        return eb_err_make(dir->pool, EB_E_KEY_UNREADABLE, "%s: %s", dir->path,
                           reason(dir->pool, number));
    }
    const struct dirent *item;
    while ((item = readdir(stream)) != NULL) {
        if (eb_keyfile_is_temporary(item->d_name)) {
            if (is_locked) {
                unlinkat(fd, item->d_name, 0);
            }
        } else if (item->d_name[0] != '.') {
            APR_ARRAY_PUSH(dir->files, const char *) = apr_pstrdup(dir->pool, item->d_name);
        }
    }
    closedir(stream);
    return NULL;
}

static const eb_err *open_existing(eb_keydir *dir)
{
    int fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        int number = errno;
        if (dir->is_check && number == EACCES) {
            note_not_checked(dir, dir->path);
            return NULL;
        }
        return eb_err_make(dir->pool, EB_E_KEY_UNREADABLE, "%s: %s", dir->path,
                           reason(dir->pool, number));
    }
    dir->exists = true;
    dir->lock = fd;
    apr_pool_cleanup_register(dir->pool, dir, release_lock, apr_pool_cleanup_null);
    EB_TRY(check_mode(dir, fd));
    bool is_locked = false;
    if (!dir->is_check) {
        int status;
        do {
            status = flock(fd, LOCK_EX);
        } while (status != 0 && errno == EINTR);
        is_locked = status == 0;
    }
    return list(dir, fd, is_locked && dir->may_make);
}

const eb_err *eb_keydir_open(apr_pool_t *pool, const char *path, bool generate, bool is_check,
                             bool state_present, const eb_random *random, eb_keydir **ret_dir)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/') {
        len--;
    }
    eb_keydir *dir = apr_pcalloc(pool, sizeof *dir);
    dir->pool = pool;
    dir->path = apr_pstrmemdup(pool, path, len);
    dir->marker = apr_pstrcat(pool, dir->path, ".made", NULL);
    dir->may_make = generate && !is_check;
    dir->is_check = is_check;
    dir->state_present = state_present;
    dir->files = apr_array_make(pool, 16, sizeof(const char *));
    dir->used = apr_array_make(pool, 8, sizeof(const char *));
    dir->marked = apr_array_make(pool, 1, sizeof(const char *));
    dir->lock = -1;
    dir->random = random;

    struct stat info;
    bool is_there = stat(dir->path, &info) == 0;
    bool is_denied = !is_there && errno == EACCES;
    if (!is_there && !is_denied) {
        if (errno != ENOENT) {
            return eb_err_make(pool, EB_E_KEY_UNREADABLE, "%s: %s", dir->path, reason(pool, errno));
        }
        EB_TRY(read_marker(dir));
        if (dir->has_marker || dir->state_present) {
            return lost(dir, "the directory");
        }
        if (!generate) {
            return eb_err_make(pool, EB_E_KEY_UNREADABLE,
                               "%s is not there, and EidasKeyGeneration is Off: copy it from the "
                               "server that has it, or switch EidasKeyGeneration on for the first "
                               "start",
                               dir->path);
        }
        if (is_check) {
            *ret_dir = dir;
            return NULL;
        }
        EB_TRY(make_directory(dir));
    }
    EB_TRY(open_existing(dir));
    /* Read once the lock is held: another start may just have finished. */
    EB_TRY(read_marker(dir));
    *ret_dir = dir;
    return NULL;
}

void eb_keydir_close(eb_keydir *dir)
{
    if (dir->lock >= 0) {
        close(dir->lock);
        dir->lock = -1;
    }
}

/* ---- judging --------------------------------------------------------------------------------- */

bool eb_keydir_has(const eb_keydir *dir, const char *name)
{
    return holds(dir->files, name);
}

/* A file of the name; of the names of token kinds, any file of that kind. */
static bool is_there(const eb_keydir *dir, const char *name)
{
    if (strncmp(name, EB_KEYDIR_TOKEN, sizeof EB_KEYDIR_TOKEN - 1) != 0) {
        return eb_keydir_has(dir, name);
    }
    size_t len = strlen(name);
    for (int i = 0; i < dir->files->nelts; i++) {
        const char *file = APR_ARRAY_IDX(dir->files, i, const char *);
        if (strncmp(file, name, len) == 0 && file[len] == '-') {
            return true;
        }
    }
    return false;
}

bool eb_keydir_is_marked(const eb_keydir *dir, const char *name)
{
    return dir->has_marker && (!dir->marker_is_list || holds(dir->marked, name));
}

const eb_err *eb_keydir_judge(const eb_keydir *dir, const char *const *names, int count)
{
    if (dir->has_marker || !dir->exists) {
        return NULL;
    }
    const char *missing = NULL;
    bool is_any_later = false;
    for (int i = 0; i < count; i++) {
        bool is_here = is_there(dir, names[i]);
        if (!is_here && missing == NULL) {
            missing = names[i];
        }
        is_any_later = is_any_later || (is_here && missing != NULL);
    }
    if (missing == NULL) {
        return NULL;
    }
    if (dir->state_present) {
        return lost(dir, missing);
    }
    if (is_any_later) {
        return eb_err_make(dir->pool, EB_E_KEY_LOST,
                           "%s is half there: %s is gone, but later things are there. Restore the "
                           "directory from its backup, or remove it to begin anew, with another "
                           "sub for every person",
                           dir->path, missing);
    }
    return NULL;
}

const eb_err *eb_keydir_need(eb_keydir *dir, const char *name, bool *ret_make)
{
    *ret_make = false;
    if (is_there(dir, name)) {
        APR_ARRAY_PUSH(dir->used, const char *) = name;
        return NULL;
    }
    if (dir->is_check && !dir->exists && dir->not_checked != NULL) {
        return NULL; /* it may be where this user cannot look */
    }
    if (eb_keydir_is_marked(dir, name)) {
        return lost(dir, name);
    }
    if (!dir->may_make && !dir->is_check) {
        return eb_err_make(dir->pool, EB_E_KEY_UNREADABLE,
                           "%s/%s is not there, and EidasKeyGeneration is Off", dir->path, name);
    }
    APR_ARRAY_PUSH(dir->used, const char *) = name;
    *ret_make = true;
    return NULL;
}

/* ---- reading and making ---------------------------------------------------------------------- */

const eb_err *eb_keydir_read_path(eb_keydir *dir, const char *path, eb_span *ret_content)
{
    bool is_denied = false;
    const eb_err *err = eb_keyfile_read(dir->pool, path, &is_denied, ret_content);
    if (err != NULL && is_denied && dir->is_check) {
        note_not_checked(dir, path);
        *ret_content = eb_span_str(NULL);
        return NULL;
    }
    return err;
}

const eb_err *eb_keydir_read(eb_keydir *dir, const char *name, eb_span *ret_content)
{
    return eb_keydir_read_path(dir, apr_pstrcat(dir->pool, dir->path, "/", name, NULL),
                               ret_content);
}

const eb_err *eb_keydir_make(eb_keydir *dir, const char *name, eb_span content,
                             eb_span *ret_content)
{
    const char *path = apr_pstrcat(dir->pool, dir->path, "/", name, NULL);
    bool is_ours;
    EB_TRY(eb_keyfile_create(dir->pool, path, content, dir->random, &is_ours));
    APR_ARRAY_PUSH(dir->files, const char *) = apr_pstrdup(dir->pool, name);
    if (is_ours) {
        *ret_content = content;
        return NULL;
    }
    return eb_keydir_read(dir, name, ret_content);
}

/* Names stay in the marker when they are no longer needed: a directive may bring them back. */
const eb_err *eb_keydir_seal(eb_keydir *dir)
{
    bool is_changed = !dir->has_marker;
    const char *text = MARKER_HEAD "\n";
    for (int i = 0; i < dir->marked->nelts; i++) {
        text =
            apr_pstrcat(dir->pool, text, APR_ARRAY_IDX(dir->marked, i, const char *), "\n", NULL);
    }
    for (int i = 0; i < dir->used->nelts; i++) {
        const char *name = APR_ARRAY_IDX(dir->used, i, const char *);
        if (!eb_keydir_is_marked(dir, name)) {
            text = apr_pstrcat(dir->pool, text, name, "\n", NULL);
            is_changed = true;
        }
    }
    if (!is_changed || !dir->may_make) {
        return NULL;
    }
    return eb_keyfile_replace(dir->pool, dir->marker, eb_span_str(text), dir->random);
}

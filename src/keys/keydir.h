/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The key directory: telling a first start from a loss, and making each thing once.
 *
 *   <directory>/          0700, owned by whoever starts the server
 *       salt              base64url of 32 bytes
 *       sealing-key       base64url of 32 bytes
 *       saml-signing.pem, saml-encryption.pem          key, then its self-signed certificate
 *       saml-<use>-cert-<32 hex>.pem                   certificate made for an own key file
 *       token-<kind>-<time of activation>.pem          keys of the tokens
 *   <directory>.made      the marker: which of these were made, one name per line
 *
 * The marker is written last, after all it names is safely on disk. So what it names and is not
 * there has been lost, and what it does not name was never used: it may be made. While the parent
 * process at start has the directory open it holds a lock, so a second one waits and finds
 * everything made; where locks do not work (some network file systems) link(2) still lets only one
 * win, and the other reads what won.
 */
#ifndef EB_KEYS_KEYDIR_H
#define EB_KEYS_KEYDIR_H

#include "base/log.h"
#include "base/random.h"
#include "base/text.h"

#include <apr_tables.h>

#define EB_KEYDIR_TOKEN "token-"

typedef struct eb_keydir {
    apr_pool_t *pool;
    const char *path;
    const char *marker; /* path of the marker */
    bool may_make;      /* false at configtest and with EidasKeyGeneration Off */
    bool is_check;      /* configtest: nothing is made, a lack of rights is no error */
    bool state_present; /* other traces of an earlier life */
    bool exists;        /* the directory is there and could be listed */
    bool has_marker;
    bool marker_is_list;        /* else it names everything */
    apr_array_header_t *marked; /* const char *: what the marker names */
    apr_array_header_t *files;  /* const char *: names of the files that are there */
    apr_array_header_t *used;   /* const char *: what this start needs and has */
    const char *not_checked;    /* configtest: first path that this user may not read */
    int not_checked_count;
    int lock; /* file descriptor of the locked directory, or -1 */
    const eb_random *random;
} eb_keydir;

/* Looks at directory and marker, cleans what a crash left, and takes the lock (not at configtest).
 * Makes an empty directory, with missing parents, where that is a first start. EB_E_KEY_LOST,
 * EB_E_KEY_MODE, EB_E_KEY_UNREADABLE, EB_E_KEY_WRITE. */
const eb_err *eb_keydir_open(apr_pool_t *pool, const char *path, bool generate, bool is_check,
                             bool state_present, const eb_random *random, eb_keydir **ret_dir);

/* Of the things that every start needs (`names`, in the order in which they are made) a later one
 * is there and an earlier one is not, or some are missing though other state is present:
 * EB_E_KEY_LOST. For a directory without a marker; a prefix is what an interrupted first start
 * leaves, and it may go on. */
const eb_err *eb_keydir_judge(const eb_keydir *dir, const char *const *names, int count);

/* True when the marker says that this was made once. */
bool eb_keydir_is_marked(const eb_keydir *dir, const char *name);
bool eb_keydir_has(const eb_keydir *dir, const char *name);

/* Decides about a thing that is needed: *ret_make is false when it is there, true when it is to be
 * made now; EB_E_KEY_LOST when it was made once and is gone, EB_E_KEY_UNREADABLE when it may not be
 * made. At configtest *ret_make true means: a start would make it. A name that begins with
 * EB_KEYDIR_TOKEN is that of a kind: any file of that kind counts. */
const eb_err *eb_keydir_need(eb_keydir *dir, const char *name, bool *ret_make);

/* The content of a file. At configtest ret_content->data is NULL where rights are missing (noted).
 */
const eb_err *eb_keydir_read(eb_keydir *dir, const char *name, eb_span *ret_content);

/* Makes a file, or reads what another start has made of it meanwhile. */
const eb_err *eb_keydir_make(eb_keydir *dir, const char *name, eb_span content,
                             eb_span *ret_content);

/* Reads a file anywhere with configtest's rule about rights. */
const eb_err *eb_keydir_read_path(eb_keydir *dir, const char *path, eb_span *ret_content);

/* After everything is made and read: brings the marker up to date. Not at configtest. */
const eb_err *eb_keydir_seal(eb_keydir *dir);

/* Gives the lock back. Also done when the pool goes. */
void eb_keydir_close(eb_keydir *dir);

#endif

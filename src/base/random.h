/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Randomness as an argument: the core never calls the system itself, so tests choose it. */
#ifndef EB_BASE_RANDOM_H
#define EB_BASE_RANDOM_H

#include "base/error.h"

#include <stddef.h>

typedef struct eb_random {
    /* Fills buf with len bytes; 0 is success, anything else means no randomness was had. */
    int (*fill)(void *context, unsigned char *buf, size_t len);
    void *context;
} eb_random;

/* The kernel's generator, getrandom(2): safe over fork and threads because nothing of it is kept
 * here. A login asks fifteen times for a few bytes, and OpenSSL's generator costs several times as
 * much. */
extern const eb_random eb_random_system;

/* Fills buf; EB_E_RANDOM when the source fails. */
const eb_err *eb_random_bytes(apr_pool_t *pool, const eb_random *random, void *buf, size_t len);

/* `bytes` random bytes (16 to 64) as base64url without padding. */
const eb_err *eb_random_token(apr_pool_t *pool, const eb_random *random, size_t bytes,
                              const char **ret_token);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Randomness: the system's source, and what is made of any source. */
#include "base/random.h"

#include "base/text.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <sys/random.h>

/* Up to so many bytes come whole, and a signal can interrupt nothing but the wait for the system's
 * first randomness after boot (getrandom(2)). */
#define WHOLE 256

static int system_fill(void *context, unsigned char *buf, size_t len)
{
    (void)context;
    while (len > 0) {
        ssize_t got = getrandom(buf, len > WHOLE ? WHOLE : len, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return -1;
        }
        buf += got;
        len -= (size_t)got;
    }
    return 0;
}

const eb_random eb_random_system = {system_fill, NULL};

const eb_err *eb_random_bytes(apr_pool_t *pool, const eb_random *random, void *buf, size_t len)
{
    if (random->fill(random->context, buf, len) != 0) {
        return eb_err_make(pool, EB_E_RANDOM,
                           "the source of randomness gave no %" APR_SIZE_T_FMT " bytes", len);
    }
    return NULL;
}

const eb_err *eb_random_token(apr_pool_t *pool, const eb_random *random, size_t bytes,
                              const char **ret_token)
{
    unsigned char buf[64];
    if (bytes < 16 || bytes > sizeof buf) {
        return eb_err_make(pool, EB_E_RANDOM,
                           "a token has 16 to 64 random bytes, not %" APR_SIZE_T_FMT, bytes);
    }
    EB_TRY(eb_random_bytes(pool, random, buf, bytes));
    *ret_token = eb_base64url(pool, buf, bytes);
    OPENSSL_cleanse(buf, sizeof buf);
    return NULL;
}

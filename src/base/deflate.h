/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Raw DEFLATE (RFC 1951): for the Redirect binding (SAML bindings 3.4.4.1) and the login record. */
#ifndef EB_BASE_DEFLATE_H
#define EB_BASE_DEFLATE_H

#include "base/text.h"

/* Compresses up to 1 MiB. The result lives in the pool. EB_E_DEFLATE (out of memory, or too large).
 */
const eb_err *eb_deflate(apr_pool_t *pool, eb_span plain, eb_span *ret_deflated);

/* The same form without compression, in one stored block: at most 65,535 bytes, five more come out.
 * For what is so short or so random that compressing it is lost labour. EB_E_DEFLATE (too large).
 */
const eb_err *eb_deflate_stored(apr_pool_t *pool, eb_span plain, eb_span *ret_deflated);

/* The opposite, of either, for at most `max_len` bytes of plain text (up to 1 MiB): more, a fault
 * in the data, a cut end or bytes after the end are an error with the caller's `id`. */
const eb_err *eb_inflate(apr_pool_t *pool, eb_err_id id, eb_span deflated, size_t max_len,
                         eb_span *ret_plain);

#endif

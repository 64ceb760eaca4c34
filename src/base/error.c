/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of errors and how one is made of a row. */
#include "base/error.h"

#include <apr_strings.h>
#include <stdarg.h>

#define QUOTE(x) #x

/* Without messages: those are made with each error. */
static const eb_err rows[] = {
#define EB_ERROR(number, name, fault, oauth, title)                                                \
    {EB_E_##name, fault, "EB" QUOTE(number), #name, oauth, title, NULL},
#include "base/error_list.h"
#undef EB_ERROR
};

const eb_err *eb_err_row(unsigned int index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}

static const eb_err *row_of(eb_err_id id)
{
    for (unsigned int i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].id == id) {
            return &rows[i];
        }
    }
    /* An id outside the table can only be a mistake of ours; it is still told, as such. */
    return row_of(EB_E_CRYPTO);
}

const eb_err *eb_err_make(apr_pool_t *pool, eb_err_id id, const char *format, ...)
{
    eb_err *err = apr_pmemdup(pool, row_of(id), sizeof *err);
    va_list args;
    va_start(args, format);
    err->message = apr_pvsprintf(pool, format, args);
    va_end(args);
    return err;
}

const eb_err *eb_err_with_oauth(apr_pool_t *pool, const eb_err *err, const char *oauth)
{
    eb_err *copy = apr_pmemdup(pool, err, sizeof *copy);
    copy->oauth = oauth;
    return copy;
}

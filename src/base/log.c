/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line for whoever runs us. */
#include "base/log.h"

#include <apr_strings.h>
#include <stdarg.h>

void eb_log_printf(apr_pool_t *pool, const eb_log *log, eb_log_level level, const char *format, ...)
{
    if (log == NULL || log->write == NULL) {
        return;
    }
    va_list args;
    va_start(args, format);
    char *line = apr_pvsprintf(pool, format, args);
    va_end(args);
    /* One line whatever was put in: a line break would let a stranger write log lines of his own.
     */
    for (char *c = line; *c != '\0'; c++) {
        if (*c == '\n' || *c == '\r') {
            *c = ' ';
        }
    }
    log->write(log->context, level, line);
}

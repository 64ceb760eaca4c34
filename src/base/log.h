/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log as the core sees it: one sink given by whoever runs us (httpd, a test, the tool). */
#ifndef EB_BASE_LOG_H
#define EB_BASE_LOG_H

#include <apr_pools.h>

typedef enum {
    EB_LOG_ERROR,
    EB_LOG_WARNING,
    EB_LOG_NOTICE,
    EB_LOG_INFO,
    EB_LOG_DEBUG
} eb_log_level;

typedef struct eb_log {
    /* One whole line without newline. `context` is the request or the server. */
    void (*write)(void *context, eb_log_level level, const char *line);
    void *context;
} eb_log;

void eb_log_printf(apr_pool_t *pool, const eb_log *log, eb_log_level level, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The core's log lines into httpd's error log, under this module's LogLevel. */
#include "httpd/glue.h"

static int level_of(eb_log_level level)
{
    switch (level) {
    case EB_LOG_ERROR:
        return APLOG_ERR;
    case EB_LOG_WARNING:
        return APLOG_WARNING;
    case EB_LOG_NOTICE:
        return APLOG_NOTICE;
    case EB_LOG_INFO:
        return APLOG_INFO;
    case EB_LOG_DEBUG:
        break;
    }
    return APLOG_DEBUG;
}

static void write_server(void *context, eb_log_level level, const char *line)
{
    const server_rec *server = context;

    ap_log_error(APLOG_MARK, level_of(level), 0, server, "%s", line);
}

static void write_request(void *context, eb_log_level level, const char *line)
{
    const request_rec *r = context;

    ap_log_rerror(APLOG_MARK, level_of(level), 0, r, "%s", line);
}

eb_log eb_log_server(server_rec *server)
{
    eb_log log = {write_server, server};
    return log;
}

eb_log eb_log_request(request_rec *r)
{
    eb_log log = {write_request, r};
    return log;
}

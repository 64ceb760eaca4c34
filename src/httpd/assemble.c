/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_config: every virtual host's settings judged, at configtest and at each start.
 *
 * All faults are told, each with its place, not only the first. Nothing is made here: no key, no
 * segment, no file.
 */
#include "bridge/value.h"
#include "httpd/glue.h"
#include "saml/xml.h"
#include "state/slots.h"

#include <apr_strings.h>
#include <http_core.h>

/* A first start reads its configuration twice: the second time remarks would only repeat
 * themselves. */
#define TOLD_KEY "eidas_bridge remarks told"

typedef struct report_context {
    server_rec *main_server;
    bool is_telling_remarks;
} report_context;

static void tell_fault(void *context, const char *where, const eb_err *err)
{
    const report_context *report = context;

    ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, report->main_server, "%s: %s %s",
                 where != NULL ? where : "eidas_bridge", err->code,
                 err->message != NULL ? err->message : err->title);
}

static void tell_remark(void *context, const char *where, const char *text)
{
    const report_context *report = context;

    if (report->is_telling_remarks) {
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_WARNING, 0, report->main_server, "%s: %s",
                     where != NULL ? where : "eidas_bridge", text);
    }
}

static bool wants_remarks(void)
{
    int *told;

    if (ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_CONFIG_DUMP) {
        return false;
    }
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        told = ap_retained_data_get(TOLD_KEY);
        if (told == NULL) {
            told = ap_retained_data_create(TOLD_KEY, sizeof(*told));
        }
        *told = 1;
        return true;
    }
    told = ap_retained_data_get(TOLD_KEY);
    if (told != NULL && *told != 0) {
        *told = 0;
        return false;
    }
    return true;
}

/* Sections without an issuer would be dead letters. */
static int check_orphans(apr_pool_t *pool, const eb_settings *settings,
                         const eb_setup_report *report)
{
    const char *where = NULL;
    const eb_err *err;

    if (settings->providers != NULL) {
        where = APR_ARRAY_IDX(settings->providers, 0, eb_provider_settings *)->where;
    } else if (settings->clients != NULL) {
        where = APR_ARRAY_IDX(settings->clients, 0, eb_client_settings *)->where;
    }
    if (where == NULL) {
        return 0;
    }
    err =
        eb_err_make(pool, EB_E_CONFIG_MISSING,
                    "the section stands in a server without EidasIssuer, which is never inherited");
    report->fault(report->context, where, err);
    return 1;
}

static eb_slots_geometry store_geometry(const server_rec *main_server)
{
    const eb_server_config *config = eb_server_config_of(main_server);
    eb_slots_geometry geometry = {EB_EXPECTED_SESSIONS};

    if (config->expected_sessions != EB_UNSET) {
        geometry.sessions = (apr_uint64_t)config->expected_sessions;
    }
    return geometry;
}

static void tell_memory(apr_pool_t *pool, server_rec *main_server, report_context *context)
{
    eb_slots_geometry geometry = store_geometry(main_server);

    if (ap_state_query(AP_SQ_RUN_MODE) != AP_SQ_RM_CONFIG_TEST || !context->is_telling_remarks) {
        return;
    }
    ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_NOTICE, 0, main_server, "%s",
                 apr_psprintf(pool,
                              "EidasExpectedSessions %" APR_UINT64_T_FMT
                              ": the store takes up to %" APR_SIZE_T_FMT " MiB of memory",
                              geometry.sessions, eb_slots_size(&geometry) >> 20));
}

int eb_check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *server)
{
    report_context context = {server, wants_remarks()};
    eb_setup_report report = {tell_fault, tell_remark, &context};
    apr_array_header_t *all = apr_array_make(ptemp, 4, sizeof(const eb_settings *));
    eb_slots_geometry geometry = store_geometry(server);
    apr_time_t now = apr_time_now();
    int faults = 0;

    (void)pconf;
    (void)plog;
    eb_xml_start();
    for (const server_rec *one = server; one != NULL; one = one->next) {
        eb_settings *settings = eb_server_config_of(one)->settings;
        if (settings->issuer == NULL) {
            faults += check_orphans(ptemp, settings, &report);
            continue;
        }
        settings->expected_sessions = (apr_int64_t)geometry.sessions;
        APR_ARRAY_PUSH(all, const eb_settings *) = settings;
        faults += eb_setup_check(ptemp, settings, now, &report);
    }
    faults +=
        eb_setup_check_together(ptemp, (const eb_settings *const *)all->elts, all->nelts, &report);
    if (all->nelts > 0) {
        tell_memory(ptemp, server, &context);
    }
    return faults == 0 ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

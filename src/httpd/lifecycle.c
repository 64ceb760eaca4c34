/* SPDX-License-Identifier: GPL-3.0-or-later */
/* post_config: what was judged is opened, in the parent and still as root; and the store's segment,
 * which outlives every restart.
 *
 * The segment is anonymous shared memory of the process pool, remembered in httpd's retained data:
 * old and new workers of a graceful restart use the same one. Only things of httpd and APR may live
 * there: this module's code is unloaded and loaded again at each restart, so no cleanup of ours is
 * ever registered on the process pool.
 */
#include "bridge/selftest.h"
#include "httpd/glue.h"
#include "saml/xml.h"
#include "state/slots.h"

#include <apr_shm.h>
#include <apr_strings.h>
#include <http_core.h>
#include <stdint.h>

/* The number is that of the struct's form. */
#define RETAINED_KEY "eidas_bridge segment 1"

typedef struct retained {
    apr_shm_t *segment;
} retained;

/* APR keeps a word of its own at the start of the segment: the store begins at the next page. */
#define PAGE 4096

static void *store_of(apr_shm_t *segment)
{
    uintptr_t address = (uintptr_t)apr_shm_baseaddr_get(segment);

    return (void *)((address + PAGE - 1) / PAGE * PAGE);
}

static const eb_err *make_segment(apr_pool_t *pool, apr_pool_t *process_pool,
                                  const eb_slots_geometry *geometry, retained *kept)
{
    size_t size = eb_slots_size(geometry);
    apr_shm_t *segment;
    apr_status_t status = apr_shm_create(&segment, size + PAGE, NULL, process_pool);
    char reason[120];
    const eb_err *err;

    if (status != APR_SUCCESS) {
        return eb_err_make(pool, EB_E_STATE_SEGMENT,
                           "%" APR_SIZE_T_FMT " MiB of shared memory for the store: %s", size >> 20,
                           apr_strerror(status, reason, sizeof(reason)));
    }
    err =
        eb_slots_format(pool, store_of(segment), size, geometry, &eb_random_system, apr_time_now());
    if (err != NULL) {
        apr_shm_destroy(segment);
        return err;
    }
    kept->segment = segment;
    return NULL;
}

/* The segment of the earlier generations where its geometry is the wanted one, else a new one. */
static const eb_err *find_or_make_segment(apr_pool_t *pool, server_rec *server,
                                          const eb_slots_geometry *geometry,
                                          const eb_backend **ret_backend)
{
    retained *kept = ap_retained_data_get(RETAINED_KEY);
    size_t size = eb_slots_size(geometry);

    if (kept == NULL) {
        kept = ap_retained_data_create(RETAINED_KEY, sizeof(*kept));
    }
    if (kept->segment != NULL && !(apr_shm_size_get(kept->segment) >= size + PAGE &&
                                   eb_slots_matches(store_of(kept->segment), size, geometry))) {
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, server,
                     "EidasExpectedSessions or the store's layout has changed: a new store begins, "
                     "logins in progress must begin again");
        apr_shm_destroy(kept->segment);
        kept->segment = NULL;
    }
    if (kept->segment == NULL) {
        EB_TRY(make_segment(pool, server->process->pool, geometry, kept));
    }
    eb_slots_advise(store_of(kept->segment), size);
    return eb_slots_open(pool, store_of(kept->segment), size, ret_backend);
}

static const eb_err *open_all(apr_pool_t *pconf, server_rec *server)
{
    const eb_server_config *main_config = eb_server_config_of(server);
    eb_slots_geometry geometry = {EB_EXPECTED_SESSIONS};
    const eb_backend *backend = NULL;

    if (main_config->expected_sessions != EB_UNSET) {
        geometry.sessions = (apr_uint64_t)main_config->expected_sessions;
    }
    for (server_rec *one = server; one != NULL; one = one->next) {
        eb_server_config *config = eb_server_config_of(one);
        eb_log log = eb_log_server(one);
        eb_bridge *bridge;

        if (config->settings->issuer == NULL) {
            continue;
        }
        if (backend == NULL) {
            eb_xml_start();
            EB_TRY(eb_selftest_run(pconf, &eb_random_system, apr_time_now()));
            EB_TRY(find_or_make_segment(pconf, server, &geometry, &backend));
        }
        EB_TRY(eb_setup_open(pconf, config->settings, backend, &eb_random_system, apr_time_now(),
                             &log, &bridge));
        config->bridge = bridge;
    }
    return NULL;
}

int eb_post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *server)
{
    const eb_err *err;

    (void)plog;
    (void)ptemp;
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK; /* the configuration is read once more before anything is served */
    }
    err = open_all(pconf, server);
    if (err != NULL) {
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_EMERG, 0, server, "%s %s", err->code,
                     err->message != NULL ? err->message : err->title);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    return OK;
}

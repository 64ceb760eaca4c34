/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The least that an httpd handler can do: 400 bytes of JSON, and no look at the file system before
 * it. What userinfo is measured against. */
#include <httpd.h>

#include <http_config.h>
#include <http_protocol.h>
#include <http_request.h>
#include <string.h>

static int is_ours(request_rec *r)
{
    return strcmp(r->uri, "/trivial") == 0 ? OK : DECLINED;
}

static int trivial(request_rec *r)
{
    static char body[401];
    if (is_ours(r) != OK) {
        return DECLINED;
    }
    if (body[0] == '\0') {
        memset(body, 'x', sizeof(body) - 1);
    }
    ap_set_content_type(r, "application/json");
    ap_rwrite(body, sizeof(body) - 1, r);
    return OK;
}

static void hooks(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_translate_name(is_ours, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_map_to_storage(is_ours, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_handler(trivial, NULL, NULL, APR_HOOK_FIRST);
}

module AP_MODULE_DECLARE_DATA trivial_module = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, hooks, 0};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mod_eidas_bridge: the module record and the list of its hooks, nothing else. */
#include "httpd/glue.h"

#include <http_protocol.h>
#include <http_request.h>

/* First of all where requests are mapped and served, so that no rewrite, disk or proxy rule takes
 * an endpoint away; cookies are taken out before anyone else reads the request. */
static void register_hooks(apr_pool_t *pool)
{
    static const char *const later[] = {"mod_proxy.c", "mod_rewrite.c", "mod_alias.c", NULL};

    (void)pool;
    ap_hook_check_config(eb_check_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(eb_post_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_read_request(eb_post_read_request, NULL, later, APR_HOOK_REALLY_FIRST);
    ap_hook_translate_name(eb_translate_name, NULL, later, APR_HOOK_FIRST);
    ap_hook_map_to_storage(eb_map_to_storage, NULL, later, APR_HOOK_FIRST);
    ap_hook_handler(eb_handler, NULL, later, APR_HOOK_FIRST);
}

module AP_MODULE_DECLARE_DATA eidas_bridge_module = {
    STANDARD20_MODULE_STUFF, NULL,          NULL,           eb_server_config_create,
    eb_server_config_merge,  eb_directives, register_hooks, AP_MODULE_FLAG_NONE,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bridge itself, once everything was judged sound: keys opened, documents made, put together.
 */
#include "bridge/release.h"
#include "bridge/setup_internal.h"

#include "oidc/discovery.h"
#include "saml/sp_metadata.h"

#include <apr_strings.h>
#include <string.h>

/* ----------------------------------------------------------------------------- documents */

static void add_once(apr_array_header_t *array, const char *text)
{
    for (int i = 0; i < array->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(array, i, const char *), text) == 0) {
            return;
        }
    }
    APR_ARRAY_PUSH(array, const char *) = text;
}

static apr_array_header_t *all_acr_values(const eb_setup *setup)
{
    apr_array_header_t *values = apr_array_make(setup->pool, 8, sizeof(const char *));

    for (int i = 0; i < setup->providers->nelts; i++) {
        const eb_saml_policy *policy = &APR_ARRAY_IDX(setup->providers, i, eb_provider *)->policy;
        for (int j = 0; j < policy->level_count; j++) {
            const eb_level_row *row = &policy->levels[j];
            if (row->is_notified || policy->allow_non_notified) {
                add_once(values, row->acr != NULL ? row->acr : row->uri);
            }
        }
    }
    return values;
}

static const eb_err *make_discovery(const eb_setup *setup, const char **ret_json)
{
    apr_array_header_t *claims = apr_array_make(setup->pool, 16, sizeof(const char *));
    apr_array_header_t *scopes = apr_array_make(setup->pool, 5, sizeof(const char *));
    eb_discovery discovery;

    memset(&discovery, 0, sizeof(discovery));
    for (int i = 0; i < setup->clients->nelts; i++) {
        const eb_client *client = &APR_ARRAY_IDX(setup->clients, i, eb_bridge_client *)->client;
        apr_array_header_t *own_scopes = apr_array_make(setup->pool, 5, sizeof(const char *));
        apr_array_header_t *names;
        for (int j = 0; j < client->scope_count; j++) {
            add_once(scopes, client->scopes[j]);
            APR_ARRAY_PUSH(own_scopes, const char *) = client->scopes[j];
        }
        names = eb_release_names(setup->pool, client, own_scopes);
        for (int j = 0; j < names->nelts; j++) {
            add_once(claims, APR_ARRAY_IDX(names, j, const char *));
        }
        discovery.auth_methods |= client->auth_methods;
        discovery.has_public = discovery.has_public || client->is_public_subject;
        discovery.has_pairwise = discovery.has_pairwise || !client->is_public_subject;
    }
    discovery.issuer = setup->settings->issuer;
    discovery.acr_values = eb_setup_words(all_acr_values(setup), &discovery.acr_value_count);
    discovery.claims = eb_setup_words(claims, &discovery.claim_count);
    discovery.scopes = eb_setup_words(scopes, &discovery.scope_count);
    discovery.languages = setup->pages.languages;
    discovery.language_count = setup->pages.language_count;
    discovery.algs = setup->token_algs;
    discovery.alg_count = setup->token_alg_count;
    return eb_discovery_make(setup->pool, &discovery, ret_json);
}

static const eb_err *make_metadata(const eb_setup *setup, const char **ret_xml)
{
    const eb_saml_policy **policies =
        apr_palloc(setup->pool, sizeof(*policies) * (size_t)setup->providers->nelts);
    eb_sp_metadata_options options = {policies, setup->providers->nelts, NULL};

    for (int i = 0; i < setup->providers->nelts; i++) {
        policies[i] = &APR_ARRAY_IDX(setup->providers, i, eb_provider *)->policy;
    }
    return eb_sp_metadata_make(setup->pool, setup->sp, &options, ret_xml);
}

/* ------------------------------------------------------------------------------- opening */

/* At start the first fault is enough: configtest tells the others. */
typedef struct first_fault {
    apr_pool_t *pool;
    const eb_err *err;
} first_fault;

static void keep_first(void *context, const char *where, const eb_err *err)
{
    first_fault *first = context;

    if (first->err == NULL) {
        first->err = eb_err_make(first->pool, err->id, "%s: %s", where != NULL ? where : "",
                                 err->message != NULL ? err->message : err->title);
    }
}

static void drop_remark(void *context, const char *where, const char *text)
{
    (void)context;
    (void)where;
    (void)text;
}

static const eb_store *make_store(const eb_setup *setup, const eb_backend *backend,
                                  const eb_keyring *keys, const eb_random *random)
{
    eb_store *store = apr_pcalloc(setup->pool, sizeof(*store));

    store->backend = backend;
    store->issuer = setup->settings->issuer;
    memcpy(store->store_key, keys->store_key, sizeof(store->store_key));
    store->seal = &keys->seal;
    store->random = random;
    return store;
}

/* Six characters of the issuer's hash, so that bridges on one host do not share names of cookies.
 */
static const eb_err *make_tag(const eb_setup *setup, const char **ret_tag)
{
    unsigned char hash[32];

    EB_TRY(eb_sha256(setup->pool, eb_span_str(setup->settings->issuer), hash));
    *ret_tag = apr_pstrndup(setup->pool, eb_base64url(setup->pool, hash, sizeof(hash)), 6);
    return NULL;
}

static const eb_client *const *client_list(const eb_setup *setup)
{
    const eb_client **list = apr_palloc(setup->pool, sizeof(*list) * (size_t)setup->clients->nelts);

    for (int i = 0; i < setup->clients->nelts; i++) {
        list[i] = &APR_ARRAY_IDX(setup->clients, i, eb_bridge_client *)->client;
    }
    return list;
}

const eb_err *eb_setup_open(apr_pool_t *pool, const eb_settings *settings,
                            const eb_backend *backend, const eb_random *random, apr_time_t now,
                            const eb_log *log, eb_bridge **ret_bridge)
{
    first_fault first = {pool, NULL};
    eb_setup_report report = {keep_first, drop_remark, &first};
    eb_bridge *bridge = apr_pcalloc(pool, sizeof(*bridge));
    eb_keyring *keys = NULL;
    const eb_pages *pages;
    eb_setup setup;

    memset(&setup, 0, sizeof(setup));
    setup.pool = pool;
    setup.settings = settings;
    setup.now = now;
    setup.report = &report;
    eb_setup_walk(&setup);
    if (first.err == NULL) {
        EB_TRY(eb_setup_open_keys(&setup, random, log, &keys));
    }
    if (first.err != NULL) {
        return first.err;
    }
    EB_TRY(eb_pages_load(pool, &setup.pages, &pages));
    EB_TRY(make_tag(&setup, &bridge->tag));
    bridge->issuer = settings->issuer;
    bridge->host = setup.host;
    bridge->path = setup.path;
    bridge->keys = keys;
    bridge->providers = (const eb_provider *const *)(const void *)setup.providers->elts;
    bridge->provider_count = setup.providers->nelts;
    bridge->default_provider = setup.default_provider;
    bridge->clients = client_list(&setup);
    bridge->client_count = setup.clients->nelts;
    bridge->pages = pages;
    bridge->clock_skew = setup.clock_skew;
    bridge->login_lifetime = setup.login_lifetime;
    bridge->longest_token = eb_setup_longest_token(&setup);
    bridge->max_message = (size_t)setup.max_message;
    bridge->store = make_store(&setup, backend, keys, random);
    bridge->random = random;
    bridge->busy_log = apr_pcalloc(pool, sizeof(*bridge->busy_log));
    EB_TRY(make_discovery(&setup, &bridge->discovery));
    EB_TRY(make_metadata(&setup, &bridge->metadata));
    *ret_bridge = bridge;
    return NULL;
}

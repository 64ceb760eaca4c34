/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The discovery document. A member stands here only while the thing it promises works. */
#include "oidc/discovery.h"

#include "base/json.h"

#include <apr_strings.h>
#include <string.h>

static bool has_text(const json_t *array, const char *text)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (strcmp(json_string_value(json_array_get(array, i)), text) == 0) {
            return true;
        }
    }
    return false;
}

static void add_texts(json_t *array, const char *const *texts, int count)
{
    for (int i = 0; i < count; i++) {
        if (!has_text(array, texts[i])) {
            json_array_append_new(array, json_string(texts[i]));
        }
    }
}

/* Zero-length arrays are left out (RFC 8414 section 3.2). Takes the array over. */
static void set_array(json_t *document, const char *name, json_t *array)
{
    if (json_array_size(array) > 0) {
        json_object_set_new(document, name, array);
    } else {
        json_decref(array);
    }
}

static void set_texts(json_t *document, const char *name, const char *const *texts, int count)
{
    json_t *array = json_array();
    add_texts(array, texts, count);
    set_array(document, name, array);
}

static void set_text(json_t *document, const char *name, const char *text)
{
    set_texts(document, name, &text, 1);
}

static void set_endpoints(apr_pool_t *pool, const char *issuer, json_t *document)
{
    static const char *const endpoints[][2] = {{"authorization_endpoint", "/authorize"},
                                               {"token_endpoint", "/token"},
                                               {"userinfo_endpoint", "/userinfo"},
                                               {"jwks_uri", "/jwks"}};
    json_object_set_new(document, "issuer", json_string(issuer));
    for (size_t i = 0; i < sizeof endpoints / sizeof endpoints[0]; i++) {
        const char *url = apr_pstrcat(pool, issuer, endpoints[i][1], NULL);
        json_object_set_new(document, endpoints[i][0], json_string(url));
    }
}

static void set_clients(const eb_discovery *discovery, json_t *document)
{
    static const struct {
        eb_auth_method method;
        const char *name;
    } methods[] = {{EB_AUTH_BASIC, "client_secret_basic"},
                   {EB_AUTH_POST, "client_secret_post"},
                   {EB_AUTH_NONE, "none"}};
    json_t *auth = json_array(), *subjects = json_array();
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if ((discovery->auth_methods & (unsigned int)methods[i].method) != 0) {
            json_array_append_new(auth, json_string(methods[i].name));
        }
    }
    if (discovery->has_pairwise || !discovery->has_public) {
        json_array_append_new(subjects, json_string("pairwise"));
    }
    if (discovery->has_public) {
        json_array_append_new(subjects, json_string("public"));
    }
    set_array(document, "subject_types_supported", subjects);
    set_array(document, "token_endpoint_auth_methods_supported", auth);
}

static void set_claims(const eb_discovery *discovery, json_t *document)
{
    static const char *const ours[] = {"iss", "sub",       "aud",   "exp",
                                       "iat", "auth_time", "nonce", "at_hash"};
    json_t *claims = json_array();
    add_texts(claims, ours, sizeof ours / sizeof ours[0]);
    if (discovery->acr_value_count > 0) {
        json_array_append_new(claims, json_string("acr"));
    }
    add_texts(claims, discovery->claims, discovery->claim_count);
    set_array(document, "claims_supported", claims);
}

const eb_err *eb_discovery_make(apr_pool_t *pool, const eb_discovery *discovery,
                                const char **ret_json)
{
    static const char *const openid[] = {"openid"}, *const prompts[] = {"none", "login"};
    json_t *document = eb_json_own(pool, json_object());
    set_endpoints(pool, discovery->issuer, document);

    json_t *scopes = json_array(), *algs = json_array();
    add_texts(scopes, openid, 1);
    add_texts(scopes, discovery->scopes, discovery->scope_count);
    set_array(document, "scopes_supported", scopes);
    set_text(document, "response_types_supported", "code");
    set_text(document, "response_modes_supported", "query");
    set_text(document, "grant_types_supported", "authorization_code");
    set_clients(discovery, document);
    for (int i = 0; i < discovery->alg_count; i++) {
        const char *name = eb_jws_name(discovery->algs[i]);
        add_texts(algs, &name, 1);
    }
    set_array(document, "id_token_signing_alg_values_supported", algs);
    set_text(document, "code_challenge_methods_supported", "S256");
    set_texts(document, "acr_values_supported", discovery->acr_values, discovery->acr_value_count);
    set_claims(discovery, document);
    set_texts(document, "prompt_values_supported", prompts, 2);
    set_texts(document, "ui_locales_supported", discovery->languages, discovery->language_count);
    json_object_set_new(document, "authorization_response_iss_parameter_supported", json_true());
    /* The claims parameter binds where it makes acr essential, but names no claim to be released
     * and no `sub` to be matched; a client that reads "true" may count on both. acr_values says all
     * that works. */
    json_object_set_new(document, "claims_parameter_supported", json_false());
    json_object_set_new(document, "request_parameter_supported", json_false());
    json_object_set_new(document, "request_uri_parameter_supported", json_false()); /* else true */

    *ret_json = eb_json_dump(pool, document);
    return *ret_json == NULL
               ? eb_err_make(pool, EB_E_JSON_WRITE, "the discovery document cannot be written")
               : NULL;
}

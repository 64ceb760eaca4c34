/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/authn_request.h"

#include "base/deflate.h"

#include <apr_strings.h>
#include <string.h>

#define BINDING_POST    "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
#define FORMAT_ENTITY   "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
#define NAME_FORMAT_URI "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
#define NS_VETUMA       "urn:vetuma:SAML:2.0:extensions"

#define REDIRECT_URL_MAX 8000 /* what servers and browsers take without asking */
#define RELAY_STATE_MAX  80   /* SAML bindings 3.4.3 */

/* The message in the making. Text alone, because a request has no part that a stranger shapes but
 * what is escaped here, and a tree would cost more than the rest of the redirect. */
typedef struct maker {
    apr_pool_t *pool;
    apr_array_header_t *pieces;
} maker;

static void put(maker *m, const char *text)
{
    APR_ARRAY_PUSH(m->pieces, const char *) = text;
}

static void put_escaped(maker *m, const char *text)
{
    put(m, eb_escape(m->pool, text));
}

static void put_attribute(maker *m, const char *name, const char *value)
{
    put(m, " ");
    put(m, name);
    put(m, "=\"");
    put_escaped(m, value);
    put(m, "\"");
}

static void put_tristate(maker *m, const char *name, eb_tristate value)
{
    if (value != EB_TRISTATE_OMIT) {
        put_attribute(m, name, value == EB_TRISTATE_ON ? "true" : "false");
    }
}

static void put_root(maker *m, const eb_saml_sp *sp, const eb_saml_policy *policy,
                     const eb_authn_request *request, const char *destination)
{
    put(m, "<samlp:AuthnRequest xmlns:samlp=\"" EB_NS_SAMLP "\" xmlns:saml=\"" EB_NS_SAML "\"");
    put_attribute(m, "ID", request->id);
    put_attribute(m, "Version", "2.0");
    put_attribute(m, "IssueInstant", eb_time_format_xml(m->pool, request->issue_instant));
    put_attribute(m, "Destination", destination);
    bool is_forced = request->force_authn || eb_levels_force_authn(policy, request->floor);
    put_tristate(m, "ForceAuthn", is_forced ? EB_TRISTATE_ON : policy->force_authn);
    put_tristate(m, "IsPassive", policy->is_passive);
    if (policy->request_acs == EB_ACS_URL) {
        put_attribute(m, "ProtocolBinding", BINDING_POST);
        put_attribute(m, "AssertionConsumerServiceURL", sp->acs_url);
    } else if (policy->request_acs == EB_ACS_INDEX) {
        put_attribute(m, "AssertionConsumerServiceIndex", "0");
    }
    /* the index exists where our metadata has attributes to list (saml/sp_metadata) */
    if (policy->request_attribute_index && policy->requested_count > 0) {
        put_attribute(m, "AttributeConsumingServiceIndex", "0");
    }
    put(m, "><saml:Issuer");
    if (policy->qualified_issuer) {
        put_attribute(m, "Format", FORMAT_ENTITY);
        put_attribute(m, "NameQualifier", sp->entity_id);
    }
    put(m, ">");
    put_escaped(m, sp->entity_id);
    put(m, "</saml:Issuer>");
}

/* Suomi.fi knows these three; for others its own default is better than an error. */
static bool is_vetuma_language(const char *language)
{
    return language != NULL && (strcmp(language, "fi") == 0 || strcmp(language, "sv") == 0 ||
                                strcmp(language, "en") == 0);
}

static void put_requested_attributes(maker *m, const eb_saml_policy *policy)
{
    put(m, "<eidas:RequestedAttributes>");
    for (int i = 0; i < policy->requested_count; i++) {
        const eb_requested_attribute *one = &policy->requested[i];
        put(m, "<eidas:RequestedAttribute");
        if (one->friendly_name != NULL) {
            put_attribute(m, "FriendlyName", one->friendly_name);
        }
        put_attribute(m, "Name", one->name);
        put_attribute(m, "NameFormat", NAME_FORMAT_URI);
        put_attribute(m, "isRequired", one->is_required ? "true" : "false");
        put(m, "/>");
    }
    put(m, "</eidas:RequestedAttributes>");
}

/* The element may not be empty (SAML core 3.2.1), so it is there only with content. */
static void put_extensions(maker *m, const eb_saml_policy *policy, const eb_authn_request *request)
{
    bool has_type = policy->sp_type != EB_SPTYPE_NONE;
    bool has_attributes = policy->request_attributes_in_request;
    bool has_language = policy->vetuma_language && is_vetuma_language(request->language);

    if (!has_type && !has_attributes && !has_language) {
        return;
    }
    put(m, "<samlp:Extensions");
    if (has_type || has_attributes) {
        put(m, " xmlns:eidas=\"" EB_NS_EIDAS "\"");
    }
    put(m, ">");
    if (has_type) {
        put(m, policy->sp_type == EB_SPTYPE_PUBLIC ? "<eidas:SPType>public</eidas:SPType>"
                                                   : "<eidas:SPType>private</eidas:SPType>");
    }
    if (has_attributes) {
        put_requested_attributes(m, policy);
    }
    if (has_language) {
        put(m, "<vetuma xmlns=\"" NS_VETUMA "\"><LG>");
        put(m, request->language);
        put(m, "</LG></vetuma>");
    }
    put(m, "</samlp:Extensions>");
}

static void put_name_id_policy(maker *m, const eb_saml_policy *policy)
{
    if (policy->name_id_format == NULL) {
        return;
    }
    put(m, "<samlp:NameIDPolicy");
    put_attribute(m, "Format", policy->name_id_format);
    if (policy->allow_create) {
        put_attribute(m, "AllowCreate", "true");
    }
    put(m, "/>");
}

static void put_context(maker *m, const eb_saml_policy *policy, eb_level floor)
{
    apr_array_header_t *uris = eb_levels_request(m->pool, policy, floor);

    if (uris->nelts == 0) {
        return;
    }
    put(m, eb_levels_comparison(policy) == EB_COMPARISON_MINIMUM
               ? "<samlp:RequestedAuthnContext Comparison=\"minimum\">"
               : "<samlp:RequestedAuthnContext Comparison=\"exact\">");
    for (int i = 0; i < uris->nelts; i++) {
        put(m, "<saml:AuthnContextClassRef>");
        put_escaped(m, APR_ARRAY_IDX(uris, i, const char *));
        put(m, "</saml:AuthnContextClassRef>");
    }
    put(m, "</samlp:RequestedAuthnContext>");
}

/* Whom a proxy may send the person to, and on whose behalf we ask (SAML core 3.4.1.2). */
static void put_scoping(maker *m, const eb_saml_policy *policy)
{
    if (policy->idp_list_count == 0 && policy->requester_id == NULL) {
        return;
    }
    put(m, "<samlp:Scoping>");
    for (int i = 0; i < policy->idp_list_count; i++) {
        put(m, i == 0 ? "<samlp:IDPList><samlp:IDPEntry" : "<samlp:IDPEntry");
        put_attribute(m, "ProviderID", policy->idp_list[i]);
        put(m, i + 1 == policy->idp_list_count ? "/></samlp:IDPList>" : "/>");
    }
    if (policy->requester_id != NULL) {
        put(m, "<samlp:RequesterID>");
        put_escaped(m, policy->requester_id);
        put(m, "</samlp:RequesterID>");
    }
    put(m, "</samlp:Scoping>");
}

static const char *make_xml(apr_pool_t *pool, const eb_saml_sp *sp, const eb_saml_policy *policy,
                            const eb_authn_request *request, const char *destination)
{
    maker m = {pool, apr_array_make(pool, 160, sizeof(const char *))};

    put_root(&m, sp, policy, request, destination);
    put_extensions(&m, policy, request);
    put_name_id_policy(&m, policy);
    put_context(&m, policy, request->floor);
    put_scoping(&m, policy);
    put(&m, "</samlp:AuthnRequest>");
    return apr_array_pstrcat(pool, m.pieces, 0);
}

/* The first of a list that is in the set; NULL when none is. */
static const eb_alg *first_in(const eb_alg_set *order, size_t count, eb_alg_set set)
{
    for (size_t i = 0; i < count; i++) {
        if ((order[i] & set) != 0) {
            return eb_alg_by_bit(order[i]);
        }
    }
    return NULL;
}

/* SignatureMethod decides; else our key's kind, and of an RSA key's two families the one that the
 * profile or the provider's metadata wants. A provider that lists nothing our key can make gets the
 * default: its list may be about other things, and it will say no itself. */
static const eb_alg *choose_signature(const eb_saml_policy *policy, const eb_peer *peer,
                                      const EVP_PKEY *key)
{
    static const eb_alg_set pkcs1_first[] = {EB_ALG_RSA_SHA256, EB_ALG_RSA_SHA512,
                                             EB_ALG_RSA_SHA384, EB_ALG_PSS_SHA256,
                                             EB_ALG_PSS_SHA512, EB_ALG_PSS_SHA384};
    static const eb_alg_set pss_first[] = {EB_ALG_PSS_SHA256, EB_ALG_PSS_SHA512, EB_ALG_PSS_SHA384};
    static const eb_alg_set ecdsa[] = {EB_ALG_ECDSA_SHA256, EB_ALG_ECDSA_SHA384,
                                       EB_ALG_ECDSA_SHA512};
    eb_alg_set fitting = EVP_PKEY_is_a(key, "EC") ? EB_ALG_SIGNATURES_ECDSA
                                                  : EB_ALG_SIGNATURES_RSA | EB_ALG_SIGNATURES_PSS;

    if ((policy->signature_method & fitting) != 0) {
        return eb_alg_by_bit(policy->signature_method);
    }
    eb_alg_set usual = eb_alg_default_signature(key, policy->prefer_pss);
    if (peer->signing_methods == 0 || (peer->signing_methods & usual) != 0) {
        return eb_alg_by_bit(usual);
    }
    const eb_alg *wanted;
    if (EVP_PKEY_is_a(key, "EC")) {
        wanted = first_in(ecdsa, 3, peer->signing_methods);
    } else if (policy->prefer_pss) {
        wanted = first_in(pss_first, 3, peer->signing_methods);
    } else {
        wanted = first_in(pkcs1_first, 6, peer->signing_methods);
    }
    return wanted != NULL ? wanted : eb_alg_by_bit(usual);
}

/* SAML bindings 3.4.4.1: what is signed is this very text, so it is made once and never again. */
static const eb_err *make_query(apr_pool_t *pool, const char *xml, const char *relay_state,
                                const eb_alg *alg, const char **ret_query)
{
    eb_span deflated;

    EB_TRY(eb_deflate(pool, eb_span_str(xml), &deflated));
    *ret_query = apr_pstrcat(
        pool, "SAMLRequest=", eb_percent_encode(pool, eb_base64(pool, deflated.data, deflated.len)),
        relay_state == NULL ? "" : "&RelayState=",
        relay_state == NULL ? "" : eb_percent_encode(pool, relay_state),
        "&SigAlg=", eb_percent_encode(pool, alg->uri), NULL);
    return NULL;
}

/* Between the location and our query: the location may bring a query of its own. */
static const char *joint(const char *location)
{
    const char *query = strchr(location, '?');

    if (query == NULL) {
        return "?";
    }
    char last = query[strlen(query) - 1];
    return last == '?' || last == '&' ? "" : "&";
}

/* What the signature adds at most: base64 of the largest signature, with some octets escaped. */
static size_t signature_room(const EVP_PKEY *key)
{
    return strlen("&Signature=") + (size_t)EVP_PKEY_get_size(key) * 2 + 64;
}

static const eb_err *sign_error(apr_pool_t *pool, const eb_err *cause)
{
    return eb_err_make(pool, EB_E_REQUEST_SIGN, "%s %s", cause->code, cause->message);
}

static const eb_err *make_post(apr_pool_t *pool, const char *xml, const eb_saml_key *key,
                               const eb_alg *alg, const char **ret_base64)
{
    xmlDocPtr doc;
    const eb_err *err = eb_xml_parse(pool, xml, strlen(xml), &eb_xml_message_limits, &doc);

    if (err == NULL) {
        err = eb_xmldsig_sign(pool, xmlDocGetRootElement(doc), key->key, alg, key->certificate);
    }
    if (err != NULL) {
        return sign_error(pool, err);
    }
    const char *text = eb_xml_serialize(pool, doc, xmlDocGetRootElement(doc));
    *ret_base64 = eb_base64(pool, text, strlen(text));
    return NULL;
}

const eb_err *eb_authn_request_make(apr_pool_t *pool, const eb_saml_sp *sp,
                                    const eb_saml_policy *policy, const eb_peer *peer,
                                    const eb_authn_request *request, eb_authn_message *ret_message)
{
    bool may_redirect = policy->request_binding != EB_BINDING_POST && peer->sso_redirect != NULL;
    bool may_post = policy->request_binding != EB_BINDING_REDIRECT && peer->sso_post != NULL;

    if (!may_redirect && !may_post) {
        return eb_err_make(pool, EB_E_METADATA_ENDPOINT,
                           "%s has no SingleSignOnService for RequestBinding %s", peer->entity_id,
                           policy->request_binding == EB_BINDING_POST ? "post" : "redirect");
    }
    if (sp->keys->signing_count == 0) {
        return eb_err_make(pool, EB_E_REQUEST_SIGN, "there is no signing key");
    }
    if (request->relay_state != NULL && strlen(request->relay_state) > RELAY_STATE_MAX) {
        return eb_err_make(pool, EB_E_REQUEST_SIGN, "RelayState is longer than %d bytes",
                           RELAY_STATE_MAX);
    }
    const eb_saml_key *key = &sp->keys->signing[0];
    const eb_alg *alg = choose_signature(policy, peer, key->key);
    if (alg == NULL) {
        return eb_err_make(pool, EB_E_REQUEST_SIGN, "the signing key is neither RSA nor EC");
    }
    if (may_redirect) {
        const char *query;
        const char *signature;
        EB_TRY(make_query(pool, make_xml(pool, sp, policy, request, peer->sso_redirect),
                          request->relay_state, alg, &query));
        size_t len = strlen(peer->sso_redirect) + 1 + strlen(query) + signature_room(key->key);
        if (len < REDIRECT_URL_MAX || !may_post) {
            const eb_err *err =
                eb_xmldsig_sign_bytes(pool, eb_span_str(query), key->key, alg, &signature);
            if (err != NULL) {
                return sign_error(pool, err);
            }
            ret_message->is_post = false;
            ret_message->url =
                apr_pstrcat(pool, peer->sso_redirect, joint(peer->sso_redirect), query,
                            "&Signature=", eb_percent_encode(pool, signature), NULL);
            ret_message->saml_request = NULL;
            ret_message->relay_state = NULL;
            return NULL;
        }
    }
    EB_TRY(make_post(pool, make_xml(pool, sp, policy, request, peer->sso_post), key, alg,
                     &ret_message->saml_request));
    ret_message->is_post = true;
    ret_message->url = peer->sso_post;
    ret_message->relay_state = request->relay_state;
    return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/peer.h"

#include "keys/keyfile.h"
#include "saml/key_use.h"

#include <apr_strings.h>
#include <string.h>

#define PROTOCOL_SAML2   "urn:oasis:names:tc:SAML:2.0:protocol"
#define BINDING_REDIRECT "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
#define BINDING_POST     "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

/* The search through a document: the entity wanted, and what was met on the way. */
typedef struct search {
    apr_pool_t *pool;
    const char *entity_id; /* NULL: any with a role for us */
    xmlNodePtr entity;
    xmlNodePtr role;
    int found;            /* entities that fit */
    int seen;             /* EntityDescriptors in all */
    bool is_role_missing; /* the entity is here, but is no identity provider of SAML 2.0 */
} search;

static bool has_word(apr_pool_t *pool, const char *list, const char *word)
{
    apr_array_header_t *words = eb_split_words(pool, list == NULL ? "" : list);

    for (int i = 0; i < words->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(words, i, const char *), word) == 0) {
            return true;
        }
    }
    return false;
}

/* The first role as identity provider that speaks SAML 2.0: the schema allows one for each set of
 * protocols. */
static xmlNodePtr find_role(apr_pool_t *pool, xmlNodePtr entity)
{
    for (xmlNodePtr n = eb_xml_first(entity); n != NULL; n = eb_xml_next(n)) {
        if (eb_xml_is(n, EB_NS_MD, "IDPSSODescriptor") &&
            has_word(pool, eb_xml_attribute(pool, n, "protocolSupportEnumeration"),
                     PROTOCOL_SAML2)) {
            return n;
        }
    }
    return NULL;
}

/* Depth is bounded by the parser's limit. */
static void search_in(search *s, xmlNodePtr node)
{
    if (eb_xml_is(node, EB_NS_MD, "EntitiesDescriptor")) {
        for (xmlNodePtr n = eb_xml_first(node); n != NULL; n = eb_xml_next(n)) {
            search_in(s, n);
        }
        return;
    }
    if (!eb_xml_is(node, EB_NS_MD, "EntityDescriptor")) {
        return;
    }
    s->seen++;
    const char *id = eb_xml_attribute(s->pool, node, "entityID");
    if (id == NULL || (s->entity_id != NULL && strcmp(id, s->entity_id) != 0)) {
        return;
    }
    xmlNodePtr role = find_role(s->pool, node);
    if (role == NULL) {
        s->is_role_missing = true;
        return;
    }
    s->found++;
    s->entity = node;
    s->role = role;
}

static const eb_err *find_entity(search *s, xmlNodePtr root)
{
    search_in(s, root);
    const char *wanted =
        s->entity_id == NULL ? "an identity provider" : eb_printable(s->pool, s->entity_id);
    if (s->found == 0) {
        return eb_err_make(s->pool, EB_E_METADATA_ENTITY, "%s is not among the %d entities%s",
                           wanted, s->seen,
                           s->is_role_missing ? " with an IDPSSODescriptor for SAML 2.0" : "");
    }
    if (s->found > 1) {
        return eb_err_make(s->pool, EB_E_METADATA_ENTITY, "%s is there %d times%s", wanted,
                           s->found, s->entity_id == NULL ? "; say which one with EntityID" : "");
    }
    return NULL;
}

/* What is valid no longer than its parent says: the earliest validUntil from the role up to the
 * root. */
static const eb_err *check_validity(apr_pool_t *pool, xmlNodePtr role, apr_time_t now,
                                    apr_time_t *ret_until)
{
    apr_time_t earliest = 0;

    for (xmlNodePtr n = role; n != NULL && n->type == XML_ELEMENT_NODE; n = n->parent) {
        const char *text = eb_xml_attribute(pool, n, "validUntil");
        apr_time_t until;
        if (text == NULL) {
            continue;
        }
        if (!eb_time_parse_xml(text, &until)) {
            return eb_err_make(pool, EB_E_METADATA_EXPIRED,
                               "validUntil of %s is \"%s\", not a time in UTC",
                               (const char *)n->name, eb_printable(pool, text));
        }
        if (now >= until) {
            return eb_err_make(pool, EB_E_METADATA_EXPIRED, "%s was valid until %s",
                               (const char *)n->name, eb_time_format_xml(pool, until));
        }
        if (earliest == 0 || until < earliest) {
            earliest = until;
        }
    }
    *ret_until = earliest;
    return NULL;
}

/* One key for each KeyDescriptor: the first certificate. Further ones can only be the same key or
 * the chain above it (SAML metadata interoperability profile 2.6.1), and a CA must never count as a
 * key of the provider. Validity and issuer of the certificate mean nothing here: the metadata
 * vouches. */
static const eb_err *read_key(apr_pool_t *pool, xmlNodePtr descriptor, eb_verify_key *ret_key)
{
    xmlNodePtr info = eb_xml_child(descriptor, EB_NS_DS, "KeyInfo");
    xmlNodePtr data = eb_xml_child(info, EB_NS_DS, "X509Data");
    xmlNodePtr node = eb_xml_child(data, EB_NS_DS, "X509Certificate");
    eb_certificate certificate;
    eb_span der;

    if (node == NULL) {
        return eb_err_make(pool, EB_E_METADATA_KEYS, "a KeyDescriptor has no X509Certificate");
    }
    const char *text = eb_xml_text(pool, node);
    if (!eb_base64_decode(pool, text, strlen(text), &der)) {
        return eb_err_make(pool, EB_E_METADATA_KEYS, "an X509Certificate is not base64");
    }
    EB_TRY(eb_der_certificate(pool, der, "metadata", &certificate));
    ret_key->key = certificate.key;
    ret_key->fingerprint = certificate.fingerprint;
    return NULL;
}

static const eb_err *read_keys(apr_pool_t *pool, xmlNodePtr role, const eb_alg_policy *policy,
                               eb_peer *peer)
{
    apr_array_header_t *keys = apr_array_make(pool, 2, sizeof(eb_verify_key));
    const eb_err *last = NULL;

    for (xmlNodePtr n = eb_xml_first(role); n != NULL; n = eb_xml_next(n)) {
        if (!eb_xml_is(n, EB_NS_MD, "KeyDescriptor")) {
            continue;
        }
        const char *use = eb_xml_attribute(pool, n, "use");
        if (use != NULL && strcmp(use, "signing") != 0) {
            continue;
        }
        eb_verify_key key = {NULL, NULL};
        const eb_err *err = read_key(pool, n, &key);
        if (err == NULL) {
            err = eb_alg_check_key(pool, key.key, policy);
        }
        if (err == NULL) {
            eb_key_prepare(pool, key.key, EB_KEY_VERIFY, policy->allowed);
            APR_ARRAY_PUSH(keys, eb_verify_key) = key;
        } else {
            last = err; /* told only if no other key is left */
        }
    }
    if (keys->nelts == 0) {
        return eb_err_make(pool, EB_E_METADATA_KEYS, "no usable signing key: %s",
                           last == NULL ? "there is no KeyDescriptor for signing" : last->message);
    }
    peer->signing_keys = (const eb_verify_key *)keys->elts;
    peer->signing_key_count = keys->nelts;
    return NULL;
}

/* The location becomes a Location header or a form's action: absolute, https (http on this very
 * machine, for development), and nothing in it that would need escaping or end it early. */
static bool is_usable_location(const char *location)
{
    static const char *const loopback[] = {"http://localhost", "http://127.0.0.1", "http://[::1]"};

    for (const char *c = location; *c != '\0'; c++) {
        if (*c <= ' ' || *c > '~' || strchr("\"<>\\^`{|}#", *c) != NULL) {
            return false;
        }
    }
    if (strncmp(location, "https://", 8) == 0) {
        return location[8] != '\0' && location[8] != '/';
    }
    for (size_t i = 0; i < sizeof(loopback) / sizeof(loopback[0]); i++) {
        size_t len = strlen(loopback[i]);
        if (strncmp(location, loopback[i], len) == 0 &&
            (location[len] == '\0' || location[len] == '/' || location[len] == ':')) {
            /* "http://localhost:80@elsewhere/" is elsewhere */
            return strchr(location, '@') == NULL;
        }
    }
    return false;
}

static const eb_err *read_endpoints(apr_pool_t *pool, xmlNodePtr role, eb_peer *peer)
{
    const char *refused = NULL;

    for (xmlNodePtr n = eb_xml_first(role); n != NULL; n = eb_xml_next(n)) {
        if (!eb_xml_is(n, EB_NS_MD, "SingleSignOnService")) {
            continue;
        }
        const char *binding = eb_xml_attribute(pool, n, "Binding");
        const char *location = eb_xml_attribute(pool, n, "Location");
        if (binding == NULL || location == NULL) {
            continue;
        }
        const char **slot = NULL;
        if (strcmp(binding, BINDING_REDIRECT) == 0) {
            slot = &peer->sso_redirect;
        } else if (strcmp(binding, BINDING_POST) == 0) {
            slot = &peer->sso_post;
        }
        if (slot == NULL || *slot != NULL) {
            continue;
        }
        if (is_usable_location(location)) {
            *slot = location;
        } else {
            refused = location;
        }
    }
    if (peer->sso_redirect == NULL && peer->sso_post == NULL) {
        return eb_err_make(pool, EB_E_METADATA_ENDPOINT,
                           "no SingleSignOnService by HTTP-Redirect or HTTP-POST at https%s%s",
                           refused == NULL ? "" : "; found ",
                           refused == NULL ? "" : eb_printable(pool, refused));
    }
    return NULL;
}

static void read_names(apr_pool_t *pool, xmlNodePtr parent, const char *ns, const char *local,
                       eb_peer *peer)
{
    apr_array_header_t *names = apr_array_make(pool, 3, sizeof(eb_display_name));

    for (xmlNodePtr n = eb_xml_first(parent); n != NULL; n = eb_xml_next(n)) {
        const char *text;
        if (!eb_xml_is(n, ns, local) || *(text = eb_xml_trimmed(pool, n)) == '\0') {
            continue;
        }
        xmlChar *language =
            xmlGetNsProp(n, (const xmlChar *)"lang", (const xmlChar *)XML_XML_NAMESPACE);
        eb_display_name *name = &APR_ARRAY_PUSH(names, eb_display_name);
        name->language = language == NULL ? "" : apr_pstrdup(pool, (const char *)language);
        name->text = text;
        xmlFree(language);
    }
    peer->display_names = (const eb_display_name *)names->elts;
    peer->display_name_count = names->nelts;
}

static eb_alg_set read_signing_methods(apr_pool_t *pool, xmlNodePtr parent)
{
    xmlNodePtr extensions = eb_xml_child(parent, EB_NS_MD, "Extensions");
    eb_alg_set methods = 0;

    for (xmlNodePtr n = eb_xml_first(extensions); n != NULL; n = eb_xml_next(n)) {
        if (eb_xml_is(n, EB_NS_ALG, "SigningMethod")) {
            const char *uri = eb_xml_attribute(pool, n, "Algorithm");
            const eb_alg *alg = uri == NULL ? NULL : eb_alg_by_uri(uri);
            methods |= alg == NULL ? 0 : alg->bit;
        }
    }
    return methods;
}

const eb_err *eb_peer_parse(apr_pool_t *pool, eb_span metadata, const char *entity_id,
                            const eb_saml_policy *policy, apr_time_t now, const eb_peer **ret_peer)
{
    search s = {.pool = pool, .entity_id = entity_id};
    eb_peer *peer = apr_pcalloc(pool, sizeof(*peer));
    xmlDocPtr doc;

    EB_TRY(eb_xml_parse(pool, metadata.data, metadata.len, &eb_xml_metadata_limits, &doc));
    EB_TRY(find_entity(&s, xmlDocGetRootElement(doc)));
    EB_TRY(check_validity(pool, s.role, now, &peer->valid_until));
    peer->entity_id = eb_xml_attribute(pool, s.entity, "entityID");
    EB_TRY(read_keys(pool, s.role, &policy->algorithms, peer));
    EB_TRY(read_endpoints(pool, s.role, peer));

    const char *wants = eb_xml_attribute(pool, s.role, "WantAuthnRequestsSigned");
    peer->wants_signed_requests =
        wants != NULL && (strcmp(wants, "true") == 0 || strcmp(wants, "1") == 0);

    xmlNodePtr info =
        eb_xml_child(eb_xml_child(s.role, EB_NS_MD, "Extensions"), EB_NS_MDUI, "UIInfo");
    read_names(pool, info, EB_NS_MDUI, "DisplayName", peer);
    if (peer->display_name_count == 0) {
        read_names(pool, eb_xml_child(s.entity, EB_NS_MD, "Organization"), EB_NS_MD,
                   "OrganizationDisplayName", peer);
    }
    /* The role's own list stands in place of the entity's (SAML algorithm support 2.4). */
    peer->signing_methods = read_signing_methods(pool, s.role);
    if (peer->signing_methods == 0) {
        peer->signing_methods = read_signing_methods(pool, s.entity);
    }
    *ret_peer = peer;
    return NULL;
}

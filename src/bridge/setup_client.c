/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clients: each section judged and made into what the OIDC rooms read. */
#include "bridge/claims.h"
#include "bridge/setup_internal.h"

#include "keys/keyfile.h"
#include "state/limits.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#define CLIENT_ID_MAX 128
#define SECRET_SHORT  32 /* characters; fewer are remarked upon */
#define SECRET_LEAST  8

typedef struct making {
    eb_setup *setup;
    const eb_client_settings *settings;
    eb_client *client;
} making;

static const char *place(const making *m, const char *word, const char *value)
{
    return eb_settings_place(m->setup->pool, m->settings->places, word, value, m->settings->where);
}

static const char *printable(const making *m, const char *text)
{
    return eb_printable(m->setup->pool, text);
}

/* ------------------------------------------------------------------- id, secrets, methods */

static bool is_client_id(const char *id)
{
    static const char accepted[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/@+";
    size_t len = strlen(id);

    return len >= 1 && len <= CLIENT_ID_MAX && strspn(id, accepted) == len;
}

static void check_id(const making *m)
{
    const apr_array_header_t *made = m->setup->clients;
    unsigned char own[4], other[4];

    if (!is_client_id(m->settings->id)) {
        eb_setup_fault(
            m->setup, m->settings->where, EB_E_CONFIG_NAME,
            "<EidasClient>: found '%s', accepted are 1 to %d of A-Z a-z 0-9 - . _ ~ : / @ +",
            printable(m, m->settings->id), CLIENT_ID_MAX);
    }
    eb_client_tag(m->settings->id, own);
    for (int i = 0; i < made->nelts; i++) {
        const char *id = APR_ARRAY_IDX(made, i, eb_bridge_client *)->client.id;
        eb_client_tag(id, other);
        if (strcmp(id, m->settings->id) == 0) {
            eb_setup_fault(m->setup, m->settings->where, EB_E_CONFIG_REPEATED,
                           "a second <EidasClient %s>", printable(m, id));
        } else if (memcmp(own, other, sizeof(own)) == 0) {
            eb_setup_fault(
                m->setup, m->settings->where, EB_E_CONFIG_CLIENT_TAG,
                "the clients '%s' and '%s' have the same tag in RelayState: rename one of them",
                printable(m, id), printable(m, m->settings->id));
        }
    }
}

static void read_secret(const making *m, const char *source, apr_array_header_t *secrets)
{
    eb_setup *setup = m->setup;
    const char *where = place(m, "Secret", source), *secret = NULL;
    bool is_denied = false;
    const eb_err *err = eb_secret_read(setup->pool, source, setup->is_check, &is_denied, &secret);

    if (err != NULL && is_denied && setup->is_check) {
        eb_setup_remark(setup, where,
                        "Secret of client %s was not checked: this user may not read it",
                        printable(m, m->settings->id));
        return;
    }
    if (err != NULL) {
        eb_setup_fault_err(setup, where, err);
        return;
    }
    if (secret == NULL) {
        eb_setup_remark(setup, where,
                        "Secret of client %s was not checked: commands are run at start only",
                        printable(m, m->settings->id));
        return;
    }
    if (strlen(secret) < SECRET_LEAST || !eb_is_utf8(secret, strlen(secret)) ||
        strpbrk(secret, "\r\n") != NULL) {
        eb_setup_fault(
            setup, where, EB_E_CONFIG_SECRET,
            "Secret of client %s: accepted is one line of UTF-8 with at least %d characters",
            printable(m, m->settings->id), SECRET_LEAST);
        return;
    }
    if (strlen(secret) < SECRET_SHORT) {
        eb_setup_remark(setup, where,
                        "Secret of client %s is short: %d random characters and more are safe",
                        printable(m, m->settings->id), SECRET_SHORT);
    }
    APR_ARRAY_PUSH(secrets, const char *) = secret;
}

static void make_authentication(const making *m)
{
    eb_client *client = m->client;
    const apr_array_header_t *sources = m->settings->secrets;
    apr_array_header_t *secrets = apr_array_make(m->setup->pool, 2, sizeof(const char *));
    unsigned int methods = m->settings->auth_methods;
    const char *where = place(m, "AuthMethod", NULL);

    if (sources == NULL) {
        client->auth_methods = EB_AUTH_NONE;
        if (methods != 0 && methods != EB_AUTH_NONE) {
            eb_setup_fault(m->setup, where, EB_E_CONFIG_AUTH_METHOD,
                           "AuthMethod basic or post: client %s has no Secret",
                           printable(m, client->id));
        }
        return;
    }
    client->auth_methods = methods != 0 ? methods : EB_AUTH_BASIC | EB_AUTH_POST;
    if ((methods & EB_AUTH_NONE) != 0) {
        eb_setup_fault(m->setup, where, EB_E_CONFIG_AUTH_METHOD,
                       "AuthMethod none: client %s has a Secret, so it must use it",
                       printable(m, client->id));
    }
    if (sources->nelts > 2) {
        eb_setup_fault(
            m->setup, place(m, "Secret", NULL), EB_E_CONFIG_SECRET,
            "client %s has %d secrets, accepted are two: the one in use and its successor",
            printable(m, client->id), sources->nelts);
    }
    for (int i = 0; i < sources->nelts && i < 2; i++) {
        read_secret(m, APR_ARRAY_IDX(sources, i, const char *), secrets);
    }
    client->secrets = eb_setup_words(secrets, &client->secret_count);
}

/* --------------------------------------------------------------------------- addresses */

/* Host of an absolute URI without user name, in lower case; NULL when there is none. */
static const char *host_of(apr_pool_t *pool, const char *uri)
{
    const char *authority = strstr(uri, "://");
    size_t len;
    char *host;

    if (authority == NULL) {
        return NULL;
    }
    authority += 3;
    len = authority[0] == '[' ? strcspn(authority, "]/?#") + 1 : strcspn(authority, ":/?#");
    if (len == 0 || len > strlen(authority)) {
        return NULL;
    }
    host = apr_pstrmemdup(pool, authority, len);
    for (char *c = host; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z') {
            *c = (char)(*c - 'A' + 'a');
        }
    }
    return host;
}

static void make_redirect_uris(const making *m, bool is_public)
{
    eb_client *client = m->client;

    client->redirect_uris = eb_setup_words(m->settings->redirect_uris, &client->redirect_uri_count);
    if (client->redirect_uri_count == 0) {
        eb_setup_fault(m->setup, m->settings->where, EB_E_CONFIG_MISSING,
                       "<EidasClient %s> needs RedirectURI", printable(m, client->id));
    }
    for (int i = 0; i < client->redirect_uri_count; i++) {
        const char *uri = client->redirect_uris[i];
        const char *where = place(m, "RedirectURI", uri);
        const char *fault = eb_client_redirect_uri_fault(m->setup->pool, uri, is_public);
        if (fault != NULL) {
            eb_setup_fault(m->setup, where, EB_E_CONFIG_REDIRECT_URI, "RedirectURI: found '%s': %s",
                           printable(m, uri), fault);
        } else if (!is_public && strncmp(uri, "http:", 5) == 0) {
            eb_setup_remark(m->setup, where, "RedirectURI %s is not https: for development only",
                            printable(m, uri));
        }
        for (int j = 0; j < i; j++) {
            if (strcmp(client->redirect_uris[j], uri) == 0) {
                eb_setup_fault(m->setup, where, EB_E_CONFIG_REDIRECT_URI,
                               "RedirectURI: %s is given twice", printable(m, uri));
            }
        }
    }
}

static bool is_host(const char *text)
{
    size_t len = strlen(text);

    return len >= 1 && len <= 253 &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-.:[]") == len;
}

/* The sector is part of every pairwise `sub`: it must never change by accident, so it is never
 * guessed from several. */
static void make_sector(const making *m)
{
    eb_client *client = m->client;
    apr_pool_t *pool = m->setup->pool;
    const char *given = m->settings->sector_identifier, *host = NULL;

    if (given != NULL) {
        if (strncmp(given, "https://", 8) == 0) {
            given = host_of(pool, given);
        }
        if (given == NULL || !is_host(given)) {
            eb_setup_fault(m->setup, place(m, "SectorIdentifier", NULL), EB_E_CONFIG_SECTOR,
                           "SectorIdentifier: found '%s', accepted is a host name in lower case or "
                           "an https URL",
                           printable(m, m->settings->sector_identifier));
            given = "invalid";
        }
        client->sector = given;
        return;
    }
    for (int i = 0; i < client->redirect_uri_count; i++) {
        const char *one = host_of(pool, client->redirect_uris[i]);
        if (one == NULL) {
            one = "";
        }
        if (host == NULL) {
            host = one;
        } else if (strcmp(host, one) != 0) {
            eb_setup_fault(
                m->setup, m->settings->where, EB_E_CONFIG_SECTOR,
                "<EidasClient %s> has redirect URIs at several hosts, so it needs SectorIdentifier",
                printable(m, client->id));
            break;
        }
    }
    if (host != NULL && *host == '\0') {
        eb_setup_fault(
            m->setup, m->settings->where, EB_E_CONFIG_SECTOR,
            "<EidasClient %s> has a redirect URI without a host, so it needs SectorIdentifier",
            printable(m, client->id));
    }
    client->sector = host != NULL ? host : "invalid";
}

/* scheme://host[:port] as a browser writes it in its Origin header: small letters, no port that
 * goes without saying (RFC 6454 section 6.2). NULL for other schemes. */
static const char *origin_of(apr_pool_t *pool, const char *uri)
{
    bool is_https = strncmp(uri, "https://", 8) == 0;
    const char *usual = is_https ? ":443" : ":80";
    size_t scheme = is_https ? 8 : 7, usual_len = strlen(usual), len;
    char *origin;

    if (!is_https && strncmp(uri, "http://", 7) != 0) {
        return NULL;
    }
    len = scheme + strcspn(uri + scheme, "/?#");
    origin = apr_pstrmemdup(pool, uri, len);
    for (char *c = origin; *c != '\0'; c++) {
        *c = (char)apr_tolower(*c);
    }
    if (strcmp(origin + len - usual_len, usual) == 0) {
        origin[len - usual_len] = '\0';
    }
    return origin;
}

static bool is_origin(apr_pool_t *pool, const char *text)
{
    const char *authority = strstr(text, "://");
    const char *origin = origin_of(pool, text);

    return origin != NULL && strcmp(origin, text) == 0 && is_host(authority + 3) &&
           eb_client_redirect_uri_fault(pool, text, true) == NULL;
}

static void make_origins(const making *m, bool is_public)
{
    eb_client *client = m->client;
    apr_pool_t *pool = m->setup->pool;
    const apr_array_header_t *given = m->settings->allowed_origins;
    apr_array_header_t *origins = apr_array_make(pool, 4, sizeof(const char *));

    for (int i = 0; given != NULL && i < given->nelts; i++) {
        const char *origin = APR_ARRAY_IDX(given, i, const char *);
        if (!is_origin(pool, origin)) {
            eb_setup_fault(m->setup, place(m, "AllowedOrigin", origin), EB_E_CONFIG_ORIGIN,
                           "AllowedOrigin: found '%s', accepted is https://host[:port] as browsers "
                           "send it, in "
                           "lower case and without :443",
                           printable(m, origin));
        }
        APR_ARRAY_PUSH(origins, const char *) = origin;
    }
    for (int i = 0; given == NULL && is_public && i < client->redirect_uri_count; i++) {
        const char *origin = origin_of(pool, client->redirect_uris[i]);
        if (origin != NULL) {
            APR_ARRAY_PUSH(origins, const char *) = origin;
        }
    }
    client->allowed_origins = eb_setup_words(origins, &client->allowed_origin_count);
    client->home_url = m->settings->home_url;
    if (client->home_url != NULL &&
        eb_client_redirect_uri_fault(pool, client->home_url, false) != NULL) {
        eb_setup_fault(m->setup, place(m, "HomeURL", NULL), EB_E_CONFIG_URL,
                       "HomeURL: found '%s', accepted is an https URL",
                       printable(m, client->home_url));
        client->home_url = NULL;
    }
}

/* ------------------------------------------------------------------- scopes and claims */

static void make_scopes(const making *m)
{
    static const char *const known[] = {"openid", "profile", "email", "address", "phone"};
    const apr_array_header_t *given = m->settings->scopes;
    apr_array_header_t *scopes = apr_array_make(m->setup->pool, 5, sizeof(const char *));

    APR_ARRAY_PUSH(scopes, const char *) = "openid";
    for (int i = 0; given != NULL && i < given->nelts; i++) {
        const char *scope = APR_ARRAY_IDX(given, i, const char *);
        size_t k = 0;
        while (k < sizeof(known) / sizeof(known[0]) && strcmp(known[k], scope) != 0) {
            k++;
        }
        if (k == sizeof(known) / sizeof(known[0])) {
            eb_setup_fault(
                m->setup, place(m, "Scopes", scope), EB_E_CONFIG_SCOPE,
                "Scopes: found '%s', accepted are openid, profile, email, address and phone",
                printable(m, scope));
        } else if (k > 0) {
            APR_ARRAY_PUSH(scopes, const char *) = known[k];
        }
    }
    m->client->scopes = eb_setup_words(scopes, &m->client->scope_count);
}

static void check_claims(const making *m, const char *word, const apr_array_header_t *claims)
{
    for (int i = 0; claims != NULL && i < claims->nelts; i++) {
        const char *claim = APR_ARRAY_IDX(claims, i, const char *);
        const char *fault = eb_claims_name_fault(claim);
        if (fault != NULL) {
            eb_setup_fault(m->setup, place(m, word, claim), EB_E_CONFIG_CLAIM, "%s: found '%s': %s",
                           word, printable(m, claim), fault);
        }
    }
}

static void make_claims(const making *m)
{
    eb_client *client = m->client;

    check_claims(m, "Claims", m->settings->claims);
    check_claims(m, "RequiredClaims", m->settings->required_claims);
    client->claims = eb_setup_words(m->settings->claims, &client->claim_count);
    client->required_claims =
        eb_setup_words(m->settings->required_claims, &client->required_claim_count);
    client->claims_in = m->settings->claims_in != EB_UNSET ? (eb_claims_in)m->settings->claims_in
                                                           : EB_CLAIMS_USERINFO;
    make_scopes(m);
}

/* --------------------------------------------------------------------------- the rest */

static void make_tokens(const making *m)
{
    const eb_client_settings *s = m->settings;
    eb_setup *setup = m->setup;
    eb_client *client = m->client;
    bool is_there = false;

    client->id_token_alg = s->id_token_alg != EB_UNSET ? (eb_jws_alg)s->id_token_alg : EB_JWS_RS256;
    for (int i = 0; i < setup->token_alg_count; i++) {
        is_there = is_there || setup->token_algs[i] == client->id_token_alg;
    }
    if (!is_there) {
        eb_setup_fault(setup, place(m, "IDTokenAlg", NULL), EB_E_CONFIG_ID_TOKEN_ALG,
                       "IDTokenAlg: %s is not among EidasTokenAlgs",
                       eb_jws_name(client->id_token_alg));
    }
    client->code_lifetime =
        eb_setup_duration(setup, place(m, "CodeLifetime", NULL), "CodeLifetime", s->code_lifetime,
                          apr_time_from_sec(1), apr_time_from_sec(600), apr_time_from_sec(60));
    client->id_token_lifetime = eb_setup_duration(
        setup, place(m, "IDTokenLifetime", NULL), "IDTokenLifetime", s->id_token_lifetime,
        apr_time_from_sec(1), apr_time_from_sec(86400), apr_time_from_sec(300));
    client->access_token_lifetime =
        eb_setup_duration(setup, place(m, "AccessTokenLifetime", NULL), "AccessTokenLifetime",
                          s->access_token_lifetime, apr_time_from_sec(1), apr_time_from_sec(86400),
                          apr_time_from_sec(600));
}

static void make_share(const making *m)
{
    const eb_settings *server = m->setup->settings;
    apr_uint64_t given =
        m->settings->max_grants != EB_UNSET ? (apr_uint64_t)m->settings->max_grants : 0;

    m->client->max_grants = given;
    if (server->expected_sessions > 0) {
        apr_uint64_t usual =
            eb_limits_owner((apr_uint64_t)server->expected_sessions, EB_KIND_GRANT, 0);
        if (given > usual) {
            eb_setup_remark(m->setup, place(m, "MaxGrants", NULL),
                            "MaxGrants %" APR_UINT64_T_FMT
                            " is weaker than its default, half of the store (%" APR_UINT64_T_FMT
                            "): client %s can leave too little of it to others",
                            given, usual, printable(m, m->client->id));
        }
    }
}

static void make_rules(const making *m, bool is_public)
{
    const eb_client_settings *s = m->settings;
    eb_client *client = m->client;

    client->providers = eb_setup_words(s->providers, &client->provider_count);
    client->minimum_level =
        s->minimum_level != EB_UNSET ? (eb_level)s->minimum_level : EB_LEVEL_NONE;
    client->acr_prefer = s->acr_prefer == 1;
    if (client->acr_prefer) {
        eb_setup_remark(
            m->setup, place(m, "AcrValues", NULL),
            "AcrValues prefer is weaker than its default require: client %s gets people "
            "below the level it asks for, and has to look at acr itself",
            printable(m, client->id));
    }
    client->is_public_subject = s->is_public_subject == 1;
    if (client->is_public_subject) {
        eb_setup_remark(
            m->setup, place(m, "SubjectType", NULL),
            "SubjectType public is weaker than its default pairwise: client %s sees the same "
            "identifier as other such clients",
            printable(m, client->id));
    }
    client->require_pkce = s->require_pkce != EB_UNSET ? s->require_pkce != 0 : is_public;
    if (is_public && !client->require_pkce) {
        eb_setup_fault(m->setup, place(m, "RequirePKCE", NULL), EB_E_CONFIG_CONFLICT,
                       "RequirePKCE Off: client %s has no Secret, so its codes need PKCE",
                       printable(m, client->id));
    }
    client->allow_representation = s->allow_representation == 1;
    make_share(m);
    client->display_name = s->display_name != NULL ? s->display_name : client->id;
}

void eb_setup_clients(eb_setup *setup)
{
    const apr_array_header_t *sections = setup->settings->clients;

    setup->clients = apr_array_make(setup->pool, 4, sizeof(eb_bridge_client *));
    if (sections == NULL) {
        eb_setup_fault(setup, setup->settings->where, EB_E_CONFIG_NO_CLIENT,
                       "the issuer has no <EidasClient> in its server");
        return;
    }
    for (int i = 0; i < sections->nelts; i++) {
        eb_bridge_client *made = apr_pcalloc(setup->pool, sizeof(*made));
        making m = {setup, APR_ARRAY_IDX(sections, i, eb_client_settings *), &made->client};
        bool is_public = m.settings->secrets == NULL;

        made->client.id = m.settings->id;
        check_id(&m);
        make_authentication(&m);
        make_redirect_uris(&m, is_public);
        make_sector(&m);
        make_origins(&m, is_public);
        make_claims(&m);
        make_tokens(&m);
        make_rules(&m, is_public);
        made->claim_rules =
            eb_setup_claim_rules(setup, m.settings->map_claims, NULL, 0, &made->claim_rule_count);
        APR_ARRAY_PUSH(setup->clients, eb_bridge_client *) = made;
    }
}

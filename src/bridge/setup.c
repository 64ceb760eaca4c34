/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From settings to a bridge: the order of the whole, the server's own values, keys, pages and
 * documents.
 *
 * Defaults stand here, in setup_provider and in setup_client, nowhere else.
 */
#include "bridge/claims.h"
#include "bridge/setup_internal.h"
#include "bridge/value.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <string.h>

#ifndef EB_STATE_DIR
#define EB_STATE_DIR "/var/lib/eidas-bridge"
#endif

#define URI_MAX         1024
#define ISSUER_MAX      200
#define MESSAGE_DEFAULT (256 * 1024)
#define MESSAGE_MIN     (4 * 1024)
#define MESSAGE_MAX     (16 * 1024 * 1024)

static const char *place(const eb_setup *setup, const char *word, const char *value)
{
    return eb_settings_place(setup->pool, setup->settings->places, word, value,
                             setup->settings->where);
}

/* -------------------------------------------------------------------------------- issuer */

/* host[:port] as it is compared byte for byte: lower case, so that there is one way to write it. */
static bool is_host_and_port(const char *host)
{
    const char *port = strrchr(host, ':');
    size_t host_len =
        port != NULL && strchr(port, ']') == NULL ? (size_t)(port - host) : strlen(host);

    if (host_len == 0 || host_len > 253) {
        return false;
    }
    if (host[host_len] == ':' &&
        (host[host_len + 1] == '\0' || host[host_len + 1] == '0' ||
         strlen(host + host_len + 1) > 5 ||
         strspn(host + host_len + 1, "0123456789") != strlen(host + host_len + 1))) {
        return false;
    }
    if (host[0] == '[') {
        return strspn(host + 1, "0123456789abcdef:.") == host_len - 2 && host[host_len - 1] == ']';
    }
    return strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-.") == host_len && host[0] != '.' &&
           host[0] != '-';
}

/* "" or segments of unreserved characters, none of them empty, "." or "..". */
static bool is_issuer_path(const char *path)
{
    static const char unreserved[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    while (*path == '/') {
        size_t len = strspn(path + 1, unreserved);
        if (len == 0 || (len == 1 && path[1] == '.') ||
            (len == 2 && path[1] == '.' && path[2] == '.')) {
            return false;
        }
        path += 1 + len;
    }
    return *path == '\0';
}

bool eb_issuer_split(apr_pool_t *pool, const char *issuer, const char **ret_host,
                     const char **ret_path)
{
    static const char scheme[] = "https://";
    const char *authority, *path, *host;

    if (strncmp(issuer, scheme, sizeof(scheme) - 1) != 0 || strlen(issuer) > ISSUER_MAX) {
        return false;
    }
    authority = issuer + sizeof(scheme) - 1;
    path = authority + strcspn(authority, "/?#");
    host = apr_pstrmemdup(pool, authority, (apr_size_t)(path - authority));
    if (!is_host_and_port(host) || !is_issuer_path(path)) {
        return false;
    }
    *ret_host = host;
    *ret_path = path;
    return true;
}

/* <host>[_port][_path] below the state directory. */
static const char *default_key_directory(apr_pool_t *pool, const char *host, const char *path)
{
    char *name = apr_pstrcat(pool, host, path, NULL);

    for (char *c = name; *c != '\0'; c++) {
        if (*c == ':' || *c == '/' || *c == '[' || *c == ']') {
            *c = '_';
        }
    }
    return apr_pstrcat(pool, EB_STATE_DIR, "/", name, NULL);
}

/* Without a usable issuer the walk goes on with a placeholder, so that other faults are told too.
 */
static void make_issuer(eb_setup *setup)
{
    const eb_settings *s = setup->settings;
    const char *issuer = s->issuer != NULL ? s->issuer : "";
    const char *entity_id = s->entity_id;

    setup->host = "invalid";
    setup->path = "";
    if (s->issuer == NULL) {
        eb_setup_fault(setup, s->where, EB_E_CONFIG_MISSING, "EidasIssuer is missing");
    } else if (!eb_issuer_split(setup->pool, issuer, &setup->host, &setup->path)) {
        eb_setup_fault(
            setup, s->where, EB_E_CONFIG_ISSUER,
            "EidasIssuer: found '%s', accepted is https://host[:port][/path] with the host in "
            "lower case, without a slash at the end, query or fragment, at most %d characters",
            eb_printable(setup->pool, issuer), ISSUER_MAX);
    }
    setup->key_directory = s->key_directory != NULL
                               ? s->key_directory
                               : default_key_directory(setup->pool, setup->host, setup->path);
    if (entity_id == NULL) {
        entity_id = apr_pstrcat(setup->pool, issuer, "/saml/metadata", NULL);
    } else if (!eb_is_uri(entity_id, URI_MAX)) {
        eb_setup_fault(
            setup, place(setup, "EidasEntityID", NULL), EB_E_CONFIG_ENTITY_ID,
            "EidasEntityID: found '%s', accepted is an absolute URI of at most %d characters",
            eb_printable(setup->pool, entity_id), URI_MAX);
    }
    setup->sp = apr_pcalloc(setup->pool, sizeof(*setup->sp));
    setup->sp->entity_id = entity_id;
    setup->sp->acs_url = apr_pstrcat(setup->pool, issuer, "/saml/acs", NULL);
}

/* ------------------------------------------------------------------- the server's values */

static void make_token_algs(eb_setup *setup)
{
    static const eb_jws_alg usual[] = {EB_JWS_RS256, EB_JWS_ES256};
    const apr_array_header_t *given = setup->settings->token_algs;
    const char *where = place(setup, "EidasTokenAlgs", NULL);
    bool has_rs256 = false;

    if (given == NULL) {
        setup->token_algs = usual;
        setup->token_alg_count = 2;
        return;
    }
    setup->token_algs = (const eb_jws_alg *)(const void *)given->elts;
    setup->token_alg_count = given->nelts;
    for (int i = 0; i < given->nelts; i++) {
        has_rs256 = has_rs256 || setup->token_algs[i] == EB_JWS_RS256;
        for (int j = 0; j < i; j++) {
            if (setup->token_algs[i] == setup->token_algs[j]) {
                eb_setup_fault(setup, where, EB_E_CONFIG_TOKEN_ALGS,
                               "EidasTokenAlgs: %s is given twice",
                               eb_jws_name(setup->token_algs[i]));
            }
        }
    }
    if (!has_rs256) {
        eb_setup_fault(setup, where, EB_E_CONFIG_TOKEN_ALGS,
                       "EidasTokenAlgs: RS256 must be among them (OpenID Connect Core 15.1)");
    }
}

static bool is_language(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    size_t len = strspn(text, letters);

    return (len == 2 || len == 3) &&
           (text[len] == '\0' ||
            (text[len] == '-' && strlen(text) <= 20 &&
             strspn(text + len,
                    "-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") ==
                 strlen(text + len)));
}

static void make_languages(eb_setup *setup)
{
    static const char *const usual[] = {"en", "fi", "sv"};
    const apr_array_header_t *given = setup->settings->languages;

    setup->pages.directory = setup->settings->pages;
    setup->pages.base_path = setup->path;
    setup->pages.stylesheet = setup->settings->stylesheet;
    setup->pages.languages = usual;
    setup->pages.language_count = 3;
    if (given == NULL) {
        return;
    }
    setup->pages.languages = eb_setup_words(given, &setup->pages.language_count);
    for (int i = 0; i < given->nelts; i++) {
        const char *language = setup->pages.languages[i];
        const char *where = place(setup, "EidasLanguages", language);
        if (!is_language(language)) {
            eb_setup_fault(setup, where, EB_E_CONFIG_LANGUAGE,
                           "EidasLanguages: found '%s', accepted are codes such as en, fi or sv",
                           eb_printable(setup->pool, language));
        }
        for (int j = 0; j < i; j++) {
            if (strcmp(setup->pages.languages[j], language) == 0) {
                eb_setup_fault(setup, where, EB_E_CONFIG_LANGUAGE,
                               "EidasLanguages: %s is given twice", language);
            }
        }
    }
}

static void make_values(eb_setup *setup)
{
    const eb_settings *s = setup->settings;

    setup->clock_skew =
        eb_setup_duration(setup, place(setup, "EidasClockSkew", NULL), "EidasClockSkew",
                          s->clock_skew, 0, apr_time_from_sec(300), apr_time_from_sec(60));
    setup->login_lifetime = eb_setup_duration(
        setup, place(setup, "EidasLoginLifetime", NULL), "EidasLoginLifetime", s->login_lifetime,
        apr_time_from_sec(1), apr_time_from_sec(7200), apr_time_from_sec(900));
    setup->key_rotation = eb_setup_duration(
        setup, place(setup, "EidasKeyRotation", NULL), "EidasKeyRotation", s->key_rotation,
        apr_time_from_sec(3600), apr_time_from_sec(APR_INT64_C(3660) * 86400),
        apr_time_from_sec(90 * 86400));
    setup->max_message = s->max_message != EB_UNSET ? s->max_message : MESSAGE_DEFAULT;
    if (setup->max_message < MESSAGE_MIN || setup->max_message > MESSAGE_MAX) {
        eb_setup_fault(setup, place(setup, "EidasMaxMessage", NULL), EB_E_CONFIG_LIFETIME,
                       "EidasMaxMessage: found %" APR_INT64_T_FMT " bytes, accepted is 4K to 16M",
                       setup->max_message);
    } else if (setup->max_message > MESSAGE_DEFAULT) {
        eb_setup_remark(
            setup, place(setup, "EidasMaxMessage", NULL),
            "EidasMaxMessage %" APR_INT64_T_FMT
            " bytes is weaker than its default 256K: more of what strangers send is read",
            setup->max_message);
    }
    make_token_algs(setup);
    make_languages(setup);
}

/* ------------------------------------------------------------------------------ the walk */

void eb_setup_walk(eb_setup *setup)
{
    make_issuer(setup);
    make_values(setup);
    eb_setup_providers(setup);
    eb_setup_clients(setup);
    eb_setup_match(setup);
}

int eb_setup_check(apr_pool_t *pool, const eb_settings *settings, apr_time_t now,
                   const eb_setup_report *report)
{
    eb_setup setup;
    const eb_pages *pages;
    const eb_err *err;

    memset(&setup, 0, sizeof(setup));
    setup.pool = pool;
    setup.settings = settings;
    setup.now = now;
    setup.report = report;
    setup.is_check = true;
    eb_setup_walk(&setup);
    eb_setup_check_keys(&setup);
    err = eb_pages_load(pool, &setup.pages, &pages);
    if (err != NULL) {
        bool is_style = settings->stylesheet != NULL && err->message != NULL &&
                        strstr(err->message, settings->stylesheet) != NULL;
        eb_setup_fault_err(&setup, place(&setup, is_style ? "EidasStylesheet" : "EidasPages", NULL),
                           err);
    }
    return setup.faults;
}

/* Two of a kind among the issuers of a server. */
static int check_pair(apr_pool_t *pool, const eb_settings *one, const eb_settings *other,
                      const eb_setup_report *report)
{
    const char *host, *path, *directories[2];
    const eb_settings *both[2] = {one, other};

    if (strcmp(one->issuer, other->issuer) == 0) {
        report->fault(report->context, other->where,
                      eb_err_make(pool, EB_E_CONFIG_ISSUER_SHARED,
                                  "EidasIssuer %s is at %s already",
                                  eb_printable(pool, one->issuer), one->where));
        return 1;
    }
    for (int i = 0; i < 2; i++) {
        if (!eb_issuer_split(pool, both[i]->issuer, &host, &path)) {
            return 0; /* told already */
        }
        directories[i] = both[i]->key_directory != NULL ? both[i]->key_directory
                                                        : default_key_directory(pool, host, path);
    }
    if (strcmp(directories[0], directories[1]) != 0) {
        return 0;
    }
    report->fault(
        report->context,
        eb_settings_place(pool, other->places, "EidasKeyDirectory", NULL, other->where),
        eb_err_make(pool, EB_E_CONFIG_KEY_DIRECTORY_SHARED,
                    "the issuers at %s and %s have the same key directory %s: each needs its own",
                    one->where, other->where, directories[0]));
    return 1;
}

int eb_setup_check_together(apr_pool_t *pool, const eb_settings *const *settings, int count,
                            const eb_setup_report *report)
{
    int faults = 0;

    for (int i = 0; i < count; i++) {
        for (int j = 0; j < i; j++) {
            int told = check_pair(pool, settings[j], settings[i], report);
            faults += told;
            if (told > 0) {
                break;
            }
        }
    }
    return faults;
}

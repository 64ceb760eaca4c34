/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The directives of a server: httpd's command table over our rows, and create and merge. */
#include "httpd/glue.h"

#include <apr_strings.h>

#define MEMBER(name) offsetof(eb_settings, name)
#define GLOBAL(name) offsetof(eb_server_config, name)

eb_server_config *eb_server_config_of(const server_rec *server)
{
    return ap_get_module_config(server->module_config, &eidas_bridge_module);
}

void *eb_server_config_create(apr_pool_t *pool, server_rec *server)
{
    eb_server_config *config = apr_pcalloc(pool, sizeof(*config));

    (void)server;
    config->settings = eb_settings_make(pool);
    config->expected_sessions = EB_UNSET;
    return config;
}

void *eb_server_config_merge(apr_pool_t *pool, void *base, void *own)
{
    const eb_server_config *main_config = base, *vhost_config = own;
    eb_server_config *merged = apr_pmemdup(pool, vhost_config, sizeof(*vhost_config));

    merged->settings = eb_settings_merge(pool, main_config->settings, vhost_config->settings);
    return merged;
}

/* KEY [CERT], at most two: the rollover is from one to the other. */
static const char *read_key_files(const eb_word_use *use)
{
    const apr_array_header_t *array =
        *(apr_array_header_t **)(void *)((char *)use->target + use->word->offset);
    const char *key = ap_server_root_relative(use->pool, use->arguments[0]);
    const char *certificate =
        use->argument_count > 1 ? ap_server_root_relative(use->pool, use->arguments[1]) : NULL;
    eb_key_files *files;

    if (use->argument_count > 2 || key == NULL ||
        (use->argument_count == 2 && certificate == NULL)) {
        return eb_word_fault(use, use->arguments[0], use->word->accepted);
    }
    if (array != NULL && array->nelts == 2) {
        return apr_psprintf(use->pool,
                            "%s: two keys are given already, the one in use and its successor",
                            use->word->name);
    }
    files = eb_word_push(use, sizeof(*files));
    files->key = key;
    files->certificate = certificate;
    return NULL;
}

/* Sources of secrets are never repeated in a message: one may be the secret itself, written here by
 * mistake. */
static const char *source_fault(const eb_word_use *use)
{
    return apr_psprintf(use->pool, "%s: accepted is %s", use->word->name, use->word->accepted);
}

static const char *read_sealing_key(const eb_word_use *use)
{
    eb_settings *settings = use->target;

    if (use->argument_count > 2) {
        return source_fault(use);
    }
    settings->sealing_new = eb_word_source(use->pool, use->arguments[0]);
    settings->sealing_old =
        use->argument_count == 2 ? eb_word_source(use->pool, use->arguments[1]) : NULL;
    return settings->sealing_new == NULL ||
                   (use->argument_count == 2 && settings->sealing_old == NULL)
               ? source_fault(use)
               : NULL;
}

static const char *read_salt(const eb_word_use *use)
{
    eb_settings *settings = use->target;

    settings->pairwise_salt =
        use->argument_count == 1 ? eb_word_source(use->pool, use->arguments[0]) : NULL;
    return settings->pairwise_salt == NULL ? source_fault(use) : NULL;
}

static const char *read_token_algs(const eb_word_use *use)
{
    for (int i = 0; i < use->argument_count; i++) {
        eb_jws_alg alg;
        if (!eb_jws_parse(use->arguments[i], &alg)) {
            return eb_word_fault(use, use->arguments[i], use->word->accepted);
        }
        *(eb_jws_alg *)eb_word_push(use, sizeof(alg)) = alg;
    }
    return NULL;
}

/* A server's directive: the row stands in cmd->info. */
static const char *set_server(cmd_parms *cmd, void *unused, const char *args)
{
    eb_settings *settings = eb_server_config_of(cmd->server)->settings;
    const eb_word *word = cmd->info;
    const char *where = eb_directive_where(cmd->pool, cmd->directive);
    const char *fault = eb_word_use_line(cmd->pool, word, settings, settings->places, args, where);

    (void)unused;
    if (fault == NULL && word->offset == MEMBER(issuer)) {
        settings->where = where;
    }
    return fault;
}

/* The store is one for all virtual hosts. */
static const char *set_global(cmd_parms *cmd, void *unused, const char *args)
{
    eb_server_config *config = eb_server_config_of(cmd->server);
    const eb_word *word = cmd->info;

    (void)unused;
    if (cmd->server->is_virtual) {
        return apr_psprintf(cmd->pool,
                            "EB%d %s is for the whole server: it cannot stand in <VirtualHost>",
                            (int)EB_E_CONFIG_VALUE, word->name);
    }
    return eb_word_use_line(cmd->pool, word, config, config->settings->places, args,
                            eb_directive_where(cmd->pool, cmd->directive));
}

static const char *read_state(const eb_word_use *use)
{
    eb_server_config *config = use->target;

    if (use->argument_count != 1 || strcmp(use->arguments[0], "slots") != 0) {
        return eb_word_fault(use, use->arguments[0], use->word->accepted);
    }
    config->state = use->arguments[0];
    return NULL;
}

static const char *read_expected_sessions(const eb_word_use *use)
{
    eb_server_config *config = use->target;
    char *end;

    config->expected_sessions = apr_strtoi64(use->arguments[0], &end, 10);
    if (use->argument_count != 1 || *end != '\0' || config->expected_sessions < 100 ||
        config->expected_sessions > 100000000) {
        return eb_word_fault(use, use->arguments[0], use->word->accepted);
    }
    return NULL;
}

static const eb_word issuer = {"EidasIssuer",
                               EB_WORD_TEXT,
                               MEMBER(issuer),
                               false,
                               NULL,
                               NULL,
                               "https://host[:port][/path] without a slash at the end"};
static const eb_word entity_id = {
    "EidasEntityID", EB_WORD_TEXT, MEMBER(entity_id), false, NULL, NULL, "a URI"};
static const eb_word key_directory = {
    "EidasKeyDirectory",      EB_WORD_FILE, MEMBER(key_directory), false, NULL, NULL,
    "the path of a directory"};
static const eb_word key_generation = {
    "EidasKeyGeneration", EB_WORD_FLAG, MEMBER(key_generation), false, NULL, NULL, NULL};
static const eb_word key_rotation = {
    "EidasKeyRotation", EB_WORD_DURATION, MEMBER(key_rotation), false, NULL, NULL, NULL};
static const eb_word signing_key = {
    "EidasSigningKey", EB_WORD_CUSTOM,     MEMBER(signing_keys), true, NULL,
    read_key_files,    "KEY [CERTIFICATE]"};
static const eb_word encryption_key = {
    "EidasEncryptionKey", EB_WORD_CUSTOM,     MEMBER(encryption_keys), true, NULL,
    read_key_files,       "KEY [CERTIFICATE]"};
static const eb_word sealing_key = {"EidasSealingKey",
                                    EB_WORD_CUSTOM,
                                    MEMBER(sealing_new),
                                    false,
                                    NULL,
                                    read_sealing_key,
                                    "NEW [OLD], each FILE, env:NAME or \"exec:COMMAND\""};
static const eb_word pairwise_salt = {"EidasPairwiseSalt",
                                      EB_WORD_CUSTOM,
                                      MEMBER(pairwise_salt),
                                      false,
                                      NULL,
                                      read_salt,
                                      "one FILE, env:NAME or \"exec:COMMAND\""};
static const eb_word token_algs = {"EidasTokenAlgs",
                                   EB_WORD_CUSTOM,
                                   MEMBER(token_algs),
                                   false,
                                   NULL,
                                   read_token_algs,
                                   "RS256, ES256, PS256 or EdDSA"};
static const eb_word clock_skew = {
    "EidasClockSkew", EB_WORD_DURATION, MEMBER(clock_skew), false, NULL, NULL, NULL};
static const eb_word login_lifetime = {
    "EidasLoginLifetime", EB_WORD_DURATION, MEMBER(login_lifetime), false, NULL, NULL, NULL};
static const eb_word default_provider = {
    "EidasDefaultProvider",          EB_WORD_TEXT, MEMBER(default_provider), false, NULL, NULL,
    "the name of an <EidasProvider>"};
static const eb_word pages = {
    "EidasPages", EB_WORD_FILE, MEMBER(pages), false, NULL, NULL, "the path of a directory"};
static const eb_word stylesheet = {
    "EidasStylesheet", EB_WORD_FILE, MEMBER(stylesheet), false, NULL, NULL, "the path of a file"};
static const eb_word languages = {
    "EidasLanguages", EB_WORD_LIST, MEMBER(languages), false, NULL, NULL, "language codes"};
static const eb_word max_message = {
    "EidasMaxMessage", EB_WORD_SIZE, MEMBER(max_message), false, NULL, NULL, NULL};
static const eb_word state = {"EidasState", EB_WORD_CUSTOM, GLOBAL(state), false,
                              NULL,         read_state,     "slots"};
static const eb_word expected_sessions = {"EidasExpectedSessions",
                                          EB_WORD_CUSTOM,
                                          GLOBAL(expected_sessions),
                                          false,
                                          NULL,
                                          read_expected_sessions,
                                          "a number from 100 to 100000000"};

#define DIRECTIVE(name, row, setter, help)                                                         \
    AP_INIT_RAW_ARGS(name, setter, (void *)(uintptr_t)&row, RSRC_CONF, help)

const command_rec eb_directives[] = {
    DIRECTIVE("EidasIssuer", issuer, set_server,
              "The issuer: an https URL without a slash at the end. Switches this server on"),
    DIRECTIVE("EidasEntityID", entity_id, set_server,
              "Our SAML entity ID (default: the issuer with /saml/metadata)"),
    DIRECTIVE("EidasKeyDirectory", key_directory, set_server, "The directory of the issuer's keys"),
    DIRECTIVE("EidasKeyGeneration", key_generation, set_server,
              "Whether missing keys are made at start"),
    DIRECTIVE("EidasKeyRotation", key_rotation, set_server, "How long a key signs our tokens"),
    DIRECTIVE("EidasSigningKey", signing_key, set_server,
              "Own key that signs our SAML messages, with its certificate; up to two"),
    DIRECTIVE("EidasEncryptionKey", encryption_key, set_server,
              "Own key that decrypts assertions, with its certificate; up to two"),
    DIRECTIVE("EidasSealingKey", sealing_key, set_server,
              "Own key that seals cookies, and the one before it"),
    DIRECTIVE("EidasPairwiseSalt", pairwise_salt, set_server,
              "Own salt of all subject identifiers; never change it"),
    DIRECTIVE("EidasTokenAlgs", token_algs, set_server,
              "The algorithms that our tokens may be signed with"),
    DIRECTIVE("EidasClockSkew", clock_skew, set_server,
              "How far a provider's clock may differ, at most 300s"),
    DIRECTIVE("EidasLoginLifetime", login_lifetime, set_server,
              "How long a person may take to sign in"),
    DIRECTIVE("EidasDefaultProvider", default_provider, set_server,
              "The provider of logins that name none, where there are several"),
    DIRECTIVE("EidasPages", pages, set_server, "A directory of own page templates and texts"),
    DIRECTIVE("EidasStylesheet", stylesheet, set_server, "An own stylesheet for the pages"),
    DIRECTIVE("EidasLanguages", languages, set_server,
              "The languages of the pages, the preferred one first"),
    DIRECTIVE("EidasMaxMessage", max_message, set_server, "The largest SAML message that is read"),
    DIRECTIVE("EidasState", state, set_global, "Where state is kept: slots (shared memory)"),
    DIRECTIVE("EidasExpectedSessions", expected_sessions, set_global,
              "For how many sessions at a time the store reserves memory"),
    AP_INIT_RAW_ARGS("<EidasProvider", eb_section_provider, NULL, RSRC_CONF,
                     "A SAML provider that people sign in at"),
    AP_INIT_RAW_ARGS("<EidasClient", eb_section_client, NULL, RSRC_CONF,
                     "An OpenID client that people sign in for"),
    {NULL, {NULL}, NULL, 0, RAW_ARGS, NULL}};

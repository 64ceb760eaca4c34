/* SPDX-License-Identifier: GPL-3.0-or-later */
/* <EidasClient id>: the words of an OpenID client, from the configuration to eb_client_settings. */
#include "httpd/glue.h"

#include <apr_strings.h>

#define MEMBER(name) offsetof(eb_client_settings, name)

static const eb_choice auth_methods[] = {
    {"basic", EB_AUTH_BASIC}, {"post", EB_AUTH_POST}, {"none", EB_AUTH_NONE}, {NULL, 0}};
static const eb_choice claim_places[] = {{"userinfo", EB_CLAIMS_USERINFO},
                                         {"idtoken", EB_CLAIMS_IDTOKEN},
                                         {"both", EB_CLAIMS_BOTH},
                                         {NULL, 0}};
static const eb_choice ranks[] = {{"low", EB_LEVEL_LOW},
                                  {"substantial", EB_LEVEL_SUBSTANTIAL},
                                  {"high", EB_LEVEL_HIGH},
                                  {NULL, 0}};
static const eb_choice acr_rules[] = {{"require", 0}, {"prefer", 1}, {NULL, 0}};
static const eb_choice subject_types[] = {{"pairwise", 0}, {"public", 1}, {NULL, 0}};
static const eb_choice id_token_algs[] = {{"RS256", EB_JWS_RS256},
                                          {"ES256", EB_JWS_ES256},
                                          {"PS256", EB_JWS_PS256},
                                          {"EdDSA", EB_JWS_EDDSA},
                                          {NULL, 0}};

static const char *read_secret(const eb_word_use *use)
{
    const char *source = eb_word_source(use->pool, use->arguments[0]);

    /* The value is not repeated in the message: it may be the secret itself, written here by
     * mistake. */
    if (use->argument_count != 1 || source == NULL) {
        return apr_psprintf(use->pool, "%s: accepted is one value: %s", use->word->name,
                            use->word->accepted);
    }
    *(const char **)eb_word_push(use, sizeof(const char *)) = source;
    return NULL;
}

const eb_word eb_client_words[] = {
    {"Secret", EB_WORD_CUSTOM, MEMBER(secrets), true, NULL, read_secret,
     "FILE, env:NAME or \"exec:COMMAND\""},
    {"AuthMethod", EB_WORD_SET, MEMBER(auth_methods), false, auth_methods, NULL,
     "basic, post or none"},
    {"RedirectURI", EB_WORD_LIST, MEMBER(redirect_uris), true, NULL, NULL, "a URI"},
    {"Scopes", EB_WORD_LIST, MEMBER(scopes), false, NULL, NULL, "names of scopes"},
    {"Claims", EB_WORD_LIST, MEMBER(claims), false, NULL, NULL, "names of claims"},
    {"RequiredClaims", EB_WORD_LIST, MEMBER(required_claims), false, NULL, NULL, "names of claims"},
    {"ClaimsIn", EB_WORD_CHOICE, MEMBER(claims_in), false, claim_places, NULL, NULL},
    {"Providers", EB_WORD_LIST, MEMBER(providers), false, NULL, NULL,
     "names of <EidasProvider> sections"},
    {"MinimumLevel", EB_WORD_CHOICE, MEMBER(minimum_level), false, ranks, NULL, NULL},
    {"AcrValues", EB_WORD_CHOICE, MEMBER(acr_prefer), false, acr_rules, NULL, NULL},
    {"SubjectType", EB_WORD_CHOICE, MEMBER(is_public_subject), false, subject_types, NULL, NULL},
    {"SectorIdentifier", EB_WORD_TEXT, MEMBER(sector_identifier), false, NULL, NULL, "a host name"},
    {"RequirePKCE", EB_WORD_FLAG, MEMBER(require_pkce), false, NULL, NULL, NULL},
    {"IDTokenAlg", EB_WORD_CHOICE, MEMBER(id_token_alg), false, id_token_algs, NULL, NULL},
    {"CodeLifetime", EB_WORD_DURATION, MEMBER(code_lifetime), false, NULL, NULL, NULL},
    {"IDTokenLifetime", EB_WORD_DURATION, MEMBER(id_token_lifetime), false, NULL, NULL, NULL},
    {"AccessTokenLifetime", EB_WORD_DURATION, MEMBER(access_token_lifetime), false, NULL, NULL,
     NULL},
    {"AllowedOrigin", EB_WORD_LIST, MEMBER(allowed_origins), true, NULL, NULL,
     "an origin, https://host[:port]"},
    {"HomeURL", EB_WORD_TEXT, MEMBER(home_url), false, NULL, NULL, "a URL"},
    {"MaxGrants", EB_WORD_NUMBER, MEMBER(max_grants), false, NULL, NULL, NULL},
    {"MapClaim", EB_WORD_CUSTOM, MEMBER(map_claims), true, NULL, eb_word_map_claim,
     "CLAIM from ATTRIBUTE"},
    {NULL, EB_WORD_TEXT, 0, false, NULL, NULL, NULL}};

const char *eb_section_client(cmd_parms *cmd, void *unused, const char *args)
{
    eb_settings *settings = eb_server_config_of(cmd->server)->settings;
    eb_client_settings *client;
    const char *fault, *id = eb_section_name(cmd, args, &fault);

    (void)unused;
    if (fault != NULL) {
        return fault;
    }
    client = eb_client_settings_make(cmd->pool, id, eb_directive_where(cmd->pool, cmd->directive));
    if (settings->clients == NULL) {
        settings->clients = apr_array_make(cmd->pool, 4, sizeof(eb_client_settings *));
    }
    APR_ARRAY_PUSH(settings->clients, eb_client_settings *) = client;
    return eb_words_walk(cmd, "EidasClient", eb_client_words, client, client->places);
}

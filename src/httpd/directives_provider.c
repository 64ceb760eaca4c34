/* SPDX-License-Identifier: GPL-3.0-or-later */
/* <EidasProvider name>: the words of a SAML provider, from the configuration to
 * eb_provider_settings. */
#include "httpd/glue.h"

#include <apr_cstr.h>
#include <apr_strings.h>

#define MEMBER(name) offsetof(eb_provider_settings, name)

static const eb_choice bindings[] = {{"redirect", EB_BINDING_REDIRECT},
                                     {"post", EB_BINDING_POST},
                                     {"auto", EB_BINDING_AUTO},
                                     {NULL, 0}};
static const eb_choice acs_forms[] = {
    {"url", EB_ACS_URL}, {"index", EB_ACS_INDEX}, {"none", EB_ACS_NONE}, {NULL, 0}};
static const eb_choice comparisons[] = {{"minimum", EB_COMPARISON_MINIMUM},
                                        {"exact", EB_COMPARISON_EXACT},
                                        {"omit", EB_COMPARISON_OMIT},
                                        {NULL, 0}};
static const eb_choice sp_types[] = {
    {"public", EB_SPTYPE_PUBLIC}, {"private", EB_SPTYPE_PRIVATE}, {NULL, 0}};
static const eb_choice signed_parts[] = {{"response", EB_SIGNED_RESPONSE},
                                         {"assertion", EB_SIGNED_ASSERTION},
                                         {"both", EB_SIGNED_BOTH},
                                         {"either", EB_SIGNED_EITHER},
                                         {NULL, 0}};

/* A file: what is fetched from elsewhere must come with a signer's certificate, and has its own
 * words. */
static const char *read_metadata(const eb_word_use *use)
{
    const char *path = use->arguments[0];
    eb_provider_settings *provider = use->target;

    if (use->argument_count != 1 || strstr(path, "://") != NULL) {
        return eb_word_fault(use, path, "the path of one file that holds the provider's metadata");
    }
    provider->metadata_file = ap_server_root_relative(use->pool, path);
    return provider->metadata_file != NULL ? NULL : eb_word_fault(use, path, use->word->accepted);
}

static const char *read_display_name(const eb_word_use *use)
{
    eb_display_name *name;

    if (use->argument_count != 2) {
        return eb_word_fault(use, use->arguments[0], use->word->accepted);
    }
    name = eb_word_push(use, sizeof(*name));
    name->language = use->arguments[0];
    name->text = use->arguments[1];
    return NULL;
}

static const char *read_levels(const eb_word_use *use)
{
    static const char not_notified[] = "http://eidas.europa.eu/NotNotified/";
    eb_level_row *row;
    eb_level rank;

    if (use->argument_count < 2 || use->argument_count > 3) {
        return eb_word_fault(use, use->arguments[0], use->word->accepted);
    }
    if (!eb_level_parse(use->arguments[1], &rank)) {
        return eb_word_fault(use, use->arguments[1],
                             "low, substantial or high as the second value");
    }
    row = eb_word_push(use, sizeof(*row));
    row->uri = use->arguments[0];
    row->rank = rank;
    row->acr = use->argument_count == 3 ? use->arguments[2] : NULL;
    row->is_notified = strncmp(row->uri, not_notified, sizeof(not_notified) - 1) != 0;
    return NULL;
}

static const char *read_request_attributes(const eb_word_use *use)
{
    for (int i = 0; i < use->argument_count; i++) {
        const char *name = use->arguments[i];
        size_t len = strlen(name);
        eb_requested_attribute *attribute;
        bool is_required = name[len - 1] == '!';

        if (is_required && len == 1) {
            return eb_word_fault(use, name, use->word->accepted);
        }
        attribute = eb_word_push(use, sizeof(*attribute));
        attribute->name = is_required ? apr_pstrmemdup(use->pool, name, len - 1) : name;
        attribute->friendly_name = NULL;
        attribute->is_required = is_required;
    }
    return NULL;
}

/* The last part of the usual formats, or a URI. */
static const char *read_name_id_format(const eb_word_use *use)
{
    static const char *const formats[][2] = {
        {"persistent", "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"},
        {"transient", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"},
        {"unspecified", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"},
        {"emailAddress", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"},
        {"none", "none"}};
    eb_provider_settings *provider = use->target;
    const char *found = use->arguments[0];

    for (size_t i = 0; use->argument_count == 1 && i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (apr_cstr_casecmp(found, formats[i][0]) == 0) {
            provider->name_id_format = formats[i][1];
            return NULL;
        }
    }
    if (use->argument_count != 1 || strchr(found, ':') == NULL) {
        return eb_word_fault(use, found, use->word->accepted);
    }
    provider->name_id_format = found;
    return NULL;
}

const eb_word eb_provider_words[] = {
    {"Profile", EB_WORD_TEXT, MEMBER(profile), false, NULL, NULL, "a profile"},
    {"Metadata", EB_WORD_CUSTOM, MEMBER(metadata_file), false, NULL, read_metadata,
     "the path of a file"},
    {"EntityID", EB_WORD_TEXT, MEMBER(entity_id), false, NULL, NULL, "the provider's entity ID"},
    {"DisplayName", EB_WORD_CUSTOM, MEMBER(display_names), true, NULL, read_display_name,
     "LANGUAGE TEXT"},
    {"RequestBinding", EB_WORD_CHOICE, MEMBER(request_binding), false, bindings, NULL, NULL},
    {"SignatureMethod", EB_WORD_TEXT, MEMBER(signature_method), false, NULL, NULL,
     "a signature algorithm"},
    {"ForceAuthn", EB_WORD_FLAG, MEMBER(force_authn), false, NULL, NULL, NULL},
    {"IsPassive", EB_WORD_FLAG, MEMBER(is_passive), false, NULL, NULL, NULL},
    {"NameIDFormat", EB_WORD_CUSTOM, MEMBER(name_id_format), false, NULL, read_name_id_format,
     "persistent, transient, unspecified, emailAddress, none or a URI"},
    {"RequestACS", EB_WORD_CHOICE, MEMBER(request_acs), false, acs_forms, NULL, NULL},
    {"Comparison", EB_WORD_CHOICE, MEMBER(comparison), false, comparisons, NULL, NULL},
    {"Levels", EB_WORD_CUSTOM, MEMBER(levels), true, NULL, read_levels, "URI RANK [ACR]"},
    {"AllowNonNotified", EB_WORD_FLAG, MEMBER(allow_non_notified), false, NULL, NULL, NULL},
    {"SPType", EB_WORD_CHOICE, MEMBER(sp_type), false, sp_types, NULL, NULL},
    {"Country", EB_WORD_TEXT, MEMBER(country), false, NULL, NULL, "a country code of two letters"},
    {"RequesterID", EB_WORD_TEXT, MEMBER(requester_id), false, NULL, NULL, "a URI"},
    {"IDPList", EB_WORD_LIST, MEMBER(idp_list), true, NULL, NULL, "entity IDs"},
    {"RequestAttributes", EB_WORD_CUSTOM, MEMBER(request_attributes), true, NULL,
     read_request_attributes, "names of attributes, with ! behind the required ones"},
    {"RequireSignature", EB_WORD_CHOICE, MEMBER(require_signature), false, signed_parts, NULL,
     NULL},
    {"RequireEncryption", EB_WORD_FLAG, MEMBER(require_encryption), false, NULL, NULL, NULL},
    {"AllowAlgorithms", EB_WORD_LIST, MEMBER(allow_algorithms), true, NULL, NULL,
     "names of algorithms"},
    {"ClockSkew", EB_WORD_DURATION, MEMBER(clock_skew), false, NULL, NULL, NULL},
    {"MaxAuthenticationAge", EB_WORD_DURATION, MEMBER(max_authentication_age), false, NULL, NULL,
     NULL},
    {"Subject", EB_WORD_TEXT, MEMBER(subject), false, NULL, NULL,
     "the name of the identifying attribute"},
    {"SubjectNamespace", EB_WORD_TEXT, MEMBER(subject_namespace), false, NULL, NULL, "a URI"},
    {"MapClaim", EB_WORD_CUSTOM, MEMBER(map_claims), true, NULL, eb_word_map_claim,
     "CLAIM from ATTRIBUTE"},
    {NULL, EB_WORD_TEXT, 0, false, NULL, NULL, NULL}};

const char *eb_section_provider(cmd_parms *cmd, void *unused, const char *args)
{
    eb_settings *settings = eb_server_config_of(cmd->server)->settings;
    eb_provider_settings *provider;
    const char *fault, *name = eb_section_name(cmd, args, &fault);

    (void)unused;
    if (fault != NULL) {
        return fault;
    }
    provider =
        eb_provider_settings_make(cmd->pool, name, eb_directive_where(cmd->pool, cmd->directive));
    if (settings->providers == NULL) {
        settings->providers = apr_array_make(cmd->pool, 4, sizeof(eb_provider_settings *));
    }
    APR_ARRAY_PUSH(settings->providers, eb_provider_settings *) = provider;
    return eb_words_walk(cmd, "EidasProvider", eb_provider_words, provider, provider->places);
}

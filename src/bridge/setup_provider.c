/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Providers: the profile's row with the section's words over it, and the peer from its metadata.
 *
 * Every word that makes a provider weaker than its profile is a remark, so that nothing weakens by
 * accident.
 */
#include "bridge/claims.h"
#include "bridge/setup_internal.h"
#include "bridge/value.h"
#include "saml/levels.h"
#include "saml/profiles.h"

#include <apr_file_info.h>
#include <apr_file_io.h>
#include <apr_strings.h>
#include <string.h>

#define METADATA_MAX    (64 * 1024 * 1024)
#define ENTITY_ID_MAX   1024
#define PERSISTENT      "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
#define EIDAS_ATTRIBUTE "http://eidas.europa.eu/attributes/"
#define ALL_SIGNATURES  (EB_ALG_SIGNATURES_RSA | EB_ALG_SIGNATURES_PSS | EB_ALG_SIGNATURES_ECDSA)

/* One provider while it is made. */
typedef struct making {
    eb_setup *setup;
    const eb_provider_settings *settings;
    const eb_saml_policy *profile;
    eb_provider *provider;
} making;

static const char *place(const making *m, const char *word, const char *value)
{
    return eb_settings_place(m->setup->pool, m->settings->places, word, value, m->settings->where);
}

/* `value`: which of several lines of the word it is, NULL for any. `usual` is what the profile has.
 */
static void weaker(const making *m, const char *word, const char *value, const char *found,
                   const char *usual)
{
    eb_setup_remark(m->setup, place(m, word, value),
                    "%s makes provider %s weaker than its profile %s: found %s, the profile has %s",
                    word, m->settings->name, m->profile->profile, found, usual);
}

/* Lower-case letters, digits and hyphens, 1 to 32: names go into file names and addresses. */
static bool is_section_name(const char *name)
{
    size_t len = strlen(name);

    return len >= 1 && len <= 32 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static void check_name(const making *m)
{
    const apr_array_header_t *made = m->setup->providers;

    if (!is_section_name(m->settings->name)) {
        eb_setup_fault(m->setup, m->settings->where, EB_E_CONFIG_NAME,
                       "<EidasProvider>: found '%s', accepted are 1 to 32 of a-z, 0-9 and -",
                       eb_printable(m->setup->pool, m->settings->name));
    }
    for (int i = 0; i < made->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(made, i, eb_provider *)->name, m->settings->name) == 0) {
            eb_setup_fault(m->setup, m->settings->where, EB_E_CONFIG_REPEATED,
                           "a second <EidasProvider %s>", m->settings->name);
        }
    }
}

static void find_profile(making *m)
{
    const char *word = m->settings->profile != NULL ? m->settings->profile : "generic";
    apr_pool_t *pool = m->setup->pool;

    m->profile = eb_profile_find(word);
    if (m->profile == NULL) {
        const char *nearest = eb_value_nearest(eb_profile_words(), word);
        const char *known = "";
        for (const char *const *one = eb_profile_words(); *one != NULL; one++) {
            known = apr_pstrcat(pool, known, *known != '\0' ? ", " : "", *one, NULL);
        }
        eb_setup_fault(m->setup, place(m, "Profile", NULL), EB_E_CONFIG_PROFILE,
                       "Profile: found '%s', accepted are %s%s%s%s", eb_printable(pool, word),
                       known, nearest != NULL ? "; did you mean " : "",
                       nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
        m->profile = eb_profile_find("generic");
        m->setup->lacks_profile = true;
    }
}

/* --------------------------------------------------------------------------- algorithms */

static void set_signature_method(const making *m, eb_saml_policy *policy)
{
    const char *word = m->settings->signature_method;
    const eb_alg *alg = word != NULL ? eb_alg_by_word(word) : NULL;
    const char *where = place(m, "SignatureMethod", NULL);

    if (word == NULL) {
        return;
    }
    if (alg == NULL || (alg->bit & ALL_SIGNATURES) == 0) {
        eb_setup_fault(m->setup, where, EB_E_CONFIG_ALGORITHM,
                       "SignatureMethod: found '%s', accepted are rsa-, rsa-pss- or ecdsa- with "
                       "sha256, sha384 or "
                       "sha512",
                       eb_printable(m->setup->pool, word));
        return;
    }
    if ((alg->bit & policy->algorithms.allowed) == 0) {
        eb_setup_fault(m->setup, where, EB_E_CONFIG_ALGORITHM,
                       "SignatureMethod: the profile %s does not allow %s", m->profile->profile,
                       word);
    } else if ((alg->bit & eb_alg_available()) == 0) {
        eb_setup_fault(m->setup, where, EB_E_CONFIG_ALGORITHM,
                       "SignatureMethod: this OpenSSL has no %s", word);
    }
    policy->signature_method = alg->bit;
}

static void allow_algorithm(const making *m, const char *word, eb_saml_policy *policy)
{
    const eb_alg *alg = eb_alg_by_word(word);
    const char *where = place(m, "AllowAlgorithms", word);
    eb_alg_set bits;

    if (strcmp(word, "rsa-2048") == 0) {
        if (policy->algorithms.min_rsa_bits > 2048) {
            weaker(m, "AllowAlgorithms", word, word,
                   apr_psprintf(m->setup->pool, "RSA keys of %d bits and more",
                                policy->algorithms.min_rsa_bits));
            policy->algorithms.min_rsa_bits = 2048;
        }
        return;
    }
    if (strcmp(word, "aes-cbc") == 0) {
        bits = EB_ALG_CBC;
    } else if (strcmp(word, "oaep-sha1") == 0) {
        bits = EB_ALG_OAEP_SHA1 | EB_ALG_OAEP_MGF1P | EB_ALG_OAEP;
    } else if (alg != NULL) {
        bits = alg->bit;
    } else {
        eb_setup_fault(m->setup, where, EB_E_CONFIG_ALGORITHM,
                       "AllowAlgorithms: found '%s', accepted are aes-cbc, oaep-sha1, rsa-2048 and "
                       "the names of "
                       "algorithms",
                       eb_printable(m->setup->pool, word));
        return;
    }
    if ((bits & ~policy->algorithms.allowed) != 0) {
        weaker(m, "AllowAlgorithms", word, word, "no such algorithm");
    }
    if ((bits & eb_alg_available() & ~(eb_alg_set)EB_ALG_OAEP_SHA1) == 0) {
        eb_setup_fault(m->setup, where, EB_E_CONFIG_ALGORITHM,
                       "AllowAlgorithms: this OpenSSL has no %s", word);
    }
    policy->algorithms.allowed |= bits;
}

/* ------------------------------------------------------------------------------- levels */

/* A row that lets in, or tells clients, more than the profile's table does. What the profile knows
 * and the section leaves out makes nothing weaker. */
static void tell_weaker_level(const making *m, const eb_level_row *row)
{
    const eb_level_row *usual = eb_levels_find(m->profile, row->uri);
    const eb_level_row *told = row->acr != NULL ? eb_levels_find(m->profile, row->acr) : NULL;
    apr_pool_t *pool = m->setup->pool;
    const char *found = apr_psprintf(pool, "%s %s", row->uri, eb_level_word(row->rank));

    if (usual == NULL) {
        weaker(m, "Levels", row->uri, found, "no such level");
    } else if (row->rank > usual->rank) {
        weaker(m, "Levels", row->uri, found,
               apr_pstrcat(pool, "it as ", eb_level_word(usual->rank), NULL));
    } else if (row->is_notified && !usual->is_notified) {
        weaker(m, "Levels", row->uri, found, "it under AllowNonNotified only");
    } else if (told != NULL && told->rank > row->rank) {
        weaker(m, "Levels", row->uri, apr_pstrcat(pool, found, " told as ", row->acr, NULL),
               apr_pstrcat(pool, "that one as ", eb_level_word(told->rank), NULL));
    }
}

static void set_levels(const making *m, eb_saml_policy *policy)
{
    const apr_array_header_t *rows = m->settings->levels;

    if (rows == NULL) {
        return;
    }
    for (int i = 0; i < rows->nelts; i++) {
        const eb_level_row *row = &APR_ARRAY_IDX(rows, i, eb_level_row);
        const char *where = place(m, "Levels", row->uri);
        if (!eb_is_uri(row->uri, ENTITY_ID_MAX)) {
            eb_setup_fault(m->setup, where, EB_E_CONFIG_LEVELS,
                           "Levels: found '%s', accepted is an absolute URI",
                           eb_printable(m->setup->pool, row->uri));
        }
        for (int j = 0; j < i; j++) {
            if (strcmp(APR_ARRAY_IDX(rows, j, eb_level_row).uri, row->uri) == 0) {
                eb_setup_fault(m->setup, where, EB_E_CONFIG_LEVELS, "Levels: %s is given twice",
                               eb_printable(m->setup->pool, row->uri));
            }
        }
        if (m->profile->level_count > 0) {
            tell_weaker_level(m, row);
        }
    }
    policy->levels = (const eb_level_row *)(const void *)rows->elts;
    policy->level_count = rows->nelts;
}

/* ------------------------------------------------------------------------------ subject */

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static void set_subject(const making *m, eb_saml_policy *policy)
{
    apr_pool_t *pool = m->setup->pool;
    const char *attribute = m->settings->subject, *namespace_ = m->settings->subject_namespace;
    eb_subject_rule *rules;

    if (attribute != NULL) {
        rules = apr_pcalloc(pool, sizeof(*rules));
        rules->attribute = attribute;
        rules->is_eidas = strncmp(attribute, EIDAS_ATTRIBUTE, sizeof(EIDAS_ATTRIBUTE) - 1) == 0 &&
                          ends_with(attribute, "PersonIdentifier");
        policy->subject_rule_count = 1;
        for (int i = 0; i < m->profile->subject_rule_count && namespace_ == NULL; i++) {
            if (strcmp(m->profile->subject_rules[i].attribute, attribute) == 0) {
                rules->namespace_ = m->profile->subject_rules[i].namespace_;
            }
        }
    } else {
        rules = apr_pmemdup(pool, policy->subject_rules,
                            sizeof(*rules) * (size_t)policy->subject_rule_count);
    }
    if (namespace_ != NULL && (*namespace_ == '\0' || strlen(namespace_) > ENTITY_ID_MAX)) {
        eb_setup_fault(m->setup, place(m, "SubjectNamespace", NULL), EB_E_CONFIG_SUBJECT,
                       "SubjectNamespace: accepted are 1 to %d characters", ENTITY_ID_MAX);
    }
    for (int i = 0; i < policy->subject_rule_count && namespace_ != NULL; i++) {
        rules[i].namespace_ = namespace_;
    }
    policy->subject_rules = rules;
    for (int i = 0; i < policy->subject_rule_count; i++) {
        if (strcmp(rules[i].attribute, "NameID") == 0 && policy->name_id_format != NULL &&
            strcmp(policy->name_id_format, PERSISTENT) != 0) {
            eb_setup_fault(m->setup, place(m, attribute != NULL ? "Subject" : "NameIDFormat", NULL),
                           EB_E_CONFIG_SUBJECT,
                           "the NameID identifies people here, so it must be persistent: found "
                           "NameIDFormat %s; "
                           "name an attribute with Subject instead",
                           eb_printable(pool, policy->name_id_format));
        }
    }
}

/* ----------------------------------------------------------------------- the other words */

static void check_scoped(const making *m, const char *word, const char *uri)
{
    if (m->profile->refuses_scoping) {
        eb_setup_fault(m->setup, place(m, word, NULL), EB_E_CONFIG_CONFLICT,
                       "%s: a provider of profile %s answers requests that have it with an error",
                       word, m->profile->profile);
    }
    if (!eb_is_uri(uri, ENTITY_ID_MAX)) {
        eb_setup_fault(m->setup, place(m, word, uri), EB_E_CONFIG_ENTITY_ID,
                       "%s: found '%s', accepted is an absolute URI", word,
                       eb_printable(m->setup->pool, uri));
    }
}

static void set_scoping(const making *m, eb_saml_policy *policy)
{
    const eb_provider_settings *s = m->settings;

    policy->requester_id = s->requester_id;
    if (s->requester_id != NULL) {
        check_scoped(m, "RequesterID", s->requester_id);
    }
    for (int i = 0; s->idp_list != NULL && i < s->idp_list->nelts; i++) {
        check_scoped(m, "IDPList", APR_ARRAY_IDX(s->idp_list, i, const char *));
        policy->idp_list = (const char *const *)(const void *)s->idp_list->elts;
        policy->idp_list_count = s->idp_list->nelts;
    }
}

static void set_request(const making *m, eb_saml_policy *policy)
{
    const eb_provider_settings *s = m->settings;

    if (s->request_binding != EB_UNSET) {
        policy->request_binding = (eb_binding)s->request_binding;
    }
    if (s->force_authn != EB_UNSET) {
        policy->force_authn = s->force_authn ? EB_TRISTATE_ON : EB_TRISTATE_OFF;
        policy->force_authn_from = EB_LEVEL_NONE; /* the section's word is for all levels */
        if (!s->force_authn && (m->profile->force_authn == EB_TRISTATE_ON ||
                                m->profile->force_authn_from != EB_LEVEL_NONE)) {
            weaker(m, "ForceAuthn", NULL, "Off",
                   m->profile->force_authn == EB_TRISTATE_ON
                       ? "On"
                       : apr_pstrcat(m->setup->pool, "On from the level ",
                                     eb_level_word(m->profile->force_authn_from), NULL));
        }
    }
    if (s->is_passive != EB_UNSET) {
        policy->is_passive = s->is_passive ? EB_TRISTATE_ON : EB_TRISTATE_OFF;
    }
    if (policy->force_authn == EB_TRISTATE_ON && policy->is_passive == EB_TRISTATE_ON) {
        eb_setup_fault(
            m->setup, place(m, "IsPassive", NULL), EB_E_CONFIG_CONFLICT,
            "IsPassive On and ForceAuthn On: nobody can sign in anew without being asked");
    }
    if (s->name_id_format != NULL) {
        policy->name_id_format = strcmp(s->name_id_format, "none") == 0 ? NULL : s->name_id_format;
    }
    if (s->request_acs != EB_UNSET) {
        policy->request_acs = (eb_request_acs)s->request_acs;
    }
    if (s->comparison != EB_UNSET) {
        policy->comparison = (eb_comparison)s->comparison;
        if (policy->comparison == EB_COMPARISON_OMIT &&
            m->profile->comparison != EB_COMPARISON_OMIT) {
            weaker(m, "Comparison", NULL, "omit, so that no level is asked for",
                   m->profile->comparison == EB_COMPARISON_EXACT ? "exact" : "minimum");
        }
    }
    if (s->sp_type != EB_UNSET) {
        policy->sp_type = (eb_sptype)s->sp_type;
    }
    policy->country = s->country;
    if (s->country != NULL &&
        (strlen(s->country) != 2 || strspn(s->country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2)) {
        eb_setup_fault(m->setup, place(m, "Country", NULL), EB_E_CONFIG_COUNTRY,
                       "Country: found '%s', accepted are two capital letters, such as FI",
                       eb_printable(m->setup->pool, s->country));
    }
    set_scoping(m, policy);
}

/* How much a signature rule demands: a Response's signature covers its assertion too. */
static int strength(eb_signed rule)
{
    return rule == EB_SIGNED_BOTH        ? 3
           : rule == EB_SIGNED_RESPONSE  ? 2
           : rule == EB_SIGNED_ASSERTION ? 1
                                         : 0;
}

static const char *signed_word(eb_signed rule)
{
    static const char *const words[] = {"either", "assertion", "response", "both"};

    return words[strength(rule)];
}

static const char *age_text(apr_pool_t *pool, apr_interval_time_t age)
{
    return age == 0 ? "0s, any age" : eb_value_duration_text(pool, age);
}

static void set_response(const making *m, eb_saml_policy *policy)
{
    const eb_provider_settings *s = m->settings;

    if (s->require_signature != EB_UNSET) {
        policy->require_signature = (eb_signed)s->require_signature;
        if (strength(policy->require_signature) < strength(m->profile->require_signature)) {
            weaker(m, "RequireSignature", NULL, signed_word(policy->require_signature),
                   signed_word(m->profile->require_signature));
        }
    }
    if (s->require_encryption != EB_UNSET) {
        policy->require_encryption = s->require_encryption != 0;
        if (!s->require_encryption && m->profile->require_encryption) {
            weaker(m, "RequireEncryption", NULL, "Off", "On");
        }
    }
    if (s->allow_non_notified != EB_UNSET) {
        policy->allow_non_notified = s->allow_non_notified != 0;
        if (s->allow_non_notified && !m->profile->allow_non_notified) {
            weaker(m, "AllowNonNotified", NULL, "On", "Off");
        }
    }
    policy->clock_skew =
        eb_setup_duration(m->setup, place(m, "ClockSkew", NULL), "ClockSkew", s->clock_skew, 0,
                          apr_time_from_sec(300), m->setup->clock_skew);
    if (s->max_authentication_age != EB_UNSET) {
        policy->max_authentication_age = s->max_authentication_age;
        if (m->profile->max_authentication_age > 0 &&
            (s->max_authentication_age == 0 ||
             s->max_authentication_age > m->profile->max_authentication_age)) {
            weaker(m, "MaxAuthenticationAge", NULL,
                   age_text(m->setup->pool, s->max_authentication_age),
                   age_text(m->setup->pool, m->profile->max_authentication_age));
        }
    }
}

/* ----------------------------------------------------------------------------- metadata */

/* A regular file of at most METADATA_MAX bytes, once at start. */
static apr_status_t read_file(apr_pool_t *pool, const char *path, eb_span *ret_content)
{
    apr_file_t *file;
    apr_finfo_t info;
    apr_size_t len;
    char *data;
    apr_status_t status = apr_file_open(&file, path, APR_READ | APR_BINARY, APR_OS_DEFAULT, pool);

    if (status != APR_SUCCESS) {
        return status;
    }
    status = apr_file_info_get(&info, APR_FINFO_SIZE | APR_FINFO_TYPE, file);
    if (status == APR_SUCCESS &&
        (info.filetype != APR_REG || info.size <= 0 || info.size > METADATA_MAX)) {
        status = APR_EINVAL;
    }
    if (status == APR_SUCCESS) {
        len = (apr_size_t)info.size;
        data = apr_palloc(pool, len);
        status = apr_file_read_full(file, data, len, &len);
        *ret_content = eb_span_bytes(data, len);
    }
    apr_file_close(file);
    return status;
}

static void check_endpoints(const making *m, const eb_peer *peer)
{
    eb_binding binding = m->provider->policy.request_binding;
    const char *missing = NULL;

    if (binding == EB_BINDING_POST && peer->sso_post == NULL) {
        missing = "HTTP-POST";
    } else if (binding == EB_BINDING_REDIRECT && peer->sso_redirect == NULL) {
        missing = "HTTP-Redirect";
    } else if (peer->sso_post == NULL && peer->sso_redirect == NULL) {
        missing = "HTTP-Redirect or HTTP-POST";
    }
    if (missing != NULL) {
        eb_setup_fault(m->setup, place(m, "Metadata", NULL), EB_E_METADATA_ENDPOINT,
                       "%s has no SingleSignOnService for %s", m->settings->metadata_file, missing);
    }
}

static void read_metadata(const making *m)
{
    eb_setup *setup = m->setup;
    const char *path = m->settings->metadata_file, *where = place(m, "Metadata", NULL);
    char reason[120];
    eb_span content;
    apr_status_t status;
    const eb_err *err;

    if (path == NULL) {
        eb_setup_fault(setup, m->settings->where, EB_E_CONFIG_MISSING,
                       "<EidasProvider %s> needs Metadata", m->settings->name);
        return;
    }
    status = read_file(setup->pool, path, &content);
    if (APR_STATUS_IS_EACCES(status) && setup->is_check) {
        eb_setup_remark(setup, where, "Metadata %s was not checked: this user may not read it",
                        path);
        return;
    }
    if (status != APR_SUCCESS) {
        eb_setup_fault(setup, where, EB_E_CONFIG_FILE, "Metadata %s: %s", path,
                       status == APR_EINVAL ? "not a file of 1 byte to 64 MiB"
                                            : apr_strerror(status, reason, sizeof(reason)));
        return;
    }
    err = eb_peer_parse(setup->pool, content, m->settings->entity_id, &m->provider->policy,
                        setup->now, &m->provider->peer);
    if (err != NULL) {
        if (err->id == EB_E_METADATA_ENTITY && m->settings->entity_id != NULL) {
            where = place(m, "EntityID", NULL);
        }
        eb_setup_fault(setup, where, err->id, "Metadata %s: %s", path,
                       err->message != NULL ? err->message : err->title);
        m->provider->peer = NULL;
        return;
    }
    check_endpoints(m, m->provider->peer);
    if (m->provider->peer->valid_until != 0 &&
        m->provider->peer->valid_until < setup->now + apr_time_from_sec(7 * 86400)) {
        eb_setup_remark(setup, where, "Metadata %s is valid only until %s", path,
                        eb_time_format_xml(setup->pool, m->provider->peer->valid_until));
    }
}

/* ---------------------------------------------------------------------------- the whole */

static void make_policy(const making *m)
{
    eb_saml_policy *policy = &m->provider->policy;
    const apr_array_header_t *allowed = m->settings->allow_algorithms;

    *policy = *m->profile;
    for (int i = 0; allowed != NULL && i < allowed->nelts; i++) {
        allow_algorithm(m, APR_ARRAY_IDX(allowed, i, const char *), policy);
    }
    set_signature_method(m, policy);
    set_request(m, policy);
    set_levels(m, policy);
    set_response(m, policy);
    set_subject(m, policy);
}

static void make_display_names(const making *m)
{
    const apr_array_header_t *names = m->settings->display_names;
    eb_provider *provider = m->provider;

    if (names != NULL) {
        provider->display_names = (const eb_display_name *)(const void *)names->elts;
        provider->display_name_count = names->nelts;
    } else if (provider->peer != NULL) {
        provider->display_names = provider->peer->display_names;
        provider->display_name_count = provider->peer->display_name_count;
    }
}

void eb_setup_providers(eb_setup *setup)
{
    const apr_array_header_t *sections = setup->settings->providers;

    setup->providers = apr_array_make(setup->pool, 4, sizeof(eb_provider *));
    if (sections == NULL) {
        eb_setup_fault(setup, setup->settings->where, EB_E_CONFIG_NO_PROVIDER,
                       "the issuer has no <EidasProvider> in its server");
        return;
    }
    for (int i = 0; i < sections->nelts; i++) {
        making m = {setup, APR_ARRAY_IDX(sections, i, eb_provider_settings *), NULL, NULL};
        const eb_claim_rule *profile_rules;
        int profile_count;

        m.provider = apr_pcalloc(setup->pool, sizeof(*m.provider));
        m.provider->name = m.settings->name;
        m.provider->sp = setup->sp;
        check_name(&m);
        find_profile(&m);
        make_policy(&m);
        profile_rules = eb_claims_profile_rules(m.profile->profile, &profile_count);
        m.provider->claim_rules =
            eb_setup_claim_rules(setup, m.settings->map_claims, profile_rules, profile_count,
                                 &m.provider->claim_rule_count);
        if (m.settings->entity_id != NULL && !eb_is_uri(m.settings->entity_id, ENTITY_ID_MAX)) {
            eb_setup_fault(setup, place(&m, "EntityID", NULL), EB_E_CONFIG_ENTITY_ID,
                           "EntityID: found '%s', accepted is an absolute URI",
                           eb_printable(setup->pool, m.settings->entity_id));
        }
        read_metadata(&m);
        make_display_names(&m);
        APR_ARRAY_PUSH(setup->providers, eb_provider *) = m.provider;
    }
}

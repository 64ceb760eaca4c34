/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Providers: the profile's row with the section's words over it, and the peer from its metadata.
 *
 * Every word that makes a provider weaker than its profile is a remark, so that nothing weakens by
 * accident.
 */
#include "bridge/claims.h"
#include "bridge/setup_internal.h"
#include "bridge/value.h"
#include "saml/profiles.h"

#include <apr_file_info.h>
#include <apr_file_io.h>
#include <apr_strings.h>
#include <string.h>

#define METADATA_MAX    (64 * 1024 * 1024)
#define ENTITY_ID_MAX   1024
#define PERSISTENT      "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
#define EIDAS_ATTRIBUTE "http://eidas.europa.eu/attributes/"
#define NATURAL_PERSON  EIDAS_ATTRIBUTE "naturalperson/"
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

static void weaker(const making *m, const char *word, const char *what)
{
    eb_setup_remark(m->setup, place(m, word, NULL),
                    "%s makes provider %s weaker than its profile %s: %s", word, m->settings->name,
                    m->profile->profile, what);
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
            weaker(m, "AllowAlgorithms", "RSA keys of 2048 bits");
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
        eb_setup_remark(m->setup, where,
                        "AllowAlgorithms makes provider %s weaker than its profile %s: %s",
                        m->settings->name, m->profile->profile, word);
    }
    if ((bits & eb_alg_available() & ~(eb_alg_set)EB_ALG_OAEP_SHA1) == 0) {
        eb_setup_fault(m->setup, where, EB_E_CONFIG_ALGORITHM,
                       "AllowAlgorithms: this OpenSSL has no %s", word);
    }
    policy->algorithms.allowed |= bits;
}

/* ------------------------------------------------------------------------------- levels */

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
    }
    if (policy->level_count > 0) {
        eb_setup_remark(m->setup, place(m, "Levels", NULL),
                        "Levels takes the place of the table of profile %s at provider %s: what a "
                        "URI is worth is now what stands here",
                        m->profile->profile, m->settings->name);
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
            weaker(m, "ForceAuthn", "people may come back without signing in anew");
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
            weaker(m, "Comparison",
                   "the provider is not told which level is wanted; one that is "
                   "too low is still refused");
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

/* How much a signature rule demands; response and assertion are different, neither is more. */
static int strength(eb_signed rule)
{
    return rule == EB_SIGNED_BOTH ? 2 : rule == EB_SIGNED_EITHER ? 0 : 1;
}

static void set_response(const making *m, eb_saml_policy *policy)
{
    const eb_provider_settings *s = m->settings;

    if (s->require_signature != EB_UNSET) {
        policy->require_signature = (eb_signed)s->require_signature;
        if (strength(policy->require_signature) < strength(m->profile->require_signature)) {
            weaker(m, "RequireSignature", "fewer signatures");
        }
    }
    if (s->require_encryption != EB_UNSET) {
        policy->require_encryption = s->require_encryption != 0;
        if (!s->require_encryption && m->profile->require_encryption) {
            weaker(m, "RequireEncryption", "assertions in clear text pass through the browser");
        }
    }
    if (s->allow_non_notified != EB_UNSET) {
        policy->allow_non_notified = s->allow_non_notified != 0;
        if (s->allow_non_notified) {
            weaker(m, "AllowNonNotified", "levels that no country has notified count");
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
            weaker(m, "MaxAuthenticationAge", "older sign-ins are accepted");
        }
    }
}

/* A name without a colon is one of the eIDAS natural person's attributes where the profile is
 * eidas. */
static void set_requested(const making *m, eb_saml_policy *policy)
{
    const apr_array_header_t *words = m->settings->request_attributes;
    apr_array_header_t *all;

    if (words == NULL) {
        return;
    }
    all = apr_array_make(m->setup->pool, policy->requested_count + words->nelts,
                         sizeof(eb_requested_attribute));
    for (int i = 0; i < policy->requested_count; i++) {
        APR_ARRAY_PUSH(all, eb_requested_attribute) = policy->requested[i];
    }
    for (int i = 0; i < words->nelts; i++) {
        eb_requested_attribute attribute = APR_ARRAY_IDX(words, i, eb_requested_attribute);
        bool is_there = false;
        if (policy->request_attributes_in_request && strchr(attribute.name, ':') == NULL) {
            attribute.friendly_name = attribute.name;
            attribute.name = apr_pstrcat(m->setup->pool, NATURAL_PERSON, attribute.name, NULL);
        }
        for (int j = 0; j < all->nelts && !is_there; j++) {
            is_there =
                strcmp(APR_ARRAY_IDX(all, j, eb_requested_attribute).name, attribute.name) == 0;
        }
        if (!is_there) {
            APR_ARRAY_PUSH(all, eb_requested_attribute) = attribute;
        }
    }
    policy->requested = (const eb_requested_attribute *)(const void *)all->elts;
    policy->requested_count = all->nelts;
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
    set_requested(m, policy);
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

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clients and providers together: who signs in where, what is asked for, and whether demanded
 * levels exist there. */
#include "bridge/claims_change.h"
#include "bridge/release.h"
#include "bridge/setup_internal.h"
#include "bridge/value.h"

#include <apr_strings.h>
#include <string.h>

#define NATURAL_PERSON "http://eidas.europa.eu/attributes/naturalperson/"

static eb_provider *provider_at(const eb_setup *setup, int index)
{
    return APR_ARRAY_IDX(setup->providers, index, eb_provider *);
}

static const eb_bridge_client *client_at(const eb_setup *setup, int index)
{
    return APR_ARRAY_IDX(setup->clients, index, eb_bridge_client *);
}

static const eb_client_settings *client_settings(const eb_setup *setup, int index)
{
    return APR_ARRAY_IDX(setup->settings->clients, index, eb_client_settings *);
}

static const eb_provider *find_provider(const eb_setup *setup, const char *name)
{
    for (int i = 0; i < setup->providers->nelts; i++) {
        if (strcmp(provider_at(setup, i)->name, name) == 0) {
            return provider_at(setup, i);
        }
    }
    return NULL;
}

static void unknown_provider(eb_setup *setup, const char *where, const char *word,
                             const char *found)
{
    apr_array_header_t *names = apr_array_make(setup->pool, 4, sizeof(const char *));
    const char *nearest;

    for (int i = 0; i < setup->providers->nelts; i++) {
        APR_ARRAY_PUSH(names, const char *) = provider_at(setup, i)->name;
    }
    APR_ARRAY_PUSH(names, const char *) = NULL;
    nearest = eb_value_nearest((const char *const *)(const void *)names->elts, found);
    eb_setup_fault(
        setup, where, EB_E_CONFIG_PROVIDER_UNKNOWN,
        "%s: found '%s', accepted are names of this server's <EidasProvider> sections%s%s%s", word,
        eb_printable(setup->pool, found), nearest != NULL ? "; did you mean " : "",
        nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
}

static bool may_use(const eb_client *client, const char *provider)
{
    for (int i = 0; i < client->provider_count; i++) {
        if (strcmp(client->providers[i], provider) == 0) {
            return true;
        }
    }
    return client->provider_count == 0;
}

/* ------------------------------------------------------------------------------- choice */

static void find_default(eb_setup *setup)
{
    const char *name = setup->settings->default_provider;

    if (name != NULL && setup->settings->providers != NULL) {
        setup->default_provider = find_provider(setup, name);
        if (setup->default_provider == NULL) {
            unknown_provider(setup,
                             eb_settings_place(setup->pool, setup->settings->places,
                                               "EidasDefaultProvider", NULL,
                                               setup->settings->where),
                             "EidasDefaultProvider", name);
        }
    } else if (setup->providers->nelts == 1) {
        setup->default_provider = provider_at(setup, 0);
    }
}

/* Every login must have one provider to go to. */
static void check_choice(eb_setup *setup, int index)
{
    const eb_client *client = &client_at(setup, index)->client;
    const eb_client_settings *settings = client_settings(setup, index);
    bool are_known = true;

    for (int i = 0; i < client->provider_count; i++) {
        if (find_provider(setup, client->providers[i]) == NULL) {
            unknown_provider(setup,
                             eb_settings_place(setup->pool, settings->places, "Providers",
                                               client->providers[i], settings->where),
                             "Providers", client->providers[i]);
            are_known = false;
        }
    }
    if (!are_known || client->provider_count == 1 || setup->providers->nelts < 2 ||
        (setup->settings->default_provider != NULL && setup->default_provider == NULL)) {
        return;
    }
    if (setup->default_provider == NULL) {
        eb_setup_fault(setup, settings->where, EB_E_CONFIG_PROVIDER_CHOICE,
                       "<EidasClient %s> may use several providers: set EidasDefaultProvider, or "
                       "name one with "
                       "Providers",
                       eb_printable(setup->pool, client->id));
    } else if (!may_use(client, setup->default_provider->name)) {
        eb_setup_fault(
            setup, settings->where, EB_E_CONFIG_PROVIDER_CHOICE,
            "<EidasClient %s> names several providers, and EidasDefaultProvider %s is none of them",
            eb_printable(setup->pool, client->id), setup->default_provider->name);
    }
}

/* ------------------------------------------------------------------------------- levels */

static bool reaches(const eb_saml_policy *policy, eb_level level)
{
    for (int i = 0; i < policy->level_count; i++) {
        const eb_level_row *row = &policy->levels[i];
        if (row->rank >= level && (row->is_notified || policy->allow_non_notified)) {
            return true;
        }
    }
    return false;
}

static void check_levels(eb_setup *setup, int index)
{
    const eb_client *client = &client_at(setup, index)->client;
    const eb_client_settings *settings = client_settings(setup, index);
    const char *where =
        eb_settings_place(setup->pool, settings->places, "MinimumLevel", NULL, settings->where);

    if (client->minimum_level == EB_LEVEL_NONE || setup->lacks_profile) {
        return;
    }
    for (int i = 0; i < setup->providers->nelts; i++) {
        const eb_provider *provider = provider_at(setup, i);
        if (!may_use(client, provider->name) || reaches(&provider->policy, client->minimum_level)) {
            continue;
        }
        eb_setup_fault(setup, where, EB_E_CONFIG_MINIMUM_LEVEL,
                       "MinimumLevel %s: provider %s %s; give it Levels, or name other Providers",
                       eb_level_word(client->minimum_level), provider->name,
                       provider->policy.level_count == 0 ? "has no table of levels"
                                                         : "has no such level");
    }
}

/* --------------------------------------------------------------------------- attributes */

/* What one provider is asked for, growing. */
typedef struct asking {
    eb_setup *setup;
    const eb_saml_policy *policy;
    apr_array_header_t *requested; /* eb_requested_attribute */
} asking;

static const char *friendly_name(const char *name)
{
    const char *tail = strrchr(name, '/');

    if (strncmp(name, NATURAL_PERSON, sizeof(NATURAL_PERSON) - 1) != 0 || tail == NULL) {
        return NULL;
    }
    return strcmp(tail, "/CurrentFamilyName") == 0  ? "FamilyName"
           : strcmp(tail, "/CurrentGivenName") == 0 ? "FirstName"
                                                    : tail + 1;
}

static void ask(const asking *a, const char *name, bool is_required)
{
    eb_requested_attribute *attribute;

    for (int i = 0; i < a->requested->nelts; i++) {
        attribute = &APR_ARRAY_IDX(a->requested, i, eb_requested_attribute);
        if (strcmp(attribute->name, name) == 0) {
            attribute->is_required = attribute->is_required || is_required;
            return;
        }
    }
    attribute = apr_array_push(a->requested);
    attribute->name = name;
    attribute->friendly_name = friendly_name(name);
    attribute->is_required = is_required;
}

/* True for a rule of the claim itself or of one of its members (`address.locality`). */
static bool is_rule_of(const eb_claim_rule *rule, const char *claim)
{
    size_t len = strlen(claim);

    return strncmp(rule->claim, claim, len) == 0 &&
           (rule->claim[len] == '\0' || rule->claim[len] == '.');
}

/* A word without a colon is a FriendlyName, but where a service names its attributes so. */
static bool may_be_asked(const char *attribute, const eb_saml_policy *policy)
{
    return policy->request_attributes_in_request
               ? strncmp(attribute, NATURAL_PERSON, sizeof(NATURAL_PERSON) - 1) == 0
               : strchr(attribute, ':') != NULL || policy->bare_attribute_names;
}

/* The attributes behind a claim, as far as they are named by URI. A node of eIDAS knows only its
 * own attributes, refuses requests that call the optional ones required, and one source of each
 * claim is enough there. */
static void ask_claim(const asking *a, const eb_claim_rule *rules, int count, const char *claim,
                      bool is_required)
{
    bool is_eidas = a->policy->request_attributes_in_request;
    const char *last = NULL;

    for (int i = 0; i < count; i++) {
        const eb_claim_rule *rule = &rules[i];
        int attribute_count;
        const char *const *attributes =
            eb_claim_rule_attributes(a->setup->pool, rule, &attribute_count);
        if (!is_rule_of(rule, claim) ||
            (is_eidas && last != NULL && strcmp(last, rule->claim) == 0)) {
            continue;
        }
        for (int k = 0; k < attribute_count; k++) {
            if (may_be_asked(attributes[k], a->policy)) {
                ask(a, attributes[k], is_required && !is_eidas);
                last = rule->claim;
            }
        }
    }
}

static void ask_client(const asking *a, const eb_provider *provider, const eb_bridge_client *client)
{
    apr_array_header_t *scopes = apr_array_make(a->setup->pool, 5, sizeof(const char *));
    apr_array_header_t *names;

    for (int i = 0; i < client->client.scope_count; i++) {
        APR_ARRAY_PUSH(scopes, const char *) = client->client.scopes[i];
    }
    names = eb_release_names(a->setup->pool, &client->client, scopes);
    for (int i = 0; i < names->nelts; i++) {
        const char *claim = APR_ARRAY_IDX(names, i, const char *);
        ask_claim(a, client->claim_rules, client->claim_rule_count, claim, false);
        ask_claim(a, provider->claim_rules, provider->claim_rule_count, claim, false);
    }
    for (int i = 0; i < client->client.required_claim_count; i++) {
        const char *claim = client->client.required_claims[i];
        ask_claim(a, client->claim_rules, client->claim_rule_count, claim, true);
        ask_claim(a, provider->claim_rules, provider->claim_rule_count, claim, true);
    }
}

/* What the section itself lists. A name without a colon is one of the eIDAS natural person's where
 * the profile is eidas. */
static void ask_section(const asking *a, const apr_array_header_t *words)
{
    for (int i = 0; words != NULL && i < words->nelts; i++) {
        const eb_requested_attribute *word = &APR_ARRAY_IDX(words, i, eb_requested_attribute);
        bool is_short = a->policy->request_attributes_in_request && strchr(word->name, ':') == NULL;
        ask(a,
            is_short ? apr_pstrcat(a->setup->pool, NATURAL_PERSON, word->name, NULL) : word->name,
            word->is_required);
    }
}

/* What identifies a person is asked for whatever else is: a provider may tell only what is. What a
 * section's Subject names counts even where claims are restricted to the provider's own names. */
static void ask_subject(const asking *a)
{
    const eb_saml_policy *policy = a->policy;

    for (int i = 0; i < policy->subject_rule_count; i++) {
        const char *name = policy->subject_rules[i].attribute;
        if (strcmp(name, "NameID") != 0 &&
            (strchr(name, ':') != NULL || may_be_asked(name, policy))) {
            ask(a, name, false);
        }
    }
}

/* The identifying attributes and the union of the clients' claims, or in place of the claims what
 * the section itself says. */
static void make_requested(eb_setup *setup, int index)
{
    eb_provider *provider = provider_at(setup, index);
    const eb_provider_settings *settings =
        APR_ARRAY_IDX(setup->settings->providers, index, eb_provider_settings *);
    asking a = {setup, &provider->policy, NULL};

    a.requested = apr_array_make(setup->pool, 8, sizeof(eb_requested_attribute));
    for (int i = 0; i < provider->policy.requested_count; i++) {
        APR_ARRAY_PUSH(a.requested, eb_requested_attribute) = provider->policy.requested[i];
    }
    ask_section(&a, settings->request_attributes);
    ask_subject(&a);
    for (int i = 0; i < setup->clients->nelts && settings->request_attributes == NULL; i++) {
        if (may_use(&client_at(setup, i)->client, provider->name)) {
            ask_client(&a, provider, client_at(setup, i));
        }
    }
    provider->policy.requested = (const eb_requested_attribute *)(const void *)a.requested->elts;
    provider->policy.requested_count = a.requested->nelts;
}

void eb_setup_match(eb_setup *setup)
{
    find_default(setup);
    for (int i = 0; i < setup->clients->nelts; i++) {
        check_choice(setup, i);
        check_levels(setup, i);
    }
    for (int i = 0; i < setup->providers->nelts; i++) {
        make_requested(setup, i);
    }
}

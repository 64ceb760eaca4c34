/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bridge: one issuer, ready to serve; and the call: one request to it. */
#ifndef EB_BRIDGE_BRIDGE_H
#define EB_BRIDGE_BRIDGE_H

#include "base/http.h"
#include "base/log.h"
#include "bridge/settings.h"
#include "oidc/client.h"
#include "saml/peer.h"
#include "state/state.h"

struct eb_pages; /* bridge/page */

typedef struct eb_claim_change eb_claim_change; /* bridge/claims_change */

/* A claim and where it comes from; a client's rows come before its provider's. */
typedef struct eb_claim_rule {
    const char *claim;
    bool is_value;
    const char *argument;          /* the constant of a `value` rule, else the (first) attribute */
    const eb_claim_change *change; /* NULL: the values as they are */
} eb_claim_rule;

typedef struct eb_provider {
    const char *name;
    eb_saml_policy policy;
    const eb_saml_sp *sp;
    const eb_peer *peer;
    const eb_display_name *display_names; /* the section's, else the peer's */
    int display_name_count;
    const eb_claim_rule *claim_rules; /* the section's MapClaim, then the profile's */
    int claim_rule_count;
} eb_provider;

/* A client as the bridge sees it: the registration and its own claim rules. */
typedef struct eb_bridge_client {
    eb_client client;
    const eb_claim_rule *claim_rules;
    int claim_rule_count;
} eb_bridge_client;

/* When each of the refusals of a store was last logged: seconds of the boot clock and one, 0 for
 * never. Of this process alone; changed atomically. */
typedef struct eb_busy_log {
    volatile apr_uint32_t full, share, away;
} eb_busy_log;

/* Immutable after start, but for what busy_log points to. One per issuer. */
typedef struct eb_bridge {
    const char *issuer; /* "https://login.example.fi/sub" */
    const char *host;   /* "login.example.fi" or with port */
    const char *path;   /* "/sub", or "" at the root */
    const char *tag;    /* six characters of the issuer's hash, for cookie names */
    const eb_keyring *keys;
    const eb_provider *const *providers;
    int provider_count;
    const eb_provider *default_provider; /* NULL: chooser (a later issue); configtest demands one
                                            where there are several */
    const eb_client *const *clients;     /* &eb_bridge_client.client */
    int client_count;
    const struct eb_pages *pages;
    apr_interval_time_t clock_skew, login_lifetime;
    apr_interval_time_t
        longest_token; /* longest life of a token of any client: tombstones live so long */
    size_t max_message;
    const char *discovery; /* ready documents */
    const char *metadata;
    const eb_store *store;
    const eb_random *random;
    eb_busy_log *busy_log;
} eb_bridge;

/* What every endpoint function gets. */
typedef struct eb_call {
    apr_pool_t *pool;
    const eb_bridge *bridge;
    apr_time_t now;    /* wall clock */
    apr_time_t uptime; /* boot clock, microseconds */
    const eb_log *log;
    const eb_request *in;
    eb_reply *out;
    const char *reference; /* reference number of this request for page and log */
} eb_call;

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of bridge/setup share: the bridge in the making, and how faults are told.
 *
 * Checking and opening walk the same way, so that what configtest accepts also starts. A fault is
 * told and the walk goes on with something harmless in its place; only the count of faults says
 * whether the result may be used.
 */
#ifndef EB_BRIDGE_SETUP_INTERNAL_H
#define EB_BRIDGE_SETUP_INTERNAL_H

#include "bridge/page.h"
#include "bridge/setup.h"

typedef struct eb_setup {
    apr_pool_t *pool;
    const eb_settings *settings;
    apr_time_t now;
    const eb_setup_report *report;
    bool is_check; /* configtest: nothing is made, written or run */
    int faults;

    /* made on the way */
    const char *host, *path;
    const char *key_directory;
    apr_interval_time_t clock_skew, login_lifetime, key_rotation;
    apr_int64_t max_message;
    const eb_jws_alg *token_algs;
    int token_alg_count;
    eb_pages_settings pages;
    eb_saml_sp *sp;                /* keys are set when they are open */
    apr_array_header_t *providers; /* eb_provider * */
    apr_array_header_t *clients;   /* eb_bridge_client * */
    const eb_provider *default_provider;
    bool lacks_profile; /* of some provider: what follows from its levels is not judged */
} eb_setup;

/* Tells a fault and counts it. */
void eb_setup_fault(eb_setup *setup, const char *where, eb_err_id id, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same for an error made elsewhere; NULL is none. */
void eb_setup_fault_err(eb_setup *setup, const char *where, const eb_err *err);
/* Something weaker than the default or the profile, or something that was not checked. */
void eb_setup_remark(eb_setup *setup, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* `value` where it is set and within limits (both included), else `otherwise`, with a fault where
 * it is outside and a remark where it is longer than `otherwise`: of two lifetimes the longer one
 * is the weaker. */
apr_interval_time_t eb_setup_duration(eb_setup *setup, const char *where, const char *word,
                                      apr_interval_time_t value, apr_interval_time_t least,
                                      apr_interval_time_t most, apr_interval_time_t otherwise);

/* An absolute URI: a scheme, ':', and no white space or control character. */
bool eb_is_uri(const char *text, size_t max_len);

/* The sections, in their order, into setup->providers and setup->clients. */
void eb_setup_providers(eb_setup *setup);
void eb_setup_clients(eb_setup *setup);

/* After both: which attributes each provider is asked for, from the clients' claims; which provider
 * each client's logins go to; whether the levels that clients demand can be had there. */
void eb_setup_match(eb_setup *setup);

/* An array's elements as const char *const *; the count is 0 for NULL. */
const char *const *eb_setup_words(const apr_array_header_t *array, int *ret_count);

/* MapClaim rows, judged, with the rules behind them appended. */
const eb_claim_rule *eb_setup_claim_rules(eb_setup *setup, const apr_array_header_t *rows,
                                          const eb_claim_rule *more, int more_count,
                                          int *ret_count);

/* All that checking and opening have in common, but keys and pages. */
void eb_setup_walk(eb_setup *setup);

/* Keys: judged at configtest, and opened at start (made where that is allowed). Both tell faults of
 * keys that a provider's rules do not accept; opening returns what went wrong with the keys
 * themselves. */
void eb_setup_check_keys(eb_setup *setup);
const eb_err *eb_setup_open_keys(eb_setup *setup, const eb_random *random, const eb_log *log,
                                 eb_keyring **ret_keys);

/* Longest life of a token of any client. */
apr_interval_time_t eb_setup_longest_token(const eb_setup *setup);

#endif

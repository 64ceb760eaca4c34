/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bridge/ask.h"

#include "bridge/page.h"
#include "saml/authn_request.h"

#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#define REQUEST_ID_BYTES 20

static const eb_err *renew(const eb_call *call, const eb_provider *provider, eb_record *record)
{
    const eb_bridge *bridge = call->bridge;
    unsigned char id[REQUEST_ID_BYTES];
    eb_epoch epoch;
    EB_TRY(eb_random_bytes(call->pool, bridge->random, id, sizeof(id)));
    EB_TRY(eb_relay_state_make(call, record->client, &record->relay_state));
    EB_TRY(eb_store_epoch(bridge->store, call->pool, &epoch));
    memcpy(record->epoch, epoch.id, sizeof(record->epoch));
    record->state = EB_RECORD_LOGIN;
    record->provider = provider->name;
    record->request_id = apr_pstrcat(call->pool, "_", eb_hex(call->pool, id, sizeof(id)), NULL);
    record->started = call->now;
    return NULL;
}

/* The provider's name for people: in their language, else English, else the first; NULL when it has
 * none. */
static const char *name_for_people(const eb_provider *provider, const char *language)
{
    const eb_display_name *chosen = NULL;

    for (int i = 0; i < provider->display_name_count; i++) {
        const eb_display_name *name = &provider->display_names[i];
        if (strcasecmp(name->language, language) == 0) {
            return name->text;
        }
        if (chosen == NULL ||
            (strcasecmp(name->language, "en") == 0 && strcasecmp(chosen->language, "en") != 0)) {
            chosen = name;
        }
    }
    return chosen != NULL ? chosen->text : NULL;
}

const eb_err *eb_ask_provider(const eb_call *call, const eb_provider *provider, eb_records *records,
                              eb_record *record)
{
    EB_TRY(renew(call, provider, record));
    eb_authn_request ask = {.id = record->request_id,
                            .issue_instant = record->started,
                            .relay_state = record->relay_state,
                            .floor = record->floor,
                            .force_authn = record->force_authn || record->max_age >= 0,
                            .language = record->language};
    eb_authn_message message;
    EB_TRY(eb_authn_request_make(call->pool, provider->sp, &provider->policy, provider->peer, &ask,
                                 &message));
    EB_TRY(eb_records_add(call, records, record));
    if (message.is_post) {
        const char *names[] = {"SAMLRequest", "RelayState"};
        const char *values[] = {message.saml_request, message.relay_state};
        eb_page_post(call->bridge->pages, call->pool, record->language,
                     name_for_people(provider, record->language), message.url, names, values, 2,
                     call->out);
    } else {
        eb_reply_redirect(call->out, message.url);
    }
    return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bridge/answer.h"

#include "bridge/page.h"
#include "oidc/authorize.h"

#include <apr_strings.h>
#include <string.h>

/* The service's name as people know it; an id is for machines, the page then speaks of "the
 * service". */
static const char *name_for_people(const eb_client *client)
{
    return client == NULL || strcmp(client->display_name, client->id) == 0 ? NULL
                                                                           : client->display_name;
}

static void show(const eb_call *call, const eb_err *err, const eb_client *client,
                 const char *ui_locales, const char *way_back)
{
    const eb_pages *pages = call->bridge->pages;
    eb_page_error page = {.language =
                              eb_pages_language(pages, ui_locales, call->in->accept_language),
                          .err = err,
                          .reference = call->reference,
                          .client_name = name_for_people(client),
                          .home_url = way_back};
    eb_page_error_show(pages, call->pool, &page, call->out);
}

void eb_answer_page(const eb_call *call, const eb_err *err, const eb_client *client,
                    const char *ui_locales)
{
    show(call, err, client, ui_locales, client == NULL ? NULL : client->home_url);
}

static const char *error_url(const eb_call *call, const eb_err *err, const char *redirect_uri,
                             const char *state)
{
    const char *description =
        apr_psprintf(call->pool, "%s (%s, reference %s)", err->title, err->code, call->reference);
    return eb_authorize_error_url(call->pool, redirect_uri, err->oauth, description, state,
                                  call->bridge->issuer);
}

void eb_answer_client(const eb_call *call, const eb_err *err, const char *redirect_uri,
                      const char *state)
{
    eb_reply_redirect(call->out, error_url(call, err, redirect_uri, state));
}

bool eb_answer_is_told(const eb_err *err)
{
    return err->id >= EB_E_STATUS_CANCELLED && err->id <= EB_E_STATUS_FRAUD;
}

void eb_answer_told(const eb_call *call, const eb_err *err, const eb_client *client,
                    const char *ui_locales, const char *redirect_uri, const char *state)
{
    const char *url = error_url(call, err, redirect_uri, state);

    /* an app's own scheme is no link for a page (bridge/page): it gets its error at once */
    if (strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0) {
        show(call, err, client, ui_locales, url);
    } else {
        eb_reply_redirect(call->out, url);
    }
}

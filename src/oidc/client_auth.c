/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who calls the token endpoint: Basic, post, or a public client's bare id. */
#include "oidc/client_auth.h"

#include "keys/seal.h"

#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#define SECRET_SLOTS    2        /* compared for every client, known or not, however many it has */
#define CREDENTIALS_MAX 8 * 1024 /* bytes of the header's base64 */

typedef struct credentials {
    const char *id;     /* NULL when it could not be read */
    const char *secret; /* NULL when there was none */
    eb_auth_method method;
} credentials;

/* One sentence for all that is wrong with a client, so that the log tells the administrator and the
 * wire tells nobody which it was. */
static const eb_err *refuse(apr_pool_t *pool, const char *id, const char *why)
{
    return eb_err_make(pool, EB_E_TOKEN_CLIENT, "client %s: %s", eb_printable(pool, id), why);
}

/* RFC 6749 2.3.1: id and secret are form-encoded before they are joined. NULL when it is not so. */
static const char *form_decode(apr_pool_t *pool, const char *text)
{
    if (strchr(text, '&') != NULL) {
        return NULL;
    }
    const char *pair = apr_pstrcat(pool, "v=", text, NULL);
    return eb_params_value(eb_params_parse(pool, pair, strlen(pair)), "v");
}

static void read_basic(apr_pool_t *pool, const char *authorization, credentials *given)
{
    const char *encoded = authorization + 5 + strspn(authorization + 5, " ");
    size_t len = strlen(encoded);
    eb_span bytes;
    if (len > CREDENTIALS_MAX || !eb_base64_decode(pool, encoded, len, &bytes) ||
        memchr(bytes.data, '\0', bytes.len) != NULL) {
        return;
    }
    char *text = apr_pstrmemdup(pool, (const char *)bytes.data, bytes.len);
    char *colon = strchr(text, ':');
    if (colon == NULL) {
        return;
    }
    *colon = '\0';
    given->id = form_decode(pool, text);
    given->secret = form_decode(pool, colon + 1);
}

/* What was sent, by which method; two methods at once are refused (RFC 6749 2.3). */
static const eb_err *read_credentials(apr_pool_t *pool, const char *authorization,
                                      const eb_params *form, credentials *given)
{
    static const char *const names[] = {"client_id", "client_secret", "client_assertion"};
    const char *values[3];
    for (int i = 0; i < 3; i++) {
        eb_param_state state = eb_params_get(form, names[i], &values[i]);
        if (state == EB_PARAM_REPEATED) {
            return eb_err_make(pool, EB_E_TOKEN_DUPLICATE, "%s is given more than once", names[i]);
        }
        if (state == EB_PARAM_MALFORMED) {
            return eb_err_make(pool, EB_E_TOKEN_REQUEST,
                               "%s has a broken %%-escape, a NUL, or is not UTF-8", names[i]);
        }
    }
    const char *id = values[0], *secret = values[1], *assertion = values[2];
    int methods = (authorization != NULL) + (secret != NULL) + (assertion != NULL);
    if (methods > 1) {
        return eb_err_make(pool, EB_E_TOKEN_AUTH_METHODS,
                           "more than one of Authorization, client_secret and client_assertion "
                           "was sent");
    }
    if (authorization != NULL) {
        given->method = EB_AUTH_BASIC;
        if (strncasecmp(authorization, "Basic ", 6) != 0) {
            return refuse(pool, id, "the Authorization header has a scheme other than Basic");
        }
        read_basic(pool, authorization, given);
        if (given->id == NULL) {
            return refuse(pool, id, "the Basic credentials cannot be read");
        }
        if (id != NULL && strcmp(id, given->id) != 0) {
            return refuse(pool, id, "client_id in the form is not that of the header");
        }
        return NULL;
    }
    if (assertion != NULL) {
        return refuse(pool, id, "client_assertion is not an AuthMethod of any client");
    }
    given->method = secret != NULL ? EB_AUTH_POST : EB_AUTH_NONE;
    given->id = id;
    given->secret = secret;
    return id == NULL ? refuse(pool, NULL, "no client_id was sent") : NULL;
}

/* The key makes no secret of anything; the HMAC only gives all secrets one size. */
static const eb_err *fixed_size(apr_pool_t *pool, const char *secret, unsigned char out[32])
{
    static const unsigned char key[32] = "eb client secret 1";
    return eb_hmac(pool, key, eb_span_str(secret), out);
}

/* Compares the secret with each of the client's, and with a stand-in where the client is unknown or
 * has fewer: the same work for all. */
static const eb_err *check_secret(apr_pool_t *pool, const eb_client *client, const char *secret,
                                  bool *ret_is_right)
{
    unsigned char given[32], known[32];
    int count = client == NULL ? 0 : client->secret_count;
    int slots = count > SECRET_SLOTS ? count : SECRET_SLOTS;
    EB_TRY(fixed_size(pool, secret == NULL ? "" : secret, given));
    bool is_right = false;
    for (int i = 0; i < slots; i++) {
        bool is_real = i < count;
        const char *stand_in = "0123456789abcdef0123456789abcdef0123456789a";
        EB_TRY(fixed_size(pool, is_real ? client->secrets[i] : stand_in, known));
        bool is_equal = eb_equal_secret(given, sizeof given, known, sizeof known);
        is_right |= is_equal & is_real;
    }
    *ret_is_right = is_right && secret != NULL;
    return NULL;
}

const eb_err *eb_client_authenticate(apr_pool_t *pool, const eb_client *const *clients,
                                     int client_count, const char *authorization,
                                     const eb_params *form, bool *ret_used_header,
                                     const eb_client **ret_client)
{
    *ret_used_header = authorization != NULL;
    if (form == NULL) {
        return eb_err_make(pool, EB_E_TOKEN_REQUEST, "there are more than %d parameters",
                           EB_PARAMS_MAX);
    }
    credentials given = {NULL, NULL, EB_AUTH_NONE};
    EB_TRY(read_credentials(pool, authorization, form, &given));

    const eb_client *client = eb_client_find(clients, client_count, given.id);
    bool is_right;
    EB_TRY(check_secret(pool, client, given.secret, &is_right));
    if (client == NULL) {
        return refuse(pool, given.id, "no <EidasClient> has this id");
    }
    if ((client->auth_methods & (unsigned int)given.method) == 0) {
        return refuse(pool, given.id, "it used a method that is not its AuthMethod");
    }
    if (given.method != EB_AUTH_NONE && !is_right) {
        return refuse(pool, given.id, "the secret is wrong");
    }
    *ret_client = client;
    return NULL;
}

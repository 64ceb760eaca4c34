/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registered clients: finding one, and what a redirect URI may be. */
#include "oidc/client.h"

#include <apr_strings.h>
#include <string.h>

static const char *const loopback_prefixes[] = {"http://127.0.0.1", "http://[::1]"};

const eb_client *eb_client_find(const eb_client *const *clients, int count, const char *id)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(clients[i]->id, id) == 0) {
            return clients[i];
        }
    }
    return NULL;
}

/* What follows host and port of a loopback URI, and which host it has; NULL for every other URI.
 * What follows is compared with that of a sound URI, so it need not be judged. */
static const char *after_loopback_port(const char *uri, int *ret_host)
{
    for (int i = 0; i < 2; i++) {
        size_t len = strlen(loopback_prefixes[i]);
        if (strncmp(uri, loopback_prefixes[i], len) != 0) {
            continue;
        }
        const char *at = uri + len;
        if (*at == ':') {
            at++;
            unsigned int port = 0;
            size_t digits = strspn(at, "0123456789");
            if (digits < 1 || digits > 5 || *at == '0') {
                return NULL;
            }
            for (size_t d = 0; d < digits; d++) {
                port = port * 10 + (unsigned int)(at[d] - '0');
            }
            if (port > 65535) {
                return NULL;
            }
            at += digits;
        }
        *ret_host = i;
        return at;
    }
    return NULL;
}

static bool loopback_matches(const char *registered, const char *uri)
{
    int registered_host, host;
    const char *registered_rest = after_loopback_port(registered, &registered_host);
    const char *rest = after_loopback_port(uri, &host);
    return registered_rest != NULL && rest != NULL && registered_host == host &&
           strcmp(registered_rest, rest) == 0;
}

bool eb_client_redirect_uri_matches(const eb_client *client, const char *uri)
{
    bool is_public = (client->auth_methods & EB_AUTH_NONE) != 0;
    for (int i = 0; i < client->redirect_uri_count; i++) {
        const char *registered = client->redirect_uris[i];
        if (strcmp(registered, uri) == 0 || (is_public && loopback_matches(registered, uri))) {
            return true;
        }
    }
    return false;
}

static bool is_scheme(const char *uri, size_t len)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char rest[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
    return len > 0 && strchr(letters, uri[0]) != NULL && strspn(uri, rest) >= len;
}

static bool is_hex(char c)
{
    return c != '\0' && strchr("0123456789abcdefABCDEF", c) != NULL;
}

/* Why a character or an escape cannot be in a URI (RFC 3986 section 2). */
static const char *character_fault(const char *uri)
{
    static const char others[] = "-._~:/?[]@!$&'()*+,;=";
    for (const char *at = uri; *at != '\0'; at++) {
        bool is_alphanumeric =
            (*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z');
        if (*at == '#') {
            return "it has a fragment (#)";
        }
        if (*at == '%') {
            if (!is_hex(at[1]) || !is_hex(at[2])) {
                return "it has a % that is not followed by two hexadecimal digits";
            }
        } else if (!is_alphanumeric && strchr(others, *at) == NULL) {
            return "it has a character that a URI may not have; write it as %XX";
        }
    }
    return NULL;
}

/* The authority of an http or https URI; `rest` begins after "//". */
static const char *authority_fault(apr_pool_t *pool, const char *rest, bool is_https)
{
    size_t len = strcspn(rest, "/?");
    const char *authority = apr_pstrmemdup(pool, rest, len);
    if (strchr(authority, '@') != NULL) {
        return "it has a user name or password before the host";
    }
    const char *port;
    if (*authority == '[') {
        const char *end = strchr(authority, ']');
        if (end == NULL || (end[1] != '\0' && end[1] != ':')) {
            return "its host is not sound";
        }
        port = end + 1;
    } else {
        port = authority + strcspn(authority, ":");
    }
    const char *host = apr_pstrmemdup(pool, authority, (size_t)(port - authority));
    if (*host == '\0') {
        return "it has no host";
    }
    if (*host != '[' && strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789-._") != strlen(host)) {
        return "its host is not a name or an address (a wildcard is never one)";
    }
    if (*port == ':') {
        size_t digits = strspn(port + 1, "0123456789");
        if (digits < 1 || port[1 + digits] != '\0' || port[1] == '0' ||
            apr_atoi64(port + 1) > 65535) {
            return "its port is not a number from 1 to 65535";
        }
    }
    if (!is_https && strcmp(host, "127.0.0.1") != 0 && strcmp(host, "[::1]") != 0 &&
        strcmp(host, "localhost") != 0) {
        return "it is http to a host other than 127.0.0.1, [::1] or localhost; use https";
    }
    return NULL;
}

const char *eb_client_redirect_uri_fault(apr_pool_t *pool, const char *uri, bool is_public)
{
    size_t scheme = strcspn(uri, ":");
    if (uri[scheme] != ':' || !is_scheme(uri, scheme)) {
        return "it is not absolute: it begins with no scheme";
    }
    if (strlen(uri) > EB_REDIRECT_URI_MAX) {
        return apr_psprintf(pool, "it is longer than %d bytes", EB_REDIRECT_URI_MAX);
    }
    const char *fault = character_fault(uri);
    if (fault != NULL) {
        return fault;
    }
    bool is_https = strncmp(uri, "https://", 8) == 0;
    if (is_https || strncmp(uri, "http://", 7) == 0) {
        return authority_fault(pool, uri + (is_https ? 8 : 7), is_https);
    }
    if (!is_public) {
        return "its scheme is not https (a private-use scheme is for public clients)";
    }
    if (memchr(uri, '.', scheme) == NULL) {
        return "its private-use scheme has no dot; RFC 8252 demands a reversed domain name";
    }
    return NULL;
}

bool eb_client_origin_allowed(const eb_client *client, const char *origin)
{
    for (int i = 0; i < client->allowed_origin_count; i++) {
        if (strcmp(client->allowed_origins[i], origin) == 0) {
            return true;
        }
    }
    return false;
}

void eb_client_tag(const char *id, unsigned char out[4])
{
    unsigned char hash[32] = {0};
    apr_pool_t *pool; /* for the words of an error that nobody reads */
    if (apr_pool_create(&pool, NULL) == APR_SUCCESS) {
        if (eb_sha256(pool, eb_span_str(id), hash) != NULL) {
            memset(hash, 0, sizeof hash);
        }
        apr_pool_destroy(pool);
    }
    memcpy(out, hash, 4);
}

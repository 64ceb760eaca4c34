/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The token request, and PKCE. */
#include "oidc/redeem.h"

#include "keys/seal.h"

#include <string.h>

#define CODE_MAX     512
#define VERIFIER_MIN 43
#define VERIFIER_MAX 128

/* Any parameter twice or unreadable, known or not (RFC 6749 section 3.2); `resource` may repeat. */
static const eb_err *check_faults(apr_pool_t *pool, const eb_params *form)
{
    int count = eb_params_count(form);
    for (int i = 0; i < count; i++) {
        const char *name, *value;
        eb_params_at(form, i, &name, &value);
        eb_param_state state = eb_params_get(form, name, &value);
        if (state == EB_PARAM_REPEATED && strcmp(name, "resource") != 0) {
            return eb_err_make(pool, EB_E_TOKEN_DUPLICATE, "%s is given more than once",
                               eb_printable(pool, name));
        }
        if (state == EB_PARAM_MALFORMED) {
            return eb_err_make(pool, EB_E_TOKEN_REQUEST,
                               "%s has a broken %%-escape, a NUL, or is not UTF-8",
                               *name == '\0' ? "a parameter" : eb_printable(pool, name));
        }
    }
    return NULL;
}

static bool is_visible(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at <= 0x20 || *at > 0x7e) {
            return false;
        }
    }
    return true;
}

/* RFC 7636 section 4.1. */
static bool is_verifier(const char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    size_t len = strlen(text);
    return len >= VERIFIER_MIN && len <= VERIFIER_MAX && strspn(text, letters) == len;
}

const eb_err *eb_token_request_parse(apr_pool_t *pool, const eb_params *form,
                                     eb_token_request *ret_request)
{
    if (form == NULL) {
        return eb_err_make(pool, EB_E_TOKEN_REQUEST, "there are more than %d parameters",
                           EB_PARAMS_MAX);
    }
    EB_TRY(check_faults(pool, form));
    const char *grant_type = eb_params_value(form, "grant_type");
    if (grant_type == NULL) {
        return eb_err_make(pool, EB_E_TOKEN_REQUEST, "grant_type is missing");
    }
    if (strcmp(grant_type, "authorization_code") != 0) {
        return eb_err_make(pool, EB_E_TOKEN_GRANT_TYPE, "grant_type is %s, not authorization_code",
                           eb_printable(pool, grant_type));
    }
    eb_token_request request = {eb_params_value(form, "code"),
                                eb_params_value(form, "redirect_uri"),
                                eb_params_value(form, "code_verifier")};
    if (request.code == NULL) {
        return eb_err_make(pool, EB_E_TOKEN_REQUEST, "code is missing");
    }
    if (strlen(request.code) > CODE_MAX || !is_visible(request.code)) {
        return eb_err_make(pool, EB_E_TOKEN_CODE, "code is not of the form of a code");
    }
    if (request.code_verifier != NULL && !is_verifier(request.code_verifier)) {
        return eb_err_make(pool, EB_E_TOKEN_PKCE_FORM,
                           "code_verifier is not %d to %d of A-Z a-z 0-9 - . _ ~", VERIFIER_MIN,
                           VERIFIER_MAX);
    }
    *ret_request = request;
    return NULL;
}

const eb_err *eb_redeem_check_pkce(apr_pool_t *pool, const char *code_challenge,
                                   const char *code_verifier)
{
    if (code_challenge == NULL && code_verifier == NULL) {
        return NULL;
    }
    if (code_challenge == NULL || code_verifier == NULL) {
        return eb_err_make(pool, EB_E_TOKEN_PKCE, "%s",
                           code_verifier == NULL
                               ? "code_verifier is missing"
                               : "there is a code_verifier, but the authorization "
                                 "request had no code_challenge");
    }
    unsigned char hash[32];
    EB_TRY(eb_sha256(pool, eb_span_str(code_verifier), hash));
    const char *challenge = eb_base64url(pool, hash, sizeof hash);
    if (!eb_equal_secret(challenge, strlen(challenge), code_challenge, strlen(code_challenge))) {
        return eb_err_make(pool, EB_E_TOKEN_PKCE,
                           "the SHA-256 of code_verifier is not the code_challenge");
    }
    return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys/jws.h"

#include <string.h>

static const struct {
    const char *name;
    eb_token_kind kind;
} algorithms[EB_JWS_COUNT] = {
    [EB_JWS_RS256] = {"RS256", EB_TOKEN_RSA},
    [EB_JWS_ES256] = {"ES256", EB_TOKEN_EC},
    [EB_JWS_PS256] = {"PS256", EB_TOKEN_RSA},
    [EB_JWS_EDDSA] = {"EdDSA", EB_TOKEN_ED25519},
};

const char *eb_jws_name(eb_jws_alg alg)
{
    return algorithms[alg].name;
}

bool eb_jws_parse(const char *name, eb_jws_alg *ret_alg)
{
    for (int i = 0; i < EB_JWS_COUNT; i++) {
        if (strcmp(algorithms[i].name, name) == 0) {
            *ret_alg = (eb_jws_alg)i;
            return true;
        }
    }
    return false;
}

eb_token_kind eb_token_kind_of(eb_jws_alg alg)
{
    return algorithms[alg].kind;
}

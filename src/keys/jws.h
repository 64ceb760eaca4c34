/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The signature algorithms of our tokens, and the kinds of key that make them. */
#ifndef EB_KEYS_JWS_H
#define EB_KEYS_JWS_H

#include <stdbool.h>

/* Signature algorithms of our tokens (RFC 7518, RFC 8037). */
typedef enum { EB_JWS_RS256, EB_JWS_ES256, EB_JWS_PS256, EB_JWS_EDDSA, EB_JWS_COUNT } eb_jws_alg;

const char *eb_jws_name(eb_jws_alg alg); /* "RS256" */
bool eb_jws_parse(const char *name, eb_jws_alg *ret_alg);

/* Algorithms of one kind (RS256, PS256) share keys. */
typedef enum { EB_TOKEN_RSA, EB_TOKEN_EC, EB_TOKEN_ED25519, EB_TOKEN_KINDS } eb_token_kind;

eb_token_kind eb_token_kind_of(eb_jws_alg alg);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signs with our code what jose_verify.py verifies with its own. One token of each algorithm, from
 * a key directory made on the spot:
 *
 *     jose_judge_tool DIRECTORY
 *
 * First line: the JWK set. Then one line for each algorithm: name, space, compact JWS. */
#include "keys/jose.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdio.h>

#define NOW apr_time_from_sec(1795230245)

static int fail(const eb_err *err)
{
    fprintf(stderr, "%s %s: %s\n", err->code, err->title, err->message);
    return 1;
}

int main(int argc, char **argv)
{
    static const eb_jws_alg algorithms[] = {EB_JWS_RS256, EB_JWS_ES256, EB_JWS_PS256, EB_JWS_EDDSA};
    apr_pool_t *pool;
    eb_keyring *ring;
    if (argc != 2) {
        fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
        return 2;
    }
    apr_initialize();
    apr_pool_create(&pool, NULL);
    eb_keyring_settings settings = {.directory = argv[1],
                                    .generate = true,
                                    .rotation = 90 * 86400 * APR_USEC_PER_SEC,
                                    .token_life = 600 * APR_USEC_PER_SEC,
                                    .token_algs = algorithms,
                                    .token_alg_count = 4,
                                    .common_name = "judge.example"};
    const eb_err *err = eb_keyring_open(pool, &settings, &eb_random_system, NOW, NULL, &ring);
    if (err != NULL) {
        return fail(err);
    }
    puts(eb_keyring_jwks(pool, ring, NOW));
    for (int i = 0; i < 4; i++) {
        eb_jws_alg alg = algorithms[i];
        const char *compact;
        const char *payload = apr_psprintf(
            pool, "{\"iss\":\"https://judge.example\",\"alg_asked\":\"%s\",\"name\":\"Åsa Ωmega\"}",
            eb_jws_name(alg));
        err =
            eb_jose_sign(pool, eb_keyring_token_key(ring, alg, NOW), alg, "JWT", payload, &compact);
        if (err != NULL) {
            return fail(err);
        }
        printf("%s %s\n", eb_jws_name(alg), compact);
    }
    apr_pool_destroy(pool);
    return 0;
}

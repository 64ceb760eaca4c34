/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which token key signs when, which are published when, and the files that they are kept in. */
#include "keys/token_keys.h"

#include "keys/jose.h"
#include "keys/jwk.h"
#include "keys/keyfile.h"

#include <apr_strings.h>
#include <string.h>

static const struct {
    const char *name;
    int type; /* of EVP_PKEY */
    eb_make_kind make;
} kinds[EB_TOKEN_KINDS] = {
    [EB_TOKEN_RSA] = {EB_KEYDIR_TOKEN "rsa", EVP_PKEY_RSA, EB_MAKE_RSA_2048},
    [EB_TOKEN_EC] = {EB_KEYDIR_TOKEN "ec", EVP_PKEY_EC, EB_MAKE_P256},
    [EB_TOKEN_ED25519] = {EB_KEYDIR_TOKEN "ed25519", EVP_PKEY_ED25519, EB_MAKE_ED25519},
};

const char *eb_token_kind_name(eb_token_kind kind)
{
    return kinds[kind].name;
}

/* ---- files ----------------------------------------------------------------------------------- */

typedef struct entry {
    const char *file;
    apr_time_t activates;
} entry;

static const char *file_name(apr_pool_t *pool, eb_token_kind kind, apr_time_t activates)
{
    apr_time_exp_t t;
    apr_time_exp_gmt(&t, activates);
    return apr_psprintf(pool, "%s-%04d%02d%02dT%02d%02d%02dZ.pem", kinds[kind].name,
                        t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
}

/* The time in a file's name. The name must be the very one that this time gives. */
static bool parse_name(apr_pool_t *pool, eb_token_kind kind, const char *name, apr_time_t *ret_time)
{
    size_t len = strlen(kinds[kind].name);
    if (strncmp(name, kinds[kind].name, len) != 0 || strlen(name + len) != 21) {
        return false;
    }
    const char *t = name + len + 1;
    const char *xml = apr_psprintf(pool, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", t, t + 4, t + 6, t + 9,
                                   t + 11, t + 13);
    return eb_time_parse_xml(xml, ret_time) && strcmp(file_name(pool, kind, *ret_time), name) == 0;
}

static int by_time(const void *a, const void *b)
{
    const entry *x = a;
    const entry *y = b;
    return x->activates < y->activates ? -1 : x->activates > y->activates;
}

static apr_array_header_t *find_files(eb_keydir *dir, eb_token_kind kind)
{
    apr_array_header_t *entries = apr_array_make(dir->pool, 8, sizeof(entry));
    for (int i = 0; i < dir->files->nelts; i++) {
        const char *name = APR_ARRAY_IDX(dir->files, i, const char *);
        apr_time_t activates;
        if (parse_name(dir->pool, kind, name, &activates)) {
            APR_ARRAY_PUSH(entries, entry) = (entry){name, activates};
        }
    }
    qsort(entries->elts, (size_t)entries->nelts, sizeof(entry), by_time);
    return entries;
}

static const eb_err *make_file(eb_keydir *dir, eb_token_kind kind, apr_time_t activates,
                               apr_array_header_t *entries)
{
    EVP_PKEY *key;
    eb_span pem;
    EB_TRY(eb_key_make(dir->pool, kinds[kind].make, &key));
    EB_TRY(eb_key_to_pem(dir->pool, key, &pem));
    const char *name = file_name(dir->pool, kind, activates);
    EB_TRY(eb_keydir_make(dir, name, pem, &pem));
    APR_ARRAY_PUSH(entries, entry) = (entry){name, activates};
    return NULL;
}

/* Two periods ahead, so that a server restarted once in a period always has a next key to publish.
 * Where it was not, the successor waits for a whole period of publication while the active key goes
 * on. */
static const eb_err *top_up(eb_keydir *dir, eb_token_kind kind, apr_interval_time_t rotation,
                            apr_time_t now, apr_array_header_t *entries)
{
    now -= now % APR_USEC_PER_SEC;
    rotation -= rotation % APR_USEC_PER_SEC;
    if (entries->nelts == 0) {
        EB_TRY(make_file(dir, kind, now, entries));
    }
    for (;;) {
        apr_time_t last = APR_ARRAY_IDX(entries, entries->nelts - 1, entry).activates;
        if (last >= now + 2 * rotation) {
            return NULL;
        }
        apr_time_t next = last + rotation;
        EB_TRY(make_file(dir, kind, next < now + rotation ? now + rotation : next, entries));
    }
}

static const eb_err *judge_kind(apr_pool_t *pool, eb_token_kind kind, const EVP_PKEY *key,
                                const char *file)
{
    char group[32] = "";
    bool ok = EVP_PKEY_get_base_id(key) == kinds[kind].type;
    if (ok && kind == EB_TOKEN_RSA) {
        ok = EVP_PKEY_get_bits(key) >= 2048;
    } else if (ok && kind == EB_TOKEN_EC) {
        ok = EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1 &&
             strcmp(group, "prime256v1") == 0;
    }
    if (ok) {
        return NULL;
    }
    return eb_err_make(pool, EB_E_KEY_WEAK, "%s: expected %s", file,
                       kind == EB_TOKEN_RSA  ? "RSA of 2048 bits or more"
                       : kind == EB_TOKEN_EC ? "EC on P-256"
                                             : "Ed25519");
}

const eb_err *eb_token_keys_load(eb_keydir *dir, eb_token_kind kind,
                                 const eb_keyring_settings *settings, apr_time_t now,
                                 apr_array_header_t *keys, apr_time_t *ret_horizon)
{
    bool is_first;
    EB_TRY(eb_keydir_need(dir, kinds[kind].name, &is_first));
    apr_array_header_t *entries = find_files(dir, kind);
    if (dir->may_make) {
        EB_TRY(top_up(dir, kind, settings->rotation, now, entries));
    }
    *ret_horizon = 0;
    for (int i = 0; i < entries->nelts; i++) {
        const entry *e = &APR_ARRAY_IDX(entries, i, entry);
        *ret_horizon = e->activates + settings->rotation;
        if (i + 1 < entries->nelts &&
            APR_ARRAY_IDX(entries, i + 1, entry).activates + settings->token_life <= now) {
            continue; /* gone: its last token has expired */
        }
        eb_span pem;
        EVP_PKEY *key;
        EB_TRY(eb_keydir_read(dir, e->file, &pem));
        if (pem.data == NULL) {
            continue;
        }
        const char *path = apr_pstrcat(dir->pool, dir->path, "/", e->file, NULL);
        EB_TRY(eb_pem_private_key(dir->pool, pem, path, &key));
        EB_TRY(judge_kind(dir->pool, kind, key, path));
        EB_TRY(eb_token_key_init(dir->pool, key, e->activates, apr_array_push(keys)));
    }
    return NULL;
}

const eb_err *eb_token_key_init(apr_pool_t *pool, EVP_PKEY *key, apr_time_t activates,
                                eb_token_key *ret_key)
{
    eb_token_key out = {.key = key, .activates = activates};
    EB_TRY(eb_jwk_public(pool, key, &out.kid, &out.public_jwk));
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) {
        EB_TRY(eb_jose_jwk(pool, key, out.kid, &out.jwk));
    }
    *ret_key = out;
    return NULL;
}

/* ---- by time --------------------------------------------------------------------------------- */

/* The keys of one type in the ring: [*ret_first, *ret_end), oldest first. */
static void range_of(const eb_keyring *ring, int type, int *ret_first, int *ret_end)
{
    int first = 0;
    while (first < ring->token_key_count &&
           EVP_PKEY_get_base_id(ring->token_keys[first].key) != type) {
        first++;
    }
    int end = first;
    while (end < ring->token_key_count && EVP_PKEY_get_base_id(ring->token_keys[end].key) == type) {
        end++;
    }
    *ret_first = first;
    *ret_end = end;
}

static int active_of(const eb_keyring *ring, int first, int end, apr_time_t now)
{
    int active = first;
    for (int i = first; i < end && ring->token_keys[i].activates <= now; i++) {
        active = i;
    }
    return active;
}

const eb_token_key *eb_keyring_token_key(const eb_keyring *ring, eb_jws_alg alg, apr_time_t now)
{
    int first, end;
    range_of(ring, kinds[eb_token_kind_of(alg)].type, &first, &end);
    return first == end ? NULL : &ring->token_keys[active_of(ring, first, end, now)];
}

const char *eb_keyring_jwks(apr_pool_t *pool, const eb_keyring *ring, apr_time_t now)
{
    const char *chosen[EB_JWKS_MAX];
    int count = 0;
    /* What signs now and next comes first and always has room; retired keys share the rest. */
    for (int kind = 0; kind < EB_TOKEN_KINDS; kind++) {
        int first, end;
        range_of(ring, kinds[kind].type, &first, &end);
        int active = active_of(ring, first, end, now);
        for (int i = active; i < end && i <= active + 1; i++) {
            chosen[count++] = ring->token_keys[i].public_jwk;
        }
    }
    for (int kind = 0; kind < EB_TOKEN_KINDS; kind++) {
        int first, end;
        range_of(ring, kinds[kind].type, &first, &end);
        int active = active_of(ring, first, end, now);
        for (int i = active - 1; i >= first && count < EB_JWKS_MAX; i--) {
            if (ring->token_keys[i + 1].activates + ring->token_life > now) {
                chosen[count++] = ring->token_keys[i].public_jwk;
            }
        }
    }
    const char *list = count == 0 ? "" : chosen[0];
    for (int i = 1; i < count; i++) {
        list = apr_pstrcat(pool, list, ",", chosen[i], NULL);
    }
    return apr_pstrcat(pool, "{\"keys\":[", list, "]}", NULL);
}

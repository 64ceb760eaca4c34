/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All keys of an issuer, read from top to bottom: the directory, the salt, the sealing keys, the
 * SAML keys, the token keys, and what is derived of them. */
#include "keys/keyring.h"

#include "keys/keydir.h"
#include "keys/keyfile.h"
#include "keys/saml_keys.h"
#include "keys/token_keys.h"

#include <apr_strings.h>
#include <openssl/crypto.h>
#include <string.h>

#define SALT_FILE    "salt"
#define SEALING_FILE "sealing-key"

typedef struct loading {
    eb_keydir *dir;
    const eb_keyring_settings *settings;
    apr_time_t now;
    const eb_log *log;
    eb_keyring *ring;
} loading;

/* 32 bytes from the directory, made at the first start. *ret_have is false only at configtest. */
static const eb_err *directory_secret(const loading *load, const char *name, unsigned char out[32],
                                      bool *ret_have)
{
    eb_keydir *dir = load->dir;
    bool is_to_make;
    eb_span content = eb_span_str(NULL);
    EB_TRY(eb_keydir_need(dir, name, &is_to_make));
    if (!is_to_make) {
        EB_TRY(eb_keydir_read(dir, name, &content));
    } else if (dir->may_make) {
        unsigned char *bytes = eb_secret_alloc(dir->pool, 32);
        EB_TRY(eb_random_bytes(dir->pool, dir->random, bytes, 32));
        char *line = eb_secret_alloc(dir->pool, 45);
        const char *text = eb_base64url(dir->pool, bytes, 32);
        memcpy(line, text, 43);
        OPENSSL_cleanse((char *)(uintptr_t)text, 43);
        line[43] = '\n';
        EB_TRY(eb_keydir_make(dir, name, eb_span_bytes(line, 44), &content));
    }
    *ret_have = content.data != NULL;
    if (!*ret_have) {
        return NULL;
    }
    /* Files made by us end with a newline; one that was restored by hand may not. */
    size_t len = content.len;
    if (len > 0 && content.data[len - 1] == '\n') {
        len--;
    }
    char *text = eb_secret_alloc(dir->pool, len + 1);
    memcpy(text, content.data, len);
    if (strlen(text) != len) {
        text[0] = '\0';
    }
    return eb_secret_parse32(dir->pool, text, apr_pstrcat(dir->pool, dir->path, "/", name, NULL),
                             out);
}

static const eb_err *load_salt(const loading *load)
{
    apr_pool_t *pool = load->dir->pool;
    unsigned char salt[32];
    bool have = true;
    const char *configured = load->settings->salt;
    if (configured == NULL) {
        EB_TRY(directory_secret(load, SALT_FILE, salt, &have));
    } else if (*configured == '\0' && load->dir->is_check) {
        have = false;
    } else {
        EB_TRY(eb_secret_parse32(pool, configured, "EidasPairwiseSalt", salt));
    }
    if (!have) {
        return NULL;
    }
    eb_span none = eb_span_str(NULL);
    const eb_err *err = eb_hkdf(pool, eb_span_bytes(salt, 32), none, "eb sub 1",
                                load->ring->sub_key, sizeof load->ring->sub_key);
    if (err == NULL) {
        err = eb_hkdf(pool, eb_span_bytes(salt, 32), none, "eb store 1", load->ring->store_key,
                      sizeof load->ring->store_key);
    }
    OPENSSL_cleanse(salt, sizeof salt);
    return err;
}

static const eb_err *add_sealing_key(const loading *load, unsigned char key[32])
{
    apr_pool_t *pool = load->dir->pool;
    eb_keyring *ring = load->ring;
    const eb_err *err = eb_seal_key_init(pool, key, &ring->seal.keys[ring->seal.count]);
    if (err == NULL) {
        err = eb_hkdf(pool, eb_span_bytes(key, 32), eb_span_str(NULL), "eb relay 1",
                      ring->relay_keys[ring->relay_key_count], sizeof ring->relay_keys[0]);
    }
    OPENSSL_cleanse(key, 32);
    EB_TRY(err);
    ring->seal.count++;
    ring->relay_key_count++;
    return NULL;
}

static const eb_err *load_sealing_keys(const loading *load)
{
    unsigned char key[32];
    for (int i = 0; i < load->settings->sealing_count; i++) {
        const char *configured = load->settings->sealing[i];
        if ((configured == NULL || *configured == '\0') && load->dir->is_check) {
            continue;
        }
        EB_TRY(eb_secret_parse32(load->dir->pool, configured == NULL ? "" : configured,
                                 "EidasSealingKey", key));
        EB_TRY(add_sealing_key(load, key));
    }
    if (load->settings->sealing_count > 0) {
        return NULL;
    }
    bool have;
    EB_TRY(directory_secret(load, SEALING_FILE, key, &have));
    return have ? add_sealing_key(load, key) : NULL;
}

static bool is_kind_wanted(const eb_keyring_settings *settings, eb_token_kind kind)
{
    for (int i = 0; i < settings->token_alg_count; i++) {
        if (eb_token_kind_of(settings->token_algs[i]) == kind) {
            return true;
        }
    }
    return false;
}

static const eb_err *load_token_keys(const loading *load)
{
    apr_array_header_t *keys = apr_array_make(load->dir->pool, 16, sizeof(eb_token_key));
    for (int kind = 0; kind < EB_TOKEN_KINDS; kind++) {
        if (!is_kind_wanted(load->settings, (eb_token_kind)kind)) {
            continue;
        }
        apr_time_t horizon;
        EB_TRY(eb_token_keys_load(load->dir, (eb_token_kind)kind, load->settings, load->now, keys,
                                  &horizon));
        if (load->ring->horizon == 0 || horizon < load->ring->horizon) {
            load->ring->horizon = horizon;
        }
    }
    load->ring->token_keys = (const eb_token_key *)keys->elts;
    load->ring->token_key_count = keys->nelts;
    load->ring->token_life = load->settings->token_life;
    return NULL;
}

/* What every start needs of the directory with these settings, in the order in which it is made. */
static const eb_err *judge_directory(const loading *load)
{
    const eb_keyring_settings *settings = load->settings;
    const char *names[4 + EB_TOKEN_KINDS];
    int count = 0;
    if (settings->salt == NULL) {
        names[count++] = SALT_FILE;
    }
    if (settings->sealing_count == 0) {
        names[count++] = SEALING_FILE;
    }
    if (settings->signing_count == 0) {
        names[count++] = EB_SAML_SIGNING_FILE;
    }
    if (settings->encryption_count == 0) {
        names[count++] = EB_SAML_ENCRYPTION_FILE;
    }
    for (int kind = 0; kind < EB_TOKEN_KINDS; kind++) {
        if (is_kind_wanted(settings, (eb_token_kind)kind)) {
            names[count++] = eb_token_kind_name((eb_token_kind)kind);
        }
    }
    return eb_keydir_judge(load->dir, names, count);
}

static const eb_err *load_all(apr_pool_t *pool, const eb_keyring_settings *settings,
                              const eb_random *random, bool is_check, apr_time_t now,
                              const eb_log *log, loading *load)
{
    if (settings->rotation < APR_USEC_PER_SEC || settings->rotation < settings->token_life) {
        return eb_err_make(pool, EB_E_CONFIG_CONFLICT,
                           "EidasKeyRotation (%" APR_TIME_T_FMT " s) must not be shorter than the "
                           "longest life of a token (%" APR_TIME_T_FMT " s)",
                           apr_time_sec(settings->rotation), apr_time_sec(settings->token_life));
    }
    *load = (loading){.settings = settings, .now = now, .log = log};
    load->ring = eb_secret_alloc(pool, sizeof *load->ring);
    EB_TRY(eb_keydir_open(pool, settings->directory, settings->generate, is_check,
                          settings->state_present, random, &load->dir));
    EB_TRY(judge_directory(load));
    EB_TRY(load_salt(load));
    EB_TRY(load_sealing_keys(load));
    EB_TRY(eb_saml_keys_load(load->dir, settings, false, now, log, load->ring->signing,
                             &load->ring->signing_count));
    EB_TRY(eb_saml_keys_load(load->dir, settings, true, now, log, load->ring->encryption,
                             &load->ring->encryption_count));
    return load_token_keys(load);
}

const eb_err *eb_keyring_open(apr_pool_t *pool, const eb_keyring_settings *settings,
                              const eb_random *random, apr_time_t now, const eb_log *log,
                              eb_keyring **ret_ring)
{
    loading load = {0};
    const eb_err *err = load_all(pool, settings, random, false, now, log, &load);
    if (err == NULL) {
        err = eb_keydir_seal(load.dir);
    }
    if (load.dir != NULL) {
        eb_keydir_close(load.dir);
    }
    EB_TRY(err);
    eb_keyring_warn(pool, load.ring, now, log);
    *ret_ring = load.ring;
    return NULL;
}

const eb_err *eb_keyring_check(apr_pool_t *pool, const eb_keyring_settings *settings,
                               apr_time_t now, const eb_log *log)
{
    loading load = {0};
    const eb_err *err = load_all(pool, settings, &eb_random_system, true, now, log, &load);
    if (load.dir != NULL) {
        eb_keydir_close(load.dir);
    }
    EB_TRY(err);
    const eb_keydir *dir = load.dir;
    if (dir->not_checked_count > 1) {
        eb_log_printf(pool, log, EB_LOG_NOTICE,
                      "not checked, because this user may not read them: %s and %d more",
                      dir->not_checked, dir->not_checked_count - 1);
    } else if (dir->not_checked_count == 1) {
        eb_log_printf(pool, log, EB_LOG_NOTICE,
                      "not checked, because this user may not read it: %s", dir->not_checked);
    }
    return NULL;
}

void eb_keyring_warn(apr_pool_t *pool, const eb_keyring *ring, apr_time_t now, const eb_log *log)
{
    if (ring->horizon != 0 && ring->horizon <= now) {
        eb_log_printf(pool, log, EB_LOG_WARNING,
                      "the key that signs tokens should have been replaced at %s, and there is no "
                      "next one: it stays in use until the server is restarted with "
                      "EidasKeyGeneration On, or the key directory is brought up to date",
                      eb_time_format_xml(pool, ring->horizon));
    }
}

const eb_err *eb_keyring_sub(apr_pool_t *pool, const eb_keyring *ring, const char *sector,
                             const char *namespace_, const char *identifier_type, const char *value,
                             const char **ret_sub)
{
    const eb_span parts[] = {eb_span_str(sector), eb_span_str(namespace_),
                             eb_span_str(identifier_type), eb_span_str(value)};
    unsigned char mac[32];
    EB_TRY(eb_hmac(pool, ring->sub_key, eb_lp_join(pool, parts, 4), mac));
    *ret_sub = eb_base64url(pool, mac, sizeof mac);
    return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of an issuer: what the keyring is told, and whether our keys suit the providers they are
 * used with. */
#include "bridge/setup_internal.h"
#include "keys/keyfile.h"
#include "saml/key_use.h"

#include <string.h>

#define RSA_BITS_MADE 3072 /* of the keys that a first start makes */

static const char *place(const eb_setup *setup, const char *word)
{
    return eb_settings_place(setup->pool, setup->settings->places, word, NULL,
                             setup->settings->where);
}

apr_interval_time_t eb_setup_longest_token(const eb_setup *setup)
{
    apr_interval_time_t longest = 0;

    for (int i = 0; i < setup->clients->nelts; i++) {
        const eb_client *client = &APR_ARRAY_IDX(setup->clients, i, eb_bridge_client *)->client;
        if (client->id_token_lifetime > longest) {
            longest = client->id_token_lifetime;
        }
        if (client->access_token_lifetime > longest) {
            longest = client->access_token_lifetime;
        }
    }
    return longest;
}

/* A secret of the server for the keyring: "" where configtest could not read it. */
static const char *server_secret(eb_setup *setup, const char *word, const char *source)
{
    const char *where = place(setup, word), *secret = NULL;
    bool is_denied = false;
    const eb_err *err;

    if (source == NULL) {
        return NULL;
    }
    err = eb_secret_read(setup->pool, source, setup->is_check, &is_denied, &secret);
    if (err != NULL && !(is_denied && setup->is_check)) {
        eb_setup_fault_err(setup, where, err);
        return "";
    }
    if (secret == NULL) {
        eb_setup_remark(setup, where, "%s was not checked: %s", word,
                        is_denied ? "this user may not read it" : "commands are run at start only");
        return "";
    }
    return secret;
}

static void own_key_files(const apr_array_header_t *given, eb_key_files files[2], int *ret_count)
{
    *ret_count = given != NULL ? given->nelts : 0;
    for (int i = 0; i < *ret_count && i < 2; i++) {
        files[i] = APR_ARRAY_IDX(given, i, eb_key_files);
    }
}

static void make_keyring_settings(eb_setup *setup, eb_keyring_settings *keys)
{
    const eb_settings *s = setup->settings;

    memset(keys, 0, sizeof(*keys));
    keys->directory = setup->key_directory;
    keys->generate = s->key_generation != 0;
    keys->rotation = setup->key_rotation;
    keys->token_life = eb_setup_longest_token(setup) + setup->clock_skew;
    keys->token_algs = setup->token_algs;
    keys->token_alg_count = setup->token_alg_count;
    own_key_files(s->signing_keys, keys->signing, &keys->signing_count);
    own_key_files(s->encryption_keys, keys->encryption, &keys->encryption_count);
    if (s->sealing_new != NULL) {
        keys->sealing[keys->sealing_count++] =
            server_secret(setup, "EidasSealingKey", s->sealing_new);
    }
    if (s->sealing_old != NULL) {
        keys->sealing[keys->sealing_count++] =
            server_secret(setup, "EidasSealingKey", s->sealing_old);
    }
    keys->salt = server_secret(setup, "EidasPairwiseSalt", s->pairwise_salt);
    keys->common_name = setup->host;
}

/* Each provider's rules for algorithms and sizes hold for our own keys too. */
static void check_signing_key(eb_setup *setup, const char *where, const EVP_PKEY *key)
{
    for (int i = 0; i < setup->providers->nelts; i++) {
        const eb_provider *provider = APR_ARRAY_IDX(setup->providers, i, eb_provider *);
        const eb_saml_policy *policy = &provider->policy;
        eb_alg_set own = eb_alg_default_signature(key, policy->prefer_pss);
        bool is_ec = (own & EB_ALG_SIGNATURES_ECDSA) != 0;
        eb_alg_set fitting =
            is_ec ? EB_ALG_SIGNATURES_ECDSA : EB_ALG_SIGNATURES_RSA | EB_ALG_SIGNATURES_PSS;
        const eb_err *err = eb_alg_check_key(setup->pool, key, &policy->algorithms);

        if (err != NULL) {
            eb_setup_fault(setup, where, EB_E_CONFIG_KEYS,
                           "provider %s does not accept our signing key: %s", provider->name,
                           err->message);
        } else if (policy->signature_method != 0 && (policy->signature_method & fitting) == 0) {
            eb_setup_fault(setup, where, EB_E_CONFIG_KEYS,
                           "provider %s: %s cannot be made with our signing key, which is %s",
                           provider->name, eb_alg_by_bit(policy->signature_method)->word,
                           is_ec ? "EC" : "RSA");
        } else if (policy->signature_method == 0 && (own & policy->algorithms.allowed) == 0) {
            eb_setup_fault(
                setup, where, EB_E_CONFIG_KEYS,
                "provider %s: its profile does not allow a signature that our key can make",
                provider->name);
        }
    }
}

static void check_encryption_key(eb_setup *setup, const char *where, const EVP_PKEY *key)
{
    for (int i = 0; i < setup->providers->nelts; i++) {
        const eb_provider *provider = APR_ARRAY_IDX(setup->providers, i, eb_provider *);
        const eb_err *err = eb_alg_check_key(setup->pool, key, &provider->policy.algorithms);
        if (err != NULL) {
            eb_setup_fault(setup, where, EB_E_CONFIG_KEYS,
                           "provider %s does not accept our encryption key: %s", provider->name,
                           err->message);
        }
    }
}

/* Own key files at configtest, before there is a keyring. What is wrong with the file itself
 * eb_keyring_check tells. */
static void check_own_files(eb_setup *setup, const apr_array_header_t *files, const char *word,
                            void (*check)(eb_setup *, const char *, const EVP_PKEY *))
{
    for (int i = 0; files != NULL && i < files->nelts; i++) {
        const char *path = APR_ARRAY_IDX(files, i, eb_key_files).key;
        EVP_PKEY *key;
        eb_span pem;
        if (eb_keyfile_read(setup->pool, path, NULL, &pem) == NULL &&
            eb_pem_private_key(setup->pool, pem, path, &key) == NULL) {
            check(setup, place(setup, word), key);
            if (EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) < RSA_BITS_MADE) {
                eb_setup_remark(
                    setup, place(setup, word),
                    "%s %s is weaker than its default: found RSA of %d bits, those made "
                    "here have %d",
                    word, path, EVP_PKEY_get_bits(key), RSA_BITS_MADE);
            }
        }
    }
}

static void log_to_remark(void *context, eb_log_level level, const char *line)
{
    eb_setup *setup = context;

    if (level <= EB_LOG_NOTICE) {
        eb_setup_remark(setup, setup->settings->where, "%s", line);
    }
}

static bool names_file(const eb_err *err, const apr_array_header_t *files)
{
    for (int i = 0; files != NULL && i < files->nelts; i++) {
        const eb_key_files *one = &APR_ARRAY_IDX(files, i, eb_key_files);
        if (strstr(err->message, one->key) != NULL ||
            (one->certificate != NULL && strstr(err->message, one->certificate) != NULL)) {
            return true;
        }
    }
    return false;
}

/* The keyring knows no places, but its messages name the file or the word they are about. */
static const char *place_of_fault(const eb_setup *setup, const eb_err *err)
{
    static const char *const words[] = {"EidasPairwiseSalt", "EidasSealingKey", "EidasKeyRotation"};

    for (size_t i = 0; err->message != NULL && i < sizeof(words) / sizeof(words[0]); i++) {
        if (strncmp(err->message, words[i], strlen(words[i])) == 0) {
            return place(setup, words[i]);
        }
    }
    if (err->message != NULL && names_file(err, setup->settings->signing_keys)) {
        return place(setup, "EidasSigningKey");
    }
    if (err->message != NULL && names_file(err, setup->settings->encryption_keys)) {
        return place(setup, "EidasEncryptionKey");
    }
    return place(setup, "EidasKeyDirectory");
}

void eb_setup_check_keys(eb_setup *setup)
{
    eb_log log = {log_to_remark, setup};
    eb_keyring_settings keys;
    const eb_err *err;

    make_keyring_settings(setup, &keys);
    if (strcmp(setup->host, "invalid") == 0 && setup->settings->key_directory == NULL) {
        return; /* no issuer, no directory */
    }
    err = eb_keyring_check(setup->pool, &keys, setup->now, &log);
    if (err != NULL) {
        eb_setup_fault_err(setup, place_of_fault(setup, err), err);
    }
    check_own_files(setup, setup->settings->signing_keys, "EidasSigningKey", check_signing_key);
    check_own_files(setup, setup->settings->encryption_keys, "EidasEncryptionKey",
                    check_encryption_key);
}

const eb_err *eb_setup_open_keys(eb_setup *setup, const eb_random *random, const eb_log *log,
                                 eb_keyring **ret_keys)
{
    eb_keyring_settings settings;

    make_keyring_settings(setup, &settings);
    if (setup->faults > 0) {
        return NULL; /* a secret of the server could not be read */
    }
    EB_TRY(eb_keyring_open(setup->pool, &settings, random, setup->now, log, ret_keys));
    for (int i = 0; i < (*ret_keys)->signing_count; i++) {
        check_signing_key(setup, (*ret_keys)->signing[i].origin, (*ret_keys)->signing[i].key);
        eb_key_prepare(setup->pool, (*ret_keys)->signing[i].key, EB_KEY_SIGN, eb_alg_available());
    }
    for (int i = 0; i < (*ret_keys)->encryption_count; i++) {
        check_encryption_key(setup, (*ret_keys)->encryption[i].origin,
                             (*ret_keys)->encryption[i].key);
        eb_key_prepare(setup->pool, (*ret_keys)->encryption[i].key, EB_KEY_DECRYPT, 0);
    }
    setup->sp->keys = *ret_keys;
    return NULL;
}

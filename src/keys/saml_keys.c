/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SAML keys with their certificates. */
#include "keys/saml_keys.h"

#include "keys/keyfile.h"

#include <apr_strings.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

#define WARN_BEFORE (30 * (apr_time_t)86400 * APR_USEC_PER_SEC)

typedef struct source {
    eb_keydir *dir;
    const eb_keyring_settings *settings;
    bool for_encryption;
    apr_time_t now;
    const eb_log *log;
} source;

/* Peers take the key out of our metadata and mostly ignore the certificate's dates, so an expired
 * one is told and not refused: a login that works is not broken at the next restart. */
static void warn_of_dates(const source *from, const eb_certificate *certificate, const char *origin)
{
    apr_pool_t *pool = from->dir->pool;
    if (certificate->not_after <= from->now) {
        eb_log_printf(pool, from->log, EB_LOG_WARNING, "%s: the certificate expired at %s", origin,
                      eb_time_format_xml(pool, certificate->not_after));
    } else if (certificate->not_before > from->now) {
        eb_log_printf(pool, from->log, EB_LOG_WARNING, "%s: the certificate is not valid before %s",
                      origin, eb_time_format_xml(pool, certificate->not_before));
    } else if (certificate->not_after - WARN_BEFORE <= from->now) {
        eb_log_printf(pool, from->log, EB_LOG_NOTICE, "%s: the certificate expires at %s", origin,
                      eb_time_format_xml(pool, certificate->not_after));
    }
}

static const eb_err *join(const source *from, EVP_PKEY *key, eb_span certificate_pem,
                          const char *key_origin, const char *certificate_origin,
                          eb_saml_key *ret_key)
{
    apr_pool_t *pool = from->dir->pool;
    eb_certificate certificate;
    EB_TRY(eb_pem_certificate(pool, certificate_pem, certificate_origin, &certificate));
    bool is_pair = EVP_PKEY_eq(key, certificate.key) == 1;
    ERR_clear_error();
    if (!is_pair) {
        return eb_err_make(pool, EB_E_KEY_MISMATCH,
                           "the certificate in %s is not that of the key in %s", certificate_origin,
                           key_origin);
    }
    warn_of_dates(from, &certificate, certificate_origin);
    *ret_key = (eb_saml_key){.key = key,
                             .certificate = certificate.der_base64,
                             .fingerprint = certificate.fingerprint,
                             .not_after = certificate.not_after,
                             .origin = key_origin};
    return NULL;
}

/* Name of the certificate that is made for an own key: from the key itself, so that it survives a
 * renamed file and never fits another key. */
static const eb_err *certificate_name(const source *from, EVP_PKEY *key, const char **ret_name)
{
    unsigned char *der = NULL;
    unsigned char digest[32];
    unsigned int len = 0;
    int der_len = i2d_PUBKEY(key, &der);
    bool ok =
        der_len > 0 && EVP_Digest(der, (size_t)der_len, digest, &len, EVP_sha256(), NULL) == 1;
    OPENSSL_free(der);
    if (!ok) {
        ERR_clear_error();
        return eb_err_make(from->dir->pool, EB_E_CRYPTO, "OpenSSL could not write a public key");
    }
    *ret_name = apr_psprintf(from->dir->pool, "saml-%s-cert-%s.pem",
                             from->for_encryption ? "encryption" : "signing",
                             eb_hex(from->dir->pool, digest, 16));
    return NULL;
}

/* An own key file without certificate: made at the first start with this key, kept for good. */
static const eb_err *kept_certificate(const source *from, EVP_PKEY *key, const char **ret_origin,
                                      eb_span *ret_pem)
{
    const char *name;
    bool is_to_make;
    EB_TRY(certificate_name(from, key, &name));
    EB_TRY(eb_keydir_need(from->dir, name, &is_to_make));
    *ret_origin = apr_pstrcat(from->dir->pool, from->dir->path, "/", name, NULL);
    if (!is_to_make) {
        return eb_keydir_read(from->dir, name, ret_pem);
    }
    if (!from->dir->may_make) {
        *ret_pem = eb_span_str(NULL);
        return NULL;
    }
    eb_span pem;
    EB_TRY(eb_certificate_make(from->dir->pool, key, from->for_encryption,
                               from->settings->common_name, from->dir->random, from->now, &pem));
    return eb_keydir_make(from->dir, name, pem, ret_pem);
}

static const eb_err *load_own(const source *from, const eb_key_files *files, eb_saml_key *keys,
                              int *count)
{
    apr_pool_t *pool = from->dir->pool;
    eb_span key_pem, certificate_pem;
    EVP_PKEY *key;
    const char *origin = files->certificate;

    EB_TRY(eb_keydir_read_path(from->dir, files->key, &key_pem));
    if (key_pem.data == NULL) {
        if (files->certificate != NULL) {
            /* The key is out of reach, its certificate is mostly not. */
            eb_certificate certificate;
            EB_TRY(eb_keydir_read_path(from->dir, files->certificate, &certificate_pem));
            if (certificate_pem.data != NULL) {
                EB_TRY(eb_pem_certificate(pool, certificate_pem, files->certificate, &certificate));
                EB_TRY(eb_saml_key_check(pool, certificate.key, files->certificate));
                warn_of_dates(from, &certificate, files->certificate);
            }
        }
        return NULL;
    }
    EB_TRY(eb_pem_private_key(pool, key_pem, files->key, &key));
    EB_TRY(eb_saml_key_check(pool, key, files->key));
    if (files->certificate != NULL) {
        EB_TRY(eb_keydir_read_path(from->dir, files->certificate, &certificate_pem));
    } else {
        EB_TRY(kept_certificate(from, key, &origin, &certificate_pem));
    }
    if (certificate_pem.data == NULL) {
        return NULL;
    }
    EB_TRY(join(from, key, certificate_pem, files->key, origin, &keys[*count]));
    (*count)++;
    return NULL;
}

/* Key and certificate in one file, so that no crash can part them. */
static const eb_err *make_pair(const source *from, const char *name, eb_span *ret_pem)
{
    apr_pool_t *pool = from->dir->pool;
    EVP_PKEY *key;
    eb_span key_pem, certificate_pem;
    EB_TRY(eb_key_make(pool, EB_MAKE_RSA_3072, &key));
    EB_TRY(eb_key_to_pem(pool, key, &key_pem));
    EB_TRY(eb_certificate_make(pool, key, from->for_encryption, from->settings->common_name,
                               from->dir->random, from->now, &certificate_pem));
    size_t len = key_pem.len + certificate_pem.len;
    unsigned char *both = eb_secret_alloc(pool, len);
    memcpy(both, key_pem.data, key_pem.len);
    memcpy(both + key_pem.len, certificate_pem.data, certificate_pem.len);
    return eb_keydir_make(from->dir, name, eb_span_bytes(both, len), ret_pem);
}

static const eb_err *load_made(const source *from, eb_saml_key *keys, int *count)
{
    const char *name = from->for_encryption ? EB_SAML_ENCRYPTION_FILE : EB_SAML_SIGNING_FILE;
    const char *origin = apr_pstrcat(from->dir->pool, from->dir->path, "/", name, NULL);
    bool is_to_make;
    eb_span pem = eb_span_str(NULL);
    EVP_PKEY *key;
    EB_TRY(eb_keydir_need(from->dir, name, &is_to_make));
    if (!is_to_make) {
        EB_TRY(eb_keydir_read(from->dir, name, &pem));
    } else if (from->dir->may_make) {
        EB_TRY(make_pair(from, name, &pem));
    }
    if (pem.data == NULL) {
        return NULL;
    }
    EB_TRY(eb_pem_private_key(from->dir->pool, pem, origin, &key));
    EB_TRY(eb_saml_key_check(from->dir->pool, key, origin));
    EB_TRY(join(from, key, pem, origin, origin, &keys[*count]));
    (*count)++;
    return NULL;
}

const eb_err *eb_saml_keys_load(eb_keydir *dir, const eb_keyring_settings *settings,
                                bool for_encryption, apr_time_t now, const eb_log *log,
                                eb_saml_key keys[2], int *ret_count)
{
    source from = {dir, settings, for_encryption, now, log};
    const eb_key_files *files = for_encryption ? settings->encryption : settings->signing;
    int file_count = for_encryption ? settings->encryption_count : settings->signing_count;
    int count = 0;
    for (int i = 0; i < file_count; i++) {
        EB_TRY(load_own(&from, &files[i], keys, &count));
    }
    if (file_count == 0) {
        EB_TRY(load_made(&from, keys, &count));
    }
    *ret_count = count;
    return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From an EncryptedAssertion to a document of its own.
 *
 * Everything that can be judged without a key is judged first, each with its own error. From the
 * first use of a key on there is one way out: a content key that cannot be had is replaced by a
 * random one, and wrong padding, wrong tag and plaintext that is no XML all end in EB_E_ENC_DECRYPT
 * with the same sentence. */
#include "saml/xmlenc.h"

#include "saml/xmlenc_key.h"

#include <apr_strings.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <string.h>

#define MAX_ENCRYPTED_KEYS 8
#define MAX_SCOPE          64 /* namespaces supplied to the plaintext */
#define GCM_IV             12
#define GCM_TAG            16
#define CBC_BLOCK          16

typedef struct content {
    const xmlNode *data; /* EncryptedData */
    const eb_alg *algorithm;
    eb_span cipher; /* IV, then ciphertext, then tag */
} content;

/* -- judging what is asked for
 * --------------------------------------------------------------------- */

static const eb_err *read_content(apr_pool_t *pool, const xmlNode *encrypted,
                                  const eb_alg_policy *policy, bool outer_verified, content *ret)
{
    const xmlNode *data = eb_xml_child(encrypted, EB_NS_XENC, "EncryptedData");
    const xmlNode *method = eb_xml_child(data, EB_NS_XENC, "EncryptionMethod");
    const char *type = data == NULL ? NULL : eb_xml_attribute(pool, data, "Type");
    const char *uri = method == NULL ? NULL : eb_xml_attribute(pool, method, "Algorithm");
    const eb_alg *algorithm = eb_alg_by_uri(uri);

    if (data == NULL) {
        return eb_err_make(pool, EB_E_ENC_PARAMETERS, "no EncryptedData");
    }
    if (type != NULL && strcmp(type, EB_NS_XENC "Element") != 0) {
        return eb_err_make(pool, EB_E_ENC_TYPE, "the Type is %s, expected xenc#Element",
                           eb_printable(pool, type));
    }
    if (algorithm == NULL || (algorithm->bit & policy->allowed) == 0 ||
        (algorithm->bit & (EB_ALG_GCM | EB_ALG_CBC)) == 0) {
        return eb_err_make(pool, EB_E_ENC_CONTENT_ALGORITHM, "content encryption %s",
                           eb_printable(pool, uri));
    }
    if (eb_xml_first(method) != NULL) {
        return eb_err_make(pool, EB_E_ENC_PARAMETERS, "parameters of %s", algorithm->word);
    }
    if ((algorithm->bit & EB_ALG_CBC) != 0 && !outer_verified) {
        return eb_err_make(pool, EB_E_ENC_CBC_UNSIGNED, "%s without an outer signature",
                           algorithm->word);
    }
    ret->data = data;
    ret->algorithm = algorithm;
    return eb_cipher_value_read(pool, data, &ret->cipher);
}

/* Adds the acceptable EncryptedKey children of a parent. The first refusal is kept for the case
 * that none at all is acceptable: a message may carry keys for others, with algorithms of theirs.
 */
static const eb_err *collect_from(apr_pool_t *pool, const xmlNode *parent,
                                  const eb_alg_policy *policy, eb_wrapped_key *wrapped, int *count,
                                  int *seen, const eb_err **refusal)
{
    for (const xmlNode *node = eb_xml_first(parent); node != NULL; node = eb_xml_next(node)) {
        const eb_err *err;

        if (!eb_xml_is(node, EB_NS_XENC, "EncryptedKey")) {
            continue;
        }
        if (++*seen > MAX_ENCRYPTED_KEYS) {
            return eb_err_make(pool, EB_E_ENC_PARAMETERS, "more than %d encrypted keys",
                               MAX_ENCRYPTED_KEYS);
        }
        err = eb_wrapped_key_read(pool, node, policy, &wrapped[*count]);
        if (err == NULL) {
            (*count)++;
        } else if (*refusal == NULL) {
            *refusal = err;
        }
    }
    return NULL;
}

static const eb_err *collect_keys(apr_pool_t *pool, const xmlNode *encrypted, const xmlNode *data,
                                  const eb_alg_policy *policy, eb_wrapped_key *wrapped,
                                  int *ret_count)
{
    const eb_err *refusal = NULL;
    int count = 0;
    int seen = 0;

    EB_TRY(collect_from(pool, eb_xml_child(data, EB_NS_DS, "KeyInfo"), policy, wrapped, &count,
                        &seen, &refusal));
    EB_TRY(collect_from(pool, encrypted, policy, wrapped, &count, &seen, &refusal));
    if (count == 0) {
        return refusal != NULL ? refusal
                               : eb_err_make(pool, EB_E_ENC_PARAMETERS, "no EncryptedKey");
    }
    *ret_count = count;
    return NULL;
}

/* -- the content key
 * ------------------------------------------------------------------------------- */

/* The first key of ours that opens one of the wrapped keys; `content_key` stays as random as it was
 * made where none does. */
static const eb_wrapped_key *open_any(apr_pool_t *pool, const eb_wrapped_key *wrapped, int count,
                                      EVP_PKEY *const *keys, int key_count,
                                      const eb_alg_policy *policy, unsigned char *content_key,
                                      size_t len)
{
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < key_count; k++) {
            if (eb_alg_check_key(pool, keys[k], policy) == NULL &&
                eb_wrapped_key_open(&wrapped[i], keys[k], content_key, len)) {
                return &wrapped[i];
            }
        }
    }
    return &wrapped[0];
}

/* -- the content
 * ----------------------------------------------------------------------------------- */

static apr_status_t cleanse_span(void *data)
{
    eb_span *span = data;

    OPENSSL_cleanse((void *)span->data, span->len);
    return APR_SUCCESS;
}

/* A buffer that is cleansed with the pool. */
static unsigned char *secret_buffer(apr_pool_t *pool, size_t len)
{
    eb_span *span = apr_palloc(pool, sizeof(*span));
    unsigned char *bytes = apr_pcalloc(pool, len);

    *span = eb_span_bytes(bytes, len);
    apr_pool_cleanup_register(pool, span, cleanse_span, apr_pool_cleanup_null);
    return bytes;
}

/* AES-GCM with an IV of 96 and a tag of 128 bits (section 5.2.4). */
static bool open_gcm(EVP_CIPHER_CTX *ctx, const content *c, const unsigned char *key,
                     unsigned char *plain, size_t *ret_len)
{
    size_t len = c->cipher.len - GCM_IV - GCM_TAG;
    unsigned char tag[GCM_TAG];
    int out = 0;
    int rest = 0;

    memcpy(tag, c->cipher.data + GCM_IV + len, GCM_TAG);
    if (EVP_DecryptInit_ex2(ctx, eb_alg_evp_cipher(c->algorithm), key, c->cipher.data, NULL) != 1 ||
        EVP_DecryptUpdate(ctx, plain, &out, c->cipher.data + GCM_IV, (int)len) != 1 ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, GCM_TAG, tag) != 1 ||
        EVP_DecryptFinal_ex(ctx, plain + out, &rest) != 1) {
        return false;
    }
    *ret_len = (size_t)(out + rest);
    return true;
}

/* AES-CBC, padding as in section 5.2.3: only the last octet has a meaning. */
static bool open_cbc(EVP_CIPHER_CTX *ctx, const content *c, const unsigned char *key,
                     unsigned char *plain, size_t *ret_len)
{
    size_t len = c->cipher.len - CBC_BLOCK;
    int out = 0;
    int rest = 0;
    size_t padding;

    if (EVP_DecryptInit_ex2(ctx, eb_alg_evp_cipher(c->algorithm), key, c->cipher.data, NULL) != 1 ||
        EVP_CIPHER_CTX_set_padding(ctx, 0) != 1 ||
        EVP_DecryptUpdate(ctx, plain, &out, c->cipher.data + CBC_BLOCK, (int)len) != 1 ||
        EVP_DecryptFinal_ex(ctx, plain + out, &rest) != 1 || (size_t)(out + rest) != len) {
        return false;
    }
    padding = plain[len - 1];
    if (padding < 1 || padding > CBC_BLOCK) {
        return false;
    }
    *ret_len = len - padding;
    return true;
}

static bool has_sound_length(const content *c)
{
    if ((c->algorithm->bit & EB_ALG_GCM) != 0) {
        return c->cipher.len > GCM_IV + GCM_TAG && c->cipher.len <= INT32_MAX;
    }
    return c->cipher.len >= (size_t)2 * CBC_BLOCK && c->cipher.len % CBC_BLOCK == 0 &&
           c->cipher.len <= INT32_MAX;
}

static bool open_content(apr_pool_t *pool, const content *c, const unsigned char *key,
                         eb_span *ret_plain)
{
    EVP_CIPHER_CTX *ctx;
    unsigned char *plain;
    size_t len = 0;
    bool is_open = false;

    if (!has_sound_length(c)) {
        return false;
    }
    plain = secret_buffer(pool, c->cipher.len);
    ctx = EVP_CIPHER_CTX_new();
    if (ctx != NULL) {
        is_open = (c->algorithm->bit & EB_ALG_GCM) != 0 ? open_gcm(ctx, c, key, plain, &len)
                                                        : open_cbc(ctx, c, key, plain, &len);
    }
    EVP_CIPHER_CTX_free(ctx);
    *ret_plain = eb_span_bytes(plain, len);
    return is_open;
}

/* -- the plaintext as a document
 * ------------------------------------------------------------------- */

static bool declares(const xmlNode *element, const xmlChar *prefix)
{
    for (const xmlNs *ns = element->nsDef; ns != NULL; ns = ns->next) {
        if (xmlStrEqual(ns->prefix, prefix)) {
            return true;
        }
    }
    return false;
}

/* The declarations in scope at `encrypted` that `root` does not make itself, as text of attributes.
 */
static const char *scope_text(apr_pool_t *pool, const xmlNode *encrypted, const xmlNode *root)
{
    const xmlChar *seen[MAX_SCOPE];
    apr_array_header_t *texts = apr_array_make(pool, MAX_SCOPE, sizeof(const char *));
    int count = 0;

    for (const xmlNode *at = encrypted; at != NULL && at->type == XML_ELEMENT_NODE;
         at = at->parent) {
        for (const xmlNs *ns = at->nsDef; ns != NULL; ns = ns->next) {
            bool is_hidden = declares(root, ns->prefix) || count == MAX_SCOPE;

            for (int i = 0; i < count && !is_hidden; i++) {
                is_hidden = xmlStrEqual(seen[i], ns->prefix) != 0;
            }
            if (is_hidden) {
                continue;
            }
            seen[count++] = ns->prefix;
            APR_ARRAY_PUSH(texts, const char *) = apr_pstrcat(
                pool, " xmlns", ns->prefix == NULL ? "" : ":",
                ns->prefix == NULL ? "" : (const char *)ns->prefix, "=\"",
                ns->href == NULL ? "" : eb_escape(pool, (const char *)ns->href), "\"", NULL);
        }
    }
    return apr_array_pstrcat(pool, texts, '\0');
}

/* Where the attributes of the document element begin: just behind its name. 0 when that cannot be
 * told. */
static size_t behind_root_name(eb_span plain)
{
    const char *text = (const char *)plain.data;
    size_t at = 0;

    if (plain.len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        at = 3;
    }
    if (plain.len - at >= 5 && memcmp(text + at, "<?xml", 5) == 0) {
        while (at < plain.len && text[at] != '>') {
            at++;
        }
        at++;
    }
    while (at < plain.len && strchr(" \t\r\n", text[at]) != NULL) {
        at++;
    }
    if (at >= plain.len || text[at] != '<') {
        return 0;
    }
    while (at < plain.len && strchr(" \t\r\n/>", text[at]) == NULL) {
        at++;
    }
    return at < plain.len ? at : 0;
}

/* Parses the plaintext; where it uses namespaces that it does not declare, once more with those in
 * scope at `encrypted` written into its document element. Plaintext that declares all it uses is
 * left as it is, for a supplied declaration could change its canonical form. */
static bool parse_plain(apr_pool_t *pool, const xmlNode *encrypted, eb_span plain,
                        const eb_xml_limits *limits, xmlDocPtr *ret_doc)
{
    bool is_sound = false;
    xmlDocPtr doc = NULL;
    const xmlNode *root;
    const char *scope;
    size_t scope_len;
    size_t at;
    unsigned char *whole;

    if (eb_xml_parse_loose(pool, plain.data, plain.len, limits, &doc, &is_sound) != NULL) {
        return false;
    }
    root = xmlDocGetRootElement(doc);
    if (is_sound) {
        *ret_doc = doc;
        return true;
    }
    at = behind_root_name(plain);
    scope = scope_text(pool, encrypted, root);
    scope_len = strlen(scope);
    if (at == 0 || scope_len == 0) {
        return false;
    }
    whole = secret_buffer(pool, plain.len + scope_len);
    memcpy(whole, plain.data, at);
    memcpy(whole + at, scope, scope_len);
    memcpy(whole + at + scope_len, plain.data + at, plain.len - at);
    return eb_xml_parse(pool, whole, plain.len + scope_len, limits, ret_doc) == NULL;
}

const eb_err *eb_xmlenc_decrypt(apr_pool_t *pool, xmlNodePtr encrypted, EVP_PKEY *const *keys,
                                int key_count, const eb_alg_policy *policy, bool outer_verified,
                                const eb_xml_limits *limits, const eb_random *random,
                                xmlDocPtr *ret_doc, eb_encryption_info *ret_info)
{
    eb_wrapped_key wrapped[MAX_ENCRYPTED_KEYS];
    unsigned char content_key[EVP_MAX_KEY_LENGTH];
    const eb_wrapped_key *opened;
    content c = {NULL, NULL, {NULL, 0}};
    eb_span plain = {NULL, 0};
    xmlDocPtr doc = NULL;
    int count = 0;
    size_t len;
    bool is_open;

    EB_TRY(read_content(pool, encrypted, policy, outer_verified, &c));
    EB_TRY(collect_keys(pool, encrypted, c.data, policy, wrapped, &count));

    len = (size_t)c.algorithm->key_bytes;
    EB_TRY(eb_random_bytes(pool, random, content_key, len));
    opened = open_any(pool, wrapped, count, keys, key_count, policy, content_key, len);
    is_open = open_content(pool, &c, content_key, &plain) &&
              parse_plain(pool, encrypted, plain, limits, &doc);
    OPENSSL_cleanse(content_key, sizeof(content_key));
    ERR_clear_error();
    if (!is_open) {
        return eb_err_make(pool, EB_E_ENC_DECRYPT, "%s with %s cannot be decrypted to one element",
                           c.algorithm->word, opened->algorithm->word);
    }
    *ret_doc = doc;
    ret_info->content = c.algorithm;
    ret_info->key = opened->algorithm;
    return NULL;
}

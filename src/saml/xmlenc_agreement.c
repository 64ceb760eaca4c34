/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ECDH-ES with ConcatKDF as XML Encryption 1.1 writes it down (sections 5.4.1, 5.6.1 and 5.6.4).
 *
 * Trusts nothing of the originator's key: the curve must be one of ours by name, the point
 * uncompressed, of the right length and on the curve (OpenSSL checks it when it is read and again
 * when it is used). */
#include "saml/xmlenc_key.h"

#include <apr_strings.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>
#include <string.h>

#define URI_CONCAT_KDF EB_NS_XENC11 "ConcatKDF"
#define MAX_OTHER_INFO 1024 /* octets of each part of it */
#define MAX_SECRET     66   /* octets of the largest field: P-521 */

static const struct {
    const char *urn;
    const char *group;
} named_curves[] = {
    {"urn:oid:1.2.840.10045.3.1.7", SN_X9_62_prime256v1},
    {"urn:oid:1.3.132.0.34", SN_secp384r1},
    {"urn:oid:1.3.132.0.35", SN_secp521r1},
    {"urn:oid:1.3.36.3.3.2.8.1.1.7", SN_brainpoolP256r1},
    {"urn:oid:1.3.36.3.3.2.8.1.1.11", SN_brainpoolP384r1},
    {"urn:oid:1.3.36.3.3.2.8.1.1.13", SN_brainpoolP512r1},
};

/* -- reading --------------------------------------------------------------------------------------
 */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

/* One attribute of ConcatKDFParams joined to what came before. Its first octet says how many bits
 * of the last octet are padding; whole octets are all that anybody sends and all that is accepted.
 * Absent or empty is the empty bit string. */
static const eb_err *join_info(apr_pool_t *pool, const xmlNode *params, const char *name,
                               unsigned char *info, size_t *len)
{
    const char *hex = eb_xml_attribute(pool, params, name);
    size_t hex_len = hex == NULL ? 0 : strlen(hex);

    if (hex_len % 2 != 0 || hex_len / 2 > MAX_OTHER_INFO) {
        return eb_err_make(pool, EB_E_ENC_PARAMETERS,
                           "%s of ConcatKDF is not hexBinary of at most %d octets", name,
                           MAX_OTHER_INFO);
    }
    for (size_t i = 0; i < hex_len; i += 2) {
        int high = hex_digit(hex[i]);
        int low = hex_digit(hex[i + 1]);

        if (high < 0 || low < 0) {
            return eb_err_make(pool, EB_E_ENC_PARAMETERS, "%s of ConcatKDF is not hexBinary", name);
        }
        if (i > 0) {
            info[(*len)++] = (unsigned char)(high * 16 + low);
        } else if (high != 0 || low != 0) {
            return eb_err_make(pool, EB_E_ENC_PARAMETERS, "%s of ConcatKDF has padding bits", name);
        }
    }
    return NULL;
}

static const eb_err *read_kdf(apr_pool_t *pool, const xmlNode *method, eb_agreement *agreement)
{
    static const char *const parts[] = {"AlgorithmID", "PartyUInfo", "PartyVInfo", "SuppPubInfo",
                                        "SuppPrivInfo"};
    static const size_t part_count = sizeof(parts) / sizeof(parts[0]);
    const char *uri = eb_xml_attribute(pool, method, "Algorithm");
    const xmlNode *params = eb_xml_child(method, EB_NS_XENC11, "ConcatKDFParams");
    const xmlNode *digest = eb_xml_child(params, EB_NS_DS, "DigestMethod");
    unsigned char *info = apr_palloc(pool, part_count * MAX_OTHER_INFO);
    size_t len = 0;

    if (uri == NULL || strcmp(uri, URI_CONCAT_KDF) != 0) {
        return eb_err_make(pool, EB_E_ENC_PARAMETERS, "key derivation %s, expected ConcatKDF",
                           eb_printable(pool, uri));
    }
    agreement->digest =
        digest == NULL ? NULL : eb_alg_digest_by_uri(eb_xml_attribute(pool, digest, "Algorithm"));
    if (agreement->digest == NULL) {
        return eb_err_make(pool, EB_E_ENC_PARAMETERS, "ConcatKDF without a digest of SHA-2");
    }
    for (size_t i = 0; i < part_count; i++) {
        EB_TRY(join_info(pool, params, parts[i], info, &len));
    }
    agreement->other_info = eb_span_bytes(info, len);
    return NULL;
}

static const eb_err *read_originator(apr_pool_t *pool, const xmlNode *method,
                                     eb_agreement *agreement)
{
    const xmlNode *key_info = eb_xml_child(method, EB_NS_XENC, "OriginatorKeyInfo");
    const xmlNode *value = eb_xml_child(key_info, EB_NS_DS, "KeyValue");
    const xmlNode *ec = eb_xml_child(value, EB_NS_DS11, "ECKeyValue");
    const xmlNode *curve = eb_xml_child(ec, EB_NS_DS11, "NamedCurve");
    const xmlNode *point = eb_xml_child(ec, EB_NS_DS11, "PublicKey");
    const char *urn = curve == NULL ? NULL : eb_xml_attribute(pool, curve, "URI");
    eb_span text;

    for (size_t i = 0; urn != NULL && i < sizeof(named_curves) / sizeof(named_curves[0]); i++) {
        if (strcmp(named_curves[i].urn, urn) == 0) {
            agreement->group = named_curves[i].group;
        }
    }
    if (agreement->group == NULL) {
        return eb_err_make(pool, EB_E_ENC_PARAMETERS, "the originator's curve %s is not accepted",
                           eb_printable(pool, urn));
    }
    if (point == NULL || !eb_xml_simple_text(pool, point, &text) ||
        !eb_base64_decode(pool, (const char *)text.data, text.len, &agreement->point)) {
        return eb_err_make(pool, EB_E_ENC_PARAMETERS, "the originator's public key is not base64");
    }
    return NULL;
}

const eb_err *eb_agreement_read(apr_pool_t *pool, const xmlNode *method,
                                eb_agreement *ret_agreement)
{
    const xmlNode *kdf = eb_xml_child(method, EB_NS_XENC11, "KeyDerivationMethod");
    eb_agreement agreement = {NULL, {NULL, 0}, NULL, {NULL, 0}};

    /* KA-Nonce belongs to the key derivation of Diffie-Hellman; ConcatKDF has no place for it and
     * it is read over, as its senders expect */
    EB_TRY(read_kdf(pool, kdf, &agreement));
    EB_TRY(read_originator(pool, method, &agreement));
    *ret_agreement = agreement;
    return NULL;
}

/* -- deriving -------------------------------------------------------------------------------------
 */

/* The originator's key. OpenSSL refuses points that are not on the curve; compressed and hybrid
 * forms and the point at infinity are refused by their first octet and length. */
static EVP_PKEY *originator_key(const eb_agreement *agreement, size_t field_len)
{
    OSSL_PARAM params[3];
    EVP_PKEY_CTX *ctx;
    EVP_PKEY *key = NULL;

    if (agreement->point.len != 1 + 2 * field_len || agreement->point.data[0] != 4) {
        return NULL;
    }
    params[0] =
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)agreement->group, 0);
    params[1] = OSSL_PARAM_construct_octet_string(
        OSSL_PKEY_PARAM_PUB_KEY, (void *)agreement->point.data, agreement->point.len);
    params[2] = OSSL_PARAM_construct_end();
    ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        key = NULL;
    }
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static bool agree(EVP_PKEY *ours, EVP_PKEY *theirs, unsigned char *secret, size_t *len)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, ours, NULL);
    bool is_done = ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
                   EVP_PKEY_derive_set_peer_ex(ctx, theirs, 1) == 1 &&
                   EVP_PKEY_derive(ctx, secret, len) == 1;

    EVP_PKEY_CTX_free(ctx);
    return is_done;
}

static bool concat_kdf(const eb_agreement *agreement, unsigned char *secret, size_t secret_len,
                       unsigned char *kek, size_t len)
{
    EVP_KDF *kdf = eb_alg_concat_kdf();
    EVP_KDF_CTX *ctx = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    OSSL_PARAM params[4];
    bool is_done;

    params[0] =
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)agreement->digest, 0);
    params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, secret, secret_len);
    params[2] = OSSL_PARAM_construct_octet_string(
        OSSL_KDF_PARAM_INFO, (void *)agreement->other_info.data, agreement->other_info.len);
    params[3] = OSSL_PARAM_construct_end();
    is_done = ctx != NULL && EVP_KDF_derive(ctx, kek, len, params) == 1;
    EVP_KDF_CTX_free(ctx);
    return is_done;
}

bool eb_agreement_derive(const eb_agreement *agreement, EVP_PKEY *key, unsigned char *kek,
                         size_t len)
{
    unsigned char secret[MAX_SECRET];
    size_t secret_len = sizeof(secret);
    size_t name_len = 0;
    char group[64];
    EVP_PKEY *theirs;
    bool is_done = false;

    if (!EVP_PKEY_is_a(key, "EC") ||
        EVP_PKEY_get_group_name(key, group, sizeof(group), &name_len) != 1 ||
        strcmp(group, agreement->group) != 0) {
        return false;
    }
    /* all six curves have a cofactor of 1 and an order as long as their field */
    theirs = originator_key(agreement, ((size_t)EVP_PKEY_get_bits(key) + 7) / 8);
    if (theirs != NULL) {
        is_done = agree(key, theirs, secret, &secret_len) &&
                  concat_kdf(agreement, secret, secret_len, kek, len);
    }
    OPENSSL_cleanse(secret, sizeof(secret));
    EVP_PKEY_free(theirs);
    return is_done;
}

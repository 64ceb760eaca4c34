/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decryption. A message with an EncryptedAssertion is decrypted as it is; all other input is
 * plaintext: it is encrypted to our key first, so that what stands behind a good tag is reached. */
#include "saml_fuzz.h"

#include <apr_strings.h>
#include <openssl/rsa.h>

static EVP_PKEY *keys[2];
static unsigned char content_key[16];
static unsigned char wrapped[512];
static size_t wrapped_len = sizeof(wrapped);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    EVP_PKEY_CTX *ctx;

    (void)argc;
    (void)argv;
    apr_initialize();
    eb_xml_start();
    keys[0] = key_of("rsa2048");
    keys[1] = key_of("p256");
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, keys[0], NULL);
    INSIST(EVP_PKEY_encrypt_init(ctx) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1 &&
           EVP_PKEY_encrypt(ctx, wrapped, &wrapped_len, content_key, sizeof(content_key)) == 1);
    EVP_PKEY_CTX_free(ctx);
    return 0;
}

/* IV, ciphertext and tag in base64. */
static const char *encrypt(apr_pool_t *pool, const uint8_t *data, size_t size)
{
    unsigned char *out = apr_pcalloc(pool, size + 28);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int len = 0;

    INSIST(EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, content_key, out) == 1 &&
           EVP_EncryptUpdate(ctx, out + 12, &len, data, (int)size) == 1 &&
           EVP_EncryptFinal_ex(ctx, out + 12 + len, &len) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, out + 12 + size) == 1);
    EVP_CIPHER_CTX_free(ctx);
    return eb_base64(pool, out, size + 28);
}

static const char *message_of(apr_pool_t *pool, const uint8_t *data, size_t size)
{
    return apr_pstrcat(
        pool,
        "<p:Response xmlns:p='" EB_NS_SAMLP "' xmlns:a='" EB_NS_SAML "' xmlns:e='" EB_NS_XENC
        "' xmlns:d='" EB_NS_DS "' ID='outer' Version='2.0' IssueInstant=''><p:Status><p:StatusCode "
        "Value=''/></p:Status><a:EncryptedAssertion><e:EncryptedData><e:EncryptionMethod "
        "Algorithm='" EB_NS_XENC11 "aes128-gcm'/><d:KeyInfo><e:EncryptedKey><e:EncryptionMethod "
        "Algorithm='" EB_NS_XENC11 "rsa-oaep'><d:DigestMethod Algorithm='" EB_NS_XENC "sha256'/>"
        "<m:MGF xmlns:m='" EB_NS_XENC11 "' Algorithm='" EB_NS_XENC11
        "mgf1sha256'/></e:EncryptionMethod><e:CipherData><e:CipherValue>",
        eb_base64(pool, wrapped, wrapped_len),
        "</e:CipherValue></e:CipherData></e:EncryptedKey></d:KeyInfo><e:CipherData><e:CipherValue>",
        encrypt(pool, data, size),
        "</e:CipherValue></e:CipherData></e:EncryptedData></a:EncryptedAssertion></p:Response>",
        NULL);
}

static const eb_err *decrypt(apr_pool_t *pool, xmlDocPtr doc, xmlDocPtr *ret_plain)
{
    eb_xml_limits inner = {(size_t)1 << 20, limits.max_depth, limits.max_nodes};
    xmlNodePtr encrypted =
        eb_xml_child(xmlDocGetRootElement(doc), EB_NS_SAML, "EncryptedAssertion");
    eb_encryption_info info;

    if (encrypted == NULL) {
        return eb_err_make(pool, EB_E_ENC_REQUIRED, "no EncryptedAssertion");
    }
    return eb_xmlenc_decrypt(pool, encrypted, keys, 2, &everything, true, &inner, &eb_random_system,
                             ret_plain, &info);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = new_pool();
    eb_xml_limits outer = {(size_t)1 << 20, limits.max_depth, limits.max_nodes};
    xmlDocPtr doc = NULL;
    xmlDocPtr plain = NULL;
    const eb_err *err = NULL;

    if (size > limits.max_bytes) {
        apr_pool_destroy(pool);
        return 0;
    }
    if (eb_xml_parse(pool, data, size, &limits, &doc) == NULL) {
        err = decrypt(pool, doc, &plain); /* whether or not the table would let it through */
    }
    if (doc == NULL || (err != NULL && err->id == EB_E_ENC_REQUIRED)) {
        const char *text = message_of(pool, data, size);

        INSIST(eb_xml_parse(pool, text, strlen(text), &outer, &doc) == NULL);
        INSIST(eb_structure_check_response(pool, doc) == NULL);
        err = decrypt(pool, doc, &plain);
        INSIST(err == NULL || err->id == EB_E_ENC_DECRYPT);
    }
    if (plain != NULL) {
        INSIST(err == NULL && xmlDocGetRootElement(plain) != NULL);
        (void)eb_structure_check_assertion(pool, plain, doc);
    }
    apr_pool_destroy(pool);
    return 0;
}

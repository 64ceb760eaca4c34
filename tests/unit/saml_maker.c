/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml_maker.h"

#include "keys/keyfile.h"
#include "saml_keys.h"

#include <apr_strings.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CIPHER_GCM256 "http://www.w3.org/2009/xmlenc11#aes256-gcm"

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static void must(const eb_err *err)
{
    if (err != NULL) {
        fprintf(stderr, "%s %s: %s\n", err->code, err->name, err->message);
        abort();
    }
}

/* Numbers from a fixed sequence: a message of a test is the same in every run. */
static int fill(void *context, unsigned char *buf, size_t len)
{
    unsigned int *state = context;

    for (size_t i = 0; i < len; i++) {
        *state = *state * 1103515245u + 12345u;
        buf[i] = (unsigned char)(*state >> 16);
    }
    return 0;
}

apr_time_t saml_time(const char *text)
{
    apr_time_t time = 0;

    MUST(eb_time_parse_xml(text, &time));
    return time;
}

EVP_PKEY *saml_key(apr_pool_t *pool, const char *pem)
{
    EVP_PKEY *key = NULL;

    must(eb_pem_private_key(pool, eb_span_str(pem), "test", &key));
    return key;
}

static eb_saml_key own_key(apr_pool_t *pool, const char *pem, const char *certificate)
{
    eb_saml_key key = {.key = saml_key(pool, pem),
                       .certificate = certificate,
                       .fingerprint = "00",
                       .not_after = saml_time("2126-01-01T00:00:00Z"),
                       .origin = "test"};

    return key;
}

void saml_world_init(saml_world *world, apr_pool_t *pool, const char *profile)
{
    const eb_saml_policy *row = eb_profile_find(profile);
    static const eb_display_name names[] = {{"en", "Test provider"}};

    MUST(row != NULL);
    eb_xml_start();
    memset(world, 0, sizeof(*world));
    world->pool = pool;
    world->policy = *row;
    world->ring.signing[0] = own_key(pool, SAML_SP_RSA2048_KEY, SAML_SP_RSA2048_CERTIFICATE);
    world->ring.signing_count = 1;
    world->ring.encryption[0] = own_key(pool, SAML_SP_RSA3072_KEY, SAML_SP_RSA3072_CERTIFICATE);
    world->ring.encryption[1] = own_key(pool, SAML_SP_RSA2048_KEY, SAML_SP_RSA2048_CERTIFICATE);
    world->ring.encryption_count = 2;
    world->sp.entity_id = SAML_SP_ENTITY;
    world->sp.acs_url = SAML_ACS;
    world->sp.keys = &world->ring;
    world->idp_key = saml_key(pool, SAML_IDP_KEY);
    world->idp_next_key = saml_key(pool, SAML_IDP_NEXT_KEY);
    world->idp_keys[0] = (eb_verify_key){world->idp_key, "idp"};
    world->idp_keys[1] = (eb_verify_key){world->idp_next_key, "idp-next"};
    world->peer.entity_id = SAML_IDP_ENTITY;
    world->peer.sso_redirect = "https://idp.example.org/sso/redirect";
    world->peer.sso_post = "https://idp.example.org/sso/post";
    world->peer.signing_keys = world->idp_keys;
    world->peer.signing_key_count = 1;
    world->peer.display_names = names;
    world->peer.display_name_count = 1;
    world->expected.provider = "test";
    world->expected.request_id = SAML_REQUEST_ID;
    world->expected.request_time = saml_time(SAML_NOW) - apr_time_from_sec(60);
    world->expected.max_age = -1;
    world->expected.floor = EB_LEVEL_NONE;
    world->expected.now = saml_time(SAML_NOW);
    world->random.fill = fill;
    world->random.context = apr_pcalloc(pool, sizeof(unsigned int));
}

static const char good_response[] =
    "<samlp:Response xmlns:samlp=\"" EB_NS_SAMLP "\" xmlns:saml=\"" EB_NS_SAML "\" ID=\"_r1\" "
    "Version=\"2.0\" IssueInstant=\"2026-11-21T11:59:58Z\" Destination=\"" SAML_ACS "\" "
    "InResponseTo=\"" SAML_REQUEST_ID "\">"
    "<saml:Issuer>" SAML_IDP_ENTITY "</saml:Issuer>"
    "<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>"
    "</samlp:Status>%ASSERTION%</samlp:Response>";

#define ATTRIBUTE(name, friendly, value)                                                           \
    "<saml:Attribute Name=\"" name "\" FriendlyName=\"" friendly                                   \
    "\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\">"                           \
    "<saml:AttributeValue>" value "</saml:AttributeValue></saml:Attribute>"

#define NATURAL "http://eidas.europa.eu/attributes/naturalperson/"

static const char good_assertion[] =
    "<saml:Assertion xmlns:saml=\"" EB_NS_SAML "\" xmlns:xsi=\"" EB_NS_XSI "\" ID=\"_a1\" "
    "Version=\"2.0\" IssueInstant=\"2026-11-21T11:59:57Z\">"
    "<saml:Issuer>" SAML_IDP_ENTITY "</saml:Issuer>"
    "<saml:Subject>"
    "<saml:NameID Format=\"%FORMAT%\">ES/FI/02635542Y</saml:NameID>"
    "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">"
    "<saml:SubjectConfirmationData InResponseTo=\"" SAML_REQUEST_ID "\" Recipient=\"" SAML_ACS "\" "
    "NotOnOrAfter=\"2026-11-21T12:04:00Z\"/></saml:SubjectConfirmation></saml:Subject>"
    "<saml:Conditions NotBefore=\"2026-11-21T11:59:56Z\" NotOnOrAfter=\"2026-11-21T12:05:00Z\">"
    "<saml:AudienceRestriction><saml:Audience>" SAML_SP_ENTITY "</saml:Audience>"
    "</saml:AudienceRestriction></saml:Conditions>"
    "<saml:AuthnStatement AuthnInstant=\"2026-11-21T11:59:55Z\" SessionIndex=\"_s1\">"
    "<saml:AuthnContext><saml:AuthnContextClassRef>%LEVEL%</saml:AuthnContextClassRef>"
    "</saml:AuthnContext></saml:AuthnStatement>"
    "<saml:AttributeStatement>%ATTRIBUTES%</saml:AttributeStatement></saml:Assertion>";

/* clang-format off */
static const char eidas_attributes[] =
    ATTRIBUTE(NATURAL "PersonIdentifier", "PersonIdentifier", "ES/FI/02635542Y")
    ATTRIBUTE(NATURAL "CurrentFamilyName", "FamilyName", "Onasis</saml:AttributeValue>"
              "<saml:AttributeValue xmlns:np=\"http://eidas.europa.eu/attributes/naturalperson\" "
              "np:LatinScript=\"false\">\xce\xa9\xce\xbd\xce\xac\xcf\x83\xce\xb7\xcf\x82")
    ATTRIBUTE(NATURAL "CurrentGivenName", "FirstName", "Sarah")
    ATTRIBUTE(NATURAL "DateOfBirth", "DateOfBirth", "1970-05-28");

static const char suomifi_attributes[] =
    ATTRIBUTE("urn:oid:1.2.246.21", "nationalIdentificationNumber", "210281-9988")
    ATTRIBUTE("urn:oid:2.5.4.4", "sn", "Demo")
    ATTRIBUTE("urn:oid:1.2.246.517.2002.2.27", "TurvakieltoTieto", "");

static const char swedish_attributes[] =
    ATTRIBUTE("urn:oid:1.2.752.29.4.13", "personalIdentityNumber", "199001012385")
    ATTRIBUTE("urn:oid:2.5.4.4", "sn", "Demo");

static const char italian_attributes[] =
    "<saml:Attribute Name=\"fiscalNumber\"><saml:AttributeValue>TINIT-RSSMRA80A01H501U"
    "</saml:AttributeValue></saml:Attribute>"
    "<saml:Attribute Name=\"familyName\"><saml:AttributeValue>Rossi</saml:AttributeValue>"
    "</saml:Attribute>";

static const char entra_attributes[] =
    "<saml:Attribute Name=\"http://schemas.microsoft.com/identity/claims/objectidentifier\">"
    "<saml:AttributeValue>00000000-0000-4000-8000-000000000001</saml:AttributeValue>"
    "</saml:Attribute>";

static const char other_attributes[] =
    ATTRIBUTE("urn:oasis:names:tc:SAML:attribute:pairwise-id", "pairwise-id", "abc@example.org")
    ATTRIBUTE("urn:oid:2.5.4.4", "sn", "Demo");
/* clang-format on */

void saml_change(apr_pool_t *pool, const char **text, const char *from, const char *to)
{
    const char *place = strstr(*text, from);

    MUST(place != NULL && strstr(place + 1, from) == NULL);
    *text = apr_pstrcat(pool, apr_pstrmemdup(pool, *text, (apr_size_t)(place - *text)), to,
                        place + strlen(from), NULL);
}

#define PASSWORD "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"

/* What the profiles' good messages differ in; the last row is all others'. */
static const struct {
    const char *profile, *level, *attributes;
} kinds[] = {
    {"eidas", "http://eidas.europa.eu/LoA/substantial", eidas_attributes},
    {"suomi.fi", "http://ftn.ficora.fi/2017/loa2", suomifi_attributes},
    {"sweden-connect", "http://id.elegnamnden.se/loa/1.0/loa3", swedish_attributes},
    {"spid", "https://www.spid.gov.it/SpidL2", italian_attributes},
    {"cie", "https://www.spid.gov.it/SpidL3", italian_attributes},
    {"entra", PASSWORD, entra_attributes},
    {NULL, PASSWORD, other_attributes},
};

/* Only Shibboleth is asked for another format than its messages here have. */
static bool is_transient(const saml_world *world)
{
    return world->policy.name_id_format != NULL &&
           strstr(world->policy.name_id_format, "transient") != NULL &&
           strcmp(world->policy.profile, "shibboleth") != 0;
}

void saml_message_init(saml_message *message, const saml_world *world)
{
    apr_pool_t *pool = world->pool;
    size_t kind = 0;

    memset(message, 0, sizeof(*message));
    message->pool = pool;
    message->response = good_response;
    message->assertion = good_assertion;
    saml_change(pool, &message->assertion, "%FORMAT%",
                is_transient(world) ? "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
                                    : "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent");
    while (kinds[kind].profile != NULL && strcmp(kinds[kind].profile, world->policy.profile) != 0) {
        kind++;
    }
    saml_change(pool, &message->assertion, "%LEVEL%", kinds[kind].level);
    saml_change(pool, &message->assertion, "%ATTRIBUTES%", kinds[kind].attributes);
    if (world->policy.require_issuer_format) {
        saml_change(pool, &message->assertion, "<saml:Issuer>", SAML_QUALIFIED_ISSUER);
        saml_change(pool, &message->assertion, "<saml:NameID ",
                    "<saml:NameID NameQualifier=\"" SAML_IDP_ENTITY "\" ");
    }
    message->signer = world->idp_key;
    message->is_response_signed = world->policy.require_signature != EB_SIGNED_ASSERTION;
    message->is_assertion_signed = world->policy.require_signature == EB_SIGNED_ASSERTION ||
                                   world->policy.require_signature == EB_SIGNED_BOTH;
    message->recipient = world->policy.require_encryption ? world->ring.encryption[0].key : NULL;
    message->cipher = CIPHER_GCM256;
    message->suffix = "";
}

const char *saml_sign(apr_pool_t *pool, const char *xml, EVP_PKEY *key)
{
    xmlDocPtr doc;

    must(eb_xml_parse(pool, xml, strlen(xml), &eb_xml_message_limits, &doc));
    must(eb_xmldsig_sign(pool, xmlDocGetRootElement(doc), key,
                         eb_alg_by_bit(eb_alg_default_signature(key, true)), NULL));
    return eb_xml_serialize(pool, doc, xmlDocGetRootElement(doc));
}

static const char *wrap_key(apr_pool_t *pool, EVP_PKEY *recipient, const unsigned char *key,
                            size_t len)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(recipient, NULL);
    unsigned char out[1024];
    size_t out_len = sizeof(out);

    MUST(context != NULL && EVP_PKEY_encrypt_init(context) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1 &&
         EVP_PKEY_encrypt(context, out, &out_len, key, len) == 1);
    EVP_PKEY_CTX_free(context);
    return eb_base64(pool, out, out_len);
}

/* iv | ciphertext | tag for GCM (XML Encryption 1.1 section 5.2.4), iv | ciphertext for CBC. */
static const char *encrypt_content(apr_pool_t *pool, const char *plain, const char *uri,
                                   const unsigned char *key)
{
    bool is_gcm = strstr(uri, "gcm") != NULL;
    const EVP_CIPHER *cipher = strstr(uri, "aes128-gcm") != NULL ? EVP_aes_128_gcm()
                               : is_gcm                          ? EVP_aes_256_gcm()
                                                                 : EVP_aes_256_cbc();
    size_t iv_len = is_gcm ? 12 : 16;
    size_t plain_len = strlen(plain);
    unsigned char *out = apr_pcalloc(pool, iv_len + plain_len + 32);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int len = 0;
    int last = 0;

    memset(out, 0x42, iv_len);
    MUST(context != NULL && EVP_EncryptInit_ex2(context, cipher, key, out, NULL) == 1 &&
         EVP_EncryptUpdate(context, out + iv_len, &len, (const unsigned char *)plain,
                           (int)plain_len) == 1 &&
         EVP_EncryptFinal_ex(context, out + iv_len + len, &last) == 1);
    size_t total = iv_len + (size_t)len + (size_t)last;
    if (is_gcm) {
        MUST(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, out + total) == 1);
        total += 16;
    }
    EVP_CIPHER_CTX_free(context);
    return eb_base64(pool, out, total);
}

const char *saml_encrypt(apr_pool_t *pool, const char *plain, EVP_PKEY *recipient,
                         const char *cipher)
{
    unsigned char key[32];

    memset(key, 0x17, sizeof(key));
    return apr_pstrcat(
        pool,
        "<saml:EncryptedAssertion><xenc:EncryptedData xmlns:xenc=\"" EB_NS_XENC
        "\" Type=\"http://www.w3.org/2001/04/xmlenc#Element\"><xenc:EncryptionMethod Algorithm=\"",
        cipher,
        "\"/><ds:KeyInfo xmlns:ds=\"" EB_NS_DS
        "\"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm=\"" EB_NS_XENC11 "rsa-oaep\">"
        "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>"
        "<xenc11:MGF xmlns:xenc11=\"" EB_NS_XENC11 "\" Algorithm=\"" EB_NS_XENC11 "mgf1sha256\"/>"
        "</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>",
        wrap_key(pool, recipient, key, strstr(cipher, "128") != NULL ? 16 : 32),
        "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>"
        "<xenc:CipherData><xenc:CipherValue>",
        encrypt_content(pool, plain, cipher, key),
        "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>",
        NULL);
}

const char *saml_message_xml(const saml_message *message)
{
    apr_pool_t *pool = message->pool;
    const char *assertion = message->assertion;
    const char *response = message->response;

    if (message->is_assertion_signed) {
        assertion = saml_sign(pool, assertion, message->signer);
    }
    assertion = apr_pstrcat(pool, assertion, message->suffix, NULL);
    if (message->recipient != NULL) {
        assertion = saml_encrypt(pool, assertion, message->recipient, message->cipher);
    }
    if (strstr(response, "%ASSERTION%") != NULL) {
        saml_change(pool, &response, "%ASSERTION%", assertion);
    }
    return message->is_response_signed ? saml_sign(pool, response, message->signer) : response;
}

const char *saml_message_base64(const saml_message *message)
{
    const char *xml = saml_message_xml(message);

    return eb_base64(message->pool, xml, strlen(xml));
}

const eb_err *saml_read(const saml_world *world, const char *base64, eb_response_facts *ret_facts,
                        eb_identity **ret_identity)
{
    eb_response *response = NULL;

    memset(ret_facts, 0, sizeof(*ret_facts));
    EB_TRY(eb_response_open(world->pool, base64, strlen(base64), 256 * 1024, &response));
    return eb_response_read(world->pool, response, &world->sp, &world->policy, &world->peer,
                            &world->expected, &world->random, ret_facts, ret_identity);
}

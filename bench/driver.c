/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drives whole logins against a running bridge: browsers, SAML provider and OpenID client in one.
 * As many people as there are kept-alive connections sign in side by side, each step of all of them
 * sent before the first answer is read, so that the servers have work waiting as a busy server has.
 *
 *   driver login|grants COUNT PORT PROVIDER-KEY PROVIDER-CERT ENCRYPTION-CERT ISSUER
 *
 * `login` redeems each code, `grants` leaves the grants in the store. Prints the last access token,
 * or nothing.
 */
#include "base/deflate.h"
#include "keys/keyfile.h"
#include "saml/xmldsig.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROVIDER "https://idp.bench.example/metadata"
#define VISITORS 16

/* One person at a browser, and the client that the person signs in to. */
typedef struct visitor {
    int connection; /* -1: none */
    char answer[65536];
    const char *location, *cookie, *response, *code;
} visitor;

static const char *issuer;
static int port;
static EVP_PKEY *signing_key;
static const char *signing_certificate;
static EVP_PKEY *encryption_key;

static void die(const char *what)
{
    fprintf(stderr, "driver: %s\n", what);
    exit(1);
}

static void check(const eb_err *err)
{
    if (err != NULL) {
        die(err->message);
    }
}

static const char *read_file(apr_pool_t *pool, const char *path, eb_span *ret_span)
{
    check(eb_keyfile_read(pool, path, NULL, ret_span));
    return (const char *)ret_span->data;
}

static void connect_bridge(visitor *v)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    int on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v->connection = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(v->connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(v->connection, (struct sockaddr *)&address, sizeof(address)) != 0) {
        die("cannot connect to the bridge");
    }
}

static void ask(apr_pool_t *pool, visitor *v, const char *method, const char *target,
                const char *headers, const char *body)
{
    const char *host = issuer + strlen("https://");
    const char *text = apr_psprintf(
        pool, "%s %s HTTP/1.1\r\nHost: %s\r\n%s%sContent-Length: %lu\r\n\r\n%s", method, target,
        host, headers, body == NULL ? "" : "Content-Type: application/x-www-form-urlencoded\r\n",
        (unsigned long)(body == NULL ? 0 : strlen(body)), body == NULL ? "" : body);
    if (v->connection < 0) {
        connect_bridge(v);
    }
    if (send(v->connection, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text)) {
        die("the bridge does not listen");
    }
}

/* True when header and body are whole. */
static bool is_whole(const char *answer, size_t len)
{
    const char *end = strstr(answer, "\r\n\r\n");
    const char *length = end == NULL ? NULL : strstr(answer, "Content-Length: ");
    size_t want = length != NULL && length < end ? (size_t)atol(length + 16) : 0;
    return end != NULL && len >= (size_t)(end + 4 - answer) + want;
}

/* The answer's header and body, NUL-terminated in one buffer. */
static const char *hear(visitor *v)
{
    size_t len = 0;
    do {
        ssize_t got = recv(v->connection, v->answer + len, sizeof(v->answer) - 1 - len, 0);
        if (got <= 0) {
            die("the bridge does not answer");
        }
        len += (size_t)got;
        v->answer[len] = '\0';
    } while (!is_whole(v->answer, len));
    if (strstr(v->answer, "Connection: close") != NULL) {
        close(v->connection);
        v->connection = -1;
    }
    return v->answer;
}

static const char *header(apr_pool_t *pool, const char *answer, const char *name)
{
    const char *at = strstr(answer, apr_pstrcat(pool, "\r\n", name, ": ", NULL));
    if (at == NULL) {
        fprintf(stderr, "%.600s\n", answer);
        die(apr_psprintf(pool, "the answer has no %s", name));
    }
    at += strlen(name) + 4;
    return apr_pstrmemdup(pool, at, strcspn(at, "\r\n"));
}

static char *percent_decode(apr_pool_t *pool, const char *text, size_t len)
{
    char *out = apr_palloc(pool, len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '%' && i + 2 < len + 0) {
            char hex[3] = {text[i + 1], text[i + 2], '\0'};
            out[n++] = (char)strtol(hex, NULL, 16);
            i += 2;
        } else {
            out[n++] = text[i];
        }
    }
    out[n] = '\0';
    return out;
}

static char *query_value(apr_pool_t *pool, const char *url, const char *name)
{
    const char *at = strstr(url, apr_pstrcat(pool, name, "=", NULL));
    if (at == NULL) {
        die(apr_psprintf(pool, "no %s in %s", name, url));
    }
    at += strlen(name) + 1;
    return percent_decode(pool, at, strcspn(at, "&"));
}

static const char *attribute(apr_pool_t *pool, const char *name, const char *value)
{
    return apr_psprintf(
        pool,
        "<saml:Attribute FriendlyName=\"%s\" "
        "Name=\"http://eidas.europa.eu/attributes/naturalperson/%s\" "
        "NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\"><saml:AttributeValue>%s"
        "</saml:AttributeValue></saml:Attribute>",
        name, name, value);
}

static const char *make_assertion(apr_pool_t *pool, const char *request_id, const char *now,
                                  const char *later)
{
    return apr_psprintf(
        pool,
        "<saml:Assertion xmlns:saml=\"" EB_NS_SAML
        "\" ID=\"_a%s\" Version=\"2.0\" IssueInstant=\"%s\">"
        "<saml:Issuer>" PROVIDER "</saml:Issuer><saml:Subject>"
        "<saml:NameID "
        "Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">XA/FI/%s</saml:NameID>"
        "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">"
        "<saml:SubjectConfirmationData InResponseTo=\"%s\" NotOnOrAfter=\"%s\" "
        "Recipient=\"%s/saml/acs\"/>"
        "</saml:SubjectConfirmation></saml:Subject>"
        "<saml:Conditions NotBefore=\"%s\" NotOnOrAfter=\"%s\"><saml:AudienceRestriction>"
        "<saml:Audience>%s/saml/metadata</saml:Audience></saml:AudienceRestriction></"
        "saml:Conditions>"
        "<saml:AuthnStatement AuthnInstant=\"%s\" "
        "SessionIndex=\"_s1\"><saml:AuthnContext><saml:AuthnContextClassRef>"
        "http://eidas.europa.eu/LoA/substantial</saml:AuthnContextClassRef></saml:AuthnContext></"
        "saml:AuthnStatement>"
        "<saml:AttributeStatement>%s%s%s%s%s%s%s%s%s%s</saml:AttributeStatement></saml:Assertion>",
        request_id, now, request_id, request_id, later, issuer, now, later, issuer, now,
        attribute(pool, "PersonIdentifier", apr_pstrcat(pool, "XA/FI/", request_id, NULL)),
        attribute(pool, "CurrentFamilyName", "Mustermann"),
        attribute(pool, "CurrentGivenName", "Erika Maria"),
        attribute(pool, "DateOfBirth", "1964-08-12"), attribute(pool, "PlaceOfBirth", "Berlin"),
        attribute(pool, "BirthName", "Erika Gabler"), attribute(pool, "Gender", "Female"),
        attribute(pool, "Nationality", "DE"), attribute(pool, "CountryOfResidence", "DE"),
        attribute(pool, "EmailAddress", "erika@bench.example"));
}

static const char *sign_element(apr_pool_t *pool, const char *xml)
{
    xmlDocPtr doc;
    check(eb_xml_parse(pool, xml, strlen(xml), &eb_xml_message_limits, &doc));
    eb_alg_set bit = eb_alg_default_signature(signing_key, false);
    check(eb_xmldsig_sign(pool, xmlDocGetRootElement(doc), signing_key, eb_alg_by_bit(bit),
                          signing_certificate));
    return eb_xml_serialize(pool, doc, xmlDocGetRootElement(doc));
}

static const char *encrypt(apr_pool_t *pool, const char *xml)
{
    unsigned char key[32], iv[12], wrapped[1024];
    size_t wrapped_len = sizeof(wrapped), len = strlen(xml);
    unsigned char *sealed = apr_palloc(pool, 12 + len + 16);
    int n = 0;
    RAND_bytes(key, sizeof(key));
    RAND_bytes(iv, sizeof(iv));
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    memcpy(sealed, iv, 12);
    if (EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, iv) != 1 ||
        EVP_EncryptUpdate(cipher, sealed + 12, &n, (const unsigned char *)xml, (int)len) != 1 ||
        EVP_EncryptFinal_ex(cipher, sealed + 12 + n, &n) != 1 ||
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, 16, sealed + 12 + len) != 1) {
        die("cannot encrypt");
    }
    EVP_CIPHER_CTX_free(cipher);
    EVP_PKEY_CTX *wrap = EVP_PKEY_CTX_new(encryption_key, NULL);
    if (EVP_PKEY_encrypt_init(wrap) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(wrap, RSA_PKCS1_OAEP_PADDING) != 1 ||
        EVP_PKEY_CTX_set_rsa_oaep_md(wrap, EVP_sha256()) != 1 ||
        EVP_PKEY_CTX_set_rsa_mgf1_md(wrap, EVP_sha256()) != 1 ||
        EVP_PKEY_encrypt(wrap, wrapped, &wrapped_len, key, sizeof(key)) != 1) {
        die("cannot wrap the key");
    }
    EVP_PKEY_CTX_free(wrap);
    return apr_psprintf(
        pool,
        "<saml:EncryptedAssertion xmlns:saml=\"" EB_NS_SAML
        "\"><xenc:EncryptedData xmlns:xenc=\"" EB_NS_XENC
        "\" Type=\"http://www.w3.org/2001/04/xmlenc#Element\"><xenc:EncryptionMethod "
        "Algorithm=\"http://www.w3.org/2009/xmlenc11#aes256-gcm\"/><ds:KeyInfo xmlns:ds=\"" EB_NS_DS
        "\"><xenc:EncryptedKey><xenc:EncryptionMethod "
        "Algorithm=\"http://www.w3.org/2009/xmlenc11#rsa-oaep\">"
        "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><xenc11:MGF "
        "xmlns:xenc11=\"" EB_NS_XENC11 "\" "
        "Algorithm=\"http://www.w3.org/2009/xmlenc11#mgf1sha256\"/"
        "></xenc:EncryptionMethod><xenc:CipherData>"
        "<xenc:CipherValue>%s</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></"
        "ds:KeyInfo><xenc:CipherData>"
        "<xenc:CipherValue>%s</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></"
        "saml:EncryptedAssertion>",
        eb_base64(pool, wrapped, wrapped_len), eb_base64(pool, sealed, 12 + len + 16));
}

static const char *make_response(apr_pool_t *pool, const char *request_id)
{
    apr_time_t now = apr_time_now();
    const char *instant = eb_time_format_xml(pool, now);
    const char *later = eb_time_format_xml(pool, now + apr_time_from_sec(300));
    const char *assertion =
        encrypt(pool, sign_element(pool, make_assertion(pool, request_id, instant, later)));
    return sign_element(
        pool,
        apr_psprintf(pool,
                     "<samlp:Response xmlns:samlp=\"" EB_NS_SAMLP "\" ID=\"_r%s\" Version=\"2.0\" "
                     "IssueInstant=\"%s\" Destination=\"%s/saml/acs\" InResponseTo=\"%s\">"
                     "<saml:Issuer xmlns:saml=\"" EB_NS_SAML "\">" PROVIDER "</saml:Issuer>"
                     "<samlp:Status><samlp:StatusCode "
                     "Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>%s"
                     "</samlp:Response>",
                     request_id, instant, issuer, request_id, assertion));
}

static const char *request_id_of(apr_pool_t *pool, const char *location)
{
    eb_span deflated, xml;
    const char *encoded = query_value(pool, location, "SAMLRequest");
    if (!eb_base64_decode(pool, encoded, strlen(encoded), &deflated)) {
        die("SAMLRequest is not base64");
    }
    check(eb_inflate(pool, EB_E_SAML_XML, deflated, 65536, &xml));
    const char *text = apr_pstrmemdup(pool, (const char *)xml.data, xml.len);
    const char *at = strstr(text, " ID=\"");
    return at == NULL ? NULL : apr_pstrmemdup(pool, at + 5, strcspn(at + 5, "\""));
}

static void ask_authorize(apr_pool_t *pool, visitor *v)
{
    ask(pool, v, "GET",
        "/authorize?client_id=bench&response_type=code&scope=openid&"
        "state=af0ifjsldkj&nonce=n-0S6_WzA2Mj&redirect_uri="
        "https%3A%2F%2Fclient.bench.example%2Fcb",
        "", NULL);
}

static void ask_acs(apr_pool_t *pool, visitor *v)
{
    const char *form = apr_pstrcat(
        pool,
        "SAMLResponse=", eb_percent_encode(pool, eb_base64(pool, v->response, strlen(v->response))),
        "&RelayState=", eb_percent_encode(pool, query_value(pool, v->location, "RelayState")),
        NULL);
    ask(pool, v, "POST", "/saml/acs",
        apr_psprintf(pool, "Cookie: %.*s\r\n", (int)strcspn(v->cookie, ";"), v->cookie), form);
}

static void ask_token(apr_pool_t *pool, visitor *v)
{
    ask(pool, v, "POST", "/token", "",
        apr_psprintf(pool,
                     "grant_type=authorization_code&code=%s&client_id=bench&client_secret=bench-"
                     "secret-of-32-characters-000"
                     "&redirect_uri=https%%3A%%2F%%2Fclient.bench.example%%2Fcb",
                     v->code));
}

static const char *token_of(apr_pool_t *pool, const char *answer)
{
    const char *token = strstr(answer, "\"access_token\":\"");
    if (token == NULL || strstr(answer, "\"id_token\":\"") == NULL) {
        die(answer);
    }
    token += strlen("\"access_token\":\"");
    return apr_pstrmemdup(pool, token, strcspn(token, "\""));
}

/* Some whole logins, step by step; returns the last access token, or NULL. */
static const char *run_logins(apr_pool_t *pool, visitor *visitors, int count, bool redeems)
{
    const char *token = NULL;
    for (int i = 0; i < count; i++) {
        ask_authorize(pool, &visitors[i]);
    }
    for (int i = 0; i < count; i++) {
        const char *answer = hear(&visitors[i]);
        visitors[i].location = header(pool, answer, "Location");
        visitors[i].cookie = header(pool, answer, "Set-Cookie");
    }
    for (int i = 0; i < count; i++) {
        visitors[i].response = make_response(pool, request_id_of(pool, visitors[i].location));
    }
    for (int i = 0; i < count; i++) {
        ask_acs(pool, &visitors[i]);
    }
    for (int i = 0; i < count; i++) {
        const char *location = header(pool, hear(&visitors[i]), "Location");
        visitors[i].code = query_value(pool, location, "code");
    }
    for (int i = 0; i < count && redeems; i++) {
        ask_token(pool, &visitors[i]);
    }
    for (int i = 0; i < count && redeems; i++) {
        token = token_of(pool, hear(&visitors[i]));
    }
    return token;
}

int main(int argc, char **argv)
{
    apr_pool_t *pool, *round;
    eb_span file;
    eb_certificate certificate;
    char last[128] = "";
    if (argc != 8) {
        die("usage: driver login|grants COUNT PORT PROVIDER-KEY PROVIDER-CERT ENCRYPTION-CERT "
            "ISSUER");
    }
    apr_initialize();
    eb_xml_start();
    apr_pool_create(&pool, NULL);
    long count = atol(argv[2]);
    port = atoi(argv[3]);
    issuer = argv[7];
    (void)read_file(pool, argv[4], &file);
    check(eb_pem_private_key(pool, file, argv[4], &signing_key));
    (void)read_file(pool, argv[5], &file);
    check(eb_pem_certificate(pool, file, argv[5], &certificate));
    signing_certificate = certificate.der_base64;
    (void)read_file(pool, argv[6], &file);
    check(eb_pem_certificate(pool, file, argv[6], &certificate));
    encryption_key = certificate.key;
    visitor *visitors = apr_palloc(pool, VISITORS * sizeof(*visitors));
    for (int i = 0; i < VISITORS; i++) {
        visitors[i].connection = -1;
    }
    for (long left = count; left > 0; left -= VISITORS) {
        apr_pool_create(&round, pool);
        const char *token = run_logins(round, visitors, left < VISITORS ? (int)left : VISITORS,
                                       strcmp(argv[1], "login") == 0);
        if (token != NULL) {
            apr_cpystrn(last, token, sizeof(last));
        }
        apr_pool_destroy(round);
    }
    puts(last);
    return 0;
}

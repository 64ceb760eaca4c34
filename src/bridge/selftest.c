/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The self-test: one good Response and three bad ones, through the very functions that serve
 * logins.
 *
 * Nothing is kept and nothing comes from outside: the provider, its key and the login exist for
 * these milliseconds only.
 */
#include "bridge/selftest.h"

#include "keys/keyfile.h"
#include "saml/profiles.h"
#include "saml/response.h"

#include <apr_strings.h>
#include <string.h>

#define PROVIDER   "urn:eidas-bridge:selftest:provider"
#define OURSELVES  "urn:eidas-bridge:selftest"
#define ACS        "https://selftest.invalid/saml/acs"
#define REQUEST_ID "_selftest-request-0000000000000000"
#define PERSON     "selftest-person-1"
#define IMPOSTOR   "selftest-person-2"
#define BEARER     "urn:oasis:names:tc:SAML:2.0:cm:bearer"

/* The times: now, now, later, now, later, now. */
static const char message_form[] =
    "<samlp:Response xmlns:samlp=\"" EB_NS_SAMLP "\" xmlns:saml=\"" EB_NS_SAML
    "\" ID=\"_selftest-response\""
    " Version=\"2.0\" IssueInstant=\"%s\" Destination=\"" ACS "\" InResponseTo=\"" REQUEST_ID "\">"
    "<saml:Issuer>" PROVIDER "</saml:Issuer>"
    "<samlp:Status><samlp:StatusCode "
    "Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>"
    "<saml:Assertion ID=\"_selftest-assertion\" Version=\"2.0\" IssueInstant=\"%s\">"
    "<saml:Issuer>" PROVIDER "</saml:Issuer>"
    "<saml:Subject><saml:NameID "
    "Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">" PERSON
    "</saml:NameID><saml:SubjectConfirmation Method=\"" BEARER "\"><saml:SubjectConfirmationData"
    " NotOnOrAfter=\"%s\" Recipient=\"" ACS "\" InResponseTo=\"" REQUEST_ID
    "\"/></saml:SubjectConfirmation>"
    "</saml:Subject><saml:Conditions NotBefore=\"%s\" "
    "NotOnOrAfter=\"%s\"><saml:AudienceRestriction>"
    "<saml:Audience>" OURSELVES "</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
    "<saml:AuthnStatement AuthnInstant=\"%s\" SessionIndex=\"_selftest\"><saml:AuthnContext>"
    "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</"
    "saml:AuthnContextClassRef>"
    "</saml:AuthnContext></saml:AuthnStatement></saml:Assertion></samlp:Response>";

typedef struct world {
    apr_pool_t *pool;
    const eb_random *random;
    apr_time_t now;
    EVP_PKEY *key;
    eb_verify_key provider_key;
} world;

/* The message signed with a key, or as it is (NULL), as XML. */
static const eb_err *make_message(const world *w, EVP_PKEY *key, const char **ret_xml)
{
    const char *now = eb_time_format_xml(w->pool, w->now);
    const char *later = eb_time_format_xml(w->pool, w->now + apr_time_from_sec(300));
    const char *xml = apr_psprintf(w->pool, message_form, now, now, later, now, later, now);
    xmlDocPtr doc;

    if (key == NULL) {
        *ret_xml = xml;
        return NULL;
    }
    EB_TRY(eb_xml_parse(w->pool, xml, strlen(xml), &eb_xml_message_limits, &doc));
    EB_TRY(eb_xmldsig_sign(w->pool, xmlDocGetRootElement(doc), key,
                           eb_alg_by_bit(EB_ALG_ECDSA_SHA256), NULL));
    *ret_xml = eb_xml_serialize(w->pool, doc, xmlDocGetRootElement(doc));
    return NULL;
}

/* As a login reads it. */
static const eb_err *read_message(const world *w, const char *xml)
{
    const char *base64 = eb_base64(w->pool, xml, strlen(xml));
    eb_keyring no_keys;
    eb_saml_sp sp = {OURSELVES, ACS, &no_keys};
    eb_saml_policy policy = *eb_profile_find("generic");
    eb_peer peer;
    eb_response_expected expected;
    eb_response_facts facts;
    eb_response *response;
    eb_identity *identity;

    memset(&no_keys, 0, sizeof(no_keys));
    memset(&peer, 0, sizeof(peer));
    memset(&expected, 0, sizeof(expected));
    peer.entity_id = PROVIDER;
    peer.signing_keys = &w->provider_key;
    peer.signing_key_count = 1;
    expected.provider = "selftest";
    expected.request_id = REQUEST_ID;
    expected.request_time = w->now;
    expected.max_age = -1;
    expected.now = w->now;
    EB_TRY(eb_response_open(w->pool, base64, strlen(base64), eb_xml_message_limits.max_bytes,
                            &response));
    return eb_response_read(w->pool, response, &sp, &policy, &peer, &expected, w->random, &facts,
                            &identity);
}

/* The refusal must be the signature's: any other would prove nothing about it. */
static const eb_err *must_be_refused(const world *w, const char *xml, const char *what)
{
    const eb_err *err = read_message(w, xml);

    if (err == NULL) {
        return eb_err_make(w->pool, EB_E_SIG_SELF_TEST, "the self-test accepted %s", what);
    }
    if (err->id < EB_E_SIG_MISSING || err->id >= EB_E_ENC_REQUIRED) {
        return eb_err_make(w->pool, EB_E_SIG_SELF_TEST,
                           "the self-test refused %s for another reason: %s %s", what, err->code,
                           err->message != NULL ? err->message : err->title);
    }
    return NULL;
}

static const eb_err *run(const world *w)
{
    EVP_PKEY *other;
    const char *good, *xml;
    char *tampered, *name;
    const eb_err *err;

    EB_TRY(make_message(w, w->key, &good));
    err = read_message(w, good);
    if (err != NULL) {
        return eb_err_make(w->pool, EB_E_SIG_SELF_TEST,
                           "the self-test refused a good message: %s %s", err->code,
                           err->message != NULL ? err->message : err->title);
    }
    tampered = apr_pstrdup(w->pool, good);
    name = strstr(tampered, PERSON);
    if (name == NULL) {
        return eb_err_make(w->pool, EB_E_SIG_SELF_TEST, "the self-test lost its own message");
    }
    memcpy(name, IMPOSTOR, sizeof(IMPOSTOR) - 1);
    EB_TRY(must_be_refused(w, tampered, "a tampered message"));
    EB_TRY(eb_key_make(w->pool, EB_MAKE_P256, &other));
    EB_TRY(make_message(w, other, &xml));
    EB_TRY(must_be_refused(w, xml, "a message signed by a stranger"));
    EB_TRY(make_message(w, NULL, &xml));
    return must_be_refused(w, xml, "an unsigned message");
}

const eb_err *eb_selftest_run(apr_pool_t *pool, const eb_random *random, apr_time_t now)
{
    world w;

    memset(&w, 0, sizeof(w));
    w.random = random;
    w.now = now;
    w.pool = pool;
    EB_TRY(eb_key_make(pool, EB_MAKE_P256, &w.key));
    w.provider_key.key = w.key;
    return run(&w);
}

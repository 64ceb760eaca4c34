/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/response.h"

#include "saml/attributes.h"
#include "saml/conditions.h"
#include "saml/structure.h"

#include <apr_strings.h>
#include <string.h>

#define STATUS "urn:oasis:names:tc:SAML:2.0:status:"

struct eb_response {
    xmlDocPtr doc;
    xmlNodePtr root;
    eb_xml_limits limits;
    const char *in_response_to;
    const char *issuer;
};

/* One reading: what all its steps share. */
typedef struct reading {
    apr_pool_t *pool;
    const eb_response *response;
    eb_conditions with;
    const eb_random *random;
    eb_response_facts *facts;
    bool is_response_signed;
    bool is_assertion_signed;
} reading;

const eb_err *eb_response_open(apr_pool_t *pool, const char *base64, size_t len, size_t max_bytes,
                               eb_response **ret_response)
{
    eb_response *response = apr_pcalloc(pool, sizeof(*response));
    eb_span xml;

    if (len == 0) {
        return eb_err_make(pool, EB_E_SAML_MISSING, "SAMLResponse is missing or empty");
    }
    /* four octets for three, and room for a line break in each line of 64 */
    if (len / 4 * 3 > max_bytes + max_bytes / 16 + 64) {
        return eb_err_make(pool, EB_E_SAML_TOO_LARGE,
                           "%" APR_SIZE_T_FMT " bytes of base64, at most %" APR_SIZE_T_FMT
                           " bytes of message are read",
                           len, max_bytes);
    }
    if (!eb_base64_decode(pool, base64, len, &xml)) {
        return eb_err_make(pool, EB_E_SAML_BASE64, "SAMLResponse is not base64");
    }
    response->limits = eb_xml_message_limits;
    response->limits.max_bytes = max_bytes;
    EB_TRY(eb_xml_parse(pool, xml.data, xml.len, &response->limits, &response->doc));
    EB_TRY(eb_structure_check_response(pool, response->doc));

    response->root = xmlDocGetRootElement(response->doc);
    response->in_response_to = eb_xml_attribute(pool, response->root, "InResponseTo");
    xmlNodePtr issuer = eb_xml_child(response->root, EB_NS_SAML, "Issuer");
    response->issuer = issuer == NULL ? NULL : eb_xml_trimmed(pool, issuer);
    *ret_response = response;
    return NULL;
}

const char *eb_response_in_response_to(const eb_response *response)
{
    return response->in_response_to;
}

const char *eb_response_issuer(const eb_response *response)
{
    return response->issuer;
}

static bool is_status(const char *found, const char *word)
{
    return found != NULL && strncmp(found, STATUS, strlen(STATUS)) == 0 &&
           strcmp(found + strlen(STATUS), word) == 0;
}

/* SPID's own number of what went wrong: "ErrorCode nr25" as StatusMessage. Its second-level codes
 * are written in several ways, so the message alone counts. */
static void read_spid_code(reading *r, xmlNodePtr message)
{
    static const char prefix[] = "ErrorCode nr";
    const char *text = message == NULL ? "" : eb_xml_trimmed(r->pool, message);

    if (strncmp(text, prefix, sizeof(prefix) - 1) == 0) {
        const char *digits = text + sizeof(prefix) - 1;
        if (strspn(digits, "0123456789") == 2 && digits[2] == '\0') {
            r->facts->spid_code = (digits[0] - '0') * 10 + digits[1] - '0';
        }
    }
}

static void read_status(reading *r)
{
    xmlNodePtr status = eb_xml_child(r->response->root, EB_NS_SAMLP, "Status");
    xmlNodePtr top = eb_xml_child(status, EB_NS_SAMLP, "StatusCode");
    xmlNodePtr second = eb_xml_child(top, EB_NS_SAMLP, "StatusCode");

    if (top != NULL) {
        r->facts->status = eb_xml_attribute(r->pool, top, "Value");
    }
    if (second != NULL) {
        r->facts->status_detail = eb_xml_attribute(r->pool, second, "Value");
    }
    if (r->with.policy->spid_status) {
        read_spid_code(r, eb_xml_child(status, EB_NS_SAMLP, "StatusMessage"));
    }
}

/* A signature that is there must be right, required or not. The first that verifies goes into the
 * facts. */
static const eb_err *verify(reading *r, xmlNodePtr element, bool *ret_is_signed)
{
    eb_signature_info info = {NULL, NULL};

    *ret_is_signed = false;
    if (eb_xml_child(element, EB_NS_DS, "Signature") == NULL) {
        return NULL;
    }
    EB_TRY(eb_xmldsig_verify(r->pool, element, r->with.peer->signing_keys,
                             r->with.peer->signing_key_count, &r->with.policy->algorithms, &info));
    *ret_is_signed = true;
    if (!r->facts->is_verified) {
        r->facts->is_verified = true;
        r->facts->signature_algorithm = info.algorithm == NULL ? NULL : info.algorithm->word;
        r->facts->fingerprint = info.fingerprint;
    }
    return NULL;
}

static const eb_err *missing_signature(reading *r, const char *what)
{
    return eb_err_make(r->pool, EB_E_SIG_MISSING, "%s is not signed; the status is %s %s", what,
                       eb_printable(r->pool, r->facts->status),
                       eb_printable(r->pool, r->facts->status_detail));
}

static const eb_err *verify_response(reading *r)
{
    eb_signed required = r->with.policy->require_signature;

    EB_TRY(verify(r, r->response->root, &r->is_response_signed));
    if (!r->is_response_signed && (required == EB_SIGNED_RESPONSE || required == EB_SIGNED_BOTH)) {
        return missing_signature(r, "the Response");
    }
    return NULL;
}

static const eb_err *verify_assertion(reading *r, xmlNodePtr assertion)
{
    eb_signed required = r->with.policy->require_signature;

    EB_TRY(verify(r, assertion, &r->is_assertion_signed));
    if (r->is_assertion_signed) {
        return NULL;
    }
    if (required == EB_SIGNED_ASSERTION || required == EB_SIGNED_BOTH) {
        return missing_signature(r, "the Assertion");
    }
    /* whatever the policy says, something must have been signed */
    if (!r->is_response_signed) {
        return missing_signature(r, "neither Response nor Assertion");
    }
    return NULL;
}

/* What the provider says went wrong. SPID's numbers go before all else, because they alone tell the
 * reasons apart; Sweden Connect's codes are URIs of its own. */
static eb_err_id status_id(const reading *r)
{
    static const struct {
        int code;
        eb_err_id id;
    } spid[] = {
        {19, EB_E_STATUS_ATTEMPTS},   {20, EB_E_STATUS_CREDENTIALS}, {21, EB_E_STATUS_TIMEOUT},
        {22, EB_E_STATUS_CONSENT},    {23, EB_E_STATUS_SUSPENDED},   {25, EB_E_STATUS_CANCELLED},
        {30, EB_E_STATUS_WRONG_KIND},
    };
    static const struct {
        const char *uri;
        eb_err_id id;
    } known[] = {
        {STATUS "AuthnFailed", EB_E_STATUS_REFUSED},
        {STATUS "RequestDenied", EB_E_STATUS_REFUSED},
        {STATUS "NoAuthnContext", EB_E_STATUS_NO_AUTHN_CONTEXT},
        {STATUS "NoPassive", EB_E_STATUS_NO_PASSIVE},
        {"http://id.elegnamnden.se/status/1.0/cancel", EB_E_STATUS_CANCELLED},
        {"http://id.elegnamnden.se/status/1.0/fraud", EB_E_STATUS_FRAUD},
        {"http://id.elegnamnden.se/status/1.0/possibleFraud", EB_E_STATUS_FRAUD},
    };
    const char *detail = r->facts->status_detail;

    for (size_t i = 0; i < sizeof(spid) / sizeof(spid[0]); i++) {
        if (r->facts->spid_code == spid[i].code) {
            return spid[i].id;
        }
    }
    for (size_t i = 0; detail != NULL && i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(detail, known[i].uri) == 0) {
            return known[i].id;
        }
    }
    return EB_E_STATUS_ERROR;
}

/* An error ends the login only when the provider signed it: else anybody could end it. SPID leaves
 * it open whether errors are signed; there an unsigned one is still told to the person by its own
 * name, and is_verified says that it must not end anything. */
static const eb_err *check_status(reading *r)
{
    const char *status = r->facts->status;
    const char *detail = r->facts->status_detail;

    if (is_status(status, "Success")) {
        return NULL;
    }
    if (!r->is_response_signed && !r->with.policy->spid_status) {
        return missing_signature(r, "the error Response");
    }
    return eb_err_make(r->pool, status_id(r), "status %s %s%s%s", eb_printable(r->pool, status),
                       eb_printable(r->pool, detail),
                       r->facts->spid_code == 0
                           ? ""
                           : apr_psprintf(r->pool, ", ErrorCode nr%02d", r->facts->spid_code),
                       r->is_response_signed ? "" : ", not signed");
}

/* Where the remedy is one option in the service's console, the refusal says which. */
static const eb_err *name_the_option(const reading *r, const eb_err *err)
{
    const char *option = r->with.policy->response_signing_option;

    return err->id == EB_E_ENC_CBC_UNSIGNED && option != NULL
               ? eb_err_make(r->pool, err->id, "%s; set there \"%s\"", err->message, option)
               : err;
}

static const eb_err *decrypt(reading *r, xmlNodePtr encrypted, xmlNodePtr *ret_assertion)
{
    const eb_keyring *ring = r->with.sp->keys;
    EVP_PKEY *keys[sizeof(ring->encryption) / sizeof(ring->encryption[0])];
    eb_encryption_info info = {NULL, NULL};
    xmlDocPtr doc;

    for (int i = 0; i < ring->encryption_count; i++) {
        keys[i] = ring->encryption[i].key;
    }
    const eb_err *err = eb_xmlenc_decrypt(r->pool, encrypted, keys, ring->encryption_count,
                                          &r->with.policy->algorithms, r->is_response_signed,
                                          &r->response->limits, r->random, &doc, &info);
    if (err != NULL) {
        return name_the_option(r, err);
    }
    r->facts->content_algorithm = info.content == NULL ? NULL : info.content->word;
    r->facts->key_algorithm = info.key == NULL ? NULL : info.key->word;
    EB_TRY(eb_structure_check_assertion(r->pool, doc, r->response->doc));
    *ret_assertion = xmlDocGetRootElement(doc);
    return NULL;
}

/* The one assertion, decrypted where it must be. There is no falling back from one form to the
 * other: the structure allows only one of both. */
static const eb_err *find_assertion(reading *r, xmlNodePtr *ret_assertion)
{
    xmlNodePtr encrypted = eb_xml_child(r->response->root, EB_NS_SAML, "EncryptedAssertion");
    xmlNodePtr plain = eb_xml_child(r->response->root, EB_NS_SAML, "Assertion");

    if (encrypted != NULL) {
        return decrypt(r, encrypted, ret_assertion);
    }
    if (plain == NULL) {
        return eb_err_make(r->pool, EB_E_XML_ASSERTION_COUNT, "the Response has no assertion");
    }
    if (r->with.policy->require_encryption) {
        return eb_err_make(r->pool, EB_E_ENC_REQUIRED, "found a plain Assertion");
    }
    *ret_assertion = plain;
    return NULL;
}

static const eb_err *make_identity(reading *r, xmlNodePtr assertion,
                                   const eb_conditions_found *found, eb_identity **ret_identity)
{
    eb_identity *identity = apr_pcalloc(r->pool, sizeof(*identity));

    identity->provider = r->with.expected->provider;
    identity->entity_id = r->with.peer->entity_id;
    identity->level_uri = found->level_uri;
    if (found->level != NULL) {
        identity->level = found->level->rank;
        identity->acr = found->level->acr == NULL ? found->level->uri : found->level->acr;
    }
    identity->authenticated = found->authenticated;
    identity->not_on_or_after = found->not_on_or_after;
    identity->session_index = found->session_index;
    identity->assertion_id = r->facts->assertion_id;
    identity->response_id = r->facts->response_id;
    EB_TRY(eb_attributes_read(r->pool, assertion, r->with.policy, &identity->attributes,
                              &identity->attribute_count));
    EB_TRY(eb_subject_find(r->pool, assertion, r->with.policy, identity));
    EB_TRY(eb_attributes_check_requested(r->pool, r->with.policy, identity));
    *ret_identity = identity;
    return NULL;
}

const eb_err *eb_response_read(apr_pool_t *pool, eb_response *response, const eb_saml_sp *sp,
                               const eb_saml_policy *policy, const eb_peer *peer,
                               const eb_response_expected *expected, const eb_random *random,
                               eb_response_facts *ret_facts, eb_identity **ret_identity)
{
    reading r = {.pool = pool,
                 .response = response,
                 .with = {sp, policy, peer, expected},
                 .random = random,
                 .facts = ret_facts};
    eb_conditions_found found;
    xmlNodePtr assertion;

    memset(ret_facts, 0, sizeof(*ret_facts));
    ret_facts->response_id = eb_xml_attribute(pool, response->root, "ID");
    read_status(&r);

    EB_TRY(verify_response(&r));
    EB_TRY(eb_conditions_check_response(pool, &r.with, response->root));
    EB_TRY(check_status(&r));
    EB_TRY(find_assertion(&r, &assertion));
    EB_TRY(verify_assertion(&r, assertion));
    ret_facts->assertion_id = eb_xml_attribute(pool, assertion, "ID");
    EB_TRY(eb_conditions_check_assertion(pool, &r.with, assertion, &found));
    return make_identity(&r, assertion, &found, ret_identity);
}

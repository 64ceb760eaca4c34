/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/sp_metadata.h"

#include "saml/xml.h"

#include <apr_strings.h>
#include <string.h>

#define URI_SHA256 "http://www.w3.org/2001/04/xmlenc#sha256"
#define URI_SHA384 "http://www.w3.org/2001/04/xmldsig-more#sha384"
#define URI_SHA512 "http://www.w3.org/2001/04/xmlenc#sha512"
#define URI_SHA1   "http://www.w3.org/2000/09/xmldsig#sha1"
#define URI_OAEP   "http://www.w3.org/2009/xmlenc11#rsa-oaep"
#define URI_MGF1P  "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
#define URI_MGF256 "http://www.w3.org/2009/xmlenc11#mgf1sha256"

#define NAME_FORMAT_BASIC "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
#define NAME_FORMAT_URI   "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"

/* The document in the making: pieces, joined once at the end. */
typedef struct maker {
    apr_pool_t *pool;
    apr_array_header_t *pieces;
    const eb_sp_metadata_options *options;
    eb_alg_set algorithms; /* some policy allows it and OpenSSL has it */
} maker;

static void put(maker *m, const char *text)
{
    APR_ARRAY_PUSH(m->pieces, const char *) = text;
}

/* Text or an attribute's value. */
static void put_escaped(maker *m, const char *text)
{
    put(m, eb_escape(m->pool, text));
}

static const eb_saml_policy *policy_at(const maker *m, int index)
{
    return m->options->policies[index];
}

static void put_digest_methods(maker *m)
{
    static const char *const digests[] = {URI_SHA256, URI_SHA384, URI_SHA512};

    for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
        put(m, "    <alg:DigestMethod Algorithm=\"");
        put(m, digests[i]);
        put(m, "\"/>\n");
    }
}

/* The smallest key that some policy takes: a peer of a stricter one knows its own rule. */
static int smallest(const maker *m, bool is_ec)
{
    int bits = 0;

    for (int i = 0; i < m->options->policy_count; i++) {
        const eb_alg_policy *policy = &policy_at(m, i)->algorithms;
        int own = is_ec ? policy->min_ec_bits : policy->min_rsa_bits;
        if (bits == 0 || own < bits) {
            bits = own;
        }
    }
    return bits;
}

/* Best first, because peers commonly take the first they can: PSS and ECDSA before PKCS#1 v1.5. */
static void put_signing_methods(maker *m)
{
    static const eb_alg_set order[] = {
        EB_ALG_ECDSA_SHA256, EB_ALG_ECDSA_SHA384, EB_ALG_ECDSA_SHA512,
        EB_ALG_PSS_SHA256,   EB_ALG_PSS_SHA384,   EB_ALG_PSS_SHA512,
        EB_ALG_RSA_SHA256,   EB_ALG_RSA_SHA384,   EB_ALG_RSA_SHA512,
    };

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        if ((m->algorithms & order[i]) == 0) {
            continue;
        }
        bool is_ec = (order[i] & EB_ALG_SIGNATURES_ECDSA) != 0;
        put(m,
            apr_psprintf(m->pool, "    <alg:SigningMethod Algorithm=\"%s\" MinKeySize=\"%d\"/>\n",
                         eb_alg_by_bit(order[i])->uri, smallest(m, is_ec)));
    }
}

static void put_method(maker *m, const char *uri, const char *digest, const char *mgf)
{
    put(m, "      <md:EncryptionMethod Algorithm=\"");
    put(m, uri);
    if (digest == NULL) {
        put(m, "\"/>\n");
        return;
    }
    put(m, "\">\n        <ds:DigestMethod Algorithm=\"");
    put(m, digest);
    if (mgf != NULL) {
        put(m, "\"/>\n        <xenc11:MGF Algorithm=\"");
        put(m, mgf);
    }
    put(m, "\"/>\n      </md:EncryptionMethod>\n");
}

/* In the order of our preference. Key transport is for RSA, agreement for EC: only what fits the
 * key. */
static const eb_err *put_encryption_methods(maker *m, const eb_saml_key *key)
{
    static const eb_alg_set content[] = {EB_ALG_AES256_GCM, EB_ALG_AES128_GCM, EB_ALG_AES192_GCM,
                                         EB_ALG_AES256_CBC, EB_ALG_AES128_CBC, EB_ALG_AES192_CBC};
    static const eb_alg_set wraps[] = {EB_ALG_KW_AES256, EB_ALG_KW_AES128, EB_ALG_KW_AES192};
    int methods = 0;

    for (size_t i = 0; i < sizeof(content) / sizeof(content[0]); i++) {
        if ((m->algorithms & content[i]) != 0) {
            put_method(m, eb_alg_by_bit(content[i])->uri, NULL, NULL);
            methods |= 1;
        }
    }
    if (EVP_PKEY_is_a(key->key, "RSA")) {
        if ((m->algorithms & EB_ALG_OAEP) != 0) {
            put_method(m, URI_OAEP, URI_SHA256, URI_MGF256);
            methods |= 2;
        }
        if ((m->algorithms & EB_ALG_OAEP_MGF1P) != 0) {
            put_method(m, URI_MGF1P, URI_SHA256, NULL);
            methods |= 2;
        }
        if ((m->algorithms & EB_ALG_OAEP_MGF1P) != 0 && (m->algorithms & EB_ALG_OAEP_SHA1) != 0) {
            put_method(m, URI_MGF1P, URI_SHA1, NULL);
            methods |= 2;
        }
    } else if ((m->algorithms & EB_ALG_ECDH_ES) != 0) {
        put_method(m, eb_alg_by_bit(EB_ALG_ECDH_ES)->uri, NULL, NULL);
        for (size_t i = 0; i < sizeof(wraps) / sizeof(wraps[0]); i++) {
            if ((m->algorithms & wraps[i]) != 0) {
                put_method(m, eb_alg_by_bit(wraps[i])->uri, NULL, NULL);
                methods |= 2;
            }
        }
    }
    if (methods != 3) {
        return eb_err_make(m->pool, EB_E_CONFIG_CONFLICT,
                           "no provider's algorithms allow encryption to the key of %s",
                           key->origin == NULL ? "the metadata" : key->origin);
    }
    return NULL;
}

static const eb_err *put_key(maker *m, const char *use, const eb_saml_key *key)
{
    put(m, "    <md:KeyDescriptor use=\"");
    put(m, use);
    put(m, "\">\n      <ds:KeyInfo><ds:X509Data><ds:X509Certificate>");
    put(m, key->certificate);
    put(m, "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\n");
    if (strcmp(use, "encryption") == 0) {
        EB_TRY(put_encryption_methods(m, key));
    }
    put(m, "    </md:KeyDescriptor>\n");
    return NULL;
}

static void put_format_once(maker *m, apr_array_header_t *seen, const char *format)
{
    for (int i = 0; i < seen->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(seen, i, const char *), format) == 0) {
            return;
        }
    }
    APR_ARRAY_PUSH(seen, const char *) = format;
    put(m, "    <md:NameIDFormat>");
    put_escaped(m, format);
    put(m, "</md:NameIDFormat>\n");
}

static void put_formats(maker *m)
{
    apr_array_header_t *seen = apr_array_make(m->pool, 4, sizeof(const char *));

    for (int i = 0; i < m->options->policy_count; i++) {
        if (policy_at(m, i)->name_id_format != NULL) {
            put_format_once(m, seen, policy_at(m, i)->name_id_format);
        }
    }
    for (const char *const *f = m->options->name_id_formats; f != NULL && *f != NULL; f++) {
        put_format_once(m, seen, *f);
    }
}

static bool wants_signed_assertions(const maker *m)
{
    for (int i = 0; i < m->options->policy_count; i++) {
        eb_signed required = policy_at(m, i)->require_signature;
        if (required == EB_SIGNED_ASSERTION || required == EB_SIGNED_BOTH) {
            return true;
        }
    }
    return false;
}

/* eIDAS message format 2.1: inside the role. One metadata document is one country's. */
static void put_country(maker *m)
{
    for (int i = 0; i < m->options->policy_count; i++) {
        if (policy_at(m, i)->country != NULL) {
            put(m, "    <md:Extensions>\n      <eidas:NodeCountry "
                   "xmlns:eidas=\"" EB_NS_EIDAS "\">");
            put_escaped(m, policy_at(m, i)->country);
            put(m, "</eidas:NodeCountry>\n    </md:Extensions>\n");
            return;
        }
    }
}

/* What providers release by our metadata rather than by the request; required wins where two
 * differ. */
static apr_array_header_t *requested_attributes(const maker *m)
{
    apr_array_header_t *all = apr_array_make(m->pool, 8, sizeof(eb_requested_attribute));

    for (int i = 0; i < m->options->policy_count; i++) {
        const eb_saml_policy *policy = policy_at(m, i);
        for (int k = 0; !policy->request_attributes_in_request && k < policy->requested_count;
             k++) {
            const eb_requested_attribute *wanted = &policy->requested[k];
            eb_requested_attribute *known = NULL;
            for (int j = 0; j < all->nelts && known == NULL; j++) {
                eb_requested_attribute *one = &APR_ARRAY_IDX(all, j, eb_requested_attribute);
                known = strcmp(one->name, wanted->name) == 0 ? one : NULL;
            }
            if (known == NULL) {
                APR_ARRAY_PUSH(all, eb_requested_attribute) = *wanted;
            } else {
                known->is_required = known->is_required || wanted->is_required;
            }
        }
    }
    return all;
}

static void put_attributes(maker *m, const eb_saml_sp *sp)
{
    apr_array_header_t *all = requested_attributes(m);

    if (all->nelts == 0) {
        return;
    }
    put(m, "    <md:AttributeConsumingService index=\"0\" isDefault=\"true\">\n"
           "      <md:ServiceName xml:lang=\"en\">");
    put_escaped(m, sp->entity_id);
    put(m, "</md:ServiceName>\n");
    for (int i = 0; i < all->nelts; i++) {
        const eb_requested_attribute *one = &APR_ARRAY_IDX(all, i, eb_requested_attribute);
        put(m, "      <md:RequestedAttribute Name=\"");
        put_escaped(m, one->name);
        /* a word alone is no URI; SPID's attributes are such words */
        put(m, strchr(one->name, ':') != NULL ? "\" NameFormat=\"" NAME_FORMAT_URI "\""
                                              : "\" NameFormat=\"" NAME_FORMAT_BASIC "\"");
        if (one->friendly_name != NULL) {
            put(m, " FriendlyName=\"");
            put_escaped(m, one->friendly_name);
            put(m, "\"");
        }
        put(m, one->is_required ? " isRequired=\"true\"/>\n" : " isRequired=\"false\"/>\n");
    }
    put(m, "    </md:AttributeConsumingService>\n");
}

static const eb_err *put_role(maker *m, const eb_saml_sp *sp)
{
    put(m, "  <md:SPSSODescriptor AuthnRequestsSigned=\"true\" WantAssertionsSigned=\"");
    put(m, wants_signed_assertions(m) ? "true" : "false");
    put(m, "\" protocolSupportEnumeration=\"" EB_NS_SAMLP "\">\n");
    put_country(m);
    for (int i = 0; i < sp->keys->signing_count; i++) {
        EB_TRY(put_key(m, "signing", &sp->keys->signing[i]));
    }
    if (sp->keys->encryption_count > 0) {
        EB_TRY(put_key(m, "encryption", &sp->keys->encryption[0]));
    }
    put_formats(m);
    put(m, "    <md:AssertionConsumerService "
           "Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"");
    put_escaped(m, sp->acs_url);
    put(m, "\" index=\"0\" isDefault=\"true\"/>\n");
    put_attributes(m, sp);
    put(m, "  </md:SPSSODescriptor>\n");
    return NULL;
}

const eb_err *eb_sp_metadata_make(apr_pool_t *pool, const eb_saml_sp *sp,
                                  const eb_sp_metadata_options *options, const char **ret_xml)
{
    maker m = {.pool = pool,
               .pieces = apr_array_make(pool, 128, sizeof(const char *)),
               .options = options};

    for (int i = 0; i < options->policy_count; i++) {
        m.algorithms |= options->policies[i]->algorithms.allowed;
    }
    m.algorithms &= eb_alg_available();

    put(&m, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<md:EntityDescriptor xmlns:md=\"" EB_NS_MD "\" xmlns:ds=\"" EB_NS_DS
            "\" xmlns:xenc11=\"" EB_NS_XENC11 "\" xmlns:alg=\"" EB_NS_ALG "\" entityID=\"");
    put_escaped(&m, sp->entity_id);
    put(&m, "\">\n  <md:Extensions>\n");
    put_digest_methods(&m);
    put_signing_methods(&m);
    put(&m, "  </md:Extensions>\n");
    EB_TRY(put_role(&m, sp));
    put(&m, "</md:EntityDescriptor>\n");
    *ret_xml = apr_array_pstrcat(pool, m.pieces, 0);
    return NULL;
}

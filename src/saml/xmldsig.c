/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enveloped XML signatures of one shape, verified and made with libxml2's exclusive
 * canonicalization, and a faster one of our own for plain trees, fed straight into OpenSSL.
 *
 * Nothing here trusts an earlier check of structure: the shape of the ds:Signature is read again,
 * child by child, so that a gap in a table is not a gap here. The document is never changed while
 * it is verified: the signature is left out by not being visible to the canonicalization.
 */
#include "saml/xmldsig.h"

#include "saml/c14n.h"
#include "saml/xmldsig_key.h"

#include <apr_strings.h>
#include <libxml/c14n.h>
#include <libxml/xmlerror.h>
#include <openssl/err.h>
#include <string.h>

#define URI_EXC_C14N  "http://www.w3.org/2001/10/xml-exc-c14n#"
#define URI_ENVELOPED "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
#define MAX_PREFIXES  16

/* A ds:Signature taken apart. All nodes are the document's own. */
typedef struct signature_parts {
    xmlNodePtr signature;
    xmlNodePtr signed_info;
    const eb_alg *algorithm;
    const char *digest; /* OpenSSL name */
    eb_span digest_value;
    eb_span value;
    xmlChar **signed_info_prefixes; /* of InclusiveNamespaces, NULL-terminated; NULL where none */
    xmlChar **content_prefixes;
} signature_parts;

/* -- canonicalization -----------------------------------------------------------------------------
 */

/* The subtree below `apex` but for the subtree below `without`. */
typedef struct visible_part {
    const xmlNode *apex;
    const xmlNode *without;
} visible_part;

typedef struct digest_sink {
    EVP_MD_CTX *md;
    size_t len;
} digest_sink;

static int is_visible(void *context, xmlNodePtr node, xmlNodePtr parent)
{
    const visible_part *part = context;
    const xmlNode *at = node;

    /* attributes and namespaces are seen with the element that has them (an xmlNs has its type
     * where a node has it, but no parent) */
    if (node == NULL || node->type == XML_ATTRIBUTE_NODE || node->type == XML_NAMESPACE_DECL) {
        at = parent;
    }
    for (; at != NULL; at = at->parent) {
        if (at == part->without) {
            return 0;
        }
        if (at == part->apex) {
            return 1;
        }
    }
    return 0;
}

static bool digest_feed(void *context, const void *bytes, size_t len)
{
    digest_sink *sink = context;

    sink->len += len;
    return EVP_DigestUpdate(sink->md, bytes, len) == 1;
}

static int digest_write(void *context, const char *bytes, int len)
{
    return len >= 0 && digest_feed(context, bytes, (size_t)len) ? len : -1;
}

static void be_silent(void *context, const xmlError *error)
{
    (void)context;
    (void)error;
}

/* Exclusive canonicalization without comments of the visible part; false when libxml2 refuses. It
 * walks from the children of a document, so it is given a copy of the document's head whose child
 * is the apex: what lies outside is not walked over in vain, namespaces in scope are still found by
 * way of the parents, and the document itself stays as it is. Complaints would go to stderr, so
 * this thread's handler is ours meanwhile. */
static bool canonicalize(visible_part *part, xmlChar **prefixes, digest_sink *sink)
{
    xmlStructuredErrorFunc handler = xmlStructuredError;
    void *handler_context = xmlStructuredErrorContext;
    xmlOutputBufferPtr out = xmlOutputBufferCreateIO(digest_write, NULL, sink, NULL);
    xmlDoc head = *part->apex->doc;
    int result;

    if (out == NULL) {
        return false;
    }
    head.children = (xmlNodePtr)part->apex;
    xmlSetStructuredErrorFunc(NULL, (xmlStructuredErrorFunc)be_silent);
    result = xmlC14NExecute(&head, is_visible, part, XML_C14N_EXCLUSIVE_1_0, prefixes, 0, out);
    xmlSetStructuredErrorFunc(handler_context, handler);
    return (xmlOutputBufferClose(out) >= 0) && result >= 0;
}

/* The canonical form into a digest begun with `md`: our own writer's, or where that leaves the tree
 * to it, libxml2's. */
static bool digest_canonical(visible_part *part, xmlChar **prefixes, const EVP_MD *md,
                             digest_sink *sink)
{
    eb_c14n_result result = prefixes != NULL
                                ? EB_C14N_OTHER
                                : eb_c14n_write(part->apex, part->without, digest_feed, sink);

    if (result != EB_C14N_OTHER) {
        return result == EB_C14N_DONE;
    }
    sink->len = 0;
    return EVP_DigestInit_ex2(sink->md, md, NULL) == 1 && canonicalize(part, prefixes, sink);
}

/* Digest of the canonical form. */
static const eb_err *digest_part(apr_pool_t *pool, visible_part part, xmlChar **prefixes,
                                 const char *digest, eb_digest *ret_digest)
{
    digest_sink sink = {EVP_MD_CTX_new(), 0};
    const EVP_MD *md = eb_alg_md(digest);
    unsigned int len = 0;
    bool is_ready = sink.md != NULL && md != NULL && EVP_DigestInit_ex2(sink.md, md, NULL) == 1;
    bool is_canonical = is_ready && digest_canonical(&part, prefixes, md, &sink);
    bool is_done = is_canonical && EVP_DigestFinal_ex(sink.md, ret_digest->bytes, &len) == 1;

    EVP_MD_CTX_free(sink.md);
    if (!is_ready) {
        return eb_err_make(pool, EB_E_CRYPTO, "digest %s cannot be begun", digest);
    }
    if (!is_done) {
        return eb_err_make(pool, EB_E_SIG_CANONICALIZATION, "the canonicalization failed");
    }
    if (sink.len == 0) {
        return eb_err_make(pool, EB_E_SIG_EMPTY_CANONICAL,
                           "nothing is left after canonicalization");
    }
    ret_digest->len = len;
    ret_digest->name = digest;
    return NULL;
}

/* -- reading a ds:Signature -----------------------------------------------------------------------
 */

/* The only ds:Signature child of the element. */
static const eb_err *find_signature(apr_pool_t *pool, const xmlNode *element,
                                    xmlNodePtr *ret_signature)
{
    xmlNodePtr found = NULL;

    for (xmlNodePtr child = eb_xml_first(element); child != NULL; child = eb_xml_next(child)) {
        if (eb_xml_is(child, EB_NS_DS, "Signature")) {
            if (found != NULL) {
                return eb_err_make(pool, EB_E_SIG_REFERENCE, "element %s has two signatures",
                                   eb_printable(pool, (const char *)element->name));
            }
            found = child;
        }
    }
    if (found == NULL) {
        return eb_err_make(pool, EB_E_SIG_MISSING, "element %s has no signature",
                           eb_printable(pool, (const char *)element->name));
    }
    *ret_signature = found;
    return NULL;
}

/* The ec:InclusiveNamespaces child of a Transform or CanonicalizationMethod: the only child it may
 * have. */
static const eb_err *read_prefixes(apr_pool_t *pool, const xmlNode *method, eb_err_id fault,
                                   xmlChar ***ret_prefixes)
{
    const xmlNode *child = eb_xml_first(method);
    const char *list;
    const apr_array_header_t *words;
    xmlChar **prefixes;

    *ret_prefixes = NULL;
    if (child == NULL) {
        return NULL;
    }
    list = eb_xml_attribute(pool, child, "PrefixList");
    if (!eb_xml_is(child, URI_EXC_C14N, "InclusiveNamespaces") || eb_xml_next(child) != NULL ||
        eb_xml_first(child) != NULL) {
        return eb_err_make(pool, fault, "parameters that are not InclusiveNamespaces");
    }
    words = eb_split_words(pool, list == NULL ? "" : list);
    if (words->nelts > MAX_PREFIXES) {
        return eb_err_make(pool, fault, "%d prefixes in PrefixList, at most %d are read",
                           words->nelts, MAX_PREFIXES);
    }
    prefixes = apr_pcalloc(pool, ((size_t)words->nelts + 1) * sizeof(*prefixes));
    for (int i = 0; i < words->nelts; i++) {
        const char *word = APR_ARRAY_IDX(words, i, const char *);

        if (strcmp(word, "#default") != 0 && xmlValidateNCName(BAD_CAST word, 0) != 0) {
            return eb_err_make(pool, fault, "PrefixList has a word that is no prefix");
        }
        prefixes[i] = (xmlChar *)apr_pstrdup(pool, word);
    }
    *ret_prefixes = prefixes;
    return NULL;
}

static bool has_algorithm(apr_pool_t *pool, const xmlNode *node, const char *uri)
{
    const char *algorithm = eb_xml_attribute(pool, node, "Algorithm");

    return algorithm != NULL && strcmp(algorithm, uri) == 0;
}

/* Exactly enveloped-signature, then exclusive canonicalization without comments. */
static const eb_err *read_transforms(apr_pool_t *pool, const xmlNode *transforms,
                                     signature_parts *parts)
{
    const xmlNode *enveloped = eb_xml_first(transforms);
    const xmlNode *c14n = eb_xml_next(enveloped);

    if (!eb_xml_is(enveloped, EB_NS_DS, "Transform") || !eb_xml_is(c14n, EB_NS_DS, "Transform") ||
        eb_xml_next(c14n) != NULL || eb_xml_first(enveloped) != NULL ||
        !has_algorithm(pool, enveloped, URI_ENVELOPED) ||
        !has_algorithm(pool, c14n, URI_EXC_C14N)) {
        return eb_err_make(pool, EB_E_SIG_TRANSFORMS,
                           "expected the transforms enveloped-signature and xml-exc-c14n#");
    }
    return read_prefixes(pool, c14n, EB_E_SIG_TRANSFORMS, &parts->content_prefixes);
}

/* Text alone, in strict base64. */
static bool read_base64(apr_pool_t *pool, const xmlNode *node, eb_span *ret_bytes)
{
    eb_span text;

    return eb_xml_simple_text(pool, node, &text) &&
           eb_base64_decode(pool, (const char *)text.data, text.len, ret_bytes);
}

static const eb_err *read_reference(apr_pool_t *pool, const xmlNode *reference,
                                    const xmlNode *element, signature_parts *parts)
{
    const char *id = eb_xml_attribute(pool, element, "ID");
    const char *uri = eb_xml_attribute(pool, reference, "URI");
    const xmlNode *transforms = eb_xml_first(reference);
    const xmlNode *method = eb_xml_next(transforms);
    const xmlNode *value = eb_xml_next(method);
    const char *algorithm;

    if (id == NULL || *id == '\0' || uri == NULL || *uri != '#' || strcmp(uri + 1, id) != 0) {
        return eb_err_make(pool, EB_E_SIG_REFERENCE,
                           "the signature of %s refers to %s, expected # and the ID of its parent",
                           eb_printable(pool, (const char *)element->name),
                           eb_printable(pool, uri));
    }
    if (!eb_xml_is(transforms, EB_NS_DS, "Transforms")) {
        return eb_err_make(pool, EB_E_SIG_TRANSFORMS, "no Transforms");
    }
    EB_TRY(read_transforms(pool, transforms, parts));
    if (!eb_xml_is(method, EB_NS_DS, "DigestMethod") ||
        !eb_xml_is(value, EB_NS_DS, "DigestValue") || eb_xml_next(value) != NULL) {
        return eb_err_make(pool, EB_E_SIG_REFERENCE, "the Reference is not of the expected form");
    }
    algorithm = eb_xml_attribute(pool, method, "Algorithm");
    parts->digest = eb_alg_digest_by_uri(algorithm);
    if (parts->digest == NULL || eb_xml_first(method) != NULL) {
        return eb_err_make(pool, EB_E_SIG_DIGEST_ALGORITHM, "digest algorithm %s",
                           eb_printable(pool, algorithm));
    }
    if (!read_base64(pool, value, &parts->digest_value)) {
        return eb_err_make(pool, EB_E_SIG_DIGEST, "DigestValue is not base64");
    }
    return NULL;
}

static const eb_err *read_algorithm(apr_pool_t *pool, const xmlNode *method,
                                    const eb_alg_policy *policy, const eb_alg **ret_algorithm)
{
    const char *uri = eb_xml_attribute(pool, method, "Algorithm");
    const eb_alg *algorithm = eb_alg_by_uri(uri);

    if (algorithm == NULL || algorithm->digest == NULL || (algorithm->bit & policy->allowed) == 0 ||
        eb_xml_first(method) != NULL) {
        return eb_err_make(pool, EB_E_SIG_ALGORITHM, "signature algorithm %s",
                           eb_printable(pool, uri));
    }
    *ret_algorithm = algorithm;
    return NULL;
}

static const eb_err *read_signed_info(apr_pool_t *pool, const xmlNode *element,
                                      const eb_alg_policy *policy, signature_parts *parts)
{
    const xmlNode *c14n = eb_xml_first(parts->signed_info);
    const xmlNode *method = eb_xml_next(c14n);
    const xmlNode *reference = eb_xml_next(method);

    if (!eb_xml_is(c14n, EB_NS_DS, "CanonicalizationMethod") ||
        !has_algorithm(pool, c14n, URI_EXC_C14N)) {
        return eb_err_make(pool, EB_E_SIG_CANONICALIZATION,
                           "expected the canonicalization xml-exc-c14n#");
    }
    EB_TRY(read_prefixes(pool, c14n, EB_E_SIG_CANONICALIZATION, &parts->signed_info_prefixes));
    if (!eb_xml_is(method, EB_NS_DS, "SignatureMethod")) {
        return eb_err_make(pool, EB_E_SIG_ALGORITHM, "no SignatureMethod");
    }
    EB_TRY(read_algorithm(pool, method, policy, &parts->algorithm));
    if (!eb_xml_is(reference, EB_NS_DS, "Reference") || eb_xml_next(reference) != NULL) {
        return eb_err_make(pool, EB_E_SIG_REFERENCE, "expected exactly one Reference");
    }
    return read_reference(pool, reference, element, parts);
}

static const eb_err *read_signature(apr_pool_t *pool, const xmlNode *element,
                                    const eb_alg_policy *policy, signature_parts *parts)
{
    xmlNodePtr value;
    xmlNodePtr key_info;

    EB_TRY(find_signature(pool, element, &parts->signature));
    parts->signed_info = eb_xml_first(parts->signature);
    value = eb_xml_next(parts->signed_info);
    key_info = eb_xml_next(value);
    if (!eb_xml_is(parts->signed_info, EB_NS_DS, "SignedInfo") ||
        !eb_xml_is(value, EB_NS_DS, "SignatureValue") ||
        (key_info != NULL &&
         (!eb_xml_is(key_info, EB_NS_DS, "KeyInfo") || eb_xml_next(key_info) != NULL))) {
        return eb_err_make(pool, EB_E_SIG_REFERENCE, "the Signature is not of the expected form");
    }
    EB_TRY(read_signed_info(pool, element, policy, parts));
    if (!read_base64(pool, value, &parts->value) || parts->value.len == 0) {
        return eb_err_make(pool, EB_E_SIG_VALUE, "SignatureValue is empty or not base64");
    }
    return NULL;
}

/* -- verifying ------------------------------------------------------------------------------------
 */

static const eb_err *verify_parts(apr_pool_t *pool, const xmlNode *element, signature_parts *parts,
                                  const eb_verify_key *keys, int key_count,
                                  const eb_alg_policy *policy, eb_signature_info *ret_info)
{
    visible_part signed_info = {parts->signed_info, NULL};
    visible_part content = {element, parts->signature};
    eb_signature_info info = {NULL, NULL};
    eb_digest digest;

    EB_TRY(digest_part(pool, signed_info, parts->signed_info_prefixes, parts->algorithm->digest,
                       &digest));
    EB_TRY(eb_xmldsig_verify_digest(pool, &digest, parts->value, keys, key_count, parts->algorithm,
                                    policy, &info));
    EB_TRY(digest_part(pool, content, parts->content_prefixes, parts->digest, &digest));
    if (!eb_equal_secret(digest.bytes, digest.len, parts->digest_value.data,
                         parts->digest_value.len)) {
        return eb_err_make(pool, EB_E_SIG_DIGEST, "element %s is not what was signed",
                           eb_printable(pool, (const char *)element->name));
    }
    *ret_info = info;
    return NULL;
}

const eb_err *eb_xmldsig_verify(apr_pool_t *pool, xmlNodePtr element, const eb_verify_key *keys,
                                int key_count, const eb_alg_policy *policy,
                                eb_signature_info *ret_info)
{
    signature_parts parts;
    const eb_err *err;

    memset(&parts, 0, sizeof(parts));
    EB_TRY(read_signature(pool, element, policy, &parts));
    err = verify_parts(pool, element, &parts, keys, key_count, policy, ret_info);
    ERR_clear_error();
    return err;
}

/* -- signing --------------------------------------------------------------------------------------
 */

/* A new last child in the namespace of its parent, with an Algorithm where one is given. */
static xmlNodePtr add(xmlNodePtr parent, const char *local, const char *algorithm)
{
    xmlNodePtr node = parent == NULL ? NULL : xmlNewChild(parent, parent->ns, BAD_CAST local, NULL);

    if (node != NULL && algorithm != NULL &&
        xmlNewProp(node, BAD_CAST "Algorithm", BAD_CAST algorithm) == NULL) {
        return NULL;
    }
    return node;
}

static bool add_text(xmlNodePtr node, const char *text)
{
    xmlNodePtr content = node == NULL ? NULL : xmlNewDocText(node->doc, BAD_CAST text);

    if (content == NULL) {
        return false;
    }
    xmlAddChild(node, content);
    return true;
}

/* SignedInfo with the digest, and SignatureValue and KeyInfo still to come. */
static bool build_signed_info(xmlNodePtr signature, const eb_alg *algorithm, const char *uri,
                              const char *digest, xmlNodePtr *ret_signed_info)
{
    xmlNodePtr info = add(signature, "SignedInfo", NULL);
    xmlNodePtr c14n = add(info, "CanonicalizationMethod", URI_EXC_C14N);
    xmlNodePtr method = add(info, "SignatureMethod", algorithm->uri);
    xmlNodePtr reference = add(info, "Reference", NULL);
    xmlNodePtr transforms = add(reference, "Transforms", NULL);
    xmlNodePtr first = add(transforms, "Transform", URI_ENVELOPED);
    xmlNodePtr second = add(transforms, "Transform", URI_EXC_C14N);
    xmlNodePtr digest_method = add(reference, "DigestMethod", eb_alg_digest_uri(algorithm->digest));
    xmlNodePtr digest_value = add(reference, "DigestValue", NULL);

    *ret_signed_info = info;
    return c14n != NULL && method != NULL && first != NULL && second != NULL &&
           digest_method != NULL && add_text(digest_value, digest) &&
           xmlNewProp(reference, BAD_CAST "URI", BAD_CAST uri) != NULL;
}

static const eb_err *fill_signature(apr_pool_t *pool, xmlNodePtr element, xmlNodePtr signature,
                                    EVP_PKEY *key, const eb_alg *algorithm, const char *certificate)
{
    const char *id = eb_xml_attribute(pool, element, "ID");
    visible_part part = {element, signature};
    xmlNodePtr signed_info = NULL;
    const char *value = NULL;
    eb_digest digest;

    if (id == NULL || *id == '\0') {
        return eb_err_make(pool, EB_E_REQUEST_SIGN, "element %s has no ID", element->name);
    }
    EB_TRY(digest_part(pool, part, NULL, algorithm->digest, &digest));
    if (!build_signed_info(signature, algorithm, apr_pstrcat(pool, "#", id, NULL),
                           eb_base64(pool, digest.bytes, digest.len), &signed_info)) {
        return eb_err_make(pool, EB_E_REQUEST_SIGN, "no memory for the signature");
    }
    part.apex = signed_info;
    part.without = NULL;
    EB_TRY(digest_part(pool, part, NULL, algorithm->digest, &digest));
    EB_TRY(eb_xmldsig_sign_digest(pool, &digest, key, algorithm, &value));
    if (!add_text(add(signature, "SignatureValue", NULL), value) ||
        (certificate != NULL &&
         !add_text(
             add(add(add(signature, "KeyInfo", NULL), "X509Data", NULL), "X509Certificate", NULL),
             certificate))) {
        return eb_err_make(pool, EB_E_REQUEST_SIGN, "no memory for the signature");
    }
    return NULL;
}

/* An empty ds:Signature at its place: behind the Issuer (SAML core's schemas), else first. */
static xmlNodePtr place_signature(xmlNodePtr element)
{
    xmlNodePtr issuer = eb_xml_child(element, EB_NS_SAML, "Issuer");
    xmlNodePtr signature = xmlNewDocNode(element->doc, NULL, BAD_CAST "Signature", NULL);

    if (signature == NULL) {
        return NULL;
    }
    signature->ns = xmlNewNs(signature, BAD_CAST EB_NS_DS, BAD_CAST "ds");
    if (issuer != NULL) {
        xmlAddNextSibling(issuer, signature);
    } else if (element->children != NULL) {
        xmlAddPrevSibling(element->children, signature);
    } else {
        xmlAddChild(element, signature);
    }
    return signature;
}

const eb_err *eb_xmldsig_sign(apr_pool_t *pool, xmlNodePtr element, EVP_PKEY *key,
                              const eb_alg *algorithm, const char *certificate)
{
    xmlNodePtr signature;
    const eb_err *err;

    if (algorithm->digest == NULL) {
        return eb_err_make(pool, EB_E_REQUEST_SIGN, "%s is no signature algorithm",
                           algorithm->word);
    }
    signature = place_signature(element);
    if (signature == NULL) {
        return eb_err_make(pool, EB_E_REQUEST_SIGN, "no memory for the signature");
    }
    err = fill_signature(pool, element, signature, key, algorithm, certificate);
    if (err != NULL) {
        xmlUnlinkNode(signature);
        xmlFreeNode(signature);
    }
    ERR_clear_error();
    return err;
}

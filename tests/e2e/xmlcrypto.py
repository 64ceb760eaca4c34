"""XML signatures and encryption made by python3-cryptography and lxml: nothing of the bridge's own.

Every algorithm has a short word here; tables lead to the URIs. What the bridge must refuse (SHA-1, RSA 1.5, CBC, HMAC)
can be made too.
"""

import base64
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, hmac, keywrap, padding as block_padding, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
DSIG11 = "http://www.w3.org/2009/xmldsig11#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
MORE07 = "http://www.w3.org/2007/05/xmldsig-more#"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = DS + "enveloped-signature"

HASHES = {"sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha384": hashes.SHA384,
          "sha512": hashes.SHA512}
DIGEST_URI = {"sha1": DS + "sha1", "sha256": XENC + "sha256", "sha384": MORE + "sha384",
              "sha512": XENC + "sha512"}
SIGNATURE_URI = {"rsa-sha1": DS + "rsa-sha1", "hmac-sha256": MORE + "hmac-sha256"}
for _hash in ("sha256", "sha384", "sha512"):
    SIGNATURE_URI["rsa-" + _hash] = MORE + "rsa-" + _hash
    SIGNATURE_URI["ecdsa-" + _hash] = MORE + "ecdsa-" + _hash
    SIGNATURE_URI["pss-" + _hash] = MORE07 + _hash + "-rsa-MGF1"
CONTENT = {"aes128-gcm": (XENC11, 16), "aes192-gcm": (XENC11, 24), "aes256-gcm": (XENC11, 32),
           "aes128-cbc": (XENC, 16), "aes192-cbc": (XENC, 24), "aes256-cbc": (XENC, 32)}
CURVE_OID = {"secp256r1": "1.2.840.10045.3.1.7", "secp384r1": "1.3.132.0.34",
             "secp521r1": "1.3.132.0.35", "brainpoolP256r1": "1.3.36.3.3.2.8.1.1.7",
             "brainpoolP384r1": "1.3.36.3.3.2.8.1.1.11", "brainpoolP512r1": "1.3.36.3.3.2.8.1.1.13"}


def b64(data):
    return base64.b64encode(data).decode()


def c14n(element, prefixes=None):
    """Exclusive canonical form without comments."""
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False,
                          inclusive_ns_prefixes=prefixes)


def digest(name, data):
    state = hashes.Hash(HASHES[name]())
    state.update(data)
    return state.finalize()


def signature_value(method, key, data):
    """The octets of SignatureValue. ECDSA is r and s of equal length (RFC 4050, XML-DSig 6.4.3)."""
    kind, name = method.rsplit("-", 1)
    chosen = HASHES[name]()
    if kind == "rsa":
        return key.sign(data, padding.PKCS1v15(), chosen)
    if kind == "pss":
        return key.sign(data, padding.PSS(padding.MGF1(chosen), chosen.digest_size), chosen)
    if kind == "ecdsa":
        r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(chosen)))
        size = (key.curve.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    if kind == "hmac":
        state = hmac.HMAC(key, chosen)
        state.update(data)
        return state.finalize()
    raise ValueError(method)


def check_signature(method, public, data, value):
    """Raises InvalidSignature."""
    kind, name = method.rsplit("-", 1)
    chosen = HASHES[name]()
    if kind == "rsa":
        public.verify(value, data, padding.PKCS1v15(), chosen)
    elif kind == "pss":
        public.verify(value, data, padding.PSS(padding.MGF1(chosen), chosen.digest_size), chosen)
    elif kind == "ecdsa":
        half = len(value) // 2
        public.verify(utils.encode_dss_signature(int.from_bytes(value[:half], "big"),
                                                 int.from_bytes(value[half:], "big")),
                      data, ec.ECDSA(chosen))
    else:
        raise ValueError(method)


def sign(xml, key, method="rsa-sha256", digest_name=None, certificate=None, key_info=None,
         reference=None, transforms=None, canonicalization=EXC_C14N, prefixes=None, after="Issuer",
         edit=None):
    """xml (bytes, one element with an ID) with an enveloped signature after its child `after`.

    certificate: goes into KeyInfo; key_info: any KeyInfo XML in its place. reference, transforms (a
    list of URIs), canonicalization: other words than the good ones; what is signed stays the enveloped,
    exclusively canonicalised element. prefixes: an InclusiveNamespaces PrefixList. edit: changes
    SignedInfo's text before it is signed.
    """
    root = etree.fromstring(xml)
    digest_name = digest_name or (method.rsplit("-", 1)[1])
    listed = prefixes.split() if prefixes else None
    value = digest(digest_name, c14n(root, listed))
    inclusive = '<ec:InclusiveNamespaces xmlns:ec="%s" PrefixList="%s"/>' % (EXC_C14N, prefixes) \
        if prefixes else ""
    transforms = transforms if transforms is not None else [ENVELOPED, EXC_C14N]
    chain = "".join('<ds:Transform Algorithm="%s">%s</ds:Transform>'
                    % (uri, inclusive if uri == EXC_C14N else "") for uri in transforms)
    signed_info = (
        '<ds:SignedInfo xmlns:ds="%s"><ds:CanonicalizationMethod Algorithm="%s"/>'
        '<ds:SignatureMethod Algorithm="%s"/><ds:Reference URI="%s"><ds:Transforms>%s</ds:Transforms>'
        '<ds:DigestMethod Algorithm="%s"/><ds:DigestValue>%s</ds:DigestValue></ds:Reference>'
        '</ds:SignedInfo>' % (DS, canonicalization, SIGNATURE_URI[method],
                              "#" + root.get("ID", "") if reference is None else reference, chain,
                              DIGEST_URI[digest_name], b64(value)))
    if edit:
        signed_info = edit(signed_info)
    signature = signature_value(method, key, c14n(etree.fromstring(signed_info)))
    if key_info is None:
        key_info = ""
        if certificate is not None:
            key_info = "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate>" \
                       "</ds:X509Data></ds:KeyInfo>" % b64(
                           certificate.public_bytes(serialization.Encoding.DER))
    element = etree.fromstring('<ds:Signature xmlns:ds="%s">%s<ds:SignatureValue>%s</ds:SignatureValue>'
                               '%s</ds:Signature>' % (DS, signed_info, b64(signature), key_info))
    place = [child for child in root if etree.QName(child).localname == after]
    if place:
        root.insert(root.index(place[0]) + 1, element)
    else:
        root.insert(0, element)
    return etree.tostring(root)


def verify(xml, public):
    """The enveloped signature of the document element; raises when it is not good."""
    root = etree.fromstring(xml)
    signature = root.find("{%s}Signature" % DS)
    info = signature.find("{%s}SignedInfo" % DS)
    method = {uri: word for word, uri in SIGNATURE_URI.items()}[
        info.find("{%s}SignatureMethod" % DS).get("Algorithm")]
    reference = info.find("{%s}Reference" % DS)
    assert reference.get("URI") == "#" + root.get("ID")
    name = {uri: word for word, uri in DIGEST_URI.items()}[
        reference.find("{%s}DigestMethod" % DS).get("Algorithm")]
    check_signature(method, public, c14n(info),
                    base64.b64decode(signature.findtext("{%s}SignatureValue" % DS)))
    wanted = base64.b64decode(reference.findtext("{%s}DigestValue" % DS))
    root.remove(signature)
    assert digest(name, c14n(root)) == wanted
    return method


def encrypt_content(word, key, data):
    """CipherValue's octets."""
    iv = os.urandom(12 if word.endswith("gcm") else 16)
    if word.endswith("gcm"):
        return iv + AESGCM(key).encrypt(iv, data, None)
    padder = block_padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return iv + cipher.update(padder.update(data) + padder.finalize()) + cipher.finalize()


def _wrap_rsa(word, public, key, oaep_digest, mgf):
    if word == "rsa-1_5":
        return '<xenc:EncryptionMethod Algorithm="%srsa-1_5"/>' % XENC, "", \
            public.encrypt(key, padding.PKCS1v15())
    parameters = "" if oaep_digest is None else '<ds:DigestMethod xmlns:ds="%s" Algorithm="%s"/>' % (
        DS, DIGEST_URI[oaep_digest])
    hash_name = oaep_digest or "sha1"
    if word == "oaep-mgf1p":
        mgf, uri = "sha1", XENC + "rsa-oaep-mgf1p"
    else:
        mgf, uri = mgf or hash_name, XENC11 + "rsa-oaep"
        parameters += '<xenc11:MGF xmlns:xenc11="%s" Algorithm="%smgf1%s"/>' % (XENC11, XENC11, mgf)
    wrapped = public.encrypt(key, padding.OAEP(padding.MGF1(HASHES[mgf]()), HASHES[hash_name](), None))
    return '<xenc:EncryptionMethod Algorithm="%s">%s</xenc:EncryptionMethod>' % (uri, parameters), \
        "", wrapped


def _wrap_ecdh(public, key, wrap, kdf_digest):
    """ECDH-ES with ConcatKDF (empty AlgorithmID and party fields but for one zero octet) and AES key wrap."""
    size = {"kw-aes128": 16, "kw-aes192": 24, "kw-aes256": 32}[wrap]
    own = ec.generate_private_key(public.curve)
    party = {"AlgorithmID": b"\x00ALG", "PartyUInfo": b"\x00U", "PartyVInfo": b"\x00V"}
    info = b"".join(value[1:] for value in party.values())
    secret = ConcatKDFHash(HASHES[kdf_digest](), size, info).derive(own.exchange(ec.ECDH(), public))
    point = own.public_key().public_bytes(serialization.Encoding.X962,
                                          serialization.PublicFormat.UncompressedPoint)
    attributes = " ".join('%s="%s"' % (name, value.hex().upper()) for name, value in party.items())
    agreement = (
        '<ds:KeyInfo xmlns:ds="%s"><xenc:AgreementMethod xmlns:xenc="%s" Algorithm="%sECDH-ES">'
        '<xenc11:KeyDerivationMethod xmlns:xenc11="%s" Algorithm="%sConcatKDF">'
        '<xenc11:ConcatKDFParams %s><ds:DigestMethod Algorithm="%s"/></xenc11:ConcatKDFParams>'
        '</xenc11:KeyDerivationMethod><xenc:OriginatorKeyInfo><ds:KeyValue>'
        '<dsig11:ECKeyValue xmlns:dsig11="%s"><dsig11:NamedCurve URI="urn:oid:%s"/>'
        '<dsig11:PublicKey>%s</dsig11:PublicKey></dsig11:ECKeyValue></ds:KeyValue>'
        '</xenc:OriginatorKeyInfo></xenc:AgreementMethod></ds:KeyInfo>'
        % (DS, XENC, XENC11, XENC11, XENC11, attributes, DIGEST_URI[kdf_digest], DSIG11,
           CURVE_OID[public.curve.name], b64(point)))
    return '<xenc:EncryptionMethod Algorithm="%s%s"/>' % (XENC, wrap), agreement, \
        keywrap.aes_key_wrap(secret, key)


def encrypt(xml, public, content="aes256-gcm", transport=None, oaep_digest=None, mgf=None,
            wrap="kw-aes256", kdf_digest="sha256", place="inside", type_=XENC + "Element", key=None):
    """xml as an EncryptedAssertion's two children, as text.

    transport: "oaep11" (default for RSA), "oaep-mgf1p", "rsa-1_5"; an EC key means ECDH-ES.
    place: where the EncryptedKey stands, "inside" EncryptedData's KeyInfo or "beside" it.
    key: a content key of another length than the algorithm's.
    """
    namespace, size = CONTENT[content]
    key = key or os.urandom(size)
    if isinstance(public, ec.EllipticCurvePublicKey):
        method, agreement, wrapped = _wrap_ecdh(public, key, wrap, kdf_digest)
    else:
        transport = transport or "oaep11"
        if transport == "oaep11" and oaep_digest is None:
            oaep_digest = "sha256"
        method, agreement, wrapped = _wrap_rsa(transport, public, key, oaep_digest, mgf)
    cipher = encrypt_content(content, key if len(key) in (16, 24, 32) else os.urandom(size), xml)
    encrypted_key = (
        '<xenc:EncryptedKey xmlns:xenc="%s" Id="_ek">%s%s<xenc:CipherData><xenc:CipherValue>%s'
        '</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>'
        % (XENC, method, agreement, b64(wrapped)))
    inside = '<ds:KeyInfo xmlns:ds="%s">%s</ds:KeyInfo>' % (DS, encrypted_key) \
        if place == "inside" else ""
    return (
        '<xenc:EncryptedData xmlns:xenc="%s"%s><xenc:EncryptionMethod Algorithm="%s%s"/>%s'
        '<xenc:CipherData><xenc:CipherValue>%s</xenc:CipherValue></xenc:CipherData>'
        '</xenc:EncryptedData>%s'
        % (XENC, ' Type="%s"' % type_ if type_ else "", namespace, content, inside, b64(cipher),
           encrypted_key if place == "beside" else ""))


def certificate_of(text):
    """The certificate in an X509Certificate element's text."""
    return x509.load_der_x509_certificate(base64.b64decode(text))


def is_rsa(key):
    return isinstance(key, (rsa.RSAPublicKey, rsa.RSAPrivateKey))

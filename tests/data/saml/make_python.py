#!/usr/bin/python3
"""Messages made with python3-cryptography and python3-lxml: what the xmlsec1 program does not know.

RSASSA-PSS, ECDSA on Brainpool curves, RSA-OAEP with SHA-2, ECDH-ES with ConcatKDF and AES key wrap, and
some messages with one thing wrong that need a key to make. Run after make_keys.sh.
Output: signed/python-*.xml, encrypted/python-*.xml, encrypted/refused-*.xml
"""

import base64
import os
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from lxml import etree

HERE = Path(__file__).parent
DS = "http://www.w3.org/2000/09/xmldsig#"
DS11 = "http://www.w3.org/2009/xmldsig11#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
MORE07 = "http://www.w3.org/2007/05/xmldsig-more#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"

HASH = {1: hashes.SHA1(), 256: hashes.SHA256(), 384: hashes.SHA384(), 512: hashes.SHA512()}
DIGEST = {1: DS + "sha1", 256: XENC + "sha256", 384: MORE + "sha384", 512: XENC + "sha512"}
CURVE = {
    "p256": "1.2.840.10045.3.1.7",
    "p384": "1.3.132.0.34",
    "p521": "1.3.132.0.35",
    "bp256": "1.3.36.3.3.2.8.1.1.7",
    "bp384": "1.3.36.3.3.2.8.1.1.11",
    "bp512": "1.3.36.3.3.2.8.1.1.13",
}


def private_key(name):
    return serialization.load_pem_private_key((HERE / f"keys/{name}.pem").read_bytes(), None)


def b64(data):
    return base64.b64encode(data).decode()


def digest(bits, data):
    h = hashes.Hash(HASH[bits])
    h.update(data)
    return h.finalize()


def c14n(node):
    return etree.tostring(node, method="c14n", exclusive=True, with_comments=False)


def message():
    return etree.parse(str(HERE / "message/response.xml")).getroot()


def write(path, root):
    (HERE / path).write_bytes(etree.tostring(root))


# -- signatures -------------------------------------------------------------------------------------


def sign_element(element, uri, bits, make):
    """Puts a signature behind the Issuer; make(data) gives the value."""
    info = etree.fromstring(
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{C14N}"/><ds:SignatureMethod Algorithm="{uri}"/>'
        f'<ds:Reference URI="#{element.get("ID")}"><ds:Transforms>'
        f'<ds:Transform Algorithm="{DS}enveloped-signature"/><ds:Transform Algorithm="{C14N}"/>'
        f'</ds:Transforms><ds:DigestMethod Algorithm="{DIGEST[bits]}"/>'
        f"<ds:DigestValue>{b64(digest(bits, c14n(element)))}</ds:DigestValue></ds:Reference>"
        "</ds:SignedInfo><ds:SignatureValue/></ds:Signature>"
    )
    element.insert(1, info)
    info[1].text = b64(make(c14n(info[0])))


def pss(key, bits, mgf_bits=None, salt=None):
    h = HASH[bits]
    pad = padding.PSS(mgf=padding.MGF1(HASH[mgf_bits or bits]), salt_length=salt or h.digest_size)
    return lambda data: key.sign(data, pad, h)


def ecdsa(key, bits):
    size = (key.curve.key_size + 7) // 8

    def make(data):
        r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(HASH[bits])))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    return make


def signed(name, uri, bits, make):
    root = message()
    sign_element(root, uri, bits, make)
    write(f"signed/{name}.xml", root)


def make_signed():
    for bits in (256, 384, 512):
        uri = f"{MORE07}sha{bits}-rsa-MGF1"
        signed(f"python-pss-sha{bits}", uri, bits, pss(private_key("rsa3072"), bits))
    for curve, bits in (("bp256", 256), ("bp384", 384), ("bp512", 512), ("p521", 512)):
        key = private_key(curve)
        signed(f"python-ecdsa-sha{bits}-{curve}", f"{MORE}ecdsa-sha{bits}", bits, ecdsa(key, bits))
    uri = f"{MORE07}sha256-rsa-MGF1"
    rsa = private_key("rsa3072")
    signed("refused-pss-mgf-sha1", uri, 256, pss(rsa, 256, mgf_bits=1))
    signed("refused-pss-salt", uri, 256, pss(rsa, 256, salt=20))
    key = private_key("p256")
    uri = f"{MORE}ecdsa-sha256"
    signed("refused-ecdsa-der", uri, 256, lambda d: key.sign(d, ec.ECDSA(HASH[256])))
    signed("refused-secp256k1", uri, 256, ecdsa(private_key("secp256k1"), 256))


# -- encryption -------------------------------------------------------------------------------------


def gcm(key, plain):
    iv = os.urandom(12)
    return iv + AESGCM(key).encrypt(iv, plain, None)


def cbc(key, plain, last=None):
    iv = os.urandom(16)
    count = 16 - len(plain) % 16
    tail = os.urandom(count - 1) + bytes([count if last is None else last])
    enc = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return iv + enc.update(plain + tail) + enc.finalize()


def encrypted_key(method, cipher, key_info="", where="inside"):
    return (
        f'<xenc:EncryptedKey xmlns:xenc="{XENC}" xmlns:ds="{DS}">{method}{key_info}'
        f"<xenc:CipherData><xenc:CipherValue>{b64(cipher)}</xenc:CipherValue></xenc:CipherData>"
        "</xenc:EncryptedKey>"
    )


def oaep(key_name, content_key, uri, bits, mgf_bits, say_digest=True, say_mgf=True, label=None):
    pad = padding.OAEP(mgf=padding.MGF1(HASH[mgf_bits]), algorithm=HASH[bits], label=label)
    inner = ""
    if label:
        inner += f"<xenc:OAEPparams>{b64(label)}</xenc:OAEPparams>"
    if say_digest:
        inner += f'<ds:DigestMethod Algorithm="{DIGEST[bits]}"/>'
    if say_mgf:
        inner += f'<xenc11:MGF xmlns:xenc11="{XENC11}" Algorithm="{XENC11}mgf1sha{mgf_bits}"/>'
    method = f'<xenc:EncryptionMethod Algorithm="{uri}">{inner}</xenc:EncryptionMethod>'
    public = private_key(key_name).public_key()
    return encrypted_key(method, public.encrypt(content_key, pad))


def ecdh(key_name, content_key, bits=256, wrap=256, info=(b"\0\1\2", b"me", b"you"), nonce=True,
         attributes=None, point=None, curve=None, kdf_digest=None):
    public = private_key(key_name).public_key()
    ephemeral = ec.generate_private_key(public.curve)
    secret = ephemeral.exchange(ec.ECDH(), public)
    kdf = ConcatKDFHash(algorithm=HASH[bits], length=wrap // 8, otherinfo=b"".join(info))
    kek = kdf.derive(secret)
    own_point = ephemeral.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    if attributes is None:
        names = ("AlgorithmID", "PartyUInfo", "PartyVInfo")
        attributes = " ".join(f'{n}="00{v.hex().upper()}"' for n, v in zip(names, info))
    key_info = (
        f'<ds:KeyInfo><xenc:AgreementMethod Algorithm="{XENC11}ECDH-ES">'
        + (f"<xenc:KA-Nonce>{b64(os.urandom(16))}</xenc:KA-Nonce>" if nonce else "")
        + f'<xenc11:KeyDerivationMethod xmlns:xenc11="{XENC11}" Algorithm="{XENC11}ConcatKDF">'
        f"<xenc11:ConcatKDFParams {attributes}>"
        f'<ds:DigestMethod Algorithm="{kdf_digest or DIGEST[bits]}"/></xenc11:ConcatKDFParams>'
        "</xenc11:KeyDerivationMethod><xenc:OriginatorKeyInfo><ds:KeyValue>"
        f'<dsig11:ECKeyValue xmlns:dsig11="{DS11}">'
        f'<dsig11:NamedCurve URI="urn:oid:{curve or CURVE[key_name]}"/>'
        f"<dsig11:PublicKey>{b64(point or own_point)}</dsig11:PublicKey></dsig11:ECKeyValue>"
        "</ds:KeyValue></xenc:OriginatorKeyInfo><xenc:RecipientKeyInfo>"
        "<ds:KeyName>recipient</ds:KeyName></xenc:RecipientKeyInfo></xenc:AgreementMethod>"
        "</ds:KeyInfo>"
    )
    method = f'<xenc:EncryptionMethod Algorithm="{XENC}kw-aes{wrap}"/>'
    return encrypted_key(method, aes_key_wrap(kek, content_key), key_info)


def assertion_text(root):
    """The assertion as a document of its own, every namespace in scope declared."""
    return etree.tostring(root.find(f"{{{SAML}}}Assertion"), with_tail=False)


def encrypted(name, keys, content=None, uri=XENC11 + "aes256-gcm", siblings=(), plain=None,
              type_=f'Type="{XENC}Element"'):
    """content(plain) gives the octets of the CipherValue."""
    root = message()
    data = etree.fromstring(
        f'<saml2:EncryptedAssertion xmlns:saml2="{SAML}"><xenc:EncryptedData xmlns:xenc="{XENC}"'
        f' {type_}><xenc:EncryptionMethod Algorithm="{uri}"/><ds:KeyInfo xmlns:ds="{DS}">'
        + "".join(keys)
        + "</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>"
        + b64(content(assertion_text(root) if plain is None else plain))
        + "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>"
        + "".join(siblings)
        + "</saml2:EncryptedAssertion>"
    )
    old = root.find(f"{{{SAML}}}Assertion")
    data.tail = old.tail
    root.replace(old, data)
    write(f"encrypted/{name}.xml", root)


def make_oaep():
    k = os.urandom(32)
    new, old = XENC11 + "rsa-oaep", XENC + "rsa-oaep-mgf1p"

    def to(*args, **named):
        return [oaep("rsa3072", k, *args, **named)]

    def put(name, keys, **named):
        encrypted(name, keys, lambda p: gcm(k, p), **named)

    for bits in (256, 384, 512):
        put(f"python-oaep-sha{bits}", to(new, bits, bits))
    put("python-oaep-sha256-mgf-sha512", to(new, 256, 512))
    put("python-oaep-sha256-mgf-default", to(new, 256, 1, say_mgf=False))
    put("python-oaep-defaults", to(new, 1, 1, say_digest=False, say_mgf=False))
    put("python-oaep-label", to(new, 256, 256, label=b"a label"))
    put("python-mgf1p-sha256", to(old, 256, 1, say_mgf=False))
    put("python-mgf1p-sha512", to(old, 512, 1, say_mgf=False))
    put("python-mgf1p-sha1", to(old, 1, 1, say_mgf=False))
    put("python-mgf1p-defaults", to(old, 1, 1, say_digest=False, say_mgf=False))
    put("refused-mgf1p-own-mgf", to(old, 256, 256))

    good = oaep("rsa3072", k, new, 256, 256)
    foreign = oaep("other", k, new, 256, 256)
    put("python-key-as-sibling", [], siblings=[good])
    put("python-key-second", [foreign, good])
    put("refused-key-of-others", [foreign])
    put("refused-nine-keys", [foreign] * 8 + [good])
    put("refused-no-key", [])
    put("refused-type-content", [good], type_=f'Type="{XENC}Content"')
    put("python-no-type", [good], type_="")
    put("refused-text", [good], plain=b"no element")
    put("refused-two-elements", [good], plain=b"<a/><b/>")
    put("refused-empty", [good], plain=b"")
    put("refused-doctype", [good], plain=b"<!DOCTYPE a><a/>")
    put("refused-breakout", [good], plain=b"<a/></b><b>")
    encrypted("refused-key-length", [oaep("rsa3072", k[:16], new, 256, 256)], lambda p: gcm(k, p))
    short = os.urandom(16)
    encrypted("python-aes128-gcm", [oaep("rsa3072", short, new, 256, 256)],
              lambda p: gcm(short, p), uri=XENC11 + "aes128-gcm")
    mid = os.urandom(24)
    encrypted("python-aes192-gcm", [oaep("rsa3072", mid, new, 256, 256)],
              lambda p: gcm(mid, p), uri=XENC11 + "aes192-gcm")
    encrypted("python-aes256-cbc", [good], lambda p: cbc(k, p), uri=XENC + "aes256-cbc")
    encrypted("refused-cbc-padding-0", [good], lambda p: cbc(k, p, 0), uri=XENC + "aes256-cbc")
    encrypted("refused-cbc-padding-17", [good], lambda p: cbc(k, p, 17), uri=XENC + "aes256-cbc")
    encrypted("refused-gcm-tag", [good], lambda p: gcm(k, p)[:-1] + b"\0")
    encrypted("refused-gcm-short-tag", [good], lambda p: gcm(k, p)[:-4])
    encrypted("refused-gcm-nothing", [good], lambda p: gcm(k, b"")[:27])


def make_ecdh():
    k = os.urandom(32)

    def put(name, *args, **named):
        encrypted(name, [ecdh(*args, **named)], lambda p: gcm(k, p))

    for curve in CURVE:
        put(f"python-ecdh-{curve}", curve, k)
    put("python-ecdh-kw128-sha512", "p256", k, bits=512, wrap=128)
    put("python-ecdh-kw192-sha384", "p384", k, bits=384, wrap=192)
    put("python-ecdh-no-nonce", "p256", k, nonce=False)
    put("python-ecdh-no-info", "p256", k, info=(), attributes="")
    put("python-ecdh-empty-info", "p256", k, info=(), attributes='AlgorithmID="00" PartyUInfo=""')
    put("refused-ecdh-bits", "p256", k, info=(b"\xd8",), attributes='AlgorithmID="03D8"')
    put("refused-ecdh-odd-hex", "p256", k, info=(), attributes='AlgorithmID="00F"')
    put("refused-ecdh-curve", "p256", k, curve="1.3.132.0.10")
    put("refused-ecdh-other-curve", "p256", k, curve=CURVE["p384"])
    put("refused-ecdh-digest-sha1", "p256", k, kdf_digest=DIGEST[1])
    put("refused-ecdh-point-off-curve", "p256", k, point=b"\4" + b"\1" * 64)
    put("refused-ecdh-point-compressed", "p256", k, point=b"\2" + b"\1" * 32)
    put("refused-ecdh-point-infinity", "p256", k, point=b"\0")
    put("refused-ecdh-other-key", "p256other", k, curve=CURVE["p256"])


make_signed()
make_oaep()
make_ecdh()

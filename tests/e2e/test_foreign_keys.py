"""Keys and signatures from elsewhere: only a key of the provider's metadata counts, whatever KeyInfo brings, and only
for what it signed there. Each message is good but for that.
"""

import os
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization
from lxml import etree

import xmlcrypto
from harness import EB
from idp import MD, RESPONDER, SAML, SAMLP, certificate_text, make_certificate, make_key, moment
from test_response_refusals import is_page, is_told, signature_of
from xmlcrypto import DS, DSIG11, b64

STRANGER = make_key("rsa3072", "a stranger")
LOOK_ALIKE = make_certificate(STRANGER)  # the judge's own name as subject and as issuer
STRANGER_EC = make_key("secp256r1", "a stranger")


def rsa_value(key):
    numbers = key.public_key().public_numbers()
    modulus, exponent = (b64(number.to_bytes((number.bit_length() + 7) // 8, "big"))
                         for number in (numbers.n, numbers.e))
    return ("<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>%s</ds:Modulus><ds:Exponent>%s</ds:Exponent></ds:RSAKeyValue>"
            "</ds:KeyValue>" % (modulus, exponent))


def ec_value(key):
    point = key.public_key().public_bytes(serialization.Encoding.X962,
                                          serialization.PublicFormat.UncompressedPoint)
    return ('<ds:KeyValue><d:ECKeyValue xmlns:d="%s"><d:NamedCurve URI="urn:oid:%s"/><d:PublicKey>%s</d:PublicKey>'
            "</d:ECKeyValue></ds:KeyValue>" % (DSIG11, xmlcrypto.CURVE_OID[key.curve.name], b64(point)))


def issuer_serial(certificate):
    return ("<ds:X509IssuerSerial><ds:X509IssuerName>%s</ds:X509IssuerName><ds:X509SerialNumber>%d"
            "</ds:X509SerialNumber></ds:X509IssuerSerial>"
            % (certificate.issuer.rfc4514_string(), certificate.serial_number))


def x509(*parts):
    return "<ds:X509Data>%s</ds:X509Data>" % "".join(
        part if isinstance(part, str)
        else "<ds:X509Certificate>%s</ds:X509Certificate>" % certificate_text(part) for part in parts)


# What KeyInfo says when a stranger has signed; of the judge's own certificate.
KEY_INFOS = {
    "KeyValue": lambda own: rsa_value(STRANGER),
    "KeyValue and the provider's certificate": lambda own: rsa_value(STRANGER) + x509(own),
    "the provider's certificate": x509,
    "the provider's name as KeyName": lambda own: "<ds:KeyName>https://judge.example/metadata</ds:KeyName>",
    "X509IssuerSerial only": lambda own: x509(issuer_serial(LOOK_ALIKE)),
    "X509IssuerSerial of the provider's": lambda own: x509(issuer_serial(own)),
    "a certificate with the provider's name": lambda own: x509(LOOK_ALIKE),
    "a chain to the provider": lambda own: x509(LOOK_ALIKE, own),
    "a chain that begins with the provider": lambda own: x509(own, LOOK_ALIKE),
}


def refused(bridge, name, judge="judge", told=None, **answer):
    """One login that is refused with that error: by a page, or the client is told; a page ends nothing."""
    browser, client = bridge.browser(), bridge.client("web" if judge == "judge" else judge)
    request = bridge.begin(browser, client)
    with bridge.refuses(name):
        reply = bridge.finish(browser, request, judge, **answer)
    if told:
        assert is_told(reply, told)
    else:
        assert is_page(reply)
        assert bridge.finish(browser, request, judge).query["code"]


@pytest.mark.parametrize("what", KEY_INFOS)
@pytest.mark.parametrize("signed", ["response", "assertion"])
def test_the_key_a_message_brings_is_not_believed(bridge, what, signed):
    text = "<ds:KeyInfo>%s</ds:KeyInfo>" % KEY_INFOS[what](bridge.judges["judge"].certificate)
    words = {signed + "_signing": {"key": STRANGER, "key_info": text}}
    refused(bridge, "SIG_VALUE", told="server_error" if signed == "assertion" else None, **words)


def test_an_elliptic_key_that_a_message_brings_is_not_believed(bridge):
    text = "<ds:KeyInfo>%s</ds:KeyInfo>" % ec_value(STRANGER_EC)
    refused(bridge, "SIG_VALUE", "eidas", response_signing={"key": STRANGER_EC, "key_info": text})


@pytest.mark.parametrize("what", ["KeyValue", "X509IssuerSerial only", "a certificate with the provider's name"])
def test_the_key_a_message_names_does_no_harm(bridge, what):
    """The provider has signed it; what it says of a key is read over."""
    text = "<ds:KeyInfo>%s</ds:KeyInfo>" % KEY_INFOS[what](bridge.judges["judge"].certificate)
    bridge.log_in(answer={"response_signing": {"key_info": text}})


# Whatever of the provider's key is public, as the secret of an HMAC.
SECRETS = {
    "certificate": lambda own: own.public_bytes(serialization.Encoding.DER),
    "certificate as base64": lambda own: certificate_text(own).encode(),
    "certificate as PEM": lambda own: own.public_bytes(serialization.Encoding.PEM),
    "key": lambda own: own.public_key().public_bytes(serialization.Encoding.DER,
                                                     serialization.PublicFormat.SubjectPublicKeyInfo),
    "key as PEM": lambda own: own.public_key().public_bytes(serialization.Encoding.PEM,
                                                            serialization.PublicFormat.SubjectPublicKeyInfo),
    "key of PKCS#1": lambda own: own.public_key().public_bytes(serialization.Encoding.DER,
                                                               serialization.PublicFormat.PKCS1),
    "nothing": lambda own: b"",
}


@pytest.mark.parametrize("what", SECRETS)
def test_an_hmac_by_what_everybody_knows(bridge, what):
    refused(bridge, "SIG_ALGORITHM", response_signing={
        "method": "hmac-sha256", "key": SECRETS[what](bridge.judges["judge"].certificate)})


# -- signatures that the provider made for something else -------------------------------------------------

def signed_metadata(judge, name):
    xml = judge.metadata().replace("<md:EntityDescriptor ", '<md:EntityDescriptor ID="%s" ' % name, 1)
    return xmlcrypto.sign(xml.encode(), judge.key, judge.method, certificate=judge.certificate, after="nothing")


def signed_error(judge, name, request, sp):
    return judge.answer(request, sp, response_id=name, status=RESPONDER).xml()


def signed_logout(judge, name, request, sp):
    xml = ('<samlp:LogoutResponse xmlns:samlp="%s" xmlns:saml="%s" ID="%s" Version="2.0" IssueInstant="%s" '
           'Destination="%s" InResponseTo="%s"><saml:Issuer>%s</saml:Issuer><samlp:Status><samlp:StatusCode '
           'Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:LogoutResponse>' % (
               SAMLP, SAML, name, moment(), sp.acs[0], request.id, judge.entity_id))
    return xmlcrypto.sign(xml.encode(), judge.key, judge.method, certificate=judge.certificate)


DONORS = {
    "metadata": lambda judge, name, request, sp: signed_metadata(judge, name),
    "error Response": signed_error,
    "LogoutResponse": signed_logout,
}


def donated(bridge, kind, judge, name, request):
    """Another document that the provider has signed, with that ID."""
    document = DONORS[kind](bridge.judges[judge], name, request, bridge.sp)
    xmlcrypto.verify(document, bridge.judges[judge].key.public_key())
    return document


def taken_from(document):
    """Its signature, which stands without the document too."""
    return signature_of(document).replace(b"<ds:Signature>", b'<ds:Signature xmlns:ds="%s">' % DS.encode(), 1)


def put_after_issuer(xml, signature):
    """The signature in the place of the first element that has none."""
    return xml.replace(b"</saml:Issuer>", b"</saml:Issuer>" + signature, 1)


@pytest.mark.parametrize("kind", DONORS)
@pytest.mark.parametrize("same_id, name", [(True, "SIG_DIGEST"), (False, "SIG_REFERENCE")])
def test_a_signature_of_another_document_on_the_response(bridge, kind, same_id, name):
    browser = bridge.browser()
    request = bridge.begin(browser)
    donor = donated(bridge, kind, "judge", "_donor", request)
    with bridge.refuses(name):
        assert is_page(bridge.finish(
            browser, request, response_id="_donor" if same_id else "_own", sign_response=False,
            sign_assertion=False, edit_signed_response=lambda xml: put_after_issuer(xml, taken_from(donor))))
    assert bridge.finish(browser, request).query["code"]


@pytest.mark.parametrize("kind", DONORS)
@pytest.mark.parametrize("same_id, name", [(True, "SIG_DIGEST"), (False, "SIG_REFERENCE")])
def test_a_signature_of_another_document_on_the_assertion(bridge, kind, same_id, name):
    browser, client = bridge.browser(), bridge.client("loose")
    request = bridge.begin(browser, client)
    donor = donated(bridge, kind, "loose", "_donor", request)
    with bridge.refuses(name):
        assert is_page(bridge.finish(
            browser, request, "loose", assertion_id="_donor" if same_id else "_own", sign_response=False,
            sign_assertion=False, edit_signed_assertion=lambda xml: put_after_issuer(xml, taken_from(donor))))
    assert bridge.finish(browser, request, "loose").query["code"]


@pytest.mark.parametrize("kind, place, name", [
    ("metadata", "extensions", "XML_ELEMENT"), ("error Response", "extensions", "XML_ELEMENT"),
    ("LogoutResponse", "extensions", "XML_ELEMENT"),
    ("metadata", "detail", "XML_NAMESPACE"), ("error Response", "detail", "XML_ELEMENT"),
    ("LogoutResponse", "detail", "XML_ELEMENT"),
    ("metadata", "object", "XML_ELEMENT"), ("error Response", "object", "XML_ELEMENT"),
    ("LogoutResponse", "object", "XML_ELEMENT")])
def test_a_signature_that_brings_what_it_signed(bridge, kind, place, name):
    """The Response carries another document's signature, and that document, so that the reference finds it."""
    browser = bridge.browser()
    request = bridge.begin(browser)
    donor = donated(bridge, kind, "judge", "_donor", request)
    signature, bare = taken_from(donor), donor.replace(signature_of(donor), b"", 1)

    def edit(xml):
        if place == "object":
            return put_after_issuer(xml, signature.replace(
                b"</ds:Signature>", b"<ds:Object>" + bare + b"</ds:Object></ds:Signature>", 1))
        if place == "detail":
            xml = xml.replace(b"</samlp:Status>",
                              b"<samlp:StatusDetail>" + bare + b"</samlp:StatusDetail></samlp:Status>", 1)
            return put_after_issuer(xml, signature)
        return put_after_issuer(xml, signature + b"<samlp:Extensions>" + bare + b"</samlp:Extensions>")

    with bridge.refuses(name):
        assert is_page(bridge.finish(browser, request, sign_response=False, sign_assertion=False,
                                     edit_signed_response=edit))
    assert bridge.finish(browser, request).query["code"]


@pytest.mark.parametrize("kind", DONORS)
def test_another_document_in_the_place_of_the_response(bridge, kind):
    """Whole, and well signed. A Response with an error is one, so it is read as what it says."""
    browser = bridge.browser()
    request = bridge.begin(browser)
    document = donated(bridge, kind, "judge", "_donor", request)
    with bridge.refuses("STATUS_ERROR" if kind == "error Response" else "XML_ROOT"):
        reply = bridge.deliver(browser, request, document)
    assert is_told(reply, "server_error") if kind == "error Response" else is_page(reply)


# -- keys that are too weak to stand in metadata ----------------------------------------------------------

def explicit_certificate(folder):
    """Of a key on P-256 whose curve is written out in full instead of named, as DER in base64."""
    key, certificate = os.path.join(folder, "explicit.key"), os.path.join(folder, "explicit.crt")
    for command in (["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-param_enc", "explicit", "-out", key],
                    ["req", "-x509", "-key", key, "-days", "30", "-subj", "/CN=judge", "-outform", "DER", "-out",
                     certificate]):
        subprocess.run(["openssl", *command], check=True, stdin=subprocess.DEVNULL, capture_output=True)
    with open(certificate, "rb") as file:
        return b64(file.read())


@pytest.mark.parametrize("kind", ["secp192r1", "explicit", "rsa1024"])
@pytest.mark.parametrize("judge", ["judge", "eidas"])
def test_a_weak_key_in_the_metadata(make_server, judge, kind):
    own = make_server(start=False)
    if kind == "explicit":
        text = explicit_certificate(own.server.folder)
    else:
        text = certificate_text(make_certificate(make_key(kind)))
    good = own.judges[judge]
    with open(os.path.join(own.server.folder, judge + ".xml"), "w", encoding="utf-8") as file:
        file.write(good.metadata().replace(certificate_text(good.certificate), text))
    assert etree.parse(file.name).getroot().tag == "{%s}EntityDescriptor" % MD
    status, said = own.server.configtest()
    assert status != 0 and [word for word in EB.values() if word in said] == [EB["METADATA_KEYS"]], said

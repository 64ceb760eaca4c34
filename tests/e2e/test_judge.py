"""The judge is itself judged: what it makes verifies and decrypts with the xmlsec1 program."""

import subprocess

import pytest
from cryptography.hazmat.primitives import serialization

import xmlcrypto
from idp import IdentityProvider, ServiceProvider, make_certificate, make_key, certificate_text, MD, DS


def service_provider(key):
    return ServiceProvider((
        '<md:EntityDescriptor xmlns:md="%s" xmlns:ds="%s" entityID="https://sp.example"><md:SPSSODescriptor>'
        '<md:KeyDescriptor use="encryption"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>%s'
        '</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>'
        '<md:AssertionConsumerService Location="https://sp.example/acs"/></md:SPSSODescriptor>'
        '</md:EntityDescriptor>' % (MD, DS, certificate_text(make_certificate(key)))).encode())


class Asked:
    id = "_asked"


def xmlsec1(*words):
    return subprocess.run(["xmlsec1", *words], stdin=subprocess.DEVNULL, capture_output=True, check=False)


@pytest.mark.parametrize("kind, method", [
    ("rsa3072", "rsa-sha256"), ("rsa3072", "rsa-sha384"), ("rsa3072", "rsa-sha512"),
    ("secp256r1", "ecdsa-sha256"), ("secp384r1", "ecdsa-sha384"), ("secp521r1", "ecdsa-sha512"),
])
def test_signatures_verify(tmp_path, kind, method):
    judge = IdentityProvider("own", kind=kind, method=method)
    xml = judge.answer(Asked, service_provider(make_key("rsa2048"))).xml()
    xmlcrypto.verify(xml, judge.key.public_key())
    message, key = tmp_path / "message.xml", tmp_path / "key.pem"
    message.write_bytes(xml)
    key.write_bytes(judge.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    result = xmlsec1("--verify", "--pubkey-pem", str(key), "--enabled-key-data", "rsa,ecdsa",
                     "--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:protocol:Response", str(message))
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("words", [
    {"content": "aes256-gcm", "transport": "oaep-mgf1p"},
    {"content": "aes128-gcm", "transport": "oaep-mgf1p", "oaep_digest": "sha1"},
    {"content": "aes256-cbc", "transport": "oaep-mgf1p"},
    {"content": "aes128-cbc", "transport": "rsa-1_5"},
])
def test_encryption_decrypts(tmp_path, words):
    key = make_key("rsa2048")
    xml = IdentityProvider("own").answer(Asked, service_provider(key), encryption=words).xml()
    message, secret = tmp_path / "message.xml", tmp_path / "key.pem"
    message.write_bytes(xml)
    secret.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    result = xmlsec1("--decrypt", "--privkey-pem", str(secret), str(message))
    assert result.returncode == 0 and b"02635542Y" in result.stdout, result.stderr

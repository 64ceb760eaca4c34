"""Every curve and key agreement: messages the judge makes are read, and what we sign the judge verifies."""

import pytest
from cryptography.hazmat.primitives import serialization

from conftest import CLIENTS, PROVIDERS, STORE, vhost_text
from harness import EB
from idp import LOA, make_certificate, make_key
import xmlcrypto

CURVES = ["secp256r1", "secp384r1", "secp521r1", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1"]


@pytest.fixture(scope="module")
def signers(judges):
    """Keys of an eIDAS node, all in one metadata document."""
    del judges
    keys = {curve: make_key(curve, "node") for curve in CURVES}
    keys["rsa3072"] = make_key("rsa3072", "node")
    return keys


@pytest.fixture
def node(make_server, judges, signers):
    own = make_server(start=False)
    with open(own.server.folder + "/eidas.xml", "w", encoding="utf-8") as file:
        file.write(judges["eidas"].metadata(keys=[make_certificate(key) for key in signers.values()]))
    own.server.start()
    return own


def test_every_signature_key_of_a_provider(node, signers):
    client = node.client("eidas")
    for kind, key in signers.items():
        for bits in ("256", "384", "512"):
            method = ("pss-sha" if kind.startswith("rsa") else "ecdsa-sha") + bits
            words = {"signing_key": key, "certificate": make_certificate(key), "method": method}
            reply, _ = node.log_in(client, judge="eidas", answer=words)
            assert reply.query["code"], (kind, method)


def test_an_eidas_provider_may_not_use_pkcs1(node, signers):
    client, browser = node.client("eidas"), node.browser()
    request = node.begin(browser, client)
    with node.refuses("SIG_ALGORITHM"):
        node.finish(browser, request, "eidas", signing_key=signers["rsa3072"], method="rsa-sha256")


def test_pss_with_another_salt_length(node, signers):
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    def other_salt(method, key, data):
        assert method == "pss-sha256"
        return key.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 20), hashes.SHA256())

    client, browser = node.client("eidas"), node.browser()
    request = node.begin(browser, client)
    kept = xmlcrypto.signature_value
    xmlcrypto.signature_value = other_salt
    try:
        message = node.answer(request, "eidas", signing_key=signers["rsa3072"], method="pss-sha256")
    finally:
        xmlcrypto.signature_value = kept
    with node.refuses("SIG_VALUE"):
        node.deliver(browser, request, message)


def write_pair(folder, name, key):
    """folder/name.key and .crt; gives the certificate."""
    certificate = make_certificate(key, name)
    with open("%s/%s.key" % (folder, name), "wb") as file:
        file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption()))
    with open("%s/%s.crt" % (folder, name), "wb") as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
    return certificate


@pytest.mark.parametrize("curve", CURVES)
def test_an_ec_key_of_ours_for_signing_and_one_for_encryption(make_server, curve):
    own = make_server(start=False)
    folder = own.server.folder
    write_pair(folder, "sign", make_key(curve, "our signing"))
    write_pair(folder, "crypt", make_key(curve, "our encryption"))
    own.server.write(vhost_text(folder, extra='EidasSigningKey "%s/sign.key" "%s/sign.crt"\n'
                                'EidasEncryptionKey "%s/crypt.key" "%s/crypt.crt"' % ((folder,) * 4),
                                providers={name: PROVIDERS[name] for name in ("judge", "eidas")},
                                clients={name: CLIENTS[name] for name in ("web", "eidas")}), STORE)
    own.server.start()
    for client, judge in (("eidas", "eidas"), ("web", "judge")):
        browser = own.browser()
        request = own.begin(browser, own.client(client))
        assert request.signature_method.startswith("ecdsa-")
        assert own.finish(browser, request, judge).query["code"]
    for wrap in ("kw-aes128", "kw-aes192", "kw-aes256"):
        for kdf_digest in ("sha256", "sha384", "sha512"):
            for content in ("aes128-gcm", "aes256-gcm"):
                own.log_in(answer={"encryption": {"wrap": wrap, "kdf_digest": kdf_digest, "content": content}})
    browser = own.browser()
    request = own.begin(browser)
    with own.refuses("ENC_DECRYPT"):
        own.finish(browser, request, encryption={"public": make_key(curve, "a stranger").public_key()})


def test_two_decryption_keys_at_once(make_server):
    """During a rollover messages for the old and for the new key are read; metadata shows the new one first."""
    own = make_server(start=False)
    folder = own.server.folder
    keys = [make_key("rsa3072", "old"), make_key("rsa3072", "new")]
    lines = ""
    for name, key in zip(("new", "old"), reversed(keys)):
        write_pair(folder, name, key)
        lines += 'EidasEncryptionKey "%s/%s.key" "%s/%s.crt"\n' % (folder, name, folder, name)
    own.server.write(vhost_text(folder, extra=lines), STORE)
    own.server.start()
    assert len(own.sp.encryption) in (1, 2)
    for key in keys:
        own.log_in(answer={"encryption": {"public": key.public_key()}})


def test_several_signing_keys_of_a_provider(make_server, judges):
    own = make_server(start=False)
    second = make_key("rsa2048", "the provider's next")
    with open(own.server.folder + "/judge.xml", "w", encoding="utf-8") as file:
        file.write(judges["judge"].metadata(keys=[judges["judge"].certificate, make_certificate(second)]))
    own.server.start()
    own.log_in()
    own.log_in(answer={"signing_key": second, "certificate": make_certificate(second), "level": LOA + "high"})


def test_a_key_of_ours_that_does_not_fit_its_certificate(make_server):
    own = make_server(start=False)
    folder = own.server.folder
    write_pair(folder, "one", make_key("secp256r1", "one"))
    write_pair(folder, "two", make_key("secp256r1", "two"))
    own.server.write(vhost_text(folder, extra='EidasSigningKey "%s/one.key" "%s/two.crt"' % (folder, folder)))
    status, said = own.server.configtest()
    assert status != 0 and EB["KEY_MISMATCH"] in said

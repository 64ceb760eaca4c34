"""A certificate authority made on the spot, and the certificates of the demo.

Everything is for this machine and this run: keys are written 0600, the authority's own key is never
written at all.
"""

import base64
import datetime
import hashlib
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = datetime.timedelta(days=30)


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(subject, issuer, key):
    now = datetime.datetime.utcnow()
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=5)).not_valid_after(now + LIFE))


def write_private(path, data):
    """Writes a secret file, readable by its owner alone from the first moment."""
    if os.path.exists(path):
        os.unlink(path)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


def _key_pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


class Authority:
    """A CA whose certificate stands in folder/ca.crt."""

    def __init__(self, folder):
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = _name("mod_eidas_bridge demo CA")
        self._certificate = (
            _builder(name, name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False),
                           critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), False)
            .sign(self._key, hashes.SHA256()))
        with open(os.path.join(folder, "ca.crt"), "wb") as file:
            file.write(self._certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name, host):
        """A server certificate for one host: folder/<name>.crt and .key. Returns the base64 SHA-256
        of its public key, by which a browser can be told to trust it."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(_name(host), self._certificate.subject, key)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
                self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256()))
        with open(os.path.join(self.folder, name + ".crt"), "wb") as file:
            file.write(certificate.public_bytes(serialization.Encoding.PEM))
        write_private(os.path.join(self.folder, name + ".key"), _key_pem(key))
        spki = key.public_key().public_bytes(serialization.Encoding.DER,
                                             serialization.PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(spki).digest()).decode()


def make_signing_pair(path, name):
    """An RSA key and a self-signed certificate for SAML: path.key and path.crt."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    certificate = _builder(_name(name), _name(name), key).sign(key, hashes.SHA256())
    with open(path + ".crt", "wb") as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
    write_private(path + ".key", _key_pem(key))

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes formats.json: vectors of the byte formats that must never drift, computed with
python3-cryptography and the standard library alone, from the words of the plan and nothing of ours.

    tests/data/make_format_vectors.py            rewrites tests/data/formats.json
    tests/data/make_format_vectors.py --check    exits 1 where the file differs

All inputs are fixed, so the file is the same on every run. Bytes are in hex, text is text.
"""
import base64
import hashlib
import hmac
import json
import pathlib
import struct
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SALT = bytes(range(1, 33))
SEALING_KEY = bytes(range(0x80, 0xA0))
OLD_SEALING_KEY = bytes(range(0x40, 0x60))
RANDOM = bytes(range(0xE0, 0xE0 + 24))


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def hkdf(key, info, length=32, salt=None):
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info.encode()).derive(key)


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def lp(*parts):
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def text_lp(*parts):
    return lp(*(part.encode() for part in parts))


def key_id(key):
    return hkdf(key, "eb seal id 1")[:4]


def seal(key, purpose, aad, plain):
    derived = hkdf(key, "eb seal 1 " + purpose, 44, RANDOM)
    return b"\x01" + key_id(key) + RANDOM + AESGCM(derived[:32]).encrypt(derived[32:], plain, aad)


def sub(sector, namespace, kind, value):
    return {
        "sector": sector,
        "namespace": namespace,
        "type": kind,
        "value": value,
        "sub": b64url(mac(hkdf(SALT, "eb sub 1"), text_lp(sector, namespace, kind, value))),
    }


def stored(issuer, kind, key):
    return {
        "issuer": issuer,
        "kind": kind,
        "key": key,
        "hash": mac(hkdf(SALT, "eb store 1"), text_lp(issuer, kind, key)).hex(),
    }


def sealed(key, purpose, aad_parts, plain):
    return {
        "sealing_key": key.hex(),
        "key_id": key_id(key).hex(),
        "purpose": purpose,
        "aad": [part.encode().hex() for part in aad_parts],
        "plain": plain.hex(),
        "sealed": seal(key, purpose, text_lp(*aad_parts), plain).hex(),
    }


def thumbprint(name, jwk):
    """RFC 7638 section 3: the required members only, sorted, no white space."""
    if jwk["kty"] == "RSA":
        members = ("e", "kty", "n")
        key = rsa.RSAPublicNumbers(
            int.from_bytes(unb64url(jwk["e"]), "big"), int.from_bytes(unb64url(jwk["n"]), "big")
        ).public_key()
    elif jwk["kty"] == "EC":
        members = ("crv", "kty", "x", "y")
        curve = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}[jwk["crv"]]
        key = ec.EllipticCurvePublicNumbers(
            int.from_bytes(unb64url(jwk["x"]), "big"), int.from_bytes(unb64url(jwk["y"]), "big"), curve
        ).public_key()
    else:
        members = ("crv", "kty", "x")
        key = ed25519.Ed25519PublicKey.from_public_bytes(unb64url(jwk["x"]))
    text = json.dumps({member: jwk[member] for member in members}, sort_keys=True, separators=(",", ":"))
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {
        "name": name,
        "pem": pem.decode(),
        "canonical": text,
        "thumbprint": b64url(hashlib.sha256(text.encode()).digest()),
    }


def ec_jwk(private_value, curve, name):
    numbers = ec.derive_private_key(private_value, curve).public_key().public_numbers()
    size = (curve.key_size + 7) // 8
    return {
        "kty": "EC",
        "crv": name,
        "x": b64url(numbers.x.to_bytes(size, "big")),
        "y": b64url(numbers.y.to_bytes(size, "big")),
    }


def short_coordinate():
    """A P-256 key whose x begins with a zero byte, which must be kept (RFC 7518 section 6.2.1.2)."""
    value = 1
    while ec.derive_private_key(value, ec.SECP256R1()).public_key().public_numbers().x >> 248:
        value += 1
    return ec_jwk(value, ec.SECP256R1(), "P-256")


RFC7638 = {  # RFC 7638 section 3.1
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMst"
    "n64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n9"
    "1CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
}
RFC8037 = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}  # appendix A.2


def vectors():
    natural = "FI/SE/190001011234"
    out = {
        "salt": SALT.hex(),
        "salt_file": b64url(SALT),
        "sealing_key_file": b64url(SEALING_KEY),
        "random": RANDOM.hex(),
        "lp": [
            {"parts": [], "joined": lp().hex()},
            {"parts": ["", "a", "bc"], "joined": text_lp("", "a", "bc").hex()},
            {"parts": ["ab", "c", ""], "joined": text_lp("ab", "c", "").hex()},
        ],
        "sub_key": hkdf(SALT, "eb sub 1").hex(),
        "store_key": hkdf(SALT, "eb store 1").hex(),
        "relay": [
            {"sealing_key": key.hex(), "relay_key": hkdf(key, "eb relay 1").hex()}
            for key in (SEALING_KEY, OLD_SEALING_KEY)
        ],
        "sub": [
            sub("client.example", "https://idp.example/metadata", "urn:oid:1.2.246.21", "210281-9988"),
            sub("client.example", "eidas", "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier", natural),
            sub("other.example", "eidas", "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier", natural),
            sub("client.example", "https://idp.example/metadata", "NameID", "Åsa Ωmega "),
        ],
        "store": [
            stored("https://login.example", "CODE", "abc"),
            stored("https://login.example", "USED", "abc"),
            stored("https://login.example/path", "CODE", "abc"),
            stored("https://login.example", "CODE", ""),
        ],
        "sealed": [
            sealed(SEALING_KEY, "cookie", ("https://login.example", "0123456789abcdef", "0", "1"), b"a login record"),
            sealed(SEALING_KEY, "store", ("https://login.example", "GRANT", "key"), bytes(range(256)) * 3),
            sealed(OLD_SEALING_KEY, "file", ("metadata.xml",), b""),
        ],
        "thumbprint": [
            thumbprint("RFC 7638 section 3.1", RFC7638),
            thumbprint("RFC 8037 appendix A.3", RFC8037),
            thumbprint("P-256", ec_jwk(7, ec.SECP256R1(), "P-256")),
            thumbprint("P-256 with a short x", short_coordinate()),
            thumbprint("P-521", ec_jwk(5, ec.SECP521R1(), "P-521")),
        ],
    }
    # What the specifications print themselves.
    assert out["thumbprint"][0]["thumbprint"] == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert out["thumbprint"][1]["thumbprint"] == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    return json.dumps(out, indent=1, ensure_ascii=False) + "\n"


def main():
    path = pathlib.Path(__file__).with_name("formats.json")
    text = vectors()
    if sys.argv[1:] == ["--check"]:
        return 0 if path.read_text(encoding="utf-8") == text else 1
    path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

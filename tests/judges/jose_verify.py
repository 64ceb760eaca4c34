#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""An independent judge of our tokens: PyJWT (Debian's python3-jwt) verifies what jose_judge_tool signed.

    tests/judges/jose_verify.py BUILT/jose_judge_tool

For each algorithm: the header is what was asked, the kid finds exactly one key of the set, the key's
kid is its RFC 7638 thumbprint (computed here), the token verifies and reads, and does not verify after
one changed character of the payload, nor with any other key. The SAML keys made beside them are read by
python3-cryptography. One line for each judgement, "ok - …" or "not ok - …"; last line "N passed, N failed";
exits 1 when one failed.
"""
import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

MEMBERS = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}
KEY_TYPE = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}


def thumbprint(jwk):
    members = {name: jwk[name] for name in MEMBERS[jwk["kty"]]}
    text = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


COUNTS = {True: 0, False: 0}


def expect(condition, what):
    COUNTS[bool(condition)] += 1
    print(f"{'ok' if condition else 'not ok'} - {what}")


def verifies(token, jwk, alg):
    try:
        return jwt.decode(token, jwt.PyJWK(jwk, algorithm=alg).key, algorithms=[alg])
    except (jwt.exceptions.PyJWTError, ValueError, TypeError):
        return None


def altered(token):
    header, payload, signature = token.split(".")
    other = "B" if payload[20] == "A" else "A"
    return ".".join((header, payload[:20] + other + payload[21:], signature))


def judge_tokens(lines):
    keys = json.loads(lines[0])["keys"]
    kids = [key["kid"] for key in keys]
    expect(len(set(kids)) == len(kids) == 6, "two keys of each kind, each with its own kid")
    for key in keys:
        expect(key["kid"] == thumbprint(key) and key["use"] == "sig", f"kid of a {key['kty']} key is its thumbprint")
        expect(not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key), "nothing private is published")
    tokens = dict(line.split(" ") for line in lines[1:])
    expect(list(tokens) == ["RS256", "ES256", "PS256", "EdDSA"], "a token of each algorithm")
    for alg, token in tokens.items():
        header = jwt.get_unverified_header(token)
        found = [key for key in keys if key["kid"] == header["kid"]]
        expect(header == {"alg": alg, "kid": header["kid"], "typ": "JWT"}, f"{alg}: header")
        expect(len(found) == 1 and found[0]["kty"] == KEY_TYPE[alg], f"{alg}: kid finds its key")
        if not found:
            continue
        claims = verifies(token, found[0], alg)
        expect(claims == {"iss": "https://judge.example", "alg_asked": alg, "name": "Åsa Ωmega"}, f"{alg}: verifies")
        expect(verifies(altered(token), found[0], alg) is None, f"{alg}: altered, does not verify")
        others = [key for key in keys if key["kty"] == KEY_TYPE[alg] and key["kid"] != header["kid"]]
        expect(others and all(verifies(token, key, alg) is None for key in others), f"{alg}: not by another key")


def judge_saml_keys(directory):
    for use in ("signing", "encryption"):
        pem = (directory / f"saml-{use}.pem").read_bytes()
        key = serialization.load_pem_private_key(pem, None)
        certificate = x509.load_pem_x509_certificate(pem[pem.index(b"-----BEGIN CERTIFICATE") :])
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
        public = certificate.public_key()
        expect(key.key_size == 3072 and public.public_numbers() == key.public_key().public_numbers(), f"SAML {use}: RSA-3072 and its certificate")
        expect(usage.critical and usage.value.digital_signature == (use == "signing") and usage.value.key_encipherment == (use == "encryption"), f"SAML {use}: key usage")
        expect(certificate.issuer == certificate.subject and isinstance(certificate.signature_hash_algorithm, hashes.SHA256), f"SAML {use}: self-signed with SHA-256")
        expect(3650 <= (certificate.not_valid_after - certificate.not_valid_before).days <= 3655, f"SAML {use}: ten years")


def main():
    with tempfile.TemporaryDirectory() as top:
        directory = pathlib.Path(top, "keys")
        done = subprocess.run([sys.argv[1], str(directory)], check=True, stdout=subprocess.PIPE, text=True)
        judge_tokens(done.stdout.splitlines())
        judge_saml_keys(directory)
    print(f"{COUNTS[True]} passed, {COUNTS[False]} failed")
    return 1 if COUNTS[False] else 0


if __name__ == "__main__":
    sys.exit(main())

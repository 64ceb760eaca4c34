#!/usr/bin/python3
"""python3-cryptography and python3-lxml as a judge of our signatures.

    judge.py verify KEY.pub.pem < message      exit 0 when the signature of the document element is good
"""

import base64
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from lxml import etree

DS = "{http://www.w3.org/2000/09/xmldsig#}"
HASH = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def c14n(node):
    return etree.tostring(node, method="c14n", exclusive=True, with_comments=False)


def verify(root, key):
    signature = root.find(DS + "Signature")
    info = signature.find(DS + "SignedInfo")
    reference = info.find(DS + "Reference")
    uri = info.find(DS + "SignatureMethod").get("Algorithm")
    value = base64.b64decode(signature.findtext(DS + "SignatureValue"))
    name = uri.partition("sha")[2][:3] if "MGF1" in uri else uri[-3:]
    signed = c14n(info)
    if "MGF1" in uri:
        size = HASH[name].digest_size
        key.verify(value, signed, padding.PSS(padding.MGF1(HASH[name]), size), HASH[name])
    elif "#rsa-" in uri:
        key.verify(value, signed, padding.PKCS1v15(), HASH[name])
    else:
        half = len(value) // 2
        assert half == (key.curve.key_size + 7) // 8
        r, s = (int.from_bytes(part, "big") for part in (value[:half], value[half:]))
        key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(HASH[name]))

    assert reference.get("URI") == "#" + root.get("ID")
    wanted = base64.b64decode(reference.findtext(DS + "DigestValue"))
    before = signature.getprevious()  # removing a node takes the text behind it along
    before.tail = (before.tail or "") + (signature.tail or "")
    root.remove(signature)
    digest = hashes.Hash(HASH[reference.find(DS + "DigestMethod").get("Algorithm")[-3:]])
    digest.update(c14n(root))
    assert digest.finalize() == wanted


with open(sys.argv[2], "rb") as pem:
    public = serialization.load_pem_public_key(pem.read())
verify(etree.fromstring(sys.stdin.buffer.read()), public)

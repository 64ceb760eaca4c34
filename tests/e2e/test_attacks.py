"""Attacks on the reader of Responses, each with the exact error that stops it. Wrapping by number is that of "On
Breaking SAML" (XSW 1 to 8); the provider "loose" signs either part and does not encrypt, so that parts can be moved.
"""

import base64

import pytest

from idp import SAML, SAMLP, natural_person
from test_response_refusals import (assertion_of, change, evil_assertion, is_told, put_inside_signature,
                                    signature_of, without_signature, xsw_assertion, xsw_response)
from xmlcrypto import DS


def loose(bridge, name, **answer):
    """One login at "loose" that is refused with that error, by a page, and goes on afterwards."""
    browser, client = bridge.browser(), bridge.client("loose")
    request = bridge.begin(browser, client)
    with bridge.refuses(name):
        reply = bridge.finish(browser, request, "loose", encrypted=False, **answer)
    assert reply.location is None and reply.status == 400 and "EVIL" not in reply.text
    assert bridge.finish(browser, request, "loose", encrypted=False).query["code"]


@pytest.mark.parametrize("number, name", [
    (3, "XML_ASSERTION_COUNT"), (4, "XML_ASSERTION_COUNT"), (5, "XML_ASSERTION_COUNT"), (6, "XML_ASSERTION_COUNT"),
    (7, "XML_ORDER"), (8, "XML_ELEMENT"), (9, "SIG_MISSING"), (10, "XML_ASSERTION_COUNT"),
    (11, "XML_ASSERTION_COUNT")])
def test_wrapping_of_the_assertion(bridge, number, name):
    loose(bridge, name, sign_response=False, edit_signed_response=xsw_assertion(number))


@pytest.mark.parametrize("number, name", [(1, "XML_ELEMENT"), (2, "XML_ELEMENT")])
def test_wrapping_of_the_response(bridge, number, name):
    loose(bridge, name, sign_assertion=False, edit_signed_response=xsw_response(number))


def wrapped_inside(number):
    """What is encrypted to us is a wrapped assertion: anybody can encrypt."""
    def edit(xml):
        evil = evil_assertion(xml, True)
        bare = without_signature(xml)
        return {
            "in the signature": lambda: put_inside_signature(evil, bare),
            "in an object": lambda: put_inside_signature(evil, b"<ds:Object>" + bare + b"</ds:Object>"),
            "in the advice": lambda: evil.replace(b"<saml:AuthnStatement", b"<saml:Advice>" + xml
                                                  + b"</saml:Advice><saml:AuthnStatement", 1),
            "same ID": lambda: xml.replace(b"02635542Y", b"EVIL"),
            "signature of the good one": lambda: without_signature(evil).replace(
                b"</saml:Issuer>", b"</saml:Issuer>" + signature_of(xml), 1),
            "two signatures": lambda: xml.replace(signature_of(xml), signature_of(xml) * 2, 1),
            "no signature": lambda: without_signature(evil),
        }[number]()
    return edit


@pytest.mark.parametrize("number, name", [
    ("in the signature", "XML_ASSERTION_COUNT"), ("in an object", "XML_ELEMENT"),
    ("in the advice", "XML_ASSERTION_COUNT"),
    ("same ID", "SIG_DIGEST"), ("signature of the good one", "SIG_REFERENCE"), ("two signatures", "XML_ORDER"),
    ("no signature", "SIG_MISSING")])
def test_wrapping_inside_the_encryption(bridge, number, name):
    """In a Response that nobody signed."""
    browser, client = bridge.browser(), bridge.client("loose")
    request = bridge.begin(browser, client)
    with bridge.refuses(name):
        reply = bridge.finish(browser, request, "loose", sign_response=False,
                              edit_signed_assertion=wrapped_inside(number))
    assert reply.location is None and reply.status == 400


def in_signature(old, new):
    """Changes the first of it in the Response's own signature, after it was made."""
    def edit(xml):
        signature = signature_of(xml)
        assert old in signature, (old, signature)
        return xml.replace(signature, signature.replace(old, new, 1), 1)
    return edit


def second_signed_info(xml):
    signature = signature_of(xml)
    info = signature[signature.index(b"<ds:SignedInfo"):signature.index(b"</ds:SignedInfo>") + 16]
    return xml.replace(info, info + info, 1)


def key_info_of(text):
    return {"response_signing": {"key_info": "<ds:KeyInfo>%s</ds:KeyInfo>" % text}}


BEFORE_VERIFYING = [
    ("a comment in DigestValue", {"edit_signed_response": in_signature(b"<ds:DigestValue>",
                                                                     b"<ds:DigestValue><!--x-->")},
     "XML_COMMENT"),
    ("a comment in SignatureValue", {"edit_signed_response": in_signature(b"</ds:SignatureValue>",
                                                                        b"<!--x--></ds:SignatureValue>")},
     "XML_COMMENT"),
    ("two SignedInfo", {"edit_signed_response": second_signed_info}, "XML_ORDER"),
    ("two DigestValues", {"edit_signed_response": in_signature(b"</ds:Reference>",
                                                             b"<ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>")},
     "XML_ORDER"),
    ("an element in DigestValue", {"edit_signed_response": in_signature(b"<ds:DigestValue>",
                                                                      b"<ds:DigestValue><ds:X509Data/>")}, "XML_TEXT"),
    ("HMACOutputLength", {"response_signing": {"edit": lambda text: text.replace(
        'xmldsig-more#rsa-sha256"/>', 'xmldsig-more#rsa-sha256"><ds:HMACOutputLength>1</ds:HMACOutputLength>'
        "</ds:SignatureMethod>")}}, "XML_ELEMENT"),
    ("a signature in StatusDetail", {"edit_signed_response": lambda xml: xml.replace(
        b"</samlp:Status>", b"<samlp:StatusDetail>" + signature_of(xml) + b"</samlp:StatusDetail></samlp:Status>", 1)},
     "XML_ELEMENT"),
    ("a digest in the extensions", {"edit_signed_response": lambda xml: xml.replace(
        b"<samlp:Status>", b'<samlp:Extensions><ds:DigestValue xmlns:ds="%s">AAAA</ds:DigestValue></samlp:Extensions>'
        b"<samlp:Status>" % DS.encode(), 1)}, "XML_ELEMENT"),
    ("an assertion in the extensions", {"edit_signed_response": lambda xml: xml.replace(
        b"<samlp:Status>", b'<samlp:Extensions><saml:Assertion ID="_e"/></samlp:Extensions><samlp:Status>', 1)},
     "XML_ASSERTION_COUNT"),
    ("xml:id beside ID", {"edit_signed_response": change(b' Version="2.0"', b' xml:id="_e" Version="2.0"')}, "XML_ID"),
    ("xml:xmlns", {"edit_signed_response": change(b' Version="2.0"', b' xml:xmlns="urn:e" Version="2.0"')},
     "XML_ATTRIBUTE"),
    ("an attribute twice", {"edit_signed_response": change(b' Version="2.0"', b' Version="2.0" Version="2.0"')},
     "SAML_XML"),
    ("a namespace declared twice", {"edit_signed_response": change(
        b"<samlp:Response ", b'<samlp:Response xmlns:samlp="urn:e" ')}, "SAML_XML"),
    ("an undeclared prefix", {"edit_signed_response": change(b"<samlp:Status>", b"<e:x/><samlp:Status>")}, "SAML_XML"),
    ("right name, wrong namespace", {"edit_signed_response": change(
        b"<samlp:Status>", b'<Status xmlns="%s"/><samlp:Status>' % SAML.encode())}, "XML_ELEMENT"),
    ("a key by explicit parameters", key_info_of(
        '<ds:KeyValue><d:ECKeyValue xmlns:d="http://www.w3.org/2009/xmldsig11#"><d:ECParameters/></d:ECKeyValue>'
        "</ds:KeyValue>"), "XML_ELEMENT"),
    ("a key of DSA", key_info_of("<ds:KeyValue><ds:DSAKeyValue/></ds:KeyValue>"), "XML_ELEMENT"),
    ("a key by reference", key_info_of('<d:KeyInfoReference xmlns:d="http://www.w3.org/2009/xmldsig11#" URI="#x"/>'),
     "XML_REFERENCE_TO_FETCH"),
    ("rsa-md5", {"response_signing": {"edit": lambda text: text.replace("xmldsig-more#rsa-sha256",
                                                                        "xmldsig-more#rsa-md5")}}, "SIG_ALGORITHM"),
    ("dsa-sha1", {"response_signing": {"edit": lambda text: text.replace(
        "2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#dsa-sha1")}}, "SIG_ALGORITHM"),
    ("sha1-rsa-MGF1", {"response_signing": {"edit": lambda text: text.replace(
        "2001/04/xmldsig-more#rsa-sha256", "2007/05/xmldsig-more#sha1-rsa-MGF1")}}, "SIG_ALGORITHM"),
    ("PSS said of a PKCS#1 signature", {"response_signing": {"edit": lambda text: text.replace(
        "2001/04/xmldsig-more#rsa-sha256", "2007/05/xmldsig-more#sha256-rsa-MGF1")}}, "SIG_VALUE"),
    ("ECDSA said of an RSA key", {"response_signing": {"edit": lambda text: text.replace(
        "xmldsig-more#rsa-sha256", "xmldsig-more#ecdsa-sha256")}}, "SIG_KEY"),
    ("the signature value of zeros", {"edit_signed_response": lambda xml: xml[:xml.index(b"<ds:SignatureValue>") + 19]
                                      + base64.b64encode(bytes(384)) + xml[xml.index(b"</ds:SignatureValue>"):]},
     "SIG_VALUE"),
    ("a signature value of one octet", {"edit_signed_response": lambda xml: xml[:xml.index(b"<ds:SignatureValue>") + 19]
                                        + b"AA==" + xml[xml.index(b"</ds:SignatureValue>"):]}, "SIG_VALUE"),
]


@pytest.mark.parametrize("row", BEFORE_VERIFYING, ids=[row[0] for row in BEFORE_VERIFYING])
def test_before_anything_is_believed(bridge, row):
    _, answer, name = row
    browser = bridge.browser()
    request = bridge.begin(browser)
    with bridge.refuses(name):
        reply = bridge.finish(browser, request, **answer)
    assert reply.location is None and reply.status == 400
    assert bridge.finish(browser, request).query["code"]


@pytest.mark.parametrize("encode", [
    lambda text: text.encode("utf-16"), lambda text: text.encode("utf-32"),
    lambda text: b'<?xml version="1.0" encoding="UTF-7"?>' + text.encode(),
    lambda text: text.encode("cp500"), lambda text: b"\xef\xbb\xbf\xef\xbb\xbf" + text.encode(),
    lambda text: ('<?xml version="1.0" encoding="ISO-8859-1"?>' + text).encode(),
    lambda text: ('<?xml version="1.1"?>' + text).encode(), lambda text: text.encode() + b"\0",
    lambda text: text.encode() * 2, lambda text: b"", lambda text: b"\xff" + text.encode()],
    ids=["utf-16", "utf-32", "utf-7", "ebcdic", "two marks", "latin-1", "xml 1.1", "nul", "twice", "nothing", "octet"])
def test_other_encodings(bridge, encode):
    browser = bridge.browser()
    request = bridge.begin(browser)
    message = encode(bridge.answer(request).decode())
    with bridge.refuses("SAML_XML" if message else "SAML_MISSING"):
        assert bridge.deliver(browser, request, message).status == 400


def content_octets(change_octets):
    """Changes the octets of the encrypted content: IV, ciphertext, tag."""
    def edit(xml):
        at = xml.rindex(b"<xenc:CipherValue>") + 18
        end = xml.rindex(b"</xenc:CipherValue>")
        return xml[:at] + base64.b64encode(change_octets(base64.b64decode(xml[at:end]))) + xml[end:]
    return edit


@pytest.mark.parametrize("octets", [
    lambda data: data[:-1], lambda data: data[:-4], lambda data: data[:-12], lambda data: data[:28], lambda data: b"",
    lambda data: data[:-1] + bytes([data[-1] ^ 1]), lambda data: bytes([data[0] ^ 1]) + data[1:],
    lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:], lambda data: data + b"\0", lambda data: b"\0" + data],
    ids=["tag of 120 bits", "tag of 96 bits", "tag of 32 bits", "IV and tag alone", "nothing", "tag", "IV",
         "ciphertext", "longer", "IV of 104 bits"])
def test_altered_ciphertext(bridge, octets):
    """Inside a signed Response the client may know that it failed, and nothing more."""
    browser = bridge.browser()
    request = bridge.begin(browser)
    with bridge.refuses("ENC_DECRYPT"):
        reply = bridge.finish(browser, request, edit_encrypted=content_octets(octets))
    assert reply.query["error"] == "server_error" and "code" not in reply.query


def test_all_failures_of_an_unsigned_response_look_the_same(bridge):
    """Nothing for an oracle: one page for a wrong key, a wrong tag, no XML, no assertion, and no signature."""
    pages = set()
    for answer in ({"encryption": {"key": b"k" * 16}}, {"edit_encrypted": content_octets(lambda data: data[:-1])},
                   {"edit_signed_assertion": lambda xml: b"garbage"}, {"sign_assertion": False},
                   {"edit_signed_assertion": lambda xml: b'<saml:Subject xmlns:saml="%s"/>' % SAML.encode()},
                   {"edit_signed_assertion": change(b"02635542Y", b"1")}):
        browser, client = bridge.browser(), bridge.client("loose")
        request = bridge.begin(browser, client)
        mark = bridge.server.mark()
        reply = bridge.finish(browser, request, "loose", sign_response=False, **answer)
        log = bridge.server.log_since(mark)
        reference = log[log.index("[", log.index(" EB")) + 1:][:10]
        assert reference in reply.text
        pages.add((reply.status, reply.text.replace(reference, "")))
    assert len(pages) == 1


def test_the_unused_answer_for_another_person_dressed_up_as_ones_own(bridge):
    """Stolen before it was used: the Response's InResponseTo is not signed here, the assertion's is."""
    victim, thief = bridge.browser(), bridge.browser()
    client = bridge.client("loose")
    theirs, own = bridge.begin(victim, client), bridge.begin(thief, client)
    stolen = bridge.answer(theirs, "loose", sign_response=False, encrypted=False)
    dressed = stolen.replace(b'InResponseTo="%s"' % theirs.id.encode(), b'InResponseTo="%s"' % own.id.encode(), 1)
    assert dressed != stolen
    with bridge.refuses("COND_IN_RESPONSE_TO"):
        reply = bridge.deliver(thief, own, dressed)
    assert is_told(reply, "server_error")
    with bridge.refuses("LOGIN_NOT_FOUND"):
        assert bridge.deliver(thief, own, stolen).location is None
    assert bridge.deliver(victim, theirs, stolen).query["code"], "it was not spoilt for its owner"


def test_a_response_for_another_issuer_of_the_same_entity(bridge):
    """Destination and Recipient name the endpoint; nothing else tells two of ours apart."""
    browser = bridge.browser()
    request = bridge.begin(browser)
    with bridge.refuses("COND_DESTINATION"):
        reply = bridge.finish(browser, request, destination="https://bridge.example:8443/saml/acs")
    assert "code" not in reply.query


# Pairs of identifiers that look the same, or that some software makes equal.
ALIKE = {
    "case": ("ES/FI/A1", "ES/FI/a1"),
    "composed and decomposed": ("ES/FI/\u00c51", "ES/FI/A\u030a1"),
    "compatible forms": ("ES/FI/\ufb01", "ES/FI/fi"), "full width": ("ES/FI/\uff21", "ES/FI/A"),
    "the Angstrom sign": ("ES/FI/\u212b", "ES/FI/\u00c5"), "Greek and Latin": ("ES/FI/\u0391", "ES/FI/A"),
    "Cyrillic and Latin": ("ES/FI/\u0410", "ES/FI/A"), "case folding": ("ES/FI/stra\u00dfe", "ES/FI/strasse"),
    "dotless i": ("ES/FI/\u0131", "ES/FI/I"),
    "transliterated": ("ES/FI/\u03a9\u03bd\u03ac\u03c3\u03b7\u03c2", "ES/FI/Onases"),
    "leading zeros": ("ES/FI/01", "ES/FI/1"), "percent-encoded": ("ES/FI/%41", "ES/FI/A"),
}


def sub_of(bridge, **answer):
    client = bridge.client()
    reply, _ = bridge.log_in(client, answer=answer)
    return client.id_token(client.token(reply.query["code"]).json()["id_token"])[1]["sub"]


@pytest.mark.parametrize("pair", ALIKE)
def test_identifiers_that_look_alike_are_two_people(bridge, pair):
    one, other = ALIKE[pair]
    assert one != other
    subs = [sub_of(bridge, attributes=natural_person(identifier)) for identifier in (one, other, one)]
    assert subs[0] == subs[2] and subs[0] != subs[1]


@pytest.mark.parametrize("letter", [" ", "\u00a0", "\u2003", "\u200b", "\u200d", "\u202e", "\u2066", "\ufeff", "\u00ad"])
def test_an_identifier_with_a_letter_that_nobody_sees(bridge, letter):
    browser = bridge.browser()
    request = bridge.begin(browser)
    with bridge.refuses("SUBJECT_FORM"):
        reply = bridge.finish(browser, request, attributes=natural_person("ES/FI/A%s1" % letter))
    assert is_told(reply, "server_error")


def test_an_identifier_in_two_scripts_is_not_chosen_from(bridge):
    """The value marked as not Latin is another's, or the same one's: who can tell?"""
    mark = ('<saml:AttributeValue xmlns:n="http://eidas.europa.eu/attributes/naturalperson" n:LatinScript="false">'
            "ES/FI/\u0391</saml:AttributeValue>")
    attributes = [(name, values + [mark.encode()] if name.endswith("PersonIdentifier") else values)
                  for name, values in natural_person("ES/FI/A")]
    browser = bridge.browser()
    request = bridge.begin(browser)
    with bridge.refuses("SUBJECT_AMBIGUOUS"):
        assert is_told(bridge.finish(browser, request, attributes=attributes), "server_error")


def test_names_of_types_select_nothing(bridge):
    """xsi:type and its like are foreign attributes, read over."""
    def edit(xml):
        return xml.replace(b"<saml:AttributeValue>", b'<saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/'
                           b'XMLSchema-instance" xmlns:x="%s" xsi:type="x:ResponseType">' % SAMLP.encode())
    assert bridge.log_in(answer={"edit_assertion": edit})[0].query["code"]


def test_the_moved_parts_are_what_they_should_be(bridge):
    """Of the tools above: each makes another message, with the other person in it."""
    browser, client = bridge.browser(), bridge.client("loose")
    xml = bridge.answer(bridge.begin(browser, client), "loose", sign_response=False, encrypted=False)
    for number in range(3, 12):
        moved = xsw_assertion(number)(xml)
        assert b"EVIL" in moved and (number == 9) != (b"02635542Y" in moved), number
    for number in ("in the signature", "in an object", "in the advice", "same ID", "no signature"):
        assert b"EVIL" in wrapped_inside(number)(assertion_of(xml))

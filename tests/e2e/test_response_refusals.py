"""Responses that differ from a good one in one thing: each is refused with its own error, gives no code, and
(when it does not verify) neither ends the login nor tells the client anything.
"""

import base64

import pytest

from idp import LOA, NATURAL, RESPONDER, SAML, make_certificate, make_key, moment, natural_person
from xmlcrypto import ENVELOPED, EXC_C14N, XENC

OTHER = make_key("rsa2048", "not the provider's")
NO_ID = natural_person(identifier=None)


def change(old, new, count=1):
    """An edit: old becomes new; it must be there."""
    def edit(xml):
        assert old in xml, (old, xml)
        return xml.replace(old, new, count)
    return edit


def before(mark, text):
    return change(mark, text + mark)


def other_signer(**words):
    return {"key": OTHER, "certificate": make_certificate(OTHER), **words}


# What does not verify: a page, and the login can still be finished. (name, changes, error)
UNVERIFIED = [
    ("no response signature", {"sign_response": False}, "SIG_MISSING"),
    ("no signature", {"sign_response": False, "sign_assertion": False}, "SIG_MISSING"),
    ("altered response", {"edit_signed_response": change(b"status:Success", b"status:Requester")}, "SIG_DIGEST"),
    ("response signed by a stranger", {"response_signing": other_signer()}, "SIG_VALUE"),
    ("rsa-sha1", {"response_signing": {"method": "rsa-sha1", "digest_name": "sha256"}}, "SIG_ALGORITHM"),
    ("digest sha1", {"response_signing": {"digest_name": "sha1"}}, "SIG_DIGEST_ALGORITHM"),
    ("unknown signature algorithm", {"response_signing": {"edit": lambda text: text.replace(
        "xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha257")}}, "SIG_ALGORITHM"),
    ("inclusive canonicalization", {"response_signing": {
        "canonicalization": "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"}}, "SIG_CANONICALIZATION"),
    ("canonicalization with comments", {"response_signing": {"canonicalization": EXC_C14N + "WithComments"}},
     "SIG_CANONICALIZATION"),
    ("no exclusive transform", {"response_signing": {"transforms": [ENVELOPED]}}, "SIG_TRANSFORMS"),
    ("no enveloped transform", {"response_signing": {"transforms": [EXC_C14N]}}, "SIG_TRANSFORMS"),
    ("transforms in the other order", {"response_signing": {"transforms": [EXC_C14N, ENVELOPED]}},
     "SIG_TRANSFORMS"),
    ("xslt transform", {"response_signing": {"transforms": [
        ENVELOPED, EXC_C14N, "http://www.w3.org/TR/1999/REC-xslt-19991116"]}}, "SIG_TRANSFORMS"),
    ("xpath transform", {"response_signing": {"transforms": [
        ENVELOPED, "http://www.w3.org/TR/1999/REC-xpath-19991116", EXC_C14N]}}, "SIG_TRANSFORMS"),
    ("a third transform", {"response_signing": {"transforms": [ENVELOPED, EXC_C14N, EXC_C14N]}},
     "SIG_TRANSFORMS"),
    ("reference to nothing", {"response_signing": {"reference": "#_other"}}, "SIG_REFERENCE"),
    ("reference to the whole document", {"response_signing": {"reference": ""}}, "SIG_REFERENCE"),
    ("reference by xpointer", {"response_signing": {"reference": "#xpointer(/)"}}, "SIG_REFERENCE"),
    ("reference to a file", {"response_signing": {"reference": "file:///etc/passwd"}}, "XML_REFERENCE_TO_FETCH"),
    ("reference to a server", {"response_signing": {"reference": "http://127.0.0.1:1/"}},
     "XML_REFERENCE_TO_FETCH"),
    ("digest of the empty string", {"response_signing": {"edit": lambda text: text[:text.index(
        "<ds:DigestValue>")] + "<ds:DigestValue>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=</ds:DigestValue>"
        + text[text.index("</ds:Reference>"):]}}, "SIG_DIGEST"),
    ("signature value empty", {"edit_signed_response": lambda xml: xml[:xml.index(b"<ds:SignatureValue>")]
                               + b"<ds:SignatureValue></ds:SignatureValue>"
                               + xml[xml.index(b"</ds:SignatureValue>") + 20:]}, "SIG_VALUE"),
]

# Form and structure: refused before anything is verified.
MALFORMED = [
    ("not well-formed", {"edit_signed_response": lambda xml: xml[:-1]}, "SAML_XML"),
    ("document type", {"edit_signed_response": lambda xml: b"<!DOCTYPE x>" + xml}, "SAML_DTD"),
    ("entity", {"edit_signed_response": lambda xml: b'<!DOCTYPE x [<!ENTITY e "f">]>' + xml}, "SAML_DTD"),
    ("external entity", {"edit_signed_response": lambda xml:
                         b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
                         + xml.replace(b"Success", b"&e;Success")}, "SAML_DTD"),
    ("entity bomb", {"edit_signed_response": lambda xml: b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b '
                     b'"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>' + xml},
     "SAML_DTD"),
    ("comment", {"edit_signed_response": change(b"<samlp:Status>", b"<!-- --><samlp:Status>")}, "XML_COMMENT"),
    ("comment in the issuer", {"edit_response": change(b"https://judge", b"https://<!-- -->judge")},
     "XML_COMMENT"),
    ("comment after the document", {"edit_signed_response": lambda xml: xml + b"<!-- -->"}, "XML_COMMENT"),
    ("processing instruction", {"edit_signed_response": change(b"<samlp:Status>", b"<?a b?><samlp:Status>")},
     "XML_COMMENT"),
    ("CDATA", {"edit_signed_response": change(b"https://judge.example/metadata</saml:Issuer>",
                                              b"<![CDATA[https://judge.example/metadata]]></saml:Issuer>")},
     "XML_COMMENT"),
    ("another document element", {"edit_signed_response": lambda xml: xml.replace(
        b"samlp:Response", b"samlp:LogoutResponse")}, "XML_ROOT"),
    ("SAML 1.1", {"response_version": "1.1"}, "XML_VERSION"),
    ("namespace of the response", {"edit_signed_response": change(
        b"urn:oasis:names:tc:SAML:2.0:protocol", b"urn:oasis:names:tc:SAML:2.0:protocoll")}, "XML_ROOT"),
    ("relative namespace", {"edit_signed_response": change(b"<samlp:Response ", b'<samlp:Response xmlns:n="1" ')},
     "XML_NAMESPACE"),
    ("no ID", {"edit_signed_response": lambda xml: xml.replace(b' ID="_r', b' Id="_r')}, "XML_ATTRIBUTE"),
    ("namespaced ID beside", {"edit_response": change(b' ID="_r', b' samlp:ID="_x" ID="_r')}, "XML_ID"),
    ("namespaced ID before", {"edit_response": change(b' Version="2.0"', b' saml:ID="_x" Version="2.0"')},
     "XML_ID"),
    ("unknown attribute", {"edit_response": change(b' Version="2.0"', b' Vrsion="2.0" Version="2.0"')},
     "XML_ATTRIBUTE"),
    ("ID that is no name", {"response_id": "1 2"}, "XML_ID"),
    ("no status", {"edit_response": lambda xml: xml[:xml.index(b"<samlp:Status>")]
                   + xml[xml.index(b"</samlp:Status>") + 15:]}, "XML_ORDER"),
    ("two statuses", {"edit_response": lambda xml: xml.replace(
        b"</samlp:Status>", b'</samlp:Status><samlp:Status><samlp:StatusCode Value="x"/></samlp:Status>')},
     "XML_ORDER"),
    ("two encrypted assertions", {"edit_response": lambda xml: xml.replace(
        b"</samlp:Response>", xml[xml.index(b"<saml:EncryptedAssertion"):])}, "XML_ASSERTION_COUNT"),
    ("a plain assertion beside", {"edit_response": lambda xml: xml.replace(
        b"</samlp:Response>", b'<saml:Assertion ID="_p" Version="2.0" IssueInstant="' + moment().encode()
        + b'"><saml:Issuer>x</saml:Issuer></saml:Assertion></samlp:Response>')}, "XML_ASSERTION_COUNT"),
    ("text between elements", {"edit_response": change(b"<samlp:Status>", b"text<samlp:Status>")}, "XML_TEXT"),
    ("unknown element", {"edit_response": change(b"<samlp:Status>", b"<samlp:Thing/><samlp:Status>")},
     "XML_ELEMENT"),
    ("foreign element", {"edit_response": change(b"<samlp:Status>", b'<x:y xmlns:x="urn:x"/><samlp:Status>')},
     "XML_NAMESPACE"),
    ("CipherReference", {"edit_encrypted": lambda xml: xml[:xml.rindex(b"<xenc:CipherValue>")]
                         + b'<xenc:CipherReference URI="http://127.0.0.1:1/"/>'
                         + xml[xml.rindex(b"</xenc:CipherValue>") + 19:]}, "XML_REFERENCE_TO_FETCH"),
    ("RetrievalMethod", {"response_signing": {"key_info": '<ds:KeyInfo><ds:RetrievalMethod URI="http://'
                                              '127.0.0.1:1/"/></ds:KeyInfo>'}}, "XML_REFERENCE_TO_FETCH"),
]

# The encryption, inside a signed Response.
ENCRYPTION = [
    ("aes-cbc where not allowed", {"encryption": {"content": "aes256-cbc"}}, "ENC_CONTENT_ALGORITHM"),
    ("triple des", {"edit_encrypted": change(b"xmlenc11#aes256-gcm", b"xmlenc#tripledes-cbc")},
     "ENC_CONTENT_ALGORITHM"),
    ("rsa 1.5", {"encryption": {"transport": "rsa-1_5"}}, "ENC_KEY_ALGORITHM"),
    ("for another key", {"encryption": {"public": OTHER.public_key()}}, "ENC_DECRYPT"),
    ("content key too short", {"encryption": {"key": b"k" * 16}}, "ENC_DECRYPT"),
    ("content key of no length", {"encryption": {"key": b"k" * 5}}, "ENC_DECRYPT"),
    ("type is content", {"encryption": {"type_": XENC + "Content"}}, "ENC_TYPE"),
    ("not an assertion inside", {"edit_signed_assertion": lambda xml: b'<saml:Subject xmlns:saml="%s"/>'
                                 % SAML.encode()}, "XML_ROOT"),
    ("two assertions inside", {"edit_signed_assertion": lambda xml: xml + xml}, "ENC_DECRYPT"),
    ("garbage inside", {"edit_signed_assertion": lambda xml: b"garbage"}, "ENC_DECRYPT"),
    ("nested encryption", {"edit_signed_assertion": lambda xml: b'<saml:EncryptedAssertion xmlns:saml="%s"/>'
                           % SAML.encode()}, "XML_ROOT"),
]

# The Response itself verifies, so that the client may be told; what it carries is not good.
CARRIED = [
    ("no assertion signature", {"sign_assertion": False}, "SIG_MISSING"),
    ("assertion signed by a stranger", {"assertion_signing": other_signer()}, "SIG_VALUE"),
    ("plain assertion where encryption is demanded", {"encrypted": False}, "ENC_REQUIRED"),
    ("comment in the assertion", {"edit_assertion": change(b"Y</saml:AttributeValue>",
                                                           b"Y<!-- -->x</saml:AttributeValue>")}, "XML_COMMENT"),
    ("SAML 1.1 assertion", {"assertion_version": "1.1"}, "XML_VERSION"),
    ("the assertion's ID is the response's", {"assertion_id": "_same", "response_id": "_same"},
     "XML_ID_DUPLICATE"),
    ("no assertion", {"edit_response": lambda xml: xml[:xml.index(b"<saml:EncryptedAssertion")]
                      + b"</samlp:Response>"}, "XML_ASSERTION_COUNT"),
]

# What verifies but does not fit. The client is told server_error (or what the table says).
CONDITIONS = [
    ("another issuer", {"issuer": "https://evil.example/metadata"}, "COND_ISSUER"),
    ("no issuer", {"issuer": None, "assertion_issuer": "https://judge.example/metadata"}, "COND_ISSUER"),
    ("another issuer of the assertion", {"assertion_issuer": "https://evil.example/metadata"}, "COND_ISSUER"),
    ("another destination", {"destination": "https://bridge.example/saml/acs/",
                             "recipient": "https://bridge.example/saml/acs"}, "COND_DESTINATION"),
    ("no destination", {"destination": None, "recipient": "https://bridge.example/saml/acs"},
     "COND_DESTINATION"),
    ("another recipient", {"recipient": "https://other.example/saml/acs"}, "COND_RECIPIENT"),
    ("no recipient", {"recipient": None}, "COND_RECIPIENT"),
    ("another request in the confirmation", {"confirmation_in_response_to": "_other"}, "COND_IN_RESPONSE_TO"),
    ("no request in the confirmation", {"confirmation_in_response_to": None}, "COND_IN_RESPONSE_TO"),
    ("another audience", {"audience": ["https://other.example"]}, "COND_AUDIENCE"),
    ("no audience", {"audience": None}, "COND_AUDIENCE"),
    ("not valid yet", {"not_before": moment(600)}, "COND_NOT_BEFORE"),
    ("no longer valid", {"not_before": moment(-900), "not_on_or_after": moment(-600)}, "COND_NOT_ON_OR_AFTER"),
    ("confirmation has ended", {"confirmation_until": moment(-600)}, "COND_CONFIRMATION_EXPIRED"),
    ("confirmation without an end", {"confirmation_until": None}, "COND_CONFIRMATION"),
    ("confirmation with a beginning", {"confirmation_before": moment(-5)}, "COND_CONFIRMATION"),
    ("holder of key", {"confirmation": "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"}, "COND_CONFIRMATION"),
    ("no confirmation", {"confirmation": None}, "COND_CONFIRMATION"),
    ("issued in the future", {"response_issued": moment(600)}, "COND_ISSUE_INSTANT"),
    ("issued long ago", {"response_issued": moment(-7200)}, "COND_ISSUE_INSTANT"),
    ("assertion issued in the future", {"assertion_issued": moment(600)}, "COND_ISSUE_INSTANT"),
    ("authenticated in the future", {"authn_instant": moment(600)}, "COND_AUTHN_INSTANT"),
    ("session has ended", {"session_until": moment(-600)}, "COND_SESSION_EXPIRED"),
    ("no time zone", {"not_on_or_after": moment(300)[:-1]}, "COND_TIME_FORMAT"),
    ("no time at all", {"authn_instant": "yesterday"}, "COND_TIME_FORMAT"),
    ("a day that is not", {"not_on_or_after": "2030-02-30T00:00:00Z"}, "COND_TIME_FORMAT"),
    ("no AuthnStatement", {"authn_instant": None}, "XML_ORDER"),
    ("a condition nobody knows", {"more_conditions": '<saml:Condition xmlns:xsi="http://www.w3.org/2001/'
                                  'XMLSchema-instance" xmlns:x="urn:x" xsi:type="x:Strange"/>'}, "COND_UNKNOWN"),
    ("second audience restriction of another", {"more_conditions": "<saml:AudienceRestriction><saml:Audience>"
                                                "https://other.example</saml:Audience></saml:AudienceRestriction>"},
     "COND_AUDIENCE"),
    ("level missing", {"level": None}, "LEVEL_MISSING"),
    ("level unknown", {"level": LOA + "highest"}, "LEVEL_UNKNOWN"),
    ("level with other letters", {"level": LOA + "High"}, "LEVEL_UNKNOWN"),
    ("no identifier", {"attributes": NO_ID}, "SUBJECT_MISSING"),
    ("no attributes", {"attributes": []}, "SUBJECT_MISSING"),
    ("two identifiers", {"attributes": NO_ID + [(NATURAL + "PersonIdentifier", ["ES/FI/1", "ES/FI/2"])]},
     "SUBJECT_AMBIGUOUS"),
    ("identifier given twice", {"attributes": natural_person() + [(NATURAL + "PersonIdentifier", ["ES/FI/2"])]},
     "SUBJECT_AMBIGUOUS"),
    ("identifier with a space behind", {"attributes": natural_person("ES/FI/1 ")}, "SUBJECT_FORM"),
    ("identifier with a line break", {"attributes": natural_person("ES/FI/1\n2")}, "SUBJECT_FORM"),
    ("empty identifier", {"attributes": NO_ID + [(NATURAL + "PersonIdentifier", [""])]}, "SUBJECT_FORM"),
]

# The provider says no.
STATUS = [
    ("refused", {"status": RESPONDER, "substatus": "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"},
     "STATUS_REFUSED", "access_denied"),
    ("denied", {"status": RESPONDER, "substatus": "urn:oasis:names:tc:SAML:2.0:status:RequestDenied"},
     "STATUS_REFUSED", "access_denied"),
    ("no context", {"status": RESPONDER, "substatus": "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext"},
     "STATUS_NO_AUTHN_CONTEXT", "unmet_authentication_requirements"),
    ("no passive", {"status": RESPONDER, "substatus": "urn:oasis:names:tc:SAML:2.0:status:NoPassive"},
     "STATUS_NO_PASSIVE", "login_required"),
    ("error", {"status": "urn:oasis:names:tc:SAML:2.0:status:Requester"}, "STATUS_ERROR", "server_error"),
    ("unknown status", {"status": "urn:x"}, "STATUS_ERROR", "server_error"),
]


def ids(table):
    return [row[0] for row in table]


def is_page(reply, status=400):
    assert reply.status == status and reply.location is None, (reply.status, reply.location)
    assert reply.header("Content-Type").startswith("text/html")
    return True


def is_told(reply, error):
    """The client is told this error, and gets no code."""
    assert reply.location is not None, (reply.status, reply.text)
    assert reply.query["error"] == error and "code" not in reply.query, reply.location
    return True


def said_of(name):
    """The OAuth code of what a provider did wrong."""
    return "unmet_authentication_requirements" if name.startswith("LEVEL_") else "server_error"


@pytest.mark.parametrize("row", UNVERIFIED + MALFORMED, ids=ids(UNVERIFIED + MALFORMED))
def test_a_page_and_the_login_goes_on(bridge, row):
    _, changes, name = row
    browser = bridge.browser()
    request = bridge.begin(browser)
    with bridge.refuses(name):
        assert is_page(bridge.finish(browser, request, **changes))
    assert "code" in bridge.finish(browser, request).query, "a message that does not verify ended the login"


@pytest.mark.parametrize("row", ENCRYPTION, ids=ids(ENCRYPTION))
def test_encryption(bridge, row):
    _, changes, name = row
    browser = bridge.browser()
    request = bridge.begin(browser)
    with bridge.refuses(name):
        reply = bridge.finish(browser, request, **changes)
    assert is_told(reply, "server_error")


def test_failed_decryptions_all_look_the_same(bridge):
    bodies = set()
    for changes in ({"encryption": {"public": OTHER.public_key()}}, {"encryption": {"key": b"k" * 16}},
                    {"edit_signed_assertion": lambda xml: b"garbage"}):
        browser = bridge.browser()
        reply = bridge.finish(browser, bridge.begin(browser), **changes)
        text = reply.text if reply.location is None else reply.location.partition("&state")[0]
        bodies.add((reply.status, len(text)))
    assert len(bodies) == 1


@pytest.mark.parametrize("row", CARRIED + CONDITIONS, ids=ids(CARRIED + CONDITIONS))
def test_conditions(bridge, row):
    _, changes, name = row
    browser = bridge.browser()
    parameters = bridge.client().request()
    request = bridge.begin(browser, parameters=parameters)
    with bridge.refuses(name):
        reply = bridge.finish(browser, request, **changes)
    assert reply.location and reply.location.startswith(parameters["redirect_uri"] + "?")
    assert is_told(reply, said_of(name)) and reply.query["state"] == parameters["state"]


@pytest.mark.parametrize("row", STATUS, ids=ids(STATUS))
def test_status(bridge, row):
    _, changes, name, error = row
    browser = bridge.browser()
    request = bridge.begin(browser)
    with bridge.refuses(name):
        reply = bridge.finish(browser, request, **changes)
    assert is_told(reply, error)


def test_an_unsigned_status_is_a_page_and_ends_nothing(bridge):
    browser = bridge.browser()
    request = bridge.begin(browser)
    with bridge.refuses("SIG_MISSING"):
        assert is_page(bridge.finish(browser, request, sign_response=False, status=RESPONDER))
    assert bridge.finish(browser, request).query["code"]


def test_times_within_the_skew_are_accepted(bridge):
    for changes in ({"not_before": moment(40)}, {"response_issued": moment(40), "assertion_issued": moment(40)},
                    {"confirmation_until": moment(-40)}, {"authn_instant": moment(40)}):
        bridge.log_in(answer=changes)


def test_a_required_claim_is_missing(bridge):
    client, browser = bridge.client("needy"), bridge.browser()
    request = bridge.begin(browser, client)
    with bridge.refuses("ATTRIBUTE_MISSING"):
        reply = bridge.finish(browser, request)
    assert is_told(reply, "access_denied")
    bridge.log_in(client, answer={"attributes": natural_person() + [
        ("urn:oid:0.9.2342.19200300.100.1.3", ["a@example.fi"])]})


def test_cbc_without_a_signed_response(bridge):
    browser, client = bridge.browser(), bridge.client("loose")
    request = bridge.begin(browser, client)
    with bridge.refuses("ENC_CBC_UNSIGNED"):
        assert is_page(bridge.finish(browser, request, "loose", sign_response=False,
                                     encryption={"content": "aes256-cbc"}))


def test_a_key_that_only_another_provider_has(bridge):
    browser = bridge.browser()
    request = bridge.begin(browser)
    loose = bridge.judges["loose"]
    words = {"key": loose.key, "certificate": loose.certificate}
    with bridge.refuses("SIG_VALUE"):
        assert is_page(bridge.finish(browser, request, response_signing=words, assertion_signing=words))


def test_the_answer_of_another_provider(bridge):
    """Mix-up: the login went to judge, the answer comes from loose, correctly signed by it."""
    browser = bridge.browser()
    request = bridge.begin(browser)
    with bridge.refuses("SIG_VALUE"):
        assert is_page(bridge.finish(browser, request, "loose"))
    assert "code" in bridge.finish(browser, request).query


# -- the form of the delivery ----------------------------------------------------------------------

def test_no_message(bridge):
    browser = bridge.browser()
    bridge.begin(browser)
    with bridge.refuses("SAML_MISSING"):
        assert is_page(browser.post("/saml/acs", {"RelayState": "x"}))


@pytest.mark.parametrize("text", ["!!!", "PHNhbWw", "a", "PHNhbWw+\u00e4"])
def test_not_base64(bridge, text):
    browser = bridge.browser()
    request = bridge.begin(browser)
    with bridge.refuses("SAML_BASE64"):
        assert is_page(browser.answer(text, request.relay_state))


def test_too_large(bridge):
    browser = bridge.browser()
    request = bridge.begin(browser)
    big = bridge.answer(request, edit_signed_response=lambda xml: xml + b" " * 600000)
    with bridge.refuses("HTTP_BODY_TOO_LARGE"):
        assert is_page(bridge.deliver(browser, request, big), 413)
    assert bridge.finish(browser, request).query["code"]


def test_too_deep(bridge):
    browser = bridge.browser()
    request = bridge.begin(browser)
    with bridge.refuses("SAML_DEPTH"):
        assert is_page(bridge.finish(browser, request, edit_signed_response=change(
            b"<samlp:Status>", b"<a>" * 300 + b"</a>" * 300 + b"<samlp:Status>")))


def test_too_many_nodes(bridge):
    browser = bridge.browser()
    request = bridge.begin(browser)
    with bridge.refuses("SAML_NODES"):
        assert is_page(bridge.finish(browser, request, edit_signed_response=change(
            b"<samlp:Status>", b"<a/>" * 40000 + b"<samlp:Status>")))


def test_a_repeated_message(bridge):
    browser = bridge.browser()
    request = bridge.begin(browser)
    message = base64.b64encode(bridge.answer(request)).decode()
    with bridge.refuses("SAML_PARAMETER"):
        assert is_page(browser.answer(message, request.relay_state, more=[("SAMLResponse", message)]))


def test_a_message_by_get(bridge):
    browser = bridge.browser()
    request = bridge.begin(browser)
    message = base64.urlsafe_b64encode(bridge.answer(request)).decode()
    with bridge.refuses("HTTP_METHOD"):
        assert is_page(browser.get("/saml/acs?SAMLResponse=" + message[:4000]), 405)


# -- signature wrapping (XSW) -----------------------------------------------------------------------
#
# Made from text: `good` is the signed message, `evil` the same with another person. The judge "loose"
# does not encrypt, so that the assertions are there to be moved. test_attacks.py makes the attacks.

def evil_assertion(xml, keep_signature):
    """The assertion in xml, as another person's, with another ID."""
    text = xml[xml.index(b"<saml:Assertion"):xml.index(b"</saml:Assertion>") + 17]
    text = text.replace(b"02635542Y", b"EVIL").replace(b' ID="_a', b' ID="_evil')
    if not keep_signature:
        text = without_signature(text)
    return text


def signature_of(text):
    return text[text.index(b"<ds:Signature"):text.index(b"</ds:Signature>") + 15]


def without_signature(text):
    return text.replace(signature_of(text), b"", 1)


def assertion_of(xml):
    return xml[xml.index(b"<saml:Assertion"):xml.index(b"</saml:Assertion>") + 17]


def put_inside_signature(text, inner):
    return text.replace(b"</ds:Signature>", inner + b"</ds:Signature>", 1)


def xsw_assertion(number):
    def edit(xml):
        good = assertion_of(xml)
        evil, bare = evil_assertion(xml, False), without_signature(good)
        signed_evil = evil_assertion(xml, True)
        return {
            3: lambda: xml.replace(good, evil + good),
            4: lambda: xml.replace(good, evil.replace(b"</saml:Assertion>", good + b"</saml:Assertion>")),
            5: lambda: xml.replace(good, signed_evil + bare),
            6: lambda: xml.replace(good, put_inside_signature(signed_evil, bare)),
            7: lambda: xml.replace(good, b"<samlp:Extensions>" + evil + b"</samlp:Extensions>" + good),
            8: lambda: xml.replace(good, put_inside_signature(
                signed_evil, b"<ds:Object>" + bare + b"</ds:Object>")),
            9: lambda: xml.replace(good, evil),
            10: lambda: xml.replace(good, evil).replace(
                b"</samlp:Status>", b"<samlp:StatusDetail>" + good + b"</samlp:StatusDetail></samlp:Status>"),
            11: lambda: xml.replace(b"<saml:Conditions", b"<saml:Advice>" + evil + b"</saml:Advice><saml:Conditions"),
        }[number]()
    return edit


def xsw_response(number):
    def edit(xml):
        signature = signature_of(xml)
        bare = without_signature(xml)
        evil = bare.replace(b"02635542Y", b"EVIL").replace(b' ID="_r', b' ID="_evil', 1).replace(
            b'<saml:Assertion xmlns:saml="%s" ID="_a' % SAML.encode(),
            b'<saml:Assertion xmlns:saml="%s" ID="_evila' % SAML.encode(), 1)
        place = evil.index(b"</saml:Issuer>") + 14
        if number == 1:
            return evil[:place] + put_inside_signature(signature, bare) + evil[place:]
        return evil[:place] + bare + signature + evil[place:]
    return edit


def test_two_signatures(bridge):
    browser = bridge.browser()
    request = bridge.begin(browser)
    with bridge.refuses("XML_ORDER"):
        assert is_page(bridge.finish(browser, request, edit_signed_response=lambda xml: xml.replace(
            signature_of(xml), signature_of(xml) * 2, 1)))


def test_two_references(bridge):
    def double(text):
        reference = text[text.index("<ds:Reference"):text.index("</ds:Reference>") + 15]
        return text.replace(reference, reference * 2)

    browser = bridge.browser()
    request = bridge.begin(browser)
    with bridge.refuses("XML_ORDER"):
        assert is_page(bridge.finish(browser, request, response_signing={"edit": double}))


def test_a_signature_from_elsewhere(bridge):
    """The provider's signature over another message of the same person, put on this one."""
    browser = bridge.browser()
    first = bridge.begin(browser)
    second = bridge.begin(browser)
    donor = signature_of(bridge.answer(first))
    with bridge.refuses("SIG_REFERENCE"):
        assert is_page(bridge.finish(browser, second, edit_signed_response=lambda xml: xml.replace(
            signature_of(xml), donor, 1)))


# -- the eidas profile's own rules -------------------------------------------------------------------

# (name, changes, error, what the client is told; None: a page)
EIDAS_RULES = [
    ("rsa pkcs1", {"method": "rsa-sha256", "signing_key": make_key("rsa3072", "stranger")}, "SIG_ALGORITHM", None),
    ("oaep with sha1", {"encryption": {"transport": "oaep-mgf1p", "oaep_digest": "sha1"}}, "ENC_KEY_ALGORITHM",
     "server_error"),
    ("no identifier's country", {"attributes": natural_person("no-country")}, "SUBJECT_FORM", "server_error"),
    ("identifier for another country", {"attributes": natural_person("ES/SE/1")}, "SUBJECT_FORM", "server_error"),
    ("a mandatory attribute is missing", {"attributes": natural_person(birth=None)}, "ATTRIBUTE_REQUESTED",
     "server_error"),
    ("a representative", {"attributes": natural_person() + [
        (NATURAL + "representative/PersonIdentifier", ["ES/FI/2"])]}, "REPRESENTATIVE", "access_denied"),
    ("level outside the table", {"level": LOA + "highest"}, "LEVEL_UNKNOWN", "unmet_authentication_requirements"),
    ("not encrypted", {"encrypted": False}, "ENC_REQUIRED", "server_error"),
]


def test_a_birth_date_that_is_none_makes_no_claim(bridge):
    client = bridge.client("eidas")
    reply, _ = bridge.log_in(client, judge="eidas", answer={"attributes": natural_person(birth="1984-02-31")})
    claims = client.userinfo(client.token(reply.query["code"]).json()["access_token"]).json()
    assert "birthdate" not in claims and claims["given_name"] == "Inés"


@pytest.mark.parametrize("row", EIDAS_RULES, ids=ids(EIDAS_RULES))
def test_the_eidas_profile(bridge, row):
    _, changes, name, error = row
    browser, client = bridge.browser(), bridge.client("eidas")
    request = bridge.begin(browser, client)
    with bridge.refuses(name):
        reply = bridge.finish(browser, request, "eidas", **changes)
    assert is_page(reply) if error is None else is_told(reply, error)

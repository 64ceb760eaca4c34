"""Whole logins that must succeed, and what each artefact of them says."""

import time

import pytest

from client import pkce, send
from idp import EIDAS, LOA, NATURAL, POST, SAML, SAMLP, attribute, moment, natural_person


def test_a_login_gives_code_tokens_and_claims(bridge):
    client = bridge.client()
    with bridge.accepts():
        reply, sent = bridge.log_in(client)
        assert reply.location.startswith(sent["redirect_uri"] + "?")
        assert set(reply.query) == {"code", "state", "iss"}
        assert reply.query["state"] == sent["state"]
        assert reply.query["iss"] == bridge.issuer

        tokens = client.token(reply.query["code"])
        assert tokens.status == 200, tokens.text
        assert tokens.header("Cache-Control") == "no-store"
        assert tokens.header("Content-Type").startswith("application/json")
        body = tokens.json()
        assert body["token_type"] == "Bearer" and 0 < body["expires_in"] <= 600
        header, claims = client.id_token(body["id_token"])
        now = time.time()
        assert header["alg"] == "RS256"
        assert claims["iss"] == bridge.issuer
        assert claims["aud"] in ("web", ["web"])
        assert claims["nonce"] == sent["nonce"]
        assert claims["acr"] == LOA + "substantial"
        assert now - 30 <= claims["auth_time"] <= now + 5
        assert now - 30 <= claims["iat"] <= now + 1
        assert claims["exp"] - claims["iat"] == 300
        assert len(claims["sub"]) == 43
        assert "02635542Y" not in tokens.text

        userinfo = client.userinfo(body["access_token"])
        assert userinfo.status == 200
        assert userinfo.header("Cache-Control") == "no-store"
        assert userinfo.json() == {"sub": claims["sub"], "given_name": "Inés",
                                   "family_name": "García López", "birthdate": "1984-03-09"}


def test_authorize_by_post(bridge):
    client, browser = bridge.client(), bridge.browser()
    sent = client.request()
    request = bridge.request_in(browser.post("/authorize", sent))
    assert bridge.finish(browser, request).query["state"] == sent["state"]


def test_the_authn_request_is_signed_and_complete(bridge):
    request = bridge.begin(bridge.browser())
    judge = bridge.judges["judge"]
    assert request.signature_method == "rsa-sha256"
    assert request.url == judge.sso and request.root.get("Destination") == judge.sso
    assert request.issuer == bridge.sp.entity_id == bridge.issuer + "/saml/metadata"
    assert request.root.get("Version") == "2.0"
    assert len(request.relay_state) == 43
    assert len(request.id) >= 23


def test_no_two_requests_share_an_id_or_relay_state(bridge):
    requests = [bridge.begin(bridge.browser()) for _ in range(8)]
    assert len({request.id for request in requests}) == 8
    assert len({request.relay_state for request in requests}) == 8


def test_a_provider_that_knows_only_post_gets_a_form(make_server, judges):
    own = make_server(start=False)
    with open(own.server.folder + "/judge.xml", "w", encoding="utf-8") as file:
        file.write(judges["judge"].metadata(bindings=[POST]))
    own.server.start()
    browser = own.browser()
    page = own.client().authorize(browser)
    assert page.status == 200
    policy = page.header("Content-Security-Policy")
    assert "form-action" not in policy and "frame-ancestors 'none'" in policy
    assert "<noscript" in page.text.lower() or "button" in page.text.lower()
    request = own.request_in(page)
    assert own.finish(browser, request).query["code"]


@pytest.mark.parametrize("method", ["basic", "post"])
def test_client_authentication(bridge, method):
    client = bridge.client()
    assert client.token(bridge.code(client), method).status == 200


def test_a_public_client_uses_pkce(bridge):
    client = bridge.client("spa")
    verifier, challenge = pkce()
    code = bridge.code(client, code_challenge=challenge, code_challenge_method="S256")
    reply = client.token(code, code_verifier=verifier)
    assert reply.status == 200, reply.text


def test_pkce_is_honoured_when_sent_by_a_confidential_client(bridge):
    client = bridge.client()
    verifier, challenge = pkce()
    code = bridge.code(client, code_challenge=challenge, code_challenge_method="S256")
    assert client.token(code, code_verifier=verifier).status == 200


def test_es256_and_claims_in_the_id_token(bridge):
    client = bridge.client("es256")
    header, claims = client.id_token(client.token(bridge.code(client)).json()["id_token"])
    assert header["alg"] == "ES256"
    assert claims["given_name"] == "Inés"


@pytest.mark.parametrize("state", ["x", "ä&=+%?#/ \"'<>", "s" * 4096])
def test_state_comes_back_as_it_went(bridge, state):
    assert bridge.log_in(state=state)[0].query["state"] == state


def test_a_request_without_state_and_nonce(bridge):
    client = bridge.client()
    reply, _ = bridge.log_in(client, state=None, nonce=None)
    assert set(reply.query) == {"code", "iss"}
    _, claims = client.id_token(client.token(reply.query["code"]).json()["id_token"])
    assert "nonce" not in claims


def test_the_same_person_has_one_sub_per_sector(bridge):
    subs = {}
    for name in ("web", "web", "other", "es256"):
        client = bridge.client(name)
        _, claims = client.id_token(client.token(bridge.code(client)).json()["id_token"])
        subs.setdefault(name, set()).add(claims["sub"])
    assert len(subs["web"]) == 1
    assert len(set().union(*subs.values())) == 3


def test_persons_have_different_subs(bridge):
    client, subs = bridge.client(), set()
    for identifier in ("ES/FI/A", "ES/FI/B", "ES/FI/a"):
        reply, _ = bridge.log_in(client, answer={"attributes": natural_person(identifier)})
        subs.add(client.id_token(client.token(reply.query["code"]).json()["id_token"])[1]["sub"])
    assert len(subs) == 3


def test_sub_does_not_depend_on_name_or_name_id(bridge):
    client, subs = bridge.client(), set()
    for given, name_id in (("Inés", "_one"), ("Inés María", "_two")):
        reply, _ = bridge.log_in(client, answer={"attributes": natural_person(given=given),
                                                 "name_id": name_id})
        subs.add(client.id_token(client.token(reply.query["code"]).json()["id_token"])[1]["sub"])
    assert len(subs) == 1


def test_eidas_profile_asks_as_the_specification_says(bridge):
    client, browser = bridge.client("eidas"), bridge.browser()
    request = bridge.begin(browser, client)
    root = request.root
    assert request.signature_method.split("-")[0] in ("pss", "ecdsa")
    assert root.get("ForceAuthn") == "true" and root.get("IsPassive") == "false"
    assert root.get("AssertionConsumerServiceURL") is None and root.get("ProtocolBinding") is None
    names = [child.tag.rpartition("}")[2] for child in root]
    assert [name for name in names if name != "Signature"] == [
        "Issuer", "Extensions", "NameIDPolicy", "RequestedAuthnContext"]
    context = root.find("{%s}RequestedAuthnContext" % SAMLP)
    assert context.get("Comparison") == "minimum" and len(context) == 1
    asked = {element.get("Name"): element.get("isRequired")
             for element in root.iter("{%s}RequestedAttribute" % EIDAS)}
    for name in ("PersonIdentifier", "CurrentFamilyName", "CurrentGivenName", "DateOfBirth"):
        assert asked[NATURAL + name] == "true"


def test_a_login_with_the_eidas_profile(bridge):
    client = bridge.client("eidas")
    reply, _ = bridge.log_in(client, judge="eidas", answer={"level": LOA + "high",
                                                             "attributes": natural_person()})
    tokens = client.token(reply.query["code"]).json()
    assert client.id_token(tokens["id_token"])[1]["acr"] == LOA + "high"
    assert client.userinfo(tokens["access_token"]).json()["family_name"] == "García López"


def test_transliterated_names_arrive_in_latin_script(bridge):
    family = attribute(NATURAL + "CurrentFamilyName",
                       b'<saml:AttributeValue xmlns:e="http://eidas.europa.eu/attributes/naturalperson"'
                       b' e:LatinScript="false">\xce\x91\xce\xbb\xcf\x86\xce\xb1</saml:AttributeValue>',
                       b'<saml:AttributeValue>Alfa</saml:AttributeValue>')
    rest = "".join(attribute(name, *values) for name, values in natural_person("GR/FI/1")
                   if not name.endswith("FamilyName"))
    client = bridge.client("eidas")
    reply, _ = bridge.log_in(client, judge="eidas", answer={"attributes": rest.replace("GR/", "EL/") + family})
    claims = client.userinfo(client.token(reply.query["code"]).json()["access_token"]).json()
    assert claims["family_name"] == "Alfa"


FINN = [("urn:oid:1.2.246.21", ["210281-9988"]), ("urn:oid:2.5.4.42", ["Nordea"]),
        ("urn:oid:2.5.4.4", ["Demo"]), ("urn:oid:2.5.4.3", ["Demo Nordea"]),
        (NATURAL + "CurrentGivenName", ["Nordea"]), ("urn:oid:1.2.246.517.2002.2.11", [""]),
        ("urn:oid:1.2.246.517.2002.2.27", ["0"])]


def test_a_finn_and_a_foreigner_at_suomi_fi(bridge):
    client, subs = bridge.client("suomifi"), set()
    for attributes, level in ((FINN, "http://ftn.ficora.fi/2017/loa3"),
                              (natural_person(), LOA + "substantial")):
        reply, _ = bridge.log_in(client, judge="suomifi", answer={"attributes": attributes, "level": level})
        body = client.token(reply.query["code"]).json()
        _, claims = client.id_token(body["id_token"])
        assert claims["acr"] == level
        subs.add(claims["sub"])
        assert client.userinfo(body["access_token"]).json()["given_name"] in ("Nordea", "Inés")
    assert len(subs) == 2


def test_an_authentication_that_is_too_old_is_asked_for_once_more(bridge):
    """Suomi.fi's is too old after 32 minutes: the same login goes there again, with ForceAuthn."""
    client, browser = bridge.client("suomifi"), bridge.browser()
    answer = {"judge": "suomifi", "attributes": FINN, "level": "http://ftn.ficora.fi/2017/loa3"}
    sent = client.request()
    first = bridge.request_in(client.authorize(browser, sent))
    assert first.root.get("ForceAuthn") != "true"
    before, message = dict(browser.cookies), bridge.answer(first, authn_instant=moment(-40 * 60), **answer)
    with bridge.accepts():
        second = bridge.request_in(bridge.deliver(browser, first, message))
    assert second.root.get("ForceAuthn") == "true"
    assert second.id != first.id and second.relay_state != first.relay_state
    assert len(browser.cookies) == len(before), "the new record replaces the old one"

    stale = bridge.browser()
    stale.cookies = before
    with bridge.refuses("COND_REPLAY"):
        assert bridge.deliver(stale, first, message).location is None

    with bridge.accepts():
        reply = bridge.finish(browser, second, **answer)
    assert reply.query["state"] == sent["state"]
    body = client.token(reply.query["code"]).json()
    assert client.id_token(body["id_token"])[1]["nonce"] == sent["nonce"]


def test_an_authentication_that_stays_too_old_is_refused(bridge):
    client, browser = bridge.client("suomifi"), bridge.browser()
    answer = {"judge": "suomifi", "attributes": FINN, "level": "http://ftn.ficora.fi/2017/loa3",
              "authn_instant": moment(-40 * 60)}
    second = bridge.request_in(bridge.finish(browser, bridge.begin(browser, client), **answer))
    with bridge.refuses("COND_AUTHN_INSTANT"):
        reply = bridge.finish(browser, second, **answer)
    assert reply.query["error"] == "server_error" and "code" not in reply.query
    request = bridge.begin(browser, client, max_age="7200")
    with bridge.refuses("COND_AUTHN_AGE"):
        reply = bridge.finish(browser, request, **answer)
    assert reply.query["error"] == "server_error"


def test_max_age_is_satisfied_by_an_earlier_authentication(bridge):
    """Also at a provider that does not heed ForceAuthn, if it was not longer ago than the client allows."""
    instant, client = moment(-600), bridge.client()
    reply, _ = bridge.log_in(client, answer={"authn_instant": instant}, max_age="10000")
    claims = client.id_token(client.token(reply.query["code"]).json()["id_token"])[1]
    assert time.time() - 660 < claims["auth_time"] < time.time() - 540


def test_suomi_fi_gets_the_language(bridge):
    request = bridge.begin(bridge.browser(), bridge.client("suomifi"), ui_locales="sv")
    vetuma = "urn:vetuma:SAML:2.0:extensions"
    assert request.root.findtext(".//{%s}vetuma/{%s}LG" % (vetuma, vetuma)) == "sv"


SIGNATURES = ["rsa-sha256", "rsa-sha384", "rsa-sha512", "pss-sha256", "pss-sha384", "pss-sha512"]


@pytest.mark.parametrize("method", SIGNATURES)
def test_reads_every_rsa_signature(bridge, method):
    bridge.log_in(answer={"method": method})


@pytest.mark.parametrize("content", ["aes128-gcm", "aes192-gcm", "aes256-gcm"])
@pytest.mark.parametrize("transport", [
    {"transport": "oaep11", "oaep_digest": "sha256"},
    {"transport": "oaep11", "oaep_digest": "sha384", "mgf": "sha256"},
    {"transport": "oaep11", "oaep_digest": "sha512"},
    {"transport": "oaep-mgf1p", "oaep_digest": "sha256"},
    {"transport": "oaep-mgf1p", "oaep_digest": "sha1"},
    {"transport": "oaep-mgf1p"},
])
def test_reads_every_encryption(bridge, content, transport):
    bridge.log_in(answer={"encryption": {"content": content, **transport}})


def test_reads_a_key_beside_the_data(bridge):
    bridge.log_in(answer={"encryption": {"place": "beside"}})


def test_reads_cbc_where_allowed_inside_a_signed_response(bridge):
    for content in ("aes128-cbc", "aes192-cbc", "aes256-cbc"):
        bridge.log_in(bridge.client("loose"), judge="loose", answer={"encryption": {"content": content}})


def test_reads_an_inclusive_prefix_list(bridge):
    words = {"prefixes": "xs", }
    declared = lambda xml: xml.replace(  # noqa: E731
        b"<saml:Assertion ", b'<saml:Assertion xmlns:xs="http://www.w3.org/2001/XMLSchema" ', 1)
    bridge.log_in(answer={"edit_assertion": declared, "assertion_signing": words})


def test_either_signature_alone_suffices_where_configured(bridge):
    client = bridge.client("loose")
    for only in ({"sign_assertion": False}, {"sign_response": False},
                 {"sign_response": False, "encrypted": False}):
        bridge.log_in(client, judge="loose", answer=only)


def test_fractional_seconds_and_offsets_of_zero(bridge):
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    bridge.log_in(answer={"authn_instant": stamp + ".123456Z", "assertion_issued": stamp + ".5Z"})


def test_our_metadata(bridge):
    reply = send(bridge.server.port, "GET", "/saml/metadata", host=bridge.server.host)
    assert reply.header("Content-Type").startswith("application/samlmetadata+xml")
    sp = bridge.sp
    assert sp.acs == [bridge.issuer + "/saml/acs"]
    assert sp.signing and sp.encryption
    assert sp.signing[0].public_numbers() != sp.encryption[0].public_numbers()
    assert sp.xml.count(b"EncryptionMethod") >= 3
    assert SAML.encode() not in sp.xml or b"NameIDFormat" in sp.xml

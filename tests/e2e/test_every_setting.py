"""Each directive with a value that is not its default, and what a login then shows of it."""

import json
import os
import re

import pytest
from jwcrypto import jwk, jws, jwt
from lxml import etree

from client import b64u_decode, pkce, send
from conftest import STORE, vhost_text
from harness import EB
from idp import EIDAS, LOA, MD, NATURAL, SAML, SAMLP, moment, natural_person

ONE, OTHER = "GnXzbnhbkYm3P5fN7ceF0xPIbMAV8YYeDU4Wy0rqb2E", "Pu9vJkAWQ4pHqsN1m3vVZxC6dO2tYbR8eLgT0iKwXfM"
NOT_NOTIFIED = "http://eidas.europa.eu/NotNotified/LoA/"
SUBJECT = "    Subject " + NATURAL + "PersonIdentifier\n"
GIVEN = "    MapClaim given_name from " + NATURAL + "CurrentGivenName\n"


def put(own, name, text):
    """A file in the server's folder; its path."""
    path = os.path.join(own.server.folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o600)
    return path


def rewrite(own, **words):
    """The server's configuration anew; it is read at its next start."""
    own.server.write(vhost_text(own.server.folder, own.issuer, **words), STORE)


def sub_of(own, name="web", judge="judge", **answer):
    client = own.client(name)
    reply, _ = own.log_in(client, judge=judge, answer=answer)
    tokens = client.token(reply.query["code"])
    assert tokens.status == 200, tokens.text
    return claims_of(own, tokens.json()["id_token"])[1]["sub"]


def claims_of(own, text):
    """(header, claims) of an ID token that jwcrypto accepts by the published keys."""
    keys = jwk.JWKSet.from_json(json.dumps(own.client().jwks()))
    token = jwt.JWT(jwt=text, key=keys, algs=["RS256", "ES256", "PS256", "EdDSA"],
                    check_claims={"iss": own.issuer, "exp": None, "iat": None})
    return json.loads(token.header), json.loads(token.claims)


# -- everything at once ---------------------------------------------------------------------------

SERVER = """
    EidasEntityID https://sp.example/eidas
    EidasKeyGeneration On
    EidasKeyRotation 30d
    EidasSealingKey @FOLDER@/one.key @FOLDER@/other.key
    EidasPairwiseSalt @FOLDER@/salt
    EidasTokenAlgs RS256 PS256 EdDSA
    EidasClockSkew 30s
    EidasLoginLifetime 10m
    EidasMaxMessage 64K
    EidasStylesheet @FOLDER@/own.css
    EidasLanguages sv en
"""
PROVIDER = """
    Profile generic
    EntityID https://judge.example/metadata
    DisplayName en "The Judge"
    DisplayName fi Tuomari
    RequestBinding post
    SignatureMethod rsa-pss-sha512
    ForceAuthn On
    IsPassive Off
    NameIDFormat transient
    RequestACS index
    Comparison minimum
    Levels %slow low urn:example:low
    Levels %ssubstantial substantial
    AllowNonNotified On
    SPType private
    Country FI
    RequesterID https://service.example/login
    IDPList https://idp.example/one https://idp.example/two
    IDPList https://idp.example/three
    RequestAttributes urn:oid:1.2.246.21! urn:oid:2.5.4.42
    RequestAttributes urn:oid:2.5.4.4
    RequireSignature both
    RequireEncryption On
    AllowAlgorithms aes-cbc
    ClockSkew 20s
    MaxAuthenticationAge 1h
    SubjectNamespace urn:example:people
""" % (LOA, NOT_NOTIFIED) + SUBJECT + GIVEN
CLIENT = """
    Secret @FOLDER@/web.secret
    AuthMethod post
    SectorIdentifier client.example
    SubjectType public
    Scopes openid profile
    Claims given_name
    RequiredClaims given_name
    ClaimsIn both
    Providers judge
    MinimumLevel substantial
    AcrValues prefer
    RequirePKCE On
    IDTokenAlg PS256
    CodeLifetime 30s
    IDTokenLifetime 2m
    AccessTokenLifetime 3m
    AllowedOrigin https://script.example
    HomeURL https://client.example/
    MaxGrants 100
    MapClaim nickname value "one of many"
"""


@pytest.fixture(name="everything", scope="module")
def _everything(make_shared_server, judges):
    """A server where no directive has its default."""
    own = make_shared_server(
        start=False, keys="none", global_="EidasState slots\nEidasExpectedSessions 1500\n",
        providers={"judge": ({}, "generic", PROVIDER)}, clients={"web": CLIENT}, extra="@EXTRA@")
    folder = own.server.folder
    put(own, "one.key", ONE + "\n")
    put(own, "other.key", OTHER)
    put(own, "salt", OTHER + "\n")
    put(own, "own.css", "body { color: teal }\n")
    put(own, "judge.xml", '<md:EntitiesDescriptor xmlns:md="%s">%s%s</md:EntitiesDescriptor>' % (
        MD, judges["loose"].metadata(), judges["judge"].metadata()))
    with open(own.server.configuration, encoding="utf-8") as file:
        text = file.read().replace("@EXTRA@", SERVER.replace("@FOLDER@", folder))
    with open(own.server.configuration, "w", encoding="utf-8") as file:
        file.write(text)
    own.server.start()
    return own


def whole_login(own, **answer):
    """(the AuthnRequest, the token endpoint's answer, ID token's header and claims)."""
    client, browser = own.client(), own.browser()
    verifier, challenge = pkce()
    request = own.begin(browser, client, code_challenge=challenge, code_challenge_method="S256",
                        acr_values="urn:example:high")
    reply = own.finish(browser, request, **{"level": NOT_NOTIFIED + "substantial", **answer})
    assert "code" in (reply.query if reply.location else {}), (reply.status, reply.text, reply.location)
    tokens = client.token(reply.query["code"], "post", code_verifier=verifier)
    assert tokens.status == 200, tokens.text
    return request, tokens.json(), claims_of(own, tokens.json()["id_token"])


def test_the_request_says_what_was_configured(everything):
    request, _, _ = whole_login(everything)
    root = request.root
    assert request.issuer == "https://sp.example/eidas"
    assert request.signature_method == "pss-sha512"
    assert request.url == root.get("Destination") == everything.judges["judge"].sso
    assert root.get("ForceAuthn") == "true" and root.get("IsPassive") == "false"
    assert root.get("AssertionConsumerServiceIndex") == "0"
    assert root.get("AssertionConsumerServiceURL") is None
    assert root.findtext("{%s}Extensions/{%s}SPType" % (SAMLP, EIDAS)) == "private"
    assert root.find("{%s}NameIDPolicy" % SAMLP).get("Format").endswith(":transient")
    assert root.findtext("{%s}Scoping/{%s}RequesterID" % (SAMLP, SAMLP)) == "https://service.example/login"
    entries = [element.get("ProviderID") for element in root.iter("{%s}IDPEntry" % SAMLP)]
    assert entries == ["https://idp.example/one", "https://idp.example/two", "https://idp.example/three"]
    asked = [element.text for element in root.iter("{%s}AuthnContextClassRef" % SAML)]
    assert asked == [NOT_NOTIFIED + "substantial"]


def test_the_metadata_say_what_was_configured(everything):
    root = etree.fromstring(everything.sp.xml)
    assert root.get("entityID") == "https://sp.example/eidas"
    assert root.findtext(".//{%s}NodeCountry" % EIDAS) == "FI"
    asked = {element.get("Name"): element.get("isRequired")
             for element in root.iter("{%s}RequestedAttribute" % MD)}
    assert asked["urn:oid:1.2.246.21"] == "true"
    assert asked["urn:oid:2.5.4.42"] == asked["urn:oid:2.5.4.4"] == "false"


def test_the_tokens_are_as_configured(everything):
    _, tokens, (header, claims) = whole_login(everything)
    assert header["alg"] == "PS256"
    assert claims["exp"] - claims["iat"] == 120 and 170 <= tokens["expires_in"] <= 180
    assert claims["acr"] == NOT_NOTIFIED + "substantial"
    assert claims["given_name"] == "Inés"
    assert claims["sub"] == whole_login(everything)[2][1]["sub"]
    assert everything.client().userinfo(tokens["access_token"]).json()["given_name"] == "Inés"


def test_the_limits_are_as_configured(everything):
    """Tighter than the defaults, and each stops what its default would let through."""
    client = everything.client()
    browser = everything.browser()
    with everything.refuses("AUTHZ_PKCE_REQUIRED"):
        client.authorize(browser)
    verifier, challenge = pkce()
    words = {"code_challenge": challenge, "code_challenge_method": "S256"}
    for name, answer in (("COND_NOT_ON_OR_AFTER", {"not_on_or_after": moment(-25)}),
                         ("LEVEL_TOO_LOW", {"level": LOA + "low"}),
                         ("LEVEL_UNKNOWN", {"level": LOA + "high"})):
        request = everything.begin(browser, client, **words)
        with everything.refuses(name):
            everything.finish(browser, request, **{"level": NOT_NOTIFIED + "substantial", **answer})
    request = everything.begin(browser, client, **words)
    code = everything.finish(browser, request, level=NOT_NOTIFIED + "substantial").query["code"]
    assert client.token(code, "basic", code_verifier=verifier).status == 401
    request = everything.begin(browser, client, **words)
    with everything.refuses("SAML_TOO_LARGE"):
        everything.finish(browser, request, attributes=natural_person(given="x" * 70000))


def test_the_pages_are_as_configured(everything):
    page = everything.browser().get("/authorize?client_id=nobody")
    assert '<html lang="sv"' in page.text
    style = re.search(r'href="(/pages/[^"]+\.css)"', page.text).group(1)
    reply = send(everything.server.port, "GET", style, host=everything.server.host)
    assert reply.text == "body { color: teal }\n"


def test_the_keys_directory_is_as_configured(everything):
    folder = os.path.join(everything.server.folder, "keys")
    names = os.listdir(folder)
    assert not [name for name in names if "salt" in name or "sealing" in name], names
    documents = everything.client().jwks()["keys"]
    assert {key["kty"] for key in documents} == {"RSA", "OKP"}
    times = {}
    for name in names:
        found = re.fullmatch(r"token-(\w+?)-(\d{8}T?\d{6}Z?|\d+)\.pem", name)
        if found:
            times.setdefault(found.group(1), []).append(found.group(2))
    assert len(times) == 2 and all(len(two) >= 2 for two in times.values()), names


# -- tokens ---------------------------------------------------------------------------------------

ALGORITHMS = ("RS256", "ES256", "PS256", "EdDSA")


@pytest.fixture(name="signers", scope="module")
def _signers(make_shared_server):
    return make_shared_server(extra="EidasTokenAlgs " + " ".join(ALGORITHMS), clients={
        name.lower(): "    Secret @FOLDER@/web.secret\n    IDTokenAlg %s\n    Providers judge" % name
        for name in ALGORITHMS})


@pytest.mark.parametrize("name", ALGORITHMS)
def test_foreign_software_verifies_tokens(signers, name):
    client = signers.client(name.lower())
    text = client.token(signers.code(client)).json()["id_token"]
    header, claims = claims_of(signers, text)
    assert header["alg"] == name and claims["aud"] in (name.lower(), [name.lower()])
    key = next(key for key in client.jwks()["keys"] if key["kid"] == header["kid"])
    assert jwk.JWK(**key).thumbprint() == header["kid"]
    assert key["kty"] == {"ES256": "EC", "EdDSA": "OKP"}.get(name, "RSA")
    head, body, signature = text.split(".")
    altered = head + "." + ("A" if body[0] != "A" else "B") + body[1:] + "." + signature
    with pytest.raises((jws.InvalidJWSSignature, ValueError, jwt.JWTMissingKey)):
        claims_of(signers, altered)
    assert len(b64u_decode(signature)) == (64 if key["kty"] != "RSA" else 256)


def test_discovery_lists_the_algorithms(signers):
    document = send(signers.server.port, "GET", "/.well-known/openid-configuration",
                    host=signers.server.host).json()
    assert set(document["id_token_signing_alg_values_supported"]) == set(ALGORITHMS)


# -- who a person is ------------------------------------------------------------------------------

def test_public_subjects_are_shared_and_pairwise_ones_are_not(make_server):
    section = "    Secret @FOLDER@/web.secret\n    Providers judge\n    SubjectType "
    own = make_server(clients={"one": section + "public", "two": section + "public",
                               "three": section + "pairwise", "four": section + "pairwise"})
    subs = {name: sub_of(own, name) for name in ("one", "two", "three", "four")}
    assert subs["one"] == subs["two"]
    assert len({subs["one"], subs["three"], subs["four"]}) == 3
    assert sub_of(own, "one", attributes=natural_person("ES/FI/another")) != subs["one"]
    document = send(own.server.port, "GET", "/.well-known/openid-configuration", host=own.server.host).json()
    assert set(document["subject_types_supported"]) == {"public", "pairwise"}


@pytest.mark.parametrize("namespace, same", [("    SubjectNamespace urn:example:people\n", True), ("", False)])
def test_a_namespace_outlives_the_providers_name(make_server, judges, namespace, same):
    own = make_server(providers={"judge": ({}, "generic", SUBJECT + namespace)},
                      clients={"web": "    Secret @FOLDER@/web.secret"})
    before = sub_of(own)
    put(own, "judge.xml", judges["judge"].metadata(entity_id="https://renamed.example/"))
    own.server.graceful()
    after = sub_of(own, issuer="https://renamed.example/")
    assert (before == after) is same


def test_the_salt_alone_makes_the_sub(make_server, bridge):
    """Another machine, with keys of its own: the same salt gives the same sub."""
    subs = []
    for keys in ("copy", "none"):
        own = make_server(start=False, keys=keys)
        rewrite(own, extra="EidasPairwiseSalt " + put(own, "salt", ONE + "\n"))
        own.server.start()
        subs.append(sub_of(own))
        own.server.stop()
    assert subs[0] == subs[1] != sub_of(bridge)


# -- keys -----------------------------------------------------------------------------------------

def test_the_sealing_key_rolls_over_under_a_login(make_server):
    own = make_server(start=False)
    one, other = put(own, "one.key", ONE + "\n"), put(own, "other.key", OTHER + "\n")
    client = own.client()
    rewrite(own, extra="EidasSealingKey " + one)
    own.server.start()
    early, late = own.browser(), own.browser()
    requests = own.begin(early, client), own.begin(late, client)
    code = own.code(client)
    rewrite(own, extra="EidasSealingKey %s %s" % (other, one))
    own.server.graceful()
    with own.accepts():
        assert own.finish(early, requests[0]).query["code"]
        assert client.token(code).status == 200
        between = own.browser()
        request = own.begin(between, client)
    rewrite(own, extra="EidasSealingKey " + other)
    own.server.graceful()
    with own.accepts():
        assert own.finish(between, request).query["code"]
    with own.refuses("LOGIN_ALTERED"):
        reply = own.finish(late, requests[1])
    assert reply.location is None


def test_without_generation_missing_keys_are_not_made(make_server):
    own = make_server(start=False, keys="none", extra="EidasKeyGeneration Off")
    with pytest.raises(RuntimeError) as fault:
        own.server.start()
    assert EB["KEY_UNREADABLE"] in str(fault.value), str(fault.value)
    assert not os.path.exists(os.path.join(own.server.folder, "keys"))


def test_without_generation_keys_that_are_there_serve(make_server):
    own = make_server(extra="EidasKeyGeneration Off")
    own.log_in()


# -- requests -------------------------------------------------------------------------------------

@pytest.mark.parametrize("form", ["url", "index", "none"])
def test_request_acs(make_server, form):
    own = make_server(providers={"judge": ({}, "generic", SUBJECT + "    RequestACS " + form)},
                      clients={"web": "    Secret @FOLDER@/web.secret"})
    request = own.begin(own.browser())
    has = {name: request.root.get(name) for name in (
        "AssertionConsumerServiceURL", "ProtocolBinding", "AssertionConsumerServiceIndex")}
    assert has["AssertionConsumerServiceURL"] == (own.issuer + "/saml/acs" if form == "url" else None)
    assert (has["ProtocolBinding"] is not None) is (form == "url")
    assert has["AssertionConsumerServiceIndex"] == ("0" if form == "index" else None)
    own.log_in()


def test_requested_attributes_go_into_an_eidas_request(make_server):
    own = make_server(changes={"provider eidas": "\n    RequestAttributes Gender PlaceOfBirth!"})
    request = own.begin(own.browser(), own.client("eidas"))
    asked = {element.get("Name"): element.get("isRequired")
             for element in request.root.iter("{%s}RequestedAttribute" % EIDAS)}
    assert asked[NATURAL + "Gender"] == "false" and asked[NATURAL + "PlaceOfBirth"] == "true"
    assert asked[NATURAL + "PersonIdentifier"] == "true"


@pytest.mark.parametrize("language, name", [("fi", "Tuomari"), ("en", "The Judge"), ("sv", "The Judge")])
def test_the_page_that_leads_to_a_provider_says_its_name(make_server, language, name):
    own = make_server(changes={"provider judge": """
    RequestBinding post
    DisplayName fi Tuomari
    DisplayName en "The Judge"
"""})
    page = own.client().authorize(own.browser(), ui_locales=language)
    assert page.status == 200 and '<html lang="%s"' % language in page.text
    assert '<p class="provider">%s</p>' % name in page.text


@pytest.mark.parametrize("allowed", ["On", "Off"])
def test_levels_that_no_country_has_notified(make_server, allowed):
    own = make_server(changes={"provider eidas": "\n    AllowNonNotified " + allowed})
    client, browser = own.client("eidas"), own.browser()
    request = own.begin(browser, client)
    if allowed == "Off":
        with own.refuses("LEVEL_TOO_LOW"):
            own.finish(browser, request, "eidas", level=NOT_NOTIFIED + "high")
        return
    with own.accepts():
        assert own.finish(browser, request, "eidas", level=NOT_NOTIFIED + "high").query["code"]


def test_the_age_of_an_authentication_is_the_administrators(make_server):
    """suomi.fi has 32 minutes of its own."""
    own = make_server(changes={"provider suomifi": "\n    MaxAuthenticationAge 1h"})
    client = own.client("suomifi")
    for seconds, is_accepted in ((-50 * 60, True), (-70 * 60, False)):
        browser = own.browser()
        reply = own.finish(browser, own.begin(browser, client), "suomifi", authn_instant=moment(seconds),
                           level=LOA + "substantial")
        assert ("code" in reply.query if reply.location else False) is is_accepted


@pytest.mark.parametrize("rule", ["require", "prefer"])
def test_acr_values_that_are_not_met(make_server, rule):
    own = make_server(changes={"client web": "    AcrValues " + rule})
    browser = own.browser()
    request = own.begin(browser, acr_values=LOA + "high")
    reply = own.finish(browser, request, level=LOA + "substantial")
    if rule == "prefer":
        assert reply.query["code"]
    else:
        assert reply.query["error"] == "unmet_authentication_requirements"

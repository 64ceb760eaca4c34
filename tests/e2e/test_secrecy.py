"""What must stand in no log: codes, tokens, cookies, secrets, names, attribute values. And what a reply must say
so that nothing of it is kept or told on."""

import base64
import os
import urllib.parse

import pytest

from client import pkce, send
from conftest import STORE
from idp import RESPONDER, natural_person

FORM = ("Content-Type", "application/x-www-form-urlencoded")
PERSON = {"attributes": natural_person("ES/FI/IDENT-77301", "Surname-77302", "Forename-77303", "1977-03-04")}
# none of them digits alone: the log is full of times and numbers
NAMES = ["IDENT-77301", "Surname-77302", "Forename-77303", "1977-03-04"]


def everything_once(own):
    """Logins that work and logins that do not; gives all that was secret."""
    client, secrets = own.client(), list(NAMES)
    verifier, challenge = pkce()
    parameters = client.request(state="state-77304", nonce="nonce-77305", code_challenge=challenge,
                                code_challenge_method="S256")
    browser = own.browser()
    request = own.begin(browser, client, parameters)
    secrets += [verifier, "state-77304", "nonce-77305", client.secret, request.relay_state]
    secrets += list(browser.cookies.values())
    kept = dict(browser.cookies)
    for wrong in ({"sign_response": False}, {"encryption": {"key": b"k" * 16}},
                  {"edit_encrypted": lambda xml: xml.replace(b"<xenc:CipherValue>", b"<xenc:CipherValue>AAAA")},
                  {"edit_signed_response": lambda xml: xml[:-1]}):
        assert own.finish(own.browser(), request, **PERSON).location is None
        another = own.browser()
        own.finish(another, own.begin(another, client), **{**PERSON, **wrong})
    message = own.answer(request, **PERSON)
    secrets.append(base64.b64encode(message).decode()[:60])
    code = own.deliver(browser, request, message).query["code"]
    browser.cookies = dict(kept)
    assert own.deliver(browser, request, message).location is None, "a replay"
    secrets.append(code)
    own.client("other").token(code, redirect_uri=client.redirect_uri, code_verifier=verifier)
    client.token_raw({"grant_type": "authorization_code", "code": code, "client_id": "web",
                      "client_secret": "wrong-secret-77306", "redirect_uri": client.redirect_uri})
    client.token_raw({"grant_type": "authorization_code", "code": [code]}, [("Authorization", "Basic wrong-77307")])
    client.token_raw(("grant_type=authorization_code&code=%s&code=%s" % (code, code)).encode(), [client.basic()])
    tokens = client.token(code, code_verifier=verifier).json()
    secrets += ["secret-77306", "wrong-77307", tokens["access_token"], tokens["id_token"].split(".")[1][:40]]
    assert client.userinfo(tokens["access_token"]).status == 200
    client.userinfo(tokens["access_token"][:-1])
    send(own.server.port, "POST", "/userinfo", [FORM], ("access_token=%s&access_token=%s" % (
        tokens["access_token"], tokens["access_token"])).encode(), host=own.server.host)
    client.token(code, code_verifier=verifier)
    for answer in ({"attributes": natural_person("ES/FI/IDENT-77301 ", "Surname-77302", "Forename-77303")},
                   {"attributes": natural_person("IDENT-77301", "Surname-77302", "Forename-77303", "Forename-77303")},
                   {"status": RESPONDER}, {"level": "urn:none"}, {"audience": ["urn:none"]}):
        another = own.browser()
        own.finish(another, own.begin(another, client), **answer)
    return secrets


def test_the_log_tells_no_secrets_at_its_most_talkative(make_server):
    """Only the request line is httpd's own and comes before any module is asked; its lines of header fields do not
    come for our requests, whatever a <Location> says."""
    own = make_server(global_=STORE + "LogLevel trace8 core:trace4\n",
                      extra='<Location "/token">\n  LogLevel trace8 core:trace4\n</Location>')
    secrets = everything_once(own)
    log = own.server.everything_said()
    send(own.server.port, "GET", "/index.html", [("X-Other", "other-77311")], host=own.server.host)
    assert "other-77311" in own.server.everything_said(), "requests of others are traced as before"
    assert log.count("EB") > 10, "the refusals are in the log"
    for secret in secrets:
        assert secret not in log and urllib.parse.quote(secret) not in log, secret[:12]


def test_the_referer_of_a_clients_page_may_hold_a_code(bridge):
    """httpd ends each line of its error log with it."""
    mark = bridge.server.mark()
    referer = ("Referer", "https://client.example/cb?code=code-77308&state=x#token-77309")
    send(bridge.server.port, "POST", "/token", [FORM, referer], b"grant_type=x", host=bridge.server.host)
    send(bridge.server.port, "GET", "/authorize", [referer], host=bridge.server.host)
    log = bridge.server.log_since(mark)
    assert log.count("EB") == 2 and "https://client.example/cb" in log and "code-77308" not in log and "token-77309" not in log


def test_nothing_is_kept_or_told_on(bridge):
    """no-store wherever a code, token or name is; no-referrer wherever a browser goes on from here."""
    client, browser = bridge.client(), bridge.browser()
    start = client.authorize(browser)
    request = bridge.request_in(start)
    end = bridge.finish(browser, request)
    token = client.token(end.query["code"])
    person = client.userinfo(token.json()["access_token"])
    page = client.authorize(browser, redirect_uri="https://evil.example/")
    for reply in (start, end, token, person, page):
        assert reply.header("Cache-Control") == "no-store"
    for reply in (start, end, page):
        assert reply.header("Referrer-Policy") == "no-referrer"
    for reply in (token, person, page):
        assert reply.header("X-Content-Type-Options") == "nosniff"
    assert start.status == end.status == 303


def test_a_client_with_claims_in_the_id_token_gets_no_others(make_server):
    own = make_server(changes={"client other": "ClaimsIn idtoken"})
    client = own.client("other")
    tokens = client.token(own.code(client)).json()
    _, claims = client.id_token(tokens["id_token"])
    assert "given_name" in claims
    assert client.userinfo(tokens["access_token"]).json() == {"sub": claims["sub"]}


@pytest.mark.parametrize("method", ["HEAD", "TRACE", "PUT", "DELETE", "PROPFIND", "MADEUP", "OPTIONS"])
@pytest.mark.parametrize("path", ["/authorize", "/token", "/userinfo", "/saml/acs", "/saml/metadata", "/jwks"])
def test_methods(bridge, path, method):
    """HEAD where there is GET, OPTIONS where there is CORS; else 405 with Allow. Nothing is echoed."""
    reply = send(bridge.server.port, method, path, [("X-Echo", "echo-77310"), ("Content-Length", "0")],
                 host=bridge.server.host)
    assert b"77310" not in reply.body
    if method == "HEAD" and path not in ("/token", "/saml/acs"):
        assert reply.status in (200, 400, 401) and reply.body == b""
    elif method == "OPTIONS" and path in ("/token", "/userinfo", "/jwks"):
        assert reply.status == 204 and reply.header("Access-Control-Allow-Origin") in (None, "*")
    else:
        assert reply.status in (405, 501), reply.status
        assert reply.status == 501 or reply.header("Allow")
        assert reply.header("Set-Cookie") is None


def test_no_cors_for_a_page(bridge):
    for path in ("/authorize", "/saml/acs", "/saml/metadata"):
        reply = send(bridge.server.port, "OPTIONS", path, [
            ("Origin", "https://client.example"), ("Access-Control-Request-Method", "POST")], host=bridge.server.host)
        assert reply.status == 405 and reply.header("Access-Control-Allow-Origin") is None


@pytest.mark.parametrize("state", ["a\r\nSet-Cookie: x=y", "a\nb", "\u2028", "a%0d%0aX: y", "\x7f", "'\"><script>"])
def test_header_injection_by_state(bridge, state):
    """It comes back as it went, within the one parameter."""
    for changes in ({"prompt": "none"}, {"scope": "profile"}):
        reply = bridge.client().authorize(bridge.browser(), state=state, **changes)
        assert reply.status == 303 and reply.query["state"] == state
        assert reply.header("X") is None and reply.header("Set-Cookie") is None
    if "\n" not in state:
        assert bridge.log_in(state=state)[0].query["state"] == state


def test_a_page_has_no_way_out_but_the_clients_home(bridge):
    """RelayState and everything else that a stranger writes become no link."""
    browser = bridge.browser()
    bridge.begin(browser)
    for evil in ("//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)", "\t//evil.example"):
        reply = browser.answer(b"<x/>", evil)
        assert reply.status == 400 and reply.location is None and "evil" not in reply.text and "alert" not in reply.text


def test_no_file_of_the_keys_is_served(bridge):
    for path in ("/keys", "/keys/", "/var/lib/eidas-bridge", "/pages/../keys/salt", "/pages/%2e%2e/keys/salt",
                 "/pages/x/../../web.secret"):
        reply = send(bridge.server.port, "GET", path, host=bridge.server.host)
        assert reply.status in (400, 403, 404), (path, reply.status)
    assert os.path.exists(os.path.join(bridge.server.folder, "web.secret"))

"""The token endpoint: client authentication, codes, PKCE."""

import base64
import concurrent.futures
import time

import pytest

from client import pkce, send

FORM = [("Content-Type", "application/x-www-form-urlencoded")]


def is_error(reply, error, status=400):
    assert reply.status == status, (reply.status, reply.text)
    body = reply.json()
    assert body["error"] == error
    assert set(body) <= {"error", "error_description"}
    assert reply.header("Cache-Control") == "no-store"
    assert reply.header("Content-Type").startswith("application/json")
    return True


def test_a_code_works_once_and_its_second_use_revokes(bridge):
    client = bridge.client()
    code = bridge.code(client)
    token = client.token(code).json()["access_token"]
    assert client.userinfo(token).status == 200
    with bridge.refuses("TOKEN_CODE_USED"):
        assert is_error(client.token(code), "invalid_grant")
    with bridge.refuses("USERINFO_TOKEN"):
        assert client.userinfo(token).status == 401


def test_two_workers_redeem_the_same_code_at_the_same_instant(bridge):
    client = bridge.client()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            code = bridge.code(client)
            replies = list(pool.map(lambda _, code=code: client.token(code), range(8)))
            won = [reply for reply in replies if reply.status == 200]
            assert len(won) <= 1
            for reply in replies:
                assert reply.status == 200 or reply.json()["error"] == "invalid_grant"
            for reply in won:
                assert client.userinfo(reply.json()["access_token"]).status == 401


def test_another_clients_code_is_refused_and_not_burned(bridge):
    client, other = bridge.client(), bridge.client("other")
    code = bridge.code(client)
    with bridge.refuses("TOKEN_CODE_CLIENT"):
        assert is_error(other.token(code, redirect_uri=client.redirect_uri), "invalid_grant")
    assert client.token(code).status == 200


@pytest.mark.parametrize("uri", [None, "https://client.example/cb/", "https://client.example/", ""])
def test_redirect_uri_must_be_that_of_the_request(bridge, uri):
    client = bridge.client()
    code = bridge.code(client)
    with bridge.refuses("TOKEN_REDIRECT_URI"):
        assert is_error(client.token(code, redirect_uri=uri), "invalid_grant")


@pytest.mark.parametrize("change", ["truncated", "longer", "altered", "empty", "random"])
def test_unknown_codes(bridge, change):
    client = bridge.client()
    code = bridge.code(client)
    wrong = {"truncated": code[:-1], "longer": code + "A", "empty": "",
             "altered": code[:10] + ("A" if code[10] != "A" else "B") + code[11:], "random": "x" * 43}[change]
    with bridge.refuses("TOKEN_REQUEST" if change == "empty" else "TOKEN_CODE"):
        reply = client.token(wrong)
    assert is_error(reply, "invalid_request" if change == "empty" else "invalid_grant")
    assert client.token(code).status == 200


def test_a_code_expires(make_server):
    own = make_server(changes={"client web": "CodeLifetime 1s"})
    code = own.code()
    time.sleep(2.2)
    with own.refuses("TOKEN_CODE"):
        assert is_error(own.client().token(code), "invalid_grant")


def test_pkce(bridge):
    client = bridge.client()
    verifier, challenge = pkce()
    with_challenge = {"code_challenge": challenge, "code_challenge_method": "S256"}
    cases = [
        (with_challenge, None, "TOKEN_PKCE"),
        (with_challenge, verifier[:-1] + ("A" if verifier[-1] != "A" else "B"), "TOKEN_PKCE"),
        (with_challenge, challenge, "TOKEN_PKCE"),
        ({}, verifier, "TOKEN_PKCE"),
        (with_challenge, "short", "TOKEN_PKCE_FORM"),
        (with_challenge, "!" * 43, "TOKEN_PKCE_FORM"),
        (with_challenge, "a" * 129, "TOKEN_PKCE_FORM"),
    ]
    for changes, sent, name in cases:
        code = bridge.code(client, **changes)
        with bridge.refuses(name):
            reply = client.token(code, code_verifier=sent)
        assert is_error(reply, "invalid_grant")


def test_wrong_secret_and_unknown_client_look_the_same(bridge):
    client = bridge.client()
    code = bridge.code(client)
    replies = []
    for client_id, secret in (("web", "wrong"), ("nobody", client.secret), ("web", ""), ("spa", "anything")):
        with bridge.refuses("TOKEN_CLIENT"):
            reply = client.token_raw({"grant_type": "authorization_code", "code": code,
                                      "redirect_uri": client.redirect_uri},
                                     [client.basic(client_id, secret)])
        assert is_error(reply, "invalid_client", 401)
        assert reply.header("WWW-Authenticate").lower().startswith("basic")
        replies.append(reply.body)
    assert len(set(replies)) == 1
    for fields in ({"client_id": "web", "client_secret": "wrong"}, {"client_id": "nobody", "client_secret": "x"},
                   {"client_id": "web"}, {}):
        with bridge.refuses("TOKEN_CLIENT"):
            reply = client.token_raw({"grant_type": "authorization_code", "code": code,
                                      "redirect_uri": client.redirect_uri, **fields})
        assert is_error(reply, "invalid_client", 401)
    assert client.token(code).status == 200, "a failed authentication must not burn the code"


def test_two_ways_to_authenticate(bridge):
    client = bridge.client()
    code = bridge.code(client)
    with bridge.refuses("TOKEN_AUTH_METHODS"):
        assert is_error(client.token(code, client_id="web", client_secret=client.secret), "invalid_request")
    assert client.token(code).status == 200


@pytest.mark.parametrize("value", [
    "", "Basic", "Basic ", "Basic !!!", "Basic " + base64.b64encode(b"web").decode(),
    "Basic " + base64.b64encode(b"web:%zz").decode(), "Basic " + base64.b64encode(b"\xff:\xff").decode(),
    "Basic " + base64.b64encode(b"web:a\x00b").decode(), "Bearer abc", "Negotiate abc",
    "Basic " + base64.b64encode(b"w" * 20000 + b":x").decode()[:7000],
])
def test_broken_authorization_headers(bridge, value):
    client = bridge.client()
    with bridge.refuses("TOKEN_CLIENT"):
        reply = client.token_raw({"grant_type": "authorization_code", "code": "x", "redirect_uri": "x"},
                                 [("Authorization", value)])
    assert is_error(reply, "invalid_client", 401)


@pytest.mark.parametrize("grant_type, name, error", [
    (None, "TOKEN_REQUEST", "invalid_request"), ("", "TOKEN_REQUEST", "invalid_request"),
    ("password", "TOKEN_GRANT_TYPE", "unsupported_grant_type"),
    ("client_credentials", "TOKEN_GRANT_TYPE", "unsupported_grant_type"),
    ("refresh_token", "TOKEN_GRANT_TYPE", "unsupported_grant_type"),
])
def test_grant_types(bridge, grant_type, name, error):
    with bridge.refuses(name):
        assert is_error(bridge.client().token("x" * 43, grant_type=grant_type), error)


@pytest.mark.parametrize("name", ["grant_type", "code", "redirect_uri", "code_verifier", "unknown"])
def test_repeated_parameters(bridge, name):
    client = bridge.client()
    fields = [("grant_type", "authorization_code"), ("code", "x" * 43), ("redirect_uri", client.redirect_uri)]
    fields = [pair for pair in fields if pair[0] != name] + [(name, "x"), (name, "x")]
    with bridge.refuses("TOKEN_DUPLICATE"):
        assert is_error(client.token_raw(fields, [client.basic()]), "invalid_request")


def test_parameters_in_the_query_do_not_count(bridge):
    client = bridge.client()
    code = bridge.code(client)
    with bridge.refuses("TOKEN_REQUEST"):
        reply = send(bridge.server.port, "POST", "/token?grant_type=authorization_code&code=" + code,
                     FORM + [client.basic()], b"", host=bridge.server.host)
    assert is_error(reply, "invalid_request")
    assert client.token(code).status == 200


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", None])
def test_other_content_types(bridge, content_type):
    headers = [("Content-Type", content_type)] if content_type else []
    with bridge.refuses("HTTP_CONTENT_TYPE"):
        reply = send(bridge.server.port, "POST", "/token", headers + [bridge.client().basic()],
                     b"grant_type=authorization_code", host=bridge.server.host)
    assert is_error(reply, "invalid_request")


def test_a_body_that_is_too_large(bridge):
    with bridge.refuses("HTTP_BODY_TOO_LARGE"):
        reply = bridge.client().token_raw(b"a=" + b"x" * 300000, [bridge.client().basic()])
    assert is_error(reply, "invalid_request", 413)


def test_get_is_not_allowed(bridge):
    reply = send(bridge.server.port, "GET", "/token", host=bridge.server.host)
    assert reply.status == 405 and reply.header("Allow").replace(" ", "") in ("POST", "POST,OPTIONS")


def test_the_secret_never_stands_in_the_log(bridge):
    client = bridge.client()
    code = bridge.code(client)
    token = client.token(code).json()["access_token"]
    client.token(code)
    client.userinfo(token)
    log = bridge.server.log_since(0)
    for secret in (client.secret, code, token, "García", "02635542Y"):
        assert secret not in log


def test_cors_only_for_the_clients_origin(bridge):
    preflight = [("Origin", "https://client.example"), ("Access-Control-Request-Method", "POST")]
    good = send(bridge.server.port, "OPTIONS", "/token", preflight, host=bridge.server.host)
    assert good.header("Access-Control-Allow-Origin") == "https://client.example"
    preflight[0] = ("Origin", "https://evil.example")
    bad = send(bridge.server.port, "OPTIONS", "/token", preflight, host=bridge.server.host)
    assert bad.header("Access-Control-Allow-Origin") is None

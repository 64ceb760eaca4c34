"""The userinfo endpoint."""

import urllib.parse

import pytest

from client import send


def access(bridge, name="web"):
    client = bridge.client(name)
    return client, client.token(bridge.code(client)).json()


def test_get_and_post_and_form(bridge):
    client, tokens = access(bridge)
    token = tokens["access_token"]
    first = client.userinfo(token)
    assert client.userinfo(token, "POST", body=b"").json() == first.json()
    form = send(bridge.server.port, "POST", "/userinfo", [("Content-Type", "application/x-www-form-urlencoded")],
                urllib.parse.urlencode({"access_token": token}).encode(), host=bridge.server.host)
    assert form.json() == first.json()
    assert first.header("Content-Type").startswith("application/json")


def test_no_token(bridge):
    """A client that asks without a token is told how to ask; that is no line in the log."""
    with bridge.accepts():
        reply = send(bridge.server.port, "GET", "/userinfo", host=bridge.server.host)
    assert reply.status == 401
    challenge = reply.header("WWW-Authenticate")
    assert challenge.startswith("Bearer") and "error=" not in challenge


@pytest.mark.parametrize("change", ["altered", "short", "long", "id_token", "code", "empty"])
def test_wrong_tokens(bridge, change):
    client, tokens = access(bridge)
    good = tokens["access_token"]
    wrong = {"altered": ("A" if good[0] != "A" else "B") + good[1:], "short": good[:-1], "long": good + "A",
             "id_token": tokens["id_token"], "code": bridge.code(client), "empty": "x"}[change]
    with bridge.refuses("USERINFO_TOKEN"):
        reply = client.userinfo(wrong)
    assert reply.status == 401 and 'error="invalid_token"' in reply.header("WWW-Authenticate")
    assert client.userinfo(good).status == 200


def test_a_token_in_the_query_is_refused(bridge):
    _, tokens = access(bridge)
    with bridge.refuses("USERINFO_REQUEST"):
        reply = send(bridge.server.port, "GET", "/userinfo?access_token=" + tokens["access_token"],
                     host=bridge.server.host)
    assert reply.status == 400 and 'error="invalid_request"' in reply.header("WWW-Authenticate")


def test_a_token_in_two_places(bridge):
    _, tokens = access(bridge)
    token = tokens["access_token"]
    with bridge.refuses("USERINFO_REQUEST"):
        reply = send(bridge.server.port, "POST", "/userinfo",
                     [("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", "Bearer " + token)],
                     urllib.parse.urlencode({"access_token": token}).encode(), host=bridge.server.host)
    assert reply.status == 400 and 'error="invalid_request"' in reply.header("WWW-Authenticate")


def test_only_the_claims_of_the_client(bridge):
    client, tokens = access(bridge, "other")
    assert set(client.userinfo(tokens["access_token"]).json()) == {"sub", "given_name"}


def test_attributes_cannot_make_reserved_claims(bridge):
    client = bridge.client()
    from idp import natural_person
    attributes = natural_person() + [(name, ["forged"]) for name in ("iss", "aud", "exp", "sub", "acr", "cnf")]
    reply, _ = bridge.log_in(client, answer={"attributes": attributes})
    tokens = client.token(reply.query["code"]).json()
    assert "forged" not in client.userinfo(tokens["access_token"]).text
    assert client.id_token(tokens["id_token"])[1]["iss"] == bridge.issuer


def test_cors(bridge):
    client, tokens = access(bridge)
    reply = send(bridge.server.port, "GET", "/userinfo",
                 [("Authorization", "Bearer " + tokens["access_token"]), ("Origin", "https://evil.example")],
                 host=bridge.server.host)
    assert reply.header("Access-Control-Allow-Origin") is None

"""The authorization request: what is a page (the client or its redirect URI is in doubt), what is a redirect."""

import urllib.parse

import pytest

from client import pkce, send

CALLBACK = "https://client.example/cb"


def is_page(reply, status=400):
    assert reply.status == status, (reply.status, reply.headers, reply.text[:300])
    assert reply.location is None
    assert reply.header("Content-Type").startswith("text/html")
    assert "default-src 'none'" in reply.header("Content-Security-Policy")
    assert reply.header("Cache-Control") == "no-store"
    return True


def is_error(reply, error, state, callback=CALLBACK):
    assert reply.status in (302, 303), (reply.status, reply.text[:300])
    assert reply.location.startswith(callback + "?")
    query = reply.query
    assert query["error"] == error
    assert query.get("state") == state
    assert query["iss"] == "https://bridge.example"
    assert "code" not in query
    return True


@pytest.mark.parametrize("client_id", ["", "unknown", "WEB", "web ", "web\x00", "w" * 3000])
def test_unknown_client(bridge, client_id):
    with bridge.refuses("AUTHZ_ENCODING" if "\x00" in client_id else "AUTHZ_CLIENT"):
        assert is_page(bridge.client().authorize(bridge.browser(), client_id=client_id))


def test_no_client(bridge):
    with bridge.refuses("AUTHZ_CLIENT"):
        assert is_page(bridge.client().authorize(bridge.browser(), client_id=None))


@pytest.mark.parametrize("uri", [
    CALLBACK + "/", CALLBACK + "?", CALLBACK + "?a=b", CALLBACK + "#", CALLBACK + "#x", CALLBACK[:-1],
    CALLBACK + "b", "https://client.example/CB", "https://CLIENT.example/cb", "HTTPS://client.example/cb",
    "http://client.example/cb", "https://client.example:443/cb", "https://client.example./cb",
    "https://user@client.example/cb", "https://client.example/./cb", "https://client.example/x/../cb",
    "https://client.example/%63b", "https://client.example\\cb", "https://client.example/cb%00",
    "https://client.example//cb", "https://[::1]/cb", "//client.example/cb", "/cb", " " + CALLBACK,
    CALLBACK + " ", CALLBACK + "\n", CALLBACK + "\t", "https://other.client.example/cb",
    "javascript:alert(1)", "https://clıent.example/cb",
])
def test_redirect_uri_off_by_anything(bridge, uri):
    with bridge.refuses("AUTHZ_REDIRECT_URI"):
        assert is_page(bridge.client().authorize(bridge.browser(), redirect_uri=uri))


def test_no_redirect_uri(bridge):
    with bridge.refuses("AUTHZ_REDIRECT_URI"):
        assert is_page(bridge.client().authorize(bridge.browser(), redirect_uri=None))


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_a_repeated_client_or_redirect_uri_is_a_page(bridge, name):
    sent = list(bridge.client().request().items())
    sent.append((name, dict(sent)[name]))
    with bridge.refuses("AUTHZ_DUPLICATE"):
        assert is_page(bridge.client().authorize(bridge.browser(), urllib.parse.urlencode(sent)))


@pytest.mark.parametrize("name", ["response_type", "scope", "nonce", "prompt", "code_challenge", "max_age"])
def test_any_other_repeated_parameter_is_an_error(bridge, name):
    sent = bridge.client().request()
    pairs = [pair for pair in sent.items() if pair[0] != name] + [(name, "openid"), (name, "openid")]
    with bridge.refuses("AUTHZ_DUPLICATE"):
        reply = bridge.client().authorize(bridge.browser(), urllib.parse.urlencode(pairs))
        assert is_error(reply, "invalid_request", sent["state"])


def test_a_repeated_state_is_an_error_without_state(bridge):
    pairs = list(bridge.client().request().items()) + [("state", "another")]
    with bridge.refuses("AUTHZ_DUPLICATE"):
        assert is_error(bridge.client().authorize(bridge.browser(), urllib.parse.urlencode(pairs)),
                        "invalid_request", None)


@pytest.mark.parametrize("changes, name, error", [
    ({"response_type": None}, "AUTHZ_PARAMETER", "invalid_request"),
    ({"response_type": "token"}, "AUTHZ_RESPONSE_TYPE", "unsupported_response_type"),
    ({"response_type": "code id_token"}, "AUTHZ_RESPONSE_TYPE", "unsupported_response_type"),
    ({"response_mode": "fragment"}, "AUTHZ_RESPONSE_MODE", "invalid_request"),
    ({"scope": None}, "AUTHZ_SCOPE", "invalid_scope"),
    ({"scope": "profile"}, "AUTHZ_SCOPE", "invalid_scope"),
    ({"scope": "OpenID"}, "AUTHZ_SCOPE", "invalid_scope"),
    ({"prompt": "none"}, "AUTHZ_LOGIN_REQUIRED", "login_required"),
    ({"prompt": "none login"}, "AUTHZ_PROMPT", "invalid_request"),
    ({"prompt": "bogus"}, "AUTHZ_PROMPT", "invalid_request"),
    ({"max_age": "-1"}, "AUTHZ_PARAMETER", "invalid_request"),
    ({"max_age": "soon"}, "AUTHZ_PARAMETER", "invalid_request"),
    ({"max_age": "99999999999999999999"}, "AUTHZ_PARAMETER", "invalid_request"),
    ({"request": "e30.e30."}, "AUTHZ_REQUEST_OBJECT", "request_not_supported"),
    ({"request_uri": "https://client.example/r"}, "AUTHZ_REQUEST_URI", "request_uri_not_supported"),
    ({"registration": "{}"}, "AUTHZ_REGISTRATION", "registration_not_supported"),
    ({"claims": "not json"}, "AUTHZ_CLAIMS", "invalid_request"),
    ({"claims": "[]"}, "AUTHZ_CLAIMS", "invalid_request"),
    ({"claims": '{"id_token": []}'}, "AUTHZ_CLAIMS", "invalid_request"),
    ({"code_challenge": "c" * 43, "code_challenge_method": "plain"}, "AUTHZ_PKCE_METHOD", "invalid_request"),
    ({"code_challenge": "c" * 43}, "AUTHZ_PKCE_METHOD", "invalid_request"),
    ({"code_challenge_method": "S256"}, "AUTHZ_PARAMETER", "invalid_request"),
    ({"code_challenge": "short", "code_challenge_method": "S256"}, "AUTHZ_PARAMETER", "invalid_request"),
    ({"nonce": "n" * 20000}, "AUTHZ_TOO_LARGE", "invalid_request"),
])
def test_errors_that_the_client_is_told(bridge, changes, name, error):
    client = bridge.client()
    sent = client.request(**changes)
    with bridge.refuses(name):
        reply = send(bridge.server.port, "POST", "/authorize",
                     [("Content-Type", "application/x-www-form-urlencoded")],
                     urllib.parse.urlencode(sent).encode(), host=bridge.server.host) \
            if len(str(sent)) > 6000 else client.authorize(bridge.browser(), sent)
        assert is_error(reply, error, sent["state"])


def test_state_longer_than_promised(bridge):
    with bridge.refuses("AUTHZ_TOO_LARGE"):
        reply = bridge.client().authorize(bridge.browser(), state="s" * 4097)
        assert is_error(reply, "invalid_request", None)


@pytest.mark.parametrize("name", ["careful", "spa"])
def test_pkce_is_demanded(bridge, name):
    client = bridge.client(name)
    with bridge.refuses("AUTHZ_PKCE_REQUIRED"):
        reply = client.authorize(bridge.browser())
        assert reply.query["error"] == "invalid_request"


@pytest.mark.parametrize("raw", ["%ff", "%c0%af", "%ed%a0%80", "%00", "%0d%0aSet-Cookie:a=b"])
@pytest.mark.parametrize("name", ["state", "nonce", "ui_locales", "login_hint"])
def test_what_is_not_text(bridge, name, raw):
    """Not UTF-8, or a control character: refused or carried safely, never put into a header as it is."""
    query = urllib.parse.urlencode(bridge.client().request(**{name: None})) + "&%s=%s" % (name, raw)
    reply = bridge.client().authorize(bridge.browser(), query)
    assert not any(key == "Set-Cookie" and value.startswith("a=b") for key, value in reply.headers)
    if "0d" not in raw:
        assert reply.status == 400 or reply.query["error"] == "invalid_request"


@pytest.mark.parametrize("query", ["client_id=web&state=%", "client_id=web&state=%4", "client_id=web&state=%zz"])
def test_broken_percent_signs(bridge, query):
    with bridge.refuses("AUTHZ_ENCODING"):
        reply = bridge.browser().get("/authorize?" + query + "&redirect_uri=" + CALLBACK)
        assert reply.status == 400 or reply.query["error"] == "invalid_request"


def test_many_parameters(bridge):
    query = urllib.parse.urlencode(bridge.client().request()) + "&" + "&".join("a%d=b" % n for n in range(2000))
    browser = bridge.browser()
    reply = browser.post("/authorize", query.encode())
    assert reply.status == 400 or reply.query["error"] == "invalid_request"


def test_unknown_parameters_and_scopes_are_ignored(bridge):
    bridge.log_in(scope="openid unknown offline_access", display="popup", foo="bar", ui_locales="xx-YY fi",
                  login_hint="someone", id_token_hint="e30.e30.e30")


HINTS = ["identity_provider", "idp_hint", "kc_idp_hint"]


@pytest.fixture(name="choosing", scope="module")
def make_choosing(make_shared_server):
    """`any` may use every provider and goes to `judge` when it says nothing, `two` two of them."""
    clients = {"any": "    Secret @FOLDER@/web.secret",
               "two": "    Secret @FOLDER@/web.secret\n    Providers judge suomifi"}
    return make_shared_server(clients=clients, extra="EidasDefaultProvider judge")


@pytest.mark.parametrize("hint", HINTS)
@pytest.mark.parametrize("name", ["any", "two"])
def test_each_name_of_the_hint_leads_to_the_provider(choosing, name, hint):
    for said, provider in (({}, "judge"), ({hint: ""}, "judge"), ({hint: "suomifi"}, "suomifi")):
        request = choosing.begin(choosing.browser(), choosing.client(name), **said)
        assert request.url == choosing.judges[provider].sso


def test_names_of_the_hint_that_agree(choosing):
    request = choosing.begin(choosing.browser(), choosing.client("any"), **dict.fromkeys(HINTS, "suomifi"))
    assert request.url == choosing.judges["suomifi"].sso


def test_what_is_no_name_of_the_hint_is_ignored(choosing):
    for word in ("eidas_provider", "IDP_HINT", "provider"):
        request = choosing.begin(choosing.browser(), choosing.client("any"), **{word: "suomifi"})
        assert request.url == choosing.judges["judge"].sso


@pytest.mark.parametrize("name, hints", [
    ("any", {"idp_hint": "suomifi", "kc_idp_hint": "judge"}),
    ("any", {"identity_provider": "judge", "kc_idp_hint": "suomifi"}),
    ("any", {"identity_provider": "judge", "idp_hint": "JUDGE"}),
    ("any", {"identity_provider": "nobody"}),
    ("any", {"idp_hint": "judge "}),
    ("any", {"kc_idp_hint": "a" * 33}),
    ("two", {"idp_hint": "eidas"}),
])
def test_hints_that_contradict_or_lead_nowhere(choosing, name, hints):
    client = choosing.client(name)
    sent = client.request(**hints)
    with choosing.refuses("AUTHZ_PROVIDER"):
        reply = client.authorize(choosing.browser(), sent)
    assert is_error(reply, "invalid_request", sent["state"], client.redirect_uri)


@pytest.mark.parametrize("hint", HINTS)
def test_a_repeated_hint_is_an_error(choosing, hint):
    client = choosing.client("any")
    sent = list(client.request().items()) + [(hint, "suomifi"), (hint, "suomifi")]
    with choosing.refuses("AUTHZ_DUPLICATE"):
        reply = client.authorize(choosing.browser(), urllib.parse.urlencode(sent))
    assert is_error(reply, "invalid_request", dict(sent)["state"], client.redirect_uri)


def test_nothing_is_remembered_for_a_refused_request(bridge):
    browser = bridge.browser()
    bridge.client().authorize(browser, scope="profile")
    assert not browser.cookies


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods(bridge, method):
    reply = send(bridge.server.port, method, "/authorize", host=bridge.server.host)
    assert reply.status == 405 and set(reply.header("Allow").replace(" ", "").split(",")) >= {"GET", "POST"}


def test_no_cors_for_authorize(bridge):
    reply = bridge.browser().get("/authorize?" + urllib.parse.urlencode(bridge.client("spa").request()),
                                 [("Origin", "https://client.example")])
    assert reply.header("Access-Control-Allow-Origin") is None


# -- the level contract (DESIGN section 8) --------------------------------------------------------

def levels_asked(request):
    return [element.text for element in request.root.iter(
        "{urn:oasis:names:tc:SAML:2.0:assertion}AuthnContextClassRef")]


@pytest.mark.parametrize("changes, level", [
    ({"acr_values": "http://eidas.europa.eu/LoA/high"}, "high"),
    ({"acr_values": "http://eidas.europa.eu/LoA/high http://eidas.europa.eu/LoA/substantial"}, "substantial"),
    ({"acr_values": "urn:unknown http://eidas.europa.eu/LoA/high"}, "high"),
    ({"claims": '{"id_token": {"acr": {"essential": true, "value": "http://eidas.europa.eu/LoA/high"}}}'},
     "high"),
])
def test_the_level_that_is_asked_is_asked_for_and_binds(bridge, changes, level):
    browser = bridge.browser()
    request = bridge.begin(browser, **changes)
    assert any(uri.endswith("/" + level) for uri in levels_asked(request))
    lower = {"high": "substantial", "substantial": "low"}[level]
    with bridge.refuses("LEVEL_TOO_LOW"):
        reply = bridge.finish(browser, request, level="http://eidas.europa.eu/LoA/" + lower)
    assert reply.query["error"] == "unmet_authentication_requirements"
    assert "code" not in reply.query


def test_an_essential_acr_that_no_provider_knows(bridge):
    client = bridge.client()
    sent = client.request(claims='{"id_token": {"acr": {"essential": true, "values": ["urn:nobody"]}}}')
    with bridge.refuses("AUTHZ_LEVEL"):
        assert is_error(client.authorize(bridge.browser(), sent), "unmet_authentication_requirements",
                        sent["state"])


def test_minimum_level_of_the_client(bridge):
    client, browser = bridge.client("high"), bridge.browser()
    request = bridge.begin(browser, client)
    with bridge.refuses("LEVEL_TOO_LOW"):
        reply = bridge.finish(browser, request)
    assert reply.query["error"] == "unmet_authentication_requirements"
    bridge.log_in(client, answer={"level": "http://eidas.europa.eu/LoA/high"})


# -- prompt and max_age ----------------------------------------------------------------------------

@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "0"}, {"max_age": "60"}])
def test_fresh_authentication_is_asked_for(bridge, changes):
    request = bridge.begin(bridge.browser(), **changes)
    assert request.root.get("ForceAuthn") == "true"


@pytest.mark.parametrize("changes, age", [({"prompt": "login"}, 600), ({"max_age": "60"}, 600)])
def test_an_old_authentication_is_refused(bridge, changes, age):
    from idp import moment
    browser = bridge.browser()
    request = bridge.begin(browser, **changes)
    with bridge.refuses("COND_AUTHN_INSTANT"):
        bridge.finish(browser, request, authn_instant=moment(-age))


def test_pkce_of_a_public_client_is_kept_through_the_login(bridge):
    client = bridge.client("spa")
    verifier, challenge = pkce()
    code = bridge.code(client, code_challenge=challenge, code_challenge_method="S256")
    with bridge.refuses("TOKEN_PKCE"):
        assert client.token(code, code_verifier="x" * 43).json()["error"] == "invalid_grant"
    assert verifier

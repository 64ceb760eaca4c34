"""Beside everything else that a vhost may hold: no rule of others takes an endpoint away or changes its reply, and
no endpoint takes anything from others."""

import os

import pytest

from client import send
from conftest import STORE, vhost_text
from harness import MODULES
from test_proxy import PROXY, backend  # noqa: F401 pylint: disable=unused-import


def loads(*names):
    return STORE + "".join("LoadModule %s_module %s/mod_%s.so\n" % (name, MODULES, name) for name in names)


def whole_login(own):
    """authorize, answer, token, userinfo, and one refusal of each form, all from us."""
    client = own.client()
    reply, _ = own.log_in(client)
    assert reply.query["iss"] == own.issuer
    tokens = client.token(reply.query["code"])
    assert tokens.status == 200
    assert client.userinfo(tokens.json()["access_token"]).json()["given_name"] == "Inés"
    page = client.authorize(own.browser(), client_id="nobody")
    assert page.status == 400 and page.header("Content-Security-Policy"), "an ErrorDocument took its place"
    assert client.token("x" * 43).json()["error"] == "invalid_grant"
    unknown = client.userinfo("x" * 43)
    assert unknown.status == 401 and "invalid_token" in unknown.header("WWW-Authenticate")


@pytest.mark.parametrize("lines", [
    'ProxyPass "/" "http://127.0.0.1:@BACKEND@/" mapping=encoded',
    '<Location "/">\n  ProxyPass "http://127.0.0.1:@BACKEND@/"\n</Location>',
    '<Location "/">\n  SetHandler "proxy:http://127.0.0.1:@BACKEND@"\n</Location>',
    'ProxyPassMatch "^/(.*)$" "http://127.0.0.1:@BACKEND@/$1"',
    'RewriteEngine On\nRewriteRule "^/(.*)$" "http://127.0.0.1:@BACKEND@/$1" [P,L]',
])
def test_beside_a_proxy_of_everything(make_server, backend, lines):  # noqa: F811
    own = make_server(global_=loads("rewrite") + PROXY, extra=lines.replace("@BACKEND@", str(backend)))
    whole_login(own)
    assert send(own.server.port, "GET", "/other", host=own.server.host).text.startswith("backend /")


@pytest.mark.parametrize("lines, status", [
    ('RewriteEngine On\nRewriteRule "." "-" [F]', 403),
    ('RewriteEngine On\nRewriteRule "." "https://www.example/" [R=301,L]', 301),
    ('RewriteEngine On\nRewriteRule "^" "/index.html" [L]', 200),
    ('Redirect permanent "/" "https://www.example/"', 301),
    ('RedirectMatch 410 "."', 410),
    ('AliasMatch "." "@FOLDER@/htdocs/index.html"', 200),
    ('FallbackResource "/index.html"', 200),
    ('DirectorySlash On\nDirectoryIndex index.html', 404),
    ('ErrorDocument 400 "/index.html"\nErrorDocument 401 "no"\nErrorDocument 404 "/index.html"', 404),
    ('SetHandler "server-status"', 404),
    ('<Directory "@FOLDER@/htdocs">\n  AllowOverride All\n</Directory>', 403),
])
def test_beside_rules_for_everything(make_server, lines, status):
    own = make_server(start=False)
    with open(os.path.join(own.server.folder, "htdocs", ".htaccess"), "w", encoding="ascii") as file:
        file.write("Require all denied\nRewriteEngine On\nRewriteRule . - [F]\n")
    own.server.write(vhost_text(own.server.folder, extra=lines.replace("@FOLDER@", own.server.folder)),
                     loads("rewrite", "dir"))
    own.server.start()
    whole_login(own)
    assert send(own.server.port, "GET", "/other", host=own.server.host).status == status


def test_through_a_proxy_that_ends_tls(make_server):
    """The browser's side has other names and ports; only the issuer counts."""
    own = make_server(start=False, global_=STORE + PROXY)
    own.server.write(vhost_text(own.server.folder), STORE + PROXY, after=(
        "<VirtualHost 127.0.0.1:%d>\nServerName front.example\nProxyPass / http://127.0.0.1:%d/\n"
        "ProxyPassReverse / http://127.0.0.1:%d/\nRequestHeader set X-Forwarded-Proto https\n"
        "RequestHeader set Host bridge.example\nProxyPreserveHost On\n</VirtualHost>") % ((own.server.port,) * 3))
    own.server.start()
    assert own.sp.acs == ["https://bridge.example/saml/acs"]
    own.server.host = "front.example"
    whole_login(own)


def test_an_endpoint_denied_by_its_location_is_denied(make_server):
    """Access rules of the administrator stand above us, at every endpoint."""
    paths = ("/authorize", "/token", "/userinfo", "/saml/acs", "/saml/metadata", "/jwks",
             "/.well-known/openid-configuration")
    own = make_server(extra="".join('<Location "%s">\n  Require all denied\n</Location>\n' % path for path in paths))
    for path in paths:
        for method in ("GET", "POST", "OPTIONS"):
            assert send(own.server.port, method, path, host=own.server.host).status == 403


def test_what_is_no_endpoint_of_ours_is_the_sites(make_server):
    """Also below our own folders, and where other software has its health; nothing of it is logged by us."""
    own = make_server(start=False)
    paths = ("healthz", "readyz", "metrics", "authorize.txt", "jwks.json", ".well-known/security.txt", "samlx")
    for path in paths:
        file = os.path.join(own.server.folder, "htdocs", path)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "w", encoding="ascii") as out:
            out.write("the site's " + path)
    own.server.start()
    with own.accepts():
        for path in paths:
            reply = send(own.server.port, "GET", "/" + path, host=own.server.host)
            assert reply.status == 200 and reply.text == "the site's " + path
            missing = send(own.server.port, "GET", "/" + path + "-is-not-there", host=own.server.host)
            assert missing.status == 404 and missing.header("Content-Security-Policy") is None


def test_our_cookies_reach_no_one_else(make_server, backend):  # noqa: F811
    """Neither a backend nor a program behind an internal redirect, whatever the cookies' order."""
    own = make_server(global_=STORE + PROXY, extra='ProxyPass "/" "http://127.0.0.1:%d/"' % backend)
    browser = own.browser()
    own.begin(browser)
    ours = dict(browser.cookies)
    assert ours
    for cookies in ({**ours, "z": "1"}, {"a": "1", **ours}, {"a": "1", **ours, "z": "1"}):
        browser.cookies = cookies
        text = browser.get("/x").text
        assert "__Host-eb" not in text and all(value not in text for value in ours.values())


def test_endpoints_are_not_reached_by_an_internal_redirect(make_server):
    """An ErrorDocument that names one gets no reply of ours: its request was another's."""
    own = make_server(extra='ErrorDocument 404 "/jwks"')
    reply = send(own.server.port, "GET", "/nothing", host=own.server.host)
    assert reply.status == 404 and "keys" not in reply.text

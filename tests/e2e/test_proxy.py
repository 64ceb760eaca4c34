"""The module beside others: an issuer with a path, ProxyPass /, a proxy in front, several vhosts."""

import http.server
import threading

import pytest

from client import send, send_raw
from conftest import ISSUER, STORE, vhost_text
from harness import MODULES

PROXY = "LoadModule proxy_module %s/mod_proxy.so\nLoadModule proxy_http_module %s/mod_proxy_http.so\n" % (
    MODULES, MODULES)


class Backend(http.server.BaseHTTPRequestHandler):
    """Answers everything, and says what cookies came."""

    def do_GET(self):
        body = ("backend %s [%s]" % (self.path, self.headers.get("Cookie", ""))).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def backend():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_an_issuer_with_a_path(make_server):
    own = make_server(issuer="https://bridge.example/login/eidas", keys="none")
    client = own.client()
    reply, _ = own.log_in(client)
    assert reply.query["iss"] == "https://bridge.example/login/eidas"
    assert client.token(reply.query["code"]).status == 200
    assert own.sp.acs == ["https://bridge.example/login/eidas/saml/acs"]
    for path in ("/login/eidas/.well-known/openid-configuration",
                 "/.well-known/oauth-authorization-server/login/eidas"):
        document = send(own.server.port, "GET", path, host=own.server.host)
        assert document.status == 200 and document.json()["issuer"] == own.issuer
    for path in ("/authorize", "/token", "/login/authorize", "/login/eidasx/authorize"):
        assert send(own.server.port, "GET", path, host=own.server.host).status == 404


@pytest.mark.parametrize("issuer", [ISSUER, ISSUER + "/sub"])
def test_beside_proxypass_of_everything(make_server, backend, issuer):
    own = make_server(issuer=issuer, keys="none" if issuer != ISSUER else "copy", global_=STORE + PROXY,
                      extra='ProxyPass "/" "http://127.0.0.1:%d/"' % backend)
    client, browser = own.client(), own.browser()
    reply, _ = own.log_in(client, browser=browser)
    assert client.token(reply.query["code"]).status == 200
    own.begin(browser)
    browser.cookies["theirs"] = "1"
    assert browser.get("/anything").text == "backend /anything [theirs=1]"
    assert browser.get(own.path + "/authorizee").text.startswith("backend")


def test_headers_of_a_proxy_in_front_change_nothing(bridge):
    headers = [("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "http"), ("Forwarded", "host=evil.example"),
               ("X-Forwarded-For", "192.0.2.1")]
    reply = send(bridge.server.port, "GET", "/.well-known/openid-configuration", headers, host="evil.example")
    assert reply.status in (200, 404) and "evil" not in reply.text
    browser = bridge.browser()
    page = bridge.client().authorize(browser)
    assert page.status == 302 or page.status == 303


def test_location_rules_still_apply(make_server):
    own = make_server(extra='<Location "/userinfo">\n  Require all denied\n</Location>')
    assert send(own.server.port, "GET", "/userinfo", host=own.server.host).status == 403
    own.log_in()


def test_two_issuers_do_not_accept_each_others_things(make_server):
    own = make_server(start=False)
    folder, port = own.server.folder, own.server.port
    second = vhost_text(folder, "https://second.example").replace('"%s/keys"' % folder, '"%s/keys-two"' % folder)
    own.server.write(vhost_text(folder), STORE, after="<VirtualHost 127.0.0.1:%d>\nServerName second.example\n%s\n"
                                                "</VirtualHost>" % (port, second))
    own.server.start()
    client = own.client()
    code = own.code(client)
    tokens = client.token(own.code(client)).json()
    body = ("grant_type=authorization_code&code=%s&redirect_uri=%s" % (code, client.redirect_uri)).encode()
    foreign = send(port, "POST", "/token", [("Content-Type", "application/x-www-form-urlencoded"), client.basic()],
                   body, host="second.example")
    assert foreign.status == 400 and foreign.json()["error"] == "invalid_grant"
    assert send(port, "GET", "/userinfo", [("Authorization", "Bearer " + tokens["access_token"])],
                host="second.example").status == 401
    assert client.token(code).status == 200
    browser = own.browser()
    request = own.begin(browser)
    reply = send(port, "POST", "/saml/acs", [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Cookie", "; ".join("%s=%s" % pair for pair in browser.cookies.items()))],
                 __import__("urllib.parse").parse.urlencode({"SAMLResponse": __import__("base64").b64encode(
                     own.answer(request)).decode()}).encode(), host="second.example")
    assert reply.status == 400 and reply.location is None


def test_a_vhost_without_an_issuer_is_untouched(make_server):
    own = make_server(start=False)
    own.server.write(vhost_text(own.server.folder), STORE,
                     after="<VirtualHost 127.0.0.1:%d>\nServerName plain.example\n</VirtualHost>" % own.server.port)
    own.server.start()
    for path in ("/authorize", "/token", "/jwks", "/saml/acs", "/.well-known/openid-configuration"):
        assert send(own.server.port, "GET", path, host="plain.example").status == 404
    assert send(own.server.port, "GET", "/index.html", host="plain.example").text == "site\n"


@pytest.mark.parametrize("path", ["//authorize", "/./authorize", "/x/../authorize", "/%61uthorize", "/authorize/",
                                  "/AUTHORIZE", "/authorize%00", "/authorize;x"])
def test_other_spellings_of_a_path(bridge, path):
    """Either the same endpoint or nothing: never an error of another kind."""
    reply = send(bridge.server.port, "GET", path, host=bridge.server.host)
    assert reply.status in (301, 302, 400, 404)


def test_raw_http_does_not_break_it(bridge):
    host = b"Host: " + bridge.server.host.encode() + b"\r\n"
    for data in (b"POST /token HTTP/1.1\r\n" + host + b"Content-Length: 100\r\n\r\nshort",
                 b"POST /token HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
                 b"POST /saml/acs HTTP/1.1\r\n" + host + b"Content-Type: application/x-www-form-urlencoded\r\n"
                 b"Content-Length: 999999999999\r\nConnection: close\r\n\r\nx",
                 b"GET /userinfo HTTP/1.0\r\n\r\n", b"GET /authorize HTTP/0.9\r\n\r\n"):
        connection_data = data
        import socket
        with socket.create_connection(("127.0.0.1", bridge.server.port), timeout=10) as connection:
            connection.sendall(connection_data)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
    bridge.log_in()


def test_a_chunked_body_is_read(bridge):
    client = bridge.client()
    code = bridge.code(client)
    from urllib.parse import urlencode
    body = urlencode({"grant_type": "authorization_code", "code": code, "redirect_uri": client.redirect_uri}).encode()
    name, value = client.basic()
    data = (b"POST /token HTTP/1.1\r\nHost: bridge.example\r\nConnection: close\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n"
            + ("%s: %s\r\n\r\n" % (name, value)).encode())
    for start in range(0, len(body), 7):
        piece = body[start:start + 7]
        data += b"%x\r\n%s\r\n" % (len(piece), piece)
    answer = send_raw(bridge.server.port, data + b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200"), answer

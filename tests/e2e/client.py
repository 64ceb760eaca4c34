"""The two foreign sides of the OpenID half: a browser with cookies, and an OpenID client."""

import base64
import hashlib
import html.parser
import http.client
import json
import secrets
import socket
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def b64u_decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Reply:
    """An HTTP reply as it came."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name):
        """The only value of a header, or None."""
        values = self.all(name)
        assert len(values) <= 1, "%s is sent %d times" % (name, len(values))
        return values[0] if values else None

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def location(self):
        return self.header("Location")

    @property
    def query(self):
        """The parameters of the Location, each given once: {name: value}."""
        pairs = urllib.parse.parse_qsl(urllib.parse.urlsplit(self.location).query,
                                       keep_blank_values=True, strict_parsing=True)
        assert len(dict(pairs)) == len(pairs), "a parameter is repeated: " + self.location
        return dict(pairs)

    def json(self):
        return json.loads(self.body)


def send(port, method, path, headers=(), body=None, host="bridge.example"):
    """One request on a connection of its own. `headers` is a list of pairs."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", host)
        for name, value in headers:
            connection.putheader(name, value)
        if body is not None and not any(name.lower() in ("content-length", "transfer-encoding")
                                        for name, _ in headers):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        reply = connection.getresponse()
        return Reply(reply.status, reply.getheaders(), reply.read())
    finally:
        connection.close()


def send_raw(port, data, seconds=10):
    """Bytes as they are; everything that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(data)
        received = b""
        while True:
            try:
                piece = connection.recv(65536)
            except (ConnectionResetError, socket.timeout):
                break
            if not piece:
                break
            received += piece
        return received


class Form(html.parser.HTMLParser):
    """The first form of a page: action, method, hidden inputs."""

    def __init__(self, text):
        super().__init__()
        self.action, self.method, self.inputs, self.has_button = None, None, {}, False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "form" and self.action is None:
            self.action, self.method = values.get("action"), values.get("method", "get").lower()
        elif tag == "input" and values.get("type") == "hidden":
            assert values["name"] not in self.inputs, "an input is repeated"
            self.inputs[values["name"]] = values.get("value", "")
        if tag == "button" or (tag == "input" and values.get("type") == "submit"):
            self.has_button = True


class Browser:
    """One browser: its cookies for the bridge, and nothing else."""

    def __init__(self, server):
        self.server = server
        self.cookies = {}

    def _send(self, method, path, headers=(), body=None):
        headers = list(headers)
        if self.cookies:
            headers.append(("Cookie", "; ".join("%s=%s" % pair for pair in self.cookies.items())))
        reply = send(self.server.port, method, path, headers, body, host=self.server.host)
        for line in reply.all("Set-Cookie"):
            pair, _, attributes = line.partition(";")
            name, _, value = pair.partition("=")
            words = {word.strip().lower() for word in attributes.split(";")}
            if name.startswith("__Host-"):
                assert {"secure", "path=/"} <= words and not any(
                    word.startswith("domain") for word in words), line
            if "max-age=0" in words or "expires=thu, 01 jan 1970 00:00:00 gmt" in words:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return reply

    def get(self, path, headers=()):
        return self._send("GET", path, headers)

    def post(self, path, fields, headers=()):
        """A form. fields: mapping, list of pairs, or bytes as they are."""
        body = fields if isinstance(fields, bytes) else urllib.parse.urlencode(fields).encode()
        return self._send("POST", path, [
            ("Content-Type", "application/x-www-form-urlencoded"), *headers], body)

    def answer(self, message, relay_state=None, path="/saml/acs", more=()):
        """Posts a SAMLResponse (bytes of XML, or text that is base64 already), cross-site."""
        if isinstance(message, bytes):
            message = base64.b64encode(message).decode()
        fields = [("SAMLResponse", message)]
        if relay_state is not None:
            fields.append(("RelayState", relay_state))
        return self.post(path, fields + list(more), [("Origin", "https://idp.example")])


class Client:
    """An OpenID client. `secret` None is a public one."""

    def __init__(self, server, client_id, secret=None, redirect_uri="https://client.example/cb",
                 path=""):
        self.server = server
        self.client_id = client_id
        self.secret = secret
        self.redirect_uri = redirect_uri
        self.path = path

    def request(self, **changes):
        """The parameters of a good authorization request, with changes; None leaves one out."""
        parameters = {
            "client_id": self.client_id, "response_type": "code", "scope": "openid",
            "redirect_uri": self.redirect_uri, "state": "st-" + secrets.token_hex(8),
            "nonce": "n-" + secrets.token_hex(8),
        }
        parameters.update(changes)
        return {name: value for name, value in parameters.items() if value is not None}

    def authorize(self, browser, parameters=None, **changes):
        parameters = self.request(**changes) if parameters is None else parameters
        query = parameters if isinstance(parameters, str) else urllib.parse.urlencode(parameters)
        return browser.get(self.path + "/authorize?" + query)

    def basic(self, client_id=None, secret=None):
        quoted = (urllib.parse.quote_plus(self.client_id if client_id is None else client_id),
                  urllib.parse.quote_plus(self.secret if secret is None else secret))
        return ("Authorization", "Basic " + base64.b64encode(":".join(quoted).encode()).decode())

    def token_raw(self, fields, headers=()):
        body = fields if isinstance(fields, bytes) else urllib.parse.urlencode(fields).encode()
        return send(self.server.port, "POST", self.path + "/token", [
            ("Content-Type", "application/x-www-form-urlencoded"), *headers], body,
                    host=self.server.host)

    def token(self, code, method="basic", **changes):
        """Redeems a code. Changes: other fields; None leaves one out."""
        fields = {"grant_type": "authorization_code", "code": code,
                  "redirect_uri": self.redirect_uri}
        headers = []
        if self.secret is None:
            fields["client_id"] = self.client_id
        elif method == "post":
            fields["client_id"], fields["client_secret"] = self.client_id, self.secret
        elif method == "basic":
            headers.append(self.basic())
        fields.update(changes)
        return self.token_raw({name: value for name, value in fields.items() if value is not None},
                              headers)

    def userinfo(self, token, method="GET", **more):
        return send(self.server.port, method, self.path + "/userinfo",
                    [("Authorization", "Bearer " + token)], host=self.server.host, **more)

    def jwks(self):
        return send(self.server.port, "GET", self.path + "/jwks", host=self.server.host).json()

    def id_token(self, text):
        """(header, claims) of an ID token whose signature is good by the published keys."""
        head, body, signature = text.split(".")
        header, claims = json.loads(b64u_decode(head)), json.loads(b64u_decode(body))
        key = next(key for key in self.jwks()["keys"] if key["kid"] == header["kid"])
        assert key.get("alg", header["alg"]) == header["alg"] and key["use"] == "sig"
        verify_jws(key, header["alg"], (head + "." + body).encode(), b64u_decode(signature))
        return header, claims


def verify_jws(key, algorithm, data, signature):
    """Raises InvalidSignature."""
    def number(name):
        return int.from_bytes(b64u_decode(key[name]), "big")

    if algorithm == "RS256":
        rsa.RSAPublicNumbers(number("e"), number("n")).public_key().verify(
            signature, data, padding.PKCS1v15(), hashes.SHA256())
    elif algorithm == "ES256":
        assert len(signature) == 64 and key["crv"] == "P-256"
        ec.EllipticCurvePublicNumbers(number("x"), number("y"), ec.SECP256R1()).public_key().verify(
            encode_dss_signature(int.from_bytes(signature[:32], "big"),
                                 int.from_bytes(signature[32:], "big")),
            data, ec.ECDSA(hashes.SHA256()))
    else:
        raise AssertionError("an algorithm that was not asked for: " + algorithm)


def pkce():
    """(verifier, challenge)."""
    verifier = secrets.token_urlsafe(32)
    return verifier, b64u(hashlib.sha256(verifier.encode()).digest())

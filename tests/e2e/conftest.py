"""One bridge for most tests: several providers and clients, each test its own login.

Tests that need a server of their own make it with `make_server`, on a copy of the same keys.
"""

import os
import shutil
import tempfile

import pytest

from client import Browser, Client, Form, send
from harness import Httpd, pages_path
from idp import EIDAS, IdentityProvider, LOA, Request, ServiceProvider

ISSUER = "https://bridge.example"
SECRET = "correct horse: battery/staple+% and more than 32"

LEVELS = """
    Levels http://eidas.europa.eu/LoA/low low http://eidas.europa.eu/LoA/low
    Levels http://eidas.europa.eu/LoA/substantial substantial http://eidas.europa.eu/LoA/substantial
    Levels http://eidas.europa.eu/LoA/high high http://eidas.europa.eu/LoA/high
"""

# For each provider: how the judge behaves, and what stands in its section beside Profile and Metadata.
STORE = "EidasExpectedSessions 2000\n"

PROVIDERS = {
    "judge": ({}, "generic", LEVELS + """
    RequireSignature both
    RequireEncryption On
    Subject http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier
    MapClaim given_name from http://eidas.europa.eu/attributes/naturalperson/CurrentGivenName
    MapClaim family_name from http://eidas.europa.eu/attributes/naturalperson/CurrentFamilyName
    MapClaim birthdate from http://eidas.europa.eu/attributes/naturalperson/DateOfBirth
    MapClaim email from urn:oid:0.9.2342.19200300.100.1.3
    MapClaim idp value judge
"""),
    "loose": ({}, "generic", LEVELS + """
    RequireSignature either
    RequireEncryption Off
    AllowAlgorithms aes-cbc
    Subject http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier
"""),
    "eidas": ({"kind": "secp256r1", "method": "ecdsa-sha256"}, "eidas", """
    SPType public
    Country FI
"""),
    "suomifi": ({}, "suomi.fi", ""),
}

# For each client: its redirect URI and what else stands in its section.
CLIENTS = {
    "web": """
    Secret @FOLDER@/web.secret
    Scopes openid profile email
    Claims given_name family_name birthdate
    HomeURL https://client.example/
    Providers judge""",
    "other": """
    Secret @FOLDER@/web.secret
    Claims given_name
    Providers judge""",
    "spa": """
    AllowedOrigin https://client.example
    Claims given_name
    Providers judge""",
    "careful": """
    Secret @FOLDER@/web.secret
    RequirePKCE On
    Providers judge""",
    "high": """
    Secret @FOLDER@/web.secret
    MinimumLevel high
    Providers judge""",
    "needy": """
    Secret @FOLDER@/web.secret
    RequiredClaims email
    Claims email
    Providers judge""",
    "es256": """
    Secret @FOLDER@/web.secret
    IDTokenAlg ES256
    Claims given_name
    ClaimsIn both
    Providers judge""",
    "loose": """
    Secret @FOLDER@/web.secret
    Claims given_name
    Providers loose""",
    "eidas": """
    Secret @FOLDER@/web.secret
    Claims given_name family_name birthdate
    Providers eidas""",
    "suomifi": """
    Secret @FOLDER@/web.secret
    Claims given_name family_name birthdate
    Providers suomifi""",
}


def redirect_uri(name):
    return "https://client.example/cb" if name == "web" else "https://%s.client.example/cb" % name


def vhost_text(folder, issuer=ISSUER, extra="", providers=None, clients=None, changes=None):
    """The configuration of the vhost. `changes`: {name of a client or provider: further lines}."""
    changes = changes or {}
    usual = ["EidasIssuer " + issuer, 'EidasKeyDirectory "%s/keys"' % folder, 'EidasPages "%s"' % pages_path(),
             "EidasDefaultProvider judge"]
    said = {line.split()[0] for line in extra.splitlines() if line.split()} - {"EidasIssuer"}
    text = "\n".join([line for line in usual if line.split()[0] not in said] + [extra, ""])
    for name, (_, profile, lines) in (providers or PROVIDERS).items():
        lines += changes.get("provider " + name, "")
        if "    Profile " not in lines:
            lines = "    Profile %s\n%s" % (profile, lines)
        text += '<EidasProvider %s>\n    Metadata "%s/%s.xml"\n%s\n</EidasProvider>\n' % (
            name, folder, name, lines)
    for name, lines in (clients or CLIENTS).items():
        text += '<EidasClient %s>\n    RedirectURI %s\n%s\n%s\n</EidasClient>\n' % (
            name, redirect_uri(name), lines.replace("@FOLDER@", folder), changes.get("client " + name, ""))
    return text


class Bridge:
    """A server, its service provider as its metadata says, the judges, and the clients."""

    def __init__(self, server, judges, issuer=ISSUER):
        self.server = server
        self.judges = judges
        self.issuer = issuer
        self.path = issuer[len("https://"):].partition("/")[2]
        self.path = "/" + self.path if self.path else ""
        self._sp = None

    @property
    def sp(self):
        if self._sp is None:
            reply = send(self.server.port, "GET", self.path + "/saml/metadata", host=self.server.host)
            assert reply.status == 200, reply.text
            self._sp = ServiceProvider(reply.body)
        return self._sp

    def client(self, name="web", secret=SECRET):
        return Client(self.server, name, None if name == "spa" else secret, redirect_uri(name), self.path)

    def browser(self):
        return Browser(self.server)

    def refuses(self, name):
        return self.server.refuses(name)

    def accepts(self):
        return self.server.accepts()

    # -- one login, step by step ----------------------------------------------------------------

    def begin(self, browser, client=None, parameters=None, **changes):
        """authorize; gives the AuthnRequest."""
        client = client or self.client()
        reply = client.authorize(browser, parameters, **changes)
        return self.request_in(reply)

    def request_in(self, reply):
        if reply.status in (302, 303):
            return Request.from_redirect(reply.location, self.sp)
        assert reply.status == 200, (reply.status, reply.text)
        return Request.from_post(Form(reply.text), self.sp)

    def answer(self, request, judge="judge", **changes):
        """The bytes of a good Response to that request, but for the changes."""
        return self.judges[judge].answer(request, self.sp, **changes).xml()

    def deliver(self, browser, request, message):
        return browser.answer(message, request.relay_state, path=self.path + "/saml/acs")

    def finish(self, browser, request, judge="judge", **changes):
        """Answers and delivers; gives the reply."""
        return self.deliver(browser, request, self.answer(request, judge, **changes))

    def log_in(self, client=None, judge="judge", browser=None, parameters=None, answer=None, **changes):
        """authorize to the redirect with the code; gives (that reply, the parameters sent)."""
        browser = browser or self.browser()
        client = client or self.client()
        parameters = parameters or client.request(**changes)
        request = self.begin(browser, client, parameters)
        reply = self.finish(browser, request, judge, **(answer or {}))
        assert reply.status in (302, 303), (reply.status, reply.text)
        assert "code" in reply.query, reply.location
        return reply, parameters

    def code(self, client=None, **more):
        return self.log_in(client, **more)[0].query["code"]


@pytest.fixture(scope="session")
def judges():
    return {name: IdentityProvider(name, **words) for name, (words, _, _) in PROVIDERS.items()}


def fill_folder(folder, judges):
    """The files that the configuration names."""
    for name, judge in judges.items():
        with open(os.path.join(folder, name + ".xml"), "w", encoding="utf-8") as file:
            file.write(judge.metadata())
    with open(os.path.join(folder, "web.secret"), "w", encoding="utf-8") as file:
        file.write(SECRET + "\n")


@pytest.fixture(scope="session")
def bridge(judges):
    """The bridge that tests share. No test may stop it or leave its store full."""
    folder = tempfile.mkdtemp(prefix="eb-e2e.")
    fill_folder(folder, judges)
    server = Httpd(vhost_text(folder), folder=folder, global_=STORE)
    try:
        server.start()
        yield Bridge(server, judges)
        server.stop()
    finally:
        server.stop()
        if "EB_KEEP" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def make_server(bridge, judges):
    """A function that makes a bridge of the test's own; words as for vhost_text, and `start`."""
    yield from making_servers(bridge, judges)


@pytest.fixture(scope="module")
def make_shared_server(bridge, judges):
    """The same, for a bridge that the tests of one file share."""
    yield from making_servers(bridge, judges)


def making_servers(bridge, judges):
    made = []

    def make(start=True, keys="copy", issuer=ISSUER, global_=STORE, after="", host="bridge.example",
             environment=None, **words):
        folder = tempfile.mkdtemp(prefix="eb-e2e.")
        fill_folder(folder, judges)
        if keys == "copy":
            copy_keys(bridge.server.folder, folder)
        server = Httpd(vhost_text(folder, issuer, **words), folder=folder, global_=global_, after=after,
                       host=host, environment=environment)
        made.append(server)
        if start:
            server.start()
        return Bridge(server, judges, issuer)

    yield make
    for server in made:
        server.stop()
        if "EB_KEEP" not in os.environ:
            shutil.rmtree(server.folder, ignore_errors=True)


def copy_keys(source, target):
    """The key directory, and the marker that stands beside it."""
    for name in os.listdir(source):
        if not name.startswith("keys"):
            continue
        path = os.path.join(source, name)
        if os.path.isdir(path):
            shutil.copytree(path, os.path.join(target, name), copy_function=shutil.copy2)
            shutil.copystat(path, os.path.join(target, name))
        else:
            shutil.copy2(path, os.path.join(target, name))


__all__ = ["EIDAS", "LOA"]

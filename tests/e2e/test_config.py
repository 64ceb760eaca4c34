"""apachectl configtest finds every mistake, with file and line, what was found and what is accepted."""

import re

import pytest

from conftest import PROVIDERS, SECRET


def check(own, *words):
    """configtest fails, names file and line, and says every word; gives what it said."""
    status, said = own.server.configtest()
    assert status != 0, said
    assert re.search(r"httpd\.conf[: ](line )?\d+|line \d+ of .*httpd\.conf", said), said
    for word in words:
        assert word.lower() in said.lower(), (word, said)
    return said


def test_a_good_configuration_passes(make_server):
    status, said = make_server(start=False).server.configtest()
    assert status == 0, said


@pytest.mark.parametrize("issuer", [
    "http://bridge.example", "https://bridge.example/", "https://bridge.example?x", "https://bridge.example#x",
    "bridge.example", "https://", "https://user@bridge.example", "https://bridge.example/a/"])
def test_issuers(make_server, issuer):
    check(make_server(start=False, issuer=issuer), "EidasIssuer")


@pytest.mark.parametrize("extra, words", [
    ("EidasClockSkew 301s", ["EidasClockSkew", "300s"]),
    ("EidasClockSkew soon", ["EidasClockSkew", "soon"]),
    ("EidasLoginLifetime 15", ["EidasLoginLifetime"]),
    ("EidasMaxMessage -1", ["EidasMaxMessage"]),
    ("EidasMaxMessage 256X", ["EidasMaxMessage"]),
    ("EidasTokenAlgs RS256 HS256", ["HS256", "RS256"]),
    ("EidasTokenAlgs none", ["none"]),
    ("EidasDefaultProvider nobody", ["nobody"]),
    ("EidasLanguages en xx", ["xx"]),
    ("EidasPages /nonexistent", ["/nonexistent"]),
    ("EidasStylesheet /nonexistent.css", ["/nonexistent.css"]),
    ("EidasSigningKey /nonexistent.key", ["/nonexistent.key"]),
    ("EidasIssuer https://other.example", ["EidasIssuer"]),
    ("EidasEntityID not-a-uri", ["EidasEntityID"]),
])
def test_server_directives(make_server, extra, words):
    check(make_server(start=False, extra=extra), *words)


@pytest.mark.parametrize("line, words", [
    ("Profile eidass", ["eidass", "eidas"]),
    ("Metdata x", ["EB1004", "Metdata", "Metadata"]),
    ("SPType official", ["SPType", "public", "private"]),
    ("Country Finland", ["Country", "Finland"]),
    ("Levels urn:x highest", ["highest", "high"]),
    ("Comparison better", ["better", "minimum"]),
    ("RequireSignature none", ["none", "both"]),
    ("RequireEncryption maybe", ["maybe"]),
    ("AllowAlgorithms rsa-1_5", ["rsa-1_5"]),
    ("AllowAlgorithms tripledes-cbc", ["tripledes-cbc"]),
    ("SignatureMethod rsa-sha1", ["rsa-sha1"]),
    ("RequestBinding soap", ["soap", "redirect"]),
    ("MapClaim sub from urn:x", ["sub"]),
    ("MapClaim iss value x", ["iss"]),
    ("MapClaim given_name upper urn:x", ["upper", "from, value, join, split, match or table"]),
    ("MapClaim given_name spilt ; urn:x", ["spilt", "did you mean split?"]),
    ("MapClaim given_name join - urn:x", ["given_name", "accepted is join"]),
    ("MapClaim given_name match ( x urn:x", ["regular expression"]),
    ("MapClaim given_name match x $1 urn:x", ["$1", "0 pairs of parentheses"]),
    ("MapClaim groups table urn:x staff", ["staff", "KEY=VALUE"]),
    ("ClockSkew 10m", ["ClockSkew"]),
    ("RequireSignature both\n    RequireSignature both", ["RequireSignature"]),
])
def test_provider_words(make_server, line, words):
    providers = dict(PROVIDERS)
    providers["extra"] = ({}, "generic", "    Subject urn:x\n    " + line)
    own = make_server(start=False, providers=providers)
    with open(own.server.folder + "/extra.xml", "w", encoding="utf-8") as file:
        file.write(own.judges["judge"].metadata())
    check(own, *words)


@pytest.mark.parametrize("content, words", [
    ("", ["judge.xml"]), ("<a/>", ["EB2600"]), ("<!DOCTYPE a><a/>", ["EB2003"]), (None, ["judge.xml"])])
def test_metadata_that_cannot_be_used(make_server, content, words):
    import os
    own = make_server(start=False)
    path = own.server.folder + "/judge.xml"
    if content is None:
        os.unlink(path)
    else:
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
    check(own, *words)


def test_expired_metadata(make_server):
    from idp import moment
    own = make_server(start=False)
    with open(own.server.folder + "/judge.xml", "w", encoding="utf-8") as file:
        file.write(own.judges["judge"].metadata(valid_until=moment(-3600)))
    check(own, "EB2601")


def test_a_weak_key_in_the_metadata_of_an_eidas_provider(make_server):
    from idp import make_certificate, make_key
    own = make_server(start=False)
    with open(own.server.folder + "/eidas.xml", "w", encoding="utf-8") as file:
        file.write(own.judges["eidas"].metadata(keys=[make_certificate(make_key("rsa2048"))]))
    check(own, "EB2602", "2048", "3072")


@pytest.mark.parametrize("line, words", [
    ("RedirectURI http://client.example/cb", ["http://client.example/cb"]),
    ("RedirectURI https://client.example/cb#x", ["#"]),
    ("RedirectURI /cb", ["/cb"]),
    ("MinimumLevel medium", ["medium", "substantial"]),
    ("IDTokenAlg HS256", ["HS256"]),
    ("IDTokenAlg none", ["none"]),
    ("AuthMethod digest", ["digest", "basic"]),
    ("ClaimsIn everywhere", ["everywhere", "userinfo"]),
    ("SubjectType anonymous", ["anonymous", "pairwise"]),
    ("AllowedOrigin https://client.example/path", ["AllowedOrigin"]),
    ("AllowedOrigin *", ["AllowedOrigin"]),
    ("Secret /nonexistent.secret", ["/nonexistent.secret"]),
    ("Providers nobody", ["nobody"]),
    ("RedirectURl https://client.example/x", ["EB1004", "RedirectURl", "RedirectURI"]),
    ("RedirectURI https://elsewhere.example/cb", ["SectorIdentifier"]),
])
def test_client_words(make_server, line, words):
    clients = {"extra": "    Secret @FOLDER@/web.secret\n" if not line.startswith("Secret") else ""}
    if not line.startswith("Providers"):
        clients["extra"] += "    Providers judge\n"
    own = make_server(start=False, clients=clients, changes={"client extra": "    " + line})
    check(own, *words)


def test_a_client_with_a_minimum_level_needs_a_provider_with_levels(make_server):
    providers = {"judge": ({}, "generic", "    Subject urn:x")}
    own = make_server(start=False, providers=providers,
                      clients={"extra": "    Secret @FOLDER@/web.secret\n    MinimumLevel high"})
    check(own, "MinimumLevel")


def test_a_client_without_a_redirect_uri(make_server):
    own = make_server(start=False, extra="<EidasClient nowhere>\n  Providers judge\n</EidasClient>")
    check(own, "RedirectURI")


def test_a_section_given_twice(make_server):
    own = make_server(start=False, extra="<EidasClient web>\n  RedirectURI https://x.example/\n</EidasClient>")
    check(own, "web")


def test_a_transient_name_id_is_no_subject(make_server):
    providers = {"judge": ({}, "generic", "    Subject NameID\n    NameIDFormat "
                           "urn:oasis:names:tc:SAML:2.0:nameid-format:transient")}
    own = make_server(start=False, providers=providers,
                      clients={"extra": "    Secret @FOLDER@/web.secret"})
    check(own, "transient")


def test_all_mistakes_are_told_at_once(make_server):
    own = make_server(start=False, changes={"client web": "MinimumLevel medium", "client other": "IDTokenAlg none"})
    status, said = own.server.configtest()
    assert status != 0
    assert "medium" in said or "none" in said


def test_a_secret_from_the_environment(make_server):
    clients = {"extra": "    Secret env:EB_TEST_SECRET\n    Providers judge"}
    own = make_server(start=False, clients=clients, environment={"EB_TEST_SECRET": "from the environment"})
    own.server.start()
    client = own.client("extra", "from the environment")
    assert client.token(own.code(client)).status == 200


def test_a_secret_from_an_environment_that_lacks_it(make_server):
    clients = {"extra": "    Secret env:EB_TEST_SECRET\n    Providers judge"}
    own = make_server(start=False, clients=clients)
    with pytest.raises(RuntimeError) as fault:
        own.server.start()
    assert "EB_TEST_SECRET" in str(fault.value)


def test_two_secrets_for_rollover(make_server):
    import os
    own = make_server(start=False, changes={"client web": "Secret @@/second.secret"})
    path = own.server.folder + "/second.secret"
    with open(path, "w", encoding="utf-8") as file:
        file.write("the second\n")
    with open(own.server.configuration, encoding="utf-8") as file:
        text = file.read().replace("@@/", own.server.folder + "/")
    with open(own.server.configuration, "w", encoding="utf-8") as file:
        file.write(text)
    assert os.path.exists(path)
    own.server.start()
    for secret in (SECRET, "the second"):
        client = own.client("web", secret)
        assert client.token(own.code(client)).status == 200

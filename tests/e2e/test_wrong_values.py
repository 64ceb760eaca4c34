"""One wrong value of each word of the configuration: configtest says file and line, the error's number, what was
found and what is accepted."""

import os
import re

import pytest

from harness import EB, TREE

# word: (what stands behind it, the error, what the message says of it)
SERVER = {
    "EidasIssuer": ("https://bridge.example/", "CONFIG_ISSUER",
                    ["found 'https://bridge.example/'", "https://host[:port][/path]"]),
    "EidasEntityID": ("sp", "CONFIG_ENTITY_ID", ["found 'sp'", "an absolute URI of at most 1024 characters"]),
    "EidasKeyDirectory": ("keys more", "CONFIG_VALUE", ["found 2 values", "one: the path of a directory"]),
    "EidasKeyGeneration": ("Once", "CONFIG_VALUE", ["found 'Once'", "On or Off"]),
    "EidasKeyRotation": ("1m", "CONFIG_LIFETIME", ["found 60s", "1h to 3660d"]),
    "EidasSigningKey": ("@FOLDER@/web.secret", "KEY_FORM", ["@FOLDER@/web.secret", "PEM"]),
    "EidasEncryptionKey": ("one two three", "CONFIG_VALUE", ["found 'one'", "KEY [CERTIFICATE]"]),
    "EidasSealingKey": ("@FOLDER@/web.secret", "KEY_FORM", ["found 48 characters", "32 bytes in base64url"]),
    "EidasPairwiseSalt": ("@FOLDER@/web.secret", "KEY_FORM", ["found 48 characters", "32 bytes in base64url"]),
    "EidasTokenAlgs": ("ES256", "CONFIG_TOKEN_ALGS", ["RS256 must be among them"]),
    "EidasClockSkew": ("301s", "CONFIG_LIFETIME", ["found 301s", "0s to 300s"]),
    "EidasLoginLifetime": ("3h", "CONFIG_LIFETIME", ["found 3h", "1s to 2h"]),
    "EidasDefaultProvider": ("judgee", "CONFIG_PROVIDER_UNKNOWN",
                             ["found 'judgee'", "names of this server's <EidasProvider> sections", "judge?"]),
    "EidasPages": ("/nonexistent", "CONFIG_PAGES", ["/nonexistent"]),
    "EidasStylesheet": ("/nonexistent.css", "CONFIG_PAGES", ["/nonexistent.css"]),
    "EidasLanguages": ("en english", "CONFIG_LANGUAGE", ["found 'english'", "codes such as en, fi or sv"]),
    "EidasMaxMessage": ("1K", "CONFIG_LIFETIME", ["found 1024 bytes", "4K to 16M"]),
    "EidasState": ("redis:localhost", "CONFIG_VALUE", ["found 'redis:localhost'", "slots"]),
    "EidasExpectedSessions": ("99", "CONFIG_VALUE", ["found '99'", "100 to 100000000"]),
}
PROVIDER = {
    "Profile": ("eidass", "CONFIG_PROFILE", ["found 'eidass'", "generic, eidas, suomi.fi", "did you mean eidas?"]),
    "Metadata": ("https://idp.example/metadata", "CONFIG_VALUE",
                 ["found 'https://idp.example/metadata'", "the path of one file"]),
    "EntityID": ("https://nobody.example/", "METADATA_ENTITY", ["https://nobody.example/", "extra.xml"]),
    "DisplayName": ("English", "CONFIG_VALUE", ["found 'English'", "LANGUAGE TEXT"]),
    "RequestBinding": ("soap", "CONFIG_VALUE", ["found 'soap'", "redirect, post or auto"]),
    "SignatureMethod": ("rsa-sha1", "CONFIG_ALGORITHM", ["found 'rsa-sha1'", "rsa-, rsa-pss- or ecdsa-"]),
    "ForceAuthn": ("always", "CONFIG_VALUE", ["found 'always'", "On or Off"]),
    "IsPassive": ("never", "CONFIG_VALUE", ["found 'never'", "On or Off"]),
    "NameIDFormat": ("stable", "CONFIG_VALUE", ["found 'stable'", "persistent, transient"]),
    "RequestACS": ("both", "CONFIG_VALUE", ["found 'both'", "url, index or none"]),
    "Comparison": ("better", "CONFIG_VALUE", ["found 'better'", "minimum, exact or omit"]),
    "Levels": ("urn:x highest", "CONFIG_VALUE", ["found 'highest'", "low, substantial or high"]),
    "AllowNonNotified": ("some", "CONFIG_VALUE", ["found 'some'", "On or Off"]),
    "SPType": ("official", "CONFIG_VALUE", ["found 'official'", "public or private"]),
    "Country": ("fi", "CONFIG_COUNTRY", ["found 'fi'", "two capital letters"]),
    "RequesterID": ("us", "CONFIG_ENTITY_ID", ["found 'us'", "an absolute URI"]),
    "IDPList": ("https://idp.example/ them", "CONFIG_ENTITY_ID", ["found 'them'", "an absolute URI"]),
    "RequestAttributes": ("!", "CONFIG_VALUE", ["found '!'", "! behind the required ones"]),
    "RequireSignature": ("none", "CONFIG_VALUE", ["found 'none'", "response, assertion, both or either"]),
    "RequireEncryption": ("maybe", "CONFIG_VALUE", ["found 'maybe'", "On or Off"]),
    "AllowAlgorithms": ("rsa-1_5", "CONFIG_ALGORITHM", ["found 'rsa-1_5'", "aes-cbc, oaep-sha1, rsa-2048"]),
    "ClockSkew": ("10m", "CONFIG_LIFETIME", ["found 10m", "0s to 300s"]),
    "MaxAuthenticationAge": ("32", "CONFIG_VALUE", ["found '32'", "30s, 5m, 8h or 7d"]),
    "Subject": ("urn:x urn:y", "CONFIG_VALUE", ["found 2 values", "the name of the identifying attribute"]),
    "SubjectNamespace": ("n" * 1025, "CONFIG_SUBJECT", ["1 to 1024 characters"]),
    "MapClaim": ("sub from urn:x", "CONFIG_CLAIM", ["found 'sub'"]),
}
CLIENT = {
    "Secret": ("one two", "CONFIG_VALUE", ["FILE, env:NAME"]),
    "AuthMethod": ("digest", "CONFIG_VALUE", ["found 'digest'", "basic, post or none"]),
    "RedirectURI": ("http://client.example/cb", "CONFIG_REDIRECT_URI", ["found 'http://client.example/cb'", "https"]),
    "Scopes": ("openid everything", "CONFIG_SCOPE", ["found 'everything'", "openid, profile, email, address and phone"]),
    "Claims": ("given_name iss", "CONFIG_CLAIM", ["found 'iss'"]),
    "RequiredClaims": ("aud", "CONFIG_CLAIM", ["found 'aud'"]),
    "ClaimsIn": ("everywhere", "CONFIG_VALUE", ["found 'everywhere'", "userinfo, idtoken or both"]),
    "Providers": ("nobody", "CONFIG_PROVIDER_UNKNOWN", ["found 'nobody'", "<EidasProvider> sections"]),
    "MinimumLevel": ("medium", "CONFIG_VALUE", ["found 'medium'", "low, substantial or high"]),
    "AcrValues": ("ignore", "CONFIG_VALUE", ["found 'ignore'", "require or prefer"]),
    "SubjectType": ("anonymous", "CONFIG_VALUE", ["found 'anonymous'", "pairwise or public"]),
    "SectorIdentifier": ("Client Example", "CONFIG_VALUE", ["found 2 values", "a host name"]),
    "RequirePKCE": ("S256", "CONFIG_VALUE", ["found 'S256'", "On or Off"]),
    "IDTokenAlg": ("HS256", "CONFIG_VALUE", ["found 'HS256'", "RS256, ES256, PS256 or EdDSA"]),
    "CodeLifetime": ("0s", "CONFIG_LIFETIME", ["found 0s", "1s to"]),
    "IDTokenLifetime": ("2d", "CONFIG_LIFETIME", ["found 2d", "1s to 1d"]),
    "AccessTokenLifetime": ("2d", "CONFIG_LIFETIME", ["found 2d", "1s to 1d"]),
    "AllowedOrigin": ("https://client.example/", "CONFIG_ORIGIN",
                      ["found 'https://client.example/'", "https://host[:port]"]),
    "HomeURL": ("/home", "CONFIG_URL", ["found '/home'", "an https URL"]),
    "MaxGrants": ("many", "CONFIG_VALUE", ["found 'many'", "a whole number"]),
    "MapClaim": ("given_name upper urn:x", "CONFIG_CLAIM", ["upper"]),
}


def registered(name):
    """The words of a table of the sources."""
    with open(os.path.join(TREE, "src", "httpd", "directives_%s.c" % name), encoding="utf-8") as file:
        return set(re.findall(r'\{\s*"([A-Z]\w+)",\s*EB_WORD_', file.read()))


@pytest.mark.parametrize("name, words", [("server", SERVER), ("provider", PROVIDER), ("client", CLIENT)])
def test_every_word_has_its_wrong_value(name, words):
    assert set(words) == registered(name)


def is_refused(own, line, error, words):
    """configtest says of the line in question: file, number, error, words."""
    path = own.server.configuration
    with open(path, encoding="utf-8") as file:
        text = file.read().replace("@FOLDER@", own.server.folder)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    line = line.replace("@FOLDER@", own.server.folder)
    numbers = [number for number, one in enumerate(text.splitlines(), 1) if one.strip() == line]
    assert len(numbers) == 1, (line, text)
    status, said = own.server.configtest()
    assert status != 0, said
    # httpd's own place of a fault while it reads, and ours of one that shows when all is read
    mine = re.findall(r"(?m)^AH00526: Syntax error on line %d of %s:\n(.*)$|^%s:%d: (.*)$" % (
        numbers[0], re.escape(path), re.escape(path), numbers[0]), said)
    mine = [" ".join(pair) for pair in mine if EB[error] in " ".join(pair)]
    assert mine, said
    for word in words:
        word = word.replace("@FOLDER@", own.server.folder)
        assert any(word in one for one in mine), (word, said)


@pytest.mark.parametrize("name", SERVER)
def test_server(make_server, name):
    value, error, words = SERVER[name]
    line = "%s %s" % (name, value)
    if name == "EidasIssuer":
        own = make_server(start=False, issuer=value)
    elif name in ("EidasState", "EidasExpectedSessions"):
        own = make_server(start=False, global_=line + "\n")
    else:
        own = make_server(start=False, extra=line)
    is_refused(own, line, error, words)


@pytest.mark.parametrize("name", PROVIDER)
def test_provider(make_server, name):
    value, error, words = PROVIDER[name]
    line = "%s %s" % (name, value)
    usual = {"Subject": "    Subject urn:x\n", "Profile": "    Profile generic\n"}
    usual.pop(name, None)
    providers = {"extra": ({}, "generic", "".join(usual.values()) + "    " + line)}
    own = make_server(start=False, providers=providers, extra="EidasDefaultProvider extra",
                      clients={"web": "    Secret @FOLDER@/web.secret"})
    if name == "Metadata":
        with open(own.server.configuration, encoding="utf-8") as file:
            text = re.sub(r'\n *Metadata ".*"', "", file.read())
        with open(own.server.configuration, "w", encoding="utf-8") as file:
            file.write(text)
    with open(own.server.folder + "/extra.xml", "w", encoding="utf-8") as file:
        file.write(own.judges["judge"].metadata())
    is_refused(own, line, error, words)


@pytest.mark.parametrize("name", CLIENT)
def test_client(make_server, name):
    value, error, words = CLIENT[name]
    line = "%s %s" % (name, value)
    usual = {"Secret": "    Secret @FOLDER@/web.secret\n", "Providers": "    Providers judge\n"}
    usual.pop(name, None)
    own = make_server(start=False, clients={"extra": "".join(usual.values()) + "    " + line})
    is_refused(own, line, error, words)


@pytest.mark.parametrize("line, error, words", [
    ("EidasSealingKey one two three", "CONFIG_VALUE", ["NEW [OLD]", "env:NAME"]),
    ("EidasPairwiseSalt one two", "CONFIG_VALUE", ["one FILE, env:NAME"]),
    ("EidasKeyRotation 1h", "CONFIG_CONFLICT", ["3600 s", "longest life of a token"]),
    ("EidasEncryptionKey @FOLDER@/none.key @FOLDER@/none.crt", "KEY_UNREADABLE", ["@FOLDER@/none.key"]),
    ("EidasTokenAlgs RS256 HS256", "CONFIG_VALUE", ["found 'HS256'", "RS256, ES256, PS256 or EdDSA"]),
    ("EidasTokenAlgs RS256 RS256", "CONFIG_TOKEN_ALGS", ["RS256 is given twice"]),
    ("EidasMaxMessage 64KB", "CONFIG_VALUE", ["found '64KB'", "1500, 64K or 2M"]),
])
def test_other_wrong_values_of_a_server(make_server, line, error, words):
    client = "    Secret @FOLDER@/web.secret\n    Providers judge\n    AccessTokenLifetime 1d"
    is_refused(make_server(start=False, extra=line, clients={"web": client}), line, error, words)


@pytest.mark.parametrize("line", ["EidasState slots", "EidasExpectedSessions 1000"])
def test_what_is_the_whole_servers_in_a_virtual_host(make_server, line):
    own = make_server(start=False, global_="", extra=line)
    is_refused(own, line, "CONFIG_VALUE", ["is for the whole server"])


@pytest.mark.parametrize("name, line", [
    ("server", "EidasClockSkew 10s"), ("provider", "ClockSkew 10s"), ("client", "MaxGrants 10")])
def test_a_word_given_twice(make_server, name, line):
    """Each table's rows are read by one function; one row of each shows that it asks."""
    twice = "\n%s\n%s  " % (line, line)
    own = {"server": lambda: make_server(start=False, extra=twice),
           "provider": lambda: make_server(start=False, changes={"provider judge": twice}),
           "client": lambda: make_server(start=False, changes={"client web": twice})}[name]()
    status, said = own.server.configtest()
    assert status != 0 and EB["CONFIG_REPEATED"] in said and "first at " + own.server.configuration in said, said



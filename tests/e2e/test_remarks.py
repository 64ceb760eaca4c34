# SPDX-License-Identifier: GPL-3.0-or-later
"""What configtest says though it accepts: every setting weaker than its profile or default, and what it could
not check. And that what tells people apart is asked for."""
import os
import re
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from client import send
from conftest import CLIENTS, PROVIDERS
from harness import TREE, pages_path
from idp import make_key
from test_keys import salt_file

HETU = "urn:oid:1.2.246.21"
PERSON_IDENTIFIER = "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier"
SUOMIFI = dict(PROVIDERS, suomifi=({}, "suomi.fi", ""))


def metadata_of(own):
    return send(own.server.port, "GET", "/saml/metadata", host=own.server.host).text


def own_text(own):
    with open(own.server.configuration, encoding="utf-8") as file:
        return file.read()


def rewrite(own, text):
    with open(own.server.configuration, "w", encoding="utf-8") as file:
        file.write(text)


def is_told(own, status, said, line, sentence):
    """Accepted, and the sentence stands behind the file and the number of the line that the word is on."""
    assert status == 0, said
    lines = [text.strip() for text in own_text(own).splitlines()]
    where = "%s:%d: " % (own.server.configuration, lines.index(line) + 1)
    assert any(where + sentence in told for told in said.splitlines()), (where + sentence, said)


@pytest.mark.parametrize("extra, sentence", [
    ("EidasClockSkew 2m", "EidasClockSkew 120s is weaker than its default 60s"),
    ("EidasLoginLifetime 1h", "EidasLoginLifetime 1h is weaker than its default 15m"),
    ("EidasKeyRotation 365d", "EidasKeyRotation 365d is weaker than its default 90d"),
    ("EidasMaxMessage 1M", "EidasMaxMessage 1048576 bytes is weaker than its default 256K"),
])
def test_a_weaker_setting_is_told_with_file_and_line(make_server, extra, sentence):
    own = make_server(start=False, extra=extra)
    status, said = own.server.configtest()
    is_told(own, status, said, extra, sentence)


@pytest.mark.parametrize("line, sentence", [
    ("CodeLifetime 5m", "CodeLifetime 300s is weaker than its default 60s"),
    ("IDTokenLifetime 1h", "IDTokenLifetime 1h is weaker than its default 300s"),
    ("AccessTokenLifetime 1h", "AccessTokenLifetime 1h is weaker than its default 10m"),
    ("AcrValues prefer", "AcrValues prefer is weaker than its default require"),
    ("SubjectType public", "SubjectType public is weaker than its default pairwise"),
    ("MaxGrants 1251", "MaxGrants 1251 is weaker than its default, half of the store (1250)"),
])
def test_a_clients_weaker_setting_is_told(make_server, line, sentence):
    own = make_server(start=False, clients=dict(CLIENTS, web=CLIENTS["web"] + "\n    " + line))
    status, said = own.server.configtest()
    is_told(own, status, said, line, sentence)


WEAKER = "%s makes provider suomifi weaker than its profile suomi.fi: found %s, the profile has %s"


@pytest.mark.parametrize("line, sentence", [
    ("RequireSignature either", WEAKER % ("RequireSignature", "either", "both")),
    ("RequireEncryption Off", WEAKER % ("RequireEncryption", "Off", "On")),
    ("AllowNonNotified On", WEAKER % ("AllowNonNotified", "On", "Off")),
    ("AllowAlgorithms aes-cbc", WEAKER % ("AllowAlgorithms", "aes-cbc", "no such algorithm")),
    ("MaxAuthenticationAge 1h", WEAKER % ("MaxAuthenticationAge", "1h", "32m")),
    ("Comparison omit", WEAKER % ("Comparison", "omit, so that no level is asked for", "exact")),
    ("ClockSkew 90s", "ClockSkew 90s is weaker than its default 60s"),
    ("Levels http://ftn.ficora.fi/2017/loa2 high",
     WEAKER % ("Levels", "http://ftn.ficora.fi/2017/loa2 high", "it as substantial")),
    ("Levels urn:example:loa low", WEAKER % ("Levels", "urn:example:loa low", "no such level")),
])
def test_what_makes_a_provider_weaker_than_its_profile_is_told(make_server, line, sentence):
    own = make_server(start=False, extra="EidasDefaultProvider suomifi",
                      providers={"suomifi": ({}, "suomi.fi", "    " + line)},
                      clients={"suomifi": CLIENTS["suomifi"]})
    status, said = own.server.configtest()
    is_told(own, status, said, line, sentence)


def test_an_eidas_provider_that_may_remember_people_and_has_smaller_keys_is_told(make_server):
    lines = PROVIDERS["eidas"][2] + "    ForceAuthn Off\n    AllowAlgorithms rsa-2048\n"
    own = make_server(start=False, providers=dict(PROVIDERS, eidas=(PROVIDERS["eidas"][0], "eidas", lines)))
    status, said = own.server.configtest()
    weaker = "%s makes provider eidas weaker than its profile eidas: found %s, the profile has %s"
    is_told(own, status, said, "ForceAuthn Off", weaker % ("ForceAuthn", "Off", "On"))
    is_told(own, status, said, "AllowAlgorithms rsa-2048",
            weaker % ("AllowAlgorithms", "rsa-2048", "RSA keys of 3072 bits and more"))


def test_a_small_key_of_our_own_is_told(make_server):
    own = make_server(start=False, extra="EidasSigningKey @KEY@", providers={"judge": PROVIDERS["judge"]},
                      clients={"web": CLIENTS["web"]})
    path = os.path.join(own.server.folder, "small.key")
    with open(path, "wb") as file:
        file.write(make_key("rsa2048").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    os.chmod(path, 0o600)
    subprocess.run(["openssl", "req", "-new", "-x509", "-key", path, "-subj", "/CN=small", "-days", "30",
                    "-out", path + ".crt"], check=True, stdin=subprocess.DEVNULL)
    line = "EidasSigningKey %s %s.crt" % (path, path)
    rewrite(own, own_text(own).replace("EidasSigningKey @KEY@", line))
    status, said = own.server.configtest()
    is_told(own, status, said, line, "EidasSigningKey %s is weaker than its default: found RSA of 2048 bits, "
            "those made here have 3072" % path)


def test_nothing_is_told_of_what_is_not_weaker(make_server):
    """Stricter than the defaults, or the same."""
    own = make_server(start=False, extra="EidasClockSkew 30s\nEidasLoginLifetime 15m\nEidasMaxMessage 64K",
                      providers={"suomifi": ({}, "suomi.fi", "    MaxAuthenticationAge 10m\n    ClockSkew 10s")},
                      clients={"suomifi": CLIENTS["suomifi"] + "\n    CodeLifetime 30s\n    MaxGrants 5"})
    rewrite(own, own_text(own).replace("EidasDefaultProvider judge", ""))
    status, said = own.server.configtest()
    assert status == 0 and "weaker" not in said and "not checked" not in said, said


# -- what could not be checked ---------------------------------------------------------------------

def test_a_command_is_not_run_and_that_is_told(make_server):
    own = make_server(start=False)
    made = os.path.join(own.server.folder, "was-run")
    line = 'Secret "exec:/usr/bin/touch %s"' % made
    rewrite(own, own_text(own).replace("Secret %s/web.secret" % own.server.folder, line, 1))
    status, said = own.server.configtest()
    is_told(own, status, said, line, "Secret of client web was not checked: commands are run at start only")
    assert not os.path.exists(made)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make what another may not read")
def test_what_this_user_may_not_read_is_told(make_server):
    own = make_server(start=False)
    folder = own.server.folder
    salt = shutil.copy(salt_file(folder), os.path.join(folder, "own.salt"))
    rewrite(own, own_text(own).replace("EidasDefaultProvider", "EidasPairwiseSalt %s\nEidasDefaultProvider" % salt))
    unreadable = [salt, os.path.join(folder, "web.secret"), os.path.join(folder, "eidas.xml")]
    for path in unreadable:
        os.chown(path, 0, 0)
        os.chmod(path, 0o600)
    status, said = own.server.configtest()
    assert status == 0 and "not checked" not in said, said
    result = subprocess.run(
        ["setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "apache2", "-t", "-f",
         own.server.configuration], env=own.server.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=60, check=False)
    said = result.stdout.decode()
    is_told(own, result.returncode, said, "EidasPairwiseSalt " + salt,
            "EidasPairwiseSalt was not checked: this user may not read it")
    is_told(own, result.returncode, said, "Secret %s/web.secret" % folder,
            "Secret of client web was not checked: this user may not read it")
    is_told(own, result.returncode, said, 'Metadata "%s/eidas.xml"' % folder,
            "Metadata %s/eidas.xml was not checked: this user may not read it" % folder)
    assert not re.search(r"\bEB\d{4}\b", said), said


# -- what tells people apart ------------------------------------------------------------------------


def test_the_attributes_that_tell_people_apart_are_always_asked_for(make_server):
    """One client that wants no more than a given name: Suomi.fi sends only what our metadata lists."""
    clients = {"only": """
    Secret @FOLDER@/web.secret
    Providers suomifi
    Claims given_name"""}
    own = make_server(providers=SUOMIFI, clients=clients)
    asked = re.findall(r'RequestedAttribute [^>]*?Name="([^"]+)"', metadata_of(own))
    assert {HETU, PERSON_IDENTIFIER} <= set(asked), asked


def test_the_configuration_of_the_readme_asks_for_them(make_server):
    own = make_server(start=False)
    with open(os.path.join(TREE, "README.md"), encoding="utf-8") as file:
        text = re.search(r"(?s)ServerName \S+\n(  EidasIssuer .*?)</VirtualHost>", file.read()).group(1)
    text = text.replace("https://login.example.fi", own.issuer)
    text = text.replace("/etc/eidas-bridge/suomifi-metadata.xml", own.server.folder + "/suomifi.xml")
    text = text.replace("/etc/eidas-bridge/permits.secret", own.server.folder + "/web.secret")
    own.server.write('EidasKeyDirectory "%s/keys"\nEidasPages "%s"\n%s' % (own.server.folder, pages_path(), text))
    own.server.start()
    asked = re.findall(r'RequestedAttribute [^>]*?Name="([^"]+)"', metadata_of(own))
    assert {HETU, PERSON_IDENTIFIER} <= set(asked), asked


def test_they_are_asked_for_beside_what_the_section_lists(make_server):
    providers = dict(PROVIDERS, suomifi=({}, "suomi.fi", "    RequestAttributes urn:oid:2.5.4.42"))
    metadata = metadata_of(make_server(providers=providers))
    for name in (HETU, PERSON_IDENTIFIER, "urn:oid:2.5.4.42"):
        assert 'Name="%s"' % name in metadata

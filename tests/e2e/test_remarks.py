# SPDX-License-Identifier: GPL-3.0-or-later
"""What configtest says though it accepts: every setting weaker than its default; and what
is asked for so that people can be told apart, and where a hint leads."""
import re

import pytest

from client import send
from conftest import CLIENTS, PROVIDERS

SUOMIFI = dict(PROVIDERS, suomifi=({}, "suomi.fi", ""))


def metadata_of(own):
    return send(own.server.port, "GET", "/saml/metadata", host=own.server.host).text


@pytest.mark.parametrize("extra, sentence", [
    ("EidasClockSkew 2m", "EidasClockSkew 120s is weaker than its default 60s"),
    ("EidasLoginLifetime 1h", "EidasLoginLifetime 1h is weaker than its default 15m"),
    ("EidasKeyRotation 365d", "EidasKeyRotation 365d is weaker than its default 90d"),
    ("EidasMaxMessage 1M", "EidasMaxMessage 1048576 bytes is weaker than its default 256K"),
])
def test_a_weaker_setting_is_told_with_file_and_line(make_server, extra, sentence):
    own = make_server(start=False, extra=extra)
    status, said = own.server.configtest()
    assert status == 0, said
    assert re.search(r"httpd\.conf:\d+: " + re.escape(sentence), said), said


@pytest.mark.parametrize("line, sentence", [
    ("CodeLifetime 5m", "CodeLifetime 300s is weaker than its default 60s"),
    ("IDTokenLifetime 1h", "IDTokenLifetime 1h is weaker than its default 300s"),
    ("AccessTokenLifetime 1h", "AccessTokenLifetime 1h is weaker than its default 10m"),
    ("AcrValues prefer", "AcrValues prefer is weaker than its default require"),
])
def test_a_clients_weaker_setting_is_told(make_server, line, sentence):
    own = make_server(start=False, clients=dict(CLIENTS, web=CLIENTS["web"] + "\n    " + line))
    status, said = own.server.configtest()
    assert status == 0 and sentence in said, said


def test_the_attributes_that_tell_people_apart_are_always_asked_for(make_server):
    """One client that wants no more than a given name: Suomi.fi sends only what our metadata lists."""
    clients = {"only": """
    Secret @FOLDER@/web.secret
    Providers suomifi
    Claims given_name"""}
    own = make_server(providers=SUOMIFI, clients=clients)
    asked = re.findall(r'RequestedAttribute [^>]*?Name="([^"]+)"', metadata_of(own))
    assert "urn:oid:1.2.246.21" in asked
    assert "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier" in asked


def test_they_are_asked_for_beside_what_the_section_lists(make_server):
    providers = dict(PROVIDERS, suomifi=({}, "suomi.fi", "    RequestAttributes urn:oid:2.5.4.42"))
    metadata = metadata_of(make_server(providers=providers))
    assert 'Name="urn:oid:1.2.246.21"' in metadata and 'Name="urn:oid:2.5.4.42"' in metadata


@pytest.mark.parametrize("hint", ["identity_provider", "idp_hint", "kc_idp_hint"])
def test_each_word_for_the_provider_is_heard(make_server, hint):
    clients = {"any": "    Secret @FOLDER@/web.secret\n    Claims given_name"}
    own = make_server(clients=clients, extra="EidasDefaultProvider judge")
    assert own.begin(own.browser(), own.client("any")).url == own.judges["judge"].sso
    assert own.begin(own.browser(), own.client("any"), **{hint: "suomifi"}).url == own.judges["suomifi"].sso

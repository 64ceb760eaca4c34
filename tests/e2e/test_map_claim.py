# SPDX-License-Identifier: GPL-3.0-or-later
"""MapClaim: every rule, in a provider and in a client, as a client sees it."""
from conftest import CLIENTS, PROVIDERS

MAPPED = """
    RequireEncryption Off
    Subject urn:x:id
    MapClaim name join " " urn:x:first urn:x:last
    MapClaim nickname join "/" urn:x:first urn:x:absent
    MapClaim roles split ";" urn:x:roles
    MapClaim unit match "^cn=[^,]+,ou=([^,]+)$" "$1" urn:x:dn
    MapClaim groups table urn:x:member staff=reader staff=writer boss=writer cn=a,ou=b=other
    MapClaim idp value provider
"""
CLIENT = """
    Secret @FOLDER@/web.secret
    Providers loose
    Claims name nickname roles unit groups idp
    MapClaim idp match "(.)(.*)" "$2-$1" urn:x:first
"""
PERSON = [("urn:x:id", ["1"]), ("urn:x:first", ["Ada"]), ("urn:x:last", ["Lovelace"]), ("urn:x:roles", ["a;b;;c", "d"]),
          ("urn:x:dn", ["cn=x,ou=Parks", "something else"]), ("urn:x:member", ["boss", "staff", "cn=a,ou=b", "nobody"])]


def test_every_rule(make_server):
    providers = dict(PROVIDERS, loose=({}, "generic", MAPPED))
    own = make_server(providers=providers, clients=dict(CLIENTS, mapped=CLIENT))
    client = own.client("mapped")
    reply, _ = own.log_in(client, judge="loose", answer={"attributes": PERSON})
    claims = client.userinfo(client.token(reply.query["code"]).json()["access_token"]).json()
    assert claims.pop("sub")
    assert claims == {"name": "Ada Lovelace", "roles": ["a", "b", "c", "d"], "unit": "Parks",
                      "groups": ["writer", "reader", "other"], "idp": "da-A"}

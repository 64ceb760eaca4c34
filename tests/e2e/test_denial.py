"""What a stranger can make the bridge do: bounded work, bounded memory, and nothing lost by a full store."""

import itertools
import re
import time
import urllib.parse

from client import send, send_raw
from conftest import STORE
from harness import EB
from idp import RESPONDER

FORM = ("Content-Type", "application/x-www-form-urlencoded")
REFUSED = {"status": RESPONDER, "substatus": "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"}


def peak_memory(pid):
    """Largest resident memory that the process has had, in KiB."""
    with open("/proc/%d/status" % pid, encoding="ascii") as file:
        return int(next(line for line in file if line.startswith("VmHWM")).split()[1])


def test_a_header_of_many_small_cookies_costs_little(make_server):
    """Thirty thousand cookies. Joined one by one they would cost more than a gigabyte."""
    own = make_server(global_=STORE + "LimitRequestFieldSize 65536\n")
    request = ("GET /jwks HTTP/1.1\r\nHost: %s\r\nCookie: __Host-ebabcdef0=1; %s\r\nConnection: close\r\n\r\n" % (
        own.server.host, "a;" * 32000)).encode()
    send(own.server.port, "GET", "/jwks", host=own.server.host)
    before = max(peak_memory(pid) for pid in own.server.workers())
    begun = time.monotonic()
    assert send_raw(own.server.port, request).startswith(b"HTTP/1.1 200")
    assert time.monotonic() - begun < 5
    assert max(peak_memory(pid) for pid in own.server.workers()) - before < 64 * 1024


def test_many_small_cookies_of_others_arrive_whole(make_server):
    """What is left of the header is what came, in its order, but for ours."""
    own = make_server(global_="EidasExpectedSessions 100\n", extra='Header always set X-Seen "expr=%{HTTP_COOKIE}"')
    reply = send(own.server.port, "GET", "/index.html", [
        ("Cookie", "a=1; b=2;c=3;;  d"), ("Cookie", "__Host-ebabcdef0=x, e=5;__Host-ebabc-_13=y"),
        ("Cookie", "__Host-ebay=6; __Host-ebabcdefx=7; __Host-ebabcdefg0=8")],
                 host=own.server.host)
    assert reply.header("X-Seen").replace(", ", "; ") == (
        "a=1; b=2; c=3; d; e=5; __Host-ebay=6; __Host-ebabcdefx=7; __Host-ebabcdefg0=8")


def colliding(count):
    """Names of 24 letters that Bernstein's hash, which APR uses, puts into one chain whatever its seed."""
    return itertools.islice(("".join(word) for word in itertools.product(("Ab", "BA"), repeat=12)), count)


def test_ids_without_number(bridge):
    """An unsigned message from anybody: its IDs are compared before anything is verified."""
    browser = bridge.browser()
    request = bridge.begin(browser)

    def edit(xml):
        advice = b"<saml:Advice>%s</saml:Advice>" % b"".join(
            b'<x:y xmlns:x="urn:x" ID="%s"/>' % name.encode() for name in colliding(1200))
        at = xml.index(b"</saml:Conditions>") + len(b"</saml:Conditions>")
        return xml[:at] + advice + xml[at:]
    message = bridge.answer(request, encrypted=False, edit_signed_assertion=edit)
    with bridge.refuses("SAML_NODES"):
        reply = bridge.deliver(browser, request, message)
    assert reply.status == 400 and reply.location is None
    assert bridge.finish(browser, request).query["code"]


def test_a_prefix_list_without_end(bridge):
    browser = bridge.browser()
    request = bridge.begin(browser)
    words = " ".join("p%d" % n for n in range(17))
    message = bridge.answer(request, response_signing={"edit": lambda text: text.replace(
        '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>',
        '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><ec:InclusiveNamespaces '
        'xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="%s"/></ds:CanonicalizationMethod>' % words)})
    with bridge.refuses("SIG_CANONICALIZATION"):
        assert bridge.deliver(browser, request, message).location is None


def test_more_encrypted_keys_than_anybody_needs(bridge):
    """Each costs an operation with a private key."""
    browser = bridge.browser()
    request = bridge.begin(browser)

    def repeat(xml):
        at, end = xml.index(b"<xenc:EncryptedKey"), xml.index(b"</xenc:EncryptedKey>") + 20
        key = re.sub(rb' Id="[^"]*"', b"", xml[at:end], count=1)
        return xml[:at] + key * 9 + xml[end:]
    with bridge.refuses("ENC_PARAMETERS"):
        reply = bridge.finish(browser, request, edit_encrypted=repeat)
    assert reply.query.get("error", "server_error") == "server_error"


def test_a_login_that_a_full_share_turned_away_is_finished_later(make_server):
    """503 and Retry-After; the very same answer of the provider is taken when there is room again."""
    own = make_server(changes={"client web": "MaxGrants 1\nCodeLifetime 2s\nAccessTokenLifetime 2s"})
    client, browser = own.client(), own.browser()
    first = own.code(client)
    request = own.begin(browser, client)
    message = own.answer(request)
    with own.refuses("STATE_SHARE"):
        page = own.deliver(browser, request, message)
    assert page.status == 503 and page.location is None and int(page.header("Retry-After")) > 0
    assert client.token(first).status == 200, "what was there before is still there"
    time.sleep(5)
    reply = own.deliver(browser, request, message)
    assert client.token(reply.query["code"]).status == 200


def test_a_full_store_of_marks_leaves_no_half_of_them(make_server):
    """A refused login leaves one mark, a finished one two. A hundred sessions have 800: the login that finds the last
    place alone gives it back, and its second try says "full" again, not "used before"."""
    own = make_server(global_="EidasExpectedSessions 100\n")
    client = own.client()
    for _ in range(799):
        browser = own.browser()
        assert own.finish(browser, own.begin(browser, client), **REFUSED).query["error"] == "access_denied"
    browser = own.browser()
    request = own.begin(browser, client)
    message = own.answer(request)
    for _ in range(3):
        page = own.deliver(browser, request, message)
        assert page.status == 503 and page.location is None and page.header("Retry-After")
    assert own.server.errors_since(0)[-1] == EB["STATE_FULL"]
    refused = own.browser()
    assert own.finish(refused, own.begin(refused, client), **REFUSED).query["error"] == "access_denied"


def test_a_provider_that_answers_for_years_does_not_fill_the_store(bridge):
    """Year 9999 is read, and the login ends as any other."""
    reply, _ = bridge.log_in(answer={"not_on_or_after": "9999-12-31T23:59:59Z",
                                     "confirmation_until": "9999-12-31T23:59:59Z"})
    assert bridge.client().token(reply.query["code"]).status == 200


def test_a_body_that_says_it_is_endless(bridge):
    """Content-Length beyond any number, negative, twice; a chunk of the largest size."""
    head = "POST /saml/acs HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nConnection: close\r\n" % (
        bridge.server.host, FORM[1])
    for rest in ("Content-Length: 99999999999999999999\r\n\r\n", "Content-Length: -1\r\n\r\n",
                 "Content-Length: 9223372036854775807\r\n\r\n", "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                 "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nSAMLResponse=",
                 "Transfer-Encoding: chunked\r\n\r\n-1\r\nSAMLResponse="):
        reply = send_raw(bridge.server.port, (head + rest).encode(), seconds=3)
        assert not reply or reply.split(b" ")[1] in (b"400", b"413"), (rest, reply[:200])


def test_a_million_ampersands(bridge):
    body = b"&" * 30000 + urllib.parse.urlencode({"grant_type": "authorization_code"}).encode()
    with bridge.refuses("TOKEN_CLIENT"):
        reply = send(bridge.server.port, "POST", "/token", [FORM], body, host=bridge.server.host)
    assert reply.status == 401


def test_a_body_that_cannot_be_read(bridge):
    head = "POST /saml/acs HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nConnection: close\r\n" % (
        bridge.server.host, FORM[1])
    with bridge.refuses("HTTP_BODY"):
        reply = send_raw(bridge.server.port, (head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n").encode(), seconds=3)
    assert not reply or reply.split(b" ")[1] == b"400", reply[:200]

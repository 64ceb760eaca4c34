"""A login belongs to the browser that began it, and to nobody else."""

import re
import time
import urllib.parse

import pytest

from client import send
from idp import natural_person


def is_page(reply):
    assert reply.status == 400 and reply.location is None, (reply.status, reply.location)
    return True


def test_another_browser(bridge):
    request = bridge.begin(bridge.browser())
    stranger = bridge.browser()
    with bridge.refuses("LOGIN_NOT_FOUND"):
        page = bridge.finish(stranger, request)
    assert is_page(page)
    assert "https://client.example/" in page.text, "the way back to the client is offered"


def test_a_message_for_another_persons_request_in_ones_own_pending_login(bridge):
    """Mallory's unused Response, delivered into Alice's browser, which has a login pending."""
    mallory, alice = bridge.browser(), bridge.browser()
    theirs, hers = bridge.begin(mallory), bridge.begin(alice)
    message = bridge.answer(theirs, attributes=natural_person("ES/FI/MALLORY"))
    for relay_state in (theirs.relay_state, hers.relay_state, None):
        with bridge.refuses("LOGIN_NOT_FOUND"):
            assert is_page(alice.answer(message, relay_state))
    assert bridge.finish(alice, hers).query["code"]


def test_relay_state_of_another_login_of_the_same_browser(bridge):
    browser = bridge.browser()
    first, second = bridge.begin(browser), bridge.begin(browser)
    with bridge.refuses("COND_RELAY_STATE"):
        assert is_page(browser.answer(bridge.answer(first), second.relay_state))


def test_relay_state_may_be_lost_on_the_way(bridge):
    browser = bridge.browser()
    request = bridge.begin(browser)
    assert browser.answer(bridge.answer(request)).query["code"]


@pytest.mark.parametrize("relay_state", [
    "x", "//evil.example", "https://evil.example", "javascript:alert(1)", "<script>", "a" * 5000, "\t//evil"])
def test_relay_state_leads_nowhere(bridge, relay_state):
    browser = bridge.browser()
    request = bridge.begin(browser)
    reply = browser.answer(bridge.answer(request), relay_state)
    assert is_page(reply)
    assert "evil" not in reply.text and "<script" not in reply.text


def test_unsolicited(bridge):
    class Nothing:
        id = None
    browser = bridge.browser()
    bridge.begin(browser)
    message = bridge.judges["judge"].answer(Nothing, bridge.sp).xml()
    with bridge.refuses("COND_UNSOLICITED"):
        assert is_page(browser.answer(message))


def test_replay_in_the_same_browser(bridge):
    browser = bridge.browser()
    request = bridge.begin(browser)
    message = bridge.answer(request)
    assert bridge.deliver(browser, request, message).query["code"]
    with bridge.refuses("LOGIN_DONE"):
        assert is_page(bridge.deliver(browser, request, message))


def test_replay_with_the_cookies_of_before(bridge):
    """The cookies are copied before the answer, and put back after it: the marks still hold."""
    browser = bridge.browser()
    request = bridge.begin(browser)
    kept = dict(browser.cookies)
    message = bridge.answer(request)
    code = bridge.deliver(browser, request, message).query["code"]
    browser.cookies = dict(kept)
    with bridge.refuses("COND_REPLAY"):
        reply = bridge.deliver(browser, request, message)
    assert is_page(reply)
    browser.cookies = dict(kept)
    with bridge.refuses("COND_REPLAY"):
        reply = bridge.finish(browser, request)
    assert is_page(reply)
    assert bridge.client().token(code).status == 200


def test_an_assertion_answers_only_one_request(bridge):
    """The same assertion ID in answers to two requests."""
    browser = bridge.browser()
    first, second = bridge.begin(browser), bridge.begin(browser)
    assert bridge.finish(browser, first, assertion_id="_used-twice-" + first.id).query["code"]
    with bridge.refuses("COND_REPLAY"):
        reply = bridge.finish(browser, second, assertion_id="_used-twice-" + first.id)
    assert is_page(reply)


@pytest.mark.parametrize("change", ["flip", "truncate", "extend", "empty", "garbage", "swap"])
def test_altered_cookies(bridge, change):
    browser = bridge.browser()
    request = bridge.begin(browser)
    assert browser.cookies
    for name, value in list(browser.cookies.items()):
        middle = len(value) // 2
        browser.cookies[name] = {
            "flip": value[:middle] + ("A" if value[middle] != "A" else "B") + value[middle + 1:],
            "truncate": value[:-3], "extend": value + "AAAA", "empty": "", "garbage": "%%%==",
            "swap": value[::-1]}[change]
    with bridge.refuses("LOGIN_ALTERED"):
        assert is_page(bridge.finish(browser, request))


def test_cookies_are_host_bound_and_small(bridge):
    browser = bridge.browser()
    reply = bridge.client().authorize(browser, state="s" * 4096)
    lines = reply.all("Set-Cookie")
    assert lines
    for line in lines:
        assert line.startswith("__Host-eb")
        words = {word.strip().lower() for word in line.split(";")[1:]}
        assert {"secure", "httponly", "samesite=none", "path=/"} <= words, line
        assert len(line.split(";")[0]) <= 1600
    assert sum(len(line.split(";")[0]) for line in lines) < 6000


def test_ten_logins_at_once_then_one_that_works(bridge):
    browser = bridge.browser()
    for _ in range(10):
        bridge.begin(browser)
        assert sum(len(name) + len(value) for name, value in browser.cookies.items()) < 6000
        assert len(browser.cookies) <= 4
    request = bridge.begin(browser)
    assert bridge.finish(browser, request).query["code"]


def test_several_logins_at_once_can_all_be_finished(bridge):
    browser = bridge.browser()
    requests = [bridge.begin(browser) for _ in range(3)]
    for request in requests:
        assert bridge.finish(browser, request).query["code"]


def test_an_expired_login(make_server):
    own = make_server(extra="EidasLoginLifetime 1s\nEidasClockSkew 0s")
    browser = own.browser()
    request = own.begin(browser)
    time.sleep(2.5)
    with own.refuses("LOGIN_EXPIRED"):
        assert is_page(own.finish(browser, request))


def test_the_log_line_has_the_pages_reference(bridge):
    browser = bridge.browser()
    request = bridge.begin(browser)
    mark = bridge.server.mark()
    page = bridge.finish(browser, request, sign_response=False)
    line = [text for text in bridge.server.log_since(mark).splitlines() if "EB2200" in text]
    assert len(line) == 1
    reference = re.search(r"EB2200 \w+ \[(\w{8,})\]", line[0]).group(1)
    assert reference in page.text


def test_cookies_of_others_pass_and_ours_do_not(make_server):
    """What else stands on the vhost sees its own cookies, and none of ours."""
    own = make_server(extra='Header set X-Seen "%{HTTP_COOKIE}e"\nHeader set X-Cookie "expr=%{req:Cookie}"')
    browser = own.browser()
    own.begin(browser)
    browser.cookies["theirs"] = "1"
    reply = browser.get("/index.html")
    assert reply.header("X-Cookie") == "theirs=1"


def test_forms_of_other_sites_cannot_start_with_our_cookies(bridge):
    """A login that a stranger's page starts is a new one: no state of an earlier one is used."""
    browser = bridge.browser()
    first = bridge.begin(browser)
    second = bridge.begin(browser)
    assert first.id != second.id


def test_acs_tells_nothing_to_a_stranger(bridge):
    reply = send(bridge.server.port, "POST", "/saml/acs",
                 [("Content-Type", "application/x-www-form-urlencoded")],
                 urllib.parse.urlencode({"SAMLResponse": "PHg+"}).encode(), host=bridge.server.host)
    assert is_page(reply)
    assert "/tmp" not in reply.text and "libxml" not in reply.text.lower()

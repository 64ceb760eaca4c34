"""The client's `state`: up to 4,096 bytes of anything come back as they went, by GET as far as httpd's LimitRequestLine
allows, by POST always. It is carried in cookies, so what cannot be compressed is the hard case.
"""

import random
import secrets
import urllib.parse

from client import send

LIMIT = 4096


def text_of(alphabet):
    """LIMIT bytes of UTF-8 at random, which no compression makes much smaller."""
    chosen, left = [], LIMIT
    while left:
        letter = random.choice(alphabet)
        if len(letter.encode()) <= left:
            chosen.append(letter)
            left -= len(letter.encode())
    return "".join(chosen)


ANY = [chr(number) for first, last in ((0x20, 0x7e), (0xa1, 0x7ff), (0x4e00, 0x9fff), (0x1f300, 0x1f5ff))
       for number in range(first, last)]


def by_post(bridge, browser, parameters):
    reply = browser.post("/authorize", parameters)
    return bridge.request_in(reply)


def comes_back(bridge, browser, request, state):
    reply = bridge.finish(browser, request)
    assert reply.query["state"] == state and reply.query["code"]


def test_base64url_by_get(bridge):
    for _ in range(3):
        state = secrets.token_urlsafe(LIMIT)[:LIMIT]
        browser = bridge.browser()
        comes_back(bridge, browser, bridge.begin(browser, state=state), state)


def test_any_letters_by_post(bridge):
    for _ in range(3):
        state = text_of(ANY)
        assert len(state.encode()) == LIMIT
        browser = bridge.browser()
        comes_back(bridge, browser, by_post(bridge, browser, bridge.client().request(state=state)), state)


def test_one_byte_more_by_post(bridge):
    with bridge.refuses("AUTHZ_TOO_LARGE"):
        reply = bridge.browser().post("/authorize", bridge.client().request(state=text_of(ANY) + "x"))
    assert reply.query["error"] == "invalid_request"


def test_any_letters_by_get_are_httpds_to_allow(make_server):
    """414 comes from httpd; with LimitRequestLine as the manual says, the login goes through."""
    own = make_server(start=False)
    with open(own.server.configuration, encoding="utf-8") as file:
        configuration = file.read()
    own.server.start()
    state = text_of(ANY)
    parameters = own.client().request(state=state)
    assert len(urllib.parse.urlencode(parameters)) > 8190
    with own.accepts():
        reply = send(own.server.port, "GET", "/authorize?" + urllib.parse.urlencode(parameters),
                     host=own.server.host)
    assert reply.status == 414
    own.server.stop()
    with open(own.server.configuration, "w", encoding="utf-8") as file:
        file.write(configuration.replace("Listen ", "LimitRequestLine 16384\nListen ", 1))
    own.server.start()
    browser = own.browser()
    comes_back(own, browser, own.begin(browser, parameters=parameters), state)

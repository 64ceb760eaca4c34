"""Many at the same instant: several processes, one browser with many tabs, restarts in between."""

import concurrent.futures
import os
import signal
import threading
import time

from conftest import STORE


def test_exactly_one_of_many_processes_redeems_a_code(make_server):
    """Forty codes, each sent by twelve at once to four processes: one gets tokens, never two and never none."""
    own = make_server(global_=STORE + "StartServers 4\nMinSpareThreads 32\n")
    client = own.client()
    codes = [own.code(client) for _ in range(40)]
    assert len(own.server.workers()) >= 3
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        for code in codes:
            barrier = threading.Barrier(12)

            def redeem(_, code=code, barrier=barrier):
                barrier.wait()
                return client.token(code)
            replies = list(pool.map(redeem, range(12)))
            assert [reply.status for reply in replies].count(200) == 1
            assert {reply.json().get("error") for reply in replies if reply.status != 200} == {"invalid_grant"}
            won = next(reply for reply in replies if reply.status == 200)
            assert client.userinfo(won.json()["access_token"]).status == 401, "who came late revoked it"


def test_exactly_one_code_for_one_answer(make_server):
    """The same Response posted by eight tabs of one browser at once."""
    own = make_server(global_=STORE + "StartServers 4\nMinSpareThreads 32\n")
    client = own.client()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in range(15):
            browser = own.browser()
            request = own.begin(browser, client)
            message = own.answer(request)
            tabs = []
            for _ in range(8):
                tab = own.browser()
                tab.cookies = dict(browser.cookies)
                tabs.append(tab)
            replies = list(pool.map(lambda tab, r=request, m=message: own.deliver(tab, r, m), tabs))
            codes = [reply.query["code"] for reply in replies if reply.location is not None]
            assert len(codes) == 1, [reply.status for reply in replies]
            assert client.token(codes[0]).status == 200


def test_a_redeemed_code_in_another_clients_hands_revokes_nothing(bridge):
    client, other = bridge.client(), bridge.client("other")
    code = bridge.code(client)
    token = client.token(code).json()["access_token"]
    with bridge.refuses("TOKEN_CODE_USED"):
        assert other.token(code, redirect_uri=client.redirect_uri).json()["error"] == "invalid_grant"
    assert client.userinfo(token).status == 200


def test_ten_tabs_of_one_browser_at_the_same_instant(bridge):
    """Each authorization leaves with the cookies of before; whatever order the replies come in, a login begun
    afterwards works, and the cookies stay few and small."""
    for _ in range(3):
        browser, client = bridge.browser(), bridge.client()
        bridge.begin(browser, client)
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda _: client.authorize(browser, state="s" * 2000), range(10)))
        assert len(browser.cookies) <= 4
        assert sum(len(name) + len(value) + 3 for name, value in browser.cookies.items()) < 6000
        reply, _ = bridge.log_in(client, browser=browser)
        assert client.token(reply.query["code"]).status == 200


def test_a_killed_process_between_code_and_token(make_server):
    """The store is nobody's process: the code outlives all workers."""
    own = make_server()
    client = own.client()
    browser = own.browser()
    request = own.begin(browser, client)
    code = own.code(client)
    for worker in own.server.workers():
        os.kill(worker, signal.SIGKILL)
    time.sleep(1.5)
    assert client.token(code).status == 200
    assert own.finish(browser, request).query["code"]


def test_logins_through_a_storm_of_graceful_restarts(make_server):
    """No login is lost: each was begun in one generation and finished in another."""
    own = make_server()
    client = own.client()
    for _ in range(4):
        begun = []
        for _ in range(3):
            browser = own.browser()
            begun.append((browser, own.begin(browser, client)))
        own.server.graceful()
        codes = [own.finish(browser, request).query["code"] for browser, request in begun]
        own.server.graceful()
        for code in codes:
            assert client.token(code).status == 200


def test_a_store_of_another_size_begins_a_new_epoch(make_server):
    """The login in flight is told so, kindly; nothing of before succeeds a second time."""
    own = make_server(global_="EidasExpectedSessions 200\n")
    client, browser = own.client(), own.browser()
    code = own.code(client)
    request = own.begin(browser, client)
    with open(own.server.configuration, encoding="utf-8") as file:
        text = file.read()
    with open(own.server.configuration, "w", encoding="utf-8") as file:
        file.write(text.replace("EidasExpectedSessions 200", "EidasExpectedSessions 400"))
    own.server.graceful()
    with own.refuses("LOGIN_EPOCH"):
        assert own.finish(browser, request).location is None
    with own.refuses("TOKEN_CODE"):
        assert client.token(code).json()["error"] == "invalid_grant"
    own.log_in(client, browser=browser)

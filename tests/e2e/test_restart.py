"""What restarts, crashes and a full store do to logins in flight."""

import os
import signal
import threading
import time

from harness import EB


def test_a_graceful_restart_in_the_middle_of_a_login(make_server):
    own = make_server()
    browser, client = own.browser(), own.client()
    request = own.begin(browser, client)
    own.server.graceful()
    code = own.finish(browser, request).query["code"]
    own.server.graceful()
    tokens = client.token(code).json()
    own.server.graceful()
    assert client.userinfo(tokens["access_token"]).status == 200
    with own.refuses("TOKEN_CODE_USED"):
        client.token(code)


def test_a_hard_restart_between_code_and_token(make_server):
    own = make_server()
    client = own.client()
    code = own.code(client)
    own.server.restart()
    assert client.token(code).status == 200


def test_replay_marks_survive_restarts(make_server):
    own = make_server()
    browser = own.browser()
    request = own.begin(browser)
    kept = dict(browser.cookies)
    message = own.answer(request)
    assert own.deliver(browser, request, message).query["code"]
    for again in (own.server.graceful, own.server.restart):
        again()
        browser.cookies = dict(kept)
        with own.refuses("COND_REPLAY"):
            own.deliver(browser, request, message)


def test_a_new_process_begins_a_new_epoch(make_server):
    """The segment is gone with the parent: what was in flight is refused, and nothing succeeds twice."""
    own = make_server()
    browser, client = own.browser(), own.client()
    code = own.code(client)
    request = own.begin(browser, client)
    own.server.stop()
    own.server.start()
    with own.refuses("TOKEN_CODE"):
        assert client.token(code).json()["error"] == "invalid_grant"
    with own.refuses("LOGIN_EPOCH"):
        reply = own.finish(browser, request)
    assert reply.status == 400 and reply.location is None
    own.log_in(client)


def test_subs_and_keys_are_the_same_after_a_new_start(make_server):
    own = make_server()
    client, subs, kids = own.client(), set(), set()
    for _ in range(2):
        header, claims = client.id_token(client.token(own.code(client)).json()["id_token"])
        subs.add(claims["sub"])
        kids.add(header["kid"])
        own.server.stop()
        own.server.start()
    assert len(subs) == 1 and len(kids) == 1


def test_workers_killed_at_any_moment(make_server):
    """SIGKILL to workers while logins run: every login ends or fails whole, and the store goes on."""
    own = make_server()
    stop = threading.Event()
    done, faults = [], []

    def logins():
        while not stop.is_set():
            try:
                client = own.client()
                reply, _ = own.log_in(client)
                token = client.token(reply.query["code"])
                if token.status == 200:
                    done.append(reply.query["code"])
            except (OSError, AssertionError, KeyError, StopIteration) as fault:
                faults.append(fault)
            except Exception as fault:  # a connection cut short shows in many ways
                faults.append(fault)

    threads = [threading.Thread(target=logins) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(6):
        time.sleep(0.4)
        for worker in own.server.workers()[:1]:
            os.kill(worker, signal.SIGKILL)
    time.sleep(0.5)
    stop.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a login hangs: a lock was not given back"
    assert done
    client = own.client()
    for _ in range(5):
        reply, _ = own.log_in(client)
        assert client.token(reply.query["code"]).status == 200
    for code in done:
        assert client.token(code).status == 400


def test_a_full_store_refuses_and_evicts_nobody(make_server):
    own = make_server(global_="EidasExpectedSessions 100", changes={"client web": "MaxGrants 100000"})
    client = own.client()
    tokens = []
    for _ in range(3000):
        browser = own.browser()
        request = own.begin(browser, client)
        mark = own.server.mark()
        reply = own.finish(browser, request)
        if reply.location is None:
            break
        tokens.append(client.token(reply.query["code"]).json()["access_token"])
    assert reply.status == 503 and int(reply.header("Retry-After")) > 0
    assert own.server.errors_since(mark) == [EB["STATE_FULL"]], own.server.log_since(mark)
    assert tokens
    for token in tokens:
        assert client.userinfo(token).status == 200, "a live grant was evicted"


def test_one_clients_share_is_not_anothers(make_server):
    own = make_server(changes={"client web": "MaxGrants 3"})
    client = own.client()
    for _ in range(3):
        assert client.token(own.code(client)).status == 200
    browser = own.browser()
    request = own.begin(browser, client)
    with own.refuses("STATE_SHARE"):
        reply = own.finish(browser, request)
    assert reply.status == 503 and reply.location is None and int(reply.header("Retry-After")) > 0
    other = own.client("other")
    assert other.token(own.code(other)).status == 200


def test_many_graceful_restarts_leak_nothing(make_server):
    own = make_server()
    for _ in range(8):
        own.server.graceful()
    before = descriptors(own.server.process.pid)
    for _ in range(8):
        own.server.graceful()
    assert descriptors(own.server.process.pid) <= before + 2
    own.log_in()


def descriptors(pid):
    return len(os.listdir("/proc/%d/fd" % pid))

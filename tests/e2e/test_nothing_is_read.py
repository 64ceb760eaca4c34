"""A whole login opens no file: keys, certificates, metadata, CA bundle and pages were read at start."""

import os
import re
import signal
import subprocess
import time

from client import send


def log_in_once(bridge):
    client = bridge.client()
    reply, _ = bridge.log_in(client)
    tokens = client.token(reply.query["code"])
    assert tokens.status == 200, tokens.text
    assert client.userinfo(tokens.json()["access_token"]).status == 200
    assert send(bridge.server.port, "GET", "/jwks").status == 200


def files_opened(pids, work):
    """Paths that these processes opened while `work` ran."""
    command = ["strace", "-f", "-qq", "-e", "trace=open,openat,openat2,creat,execve"]
    for pid in pids:
        command += ["-p", str(pid)]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not all_traced(pids, tracer.pid):
            time.sleep(0.05)
        assert all_traced(pids, tracer.pid), "strace could not attach"
        work()
        time.sleep(0.2)
    finally:
        tracer.send_signal(signal.SIGINT)
        said = tracer.communicate(timeout=30)[1].decode("utf-8", "replace")
    return re.findall(r'(?:open\w*|creat|execve)\((?:AT_FDCWD, )?"([^"]*)"', said)


def all_traced(pids, tracer):
    for pid in pids:
        for thread in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/status" % (pid, thread), encoding="ascii") as file:
                if "TracerPid:\t%d\n" % tracer not in file.read():
                    return False
    return True


def test_a_login_opens_no_file(bridge):
    for _ in range(6):
        log_in_once(bridge)  # whatever a library does at its first use, in each worker
    opened = files_opened(bridge.server.workers(), lambda: [log_in_once(bridge) for _ in range(4)])
    assert opened == [], opened


def test_the_tracer_sees_files_that_are_opened(bridge):
    """The other test can fail: a page of the site is a file, and strace shows it."""
    def fetch():
        assert send(bridge.server.port, "GET", "/index.html").status == 200
    opened = files_opened(bridge.server.workers(), fetch)
    assert any(path.endswith("index.html") for path in opened), opened

"""A whole login opens no file and parses no key: keys, certificates, metadata, CA bundle and pages were read and
parsed at start."""

import os
import re
import signal
import struct
import subprocess
import time

import pytest

from client import send
from harness import TREE


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
    # glibc's malloc looks there once in each process, the first time that it gives memory back
    assert [path for path in opened if path != "/proc/sys/vm/overcommit_memory"] == [], opened


def test_the_tracer_sees_files_that_are_opened(bridge):
    """The other test can fail: a page of the site is a file, and strace shows it."""
    def fetch():
        assert send(bridge.server.port, "GET", "/index.html").status == 200
    opened = files_opened(bridge.server.workers(), fetch)
    assert any(path.endswith("index.html") for path in opened), opened


@pytest.fixture(name="counted", scope="module")
def _counted(make_shared_server, tmp_path_factory):
    """(a bridge, a function that tells how often its processes have parsed a key or certificate).

    The shim of the bench stands between them and the library; what its counters are, it says itself.
    """
    folder = tmp_path_factory.mktemp("count")
    source = os.path.join(TREE, "bench", "count.c")
    shim, counters = folder / "count.so", folder / "counters"
    subprocess.run(["cc", "-std=gnu17", "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True,
                   stdin=subprocess.DEVNULL)
    with open(source, encoding="utf-8") as file:
        names = re.search(r"enum \{([^}]*)\}", file.read()).group(1).replace(" ", "").split()
    place = "".join(names).split(",").index("PARSE")
    counters.write_bytes(bytes(4096))
    own = make_shared_server(keys="none", environment={"LD_PRELOAD": str(shim), "EB_COUNT_FILE": str(counters)})
    return own, lambda: struct.unpack_from("Q", counters.read_bytes(), 8 * place)[0]


def test_the_start_parses_keys_and_certificates(counted):
    """The next tests can fail: what is parsed is counted, here our own keys and the providers' certificates."""
    own, count = counted
    at_start = count()
    assert at_start >= 4 + len(own.judges)
    own.server.graceful()
    assert count() >= at_start + 4 + len(own.judges)


@pytest.mark.parametrize("name, judge", [
    ("web", "judge"), ("es256", "judge"), ("loose", "loose"), ("eidas", "eidas")])
def test_a_login_parses_no_key_or_certificate(counted, name, judge):
    """Not even the first one, and whatever the keys and algorithms are."""
    own, count = counted
    before = count()
    for _ in range(3):
        client = own.client(name)
        tokens = client.token(own.code(client, judge=judge))
        assert tokens.status == 200, tokens.text
        assert client.userinfo(tokens.json()["access_token"]).status == 200
        client.jwks()
    assert count() == before

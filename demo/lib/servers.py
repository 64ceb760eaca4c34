"""Starting, waiting for and ending the demo's servers."""

import ctypes
import http.client
import os
import signal
import socket
import ssl
import subprocess
import time

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class DemoError(Exception):
    """Something that a sentence explains; no trace is shown."""


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Servers:
    """The children of one run, ended in the reverse order of their start."""

    def __init__(self, log):
        self.log = log
        self._running = []

    def start(self, name, command):
        with open(os.path.join(self.log, name + "-output.log"), "wb") as said:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                       start_new_session=True, preexec_fn=_die_with_parent)
        self._running.append((name, process))
        return process

    def ended(self):
        """The name of a server that has ended by itself, or None."""
        for name, process in self._running:
            if process.poll() is not None:
                return name
        return None

    def stop(self):
        while self._running:
            _, process = self._running.pop()
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    pass
            # whatever of its session is left
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()


def port_is_free(port):
    """Nobody listens on this port of either loopback address."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.settimeout(2)
                if probe.connect_ex((address, port)) == 0:
                    return False
        except OSError:
            continue
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def fetch(host, port, path, ca):
    """GET over TLS from 127.0.0.1 as host; returns (status, body)."""
    context = ssl.create_default_context(cafile=ca)
    raw = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection = http.client.HTTPSConnection(host, port, timeout=10)
    connection.sock = context.wrap_socket(raw, server_hostname=host)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def fetch_when_up(servers, host, port, path, ca, seconds=30):
    """Waits until the server answers with 200; returns the body."""
    deadline = time.monotonic() + seconds
    said = "nothing"
    while time.monotonic() < deadline:
        name = servers.ended()
        if name:
            raise DemoError("%s ended at once; its logs in %s say why" % (name, servers.log))
        try:
            status, body = fetch(host, port, path, ca)
            if status == 200:
                return body
            said = "status %d" % status
        except OSError as fault:
            said = str(fault)
        time.sleep(0.2)
    raise DemoError("https://%s:%d%s does not answer (%s)" % (host, port, path, said))

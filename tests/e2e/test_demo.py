"""The demo's refusals before it does anything. Whole logins through it are `demo/run --check`."""

import os
import re
import socket
import subprocess

import pytest

from harness import TREE, free_port


def begin_demo(**ports):
    """(exit status, what it said) of the demo with these ports, named as in its variables."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root"}
    environment.update({"EB_DEMO_%s_PORT" % name.upper(): str(port) for name, port in ports.items()})
    result = subprocess.run(
        ["/usr/bin/python3", "-B", os.path.join(TREE, "demo", "lib", "demo.py"), "--check"],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=60, check=False)
    return result.returncode, result.stdout.decode("utf-8")


def three_ports():
    ports = {}
    for name in ("bridge", "idp", "app"):
        while name not in ports or list(ports.values()).count(ports[name]) > 1:
            ports[name] = free_port()
    return ports


@pytest.mark.parametrize("name", ["bridge", "idp", "app"])
@pytest.mark.parametrize("family, address", [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "0.0.0.0"),
                                             (socket.AF_INET6, "::1")])
def test_demo_refuses_taken_port(name, family, address):
    ports = three_ports()
    try:
        holder = socket.create_server((address, 0), family=family)
    except OSError:
        assert family == socket.AF_INET6
        pytest.skip("this machine has no IPv6")
    with holder:
        ports[name] = holder.getsockname()[1]
        status, said = begin_demo(**ports)
    assert status == 1
    assert said == "demo/run: port %d is taken; choose another with EB_DEMO_%s_PORT=PORT demo/run\n" % (
        ports[name], name.upper())


def test_demo_refuses_same_port_twice():
    ports = three_ports()
    ports["app"] = ports["bridge"]
    status, said = begin_demo(**ports)
    assert status == 1
    assert re.fullmatch(r"demo/run: EB_DEMO_APP_PORT=\d+ is used twice; the three ports must differ\n", said)


@pytest.mark.parametrize("word", ["0", "65536", "-1", "8443x", "٤"])
def test_demo_refuses_what_is_no_port(word):
    ports = three_ports()
    ports["idp"] = word
    status, said = begin_demo(**ports)
    assert status == 1
    assert said == "demo/run: EB_DEMO_IDP_PORT is no port number: %s\n" % word

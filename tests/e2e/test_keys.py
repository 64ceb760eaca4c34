"""The key directory: made once, never remade, kept from others."""

import os
import re
import shutil
import stat
import subprocess

import pytest

from client import send
from conftest import copy_keys
from harness import EB


def test_first_start_makes_everything_root_only(make_server):
    own = make_server(keys="none")
    folder = os.path.join(own.server.folder, "keys")
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    for root, names, files in os.walk(folder):
        for name in names:
            assert stat.S_IMODE(os.stat(os.path.join(root, name)).st_mode) & 0o077 == 0
        for name in files:
            path = os.path.join(root, name)
            assert stat.S_IMODE(os.stat(path).st_mode) & 0o077 == 0, path
            assert os.stat(path).st_uid == os.geteuid()
    own.log_in()


def test_jwks_has_no_private_members(bridge):
    keys = bridge.client().jwks()["keys"]
    assert {key["kty"] for key in keys} >= {"RSA", "EC"}
    assert len(keys) <= 10
    kids = [key["kid"] for key in keys]
    assert len(set(kids)) == len(kids)
    for key in keys:
        assert not set(key) & {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}
        assert key["use"] == "sig" and key.get("alg", "RS256") in ("RS256", "ES256")


def test_configtest_makes_nothing(make_server):
    own = make_server(start=False, keys="none")
    status, said = own.server.configtest()
    assert status == 0, said
    assert not os.path.exists(os.path.join(own.server.folder, "keys"))


def is_refused(own, name):
    """httpd does not start, and says why with the error's id."""
    with pytest.raises(RuntimeError) as fault:
        own.server.start()
    assert set(re.findall(r"\bEB\d{4}\b", str(fault.value))) == {EB[name]}, str(fault.value)


def salt_file(folder):
    found = [os.path.join(root, name) for root, _, files in os.walk(os.path.join(folder, "keys"))
             for name in files if "salt" in name]
    assert len(found) == 1, found
    return found[0]


def test_a_lost_salt_is_not_remade(make_server):
    own = make_server(start=False)
    os.unlink(salt_file(own.server.folder))
    is_refused(own, "KEY_LOST")


def test_a_lost_directory_is_not_remade(make_server):
    own = make_server(start=False)
    shutil.rmtree(os.path.join(own.server.folder, "keys"))
    is_refused(own, "KEY_LOST")


def test_an_emptied_directory_is_not_filled(make_server):
    own = make_server(start=False)
    folder = os.path.join(own.server.folder, "keys")
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
    is_refused(own, "KEY_LOST")


@pytest.mark.parametrize("content", [b"", b"x", b"\x00" * 43, b"A" * 42, b"A" * 200])
def test_a_half_written_salt(make_server, content):
    own = make_server(start=False)
    with open(salt_file(own.server.folder), "wb") as file:
        file.write(content)
    is_refused(own, "KEY_FORM")


def test_a_directory_open_to_others(make_server):
    """Refused, since who could read it could be anybody."""
    own = make_server(start=False)
    os.chmod(os.path.join(own.server.folder, "keys"), 0o755)
    is_refused(own, "KEY_MODE")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make what another may not read")
def test_a_directory_that_configtest_may_not_read(make_server):
    """As another user than the server's: what could be checked was, and the rest is said to be not checked."""
    own = make_server(start=False)
    result = subprocess.run(
        ["setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "apache2", "-t", "-f",
         own.server.configuration], env=own.server.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=60, check=False)
    said = result.stdout.decode()
    assert result.returncode == 0, said
    assert "not checked, because this user may not read them: %s/keys" % own.server.folder in said, said
    assert not re.search(r"\bEB\d{4}\b", said), said


@pytest.mark.skipif(os.geteuid() != 0, reason="a server of another user than root")
def test_a_directory_that_the_server_may_not_read(make_server):
    """A start is not a test: without its keys there is none. The port and the log are the user's own."""
    own = make_server(start=False)
    for root, names, files in os.walk(own.server.folder):
        for name in [*names, *files]:
            if "keys" not in os.path.relpath(os.path.join(root, name), own.server.folder):
                shutil.chown(os.path.join(root, name), "www-data", "www-data")
    shutil.chown(own.server.folder, "www-data", "www-data")
    result = subprocess.run(
        ["setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "apache2", "-f",
         own.server.configuration, "-DFOREGROUND"], env=own.server.environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
    said = result.stdout.decode() + own.server.log_since(0)
    assert result.returncode != 0
    assert set(re.findall(r"\bEB\d{4}\b", said)) == {EB["KEY_UNREADABLE"]}, said


def test_a_file_where_the_directory_should_be(make_server):
    own = make_server(start=False, keys="none")
    with open(os.path.join(own.server.folder, "keys"), "w", encoding="ascii") as file:
        file.write("x")
    is_refused(own, "KEY_UNREADABLE")


def test_an_interrupted_first_start_can_be_repeated(make_server):
    """The salt is there, which is made first, and nothing else yet: still the first start."""
    own = make_server(start=False)
    for name in os.listdir(own.server.folder):
        if name.startswith("keys") and name != "keys":
            path = os.path.join(own.server.folder, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
    salt = salt_file(own.server.folder)
    for root, _, files in os.walk(os.path.join(own.server.folder, "keys")):
        for name in files:
            if os.path.join(root, name) != salt:
                os.unlink(os.path.join(root, name))
    own.server.start()
    own.log_in()


def test_own_saml_keys(make_server, judges):
    own = make_server(start=False)
    del judges
    folder = own.server.folder
    for name in ("sign", "crypt"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "30", "-subj",
                        "/CN=" + name, "-keyout", "%s/%s.key" % (folder, name), "-out",
                        "%s/%s.crt" % (folder, name)], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    from conftest import STORE, vhost_text
    own.server.write(vhost_text(folder, extra='EidasSigningKey "%s/sign.key" "%s/sign.crt"\n'
                                'EidasEncryptionKey "%s/crypt.key" "%s/crypt.crt"' % ((folder,) * 4)), STORE)
    own.server.start()
    own.log_in()
    with open(folder + "/crypt.crt", encoding="ascii") as file:
        assert "".join(file.read().split("\n")[1:-2])[:60].encode() in b"".join(own.sp.xml.split())


def test_the_workers_cannot_read_the_keys(bridge):
    """The children run as another user and the directory is closed to it."""
    if os.geteuid() != 0:
        pytest.skip("only root can show this")
    result = subprocess.run(["setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "ls",
                             os.path.join(bridge.server.folder, "keys")], check=False,
                            stdin=subprocess.DEVNULL, capture_output=True)
    assert result.returncode != 0


def test_discovery(bridge):
    reply = send(bridge.server.port, "GET", "/.well-known/openid-configuration", host=bridge.server.host)
    document = reply.json()
    issuer = bridge.issuer
    assert document["issuer"] == issuer
    assert document["authorization_endpoint"] == issuer + "/authorize"
    assert document["token_endpoint"] == issuer + "/token"
    assert document["userinfo_endpoint"] == issuer + "/userinfo"
    assert document["jwks_uri"] == issuer + "/jwks"
    assert document["response_types_supported"] == ["code"]
    assert "pairwise" in document["subject_types_supported"]
    assert {"RS256", "ES256"} <= set(document["id_token_signing_alg_values_supported"])
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document.get("request_parameter_supported", False) is False
    assert document["request_uri_parameter_supported"] is False
    assert {"client_secret_basic", "client_secret_post"} <= set(
        document["token_endpoint_auth_methods_supported"])


assert copy_keys

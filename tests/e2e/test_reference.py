"""The configuration that people copy is accepted: conf/reference.conf as it stands and with every line
un-commented, and each of conf/examples. Real files are put in place of the examples' ones."""

import os
import re
import shutil
import subprocess
import tempfile

import pytest

from client import send
from conftest import SECRET
from harness import Httpd, MODULES, TREE, pages_path
from idp import IdentityProvider

CONF = os.path.join(TREE, "conf")
EXAMPLES = sorted(name for name in os.listdir(os.path.join(CONF, "examples")) if name.endswith(".conf"))

# What the examples need of a server beside what every test's has.
MORE_MODULES = "".join("LoadModule %s_module %s/mod_%s.so\n" % (name, MODULES, name)
                       for name in ("socache_shmcb", "ssl", "proxy", "proxy_http"))

KEYS_OF_32_BYTES = {"sealing.key": "GnXzbnhbkYm3P5fN7ceF0xPIbMAV8YYeDU4Wy0rqb2E",
                    "sealing-old.key": "Pu9vJkAWQ4pHqsN1m3vVZxC6dO2tYbR8eLgT0iKwXfM",
                    "salt": "o1PpqGJ9mQ7eZ3cVb5nXsW2kRtY4uIaLd8hFwE6yT0A"}


def uncommented(text):
    """As its first lines say: a # with a letter behind it comments out what is configuration."""
    return re.sub(r"(?m)^(\s*)#(?=[A-Za-z])", r"\1", text)


def test_uncommenting_takes_directives_and_leaves_prose():
    text = "# [S] Prose.\n  #EidasState slots\n#\n# Secrets\n    #Levels a b\n"
    assert uncommented(text) == "# [S] Prose.\n  EidasState slots\n#\n# Secrets\n    Levels a b\n"


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """(key, certificate), PEM."""
    folder = tmp_path_factory.mktemp("pair")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "30", "-subj", "/CN=own",
                    "-keyout", folder / "key", "-out", folder / "crt"], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (folder / "key").read_text(), (folder / "crt").read_text()


@pytest.fixture
def own(pair):
    """A function: the text of a configuration file to a server that has it, and every file it names."""
    made = []

    def make(text, with_pages=True):
        folder = tempfile.mkdtemp(prefix="eb-e2e.")
        server = Httpd("", folder=folder, environment={"APP_CLIENT_SECRET": SECRET, "WIKI_SECRET": SECRET})
        made.append(server)
        entity = re.search(r"(?m)^\s*EntityID\s+(\S+)", text)
        for path in set(re.findall(r"/(?:etc|var/lib)/[\w./-]+", text)):
            write_file(folder + path, pair, entity and entity.group(1))
        text = re.sub(r"/(?=(?:etc|var/lib)/)", folder + "/", text)
        text = text.replace("*:443", "127.0.0.1:%d" % server.port)
        if "EidasKeyDirectory" not in re.sub(r"(?m)^\s*#.*", "", text):
            text = 'EidasKeyDirectory "%s/keys"\n' % folder + text
        if with_pages:
            text = 'EidasPages "%s"\n' % pages_path() + text
        server.write("", MORE_MODULES + text)
        return server

    yield make
    for server in made:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


def write_file(path, pair, entity_id):
    """One file that a configuration names, by the end of its name."""
    name = os.path.basename(path)
    if "/var/lib/" in path:
        return  # the key directory, which the first start makes
    if name == "pages":
        shutil.copytree(pages_path(), path)
        return
    if name in KEYS_OF_32_BYTES:
        content = KEYS_OF_32_BYTES[name] + "\n"
    elif name.endswith("-metadata.xml"):
        judge = IdentityProvider(name.partition("-")[0])
        content = judge.metadata(**({"entity_id": entity_id} if entity_id else {}))
    elif name.endswith(".secret"):
        content = SECRET + "\n"
    elif name.endswith(".css"):
        content = "body { color: black }\n"
    elif name.endswith((".key", ".crt", ".pem")):
        content = pair[0] if name.endswith(".key") or "/private/" in path else pair[1]
    else:
        raise AssertionError("what is this file: " + path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)
    os.chmod(path, 0o600)


def read(*names):
    with open(os.path.join(CONF, *names), encoding="utf-8") as file:
        return file.read()


def is_accepted(server):
    status, said = server.configtest()
    assert status == 0 and "Syntax OK" in said, said
    return said


def test_the_reference_as_it_stands(own):
    is_accepted(own(read("reference.conf")))


def test_the_reference_with_every_line_uncommented(own):
    text = uncommented(read("reference.conf"))
    assert not re.search(r"(?m)^\s*#\w", text)
    server = own(text, with_pages=False)
    said = is_accepted(server)
    assert "AllowAlgorithms makes provider suomifi weaker" in said
    server.start()
    reply = send(server.port, "GET", "/.well-known/openid-configuration", host="login.example.fi")
    assert reply.status == 200 and reply.json()["issuer"] == "https://login.example.fi"
    metadata = send(server.port, "GET", "/saml/metadata", host="login.example.fi")
    assert metadata.status == 200 and b"isRequired=\"true\"" in metadata.body


def test_each_line_of_the_reference_can_be_uncommented_alone(own):
    """Nobody un-comments all of them at once: no line needs another one."""
    lines = read("reference.conf").splitlines(keepends=True)
    server = own("".join(map(uncommented, lines)))
    with open(server.configuration, encoding="utf-8") as file:
        before, _, rest = file.read().partition(uncommented(lines[0]))
    last = uncommented(lines[-1])
    whole = (lines[0] + rest[:rest.index(last) + len(last)]).splitlines(keepends=True)
    after = rest[rest.index(last) + len(last):]
    assert len(whole) == len(lines)
    for number, line in enumerate(lines):
        if uncommented(line) == line:
            continue
        text = [made if place == number or uncommented(lines[place]) == lines[place] else "#" + made
                for place, made in enumerate(whole)]
        with open(server.configuration, "w", encoding="utf-8") as file:
            file.write(before + "".join(text) + after)
        status, said = server.configtest()
        assert status == 0, (line, said)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example(own, name):
    is_accepted(own(read("examples", name)))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_with_every_line_uncommented(own, name):
    is_accepted(own(uncommented(read("examples", name))))


def test_the_list_of_examples_names_them_all():
    listed = re.findall(r"\]\((\S+\.conf)\)", read("examples", "README.md"))
    assert sorted(listed) == EXAMPLES


def test_a_mistake_in_an_example_is_found(own):
    """The other tests can fail."""
    status, said = own(read("examples", "generic.conf").replace("RequireSignature", "RequireSignatures")).configtest()
    assert status != 0 and "EB1004" in said and "RequireSignature" in said

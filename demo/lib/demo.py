"""The demonstration: three servers, one login. Started by demo/run, which explains itself."""

import glob
import grp
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import authority
import build
import check
from servers import DemoError, Servers, fetch_when_up, port_is_free

DEMO = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TREE = os.path.dirname(DEMO)
WORK = os.path.join(DEMO, "work")
LOG = os.path.join(WORK, "log")
TLS = os.path.join(WORK, "tls")
USER = "www-data"
HOSTS = {"bridge": "bridge.localhost", "idp": "idp.localhost", "app": "app.localhost"}
DEFAULT_PORTS = {"bridge": 8443, "idp": 8444, "app": 8445}


def say(text=""):
    print(text, flush=True)


def ports_from_environment():
    """The three ports, checked: numbers, different, free."""
    ports = {}
    for name, default in DEFAULT_PORTS.items():
        variable = "EB_DEMO_%s_PORT" % name.upper()
        word = os.environ.get(variable, str(default))
        if not word.isascii() or not word.isdigit() or not 1 <= int(word) <= 65535:
            raise DemoError("%s is no port number: %s" % (variable, word))
        port = int(word)
        if port in ports.values():
            raise DemoError("%s=%d is used twice; the three ports must differ" % (variable, port))
        if not port_is_free(port):
            raise DemoError("port %d is taken; choose another with %s=PORT demo/run"
                            % (port, variable))
        ports[name] = port
    return ports


def may_enter(folder, user):
    """Whether that user may pass through every folder on the way."""
    entry = pwd.getpwnam(user)
    while True:
        status = os.stat(folder)
        bit = 0o100 if status.st_uid == entry.pw_uid else \
            0o010 if status.st_gid == entry.pw_gid else 0o001
        if not status.st_mode & bit:
            return False
        if folder == "/":
            return True
        folder = os.path.dirname(folder)


class Demo:
    """One run of the demonstration."""

    def __init__(self):
        self.ports = ports_from_environment()
        self.urls = {name: "https://%s:%d" % (host, self.ports[name])
                     for name, host in HOSTS.items()}
        with open(os.path.join(DEMO, "persons.json"), encoding="utf-8") as file:
            self.persons = json.load(file)
        self.servers = Servers(LOG)
        self.run = None
        self.trusted = []

    # -- set-up ---------------------------------------------------------------------------------

    def prepare_folders(self):
        """A fresh work folder; only the build is kept from the last run. What the servers' own user
        must read goes to a folder of its own: inside the work folder where that user can get there,
        else (a home folder closed to others) a temporary one that goes with the run."""
        os.makedirs(WORK, exist_ok=True)
        for name in os.listdir(WORK):
            if name in ("source", "build"):
                continue
            path = os.path.join(WORK, name)
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)
        for folder in (LOG, TLS, os.path.join(WORK, "screenshots")):
            os.makedirs(folder)
        os.chmod(WORK, 0o755)
        if may_enter(WORK, USER):
            self.run = os.path.join(WORK, "run")
            os.makedirs(self.run)
        else:
            self.run = tempfile.mkdtemp(prefix="eidas-bridge-demo.")
        os.chmod(self.run, 0o755)
        for name in ("httpd", "fpm", "steps", "idp"):
            os.makedirs(os.path.join(self.run, name))
        owner = pwd.getpwnam(USER)
        for name in ("cert", "log", "data", "tmp", "sessions", "www"):
            folder = os.path.join(self.run, "idp", name)
            os.makedirs(folder, mode=0o700)
            os.chown(folder, owner.pw_uid, owner.pw_gid)

    def make_certificates(self):
        ca = authority.Authority(TLS)
        self.trusted = [ca.issue(name, host) for name, host in HOSTS.items()]
        # the application's workers read it while they serve
        shutil.copy(os.path.join(TLS, "ca.crt"), self.run)
        cert = os.path.join(self.run, "idp", "cert")
        authority.make_signing_pair(os.path.join(cert, "idp"), "demo identity provider")
        authority.write_private(os.path.join(cert, "salt"), secrets.token_hex(16).encode())
        owner = pwd.getpwnam(USER)
        for name in os.listdir(cert):
            os.chown(os.path.join(cert, name), owner.pw_uid, owner.pw_gid)

    def write_configuration(self, module, share):
        client_secret = secrets.token_urlsafe(32)
        authority.write_private(os.path.join(WORK, "client.secret"), client_secret.encode() + b"\n")
        words = {
            "WORK": WORK, "RUN": self.run, "LOG": LOG, "TLS": TLS, "MODULE": module, "SHARE": share,
            "MODULES": "/usr/lib/apache2/modules", "USER": USER,
            "GROUP": grp.getgrgid(pwd.getpwnam(USER).pw_gid).gr_name,
            "CLIENT_SECRET": client_secret, "APP_PASSPHRASE": secrets.token_urlsafe(32),
        }
        words.update({name.upper() + "_URL": url for name, url in self.urls.items()})

        def fill(*names, **more):
            text = ""
            for name in names:
                with open(os.path.join(DEMO, "conf", name), encoding="utf-8") as file:
                    text += file.read() + "\n"
            for word, value in {**words, **more}.items():
                text = text.replace("@%s@" % word, str(value))
            return text

        for name in HOSTS:
            text = fill("common.conf", name + ".conf", NAME=name, HOST=HOSTS[name],
                        PORT=self.ports[name])
            authority.write_private(os.path.join(WORK, name + ".conf"), text.encode())
        authority.write_private(os.path.join(WORK, "php-fpm.conf"), fill("php-fpm.conf").encode())
        shutil.copytree(os.path.join(DEMO, "idp"), os.path.join(self.run, "idp", "config"))
        shutil.copytree(os.path.join(DEMO, "app"), os.path.join(self.run, "app"))
        for folder in (os.path.join("idp", "config"), os.path.join("app", "lib")):
            shutil.copy(os.path.join(DEMO, "persons.json"), os.path.join(self.run, folder))
        for folder, _, files in os.walk(self.run):
            if os.stat(folder).st_uid == 0:
                os.chmod(folder, 0o755)
            for name in files:
                path = os.path.join(folder, name)
                if os.stat(path).st_uid == 0:
                    os.chmod(path, 0o644)

    # -- servers --------------------------------------------------------------------------------

    def start_httpd(self, name):
        configuration = os.path.join(WORK, name + ".conf")
        test = subprocess.run(["apache2", "-t", "-f", configuration], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if test.returncode != 0:
            raise DemoError("the configuration of the %s is refused:\n%s"
                            % (name, test.stdout.decode("utf-8", "replace")))
        self.servers.start(name, ["apache2", "-f", configuration, "-DFOREGROUND"])

    def start_servers(self):
        """In the order in which they need each other: the bridge reads the identity provider's
        metadata at its start, and the identity provider reads the bridge's when a request comes."""
        ca = os.path.join(TLS, "ca.crt")
        fpm = sorted(glob.glob("/usr/sbin/php-fpm*"))
        if not fpm:
            raise DemoError("php-fpm is not installed")
        self.servers.start("php-fpm", [fpm[-1], "--nodaemonize", "--fpm-config",
                                       os.path.join(WORK, "php-fpm.conf")])
        self.start_httpd("idp")
        metadata = fetch_when_up(self.servers, HOSTS["idp"], self.ports["idp"],
                                 "/simplesaml/saml2/idp/metadata.php", ca)
        with open(os.path.join(WORK, "idp-metadata.xml"), "wb") as file:
            file.write(metadata)
        self.start_httpd("bridge")
        metadata = fetch_when_up(self.servers, HOSTS["bridge"], self.ports["bridge"],
                                 "/saml/metadata", ca)
        path = os.path.join(self.run, "idp", "bridge-metadata.xml")
        with open(path, "wb") as file:
            file.write(metadata)
        os.chmod(path, 0o644)
        self.start_httpd("app")
        fetch_when_up(self.servers, HOSTS["app"], self.ports["app"], "/", ca)

    def set_up(self):
        say("Building the module …")
        self.prepare_folders()
        try:
            module, copy = build.build_module(TREE, WORK, os.path.join(LOG, "build.log"))
        except (subprocess.CalledProcessError, OSError) as fault:
            raise DemoError("the build failed (%s); see %s"
                            % (fault, os.path.join(LOG, "build.log"))) from fault
        say("Making a certificate authority, certificates and configuration …")
        self.make_certificates()
        self.write_configuration(module, os.path.join(copy, "share", "pages"))
        say("Starting the identity provider, the bridge and the application …")
        self.start_servers()

    def tear_down(self):
        self.servers.stop()
        if self.run and not self.run.startswith(WORK):
            for name in glob.glob(os.path.join(self.run, "idp", "log", "*")) + \
                    glob.glob(os.path.join(self.run, "steps", "*")):
                shutil.copy(name, os.path.join(LOG, "kept-" + os.path.basename(name)))
            shutil.rmtree(self.run, ignore_errors=True)
        if "SUDO_UID" in os.environ and os.path.isdir(WORK):
            owner, group = int(os.environ["SUDO_UID"]), int(os.environ.get("SUDO_GID", "-1"))
            for folder, names, files in os.walk(WORK):
                for name in names + files:
                    os.chown(os.path.join(folder, name), owner, group, follow_symlinks=False)
            os.chown(WORK, owner, group)

    # -- what it says ---------------------------------------------------------------------------

    def explain(self):
        spki = ",".join(self.trusted)
        say("""
A complete login, on this machine only:

  application        %(app)s      mod_auth_openidc, an OpenID Connect client
  bridge             %(bridge)s   mod_eidas_bridge: OpenID Connect on one side, SAML on the other
  identity provider  %(idp)s      SimpleSAMLphp, speaking SAML 2.0
""" % self.urls)
        say("Who can sign in:")
        for person in self.persons:
            say("  user %-8s password %-6s %s" % (person["user"], person["password"],
                                                  person["who"]))
        say("""
What happens:
  1. Open %(app)s/ and choose "Sign in". The application sends you to the bridge.
  2. The bridge makes a signed AuthnRequest and sends you on to the identity provider. It remembers
     nothing: the login travels in sealed cookies of your browser.
  3. The identity provider asks who you are, and posts a signed, encrypted Response to the bridge.
  4. The bridge checks it, and gives you a code for the application.
  5. The application redeems the code, fetches the claims, and shows person, level and tokens, with
     a picture of these steps and their times.
  The person "low" is sent back with an error: the application demands the level "substantial".

Names under .localhost lead to this machine in every browser. The certificates are from a CA made
just now: import %(ca)s, or accept the three warnings,
or start a browser that knows them:

  chromium --user-data-dir=$(mktemp -d) \\
    --ignore-certificate-errors-spki-list=%(spki)s %(app)s/

Logs are in %(log)s. Ctrl-C ends everything.""" % {
            **self.urls, "ca": os.path.join(TLS, "ca.crt"), "spki": spki, "log": LOG})


def _interrupted(_number, _frame):
    raise KeyboardInterrupt


def main():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    checking = sys.argv[1:] == ["--check"]
    demo = None
    result = 1
    try:
        demo = Demo()
        demo.set_up()
        if checking:
            result = check.run(demo, os.path.join(WORK, "screenshots"), say)
        else:
            demo.explain()
            while demo.servers.ended() is None:
                time.sleep(0.5)
            say("The server \"%s\" has ended; its logs in %s say why." % (demo.servers.ended(), LOG))
    except DemoError as fault:
        print("demo/run: %s" % fault, file=sys.stderr)
    except KeyboardInterrupt:
        say("\nEnding.")
        result = 1 if checking else 0
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if demo:
            demo.tear_down()
    return result


if __name__ == "__main__":
    sys.exit(main())

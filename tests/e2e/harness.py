"""A real httpd with the module from a build directory, on its own configuration, in its own folder.

The connection is plain HTTP on loopback while the issuer is https: TLS is taken to end at a proxy in
front, which the module allows. The test client keeps the __Host- cookies itself.
"""

import atexit
import contextlib
import functools
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

MODULES = "/usr/lib/apache2/modules"
TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

HTTPD_CONF = """
ServerRoot "@FOLDER@"
DefaultRuntimeDir "@FOLDER@/runtime"
PidFile "@FOLDER@/httpd.pid"
ErrorLog "@FOLDER@/error.log"
LogLevel info
Mutex posixsem
ServerName 127.0.0.1
KeepAlive On
Timeout 20
GracefulShutdownTimeout 5
LoadModule mpm_event_module  @MODULES@/mod_mpm_event.so
LoadModule authz_core_module @MODULES@/mod_authz_core.so
LoadModule authz_host_module @MODULES@/mod_authz_host.so
LoadModule alias_module      @MODULES@/mod_alias.so
LoadModule headers_module    @MODULES@/mod_headers.so
LoadModule env_module        @MODULES@/mod_env.so
@USERLINES@
StartServers 2
ServerLimit 4
ThreadsPerChild 8
MinSpareThreads 16
MaxSpareThreads 32
MaxRequestWorkers 32
<Directory />
  AllowOverride None
  Require all denied
</Directory>
DocumentRoot "@FOLDER@/htdocs"
<Directory "@FOLDER@/htdocs">
  Require all granted
</Directory>
Listen 127.0.0.1:@PORT@
LoadModule eidas_bridge_module @MODULE@
@GLOBAL@
<VirtualHost 127.0.0.1:@PORT@>
  ServerName @HOST@
@VHOST@
</VirtualHost>
@AFTER@
"""


def free_port():
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def module_path():
    """The module under test: EB_MODULE, set by tests/e2e/run."""
    return os.environ["EB_MODULE"]


@functools.lru_cache(maxsize=None)
def pages_path():
    """The pages, where every user may read them: a checkout in root's home is nobody else's to enter."""
    folder = tempfile.mkdtemp(prefix="eb-e2e.")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.chmod(folder, 0o755)
    return shutil.copytree(os.environ.get("EB_PAGES", os.path.join(TREE, "share", "pages")), os.path.join(folder, "pages"))


def error_ids():
    """{name: "EBnnnn"} of src/base/error_list.h."""
    with open(os.path.join(TREE, "src", "base", "error_list.h"), encoding="utf-8") as file:
        return {name: "EB" + number
                for number, name in re.findall(r"^EB_ERROR\((\d+), (\w+),", file.read(), re.M)}


EB = error_ids()


class Httpd:
    """One server. `vhost` is the configuration inside its only virtual host."""

    def __init__(self, vhost, folder=None, host="bridge.example", global_="", after="", port=None,
                 environment=None):
        self.is_own_folder = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix="eb-e2e.")
        os.chmod(self.folder, 0o755)
        self.port = port or free_port()
        self.host = host
        self.configuration = os.path.join(self.folder, "httpd.conf")
        self.log_path = os.path.join(self.folder, "error.log")
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C",
                            **(environment or {})}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        if "EB_PRELOAD" in os.environ:  # the sanitizers' libraries, for a module that is built with them
            self.environment["LD_PRELOAD"] = " ".join(
                [os.environ["EB_PRELOAD"], *self.environment.get("LD_PRELOAD", "").split()])
        for name in ("runtime", "htdocs"):
            os.makedirs(os.path.join(self.folder, name), exist_ok=True)
        with open(os.path.join(self.folder, "htdocs", "index.html"), "w", encoding="ascii") as file:
            file.write("site\n")
        self.process = None
        self.write(vhost, global_, after)

    def write(self, vhost, global_="", after=""):
        """Writes (again) the configuration."""
        user = ""
        if os.geteuid() == 0:
            pwd.getpwnam("www-data")
            user = "User www-data\nGroup www-data"
        text = HTTPD_CONF
        for word, value in (("VHOST", vhost), ("GLOBAL", global_), ("AFTER", after),
                            ("USERLINES", user), ("MODULE", module_path()), ("MODULES", MODULES),
                            ("HOST", self.host), ("PORT", str(self.port)), ("FOLDER", self.folder)):
            text = text.replace("@%s@" % word, value)
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(text)

    def configtest(self):
        """(exit status, what it said)."""
        result = subprocess.run(["apache2", "-t", "-f", self.configuration], env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, timeout=60, check=False)
        said = result.stdout.decode("utf-8", "replace")
        assert not re.search(r"ERROR: \w*Sanitizer|runtime error:", said), said
        return result.returncode, said

    def start(self, seconds=60):
        """Starts and waits until it serves. Raises with what httpd said when it does not."""
        mark = self.mark()
        with open(os.path.join(self.folder, "output"), "ab") as said:
            self.process = subprocess.Popen(
                ["apache2", "-f", self.configuration, "-DFOREGROUND"], env=self.environment,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError("httpd ended with %d:\n%s" % (self.process.returncode,
                                                                 self.everything_said()))
            if "resuming normal operations" in self.log_since(mark):
                return self
            time.sleep(0.02)
        raise RuntimeError("httpd does not come up:\n" + self.everything_said())

    def everything_said(self):
        said = ""
        for name in ("output", "error.log"):
            path = os.path.join(self.folder, name)
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    said += file.read()
        return said

    def graceful(self):
        """A graceful restart; returns when the new generation is at work."""
        mark = self.mark()
        os.kill(self.process.pid, signal.SIGUSR1)
        self.wait_for_log(r"resuming normal operations", mark)

    def restart(self):
        """A hard restart within the same parent process (HUP)."""
        mark = self.mark()
        os.kill(self.process.pid, signal.SIGHUP)
        self.wait_for_log(r"resuming normal operations", mark)

    def workers(self):
        """Process ids of the children."""
        with open("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid),
                  encoding="ascii") as file:
            return [int(word) for word in file.read().split()]

    def stop(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                pass
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None
        found = re.search(r"ERROR: \w*Sanitizer|runtime error:", self.everything_said())
        assert not found, self.everything_said()[found.start() - 200:][:6000]

    def close(self):
        self.stop()
        if self.is_own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- log ------------------------------------------------------------------------------------

    def mark(self):
        """A place in the log; what comes later can be asked for."""
        try:
            return os.path.getsize(self.log_path)
        except FileNotFoundError:
            return 0

    def log_since(self, mark):
        try:
            with open(self.log_path, "rb") as file:
                file.seek(mark)
                return file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def wait_for_log(self, pattern, mark, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = re.search(pattern, self.log_since(mark))
            if found:
                return found
            time.sleep(0.02)
        raise AssertionError("the log does not say %r but:\n%s" % (pattern, self.log_since(mark)))

    def errors_since(self, mark):
        """The error ids of the lines logged since: ["EB2206", …]."""
        return re.findall(r"\bEB[1-5]\d{3}\b", self.log_since(mark))

    @contextlib.contextmanager
    def refuses(self, name):
        """What is done inside is refused with exactly this error (by its name in the table), once."""
        mark = self.mark()
        yield
        found = self.errors_since(mark)
        assert found == [EB[name]], "expected %s (%s), the log has %s:\n%s" % (
            EB[name], name, found or "none", self.log_since(mark))

    @contextlib.contextmanager
    def accepts(self):
        """Nothing done inside is logged as an error."""
        mark = self.mark()
        yield
        found = self.errors_since(mark)
        assert not found, self.log_since(mark)

"""A headless Chromium, driven through chromedriver's WebDriver interface (plain HTTP, JSON)."""

import base64
import http.client
import json
import os
import signal
import subprocess
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class BrowserError(Exception):
    """What WebDriver said."""


class Browser:
    """One browser session with a profile of its own below `folder`."""

    def __init__(self, folder, log, trusted, languages="en"):
        os.makedirs(folder, exist_ok=True)
        self._session = None
        self._log = log
        environment = {"PATH": "/usr/bin:/bin", "HOME": folder, "LC_ALL": "C.UTF-8",
                       "TMPDIR": folder}
        self._driver = subprocess.Popen(
            ["chromedriver", "--port=0", "--verbose", "--log-path=" + self._log], env=environment, cwd=folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True)
        self._port = self._read_port()
        arguments = ["--headless=new", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
                     "--disable-background-networking", "--disable-component-update",
                     "--window-size=1100,900", "--lang=" + languages,
                     "--user-data-dir=" + os.path.join(folder, "profile"),
                     "--ignore-certificate-errors-spki-list=" + ",".join(trusted)]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")  # Chromium refuses to start as root with its sandbox
        try:
            value = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": {
                "browserName": "chrome",
                "goog:chromeOptions": {"binary": "/usr/bin/chromium", "args": arguments,
                                       "prefs": {"intl.accept_languages": languages}}}}})
            self._session = value["sessionId"]
            self._ask("POST", self._path("/timeouts"), {"pageLoad": 30000, "implicit": 0})
        except BaseException:
            self.close()
            raise

    def _read_port(self):
        for line in self._driver.stdout:
            words = line.decode("utf-8", "replace").split("successfully on port ")
            if len(words) == 2:
                return int(words[1].strip().rstrip("."))
        raise BrowserError("chromedriver did not start; see " + self._log)

    def _path(self, rest):
        return "/session/%s%s" % (self._session, rest)

    def _ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               {"Content-Type": "application/json"})
            reply = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        value = reply.get("value")
        if isinstance(value, dict) and "error" in value:
            raise BrowserError("%s: %s" % (value["error"], value.get("message", "").split("\n")[0]))
        return value

    def open(self, url):
        self._ask("POST", self._path("/url"), {"url": url})

    def url(self):
        return self._ask("GET", self._path("/url"))

    def title(self):
        return self._ask("GET", self._path("/title"))

    def script(self, text, *arguments):
        """The value that a function body returns in the page. Works under any CSP."""
        return self._ask("POST", self._path("/execute/sync"),
                         {"script": text, "args": list(arguments)})

    def find(self, css):
        """All elements that match, as handles."""
        return [element[ELEMENT] for element in self._ask(
            "POST", self._path("/elements"), {"using": "css selector", "value": css})]

    def wait_for(self, css, seconds=20):
        """The first element that matches, as soon as there is one."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.find(css)
            if found:
                return found[0]
            if time.monotonic() > deadline:
                raise BrowserError("no %s at %s (title: %s)" % (css, self.url(), self.title()))
            time.sleep(0.1)

    def type(self, css, text):
        element = self.wait_for(css)
        self._ask("POST", self._path("/element/%s/value" % element), {"text": text})

    def click(self, css):
        element = self.wait_for(css)
        self._ask("POST", self._path("/element/%s/click" % element), {})

    def text(self, css):
        """The text of the first match, or None."""
        return self.script("var e = document.querySelector(arguments[0]);"
                           "return e === null ? null : e.textContent.trim();", css)

    def forget(self, url):
        """Deletes the cookies of that page's host, and of no other."""
        def ask(command, **parameters):
            return self._ask("POST", self._path("/goog/cdp/execute"),
                             {"cmd": "Network." + command, "params": parameters})

        for cookie in ask("getCookies", urls=[url])["cookies"]:
            ask("deleteCookies", name=cookie["name"], url=url)

    def screenshot(self, path):
        """The whole page, not only what fits in the window."""
        height = self.script("return document.documentElement.scrollHeight;")
        self._ask("POST", self._path("/goog/cdp/execute"), {
            "cmd": "Emulation.setDeviceMetricsOverride",
            "params": {"width": 1100, "height": max(400, min(int(height), 6000)),
                       "deviceScaleFactor": 1, "mobile": False}})
        data = self._ask("GET", self._path("/screenshot"))
        self._ask("POST", self._path("/goog/cdp/execute"),
                  {"cmd": "Emulation.clearDeviceMetricsOverride", "params": {}})
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def close(self):
        if self._session:
            try:
                self._ask("DELETE", self._path(""))
            except (OSError, BrowserError):
                pass
            self._session = None
        try:
            os.killpg(self._driver.pid, signal.SIGTERM)
            self._driver.wait(timeout=10)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
        try:
            os.killpg(self._driver.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._driver.wait()
        self._driver.stdout.close()

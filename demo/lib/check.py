"""demo/run --check: every demo person signs in, in a headless Chromium, and what comes is looked at."""

import json
import os
import shutil
import time
import urllib.parse

from browser import Browser, BrowserError


class Seen:
    """What was seen, said as it is seen, and counted."""

    def __init__(self, say):
        self._say = say
        self.good = 0
        self.bad = 0

    def expect(self, what, found, wanted):
        """found == wanted, or wanted(found) is true."""
        is_right = wanted(found) if callable(wanted) else found == wanted
        if is_right:
            self.good += 1
            self._say("  ok    %s: %s" % (what, found))
        else:
            self.bad += 1
            self._say("  WRONG %s: found %r, expected %s"
                      % (what, found, "something else" if callable(wanted) else repr(wanted)))


def sign_in(browser, demo, person, shot):
    """From the application's first page to whatever page comes after the login form."""
    browser.forget(demo.urls["app"])
    browser.open(demo.urls["app"] + "/")
    browser.click("#login")
    browser.wait_for("input[name=username]")
    if shot:
        browser.screenshot(shot)
    browser.type("input[name=username]", person["user"])
    browser.type("input[name=password]", person["password"])
    browser.click("button[type=submit], input[type=submit]")
    deadline = time.monotonic() + 20
    while not browser.url().startswith(demo.urls["app"]) or \
            browser.script("return document.readyState;") != "complete":
        if time.monotonic() > deadline:
            raise BrowserError("after the login form the browser stays at %s, titled %r"
                               % (browser.url(), browser.title()))
        time.sleep(0.1)


def look_at_person(browser, demo, person, seen):
    """The protected page: person, level, tokens, picture."""
    seen.expect("page", browser.title(), "Signed in")
    for claim, value in person["expect"].items():
        seen.expect(claim, browser.text("td[data-claim=%s]" % claim), value)
    seen.expect("level (acr)", browser.text("#level"), person["level"])
    header = json.loads(browser.text("#id-token-header") or "{}")
    seen.expect("ID token algorithm", header.get("alg"), "RS256")
    seen.expect("ID token kid is given", bool(header.get("kid")), True)
    claims = json.loads(browser.text("#id-token-claims") or "{}")
    seen.expect("ID token issuer", claims.get("iss"), demo.urls["bridge"])
    seen.expect("ID token audience", claims.get("aud"), lambda aud: aud in ("demo-app", ["demo-app"]))
    seen.expect("ID token level (acr)", claims.get("acr"), person["level"])
    seen.expect("ID token sub is 43 characters", len(claims.get("sub", "")), 43)
    seen.expect("sub of userinfo is that of the ID token",
                browser.text("td[data-claim=sub]") == claims.get("sub"), True)
    seen.expect("ID token lifetime in s", claims.get("exp", 0) - claims.get("iat", 0), 300)
    seen.expect("access token is there", bool(browser.text("#access-token")), True)
    steps = browser.script("return Array.from(document.querySelectorAll('#steps text'))"
                           ".map(t => t.textContent);") or []
    for word in ("authorize", "Response", "token: code", "userinfo"):
        seen.expect("picture has the step \"%s\"" % word, any(word in step for step in steps), True)
    return claims.get("sub")


def look_at_refusal(browser, person, seen):
    """The application's own error page: it got an OpenID error, no code."""
    seen.expect("page", browser.title(), "Not signed in")
    seen.expect("the application shows the error", browser.text("#error"),
                lambda text: person["refused"] in (text or ""))
    seen.expect("and what the bridge says", browser.text("#description"),
                lambda text: "EB2506" in (text or ""))
    seen.expect("no person is shown", browser.text("#person"), None)


def run(demo, screenshots, say):
    """Returns the exit status."""
    seen = Seen(say)
    subjects = {}
    profile = os.path.join(demo.run, "browser")
    browser = None
    person = None
    try:
        browser = Browser(profile, os.path.join(demo.servers.log, "browser.log"), demo.trusted)
        for number, person in enumerate(demo.persons):
            say("\n%s" % person["who"])
            form = os.path.join(screenshots, "1-identity-provider.png") if number == 0 else None
            if number == 0:
                browser.open(demo.urls["app"] + "/")
                browser.screenshot(os.path.join(screenshots, "0-application.png"))
            sign_in(browser, demo, person, form)
            browser.screenshot(os.path.join(screenshots, "%d-%s.png" % (number + 2, person["user"])))
            if "refused" in person:
                look_at_refusal(browser, person, seen)
            else:
                subjects[person["user"]] = look_at_person(browser, demo, person, seen)

        person = demo.persons[0]
        say("\nThe first person once more")
        sign_in(browser, demo, person, None)
        claims = json.loads(browser.text("#id-token-claims") or "{}")
        seen.expect("the same sub", claims.get("sub") == subjects[person["user"]], True)
        seen.expect("different persons have different subs",
                    len(set(subjects.values())), len(subjects))

        say("\nThe bridge's own error page (a redirect URI that is not registered)")
        query = urllib.parse.urlencode({
            "client_id": "demo-app", "response_type": "code", "scope": "openid",
            "redirect_uri": demo.urls["app"] + "/callback/"})
        browser.open(demo.urls["bridge"] + "/authorize?" + query)
        browser.screenshot(os.path.join(screenshots, "9-bridge-error.png"))
        seen.expect("the browser stays at the bridge", browser.url().startswith(
            demo.urls["bridge"]), True)
    except BrowserError as fault:
        seen.bad += 1
        say("  WRONG %s" % fault)
        if browser is not None:
            try:
                browser.screenshot(os.path.join(screenshots, "fault.png"))
            except (BrowserError, OSError):
                pass
    finally:
        if browser is not None:
            browser.close()
        shutil.rmtree(profile, ignore_errors=True)
    say("\nScreenshots are in %s" % screenshots)
    say("%d seen as expected, %d not" % (seen.good, seen.bad))
    return 0 if seen.bad == 0 and seen.good > 0 else 1

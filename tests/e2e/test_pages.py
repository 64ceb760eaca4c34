"""What a person sees: languages, escaping, headers, templates of the administrator's own."""

import os
import shutil

import pytest

from harness import pages_path


def error_page(bridge, language=None, ui_locales=None):
    browser = bridge.browser()
    query = "client_id=nobody&redirect_uri=https://x.example/"
    if ui_locales:
        query += "&ui_locales=" + ui_locales
    return browser.get("/authorize?" + query, [("Accept-Language", language)] if language else [])


@pytest.mark.parametrize("asked, spoken", [
    ("fi", "fi"), ("sv-FI", "sv"), ("en-GB,en;q=0.9", "en"), ("de, sv;q=0.5, fi;q=0.8", "fi"),
    ("xx", "en"), (None, "en"), ("fi;q=0, sv", "sv"), (",;;q=", "en"), ("*" * 3000, "en")])
def test_the_language_of_the_browser(bridge, asked, spoken):
    page = error_page(bridge, asked)
    assert '<html lang="%s"' % spoken in page.text


def test_ui_locales_come_before_the_browser(bridge):
    assert '<html lang="sv"' in error_page(bridge, "fi", "sv%20fi").text


def test_headers_of_a_page(bridge):
    page = error_page(bridge)
    policy = page.header("Content-Security-Policy")
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert page.header("X-Content-Type-Options") == "nosniff"
    assert page.header("Referrer-Policy") == "no-referrer"
    assert page.header("Cache-Control") == "no-store"
    assert page.header("Content-Type").lower().replace(" ", "") == "text/html;charset=utf-8"
    assert "viewport" in page.text


def test_nothing_of_the_request_is_shown(bridge):
    browser = bridge.browser()
    for text in ("<script>alert(1)</script>", "\"><b>", "EVILWORD"):
        page = browser.get("/authorize?client_id=nobody&state=%s&redirect_uri=x" % __import__(
            "urllib.parse").parse.quote(text), [("Accept-Language", "en")])
        assert "EVILWORD" not in page.text and "<script>alert" not in page.text and '"><b>' not in page.text


def test_the_stylesheet_is_served_by_its_hash(bridge):
    import re
    page = error_page(bridge)
    path = re.search(r'href="([^"]+\.css)"', page.text).group(1)
    reply = bridge.browser().get(path)
    assert reply.status == 200 and reply.header("Content-Type").startswith("text/css")
    assert "max-age" in reply.header("Cache-Control")


def test_what_is_not_there(bridge):
    for path, status in (("/saml/nothing", 404), ("/pages/0000/style.css", 404), ("/authorize/x", 404), ("/tokens", 404),
                         ("/pages/../../etc/passwd", 400)):
        assert bridge.browser().get(path).status == status, path


def test_own_templates(make_server):
    own = make_server(start=False)
    pages = os.path.join(own.server.folder, "own-pages")
    shutil.copytree(pages_path(), pages)
    name = next(name for name in sorted(os.listdir(pages)) if "error" in name and name.endswith(".html"))
    with open(os.path.join(pages, name), encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(pages, name), "w", encoding="utf-8") as file:
        file.write(text.replace("</body>", "<p>OUR OWN</p></body>"))
    with open(own.server.configuration, encoding="utf-8") as file:
        conf = file.read()
    with open(own.server.configuration, "w", encoding="utf-8") as file:
        file.write(conf.replace('EidasPages "%s"' % pages_path(), 'EidasPages "%s"' % pages))
    own.server.start()
    assert "OUR OWN" in error_page(own).text


def test_own_templates_with_an_unknown_word(make_server):
    own = make_server(start=False)
    pages = os.path.join(own.server.folder, "own-pages")
    shutil.copytree(pages_path(), pages)
    name = next(name for name in sorted(os.listdir(pages)) if "error" in name and name.endswith(".html"))
    with open(os.path.join(pages, name), "a", encoding="utf-8") as file:
        file.write("{{nonsense}}")
    with open(own.server.configuration, encoding="utf-8") as file:
        conf = file.read()
    with open(own.server.configuration, "w", encoding="utf-8") as file:
        file.write(conf.replace('EidasPages "%s"' % pages_path(), 'EidasPages "%s"' % pages))
    status, said = own.server.configtest()
    assert status != 0 and "nonsense" in said and name in said

"""Sweden Connect, SPID, CIE, Entra ID and Okta: each provider here signs, encrypts, demands and refuses as that
service does, as far as its published rules say.
"""

import html
import os
import re
import shutil
import tempfile
import urllib.parse

import pytest

from conftest import STORE, Bridge, fill_folder, redirect_uri, vhost_text
from harness import Httpd
from idp import (PERSISTENT, POST, RESPONDER, SAML, SAMLP, TRANSIENT, IdentityProvider, attribute, moment)

ENTITY = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
ELEG = "http://id.elegnamnden.se/"
SC = "http://id.swedenconnect.se/"
SPID = "https://www.spid.gov.it/SpidL"
SWEDISH = "urn:oid:1.2.752."
ENTRA = "http://schemas.microsoft.com/identity/claims/"
XMLSOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
WS2008 = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"


class Refused(Exception):
    """The service answers the request with an error: what was wrong with it."""


def demand(condition, what):
    if not condition:
        raise Refused(what)


class Service(IdentityProvider):
    """A provider that looks at the request before it answers."""

    def context(self, request):
        """(Comparison, [URIs]) of RequestedAuthnContext; (None, []) without one."""
        element = request.root.find("{%s}RequestedAuthnContext" % SAMLP)
        if element is None:
            return None, []
        return element.get("Comparison", "exact"), [
            child.text for child in element.iter("{%s}AuthnContextClassRef" % SAML)]

    def check(self, request, sp):
        raise NotImplementedError

    def answer(self, request, sp, **changes):
        self.check(request, sp)
        return super().answer(request, sp, **{**self.usual(request), **changes})

    def usual(self, request):
        raise NotImplementedError


class SwedenConnect(Service):
    """Deployment profile 5, 6 and 8: signed Response, whole assertion encrypted with what every party must speak."""

    def check(self, request, sp):
        comparison, levels = self.context(request)
        demand(request.root.get("Destination") == request.url, "Destination")
        demand(request.root.get("AssertionConsumerServiceURL") in sp.acs, "AssertionConsumerServiceURL")
        demand(request.root.get("AssertionConsumerServiceIndex") is None, "both URL and index")
        demand(request.root.get("ForceAuthn") in ("true", "false"), "ForceAuthn is not explicit")
        demand(comparison == "exact" and levels, "RequestedAuthnContext")
        demand(all(level.startswith((ELEG + "loa/1.0/", SC + "loa/1.0/")) for level in levels), "a level of others")

    def usual(self, request):
        return {"level": ELEG + "loa/1.0/loa3", "sign_response": True, "sign_assertion": False, "encrypted": True,
                "encryption": {"content": "aes256-cbc", "transport": "oaep-mgf1p"},
                "attributes": [(SWEDISH + "29.4.13", ["199001012385"]), ("urn:oid:2.5.4.4", ["Demo"]),
                               ("urn:oid:2.5.4.42", ["Eva"]), ("urn:oid:1.3.6.1.5.5.7.9.1", ["1990-01-01"])]}


FROM_NORWAY = [(SWEDISH + "201.3.4", ["NO:05068907693"]), (SWEDISH + "201.3.5", ["A"]),
               (SWEDISH + "201.3.7", ["NO/SE/05068907693"]), ("urn:oid:2.5.4.4", ["Nordmann"]),
               ("urn:oid:2.5.4.42", ["Kari"]), ("urn:oid:1.3.6.1.5.5.7.9.1", ["1989-06-05"]),
               ("urn:oid:2.5.4.6", ["NO"]), (SWEDISH + "201.3.2", ["_t1"])]


def words(pairs, name_format=BASIC):
    return "".join(attribute(name, value, name_format=name_format) if name_format else
                   attribute(name, value).replace(' NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"', "")
                   for name, value in pairs)


ITALIAN = [("fiscalNumber", "TINIT-RSSMRA80A01H501U"), ("name", "Mario"), ("familyName", "Rossi"),
           ("dateOfBirth", "1980-01-01"), ("gender", "M")]


class Spid(Service):
    """Technical rules: the checks that its validator makes of a request, and its form of an answer."""

    def check(self, request, sp):
        root = request.root
        comparison, levels = self.context(request)
        issuer, policy = root.find("{%s}Issuer" % SAML), root.find("{%s}NameIDPolicy" % SAMLP)
        demand(root.get("Version") == "2.0", "ErrorCode nr09")
        demand(root.get("ID"), "ErrorCode nr11")
        demand(comparison in ("exact", "minimum", "better", "maximum") and
               [level[:-1] for level in levels] == [SPID], "ErrorCode nr12")
        demand(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", root.get("IssueInstant")), "ErrorCode nr13")
        demand(root.get("Destination") in (self.entity_id, self.sso), "ErrorCode nr14")
        demand(root.get("IsPassive") is None, "ErrorCode nr15")
        demand(root.get("AssertionConsumerServiceIndex") == "0" or (
            root.get("AssertionConsumerServiceURL") in sp.acs and root.get("ProtocolBinding") == POST), "ErrorCode nr16")
        demand(policy is not None and policy.get("Format") == TRANSIENT and policy.get("AllowCreate") is None,
               "ErrorCode nr17")
        index = root.get("AttributeConsumingServiceIndex")
        demand(index is not None and ('AttributeConsumingService index="%s"' % index).encode() in sp.xml,
               "ErrorCode nr18")
        demand(issuer.get("Format") == ENTITY and issuer.get("NameQualifier") == issuer.text == sp.entity_id,
               "ErrorCode nr08")
        if levels[0] != SPID + "1":
            demand(root.get("ForceAuthn") == "true", "ErrorCode nr08")
        demand(root.find("{%s}Scoping" % SAMLP) is None, "ErrorCode nr08")
        demand(request.signature_method == "rsa-sha256", "ErrorCode nr08")

    def usual(self, request):
        return {"level": self.context(request)[1][0], "sign_response": False, "sign_assertion": True,
                "encrypted": False, "assertion_issuer_format": ENTITY, "name_qualifier": self.entity_id,
                "attributes": words(ITALIAN)}


class Entra(Service):
    """Refuses what it does not know; signs the assertion alone unless an option says otherwise."""

    def check(self, request, sp):
        root = request.root
        comparison, levels = self.context(request)
        policy = root.find("{%s}NameIDPolicy" % SAMLP)
        demand(request.url == self.sso and hasattr(request, "query"), "not by redirect")
        demand(not root.get("ID")[0].isdigit(), "ID begins with a digit")
        demand(root.get("AssertionConsumerServiceURL") in sp.acs, "AADSTS50011: the reply URL")
        demand(root.find("{%s}Subject" % SAML) is None, "AADSTS75: Subject")
        demand(comparison in (None, "exact"), "Comparison")
        demand(all(level.startswith("urn:oasis:names:tc:SAML:2.0:ac:classes:") for level in levels), "the context")
        demand(root.find(".//{%s}RequesterID" % SAMLP) is None, "RequesterID")
        demand(policy is None or policy.get("Format") in (PERSISTENT, TRANSIENT), "AADSTS75006: NameIDPolicy")
        demand(policy is None or policy.get("SPNameQualifier") is None, "AADSTS90011: SPNameQualifier")

    def usual(self, request):
        pairs = [(ENTRA + "objectidentifier", ["00000000-0000-4000-8000-00000000000a"]),
                 (ENTRA + "tenantid", ["11111111-2222-4333-8444-555555555555"]),
                 (ENTRA + "displayname", ["Åsa Öberg"]), (XMLSOAP + "name", ["asa@example.org"]),
                 (XMLSOAP + "givenname", ["Åsa"]), (XMLSOAP + "surname", ["Öberg"]),
                 (WS2008 + "groups", ["g-1", "g-2"]), (WS2008 + "role", ["Reader"])]
        return {"level": PASSWORD, "sign_response": False, "sign_assertion": True, "encrypted": False,
                "not_before": moment(), "not_on_or_after": moment(70 * 60), "name_id_format": PERSISTENT,
                "attributes": "".join(attribute(name, *values).replace(
                    ' NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"', "") for name, values in pairs)}


class Okta(Service):
    """Signs both as a rule, answers with its own context whatever was asked, and need not honour ForceAuthn."""

    def check(self, request, sp):
        demand(request.root.get("AssertionConsumerServiceURL") in sp.acs, "the single sign-on URL")

    def usual(self, request):
        return {"level": PASSWORD, "sign_response": True, "sign_assertion": True, "encrypted": False,
                "name_id": "00u1abcd2EFGHIJKL3x4", "name_id_format": PERSISTENT,
                "attributes": words([("firstName", "Ann"), ("lastName", "Lee"), ("email", "ann@example.org")]) +
                attribute("groups", "staff", "admins", name_format=BASIC)}


SERVICES = {
    "sweden": SwedenConnect("sweden"),
    "spid": Spid("spid", kind="rsa2048"),
    "cie": Spid("cie", kind="rsa2048"),
    "entra": Entra("entra", entity_id="https://sts.windows.net/11111111-2222-4333-8444-555555555555/"),
    "entra-open": Entra("entra-open", entity_id="https://sts.windows.net/99999999-2222-4333-8444-555555555555/"),
    "okta": Okta("okta", entity_id="http://www.okta.com/exk1a2b3c4d5e6f7g8h9"),
}

PROVIDERS = {
    "sweden": ({}, "sweden-connect", ""),
    "spid": ({}, "spid", '    MapClaim tax_number match "^TINIT-(.*)$" "$1" fiscalNumber\n'),
    "cie": ({}, "cie", ""),
    "entra": ({}, "entra", "    AllowAlgorithms aes-cbc\n"),
    "entra-open": ({}, "entra", ""),
    "okta": ({}, "okta", ""),
}

NAMES = "given_name family_name birthdate name"
CLIENTS = {name: """
    Secret @FOLDER@/web.secret
    Claims %s
    Providers %s""" % (claims, provider) for name, provider, claims in (
        ("sweden", "sweden", NAMES + " personal_identity_number prid prid_persistence identifying_country"),
        ("spid", "spid", NAMES + " fiscal_number gender tax_number"),
        ("cie", "cie", NAMES + " fiscal_number"),
        ("entra", "entra", NAMES + " oid tid groups roles preferred_username"),
        ("entra-open", "entra-open", NAMES),
        ("okta", "okta", NAMES + " email groups"))}
CLIENTS["spid-strong"] = CLIENTS["spid"] + "\n    MinimumLevel substantial"
CLIENTS["sweden-high"] = CLIENTS["sweden"] + "\n    MinimumLevel high"


@pytest.fixture(scope="module")
def national():
    folder = tempfile.mkdtemp(prefix="eb-e2e.")
    fill_folder(folder, SERVICES)
    text = vhost_text(folder, providers=PROVIDERS, clients=CLIENTS).replace(
        "EidasDefaultProvider judge", "EidasDefaultProvider sweden")
    server = Httpd(text, folder=folder, global_=STORE)
    try:
        server.start()
        yield Bridge(server, SERVICES)
        server.stop()
    finally:
        server.stop()
        if "EB_KEEP" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)


def claims_of(bridge, name, judge=None, **answer):
    """A whole login: (claims of the ID token, userinfo)."""
    client = bridge.client(name)
    with bridge.accepts():
        reply, _ = bridge.log_in(client, judge or name, answer=answer)
        tokens = client.token(reply.query["code"]).json()
        return client.id_token(tokens["id_token"])[1], client.userinfo(tokens["access_token"]).json()


def refused(bridge, error, name, judge=None, parameters=None, **answer):
    """The reply to a Response that is refused with that error."""
    browser, client = bridge.browser(), bridge.client(name)
    request = bridge.begin(browser, client, **(parameters or {}))
    with bridge.refuses(error):
        return bridge.finish(browser, request, judge or name, **answer)


# -- Sweden Connect ------------------------------------------------------------------------------


def test_a_swede(national):
    token, person = claims_of(national, "sweden")
    assert token["acr"] == ELEG + "loa/1.0/loa3"
    assert person == {"sub": token["sub"], "personal_identity_number": "199001012385", "given_name": "Eva",
                      "family_name": "Demo", "name": "Eva Demo", "birthdate": "1990-01-01"}


def test_a_person_whom_norway_identified(national):
    token, person = claims_of(national, "sweden", level=ELEG + "loa/1.0/eidas-nf-sub", attributes=FROM_NORWAY)
    assert token["acr"] == ELEG + "loa/1.0/eidas-nf-sub"
    assert (person["prid"], person["prid_persistence"], person["identifying_country"]) == (
        "NO:05068907693", "A", "NO")
    swede = claims_of(national, "sweden")[1]
    assert swede["sub"] != person["sub"]


def test_the_level_decides_which_number_identifies(national):
    both = SERVICES["sweden"].usual(None)["attributes"] + FROM_NORWAY[:3]
    by_number = claims_of(national, "sweden", attributes=both)[1]["sub"]
    by_prid = claims_of(national, "sweden", attributes=both, level=ELEG + "loa/1.0/eidas-nf-high")[1]["sub"]
    assert by_number == claims_of(national, "sweden")[1]["sub"] != by_prid
    refused(national, "SUBJECT_MISSING", "sweden", level=ELEG + "loa/1.0/eidas-nf-high")
    refused(national, "SUBJECT_MISSING", "sweden", attributes=FROM_NORWAY)


def test_a_prid_that_does_not_last(national):
    attributes = [(name, ["C"]) if name == SWEDISH + "201.3.5" else (name, values) for name, values in FROM_NORWAY]
    refused(national, "SUBJECT_FORM", "sweden", level=ELEG + "loa/1.0/eidas-nf-sub", attributes=attributes)


@pytest.mark.parametrize("level, error", [
    (ELEG + "loa/1.0/loa3", "LEVEL_TOO_LOW"), (ELEG + "loa/1.0/loa1", "LEVEL_TOO_LOW"),
    (ELEG + "loa/1.0/eidas-high", "LEVEL_TOO_LOW"), (SC + "loa/1.0/uncertified-eidas-high", "LEVEL_TOO_LOW"),
    (ELEG + "loa/1.0/loa5", "LEVEL_UNKNOWN"), (SPID + "3", "LEVEL_UNKNOWN")])
def test_swedish_levels_that_do_not_do(national, level, error):
    """Also a scheme that need not be notified, and what a provider says of itself alone."""
    reply = refused(national, error, "sweden-high", "sweden", level=level)
    assert reply.query["error"] == "unmet_authentication_requirements"


def test_sweden_is_asked_for_every_level_that_will_do(national):
    request = national.begin(national.browser(), national.client("sweden-high"))
    assert SERVICES["sweden"].context(request) == ("exact", [
        ELEG + "loa/1.0/loa4", SC + "loa/1.0/loa4-nonresident", ELEG + "loa/1.0/eidas-nf-high"])


@pytest.mark.parametrize("content", ["aes128-cbc", "aes256-cbc", "aes256-gcm"])
@pytest.mark.parametrize("digest", [None, "sha256"])
def test_swedish_encryption(national, content, digest):
    claims_of(national, "sweden", encryption={"content": content, "transport": "oaep-mgf1p", "oaep_digest": digest})


@pytest.mark.parametrize("changes, error", [
    ({"sign_response": False, "sign_assertion": True}, "SIG_MISSING"),  # and AES-CBC is not even looked at
    ({"encrypted": False}, "ENC_REQUIRED"),
    ({"encryption": {"content": "aes256-cbc", "transport": "rsa-1_5"}}, "ENC_KEY_ALGORITHM"),
    ({"not_before": None}, "COND_MISSING"),
    ({"response_issued": moment(-3600)}, "COND_ISSUE_INSTANT"),
    ({"authn_instant": moment(-600)}, "COND_AUTHN_INSTANT")])
def test_what_sweden_does_not_send(national, changes, error):
    refused(national, error, "sweden", **changes)


# -- SPID and CIE --------------------------------------------------------------------------------


def test_an_italian(national):
    token, person = claims_of(national, "spid")
    assert token["acr"] == SPID + "1"
    assert person == {"sub": token["sub"], "fiscal_number": "TINIT-RSSMRA80A01H501U",  # the prefix stays, but where
                      "tax_number": "RSSMRA80A01H501U", "given_name": "Mario",         # a rule takes it off
                      "family_name": "Rossi", "name": "Mario Rossi", "birthdate": "1980-01-01", "gender": "male"}


def test_spid_is_asked_for_a_level_and_may_answer_a_higher_one(national):
    request = national.begin(national.browser(), national.client("spid"))
    assert SERVICES["spid"].context(request) == ("minimum", [SPID + "1"])
    assert request.root.get("ForceAuthn") is None
    request = national.begin(national.browser(), national.client("spid-strong"))
    assert SERVICES["spid"].context(request) == ("minimum", [SPID + "2"])
    assert request.root.get("ForceAuthn") == "true"
    assert claims_of(national, "spid-strong", "spid", level=SPID + "3")[0]["acr"] == SPID + "3"


def test_spid_signs_both_if_it_likes(national):
    claims_of(national, "spid", sign_response=True)


def test_spid_need_not_say_the_format_of_names(national):
    claims_of(national, "spid", attributes=words(ITALIAN, None))


def test_spids_times_may_have_milliseconds(national):
    claims_of(national, "spid", assertion_issued=moment()[:-1] + ".123Z", response_issued=moment()[:-1] + ".9Z")


@pytest.mark.parametrize("changes, error", [
    ({"assertion_issuer_format": None}, "COND_ISSUER"),
    ({"assertion_issuer_format": TRANSIENT}, "COND_ISSUER"),
    ({"name_qualifier": None}, "SUBJECT_FORM"),
    ({"name_qualifier": ""}, "SUBJECT_FORM"),
    ({"name_id_format": None}, "SUBJECT_FORM"),
    ({"name_id_format": PERSISTENT}, "SUBJECT_FORM"),
    ({"name_id": None}, "SUBJECT_FORM"),
    ({"name_id": ""}, "SUBJECT_FORM"),
    ({"not_before": None}, "COND_MISSING"),
    ({"assertion_issued": moment(-250)}, "COND_ISSUE_INSTANT"),     # before the request
    ({"sign_assertion": False, "sign_response": True}, "SIG_MISSING"),
    ({"sign_assertion": False, "sign_response": False}, "SIG_MISSING"),
    ({"level": SPID + "1"}, "LEVEL_TOO_LOW"),
    ({"level": SPID + "4"}, "LEVEL_UNKNOWN"),
    ({"level": None}, "LEVEL_MISSING"),
    ({"authn_instant": moment(-250)}, "COND_AUTHN_INSTANT"),        # a session, where a new login was forced
    ({"attributes": words(ITALIAN[1:])}, "SUBJECT_MISSING"),
    ({"attributes": words([("fiscalNumber", "RSSMRA80A01H501U")])}, "SUBJECT_FORM")])
def test_what_spid_says_must_be_refused(national, changes, error):
    refused(national, error, "spid-strong", "spid", **changes)


SPID_ERRORS = [
    (19, "STATUS_ATTEMPTS", "access_denied", "too many wrong attempts"),
    (20, "STATUS_CREDENTIALS", "unmet_authentication_requirements", "stronger means of identification"),
    (21, "STATUS_TIMEOUT", "access_denied", "took too long"),
    (22, "STATUS_CONSENT", "access_denied", "did not allow your data"),
    (23, "STATUS_SUSPENDED", "access_denied", "not in use"),
    (25, "STATUS_CANCELLED", "access_denied", "You cancelled"),
    (30, "STATUS_WRONG_KIND", "access_denied", "kind of identity"),
]


def way_back(page):
    """The parameters of the link back to the client."""
    link = re.search(r'href="([^"]*[?&]error=[^"]*)"', page.text)
    assert link, page.text
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(html.unescape(link.group(1))).query))


@pytest.mark.parametrize("number, error, code, text", SPID_ERRORS)
def test_spids_errors_are_told_in_words(national, number, error, code, text):
    client, browser = national.client("spid"), national.browser()
    sent = client.request(ui_locales="en")
    request = national.begin(browser, client, sent)
    words_of_it = {"status": RESPONDER, "substatus": STATUS + "AuthnFailed",
                   "status_message": "ErrorCode nr%02d" % number}

    # not signed: told, but it ends nothing
    with national.refuses(error):
        page = national.finish(browser, request, "spid", **words_of_it)
    assert page.status >= 400 and text in page.text and "error=" not in page.text

    with national.refuses(error):
        page = national.finish(browser, request, "spid", sign_response=True, **words_of_it)
    assert page.status >= 400 and page.location is None
    assert text in page.text and "Return to the service" in page.text
    back = way_back(page)
    assert (back["error"], back["state"], back["iss"]) == (code, sent["state"], national.issuer)
    assert redirect_uri("spid") in html.unescape(page.text)

    # that was the end of it
    with national.refuses("LOGIN_DONE"):
        national.finish(browser, request, "spid")


@pytest.mark.parametrize("language, text", [("fi", "Peruutit tunnistautumisen"), ("sv", "Du avbröt identifieringen")])
def test_in_the_persons_language(national, language, text):
    reply = refused(national, "STATUS_CANCELLED", "spid", parameters={"ui_locales": language}, sign_response=True,
                    status=RESPONDER, status_message="ErrorCode nr25")
    assert text in reply.text


def test_spids_faults_in_our_request_go_to_the_client_and_the_log(national):
    mark = national.server.mark()
    reply = refused(national, "STATUS_ERROR", "spid", sign_response=True, status=STATUS + "Requester",
                    status_message="ErrorCode nr15")
    assert reply.query["error"] == "server_error"
    assert "ErrorCode nr15" in national.server.log_since(mark)


@pytest.mark.parametrize("code, error", [("cancel", "STATUS_CANCELLED"), ("fraud", "STATUS_FRAUD"),
                                         ("possibleFraud", "STATUS_FRAUD")])
def test_swedens_own_status(national, code, error):
    page = refused(national, error, "sweden", status=RESPONDER, substatus=ELEG + "status/1.0/" + code)
    assert way_back(page)["error"] == "access_denied"


def test_a_card(national):
    token, person = claims_of(national, "cie", level=SPID + "3")
    assert token["acr"] == SPID + "3"
    assert person["fiscal_number"] == "TINIT-RSSMRA80A01H501U"
    request = national.begin(national.browser(), national.client("cie"))
    assert request.root.get("ForceAuthn") == "true"


def test_a_card_whose_answer_is_plainer(national):
    """What of SPID's rules is not known to hold for the card is not demanded."""
    claims_of(national, "cie", assertion_issuer_format=None, name_qualifier=None,
              attributes=words([("fiscalNumber", "RSSMRA80A01H501U")]))


# -- Entra ID ------------------------------------------------------------------------------------


def test_a_colleague_from_entra(national):
    token, person = claims_of(national, "entra")
    assert "acr" not in token
    assert person == {
        "sub": token["sub"], "oid": "00000000-0000-4000-8000-00000000000a",
        "tid": "11111111-2222-4333-8444-555555555555", "name": "Åsa Öberg", "given_name": "Åsa", "family_name": "Öberg",
        "preferred_username": "asa@example.org", "groups": ["g-1", "g-2"], "roles": ["Reader"]}


def test_entra_is_the_same_person_under_another_name(national):
    first = claims_of(national, "entra")[1]
    renamed = SERVICES["entra"].usual(None)["attributes"].replace("asa@example.org", "asa.oberg@example.org")
    second = claims_of(national, "entra", attributes=renamed, name_id="another")[1]
    assert first["sub"] == second["sub"] and first["preferred_username"] != second["preferred_username"]


def test_entras_encryption_needs_an_option_and_the_refusal_says_which(national):
    mark = national.server.mark()
    words_of_it = {"encrypted": True, "encryption": {"content": "aes256-cbc", "transport": "oaep-mgf1p"}}
    refused(national, "ENC_CBC_UNSIGNED", "entra", **words_of_it)
    assert "Sign SAML response and assertion" in national.server.log_since(mark)
    claims_of(national, "entra", sign_response=True, **words_of_it)
    refused(national, "ENC_CONTENT_ALGORITHM", "entra-open", sign_response=True, **words_of_it)


@pytest.mark.parametrize("changes, error", [
    ({"issuer": "https://sts.windows.net/22222222-2222-4333-8444-555555555555/"}, "COND_ISSUER"),   # another tenant
    ({"audience": ["spn:https://bridge.example/saml/metadata"]}, "COND_AUDIENCE"),
    ({"attributes": words([(ENTRA + "tenantid", "t")])}, "SUBJECT_MISSING"),
    ({"sign_assertion": False}, "SIG_MISSING")])
def test_what_entra_must_not_get_through(national, changes, error):
    refused(national, error, "entra", **changes)


# -- Okta ----------------------------------------------------------------------------------------


def test_a_colleague_from_okta(national):
    token, person = claims_of(national, "okta")
    assert "acr" not in token
    assert person == {"sub": token["sub"], "given_name": "Ann", "family_name": "Lee", "name": "Ann Lee",
                      "email": "ann@example.org", "groups": ["staff", "admins"]}


@pytest.mark.parametrize("signed", [{"sign_response": False}, {"sign_assertion": False}])
def test_okta_signs_either(national, signed):
    claims_of(national, "okta", **signed)


def test_okta_may_ignore_that_a_login_was_forced(national):
    """Who asks for a new login and gets an old session is told."""
    session = {"authn_instant": moment(-3600)}
    claims_of(national, "okta", **session)
    reply = refused(national, "COND_AUTHN_INSTANT", "okta", parameters={"prompt": "login"}, **session)
    assert "error" in reply.query


@pytest.mark.parametrize("name_format", [
    None, TRANSIENT, "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"])
def test_oktas_default_name_id_does_not_identify(national, name_format):
    refused(national, "SUBJECT_FORM", "okta", name_id_format=name_format)


# -- all -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sweden", "spid", "cie", "okta"])
def test_by_post(national, name):
    """The same demands of a request that comes by POST; Entra ID takes redirects alone."""
    folder = tempfile.mkdtemp(prefix="eb-e2e.")
    fill_folder(folder, SERVICES)
    with open(os.path.join(folder, name + ".xml"), "w", encoding="utf-8") as file:
        file.write(SERVICES[name].metadata(bindings=[POST]))
    text = vhost_text(folder, providers={name: PROVIDERS[name]}, clients={name: CLIENTS[name]}).replace(
        "EidasDefaultProvider judge", "")
    with Httpd(text, folder=folder, global_=STORE) as server:
        server.start()
        claims_of(Bridge(server, SERVICES), name)
    shutil.rmtree(folder, ignore_errors=True)


def test_a_requester_id_that_the_service_would_refuse(national):
    folder = national.server.folder
    text = vhost_text(folder, providers={"entra": ({}, "entra", "    RequesterID https://client.example/\n")},
                      clients={"entra": CLIENTS["entra"]}).replace("EidasDefaultProvider judge", "")
    server = Httpd(text)
    status, said = server.configtest()
    server.close()
    assert status != 0 and "RequesterID" in said and "EB1002" in said

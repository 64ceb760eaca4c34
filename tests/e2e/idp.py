"""A SAML identity provider that is not ours, and can make every message: the good one, and any that
differs from it in one thing.
"""

import base64
import dataclasses
import datetime
import functools
import secrets
import typing
import urllib.parse
import zlib
from xml.sax.saxutils import escape, quoteattr

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from lxml import etree

import xmlcrypto
from xmlcrypto import DS, b64

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
EIDAS = "http://eidas.europa.eu/saml-extensions"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
RESPONDER = "urn:oasis:names:tc:SAML:2.0:status:Responder"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
URI_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
NATURAL = "http://eidas.europa.eu/attributes/naturalperson/"
LOA = "http://eidas.europa.eu/LoA/"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"


def moment(seconds=0):
    """xs:dateTime that many seconds from now."""
    now = datetime.datetime.utcnow() + datetime.timedelta(seconds=seconds)
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


@functools.lru_cache(maxsize=None)
def make_key(kind, number=0):
    """A key, made once a run: "rsa2048", "rsa3072", or the name of a curve. number: another of its kind."""
    del number
    if kind.startswith("rsa"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(kind[3:]))
    curves = {"secp256r1": ec.SECP256R1, "secp384r1": ec.SECP384R1, "secp521r1": ec.SECP521R1,
              "brainpoolP256r1": ec.BrainpoolP256R1, "brainpoolP384r1": ec.BrainpoolP384R1,
              "brainpoolP512r1": ec.BrainpoolP512R1, "secp192r1": ec.SECP192R1}
    return ec.generate_private_key(curves[kind]())


@functools.lru_cache(maxsize=None)
def make_certificate(key, name="judge"):
    now = datetime.datetime.utcnow()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30)).sign(key, hashes.SHA256()))


def certificate_text(certificate):
    return b64(certificate.public_bytes(serialization.Encoding.DER))


class ServiceProvider:
    """What our metadata says of us."""

    def __init__(self, xml):
        root = etree.fromstring(xml)
        self.xml = xml
        self.entity_id = root.get("entityID")
        self.acs = [element.get("Location")
                    for element in root.iter("{%s}AssertionConsumerService" % MD)]
        self.signing, self.encryption = [], []
        for element in root.iter("{%s}KeyDescriptor" % MD):
            certificate = xmlcrypto.certificate_of(element.findtext(".//{%s}X509Certificate" % DS))
            use = element.get("use")
            if use in (None, "signing"):
                self.signing.append(certificate.public_key())
            if use in (None, "encryption"):
                self.encryption.append(certificate.public_key())


class Request:
    """An AuthnRequest of the bridge, its signature checked."""

    def __init__(self, xml, relay_state, url):
        self.xml = xml
        self.root = etree.fromstring(xml)
        self.relay_state = relay_state
        self.url = url
        self.id = self.root.get("ID")
        self.issuer = self.root.findtext("{%s}Issuer" % SAML)

    @classmethod
    def from_redirect(cls, url, sp):
        """SAML bindings 3.4.4.1: the signature is over the octets of the query as they came."""
        base, _, query = url.partition("?")
        raw = dict(pair.split("=", 1) for pair in query.split("&"))
        signed = "&".join("%s=%s" % (name, raw[name]) for name in ("SAMLRequest", "RelayState", "SigAlg")
                          if name in raw)
        assert signed in query, "the parameters are not in the order of the specification"
        uri = urllib.parse.unquote(raw["SigAlg"])
        method = {uri: word for word, uri in xmlcrypto.SIGNATURE_URI.items()}[uri]
        xmlcrypto.check_signature(method, sp.signing[0], signed.encode(),
                                  base64.b64decode(urllib.parse.unquote(raw["Signature"])))
        xml = zlib.decompress(base64.b64decode(urllib.parse.unquote(raw["SAMLRequest"])), -15)
        state = urllib.parse.unquote(raw["RelayState"]) if "RelayState" in raw else None
        request = cls(xml, state, base)
        request.signature_method = method
        request.query = raw
        return request

    @classmethod
    def from_post(cls, form, sp):
        xml = base64.b64decode(form.inputs["SAMLRequest"])
        request = cls(xml, form.inputs.get("RelayState"), form.action)
        request.signature_method = xmlcrypto.verify(xml, sp.signing[0])
        return request


@dataclasses.dataclass
class Answer:
    """A Response in every detail. None leaves an attribute or element out. The functions named edit_*
    get text (bytes) and give it back changed, at the place their name says."""

    issuer: typing.Optional[str]
    destination: typing.Optional[str]
    in_response_to: typing.Optional[str]
    audience: typing.Optional[typing.Sequence[str]]
    sp_keys: typing.Sequence
    signing_key: typing.Any
    certificate: typing.Any = None

    response_id: str = dataclasses.field(default_factory=lambda: "_r" + secrets.token_hex(16))
    response_version: str = "2.0"
    response_issued: str = dataclasses.field(default_factory=moment)
    status: str = SUCCESS
    substatus: typing.Optional[str] = None
    status_message: typing.Optional[str] = None

    assertion_id: str = dataclasses.field(default_factory=lambda: "_a" + secrets.token_hex(16))
    assertion_version: str = "2.0"
    assertion_issued: str = dataclasses.field(default_factory=moment)
    assertion_issuer: typing.Optional[str] = ""         # "": the response's
    assertion_issuer_format: typing.Optional[str] = None
    name_id: typing.Optional[str] = dataclasses.field(default_factory=lambda: "_n" + secrets.token_hex(16))
    name_id_format: typing.Optional[str] = TRANSIENT
    name_qualifier: typing.Optional[str] = None
    confirmation: typing.Optional[str] = BEARER
    recipient: typing.Optional[str] = ""                # "": the destination
    confirmation_in_response_to: typing.Optional[str] = ""  # "": the response's
    confirmation_before: typing.Optional[str] = None
    confirmation_until: typing.Optional[str] = dataclasses.field(default_factory=lambda: moment(300))
    not_before: typing.Optional[str] = dataclasses.field(default_factory=lambda: moment(-30))
    not_on_or_after: typing.Optional[str] = dataclasses.field(default_factory=lambda: moment(300))
    more_conditions: str = ""
    authn_instant: typing.Optional[str] = dataclasses.field(default_factory=moment)
    session_index: typing.Optional[str] = None
    session_until: typing.Optional[str] = None
    level: typing.Optional[str] = LOA + "substantial"
    attributes: typing.Any = None                       # list of (name, [values]) or raw XML
    more_statements: str = ""

    sign_assertion: bool = True
    sign_response: bool = True
    method: str = "rsa-sha256"
    digest: typing.Optional[str] = None
    assertion_signing: dict = dataclasses.field(default_factory=dict)   # more words for xmlcrypto.sign
    response_signing: dict = dataclasses.field(default_factory=dict)
    encrypted: bool = True
    encryption: dict = dataclasses.field(default_factory=dict)          # words for xmlcrypto.encrypt

    edit_assertion: typing.Callable = staticmethod(lambda xml: xml)           # before it is signed
    edit_signed_assertion: typing.Callable = staticmethod(lambda xml: xml)    # before it is encrypted
    edit_encrypted: typing.Callable = staticmethod(lambda xml: xml)           # EncryptedAssertion
    edit_response: typing.Callable = staticmethod(lambda xml: xml)            # before it is signed
    edit_signed_response: typing.Callable = staticmethod(lambda xml: xml)     # last of all

    # -- parts ----------------------------------------------------------------------------------

    @staticmethod
    def _attributes(**pairs):
        return "".join(" %s=%s" % (name, quoteattr(value)) for name, value in pairs.items()
                       if value is not None)

    def _subject(self):
        data = self._attributes(
            Recipient=self.destination if self.recipient == "" else self.recipient,
            InResponseTo=self.in_response_to if self.confirmation_in_response_to == ""
            else self.confirmation_in_response_to,
            NotBefore=self.confirmation_before, NotOnOrAfter=self.confirmation_until)
        name = "" if self.name_id is None else "<saml:NameID%s>%s</saml:NameID>" % (
            self._attributes(Format=self.name_id_format, NameQualifier=self.name_qualifier),
            escape(self.name_id))
        confirmation = "" if self.confirmation is None else (
            '<saml:SubjectConfirmation Method="%s"><saml:SubjectConfirmationData%s/>'
            '</saml:SubjectConfirmation>' % (self.confirmation, data))
        return "<saml:Subject>%s%s</saml:Subject>" % (name, confirmation)

    def _conditions(self):
        audiences = "" if self.audience is None else "<saml:AudienceRestriction>%s</saml:AudienceRestriction>" \
            % "".join("<saml:Audience>%s</saml:Audience>" % escape(text) for text in self.audience)
        return "<saml:Conditions%s>%s%s</saml:Conditions>" % (
            self._attributes(NotBefore=self.not_before, NotOnOrAfter=self.not_on_or_after),
            audiences, self.more_conditions)

    def _authn(self):
        if self.authn_instant is None:
            return ""
        context = "" if self.level is None else \
            "<saml:AuthnContextClassRef>%s</saml:AuthnContextClassRef>" % escape(self.level)
        return "<saml:AuthnStatement%s><saml:AuthnContext>%s</saml:AuthnContext></saml:AuthnStatement>" % (
            self._attributes(AuthnInstant=self.authn_instant, SessionIndex=self.session_index,
                             SessionNotOnOrAfter=self.session_until), context)

    def _statement(self):
        if not self.attributes:
            return ""
        if isinstance(self.attributes, str):
            return "<saml:AttributeStatement>%s</saml:AttributeStatement>" % self.attributes
        return "<saml:AttributeStatement>%s</saml:AttributeStatement>" % "".join(
            attribute(name, *values) for name, values in self.attributes)

    def assertion(self):
        """The Assertion, signed when it shall be; bytes."""
        issuer = self.issuer if self.assertion_issuer == "" else self.assertion_issuer
        xml = (
            '<saml:Assertion xmlns:saml="%s"%s>%s%s%s%s%s%s</saml:Assertion>' % (
                SAML, self._attributes(ID=self.assertion_id, Version=self.assertion_version,
                                       IssueInstant=self.assertion_issued),
                "" if issuer is None else "<saml:Issuer%s>%s</saml:Issuer>" % (
                    self._attributes(Format=self.assertion_issuer_format), escape(issuer)),
                self._subject(), self._conditions(), self._authn(), self._statement(),
                self.more_statements)).encode()
        xml = self.edit_assertion(xml)
        if self.sign_assertion:
            xml = xmlcrypto.sign(xml, **{
                "key": self.signing_key, "method": self.method, "digest_name": self.digest,
                "certificate": self.certificate, **self.assertion_signing})
        return self.edit_signed_assertion(xml)

    def status_xml(self):
        inner = "" if self.substatus is None else '<samlp:StatusCode Value="%s"/>' % self.substatus
        message = "" if self.status_message is None else \
            "<samlp:StatusMessage>%s</samlp:StatusMessage>" % escape(self.status_message)
        return '<samlp:Status><samlp:StatusCode Value="%s">%s</samlp:StatusCode>%s</samlp:Status>' % (
            self.status, inner, message)

    def payload(self):
        """What stands after Status: nothing, an Assertion, or an EncryptedAssertion; bytes."""
        if self.status != SUCCESS:
            return b""
        xml = self.assertion()
        if self.encrypted:
            words = {"public": self.sp_keys[0], **self.encryption}
            xml = ('<saml:EncryptedAssertion xmlns:saml="%s">%s</saml:EncryptedAssertion>'
                   % (SAML, xmlcrypto.encrypt(xml, **words))).encode()
            xml = self.edit_encrypted(xml)
        return xml

    def xml(self):
        """The whole message; bytes."""
        issuer = "" if self.issuer is None else "<saml:Issuer>%s</saml:Issuer>" % escape(self.issuer)
        xml = ('<samlp:Response xmlns:samlp="%s" xmlns:saml="%s"%s>%s%s' % (
            SAMLP, SAML, self._attributes(
                ID=self.response_id, Version=self.response_version,
                IssueInstant=self.response_issued, Destination=self.destination,
                InResponseTo=self.in_response_to), issuer, self.status_xml())).encode()
        xml = self.edit_response(xml + self.payload() + b"</samlp:Response>")
        if self.sign_response:
            xml = xmlcrypto.sign(xml, **{
                "key": self.signing_key, "method": self.method, "digest_name": self.digest,
                "certificate": self.certificate, **self.response_signing})
        return self.edit_signed_response(xml)


def attribute(name, *values, name_format=URI_FORMAT):
    """One Attribute element; a value that is bytes is XML already."""
    return '<saml:Attribute Name=%s NameFormat="%s">%s</saml:Attribute>' % (
        quoteattr(name), name_format, "".join(
            value.decode() if isinstance(value, bytes) else
            "<saml:AttributeValue>%s</saml:AttributeValue>" % escape(value) for value in values))


def natural_person(identifier="ES/FI/02635542Y", family="García López", given="Inés",
                   birth="1984-03-09"):
    """The minimum data set of a natural person, as (name, [values])."""
    pairs = (("PersonIdentifier", identifier), ("CurrentFamilyName", family),
             ("CurrentGivenName", given), ("DateOfBirth", birth))
    return [(NATURAL + name, [value]) for name, value in pairs if value is not None]


class IdentityProvider:
    """One provider: keys, metadata, answers."""

    def __init__(self, name, kind="rsa3072", method="rsa-sha256", more_keys=(), bindings=(REDIRECT, POST),
                 defaults=None, entity_id=None):
        self.entity_id = entity_id or "https://%s.example/metadata" % name
        self.sso = "https://%s.example/sso" % name
        self.key = make_key(kind, name)
        self.certificate = make_certificate(self.key)
        self.method = method
        self.more_keys = list(more_keys)
        self.bindings = bindings
        self.defaults = defaults or {}

    def metadata(self, **changes):
        """The metadata document, text. changes: entity_id, valid_until, keys (certificates), extra."""
        keys = changes.get("keys", [self.certificate] + [make_certificate(key)
                                                         for key in self.more_keys])
        until = changes.get("valid_until", moment(86400 * 30))
        return (
            '<md:EntityDescriptor xmlns:md="%s" xmlns:ds="%s" entityID=%s%s>'
            '<md:IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="%s">'
            '%s%s</md:IDPSSODescriptor></md:EntityDescriptor>' % (
                MD, DS, quoteattr(changes.get("entity_id", self.entity_id)),
                "" if until is None else ' validUntil="%s"' % until, SAMLP,
                "".join('<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>%s'
                        '</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>'
                        % certificate_text(certificate) for certificate in keys),
                "".join('<md:SingleSignOnService Binding="%s" Location="%s"/>' % (binding, self.sso)
                        for binding in changes.get("bindings", self.bindings))))

    def answer(self, request, sp, **changes):
        """A good Answer to that request, but for the changes."""
        fields = {
            "issuer": self.entity_id, "destination": sp.acs[0], "in_response_to": request.id,
            "audience": [sp.entity_id], "sp_keys": sp.encryption, "signing_key": self.key,
            "certificate": self.certificate, "method": self.method,
            "attributes": natural_person(),
        }
        fields.update(self.defaults)
        fields.update(changes)
        return Answer(**fields)

#!/bin/sh
# Messages made by the xmlsec1 program with all the algorithms that it knows and we accept. Run after make_keys.sh.
# Needs: xmlsec1 1.2 or later, sed, awk. Output: signed/xmlsec1-*.xml, encrypted/xmlsec1-*.xml
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

DS='http://www.w3.org/2000/09/xmldsig#'
MORE='http://www.w3.org/2001/04/xmldsig-more#'
XENC='http://www.w3.org/2001/04/xmlenc#'
XENC11='http://www.w3.org/2009/xmlenc11#'

# sign OUT KEY SIGNATURE-URI DIGEST-URI [PREFIXES]
sign() {
    list=
    if [ -n "${5:-}" ]; then
        list="<ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"$5\"/>"
    fi
    template="<ds:Signature xmlns:ds=\"$DS\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/><ds:SignatureMethod Algorithm=\"$3\"/><ds:Reference URI=\"#_response\"><ds:Transforms><ds:Transform Algorithm=\"${DS}enveloped-signature\"/><ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">$list</ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"$4\"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:KeyName>signer</ds:KeyName></ds:KeyInfo></ds:Signature>"
    awk -v t="$template" '{ print } !done && /<\/saml2:Issuer>/ { print t; done = 1 }' \
        message/response.xml > "$work/template.xml"
    xmlsec1 --sign --id-attr:ID urn:oasis:names:tc:SAML:2.0:protocol:Response \
        --privkey-pem "keys/$2.pem" --output "signed/$1.xml" "$work/template.xml"
}

for bits in 256 384 512; do
    case $bits in 384) digest="${MORE}sha384" ;; *) digest="${XENC}sha$bits" ;; esac
    sign "xmlsec1-rsa-sha$bits" rsa2048 "${MORE}rsa-sha$bits" "$digest"
    sign "xmlsec1-ecdsa-sha$bits" p256 "${MORE}ecdsa-sha$bits" "$digest"
done
sign xmlsec1-ecdsa-sha384-p384 p384 "${MORE}ecdsa-sha384" "${MORE}sha384"
sign xmlsec1-ecdsa-sha512-p521 p521 "${MORE}ecdsa-sha512" "${XENC}sha512"
sign xmlsec1-prefixes rsa2048 "${MORE}rsa-sha256" "${XENC}sha256" "xs saml2"
# not accepted by us: the digest and the signature of SHA-1
sign refused-digest-sha1 rsa2048 "${MORE}rsa-sha256" "${DS}sha1"
sign refused-rsa-sha1 rsa2048 "${DS}rsa-sha1" "${XENC}sha256"
sign weak-rsa1024 rsa1024 "${MORE}rsa-sha256" "${XENC}sha256"

# encrypt OUT SESSION-KEY CONTENT-URI KEY-URI
encrypt() {
    cat > "$work/template.xml" <<END
<xenc:EncryptedData xmlns:xenc="$XENC" Type="${XENC}Element"><xenc:EncryptionMethod Algorithm="$3"/><ds:KeyInfo xmlns:ds="$DS"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="$4"/><ds:KeyInfo><ds:KeyName/></ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>
END
    xmlsec1 --encrypt --pubkey-pem:encryption keys/rsa2048.pub.pem --session-key "$2" \
        --xml-data message/response.xml --node-xpath "//*[local-name()='Assertion']" \
        --output "$work/data.xml" "$work/template.xml"
    # xmlsec1 leaves the EncryptedData in the place of the assertion
    sed -e '/^<?xml/d' -e 's/<xenc:EncryptedData/<saml2:EncryptedAssertion>&/' \
        -e 's/<\/xenc:EncryptedData>/&<\/saml2:EncryptedAssertion>/' "$work/data.xml" > "encrypted/$1.xml"
}

for bits in 128 192 256; do
    encrypt "xmlsec1-aes$bits-cbc" "aes-$bits" "${XENC}aes$bits-cbc" "${XENC}rsa-oaep-mgf1p"
    encrypt "xmlsec1-aes$bits-gcm" "aes-$bits" "${XENC11}aes$bits-gcm" "${XENC}rsa-oaep-mgf1p"
done
# not accepted by us
encrypt refused-rsa15 aes-256 "${XENC11}aes256-gcm" "${XENC}rsa-1_5"
encrypt refused-tripledes des-192 "${XENC}tripledes-cbc" "${XENC}rsa-oaep-mgf1p"

#!/bin/sh
# Messages made by Apache Santuario (tests/judges/Santuario.java). Run after make_keys.sh.
# Output: signed/santuario-*.xml, encrypted/santuario-*.xml
set -eu
cd "$(dirname "$0")"
SANTUARIO_CLASSES=${SANTUARIO_CLASSES:-$(mktemp -d)}
export SANTUARIO_CLASSES
judge() { ../../judges/santuario "$@"; }

MORE='http://www.w3.org/2001/04/xmldsig-more#'
MORE07='http://www.w3.org/2007/05/xmldsig-more#'
XENC='http://www.w3.org/2001/04/xmlenc#'
XENC11='http://www.w3.org/2009/xmlenc11#'

digest() { case $1 in 384) echo "${MORE}sha384" ;; *) echo "${XENC}sha$1" ;; esac; }
sign() { # OUT KEY URI BITS [PREFIXES]
    judge sign "keys/$2.pem" "$3" "$(digest "$4")" _response ${5:+"$5"} \
        < message/response.xml > "signed/santuario-$1.xml"
}
encrypt() { # OUT CONTENT-URI KEY-URI …
    out=$1
    shift
    judge encrypt keys/rsa3072.pub.pem "$@" < message/response.xml > "encrypted/santuario-$out.xml"
}

for bits in 256 384 512; do
    sign "rsa-sha$bits" rsa3072 "${MORE}rsa-sha$bits" "$bits"
    sign "pss-sha$bits" rsa3072 "${MORE07}sha$bits-rsa-MGF1" "$bits"
done
sign ecdsa-sha256-p256 p256 "${MORE}ecdsa-sha256" 256
sign ecdsa-sha384-p384 p384 "${MORE}ecdsa-sha384" 384
sign ecdsa-sha512-p521 p521 "${MORE}ecdsa-sha512" 512
sign ecdsa-sha256-bp256 bp256 "${MORE}ecdsa-sha256" 256
sign ecdsa-sha512-bp512 bp512 "${MORE}ecdsa-sha512" 512
sign prefixes rsa3072 "${MORE}rsa-sha256" 256 'xs'

oaep="${XENC11}rsa-oaep"
encrypt oaep-sha256 "${XENC11}aes256-gcm" "$oaep" "${XENC}sha256" "${XENC11}mgf1sha256"
encrypt oaep-sha512 "${XENC11}aes128-gcm" "$oaep" "${XENC}sha512" "${XENC11}mgf1sha512"
encrypt oaep-sha256-mgf-sha1 "${XENC11}aes192-gcm" "$oaep" "${XENC}sha256" "${XENC11}mgf1sha1"
encrypt mgf1p-sha256 "${XENC11}aes256-gcm" "${XENC}rsa-oaep-mgf1p" "${XENC}sha256"
encrypt mgf1p-default "${XENC}aes256-cbc" "${XENC}rsa-oaep-mgf1p"

# both signed, encrypted between the two signatures: the whole of an eIDAS message
judge sign keys/rsa3072.pem "${MORE07}sha256-rsa-MGF1" "${XENC}sha256" _assertion xs \
    < message/response.xml |
    judge encrypt keys/rsa3072.pub.pem "${XENC11}aes256-gcm" "$oaep" "${XENC}sha256" \
        "${XENC11}mgf1sha256" |
    judge sign keys/rsa3072.pem "${MORE07}sha256-rsa-MGF1" "${XENC}sha256" _response \
        > encrypted/santuario-both-signed.xml

#!/bin/sh
# Makes the keys that the foreign-made messages of this directory are signed with and encrypted to. They
# protect nothing. Needs: openssl. Afterwards run make_xmlsec1.sh, make_python.py and make_santuario.sh.
set -eu
cd "$(dirname "$0")/keys"

rsa() { openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:$2" -out "$1.pem"; }
ec() {
    openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$2" \
        -pkeyopt "ec_param_enc:${3:-named_curve}" -out "$1.pem"
}

rsa rsa2048 2048
rsa rsa3072 3072
rsa rsa1024 1024
rsa other 2048
ec p256 P-256
ec p256other P-256
ec p384 P-384
ec p521 P-521
ec bp256 brainpoolP256r1
ec bp384 brainpoolP384r1
ec bp512 brainpoolP512r1
ec secp256k1 secp256k1
ec p256explicit P-256 explicit
for key in *.pem; do
    case $key in *.pub.pem) continue ;; esac
    openssl pkey -in "$key" -pubout -out "${key%.pem}.pub.pem"
done

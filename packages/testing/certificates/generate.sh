#!/bin/sh
# Creates the test authority and its certificates anew, with OpenSSL 3.4 or newer. The keys are public: for tests only.
# Afterwards, update the key pins in packages/rack-registry/src/dial.integration.test.ts and e2e/rack-api/rack-trust.test.ts.
set -eu
cd "$(dirname "$0")"
names='subjectAltName=DNS:localhost,DNS:rack.internal,IP:127.0.0.1'

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

# authority FILE COMMON-NAME KEY [EXTENSION]: a self-signed certificate
authority() {
  openssl req -x509 -new -key "$3" -subj "/CN=$2" -out "$1" -not_before 20200101000000Z -not_after 21200101000000Z \
    -addext basicConstraints=critical,CA:TRUE ${4+-addext "$4"}
}

# issue FILE COMMON-NAME KEY ISSUER ISSUER-KEY EXTENSIONS FROM TO
issue() {
  printf '%s\n' "$6" > extensions.tmp
  openssl req -new -key "$3" -subj "/CN=$2" |
    openssl x509 -req -CA "$4" -CAkey "$5" -extfile extensions.tmp -not_before "$7" -not_after "$8" -out "$1"
}

for name in root other-root intermediate; do key "$name.tmp"; done
for name in server other-host self-signed; do key "$name-key.pem"; done
authority root.pem 'test root' root.tmp
authority other-root.pem 'another root' other-root.tmp
authority self-signed.pem localhost self-signed-key.pem "$names"
issue intermediate.pem 'test intermediate' intermediate.tmp root.pem root.tmp \
  'basicConstraints=critical,CA:TRUE' 20200101000000Z 21200101000000Z
server() { issue "$1.pem" "$2" "$3-key.pem" intermediate.pem intermediate.tmp "$4" "$5" "$6"; }
server server localhost server "$names" 20200101000000Z 21200101000000Z
server renewed localhost server "$names" 20200101000000Z 21200101000000Z
server expired localhost server "$names" 20200101000000Z 20210101000000Z
server not-yet-valid localhost server "$names" 21190101000000Z 21200101000000Z
server other-host elsewhere.example other-host subjectAltName=DNS:elsewhere.example 20200101000000Z 21200101000000Z
rm ./*.tmp

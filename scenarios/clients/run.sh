#!/usr/bin/env bash
# Rehearses integrations that are built on public client libraries.
#
#   run.sh                              the outage, on one integration per client
#   run.sh CLIENT ROW [worked-around]   one row of the track record
#   run.sh build CLIENT                 only builds what the others start
#
# Whatever verdict they get is an honest result: the script itself fails only
# when there is no verdict.
set -euo pipefail
cd "$(dirname "$0")/../.."

build() {
  mkdir -p bin
  case "$1" in
  go-salesforce)
    cd scenarios/clients/go-salesforce
    go build -o ../../../bin/client-go-salesforce .
    go build -race -o ../../../bin/track-go-salesforce ./track
    ;;
  jsforce)
    cd scenarios/clients/jsforce
    npm ci --no-audit --no-fund --silent --ignore-scripts
    ;;
  esac
  cd - >/dev/null
}

rehearse() {
  go build -o bin/squall .
  bin/squall run "$@" && code=0 || code=$?
  [ "$code" -le 1 ] || status=$code
}

status=0
case "${1:-}" in
build) build "$2" ;;
go-salesforce)
  build go-salesforce
  rehearse "scenarios/clients/track/$2.yaml" -- bin/track-go-salesforce "${@:2}"
  ;;
jsforce)
  build jsforce
  rehearse "scenarios/clients/track/$2.yaml" -- node "scenarios/clients/jsforce/track/$2.js" "${@:3}"
  ;;
*)
  build go-salesforce
  build jsforce
  echo "== go-salesforce 3.1.0 (Go)"
  rehearse outage -- bin/client-go-salesforce
  echo "== jsforce 3.10.16 (Node.js)"
  rehearse outage -- node scenarios/clients/jsforce/main.js
  ;;
esac
exit "$status"

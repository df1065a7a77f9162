#!/usr/bin/env bash
# Rehearses integrations that are built on public client libraries.
#
#   run.sh                              the outage, on one integration per client
#   run.sh CLIENT ROW [worked-around]   one row of the track record
#   run.sh build                        only builds what the others start
#
# Whatever verdict they get is an honest result: the script itself fails only
# when there is no verdict.
set -euo pipefail
cd "$(dirname "$0")/../.."

build() {
  mkdir -p bin
  go build -o bin/squall .
  (cd scenarios/clients/go-salesforce &&
    go build -o ../../../bin/client-go-salesforce . && go build -race -o ../../../bin/track-go-salesforce ./track)
  (cd scenarios/clients/jsforce && npm ci --no-audit --no-fund --silent --ignore-scripts)
}

rehearse() {
  bin/squall run "$@" && code=0 || code=$?
  [ "$code" -le 1 ] || status=$code
}

build
status=0
case "${1:-}" in
build) ;;
go-salesforce) rehearse "scenarios/clients/track/$2.yaml" -- bin/track-go-salesforce "${@:2}" ;;
jsforce) rehearse "scenarios/clients/track/$2.yaml" -- node "scenarios/clients/jsforce/track/$2.js" "${@:3}" ;;
*)
  echo "== go-salesforce 3.1.0 (Go)"
  rehearse outage -- bin/client-go-salesforce
  echo "== jsforce 3.10.16 (Node.js)"
  rehearse outage -- node scenarios/clients/jsforce/main.js
  ;;
esac
exit "$status"

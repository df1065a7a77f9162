#!/usr/bin/env bash
# Rehearses the outage on integrations that are built on public client
# libraries. Whatever verdict they get is an honest result: the script itself
# fails only when there is no verdict.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p bin
go build -o bin/squall .
(cd scenarios/clients/go-salesforce && go build -o ../../../bin/client-go-salesforce .)
(cd scenarios/clients/jsforce && npm ci --no-audit --no-fund --silent --ignore-scripts)

status=0
rehearse() {
  echo "== $1"
  shift
  bin/squall run outage "$@" && code=0 || code=$?
  [ "$code" -le 1 ] || status=$code
}
rehearse "go-salesforce 3.1.0 (Go)" -- bin/client-go-salesforce
rehearse "jsforce 3.10.16 (Node.js)" -- node scenarios/clients/jsforce/main.js
exit "$status"

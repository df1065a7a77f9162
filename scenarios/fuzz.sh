#!/usr/bin/env bash
# Fuzzes for a while each the targets whose names match, all of them without a
# pattern, two at a time with one worker each: fuzz.sh 20s 'FuzzSOAP|FuzzRun'
set -euo pipefail
cd "$(dirname "$0")/.."

# fuzz runs one target. Go sometimes reports the end of the time itself as a
# failure, "context deadline exceeded"; a real one names its failing input.
fuzz() {
  local log
  log=$(mktemp)
  if go test "$2" -run '^$' -fuzz "^$3\$" -fuzztime "$1" -parallel 1 >"$log" 2>&1; then
    echo "ok $2 $3: $(grep -oE 'execs: [0-9]+' "$log" | tail -n 1)"
  elif grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input' "$log"; then
    echo "ok $2 $3: the time was over"
  else
    echo "FAILED $2 $3"
    cat "$log"
    return 1
  fi
  rm -f "$log"
}
export -f fuzz

# targets lists folder and name of each.
targets() {
  grep -rlE --include='*_test.go' '^func Fuzz' . | while read -r file; do
    sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "$file" | sed "s|^|$(dirname "$file") |"
  done
}

targets | grep -E " (${2:-.*})\$" | xargs -P 2 -L 1 bash -c 'fuzz "$0" "$@"' "$1"

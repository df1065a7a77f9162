#!/usr/bin/env bash
# Runs every fuzz target of the module for a while each: fuzz.sh 20s
set -euo pipefail
cd "$(dirname "$0")/.."

# fuzz runs one target. Go sometimes reports the end of the time itself as a
# failure, "context deadline exceeded"; a real one names its failing input.
fuzz() {
  local log
  log=$(mktemp)
  echo "== $1 $2"
  if go test "$1" -run '^$' -fuzz "^$2\$" -fuzztime "$3" >"$log" 2>&1; then
    tail -n 1 "$log"
  elif grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input' "$log"; then
    echo "ok: the time was over"
  else
    cat "$log"
    return 1
  fi
  rm -f "$log"
}

for file in $(grep -rl --include='*_test.go' '^func Fuzz' .); do
  for target in $(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file"); do
    fuzz "$(dirname "$file")" "$target" "$1"
  done
done

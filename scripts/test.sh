#!/bin/sh
# Runs every test; the last lines are the runner's own.
set -eu
cd "$(dirname "$0")/.."
if [ -d "${WIRETALE_SHARED:-../shared}/corpus" ]; then
  echo "captures of other projects: ${WIRETALE_SHARED:-../shared}/corpus"
else
  echo 'captures of other projects: not here; the tests that need them are skipped and say so'
fi
swift build --build-tests
# The program that the tests run is the release one: it is what users get.
# shellcheck disable=SC2086
swift build -c release ${LINK---static-swift-stdlib -Xlinker --icf=safe -Xlinker --no-export-dynamic} --product wiretale
# shellcheck disable=SC2086
swift build -c release ${LINK---static-swift-stdlib -Xlinker --icf=safe -Xlinker --no-export-dynamic} --product count-allocations
said=$(mktemp)
trap 'rm -f "$said"' EXIT
failed=0
{ WIRETALE_PROGRAM="$PWD/.build/release/wiretale" swift test --skip-build 2>&1 || echo "failed" >"$said.rc"; } |
  tee "$said"
if [ -e "$said.rc" ]; then
  rm -f "$said.rc"
  failed=1
  # What went wrong stands at the end, where a log that is cut still has it.
  echo 'what failed:'
  grep -A4 'recorded an issue' "$said" | grep -v '^. Test .* \(started\|passed\)' | tail -n 60 || true
  grep '^. Test run with' "$said" || tail -n 20 "$said"
fi
# What a packet costs, in instructions and allocations.
scripts/guard.py || failed=1
exit $failed

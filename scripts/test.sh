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
swift build -c release ${LINK---static-swift-stdlib} --product wiretale
# shellcheck disable=SC2086
swift build -c release ${LINK---static-swift-stdlib} --product count-allocations
WIRETALE_PROGRAM="$PWD/.build/release/wiretale" exec swift test --skip-build

#!/bin/sh
# The tests of the modules, the fuzzers' corpus and mutated frames under the address sanitizer, then under the thread
# sanitizer, each in a build folder of its own. Words are filters of test names instead; the tests that run the program say
# nothing here, because it is not built with the sanitizer.
set -eu
cd "$(dirname "$0")/.."
filters='WireTests|ReportTests|CaptureTests|FuzzCorpusTests|MutationTests'
[ $# -eq 0 ] || filters=$(printf '%s|' "$@" | sed 's/|$//')

# The runtime's own backtrace and a sanitizer's report are in each other's way.
export SWIFT_BACKTRACE=enable=no
# An instrumented frame takes ten times as long.
export WIRETALE_MUTATIONS="${WIRETALE_MUTATIONS:-5000}"
for kind in address thread; do
  echo "sanitize: $kind"
  swift test --sanitize "$kind" --scratch-path ".build/sanitize-$kind" --filter "$filters"
done
echo 'sanitize: nothing found'

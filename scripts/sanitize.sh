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
# What Foundation and XCTest keep to the end of a process is theirs.
mkdir -p .build
printf 'leak:libFoundation\nleak:libXCTest\n' >.build/leaks-of-others
export LSAN_OPTIONS="suppressions=$PWD/.build/leaks-of-others:print_suppressions=0"
# The slow half of a Mutex lies in the toolchain's library, which the thread sanitizer does not see into: what the live tests
# share behind one looks unguarded to it. Of Sources only Service has a Mutex.
printf 'race:LiveTests.swift\n' >.build/races-of-others
export TSAN_OPTIONS="suppressions=$PWD/.build/races-of-others:print_suppressions=0"
# An instrumented frame takes ten times as long.
export WIRETALE_MUTATIONS="${WIRETALE_MUTATIONS:-5000}"
for kind in ${SANITIZERS:-address thread}; do
  echo "sanitize: $kind"
  # A sanitizer keeps what was freed: how large the process is says nothing.
  swift test --sanitize "$kind" --scratch-path ".build/sanitize-$kind" --filter "$filters" --skip AllocationTests
done
echo 'sanitize: nothing found'

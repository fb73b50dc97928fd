#!/bin/sh
# Builds the fuzzers of Tests/Fuzz and runs each for FUZZ_SECONDS (60), from the corpus in the tree and every frame of
# pcaps/ and of the shared captures. Names of views (dissect line json fields) pick some of them. What a fuzzer makes up
# stays in .build/fuzz/corpus-VIEW, what breaks a property in .build/fuzz/VIEW-crash-…
set -eu
cd "$(dirname "$0")/.."
top=$PWD
out=$top/.build/fuzz
seconds=${FUZZ_SECONDS:-60}
views=${*:-dissect line json fields}
mkdir -p "$out"

# By hand and not by the package: its other builds keep their flags, and a fuzzer has libFuzzer's `main`.
build() {
  cd "$out"
  flags='-O -wmo -parse-as-library -swift-version 6 -module-cache-path . -I . -sanitize=fuzzer,address
    -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature MemberImportVisibility
    -enable-upcoming-feature ExistentialAny'
  for module in Wire:Sources/Wire Flow:Sources/Flow Report:Sources/Report FuzzViews:Tests/Fuzz/Views; do
    name=${module%%:*}
    # shellcheck disable=SC2046,SC2086
    swiftc $flags -module-name "$name" -emit-module -emit-module-path "$name.swiftmodule" -c -o "$name.o" \
      $(find "$top/${module#*:}" -name '*.swift' | sort)
  done
  for view in $views; do
    define=VIEW_$(echo "$view" | tr '[:lower:]' '[:upper:]')
    # shellcheck disable=SC2086
    swiftc $flags -D "$define" -module-name Entry -use-ld=lld -o "fuzz-$view" \
      "$top/Tests/Fuzz/Entry.swift" Wire.o Flow.o Report.o FuzzViews.o
  done
  cd "$top"
}

echo "fuzz: building$(printf ' %s' $views)"
build
shared=${WIRETALE_SHARED:-../shared}
rm -rf "$out/seeds"
mkdir -p "$out/seeds"
captures=pcaps
if [ -d "$shared/corpus" ]; then captures="$captures $shared/corpus"; fi
# shellcheck disable=SC2086
python3 Tests/Fuzz/seeds.py "$out/seeds" $captures

# The runtime's own backtrace waits for a debugger that never comes when libFuzzer has the signal.
export SWIFT_BACKTRACE=enable=no
failed=
for view in $views; do
  mkdir -p "$out/corpus-$view"
  echo "fuzz: $view for $seconds s"
  if "$out/fuzz-$view" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -max_len=1600 -print_final_stats=1 \
    -artifact_prefix="$out/$view-" "$out/corpus-$view" Tests/Fuzz/corpus "$out/seeds" >"$out/$view.log" 2>&1; then
    grep -E 'cov:|number_of_executed_units|slowest_unit' "$out/$view.log" | tail -3
  else
    failed="$failed $view"
    grep -E 'Fatal error|ERROR|SUMMARY|Test unit written' "$out/$view.log" | tail -5
  fi
done
[ -z "$failed" ] || { echo "fuzz: broken:$failed (see $out/*.log)"; exit 1; }
echo 'fuzz: nothing broke'

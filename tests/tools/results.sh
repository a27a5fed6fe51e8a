#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tools/test.d/results.py counts right, and fails when a test failed, none ran, or one skipped under REQUIRE_LIVE.
set -eu
results=${VPCJAIL_SOURCE:?}/tools/test.d/results.py
work=$(mktemp -d "${TMPDIR:-/tmp}/vpcjail-results.XXXXXX")
trap 'rm -rf "$work"' EXIT

row() { printf '{"name": "vpcjail:%s / t", "stdout": "why not", "result": "%s"}\n' "$1" "$2"; }
{ row unit OK && row unit EXPECTEDFAIL; } >"$work/good"
row live SKIP >"$work/skip"
row shared SKIP >"$work/shared"
for outcome in FAIL ERROR TIMEOUT INTERRUPT UNEXPECTEDPASS SOMETHINGNEW; do
  row unit "$outcome"
done >"$work/bad"
: >"$work/none"

# expect STATUS LAST-LINE ARGUMENT…
expect() {
  wanted=$1 line=$2
  shift 2
  status=0
  /usr/bin/python3 "$results" "$@" >"$work/out" || status=$?
  [ "$status" -eq "$wanted" ] && [ "$(tail -n 1 "$work/out")" = "$line" ] && return 0
  echo "results.py $*: status $status, wanted $wanted and \"$line\":"
  cat "$work/out"
  exit 1
}

expect 0 "2 passed, 0 failed, 0 skipped" "$work/good"
expect 0 "2 passed, 0 failed, 2 skipped" "$work/good" "$work/skip" "$work/shared"
expect 0 "2 passed, 0 failed, 1 skipped" --require-live=0 "$work/good" "$work/skip"
expect 1 "2 passed, 1 failed, 1 skipped" --require-live=1 "$work/good" "$work/skip" "$work/shared"
expect 1 "0 passed, 6 failed, 0 skipped" "$work/bad"
expect 1 "0 passed, 1 failed, 0 skipped" "$work/none"
expect 1 "0 passed, 1 failed, 0 skipped" "$work/missing"
expect 1 "2 passed, 6 failed, 0 skipped" "$work/good" "$work/bad"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the fuzz targets with clang and runs each for a while, two at a time.
#
#   tests/fuzz/run.sh [SECONDS] [BUILD-FOLDER]     0 seconds: builds them, and runs none
#
# Fails when a target crashes, hangs, leaks, or ran nothing. The corpora in the tree are read, never written.
set -euo pipefail

seconds=${1:-60}
source=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
build=${2:-$scratch/build}
trap 'rm -rf "$scratch"' EXIT

if ! [ -f "$build/build.ninja" ]; then
	CC=clang meson setup "$build" "$source" -Dfuzz=true -Dbuildtype=debugoptimized -Dwerror=false \
		-Db_sanitize=address,undefined -Db_lundef=false >"$scratch/setup.log" 2>&1 ||
		{ cat "$scratch/setup.log" >&2; exit 1; }
fi
# An existing folder may have been set up before a target was added.
ninja -C "$build" build.ninja >"$scratch/build.log" 2>&1 || { tail -n 60 "$scratch/build.log" >&2; exit 1; }
targets=$(meson introspect --targets "$build" | grep -o '"name": "fuzz-[^"]*"' | cut -d'"' -f4)
[ -n "$targets" ] || { echo "no fuzz target in $build: it was not set up with -Dfuzz=true" >&2; exit 1; }
# shellcheck disable=SC2046,SC2086 # one word a target
ninja -C "$build" -j2 $(printf 'tests/fuzz/%s ' $targets) >"$scratch/build.log" 2>&1 ||
	{ tail -n 60 "$scratch/build.log" >&2; exit 1; }

[ "$seconds" -gt 0 ] || exit 0

# Runs one target over a copy of its corpus. The input of a crash is printed, so that a log is enough to repeat it.
run_target() {
	local target=$1 name=${1#fuzz-} log=$scratch/$1.log runs status=0
	local corpus=$scratch/corpus-$name dictionary=()

	cp -r "$source/tests/fuzz/corpus/$name" "$corpus"
	[ -f "$source/tests/fuzz/$name.dict" ] && dictionary=("-dict=$source/tests/fuzz/$name.dict")
	"$build/tests/fuzz/$target" "$corpus" "${dictionary[@]}" -max_total_time="$seconds" -max_len=8192 -timeout=20 \
		-rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$scratch/$name-" >"$log" 2>&1 || status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	if [ "$status" -ne 0 ]; then
		tail -n 60 "$log" >&2
		for input in "$scratch/$name"-*; do
			[ -f "$input" ] && { echo "$name: the input, in base64:"; base64 "$input"; } >&2
		done
		echo "$name: failed (status $status)" >&2
		return 1
	fi
	if [ "${runs:-0}" -eq 0 ]; then
		echo "$name: ran nothing" >&2
		return 1
	fi
	echo "$name: $runs runs in $seconds s, no crash"
}

failed=0
running=0
for target in $targets; do
	if [ "$running" -eq 2 ]; then
		wait -n || failed=1
		running=$((running - 1))
	fi
	run_target "$target" &
	running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
	wait -n || failed=1
	running=$((running - 1))
done
exit "$failed"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs every FOLDER/NAME.command and compares what it prints with NAME.expected: standard output, then each line of
# standard error after "! ", then the exit status.
#
#	commands.sh VPCJAIL FOLDER
#	GOLDEN_UPDATE=1 commands.sh …    writes what is printed now; read the difference before you commit it
set -eu
vpcjail=$(realpath "$1") folder=$(realpath "$2")
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
mkdir "$tools/bin" "$tools/home" "$tools/empty"
ln -s "$vpcjail" "$tools/bin/vpcjail"
failed=0 count=0

# The environment of the caller must not show: a profile or a colour chosen there would change the answers.
run() {
  status=0
  (cd "$folder" && env -i PATH="$tools/bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME="$tools/home" TERM=xterm SOURCE_DATE_EPOCH=1795824000 ASAN_OPTIONS="${ASAN_OPTIONS:-}" \
    UBSAN_OPTIONS="${UBSAN_OPTIONS:-}" sh -c "$(cat "$1")" </dev/null >"$tools/out" 2>"$tools/err") || status=$?
  {
    cat "$tools/out"
    sed 's/^/! /' "$tools/err"
    echo "status $status"
  } | sed "s|$folder|FOLDER|g; s|looked for in .*, the built-in profiles|looked for in PLACES|" >"$tools/actual"
}

for command in "$folder"/*.command; do
  count=$((count + 1))
  expected=${command%.command}.expected
  run "$command"
  if [ "${GOLDEN_UPDATE:-0}" = 1 ]; then
    cp "$tools/actual" "$expected"
  elif ! diff -u "$expected" "$tools/actual"; then
    failed=$((failed + 1))
  fi
done
for expected in "$folder"/*.expected; do
  if [ ! -f "${expected%.expected}.command" ]; then
    echo "$expected: there is no command for it"
    failed=$((failed + 1))
  fi
done
echo "$count commands, $failed differ"
[ "$count" -gt 0 ] && [ "$failed" -eq 0 ]

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A manual lists what a table of the program has, word for word, between the marks `WHAT begin` and `WHAT end`.
#
#	list.sh SOURCE PROGRAM PAGE WHAT    PROGRAM prints the table as mdoc(7)
#	GOLDEN_UPDATE=1 list.sh …           writes the list anew
set -eu
print_table=$(realpath "$2")
cd "$1"
page=man/$3
what=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$print_table" >"$work/table"
awk -v join=1 -f tests/docs/wrap.awk "$work/table" >"$work/wanted"
sed -n "/$what begin/,/$what end/p" "$page" | sed '1d;$d' >"$work/found"
grep -q "$what begin" "$page" || { echo "$page: no marks for the list of $what" && exit 1; }
if [ "${GOLDEN_UPDATE:-0}" = 1 ]; then
  { sed "/$what begin/q" "$page" && cat "$work/wanted" && sed -n "/$what end/,\$p" "$page"; } >"$work/page"
  cat "$work/page" >"$page"
  exit 0
fi
[ -s "$work/found" ] || { echo "$page: no list of $what between its marks" && exit 1; }
diff -u "$work/found" "$work/wanted"

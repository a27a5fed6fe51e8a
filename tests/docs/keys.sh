#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vpcjail-profile(5) lists the keys as the table of the program does, word for word.
#
#	keys.sh SOURCE KEYS
#	GOLDEN_UPDATE=1 keys.sh …    writes the list anew
set -eu
print_keys=$(realpath "$2")
cd "$1"
page=man/vpcjail-profile.5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$print_keys" >"$work/table"
awk -v join=1 -f tests/docs/wrap.awk "$work/table" >"$work/wanted"
sed -n '/keys begin/,/keys end/p' "$page" | sed '1d;$d' >"$work/found"
[ -s "$work/found" ] || { echo "$page: no list of keys between its marks" && exit 1; }
if [ "${GOLDEN_UPDATE:-0}" = 1 ]; then
  { sed '/keys begin/q' "$page" && cat "$work/wanted" && sed -n '/keys end/,$p' "$page"; } >"$work/page"
  cat "$work/page" >"$page"
  exit 0
fi
diff -u "$work/found" "$work/wanted"

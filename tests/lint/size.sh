#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# No file of src or include has more than 400 lines: split it by noun. No line of a meson.build has more than 120 columns:
# what has a layout of its own (clang-format) needs no look.
. "$(dirname "$0")/lib.sh"

{
  tree_files | grep -E '^(src|include)/.*\.[ch]$' | while read -r file; do
    lines=$(wc -l <"$file")
    [ "$lines" -le 400 ] || echo "$file: $lines lines"
  done
  tree_files | grep -E '(^|/)meson\.build$' | while read -r file; do
    awk -v file="$file" 'length > 120 { print file ":" NR ": " length " columns" }' "$file"
  done
} >"$violations"
report

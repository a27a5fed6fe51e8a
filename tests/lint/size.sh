#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# No file of src or include has more than 400 lines: split it by noun.
. "$(dirname "$0")/lib.sh"

tree_files | grep -E '^(src|include)/.*\.[ch]$' | while read -r file; do
  lines=$(wc -l <"$file")
  [ "$lines" -le 400 ] || echo "$file: $lines lines"
done >"$violations"
report

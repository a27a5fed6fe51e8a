#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each source file names the licence in its first three lines, and a .c or .h says its role right below.
. "$(dirname "$0")/lib.sh"

tree_files | grep -E '\.(c|h|py|sh)$|(^|/)meson\.build$|^tools/[^/.]*$|^\.ci/run$' |
  grep -vE '^tools/packages$' | while read -r file; do
  head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later$' || echo "$file: no SPDX line"
  case $file in
    *.c | *.h) sed -n '2,3p' "$file" | grep -qE '^(//| \*) [^ ].{9}' || echo "$file:2: no sentence of its role" ;;
  esac
done >"$violations"
report

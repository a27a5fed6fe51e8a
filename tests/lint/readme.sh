#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# README.md has at most 170 lines, and every path that it or CONTRIBUTING.md names is there.
. "$(dirname "$0")/lib.sh"

{
  for page in README.md CONTRIBUTING.md; do
    [ -f "$page" ] || { echo "$page: missing" && continue; }
    # Paths stand in backquotes or links; a placeholder in capitals or with a star is none.
    grep -noE '(\.ci|include|man|profiles|src|tests|tools)/[A-Za-z0-9_./<*-]*|[A-Z]+\.md|LICENSE' "$page" |
      sed 's/[.,:;]*$//' | while IFS=: read -r line path; do
      case $path in
        *[*\<]* | *NAME* | *STAGE* | *NOUN*) ;;
        *) [ -e "$path" ] || echo "$page:$line: $path does not exist" ;;
      esac
    done
  done
  [ ! -f README.md ] || [ "$(wc -l <README.md)" -le 170 ] || echo "README.md: $(wc -l <README.md) lines, 170 at most"
} >"$violations"
report

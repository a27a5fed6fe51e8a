#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The manual pages are clean mdoc.
. "$(dirname "$0")/lib.sh"

tree_files | grep -E '^man/.*\.[1-8]$' | while read -r page; do
  mandoc -T lint -W warning "$page" || true
done >"$violations"
tree_files | grep -qE '^man/.*\.[1-8]$' || echo "man: no page" >>"$violations"
report

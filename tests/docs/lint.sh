#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The manual pages are clean to the strictest mandoc, but for pages that are not installed here.
#
#	lint.sh SOURCE
set -eu
cd "$1"
command -v mandoc >/dev/null || { echo "SKIPPED, missing: mandoc" >&2 && exit 77; }
failed=0
for page in man/*.[1-8]; do
  mandoc -T lint -W style "$page" 2>&1 | grep -v -e 'referenced manual not found' -e 'outdated mandoc.db' && failed=1
  mandoc -T utf8 "$page" >/dev/null || failed=1
done
exit $failed

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: hooks.sh VPCJAIL present|absent. A release knows nothing of failure injection; the build for tests does, which
# shows that the search finds it.
set -eu
if grep -q VPCJAIL_TEST "$1"; then found=present; else found=absent; fi
[ "$found" = "$2" ] && exit 0
echo "failure injection is $found in $1, and must be $2"
exit 1

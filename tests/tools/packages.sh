#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tools/packages is the only list of packages: well formed, each purpose used, none installed by name elsewhere.
set -eu
cd "${VPCJAIL_SOURCE:?}"
failures=0
fail() {
  echo "$*"
  failures=1
}

awk '!/^#/ && !/^[a-z]+ +[a-z0-9.+-]+ +# [^ ]/ { print "tools/packages:" NR ": " $0; bad = 1 } END { exit bad }' tools/packages || failures=1
for purpose in build test npm quickstart bench ci; do
  grep -q "^$purpose " tools/packages || fail "tools/packages: nothing for $purpose"
done
grep -nE 'apt(-get)? .*install' tools/test tools/quickstart .ci/run tests -r --include='*' |
  grep -v '^tests/tools/packages.sh:' && fail "packages are installed by name outside tools/lib.sh"

# What is installed is not asked for again, and a purpose without packages asks for none.
lib_root=$PWD
. tools/lib.sh
[ -z "$(packages_for nothing)" ] || fail "a purpose that is not there has packages"
[ "$(packages_for build | grep -c '^libmnl-dev$')" -eq 1 ] || fail "build does not name libmnl-dev once"
[ -z "$(missing_packages build)" ] || fail "what this was built with counts as missing: $(missing_packages build)"
exit "$failures"

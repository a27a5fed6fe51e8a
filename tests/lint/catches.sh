#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each static check finds what it is there for: a violation is planted in a scratch copy, and the check must fail on it.
. "$(dirname "$0")/lib.sh"

checks=$PWD/tests/lint
original=$PWD
scratch=$(mktemp -d "${TMPDIR:-/tmp}/vpcjail-catches.XXXXXX")
trap 'rm -rf "$violations" "$scratch"' EXIT

fresh_copy() {
  rm -rf "${scratch:?}/tree"
  mkdir "$scratch/tree"
  (cd "$original" && tree_files | tar -cf - -T -) | tar -xf - -C "$scratch/tree"
}

# catches CHECK FILE TEXT: appends TEXT to FILE of a copy; CHECK must then name FILE.
catches() {
  fresh_copy
  mkdir -p "$(dirname "$scratch/tree/$2")"
  printf '%b\n' "$3" >>"$scratch/tree/$2"
  VPCJAIL_SOURCE=$scratch/tree "$checks/$1.sh" >"$scratch/out" 2>&1 && echo "$1 passes with a violation in $2" >>"$violations"
  grep -qF "$2" "$scratch/out" || echo "$1 does not name $2" >>"$violations"
}

role='// SPDX-License-Identifier: GPL-2.0-or-later\n// The role of a planted file.\n'
catches spdx src/net/planted.c '// a file without a licence'
catches spdx src/net/planted.h '// SPDX-License-Identifier: GPL-2.0-or-later\n#define ROLE 1'
catches size src/net/meson.build "# $(yes x | head -n 120 | tr -d '\n')\n"
catches size src/net/planted.c "$role$(yes '// line\n' | head -n 400 | tr -d '\n')"
catches leftovers src/net/planted.c "$role// see /wor""k/main"
catches leftovers tools/planted "# $scratch/tree/src"
catches leftovers src/net/planted.c "$role// TO""DO: later"
catches layers src/net/planted.c "$role#include \"policy/policy.h\""
catches layers src/seccomp/planted.c "$role#include \"nft/ruleset.h\""
catches layers src/planted/planted.c "$role"
catches readme README.md 'see src/planted.c'

# An object that opens a socket is found in a pure stage, and one that only computes is not.
printf 'int socket(int, int, int);\nint f(void);\nint f(void) { return socket(2, 1, 0); }\n' >"$scratch/impure.c"
printf 'unsigned long strlen(const char *);\nunsigned long f(const char *t);\nunsigned long f(const char *t) { return strlen(t); }\n' \
  >"$scratch/pure.c"
for kind in pure impure; do
  (cd "$scratch" && cc -fno-builtin -c "$kind.c" && ar cr "$kind.a" "$kind.o")
done
"$checks/purity.sh" net "$scratch/impure.a" >"$scratch/out" && echo "purity passes an object that opens a socket" >>"$violations"
grep -q 'uses socket' "$scratch/out" || echo "purity does not name the socket" >>"$violations"
"$checks/purity.sh" net "$scratch/pure.a" || echo "purity refuses an object that only computes" >>"$violations"
report

# SPDX-License-Identifier: GPL-2.0-or-later
# What the static checks share. VPCJAIL_SOURCE is the tree to look at; a check prints each violation and exits 1.
set -eu
cd "${VPCJAIL_SOURCE:?is the top of the tree}"

violations=$(mktemp "${TMPDIR:-/tmp}/vpcjail-lint.XXXXXX")
trap 'rm -f "$violations"' EXIT

# tree_files: every file of the project, without what was built, in a fixed order.
tree_files() {
  find . -mindepth 1 \( -path ./.git -o -path './build*' -o -name __pycache__ \) -prune -o -type f -print | sort | sed 's|^\./||'
}

# report: shows the violations gathered and gives the exit status.
report() {
  [ -s "$violations" ] || return 0
  cat "$violations"
  return 1
}

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A stage includes headers of its own and of the stages below only. The linker holds calls; this holds types and macros.
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2016  # awk has its own $
tree_files | grep -E '^src/.*\.[ch]$' | xargs awk '
  BEGIN {
    # stage: what it may include besides itself
    below["mnl"] = ""
    below["base"] = ""
    below["net"] = "base"
    below["profile"] = "base net"
    below["policy"] = "base net profile"
    below["import"] = "base net profile policy"
    below["dns"] = "base net profile policy"
    below["nft"] = "base net profile policy"
    below["seccomp"] = "base net profile policy"
    below["plan"] = "base net profile policy dns nft seccomp"
    below["audit"] = "base net profile policy dns nft seccomp plan"
    below["kernel"] = "base net profile policy dns nft seccomp plan audit"
    below["api"] = "base net profile policy dns nft seccomp plan audit kernel"
    below["verify"] = "base net profile policy dns nft seccomp plan audit kernel"
    below["cmd"] = "base net profile policy dns nft seccomp plan audit kernel verify import"
    below["main.c"] = "base verify cmd"
  }
  FNR == 1 {
    split(FILENAME, part, "/")
    stage = part[2]
    if (!(stage in below))
      print FILENAME ": a stage without a row in tests/lint/layers.sh"
  }
  /^#[ \t]*include[ \t]*"[^"]*"/ {
    split($0, quoted, "\"")
    if (split(quoted[2], path, "/") < 2) {
      if (quoted[2] != "vpcjail.h" && quoted[2] != "version.h")
        print FILENAME ":" FNR ": \"" quoted[2] "\" without its stage"
      next
    }
    if (path[1] != stage && !index(" " below[stage] " ", " " path[1] " "))
      print FILENAME ":" FNR ": " stage " includes " quoted[2] ", which is not below it"
  }' >"$violations"
report

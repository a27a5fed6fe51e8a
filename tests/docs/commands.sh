#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Manual, README and shell completion name the commands and options that the program has, all of them and no others.
#
#	commands.sh SOURCE VPCJAIL
set -eu
vpcjail=$(realpath "$2")
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# same WHAT: $work/wanted and $work/found hold the same lines.
same() {
  [ -s "$work/wanted" ] || { echo "$1: the program names nothing" && failed=1; }
  diff <(sort -u "$work/wanted") <(sort -u "$work/found") >"$work/diff" && return 0
  echo "$1 (< missing, > too much):"
  grep '^[<>]' "$work/diff"
  failed=1
}

# options_of: the long options that a help text on standard input lists.
options_of() { sed -nE 's/^ +(-., )?--([a-z-]+).*/\2/p'; }

"$vpcjail" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' >"$work/commands"

cp "$work/commands" "$work/wanted"
sed -n '/^\.Sh COMMANDS/,/^\.Sh INSIDE/s/^\.Ss //p' man/vpcjail.1 >"$work/found"
same "vpcjail(1), sections of COMMANDS"
sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/s/^\.Cm \([a-z]*\).*/\1/p' man/vpcjail.1 >"$work/found"
same "vpcjail(1), SYNOPSIS"

while read -r command; do
  "$vpcjail" "$command" --help | options_of >"$work/options"

  # help is explained once, above all commands.
  grep -vx help "$work/options" >"$work/wanted" || :
  awk -v section=".Ss $command" '/^\.S[sh]/ { here = $0 == section } here && /^\.It Fl/' man/vpcjail.1 |
    sed -E 's/.*Fl -([a-z-]+).*/\1/' >"$work/found"
  if [ -s "$work/wanted" ] || [ -s "$work/found" ]; then
    same "vpcjail(1), options of $command"
  fi

  cp "$work/options" "$work/wanted"
  "$vpcjail" completion bash | awk -v at="$command:-*)" '$1 == at { getline; print }' | grep -oE -- '--[a-z-]+' | sed 's/^--//' >"$work/found"
  same "bash completion, options of $command"
  "$vpcjail" completion zsh | awk -v at="$command)" '$1 ~ /^[a-z]+\)$/ { here = $1 == at } here' |
    sed -nE "s/.*'\*?--([a-z-]+)\[.*/\1/p" >"$work/found"
  same "zsh completion, options of $command"
  "$vpcjail" completion fish | sed -nE "s/.*__fish_seen_subcommand_from $command' -l ([a-z-]+).*/\1/p" >"$work/found"
  same "fish completion, options of $command"
done <"$work/commands"

# What README and manual show as typed must exist: a command of the design that is not there yet is not shown.
sed -nE 's/.*(`|\$ |^    )(sudo )?vpcjail ([a-z]+).*/\3/p; s/^\.Cm vpcjail ([a-z]+).*/\1/p' README.md man/*.[1-8] | sort -u >"$work/shown"
[ -s "$work/shown" ] || { echo "README and manual show no command" && failed=1; }
grep -vxFf "$work/commands" "$work/shown" >"$work/wrong" || :
if [ -s "$work/wrong" ]; then
  echo "README or manual show commands that are not there:"
  cat "$work/wrong"
  failed=1
fi
exit $failed

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The completion script for bash completes commands, options, words and the names of profiles; all three scripts parse.
#
#	completion.sh VPCJAIL
set -u  # not -e: compgen fails where nothing matches
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$(realpath "$1")" "$work/vpcjail"
PATH=$work:$PATH
export HOME=$work
unset XDG_CONFIG_HOME
# shellcheck disable=SC1090  # what is tested
source <(vpcjail completion bash)
failed=0

# completes WANTED WORD…: the last word completes to WANTED, among others.
completes() {
  local wanted=$1
  shift
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  _vpcjail
  [[ " ${COMPREPLY[*]} " == *" $wanted "* ]] || { echo "\"$*\" does not complete to $wanted but to: ${COMPREPLY[*]}" && failed=1; }
}

# completes_not UNWANTED WORD…
completes_not() {
  local before=$failed
  completes "$@" >/dev/null
  if [ "$failed" = "$before" ]; then
    echo "\"${*:2}\" completes to $1" && failed=1
  else
    failed=$before
  fi
}

cd "$work" || exit 1
completes run vpcjail ''
completes doctor vpcjail d
completes --version vpcjail --v
completes --profile vpcjail run --p
completes --as vpcjail show -
completes nft vpcjail show --as n
completes --reply vpcjail explain --r
completes network-isolation vpcjail explain -p net
completes network-isolation vpcjail run -p net
completes sagemaker-vpc vpcjail run --profile s
completes on-prem vpcjail check on
completes zsh vpcjail completion z
completes sh vpcjail run s
completes sh vpcjail run -p network-isolation -- s
completes_not --profile vpcjail run -- sh --p
completes_not run vpcjail run -p r
vpcjail completion bash | bash -n
if command -v zsh >/dev/null; then vpcjail completion zsh | zsh -n; fi
if command -v fish >/dev/null; then vpcjail completion fish | fish -n; fi
exit $failed

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Results: every --json is JSON, nft accepts what `show --as nft` prints, a terminal gets colours and nothing else does.
. "$(dirname "$0")/cli_lib.sh"
need_command python3 nft unshare script

json() {
  jail "$@" >"$work/json" 2>/dev/null || :
  /usr/bin/python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$work/json" 2>"$work/err" || fail "$*: $(tail -1 "$work/err")"
}

json profiles --json
json doctor --json
json doctor -jp vpc-private
json check --json network-isolation sagemaker-vpc no-such-profile
for profile in $(jail profiles --names); do
  # A host whose main interface has no private subnet, such as a container, is no place for vpc-private.
  if [ "$profile" = vpc-private ] && ! jail show vpc-private --as nft >/dev/null 2>"$work/err"; then
    grep -q 'subnets: host: .*; the interfaces: ' "$work/err" || fail "vpc-private: $(cat "$work/err")"
    continue
  fi
  for form in profile policy nft seccomp; do
    json show "$profile" --as "$form" --json
  done
  # A denial, so that nft is seen to read the file: one wrong line more is refused.
  jail show -p "$profile" --as nft >"$work/nft" 2>/dev/null
  unshare -Urn nft -c -f - <"$work/nft" || fail "nft does not read the rule set of $profile"
  # What is printed is a profile again, and the same one.
  as sh -c "'$work/vpcjail' show '$profile' >'$work/home/again.yaml' && '$work/vpcjail' show '$work/home/again.yaml' >'$work/home/twice.yaml'"
  cmp -s "$work/home/again.yaml" "$work/home/twice.yaml" || fail "show $profile is not the profile that it prints"
done
json show network-isolation --as plan --json
echo nonsense >>"$work/nft"
! unshare -Urn nft -c -f - <"$work/nft" 2>/dev/null || fail "positive control: nft reads nonsense"

escape=$(printf '\033')
on_terminal() { as script -qec "$*" /dev/null </dev/null; }
case $(on_terminal "$work/vpcjail doctor") in *"$escape"*) ;; *) fail "no colours on a terminal" ;; esac
case $(on_terminal "env NO_COLOR=1 $work/vpcjail doctor") in *"$escape"*) fail "colours in spite of NO_COLOR" ;; esac
case $(on_terminal "env TERM=dumb $work/vpcjail doctor") in *"$escape"*) fail "colours on a dumb terminal" ;; esac
case $(jail doctor) in *"$escape"*) fail "colours in a pipe" ;; esac
finish

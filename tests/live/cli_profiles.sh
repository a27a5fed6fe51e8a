#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `profiles --new` writes a valid profile that is found by name and enforced, and never overwrites one. Without root: as
# root it would write to /etc.
. "$(dirname "$0")/cli_lib.sh"
new=$work/home/.config/vpcjail/profiles/mine.yaml

try jail profiles
gives 0 "profiles"
listed=$out
for name in network-isolation offline-training on-prem sagemaker-vpc sagemaker-vpc-isolated vpc-private; do
  echo "$listed" | grep -q "^$name  " || fail "profiles does not list $name"
  jail profiles --names | grep -qx "$name" || fail "profiles --names does not list $name"
  try jail check "$name"
  gives 0 "check $name"
done

try jail profiles --new mine --from network-isolation
gives 0 "--new"
[ "$out" = "$new" ] || fail "--new says $out instead of $new"
cp "$new" "$work/copy"
try jail profiles --new mine --from offline-training
gives 1 "--new for the second time"
says "--new for the second time" "exists already and is not overwritten"
cmp -s "$new" "$work/copy" || fail "the profile was changed"
try jail check mine
gives 0 "check of the new profile"
jail profiles | grep -q '^mine  *user ' || fail "the new profile is not listed as the user's"
try jail run -p mine -- sh -c 'exit 9'
gives 9 "run under the new profile"

# Every shipped profile can be a template, and what it says in comments is what it says.
for name in $(jail profiles --names | grep -vx mine); do
  try jail profiles --new "from-$name" --from "$name"
  gives 0 "--new from $name"
  try jail check "from-$name"
  gives 0 "check of the profile from $name"
  jail show "$name" --as nft >"$work/one" 2>/dev/null
  jail show "from-$name" --as nft >"$work/other" 2>/dev/null
  cmp -s "$work/one" "$work/other" || fail "from-$name compiles to something else than $name"
done

# A template is refused with the list of what is made up in it, and so is a copy, until the marks are gone.
try jail run -p on-prem true
gives 125 "run of a template"
says "run of a template" "made-up values of a template"
says "run of a template" "built-in:on-prem:"
try jail run -p from-on-prem true
gives 125 "run of an unchanged copy"
says "run of an unchanged copy" "vpc.subnets"
copy=$work/home/.config/vpcjail/profiles/from-on-prem.yaml
as sed -i '/ cidrs: /s/#.*//' "$copy"
try jail run -p from-on-prem true
gives 125 "run of a copy in which one value is one's own"
says "run of a copy in which one value is one's own" "vpc.subnets"
case $err in *vpc.cidrs*) fail "a value without a mark is refused: $err" ;; esac
as sed -i 's/# REPLACE.*//' "$copy"
try jail check from-on-prem
gives 0 "check of a copy without marks"
case $out in *made-up*) fail "a copy without marks is a template still: $out" ;; esac
try jail run -p sagemaker-vpc-isolated true
gives 0 "full isolation on top of a template"

# A file whose name is a command is a profile, and is nothing that a shell completes (and expands).
as touch "$work/home/.config/vpcjail/profiles/\$(id).yaml"
echo "$(jail profiles)" | grep -qF '$(id)  ' || fail "control: profiles does not list a name with a command in it"
jail profiles --names | grep -F '$(id)' && fail "profiles --names gives a shell a command"
as rm "$work/home/.config/vpcjail/profiles/\$(id).yaml"

# A file as template is named by its whole path, wherever the new profile lies.
as sh -c "printf 'vpcjail: 1\nextends: network-isolation\nnetwork: {on-deny: drop}\n' >'$work/in/tem\"plate.yaml'"
try jail profiles --new from-file --from './tem"plate.yaml'
gives 0 "--new from a file"
[ "$(cd / && jail show from-file | grep -c 'on-deny: drop')" = 1 ] || fail "the file's profile is not extended"

# A profile of a shipped name is refused and said so; the shipped one is not replaced in silence.
as cp "$new" "$work/home/.config/vpcjail/profiles/on-prem.yaml"
try jail profiles
gives 1 "profiles with a reserved name"
echo "$out" | grep -q 'refused: ' || fail "the reserved name is not marked: $out"
try jail check on-prem
gives 3 "check of a reserved name"
as rm "$work/home/.config/vpcjail/profiles/on-prem.yaml"

as chmod 555 "$work/home/.config/vpcjail/profiles"
try jail profiles --new other --from network-isolation
gives 1 "--new in a folder that cannot be written"
says "--new in a folder that cannot be written" "nothing was written: cannot create"
as chmod 755 "$work/home/.config/vpcjail/profiles"
try as env VPCJAIL_PROFILE=mine "$work/vpcjail" check
case $out in mine:*) ;; *) fail "VPCJAIL_PROFILE is not the default: $out" ;; esac
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# For every profile of tests/golden/nft: the text given to nft and our own batches, whole and in parts, leave the same
# rule set in the kernel; both compare as equal when read back, and differ after one change from outside.
#
#	nft_same.sh NFT_LOAD GOLDEN_FOLDER -n|-Urn
set -eu
. "$(dirname "$0")/nft_lib.sh"
load=$1 golden=$2 mode=$3

need_command nft ip python3 setpriv
need_namespace "$mode"

# in_namespace COMMAND: in a namespace of its own with a sink. $parent and $load are for the command.
in_namespace() {
  parent=$(stat -Lc %i /proc/self/ns/net) load=$load unshare "$mode" sh -euc '
    [ "$(stat -Lc %i /proc/self/ns/net)" != "$parent" ] || exit 99
    ip link add sink0 type veth peer name sink1
    ip link add eth0 type veth peer name eth1
    '"$1"
}

# The rule set as JSON without handles and counts.
list='list() { nft -j list ruleset | python3 -c "
import json, sys
def clean(x):
    if isinstance(x, dict):
        return {k: clean(v) for k, v in x.items() if k not in (\"handle\", \"packets\", \"bytes\")}
    return [clean(v) for v in x] if isinstance(x, list) else x
rows = [clean(r) for r in json.load(sys.stdin)[\"nftables\"] if \"metainfo\" not in r]
kinds = {}
for row in rows:
    for kind, value in row.items():
        kinds.setdefault(kind, []).append(value)
for kind in (\"table\", \"chain\", \"set\"):
    kinds.get(kind, []).sort(key=lambda v: json.dumps(v, sort_keys=True))
for s in kinds.get(\"set\", []):
    s.get(\"elem\", []).sort(key=lambda v: json.dumps(v, sort_keys=True))
rules = {}
for rule in kinds.pop(\"rule\", []):
    rules.setdefault(rule[\"family\"] + rule[\"chain\"], []).append(rule)
print(json.dumps([kinds, rules], indent=1, sort_keys=True))"; }
'

# One change each that the comparison must notice.
changes='
nft add table inet other
nft add chain inet vpcjail more
nft add rule inet vpcjail output accept
nft insert rule inet vpcjail output accept
nft delete table netdev vpcjail
nft flush chain inet vpcjail refuse
nft chain inet vpcjail output { policy accept \; }
nft add table inet vpcjail { flags dormant \; }
nft add counter inet vpcjail tally
'

folder=$(mktemp -d "${TMPDIR:-/tmp}/nft_same.XXXXXX")
trap 'rm -rf "$folder"' EXIT
count=0
same() {
  name=$(basename "$profile" .yaml)${NFT_GENERATION:+, generation $NFT_GENERATION}${NFT_OBSERVE:+, observing}
  "$load" 1 0 "$profile" print >"$folder/text"
  in_namespace "$list"'nft -f "$folder/text"; list >"$folder/theirs"; $load $parent 0 $profile compare' ||
    fail "$name: what nft makes of the text does not compare as equal"
  in_namespace "$list"'$load $parent 0 $profile load compare 2>/dev/null; list >"$folder/ours"' ||
    fail "$name: our batch does not load or compare"
  in_namespace "$list"'$load $parent 28672 $profile load compare 2>"$folder/parts"; list >"$folder/inparts"' ||
    fail "$name: in parts: $(cat "$folder/parts")"
  diff -u "$folder/theirs" "$folder/ours" || fail "$name: nft and our batch differ"
  diff -u "$folder/theirs" "$folder/inparts" || fail "$name: nft and our batches differ"
  grep -q vpcjail "$folder/ours" || fail "$name: nothing was listed"
  count=$((count + 1))
}
for profile in "$golden"/*.yaml; do
  export profile folder
  same
  NFT_GENERATION=2
  export NFT_GENERATION
  same
  unset NFT_GENERATION
  NFT_OBSERVE=1
  export NFT_OBSERVE
  same
  unset NFT_OBSERVE
done
[ "$count" -ge 36 ] || fail "only $count rule sets"

profile=$golden/sagemaker.yaml
export profile
echo "$changes" | while read -r change; do
  [ -n "$change" ] || continue
  in_namespace '$load $parent 0 $profile load compare 2>/dev/null; '"$change"'
    if $load $parent 0 $profile compare 2>"$folder/why"; then exit 1; fi' ||
    fail "not noticed: $change"
  printf '%s: %s\n' "$change" "$(cat "$folder/why")"
done
set_name=$("$load" 1 0 "$profile" print | sed -n 's/^\tset \(v4_prefixes[^ ]*\) {/\1/p' | head -1)
export set_name
in_namespace '$load $parent 0 $profile load compare 2>/dev/null
  nft add element inet vpcjail $set_name { 9.9.9.0/24 }
  if $load $parent 0 $profile compare 2>"$folder/why"; then exit 1; fi' || fail "not noticed: one more element"
cat "$folder/why"

# 10,000 prefixes in what a user without root may send at once by default.
{
  printf 'vpcjail: 1\ndescription: many prefixes\nnetwork: {isolation: vpc}\nprocess: {credentials: scrub}\n'
  printf 'vpc: {cidrs: [10.20.0.0/16], subnets: [10.20.1.0/24]}\n'
  printf 'security-groups: {sg-many: {egress: [{to: pl-many, protocol: tcp, ports: [443]}], ingress: []}}\n'
  printf 'prefix-lists:\n  pl-many:\n    entries:\n'
  seq 0 9999 | awk '{ printf "      - %d.%d.%d.0/24\n", 20 + int($1 / 32768), int($1 / 128) % 256, $1 * 2 % 256 }'
} >"$folder/many.yaml"
in_namespace '$load $parent 212992 "$folder/many.yaml" load compare 2>"$folder/parts"
  [ "$(nft list ruleset | grep -o "/24" | wc -l)" -ge 10000 ]' || fail "10,000 prefixes: $(cat "$folder/parts")"
[ "$(sed -n 's/^batches: //p' "$folder/parts")" -gt 1 ] || fail "10,000 prefixes went in one batch"

# The guard of the loader itself, and a table that is there already.
if "$load" "$(stat -Lc %i /proc/self/ns/net)" 0 "$profile" load 2>/dev/null; then fail "loaded into the parent"; fi
in_namespace 'nft add table inet vpcjail
  if $load $parent 0 $profile load 2>"$folder/why"; then exit 1; fi
  grep -q "exists already" "$folder/why"' || fail "an existing table: $(cat "$folder/why")"
# shellcheck disable=SC2016
in_namespace 'if setpriv --bounding-set -all --inh-caps -all "$load" $parent 0 $profile load 2>"$folder/why"; then exit 1; fi
  grep -q "refused the rule set: .*CAP_NET_ADMIN" "$folder/why"' || fail "without rights: $(cat "$folder/why")"
echo "$count rule sets"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A VPC profile against a host's network: what check --host says, and what show compiles, in a network namespace whose
# links the test makes.
. "$(dirname "$0")/cli_lib.sh"
need_command unshare ip
as unshare -cn --keep-caps true 2>/dev/null || skip "unshare -cn"

# As the user: in the namespace it is the same one, with the right to make links.
as tee vpc.yaml >/dev/null <<'EOF'
vpcjail: 1
network: {isolation: vpc}
vpc: {region: eu-west-1, cidrs: [10.20.0.0/16], subnets: [10.20.1.0/24, 10.20.2.0/24]}
prefix-lists: {pl-a: {name: com.amazonaws.eu-west-1.s3, entries: [52.218.0.0/17]}}
endpoints:
  - {service: s3, type: gateway, prefix-list: pl-a}
  - {service: sts, type: interface, addresses: [10.20.2.40]}
process: {credentials: scrub}
EOF

# host LINKS COMMAND…: the program in a namespace with the links that the shell commands LINKS make.
host() {
  links=$1
  shift
  # shellcheck disable=SC2016 # the inner shell expands
  parent=$(stat -Lc %i /proc/self/ns/net)
  as unshare -cn --keep-caps sh -euc '
    own=$(stat -Lc %i /proc/self/ns/net)
    [ -n "$own" ] && [ "$own" != "$1" ] || exit 99
    eval "$2"
    shift 2
    exec "$@"' sh "$parent" "$links" "$work/vpcjail" "$@"
}

# has WHAT TEXT: standard output has the text; lacks: it does not.
has() { case $out in *"$2"*) ;; *) fail "$1: \"$2\" is not in: $out" ;; esac; }
lacks() { case $out in *"$2"*) fail "$1: \"$2\" is in: $out" ;; esac; }

link='ip link add out0 type veth peer name other0; ip addr add 10.20.1.5/24 dev out0; ip link set out0 up
  ip link set other0 up; ip route add default via 10.20.1.1'

try host : check --host vpc-private
gives 0 "check --host without a default route"
has "check --host without a default route" "subnets: host: this host has no default route"
try host : show vpc-private --as nft
gives 1 "show without a default route"
says "show without a default route" "write \"subnets: [CIDR, …]\" instead; the interfaces: lo"
try host "$link" check --host vpc-private
has "check --host of a container" "the default route goes through out0, which is a container's link"
try host : show vpc-private
gives 0 "show of the profile itself, which needs no host"

try host "$link" check --host ./vpc.yaml
gives 0 "check --host"
has ranges "subnet 10.20.1.0/24: on out0 (veth) itself"
has ranges "subnet 10.20.2.0/24: through out0 (veth) by 10.20.1.1"
has ranges "endpoint sts, 10.20.2.40: through out0 (veth) by 10.20.1.1"
has ranges "prefix list pl-a (com.amazonaws.eu-west-1.s3): 1 block through out0 (veth) by 10.20.1.1"
has gateway "10.20.1.1 is allowed ("
has gateway "is a gateway of this host"
lacks "own address" "10.20.1.5 is allowed"
try host "$link; ip route del default" check --host ./vpc.yaml
has "without a default route" "endpoint sts, 10.20.2.40: nowhere: this host has no route"
has "without a default route" "endpoint 10.20.2.40/32: this host has no route to it"
lacks "without a default route" "is a gateway of this host"
try jail check ./vpc.yaml
lacks "check without --host" "its ranges on this host"
try host "$link" check --host --json ./vpc.yaml
has JSON '"means": ['

# The host's own addresses are rules like others. Positive control: without the address there is none.
try host "$link" show ./vpc.yaml --as policy
gives 0 "show --as policy"
has policy "10.20.1.5/32"
has policy "this host's own address: a jail reaches the host only through host-ports"
try host "$link" show ./vpc.yaml --as nft
has "rule set" "10.20.1.5"
try host : show ./vpc.yaml --as policy
lacks "policy of another host" "this host's own address"
finish

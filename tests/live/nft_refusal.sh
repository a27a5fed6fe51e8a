#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a program sees of a denial under reject and under drop, in both families, and the counters and events it leaves.
#
#	nft_refusal.sh NFT_LOAD GOLDEN_FOLDER -n|-Urn
set -eu
. "$(dirname "$0")/nft_lib.sh"
load=$1 golden=$2 mode=$3
here=$(cd "$(dirname "$0")" && pwd)

need_command nft ip python3
need_namespace "$mode"
[ -e /proc/sys/net/ipv6 ] || skip "IPv6"

for row in full:reject full-drop:drop; do
  parent=$(stat -Lc %i /proc/self/ns/net) load=$load profile=$golden/${row%:*}.yaml on_deny=${row#*:} here=$here \
    unshare "$mode" sh -euc '
    [ "$(stat -Lc %i /proc/self/ns/net)" != "$parent" ] || exit 99
    echo "0 0" >/proc/sys/net/ipv4/ping_group_range
    echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
    ip link add sink0 arp off type veth peer name sink1 arp off
    ip link set lo up
    ip link set sink1 up
    ip link set sink0 up
    ip address add 192.0.0.8/32 dev sink0
    ip address add fd00:6a61:696c::8/128 dev sink0 nodad
    ip route add default dev sink0
    ip -6 route add default dev sink0
    exec python3 "$here/nft_refusal.py" "$load" "$parent" "$profile" "$on_deny"' || fail "${row#*:}"
done

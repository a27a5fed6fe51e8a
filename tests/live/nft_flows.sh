#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A policy that accepts something, on a link: what may pass does, both ways, what may not does not, and what a privileged
# program could forge stops at the walls.
#
#	nft_flows.sh NFT_LOAD GOLDEN_FOLDER -n|-Urn
set -eu
. "$(dirname "$0")/nft_lib.sh"
load=$1 profile=$2/sagemaker.yaml mode=$3
here=$(cd "$(dirname "$0")" && pwd)

need_command nft ip python3
need_namespace "$mode"

parent=$(stat -Lc %i /proc/self/ns/net) load=$load profile=$profile here=$here unshare "$mode" sh -euc '
  [ "$(stat -Lc %i /proc/self/ns/net)" != "$parent" ] || exit 99
  unshare -n sleep 60 &
  outside=$!
  trap "kill $outside" EXIT
  own=$(stat -Lc %i /proc/self/ns/net)
  while [ "$(stat -Lc %i /proc/$outside/ns/net)" = "$own" ]; do sleep 0.01; done
  ip link add sink0 type veth peer name sink1
  ip link add eth0 type veth peer name eth1
  ip link add wire0 address 02:00:00:00:00:05 type veth peer name wire1 address 02:00:00:00:00:21 netns $outside
  nsenter --net=/proc/$outside/ns/net sh -euc "
    ip link set lo up; ip link set wire1 up
    for host in 21 22 99; do ip address add 10.20.1.\$host/24 dev wire1; done
    ip neighbour add 10.20.1.5 lladdr 02:00:00:00:00:05 dev wire1
    ip route add local 52.0.0.0/6 dev lo
    ip route add default via 10.20.1.5"
  ip link set lo up
  ip link set wire0 up
  ip address add 10.20.1.5/24 dev wire0
  for host in 21 22 99; do ip neighbour add 10.20.1.$host lladdr 02:00:00:00:00:21 dev wire0; done
  ip route add default via 10.20.1.21
  python3 "$here/nft_flows.py" "$load" "$parent" "$profile" "$outside"' || fail "see above"

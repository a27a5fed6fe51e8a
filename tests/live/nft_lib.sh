# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the live tests of nft: how they skip and fail.

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# skip WHAT: the machine lacks WHAT. Under REQUIRE_LIVE=1 that is a failure.
skip() {
  [ "${REQUIRE_LIVE:-0}" != 1 ] || fail "missing: $*"
  echo "SKIPPED, missing: $*" >&2
  exit 77
}

need_command() {
  for command in "$@"; do
    command -v "$command" >/dev/null || skip "$command"
  done
}

# need_namespace -n|-Urn: a network namespace with nf_tables, netdev hooks and veth.
need_namespace() {
  [ "$1" != -n ] || [ "$(id -u)" = 0 ] || skip "root, for unshare -n"
  unshare "$1" true 2>/dev/null || skip "unshare $1"
  parent=$(stat -Lc %i /proc/self/ns/net) unshare "$1" sh -euc '
    [ "$(stat -Lc %i /proc/self/ns/net)" != "$parent" ]
    ip link add sink0 type veth peer name sink1
    nft "table netdev t { chain c { type filter hook ingress device \"sink1\" priority 0; }; }"
    nft "table netdev u { chain c { type filter hook egress device \"sink0\" priority 0; }; }"
    nft "table inet t { chain c { type filter hook output priority 0; ct state new; log group 1; }; }"' 2>/dev/null ||
    skip "veth, or nf_tables with netdev ingress and egress, ct and log"
}

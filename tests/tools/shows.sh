#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: shows.sh VPCJAIL. The commands of the README's first screen, as a newcomer types them; run inside a folder that
# the job's user may use.
set -eu
vpcjail=$(realpath "$1")
failures=0
work=$(mktemp -d "${TMPDIR:-/tmp}/vpcjail-shows.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 0755 "$work"
cd /

# verdict NAME CONDITION…: one line per promise.
verdict() {
  name=$1
  shift
  if "$@"; then
    echo "ok      $name"
  else
    echo "FAILED  $name"
    sed 's/^/        /' "$work/out" "$work/err"
    failures=$((failures + 1))
  fi
}

# show COMMAND…: runs it, noting status, output and milliseconds.
show() {
  started=$(date +%s%3N)
  status=0
  "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
  took=$(($(date +%s%3N) - started))
}

show "$vpcjail" run -p network-isolation -- /usr/bin/python3 -c \
  'import socket; socket.create_connection(("192.0.2.1", 443), 5)'
verdict "a denied connect fails with python's own status" [ "$status" -eq 1 ]
verdict "it is refused, which python says" grep -q 'ConnectionRefusedError' "$work/err"
verdict "at once: $took ms with interpreter and launch" [ "$took" -lt 2500 ]
verdict "with the destination on stderr" grep -qE 'vpcjail: .*192\.0\.2\.1' "$work/err"
verdict "and the layer's name" grep -qE 'vpcjail: .*isolation' "$work/err"

show "$vpcjail" run -p network-isolation -- sh -c 'exit 37'
verdict "the exit status 37 is passed on (got $status)" [ "$status" -eq 37 ]

show "$vpcjail" show -p network-isolation --as nft
verdict "show --as nft prints a ruleset" grep -q 'table inet vpcjail' "$work/out"
cp "$work/out" "$work/ruleset"
show unshare -Urn nft -c -f "$work/ruleset"
verdict "nft takes it (status $status)" [ "$status" -eq 0 ]

echo 'this is no ruleset' >"$work/ruleset"
show unshare -Urn nft -c -f "$work/ruleset"
verdict "nft refuses what is none" [ "$status" -ne 0 ]

[ "$failures" -eq 0 ]

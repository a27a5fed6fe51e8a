#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What `run` says: the denial after the job, what is missing inside before it, the summary on a terminal.
. "$(dirname "$0")/cli_lib.sh"
need_command python3 script

connect() { # connect ADDRESS PORT
  printf 'import socket, sys\ntry:\n  socket.create_connection(("%s", %s), 5)\nexcept ConnectionRefusedError:\n  sys.exit(7)\n' "$1" "$2"
}

try jail run -- /usr/bin/python3 -c "$(connect 192.0.2.1 443)"
gives 7 "a denied connection"
says "a denied connection" "vpcjail: 1 destination denied; first: 192.0.2.1:443 (tcp), network isolation:"
says "a denied connection" "(isolation_egress rule 1)"
try jail run -- /usr/bin/python3 -c "$(connect 2001:db8::1 443)"
gives 7 "a denied IPv6 connection"
says "a denied IPv6 connection" "first: [2001:db8::1]:443 (tcp), network isolation:"
try jail run -- /usr/bin/python3 -c "
import socket
for address in ('192.0.2.1', '192.0.2.2', '192.0.2.1'):
    try:
        socket.create_connection((address, 443), 5)
    except ConnectionRefusedError:
        pass"
gives 0 "three denied connections to two destinations"
says "three denied connections to two destinations" "2 destinations denied; first: 192.0.2.1:443 (tcp)"
try jail run --quiet -- /usr/bin/python3 -c "$(connect 192.0.2.1 443)"
gives 7 "--quiet"
silent "--quiet"
try jail run -- /usr/bin/python3 -c "
import socket
server = socket.create_server(('127.0.0.1', 0))
socket.create_connection(server.getsockname(), 5)"
gives 0 "loopback"
silent "loopback"

# The test stands in a folder below /tmp, which stays; its neighbour does not.
outside=$(mktemp -d)
chmod 755 "$outside"
echo inside >"$outside/file"
chmod 644 "$outside/file"
case $outside in
  /tmp/* | /var/tmp/*)
    try jail run -- cat "$outside/file"
    gives 1 "a file in the host's /tmp"
    says "a file in the host's /tmp" "$outside/file: exists outside but not inside (named on the command line); add --share $outside/file"
    try jail run --share "$outside" -- cat "$outside/file"
    gives 0 "--share"
    silent "--share"
    [ "$out" = inside ] || fail "--share: the file says \"$out\""
    try as env TMPDIR="$outside" "$work/vpcjail" run -- true
    says "TMPDIR" "$outside: exists outside but not inside (TMPDIR); add --share $outside"
    try as env PYTHONPATH="/usr/lib:$outside" "$work/vpcjail" run -- true
    says "PYTHONPATH" "$outside: exists outside but not inside (PYTHONPATH)"
    try jail run -q -- cat "$outside/file"
    case $err in *"exists outside"*) fail "--quiet does not silence: $err" ;; esac
    try jail run -- true "$outside/missing"
    silent "a file that exists nowhere"
    ;;
  *) echo "note: the temporary folder is not below /tmp: no file to miss there" ;;
esac
rm -rf "$outside"

# On a terminal: one line before the job, and again when it fails. HF_TOKEN is taken out, and that is said.
cat >"$work/terminal" <<TERMINAL
export HF_TOKEN=x
exec "$work/vpcjail" run -- sh -c "echo token=\\\$HF_TOKEN; exit \$1"
TERMINAL
terminal() { as script -qec "sh $work/terminal $1" /dev/null </dev/null | tr -d '\r'; }
shown=$(terminal 0) || :
[ "$(echo "$shown" | grep -c 'network-isolation: loopback only; removed: HF_TOKEN (environment.keep)')" = 1 ] || fail "summary of a good job: $shown"
echo "$shown" | grep -q 'token=$' || fail "the token is inside: $shown"
shown=$(terminal 5) || :
[ "$(echo "$shown" | grep -c 'network-isolation: loopback only; removed: HF_TOKEN')" = 2 ] || fail "summary of a job that fails: $shown"
try as env HF_TOKEN=x "$work/vpcjail" run -- sh -c 'exit 5'
silent "no summary without a terminal"
finish

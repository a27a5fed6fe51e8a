#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Which recorded run `vpcjail report` tells of: the newest, by name, by the beginning of one, by path; and the list.
source=$(realpath "$(dirname "$0")/../golden/report/run")
. "$(dirname "$0")/cli_lib.sh"

runs=$work/home/.local/state/vpcjail/runs

try jail report
gives 2 "no run is recorded yet"
try jail report --list
gives 0 "an empty list"
silent "an empty list"
[ "$(jail report --list --json)" = "[]" ] || fail "an empty list as JSON: $(jail report --list --json)"

# add NAME: a run of that name; its first line names it too.
add() {
  as mkdir -p "$runs/$1"
  sed "1s/20261128-001622-3f2a/$1/" "$source/events.jsonl" >"$work/in/events.jsonl"
  cp "$source/profile.yaml" "$work/in/profile.yaml"
  chmod 644 "$work/in/events.jsonl" "$work/in/profile.yaml"
  as cp "$work/in/events.jsonl" "$work/in/profile.yaml" "$runs/$1/"
}
for name in 20261127-101010-aaaa 20261128-101010-bbbb 20261128-202020-cccc; do add "$name"; done
as chmod 700 "$work/home/.local/state/vpcjail" "$runs"

# tells WHAT NAME: the last try told of that run.
tells() {
  gives 0 "$1"
  case $out in "run $2: "*) ;; *) fail "$1: not of $2 but: $(echo "$out" | head -n 1)" ;; esac
}
try jail report
tells "the newest" 20261128-202020-cccc
try jail report 20261127
tells "the beginning of a name" 20261127-101010-aaaa
try jail report 20261128-101010-bbbb
tells "a name" 20261128-101010-bbbb
try jail report "$runs/20261127-101010-aaaa"
tells "a folder" 20261127-101010-aaaa
try jail report "$runs/20261127-101010-aaaa/events.jsonl"
tells "a file" 20261127-101010-aaaa
try jail report 20261128
gives 2 "a beginning that two have"
says "a beginning that two have" 20261128-202020-cccc
try jail report 20261128-101010-bbba
gives 2 "a run that is not there"
says "a run that is not there" 20261128-101010-bbbb

try jail report --list
gives 0 "the list"
case $out in
  *20261128-202020-cccc*20261128-101010-bbbb*20261127-101010-aaaa*) ;;
  *) fail "the newest is not first: $out" ;;
esac
case $out in *"ended  python3 train.py --lr 0.1"*) ;; *) fail "no state and command: $out" ;; esac

# A run that was killed, and one whose record is damaged.
sed -i '$d' "$work/in/events.jsonl"
as cp "$work/in/events.jsonl" "$runs/20261128-202020-cccc/"
as sh -c "echo nonsense >'$runs/20261128-101010-bbbb/events.jsonl'"
jail report --list >"$work/list"
grep -q '^20261128-202020-cccc.* killed ' "$work/list" || fail "not killed: $(cat "$work/list")"
grep -q '^20261128-101010-bbbb.* unreadable' "$work/list" || fail "not unreadable: $(cat "$work/list")"

# One that goes on, as its lock says.
mkfifo "$work/held"
as flock "$runs/20261128-202020-cccc/events.jsonl" cat <"$work/held" &
lock=$!
exec 3>"$work/held"
tries=0
until jail report --list | grep -q '^20261128-202020-cccc.* running ' || [ "$tries" -eq 50 ]; do
  tries=$((tries + 1))
  sleep 0.1
done
try jail report 20261128-202020-cccc
gives 0 "a run that goes on"
says "a run that goes on" "20261128-202020-cccc still goes on"
exec 3>&-
wait "$lock"
try jail report 20261128-202020-cccc
silent "a run that has ended"

# Into a file, and as the terminal is wide.
try jail report -o "$work/home/report.txt"
gives 0 "into a file"
[ -z "$out" ] || fail "both into a file and to standard output"
grep -q '^run 20261128-202020-cccc' "$work/home/report.txt" || fail "the file is not the report"
widest() { sed 's/…/./g' | awk '{ if (length > most) most = length } END { print most }'; }
[ "$(jail report | widest)" -gt 80 ] || fail "cut in a pipe"
as script -qec "stty cols 90; $work/vpcjail report" /dev/null </dev/null | tr -d '\r' >"$work/terminal"
[ "$(widest <"$work/terminal")" -le 90 ] || fail "wider than the terminal: $(cat "$work/terminal")"
[ "$(as env COLUMNS=72 "$work/vpcjail" report | widest)" -le 72 ] || fail "wider than COLUMNS"
finish

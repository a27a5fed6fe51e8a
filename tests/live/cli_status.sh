#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Exit statuses and messages of `run`: the command's own, 125 to 127, 2; descriptors that are closed or full.
. "$(dirname "$0")/cli_lib.sh"

for wanted in 0 1 2 3 37 124 125 126 127 128 255; do
  try jail run -p network-isolation -- sh -c "exit $wanted"
  gives "$wanted" "exit $wanted"
  silent "exit $wanted"
done
for signal in 1 2 9 15; do
  try jail run -- sh -c "kill -$signal \$\$"
  gives $((128 + signal)) "signal $signal"
done

try jail run -- no-such-command
gives 127 "missing command"
says "missing command" "no-such-command: command not found"
try jail run -- ./no-such-file
gives 127 "missing file"
says "missing file" "nothing was run: ./no-such-file: No such file or directory"
try jail run -- /etc/passwd
gives 126 "a file that is no program"
says "a file that is no program" "nothing was run: /etc/passwd: Permission denied"
try jail run -- /usr
gives 126 "a folder"
as sh -c "printf '#!/no/such/interpreter\n' >'$work/in/script' && chmod +x '$work/in/script'"
try jail run -- ./script
gives 127 "a script without its interpreter"

# -- is only an end of options, and an option after the command is the command's.
try jail run sh -c 'exit 41'
gives 41 "no --"
# shellcheck disable=SC2016  # expanded inside
try jail run -- sh -c 'exit "$1"' -- 42
gives 42 "an argument --"
try jail run -p network-isolation sh -p -c 'exit 43'
gives 43 "an option of the command that vpcjail has too"

try jail run --nonsense -- true
gives 2 "unknown option"
try jail run -p no-such-profile -- touch "$work/in/ran"
gives 125 "unknown profile"
says "unknown profile" "nothing was run"
try jail run -p ./no-such-file.yaml -- touch "$work/in/ran"
gives 125 "missing profile"
try jail run --share ./nowhere -- touch "$work/in/ran"
gives 125 "missing share"
try jail run --keep-fd 9 -- touch "$work/in/ran"
gives 125 "a descriptor that is not open"
[ ! -e "$work/in/ran" ] || fail "something was run after all"
try jail run -- touch "$work/in/ran"
gives 0 "positive control: touch"
[ -e "$work/in/ran" ] || fail "positive control: the file that the job wrote is not there"

# shellcheck disable=SC2317  # called by try
closed() { jail run -- true <&-; }
try closed
gives 125 "closed standard input"
says "closed standard input" "standard input is closed"
# shellcheck disable=SC2317  # called by try
full() { jail run -- echo text >/dev/full; }
try full
gives 1 "full standard output"
says "full standard output" "No space left on device"
try jail run -- sh -c 'cat; echo err >&2'
gives 0 "empty standard input"
finish

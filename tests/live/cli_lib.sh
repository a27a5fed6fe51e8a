# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the live tests of the command line, with the arguments VPCJAIL MODE: root, or user for a user without rights.
# Defines jail (the program, as that user, in an environment that says nothing) and what the tests say.
set -eu

failed=0

# fail TEXT…: noted; the test goes on and fails at its end.
fail() {
  echo "FAILED: $*" >&2
  failed=1
}

# skip WHAT: the machine lacks WHAT. Under REQUIRE_LIVE=1 that is a failure.
skip() {
  echo "SKIPPED, missing: $*" >&2
  [ "${REQUIRE_LIVE:-0}" != 1 ] || exit 1
  exit 77
}

need_command() {
  for lib_command in "$@"; do
    command -v "$lib_command" >/dev/null || skip "$lib_command"
  done
}

# A copy of the program where any user can start it, and a folder of its own in which the tests stand.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cp "$1" "$work/vpcjail"
chmod 755 "$work/vpcjail"
mkdir "$work/home" "$work/in"
mode=$2
case $mode in
  root)
    [ "$(id -u)" -eq 0 ] || skip "root"
    chown nobody "$work/in"  # as whom the job runs
    ;;
  user)
    if [ "$(id -u)" -eq 0 ]; then
      need_command setpriv
      chown nobody "$work/home" "$work/in"
    fi
    ;;
  *) exit 2 ;;
esac
cd "$work/in"

# as COMMAND…: as the test's user, with nothing in the environment but what everyone has.
as() {
  set -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$work/home" TERM=xterm LANG=C.UTF-8 \
    ASAN_OPTIONS="${ASAN_OPTIONS:-}" UBSAN_OPTIONS="${UBSAN_OPTIONS:-}" "$@"
  if [ "$mode" = user ] && [ "$(id -u)" -eq 0 ]; then
    setpriv --reuid nobody --regid nogroup --clear-groups -- "$@"
  else
    "$@"
  fi
}

jail() { as "$work/vpcjail" "$@"; }

# try COMMAND…: keeps status, standard output and standard error in $status, $out and $err.
try() {
  status=0
  "$@" >"$work/out" 2>"$work/err" || status=$?
  # shellcheck disable=SC2034  # for the tests
  out=$(cat "$work/out")
  err=$(cat "$work/err")
}

# gives STATUS WHAT: the last try ended so.
gives() { [ "$status" = "$1" ] || fail "$2: status $status instead of $1; it said: $err"; }

# says WHAT TEXT: standard error has the text.
says() {
  case $err in
    *"$2"*) ;;
    *) fail "$1: \"$2\" is not in what it said: $err" ;;
  esac
}

silent() { [ -z "$err" ] || fail "$1: it said: $err"; }

finish() { exit "$failed"; }

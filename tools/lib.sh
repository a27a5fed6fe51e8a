# SPDX-License-Identifier: GPL-2.0-or-later
# Shell helpers of the scripts in tools/ and .ci/. Sourced by sh and bash; the caller has set -eu and lib_root, the top of the tree.

# The log of everything done quietly; shown when a step fails, removed at the end.
: "${lib_root:?}"
lib_log=$(mktemp "${TMPDIR:-/tmp}/vpcjail-tools.XXXXXX")
lib_started=$(date +%s)

lib_cleanup() { rm -f "$lib_log"; }
trap lib_cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# say TEXT…: one line for the reader.
say() { printf '%s\n' "$*"; }

# die TEXT…: the last line of a failed run.
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# progress TEXT…: a line that the next one overwrites, only on a terminal.
progress() {
  if [ -t 2 ]; then
    printf '\r\033[K%s' "${*:+$* (at $(($(date +%s) - lib_started)) s) }" >&2
  fi
}

# quietly TITLE COMMAND…: runs the command in silence; when it fails, shows what it printed and ends the script.
quietly() {
  lib_title=$1
  shift
  progress "$lib_title"
  lib_status=0
  "$@" >"$lib_log" 2>&1 </dev/null || lib_status=$?
  progress
  [ "$lib_status" -eq 0 ] && return 0
  cat "$lib_log" >&2
  die "$lib_title: failed with status $lib_status (see above)"
}

# as_root COMMAND…: as it is when root, by sudo otherwise.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -- "$@"
  else
    printf 'this needs root, and sudo is not installed: %s\n' "$*" >&2
    return 1
  fi
}

# as_invoker COMMAND…: as the user who called sudo, if one did, so that what is built belongs to them.
as_invoker() {
  if [ "$(id -u)" -eq 0 ] && [ "${SUDO_UID:-0}" -ne 0 ]; then
    setpriv --reuid "$SUDO_UID" --regid "$SUDO_GID" --init-groups -- \
      env HOME="$(getent passwd "$SUDO_UID" | cut -d: -f6)" USER="$SUDO_USER" LOGNAME="$SUDO_USER" "$@"
  else
    "$@"
  fi
}

# packages_for PURPOSE…: the names in tools/packages.
packages_for() {
  for lib_purpose; do
    awk -v purpose="$lib_purpose" '$1 == purpose { print $2 }' "$lib_root/tools/packages"
  done | sort -u
}

# missing_packages PURPOSE…: those of them that are not installed.
missing_packages() {
  packages_for "$@" | while read -r lib_package; do
    case $(dpkg -s "$lib_package" 2>/dev/null) in
      *'Status: install ok installed'*) ;;
      *) printf '%s\n' "$lib_package" ;;
    esac
  done
}

# install_packages PURPOSE…: installs what is missing, and touches nothing when nothing is.
install_packages() {
  command -v dpkg >/dev/null || die "these scripts install Debian packages and find no dpkg here; see tools/packages"
  lib_missing=$(missing_packages "$@" | tr '\n' ' ')
  [ -n "$lib_missing" ] || return 0
  say "installing: $lib_missing"
  quietly "apt-get update" as_root apt-get -q -o DPkg::Lock::Timeout=300 update
  # shellcheck disable=SC2086  # a list of words
  quietly "apt-get install" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends install $lib_missing
}

# install_modules BUILD: what runs on Node in the tests, in BUILD/modules, exactly as the lock file says; once for each
# version of that file.
install_modules() {
  lib_lock=$lib_root/tests/live/range/s3/package-lock.json lib_modules=$1/modules
  if cmp -s "$lib_lock" "$lib_modules/installed"; then
    return 0
  fi
  command -v npm >/dev/null || install_packages npm
  as_invoker rm -rf "$lib_modules"
  as_invoker mkdir -p "$lib_modules"
  as_invoker cp "$lib_lock" "${lib_lock%-lock.json}.json" "$lib_modules"
  quietly "npm ci" as_invoker npm ci --prefix "$lib_modules" --ignore-scripts --no-audit --no-fund --no-update-notifier
  as_invoker cp "$lib_lock" "$lib_modules/installed"
}

# build_into FOLDER TARGETS MESON-OPTION…: configures (again, when the options changed) and builds the targets.
build_into() {
  lib_folder=$1 lib_targets=$2
  shift 2
  if [ -f "$lib_folder/build.ninja" ]; then
    quietly "configuring $lib_folder" as_invoker meson configure "$lib_folder" "$@"
  else
    quietly "configuring $lib_folder" as_invoker meson setup "$lib_folder" "$@"
  fi
  # shellcheck disable=SC2086  # a list of words
  quietly "building $lib_folder" as_invoker ninja --quiet -C "$lib_folder" $lib_targets
}

# binary_in FOLDER: the program built there.
binary_in() {
  for lib_binary in "$1/vpcjail" "$1/src/vpcjail"; do
    if [ -x "$lib_binary" ]; then
      printf '%s\n' "$lib_binary"
      return 0
    fi
  done
  die "$1 holds no vpcjail"
}

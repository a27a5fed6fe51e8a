#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `doctor` finds this kernel able where a job runs, and names what is withheld, with a remedy, where it is withheld here.
. "$(dirname "$0")/cli_lib.sh"
need_command unshare

try jail run -- true
gives 0 "positive control: a job"
try jail doctor
gives 0 "doctor"
case $out in *MISSING*) fail "doctor misses something where a job runs: $out" ;; esac
try jail doctor -p network-isolation
gives 0 "doctor -p network-isolation"
try jail doctor -p sagemaker-vpc
gives 1 "doctor -p of a template"
case $out in *"MISSING  profile: vpc.region has a made-up value"*) ;; *) fail "the made-up value is not named: $out" ;; esac
try jail doctor -p no-such-profile
gives 3 "doctor -p of no profile"

# withheld WHAT COMMANDS: what doctor says in a user namespace of the test's own, after the commands.
withheld() {
  try as unshare -Urm sh -c "$2; exec $work/vpcjail doctor"
  gives 1 "$1"
}

withheld "no namespaces" 'echo 0 >/proc/sys/user/max_user_namespaces'
case $out in *"MISSING  namespaces: "*"sysctl -w user.max_user_namespaces=15000"*) ;; *) fail "no remedy for namespaces: $out" ;; esac
withheld "no network namespaces" 'echo 0 >/proc/sys/user/max_net_namespaces'
case $out in *"MISSING  user.max_net_namespaces: 0 for a user"*) ;; *) fail "no network namespaces: $out" ;; esac
# A mount counts as a mask for who got it from a namespace above, as in a container: hence the second unshare.
# shellcheck disable=SC2016  # expanded inside
mask='for folder in /proc/fs /proc/irq /proc/bus; do mount -t tmpfs none $folder && break; done'
try as unshare -Urm sh -c "$mask; exec unshare -Urm $work/vpcjail doctor"
gives 1 "a masked /proc"
case $out in *"MISSING  own /proc: "*"unmask=ALL"*) ;; *) fail "no remedy for a masked /proc: $out" ;; esac
try as unshare -Urm unshare -Urm "$work/vpcjail" doctor
gives 0 "positive control: the same without a mask"
finish

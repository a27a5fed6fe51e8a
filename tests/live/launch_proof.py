# SPDX-License-Identifier: GPL-2.0-or-later
"""A supervisor whose clone forgot a namespace: 125, nothing run, and nothing written into the namespace it is still in.

Needs a build with test hooks. Every launch stands in namespaces made for it alone, so that a failure hurts nobody.
"""
import json
import os
import subprocess

from launch_lib import Bench, PYTHON, check, equal, main, user_folder

VARIABLE = 'VPCJAIL_TEST_NO_CLONE'
PROVEN = ('net', 'mnt', 'pid', 'ipc', 'uts', 'cgroup')

# Runs a command between two looks at all that a launch could write; arguments: the namespaces outside, the command.
LOOK = '''
import json, os, subprocess, sys
def said(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout
    except FileNotFoundError:
        return ""
def read(path):
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except OSError as error:
        return str(error.errno)
def look():
    seen = {"links": said("ip", "-details", "link"), "addresses": said("ip", "address"), "rules": said("nft", "list", "ruleset"),
            "routes": said("ip", "route", "show", "table", "all") + said("ip", "-6", "route", "show", "table", "all"),
            "name": " ".join(os.uname()), "mounts": read("/proc/self/mountinfo"), "group": read("/proc/self/cgroup")}
    for kind in "msg", "sem", "shm":
        seen[kind] = read("/proc/sysvipc/" + kind)
    for folder, _, names in os.walk("/proc/sys/net"):
        for name in names:
            if name != "nf_conntrack_count":
                seen[folder + "/" + name] = read(folder + "/" + name)
    return seen
outside = json.loads(sys.argv[1])
same = [kind for kind in outside if os.stat("/proc/self/ns/" + kind).st_ino == outside[kind]]
if same:
    sys.exit("not in namespaces of its own: " + str(same))
before = look()
done = subprocess.run(sys.argv[2:], capture_output=True, text=True, timeout=20)
after = look()
print(json.dumps({"changed": sorted(what for what in {**before, **after} if before.get(what) != after.get(what)),
                  "looked": len(before), "status": done.returncode, "said": done.stderr}))
'''


def between_looks(command, environment):
    outside = {kind: os.stat('/proc/self/ns/' + kind).st_ino for kind in PROVEN}
    scratch = ['unshare', '--net', '--mount', '--ipc', '--uts', '--cgroup', '--pid', '--fork', '--kill-child', '--mount-proc']
    done = subprocess.run([*scratch, PYTHON, '-c', LOOK, json.dumps(outside), *command], cwd=Bench.folder, env=environment,
                          capture_output=True, text=True, timeout=40, check=False)
    equal(done.returncode, 0, done.stdout, done.stderr)
    return json.loads(done.stdout)


def launched(mode, marker, forgotten):
    drop = [] if mode.root else ['setpriv', f'--reuid={mode.entry.pw_uid}', f'--regid={mode.entry.pw_gid}', '--init-groups']
    return between_looks([*drop, Bench.binary, 'run', *mode.options, '--', 'touch', marker], mode.full_environment({VARIABLE: forgotten}))


def a_look_shows_what_was_written():
    """Positive control: what the first steps behind the proof would do."""
    script = 'ip link set lo up; hostname other; mount -t tmpfs none /mnt; echo 65 >/proc/sys/net/ipv4/ip_default_ttl; ipcmk -Q'
    seen = between_looks(['sh', '-c', script], Bench.modes[0].full_environment({}))
    for what in ('links', 'addresses', 'name', 'mounts', 'msg', '/proc/sys/net/ipv4/ip_default_ttl'):
        check(what in seen['changed'], what, 'does not show:', seen)


def every_namespace_is_proven(mode):
    marker = os.path.join(user_folder(mode, 'proof'), 'ran')
    seen = launched(mode, marker, None)
    check(os.path.exists(marker), 'without a fault the command runs:', seen)
    equal((seen['changed'], seen['status']), ([], 0), 'a jail changes nothing around it')
    check(seen['looked'] > 100, seen)
    os.unlink(marker)
    for kind in PROVEN:
        seen = launched(mode, marker, kind)
        equal(seen['status'], 125, kind, seen)
        check(f'prove namespaces: the {kind} namespace is not a new one' in seen['said'], kind, seen['said'])
        equal(seen['changed'], [], kind, 'was written into')
        check(not os.path.exists(marker), kind, 'the command was run')


def without_a_user_namespace(mode):
    """It has no row in the proof: the ids cannot be mapped without it, and a user cannot make the others."""
    marker = os.path.join(user_folder(mode, 'no-user'), 'ran')
    seen = launched(mode, marker, 'user')
    equal((seen['status'], seen['changed']), (125, []), seen)
    check(('uid_map' if mode.root else 'cannot make namespaces') in seen['said'], seen['said'])
    check(not os.path.exists(marker), 'the command was run')


main([every_namespace_is_proven, without_a_user_namespace], first=[a_look_shows_what_was_written])

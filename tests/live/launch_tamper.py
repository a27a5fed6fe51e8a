# SPDX-License-Identifier: GPL-2.0-or-later
"""From inside: nothing about the jail can be seen, changed or left, whatever the job's user.

The same attempts are made in `unshare -Urn`, whose root may do what can be undone by its end: the positive control.
"""
import os
import shutil
import subprocess

from launch_lib import Bench, PYTHON, check, equal, main, report, run, skip, start, user_folder

# Each attempt raises an error when it failed: what the kernel says is not fixed, but it must never succeed.
ATTEMPTS = '''
import ctypes, errno, json, os, socket, struct, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)

def called(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

def command(text):
    done = subprocess.run(text, shell=True, capture_output=True, text=True, timeout=20)
    if done.returncode:
        raise OSError(0, done.stderr.strip()[:200])
    return done.stdout

def in_child(function, *arguments):
    """What changes the process for good is tried in a child."""
    pid = os.fork()
    if pid == 0:
        try:
            function(*arguments)
        except BaseException as error:
            os._exit(getattr(error, "errno", None) or 255)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status:
        raise OSError(status, os.strerror(status))

def write(path, text):
    with open(path, "w") as file:
        file.write(text)

def write_back(path):
    """Writes what is there already: harmless where it is allowed."""
    with open(path) as file:
        text = file.read()
    write(path, text)

def read(path, size=64):
    fd = os.open(path, os.O_RDONLY)
    os.read(fd, size)

def listed():
    if "table" not in command("nft list ruleset"):
        raise OSError(errno.ENOENT, "nothing to see")

def setns():
    # Into the network namespace of process 1: in the control it is the parent's.
    fd = os.open("/proc/%d/ns/net" % TARGET, os.O_RDONLY)
    called(libc.setns(fd, 0))

def bind_mount():
    os.makedirs(FOLDER + "/a", exist_ok=True)
    called(libc.mount(b"none", (FOLDER + "/a").encode(), b"tmpfs", 0, None))

def remount():
    called(libc.mount(None, b"/proc/sys", None, 4096 | 32, None))    # MS_BIND | MS_REMOUNT, writable again

def socket_of(family, kind, protocol=0):
    socket.socket(family, kind, protocol).close()

def netlink(message_type, flags, payload, protocol=0):
    """One request, acknowledged; an error in the answer is raised."""
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
    s.settimeout(5)
    s.send(struct.pack("=LHHLL", 16 + len(payload), message_type, flags | 5, 1, 0) + payload)
    code = struct.unpack_from("=i", s.recv(8192), 16)[0]
    if code:
        raise OSError(-code, os.strerror(-code))

def mknod():
    path = FOLDER + "/node"
    os.mknod(path, 0o600 | 0o020000, os.makedev(1, 3))
    os.unlink(path)

def ptrace(pid):
    called(libc.ptrace(16, pid, 0, 0))   # PTRACE_ATTACH
    os.waitpid(pid, 0x40000000)
    libc.ptrace(17, pid, 0, 0)

def chroot():
    os.chroot("/etc")

def attempt(function, *arguments):
    try:
        in_child(function, *arguments)
        return "succeeded"
    except OSError as error:
        return errno.errorcode.get(error.errno, "failed " + str(error))

FOLDER = sys.argv[1]
TARGET = int(sys.argv[2])
answers = {}
for name, function, *arguments in [
    ("nft list", listed),
    ("nft flush", command, "nft flush ruleset"),
    ("nft add table", command, "nft add table inet mine"),
    ("nft delete table", command, "nft delete table inet vpcjail"),
    ("ip link up", command, "ip link set lo up"),
    ("ip link add", command, "ip link add more0 type veth peer name more1"),
    ("ip address", command, "ip address add 203.0.113.9/32 dev lo"),
    ("ip route", command, "ip route add blackhole 203.0.113.0/24"),
    ("ip route delete", command, "ip route del default || ip route add blackhole default"),
    ("RTM_NEWLINK", netlink, 16, 0, struct.pack("=BxHiII", 0, 0, 1, 1, 1)),
    ("unshare user", lambda: called(libc.unshare(0x10000000))),
    ("unshare net", lambda: called(libc.unshare(0x40000000))),
    ("unshare mount", lambda: called(libc.unshare(0x20000))),
    ("unshare user and net", lambda: called(libc.unshare(0x50000000))),
    ("setns", setns),
    ("mount tmpfs", bind_mount),
    ("remount /proc/sys", remount),
    ("umount /proc/sys", lambda: called(libc.umount2(b"/proc/sys", 2))),
    ("umount /tmp", lambda: called(libc.umount2(b"/tmp", 2))),
    ("chroot", chroot),
    ("write /proc/sys/net", write_back, "/proc/sys/net/ipv4/conf/all/route_localnet"),
    ("write /proc/sys/net/ipv6", write_back, "/proc/sys/net/ipv6/conf/all/forwarding"),
    ("write ip_default_ttl", write_back, "/proc/sys/net/ipv4/ip_default_ttl"),
    ("write /proc/sys/kernel", write_back, "/proc/sys/kernel/core_pattern"),
    ("write sysrq-trigger", write, "/proc/sysrq-trigger", "?"),
    ("write /sys", write_back, "/sys/class/net/lo/mtu"),
    ("mknod", mknod),
    ("raw IPv4", socket_of, socket.AF_INET, socket.SOCK_RAW, 1),
    ("raw IPv6", socket_of, socket.AF_INET6, socket.SOCK_RAW, 58),
    ("packet socket", socket_of, socket.AF_PACKET, socket.SOCK_RAW),
    ("netlink netfilter", socket_of, socket.AF_NETLINK, socket.SOCK_RAW, 12),
    ("hostname", lambda: called(libc.sethostname(b"other", 5))),
    ("ptrace of process 1", ptrace, TARGET),
    ("read mem of process 1", read, "/proc/%d/mem" % TARGET),
    ("read environ of process 1", read, "/proc/%d/environ" % TARGET),
    ("root of process 1", os.listdir, "/proc/%d/root/" % TARGET),
    ("descriptor of process 1", os.readlink, "/proc/%d/fd/0" % TARGET),
    ("open descriptor of process 1", os.open, "/proc/%d/fd/0" % TARGET, os.O_RDONLY),
    ("namespace of process 1", os.readlink, "/proc/%d/ns/net" % TARGET),
    ("memory map of process 1", os.listdir, "/proc/%d/map_files" % TARGET),
    ("pidfd_getfd of process 1", lambda: called(libc.syscall(438, os.pidfd_open(TARGET), 0, 0))),
]:
    answers[name] = attempt(function, *arguments)
print(json.dumps(answers))
'''

# Not tried outside a jail, or with another meaning there.
WITHOUT_CONTROL = {
    'nft delete table', 'setns', 'umount /proc/sys', 'umount /tmp', 'remount /proc/sys', 'write /proc/sys/kernel',
    'write sysrq-trigger', 'mknod', 'write /sys', 'read mem of process 1',
}

def attempts(wrap, folder, target, **more):
    program = os.path.join(Bench.folder, 'tamper.py')
    with open(program, 'w', encoding='utf-8') as file:
        file.write(ATTEMPTS)
    os.chmod(program, 0o644)
    return wrap([PYTHON, program, folder, str(target)], **more)


def control():
    """In a namespace whose root we are, every attempt that can be undone succeeds; the target is a sleeping sibling."""
    folder = os.path.join(Bench.folder, 'control')
    os.makedirs(folder, exist_ok=True)
    for program in ('nft', 'ip', 'unshare'):
        if not shutil.which(program):
            skip(program)
    script = '''
        [ "$(stat -Lc %i /proc/self/ns/net)" != "$1" ] || exit 99
        shift
        nft add table inet vpcjail
        sleep 60 & target=$!
        "$@" "$target"
        status=$?
        kill "$target"
        exit "$status"'''
    parent = os.stat('/proc/self/ns/net').st_ino

    def wrap(command):
        return subprocess.run(['unshare', '-Urnumi', '--kill-child', 'sh', '-c', script, 'sh', str(parent), *command[:-1]],
                              capture_output=True, text=True, timeout=60, check=False)
    done = attempts(wrap, folder, 0)
    answers = report(done)
    wrong = {name: answer for name, answer in answers.items() if answer != 'succeeded' and name not in WITHOUT_CONTROL}
    check(not wrong, 'these cannot succeed, and so show nothing:', wrong)
    Bench.attempted = set(answers)
    node = os.path.join(folder, 'node')  # a user namespace may make none: root's right
    os.mknod(node, 0o020600, os.makedev(1, 3))
    os.unlink(node)


def nothing_can_be_changed(mode):
    folder = user_folder(mode, 'tamper')

    def wrap(command):
        return run(mode, command)
    answers = report(attempts(wrap, folder, 1))
    wrong = {name: answer for name, answer in answers.items() if answer == 'succeeded'}
    equal(wrong, {}, 'from inside')
    if hasattr(Bench, 'attempted'):
        equal(set(answers), Bench.attempted)


STATUS = '''
import json
fields = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({name: value.strip() for name, value in fields.items()}))
'''


def no_privileges(mode):
    fields = report(run(mode, [PYTHON, '-c', STATUS]))
    for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'):
        equal(fields[name], '0' * 16, name)
    equal((fields['NoNewPrivs'], fields['Seccomp']), ('1', '2'))
    equal(fields['Uid'].split(), [str(mode.entry.pw_uid)] * 4)


SECUREBITS = '''
import ctypes
print(ctypes.CDLL(None).prctl(27, 0, 0, 0, 0))
'''


def secure_bits_are_locked(mode):
    done = run(mode, [PYTHON, '-c', SECUREBITS])
    bits = int(done.stdout)
    wanted = 0b11101111  # NOROOT, NO_SETUID_FIXUP and NO_CAP_AMBIENT_RAISE with their locks, KEEP_CAPS locked off
    equal(bits & 0b10000, 0, 'keep caps is set')
    equal(bits | 0b10000, wanted | 0b10000, 'secure bits')


def set_user_id_does_nothing(mode):
    """A set-user-id program of the host gives nothing: neither its id nor a capability."""
    path = os.path.join(Bench.folder, 'setuid')
    shutil.copy('/usr/bin/id', path)
    os.chmod(path, 0o4755)
    if mode.user == 'root':
        os.chown(path, 1, 1)
        os.chmod(path, 0o4755)
    equal(run(mode, [path, '-u']).stdout.strip(), str(mode.entry.pw_uid))


def process_1_survives(mode):
    """Whatever the job sends it: with it, the job would lose its keeper."""
    code = """
import os, signal, time
for number in range(1, 65):
    try:
        os.kill(1, number)
    except OSError:
        pass
time.sleep(0.2)
os._exit(7 if os.path.isdir("/proc/1") else 8)
"""
    done = run(mode, [PYTHON, '-c', code])
    equal(done.returncode, 7, done.stderr)


def only_own_processes(mode):
    """The process table inside is the jail's own; the host's processes have no number there."""
    outside = start(mode, ['sh', '-c', 'echo ready; read line'], stdin=subprocess.PIPE)
    outside.stdout.readline()
    seen = report(run(mode, [PYTHON, '-c', 'import json, os; print(json.dumps([p for p in os.listdir("/proc") if p.isdigit()]))']))
    outside.communicate('end\n', timeout=10)
    equal(sorted(seen, key=int), ['1', '3'])


main([nothing_can_be_changed, no_privileges, secure_bits_are_locked, set_user_id_does_nothing, process_1_survives,
      only_own_processes], first=[control])

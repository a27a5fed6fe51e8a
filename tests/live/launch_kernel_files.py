# SPDX-License-Identifier: GPL-2.0-or-later
"""/proc and /sys of a job: what may be written, what can be read, and its control group.

With --hooks (a build with test hooks) also what there is when the job has the host's.
"""
import ctypes
import json
import os
import subprocess
import sys
import time

from launch_lib import Bench, PYTHON, check, equal, main, python, report

CGROUPS = '/sys/fs/cgroup'
MS_BIND = 0x1000
LIBRARY = ctypes.CDLL(None, use_errno=True)
# What anybody may open for writing, and what it does: a wake-up call for who opened it, when memory gets scarce.
HARMLESS = {'/proc/pressure/cpu', '/proc/pressure/io', '/proc/pressure/memory', '/proc/pressure/irq'}

# Opens every file of /proc that is not a process's for writing, and closes it again: nothing is written.
WRITABLE = '''
import json, os
found = []
for top in sorted(os.listdir('/proc')):
    if top.isdigit() or top in ('self', 'thread-self', 'net', 'mounts'):
        continue
    path = '/proc/' + top
    files = [path] if os.path.isfile(path) else [f + '/' + n for f, _, names in os.walk(path) for n in names]
    for file in files:
        try:
            os.close(os.open(file, os.O_WRONLY | os.O_NONBLOCK))
            found.append(file)
        except OSError:
            pass
print(json.dumps(found))
'''

READ = '''
import json, os, sys
answers = {}
for path in sys.argv[1:]:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        answers[path] = len(os.read(fd, 4096))
        os.close(fd)
    except BlockingIOError:
        answers[path] = 0
    except OSError as error:
        answers[path] = error.strerror
print(json.dumps(answers))
'''

SECRETS = ['/proc/kcore', '/proc/kmsg', '/proc/kallsyms', '/proc/keys', '/proc/kpagecgroup', '/proc/kpagecount',
           '/proc/kpageflags', '/proc/timer_list', '/proc/sched_debug', '/proc/latency_stats']
NEEDED = ['/proc/meminfo', '/proc/cpuinfo', '/proc/stat', '/proc/loadavg', '/proc/self/status', '/proc/self/maps',
          '/proc/sys/kernel/shmmax', '/proc/sys/vm/overcommit_memory', '/proc/sys/kernel/random/boot_id',
          '/sys/devices/system/cpu/online', '/sys/devices/system/cpu/possible', '/proc/net/dev', '/proc/interrupts']


def outside(code, *arguments):
    done = subprocess.run([PYTHON, '-c', code, *arguments], stdout=subprocess.PIPE, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def nothing_can_be_written(mode):
    """The control: root outside can open them."""
    control = outside(WRITABLE)
    for top in ('/proc/sys/', '/proc/irq/'):
        check(any(path.startswith(top) for path in control), 'nothing to try below', top)
    left = set(report(python(mode, WRITABLE))) - HARMLESS
    check(not left, 'can be written inside:', sorted(left)[:20])


def root_writes_without_the_covers():
    """Left uncovered, uid 0 can open some without any capability."""
    mode = Bench.modes[1]
    left = set(report(python(mode, WRITABLE, environment={'VPCJAIL_TEST_WITHOUT': 'kernel-switches'}))) - HARMLESS
    for top in ('/proc/sys/', '/proc/irq/'):
        check(any(path.startswith(top) for path in left), 'nothing writable below', top)


def secrets_are_empty(mode):
    there = {path: size for path, size in outside(READ, *SECRETS).items() if size != 'No such file or directory'}
    check(sum(1 for size in there.values() if isinstance(size, int) and size > 0) >= 3, 'outside:', there)
    for path, size in report(python(mode, READ, *SECRETS)).items():
        check(size == 0 or isinstance(size, str), path, 'has', size, 'bytes to read')


def what_programs_need_is_there(mode):
    wanted = {path for path, size in outside(READ, *NEEDED).items() if isinstance(size, int) and size > 0}
    inside = report(python(mode, READ, *NEEDED))
    for path in wanted:
        check(isinstance(inside[path], int) and inside[path] > 0, path, inside[path])


def sys_is_read_only(mode):
    code = 'import os, json; print(json.dumps([os.statvfs(p).f_flag & os.ST_RDONLY for p in ("/sys", "/proc/sys")]))'
    equal(report(python(mode, code)), [1, 1])
    check(not os.statvfs('/proc/sys').f_flag & os.ST_RDONLY, 'the control: /proc/sys is read-only outside, too')


# Reads its limit, counts who is in its group, and tries to move itself and to make a group.
GROUP = '''
import json, os, sys
def attempt(action):
    try:
        action()
        return 'done'
    except OSError as error:
        return error.strerror
def read(path):
    with open(path) as file:
        return file.read().strip()
def move(path):
    with open(path, 'w') as file:
        file.write('0')
group = sys.argv[1]
answers = {'own': read('/proc/self/cgroup').splitlines()[-1], 'listed': sorted(os.listdir(group))}
if os.path.exists(group + '/cgroup.procs'):
    answers['limit'] = read(group + '/cgroup.max.descendants')
    answers['members'] = read(group + '/cgroup.procs').split()
    answers['pid'] = os.getpid()
answers['make'] = attempt(lambda: os.mkdir(group + '/made'))
answers['move'] = attempt(lambda: move(group + '/inner/cgroup.procs'))
print(json.dumps(answers))
'''


def unified():
    """A path of the unified hierarchy that is at the place where programs look for it."""
    with open('/proc/self/mountinfo', encoding='utf-8') as file:
        points = [line.split()[4] for line in file if line.split(' - ')[1].startswith('cgroup2 ')]
    if not points:
        return None
    if CGROUPS not in points:  # v1 beside it: in our own mount namespace it takes the place
        check(LIBRARY.mount(points[0].encode(), CGROUPS.encode(), None, ctypes.c_ulong(MS_BIND), None) == 0, 'bind')
        Bench.mounts = sorted(Bench.mounts + [mount_of(CGROUPS)])
    return CGROUPS


def mount_of(point):
    with open('/proc/self/mountinfo', encoding='utf-8') as file:
        return [' '.join(line.split()[2:5]) for line in file if line.split()[4] == point][-1]


class Group:
    """A control group of the test's own, given to the mode's user, with one below; we are in it as long as it is."""

    def __init__(self, mode, top):
        self.path = f'{top}/vpcjail-test-{os.getpid()}'
        self.top = top
        with open('/proc/self/cgroup', encoding='ascii') as file:
            self.before = next(line.strip().split(':', 2)[2] for line in file if line.startswith('0::'))
        os.mkdir(self.path)
        os.mkdir(self.path + '/inner')
        with open(self.path + '/cgroup.max.descendants', 'w', encoding='ascii') as file:
            file.write('7')
        for folder in (self.path, self.path + '/inner'):
            for name in [folder] + [folder + '/' + name for name in ('cgroup.procs', 'cgroup.threads')]:
                os.chown(name, mode.entry.pw_uid, mode.entry.pw_gid)

    def enter(self):
        with open(self.path + '/cgroup.procs', 'w', encoding='ascii') as file:
            file.write('0')

    def leave(self):
        with open(self.top + self.before.rstrip('/') + '/cgroup.procs', 'w', encoding='ascii') as file:
            file.write('0')

    def remove(self):
        for folder in (self.path + '/made', self.path + '/inner', self.path):
            for _ in range(100):
                try:
                    os.rmdir(folder)
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.02)


def in_group(mode, action):
    """Calls action with a group that we are in; None where this machine lets us have none."""
    top = unified()
    if not top:
        print('skipped: the kernel has no unified control groups mounted')
        return
    try:
        group = Group(mode, top)
    except OSError as error:
        print('skipped: no control group of our own can be made:', error)
        return
    try:
        group.enter()
        action(group)
    finally:
        group.leave()
        group.remove()


def own_group_read_only(mode):
    """The job sees the limits of its own group, and can neither leave it nor divide it."""
    def action(group):
        control = subprocess.run([PYTHON, '-c', GROUP, group.path], stdout=subprocess.PIPE, text=True, timeout=20,
                                 check=True, **mode.popen_arguments())
        seen = json.loads(control.stdout)
        equal((seen['make'], seen['move'], seen['limit']), ('done', 'done', '7'), 'the control:', seen)
        os.rmdir(group.path + '/made')
        seen = report(python(mode, GROUP, CGROUPS))
        equal(seen['own'], '0::/')
        equal(seen['limit'], '7', seen)
        check(str(seen['pid']) in seen['members'], 'it is not in its own group:', seen)
        check('inner' in seen['listed'], seen)
        for action_name in ('make', 'move'):
            check(seen[action_name] in ('Read-only file system', 'Permission denied'), seen)
        check(not os.path.exists(group.path + '/made'), 'a group was made')
    in_group(mode, action)


def the_hosts_groups(mode):
    """Left with the host's /sys, the job moves itself and makes a group."""
    def action(group):
        seen = report(python(mode, GROUP, group.path, environment={'VPCJAIL_TEST_WITHOUT': 'own-sys'}))
        equal((seen['make'], seen['move']), ('done', 'done'), seen)
    in_group(mode, action)


def without_unified_groups(mode):
    """A host whose /sys/fs/cgroup has something else: empty inside, and nothing fails."""
    library_mount = LIBRARY.mount(b'tmpfs', CGROUPS.encode(), b'tmpfs', ctypes.c_ulong(0), None)
    check(library_mount == 0, 'a tmpfs over', CGROUPS)
    try:
        code = f'import os, json; print(json.dumps(os.listdir({CGROUPS!r})))'
        equal(report(python(mode, code)), [])
    finally:
        LIBRARY.umount2(CGROUPS.encode(), 2)


if __name__ == '__main__':
    hooks = '--hooks' in sys.argv
    main([nothing_can_be_written, secrets_are_empty, what_programs_need_is_there, sys_is_read_only, without_unified_groups,
          own_group_read_only] + ([the_hosts_groups] if hooks else []),
         once=[root_writes_without_the_covers] if hooks else [])

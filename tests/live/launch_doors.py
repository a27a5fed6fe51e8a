# SPDX-License-Identifier: GPL-2.0-or-later
"""Every door of `vpcjail show --as plan`, tried without a launcher, under unshare -n, and under vpcjail in each mode.

With --without (a build with test hooks): each door's sets of protections, left out whole (the probe must get through),
one by one, and all but one (it must not). LIVE_DOORS=pattern,pattern tries only the doors with such names (`socket_*`).
"""
import fnmatch
import grp
import json
import os
import pwd
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'doors'))

import door  # noqa: E402
import launch_outside  # noqa: E402
from battery import Launcher, battery  # noqa: E402
from launch_lib import Bench, DANGEROUS_GROUP, USERS, check, equal, main, user_folder  # noqa: E402

WITHOUT = 'VPCJAIL_TEST_WITHOUT'
MS_BIND, MS_REC = 4096, 16384
EVERYBODY = '/media'  # a working directory for a job without rights and without the user's ids: not below its own /tmp
STATES = {'reachable': 'yes', 'blocked': 'no', 'absent': '-', 'error': 'ERROR'}


class Shared:
    network = None
    table = {}    # name → row of the plan, by mode
    results = {}  # launcher's name → {door: state}


def own_devices():
    """A copy of /dev, in this mount namespace alone, in which doors may be made: the host's is shared by all."""
    old = os.open('/dev', os.O_RDONLY | os.O_DIRECTORY)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'devices', '/dev'], check=True)
    for folder, folders, names, fd in os.fwalk('.', dir_fd=old):
        for name in list(folders):
            path = os.path.join('/dev', folder, name)
            os.mkdir(path)
            if os.stat(name, dir_fd=fd).st_dev != os.fstat(old).st_dev:  # a file system of its own: pts, shm
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY, dir_fd=fd)
                door.called(door.LIBC.mount(f'/proc/self/fd/{inner}'.encode(), path.encode(), None, MS_BIND | MS_REC, None))
                os.close(inner)
                folders.remove(name)
        for name in names:
            path = os.path.join('/dev', folder, name)
            status = os.stat(name, dir_fd=fd, follow_symlinks=False)
            if stat.S_ISLNK(status.st_mode):
                os.symlink(os.readlink(name, dir_fd=fd), path)
            elif stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode):
                os.mknod(path, status.st_mode, status.st_rdev)
                os.chown(path, status.st_uid, status.st_gid)
                os.chmod(path, stat.S_IMODE(status.st_mode))
    os.close(old)


def prepare():
    """A network, homes and a /dev of the test's own, so that doors can be made and filled freely."""
    own_devices()
    os.setgroups([grp.getgrnam(DANGEROUS_GROUP).gr_gid])  # as an administrator's shell may have it
    launch_outside.enter()
    Shared.network = launch_outside.Outside()
    for name in ('root', USERS[0]):
        entry = pwd.getpwnam(name)
        options = f'mode=0700,uid={entry.pw_uid},gid={entry.pw_gid}'
        subprocess.run(['mount', '-t', 'tmpfs', '-o', options, 'home', entry.pw_dir], check=True)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=0777', 'everybody', EVERYBODY], check=True)
    door.load()


def selected(names):
    patterns = os.environ.get('LIVE_DOORS', '*').split(',')
    return [name for name in names if name in door.DOORS and any(fnmatch.fnmatch(name, p) for p in patterns)]


def table_of(mode):
    done = subprocess.run([Bench.binary, 'show', '-p', 'network-isolation', '--as', 'plan', '--json', *mode.options],
                          cwd=Bench.folder, env=mode.full_environment({}), capture_output=True, text=True, timeout=20, check=True,
                          **mode.popen_arguments())
    return {row['name']: row for row in json.loads(done.stdout)['doors']}


def jail(mode):
    def prefix(options):
        # Where protections are left out a probe may delete the rules, and the others are to be tried all the same.
        return [Bench.binary, 'run', '--quiet', '--on-tamper', 'report', '-p', 'network-isolation', *mode.options, *options, '--']
    return Launcher('vpcjail, ' + mode.name, mode.entry, prefix, mode.full_environment({}), mode.popen_arguments(), True)


def other(name, mode, prefix):
    return Launcher(name, mode.entry, lambda options: prefix, mode.full_environment({}), mode.popen_arguments())


def tried(launcher, mode, names, environment=None):
    anybody = environment and 'user-ids' in environment.get(WITHOUT, '')
    results = battery(launcher, names, EVERYBODY if anybody else user_folder(mode, 'doors'), Shared.network, environment)
    errors = {name: detail for name, (state, detail) in results.items() if state == 'error'}
    check(not errors, launcher.name, 'errors:', *(f'\n  {name}: {detail}' for name, detail in errors.items()))
    return results


def every_row_has_a_probe():
    rows = set(table_of(Bench.modes[0]))
    equal(sorted(rows - set(door.DOORS)), [], 'doors without a probe')
    equal(sorted(set(door.DOORS) - rows), [], 'probes without a door')
    check(len(rows) >= 100, 'only', len(rows), 'doors')


def open_without_a_launcher():
    """The positive control: as root each door stands open, or the kernel lacks it."""
    root, user = Bench.modes[1], Bench.modes[2]
    for name, mode in (('nothing, root', root), ('nothing, user', user)):
        results = tried(other(name, mode, []), mode, selected(table_of(root)))
        Shared.results[name] = results
        shut = [(door_name, detail) for door_name, (state, detail) in results.items() if state == 'blocked']
        if mode is root:
            check(not shut, 'blocked without a launcher:', *(f'\n  {row}' for row in shut))
        absent = [f'{door_name} ({detail})' for door_name, (state, detail) in results.items() if state == 'absent']
        print('        absent from this kernel:', ', '.join(absent) or 'none')


def under_unshare():
    for name, mode, prefix in (('unshare -n', Bench.modes[1], ['unshare', '-n']), ('unshare -Urn', Bench.modes[2], ['unshare', '-Urn'])):
        Shared.results[name] = tried(other(name, mode, prefix), mode, selected(table_of(mode)))


def closed_under_vpcjail(mode):
    """A residual door is named as open, and that is tried, too: a claim that is too modest is as wrong as any."""
    rows = table_of(mode)
    states = {name: row['state'] for name, row in rows.items() if row['state'] in ('closed', 'residual')}
    results = tried(jail(mode), mode, selected(states))
    Shared.results['vpcjail, ' + mode.name] = results
    got = [(name, detail) for name, (state, detail) in results.items() if states[name] == 'closed' and state == 'reachable']
    check(not got, 'not closed:', *(f'\n  {row}' for row in got))
    shut = [(name, detail) for name, (state, detail) in results.items() if states[name] == 'residual' and state == 'blocked']
    check(not shut, 'called residual, and closed:', *(f'\n  {row}' for row in shut))
    print('        residual, and reachable:', ', '.join(name for name in results if states[name] == 'residual') or 'none')


def print_table():
    columns = list(Shared.results)
    print('        ' + ' | '.join(columns))
    for name in selected(table_of(Bench.modes[1])):
        cells = [STATES[Shared.results[column][name][0]] if name in Shared.results[column] else '' for column in columns]
        print(f'        {name:28} ' + ' '.join(f'{cell:>5}' for cell in cells))


def mode_for(names, removed):
    """Where the protections that are left out make the difference: ids are dropped only for another user than root."""
    return Bench.modes[0] if 'user-ids' in removed else Bench.modes[1]


def experiments():
    """What to leave out → what then becomes of each door: reachable, or blocked still."""
    plans = {}
    rows = {mode.name: table_of(mode) for mode in Bench.modes[:2]}
    for name in selected(door.DOORS):
        for row_mode in Bench.modes[:2]:
            row = rows[row_mode.name][name]
            for group in row['sets']:
                present = [member for member in group if member in row['closed_by']]
                if row['state'] != 'closed' or mode_for(name, present) is not row_mode:
                    continue
                plans.setdefault((row_mode.name, tuple(present)), {})[name] = 'reachable'
                for member in present if len(present) > 1 else []:
                    others = tuple(other for other in present if other != member)
                    plans.setdefault((row_mode.name, (member,)), {}).setdefault(name, 'blocked')
                    plans.setdefault((row_mode.name, others), {}).setdefault(name, 'blocked')
    return plans


def each_set_is_sufficient():
    """One protection of a set keeps a door shut; without the whole set it stands open."""
    absent = {name for name, (state, _) in Shared.results['nothing, root'].items() if state == 'absent'}
    wrong = []
    for (mode_name, removed), wanted in sorted(experiments().items()):
        mode = next(mode for mode in Bench.modes if mode.name == mode_name)
        names = [name for name in wanted if name not in absent]
        results = tried(jail(mode), mode, names, {WITHOUT: ','.join(removed)}) if names else {}
        wrong += [f'\n  {name}: {state} without {", ".join(removed)} ({detail[:200]})'
                  for name, (state, detail) in results.items() if state != wanted[name]]
        print(f'        without {", ".join(removed):60} {len(names)} doors')
    check(not wrong, 'not as the table says:', *wrong)


def print_mechanisms():
    """Which protection stops which door by itself; of what a letter stands in, one is enough."""
    rows = table_of(Bench.modes[0])
    names = sorted({member for row in rows.values() for group in row['sets'] for member in group})
    for number, name in enumerate(names):
        print(f'        {chr(ord("A") + number) if number < 26 else chr(ord("a") + number - 26)} = {name}')
    for name in selected(rows):
        groups = rows[name]['sets']
        cells = ''.join((chr(ord('A') + n) if n < 26 else chr(ord('a') + n - 26)) if any(member in group for group in groups) else '.'
                        for n, member in enumerate(names))
        print(f'        {name:30} {cells}  {rows[name]["state"]}')


if __name__ == '__main__':
    control = [every_row_has_a_probe, open_without_a_launcher]
    if '--without' in sys.argv:
        main([], [each_set_is_sufficient, print_mechanisms], prepare=prepare, first=control)
    else:
        main([closed_under_vpcjail], [under_unshare, print_table], prepare=prepare, first=control)

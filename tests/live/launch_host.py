# SPDX-License-Identifier: GPL-2.0-or-later
"""`check --host` names what stays open on this host: file systems of the network that the job sees, what the kernel lacks."""
import contextlib
import json
import os
import subprocess
import tempfile

from launch_lib import Bench, check, equal, main, skip, succeeded, write_file

PROFILE = 'vpcjail: 1\nnetwork: {isolation: full}\n'


def prepare():
    if not os.path.exists('/dev/fuse'):
        skip('FUSE (/dev/fuse), with which the test mounts a file system of another process')


@contextlib.contextmanager
def fuse(parent):
    """A FUSE mount that nobody serves, in a new folder."""
    folder = tempfile.mkdtemp(prefix='vpcjail fuse.', dir=parent)
    with open('/dev/fuse', 'r+b', buffering=0) as device:
        options = f'fd={device.fileno()},rootmode=40000,user_id=0,group_id=0'
        subprocess.run(['mount', '-i', '-t', 'fuse.vpcjail-test', '-o', options, 'nobody', folder], check=True,
                       pass_fds=(device.fileno(),))
    try:
        yield folder
    finally:
        subprocess.run(['umount', '-l', folder], check=True)
        os.rmdir(folder)


def ask(mode, *words, cwd='/'):
    done = subprocess.run([Bench.binary, 'check', *words], env=mode.full_environment({}), cwd=cwd, text=True, capture_output=True,
                          timeout=20, check=False, **mode.popen_arguments())
    return succeeded(done).stdout


def file_systems_of_the_network(mode):
    which = write_file('plain.yaml', PROFILE)
    with fuse('/var/lib') as seen, fuse('/tmp') as hidden, fuse('/run') as also_hidden:
        text = ask(mode, '--host', which)
        check(f'  {seen} (fuse.vpcjail-test, nobody) is a channel of the host' in text, text)
        check(hidden not in text and also_hidden not in text, 'the job does not see these:', text)
        check(seen not in ask(mode, which), 'named without being asked')
        shared = write_file('share.yaml', PROFILE + f'process: {{share: ["{hidden}"]}}\n')
        check(hidden in ask(mode, '--host', shared), 'a shared path is seen')
        lines = json.loads(ask(mode, '--host', '--json', which))[0]['host']
        check(any(line.startswith(seen) for line in lines), lines)
    equal([line for line in ask(mode, '--host', which).splitlines() if 'fuse.vpcjail-test' in line], [], 'without the mounts')


def mechanisms(mode):
    """What the kernel lacks is said in one way by doctor, check --host and the refusal of a profile that requires it."""
    doctor = subprocess.run([Bench.binary, 'doctor', '--json'], env=mode.full_environment({}), cwd='/', text=True,
                            capture_output=True, timeout=20, check=False, **mode.popen_arguments())
    landlock = next(row['fact'] for row in json.loads(doctor.stdout)['findings'] if row['name'] == 'Landlock')
    text = ask(mode, '--host', write_file('plain.yaml', PROFILE))
    for name in ('landlock-scope', 'landlock-unix'):
        lacks = name in landlock or landlock.startswith('none')
        equal(f'this kernel lacks {name}: ' in text, lacks, landlock, text)
        which = write_file('require.yaml', PROFILE + f'require: [{name}]\n')
        done = subprocess.run([Bench.binary, 'run', '-p', which, *mode.options, '--', 'true'], env=mode.full_environment({}),
                              cwd=Bench.folder, text=True, capture_output=True, timeout=20, check=False, **mode.popen_arguments())
        equal(done.returncode, 125 if lacks else 0, name, done.stderr)
        equal(f'require.yaml:3:11: require: {name}: this kernel has no Landlock' in done.stderr, lacks, done.stderr)


def what_run_would_refuse(mode):
    """Paths that are not there are warnings with their place; without --host a profile is judged for any host."""
    which = write_file('absent.yaml', PROFILE + 'process:\n  writable: [/nowhere/a]\n  sockets: [/nowhere/b]\n')
    wanted = {'absent.yaml:4:14: warning: process.writable: there is no file or folder /nowhere/a',
              'absent.yaml:5:13: warning: process.sockets: there is no UNIX socket /nowhere/b'}
    text = ask(mode, '--host', which)
    for words in wanted:
        check(words in text, words, text)
    check('/nowhere' not in ask(mode, which), 'judged by this host without being asked')
    done = subprocess.run([Bench.binary, 'doctor', '-p', which], env=mode.full_environment({}), cwd='/', text=True,
                          capture_output=True, timeout=20, check=False, **mode.popen_arguments())
    equal((done.returncode, '/nowhere/a' in done.stdout, '/nowhere/b' in done.stdout), (1, True, True), done.stdout)


main([file_systems_of_the_network, mechanisms, what_run_would_refuse], prepare=prepare)

# SPDX-License-Identifier: GPL-2.0-or-later
"""Which devices a job has: in a /dev of the test's own, with every kind of node that a host may have.

Every fake is a second /dev/null: it can be opened by who finds it, and what is tested is who finds it.
With --hooks (a build with test hooks) also what there is when the job has the host's /dev.
"""
import ctypes
import json
import os
import pty
import shutil
import socket
import stat
import subprocess
import sys
import threading

from launch_lib import (Bench, PYTHON, check, equal, main, python, report, run, succeeded, write_file)

NULL = os.makedev(1, 3)
HARMLESS = {'null': NULL, 'zero': os.makedev(1, 5), 'full': os.makedev(1, 7), 'random': os.makedev(1, 8),
            'urandom': os.makedev(1, 9), 'tty': os.makedev(5, 0)}
LINKS = {'fd': '/proc/self/fd', 'stdin': '/proc/self/fd/0', 'stdout': '/proc/self/fd/1', 'stderr': '/proc/self/fd/2',
         'ptmx': 'pts/ptmx'}
GPU = ['nvidia0', 'nvidiactl', 'nvidia-uvm', 'nvidia-uvm-tools', 'nvidia-modeset', 'nvidia-caps/nvidia-cap1',
       'dri/renderD128', 'kfd']
RDMA = ['infiniband/uverbs0', 'infiniband/rdma_cm']
IMEX = ['nvidia-caps-imex-channels/channel0']
NEVER = ['infiniband/umad0', 'infiniband/issm0', 'net/tun', 'vsock', 'vhost-net', 'vhost-vsock', 'fuse', 'kvm', 'kmsg',
         'console', 'sda', 'mem', 'port', 'uinput', 'loop0', 'hpet', 'nvidia-fs0', 'nvidia-nvswitchctl']
OWN = ['pts', 'pts/ptmx', 'shm', 'mqueue']
MS_BIND = 0x1000
BEFORE = os.readlink('/proc/self/ns/mnt')
LIBRARY = ctypes.CDLL(None, use_errno=True)


def c_mount(source, target, kind, flags):
    if LIBRARY.mount(source, target, kind, ctypes.c_ulong(flags), None):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), target)


def node(name, device=NULL):
    path = '/dev/' + name
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.mknod(path, stat.S_IFCHR | 0o666, device)
    os.chmod(path, 0o666)


def prepare():
    """A /dev with all of them, in our mount namespace alone."""
    check(os.readlink('/proc/self/ns/mnt') != BEFORE, "this is not a mount namespace of the test's own")
    kept = {name: os.open('/dev/' + name, os.O_PATH) for name in ('pts', 'shm')}
    c_mount(b'tmpfs', b'/dev', b'tmpfs', 0)
    os.chmod('/dev', 0o755)
    for name, device in HARMLESS.items():
        node(name, device)
    for name, target in LINKS.items():
        os.symlink(target, '/dev/' + name)
    for name, fd in kept.items():
        os.mkdir('/dev/' + name)
        c_mount(f'/proc/self/fd/{fd}'.encode(), f'/dev/{name}'.encode(), None, MS_BIND)
        os.close(fd)
    for name in GPU + RDMA + IMEX + NEVER:
        node(name)


def with_folders(names):
    """The names and the folders they lie in."""
    return sorted(set(names) | {os.path.dirname(name) for name in names if '/' in name})


def profile(**devices):
    words = ', '.join(f'{key}: {value}' for key, value in devices.items())
    name = '-'.join(f'{key}-{value}' for key, value in devices.items())
    return write_file(name + '.yaml', f'vpcjail: 1\ndescription: {name}\nextends: network-isolation\n'
                                      f'process: {{devices: {{{words}}}}}\n')


WALK = '''
import json, os
names, opened = [], []
for folder, folders, files in os.walk('/dev'):
    for name in folders + files:
        path = os.path.join(folder, name)
        names.append(os.path.relpath(path, '/dev'))
        if name in files and not os.path.islink(path):
            try:
                os.close(os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))
                opened.append(os.path.relpath(path, '/dev'))
            except OSError:
                pass
print(json.dumps({'names': sorted(names), 'opened': sorted(opened)}))
'''


def walked(mode, file='network-isolation', **more):
    return report(python(mode, WALK, profile=file, **more))


def granted(mode, wanted, **devices):
    seen = walked(mode, profile(**devices) if devices else 'network-isolation')
    equal(seen['names'], sorted(with_folders(wanted) + list(HARMLESS) + list(LINKS) + OWN), devices)
    for name in wanted:
        check(name in seen['opened'], name, 'cannot be opened')


def they_open_outside(mode):
    """The control: where nothing hides them, who runs the job opens every one."""
    done = subprocess.run([PYTHON, '-c', WALK], stdout=subprocess.PIPE, text=True, timeout=20, check=True,
                          **mode.popen_arguments())
    seen = json.loads(done.stdout)
    for name in GPU + RDMA + IMEX + NEVER:
        check(name in seen['opened'], name, 'cannot be opened outside')


def only_what_is_listed(mode):
    granted(mode, GPU)


def each_class_by_name(mode):
    granted(mode, [], gpu='deny')
    granted(mode, GPU + RDMA, rdma='allow')
    granted(mode, GPU + IMEX, imex='allow')
    granted(mode, RDMA + IMEX, gpu='deny', rdma='allow', imex='allow')


def with_the_hosts_dev(mode):
    """Without its own /dev the job finds them, and opens them where devices are not switched off for the whole tree."""
    seen = walked(mode, environment={'VPCJAIL_TEST_WITHOUT': 'own-dev'})
    missing = set(GPU + RDMA + IMEX + NEVER) - set(seen['names'])
    check(not missing, 'not there inside:', missing)
    seen = walked(mode, environment={'VPCJAIL_TEST_WITHOUT': 'own-dev,no-suid-no-devices'})
    check('mem' in seen['opened'] and 'infiniband/uverbs0' in seen['opened'], seen)


def rdma_is_said(mode):
    """`check` and the line before the start call it what it is."""
    words = 'traffic that no packet filter sees'
    file = profile(rdma='allow')
    done = subprocess.run([Bench.binary, 'check', file], env=mode.full_environment({}), text=True, capture_output=True,
                          timeout=20, check=False, **mode.popen_arguments())
    equal(done.returncode, 0, done.stderr)
    check(words in done.stderr + done.stdout, done.stdout, done.stderr)
    for which, wanted in ((file, 1), ('network-isolation', 0)):
        master, slave = pty.openpty()
        succeeded(run(mode, ['true'], profile=which, stderr=slave))
        os.close(slave)
        said = os.read(master, 4096)
        os.close(master)
        check(b'loopback only' in said, said)
        equal(said.count(words.encode()), wanted, said)


def doors_are_named():
    """The table says which words of the profile open which door, and nothing else is open."""
    mode = Bench.modes[0]
    for key, value in (('rdma', 'allow'), ('imex', 'allow'), ('mps', 'allow'), ('gpu', 'deny')):
        done = subprocess.run([Bench.binary, 'show', '-p', profile(**{key: value}), '--as', 'plan', '--json'], text=True,
                              env=mode.full_environment({}), capture_output=True, timeout=20, check=True)
        opened = {row['name']: row['opener'] for row in json.loads(done.stdout)['doors'] if row['state'] == 'opened'}
        equal(opened, {'device_' + key: f'process.devices.{key}: allow'} if value == 'allow' else {})


def notices(done, words):
    return succeeded(done).stderr.count(words)


def uvm_is_missed(mode):
    words = 'load nvidia-uvm (nvidia-modprobe -u)'
    equal(notices(run(mode, ['true']), words), 0, 'with nvidia-uvm')
    os.unlink('/dev/nvidia-uvm')
    try:
        equal(notices(run(mode, ['true']), words), 1, 'without nvidia-uvm')
        equal(notices(run(mode, ['true'], options=['--quiet']), words), 0, '--quiet')
        equal(notices(run(mode, ['true'], profile=profile(gpu='deny')), words), 0, 'without GPUs')
    finally:
        node('nvidia-uvm')


CONNECT = '''
import json, os, socket, sys
answers = []
for path in sys.argv[1:]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.settimeout(5)
        try:
            s.connect(path)
            answers.append(s.recv(9).decode())
        except OSError as error:
            answers.append(error.strerror)
print(json.dumps({'answers': answers, 'directory': os.environ.get('CUDA_MPS_PIPE_DIRECTORY')}))
'''


def serve(listener):
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        connection.sendall(b'outside')
        connection.close()


def listen(path):
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    os.chmod(path, 0o666)
    listener.listen(16)
    threading.Thread(target=serve, args=(listener,), daemon=True).start()
    return listener


def mps(mode, folder):
    """A daemon's folder: two sockets and a pipe. Beside it another socket, which must not come along."""
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o755)
    control, more, beside = folder + '/control', folder + '/control_privileged', folder + '.beside'
    listeners = [listen(path) for path in (control, more, beside)]
    os.mkfifo(folder + '/log')
    environment = {'CUDA_MPS_PIPE_DIRECTORY': folder}
    words = 'an MPS daemon runs on this host'
    try:
        done = subprocess.run([PYTHON, '-c', CONNECT, control, more, beside], text=True, capture_output=True, timeout=20,
                              check=True, env=mode.full_environment(environment), **mode.popen_arguments())
        equal(json.loads(done.stdout), {'answers': ['outside'] * 3, 'directory': folder}, 'the control')

        denied = python(mode, CONNECT, control, more, beside, environment=environment)
        seen = report(denied)
        check('outside' not in seen['answers'] and seen['directory'] is None, seen)
        equal(denied.stderr.count(words), 1, denied.stderr)
        quiet = run(mode, ['true'], environment=environment, options=['--quiet'])
        equal(notices(quiet, words), 0, quiet.stderr)

        allowed = python(mode, CONNECT, control, more, beside, environment=environment, profile=profile(mps='allow'))
        seen = report(allowed)
        equal(seen['answers'][:2], ['outside'] * 2, folder)
        check(seen['answers'][2] != 'outside', 'a socket beside the folder is reached')
        equal(seen['directory'], folder)
        equal(allowed.stderr.count(words), 0, allowed.stderr)
    finally:
        for listener in listeners:
            listener.close()
        os.unlink(beside)
        shutil.rmtree(folder)


def mps_below_tmp(mode):
    mps(mode, Bench.folder + '/mps')


def mps_elsewhere(mode):
    """Where the job sees the host's folder, and its sockets would be covered."""
    mps(mode, '/opt/vpcjail-test-mps')


def mps_where_it_usually_is(mode):
    """The daemon's own default, in a folder that the test may make; a link there is none."""
    folder, words = '/tmp/nvidia-mps', 'an MPS daemon runs on this host'
    try:
        os.mkdir(folder)
    except FileExistsError:
        print('skipped:', folder, 'is there')
        return
    try:
        equal(notices(run(mode, ['true']), words), 0, 'no control file')
        with open(folder + '/control', 'w', encoding='ascii'):
            pass
        equal(notices(run(mode, ['true']), words), 1)
        os.rename(folder, folder + '.moved')
        os.symlink(folder + '.moved', folder)
        equal(notices(run(mode, ['true']), words), 0, 'a link')
    finally:
        if os.path.islink(folder):
            os.unlink(folder)
        for path in (folder, folder + '.moved'):
            shutil.rmtree(path, ignore_errors=True)


if __name__ == '__main__':
    main([they_open_outside, only_what_is_listed, each_class_by_name, rdma_is_said, uvm_is_missed, mps_below_tmp, mps_elsewhere,
          mps_where_it_usually_is]
         + ([with_the_hosts_dev] if '--hooks' in sys.argv else []), once=[doors_are_named], prepare=prepare)

# SPDX-License-Identifier: GPL-2.0-or-later
"""Automounts: mounted before the clone where the job needs them, and never because of the job.

The test is the automounter: it mounts autofs in its mount namespace and answers what the kernel asks. Processes of its
process group are left alone by autofs; whatever else looks at a name, the launcher too, is asked for.
"""
import fcntl
import os
import struct
import subprocess
import tempfile
import threading

from launch_lib import check, equal, main, python, report, run, skip, succeeded, user_folder

PACKET = struct.Struct('iiIIQIIIII256s4x')  # struct autofs_v5_packet (linux/auto_fs.h)
READY, FAIL = 0x9360, 0x9361                # AUTOFS_IOC_READY, AUTOFS_IOC_FAIL
SERVED = 'a file system that was mounted on demand\n'


def prepare():
    with open('/proc/filesystems', encoding='ascii') as file:
        if 'autofs' not in file.read().split():
            skip('autofs (CONFIG_AUTOFS_FS)')


class Automounter:
    """autofs at a folder. serves: the names (of a direct one: the folder itself) that are mounted on demand, and what."""

    def __init__(self, root, serves, direct=False):
        self.root, self.serves, self.direct = root, serves, direct
        self.asked, self.mounted = [], []

    def __enter__(self):
        self.reader, writer = os.pipe()
        options = f'fd={writer},pgrp={os.getpgrp()},minproto=5,maxproto=5,' + ('direct' if self.direct else 'indirect')
        subprocess.run(['mount', '-i', '-t', 'autofs', '-o', options, 'test', self.root], check=True, pass_fds=(writer,))
        os.close(writer)
        self.fd = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        self.thread = threading.Thread(target=self.answer, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        for path in reversed(self.mounted):
            subprocess.run(['umount', '-l', path], check=True)
        os.close(self.fd)
        subprocess.run(['umount', '-l', self.root], check=True)
        self.thread.join(10)
        os.close(self.reader)

    def answer(self):
        while True:
            packet = os.read(self.reader, PACKET.size)
            if len(packet) < PACKET.size:
                return
            fields = PACKET.unpack(packet)
            token, name = fields[2], fields[10][:fields[9]].decode()
            self.asked.append('' if self.direct else name)
            known = self.direct or name in self.serves
            if known:
                self.mount('' if self.direct else name)
            fcntl.ioctl(self.fd, READY if known else FAIL, token)

    def mount(self, name):
        path = os.path.join(self.root, name) if name else self.root
        if name:
            os.makedirs(path, exist_ok=True)
        subprocess.run(['mount', '--bind', self.serves[name], path], check=True)
        self.mounted.append(path)


def served_folder(mode, name):
    folder = user_folder(mode, name)
    with open(folder + '/file', 'w', encoding='ascii') as file:
        file.write(SERVED)
    os.chown(folder + '/file', mode.entry.pw_uid, mode.entry.pw_gid)
    return folder


LOOK = '''
import errno, json, os, sys
def attempt(function, *words):
    try:
        function(*words)
        return 'ok'
    except OSError as failed:
        return errno.errorcode[failed.errno]
root, answers = sys.argv[1], {}
answers['list'] = sorted(os.listdir(root))
answers['file'] = open(root + '/there/file').read() if 'there' in answers['list'] else None
answers['stat'] = attempt(os.stat, root + '/job-1/')
answers['open'] = attempt(os.open, root + '/job-2/file', os.O_RDONLY)
answers['enter'] = attempt(os.chdir, root + '/job-3')
answers['make'] = attempt(os.mkdir, root + '/job-4') if os.getuid() else 'EACCES'
answers['by another way'] = attempt(os.stat, '/proc/self/root' + root + '/job-5/file')
print(json.dumps(answers))
'''


def outside(*command):
    """A process that is none of the automounter's."""
    subprocess.run(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=20)


def looks(mode, automounter, wanted, **more):
    """The job sees what was mounted and asks for nothing."""
    before = list(automounter.asked)
    got = report(python(mode, LOOK, automounter.root, **more))
    equal(got['list'], wanted)
    equal(got['file'], SERVED if 'there' in wanted else None)
    for way in ('stat', 'open', 'enter', 'by another way'):
        equal(got[way], 'ENOENT', way)
    equal(got['make'], 'EACCES')
    equal([name for name in automounter.asked[len(before):] if name.startswith('job')], [], 'asked for by the job')


def indirect(mode):
    served = served_folder(mode, 'served')
    root = tempfile.mkdtemp(prefix='vpcjail-automount.', dir='/var/lib')
    os.chmod(root, 0o755)
    try:
        with Automounter(root, {'there': served}) as automounter:
            # Positive control: outside, and in a mount namespace that is no more than a copy, a look asks.
            outside('stat', root + '/control-1/')
            outside('unshare', '-m', '--propagation', 'private', 'stat', root + '/control-2/')
            equal(automounter.asked, ['control-1', 'control-2'])
            looks(mode, automounter, [])
            outside('stat', root + '/there/')
            equal(automounter.mounted, [root + '/there'])
            looks(mode, automounter, ['there'])
            # The launch has changed nothing outside.
            outside('stat', root + '/control-3/')
            equal(automounter.asked[-1], 'control-3')
    finally:
        os.rmdir(root)


def shared(mode):
    """What is shared is mounted by the launcher; an automount inside a share is covered there, too."""
    served = served_folder(mode, 'served')
    parent = user_folder(mode, 'parent')
    root = parent + '/root'
    os.makedirs(root, exist_ok=True)
    with Automounter(root, {'there': served}) as automounter:
        looks(mode, automounter, [], options=['--share', parent], cwd='/')
        done = run(mode, ['cat', root + '/there/file'], options=['--share', root + '/there'], cwd='/')
        equal(succeeded(done).stdout, SERVED)
        equal(automounter.asked, ['there'])
        looks(mode, automounter, ['there'], options=['--share', parent], cwd='/')


def home(mode):
    """A home that is mounted on demand, as from a file server, is mounted by the launch and there in the job."""
    real = mode.entry.pw_dir
    aside = user_folder(mode, 'aside')
    subprocess.run(['mount', '--bind', real, aside], check=True)
    subprocess.run(['mount', '--make-private', aside], check=True)
    try:
        with open(aside + '/vpcjail-automount-test', 'w', encoding='ascii') as file:
            file.write(SERVED)
        with Automounter(real, {'': aside}, direct=True) as automounter:
            done = run(mode, ['sh', '-c', f'cat {real}/vpcjail-automount-test'], cwd='/', environment={'HOME': real})
            equal(succeeded(done).stdout, SERVED)
            check(automounter.asked, 'nobody asked for the home')
    finally:
        os.unlink(aside + '/vpcjail-automount-test')
        subprocess.run(['umount', aside], check=True)


def direct_and_not_mounted(mode):
    """A direct automount that nobody needs stays unmounted, and is an empty folder inside."""
    served = served_folder(mode, 'served')
    root = tempfile.mkdtemp(prefix='vpcjail-automount.', dir='/var/lib')
    os.chmod(root, 0o755)
    try:
        with Automounter(root, {'': served}, direct=True) as automounter:
            got = succeeded(run(mode, ['ls', '-A', root], cwd='/'))
            equal((got.stdout, automounter.asked), ('', []), got.stderr)
            outside('ls', root)
            equal(automounter.asked, [''], 'positive control')
            equal(succeeded(run(mode, ['cat', root + '/file'], cwd='/')).stdout, SERVED, 'mounted before')
    finally:
        os.rmdir(root)


def direct_and_shared(mode):
    """Resolving a path that ends at a direct automount does not mount it; the launch does."""
    served = served_folder(mode, 'served')
    root = user_folder(mode, 'direct')
    with Automounter(root, {'': served}, direct=True) as automounter:
        outside('realpath', root)
        equal(automounter.asked, [])
        equal(succeeded(run(mode, ['cat', root + '/file'], options=['--share', root], cwd='/')).stdout, SERVED)
        equal(automounter.asked, [''])


main([indirect, shared, home, direct_and_not_mounted, direct_and_shared], prepare=prepare)

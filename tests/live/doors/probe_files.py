# SPDX-License-Identifier: GPL-2.0-or-later
"""Doors: files of the kernel, and devices. What is the whole machine's is opened and not written."""
import ctypes
import errno
import os
import platform
import resource
import socket
import stat
import subprocess
import threading
import time

from core_pattern import Borrowed
from door import LIBC, Absent, Blocked, Door, syscall

ZERO = os.makedev(1, 5)
CALLS = {'x86_64': {'add_key': 248, 'keyctl': 250, 'setrlimit': 160}, 'aarch64': {'add_key': 217, 'keyctl': 219, 'setrlimit': 164}}


def _first_opened(paths, flags):
    """Opens what can be opened; raises the last error when nothing can."""
    last = FileNotFoundError(errno.ENOENT, 'none of ' + ' '.join(paths)[:200])
    went = []
    for path in paths:
        try:
            os.close(os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY))
            went.append(path)
        except OSError as error:
            last = error
    if not went:
        raise last
    return ' '.join(went)


def _mounted(world, kind, path, *options):
    """A file system for the time of the launch, in the mount namespace of the test."""
    with open('/proc/filesystems', encoding='ascii') as file:
        if kind not in file.read().split():
            raise Absent('the file system ' + kind)
    if not os.path.isdir(path):
        raise Absent(path)
    with open('/proc/self/mountinfo', encoding='ascii', errors='replace') as file:
        if any(line.split()[4] == path and f' - {kind} ' in line for line in file):
            return  # the host's own
    subprocess.run(['mount', '-t', kind, *options, 'door', path], check=True)
    world.undo(LIBC.umount2, path.encode(), 2)


class switch_network(Door):
    """Writes back what is there, in the network of the test."""

    def inside(self, found):
        for path in ('/proc/sys/net/ipv4/ip_default_ttl', '/proc/sys/net/ipv4/conf/all/rp_filter'):
            with open(path, 'r+', encoding='ascii') as file:
                value = file.read()
                file.seek(0)
                file.write(value)


class switch_kernel(Door):
    def inside(self, found):
        return _first_opened(['/proc/sys/kernel/core_pattern', '/proc/sys/kernel/hostname', '/proc/sys/kernel/modprobe',
                              '/proc/sys/fs/suid_dumpable', '/proc/sys/vm/drop_caches', '/proc/sys/kernel/panic'], os.O_WRONLY)


class switch_sysrq(Door):
    def outside(self, world):
        if not os.path.exists('/proc/sysrq-trigger'):
            raise Absent('/proc/sysrq-trigger')
        return {}

    def inside(self, found):
        return _first_opened(['/proc/sysrq-trigger'], os.O_WRONLY)


class switch_other(Door):
    """Any other file of /proc that can be written."""

    def inside(self, found):
        # Writing to a file of pressure asks to be woken, and changes nothing for anybody else.
        skipped = ('sys', 'self', 'thread-self', 'sysrq-trigger', 'pressure')
        writable = []
        for top in os.listdir('/proc'):
            if top.isdigit() or top in skipped:
                continue
            path = os.path.join('/proc', top)
            below = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names] if os.path.isdir(path) else [path]
            writable += [name for name in below if not os.path.islink(name) and os.access(name, os.W_OK)]
        return _first_opened(writable[:20], os.O_WRONLY)


class proc_keys(Door):
    """A key of the job's user, in a keyring outside: its description is the token."""

    def outside(self, world):
        if platform.machine() not in CALLS:
            raise Absent('numbers of system calls of ' + platform.machine())
        calls = CALLS[platform.machine()]
        ring = ctypes.c_long(-2)  # the process's own keyring
        key = syscall(calls['add_key'], b'user', world.token.encode(), b'x', 1, ring)
        world.undo(lambda: syscall(calls['keyctl'], 9, key, ring))   # KEYCTL_UNLINK
        syscall(calls['keyctl'], 5, key, 0x3f3f3f3f)                 # KEYCTL_SETPERM
        syscall(calls['keyctl'], 4, key, world.entry.pw_uid, world.entry.pw_gid)
        return {'token': world.token}

    def inside(self, found):
        with open('/proc/keys', encoding='ascii', errors='replace') as file:
            if found['token'] not in file.read():
                raise Blocked('not in /proc/keys')


class proc_kernel_memory(Door):
    def inside(self, found):
        return _first_opened(['/proc/kcore', '/proc/kmsg'], os.O_RDONLY)


class sys_links(Door):
    def outside(self, world):
        names = sorted(set(os.listdir('/sys/class/net')) - {'lo'})
        if not names:
            raise Absent('a network link but lo')
        return {'names': names}

    def inside(self, found):
        seen = sorted(set(os.listdir('/sys/class/net')) & set(found['names']))
        if not seen:
            raise Blocked('none of ' + ' '.join(found['names']))
        return ' '.join(seen)


class sys_write(Door):
    def inside(self, found):
        return _first_opened(['/sys/kernel/mm/transparent_hugepage/enabled', '/sys/kernel/profiling', '/sys/power/state',
                              '/sys/class/net/lo/mtu', '/sys/kernel/rcu_expedited', '/sys/kernel/uevent_helper'], os.O_WRONLY)


class sys_mounts(Door):
    """What is mounted below /sys, which a new one does not have: here a file system in which everybody may leave a name."""

    def outside(self, world):
        _mounted(world, 'bpf', '/sys/fs/bpf', '-o', 'mode=1777')
        return {'path': '/sys/fs/bpf/door-' + world.token}

    def inside(self, found):
        os.mkdir(found['path'])

    def crossed(self, world, found):
        return os.path.isdir(found['path'])


class sys_tracing(Door):
    def outside(self, world):
        _mounted(world, 'tracefs', '/sys/kernel/tracing')
        return {}

    def inside(self, found):
        return _first_opened(['/sys/kernel/tracing/trace_marker', '/sys/kernel/tracing/tracing_on'], os.O_WRONLY)


class cgroup_write(Door):
    def outside(self, world):
        _mounted(world, 'cgroup2', '/sys/fs/cgroup')
        return {}

    def inside(self, found):
        paths = []
        for folder, _, names in os.walk('/sys/fs/cgroup'):
            paths += [os.path.join(folder, name) for name in names if name in ('cgroup.procs', 'cgroup.subtree_control', 'memory.max')]
        return _first_opened(paths[:50], os.O_WRONLY)


class device_kernel_log(Door):
    def inside(self, found):
        try:
            return _first_opened(['/dev/kmsg'], os.O_WRONLY)
        except OSError:
            return _first_opened(['/dev/kmsg'], os.O_RDONLY)


class device_tunnel(Door):
    def outside(self, world):
        if not os.path.exists('/dev/net/tun'):
            raise Absent('/dev/net/tun')
        return {}

    def inside(self, found):
        return _first_opened(['/dev/net/tun'], os.O_RDWR)


class device_other(Door):
    """Whatever is in /dev beside the harmless nodes. Only such as do nothing by being opened are opened."""
    harmless = {'null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx', 'pts/ptmx'}
    opened = ('fuse', 'kvm', 'vsock', 'vhost-net', 'vhost-vsock', 'btrfs-control', 'loop-control', 'loop0', 'vda', 'sda', 'mem', 'autofs',
              'vga_arbiter', 'userfaultfd', 'hpet', 'hwrng', 'nvram', 'uinput', 'uhid', 'snapshot', 'cuse', 'vcs', 'tty0', 'zram0')

    def inside(self, found):
        went, last = [], FileNotFoundError(errno.ENOENT, 'no other device')
        for folder, _, names in os.walk('/dev'):
            for path in (os.path.join(folder, name) for name in names):
                short = path[len('/dev/'):]
                if short in self.harmless or short.startswith(('pts/', 'dri/', 'nvidia', 'kfd')):
                    continue
                status = os.lstat(path)
                if not stat.S_ISCHR(status.st_mode) and not stat.S_ISBLK(status.st_mode):
                    continue
                try:
                    if short in self.opened:
                        _first_opened([path], os.O_RDONLY)
                    elif not os.access(path, os.R_OK) or os.statvfs(path).f_flag & 4:  # ST_NODEV
                        raise PermissionError(errno.EACCES, path)
                    went.append(short)
                except OSError as error:
                    last = error
        if not went:
            raise last
        return ' '.join(went)


class device_terminal(Door):
    """A terminal of somebody outside, of the job's user: what is written there is shown to that user."""

    def outside(self, world):
        self.master, slave = os.openpty()
        path = os.ttyname(slave)
        world.own(path)
        world.undo(os.close, self.master)
        world.undo(os.close, slave)
        os.set_blocking(self.master, False)
        return {'path': path, 'token': world.token}

    def inside(self, found):
        fd = os.open(found['path'], os.O_RDWR | os.O_NOCTTY)
        os.write(fd, found['token'].encode())

    def crossed(self, world, found):
        try:
            return world.token.encode() in os.read(self.master, 1000)
        except BlockingIOError:
            return False


class _Nodes(Door):
    """Nodes that this machine may lack: in the test's own /dev they stand for such, and give zeroes."""
    nodes = ()

    def outside(self, world):
        for path in self.nodes:
            folder = os.path.dirname(path)
            if not os.path.isdir(folder):
                os.mkdir(folder, 0o755)
                world.undo(os.rmdir, folder)
            os.mknod(path, 0o666 | stat.S_IFCHR, ZERO)
            os.chmod(path, 0o666)
            world.undo(os.unlink, path)
        return {}

    def inside(self, found):
        went = []
        for path in self.nodes:
            try:
                fd = os.open(path, os.O_RDWR)
                if os.read(fd, 16) == bytes(16):
                    went.append(path)
            except OSError as error:
                last = error
        if not went:
            raise last
        return ' '.join(went)


class device_rdma(_Nodes):
    nodes = ('/dev/infiniband/uverbs0', '/dev/infiniband/rdma_cm', '/dev/infiniband/umad0', '/dev/infiniband/issm0')


class device_imex(_Nodes):
    nodes = ('/dev/nvidia-caps-imex-channels/channel0', '/dev/nvidia-caps-imex-channels/channel1')


class device_elsewhere(Door):
    """A device node that somebody has made outside /dev: in a container's file tree, in a home."""

    def outside(self, world):
        path = os.path.join(world.folder_in(world.home), 'node')
        os.mknod(path, 0o666 | stat.S_IFCHR, ZERO)
        os.chmod(path, 0o666)
        world.own(path)
        return {'path': path}

    def inside(self, found):
        if os.read(os.open(found['path'], os.O_RDONLY), 16) != bytes(16):
            raise Blocked('no zeroes')


class device_mps(Door):
    """The control pipe of an MPS daemon."""

    def outside(self, world):
        path = os.path.join(world.folder_in('/tmp'), 'control')
        os.mkfifo(path)
        world.own(path)
        self.pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        world.undo(os.close, self.pipe)
        world.environment['CUDA_MPS_PIPE_DIRECTORY'] = os.path.dirname(path)
        return {'path': path, 'token': world.token}

    def inside(self, found):
        fd = os.open(found['path'], os.O_WRONLY | os.O_NONBLOCK)
        os.write(fd, found['token'].encode())

    def crossed(self, world, found):
        try:
            return os.read(self.pipe, 100) == world.token.encode()
        except BlockingIOError:
            return False


class _Crash(Door):
    """A program of the job crashes, with the token in its memory."""
    alone = True

    def before(self):
        """In the program that will crash."""

    def inside(self, found):
        memory = ctypes.create_string_buffer(('core-' + found['token'][::-1]).encode())  # not in what the launcher was told
        pid = os.fork()
        if pid == 0:
            self.before()
            os.kill(os.getpid(), 11)
            os._exit(1)
        status = os.waitpid(pid, 0)[1]
        del memory
        if not os.WIFSIGNALED(status):
            raise OSError(errno.EINVAL, f'it did not crash: {status}')
        if not os.WCOREDUMP(status):
            raise Blocked('no dump was made')


def _wanted(token):
    return ('core-' + token[::-1]).encode()


class core_helper(_Crash):
    def outside(self, world):
        self.result = os.path.join(world.folder_in('/tmp'), 'core')  # the kernel splits the pattern at spaces
        helper = self.result + '.sh'
        with open(helper, 'w', encoding='ascii') as file:
            file.write(f'#!/bin/sh\n/usr/bin/grep -a -o -m1 {_wanted(world.token).decode()} - > {self.result}\n')
        os.chmod(helper, 0o755)
        world.undo(Borrowed('|' + helper).give_back)
        return {'token': world.token}

    def crossed(self, world, found):
        end = time.monotonic() + 0.7
        while time.monotonic() < end:
            if os.path.exists(self.result):
                with open(self.result, 'rb') as file:
                    if _wanted(world.token) in file.read():
                        return True
            time.sleep(0.02)
        return False


class core_limit(core_helper):
    def before(self):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        limit = (ctypes.c_ulong * 2)(0, 0)
        syscall(CALLS[platform.machine()]['setrlimit'], resource.RLIMIT_CORE, limit)


class core_socket(_Crash):
    refused = True  # nothing inside could stop it

    def outside(self, world):
        if tuple(int(part) for part in platform.release().split('-')[0].split('.')[:2]) < (6, 16):
            raise Absent('core dumps to a socket')  # an older one takes the pattern for a file's name
        path = os.path.join(world.folder_in('/tmp'), 'core.socket')
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(8)
        world.undo(listener.close)
        self.arrived = threading.Event()
        threading.Thread(target=self.serve, args=(listener, _wanted(world.token)), daemon=True).start()
        try:
            world.undo(Borrowed('@' + path).give_back)
        except OSError as error:
            raise Absent('core dumps to a socket: ' + str(error)) from error
        return {'token': world.token}

    def serve(self, listener, wanted):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            tail = b''
            with connection:
                while data := connection.recv(1 << 20):
                    if wanted in tail + data:
                        self.arrived.set()
                    tail = data[-100:]

    def crossed(self, world, found):
        return self.arrived.wait(0.7)

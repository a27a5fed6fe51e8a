# SPDX-License-Identifier: GPL-2.0-or-later
"""Doors: system calls that reach past namespaces. Where a call would change the host, its arguments are wrong on purpose
in a way that the kernel looks at only after it has asked for the right to call at all."""
import ctypes
import errno
import fcntl
import mmap
import os
import secrets
import signal
import socket
import struct
import subprocess

from door import Absent, Blocked, Door, syscall
from syscalls import call, need

NOWHERE = b'/nonexistent-door'
HIGH = 1 << 32
NEW_USER, NEW_NETWORK, NEW_MOUNTS, NEW_TIME = 0x10000000, 0x40000000, 0x20000, 0x80
MS_REC, MS_PRIVATE, MNT_DETACH = 0x4000, 1 << 18, 2
AT_FDCWD, OPEN_TREE_CLONE, MOVE_EMPTY_PATH, FSCONFIG_CMD_CREATE = -100, 1, 4, 6
NETFILTER = 12  # a netlink protocol that every kernel has, and that the filter denies
TIOCSTI, TIOCSETD, NS_GET_USERNS = 0x5412, 0x5423, 0xb701
SQPOLL, OP_SOCKET, RING_ENTRIES, RING_SQES = 2, 45, 4, 0x10000000
X32, GETPID = 0x40000000, 39


def value_of(path):
    with open(path, encoding='ascii') as file:
        return file.read().strip()


# --- io_uring

def ring(flags=0):
    """A new ring: its descriptor and the kernel's parameters."""
    parameters = bytearray(120)
    struct.pack_into('=I', parameters, 8, flags)
    buffer = (ctypes.c_char * 120).from_buffer(parameters)
    return call('io_uring_setup', RING_ENTRIES, buffer), parameters


def ring_makes_socket(family, kind, protocol):
    fd, parameters = ring()
    head = struct.unpack_from('=10I', parameters, 40)   # head, tail, mask, entries, flags, dropped, array, …
    done = struct.unpack_from('=10I', parameters, 80)   # head, tail, mask, entries, overflow, events, …
    with mmap.mmap(fd, 4096) as words, mmap.mmap(fd, 64 * RING_ENTRIES, offset=RING_SQES) as entries:
        # opcode, flags, priority, fd: the family; offset: the kind; address; length: the protocol
        entries[:28] = struct.pack('=BBHiQQI', OP_SOCKET, 0, 0, family, kind, 0, protocol)
        struct.pack_into('=I', words, head[6], 0)
        struct.pack_into('=I', words, head[1], 1)
        call('io_uring_enter', fd, 1, 1, 1, None, 0)
        result = struct.unpack_from('=i', words, done[5] + 8)[0]
    os.close(fd)
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    os.close(result)


class ring_setup(Door):
    """Where the host keeps rings for root or for nobody, there is nothing to try."""

    def make(self):
        os.close(ring()[0])

    def outside(self, world):
        switch = '/proc/sys/kernel/io_uring_disabled'
        if os.path.exists(switch) and value_of(switch) != '0':
            raise Absent('io_uring for everybody: ' + switch)
        need('io_uring', self.make)
        return {}

    def inside(self, found):
        self.make()


class ring_polled(ring_setup):
    def make(self):
        os.close(ring(SQPOLL)[0])


class ring_socket(ring_setup):
    def make(self):
        ring_makes_socket(socket.AF_NETLINK, socket.SOCK_RAW, NETFILTER)

    def outside(self, world):
        try:
            return super().outside(world)
        except OSError as error:
            if error.errno == errno.EINVAL:  # before Linux 5.19
                raise Absent('sockets by io_uring') from error
            raise


# --- other system call interfaces

def run_code(code, arguments=b''):
    """Runs x86_64 machine code whose {address} is where the arguments lie, below 4 GiB; gives back its int."""
    with mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40,  # MAP_32BIT
                   mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC) as page:
        start = ctypes.addressof(ctypes.c_char.from_buffer(page))
        page[2048:2048 + len(arguments)] = arguments
        code = code.replace(b'ADDR', struct.pack('<I', start + 2048))
        page[:len(code)] = code
        result = ctypes.CFUNCTYPE(ctypes.c_int)(start)()
        if result < 0:
            raise OSError(-result, os.strerror(-result))
        return result


def in_child(function):
    """Whether it ends well, in a process that may be killed by it."""
    pid = os.fork()
    if pid == 0:
        try:
            function()
            os._exit(0)
        except BaseException:  # pylint: disable=broad-except
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


class abi_i386(Door):
    what = '32-bit system calls'

    @staticmethod
    def act():
        run_code(b'\xb8\x14\0\0\0\xcd\x80\xc3')  # mov $20 (getpid), %eax; int $0x80; ret

    def outside(self, world):
        if os.uname().machine != 'x86_64' or not in_child(self.act):
            raise Absent(self.what)
        return {}

    def inside(self, found):
        self.act()


class abi_socketcall(abi_i386):
    @staticmethod
    def act():
        # push %rbx; mov $102 (socketcall), %eax; mov $1 (socket), %ebx; mov $ADDR, %ecx; int $0x80; pop %rbx; ret
        run_code(b'\x53\xb8\x66\0\0\0\xbb\x01\0\0\0\xb9ADDR\xcd\x80\x5b\xc3',
                 struct.pack('<III', socket.AF_NETLINK, socket.SOCK_RAW, NETFILTER))


class abi_x32(abi_i386):
    what = 'system calls of x32'

    @staticmethod
    def act():
        syscall(X32 | GETPID)


class abi_high_bits(Door):
    def inside(self, found):
        os.close(call('socket', HIGH | socket.AF_NETLINK, socket.SOCK_RAW, HIGH | NETFILTER))


def own_terminal():
    """A new session with a pseudo-terminal of its own: its slave."""
    os.setsid()
    _, slave = os.openpty()
    return os.open(os.ttyname(slave), os.O_RDWR)


class abi_high_bits_terminal(Door):
    def outside(self, world):
        switch = '/proc/sys/dev/tty/legacy_tiocsti'
        if os.path.exists(switch) and value_of(switch) == '0':
            raise Absent('TIOCSTI: ' + switch)
        return {}

    def inside(self, found):
        call('ioctl', own_terminal(), HIGH | TIOCSTI, b'x')


class call_line_discipline(Door):
    def inside(self, found):
        fcntl.ioctl(own_terminal(), TIOCSETD, struct.pack('=i', 0))


class call_younger(Door):
    """file_getattr of Linux 6.17, which the filter's table does not know."""

    @staticmethod
    def act():
        call('file_getattr', AT_FDCWD, b'.', ctypes.create_string_buffer(24), 24, 0, answers=(errno.EOPNOTSUPP, errno.ENOTTY))

    def outside(self, world):
        need('file_getattr', self.act)
        return {}

    def inside(self, found):
        self.act()


# --- namespaces

class call_user_namespace(Door):
    def inside(self, found):
        call('unshare', NEW_USER)


class _Cloned(Door):
    def clone(self):
        raise NotImplementedError

    def inside(self, found):
        pid = self.clone()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)


class call_clone(_Cloned):
    def clone(self):
        return call('clone', NEW_USER | signal.SIGCHLD, 0, 0, 0, 0)


class call_clone3(_Cloned):
    def clone(self):
        return call('clone3', struct.pack('=8Q', NEW_USER, 0, 0, 0, signal.SIGCHLD, 0, 0, 0), 64)


class call_network_namespace(Door):
    def inside(self, found):
        call('unshare', NEW_NETWORK)


class call_time_namespace(Door):
    def outside(self, world):
        if not os.path.exists('/proc/self/ns/time'):
            raise Absent('time namespaces')
        return {}

    def inside(self, found):
        call('unshare', NEW_TIME)


class call_setns(Door):
    def inside(self, found):
        call('setns', os.open('/proc/self/ns/uts', os.O_RDONLY), 0)


class call_namespace_owner(Door):
    def inside(self, found):
        call('ioctl', os.open('/proc/self/ns/uts', os.O_RDONLY), NS_GET_USERNS, 0)


# --- mounts

class _Mounting(Door):
    """In a mount namespace of its own where the launcher allows one; where not, the call itself must be refused."""

    def outside(self, world):
        return {'folder': world.folder_in(world.folder)}

    def act(self, folder):
        raise NotImplementedError

    def inside(self, found):
        try:
            call('unshare', NEW_MOUNTS)
            call('mount', b'none', b'/', None, MS_REC | MS_PRIVATE, None)
        except OSError:
            pass
        self.act(found['folder'].encode())


class call_mount(_Mounting):
    def act(self, folder):
        call('mount', b'none', folder, b'tmpfs', 0, None)
        call('umount2', folder, MNT_DETACH)


class call_fsopen(_Mounting):
    def act(self, folder):
        context = call('fsopen', b'tmpfs', 0)
        call('fsconfig', context, FSCONFIG_CMD_CREATE, None, None, 0)
        call('fsmount', context, 0, 0)


class call_open_tree(_Mounting):
    def act(self, folder):
        call('open_tree', AT_FDCWD, folder, OPEN_TREE_CLONE)


class call_move_mount(_Mounting):
    def act(self, folder):
        call('move_mount', -1, b'', -1, b'', MOVE_EMPTY_PATH, answers=(errno.EBADF, errno.ENOENT))


class call_mount_setattr(_Mounting):
    def act(self, folder):
        call('mount_setattr', AT_FDCWD, folder, 0, struct.pack('=4Q', 0, 0, 0, 0), 32)


class call_pivot_root(_Mounting):
    def act(self, folder):
        call('pivot_root', NOWHERE, NOWHERE, answers=(errno.ENOENT,))


class call_chroot(_Mounting):
    def act(self, folder):
        call('chroot', folder)


class call_unmount(Door):
    """What a mount hides: the file below it."""

    def outside(self, world):
        folder = world.folder_in(world.folder)
        path = os.path.join(folder, 'below')
        with open(path, 'w', encoding='ascii') as file:
            file.write(world.token)
        world.own(path)
        subprocess.run(['mount', '-t', 'tmpfs', 'cover', folder], check=True)
        world.undo(subprocess.run, ['umount', '-q', folder])
        return {'folder': folder, 'path': path, 'token': world.token}

    def inside(self, found):
        folder = found['folder'].encode()
        try:
            call('umount2', folder, MNT_DETACH)
        except OSError:
            call('unshare', NEW_MOUNTS)
            call('umount2', folder, MNT_DETACH)
        if value_of(found['path']) != found['token']:
            raise Blocked('something else lies there')


def handle_of(path):
    """The file's number: its type and bytes, as the kernel gives them."""
    handle, mount = ctypes.create_string_buffer(struct.pack('=Ii', 128, 0), 8 + 128), ctypes.c_int()
    call('name_to_handle_at', AT_FDCWD, path.encode(), handle, ctypes.byref(mount), 0)
    return handle.raw[:8 + struct.unpack_from('=I', handle)[0]]


class call_file_handle(Door):
    """A file in the /tmp outside, opened by its number through the working directory's file system."""

    def outside(self, world):
        path = world.file_in('/tmp', 'door-' + secrets.token_hex(4), world.token, 0o600)
        if os.stat(path).st_dev != os.stat(world.folder).st_dev:
            raise Absent('a working directory on the file system of /tmp')
        return {'handle': need('file handles', handle_of, path).hex(), 'token': world.token}

    def inside(self, found):
        fd = call('open_by_handle_at', os.open('.', os.O_RDONLY), bytes.fromhex(found['handle']), os.O_RDONLY)
        if os.read(fd, 100).decode() != found['token']:
            raise Blocked('another file')


class call_handle_name(Door):
    def outside(self, world):
        need('file handles', handle_of, world.folder)
        return {}

    def inside(self, found):
        handle_of('.')


# --- programs and probes in the kernel

class call_bpf(Door):
    """A map; where only root may make one, an object by a path that does not exist."""
    MAP_CREATE, OBJ_GET, ARRAY = 0, 7, 2

    def inside(self, found):
        try:
            call('bpf', self.MAP_CREATE, struct.pack('=4I', self.ARRAY, 4, 4, 1), 16)
        except PermissionError:
            path = ctypes.create_string_buffer(NOWHERE)
            call('bpf', self.OBJ_GET, struct.pack('=QII', ctypes.addressof(path), 0, 0), 16, answers=(errno.ENOENT,))

    def outside(self, world):
        need('bpf', self.inside, {})
        return {}


class call_perf(Door):
    def outside(self, world):
        switch = '/proc/sys/kernel/perf_event_paranoid'
        if not os.path.exists(switch) or int(value_of(switch)) > 2:
            raise Absent('events for everybody: ' + switch)
        return {}

    def inside(self, found):
        # The processor's clock of this process, without the kernel's part: type, size, event, …; flags in the fifth word.
        attributes = struct.pack('=IIQQQQQ', 1, 64, 0, 0, 0, 0, 1 | 1 << 5 | 1 << 6) + bytes(16)
        call('perf_event_open', attributes, 0, -1, -1, 0)


class call_userfaultfd(Door):
    def outside(self, world):
        os.close(need('userfaultfd', call, 'userfaultfd', 0))
        return {}

    def inside(self, found):
        call('userfaultfd', 0)


class _Refused(Door):
    """A call that comes to nothing: it is through when the kernel answers anything but that it is not permitted."""

    def act(self):
        raise NotImplementedError

    def outside(self, world):
        need(type(self).__name__[len('call_'):], self.act)
        return {}

    def inside(self, found):
        self.act()


class call_module(_Refused):
    def act(self):
        call('init_module', None, 0, None, answers=(errno.ENOEXEC, errno.EFAULT))


class call_kexec(_Refused):
    def act(self):
        call('kexec_load', 0, 1000, None, 0x8000, answers=(errno.EINVAL,))  # too many segments, a flag that is none


class call_reboot(_Refused):
    def act(self):
        call('reboot', 0, 0, 0, None, answers=(errno.EINVAL,))  # without the magic numbers


class call_clock(_Refused):
    def act(self):
        # ADJ_TICK, and a tick of 0 that no clock takes
        call('adjtimex', ctypes.create_string_buffer(struct.pack('=I', 0x4000), 256), answers=(errno.EINVAL,))


class call_accounting(_Refused):
    def act(self):
        call('acct', NOWHERE, answers=(errno.ENOENT,))


class call_swap(_Refused):
    def act(self):
        call('swapoff', NOWHERE, answers=(errno.ENOENT,))


class call_quota(_Refused):
    def act(self):
        call('quotactl', 0x800001 << 8, None, 0, None)  # Q_SYNC of every file system


class call_vhangup(Door):
    """Of a session without a terminal."""

    def inside(self, found):
        os.setsid()
        call('vhangup')


# --- what watches the host

class call_fanotify(_Refused):
    FAN_REPORT_FID = 0x200

    def act(self):
        os.close(call('fanotify_init', self.FAN_REPORT_FID, 0))


class call_fanotify_filesystem(Door):
    """Every new file of the file system: also what others make outside."""
    FAN_REPORT_FID, MARK_ADD_FILESYSTEM, FAN_CREATE = 0x200, 1 | 0x100, 0x100

    def mark(self):
        fd = call('fanotify_init', self.FAN_REPORT_FID, 0)
        call('fanotify_mark', fd, self.MARK_ADD_FILESYSTEM, self.FAN_CREATE, AT_FDCWD, b'.')
        os.close(fd)

    def outside(self, world):
        need('fanotify of this file system', self.mark)
        return {}

    def inside(self, found):
        self.mark()


class call_kernel_log(_Refused):
    def act(self):
        call('syslog', 8, None, 0, answers=(errno.EINVAL,))  # a console level that there is not


class call_kernel_log_read(Door):
    def outside(self, world):
        switch = '/proc/sys/kernel/dmesg_restrict'
        if os.path.exists(switch) and value_of(switch) != '0':
            raise Absent('the log for everybody: ' + switch)
        return {}

    def inside(self, found):
        call('syslog', 10, None, 0)  # its size, which goes by the same rule


class call_ports(_Refused):
    def act(self):
        call('ioperm', 0x80, 1, 1)
        call('ioperm', 0x80, 1, 0)


class call_descriptor_table(_Refused):
    def act(self):
        call('modify_ldt', 0, ctypes.create_string_buffer(16), 16)


class call_personality(Door):
    def inside(self, found):
        call('personality', 0x0400000)  # READ_IMPLIES_EXEC, of this process


class call_device_node(Door):
    """In the home: the working directory lies in /tmp, which is bound with restrictions of its own."""

    def outside(self, world):
        return {'folder': world.folder_in(world.home)}

    def inside(self, found):
        path = os.path.join(found['folder'], 'zero')
        os.mknod(path, 0o020600, os.makedev(1, 5))
        with open(path, 'rb') as file:
            if file.read(4) != bytes(4):
                raise Blocked('no zeros')


# --- keys

class call_add_key(Door):
    def outside(self, world):
        need('keys', self.inside, {})  # of this process: gone with it
        return {}

    def inside(self, found):
        call('add_key', b'user', b'door', b'token', 5, -2)  # the keyring of this process


class call_request_key(_Refused):
    def act(self):
        call('request_key', b'user', b'door-that-is-not-there', None, 0, answers=(errno.ENOKEY,))

# SPDX-License-Identifier: GPL-2.0-or-later
"""Doors: other processes, and the namespaces that they live in."""
import ctypes
import os
import resource
import secrets
import select
import signal
import socket
import subprocess
import time

from door import LIBC, Absent, Blocked, Door, called, syscall
from probe_descriptors import PIDFD_GETFD, _Accepting, _Connected, connection, enter_network, send
from world import children

PTRACE_ATTACH, PTRACE_DETACH, PTRACE_POKEDATA = 16, 17, 5
CAPABILITY_VERSION_3 = 0x20080522
AT_SYMLINK_FOLLOW, NAMESPACES_ROOT = 0x400, -10003


def ended_by(process, number):
    """Whether the process is ended by a signal, right now or soon. Its launcher gives 128 more than the number."""
    try:
        return process.wait(0.1) in (-number, 128 + number)
    except subprocess.TimeoutExpired:
        return False


class process_list(Door):
    def outside(self, world):
        world.victim('import time; time.sleep(60)', world.token)
        return {'token': world.token}

    def inside(self, found):
        for name in os.listdir('/proc'):
            try:
                with open(f'/proc/{name}/cmdline', 'rb') as file:
                    if found['token'].encode() in file.read():
                        return
            except OSError:
                pass  # no process, or it has just ended
        raise Blocked('not in the list')


class process_signal(Door):
    def outside(self, world):
        self.victim = world.victim()
        return {'pid': self.victim.pid}

    def inside(self, found):
        os.kill(found['pid'], signal.SIGTERM)

    def crossed(self, world, found):
        return ended_by(self.victim, signal.SIGTERM)


class process_signal_descriptor(process_signal):
    def inside(self, found):
        signal.pidfd_send_signal(os.pidfd_open(found['pid']), signal.SIGTERM)


class process_other_jail(process_signal):
    def outside(self, world):
        self.victim, pid = world.neighbour()
        return {'pid': pid}


class _Memory(Door):
    """The victim has 16 bytes at a known address, and says in the end what they are."""
    CODE = '''
import ctypes
text = ctypes.create_string_buffer(17)
print(ctypes.addressof(text), flush=True)
sys.stdin.readline()
print(text.value.decode(), flush=True)
'''

    def outside(self, world):
        self.victim = world.victim(self.CODE)
        return {'pid': self.victim.pid, 'address': int(self.victim.stdout.readline()), 'token': world.token}

    def crossed(self, world, found):
        self.victim.stdin.write(b'\n')
        self.victim.stdin.flush()
        return self.victim.stdout.readline().decode().strip() == world.token


class process_trace(_Memory):
    def inside(self, found):
        def trace(request, address=0, data=0):
            called(LIBC.ptrace(request, found['pid'], ctypes.c_void_p(address), ctypes.c_void_p(data)))
        trace(PTRACE_ATTACH)
        os.waitpid(found['pid'], 0)
        for place in (0, 8):
            trace(PTRACE_POKEDATA, found['address'] + place, int.from_bytes(found['token'][place:place + 8].encode(), 'little'))
        trace(PTRACE_DETACH)


class Piece(ctypes.Structure):
    """struct iovec."""
    _fields_ = [('base', ctypes.c_void_p), ('length', ctypes.c_size_t)]


class process_memory(_Memory):
    def inside(self, found):
        text = ctypes.create_string_buffer(found['token'].encode())
        here, there = Piece(ctypes.addressof(text), 16), Piece(found['address'], 16)
        called(LIBC.process_vm_writev(found['pid'], ctypes.byref(here), ctypes.c_ulong(1), ctypes.byref(there), ctypes.c_ulong(1),
                                      ctypes.c_ulong(0)))


class process_memory_file(_Memory):
    def inside(self, found):
        with open(f'/proc/{found["pid"]}/mem', 'r+b', buffering=0) as file:
            file.seek(found['address'])
            file.write(found['token'].encode())


class _Folder(Door):
    """A folder outside that the job does not see by itself."""
    def outside(self, world):
        self.folder = world.folder_in('/tmp')
        return {'pid': world.victim(cwd=self.folder).pid, 'name': f'{self.folder}/{world.token}'}

    def crossed(self, world, found):
        return os.path.exists(found['name'])


class process_root(_Folder):
    def inside(self, found):
        os.close(os.open(f'/proc/{found["pid"]}/root/{found["name"]}', os.O_CREAT | os.O_WRONLY))


class process_working_directory(_Folder):
    def inside(self, found):
        os.close(os.open(f'/proc/{found["pid"]}/cwd/{os.path.basename(found["name"])}', os.O_CREAT | os.O_WRONLY))


class process_descriptors(Door):
    """The victim holds the end of a pipe."""
    def outside(self, world):
        self.reader, writer = os.pipe()
        os.set_blocking(self.reader, False)
        os.fchown(writer, world.entry.pw_uid, world.entry.pw_gid)
        victim = world.victim(pass_fds=[writer])
        os.close(writer)
        world.undo(os.close, self.reader)
        return {'pid': victim.pid, 'number': writer, 'token': world.token}

    def inside(self, found):
        send(os.open(f'/proc/{found["pid"]}/fd/{found["number"]}', os.O_WRONLY), found['token'])

    def crossed(self, world, found):
        try:
            return os.read(self.reader, 100) == world.token.encode()
        except BlockingIOError:
            return False


class process_descriptor_taken(_Connected):
    def outside(self, world):
        self.ours, theirs = connection()
        with theirs:
            return {'pid': world.victim(pass_fds=[theirs.fileno()]).pid, 'number': theirs.fileno(), 'token': world.token}

    def inside(self, found):
        send(syscall(PIDFD_GETFD, os.pidfd_open(found['pid']), found['number'], 0), found['token'])


class process_environment(Door):
    def outside(self, world):
        return {'pid': world.victim(env={'DOOR': world.token}).pid, 'token': world.token}

    def inside(self, found):
        with open(f'/proc/{found["pid"]}/environ', 'rb') as file:
            if b'DOOR=' + found['token'].encode() not in file.read():
                raise Blocked('without the variable')


class process_network_files(Door):
    """A server of the network outside is in the list of its connections."""
    def outside(self, world):
        server = socket.create_server(('127.0.0.1', 0))
        world.undo(server.close)
        return {'port': server.getsockname()[1], 'pid': world.victim().pid}

    def inside(self, found):
        with open(f'/proc/{found["pid"]}/net/tcp', encoding='ascii') as file:
            if f'0100007F:{found["port"]:04X} ' not in file.read():
                raise Blocked('without the server')


class process_limits(Door):
    LIMITS = (123, 456)

    def outside(self, world):
        return {'pid': world.victim().pid}

    def inside(self, found):
        resource.prlimit(found['pid'], resource.RLIMIT_NOFILE, self.LIMITS)

    def crossed(self, world, found):
        with open(f'/proc/{found["pid"]}/limits', encoding='ascii') as file:
            return next(line.split()[3:5] for line in file if line.startswith('Max open files')) == [str(n) for n in self.LIMITS]


class process_scheduling(Door):
    def outside(self, world):
        return {'pid': world.victim().pid}

    def inside(self, found):
        os.setpriority(os.PRIO_PROCESS, found['pid'], 7)
        os.sched_setaffinity(found['pid'], {min(os.sched_getaffinity(found['pid']))})

    def crossed(self, world, found):
        return os.getpriority(os.PRIO_PROCESS, found['pid']) == 7


class process_memory_killer(Door):
    """What the kernel kills first when memory runs out."""
    def outside(self, world):
        return {'pid': world.victim().pid}

    def inside(self, found):
        with open(f'/proc/{found["pid"]}/oom_score_adj', 'r+', encoding='ascii') as file:
            file.write('1000')

    def crossed(self, world, found):
        with open(f'/proc/{found["pid"]}/oom_score_adj', encoding='ascii') as file:
            return file.read().strip() == '1000'


class process_namespace(_Accepting):
    def outside(self, world):
        return {'port': self.server(world), 'pid': world.victim().pid, 'token': world.token}

    def inside(self, found):
        enter_network(os.open(f'/proc/{found["pid"]}/ns/net', os.O_RDONLY), found['port'], found['token'])


class process_namespace_descriptor(process_namespace):
    def inside(self, found):
        enter_network(os.pidfd_open(found['pid']), found['port'], found['token'])


class namespace_file(_Accepting):
    """As `ip netns add` makes it."""
    def outside(self, world):
        path = '/run/door-' + secrets.token_hex(4)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDONLY))
        world.undo(os.unlink, path)
        subprocess.run(['mount', '--bind', '/proc/self/ns/net', path], check=True)
        world.undo(subprocess.run, ['umount', path])
        return {'port': self.server(world), 'path': path, 'token': world.token}

    def inside(self, found):
        enter_network(os.open(found['path'], os.O_RDONLY), found['port'], found['token'])


class Handle(ctypes.Structure):
    """struct file_handle."""
    _fields_ = [('size', ctypes.c_uint), ('type', ctypes.c_int), ('bytes', ctypes.c_ubyte * 128)]


class namespace_handle(_Accepting):
    def outside(self, world):
        handle, mount = Handle(128), ctypes.c_int()
        try:
            called(LIBC.name_to_handle_at(-100, f'/proc/{os.getpid()}/ns/net'.encode(), ctypes.byref(handle), ctypes.byref(mount),
                                          AT_SYMLINK_FOLLOW))
        except OSError as error:
            raise Absent(f'numbers of namespaces: {error}') from error
        return {'port': self.server(world), 'type': handle.type, 'bytes': list(handle.bytes[:handle.size]), 'token': world.token}

    def inside(self, found):
        handle = Handle(len(found['bytes']), found['type'], tuple(found['bytes']))
        enter_network(called(LIBC.open_by_handle_at(NAMESPACES_ROOT, ctypes.byref(handle), os.O_RDONLY)), found['port'], found['token'])


class _Holder(Door):
    """The job ends what holds it. Outside says, when the job runs, which process that is."""
    alone = True
    answers = False
    SECONDS = 3

    def outside(self, world):
        self.name = f'{world.folder}/holder-{world.token}'
        self.tried = self.name + '-tried'
        for path in (self.name, self.tried):
            world.undo(lambda path=path: os.path.exists(path) and os.unlink(path))
        return {'name': self.name, 'tried': self.tried}

    def inside(self, found):
        end = time.monotonic() + self.SECONDS
        while not os.path.exists(found['name']) and time.monotonic() < end:
            time.sleep(0.01)
        with open(found['name'], encoding='ascii') as file:
            pid = int(file.read())
        with open(found['tried'], 'w', encoding='ascii') as file:
            file.write(str(pid))
        for number in (signal.SIGSTOP, signal.SIGKILL):
            os.kill(pid, number)

    def holder(self, world, process):
        """Its number as the job has it."""
        raise NotImplementedError

    def watch(self, world, found, process):
        with open(self.name + '-new', 'w', encoding='ascii') as file:
            file.write(str(self.holder(world, process)))
        os.rename(self.name + '-new', self.name)
        process.communicate(timeout=20)
        if not os.path.exists(self.tried):
            raise RuntimeError('the job did not try')
        self.ended = process.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
        world.sweep()

    def crossed(self, world, found):
        return self.ended


class process_supervisor(_Holder):
    def holder(self, world, process):
        return process.pid


class process_first(_Holder):
    """Process 1 of the jail; the launcher itself where it has none."""
    def holder(self, world, process):
        if not world.launcher.isolates:
            return process.pid
        for _ in range(200):
            first = children(process.pid)
            if first:
                with open(f'/proc/{first[0]}/status', encoding='ascii') as file:
                    return next(line.split()[-1] for line in file if line.startswith('NSpid:'))
            time.sleep(0.01)
        raise RuntimeError('no first process')


class _Group(Door):
    """A process outside is in the process group that the launcher was started in. The group is no number: the kernel
    knows the caller's own, in whatever namespace its members are."""
    alone = True
    QUIET = signal.SIGURG  # ignored by who does not wait for it

    def outside(self, world):
        self.entry = world.entry
        self.reader, self.writer = os.pipe()
        world.undo(os.close, self.reader)
        return {}

    def company(self):
        """In the child that is to become the launcher."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {self.QUIET})
        if os.fork():
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {self.QUIET})
            return
        try:
            os.closerange(0, self.writer)
            os.closerange(self.writer + 1, 1024)
            if os.getuid() == 0:
                os.setresgid(*[self.entry.pw_gid] * 3)
                os.setresuid(*[self.entry.pw_uid] * 3)
                called(LIBC.capset((ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()))  # none
            os.write(self.writer, f'{os.getpid()} '.encode())
            if signal.sigtimedwait({self.QUIET}, 10):
                os.write(self.writer, b'heard')
        finally:
            os._exit(0)

    def popen(self, world, found):
        return {'preexec_fn': self.company}

    def watch(self, world, found, process):
        os.close(self.writer)
        pid = int(os.read(self.reader, 100))
        process.communicate(timeout=20)
        self.touched = self.look(pid)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it heard the signal

    def look(self, pid):
        """Whether the job has reached the process."""
        raise NotImplementedError

    def crossed(self, world, found):
        return self.touched


class process_group(_Group):
    def inside(self, found):
        os.kill(0, self.QUIET)
        raise Blocked('outside knows')

    def look(self, pid):
        return bool(select.select([self.reader], [], [], 0.1)[0]) and os.read(self.reader, 100) == b'heard'


class process_group_scheduling(_Group):
    def inside(self, found):
        os.setpriority(os.PRIO_PGRP, 0, 7)
        raise Blocked('outside knows')

    def look(self, pid):
        return os.getpriority(os.PRIO_PROCESS, pid) == 7

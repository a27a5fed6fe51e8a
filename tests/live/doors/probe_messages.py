# SPDX-License-Identifier: GPL-2.0-or-later
"""Doors: messages between processes."""
import ctypes
import mmap
import os
import platform
import secrets
import socket
import struct
import subprocess

from door import LIBC, Absent, Blocked, Door, called, syscall

IPC_CREAT, IPC_RMID, IPC_NOWAIT, GETVAL, SETVAL = 0o1000, 0, 0o4000, 12, 16
CALLS = {'x86_64': {'add_key': 248, 'keyctl': 250}, 'aarch64': {'add_key': 217, 'keyctl': 219}}
JOIN_SESSION_KEYRING, UPDATE, SETPERM, LINK, UNLINK, SEARCH, READ = 1, 2, 5, 8, 9, 10, 11
PROCESS_KEYRING, SESSION_KEYRING, USER_KEYRING = -2, -3, -4
EVERY_RIGHT = 0x3f3f3f3f

LIBC.shmat.restype = ctypes.c_void_p


class Message(ctypes.Structure):
    """struct msgbuf of msgsnd(2)."""
    _fields_ = [('type', ctypes.c_long), ('text', ctypes.c_char * 16)]


class ipc_messages(Door):
    def outside(self, world):
        key = secrets.randbelow(1 << 30)
        queue = called(LIBC.msgget(key, IPC_CREAT | 0o666))
        world.undo(LIBC.msgctl, queue, IPC_RMID, None)
        return {'key': key, 'queue': queue, 'token': world.token}

    def inside(self, found):
        message = Message(1, found['token'].encode())
        queue = called(LIBC.msgget(found['key'], 0))
        called(LIBC.msgsnd(queue, ctypes.byref(message), 16, IPC_NOWAIT))

    def crossed(self, world, found):
        message = Message()
        got = LIBC.msgrcv(found['queue'], ctypes.byref(message), 16, 0, IPC_NOWAIT)
        return got == 16 and message.text == world.token.encode()


def _attached(segment):
    """Where the shared memory segment is attached."""
    address = LIBC.shmat(segment, None, 0)
    called(-1 if address in (None, ctypes.c_void_p(-1).value) else 0)
    return ctypes.c_void_p(address)


class ipc_memory(Door):
    def outside(self, world):
        key = secrets.randbelow(1 << 30)
        segment = called(LIBC.shmget(key, 4096, IPC_CREAT | 0o666))
        world.undo(LIBC.shmctl, segment, IPC_RMID, None)
        self.memory = _attached(segment)
        world.undo(LIBC.shmdt, self.memory)
        return {'key': key, 'token': world.token}

    def inside(self, found):
        ctypes.memmove(_attached(called(LIBC.shmget(found['key'], 0, 0))), found['token'].encode(), 16)

    def crossed(self, world, found):
        return ctypes.string_at(self.memory, 16) == world.token.encode()


class ipc_semaphores(Door):
    """A semaphore holds a number; a sequence of them is any message."""

    def outside(self, world):
        key = secrets.randbelow(1 << 30)
        semaphore = called(LIBC.semget(key, 1, IPC_CREAT | 0o666))
        world.undo(LIBC.semctl, semaphore, 0, IPC_RMID)
        return {'key': key, 'semaphore': semaphore, 'value': 1 + secrets.randbelow(30000)}

    def inside(self, found):
        called(LIBC.semctl(called(LIBC.semget(found['key'], 0, 0)), 0, SETVAL, found['value']))

    def crossed(self, world, found):
        return LIBC.semctl(found['semaphore'], 0, GETVAL) == found['value']


class _queue(Door):
    """A POSIX message queue of the outside."""

    def outside(self, world):
        name = '/door-' + secrets.token_hex(4)
        self.queue = called(LIBC.mq_open(name.encode(), os.O_RDWR | os.O_CREAT | os.O_NONBLOCK, 0o666, None))
        os.fchmod(self.queue, 0o666)
        world.undo(LIBC.mq_unlink, name.encode())
        world.undo(os.close, self.queue)
        return {'name': name, 'token': world.token}

    def opened(self, found):
        raise NotImplementedError

    def inside(self, found):
        called(LIBC.mq_send(self.opened(found), found['token'].encode(), 16, 0))

    def crossed(self, world, found):
        text = ctypes.create_string_buffer(8192)
        return LIBC.mq_receive(self.queue, text, 8192, None) == 16 and text.raw[:16] == world.token.encode()


class ipc_queue(_queue):
    def opened(self, found):
        return called(LIBC.mq_open(found['name'].encode(), os.O_WRONLY | os.O_NONBLOCK))


class ipc_queue_file(_queue):
    """Opened as a file, a queue is the same queue: the mount says of which namespace."""

    def outside(self, world):
        if not os.path.isdir('/dev/mqueue'):
            os.mkdir('/dev/mqueue')
            world.undo(os.rmdir, '/dev/mqueue')
        if not os.path.ismount('/dev/mqueue'):
            subprocess.run(['mount', '-t', 'mqueue', 'mqueue', '/dev/mqueue'], check=True)
            world.undo(lambda: subprocess.run(['umount', '/dev/mqueue'], check=True))
        return super().outside(world)

    def opened(self, found):
        return os.open('/dev/mqueue' + found['name'], os.O_WRONLY | os.O_NONBLOCK)


class ipc_shared_file(Door):
    def outside(self, world):
        path = '/dev/shm/door-' + secrets.token_hex(4)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        os.fchmod(fd, 0o666)
        os.ftruncate(fd, 4096)
        world.undo(os.unlink, path)
        memory = mmap.mmap(fd, 4096)
        os.close(fd)
        self.memory = memory
        return {'path': path, 'token': world.token}

    def inside(self, found):
        fd = os.open(found['path'], os.O_RDWR)
        with mmap.mmap(fd, 4096) as memory:
            memory[:16] = found['token'].encode()

    def crossed(self, world, found):
        return self.memory[:16] == world.token.encode()


def _key_call(name, *arguments):
    calls = CALLS.get(platform.machine())
    if not calls:
        raise Absent('numbers of the key calls for ' + platform.machine())
    return syscall(calls[name], *arguments)


def keyctl(operation, *arguments):
    return _key_call('keyctl', operation, *arguments)


def _new_key(name, keyring):
    """A key that everybody may use, with a payload as long as a token."""
    key = _key_call('add_key', b'user', name.encode(), b'-' * 16, 16, keyring)
    keyctl(SETPERM, key, EVERY_RIGHT)
    return key


class _keyring(Door):
    """A key of the outside's, found in a keyring that the job shares, and changed."""
    keyring = 0

    def inside(self, found):
        key = keyctl(SEARCH, self.keyring, b'user', found['name'].encode(), 0)
        keyctl(UPDATE, key, found['token'].encode(), 16)

    def crossed(self, world, found):
        text = ctypes.create_string_buffer(16)
        return keyctl(READ, found['key'], text, 16) == 16 and text.raw == world.token.encode()


class keyring_session(_keyring):
    alone = True
    keyring = SESSION_KEYRING

    def outside(self, world):
        name = 'door-' + secrets.token_hex(4)
        key = _new_key(name, PROCESS_KEYRING)
        world.undo(keyctl, UNLINK, key, PROCESS_KEYRING)
        return {'name': name, 'key': key, 'token': world.token}

    def popen(self, world, found):
        def join():
            keyctl(JOIN_SESSION_KEYRING, None)
            keyctl(LINK, found['key'], SESSION_KEYRING)
        return {'preexec_fn': join}


class keyring_user(_keyring):
    keyring = USER_KEYRING

    def outside(self, world):
        name = 'door-' + secrets.token_hex(4)
        return {'name': name, 'key': self._as_user(world, lambda: self._made(world, name)), 'token': world.token}

    @staticmethod
    def _as_user(world, function):
        """In a child with the ids of the job's user, whose keyring it is; gives back a number."""
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.setresgid(*[world.entry.pw_gid] * 3)
            os.setresuid(*[world.entry.pw_uid] * 3)
            os.write(writer, str(function()).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as file:
            number = int(file.read())
        os.waitpid(pid, 0)
        return number

    def _made(self, world, name):
        return _new_key(name, USER_KEYRING)

    def clean(self, world, found):
        self._as_user(world, lambda: keyctl(UNLINK, found['key'], USER_KEYRING))


class _abstract(Door):
    """An abstract UNIX socket of the outside that answers."""
    kind = socket.SOCK_STREAM

    def outside(self, world):
        name = '\0door-' + secrets.token_hex(4)
        self.arrived = world.listen(name, self.kind)
        return {'name': name, 'token': world.token}

    def inside(self, found):
        client = socket.socket(socket.AF_UNIX, self.kind)
        client.settimeout(1)
        client.connect(found['name'])
        client.sendall(found['token'].encode())
        if self.kind == socket.SOCK_STREAM and client.recv(100) != found['token'].encode():
            raise Blocked('no echo')

    def crossed(self, world, found):
        return world.arrived(self.arrived, 0.2 if self.kind == socket.SOCK_DGRAM else 0)


class abstract_stream(_abstract):
    pass


class abstract_datagram(_abstract):
    kind = socket.SOCK_DGRAM


class abstract_unnamed(_abstract):
    """bind() without a name: the kernel chooses one, of five digits, which can be tried one by one."""

    def outside(self, world):
        listener = socket.socket(socket.AF_UNIX)
        called(LIBC.bind(listener.fileno(), struct.pack('H', socket.AF_UNIX), 2))
        self.arrived = world.echo(listener)
        return {'name': listener.getsockname().decode(), 'token': world.token}


class host_name(Door):
    """A letter box: the name that is there is written again, by a job that stands in the outside's namespace."""

    def outside(self, world):
        return {'namespace': os.readlink('/proc/self/ns/uts')}

    def inside(self, found):
        socket.sethostname(socket.gethostname())
        if os.readlink('/proc/self/ns/uts') != found['namespace']:
            raise Blocked('a name of its own')

# SPDX-License-Identifier: GPL-2.0-or-later
"""Doors: messages between processes."""
import ctypes
import mmap
import os
import secrets
import socket

from door import LIBC, Blocked, Door, called

IPC_CREAT, IPC_RMID, IPC_NOWAIT = 0o1000, 0, 0o4000


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


class abstract_stream(Door):
    def outside(self, world):
        name = '\0door-' + secrets.token_hex(4)
        self.arrived = world.listen(name)
        return {'name': name, 'token': world.token}

    def inside(self, found):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(3)
        client.connect(found['name'])
        client.sendall(found['token'].encode())
        if client.recv(100) != found['token'].encode():
            raise Blocked('no echo')

    def crossed(self, world, found):
        return world.token.encode() in self.arrived

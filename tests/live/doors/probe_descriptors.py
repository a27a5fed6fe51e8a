# SPDX-License-Identifier: GPL-2.0-or-later
"""Doors: descriptors that were open at the launch, and standard streams."""
import socket

from door import Door


def _pair():
    """A TCP connection of the network outside: our end, and the one for the job."""
    listener = socket.create_server(('127.0.0.1', 0))
    ours = socket.create_connection(listener.getsockname())
    theirs, _ = listener.accept()
    listener.close()
    ours.settimeout(1)
    return ours, theirs


def _token_arrived(connection, token):
    try:
        return connection.recv(100) == token.encode()
    except OSError:
        return False


class descriptor_socket(Door):
    def outside(self, world):
        self.ours, theirs = _pair()
        return {'fd': world.inherit(theirs), 'token': world.token}

    def inside(self, found):
        socket.socket(fileno=found['fd']).sendall(found['token'].encode())

    def crossed(self, world, found):
        return _token_arrived(self.ours, world.token)


class stream_inet(Door):
    alone = True

    def outside(self, world):
        self.ours, self.theirs = _pair()
        return {'token': world.token}

    def popen(self, world, found):
        return {'stdin': self.theirs}

    def inside(self, found):
        socket.socket(fileno=0).sendall(found['token'].encode())

    def watch(self, world, found, process):
        self.theirs.close()
        process.communicate(timeout=20)

    def crossed(self, world, found):
        return _token_arrived(self.ours, world.token)

# SPDX-License-Identifier: GPL-2.0-or-later
"""Name servers outside, for the tests of the job's resolver: in a network namespace of their own, honest or hostile by
the first label of the name that is asked, and with a memory of what they were asked."""
import ctypes
import os
import socket
import struct
import subprocess
import threading

CLONE_NEWNET = 0x40000000
HOST_SERVER = '127.0.0.1'   # what the host's resolv.conf names
VPC_RESOLVER = '10.20.0.2'  # what vpc.resolver names
INSIDE = '52.218.1.2'       # in the prefix list
OUTSIDE = '52.218.128.0'    # one above it
A, CNAME, TXT, AAAA = 1, 5, 16, 28


def enter_network():
    """A network namespace of our own, with the two servers' addresses: proved before anything is written."""
    before = os.stat('/proc/self/ns/net').st_ino
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), 'unshare')
    assert os.stat('/proc/self/ns/net').st_ino != before
    for command in ('link set lo up', f'address add {VPC_RESOLVER}/32 dev lo', 'link add up0 type veth peer name up1',
                    'address add 10.20.1.5/24 dev up0', 'link set up0 up', 'link set up1 up',
                    'route add default via 10.20.1.1'):
        subprocess.run(['ip'] + command.split(), check=True)


def encode(name):
    return b''.join(bytes([len(label)]) + label for label in name.encode('latin-1').split(b'.') if label) + b'\0'


def record(name, kind, data, ttl=300):
    return encode(name) + struct.pack('!HHIH', kind, 1, ttl, len(data)) + data


def address(name, text):
    return record(name, A, socket.inet_aton(text))


class Question:
    """What a server was asked."""

    def __init__(self, query, tcp, server):
        self.id, self.flags, *_ = struct.unpack('!HHHHHH', query[:12])
        self.tcp = tcp
        self.server = server
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode('latin-1'))
            at += 1 + query[at]
        self.spelling = '.'.join(labels)
        self.name = self.spelling.lower()
        self.type = struct.unpack('!H', query[at + 1:at + 3])[0]
        self.question = query[12:at + 5]

    def reply(self, answers=(), code=0, flags=0x8180, id=None, question=None):  # pylint: disable=redefined-builtin
        header = struct.pack('!HHHHHH', self.id if id is None else id, flags | code, 1, len(answers), 0, 0)
        return header + (question or self.question) + b''.join(answers)


def honest(asked):
    if asked.type == A:
        return [asked.reply([address(asked.name, INSIDE)])]
    if asked.type == TXT:
        return [asked.reply([record(asked.name, TXT, b'\5hello')])]
    return [asked.reply()]


def wrong_id(asked):
    return [asked.reply([address(asked.name, INSIDE)], id=asked.id ^ 1)]


def wrong_question(asked):
    return [asked.reply([address('other.example', INSIDE)], question=encode('other.example') + struct.pack('!HH', A, 1))]


def outside(asked):
    return [asked.reply([address(asked.name, OUTSIDE)])] if asked.type == A else [asked.reply()]


def mixed(asked):
    return [asked.reply([address(asked.name, OUTSIDE), address(asked.name, INSIDE)])] if asked.type == A else [asked.reply()]


def alias(asked):
    answers = [record(asked.name, CNAME, encode('s3-w.example'))]
    return [asked.reply(answers + ([address('s3-w.example', INSIDE)] if asked.type == A else []))]


def alias_out(asked):
    answers = [record(asked.name, CNAME, encode('evil.example')), address('evil.example', OUTSIDE)]
    return [asked.reply(answers + [address(asked.name, INSIDE)])]


def forged_first(asked):
    return wrong_id(asked) + wrong_question(asked) + [b'x', b'', asked.reply(flags=0x0100)] + honest(asked)


def cut_off(asked):
    return honest(asked) if asked.tcp else [asked.reply(flags=0x8380)]


def lower_case(asked):
    if asked.tcp:
        return honest(asked)
    return [asked.reply([address(asked.name, INSIDE)], question=encode(asked.name) + struct.pack('!HH', asked.type, 1))]


def silent(asked):
    del asked
    return []


def failing(asked):
    return [asked.reply(code=2)]


def missing(asked):
    return [asked.reply(code=3)]


def broken(asked):
    return [asked.reply([address(asked.name, INSIDE)])[:-3], os.urandom(60), struct.pack('!H', asked.id) + os.urandom(600)]


BEHAVIOURS = {function.__name__.replace('_', '-'): function for function in (
    honest, wrong_id, wrong_question, outside, mixed, alias, alias_out, forged_first, cut_off, lower_case, silent, failing,
    missing, broken)}


class Servers:
    """Both servers, UDP and TCP."""

    def __init__(self):
        self.asked = []
        for server in (HOST_SERVER, VPC_RESOLVER):
            datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            datagrams.bind((server, 53))
            listener = socket.create_server((server, 53), backlog=64)
            threading.Thread(target=self._datagrams, args=(datagrams, server), daemon=True).start()
            threading.Thread(target=self._connections, args=(listener, server), daemon=True).start()

    def _answers(self, query, tcp, server):
        try:
            asked = Question(query, tcp, server)
        except (IndexError, struct.error):
            return []
        self.asked.append(asked)
        return BEHAVIOURS.get(asked.name.split('.')[0], honest)(asked)

    def _datagrams(self, datagrams, server):
        while True:
            query, sender = datagrams.recvfrom(65535)
            for answer in self._answers(query, False, server):
                datagrams.sendto(answer, sender)

    def _connections(self, listener, server):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._connection, args=(connection, server), daemon=True).start()

    def _connection(self, connection, server):
        with connection, connection.makefile('rb') as file:
            while len(length := file.read(2)) == 2:
                for answer in self._answers(file.read(struct.unpack('!H', length)[0]), True, server):
                    framed = struct.pack('!H', len(answer)) + answer
                    connection.sendall(framed[:3])  # in pieces
                    connection.sendall(framed[3:])

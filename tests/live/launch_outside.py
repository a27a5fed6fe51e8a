# SPDX-License-Identifier: GPL-2.0-or-later
"""An outside world for the tests: a network namespace in which every address answers and every frame is noticed."""
import ctypes
import os
import re
import selectors
import socket
import struct
import subprocess
import threading

from launch_lib import check, skip

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
TCP_PORTS = (22, 53, 80, 443, 2049, 29500)
UDP_PORTS = (53, 123, 443, 9999)
ANSWER = '198.51.100.77'  # what the name server says to every question

COMMANDS = '''
ip link set lo up
ip address add 10.20.1.9/32 dev lo
ip -6 address add fd00:20::9/128 dev lo
ip route add local 0.0.0.0/0 dev lo
ip -6 route add local ::/0 dev lo
ip route add multicast 224.0.0.0/4 dev lo
ip link add wire0 type veth peer name wire1
ip link set wire1 up
ip link set wire0 up
ip -6 address add fd00:21::1/64 dev wire0 nodad
'''


def _namespace():
    return os.stat('/proc/self/ns/net').st_ino


def enter():
    """Moves this process (of one thread) into a network namespace of its own and opens every address there."""
    before = _namespace()
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(CLONE_NEWNET):
        skip('a network namespace: ' + os.strerror(ctypes.get_errno()))
    check(_namespace() != before, 'this is still the network namespace of the host')
    for command in COMMANDS.strip().splitlines():
        subprocess.run(command.split(), check=True)
    with open('/proc/sys/net/ipv4/ping_group_range', 'w', encoding='ascii') as file:
        file.write('0 2147483647')  # of this namespace alone


def _name_answer(query):
    """Answers any question about an address of the first family with ANSWER."""
    end = 12
    while query[end]:
        end += query[end] + 1
    kind = struct.unpack('!H', query[end + 1:end + 3])[0]
    answers = 1 if kind == 1 else 0
    reply = query[:2] + struct.pack('!HHHHH', 0x8180, 1, answers, 0, 0) + query[12:end + 5]
    if answers:
        reply += struct.pack('!HHHIH', 0xc00c, 1, 1, 60, 4) + socket.inet_aton(ANSWER)
    return reply


class Outside:
    """Listens on every address, in a thread; remembers what carried a token in any frame."""

    def __init__(self):
        self.arrived = set()   # rows, as launch_probe sent them, each with its token
        self._selector = selectors.DefaultSelector()
        for family, address in ((socket.AF_INET, '0.0.0.0'), (socket.AF_INET6, '::')):
            for port in TCP_PORTS:
                self._listen(socket.socket(family, socket.SOCK_STREAM), address, port, self._accept)
            for port in UDP_PORTS:
                self._listen(socket.socket(family, socket.SOCK_DGRAM), address, port, self._datagram)
        sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        sniffer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._selector.register(sniffer, selectors.EVENT_READ, self._frame)
        threading.Thread(target=self._loop, daemon=True).start()

    def _listen(self, listener, address, port, function):
        if listener.family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        if listener.type == socket.SOCK_STREAM:
            listener.listen(64)
        self._selector.register(listener, selectors.EVENT_READ, function)

    def _accept(self, listener):
        connection, _ = listener.accept()
        self._selector.register(connection, selectors.EVENT_READ, self._stream)

    def _stream(self, connection):
        try:
            data = connection.recv(2000)
        except OSError:
            data = b''
        if data:
            connection.sendall(data)
        else:
            self._selector.unregister(connection)
            connection.close()

    def _datagram(self, listener):
        data, sender = listener.recvfrom(2000)
        try:
            listener.sendto(data if b'token' in data or len(data) < 17 else _name_answer(data), sender)
        except OSError:
            pass  # the sender had a foreign or a group's address

    def _frame(self, sniffer):
        data = sniffer.recv(65536)
        for match in re.finditer(rb'token-\w+ [\w-]+ [\w:.%-]+ \d+', data):
            self.arrived.add(match.group().decode())

    def _loop(self):
        while True:
            for key, _ in self._selector.select():
                key.data(key.fileobj)

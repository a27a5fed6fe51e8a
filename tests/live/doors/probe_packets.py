# SPDX-License-Identifier: GPL-2.0-or-later
"""Doors: packets. Each carries a token, and is through when the outside has seen it or answered it."""
import os
import secrets
import socket
import struct
import subprocess
import threading
import time

from door import Absent, Blocked, Door
from world import FAR4, FAR6, HOST4, HOST6, LOOPBACK_PORT

UDP_PORT, METADATA, SECONDS = 9999, '169.254.169.254', 1
FRAGMENTS_TO = '198.51.100.99'  # the route there has a small MTU
IP_RETOPTS, IP_MTU_DISCOVER, IP_PMTUDISC_DONT, TCPI_OPT_SYN_DATA = 7, 10, 0, 32
FAST_OPEN_SWITCH = '/proc/sys/net/ipv4/tcp_fastopen'


def wait_for_frames(network):
    """Frames are read in their order: once one of ours has come, so have all that the job sent before."""
    mark = f'token-{secrets.token_hex(8)} mark {HOST4} {UDP_PORT}'
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(mark.encode(), (HOST4, UDP_PORT))
    end = time.monotonic() + 2
    while mark not in network.arrived and time.monotonic() < end:
        time.sleep(0.002)


def family_of(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


class _Packet(Door):
    """To one address and port, with a payload that the outside knows when it sees it."""
    address = port = None

    def outside(self, world):
        name = type(self).__name__
        self.payload = f'token-{world.token} {name} {self.address} {self.port}'
        return {'address': self.address, 'port': self.port, 'payload': self.payload}

    def crossed(self, world, found):
        wait_for_frames(world.network)
        return self.payload in world.network.arrived


class _Tcp(_Packet):
    port = LOOPBACK_PORT

    def inside(self, found):
        with socket.create_connection((found['address'], found['port']), SECONDS) as client:
            client.sendall(found['payload'].encode())
            if found['payload'].encode() not in client.recv(2000):
                raise Blocked('no echo')


class _Udp(_Packet):
    port = UDP_PORT
    connected = False  # then the kernel says at once that nobody listens

    def inside(self, found):
        with socket.socket(family_of(found['address']), socket.SOCK_DGRAM) as client:
            client.settimeout(SECONDS)
            if self.connected:
                client.connect((found['address'], found['port']))
                client.send(found['payload'].encode())
            else:
                client.sendto(found['payload'].encode(), (found['address'], found['port']))
            if found['payload'].encode() not in client.recv(2000):
                raise Blocked('no echo')


class tcp4_loopback(_Tcp):
    address = '127.0.0.1'


class tcp6_loopback(_Tcp):
    address = '::1'


class udp4_loopback(_Udp):
    address, connected = '127.0.0.1', True


class udp6_loopback(_Udp):
    address, connected = '::1', True


class tcp4_host(_Tcp):
    address = HOST4


class tcp6_host(_Tcp):
    address = HOST6


class udp4_host(_Udp):
    address = HOST4


class udp6_host(_Udp):
    address = HOST6


class tcp4_far(_Tcp):
    address = FAR4


class tcp6_far(_Tcp):
    address = FAR6


class udp4_far(_Udp):
    address = FAR4


class udp6_far(_Udp):
    address = FAR6


class _Echo(_Packet):
    port = 0

    def inside(self, found):
        family = family_of(found['address'])
        kind, protocol = (8, socket.IPPROTO_ICMP) if family == socket.AF_INET else (128, socket.IPPROTO_ICMPV6)
        with socket.socket(family, socket.SOCK_DGRAM, protocol) as client:  # the kernel fills in the checksum
            client.settimeout(SECONDS)
            client.sendto(struct.pack('!BBHHH', kind, 0, 0, 7, 1) + found['payload'].encode(), (found['address'], 0))
            if found['payload'].encode() not in client.recv(2000):
                raise Blocked('no echo')


class icmp4_far(_Echo):
    address = FAR4


class icmp6_far(_Echo):
    address = FAR6


class dns(Door):
    """The question's name holds the data. Only the outside's name server makes an answer longer than the question."""

    def outside(self, world):
        return {'address': FAR4, 'port': 53, 'label': world.token}

    def inside(self, found):
        question = struct.pack('!HHHHHH', 7, 0x100, 1, 0, 0, 0)
        for label in (found['label'], 'example', 'org'):
            question += bytes([len(label)]) + label.encode()
        question += b'\0' + struct.pack('!HH', 1, 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(SECONDS)
            client.sendto(question, (found['address'], found['port']))
            answer = client.recv(2000)
        if found['label'].encode() not in answer or len(answer) <= len(question):
            raise Blocked('no answer')


class metadata(_Tcp):
    address, port = METADATA, 80


class broadcast(_Packet):
    address, port = '255.255.255.255', UDP_PORT

    def inside(self, found):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            client.sendto(found['payload'].encode(), (found['address'], found['port']))


class multicast4(broadcast):
    address = '224.0.0.251'


class multicast6(_Packet):
    """Out of every link that there is: link-local groups need no route."""
    address, port = 'ff02::fb', UDP_PORT

    def inside(self, found):
        sent, failed = 0, None
        for number, _ in socket.if_nameindex():
            try:
                with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as client:
                    client.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, number)
                    client.sendto(found['payload'].encode(), (found['address'], found['port'], 0, number))
                    sent += 1
            except OSError as error:
                failed = error
        if not sent:
            raise failed or Blocked('no link')


class fragments(_Packet):
    """The token lies in a later fragment, which has no port."""
    address, port = FRAGMENTS_TO, UDP_PORT

    def outside(self, world):
        route = ['local', self.address, 'dev', 'lo']
        subprocess.run(['ip', 'route', 'add', *route, 'mtu', 'lock', '1000'], check=True)
        world.undo(subprocess.run, ['ip', 'route', 'del', *route])
        return super().outside(world)

    def inside(self, found):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(SECONDS)
            client.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT)
            payload = b'.' * 1800 + found['payload'].encode()
            client.sendto(payload, (found['address'], found['port']))
            if found['payload'].encode() not in client.recv(2000):
                raise Blocked('no echo')


class fast_open(_Packet):
    """The data is in the SYN; the kernel says whether it was taken there."""
    address, port = FAR4, LOOPBACK_PORT

    def outside(self, world):
        if not os.path.exists(FAST_OPEN_SWITCH):
            raise Absent('TCP fast open')
        with open(FAST_OPEN_SWITCH, 'r+', encoding='ascii') as file:  # of the test's own network
            before = file.read()
            file.seek(0)
            file.write('1543')  # both sides, without a cookie, for every listener
        world.undo(self.restore, before)
        return super().outside(world)

    @staticmethod
    def restore(text):
        with open(FAST_OPEN_SWITCH, 'w', encoding='ascii') as file:
            file.write(text)

    def inside(self, found):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
            limit = struct.pack('ll', SECONDS, 0)
            for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):  # settimeout makes the first call return early
                client.setsockopt(socket.SOL_SOCKET, option, limit)
            client.sendto(found['payload'].encode(), socket.MSG_FASTOPEN, (found['address'], found['port']))
            if found['payload'].encode() not in client.recv(2000):
                raise Blocked('no echo')
            options = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[5]
            if not options & TCPI_OPT_SYN_DATA:
                raise Blocked('connected, with the data after the first packet')


class inbound(Door):
    """The job's service says its port in a file; the test comes from outside, to each of the host's addresses."""

    def outside(self, world):
        self.stop = False
        path = os.path.join(world.folder, 'inbound-' + secrets.token_hex(4))
        self.got = []
        world.undo(lambda: os.path.exists(path) and os.unlink(path))
        self.thread = threading.Thread(target=self.visit, args=(path, world.token.encode()), daemon=True)
        self.thread.start()
        return {'path': path, 'token': world.token}

    def visit(self, path, token):
        while not os.path.exists(path):
            if self.stop:
                return
            time.sleep(0.01)
        with open(path, encoding='ascii') as file:
            port = int(file.read())
        for address in ('127.0.0.1', '::1', HOST4, HOST6):
            try:
                with socket.create_connection((address, port), SECONDS) as client:
                    client.sendall(token)
                    self.got.append(client.recv(100) == token)
            except OSError:
                pass

    def inside(self, found):
        listener = socket.create_server(('::', 0), family=socket.AF_INET6, dualstack_ipv6=True)
        listener.settimeout(SECONDS / 3)
        with open(found['path'] + '.new', 'w', encoding='ascii') as file:
            file.write(str(listener.getsockname()[1]))
        os.rename(found['path'] + '.new', found['path'])
        connection, _ = listener.accept()
        token = connection.recv(100)
        connection.sendall(token)
        connection.close()
        if token != found['token'].encode():
            raise Blocked('somebody else came')

    def crossed(self, world, found):
        self.stop = True
        self.thread.join(5)
        return any(self.got)


class source_route_message(_Packet):
    """Where younger kernels want a right for a source route, a record of the route must do."""
    address, port = FAR4, UDP_PORT

    def inside(self, found):
        address = socket.inet_aton(found['address'])
        loose, record = bytes([131, 7, 4]) + address + b'\0', bytes([7, 7, 4, 0, 0, 0, 0, 0])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            for option, to in ((loose, HOST4), (record, found['address'])):  # the first goes by way of the far address
                try:
                    client.sendmsg([found['payload'].encode()], [(socket.IPPROTO_IP, IP_RETOPTS, option)], 0, (to, found['port']))
                    return
                except PermissionError as error:
                    refused = error
        raise refused

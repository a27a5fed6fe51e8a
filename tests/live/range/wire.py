# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that a process with all capabilities can put on a link: run as a job, and outside as a control.

    wire.py '{"allowed": [v4, v6], "port": n, "other": [v4, v6], "host": [v4, v6], "others": [address, …]}'

allowed, port: the one flow (TCP) that the policy carries; other: hosts that it does not; others: further addresses. Every way
sends its name, `token-wire NAME`, and is a function of WAYS; the answer is a mapping from name to `sent` or the error's name.
"""
import errno
import json
import re
import socket
import struct
import subprocess
import sys
import time

from launch_probe import checksum

IP, IP6, ARP, VLAN, ODD = 0x0800, 0x86dd, 0x0806, 0x8100, 0x88b5
TCP, UDP, ICMP, ICMP6, GRE, IPIP, DESTINATION, FRAGMENT, ROUTING = 6, 17, 1, 58, 47, 4, 60, 44, 43
SYN, ACK, PUSH = 2, 16, 8
IP_HDRINCL, SO_MARK = 3, 36
FOREIGN = '198.51.100.9', '2001:db8:51::9'
BROADCAST, ANOTHER = b'\xff' * 6, '02:00:00:00:00:07'
WAYS = {}


def way(function):
    WAYS[function.__name__] = function
    return function


class Here:
    """Where this process stands: its link, its addresses there, the neighbour that takes its packets."""

    def __init__(self, what):
        self.allowed, self.port, self.other = what['allowed'], what['port'], what['other']
        self.host, self.others = what['host'], what['others']
        for address in self.allowed:  # so that the neighbours are known
            self.connect(address).close()
        done = subprocess.run(['ip', '-j', 'route', 'get', self.allowed[0]], capture_output=True, text=True, check=True)
        self.link = json.loads(done.stdout)[0]['dev']
        self.own = [self.source(address) for address in self.allowed]
        done = subprocess.run(['ip', '-j', 'neighbour', 'show', 'dev', self.link], capture_output=True, text=True, check=True)
        known = [row['lladdr'] for row in json.loads(done.stdout) if 'lladdr' in row]
        self.neighbour = bytes.fromhex(known[0].replace(':', '')) if known else BROADCAST
        with open(f'/sys/class/net/{self.link}/address', encoding='ascii') as file:
            self.mac = bytes.fromhex(file.read().strip().replace(':', ''))

    @staticmethod
    def source(address):
        with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.connect((address, 9))
            return s.getsockname()[0]

    def connect(self, address):
        return socket.create_connection((address, self.port), 3)

    def frame(self, ethertype, payload, to=None):
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
            s.bind((self.link, 0))
            s.send((to or self.neighbour) + self.mac + struct.pack('!H', ethertype) + payload)


# Headers.

def ip4(source, destination, protocol, payload, place=0):
    head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(payload), 77, place, 64, protocol, 0, socket.inet_aton(source),
                       socket.inet_aton(destination))
    return head[:10] + struct.pack('!H', checksum(head)) + head[12:] + payload


def ip6(source, destination, protocol, payload):
    return struct.pack('!IHBB', 6 << 28, len(payload), protocol, 64) + socket.inet_pton(socket.AF_INET6, source) + \
        socket.inet_pton(socket.AF_INET6, destination) + payload


def packet(source, destination, protocol, payload):
    return (ip6 if ':' in source else ip4)(source, destination, protocol, payload)


def _sum(source, destination, protocol, data):
    family = socket.AF_INET6 if ':' in source else socket.AF_INET
    return checksum(socket.inet_pton(family, source) + socket.inet_pton(family, destination)
                    + struct.pack('!II', len(data), protocol) + data + bytes(len(data) % 2))


def tcp(source, destination, port, flags, payload=b'', source_port=44444):
    head = struct.pack('!HHIIBBHHH', source_port, port, 7, 7 if flags & ACK else 0, 5 << 4, flags, 1024, 0, 0)
    return head[:16] + struct.pack('!H', _sum(source, destination, TCP, head + payload)) + head[18:] + payload


def udp(source, destination, port, payload):
    head = struct.pack('!HHHH', 44444, port, 8 + len(payload), 0)
    return head[:6] + struct.pack('!H', _sum(source, destination, UDP, head + payload)) + payload


def icmp(kind, code, payload, source='', destination=''):
    payload += bytes(len(payload) % 2)
    head = struct.pack('!BBHI', kind, code, 0, 0)
    found = _sum(source, destination, ICMP6, head + payload) if ':' in source else checksum(head + payload)
    return head[:2] + struct.pack('!H', found) + head[4:] + payload


def raw(destination, data):
    """Through the stack, with the IP header that we give it."""
    family = socket.AF_INET6 if ':' in destination else socket.AF_INET
    with socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
        if family == socket.AF_INET:
            s.setsockopt(socket.IPPROTO_IP, IP_HDRINCL, 1)
        s.sendto(data, (destination, 0))


def datagram(address, port, payload, mark=0):
    with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        if mark:
            s.setsockopt(socket.SOL_SOCKET, SO_MARK, mark)
        s.sendto(payload, (address, port))


def stream(address, port, payload):
    """TCP; the first packet carries no payload, so what is on the wire must be told by its port."""
    with socket.create_connection((address, port), 0.3) as s:
        s.sendall(payload)
        s.recv(100)


# Ways: of the rows of the wire table, for IPv4 and IPv6.

@way
def allowed_tcp(here, token):
    for address in here.allowed:
        stream(address, here.port, token)


@way
def udp_on_allowed_port(here, token):
    for address in here.allowed:
        datagram(address, here.port, token)


@way
def udp_to_the_host(here, token):
    for address in here.host + here.others:
        datagram(address, 9999, token)


@way
def udp_to_a_stranger(here, token):
    for address in here.other:
        datagram(address, 9999, token)


@way
def icmp_echo(here, token):
    for own, address in zip(here.own, here.allowed):
        raw(address, packet(own, address, ICMP6 if ':' in own else ICMP, icmp(128 if ':' in own else 8, 0, token, own, address)))


@way
def syn_with_data_other_port(here, token):
    for own, address in zip(here.own, here.allowed):
        raw(address, packet(own, address, TCP, tcp(own, address, here.port + 1, SYN, token)))


@way
def spoofed_source(here, token):
    for foreign, address in zip(FOREIGN, here.allowed):
        raw(address, packet(foreign, address, TCP, tcp(foreign, address, here.port, SYN, token)))


@way
def gre(here, token):
    for own, address in zip(here.own, here.allowed):
        raw(address, packet(own, address, GRE, struct.pack('!HH', 0, IP) + token))


@way
def ip_in_ip(here, token):
    for own, address in zip(here.own, here.allowed):
        inner = ip4(here.own[0], here.other[0], UDP, udp(here.own[0], here.other[0], 9999, token))
        raw(address, packet(own, address, IPIP, inner))


@way
def later_fragment(here, token):
    token += bytes(-len(token) % 8)
    raw(here.allowed[0], ip4(here.own[0], here.allowed[0], TCP, token, place=8))
    head = struct.pack('!BBHI', TCP, 0, 64, 77)
    raw(here.allowed[1], ip6(here.own[1], here.allowed[1], FRAGMENT, head + token))


@way
def tiny_first_fragment(here, token):
    """Its ports are those that are allowed; the flags, and the token, come in the second one."""
    whole = tcp(here.own[0], here.allowed[0], here.port, SYN, token)
    raw(here.allowed[0], ip4(here.own[0], here.allowed[0], TCP, whole[:8], place=0x2000))
    raw(here.allowed[0], ip4(here.own[0], here.allowed[0], TCP, whole[8:], place=1))


@way
def destination_options(here, token):
    """A header between, which hides the ports from who looks at the first one alone."""
    own, address = here.own[1], here.allowed[1]
    raw(address, ip6(own, address, DESTINATION, struct.pack('!BBBBI', UDP, 0, 1, 4, 0) + udp(own, address, 9999, token)))


@way
def routing_header(here, token):
    own, address = here.own[1], here.allowed[1]
    head = struct.pack('!BBBBI', UDP, 2, 0, 1, 0) + socket.inet_pton(socket.AF_INET6, here.other[1])
    here.frame(IP6, ip6(own, address, ROUTING, head + udp(own, here.other[1], 9999, token)))


@way
def ack_midstream_other_port(here, token):
    for own, address in zip(here.own, here.allowed):
        raw(address, packet(own, address, TCP, tcp(own, address, here.port + 1, ACK | PUSH, token)))


@way
def ack_midstream_allowed_port(here, token):
    for own, address in zip(here.own, here.allowed):
        raw(address, packet(own, address, TCP, tcp(own, address, here.port, ACK | PUSH, token, source_port=44455)))


def _error(here, to, token):
    """An ICMP error that quotes a live connection, and says more than that."""
    for number, address in enumerate(here.allowed):
        own = here.own[number]
        with here.connect(address) as live:
            port = live.getsockname()[1]
            quoted = packet(address, own, TCP, struct.pack('!HHII', here.port, port, 7, 7) + bytes(8) + token)
            kind = (1, 4) if ':' in own else (3, 3)
            raw(to[number], packet(own, to[number], ICMP6 if ':' in own else ICMP, icmp(*kind, quoted, own, to[number])))


@way
def icmp_error_related(here, token):
    _error(here, here.allowed, token)


@way
def icmp_error_elsewhere(here, token):
    _error(here, here.other, token)


@way
def mark_forged(here, token):
    for mark in (1, 0x100, 0x7fffffff):
        for address in here.other:
            datagram(address, 9999, token, mark)


@way
def broadcast(here, token):
    datagram('255.255.255.255', 9999, token)


@way
def link_local_group(here, token):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
        number = socket.if_nametoindex(here.link)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, number)
        s.sendto(token, ('ff02::fb', 9999, 0, number))


@way
def neighbour_question(here, token):
    """Of NDP, which no filter may see as traffic."""
    own, group = here.own[1], 'ff02::1'
    here.frame(IP6, ip6(own, group, ICMP6, icmp(135, 0, socket.inet_pton(socket.AF_INET6, here.other[1]) + token, own, group)),
               b'\x33\x33\0\0\0\1')


@way
def frame_udp(here, token):
    for ethertype, own, address in zip((IP, IP6), here.own, here.other):
        here.frame(ethertype, packet(own, address, UDP, udp(own, address, 9999, token)))


@way
def frame_to_the_host(here, token):
    for ethertype, own, address in zip((IP, IP6), here.own, here.host):
        for to in (here.neighbour, BROADCAST):
            here.frame(ethertype, packet(own, address, UDP, udp(own, address, 9999, token)), to)


@way
def frame_to_loopback(here, token):
    here.frame(IP, ip4(here.own[0], '127.0.0.1', UDP, udp(here.own[0], '127.0.0.1', 9999, token)))


@way
def frame_spoofed(here, token):
    for ethertype, foreign, address in zip((IP, IP6), FOREIGN, here.allowed):
        here.frame(ethertype, packet(foreign, address, TCP, tcp(foreign, address, here.port, SYN, token)))


@way
def frame_odd(here, token):
    here.frame(ODD, token)


@way
def frame_tagged(here, token):
    inner = ip4(here.own[0], here.other[0], UDP, udp(here.own[0], here.other[0], 9999, token))
    here.frame(VLAN, struct.pack('!HH', 7, IP) + inner)


@way
def frame_from_another(here, token):
    """With another sender's link address."""
    mac, here.mac = here.mac, bytes.fromhex(ANOTHER.replace(':', ''))
    try:
        here.frame(IP, ip4(here.own[0], here.other[0], UDP, udp(here.own[0], here.other[0], 9999, token)))
    finally:
        here.mac = mac


@way
def arp(here, token):
    own, other = (socket.inet_aton(pair[0]) for pair in (here.own, here.other))
    here.frame(ARP, struct.pack('!HHBBH', 1, IP, 6, 4, 1) + here.mac + own + bytes(6) + other + token, BROADCAST)


@way
def frame_as_allowed(here, token):
    """By definition allowed: the flow that the policy carries, however it was made."""
    for ethertype, own, address in zip((IP, IP6), here.own, here.allowed):
        here.frame(ethertype, packet(own, address, TCP, tcp(own, address, here.port, SYN, token, source_port=44466)))


def main():
    here = Here(json.loads(sys.argv[1]))
    answers = {}
    for name, function in WAYS.items():
        try:
            function(here, f'token-wire {name} '.encode())
            answers[name] = 'sent'
        except OSError as error:
            answers[name] = errno.errorcode.get(error.errno, str(error))
    time.sleep(0.1)
    print(json.dumps({'own': here.own, 'mac': here.mac.hex(':'), 'answers': answers}))


def named(frame):
    """The way whose token a frame carries."""
    found = re.search(r'token-wire (\w+)', frame.data)
    return found.group(1) if found else None


if __name__ == '__main__':
    main()

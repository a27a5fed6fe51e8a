# SPDX-License-Identifier: GPL-2.0-or-later
"""What a frame on a link is: taken apart far enough to say who sent what to whom, and kept in the order of arrival."""
import collections
import ipaddress
import socket
import struct

ETH_P_ALL, ETH_P_IP, ETH_P_IP6, ETH_P_ARP = 3, 0x0800, 0x86dd, 0x0806
PACKET_OUTGOING = 4
TCP, UDP, ICMP, ICMP6 = 6, 17, 1, 58
SO_RCVBUFFORCE = 33
# Headers that may stand between an IPv6 header and what it carries.
EXTENSIONS = {0, 43, 60, 135}
FRAGMENT = 44

# link: its name; out: sent by the machine that looks; maker: the sender's link address; offset: of a fragment, in bytes;
# flags: of TCP; data: the first bytes after the last header that is understood.
Frame = collections.namedtuple('Frame', 'link out maker ethertype source destination protocol source_port port flags offset data')


def _carried(protocol, data, offset):
    """Ports, TCP flags and the rest of what an IP packet carries."""
    if offset or len(data) < 8:
        return 0, 0, 0, data
    if protocol == TCP and len(data) >= 20:
        source_port, port = struct.unpack('!HH', data[:4])
        return source_port, port, data[13], data[(data[12] >> 4) * 4:]
    if protocol == UDP:
        source_port, port = struct.unpack('!HH', data[:4])
        return source_port, port, 0, data[8:]
    return 0, 0, 0, data


def _ip4(data):
    if len(data) < 20:
        return None
    length, total, place, protocol = (data[0] & 15) * 4, *struct.unpack('!H', data[2:4]), *struct.unpack('!H', data[6:8]), data[9]
    return socket.inet_ntoa(data[12:16]), socket.inet_ntoa(data[16:20]), protocol, (place & 0x1fff) * 8, data[length:total or None]


def _ip6(data):
    if len(data) < 40:
        return None
    protocol, offset, rest = data[6], 0, data[40:]
    while len(rest) >= 8 and (protocol in EXTENSIONS or protocol == FRAGMENT):
        if protocol == FRAGMENT:
            offset = struct.unpack('!H', rest[2:4])[0] & 0xfff8
            protocol, rest = rest[0], rest[8:]
        else:
            protocol, rest = rest[0], rest[(rest[1] + 1) * 8:]
    return str(ipaddress.IPv6Address(data[8:24])), str(ipaddress.IPv6Address(data[24:40])), protocol, offset, rest


def decode(data, link='', out=False):
    """A Frame of the bytes of one, whatever they are."""
    maker, ethertype = data[6:12].hex(':'), struct.unpack('!H', data[12:14])[0] if len(data) >= 14 else 0
    packet = {ETH_P_IP: _ip4, ETH_P_IP6: _ip6}.get(ethertype, lambda _: None)(data[14:])
    if not packet:
        return Frame(link, out, maker, ethertype, '', '', 0, 0, 0, 0, 0, data[14:200].decode('latin-1'))
    source, destination, protocol, offset, rest = packet
    source_port, port, flags, payload = _carried(protocol, rest, offset)
    return Frame(link, out, maker, ethertype, source, destination, protocol, source_port, port, flags, offset,
                 payload[:200].decode('latin-1'))


class Capture:
    """Every frame of one link, or of all but loopback, of the network namespace in which it is made."""

    def __init__(self, link=None):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        # 64 MiB hold every test's frames: none is lost while nobody reads.
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        if link:
            self.socket.bind((link, ETH_P_ALL))
        self.socket.setblocking(False)
        self.frames = []

    def take(self):
        """Reads what has come since."""
        while True:
            try:
                data, (link, _, kind, *_) = self.socket.recvfrom(65536)
            except BlockingIOError:
                return self.frames
            if link != 'lo':
                self.frames.append(decode(data, link, kind == PACKET_OUTGOING))

    def forget(self):
        self.take()
        self.frames.clear()

    def close(self):
        self.socket.close()

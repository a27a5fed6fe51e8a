# SPDX-License-Identifier: GPL-2.0-or-later
"""Doors: socket families, protocols and options."""
import errno
import fcntl
import secrets
import socket
import struct

import netlink
from door import Absent, Blocked, Door
from syscalls import need

AF_XDP, IPPROTO_UDPLITE, IPPROTO_MPTCP, IPPROTO_SMC, ANY_CID = 44, 136, 262, 256, 0xffffffff
# Families that need no right in kernels that have them: ALG, TIPC, RDS, QIPCRTR, CAN, BLUETOOTH, SMC, KCM, ATM, NFC, MCTP.
OTHER_FAMILIES = (38, 30, 21, 42, 29, 31, 43, 41, 8, 20, 39, 45)
OTHER_PROTOCOLS = ((socket.AF_INET, socket.SOCK_DGRAM, IPPROTO_UDPLITE), (socket.AF_INET, socket.SOCK_STREAM, IPPROTO_SMC),
                   (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SCTP), (socket.AF_INET, 6, 33))  # DCCP
OTHER_NETLINK = (12, 15, 16, 2, 4)  # NETFILTER, KOBJECT_UEVENT, GENERIC, USERSOCK, SOCK_DIAG
KINDS = (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET)
IP_OPTIONS, IP_FREEBIND, IP_TRANSPARENT, IPV6_FREEBIND, IPV6_TRANSPARENT, IPV6_RTHDR = 4, 15, 19, 78, 75, 57
SO_BINDTODEVICE, SO_MARK, TCP_REPAIR, TCP_ULP = 25, 36, 19, 31
NOT_HERE4, NOT_HERE6 = '192.0.2.200', '2001:db8:dead::1'
SIOCGIFFLAGS, SIOCSIFFLAGS = 0x8913, 0x8914
NEW_ADDRESS, DELETE_ADDRESS, IFA_ADDRESS, IFA_LOCAL = 20, 21, 1, 2
UDP4, TCP4, UDP6 = ((socket.AF_INET, socket.SOCK_DGRAM), (socket.AF_INET, socket.SOCK_STREAM),
                    (socket.AF_INET6, socket.SOCK_DGRAM))


def made(family, kind, protocol=0):
    socket.socket(family, kind, protocol).close()


def first_that_works(function, rows):
    """The first row that function takes; else the last error."""
    failed = Blocked('nothing to try')
    for row in rows:
        try:
            function(*row)
            return row
        except OSError as error:
            failed = error
    raise failed


class _Made(Door):
    """Through when the kernel makes such a socket."""
    row = None

    def outside(self, world):
        need(f'socket{self.row}', made, *self.row)
        return {}

    def inside(self, found):
        made(*self.row)


class family_vsock(Door):
    """A port that is taken outside is taken inside: one and the same family, whatever the network."""

    def outside(self, world):
        holder = need('vsock', socket.socket, socket.AF_VSOCK, socket.SOCK_STREAM)
        world.undo(holder.close)
        port = (1 << 30) + secrets.randbelow(1 << 30)
        holder.bind((ANY_CID, port))
        return {'port': port}

    def inside(self, found):
        with socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM) as other:
            try:
                other.bind((ANY_CID, found['port']))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    return
                raise
        raise Blocked('the port is free here')


class family_packet(_Made):
    row = (socket.AF_PACKET, socket.SOCK_RAW)


class family_xdp(_Made):
    row = (AF_XDP, socket.SOCK_RAW)


class family_other(Door):
    """The first that the kernel has: to ask for one may load a module."""

    def outside(self, world):
        try:
            return {'row': first_that_works(made, [(family, kind) for family in OTHER_FAMILIES for kind in KINDS])}
        except OSError as error:
            raise Absent('a further family') from error

    def inside(self, found):
        made(*found['row'])


class netlink_other(Door):
    def inside(self, found):
        first_that_works(made, [(socket.AF_NETLINK, socket.SOCK_RAW, protocol) for protocol in OTHER_NETLINK])


class netlink_write(Door):
    def inside(self, found):
        head = struct.pack('=BBBBI', socket.AF_INET, 32, 0, 0, socket.if_nametoindex('lo'))
        address = socket.inet_aton(NOT_HERE4)
        payload = head + netlink.attribute(IFA_LOCAL, address) + netlink.attribute(IFA_ADDRESS, address)
        netlink.change(NEW_ADDRESS, netlink.CREATE | netlink.EXCLUSIVE, payload)
        netlink.change(DELETE_ADDRESS, 0, payload)


class interface_write(Door):
    """By the older calls: what loopback's flags are is written back."""

    def inside(self, found):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as carrier:
            request = fcntl.ioctl(carrier, SIOCGIFFLAGS, struct.pack('=16sH22x', b'lo', 0))
            fcntl.ioctl(carrier, SIOCSIFFLAGS, request)


class type_raw4(_Made):
    row = (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)


class type_raw6(_Made):
    row = (socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_UDP)


class protocol_icmp(Door):
    def inside(self, found):
        first_that_works(made, [(*UDP4, socket.IPPROTO_ICMP), (*UDP6, socket.IPPROTO_ICMPV6)])


class protocol_mptcp(_Made):
    row = (*TCP4, IPPROTO_MPTCP)


class protocol_other(Door):
    def outside(self, world):
        try:
            return {'row': first_that_works(made, OTHER_PROTOCOLS)}
        except OSError as error:
            raise Absent('a further protocol') from error

    def inside(self, found):
        made(*found['row'])


class _Option(Door):
    """Through when the option can be set; rows: family, kind, level, option, value."""
    rows = ()

    def set(self, family, kind, level, option, value):
        with socket.socket(family, kind) as carrier:
            carrier.setsockopt(level, option, value)

    def inside(self, found):
        first_that_works(self.set, self.rows)


class option_mark(_Option):
    rows = [(*UDP4, socket.SOL_SOCKET, SO_MARK, 77)]


class option_mark_message(Door):
    """In a message, where no filter looks. Whether the message has a way to go is asked for after the right to a mark."""

    def inside(self, found):
        with socket.socket(*UDP4) as client:
            try:
                client.sendmsg([b'token'], [(socket.SOL_SOCKET, SO_MARK, struct.pack('=I', 77))], 0, ('127.0.0.1', 9))
            except OSError as error:
                if error.errno != errno.ENETUNREACH:
                    raise


class option_bind_device(_Option):
    rows = [(*UDP4, socket.SOL_SOCKET, SO_BINDTODEVICE, b'lo\0')]


class option_transparent(_Option):
    rows = [(*UDP4, socket.IPPROTO_IP, IP_TRANSPARENT, 1), (*UDP6, socket.IPPROTO_IPV6, IPV6_TRANSPARENT, 1)]


class option_freebind(_Option):
    rows = [(*UDP4, socket.IPPROTO_IP, IP_FREEBIND, NOT_HERE4), (*UDP6, socket.IPPROTO_IPV6, IPV6_FREEBIND, NOT_HERE6)]

    def set(self, family, kind, level, option, value):
        with socket.socket(family, kind) as carrier:
            carrier.setsockopt(level, option, 1)
            carrier.bind((value, 0))


class option_repair(_Option):
    rows = [(*TCP4, socket.IPPROTO_TCP, TCP_REPAIR, 1)]


class option_layer(Door):
    """A layer over TCP. TLS wants a connection and MPTCP a socket of its own: each says so, and so has been asked."""

    @staticmethod
    def layer(name):
        with socket.socket(*TCP4) as carrier:
            try:
                carrier.setsockopt(socket.IPPROTO_TCP, TCP_ULP, name.encode())
            except OSError as error:
                if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP, errno.ENOTCONN):
                    raise

    def outside(self, world):
        try:
            return {'name': first_that_works(self.layer, [('mptcp',), ('tls',), ('smc',)])[0]}
        except OSError as error:
            raise Absent('layers over TCP') from error

    def inside(self, found):
        self.layer(found['name'])


class option_source_route(_Option):
    # Type, length, pointer, one address; an end of list to fill the word. Loose source and record route (for which
    # younger kernels want a right), record route.
    rows = [(*UDP4, socket.IPPROTO_IP, IP_OPTIONS, bytes([131, 7, 4]) + socket.inet_aton(NOT_HERE4) + b'\0'),
            (*UDP4, socket.IPPROTO_IP, IP_OPTIONS, bytes([7, 7, 4, 0, 0, 0, 0, 0]))]


class option_source_route6(_Option):
    # A segment routing header of two segments; the header of mobile IPv6.
    rows = [(*UDP6, socket.IPPROTO_IPV6, IPV6_RTHDR,
             struct.pack('!BBBBBBH', 0, 4, 4, 1, 1, 0, 0) + 2 * socket.inet_pton(socket.AF_INET6, NOT_HERE6)),
            (*UDP6, socket.IPPROTO_IPV6, IPV6_RTHDR,
             struct.pack('!BBBBI', 0, 2, 2, 1, 0) + socket.inet_pton(socket.AF_INET6, NOT_HERE6))]

    def outside(self, world):
        try:
            first_that_works(self.set, self.rows)
        except OSError as error:
            raise Absent('routing headers') from error
        return {}

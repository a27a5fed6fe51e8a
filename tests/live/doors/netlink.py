# SPDX-License-Identifier: GPL-2.0-or-later
"""Netlink requests: links, addresses, and the tables of the packet filter."""
import os
import socket
import struct

ROUTE, NETFILTER = 0, 12
LINK_EVENTS = 1  # a group
REQUEST, ACKNOWLEDGE, DUMP, CREATE, EXCLUSIVE = 1, 4, 0x300, 0x400, 0x200
ERROR, DONE = 2, 3
NFT_NEW_TABLE, NFT_GET_TABLE, NFT_DELETE_TABLE = 0xa00, 0xa01, 0xa02
BATCH_BEGIN, BATCH_END, NFTABLES = 16, 17, 10
TABLE_NAME = 1
INET = 1  # of the packet filter's families


def attribute(kind, value):
    value = value if isinstance(value, bytes) else struct.pack('=I', value)
    return struct.pack('=HH', 4 + len(value), kind) + value + b'\0' * (-len(value) % 4)


def message(kind, flags, payload, sequence=1):
    return struct.pack('=IHHII', 16 + len(payload), kind, flags | REQUEST, sequence, 0) + payload


def _messages(data):
    while len(data) >= 16:
        length, kind = struct.unpack_from('=IH', data)
        yield kind, data[16:length]
        data = data[(length + 3) & ~3:]


def _exchange(protocol, data):
    """Sends it; gives back the messages up to the first acknowledgement, error or end."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol) as link:
        link.settimeout(2)
        link.send(data)
        answers = []
        while True:
            for kind, payload in _messages(link.recv(65536)):
                if kind == ERROR:
                    code = -struct.unpack_from('=i', payload)[0]
                    if code:
                        raise OSError(code, os.strerror(code))
                if kind in (ERROR, DONE):
                    return answers
                answers.append(payload)


def change(kind, flags, payload):
    """One request about links, addresses or routes; an error in the answer is raised."""
    _exchange(ROUTE, message(kind, flags | ACKNOWLEDGE, payload))


def change_table(kind, name, flags=0):
    """Makes or deletes a table of the packet filter, as a transaction."""
    head, edge = struct.pack('!BBH', INET, 0, 0), struct.pack('!BBH', 0, 0, NFTABLES)
    text = attribute(TABLE_NAME, name.encode() + b'\0')
    _exchange(NETFILTER, message(BATCH_BEGIN, 0, edge) + message(kind, flags | ACKNOWLEDGE, head + text, 2) +
              message(BATCH_END, 0, edge, 3))


def tables():
    """The names of the packet filter's tables of the family inet."""
    names = []
    for payload in _exchange(NETFILTER, message(NFT_GET_TABLE, DUMP, struct.pack('!BBH', INET, 0, 0))):
        data = payload[4:]
        while len(data) >= 4:
            length, kind = struct.unpack_from('=HH', data)
            if kind == TABLE_NAME:
                names.append(data[4:length].rstrip(b'\0').decode())
            data = data[(length + 3) & ~3:]
    return names

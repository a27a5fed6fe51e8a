# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine that answers everything, whatever the address: started in a network namespace of its own, ends with its
standard input. `came` on a line of that gives what came since: [protocol, destination, destination's port] rows."""
import ipaddress
import json
import select
import socket
import struct
import sys
import threading

PORTS = [int(word) for word in sys.argv[2:]]
ETH_P_ALL, ORIGINAL4, ORIGINAL6, INFO6, TRANSPARENT6 = 3, 8, 49, 50, 75


def echo(connection):
    with connection:
        while True:
            data = connection.recv(65536)
            if not data:
                return
            connection.sendall(data)


def serve_tcp(family, port):
    with socket.socket(family) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        server.bind(('', port))
        server.listen(64)
        while True:
            threading.Thread(target=echo, args=(server.accept()[0],), daemon=True).start()


def serve_udp(family, port):
    with socket.socket(family, socket.SOCK_DGRAM) as server:
        if family == socket.AF_INET6:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            server.setsockopt(socket.IPPROTO_IPV6, ORIGINAL6, 1)
            server.setsockopt(socket.IPPROTO_IPV6, TRANSPARENT6, 1)
        else:
            server.setsockopt(socket.IPPROTO_IP, ORIGINAL4, 1)
        server.bind(('', port))
        while True:
            data, beside, _, sender = server.recvmsg(65536, 1000)
            server.sendmsg([data], [row for row in beside if row[1] in (ORIGINAL4, INFO6)], 0, sender)


def read(frame):
    kind, = struct.unpack_from('!H', frame, 12)
    if kind == 0x0800:
        protocol, to, rest = frame[23], frame[30:34], 14 + 4 * (frame[14] & 15)
    elif kind == 0x86dd:
        protocol, to, rest = frame[20], frame[38:54], 54
    else:
        return [hex(kind), '', 0]
    port = struct.unpack_from('!H', frame, rest + 2)[0] if protocol in (6, 17) else 0
    return [{6: 'tcp', 17: 'udp', 1: 'icmp', 58: 'icmp'}.get(protocol, str(protocol)), str(ipaddress.ip_address(to)), port]


def main():
    capture = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    capture.bind(('out0', 0))
    for family in (socket.AF_INET, socket.AF_INET6):
        for port in PORTS:
            for serve in (serve_tcp, serve_udp):
                threading.Thread(target=serve, args=(family, port), daemon=True).start()
    print('ready', flush=True)
    came = []
    while True:
        ready = select.select([capture, sys.stdin], [], [])[0]
        while select.select([capture], [], [], 0)[0]:
            frame, where = capture.recvfrom(65536)
            if where[2] != socket.PACKET_OUTGOING and len(came) < 100000:
                came.append(read(frame))
        if sys.stdin in ready:
            if not sys.stdin.readline():
                return
            print(json.dumps(came), flush=True)
            came = []


main()

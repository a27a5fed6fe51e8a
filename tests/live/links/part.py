# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs of the subnet's machines and of the jobs: a server, a prober, a capture, a sender of frames."""
import json
import select
import signal
import socket
import struct
import sys
import threading
import time

PORTS = (80, 443, 7001, 7002)


def answer(connection):
    connection.sendall(b'hello')
    connection.close()


def serve_tcp(family, port):
    server = socket.socket(family, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    server.bind(('', port))
    server.listen(50)
    return server


def serve_udp(family, port):
    server = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    else:
        server.setsockopt(socket.IPPROTO_IP, 8, 1)  # IP_PKTINFO: the answer comes from the address that was asked
    server.bind(('', port))
    return server


def serve(*ports):
    families = (socket.AF_INET, socket.AF_INET6)
    tcp = [serve_tcp(family, port) for family in families for port in map(int, ports or PORTS)]
    udp = [serve_udp(family, port) for family in families for port in map(int, ports or PORTS)]
    print('ready', flush=True)
    while True:
        for ready in select.select(tcp + udp, [], [])[0]:
            try:
                if ready in tcp:
                    answer(ready.accept()[0])
                else:
                    data, words, _, sender = ready.recvmsg(100, 200)
                    ready.sendmsg([data], words, 0, sender)
            except OSError:
                pass


def try_tcp(address, port, source):
    with socket.create_connection((address, port), 2, (source, 0) if source else None) as connection:
        return connection.recv(10) == b'hello'


def family_of(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


def try_udp(address, port, source):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as asker:
        asker.settimeout(2)
        if source:
            asker.bind((source, 0))
        asker.connect((address, port))
        asker.send(b'x')
        return asker.recv(10) == b'x'


def try_icmp(address, _, source):
    six = ':' in address
    with socket.socket(family_of(address), socket.SOCK_DGRAM, socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP) as asker:
        asker.settimeout(2)
        if source:
            asker.bind((source, 0))
        asker.connect((address, 0))
        asker.send(struct.pack('!BBHHH', 128 if six else 8, 0, 0, 0, 1) + b'ping')
        return asker.recv(100)[-4:] == b'ping'


def one(row, source, results):
    protocol, address, port = row.split()
    try:
        results[row] = 'ok' if {'tcp': try_tcp, 'udp': try_udp, 'icmp': try_icmp}[protocol](address, int(port), source) else 'odd'
    except OSError as error:
        results[row] = 'silent' if isinstance(error, TimeoutError) or not error.errno else type(error).__name__ + str(error.errno)


def probe(rows, source=''):
    """All at once: what is silent takes two seconds."""
    results = {}
    sources = json.loads(source) if source else {}
    threads = [threading.Thread(target=one, args=(row, sources.get('6' if ':' in row.split()[1] else '4'), results))
               for row in json.loads(rows)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(results))


def capture(link, path):
    """Frames that come in by the link, in hexadecimal, a line each, until SIGTERM."""
    listener = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    listener.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE
    listener.setsockopt(263, 8, 1)                        # SOL_PACKET, PACKET_AUXDATA: the kernel takes VLAN tags out
    listener.bind((link, 3))
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    listener.settimeout(0.1)
    print('ready', flush=True)
    with open(path, 'w', encoding='ascii') as file:
        while not stop:
            try:
                frame, words, _, where = listener.recvmsg(65536, 100)
            except TimeoutError:
                continue
            for _, _, word in words:
                status, tag, kind = struct.unpack('=I12xHH', word[:20])
                if status & 16:  # TP_STATUS_VLAN_VALID
                    frame = frame[:12] + struct.pack('!HH', kind, tag) + frame[12:]
            if where[2] != 4:  # PACKET_OUTGOING
                file.write(frame.hex() + '\n')


def frames(link, rows):
    """Sends frames (hexadecimal) by a packet socket; what the kernel said to each."""
    sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sender.bind((link, 0))
    said = []
    for row in json.loads(rows):
        try:
            sender.send(bytes.fromhex(row))
            said.append(0)
        except OSError as error:
            said.append(error.errno)
    time.sleep(0.3)
    print(json.dumps(said))


if __name__ == '__main__':
    {'serve': serve, 'probe': probe, 'capture': capture, 'frames': frames}[sys.argv[1]](*sys.argv[2:])

# SPDX-License-Identifier: GPL-2.0-or-later
"""Tries ways out, one JSON answer for all: run in the outside world as a positive control, and in the jail.

    launch_probe.py SECONDS TOKEN ROW…      a row is "protocol address port"

Each way carries TOKEN and the row, so that the outside world can tell what arrived. An answer is a list: the errno's
name, "open", "sent", "echoed" or "silent", and the milliseconds it took.
"""
import errno
import json
import socket
import struct
import sys
import threading
import time

FOREIGN_SOURCE = '198.51.100.9'


def family_of(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


def tcp(address, port, payload, seconds):
    with socket.socket(family_of(address), socket.SOCK_STREAM) as s:
        s.settimeout(seconds)
        s.connect((address, port))
        s.sendall(payload)
        return 'echoed' if s.recv(200) == payload else 'open'


def send_and_wait(s, address, port, payload, seconds):
    s.settimeout(min(seconds, 1.0))
    s.sendto(payload, (address, port))
    try:
        return 'echoed' if payload in s.recv(2000) else 'open'
    except TimeoutError:
        return 'silent'


def udp(address, port, payload, seconds):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        return send_and_wait(s, address, port, payload, seconds)


def connected_udp(address, port, payload, seconds):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as s:
        s.settimeout(min(seconds, 1.0))
        s.connect((address, port))
        s.send(payload)
        try:
            return 'echoed' if payload in s.recv(2000) else 'open'
        except TimeoutError:
            return 'silent'


def fast_open(address, port, payload, seconds):
    with socket.socket(family_of(address), socket.SOCK_STREAM) as s:
        limit = struct.pack('ll', int(seconds), int(seconds % 1 * 1e6))
        for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):  # settimeout would make the first call return early
            s.setsockopt(socket.SOL_SOCKET, option, limit)
        try:
            s.sendto(payload, socket.MSG_FASTOPEN, (address, port))
        except BlockingIOError:  # EINPROGRESS: the time is up
            return 'silent'
        return 'echoed' if s.recv(200) == payload else 'open'


def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def echo_request(address, payload):
    payload += b'.' * (len(payload) % 2)
    kind = 128 if ':' in address else 8
    head = struct.pack('!BBHHH', kind, 0, 0, 7, 1)
    return struct.pack('!BBHHH', kind, 0, checksum(head + payload), 7, 1) + payload


def icmp(address, _, payload, seconds, kind=socket.SOCK_DGRAM):
    family = family_of(address)
    protocol = socket.IPPROTO_ICMPV6 if family == socket.AF_INET6 else socket.IPPROTO_ICMP
    with socket.socket(family, kind, protocol) as s:
        return send_and_wait(s, address, 0, echo_request(address, payload), seconds)


def raw(address, port, payload, seconds):
    return icmp(address, port, payload, seconds, socket.SOCK_RAW)


def packet(_, port, payload, __):
    """A frame on the first link that is not loopback, or on loopback where there is no other."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0) as s:
        links = [name for _, name in socket.if_nameindex() if name != 'lo'] or ['lo']
        head = struct.pack('!HHHH', 9, port, 8 + len(payload), 0)
        ip = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 28 + len(payload), 0, 0, 64, 17, 0, socket.inet_aton('127.0.0.1'),
                         socket.inet_aton('192.0.2.66'))
        ip = ip[:10] + struct.pack('!H', checksum(ip)) + ip[12:]
        s.sendto(ip + head + payload, (links[0], 0x0800, 0, 0, b'\0' * 6))
        return 'sent'


def spoofed(address, port, payload, seconds):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as s:
        for option in (15, 19):  # IP_FREEBIND, IP_TRANSPARENT
            try:
                s.setsockopt(socket.IPPROTO_IP, option, 1)
            except PermissionError:
                pass
        s.bind((FOREIGN_SOURCE, 0))
        return send_and_wait(s, address, port, payload, seconds)


QUESTION = struct.pack('!HHHHHH', 7, 0x100, 1, 0, 0, 0) + b'\3www\7example\3com\0' + struct.pack('!HH', 1, 1)


def dns(address, port, _, seconds):
    """Asks a name server for the address of www.example.com, over UDP."""
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as s:
        s.settimeout(seconds)
        s.sendto(QUESTION, (address, port))
        return 'echoed' if s.recv(2000)[:2] == QUESTION[:2] else 'open'


def dns_tcp(address, port, _, seconds):
    with socket.socket(family_of(address), socket.SOCK_STREAM) as s:
        s.settimeout(seconds)
        s.connect((address, port))
        s.sendall(struct.pack('!H', len(QUESTION)) + QUESTION)
        return 'echoed' if s.recv(2000)[2:4] == QUESTION[:2] else 'open'


def name(address, _, __, ___):
    """Resolves a name: what it gives, or why not."""
    try:
        return socket.getaddrinfo(address, 443, family=socket.AF_INET, type=socket.SOCK_STREAM)[0][4][0]
    except socket.gaierror as error:
        return f'EAI {error.errno}'


WAYS = {'tcp': tcp, 'udp': udp, 'connected-udp': connected_udp, 'fast-open': fast_open, 'icmp': icmp, 'raw': raw,
        'packet': packet, 'spoofed': spoofed, 'name': name, 'dns': dns,
        'dns-tcp': dns_tcp}


def attempt(row, token, seconds, answers):
    way, address, port = row.split()
    begin = time.monotonic()
    try:
        answer = WAYS[way](address, int(port), f'{token} {row}'.encode(), seconds)
    except TimeoutError:
        answer = 'silent'
    except OSError as error:
        answer = errno.errorcode.get(error.errno, str(error))
    answers[row] = [answer, round((time.monotonic() - begin) * 1000, 1)]


def main():
    seconds, token, rows = float(sys.argv[1]), sys.argv[2], sys.argv[3:]
    answers = {}
    waiting = []
    for row in rows:
        if seconds > 2:  # what hangs must not hang one after the other
            waiting.append(threading.Thread(target=attempt, args=(row, token, seconds, answers)))
            waiting[-1].start()
        else:
            attempt(row, token, seconds, answers)
    for thread in waiting:
        thread.join()
    print(json.dumps(answers))


if __name__ == '__main__':
    main()

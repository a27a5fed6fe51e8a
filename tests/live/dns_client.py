# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs inside a jail: a resolver written by hand. What it was asked to do comes as JSON, what it saw goes out as JSON."""
import concurrent.futures
import json
import os
import socket
import struct
import sys
import threading
import time

SECONDS = 6


def encode(name):
    return b''.join(bytes([len(label)]) + label for label in name.encode('latin-1').split(b'.') if label) + b'\0'


def query(name, kind=1, number=7, flags=0x100, edns=0):
    message = struct.pack('!HHHHHH', number, flags, 1, 0, 0, 1 if edns else 0) + encode(name) + struct.pack('!HH', kind, 1)
    return message + (b'\0' + struct.pack('!HHIH', 41, edns, 0, 0) if edns else b'')


def read(reply):
    """The code, the flags and the addresses of a reply."""
    number, flags, _, answers, _, _ = struct.unpack('!HHHHHH', reply[:12])
    at = 12
    while reply[at]:
        at += 1 + reply[at]
    at += 5
    found = []
    for _ in range(answers):
        while reply[at] and reply[at] < 0xc0:
            at += 1 + reply[at]
        at += 2 if reply[at] >= 0xc0 else 1
        kind, _, _, length = struct.unpack('!HHIH', reply[at:at + 10])
        data = reply[at + 10:at + 10 + length]
        found.append({1: lambda d: socket.inet_ntop(socket.AF_INET, d), 28: lambda d: socket.inet_ntop(socket.AF_INET6, d)}
                     .get(kind, bytes.hex)(data))
        at += 10 + length
    return {'id': number, 'code': flags & 15, 'cut': bool(flags & 0x200), 'found': found}


def family(server):
    return socket.AF_INET6 if ':' in server else socket.AF_INET


def by_udp(server, message, seconds=SECONDS):
    with socket.socket(family(server), socket.SOCK_DGRAM) as client:
        client.settimeout(seconds)
        client.connect((server, 53))
        client.send(message)
        return client.recv(65535)


def receive_exactly(client, count):
    data = b''
    while len(data) < count:
        more = client.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def read_frame(client):
    return receive_exactly(client, struct.unpack('!H', receive_exactly(client, 2))[0])


def framed(message):
    return struct.pack('!H', len(message)) + message


def by_tcp(server, message, seconds=SECONDS):
    with socket.create_connection((server, 53), seconds) as client:
        client.sendall(framed(message))
        return read_frame(client)


def attempt(how, *arguments):
    begin = time.monotonic()
    try:
        seen = read(how(*arguments))
    except (OSError, EOFError) as failed:
        seen = {'error': type(failed).__name__}
    seen['seconds'] = time.monotonic() - begin
    return seen


def ask_one(row):
    return attempt(by_tcp if row.get('tcp') else by_udp, row.get('server', '127.0.0.53'),
                   query(row['name'], row.get('type', 1), edns=row.get('edns', 0)))


def ask(job):
    """Each question by the given transport, all at once."""
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        return list(pool.map(ask_one, job['questions']))


def raw(job):
    """Messages as they are, over both transports: the reply's code, or that there was none."""
    seen = []
    for message in job['messages']:
        message = bytes.fromhex(message)
        row = []
        for how in (by_udp, by_tcp):
            try:
                reply = how('127.0.0.53', message, 0.5)
                row.append(reply[3] & 15 if reply[:2] == message[:2] else 'another id')
            except (OSError, EOFError):
                row.append(None)
        seen.append(row)
    return seen


def pipelined(job):
    """All questions written at once, but cut in pieces of one length after another."""
    data = b''.join(framed(query(name, number=number)) for number, name in enumerate(job['names']))
    with socket.create_connection(('127.0.0.53', 53), SECONDS) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        at, piece = 0, 1
        while at < len(data):
            client.sendall(data[at:at + piece])
            at, piece = at + piece, piece % 7 + 1
        client.shutdown(socket.SHUT_WR)  # what was asked is still answered
        replies = [read(read_frame(client)) for _ in job['names']]
        rest = client.recv(1)
    return {'replies': sorted(replies, key=lambda reply: reply['id']), 'rest': rest.hex()}


def connections(job):
    """More connections than there may be, all open: the newest is served."""
    held = [socket.create_connection(('127.0.0.53', 53), SECONDS) for _ in range(job['count'])]
    held[-1].sendall(framed(query(job['name'])))
    newest = read(read_frame(held[-1]))
    held[0].settimeout(SECONDS)
    try:
        oldest = held[0].recv(1)  # closed: the end
    except ConnectionResetError:
        oldest = b''
    return {'newest': newest, 'oldest': oldest.hex()}


def idle(job):
    """How long a silent connection stays."""
    del job
    begin = time.monotonic()
    with socket.create_connection(('127.0.0.53', 53), 30) as client:
        assert client.recv(1) == b''
    return time.monotonic() - begin


def flood(job):
    """Questions from several threads: how many were answered rightly, and how long all took."""
    right = []

    def one(count):
        for _ in range(count):
            if attempt(by_udp, '127.0.0.53', query(job['name'])).get('found') == job['found']:
                right.append(1)

    for name in job['beside']:
        threading.Thread(target=ask_one, args=({'name': name},), daemon=True).start()
    begin = time.monotonic()
    threads = [threading.Thread(target=one, args=(job['each'],)) for _ in range(job['threads'])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {'right': len(right), 'seconds': time.monotonic() - begin}


def tunnel(job):
    """Tries to get data out in names, as fast as answers come."""
    end = time.monotonic() + job['seconds']
    number = 0
    while time.monotonic() < end:
        number += 1
        for shape in job['shapes']:
            attempt(by_udp, '127.0.0.53', query(shape % os.urandom(20).hex(), 16 if number % 3 else 1))
    return number


def system(job):
    """The C library's answers."""
    seen = {}
    for name in job['names']:
        begin = time.monotonic()
        try:
            seen[name] = sorted({row[4][0] for row in socket.getaddrinfo(name, 443)})
        except socket.gaierror as failed:
            seen[name] = [socket.gaierror.__name__, failed.errno, time.monotonic() - begin]
    for text in job.get('addresses', ()):
        seen[text] = socket.gethostbyaddr(text)[0]
    return seen


def connect(job):
    """Which ports are open at an address."""
    seen = []
    for server, port in job['where']:
        try:
            socket.create_connection((server, port), 2).close()
            seen.append('open')
        except OSError as failed:
            seen.append(type(failed).__name__)
    return seen


if __name__ == '__main__':
    asked = json.loads(sys.argv[1])
    print(json.dumps(globals()[asked['do']](asked)))

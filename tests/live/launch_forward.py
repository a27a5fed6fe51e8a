# SPDX-License-Identifier: GPL-2.0-or-later
"""Ports between host and jail: `vpcjail forward`, inwards only, and network.host-ports, which offers the host's inside."""
import hashlib
import os
import signal
import socket
import subprocess
import threading
import time

from launch_lib import PYTHON, check, equal, main, run, start, succeeded, wait_until, write_file
from launch_living import Jail, command, vpcjail

VPC = '''vpcjail: 1
description: host ports
network: {isolation: vpc, uplink: none, host-ports: [%s]}
vpc: {subnets: [10.20.1.0/24], dns: none}
process: {credentials: scrub}
'''
# Answers each connection with the digest of all that it got, once the other side has said that this was all.
SERVER = '''
import hashlib, socket, sys, threading
family, address, port = getattr(socket, sys.argv[1]), sys.argv[2], int(sys.argv[3])
s = socket.socket(family); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind((address, port)); s.listen(64)
print("ready", flush=True)
def serve(c):
    total = hashlib.sha256()
    while (data := c.recv(65536)):
        total.update(data)
    c.sendall(total.hexdigest().encode()); c.close()
while True:
    threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
'''


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def digest_of(address, data, pause=0.0):
    """Sends data, ends our half, and gives back what the other side made of it."""
    with socket.create_connection(address, 10) as s:
        for i in range(0, len(data), 1 << 16):
            s.sendall(data[i:i + (1 << 16)])
            time.sleep(pause)
        s.shutdown(socket.SHUT_WR)
        answer = b''
        while piece := s.recv(4096):
            answer += piece
        return answer.decode()


def forward(mode, *words):
    process = command(mode, ['forward', *words], stderr=subprocess.PIPE)
    line = process.stderr.readline()
    check('leads to port' in line, line)
    return process


def server_in(jail, family='AF_INET', address='127.0.0.1', port=8888):
    process = command(jail.mode, ['exec', jail.name, '--', PYTHON, '-uc', SERVER, family, address, port])
    equal(process.stdout.readline(), 'ready\n')
    return process


def inwards(mode):
    """Bytes equal both ways, half-closed, both families, many at once; counted after the job."""
    data = os.urandom(3 << 20)
    wanted = hashlib.sha256(data).hexdigest()
    with Jail(mode) as jail:
        port, other = free_port(), free_port()
        servers = [server_in(jail), server_in(jail, 'AF_INET6', '::1', 7777)]
        process = forward(mode, jail.name, f'8888:{port}', f'7777:{other}')
        equal(digest_of(('127.0.0.1', port), data), wanted)
        equal(digest_of(('::1', port), b'short'), hashlib.sha256(b'short').hexdigest())
        equal(digest_of(('127.0.0.1', other), data), wanted, 'a server on ::1 alone')
        results = []
        threads = [threading.Thread(target=lambda: results.append(digest_of(('127.0.0.1', port), data[:1 << 18], 0.001)))
                   for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal(set(results), {hashlib.sha256(data[:1 << 18]).hexdigest()})
        equal(len(results), 30)
        process.send_signal(signal.SIGINT)
        equal(process.wait(timeout=10), 130)
        refused = socket.socket()
        check(refused.connect_ex(('127.0.0.1', port)) != 0, 'still listens')
        for server in servers:
            server.kill()
            server.communicate()
        _, err = jail.end()
        check('forwarded 8888: 32 connections\n' in err and 'forwarded 7777: 1 connection\n' in err, err)


def nobody_listens(mode):
    """A port without a server: the connection ends, it is said once, and works when there is one."""
    with Jail(mode) as jail:
        port = free_port()
        process = forward(mode, jail.name, f'8888:{port}')
        for _ in range(2):
            with socket.create_connection(('127.0.0.1', port), 5) as s:
                equal(s.recv(9), b'')
        server = server_in(jail)
        equal(digest_of(('127.0.0.1', port), b'x'), hashlib.sha256(b'x').hexdigest())
        server.kill()
        server.communicate()
        jail.end()
        equal(process.wait(timeout=10), 0, 'ends with the jail')
        err = process.stderr.read()
        equal(err.count("port 8888 of the jail's loopback: Connection refused"), 1, err)


def no_way_out(mode):
    """The job cannot begin a connection by it, nor listen at the host's port."""
    with Jail(mode) as jail:
        port = free_port()
        process = forward(mode, jail.name, f'8888:{port}')
        code = 'import socket, sys; print(socket.socket().connect_ex(("127.0.0.1", int(sys.argv[1]))) != 0)'
        equal(jail.python(code, port).stdout, 'True\n')
        equal(subprocess.run([PYTHON, '-c', code, str(port)], capture_output=True, text=True, check=False).stdout, 'False\n')
        process.kill()
        process.communicate()


def taken_port(mode):
    with socket.create_server(('127.0.0.1', 0)) as taken, Jail(mode) as jail:
        done = vpcjail(mode, 'forward', jail.name, f'8888:{taken.getsockname()[1]}')
        check(done.returncode == 1 and 'cannot listen on 127.0.0.1' in done.stderr, done)


def denied_by_profile(mode):
    path = write_file('deny.yaml', 'vpcjail: 1\nextends: network-isolation\nnetwork: {forward: deny}\n')
    with Jail(mode, profile=path) as jail:
        done = vpcjail(mode, 'forward', jail.name, f'8888:{free_port()}')
        check(done.returncode == 1 and 'network.forward: deny' in done.stderr, done)


class Outside:
    """A server on the host's loopback."""

    def __init__(self, port=0):
        self.listener = socket.create_server(('127.0.0.1', port), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.seen = 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            self.seen += 1
            threading.Thread(target=self.answer, args=(peer, ), daemon=True).start()

    @staticmethod
    def answer(peer):
        total = hashlib.sha256()
        while data := peer.recv(65536):
            total.update(data)
        peer.sendall(total.hexdigest().encode())
        peer.close()


CLIENT = '''
import hashlib, os, socket, sys, threading
def once(data):
    s = socket.create_connection(("host.vpcjail", int(sys.argv[1])), 10)
    s.sendall(data); s.shutdown(socket.SHUT_WR)
    answer = b""
    while (piece := s.recv(4096)):
        answer += piece
    return answer.decode() == hashlib.sha256(data).hexdigest()
data = os.urandom(2 << 20)
good = [once(b""), once(data)]
threads = [threading.Thread(target=lambda: good.append(once(data[:1 << 16]))) for _ in range(int(sys.argv[2]))]
for t in threads: t.start()
for t in threads: t.join()
print(good.count(True), len(good))
'''


def host_ports(mode):
    """What is listed is carried, whole and half-closed; what is not stays closed."""
    outside, other = Outside(), Outside()
    path = write_file('host-ports.yaml', VPC % f'{outside.port}, {free_port()}')
    done = succeeded(run(mode, [PYTHON, '-c', CLIENT, outside.port, 40], profile=path))
    equal(done.stdout, '42 42\n')
    equal(outside.seen, 42)
    code = '''
import socket, sys
for host in ("host.vpcjail", "127.0.0.1"):
    s = socket.socket(); print(s.connect_ex((host, int(sys.argv[1]))) != 0)
'''
    equal(run(mode, [PYTHON, '-c', code, other.port], profile=path).stdout, 'True\nTrue\n')
    equal(other.seen, 0)
    # The same port by the host's own address stays closed: only host.vpcjail leads there.
    done = run(mode, [PYTHON, '-c', code, outside.port], profile=path)
    equal(done.stdout, 'False\nTrue\n', done.stderr)
    for server in (outside, other):
        server.listener.close()


def host_port_without_a_server(mode):
    port = free_port()
    path = write_file('host-port.yaml', VPC % port)
    code = 'import socket, sys; s = socket.create_connection(("host.vpcjail", int(sys.argv[1])), 5); print(s.recv(9))'
    done = run(mode, [PYTHON, '-c', code, port], profile=path)
    check(done.stdout == "b''\n" or 'reset' in done.stderr.lower(), done)


def host_ports_are_bounded(mode):
    """More connections than are carried at a time wait, and keep nobody else from being served."""
    outside = Outside()
    path = write_file('bounded.yaml', VPC % outside.port)
    code = '''
import socket, sys
kept = []
for i in range(300):
    s = socket.socket(); s.settimeout(5); s.connect(("host.vpcjail", int(sys.argv[1]))); kept.append(s)
print("ready", flush=True); sys.stdin.readline()
for s in kept[:100]: s.close()
last = kept[-1]; last.sendall(b"x"); last.shutdown(socket.SHUT_WR); print(len(last.recv(99)))
'''
    with start(mode, [PYTHON, '-c', code, outside.port], profile=path, stdin=subprocess.PIPE) as process:
        equal(process.stdout.readline(), 'ready\n')
        check(wait_until(lambda: outside.seen == 256, 5), outside.seen)
        time.sleep(0.2)
        equal(outside.seen, 256)
        process.stdin.write('\n')
        process.stdin.flush()
        equal(process.stdout.readline(), '64\n')
        process.communicate(timeout=10)
    outside.listener.close()


if __name__ == '__main__':
    main([inwards, nobody_listens, no_way_out, taken_port, denied_by_profile, host_ports, host_port_without_a_server,
          host_ports_are_bounded])

# SPDX-License-Identifier: GPL-2.0-or-later
"""A host in a network namespace of its own, which the test's process becomes: beyond its one link a machine answers at every
address, and services of the host note who comes."""
import contextlib
import ctypes
import json
import os
import shutil
import socket
import subprocess
import threading
import time

from launch_lib import PYTHON, check, equal, skip, wait_until

CLONE_NEWNET = 0x40000000
TUN_DEVICE = os.makedev(10, 200)
SERVER, STRANGER = ('10.0.1.20', 'fd00:db8:1::20'), ('198.51.100.7', '2001:db8::7')
HOST = ('10.0.1.10', 'fd00:db8:1::10')
# One line a row of the arguments: "tcp 10.0.1.20 7001" → echo, or the error's name.
PROBE = '''
import errno, json, socket, struct, sys
def one(kind, address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    data = b"token"
    try:
        if kind == "icmp":
            s = socket.socket(family, socket.SOCK_DGRAM, 58 if ":" in address else 1)
            data = struct.pack("!BBHHH", 128 if ":" in address else 8, 0, 0, 1, 1) + data
        else:
            s = socket.socket(family, socket.SOCK_STREAM if kind.startswith("tcp") else socket.SOCK_DGRAM)
        if kind.endswith("@eth0"):
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
        s.settimeout(1.5)
        s.connect((address, int(port)))
        s.send(data)
        return "echo" if s.recv(100)[-5:] == b"token" else "other"
    except socket.timeout:
        return "timeout"
    except OSError as error:
        return errno.errorcode[error.errno]
print(json.dumps({row: one(*row.split()) for row in sys.argv[1:]}))
'''


class World:
    outside = None
    user = None       # the mode: an ordinary user
    visits = []       # of services of the host: (address, port)
    profile = {}


def ip(batch, pid=None):
    command = (['nsenter', f'--net=/proc/{pid}/ns/net'] if pid else []) + ['ip', '-batch', '-']
    done = subprocess.run(command, input=batch, text=True, capture_output=True, check=False)
    check(not done.returncode, done.stderr, batch)


def notes(kind, address, port):
    """A service of the host's own; what it says must never be seen in a jail."""
    server = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, kind)
    server.bind((address, port))
    if kind == socket.SOCK_STREAM:
        server.listen(16)

    def serve():
        while True:
            if kind == socket.SOCK_STREAM:
                connection, _ = server.accept()
                World.visits.append((address, port))
                connection.settimeout(1)
                with connection, contextlib.suppress(OSError):
                    connection.sendall(b'host: token')
                    connection.recv(100)  # closed with something unread, it would be reset
            else:
                data, sender = server.recvfrom(1000)
                World.visits.append((address, port))
                server.sendto(b'host: ' + data, sender)
    threading.Thread(target=serve, daemon=True).start()


def tun(mode):
    os.chmod('/dev/net/tun', mode)


def become_host():
    own = os.stat('/proc/self/ns/net').st_ino
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(CLONE_NEWNET):
        skip('a network namespace: ' + os.strerror(ctypes.get_errno()))
    check(os.stat('/proc/self/ns/net').st_ino != own, 'this is still the network namespace of the machine')
    # A copy of the device's node that ordinary users may open, in the test's mount namespace.
    os.makedirs('/dev/net', exist_ok=True)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'none', '/dev/net'], check=True)
    os.mknod('/dev/net/tun', 0o20666, TUN_DEVICE)
    tun(0o666)


def make_world(ports=(443, 7001, 7002)):
    """Call it where a test's preparation is: the process is in another network namespace then, with services of its own.
    ports: those at which the machine beyond the link says again what it hears."""
    if not shutil.which('pasta'):
        skip('pasta (package passt)')
    become_host()
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'pasta_outside.py')
    World.outside = subprocess.Popen(['unshare', '-n', PYTHON, '-c', 'import sys; sys.stdin.readline(); exec(open(sys.argv[1]).read())',
                                      program, *map(str, ports)], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    pid = World.outside.pid
    check(wait_until(lambda: os.stat(f'/proc/{pid}/ns/net').st_ino != os.stat('/proc/self/ns/net').st_ino, 5), 'no outside')
    ip(f'link set lo up\nlink add eth0 type veth peer name out0 netns {pid}\naddress add {HOST[0]}/24 dev eth0\n'
       f'address add {HOST[1]}/64 dev eth0 nodad\nlink set eth0 up\n')
    ip('link set lo up\nlink set out0 up\naddress add 10.0.1.1/24 dev out0\naddress add fd00:db8:1::1/64 dev out0 nodad\n'
       f'address add {SERVER[0]}/24 dev out0\naddress add {SERVER[1]}/64 dev out0 nodad\nroute add local 0.0.0.0/0 dev lo\n'
       'route add local 2001:db8::/32 dev lo\n', pid)
    ip('route add default via 10.0.1.1\nroute add default via fd00:db8:1::1\n')
    with open('/proc/sys/net/ipv4/ping_group_range', 'w', encoding='ascii') as file:
        file.write('0 2147483647')
    World.outside.stdin.write('go\n')
    World.outside.stdin.flush()
    equal(World.outside.stdout.readline(), 'ready\n')
    for address in ('127.0.0.1', '::1', *HOST):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            notes(kind, address, 7001)


def came():
    time.sleep(0.05)
    World.outside.stdin.write('came\n')
    World.outside.stdin.flush()
    return {tuple(row) for row in json.loads(World.outside.stdout.readline())}

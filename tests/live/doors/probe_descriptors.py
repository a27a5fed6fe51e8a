# SPDX-License-Identifier: GPL-2.0-or-later
"""Doors: descriptors that were open at the launch, and the working directory."""
import ctypes
import fcntl
import mmap
import os
import pty
import secrets
import select
import signal
import socket
import struct
import subprocess
import termios
import time

import ring
from door import LIBC, Absent, Blocked, Door, called, syscall

PIDFD_GETFD = 438
SIOCGSKNS = 0x894C
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
RTM_GETLINK, NLM_F_DUMP_REQUEST, NLMSG_DONE = 18, 0x301, 3
ETHERTYPE = 0x88B5  # for experiments of one's own
CLONE_NEWNET = 0x40000000


def connection():
    """A TCP connection of the network outside: our end, and the one for the job."""
    listener = socket.create_server(('127.0.0.1', 0))
    ours = socket.create_connection(listener.getsockname())
    theirs, _ = listener.accept()
    listener.close()
    ours.settimeout(0.05)  # what was sent is there when the job has ended
    return ours, theirs


def arrived(ours, token):
    try:
        return token.encode() in ours.recv(4096)
    except OSError:
        return False


def accepted(listener, token):
    """Whether somebody has connected and sent the token."""
    listener.settimeout(0.05)
    try:
        ours, _ = listener.accept()
    except OSError:
        return False
    ours.settimeout(0.05)
    with ours:
        return arrived(ours, token)


def send(number, token):
    os.write(number, token.encode())


def hand_over(ours, connection_end):
    """Puts a connection into a UNIX socket, for whoever holds the other end."""
    socket.send_fds(ours, [b'x'], [connection_end.fileno()])


def take_over(number, token):
    """Takes the connection out of the UNIX socket, and sends the token by it."""
    _, taken, _, _ = socket.recv_fds(socket.socket(fileno=os.dup(number)), 10, 1, socket.MSG_DONTWAIT)
    if not taken:
        raise Blocked('no descriptor came')
    send(taken[0], token)


def enter_network(namespace, port, token):
    """Into the network namespace, and from there to the test's server."""
    called(LIBC.setns(namespace, CLONE_NEWNET))
    with socket.create_connection(('127.0.0.1', port), 1) as client:
        client.sendall(token.encode())


class _Connected(Door):
    """An end of a TCP connection is ours, and what the job says arrives there."""
    def crossed(self, world, found):
        return arrived(self.ours, world.token)


class _Accepting(Door):
    """A server of ours waits in the network outside."""
    def server(self, world):
        self.listener = socket.create_server(('127.0.0.1', 0))
        world.undo(self.listener.close)
        return self.listener.getsockname()[1]

    def crossed(self, world, found):
        return accepted(self.listener, world.token)


class descriptor_socket(_Connected):
    def outside(self, world):
        self.ours, theirs = connection()
        return {'fd': world.inherit(theirs), 'token': world.token}

    def inside(self, found):
        send(found['fd'], found['token'])


class descriptor_listener(_Connected):
    def outside(self, world):
        listener = socket.create_server(('127.0.0.1', 0))
        self.ours = socket.create_connection(listener.getsockname())
        self.ours.settimeout(0.05)
        return {'fd': world.inherit(listener), 'token': world.token}

    def inside(self, found):
        taken, _ = socket.socket(fileno=found['fd']).accept()
        taken.sendall(found['token'].encode())


class descriptor_unconnected(_Accepting):
    def outside(self, world):
        return {'port': self.server(world), 'fd': world.inherit(socket.socket()), 'token': world.token}

    def inside(self, found):
        client = socket.socket(fileno=found['fd'])
        client.settimeout(1)
        client.connect(('127.0.0.1', found['port']))
        client.sendall(found['token'].encode())


class descriptor_datagram(Door):
    def outside(self, world):
        self.ours = socket.socket(type=socket.SOCK_DGRAM)
        self.ours.bind(('127.0.0.1', 0))
        self.ours.settimeout(0.05)
        world.undo(self.ours.close)
        return {'port': self.ours.getsockname()[1], 'fd': world.inherit(socket.socket(type=socket.SOCK_DGRAM)), 'token': world.token}

    def inside(self, found):
        socket.socket(fileno=found['fd']).sendto(found['token'].encode(), ('127.0.0.1', found['port']))

    def crossed(self, world, found):
        return arrived(self.ours, world.token)


class descriptor_unix(_Connected):
    def outside(self, world):
        pair = socket.socketpair()
        self.ours, theirs = connection()
        hand_over(pair[0], theirs)
        theirs.close()
        world.undo(pair[0].close)
        return {'fd': world.inherit(pair[1]), 'token': world.token}

    def inside(self, found):
        take_over(found['fd'], found['token'])


class descriptor_pipe(Door):
    def outside(self, world):
        self.reader, writer = os.pipe()
        os.set_blocking(self.reader, False)
        world.undo(os.close, self.reader)
        return {'fd': world.inherit(writer), 'token': world.token}

    def inside(self, found):
        send(found['fd'], found['token'])

    def crossed(self, world, found):
        try:
            return os.read(self.reader, 100) == world.token.encode()
        except BlockingIOError:
            return False


class descriptor_directory(Door):
    """Up from the inherited folder, and down again into one that the job does not see."""
    def outside(self, world):
        self.folder = world.folder_in('/tmp')
        fd = world.inherit(os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY))
        return {'fd': fd, 'name': f'../{os.path.basename(self.folder)}/{world.token}'}

    def inside(self, found):
        os.close(os.open(found['name'], os.O_CREAT | os.O_WRONLY, dir_fd=found['fd']))

    def crossed(self, world, found):
        return os.path.exists(f'{self.folder}/{world.token}')


class descriptor_file(Door):
    def outside(self, world):
        self.path = '/tmp/door-' + secrets.token_hex(4)
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)  # of root
        world.undo(os.unlink, self.path)
        return {'fd': world.inherit(fd), 'token': world.token}

    def inside(self, found):
        send(found['fd'], found['token'])

    def crossed(self, world, found):
        with open(self.path, encoding='ascii') as file:
            return file.read() == world.token


class descriptor_memory(Door):
    def outside(self, world):
        fd = os.memfd_create('door')
        os.ftruncate(fd, 4096)
        self.memory = mmap.mmap(fd, 4096)
        return {'fd': world.inherit(fd), 'token': world.token}

    def inside(self, found):
        with mmap.mmap(found['fd'], 4096) as memory:
            memory[:16] = found['token'].encode()

    def crossed(self, world, found):
        return self.memory[:16] == world.token.encode()


class descriptor_event(Door):
    def outside(self, world):
        self.counter = called(LIBC.eventfd(0, os.O_NONBLOCK))
        return {'fd': world.inherit(self.counter)}

    def inside(self, found):
        os.write(found['fd'], struct.pack('Q', 42))

    def crossed(self, world, found):
        try:
            return struct.unpack('Q', os.read(self.counter, 8)) == (42,)
        except BlockingIOError:
            return False


class descriptor_namespace(_Accepting):
    def outside(self, world):
        fd = world.inherit(os.open('/proc/self/ns/net', os.O_RDONLY))
        return {'port': self.server(world), 'fd': fd, 'token': world.token}

    def inside(self, found):
        enter_network(found['fd'], found['port'], found['token'])


class descriptor_socket_namespace(_Accepting):
    def outside(self, world):
        return {'port': self.server(world), 'fd': world.inherit(socket.socket()), 'token': world.token}

    def inside(self, found):
        enter_network(fcntl.ioctl(found['fd'], SIOCGSKNS), found['port'], found['token'])


class descriptor_process(_Connected):
    def outside(self, world):
        self.ours, theirs = connection()
        victim = world.victim(pass_fds=[theirs.fileno()])
        number = theirs.fileno()
        theirs.close()
        return {'fd': world.inherit(os.pidfd_open(victim.pid)), 'number': number, 'token': world.token}

    def inside(self, found):
        send(syscall(PIDFD_GETFD, found['fd'], found['number'], 0), found['token'])


class descriptor_process_signal(Door):
    def outside(self, world):
        self.victim = world.victim()
        return {'fd': world.inherit(os.pidfd_open(self.victim.pid))}

    def inside(self, found):
        signal.pidfd_send_signal(found['fd'], signal.SIGTERM)

    def crossed(self, world, found):
        try:
            return self.victim.wait(0.1) == -signal.SIGTERM
        except subprocess.TimeoutExpired:
            return False


class _Links(Door):
    """The links of the network outside, by a netlink socket of it."""
    def socket(self):
        netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        netlink.bind((0, 0))
        return netlink

    def names(self, number):
        """Asks for all links; what follows the interface's struct is attributes."""
        netlink = socket.socket(fileno=os.dup(number))
        netlink.settimeout(1)
        netlink.sendto(struct.pack('IHHIIBxHiII', 32, RTM_GETLINK, NLM_F_DUMP_REQUEST, 1, 0, 0, 0, 0, 0, 0), (0, 0))
        answer = b''
        while True:
            part = netlink.recv(1 << 16)
            answer += part
            if struct.unpack_from('IH', part)[1] == NLMSG_DONE:
                return answer

    def inside(self, found):
        if b'wire0\0' not in self.names(found['fd']):
            raise Blocked('the link outside is not among those that the socket tells of')


class descriptor_netlink(_Links):
    def outside(self, world):
        return {'fd': world.inherit(self.socket())}


class _Tunnel(Door):
    """A tunnel into the network outside; a packet socket looks at what comes out of it."""
    def tunnel(self, world):
        name = 'door' + secrets.token_hex(3)
        try:
            fd = os.open('/dev/net/tun', os.O_RDWR)
        except OSError as error:
            raise Absent(f'/dev/net/tun: {error}') from error
        fcntl.ioctl(fd, TUNSETIFF, struct.pack('16sH', name.encode(), IFF_TUN | IFF_NO_PI))
        subprocess.run(['ip', 'link', 'set', name, 'up'], check=True)
        self.sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.sniffer.bind((name, 3))
        world.undo(self.sniffer.close)
        return fd

    def send_packet(self, number, token):
        text = token.encode()
        udp = struct.pack('!HHHH', 9999, 9999, 8 + len(text), 0) + text
        os.write(number, struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, b'\xc6\x33\x64\x01',
                                     b'\xc6\x33\x64\x02') + udp)

    def crossed(self, world, found):
        self.sniffer.setblocking(False)
        try:
            while True:
                if world.token.encode() in self.sniffer.recv(2000):
                    return True
        except BlockingIOError:
            return False


class descriptor_tunnel(_Tunnel):
    def outside(self, world):
        return {'fd': world.inherit(self.tunnel(world)), 'token': world.token}

    def inside(self, found):
        self.send_packet(found['fd'], found['token'])


class _Frames(Door):
    """A packet socket on one end of the cable outside; another on the other end sees what it sends."""
    def pair(self, world):
        self.other = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETHERTYPE))
        self.other.bind(('wire1', ETHERTYPE))
        self.other.settimeout(0.05)
        world.undo(self.other.close)
        sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        sender.bind(('wire0', 0))
        return sender

    def send_frame(self, number, token):
        os.write(number, b'\xff' * 6 + b'\x02' * 6 + struct.pack('!H', ETHERTYPE) + token.encode().ljust(50))

    def crossed(self, world, found):
        return arrived(self.other, world.token)


class descriptor_packet(_Frames):
    def outside(self, world):
        return {'fd': world.inherit(self.pair(world)), 'token': world.token}

    def inside(self, found):
        self.send_frame(found['fd'], found['token'])


class descriptor_ring(_Connected):
    """The ring has the connection under number 0 of its own."""
    def outside(self, world):
        self.ours, theirs = connection()
        made = ring.Ring.make()
        made.register(theirs.fileno())
        theirs.close()
        return {'fd': world.inherit(made.fd), 'offsets': made.offsets, 'token': world.token}

    def inside(self, found):
        made = ring.Ring(found['fd'], found['offsets'])
        made.place(1, found['token'].encode())
        made.store_send(made.address(1), len(found['token']))
        made.enter()


class descriptor_ring_polled(_Connected):
    """A thread of the kernel looks for submissions: what is stored is done, by nobody's system call."""
    alone = True  # the thread keeps a processor busy

    def outside(self, world):
        self.ours, theirs = connection()
        self.ring = ring.Ring.make(polled=True)
        self.ring.register(theirs.fileno())
        theirs.close()
        self.ring.wake()
        # The thread reads the memory of the process that made the ring.
        return {'fd': world.inherit(self.ring.fd), 'offsets': self.ring.offsets, 'address': self.ring.address(1),
                'token': world.token}

    def inside(self, found):
        made = ring.Ring(found['fd'], found['offsets'])
        made.place(1, found['token'].encode())
        made.store_send(found['address'], len(found['token']))
        end = time.monotonic() + 1
        while not made.is_taken():
            if time.monotonic() > end:
                raise Blocked('nobody took the submission')
            time.sleep(0.01)


class descriptor_working_directory(Door):
    """The working directory lies two folders below /tmp, of which the job has its own. What is beside it is not there.

    One folder up, not two: the kernel steps into what is mounted on the folder that `..` arrives at.
    """
    def outside(self, world):
        self.folder = world.folder_in(os.path.dirname(world.folder))
        return {'name': f'../{os.path.basename(self.folder)}/{world.token}'}

    def inside(self, found):
        os.close(os.open(found['name'], os.O_CREAT | os.O_WRONLY))

    def crossed(self, world, found):
        return os.path.exists(f'{self.folder}/{world.token}')


class _Standard(Door):
    """Standard input is something of the outside."""
    alone = True
    refused = True

    def popen(self, world, found):
        return {'stdin': self.theirs}

    def watch(self, world, found, process):
        os.close(self.theirs) if isinstance(self.theirs, int) else self.theirs.close()
        process.communicate(timeout=20)


class stream_inet(_Standard, _Connected):
    def outside(self, world):
        self.ours, self.theirs = connection()
        return {'token': world.token}

    def inside(self, found):
        send(0, found['token'])


class stream_netlink(_Standard, _Links):
    def outside(self, world):
        self.theirs = self.socket()
        return {'fd': 0}


class stream_packet(_Standard, _Frames):
    def outside(self, world):
        self.theirs = self.pair(world)
        return {'token': world.token}

    def inside(self, found):
        self.send_frame(0, found['token'])


class stream_tunnel(_Standard, _Tunnel):
    def outside(self, world):
        tunnel = self.tunnel(world)  # the link goes with its last descriptor
        world.undo(os.close, tunnel)
        self.theirs = os.dup(tunnel)
        return {'token': world.token}

    def inside(self, found):
        self.send_packet(0, found['token'])


class stream_directory(_Standard, descriptor_directory):
    def outside(self, world):
        self.folder = world.folder_in('/tmp')
        self.theirs = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        return {'fd': 9, 'name': f'../{os.path.basename(self.folder)}/{world.token}'}

    def command(self, words):
        return ['sh', '-c', 'exec 9<&0 </dev/null; exec "$@"', 'sh', *words]


class stream_process(_Standard, _Connected):
    def outside(self, world):
        self.ours, theirs = connection()
        with theirs:
            victim = world.victim(pass_fds=[theirs.fileno()])
            self.theirs = os.pidfd_open(victim.pid)
            return {'number': theirs.fileno(), 'token': world.token}

    def inside(self, found):
        send(syscall(PIDFD_GETFD, 0, found['number'], 0), found['token'])


class stream_namespace(_Standard, _Accepting):
    def outside(self, world):
        self.theirs = os.open('/proc/self/ns/net', os.O_RDONLY)
        return {'port': self.server(world), 'token': world.token}

    def inside(self, found):
        enter_network(0, found['port'], found['token'])


class stream_kernel_log(_Standard):
    """Opened by root, read by the job."""
    def outside(self, world):
        self.theirs = os.open('/dev/kmsg', os.O_RDONLY | os.O_NONBLOCK)
        return {}

    def inside(self, found):
        os.lseek(0, 0, os.SEEK_SET)
        return len(os.read(0, 8192))


class stream_unix(_Connected):
    """Standard output is a UNIX socket in which a connection of the outside waits. What is written must come out."""
    alone = True

    def outside(self, world):
        self.socket, self.theirs = socket.socketpair()
        self.ours, end = connection()
        hand_over(self.socket, end)
        end.close()
        world.undo(self.socket.close)
        return {'token': world.token}

    def popen(self, world, found):
        return {'stdout': self.theirs}

    def inside(self, found):
        os.write(1, b'written')
        take_over(1, found['token'])

    def watch(self, world, found, process):
        self.theirs.close()
        process.communicate(timeout=20)
        self.socket.settimeout(1)
        text = self.socket.recv(100)
        if text != b'written':
            raise RuntimeError(f'standard output had {text!r}')


class stream_unix_datagram(_Connected):
    """The same with datagrams, as standard input."""
    alone = True
    refused = True

    def outside(self, world):
        self.socket, self.theirs = socket.socketpair(type=socket.SOCK_DGRAM)
        self.ours, end = connection()
        hand_over(self.socket, end)
        end.close()
        world.undo(self.socket.close)
        return {'token': world.token}

    def popen(self, world, found):
        return {'stdin': self.theirs}

    def inside(self, found):
        take_over(0, found['token'])

    def watch(self, world, found, process):
        self.theirs.close()
        process.communicate(timeout=20)


def lead(terminal, kept=-1):
    """In the child that is to become the launcher: leads the terminal's session, as a shell does.

    Returns False in a child of it, which goes on; and True when that has ended. Holds only 0-2 and `kept` open."""
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    job = os.fork()
    if job == 0:
        return False
    os.closerange(3, kept)
    os.closerange(max(kept + 1, 3), 1024)
    os.waitpid(job, 0)
    return True


class terminal_input(Door):
    """A shell's terminal: the shell starts the job, waits for it, and then reads what was typed meanwhile."""
    alone = True

    def outside(self, world):
        try:
            with open('/proc/sys/dev/tty/legacy_tiocsti', encoding='ascii') as file:
                if file.read().strip() == '0':
                    raise Absent('TIOCSTI is off (dev.tty.legacy_tiocsti)')
        except FileNotFoundError:
            pass  # a kernel before that switch: it is on
        self.master, self.slave = pty.openpty()
        self.heard, self.report = os.pipe()
        os.set_inheritable(self.report, True)
        for number in (self.master, self.slave, self.heard):
            world.undo(os.close, number)
        return {'token': world.token}

    def shell_of_job(self):
        if not lead(0, self.report):
            return
        os.set_blocking(0, False)
        try:
            os.write(self.report, os.read(0, 1000))
        except BlockingIOError:
            pass
        os._exit(0)

    def popen(self, world, found):
        return {'stdin': self.slave, 'stdout': self.slave, 'stderr': self.slave, 'preexec_fn': self.shell_of_job}

    def inside(self, found):
        for character in found['token'] + '\n':
            fcntl.ioctl(0, termios.TIOCSTI, character.encode())
        raise Blocked('typed into a terminal; whether it is the one outside shows there')

    def watch(self, world, found, process):
        os.close(self.report)
        process.wait(20)

    def crossed(self, world, found):
        return world.token.encode() in os.read(self.heard, 1000)


class terminal_device(Door):
    """No stream is a terminal, and yet the caller has one: /dev/tty is whatever the session was started on."""
    alone = True

    def outside(self, world):
        self.master, self.slave = pty.openpty()
        self.seen = b''
        world.undo(os.close, self.master)
        world.undo(os.close, self.slave)
        return {'token': world.token}

    def shell_of_job(self):
        if lead(self.slave):
            os._exit(0)

    def popen(self, world, found):
        return {'preexec_fn': self.shell_of_job}

    def inside(self, found):
        send(os.open('/dev/tty', os.O_WRONLY), found['token'])

    def watch(self, world, found, process):
        """The terminal is hung up when the shell ends: what it shows is read before."""
        while process.poll() is None:
            if select.select([self.master], [], [], 0.02)[0]:
                self.seen += os.read(self.master, 1000)
        process.communicate(timeout=20)

    def crossed(self, world, found):
        return world.token.encode() in self.seen


class kept_socket(_Connected):
    """The user asks to keep it (--keep-fd)."""
    alone = True
    refused = True

    def outside(self, world):
        self.ours, theirs = connection()
        number = world.inherit(theirs)
        world.options += ['--keep-fd', str(number)]
        return {'fd': number, 'token': world.token}

    def inside(self, found):
        send(found['fd'], found['token'])


class kept_directory(descriptor_directory):
    alone = True
    refused = True

    def outside(self, world):
        found = super().outside(world)
        world.options += ['--keep-fd', str(found['fd'])]
        return found


class stream_queue(_Standard):
    """It looks like a file of a disk."""
    def outside(self, world):
        name = f'/door-{world.token}'.encode()
        self.theirs = called(LIBC.mq_open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NONBLOCK, 0o600, None))
        world.undo(LIBC.mq_unlink, name)
        self.queue = os.dup(self.theirs)
        world.undo(os.close, self.queue)
        return {'token': world.token}

    def inside(self, found):
        called(LIBC.mq_send(0, found['token'].encode(), ctypes.c_size_t(16), 0))

    def crossed(self, world, found):
        text = ctypes.create_string_buffer(1 << 16)
        return LIBC.mq_receive(self.queue, text, ctypes.c_size_t(1 << 16), None) == 16 and text.value == world.token.encode()

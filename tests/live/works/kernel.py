# SPDX-License-Identifier: GPL-2.0-or-later
"""Interfaces of the kernel that training programs and their libraries use."""
import ctypes
import fcntl
import locale
import mmap
import os
import select
import signal
import socket
import struct
import tempfile
import threading
import time

from checks import C, called, run, same

GIB = 1 << 30
C.mmap.restype = ctypes.c_void_p
C.shmat.restype = ctypes.c_void_p


def memfd_with_seals():
    fd = os.memfd_create('block', os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, 1 << 20)
    with mmap.mmap(fd, 1 << 20) as memory:
        memory[:5] = b'hello'
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL)
    for change in (lambda: os.ftruncate(fd, 1), lambda: os.pwrite(fd, b'x', 0)):
        try:
            change()
        except PermissionError:
            continue
        raise AssertionError('a seal holds nothing')
    same(os.pread(fd, 5, 0), b'hello')
    os.close(fd)


def huge_sparse_file():
    with open('sparse', 'w+b') as file:
        file.truncate(8 * GIB)
        with mmap.mmap(file.fileno(), 8 * GIB) as memory:
            for place in (0, 3 * GIB, 8 * GIB - 4):
                memory[place:place + 4] = struct.pack('I', place >> 20)
            memory.flush(3 * GIB, 4096)
        for place in (0, 3 * GIB, 8 * GIB - 4):
            same(os.pread(file.fileno(), 4, place), struct.pack('I', place >> 20), place)
        assert os.fstat(file.fileno()).st_blocks * 512 < 1 << 20, 'not sparse'
        same(os.lseek(file.fileno(), 4096, os.SEEK_DATA), 3 * GIB)
    os.unlink('sparse')


def anonymous_memory():
    with mmap.mmap(-1, 64 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory.madvise(mmap.MADV_HUGEPAGE)
        memory[::4096] = b'\1' * (len(memory) // 4096)
        memory.madvise(mmap.MADV_DONTNEED)
        same(sum(memory[::4096]), 0)
    address = ctypes.create_string_buffer(4096)
    called(C.mlock(address, 4096), 'mlock')
    called(C.munlock(address, 4096), 'munlock')


def event_descriptors():
    event = os.eventfd(0, os.EFD_NONBLOCK)
    timer = called(C.timerfd_create(time.CLOCK_MONOTONIC, os.O_NONBLOCK), 'timerfd_create')
    called(C.timerfd_settime(timer, 0, struct.pack('4q', 0, 10_000_000, 0, 30_000_000), None), 'timerfd_settime')
    mask = (ctypes.c_ulong * 16)(1 << (signal.SIGUSR2 - 1))
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
    signals = called(C.signalfd(-1, mask, os.O_NONBLOCK), 'signalfd')
    threading.Timer(0.02, lambda: os.eventfd_write(event, 41)).start()
    threading.Timer(0.04, lambda: os.kill(os.getpid(), signal.SIGUSR2)).start()
    seen = {}
    with select.epoll() as poll:
        for fd in (event, timer, signals):
            poll.register(fd, select.EPOLLIN | select.EPOLLET)
        end = time.monotonic() + 5
        while len(seen) < 3 and time.monotonic() < end:
            for fd, _ in poll.poll(1):
                seen[fd] = os.read(fd, 128)
    same(struct.unpack('Q', seen[event])[0], 41)
    assert struct.unpack('Q', seen[timer])[0] >= 1
    same(struct.unpack('I', seen[signals][:4])[0], signal.SIGUSR2)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR2])
    for fd in (event, timer, signals):
        os.close(fd)


def inotify():
    os.makedirs('watched', exist_ok=True)
    fd = called(C.inotify_init1(os.O_CLOEXEC), 'inotify_init1')
    watch = called(C.inotify_add_watch(fd, b'watched', 0x100 | 0x8), 'inotify_add_watch')  # IN_CREATE, IN_CLOSE_WRITE
    with open('watched/checkpoint', 'wb'):
        pass
    names = []
    while len(names) < 2:
        assert select.select([fd], [], [], 5)[0], names
        data = os.read(fd, 4096)
        while data:
            got, mask, _, size = struct.unpack('iIII', data[:16])
            same(got, watch)
            names.append((mask, data[16:16 + size].rstrip(b'\0')))
            data = data[16 + size:]
    same(names, [(0x100, b'checkpoint'), (0x8, b'checkpoint')])
    os.close(fd)
    os.unlink('watched/checkpoint')


def numa():
    """By number: libnuma is not everywhere, and NCCL and OpenMPI call the kernel."""
    calls = {'x86_64': (239, 238, 237, 279), 'aarch64': (236, 237, 235, 239)}[os.uname().machine]
    get_mempolicy, set_mempolicy, mbind, move_pages = calls
    mode = ctypes.c_int(-1)
    nodes = (ctypes.c_ulong * 16)()
    called(C.syscall(get_mempolicy, ctypes.byref(mode), nodes, 1024, None, 0), 'get_mempolicy')
    same(mode.value, 0)
    nodes[0] = 1
    preferred, bind = 1, 2
    called(C.syscall(set_mempolicy, preferred, nodes, 64), 'set_mempolicy')
    called(C.syscall(get_mempolicy, ctypes.byref(mode), None, 0, None, 0), 'get_mempolicy')
    same(mode.value, preferred)
    called(C.syscall(set_mempolicy, 0, None, 0), 'set_mempolicy')
    address = C.mmap(None, ctypes.c_size_t(1 << 16), 3, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, ctypes.c_long(0))
    called(C.syscall(mbind, ctypes.c_void_p(address), ctypes.c_ulong(1 << 16), bind, nodes, ctypes.c_ulong(64), 0), 'mbind')
    ctypes.memset(address, 7, 1 << 16)
    called(C.syscall(get_mempolicy, ctypes.byref(mode), None, 0, ctypes.c_void_p(address), 2), 'get_mempolicy of an address')
    same(mode.value, bind)
    where = ctypes.c_int(-1)
    called(C.syscall(move_pages, 0, ctypes.c_ulong(1), ctypes.byref(ctypes.c_void_p(address)), None, ctypes.byref(where), 0), 'move_pages')
    same(where.value, 0, 'node of the page')
    assert os.path.exists('/sys/devices/system/node/node0/cpulist'), 'the nodes are not shown'


def affinity_and_priority():
    allowed = os.sched_getaffinity(0)
    one = {min(allowed)}
    os.sched_setaffinity(0, one)
    same(os.sched_getaffinity(0), one)
    os.sched_setaffinity(0, allowed)
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    same(os.sched_getscheduler(0), os.SCHED_BATCH)
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    os.nice(0)


def sysv_ipc():
    private, create = 0, 0o1600
    memory = called(C.shmget(private, 1 << 20, create), 'shmget')
    address = C.shmat(memory, None, 0)
    semaphores = called(C.semget(private, 1, create), 'semget')
    queue = called(C.msgget(private, create), 'msgget')
    child = os.fork()
    if not child:
        try:
            ctypes.memmove(address, b'shared', 6)
            called(C.msgsnd(queue, struct.pack('l5s', 3, b'queue'), 5, 0))
            called(C.semop(semaphores, struct.pack('Hhh', 0, 1, 0), 1))
        finally:
            os._exit(0)
    called(C.semop(semaphores, struct.pack('Hhh', 0, -1, 0), 1), 'semop')
    same(ctypes.string_at(address, 6), b'shared')
    message = ctypes.create_string_buffer(64)
    same(called(C.msgrcv(queue, message, 32, 0, 0), 'msgrcv'), 5)
    same(message.raw[8:13], b'queue')
    os.waitpid(child, 0)
    for result in (C.shmctl(memory, 0, None), C.semctl(semaphores, 0, 0), C.msgctl(queue, 0, None)):
        called(result, 'removal')


def posix_ipc():
    C.sem_open.restype = ctypes.c_void_p
    semaphore = C.sem_open(b'/works', os.O_CREAT, 0o600, 0)
    queue = called(C.mq_open(b'/works', os.O_CREAT | os.O_RDWR, 0o600, None), 'mq_open')
    memory = called(C.shm_open(b'/works', os.O_CREAT | os.O_RDWR, 0o600), 'shm_open')
    os.ftruncate(memory, 256 << 20)  # what NCCL and the DataLoader want of /dev/shm
    os.posix_fallocate(memory, 0, 8 << 20)
    child = os.fork()
    if not child:
        try:
            os.pwrite(memory, b'memory', 8 << 20)
            C.mq_send(queue, b'queue', 5, 0)
            C.sem_post(ctypes.c_void_p(semaphore))
        finally:
            os._exit(0)
    called(C.sem_wait(ctypes.c_void_p(semaphore)), 'sem_wait')
    same(os.pread(memory, 6, 8 << 20), b'memory')
    message = ctypes.create_string_buffer(8192)
    same(called(C.mq_receive(queue, message, 8192, None), 'mq_receive'), 5)
    os.waitpid(child, 0)
    for result in (C.sem_unlink(b'/works'), C.mq_unlink(b'/works'), C.shm_unlink(b'/works')):
        called(result, 'removal')


def echo(server, client_family, address):
    def serve():
        peer, _ = server.accept()
        with peer:
            peer.sendall(peer.recv(100).upper())
    server.listen()
    server.settimeout(10)
    thread = threading.Thread(target=serve)
    thread.start()
    with socket.socket(client_family, socket.SOCK_STREAM) as client:
        client.settimeout(10)
        client.connect(address)
        client.sendall(b'hello')
        same(client.recv(100), b'HELLO', address)
    thread.join()
    server.close()


def loopback():
    for family, address in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET, '127.8.9.10'), (socket.AF_INET6, '::1')):
        server = socket.socket(family, socket.SOCK_STREAM)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.bind((address, 0))
        echo(server, family, server.getsockname()[:2])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two:
        one.bind(('127.0.0.1', 0))
        one.settimeout(10)
        two.sendto(b'datagram', one.getsockname())
        same(one.recv(100), b'datagram')
    own = socket.gethostname()
    server = socket.create_server(('', 0))
    echo(server, socket.AF_INET, (own, server.getsockname()[1]))


def unix_sockets():
    for address in ('\0works-abstract', 'socket-in-folder', tempfile.gettempdir() + '/socket-in-tmp'):
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(address)
        echo(server, socket.AF_UNIX, address)
        if address[0] != '\0':
            os.unlink(address)
    one, two = socket.socketpair()
    with one, two, tempfile.TemporaryFile() as file:
        file.write(b'passed')
        file.flush()
        socket.send_fds(one, [b'x'], [file.fileno()])
        _, (fd,), _, _ = socket.recv_fds(two, 1, 1)
        same(os.pread(fd, 6, 0), b'passed')
        os.close(fd)
        credentials = two.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        same(struct.unpack('3i', credentials), (os.getpid(), os.getuid(), os.getgid()))


def names_and_interfaces():
    found = {item[4][0] for item in socket.getaddrinfo('localhost', 80, type=socket.SOCK_STREAM)}
    assert '127.0.0.1' in found and found <= {'127.0.0.1', '::1'}, found
    same(socket.getservbyname('https', 'tcp'), 443)
    assert socket.getaddrinfo(socket.gethostname(), None)
    assert 'lo' in [name for _, name in socket.if_nameindex()]

    class Address(ctypes.Structure):
        """struct ifaddrs: its first fields."""
    Address._fields_ = [('next', ctypes.POINTER(Address)), ('name', ctypes.c_char_p), ('flags', ctypes.c_uint),
                        ('address', ctypes.POINTER(ctypes.c_ushort * 8))]
    first = ctypes.POINTER(Address)()
    called(C.getifaddrs(ctypes.byref(first)), 'getifaddrs')
    seen = set()
    at = first
    while at:
        entry = at.contents
        if entry.address:
            family = entry.address.contents[0]
            raw = bytes(entry.address.contents)
            if family == socket.AF_INET:
                seen.add((entry.name.decode(), socket.inet_ntoa(raw[4:8])))
            elif family == socket.AF_INET6:
                seen.add((entry.name.decode(), family))
        at = entry.next
    assert ('lo', '127.0.0.1') in seen and ('lo', socket.AF_INET6) in seen, seen


def locale_and_time_zone():
    same(locale.setlocale(locale.LC_ALL, 'C.UTF-8'), 'C.UTF-8')
    os.environ['TZ'] = 'IST-5:30'  # no file needed
    time.tzset()
    same(time.strftime('%H:%M %Z', time.localtime(0)), '05:30 IST')
    del os.environ['TZ']
    time.tzset()
    assert time.localtime().tm_year >= 2023


def asynchronous_io():
    """Linux's older interface, which databases and GPU storage libraries use."""
    calls = {'x86_64': (206, 209, 208, 207), 'aarch64': (0, 2, 4, 1)}[os.uname().machine]
    setup, submit, get_events, destroy = calls
    context = ctypes.c_ulong(0)
    called(C.syscall(setup, 4, ctypes.byref(context)), 'io_setup')
    buffer = ctypes.create_string_buffer(b'written', 4096)
    with open('asynchronous', 'w+b') as file:
        block = struct.pack('QIIHhIQQqQII', 99, 0, 0, 1, 0, file.fileno(), ctypes.addressof(buffer), 7, 0, 0, 0, 0)
        blocks = (ctypes.c_void_p * 1)(ctypes.cast(ctypes.c_char_p(block), ctypes.c_void_p))
        same(called(C.syscall(submit, context, ctypes.c_long(1), blocks), 'io_submit'), 1)
        events = ctypes.create_string_buffer(32)
        same(called(C.syscall(get_events, context, ctypes.c_long(1), ctypes.c_long(1), events, None), 'io_getevents'), 1)
        same(struct.unpack('QQqq', events.raw)[::2], (99, 7))
        same(os.pread(file.fileno(), 7, 0), b'written')
    called(C.syscall(destroy, context), 'io_destroy')
    os.unlink('asynchronous')


if __name__ == '__main__':
    run(memfd_with_seals, huge_sparse_file, anonymous_memory, event_descriptors, inotify, numa, affinity_and_priority, sysv_ipc,
        posix_ipc, loopback, unix_sockets, names_and_interfaces, locale_and_time_zone, asynchronous_io)

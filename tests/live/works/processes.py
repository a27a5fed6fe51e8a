# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes, threads, signals and terminals, the ways Python and its libraries use them."""
import asyncio
import concurrent.futures
import ctypes
import cProfile
import getpass
import grp
import mmap
import multiprocessing
import os
import pstats
import pty
import pwd
import resource
import signal
import subprocess
import sys
import termios
import threading
import time
from multiprocessing import shared_memory

from checks import C, called, run, same

START_METHODS = ('fork', 'spawn', 'forkserver')


def square(number):
    return number * number


def add_often(counter, lock):
    for _ in range(1000):
        with lock:
            counter.value += 1


def fill_shared(name, queue):
    memory = shared_memory.SharedMemory(name)
    memory.buf[:4] = b'done'
    memory.close()
    queue.put(b'x' * (4 << 20))  # more than a pipe holds


def describe(connection):
    """Gets a descriptor from its parent and answers by another."""
    file = connection.recv()
    os.write(file.fileno(), b'from the child')
    connection.send('written')


def pools():
    for method in START_METHODS:
        context = multiprocessing.get_context(method)
        with context.Pool(2) as pool:
            same(pool.map(square, range(50)), [number * number for number in range(50)], method)
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        same(list(pool.map(square, range(5))), [0, 1, 4, 9, 16])


def shared_state():
    for method in START_METHODS:
        context = multiprocessing.get_context(method)
        counter, lock, queue = context.Value('i', 0, lock=False), context.Lock(), context.Queue()
        memory = shared_memory.SharedMemory(create=True, size=1 << 20)
        workers = [context.Process(target=add_often, args=(counter, lock)) for _ in range(2)]
        workers.append(context.Process(target=fill_shared, args=(memory.name, queue)))
        for worker in workers:
            worker.start()
        same(len(queue.get(timeout=20)), 4 << 20, method)
        for worker in workers:
            worker.join(20)
            same(worker.exitcode, 0, method)
        same((counter.value, bytes(memory.buf[:4])), (2000, b'done'), method)
        memory.close()
        memory.unlink()


def manager():
    with multiprocessing.Manager() as server:
        table = server.dict()
        workers = [multiprocessing.Process(target=table.update, args=({index: index * 2},)) for index in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(20)
        same(dict(table), {0: 0, 1: 2})


def descriptors_between_processes():
    for method in START_METHODS:
        context = multiprocessing.get_context(method)
        ours, theirs = context.Pipe()
        inward, outward = context.Pipe(duplex=False)
        worker = context.Process(target=describe, args=(theirs,))
        worker.start()
        ours.send(outward)  # a connection inside a message: the resource sharer and SCM_RIGHTS
        assert ours.poll(20), method
        same(ours.recv(), 'written', method)
        same(os.read(inward.fileno(), 100), b'from the child', method)
        worker.join(20)
        same(worker.exitcode, 0, method)


def subprocesses():
    same(subprocess.run('echo $((6 * 7)) | tr 4 5', shell=True, capture_output=True, text=True, check=True).stdout, '52\n')
    same(subprocess.run(['cat'], input=b'y' * (1 << 20), capture_output=True, check=True).stdout, b'y' * (1 << 20))
    same(subprocess.run(['sh', '-c', 'kill -9 $$'], check=False).returncode, -signal.SIGKILL)
    with subprocess.Popen(['sleep', '60'], start_new_session=True) as child:
        same(os.getsid(child.pid), child.pid)
        os.killpg(child.pid, signal.SIGTERM)
        same(child.wait(10), -signal.SIGTERM)
    fast = os.posix_spawn('/bin/sh', ['sh', '-c', 'exit 7'], os.environ)
    same(os.waitstatus_to_exitcode(os.waitpid(fast, 0)[1]), 7)


def asyncio_by_pidfd():
    async def job():
        with_pidfd = asyncio.PidfdChildWatcher()
        with_pidfd.attach_loop(asyncio.get_running_loop())
        asyncio.set_child_watcher(with_pidfd)
        child = await asyncio.create_subprocess_exec('sh', '-c', 'read word; echo "$word $word"; exit 3', stdin=-1, stdout=-1)
        out, _ = await child.communicate(b'twice\n')
        same((out, child.returncode), (b'twice twice\n', 3))
        server = await asyncio.start_server(lambda reader, writer: writer.write(b'served') or writer.close(), '127.0.0.1', 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            same(await reader.read(), b'served')
            writer.close()
    asyncio.run(asyncio.wait_for(job(), 20))


def pidfds():
    child = os.fork()
    if not child:
        signal.pause()
        os._exit(0)
    fd = os.pidfd_open(child)
    signal.pidfd_send_signal(fd, signal.SIGTERM)
    status = os.waitid(os.P_PIDFD, fd, os.WEXITED)
    same((status.si_code, status.si_status), (os.CLD_KILLED, signal.SIGTERM))
    os.close(fd)


def signals_and_timers():
    got = []
    for name in (signal.SIGUSR1, signal.SIGALRM, signal.SIGCHLD):
        signal.signal(name, lambda number, frame: got.append(number))
    os.kill(os.getpid(), signal.SIGUSR1)
    for begin in (lambda: signal.setitimer(signal.ITIMER_REAL, 0.02), lambda: signal.alarm(1), lambda: os.fork() or os._exit(0)):
        before = len(got)
        begin()
        while len(got) == before:
            time.sleep(0.005)
    os.wait()
    same(got, [signal.SIGUSR1, signal.SIGALRM, signal.SIGALRM, signal.SIGCHLD])
    for name in (signal.SIGUSR1, signal.SIGALRM, signal.SIGCHLD):
        signal.signal(name, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    os.kill(os.getpid(), signal.SIGUSR1)
    same(signal.sigtimedwait([signal.SIGUSR1], 5).si_signo, signal.SIGUSR1)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])


def threads():
    total = [0] * 32
    barrier = threading.Barrier(32)

    def work(index):
        barrier.wait(20)
        total[index] = index
    workers = [threading.Thread(target=work, args=(index,)) for index in range(32)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    same(sum(total), 496)


def daemons():
    """A double fork in a session of its own, adopted and reaped."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.setsid()
        if not os.fork():
            time.sleep(0.05)
            os.write(write, str(os.getppid()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    parent = os.read(read, 20)
    assert parent and int(parent) != child, parent
    os.close(read)


def shell_in_a_terminal():
    pid, master = pty.fork()
    if not pid:
        os.execvp('sh', ['sh'])
    attributes = termios.tcgetattr(master)
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(master, termios.TCSANOW, attributes)
    termios.tcsetwinsize(master, (33, 77))
    os.write(master, b'echo "$(stty size) $(tty)"; sleep 100\n')
    seen = b''
    while b'/dev/pts/' not in seen or not seen.endswith(b'\n'):
        seen += os.read(master, 4096)
    assert b'33 77 /dev/pts/' in seen, seen
    time.sleep(0.1)
    os.write(master, b'\3exit 5\n')  # Ctrl-C ends the sleep: job control
    end = time.monotonic() + 10
    status = (0, 0)
    while status == (0, 0):
        assert time.monotonic() < end, 'the shell does not end'
        status = os.waitpid(pid, os.WNOHANG)
        time.sleep(0.02)
    same(os.waitstatus_to_exitcode(status[1]), 5)
    os.close(master)
    inner, outer = os.openpty()
    assert os.isatty(outer) and os.ttyname(outer).startswith('/dev/pts/')
    os.close(inner)
    os.close(outer)


def tracing_a_child():
    """What gdb and py-spy do: attach, read its memory three ways, let it go on."""
    attach, detach, peek = 16, 17, 2
    C.ptrace.restype = ctypes.c_long
    C.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    secret = ctypes.create_string_buffer(b'own child')
    address = ctypes.addressof(secret)
    child = os.fork()
    if not child:
        while secret.raw[:9] == b'own child':
            time.sleep(0.01)
        os._exit(9)
    called(C.ptrace(attach, child, None, None), 'attach')
    assert os.WIFSTOPPED(os.waitpid(child, 0)[1])
    ctypes.set_errno(0)
    word = C.ptrace(peek, child, address, None)
    same(word.to_bytes(8, 'little', signed=True), b'own chil')
    with open(f'/proc/{child}/mem', 'rb', buffering=0) as memory:
        memory.seek(address)
        same(memory.read(9), b'own child')
    called(C.ptrace(detach, child, None, None), 'detach')

    class Part(ctypes.Structure):
        """struct iovec."""
        _fields_ = [('base', ctypes.c_void_p), ('size', ctypes.c_size_t)]
    buffer = ctypes.create_string_buffer(b'GOOD NEWS')
    local, remote = Part(ctypes.addressof(buffer), 9), Part(address, 9)
    same(called(C.process_vm_writev(child, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0), 'process_vm_writev'), 9)
    same(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 9)


def borrowed_descriptor():
    """pidfd_getfd, which PyTorch shares GPU memory by."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        fd = os.memfd_create('of the child')
        os.write(fd, b'of the child')
        os.write(write, bytes([fd]))
        signal.pause()
    number = os.read(read, 1)[0]
    fd = os.pidfd_open(child)
    mine = called(C.syscall(438, fd, number, 0), 'pidfd_getfd')
    same(os.pread(mine, 20, 0), b'of the child')
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    for each in (read, write, fd, mine):
        os.close(each)


def who_am_i():
    entry = pwd.getpwuid(os.getuid())
    same(getpass.getuser(), entry.pw_name)
    same(os.path.expanduser('~'), os.environ['HOME'])
    same(grp.getgrgid(os.getgid()).gr_name, subprocess.run(['id', '-gn'], capture_output=True, text=True, check=True).stdout.strip())
    try:
        assert os.getlogin()
    except OSError:
        pass  # without a terminal, as under cron: programs fall back to the above


def limits_in_a_script():
    done = subprocess.run(['sh', '-c', 'set -e; ulimit -c 0; ulimit -n 128; ulimit -s 8192; ulimit -n; echo reached'], capture_output=True,
                          text=True, check=False)
    same((done.returncode, done.stdout), (0, '128\nreached\n'), done.stderr)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
    same(resource.getrlimit(resource.RLIMIT_NOFILE)[0], min(soft, 512))
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def profiling():
    profiler = cProfile.Profile()
    profiler.runcall(lambda: sum(square(number) for number in range(1000)))
    same([calls for (_, _, name), (calls, *_) in pstats.Stats(profiler).stats.items() if name == 'square'], [1000])
    usage = resource.getrusage(resource.RUSAGE_SELF)
    assert usage.ru_maxrss > 1000 and usage.ru_utime > 0
    hits = []
    signal.signal(signal.SIGPROF, lambda number, frame: hits.append(frame.f_code.co_name))  # as sampling profilers do
    signal.setitimer(signal.ITIMER_PROF, 0.01, 0.01)
    while len(hits) < 3:
        square(3)
    signal.setitimer(signal.ITIMER_PROF, 0)
    assert 'square' in hits or 'profiling' in hits, hits


def own_proc():
    with open('/proc/self/maps', encoding='utf-8') as maps, open('/proc/self/status', encoding='utf-8') as status:
        assert 'libc' in maps.read()
        assert f'Uid:\t{os.getuid()}\t' in status.read()
    with open('/proc/cpuinfo', encoding='utf-8') as cpus, open('/proc/meminfo', encoding='utf-8') as memory:
        assert 'processor' in cpus.read() and 'MemAvailable' in memory.read()
    assert os.cpu_count() >= 1 and os.path.realpath(f'/proc/{os.getpid()}/exe') == os.path.realpath(sys.executable)
    code = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    called(C.mprotect(ctypes.c_void_p(address), ctypes.c_size_t(4096), mmap.PROT_READ | mmap.PROT_EXEC), 'mprotect')  # compilers at run time


if __name__ == '__main__':
    run(pools, shared_state, manager, descriptors_between_processes, subprocesses, asyncio_by_pidfd, pidfds, signals_and_timers, threads, daemons,
        shell_in_a_terminal, tracing_a_child, borrowed_descriptor, who_am_i, limits_in_a_script, profiling, own_proc)

# SPDX-License-Identifier: GPL-2.0-or-later
"""The supervisor answers the calls that the filter asks about: they fail as before, they are told of, and nobody waits for
ever. With test hooks: what was told of is read from a file, and a job can have the filter of an audit."""
import ctypes
import errno
import json
import os
import pty
import signal
import socket
import subprocess
import time
import tty

from launch_lib import PYTHON, Bench, Failure, check, equal, main, python, run, start, succeeded, user_folder, wait_until

SYSCALL = '''
import ctypes, os, socket, sys, threading
libc = ctypes.CDLL(None, use_errno=True)
def denied(*call):
    ctypes.set_errno(0)
    return ctypes.get_errno() if libc.syscall(*call) < 0 else 0
'''
MOUNT, UNSHARE, SETSOCKOPT, SETNS, URING = 165, 272, 54, 308, 425  # x86_64
DESTINATION = ('192.0.2.1', 443)


class Told:
    """What the supervisor told of one run."""

    def __init__(self, mode, connects=False):
        folder = user_folder(mode, 'told')
        self.path = os.path.join(folder, f'{time.monotonic_ns()}')
        self.options = ['--events', self.path]
        self.environment = {'VPCJAIL_TEST_CONNECTS': '1'} if connects else {}

    def events(self, kind):
        """By id, with their last count; a further line about one has no more than that."""
        events = {}
        try:
            with open(self.path, encoding='utf-8') as file:
                for line in map(json.loads, file):
                    if 'id' in line:
                        events[line['id']] = {**events.get(line['id'], {}), **line,
                                              'record': events.get(line['id'], line)['record']}
        except FileNotFoundError:
            pass
        return [event for event in events.values() if event['record'] == kind]


def denied_calls_are_told(mode):
    """They fail as before, and the first row that denies each says why; a probe for a feature is not told of."""
    told = Told(mode)
    code = SYSCALL + f'''
print(denied({MOUNT}, b"a", b"/tmp", b"tmpfs", 0, None), denied({UNSHARE}, 0x10000000), denied({SETNS}, -1, 0))
s = socket.socket()
try:
    s.setsockopt(socket.SOL_SOCKET, 36, 1)
except OSError as error:
    print(error.errno)
print(denied({URING}, 1, 0))
thread = threading.Thread(target=lambda: print(denied({SETNS}, -1, 7), os.getpid() == 3))
thread.start(); thread.join()
'''
    done = succeeded(python(mode, code, 'word', environment=told.environment, options=told.options))
    check(done.stdout.splitlines()[:3] == ['1 1 1', '1', str(errno.ENOSYS)], done.stdout)
    check(done.stdout.splitlines()[3].startswith('1 '), done.stdout)
    events = told.events('call')
    equal([(event['call'], event['count']) for event in events], [('mount', 1), ('unshare', 1), ('setns', 2), ('setsockopt', 1)])
    for event in events:
        equal((event['error'], event['evidence']), ('EPERM', 'call'))
        equal(event['process']['command'][-1], 'word')
        equal(event['process']['script'], '-c')
        equal(event['process']['parents'], [])
    equal(len({event['process']['pid'] for event in events}), 1, 'a thread is its process')
    equal(int(events[1]['arguments'][0], 16), 0x10000000)
    check('routes are the policy' in events[3]['reason'], events[3])


def destinations_are_told(mode):
    """Each way to name a destination leads to the process that did, also when it is gone before the packet is told of."""
    told = Told(mode, connects=True)
    code = SYSCALL + '''
import time
def child(port, function):
    if os.fork() == 0:
        try:
            function(socket.socket(type=socket.SOCK_STREAM if port == 1001 else socket.SOCK_DGRAM), ("192.0.2.1", port))
        except OSError:
            pass
        os._exit(0)
    os.wait()
def connected(s, to):
    s.connect(to)
    s.send(b"x")
class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_char_p), ("length", ctypes.c_size_t)]
class Header(ctypes.Structure):
    _fields_ = [("name", ctypes.c_void_p), ("size", ctypes.c_uint32), ("parts", ctypes.POINTER(Part)),
                ("count", ctypes.c_size_t), ("control", ctypes.c_void_p), ("room", ctypes.c_size_t), ("flags", ctypes.c_int),
                ("sent", ctypes.c_uint)]
def many(s, to):
    address = socket.AF_INET.to_bytes(2, "little") + to[1].to_bytes(2, "big") + socket.inet_aton(to[0]) + bytes(8)
    name = ctypes.create_string_buffer(address, 16)
    header = Header(ctypes.cast(name, ctypes.c_void_p), 16, ctypes.pointer(Part(b"x", 1)), 1, None, 0, 0, 0)
    libc.sendmmsg(s.fileno(), ctypes.byref(header), 1, 0)
child(1001, lambda s, to: s.connect(to))
child(1002, lambda s, to: s.sendto(b"x", to))
child(1003, lambda s, to: s.sendmsg([b"x"], [], 0, to))
child(1004, connected)
child(1005, many)
# What is allowed goes on: loopback, pairs, and a pointer to nowhere is the kernel's to refuse.
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
client.sendall(b"hello"); client.sendmsg([b" you"])
print(listener.accept()[0].recv(9).decode())
left, right = socket.socketpair()
left.sendmsg([b"pair"]); print(right.recv(4).decode())
datagrams = socket.socket(type=socket.SOCK_DGRAM).detach()
print(denied(42, datagrams, 8, 16), denied(46, datagrams, 0, 0), denied(44, datagrams, b"x", 1, 0, 8, 16))
path = "/tmp/listens"
unix = socket.socket(socket.AF_UNIX); unix.bind(path); unix.listen()
socket.socket(socket.AF_UNIX).connect(path)
'''
    done = succeeded(python(mode, code, environment=told.environment, options=told.options))
    equal(done.stdout, f'hello you\npair\n{errno.EFAULT} {errno.EFAULT} {errno.EFAULT}\n')
    events = [event for event in told.events('denied') if event['address'] == '192.0.2.1']
    equal(sorted(event['port'] for event in events), [1001, 1002, 1003, 1004, 1005])
    for event in events:
        equal(event['evidence'], 'call', event)
        equal([parent['name'] for parent in event['process']['parents']], ['python3'])
    equal(len({event['process']['pid'] for event in events}), 5)
    equal(told.events('call'), [])


def storm_of_processes(mode):
    """Each of many short-lived processes that tries the same destination is found by itself."""
    told = Told(mode, connects=True)
    count = 600
    code = SYSCALL + f'''
import time
begin = time.monotonic()
for i in range({count}):
    if os.fork() == 0:
        denied({SETNS}, -1, i)
        try:
            socket.socket().connect({DESTINATION})
        except OSError:
            pass
        os._exit(0)
    if i % 8 == 7:
        for _ in range(8):
            os.wait()
    time.sleep(max(0, i / 600 - (time.monotonic() - begin)))
'''
    succeeded(python(mode, code, environment=told.environment, options=told.options))
    packets = told.events('denied')
    equal(len({event['process']['pid'] for event in packets}), count, 'of', len(packets))
    equal(len({event['process']['pid'] for event in told.events('call')}), count)
    equal({event['process']['pid'] for event in packets}, {event['process']['pid'] for event in told.events('call')})


def many_threads(mode):
    """Calls of many threads at once, while signals come: none is lost, none is answered wrongly, none is interrupted."""
    told = Told(mode, connects=True)
    code = SYSCALL + f'''
import signal
signal.signal(signal.SIGALRM, lambda *_: None)
signal.siginterrupt(signal.SIGALRM, False)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
results = []
def work():
    s = socket.socket(type=socket.SOCK_DGRAM)
    for i in range(300):
        results.append(denied({SETNS}, -1, 0))
        s.connect(("127.0.0.1", 9))
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
signal.setitimer(signal.ITIMER_REAL, 0)
print(len(results), set(results))
'''
    equal(succeeded(python(mode, code, environment=told.environment, options=told.options)).stdout, '2400 {1}\n')
    equal([event['count'] for event in told.events('call')], [2400])


def killed_while_waiting(mode):
    """A process that waits for an answer can be killed, also when nobody gives one."""
    told = Told(mode, connects=True)
    code = SYSCALL + f'''
import signal, time
child = os.fork()
if child == 0:
    while True:
        denied({SETNS}, -1, 0)
print("ready", flush=True)
sys.stdin.readline()
begin = time.monotonic()
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
print(time.monotonic() - begin < 5, flush=True)
time.sleep(60)
'''
    job = start(mode, [PYTHON, '-c', code], environment=told.environment, options=told.options, stdin=subprocess.PIPE)
    equal(job.stdout.readline(), 'ready\n')
    os.kill(job.pid, signal.SIGSTOP)
    job.stdin.write('go\n')
    job.stdin.flush()
    equal(job.stdout.readline(), 'True\n', 'with the supervisor stopped')
    os.kill(job.pid, signal.SIGCONT)
    job.send_signal(signal.SIGTERM)
    job.communicate(timeout=10)
    equal(job.returncode, 128 + signal.SIGTERM)


def waits_for_a_stopped_supervisor(mode):
    """What is denied stays denied when the answer comes late."""
    told = Told(mode)
    code = SYSCALL + f'print("ready", flush=True); sys.stdin.readline(); print(denied({MOUNT}, b"a", b"/tmp", b"tmpfs", 0, None))'
    job = start(mode, [PYTHON, '-c', code], environment=told.environment, options=told.options, stdin=subprocess.PIPE)
    equal(job.stdout.readline(), 'ready\n')
    os.kill(job.pid, signal.SIGSTOP)
    job.stdin.write('go\n')
    job.stdin.flush()
    time.sleep(0.3)
    os.kill(job.pid, signal.SIGCONT)
    out, _ = job.communicate(timeout=10)
    equal((job.returncode, out), (0, '1\n'))
    equal([event['call'] for event in told.events('call')], ['mount'])


def ends_with_calls_under_way(mode):
    """A job that ends, and one whose supervisor is killed, while all its processes wait for answers."""
    storm = SYSCALL + f'''
import time
for i in range(6):
    if os.fork() == 0:
        while True:
            denied({SETNS}, -1, 0)
            socket.socket(type=socket.SOCK_DGRAM).connect(("127.0.0.1", 9))
print("ready", flush=True)
time.sleep(float(sys.argv[1]))
'''
    told = Told(mode, connects=True)
    done = run(mode, [PYTHON, '-c', storm, '0.3'], environment=told.environment, options=told.options, timeout=20)
    equal(done.returncode, 0, done.stderr)
    job = start(mode, [PYTHON, '-c', storm, '60'], environment=told.environment, options=told.options)
    equal(job.stdout.readline(), 'ready\n')
    inside = {event['process']['pid'] for event in wait_until(lambda: told.events('call'), 5)}
    job.kill()
    job.communicate(timeout=10)
    check(inside, 'nobody was told of')
    check(wait_until(lambda: not any(os.path.exists(f'/proc/{pid}') for pid in inside), 5), 'outlived their supervisor')


def does_not_read_its_input(mode):
    """The supervisor copies what comes over a socket into the job; it must not wait there for a job that waits for it."""
    told = Told(mode)
    ours, theirs = socket.socketpair()
    code = SYSCALL + f'''
import time
time.sleep(0.5)
print([denied({SETNS}, -1, 0) for i in range(100)] == [1] * 100)
print(len(sys.stdin.buffer.read()))
'''
    job = start(mode, [PYTHON, '-c', code], environment=told.environment, options=told.options, stdin=theirs)
    theirs.close()
    ours.settimeout(20)
    sent = 3 << 20
    try:
        ours.sendall(bytes(sent))
    except TimeoutError as late:
        job.kill()
        raise Failure('the supervisor waits for a job that waits for it') from late
    ours.close()
    out, _ = job.communicate(timeout=20)
    equal(out, f'True\n{sent}\n')


def does_not_read_its_terminal(mode):
    """Likewise for what is typed, or pasted, at a terminal."""
    told = Told(mode)
    ours, theirs = pty.openpty()
    os.fchmod(theirs, 0o666)
    tty.setraw(theirs)  # nothing is thrown away then
    code = SYSCALL + f'''
import time
time.sleep(0.7)
print([denied({SETNS}, -1, 0) for i in range(100)] == [1] * 100)
'''
    job = start(mode, [PYTHON, '-c', code], environment=told.environment, options=told.options, stdin=theirs)
    os.close(theirs)
    os.set_blocking(ours, False)
    begin = time.monotonic()
    while time.monotonic() - begin < 0.6:
        try:
            os.write(ours, b'typed\n' * 100)
        except BlockingIOError:
            time.sleep(0.01)
    try:
        out, _ = job.communicate(timeout=10)
    except subprocess.TimeoutExpired as late:
        job.kill()
        raise Failure('the supervisor waits for a job that waits for it') from late
    finally:
        os.close(ours)
    equal(out, 'True\n')


def further_commands(mode):
    """A command of `vpcjail exec` has a filter, and a listener, of its own."""
    told = Told(mode, connects=True)
    name = f'notify{os.getpid()}'
    code = SYSCALL + 'import time; print("ready", flush=True); time.sleep(60)'
    job = start(mode, [PYTHON, '-c', code], environment=told.environment, options=told.options + ['--name', name])
    equal(job.stdout.readline(), 'ready\n')
    inner = SYSCALL + f'''
print(denied({SETNS}, -1, 0))
try:
    socket.socket().connect(("192.0.2.1", int(sys.argv[1])))
except OSError:
    pass
import time; time.sleep(0.5)
'''
    commands = [subprocess.Popen([Bench.binary, 'exec', name, '--', PYTHON, '-c', inner, str(2000 + i)], text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd='/',
                                 env=mode.full_environment({}), **mode.popen_arguments()) for i in range(6)]
    for process in commands:
        out, err = process.communicate(timeout=20)
        equal((process.returncode, out), (0, '1\n'), err)
    job.send_signal(signal.SIGTERM)
    job.communicate(timeout=10)
    calls = told.events('call')
    equal([event['call'] for event in calls], ['setns'] * 6)
    equal(sorted(int(event['process']['command'][-1]) for event in calls), list(range(2000, 2006)))
    packets = told.events('denied')
    equal(sorted(event['port'] for event in packets), list(range(2000, 2006)))
    for event in packets:
        equal(int(event['process']['command'][-1]), event['port'])


class Instruction(ctypes.Structure):
    _fields_ = [('code', ctypes.c_uint16), ('true', ctypes.c_uint8), ('false', ctypes.c_uint8), ('k', ctypes.c_uint32)]


class Program(ctypes.Structure):
    _fields_ = [('length', ctypes.c_uint16), ('instructions', ctypes.POINTER(Instruction))]


def _listen_outside():
    """In the process that becomes vpcjail: somebody else answers system calls already, and asks for none."""
    libc = ctypes.CDLL(None, use_errno=True)
    allow = Instruction(0x06, 0, 0, 0x7fff0000)
    program = Program(1, ctypes.pointer(allow))
    libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    listener = libc.syscall(317, 1, 1 << 3, ctypes.byref(program))
    if listener < 0:
        os._exit(99)
    os.set_inheritable(listener, True)


def somebody_else_answers(mode):
    """The kernel has one who answers: where there is one already the same calls are denied, and not told of."""
    told = Told(mode)
    code = SYSCALL + f'print(denied({MOUNT}, b"a", b"/tmp", b"tmpfs", 0, None), denied({SETNS}, -1, 0), denied({URING}, 1, 0))'
    done = succeeded(python(mode, code, environment=told.environment, options=told.options, preexec_fn=_listen_outside,
                            close_fds=False))
    equal(done.stdout, f'1 1 {errno.ENOSYS}\n')
    equal(told.events('call'), [])


HOLDER = '''
import array, errno, socket, sys
rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0] * 253))]
pairs, full = [], False
while not full:
    pairs.append(socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
    pairs[-1][0].setblocking(False)
    try:
        while True:
            pairs[-1][0].sendmsg([b"x"], rights)
    except OSError as error:
        full = error.errno == errno.ETOOMANYREFS
print("full", flush=True)
sys.stdin.readline()
'''


def nobody_answers(mode):
    """A job that keeps the listener of a further command from its supervisor, by the limit of descriptors under way, would be
    free to answer in its place: nothing is executed."""
    told = Told(mode)
    name = f'alone{os.getpid()}'
    job = start(mode, [PYTHON, '-c', HOLDER], environment=told.environment, options=told.options + ['--name', name],
                stdin=subprocess.PIPE)
    equal(job.stdout.readline(), 'full\n')
    done = subprocess.run([Bench.binary, 'exec', name, '--', 'echo', 'executed'], text=True, stdin=subprocess.DEVNULL,
                          capture_output=True, cwd='/', env=mode.full_environment({}), timeout=20, check=False, **mode.popen_arguments())
    job.communicate('\n', timeout=10)
    equal((done.returncode, done.stdout), (125, ''), done.stderr)
    # Where vpcjail has no more rights than the job, it cannot even ask for it.
    check(('who answers' if mode.root else 'cannot speak') in done.stderr, done.stderr)


def answers_for_itself(mode):
    """Nor can the job be one who answers, whoever else does."""
    told = Told(mode)
    code = SYSCALL + '''
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("instructions", ctypes.c_void_p)]
allow = ctypes.create_string_buffer(bytes([6, 0, 0, 0, 0, 0, 0xff, 0x7f]))
program = Program(1, ctypes.addressof(allow))
print(denied(317, 1, 1 << 3, ctypes.byref(program)), denied(317, 1, 0, ctypes.byref(program)))
'''
    equal(succeeded(python(mode, code, environment=told.environment, options=told.options)).stdout, '1 0\n')
    equal([event['call'] for event in told.events('call')], ['seccomp'])


def hostile_command_line(mode):
    """What a process says of itself is its own claim: any bytes, or none."""
    told = Told(mode)
    code = SYSCALL + f'denied({SETNS}, -1, 0)'
    words = [b'-c', code.encode(), b'\xff\xfe\x1b[31m', b'<b>', b'', b'x' * 65536]
    arguments = [Bench.binary, 'run', '-p', 'network-isolation', *mode.options, *told.options, '--', PYTHON]
    done = subprocess.run([os.fsencode(word) for word in arguments] + words, cwd=Bench.folder,
                          env=mode.full_environment({}), stdin=subprocess.DEVNULL, capture_output=True, timeout=20,
                          check=False, **mode.popen_arguments())
    equal(done.returncode, 0, done.stderr)
    event, = told.events('call')
    process = event['process']
    check(process['cut'] is True and len(''.join(process['command'])) <= 3 * 4096, len(''.join(process['command'])))
    equal(process['command'][:2], [PYTHON, '-c'])
    check(process['command'][3].endswith('\x1b[31m'), process['command'][3])


if __name__ == '__main__':
    if os.uname().machine != 'x86_64':
        print('FAILED: the numbers of system calls in here are those of x86_64')
        raise SystemExit(1)
    main([denied_calls_are_told, destinations_are_told, storm_of_processes, many_threads, killed_while_waiting,
          waits_for_a_stopped_supervisor, ends_with_calls_under_way, does_not_read_its_input, does_not_read_its_terminal,
          further_commands, somebody_else_answers, nobody_answers, answers_for_itself, hostile_command_line])

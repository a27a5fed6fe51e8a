# SPDX-License-Identifier: GPL-2.0-or-later
"""Living with a running jail: its place in the list, further commands in it, and the socket by which it is spoken to."""
import fcntl
import json
import os
import pty
import select
import shutil
import signal
import socket
import stat
import struct
import subprocess
import termios
import time

from launch_lib import (Bench, Failure, PYTHON, USERS, check, equal, main, run, start, succeeded, user_folder, wait_until,
                        write_file)

READY = 'print("ready", flush=True); import time; time.sleep(60)'
# What is the same for the job and for a further command: namespaces, ids, filter, rights, limits, folders, environment.
ALIKE = '''
import ctypes, json, os, resource
keep = ("Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Seccomp_filters",
        "SigBlk", "SigIgn", "Umask")
status = dict(line.rstrip("\\n").split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
names = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")
libc = ctypes.CDLL(None, use_errno=True)
def denied(*call):
    libc.syscall(*call)
    return ctypes.get_errno()
print(json.dumps({
    "status": {k: status[k] for k in keep},
    "namespaces": {n: os.readlink("/proc/self/ns/" + n) for n in names},
    "maps": [open("/proc/self/uid_map").read(), open("/proc/self/gid_map").read()],
    "limits": [resource.getrlimit(i) for i in range(16)],
    "cwd": os.getcwd(), "environment": {k: v for k, v in os.environ.items() if k not in ("TERM", "COLORTERM", "NO_COLOR")},
    "secure": libc.prctl(27, 0, 0, 0, 0),
    "descriptors": sorted(int(n) for n in os.listdir("/proc/self/fd"))[:3],
    "denied": [denied(425, 1, 0), denied(308, 0, 0), denied(41, 40, 1, 0), denied(41, 17, 3, 0), denied(250, 0)],
    "cgroup": open("/proc/self/cgroup").read(), "oom": open("/proc/self/oom_score_adj").read(),
}), flush=True)
'''


def command(mode, words, environment=None, **popen):
    """Another vpcjail of the same user."""
    popen.setdefault('stdin', subprocess.DEVNULL)
    popen.setdefault('stdout', subprocess.PIPE)
    popen.setdefault('stderr', subprocess.PIPE)
    popen.setdefault('start_new_session', True)
    return subprocess.Popen([Bench.binary] + [str(word) for word in words], env=mode.full_environment(environment), text=True,
                            errors='replace', cwd='/', **mode.popen_arguments(), **popen)


def vpcjail(mode, *words, timeout=20, input=None, **more):  # pylint: disable=redefined-builtin
    if input is not None:
        more['stdin'] = subprocess.PIPE
    process = command(mode, words, **more)
    try:
        out, err = process.communicate(input, timeout=timeout)
    except subprocess.TimeoutExpired as late:
        process.kill()
        raise Failure(f'still running after {timeout} s: {words}') from late
    return subprocess.CompletedProcess(words, process.returncode, out, err)


class Jail:
    """A running jail with a name."""
    count = 0

    def __init__(self, mode, code=READY, **more):
        Jail.count += 1
        self.mode = mode
        self.name = f'live{os.getpid()}.{Jail.count}'
        self.process = start(mode, [PYTHON, '-uc', code], options=['--name', self.name] + more.pop('options', []), **more)

    def __enter__(self):
        line = self.process.stdout.readline()
        check(line == 'ready\n', 'the job did not begin:', line, self.process.stderr.read() if not line else '')
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()

    def exec(self, *words, **more):
        return vpcjail(self.mode, 'exec', self.name, '--', *words, **more)

    def python(self, code, *words, **more):
        return self.exec(PYTHON, '-c', code, *words, **more)

    def state(self):
        rows = json.loads(succeeded(vpcjail(self.mode, 'ps', '--json')).stdout)
        rows = [row for row in rows if row['name'] == self.name]
        check(len(rows) == 1, self.name, 'is not once in the list', rows)
        return rows[0]

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.communicate(timeout=20)


def registry(mode):
    return '/run/vpcjail' if mode.root else f'/tmp/vpcjail-run-{mode.entry.pw_uid}'


def listed(mode):
    with Jail(mode) as jail:
        row = jail.state()
        equal((row['profile'], row['pid'], row['state'], row['user'], row['uplink']),
              ('network-isolation', jail.process.pid, 'running', mode.user, 'none'))
        check(row['command'].startswith(PYTHON) and abs(time.time() - time.mktime(
            time.strptime(row['since'][:19], '%Y-%m-%dT%H:%M:%S'))) < 60, row)
        shown = json.loads(succeeded(vpcjail(mode, 'profiles', '--json')).stdout)
        equal(row['digest'], next(p['digest'] for p in shown if p['name'] == 'network-isolation' and not p['hidden']))
        check(jail.name in succeeded(vpcjail(mode, 'ps', '--names')).stdout.split('\n'))
        check(any(jail.name in line and row['id'] in line for line in vpcjail(mode, 'ps').stdout.splitlines()))
        folder = f'{registry(mode)}/{row["id"]}'
        equal(stat.S_IMODE(os.stat(folder).st_mode), 0o700)
        jail.process.send_signal(signal.SIGSTOP)
        check(wait_until(lambda: jail.state()['state'] == 'stopped', 5), jail.state())
        jail.process.send_signal(signal.SIGCONT)
        check(wait_until(lambda: jail.state()['state'] == 'running', 5), jail.state())
        jail.end()
        check(not os.path.exists(folder), 'left behind')
    check(jail.name not in vpcjail(mode, 'ps', '--names').stdout)


def names_are_unique(mode):
    with Jail(mode) as jail:
        done = run(mode, ['true'], options=['--name', jail.name])
        equal(done.returncode, 125, done.stderr)
        for words in (jail.name, f'vpcjail {jail.process.pid}', 'register'):
            check(words in done.stderr, words, done.stderr)
        equal(run(mode, ['true'], options=['--name', jail.name + '-2']).returncode, 0)
        jail.end()
        equal(run(mode, ['true'], options=['--name', jail.name]).returncode, 0, 'the name is free again')


def seen_by_whom():
    """Root sees all, a user his own; another user neither sees nor reaches them."""
    root, rootless = Bench.modes[1], Bench.modes[2]
    other = type(rootless)('other', USERS[1], False)
    with Jail(root) as first, Jail(rootless) as second:
        names = vpcjail(root, 'ps', '--names').stdout.split()
        check(first.name in names and second.name in names, names)
        names = vpcjail(rootless, 'ps', '--names').stdout.split()
        check(first.name not in names and second.name in names, names)
        check(second.name not in vpcjail(other, 'ps', '--names').stdout)
        equal(succeeded(vpcjail(root, 'exec', second.name, '--', 'id', '-un')).stdout, USERS[0] + '\n')
        equal(vpcjail(other, 'exec', second.name, '--', 'true').returncode, 125)
        # Its folder is closed; with that open, who asks is looked at.
        path = f'{registry(rootless)}/{second.state()["id"]}'
        os.chmod(registry(rootless), 0o711)
        os.chmod(path, 0o711)
        os.chmod(path + '/control', 0o666)
        code = 'import socket, sys; s = socket.socket(1, 5); s.settimeout(5); s.connect(sys.argv[1]); print(len(s.recv(9)))'
        for mode, words in ((other, '0'), ):
            done = subprocess.run([PYTHON, '-c', code, path + '/control'], capture_output=True, text=True, check=False,
                                  **mode.popen_arguments())
            equal(done.stdout.strip(), words, done.stderr)
        done = subprocess.run([PYTHON, '-c', code, path + '/control'], capture_output=True, text=True, check=False,
                              **rootless.popen_arguments())
        check('timed out' in done.stderr, 'the control: the user himself is listened to', done)
        os.chmod(path, 0o700)
        os.chmod(registry(rootless), 0o700)


def job_does_not_see_it(mode):
    """Not in the job's own /run and /tmp; covered where those are shared; and with the path in hand, not listened to."""
    look = 'import os, sys; print([os.path.exists(p) for p in sys.argv[1:]])'
    with Jail(mode) as jail:
        row = jail.state()
        folder = f'{registry(mode)}/{row["id"]}'
        paths = [registry(mode), folder, folder + '/control']
        equal(jail.python(look, *paths).stdout, '[False, False, False]\n')
        equal(run(mode, [PYTHON, '-c', look] + paths).stdout, '[False, False, False]\n', 'another jail')
        # A working directory below it would bring it back.
        done = run(mode, [PYTHON, '-c', 'import os, sys; print(os.listdir(sys.argv[1]))', registry(mode)],
                   options=['--share', registry(mode)])
        equal(done.stdout, '[]\n', done.stderr)
        done = run(mode, [PYTHON, '-c', look, folder + '/control'], options=['--share', folder])
        check(done.returncode == 125 or done.stdout == '[False]\n', done)


def job_is_not_listened_to(mode):
    """The control socket refuses who comes from inside, although it has the user's id."""
    talk = '''
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.settimeout(5); s.connect(sys.argv[1])
try:
    print(len(s.recv(9)))
except TimeoutError:
    print("listens")
'''
    with Jail(mode) as jail:
        path = f'{registry(mode)}/{jail.state()["id"]}/control'
        outside = subprocess.run([PYTHON, '-c', talk, path], capture_output=True, text=True, check=False, **mode.popen_arguments())
        equal(outside.stdout, 'listens\n', outside.stderr)
        if mode.root and mode.user != 'root':  # its user is not the supervisor's, and comes nowhere near
            os.chmod(registry(mode) + '/' + jail.state()['id'], 0o711)
            os.chmod(path, 0o666)
        pid = inner_process(jail.process.pid)
        # Into the pid namespace alone, with the user's ids: what a job would be that found the socket.
        enter = ['nsenter', '-t', str(pid), '-p', '--', 'setpriv', '--reuid', str(mode.entry.pw_uid), '--regid',
                 str(mode.entry.pw_gid), '--clear-groups', PYTHON, '-c', talk, path]
        inside = subprocess.run(enter, capture_output=True, text=True, check=False)
        equal(inside.stdout, '0\n', inside.stderr)


def inner_is_left(supervisor):
    return os.path.exists(f'/proc/{supervisor}')


def inner_process(supervisor):
    """Process 1 of the jail, as it is numbered outside."""
    with open(f'/proc/{supervisor}/task/{supervisor}/children', encoding='ascii') as file:
        return int(file.read().split()[0])


def the_same_rights(mode):
    code = ALIKE + READY.replace('print("ready", flush=True); ', '')
    jail = Jail(mode, code, environment={'HF_TOKEN': 'x', 'KEPT': 'yes'})
    job = json.loads(jail.process.stdout.readline())
    try:
        other = json.loads(succeeded(jail.python(ALIKE, environment={'KEPT': 'no', 'ADDED': '1', 'TERM': 'dumb'})).stdout)
        for key in job:
            equal(other[key], job[key], key)
        check(job['status']['CapBnd'] == '0' * 16 and job['status']['Seccomp'] == '2', job)
        equal(succeeded(jail.exec('sh', '-c', 'echo $TERM', environment={'TERM': 'dumb'})).stdout, 'dumb\n')
        check(job['namespaces']['user'] != os.readlink('/proc/self/ns/user'))
    finally:
        jail.end()


def sees_only_the_jail(mode):
    with Jail(mode) as jail:
        lines = succeeded(jail.exec('ps', 'ax', '-o', 'pid=,args=')).stdout.splitlines()
        check(len(lines) == 3 and 'time.sleep' in lines[1] and 'ps ax' in lines[2], lines)
        done = jail.python('import os; print(os.getppid(), os.getsid(0) == os.getpid(), os.getpgid(0) == os.getpid())')
        equal(done.stdout, '1 True True\n', done.stderr)


def reaches_nothing(mode):
    server = socket.create_server(('127.0.0.1', 0))
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind('\0vpcjail-living-' + mode.name)
    abstract.listen()
    code = '''
import os, socket, sys
def tried(name, what):
    try:
        what(); print(name, "open")
    except OSError:
        print(name, "closed")
tried("tcp", lambda: socket.create_connection(("127.0.0.1", int(sys.argv[1])), 2))
tried("far", lambda: socket.create_connection(("192.0.2.1", 80), 2))
def abstract():
    s = socket.socket(socket.AF_UNIX); s.connect("\\0" + sys.argv[2])
tried("abstract", abstract)
tried("signal", lambda: os.kill(int(sys.argv[3]), 0))
tried("write", lambda: open("/etc/vpcjail-living", "w"))
tried("packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
tried("init", lambda: open("/proc/1/environ").read())
tried("memory", lambda: open("/proc/1/mem", "rb"))
'''
    names = ('tcp', 'far', 'abstract', 'signal', 'write', 'packet', 'init', 'memory')
    with Jail(mode) as jail:
        done = jail.python(code, server.getsockname()[1], 'vpcjail-living-' + mode.name, os.getpid())
        equal(done.stdout.split('\n')[:-1], [name + ' closed' for name in names], done.stderr)
        # The control: outside the same program gets through where the user may.
        done = subprocess.run([PYTHON, '-c', code, str(server.getsockname()[1]), 'vpcjail-living-' + mode.name, str(os.getpid())],
                              capture_output=True, text=True, check=False, **mode.popen_arguments())
        check('tcp open' in done.stdout and 'abstract open' in done.stdout, done)


def looks_into_the_job(mode):
    """What py-spy and gdb do: process_vm_readv and ptrace. Not the reverse."""
    attach = '''
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long] * 4
pid = int(sys.argv[1])
if libc.ptrace(16, pid, 0, 0):
    print(os.strerror(ctypes.get_errno()))
else:
    os.waitpid(pid, 0); print(len(open(f"/proc/{pid}/environ").read()) > 0); libc.ptrace(17, pid, 0, 0)
'''
    code = READY.replace('time.sleep(60)', f'''
import subprocess, sys
for line in sys.stdin:
    print(subprocess.run([sys.executable, "-c", {attach!r}, line.strip()], capture_output=True, text=True).stdout, end="")
''')
    with Jail(mode, code, stdin=subprocess.PIPE) as jail:
        find = 'import os; print(min(int(p) for p in os.listdir("/proc") if p.isdigit() and int(p) > 1))'
        job = succeeded(jail.python(find)).stdout.strip()
        equal(succeeded(jail.python(attach, job)).stdout, 'True\n')
        sleeper = command(mode, ['exec', jail.name, '--', 'sleep', '37'])
        inside = wait_until(lambda: jail.exec('pgrep', '-x', 'sleep').stdout.strip(), 5)
        jail.process.stdin.write(inside + '\n')
        jail.process.stdin.flush()
        # A kernel without Landlock has nothing to tell them apart.
        abi = json.loads(vpcjail(mode, 'doctor', '--json').stdout)['findings']
        wanted = 'True\n' if any(r['name'] == 'Landlock' and r['fact'].startswith('none') for r in abi) else 'Operation not permitted\n'
        equal(jail.process.stdout.readline(), wanted)
        sleeper.kill()
        sleeper.communicate()


def statuses(mode):
    with Jail(mode) as jail:
        for words, wanted in ((['true'], 0), (['sh', '-c', 'exit 42'], 42), (['sh', '-c', 'kill -9 $$'], 137),
                              (['no-such-command'], 127), (['/etc/passwd'], 126), (['/no/such/file'], 127)):
            done = jail.exec(*words)
            equal(done.returncode, wanted, words, done.stderr)
        equal(vpcjail(mode, 'exec', 'nobody-of-that-name', '--', 'true').returncode, 125)
        equal(jail.exec('sh', '-c', 'echo out; echo err >&2').stdout, 'out\n')
        equal(jail.exec('sh', '-c', 'echo err >&2').stderr, 'err\n')
        equal(vpcjail(mode, 'exec', jail.state()['id'], '--', 'echo', 'by id').stdout, 'by id\n')


def streams(mode):
    """Pipes and files as they are, UNIX sockets relayed, all else refused: the rules of run."""
    with Jail(mode) as jail:
        text = 'x' * 300000
        equal(jail.exec('cat', input=text).stdout, text)
        path = os.path.join(user_folder(mode, 'streams'), 'out')
        with open(path, 'w', encoding='ascii') as file:
            equal(jail.exec('echo', 'to a file', stdout=file).returncode, 0)
        with open(path, encoding='ascii') as file:
            equal(file.read(), 'to a file\n')
        for kind, wanted in ((socket.AF_UNIX, 0), (socket.AF_INET, 125)):
            ours, theirs = socket.socketpair() if kind == socket.AF_UNIX else (None, socket.socket(kind))
            process = command(mode, ['exec', jail.name, '--', 'sh', '-c', 'readlink /proc/self/fd/1 >&2; echo said'], stdout=theirs)
            theirs.close()
            _, err = process.communicate(timeout=10)
            equal(process.returncode, wanted, err)
            if kind == socket.AF_UNIX:
                equal(ours.recv(99), b'said\n')
                check(err.startswith('pipe:'), err)
            else:
                check('standard output' in err and 'socket' in err, err)
        folder = os.open('/tmp', os.O_RDONLY)
        done = jail.exec('true', stdin=folder)
        check(done.returncode == 125 and 'directory' in done.stderr, done)
        os.close(folder)


class Terminal:
    """vpcjail exec on a terminal of ours."""

    def __init__(self, jail, *words):
        self.master, slave = pty.openpty()
        self.modes = termios.tcgetattr(slave)
        os.fchown(slave, jail.mode.entry.pw_uid if not jail.mode.root else 0, -1)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('4H', 33, 101, 0, 0))

        def take():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        self.process = command(jail.mode, ['exec', jail.name, '--', *words], stdin=slave, stdout=slave, stderr=slave,
                               start_new_session=False, preexec_fn=take, environment={'TERM': 'xterm'})
        self.slave = slave
        self.seen = ''

    def type(self, text):
        os.write(self.master, text.encode())

    def expect(self, text, seconds=8):
        end = time.monotonic() + seconds
        while text not in self.seen:
            if time.monotonic() > end or not select.select([self.master], [], [], end - time.monotonic())[0]:
                raise Failure(f'{text!r} does not come, only {self.seen!r}')
            try:
                self.seen += os.read(self.master, 4096).decode(errors='replace')
            except OSError as error:
                raise Failure(f'{text!r} does not come, only {self.seen!r}') from error
        self.seen = self.seen[self.seen.index(text) + len(text):]

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.slave)
        os.close(self.master)


def shell_on_a_terminal(mode):
    with Jail(mode) as jail:
        terminal = Terminal(jail, 'sh')
        try:
            terminal.type('PS1=; stty size; tty; echo "$((6*7))end $TERM"\n')
            terminal.expect('33 101')
            terminal.expect('/dev/pts/')
            terminal.expect('42end xterm')
            # exec: what interrupts dash while it forks is lost.
            terminal.type('sh -c "echo beg""un; exec sleep 30"\n')
            terminal.expect('begun\r\n')
            terminal.type('\x03')
            terminal.expect('^C')
            time.sleep(0.5)  # the terminal throws away what was typed around it
            terminal.type('echo "$?, $((1+1))"\n')
            terminal.expect('130, 2')
            fcntl.ioctl(terminal.slave, termios.TIOCSWINSZ, struct.pack('4H', 44, 88, 0, 0))
            os.kill(terminal.process.pid, signal.SIGWINCH)
            wait_until(lambda: True, 0.1)
            terminal.type('sleep 0.2; stty size; exit 5\n')
            terminal.expect('44 88')
            equal(terminal.process.wait(timeout=10), 5)
            equal(termios.tcgetattr(terminal.slave), terminal.modes, 'the modes are back')
        finally:
            terminal.close()


def ends_with_its_caller(mode):
    """SIGHUP, then SIGKILL; signals are passed on."""
    with Jail(mode) as jail:
        process = command(mode, ['exec', jail.name, '--', 'sh', '-c', 'trap "exit 9" TERM; echo here; while :; do sleep 0.1; done'])
        equal(process.stdout.readline(), 'here\n')
        process.send_signal(signal.SIGTERM)
        equal(process.wait(timeout=10), 9)
        process.communicate()
        for code, least, most in (('echo here; sleep 50; :', 0, 3), ('trap "" HUP; echo here; while :; do sleep 0.1; done', 4, 8)):
            process = command(mode, ['exec', jail.name, '--', 'sh', '-c', code, 'marked'])
            equal(process.stdout.readline(), 'here\n')
            check(jail.exec('pgrep', '-f', 'marked').returncode == 0, 'the control: it runs')
            process.kill()
            begin = time.monotonic()
            check(wait_until(lambda: jail.exec('pgrep', '-f', 'marked').returncode == 1, 10, 0.1), 'still there')
            check(least <= time.monotonic() - begin <= most, code, time.monotonic() - begin)
            process.communicate()


def ends_with_the_jail(mode):
    for number in (signal.SIGTERM, signal.SIGKILL):
        with Jail(mode) as jail:
            process = command(mode, ['exec', jail.name, '--', 'sh', '-c', 'echo here; sleep 50'])
            equal(process.stdout.readline(), 'here\n')
            jail.process.send_signal(number)
            out, err = process.communicate(timeout=10)
            check(process.returncode in (137, 125), process.returncode, out, err)
    wait_until(lambda: not inner_is_left(jail.process.pid), 3)
    equal(run(mode, ['true']).returncode, 0, 'sweeps the rest')


def many_at_once(mode):
    with Jail(mode) as jail:
        processes = [command(mode, ['exec', jail.name, '--', 'sh', '-c', f'sleep 0.3; echo {i}; exit {i}']) for i in range(20)]
        for i, process in enumerate(processes):
            equal(process.communicate(timeout=20)[0], f'{i}\n')
            equal(process.returncode, i)


def swept_after_a_kill(mode):
    """What a killed supervisor leaves is no jail, and is gone after the next look."""
    with Jail(mode) as jail:
        folder = f'{registry(mode)}/{jail.state()["id"]}'
        jail.process.kill()
        jail.process.communicate()
        check(os.path.exists(folder), 'the control: it was left')
        check(wait_until(lambda: jail.name not in vpcjail(mode, 'ps', '--names').stdout, 5))
        check(not os.path.exists(folder), 'still there')
    equal(run(mode, ['true']).returncode, 0, 'sweeps the rest')


def planted_folder():
    """A folder that somebody else put there is refused, not used."""
    mode = Bench.modes[2]
    path = registry(mode)
    vpcjail(mode, 'ps')
    if os.path.isdir(path):
        shutil.rmtree(path)
    os.mkdir(path, 0o777)
    try:
        done = run(mode, ['true'])
        check(done.returncode == 125 and 'not a folder of this user alone' in done.stderr, done)
        equal(vpcjail(mode, 'ps').returncode, 1)
    finally:
        os.rmdir(path)
    equal(run(mode, ['true']).returncode, 0)


def hostile_clients(mode):
    """Whatever is said, the supervisor lives, and answers the next one at once."""
    with Jail(mode) as jail:
        path = f'{registry(mode)}/{jail.state()["id"]}/control'
        code = '''
import array, os, socket, struct, sys
def say(bytes_, fds=()):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.connect(sys.argv[1])
    try:
        s.sendmsg([bytes_], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else [])
    except OSError:
        pass
    return s
def message(kind, value=0, words=(), variables=0, terminals=0, magic=0x6c6a7076, version=1, count=None, length=None):
    text = b"".join(w + b"\\0" for w in words)
    return struct.pack("=IHHiHHHHII", magic, version, kind, value, variables, terminals, 0, 0,
                       len(words) if count is None else count, len(text) if length is None else length) + text
r, w = os.pipe()
kept = []
for i in range(600):
    kept = kept[-20:]
    kept.append(say(os.urandom(i), [r] * (i % 5)))
for kind in range(0, 14):
    for value in (0, 1, -1, 9, 64, 65, 70000, 2**31 - 1):
        kept = kept[-20:]
        kept.append(say(message(kind, value)))
        kept.append(say(message(kind, value, [b"x"], terminals=7)))
        kept.append(say(message(kind, value, [b"x"], count=9)))
        kept.append(say(message(kind, value, [b"x"], length=90000)))
        kept.append(say(message(kind, value, [b"x"] * 4096, variables=65535, terminals=7)))
kept.append(say(message(3, 0, [b"x"], version=2)))
kept.append(say(message(3, 0, [b"x"]), [r]))          # an update out of a pipe that never gives anything
kept.append(say(b"x" * 200000))
kept = []
print("done")
'''
        process = subprocess.Popen([PYTHON, '-c', code, path], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   **mode.popen_arguments())
        for _ in range(3):
            equal(succeeded(jail.exec('echo', 'alive')).stdout, 'alive\n')
        out, err = process.communicate(timeout=60)
        equal(out, 'done\n', err)
        equal(succeeded(jail.exec('echo', 'alive')).stdout, 'alive\n')
        check(jail.process.poll() is None, 'the supervisor has ended')
        # More clients than it takes: those above are sent away, and it serves again once they are gone.
        held = '''
import socket, sys, time
kept = []
for i in range(100):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.connect(sys.argv[1]); kept.append(s)
print("held", flush=True); sys.stdin.read()
'''
        holder = subprocess.Popen([PYTHON, '-c', held, path], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  **mode.popen_arguments())
        equal(holder.stdout.readline(), 'held\n')
        equal(jail.exec('true').returncode, 125, 'one too many')
        holder.communicate('')
        check(wait_until(lambda: jail.exec('true').returncode == 0, 5), 'does not serve again')


def passed_descriptors_are_judged(mode):
    """A client that sends what run would refuse: a socket, a terminal, a folder, a device."""
    with Jail(mode) as jail:
        path = f'{registry(mode)}/{jail.state()["id"]}/control'
        code = '''
import array, os, pty, socket, struct, sys
master, slave = pty.openpty()
def ask(fd):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.settimeout(5); s.connect(sys.argv[1])
    head = struct.pack("=IHHiHHHHII", 0x6c6a7076, 1, 0, 0, 0, 0, 0, 0, 1, 5)
    s.sendmsg([head + b"true\\0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd, 1, 2]))])
    return struct.unpack("=IHH", s.recv(4096)[:8])[2]
r, w = os.pipe()
print([ask(fd) for fd in (r, os.open("/dev/null", 0), socket.socket().fileno(), slave, os.open("/tmp", 0),
                          os.open("/proc/self/ns/net", 0), os.eventfd(0) if hasattr(os, "eventfd") else os.open("/tmp", 0))])
'''
        done = subprocess.run([PYTHON, '-c', code, path], capture_output=True, text=True, check=False, timeout=30,
                              **mode.popen_arguments())
        started, error = 7, 5
        equal(done.stdout, str([started, started, error, error, error, error, error]) + '\n', done.stderr)


def update_is_refused_by_name(mode):
    with Jail(mode) as jail:
        before = jail.state()
        text = 'vpcjail: 1\nextends: network-isolation\n'
        for more, words in (('process: {home: private}\n', 'process.home cannot change'),
                            ('process: {environment: {set: {A: b}}}\n', 'process.environment.set cannot change'),
                            ('hosts: {a.example: 10.1.2.3}\n', 'hosts cannot change'),
                            ('network: {peers: [10.1.2.3]}\n', 'network.peers cannot change')):
            path = write_file('update.yaml', text + more)
            done = vpcjail(mode, 'update', jail.name, '-p', path)
            check(done.returncode == 1 and words in done.stderr, words, done)
        equal(jail.state(), before)


def update(mode):
    """From refused to hanging, and back; the list says under which profile it runs, the breadcrumb which one denied."""
    drop = write_file('drop.yaml', 'vpcjail: 1\nextends: network-isolation\nnetwork: {on-deny: drop, forward: deny}\n')
    code = '''
import socket, sys
s = socket.socket(); s.settimeout(1)
try:
    s.connect(("192.0.2.1", int(sys.argv[1])))
except TimeoutError:
    print("hangs")
except ConnectionRefusedError:
    print("refused")
'''
    with Jail(mode) as jail:
        before = jail.state()
        equal(jail.python(code, 81).stdout, 'refused\n')
        equal(succeeded(vpcjail(mode, 'update', jail.name, '-p', drop)).stdout, '')
        equal(jail.python(code, 82).stdout, 'hangs\n')
        after = jail.state()
        check(after['profile'].endswith('drop.yaml') and len(after['digest']) == 64 and after['digest'] != before['digest'], after)
        done = vpcjail(mode, 'forward', jail.name, '8888')
        check(done.returncode == 1 and 'network.forward: deny' in done.stderr, done)
        succeeded(vpcjail(mode, 'update', jail.state()['id'], '-p', 'network-isolation'))
        equal(jail.python(code, 83).stdout, 'refused\n')
        equal(jail.state(), before)
        _, err = jail.end()
        check('3 destinations denied; first: 192.0.2.1:81 (tcp)' in err, err)


if __name__ == '__main__':
    main([listed, names_are_unique, job_does_not_see_it, job_is_not_listened_to, the_same_rights, sees_only_the_jail,
          reaches_nothing, looks_into_the_job, statuses, streams, shell_on_a_terminal, ends_with_its_caller,
          ends_with_the_jail, many_at_once, swept_after_a_kill, hostile_clients, passed_descriptors_are_judged,
          update_is_refused_by_name, update], once=[seen_by_whom, planted_folder])

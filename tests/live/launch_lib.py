# SPDX-License-Identifier: GPL-2.0-or-later
"""What the live tests of the launcher share: users, modes, running with time limits, and the search for leftovers."""
import ctypes
import fcntl
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import uuid

PYTHON = '/usr/bin/python3'  # Debian's, which every user can start
USERS = ('vpcjail-test1', 'vpcjail-test2')
DANGEROUS_GROUP = 'disk'     # one of those that the job must not take along
EXTRA_GROUP = 'games'        # one that it takes along
MARK = 'VPCJAIL_TEST_MARK'
CLONE_NEWNS = 0x20000


def skip(what):
    """The machine lacks something: says what. Under REQUIRE_LIVE=1 that is a failure."""
    if os.environ.get('REQUIRE_LIVE') == '1':
        print('FAILED, missing:', what, file=sys.stderr)
        sys.exit(1)
    print('SKIPPED, missing:', what, file=sys.stderr)
    sys.exit(77)


class Failure(Exception):
    """A check that did not hold."""


def check(condition, *words):
    if not condition:
        raise Failure(' '.join(str(word) for word in words))


def equal(got, wanted, *words):
    check(got == wanted, *words, 'got', repr(got), 'instead of', repr(wanted))


class Mode:
    """A way to start vpcjail: as root for another user, as root staying root, as an ordinary user."""

    def __init__(self, name, user, root, options=(), environment=None):
        self.name = name
        self.user = user        # whom the job runs as
        self.root = root        # vpcjail itself is started by root
        self.options = list(options)
        self.environment = environment or {}
        self.entry = pwd.getpwnam(user)

    def popen_arguments(self):
        if self.root:
            return {}
        groups = os.getgrouplist(self.user, self.entry.pw_gid)
        return {'user': self.entry.pw_uid, 'group': self.entry.pw_gid, 'extra_groups': groups}

    def full_environment(self, more):
        caller = pwd.getpwuid(0) if self.root else self.entry
        environment = {'PATH': '/usr/bin:/bin:/usr/sbin:/sbin', 'HOME': caller.pw_dir, 'LANG': 'C.UTF-8', MARK: Bench.mark}
        environment.update({k: v for k, v in os.environ.items() if k.startswith(('ASAN_', 'UBSAN_', 'VPCJAIL_TEST_STATE'))})
        environment.update(self.environment)
        environment.update(more or {})
        return {k: v for k, v in environment.items() if v is not None}


class Bench:
    """The state of one test program: the binary's copy, the scratch folder, what has failed."""
    mark = uuid.uuid4().hex
    binary = None
    folder = None
    failures = []
    modes = []


def _make_users():
    with open('/run/lock/vpcjail-test-users', 'w', encoding='ascii') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name in USERS:
            try:
                pwd.getpwnam(name)
            except KeyError:
                done = subprocess.run(['useradd', '-m', '-s', '/bin/sh', name], capture_output=True, text=True, check=False)
                if done.returncode:
                    skip('the users ' + ' and '.join(USERS) + ': ' + done.stderr.strip())
        subprocess.run(['usermod', '-aG', DANGEROUS_GROUP + ',' + EXTRA_GROUP, USERS[0]], check=True)


def _own_mount_namespace():
    """So that what a launch left mounted can be told; shared, so that a launch that let mounts out would be seen."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(CLONE_NEWNS):
        skip('a mount namespace: ' + os.strerror(ctypes.get_errno()))
    for kind in ('--make-rprivate', '--make-rshared'):
        subprocess.run(['mount', kind, '/'], check=True)


def _mounts():
    """What is mounted in our namespace, in which no other program mounts."""
    with open('/proc/self/mountinfo', encoding='utf-8') as file:
        return sorted(' '.join(line.split()[2:5]) for line in file)


def has_mark(pid):
    try:
        with open(f'/proc/{pid}/environ', 'rb') as file:
            return f'{MARK}={Bench.mark}'.encode() in file.read().split(b'\0')
    except OSError:
        return False


def marked_processes():
    """Every process that a launch of this test started: the mark is in its environment, also in that of process 1."""
    own = os.getpid()
    return [int(name) for name in os.listdir('/proc') if name.isdigit() and int(name) != own and has_mark(name)]


def command_line(pid):
    try:
        with open(f'/proc/{pid}/cmdline', 'rb') as file:
            return file.read().replace(b'\0', b' ').decode(errors='replace')[:120]
    except OSError:
        return ''


def scratch_folders(where=('/tmp', '/var/tmp')):
    """Scratch folders of dead launches of the users we run as: those without a lock. A living launch has locked its own."""
    dead = []
    for parent in where:
        for user in ('root',) + USERS:
            path = f'{parent}/vpcjail-{pwd.getpwnam(user).pw_uid}'
            try:
                fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            except FileNotFoundError:
                continue
            fcntl.flock(fd, fcntl.LOCK_EX)  # nobody makes one at the moment
            for name in os.listdir(fd):
                try:
                    inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY, dir_fd=fd)
                except OSError:
                    continue  # just removed
                try:
                    fcntl.flock(inner, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if os.path.exists(f'{path}/{name}'):  # it may have been removed, and then unlocked, meanwhile
                        dead.append(f'{path}/{name}')
                except BlockingIOError:
                    pass
                os.close(inner)
            os.close(fd)
    return dead


def wait_until(condition, seconds, pause=0.02):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(pause)


def assert_nothing_left(words='leftovers:'):
    left = wait_until(lambda: not marked_processes(), 3)
    check(left, words, 'processes', [(pid, command_line(pid)) for pid in marked_processes()])
    equal(_mounts(), Bench.mounts, words, 'mounts')
    dead = [path for path in scratch_folders() if path not in Bench.dead_before]
    check(not dead, words, 'scratch folders', dead)


def start(mode, command, options=(), profile='network-isolation', environment=None, cwd=None, verb='run', **popen):
    """vpcjail run, or audit, as a Popen object. A session of its own, so that no signal of the terminal reaches it."""
    arguments = [Bench.binary, verb]
    arguments += ['-p', profile] + mode.options + list(options) + ['--'] + [str(word) for word in command]
    popen.setdefault('stdin', subprocess.DEVNULL)
    popen.setdefault('stdout', subprocess.PIPE)
    popen.setdefault('stderr', subprocess.PIPE)
    popen.setdefault('start_new_session', True)
    if not popen.pop('bytes', False):
        popen.update({'text': True, 'errors': 'replace'})
    return subprocess.Popen(arguments, env=mode.full_environment(environment), cwd=cwd or Bench.folder,
                            **mode.popen_arguments(), **popen)


def run(mode, command, timeout=30, input=None, **more):  # pylint: disable=redefined-builtin
    if input is not None:
        more['stdin'] = subprocess.PIPE
    process = start(mode, command, **more)
    try:
        out, err = process.communicate(input, timeout=timeout)
    except subprocess.TimeoutExpired as late:
        process.kill()
        process.communicate()
        raise Failure(f'still running after {timeout} s: {command}') from late
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def python(mode, code, *arguments, **more):
    """Runs a Python program in the jail."""
    return run(mode, [PYTHON, '-c', code, *arguments], **more)


def succeeded(done, *words):
    check(done.returncode == 0, *words, 'status', done.returncode, done.stdout, done.stderr)
    return done


def report(done):
    """The JSON that a program printed."""
    succeeded(done)
    return json.loads(done.stdout)


def write_file(name, text, mode=0o644):
    path = os.path.join(Bench.folder, name)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def user_folder(mode, name):
    """A folder below the scratch folder that the mode's user owns."""
    path = os.path.join(Bench.folder, name + '-' + mode.name)
    os.makedirs(path, exist_ok=True)
    os.chown(path, mode.entry.pw_uid, mode.entry.pw_gid)
    return path


def kill_marked():
    for pid in marked_processes():
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def ran_in(mode, function, *arguments):
    label = function.__name__ + (f' [{mode.name}]' if mode else '')
    begin = time.monotonic()
    failure = None
    try:
        function(*([mode] if mode else []), *arguments)
    except Failure as failed:
        failure = str(failed)[:4000]
    except Exception:  # pylint: disable=broad-except
        failure = traceback.format_exc()
    if failure is None:
        print(f'ok      {label} ({time.monotonic() - begin:.1f} s)', flush=True)
        return
    Bench.failures.append(label)
    print(f'FAILED  {label}: {failure}', flush=True)
    kill_marked()


def _selected(function):
    wanted = os.environ.get('LIVE_ONLY')  # for the one who looks for a fault: one test, by a part of its name
    return not wanted or wanted in function.__name__


def _prepare(binary):
    if not binary or not os.access(binary, os.X_OK):
        skip('the program vpcjail')
    if os.geteuid() != 0:
        skip('root, which makes the test users')
    for program in ('useradd', 'usermod', 'mount', 'ip'):
        if not shutil.which(program):
            skip(program)
    _make_users()
    _own_mount_namespace()
    Bench.folder = tempfile.mkdtemp(prefix='launch-test.', dir='/tmp')
    os.chmod(Bench.folder, 0o755)
    Bench.binary = os.path.join(Bench.folder, 'vpcjail')
    shutil.copy(binary, Bench.binary)
    os.chmod(Bench.binary, 0o755)
    os.chdir(Bench.folder)
    Bench.mounts = _mounts()
    Bench.dead_before = scratch_folders()
    user = pwd.getpwnam(USERS[0])
    Bench.modes = [
        Mode('root for a user', USERS[0], True, environment={'SUDO_UID': str(user.pw_uid), 'SUDO_GID': str(user.pw_gid)}),
        Mode('root stays root', 'root', True, options=['--user', 'root']),
        Mode('rootless', USERS[0], False),
    ]
    done = subprocess.run([Bench.binary, 'run', '--', 'true'], env=Bench.modes[2].full_environment({}), cwd='/', text=True,
                          capture_output=True, timeout=20, check=False, **Bench.modes[2].popen_arguments())
    if done.returncode == 125 and 'user namespaces' in done.stderr:
        skip('user namespaces for ordinary users')


def main(each_mode, once=(), prepare=None, first=()):
    """Runs the tests, those of `each_mode` in every mode, and ends the program. prepare is called before all."""
    os.umask(0o022)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # meson's time limit: clean up first
    _prepare(sys.argv[1] if len(sys.argv) > 1 else None)
    try:
        if prepare:
            prepare()
            Bench.mounts = _mounts()
        for function in first:
            ran_in(None, function)
        for function in filter(_selected, each_mode):
            for mode in Bench.modes:
                ran_in(mode, function)
        for function in filter(_selected, once):
            ran_in(None, function)
        ran_in(None, assert_nothing_left)
    finally:
        kill_marked()
        shutil.rmtree(Bench.folder, ignore_errors=True)
    if Bench.failures:
        print(len(Bench.failures), 'failed:', ', '.join(Bench.failures))
    sys.exit(1 if Bench.failures else 0)

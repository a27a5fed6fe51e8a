# SPDX-License-Identifier: GPL-2.0-or-later
"""What a job inherits and what it does not: descriptors, folders, identity, limits, /tmp, credentials, a full disk."""
import grp
import os
import resource
import shutil
import socket
import subprocess
import threading

from launch_lib import (Bench, DANGEROUS_GROUP, EXTRA_GROUP, PYTHON, check, equal, main, python, report, run, scratch_folders,
                        start, succeeded, user_folder, write_file)

KEPT = 107  # a descriptor number nobody else uses


def with_descriptor(mode, fd, options, command):
    """Runs with a copy of fd open as descriptor KEPT."""
    os.dup2(fd, KEPT)
    try:
        return run(mode, command, options=options, pass_fds=(KEPT,))
    finally:
        os.close(KEPT)


DESCRIPTORS = '''
import json, os
def is_open(fd):
    try:
        os.fstat(fd)
        return True
    except OSError:
        return False
print(json.dumps([fd for fd in range(3, 300) if is_open(fd)]))
'''


def inherited_descriptors(mode):
    with open(write_file('kept', 'what is kept\n'), encoding='ascii') as file, socket.socket() as inet:
        pair = socket.socketpair()
        folder = os.open('/etc', os.O_RDONLY | os.O_DIRECTORY)
        namespace = os.open('/proc/self/ns/net', os.O_RDONLY)
        outside = {'a file': file.fileno(), 'an INET socket': inet.fileno(), 'a UNIX socket': pair[0].fileno(),
                   'a folder': folder, 'a namespace': namespace}
        for what, fd in outside.items():
            equal(report(with_descriptor(mode, fd, [], [PYTHON, '-c', DESCRIPTORS])), [], 'open inside:', what)
            keep = with_descriptor(mode, fd, ['--keep-fd', str(KEPT)], [PYTHON, '-c', DESCRIPTORS])
            if what == 'a file':
                equal(report(keep), [KEPT], 'kept')  # which shows that the probe would see the others
                continue
            equal(keep.returncode, 125, what, keep.stdout, keep.stderr)
            check(f'--keep-fd {KEPT}' in keep.stderr, what, keep.stderr)
        for fd in (folder, namespace, pair[0].detach(), pair[1].detach()):
            os.close(fd)


def handles_as_stdin_are_refused(mode):
    marker = user_folder(mode, 'stdin') + '/ran'
    with socket.socket() as inet, open('/proc/self/ns/net', 'rb') as namespace, open('/proc/self/status', 'rb') as proc, \
            open('/dev/kmsg', 'rb') as messages:
        folder = os.open('/etc', os.O_RDONLY | os.O_DIRECTORY)
        for handle in (inet, namespace, proc, messages, folder):
            done = run(mode, ['touch', marker], stdin=handle)
            equal(done.returncode, 125, handle, done.stderr)
            check('standard input is ' in done.stderr, done.stderr)
            check(not os.path.exists(marker), 'the command was run')
        os.close(folder)


IS_SOCKET = 'import os, stat, sys; sys.exit(any(stat.S_ISSOCK(os.fstat(fd).st_mode) for fd in (0, 1, 2)))'


def relay(mode, options=()):
    """Standard input and output are UNIX sockets: data goes both ways, no socket is inside."""
    ours, theirs = socket.socketpair()
    ours.settimeout(20)
    with ours, theirs:
        process = start(mode, ['sh', '-c', f'{PYTHON} -c "{IS_SOCKET}" || exit 9; while read l; do echo "<$l>"; done; exit 3'],
                        options=options, stdin=theirs, stdout=theirs)
        theirs.close()
        text = ours.makefile('rw')
        for number in range(200):
            text.write(f'{number}\n')
            text.flush()
            equal(text.readline(), f'<{number}>\n')
        ours.shutdown(socket.SHUT_WR)
        equal(text.readline(), '')
        equal(process.wait(timeout=10), 3, process.stderr.read())
        process.stderr.close()


def unix_sockets_are_relayed(mode):
    relay(mode)
    shared = user_folder(mode, 'shared')
    relay(mode, ['--share', shared])
    # More than a socket's buffer, in one direction.
    ours, theirs = socket.socketpair()
    with ours:
        process = start(mode, ['wc', '-c'], stdin=theirs)
        theirs.close()
        sender = threading.Thread(target=lambda: (ours.sendall(b'x' * 5_000_000), ours.shutdown(socket.SHUT_WR)))
        sender.start()
        out, err = process.communicate(timeout=30)
        sender.join(10)
    equal(out, '5000000\n', err)


def working_directory(mode):
    folder = os.path.join(user_folder(mode, 'x'), 'y')
    os.makedirs(folder, exist_ok=True)
    os.chown(folder, mode.entry.pw_uid, mode.entry.pw_gid)
    done = succeeded(run(mode, ['sh', '-c', 'pwd; umask; : >made; mkdir folder'], cwd=folder, preexec_fn=lambda: os.umask(0o027)))
    equal(done.stdout, f'{folder}\n0027\n')
    for name, bits in (('made', 0o640), ('folder', 0o750)):
        status = os.stat(os.path.join(folder, name))
        equal((status.st_uid, status.st_gid, status.st_mode & 0o777), (mode.entry.pw_uid, mode.entry.pw_gid, bits), name)
    home = mode.entry.pw_dir
    equal(succeeded(run(mode, ['pwd'], cwd=home)).stdout, home + '\n')


def limits_are_kept(mode):
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (321, 654))
    done = succeeded(run(mode, ['sh', '-c', 'ulimit -n; ulimit -Hn'], preexec_fn=limit))
    equal(done.stdout, '321\n654\n')


IDENTITY = '''
import getpass, grp, json, os, pwd
os.environ.pop("USER", None); os.environ.pop("LOGNAME", None)
me = pwd.getpwuid(os.getuid())
print(json.dumps({"name": me.pw_name, "home": me.pw_dir, "user": getpass.getuser(), "ids": os.getresuid() + os.getresgid(),
                  "groups": sorted(os.getgroups()), "names": [grp.getgrgid(g).gr_name for g in os.getgroups()]}))
'''


def identity(mode):
    entry = mode.entry
    got = report(python(mode, IDENTITY, environment={'USER': None, 'LOGNAME': None}))
    equal((got['name'], got['user'], got['home']), (mode.user, mode.user, entry.pw_dir))
    equal(got['ids'], [entry.pw_uid] * 3 + [entry.pw_gid] * 3)
    extra, dangerous = (grp.getgrnam(name).gr_gid for name in (EXTRA_GROUP, DANGEROUS_GROUP))
    if mode.user == 'root':
        equal([group for group in got['groups'] if group != entry.pw_gid], [], 'root takes no supplementary groups along')
    elif mode.root:
        check(extra in got['groups'] and EXTRA_GROUP in got['names'], got)
        check(dangerous not in got['groups'], 'a dangerous group is inside', got)
    else:
        # The kernel keeps them but shows those without a mapping as nogroup.
        check(len(got['groups']) >= 2, got)


TMP = '''
import json, os
answer = {}
for folder in ("/tmp", "/var/tmp"):
    status = os.stat(folder)
    answer[folder] = {"device": status.st_dev, "mode": status.st_mode & 0o7777, "uid": status.st_uid,
                      "names": os.listdir(folder)}
    open(folder + "/written", "w").write("x")
print(json.dumps(answer))
'''


def tmp_is_private(mode):
    # Started in /, so that no working directory shows in /tmp.
    planted = [f'{folder}/launch-planted-{os.getpid()}' for folder in ('/tmp', '/var/tmp')]
    for path in planted:
        with open(path, 'w', encoding='ascii') as file:
            file.write('outside')
    try:
        got = report(python(mode, TMP, cwd='/'))
    finally:
        for path in planted:
            os.unlink(path)
    for folder, seen in got.items():
        equal(seen, {'device': os.stat(folder).st_dev, 'mode': 0o700, 'uid': mode.entry.pw_uid, 'names': []}, folder)
        check(not os.path.exists(folder + '/written'), 'what the job wrote is in the host\'s', folder)


DEEP = '''
import os
for top, levels in (("/tmp", 2200), ("/var/tmp", 100)):  # longer than a path may be
    os.chdir(top)
    for level in range(levels):
        os.mkdir("d")
        os.chdir("d")
        if level % 500 == 0:
            open("file", "w").close()
os.chdir("/tmp")
os.makedirs("unreadable/below")
open("unreadable/below/file", "w").close()
os.chmod("unreadable/below", 0)
os.chmod("unreadable", 0)
os.symlink("/etc", "link")
os.mkfifo("fifo")
'''


def tmp_is_removed(mode):
    parent = f'/tmp/vpcjail-{0 if mode.root else mode.entry.pw_uid}'
    before = set(os.listdir(parent)) if os.path.isdir(parent) else set()
    running = start(mode, ['sh', '-c', 'echo ready; read line'], stdin=subprocess.PIPE)
    running.stdout.readline()
    during = set(os.listdir(parent)) - before
    check(during, 'positive control: the scratch folder is in', parent)
    running.communicate('go\n', timeout=10)
    check(not during & set(os.listdir(parent)), 'left', during)
    succeeded(python(mode, DEEP, cwd='/', timeout=60))
    # The name that the removal would give a folder.
    succeeded(run(mode, ['mkdir', '-p', '/tmp/.vpcjail-0/below/further'], cwd='/'))
    check(not [path for path in scratch_folders() if path not in Bench.dead_before], 'left', scratch_folders())
    check(os.path.exists('/etc/passwd'), 'a link was followed')


AWS = {'AWS_ACCESS_KEY_ID': 'AKIAX', 'AWS_SECRET_ACCESS_KEY': 'secret', 'AWS_SESSION_TOKEN': 'token', 'AWS_PROFILE': 'prod',
       'AWS_CONTAINER_CREDENTIALS_FULL_URI': 'http://169.254.170.2/x', 'AWS_WEB_IDENTITY_TOKEN_FILE': '/x',
       'AWS_SHARED_CREDENTIALS_FILE': '/x', 'AWS_ENDPOINT_URL_S3': 'http://192.0.2.1/', 'AWS_REGION': 'eu-west-1', 'PLAIN': 'kept'}


def credentials_are_absent(mode):
    # Root's home is not ours to write in: there it is enough that the variables are gone.
    made = None
    if mode.user != 'root':
        made = os.path.join(mode.entry.pw_dir, '.aws')
        os.makedirs(made, exist_ok=True)
        path = os.path.join(made, 'credentials')
        with open(path, 'w', encoding='ascii') as file:
            file.write('[default]\naws_access_key_id = AKIAX\n')
        for name in (made, path):
            os.chown(name, mode.entry.pw_uid, mode.entry.pw_gid)
    try:
        seen = succeeded(run(mode, ['env'], environment={**AWS, 'HOME': mode.entry.pw_dir})).stdout
        names = {line.split('=')[0] for line in seen.splitlines()}
        equal(sorted(name for name in names if name in AWS), ['AWS_REGION', 'PLAIN'], 'variables inside')
        if made:
            show = ['sh', '-c', f'ls -A {made}; cat {made}/credentials']
            plain = subprocess.run(show, capture_output=True, text=True, check=False)
            check('AKIAX' in plain.stdout, 'positive control', plain)
            inside = run(mode, show)
            equal((inside.stdout, inside.returncode), ('', 1), 'inside')
    finally:
        if made:
            shutil.rmtree(made)


def notices_for_tmp(mode):
    path = f'/tmp/launch-notice-{os.getpid()}'
    try:
        with open(path, 'w', encoding='ascii') as file:
            file.write('data\n')
        done = run(mode, ['cat', path], cwd='/')
        check(done.returncode != 0 and f'--share {path}' in done.stderr, done.stderr)
        done = succeeded(run(mode, ['cat', path], options=['--share', path], cwd='/'))
        equal((done.stdout, done.stderr), ('data\n', ''), '--share')
        done = run(mode, ['true'], cwd='/', environment={'TMPDIR': path})
        check(f'--share {path}' in done.stderr and 'TMPDIR' in done.stderr, done.stderr)
        done = succeeded(run(mode, ['echo', '/tmp/nothing-is-here'], cwd='/'))
        equal(done.stderr, '', 'a path that is not there outside either')
    finally:
        os.unlink(path)


def full_disk(mode):
    # A full /tmp of our own, in a mount namespace of its own. The inodes are the scratch folder's first need.
    script = '''
        mount -t tmpfs -o size=64k,nr_inodes=3,mode=1777 tmpfs /tmp && mount --bind /tmp /var/tmp || exit 99
        : >/tmp/1; : >/tmp/2 2>/dev/null
        cd /; exec "$@"'''
    binary = '/run/vpcjail-test-' + str(os.getpid())
    shutil.copy(Bench.binary, binary)
    os.chmod(binary, 0o755)
    drop = [] if mode.root else ['setpriv', f'--reuid={mode.entry.pw_uid}', f'--regid={mode.entry.pw_gid}', '--init-groups']
    marker = user_folder(mode, 'full') + '/ran'
    try:
        done = subprocess.run(['unshare', '-m', 'sh', '-c', script, 'sh', *drop, binary, 'run', *mode.options, '--', 'touch', marker],
                              env=mode.full_environment({}), capture_output=True, text=True, timeout=20, check=False)
    finally:
        os.unlink(binary)
    equal(done.returncode, 125, done.stdout, done.stderr)
    check('scratch folders' in done.stderr and 'No space left' in done.stderr, done.stderr)


main([inherited_descriptors, handles_as_stdin_are_refused, unix_sockets_are_relayed, working_directory, limits_are_kept, identity,
      tmp_is_private, tmp_is_removed, credentials_are_absent, notices_for_tmp, full_disk])

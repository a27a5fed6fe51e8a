# SPDX-License-Identifier: GPL-2.0-or-later
"""process.writable: only what is listed is written, in every way there is, and programs work all the same."""
import importlib.util
import json
import os
import shutil
import sys
import tempfile

from launch_lib import Bench, PYTHON, check, equal, main, python, report, run, succeeded, user_folder, write_file

WITHOUT = 'VPCJAIL_TEST_WITHOUT'

# Each way to change a folder; the test has laid out what it needs. Prints the name of the error for each.
WAYS = '''
import errno, json, os, socket, sys
folder, other = sys.argv[1], sys.argv[2]
there = folder + '/there'
def use(path, flags):
    fd = os.open(path, flags, 0o644)
    os.write(fd, b'x')
    os.close(fd)
def bind():
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(folder)
        server.bind('socket')
ways = {
    'write': lambda: use(there, os.O_WRONLY),
    'read and write': lambda: use(there, os.O_RDWR),
    'append': lambda: use(there, os.O_WRONLY | os.O_APPEND),
    'by the root of a process': lambda: use('/proc/self/root' + there, os.O_WRONLY),
    'by the working directory': lambda: (os.chdir(folder), use('there', os.O_WRONLY)),
    'truncate': lambda: os.truncate(there, 1),
    'truncate by opening': lambda: os.close(os.open(there, os.O_RDONLY | os.O_TRUNC)),
    'create': lambda: use(folder + '/created', os.O_WRONLY | os.O_CREAT | os.O_EXCL),
    'create without a name': lambda: use(folder, os.O_WRONLY | os.O_TMPFILE),
    'make a folder': lambda: os.mkdir(folder + '/made'),
    'make a pipe': lambda: os.mkfifo(folder + '/pipe'),
    'make a socket': bind,
    'make a symbolic link': lambda: os.symlink('there', folder + '/symbolic'),
    'link': lambda: os.link(there, folder + '/linked'),
    'rename': lambda: os.rename(folder + '/renamed', folder + '/other name'),
    'rename over': lambda: os.rename(folder + '/over', folder + '/overwritten'),
    'rename in': lambda: os.rename(other + '/moves', folder + '/moved'),
    'link in': lambda: os.link(other + '/there', folder + '/linked in'),
    'remove': lambda: os.unlink(folder + '/removed'),
    'remove a folder': lambda: os.rmdir(folder + '/empty'),
}
answers = {'read': open(there).read() == 'text' and 'ok'}
for name, way in ways.items():
    try:
        way()
        answers[name] = 'ok'
    except OSError as failed:
        answers[name] = errno.errorcode[failed.errno]
print(json.dumps(answers))
'''
REFUSED = {'EACCES', 'EROFS', 'EXDEV', 'EPERM'}


def lay_out(mode, *folders):
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder + '/empty')
        for name in ('there', 'renamed', 'over', 'overwritten', 'moves', 'removed'):
            with open(f'{folder}/{name}', 'w', encoding='ascii') as file:
                file.write('text')
        for path, _, names in os.walk(folder):
            for name in [path] + [os.path.join(path, name) for name in names]:
                os.chown(name, mode.entry.pw_uid, mode.entry.pw_gid)


def profile(name, writable, more=''):
    return write_file(name, f'vpcjail: 1\nnetwork: {{isolation: full}}\nprocess:\n  writable: {writable}\n{more}')


class Places:
    """Two folders in the user's home, one below /tmp that is the working directory."""

    def __init__(self, mode):
        self.mode = mode
        self.base = tempfile.mkdtemp(prefix='vpcjail-writable.', dir=mode.entry.pw_dir)
        os.chown(self.base, mode.entry.pw_uid, mode.entry.pw_gid)
        self.listed, self.other = self.base + '/listed', self.base + '/other'
        self.work = user_folder(mode, 'work') + '/inner'

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.base, ignore_errors=True)

    def ways(self, folder, other, which, environment=None):
        lay_out(self.mode, self.listed, self.other, self.work + '/in', self.work + '/out')
        return report(python(self.mode, WAYS, folder, other, profile=which, cwd=self.work, environment=environment))


def all_work(answers, *words):
    wrong = {name: answer for name, answer in answers.items() if answer != 'ok'}
    check(not wrong, *words, wrong)


def none_works(answers, *words):
    wrong = {name: answer for name, answer in answers.items() if name != 'read' and answer not in REFUSED}
    check(not wrong, *words, wrong)
    equal(answers['read'], 'ok', *words)


def every_way(mode):
    with Places(mode) as at:
        free = profile('free.yaml', 'user')
        listed = profile('listed.yaml', f'[{at.listed}]')
        # Positive control: without the list every way works in every place.
        for folder, other in ((at.listed, at.other), (at.other, at.listed), (at.work + '/in', at.work + '/out')):
            all_work(at.ways(folder, other, free), 'without a list', folder)
        inside = at.ways(at.listed, at.other, listed)
        # Not even into a listed folder may be moved what is not listed: it would be writable there.
        equal({inside.pop('rename in'), inside.pop('link in')} - REFUSED, set(), 'moved into the listed folder')
        all_work(inside, 'in the listed folder')
        none_works(at.ways(at.other, at.listed, listed), 'outside of the listed folder')
        none_works(at.ways(at.work + '/in', at.work + '/out', listed), 'in the working directory below /tmp')


def without_the_mechanism(mode):
    """That it is this mechanism which refuses: with a build that can leave it out, every way works again."""
    with Places(mode) as at:
        listed = profile('listed.yaml', f'[{at.listed}]')
        for folder, other in ((at.other, at.listed), (at.work + '/in', at.work + '/out')):
            all_work(at.ways(folder, other, listed, {WITHOUT: 'landlock-write'}), 'left out', folder)


def below_the_working_directory(mode):
    with Places(mode) as at:
        listed = profile('below.yaml', f'[{at.work}/in]')
        inside = at.ways(at.work + '/in', at.work + '/in', listed)
        for name in ('rename in', 'link in'):
            inside.pop(name)  # it is the same folder, and a way before has changed it
        all_work(inside, 'the listed part of the working directory')
        none_works(at.ways(at.work + '/out', at.work + '/out', listed), 'the rest of it')
        whole = at.ways(at.work + '/in', at.work + '/out', profile('whole.yaml', f'[{at.work}]'))
        all_work(whole, 'the working directory, listed as a whole')


def nothing_listed(mode):
    with Places(mode) as at:
        nothing = profile('nothing.yaml', '[]')
        none_works(at.ways(at.listed, at.other, nothing), 'an empty list')
        none_works(at.ways(at.work + '/in', at.work + '/out', nothing), 'an empty list, in the working directory')
        # A share below /tmp is not the job's own /tmp.
        done = run(mode, ['sh', '-c', f'echo x >"{at.work}/in/there"'], profile=nothing, options=['--share', at.work + '/in'], cwd='/')
        check(done.returncode != 0 and 'ead-only' in done.stderr, done.stderr)
        script = ('cd /tmp && mkdir a && echo x >a/b && mv a/b b && rm b && for f in /tmp/x /var/tmp/x /dev/shm/x /run/x; do '
                  '[ $f != /run/x ] || [ -w /run ] || continue; echo x >$f || exit 9; done; echo x >/dev/null; cat /tmp/x')
        equal(succeeded(run(mode, ['sh', '-c', script], profile=nothing, cwd='/')).stdout, 'x\n')


def private_home(mode):
    with Places(mode) as at:
        home = profile('home.yaml', '[]', '  home: private\n')
        lay_out(mode, at.other)
        script = 'echo x >~/made && mkdir ~/folder && mv ~/made ~/folder/moved && cat ~/folder/moved; echo y >there; echo $?'
        done = succeeded(run(mode, ['sh', '-c', script], profile=home, cwd=at.other))
        check(done.stdout.startswith('x\n') and done.stdout != 'x\n0\n', done.stdout, done.stderr)
        equal(open(at.other + '/there', encoding='ascii').read(), 'text')  # the working directory in the home is shared
        check(not os.path.exists(mode.entry.pw_dir + '/made'), 'written into the real home')


PROGRAM = '''
import ctypes, json, multiprocessing, os, subprocess, sys, tempfile, threading
from multiprocessing import shared_memory
def square(n):
    return n * n
if __name__ == '__main__':
    with multiprocessing.get_context('spawn').Pool(2) as pool:
        assert pool.map(square, range(5)) == [0, 1, 4, 9, 16]
    block = shared_memory.SharedMemory(create=True, size=4096)
    block.buf[0] = 7
    block.close(); block.unlink()
    with tempfile.NamedTemporaryFile() as file:
        file.write(b'x' * 100000)
    with open('/proc/self/comm', 'w') as file:
        file.write('renamed')
    with open('/proc/self/task/%d/comm' % threading.get_native_id(), 'w') as file:
        file.write('again')
    master, slave = os.openpty()
    os.write(master, b'x')
    with open('/dev/null', 'w') as file:
        file.write('x')
    fd = os.memfd_create('memory')
    os.write(os.open('/proc/self/fd/%d' % fd, os.O_RDWR), b'x')
    assert subprocess.run(['sh', '-c', 'echo x | cat >/dev/null'], check=True)
    print(json.dumps('done'))
'''


def programs_work(mode):
    script = write_file('program.py', PROGRAM)
    equal(report(run(mode, [PYTHON, script], profile=profile('nothing.yaml', '[]'), options=['--share', script])), 'done')


def redirected_output(mode):
    path = os.path.join(user_folder(mode, 'output'), 'file')
    with open(path, 'w', encoding='ascii') as file:
        os.chown(path, mode.entry.pw_uid, mode.entry.pw_gid)
        script = 'echo one; echo two >>/dev/stdout; ls /nowhere 2>&1 | cat >/dev/null; echo three >>/proc/self/fd/1'
        done = run(mode, ['sh', '-c', script], profile=profile('nothing.yaml', '[]'), stdout=file)
        equal(done.returncode, 0, done.stderr)
    equal(open(path, encoding='ascii').read(), 'one\ntwo\nthree\n')


def kept_descriptor(mode):
    path = os.path.join(user_folder(mode, 'kept'), 'file')
    with open(path, 'w', encoding='ascii') as file:
        os.chown(path, mode.entry.pw_uid, mode.entry.pw_gid)
        fd = file.fileno()
        succeeded(run(mode, ['sh', '-c', f'echo one >&{fd}; echo two >>/dev/fd/{fd}'], profile=profile('nothing.yaml', '[]'),
                      options=['--keep-fd', str(fd)], pass_fds=(fd,)))
    equal(open(path, encoding='ascii').read(), 'one\ntwo\n')


def torch_works():
    """Workers, tensors handed over by descriptor and by file, Gloo: all of it in the job's own folders."""
    if importlib.util.find_spec('torch') is None:
        check(os.environ.get('REQUIRE_LIVE') != '1', 'missing: PyTorch (python3-torch)')
        print('        not tried: PyTorch (python3-torch) is missing')
        return
    mode = Bench.modes[0]
    works = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'works')
    for name in ('torch_job.py', 'checks.py'):
        shutil.copy(os.path.join(works, name), user_folder(mode, 'torch'))
    done = run(mode, [PYTHON, '-B', 'torch_job.py'], profile=profile('nothing.yaml', '[]'), cwd=user_folder(mode, 'torch'), timeout=90)
    equal(set(json.loads(succeeded(done).stdout)['checks'].values()), {'ok'})


def refusals(mode):
    done = run(mode, ['true'], profile=profile('missing.yaml', '[/nowhere/at-all]'))
    equal(done.returncode, 125)
    check('missing.yaml:4:14: process.writable: there is no file or folder /nowhere/at-all' in done.stderr, done.stderr)
    # There outside, and not in the /tmp of the job's own.
    hidden = user_folder(mode, 'hidden')
    done = run(mode, ['true'], profile=profile('hidden.yaml', f'[{hidden}]'), cwd='/')
    equal(done.returncode, 125)
    check(f'hidden.yaml:4:14: process.writable: {hidden} is not there, or hidden from the job' in done.stderr, done.stderr)
    # A file, and a link to a folder.
    with Places(mode) as at:
        lay_out(mode, at.listed, at.other)
        link = at.base + '/link'
        os.symlink(at.listed, link)
        which = profile('kinds.yaml', f'[{at.other}/there, {link}]')
        script = f'echo y >{at.other}/there && echo z >{link}/new && ! echo z >{at.other}/renamed 2>/dev/null'
        succeeded(run(mode, ['sh', '-c', script], profile=which, cwd='/'))


with_hooks = [without_the_mechanism] if '--hooks' in sys.argv else []
main([every_way, below_the_working_directory, nothing_listed, private_home, programs_work, redirected_output, kept_descriptor,
      refusals] + with_hooks, once=[torch_works])

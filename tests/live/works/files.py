# SPDX-License-Identifier: GPL-2.0-or-later
"""Files in the working directory and the scratch folders; git, pip and a virtual environment that was made outside."""
import fcntl
import multiprocessing
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from checks import run, same

GIB = 1 << 30


def command(*words, **more):
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=30, **more)
    same(done.returncode, 0, *words, done.stdout, done.stderr)
    return done.stdout


def temporary_files():
    with tempfile.NamedTemporaryFile() as file, tempfile.TemporaryDirectory() as folder:
        file.write(b'x' * 1000)
        file.flush()
        assert os.path.getsize(file.name) == 1000 and os.listdir(folder) == []
    for folder in ('/tmp', '/var/tmp', '/dev/shm', '.'):
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b'nameless')
            file.seek(0)
            same(file.read(), b'nameless', folder)
    same(os.stat('/tmp').st_mode & 0o700, 0o700)
    shutil.disk_usage('/tmp')


def large_files():
    with open('large', 'w+b') as file:
        file.seek(6 * GIB)
        file.write(b'end')
        file.flush()
        same(os.path.getsize('large'), 6 * GIB + 3)
        os.posix_fallocate(file.fileno(), 0, 4 << 20)
        with open('copy', 'w+b') as copy:
            same(os.copy_file_range(file.fileno(), copy.fileno(), 3, 6 * GIB, 0), 3)
            same(os.sendfile(copy.fileno(), file.fileno(), 6 * GIB, 3), 3)
            same(os.pread(copy.fileno(), 10, 0), b'endend'[:os.path.getsize('copy')])
    os.unlink('large')
    os.unlink('copy')


def try_lock(answers):
    with open('locked', 'r+b') as file:
        for lock in (fcntl.flock, fcntl.lockf):
            try:
                lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                answers.put('taken')
            except BlockingIOError:
                answers.put('held')


def locks():
    answers = multiprocessing.SimpleQueue()
    with open('locked', 'w+b') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        fcntl.lockf(file, fcntl.LOCK_EX)
        for wanted in ('held', 'taken'):
            other = multiprocessing.Process(target=try_lock, args=(answers,))
            other.start()
            same([answers.get(), answers.get()], [wanted] * 2)
            other.join()
            fcntl.flock(file, fcntl.LOCK_UN)
            fcntl.lockf(file, fcntl.LOCK_UN)
    os.unlink('locked')


def links_and_renames():
    os.makedirs('one/two', exist_ok=True)
    with open('one/checkpoint.tmp', 'w', encoding='ascii') as file:
        file.write('weights')
        file.flush()
        os.fsync(file.fileno())
    os.rename('one/checkpoint.tmp', 'one/checkpoint')
    os.link('one/checkpoint', 'one/two/hard')
    os.symlink('../checkpoint', 'one/two/soft')
    same(os.stat('one/two/soft').st_nlink, 2)
    os.replace('one/two/hard', 'one/latest')
    os.chmod('one/latest', 0o640)
    os.utime('one/latest', (1, 1))
    same((os.stat('one/latest').st_mode & 0o777, os.stat('one/latest').st_uid, int(os.stat('one/latest').st_mtime)), (0o640, os.getuid(), 1))
    os.mkfifo('one/fifo')
    shutil.move('one', 'three')
    shutil.rmtree('three')


def database():
    with sqlite3.connect('table.db') as table:
        same(table.execute('pragma journal_mode=wal').fetchone()[0], 'wal')  # shared memory and locks on the disk
        table.execute('create table losses(step, loss)')
        table.executemany('insert into losses values(?, ?)', [(step, 1 / (step + 1)) for step in range(100)])
    with sqlite3.connect('table.db') as table:
        same(table.execute('select count(*) from losses').fetchone()[0], 100)
    for name in ('table.db', 'table.db-wal', 'table.db-shm'):
        if os.path.exists(name):
            os.unlink(name)


def git(*words, **more):
    return command('git', '-c', 'user.name=Works', '-c', 'user.email=works@localhost', *words, **more)


def git_commits():
    """In the working directory, a repository that was made outside; in a branch; in a clone made inside."""
    for number, branch in enumerate(('main', 'experiment')):
        if number:
            git('checkout', '-q', '-b', branch)
        with open('results', 'a', encoding='ascii') as file:
            file.write(f'loss 0.{number}\n')
        git('add', 'results')
        git('commit', '-q', '-m', branch)
    git('tag', 'v1')
    git('clone', '-q', '.', 'clone')
    git('commit', '-q', '--allow-empty', '-m', 'in the clone', cwd='clone')
    git('pull', '-q', '--ff-only', 'clone', 'experiment')
    git('gc', '-q')
    git('fsck', '--strict')
    same(git('log', '--format=%s').splitlines(), ['in the clone', 'experiment', 'main', 'begin'])
    same(git('status', '--porcelain', '-uno'), '')


ADD_MODULE = '''
import os, sys, sysconfig
assert sys.prefix == os.path.realpath("environment") != sys.base_prefix, sys.prefix
with open(os.path.join(sysconfig.get_path("purelib"), sys.argv[1] + ".py"), "w") as file:
    file.write("value = 42")
'''


def environment_activated_inside():
    """It was made outside; a package is put into it."""
    same(command('sh', '-ec', '. environment/bin/activate; python -c "$1" one_inside; python -c "import one_inside as m; print(m.value)"',
                 'sh', ADD_MODULE), '42\n')


def environment_activated_outside():
    same(shutil.which('python'), os.path.abspath('environment/bin/python'))
    command('python', '-c', ADD_MODULE, 'two_inside')
    same(command('python', '-c', 'import two_inside as m; print(m.value)'), '42\n')


def pip():
    assert command('/usr/bin/python3', '-m', 'pip', '--version').startswith('pip '), 'pip'


def byte_code():
    with open('module_for_cache.py', 'w', encoding='ascii') as file:
        file.write('value = 7')
    same(command(sys.executable, '-c', 'import module_for_cache as m; print(m.value, m.__cached__)').split()[0], '7')
    assert any(name.startswith('module_for_cache') for name in os.listdir('__pycache__'))


if __name__ == '__main__':
    run(temporary_files, large_files, locks, links_and_renames, database, git_commits, environment_activated_inside,
        environment_activated_outside, pip, byte_code)

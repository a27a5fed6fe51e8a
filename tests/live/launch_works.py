# SPDX-License-Identifier: GPL-2.0-or-later
"""What must keep working: real programs, in every mode, and without vpcjail as control. The programs are in works/."""
import glob
import json
import os
import shutil
import subprocess

from launch_lib import Bench, Mode, PYTHON, USERS, check, equal, main, run, skip, user_folder

CONTROL = 'without vpcjail'
SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'works')
JAVAC = ['java', '-m', 'jdk.compiler/com.sun.tools.javac.Main']  # the compiler that the run-time package has
MPI = ['mpirun', '--oversubscribe', '--bind-to', 'none', '-n', '2', '--mca', 'pml', 'ob1', '--mca', 'btl', 'vader,self',
       '--mca', 'btl_vader_single_copy_mechanism', 'cma']
TIMEOUT = 120            # of a program; the longest takes 10 s on two processors
CMA_LEAST = 4 * 8 << 20  # four messages of 8 MiB
NEEDED = (('git', 'git'), ('mpicc', 'libopenmpi-dev'), ('mpirun', 'openmpi-bin'), ('java', 'openjdk-17-jre-headless'),
          ('node', 'nodejs'), ('go', 'golang-go'))


def host_allows_cma():
    """Where Yama lets only ancestors look into a process, OpenMPI does not try, also without vpcjail."""
    try:
        with open('/proc/sys/kernel/yama/ptrace_scope', encoding='ascii') as scope:
            return scope.read().strip() == '0'
    except FileNotFoundError:
        return True


def built(*words, **environment):
    subprocess.run(words, cwd=Bench.folder, check=True, timeout=60, env=dict(os.environ, **environment))


def prepare():
    """Compiles once; adds the control, which every test goes through like a mode."""
    for program, package in NEEDED:
        if not shutil.which(program):
            skip(f'{program} (package {package})')
    for module, package in (('torch', 'python3-torch'), ('pip', 'python3-pip')):
        if subprocess.run([PYTHON, '-c', f'import importlib.util as i, sys; sys.exit(not i.find_spec("{module}"))'], check=False).returncode:
            skip(f'{module} (package {package})')
    built('mpicc', '-O1', '-Wall', '-Wextra', '-rdynamic', os.path.join(SOURCES, 'mpi.c'), '-o', 'mpi')
    built('go', 'build', '-o', 'works-go', os.path.join(SOURCES, 'works.go'),
          CGO_ENABLED='0', GO111MODULE='off', GOCACHE=os.path.join(Bench.folder, 'go-cache'))
    built(*JAVAC, '-d', '.', os.path.join(SOURCES, 'Works.java'))
    Bench.modes.insert(0, Mode(CONTROL, USERS[0], False))


def folder_of(mode):
    """The working folder of a mode: the programs, in a repository with an environment, both made outside by its user."""
    folder = user_folder(mode, 'works')
    if os.path.exists(folder + '/checks.py'):
        return folder
    for source in glob.glob(SOURCES + '/*.py') + glob.glob(SOURCES + '/*.js'):
        shutil.copy(source, folder)
    for name in ['mpi', 'works-go'] + [os.path.basename(name) for name in glob.glob(Bench.folder + '/Works*.class')]:
        shutil.copy(os.path.join(Bench.folder, name), folder)
    begin = 'git init -q && git -c user.name=Works -c user.email=works@localhost commit -q --allow-empty -m begin'
    for command in (['sh', '-c', begin], [PYTHON, '-m', 'venv', '--without-pip', 'environment']):
        done = without(mode, command, folder, TIMEOUT)
        equal(done.returncode, 0, command, done.stderr)
    return folder


def without(mode, command, cwd, timeout, environment=None):
    """Runs the command outside, as the user whom the mode's job is."""
    environment = mode.full_environment({'HOME': mode.entry.pw_dir, **(environment or {})})
    groups = {'user': mode.entry.pw_uid, 'group': mode.entry.pw_gid, 'extra_groups': os.getgrouplist(mode.user, mode.entry.pw_gid)}
    return subprocess.run(command, cwd=cwd, env=environment, timeout=timeout, text=True, errors='replace',
                          stdin=subprocess.DEVNULL, capture_output=True, check=False, start_new_session=True, **groups)


def printed(mode, command, environment=None):
    """The JSON that a program printed, in the jail or, for the control, without."""
    done = (without if mode.name == CONTROL else run)(mode, command, cwd=folder_of(mode), timeout=TIMEOUT, environment=environment)
    equal(done.returncode, 0, command, done.stdout, done.stderr, 'status')
    return json.loads(done.stdout)


def python_checks(mode, program, environment=None):
    found = printed(mode, [PYTHON, program + '.py'], environment)
    failed = {name: result for name, result in found['checks'].items() if result != 'ok'}
    check(not failed, *(f'{name}: {result}' for name, result in failed.items()))
    check(found['checks'], 'no checks')
    equal(found['network'] == os.readlink('/proc/self/ns/net'), mode.name == CONTROL, 'it is in our network namespace:')


def kernel_interfaces(mode):
    python_checks(mode, 'kernel')


def processes_and_signals(mode):
    python_checks(mode, 'processes')


def files_git_and_environments(mode):
    active = folder_of(mode) + '/environment'
    python_checks(mode, 'files', {'VIRTUAL_ENV': active, 'PATH': active + '/bin:/usr/bin:/bin'})


def torch_workers_and_gloo(mode):
    python_checks(mode, 'torch_job')


def openmpi_shared_memory_and_cma(mode):
    found = printed(mode, MPI + ['--allow-run-as-root'] * (mode.user == 'root') + ['./mpi'])
    check(found.pop('cma') >= (CMA_LEAST if host_allows_cma() else 0), 'OpenMPI did not use CMA but fell back')
    equal(found, {'ranks': 2, 'wrong': 0, 'sum': 21, 'put': 1})


def java(mode):
    equal(printed(mode, ['java', '-Xmx256m', 'Works']), {
        'sum': 2016, 'collected': True, 'tcp4': 'HELLO', 'tcp6': 'HELLO', 'mapped': 4242, 'child': 'child 0', 'lo': True, 'localhost': True,
        'user': mode.user})


def node(mode):
    """Asked to use io_uring, which is not there inside: it goes on without."""
    equal(printed(mode, ['node', '--expose-gc', 'works.js'], {'UV_USE_IO_URING': '1'}), {
        'threads': 4000, 'collected': True, 'tcp4': 'served /page', 'tcp6': 'served /page', 'name': 'served /page', 'unix': 'over a file',
        'size': 190, 'watched': 'node.out', 'lo': True, 'child': 40, 'shell': '42', 'signal': 'SIGUSR2', 'pool': 16, 'localhost': True,
        'user': mode.user})


def go(mode):
    equal(printed(mode, ['./works-go']), {
        'sum': 2016 * 32, 'collected': True, 'tcp4': 'HELLO', 'tcp6': 'HELLO', 'unix': 'HELLO', 'http': 404, 'lo': True, 'child': 'child',
        'signal': 'user defined signal 1', 'user': mode.user})


if __name__ == '__main__':
    main([kernel_interfaces, processes_and_signals, files_git_and_environments, torch_workers_and_gloo, openmpi_shared_memory_and_cma, java, node,
          go], prepare=prepare)

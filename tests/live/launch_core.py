# SPDX-License-Identifier: GPL-2.0-or-later
"""A job that crashes: its memory goes to no helper of the host, and a host that hands it to a socket is refused.

The core pattern is the whole machine's: it is borrowed under a lock, and given back also when the test is killed. A
socket there would have every other launch of the machine refused, so that one is shown to our launches alone.
With --hooks (a build with test hooks) also what happens without the core limit and without the filter.
"""
import ctypes
import os
import secrets
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'doors'))

from core_pattern import Borrowed, PATH  # noqa: E402
from launch_lib import Bench, Failure, PYTHON, check, equal, main, python, run, skip, wait_until, write_file  # noqa: E402

MS_BIND = 0x1000
WITHOUT = 'VPCJAIL_TEST_WITHOUT'
LIBRARY = ctypes.CDLL(None, use_errno=True)
# Under a name of its own, which the kernel tells the helper.
CRASH = 'import ctypes, sys; ctypes.CDLL(None).prctl(15, sys.argv[1].encode()); ctypes.string_at(0)'
LIMIT = 'import resource; print(*resource.getrlimit(resource.RLIMIT_CORE))'


class Helper:
    """The host's core helper while it is borrowed: it writes down who crashed."""

    def __init__(self):
        self.marker = os.path.join(Bench.folder, 'crashed-' + secrets.token_hex(4))
        self.program = write_file('core-helper', f'#!/bin/sh\necho "$1" >>{self.marker}\ncat >/dev/null\n', 0o755)

    def told(self):
        try:
            with open(self.marker, encoding='utf-8') as file:
                return file.read().split()
        except FileNotFoundError:
            return []

    def outside(self, mode):
        """The control: a crash outside is told. When that has been, so has every crash before."""
        name = 'out-' + secrets.token_hex(4)
        done = subprocess.run([PYTHON, '-c', CRASH, name], timeout=20, check=False, **mode.popen_arguments())
        equal(done.returncode, -signal.SIGSEGV, 'outside')
        check(wait_until(lambda: name in self.told(), 5), 'this machine starts no core helper, not even outside')

    def inside(self, mode, wanted, shell='', **environment):
        """A job crashes, after the shell has done what it is told."""
        name = 'in-' + secrets.token_hex(4)
        done = run(mode, ['/bin/sh', '-ec', f'{shell} exec "$@"', 'sh', PYTHON, '-c', CRASH, name], environment=environment)
        equal(done.returncode, 128 + signal.SIGSEGV, done.stderr)
        if wanted:
            check(wait_until(lambda: name in self.told(), 5), 'the helper was not started:', environment, shell)
        else:
            self.outside(mode)
            time.sleep(0.1)
            check(name not in self.told(), 'the helper was started:', environment, shell)


def no_helper_is_started(mode):
    helper = Helper()
    with Borrowed(f'|{helper.program} %e'):
        helper.outside(mode)
        helper.inside(mode, False)
        helper.inside(mode, False, 'ulimit -c 0;')
        helper.inside(mode, False, 'ulimit -c unlimited;')


def helper_without_protection(mode):
    """Without the limit the helper gets it; without the filter a job that says 0 opens it again: 0 is no limit to it."""
    helper = Helper()
    with Borrowed(f'|{helper.program} %e'):
        helper.inside(mode, True, **{WITHOUT: 'core-limit'})
        helper.inside(mode, False, **{WITHOUT: 'filter'})
        helper.inside(mode, True, 'ulimit -c 0;', **{WITHOUT: 'filter'})


def limit_stays(mode):
    """Job scripts say `ulimit -c 0` under `set -e`: that succeeds, and changes nothing."""
    for words in ('', 'ulimit -c 0;', 'ulimit -c unlimited;', 'ulimit -Hc 0;'):
        done = run(mode, ['/bin/sh', '-ec', f'{words} exec {PYTHON} -c "{LIMIT}"'])
        equal((done.returncode, done.stdout), (0, '1 1\n'), words, done.stderr)
    code = 'import resource as r; r.setrlimit(r.RLIMIT_CORE, (0, 0)); r.prlimit(0, r.RLIMIT_CORE, (0, 0)); ' + LIMIT
    done = python(mode, code)
    equal((done.returncode, done.stdout), (0, '1 1\n'), done.stderr)


def other_limits_change(mode):
    done = python(mode, 'import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (50, 60)); print(*r.getrlimit(r.RLIMIT_NOFILE))')
    equal(done.stdout, '50 60\n', done.stderr)


def shown(mode, pattern, command, **environment):
    """A launch to which the pattern reads as this, in our mount namespace; in the kernel nothing has changed."""
    path = write_file('core-pattern', pattern)
    check(LIBRARY.mount(path.encode(), PATH.encode(), None, ctypes.c_ulong(MS_BIND), None) == 0, 'bind')
    try:
        return run(mode, command, environment=environment)
    finally:
        LIBRARY.umount2(PATH.encode(), 2)


def socket_is_refused(mode):
    marker = os.path.join(Bench.folder, 'ran')
    for pattern in ('@/run/core.socket\n', '@@/run/core.socket'):
        done = shown(mode, pattern, ['touch', marker])
        equal(done.returncode, 125, pattern, done.stderr)
        check(not os.path.exists(marker), 'the command was run')
        for words in ('core_pattern is a socket (@', 'nothing was run', 'sysctl -w kernel.core_pattern=core'):
            check(words in done.stderr, words, done.stderr)
    with Borrowed('core'):
        equal(run(mode, ['true']).returncode, 0, 'a file')


def socket_without_the_check():
    """The control: what refuses it is the check. (Without root a covered file keeps /proc from being mounted.)"""
    done = shown(Bench.modes[0], '@/run/core.socket', ['true'], **{WITHOUT: 'core-pattern'})
    equal(done.returncode, 0, done.stderr)


def prepare():
    """Only where the pattern can be set and given back, and where helpers are started at all."""
    helper = Helper()
    try:
        with Borrowed(f'|{helper.program} %e'):
            helper.outside(Bench.modes[1])
    except OSError as error:
        skip('a core pattern that can be set: ' + str(error))
    except Failure as error:
        skip('core helpers: ' + str(error))


if __name__ == '__main__':
    hooks = '--hooks' in sys.argv
    main([limit_stays, other_limits_change, socket_is_refused, no_helper_is_started]
         + ([helper_without_protection] if hooks else []), once=[socket_without_the_check] if hooks else [], prepare=prepare)

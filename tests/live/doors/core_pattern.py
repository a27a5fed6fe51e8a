# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's core pattern, borrowed: it is the whole machine's, and must be given back whatever happens to the test."""
import fcntl
import os
import subprocess

PATH = '/proc/sys/kernel/core_pattern'
LOCK = '/run/lock/vpcjail-test-core-pattern'
# Sets the pattern, and gives back the old one when its input ends: also when the test is killed.
GUARD = f'''
old=$(cat {PATH})
printf '%s\\n' "$1" > {PATH} || exit 1
echo set
read -r nothing
printf '%s\\n' "$old" > {PATH}
'''


class Borrowed:
    """One user at a time. `with Borrowed('|/path %p'):`, or give_back() at the end. OSError: the kernel refuses it."""

    def __init__(self, pattern):
        # A socket's may be set in the first mount namespace alone, and this process may have left it.
        outer = f'/proc/{os.getppid()}/ns/mnt'
        enter = [] if os.stat(outer).st_ino == os.stat('/proc/self/ns/mnt').st_ino else ['nsenter', '--mount=' + outer]
        self._lock = open(LOCK, 'w', encoding='ascii')  # pylint: disable=consider-using-with
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._guard = subprocess.Popen([*enter, '/bin/sh', '-c', GUARD, 'guard', pattern],  # pylint: disable=consider-using-with
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        if self._guard.stdout.readline() != b'set\n':
            said = self._guard.communicate()[1]
            self._lock.close()
            raise OSError(0, 'cannot set the core pattern: ' + said.decode(errors='replace'))

    def give_back(self):
        if self._guard:
            self._guard.communicate()
            self._guard = None
            self._lock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.give_back()

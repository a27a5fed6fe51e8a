# SPDX-License-Identifier: GPL-2.0-or-later
"""What a probe is. A door of src/plan/doors.c has one probe: a subclass of Door with the door's name.

A probe has up to four parts. `outside` runs in the test, which stands outside: it makes the socket, process or file that
somebody outside would have, and gives back what the probe must know (a dictionary that JSON can carry). `inside` runs in
the job: it returns when something went through and raises OSError (or Blocked) when not. `crossed`, where there is one,
has the last word, outside: whether the data arrived. `clean` puts away what `outside` made.
"""
import ctypes
import os

DOORS = {}
LIBC = ctypes.CDLL(None, use_errno=True)


class Blocked(Exception):
    """Nothing went through, and no system call said so by itself."""


class Absent(Exception):
    """The kernel lacks what the door is made of: there is nothing to try. Says what."""


class Door:
    """The base of every probe; the class's name is the door's."""
    # A launch of its own: standard streams, a terminal or signals of the probe's choice; otherwise doors share a launch.
    alone = False
    # Of a door that is alone: the job lives to say what it found. Otherwise `crossed` decides.
    answers = True
    # Of a door that is alone: vpcjail may run nothing at all. Any other door must find a job that runs.
    refused = False
    # Names of launchers outside vpcjail where this probe must not run at all: it would act on the host.
    never = ()

    def __init_subclass__(cls, **more):
        super().__init_subclass__(**more)
        if not cls.__name__.startswith('_'):  # a leading underscore: a base of several probes
            DOORS[cls.__name__] = cls

    def outside(self, world):  # pylint: disable=unused-argument
        return {}

    def inside(self, found):
        raise NotImplementedError

    def clean(self, world, found):
        pass

    # Of doors that are alone: what subprocess.Popen is given beside the command.
    def popen(self, world, found):  # pylint: disable=unused-argument
        return {}

    # Of doors that are alone: the command, wrapped into another where Python cannot start with such streams.
    def command(self, words):
        return words

    # Of doors that are alone: what happens outside while the job runs; must wait for its end.
    def watch(self, world, found, process):  # pylint: disable=unused-argument
        process.communicate(timeout=20)


def called(result):
    """The result of a C function; -1 becomes the error it stands for."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def syscall(number, *arguments):
    return called(LIBC.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]))


def load():
    """Imports every file of probes beside this one."""
    for name in sorted(os.listdir(os.path.dirname(os.path.abspath(__file__)))):
        if name.startswith('probe_') and name.endswith('.py'):
            __import__(name[:-3])
    return DOORS

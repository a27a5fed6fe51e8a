# SPDX-License-Identifier: GPL-2.0-or-later
"""System calls by number, for what the C library has no function for or adds a check of its own to."""
import errno
import platform

from door import Absent, syscall

# Name: (x86_64, aarch64); one number where it is the same everywhere.
NUMBERS = {
    'acct': (163, 89),
    'add_key': (248, 217),
    'adjtimex': (159, 171),
    'bpf': (321, 280),
    'chroot': (161, 51),
    'clone': (56, 220),
    'clone3': 435,
    'delete_module': (176, 106),
    'fanotify_init': (300, 262),
    'fanotify_mark': (301, 263),
    'file_getattr': 468,
    'fsconfig': 431,
    'fsmount': 432,
    'fsopen': 430,
    'init_module': (175, 105),
    'io_uring_enter': 426,
    'io_uring_setup': 425,
    'ioctl': (16, 29),
    'ioperm': (173, None),
    'kexec_load': (246, 104),
    'modify_ldt': (154, None),
    'mount': (165, 40),
    'mount_setattr': 442,
    'move_mount': 429,
    'name_to_handle_at': (303, 264),
    'open_by_handle_at': (304, 265),
    'open_tree': 428,
    'perf_event_open': (298, 241),
    'personality': (135, 92),
    'pivot_root': (155, 41),
    'quotactl': (179, 60),
    'reboot': (169, 142),
    'request_key': (249, 218),
    'setns': (308, 268),
    'socket': (41, 198),
    'swapoff': (168, 225),
    'syslog': (103, 116),
    'umount2': (166, 39),
    'unshare': (272, 97),
    'userfaultfd': (323, 282),
    'vhangup': (153, 58),
}
MACHINES = ('x86_64', 'aarch64')
LACKING = (errno.ENOSYS, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT, errno.EOPNOTSUPP)


def number(name):
    row = NUMBERS[name]
    if isinstance(row, int):
        return row
    machine = platform.machine()
    if machine not in MACHINES or row[MACHINES.index(machine)] is None:
        raise Absent(f'{name} on {machine}')
    return row[MACHINES.index(machine)]


def call(name, *arguments, answers=()):
    """answers: errors that only come after the check for rights, by which a harmless call shows that it is allowed."""
    try:
        return syscall(number(name), *arguments)
    except OSError as error:
        if error.errno in answers:
            return None
        raise


def need(what, function, *arguments, **more):
    """In `outside`, as root: Absent where the kernel lacks what the probe tries."""
    try:
        return function(*arguments, **more)
    except OSError as error:
        if error.errno in LACKING:
            raise Absent(what) from error
        raise

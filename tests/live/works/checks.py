# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the checks of one program and prints, as JSON, what came of each and in which network namespace it was."""
import ctypes
import faulthandler
import json
import os
import sys
import time
import traceback

EACH_SECONDS = 90  # a check that hangs ends the program and shows where it stood
C = ctypes.CDLL(None, use_errno=True)


def called(result, *words):
    """The result of a function of the C library, which sets errno where it fails."""
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), *words)
    return result


def same(got, wanted, *words):
    """Unlike assert, it says what there was."""
    if got != wanted:
        raise AssertionError(f'{" ".join(map(str, words))} got {got!r} instead of {wanted!r}')


def run(*checks):
    results = {}
    seconds = {}
    wanted = os.environ.get('CHECK_ONLY')
    for check in checks:
        if wanted and wanted not in check.__name__:
            continue
        faulthandler.dump_traceback_later(EACH_SECONDS, exit=True)
        begin = time.monotonic()
        try:
            check()
            results[check.__name__] = 'ok'
        except Exception:  # pylint: disable=broad-except
            results[check.__name__] = traceback.format_exc()
        seconds[check.__name__] = round(time.monotonic() - begin, 2)
        faulthandler.cancel_dump_traceback_later()
    json.dump({'network': os.readlink('/proc/self/ns/net'), 'checks': results, 'seconds': seconds}, sys.stdout)
    sys.stdout.flush()

# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs in the job: tries the doors that a file names, each in a process of its own, and writes what became of them.

usage: inside.py FOUND RESULTS      (both JSON files in the working directory)
"""
import json
import os
import signal
import sys
import traceback

import door

SECONDS = 8


def attempt(probe, found):
    try:
        said = probe.inside(found)
    except door.Absent as what:
        return 'absent', str(what)
    except door.Blocked as what:
        return 'blocked', str(what)
    except OSError as error:
        return 'blocked', f'{type(error).__name__} {error}'
    except Exception:  # pylint: disable=broad-except
        return 'error', traceback.format_exc()
    return 'reachable', '' if said is None else str(said)


def in_child(probe, found):
    """A probe may be killed by the filter, and may change its process for good."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        signal.alarm(SECONDS)
        os.write(writer, json.dumps(attempt(probe, found)).encode()[:60000])
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, 'rb') as file:
        text = file.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if text:
        return json.loads(text)
    if status == -signal.SIGSYS:
        return 'blocked', 'killed by the filter'
    return 'error', f'no answer, status {status}'


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        wanted = json.load(file)
    probes = door.load()
    results = {}
    for name, found in wanted.items():
        results[name] = in_child(probes[name](), found)
    with open(sys.argv[2] + '.new', 'w', encoding='utf-8') as file:
        json.dump(results, file)
    os.rename(sys.argv[2] + '.new', sys.argv[2])


main()

# SPDX-License-Identifier: GPL-2.0-or-later
"""Ends of all kinds, at every moment, and many at once: the host is as it was, or is after the next start.

    vpc_crash.py VPCJAIL UPLINK
"""
import glob
import os
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'range'))

import profiles  # noqa: E402
from launch_lib import PYTHON, check, equal, kill_marked, main, marked_processes, run, start, succeeded, wait_until, \
    write_file  # noqa: E402
from topology import Range, SERVER, jail, over  # noqa: E402
from unchanged import assert_same, difference, snapshot  # noqa: E402

UPLINK = sys.argv[2]
MOMENTS, KILLS, AT_ONCE = 20, 100, 100
SEED = 20261127


class Known:
    range = None
    profile = None


def prepare():
    Known.range = Range(machines=['server', 'internet'])
    Known.profile = write_file('profile.yaml', profiles.vpc(UPLINK))


def children(pid):
    try:
        with open(f'/proc/{pid}/task/{pid}/children', encoding='ascii') as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def kill_supervisor(process):
    kill(process.pid)


def kill_init(process):
    """Whatever the supervisor has started by then: process 1 of the jail, where there is one yet."""
    for pid in children(process.pid):
        kill(pid)


def kill_everything(process):
    kill(process.pid)
    kill_marked()


VICTIMS = (kill_supervisor, kill_init, kill_everything)


def traces():
    """What a jail has on the host while it lives: links, tables, notes."""
    links = [name for name in os.listdir('/sys/class/net') if name.startswith('vpcj')]
    tables = subprocess.run(['nft', 'list', 'tables'], capture_output=True, text=True, timeout=20, check=True).stdout
    notes = [name for folder in glob.glob('/run/vpcjail/network-*/*/') for name in os.listdir(folder)]
    return links + [line for line in tables.splitlines() if 'vpcj' in line] + notes


def length():
    """How long a launch and its end take, in seconds."""
    begin = time.monotonic()
    succeeded(run(over(UPLINK), ['true'], profile=Known.profile))
    return time.monotonic() - begin


def killed_at_any_moment():
    """Nothing is left behind that the next start does not remove, whoever is killed, and whenever."""
    before = snapshot()
    whole = max(length() for _ in range(3))
    draw = random.Random(SEED)
    moments = [whole * 1.1 * number / MOMENTS for number in range(MOMENTS)]
    left = 0
    for number in range(KILLS):
        victim, moment = VICTIMS[number % len(VICTIMS)], moments[number % MOMENTS] + draw.uniform(0, whole / MOMENTS)
        # A leak checker at work is a child, too, and without it the program would wait for ever.
        process = start(over(UPLINK), ['true'], profile=Known.profile, environment={'ASAN_OPTIONS': 'detect_leaks=0'})
        time.sleep(moment)
        victim(process)
        process.communicate(timeout=20)
        check(wait_until(lambda: not marked_processes(), 5), victim.__name__, 'after', moment, 's: processes are left')
        left += bool(traces())
        succeeded(run(over(UPLINK), ['true'], profile=Known.profile), 'the next start')
        check(wait_until(lambda: not traces(), 3), victim.__name__, 'after', moment, 's:', traces())
        if number % 10 == 9:
            wait_until(lambda: not difference(before, snapshot()), 3)
            assert_same(before, snapshot(), victim.__name__, 'after', moment, 's:')
    print(f'{KILLS} kills within {whole:.2f} s of a launch; {left} left something for the next start')
    check(left >= 5, 'positive control: hardly any kill met a launch under way:', left)


TALK = """
import socket, sys
own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
own.connect((sys.argv[1], 7001))
one = socket.create_connection((sys.argv[1], 7001), timeout=60)
one.sendall(b"token-many")
print(own.getsockname()[0], one.recv(1) and "answered", flush=True)
sys.stdin.readline()
"""


def many_at_once():
    """A hundred jails that are started together all reach what they may, under addresses of their own, and all go."""
    before = snapshot()
    started = [start(over(UPLINK), [PYTHON, '-c', TALK, SERVER[0]], profile=Known.profile, stdin=subprocess.PIPE)
               for _ in range(AT_ONCE)]
    said = [process.stdout.readline().split() for process in started]
    wrong = [(answer, process.communicate('')[1]) for answer, process in zip(said, started) if answer[1:] != ['answered']]
    check(not wrong, len(wrong), 'of', AT_ONCE, 'did not get through:', wrong[:3])
    equal(len({address for address, _ in said}), AT_ONCE, 'own addresses')
    for process in started:
        process.communicate('\n', timeout=60)
        equal(process.returncode, 0)
    wait_until(lambda: not difference(before, snapshot()), 5)
    assert_same(before, snapshot(), f'after {AT_ONCE} jails,')


def two_with_one_profile():
    """Neither reaches the other, under whatever address: not by the policy, and not where the policy would let it."""
    with jail(over(UPLINK), Known.profile) as one:
        address = one.do('own', to=SERVER[0])
        wide = write_file('wide.yaml', profiles.vpc(UPLINK, egress=[*profiles.EGRESS, {'to': f'{address}/32', 'protocol': 'all'}],
                                                    cidrs=[*profiles.VPC, f'{address}/32'], acl=None))
        rows = [f'tcp {address} 7001', f'udp {address} 7001']
        one.do('serve', tcp=[7001], udp=[7001], certificate=None, pages={})
        equal({row: answer for row, (answer, _) in one.do('probe', rows=rows, token='token-self').items()},
              dict.fromkeys(rows, 'echoed'), 'positive control: it listens there')
        for name, profile in (('the same profile', Known.profile), ('a profile that allows it', wide)):
            with jail(over(UPLINK), profile) as other:
                reached = other.do('probe', rows=[f'tcp {SERVER[0]} 7001', *rows], token='token-other')
            equal(reached[f'tcp {SERVER[0]} 7001'][0], 'echoed', 'positive control', name)
            check(all(reached[row][0] != 'echoed' for row in rows), name, reached)


main([], [killed_at_any_moment, many_at_once] + ([two_with_one_profile] if UPLINK == 'veth' else []), prepare=prepare)

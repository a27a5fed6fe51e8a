# SPDX-License-Identifier: GPL-2.0-or-later
"""Data-parallel training of two ranks that are each other's peers, each in a jail; a third jail does not reach them.

    vpc_ranks.py VPCJAIL UPLINK
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'range'))

import profiles  # noqa: E402
from launch_lib import PYTHON, check, equal, main, skip, start, write_file  # noqa: E402
from topology import OWN, PEER, Range, STRANGER, jail, over, program  # noqa: E402

UPLINK = sys.argv[2]
PORT = '29400'
RANK = '''
import json, os, subprocess, sys
rank, port, programs, *pairs = sys.argv[1:]
sys.path.insert(0, programs)
import torch, torch_job
torch.set_num_threads(1)
for family, pair in enumerate(pairs):  # of the two ranks' addresses. A port each: the store of the first may still answer
    addresses = pair.split(",")
    found = subprocess.run(["ip", "-j", "route", "get", addresses[1 - int(rank)]], capture_output=True, text=True, check=True)
    os.environ.update(GLOO_SOCKET_IFNAME=json.loads(found.stdout)[0]["dev"], OMP_NUM_THREADS="1")
    torch_job.agree(int(rank), addresses[0], str(int(port) + family))
print("rank", rank, "agrees")
'''
POPEN = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, 'text': True}


class Known:
    range = None


def prepare():
    if subprocess.run([PYTHON, '-c', 'import torch'], capture_output=True, check=False).returncode:
        skip('PyTorch for ' + PYTHON)
    Known.range = Range(machines=['peer', 'stranger'])


def trained(launch, *addresses):
    """launch(rank, command) starts one; addresses: both of each rank. Over IPv4, then over IPv6."""
    pairs = [f'{first},{second}' for first, second in zip(*addresses)]
    ranks = [launch(rank, [PYTHON, '-c', RANK, str(rank), PORT, os.path.dirname(program()), *pairs]) for rank in (0, 1)]
    for rank, process in enumerate(ranks):
        try:
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
        equal((process.returncode, out), (0, f'rank {rank} agrees\n'), err)


def without_vpcjail():
    """The positive control: on two machines of the subnet."""
    machines = Known.range.peer, Known.range.stranger
    trained(lambda rank, command: subprocess.Popen(machines[rank].within(command), **POPEN), PEER, STRANGER)


def profile_of(rank, name, peers):
    text = profiles.isolated(UPLINK, peers) if name == 'isolated' else profiles.vpc(UPLINK, peers=peers, acl=None)
    return write_file(f'{name}-{rank}.yaml', text)


def two_jails():
    """Under network isolation, and in the VPC with a group that names itself."""
    for name in ('isolated', 'vpc'):
        trained(lambda rank, command, name=name: start(over(UPLINK, rank), command, profile=profile_of(rank, name, OWN[1 - rank])),
                *OWN[:2])


def a_third_jail():
    """Neither does it let itself out, nor do they let it in, whatever its own profile says."""
    rows = [f'{way} {address} {PORT}' for way in ('tcp', 'udp') for address in OWN[0]]
    with jail(over(UPLINK, 0), profile_of(0, 'isolated', OWN[1])) as job:
        job.do('serve', tcp=[int(PORT)], udp=[int(PORT)])
        with jail(over(UPLINK, 1), profile_of(1, 'isolated', OWN[0])) as peer:
            answers = peer.do('probe', rows=rows, token='token-peer')
            equal({answer for answer, _ in answers.values()}, {'echoed'}, 'positive control:', answers)
        for peers, wanted in ((PEER, {'ECONNREFUSED', 'EPERM'}), (OWN[0], {'silent'})):
            with jail(over(UPLINK, 2), profile_of(2, 'isolated', peers)) as third:
                answers = third.do('probe', rows=rows, token='token-third')
            check({answer for answer, _ in answers.values()} <= wanted, 'a third jail with the peers', peers, answers)


if __name__ == '__main__':
    main([], [two_jails, a_third_jail], prepare=prepare, first=[without_vpcjail])

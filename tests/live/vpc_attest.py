# SPDX-License-Identifier: GPL-2.0-or-later
"""Statements about jobs with a link, checked where there is none; and what the host has for the link is watched as well.

    vpc_attest.py VPCJAIL UPLINK
"""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'range'))

import profiles  # noqa: E402
from launch_lib import Bench, PYTHON, check, equal, main, run, start, succeeded, user_folder, write_file  # noqa: E402
from topology import PREFIX_LIST, Range, SERVER, has_own_address, over  # noqa: E402

UPLINK = sys.argv[2]
TO_SERVER = {'to': list(SERVER), 'protocol': 'tcp', 'ports': [7001]}
READY = 'print("ready", flush=True); input()'
class Known:
    range = None


def prepare():
    Known.range = Range(machines=['server'])


def profile(name, egress):
    return write_file(name + '.yaml', profiles.vpc(UPLINK, egress=egress, ingress=[], acl=None))


def statement_path(name):
    return os.path.join(user_folder(Bench.modes[0], 'attest'), name + '.json')


def read(path):
    with open(path, encoding='utf-8') as file:
        return json.load(file)


def checked(path, of):
    """In a network namespace in which there is nothing of this host."""
    return subprocess.run(['unshare', '-n', Bench.binary, 'check', '-p', of, '--attestation', path], text=True, capture_output=True,
                          env=Bench.modes[1].full_environment({}), timeout=30, check=False)


def running(path, of, *options):
    job = start(over(UPLINK), [PYTHON, '-c', READY], profile=of, stdin=subprocess.PIPE, options=['--attest', path, *options])
    equal(job.stdout.readline(), 'ready\n')
    return job


def ended(job):
    _, err = job.communicate('end\n', timeout=10)
    return err


def link_is_attested():
    path, of = statement_path('link'), profile('narrow', [TO_SERVER])
    succeeded(run(over(UPLINK), ['true'], profile=of, options=['--attest', path]))
    statement = read(path)
    equal(statement['link']['uplink'], UPLINK)
    check(statement['link']['ipv4'] and statement['link']['inside'], statement['link'])
    equal(bool(statement['link']['mac']), has_own_address(UPLINK))
    equal(bool(statement['link']['ask']), has_own_address(UPLINK))
    check('10.0.1.10/32' in statement['host']['own'], statement['host'])
    succeeded(checked(path, of))
    for key, value, named in (('ipv4', '10.9.9.9/24', 'ruleset.compiled: '), ('inside', 'other0', 'ruleset.compiled: '),
                              ('uplink', 'pasta', 'link.uplink: ')):
        forged = read(path)
        forged['link'].update({key: value})
        if key == 'uplink':
            forged['link'].update(mac='', ask=[])
        with open(path + '.forged', 'w', encoding='utf-8') as file:
            json.dump(forged, file)
        no = checked(path + '.forged', of)
        equal(no.returncode, 1, key, no.stderr)
        check(named in no.stdout, key, no.stdout)
    if has_own_address(UPLINK):
        forged = read(path)
        forged['link']['ask'].append('203.0.113.0/24')
        with open(path + '.forged', 'w', encoding='utf-8') as file:
            json.dump(forged, file)
        check('link.ask: ' in checked(path + '.forged', of).stdout, 'link.ask')


def updates():
    """There and back again, while the link's rules and routes change with it."""
    path, narrow = statement_path('update'), profile('narrow', [TO_SERVER])
    wide = profile('wide', [TO_SERVER, {'to': [*PREFIX_LIST], 'protocol': 'tcp', 'ports': [443]}])
    job = running(path, narrow, '--name', 'attested')
    for of in (wide, narrow):
        succeeded(subprocess.run([Bench.binary, 'update', 'attested', '-p', of], env=Bench.modes[1].full_environment({}), text=True,
                                 capture_output=True, timeout=30, check=False))
    err = ended(job)
    equal(job.returncode, 0, err)
    check('changed' not in err, err)
    no = checked(path, narrow)
    equal(no.returncode, 1, no.stderr)
    equal([line.split(' ')[0] for line in no.stdout.splitlines()[:-2]], ['updates[0].profile:'], no.stdout)


def host_tables():
    done = subprocess.run(['nft', '-j', 'list', 'tables'], text=True, capture_output=True, check=True)
    return [(row['table']['family'], row['table']['name']) for row in json.loads(done.stdout)['nftables'] if 'table' in row]


def tables_of_the_link():
    """What somebody does to the host's own rules is nothing to us; what is done to the link's ends the job."""
    path, of = statement_path('host'), profile('narrow', [TO_SERVER])
    for change in (['add', 'chain', 'netdev', None, 'mine'], ['flush', 'table', 'netdev', None], ['delete', 'table', 'netdev', None]):
        job = running(path, of)
        subprocess.run(['nft', 'add', 'table', 'inet', 'somebody'], check=True)
        subprocess.run(['nft', 'delete', 'table', 'inet', 'somebody'], check=True)
        check(job.poll() is None, 'the host may change its own rules')
        name = next(name for family, name in host_tables() if family == 'netdev' and name.startswith('vpcj'))
        succeeded(subprocess.run(['nft', *(word or name for word in change)], text=True, capture_output=True, check=False))
        _, err = job.communicate(timeout=5)
        equal(job.returncode, 137, change, err)
        check('were changed by nft (' in err and f'a table {name} of this host' in err and err.count('changed') == 1, err)
        check('tampered[0]: ' in checked(path, of).stdout, change)
        check(not any(name.startswith('vpcj') for _, name in host_tables()), 'left behind:', host_tables())
    job = running(path, of, '--on-tamper', 'report')
    name = next(name for family, name in host_tables() if family == 'netdev')
    succeeded(subprocess.run(['nft', 'add', 'chain', 'netdev', name, 'mine'], text=True, capture_output=True, check=False))
    refused = subprocess.run(['nft', 'flush', 'table', 'inet', name], text=True, capture_output=True, check=False)
    check(refused.returncode != 0, 'the table with the translation is owned')
    err = ended(job)
    equal(job.returncode, 0, err)
    equal(len(read(path)['tampered']), 1)


main([], [link_is_attested, updates] + ([tables_of_the_link] if UPLINK == 'veth' else []), prepare=prepare)

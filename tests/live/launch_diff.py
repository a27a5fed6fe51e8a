# SPDX-License-Identifier: GPL-2.0-or-later
"""`vpcjail diff PROFILE --jail JAIL`: what the supervisor and the kernel say of a running jail, against a profile."""
import json
import shutil
import subprocess

from launch_lib import check, equal, main, skip, succeeded, wait_until, write_file
from launch_living import Jail, vpcjail

VPC = '''vpcjail: 1
description: one of two
network: {isolation: vpc, uplink: %s, on-deny: %s}
vpc: {subnets: [10.20.1.0/24], dns: none}
security-groups:
  sg-a: {egress: [{to: 10.20.1.0/24, protocol: tcp, ports: [%s]}]}
process: {credentials: scrub}
'''
NAME = 'network-isolation'


def children(pid):
    with open(f'/proc/{pid}/task/{pid}/children', encoding='ascii') as file:
        return file.read().split()


def change_rules(jail, words):
    """Somebody else, with every right, changes the rules in the jail's network namespace."""
    return subprocess.run(['nsenter', '-t', children(jail.process.pid)[0], '-n', 'nft', words], capture_output=True, text=True,
                          timeout=20, check=False)


def compare(mode, *words):
    return vpcjail(mode, 'diff', *words)


def equal_and_not(mode):
    other = write_file('other.yaml', VPC % ('none', 'reject', 443))
    with Jail(mode) as jail:
        wait_until(lambda: 'the jail is being made' not in compare(mode, NAME, '--jail', jail.name).stderr, 5)
        done = compare(mode, NAME, '--jail', jail.name)
        equal((done.returncode, done.stdout), (0, 'no difference in what may be reached\n'), done.stderr)
        equal(compare(mode, NAME, '--jail', jail.state()['id']).returncode, 0, 'by its id')
        said = json.loads(compare(mode, NAME, '--jail', jail.name, '--json').stdout)
        equal((said['equal'], said['kernel-difference'], said['right']),
              (True, None, {'profile': NAME, 'jail': jail.state()['id']}))
        done = compare(mode, other, '--jail', jail.name)
        equal(done.returncode, 1, done.stderr)
        check('also different: network.isolation: vpc, then full' in done.stdout, done.stdout)
        check('kernel' not in done.stdout, done.stdout)
        near = compare(mode, NAME, '--jail', jail.name + 'x')
        equal(near.returncode, 2, near.stdout)
        check(f'did you mean "{jail.name}"?' in near.stderr, near.stderr)
        far = compare(mode, NAME, '--jail', 'nothing-like-it')
        equal(far.returncode, 2, far.stdout)
        check('running: ' in far.stderr and jail.name in far.stderr, far.stderr)


def updated(mode):
    """After an update it is the new policy that is compared, and what the kernel then has."""
    auto = write_file('auto.yaml', VPC % ('auto', 'reject', 443))
    none = write_file('none.yaml', VPC % ('none', 'reject', 443))
    drop = write_file('drop.yaml', VPC % ('none', 'drop', '443, 8000-8100'))
    with Jail(mode, profile=none) as jail:
        equal(compare(mode, none, '--jail', jail.name).returncode, 0)
        done = compare(mode, auto, '--jail', jail.name)
        equal(done.returncode, 1, done.stderr)
        for line in (f'egress: {auto} reaches, jail {jail.name} does not:', '  tcp 443 to 10.20.1.1-10.20.1.254 (254 addresses)',
                     'uplink: none carries nothing', 'also different: network.uplink: auto, then none'):
            check(line in done.stdout, line, 'is missing in', done.stdout)
        check('on-deny: drop, then reject' in compare(mode, drop, '--jail', jail.name).stdout)
        succeeded(vpcjail(mode, 'update', jail.name, '-p', drop))
        equal(compare(mode, drop, '--jail', jail.name).returncode, 0, 'after the update')
        done = compare(mode, none, '--jail', jail.name)
        check(done.returncode == 1 and 'on-deny: reject, then drop' in done.stdout, done.stdout, done.stderr)


def tampered(mode):
    if not shutil.which('nft'):
        skip('nft')
    with Jail(mode, options=['--on-tamper', 'report']) as jail:
        equal(compare(mode, NAME, '--jail', jail.name).returncode, 0, 'positive control: nobody has changed anything')
        done = change_rules(jail, 'add table inet another')
        equal(done.returncode, 0, done.stderr)
        said = compare(mode, NAME, '--jail', jail.name)
        equal(said.returncode, 1, said.stderr)
        check(said.stdout.startswith('the kernel\'s rules are not those of the policy: table inet another is there, and is none of '
                                     'this rule set\n'), said.stdout)
        equal(json.loads(compare(mode, NAME, '--jail', jail.name, '--json').stdout)['equal'], False)
        succeeded(change_rules(jail, 'delete table inet another'))
        equal(compare(mode, NAME, '--jail', jail.name).returncode, 0, 'as it was before')
        done = change_rules(jail, 'flush chain inet vpcjail isolation_egress')
        equal(done.returncode, 0, done.stderr)
        said = compare(mode, NAME, '--jail', jail.name)
        equal(said.returncode, 1, said.stderr)
        check('is missing\n' in said.stdout.splitlines(True)[0], said.stdout)


def alone(mode):
    """The only jail need not be named. Others may run on this machine: then they must be told apart."""
    with Jail(mode) as jail:
        done = compare(mode, NAME)
        if done.returncode == 2:
            check('name one of the running jails: ' in done.stderr and jail.name in done.stderr and ', ' in done.stderr, done.stderr)
        else:
            equal((done.returncode, done.stdout), (0, 'no difference in what may be reached\n'), done.stderr)


main([equal_and_not, updated, tampered, alone])

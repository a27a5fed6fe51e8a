# SPDX-License-Identifier: GPL-2.0-or-later
"""`vpcjail verify`: what holds is proven, what does not is noticed, and the host stays as it was.

    verify.py VPCJAIL [--hooks]
"""
import json
import os
import pty
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'range'))

import unchanged  # noqa: E402
from launch_lib import (Bench, USERS, assert_nothing_left, check, equal, main, marked_processes, skip, user_folder,  # noqa: E402
                        wait_until, write_file)

HOOKS = '--hooks' in sys.argv
ALONE = ('network-isolation', 'offline-training', 'sagemaker-vpc-isolated')
LINKED = ('vpc-private', 'on-prem', 'sagemaker-vpc')
SILENT = 'VPCJAIL_TEST_DEAF'
VPC = '''vpcjail: 1
network: {{isolation: vpc, uplink: {uplink}, peers: {peers}, on-deny: {deny}}}
vpc:
  region: eu-west-1
  cidrs: [10.20.0.0/16, "fd00:20::/32"]
  subnets: [10.20.1.0/24, "fd00:20:1::/64"]
prefix-lists:
  pl-6da54004: {{entries: [52.218.0.0/17, 3.5.64.0/21, "2600:1fa0:8000::/40"]}}
endpoints:
  - {{service: s3, type: gateway, prefix-list: pl-6da54004}}
  - {{service: sts, type: interface, addresses: [10.20.1.40]}}
security-groups:
  sg-train:
    egress: [{{to: pl-6da54004, protocol: tcp, ports: [443]}}, {{to: 10.20.0.0/16, protocol: tcp, ports: [22, 80-90]}},
      {{to: "fd00:20::/32", protocol: all}}, {{to: self, protocol: all}}]
    ingress: [{{from: self, protocol: all}}]
network-acls:
  acl-1:
    egress: [{{rule: 100, action: allow, cidr: 0.0.0.0/0, protocol: tcp, ports: [22, 443]}}]
    ingress: [{{rule: 100, action: allow, cidr: 0.0.0.0/0, protocol: tcp, ports: [1024-65535]}}]
process: {{credentials: scrub}}
'''


class Host:
    before = None


def prepare():
    Host.before = unchanged.snapshot()


def verify(mode, profile, *options, environment=None, timeout=120):
    """The exit status and what --json printed."""
    user = [] if not mode.root else ['--user', 'root' if mode.name.endswith('root') else USERS[0]]
    done = subprocess.run([Bench.binary, 'verify', '-p', profile, '--json', *user, *options], text=True, capture_output=True,
                          env=mode.full_environment(environment), cwd=Bench.folder, timeout=timeout, check=False,
                          stdin=subprocess.DEVNULL, **mode.popen_arguments())
    check(done.stdout, 'no result:', done.returncode, done.stderr)
    return done.returncode, json.loads(done.stdout)


def unheld(result):
    return [(row['promised'], row['outcome'], row.get('why')) for row in result['promises']
            if row['outcome'] in ('NOT HELD', 'inconclusive')]


def held(mode, profile, *options):
    """Under load a packet may be late once: what is inconclusive is tried again, what does not hold never is."""
    for _ in range(3):
        status, result = verify(mode, profile, *options)
        check(not any(outcome == 'NOT HELD' for _, outcome, _ in unheld(result)), mode.name, profile, unheld(result))
        if status == 0:
            break
    equal((status, result['held'], unheld(result)), (0, True, []), profile)
    return result


def shipped(mode):
    for profile in ALONE + (LINKED if mode.root else ()):
        result = held(mode, profile)
        equal(result['uplink'], 'none' if profile in ALONE else 'veth', profile)
        check(result['held'] and result['tried'] > 100, profile, result['tried'])
        groups = {row['group'] for row in result['promises']}
        check(groups >= {'table', 'rule', 'door', 'rules'}, profile, groups)
        quick = held(mode, profile, '--quick')
        check(quick['tried'] < result['tried'], 'quick is no less than all', profile)


def uplinks():
    for uplink in ('veth', 'macvlan', 'device, interface: eth7'):
        for deny in ('reject', 'drop'):
            profile = write_file('vpc.yaml', VPC.format(uplink=uplink, peers='[10.20.1.21, 10.20.1.22]', deny=deny))
            result = held(Bench.modes[0], profile)
            equal(result['uplink'], uplink.split(',')[0])
            texts = {row['promised'] for row in result['promises'] if row['outcome'] == 'held'}
            for wanted in ('to peer 10.20.1.21', 'from peer 10.20.1.21', 'gateway endpoint s3, ports 443 and 80',
                           'a source address that is not the job\'s', 'the private names of sts'):
                check(wanted in texts, uplink, 'is not among what held:', wanted)


def attested(mode):
    path = os.path.join(user_folder(mode, 'proof'), 'proof.json')
    status, _ = verify(mode, 'network-isolation', '--quick', '--attest', path)
    equal(status, 0)
    with open(path, encoding='utf-8') as file:
        statement = json.load(file)
    check(len(statement['probes']) > 20 and all(row['outcome'] == 'held' for row in statement['probes']), statement['probes'][:3])
    for profile, wanted in (('network-isolation', 0), ('offline-training', 1)):
        done = subprocess.run([Bench.binary, 'check', '-p', profile, '--attestation', path], text=True, capture_output=True,
                              env=mode.full_environment({}), cwd=Bench.folder, timeout=60, check=False, **mode.popen_arguments())
        equal(done.returncode, wanted, profile, done.stdout, done.stderr)


def on_a_terminal():
    """A line that is written over says what is being done."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([Bench.binary, 'verify', '-p', 'network-isolation', '--quick'], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=theirs, env=Bench.modes[0].full_environment({}))
    os.close(theirs)
    said = b''
    try:
        while True:
            said += os.read(ours, 4096)
    except OSError:
        pass
    equal(process.wait(60), 0)
    check(b'in the jail' in said and b'\r' in said and said.endswith(b'\x1b[K'), said)


def killed(mode):
    """Nothing is left, whenever it is killed."""
    for pause in (0.02, 0.1, 0.2, 0.3):
        process = subprocess.Popen([Bench.binary, 'verify', '-p', 'network-isolation'], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=mode.full_environment({}),
                                   cwd=Bench.folder, **mode.popen_arguments())
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
        check(wait_until(lambda: not marked_processes(), 10), 'processes are left', pause)
        left = [folder + name for folder in ('/tmp/', '/dev/shm/') for name in os.listdir(folder) if name.startswith('vpcjail-verify-')]
        equal(left, [], 'left in folders', pause)


def silent_outside(mode):
    """Where nobody answers and nothing is seen, a denial says nothing."""
    status, result = verify(mode, 'network-isolation', environment={SILENT: '1'})
    equal((status, result['held']), (1, False))
    for row in result['promises']:
        if row['group'] == 'rule' or row['promised'].startswith(('port 53', 'public', 'from elsewhere', 'IMDS')):
            equal(row['outcome'], 'inconclusive', row)


def rule_removed(mode):
    """The promise that broke is named."""
    for number in range(4, 20):
        status, result = verify(mode, 'network-isolation', environment={'VPCJAIL_TEST_RULE': f'remove {number}'})
        if result['mutated'] == 'inet vpcjail isolation_egress 1':
            break
    equal((status, result['held'], result['mutated']), (1, False, 'inet vpcjail isolation_egress 1'))
    check(any('isolation_egress rule' in promised for promised, outcome, _ in unheld(result) if outcome == 'NOT HELD'), unheld(result))
    check(any("the kernel's rules" in promised for promised, *_ in unheld(result)), unheld(result))


# Protections that are left out by a test hook, and a door that must then be found open.
WITHOUT = {
    'filter': 'call_user_namespace', 'descriptors': 'descriptor_socket', 'environment': 'environment_aws',
    'own-folders,covered-sockets': 'socket_tmp', 'network-namespace,landlock-scope': 'tcp4_loopback',
}


def protection_missing():
    if not HOOKS:
        skip('test hooks')
    mode = Bench.modes[0]
    for without, door in WITHOUT.items():
        status, result = verify(mode, 'network-isolation', environment={'VPCJAIL_TEST_WITHOUT': without})
        found = [promised.split(':')[0] for promised, outcome, _ in unheld(result) if outcome == 'NOT HELD']
        check(status == 1 and door in found, without, 'leaves open', door, 'and what was noticed is', found)


def host_unchanged():
    unchanged.assert_same(Host.before, unchanged.snapshot())
    assert_nothing_left()


def noticed():
    if not HOOKS:
        skip('test hooks')
    for mode in (Bench.modes[0], Bench.modes[2]):
        silent_outside(mode)
        rule_removed(mode)


main([shipped, attested, killed], [uplinks, on_a_terminal, noticed, protection_missing, host_unchanged], prepare=prepare)

# SPDX-License-Identifier: GPL-2.0-or-later
"""A VPC, and what lies beyond it, made of network namespaces; vpcjail is started on one of its hosts.

Theory of operation. The test's own process becomes the host: it moves into network, mount and UTS namespaces of its own
and makes /etc and /run its own. Each other machine is a child (part.py) in a network namespace that nothing else
names, so that all of it goes when the test does, however it ends.

    host 10.0.1.10 ─┐                                  ┌─ far 10.0.2.20          the second subnet
    server    .20 ──┤                                  │
    endpoint  .15 ──┼─ router 10.0.1.1 (and its switch)┼─ aws 10.0.0.2, 169.254.*  resolver, metadata, credentials, clock
    peer      .21 ──┤                                  ├─ s3 52.216.0.10         an S3 server, alone on its address
    stranger  .66 ──┘                                  └─ internet               every other address of both families
"""
import copy
import ctypes
import ipaddress
import json
import os
import shutil
import subprocess
import time

import certificates
from frame import Capture, Frame
from part import die_with_parent
from launch_lib import Bench, Failure, PYTHON, check, skip, start

HERE = os.path.dirname(os.path.abspath(__file__))
CLONE_NEWUTS, CLONE_NEWNET = 0x4000000, 0x40000000

REGION, NAME = 'us-east-1', 'jailhost'
HOST, SERVER, ENDPOINT, PEER, STRANGER = ('10.0.1.10', 'fd00:db8:1::10'), ('10.0.1.20', 'fd00:db8:1::20'), \
    ('10.0.1.15', 'fd00:db8:1::15'), ('10.0.1.21', 'fd00:db8:1::21'), ('10.0.1.66', 'fd00:db8:1::66')
ROUTER, FAR, RESOLVER = ('10.0.1.1', 'fd00:db8:1::1'), ('10.0.2.20', 'fd00:db8:2::20'), ('10.0.0.2', 'fd00:ec2::253')
METADATA, CREDENTIALS, CLOCK = ('169.254.169.254', 'fd00:ec2::254'), ('169.254.170.2', 'fd00:ec2::23'), \
    ('169.254.169.123', 'fd00:ec2::123')
S3 = '52.216.0.10'
PREFIX_LIST = ('52.216.0.0/15', '2600:1fa0:8000::/39')
IN_LIST = ('52.216.0.11', '2600:1fa0:8000::11')   # of the list, and nobody but the internet's echo
BELOW = tuple(str(ipaddress.ip_network(prefix)[0] - 1) for prefix in PREFIX_LIST)
ABOVE = tuple(str(ipaddress.ip_network(prefix)[-1] + 1) for prefix in PREFIX_LIST)
PUBLIC = ('198.51.100.7', '2001:db8:51::7')
BUCKET = 'bucket'
S3_NAMES = [f'{front}s3{middle}.amazonaws.com' for front in (BUCKET + '.', '') for middle in ('.' + REGION, '')]
ENDPOINT_NAME = f'sts.{REGION}.amazonaws.com'

TCP_PORTS = (22, 53, 80, 443, 2049, 7001, 7002, 29500)
UDP_PORTS = (53, 123, 443, 7001, 7002, 9999)
ROLE = {'Code': 'Success', 'AccessKeyId': 'S3RVER', 'SecretAccessKey': 'S3RVER', 'Token': 'none', 'Type': 'AWS-HMAC',
        'LastUpdated': '2020-01-01T00:00:00Z', 'Expiration': '2099-01-01T00:00:00Z'}
PAGES = {'PUT': [200, 'metadata-token'], 'GET /latest/meta-data/iam/security-credentials/': [200, 'role'],
         'GET /latest/meta-data/iam/security-credentials/role': [200, json.dumps(ROLE)], 'GET /credentials': [200, json.dumps(ROLE)]}
STILL = {f'{family}/conf/{which}/{name}': value for family, name, value in
         (('ipv4', 'rp_filter', 0), ('ipv6', 'accept_ra', 0), ('ipv6', 'accept_dad', 0), ('ipv6', 'router_solicitations', 0))
         for which in ('all', 'default')}
FORWARDING = {'ipv4/ip_forward': 1, 'ipv6/conf/all/forwarding': 1}
# Addresses of the first subnet for jails that have their own.
OWN = [(f'10.0.1.{number}', f'fd00:db8:1::{number}') for number in (31, 32, 33)]
SPARE = 'eth1'
VPC = ('10.0.0.0/16', 'fd00:db8::/32')
SUBNET = {'host': HOST, 'server': SERVER, 'endpoint': ENDPOINT, 'peer': PEER, 'stranger': STRANGER}
# own: addresses beside that of the link; leads: what the router sends there; back: what the machine sends to the router;
# any: what it takes for its own, too.
BEHIND = {
    'far': {'own': [], 'leads': [], 'back': ['default', '::/0']},
    'aws': {'own': [*(f'{address}/{128 if ":" in address else 32}' for pair in (RESOLVER, METADATA, CREDENTIALS, CLOCK)
                      for address in pair), '169.254.169.253/32', '169.254.170.23/32'],
            'leads': ['169.254.0.0/16', f'{RESOLVER[0]}/32', 'fd00:ec2::/32'], 'back': ['default', '::/0']},
    # The S3 server stands beside its prefix list, too: there it must not be reached.
    's3': {'own': [f'{address}/32' for address in (S3, BELOW[0], ABOVE[0])],
           'leads': [f'{address}/32' for address in (S3, BELOW[0], ABOVE[0])], 'back': ['default', '::/0']},
    'internet': {'own': [], 'leads': ['default', '::/0'], 'back': list(VPC), 'any': ['0.0.0.0/0', '::/0']},
}


def namespace(kind='net', pid='self'):
    return os.stat(f'/proc/{pid}/ns/{kind}').st_ino


# Those that the test was started in; it imports this file before it makes any of its own.
STARTED_IN = {kind: namespace(kind) for kind in ('net', 'mnt', 'uts')}


def program():
    """part.py, with what it and other programs import, where every user and every jail can read it."""
    folder = os.path.join(Bench.folder, 'programs')
    if not os.path.isdir(folder):
        os.mkdir(folder, 0o755)
        for name in ('part.py', 'frame.py', 'wire.py', '../launch_probe.py', '../works/torch_job.py', '../works/checks.py'):
            shutil.copy(os.path.join(HERE, name), folder)
    return os.path.join(folder, 'part.py')


def hosts(addresses=None):
    """The host's /etc/hosts, with these names → addresses in it; without them the resolver is asked."""
    lines = ['127.0.0.1 localhost', '::1 localhost', f'{HOST[0]} {NAME}', f'{HOST[1]} {NAME}']
    write('/etc/hosts', '\n'.join(lines + [f'{address} {name}' for name, address in (addresses or {}).items()]) + '\n')


def write(path, text):
    """A file of the host's own /etc; a link is replaced, not followed."""
    if os.path.islink(path):
        os.unlink(path)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    os.chmod(path, 0o644)
    return path


class Speaker:
    """A process that runs part.py. `do` calls a method of part.Part, and raises what went wrong there; `ask` does not wait."""

    def __init__(self, name, process):
        self.name, self.process, self.said = name, process, ''

    def wait(self):
        if self.process.stdout.readline() != 'ready\n':
            raise Failure(f'{self.name} did not start: {self.process.communicate()}')

    def ask(self, name, **arguments):
        self.process.stdin.write(json.dumps([name, arguments]) + '\n')
        self.process.stdin.flush()

    def answer(self, name):
        answer = json.loads(self.process.stdout.readline() or '{"error": "the machine is gone"}')
        check('error' not in answer, self.name, name, answer.get('error'))
        return answer['is']

    def do(self, name, **arguments):
        self.ask(name, **arguments)
        return self.answer(name)

    def close(self):
        """Ends it; gives what it said on standard error, where that is a pipe."""
        try:
            self.said = self.process.communicate(timeout=20)[1]
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.said = self.process.communicate()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Machine(Speaker):
    """A machine of the outside."""

    def __init__(self, name):
        command = ['unshare', '-n', '--', PYTHON, program()]
        super().__init__(name, subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                                preexec_fn=die_with_parent))
        self.pid = self.process.pid

    def wait(self):
        super().wait()
        check(namespace(pid=self.pid) not in (namespace(), STARTED_IN['net']), self.name, 'has no network namespace of its own')

    def frames(self):
        return [Frame(*fields) for fields in self.do('frames')]

    def within(self, command):
        """The words of a command that runs on this machine, with the test's file tree."""
        return ['nsenter', f'--net=/proc/{self.pid}/ns/net', *command]

    def run(self, command, timeout=30, **more):
        return subprocess.run(self.within(command), text=True, capture_output=True, timeout=timeout, check=False, **more)


def plain():
    """A job without vpcjail: on the host itself. The positive control of every denial."""
    return _ready(Speaker('plain', subprocess.Popen([PYTHON, program(), '--blind'], text=True, stdin=subprocess.PIPE,
                                                    stdout=subprocess.PIPE, preexec_fn=die_with_parent)))


def jail(mode, profile, **more):
    """The same job under vpcjail; once it is closed, `said` is what vpcjail said."""
    return _ready(Speaker('jail', start(mode, [PYTHON, program(), '--blind'], profile=profile, stdin=subprocess.PIPE, **more)))


def has_own_address(uplink):
    return uplink in ('macvlan', 'ipvlan', 'device')


def over(uplink, number=0, mode=0):
    """A mode of launch_lib, which says of its link what the uplink needs said: the number-th of OWN."""
    found = copy.copy(Bench.modes[mode])
    if has_own_address(uplink):
        found.options = [*found.options, '--address', f'{OWN[number][0]}/24', '--address', f'{OWN[number][1]}/64',
                         '--gateway', ROUTER[0], '--gateway', ROUTER[1]]
    return found


def _ready(speaker):
    speaker.wait()
    return speaker


def become_host():
    """This process, of one thread and in a mount namespace of its own, becomes the host, without a link as yet."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(CLONE_NEWNET | CLONE_NEWUTS):
        skip('a network and a UTS namespace: ' + os.strerror(ctypes.get_errno()))
    for kind, old in STARTED_IN.items():
        check(namespace(kind) != old, f'this is still the {kind} namespace that the test was started in')
    library.sethostname(NAME.encode(), len(NAME))
    own = os.path.join(Bench.folder, 'host-etc')
    subprocess.run(['cp', '-a', '/etc', own], check=True)
    subprocess.run(['mount', '--bind', own, '/etc'], check=True)
    check(os.path.samefile(own, '/etc'), '/etc is still that of the machine')
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'run', '/run'], check=True)
    os.makedirs('/run/lock')
    os.makedirs('/etc/vpcjail/profiles', exist_ok=True)
    hosts()
    write('/etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n')


def switches(values):
    """Sysctls of the host's network namespace: path below /proc/sys/net → value."""
    for path, value in values.items():
        with open('/proc/sys/net/' + path, 'w', encoding='ascii') as file:
            file.write(str(value))


def ip(batch):
    """What `ip -batch` understands, on the host."""
    done = subprocess.run(['ip', '-batch', '-'], input=batch, text=True, capture_output=True, check=False)
    check(not done.returncode, done.stderr, batch)


class Range:
    """The host's links, and every machine behind them. s3_modules: the folder with s3rver; None leaves the S3 server out."""

    def __init__(self, s3_modules=None, machines=None):
        names = machines or ['server', 'endpoint', 'peer', 'stranger', 'far', 'aws', 'internet'] + (['s3'] if s3_modules else [])
        become_host()
        self.authority = certificates.Authority(Bench.folder)
        self.machines = {name: Machine(name) for name in ['router', *names]}
        for machine in self.machines.values():
            machine.wait()
        switches({**STILL, 'ipv4/ping_group_range': '0 2147483647'})
        for machine in self.machines.values():
            machine.do('switches', values={**STILL, **(FORWARDING if machine.name == 'router' else {})})
        self._subnet(names)
        for number, name in enumerate(name for name in names if name in BEHIND):
            self._leg(name, number)
        for name in names:
            self._serve(name)
        write('/etc/resolv.conf', f'nameserver {RESOLVER[0]}\n' if 'aws' in names else '')
        if 'aws' in names:
            self._resolver()
        if 's3' in names:
            self._s3(s3_modules)
        self.capture = Capture()
        self.forget()

    def __getattr__(self, name):
        try:
            return self.__dict__['machines'][name]
        except KeyError:
            raise AttributeError(name) from None

    def _subnet(self, names):
        """The first subnet: a bridge of the router's, with a link to each host of it."""
        members = {name: pair for name, pair in SUBNET.items() if name == 'host' or name in names}
        self.router.do('ip', batch='link set lo up\nlink add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n'
                       f'address add {ROUTER[0]}/24 dev br0\naddress add {ROUTER[1]}/64 dev br0\nlink set br0 up\n')
        for name, (v4, v6) in members.items():
            pid = os.getpid() if name == 'host' else self.machines[name].pid
            self.router.do('ip', batch=f'link add {name} type veth peer name eth0 netns {pid}\nlink set {name} master br0 up\n')
            do = ip if name == 'host' else lambda batch, name=name: self.machines[name].do('ip', batch=batch)
            do(f'link set lo up\naddress add {v4}/24 dev eth0\naddress add {v6}/64 dev eth0\nlink set eth0 up\n'
               f'route add default via {ROUTER[0]}\nroute add default via {ROUTER[1]}\n')

        # A second link of the host's, down and without an address, which a jail may have for itself.
        self.router.do('ip', batch=f'link add spare type veth peer name {SPARE} netns {os.getpid()}\nlink set spare master br0 up\n')

    def _leg(self, name, number):
        """A machine behind the router: the far subnet's host has a place in it, the others own addresses on loopback."""
        machine = self.machines[name]
        near4, near6, length4 = f'100.64.{number}.1', f'fd00:f:{number}::1', 30
        own4, own6 = f'100.64.{number}.2', f'fd00:f:{number}::2'
        if name == 'far':
            near4, near6, own4, own6, length4 = '10.0.2.1', 'fd00:db8:2::1', *FAR, 24
        self.router.do('ip', batch=f'link add {name} type veth peer name eth0 netns {machine.pid}\n'
                       f'address add {near4}/{length4} dev {name}\naddress add {near6}/64 dev {name}\nlink set {name} up\n')
        machine.do('ip', batch='link set lo up\n' + f'address add {own4}/{length4} dev eth0\naddress add {own6}/64 dev eth0\n'
                   'link set eth0 up\n' + ''.join(f'address add {address} dev lo\n' for address in BEHIND[name]['own']))
        routes = ''.join(f'route add {prefix} via {near6 if ":" in prefix else near4}\n' for prefix in BEHIND[name]['back'])
        machine.do('ip', batch=routes)
        for local in BEHIND[name].get('any', ()):
            machine.do('ip', batch=f'route add local {local} dev lo table main\n')
        self.router.do('ip', batch=''.join(f'route add {prefix} via {own6 if ":" in prefix else own4}\n'
                                           for prefix in BEHIND[name]['leads']))

    def _serve(self, name):
        if name == 's3':
            return
        dns = (name == 'aws')  # there a real resolver answers
        self.machines[name].do('serve', tcp=[port for port in TCP_PORTS if not (dns and port == 53)],
                               udp=[port for port in UDP_PORTS if not (dns and port == 53)],
                               certificate=self.authority.server, pages=PAGES if name == 'aws' else {})

    def _resolver(self):
        """What the VPC's resolver says, private names included, from a real name server."""
        if not shutil.which('dnsmasq'):
            skip('dnsmasq (package dnsmasq-base)')
        answers = {**{name: S3 for name in S3_NAMES}, ENDPOINT_NAME: ENDPOINT[0], 'www.example.com': PUBLIC[0]}
        words = [f'--host-record={name},{address}' for name, address in answers.items()]
        self.aws.do('start', ready=[RESOLVER[0], 53], command=[
            'dnsmasq', '--keep-in-foreground', '--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--user=root', '--pid-file=',
            '--bind-interfaces', '--cache-size=0', '--txt-record=big.example.com,' + ','.join(['x' * 200] * 8),
            *(f'--listen-address={address}' for address in (RESOLVER[0], '169.254.169.253', RESOLVER[1])), *words])

    def _s3(self, modules):
        if not os.path.isdir(os.path.join(modules, 's3rver')):
            skip(f's3rver in {modules} (tools/test installs it)')
        folder = os.path.join(Bench.folder, 's3-server')
        os.mkdir(folder)
        self.s3.do('start', ready=[S3, 443], command=['node', os.path.join(HERE, 's3', 'server.js'), modules, folder,
                                                      *self.authority.server, BUCKET])

    def forget(self):
        """What has come so far does not count."""
        for machine in self.machines.values():
            machine.do('forget')
        self.capture.forget()

    def arrived(self, wanted, settle=0.05):
        """The frames, by machine, that the function `wanted` picks, of those that did not leave that machine."""
        time.sleep(settle)
        found = {name: [frame for frame in machine.frames() if not frame.out and wanted(frame)]
                 for name, machine in self.machines.items() if name != 'router'}
        return {name: frames for name, frames in found.items() if frames}

    def close(self):
        self.capture.close()
        for machine in self.machines.values():
            machine.close()

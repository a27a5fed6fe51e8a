# SPDX-License-Identifier: GPL-2.0-or-later
"""Links on the host's subnet: what passes, what is on the wire, what is left, and a device that comes back.

    vpc_links.py VPCJAIL [--hooks]

On a host made of namespaces (links/host.py). --hooks: the build can leave protections out, so that a job sends any frame.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'links'))

import host  # noqa: E402
from host import BUCKET, INTERNET, INTERNET6, MAC, OWN, OWN6, PYTHON, ROUTER, ROUTER6, SERVER, SERVER6, STRANGER, STRANGER6  # noqa: E402
from launch_lib import Failure, check, equal, skip, wait_until  # noqa: E402
from wire import allowed, forged, named  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
HOOKS = '--hooks' in sys.argv[2:]
GROUP = f'''
security-groups:
  sg-a:
    egress:
      - {{to: 10.0.1.16/28, protocol: tcp, ports: [7001]}}
      - {{to: 10.0.1.16/28, protocol: udp, ports: [7001]}}
      - {{to: 10.0.1.16/28, protocol: icmp}}
      - {{to: "fd00:db8:1::20/124", protocol: tcp, ports: [7001]}}
      - {{to: "fd00:db8:1::20/124", protocol: udp, ports: [7001]}}
      - {{to: "fd00:db8:1::20/124", protocol: icmpv6}}
      - {{to: pl-s3, protocol: tcp, ports: [443]}}
    ingress:
      - {{from: {SERVER}, protocol: tcp, ports: [7001]}}
      - {{from: {SERVER}, protocol: udp, ports: [7001]}}
      - {{from: {SERVER}, protocol: icmp}}
      - {{from: "{SERVER6}", protocol: tcp, ports: [7001]}}
      - {{from: "{SERVER6}", protocol: udp, ports: [7001]}}
      - {{from: "{SERVER6}", protocol: icmpv6}}
'''
VPC = '''vpcjail: 1
description: links
network: {{isolation: vpc, uplink: {kind}, interface: eth1}}
vpc: {{cidrs: [10.0.0.0/16, "fd00:db8:1::/48"], subnets: [10.0.1.0/24, "fd00:db8:1::/64"], dns: none, region: us-east-1}}
prefix-lists: {{pl-s3: {{entries: [52.216.0.0/15]}}}}
endpoints: [{{service: s3, type: gateway, prefix-list: pl-s3}}]
process: {{credentials: scrub}}
'''
ISOLATED = '''vpcjail: 1
description: peers
network: {{isolation: full, uplink: macvlan, interface: eth1, peers: [{peers}]}}
'''
ALLOWED = [f'tcp {SERVER} 7001', f'udp {SERVER} 7001', f'icmp {SERVER} 0', f'tcp {SERVER6} 7001', f'udp {SERVER6} 7001',
           f'icmp {SERVER6} 0', f'tcp {BUCKET} 443']
DENIED = [f'tcp {SERVER} 7002', f'udp {SERVER} 7002', f'tcp {SERVER6} 7002', f'udp {SERVER6} 7002', f'tcp {STRANGER} 7001',
          f'udp {STRANGER} 7001', f'icmp {STRANGER} 0', f'tcp {STRANGER6} 7001', f'udp {STRANGER6} 7001', f'icmp {STRANGER6} 0',
          f'tcp {BUCKET} 80', f'tcp {INTERNET} 443', f'udp {INTERNET} 443', f'icmp {INTERNET} 0', f'tcp {INTERNET6} 443',
          f'icmp {INTERNET6} 0', f'tcp {ROUTER} 7002', f'tcp {ROUTER6} 7001']
GIVEN = ['--address', OWN + '/24', '--gateway', ROUTER, '--address', OWN6 + '/64']
HARMLESS = 'no-capabilities,filter,user-namespace,no-new-privileges'


class Known:
    outside = stranger = folder = before = None


def program():
    """Where a job sees it, wherever the sources are: it does not see the host's /tmp."""
    return os.path.join(Known.folder, 'part.py')


def profile(name, text):
    path = os.path.join(Known.folder, name + '.yaml')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    return path


def vpc(kind):
    return profile(kind, VPC.format(kind=kind) + GROUP)


def start(path, command, options=(), environment=None):
    words = [PROGRAM, 'run', '-q', '-p', path, '--share', Known.folder, *options, '--', *command]
    return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd='/',
                            start_new_session=True, env={**os.environ, **(environment or {})})


def run(path, command, options=(), environment=None):
    process = start(path, command, options, environment)
    out, err = process.communicate(timeout=90)
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def refused(words, path, options=()):
    done = run(path, ['true'], options)
    equal(done.returncode, 125, done.stderr)
    check(words in done.stderr, 'wanted', repr(words), 'in', done.stderr)


def same_as_before(words):
    """The kernel takes some time: a namespace's end, duplicate address detection."""
    if not wait_until(lambda: host.state() == Known.before and not host.notes(), 6):
        with open(os.path.join(Known.folder, 'before'), 'w', encoding='utf-8') as file:
            file.write(Known.before)
        with open(os.path.join(Known.folder, 'now'), 'w', encoding='utf-8') as file:
            file.write(host.state())
        done = subprocess.run(['diff', 'before', 'now'], cwd=Known.folder, capture_output=True, text=True, check=False)
        raise Failure(f'{words}: {done.stdout} {host.notes()}')


def control():
    """Without vpcjail the host reaches everything, and the machines each other."""
    answers = host.probe(ALLOWED + DENIED)
    equal({row: answer for row, answer in answers.items() if answer != 'ok'}, {}, 'from the host')
    rows = [f'{way} {address} {port}' for way in ('tcp', 'udp', 'icmp') for address in (STRANGER, STRANGER6) for port in (7001, 7002)]
    equal(set(Known.outside.probe(rows).values()), {'ok'}, 'from the subnet')


class Capture:
    """What comes from the host's eth1, at the far end of its pair."""

    def __enter__(self):
        self.path = os.path.join(Known.folder, 'frames')
        self.process = Known.outside.start('capture', 'out1', self.path, stdout=subprocess.PIPE)
        equal(self.process.stdout.readline(), 'ready\n')
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        with open(self.path, encoding='ascii') as file:
            self.frames = [bytes.fromhex(line) for line in file]


def jail_mac(kind):
    return MAC if kind == 'device' else '02:76:0a:00:01:32'


def from_jail(frames, kind):
    """Its own, and whatever is of no known sender."""
    known = {'device': []}.get(kind, [MAC])
    return [frame for frame in frames if frame[6:12].hex(':') not in known]


def probed_and_seen(kind):
    """The frames of a macvlan's from its first to its last; of a device, which has the host's hardware address, while it is the
    jail's alone."""
    script = 'echo ready; sleep 0.5; "$@"; exec sleep 60'
    words = ['sh', '-c', script, 'sh', PYTHON, program(), 'probe', json.dumps(ALLOWED + DENIED)]
    if kind != 'device':
        with Capture() as capture:
            done = run(vpc(kind), words[-4:], GIVEN)
        equal(done.returncode, 0, done.stderr)
        return json.loads(done.stdout), capture.frames
    job = start(vpc(kind), words, GIVEN)
    equal(job.stdout.readline(), 'ready\n', job.poll() is not None and job.stderr.read())
    with Capture() as capture:
        answers = json.loads(job.stdout.readline())
    job.terminate()
    job.communicate(timeout=30)
    return answers, capture.frames


def outward(kind):
    answers, captured = probed_and_seen(kind)
    equal({row: answers[row] for row in ALLOWED if answers[row] != 'ok'}, {}, 'allowed, but')
    equal([row for row in DENIED if answers[row] == 'ok'], [], 'denied, but answered')
    equal([row for row in DENIED if answers[row] == 'silent'], [], 'denied, but silent')
    frames = from_jail(captured, kind)
    equal([frame.hex() for frame in frames if not allowed(frame, jail_mac(kind))], [], 'on the wire')
    seen = {named(frame) for frame in frames}
    check({'arp request', 'solicitation', 'tcp', 'udp', 'icmp', 'icmpv6'} <= seen, 'positive control: seen only', seen)
    same_as_before('after ' + kind)


def inward(kind):
    """From the server's address what the group lets in, from nobody else anything; and ARP answers to nobody else."""
    rows = [f'{way} {address} {port}' for way in ('tcp', 'udp') for address in (OWN, OWN6) for port in (7001, 7002)]
    rows += [f'icmp {OWN} 0', f'icmp {OWN6} 0']
    job = start(vpc(kind), [PYTHON, program(), 'serve', '7001', '7002'], GIVEN)
    try:
        equal(job.stdout.readline(), 'ready\n', job.poll() is not None and job.stderr.read())
        for machine in (Known.outside, Known.stranger):
            host.sh('ip neigh flush all', machine.within)
        with Capture() as capture:
            answers = Known.outside.probe(rows, json.dumps({'4': SERVER, '6': SERVER6}))
            other = Known.outside.probe(rows, json.dumps({'4': ROUTER, '6': ROUTER6}))
            strangers = Known.stranger.probe(rows)
        equal({row for row in rows if answers[row] == 'ok'}, {row for row in rows if not row.endswith('7002')}, answers)
        equal({row for row in rows if other[row] == 'ok'}, set(), 'from another address of the same machine')
        equal({row for row in rows if strangers[row] == 'ok'}, set(), 'from a stranger')
        frames = from_jail(capture.frames, kind)
        equal([frame.hex() for frame in frames if not allowed(frame, jail_mac(kind))], [], 'on the wire')
        seen = {named(frame) for frame in frames}
        check({'arp reply', 'answer', 'tcp', 'udp'} <= seen, 'positive control: seen only', seen)
    finally:
        job.terminate()
        job.communicate(timeout=30)
    same_as_before('after ' + kind)


def frames_of_a_job(kind):
    """A job with every capability and a packet socket: the allowed tuple leaves, and nothing that only looks like ARP or ND."""
    if not HOOKS:
        return
    rows = forged(jail_mac(kind), Known.server_mac)
    with Capture() as capture:
        done = run(vpc(kind), [PYTHON, program(), 'frames', 'eth0', json.dumps([frame.hex() for _, _, frame in rows])],
                   GIVEN + ['--user', 'root'], {'VPCJAIL_TEST_WITHOUT': HARMLESS})
    equal(done.returncode, 0, done.stderr)
    got = {frame.hex() for frame in capture.frames}
    wrong = [name for name, passes, frame in rows if (frame.hex() in got) != passes]
    equal(wrong, [], 'on the wire, or not')
    with Capture() as capture:
        subprocess.run([PYTHON, program(), 'frames', 'eth1', json.dumps([frame.hex() for _, _, frame in rows])], check=True,
                       stdout=subprocess.DEVNULL)
    got = {frame.hex() for frame in capture.frames}
    equal([name for name, _, frame in rows if frame.hex() not in got], [], 'positive control: without vpcjail not seen')
    same_as_before('after ' + kind)


def children(pid):
    with open(f'/proc/{pid}/task/{pid}/children', encoding='ascii') as file:
        return [int(word) for word in file.read().split()]


def killed(kind):
    """The supervisor, and process 1 of the jail: nothing is left, and a device is back."""
    for victim in ('supervisor', 'init'):
        job = start(vpc(kind), ['sh', '-c', 'echo ready; exec sleep 60'], GIVEN)
        equal(job.stdout.readline(), 'ready\n', victim)
        check(host.state() != Known.before or kind == 'macvlan', 'positive control: the device is still here')
        pids = [job.pid] if victim == 'supervisor' else [pid for pid in children(job.pid) if os.readlink(
            f'/proc/{pid}/ns/net') != os.readlink('/proc/self/ns/net')]
        equal(len(pids), 1)
        os.kill(pids[0], signal.SIGKILL)
        job.communicate(timeout=30)
        if victim == 'supervisor':  # claims of addresses: the next start's to remove
            wait_until(lambda: host.state() == Known.before, 6)
            equal(run(vpc(kind), ['true'], GIVEN).returncode, 0)
        same_as_before(f'{kind}: after SIGKILL of the {victim}')


def all_killed():
    """Supervisor and guardian: the kernel destroys a pair's end. One with its address comes back, as hardware would, and the next
    start makes it what it was."""
    job = start(vpc('device'), ['sh', '-c', 'echo ready; exec sleep 60'], GIVEN)
    equal(job.stdout.readline(), 'ready\n')
    for pid in (*children(job.pid), job.pid):
        os.kill(pid, signal.SIGKILL)
    job.communicate(timeout=30)
    check(wait_until(lambda: 'out1' not in host.sh('ip link', Known.outside.within), 5), 'the pair is still there')
    host.connect(Known.outside, name='dev7')
    host.sh('ip link set out1 master br0 up mtu 1400', Known.outside.within)
    equal([name.split('/', 4)[4] for name in host.notes() if '/devices/' in name], ['devices/eth1'])
    done = run(vpc('device'), [PYTHON, program(), 'probe', json.dumps(ALLOWED)], GIVEN)
    equal(set(json.loads(done.stdout).values()), {'ok'}, done.stderr)
    # A pair made anew has another number, and stands elsewhere in lists.
    lines = [sorted(line.split(':', 1)[-1] for line in text.splitlines() if 'dev7' not in line) for text in (Known.before, host.state())]
    check(wait_until(lambda: not host.notes(), 3), host.notes())
    for part in ('10.0.1.10/24', '10.0.1.11/24', 'eth1:x', 'fd00:db8:1::11/64', 'metric 77', 'metric 99', 'table 100', '10.0.1.99',
                 'eth1/rp_filter:2'):
        equal(*(any(part in line for line in side) for side in lines), part)


def jails():
    """Peers in network isolation reach each other; a third jail reaches neither, nor do two of one profile each other."""
    addresses = ['10.0.1.61', '10.0.1.62', '10.0.1.63']
    paths = [profile(f'peer{i}', ISOLATED.format(peers=peers)) for i, peers in
             enumerate((addresses[1], addresses[0], f'{addresses[0]}, {addresses[1]}'))]
    rows = [f'tcp {addresses[0]} 7001', f'udp {addresses[0]} 7002']
    job = start(paths[0], [PYTHON, program(), 'serve', '7001', '7002'], ['--address', addresses[0] + '/24'])
    try:
        equal(job.stdout.readline(), 'ready\n', job.poll() is not None and job.stderr.read())
        for i, wanted in ((1, 'ok'), (2, 'silent')):
            done = run(paths[i], [PYTHON, program(), 'probe', json.dumps(rows)], ['--address', addresses[i] + '/24'])
            equal(set(json.loads(done.stdout or '{}').values()), {wanted}, i, done.stderr)
        refused('another jail has the address 10.0.1.61@eth1', paths[0], ['--address', addresses[0] + '/24'])
        done = run(vpc('macvlan'), [PYTHON, program(), 'probe', json.dumps(rows)], GIVEN)
        check('ok' not in json.loads(done.stdout).values(), done.stdout, done.stderr)
    finally:
        job.terminate()
        job.communicate(timeout=30)
    same_as_before('after the jails')


RANK = '''
import os, sys, torch, torch.distributed as d
rank, address = int(sys.argv[1]), sys.argv[2]
os.environ.update(MASTER_ADDR=address, MASTER_PORT="29400", RANK=str(rank), WORLD_SIZE="2", GLOO_SOCKET_IFNAME="eth0")
torch.set_num_threads(1)
d.init_process_group("gloo")
model = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(4, 1))
model(torch.full((2, 4), float(rank + 1))).sum().backward()
print(rank, [round(v, 3) for v in next(model.parameters()).grad.flatten().tolist()])
'''


def training():
    """Two ranks of Gloo, each in a jail of its own: gradients are averaged."""
    if subprocess.run([PYTHON, '-c', 'import torch'], capture_output=True, check=False).returncode:
        print('left out: no PyTorch for', PYTHON)
        return
    addresses = ['10.0.1.61', '10.0.1.62']
    ranks = [start(profile(f'rank{i}', ISOLATED.format(peers=addresses[1 - i])), [PYTHON, '-c', RANK, str(i), addresses[0]],
                   ['--address', addresses[i] + '/24']) for i in (0, 1)]
    for i, process in enumerate(ranks):
        out, err = process.communicate(timeout=90)
        equal(out, f'{i} [3.0, 3.0, 3.0, 3.0]\n', err)
    same_as_before('after the training')


def bad_input():
    refused('name a second link, or use `uplink: macvlan`', profile('only', VPC.format(kind='device').replace('eth1', 'eth0') + GROUP),
            ['--address', '10.0.0.50/24', '--gateway', '10.0.0.1'])
    refused('this host has no link eth9; it has: eth0, eth1', profile('gone', VPC.format(kind='device').replace('eth1', 'eth9')), GIVEN)
    refused('as in --address 10.0.1.50/24', vpc('macvlan'))
    refused("--address 10.0.1.10: it is eth1's on this host", vpc('macvlan'), ['--address', '10.0.1.10/24'])
    done = run(vpc('ipvlan'), ['true'], GIVEN)
    check(done.returncode == 0 or 'this kernel has no ipvlan (load it: modprobe ipvlan): write `uplink: macvlan`' in done.stderr,
          done.stderr)
    job = start(vpc('device'), ['sh', '-c', 'echo ready; exec sleep 60'], GIVEN)
    equal(job.stdout.readline(), 'ready\n')
    refused('the link is in another jail, which gives it back when it ends', vpc('device'), GIVEN)
    job.terminate()
    job.communicate(timeout=30)
    host.sh('ip link set eth1 down')
    refused('eth1 is down: bring it up first', vpc('macvlan'), GIVEN)
    host.sh(host.HOST.split('\n', 2)[1].split('; ', 1)[0])


def leases():
    text = 'lease {{\n  fixed-address {};\n  option subnet-mask 255.255.255.0;\n  option routers {};\n  expire {};\n}}\n'
    old, new = os.path.join(Known.folder, 'old'), os.path.join(Known.folder, 'new')
    for path, end in ((old, '4 2026/01/01 00:00:00'), (new, f'epoch {int(time.time()) + 600}')):
        with open(path, 'w', encoding='ascii') as file:
            file.write(text.format(OWN, ROUTER, end))
    refused('it ended at 2026-01-01 00:00:00 UTC', vpc('macvlan'), ['--lease', old])
    done = run(vpc('macvlan'), [PYTHON, program(), 'probe', json.dumps([ALLOWED[0], ALLOWED[-1]])], ['--lease', new])
    equal(set(json.loads(done.stdout or '{}').values()), {'ok'}, done.stderr)
    same_as_before('after a lease')


def tried(function, *arguments):
    name = ' '.join([function.__name__, *arguments])
    wanted = os.environ.get('LIVE_ONLY')
    if wanted and wanted not in name and function is not control:
        return True
    begin = time.monotonic()
    try:
        function(*arguments)
    except Exception as error:  # pylint: disable=broad-except
        print('FAILED ', name + ':', error if isinstance(error, Failure) else traceback.format_exc(), flush=True)
        return False
    print(f'ok      {name} ({time.monotonic() - begin:.1f} s)', flush=True)
    return True


def main():
    if os.geteuid() != 0:
        skip('root')
    host.enter()
    with tempfile.TemporaryDirectory(prefix='links.') as Known.folder:
        os.chmod(Known.folder, 0o755)
        shutil.copy(os.path.join(host.FOLDER, 'part.py'), Known.folder)
        Known.outside, Known.stranger = host.make()
        try:
            Known.server_mac = json.loads(host.sh('ip -j link show br0', Known.outside.within))[0]['address']
            time.sleep(2)  # duplicate address detection
            Known.before = host.state()
            fine = [tried(control)]
            for kind in ('macvlan', 'device'):
                fine += [tried(function, kind) for function in (outward, inward, frames_of_a_job, killed)]
            fine += [tried(function) for function in (jails, training, leases, all_killed, bad_input)]
        finally:
            Known.outside.close()
            Known.stranger.close()
    sys.exit(0 if all(fine) else 1)


main()

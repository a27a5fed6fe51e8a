# SPDX-License-Identifier: GPL-2.0-or-later
"""`vpcjail audit`: online everything that the host reaches gets through and what the profile denies is told; offline it is
denied, and unknown names have made-up addresses.

    audit_modes.py VPCJAIL
"""
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time

import dns_outside
from launch_lib import Bench, PYTHON, check, equal, main, python, run, start, succeeded, user_folder, write_file
from pasta_world import HOST, PROBE, SERVER, STRANGER, World, came, ip, make_world

PROFILE = '''vpcjail: 1
description: one port of the subnet
network: {isolation: vpc, on-deny: %s, uplink: %s}
vpc: {region: eu-west-1, cidrs: [10.0.0.0/16, "fd00:db8:1::/48"], subnets: [10.0.1.0/24, "fd00:db8:1::/64"], dns: endpoints%s}
endpoints:
  - {service: sts, type: interface, addresses: [10.0.1.40]}
security-groups:
  sg-a:
    egress:
      - {to: 10.0.1.0/24, protocol: tcp, ports: [7001]}
      - {to: "fd00:db8:1::/64", protocol: tcp, ports: [7001]}
    ingress: []
process: {credentials: scrub}
'''
GATEWAY = '''prefix-lists: {pl-1: {entries: [52.218.0.0/17]}}
routes: [{destination: 10.0.0.0/16, target: local}, {destination: pl-1, target: gateway-endpoint}]
'''
ACL = '''network-acls:
  acl-a:
    subnets: [10.0.2.0/24]
    egress: [{rule: 100, action: allow, cidr: 0.0.0.0/0, protocol: all}, {rule: 101, action: allow, cidr: "::/0", protocol: all}]
    ingress: []
'''
BESIDE = '10.9.0.20', 'fd00:9::20'  # by another link of the host
ALLOWED = [f'tcp {address} 7001' for address in SERVER]
# What is denied, and by which layer.
DENIED = {f'{kind} {address} {port}': layer
          for kind in ('tcp', 'udp') for address, port, layer in
          [(SERVER[0], 7002, 'sg_egress'), (SERVER[1], 7002, 'sg_egress'), (STRANGER[0], 443, 'sg_egress'), (STRANGER[1], 443, 'sg_egress')]}
PINGS = {f'icmp {address} 0': 'sg_egress' for address in (*SERVER, *STRANGER)}
# Asks as programs do, and connects; one line a name: "address outcome".
NAMES = '''
import errno, json, socket, sys
def one(name):
    try:
        found = socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return [None, "unknown"]
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as s:
        s.settimeout(4)
        try:
            s.connect(address)
            return [address[0], "connected"]
        except socket.timeout:
            return [address[0], "timeout"]
        except OSError as error:
            return [address[0], errno.errorcode[error.errno]]
print(json.dumps({name: one(name) for name in sys.argv[1:]}))
'''


class Names:
    """The host's name server: every name below `example` has the stranger's address."""
    asked = []


def name_server():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((dns_outside.HOST_SERVER, 53))
    while True:
        query, sender = server.recvfrom(2000)
        asked = dns_outside.Question(query, False, dns_outside.HOST_SERVER)
        Names.asked.append(asked.name)
        if asked.name.startswith('missing') or not asked.name.endswith(('.example', '.amazonaws.com')):
            server.sendto(asked.reply(code=3), sender)
        elif asked.type == dns_outside.A:
            server.sendto(asked.reply([dns_outside.address(asked.name, STRANGER[0])]), sender)
        else:
            server.sendto(asked.reply(), sender)


def second_link():
    """Another link of the host, on which the same machine answers, and which nobody forwards by."""
    pid = World.outside.pid
    ip(f'link add eth1 type veth peer name out1 netns {pid}\naddress add 10.9.0.10/24 dev eth1\naddress add fd00:9::10/64 dev eth1 nodad\n'
       'link set eth1 up\n')
    ip(f'link set out1 up\naddress add {BESIDE[0]}/24 dev out1\naddress add {BESIDE[1]}/64 dev out1 nodad\n', pid)


def prepare():
    make_world()
    second_link()
    resolv = write_file('resolv.conf', f'nameserver {dns_outside.HOST_SERVER}\n')
    subprocess.run(['mount', '--bind', resolv, os.path.realpath('/etc/resolv.conf')], check=True)
    threading.Thread(target=name_server, daemon=True).start()
    World.profile = {'reject': write_file('reject.yaml', PROFILE % ('reject', 'auto', '')),
                     'drop': write_file('drop.yaml', PROFILE % ('drop', 'auto', '')),
                     'none': write_file('none.yaml', PROFILE % ('reject', 'none', '')),
                     'elsewhere': write_file('elsewhere.yaml', (PROFILE % ('reject', 'auto', ', located: elsewhere'))
                                             .replace('[10.0.1.40]', '[10.0.1.40], stand-in: public')),
                     'gateway': write_file('gateway.yaml', (PROFILE % ('reject', 'auto', ', located: elsewhere')).replace(
                         'endpoints:\n', 'endpoints:\n  - {service: s3, type: gateway, prefix-list: pl-1}\n').replace(
                             'egress:\n', 'egress:\n      - {to: pl-1, protocol: tcp, ports: [443]}\n') + GATEWAY),
                     'closed': write_file('closed.yaml', (PROFILE % ('reject', 'auto', '')).replace('[7001]', '[7003]')),
                     'acl': write_file('acl.yaml', (PROFILE % ('reject', 'auto', '')).replace('subnets: [', 'subnets: [10.0.2.0/24, ') + ACL),
                     'open': write_file('open.yaml', (PROFILE % ('reject', 'auto', '')).replace('10.0.0.0/16', '198.18.0.0/15')
                                        .replace('10.0.1.0/24', '198.18.0.0/16').replace('ports: [7001]', 'ports: [443]')
                                        .replace('10.0.1.40', '198.18.7.40'))}
    with open('/proc/sys/net/ipv4/conf/all/rp_filter', 'w', encoding='ascii') as file:
        file.write('0')


def audit(mode, code, *arguments, options=(), **more):
    return audit_command(mode, [PYTHON, '-c', code, *arguments], options, **more)


def audit_command(mode, command, options=(), verb='audit', **more):
    """What was recorded is in .events of what is returned."""
    path = os.path.join(user_folder(mode, 'events'), 'audit.jsonl')
    if os.path.exists(path):
        os.remove(path)
    done = run(mode, command, verb=verb, options=['--events', path, *options], **more)
    done.events = []
    if os.path.exists(path):
        with open(path, encoding='utf-8') as file:
            done.events = [json.loads(line) for line in file]
    return done


def denied_counts(done):
    """How many destinations and names were denied, as it was recorded."""
    places = {tuple(event.get(key) for key in ('direction', 'protocol', 'address', 'port', 'icmp_type'))
              for event in done.events if event['record'] == 'denied'}
    return len(places), len({event['name'] for event in done.events if event['record'] == 'name'})


def denied_layers(done):
    return {event['layer'] for event in done.events if event['record'] == 'denied'}


def control():
    """Without vpcjail all of them are answered."""
    rows = ALLOWED + list(DENIED) + list(PINGS)
    done = subprocess.run([PYTHON, '-c', PROBE, *rows], text=True, capture_output=True, check=True)
    equal(json.loads(done.stdout), {row: 'echo' for row in rows})


def passes_online(mode):
    """Each of them, alone: it is denied in a run, gets through in an audit, and is told with its layer."""
    for profile in ('reject', 'drop'):
        rows = list(DENIED) if profile == 'reject' else list(DENIED)[::3]
        refused = json.loads(succeeded(python(mode, PROBE, *rows, profile=World.profile[profile])).stdout)
        check(not any(answer == 'echo' for answer in refused.values()), 'positive control:', refused)
        for row in rows + (list(PINGS) if profile == 'reject' else []):
            done = audit(mode, PROBE, row, profile=World.profile[profile])
            equal(json.loads(done.stdout), {row: 'echo'}, done.stderr)
            equal(done.returncode, 1, row, done.stderr)
            equal(denied_counts(done), (1, 0), row, done.stderr)
            equal(denied_layers(done), {{**DENIED, **PINGS}[row]}, row, done.stderr)
            check({**DENIED, **PINGS}[row] + ':' in done.stderr and row.split()[1] in done.stderr, row, done.stderr)


def passes_all_at_once(mode):
    rows = ALLOWED + list(DENIED) + list(PINGS)
    done = audit(mode, PROBE, *rows, profile=World.profile['reject'])
    equal(json.loads(done.stdout), {row: 'echo' for row in rows}, done.stderr)
    equal((done.returncode, denied_counts(done)), (1, (len(DENIED) + len(PINGS), 0)), done.stderr)
    check(done.stderr.startswith('vpcjail: audit: the job really reaches what this host reaches'), done.stderr)


def passes_whatever_the_uplink(mode):
    """isolation: full, uplink: none and a VPC that is elsewhere deny everything, and an audit carries it."""
    rows = ALLOWED + [f'udp {STRANGER[0]} 443', f'tcp {STRANGER[1]} 443']
    for name, layer in (('network-isolation', 'isolation_egress'), (World.profile['none'], ''), (World.profile['elsewhere'], '')):
        del Names.asked[:]
        done = audit(mode, PROBE, *rows, profile=name)
        equal(json.loads(done.stdout), {row: 'echo' for row in rows}, name, done.stderr)
        equal(Names.asked, [], name, 'a stand-in was looked for')
        equal((done.returncode, denied_counts(done)), (1, (len(rows), 0)), name, done.stderr)
        check(layer in done.stderr, name, done.stderr)


def reaches_the_host(mode):
    """Its own addresses and what lies behind another link of it, and not its loopback."""
    World.visits.clear()
    rows = [f'{kind} {address} 7001' for kind in ('tcp', 'udp') for address in BESIDE]
    done = audit(mode, PROBE, *rows, profile=World.profile['reject'])
    equal(json.loads(done.stdout), {row: 'echo' for row in rows}, done.stderr)
    equal(denied_counts(done), (len(rows), 0), done.stderr)
    rows = [f'{kind} {address} 7001' for kind in ('tcp', 'udp') for address in HOST]
    done = audit(mode, PROBE, *rows, profile=World.profile['reject'])
    equal(json.loads(done.stdout), {row: 'echo' for row in rows}, done.stderr)
    equal(sorted(World.visits), sorted((row.split()[1], 7001) for row in rows))
    World.visits.clear()
    done = audit(mode, PROBE, 'tcp 127.0.0.1 7001', 'tcp ::1 7001', profile=World.profile['reject'])
    equal(set(json.loads(done.stdout).values()), {'ECONNREFUSED'})
    equal(World.visits, [])


MEGABYTE = '''
import os, socket, sys
data = os.urandom(1 << 20)
s = socket.create_connection((sys.argv[1], 7002), timeout=10)
got = bytearray()
for first in range(0, len(data), 1 << 16):
    s.sendall(data[first:first + (1 << 16)])
    while len(got) < first + (1 << 16):
        got += s.recv(1 << 16)
print(got == data)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.settimeout(2)
for _ in range(50):
    u.sendto(b"x", (sys.argv[1], 7001))
    u.recv(10)
'''


def counted_once(mode):
    """A conversation is one event, however much it carries; in each direction that denies it, one."""
    done = audit(mode, MEGABYTE, SERVER[0], profile=World.profile['reject'])
    equal(done.stdout, 'True\n', done.stderr)
    equal(denied_counts(done), (2, 0), done.stderr)
    # A network ACL that lets no answer in: the host's network carried it all the same, and it is told.
    row = ALLOWED[0]
    refused = json.loads(succeeded(python(mode, PROBE, row, profile=World.profile['acl'])).stdout)
    equal(refused, {row: 'timeout'}, 'positive control')
    done = audit(mode, PROBE, row, profile=World.profile['acl'])
    equal(json.loads(done.stdout), {row: 'echo'}, done.stderr)
    equal((done.returncode, denied_counts(done)), (1, (1, 0)), done.stderr)
    equal(denied_layers(done), {'nacl_ingress'}, done.stderr)


def names_online(mode):
    """Forwarded to the host's name servers, those of the profile too; what the profile would not resolve is told."""
    names = ['unknown.example', 'sts.eu-west-1.amazonaws.com']
    del Names.asked[:]
    done = audit(mode, NAMES, *names, profile=World.profile['reject'])
    equal(json.loads(done.stdout), {name: [STRANGER[0], 'connected'] for name in names}, done.stderr)
    equal(denied_counts(done), (1, 1), done.stderr)
    check('unknown.example' in done.stderr, done.stderr)
    check(set(names) <= set(Names.asked), Names.asked)
    done = audit(mode, NAMES, 'missing.invalid', profile='network-isolation')
    equal(json.loads(done.stdout), {'missing.invalid': [None, 'unknown']}, done.stderr)
    equal((done.returncode, denied_counts(done)), (1, (0, 1)), done.stderr)


def behaves(mode):
    """Nothing to tell of a job that keeps to its profile, and 0."""
    for profile, rows in ((World.profile['reject'], ALLOWED), ('network-isolation', [])):
        for options in ((), ('--offline',)):
            done = succeeded(audit(mode, PROBE, *rows, profile=profile, options=options))
            equal(json.loads(done.stdout), {row: 'echo' for row in rows}, options)
            equal(denied_counts(done), (0, 0), done.stderr)
            check(re.search('nothing (was|would be) denied', done.stderr), done.stderr)


def statuses(mode):
    def status(command, *options, profile=World.profile['reject']):
        return run(mode, command, verb='audit', options=options, profile=profile).returncode
    wrong = write_file('wrong.yaml', 'vpcjail: 1\nnetwork: {isolation: half}\n')
    for offline in ((), ('--offline',)):
        equal(status(['true'], *offline), 0)
        equal(status(['false'], *offline), 4)
        equal(status(['sh', '-c', 'kill -9 $$'], *offline), 4)
        equal(audit(mode, PROBE + 'sys.exit(7)', 'tcp %s 443' % STRANGER[0], options=offline, profile=World.profile['reject']).returncode, 1)
        equal(status(['/nonexistent'], *offline), 125)
        equal(status(['true'], *offline, profile=wrong), 3)
        equal(status(['true'], *offline, '--unknown'), 2)
    equal(status(['true'], '--address', '10.0.1.77/24'), 2)


def offline_denies(mode):
    """Nothing leaves, not even a question; unknown names have made-up addresses, each its own."""
    names = ['pypi.org', 'files.example', 'a', 'pypi.org.']
    for profile, layer in (('network-isolation', 'isolation_egress'), (World.profile['reject'], 'sg_egress'), (World.profile['open'], None)):
        came()
        del Names.asked[:]
        done = audit(mode, NAMES, *names, options=['--offline'], profile=profile)
        answers = json.loads(done.stdout)
        equal([answers[name] for name in names], [[f'198.18.0.{number}', 'ECONNREFUSED'] for number in (1, 2, 3, 1)], profile, done.stderr)
        equal((done.returncode, denied_counts(done)), (1, (3 if layer else 0, 3)), profile, done.stderr)
        check(not layer or layer in done.stderr, profile, done.stderr)
        equal(Names.asked, [])
        equal({row for row in came() if row[0] in ('tcp', 'udp')}, set(), profile, 'on the wire')
    done = audit(mode, 'import socket, sys\ntry:\n    socket.gethostbyaddr("198.51.100.9")\nexcept OSError as e:\n    print(type(e).__name__)',
                 options=['--offline'])
    equal(done.stdout, 'herror\n', done.stderr)


def offline_keeps_what_is_known(mode):
    """A name of the profile is answered as in a run, and so is what may be reached."""
    done = audit(mode, 'import json, socket\nprint(json.dumps(sorted({r[4][0] for r in socket.getaddrinfo("sts.eu-west-1.amazonaws.com", 443)})))',
                 options=['--offline'], profile=World.profile['reject'])
    equal(json.loads(done.stdout), ['10.0.1.40'], done.stderr)
    equal(done.returncode, 0, done.stderr)
    # The link's own address is none that a name may get; in a run it may.
    own = {}
    for verb, options in (('run', ()), ('audit', ('--offline',))):
        done = run(mode, ['ip', '-j', '-4', 'address', 'show', 'eth0'], verb=verb, options=options, profile=World.profile['reject'])
        own[verb] = json.loads(done.stdout)[0]['addr_info'][0]['local']
    check(own['run'].startswith(('198.18.', '198.19.')), 'positive control:', own)
    check(not own['audit'].startswith(('198.18.', '198.19.')), own)
    done = audit(mode, PROBE, *ALLOWED, *DENIED, options=['--offline'], profile=World.profile['reject'])
    answers = json.loads(done.stdout)
    equal({row for row, answer in answers.items() if answer == 'echo'}, set(ALLOWED))
    equal(denied_counts(done), (len(DENIED), 0), done.stderr)


def offline_gateway_names(mode):
    """A name of a gateway endpoint that the host does not resolve, or leads elsewhere, has an address of the endpoint's
    list: its program gets as far as its connect, and the policy judges that."""
    names = ['bucket.s3.eu-west-1.amazonaws.com', 'missing.s3.eu-west-1.amazonaws.com', 's3.eu-west-1.amazonaws.com']
    done = audit(mode, NAMES, *names, options=['--offline'], profile=World.profile['gateway'])
    equal(json.loads(done.stdout), {name: [f'52.218.0.{number}', 'ECONNREFUSED'] for number, name in enumerate(names, 1)}, done.stderr)
    equal((done.returncode, denied_counts(done), denied_layers(done)), (1, (3, 3), {'uplink_egress'}), done.stderr)
    said = ' '.join(done.stderr.split())
    check('passes VPC-only' in said and 'would fail network isolation because bucket.s3.eu-west-1' in said, done.stderr)
    check('nothing was denied' not in said, done.stderr)


def keeps_going(mode):
    """on-deny: drop hangs, also offline, as on AWS; --keep-going does not."""
    names = ['one.example', 'two.example', 'three.example']
    begin = time.monotonic()
    done = audit(mode, NAMES, names[0], options=['--offline'], profile=World.profile['drop'])
    equal(json.loads(done.stdout), {names[0]: ['198.18.0.1', 'timeout']}, 'positive control')
    check(time.monotonic() - begin > 3.9, 'positive control: it did not hang')
    begin = time.monotonic()
    done = audit(mode, NAMES, *names, options=['--offline', '--keep-going'], profile=World.profile['drop'])
    check(time.monotonic() - begin < 4, 'took', time.monotonic() - begin)
    equal({answer for _, answer in json.loads(done.stdout).values()}, {'ECONNREFUSED'}, done.stderr)
    equal((done.returncode, denied_counts(done)), (1, (3, 3)), done.stderr)


PROGRAMS = [['curl', '-sS', '-m', '5', 'https://curl.example/'], ['git', 'ls-remote', 'https://git.example/x.git'],
            ['wget', '-T', '5', '-t', '1', 'http://wget.example/']]


def programs_get_to_their_connect(mode):
    """Each resolver of a program takes the made-up answer."""
    tried = 0
    for command in PROGRAMS:
        if not any(os.access(f'{folder}/{command[0]}', os.X_OK) for folder in ('/usr/bin', '/bin')):
            continue
        tried += 1
        done = audit_command(mode, command, options=['--offline'])
        equal((done.returncode, denied_counts(done)), (1, (1, 1)), command, done.stderr)
        check('198.18.0.1' in done.stderr and f'{command[0]}.example' in done.stderr, command, done.stderr)
    check(tried, 'none of the programs is there')


def errors_get_in(mode):
    """The size of a path beyond the host is learned, as on a plain host, and that nobody is there."""
    subprocess.run(['ip', 'route', 'add', f'{STRANGER[0]}/32', 'via', '10.0.1.1', 'mtu', 'lock', '1000'], check=True)
    try:
        done = audit(mode, '''
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
IP_MTU_DISCOVER, IP_PMTUDISC_DO, IP_MTU = 10, 2, 14
s.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO)
s.connect((sys.argv[1], 7001))
s.settimeout(2)
try:
    s.send(b"x" * 1400)
    s.recv(10)
except OSError as error:
    print(error.errno, s.getsockopt(socket.IPPROTO_IP, IP_MTU))
''', STRANGER[0], profile=World.profile['reject'])
        equal(done.stdout, '90 1000\n', done.stderr)
        equal(denied_counts(done), (1, 0), done.stderr)
    finally:
        subprocess.run(['ip', 'route', 'del', f'{STRANGER[0]}/32'], check=True)
    # Nobody is there, though the profile allows it: said at once, and nothing to tell.
    subprocess.run(['ip', 'route', 'add', 'unreachable', '10.0.1.99/32'], check=True)
    try:
        done = succeeded(audit(mode, PROBE, 'tcp 10.0.1.99 7001', profile=World.profile['reject']))
        equal(json.loads(done.stdout), {'tcp 10.0.1.99 7001': 'EHOSTUNREACH'}, done.stderr)
    finally:
        subprocess.run(['ip', 'route', 'del', 'unreachable', '10.0.1.99/32'], check=True)


def nobody_there(mode):
    """Nobody is at an allowed address: what the host says of that gets in to no job, and is no wish of the job's to reach
    anybody. The kernel has counted it, so it came."""
    subprocess.run(['ip', 'route', 'add', 'unreachable', '10.0.1.99/32'], check=True)
    try:
        for verb, options, status in (('run', [], 0), ('audit', ['--offline'], 0)):
            done = audit_command(mode, [PYTHON, '-c', PROBE, 'tcp 10.0.1.99 7001'], options, verb, profile=World.profile['reject'])
            equal((done.returncode, denied_counts(done)), (status, (0, 0)), verb, done.stderr)
            counted = [line for line in done.events if line['record'] == 'counter' and line['layer'].endswith('_ingress')]
            # pasta refuses the connection itself.
            equal(bool(counted), mode.root, verb, 'the error did not come', done.events)
            equal(done.events[-1]['swallowed'], 0, verb)
            if verb == 'audit':
                check('nothing was denied' in done.stderr, done.stderr)
            else:
                check('denied' not in done.stderr, done.stderr)
    finally:
        subprocess.run(['ip', 'route', 'del', 'unreachable', '10.0.1.99/32'], check=True)


SWITCHES = [f'/proc/sys/net/{name}' for link in ('eth0', 'eth1')
            for name in (f'ipv4/conf/{link}/forwarding', f'ipv6/conf/{link}/force_forwarding')]


def host_as_before(mode):
    """Nothing of an audit stays on the host, however it ends."""
    def state():
        return [open(path, encoding='ascii').read() for path in SWITCHES] + \
            [subprocess.run(command, capture_output=True, text=True, check=True).stdout for command in (['nft', 'list', 'ruleset'], ['ip', 'link'])]
    before = state()
    job = start(mode, [PYTHON, '-c', 'import time; print("up", flush=True); time.sleep(60)'], verb='audit', profile=World.profile['reject'])
    equal(job.stdout.readline(), 'up\n')
    during = state()
    check(during != before and '1\n' in during[:4], 'positive control: nothing was changed', during[:4])
    job.terminate()
    equal(job.wait(timeout=10), 4)
    equal(state(), before)
    # Of one that is killed, what forwarded for it alone forwards for nobody, and the next one puts it back.
    job = start(mode, [PYTHON, '-c', 'import time; print("up", flush=True); time.sleep(60)'], verb='audit', profile=World.profile['reject'])
    equal(job.stdout.readline(), 'up\n')
    job.kill()
    job.wait(timeout=10)
    left = ''.join(state())
    for link in ('eth0', 'eth1'):
        check(re.search(f'iifname "{link}" oifname != "vpcj[*]" meta nfproto ipv4 counter .* drop', left), left)
    succeeded(audit(mode, 'pass', profile=World.profile['reject']))
    equal(state(), before)


def without_a_family():
    """What the host cannot reach is not waited for: a host without IPv6 says so at once, and it is told all the same."""
    for link in ('eth0', 'eth1'):
        subprocess.run(['ip', '-6', 'address', 'flush', 'dev', link], check=True)
    rows = [f'tcp {STRANGER[1]} 443', f'udp {STRANGER[1]} 443', f'tcp {STRANGER[0]} 443']
    for mode in Bench.modes[0], Bench.modes[2]:
        begin = time.monotonic()
        done = audit(mode, PROBE, *rows, profile=World.profile['reject'])
        check(time.monotonic() - begin < 1.4, 'took', time.monotonic() - begin)
        equal(json.loads(done.stdout), dict(zip(rows, ['ECONNREFUSED', 'EPERM', 'echo'])), done.stderr)
        equal((done.returncode, denied_counts(done)), (1, (3, 0)), done.stderr)


def update_keeps_observing(mode):
    """Another profile for a running audit: what that denies is told, in its words, and gets through."""
    code = PROBE.replace('print(json', 'print("up", flush=True); sys.stdin.readline()\nprint(json')
    rows = [ALLOWED[0], f'udp {STRANGER[0]} 443']
    job = start(mode, [PYTHON, '-c', code, *rows], options=['--name', 'audited'], verb='audit', profile=World.profile['reject'],
                stdin=subprocess.PIPE)
    equal(job.stdout.readline(), 'up\n')
    succeeded(subprocess.run([Bench.binary, 'update', 'audited', '-p', World.profile['closed']], text=True,
                             capture_output=True, env=mode.full_environment(None), check=False, **mode.popen_arguments()))
    out, err = job.communicate('\n', timeout=20)
    equal(json.loads(out), {row: 'echo' for row in rows}, err)
    equal(job.returncode, 1)
    equal(re.search(r'(\d+) destinations? would be denied', err)[1], '2', err)


def of_root(function):
    def once():
        for mode in Bench.modes:
            if mode.root:
                function(mode)
                return
    once.__name__ = function.__name__
    return once


def never_to_another_jail():
    """Two audits beside each other: the host reaches the other's address, the job is stopped by its own link's wall."""
    mode = Bench.modes[0]
    code = '''
import json, socket, subprocess, sys
rows = json.loads(subprocess.run(["ip", "-j", "address", "show", "eth0"], capture_output=True, check=True).stdout)[0]["addr_info"]
s = socket.socket(); s.bind(("0.0.0.0", 7001)); s.listen()
print(json.dumps([row["local"] for row in rows if row["family"] == "inet"]), flush=True)
sys.stdin.readline()
'''
    other = start(mode, [PYTHON, '-c', code], verb='audit', profile=World.profile['reject'], stdin=subprocess.PIPE)
    address = json.loads(other.stdout.readline())[0]
    socket.create_connection((address, 7001), timeout=5).close()  # positive control
    lives_on = PROBE + '\nsys.stdout.flush(); sys.stdin.readline()\n'
    job = start(mode, [PYTHON, '-c', lives_on, f'tcp {address} 7001', f'tcp {SERVER[0]} 7002'], verb='audit', profile=World.profile['reject'],
                stdin=subprocess.PIPE)
    equal(json.loads(job.stdout.readline()), {f'tcp {address} 7001': 'timeout', f'tcp {SERVER[0]} 7002': 'echo'})
    rules = subprocess.run(['nft', 'list', 'ruleset'], capture_output=True, text=True, check=True).stdout
    walls = sorted(int(count) for count in re.findall(r'iifname "vpcj\w+" counter packets (\d+) bytes \d+ drop', rules))
    check(len(walls) == 2 and walls[0] == 0 and walls[1] > 0, 'another thing stopped it', walls, rules)
    job.communicate('\n', timeout=10)
    other.communicate('\n', timeout=10)


if __name__ == '__main__':
    main([passes_online, passes_all_at_once, passes_whatever_the_uplink, reaches_the_host, counted_once, names_online, behaves,
          nobody_there, statuses, offline_denies, offline_keeps_what_is_known, offline_gateway_names, keeps_going, update_keeps_observing, programs_get_to_their_connect],
         once=[of_root(errors_get_in), of_root(host_as_before), never_to_another_jail, without_a_family], prepare=prepare, first=[control])
    sys.exit(0)

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The job's resolver, end to end: what it answers, what it forwards and to whom, and what it believes. Name servers stand
outside, in a network namespace that this test makes for itself and starts every jail in."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import dns_outside
from launch_lib import (PYTHON, Bench, check, equal, main, report, run, skip, start, succeeded, user_folder, wait_until,
                        write_file)

OK, FORMAT, FAILED, NO_NAME, NOT_IMPLEMENTED, REFUSED = range(6)
ENDPOINT, ENDPOINT_ADDRESS = 'sts.eu-west-1.amazonaws.com', '10.20.1.15'
BUCKETS = '.s3.eu-west-1.amazonaws.com'
RESOLVERS = ('127.0.0.53', '10.20.0.2', '10.30.0.2', '169.254.169.253', 'fd00:ec2::253')
HOST_SOCKETS = ('/run/systemd/resolve/io.systemd.Resolve', '/run/nscd/socket')
PROFILE = '''vpcjail: 1
description: names
network: {isolation: vpc, uplink: none, peers: [10.20.1.22, 10.20.1.21]}
vpc: {region: eu-west-1, cidrs: [10.20.0.0/16, 10.30.0.0/16], subnets: [10.20.1.0/24], resolver: 10.20.0.2, dns: MODE}
process: {credentials: scrub}
prefix-lists: {pl-1: {entries: [52.218.0.0/17]}}
hosts: {files.corp: 10.20.1.9, six.corp: "2001:db8::9"}
endpoints:
  - {service: s3, type: gateway, prefix-list: pl-1}
  - {service: sts, type: interface, addresses: [10.20.1.15]}
'''
GO = '''package main
import ("context"; "fmt"; "net"; "os")
func main() {
	resolver := net.Resolver{PreferGo: true}
	for _, name := range os.Args[1:] {
		found, err := resolver.LookupHost(context.Background(), name)
		fmt.Println(found, err != nil)
	}
}
'''
JAVA = '''public class Names {
	public static void main(String[] names) {
		for (String name : names) {
			try { System.out.println(java.net.InetAddress.getByName(name).getHostAddress()); }
			catch (java.net.UnknownHostException unknown) { System.out.println("unknown"); }
		}
	}
}
'''
NODE = '''const dns = require('dns').promises;
(async () => {
	for (const name of process.argv.slice(1))
		for (const look of [async () => (await dns.lookup(name)).address, async () => (await dns.resolve4(name))[0]])
			console.log(await look().catch((error) => error.code));
})();
'''


class World:
    """What stands outside."""
    servers = None
    profiles = {}


def prepare():
    dns_outside.enter_network()
    resolv = write_file('resolv.conf', f'nameserver {dns_outside.HOST_SERVER}\n')
    subprocess.run(['mount', '--bind', resolv, os.path.realpath('/etc/resolv.conf')], check=True)
    for path in HOST_SOCKETS:  # in a /run of this test's own
        if not os.path.ismount('/run') or 'names-test' not in open('/proc/self/mountinfo', encoding='utf-8').read():
            lock = os.path.exists('/run/lock')
            subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'names-test', '/run'], check=True)
            if lock:
                os.mkdir('/run/lock')
        os.makedirs(os.path.dirname(path))
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        os.chmod(path, 0o777)
        listener.listen()
        World.profiles[path] = listener  # kept open
    World.servers = dns_outside.Servers()
    for mode in ('endpoints', 'resolver', 'none'):
        World.profiles[mode] = write_file(mode + '.yaml', PROFILE.replace('MODE', mode))
    World.profiles['link'] = write_file('link.yaml', PROFILE.replace('MODE', 'endpoints').replace('uplink: none', 'uplink: veth'))
    World.profiles['domains'] = write_file('domains.yaml', PROFILE.replace('dns: MODE', 'domains: [corp.example]'))
    here = os.path.dirname(os.path.abspath(__file__))
    shutil.copy(os.path.join(here, 'dns_client.py'), Bench.folder)


def client(mode, profile, timeout=60, **job):
    """Runs dns_client.py in a jail; what it saw."""
    program = os.path.join(Bench.folder, 'dns_client.py')
    done = run(mode, [PYTHON, program, json.dumps(job)], profile=World.profiles[profile], timeout=timeout)
    client.said = done.stderr
    return report(done)


def asked_since(begin):
    return World.servers.asked[begin:]


def c_library(mode):
    names = [ENDPOINT, 'files.corp', 'six.corp', 'algo-1', 'algo-3', 'localhost', socket.gethostname(), 'pypi.org',
             'deep.pypi.org']
    seen = client(mode, 'endpoints', do='system', names=names, addresses=[ENDPOINT_ADDRESS])
    equal(seen[ENDPOINT], [ENDPOINT_ADDRESS])
    equal(seen['files.corp'], ['10.20.1.9'])
    equal(seen['six.corp'], ['2001:db8::9'])
    equal(seen['algo-1'], ['10.20.1.21'])
    equal(seen['algo-3'], ['127.0.0.1'])
    check('127.0.0.1' in seen['localhost'], seen)
    equal(seen[socket.gethostname()], ['127.0.0.1'])
    equal(seen[ENDPOINT_ADDRESS], ENDPOINT)
    for name in ('pypi.org', 'deep.pypi.org'):
        kind, number, seconds = seen[name]
        equal((kind, number), ('gaierror', socket.EAI_NONAME))
        check(seconds < 0.5, name, 'took', seconds)
    check('2 names refused; first: pypi.org' in client.said, client.said)


def other_resolvers(mode):
    """Of Node, its own (c-ares) and the C library's; of Go, its own; of Java."""
    wanted = [ENDPOINT_ADDRESS] * 2
    done = succeeded(run(mode, ['node', '-e', NODE, ENDPOINT, 'pypi.org'], profile=World.profiles['endpoints']))
    equal(done.stdout.split(), wanted + ['ENOTFOUND'] * 2)
    go = os.path.join(Bench.folder, 'names')
    if not os.path.exists(go):
        source = write_file('names.go', GO)
        subprocess.run(['go', 'build', '-o', go, source], check=True, cwd=Bench.folder, env={
            'PATH': '/usr/bin:/bin', 'HOME': Bench.folder, 'GOCACHE': Bench.folder + '/go', 'CGO_ENABLED': '0'})
    done = succeeded(run(mode, [go, ENDPOINT, 'pypi.org'], profile=World.profiles['endpoints']))
    equal(done.stdout.split('\n')[:2], [f'[{ENDPOINT_ADDRESS}] false', '[] true'])
    java = write_file('Names.java', JAVA)
    done = succeeded(run(mode, ['java', java, ENDPOINT, 'pypi.org'], profile=World.profiles['endpoints'], timeout=60))
    equal(done.stdout.split(), [ENDPOINT_ADDRESS, 'unknown'])


def every_address_and_transport(mode):
    questions = [{'name': ENDPOINT, 'server': server, 'tcp': tcp, 'edns': edns}
                 for server in RESOLVERS for tcp in (False, True) for edns in (0, 1232)]
    for row, seen in zip(questions, client(mode, 'endpoints', do='ask', questions=questions)):
        equal(seen.get('found'), [ENDPOINT_ADDRESS], row, seen)
    where = [[server, port] for server in RESOLVERS[1:] for port in (53, 80, 443)] + [['127.0.0.1', 53], ['10.20.0.3', 53]]
    for (server, port), state in zip(where, client(mode, 'endpoints', do='connect', where=where)):
        wanted = 'open' if port == 53 and server in RESOLVERS else 'ConnectionRefusedError'
        equal(state, wanted, server, port)


def kinds_of_questions(mode):
    rows = [(ENDPOINT, 1, OK, [ENDPOINT_ADDRESS]), (ENDPOINT.upper(), 1, OK, [ENDPOINT_ADDRESS]), (ENDPOINT, 28, OK, []),
            (ENDPOINT, 15, OK, []), (ENDPOINT, 16, OK, []), (ENDPOINT, 65, OK, []), (ENDPOINT, 65280, OK, []),
            ('six.corp', 28, OK, ['2001:db8::9']), ('six.corp', 1, OK, []), ('algo-2', 1, OK, ['10.20.1.22']),
            ('pypi.org', 1, NO_NAME, []), ('pypi.org', 28, NO_NAME, []), ('', 2, NO_NAME, []),
            (ENDPOINT, 255, REFUSED, []), ('corp', 252, REFUSED, []), ('corp', 251, REFUSED, []),
            ('honest' + BUCKETS, 16, OK, []), ('x' + BUCKETS, 1, NO_NAME, [])]
    questions = [{'name': name, 'type': kind, 'tcp': tcp} for name, kind, _, _ in rows for tcp in (False, True)]
    seen = client(mode, 'endpoints', do='ask', questions=questions)
    for i, question in enumerate(questions):
        equal((seen[i].get('code'), seen[i].get('found')), rows[i // 2][2:], question)
        check(seen[i]['seconds'] < 1, question, seen[i])


def malformed(mode):
    """No harm done, and the good one after each is answered."""
    header = '0007 0100 0001 0000 0000 0000'.replace(' ', '')
    good = header + '0566696c657304636f72700000010001'
    messages = {good: OK, header: FORMAT, header + 'c00c00010001': FORMAT, header + 'c00ec00c00010001': FORMAT,
                header + 'ffff00010001': FORMAT, header + '05': FORMAT, header + '3f6162': FORMAT, good[:-2]: FORMAT,
                header + '8566696c657304636f72700000010001': FORMAT, good.replace('0001', 'ffff', 1): FORMAT,
                good.replace('01000001', '01000000', 1): FORMAT, good.replace('01000001', '01000002', 1): FORMAT,
                good.replace('0000000000', '0001000000', 1): FORMAT, good[:20] + '0001' + good[24:]: FORMAT,
                good[:20] + '0001' + good[24:] + '000029': FORMAT, good[:4] + '2900' + good[8:]: NOT_IMPLEMENTED,
                good[:4] + '8100' + good[8:]: None, good[:22]: None, '00': None,
                good[:20] + '0002' + good[24:] + '0000290400000000000000' * 2: FORMAT,
                good[:20] + '0001' + good[24:] + '0000290400000100000000': OK, good[:-4] + '0003': REFUSED}
    order = [message for bad in messages if bad != good for message in (bad, good)]
    for i, row in enumerate(client(mode, 'endpoints', do='raw', messages=order)):
        equal(row, [messages[order[i]]] * 2, order[i])


def pipelining(mode):
    names = [ENDPOINT, 'pypi.org', 'honest' + BUCKETS, 'files.corp'] * 20
    seen = client(mode, 'endpoints', do='pipelined', names=names)
    wanted = [[ENDPOINT_ADDRESS], [], [dns_outside.INSIDE], ['10.20.1.9']] * 20
    equal([reply['found'] for reply in seen['replies']], wanted)
    equal(seen['rest'], '')
    seen = client(mode, 'endpoints', do='connections', name=ENDPOINT, count=80)
    equal(seen['newest']['found'], [ENDPOINT_ADDRESS])
    equal(seen['oldest'], '')
    if mode.name == 'rootless':
        seconds = client(mode, 'endpoints', do='idle')
        check(9 < seconds < 14, 'closed after', seconds)


def forwarding(mode):
    """What comes back from honest and hostile servers, and how it was asked."""
    inside = [dns_outside.INSIDE]
    rows = {'honest': (OK, inside), 'alias': (OK, inside), 'mixed': (OK, inside), 'outside': (OK, []), 'alias-out': (OK, []),
            'forged-first': (OK, inside), 'cut-off': (OK, inside), 'lower-case': (OK, inside), 'missing': (NO_NAME, []),
            'failing': (FAILED, []), 'silent': (FAILED, []), 'wrong-id': (FAILED, []), 'wrong-question': (FAILED, []),
            'broken': (FAILED, [])}
    begin = len(World.servers.asked)
    questions = [{'name': name + BUCKETS, 'tcp': tcp} for name in rows for tcp in (False, True)]
    seen = client(mode, 'endpoints', do='ask', questions=questions)
    for question, answer in zip(questions, seen):
        equal((answer.get('code'), answer.get('found')), rows[question['name'].split('.')[0]], question)
    asked = asked_since(begin)
    check(all(one.server == dns_outside.HOST_SERVER for one in asked), 'asked', {one.server for one in asked})
    check(all(one.spelling != one.name for one in asked), 'a name as it was written')
    check(len({one.id for one in asked}) > len(asked) * 0.9, 'ids that repeat')
    equal({one.name for one in asked}, {name + BUCKETS for name in rows})
    check('2 names refused; first: ' in client.said, client.said)  # outside and alias-out, in either order


def at_once(mode):
    """Many at a time: zone and forwarded ones, while other servers keep silent."""
    silent = ['silent' + BUCKETS] * 40
    seen = client(mode, 'endpoints', do='flood', name=ENDPOINT, found=[ENDPOINT_ADDRESS], threads=8, each=125, beside=silent)
    equal(seen['right'], 1000)
    check(seen['seconds'] < 4, seen)
    seen = client(mode, 'endpoints', do='flood', name='honest' + BUCKETS, found=[dns_outside.INSIDE], threads=8, each=25,
                  beside=[])
    equal(seen['right'], 200)


def supervisor_lives(mode):
    """Under questions without end a signal still reaches the job, and its output comes out."""
    code = ('import signal, socket, sys, threading\n'
            'sys.path.insert(0, sys.argv[1])\n'
            'from dns_client import by_udp, query\n'
            'def ask():\n'
            '    while True: by_udp("127.0.0.53", query("pypi.org"))\n'
            'signal.signal(signal.SIGTERM, lambda *_: (print("told", flush=True), __import__("os")._exit(9)))\n'
            'for _ in range(8): threading.Thread(target=ask, daemon=True).start()\n'
            'print("asking", flush=True)\n'
            'while True: signal.pause()\n')
    process = start(mode, [PYTHON, '-c', code, Bench.folder], profile=World.profiles['endpoints'])
    equal(process.stdout.readline(), 'asking\n')
    time.sleep(1)
    begin = time.monotonic()
    process.send_signal(signal.SIGTERM)
    out, said = process.communicate(timeout=20)
    equal((out, process.returncode), ('told\n', 9), said)
    check(time.monotonic() - begin < 5, 'took', time.monotonic() - begin)


def tunnel(mode):
    """A client that puts data into names gets nothing out under endpoints, but for a few names of buckets; under resolver
    it does."""
    shapes = ['%s.evil.example', '%s.evil.example.s3.eu-west-1.amazonaws.com.evil.example', '%s' + BUCKETS + '.example',
              '%s_' + BUCKETS, '%s.eu-west-1.amazonaws.com', '%s.' + 'a' * 60 + BUCKETS]
    begin = len(World.servers.asked)
    count = client(mode, 'endpoints', do='tunnel', shapes=shapes, seconds=1)
    check(count > 20, 'only', count, 'rounds')
    equal([one.name for one in asked_since(begin)], [])
    check('names refused' in client.said, client.said)
    client(mode, 'endpoints', do='tunnel', shapes=['%s' + BUCKETS], seconds=2)
    out = {one.name for one in asked_since(begin)}
    check(0 < len(out) <= 66, len(out), 'names of buckets')  # counted again in tests/unit/dns_forward.c
    begin = len(World.servers.asked)
    client(mode, 'resolver', do='tunnel', shapes=shapes[:1], seconds=1)
    check(len(asked_since(begin)) > 20, 'the same client where nothing stops it:', len(asked_since(begin)))


def resolver(mode):
    """As AWS does: every name is forwarded to the given resolver, but for those the profile knows."""
    begin = len(World.servers.asked)
    questions = [{'name': 'pypi.org'}, {'name': 'outside.pypi.org'}, {'name': 'pypi.org', 'type': 16, 'tcp': True},
                 {'name': ENDPOINT}, {'name': 'pypi.org', 'type': 255}]
    seen = client(mode, 'resolver', do='ask', questions=questions)
    equal([(row.get('code'), row.get('found')) for row in seen],
          [(OK, [dns_outside.INSIDE]), (OK, [dns_outside.OUTSIDE]), (OK, ['0568656c6c6f']), (OK, [ENDPOINT_ADDRESS]),
           (REFUSED, [])])
    equal({(one.server, one.name) for one in asked_since(begin)},
          {(dns_outside.VPC_RESOLVER, 'pypi.org'), (dns_outside.VPC_RESOLVER, 'outside.pypi.org')})


def domains(mode):
    begin = len(World.servers.asked)
    questions = [{'name': 'outside.corp.example'}, {'name': 'corp.example.org'}, {'name': 'honest' + BUCKETS}]
    seen = client(mode, 'domains', do='ask', questions=questions)
    equal([(row.get('code'), row.get('found')) for row in seen],
          [(OK, [dns_outside.OUTSIDE]), (NO_NAME, []), (OK, [dns_outside.INSIDE])])
    equal([(one.server, one.name) for one in asked_since(begin)],
          [(dns_outside.VPC_RESOLVER, 'outside.corp.example'), (dns_outside.HOST_SERVER, 'honest' + BUCKETS)])


def none(mode):
    begin = len(World.servers.asked)
    where = [[server, 53] for server in RESOLVERS]
    equal(client(mode, 'none', do='connect', where=where), ['ConnectionRefusedError'] * len(where))
    seen = client(mode, 'none', do='system', names=['files.corp', ENDPOINT])
    equal(seen['files.corp'], ['10.20.1.9'])
    equal(seen[ENDPOINT][0], 'gaierror')
    equal(asked_since(begin), [])


def sockets_of_the_host(mode):
    """A resolver may also be a UNIX socket. Outside both can be connected to."""
    code = 'import socket, sys\nfor path in sys.argv[1:]: socket.socket(socket.AF_UNIX).connect(path)'
    for path in HOST_SOCKETS:
        subprocess.run([PYTHON, '-c', code, path], check=True)
        done = run(mode, [PYTHON, '-c', code, path], profile=World.profiles['endpoints'])
        check(done.returncode == 1 and 'FileNotFoundError' in done.stderr, path, done.stderr)


def with_a_link(mode):
    """The resolver's addresses stay on loopback, whatever the link leads to: nothing for port 53 is seen on it."""
    if not mode.root:
        return
    sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
    questions = [{'name': name, 'server': server, 'tcp': tcp} for server in RESOLVERS for tcp in (False, True)
                 for name in (ENDPOINT, 'honest' + BUCKETS)]
    seen = client(mode, 'link', do='ask', questions=questions)
    for question, answer in zip(questions, seen):
        equal(answer.get('found'), [ENDPOINT_ADDRESS if question['name'] == ENDPOINT else dns_outside.INSIDE], question)
    own = client(mode, 'link', do='system', names=[socket.gethostname(), 'algo-1', 'algo-2'])
    check(own[socket.gethostname()][0].startswith('198.1'), own)  # the link's
    equal(own['algo-1'], own[socket.gethostname()])  # 10.20.1.5 comes before its peers
    equal(own['algo-2'], ['10.20.1.21'])
    sniffer.settimeout(0)
    devices, leaked = set(), []
    try:
        while True:
            packet, (device, *_) = sniffer.recvfrom(2000)
            devices.add(device)
            if device != 'lo' and packet[:1] == b'E' and b'\0\x35' in packet[20:24]:
                leaked.append((device, packet[:24].hex()))
    except BlockingIOError:
        pass
    equal(leaked, [])
    check('lo' in devices, devices)  # where the supervisor asks: something was seen


def files(mode):
    done = succeeded(run(mode, ['cat', '/etc/resolv.conf', '/etc/nsswitch.conf'], profile=World.profiles['endpoints']))
    for line in ('nameserver 127.0.0.53', 'options edns0', 'search .', 'hosts: files dns', 'passwd: files'):
        check(line in done.stdout.split('\n'), line, done.stdout)
    equal(done.stdout.count('nameserver'), 1)


if __name__ == '__main__':
    for needed in ('node', 'go', 'java'):
        if not shutil.which(needed):
            skip(needed)
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    main([c_library, other_resolvers, every_address_and_transport, kinds_of_questions, malformed, pipelining, forwarding,
          at_once, supervisor_lives, tunnel, resolver, domains, none, sockets_of_the_host,
          with_a_link, files], prepare=prepare)

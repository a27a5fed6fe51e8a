# SPDX-License-Identifier: GPL-2.0-or-later
"""Column (a) of the conformance table: isolation on one host, from an outside world in which every address answers.

Each denied way is tried by the same program first without vpcjail in the same network namespace: it must get through.
"""
import json
import os
import shutil
import socket
import subprocess
import time

import launch_outside
from launch_lib import (Bench, PYTHON, check, equal, main, python, report, run, skip, start, succeeded, wait_until, write_file)

HOST = 'jailtest'
FULL_NAME = 'jailtest.corp.example'

# (what the table calls it, rows of launch_probe)
DENIED = [
    ('port 53 to a server outside the VPC', ['udp 9.9.9.9 53', 'tcp 9.9.9.9 53', 'udp 2620:fe::fe 53', 'tcp 2620:fe::fe 53']),
    ('port 53 to a host of the VPC', ['udp 10.20.1.53 53', 'tcp 10.20.1.53 53']),
    ('VPC resolver addresses', ['udp 10.20.0.2 53', 'tcp 10.20.0.2 53', 'udp 169.254.169.253 53', 'tcp 169.254.169.253 53',
                                'udp fd00:ec2::253 53', 'tcp fd00:ec2::253 53']),
    ('IMDS', ['tcp 169.254.169.254 80', 'tcp fd00:ec2::254 80', 'udp 169.254.169.254 9999']),
    ('task credentials endpoint', ['tcp 169.254.170.2 80', 'tcp 169.254.170.23 80', 'tcp fd00:ec2::23 80']),
    ('Time Sync', ['udp 169.254.169.123 123', 'udp fd00:ec2::123 123']),
    ('S3 address in the prefix list', ['tcp 52.216.1.1 443', 'tcp 52.216.1.1 80', 'fast-open 52.216.1.1 443', 'udp 52.216.1.1 443']),
    ('other public addresses', ['tcp 52.95.110.1 443', 'tcp 192.0.2.1 443', 'tcp 2600:1fa0:8000::1 443', 'tcp 2001:db8::1 80',
                                'udp 192.0.2.1 9999', 'udp 2001:db8::1 9999', 'connected-udp 192.0.2.1 443',
                                'connected-udp 2001:db8::1 443', 'icmp 192.0.2.1 0', 'icmp 2001:db8::1 0',
                                'fast-open 2001:db8::1 443']),
    ('interface endpoint', ['tcp 10.20.1.40 443', 'tcp 10.20.1.40 80', 'tcp fd00:20::40 443']),
    ('another host, same subnet', ['tcp 10.20.1.21 22', 'tcp 10.20.1.21 29500', 'tcp 10.20.1.21 2049', 'udp 10.20.1.21 9999']),
    ('another host, other subnet', ['tcp 10.20.2.21 22', 'tcp fd00:20:2::21 22', 'udp 10.20.2.21 9999']),
    ('the host itself', ['tcp 10.20.1.9 22', 'tcp fd00:20::9 22']),
    ('spoofed source, broadcast, multicast, raw and packet sockets',
     ['spoofed 192.0.2.1 9999', 'udp 255.255.255.255 9999', 'udp 224.0.0.5 9999', 'udp 239.1.2.3 9999', 'udp ff05::5 9999',
      'raw 192.0.2.1 0', 'raw 2001:db8::1 0', 'packet - 9999']),
]
NAMES = [('public name through a resolver', 'name www.example.com 0'),
         ('a service name with private DNS', 'name s3.eu-west-1.amazonaws.com 0'),
         ('a service name with private DNS', 'name sts.eu-west-1.amazonaws.com 0')]
ROWS = [row for _, rows in DENIED for row in rows]

# What the program observes inside, by the way it tried. A socket that the filter does not make is denied too.
NO_SOCKET = {'EPERM', 'EACCES', 'EAFNOSUPPORT', 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT'}
REJECTED = {'tcp': {'ECONNREFUSED'}, 'fast-open': {'ECONNREFUSED'}, 'udp': {'EPERM'}, 'connected-udp': {'EPERM'},
            'spoofed': {'EPERM', 'EADDRNOTAVAIL'}, 'icmp': NO_SOCKET, 'raw': NO_SOCKET, 'packet': NO_SOCKET}
DROPPED = {**REJECTED, 'tcp': {'silent'}, 'fast-open': {'silent'}, 'udp': {'silent'}, 'connected-udp': {'silent'},
           'spoofed': {'silent', 'EPERM', 'EADDRNOTAVAIL'}}
QUICK = 100  # ms


def arrange():
    """The outside world, a host name and a resolver that answers; all in our own namespaces."""
    launch_outside.enter()
    for path, text in (('/etc/hosts', f'127.0.0.1 localhost\n::1 localhost\n10.20.1.9 {FULL_NAME}\n'),
                       ('/etc/resolv.conf', 'nameserver 10.20.0.2\n'), ('/etc/nsswitch.conf', 'hosts: files dns\npasswd: files\n')):
        made = write_file(os.path.basename(path), text)
        if not os.path.exists(path):
            skip(path)
        subprocess.run(['mount', '--bind', made, os.path.realpath(path)], check=True)
    shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'launch_probe.py'), Bench.folder)
    Bench.outside = launch_outside.Outside()
    Bench.drop = write_file('drop.yaml', 'vpcjail: 1\nextends: network-isolation\nnetwork:\n  on-deny: drop\n')


def probe(seconds, token, rows):
    return [PYTHON, os.path.join(Bench.folder, 'launch_probe.py'), str(seconds), token, *rows]


def has_arrived(token, row):
    return f'{token} {row}' in Bench.outside.arrived


def control():
    """Everything that must be denied gets through without vpcjail."""
    done = subprocess.run(probe(1, 'token-control', ROWS + [row for _, row in NAMES]), capture_output=True, text=True,
                          timeout=60, check=True)
    answers = json.loads(done.stdout)
    for row in ROWS:
        check(wait_until(lambda row=row: has_arrived('token-control', row), 1), 'did not get out:', row, answers[row])
        if row.split()[0] in ('tcp', 'fast-open'):
            equal(answers[row][0], 'echoed', row)
    for what, row in NAMES:
        equal(answers[row][0], launch_outside.ANSWER, what, row)


def compare(answers, wanted, token):
    wrong = []
    for what, rows in DENIED:
        for row in rows:
            if row in answers and (answers[row][0] not in wanted[row.split()[0]] or has_arrived(token, row)):
                wrong.append((what, row, answers[row], 'arrived' if has_arrived(token, row) else 'did not arrive'))
    check(not wrong, 'not denied as it should be:', *wrong)


def denied(mode):
    token = 'token-' + mode.name.replace(' ', '')
    done = run(mode, probe(1, token, ROWS + [row for _, row in NAMES]), timeout=60)
    answers = report(done)
    equal(sorted(answers), sorted(ROWS + [row for _, row in NAMES]))
    compare(answers, REJECTED, token)
    for what, row in NAMES:
        check(answers[row][0].startswith('EAI '), what, row, answers[row])
    check('destinations denied; first: 9.9.9.9:53 (udp)' in done.stderr, done.stderr)


def refused_at_once(mode):
    for row in ('tcp 192.0.2.1 443', 'tcp 2001:db8::1 443'):
        # The best of three: the machine may be busy.
        tries = [report(run(mode, probe(5, 'token-quick', [row])))[row] for _ in range(3)]
        equal({answer for answer, _ in tries}, {'ECONNREFUSED'}, row)
        check(min(took for _, took in tries) < QUICK, row, tries)


def still_waiting(mode):
    token = 'token-drop' + mode.name.replace(' ', '')
    rows = [row for row in ROWS if row.split()[0] not in ('icmp', 'raw', 'packet')]
    answers = report(run(mode, probe(3, token, rows), profile=Bench.drop, timeout=60))
    compare(answers, DROPPED, token)
    for row in rows:
        if row.split()[0] == 'tcp':
            check(answers[row][1] >= 3000, 'ended before 3 s:', row, answers[row])


def counted(mode):
    """Each denial is an event that the line after the job tells, and a count in the kernel."""
    for profile in ('network-isolation', Bench.drop):
        for row, shown in (('tcp 192.0.2.1 443', '192.0.2.1:443 (tcp)'), ('tcp 2001:db8::1 443', '[2001:db8::1]:443 (tcp)'),
                           ('udp 192.0.2.1 9999', '192.0.2.1:9999 (udp)'), ('udp 2001:db8::1 9999', '[2001:db8::1]:9999 (udp)')):
            done = run(mode, probe(0.3, 'token-count', [row]), profile=profile)
            check(f'vpcjail: 1 destination denied; first: {shown}, ' in done.stderr and 'isolation_egress rule 1' in done.stderr,
                  profile, row, done.stdout, done.stderr)
    done = succeeded(run(mode, ['true']))
    equal(done.stderr, '', 'nothing denied')


def children(pid):
    with open(f'/proc/{pid}/task/{pid}/children', encoding='ascii') as file:
        return file.read().split()


def denial_counters(init):
    """The packets that each rule with a log prefix has counted, read from outside."""
    done = subprocess.run(['nsenter', f'--net=/proc/{init}/ns/net', 'nft', '-j', 'list', 'ruleset'], capture_output=True,
                          text=True, timeout=20, check=True)
    counters = {}
    for row in json.loads(done.stdout)['nftables']:
        expressions = {key: value for part in row.get('rule', {}).get('expr', []) for key, value in part.items()}
        if 'log' in expressions:
            counters[expressions['log']['prefix']] = expressions['counter']['packets']
    return counters


def kernel_counts(mode):
    if not shutil.which('nft'):
        skip('nft')
    for profile in ('network-isolation', Bench.drop):
        for row in ('tcp 192.0.2.1 443', 'tcp 2001:db8::1 443', 'udp 192.0.2.1 9999', 'udp 2001:db8::1 9999'):
            command = ['sh', '-c', 'echo ready; read line; "$@" >/dev/null; echo tried; read line', 'sh', *probe(0.3, 'token-k', [row])]
            process = start(mode, command, profile=profile, stdin=subprocess.PIPE)
            equal(process.stdout.readline(), 'ready\n')
            init = children(process.pid)[0]
            check(os.stat(f'/proc/{init}/ns/net').st_ino != os.stat('/proc/self/ns/net').st_ino, 'no namespace of its own')
            equal(denial_counters(init)['vj1:isolation_egress:1'], 0, 'before', row)
            process.stdin.write('go\n')
            process.stdin.flush()
            equal(process.stdout.readline(), 'tried\n')
            check(denial_counters(init)['vj1:isolation_egress:1'] > 0, 'not counted:', profile, row)
            process.communicate('end\n', timeout=10)


ALLOWED = '''
import json, multiprocessing, os, socket, sys, threading
from multiprocessing import shared_memory
def tcp(family, address, listen=None):
    server = socket.socket(family); server.bind((listen or address, 0)); server.listen()
    client = socket.create_connection((address, server.getsockname()[1]), 5)
    peer = server.accept()[0]
    client.sendall(b"there"); assert peer.recv(9) == b"there"
    peer.sendall(b"back"); assert client.recv(9) == b"back"
def udp(family, address):
    server = socket.socket(family, socket.SOCK_DGRAM); server.bind((address, 0)); server.settimeout(5)
    client = socket.socket(family, socket.SOCK_DGRAM); client.settimeout(5)
    client.sendto(b"there", server.getsockname()[:2]); data, sender = server.recvfrom(9); assert data == b"there"
    server.sendto(b"back", sender); assert client.recv(9) == b"back"
def unix(path):
    server = socket.socket(socket.AF_UNIX); server.bind(path); server.listen()
    client = socket.socket(socket.AF_UNIX); client.connect(path)
    client.sendall(b"x"); assert server.accept()[0].recv(1) == b"x"
def pipe():
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.Process(target=theirs.send, args=("hello",)); child.start()
    assert ours.poll(10) and ours.recv() == "hello"; child.join()
def shm():
    memory = shared_memory.SharedMemory(create=True, size=1 << 20)
    with multiprocessing.Pool(2) as pool:
        assert pool.map(abs, range(-3, 3)) == [3, 2, 1, 0, 1, 2]
    memory.buf[0] = 7; again = shared_memory.SharedMemory(memory.name); assert again.buf[0] == 7
    again.close(); memory.close(); memory.unlink()
def own_name(name):
    found = {info[4][0] for info in socket.getaddrinfo(name, 1234, type=socket.SOCK_STREAM)}
    assert found, name
    for address in found:
        tcp(socket.AF_INET6 if ":" in address else socket.AF_INET, address, "::" if ":" in address else "0.0.0.0")
answers = {}
def attempt(what, function, *arguments):
    try:
        function(*arguments); answers[what] = "ok"
    except Exception as error:
        answers[what] = repr(error)
attempt("tcp 127.0.0.1", tcp, socket.AF_INET, "127.0.0.1")
attempt("tcp ::1", tcp, socket.AF_INET6, "::1")
attempt("udp 127.0.0.1", udp, socket.AF_INET, "127.0.0.1")
attempt("udp ::1", udp, socket.AF_INET6, "::1")
attempt("unix", unix, "/tmp/socket")
attempt("unix abstract", unix, "\\0abstract")
attempt("pipe", pipe)
attempt("shm", shm)
attempt("localhost", own_name, "localhost")
for name in sys.argv[1:]:
    attempt("name " + name, own_name, name)
attempt("gethostname", own_name, socket.gethostname())
print(json.dumps(answers))
'''


def allowed(mode):
    for profile in ('network-isolation', Bench.drop):
        # The host is called HOST, in a namespace of its own; outside, its files do not know the short name.
        answers = report(run_named(mode, [PYTHON, '-c', ALLOWED, HOST, FULL_NAME], profile))
        wrong = {what: answer for what, answer in answers.items() if answer != 'ok'}
        check(len(answers) == 12 and not wrong, profile, wrong, len(answers))


def run_named(mode, command, profile):
    user = [] if mode.root else ['setpriv', f'--reuid={mode.entry.pw_uid}', f'--regid={mode.entry.pw_gid}', '--init-groups']
    return subprocess.run(['unshare', '-u', 'sh', '-c', f'hostname {HOST}; exec "$@"', 'sh', *user, Bench.binary, 'run', '-p', profile,
                           *mode.options, '--', *command], env=mode.full_environment({}), cwd=Bench.folder, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)


SERVER = '''
import selectors, socket, sys
selector = selectors.DefaultSelector()
for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
    s = socket.socket(family); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.bind((address, 7777)); s.listen(); selector.register(s, selectors.EVENT_READ)
print("ready", flush=True)
ready = selector.select(float(sys.argv[1]))
for key, _ in ready:
    key.fileobj.accept()[0].recv(1)  # until the other side has seen it
print("reached" if ready else "not reached")
'''


def knock():
    """Connections to port 7777 of some addresses from outside: how many get through."""
    reached = 0
    for address in ('127.0.0.1', '::1', '10.20.1.9', '192.0.0.8', 'fd5c:8b1e:7a42::8'):
        try:
            socket.create_connection((address, 7777), 0.5).close()
            reached += 1
        except OSError:
            pass
    return reached


def inbound(mode):
    process = subprocess.Popen([PYTHON, '-c', SERVER, '5'], stdout=subprocess.PIPE, text=True)
    equal(process.stdout.readline(), 'ready\n')
    check(knock() > 0, 'positive control: nobody reached the server without vpcjail')
    equal(process.communicate(timeout=10)[0], 'reached\n')
    process = start(mode, [PYTHON, '-c', SERVER, '0.7'])
    equal(process.stdout.readline(), 'ready\n')
    time.sleep(0.05)
    equal(knock(), 0, 'reached from outside')
    equal(process.communicate(timeout=10)[0], 'not reached\n')


main([allowed, denied, refused_at_once, still_waiting, counted, kernel_counts, inbound], prepare=arrange, first=[control])

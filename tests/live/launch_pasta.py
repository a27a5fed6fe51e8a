# SPDX-License-Identifier: GPL-2.0-or-later
"""uplink: pasta. An ordinary user's job gets through what the profile allows, and reaches nothing of the host.

    launch_pasta.py VPCJAIL [--hooks]

The test's own process becomes a host in a network namespace of its own; beyond its one link a machine answers at every
address. The host has services on its loopback and on its own address, which note who comes."""
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time

from launch_lib import Bench, Mode, PYTHON, assert_nothing_left, check, equal, main, python, run, start, succeeded, wait_until, \
    write_file
from pasta_world import HOST, PROBE, SERVER, STRANGER, World, came, make_world, tun

HARMLESS = 'no-capabilities,filter,user-namespace,no-new-privileges'
PROFILE = '''vpcjail: 1
description: what a user without root may reach
network: {isolation: vpc, uplink: pasta%s}
vpc: {cidrs: [10.0.0.0/16, "fd00:db8:1::/48"], subnets: [10.0.1.0/24, "fd00:db8:1::/64"], dns: none}
security-groups:
  sg-a:
    egress:
      - {to: 10.0.1.0/24, protocol: tcp, ports: [7001]}
      - {to: "fd00:db8:1::/64", protocol: tcp, ports: [7001]}
      - {to: 10.0.1.0/24, protocol: udp, ports: [7001]}
      - {to: "fd00:db8:1::/64", protocol: udp, ports: [7001]}
%s    ingress: []
process: {credentials: scrub}
'''
ICMP = '''      - {to: 10.0.1.0/24, protocol: icmp}
      - {to: "fd00:db8:1::/64", protocol: icmpv6}
'''
# Datagrams as frames of a packet socket on the link, to the gateway's hardware address.
FRAMES = '''
import errno, ipaddress, json, socket, struct, subprocess, sys, time
link = json.loads(subprocess.run(["ip", "-j", "address", "show", "eth0"], capture_output=True, check=True).stdout)[0]
own = {row["family"]: row["local"] for row in link["addr_info"]}
gate = {4: str(ipaddress.ip_address(own["inet"]) - 1), 6: str(ipaddress.ip_address(own["inet6"]) - 1)}
mac = bytes.fromhex(link["address"].replace(":", ""))
def total(data):
    data += b"\\0" * (len(data) % 2)
    value = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while value >> 16:
        value = (value & 0xffff) + (value >> 16)
    return ~value & 0xffff or 0xffff
def frame(to, port):
    to = ipaddress.ip_address(to)
    source = ipaddress.ip_address(own["inet" if to.version == 4 else "inet6"]).packed
    udp = struct.pack("!HHHH", 5555, port, 13, 0) + b"token"
    pseudo = source + to.packed + struct.pack("!II", 13, 17)
    udp = udp[:6] + struct.pack("!H", total(pseudo + udp)) + udp[8:]
    if to.version == 4:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 33, 1, 0, 64, 17, 0) + source + to.packed
        head = head[:10] + struct.pack("!H", total(head)) + head[12:]
    else:
        head = struct.pack("!IHBB", 6 << 28, 13, 17, 64) + source + to.packed
    return bytes([6]) + mac[1:] + mac + struct.pack("!H", 0x0800 if to.version == 4 else 0x86dd) + head + udp
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0))
sent = []
for to, port in json.loads(sys.argv[1]):
    to = gate[int(to[-1])] if to.startswith("gateway") else to
    try:
        s.send(frame(to, port))
    except OSError as error:  # the link's wall drops it
        assert error.errno == errno.ENOBUFS, error
    sent.append([to, port])
time.sleep(0.5)
print(json.dumps(sent))
'''


def prepare():
    make_world()
    World.user = next(mode for mode in Bench.modes if not mode.root)
    World.profile = {'tcp': write_file('tcp.yaml', PROFILE % ('', '')), 'icmp': write_file('icmp.yaml', PROFILE % ('', ICMP)),
                     'peers': write_file('peers.yaml', PROFILE % (', peers: [10.0.1.21]', ''))}


def pastas():
    """The ones of this test: they stand in its own network namespace."""
    own, found = os.stat('/proc/self/ns/net').st_ino, []
    for name in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{name}/cmdline', encoding='utf-8', errors='replace') as file:
                if file.read().startswith('pasta\0') and os.stat(f'/proc/{name}/ns/net').st_ino == own:
                    found.append(int(name))
        except OSError:
            continue
    return found


def answers(rows, profile='tcp', **more):
    done = succeeded(python(World.user, PROBE, *rows, profile=World.profile[profile], **more))
    return json.loads(done.stdout), done.stderr


ALLOWED = [f'{kind} {address} 7001' for kind in ('tcp', 'udp') for address in SERVER]
DENIED = [f'{kind} {address} {port}' for kind in ('tcp', 'udp') for address, port in
          [(SERVER[0], 7002), (SERVER[1], 7002), (STRANGER[0], 7001), (STRANGER[1], 7001), (STRANGER[0], 443), (STRANGER[1], 443)]]
PINGS = [f'icmp {address} 0' for address in SERVER]


def control():
    """Without vpcjail all of them are answered, and the host's services by themselves."""
    rows = ALLOWED + DENIED + PINGS
    done = subprocess.run([PYTHON, '-c', PROBE, *rows], text=True, capture_output=True, check=True)
    equal(json.loads(done.stdout), {row: 'echo' for row in rows})
    for address in ('127.0.0.1', '::1', *HOST):
        for kind in ('tcp', 'udp'):
            done = subprocess.run([PYTHON, '-c', PROBE, f'{kind} {address} 7001'], text=True, capture_output=True, check=True)
            equal(json.loads(done.stdout), {f'{kind} {address} 7001': 'echo'})
    equal(len(World.visits), 8)


def allowed_and_denied():
    came()
    got, _ = answers(ALLOWED + DENIED)
    wanted = {row: 'echo' for row in ALLOWED}
    wanted.update({row: 'ECONNREFUSED' if row.startswith('tcp') else 'EPERM' for row in DENIED})
    equal(got, wanted)
    on_wire = {row for row in came() if row[0] in ('tcp', 'udp')}
    equal(on_wire, {(kind, address, 7001) for kind in ('tcp', 'udp') for address in SERVER}, 'beyond the host')


def echo_requests():
    """Where the policy allows them; else there is not even a socket for them."""
    came()
    equal(answers(PINGS, 'icmp')[0], {row: 'echo' for row in PINGS})
    check({row for row in came() if row[0] == 'icmp'} >= {('icmp', address, 0) for address in SERVER}, 'nothing came')
    equal(answers(PINGS)[0], {row: 'EPROTONOSUPPORT' for row in PINGS})
    equal({row for row in came() if row[:2] == ('icmp', SERVER[0])}, set())


def twenty_mebibytes():
    """Up and down again, byte by byte, in turns: the pasta of Debian 12 is slow while both directions are busy, and repeats
    some of the data of a half-closed connection, also without vpcjail."""
    code = '''
import os, socket, sys
data = os.urandom(20 << 20)
s = socket.create_connection((sys.argv[1], 7001), timeout=30)
got = bytearray()
for first in range(0, len(data), 1 << 20):
    s.sendall(data[first:first + (1 << 20)])
    while len(got) < first + (1 << 20):
        part = s.recv(1 << 20)
        assert part
        got += part
print(bytes(got) == data)
'''
    for address in SERVER:
        equal(succeeded(python(World.user, code, address, profile=World.profile['tcp'], timeout=60)).stdout, 'True\n', address)


def nothing_of_the_host():
    """Under no address: loopback's, the host's, the jail's own, the gateway's; nor when bound to the link."""
    World.visits.clear()
    addresses = json.loads(succeeded(run(World.user, ['ip', '-j', 'address', 'show', 'eth0'], profile=World.profile['tcp'])).stdout)
    equal({row['local'] for row in addresses[0]['addr_info']} & set(HOST), set())
    code = PROBE.replace('sys.argv[1:]}))', 'sys.argv[1:] + more}))').replace('print(json', '''
import ipaddress, subprocess
link = json.loads(subprocess.run(["ip", "-j", "address", "show", "eth0"], capture_output=True, check=True).stdout)[0]
own = [ipaddress.ip_address(row["local"]) for row in link["addr_info"]]
more = [f"{kind} {a} 7001" for kind in ("tcp", "udp") for o in own for a in (o, o - 1)]
print(json''')
    rows = [f'{kind}{device} {address} 7001' for kind in ('tcp', 'udp') for device in ('', '@eth0')
            for address in ('127.0.0.1', '127.1.2.3', '::1', '0.0.0.0', '::ffff:127.0.0.1', *HOST, '224.0.0.1', 'ff02::1%eth0')]
    done = succeeded(python(World.user, code, *rows, profile=World.profile['tcp'], timeout=120))
    got = json.loads(done.stdout)
    equal(len(got), len(rows) + 8)
    equal({row: answer for row, answer in got.items() if answer in ('echo', 'other')}, {})
    equal(World.visits, [])
    for address in HOST:
        equal(got[f'tcp {address} 7001'], 'ECONNREFUSED', address)


TO = [(SERVER[0], 7001), (SERVER[1], 7001), (SERVER[0], 7002), (SERVER[1], 7002), ('127.0.0.1', 7001), ('::1', 7001),
      ('::ffff:127.0.0.1', 7001), (HOST[0], 7001), (HOST[1], 7001), ('gateway4', 7001), ('gateway6', 7001), (STRANGER[0], 7001)]


def frames(without):
    World.visits.clear()
    came()
    done = python(World.user, FRAMES, json.dumps(TO), profile=World.profile['tcp'], environment={'VPCJAIL_TEST_WITHOUT': without})
    equal(len(json.loads(succeeded(done).stdout)), len(TO))
    return {row for row in came() if row[0] == 'udp'}, set(World.visits)


def the_wall_of_the_link():
    """A job with every capability sends frames: the allowed alone get out. Without the rules the others do, too."""
    beyond, host = frames(HARMLESS)
    equal(beyond, {('udp', address, 7001) for address in SERVER})
    equal(host, set())
    beyond, host = frames(HARMLESS + ',rule-set')
    check(beyond >= {('udp', SERVER[0], 7002), ('udp', SERVER[1], 7002), ('udp', STRANGER[0], 7001)}, 'inconclusive:', beyond)
    check(host >= {(HOST[0], 7001)}, 'inconclusive:', host)


def no_more_pasta(words):
    """The next launch of the user removes what a killed one left on the disk."""
    succeeded(run(World.user, ['true']))
    check(wait_until(lambda: not pastas(), 3), words, 'left:', pastas())
    assert_nothing_left(words)


def killed_supervisor():
    process = start(World.user, [PYTHON, '-c', 'import time; print("up", flush=True); time.sleep(60)'], profile=World.profile['tcp'])
    equal(process.stdout.readline(), 'up\n')
    equal(len(pastas()), 1)
    process.kill()
    process.communicate()
    no_more_pasta('after SIGKILL:')


def killed_while_it_starts():
    for moment in range(1, 11):
        process = start(World.user, ['true'], profile=World.profile['tcp'])
        time.sleep(moment * 0.006)
        process.kill()
        process.communicate()
    no_more_pasta('after SIGKILL of a start:')


def pasta_ends():
    """Nothing passes any more, and that is said; the job goes on."""
    code = PROBE.replace('print(json', 'print("up", flush=True); sys.stdin.readline()\nprint(json')
    process = start(World.user, [PYTHON, '-c', code, *ALLOWED, *DENIED[:2]], profile=World.profile['tcp'], stdin=subprocess.PIPE)
    equal(process.stdout.readline(), 'up\n')
    came()
    for pid in pastas():
        os.kill(pid, 9)
    out, err = process.communicate('go\n', timeout=30)
    equal(process.returncode, 0, err)
    equal(set(json.loads(out).values()) & {'echo', 'other'}, set())
    equal({row for row in came() if row[0] in ('tcp', 'udp')}, set())
    equal(err.count("pasta, which carried the job's link, has ended"), 1, err)


def not_seen_by_the_job():
    code = 'import os; print([n for n in os.listdir("/proc") if n.isdigit() and "pasta" in open(f"/proc/{n}/cmdline").read().split(chr(0))[0]])'
    equal(succeeded(python(World.user, code, profile=World.profile['tcp'])).stdout, '[]\n')


def its_own_surroundings():
    """No environment, no descriptors of ours but null, a pipe, and what it makes itself; a session of its own."""
    process = start(World.user, ['sh', '-c', 'echo up; read line'], profile=World.profile['tcp'], stdin=subprocess.PIPE)
    equal(process.stdout.readline(), 'up\n')
    pid, = pastas()
    with open(f'/proc/{pid}/environ', 'rb') as file:
        equal(file.read(), b'')
    files = {os.readlink(f'/proc/{pid}/fd/{fd}') for fd in os.listdir(f'/proc/{pid}/fd')}
    strange = {name for name in files if not re.match(r'/dev/null|/dev/net/tun|/proc/\d+/ns|net:|socket:|pipe:|anon_inode:|/$|mnt:', name)}
    equal(strange, set())
    equal(os.getsid(pid), pid)
    process.communicate('\n', timeout=10)
    no_more_pasta('after a normal end:')


def twenty_at_once():
    jobs = [start(World.user, [PYTHON, '-c', PROBE, ALLOWED[number % 4]], profile=World.profile['tcp']) for number in range(20)]
    for number, job in enumerate(jobs):
        out, err = job.communicate(timeout=60)
        equal(job.returncode, 0, err)
        equal(json.loads(out), {ALLOWED[number % 4]: 'echo'})
    no_more_pasta('after twenty:')


def refused(mode, profile, *words):
    done = run(mode, ['true'], profile=World.profile[profile])
    equal(done.returncode, 125, done.stderr)
    for word in words:
        check(word in done.stderr, 'not said:', word, 'but', done.stderr)


def instead_of_pasta(text, mode):
    """Something else at the program's place, in the test's mount namespace."""
    path = write_file('not-pasta', text, mode)
    subprocess.run(['mount', '--bind', path, '/usr/bin/pasta'], check=True)


def refusals():
    """Each with its remedy; and nothing is run."""
    refused(World.user, 'peers', 'peers.yaml:3:', 'network.peers', 'uplink pasta carries no connection from outside')
    refused(Mode('root', 'root', True, options=['--user', 'root']), 'tcp', 'network.uplink', 'pasta is for users without root')
    tun(0o600)
    refused(World.user, 'tcp', 'uplink pasta: /dev/net/tun cannot be opened by this user', 'chmod 0666 /dev/net/tun')
    tun(0o666)
    os.rename('/dev/net/tun', '/dev/net/none')
    refused(World.user, 'tcp', '/dev/net/tun is missing', 'modprobe tun')
    os.rename('/dev/net/none', '/dev/net/tun')
    for text, mode, words in (('', 0o644, 'install the package passt'),
                              ('#!/bin/sh\necho Failed to send this >&2\necho unknown option --no-map-gw >&2\nexit 1\n', 0o755,
                               'uplink pasta: pasta ended before it had made the link: unknown option --no-map-gw')):
        instead_of_pasta(text, mode)
        try:
            refused(World.user, 'tcp', words)
        finally:
            subprocess.run(['umount', '/usr/bin/pasta'], check=True)
    no_more_pasta('after refusals:')


def start_times():
    """For the reader: a launch without a link and with one, medians of twenty, in turn."""
    taken = {'network-isolation': [], World.profile['tcp']: []}
    for _ in range(20):
        for profile, times in taken.items():
            begin = time.monotonic()
            succeeded(run(World.user, ['true'], profile=profile))
            times.append(time.monotonic() - begin)
    print('        ', ', '.join(f'{os.path.basename(profile)} {statistics.median(times) * 1000:.1f} ms' for profile, times in taken.items()))


HOOKED = [the_wall_of_the_link] if '--hooks' in sys.argv else []
main([], [allowed_and_denied, echo_requests, twenty_mebibytes, nothing_of_the_host, *HOOKED, killed_supervisor, killed_while_it_starts,
          pasta_ends, not_seen_by_the_job, its_own_surroundings, twenty_at_once, refusals, start_times],
     prepare=prepare, first=[control])

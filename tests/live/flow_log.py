# SPDX-License-Identifier: GPL-2.0-or-later
"""The flow log of a run balances to the packet: what was carried with the link's own counters, what was denied with those of
the rules, as nft reads them.

    flow_log.py VPCJAIL PRINT UPLINK      PRINT: flow_log_print
"""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'range'))

import profiles  # noqa: E402
from launch_lib import Bench, PYTHON, check, equal, main, marked_processes, skip, start, write_file  # noqa: E402
from topology import IN_LIST, Range, SERVER, over  # noqa: E402

PRINT, UPLINK = os.path.abspath(sys.argv[2]), sys.argv[3]
FORMAT = ('${version} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} '
          '${flow-direction} ${log-status}')
KEYS = FORMAT.replace('${', '').replace('}', '').split()
FRAME = 14  # bytes of Ethernet, which a device counts and no record does
FLOOD = 3000

# Says what its link has counted when all is quiet, and ends with its input.
JOB = """
import json, socket, sys, time
four, six, listed, flood = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])

def family(to):
    return socket.AF_INET6 if ":" in to else socket.AF_INET

def tcp(to, port, size=0):
    try:
        with socket.create_connection((to, port), timeout=0.5) as connection:
            connection.sendall(b"token" + bytes(size))
            connection.shutdown(socket.SHUT_WR)
            got = 0
            while part := connection.recv(1 << 16):
                got += len(part)
            return got
    except OSError as error:
        return type(error).__name__

def udp(to, port, times=1, answered=True):
    asked = socket.socket(family(to), socket.SOCK_DGRAM)
    asked.settimeout(1)
    got = 0
    for _ in range(times):
        try:
            asked.sendto(b"token", (to, port))
            got += len(asked.recv(100)) if answered else 0
        except OSError as error:
            got = got if not answered else type(error).__name__
    return got

def ping(to):
    asked = socket.socket(family(to), socket.SOCK_DGRAM, 58 if ":" in to else 1)
    asked.settimeout(1)
    try:
        asked.sendto(bytes([128 if ":" in to else 8, 0, 0, 0, 0, 1, 0, 1]) + b"token", (to, 0))
        return len(asked.recv(100))
    except OSError as error:
        return type(error).__name__

def loopback():
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as near:
        far, _ = listener.accept()
        far.sendall(bytes(5000))
        return len(near.recv(9000)) > 0

found = {"tcp4": tcp(four, 7001, 300000), "tcp6": tcp(six, 7001, 100), "again": tcp(four, 7001),
         "udp4": udp(four, 7001, 3), "udp6": udp(six, 7001), "ping4": ping(four), "ping6": ping(six), "loopback": loopback(),
         "denied_tcp4": tcp(four, 22), "denied_tcp6": tcp(six, 22), "denied_udp6": udp(six, 9999, 2, False),
         "flood": udp(four, 9999, flood, False), "unanswered": tcp(listed, 443)}
time.sleep(0.5)
with open("/proc/net/dev", encoding="ascii") as file:
    rows = [line.replace(":", " ").split() for line in file.readlines()[2:]]
found["links"] = {row[0]: [int(row[2]), int(row[1]), int(row[10]), int(row[9])] for row in rows}
print(json.dumps(found), flush=True)
sys.stdin.read()
"""


class Known:
    range = None


def prepare():
    if not shutil.which('nft'):
        skip('nft')
    Known.range = Range(machines=['server', 'peer', 'internet'])
    # Connection tracking passes over what repeats a handshake, and does not count it.
    Known.range.internet.do('switches', values={'ipv4/tcp_synack_retries': 0})


def profile():
    """The ACL lets no answers of the internet in: connection tracking counts them, and the rules deny them."""
    rules = [{'to': list(SERVER), 'protocol': 'tcp', 'ports': [7001]}, {'to': list(SERVER), 'protocol': 'udp', 'ports': [7001]},
             {'to': SERVER[0], 'protocol': 'icmp', 'icmp-type': 8}, {'to': SERVER[1], 'protocol': 'icmpv6', 'icmp-type': 128},
             profiles.GATEWAY]
    return write_file(f'flow-log-{UPLINK}.yaml', profiles.vpc(UPLINK, peers=[], egress=rules, ingress=[],
                                                              acl=profiles.ACL_WITHOUT_ANSWERS))


def rule_counters(process):
    """layer:number → [packets, bytes] of the rules that log, as nft reads them in the jail's namespace."""
    own = os.stat('/proc/self/ns/net').st_ino
    inside = [pid for pid in marked_processes() if os.stat(f'/proc/{pid}/ns/net').st_ino != own]
    check(inside, 'no process of the jail is there beside', process.pid)
    done = subprocess.run(['nsenter', f'--net=/proc/{inside[0]}/ns/net', 'nft', '-j', 'list', 'ruleset'], capture_output=True,
                          text=True, check=True)
    found = {}
    for row in json.loads(done.stdout)['nftables']:
        words = {key: value for word in row.get('rule', {}).get('expr', []) if isinstance(word, dict) for key, value in word.items()}
        if 'log' in words and words['counter']['packets']:
            packets, size = found.setdefault(words['log']['prefix'].removeprefix('vj1:'), [0, 0])
            found[words['log']['prefix'].removeprefix('vj1:')] = [packets + words['counter']['packets'],
                                                                 size + words['counter']['bytes']]
    return found


def printed(events, interval=60, form=FORMAT):
    done = subprocess.run([PRINT, events, str(interval), form], capture_output=True, text=True, check=False)
    equal(done.returncode, 0, done.stderr)
    return [dict(zip(form.replace('${', '').replace('}', '').split(), line.split(' '))) for line in done.stdout.splitlines()]


def total(records, **wanted):
    """Packets and bytes of the records that have these values, and a count."""
    picked = [record for record in records if all(record[key.replace('_', '-')] == value for key, value in wanted.items())
              and record['packets'] != '-']
    return [sum(int(record['packets']) for record in picked), sum(int(record['bytes']) for record in picked)]


def plus(*pairs):
    return [sum(values) for values in zip(*pairs)]


def record(mode):
    """One run: what the job said, what nft counted, the lines of the record, and its file."""
    events = os.path.join('/tmp', f'flow-log-{Bench.mark}')
    process = start(mode, [PYTHON, '-c', JOB, *SERVER, IN_LIST[0], str(FLOOD)], profile=profile(), stdin=subprocess.PIPE,
                    options=['--events', events])
    line = process.stdout.readline()
    try:
        found = json.loads(line)
        counters = rule_counters(process)
    except ValueError:
        found, counters = {}, {}
    _, err = process.communicate(timeout=30)
    equal(process.returncode, 0, line, err)
    with open(events, encoding='utf-8') as file:
        lines = [json.loads(text) for text in file]
    return found, counters, lines, events


def balance(mode):
    found, counters, lines, events = record(mode)
    wanted = {'tcp4': 300005, 'tcp6': 105, 'again': 5, 'udp4': 15, 'udp6': 5, 'ping4': 13, 'ping6': 13, 'loopback': True}
    equal({name: found[name] for name in wanted}, wanted, 'positive control: carried')
    check(all(isinstance(found[name], str) for name in ('denied_tcp4', 'denied_tcp6', 'unanswered')), found)
    records = printed(events)
    os.unlink(events)

    said = {f'{row["layer"]}:{row["rule"]}': [row['packets'], row['bytes']] for row in lines if row['record'] == 'counter'}
    equal(said, counters, 'the counters in the record')
    check(counters and sum(packets for packets, _ in counters.values()) > FLOOD, 'positive control: denied', counters)
    equal(total(records, action='REJECT'), plus(*counters.values()), 'denied, of', records)
    check(total(records, log_status='SKIPDATA')[0] > 0, 'positive control: the flood was logged whole')

    links = [row for name, row in found['links'].items() if name != 'lo' and not name.startswith('sink')]
    equal(len(links), 1, 'links', found['links'])
    received, received_bytes, sent, sent_bytes = links[0]
    accepted = {way: total(records, action='ACCEPT', flow_direction=way) for way in ('egress', 'ingress')}
    equal(accepted['egress'], [sent, sent_bytes - FRAME * sent], 'sent over the link')
    refused = total(records, action='REJECT', flow_direction='ingress')
    check(refused[0] > 0, 'positive control: no answer was refused', records)
    equal(plus(accepted['ingress'], refused), [received, received_bytes - FRAME * received], 'received over the link')
    check(not any(record['srcaddr'].startswith('127.') for record in records), 'the loopback', records)
    shapes(records)


def shapes(records):
    """One record for each tuple, direction and action of a window, whole ones."""
    seen = [tuple(record[key] for key in ('srcaddr', 'dstaddr', 'srcport', 'dstport', 'protocol', 'action', 'flow-direction', 'start'))
            for record in records if record['log-status'] == 'OK']
    equal(len(set(seen)), len(seen), 'twice')
    for record in records:
        equal(record['version'], '5')
        check(int(record['start']) <= int(record['end']) < int(record['start']) + 60, record)
    protocols = {(record['protocol'], ':' in record['srcaddr']) for record in records if record['action'] == 'ACCEPT'}
    equal(protocols, {('6', False), ('6', True), ('17', False), ('17', True), ('1', False), ('58', True)})


def as_root():
    balance(over(UPLINK, mode=1))


main([], [as_root], prepare=prepare)

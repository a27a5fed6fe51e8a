# SPDX-License-Identifier: GPL-2.0-or-later
"""The host around jails with an uplink: as it was once they are gone, and beside the rules that other tools have set.

    vpc_host.py VPCJAIL UPLINK
"""
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'range'))

import profiles  # noqa: E402
from launch_lib import PYTHON, check, equal, kill_marked, main, run, start, succeeded, wait_until, write_file  # noqa: E402
from topology import HOST, IN_LIST, OWN, PUBLIC, Range, SERVER, has_own_address, jail, over, plain  # noqa: E402
from unchanged import assert_same, difference, snapshot  # noqa: E402

UPLINK = sys.argv[2]
ALLOWED = [f'tcp {IN_LIST[0]} 443', f'tcp {IN_LIST[1]} 443', f'udp {SERVER[0]} 7001', f'udp {SERVER[1]} 7001']

# As these tools leave it on a host with one container network, or none. The host's ends of the jails' links are called vpcj….
DOCKER = '''
table ip filter {
	chain DOCKER-USER {
		%s
	}
	chain DOCKER-FORWARD {
		oifname "docker0" ct state established,related accept
		iifname "docker0" accept
	}
	chain FORWARD {
		type filter hook forward priority filter; policy drop
		jump DOCKER-USER
		jump DOCKER-FORWARD
	}
}
table ip nat {
	chain POSTROUTING {
		type nat hook postrouting priority srcnat
		ip saddr 172.17.0.0/16 oifname != "docker0" masquerade
	}
}
'''
FIREWALLD = '''
table inet firewalld {
	chain filter_FORWARD {
		type filter hook forward priority filter + 10
		ct state established,related accept
		ct state invalid drop
		%s
		iifname "eth0" accept
		reject with icmpx admin-prohibited
	}
	chain filter_INPUT {
		type filter hook input priority filter + 10
		ct state established,related accept
		iifname "lo" accept
		meta l4proto { icmp, ipv6-icmp } accept
		tcp dport 22 accept
		reject with icmpx admin-prohibited
	}
}
'''
UFW = ''.join('''
table ''' + family + ''' filter {
	chain ufw-user-forward {
		%s
	}
	chain FORWARD {
		type filter hook forward priority filter; policy drop
		ct state established,related accept
		jump ufw-user-forward
	}
}
''' for family in ('ip', 'ip6'))
OTHER = '''
table ip nat {
	chain postrouting {
		type nat hook postrouting priority srcnat
		oifname "tun9" masquerade
	}
}
'''
IN, OUT = 'iifname "vpcj*" accept\n', 'oifname "vpcj*" ct state established accept\n'
WELCOME = {
    'nothing': '',
    'another table of ours or theirs': OTHER,
    'docker that lets jails through': DOCKER % (IN + OUT),
    'firewalld that lets jails through': FIREWALLD % IN,
    'ufw that lets jails through': UFW % (IN, IN),
}
# By whom, what does not get through, which chain stops it, the rules.
UNWELCOME = [
    ('docker', ALLOWED[0], 'ip filter, chain FORWARD', DOCKER % ''),
    ('firewalld', ALLOWED[0], 'inet firewalld, chain filter_FORWARD', FIREWALLD % ''),
    ('firewalld', ALLOWED[1], 'inet firewalld, chain filter_FORWARD', FIREWALLD % ''),
    ('ufw', ALLOWED[0], 'ip filter, chain FORWARD', UFW % ('', '')),
    ('ufw', ALLOWED[1], 'ip6 filter, chain FORWARD', UFW % ('', '')),
]


class Known:
    range = None


def prepare():
    Known.range = Range(machines=['server', 'internet'])


def rules(text):
    """The host's rules, in place of all there are."""
    subprocess.run(['nft', '-f', '-'], input='flush ruleset\n' + text, text=True, check=True, timeout=20)


def profile(**more):
    return write_file('profile.yaml', profiles.vpc(UPLINK, **more))


def tried(rows):
    with jail(over(UPLINK), profile()) as job:
        answers = job.do('probe', rows=rows, token='token-host')
    return answers, job.said


def control():
    with plain() as job:
        answers = job.do('probe', rows=ALLOWED + [f'tcp {PUBLIC[0]} 80'], token='token-host')
    equal({answer for answer, _ in answers.values()}, {'echoed'}, answers)


def as_before():
    """A jail's traces are there while it runs, and nothing is when it has ended: also beside another jail."""
    for name, text in WELCOME.items():
        rules(text)
        before = snapshot()
        with jail(over(UPLINK), profile()) as one:
            between = snapshot()
            check(difference(before, between), 'positive control: a running jail leaves no trace at all')
            with jail(over(UPLINK, 1), profile()) as other:
                equal(other.do('probe', rows=ALLOWED[:1], token='token-two')[ALLOWED[0]][0], 'echoed', name)
            assert_same(between, snapshot(), name, 'with the second jail gone,')
            equal(one.do('probe', rows=ALLOWED[:1], token='token-one')[ALLOWED[0]][0], 'echoed', name)
        assert_same(before, snapshot(), name)


def as_before_a_refused_launch():
    rules(DOCKER % '')
    before = snapshot()
    equal(run(over(UPLINK), ['/nonexistent'], profile=profile()).returncode, 127)
    assert_same(before, snapshot(), 'after a command that is not there,')
    Known.range.forget()
    equal(run(over(UPLINK), ['true'], profile=profile(resolver='10.0.0.9', dns='none', time='9')).returncode, 125)
    assert_same(before, snapshot(), 'after a profile that is wrong,')


def killed():
    """Whoever is killed: nothing passes the link from then on, and the next start has removed what was left."""
    rules(DOCKER % (IN + OUT))
    before = snapshot()
    for victim in ('supervisor', 'everything'):
        job = jail(over(UPLINK), profile())
        equal(job.do('probe', rows=ALLOWED[:1], token='token-kill')[ALLOWED[0]][0], 'echoed')
        if victim == 'supervisor':
            job.process.send_signal(signal.SIGKILL)
        else:
            kill_marked()
        job.process.communicate(timeout=10)
        Known.range.forget()
        succeeded(run(over(UPLINK), ['true'], profile=profile()), 'the next start')
        wait_until(lambda: not difference(before, snapshot()), 2)
        assert_same(before, snapshot(), f'with the {victim} killed, and after the next start,')
        equal(Known.range.arrived(lambda frame: frame.destination in IN_LIST), {}, 'arrived')


FLOOD = """
import socket, sys, time
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print("ready", flush=True)
while True:
    u.sendto(b"token-flood", (sys.argv[1], 7001))
    time.sleep(0.0001)
"""


def killed_under_load():
    """However it dies, no packet of a jail leaves the host under the jail's own address."""
    rules('')
    before = snapshot()
    for victim in ('supervisor', 'init', 'everything'):
        Known.range.forget()
        job = start(over(UPLINK), [PYTHON, '-c', FLOOD, SERVER[0]], profile=profile())
        equal(job.stdout.readline(), 'ready\n')
        time.sleep(0.2)
        if victim == 'supervisor':
            job.send_signal(signal.SIGKILL)
        elif victim == 'init':
            os.kill(children(job.pid)[0], signal.SIGKILL)
        else:
            kill_marked()
        job.communicate(timeout=10)
        came = [frame for frame in Known.range.server.frames() if frame.data == 'token-flood' and not frame.out]
        check(came, 'positive control: nothing came')
        equal({frame.source for frame in came}, {(OWN[0] if has_own_address(UPLINK) else HOST)[0]}, victim, 'killed: untranslated packets arrived')
        succeeded(run(over(UPLINK), ['true'], profile=profile()), 'the next start')
        wait_until(lambda: not difference(before, snapshot()), 2)
        assert_same(before, snapshot(), f'with the {victim} killed, and after the next start,')


def children(pid):
    with open(f'/proc/{pid}/task/{pid}/children', encoding='ascii') as file:
        return [int(word) for word in file.read().split()]


def beside_others():
    """With rules of other tools that let it through, all is as without them."""
    for name, text in WELCOME.items():
        rules(text)
        answers, said = tried(ALLOWED + [f'tcp {PUBLIC[0]} 80'])
        check('firewall' not in said, name, said)
        equal({row: answer for row, (answer, _) in answers.items()},
              {**dict.fromkeys(ALLOWED, 'echoed'), f'tcp {PUBLIC[0]} 80': 'ECONNREFUSED'}, name, said)


def blocked_by_others():
    """Where they let nothing through, nothing gets through, and whose rule that is is said."""
    for name, row, where, text in UNWELCOME:
        rules(text)
        before = snapshot()
        answers, said = tried([row])
        check(answers[row][0] not in ('echoed', 'open'), name, answers)
        check(f"this host's own firewall stopped packets of the job: table {where}, " in said, name, said)
        assert_same(before, snapshot(), name)


# What has an address of its own does not go through the host's forwarding, nor its rules.
main([], [as_before, as_before_a_refused_launch, killed, killed_under_load, beside_others]
     + ([] if has_own_address(UPLINK) else [blocked_by_others]), prepare=prepare, first=[control])

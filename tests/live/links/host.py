# SPDX-License-Identifier: GPL-2.0-or-later
"""A host with two links, made of network namespaces: eth0 to a router that answers for the whole internet, eth1 to a subnet with
a router, a host and a stranger. Nothing of it is the machine's: the program starts itself again in namespaces of its own."""
import json
import os
import re
import subprocess
import sys
import time

FOLDER = os.path.dirname(os.path.abspath(__file__))
PYTHON = '/usr/bin/python3'
ROUTER, SERVER, STRANGER, OWN = '10.0.1.1', '10.0.1.20', '10.0.1.40', '10.0.1.50'
ROUTER6, SERVER6, STRANGER6, OWN6 = 'fd00:db8:1::1', 'fd00:db8:1::20', 'fd00:db8:1::40', 'fd00:db8:1::50'
BUCKET, INTERNET, INTERNET6 = '52.216.0.10', '198.51.100.7', '2001:db8:9::7'
MAC = '02:99:00:00:00:11'  # of eth1

PINGS = 'echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range\n'
OUTSIDE = PINGS + f'''
ip link set lo up; ip link add br0 type bridge; ip link set br0 up; ip link set out0 up; ip link set out1 master br0 up
ip addr add 10.0.0.1/24 dev out0
for a in {ROUTER} {SERVER}; do ip addr add $a/24 dev br0; done
for a in {ROUTER6} {SERVER6}; do ip -6 addr add $a/64 dev br0 nodad; done
ip route add local {BUCKET} dev lo; ip route add local {INTERNET} dev lo; ip -6 route add local {INTERNET6} dev lo
'''
# Everything that a link can have, so that it can be told when it comes back without.
HOST = PINGS + f'''
ip link set lo up; ip link set eth0 up; ip link set eth1 address {MAC} mtu 1400; ip link set eth1 up
ip addr add 10.0.0.10/24 dev eth0; ip route add default via 10.0.0.1
ip addr add 10.0.1.10/24 dev eth1; ip addr add 10.0.1.11/24 dev eth1; ip addr add 10.77.0.1/16 brd + dev eth1 label eth1:x
ip -6 addr add fd00:db8:1::10/64 dev eth1 nodad; ip -6 addr add fd00:db8:1::11/64 dev eth1 nodad valid_lft 50000 preferred_lft 40000
ip route add {BUCKET} via {ROUTER} metric 77; ip route add default via {ROUTER} dev eth1 table 100
ip -6 route add 2001:db8::/32 via {ROUTER6} metric 99
ip neigh add 10.0.1.99 lladdr 02:00:00:00:00:99 dev eth1 nud permanent
echo 2 >/proc/sys/net/ipv4/conf/eth1/rp_filter
'''


def enter():
    """Starts this program again in a network, mount and process namespace of its own, with its own /run and /sys."""
    if os.environ.get('LINKS_OF') == os.readlink('/proc/self/ns/net') or 'LINKS_OF' not in os.environ:
        if 'LINKS_OF' in os.environ:
            raise SystemExit('this is the network namespace the test was started in: nothing done')
        os.environ['LINKS_OF'] = os.readlink('/proc/self/ns/net')
        script = 'mount -t tmpfs none /run && mkdir /run/lock && mount -t sysfs none /sys && exec "$0" "$@"'
        os.execvp('unshare', ['unshare', '-n', '-m', '-p', '-f', '--kill-child', '--mount-proc', '--propagation', 'private', 'sh',
                              '-c', script, sys.executable, *sys.argv])


def sh(script, within=()):
    done = subprocess.run([*within, 'sh', '-ec', script], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f'{script}: {done.stderr}')
    return done.stdout


class Machine:
    """A network namespace, with a process that holds it."""

    def __init__(self):
        self.process = subprocess.Popen(['unshare', '-n', 'sleep', 'infinity'])
        own = os.readlink('/proc/self/ns/net')
        while os.readlink(f'/proc/{self.process.pid}/ns/net') == own:
            time.sleep(0.01)
        self.within = ['nsenter', f'--net=/proc/{self.process.pid}/ns/net']
        self.children = []

    def start(self, *words, **more):
        child = subprocess.Popen([*self.within, PYTHON, os.path.join(FOLDER, 'part.py'), *words], text=True, **more)
        self.children.append(child)
        return child

    def probe(self, rows, source=None):
        return probe(rows, self.within, source)

    def serve(self):
        child = self.start('serve', stdout=subprocess.PIPE)
        assert child.stdout.readline() == 'ready\n'

    def close(self):
        for child in self.children + [self.process]:
            child.kill()
            child.wait()


def probe(rows, within=(), source=None):
    words = [*within, PYTHON, os.path.join(FOLDER, 'part.py'), 'probe', json.dumps(rows), source or '']
    return json.loads(subprocess.run(words, capture_output=True, text=True, check=True, timeout=120).stdout)


def connect(outside, address=MAC, name='eth1'):
    """The pair to the subnet, where it is not there (any more)."""
    sh(f'ip link add {name} address {address} type veth peer name out1 netns {outside.process.pid}')


def make():
    """The whole: (outside, stranger)."""
    outside, stranger = Machine(), Machine()
    sh(f'ip link add eth0 type veth peer name out0 netns {outside.process.pid}')
    connect(outside)
    sh(OUTSIDE, outside.within)
    sh(f'ip link add eth0 type veth peer name out2 netns {outside.process.pid}', stranger.within)
    sh('ip link set out2 master br0 up', outside.within)
    sh(PINGS + f'ip link set lo up; ip link set eth0 up; ip addr add {STRANGER}/24 dev eth0; ip -6 addr add {STRANGER6}/64 dev eth0 nodad',
       stranger.within)
    sh(HOST)
    outside.serve()
    stranger.serve()
    return outside, stranger


def state():
    """The host's links, addresses, routes, neighbours and switches, less what the clock changes."""
    text = ''
    for what in ('link', 'addr', 'route show table all', '-6 route show table all', 'neigh show nud permanent', 'rule', '-6 rule'):
        text += sh(f'ip {what}')
    text += sh('grep -r . /proc/sys/net/ipv4/conf/ /proc/sys/net/ipv6/conf/ 2>/dev/null | sort; nft list ruleset')
    return re.sub(r'(valid_lft|preferred_lft|expires) [0-9]+sec', r'\1', text)


def notes():
    """What of ours is noted on the host."""
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk('/run/vpcjail') for name in names if name != 'lock')

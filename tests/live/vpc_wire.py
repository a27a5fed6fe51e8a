# SPDX-License-Identifier: GPL-2.0-or-later
"""What a job with every capability gets onto its link: the flows that the policy carries, and not a frame more.

    vpc_wire.py VPCJAIL UPLINK       needs a build with test hooks, which leave out what makes the job harmless

One job sends every row of the wire table (range/wire.py). The positive control is a machine on the subnet that sends the same.
"""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'range'))

import profiles  # noqa: E402
import topology  # noqa: E402
from frame import ETH_P_ARP, ETH_P_IP, ETH_P_IP6, ICMP6, TCP  # noqa: E402
from launch_lib import PYTHON, check, equal, main, report, run, write_file  # noqa: E402
from topology import HOST, OWN, PEER, Range, SERVER, has_own_address, jail, over  # noqa: E402
from wire import ANOTHER, WAYS, named  # noqa: E402

UPLINK = sys.argv[2]
NEIGHBOUR = 'macvlan' if UPLINK == 'device' else UPLINK  # the other jail's: there is one device
PORT = 7001
HARMLESS = 'no-capabilities,filter,user-namespace,no-new-privileges'
ALLOWED = {'allowed_tcp', 'frame_as_allowed'}
# No route leads them onto the link, whatever its rules: they go to the sink.
UNROUTED = {'udp_to_the_host', 'udp_to_a_stranger', 'icmp_error_elsewhere', 'mark_forged', 'broadcast'}


class Known:
    range = None
    link = None       # what the host's end of a jail's link is called
    neighbour = []    # another jail's addresses on its link


def prepare():
    Known.range = Range(machines=['server', 'peer', 'stranger', 'far'])


def words(others=()):
    return [PYTHON, os.path.join(os.path.dirname(topology.program()), 'wire.py'),
            json.dumps({'allowed': SERVER, 'port': PORT, 'other': PEER, 'host': HOST, 'others': list(others)})]


def control():
    """From a machine on the subnet every row is seen on the wire; what it sends itself, and what the host's link gets."""
    Known.range.forget()
    done = Known.range.stranger.run(words())
    equal(done.returncode, 0, done.stderr)
    answers = json.loads(done.stdout)['answers']
    equal(sorted(answers), sorted(WAYS))
    left = {named(frame) for frame in Known.range.stranger.frames() if frame.out}
    unseen = [(name, answers[name]) for name in set(WAYS) - left]
    check(not unseen, 'inconclusive, for these were not seen without vpcjail:', unseen)
    host = {named(frame) for frame in Known.range.capture.take() if not frame.out}
    check(host >= {'udp_to_the_host', 'frame_to_the_host', 'broadcast', 'arp'}, 'the host saw only', host)


def profile(uplink):
    rules = [{'to': SERVER, 'protocol': 'tcp', 'ports': [PORT]}]
    return write_file(f'wire-{uplink}.yaml', profiles.vpc(uplink, peers=[], egress=rules, ingress=[], acl=None))


def carried(frame, own):
    """Whether the policy carries it: out of the jail, or as an answer into it."""
    if has_own_address(UPLINK) and (frame.ethertype == ETH_P_ARP or frame.protocol == ICMP6) and not named(frame):
        return frame.maker != ANOTHER  # such a link asks for its neighbours
    if frame.protocol != TCP or frame.ethertype not in (ETH_P_IP, ETH_P_IP6) or frame.offset:
        return False
    if frame.out and not has_own_address(UPLINK):
        return frame.source in SERVER and frame.source_port == PORT and frame.destination in own
    return frame.destination in SERVER and frame.port == PORT and frame.source in own


def links():
    done = subprocess.run(['ip', '-j', 'link', 'show'], capture_output=True, text=True, check=True)
    return {row['ifname'] for row in json.loads(done.stdout)} - {'lo', 'eth0'}


def seen():
    """A device is not the host's while it is the jail's: what is on it is seen where its cable ends."""
    return Known.range.router.frames() if UPLINK == 'device' else Known.range.capture.take()


def sent_by_a_job(without):
    """One job with every capability sends all rows, beside another jail. Its report, the frames on its link, and those that
    came out of the host under another address than the host's or to others than the policy carries."""
    with jail(over(NEIGHBOUR, 1), profile(NEIGHBOUR)) as other:
        equal(other.do('probe', rows=[f'tcp {SERVER[0]} {PORT}'], token='token-other')[f'tcp {SERVER[0]} {PORT}'][0], 'echoed')
        neighbour = links()
        Known.range.forget()
        done = run(over(UPLINK, mode=1), words(OWN[1] if has_own_address(UPLINK) else addresses_behind(neighbour)),
                   profile=profile(UPLINK), environment={'VPCJAIL_TEST_WITHOUT': without})
        frames = seen()
    equal([frame for frame in frames if frame.link in neighbour], [], 'on the link of another jail')
    beyond = Known.range.arrived(lambda frame: named(frame) and named(frame) not in ALLOWED
                                 or frame.maker == host_mac() and not (translated(frame) or from_the_kernel(frame)))
    found = report(done)
    return found, [frame for frame in frames if on_the_link(frame, found, neighbour)], beyond


def on_the_link(frame, found, neighbour):
    """Either way at the host's end of a pair; of a link that shares the host's, what comes from the job."""
    if has_own_address(UPLINK):
        return frame.maker in (found['mac'], ANOTHER)
    return frame.link not in ('eth0', *neighbour)


def translated(frame):
    return frame.protocol == TCP and frame.destination in SERVER and frame.port == PORT and frame.source in HOST


def strange(found, frames):
    return [frame for frame in frames if not carried(frame, found['own']) or named(frame) not in {*ALLOWED, None}]


def from_the_job():
    """On the host's end of the link, from its first moment to its last, and beyond."""
    found, frames, beyond = sent_by_a_job(HARMLESS)
    shut = [way for way, answer in found['answers'].items() if answer in ('EPERM', 'EACCES') and way.startswith('frame')]
    equal(shut, [], 'positive control: without capabilities')
    for way in ALLOWED:
        check(any(named(frame) == way for frame in frames), 'positive control: not seen on the link:', way, found['answers'])
    wrong = strange(found, frames)
    check(not wrong, 'on the link:', *(f'\n  {named(frame)} {frame}' for frame in wrong[:20]))
    equal(beyond, {}, 'beyond the host')


def the_second_wall():
    """With the jail's own rules left out, the frames are on the link, and seen there; the host's wall holds them."""
    found, frames, beyond = sent_by_a_job(HARMLESS + ',rule-set')
    on_link = {named(frame) for frame in strange(found, frames)}
    missing = set(WAYS) - on_link - ALLOWED - UNROUTED
    check(not missing, 'not even on the link:', [(way, found['answers'][way]) for way in missing])
    # It keeps no state: what belongs to no connection looks to it as what does.
    through = {named(frame) for frames in beyond.values() for frame in frames}
    equal(through - {'ack_midstream_allowed_port'}, set(), 'beyond the host', beyond)


def nobody_comes_in():
    """A machine of the subnet that knows a jail's addresses, and sends to them by way of the host: not onto the link."""
    with jail(over(UPLINK, 1), profile(UPLINK)) as other:
        equal(other.do('probe', rows=[f'tcp {SERVER[0]} {PORT}'], token='token-in')[f'tcp {SERVER[0]} {PORT}'][0], 'echoed')
        neighbour = links()
        addresses = addresses_behind(neighbour)
        Known.range.stranger.do('ip', batch=''.join(f'route replace {to} via {way}\n' for to, way in zip(addresses, HOST)))
        Known.range.forget()
        sending = ('import socket, sys\nfor to in sys.argv[1:]:\n'
                   ' family = socket.AF_INET6 if ":" in to else socket.AF_INET\n'
                   ' socket.socket(family, socket.SOCK_DGRAM).sendto(b"token-wire uninvited", (to, 7001))\n')
        done = Known.range.stranger.run([PYTHON, '-c', sending, *addresses])
        time.sleep(0.1)
        frames = [frame for frame in Known.range.capture.take() if named(frame) == 'uninvited']
    equal(done.returncode, 0, done.stderr)
    equal({frame.destination for frame in frames if frame.link == 'eth0'}, set(addresses), 'positive control: at the host')
    equal([frame for frame in frames if frame.link in neighbour], [], 'on the link')


def from_the_kernel(frame):
    """The host's own questions and answers about neighbours."""
    own = frame.source in HOST or frame.source.startswith('fe80:')
    return frame.ethertype == ETH_P_ARP or (frame.protocol == ICMP6 and own)


def host_mac():
    with open('/sys/class/net/eth0/address', encoding='ascii') as file:
        return file.read().strip()


def addresses_behind(ends):
    """The jails' addresses behind these ends of links, as the host routes them."""
    done = [json.loads(subprocess.run(['ip', '-j', family, 'route', 'show', 'dev', end], capture_output=True, text=True,
                                      check=True).stdout or '[]') for family in ('-4', '-6') for end in ends]
    found = [row['dst'] for rows in done for row in rows if row['dst'] not in ('default',) and '/' not in row['dst']]
    check(len(found) == 2, 'not one address of each family behind', ends, done)
    return found


# The host has a wall of its own only at its end of a pair.
main([], [from_the_job] + ([] if has_own_address(UPLINK) else [the_second_wall, nobody_comes_in]), prepare=prepare, first=[control])

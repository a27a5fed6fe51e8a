# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts with a profile each, and what vpcjail says of a packet between two of them, and of its answer."""
import collections
import os
import subprocess
import sys
import tempfile

SKIPPED = 77
NUMBERS = {'tcp': 6, 'udp': 17, 'icmp': 1}

Packet = collections.namedtuple('Packet', 'protocol source destination source_port destination_port', defaults=(0, 0))
Packet.__doc__ = 'The first one of a conversation; of ICMP type and code stand in place of the ports.'

Said = collections.namedtuple('Said', 'allowed layer')

# What each end says: None where that end has no profile. An answer is judged as part of a conversation.
Way = collections.namedtuple('Way', 'egress ingress answer_egress answer_ingress')
DIRECTIONS = Way('egress new', 'ingress new', 'egress established', 'ingress established')


def carried(*said):
    return all(one.allowed for one in said if one)


def shared_data(folder):
    """The folder of one origin's data, or the end of this test."""
    found = os.environ.get('VPCJAIL_SHARED') or os.path.join(os.environ['VPCJAIL_SOURCE'], '../shared/data/aws')
    if not os.path.isdir(found):
        print(f'SKIPPED, missing: the shared data, {found}', file=sys.stderr)
        sys.exit(SKIPPED)
    return os.path.join(found, folder)


def _line(question, packet):
    direction, state = question.split()
    answers = state == 'established'
    leaves = direction == 'egress'
    remote = packet.destination if leaves != answers else packet.source
    ports = [packet.source_port, packet.destination_port]
    if packet.protocol == 'icmp':
        numbers = [0, 0, *ports]
    else:
        numbers = [*(reversed(ports) if answers else ports), 0, 0]
    return ' '.join(map(str, [direction, state, NUMBERS[packet.protocol], remote, *numbers]))


def _said(program, profile, lines):
    with tempfile.NamedTemporaryFile('w', suffix='.yaml') as file:
        file.write(profile)
        file.flush()
        done = subprocess.run([program, file.name], input='\n'.join(lines) + '\n', text=True, stdout=subprocess.PIPE,
                              check=True)
    words = [line.split() for line in done.stdout.splitlines()]
    assert len(words) == len(lines), (len(words), len(lines), profile)
    return [Said(verdict == 'allowed', layer) for verdict, layer in words]


def judge(program, profiles, packets):
    """{packet: Way}. profiles: {address: text}; a packet must have one end among them."""
    questions = collections.defaultdict(dict)  # profile → its lines, each once
    places = {}
    for packet in packets:
        ends = Way(packet.source, packet.destination, packet.destination, packet.source)
        for question, end in zip(DIRECTIONS, ends):
            if end in profiles:
                line = _line(question, packet)
                questions[profiles[end]].setdefault(line)
                places[packet, question] = profiles[end], line
    for profile, lines in questions.items():
        lines.update(zip(lines, _said(program, profile, list(lines))))
    found = {}
    for packet in packets:
        asked = [places.get((packet, question)) for question in DIRECTIONS]
        found[packet] = Way(*(questions[place[0]][place[1]] if place else None for place in asked))
    return found

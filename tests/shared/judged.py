# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts with a profile each, and what vpcjail says of a packet between two of them, and of its answer.

programs: the judge (judge.c), which knows packets of a conversation with both their ports; and perhaps vpcjail, whose
`explain --file` must say the same of all that begins one, and give denials names that AWS's Reachability Analyzer has.
"""
import collections
import json
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


def _run(command, profile, lines, statuses):
    """The lines that a program answers with; FILE in its command stands for the profile's name."""
    with tempfile.NamedTemporaryFile('w', suffix='.yaml') as file:
        file.write(profile)
        file.flush()
        done = subprocess.run([file.name if word == 'FILE' else word for word in command], input='\n'.join(lines) + '\n',
                              text=True, stdout=subprocess.PIPE, check=False)
    answers = done.stdout.splitlines()
    assert done.returncode in statuses and len(answers) == len(lines), (command, done.returncode, len(answers), profile)
    return answers


def _said(program, profile, lines):
    words = [answer.split() for answer in _run([program, 'FILE'], profile, lines, [0])]
    return [Said(verdict == 'allowed', layer) for verdict, layer in words]


def _explained(vpcjail, profile, lines):
    """The same from `explain --file`, with AWS's name for each denial that has one."""
    answers = [json.loads(answer) for answer in
               _run([vpcjail, 'explain', '-p', 'FILE', '--file', '-', '--json'], profile, lines, [0, 1])]
    assert {answer['verdict'] for answer in answers} <= {'allowed', 'denied'}, answers
    return [(Said(answer['verdict'] == 'allowed', answer.get('layer', '-')), answer.get('explanation-code'))
            for answer in answers]


def _as_asked(line):
    """A line for the judge as one for `explain --file`, which knows no client's port."""
    direction, _, number, remote, _, port, *icmp = line.split()
    protocol = next(name for name in NUMBERS if NUMBERS[name] == int(number))
    return '\t'.join([protocol, remote, '/'.join(icmp) if protocol == 'icmp' else port,
                      {'egress': 'out', 'ingress': 'in'}[direction]])


def _compare_explained(vpcjail, profile, said):
    """said: {line: Said} of the judge's."""
    asked = {_as_asked(line): one for line, one in said.items() if ' new ' in line}
    with open(os.path.join(shared_data('.'), 'explanation-codes.txt'), encoding='utf-8') as file:
        codes = {line.split()[0] for line in file if not line.startswith('#')}
    for line, (one, code) in zip(asked, _explained(vpcjail, profile, list(asked)) if asked else ()):
        assert one == asked[line], (line, one, asked[line], profile)
        assert code is None or (not one.allowed and code in codes), (line, one, code)


def judge(programs, profiles, packets):
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
        lines.update(zip(lines, _said(programs[0], profile, list(lines))))
        for vpcjail in programs[1:]:
            _compare_explained(vpcjail, profile, lines)
    found = {}
    for packet in packets:
        asked = [places.get((packet, question)) for question in DIRECTIONS]
        found[packet] = Way(*(questions[place[0]][place[1]] if place else None for place in asked))
    return found

# SPDX-License-Identifier: GPL-2.0-or-later
"""Columns (c) and (d) of the conformance table over an uplink, from a VPC made of namespaces (range/topology.py).

    vpc_conformance.py VPCJAIL UPLINK

A denied way must get through without vpcjail, from the same place; where it does not, the denial says nothing and the test
fails as inconclusive.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'range'))

import profiles  # noqa: E402
from launch_lib import check, equal, main, write_file  # noqa: E402
from matrix import IN, NAMES, OUT, VARIANTS  # noqa: E402
from topology import HOST, OWN, RESOLVER, Range, has_own_address, jail, over, plain  # noqa: E402

UPLINK = sys.argv[2]
ADDRESS = OWN[0] if has_own_address(UPLINK) else HOST  # where the job is reached from outside
# The machines whose connections the uplink can carry to the job: where it has no address of its own, the peers'.
CARRIES_IN = {'none': (), 'veth': ('peer',)}.get(UPLINK, ('peer', 'server', 'far', 'stranger', 'internet'))
SERVED = {'tcp': [7001, 29500], 'udp': [7001, 9999]}
THROUGH = {'echoed', 'open'}
NO_SOCKET = {'EPERM', 'EACCES', 'EPROTONOSUPPORT'}
# What the program observes where a way is denied. Of ICMPv6 the kernel tells the sender nothing.
REJECTED = {'tcp': {'ECONNREFUSED'}, 'udp': {'EPERM'}, 'dns': {'EPERM'}, 'dns-tcp': {'ECONNREFUSED'}, 'icmp': NO_SOCKET,
            'icmp6': NO_SOCKET | {'silent'}}
DROPPED = {**dict.fromkeys(('tcp', 'udp', 'dns', 'dns-tcp'), {'silent'}), 'icmp': NO_SOCKET | {'silent'}, 'icmp6': NO_SOCKET | {'silent'}}
PROTOCOL = {'tcp': {6}, 'udp': {17}, 'dns': {17}, 'dns-tcp': {6}, 'icmp': {1, 58}}


class Known:
    range = None
    through = set()  # rows that got through without vpcjail
    names = {}       # row → what it resolves to without vpcjail


def prepare():
    Known.range = Range()


def out_rows():
    return [row for cell in OUT for row in cell.rows]


def knock(address, token):
    """Every inbound row, from its machine to the job at an address pair: row → answers."""
    rows = [row for cell in IN for row in cell.rows]
    machines = {row.split()[0] for row in rows}
    for name in machines:
        asked = [f'{way} {place} {port}' for who, way, port in map(str.split, rows) if who == name for place in address]
        Known.range.machines[name].ask('probe', rows=asked, token=token)
    answers = {}
    for name in machines:
        for row, (answer, _) in Known.range.machines[name].answer('probe').items():
            way, _, port = row.split()
            answers.setdefault(f'{name} {way} {port}', set()).add(answer)
    return answers


def control():
    """Without vpcjail every way gets through, in both directions, and every name resolves."""
    with plain() as job:
        answers = job.do('probe', rows=out_rows() + [row for cell in NAMES for row in cell.rows], token='token-control')
        job.do('serve', **SERVED)
        came = knock(HOST, 'token-control')
    for cell in NAMES:
        for row in cell.rows:
            check(answers[row][0][0].isdigit(), cell.what, row, answers[row])
            Known.names[row] = answers[row][0]
    # The host reaches itself only where something listens there.
    Known.through = {row for row in out_rows() if answers[row][0] in THROUGH or row.split()[1] in HOST}
    Known.through |= {row for row, found in came.items() if found <= THROUGH}
    missing = [(row, answers.get(row, came.get(row))) for cell in OUT + IN for row in cell.rows if row not in Known.through]
    check(not missing, 'inconclusive, for without vpcjail these do not get through:', *(f'\n  {row}' for row in missing))
    unseen = [row for row in out_rows() if row.split()[1] not in HOST and not arrived(row)]
    check(not unseen, 'inconclusive, for what arrives is not seen:', unseen)


def arrived(row):
    """Whether a frame of the row came to a machine beyond the link."""
    way, address, port = row.split()
    return Known.range.arrived(lambda frame: frame.destination == address and frame.protocol in PROTOCOL[way]
                               and (way == 'icmp' or frame.port == int(port)), settle=0)


def way_of(row):
    """As REJECTED and DROPPED call it."""
    way, address, _ = row.split()
    return 'icmp6' if way == 'icmp' and ':' in address else way


def judge(answers, verdicts, observed):
    """verdicts: row → (what the table calls it, A, D, or N: allowed, but the uplink carries nothing)."""
    wrong = []
    for row, (what, verdict) in verdicts.items():
        answer = answers[row][0]
        if verdict == 'A' and answer not in THROUGH:
            wrong.append((what, row, answers[row], 'instead of getting through'))
        # Where the jail itself answers for the resolver, nobody listens on its other ports.
        quiet = verdict == 'N' or row.split()[1] in RESOLVER
        if verdict != 'A' and answer not in observed[way_of(row)] | ({'silent'} if quiet else set()):
            wrong.append((what, row, answers[row], 'instead of being denied'))
        if verdict != 'A' and arrived(row):
            wrong.append((what, row, answers[row], 'and it arrived'))
    check(not wrong, *(f'\n  {words}' for words in wrong))


def verdicts_of(cells, column, variant=None):
    turned = {'A': 'D', 'D': 'A'}
    found = {}
    for cell in cells:
        verdict = getattr(cell, column)
        verdict = turned[verdict] if variant in cell.other else verdict
        for row in cell.rows:
            # The resolver's answers come from the supervisor, over no link.
            carried = UPLINK != 'none' or variant == 'dns' and variant in cell.other
            found[row] = cell.what, verdict if carried or verdict == 'D' else 'N'
    return found


def outbound(column, text, variant=None, observed=None):
    """All rows from one job; of names, what they give."""
    Known.range.forget()
    with jail(over(UPLINK), write_file('profile.yaml', text)) as job:
        answers = job.do('probe', rows=out_rows() + [row for cell in NAMES for row in cell.rows], token=f'token-{column}')
    judge(answers, verdicts_of(OUT, column, variant), observed or REJECTED)
    return answers, job.said


def resolved(answers, column, variant=None):
    for cell in NAMES:
        verdict = getattr(cell, column) if variant not in cell.other else 'A'
        for row in cell.rows:
            # Of a public name nothing comes where no resolver is reached.
            wanted = verdict == 'A' and not (variant == 'dns' and UPLINK == 'none' and cell.d == cell.c)
            equal(answers[row][0] == Known.names[row], wanted, cell.what, row, answers[row])


def inbound(column, text, variant=None):
    """What comes to the job's services. An uplink may carry less than the policy allows, never more."""
    with jail(over(UPLINK), write_file('profile.yaml', text)) as job:
        job.do('serve', **SERVED)
        answers = knock(ADDRESS, f'token-in{column}')
    wrong = []
    for row, (what, verdict) in verdicts_of(IN, column, variant).items():
        through = bool(answers[row] & THROUGH)
        if through != (verdict == 'A' and row.split()[0] in CARRIES_IN):
            wrong.append((what, row, answers[row], 'through' if through else 'not through'))
    check(not wrong, *(f'\n  {row}' for row in wrong), job.said)


def vpc_inbound():
    inbound('c', profiles.vpc(UPLINK))
    inbound('c', profiles.vpc(UPLINK, **VARIANTS['no self']), 'no self')
    inbound('d', profiles.isolated(UPLINK))


def vpc_alone():
    answers, words = outbound('c', profiles.vpc(UPLINK))
    resolved(answers, 'c')
    check('destinations denied' in words, words)


def vpc_isolated():
    answers, words = outbound('d', profiles.isolated(UPLINK))
    resolved(answers, 'd')
    check('isolation_egress rule' in words, words)


def vpc_drop():
    """As AWS shows it: what is denied hangs, for UDP, too."""
    outbound('c', profiles.vpc(UPLINK, on_deny='drop'), observed=DROPPED)


def by_the_profile():
    """Each variant turns the verdict of the cells that name it, and of no other."""
    for variant, changes in VARIANTS.items():
        try:
            outbound('c', profiles.vpc(UPLINK, **changes), variant)
        except Exception as error:
            raise type(error)(f'{variant}: {error}') from error


main([], [vpc_alone, vpc_isolated, vpc_drop, by_the_profile, vpc_inbound], prepare=prepare, first=[control])

# SPDX-License-Identifier: GPL-2.0-or-later
"""What Batfish's tests assert of a dozen security groups, one a way to write ports, types and codes: what comes in passes
or not, on both sides of each edge.

    batfish_groups.py JUDGE [VPCJAIL]            profiles made by aws_profile.py
    batfish_groups.py --import JUDGE VPCJAIL     the profiles that vpcjail imports
"""
import json
import os
import sys

import aws_account
import aws_profile
import imported_profile
from judged import Packet, judge, shared_data

HOST, SENDER, OTHERS = '10.0.0.9', '1.2.3.4', ['1.2.3.3', '1.2.3.5']
ANY = None
# In the order of the file. (protocol, first and last port, from SENDER alone); of ICMP type and code; () for nothing.
ASSERTED = [
    ('tcp', 22, 22, True), ('tcp', 0, 22, True), ('tcp', 65530, 65535, True), ('tcp', 0, 65535, True),
    (ANY, 0, 65535, False), ('tcp', 45, 50, True), ('tcp', 0, 50, True), ('tcp', 30, 65535, True), ('tcp', 22, 22, True),
    ('icmp', 8, ANY, False), ('icmp', 8, 9, False), (),
]
PORTS = sorted({near for row in ASSERTED if row and row[0] != 'icmp' for port in row[1:3] for near in (port - 1, port, port + 1)
                if 1 <= near <= 65535})
# Rows of which import is stricter on purpose: it warns, and lets nothing pass.
STRICTER = {name: 'one end of the interval is -1, which no rule can be made with' for name in (
    'Invalid interval beginning', 'Invalid interval end')}
ICMP = [(kind, code) for kind in (0, 7, 8, 9) for code in (0, 8, 9, 10)]


def passes(row, packet):
    if not row or row[0] not in (ANY, packet.protocol) or (row[3] and packet.source != SENDER):
        return False
    if row[0] == 'icmp':
        return packet.source_port == row[1] and row[2] in (ANY, packet.destination_port)
    return packet.protocol == 'icmp' or row[1] <= packet.destination_port <= row[2]


def packets():
    for sender in (SENDER, *OTHERS):
        yield from (Packet(protocol, sender, HOST, 40000, port) for protocol in ('tcp', 'udp') for port in PORTS)
        yield from (Packet('icmp', sender, HOST, *icmp) for icmp in ICMP)


def account_of(group):
    """The smallest account with a host that carries the group, behind an ACL that lets everything pass."""
    entries = [{'RuleNumber': 100, 'Egress': egress, 'RuleAction': 'allow', 'Protocol': '-1', 'CidrBlock': '0.0.0.0/0'}
               for egress in (True, False)]
    interface = {'NetworkInterfaceId': 'eni-1', 'SubnetId': 'subnet-1', 'VpcId': group['VpcId'], 'PrivateIpAddress': HOST,
                 'Groups': [{'GroupId': group['GroupId']}]}
    return aws_account.Account({
        **{key: [] for key in aws_account.DOCUMENTS}, 'Instances': [], 'SecurityGroups': [group],
        'Vpcs': [{'VpcId': group['VpcId'], 'CidrBlock': '10.0.0.0/16'}], 'NetworkInterfaces': [interface],
        'Subnets': [{'SubnetId': 'subnet-1', 'VpcId': group['VpcId'], 'CidrBlock': '10.0.0.0/24', 'MapPublicIpOnLaunch': False,
                     'AvailabilityZone': 'us-east-1a'}],
        'NetworkAcls': [{'NetworkAclId': 'acl-1', 'VpcId': group['VpcId'], 'Associations': [{'SubnetId': 'subnet-1'}], 'Entries': entries}],
    })


def main(words):
    imports = words[:1] == ['--import']
    programs = words[imports:]
    adapter = imported_profile.Importer(programs[1]) if imports else aws_profile
    with open(os.path.join(shared_data('batfish'), 'unit/SecurityGroupTest.json'), encoding='utf-8') as file:
        groups = json.load(file)['SecurityGroups']
    wrong = [] if len(groups) == len(ASSERTED) else [f'{len(groups)} groups, {len(ASSERTED)} rows']
    for group, row in zip(groups, ASSERTED):
        name = group['GroupName']
        if imports and name in STRICTER:
            print(f'out of scope: {name}: {STRICTER[name]}')
            row = ()
        account = account_of(group)
        found = judge(programs, {HOST: adapter.of_interface(account, account.interfaces[0])}, list(packets()))
        wrong += [f'{group["GroupName"]}: {packet}, {way.ingress}' for packet, way in found.items()
                  if way.ingress.allowed != passes(row, packet)]
    print('\n'.join(wrong[:20]))
    outside = len(STRICTER) if imports else 0
    print(f'{len(groups)} groups, {len(groups) - outside} matched, {outside} out of scope, {len(wrong)} packets wrong of '
          f'{len(list(packets()))} each')
    return bool(wrong)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

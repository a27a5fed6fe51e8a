# SPDX-License-Identifier: GPL-2.0-or-later
"""What np-guard's analyser says of two AWS configurations, against the verdicts of their hosts' profiles.

    npguard.py JUDGE [VPCJAIL]            every row, with profiles made by aws_profile.py
    npguard.py --import JUDGE VPCJAIL     every row, with the profiles that vpcjail imports
    npguard.py JUDGE --changed            the rows must notice each change of a rule of the configurations

Its answer is complete: who is not listed as reaching somebody does not. So every pair is asked for packets on both sides
of each port that a rule or a row names, and each packet is due to a row, or to be denied. Of a row that it marks the
answers to TCP must be denied, of any other they must pass.
"""
import csv
import ipaddress
import os
import re
import sys

import aws_account
import aws_profile
import imported_profile
from judged import Packet, carried, judge, shared_data

# Which configuration and view each file of expectations is about.
INPUTS = {
    'aws_acl_1_all_vpcs_.txt': ('input_aws_acl_1.json', 'hosts'),
    'aws_acl_1_all_vpcs_subnetsBased_withPGW.txt': ('input_aws_acl_1.json', 'subnets'),
    'aws_sg_1_all_vpcs_.txt': ('input_aws_sg_1.json', 'hosts'),
    'aws_sg_1_all_vpcs_subnetsBased_withPGW.txt': ('input_aws_sg_1.json', 'subnets'),
}
# Rows that are not vpcjail's to match: (file, src, dst, connection) → why. One that matches must not stand here.
LISTED = {}
LEAVES = "the packet crosses an internet gateway: the configuration has no route tables, and a profile is private anyway"

INTERNET = 'Public Internet'
# Public addresses, among them the neighbours of the private ranges.
OUTSIDE = ['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '172.15.255.255', '172.32.0.0', '192.167.255.255',
           '192.169.0.0', '223.255.255.254']
ICMP = [(8, 0), (3, 4), (0, 0)]
FEW_PORTS = [1, 443, 9079, 9080, 65535]  # of the rules, and between them
RESERVED = 4  # a subnet's first addresses; its last is, too


class Row:
    def __init__(self, values):
        self.file, self.vpc, self.ends = values['file'], values['vpc'], (values['src'], values['dst'])
        self.connection, self.blocked = values['connection'], values['tcp_response_blocked'] == '1'
        self.key = (self.file, *self.ends, self.connection)
        self.packets, self.wrong = 0, []

    def ranges(self):
        """[protocol or None, source ports, destination ports], the ports as text, or None for all."""
        if self.connection == 'All Connections':
            return None, None, None
        found = re.fullmatch(r'protocol: (TCP|UDP|ICMP)(?: src-ports: ([\d,-]+))?(?: dst-ports: ([\d,-]+))?',
                             self.connection)
        assert found, f'what connections are these? {self.connection}'
        return found[1].lower(), found[2], found[3]

    def has(self, packet):
        protocol, source, destination = self.ranges()
        return ((protocol in (None, packet.protocol)) and in_ranges(source, packet.source_port)
                and in_ranges(destination, packet.destination_port))


def in_ranges(text, port):
    bounds = [part.split('-') for part in text.split(',')] if text else [('0', '65535')]
    return any(int(bound[0]) <= port <= int(bound[-1]) for bound in bounds)


def numbers(thing):
    """Every port that the rules of a configuration name."""
    if isinstance(thing, list):
        return {port for one in thing for port in numbers(one)}
    if not isinstance(thing, dict):
        return set()
    own = {thing[key] for key in ('FromPort', 'ToPort', 'From', 'To') if isinstance(thing.get(key), int)}
    return own | {port for one in thing.values() for port in numbers(one)}


def sampled_ports(account, listed):
    named = numbers(account.documents['SecurityGroups']) | numbers(account.documents['NetworkAcls'])
    named |= {int(text) for row in listed for part in row.ranges()[1:] if part for text in re.findall(r'\d+', part)}
    return sorted({near for port in named | {1, 443, 65535} for near in (port - 1, port, port + 1) if 1 <= near <= 65535})


def conversations(ports, source, destination):
    for protocol in ('tcp', 'udp'):
        for source_port in ports:
            for destination_port in ports:
                yield Packet(protocol, source, destination, source_port, destination_port)
    for kind, code in ICMP:
        yield Packet('icmp', source, destination, kind, code)


def outside(listed):
    """Public addresses, and those at both edges of each range that a row names."""
    found = list(OUTSIDE)
    for row in listed:
        for end in row.ends:
            if end.startswith(INTERNET + ' ') and '/' in end:
                block = ipaddress.ip_network(end.split()[-1])
                found += [str(block[0] - 1), str(block[0]), str(block[-1]), str(block[-1] + 1)]
    return list(dict.fromkeys(found))


def is_end(text, name, address):
    """Whether a row's end is this one: the name of a host or subnet, or a part of the Internet."""
    if name != INTERNET or not text.startswith(INTERNET):
        return text == name
    return '(all ranges)' in text or ipaddress.ip_address(address) in ipaddress.ip_network(text.split()[-1])


def hosts(adapter, account, vpc_id):
    """{name: {address: profile}} of the interfaces of a VPC."""
    return {f'{interface.name}[{interface.addresses[0]}]':
            {interface.addresses[0]: adapter.of_interface(account, interface)}
            for interface in account.interfaces if interface.vpc == vpc_id}


def subnets(adapter, account, vpc_id):
    """The same of its subnets: ACLs and routes alone, of a host at either end of each."""
    found = {}
    for subnet in account.subnets_of(vpc_id):
        block = ipaddress.ip_network(subnet['CidrBlock'])
        profile = adapter.of_subnet(account, subnet, adapter.OPEN_GROUP)
        found[aws_account.name_of(subnet) or subnet['SubnetId']] = {str(block[RESERVED]): profile, str(block[-2]): profile}
    return found


def pairs(places, view):
    """(source's name, address, destination's name, address). Of subnets it never says that the Internet reaches them, nor
    what goes on inside."""
    for source, source_addresses in places.items():
        for destination, destination_addresses in places.items():
            if source == destination or (view == 'subnets' and source == INTERNET):
                continue
            for source_address in source_addresses:
                for destination_address in destination_addresses:
                    yield source, source_address, destination, destination_address


def hold(row, packet, way):
    """Whether a packet of a row does as the row says."""
    if not carried(way.egress, way.ingress):
        return False
    return packet.protocol != 'tcp' or carried(way.answer_egress, way.answer_ingress) != row.blocked


def compare(programs, adapter, account, view, vpc_id, listed, ports):
    """Fills in the rows' packets and wrong; the packets that pass and are no row's."""
    places = (hosts if view == 'hosts' else subnets)(adapter, account, vpc_id)
    profiles = {address: text for addresses in places.values() for address, text in addresses.items()}
    places[INTERNET] = outside(listed)
    due = {}
    for source, source_address, destination, destination_address in pairs(places, view):
        here = [row for row in listed if is_end(row.ends[0], source, source_address)
                and is_end(row.ends[1], destination, destination_address)]
        for packet in conversations(ports, source_address, destination_address):
            due[packet] = [row for row in here if row.has(packet)]
    surplus = []
    for packet, way in judge(programs, profiles, list(due)).items():
        for row in due[packet]:
            row.packets += 1
            if not hold(row, packet, way):
                row.wrong.append((packet, way))
        if not due[packet] and carried(way.egress, way.ingress):
            surplus.append((packet, way))
    return surplus


def read_rows(folder):
    with open(os.path.join(folder, 'expected_connectivity.csv'), encoding='utf-8', newline='') as file:
        return [Row(values) for values in csv.DictReader(file)]


def compare_all(programs, adapter, account, name, listed, ports):
    """The rows of all files about a configuration, VPC by VPC: also a VPC without a row, which nobody reaches or leaves."""
    surplus = []
    for file, (about, view) in INPUTS.items():
        for vpc_id, vpc in account.vpcs.items() if about == name else ():
            here = [row for row in listed if row.file == file and row.vpc == (aws_account.name_of(vpc) or vpc_id)]
            surplus += compare(programs, adapter, account, view, vpc_id, here, ports)
    return surplus


def complaints(reasons, listed, surplus):
    for row in listed:
        if not row.packets:
            yield f'not run: {row.key}'
        elif row.wrong and row.key not in reasons:
            yield f'{row.key}: {len(row.wrong)} of {row.packets} packets, one: {row.wrong[0]}'
        elif not row.wrong and row.key in reasons:
            yield f'listed, and matches: {row.key}'
    for key in reasons.keys() - {row.key for row in listed}:
        yield f'listed, and there is no such row: {key}'
    for packet, way in surplus[:20]:
        yield f'passes, and no row says so: {packet}, {way}'


def configurations(folder):
    for name in sorted({name for name, _ in INPUTS.values()}):
        yield name, aws_account.from_document(os.path.join(folder, 'input', name))


def all_rows(programs, adapter, folder):
    listed, surplus = read_rows(folder), []
    for name, account in configurations(folder):
        surplus += compare_all(programs, adapter, account, name, listed, sampled_ports(account, listed))
    reasons = LISTED if adapter is aws_profile else {
        **LISTED, **{row.key: LEAVES for row in listed if any(end.startswith(INTERNET) for end in row.ends)}}
    wrong = list(complaints(reasons, listed, surplus))
    print('\n'.join(wrong))
    for key, reason in reasons.items():
        print(f'out of scope: {", ".join(key)}: {reason}')
    print(f'{len(listed)} rows, {len(listed) - len(reasons)} matched, {len(reasons)} out of scope, {len(wrong)} wrong; '
          f'{sum(row.packets for row in listed)} packets of theirs')
    return bool(wrong) or not listed


def rules_in_use(account):
    """(list, rule) of every group that an interface carries and every ACL that guards a subnet."""
    carried_groups = {group for interface in account.interfaces for group in interface.groups}
    for group in account.documents['SecurityGroups']:
        for key in ('IpPermissions', 'IpPermissionsEgress') if group['GroupId'] in carried_groups else ():
            yield from ((group[key], rule) for rule in aws_account.rows(group, key)[:])
    for acl in account.documents['NetworkAcls']:
        for entry in acl['Entries'][:] if aws_account.rows(acl, 'Associations') else ():
            if entry['RuleNumber'] <= aws_profile.LAST_RULE:
                yield acl['Entries'], entry


def changes(rule):
    """What may happen to a rule: it goes (None), or is for everybody. One that denies says what the implicit denial says,
    and a rule that is for everybody cannot become so."""
    everywhere = {'IpRanges': [{'CidrIp': '0.0.0.0/0'}], 'CidrBlock': '0.0.0.0/0'}
    wider = {**rule, **{key: value for key, value in everywhere.items() if key in rule}}
    if rule.get('RuleAction') != 'deny':
        yield None
        if '0.0.0.0/0' not in str(rule):
            yield wider


def all_changes(programs, folder):
    tried, unnoticed = 0, []
    for name, account in configurations(folder):
        for rules, rule in rules_in_use(account):
            place = rules.index(rule)
            for change in changes(rule):
                listed = read_rows(folder)
                rules[place:place + 1] = [change] if change else []
                surplus = compare_all(programs, aws_profile, account, name, listed, FEW_PORTS)
                rules[place:place + (1 if change else 0)] = [rule]
                tried += 1
                if not surplus and not any(row.wrong for row in listed):
                    unnoticed.append(f'{name}: {rule} becomes {change}')
    print('\n'.join(unnoticed))
    print(f'{tried} changes, {tried - len(unnoticed)} noticed')
    return bool(unnoticed) or not tried


def main(words):
    folder = shared_data('npguard')
    if words[1:] == ['--changed']:
        return all_changes(words[:1], folder)
    if words[0] == '--import':
        return all_rows(words[1:], imported_profile.Importer(words[2]), folder)
    return all_rows(words, aws_profile, folder)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

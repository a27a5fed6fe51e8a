# SPDX-License-Identifier: GPL-2.0-or-later
"""The traces that Batfish's own tests assert for AWS configurations, against the verdicts of the hosts' profiles.

    batfish.py JUDGE [VPCJAIL]            profiles made by aws_profile.py
    batfish.py --import JUDGE VPCJAIL     the profiles that vpcjail imports

A row says what became of a packet and at which node. Both must come out: the profile of the sending host says whether the
packet gets out, that of the receiving one whether it gets in, and the layer that denies says at which node it ended.
"""
import csv
import ipaddress
import os
import sys

import aws_account
import aws_profile
import imported_profile
from judged import Packet, carried, judge, shared_data

FOLDERS = {'test-vpc-endpoint-gateway': 'aws_configs/us-east-1'}  # else aws_configs
EPHEMERAL = 49152
# A row that names no protocol is about a packet that no rule singles out. These stand for it: vpcjail carries no others.
ANY = [('udp', EPHEMERAL, 4444), ('tcp', EPHEMERAL, 4444), ('icmp', 13, 0)]

NO_HOST = 'neither end is a host of the configuration: no profile says anything of it'
# Rows that are not vpcjail's to match: (test, dst_ip) → why. One that matches must not stand here.
LISTED = {
    ('testFromInternetToInvalidPublicIp', '54.191.107.23'): NO_HOST,
    ('testFromInternetToPrivateIp', '10.0.0.91'):
        'the Internet itself has no route to private addresses; a profile begins at the host, whose group denies it too',
    ('testFromInternetToPrivateIp', '192.18.0.8'): NO_HOST,
    ('testToInternetInvalidPrivateIp', '8.8.8.8'):
        'the internet gateway has no public address for a sender that no interface has: ' + NO_HOST,
}

LEAVES = 'the packet leaves by an internet gateway, and a profile is private: it denies that on purpose'
# Further ones, of imported profiles.
NOT_PRIVATE = {
    ('testToInternet', '8.8.8.8'): LEAVES,
    ('testFromSubnetPublic_otherAwsServices', '54.222.57.1'): LEAVES,
}


class Place:
    """Where a packet ended (a node), and how, in Batfish's words."""

    def __init__(self, account):
        self.account = account
        self.by_address = {address: interface for interface in account.interfaces
                           for address in interface.addresses + interface.public}

    def denied(self, interface, said, entering):
        """A group is the host's; an ACL is the subnet's, and so is a route that is not there."""
        if said.layer.startswith('sg_'):
            return ('DENIED_IN' if entering else 'DENIED_OUT'), interface.instance
        return ('NO_ROUTE' if said.layer.startswith('route_') else 'DENIED_OUT'), interface.subnet

    def nobody(self, sender, address):
        """An address that nobody has: its subnet has no such neighbour, its VPC no such subnet. The sender's own VPC comes
        first, since VPCs may have the same addresses."""
        address = ipaddress.ip_address(address)
        for vpc_id in sorted(self.account.vpcs, key=lambda vpc_id: vpc_id != sender.vpc):
            if not self.is_in(self.account.vpcs[vpc_id], address):
                continue
            for subnet in self.account.subnets_of(vpc_id):
                if self.is_in(subnet, address):
                    return 'NEIGHBOR_UNREACHABLE', subnet['SubnetId']
            return 'NULL_ROUTED', vpc_id
        return None

    def is_in(self, thing, address):
        return any(address in ipaddress.ip_network(block) for block in self.account.blocks(thing))

    def gateway(self, sender):
        """The gateway endpoint that the sender's subnet has a route to: there is one at most."""
        found = [route['GatewayId'] for route in self.account.routes(self.account.subnets[sender.subnet])
                 if route.get('DestinationPrefixListId')]
        return found[0] if found else None


def shut_by_group(way):
    """An imported profile has a route to nowhere for hosts whose own groups let the job in by no rule."""
    return way.egress.layer == 'route_egress' and not way.ingress.allowed and way.ingress.layer.startswith('sg_')


def ending(place, row, packet, found):
    """(disposition, node) as the profiles have it; None when no profile has a say. Who leaves the network has left by an
    endpoint when a gateway's own limit is what keeps UDP from the same address."""
    sender = place.by_address.get(packet.source) if row['src_node'].startswith('i-') else None
    receiver = place.by_address.get(packet.destination)
    way = found[packet]
    if sender and receiver and shut_by_group(way):
        return place.denied(receiver, way.ingress, entering=True)
    if sender and not way.egress.allowed:
        return place.denied(sender, way.egress, entering=False)
    if receiver:
        if not way.ingress.allowed:
            return place.denied(receiver, way.ingress, entering=True)
        return 'ACCEPTED', receiver.instance
    if not sender:
        return None
    udp = found[as_udp(packet)].egress
    by_endpoint = not udp.allowed and udp.layer == 'endpoint_egress'
    return (place.nobody(sender, packet.destination)
            or ('EXITS_NETWORK', place.gateway(sender) if by_endpoint else None))


def packets(place, row):
    """What a row is about. A public address is the host's own by the time that its group sees the packet. A row without a
    source comes from the VPC's router: any address that is not of a subnet stands for it."""
    source = row['src_ip'] or ('8.8.8.8' if row['src_node'] == 'internet' else router(place, row['src_node']))
    receiver = place.by_address.get(row['dst_ip'])
    destination = receiver.addresses[0] if receiver else row['dst_ip']
    if row['proto'] != 'any':
        return [Packet(row['proto'], source, destination, EPHEMERAL, int(row['dst_port']))]
    return [Packet(protocol, source, destination, *numbers) for protocol, *numbers in ANY]


def as_udp(packet):
    return packet._replace(protocol='udp', source_port=EPHEMERAL, destination_port=443)


def router(place, vpc_id):
    blocks = [ipaddress.ip_network(subnet['CidrBlock']) for subnet in place.account.subnets_of(vpc_id)]
    vpc, = place.account.blocks(place.account.vpcs[vpc_id])
    return str(next(address for address in ipaddress.ip_network(vpc).hosts()
                    if not any(address in block for block in blocks)))


def expected(row):
    """(dispositions, node). Who leaves the network does so at a host of the Internet, or an endpoint; only the latter is
    of the configuration."""
    node = row['forward_hops'].split(' > ')[-1]
    return row['disposition'].split('|'), node if not row['disposition'].endswith('EXITS_NETWORK') \
        or node.startswith('vpce-') else None


def mismatch(place, row, packet, found):
    dispositions, node = expected(row)
    end = ending(place, row, packet, found)
    if end is None or end[0] not in dispositions or end[1] != node:
        return f'{row["test"]}, {packet}: {row["disposition"]} at {node}, but {end}, {found[packet]}'
    if row['reverse_hops'] and not carried(found[packet].answer_egress, found[packet].answer_ingress):
        return f'{row["test"]}, {packet}: its answer comes back, but {found[packet]}'
    return None


def snapshot(folder, name):
    return aws_account.from_folder(os.path.join(folder, name, FOLDERS.get(name, 'aws_configs')))


def spoil(account, row):
    """A change after which the row must not come out any more: what denied is open, what carried is gone. A block that
    becomes local becomes one of the VPC, too: import takes no local route beyond the VPC's blocks."""
    block = str(ipaddress.ip_network(row['dst_ip'] + '/28', strict=False))
    for group in account.documents['SecurityGroups']:
        if row['disposition'] == 'DENIED_IN':
            group['IpPermissions'] = [{'IpProtocol': '-1', 'IpRanges': [{'CidrIp': '0.0.0.0/0'}]}]
    for table in account.documents['RouteTables']:
        if row['disposition'] == 'NO_ROUTE':
            table['Routes'] += [{'DestinationCidrBlock': block, 'GatewayId': 'local', 'State': 'active'}]
            account.vpcs[table['VpcId']].setdefault('CidrBlockAssociationSet', []).append(
                {'CidrBlock': block, 'CidrBlockState': {'State': 'associated'}})
        elif row['disposition'] != 'DENIED_IN':
            table['Routes'] = [{**route, 'State': 'blackhole'} for route in table['Routes']]


def compare(programs, adapter, account, row):
    """The first mismatch of a row, or None."""
    place = Place(account)
    profiles = {interface.addresses[0]: adapter.of_interface(account, interface) for interface in account.interfaces}
    asked = packets(place, row)
    found = judge(programs, profiles, asked + [as_udp(packet) for packet in asked])
    return next(filter(None, (mismatch(place, row, packet, found) for packet in asked)), None)


def complaints(programs, adapter, reasons, folder, listed):
    keys = {(row['test'], row['dst_ip']) for row in listed}
    for key in reasons.keys() - keys:
        yield f'listed, and there is no such row: {key}'
    if len(keys) != len(listed):
        yield 'a test and its destination do not tell the rows apart any more'
    for row in listed:
        account = snapshot(folder, row['snapshot'])
        found = compare(programs, adapter, account, row)
        if (row['test'], row['dst_ip']) in reasons:
            if not found:
                yield f'listed, and matches: {row}'
            continue
        if found:
            yield found
        spoil(account, row)
        if not compare(programs, adapter, account, row):
            yield f'comes out whatever the configuration says: {row}'


def main(words):
    imports = words[:1] == ['--import']
    programs = words[imports:]
    adapter, reasons = (imported_profile.Importer(programs[1]), {**LISTED, **NOT_PRIVATE}) if imports else (aws_profile, LISTED)
    folder = shared_data('batfish')
    with open(os.path.join(folder, 'expected_traces.csv'), encoding='utf-8', newline='') as file:
        listed = list(csv.DictReader(file))
    wrong = list(complaints(programs, adapter, reasons, folder, listed))
    print('\n'.join(wrong))
    for (test, address), reason in reasons.items():
        print(f'out of scope: {test} {address}: {reason}')
    print(f'{len(listed)} rows, {len(listed) - len(reasons)} matched, {len(reasons)} out of scope, {len(wrong)} wrong')
    return bool(wrong) or not listed


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

# SPDX-License-Identifier: GPL-2.0-or-later
"""A network interface of an AWS account as a profile, which says what its host could reach, and who could reach it.

One thing differs from what an importer may do. A private subnet has no route to an internet gateway or a peering, and so
a profile has no target for one: here such a route is written as local, which the layers take alike (the packet is
carried), so that the rest of the profile can be asked about it.
"""
import ipaddress
import json

from aws_account import rows

LAST_RULE = 32766  # what AWS lists after it is the implicit denial
PROTOCOLS = {'-1': 'all', '1': 'icmp', '6': 'tcp', '17': 'udp', '58': 'icmpv6'}
TARGETS = ('GatewayId', 'NatGatewayId', 'EgressOnlyInternetGatewayId', 'VpcPeeringConnectionId', 'TransitGatewayId',
           'LocalGatewayId', 'CarrierGatewayId', 'NetworkInterfaceId', 'InstanceId')


def _id(kind, text):
    """An id of AWS; the numbered one of a configuration whose ids were taken out (GroupId:10) becomes sg-10."""
    return text if ':' not in text else f'{kind}-{text.split(":")[1]}'


def _protocol(text):
    text = PROTOCOLS.get(text, text)
    return int(text) if text.isdigit() else text


def _ports(first, last):
    """The key `ports`, nothing for all of them, or None for none; a missing, null or negative end is an open one. Profiles
    have no port 0."""
    first, last = max(1, -1 if first is None else first), 65535 if last is None or last < 0 else last
    if (first, last) == (1, 65535):
        return {}
    return {'ports': [first if first == last else f'{first}-{last}']} if first <= last else None


def _icmp(kind, code):
    """Likewise of ICMP, whose type and code stand in the same two places. A code of any type is one of none."""
    found = {key: value for key, value in (('icmp-type', kind), ('icmp-code', code)) if value not in (None, -1)}
    return None if set(found) == {'icmp-code'} else found


def _matched(protocol, first, last):
    """What a rule says beside its peers; None when it matches nothing."""
    found = {'protocol': _protocol(protocol)}
    more = {'tcp': _ports, 'udp': _ports, 'icmp': _icmp, 'icmpv6': _icmp}.get(found['protocol'], lambda *_: {})(first, last)
    return None if more is None else {**found, **more}


def _as_blocks(addresses):
    return [str(ipaddress.ip_network(address)) for address in addresses]


def _peers(account, rule):
    found = [row['CidrIp'] for row in rows(rule, 'IpRanges')] + [row['CidrIpv6'] for row in rows(rule, 'Ipv6Ranges')]
    found += [row['PrefixListId'] for row in rows(rule, 'PrefixListIds')]
    for pair in rows(rule, 'UserIdGroupPairs'):
        found += _as_blocks(account.members(pair['GroupId']))
    return found


def _group_rules(account, rules, preposition):
    for rule in rules:
        peers = _peers(account, rule)
        matched = _matched(rule['IpProtocol'], rule.get('FromPort'), rule.get('ToPort'))
        if peers and matched:  # a group that nobody carries is nobody
            yield {preposition: peers, **matched}


def _groups(account, ids):
    return {_id('sg', group_id): {
        'egress': list(_group_rules(account, rows(account.groups[group_id], 'IpPermissionsEgress'), 'to')),
        'ingress': list(_group_rules(account, rows(account.groups[group_id], 'IpPermissions'), 'from')),
    } for group_id in ids}


def _acl_rules(acl, egress):
    for entry in rows(acl, 'Entries'):
        ports, icmp = entry.get('PortRange') or {}, entry.get('IcmpTypeCode') or {}
        matched = _matched(entry['Protocol'], ports.get('From', icmp.get('Type')), ports.get('To', icmp.get('Code')))
        if entry['RuleNumber'] <= LAST_RULE and entry['Egress'] == egress and matched:
            yield {'rule': entry['RuleNumber'], 'action': entry['RuleAction'],
                   'cidr': entry.get('CidrBlock') or entry['Ipv6CidrBlock'], **matched}


def _acl(acl):
    return {_id('acl', acl['NetworkAclId']): {'egress': list(_acl_rules(acl, True)), 'ingress': list(_acl_rules(acl, False))}}


def _target(route):
    to = next(route[key] for key in TARGETS if route.get(key))
    if route['State'] == 'blackhole':
        return 'blackhole'
    if to.startswith('vpce-'):
        return 'gateway-endpoint'
    return 'local'  # or a way out, see above; a profile has neither for a prefix list, and vpcjail says so


def _routes(account, subnet):
    return [{'destination': route.get('DestinationCidrBlock') or route.get('DestinationIpv6CidrBlock')
             or route['DestinationPrefixListId'], 'target': _target(route)} for route in account.routes(subnet)]


def _endpoints(account, vpc_id, routes):
    """Gateways with a route in the subnet's table, and interface endpoints by the addresses of their interfaces."""
    led_to = {route['destination'] for route in routes}
    for endpoint in account.endpoints(vpc_id):
        service = '.'.join(endpoint['ServiceName'].split('.')[3:])
        lists = [found['PrefixListId'] for found in account.lists.values()
                 if found['PrefixListName'] == endpoint['ServiceName'] and found['PrefixListId'] in led_to]
        addresses = [address for interface in account.interfaces
                     if interface.id in rows(endpoint, 'NetworkInterfaceIds') for address in interface.addresses]
        if endpoint['VpcEndpointType'] == 'Gateway' and lists:
            yield {'service': service, 'type': 'gateway', 'prefix-list': lists[0]}
        elif addresses:
            yield {'service': service, 'type': 'interface', 'addresses': addresses}


def of_subnet(account, subnet, groups):
    """The profile of a host in a subnet; groups: as a profile has them."""
    vpc = account.vpcs[subnet['VpcId']]
    routes = _routes(account, subnet)
    others = [other for other in account.subnets_of(vpc['VpcId']) if other is not subnet]
    return json.dumps({
        'vpcjail': 1,
        'network': {'isolation': 'vpc', 'on-deny': 'drop', 'uplink': 'macvlan'},  # a link that denies nothing of its own
        'vpc': {'region': subnet['AvailabilityZone'][:-1], 'cidrs': account.blocks(vpc),
                'subnets': [block for one in (subnet, *others) for block in account.blocks(one)]},
        'prefix-lists': {key: {'name': found['PrefixListName'], 'entries': found['Cidrs']}
                         for key, found in account.lists.items()},
        'endpoints': list(_endpoints(account, vpc['VpcId'], routes)),
        'security-groups': groups,
        'network-acls': _acl(account.acl(subnet)),
        'routes': routes,
        'process': {'credentials': 'scrub'},
    }, indent=1)


def of_interface(account, interface):
    return of_subnet(account, account.subnets[interface.subnet], _groups(account, interface.groups))


OPEN_GROUP = {'sg-open': {'ingress': [{'from': 'any'}]}}  # without egress: AWS's default, which allows all

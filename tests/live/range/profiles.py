# SPDX-License-Identifier: GPL-2.0-or-later
"""The profiles of the range: what the tests of the VPC run under, as text."""
import json

from topology import ENDPOINT, ENDPOINT_NAME, FAR, PEER, PREFIX_LIST, RESOLVER, S3, S3_NAMES, SERVER, SPARE, VPC

SUBNETS = ['10.0.1.0/24', 'fd00:db8:1::/64', '10.0.2.0/24', 'fd00:db8:2::/64']
GATEWAY = {'to': 'pl-test', 'protocol': 'tcp', 'ports': [443], 'reason': 'S3'}
SELF_OUT, SELF_IN = {'to': 'self', 'protocol': 'all'}, {'from': 'self', 'protocol': 'all'}
HOSTS = [*SERVER, *FAR]
EGRESS = [
    GATEWAY, {'to': 'sts', 'reason': 'the interface endpoint'},
    {'to': HOSTS, 'protocol': 'tcp', 'ports': [53, 7001]}, {'to': HOSTS, 'protocol': 'udp', 'ports': [53, 7001]},
    {'to': FAR, 'protocol': 'tcp', 'ports': [7002], 'reason': 'the ACL denies it'},
    {'to': [SERVER[0], FAR[0]], 'protocol': 'icmp', 'icmp-type': 8},
    {'to': [SERVER[1], FAR[1]], 'protocol': 'icmpv6', 'icmp-type': 128},
    SELF_OUT,
]
INGRESS = [SELF_IN, {'from': HOSTS, 'protocol': 'tcp', 'ports': [7001]}, {'from': HOSTS, 'protocol': 'udp', 'ports': [7001]}]


def _acl_rules(first, action, blocks, **more):
    return [{'rule': first + number, 'action': action, 'cidr': block, **more} for number, block in enumerate(blocks)]


OWN, OTHER, EVERYWHERE = SUBNETS[:2], SUBNETS[2:], ['0.0.0.0/0', '::/0']
ACL = {'subnets': OWN,
       'egress': _acl_rules(100, 'deny', OTHER, protocol='tcp', ports=[7002]) + _acl_rules(200, 'allow', EVERYWHERE),
       'ingress': _acl_rules(100, 'allow', OTHER) + _acl_rules(110, 'allow', OWN)
                  + _acl_rules(200, 'allow', EVERYWHERE, protocol='tcp', ports=['1024-65535'])}
ACL_WITHOUT_S3 = {**ACL, 'egress': _acl_rules(10, 'deny', PREFIX_LIST, protocol='tcp', ports=[443]) + ACL['egress']}
# Without the rule that lets answers in: the mistake that everybody makes once.
ACL_WITHOUT_ANSWERS = {**ACL, 'ingress': [rule for rule in ACL['ingress'] if rule['rule'] < 200]}


def _network(isolation, on_deny, peers, uplink):
    found = {'isolation': isolation, 'on-deny': on_deny, 'peers': list(peers), 'uplink': uplink}
    return {**found, 'interface': SPARE} if uplink == 'device' else found


def vpc(uplink, *, peers=PEER, egress=EGRESS, ingress=INGRESS, acl=ACL, routes=None, on_deny='reject', dns='none', names=S3,
        credentials='scrub', environment=None, **keys):
    """Column (c): the VPC of topology.py with an S3 gateway, an interface endpoint, a group and an ACL; JSON is YAML, too.

    names: where the names of S3 lead, among the hosts with that of the endpoint; None leaves them to dns. keys: of `vpc:`.
    """
    text = {
        'vpcjail': 1,
        'network': _network('vpc', on_deny, peers, uplink),
        'vpc': {'region': 'us-east-1', 'cidrs': list(VPC), 'subnets': SUBNETS, 'dns': dns, **keys},
        'prefix-lists': {'pl-test': {'name': 'com.amazonaws.us-east-1.s3', 'entries': list(PREFIX_LIST)}},
        'endpoints': [{'service': 's3', 'type': 'gateway', 'prefix-list': 'pl-test'},
                      {'service': 'sts', 'type': 'interface', 'addresses': list(ENDPOINT)}],
        'security-groups': {'sg-train': {'egress': list(egress), 'ingress': list(ingress)}},
        'network-acls': {'acl-private': acl} if acl else {},
        'process': {'credentials': credentials, 'environment': {'set': environment or {}}},
    }
    if routes:
        text['routes'] = routes
    if names:
        text['hosts'] = {**{name: names for name in S3_NAMES}, ENDPOINT_NAME: ENDPOINT[0]}
    if dns == 'resolver':
        text['vpc']['resolver'] = RESOLVER[0]
    return json.dumps(text, indent=1)


def isolated(uplink, peers=PEER, on_deny='reject'):
    """Columns (b) and (d): nothing but the peers, whatever the VPC allows."""
    return json.dumps({'vpcjail': 1, 'network': _network('full', on_deny, peers, uplink)})

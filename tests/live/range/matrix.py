# SPDX-License-Identifier: GPL-2.0-or-later
"""The conformance table's columns (c), a VPC alone, and (d), a VPC with network isolation on top, as probes.

A cell: what the table calls it; rows of launch_probe; A or D for (c) and (d); and where (c) says `by …`, the variants of the
profile (VARIANTS) that turn the verdict round. Inbound rows have the machine that comes in place of an address.
"""
import collections

import profiles
from topology import (ABOVE, BELOW, CLOCK, CREDENTIALS, ENDPOINT, FAR, HOST, IN_LIST, METADATA, PEER, PUBLIC, RESOLVER, SERVER,
                      STRANGER)

Cell = collections.namedtuple('Cell', 'what rows c d other', defaults=[()])


def rows(way, addresses, *ports):
    return [f'{way} {address} {port}' for port in ports for address in addresses]


def all_of(addresses, port):
    return rows('tcp', addresses, port) + rows('udp', addresses, port) + rows('icmp', addresses, 0)


# Changes of profiles.vpc, by name: each turns the verdict of the cells that name it, and of no other.
WITHOUT_SELF = [rule for rule in profiles.EGRESS if rule is not profiles.SELF_OUT]
LOCAL = [{'destination': block, 'target': 'local'} for block in profiles.VPC]
VARIANTS = {
    'imds': {'imds': 'allow'},
    'time-sync': {'time-sync': 'allow'},
    'dns': {'dns': 'resolver'},
    'credentials': {'credentials': 'keep'},
    'S3 on 80': {'egress': [*profiles.EGRESS, {'to': 'pl-test', 'protocol': 'tcp', 'ports': [80]}]},
    'no S3 in the group': {'egress': [rule for rule in profiles.EGRESS if rule is not profiles.GATEWAY]},
    'no S3 in the routes': {'routes': LOCAL},
    'no S3 in the ACL': {'acl': profiles.ACL_WITHOUT_S3},
    'no self': {'egress': WITHOUT_SELF, 'ingress': profiles.INGRESS[1:]},
}

OUT = [
    Cell('port 53 to a server outside the VPC', rows('udp', PUBLIC, 53) + rows('tcp', PUBLIC, 53), 'D', 'D'),
    Cell('port 53 to a host of the VPC', rows('udp', SERVER + FAR, 53) + rows('tcp', SERVER + FAR, 53), 'A', 'D'),
    Cell('port 53 to a peer', rows('udp', PEER, 53) + rows('tcp', PEER, 53), 'A', 'A', ('no self',)),
    Cell('VPC resolver addresses', rows('dns', (*RESOLVER, '169.254.169.253'), 53) + rows('dns-tcp', RESOLVER, 53), 'D', 'D',
         ('dns',)),
    Cell('other ports of the resolver', rows('tcp', RESOLVER, 443) + rows('udp', RESOLVER, 9999), 'D', 'D'),
    Cell('IMDS', rows('tcp', METADATA, 80), 'D', 'D', ('imds',)),
    Cell('other ports of IMDS', rows('tcp', METADATA, 443) + rows('udp', METADATA, 9999) + rows('icmp', METADATA, 0), 'D', 'D'),
    Cell('task credentials endpoint', rows('tcp', (*CREDENTIALS, '169.254.170.23'), 80), 'D', 'D', ('credentials',)),
    Cell('Time Sync', rows('udp', CLOCK, 123), 'D', 'D', ('time-sync',)),
    Cell('S3 address in the prefix list, 443', rows('tcp', IN_LIST, 443), 'A', 'D',
         ('no S3 in the group', 'no S3 in the routes', 'no S3 in the ACL')),
    Cell('the list\'s first and last address', rows('tcp', ('52.216.0.0', '52.217.255.255', '2600:1fa0:8000::'), 443), 'A', 'D',
         ('no S3 in the group', 'no S3 in the routes', 'no S3 in the ACL')),
    Cell('same, port 80', rows('tcp', IN_LIST, 80), 'D', 'D', ('S3 on 80',)),
    Cell('same, other ports and protocols',
         rows('tcp', IN_LIST, 22, 7001) + rows('udp', IN_LIST, 443) + rows('icmp', IN_LIST, 0), 'D', 'D'),
    Cell('the address below and the one above the list',
         rows('tcp', BELOW + ABOVE, 443, 80) + rows('udp', BELOW + ABOVE, 443), 'D', 'D'),
    Cell('other public addresses',
         rows('tcp', PUBLIC, 22, 80, 443) + rows('udp', PUBLIC, 443, 9999) + rows('icmp', PUBLIC, 0), 'D', 'D'),
    Cell('interface endpoint 443', rows('tcp', ENDPOINT, 443), 'A', 'D'),
    Cell('interface endpoint 80', rows('tcp', ENDPOINT, 80) + rows('udp', ENDPOINT, 443) + rows('icmp', ENDPOINT, 0), 'D', 'D'),
    Cell('another host, same subnet', all_of(SERVER, 7001), 'A', 'D'),
    Cell('another host, same subnet, not in the group', rows('tcp', SERVER, 22, 7002) + rows('udp', SERVER, 7002), 'D', 'D'),
    Cell('a stranger, same subnet', all_of(STRANGER, 7001), 'D', 'D'),
    Cell('another host, other subnet', all_of(FAR, 7001), 'A', 'D'),
    Cell('another host, other subnet, not in the ACL', rows('tcp', FAR, 7002), 'D', 'D'),
    Cell('another host, other subnet, not in the group', rows('tcp', FAR, 22) + rows('udp', FAR, 7002), 'D', 'D'),
    Cell('peers, all ports',
         rows('tcp', PEER, 22, 2049, 29500) + rows('udp', PEER, 443, 9999) + rows('icmp', PEER, 0), 'A', 'A', ('no self',)),
    Cell('the host itself', rows('tcp', HOST, 22, 7001) + rows('udp', HOST, 7001) + rows('icmp', HOST, 0), 'D', 'D'),
]

# (d) as (b): the peers alone. A machine, a way and a port of the job.
IN = [
    Cell('from a peer, all ports', ['peer tcp 7001', 'peer tcp 29500', 'peer udp 9999'], 'A', 'A', ('no self',)),
    Cell('from a host of the subnet, by group', ['server tcp 7001', 'server udp 7001'], 'A', 'D'),
    Cell('from a host of the other subnet, by group', ['far tcp 7001', 'far udp 7001'], 'A', 'D'),
    Cell('from there, other ports', ['server tcp 29500', 'server udp 9999', 'far tcp 29500', 'far udp 9999'], 'D', 'D'),
    Cell('from elsewhere', ['stranger tcp 7001', 'stranger udp 7001', 'internet tcp 7001', 'internet udp 7001'], 'D', 'D'),
]

# What the resolver says without vpcjail → what a name is worth in (c) and (d). The profile's hosts have the first two.
NAMES = [
    Cell('a service name with private DNS', ['name sts.us-east-1.amazonaws.com 0'], 'A', 'D'),
    Cell('a bucket', ['name bucket.s3.us-east-1.amazonaws.com 0'], 'A', 'D'),
    Cell('public name through a resolver', ['name www.example.com 0'], 'D', 'D', ('dns',)),
]

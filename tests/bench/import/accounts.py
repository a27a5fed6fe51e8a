# SPDX-License-Identifier: GPL-2.0-or-later
"""Made-up accounts of any size, as `aws` prints them. Numbers decide everything: the same call gives the same account."""
import ipaddress
import json
import os

REGION, VPC = 'eu-west-1', 'vpc-0000000000000001'
SUBNETS = 16


def ident(kind, number):
    return f'{kind}-{number:017x}'


def subnet_block(number):
    return str(ipaddress.ip_network('10.0.0.0/8').network_address + number * 4096) + '/20'


def interface(number, groups):
    subnet = number % SUBNETS
    address = str(ipaddress.ip_address('10.0.0.0') + subnet * 4096 + 10 + number // SUBNETS % 4000)
    return {'NetworkInterfaceId': ident('eni', number), 'SubnetId': ident('subnet', subnet), 'VpcId': VPC,
            'AvailabilityZone': REGION + 'abc'[subnet % 3], 'Description': f'interface {number}', 'InterfaceType': 'interface',
            'MacAddress': '02:00:00:%02x:%02x:%02x' % (number >> 16 & 255, number >> 8 & 255, number & 255), 'Status': 'in-use',
            'OwnerId': '123456789012', 'SourceDestCheck': True, 'TagSet': [{'Key': 'Name', 'Value': f'worker {number}'}],
            'Attachment': {'InstanceId': ident('i', number), 'DeviceIndex': 0, 'Status': 'attached', 'DeleteOnTermination': True},
            'Groups': [{'GroupId': ident('sg', number % groups), 'GroupName': f'group {number % groups}'}],
            'PrivateIpAddress': address, 'PrivateIpAddresses': [{'Primary': True, 'PrivateIpAddress': address}],
            'Ipv6Addresses': [], 'RequesterManaged': False}


def permission(number, groups):
    port = 1 + number % 60000
    return {'IpProtocol': ('tcp', 'udp')[number % 2], 'FromPort': port, 'ToPort': port + number % 50, 'PrefixListIds': [],
            'IpRanges': [{'CidrIp': f'10.{number % 250}.{number // 250 % 250}.0/24', 'Description': f'rule {number}'}],
            'Ipv6Ranges': [],
            'UserIdGroupPairs': [{'GroupId': ident('sg', number * 7 % groups), 'UserId': '123456789012'}] if number % 3 == 0 else []}


def group(number, groups, rules):
    made = [permission(number * rules + i, groups) for i in range(rules)]
    return {'GroupId': ident('sg', number), 'GroupName': f'group {number}', 'Description': f'group {number} of a made-up account',
            'VpcId': VPC, 'OwnerId': '123456789012', 'IpPermissions': made[:rules // 2], 'IpPermissionsEgress': made[rules // 2:]}


def documents(interfaces, groups, rules):
    """{file: document}; rules: of all groups together."""
    local = {'DestinationCidrBlock': '10.0.0.0/8', 'GatewayId': 'local', 'State': 'active', 'Origin': 'CreateRouteTable'}
    allow = {'RuleNumber': 100, 'Protocol': '-1', 'RuleAction': 'allow', 'CidrBlock': '0.0.0.0/0'}
    subnets = [ident('subnet', i) for i in range(SUBNETS)]
    return {
        'vpcs': {'Vpcs': [{'VpcId': VPC, 'CidrBlock': '10.0.0.0/8', 'State': 'available', 'DhcpOptionsId': 'default'}]},
        'subnets': {'Subnets': [{'SubnetId': name, 'VpcId': VPC, 'CidrBlock': subnet_block(i), 'State': 'available',
                                 'AvailabilityZone': REGION + 'abc'[i % 3]} for i, name in enumerate(subnets)]},
        'route-tables': {'RouteTables': [{'RouteTableId': ident('rtb', 1), 'VpcId': VPC, 'Routes': [local],
                                          'Associations': [{'Main': True, 'RouteTableId': ident('rtb', 1)}]}]},
        'network-acls': {'NetworkAcls': [{'NetworkAclId': ident('acl', 1), 'VpcId': VPC, 'IsDefault': True,
                                          'Associations': [{'SubnetId': name} for name in subnets],
                                          'Entries': [{**allow, 'Egress': True}, {**allow, 'Egress': False}]}]},
        'security-groups': {'SecurityGroups': [group(i, groups, rules // groups) for i in range(groups)]},
        'network-interfaces': {'NetworkInterfaces': [interface(i, groups) for i in range(interfaces)]},
    }


def write(folder, interfaces, groups, rules):
    for name, document in documents(interfaces, groups, rules).items():
        with open(os.path.join(folder, name + '.json'), 'w', encoding='utf-8') as file:
            json.dump(document, file, indent=4)


def write_interfaces(path, size):
    """describe-network-interfaces of at least so many bytes; how many there are."""
    number = 0
    with open(path, 'w', encoding='utf-8') as file:
        file.write('{\n    "NetworkInterfaces": [\n')
        while file.tell() < size if number % 1000 == 0 else True:
            file.write((',\n' if number else '') + json.dumps(interface(number, 500), indent=4))
            number += 1
        file.write('\n    ]\n}\n')
    return number


def write_ip_ranges(path, count):
    """What ip-ranges.json looks like, of that many ranges."""
    services, regions = ('AMAZON', 'S3', 'EC2', 'DYNAMODB', 'CLOUDFRONT'), ('eu-west-1', 'us-east-1', 'ap-south-1', 'GLOBAL')

    def row(number, key, block):
        return {key: block, 'region': regions[number % 4], 'service': services[number % 5],
                'network_border_group': regions[number % 4]}
    with open(path, 'w', encoding='utf-8') as file:
        json.dump({'syncToken': '1795824982', 'createDate': '2026-11-27-01-23-02',
                   'prefixes': [row(i, 'ip_prefix', f'{3 + i % 50}.{i >> 8 & 255}.{i & 255}.0/24') for i in range(count * 4 // 5)],
                   'ipv6_prefixes': [row(i, 'ipv6_prefix', f'2600:{i:x}::/40') for i in range(256, 256 + count // 5)]}, file, indent=2)

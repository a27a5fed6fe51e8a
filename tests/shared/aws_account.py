# SPDX-License-Identifier: GPL-2.0-or-later
"""What AWS's describe-* calls say of the networks of an account, found by the ids that refer to each other.

Two forms are read: a folder with one answer a file (Vpcs.json has the key Vpcs), and one document with all of them under
the SDK's names (vpcs). Members that are missing, null and empty mean the same; unknown members and documents are passed
over.
"""
import json
import os

# The list in an answer, and what the one document calls it.
DOCUMENTS = {
    'Vpcs': 'vpcs', 'Subnets': 'subnets', 'RouteTables': 'route_tables', 'NetworkAcls': 'network_acls',
    'SecurityGroups': 'security_groups', 'PrefixLists': 'prefix_lists', 'VpcEndpoints': 'vpc_endpoints',
    'InternetGateways': 'internet_gateways', 'NetworkInterfaces': 'network_interfaces',
    'VpcPeeringConnections': 'vpc_peering_connections',
}


def rows(of, key):
    """A list's items, also where it is missing or null."""
    return (of or {}).get(key) or []


def name_of(thing):
    return next((tag['Value'] for tag in rows(thing, 'Tags') if tag['Key'] == 'Name'), None)


class Interface:
    """A network interface: where it stands, its addresses, and the ids of the groups that it carries."""

    def __init__(self, document, instance_id, name):
        self.id, self.instance, self.name = document['NetworkInterfaceId'], instance_id, name
        self.subnet, self.vpc = document['SubnetId'], document['VpcId']
        self.groups = [group['GroupId'] for group in rows(document, 'Groups')]
        listed = rows(document, 'PrivateIpAddresses') or [document]
        self.addresses = [row['PrivateIpAddress'] for row in listed]
        self.addresses += [row['Ipv6Address'] for row in rows(document, 'Ipv6Addresses')]
        self.public = [row['Association']['PublicIp'] for row in listed if row.get('Association')]


class Account:
    def __init__(self, documents):
        self.documents = documents
        self.vpcs = {vpc['VpcId']: vpc for vpc in documents['Vpcs']}
        self.subnets = {subnet['SubnetId']: subnet for subnet in documents['Subnets']}
        self.groups = {group['GroupId']: group for group in documents['SecurityGroups']}
        self.lists = {found['PrefixListId']: found for found in documents['PrefixLists']}
        self.interfaces = list(self._interfaces())

    def _interfaces(self):
        """Those of the instances, which have names, and then the others: of endpoints, for one."""
        seen = set()
        for instance in self.documents['Instances']:
            for document in rows(instance, 'NetworkInterfaces'):
                seen.add(document['NetworkInterfaceId'])
                yield Interface(document, instance['InstanceId'], name_of(instance))
        for document in self.documents['NetworkInterfaces']:
            if document['NetworkInterfaceId'] not in seen:
                attached = (document.get('Attachment') or {}).get('InstanceId')
                yield Interface(document, attached, name_of({'Tags': document.get('TagSet')}))

    def subnets_of(self, vpc_id):
        return [subnet for subnet in self.subnets.values() if subnet['VpcId'] == vpc_id]

    def blocks(self, thing):
        """The CIDR blocks of a VPC or subnet, those alone that are associated now."""
        found = [row['CidrBlock'] for row in rows(thing, 'CidrBlockAssociationSet')
                 if row['CidrBlockState']['State'] == 'associated'] or [thing['CidrBlock']]
        return found + [row['Ipv6CidrBlock'] for row in rows(thing, 'Ipv6CidrBlockAssociationSet')
                        if row['Ipv6CidrBlockState']['State'] == 'associated']

    def members(self, group_id):
        """The private addresses of the interfaces that carry a group, of any VPC."""
        return [address for interface in self.interfaces if group_id in interface.groups
                for address in interface.addresses]

    def acl(self, subnet):
        """The network ACL of a subnet: exactly one is associated with it."""
        found, = [acl for acl in self.documents['NetworkAcls']
                  if any(row['SubnetId'] == subnet['SubnetId'] for row in rows(acl, 'Associations'))]
        return found

    def routes(self, subnet):
        """Those of the subnet's own table, or of the VPC's main one."""
        tables = [table for table in self.documents['RouteTables'] if table['VpcId'] == subnet['VpcId']]
        own = [table for table in tables
               if any(row.get('SubnetId') == subnet['SubnetId'] for row in rows(table, 'Associations'))]
        main = [table for table in tables if any(row.get('Main') for row in rows(table, 'Associations'))]
        if own or main:
            return rows((own or main)[0], 'Routes')
        return self._routes_that_must_be(subnet)

    def _routes_that_must_be(self, subnet):
        """A configuration without route tables: the VPC is local, and a subnet that gives its hosts public addresses
        leads to the VPC's internet gateway."""
        found = [{'DestinationCidrBlock': block, 'GatewayId': 'local', 'State': 'active'}
                 for block in self.blocks(self.vpcs[subnet['VpcId']])]
        if subnet['MapPublicIpOnLaunch']:
            found += [{'DestinationCidrBlock': '0.0.0.0/0', 'GatewayId': gateway['InternetGatewayId'], 'State': 'active'}
                      for gateway in self.documents['InternetGateways']
                      if any(row['VpcId'] == subnet['VpcId'] for row in rows(gateway, 'Attachments'))]
        return found

    def endpoints(self, vpc_id):
        return [row for row in self.documents['VpcEndpoints']
                if row['VpcId'] == vpc_id and row['State'].lower() == 'available']


def from_folder(folder):
    documents = {key: [] for key in DOCUMENTS}
    for key in documents:
        path = os.path.join(folder, key + '.json')
        if os.path.exists(path):
            with open(path, encoding='utf-8') as file:
                documents[key] = json.load(file)[key]
    with open(os.path.join(folder, 'Reservations.json'), encoding='utf-8') as file:
        documents['Instances'] = [instance for reservation in json.load(file)['Reservations']
                                  for instance in rows(reservation, 'Instances')]
    return Account(documents)


def from_document(path):
    with open(path, encoding='utf-8') as file:
        document = json.load(file)
    return Account({'Instances': rows(document, 'instances'),
                    **{key: rows(document, name) for key, name in DOCUMENTS.items()}})

# SPDX-License-Identifier: GPL-2.0-or-later
"""A network interface of an AWS account as the profile that `vpcjail import` makes of the account's documents.

The same two functions as aws_profile.py, so that the rows of others can be held against either. Three lines of the
profile are turned for the judge: the VPC is here, its link denies nothing of its own, and no address of a peer is missing.
"""
import json
import os
import subprocess
import tempfile

OPEN_GROUP = 'sg-open'


def documents(account):
    """Files as `aws` prints them."""
    found = {key: {key: rows} for key, rows in account.documents.items() if key != 'Instances' and rows}
    found['Reservations'] = {'Reservations': [{'ReservationId': 'r-1', 'Instances': account.documents['Instances']}]}
    return found


def open_group(vpc_id):
    everybody = {'IpProtocol': '-1', 'IpRanges': [{'CidrIp': '0.0.0.0/0'}], 'Ipv6Ranges': [{'CidrIpv6': '::/0'}]}
    return {'GroupId': OPEN_GROUP, 'GroupName': 'open', 'Description': 'all of both directions', 'VpcId': vpc_id,
            'IpPermissions': [everybody], 'IpPermissionsEgress': [everybody]}


class Importer:
    OPEN_GROUP = OPEN_GROUP

    def __init__(self, vpcjail):
        self.vpcjail = vpcjail

    def of_interface(self, account, interface):
        return self._imported(documents(account), interface.subnet, interface.groups)

    def of_subnet(self, account, subnet, group):
        found = documents(account)
        found['SecurityGroups'] = {'SecurityGroups': account.documents['SecurityGroups'] + [open_group(subnet['VpcId'])]}
        return self._imported(found, subnet['SubnetId'], [group])

    def _imported(self, found, subnet, groups):
        options = ['--subnet', subnet] + [word for group in groups for word in ('--security-group', group)]
        with tempfile.TemporaryDirectory() as folder:
            for name, document in found.items():
                with open(os.path.join(folder, name + '.json'), 'w', encoding='utf-8') as file:
                    json.dump(document, file)
            done = subprocess.run([self.vpcjail, 'import', folder] + options, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        for written, turned in (('  located: elsewhere', '  located: here'),
                                ('  isolation: vpc\n', '  isolation: vpc\n  uplink: macvlan\n')):
            assert done.stdout.count(written) == 1, (written, done.stdout)
            done.stdout = done.stdout.replace(written, turned)
        return done.stdout

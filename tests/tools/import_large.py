#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""200 MB of describe-network-interfaces: every interface counts, memory follows the rows and not the text, and a file
that is cut off is refused with its place.

    import_large.py VPCJAIL ACCOUNTS-FOLDER
"""
import os
import re
import resource
import subprocess
import sys
import tempfile

VPCJAIL, ACCOUNTS = sys.argv[1:]
sys.path.insert(0, ACCOUNTS)
import accounts  # noqa: E402  pylint: disable=wrong-import-position

SIZE, BEYOND_TEXT = 200_000_000, 150_000_000
GROUPS, GROUP = 500, 3
SELECTION = ['--subnet', accounts.ident('subnet', 3), '--security-group', accounts.ident('sg', GROUP)]


def imported(folder):
    """The run, and the most memory that any run has taken so far."""
    done = subprocess.run([VPCJAIL, 'import', folder] + SELECTION, capture_output=True, text=True, check=False)
    return done, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def referred():
    """The group that the selected one's first rule refers to: made up in accounts.py."""
    rules = accounts.group(GROUP, GROUPS, 10)['IpPermissions']
    return next(pair['GroupId'] for rule in rules for pair in rule['UserIdGroupPairs'])


with tempfile.TemporaryDirectory() as top:
    accounts.write(top, 0, GROUPS, GROUPS * 10)
    path = os.path.join(top, 'network-interfaces.json')
    count = accounts.write_interfaces(path, SIZE)
    wanted = {accounts.interface(i, GROUPS)['PrivateIpAddress'] for i in range(count)
              if accounts.ident('sg', i % GROUPS) == referred()}
    result, memory = imported(top)
    print(f'{count} interfaces, {os.path.getsize(path)} bytes, {memory} bytes of memory with the text')
    assert result.returncode == 0, result.stderr[-2000:]
    found = set(re.findall(r'\d+\.\d+\.\d+\.\d+', result.stdout))
    assert len(wanted) > 100 and wanted <= found, (len(wanted), len(wanted - found))
    assert memory < os.path.getsize(path) + BEYOND_TEXT, memory

    os.truncate(path, os.path.getsize(path) - len('    ]\n}\n'))
    result, _ = imported(top)
    assert result.returncode == 3 and not result.stdout, result
    assert re.search(r'network-interfaces\.json:\d{7}:\d+: error: .*cut off', result.stderr), result.stderr[-500:]

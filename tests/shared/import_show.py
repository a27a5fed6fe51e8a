# SPDX-License-Identifier: GPL-2.0-or-later
"""An account's folder as it is, imported without a further word, and what Batfish says of its flows.

    import_show.py VPCJAIL
"""
import csv
import os
import subprocess
import sys
import tempfile

from judged import shared_data

SNAPSHOT, SUBNET = 'test-vpc-endpoint-gateway', 'subnet-01e5f0945f6d6f47c'  # its only private one


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False)


def main(vpcjail):
    folder, seen = shared_data('batfish'), []
    vpcjail = os.path.abspath(vpcjail)
    with open(os.path.join(folder, 'expected_traces.csv'), encoding='utf-8', newline='') as file:
        rows = [row for row in csv.DictReader(file) if row['snapshot'] == SNAPSHOT and SUBNET in row['forward_hops']]
    with tempfile.TemporaryDirectory() as where:
        path = 'p.yaml'
        os.chdir(where)
        done = run(vpcjail, 'import', os.path.join(folder, SNAPSHOT), '-o', path)
        assert done.returncode == 0 and SUBNET in done.stderr, done
        assert run(vpcjail, 'check', path).returncode == 0
        for row in rows:
            flow = f'{row["proto"]} {row["dst_ip"]}:{row["dst_port"]}'
            allowed = row['disposition'].startswith('ACCEPTED')
            done = run(vpcjail, 'explain', '-p', path, '--in-vpc', flow)
            assert done.returncode == (0 if allowed else 1), (row, done)
            assert done.stdout.startswith('allowed: ' if allowed else 'denied: no route'), (row, done)
            assert run(vpcjail, 'explain', '-p', path, flow).returncode == 1, 'this host is not in that VPC'
            seen.append(allowed)
        print(f'{len(rows)} rows of {SUBNET}: verdicts as expected')
    return 0 if set(seen) == {True, False} else 1  # both kinds are among them


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))

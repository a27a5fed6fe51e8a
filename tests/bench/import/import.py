#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long `vpcjail import` takes, and how much memory.

    tests/bench/import/import.py VPCJAIL BENCH-IMPORT [IP-RANGES]     release builds

ip-ranges.json (a made-up one of its size, or AWS's own file) against a bare parse of it; an account of 5,000 interfaces,
500 groups and 10,000 rules; 200 MB of describe-network-interfaces, whose text is mapped and does not count as memory of
its own. Exit status 1: one of the limits is missed. The processor's time is given in brackets, and judged where other
work took the processor away.
"""
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import accounts  # noqa: E402  pylint: disable=wrong-import-position

RUNS, BUSY = 5, 1.15
RATIO, SECONDS, MEGABYTES, LARGE_BEYOND_TEXT = 3.0, 0.3, 100, 150
SELECTION = ['--subnet', accounts.ident('subnet', 3), '--security-group', accounts.ident('sg', 3)]


def once(command):
    """Seconds on the wall and of the processor, memory in MB."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.stderr.close()
    if status:
        sys.exit(f'{command} ended with {status}: {message.decode()}')
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def ip_ranges(bench, path, what):
    read, bare, ratio = map(float, subprocess.run([bench, path], check=True, capture_output=True, text=True).stdout.split())
    print(f'{what}, {os.path.getsize(path) / 1e6:.1f} MB: {read:.1f} ms, bare parse {bare:.1f} ms, ratio {ratio:.2f} (limit {RATIO})')
    return ratio > RATIO


def account(vpcjail, folder):
    accounts.write(folder, 5000, 500, 10000)
    size = sum(entry.stat().st_size for entry in os.scandir(folder)) / 1e6
    wall, processor, memory = min(once([vpcjail, 'import', folder] + SELECTION) for _ in range(RUNS))
    busy = wall > BUSY * processor
    print(f'5,000 interfaces, 500 groups, 10,000 rules, {size:.1f} MB: {wall:.3f} s ({processor:.3f}), {memory:.0f} MB '
          f'(limits {SECONDS} s, {MEGABYTES} MB){"; busy: judged by the processor" if busy else ""}')
    return (processor if busy else wall) > SECONDS or memory > MEGABYTES


def large(vpcjail, folder):
    accounts.write(folder, 0, 500, 500)
    path = os.path.join(folder, 'network-interfaces.json')
    count = accounts.write_interfaces(path, 200_000_000)
    size = os.path.getsize(path) / 1e6
    wall, processor, memory = once([vpcjail, 'import', folder] + SELECTION)
    print(f'{count:,} interfaces, {size:.0f} MB: {wall:.2f} s ({processor:.2f}), {memory:.0f} MB with the mapped text')
    return memory > size + LARGE_BEYOND_TEXT


def main():
    vpcjail, bench = sys.argv[1:3]
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'ip-ranges.json')
        accounts.write_ip_ranges(path, 16000)
        missed |= ip_ranges(bench, path, 'made-up ranges')
    if len(sys.argv) > 3:
        missed |= ip_ranges(bench, sys.argv[3], 'ip-ranges.json')
    for measure in (account, large):
        with tempfile.TemporaryDirectory() as folder:
            missed |= measure(vpcjail, folder)
    return missed


if __name__ == '__main__':
    sys.exit(main())

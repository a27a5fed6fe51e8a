# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's network, written down: firewall, links, addresses, routes, switches, resolver. To be compared with itself."""
import difflib
import os
import subprocess

from launch_lib import check

COMMANDS = (
    ['nft', '--stateless', 'list', 'ruleset'],
    *(['ip', family, kind, 'show', *more] for family in ('-4', '-6')
      for kind, more in (('rule', []), ('route', ['table', 'all']), ('address', []))),
    ['ip', '-details', 'link', 'show'],
    ['ip', 'netconf', 'show'],
    ['ip', 'netns', 'list'],
)
FILES = ('/etc/resolv.conf', '/etc/hosts', '/etc/nsswitch.conf', '/proc/net/ptype', '/proc/net/dev_mcast')
# Counts of the moment, and what holds a new random number each time.
MOVES = ('nf_conntrack_count', 'stable_secret', 'neigh_probes')


def _switches():
    for folder, _, names in sorted(os.walk('/proc/sys/net')):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name in MOVES:
                continue
            try:
                with open(path, encoding='latin-1') as file:
                    yield f'{path} {file.read().strip()}'
            except OSError:  # what only writes, or has no value
                yield f'{path} -'


def snapshot():
    """All of it, as lines."""
    lines = []
    for command in COMMANDS:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        check(not done.returncode, command, done.stderr)
        lines += [' '.join(command)] + ['  ' + line for line in done.stdout.splitlines()]
    for path in FILES:
        with open(path, encoding='utf-8') as file:
            lines += [path] + ['  ' + line for line in file.read().splitlines()]
    return lines + list(_switches())


def difference(before, after):
    return '\n'.join(difflib.unified_diff(before, after, 'before', 'after', lineterm='', n=0))


def assert_same(before, after, *words):
    changed = difference(before, after)
    check(not changed, *words, 'the host is not as it was:\n' + changed)

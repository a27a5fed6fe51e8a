#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The small account through `vpcjail import`, in any order and with hostile names.

    import_end.py VPCJAIL ACCOUNT-FOLDER
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

VPCJAIL, ACCOUNT = os.path.abspath(sys.argv[1]), sys.argv[2]
SELECTION = ['--subnet', 'subnet-a', '--security-group', 'sg-train']
HOSTILE = ['x\nroutes:\n  - {destination: 0.0.0.0/0, target: local}', '\r\nevil: yes', '\x85routes: []', '\u2028routes: []\u2029',
           '\x1b]0;title\x07\x1b[2J', '# REPLACE', '"quotes" \'and\' \\x41 \\', '{a: [b, c]} & * ! | > % @ `', '- --- ...', 'é' * 65536]
ENVIRONMENT = {**os.environ, 'SOURCE_DATE_EPOCH': '1795824000'}


def documents():
    found = {}
    for name in sorted(os.listdir(ACCOUNT)):
        with open(os.path.join(ACCOUNT, name), encoding='utf-8') as file:
            found[name] = json.load(file)
    return found


def run(*words):
    return subprocess.run([VPCJAIL, *words], capture_output=True, text=True, check=False, env=ENVIRONMENT)


def imported(found, *options, expected=0):
    """What is printed and said, of documents in this order."""
    with tempfile.TemporaryDirectory() as folder:
        for name, document in found.items():
            with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
                json.dump(document, file)
        done = run('import', *(os.path.join(folder, name) for name in found), *SELECTION, *options)
        assert done.returncode == expected, done
        return done.stdout.replace(folder, 'FOLDER'), done.stderr


def shuffled(thing, chance):
    """Members and rows in another order. Of what stands in an order at AWS, there is nothing: ACLs are numbered."""
    if isinstance(thing, dict):
        keys = list(thing)
        chance.shuffle(keys)
        return {key: shuffled(thing[key], chance) for key in keys}
    if isinstance(thing, list):
        return chance.sample([shuffled(one, chance) for one in thing], len(thing))
    return thing


def body(text):
    """A profile without its head, which has the command, and so the order of files."""
    return text[text.index('vpcjail: 1'):]


def any_order(found):
    wanted = body(imported(found)[0])
    for seed in range(20):
        chance = random.Random(seed)
        order = chance.sample(sorted(found), len(found))
        assert body(imported({name: shuffled(found[name], chance) for name in order})[0]) == wanted, seed
    pages = dict(found)
    for name in ('vpcs.json', 'subnets.json', 'route-tables.json', 'security-groups.json', 'vpc-endpoints.json'):
        (key, rows), = pages.pop(name).items()
        pages.update({f'{page}-{name}': {key: rows[page::2], 'NextToken': None if page else 'more'} for page in (0, 1)})
    assert body(imported(pages)[0]) == wanted, 'in pages'


def stable(found):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'p.yaml')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(imported(found)[0])
        once = run('show', '-p', path)
        assert once.returncode == 0, once
        with open(path, 'w', encoding='utf-8') as file:
            file.write(once.stdout)
        assert run('show', '-p', path).stdout == once.stdout


def turned_here(text):
    """As AWS would judge it: the VPC is here, and its link denies nothing of its own."""
    return text.replace('located: elsewhere', 'located: here').replace('  isolation: vpc\n', '  isolation: vpc\n  uplink: macvlan\n')


def less_is_never_more(found):
    """Whatever document is missing, nothing is reached that is not reached with it."""
    def write(path, documents_given):
        with open(path, 'w', encoding='utf-8') as file:
            file.write(turned_here(imported(documents_given)[0]))

    narrower = 0
    with tempfile.TemporaryDirectory() as folder:
        full, less = os.path.join(folder, 'full.yaml'), os.path.join(folder, 'less.yaml')
        write(full, found)
        for gone in found:
            if gone == 'subnets.json':  # who is asked for is in it
                continue
            write(less, {name: document for name, document in found.items() if name != gone})
            difference = json.loads(run('diff', full, less, '--json').stdout)
            for direction in ('egress', 'ingress'):
                assert not difference[direction]['gained'], (gone, difference[direction]['gained'])
            narrower += bool(difference['egress']['lost'])
    assert narrower > 5, narrower  # or nothing was compared


def refreshed_whole_or_not(found):
    """The profile cannot be replaced (something is mounted there): its prefix list is as it was, and nothing is left."""
    with tempfile.TemporaryDirectory() as folder:
        account = os.path.join(folder, 'account')
        os.mkdir(account)

        def write(documents_given):
            for name, document in documents_given.items():
                with open(os.path.join(account, name), 'w', encoding='utf-8') as file:
                    json.dump(document, file)

        def contents():
            texts = {}
            for name in os.listdir(folder):
                if name != 'account':
                    with open(os.path.join(folder, name), encoding='utf-8') as file:
                        texts[name] = file.read()
            return texts
        write(found)
        path = os.path.join(folder, 'p.yaml')
        assert run('import', account, *SELECTION, '-o', path).returncode == 0
        before = contents()
        assert set(before) == {'p.yaml', 'p.pl-0c3.txt'}, before
        write({**found, 'pl-0c3.json': {'Entries': [{'Cidr': '52.218.0.0/16'}]}})
        refresh = [VPCJAIL, 'import', account, '--refresh', path, '--yes']
        script = 'mount --bind "$0" "$0" && exec "$@"'
        done = subprocess.run(['unshare', '-rm', 'sh', '-c', script, path, *refresh], capture_output=True, text=True, check=False)
        assert done.returncode == 1 and 'cannot write' in done.stderr, done
        assert contents() == before, contents()
        done = subprocess.run(refresh, capture_output=True, text=True, check=False)  # the control
        after = contents()
        assert done.returncode == 0 and set(after) == set(before) and '52.218.0.0/16' in after['p.pl-0c3.txt'], (done, after)


def named(thing, text):
    """Every name and description becomes the text."""
    if isinstance(thing, list):
        return [named(one, text) for one in thing]
    if not isinstance(thing, dict):
        return thing
    return {key: text if key in ('Description', 'GroupName') or (key == 'Value' and thing.get('Key') == 'Name') else
            named(value, text) for key, value in thing.items()}


def policy_of(text):
    """What a profile means, without what is said about it: descriptions and reasons."""
    with tempfile.NamedTemporaryFile('w', suffix='.yaml') as file:
        file.write(text)
        file.flush()
        shown = run('show', '-p', file.name, '--json')
    assert shown.returncode == 0, shown

    def plain(thing):
        if isinstance(thing, dict):
            return {key: plain(value) for key, value in thing.items() if key not in ('description', 'reason', 'name')}
        return [plain(one) for one in thing] if isinstance(thing, list) else thing
    return plain(json.loads(shown.stdout))


def hostile(found):
    wanted = policy_of(imported(found)[0])
    for text in HOSTILE:
        for options in ((), ('--json',)):
            out, err = imported(named(found, text), *options)
            assert not re.search('[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]', out + err), (text, options)
            if options:
                json.loads(out)
            else:
                assert policy_of(out) == wanted, text
                assert len(out) < 100_000, len(out)


AN_ID = re.compile(r'(vpc|subnet|sg|sgr|rtb|acl|vpce|eni|pl|pcx|igw|nat|dopt|i)-[0-9a-z]+')
SHELL = '; touch PWNED #'


def with_shell(thing):
    """Every id of every row carries a command."""
    if isinstance(thing, list):
        return [with_shell(one) for one in thing]
    if isinstance(thing, dict):
        return {key: with_shell(value) for key, value in thing.items()}
    return thing + SHELL if isinstance(thing, str) and AN_ID.fullmatch(thing) else thing


def commands_said(found, *options):
    """All that may be copied into a shell: remedies, commands for what is missing, hints of mistakes."""
    with tempfile.TemporaryDirectory() as folder:
        for name, document in found.items():
            with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
                json.dump(document, file)
        said = run('import', folder, *options, '--json')
        texts = re.findall(r'^.*?\(hint: (.*)\)$', said.stderr, re.M)
    if said.returncode in (0, 1):
        for profile in json.loads(said.stdout)['profiles']:
            texts += [row['remedy'] for row in profile['findings']] + [row['command'] for row in profile['assumptions']]
    return [text for text in texts if text and ('aws ' in text or '--' in text)]


def quoted_for_a_shell(found):
    evil = with_shell(found)
    chosen = [word for option, kind in (('--subnet', 'subnet-a'), ('--security-group', 'sg-train')) for word in (option, kind + SHELL)]
    nobody = ['--subnet', 'subnet-none' + SHELL, '--security-group', 'sg-none' + SHELL]
    seen = set()
    for gone in [None, *found]:
        less = {name: document for name, document in evil.items() if name != gone}
        for options in (chosen, nobody, [*chosen, '--subnet', 'subnet-b' + SHELL], [*chosen, '--subnet', 'subnet-p' + SHELL, '--strict'], []):
            for text in commands_said(less, *options):
                assert SHELL not in re.sub("'[^']*'", '', text), (gone, options, text)
                seen.update(re.findall(r'aws ec2 ([a-z-]+)', text) if 'PWNED' in text else [])
    for network in ('describe-subnets', 'describe-route-tables', 'describe-security-groups', 'describe-network-acls',
                    'describe-vpc-endpoints', 'describe-network-interfaces', 'describe-dhcp-options', 'describe-vpc-attribute'):
        assert network in seen, (network, seen)  # or nothing was asked


def regions(found):
    """The same ids in another Region: which is meant must be said."""
    other = json.loads(json.dumps(found).replace('eu-west-1', 'us-east-1').replace('10.20.', '10.40.'))
    both = {**found, **{('pl-0c3.us-east-1.json' if name == 'pl-0c3.json' else 'other-' + name): document
                        for name, document in other.items() if name not in ('ip-ranges.json',)}}
    _, said = imported(both, expected=3)
    assert 'Region' in said or 'contradict' in said or 'differ' in said, said


known = documents()
for test in (any_order, stable, less_is_never_more, refreshed_whole_or_not, hostile, quoted_for_a_shell, regions):
    test(known)
    print('ok', test.__name__)

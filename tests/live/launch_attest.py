# SPDX-License-Identifier: GPL-2.0-or-later
"""Statements about runs, and the watch over the rules: whoever changes them from outside is noticed, and ends the job."""
import copy
import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time

from launch_lib import (Bench, Failure, PYTHON, USERS, check, equal, main, run, skip, start, succeeded, user_folder, wait_until,
                        write_file)

READY = 'print("ready", flush=True); import time; time.sleep({})'
CALLS = '''
import socket
for port in (80, 81, 443):
    try:
        socket.create_connection(("203.0.113.7", port), timeout=3)
    except OSError:
        pass
raise SystemExit(7)
'''
DROPPING = 'vpcjail: 1\nnetwork: {isolation: full, on-deny: drop}\n'
# Sets of addresses, and nothing that a link could carry.
WITH_SETS = '''vpcjail: 1
network: {isolation: vpc, uplink: none}
vpc: {cidrs: [10.20.0.0/16], subnets: [10.20.1.0/24, 10.20.2.0/24], dns: none}
process: {credentials: scrub}
'''
TABLE = 'inet vpcjail'


def namespace_of(process):
    """The jail's network namespace: that of the supervisor's child which is in another one than we are."""
    own = os.stat('/proc/self/ns/net').st_ino

    def find():
        with open(f'/proc/{process.pid}/task/{process.pid}/children', encoding='ascii') as file:
            for child in file.read().split():
                path = f'/proc/{child}/ns/net'
                if os.stat(path).st_ino != own:
                    return path
        return None
    path = wait_until(find, 5)
    check(path, 'the jail has no network namespace')
    return path


def nft(path, *words):
    """As root, from outside, inside the namespace of the jail."""
    check(os.stat(path).st_ino != os.stat('/proc/self/ns/net').st_ino, 'this would be the host')
    return subprocess.run(['nsenter', '--net=' + path, 'nft', *words], text=True, capture_output=True, timeout=20, check=False)


def statement_path(mode, name):
    return os.path.join(user_folder(mode, 'attest'), name + '.json')


def running(mode, path, seconds=30, options=(), **more):
    process = start(mode, [PYTHON, '-c', READY.format(seconds)], options=['--attest', path, *options], **more)
    equal(process.stdout.readline(), 'ready\n')
    return process


def checked(mode, path, profile='network-isolation', *options):
    """What check says; as the mode's user, who may read what the mode has written."""
    return subprocess.run([Bench.binary, 'check', '-p', profile, '--attestation', path, *options], text=True, capture_output=True,
                          env=mode.full_environment(None), cwd='/', timeout=30, check=False, **mode.popen_arguments())


def read(path):
    with open(path, encoding='utf-8') as file:
        return json.load(file)


def a_run_is_attested(mode):
    path = statement_path(mode, 'run')
    done = run(mode, [PYTHON, '-c', CALLS], options=['--attest', path])
    equal(done.returncode, 7, done.stderr)
    with open(path, 'rb') as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    check(f'vpcjail: attested in {path}: sha256 {digest}' in done.stderr, done.stderr)
    statement = read(path)
    equal(statement['status'], 7)
    equal(statement['uid'], mode.entry.pw_uid)
    equal(statement['command'], hashlib.sha256(b'\0'.join(w.encode() for w in [PYTHON, '-c', CALLS])).hexdigest())
    equal(sum(row['count'] for row in statement['denials']), 3)
    equal({row['layer'] for row in statement['denials']}, {'isolation_egress'})
    equal(statement['kernel'], {'release': os.uname().release, 'machine': os.uname().machine})
    for row in statement['namespaces']:
        equal(row['outside'], os.stat('/proc/self/ns/' + row['kind']).st_ino, row['kind'])
        check(row['inside'] != row['outside'], row['kind'])
    equal(len(statement['namespaces']), 7)
    status = os.stat(path)
    caller = int(mode.environment.get('SUDO_UID', mode.popen_arguments().get('user', 0)))
    equal((stat.S_IMODE(status.st_mode), status.st_uid), (0o644, caller))
    equal([name for name in os.listdir(os.path.dirname(path)) if name.startswith('.')], [])
    ok = checked(mode, path)
    equal((ok.returncode, ok.stderr), (0, ''), ok.stdout)
    check(digest in ok.stdout and 'matches network-isolation' in ok.stdout, ok.stdout)
    listed = json.loads(subprocess.run([Bench.binary, 'profiles', '--json'], text=True, capture_output=True, check=True,
                                       env=mode.full_environment(None), cwd='/', **mode.popen_arguments()).stdout)
    rows = listed['profiles'] if isinstance(listed, dict) else listed
    equal(statement['profile']['digest'], next(row['digest'] for row in rows if row['name'] == 'network-isolation'))


def another_profile_differs(mode):
    path = statement_path(mode, 'run')
    other = write_file('dropping.yaml', DROPPING)
    no = checked(mode, path, other)
    equal(no.returncode, 1, no.stderr)
    for field in ('profile', 'ruleset.compiled', 'ruleset.start', 'ruleset.end'):
        check(f'\n{field}: the statement is about sha256' in '\n' + no.stdout, field, no.stdout)
    answer = json.loads(checked(mode, path, other, '--json').stdout)
    equal((answer['matches'], answer['error'], len(answer['differs'])), (False, None, 4))
    wrong = write_file('wrong.yaml', 'vpcjail: 1\nnetwork: {isolation: fully}\n')
    equal(checked(mode, path, wrong).returncode, 3)


def of_a_vpc(mode):
    """What the profile means on this host is in the statement, and so it can be checked where the host is another."""
    path = statement_path(mode, 'vpc')
    profile = write_file('sets.yaml', WITH_SETS)
    succeeded(run(mode, ['true'], options=['--attest', path], profile=profile))
    ok = checked(mode, path, profile)
    equal(ok.returncode, 0, ok.stdout, ok.stderr)


def leaves(value, path=()):
    """Every place in a statement: the path to it, and what stands there."""
    if path:
        yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, path + (key,))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, path + (index,))


def shown(path):
    """As messages write it: denials[0].count."""
    text = ''
    for part in path:
        text += f'[{part}]' if isinstance(part, int) else ('.' if text else '') + part
    return text


def changed(statement, path, change):
    forged = copy.deepcopy(statement)
    at = forged
    for part in path[:-1]:
        at = at[part]
    change(at, path[-1])
    return forged


def set_to(value):
    def change(at, key):
        at[key] = value
    return change


def removed(at, key):
    del at[key]


# What each field cannot be, by what stands there; the file must be refused, naming the field. tests/unit/attestation.c has
# more of them.
FORGED = {str: ['x\ny'], int: [-1], dict: [[]], list: [{}]}


def every_field_is_refused():
    """Each field of a statement in turn: gone, of another name, of another type, out of its bounds."""
    mode = Bench.modes[2]
    path = statement_path(mode, 'forged')
    statement = read(statement_path(mode, 'run'))
    tried = 0
    for where, value in leaves(statement):
        changes = [set_to(wrong) for wrong in FORGED[type(value)]]
        if not isinstance(where[-1], int):
            changes += [removed]
        for change in changes:
            with open(path, 'w', encoding='utf-8') as file:
                json.dump(changed(statement, where, change), file)
            os.chmod(path, 0o644)
            no = checked(mode, path)
            tried += 1
            equal((no.returncode, no.stdout), (1, ''), shown(where), no.stderr)
            check(f'field "{shown(where)}' in no.stderr, shown(where), no.stderr)
    check(tried > 100, tried, 'forgeries')


# Values of the right form that contradict another field, or the profile; and what is named then.
CONTRADICTIONS = [
    (('end',), '2001-01-01T00:00:00Z', '"end"'),
    (('start',), '2026-02-30T00:00:00Z', '"start"'),
    (('kind',), 'verify', '"probes"'),
    (('vpcjail-attestation',), 2, '"vpcjail-attestation"'),
    (('status',), 256, '"status"'),
    (('ruleset', 'end'), '0' * 64, '"ruleset.end"'),
    (('namespaces', 0, 'kind'), 'mnt', '"namespaces[1].kind"'),
    (('namespaces', 0, 'inside'), 0, '"namespaces[0].inside"'),
    (('link', 'mac'), '02:00:00:00:00:01', '"link.mac"'),
    (('link', 'ipv4'), '10.0.0.1/24', '"link.ipv4"'),
    (('link', 'uplink'), 'veth', '"link.inside"'),
    (('denials', 0, 'count'), 0, '"denials[0].count"'),
    (('denials', 0, 'policy'), 1, '"denials[0].policy"'),
    (('tampered-beyond',), 1, '"tampered-beyond"'),
]
DIFFERENCES = [
    (('profile', 'digest'), '0' * 64, 'profile: '),
    (('ruleset', 'compiled'), '0' * 64, 'ruleset.compiled: '),
    (('filter',), '0' * 64, 'filter: '),
    (('denials', 0, 'rule'), 77, 'denials[0].rule: '),
    (('denials', 0, 'layer'), 'sg_egress', 'denials[0].rule: '),
    (('host', 'own'), ['10.0.0.1/32'], 'host.own: '),
    (('host', 'subnets'), ['10.0.0.0/24'], 'host.subnets: '),
]


def contradictions():
    mode = Bench.modes[2]
    path = statement_path(mode, 'forged')
    statement = read(statement_path(mode, 'run'))
    for where, value, named in CONTRADICTIONS + DIFFERENCES:
        with open(path, 'w', encoding='utf-8') as file:
            json.dump(changed(statement, where, set_to(value)), file)
        no = checked(mode, path)
        said = no.stderr if (where, value, named) in CONTRADICTIONS else '\n' + no.stdout
        equal(no.returncode, 1, shown(where), no.stdout, no.stderr)
        check(named in said, shown(where), 'is not named:', no.stdout, no.stderr)
    other = copy.deepcopy(statement)
    other['kernel']['machine'] = 'alpha'
    other['filter'] = '0' * 64
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(other, file)
    ok = checked(mode, path)
    equal(ok.returncode, 0, ok.stdout, ok.stderr)
    check('filter: not compared: the statement is of another machine (alpha)' in ok.stdout, ok.stdout)


def bad_places(mode):
    """Where no statement can be written, nothing is run; what is no statement stays."""
    folder = user_folder(mode, 'attest')
    mark = os.path.join(folder, 'ran')
    target = os.path.join(folder, 'target')
    with open(target, 'w', encoding='ascii') as file:
        file.write('precious')
    os.chown(target, mode.entry.pw_uid, mode.entry.pw_gid)
    link = os.path.join(folder, 'link')
    os.symlink(target, link)
    os.mkfifo(os.path.join(folder, 'fifo'))
    rows = [(link, 'symbolic link'), (target, 'no statement of vpcjail'), (os.path.join(folder, 'fifo'), 'no regular file'),
            (folder + '/', 'names a folder'), (os.path.join(folder, 'none', 'x'), 'No such file')]
    if not mode.root:
        rows.append(('/etc/vpcjail-statement', 'no file can be made'))
    else:
        os.symlink(folder, os.path.join(folder, 'way'))
        rows.append((os.path.join(folder, 'way', 'x'), 'symbolic link'))
    for path, words in rows:
        done = run(mode, ['touch', mark], options=['--attest', path])
        equal(done.returncode, 125, path, done.stderr)
        check('nothing was run: ' in done.stderr and words in done.stderr, path, done.stderr)
        check(not os.path.exists(mark), path, 'the job ran')
    with open(target, encoding='ascii') as file:
        equal(file.read(), 'precious')
    # An earlier statement is gone as soon as another run begins.
    path = os.path.join(folder, 'earlier.json')
    succeeded(run(mode, ['true'], options=['--attest', path]))
    succeeded(run(mode, ['sh', '-c', f'! test -e "{path}"'], options=['--attest', path]))
    succeeded(checked(mode, path))
    os.unlink(target)


def not_by_the_job(mode):
    """What the job puts there meanwhile is replaced, not followed."""
    folder = user_folder(mode, 'attest')
    path, victim = os.path.join(folder, 'own.json'), os.path.join(folder, 'victim')
    succeeded(run(mode, ['sh', '-c', f'echo kept > "{victim}"; ln -s "{victim}" "{path}"'], options=['--attest', path]))
    check(not os.path.islink(path), 'the link was followed')
    with open(victim, encoding='ascii') as file:
        equal(file.read(), 'kept\n')
    succeeded(checked(mode, path))


TAMPERING = [
    ('add a rule', ['add', 'rule', *TABLE.split(), 'output', 'accept'], 'is one too many'),
    ('insert a rule', ['insert', 'rule', *TABLE.split(), 'output', 'accept'], 'is not as it was meant'),
    ('flush a chain', ['flush', 'chain', *TABLE.split(), 'output'], 'is missing'),
    ('flush all', ['flush', 'ruleset'], 'is missing'),
    ('delete the table', ['delete', 'table', *TABLE.split()], 'is missing'),
    ('add a table', ['add', 'table', 'inet', 'mine'], 'table inet mine is there'),
    ('add a table of another family', ['add', 'table', 'ip', 'vpcjail'], 'table ip vpcjail is there'),
    ('add a chain', ['add', 'chain', *TABLE.split(), 'mine'], 'chain mine of table inet vpcjail is there'),
    ('add a set', ['add', 'set', *TABLE.split(), 'mine', '{ type ipv4_addr; }'], 'set mine of table inet vpcjail is there'),
    ('change a policy', ['add', 'chain', *TABLE.split(), 'output', '{ policy accept; }'], 'is not as it was meant'),
]


def set_of(path):
    """The first set of addresses, and the command that adds one to it."""
    sets = json.loads(nft(path, '-j', 'list', 'sets').stdout)['nftables']
    return next(row['set']['name'] for row in sets if 'set' in row and row['set']['type'] == 'ipv4_addr')


def tampering_ends_the_job(mode):
    profile = write_file('sets.yaml', WITH_SETS)
    rows = [(name, lambda path, words=words: nft(path, *words), said) for name, words, said in TAMPERING]
    rows += [
        ('delete a rule', lambda path: nft(path, 'delete', 'rule', *TABLE.split(), 'output', 'handle', first_handle(path)), ''),
        ('flush a set', lambda path: nft(path, 'flush', 'set', *TABLE.split(), set_of(path)), 'holds other elements'),
        ('add an element', lambda path: nft(path, 'add', 'element', *TABLE.split(), set_of(path), '{ 192.0.2.0/31 }'),
         'holds other elements'),
    ]
    for name, tamper, said in rows:
        path = statement_path(mode, 'tamper')
        process = running(mode, path, profile=profile)
        place = namespace_of(process)
        succeeded(tamper(place), name)
        begin = time.monotonic()
        try:
            _, err = process.communicate(timeout=5)
        except subprocess.TimeoutExpired as late:
            process.kill()
            raise Failure(f'{name}: the job went on') from late
        check(time.monotonic() - begin < 1, name, 'took', time.monotonic() - begin)
        equal(process.returncode, 137, name, err)
        check("vpcjail: the jail's rules were changed by nft (" in err and said in err and '; the job was ended' in err, name, err)
        statement = read(path)
        equal(len(statement['tampered']), 1, name)
        check(said in statement['tampered'][0]['what'], name, statement['tampered'])
        no = checked(mode, path, profile)
        equal(no.returncode, 1, name, no.stdout, no.stderr)
        check('tampered[0]: ' in no.stdout, name, no.stdout)


def first_handle(path):
    rows = json.loads(nft(path, '-j', '-a', 'list', 'chain', *TABLE.split(), 'output').stdout)['nftables']
    return str(next(row['rule']['handle'] for row in rows if 'rule' in row))


def undone_before_it_is_read(mode):
    """While the supervisor is stopped a change is made and taken back: the announcements still tell of it."""
    path = statement_path(mode, 'undone')
    process = running(mode, path)
    place = namespace_of(process)
    os.kill(process.pid, signal.SIGSTOP)
    succeeded(nft(place, 'add', 'table', 'inet', 'mine'))
    succeeded(nft(place, 'delete', 'table', 'inet', 'mine'))
    os.kill(process.pid, signal.SIGCONT)
    _, err = process.communicate(timeout=5)
    equal(process.returncode, 137, err)
    check('they are again as they were meant' in err, err)


def seen_at_the_end(mode):
    """The change comes when the job has just ended: its status is not one of a job whose rules held."""
    path = statement_path(mode, 'end')
    process = running(mode, path, seconds=0.3)
    place = namespace_of(process)
    job_ended = os.path.dirname(os.path.dirname(place))
    with open(place, 'rb') as namespace:
        os.kill(process.pid, signal.SIGSTOP)
        check(wait_until(lambda: not os.path.exists(job_ended + '/exe'), 5), 'the job does not end')
        changed_too_late = subprocess.run(['nsenter', f'--net=/proc/self/fd/{namespace.fileno()}', 'nft', 'add table inet mine'],
                                          pass_fds=[namespace.fileno()], capture_output=True, timeout=20, check=False)
        os.kill(process.pid, signal.SIGCONT)
    equal(changed_too_late.returncode, 0, changed_too_late.stderr)
    _, err = process.communicate(timeout=5)
    equal(process.returncode, 137, err)
    equal(len(read(path)['tampered']), 1)


def odd_names(mode):
    """A profile's path may have anything in it; the statement has none of what a terminal obeys, and is sound."""
    path = statement_path(mode, 'odd')
    profile = write_file('two\nlines.yaml', DROPPING)
    succeeded(run(mode, ['true'], options=['--attest', path], profile=profile))
    equal(read(path)['profile']['name'], profile.replace('\n', '\\x0a'))
    succeeded(checked(mode, path, profile))


def reported(mode):
    """--on-tamper report: the job ends as it wants, all is said."""
    path = statement_path(mode, 'report')
    process = running(mode, path, seconds=1.5, options=['--on-tamper', 'report'])
    place = namespace_of(process)
    succeeded(nft(place, 'add', 'table', 'inet', 'mine'))
    succeeded(nft(place, 'delete', 'table', 'inet', 'mine'))
    _, err = process.communicate(timeout=10)
    equal(process.returncode, 0, err)
    equal(err.count("the jail's rules were changed by nft ("), 2, err)
    check('the job was ended' not in err, err)
    statement = read(path)
    equal((len(statement['tampered']), statement['status']), (2, 0))
    equal(statement['ruleset']['end'], statement['ruleset']['start'])
    no = checked(mode, path)
    equal(no.returncode, 1, no.stdout)
    check('tampered[1]: ' in no.stdout, no.stdout)


def many_changes(mode):
    """More announcements than the socket holds, of changes that are all undone: the number of the rules tells of them."""
    path = statement_path(mode, 'many')
    process = running(mode, path)
    place = namespace_of(process)
    os.kill(process.pid, signal.SIGSTOP)
    for verb in ('add', 'delete'):
        batch = write_file(verb + '.nft', ''.join(f'{verb} table inet mine{i}\n' for i in range(3000)))
        succeeded(nft(place, '-f', batch))
    os.kill(process.pid, signal.SIGCONT)
    _, err = process.communicate(timeout=5)
    equal(process.returncode, 137, err)
    rows = read(path)['tampered']
    equal([row['process'] for row in rows], [''], 'no announcement was lost:', rows)
    check('they are again as they were meant' in err, err)


def an_update_is_no_tampering(mode):
    path = statement_path(mode, 'update')
    process = running(mode, path, seconds=3, options=['--name', 'attested'])
    dropping = write_file('dropping.yaml', DROPPING)
    for profile in (dropping, 'network-isolation', dropping):
        succeeded(subprocess.run([Bench.binary, 'update', 'attested', '-p', profile], text=True, capture_output=True, timeout=20,
                                 env=mode.full_environment(None), cwd='/', check=False, **mode.popen_arguments()))
    succeeded(subprocess.run([Bench.binary, 'exec', 'attested', '--', 'true'], text=True, capture_output=True, timeout=20,
                             env=mode.full_environment(None), cwd='/', check=False, **mode.popen_arguments()))
    _, err = process.communicate(timeout=10)
    equal(process.returncode, 0, err)
    check('changed' not in err, err)
    statement = read(path)
    equal((len(statement['updates']), statement['tampered']), (3, []))
    equal(statement['ruleset']['end'], statement['updates'][2]['read-back'])
    equal(statement['updates'][1]['profile'], statement['profile']['digest'])
    no = checked(mode, path)
    equal(no.returncode, 1, no.stdout)
    for index in (0, 2):
        check(f'updates[{index}].profile: ' in no.stdout, no.stdout)
    check('updates[1]' not in no.stdout and 'ruleset' not in no.stdout, no.stdout)
    forged = statement_path(mode, 'forged')
    for key in ('compiled', 'read-back'):
        with open(forged, 'w', encoding='utf-8') as file:
            json.dump(changed(statement, ('updates', 1, key), set_to('0' * 64)), file)
        check(f'updates[1].{key}: ' in checked(mode, forged).stdout, key)


def changed_after_an_update(mode):
    path = statement_path(mode, 'update')
    process = running(mode, path, options=['--name', 'attested'])
    succeeded(subprocess.run([Bench.binary, 'update', 'attested', '-p', write_file('dropping.yaml', DROPPING)], text=True,
                             capture_output=True, timeout=20, env=mode.full_environment(None), cwd='/', check=False,
                             **mode.popen_arguments()))
    succeeded(nft(namespace_of(process), 'flush', 'chain', *TABLE.split(), 'output'))
    _, err = process.communicate(timeout=5)
    equal(process.returncode, 137, err)


def quiet(mode):
    path = statement_path(mode, 'quiet')
    done = run(mode, [PYTHON, '-c', CALLS], options=['--quiet', '--attest', path])
    equal((done.returncode, done.stderr), (7, ''))
    equal(sum(row['count'] for row in read(path)['denials']), 3)


def cut_off():
    """At every length but the whole, a statement is refused."""
    mode = Bench.modes[2]
    whole = statement_path(mode, 'run')
    with open(whole, 'rb') as file:
        text = file.read()
    path = statement_path(mode, 'cut')
    lengths = list(range(0, len(text) - 2, 23)) + [1, 2, 3, len(text) - 3]
    for length in lengths:
        with open(path, 'wb') as file:
            file.write(text[:length])
        no = checked(mode, path)
        equal((no.returncode, no.stdout), (1, ''), length, no.stderr)
        check(path in no.stderr, no.stderr)
        if length > 40:
            check('at field "' in no.stderr, length, no.stderr)


def needed():
    for program in ('nft', 'nsenter'):
        if not shutil.which(program):
            skip(program)


main([a_run_is_attested, another_profile_differs, of_a_vpc, bad_places, not_by_the_job, tampering_ends_the_job,
      undone_before_it_is_read, seen_at_the_end, odd_names, reported, many_changes, an_update_is_no_tampering,
      changed_after_an_update, quiet], once=[cut_off, every_field_is_refused, contradictions], first=[needed])

# SPDX-License-Identifier: GPL-2.0-or-later
"""Records of runs: written as it happens, whole up to the last second however the run ends, and not by the job."""
import json
import os
import shutil
import signal
import stat
import subprocess
import time

from launch_lib import Bench, PYTHON, check, equal, main, run, start, user_folder, wait_until

CALLS = '''
import socket, sys
for number in range(int(sys.argv[1])):
    for family, address in ((socket.AF_INET, f"203.0.113.{number + 1}"), (socket.AF_INET6, f"2001:db8::{number + 1:x}")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as one:
                one.connect((address, 443))
        except OSError:
            pass
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.sendto(b"x", (f"203.0.113.{number + 1}", 53))
        except OSError:
            pass
'''
ON_AND_ON = CALLS + '''
print("called", flush=True)
import time
time.sleep(60)
'''


def store(mode):
    if mode.root:
        return os.environ['VPCJAIL_TEST_STATE'] + '/vpcjail/runs'
    return mode.entry.pw_dir + '/.local/state/vpcjail/runs'


def runs(mode):
    try:
        return set(os.listdir(store(mode)))
    except FileNotFoundError:
        return set()


def lines(path):
    """Every line parses, and the last one ends."""
    with open(path, encoding='utf-8') as file:
        text = file.read()
    check(text.endswith('\n'), 'cut:', text[-80:])
    return [json.loads(line) for line in text.splitlines()]


def events(records):
    """The last state of each event, by its id."""
    found = {}
    for record in records:
        if record['record'] == 'more':
            found[record['id']].update({k: v for k, v in record.items() if k != 'record'})
        elif 'id' in record:
            check(record['id'] not in found, 'a second whole line', record)
            found[record['id']] = record
    return found


def new_run(mode, before):
    added = runs(mode) - before
    equal(len(added), 1, added)
    return f'{store(mode)}/{added.pop()}'


def recorded(mode):
    """Three denials for each number, both families, TCP and UDP; the breadcrumb names the run; modes are private."""
    before = runs(mode)
    done = run(mode, [PYTHON, '-c', CALLS, '2'])
    equal(done.returncode, 0, done.stderr)
    folder = new_run(mode, before)
    check(f'6 destinations denied; first: 203.0.113.1:443 (tcp), ' in done.stderr, done.stderr)
    check(f'`vpcjail report {os.path.basename(folder)}` for all' in done.stderr, done.stderr)
    for path in (folder, folder + '/events.jsonl', folder + '/profile.yaml'):
        equal(stat.S_IMODE(os.stat(path).st_mode) & 0o077, 0, path)
    records = lines(folder + '/events.jsonl')
    equal((records[0]['record'], records[0]['mode'], records[0]['profile']), ('start', 'run', 'network-isolation'))
    equal(records[0]['command'][:2], [PYTHON, '-c'])
    equal((records[-1]['record'], records[-1]['status']), ('end', 0))
    found = events(records)
    wanted = set()
    for number in (1, 2):
        wanted |= {('tcp', f'203.0.113.{number}', 443), ('tcp', f'2001:db8::{number}', 443), ('udp', f'203.0.113.{number}', 53)}
    equal({(e['protocol'], e['address'], e['port']) for e in found.values()}, wanted)
    for event in found.values():
        equal((event['layer'], event['rule'], event['direction']), ('isolation_egress', 1, 'egress'))
        check(event['first'] <= event['last'] and event['count'] >= 1, event)
        equal(event['uid'], mode.entry.pw_uid)


def also_quietly(mode):
    before = runs(mode)
    done = run(mode, [PYTHON, '-c', CALLS, '1'], options=['--quiet'])
    equal((done.returncode, done.stderr), (0, ''))
    equal(len(events(lines(new_run(mode, before) + '/events.jsonl'))), 3)


def killed(mode, what):
    """A second after it happened it is in the file, whoever is killed then, and the run is not running any more."""
    before = runs(mode)
    process = start(mode, [PYTHON, '-c', ON_AND_ON, '5'])
    equal(process.stdout.readline(), 'called\n')
    time.sleep(1)
    folder = new_run(mode, before)
    os.kill(process.pid if what == 'supervisor' else child_of(process.pid), signal.SIGKILL)
    process.wait(10)
    process.stdout.close()
    process.stderr.close()
    records = lines(folder + '/events.jsonl')
    equal(len(events(records)), 15)
    equal(records[-1]['record'] == 'end', what != 'supervisor', records[-1])


def child_of(pid):
    with open(f'/proc/{pid}/task/{pid}/children', encoding='ascii') as file:
        return int(file.read().split()[0])


def supervisor_killed(mode):
    killed(mode, 'supervisor')


def jail_killed(mode):
    killed(mode, 'jail')


def as_it_happens(mode):
    """The further file has the same lines, and has them while the job runs."""
    path = user_folder(mode, 'events') + '/live.jsonl'
    before = runs(mode)
    process = start(mode, [PYTHON, '-c', ON_AND_ON, '3'], options=['--events', path])
    equal(process.stdout.readline(), 'called\n')
    check(wait_until(lambda: len(events(lines(path))) == 9, 2), 'not within two seconds', lines(path))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    with open(path, 'rb') as one, open(new_run(mode, before) + '/events.jsonl', 'rb') as other:
        equal(one.read(), other.read())
    # An earlier record gives way.
    equal(run(mode, [PYTHON, '-c', CALLS, '1'], options=['--events', path]).returncode, 0)
    equal(len(events(lines(path))), 3)


def bad_places(mode):
    folder = user_folder(mode, 'bad')
    foreign = folder + '/foreign'
    with open(foreign, 'w', encoding='ascii') as file:
        file.write('precious\n')
    os.chown(foreign, mode.entry.pw_uid, mode.entry.pw_gid)
    if not os.path.lexists(folder + '/link'):
        os.symlink(foreign, folder + '/link')
        os.mkfifo(folder + '/fifo')
        os.chown(folder + '/fifo', mode.entry.pw_uid, mode.entry.pw_gid)
    for name, word in (('foreign', 'no record of a run'), ('link', 'symbolic links'), ('none/there', 'No such file'),
                       ('fifo', 'nobody reads it'), ('.', 'directory')):
        path = f'{folder}/{name}'
        done = run(mode, ['echo', 'ran'], options=['--events', path])
        equal((done.returncode, done.stdout), (0, 'ran\n'), done.stderr)
        said = [line for line in done.stderr.splitlines() if path in line]
        equal(len(said), 2, 'said once, and at the end:', done.stderr)
        check(word in said[0] and 'the job goes on' in said[0] and 'not whole' in said[1], said)
        done = run(mode, ['echo', 'ran'], options=['--events', path, '--require-events'])
        equal((done.returncode, done.stdout), (125, ''), done.stderr)
        check(word in done.stderr and 'goes on' not in done.stderr, done.stderr)
        equal(done.stderr.count(path), 1, done.stderr)
    with open(foreign, encoding='ascii') as file:
        equal(file.read(), 'precious\n')
    # A link to nothing makes nothing elsewhere.
    if not os.path.lexists(folder + '/dangling'):
        os.symlink(folder + '/elsewhere', folder + '/dangling')
    done = run(mode, ['echo', 'ran'], options=['--events', folder + '/dangling', '--require-events'])
    equal((done.returncode, done.stdout, os.path.lexists(folder + '/elsewhere')), (125, '', False), done.stderr)


def full(mode):
    """A file that takes no more: the job goes on, once it is said and once repeated, the store of runs has all."""
    before = runs(mode)
    done = run(mode, [PYTHON, '-c', CALLS, '2'], options=['--events', '/dev/full'])
    equal(done.returncode, 0, done.stderr)
    equal(done.stderr.count('/dev/full: No space left on device'), 2, done.stderr)
    records = lines(new_run(mode, before) + '/events.jsonl')
    equal(len(events(records)), 6)
    equal(records[-1].get('failure'), '/dev/full: No space left on device')
    done = run(mode, ['echo', 'ran'], options=['--events', '/dev/full', '--require-events'])
    equal((done.returncode, done.stdout), (125, ''), done.stderr)


def no_store(mode):
    """A home that takes nothing."""
    if mode.root:
        return
    home = user_folder(mode, 'home')
    shutil.rmtree(home + '/.local', ignore_errors=True)
    with open(home + '/.local', 'w', encoding='ascii'):
        pass
    done = run(mode, ['echo', 'ran'], environment={'HOME': home})
    equal((done.returncode, done.stdout), (0, 'ran\n'), done.stderr)
    check('the job goes on' in done.stderr and home in done.stderr, done.stderr)
    done = run(mode, ['echo', 'ran'], environment={'HOME': home}, options=['--require-events'])
    equal((done.returncode, done.stdout), (125, ''), done.stderr)


def not_by_the_job(mode):
    """The job can neither write to the store of runs nor move it away, nor make another in its place."""
    if mode.root and mode.user != 'root':
        return  # another user's
    code = '''
import os, sys
store = sys.argv[1]
def refused(what, *words):
    try:
        what(*words)
        print("open:", what.__name__, *words)
    except OSError:
        pass
refused(open, store + "/x", "w")
refused(os.mkdir, store + "/20990101-000000-ffff")
refused(os.rename, os.path.dirname(store), os.path.dirname(store) + ".old")
refused(os.rename, os.path.dirname(os.path.dirname(store)), os.path.dirname(os.path.dirname(store)) + ".old")
'''
    path = '/root/.local/state/vpcjail/runs' if mode.root else store(mode)
    if os.path.isdir(path):
        done = run(mode, [PYTHON, '-c', code, path])
        equal((done.returncode, done.stdout), (0, ''), done.stderr)
        # Nor are those of other runs read: command lines hold tokens.
        done = run(mode, [PYTHON, '-c', 'import os, sys; print([f for _, _, files in os.walk(sys.argv[1]) for f in files])', path])
        equal(done.stdout, '[]\n', done.stderr)


def the_newest_stay(mode):
    """Fifty of them; what else lies there is left alone."""
    if mode.root:
        return
    home = user_folder(mode, 'many')
    folder = home + '/.local/state/vpcjail/runs'
    environment = {'HOME': home, 'XDG_STATE_HOME': None}
    equal(run(mode, ['true'], environment=environment).returncode, 0)
    first = os.listdir(folder)[0]
    for number in range(60):
        os.makedirs(f'{folder}/20200101-0000{number:02d}-0000')
        with open(f'{folder}/20200101-0000{number:02d}-0000/events.jsonl', 'w', encoding='ascii'):
            pass
    os.makedirs(folder + '/mine')
    for path, folders, files in os.walk(folder):
        for name in folders + files:
            os.chown(f'{path}/{name}', mode.entry.pw_uid, mode.entry.pw_gid)
    equal(run(mode, ['true'], environment=environment).returncode, 0)
    left = set(os.listdir(folder))
    check('mine' in left and first in left, left)
    equal(len(left), 51)
    check('20200101-000059-0000' in left and '20200101-000000-0000' not in left, left)


def newest_of_one_second(mode):
    """Runs that begin within one second are told apart by when they began, and the report without a name is the last one's."""
    if mode.root:
        return
    home = user_folder(mode, 'quick')
    environment = {'HOME': home, 'XDG_STATE_HOME': None}
    names = []
    for _ in range(12):
        before = set(names)
        equal(run(mode, ['true'], environment=environment).returncode, 0)
        names += set(os.listdir(home + '/.local/state/vpcjail/runs')) - before
    seconds = [name.rsplit('-', 1)[0] for name in names]
    check(len(set(seconds)) < len(names), 'no two of them began within one second', names)
    equal(sorted(names), names)
    done = subprocess.run([Bench.binary, 'report', '--json'], text=True, capture_output=True, env=mode.full_environment(environment),
                          check=True, **mode.popen_arguments())
    equal(json.loads(done.stdout)['run'], names[-1])


def nothing_ran(mode):
    """A launch that fails leaves no record."""
    before = runs(mode)
    done = run(mode, ['/no/such/program'])
    equal(done.returncode, 127, done.stderr)
    equal(runs(mode) - before, set())


if 'VPCJAIL_TEST_STATE' not in os.environ:
    os.environ['VPCJAIL_TEST_STATE'] = f'/tmp/vpcjail-test-state-{os.getpid()}'

main([recorded, also_quietly, supervisor_killed, jail_killed, as_it_happens, bad_places, full, no_store, not_by_the_job,
      the_newest_stay, newest_of_one_second, nothing_ran])

# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs that are denied very often: each of many short-lived processes is found, what is told is bounded, and what is not
told is counted to the packet.

    audit_flood.py VPCJAIL DENIALS
"""
import json
import os
import select
import shutil
import subprocess
import sys

from launch_lib import Bench, check, equal, main, run, start, succeeded, user_folder, wait_until, write_file

DENIALS = os.path.abspath(sys.argv[2])  # before the folder is another
# As many as that without root, which is where it is hardest; elsewhere a fifth.
PROCESSES, FLIGHT = 10_000, 8
PACKETS = 1_000_000
DESTINATIONS = 200_000
PROFILE = 'vpcjail: 1\ndescription: nothing\nnetwork: {isolation: full, on-deny: %s}\nprocess: {credentials: scrub}\n'
FIRST_PORT = 10_000  # of denials.c
MOST_EVENTS = 60_000
MOST_MEMORY = 400 << 20
EVENT_BYTES = 700  # of a line about a short command


def prepare():
    shutil.copy(DENIALS, Bench.folder + '/denials')
    os.chmod(Bench.folder + '/denials', 0o755)
    for deny in ('drop', 'reject'):
        write_file(deny + '.yaml', PROFILE % deny)


def denials(mode, *arguments, verb='run', deny='reject', timeout=120, options=()):
    path = user_folder(mode, 'events') + '/events.jsonl'
    done = run(mode, [Bench.folder + '/denials', *arguments], verb=verb, profile=f'{Bench.folder}/{deny}.yaml',
               options=['--events', path, *options], timeout=timeout)
    equal(done.returncode, 1 if verb == 'audit' else 0, done.stdout[-500:], done.stderr[-500:])
    return done, path


def records(path):
    """Counts by rule, the last line of each event of a packet, the last line of the file."""
    counters, events, last = {}, {}, None
    with open(path, encoding='utf-8') as file:
        for last in map(json.loads, file):
            if last['record'] == 'denied':
                events[last['id']] = last
            elif last['record'] == 'more':
                if last['id'] in events:
                    events[last['id']].update((k, v) for k, v in last.items() if k != 'record')
            elif last['record'] == 'counter':
                counters[last['layer'], last['rule']] = last['packets']
    equal(last['record'], 'end')
    return counters, list(events.values()), last


def balanced(path, packets):
    """What the kernel counted is what was sent; what is told and what is said to be swallowed are together that."""
    counters, events, end = records(path)
    equal(sum(counters.values()), packets, counters)
    equal(sum(event['count'] for event in events) + end.get('swallowed', 0), packets, end)
    equal(end.get('overruns', 0), 0)
    return events, end


def number_of(event):
    """Which of the processes an event says it was, where that is one which wanted this destination; else None."""
    command = event.get('process', {}).get('command', [])
    if len(command) != 3 or command[1] != 'one':
        return None
    number = int(command[2])
    wanted = (f'11.0.{number >> 8}.{number & 255}', 2000 + number) if number % 2 else ('203.0.113.1', 443)
    return number if wanted == (event['address'], event['port']) else None


def each_process_is_found(mode):
    """Half of them want a place of their own, half the same, and each is gone before its packet is told of. Of those that
    want the same at the same moment it is not known whose packet is whose (the port tells here): each has its one event."""
    count = PROCESSES if not mode.root else PROCESSES // 5
    _, path = denials(mode, 'each', count, FLIGHT, verb='audit', options=['--offline'])
    events, _ = balanced(path, count)
    known = [event for event in events if event.get('evidence') == 'call']
    right = {number_of(event) for event in known} - {None}
    swapped = sum(event['source_port'] != FIRST_PORT + int(event['process']['command'][2]) for event in known)
    print(f'        audit: {len(known)} of {count} attributed, {len(right)} to the right one, the packets of {swapped} swapped')
    equal(len(right), len(known), 'some to a wrong one')
    check(len(right) >= 0.99 * count, len(right))
    equal({event['count'] for event in known}, {1})
    equal(sum(event['port'] != 443 and event['source_port'] != FIRST_PORT + number_of(event) for event in known), 0)


def share_of_run(mode):
    """Best effort: a socket that was refused is gone before it can be looked for. What is found is right."""
    count = PROCESSES // 5
    _, path = denials(mode, 'each', count, FLIGHT)
    counters, events, end = records(path)
    equal(sum(counters.values()), count)
    known = [event for event in events if event.get('evidence')]
    equal(sum(event['count'] for event in events) + end.get('swallowed', 0), count)
    print(f'        run: {sum(event["count"] for event in known)} of {count} attributed')
    for event in events:
        equal(event['layer'], 'isolation_egress')
        equal(event['uid'], mode.entry.pw_uid)
    for event in known:
        check(event['evidence'] == 'port' or number_of(event) is not None, event)


def flood(mode, packets, deny):
    done, path = denials(mode, 'flood', packets, deny=deny)
    sent, refused = map(int, done.stdout.split())
    equal(sent + refused, packets)
    equal(refused, packets if deny == 'reject' else 0)
    events, end = balanced(path, packets)
    equal({(event['protocol'], event['address'], event['port']) for event in events}, {('udp', '203.0.113.7', 9)})
    check(len(events) <= 3, 'one destination, and a process or none:', len(events))
    check(end['swallowed'] > packets / 10, 'the limit held nothing back:', end)
    check(os.path.getsize(path) < 20_000, os.path.getsize(path))
    told = succeeded(reported(mode, path))
    check(f'{packets:,}' in told.stdout or str(packets) in told.stdout or f'{end["swallowed"]}' in told.stdout.replace(',', ''),
          told.stdout)
    check('203.0.113.7' in told.stdout, told.stdout)


def reported(mode, path, *options):
    return subprocess.run([Bench.binary, 'report', path, *options], env=mode.full_environment({}), cwd='/', text=True,
                          capture_output=True, timeout=60, check=False, **mode.popen_arguments())


def million_packets(mode):
    flood(mode, PACKETS if not mode.root else PACKETS // 5, 'drop')


def refused_packets(mode):
    flood(mode, PACKETS // 10, 'reject')


def peak_memory(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        return int(next(line for line in file if line.startswith('VmHWM')).split()[1]) << 10


def port_scan(mode):
    """More destinations than are kept: the rest is counted, and the memory has an end."""
    count = DESTINATIONS if not mode.root else DESTINATIONS // 2
    path = user_folder(mode, 'events') + '/scan.jsonl'
    command = ['sh', '-c', '"$0" scan "$1" && echo done && read line', Bench.folder + '/denials', count]
    job = start(mode, command, verb='audit', profile=Bench.folder + '/drop.yaml', stdin=subprocess.PIPE,
                options=['--offline', '--quiet', '--events', path])
    equal(job.stdout.readline(), f'{count} 0\n')
    equal(job.stdout.readline(), 'done\n')
    wait_until(lambda: False, 0.5)
    memory = peak_memory(job.pid)
    job.stdin.write('\n')
    job.stdin.close()
    job.wait(60)
    counters, events, end = records(path)
    equal(sum(counters.values()), count)
    equal(sum(event['count'] for event in events) + end['swallowed'], count)
    check(len(events) <= MOST_EVENTS, len(events))
    print(f'        scan: {len(events)} events, {end.get("beyond", 0)} beyond, {end["swallowed"]} swallowed, '
          f'{memory >> 20} MB, {os.path.getsize(path)} bytes')
    if end['swallowed'] - end.get('beyond', 0) < count - MOST_EVENTS:
        equal(len(events), MOST_EVENTS)
        check(end['beyond'] > 0, end)
    check(end.get('beyond', 0) <= end['swallowed'], end)
    check(os.path.getsize(path) < MOST_EVENTS * EVENT_BYTES, os.path.getsize(path))
    check(memory < MOST_MEMORY, memory)


def long_command_lines(mode):
    """A job that has a command line of megabytes, and many destinations, does not fill the record with it."""
    path = user_folder(mode, 'events') + '/long.jsonl'
    words = ['x' * 100_000] * 2
    job = run(mode, [Bench.folder + '/denials', 'scan', 20_000, *words], verb='audit', options=['--offline', '--events', path],
              profile=Bench.folder + '/drop.yaml')
    equal(job.returncode, 1, job.stderr)
    _, events, _ = records(path)
    whole = [event for event in events if 'process' in event and len(event['process']['command']) > 1]
    check(0 < len(whole) < len(events), len(whole), len(events))
    check(os.path.getsize(path) < 100_000_000, os.path.getsize(path))
    for event in events:
        check('process' not in event or event['process']['cut'], event)


def stalled_reader(mode):
    """Who reads the events, and stops, or goes, holds nobody up: it is said, and the store of runs has all."""
    folder = user_folder(mode, 'stall')
    path = f'{folder}/fifo'
    if not os.path.exists(path):
        os.mkfifo(path)
        os.chown(path, mode.entry.pw_uid, mode.entry.pw_gid)
    for goes in (False, True):
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        job = start(mode, ['sh', '-c', 'echo begun; read line; "$0" scan 20000', Bench.folder + '/denials'], verb='audit',
                    options=['--offline', '--events', path], profile=Bench.folder + '/drop.yaml', stdin=subprocess.PIPE)
        equal(job.stdout.readline(), 'begun\n')
        check(select.select([reader], [], [], 10)[0], 'it has not begun')
        if goes:
            os.close(reader)
        out, err = job.communicate('\n', timeout=30)
        if not goes:
            os.close(reader)
        equal((job.returncode, out), (1, '20000 0\n'), err)
        check(('Broken pipe' if goes else 'does not keep up') in err, err)
        check('the job goes on' in err, err)


if 'VPCJAIL_TEST_STATE' not in os.environ:
    os.environ['VPCJAIL_TEST_STATE'] = f'/tmp/vpcjail-test-state-{os.getpid()}'

main([each_process_is_found, share_of_run, million_packets, refused_packets, port_scan, long_command_lines, stalled_reader],
     prepare=prepare)

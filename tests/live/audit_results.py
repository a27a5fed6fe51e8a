# SPDX-License-Identifier: GPL-2.0-or-later
"""What comes of an audit and of a recorded run: the files for results, tolerations, and a status that never says yes of what
could not be recorded."""
import json
import os

from launch_lib import PYTHON, check, equal, main, run, user_folder, write_file

# Packets as many as asked for to one place that nobody has.
SENDS = '''
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(int(sys.argv[1])):
    try:
        s.sendto(b"x", ("203.0.113.7", 9))
    except OSError:
        pass
'''


def sends(mode, count, *options, verb='audit', **more):
    offline = ['--offline'] if verb == 'audit' else []
    return run(mode, [PYTHON, '-c', SENDS, str(count)], options=[*offline, *options], verb=verb, **more)


def tolerated():
    return write_file('tolerate.yaml', '- {destination: "203.0.113.7:9", reason: known}\n')


def tolerations(mode):
    """What is tolerated is out of the status; a wrong list is told of with its place, and nothing runs."""
    equal(sends(mode, 1).returncode, 1)
    done = sends(mode, 1, '--tolerate', tolerated())
    equal(done.returncode, 0, done.stderr)
    check('203.0.113.7' in done.stderr, 'it stays in the report:', done.stderr)
    wrong = write_file('wrong.yaml', '- {destination: "203.0.113.7:x", reason: known}\n')
    done = run(mode, ['echo', 'ran'], options=['--tolerate', wrong], verb='audit')
    equal((done.returncode, done.stdout), (3, ''), done.stderr)
    check(f'{wrong}:1:' in done.stderr, done.stderr)


def what_is_lost_is_no_yes(mode):
    """All that was recorded is tolerated; of what the log's limit swallowed nobody knows."""
    path = user_folder(mode, 'lost') + '/report.json'
    done = sends(mode, 200_000, '--tolerate', tolerated(), '--json', path)
    with open(path, encoding='utf-8') as file:
        report = json.load(file)
    check(report['gaps']['swallowed'] > 0, 'the limit swallowed nothing', report['gaps'])
    equal((done.returncode, report['denied']['destinations'], report['tolerated']['destinations']), (1, 0, 1), done.stderr)


def files_for_results(mode):
    """Opened before the job starts, emptied when there is a result, and never by way of a link."""
    folder = user_folder(mode, 'results')
    for name, verb, option in (('report.json', 'audit', '--json'), ('flow.log', 'run', '--flow-log')):
        path = f'{folder}/{name}'
        with open(path, 'w', encoding='ascii') as file:
            file.write('old\n' * 100_000)
        os.chown(path, mode.entry.pw_uid, mode.entry.pw_gid)
        equal(sends(mode, 1, option, path, verb=verb).returncode, int(verb == 'audit'))
        with open(path, encoding='utf-8') as file:
            text = file.read()
        check('old' not in text and '203.0.113.7' in text, text[:200])
        if verb == 'audit':
            equal(json.loads(text)['denied']['destinations'], 1)
        else:
            check(' 203.0.113.7 ' in text and text.endswith(' REJECT OK\n'), text)
        link = f'{folder}/{name}.link'
        os.path.lexists(link) or os.symlink(f'{folder}/elsewhere', link)
        for wrong in (link, folder, folder + '/none/there'):
            done = run(mode, ['echo', 'ran'], options=[option, wrong], verb=verb)
            equal((done.returncode, done.stdout), (125, ''), wrong, done.stderr)
            check(wrong in done.stderr, done.stderr)
        check(not os.path.lexists(folder + '/elsewhere'), 'a link was followed')


def flow_logs_options(mode):
    for options, words in ((['--format', '${version}'], 'for --flow-log'), (['--flow-log', 'x', '--format', '${versoin}'], 'version')):
        done = run(mode, ['echo', 'ran'], options=options)
        equal((done.returncode, done.stdout), (2, ''), done.stderr)
        check(words in done.stderr, done.stderr)


if 'VPCJAIL_TEST_STATE' not in os.environ:
    os.environ['VPCJAIL_TEST_STATE'] = f'/tmp/vpcjail-test-state-{os.getpid()}'

main([tolerations, what_is_lost_is_no_yes, files_for_results, flow_logs_options])

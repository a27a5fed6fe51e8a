# SPDX-License-Identifier: GPL-2.0-or-later
"""Being a good launcher: statuses and signals pass, nothing outlives the job or its supervisor."""
import os
import signal
import subprocess
import time

from launch_lib import (Bench, PYTHON, check, equal, main, marked_processes, python, run, scratch_folders, start, succeeded,
                        user_folder, wait_until, write_file)

EVERY_STATUS = range(256)
SIGNALS = ('HUP', 'INT', 'QUIT', 'TERM', 'USR1', 'USR2', 'ALRM', 'WINCH', 'CONT', 'PIPE')


def exit_statuses(mode):
    # All of them once, in the mode that costs least; the edges in each.
    statuses = EVERY_STATUS if mode.name == 'rootless' else (0, 1, 2, 125, 126, 127, 128, 254, 255)
    for first in range(0, len(statuses), 8):
        group = [(status, start(mode, ['sh', '-c', f'exit {status}'])) for status in statuses[first:first + 8]]
        for status, process in group:
            _, err = process.communicate(timeout=20)
            equal(process.returncode, status, 'exit status;', err)


def signals_are_forwarded(mode):
    code = '''
import os, signal, sys
def handler(number, frame):
    os.write(1, b"got %s\\n" % signal.Signals(number).name.encode())  # print could be interrupting itself
    os._exit(40 + number % 50)
for name in sys.argv[1:]:
    signal.signal(getattr(signal, "SIG" + name), handler)
os.write(1, b"ready\\n")
while True:
    signal.pause()
'''
    running = {name: start(mode, [PYTHON, '-c', code, *SIGNALS]) for name in SIGNALS}
    for name, process in running.items():
        equal(process.stdout.readline(), 'ready\n', name)
        number = getattr(signal, 'SIG' + name)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        equal((out, process.returncode), (f'got SIG{name}\n', 40 + number % 50), name, err)


def death_by_signal(mode):
    for name in ('KILL', 'TERM', 'SEGV', 'ABRT', 'USR1'):
        done = run(mode, ['sh', '-c', f'kill -{name} $$'])
        equal(done.returncode, 128 + getattr(signal, 'SIG' + name), name, done.stderr)


def stop_timeout(mode):
    process = start(mode, ['sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done'], options=['--stop-timeout', '1'])
    equal(process.stdout.readline(), 'ready\n')
    begin = time.monotonic()
    process.terminate()
    process.communicate(timeout=20)
    took = time.monotonic() - begin
    equal(process.returncode, 128 + signal.SIGKILL)
    check(0.9 < took < 4, 'killed after', took, 's')


DAEMON = '''
import os, sys, time
if os.fork() == 0:                    # daemonised: a grandchild in a session of its own that ignores what it can
    os.setsid()
    if os.fork() == 0:
        import signal
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        devnull = os.open("/dev/null", os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(devnull, fd)
        while True:
            open("alive", "w").write(str(time.monotonic()))
            time.sleep(0.05)
    os._exit(0)
if os.fork() == 0:                    # an orphan in the same session
    time.sleep(600)
while not os.path.exists("alive"):
    time.sleep(0.01)
print("ready", flush=True)
if sys.argv[1:] == ["wait"]:
    time.sleep(600)
'''


def nothing_moves(folder):
    path = os.path.join(folder, 'alive')
    before = os.stat(path).st_mtime_ns
    time.sleep(0.3)
    return os.stat(path).st_mtime_ns == before


def orphans_die_with_the_job(mode):
    folder = user_folder(mode, 'orphans')
    done = succeeded(python(mode, DAEMON, cwd=folder))
    equal(done.stdout, 'ready\n')
    check(nothing_moves(folder), 'a daemonised grandchild goes on')
    check(wait_until(lambda: not marked_processes(), 1), 'left:', marked_processes())


def killed_supervisor(mode):
    folder = user_folder(mode, 'killed')
    before = set(scratch_folders())
    process = start(mode, [PYTHON, '-c', DAEMON, 'wait'], cwd=folder)
    equal(process.stdout.readline(), 'ready\n')
    check(len(marked_processes()) >= 4, 'positive control: supervisor, init, job, grandchild', marked_processes())
    process.kill()
    check(wait_until(lambda: not marked_processes(), 1), 'a second after the supervisor:', marked_processes())
    process.communicate(timeout=5)
    check(nothing_moves(folder), 'a daemonised grandchild goes on')
    left = set(scratch_folders()) - before
    check(left, 'positive control: a killed supervisor leaves its scratch folder')
    succeeded(run(mode, ['true']))
    check(not left & set(scratch_folders()), 'the next run did not sweep', left)


def ten_thousand_lines(mode):
    text = ''.join(f'line {number} \x01\t\xe9\n' for number in range(10000))
    done = succeeded(run(mode, ['cat'], input=text))
    check(done.stdout == text, 'changed: got', len(done.stdout), 'characters instead of', len(text))
    equal(done.stderr, '')


def stdin_from_file(mode):
    path = write_file('input', 'from a file\n' * 1000)
    with open(path, encoding='ascii') as file:
        done = succeeded(run(mode, ['sh', '-c', 'head -c 12; test -f /dev/stdin && echo regular'], stdin=file))
    equal(done.stdout, 'from a file\nregular\n')
    done = succeeded(run(mode, ['wc', '-l'], input='a\nb\n'))
    equal(done.stdout, '2\n')


def missing_and_not_executable(mode):
    done = run(mode, ['no-such-command-anywhere'])
    equal(done.returncode, 127, done.stderr)
    check('no-such-command-anywhere' in done.stderr, done.stderr)
    path = write_file('not-executable', 'echo ran\n')
    done = run(mode, [path])
    equal((done.returncode, done.stdout), (126, ''), done.stderr)
    check('not-executable' in done.stderr, done.stderr)


def closed_stdin(mode):
    # The shell closes it for us: Popen cannot.
    for closing, name in (('<&-', 'input'), ('>&-', 'output')):
        words = ' '.join([Bench.binary, 'run', *mode.options, '--', 'touch', 'ran'])
        done = subprocess.run(['sh', '-c', words + ' ' + closing], env=mode.full_environment({}), capture_output=True,
                              text=True, timeout=20, check=False, **mode.popen_arguments())
        equal(done.returncode, 125, done.stderr)
        check('standard ' + name in done.stderr, done.stderr)
        check(not os.path.exists('ran'), 'the command was run')


main([exit_statuses, signals_are_forwarded, death_by_signal, stop_timeout, orphans_die_with_the_job, killed_supervisor,
      ten_thousand_lines, stdin_from_file, missing_and_not_executable, closed_stdin])

# SPDX-License-Identifier: GPL-2.0-or-later
"""The policy of a running jail, exchanged fifty times while it transfers: what both policies allow goes on, what one denies
stops with it, and nothing passes that neither allows.

    vpc_update.py VPCJAIL UPLINK
"""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'range'))

import profiles  # noqa: E402
from launch_lib import Bench, PYTHON, check, equal, main, start, write_file  # noqa: E402
from topology import IN_LIST, Range, SERVER, over  # noqa: E402

UPLINK = sys.argv[2]
UPDATES, CLIENTS = 50, 4
TO_SERVER = {'to': list(SERVER), 'protocol': 'tcp', 'ports': [7001]}
BOTH, WIDER = [TO_SERVER], [TO_SERVER, profiles.GATEWAY]

# Four transfers that both policies allow, one conversation that only the wider one does, and datagrams that none does.
JOB = """
import hashlib, json, os, socket, sys, threading, time
server, listed = sys.argv[1].split(","), sys.argv[2]
done, sent, broken, alive = threading.Event(), [0, 0, 0, 0], [], []

def transfer(number):
    address = server[number % 2]
    try:
        connection = socket.create_connection((address, 7001), timeout=60)
        while not done.is_set():
            block = b"token" + os.urandom(65536)
            connection.sendall(block)
            got = bytearray()
            while len(got) < len(block):
                part = connection.recv(1 << 20)
                if not part:
                    raise OSError("closed by the other side")
                got += part
            if got != block:
                raise OSError("not what was sent")
            sent[number] += len(block)
    except OSError as error:
        broken.append(f"{address}: {error}")

def converse():
    # A conversation of the wider policy; when it stops, a new one is tried until the wider policy is back.
    while not done.is_set():
        try:
            connection = socket.create_connection((listed, 443), timeout=0.3)
            while not done.is_set():
                connection.sendall(b"token-listed")
                connection.recv(100)
                alive.append(time.monotonic())
                time.sleep(0.01)
        except OSError:
            time.sleep(0.02)

def forbidden():
    asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while not done.is_set():
        try:
            asked.sendto(b"token-never", (server[0], 9999))
        except OSError:
            pass
        time.sleep(0.005)

threads = [threading.Thread(target=transfer, args=(number,)) for number in range(4)]
threads += [threading.Thread(target=converse), threading.Thread(target=forbidden)]
for thread in threads:
    thread.start()
print("ready", flush=True)
for line in sys.stdin:
    if line == "alive\\n":
        print(json.dumps([time.monotonic(), alive[-1] if alive else 0, sum(sent)]), flush=True)
    else:
        break
done.set()
for thread in threads:
    thread.join()
print(json.dumps({"sent": sent, "broken": broken}), flush=True)
"""


class Known:
    range = None


def prepare():
    Known.range = Range(machines=['server', 'internet'])


def profile(name, egress, **more):
    return write_file(name + '.yaml', profiles.vpc(UPLINK, egress=egress, ingress=[], acl=None, **more))


def update(path):
    return subprocess.run([Bench.binary, 'update', 'exchanged', '-p', path], env=Bench.modes[1].full_environment({}), text=True,
                          capture_output=True, timeout=30, check=False)


def difference(path):
    """From what a profile allows to what the jail enforces, its rules read back."""
    return subprocess.run([Bench.binary, 'diff', path, '--jail', 'exchanged'], env=Bench.modes[1].full_environment({}), text=True,
                          capture_output=True, timeout=30, check=False)


def ask(job):
    job.stdin.write('alive\n')
    job.stdin.flush()
    return json.loads(job.stdout.readline())


def talks(job, seconds=5):
    """Whether the conversation of the wider policy gets answers that are new."""
    begin, end = ask(job)[0], time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.03)
        if ask(job)[1] > begin:
            return True
    return False


def under_load():
    paths = {'narrow': profile('narrow', BOTH), 'wide': profile('wide', WIDER)}
    job = start(over(UPLINK), [PYTHON, '-c', JOB, ','.join(SERVER), IN_LIST[0]], profile=paths['wide'], stdin=subprocess.PIPE,
                options=['--name', 'exchanged'])
    equal(job.stdout.readline(), 'ready\n')
    check(talks(job), 'positive control: the wider policy lets the conversation through')
    equal(update(paths['wide']).returncode, 0, 'so that the first narrow one is a second exchange')
    Known.range.forget()
    for number in range(UPDATES):
        name = ('narrow', 'wide')[number % 2]
        done = update(paths[name])
        equal(done.returncode, 0, 'update', number, done.stderr)
        if number % 10 == 0:      # narrow: what was under way stops, and stays stopped
            time.sleep(0.1)
            now, last, sent = ask(job)
            time.sleep(0.5)
            after = ask(job)
            check(after[1] <= now, 'the denied conversation goes on', after[1] - now, 's after the update', now - last)
            check(after[2] > sent, 'no transfer moves under the narrow policy')
        elif number % 10 == 9:    # wide again: and so is the conversation
            check(talks(job), 'the conversation does not come back after update', number)
    equal(update(profile('frozen', WIDER, credentials='keep')).returncode, 1, 'a frozen key')
    check(talks(job), 'after an update that was refused, the old policy does not stand as before')
    done = difference(paths['wide'])
    equal((done.returncode, done.stdout), (0, 'no difference in what may be reached\n'), 'diff with what runs', done.stderr)
    done = difference(paths['narrow'])
    equal(done.returncode, 1, 'diff with another profile', done.stderr)
    check(f'egress: jail exchanged reaches, {paths["narrow"]} does not:\n  tcp 443 to ' in done.stdout, done.stdout)
    job.stdin.write('end\n')
    job.stdin.flush()
    said = json.loads(job.stdout.readline())
    out, err = job.communicate(timeout=30)
    equal(job.returncode, 0, out, err)
    equal(said['broken'], [], 'transfers that both policies allow')
    check(min(said['sent']) > 1 << 20, 'a transfer stood still:', said)
    print(f'{UPDATES} updates, {sum(said["sent"]) >> 20} MiB transferred')
    check(Known.range.arrived(lambda frame: frame.port == 443), 'positive control: nothing was seen on the wire')
    came = Known.range.arrived(lambda frame: (frame.data or '').startswith('token') and frame.port not in (7001, 443))
    equal(came, {}, 'packets that neither policy allows arrived')


main([], [under_load], prepare=prepare)

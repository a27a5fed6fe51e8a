# SPDX-License-Identifier: GPL-2.0-or-later
"""process.sockets: a UNIX socket of the host is reached when it is named, and its neighbour is not."""
import os
import shutil
import socket
import threading
import uuid

from launch_lib import check, equal, main, python, report, run, user_folder, write_file

# Connects to each path and asks, as a client of an agent would.
CLIENT = '''
import json, os, socket, sys
answers = {}
for path in sys.argv[1:]:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        try:
            client.connect(path)
            client.sendall(b'who?')
            answers[path] = client.recv(100).decode()
        except OSError as failed:
            answers[path] = type(failed).__name__
print(json.dumps({'answers': answers, 'pointer': os.environ.get('SSH_AUTH_SOCK')}))
'''


class Agents:
    """Listening sockets in a folder, each of which answers with its own name."""

    def __init__(self, mode, parent, *names):
        self.folder = os.path.join(parent, 'vpcjail-sockets.' + uuid.uuid4().hex[:8])
        self.mode, self.names, self.servers = mode, names, []

    def __enter__(self):
        os.mkdir(self.folder)
        os.chown(self.folder, self.mode.entry.pw_uid, self.mode.entry.pw_gid)
        for name in self.names:
            server = socket.socket(socket.AF_UNIX)
            server.bind(self.path(name))
            os.chmod(self.path(name), 0o666)
            server.listen()
            self.servers.append(server)
            threading.Thread(target=self.serve, args=(server, name), daemon=True).start()
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.shutdown(socket.SHUT_RDWR)
            server.close()
        shutil.rmtree(self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    @staticmethod
    def serve(server, name):
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client:
                client.recv(100)
                client.sendall(name.encode())


def profile(sockets, more=''):
    return write_file('sockets.yaml', f'vpcjail: 1\nnetwork: {{isolation: full}}\nprocess:\n  sockets: [{sockets}]\n{more}')


def ask(mode, which, *paths, **more):
    return report(python(mode, CLIENT, *paths, profile=which, **more))


def reached(mode, parent, more='', alias=None):
    """Named, it answers; its neighbour does not; unnamed, none does. alias: another name of the parent."""
    with Agents(mode, parent, 'agent', 'neighbour') as agents:
        agent, neighbour = agents.path('agent'), agents.path('neighbour')
        named = agent if alias is None else agent.replace(parent, alias, 1)
        got = ask(mode, profile(named, more), agent, neighbour, named)['answers']
        equal((got[agent], got[named]), ('agent', 'agent'), 'named', got)
        check(got[neighbour] in ('FileNotFoundError', 'ConnectionRefusedError', 'PermissionError'), got)
        got = ask(mode, profile('', more), agent, neighbour)['answers']
        check(not {'agent', 'neighbour'} & set(got.values()), 'unnamed', got)
        # Positive control: the two do answer.
        got = ask(mode, profile(f'{agent}, {neighbour}', more), agent, neighbour)['answers']
        equal(got, {agent: 'agent', neighbour: 'neighbour'}, 'both named')


def in_the_home(mode):
    reached(mode, mode.entry.pw_dir)


def in_a_private_home(mode):
    reached(mode, mode.entry.pw_dir, '  home: private\n')


def in_hidden_folders(mode):
    for parent in ('/run', '/tmp', '/var/tmp', '/dev/shm'):
        reached(mode, parent)


def by_the_old_name_of_run(mode):
    reached(mode, '/run', alias='/var/run')


def in_the_working_directory(mode):
    folder = user_folder(mode, 'here')
    with Agents(mode, folder, 'agent', 'neighbour') as agents:
        got = ask(mode, profile(agents.path('agent')), agents.path('agent'), agents.path('neighbour'), cwd=folder)['answers']
        equal(got[agents.path('agent')], 'agent')
        check(got[agents.path('neighbour')] != 'neighbour', got)


def the_pointer_stays_removed(mode):
    with Agents(mode, '/run', 'agent') as agents:
        path = agents.path('agent')
        environment = {'SSH_AUTH_SOCK': path}
        equal(ask(mode, profile(path), path, environment=environment), {'answers': {path: 'agent'}, 'pointer': None})
        kept = profile(path, '  environment: {keep: [SSH_AUTH_SOCK]}\n')
        equal(ask(mode, kept, path, environment=environment), {'answers': {path: 'agent'}, 'pointer': path})


def refusals(mode):
    other = write_file('no-socket', 'text\n')
    for path in ('/nowhere/socket', other, '/run'):
        done = run(mode, ['true'], profile=profile(path))
        equal(done.returncode, 125, path)
        check(f'sockets.yaml:4:13: process.sockets: there is no UNIX socket {path}' in done.stderr, done.stderr)
    # In a folder that is hidden for the credentials in it there is no place for it.
    hidden = os.path.join(mode.entry.pw_dir, '.aws')
    existed = os.path.exists(hidden)
    os.makedirs(hidden, exist_ok=True)
    with Agents(mode, hidden, 'agent') as agents:
        done = run(mode, ['true'], profile=profile(agents.path('agent')))
        equal(done.returncode, 125)
        check('is hidden from the job by another rule' in done.stderr, done.stderr)
    if not existed:
        os.rmdir(hidden)


main([in_the_home, in_a_private_home, in_hidden_folders, by_the_old_name_of_run, in_the_working_directory,
      the_pointer_stays_removed, refusals])

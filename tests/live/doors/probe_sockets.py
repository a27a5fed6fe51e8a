# SPDX-License-Identifier: GPL-2.0-or-later
"""Doors: UNIX sockets and pipes in the file system."""
import os
import secrets
import socket
import subprocess
import threading
import time

from door import LIBC, Absent, Blocked, Door, called

CLONE_NEWNET = 0x40000000

SERVER = '''
import os, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
listener.listen(8)
print("bound", flush=True)
while True:
    connection, _ = listener.accept()
    data = connection.recv(100)
    print(data.decode(), flush=True)
    connection.sendall(data)
'''


def talk(path, token, kind=socket.SOCK_STREAM):
    """Sends the token to the socket at path, and waits for the answer where the kind has one."""
    client = socket.socket(socket.AF_UNIX, kind)
    client.settimeout(1)
    client.connect(path)
    client.sendall(token.encode())
    if kind != socket.SOCK_DGRAM and client.recv(100) != token.encode():
        raise Blocked('no echo')


def mount(world, *arguments):
    """Mounts in the test's own namespace; the last argument is where."""
    done = subprocess.run(['mount', *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Absent(done.stderr.strip())
    world.undo(lambda: subprocess.run(['umount', '--lazy', arguments[-1]], check=False))


class _bound(Door):
    """A socket in some folder that the outside has bound before the launch, and answers at."""
    kind = socket.SOCK_STREAM

    def place(self, world):
        """The path of the socket."""
        raise NotImplementedError

    def known(self, world, path):  # pylint: disable=unused-argument
        """The paths by which the job tries it."""
        return [path]

    def outside(self, world):
        path = self.place(world)
        self.arrived = world.listen(path, self.kind)
        return {'paths': self.known(world, path), 'token': world.token}

    def inside(self, found):
        failures = []
        for path in found['paths']:
            try:
                return talk(path, found['token'], self.kind)
            except OSError as error:
                failures.append(f'{path}: {error}')
        raise Blocked(', '.join(failures))

    def crossed(self, world, found):
        return world.arrived(self.arrived, 0.2 if self.kind == socket.SOCK_DGRAM else 0)


class socket_tmp(_bound):
    def place(self, world):
        return world.folder_in('/tmp') + '/s'


class socket_var_tmp(_bound):
    def place(self, world):
        return world.folder_in('/var/tmp') + '/s'


class socket_run(_bound):
    def place(self, world):
        return world.folder_in('/run') + '/s'


class socket_shm(_bound):
    def place(self, world):
        return world.folder_in('/dev/shm') + '/s'


class socket_home(_bound):
    def place(self, world):
        return world.folder_in(world.home) + '/s'


class socket_home_datagram(socket_home):
    kind = socket.SOCK_DGRAM


class socket_home_sequence(socket_home):
    kind = socket.SOCK_SEQPACKET


class socket_directory(_bound):
    def place(self, world):
        return os.path.join(world.folder, 'socket-' + secrets.token_hex(4))


class socket_shared(_bound):
    def place(self, world):
        folder = world.folder_in('/tmp')
        world.options += ['--share', folder]
        return folder + '/s'


class socket_read_only(_bound):
    def place(self, world):
        folder = world.folder_in(world.home)
        self.folder = folder
        return folder + '/s'

    def known(self, world, path):
        mount(world, '--bind', self.folder, self.folder)
        subprocess.run(['mount', '-o', 'remount,bind,ro', self.folder], check=True)
        return [path]


class socket_alias(_bound):
    def place(self, world):
        return world.folder_in(world.home) + '/s'

    def known(self, world, path):
        other = world.folder_in(world.home)
        mount(world, '--bind', os.path.dirname(path), other)
        return [other + '/s']


class socket_hidden_alias(socket_alias):
    """Where it was bound the job has another file system, and a second mount shows it all the same."""

    def place(self, world):
        return world.folder_in('/tmp') + '/s'


class socket_link(_bound):
    """Bound by a linked folder, tried by another link to the folder and by one to the socket."""

    def place(self, world):
        folder = world.folder_in(world.home)
        os.symlink(folder, folder + '/bound')
        os.symlink(folder, folder + '/tried')
        os.symlink('s', folder + '/link')
        return folder + '/bound/s'

    def known(self, world, path):
        folder = os.path.dirname(os.path.dirname(path))
        return [folder + '/tried/s', folder + '/link']


class socket_hard_link(_bound):
    """A second name of the same socket: a way to make it appear at once, in use."""

    def place(self, world):
        return world.folder_in(world.home) + '/s'

    def known(self, world, path):
        os.link(path, path + '-too')
        return [path + '-too']


class socket_renamed(socket_hard_link):
    """Bound under a name for the moment, and then put into place: the kernel's list keeps the first name."""

    def known(self, world, path):
        os.rename(path, path + '-now')
        return [path + '-now']


class socket_odd_name(_bound):
    """Names that a list of lines, or of text, cannot tell."""

    def place(self, world):
        return world.folder_in(world.home) + '/'

    def outside(self, world):
        folder = self.place(world)
        line = '\n0000000000000000: 00000002 00000000 00010000 0001 01 1 '
        names = ['a b  c', 'two\nlines', line + 'x', 'end\n', ' ', '@at', b'\xff\xfe\x80'.decode(errors='surrogateescape'), '\\040']
        paths = [folder + name for name in names]
        paths.append(folder + 'n' * (107 - len(folder)))  # as long as can be
        self.all = [world.listen(path) for path in paths]
        return {'paths': paths, 'token': world.token}

    def crossed(self, world, found):
        return any(map(world.arrived, self.all))


class socket_closed_folder(_bound):
    """In a folder without any right, of the job's user, who gives them back."""

    def place(self, world):
        return world.folder_in(world.home) + '/s'

    def known(self, world, path):
        os.chmod(os.path.dirname(path), 0)
        return [path]

    def inside(self, found):
        os.chmod(os.path.dirname(found['paths'][0]), 0o700)
        super().inside(found)


class socket_moved_inside(_bound):
    """The job renames, exchanges and removes what covers it, and its folder."""

    def place(self, world):
        return world.folder_in(world.folder_in(world.home)) + '/s'

    def inside(self, found):
        path = found['paths'][0]
        folder = os.path.dirname(path)
        acts = [
            lambda: os.link(path, path + '-2'), lambda: os.rename(path, path + '-3'), lambda: os.unlink(path),
            lambda: os.rename(folder, folder + '-4'), lambda: os.rename(folder + '-4', os.path.dirname(folder) + '-5'),
        ]
        for act in acts:
            try:
                act()
            except OSError:
                pass
        tried = [parent + name for parent in (folder, folder + '-4', os.path.dirname(folder) + '-5')
                 for name in ('/s', '/s-2', '/s-3')]
        super().inside({**found, 'paths': tried})


class socket_overlay(_bound):
    """In a mount that lays one folder over another: bound there, tried there and in the folder below."""

    def place(self, world):
        base = world.folder_in(world.home)
        for name in ('lower', 'upper', 'work', 'merged'):
            os.mkdir(os.path.join(base, name))
            world.own(os.path.join(base, name))
        layers = f'lowerdir={base}/lower,upperdir={base}/upper,workdir={base}/work'
        mount(world, '-t', 'overlay', '-o', layers, 'overlay', base + '/merged')
        return base + '/merged/s'

    def known(self, world, path):
        return [path, path.replace('/merged/', '/upper/')]


class _served(_bound):
    """Bound by a process of the job's user, which stands elsewhere."""
    prefix = ()
    before = ()
    code = SERVER

    def place(self, world):
        return world.folder_in(world.home) + '/s'

    def outside(self, world):
        path = self.place(world)
        self.process = self.serve(world, path)
        return {'paths': self.known(world, path), 'token': world.token}

    def serve(self, world, path, **more):
        command = [*self.prefix, '/usr/bin/python3', '-c', self.code, *self.before, path]
        if world.entry.pw_uid:
            more.update({'user': world.entry.pw_uid, 'group': world.entry.pw_gid, 'extra_groups': []})
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **more)

        def end():
            process.kill()
            process.communicate()
        world.undo(end)
        if process.stdout.readline() != b'bound\n':
            raise Absent(' '.join(self.prefix))
        os.set_blocking(process.stdout.fileno(), False)
        return process

    def crossed(self, world, found):
        return world.token.encode() in (self.process.stdout.read() or b'')


class socket_relative(_served):
    def serve(self, world, path, **more):
        return super().serve(world, 's', cwd=os.path.dirname(path))


class socket_other_network(_served):
    def serve(self, world, path, **more):
        self.prefix = ('unshare', '-nUr' if world.entry.pw_uid else '-n')
        return super().serve(world, path)


class socket_other_tree(_served):
    """Bound by a process that has the folder elsewhere, as one in a container has."""

    def serve(self, world, path, **more):
        own = 'mount --bind "$0" /mnt && exec "$@"'
        self.prefix = ('unshare', '-mUr' if world.entry.pw_uid else '-m', 'sh', '-c', own, os.path.dirname(path))
        return super().serve(world, '/mnt/s')


class socket_other_root(_served):
    """Bound by a process with another root folder."""

    def serve(self, world, path, **more):
        self.prefix = ('unshare', '-Ur') if world.entry.pw_uid else ()
        # The interpreter comes from the root folder as it is; it goes into the other one before it binds.
        self.code = 'import os, socket, sys\nos.chroot(sys.argv.pop(1))\n' + SERVER
        self.before = (os.path.dirname(path),)
        return super().serve(world, '/s')


class socket_descriptor(Door):
    """A connection of the network outside, handed over through such a socket."""

    def outside(self, world):
        server = socket.create_server(('127.0.0.1', 0))
        self.ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
        server.close()
        self.ours.settimeout(0.2)
        path = world.folder_in(world.home) + '/s'
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        os.chmod(path, 0o777)
        listener.listen(1)

        def hand_over():
            try:
                connection, _ = listener.accept()
                socket.send_fds(connection, [b'x'], [theirs.fileno()])
            except OSError:
                pass  # nobody came
        threading.Thread(target=hand_over, daemon=True).start()
        world.undo(lambda: (listener.shutdown(socket.SHUT_RDWR), listener.close()))
        return {'path': path, 'token': world.token}

    def inside(self, found):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(1)
        client.connect(found['path'])
        _, descriptors, _, _ = socket.recv_fds(client, 1, 1)
        socket.socket(fileno=descriptors[0]).sendall(found['token'].encode())

    def crossed(self, world, found):
        try:
            return self.ours.recv(100) == world.token.encode()
        except OSError:
            return False


class socket_moved(_bound):
    """By a name that meant something to its process alone, which has gone to another folder since."""

    def place(self, world):
        return world.folder_in(world.home) + '/s'

    def outside(self, world):
        path = self.place(world)
        self.arrived = world.listen(path, name='s')
        return {'paths': [path], 'token': world.token}


class socket_left_network(_bound):
    """Bound in a network namespace that its process has left, so that no process shows it."""

    def place(self, world):
        return world.folder_in(world.home) + '/s'

    def outside(self, world):
        path = self.place(world)
        before = os.open('/proc/self/ns/net', os.O_RDONLY)
        called(LIBC.unshare(CLONE_NEWNET))
        try:
            self.arrived = world.listen(path)
        finally:
            called(LIBC.setns(before, CLONE_NEWNET))
            os.close(before)
        return {'paths': [path], 'token': world.token}


class _later(Door):
    """The outside binds when the job has said that it runs."""
    alone = True

    def outside(self, world):
        self.folder = world.folder_in(world.folder)
        return {'path': self.folder + '/s', 'started': self.folder + '/started', 'token': world.token}

    def inside(self, found):
        with open(found['started'], 'w', encoding='ascii'):
            pass
        for _ in range(200):
            if os.path.exists(found['started'] + '-bound'):
                break
            time.sleep(0.01)
        else:
            raise TimeoutError('the outside bound nothing')
        talk(found['path'], found['token'])

    def bind(self, world, path):
        self.arrived = world.listen(path)

    def watch(self, world, found, process):
        while process.poll() is None and not os.path.exists(found['started']):
            time.sleep(0.01)
        self.bind(world, found['path'])
        with open(found['started'] + '-bound', 'w', encoding='ascii'):
            pass

    def crossed(self, world, found):
        return world.arrived(self.arrived)


class socket_later(_later):
    pass


class socket_rebound(_later):
    """A service that starts anew binds the same path again; what covered the first socket goes with its name."""

    def outside(self, world):
        found = super().outside(world)
        self.first = world.listen(found['path'])
        return found

    def bind(self, world, path):
        os.unlink(path)
        super().bind(world, path)


class pipe_tmp(Door):
    def outside(self, world):
        path = world.folder_in('/tmp') + '/pipe'
        os.mkfifo(path)
        os.chmod(path, 0o666)
        self.reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        world.undo(os.close, self.reader)
        return {'path': path, 'token': world.token}

    def inside(self, found):
        os.write(os.open(found['path'], os.O_WRONLY | os.O_NONBLOCK), found['token'].encode())

    def crossed(self, world, found):
        return os.read(self.reader, 100) == world.token.encode()


class _file(Door):
    parent = ''

    def outside(self, world):
        path = world.folder_in(self.parent) + '/letter'
        return {'path': path, 'token': world.token}

    def inside(self, found):
        with open(found['path'], 'w', encoding='ascii') as file:
            file.write(found['token'])

    def crossed(self, world, found):
        if not os.path.exists(found['path']):
            return False
        with open(found['path'], encoding='ascii') as file:
            return file.read() == world.token


class file_tmp(_file):
    parent = '/tmp'


class file_run(_file):
    parent = '/run'

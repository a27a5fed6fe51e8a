# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands outside while doors are tried: folders, users, descriptors to inherit, and a network that answers."""
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time

LOOPBACK_PORT, FAR4, FAR6, HOST4, HOST6 = 443, '198.51.100.7', '2001:db8:51::7', '10.20.1.9', 'fd00:20::9'


def children(pid):
    with open(f'/proc/{pid}/task/{pid}/children', encoding='ascii') as file:
        return [int(word) for word in file.read().split()]


class World:
    """One for a launch: who runs the job, where, and what it inherits."""

    def __init__(self, launcher, folder, network):
        self.launcher = launcher  # of battery
        self.entry = launcher.entry    # of pwd: who the job runs as
        self.folder = folder           # the job's working directory
        self.home = self.entry.pw_dir  # a file system of the test's own
        self.network = network    # launch_outside.Outside, or None
        self.environment = {}     # added to the launcher's
        self.options = []         # added to vpcjail's: ['--share', path]
        self.pass_fds = []
        self.token = secrets.token_hex(8)
        self._undo = []

    def undo(self, function, *arguments):
        """Called when the launch is over, last one first."""
        self._undo.append((function, arguments))

    def inherit(self, descriptor):
        """The job's launcher inherits it, under the same number."""
        number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
        os.set_inheritable(number, True)
        self.pass_fds.append(number)
        self.undo(os.close, number) if isinstance(descriptor, int) else self.undo(descriptor.close)
        return number

    def own(self, path):
        """Gives a file to the job's user."""
        os.chown(path, self.entry.pw_uid, self.entry.pw_gid, follow_symlinks=False)
        return path

    def folder_in(self, parent):
        """A new folder of the job's user; removed afterwards."""
        path = os.path.join(parent, 'door-' + secrets.token_hex(4))
        os.mkdir(path, 0o700)
        self.undo(shutil.rmtree, path, True)
        return self.own(path)

    def file_in(self, parent, name, text, mode=0o644):
        """A file of the job's user below parent, with the folders on the way; taken away afterwards."""
        path = os.path.join(parent, name)
        missing = path
        while not os.path.exists(os.path.dirname(missing)):
            missing = os.path.dirname(missing)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        os.chmod(path, mode)
        below = os.path.dirname(path)
        while below.startswith(missing) and missing != path:
            self.own(below)
            below = os.path.dirname(below)
        self.own(path)
        self.undo(shutil.rmtree if os.path.isdir(missing) else os.unlink, missing)
        return path

    def listen(self, path, kind=socket.SOCK_STREAM, name=None):
        """A UNIX socket that echoes what it gets, and remembers it: gives back the list of what arrived.

        name: bind by this name instead (a relative one), from the socket's folder.
        """
        listener = socket.socket(socket.AF_UNIX, kind)
        if name:
            before = os.getcwd()
            os.chdir(os.path.dirname(path))
            listener.bind(name)
            os.chdir(before)
        else:
            listener.bind(path)
        if path[:1] == '/':
            os.chmod(path, 0o777)
            self.undo(lambda: os.path.exists(path) and os.unlink(path))
        return self.echo(listener, kind)

    def echo(self, listener, kind=socket.SOCK_STREAM):
        arrived = []
        if kind != socket.SOCK_DGRAM:
            listener.listen(8)

        def serve():
            while True:
                try:
                    if kind == socket.SOCK_DGRAM:
                        arrived.append(listener.recv(4096))
                        continue
                    connection, _ = listener.accept()
                    connection.settimeout(5)
                    data = connection.recv(4096)
                    arrived.append(data)
                    connection.sendall(data)
                    connection.close()
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        self.undo(lambda: (listener.shutdown(socket.SHUT_RDWR) if kind != socket.SOCK_DGRAM else None, listener.close()))
        return arrived

    def arrived(self, messages, seconds=0):
        """Whether the token is among them. A datagram may still be on its way to the thread that reads: wait a little."""
        end = time.monotonic() + seconds
        while not any(self.token.encode() in message for message in messages) and time.monotonic() < end:
            time.sleep(0.01)
        return any(self.token.encode() in message for message in messages)

    def victim(self, code='import time; time.sleep(60)', *arguments, **more):
        """A process outside, of the job's user, without capabilities; it says `ready` first."""
        text = 'import sys; print("ready", flush=True)\n' + code
        if self.entry.pw_uid:
            groups = os.getgrouplist(self.entry.pw_name, self.entry.pw_gid)
            more = {'user': self.entry.pw_uid, 'group': self.entry.pw_gid, 'extra_groups': groups, **more}
            command = []
        else:
            command = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs']
        return self._ready([*command, '/usr/bin/python3', '-c', text, *map(str, arguments)], {'cwd': '/', **more}, subprocess.Popen.kill)

    def _ready(self, command, more, end):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **more)
        if process.stdout.readline() != b'ready\n':
            sys.exit('a victim did not start')

        def undo():
            end(process)
            process.communicate()
        self.undo(undo)
        return process

    def neighbour(self):
        """A process in another jail of the same user, where the launcher makes jails. Its launcher, and its number outside."""
        if not self.launcher.isolates:
            victim = self.victim()
            return victim, victim.pid
        command = [*self.launcher.prefix([]), '/usr/bin/python3', '-c', 'import time; print("ready", flush=True); time.sleep(60)']
        process = self._ready(command, {'cwd': '/', 'env': self.launcher.environment, **self.launcher.popen}, subprocess.Popen.terminate)
        return process, children(children(process.pid)[0])[0]

    def sweep(self):
        """A supervisor that was killed leaves its scratch folders to the next launch."""
        if self.launcher.isolates:
            self.launcher.start(self, ['true']).communicate(timeout=20)

    def close(self):
        while self._undo:
            function, arguments = self._undo.pop()
            try:
                function(*arguments)
            except OSError:
                pass  # the probe took it away itself

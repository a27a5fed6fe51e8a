# SPDX-License-Identifier: GPL-2.0-or-later
"""Doors: what outlives the job. What lives on beats: it writes into a file of the working directory, again and again."""
import os
import signal
import socket
import time

from door import Blocked, Door
from world import FAR4, children

PAUSE = 0.01
LIFE = 3     # seconds that a survivor lives at most
SOON = 2     # seconds within which all must be gone
MARK = 'DOOR_LIFETIME'


def beat(path, until):
    """Opens the file once: what the working directory is mounted on goes with the job."""
    with open(path, 'ab', buffering=0) as file:
        while time.monotonic() < until:
            file.write(b'.')
            time.sleep(PAUSE)


def beats(path):
    return os.path.getsize(path) if os.path.exists(path) else 0


def wait_for_beat(path):
    end = time.monotonic() + 5
    while not beats(path):
        if time.monotonic() > end:
            raise RuntimeError('no beat')
        time.sleep(PAUSE)


def detached(function, *arguments):
    """Runs it in a child that leads a session of its own and holds nothing of ours open. Gives back the child's number."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        os.closerange(0, 1024)
        function(*arguments)
    finally:
        os._exit(0)


class _Survivor(Door):
    """Something of the job beats; it must not when the job has ended."""
    alone = True

    def outside(self, world):
        self.path = f'{world.folder}/beats-{world.token}'
        world.environment[MARK] = world.token
        world.undo(lambda: os.path.exists(self.path) and os.unlink(self.path))
        world.undo(self.end, world)
        return {'path': self.path}

    def marked(self, world):
        """What is left of the launch: the mark is in the environment of whatever came from it."""
        mark = f'{MARK}={world.token}'.encode()
        left = []
        for name in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open(f'/proc/{name}/environ', 'rb') as file:
                    if mark in file.read().split(b'\0'):
                        left.append(int(name))
            except OSError:
                pass  # it has just ended
        return left

    def end(self, world):
        for pid in self.marked(world):
            os.kill(pid, signal.SIGKILL)

    def survives(self, world):
        """Whether anything beats on; what is slow to end has its time, where all is to end."""
        end = time.monotonic() + (SOON if world.launcher.isolates else 0.3)
        while self.marked(world) and time.monotonic() < end:
            time.sleep(PAUSE)
        before = beats(self.path)
        time.sleep(10 * PAUSE)
        return bool(self.marked(world)) or beats(self.path) > before

    def inside(self, found):
        self.start(found)
        wait_for_beat(found['path'])
        raise Blocked('outside knows')

    def start(self, found):
        raise NotImplementedError

    def crossed(self, world, found):
        if not beats(self.path):
            raise RuntimeError('nothing was ever alive')
        return self.survives(world)


class lifetime_daemon(_Survivor):
    def start(self, found):
        def fork_again():
            if os.fork() == 0:
                beat(found['path'], time.monotonic() + LIFE)
        os.waitpid(detached(fork_again), 0)


class lifetime_forking(_Survivor):
    """Every process lives for a moment only, and has a child by then: no number to aim at."""
    def start(self, found):
        def fork_on():
            end = time.monotonic() + LIFE
            with open(found['path'], 'ab', buffering=0) as file:
                while time.monotonic() < end:
                    if os.fork():
                        os._exit(0)
                    os.setsid()
                    file.write(b'.')
                    time.sleep(0.002)
        detached(fork_on)


class lifetime_stopped(_Survivor):
    """It is stopped when the job ends, and resumed later by whoever finds it."""
    def start(self, found):
        def stop():
            with open(found['path'], 'ab', buffering=0) as file:
                file.write(b'.')
                os.kill(os.getpid(), signal.SIGSTOP)
                file.write(b'.')
                time.sleep(LIFE)
        os.waitpid(detached(stop), os.WUNTRACED)

    def crossed(self, world, found):
        before = beats(self.path)
        for pid in self.marked(world):
            os.kill(pid, signal.SIGCONT)
        return super().crossed(world, found) and beats(self.path) > before


class _Ended(_Survivor):
    """The launcher is ended while the job runs."""
    answers = False

    def start(self, found):
        detached(beat, found['path'], time.monotonic() + LIFE)

    def inside(self, found):
        self.start(found)
        time.sleep(LIFE)

    def watch(self, world, found, process):
        wait_for_beat(self.path)
        self.strike(world, process)
        self.survived = self.survives(world)
        self.end(world)  # what is left of it holds the streams
        process.communicate(timeout=20)
        world.sweep()

    def strike(self, world, process):
        raise NotImplementedError

    def crossed(self, world, found):
        return self.survived


class lifetime_killed(_Ended):
    def strike(self, world, process):
        process.kill()
        process.wait(20)


class lifetime_first_killed(_Ended):
    """Process 1 of the jail is killed; the launcher where it has none."""
    def strike(self, world, process):
        pid = children(process.pid)[0] if world.launcher.isolates else process.pid
        os.kill(pid, signal.SIGKILL)
        if process.wait(20) not in (-signal.SIGKILL, 128 + signal.SIGKILL):
            raise RuntimeError(f'status {process.returncode}')


class lifetime_deaf(_Ended):
    """Asked to end, not told: the job's children ignore it."""
    def start(self, found):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        super().start(found)

    def strike(self, world, process):
        process.terminate()
        process.wait(20)


class lifetime_paused(Door):
    """The supervisor is stopped: the job goes on, and its packets must not get anywhere meanwhile."""
    alone = True
    RUN, STOPPED = 0.6, 0.2

    def outside(self, world):
        self.path = f'{world.folder}/beats-{world.token}'
        world.undo(lambda: os.path.exists(self.path) and os.unlink(self.path))
        self.ours = socket.socket(type=socket.SOCK_DGRAM)
        self.ours.bind(('0.0.0.0', 0))
        self.ours.setblocking(False)
        world.undo(self.ours.close)
        return {'path': self.path, 'port': self.ours.getsockname()[1], 'token': world.token}

    def inside(self, found):
        end = time.monotonic() + self.RUN
        client = socket.socket(type=socket.SOCK_DGRAM)
        with open(found['path'], 'ab', buffering=0) as file:
            while time.monotonic() < end:
                for address in ('127.0.0.1', FAR4):
                    try:
                        client.sendto(found['token'].encode(), (address, found['port']))
                    except OSError:
                        pass  # denied, or told that nobody listens
                file.write(b'.')
                time.sleep(PAUSE)
        raise Blocked('outside knows')

    def arrived(self):
        count = 0
        while True:
            try:
                self.ours.recv(100)
                count += 1
            except BlockingIOError:
                return count

    def watch(self, world, found, process):
        wait_for_beat(self.path)
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
        self.arrived()  # what came before
        before = beats(self.path)
        time.sleep(self.STOPPED)
        self.count = self.arrived()
        lived = beats(self.path) > before
        process.send_signal(signal.SIGCONT)
        process.communicate(timeout=20)
        if not lived:
            raise RuntimeError('the job stood still with its supervisor')

    def crossed(self, world, found):
        return self.count > 0

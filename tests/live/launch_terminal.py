# SPDX-License-Identifier: GPL-2.0-or-later
"""A terminal session in the jail: prompt, Ctrl-C, Ctrl-Z, window size, settings restored, nothing typed into ours."""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

from launch_lib import Bench, PYTHON, check, equal, main, wait_until

LIMIT = 10  # seconds for each thing waited for


class Session:
    """A command on a pseudo-terminal that leads a session of its own, as a terminal window starts its shell."""

    def __init__(self, mode, command, wrap=None, fds=(0, 1, 2), **popen):
        self.mode = mode
        self.master, self.slave = pty.openpty()
        self.resize(30, 100)
        self.settings = termios.tcgetattr(self.slave)
        self.seen = ''
        words = [Bench.binary, 'run', *mode.options, '--', *command]
        streams = {name: (self.slave if fd in fds else subprocess.DEVNULL)
                   for fd, name in enumerate(('stdin', 'stdout', 'stderr'))}
        streams.update(popen)
        slave = self.slave

        def lead():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        self.process = subprocess.Popen((wrap or []) + words, env=mode.full_environment({'TERM': 'dumb', 'PS1': '$ '}), preexec_fn=lead,
                                        pass_fds=(slave,), cwd=Bench.folder, **streams, **mode.popen_arguments())

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))

    def type(self, text):
        os.write(self.master, text.encode())

    def expect(self, text):
        """Reads until text has appeared; forgets what came before its end."""
        end = time.monotonic() + LIMIT
        while text not in self.seen:
            left = end - time.monotonic()
            check(left > 0 and select.select([self.master], [], [], left)[0], f'no {text!r} in', repr(self.seen))
            try:
                self.seen += os.read(self.master, 4096).decode(errors='replace')
            except OSError as error:
                check(False, f'the terminal ended ({error}) without {text!r}:', repr(self.seen))
        before, _, self.seen = self.seen.partition(text)
        return before

    def is_raw(self):
        return not termios.tcgetattr(self.slave)[3] & termios.ICANON

    def end(self, status=0):
        equal(self.process.wait(LIMIT), status, repr(self.seen))
        equal(termios.tcgetattr(self.slave), self.settings, 'settings of the terminal')
        os.close(self.master)
        os.close(self.slave)


def interactive_python(mode):
    session = Session(mode, [PYTHON, '-q'])
    session.expect('>>> ')
    session.type('print(6 * 7)\n')
    check('print(6 * 7)' in session.expect('42\r\n'), 'no echo')
    session.expect('>>> ')
    check(session.is_raw(), 'positive control: our terminal is raw meanwhile')
    session.type('import os, sys; [os.isatty(n) for n in (0, 1, 2)], os.ttyname(0)\n')
    session.expect("([True, True, True], '/dev/pts/0')")
    session.expect('>>> ')
    session.type('os.getpgrp() == os.tcgetpgrp(0), open("/dev/tty").isatty()\n')
    session.expect('(True, True)')
    session.expect('>>> ')
    session.type('exit(5)\n')
    session.end(5)


def control_c(mode):
    session = Session(mode, [PYTHON, '-q'])
    session.expect('>>> ')
    session.type('import time; print("as" + "leep"); time.sleep(60)\n')
    session.expect('asleep')
    session.type('\x03')
    session.expect('KeyboardInterrupt')
    session.expect('>>> ')
    session.type('exit(4)\n')
    session.end(4)
    # A program that does not catch it dies of it, and so the status says.
    session = Session(mode, ['sh', '-c', 'echo ready; exec sleep 60'])
    session.expect('ready')
    session.type('\x03')
    session.end(128 + signal.SIGINT)


def state(pid):
    with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as file:
        return file.read().rsplit(')', 1)[1].split()[0]


# A shell at its simplest: the command in a process group of its own, which has the terminal. Says when it stopped.
LEADER = '''
import os, signal, sys
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
pid = os.fork()
if pid == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpgrp())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execvp(sys.argv[1], sys.argv[1:])
while True:
    _, status = os.waitpid(pid, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        sys.exit(os.waitstatus_to_exitcode(status))
    print("process", pid, "stopped", flush=True)
'''


def control_z(mode):
    """vpcjail itself stops, as its parent sees it, with the terminal as it was; SIGCONT goes on with both."""
    session = Session(mode, [PYTHON, '-q'], wrap=[PYTHON, '-c', LEADER])
    session.expect('>>> ')
    session.type('print("be" + "fore")\n')
    session.expect('before')
    session.expect('>>> ')
    for _ in range(2):
        session.type('\x1a')
        pid = int(session.expect(' stopped').split()[-1])
        equal(termios.tcgetattr(session.slave), session.settings, 'settings while it is stopped')
        os.kill(pid, signal.SIGCONT)
        check(wait_until(lambda: state(pid) != 'T', LIMIT), 'does not go on')
        session.type('print("af" + "ter")\n')
        session.expect('after')
        session.expect('>>> ')
        check(session.is_raw(), 'not raw after going on')
    session.type('\x04')
    session.end(0)


def nobody_to_go_on(mode):
    """Without a shell a job that stops itself stops neither vpcjail nor what ends the job."""
    session = Session(mode, ['sh', '-c', 'trap "echo stopping; exit 9" TERM; kill -STOP $$; echo went on; while :; do sleep 0.05; done'])
    session.expect('went on')
    session.process.terminate()
    session.expect('stopping')
    session.end(9)


def under_a_shell(mode):
    """Job control by a real shell: Ctrl-Z gives its prompt, fg goes on."""
    session = Session(mode, [PYTHON, '-q'], wrap=['bash', '--norc', '--noprofile', '-i', '-c', '"$@"; echo stopped $?; fg; echo ended $?',
                                                 'bash'])
    session.expect('>>> ')
    session.type('\x1a')
    session.expect('stopped 1')
    session.type('print("go" + "es on")\n')
    session.expect('goes on')
    session.expect('>>> ')
    session.type('exit(3)\n')
    session.expect('ended 3')
    session.process.wait(LIMIT)
    equal(termios.tcgetattr(session.slave), session.settings, 'settings of the terminal')


WINDOW = '''
import os, signal, sys
def show():
    size = os.get_terminal_size(0)
    os.write(1, b"size %d %d\\n" % (size.lines, size.columns))
# Blocked and waited for: a handler of Python's that is called for just before read() begins runs after it has ended.
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])
show()
signal.sigwait([signal.SIGWINCH])
while os.get_terminal_size(0).lines == 30:
    signal.sigwait([signal.SIGWINCH])
show()
sys.stdin.readline()
'''


def window_size(mode):
    session = Session(mode, [PYTHON, '-c', WINDOW])
    session.expect('size 30 100')
    session.resize(41, 77)
    os.kill(session.process.pid, signal.SIGWINCH)  # the kernel sends it to the foreground; once more does no harm
    session.expect('size 41 77')
    session.type('\n')
    session.end(0)


TYPES = '''
import fcntl, os, termios
for tty in (0, "/dev/tty"):
    fd = tty if tty == 0 else os.open(tty, os.O_RDWR)
    try:
        for byte in b"TYPED\\n":
            fcntl.ioctl(fd, termios.TIOCSTI, bytes([byte]))
        print("typed")
    except OSError as error:
        print("refused", error.errno)
print("done")
'''


def nothing_is_typed_into_ours(mode):
    session = Session(mode, [PYTHON, '-c', TYPES])
    before = session.expect('done')
    check('typed' not in before and before.count('refused') == 2, before)
    session.process.wait(LIMIT)
    # What was put into our terminal's input would now be there to read.
    equal(select.select([session.slave], [], [], 0.2)[0], [], 'there is something to read in our terminal')
    session.type('x\n')
    check(select.select([session.slave], [], [], 5)[0], 'positive control: what is typed can be read')
    os.read(session.slave, 100)
    session.end(0)


def pipe_in_terminal_out(mode):
    session = Session(mode, [PYTHON, '-c', 'import os, sys; print(sys.stdin.read(), [os.isatty(n) for n in (0, 1, 2)])'],
                      fds=(1, 2), stdin=subprocess.PIPE)
    session.process.stdin.write(b'from a pipe\n')
    session.process.stdin.close()
    session.expect('from a pipe\r\n [False, True, True]')
    check(not session.is_raw(), 'our terminal was changed')
    session.end(0)
    # And the other way round: a terminal to type at, output into a pipe.
    session = Session(mode, ['sh', '-c', 'read line; echo "<$line>"'], fds=(0, 2), stdout=subprocess.PIPE)
    session.type('typed\n')
    equal(session.process.stdout.read(), b'<typed>\n')
    session.process.stdout.close()
    session.end(0)


def much_output(mode):
    session = Session(mode, ['seq', '20000'])
    check(session.expect('20000\r\n').count('\n') >= 19999, 'lines are missing')
    session.end(0)


def stopped_from_outside(mode):
    """SIGTERM to vpcjail: the job gets it, and our terminal is as it was."""
    session = Session(mode, ['sh', '-c', 'trap "echo stopping; exit 9" TERM; echo ready; while :; do sleep 0.05; done'])
    session.expect('ready')
    session.process.terminate()
    session.expect('stopping')
    session.end(9)


def settings_after_a_kill_inside(mode):
    session = Session(mode, ['sh', '-c', 'echo ready; read line; stty raw; kill -9 $$'])
    session.expect('ready')
    session.type('\n')
    session.end(128 + signal.SIGKILL)


main([interactive_python, control_c, control_z, nobody_to_go_on, under_a_shell, window_size, nothing_is_typed_into_ours, pipe_in_terminal_out,
      much_output, stopped_from_outside, settings_after_a_kill_inside])

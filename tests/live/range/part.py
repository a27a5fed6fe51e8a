# SPDX-License-Identifier: GPL-2.0-or-later
"""One machine of the test range, or a job: it serves, remembers what came, and tries what it is told to try.

    part.py [--blind]    reads one JSON command a line from stdin and answers with one line; ends when stdin does

--blind: without the right to see frames, as every job. A machine of the outside is started in a network namespace of its own.

Whatever the port: a connection or datagram that begins with `token` is echoed; a TLS greeting is answered with the test's
certificate; what else comes by TCP is taken for HTTP.
"""
import ctypes
import json
import selectors
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

import frame
import launch_probe

IP_PKTINFO, IPV6_RECVPKTINFO, IPV6_PKTINFO, IPV6_V6ONLY, IPV6_FREEBIND = 8, 49, 50, 26, 78
# The option by which a socket says which address a datagram was sent to.
ASKED_ADDRESS = {socket.AF_INET: (socket.IPPROTO_IP, IP_PKTINFO), socket.AF_INET6: (socket.IPPROTO_IPV6, IPV6_RECVPKTINFO)}
NTP_EPOCH = 2208988800
TOKEN = b'token'


def die_with_parent():
    """However the test ends, what it has started ends too."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _anybody(family, kind, port, everywhere):
    """everywhere: answers come from addresses that no link has, too."""
    listener = socket.socket(family, kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, IPV6_V6ONLY, 1)
        if everywhere:
            listener.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
    listener.bind(('::' if family == socket.AF_INET6 else '0.0.0.0', port))
    return listener


class Part:
    def __init__(self, blind=False):
        self.requests = []          # of HTTP: [address, port, host, method, path]
        self.pages = {}             # path → [status, text], or a list that begins with "token" where IMDSv2 asks for one
        self.capture = None if blind else frame.Capture()
        self.context = None
        self.children = []
        self.lock = threading.Lock()
        self.selector = selectors.DefaultSelector()

    # Commands, by name.

    def ip(self, batch):
        """What `ip -batch` understands."""
        done = subprocess.run(['ip', '-batch', '-'], input=batch, text=True, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr + batch)

    def switches(self, values):
        """Sysctls of this namespace: path below /proc/sys/net → value."""
        for path, value in values.items():
            with open('/proc/sys/net/' + path, 'w', encoding='ascii') as file:
                file.write(str(value))

    def serve(self, tcp, udp, certificate=None, pages=None):
        self.pages = pages or {}
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        for family in (socket.AF_INET, socket.AF_INET6):
            for port in tcp:
                listener = _anybody(family, socket.SOCK_STREAM, port, self.capture)
                listener.listen(256)
                self.selector.register(listener, selectors.EVENT_READ, self._accept)
            for port in udp:
                listener = _anybody(family, socket.SOCK_DGRAM, port, self.capture)
                listener.setsockopt(*ASKED_ADDRESS[family], 1)
                self.selector.register(listener, selectors.EVENT_READ, self._datagram)
        threading.Thread(target=self._loop, daemon=True).start()

    def start(self, command, ready=None, environment=None, within=20):
        """A server that is a program of its own; `ready` is a port that must answer on this address first."""
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                 env=environment, preexec_fn=die_with_parent)
        self.children.append(child)
        end = time.monotonic() + within
        while ready:
            try:
                socket.create_connection(tuple(ready), 1).close()
                break
            except OSError:
                if child.poll() is not None or time.monotonic() > end:
                    child.kill()
                    raise RuntimeError(f'{command[0]} does not serve: {child.communicate()[1]}') from None
                time.sleep(0.05)

    def frames(self):
        with self.lock:
            return self.capture.take()

    def asked(self):
        return self.requests

    def forget(self):
        with self.lock:
            self.capture.forget()
        self.requests.clear()

    def probe(self, rows, token, seconds=1):
        """Rows of launch_probe, all at once: row → [answer, milliseconds]."""
        answers = {}
        threads = [threading.Thread(target=launch_probe.attempt, args=(row, token, seconds, answers)) for row in rows]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def own(self, to):
        """The address that packets to `to` leave with."""
        asked = socket.socket(socket.AF_INET6 if ':' in to else socket.AF_INET, socket.SOCK_DGRAM)
        asked.connect((to, 7001))
        return asked.getsockname()[0]

    # Services.

    def _loop(self):
        while True:
            for key, _ in self.selector.select():
                key.data(key.fileobj)

    def _accept(self, listener):
        connection, _ = listener.accept()
        threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        connection.settimeout(30)
        try:
            first = connection.recv(len(TOKEN), socket.MSG_PEEK)
            if first[:1] == b'\x16' and self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
                self._answer_http(connection)
            elif first and not TOKEN.startswith(first):
                self._answer_http(connection)
            else:
                while first := connection.recv(65536):
                    connection.sendall(first)
        except OSError:  # the other side went away, or does not trust the certificate
            pass
        finally:
            connection.close()

    def _answer_http(self, connection):
        address, port = connection.getsockname()[:2]
        with connection.makefile('rb') as file:
            method, path, _ = file.readline(8192).decode('latin-1').split(' ', 2)
            headers = {}
            while (line := file.readline(8192).decode('latin-1').strip()):
                name, _, value = line.partition(':')
                headers[name.lower()] = value.strip()
        self.requests.append([address, port, headers.get('host', ''), method, path])
        status, text = self.pages.get(f'{method} {path}', self.pages.get(method, [200, 'hello\n']))
        if path.startswith('/latest/meta-data') and 'x-aws-ec2-metadata-token' not in headers:
            status, text = 401, ''  # IMDSv2: without the token that a PUT gave, nothing
        body = text.encode()
        connection.sendall(f'HTTP/1.1 {status} -\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n'.encode() + body)

    def _datagram(self, listener):
        """The answer comes from the address that was asked, whichever it was."""
        data, control, _, sender = listener.recvmsg(65536, 256)
        if not data.startswith(TOKEN):
            if listener.getsockname()[1] != 123 or len(data) < 48:
                return
            seconds = struct.pack('!II', int(time.time()) + NTP_EPOCH, 0)  # of a server of stratum 1, with no delay
            data = bytes([0x24, 1, 6, 0xec]) + bytes(12) + seconds + data[40:48] + seconds + seconds
        reply = []
        for level, kind, value in control:
            if (level, kind) == (socket.IPPROTO_IP, IP_PKTINFO):
                reply.append((level, kind, struct.pack('I4s4s', 0, value[8:12], bytes(4))))
            elif (level, kind) == (socket.IPPROTO_IPV6, IPV6_PKTINFO):
                reply.append((level, kind, value[:16] + struct.pack('I', 0)))
        try:
            listener.sendmsg([data], reply, 0, sender)
        except OSError:
            pass  # the sender had a foreign or a group's address


def main():
    part = Part('--blind' in sys.argv)
    print('ready', flush=True)
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            answer = {'is': getattr(part, name)(**arguments)}
        except Exception as error:  # pylint: disable=broad-except
            answer = {'error': f'{name}: {error!r}'}
        print(json.dumps(answer), flush=True)
    for child in part.children:
        child.kill()


if __name__ == '__main__':
    main()

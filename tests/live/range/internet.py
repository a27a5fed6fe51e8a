# SPDX-License-Identifier: GPL-2.0-or-later
"""What public programs ask for, each at its own name: an index of Python packages, a hub of models, git repositories, AWS's S3
and STS, the metadata service, clocks. Started in a network namespace where every address is local; ends with its standard input.

    internet.py CERTIFICATE KEY FOLDER     FOLDER: files to serve, below FOLDER/HOST-NAME/
"""
import http.server
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time

FOLDER = sys.argv[3]
SINCE_1900 = 2208988800
OBJECTS = {}
ROLE = {'Code': 'Success', 'AccessKeyId': 'ROLE', 'SecretAccessKey': 'ROLE', 'Token': 'none', 'Type': 'AWS-HMAC',
        'LastUpdated': '2020-01-01T00:00:00Z', 'Expiration': '2099-01-01T00:00:00Z'}
METADATA = {'/latest/meta-data/iam/security-credentials/': 'role', '/latest/meta-data/iam/security-credentials/role': json.dumps(ROLE),
            '/latest/dynamic/instance-identity/document': json.dumps({'region': 'eu-west-1'})}
IDENTITY = '''<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/test</Arn><UserId>TEST</UserId><Account>123456789012</Account></GetCallerIdentityResult>
<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>'''


class Answer(http.server.BaseHTTPRequestHandler):
    """By the name that was asked for, or the address for lack of one."""
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass

    def say(self, code, body=b'', kind='application/octet-stream', **headers):
        self.send_response(code)
        for name, value in {'Content-Type': kind, 'Content-Length': str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body)

    def body(self):
        if 'chunked' not in self.headers.get('Transfer-Encoding', ''):
            return self.rfile.read(int(self.headers.get('Content-Length') or 0))
        whole = b''
        while True:
            size = int(self.rfile.readline().split(b';')[0], 16)
            whole += self.rfile.read(size)
            self.rfile.readline()
            if not size:
                return whole

    def answer(self):
        body = self.body()
        host, path = self.headers.get('Host', '').split(':')[0], self.path.split('?')[0]
        if host == '169.254.169.254':
            self.metadata(path)
        elif host.startswith('sts.'):
            self.say(200, IDENTITY.encode(), 'text/xml')
        elif '.s3.' in host or host.startswith('s3.'):
            self.object(host + path, body)
        else:
            self.file(os.path.normpath(f'/{host}/{path}'))

    def metadata(self, path):
        if self.command == 'PUT':
            self.say(200, b'token', 'text/plain')
        elif path in METADATA:
            self.say(200, METADATA[path].encode(), 'text/plain')
        else:
            self.say(404)

    def object(self, name, body):
        if self.command == 'PUT':
            OBJECTS[name] = body
            self.say(200, ETag='"1"')
        elif name in OBJECTS:
            self.say(200, OBJECTS[name], ETag='"1"', **{'Last-Modified': 'Mon, 01 Jan 2024 00:00:00 GMT'})
        else:
            self.say(404)

    def file(self, path):
        path = FOLDER + path
        if os.path.isdir(path):
            path += '/index.html'
        try:
            with open(path, 'rb') as file:
                self.say(200, file.read(), 'text/html' if path.endswith('.html') else 'application/octet-stream')
        except OSError:
            self.say(404)

    do_GET = do_PUT = do_POST = do_HEAD = answer


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def web(port, context=None):
    server = Server(('', port), Answer)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def clock():
    """RFC 5905, as much as a client of one question wants; from the address that was asked."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.IPPROTO_IP, 8, 1)  # IP_PKTINFO
    server.bind(('', 123))

    def serve():
        while True:
            data, beside, _, sender = server.recvmsg(1000, 1000)
            now = time.time() + SINCE_1900
            stamp = struct.pack('!II', int(now), int(now % 1 * 2 ** 32))
            answer = struct.pack('!BBbbII4s', 0x24, 1, 6, -20, 0, 0, b'TEST') + stamp + data[40:48] + stamp + stamp
            server.sendmsg([answer], beside, 0, sender)
    threading.Thread(target=serve, daemon=True).start()


def banner(port, line):
    """A server that says a line and hangs up."""
    server = socket.create_server(('', port))

    def serve():
        while True:
            connection, _ = server.accept()
            with connection:
                connection.sendall(line)
                connection.recv(1000)
    threading.Thread(target=serve, daemon=True).start()


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    web(443, context)
    web(80)
    clock()
    banner(22, b'SSH-2.0-test\r\n')
    print('ready', flush=True)
    sys.stdin.read()


main()

# SPDX-License-Identifier: GPL-2.0-or-later
"""A certificate authority of the test's own, and one server's certificate for every name of the range."""
import os
import shutil
import subprocess

from launch_lib import check, skip

NAMES = ('*.amazonaws.com', '*.s3.amazonaws.com', '*.us-east-1.amazonaws.com', '*.s3.us-east-1.amazonaws.com', 'amazonaws.com')


def _openssl(*words):
    done = subprocess.run(['openssl', *words], capture_output=True, text=True, timeout=60, check=False)
    check(not done.returncode, 'openssl', *words, done.stderr)


class Authority:
    """certificate: what a client must trust; server: certificate and key of the servers."""

    def __init__(self, parent, server_names=NAMES):
        if not shutil.which('openssl'):
            skip('openssl')
        folder = os.path.join(parent, 'authority')
        os.mkdir(folder)
        self.certificate = os.path.join(folder, 'ca.crt')
        key, request, names = (os.path.join(folder, name) for name in ('ca.key', 'server.csr', 'names'))
        self.server = os.path.join(folder, 'server.crt'), os.path.join(folder, 'server.key')
        new = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-config', '/dev/null']
        _openssl(*new, '-x509', '-days', '2', '-subj', '/CN=vpcjail test range', '-keyout', key, '-out', self.certificate,
                 '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign')
        _openssl(*new, '-subj', '/CN=servers of the test range', '-keyout', self.server[1], '-out', request)
        with open(names, 'w', encoding='ascii') as file:
            file.write('subjectAltName=' + ','.join('DNS:' + name for name in server_names))
        _openssl('x509', '-req', '-in', request, '-CA', self.certificate, '-CAkey', key, '-CAcreateserial', '-days', '2',
                 '-extfile', names, '-out', self.server[0])

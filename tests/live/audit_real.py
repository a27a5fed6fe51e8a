# SPDX-License-Identifier: GPL-2.0-or-later
"""Real programs under `vpcjail audit` and `vpcjail run`, unmodified: what each of them reaches for is told with its process,
name, port, layer and hint, once, and nothing else is. Their servers are stand-ins beyond the host's link.

    audit_real.py VPCJAIL
"""
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import threading
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'range'))

import certificates  # noqa: E402
import dns_outside  # noqa: E402
from launch_lib import Bench, PYTHON, check, equal, main, run, skip, succeeded, user_folder, write_file  # noqa: E402
from pasta_world import SERVER, World, make_world  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
# Where the host's name server says that they are; the first has both families.
ADDRESSES = {
    'pypi.org': ('203.0.113.10', '2001:db8::10'), 'files.pythonhosted.org': ('203.0.113.11', '2001:db8::11'),
    'github.com': ('203.0.113.12',), 'api.github.com': ('203.0.113.13',), 'download.pytorch.org': ('203.0.113.14',),
    'pool.ntp.org': ('203.0.113.15',), 'deb.debian.org': ('203.0.113.16',), 'registry.npmjs.org': ('203.0.113.17',),
    'repo1.maven.org': ('203.0.113.18',), 'proxy.golang.org': ('203.0.113.19',), 'huggingface.co': ('203.0.113.20',),
    'bucket.s3.eu-west-1.amazonaws.com': ('52.218.0.10',), 'other.s3.us-west-2.amazonaws.com': ('203.0.113.21',),
    'sts.eu-west-1.amazonaws.com': ('203.0.113.22',), 'sts.amazonaws.com': ('203.0.113.23',)}
TRUSTED = '/etc/ssl/certs/ca-certificates.crt'
PEER = '10.9.1.21'
MODULE = 'proxy.golang.org/example.com/x/@v'

TRAIN = '''
import os, sys, torch
torch.hub.set_dir("hub")
failed = 0
for get in (lambda: torch.hub.load("pytorch/vision", "tiny", trust_repo=True),
            lambda: torch.hub.load_state_dict_from_url("https://download.pytorch.org/models/tiny.pth")):
    try:
        get()
    except OSError:
        failed = 1
sys.exit(failed)
'''
BOTO3 = '''
import os, sys
import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError
os.environ["AWS_STS_REGIONAL_ENDPOINTS"] = "legacy"
once = Config(retries={"total_max_attempts": 1}, connect_timeout=3)
failed = 0
for call in (lambda: boto3.client("s3", region_name="us-west-2", config=once).put_object(Bucket="other", Key="a", Body=b"x"),
             lambda: boto3.client("sts", config=once).get_caller_identity()):
    try:
        call()
    except BotoCoreError:
        failed = 1
sys.exit(failed)
'''
NODE = '''
require("https").get("https://registry.npmjs.org/left-pad", answer => { answer.resume(); process.exit(answer.statusCode == 200 ? 0 : 1); })
    .on("error", () => process.exit(1));
'''
JAVA = '''
public class Fetch {
    public static void main(String[] words) throws Exception {
        var connection = (java.net.HttpURLConnection) new java.net.URL("http://repo1.maven.org/maven2/").openConnection();
        System.exit(connection.getResponseCode() == 200 ? 0 : 1);
    }
}
'''
KEYS = 'AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=S AWS_DEFAULT_REGION=eu-west-1 AWS_CONFIG_FILE=/dev/null AWS_MAX_ATTEMPTS=1'
SSH = 'ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5'
NO_METADATA = 'AWS_EC2_METADATA_DISABLED=true'


class Program:
    """A program and what it reaches for: (name or address, port, protocol, hint) rows. called: its process, as reports have it.
    succeeds: also with stand-ins for its servers; ssh does not, whose stand-in knows no keys."""

    def __init__(self, label, command, called, *reaches, succeeds=True):
        self.label, self.command, self.called, self.reaches, self.succeeds = label, command, called, reaches, succeeds


# What programs ask for only after something else has answered.
AFTERWARDS = ('files.pythonhosted.org', 'api.github.com', 'sts.eu-west-1.amazonaws.com')
# What team-vpc lets through, by its gateway and its interface endpoint.
PERMITTED = ('bucket.s3.eu-west-1.amazonaws.com', 'sts.eu-west-1.amazonaws.com')
PYPI, FILES = ('pypi.org', 443, 'tcp', 'pypi'), ('files.pythonhosted.org', 443, 'tcp', 'pypi')
PROGRAMS = [
    Program('pip-module', f'{PYTHON} -m pip install --no-cache-dir --target m -r requirements.txt', 'python3 -m pip', PYPI, FILES),
    Program('pip', 'pip install --no-cache-dir --target p requests', 'python3 pip', PYPI, FILES),
    Program('pip-venv', 'venv/bin/pip install --no-cache-dir requests', 'python3 pip', PYPI, FILES),
    Program('aws-s3', f'env {KEYS} {NO_METADATA} aws s3 cp a.txt s3://bucket/a.txt', 'python3 aws',
            ('bucket.s3.eu-west-1.amazonaws.com', 443, 'tcp', 's3')),
    Program('aws-imds', 'env AWS_DEFAULT_REGION=eu-west-1 AWS_CONFIG_FILE=/dev/null AWS_MAX_ATTEMPTS=1 aws sts get-caller-identity',
            'python3 aws', ('169.254.169.254', 80, 'tcp', 'imds'), ('sts.eu-west-1.amazonaws.com', 443, 'tcp', 'sts')),
    Program('boto3', f'env {KEYS} {NO_METADATA} {PYTHON} job.py', 'python3 job.py',
            ('other.s3.us-west-2.amazonaws.com', 443, 'tcp', 's3-other-region'), ('sts.amazonaws.com', 443, 'tcp', 'sts-global')),
    Program('torch', f'{PYTHON} train.py', 'python3 train.py', ('github.com', 443, 'tcp', 'git-https'),
            ('api.github.com', 443, 'tcp', 'git-https'), ('download.pytorch.org', 443, 'tcp', 'torch-hub')),
    Program('curl', 'curl -sSf -m 10 -o c https://huggingface.co/model.bin', 'curl', ('huggingface.co', 443, 'tcp', 'hugging-face')),
    Program('wget', 'wget -q -T 10 -t 1 -O w http://deb.debian.org/debian/', 'wget', ('deb.debian.org', 80, 'tcp', 'apt')),
    Program('git', 'git clone -q https://github.com/x.git g', 'git-remote-https', ('github.com', 443, 'tcp', 'git-https')),
    Program('git-ssh', f'env GIT_SSH_COMMAND="{SSH}" git clone -q git@github.com:x.git s', 'ssh',
            ('github.com', 22, 'tcp', 'git-ssh'), succeeds=False),
    Program('ssh', f'{SSH} user@{PEER} true', 'ssh', (PEER, 22, 'tcp', 'ssh-peer'), succeeds=False),
    Program('ntp', 'ntpdig -t 3 pool.ntp.org', 'python3 ntpdig', ('pool.ntp.org', 123, 'udp', 'ntp')),
    Program('node', 'node fetch.js', 'node fetch.js', ('registry.npmjs.org', 443, 'tcp', 'npm')),
    Program('java', 'java Fetch.java', 'java Fetch.java', ('repo1.maven.org', 80, 'tcp', 'maven')),
    Program('go', 'env GOFLAGS=-modcacherw GONOSUMDB="*" GOPATH="$PWD/gopath" GOCACHE="$PWD/gocache" go mod download example.com/x@v1.0.0',
            'go', ('proxy.golang.org', 443, 'tcp', 'julia-rust-go')),
]


def name_server():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((dns_outside.HOST_SERVER, 53))
    while True:
        query, sender = server.recvfrom(2000)
        asked = dns_outside.Question(query, False, dns_outside.HOST_SERVER)
        found = ADDRESSES.get(asked.name, ())
        kinds = {dns_outside.A: [dns_outside.address(asked.name, text) for text in found if ':' not in text],
                 dns_outside.AAAA: [dns_outside.record(asked.name, dns_outside.AAAA, socket.inet_pton(socket.AF_INET6, text))
                                    for text in found if ':' in text]}
        server.sendto(asked.reply(kinds.get(asked.type, []), code=0 if found else 3), sender)


def wheel(path):
    """The smallest package that pip takes for requests."""
    with zipfile.ZipFile(path, 'w') as file:
        file.writestr('requests.py', '')
        file.writestr('requests-2.31.0.dist-info/METADATA', 'Metadata-Version: 2.1\nName: requests\nVersion: 2.31.0\n')
        file.writestr('requests-2.31.0.dist-info/WHEEL', 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n')
        file.writestr('requests-2.31.0.dist-info/RECORD', 'requests.py,,\nrequests-2.31.0.dist-info/METADATA,,\n'
                      'requests-2.31.0.dist-info/WHEEL,,\nrequests-2.31.0.dist-info/RECORD,,\n')


def site(folder):
    """What the stand-ins serve, by the host's name."""
    def file(path, text):
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as out:
            out.write(text)
        return path
    package = 'requests-2.31.0-py3-none-any.whl'
    file('pypi.org/simple/requests/index.html', f'<!DOCTYPE html><a href="https://files.pythonhosted.org/packages/{package}">{package}</a>')
    wheel(file(f'files.pythonhosted.org/packages/{package}', ''))
    for path in ('huggingface.co/model.bin', 'deb.debian.org/debian/index.html', 'registry.npmjs.org/left-pad', 'repo1.maven.org/maven2/index.html',
                 'github.com/pytorch/vision/tree/main/index.html'):
        file(path, 'x')
    file('api.github.com/repos/pytorch/vision/branches', json.dumps([{'name': 'main', 'commit': {'sha': '1'}}]))
    file('api.github.com/repos/pytorch/vision/tags', '[]')
    with zipfile.ZipFile(file('github.com/pytorch/vision/zipball/main', ''), 'w') as out:
        out.writestr('pytorch-vision-1/', '')
        out.writestr('pytorch-vision-1/hubconf.py', 'dependencies = []\ndef tiny():\n    return 1\n')
    subprocess.run([PYTHON, '-c', 'import sys, torch; torch.save({}, sys.argv[1])', file('download.pytorch.org/models/tiny.pth', '')], check=True)
    file(f'{MODULE}/v1.0.0.info', '{"Version": "v1.0.0", "Time": "2020-01-01T00:00:00Z"}')
    file(f'{MODULE}/v1.0.0.mod', 'module example.com/x\n')
    with zipfile.ZipFile(file(f'{MODULE}/v1.0.0.zip', ''), 'w') as out:
        out.writestr('example.com/x@v1.0.0/go.mod', 'module example.com/x\n')
    repository = os.path.join(folder, 'github.com/x.git')
    for words in (['init', '-q', '--bare', repository], ['--git-dir', repository, 'update-server-info']):
        subprocess.run(['git', *words], check=True)
    return folder


def serve():
    authority = certificates.Authority(Bench.folder, [*ADDRESSES])
    folder = site(os.path.join(Bench.folder, 'site'))
    World.internet = subprocess.Popen(['nsenter', f'--net=/proc/{World.outside.pid}/ns/net', PYTHON, os.path.join(HERE, 'range/internet.py'),
                                       *authority.server, folder], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    equal(World.internet.stdout.readline(), 'ready\n')
    with open(TRUSTED, 'a', encoding='ascii') as out, open(authority.certificate, encoding='ascii') as certificate:
        out.write(certificate.read())


def own_etc():
    """A copy of /etc in the test's mount namespace, in which profiles and the resolver's file are its own."""
    own = os.path.join(Bench.folder, 'etc')
    subprocess.run(['cp', '-a', '/etc', own], check=True)
    subprocess.run(['mount', '--bind', own, '/etc'], check=True)
    check(os.path.samefile(own, '/etc'), '/etc is still that of the machine')
    os.makedirs('/etc/vpcjail/profiles', exist_ok=True)
    if os.path.islink('/etc/resolv.conf'):
        os.unlink('/etc/resolv.conf')


def write(path, text):
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)


def fill_in():
    """The template as its users fill it in, as team-vpc. Clients that bring their own list of authorities are told of the host's."""
    with open(os.path.join(HERE, '../../profiles/sagemaker-vpc.yaml'), encoding='utf-8') as file:
        text = file.read()
    text = re.sub(r'(?m)^template:.*\n|# REPLACE.*', '', text).replace('10.20.', '10.0.')
    trust = {name: TRUSTED for name in ('PIP_CERT', 'AWS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS')}
    write('/etc/vpcjail/profiles/team-vpc.yaml', text + f'  environment: {{set: {json.dumps(trust)}}}\n')


def work(mode):
    """The job's folder: what the programs read."""
    folder = user_folder(mode, 'work')
    for name, text in (('requirements.txt', 'requests\n'), ('a.txt', 'x'), ('job.py', BOTO3), ('train.py', TRAIN), ('fetch.js', NODE),
                       ('Fetch.java', JAVA), ('go.mod', 'module job\n')):
        write(os.path.join(folder, name), text)
    if not os.path.isdir(os.path.join(folder, 'venv')):
        subprocess.run([PYTHON, '-m', 'venv', os.path.join(folder, 'venv')], check=True)
    subprocess.run(['chown', '-R', f'{mode.entry.pw_uid}:{mode.entry.pw_gid}', folder], check=True)
    return folder


def prepare():
    for program in ('pip', 'aws', 'curl', 'wget', 'git', 'ssh', 'ntpdig', 'node', 'java', 'go'):
        if not shutil.which(program, path='/usr/bin:/bin'):
            skip(program)
    make_world(ports=[7001])
    own_etc()
    write('/etc/resolv.conf', f'nameserver {dns_outside.HOST_SERVER}\nsearch localdomain\n')
    write('/proc/sys/net/ipv4/conf/all/rp_filter', '0')
    threading.Thread(target=name_server, daemon=True).start()
    serve()
    fill_in()


class Rows(dict):
    """What a report tells of: (name or address, port, protocol, hint) → the processes that it names. layers: the layers of it."""

    def __init__(self, text):
        super().__init__()
        self.layers = {}
        self.all = json.loads(text)
        for group in self.all['denied']['groups']:
            for row in group['destinations']:
                what = row.get('name') or row.get('call') or row['addresses'][0]
                key = what, row.get('port'), row.get('protocol'), group['hint']
                check(key not in self, 'told of twice:', key, group)
                self[key] = sorted(process['title'] for process in row['processes'])
                self.layers[key] = row['layer']


def audit(mode, command, *options, profile, **more):
    """Gives what was done, and the rows."""
    path = os.path.join(user_folder(mode, 'told'), 'report.json')
    done = run(mode, command, options=[*options, '--json', path], profile=profile, verb='audit', timeout=90, **more)
    with open(path, encoding='utf-8') as file:
        return done, Rows(file.read())


def together(programs):
    """A job that runs them all at once and says which of them went well."""
    lines = [f'( {program.command} ) >{program.label}.out 2>&1; echo {program.label} $?' for program in programs]
    return ['sh', '-c', ''.join(f'{{ {line}; }} &\n' for line in lines) + 'wait']


def expected(programs, offline, profile):
    rows = {}
    for program in programs:
        for name, port, protocol, hint in program.reaches:
            if (offline and name in AFTERWARDS) or (profile == 'team-vpc' and name in PERMITTED):
                continue
            # A profile without a VPC has no Region that another could differ from.
            hint = 's3' if hint == 's3-other-region' and profile == 'network-isolation' else hint
            rows.setdefault((name, port, protocol, hint), set()).add(program.called)
    return {row: sorted(called) for row, called in rows.items()}


def said(folder, label):
    with open(os.path.join(folder, label), encoding='utf-8', errors='replace') as file:
        return file.read()


def compare(rows, wanted, folder):
    missing = {row: called for row, called in wanted.items() if rows.get(row) != called}
    check(not missing, 'not told of:', missing, '; told of:', dict(rows),
          {name: said(folder, name) for name in os.listdir(folder) if name.endswith('.out')})
    check(set(rows) == set(wanted), 'noise:', {row: rows[row] for row in set(rows) - set(wanted)})


def everything_offline():
    """Each program gets as far as its connect, and no name of a search list is told of. The VPC's resolver is not there."""
    for mode, profile, layers in ((Bench.modes[2], 'network-isolation', {'isolation_egress'}),
                                  (Bench.modes[0], 'team-vpc', {'sg_egress', 'service_egress'})):
        folder = work(mode)
        done, rows = audit(mode, together(PROGRAMS), '--offline', profile=profile, cwd=folder)
        equal(done.returncode, 1, done.stderr)
        compare(rows, expected(PROGRAMS, True, profile), folder)
        equal(set(rows.layers.values()), layers, rows.layers)


def everything_online(mode):
    """The programs succeed, and are told of all the same."""
    folder = work(mode)
    done, rows = audit(mode, together(PROGRAMS), profile='team-vpc', cwd=folder)
    check(done.returncode == 1, done.returncode, done.stdout, done.stderr)
    statuses = dict(line.split() for line in done.stdout.splitlines())
    for program in PROGRAMS:
        check((statuses[program.label] == '0') == program.succeeds, program.label, statuses, said(folder, program.label + '.out'))
    compare(rows, expected(PROGRAMS, False, 'team-vpc'), folder)


def the_issue_shows(mode):
    """The shipped template, and pip as a user has it: the name, the layer, the script and the hint, for people and in JSON."""
    folder = work(mode)
    subprocess.run([f'{folder}/venv/bin/pip', 'uninstall', '-qy', 'requests'], check=True)
    done, rows = audit(mode, ['pip', 'install', 'requests'], '--offline', profile='sagemaker-vpc', cwd=folder,
                       environment={'PATH': f'{folder}/venv/bin:/usr/bin:/bin'})
    equal(dict(rows), {PYPI: ['python3 pip']}, done.stderr)
    equal(done.returncode, 1)
    for words in ('pypi.org (198.18.0.1)', '443/tcp', 'python3 pip[', 'PIP_NO_INDEX=1', 'sagemaker-vpc is a template'):
        check(words in done.stderr, words, done.stderr)
    check(re.search(r'route_egress', done.stderr), 'no word of the route', done.stderr)


def in_a_run(mode):
    """What a run records without asking anybody: name, port, layer and hint; the process where its socket was still there."""
    write('/etc/vpcjail/profiles/known.yaml', 'vpcjail: 1\nextends: team-vpc\nhosts: {pypi.org: 203.0.113.10, huggingface.co: 203.0.113.20}\n')
    folder = work(mode)
    events = os.path.join(user_folder(mode, 'told'), 'run.jsonl')
    done = run(mode, together([program for program in PROGRAMS if program.label in ('pip-module', 'curl')]), profile='known', cwd=folder,
               options=['--events', events], timeout=90)
    equal(done.returncode, 0, done.stderr)
    check('2 destinations denied; first: ' in done.stderr and 'vpcjail report ' in done.stderr, done.stderr)
    told = run(mode, ['true'], profile='known')
    equal(told.stderr, '', 'a job that was denied nothing is told of')
    shown = subprocess.run([Bench.binary, 'report', events, '--json'], text=True, capture_output=True, check=True,
                           env=mode.full_environment(None), **mode.popen_arguments())
    rows = Rows(shown.stdout)
    os.unlink(events)
    equal(set(rows), {PYPI, ('huggingface.co', 443, 'tcp', 'hugging-face')}, shown.stdout)
    equal(set(rows.layers.values()), {'sg_egress'})
    titles = {title for called in rows.values() for title in called}
    check(titles <= {None, 'python3 -m pip', 'curl'}, titles)


BEHAVES = """
import socket, subprocess, sys, tempfile, threading, torch, torch.distributed as dist
from torch.utils.data import DataLoader, TensorDataset
rank, port = int(sys.argv[1]), sys.argv[2]
dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=2)
model = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(4, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for (rows,) in DataLoader(TensorDataset(torch.ones(16, 4)), batch_size=4, num_workers=2):
    optimizer.zero_grad()
    model(rows).sum().backward()
    optimizer.step()
print("trained", flush=True)
"""


def behaves(mode):
    """Two ranks that train over the loopback: an empty list and 0, also where a server of the host has their port."""
    with socket.create_server(('127.0.0.1', 0)) as other:
        job = f'{PYTHON} ranks.py 1 {other.getsockname()[1]} & sleep 1; {PYTHON} ranks.py 0 {other.getsockname()[1]}; wait'
        folder = work(mode)
        write(os.path.join(folder, 'ranks.py'), BEHAVES)
        done, rows = audit(mode, ['sh', '-c', job], *([] if mode.root else ['--offline']), profile='network-isolation', cwd=folder)
        equal(done.stdout, 'trained\n' * 2, done.stderr)
        equal((dict(rows), done.returncode), ({}, 0), done.stderr)


ASK = """
import socket, sys
host, port = sys.argv[1:]
try:
    with socket.create_connection((host, int(port)), 5) as s:
        print(s.recv(100).decode())
except OSError as error:
    print(type(error).__name__)
"""


def host_ports(mode):
    """A server of the host at its loopback: refused inside, told of with the key that offers it, and by that key it is there."""
    port = 7001  # pasta_world's
    write('/etc/vpcjail/profiles/open.yaml', f'vpcjail: 1\nextends: team-vpc\nnetwork: {{host-ports: [{port}]}}\n')
    key = ('localhost', port, 'tcp', 'host-ports')
    for profile, options in (('team-vpc', ()), ('team-vpc', ('--offline',)), ('network-isolation', ('--offline',))):
        for host in ('localhost', '127.0.0.1', '::1'):
            done, rows = audit(mode, [PYTHON, '-c', ASK, host, port], *options, profile=profile, cwd=work(mode))
            equal(done.stdout, 'ConnectionRefusedError\n')
            equal((dict(rows), rows.layers), ({key: ['python3 -c']}, {key: 'loopback'}), profile, host, done.stderr)
            equal(done.returncode, 1)
        group, = rows.all['denied']['groups']
        equal(group['key'], 'network.isolation' if profile == 'network-isolation' else 'network.host-ports', group)
    done = run(mode, [PYTHON, '-c', ASK, 'host.vpcjail', port], profile='open')
    equal(done.stdout, 'host: token\n', done.stderr)
    # Where nobody listens at all, nobody is missed.
    done, rows = audit(mode, [PYTHON, '-c', ASK, 'localhost', 7003], '--offline', profile='team-vpc', cwd=work(mode))
    equal((done.stdout, dict(rows), done.returncode), ('ConnectionRefusedError\n', {}, 0), done.stderr)


def host_ports_are_suggested(mode):
    done = run(mode, [PYTHON, '-c', ASK, 'localhost', 7001], verb='audit', options=['--offline', '--suggest'], profile='team-vpc')
    check(re.search(r'(?m)^\+.*host-ports: \[?\s*7001', done.stdout), done.stdout, done.stderr)


# Bytes that a terminal, a page or a reader of JSON could take for orders.
EVIL = b"\x1b]0;owned\x07\x1b[31m<script>alert(1)</script>&quot;\"'\xff\xfe\xc3(\xe2\x80\xae\xc2\x9b31m\n]]>\\"
HOSTILE = """
import os, socket, struct, sys
def ask(name):
    # A question of any bytes, which no library would write.
    query = struct.pack("!HHHHHH", 7, 0x0100, 1, 0, 0, 0) + b"".join(bytes([len(l)]) + l for l in name) + b"\\0" + struct.pack("!HH", 1, 1)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(2)
    s.sendto(query, ("127.0.0.53", 53))
    try:
        answer = s.recv(2000)
    except OSError:  # a run under full isolation has no resolver
        return None
    return socket.inet_ntoa(answer[-4:]) if answer[3] & 15 == 0 else None
def connect(address):
    try:
        socket.create_connection((address, 443), 2)
    except OSError:
        pass
evil = bytes.fromhex(sys.argv[1])
print(address := ask([evil[:60], b"example"]))
connect(address or "198.51.100.7")
"""


def inert(text, where, markup=False):
    """No control character but line ends, nothing that is not UTF-8, no mark that turns the direction of writing."""
    text = text.decode('utf-8')
    bad = [hex(ord(c)) for c in text if (ord(c) < 32 and c != '\n') or 0x7f <= ord(c) < 0xa0 or c in '\u202e\ufffe']
    check(not bad, where, 'has', bad[:5], text[:2000])
    check(not markup or '<script>alert' not in text, where, 'has markup')


def hostile(mode):
    """Names, arguments, paths and command lines of any bytes say nothing but themselves, in all forms."""
    folder = os.path.join(os.fsencode(work(mode)), EVIL.replace(b'/', b'%'))
    os.makedirs(folder, exist_ok=True)
    script = os.path.join(folder, b'a' + EVIL.replace(b'/', b'%') + b'.py')
    with open(script, 'w', encoding='ascii') as file:
        file.write(HOSTILE)
    profile = os.path.join(os.fsencode(Bench.folder), b'p' + EVIL.replace(b'/', b'%') + b'.yaml')
    with open(profile, 'w', encoding='ascii') as file:
        file.write('vpcjail: 1\nextends: network-isolation\n')
    events, told = (os.path.join(os.fsencode(user_folder(mode, 'told')), name) for name in (b'events' + EVIL.replace(b'/', b'%'), b'json'))
    # argv[0] too is anything: the interpreter is started under another name.
    command = [b'bash', b'-c', b'exec -a "python3$0" ' + PYTHON.encode() + b' "$@"', EVIL, script, EVIL.hex().encode(), EVIL, b'x' * 65536]
    for verb in ('audit', 'run'):
        offline = [b'--offline', b'--json', told] if verb == 'audit' else []
        arguments = [Bench.binary.encode(), verb.encode(), b'-p', profile, *map(os.fsencode, mode.options), b'--events', events, *offline, b'--']
        done = subprocess.run([*arguments, *command], capture_output=True, cwd=folder, timeout=60, check=False, stdin=subprocess.DEVNULL,
                              env=mode.full_environment(None), **mode.popen_arguments())
        check(b'198.' in done.stderr, verb, 'positive control: nothing was denied', done.stdout, done.stderr[-3000:])
        inert(done.stderr, verb)
        with open(events, 'rb') as file:
            lines = file.read()
        inert(lines, 'events')
        records = [json.loads(line) for line in lines.decode().splitlines()]
        check(any(record['record'] == 'denied' for record in records), records)
        for form in ([], ['--json'], ['--html']):
            shown = subprocess.run([Bench.binary.encode(), b'report', events, *map(os.fsencode, form)], capture_output=True, cwd=folder,
                                   env=mode.full_environment(None), check=True, **mode.popen_arguments())
            inert(shown.stdout + shown.stderr, form, markup='--html' in form)
            if '--json' in form:
                json.loads(shown.stdout)
        os.unlink(events)
    with open(told, 'rb') as file:
        text = file.read()
    inert(text, 'report')
    groups = json.loads(text)['denied']['groups']
    check(any('script' in (row.get('name') or '') for group in groups for row in group['destinations']), 'the name is not told of', groups)


WATCHED = """
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
program = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7fff0000))
header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 1, ctypes.addressof(program)))
libc.prctl(38, 1, 0, 0, 0)
listener = libc.syscall(317, 1, 8, header)  # seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER
assert listener >= 0, os.strerror(ctypes.get_errno())
os.set_inheritable(listener, True)
os.execv(sys.argv[1], sys.argv[1:])
"""


def says_that_it_cannot_see():
    """Under another program's listener vpcjail can have none: the audit says so, once, and tells of the rest."""
    mode = Bench.modes[1]
    ask = [PYTHON, '-c', ASK, '198.51.100.7', '443']
    for prefix, there in ([], False), ([PYTHON, '-c', WATCHED], True):
        done = subprocess.run([*prefix, Bench.binary, 'audit', '-p', 'network-isolation', '--offline', *mode.options, '--', *ask], text=True,
                              capture_output=True, cwd=work(mode), env=mode.full_environment(None), check=False)
        equal(done.returncode, 1, done.stderr)
        check('198.51.100.7' in done.stderr, done.stderr)
        equal(done.stderr.count('could not be watched'), int(there), done.stderr)


def of_two(function):
    """In the modes whose links differ: root's and a user's."""
    def once():
        for mode in (Bench.modes[0], Bench.modes[2]):
            function(mode)
    once.__name__ = function.__name__
    return once


def of_root(function):
    def once():
        function(Bench.modes[0])
    once.__name__ = function.__name__
    return once


if __name__ == '__main__':
    main([], once=[everything_offline, of_two(everything_online), of_two(host_ports), of_root(in_a_run), of_root(host_ports_are_suggested), of_two(behaves),
                   of_root(the_issue_shows), of_two(hostile), says_that_it_cannot_see], prepare=prepare)

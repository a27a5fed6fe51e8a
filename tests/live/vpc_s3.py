# SPDX-License-Identifier: GPL-2.0-or-later
"""Unmodified S3 clients over an uplink: what they move arrives whole, and nothing reaches the addresses beside the list.

    vpc_s3.py VPCJAIL UPLINK MODULES     MODULES: the folder with s3rver

No client is told where the server is: it asks for the public name, and trusts the test's authority.
"""
import filecmp
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'range'))

import profiles  # noqa: E402
from launch_lib import Bench, PYTHON, check, equal, main, report, run, skip, succeeded, user_folder, write_file  # noqa: E402
from topology import ABOVE, BELOW, BUCKET, PUBLIC, Range, S3_NAMES, hosts, over  # noqa: E402

UPLINK, MODULES = sys.argv[2], sys.argv[3]
SIZE = 20 << 20
AWS = '/usr/bin/aws'
QUICK = 100  # ms

BOTO3 = '''
import sys, boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
there, back, key = sys.argv[1:]
client = boto3.client("s3", config=Config(retries={"max_attempts": 0}, connect_timeout=3))
parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
sent = []
client.meta.events.register("before-call.s3.UploadPart", lambda **_: sent.append(1))
client.upload_file(there, "bucket", key, Config=parts)
assert len(sent) == 4, "not in parts"
client.download_file("bucket", key, back, Config=parts)
'''


class Known:
    range = None
    environment = {}


def prepare():
    for program in (AWS, 'rclone', 'node', 'curl'):
        if not shutil.which(program):
            skip(program)
    Known.range = Range(s3_modules=MODULES)
    os.chdir(user_folder(Bench.modes[0], 'work'))
    shutil.copy(Known.range.authority.certificate, 'ca.crt')
    Known.environment = {
        'AWS_ACCESS_KEY_ID': 'S3RVER', 'AWS_SECRET_ACCESS_KEY': 'S3RVER', 'AWS_DEFAULT_REGION': 'us-east-1', 'AWS_REGION': 'us-east-1',
        'AWS_CA_BUNDLE': os.path.abspath('ca.crt'), 'AWS_EC2_METADATA_DISABLED': 'true', 'AWS_MAX_ATTEMPTS': '1',
        'AWS_S3_US_EAST_1_REGIONAL_ENDPOINT': 'regional', 'RCLONE_CONFIG': '/dev/null', 'AWS_CONFIG_FILE': '/dev/null'}
    with open('big.bin', 'wb') as file:
        file.write(os.urandom(SIZE))
    os.mkdir('tree')
    for number in range(20):
        with open(f'tree/{number}.bin', 'wb') as file:
            file.write(os.urandom(10000 * number + 1))


def outside(command, timeout=60):
    environment = {'PATH': '/usr/bin:/bin', 'HOME': Bench.folder, 'LANG': 'C.UTF-8', **Known.environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout, check=False,
                          stdin=subprocess.DEVNULL)


def inside(command, timeout=60, **more):
    profile = write_file('test-vpc.yaml', profiles.vpc(UPLINK, credentials='keep', environment=Known.environment, **more))
    return run(over(UPLINK), command, profile=profile, timeout=timeout, cwd=os.getcwd())


def awscli(launch, name):
    succeeded(launch([AWS, 's3', 'cp', '--only-show-errors', 'big.bin', f's3://{BUCKET}/{name}']), 'up')
    succeeded(launch([AWS, 's3', 'cp', '--only-show-errors', f's3://{BUCKET}/{name}', f'{name}.back']), 'down')
    check(filecmp.cmp('big.bin', f'{name}.back', shallow=False), 'not what was sent')


def boto3(launch, name):
    succeeded(launch([PYTHON, '-c', BOTO3, 'big.bin', f'{name}.back', name]))
    check(filecmp.cmp('big.bin', f'{name}.back', shallow=False), 'not what was sent')


def rclone(launch, name):
    there = f':s3,provider=AWS,env_auth=true,region=us-east-1:{BUCKET}/{name}'
    # Its library takes no authority from the environment.
    words = ['env', '-u', 'AWS_CA_BUNDLE', 'rclone', '--ca-cert', 'ca.crt', '--retries', '1', '--low-level-retries', '1', 'sync']
    succeeded(launch([*words, 'tree', there]), 'up')
    succeeded(launch([*words, there, f'{name}.tree']), 'down')
    names = sorted(os.listdir('tree'))
    equal(sorted(os.listdir(f'{name}.tree')), names)
    equal(filecmp.cmpfiles('tree', f'{name}.tree', names, shallow=False)[0], names, 'not what was sent')


CLIENTS = (awscli, boto3, rclone)


def without_vpcjail():
    """The positive control; also of the addresses beside the list, where the same server stands."""
    for client in CLIENTS:
        client(outside, f'plain-{client.__name__}')
    for address in (BELOW[0], ABOVE[0]):
        hosts({name: address for name in S3_NAMES})
        rclone(outside, f'plain-beside-{address}')
    hosts()


def through_the_gateway():
    for client in CLIENTS:
        client(inside, f'jail-{client.__name__}')


def by_the_profiles_names():
    """The jail's own resolver knows the buckets behind the gateway, and asks the host's for them."""
    for client in CLIENTS:
        client(lambda command: inside(command, dns='endpoints', names=None), f'names-{client.__name__}')


def beside_the_list():
    for address in (BELOW[0], ABOVE[0]):
        Known.range.forget()
        for client in CLIENTS:
            try:
                client(lambda command: inside(command, names=address), f'beside-{client.__name__}-{address}')
            except Exception as error:  # pylint: disable=broad-except
                check(re.search(rf'amazonaws[.]com [(]{address}:443/tcp[)], no security group rule allows it [(]sg_egress',
                                str(error)), client.__name__, error)
            else:
                check(False, client.__name__, 'reached', address)
        equal(Known.range.arrived(lambda frame: frame.destination == address), {}, 'arrived at', address)


CONNECT = '''
import json, socket, sys, time
begin = time.monotonic()
try:
    socket.create_connection((sys.argv[1], 80), 10)
    answer = "connected"
except OSError as error:
    answer = type(error).__name__
print(json.dumps([answer, (time.monotonic() - begin) * 1000]))
'''


def what_the_issue_shows():
    """The same file to a public address is refused at once, and the line after the job says what, why and by which rule."""
    equal(succeeded(outside(['curl', '-sS', '-T', 'big.bin', '-o', '/dev/null', '-w', '%{http_code}', f'http://{PUBLIC[0]}/'])).stdout,
          '200', 'positive control')
    Known.range.forget()
    done = inside(['curl', '-sS', '-T', 'big.bin', f'http://{PUBLIC[0]}/'])
    check(done.returncode == 7, done)
    for address, shown in zip(PUBLIC, (PUBLIC[0], f'[{PUBLIC[1]}]')):
        tries = [inside([PYTHON, '-c', CONNECT, address]) for _ in range(3)]
        answers = [report(done) for done in tries]
        equal({answer for answer, _ in answers}, {'ConnectionRefusedError'})
        check(min(took for _, took in answers) < QUICK, answers)  # the best of three: the machine may be busy
        check(f'vpcjail: 1 destination denied; first: {shown}:80 (tcp), no security group rule allows it (sg_egress rule ' in
              tries[0].stderr, tries[0].stderr)
    equal(Known.range.arrived(lambda frame: frame.destination in PUBLIC), {}, 'arrived')


main([], [through_the_gateway, by_the_profiles_names, beside_the_list, what_the_issue_shows], prepare=prepare, first=[without_vpcjail])

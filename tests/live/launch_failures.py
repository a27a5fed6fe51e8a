# SPDX-License-Identifier: GPL-2.0-or-later
"""Every step of the launch made to fail, one at a time: 125, the step's name, nothing run, nothing left.

A build without the hooks (a release: -Dtest-hooks=false) must ignore every hook's variable; VPCJAIL_RELEASE names one to
look at.
"""
import json
import os
import subprocess
import sys

from launch_lib import Bench, Mode, assert_nothing_left, check, equal, main, run, succeeded, user_folder, write_file

VARIABLE, WITHOUT, NO_CLONE = HOOKS = ('VPCJAIL_TEST_FAIL', 'VPCJAIL_TEST_WITHOUT', 'VPCJAIL_TEST_NO_CLONE')


def hooks_of(path):
    """The variables that the program knows."""
    with open(path, 'rb') as file:
        text = file.read()
    return [name for name in HOOKS if name.encode() in text]


def step_names(mode: Mode, profile='network-isolation'):
    done = subprocess.run([Bench.binary, 'show', '-p', profile, '--as', 'plan', '--json'],
                          env=mode.full_environment({}), cwd=Bench.folder, capture_output=True, text=True, timeout=20, check=True,
                          **mode.popen_arguments())
    names = [step['name'] for step in json.loads(done.stdout)['steps']]
    check(len(names) == len(set(names)), 'step names are not unique')
    check(len(names) > 60, 'only', len(names), 'steps')
    return names


def fail_each(mode, names, profile='network-isolation'):
    marker = os.path.join(user_folder(mode, 'failures'), 'ran')
    # Positive control: with a name that no step has, the command runs.
    succeeded(run(mode, ['touch', marker], environment={VARIABLE: 'no such step'}, profile=profile))
    os.unlink(marker)
    wrong = []
    for name in names:
        done = run(mode, ['touch', marker], environment={VARIABLE: name}, profile=profile)
        if done.returncode != 125 or name not in done.stderr or 'made to fail' not in done.stderr or os.path.exists(marker):
            wrong.append((name, done.returncode, done.stderr, os.path.exists(marker)))
        assert_nothing_left(f'after "{name}" failed:')
    check(not wrong, 'not refused as they should:', *wrong)
    print(f'        {len(names)} steps')


def every_step(mode):
    names = step_names(mode)
    check(('map user' in names) != mode.root, 'the steps are those of this mode')
    fail_each(mode, names)


def steps_of_names(mode):
    """Those of a job with a resolver that one in isolation does not have."""
    profile = write_file('names.yaml', 'vpcjail: 1\nnetwork: {isolation: vpc, uplink: none}\n'
                                       'vpc: {region: eu-west-1, subnets: [10.20.1.0/24]}\nprocess: {credentials: scrub}\n')
    further = [name for name in step_names(mode, profile) if name not in step_names(mode)]
    check('resolver on 127.0.0.53' in further and 'resolver address 10.20.1.2' in further, further)
    fail_each(mode, further, profile)


def release_ignores_the_variables(mode):
    marker = os.path.join(user_folder(mode, 'release'), 'ran')
    for name in ('load rule set', 'system call filter', 'execute'):
        succeeded(run(mode, ['touch', marker], environment={VARIABLE: name}))
        os.unlink(marker)
    outside = os.readlink('/proc/self/ns/net')
    for hook, value in ((WITHOUT, 'network-namespace'), (NO_CLONE, 'net')):
        inside = succeeded(run(mode, ['readlink', '/proc/self/ns/net'], environment={hook: value})).stdout.strip()
        check(inside.startswith('net:') and inside != outside, hook, 'is obeyed')


def release_lacks_the_strings():
    equal(hooks_of(os.environ['VPCJAIL_RELEASE']), [], os.environ['VPCJAIL_RELEASE'], 'knows of hooks')


once = [release_lacks_the_strings] if 'VPCJAIL_RELEASE' in os.environ else []
if '--release' in sys.argv:
    equal(hooks_of(sys.argv[1]), [], 'a build without hooks knows of them')
    main([release_ignores_the_variables], once)
else:
    equal(hooks_of(sys.argv[1]), list(HOOKS), 'this build has no hooks (-Dtest-hooks=true)')
    main([every_step, steps_of_names], once)

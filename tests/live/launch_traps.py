# SPDX-License-Identifier: GPL-2.0-or-later
"""What one job leaves, or does meanwhile, to make the next launch of the same user weaker: links, renames, odd places."""
import os
import pwd
import subprocess

from launch_lib import Bench, PYTHON, USERS, check, equal, main, run, start, succeeded, user_folder

SECRET = 'secret-of-the-host'

# Exchanges two names as fast as it can, until its input ends.
EXCHANGE = '''
import ctypes, os, select, sys
libc = ctypes.CDLL(None)
os.symlink("/", "evil")
print("ready", flush=True)
while not select.select([0], [], [], 0)[0]:
    for _ in range(200):
        libc.renameat2(-100, b"sub", -100, b"evil", 2)
'''


def prepare():
    """Homes of the test's own, so that they can be filled freely."""
    for name in ('root', USERS[0]):
        entry = pwd.getpwnam(name)
        options = f'mode=0700,uid={entry.pw_uid},gid={entry.pw_gid}'
        subprocess.run(['mount', '-t', 'tmpfs', '-o', options, 'home', entry.pw_dir], check=True)


def put(mode, path, text):
    """A file of the mode's user in its home, with the folders on the way."""
    whole = os.path.join(mode.entry.pw_dir, path)
    os.makedirs(os.path.dirname(whole), exist_ok=True)
    with open(whole, 'w', encoding='ascii') as file:
        file.write(text)
    below = whole
    while below != mode.entry.pw_dir:
        os.chown(below, mode.entry.pw_uid, mode.entry.pw_gid)
        below = os.path.dirname(below)
    return whole


def shell(mode, text, **more):
    return run(mode, ['sh', '-c', text], **more)


def folder_exchanged_for_a_link(mode):
    """The working directory's name leads elsewhere while the next launch looks it up: never to the host's tree."""
    where = user_folder(mode, 'exchange')
    os.makedirs(where + '/sub', exist_ok=True)
    os.chown(where + '/sub', mode.entry.pw_uid, mode.entry.pw_gid)
    marker = '/run/vpcjail-test-trap'
    with open(marker, 'w', encoding='ascii') as file:
        file.write(SECRET)
    own = os.open(where + '/sub', os.O_RDONLY)
    first = start(mode, [PYTHON, '-c', EXCHANGE], cwd=where, stdin=subprocess.PIPE)
    try:
        equal(first.stdout.readline(), 'ready\n', 'the first job')
        ran = 0
        for _ in range(60):
            look = f'for name in sub evil; do cat {where}/$name{marker}; done; echo ran'
            done = run(mode, ['sh', '-c', look], cwd=f'/proc/self/fd/{own}', pass_fds=[own])
            check(SECRET not in done.stdout, "the host's files are in the job:", done.stdout)
            check(done.returncode == 125 or 'ran' in done.stdout, done.returncode, done.stderr)
            ran += 'ran' in done.stdout
        check(ran, 'positive control: some of the launches went through')
    finally:
        os.close(own)
        os.unlink(marker)
        first.communicate('\n', timeout=10)


def credentials_renamed(mode):
    """A covered file's folder under another name would be no row of any table for the next launch."""
    path = put(mode, '.cache/huggingface/token', SECRET)
    moved = shell(mode, 'mv ~/.cache/huggingface ~/other; mv ~/.cache ~/another; ls -d ~/other ~/another')
    check(moved.stdout == '', 'renamed:', moved.stdout)
    equal(shell(mode, f'cat {path}').stdout, '', 'the token')
    succeeded(shell(mode, 'echo text >~/.cache/new && mv ~/.cache/new ~/.cache/newer'), 'files beside it move as before')
    with open(path, encoding='ascii') as file:
        equal(file.read(), SECRET, 'positive control: the token outside')


def private_home_with_a_share(mode):
    """What is shared into a private home is guarded as in a shared one."""
    token = put(mode, '.cache/huggingface/token', SECRET)
    unit = os.path.dirname(put(mode, '.config/systemd/user/a.service', ''))
    home = mode.entry.pw_dir
    path = os.path.join(Bench.folder, f'private-{mode.user}.yaml')
    with open(path, 'w', encoding='ascii') as file:
        file.write('vpcjail: 1\nextends: network-isolation\n'
                   f'process: {{home: private, share: [{home}/.cache, {home}/.config]}}\n')
    done = shell(mode, f'cat {token}; ls -d {unit} && touch {unit}/b.service', profile=path)
    equal(done.stdout, unit + '\n', 'the share is there, the token is not')
    check(done.returncode != 0 and not os.path.exists(unit + '/b.service'), 'a unit was written')


def shares_that_are_too_much(mode):
    home = mode.entry.pw_dir
    for path in ('/', '/run', '/proc/sys'):
        done = run(mode, ['true'], options=['--share', path])
        check(done.returncode == 125 and 'the job has its own' in done.stderr, path, done.returncode, done.stderr)
    for path in ('/proc/sys/kernel', '/sys/kernel'):
        done = run(mode, ['true'], cwd=path)
        check(done.returncode == 125 and 'start from another' in done.stderr, path, done.returncode, done.stderr)
    link = os.path.join(home, 'data')
    os.symlink('/run', link)
    for key, value, word in (('share', f'[{link}]', 'symbolic link'), ('tmp', link, 'symbolic link'), ('tmp', home, 'holds the home'),
                             ('share', f'[{home}/nothing]', 'there is no')):
        profile = os.path.join(Bench.folder, f'shares-{mode.user}.yaml')
        with open(profile, 'w', encoding='ascii') as file:
            file.write(f'vpcjail: 1\nextends: network-isolation\nprocess: {{{key}: {value}}}\n')
        done = run(mode, ['true'], profile=profile)
        check(done.returncode == 125 and word in done.stderr and ':3:' in done.stderr, key, value, done.returncode, done.stderr)
    os.unlink(link)


def links_left_where_credentials_are_missing(mode):
    """They must neither refuse every later launch nor empty the home of it."""
    put(mode, 'mine', 'text')
    for target in ('/', mode.entry.pw_dir, '/usr', '/lib64', '/dev', '/proc/self/root', '.kaggle', 'nothing'):
        link = os.path.join(mode.entry.pw_dir, '.kaggle')
        os.symlink(target, link)
        try:
            done = succeeded(shell(mode, 'cat ~/mine', cwd='/'), 'a link to', target)
            equal(done.stdout, 'text', 'a link to', target)
        finally:
            os.unlink(link)


def credentials_linked_to_among_programs(mode):
    """A folder of secrets stays covered also where it lies below a folder that every job needs."""
    secrets = '/usr/local/share/secrets-' + mode.user
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'share', '/usr/local/share'], check=True)  # the test's own
    try:
        os.mkdir(secrets)
        with open(secrets + '/kaggle.json', 'w', encoding='ascii') as file:
            file.write(SECRET)
        os.symlink(secrets, os.path.join(mode.entry.pw_dir, '.kaggle'))
        done = shell(mode, f'cat ~/.kaggle/kaggle.json {secrets}/kaggle.json; echo ran')
        equal(done.stdout, 'ran\n', 'the secret by its link and by its own path')
    finally:
        os.unlink(os.path.join(mode.entry.pw_dir, '.kaggle'))
        subprocess.run(['umount', '/usr/local/share'], check=True)


def repository_hidden_by_an_empty_one(mode):
    """git passes over an empty .git below the repository, and so must the guard."""
    config = put(mode, 'project/.git/config', '[core]\n')
    put(mode, 'project/.git/hooks/pre-commit', '')
    below = os.path.dirname(put(mode, 'project/sub/file', ''))
    succeeded(shell(mode, 'mkdir -p .git', cwd=below))
    done = shell(mode, f'echo "# more" >>{config}', cwd=below)
    check(done.returncode != 0 and 'Read-only' in done.stderr, done.returncode, done.stderr)


main([folder_exchanged_for_a_link, credentials_renamed, private_home_with_a_share, shares_that_are_too_much,
      links_left_where_credentials_are_missing, credentials_linked_to_among_programs, repository_hidden_by_an_empty_one], prepare=prepare)

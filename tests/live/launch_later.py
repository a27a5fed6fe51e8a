# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that run outside later are read-only inside, credentials are covered, and what must stay writable does.

The lists here are written apart from the tables in src/plan. Each try is made without vpcjail first and must succeed.
With --hooks (a build with test hooks) also with the protection left out: then it must get through again.
"""
import json
import os
import shutil
import subprocess
import sys

from launch_lib import PYTHON, Bench, check, equal, main, python, run, skip, succeeded, user_folder, write_file

HOOKS = '--hooks' in sys.argv

# Each line of the program's input is a try: [verb, path, further argument]. Prints the errno's name of each, or "ok".
TRY = r'''
import errno, json, os, sys
def append(path, text): open(path, 'a').write(text)
def create(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, 'x').write(text)
def read(path, text):
    if text not in open(path).read(): raise OSError(errno.ENODATA, '')
def rename(path, other): os.rename(path, other)
def unlink(path, _): os.unlink(path)
def link(path, other): os.link(path, other)
result = []
for verb, path, more in json.load(sys.stdin):
    try:
        globals()[verb](path, more)
        result.append('ok')
    except OSError as error:
        result.append(errno.errorcode[error.errno])
print(json.dumps(result))
'''

LATER = '''.bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile .zlogin .cshrc .tcshrc .login
    .config/fish/config.fish .inputrc .pam_environment .xprofile .xsession .xinitrc .gitconfig .config/git/config
    .config/systemd/user/a.service .config/autostart/a.desktop .config/environment.d/a.conf .local/bin/python3 bin/ls .cargo/env
    .ipython/profile_default/startup/00.py .ipython/profile_default/ipython_config.py .jupyter/jupyter_server_config.py
    .local/share/jupyter/kernels/a/kernel.json .vscode-server/bin/server.sh .vscode/extensions/a.js .cursor-server/server.sh
    .vim/plugin/a.vim .vimrc .config/nvim/init.lua .emacs .emacs.d/init.el .tmux.conf .screenrc .config/uv/uv.toml .config/direnv/direnvrc
    .local/share/direnv/allow/x .gdbinit .pdbrc .Rprofile .forward .hgrc'''.split()
HERE = '''.envrc .vscode/tasks.json .idea/workspace.xml .devcontainer/devcontainer.json .git/config .git/hooks/pre-commit
    .git/modules/a/hooks/pre-commit .git/modules/third_party/a/config .git/modules/a/modules/b/config'''.split()
SECRETS = '''.aws/credentials .ssh/id_ed25519 .gnupg/key .netrc .git-credentials .config/git/credentials .pypirc .docker/config.json
    .config/containers/auth.json .kube/config .config/gcloud/x.db .azure/x.json .config/gh/hosts.yml .config/glab-cli/config.yml .config/hub
    .vault-token .npmrc .yarnrc.yml .boto .s3cfg .config/rclone/rclone.conf .oci/config .databrickscfg .snowflake/x .kaggle/kaggle.json
    .cache/huggingface/token .cache/huggingface/stored_tokens .huggingface/token .config/wandb/settings .terraform.d/credentials.tfrc.json
    .config/doctl/x .password-store/a.gpg .Xauthority .ICEauthority .config/pulse/cookie .mozilla/a/b .config/google-chrome/a
    .config/chromium/a    .pgpass .my.cnf .cargo/credentials.toml .config/pypoetry/auth.toml'''.split()


def own(mode, path):
    os.chown(path, mode.entry.pw_uid, mode.entry.pw_gid, follow_symlinks=False)


def put(mode, base, name, text='of the user\n', executable=False):
    """A file of the user's, with the folders on the way."""
    path = os.path.join(base, name)
    folder = base
    for part in os.path.dirname(name).split('/'):
        folder = os.path.join(folder, part)
        if not os.path.isdir(folder):
            os.mkdir(folder)
            own(mode, folder)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    os.chmod(path, 0o755 if executable else 0o644)
    own(mode, path)
    return path


def empty(mode):
    home = mode.entry.pw_dir
    for name in os.listdir(home):
        path = os.path.join(home, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)
    return home


def plain(mode, tries, cwd):
    done = subprocess.run([PYTHON, '-c', TRY], input=json.dumps(tries), cwd=cwd, text=True, capture_output=True, check=True,
                          user=mode.entry.pw_uid, group=mode.entry.pw_gid, extra_groups=[])
    return json.loads(done.stdout)


def inside(mode, tries, cwd, without=None, **more):
    environment = {'HOME': mode.entry.pw_dir, **more.pop('environment', {})}
    if without:
        environment['VPCJAIL_TEST_WITHOUT'] = without
    return json.loads(succeeded(python(mode, TRY, input=json.dumps(tries), cwd=cwd, environment=environment, **more)).stdout)


def shut(mode, make, mechanism, **more):
    """make() sets everything up anew and gives the tries and the working directory: each works outside, none inside."""
    tries, cwd = make()
    equal(plain(mode, tries, cwd), ['ok'] * len(tries), 'positive control')
    tries, cwd = make()
    got = inside(mode, tries, cwd, **more)
    check('ok' not in got, 'got through:', [row for row, result in zip(tries, got) if result == 'ok'])
    if HOOKS:
        tries, cwd = make()
        equal(inside(mode, tries, cwd, without=mechanism, **more), ['ok'] * len(tries), 'without', mechanism)
    return got


def later_files(mode):
    def make():
        home = empty(mode)
        paths = [put(mode, home, name) for name in LATER]
        paths += [put(mode, home, 'job/' + name) for name in HERE]
        return [['append', path, 'by the job'] for path in paths], home + '/job'
    equal(set(shut(mode, make, 'read-only-files')), {'EROFS'}, 'how')


def secrets(mode):
    def make():
        home = empty(mode)
        return [['read', put(mode, home, name, 'secret-of-the-user\n'), 'secret-of-the-user'] for name in SECRETS], home
    shut(mode, make, 'covered-credentials')


def renamed(mode):
    """What is above a protected file cannot be moved away to make room: neither folders nor symbolic links."""
    for moved in ('{home}/.config', '{home}/.local', '{home}/.ipython', '{home}/.ipython/profile_default', '{home}/job/project',
                  '{home}/job', '{home}/job/project/.git', '{home}/dots', '{home}/dots/ed', '{home}/.emacs.d', '{home}/.bashrc', '{home}/dots/rc'):
        def make(moved=moved):
            home = empty(mode)
            for name in ('.config/autostart/a', '.local/bin/a', '.ipython/profile_default/startup/a', 'job/project/.git/hooks/a',
                         'dots/rc', 'dots/ed/init.el'):
                put(mode, home, name)
            for name, target in (('.bashrc', 'dots/rc'), ('.emacs.d', home + '/dots/ed')):
                os.symlink(target, os.path.join(home, name))
                own(mode, os.path.join(home, name))
            path = moved.format(home=home)
            return [['rename', path, path + '.old']], home + '/job/project'
        equal(shut(mode, make, 'read-only-files'), ['EBUSY'], moved)


def linked(mode):
    """A start-up file that is a symbolic link: neither end can be changed, and the link cannot be replaced."""
    def make(*tries):
        home = empty(mode)
        put(mode, home, 'dots/rc')
        put(mode, home, 'mine')
        os.symlink('dots/rc', home + '/.bashrc')
        own(mode, home + '/.bashrc')
        return [[verb, path.format(home=home), more.format(home=home)] for verb, path, more in tries], home
    for one in (('append', '{home}/.bashrc', 'x'), ('append', '{home}/dots/rc', 'x'), ('unlink', '{home}/.bashrc', ''),
                ('rename', '{home}/mine', '{home}/.bashrc'), ('rename', '{home}/mine', '{home}/dots/rc'), ('unlink', '{home}/dots/rc', '')):
        shut(mode, lambda one=one: make(one), 'read-only-files')


def still_possible(mode):
    """Reading, and everything beside the rows, also moving files between the folders that are pinned."""
    home = empty(mode)
    for name in ('.bashrc', '.config/autostart/a', '.local/bin/a', 'job/.git/hooks/a', '.config/mine', 'file'):
        put(mode, home, name)
    tries = [['read', home + '/.bashrc', 'of the user'], ['rename', home + '/.config/mine', home + '/.local/mine'],
             ['rename', home + '/file', home + '/job/file'], ['rename', home + '/job/file', home + '/.config/file'],
             ['link', home + '/.config/file', home + '/job/other'], ['create', home + '/.cache/x/y', 'x'],
             ['create', home + '/job/.git/index.lock', ''], ['append', home + '/.local/mine', 'x'], ['unlink', home + '/.local/mine', '']]
    equal(inside(mode, tries, home + '/job'), ['ok'] * len(tries))


def git(mode):
    if not shutil.which('git'):
        skip('git')
    home = empty(mode)
    work = os.path.join(home, 'job')
    script = ('set -e; cd ~; git init -q job; cd job; git config user.email a@b; git config user.name a; mkdir -p sub; echo 1 >sub/a; '
              'git add .; git commit -qm one; git worktree add -q ../tree')
    user = {'user': mode.entry.pw_uid, 'group': mode.entry.pw_gid, 'extra_groups': []}
    variables = {'PATH': '/usr/bin:/bin', 'HOME': home}
    subprocess.run(['sh', '-c', script], env=variables, check=True, capture_output=True, **user)
    for cwd in (work, work + '/sub', home + '/tree'):
        for name in ('config', 'hooks/post-commit'):
            path = os.path.join(work, '.git', name)
            if not os.path.exists(path):
                put(mode, work, '.git/' + name, '#!/bin/sh\n', True)
            equal(inside(mode, [['append', path, '# by the job']], cwd), ['EROFS'], name, 'from', cwd)
        equal(inside(mode, [['rename', work + '/.git', work + '/.old']], cwd), ['EBUSY'], '.git from', cwd)
        done = run(mode, ['sh', '-c', 'date >now; git add now; git commit -qm more && git log --oneline | wc -l'], cwd=cwd,
                   environment={'HOME': home})
        succeeded(done, 'a commit in', cwd)
    equal(inside(mode, [['append', home + '/tree/.git', 'x'], ['unlink', home + '/tree/.git', '']], home + '/tree'), ['EROFS', 'EBUSY'])


def stays_writable(mode):
    home = empty(mode)
    for name in ('.vscode-server/a', '.vscode-server/env/lib/a', '.vscode-server/job/a', '.vscode-server/shared/a', '.jupyter/b/a'):
        put(mode, home, name)
    base = home + '/.vscode-server'
    tries = [['append', base + '/a', 'x'], ['append', base + '/env/lib/a', 'x'], ['append', base + '/job/a', 'x'],
             ['append', base + '/shared/a', 'x']]
    equal(inside(mode, tries, home), ['EROFS'] * 4)
    equal(inside(mode, tries, home, environment={'VIRTUAL_ENV': base + '/env'}), ['EROFS', 'ok', 'EROFS', 'EROFS'])
    equal(inside(mode, tries, home, environment={'CONDA_PREFIX': base + '/env'}), ['EROFS', 'ok', 'EROFS', 'EROFS'])
    equal(inside(mode, tries, base + '/job'), ['EROFS', 'EROFS', 'ok', 'EROFS'])
    equal(inside(mode, tries, home, options=['--share', base + '/shared']), ['EROFS', 'EROFS', 'EROFS', 'ok'])
    equal(inside(mode, tries, home, options=['--share', base]), ['ok'] * 4)
    # Where the job merely stands does not open a row itself.
    done = run(mode, ['touch', 'x'], cwd=base, environment={'HOME': home})
    check(done.returncode != 0 and f'{base}: read-only inside' in done.stderr and '--share' in done.stderr, done.stderr)
    equal(inside(mode, [['append', home + '/.vscode-server/a', 'x']], home, environment={'VIRTUAL_ENV': base}), ['EROFS'])


def of_the_system(mode):
    paths = [name for name in ('/etc/profile', '/etc/hostname', '/usr/bin/env') if os.path.exists(name)]
    tries = [['append', path, ''] for path in paths] + [['create', f'/{name}/vpcjail-test', ''] for name in ('etc', 'usr', 'etc/profile.d')]
    tries += [['rename', '/etc', '/etc2'], ['rename', '/usr', '/usr2'], ['rename', '/bin', '/bin2']]
    got = inside(mode, tries, '/')
    check('ok' not in got, got)
    if mode.user == 'root':
        check(set(got) == {'EROFS', 'EBUSY'}, 'for root the mounts alone say no:', got)
        equal(inside(mode, [['read', '/etc/shadow', 'root']], '/'), ['ENODATA'])
        equal(plain(mode, [['read', '/etc/shadow', 'root']], '/'), ['ok'], 'positive control')
    equal(inside(mode, [['read', '/etc/profile', '']], '/'), ['ok'])


def below_usr(mode):
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'later', '/usr/src'], check=True)
    try:
        work = '/usr/src/project'
        os.mkdir(work)
        own(mode, work)
        put(mode, work, '.git/hooks/a')
        tries = [['create', work + '/x', ''], ['append', work + '/.git/hooks/a', 'x'], ['create', '/usr/src/y', '']]
        equal(inside(mode, tries, work), ['ok', 'EROFS', 'EROFS'])
        tries[0][1] = work + '/z'
        equal(inside(mode, tries, '/'), ['EROFS'] * 3, 'only as the working directory')
    finally:
        subprocess.run(['umount', '/usr/src'], check=True)


def submounts(mode):
    """File systems mounted in the home: a user may not take such a tree of mounts apart."""
    home = empty(mode)
    for name in ('.config/autostart/a', '.vscode-server/inner/a', 'job/data/a', 'job/.git/hooks/a'):
        put(mode, home, name)
    places = [home + '/.vscode-server/inner', home + '/job/data']
    try:
        for place in places:
            subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=0777', 'later', place], check=True)
        tries = [['create', places[0] + '/x', ''], ['create', places[1] + '/x', ''], ['rename', home + '/.config', home + '/.old'],
                 ['append', home + '/job/.git/hooks/a', 'x'], ['rename', home + '/job', home + '/old']]
        equal(inside(mode, tries, home + '/job'), ['EROFS', 'ok', 'EBUSY', 'EROFS', 'EBUSY'])
    finally:
        for place in places:
            subprocess.run(['umount', place], check=False)


def order(mode):
    """A cover wins over the read-only mount around it; keep keeps AWS's files alone."""
    home = empty(mode)
    for name in ('.config/git/config', '.config/git/credentials', '.aws/credentials', '.aws/config', '.ssh/id', '.npmrc'):
        put(mode, home, name, 'content\n')
    tries = [['read', home + '/.config/git/config', 'content'], ['append', home + '/.config/git/config', 'x'],
             ['read', home + '/.config/git/credentials', 'content'], ['read', home + '/.aws/credentials', 'content'],
             ['append', home + '/.aws/config', 'x'], ['read', home + '/.ssh/id', 'content'], ['append', home + '/.ssh/new', 'x']]
    equal(inside(mode, tries, home), ['ok', 'EROFS', 'ENODATA', 'ENOENT', 'EROFS', 'ENOENT', 'EROFS'])
    keep = write_file('keep.yaml', 'vpcjail: 1\nnetwork: {isolation: vpc, uplink: none}\n'
                      'vpc: {cidrs: [10.20.0.0/16], subnets: [10.20.1.0/24]}\nprocess: {credentials: keep}\n')
    equal(inside(mode, tries, home, profile=keep), ['ok', 'EROFS', 'ENODATA', 'ok', 'EROFS', 'ENOENT', 'EROFS'])
    equal(inside(mode, tries[5:], home, options=['--share', home + '/.ssh']), ['ok', 'ok'], 'what is shared by its very name stays')
    private = write_file('private.yaml', 'vpcjail: 1\nextends: network-isolation\nprocess: {home: private}\n')
    put(mode, home, '.bashrc')
    equal(inside(mode, [['create', home + '/.bashrc', 'x']], '/', profile=private), ['ok'], 'a home of its own')
    with open(home + '/.bashrc', encoding='utf-8') as file:
        equal(file.read(), 'of the user\n')


def only_what_is_there_is_named(mode):
    if mode.root:
        return  # show plans for the caller
    home = empty(mode)
    arguments = {'env': mode.full_environment({'HOME': home}), 'cwd': home, 'text': True, 'check': True, 'capture_output': True,
                 **mode.popen_arguments()}
    show = [Bench.binary, 'show', '-p', 'network-isolation', '--as', 'plan', '--json']
    equal(json.loads(subprocess.run(show, **arguments).stdout)['hidden'], [])
    put(mode, home, '.ssh/id')
    put(mode, home, '.config/gh/hosts.yml')
    equal(sorted(json.loads(subprocess.run(show, **arguments).stdout)['hidden']), ['~/.config/gh', '~/.ssh'])


def created(mode):
    said = 'created by the job and run later: '
    home = empty(mode)
    work = user_folder(mode, 'created')
    put(mode, home, '.bashrc')
    os.symlink('nowhere', home + '/.zshenv')
    own(mode, home + '/.zshenv')
    variables = {'HOME': home}
    done = succeeded(run(mode, ['true'], cwd=work, environment=variables))
    check(said not in done.stderr, done.stderr)
    script = ['sh', '-c', f'cd {home}; cat .bashrc >.bash_login; mkdir -p .config/autostart .ssh; touch plain; test -e "$0" || touch "$0"', work + '/.envrc']
    done = succeeded(run(mode, script, cwd=work, environment=variables))
    lines = [line for line in done.stderr.splitlines() if said in line]
    equal(len(lines), 1, done.stderr)
    equal(sorted(lines[0].split(said)[1].split(', ')), ['.envrc', '~/.bash_login', '~/.config/autostart', '~/.ssh'])
    done = succeeded(run(mode, script, cwd=work, environment=variables))
    check(said not in done.stderr, 'said once, not at the next run:', done.stderr)
    os.unlink(home + '/.bash_login')
    done = succeeded(run(mode, script, options=['--quiet'], cwd=work, environment=variables))
    equal(done.stderr, '')
    done = succeeded(run(mode, ['touch', home + '/nowhere'], cwd=work, environment=variables))
    check(said + '~/.zshenv' in done.stderr, 'a link to nothing leads somewhere now:', done.stderr)
    shutil.rmtree(work)


def squashed():
    """Root may not enter the home, as on a file system that takes root for nobody."""
    mode = Bench.modes[0]
    less = ['setpriv', '--bounding-set', '-dac_override,-dac_read_search', '--inh-caps', '-dac_override,-dac_read_search']
    home = empty(mode)
    for name in ('.bashrc', '.config/autostart/a', '.ssh/id', 'job/.git/hooks/a', 'job/a', '.vscode-server/job/a',
                 'job/.git/modules/a/config'):
        put(mode, home, name)
    tries = [['append', home + '/.bashrc', 'x'], ['append', home + '/.config/autostart/a', 'x'], ['read', home + '/.ssh/id', 'of'],
             ['append', home + '/job/.git/hooks/a', 'x'], ['append', home + '/job/.git/modules/a/config', 'x'],
             ['rename', home + '/.config', home + '/.old'], ['append', home + '/job/a', 'x']]
    for folder in (home + '/.config', home + '/job', home + '/.ssh', home):
        os.chmod(folder, 0o700)
    try:
        refused = subprocess.run(less + ['cat', home + '/.bashrc'], capture_output=True, check=False)
        check(refused.returncode != 0, 'positive control: root can read the home')
        for cwd, last in ((home + '/job', 'ok'), (home + '/.vscode-server/job', 'ok')):
            command = less + [Bench.binary, 'run', '-q', '-p', 'network-isolation', '--', PYTHON, '-c', TRY]
            done = subprocess.run(command, input=json.dumps(tries + [['append', cwd + '/a', 'x']]), text=True, capture_output=True, cwd=cwd,
                                  env=mode.full_environment({}), timeout=30, check=False)
            succeeded(done, cwd)
            equal(json.loads(done.stdout),
                  ['EROFS', 'EROFS', 'ENOENT', *['ok' if 'vscode' in cwd else 'EROFS'] * 2, 'EBUSY', 'ok', last], cwd)
    finally:
        os.chmod(home, 0o755)


def variables(mode):
    """A few of each kind; unit tests have the whole table."""
    gone = {name: 'value-of-it' for name in ('SSH_AUTH_SOCK', 'HF_TOKEN', 'GOOGLE_APPLICATION_CREDENTIALS', 'https_proxy', 'PIP_INDEX_URL',
                                             'PGPASSWORD', 'OPENAI_API_KEY', 'DBUS_SESSION_BUS_ADDRESS', 'MY_TOKEN', 'VSCODE_IPC_HOOK_CLI')}
    stay = {name: 'value-of-it' for name in ('SLURM_PROCID', 'NCCL_DEBUG', 'MASTER_ADDR', 'TOKENIZERS_PARALLELISM', 'WANDB_MODE', 'HF_HOME')}
    code = 'import os; print(" ".join(sorted(name for name, value in os.environ.items() if value == "value-of-it")))'
    equal(succeeded(python(mode, code, environment={**gone, **stay})).stdout.split(), sorted(stay))
    if HOOKS:
        without = {**gone, **stay, 'VPCJAIL_TEST_WITHOUT': 'environment'}
        equal(succeeded(python(mode, code, environment=without)).stdout.split(), sorted({**gone, **stay}), 'without environment')


def prepare():
    """Homes that may be filled: of this mount namespace alone."""
    for mode in (Bench.modes[1], Bench.modes[2]):
        os.makedirs(mode.entry.pw_dir, exist_ok=True)
        subprocess.run(['mount', '-t', 'tmpfs', '-o', f'mode=0755,uid={mode.entry.pw_uid},gid={mode.entry.pw_gid}', 'later', mode.entry.pw_dir],
                       check=True)


main([later_files, secrets, renamed, linked, still_possible, git, stays_writable, of_the_system, below_usr, submounts, order,
      only_what_is_there_is_named, created, variables], once=[squashed], prepare=prepare)

# SPDX-License-Identifier: GPL-2.0-or-later
"""Doors: files that run outside later. The outside makes them, the job tries to change them in every way it has, and the
outside looks at what stands at their paths afterwards."""
import os
import subprocess
import time

from door import LIBC, Absent, Blocked, Door

SCRIPT = '#!/bin/sh\n# of the user, before the job\n'
SPARE = '.door-spare'


def _append(path, token):
    with open(path, 'a', encoding='utf-8') as file:
        file.write(f'\n# {token}\n')


def _write(path, token):
    with open(path, 'r+', encoding='utf-8') as file:
        file.write(f'# {token}\n')


def _truncate(path, token):
    os.truncate(path, 0)
    _append(path, token)


def _rename_over(path, token):
    spare = os.path.join(os.path.dirname(path), SPARE)
    with open(spare, 'w', encoding='utf-8') as file:
        file.write(f'# {token}\n')
    try:
        os.rename(spare, path)
    except OSError:
        os.unlink(spare)
        raise


def _move_and_create(path, token):
    os.rename(path, path + SPARE)
    _create(path, token)


def _unlink_and_create(path, token):
    os.unlink(path)
    _create(path, token)


def _link_elsewhere(path, token):
    """A second name of the file, by which it can be written."""
    os.link(path, path + SPARE)
    _append(path + SPARE, token)


def _symlink_over(path, token):  # pylint: disable=unused-argument
    spare = os.path.join(os.path.dirname(path), SPARE)
    os.symlink(SPARE + '-target', spare)
    try:
        os.rename(spare, path)
    except OSError:
        os.unlink(spare)
        raise


def _away_and_back(path, token):  # pylint: disable=unused-argument
    """What is around may be moved, and another put in its place."""
    os.rename(path, path + SPARE)
    os.rename(path + SPARE, path)


def _create(path, token):
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755)
    os.write(fd, f'# {token}\n'.encode())
    os.close(fd)


def _create_beside(path, token):
    """Another file in a folder whose every file runs."""
    _create(path + '-' + token, token)


def _mode(path, token):  # pylint: disable=unused-argument
    os.chmod(path, 0o4777)


def _by_descriptor(path, token):
    """What may be opened for reading may be opened again by its descriptor."""
    fd = os.open(path, os.O_RDONLY)
    _append(f'/proc/self/fd/{fd}', token)


def _by_process(path, token):
    """The path from another process's root and working directory."""
    _append(f'/proc/{os.getppid()}/root{path}', token)


WAYS = (_append, _write, _truncate, _mode, _by_descriptor, _by_process, _link_elsewhere, _rename_over, _symlink_over, _move_and_create,
        _unlink_and_create)


class _Later(Door):
    """files: of the home. here: of the working directory. folders: those in which every file runs."""
    files = ''
    here = ''
    folders = ''

    def outside(self, world):
        paths = [world.file_in(world.home, name, SCRIPT) for name in self.files.split()]
        paths += [world.file_in(world.folder, name, SCRIPT) for name in self.here.split()]
        folders = [folder for base in (world.home, world.folder) for folder in (os.path.join(base, name) for name in self.folders.split())
                   if any(path.startswith(folder + '/') for path in paths)]
        return {'paths': paths, 'folders': folders, 'token': world.token}

    def inside(self, found):
        went = []
        tries = [(path, way) for path in found['paths'] for way in WAYS]
        tries += [(os.path.join(folder, 'door'), _create_beside) for folder in found['folders']]
        tries += [(path, way) for path in found.get('around', []) for way in (_away_and_back, _symlink_over)]
        for path, way in tries:
            try:
                way(path, found['token'])
                went.append(f'{path} ({way.__name__[1:]})')
            except OSError as error:
                last = error
        if not went:
            raise last
        return ', '.join(went)[:2000]

    def crossed(self, world, found):
        return bool(changed(found))


def changed(found):
    """What is not as it was made."""
    differ = []
    for path in found['paths']:
        if not os.path.isfile(path) or os.stat(path).st_mode & 0o7777 != 0o644:
            differ.append(path)
            continue
        with open(path, encoding='utf-8') as file:
            if file.read() != SCRIPT:
                differ.append(path)
    for folder in found['folders']:
        differ += [name for name in os.listdir(folder) if found['token'] in name]
    return differ


class later_shell(_Later):
    files = '''.bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile .zlogin .zlogout
        .kshrc .cshrc .tcshrc .login .config/fish/config.fish .inputrc .pam_environment .xprofile .xsession .xinitrc .xsessionrc'''


class later_git(_Later):
    files = '.gitconfig .config/git/config'


class later_git_hooks(_Later):
    here = '.git/hooks/pre-commit .git/hooks/post-checkout'
    folders = '.git/hooks'


class later_git_repository(_Later):
    here = '.git/config .git/config.worktree'


class later_git_above(_Later):
    """The job starts in a folder of a repository whose top is above it."""
    alone = True

    def outside(self, world):
        top = world.folder_in(world.home)
        paths = [world.file_in(top, name, SCRIPT) for name in ('.git/hooks/pre-commit', '.git/config', '.envrc', '.vscode/tasks.json')]
        world.folder = os.path.join(top, 'source')
        os.mkdir(world.folder)
        world.own(world.folder)
        around = [top, *(os.path.join(top, name) for name in ('.git', '.git/hooks', '.vscode'))]
        return {'paths': paths, 'folders': [os.path.join(top, '.git/hooks')], 'around': around, 'token': world.token}


class later_git_linked(_Later):
    """The working directory is a work tree; its repository lies elsewhere, named by a file."""
    alone = True

    def outside(self, world):
        top = world.folder_in(world.home)
        paths = [world.file_in(top, name, SCRIPT) for name in ('.git/hooks/pre-commit', '.git/config')]
        world.file_in(top, '.git/worktrees/tree/commondir', '../..\n')
        world.folder = world.folder_in(world.home)
        world.file_in(top, '.git/worktrees/tree/gitdir', world.folder + '/.git\n')
        pointer = world.file_in(world.folder, '.git', f'gitdir: {top}/.git/worktrees/tree\n')
        around = [pointer, *(os.path.join(top, name) for name in ('.git/worktrees/tree/commondir', '.git/worktrees', '.git', ''))]
        return {'paths': paths, 'folders': [os.path.join(top, '.git/hooks')], 'around': [path.rstrip('/') for path in around],
                'token': world.token}


class later_direnv(_Later):
    here = '.envrc'


class later_editor(_Later):
    files = '''.vscode-server/data/Machine/settings.json .vscode-server/bin/1/server.sh .vscode-server/extensions/a/extension.js
        .vscode/extensions/a/extension.js .cursor-server/bin/1/server.sh'''
    here = '.vscode/settings.json .vscode/tasks.json .vscode/launch.json'
    folders = '.vscode'


class later_tools(_Later):
    """Programs that run commands named in their start-up files."""
    files = '''.vimrc .vim/plugin/a.vim .config/nvim/init.lua .emacs .emacs.d/init.el .tmux.conf .config/tmux/tmux.conf .screenrc
        .gdbinit .config/gdb/gdbinit .hgrc .pdbrc .ssh/config .ssh/rc .ssh/authorized_keys .lesskey .mailcap'''


class later_programs(_Later):
    files = '.local/bin/ls bin/ls'
    folders = '.local/bin bin'


class later_notebook(_Later):
    files = '''.ipython/profile_default/startup/00.py .ipython/profile_default/ipython_config.py .jupyter/jupyter_server_config.py
        .jupyter/custom/custom.js .local/share/jupyter/kernels/own/kernel.json'''
    folders = '.ipython/profile_default/startup'


class later_session(_Later):
    files = '''.config/autostart/a.desktop .config/systemd/user/a.service .config/environment.d/a.conf .local/share/systemd/user/b.service
        .local/share/applications/a.desktop .local/share/dbus-1/services/a.service .config/plasma-workspace/env/a.sh'''
    folders = '.config/autostart .config/systemd/user .config/environment.d'


class later_renamed(_Later):
    """The folder around is moved away, and another is put in its place, with the file in it."""
    alone = True  # what else is in those folders belongs to other probes
    files = '''.config/autostart/a.desktop .config/systemd/user/a.service .config/git/config .config/fish/config.fish .local/bin/ls
        .ipython/profile_default/startup/00.py .jupyter/jupyter_server_config.py .vscode-server/data/Machine/settings.json'''
    here = '.git/hooks/pre-commit .git/config .vscode/tasks.json'

    def outside(self, world):
        found = super().outside(world)
        return {**found, 'bases': [world.home, world.folder]}

    def inside(self, found):
        went = []
        for path in found['paths']:
            base = next(base for base in found['bases'] if path.startswith(base + '/'))
            parent = os.path.dirname(path)
            while parent != base:
                try:
                    os.rename(parent, parent + SPARE)
                    os.makedirs(os.path.dirname(path), exist_ok=True)
                    _create(path, found['token'])
                    went.append(f'{path} (renamed {parent})')
                    break
                except OSError as error:
                    last = error
                parent = os.path.dirname(parent)
        if not went:
            raise last
        return ', '.join(went)

    def clean(self, world, found):
        for path in found['paths']:
            base = next(base for base in found['bases'] if path.startswith(base + '/'))
            parent = os.path.dirname(path)
            while parent != base:
                subprocess.run(['rm', '-rf', parent + SPARE], check=True)
                parent = os.path.dirname(parent)


class later_linked(_Later):
    """Start-up files kept elsewhere, with symbolic links to them: as the links, as what they lead to, and by what is around."""
    alone = True

    def outside(self, world):
        for name in ('.bashrc', '.config'):
            if os.path.lexists(os.path.join(world.home, name)):
                raise Absent(f'a home without {name}')
        kept = world.folder_in(world.home)
        paths = [world.file_in(kept, name, SCRIPT) for name in ('dots/bashrc', 'dots/config/autostart/a.desktop')]
        links = {'.bashrc': paths[0], '.config': os.path.join(kept, 'middle'), os.path.join(kept, 'middle'): 'dots/config'}
        for link, target in links.items():
            path = os.path.join(world.home, link)
            os.symlink(target, path)
            world.own(path)
            world.undo(os.unlink, path)
        seen = [os.path.join(world.home, name) for name in ('.bashrc', '.config/autostart/a.desktop')]
        return {'paths': paths + seen, 'folders': [], 'around': [os.path.join(kept, 'dots'), os.path.join(kept, 'dots/config'), *(
            os.path.join(world.home, link) for link in links)], 'token': world.token}


class later_missing(_Later):
    """Files that were not there when the job started."""
    alone = True  # so that the home has none of them
    names = '.zlogin .bash_login .envrc .ssh/authorized_keys .config/autostart/a.desktop'

    def outside(self, world):
        paths = [os.path.join(world.home, name) for name in self.names.split()]
        for path in paths:
            if os.path.lexists(path):
                raise Absent(f'a home without {path}')
        return {'paths': paths, 'token': world.token}

    def inside(self, found):
        went = []
        for path in found['paths']:
            try:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                _create(path, found['token'])
                went.append(path)
            except OSError as error:
                last = error
        if not went:
            raise last
        return ', '.join(went)

    def crossed(self, world, found):
        return any(os.path.lexists(path) for path in found['paths'])

    def clean(self, world, found):
        for path in found['paths']:
            top = os.path.join(world.home, os.path.relpath(path, world.home).split('/')[0])
            subprocess.run(['rm', '-rf', top], check=True)


class Replaced:
    """Mixed into doors that are alone: the outside replaces files, as editors and git do, while the job waits for it."""
    alone = True
    SECONDS = 5

    @staticmethod
    def rendezvous(world):
        path = os.path.join(world.folder, 'replaced')
        for name in ('-ready', '-go'):
            world.undo(lambda name=name: os.path.exists(path + name) and os.unlink(path + name))
        return path

    def wait(self, path):
        end = time.monotonic() + self.SECONDS
        while not os.path.exists(path):
            if time.monotonic() > end:
                raise Blocked(path + ' was not made')
            time.sleep(0.01)

    def wait_inside(self, found):
        with open(found['rendezvous'] + '-ready', 'w', encoding='ascii'):
            self.wait(found['rendezvous'] + '-go')

    def replace(self, found, text):
        """Outside: other files at the same paths."""
        self.wait(found['rendezvous'] + '-ready')
        for path in found['paths']:
            status = os.stat(path)
            with open(path + SPARE, 'w', encoding='utf-8') as file:
                file.write(text)
            os.chmod(path + SPARE, status.st_mode)
            os.chown(path + SPARE, status.st_uid, status.st_gid)
            os.rename(path + SPARE, path)
        with open(found['rendezvous'] + '-go', 'w', encoding='ascii'):
            pass


class later_replaced(Replaced, _Later):
    files = '.bashrc .gitconfig'

    def outside(self, world):
        return {**super().outside(world), 'rendezvous': self.rendezvous(world)}

    def inside(self, found):
        self.wait_inside(found)
        return super().inside(found)

    def watch(self, world, found, process):
        self.replace(found, SCRIPT)
        process.communicate(timeout=20)


class later_second_path(_Later):
    """The home is mounted at a second place, by which its files are not read-only."""

    def outside(self, world):
        paths = [world.file_in(world.home, name, SCRIPT) for name in ('.door/.keep', '.local/bin/door', '.config/autostart/door.desktop')]
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'door', '/opt'], check=True)
        world.undo(LIBC.umount2, b'/opt', 2)
        os.mkdir('/opt/homes')
        subprocess.run(['mount', '--bind', world.home, '/opt/homes'], check=True)
        world.undo(LIBC.umount2, b'/opt/homes', 2)
        return {'paths': ['/opt/homes' + path[len(world.home):] for path in paths[1:]], 'folders': [], 'token': world.token}


class later_system(_Later):
    """What root alone may change: the test's own file systems stand over the host's folders."""
    wanted = '/etc/cron.d /etc/profile.d /etc/systemd/system /usr/lib/systemd/system /etc/ld.so.conf.d /var/spool/cron /usr/local/bin'

    def outside(self, world):
        paths = []
        for folder in self.wanted.split():
            if not os.path.isdir(folder) or os.path.islink(folder):
                continue
            subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'door', folder], check=True)
            world.undo(LIBC.umount2, folder.encode(), 2)
            paths.append(os.path.join(folder, 'door'))
            with open(paths[-1], 'w', encoding='utf-8') as file:
                file.write(SCRIPT)
        if not paths:
            raise Absent('none of ' + self.wanted)
        return {'paths': paths, 'folders': [], 'token': world.token}


class later_binaries(Door):
    """Programs and libraries of the system, which whoever runs as root may replace. Nothing is written: they are the host's."""
    wanted = '/usr/bin /usr/sbin /usr/lib /usr/local /usr/local/lib /usr/share /bin /sbin /lib /lib64 /boot /etc /var/lib/dpkg'

    def inside(self, found):
        went = [path for path in self.wanted.split() if os.path.isdir(path) and os.access(path, os.W_OK)]
        for path in ('/usr/bin/env', '/etc/passwd', '/etc/crontab', '/bin/sh'):
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_APPEND))
                went.append(path)
            except FileNotFoundError:
                pass
            except OSError as error:
                last = error
        if not went:
            raise Blocked(str(last))
        return ' '.join(went)

# SPDX-License-Identifier: GPL-2.0-or-later
"""Doors: privileges, gained or put to use. Programs lie in the home: the working directory lies in /tmp, which is bound
with restrictions of its own."""
import errno
import grp
import os
import secrets
import shutil
import socket
import struct
import subprocess

import netlink
from door import LIBC, Absent, Blocked, Door, called

PR_SET_SECUREBITS, SECBIT_NOROOT = 28, 1
CAPABILITY_VERSION, CAP_NET_RAW = 0x20080522, 13
FILE_CAPABILITIES = struct.pack('<5I', 0x02000001, 1 << CAP_NET_RAW, 0, 0, 0)  # version 2, effective; permitted
NEW_LINK, IFLA_IFNAME, IFLA_LINKINFO, IFLA_NET_NS_FD, INFO_KIND, INFO_DATA, VETH_PEER = 16, 3, 18, 28, 1, 2, 1
STATUS = '/proc/self/status'
GREP = '/usr/bin/grep'
DANGEROUS_GROUP, NOBODY = 'disk', 65534  # launch_lib makes the test's user a member


def capabilities(text):
    """The sets of a process's status: {'CapEff': number, …}."""
    return {line.split(':')[0]: int(line.split()[1], 16) for line in text.splitlines() if line.startswith('Cap')}


def drop_capabilities():
    """All that are in use; what an execution may give back stays."""
    called(LIBC.capset(struct.pack('=Ii', CAPABILITY_VERSION, 0), bytes(24)))


def program(world, path):
    """A copy of a program of the host, in the home, of root."""
    copy = os.path.join(world.folder_in(world.home), os.path.basename(path))
    shutil.copy(path, copy)
    os.chmod(os.path.dirname(copy), 0o755)
    return copy


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


class privilege_set_user_id(Door):
    """Root's, or of another user where the job is root itself."""

    def outside(self, world):
        owner = 0 if world.entry.pw_uid else 1
        path = program(world, '/usr/bin/id')
        os.chown(path, owner, -1)
        os.chmod(path, 0o4755)
        return {'path': path, 'owner': owner}

    def inside(self, found):
        said = output(found['path'], '-u').strip()
        if said != str(found['owner']):
            raise Blocked('it runs as ' + said)


class privilege_set_group_id(Door):
    def outside(self, world):
        owner = 0 if world.entry.pw_gid else 1
        path = program(world, '/usr/bin/id')
        os.chown(path, -1, owner)
        os.chmod(path, 0o2755)
        return {'path': path, 'owner': owner}

    def inside(self, found):
        said = output(found['path'], '-g').strip()
        if said != str(found['owner']):
            raise Blocked('it runs with group ' + said)


class privilege_file_capabilities(Door):
    def outside(self, world):
        path = program(world, GREP)
        try:
            os.setxattr(path, 'security.capability', FILE_CAPABILITIES)
        except OSError as error:
            if error.errno == errno.EOPNOTSUPP:
                raise Absent('capabilities of files in a tmpfs') from error
            raise
        return {'path': path}

    def inside(self, found):
        LIBC.prctl(PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0, 0)  # so that root gets no more than the file has
        drop_capabilities()
        got = capabilities(output(found['path'], '^Cap', STATUS)).get('CapEff', 0)
        if not got & 1 << CAP_NET_RAW:
            raise Blocked(f'it has {got:#x}')


class privilege_other_user(Door):
    def inside(self, found):
        os.setresuid(1, 1, 1)


class privilege_other_group(Door):
    def inside(self, found):
        os.setgroups([1])


class privilege_groups(Door):
    """A file of a group that owns disks, and not of the job's user, who is a member."""

    def outside(self, world):
        path = world.file_in(world.folder, 'door-' + secrets.token_hex(4), world.token, 0o640)
        os.chown(path, 0 if world.entry.pw_uid else NOBODY, grp.getgrnam(DANGEROUS_GROUP).gr_gid)
        return {'path': path, 'token': world.token}

    def inside(self, found):
        with open(found['path'], encoding='ascii') as file:
            if file.read() != found['token']:
                raise Blocked('another file')


class privilege_root_exec(Door):
    def inside(self, found):
        drop_capabilities()
        got = capabilities(output(GREP, '^Cap', STATUS))['CapEff']
        if not got:
            raise Blocked('none came back')


class privilege_capabilities(Door):
    def inside(self, found):
        with open(STATUS, encoding='ascii') as file:
            sets = capabilities(file.read())
        if not any(sets.values()):
            raise Blocked('every set is empty')


class privilege_rule_set(Door):
    """Deletes a table of the network that the job is in; makes one first where there is none."""

    def outside(self, world):
        name = 'door-' + secrets.token_hex(4)
        netlink.change_table(netlink.NFT_NEW_TABLE, name, netlink.CREATE)
        world.undo(netlink.change_table, netlink.NFT_DELETE_TABLE, name)
        return {}

    def inside(self, found):
        names = netlink.tables()
        if not names:
            names = ['door']
            netlink.change_table(netlink.NFT_NEW_TABLE, names[0], netlink.CREATE)
        netlink.change_table(netlink.NFT_DELETE_TABLE, names[0])
        if names[0] in netlink.tables():
            raise Blocked('the table is still there')


class privilege_link(Door):
    """The outside's network has a name in the working directory; the pair's other end is put there."""

    def outside(self, world):
        path = os.path.join(world.folder, 'network-' + secrets.token_hex(4))
        with open(path, 'w', encoding='ascii'):
            pass
        world.undo(os.unlink, path)
        subprocess.run(['mount', '--bind', '/proc/self/ns/net', path], check=True)
        world.undo(subprocess.run, ['umount', path])
        self.events = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, netlink.ROUTE)
        self.events.bind((0, netlink.LINK_EVENTS))
        world.undo(self.events.close)
        name = 'door' + secrets.token_hex(4)
        world.undo(lambda: subprocess.run(['ip', 'link', 'delete', name], stderr=subprocess.DEVNULL, check=False))
        return {'path': path, 'name': name}

    def inside(self, found):
        target = os.open(found['path'], os.O_RDONLY)
        link = struct.pack('=BxHiII', 0, 0, 0, 0, 0)
        peer = link + netlink.attribute(IFLA_IFNAME, found['name'].encode() + b'\0') + netlink.attribute(IFLA_NET_NS_FD, target)
        pair = netlink.attribute(INFO_KIND, b'veth') + netlink.attribute(INFO_DATA, netlink.attribute(VETH_PEER, peer))
        netlink.change(NEW_LINK, netlink.CREATE | netlink.EXCLUSIVE, link + netlink.attribute(IFLA_LINKINFO, pair))

    def crossed(self, world, found):
        """The pair may be gone with the job's network; that it was there is told all the same."""
        try:
            while True:
                if found['name'].encode() in self.events.recv(65536, socket.MSG_DONTWAIT):
                    return True
        except BlockingIOError:
            return False

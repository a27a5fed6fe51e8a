# SPDX-License-Identifier: GPL-2.0-or-later
"""Tries doors under a launcher: makes the world outside, starts the job once, asks what became of each door."""
import json
import os
import secrets
import shutil
import subprocess

import door
from world import World

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = '/usr/bin/python3'


class Refused(Exception):
    """The launcher started nothing: its status and what it said."""


class Launcher:
    """A way to start the job. prefix(options) gives the command before the job's own."""

    def __init__(self, name, entry, prefix, environment, popen=None, isolates=False):
        self.name = name
        self.entry = entry              # of pwd: the user of the job
        self.prefix = prefix
        self.environment = environment
        self.popen = popen or {}        # whom Popen starts it as
        self.isolates = isolates        # vpcjail: 125 means that nothing ran

    def start(self, world, command, **popen):
        popen = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, 'start_new_session': True,
                 **self.popen, **popen}
        return subprocess.Popen(self.prefix(world.options) + command, cwd=world.folder, pass_fds=world.pass_fds,
                                env={**self.environment, **world.environment}, **popen)


def _job(world, wanted):
    """Copies the probes to where the job can read them, and says what to try. Gives back the command and the results' path."""
    copy = os.path.join(world.folder, 'doors')
    if not os.path.isdir(copy):
        shutil.copytree(HERE, copy, ignore=shutil.ignore_patterns('__pycache__'))
    name = os.path.join(world.folder, 'found-' + secrets.token_hex(4))
    with open(name, 'w', encoding='utf-8') as file:
        json.dump(wanted, file)
    world.own(name)
    world.undo(os.unlink, name)
    results = name + '.results'
    world.undo(lambda: os.path.exists(results) and os.unlink(results))
    return [PYTHON, '-B', os.path.join(copy, 'inside.py'), name, results], results


def _state(probe, world, found, said):
    """Outside has the last word, where it can tell."""
    state, detail = said
    if state in ('absent', 'error') or not hasattr(probe, 'crossed'):
        return state, detail
    crossed = probe.crossed(world, found)
    if crossed:
        return 'reachable', detail
    return ('error', 'said to be through, and nothing arrived') if state == 'reachable' else ('blocked', detail)


def _finish(launcher, process, results):
    """What the job wrote; Refused when the launcher started nothing."""
    try:
        out, err = process.communicate(timeout=120)
    except ValueError:  # the probe has read them itself
        out = err = b''
    if os.path.exists(results):
        with open(results, encoding='utf-8') as file:
            return json.load(file)
    if launcher.isolates and process.returncode == 125:
        raise Refused((err or b'').decode(errors='replace'))
    raise RuntimeError(f'{launcher.name}: status {process.returncode}: {(out or b"")[-500:]} {(err or b"")[-2000:]}')


def _made(probe, world):
    """The outside part; a kernel that lacks the thing may already say so there."""
    try:
        return probe.outside(world), None
    except door.Absent as what:
        return None, ('absent', str(what))


def _together(launcher, names, folder, network, environment):
    world = World(launcher, folder, network)
    world.environment.update(environment)
    probes, found, results = {}, {}, {}
    try:
        for name in names:
            probe = door.DOORS[name]()
            made, early = _made(probe, world)
            if early:
                results[name] = early
            else:
                probes[name], found[name] = probe, made
        command, path = _job(world, found)
        said = _finish(launcher, launcher.start(world, command), path)
        for name, probe in probes.items():
            results[name] = _state(probe, world, found[name], said[name])
            probe.clean(world, found[name])
    finally:
        world.close()
    return results


def _alone(launcher, name, folder, network, environment):
    world = World(launcher, folder, network)
    world.environment.update(environment)
    probe = door.DOORS[name]()
    try:
        found, early = _made(probe, world)
        if early:
            return early
        command, path = _job(world, {name: found})
        process = launcher.start(world, probe.command(command), **probe.popen(world, found))
        probe.watch(world, found, process)
        try:
            said = _finish(launcher, process, path)[name] if probe.answers else ('blocked', 'ended')
        except Refused as refused:
            if not probe.refused:
                raise
            said = ('blocked', 'refused: ' + str(refused))
        state = _state(probe, world, found, said)
        probe.clean(world, found)
        return state
    finally:
        world.close()


def battery(launcher, names, folder, network, environment=None):
    """What became of each door: {name: (state, detail)}; states: reachable, blocked, absent, error."""
    environment = environment or {}
    together = [name for name in names if not door.DOORS[name].alone]
    results = _together(launcher, together, folder, network, environment) if together else {}
    for name in names:
        if door.DOORS[name].alone:
            results[name] = _alone(launcher, name, folder, network, environment)
    return {name: tuple(results[name]) for name in names}

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program over a fake systemd (tests/fake/manager.c) on a private bus: documents, words, refusals, deadlines, interruption, a lost manager.

No engine is ever started: the dockerd of these tests is a file that nobody runs.
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

import clilib
from clilib import NOBODY, PROGRAM, run, until

MANAGER = str(clilib.BUILD / 'tests' / 'fake' / 'manager')
LOADED = ('docker.service:LoadState=loaded', 'docker.service:Type=notify', 'docker.service:UnitFileState=enabled', 'docker.socket:LoadState=loaded',
          'docker.socket:UnitFileState=enabled')
DISABLED = ('docker.service:UnitFileState=disabled', 'docker.socket:UnitFileState=disabled')
# A path of its own, so that an engine of this machine is never asked.
BUS = '''<busconfig><type>session</type><listen>unix:path=%s/bus</listen><auth>EXTERNAL</auth><policy context="default"><allow own="*"/>
<allow send_destination="*"/><allow receive_sender="*"/><allow send_type="signal"/><allow user="*"/></policy></busconfig>'''
SERVICE_KEYS = {'name', 'installed', 'active', 'sub', 'enabled', 'at_boot', 'main_pid', 'since', 'result', 'restarts', 'socket'}
STATUS_KEYS = {
    '': {'schema', 'state', 'reason', 'backend', 'service', 'processes', 'api', 'client'},
    'service': SERVICE_KEYS,
    'service.socket': {'name', 'active', 'enabled'},
    'api': {'endpoint', 'tried', 'answers', 'version', 'api_version', 'os', 'latency_ms', 'error'},
    'client': {'user', 'endpoint', 'from', 'same_engine'},
}
ACTION_KEYS = {'schema', 'action', 'changed', 'dry_run', 'before', 'after', 'steps', 'duration_ms'}


class Bed:
    """A bus and a manager for the time of a `with`."""

    def __init__(self, *settings):
        self.settings = settings
        self.folder = clilib.folder()
        self.log = pathlib.Path(self.folder, 'calls')
        programs = pathlib.Path(self.folder, 'bin')
        programs.mkdir()
        engine = programs / 'dockerd'
        engine.write_text('#!/bin/false\n')
        engine.chmod(0o755)
        self.env = {'DBUS_SYSTEM_BUS_ADDRESS': 'unix:path=%s/bus' % self.folder, 'PATH': '%s:%s' % (programs, os.environ['PATH'])}
        self.children = []

    def spawn(self, *words):
        """Returns after its first line."""
        child = subprocess.Popen(words, env=clilib.environment(**self.env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.children.append(child)
        if not child.stdout.readline():
            raise RuntimeError('%s does not start' % words[0])

    def __enter__(self):
        config = pathlib.Path(self.folder, 'bus.conf')
        config.write_text(BUS % self.folder)
        try:
            self.spawn('dbus-daemon', '--config-file=%s' % config, '--nofork', '--print-address')
            self.spawn(MANAGER, '--log', str(self.log), *self.settings)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_how):
        for child in reversed(self.children):
            child.kill()
            child.wait()
            child.stdout.close()

    def ectl(self, *args, **more):
        return run('--backend', 'systemd', *args, **{**self.env, **more})

    def acts(self):
        """The calls that change something."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line for line in lines if not line.startswith(('Get ', 'ListUnits', 'Subscribe'))]


def missing_keys(result):
    """Of a status document."""
    return {place: keys - set(result.get(place, {}) if place else result.json or {}) for place, keys in STATUS_KEYS.items()
            if keys - set(result.get(place, {}) if place else result.json or {})}


def status_document(tap):
    with Bed(*LOADED, 'docker.service:StateChangeTimestamp=1700000000000000') as bed:
        seen = bed.ectl('status', '--json')
        tap.equal(missing_keys(seen), {}, 'every key of the contract is there', seen)
        tap.equal((seen.code, seen.get('schema'), seen.get('state'), seen.get('backend')), (3, 'enginectl.status/1', 'stopped', 'systemd'), 'stopped: exit 3', seen)
        tap.equal([seen.get('service.' + key, '') for key in ('name', 'installed', 'active', 'sub', 'enabled', 'at_boot', 'main_pid', 'restarts')],
                  ['docker.service', True, 'inactive', 'dead', 'enabled', 'yes', None, 0], 'the words of the service, and null for no pid', seen)
        tap.equal(seen.get('service.since'), '2023-11-14T22:13:20.000Z', 'since, in RFC 3339 UTC', seen)
        tap.equal(seen.get('service.socket'), {'name': 'docker.socket', 'active': 'inactive', 'enabled': 'enabled'}, 'the socket unit', seen)
        tap.check(seen.err == '' and seen.out.count('\n') == 1, 'one document, nothing else', seen)
        text = bed.ectl('status')
        tap.check(text.code == 3 and text.out.startswith('docker is stopped: ') and '\x1b' not in text.out and text.err == '', 'the same as text', text)
        verbose = bed.ectl('status', '-v')
        tap.check(verbose.code == 3 and 'it was asked for' in verbose.out, '-v says why this backend', verbose)
        quiet = bed.ectl('status', '-q')
        tap.equal((quiet.code, quiet.out, quiet.err), (3, '', ''), '-q: the exit code alone')
        tap.equal(bed.acts(), [], 'nothing was changed')


# Settings beyond LOADED, the state, the exit code, and words of the reason.
STATES = [
    ((), 'stopped', 3, 'until asked or booted'),
    (DISABLED, 'stopped', 3, 'does not start at boot'),
    (('docker.service:LoadState=masked',), 'stopped', 3, 'masked'),
    (('docker.socket:ActiveState=active', 'docker.socket:SubState=listening'), 'armed', 3, 'first client'),
    (('docker.service:ActiveState=failed', 'docker.service:SubState=failed', 'docker.service:Result=exit-code'), 'failed', 1, 'exit-code'),
    (('docker.service:ActiveState=activating', 'docker.service:SubState=auto-restart', 'docker.service:Result=signal'), 'failed', 1, 'automatic restart'),
    (('docker.service:ActiveState=activating', 'docker.service:SubState=start'), 'starting', 151, 'activating'),
    (('docker.service:ActiveState=deactivating', 'docker.service:SubState=stop-sigterm'), 'stopping', 152, 'deactivating'),
    (('docker.service:ActiveState=active', 'docker.service:SubState=running'), 'degraded', 154, 'process is missing'),
]


def states(tap):
    for settings, state, code, words in STATES:
        with Bed(*LOADED, *settings) as bed:
            seen = bed.ectl('status', '--json')
            tap.check((seen.code, seen.get('state')) == (code, state) and words in seen.get('reason', '') and not missing_keys(seen),
                      '%s: %s' % (state, ' '.join(settings)), seen)
            tap.equal(seen.get('api.tried'), False, 'nobody is asked who is not there', seen)
            tap.equal(bed.ectl('status').code, code, 'the same as text')
            tap.equal(bed.acts(), [], 'nothing was changed')
    with Bed() as bed:
        seen = bed.ectl('status', '--json')
        tap.check((seen.code, seen.get('state')) == (3, 'stopped') and 'no service docker.service' in seen.get('reason', ''), 'a program and no service', seen)
        engines = [place for place in os.defpath.split(':') + ['/usr/local/bin', '/usr/local/sbin', '/usr/sbin', '/sbin'] if os.path.exists(place + '/dockerd')]
        if engines:
            tap.skip('not-installed', 'this machine has a dockerd')
        else:
            seen = bed.ectl('status', '--json', PATH='/nonexistent')
            tap.equal((seen.code, seen.get('state')), (5, 'not-installed'), 'neither service nor program', seen)
        tap.equal((seen.get('service.socket', ''), seen.get('service.installed')), (None, False), 'null for the socket unit that is not there', seen)


# Settings, is-active's word and code, is-enabled's.
WORDS = [
    ((), 'inactive', 3, 'enabled', 0),
    (('docker.service:ActiveState=active',), 'active', 0, 'enabled', 0),
    (('docker.service:ActiveState=reloading',), 'reloading', 0, 'enabled', 0),
    (('docker.service:ActiveState=activating',), 'activating', 3, 'enabled', 0),
    (('docker.service:ActiveState=deactivating',), 'deactivating', 3, 'enabled', 0),
    (('docker.service:ActiveState=failed', 'docker.service:UnitFileState=disabled'), 'failed', 3, 'disabled', 1),
    (('docker.service:UnitFileState=static',), 'inactive', 3, 'static', 0),
    (('docker.service:UnitFileState=enabled-runtime',), 'inactive', 3, 'enabled-runtime', 0),
    (('docker.service:UnitFileState=masked', 'docker.service:LoadState=masked'), 'inactive', 3, 'masked', 1),
]


def words_of_the_manager(tap):
    for settings, active, active_code, enabled, enabled_code in WORDS:
        with Bed(*LOADED, *settings) as bed:
            for verb, word, code in (('is-active', active, active_code), ('is-enabled', enabled, enabled_code)):
                seen = bed.ectl(verb)
                tap.equal((seen.code, seen.out, seen.err), (code, word + '\n', ''), '%s: %s' % (verb, word))
                seen = bed.ectl(verb, '--json')
                tap.equal((seen.code, seen.json), (code, {'schema': 'enginectl.word/1', 'word': word}), '%s --json: %s' % (verb, word), seen)
                seen = bed.ectl(verb, '-q')
                tap.equal((seen.code, seen.out, seen.err), (code, '', ''), '%s -q: %s' % (verb, word))
    with Bed() as bed:
        for verb in ('is-active', 'is-enabled'):
            seen = bed.ectl(verb)
            tap.check(seen.code == 5 and 'docker.service' in seen.err, '%s: no service: 5' % verb, seen)
            seen = bed.ectl(verb, '--json')
            tap.check(seen.code == 5 and seen.get('error.code') == 5, '%s --json: no service: 5' % verb, seen)


def refused(tap, bed, code, words, hint, name, *args):
    """As text and as JSON, with the same words."""
    text = bed.ectl(*args)
    tap.check(text.code == code and text.out == '' and words in text.err and 'try: ' in text.err and hint in text.err, name, text)
    seen = bed.ectl(*args, '--json')
    tap.check(seen.code == code and seen.err == '' and seen.get('error.code') == code and words in seen.get('error.message', '')
              and hint in (seen.get('error.hint') or ''), name + ', --json', seen)
    tap.check(ACTION_KEYS <= set(seen.json or {}) and {'state', 'enabled'} <= set(seen.get('before', {})) and {'state', 'enabled'} <= set(seen.get('after', {})),
              name + ': the failed action carries what was before and after', seen)


def denied(tap):
    with Bed(*LOADED, 'deny=InteractiveAuthorizationRequired') as bed:
        refused(tap, bed, 4, 'cannot start docker.service: not permitted (interactive authentication required)', 'enginectl start', 'start: 4', 'start')
        tap.equal(bed.ectl('start', '--json').get('changed'), False, 'what was refused changed nothing')
    with Bed(*LOADED, *DISABLED, 'deny=InteractiveAuthorizationRequired') as bed:
        refused(tap, bed, 4, 'not permitted', 'enginectl enable', 'enable: 4', 'enable')
    if os.geteuid() == 0:
        with Bed(*LOADED, 'deny=AccessDenied') as bed:
            seen = bed.ectl('start', uid=NOBODY, **program_for(bed))
            tap.check(seen.code == 4 and 'try: sudo enginectl start' in seen.err, 'a user is told of sudo', seen)


def program_for(bed):
    """Where others may not enter the tree, a copy."""
    copy = pathlib.Path(bed.folder, 'enginectl')
    shutil.copy(PROGRAM, copy)
    copy.chmod(0o755)
    return {'program': (str(copy),)}


def masked(tap):
    with Bed(*LOADED, 'docker.service:LoadState=masked', 'docker.service:UnitFileState=masked') as bed:
        for verb in ('start', 'restart', 'enable'):
            refused(tap, bed, 6, 'masked', 'systemctl unmask docker.service', verb + ': 6', verb)
        tap.equal(bed.ectl('start', '--json').get('error.finding'), 'unit-masked', 'the id of the finding')
        tap.equal(bed.acts(), [], 'the manager was not asked to try')


def not_installed(tap):
    with Bed() as bed:
        for verb in ('start', 'restart', 'enable'):
            seen = bed.ectl(verb)
            tap.check(seen.code == 5 and 'docker.service' in seen.err, verb + ': a program and no service: 5', seen)
        tap.equal(bed.acts(), [], 'the manager was not asked to try')


def idempotent(tap):
    with Bed(*LOADED) as bed:
        for verb in ('stop', 'enable'):
            seen = bed.ectl(verb, '--json')
            tap.equal((seen.code, seen.get('changed')), (0, False), verb + ': so already', seen)
        for verb in ('start', 'restart', 'disable'):
            seen = bed.ectl(verb, '--dry-run', '--json')
            tap.check(seen.code == 0 and seen.get('dry_run') is True and seen.get('changed') is True and seen.get('steps'), verb + ' --dry-run says what it would do', seen)
        quiet = bed.ectl('stop', '-q')
        tap.equal((quiet.code, quiet.out, quiet.err), (0, '', ''), '-q: no word of success')
        tap.equal(bed.acts(), [], 'nothing was changed')


def switching(tap):
    with Bed(*LOADED, *DISABLED) as bed:
        seen = bed.ectl('enable', '--json')
        tap.equal((seen.code, seen.get('changed'), seen.get('before.enabled'), seen.get('after.enabled')), (0, True, 'disabled', 'enabled'), 'enable', seen)
        tap.equal(bed.ectl('is-enabled').out, 'enabled\n', 'is-enabled agrees')
        seen = bed.ectl('disable', '--json')
        tap.equal((seen.code, seen.get('changed'), seen.get('after.enabled')), (0, True, 'disabled'), 'disable', seen)
        tap.equal(bed.acts(), ['EnableUnitFiles docker.service docker.socket', 'Reload', 'DisableUnitFiles docker.service docker.socket', 'Reload'],
                  'both units in one call, then Reload')


def job_results(tap):
    for result in ('failed', 'timeout', 'dependency', 'canceled'):
        with Bed(*LOADED, 'job=' + result) as bed:
            seen = bed.ectl('start')
            tap.check(seen.code == 1 and seen.out == '' and 'cannot start docker.service' in seen.err and len(seen.err.splitlines()[0]) > 40,
                      'a job that ends with %s: 1, and a sentence' % result, seen)
            tap.equal(bed.acts(), ['StartUnit docker.service replace'], 'it was asked once')


def without_wait(tap):
    with Bed(*LOADED, 'job=never') as bed:
        seen = bed.ectl('start', '--no-wait', '--json')
        tap.equal((seen.code, seen.get('changed')), (0, True), 'start --no-wait returns with the job', seen)
        tap.equal(bed.acts(), ['StartUnit docker.service replace'], 'the job was queued')


def deadline(tap):
    with Bed(*LOADED, 'job=never') as bed:
        seen = bed.ectl('start', '--timeout', 1)
        tap.check(seen.code == 150 and seen.out == '' and 'the start goes on' in seen.err, 'a job that never ends: 150, and it goes on', seen)
        seen = bed.ectl('start', '--timeout', 0.2, '--json')
        tap.check(seen.code == 150 and seen.get('error.code') == 150 and ACTION_KEYS <= set(seen.json), '--json', seen)
    with Bed(*LOADED, 'mute=yes') as bed:
        seen = bed.ectl('status', '--timeout', 0.2, '--json')
        tap.check(seen.code == 4 and seen.get('state') == 'unknown' and seen.get('reason'), 'a manager that is silent: unknown', seen)
        seen = bed.ectl('is-active', '--timeout', 0.2)
        tap.check(seen.code == 150 and seen.out == '' and seen.err, 'is-active: 150', seen)


def interruption(tap):
    for number, args in ((signal.SIGINT, ()), (signal.SIGTERM, ()), (signal.SIGINT, ('--json',))):
        with Bed(*LOADED, 'job=never') as bed:
            child = subprocess.Popen([PROGRAM, '--backend', 'systemd', 'start', *args], env=clilib.environment(**bed.env), stdin=subprocess.DEVNULL,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            waits = until(bed.acts)
            child.send_signal(number)
            try:
                out, err = child.communicate(timeout=clilib.LIMIT_S)
            finally:
                child.kill()
            seen = clilib.Result(['start', *args], child.returncode, out, err)
            name = ' '.join((number.name,) + args)
            tap.check(waits and seen.code == 130 and 'the start goes on' in seen.text, name + ': 130, and the start goes on', seen)
            tap.check(seen.get('error.code') == 130 and err == '' if args else out == '', name + ': said in the right place', seen)
            tap.equal(bed.acts(), ['StartUnit docker.service replace'], name + ': the job is left alone')


def lost(tap):
    with Bed(*LOADED, 'job=exit') as bed:
        seen = bed.ectl('start')
        tap.check(seen.code == 1 and seen.out == '' and 'systemd' in seen.err, 'the manager leaves with our job: 1', seen)
    with Bed(*LOADED, 'job=exit') as bed:
        seen = bed.ectl('start', '--json')
        tap.check(seen.code == 1 and seen.get('error.code') == 1 and seen.get('after.state') == 'unknown', 'what is after it is unknown', seen)


def no_bus(tap):
    away = {'DBUS_SYSTEM_BUS_ADDRESS': 'unix:path=/nonexistent'}
    users = [None] if os.geteuid() else [None, NOBODY]
    for uid in users:
        name = 'nobody' if uid else 'the caller'
        if uid is None and os.geteuid() == 0 and os.path.exists('/run/systemd/private'):
            tap.skip('no bus, as root', 'the systemd of this host answers root without the bus')
            continue
        bed = Bed()
        seen = run('--backend', 'systemd', 'status', '--json', uid=uid, **program_for(bed), **away)
        tap.check((seen.code, seen.get('state')) == (4, 'unknown') and 'D-Bus' in (seen.get('reason') or ''), name + ': unknown, with a reason', seen)
        tap.equal({'service', 'api', 'client', 'processes', 'backend'} - set(seen.json or {}), set(), name + ': the keys are there', seen)
        seen = run('--backend', 'systemd', 'status', uid=uid, **program_for(bed), **away)
        tap.check(seen.code == 4 and 'unknown' in seen.out and seen.err == '', name + ': as text', seen)
        for verb in ('start', 'is-active'):
            seen = run('--backend', 'systemd', verb, uid=uid, **program_for(bed), **away)
            tap.check(seen.code == 1 and seen.out == '' and 'cannot reach systemd' in seen.err, name + ': ' + verb, seen)


def on_terminal(bed, *args, stream='stdout', **env):
    """What a terminal would show that is this stream of the program."""
    main, side = os.openpty()
    streams = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL, stream: side}
    child = subprocess.Popen([PROGRAM, '--backend', 'systemd', *args], env=clilib.environment(**{**bed.env, 'TERM': 'xterm', **env}), stdin=subprocess.DEVNULL, **streams)
    os.close(side)
    shown = b''
    try:
        while part := os.read(main, 4096):
            shown += part
    except OSError:  # so a terminal says that nobody writes any more
        pass
    child.wait()
    os.close(main)
    return shown.decode()


def colour(tap):
    with Bed(*LOADED) as bed:
        tap.check('\x1b[' in on_terminal(bed, 'status'), 'a terminal gets colour')
        for name, args, env in (('NO_COLOR', (), {'NO_COLOR': '1'}), ('--no-color', ('--no-color',), {}), ('TERM=dumb', (), {'TERM': 'dumb'})):
            shown = on_terminal(bed, 'status', *args, **env)
            tap.check('docker is stopped' in shown and '\x1b' not in shown, name + ': none', shown)
        tap.check('\x1b[' in on_terminal(bed, 'status', NO_COLOR=''), 'an empty NO_COLOR counts as unset')


def live_line(tap):
    """On a terminal it moves, never wraps, and is gone at the end; what needs no time shows none."""
    name = 'docker-' + 90 * 'x'
    wipe = '\r\x1b[K'
    with Bed(name + '.service:LoadState=loaded', 'job=never') as bed:
        slow = ('--timeout', '2', 'start', name)
        shown = on_terminal(bed, *slow, stream='stderr')
        lines = [part for part in shown.split(wipe) if part.startswith('\u25d0')]
        tap.check(lines and all('xxx' in line and len(line) <= 79 and '\n' not in line for line in lines), 'it is cut to the width of the terminal', shown)
        tap.check(re.search(r'\r\x1b\[Kenginectl: [^\x1b]*$', shown), 'the error takes its place', shown)
        tap.equal(on_terminal(bed, '-q', *slow, stream='stderr').count(wipe), 0, '-q: none')
        tap.equal(on_terminal(bed, '--json', *slow, stream='stderr'), '', '--json: none')
    with Bed(*LOADED) as bed:
        for args in (['status'], ['is-active'], ['start', '--dry-run']):
            tap.equal(on_terminal(bed, *args, stream='stderr'), '', '%s leaves the line of the terminal alone' % args[0])


def deadline_of_wait(tap):
    with Bed(*LOADED) as bed:
        seen = bed.ectl('--timeout', '0.3', 'wait', 'running')
        tap.check(seen.code == 150 and 'docker is stopped: the deadline' in seen.err, 'it ends with the state that there is', seen)
        seen = bed.ectl('--timeout', '0.3', 'wait', 'running', '--json')
        tap.equal((seen.code, seen.get('state'), seen.get('reached'), seen.get('error.code')), (150, 'stopped', False, 150), 'the same in JSON', seen)


if __name__ == '__main__':
    if not shutil.which('dbus-daemon'):
        print('1..0 # SKIP dbus-daemon is not installed (package dbus)')
        sys.exit(0)
    if not os.access(MANAGER, os.X_OK):
        print('1..0 # SKIP %s is not there: make tests' % MANAGER)
        sys.exit(0)
    clilib.main([status_document, states, words_of_the_manager, denied, masked, not_installed, idempotent, switching, job_results, without_wait, deadline,
                 interruption, lost, no_bus, colour, live_line, deadline_of_wait])

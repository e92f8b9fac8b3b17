#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: bookworm
"""Docker Desktop for Linux: a stand-in for its program (tests/fake/desktop.c) under the real user unit's name, on a host without an engine of its own and on one with it."""
import base64
import os

import livelib
import states

USER, UID = 'ann', '1000'
HOME = '/home/' + USER
FOLDER = HOME + '/.docker/desktop'
SOCK = FOLDER + '/docker.sock'
PROGRAM = '/opt/docker-desktop/bin/com.docker.backend'
UNIT = '/usr/lib/systemd/user/docker-desktop.service'
SERVICE = 'docker-desktop.service'
TEXT = '''[Unit]
Description=Docker Desktop

[Service]
ExecStart=%s

[Install]
WantedBy=default.target
''' % PROGRAM
WORDS = HOME + '/.docker/stand-in'
ANSWERS = 'curl -sf -m 3 --unix-socket %s http://d/_ping >/dev/null' % SOCK
GONE = '! pgrep -f "^%s"' % PROGRAM


def as_user(lane, *words, **how):
    return lane.run('setpriv', '--reuid', USER, '--regid', USER, '--init-groups', 'env', 'HOME=' + HOME, 'USER=' + USER, 'XDG_RUNTIME_DIR=/run/user/' + UID,
                    'DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/%s/bus' % UID, *words, timeout=60, **how)


def ectl(lane, *words):
    return as_user(lane, livelib.ENGINECTL, *words)


def systemctl(lane, *words):
    return as_user(lane, 'systemctl', '--user', *words).out.strip()


def show(lane, name):
    return systemctl(lane, 'show', '-P', name, SERVICE)


def tell_stand_in(lane, words):
    lane.write(WORDS, words)


def lay_out(lane):
    """The package's two files, its user and the context that it makes; the host's engine is moved away."""
    stand_in = os.path.join(livelib.TOP, os.environ.get('BUILD', 'build/linux'), 'tests/fake/desktop')
    with open(stand_in, 'rb') as program:
        encoded = base64.b64encode(program.read()).decode()
    lane.sh('useradd -m -s /bin/sh -u %s %s; loginctl enable-linger %s' % (UID, USER, USER))
    lane.wait('test -S /run/user/%s/bus' % UID)
    lane.sh('mkdir -p %s; base64 -d > %s; chmod 755 %s' % (os.path.dirname(PROGRAM), PROGRAM, PROGRAM), stdin=encoded)
    lane.write(UNIT, TEXT)
    as_user(lane, 'mkdir', '-p', FOLDER)
    systemctl(lane, 'daemon-reload')


def reset(lane):
    lane.sh('rm -f ' + WORDS)
    systemctl(lane, 'stop', SERVICE)
    systemctl(lane, 'reset-failed', SERVICE)
    lane.sh('pkill -KILL -u %s -f "^%s"' % (USER, PROGRAM))
    lane.wait(GONE)


def engines(seen):
    return [(p['name'], p['role']) for p in seen.get('processes', [])]


def verdict(tap, lane, state, what, *words):
    seen = ectl(lane, 'status', '--json', *words)
    tap.equal((seen.code, seen.get('state'), seen.get('backend')), (states.CODES[state], state, 'desktop'), what, seen)
    return seen


def life(tap, lane):
    states.bring_not_installed(lane)
    lay_out(lane)
    seen = verdict(tap, lane, 'stopped', 'stopped')
    tap.equal((seen.get('service.name'), seen.get('api.endpoint')), (SERVICE, 'unix://' + SOCK), 'by its unit and its socket', seen)
    seen = ectl(lane, 'start', '--json')
    tap.equal((seen.code, seen.get('changed'), seen.get('after.state'), lane.ok(ANSWERS), show(lane, 'ActiveState')), (0, True, 'running', True, 'active'), 'start, until the API answers', seen)
    seen = verdict(tap, lane, 'running', 'running')
    tap.equal((seen.get('api.answers'), seen.get('api.version'), seen.get('api.endpoint')), (True, '28.3.0', 'unix://' + SOCK), 'its API is asked at the socket for clients', seen)
    tap.equal(engines(seen)[:1], [('com.docker.backend', 'engine')], 'its process is the engine', seen)
    tap.check(str(seen.get('processes')[0]['pid']) != show(lane, 'MainPID'), 'namely the one that serves, which is not the first', seen)
    tap.equal(ectl(lane, 'start', '--json').get('changed'), False, 'start again changes nothing')
    for verb, code in (('is-active', 0), ('is-enabled', 1)):
        tap.equal(ectl(lane, verb).code, code, verb)
    tap.equal(ectl(lane, 'reload', '--json').get('error.code'), 3, 'reload: 3')
    tap.check('Started' in ectl(lane, 'logs').out, 'logs', ectl(lane, 'logs'))
    seen = ectl(lane, 'restart', '--json')
    tap.equal((seen.code, seen.get('after.state')), (0, 'running'), 'restart', seen)
    seen = ectl(lane, 'stop', '--json')
    tap.equal((seen.code, seen.get('after.state'), lane.ok(GONE), show(lane, 'ActiveState')), (0, 'stopped', True, 'inactive'), 'stop', seen)
    tap.check('ASKED' not in ectl(lane, 'logs').out, 'nothing but the socket for clients was asked', ectl(lane, 'logs'))


def one_process(tap, lane):
    reset(lane)
    tell_stand_in(lane, 'alone relative')
    seen = ectl(lane, 'start', '--json')
    tap.equal((seen.code, seen.get('after.state')), (0, 'running'), 'the first process serves: start', seen)
    seen = verdict(tap, lane, 'running', 'status')
    tap.equal(str(seen.get('processes')[0]['pid']), show(lane, 'MainPID'), 'its engine is the first process', seen)


def text(tap, lane):
    """What a person reads: why this backend, and commands without sudo."""
    reset(lane)
    seen = ectl(lane, 'status', '-v')
    tap.check('Docker Desktop is installed (%s)' % UNIT in seen.out and 'Fix' in seen.out and 'sudo' not in seen.out and '/etc/default' not in seen.out, 'status -v: why, no options of dockerd, and a fix without sudo', seen)
    seen = ectl(lane, 'start')
    tap.check(seen.code == 0 and 'no docker.service' not in seen.text, 'start has no word of a docker.service', seen)
    seen = ectl(lane, 'status')
    tap.check('docker is running' in seen.out.splitlines()[0] and 'enginectl enable' in seen.out and 'sudo' not in seen.out, 'status, and a fix without sudo', seen)


def probe(tap, lane):
    reset(lane)
    ectl(lane, 'start')
    seen = ectl(lane, 'probe', '--json')
    rows = {row['endpoint']: row for row in seen.get('endpoints')}
    mine = rows.get('unix://' + SOCK, {})
    tap.equal((mine.get('listening'), mine.get('answers'), mine.get('owner_pid') in [p['pid'] for p in seen.get('processes') if p['name'] == 'com.docker.backend']), (True, True, True), 'the socket, whose it is, and that it answers', seen)
    tap.equal([url for url in rows if 'backend.sock' in url or 'raw' in url or '5432' in url], [], 'no private socket and no port of a container', seen)
    tap.equal([(row['backend'], row['name'], row['active']) for row in seen.get('services')], [('desktop', SERVICE, 'active')], 'the service', seen)
    tap.check(PROGRAM in [row['path'] for row in seen.get('programs')], 'the program', seen)
    tap.check('ASKED' not in ectl(lane, 'logs').out, 'nor was one of them asked', ectl(lane, 'logs'))
    lane.sh('curl -s -m 1 --unix-socket %s/backend.sock http://d/' % FOLDER)
    tap.check(livelib.until(lambda: 'ASKED: a private socket' in ectl(lane, 'logs').out, 5), 'which would have been seen')
    reset(lane)
    seen = ectl(lane, 'probe', '--json')
    rows = {row['endpoint']: row for row in seen.get('endpoints')}
    tap.equal(rows.get('unix://' + SOCK, {}).get('listening'), False, 'the socket of one that is stopped', seen)


def client(tap, lane):
    """The context that Docker Desktop makes and makes current."""
    reset(lane)
    ectl(lane, 'start')
    context = HOME + '/.docker/contexts/meta/fe9c6bd7a66301f49ca9b6a70b217107cd1284598bfc254700c989b916da791e/meta.json'
    lane.write(context, '{"Name":"desktop-linux","Metadata":{"Description":"Docker Desktop"},"Endpoints":{"docker":{"Host":"unix://%s","SkipTLSVerify":false}}}' % SOCK)
    lane.write(HOME + '/.docker/config.json', '{"currentContext":"desktop-linux"}')
    seen = ectl(lane, 'status', '--json')
    tap.equal((seen.get('client.endpoint'), seen.get('client.from'), seen.get('client.same_engine')), ('unix://' + SOCK, 'context', True), 'docker uses this engine', seen)
    seen = ectl(lane, 'ping', '--json')
    tap.equal((seen.code, seen.get('api.endpoint')), (0, 'unix://' + SOCK), 'ping', seen)
    lane.sh('rm -rf %s/.docker/contexts %s/.docker/config.json' % (HOME, HOME))


def killed(tap, lane):
    reset(lane)
    ectl(lane, 'start')
    lane.sh('kill -9 ' + show(lane, 'MainPID'))
    lane.wait(GONE)
    seen = verdict(tap, lane, 'failed', 'the first process killed')
    tap.equal(seen.get('service.result'), 'signal', 'by a signal', seen)
    seen = ectl(lane, 'start', '--json')
    tap.equal((seen.code, seen.get('after.state')), (0, 'running'), 'start mends it', seen)
    lane.sh('kill -9 $(pgrep -P %s)' % show(lane, 'MainPID'))
    seen = verdict(tap, lane, 'starting', 'the one that serves killed, the first one young')
    seen = ectl(lane, 'restart', '--json')
    tap.equal((seen.code, seen.get('after.state')), (0, 'running'), 'restart mends it', seen)


def sick(tap, lane):
    reset(lane)
    ectl(lane, 'start')
    lane.sh('kill -STOP $(pgrep -P %s)' % show(lane, 'MainPID'))
    seen = verdict(tap, lane, 'hung', 'halted: hung', '--timeout', '1')
    seen = ectl(lane, 'start', '--json', '--timeout', '3')
    tap.equal((seen.code, seen.get('error.hint')), (1, 'enginectl restart'), 'start: 1, and suggests restart without sudo', seen)
    lane.sh('kill -CONT $(pgrep -P %s); rm %s' % (show(lane, 'MainPID'), SOCK))
    verdict(tap, lane, 'degraded', 'the path is gone: degraded')
    reset(lane)
    tell_stand_in(lane, 'silent')
    systemctl(lane, 'start', SERVICE)
    lane.wait('test -S ' + SOCK)
    verdict(tap, lane, 'starting', 'silent and young: starting', '--timeout', '1')
    seen = ectl(lane, 'stop', '--json')
    tap.equal((seen.code, seen.get('after.state')), (0, 'stopped'), 'stop', seen)
    tell_stand_in(lane, 'no-api')
    seen = ectl(lane, 'start', '--json', '--timeout', '1')
    tap.equal((seen.code, seen.get('after.state')), (150, 'starting'), 'without an API: the deadline', seen)


def by_hand(tap, lane):
    """Nobody else could own it: it counts as Docker Desktop's, and stop ends it."""
    reset(lane)
    lane.spawn('setpriv', '--reuid', USER, '--regid', USER, '--init-groups', 'setsid', PROGRAM)
    lane.wait(ANSWERS)
    verdict(tap, lane, 'running', 'started by hand')
    seen = ectl(lane, 'stop', '--json')
    tap.equal((seen.code, seen.get('after.state'), lane.ok(GONE)), (0, 'stopped', True), 'stop', seen)


def watched(tap, lane):
    reset(lane)
    watcher = lane.spawn('setpriv', '--reuid', USER, '--regid', USER, '--init-groups', 'env', 'HOME=' + HOME, 'XDG_RUNTIME_DIR=/run/user/' + UID,
                         'timeout', '60', livelib.ENGINECTL, 'watch', '--json')
    first = watcher.stdout.readline()
    tap.check('"stopped"' in first, 'the state now', first)
    waiter = lane.spawn('setpriv', '--reuid', USER, '--regid', USER, '--init-groups', 'env', 'HOME=' + HOME, 'XDG_RUNTIME_DIR=/run/user/' + UID,
                        livelib.ENGINECTL, 'wait', 'running')
    ectl(lane, 'start')
    line = watcher.stdout.readline()
    while line and '"state": "running"' not in line and '"state":"running"' not in line:
        line = watcher.stdout.readline()
    tap.check(line != '', 'watch tells of running', line)
    tap.equal(waiter.wait(30), 0, 'wait running')
    lane.sh('kill -INT $(pgrep -xo enginectl)')
    tap.equal(watcher.wait(10), 130, 'interrupted: 130')


def at_boot(tap, lane):
    reset(lane)
    seen = ectl(lane, 'enable', '--json')
    tap.equal((seen.code, seen.get('after.enabled'), seen.get('notes'), show(lane, 'UnitFileState')), (0, 'enabled', [], 'enabled'), 'enable, without a word of a socket unit', seen)
    tap.equal(ectl(lane, 'enable', '--json').get('changed'), False, 'enable again changes nothing')
    tap.equal(ectl(lane, 'is-enabled').code, 0, 'is-enabled')
    tap.equal(ectl(lane, 'status', '--json').get('service.at_boot'), 'yes', 'with linger: at boot')
    lane.reboot()
    tap.check(lane.wait(ANSWERS), 'after a reboot it answers')
    lane.sh('loginctl disable-linger ' + USER)
    lane.reboot()
    tap.check(not lane.ok('pgrep -f "^%s"' % PROGRAM), 'without linger it waits for its user')
    lane.sh('systemctl start user@%s.service' % UID)
    lane.wait(ANSWERS)
    seen = ectl(lane, 'status')
    tap.check('starts when its user logs in' in seen.out and 'Fix' not in seen.out, 'and that is told, as no fault', seen)
    seen = ectl(lane, 'enable')
    tap.check(seen.code == 0 and 'when its user logs in' in seen.text, 'by enable too', seen)
    lane.sh('loginctl enable-linger ' + USER)
    tap.check(lane.wait(ANSWERS), 'and it comes with that user\'s manager')
    seen = ectl(lane, 'disable', '--now', '--json')
    tap.equal((seen.code, seen.get('after.enabled'), seen.get('after.state')), (0, 'disabled', 'stopped'), 'disable --now', seen)


def bare(tap, lane):
    """As from cron, or from sudo -u: nothing in the environment names the user's bus."""
    reset(lane)
    for verb in ('start', 'stop'):
        seen = lane.run('setpriv', '--reuid', USER, '--regid', USER, '--init-groups', 'env', '-i', 'HOME=' + HOME, livelib.ENGINECTL, verb, '--json')
        tap.equal(seen.code, 0, verb, seen)


def masked(tap, lane):
    reset(lane)
    systemctl(lane, 'mask', SERVICE)
    seen = ectl(lane, 'start', '--json')
    tap.equal((seen.code, seen.get('error.hint')), (6, 'systemctl --user unmask ' + SERVICE), 'masked: 6, and what takes the mask off', seen)
    systemctl(lane, 'unmask', SERVICE)


def for_root(tap, lane):
    reset(lane)
    for verb in ('start', 'stop', 'restart', 'enable', 'logs'):
        seen = lane.ectl(verb, '--json')
        tap.check((seen.code, seen.get('error.code')) == (3, 3) and 'root is not that user' in seen.get('error.message'), verb + ': 3, and why', seen)
    seen = lane.ectl('status', '--json')
    tap.equal((seen.code, seen.get('state')), (4, 'unknown'), 'status: unknown', seen)
    tap.check('work' in (lane.ectl('start', '--json').get('error.hint') or ''), 'nobody to be named')
    seen = lane.ectl('start', '--json', env={'SUDO_USER': USER})
    tap.equal(seen.get('error.hint'), 'run it as %s, without sudo' % USER, 'under sudo its user is named', seen)
    ectl(lane, 'start')
    seen = lane.ectl('start', '--json')
    tap.equal(seen.get('error.hint'), 'run it as %s, without sudo' % USER, 'the user whose Docker Desktop runs is named', seen)
    seen = lane.ectl('probe', '--json')
    tap.check(seen.code == 0 and 'unix://' + SOCK in [row['endpoint'] for row in seen.get('endpoints')], 'probe lists what runs', seen)


def without_program(tap, lane):
    reset(lane)
    lane.sh('mv %s /root/' % PROGRAM)
    seen = verdict(tap, lane, 'not-installed', 'its program is gone')
    seen = ectl(lane, 'start', '--json')
    tap.check(seen.code == 5 and 'docker-desktop' in (seen.get('error.hint') or ''), 'start: 5, and which package', seen)
    lane.sh('mv /root/com.docker.backend ' + PROGRAM)
    lane.sh('mv %s /root/' % UNIT)
    systemctl(lane, 'daemon-reload')
    seen = ectl(lane, 'status', '--json')
    tap.equal((seen.get('state'), seen.get('backend')), ('not-installed', 'systemd'), 'without its unit it is not Docker Desktop\'s host', seen)
    lane.sh('mv /root/docker-desktop.service ' + UNIT)
    systemctl(lane, 'daemon-reload')


def beside_dockerd(tap, lane):
    """With an engine of the host's own that one comes first, and the other can be chosen."""
    reset(lane)
    states.bring_running(lane)
    seen = ectl(lane, 'status', '-v')
    tap.check('systemd: docker.service' in seen.out and '--backend desktop' in seen.out, 'the host\'s own, and how to choose the other', seen)
    ectl(lane, '--backend', 'desktop', 'start')
    tap.equal(lane.ectl('status', '--json').get('processes')[0]['name'], 'dockerd', 'root sees the host\'s own')
    seen = verdict(tap, lane, 'running', '--backend desktop', '--backend', 'desktop')
    tap.equal(seen.get('api.endpoint'), 'unix://' + SOCK, 'at its own socket', seen)
    seen = ectl(lane, '--backend', 'desktop', 'stop', '--json')
    tap.equal((seen.code, seen.get('after.state'), lane.ok(states.ANSWERS)), (0, 'stopped', True), 'stop, and the host\'s engine goes on', seen)
    seen = ectl(lane, '--backend', 'desktop', 'status')
    tap.check('enginectl --backend desktop start' in seen.out, 'the fix names the backend', seen)
    lane.sh('mv %s /root/' % PROGRAM)
    verdict(tap, lane, 'not-installed', 'dockerd is not its program', '--backend', 'desktop')


livelib.run('desktop', [life, one_process, text, probe, client, killed, sick, by_hand, watched, at_boot, bare, masked, for_root, without_program, beside_dockerd])

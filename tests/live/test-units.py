#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: bookworm trixie
"""Units that are not as the package has them: types, settings, masks, sockets that are not theirs. What the verbs do then, and what they say."""
import livelib
import states

UNIT = '/etc/systemd/system/docker.service'
SOCK2 = '/run/d2.sock'
DIES = (('a broken daemon.json', (), '{', 'daemon-json-syntax'), ('a flag that is none', ('ExecStart=', 'ExecStart=/usr/sbin/dockerd -H fd:// --no-such-flag'), None, 'unknown-flag'))


def says(tap, seen, code, finding, name):
    return tap.equal((seen.code, seen.get('error.finding')), (code, finding), name, seen)


def simple_type_dies(tap, lane):
    """systemd holds a unit of this type for started at once, and the socket is there before the engine: its death must not pass for an answer."""
    for name, lines, text, finding in DIES:
        states.bring_stopped(lane)
        states.drop_in(lane, 'Type=simple', 'Restart=no', *lines)
        if text is not None:
            states.daemon_json(lane, text)
        for _ in range(3):
            seen = lane.ectl('start', '--json', timeout=60)
            says(tap, seen, 6, finding, 'start of Type=simple with %s' % name)
            tap.equal(seen.get('after.state'), 'failed', 'and what is after it', seen)
    states.bring_running(lane)
    states.drop_in(lane, 'Type=simple', 'Restart=no')
    seen = lane.ectl('restart', '--json', timeout=60)
    tap.equal((seen.code, seen.get('after.state')), (0, 'running'), 'and one that is well is started', seen)


def masked_socket_listens(tap, lane):
    states.bring_running(lane)
    lane.sh('systemctl mask docker.socket')
    seen = lane.ectl('stop', '--json', timeout=60)
    tap.equal((seen.code, seen.get('after.state'), states.active(lane)), (0, 'stopped', ('inactive', 'inactive')), 'a socket unit that was masked while it listened is stopped too', seen)
    states.bring_armed(lane)
    lane.sh('systemctl mask docker.socket')
    seen = lane.ectl('stop', '--json', timeout=60)
    tap.equal((seen.code, seen.get('after.state'), seen.get('changed')), (0, 'stopped', True), 'where it is all that is up too', seen)
    lane.sh('systemctl unmask docker.socket; systemctl mask docker.service')
    tap.equal(lane.ectl('status', '--json').get('service.at_boot'), 'no', 'a masked service is started by nobody at boot')


def bad_setting(tap, lane):
    states.bring_running(lane)
    before = states.engines(lane)
    states.drop_in(lane, 'ExecStart=', 'ExecStart=')
    for verb in ('restart', 'enable'):
        seen = lane.ectl(verb, '--json', timeout=60)
        tap.equal((seen.code, seen.get('changed'), states.engines(lane)), (6, False, before), verb + ' of a unit that cannot be loaded refuses before anything stops', seen)


def restart_brings_socket_back(tap, lane):
    states.bring_running(lane)
    lane.sh("sed '/^Requires=/d; s|-H fd://|-H unix://%s|' /lib/systemd/system/docker.service > %s; systemctl daemon-reload; systemctl stop docker.socket docker.service; "
            'systemctl start docker.socket; systemctl start docker.service' % (SOCK2, UNIT))
    lane.wait('curl -sf --unix-socket %s http://d/_ping' % SOCK2)
    tap.equal(states.active(lane), ('active', 'active'), 'a service that does not want its socket, and both are up')
    dry = lane.ectl('restart', '--dry-run', '--json')
    tap.check(any('start docker.socket' in step['do'] for step in (dry.json or {}).get('steps', [])), 'a dry run tells of the socket', dry)
    seen = lane.ectl('restart', '--json', timeout=60)
    tap.equal((seen.code, states.active(lane)), (0, ('active', 'active')), 'both are up again', seen)
    lane.sh('systemctl stop docker.socket')
    seen = lane.ectl('status', '--json')
    tap.equal((seen.get('state'), seen.get('api.endpoint')), ('running', 'unix://' + SOCK2), 'the socket that it holds and does not serve is not asked, the unit up or down', seen)
    lane.sh('rm %s; systemctl daemon-reload' % UNIT)


def reload_refused(tap, lane):
    for text, finding in (('{"hosts": ["unix:///run/x.sock"]}', 'hosts-flag-and-file'), ('{', 'daemon-json-syntax')):
        states.bring_running(lane)
        states.daemon_json(lane, text)
        seen = lane.ectl('reload', '--json', timeout=60)
        says(tap, seen, 6, finding, 'a refused reload has its finding: %s' % finding)
        tap.check('daemon.json' in (seen.get('error.hint') or ''), 'and its fix', seen)


def foreign_and_ill(tap, lane):
    """An engine that was started by hand and whose socket is gone is not the service's to stop."""
    states.bring_unmanaged(lane)
    pid = states.engines(lane)
    lane.sh('rm ' + states.SOCK)
    tap.equal(lane.ectl('status', '--json').get('state'), 'degraded', 'its socket is gone')
    for verb in ('stop', 'restart'):
        seen = lane.ectl(verb, '--json', timeout=60)
        tap.check(seen.code == 1 and pid[0] in seen.get('error.message', '') and states.engines(lane) == pid, verb + ' refuses at once and names its pid', seen)
    seen = lane.ectl('stop', '--force', '--json', timeout=60)
    tap.equal((seen.code, states.engines(lane)), (0, []), 'stop --force ends it', seen)


def socket_cannot_listen(tap, lane):
    states.bring_stopped(lane)
    lane.sh('rm -rf {0}; mkdir -p {0}/in-the-way'.format(states.SOCK))
    seen = lane.ectl('start', '--json', timeout=60)
    says(tap, seen, 1, 'docker-socket-unit-failed', 'a socket unit that cannot listen is named')
    tap.check('docker.socket' in lane.ectl('status', '--json').get('reason', ''), 'status names it as well')


def program_missing(tap, lane):
    states.bring_stopped(lane)
    states.drop_in(lane, 'Restart=no', 'ExecStart=', 'ExecStart=/usr/sbin/no-such-dockerd -H fd://')
    seen = lane.ectl('start', '--json', timeout=60)
    tap.check(seen.code == 6 and 'no-such-dockerd' in seen.get('error.message', ''), 'a program that is missing is named', seen)


def forced_stop(tap, lane):
    """The socket unit's own stop is not forgotten when the engine had to be ended by signals."""
    states.bring_running(lane)
    states.drop_in(lane, 'ExecStop=/bin/sleep 2')
    seen = lane.ectl('stop', '--force', '--timeout', '1', '--json', timeout=60)
    tap.equal((seen.code, seen.get('after.state'), states.active(lane)), (0, 'stopped', ('inactive', 'inactive')), 'stop --force leaves both units stopped', seen)


def acted(tap, lane, verb, after):
    seen = lane.ectl(verb, '--json', timeout=90)
    tap.equal((seen.code, seen.get('changed'), seen.get('after.state')), (0, True, after), '%s ends in %s' % (verb, after), seen)


def start_limit(tap, lane):
    """A manager that refuses further starts is told to forget."""
    states.reset(lane)
    lane.sh('for i in 1 2 3 4; do systemctl start docker.service; systemctl stop %s; done' % states.MANAGED, timeout=60)
    tap.equal(states.show(lane)['Result'], 'start-limit-hit', 'the limit is hit')
    seen = lane.ectl('status', '--json')
    tap.equal((seen.get('state'), seen.get('service.result')), ('failed', 'start-limit-hit'), 'status says so', seen)
    acted(tap, lane, 'start', 'running')
    tap.check(lane.ok(states.ANSWERS), 'it answers')


def service_without_socket(tap, lane):
    """A masked socket unit: the service only, and it is said."""
    states.reset(lane)
    lane.sh('systemctl mask -q docker.socket')
    states.drop_in(lane, 'ExecStart=', 'ExecStart=/usr/sbin/dockerd -H unix:///run/docker.sock')
    lane.sh('sed "/docker.socket/d" /lib/systemd/system/docker.service > /etc/systemd/system/docker.service; systemctl daemon-reload')
    acted(tap, lane, 'start', 'running')
    tap.check(lane.ok(states.ANSWERS), 'it answers')
    seen = lane.ectl('status', '--json')
    tap.equal(seen.get('state'), 'running', 'status', seen)
    seen = lane.ectl('disable')
    tap.check(seen.code == 0 and 'docker.socket' in seen.text and 'mask' in seen.text, 'disable says that the socket unit is masked', seen)
    tap.equal(lane.ectl('enable').code, 0, 'enable')
    acted(tap, lane, 'stop', 'stopped')
    lane.sh('rm /etc/systemd/system/docker.service; systemctl daemon-reload')


def start_does_not_wait_for_the_next_try(tap, lane):
    """Who starts it by hand wants it now, however long the manager would wait."""
    states.bring_running(lane)
    states.drop_in(lane, 'Restart=always', 'RestartSec=300')
    lane.sh('systemctl kill -s KILL docker.service')
    lane.wait(states.is_sub('auto-restart'), 10)
    seen = lane.ectl('start', '--timeout', '30', '--json', timeout=60)
    tap.equal((seen.code, seen.get('before.state'), seen.get('after.state')), (0, 'failed', 'running'), 'start between two tries', seen)
    states.reset(lane)


livelib.run('units', [simple_type_dies, masked_socket_listens, bad_setting, restart_brings_socket_back, reload_refused, foreign_and_ill, socket_cannot_listen, program_missing, forced_stop,
                      start_limit, start_does_not_wait_for_the_next_try, service_without_socket])

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: bookworm
"""What start, stop, restart and reload may do in each state, cell by cell."""
import livelib
import states

ANSWERS = states.ANSWERS


def refused(tap, lane, verb, code, *words, say=None):
    """A verb that must not act: its code, its document, and the same engines as before."""
    was = states.engines(lane), states.active(lane)
    seen = lane.ectl(verb, *words, '--json', timeout=60)
    name = ' '.join([verb, *words])
    tap.check(seen.code == code and seen.get('error.code') == code, '%s: %d' % (name, code), seen)
    tap.check(say is None or say in seen.text, '%s names %s' % (name, say), seen)
    tap.equal((states.engines(lane), states.active(lane)), was, name + ' touches nothing')


def done(tap, lane, verb, *words, changed=True, after=None):
    seen = lane.ectl(verb, *words, '--json', timeout=90)
    name = ' '.join([verb, *words])
    tap.equal((seen.code, seen.get('changed')), (0, changed), name, seen)
    if after:
        tap.equal(seen.get('after.state'), after, '%s ends in %s' % (name, after), seen)


def hung(tap, lane):
    states.bring_hung(lane)
    refused(tap, lane, 'start', 1, say='restart')
    done(tap, lane, 'restart', after='running')
    tap.check(lane.ok(ANSWERS), 'restart cures it')


def stop_hung(tap, lane):
    states.bring_hung(lane)
    done(tap, lane, 'stop', after='stopped')
    tap.equal(states.engines(lane), [], 'it is gone')


def stop_by_force(tap, lane):
    """The deadline, then 150; --force goes on to TERM and KILL."""
    states.bring_running(lane)
    states.drop_in(lane, 'ExecStop=/bin/sleep 30')
    seen = lane.ectl('stop', '--timeout', '1', '--json')
    tap.check(seen.code == 150 and seen.get('error.code') == 150, 'stop passes its deadline', seen)
    seen = lane.ectl('stop', '--force', '--timeout', '1', '--json', timeout=60)
    tap.equal((seen.code, states.engines(lane)), (0, []), 'stop --force', seen)


def degraded(tap, lane):
    states.bring_degraded(lane)
    refused(tap, lane, 'start', 1, say='restart')
    done(tap, lane, 'restart', after='running')
    tap.check(lane.ok(ANSWERS), 'restart cures it')
    states.bring_degraded(lane)
    done(tap, lane, 'stop', after='stopped')
    tap.equal(states.engines(lane), [], 'stop ends it')


def unmanaged(tap, lane):
    states.bring_unmanaged(lane)
    inode, pid = lane.out('stat -c %i ' + states.SOCK), states.engines(lane)[0]
    for verb in ('start', 'stop', 'restart', 'reload'):
        refused(tap, lane, verb, 1, say=pid if verb != 'reload' else None)
        tap.check(lane.ok(ANSWERS) and lane.out('stat -c %i ' + states.SOCK) == inode, verb + ' spares its socket')
    for verb in ('enable', 'disable', 'enable', 'is-active', 'is-enabled', 'ping', 'version', 'probe', 'logs'):
        lane.ectl(verb, timeout=60)
        tap.check(lane.ok(ANSWERS) and lane.out('stat -c %i ' + states.SOCK) == inode, verb + ' spares its socket')
    tap.equal(lane.ectl('enable', '--now', '--json').code, 1, 'enable --now does not start the service beside it')
    tap.check(lane.ok(ANSWERS) and lane.out('stat -c %i ' + states.SOCK) == inode, 'enable --now spares its socket')
    done(tap, lane, 'stop', '--force')
    tap.equal(states.engines(lane), [], 'stop --force ends it')


def failed(tap, lane):
    states.bring_failed(lane)
    refused(tap, lane, 'reload', 7)
    done(tap, lane, 'stop', changed=states.active(lane)[1] == 'active')
    tap.equal(states.active(lane)[0], 'failed', 'stop leaves the failure to be read')
    tap.check(states.active(lane)[1] != 'active', 'and no socket that tries again')


def start_limit(tap, lane):
    """A manager that refuses further starts is told to forget."""
    states.reset(lane)
    lane.sh('for i in 1 2 3 4; do systemctl start docker.service; systemctl stop %s; done' % states.MANAGED, timeout=60)
    tap.equal(states.show(lane)['Result'], 'start-limit-hit', 'the limit is hit')
    seen = lane.ectl('status', '--json')
    tap.equal((seen.get('state'), seen.get('service.result')), ('failed', 'start-limit-hit'), 'status says so', seen)
    done(tap, lane, 'start', after='running')
    tap.check(lane.ok(ANSWERS), 'it answers')


def starting(tap, lane):
    states.reset(lane)
    states.drop_in(lane, states.SLOW_START % 1)
    lane.sh('systemctl start --no-block docker.service')
    seen = lane.ectl('start', '--json', timeout=30)
    tap.equal((seen.code, seen.get('after.state')), (0, 'running'), 'start joins and waits', seen)
    states.bring_starting(lane)
    seen = lane.ectl('start', '--timeout', '1', '--json')
    tap.check(seen.code == 150 and seen.get('error.code') == 150, 'start passes its deadline', seen)
    tap.equal(states.active(lane)[0], 'activating', 'and the job goes on')
    done(tap, lane, 'stop', after='stopped')
    tap.equal((states.active(lane), states.engines(lane)), (('inactive', 'inactive'), []), 'stop cancels it')


def stopping(tap, lane):
    states.bring_running(lane)
    states.drop_in(lane, 'ExecStopPost=/bin/sleep 1')
    lane.sh('systemctl stop --no-block ' + states.MANAGED)
    seen = lane.ectl('stop', '--json', timeout=30)
    tap.equal((seen.code, seen.get('after.state')), (0, 'stopped'), 'stop joins and waits', seen)
    tap.equal(states.active(lane), ('inactive', 'inactive'), 'both are down')
    states.bring_running(lane)
    states.drop_in(lane, 'ExecStopPost=/bin/sleep 1')
    lane.sh('systemctl stop --no-block ' + states.MANAGED)
    seen = lane.ectl('start', '--json', timeout=30)
    tap.equal((seen.code, seen.get('after.state')), (0, 'running'), 'start waits, then starts', seen)
    tap.check(lane.ok(ANSWERS), 'it answers')


def masked(tap, lane):
    states.reset(lane)
    lane.sh('systemctl mask -q docker.service')
    refused(tap, lane, 'start', 6, say='mask')
    refused(tap, lane, 'restart', 6, say='mask')
    states.bring_running(lane)
    lane.sh('systemctl mask -q docker.service')
    refused(tap, lane, 'restart', 6, say='mask')
    done(tap, lane, 'stop', after='stopped')
    lane.sh('systemctl unmask -q docker.service')


def not_installed(tap, lane):
    states.bring_not_installed(lane)
    for verb in ('start', 'stop', 'restart', 'enable', 'is-active', 'is-enabled'):
        seen = lane.ectl(verb, '--json')
        tap.check(seen.code == 5 and seen.get('error.code') == 5, verb + ': 5', seen)
    tap.equal(lane.ectl('wait', 'running', '--timeout', '5').code, 5, 'wait running: 5')
    states.reset(lane)


def service_without_socket(tap, lane):
    """A masked socket unit: the service only, and it is said."""
    states.reset(lane)
    lane.sh('systemctl mask -q docker.socket')
    states.drop_in(lane, 'ExecStart=', 'ExecStart=/usr/sbin/dockerd -H unix:///run/docker.sock')
    lane.sh('sed "/docker.socket/d" /lib/systemd/system/docker.service > /etc/systemd/system/docker.service; systemctl daemon-reload')
    done(tap, lane, 'start', after='running')
    tap.check(lane.ok(ANSWERS), 'it answers')
    seen = lane.ectl('status', '--json')
    tap.equal(seen.get('state'), 'running', 'status', seen)
    seen = lane.ectl('disable')
    tap.check(seen.code == 0 and 'docker.socket' in seen.text and 'mask' in seen.text, 'disable says that the socket unit is masked', seen)
    tap.equal(lane.ectl('enable').code, 0, 'enable')
    done(tap, lane, 'stop', after='stopped')
    lane.sh('rm /etc/systemd/system/docker.service; systemctl daemon-reload')


livelib.run('verbs', [hung, stop_hung, stop_by_force, degraded, unmanaged, failed, start_limit, starting, stopping, masked, not_installed, service_without_socket])

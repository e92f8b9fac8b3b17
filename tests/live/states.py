# SPDX-License-Identifier: Apache-2.0
"""Each state of an engine under systemd, brought about for real, and the proof by other tools that it is so.

states(lane): name -> State; the same shape as in states_script.py, so that one suite runs over both. No proof connects to an armed engine's socket.
"""
import livelib
from states_common import (ANSWERS, CODES, DAEMON_JSON, HOLD, OTHER_SOCK, PROGRAMS, SOCK, State, answers, by_hand, daemon_json, engines,  # noqa: F401
                           has_no_path, hold, is_stopped_by_a_signal, no_engine, one_engine, put_away, put_program, release, second_engine, silent)

DROP_IN = '/etc/systemd/system/docker.service.d/test.conf'
BED = 'systemd'
SERVICE = 'docker.service'
SOCKET_UNIT = {'name': 'docker.socket', 'active': 'active', 'enabled': 'enabled'}
# What takes its time, and is no failure when it is ended on the way.
HELD = """/bin/sh -c 'trap "exit 0" TERM; [ ! -p %s ] || { cat %s & wait; }'""" % (HOLD, HOLD)
SLOW_START = '''ExecStartPre=/bin/sh -c 'trap "exit 0" TERM; sleep %d & wait' '''
SLOW_STOP = 'ExecStop=/bin/sleep 0.4', 'ExecStopPost=/bin/sleep 0.4'
MANAGED = 'docker.socket docker.service'
INSTALLED = ('/lib/systemd/system/docker.service', '/lib/systemd/system/docker.socket', '/etc/init.d/docker', *PROGRAMS)

RESET = '''
for pid in $(pgrep -x dockerd); do kill -CONT $pid; done
systemctl start dbus.socket dbus.service
[ ! -d /root/away ] || { cd /root/away && tar cf - . | tar xf - --keep-directory-symlink -C / && cd / && rm -rf /root/away; }
systemctl unmask -q docker.service docker.socket
rm -rf %s %s %s
systemctl daemon-reload
systemctl kill -s KILL docker.service 2>/dev/null
systemctl stop %s
for pid in $(pgrep -x dockerd); do kill -TERM $pid; done
i=0; while pgrep -x dockerd >/dev/null && [ $i -lt 300 ]; do sleep .02; i=$((i + 1)); done
rm -rf %s; rm -f /run/docker.pid
systemctl reset-failed docker.service docker.socket
:''' % (DROP_IN, DAEMON_JSON, HOLD, MANAGED, SOCK)


def show(lane, unit='docker.service'):
    out = lane.out('systemctl show -p ActiveState,SubState,LoadState,UnitFileState,Result,MainPID,NRestarts ' + unit)
    return dict(line.split('=', 1) for line in out.splitlines() if '=' in line)


def active(lane):
    """The manager's words for the service and its socket."""
    return show(lane)['ActiveState'], show(lane, 'docker.socket')['ActiveState']


def reset(lane):
    """From anywhere to: files as installed, both units stopped and without a failure, no engine, no socket file."""
    lane.sh(RESET, timeout=60)


def drop_in(lane, *lines):
    lane.write(DROP_IN, '[Service]\n' + '\n'.join(lines) + '\n')
    lane.sh('systemctl daemon-reload')


def options(lane, text):
    """Further words on the engine's command line."""
    drop_in(lane, 'ExecStart=', 'ExecStart=/usr/sbin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock ' + text)


def is_sub(sub):
    return '[ "$(systemctl show -P SubState docker.service)" = %s ]' % sub


IS_FAILED = '[ "$(systemctl show -P ActiveState docker.service)" = failed ]'


def wanted(seen, **want):
    return '; '.join('%s is %s, not %s' % (key, seen.get(key), value) for key, value in want.items() if seen.get(key) != value)


def host(name):
    lane = livelib.Lane(name)
    lane.flavour = 'units'
    return lane


def flavours():
    return ('units',)


def use(lane, flavour='units'):
    """From anywhere to: the package's units, no engine."""
    reset(lane)
    lane.flavour = flavour


def manage(lane, verb):
    """Through the manager's own tool."""
    lane.sh('systemctl %s %s' % (verb, MANAGED), timeout=60)


def identity(lane):
    """What may not change where nothing is done: the engines, the socket, the manager's words."""
    return engines(lane), lane.out('stat -c %%i %s 2>&1' % SOCK), active(lane)


def is_at_boot(lane):
    return lane.out('systemctl is-enabled ' + MANAGED).split() == ['enabled', 'enabled']


# --- running, stopped, armed ---------------------------------------------------------------------------------------------

def bring_running(lane):
    reset(lane)
    manage(lane, 'start')
    lane.wait(ANSWERS)


def proof_running(lane):
    return wanted(show(lane), ActiveState='active', SubState='running') or answers(lane)


def bring_stopped(lane):
    bring_running(lane)
    manage(lane, 'stop')


def proof_stopped(lane):
    return (wanted(show(lane), ActiveState='inactive', Result='success') or wanted(show(lane, 'docker.socket'), ActiveState='inactive')
            or no_engine(lane))


def bring_armed(lane):
    bring_running(lane)
    lane.sh('systemctl stop docker.service')


def proof_armed(lane):
    return (wanted(show(lane), ActiveState='inactive') or wanted(show(lane, 'docker.socket'), ActiveState='active', SubState='listening')
            or no_engine(lane))


def wakes(lane):
    """The last proof of an armed socket, once everything else has been asked: a client does start the engine."""
    return lane.ok('docker version') and bool(engines(lane))


# --- failed --------------------------------------------------------------------------------------------------------------

def bring_failed(lane):
    bring_running(lane)
    daemon_json(lane, '{"debug": true,}')
    lane.sh('systemctl restart docker.service')
    lane.wait(IS_FAILED, 30)


def proof_failed(lane):
    return wanted(show(lane), ActiveState='failed') or no_engine(lane)


def bring_failed_killed(lane):
    bring_running(lane)
    drop_in(lane, 'Restart=no')
    lane.sh('systemctl kill -s KILL docker.service')
    lane.wait(IS_FAILED, 30)


def proof_failed_killed(lane):
    return wanted(show(lane), ActiveState='failed', Result='signal') or no_engine(lane)


def bring_failed_between(lane):
    bring_running(lane)
    drop_in(lane, 'Restart=always', 'RestartSec=15')
    lane.sh('systemctl kill -s KILL docker.service')
    lane.wait(is_sub('auto-restart'), 10)


def proof_failed_between(lane):
    return wanted(show(lane), ActiveState='activating', SubState='auto-restart') or no_engine(lane)


# --- hung, degraded, unmanaged -------------------------------------------------------------------------------------------

def bring_hung(lane):
    bring_running(lane)
    lane.sh('kill -STOP $(systemctl show -P MainPID docker.service)')


def proof_hung(lane):
    return wanted(show(lane), ActiveState='active', SubState='running') or is_stopped_by_a_signal(lane)


def bring_degraded(lane):
    bring_running(lane)
    lane.sh('rm ' + SOCK)


def proof_degraded(lane):
    return wanted(show(lane), ActiveState='active', SubState='running') or one_engine(lane) or has_no_path(lane)


def bring_unmanaged(lane):
    bring_stopped(lane)
    by_hand(lane)
    lane.wait(ANSWERS)


def proof_unmanaged(lane):
    return (wanted(show(lane), ActiveState='inactive', MainPID='0') or wanted(show(lane, 'docker.socket'), ActiveState='inactive')
            or one_engine(lane) or answers(lane))


# --- on the way ----------------------------------------------------------------------------------------------------------

def bring_starting(lane):
    reset(lane)
    hold(lane)
    drop_in(lane, 'ExecStartPre=' + HELD)
    lane.sh('systemctl start --no-block ' + MANAGED)
    lane.wait(is_sub('start-pre'), 10)


def proof_starting(lane):
    return wanted(show(lane), ActiveState='activating', SubState='start-pre') or no_engine(lane)


def bring_stopping_at(setting, sub):
    def bring(lane):
        bring_running(lane)
        hold(lane)
        drop_in(lane, setting + HELD)
        lane.sh('systemctl stop --no-block ' + MANAGED)
        lane.wait(is_sub(sub), 10)
    return bring


bring_stopping, bring_stopping_up = bring_stopping_at('ExecStopPost=', 'stop-post'), bring_stopping_at('ExecStop=', 'stop')
bring_slow_to_stop = bring_stopping_up


def proof_stopping(lane):
    return wanted(show(lane), ActiveState='deactivating', SubState='stop-post') or no_engine(lane)


def proof_stopping_up(lane):
    return wanted(show(lane), ActiveState='deactivating', SubState='stop') or answers(lane)


# --- not installed, masked -----------------------------------------------------------------------------------------------

def bring_not_installed(lane):
    reset(lane)
    put_away(lane, *INSTALLED)
    lane.sh('systemctl daemon-reload')


def proof_not_installed(lane):
    return (wanted(show(lane), LoadState='not-found') or wanted(show(lane, 'docker.socket'), LoadState='not-found')
            or ('a program is there' if lane.ok('command -v dockerd || command -v docker') else ''))


def bring_masked(lane):
    bring_stopped(lane)
    lane.sh('systemctl mask -q docker.service')


def proof_masked(lane):
    return wanted(show(lane), LoadState='masked', ActiveState='inactive') or no_engine(lane)


def bring_masked_up(lane):
    bring_running(lane)
    lane.sh('systemctl mask -q docker.service')


def proof_masked_up(lane):
    return wanted(show(lane), LoadState='masked', ActiveState='active') or answers(lane)


STATES = {
    'running': State('running', bring_running, proof_running),
    'stopped': State('stopped', bring_stopped, proof_stopped),
    'armed': State('armed', bring_armed, proof_armed),
    'failed by its configuration': State('failed', bring_failed, proof_failed),
    'failed by kill -9': State('failed', bring_failed_killed, proof_failed_killed),
    'failed between two tries': State('failed', bring_failed_between, proof_failed_between),
    'hung': State('hung', bring_hung, proof_hung),
    'degraded': State('degraded', bring_degraded, proof_degraded),
    'unmanaged': State('unmanaged', bring_unmanaged, proof_unmanaged),
    'starting, no engine yet': State('starting', bring_starting, proof_starting, release),
    'stopping, no engine any more': State('stopping', bring_stopping, proof_stopping, release),
    'stopping, the engine still answers': State('stopping', bring_stopping_up, proof_stopping_up, release),
    'not-installed': State('not-installed', bring_not_installed, proof_not_installed),
    'masked': State('stopped', bring_masked, proof_masked),
    'masked, running': State('running', bring_masked_up, proof_masked_up),
}


def states(_lane):
    return STATES

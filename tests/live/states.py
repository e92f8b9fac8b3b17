# SPDX-License-Identifier: Apache-2.0
"""Each state of an engine under systemd, brought about for real, and the proof by other tools that it is so.

STATES: name -> (state, bring, proof). A proof returns '' or what was seen instead; none connects to an armed engine's socket.
"""
DROP_IN = '/etc/systemd/system/docker.service.d/test.conf'
DAEMON_JSON = '/etc/docker/daemon.json'
SOCK = '/run/docker.sock'
# A start that takes its time, and that is no failure when it is stopped on the way.
SLOW_START = '''ExecStartPre=/bin/sh -c 'trap "exit 0" TERM; sleep %d & wait' '''
SLOW_STOP = 'ExecStop=/bin/sleep 0.4', 'ExecStopPost=/bin/sleep 0.4'
ANSWERS = 'curl -sf -m 3 --unix-socket %s http://d/_ping >/dev/null' % SOCK
MANAGED = 'docker.socket docker.service'
INSTALLED = ('/lib/systemd/system/docker.service', '/lib/systemd/system/docker.socket', '/etc/init.d/docker', '/usr/sbin/dockerd',
             '/usr/bin/docker', '/usr/sbin/docker-init', '/usr/bin/docker-init', '/usr/sbin/docker-proxy', '/usr/bin/docker-proxy')
CODES = {'running': 0, 'starting': 151, 'stopping': 152, 'stopped': 3, 'armed': 3, 'failed': 1, 'hung': 153, 'degraded': 154,
         'unmanaged': 155, 'not-installed': 5, 'unknown': 4}

RESET = '''
for pid in $(pgrep -x dockerd); do kill -CONT $pid; done
systemctl start dbus.socket dbus.service
[ ! -d /root/away ] || { cd /root/away && tar cf - . | tar xf - --keep-directory-symlink -C / && cd / && rm -rf /root/away; }
systemctl unmask -q docker.service docker.socket
rm -rf %s %s
systemctl daemon-reload
systemctl kill -s KILL docker.service 2>/dev/null
systemctl stop %s
for pid in $(pgrep -x dockerd); do kill -TERM $pid; done
i=0; while pgrep -x dockerd >/dev/null && [ $i -lt 300 ]; do sleep .02; i=$((i + 1)); done
rm -rf %s; rm -f /run/docker.pid
systemctl reset-failed docker.service docker.socket
:''' % (DROP_IN, DAEMON_JSON, MANAGED, SOCK)


def show(lane, unit='docker.service'):
    out = lane.out('systemctl show -p ActiveState,SubState,LoadState,UnitFileState,Result,MainPID,NRestarts ' + unit)
    return dict(line.split('=', 1) for line in out.splitlines() if '=' in line)


def active(lane):
    """The manager's words for the service and its socket."""
    return show(lane)['ActiveState'], show(lane, 'docker.socket')['ActiveState']


def engines(lane):
    return lane.out('pgrep -x dockerd').split()


def reset(lane):
    """From anywhere to: files as installed, both units stopped and without a failure, no engine, no socket file."""
    lane.sh(RESET, timeout=60)


def drop_in(lane, *lines):
    lane.write(DROP_IN, '[Service]\n' + '\n'.join(lines) + '\n')
    lane.sh('systemctl daemon-reload')


def daemon_json(lane, text):
    lane.write(DAEMON_JSON, text + '\n')


def is_sub(sub):
    return '[ "$(systemctl show -P SubState docker.service)" = %s ]' % sub


IS_FAILED = '[ "$(systemctl show -P ActiveState docker.service)" = failed ]'


def wanted(seen, **want):
    return '; '.join('%s is %s, not %s' % (key, seen.get(key), value) for key, value in want.items() if seen.get(key) != value)


def no_engine(lane):
    return 'a dockerd runs' if engines(lane) else ''


# --- running, stopped, armed ---------------------------------------------------------------------------------------------

def bring_running(lane):
    reset(lane)
    lane.sh('systemctl start ' + MANAGED)
    lane.wait(ANSWERS)


def proof_running(lane):
    return wanted(show(lane), ActiveState='active', SubState='running') or ('' if lane.ok(ANSWERS) else 'the API does not answer')


def bring_stopped(lane):
    bring_running(lane)
    lane.sh('systemctl stop ' + MANAGED)


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
    drop_in(lane, 'Restart=always', 'RestartSec=30')
    lane.sh('systemctl kill -s KILL docker.service')
    lane.wait(is_sub('auto-restart'), 10)


def proof_failed_between(lane):
    return wanted(show(lane), ActiveState='activating', SubState='auto-restart') or no_engine(lane)


# --- hung, degraded, unmanaged -------------------------------------------------------------------------------------------

def bring_hung(lane):
    bring_running(lane)
    lane.sh('kill -STOP $(systemctl show -P MainPID docker.service)')


def proof_hung(lane):
    state = lane.out("sed 's/.*) //' /proc/$(systemctl show -P MainPID docker.service)/stat | cut -c1")
    return wanted(show(lane), ActiveState='active', SubState='running') or ('' if state == 'T' else 'process state ' + state)


def bring_degraded(lane):
    bring_running(lane)
    lane.sh('rm ' + SOCK)


def proof_degraded(lane):
    return (wanted(show(lane), ActiveState='active', SubState='running') or ('' if len(engines(lane)) == 1 else 'no dockerd')
            or ('the path is there' if lane.ok('test -e ' + SOCK) else ''))


def by_hand(lane, *options):
    """An engine that no manager knows; its first option is -H unless others are given."""
    words = ' '.join(options) or '-H unix:///var/run/docker.sock'
    lane.sh('setsid dockerd %s >/var/log/by-hand.log 2>&1 </dev/null &' % words)


def bring_unmanaged(lane):
    bring_stopped(lane)
    by_hand(lane)
    lane.wait(ANSWERS)


def proof_unmanaged(lane):
    return (wanted(show(lane), ActiveState='inactive', MainPID='0') or wanted(show(lane, 'docker.socket'), ActiveState='inactive')
            or ('' if len(engines(lane)) == 1 and lane.ok(ANSWERS) else 'no engine by hand answers'))


# --- on the way ----------------------------------------------------------------------------------------------------------

def bring_starting(lane):
    reset(lane)
    drop_in(lane, SLOW_START % 30)
    lane.sh('systemctl start --no-block docker.service')
    lane.wait(is_sub('start-pre'), 10)


def proof_starting(lane):
    return wanted(show(lane), ActiveState='activating', SubState='start-pre') or no_engine(lane)


def bring_stopping(lane):
    bring_running(lane)
    drop_in(lane, 'ExecStopPost=/bin/sleep 30')
    lane.sh('systemctl stop --no-block ' + MANAGED)
    lane.wait(is_sub('stop-post'), 10)


def proof_stopping(lane):
    return wanted(show(lane), ActiveState='deactivating', SubState='stop-post') or no_engine(lane)


def bring_stopping_up(lane):
    bring_running(lane)
    drop_in(lane, 'ExecStop=/bin/sleep 30')
    lane.sh('systemctl stop --no-block docker.service')
    lane.wait(is_sub('stop'), 10)


def proof_stopping_up(lane):
    return (wanted(show(lane), ActiveState='deactivating', SubState='stop')
            or ('' if lane.ok(ANSWERS) else 'the engine answers no longer'))


# --- not installed -------------------------------------------------------------------------------------------------------

def bring_not_installed(lane):
    reset(lane)
    lane.sh('for f in %s; do [ -e $f ] || continue; mkdir -p /root/away$(dirname $f); cp -a $f /root/away$f; rm $f; done; systemctl daemon-reload'
            % ' '.join(INSTALLED))


def proof_not_installed(lane):
    return (wanted(show(lane), LoadState='not-found') or wanted(show(lane, 'docker.socket'), LoadState='not-found')
            or ('a program is there' if lane.ok('command -v dockerd || command -v docker') else ''))


STATES = {
    'running': ('running', bring_running, proof_running),
    'stopped': ('stopped', bring_stopped, proof_stopped),
    'armed': ('armed', bring_armed, proof_armed),
    'failed': ('failed', bring_failed, proof_failed),
    'failed by a signal': ('failed', bring_failed_killed, proof_failed_killed),
    'failed between two tries': ('failed', bring_failed_between, proof_failed_between),
    'hung': ('hung', bring_hung, proof_hung),
    'degraded': ('degraded', bring_degraded, proof_degraded),
    'unmanaged': ('unmanaged', bring_unmanaged, proof_unmanaged),
    'starting': ('starting', bring_starting, proof_starting),
    'stopping': ('stopping', bring_stopping, proof_stopping),
    'stopping, the engine still answers': ('stopping', bring_stopping_up, proof_stopping_up),
    'not-installed': ('not-installed', bring_not_installed, proof_not_installed),
}

# SPDX-License-Identifier: Apache-2.0
"""Each state of an engine under an init script, brought about for real, and the proof by other tools that it is so.

states(lane): name -> State (the same shape as in states.py), of the script that use() has put there: Debian's own ('lsb'), and under OpenRC one of its own kind, with
start-stop-daemon ('openrc-run') or under supervise-daemon ('supervised').
"""
import livelib
from states_common import (ANSWERS, CODES, DAEMON_JSON, HOLD, OTHER_SOCK, PROGRAMS, SOCK, State, answers, by_hand, daemon_json, engines,  # noqa: F401
                           has_no_path, hold, is_stopped_by_a_signal, no_engine, one_engine, put_away, put_program, release, second_engine, silent)

SCRIPT = '/etc/init.d/docker'
KEPT = '/root/docker.lsb'
LOG = '/var/log/docker.log'
PID_FILES = ('/run/docker-ssd.pid', '/run/docker.pid')
INSTALLED = (SCRIPT, *PROGRAMS)
BED = livelib.init()
SERVICE = 'docker'
SOCKET_UNIT = None
FLAVOURS = {'sysv': ('lsb',), 'openrc': ('lsb', 'openrc-run', 'supervised')}
# An engine waits for its containerd for a minute, and listens meanwhile without a word.
LATE = '/run/late/containerd.sock'
WAITS_FOR_CONTAINERD = '--containerd ' + LATE
KILLS_AFTER_S = {'lsb': 10, 'openrc-run': 3, 'supervised': 3}

# A start or a stop is held for as long as the fifo is there and nobody writes into it.
OPENRC_RUN = '''#!/sbin/openrc-run
command=/usr/sbin/dockerd
command_args="$DOCKER_OPTS"
retry=TERM/3/KILL/3
extra_started_commands=reload
%%s
hold() { [ ! -p %s ] || read -r _ < %s || :; }
start_pre() { hold; }
stop_pre() { hold; }
reload() { start-stop-daemon --signal HUP --pidfile /run/docker.pid; }
''' % (HOLD, HOLD)
# Debian has start-stop-daemon from dpkg, to which OpenRC's own words for a log mean nothing.
KINDS = {
    'openrc-run': 'pidfile=/run/docker.pid\nstart_stop_daemon_args="--background --output %s"' % LOG,
    'supervised': 'supervisor=supervise-daemon\nrespawn_max=2\nrespawn_delay=$RESPAWN_DELAY\noutput_log=%s\nerror_log=%s' % (LOG, LOG),
}

RESET = r'''
for pid in $(pgrep -x dockerd; pgrep -x supervise-daemo); do kill -CONT $pid; done
pkill -9 -x supervise-daemo
[ ! -p {hold} ] || {{ exec 3<>{hold}; echo >&3; rm {hold}; exec 3>&-; }}
i=0; while pgrep -x "openrc-run|openrc-run.sh|rc-service" >/dev/null && [ $i -lt 300 ]; do busybox usleep 20000; i=$((i + 1)); done
[ ! -d /root/away ] || {{ cd /root/away && tar cf - . | tar xf - --keep-directory-symlink -C / && cd / && rm -rf /root/away; }}
rm -rf {daemon_json} /etc/conf.d/docker
pkill -9 -f '^/usr/sbin/dockerd.*{late}'
if [ -e /root/default.docker ]; then cp -p /root/default.docker /etc/default/docker; else cp -p /etc/default/docker /root/default.docker; fi
if [ -d /run/openrc ]; then rc-service docker stop; rm -rf /run/openrc/*/docker; else {script} stop; fi
for pid in $(pgrep -x dockerd; pgrep -x containerd); do kill -TERM $pid; done
i=0; while pgrep -x "dockerd|containerd" >/dev/null && [ $i -lt 300 ]; do [ $i -lt 200 ] || pkill -9 -x dockerd; busybox usleep 20000; i=$((i + 1)); done
rm -rf {sock} {pids}; : > {log}
:'''.format(late=LATE, hold=HOLD, daemon_json=DAEMON_JSON, script=SCRIPT, sock=SOCK, pids=' '.join(PID_FILES), log=LOG)


def host(name):
    """A lane, where its first process starts init scripts."""
    if livelib.init() not in FLAVOURS:
        raise livelib.Cannot('hosts with init scripts: INIT=sysv or INIT=openrc')
    lane = livelib.Lane(name)
    lane.flavour = 'lsb'
    return lane


def flavours():
    return FLAVOURS[livelib.init()]


def put_script(lane, text):
    """Another script in the place of the one that is there; its first one is kept."""
    lane.sh('[ -e %s ] || cp -p %s %s' % (KEPT, SCRIPT, KEPT))
    lane.write(SCRIPT, text)
    lane.sh('chmod 755 ' + SCRIPT)


def use(lane, flavour='lsb'):
    """From anywhere to: this script, no engine."""
    lane.sh('[ ! -e %s ] || cp -p %s %s' % (KEPT, KEPT, SCRIPT))
    reset(lane)
    lane.flavour = flavour
    if flavour != 'lsb':
        put_script(lane, OPENRC_RUN % KINDS[flavour])


def says(lane):
    """The exit code of the script's status."""
    return lane.sh(SCRIPT + ' status').code


def pid_files(lane):
    return [path for path in PID_FILES if lane.ok('test -e ' + path)]


def reset(lane):
    """From anywhere to: files as installed, the script's status stopped, no engine, no pid file, no socket file, an empty log."""
    lane.sh(RESET, timeout=60)


def options(lane, text, *more):
    """DOCKER_OPTS where the script reads it, and lines beside it."""
    path = '/etc/default/docker' if lane.flavour == 'lsb' else '/etc/conf.d/docker'
    lane.write(path, '\n'.join(['DOCKER_OPTS="%s"' % text, *more, '']))


def wanted(lane, *codes):
    seen = says(lane)
    return '' if seen in codes else 'the script says %s, not %s' % (seen, codes)


def service(lane, verb):
    """The manager's own words for it."""
    return ('service docker %s' if livelib.init() == 'sysv' else 'rc-service docker %s') % verb


def manage(lane, verb):
    lane.sh(service(lane, verb), timeout=60)


def identity(lane):
    """What may not change where nothing is done: the engines, the socket, the pid files."""
    return engines(lane), lane.out('stat -c %%i %s 2>&1' % SOCK), pid_files(lane)


def is_at_boot(lane):
    """Is there a link that starts the script at boot?"""
    return lane.ok({'sysv': 'ls /etc/rc2.d/S??docker', 'openrc': 'ls /etc/runlevels/default/docker'}[livelib.init()])


# --- running, stopped ----------------------------------------------------------------------------------------------------

def bring_running(lane):
    reset(lane)
    manage(lane, 'start')
    lane.wait(ANSWERS)


def proof_running(lane):
    return wanted(lane, 0) or one_engine(lane) or answers(lane)


def bring_stopped(lane):
    bring_running(lane)
    manage(lane, 'stop')
    lane.wait('! pgrep -x dockerd')


def proof_stopped(lane):
    return wanted(lane, 3) or no_engine(lane) or ('a pid file was left' if pid_files(lane) else '')


# --- failed --------------------------------------------------------------------------------------------------------------

def bring_failed_killed(lane):
    reset(lane)
    if lane.flavour == 'supervised':  # it starts a killed engine again, after a while
        options(lane, '', 'RESPAWN_DELAY=300')
    manage(lane, 'start')
    lane.wait(ANSWERS)
    lane.sh('pkill -9 -x dockerd')
    lane.wait('! pgrep -x dockerd')


def proof_failed_killed(lane):
    code = 1 if lane.flavour == 'lsb' else 0
    return wanted(lane, code) or no_engine(lane) or ('' if '/run/docker.pid' in pid_files(lane) else 'no pid file was left')


def bring_failed_option(lane):
    reset(lane)
    options(lane, '--no-such-option')
    manage(lane, 'start')
    lane.wait('grep -q no-such-option ' + LOG)
    lane.wait('! pgrep -x dockerd && ! pgrep -x supervise-daemo')


def proof_failed_option(lane):
    if not lane.ok('grep -q "unknown flag: --no-such-option" ' + LOG):
        return 'the log ends with ' + lane.out('tail -n 1 ' + LOG)
    if lane.flavour == 'supervised' and 'failed' not in lane.out('rc-status --servicelist | grep docker'):
        return 'OpenRC does not hold it for failed'
    return no_engine(lane)


# --- hung, degraded, unmanaged -------------------------------------------------------------------------------------------

def bring_hung(lane):
    bring_running(lane)
    lane.sh('pkill -STOP -x dockerd')


def proof_hung(lane):
    return wanted(lane, 0) or is_stopped_by_a_signal(lane) or silent(lane)


def bring_degraded(lane):
    bring_running(lane)
    lane.sh('rm ' + SOCK)


def proof_degraded(lane):
    return wanted(lane, 0) or one_engine(lane) or has_no_path(lane)


def bring_unmanaged(lane):
    bring_stopped(lane)
    by_hand(lane)
    lane.wait(ANSWERS)


def proof_unmanaged(lane):
    return wanted(lane, 3) or one_engine(lane) or answers(lane)


# --- on the way ----------------------------------------------------------------------------------------------------------

def bring_starting(lane):
    """A young engine that listens and is silent, until let_start() or a minute has passed."""
    reset(lane)
    options(lane, WAITS_FOR_CONTAINERD)
    manage(lane, 'start')
    lane.wait('[ -s /run/docker.pid ] && [ -S %s ]' % SOCK)


def let_start(lane):
    """What the engine waits for."""
    lane.sh('mkdir -p {0}; setsid containerd --address {1} --root /var/lib/docker/late --state {0}/state >/var/log/late.log 2>&1 </dev/null &'
            .format(LATE.rpartition('/')[0], LATE))


def proof_starting(lane):
    return wanted(lane, 0) or one_engine(lane) or silent(lane)


def bring_starting_held(lane):
    reset(lane)
    hold(lane)
    lane.spawn('rc-service', 'docker', 'start')
    lane.wait('[ -e /run/openrc/starting/docker ]')


def proof_starting_held(lane):
    return wanted(lane, 8) or no_engine(lane)


def bring_stopping_held(lane):
    bring_running(lane)
    hold(lane)
    lane.spawn('rc-service', 'docker', 'stop')
    lane.wait('[ -e /run/openrc/stopping/docker ]')


def proof_stopping_held(lane):
    return wanted(lane, 4) or one_engine(lane) or answers(lane)


# --- not installed -------------------------------------------------------------------------------------------------------

def bring_not_installed(lane):
    reset(lane)
    put_away(lane, *INSTALLED)


def proof_not_installed(lane):
    return 'a program or the script is there' if lane.ok('command -v dockerd || command -v docker || test -e ' + SCRIPT) else ''


STATES = {
    'running': State('running', bring_running, proof_running),
    'stopped': State('stopped', bring_stopped, proof_stopped),
    'failed by its configuration': State('failed', bring_failed_option, proof_failed_option),
    'failed by kill -9': State('failed', bring_failed_killed, proof_failed_killed),
    'hung': State('hung', bring_hung, proof_hung),
    'degraded': State('degraded', bring_degraded, proof_degraded),
    'unmanaged': State('unmanaged', bring_unmanaged, proof_unmanaged),
    'starting, the engine is silent': State('starting', bring_starting, proof_starting, let_start),
    'not-installed': State('not-installed', bring_not_installed, proof_not_installed),
}
# OpenRC knows of its own scripts that they are on the way.
HELD = {
    'starting, no engine yet': State('starting', bring_starting_held, proof_starting_held, release),
    'stopping, the engine still answers': State('stopping', bring_stopping_held, proof_stopping_held, release),
}
bring_slow_to_stop = bring_hung  # the script waits before it kills


def states(lane):
    return STATES if lane.flavour == 'lsb' else {**STATES, **HELD}

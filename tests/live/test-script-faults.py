#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: sysv openrc
"""What is wrong with an init script, its pid files, its log and its engine, each for real, and what is said of it."""
import json

import livelib
import states_script as states

MOST_SAID = 64 * 1024
# OpenRC takes a script for an LSB one by this head.
LSB = '''#!/bin/sh
### BEGIN INIT INFO
# Provides: docker
# Required-Start:
# Required-Stop:
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
### END INIT INFO
case "$1" in
  start) %(start)s ;;
  stop) %(stop)s ;;
  status) %(status)s ;;
esac
'''
HANG = 'exec sleep 1000'
MEGABYTES = 'head -c 50000000 /dev/zero | tr "\\0" x 2>/dev/null'
IMPORT = '''[ -z "$(docker images -q box)" ] || exit 0
mkdir -p /tmp/box/bin && cp /bin/busybox /tmp/box/bin/ && tar -C /tmp/box -c . | docker import - box >/dev/null'''
RUN = 'docker run -d --name slow --network none --stop-signal KILL --stop-timeout 30 box /bin/busybox sleep 1000'
FOLLOW_S = '20'


def script(lane, start='exit 0', stop='exit 0', status='exit 3'):
    states.put_script(lane, LSB % {'start': start, 'stop': stop, 'status': status})


def kept(verb):
    """What Debian's own script does."""
    return '%s %s' % (states.KEPT, verb)


def told(tap, lane, name, *allowed, **how):
    """One of the states that are right here, with its own exit code, within the limit of run()."""
    seen = lane.ectl('status', '--json', timeout=10, **how)
    tap.check(seen.get('state') in allowed and seen.code == states.CODES.get(seen.get('state')) and len(seen.text) < MOST_SAID,
              '%s: status says %s' % (name, ' or '.join(allowed)), seen)
    return seen


def refused(tap, lane, name, codes, *words, **how):
    seen = lane.ectl(*words, '--json', timeout=40, **how)
    tap.check(seen.code in codes and seen.get('error.code') == seen.code and seen.get('error.message') and len(seen.text) < MOST_SAID,
              '%s: %s exits %s' % (name, words[0], ' or '.join(map(str, codes))), seen)
    return seen


# --- the script ----------------------------------------------------------------------------------------------------------

def script_missing(tap, lane):
    states.use(lane)
    lane.sh('mkdir -p /root/away/etc/init.d; mv %s /root/away/etc/init.d/' % states.SCRIPT)
    seen = told(tap, lane, 'a program without a script', 'stopped')
    tap.equal((seen.get('service.installed'), seen.get('backend')), (False, livelib.init()), 'the service is not installed', seen)
    tap.check('install' in lane.ectl('status').text, 'the hint is install')
    for verb in ('start', 'restart', 'enable'):
        refused(tap, lane, 'no script', (5,), verb)
    states.reset(lane)


def script_not_executable(tap, lane):
    states.use(lane)
    lane.sh('chmod -x ' + states.SCRIPT)
    told(tap, lane, 'not executable', 'stopped', 'unknown')
    seen = refused(tap, lane, 'not executable', (1, 4, 6), 'start', '--timeout', '5')
    tap.check(states.SCRIPT in seen.text and ('executable' in seen.text or 'ermission' in seen.text), 'not executable: it is said', seen)
    tap.equal(states.engines(lane), [], 'not executable: nothing starts')
    lane.sh('chmod +x ' + states.SCRIPT)


def script_does_nothing(tap, lane):
    """It claims success and nothing follows."""
    states.use(lane)
    script(lane, status='exit 0')
    told(tap, lane, 'all verbs exit 0', 'failed')
    seen = refused(tap, lane, 'all verbs exit 0', (1, 150), 'start', '--timeout', '4')
    tap.check(seen.get('after.state') in ('failed', 'stopped'), 'all verbs exit 0: start did not work', seen)
    script(lane)
    told(tap, lane, 'start exits 0, status 3', 'stopped')
    seen = refused(tap, lane, 'start exits 0, status 3', (1, 150), 'start', '--timeout', '4')
    script(lane, start='echo "no such luck" >&2; exit 1')
    seen = refused(tap, lane, 'start exits 1', (1,), 'start', '--timeout', '4')
    tap.check('no such luck' in seen.text, 'start exits 1: its own words are told', seen)
    states.use(lane)
    states.bring_running(lane)
    script(lane, status='exit 0')
    seen = refused(tap, lane, 'stop exits 0 and does nothing', (1, 150), 'stop', '--timeout', '2')
    tap.check(len(states.engines(lane)) == 1, 'stop exits 0 and does nothing: the engine is there yet', seen)
    states.use(lane)


def script_hangs(tap, lane):
    states.use(lane)
    script(lane, status=HANG)
    seen = told(tap, lane, 'its status hangs', 'unknown')
    tap.check(seen.get('reason'), 'its status hangs: the reason is said', seen)
    tap.check(lane.wait('! pgrep -x sleep', 5), 'its status hangs: what was started for it is gone', lane.out('pgrep -ax sleep'))
    plain = lane.ectl('status', timeout=10)
    tap.check(plain.code == 4 and plain.text.strip(), 'its status hangs: the plain form exits alike', plain)
    for verb in ('start', 'stop'):
        refused(tap, lane, 'its status hangs', (1, 150), verb, '--timeout', '2')
    script(lane, start=HANG)
    refused(tap, lane, 'its start hangs', (150,), 'start', '--timeout', '1')
    lane.sh('pkill -x sleep; rm -rf /run/openrc/*/docker')
    states.use(lane)
    states.bring_running(lane)
    script(lane, stop=HANG, status=kept('status'))
    refused(tap, lane, 'its stop hangs', (150,), 'stop', '--timeout', '1')
    tap.equal(len(states.engines(lane)), 1, 'its stop hangs: the engine is there yet')
    lane.sh('pkill -x sleep; rm -rf /run/openrc/stopping/docker')
    seen = lane.ectl('stop', '--force', '--timeout', '1', '--json')
    tap.equal((seen.code, states.engines(lane)), (0, []), 'its stop hangs: stop --force', seen)
    lane.sh('pkill -x sleep')
    states.use(lane)


def script_floods(tap, lane):
    states.use(lane)
    script(lane, status=MEGABYTES + '; exit 3')
    told(tap, lane, 'its status prints megabytes', 'stopped')
    script(lane, start=MEGABYTES + '; exit 1')
    refused(tap, lane, 'its start prints megabytes and fails', (1,), 'start', '--timeout', '20')
    script(lane, start='%s; %s' % (MEGABYTES, kept('start')), stop=kept('stop'), status=kept('status'))
    seen = lane.ectl('start', '--json', timeout=60)
    tap.check(seen.code == 0 and lane.ok(states.ANSWERS) and len(seen.text) < MOST_SAID, 'its start prints megabytes and works', seen)
    states.use(lane)


def script_leaves_a_child(tap, lane):
    """One that keeps the script's output open."""
    states.use(lane)
    script(lane, start='sleep 1000 & ' + kept('start'), stop='sleep 1000 & ' + kept('stop'), status='sleep 1000 & ' + kept('status'))
    told(tap, lane, 'a child keeps the output', 'stopped')
    for verb, after in (('start', 'running'), ('stop', 'stopped')):
        seen = lane.ectl(verb, '--json', timeout=30)
        tap.equal((seen.code, seen.get('after.state')), (0, after), 'a child keeps the output: ' + verb, seen)
    lane.sh('pkill -x sleep')
    states.use(lane)


# --- pid files -----------------------------------------------------------------------------------------------------------

PID_FILES = (('is empty', ': > %s'), ('is no number', 'echo twelve > %s'), ('holds a huge number', 'echo 99999999999999999999 > %s'),
             ('names another process', 'echo 1 > %s'), ('names a dead process', 'sh -c "echo \\$\\$" > %s'), ('is a directory', 'mkdir %s'))


def pid_file_alone(tap, lane):
    """No engine runs, and a pid file lies there."""
    states.use(lane)
    for path in states.PID_FILES:
        for what, make in PID_FILES:
            lane.sh(make % path)
            allowed = ('failed', 'stopped') if 'directory' in what else ('failed',)
            told(tap, lane, '%s %s' % (path, what), *allowed)
            lane.sh('rm -rf ' + path)
    told(tap, lane, 'none is there', 'stopped')


def pid_file_beside_an_engine(tap, lane):
    """The engine of the service runs; the script's file is wrong, the engine's is right."""
    states.bring_running(lane)
    pid = int(states.engines(lane)[0])
    for what, make in PID_FILES:
        lane.sh('rm -rf {0}; '.format(states.PID_FILES[0]) + make % states.PID_FILES[0])
        seen = told(tap, lane, 'the script\'s pid file ' + what, 'running', 'unmanaged')
        tap.check(seen.get('service.main_pid') in (pid, None), 'the script\'s pid file %s: no other process is taken for the engine' % what, seen)
    lane.sh('rm -rf %s' % states.PID_FILES[0])
    told(tap, lane, 'the script\'s pid file is gone', 'unmanaged')
    states.reset(lane)


def stale_pid_file(tap, lane):
    """What a killed engine leaves does not keep the next one from starting."""
    states.use(lane)
    lane.sh('for f in %s; do sh -c "echo \\$\\$" > $f; done' % ' '.join(states.PID_FILES))
    seen = lane.ectl('start', '--json', timeout=60)
    tap.equal((seen.code, seen.get('before.state'), seen.get('after.state')), (0, 'failed', 'running'), 'both name dead processes: start', seen)
    states.reset(lane)


def reused_pid(tap, lane):
    """The number of a dead engine belongs to somebody else: who is neither an engine nor harmed."""
    states.use(lane)
    for path, start_codes in ((states.PID_FILES[0], (1, 150)), (states.PID_FILES[1], (1, 6))):
        name = path + ' names another\'s process'
        other = lane.spawn('sleep', '1000')
        lane.wait('pgrep -x sleep')
        lane.sh('pgrep -x sleep > {0}; touch -d 2020-01-01 {0}'.format(path))
        seen = told(tap, lane, name, 'failed')
        tap.equal([p for p in seen.get('processes', []) if p['role'] == 'engine'], [], name + ': it is no engine')
        seen = lane.ectl('stop', '--json', timeout=30)
        tap.check(seen.code == 0 and other.poll() is None and lane.ok('pgrep -x sleep'), name + ': stop does nothing to it', seen)
        seen = refused(tap, lane, name, start_codes, 'start', '--timeout', '5')
        tap.check('pid' in seen.get('error.message', ''), name + ': start says what is in the way', seen)
        tap.check(lane.ok('pgrep -x sleep'), name + ': start does nothing to it')
        lane.sh('pkill -x sleep')
        states.reset(lane)
    states.by_hand(lane)
    lane.wait(states.ANSWERS)
    lane.sh('rm /run/docker.pid; pgrep -x dockerd > {0}; touch -d 2020-01-01 {0}'.format(states.PID_FILES[0]))
    told(tap, lane, 'an older pid file names an engine that was started by hand', 'unmanaged')
    states.reset(lane)


# --- the log -------------------------------------------------------------------------------------------------------------

def follow(lane):
    process = lane.spawn('timeout', FOLLOW_S, 'enginectl', 'logs', '-f', '-n', '1')
    return process, process.stdout.readline()


def line_with(process, word):
    return next((line for line in process.stdout if word in line), '')


def log_file(tap, lane):
    states.bring_running(lane)
    seen = lane.ectl('logs', '-n', '2', '--json')
    tap.equal((seen.code, seen.get('source'), len(seen.get('lines') or ())), (0, 'file', 2), 'two lines as JSON', seen)
    lane.sh('truncate -s 1G {0}; echo >> {0}; echo \'time="2026-01-01T00:00:00Z" level=info msg="the last line"\' >> {0}'.format(states.LOG))
    seen = lane.ectl('logs', '-n', '1', timeout=20)
    tap.check(seen.code == 0 and 'the last line' in seen.out and len(seen.out) < MOST_SAID, 'a gigabyte: the last line', seen)
    peak = lane.out('bash -c \'ulimit -v 400000; enginectl logs -n 1\'', timeout=20)
    tap.check('the last line' in peak, 'a gigabyte: it is not read into memory', peak)
    told(tap, lane, 'a gigabyte', 'running')
    lane.sh('rm ' + states.LOG)
    seen = lane.ectl('logs', '--json')
    tap.check(seen.code in (0, 1) and seen.json and (seen.code == 0 or seen.get('error.message')), 'missing: one document says so', seen)
    tap.equal(lane.ectl('status', '-v').code, 0, 'missing: status -v')
    states.reset(lane)
    lane.sh('rm ' + states.LOG)
    seen = lane.ectl('start', '--json', timeout=60)
    tap.equal(seen.code, 0, 'missing: start', seen)
    lane.sh('rm {0}; mkdir {0}'.format(states.LOG))
    seen = lane.ectl('logs', '--json')
    tap.check(seen.code == 1 and seen.get('error.message'), 'a directory: logs fails', seen)
    lane.sh('rmdir ' + states.LOG)
    states.reset(lane)


def log_rotated(tap, lane):
    states.bring_running(lane)
    for how, rotate in (('moved away', 'mv {0} {0}.1; echo "after moved" > {0}'), ('copied and cut', 'cp {0} {0}.1; : > {0}; echo "after copied" >> {0}')):
        process, first = follow(lane)
        tap.check(first, how + ': -f shows the last line')
        lane.sh(rotate.format(states.LOG))
        word = 'after ' + how.split()[0]
        tap.check(line_with(process, word), how + ': -f goes on with the new file')
        lane.sh('echo "and more of it" >> ' + states.LOG)
        tap.check(line_with(process, 'and more'), how + ': and what comes later')
        lane.sh('pkill -INT -x enginectl')
        process.wait(int(FOLLOW_S) + 5)
    states.reset(lane)


# --- containers ----------------------------------------------------------------------------------------------------------

def runs_slow_container(tap, lane):
    """An engine with a container that takes its time to stop."""
    states.bring_running(lane)
    lane.sh(IMPORT, timeout=60)
    ran = lane.sh(RUN, timeout=60)
    if ran.code:
        tap.skip(lane.flavour + ': a slow container', 'this machine runs none: ' + ran.err.strip()[-120:])
    return ran.code == 0


def slow_container(tap, lane):
    """A container that may take longer than the script waits before it kills is warned of."""
    for flavour in states.flavours():
        states.use(lane, flavour)
        if not runs_slow_container(tap, lane):
            continue
        seen = lane.ectl('stop', '--dry-run', '--json')
        notes = seen.get('notes') or []
        tap.check(seen.code == 0 and any('slow' in note for note in notes), flavour + ': stop names the container', seen)
        warned = any('kill' in note and '%d s' % states.KILLS_AFTER_S[flavour] in note for note in notes)
        tap.check(warned, flavour + ': and that the script kills before its time', seen)
        lane.sh('docker rm -f slow', timeout=30)
        if flavour != 'lsb':
            continue
        lane.write(states.DAEMON_JSON, '{"shutdown-timeout": 2}')
        lane.sh(RUN.replace('30', '0'), timeout=60)
        seen = lane.ectl('stop', '--dry-run', '--json')
        tap.check(seen.code == 0 and not any('kill' in note for note in seen.get('notes') or []), flavour + ': none of that for one that is quick', seen)
        lane.sh('docker rm -f slow', timeout=30)
    states.use(lane)


def on_the_way_down(tap, lane):
    """No script has a word for it: an engine that somebody stops is neither young nor broken, and a start waits for its end."""
    for flavour in states.flavours():
        states.use(lane, flavour)
        if not runs_slow_container(tap, lane):
            continue
        before = states.engines(lane)
        watch = lane.spawn('timeout', '60', 'enginectl', 'watch', '--json')
        watch.stdout.readline()
        stop = lane.spawn('sh', '-c', states.service(lane, 'stop'))
        tap.check(lane.wait('! test -S ' + states.SOCK), flavour + ': its socket goes first')
        tap.equal(states.engines(lane), before, flavour + ': the engine is there')
        told(tap, lane, flavour + ', on the way down', 'stopping')
        seen = lane.ectl('start', '--json', timeout=90)
        tap.equal((seen.code, seen.get('after.state'), states.engines(lane) != before), (0, 'running', True), flavour + ': start waits, then starts', seen)
        stop.wait(60)
        lane.sh('pkill -INT -x enginectl')
        told_states = [json.loads(line).get('state') for line in watch.communicate(timeout=20)[0].splitlines()]
        tap.check(not {'degraded', 'unmanaged'} & set(told_states), flavour + ': watch tells of no fault', told_states)
        lane.sh('docker rm -f slow', timeout=30)
    states.use(lane)


# --- a supervisor -------------------------------------------------------------------------------------------------------

def nobody_starts_it_again(tap, lane):
    """A supervisor between two tries: a stop means that there are no further ones."""
    if 'supervised' not in states.flavours():
        return tap.skip('stop between two tries', 'sysvinit has no supervisor for a script')
    states.use(lane, 'supervised')
    states.bring_failed_killed(lane)
    tap.check(lane.ok('pgrep -x supervise-daemo'), 'the supervisor waits for its next try')
    seen = lane.ectl('stop', '--json', timeout=60)
    tap.equal(seen.code, 0, 'stop', seen)
    tap.check(not lane.ok('pgrep -x supervise-daemo'), 'the supervisor is gone', lane.out('pgrep -ax supervise-daemo; rc-status --servicelist'))
    states.use(lane)


livelib.run('script-faults', [script_missing, script_not_executable, script_does_nothing, script_hangs, script_floods, script_leaves_a_child,
                              pid_file_alone, pid_file_beside_an_engine, stale_pid_file, reused_pid, log_file, log_rotated, slow_container, on_the_way_down,
                              nobody_starts_it_again], make=states.host)

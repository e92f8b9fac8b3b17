#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: bookworm trixie sid
"""Nothing that reads ever starts an engine, whatever the socket unit is ready for; and what half of the units being enabled means."""
import livelib
import states

READERS = (['status'], ['status', '-v'], ['status', '--json'], ['is-active'], ['is-enabled'], ['probe'], ['probe', '--json'], ['ping'], ['version'],
           ['logs', '-n', '5'], ['wait', 'stopped'], ['--timeout', '1', 'wait', 'running'])
LOOP = '''while [ ! -e /tmp/enough ]; do
  said=$(enginectl status --json); code=$?
  case $code in 0|1|3|151|152|153|154) ;; *) echo "$code $said" ;; esac
done
echo done'''


def readers_leave_it_armed(tap, lane):
    states.bring_armed(lane)
    for words in READERS:
        lane.ectl(*words, timeout=20)
        tap.equal((states.engines(lane), states.active(lane)), ([], ('inactive', 'active')), '%s starts nothing' % ' '.join(words))
    for verb in ('ping', 'version'):
        seen = lane.ectl(verb, '--json')
        tap.check(seen.code == 7 and seen.json, '%s says that it is not running' % verb, seen)
    seen = lane.ectl('status', '--json')
    tap.equal(seen.get('api.tried'), False, 'the API was not tried', seen)
    tap.check(states.wakes(lane), 'a client would have started it')
    lane.sh('systemctl stop docker.service; systemctl reset-failed docker.service docker.socket')


def starts(lane):
    return int(lane.out("journalctl --sync; journalctl -q -b -u docker.service -o cat | grep -c '^Started .*Docker Application'"))


def status_in_a_loop(tap, lane):
    """At no moment of a stop or a start does asking bring the engine back.

    The engine goes on for a while after the manager says deactivating, so that it still accepts who came just before: a connection
    that it leaves behind unaccepted starts it again, whoever made it.
    """
    states.reset(lane)
    states.drop_in(lane, *states.SLOW_STOP)
    lane.sh('rm -f /tmp/enough')
    before = starts(lane)
    loops = [lane.spawn('sh', '-c', LOOP) for _ in range(2)]
    for turn in range(1, 5):
        lane.sh('systemctl start %s' % states.MANAGED)
        lane.wait(states.ANSWERS)
        lane.sh('systemctl stop docker.service')
        tap.equal((states.active(lane), states.engines(lane)), (('inactive', 'active'), []), 'stop %d of the service: it stays armed' % turn)
        lane.sh('systemctl stop docker.socket')
        tap.equal((states.active(lane), states.engines(lane)), (('inactive', 'inactive'), []), 'stop %d of the socket: it stays stopped' % turn)
        lane.sh('systemctl reset-failed %s' % states.MANAGED)
    lane.sh('touch /tmp/enough')
    for loop in loops:
        tap.equal(loop.communicate(timeout=30)[0].splitlines(), ['done'], 'every exit code on the way was one of a state that is passed')
    tap.equal(starts(lane) - before, 4, 'the engine was started as often as it was asked for')
    states.reset(lane)


def failing_start(lane):
    """Start a broken engine; what the manager made of it in the end."""
    states.reset(lane)
    states.daemon_json(lane, '{"debug": true,}')
    lane.sh('systemctl start docker.socket docker.service')
    lane.wait(states.IS_FAILED, 30)
    return states.show(lane)['NRestarts'], states.show(lane)['Result'], states.show(lane, 'docker.socket')['Result']


def a_failing_start_is_not_fed(tap, lane):
    """Asking while a broken engine is tried again makes no further tries."""
    alone = failing_start(lane)
    lane.sh('rm -f /tmp/enough')
    loop = lane.spawn('sh', '-c', LOOP)
    watched = failing_start(lane)
    lane.sh('touch /tmp/enough')
    tap.equal(watched, alone, 'as many tries, and the same end, as when nobody asks')
    tap.equal(loop.communicate(timeout=30)[0].splitlines(), ['done'], 'every exit code on the way was one of a state that is passed')
    tap.equal(lane.ectl('status', '--json').get('state'), 'failed', 'failed in the end')
    states.reset(lane)


def enabled_words(tap, lane):
    """The manager's word, as systemctl has it."""
    states.bring_running(lane)
    lane.sh('systemctl disable -q docker.service')
    seen = lane.ectl('status', '--json')
    tap.equal((seen.get('service.enabled'), seen.get('service.at_boot')), ('disabled', 'on-demand'), 'the socket alone is enabled', seen)
    seen = lane.ectl('is-enabled', '--json')
    tap.equal((seen.code, seen.get('word')), (1, 'disabled'), 'is-enabled of a disabled one', seen)
    lane.sh('systemctl disable -q docker.socket; systemctl stop docker.socket docker.service')
    seen = lane.ectl('status', '--json')
    tap.equal((seen.get('service.at_boot'), seen.get('state')), ('no', 'stopped'), 'neither is', seen)
    seen = lane.ectl('is-active', '--json')
    tap.equal((seen.code, seen.get('word'), seen.get('schema')), (3, 'inactive', 'enginectl.word/1'), 'is-active of a stopped one', seen)
    lane.sh('systemctl enable -q docker.socket docker.service')


livelib.run('states', [readers_leave_it_armed, status_in_a_loop, a_failing_start_is_not_fed, enabled_words])

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: bookworm
"""A start whose job is taken away, Ctrl-C, a right that polkit grants, and containers that a stop takes along."""
import livelib
import states

IMPORT = '''[ -z "$(docker images -q box)" ] || exit 0
mkdir -p /tmp/box/bin && cp /bin/busybox /tmp/box/bin/ && tar -C /tmp/box -c . | docker import - box >/dev/null'''
RUN = 'docker run -d --name %s --network none --stop-signal KILL %s box /bin/busybox sleep 1000'
POLKIT = '''polkit.addRule(function(action, subject) {
  if (action.id == "org.freedesktop.systemd1.manage-units" && subject.user == "nobody") return polkit.Result.YES;
});
'''


def containers(lane, *names, options=''):
    lane.sh(IMPORT, timeout=60)
    for name in names:
        lane.sh('docker rm -f %s; %s' % (name, RUN % (name, options)), timeout=60)
    return lane.out('docker ps -q').split()


def interrupted(tap, lane):
    """Ctrl-C ends the waiting, not the job."""
    states.reset(lane)
    states.drop_in(lane, states.SLOW_START % 2)
    start = lane.spawn('enginectl', 'start')
    lane.wait(states.is_sub('start-pre'))
    lane.sh('pkill -INT -x enginectl')
    out, err = start.communicate(timeout=20)
    tap.equal(start.returncode, 130, 'start: 130', err)
    tap.check('go' in (out + err), 'it says that the start goes on', out + err)
    tap.equal(states.active(lane)[0], 'activating', 'it does')
    tap.equal(lane.ectl('wait', 'running', '--timeout', '20').code, 0, 'and comes to its end')
    wait = lane.spawn('enginectl', 'wait', 'stopped', '--json')
    lane.wait('pgrep -x enginectl')
    lane.sh('pkill -INT -x enginectl')
    out = wait.communicate(timeout=20)[0]
    tap.check(wait.returncode == 130, 'wait: 130', out)


def replaced(tap, lane):
    """A stop takes a start's job away, and the start says so."""
    states.reset(lane)
    states.drop_in(lane, states.SLOW_START % 2)
    start = lane.spawn('enginectl', 'start', '--json')
    lane.wait(states.is_sub('start-pre'))
    stop = lane.ectl('stop', '--json')
    out = start.communicate(timeout=30)[0]
    tap.equal((stop.code, stop.get('after.state')), (0, 'stopped'), 'stop wins', stop)
    tap.check(start.returncode == 1 and '"error"' in out, 'start ends with 1', out)
    tap.equal((states.active(lane)[0], states.engines(lane)), ('inactive', []), 'nothing runs')


def permitted_by_polkit(tap, lane):
    states.bring_stopped(lane)
    lane.write('/etc/polkit-1/rules.d/10-docker.rules', POLKIT)
    lane.sh('chmod 644 /etc/polkit-1/rules.d/10-docker.rules; systemctl restart polkit')
    seen = lane.ectl('start', '--json', user=65534, timeout=60)
    tap.equal((seen.code, seen.get('after.state')), (0, 'running'), 'a rule lets the caller start', seen)
    lane.sh('rm /etc/polkit-1/rules.d/10-docker.rules; systemctl restart polkit')


def stop_with_containers(tap, lane):
    states.bring_running(lane)
    ids = containers(lane, 'web', 'db')
    if not tap.equal(len(ids), 2, 'two containers run', lane.out('docker run --rm --network none box /bin/busybox true 2>&1')):
        return
    seen = lane.ectl('stop', timeout=60)
    tap.equal(seen.code, 0, 'stop', seen)
    tap.check('web' in seen.text and 'db' in seen.text and '2 containers' in seen.text, 'it says which containers stop with it', seen)
    tap.equal(lane.out('pgrep -x containerd-shim'), '', 'they are gone')
    states.bring_running(lane)
    seen = lane.ectl('stop', timeout=60)
    tap.check(seen.code == 0 and 'container' not in seen.text, 'nothing is said where none runs', seen)


def live_restore(tap, lane):
    states.reset(lane)
    states.daemon_json(lane, '{"live-restore": true}')
    lane.sh('systemctl start ' + states.MANAGED)
    ids = containers(lane, 'kept')
    tap.equal(len(ids), 1, 'a container runs')
    seen = lane.ectl('stop', timeout=60)
    tap.equal((seen.code, states.engines(lane)), (0, []), 'stop', seen)
    tap.check(lane.ok('pgrep -f "^/bin/busybox sleep 1000"'), 'the container goes on')
    tap.check(lane.ectl('start', timeout=60).code == 0, 'start')
    tap.equal(lane.out('docker ps -q'), ids[0] if ids else '?', 'and is found again')
    lane.sh('docker rm -f kept')


def a_long_stop(tap, lane):
    """A stop that takes longer than it was given."""
    states.bring_running(lane)
    states.drop_in(lane, 'ExecStop=/bin/sleep 3')
    seen = lane.ectl('stop', '--timeout', '1', '--json')
    tap.check(seen.code == 150 and seen.get('error.code') == 150, 'the deadline passes', seen)
    tap.equal(states.active(lane)[0], 'deactivating', 'the job goes on')
    tap.equal(lane.ectl('wait', 'stopped', '--timeout', '20').code, 0, 'and comes to its end')


def streams(tap, lane):
    """A closed stdout ends quietly, a full one is an error."""
    states.bring_running(lane)
    tap.equal(lane.out('enginectl status >/dev/full 2>/dev/null; echo $?'), '1', 'a full stdout')
    seen = lane.run('bash', '-c', 'enginectl probe --json | true; echo ${PIPESTATUS[0]}')
    tap.check(seen.out.strip() in ('0', '141') and not seen.err, 'a reader that leaves', seen)


livelib.run('jobs', [interrupted, replaced, permitted_by_polkit, stop_with_containers, live_restore, a_long_stop, streams])

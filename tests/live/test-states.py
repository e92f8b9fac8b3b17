#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: bookworm trixie sid
"""Each state for real: what `status` says of it and its exit code, and that nothing that reads ever starts an engine."""
import livelib
import states

STATUS_KEYS = '''schema state reason backend service.name service.installed service.active service.sub service.enabled service.at_boot
service.main_pid service.since service.result service.restarts service.socket.name service.socket.active service.socket.enabled processes
api.endpoint api.tried api.answers api.version api.api_version api.os api.latency_ms api.error client.user client.endpoint client.from
client.same_engine'''.split()
PROCESS_KEYS = {'pid', 'ppid', 'name', 'role', 'exe', 'user', 'rss_bytes', 'cpu_ms', 'started', 'session'}
READERS = (['status'], ['status', '-v'], ['status', '--json'], ['is-active'], ['is-enabled'], ['probe'], ['probe', '--json'], ['ping'], ['version'],
           ['logs', '-n', '5'], ['wait', 'stopped'], ['--timeout', '1', 'wait', 'running'])
LOOP = '''while [ ! -e /tmp/enough ]; do
  said=$(enginectl status --json); code=$?
  case $code in 0|1|3|151|152|153|154) ;; *) echo "$code $said" ;; esac
done
echo done'''


def asked(tap, lane, name, state):
    """`status` and `status --json` of the same moment agree."""
    seen = lane.ectl('status', '--json')
    tap.equal((seen.get('state'), seen.code), (state, states.CODES[state]), '%s is told, with its exit code' % name, seen)
    missing = [key for key in STATUS_KEYS if not key.startswith('service.') and seen.get(key, missing_key) is missing_key]
    tap.equal(missing, [], '%s: every key is there' % name)
    plain = lane.ectl('status')
    tap.check(plain.code == states.CODES[state] and plain.out.strip(), '%s: the plain form exits alike' % name, plain)
    return seen


missing_key = object()


def each_state(tap, lane):
    for name, (state, bring, proof) in states.STATES.items():
        bring(lane)
        seen = proof(lane)
        if tap.check(not seen, '%s is brought about' % name, seen):
            asked(tap, lane, name, state)
    states.reset(lane)


def running_facts(tap, lane):
    states.bring_running(lane)
    seen = lane.ectl('status', '--json')
    pid = int(states.show(lane)['MainPID'])
    tap.equal([key for key in STATUS_KEYS if seen.get(key, missing_key) is missing_key], [], 'every key is there', seen)
    tap.equal(seen.get('schema'), 'enginectl.status/1', 'the schema')
    tap.equal(seen.get('backend'), 'systemd', 'the backend')
    tap.equal(seen.get('service.main_pid'), pid, 'the main pid is the manager\'s')
    tap.equal((seen.get('service.active'), seen.get('service.sub'), seen.get('service.enabled'), seen.get('service.at_boot')),
              ('active', 'running', 'enabled', 'yes'), 'the manager\'s words')
    tap.equal((seen.get('service.socket.name'), seen.get('service.socket.active')), ('docker.socket', 'active'), 'the socket unit')
    engine = [p for p in seen.get('processes') if p['role'] == 'engine']
    tap.equal([(p['pid'], p['name'], p['exe'], p['user']) for p in engine], [(pid, 'dockerd', '/usr/sbin/dockerd', 'root')], 'the one engine process')
    tap.check(engine and set(engine[0]) >= PROCESS_KEYS and engine[0]['rss_bytes'] > 1 << 20, 'the engine\'s figures', engine)
    tap.equal((seen.get('api.tried'), seen.get('api.answers'), seen.get('api.os')), (True, True, 'linux'), 'the API answers')
    tap.equal(seen.get('api.version'), lane.out("docker version -f '{{.Server.Version}}'"), 'the version is docker\'s')
    tap.equal(seen.get('api.api_version'), lane.out("docker version -f '{{.Server.APIVersion}}'"), 'the API version is docker\'s')
    tap.equal((seen.get('client.from'), seen.get('client.same_engine')), ('default', True), 'the user\'s docker reaches this engine')


def hung_is_told_early(tap, lane):
    states.bring_hung(lane)
    seen = lane.ectl('--timeout', '1', 'status', '--json', timeout=10)
    tap.equal((seen.get('state'), seen.code), ('hung', 153), 'within the deadline that was given', seen)
    states.reset(lane)


def unprivileged(tap, lane):
    """Who may not connect gets the verdict as if it answered, and is told so."""
    states.bring_running(lane)
    seen = lane.ectl('status', '--json', user=65534)
    tap.equal((seen.get('state'), seen.code, seen.get('api.answers', 'missing')), ('running', 0, None), 'running, the answer not known', seen)
    denied = lane.ectl('ping', '--json', user=65534)
    tap.equal(denied.code, 4, 'ping is not permitted', denied)
    lane.sh('systemctl stop docker.socket docker.service')
    seen = lane.ectl('status', '--json', user=65534)
    tap.equal((seen.get('state'), seen.code), ('stopped', 3), 'stopped', seen)


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
    for words, code, word in ((['is-active'], 0, 'active'), (['is-enabled'], 0, 'enabled')):
        seen = lane.ectl(*words)
        tap.equal((seen.code, seen.out.strip()), (code, word), ' '.join(words), seen)
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


livelib.run('states', [each_state, running_facts, hung_is_told_early, unprivileged, readers_leave_it_armed, status_in_a_loop,
                       a_failing_start_is_not_fed, enabled_words])

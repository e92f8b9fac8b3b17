#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: sysv openrc
"""Each state under an init script for real: what `status` says of it, and what start and stop may do in it, cell by cell."""
import livelib
import states_script as states

STATUS_KEYS = '''schema state reason backend service.name service.installed service.active service.sub service.enabled service.at_boot
service.main_pid service.since service.result service.restarts service.socket processes api.endpoint api.tried api.answers api.version
api.api_version api.os api.latency_ms api.error client.user client.endpoint client.from client.same_engine'''.split()
PROCESS_KEYS = {'pid', 'ppid', 'name', 'role', 'exe', 'user', 'rss_bytes', 'cpu_ms', 'started', 'session'}
ACTION_KEYS = {'schema', 'action', 'changed', 'dry_run', 'before', 'after', 'steps', 'duration_ms'}
# start and stop: exit code, changed, the state after it. What waits for somebody else is tried by itself.
VERBS = {
    'running': ((0, False, 'running'), (0, True, 'stopped')),
    'stopped': ((0, True, 'running'), (0, False, 'stopped')),
    'failed by kill -9': ((0, True, 'running'), (0, False, 'failed')),
    'failed by a bad option': ((6, False, 'failed'), (0, False, 'failed')),
    'hung': ((1, False, 'hung'), None),
    'degraded': ((1, False, 'degraded'), (0, True, 'stopped')),
    'unmanaged': ((1, False, 'unmanaged'), (1, False, 'unmanaged')),
    'not-installed': ((5, False, 'not-installed'), (5, False, 'not-installed')),
}
missing_key = object()


def brought(tap, lane, name):
    bring, proof = states.states(lane)[name][1:]
    bring(lane)
    seen = proof(lane)
    return tap.check(not seen, '%s, %s: brought about' % (lane.flavour, name), seen)


def told(tap, lane, state, name):
    seen = lane.ectl('status', '--json')
    tap.equal((seen.get('state'), seen.code), (state, states.CODES[state]), name, seen)
    return seen


def asked(tap, lane, name, state):
    """`status` and `status --json` of the same moment agree."""
    name = '%s, %s' % (lane.flavour, name)
    seen = told(tap, lane, state, name + ': told, with its exit code')
    missing = [key for key in STATUS_KEYS if seen.get(key, missing_key) is missing_key]
    tap.equal(missing, [], name + ': every key is there', seen)
    plain = lane.ectl('status')
    tap.check(plain.code == states.CODES[state] and plain.out.strip(), name + ': the plain form exits alike', plain)


def running_facts(tap, lane):
    for flavour in states.flavours():
        states.use(lane, flavour)
        states.bring_running(lane)
        seen = lane.ectl('status', '--json')
        pid = int(states.engines(lane)[0])
        tap.equal((seen.get('schema'), seen.get('backend')), ('enginectl.status/1', livelib.init()), flavour + ': schema and backend')
        tap.equal(seen.get('service.main_pid'), pid, flavour + ': the main pid is that of the pid file', seen)
        tap.equal([seen.get('service.' + key) for key in ('installed', 'active', 'enabled', 'at_boot')], [True, 'active', 'enabled', 'yes'],
                  flavour + ': the script\'s words', seen)
        tap.equal((seen.get('service.name'), seen.get('service.socket')), ('docker', None), flavour + ': a script has no socket unit')
        engine = [p for p in seen.get('processes') if p['role'] == 'engine']
        tap.equal([(p['pid'], p['name'], p['exe'], p['user']) for p in engine], [(pid, 'dockerd', '/usr/sbin/dockerd', 'root')],
                  flavour + ': the one engine process')
        tap.check(engine and set(engine[0]) >= PROCESS_KEYS, flavour + ': the engine\'s keys', engine)
        tap.equal((seen.get('api.tried'), seen.get('api.answers'), seen.get('api.version')),
                  (True, True, lane.out("docker version -f '{{.Server.Version}}'")), flavour + ': the API answers', seen)
        tap.equal((lane.ectl('is-active').code, lane.ectl('is-active').out.strip()), (0, 'active'), flavour + ': is-active')
    states.use(lane)


# --- the table -----------------------------------------------------------------------------------------------------------

def identity(lane):
    """The engines and the socket, so that another one with the same name shows."""
    return states.engines(lane), lane.out('stat -c %%i %s 2>&1' % states.SOCK)


def cell(tap, lane, name, verb, want):
    code, changed, after = want
    was = identity(lane)
    seen = lane.ectl(verb, '--json', timeout=90)
    what = '%s, %s: %s ' % (lane.flavour, name, verb)
    tap.equal((seen.code, seen.get('changed'), seen.get('after.state')), want, what + 'exits, changes and ends as the table says', seen)
    tap.check(ACTION_KEYS <= set(seen.json or ()), what + 'has every key', seen)
    if code:
        tap.equal((seen.get('error.code'), bool(seen.get('error.message'))), (code, True), what + 'says why not', seen)
    if not changed:
        tap.equal(identity(lane), was, what + 'touches neither process nor socket')
    told(tap, lane, after, what + 'and status says the same after it')
    return seen


def each_state(tap, lane):
    """Told, then tried with both verbs; brought about again where the first one changed it."""
    for flavour in states.flavours():
        states.use(lane, flavour)
        for name, (state, _bring, proof) in states.states(lane).items():
            if not brought(tap, lane, name):
                continue
            asked(tap, lane, name, state)
            for verb, want in zip(('start', 'stop'), VERBS.get(name, ())):
                if (flavour, name, verb) == ('supervised', 'failed by kill -9', 'stop'):
                    want = (0, True, 'failed')  # its supervisor waits for the next try, and is stopped
                if want and (not proof(lane) or brought(tap, lane, name)):
                    cell(tap, lane, name, verb, want)
    states.use(lane)


def unmanaged_is_named(tap, lane):
    for verb in ('start', 'stop', 'restart'):
        states.bring_unmanaged(lane)
        was = identity(lane)
        seen = lane.ectl(verb)
        tap.check(seen.code == 1 and was[0][0] in seen.text, '%s: 1, and names the pid' % verb, seen)
        tap.check(identity(lane) == was and lane.ok(states.ANSWERS), verb + ': pid and socket survive')
    tap.equal(lane.ectl('enable', '--now').code, 1, 'enable --now: 1')
    tap.equal(identity(lane), was, 'enable --now: pid and socket survive')
    seen = lane.ectl('stop', '--force', '--json', timeout=60)
    tap.equal((seen.code, seen.get('changed'), states.engines(lane)), (0, True, []), 'stop --force ends it', seen)
    states.reset(lane)


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


def hung(tap, lane):
    for flavour in states.flavours():
        states.use(lane, flavour)
        if not brought(tap, lane, 'hung'):
            continue
        seen = lane.ectl('stop', '--json', timeout=60)
        tap.equal((seen.code, seen.get('changed'), states.engines(lane)), (0, True, []), flavour + ': stop, by the script\'s own kill', seen)
        tap.equal(lane.ectl('status', '--json').get('state'), seen.get('after.state'), flavour + ': status says what stop said', seen)
    states.bring_hung(lane)  # the rest is the same for all of them
    seen = lane.ectl('restart', '--json', timeout=90)
    tap.equal((seen.code, seen.get('after.state'), lane.ok(states.ANSWERS)), (0, 'running', True), 'restart cures it', seen)
    states.bring_hung(lane)
    seen = lane.ectl('stop', '--force', '--timeout', '1', '--json', timeout=60)
    tap.equal((seen.code, states.engines(lane)), (0, []), 'stop --force does not wait for the script', seen)
    states.use(lane)


def hung_is_told_early(tap, lane):
    states.bring_hung(lane)
    seen = lane.ectl('--timeout', '1', 'status', '--json', timeout=10)
    tap.equal((seen.get('state'), seen.code), ('hung', 153), 'within the deadline that was given', seen)
    states.reset(lane)


def degraded(tap, lane):
    for flavour in states.flavours():
        states.use(lane, flavour)
        states.bring_degraded(lane)
        seen = lane.ectl('start')
        tap.check(seen.code == 1 and 'restart' in seen.text, flavour + ': start suggests restart', seen)
        seen = lane.ectl('restart', '--json', timeout=90)
        tap.equal((seen.code, seen.get('after.state'), lane.ok(states.ANSWERS)), (0, 'running', True), flavour + ': restart cures it', seen)
    states.use(lane)


def starting(tap, lane):
    """start joins and waits; stop cancels."""
    for flavour in states.flavours():
        states.use(lane, flavour)
        states.bring_starting(lane)
        pid = states.engines(lane)
        joined = lane.spawn('enginectl', 'start', '--json')
        states.let_start(lane)
        out = joined.communicate(timeout=60)[0]
        tap.check(joined.returncode == 0 and '"running"' in out, flavour + ': start joins and waits', out)
        tap.equal((states.engines(lane), lane.ok(states.ANSWERS)), (pid, True), flavour + ': it is the engine that was starting')
        states.bring_starting(lane)
        seen = lane.ectl('start', '--timeout', '1', '--json')
        tap.equal((seen.code, seen.get('error.code')), (150, 150), flavour + ': start passes its deadline', seen)
        seen = lane.ectl('stop', '--json', timeout=60)
        tap.equal((seen.code, seen.get('changed'), states.engines(lane)), (0, True, []), flavour + ': stop cancels it', seen)
        tap.equal(lane.ectl('status', '--json').get('state'), seen.get('after.state'), flavour + ': status says what stop said', seen)
    states.use(lane)


def held(tap, lane):
    """OpenRC says that its script is on the way: the same verb joins it, a start follows a stop, a stop cancels a start."""
    for flavour in states.flavours():
        if flavour == 'lsb':
            continue
        states.use(lane, flavour)
        for bring, verb, after in ((states.bring_starting_held, 'start', 'running'), (states.bring_stopping_held, 'stop', 'stopped'),
                                   (states.bring_stopping_held, 'start', 'running'), (states.bring_starting_held, 'stop', 'stopped')):
            bring(lane)
            name = '%s, %s when %s: ' % (flavour, verb, lane.ectl('status', '--json').get('state'))
            going = lane.spawn('enginectl', verb, '--json')
            if (bring, verb) != (states.bring_starting_held, 'stop'):
                tap.check(not livelib.until(lambda: going.poll() is not None, 1), name + 'waits')
            states.release(lane)
            out, err = going.communicate(timeout=60)
            tap.check(going.returncode == 0 and '"after":{"state":"%s"' % after in out, name + 'ends in ' + after, out + err)
            told(tap, lane, after, name + 'and status says so')
    states.use(lane)


def unprivileged(tap, lane):
    """Who may not connect gets the verdict as if it answered."""
    for flavour in states.flavours():
        states.use(lane, flavour)
        states.bring_running(lane)
        seen = lane.ectl('status', '--json', user=65534)
        tap.equal((seen.get('state'), seen.code, seen.get('api.answers', 'missing')), ('running', 0, None), flavour + ': running, the answer not known', seen)
        lane.sh(states.service(lane, 'stop'))
        seen = lane.ectl('status', '--json', user=65534)
        tap.equal((seen.get('state'), seen.code), ('stopped', 3), flavour + ': stopped', seen)
    states.use(lane)


livelib.run('script-states', [each_state, running_facts, unmanaged_is_named, nobody_starts_it_again, hung, hung_is_told_early, degraded,
                              starting, held, unprivileged], make=states.host)

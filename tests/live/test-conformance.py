#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: bookworm trixie sid sysv openrc
"""The contract, case by case, the same over every manager: each verb in each state, what is told of it, and what may not happen."""
import livelib
if livelib.init() == 'systemd':
    import states
else:
    import states_script as states

NOBODY = 65534
VERBS = ('reload', 'start', 'stop', 'restart')
# Exit code, changed, the state after it, of each of VERBS. A cell that changes nothing touches nothing.
TABLE = {
    'running': ((0, True, 'running'), (0, False, 'running'), (0, True, 'stopped'), (0, True, 'running')),
    'stopped': ((7, False, 'stopped'), (0, True, 'running'), (0, False, 'stopped'), (0, True, 'running')),
    'armed': ((7, False, 'armed'), (0, True, 'running'), (0, True, 'stopped'), (0, True, 'running')),
    'failed by its configuration': ((7, False, 'failed'), (6, False, 'failed'), (0, False, 'failed'), (6, False, 'failed')),
    'failed by kill -9': ((7, False, 'failed'), (0, True, 'running'), (0, False, 'failed'), (0, True, 'running')),
    'failed between two tries': ((7, False, 'failed'), (0, True, 'running'), (0, True, 'stopped'), None),  # a restart is a start here, and both wait for the try
    'hung': ((1, False, 'hung'), (1, False, 'hung'), (0, True, 'stopped'), (0, True, 'running')),
    'degraded': ((1, False, 'degraded'), (1, False, 'degraded'), (0, True, 'stopped'), (0, True, 'running')),
    'unmanaged': 4 * ((1, False, 'unmanaged'),),
    'starting, no engine yet': ((1, False, 'starting'), (0, False, 'running'), (0, True, 'stopped'), (0, True, 'running')),
    'starting, the engine is silent': ((1, False, 'starting'), (0, False, 'running'), (0, True, 'stopped'), (0, True, 'running')),
    'stopping, no engine any more': ((1, False, 'stopping'), (0, True, 'running'), (0, True, 'stopped'), (0, True, 'running')),
    'stopping, the engine still answers': ((1, False, 'stopping'), (0, True, 'running'), (0, True, 'stopped'), (0, True, 'running')),
    'not-installed': 4 * ((5, False, 'not-installed'),),
    'masked': ((7, False, 'stopped'), (6, False, 'stopped'), (0, False, 'stopped'), (6, False, 'stopped')),
    'masked, running': ((6, False, 'running'), (0, False, 'running'), (0, True, 'stopped'), (6, False, 'running')),
}
# What a user sees differ between the managers, and why.
DIFFERENCES = {
    ('units', 'failed by kill -9', 'stop'): ((0, True, 'failed'), 'its socket unit listens yet, and is stopped'),
    ('supervised', 'failed by kill -9', 'stop'): ((0, True, 'failed'), 'its supervisor waits for the next try, and is stopped'),
    **{('openrc-run', name, 'is-active'): (0, 'the manager\'s word: OpenRC holds a script for started until it is stopped')
       for name in ('failed by kill -9', 'failed by its configuration')},
}
# Every verb is tried once with each kind of manager: Debian's script on the sysvinit host, units on the oldest systemd.
SHORTER = {('openrc', 'lsb'): ('start', 'stop'), ('openrc', 'supervised'): ('start', 'stop'), ('trixie', 'units'): ('restart',), ('sid', 'units'): ('restart',)}
# A killed engine is started again where the manager follows processes and was told so.
AFTER_A_KILL = {'units': 'running', 'lsb': 'failed', 'openrc-run': 'failed', 'supervised': 'running'}
UP = ('running', 'hung', 'degraded', 'masked, running', 'starting, the engine is silent')  # is-active: 0
STATUS_KEYS = '''schema state reason backend service.name service.installed service.active service.sub service.enabled service.at_boot
service.main_pid service.since service.result service.restarts service.socket processes api.endpoint api.tried api.answers api.version
api.api_version api.os api.latency_ms api.error client.user client.endpoint client.from client.same_engine'''.split()
PROCESS_KEYS = {'pid', 'ppid', 'name', 'role', 'exe', 'user', 'rss_bytes', 'cpu_ms', 'started', 'session'}
ACTION_KEYS = {'schema', 'action', 'changed', 'dry_run', 'before', 'after', 'steps', 'duration_ms'}
BROKEN = '{"debug": true,}'
# An engine that listens, is silent, and is gone after a second without a word.
DIES_LATER = '''#!/bin/sh
{ sleep 1; kill -9 $$; } &
exec /root/away/usr/sbin/dockerd "$@" --containerd /run/late/containerd.sock
'''
missing_key = object()


def over_flavours(test):
    """The test with each of the scripts that this manager has; their name is in the topic."""
    def each(tap, lane):
        topic = tap.topic
        for flavour in states.flavours():
            states.use(lane, flavour)
            tap.topic = '%s%s: ' % (topic, flavour)
            test(tap, lane)
        tap.topic = topic
        states.use(lane)
    each.__name__, each.__doc__ = test.__name__, test.__doc__
    return each


def brought(tap, lane, name):
    state = states.states(lane)[name]
    state.bring(lane)
    seen = state.proof(lane)
    return tap.check(not seen, name + ': brought about', seen)


def limit(state):
    """No need to listen to a silent engine for the whole of the time that a reader has."""
    return ('--timeout', '1') if state in ('hung', 'starting') else ()


def told(tap, lane, state, name, **how):
    seen = lane.ectl('status', '--json', *limit(state), **how)
    tap.equal((seen.get('state'), seen.code), (state, states.CODES[state]), name, seen)
    return seen


def did(tap, lane, name, *words, **how):
    """An action that must work."""
    seen = lane.ectl(*words, '--json', timeout=90, **how)
    tap.equal((seen.code, seen.get('error')), (0, None), name, seen)
    return seen


def refused(tap, lane, name, code, *words, **how):
    """A command that must not act: its code, its document with a reason, and nothing is touched."""
    was = states.identity(lane)
    seen = lane.ectl(*words, '--json', timeout=60, **how)
    tap.check(seen.code == code and seen.get('error.code') == code and seen.get('error.message'), '%s: %d' % (name, code), seen)
    tap.equal(states.identity(lane), was, name + ' touches nothing')
    return seen


def becomes(lane, state):
    """In the end; between two tries it is failed."""
    return livelib.until(lambda: lane.ectl('status', '--json').get('state') == state, 30)


def answers_as(tap, lane, pid, name):
    tap.equal((states.engines(lane), states.answers(lane)), ([pid], ''), name)


# --- the table -----------------------------------------------------------------------------------------------------------

def asked(tap, lane, name, state):
    """Every form of the question agrees, has all of its keys, and changes nothing."""
    was = states.identity(lane)
    seen = told(tap, lane, state, name + ': told, with its exit code')
    missing = [key for key in STATUS_KEYS if seen.get(key, missing_key) is missing_key]
    tap.equal(missing, [], name + ': every key is there', seen)
    plain = lane.ectl('status', *limit(state))
    tap.check(plain.code == states.CODES[state] and plain.out.strip(), name + ': the plain form exits alike', plain)
    active, enabled = lane.ectl('is-active'), lane.ectl('is-enabled')
    wanted = DIFFERENCES.get((lane.flavour, name, 'is-active'), (0 if name in UP else 3,))[0]
    codes = (5, 5) if state == 'not-installed' else (wanted, 1 if name.startswith('masked') else 0)
    tap.equal((active.code, enabled.code), codes, name + ': is-active and is-enabled', '%s\n%s' % (active, enabled))
    words = [active.out.strip(), enabled.out.strip()]
    tap.equal(words, ['', ''] if codes == (5, 5) else [seen.get('service.active'), seen.get('service.enabled')], name + ': their words are those of status')
    tap.equal(states.identity(lane), was, name + ': asking changes nothing')


def wanted_of(lane, name, verb):
    return DIFFERENCES.get((lane.flavour, name, verb), (TABLE[name][VERBS.index(verb)],))[0]


def waits(lane, name, verb):
    """For what is under way. A stop cancels a start, but for OpenRC, which lets its script come to an end first."""
    if name == 'starting, no engine yet' and lane.flavour != 'units':
        return True
    return name.startswith('stopping') or (name.startswith('starting') and verb != 'stop')


def run_verb(tap, lane, name, verb, go_on):
    if not go_on:
        return lane.ectl(verb, '--json', timeout=90)
    going = lane.spawn('enginectl', verb, '--json')
    if waits(lane, name, verb):
        tap.check(not livelib.until(lambda: going.poll() is not None, 0.5), '%s: %s waits' % (name, verb))
        go_on(lane)
    return lane.end(going)


def cell(tap, lane, name, verb):
    code, changed, after = want = wanted_of(lane, name, verb)
    was, what = states.identity(lane), '%s: %s ' % (name, verb)
    seen = run_verb(tap, lane, name, verb, states.states(lane)[name].go_on if code == 0 else None)
    tap.equal((seen.code, seen.get('changed'), seen.get('after.state')), want, what + 'exits, changes and ends as the table says', seen)
    tap.check(ACTION_KEYS <= set(seen.json or ()), what + 'has every key', seen)
    if code:
        tap.equal((seen.get('error.code'), bool(seen.get('error.message'))), (code, True), what + 'says why not', seen)
    if name == 'unmanaged':
        tap.check(was[0][0] in seen.text, what + 'names the pid', seen)
    if verb == 'start' and name in ('hung', 'degraded'):
        tap.check('restart' in seen.text, what + 'suggests restart', seen)
    if not changed and after == states.states(lane)[name].state and 'configuration' not in name:  # that one is tried, and fails again
        tap.equal(states.identity(lane), was, what + 'touches nothing')
    told(tap, lane, after, what + 'and status says the same after it')
    if after in ('running', 'stopped'):
        proof = states.answers if after == 'running' else states.no_engine
        tap.equal(proof(lane), '', what + 'and it is so')


@over_flavours
def each_state(tap, lane):
    """Told, then tried with each verb; brought about again where the one before has changed it."""
    for name, state in states.states(lane).items():
        if not brought(tap, lane, name):
            continue
        asked(tap, lane, name, state.state)
        for verb in SHORTER.get((livelib.bed(), lane.flavour), VERBS):
            if wanted_of(lane, name, verb) and (not state.proof(lane) or brought(tap, lane, name)):
                cell(tap, lane, name, verb)


@over_flavours
def running_facts(tap, lane):
    states.bring_running(lane)
    seen = lane.ectl('status', '--json')
    pid = int(states.engines(lane)[0])
    tap.equal((seen.get('schema'), seen.get('backend'), seen.get('service.name')), ('enginectl.status/1', states.BED, states.SERVICE), 'schema, backend, service')
    tap.equal(seen.get('service.main_pid'), pid, 'the main pid is the engine\'s', seen)
    tap.equal([seen.get('service.' + key) for key in ('installed', 'active', 'enabled', 'at_boot')], [True, 'active', 'enabled', 'yes'], 'the manager\'s words', seen)
    tap.equal(seen.get('service.socket'), states.SOCKET_UNIT, 'the socket unit, where there are such', seen)
    engine = [p for p in seen.get('processes') if p['role'] == 'engine']
    tap.equal([(p['pid'], p['name'], p['exe'], p['user']) for p in engine], [(pid, 'dockerd', '/usr/sbin/dockerd', 'root')], 'the one engine process')
    tap.check(engine and set(engine[0]) >= PROCESS_KEYS and engine[0]['rss_bytes'] > 1 << 20, 'the engine\'s figures', engine)
    versions = lane.out("docker version -f '{{.Server.Version}} {{.Server.APIVersion}}'").split()
    tap.equal([seen.get('api.' + key) for key in ('tried', 'answers', 'os', 'version', 'api_version')], [True, True, 'linux', *versions], 'the API answers as docker says', seen)
    tap.equal((seen.get('client.from'), seen.get('client.same_engine')), ('default', True), 'the user\'s docker reaches this engine')


# --- beside the table ----------------------------------------------------------------------------------------------------

def unmanaged(tap, lane):
    """An engine by hand and its socket survive whatever is asked or told; --force ends it."""
    states.bring_unmanaged(lane)
    was = states.identity(lane)
    for verb in ('disable', 'enable', 'status', 'ping', 'version', 'probe', 'logs'):
        lane.ectl(verb, timeout=60)
        tap.equal((states.identity(lane), states.answers(lane)), (was, ''), verb + ' spares it')
    refused(tap, lane, 'enable --now', 1, 'enable', '--now')
    seen = did(tap, lane, 'stop --force', 'stop', '--force')
    tap.equal((seen.get('changed'), states.engines(lane)), (True, []), 'stop --force ends it', seen)


def not_installed(tap, lane):
    brought(tap, lane, 'not-installed')
    for words in (['enable'], ['disable'], ['is-active'], ['is-enabled'], ['wait', 'running', '--timeout', '5']):
        refused(tap, lane, ' '.join(words), 5, *words)
    states.reset(lane)


def no_such_service(tap, lane):
    """While docker runs, which nothing of it may touch."""
    states.bring_running(lane)
    for verb, code in (('start', 5), ('restart', 5), ('reload', 7), ('enable', 5), ('disable', 5), ('is-active', 5), ('is-enabled', 5)):
        seen = refused(tap, lane, '--service nosuch ' + verb, code, '--service', 'nosuch', verb)
        tap.check('nosuch' in seen.get('error.message', ''), '--service nosuch %s names it' % verb, seen)
    seen = did(tap, lane, '--service nosuch stop', '--service', 'nosuch', 'stop')
    tap.equal((seen.get('changed'), states.answers(lane)), (False, ''), '--service nosuch stop has nothing to do', seen)
    seen = lane.ectl('start', 'nosuch', '--json')
    tap.equal((seen.code, seen.get('error.code')), (5, 5), 'the same as an operand', seen)
    seen = lane.ectl('--service', 'nosuch', 'status', '--json')
    tap.equal(seen.get('service.installed'), False, 'status: it is not installed', seen)


@over_flavours
def not_permitted(tap, lane):
    """Who may not act is told so, and changes nothing; who may not connect gets the verdict as if the engine answered."""
    states.bring_running(lane)
    seen = told(tap, lane, 'running', 'another user: status', user=NOBODY)
    tap.equal(seen.get('api.answers', 'missing'), None, 'another user: the answer is not known', seen)
    for verb in ('stop', 'restart', 'reload', 'disable'):
        seen = refused(tap, lane, 'another user: ' + verb, 4, verb, user=NOBODY)
        tap.check('sudo' in (seen.get('error.hint') or ''), 'another user: %s says what to do' % verb, seen)
    for words in (['ping'], ['version', '-H', 'unix://' + states.SOCK]):
        refused(tap, lane, 'another user: ' + words[0], 4, *words, user=NOBODY)
    tap.check(states.is_at_boot(lane), 'another user: enabled as before')
    states.manage(lane, 'stop')
    for verb in ('start', 'restart'):
        refused(tap, lane, 'another user: %s of a stopped one' % verb, 4, verb, user=NOBODY)
    told(tap, lane, 'stopped', 'another user: status of a stopped one', user=NOBODY)


@over_flavours
def deadlines(tap, lane):
    """Each verb ends with 150 at its deadline, and what it has begun goes on."""
    name = next(name for name, state in states.states(lane).items() if state.state == 'starting')
    brought(tap, lane, name)
    seen = lane.ectl('start', '--timeout', '1', '--json')
    tap.equal((seen.code, seen.get('error.code')), (150, 150), 'start', seen)
    told(tap, lane, 'starting', 'start: it goes on')
    waiting = lane.ectl('wait', 'running', '--timeout', '1', '--json')
    tap.equal((waiting.code, waiting.get('reached'), waiting.get('state')), (150, False, 'starting'), 'wait', waiting)
    states.states(lane)[name].go_on(lane)
    tap.equal(lane.ectl('wait', 'running', '--timeout', '30').code, 0, 'start: and comes to its end')
    states.bring_slow_to_stop(lane)
    seen = lane.ectl('stop', '--timeout', '1', '--json')
    tap.equal((seen.code, seen.get('error.code')), (150, 150), 'stop', seen)
    tap.equal(states.one_engine(lane), '', 'stop: the engine is there yet')
    seen = did(tap, lane, 'stop --force', 'stop', '--force', '--timeout', '1')
    tap.equal(states.engines(lane), [], 'stop --force does not wait for the manager', seen)
    states.bring_hung(lane)
    told(tap, lane, 'hung', 'status: within the deadline that was given', timeout=10)


@over_flavours
def killed(tap, lane):
    """Behind the manager's back: status is never wrong on the way, and start brings back what nobody else does."""
    states.bring_running(lane)
    old = states.engines(lane)
    lane.sh('kill -9 $(pgrep -x dockerd)')
    seen = lane.ectl('status', '--json')
    tap.check(seen.get('state') in ('failed', 'starting', 'running', 'degraded'), 'at once: %s' % seen.get('state'), seen)
    state = AFTER_A_KILL[lane.flavour]
    tap.check(becomes(lane, state), 'it comes to be ' + state)
    seen = did(tap, lane, 'start', 'start')
    tap.equal((seen.get('before.state'), seen.get('changed')), (state, state != 'running'), 'start changes what nobody else has', seen)
    tap.check(states.answers(lane) == '' and states.engines(lane) not in (old, []), 'a new engine answers')


def two_engines(tap, lane):
    """Another one on another endpoint does not change what is said of the service, nor is it harmed."""
    states.bring_running(lane)
    mine, other = int(states.engines(lane)[0]), states.second_engine(lane)
    if not tap.check(other, 'a second engine answers', lambda: lane.out('tail -n 3 /var/log/by-hand.log')):
        return
    seen = told(tap, lane, 'running', 'the service runs')
    tap.equal(seen.get('service.main_pid'), mine, 'with its own process')
    found = lane.ectl('probe', '--json')
    tap.equal(sorted(p['pid'] for p in found.get('processes') if p['role'] == 'engine'), sorted([mine, other]), 'probe finds both', found)
    tap.equal([e['owner_pid'] for e in found.get('endpoints') if e['endpoint'] == 'unix://' + states.OTHER_SOCK], [other], 'and the other\'s socket', found)
    seen = lane.ectl('ping', '-H', 'unix://' + states.OTHER_SOCK, '--json')
    tap.equal((seen.code, seen.get('api.endpoint')), (0, 'unix://' + states.OTHER_SOCK), 'ping -H asks it', seen)
    did(tap, lane, 'stop', 'stop')
    tap.equal(states.engines(lane), [str(other)], 'stop leaves the other alone')
    told(tap, lane, 'stopped', 'the service is stopped')
    seen = did(tap, lane, 'start beside it', 'start')
    tap.equal((seen.get('after.state'), len(states.engines(lane))), ('running', 2), 'start beside the other', seen)
    did(tap, lane, 'stop again', 'stop')
    lane.sh('kill %d' % other)
    lane.wait('! pgrep -x dockerd')


def dies(tap, lane, name, code, finding, said):
    """A start that does not last: never a success, whatever the manager tries after it."""
    seen = lane.ectl('start', '--json', timeout=90)
    tap.equal((seen.code, seen.get('error.code'), seen.get('error.finding')), (code, code, finding), name + ': start fails, with its finding', seen)
    tap.check(seen.get('after.state') in ('failed', 'starting'), name + ': it ends in failed, or in the manager\'s next try', seen)
    tap.check(said in seen.get('error.message', ''), name + ': the engine\'s own words', seen)
    tap.check(becomes(lane, 'failed'), name + ': and status says so')
    lane.wait('! pgrep -x "dockerd|supervise-daemo"')  # no try is under way any more


@over_flavours
def start_that_dies(tap, lane):
    """At once, later over its own set-up, and a second later without a word."""
    states.reset(lane)
    states.daemon_json(lane, BROKEN)
    dies(tap, lane, 'broken daemon.json', 6, 'daemon-json-syntax', 'invalid character')
    lane.sh('rm ' + states.DAEMON_JSON)
    seen = did(tap, lane, 'repaired', 'start')
    tap.equal((seen.get('before.state'), states.answers(lane)), ('failed', ''), 'repaired, it starts', seen)
    states.reset(lane)
    states.daemon_json(lane, '{"storage-driver": "nosuch"}')
    dies(tap, lane, 'no such storage driver', 1, 'graphdriver-not-supported', 'driver')
    states.reset(lane)
    states.options(lane, '--no-such-option')
    dies(tap, lane, 'bad option', 6, 'unknown-flag', 'unknown flag: --no-such-option')
    states.reset(lane)
    states.put_program(lane, DIES_LATER)
    dies(tap, lane, 'dies after a second', 1, None, '')


@over_flavours
def reload(tap, lane):
    """Confirmed by what the engine does."""
    states.bring_running(lane)
    pid = states.engines(lane)
    states.daemon_json(lane, '{"debug": true, "data-root": "/var/lib/elsewhere"}')
    seen = lane.ectl('reload')
    tap.check(seen.code == 0 and 'data-root' in seen.text, 'reload says which key needs a restart', seen)
    tap.equal((lane.out("docker info -f '{{.Debug}}' 2>/dev/null"), states.engines(lane)), ('true', pid), 'the same engine has taken the change up')
    states.daemon_json(lane, BROKEN)
    refused(tap, lane, 'a broken daemon.json', 6, 'reload')
    answers_as(tap, lane, pid[0], 'the engine goes on with what it had')


def both(lane, *verbs):
    going = [lane.spawn('enginectl', verb, '--json') for verb in verbs]
    ends = [lane.end(process, 90) for process in going]
    return [end.code for end in ends], '\n'.join(map(str, ends))


@over_flavours
def two_at_once(tap, lane):
    for verb, state in (('start', 'running'), ('stop', 'stopped')):
        codes, texts = both(lane, verb, verb)
        tap.equal(codes, [0, 0], 'two of %s both end well' % verb, texts)
        told(tap, lane, state, 'after two of ' + verb)
        tap.equal(len(states.engines(lane)), int(verb == 'start'), 'two of %s: as many engines' % verb)
    states.bring_running(lane)
    for verbs in (('restart', 'restart'), ('stop', 'start')):  # the one may take the other's place
        codes, texts = both(lane, *verbs)
        tap.check(set(codes) <= {0, 1} and 0 in codes, '%s and %s both end: %s' % (*verbs, codes), texts)
        state = lane.ectl('status', '--json').get('state')
        tap.equal(state, 'running' if states.engines(lane) else 'stopped', '%s and %s: status is right' % verbs)
        states.manage(lane, 'start')


# --- at boot -------------------------------------------------------------------------------------------------------------

def switched(tap, lane, *words, changed, enabled):
    seen = lane.ectl(*words, '--json', timeout=60)
    name = ' '.join(words) + ('' if changed else ', again')
    word = 'enabled' if enabled else 'disabled'
    tap.equal((seen.code, seen.get('changed'), seen.get('after.enabled')), (0, changed, word), name, seen)
    tap.equal(states.is_at_boot(lane), enabled, name + ': it is so')


def boot_is_told(tap, lane, enabled):
    word, code = ('enabled', 0) if enabled else ('disabled', 1)
    plain, seen = lane.ectl('is-enabled'), lane.ectl('is-enabled', '--json')
    tap.equal((plain.code, plain.out.strip()), (code, word), 'is-enabled: ' + word, plain)
    tap.equal((seen.code, seen.get('schema'), seen.get('word')), (code, 'enginectl.word/1', word), 'is-enabled --json: ' + word, seen)
    seen = lane.ectl('status', '--json')
    tap.equal((seen.get('service.enabled'), seen.get('service.at_boot')), (word, 'yes' if enabled else 'no'), 'status: ' + word, seen)


@over_flavours
def at_boot(tap, lane):
    states.bring_running(lane)
    pid = states.engines(lane)[0]
    seen = did(tap, lane, 'disable --dry-run', 'disable', '--dry-run')
    tap.equal((seen.get('changed'), seen.get('dry_run'), states.is_at_boot(lane)), (True, True, True), 'disable --dry-run changes nothing', seen)
    switched(tap, lane, 'disable', changed=True, enabled=False)
    switched(tap, lane, 'disable', changed=False, enabled=False)
    boot_is_told(tap, lane, False)
    tap.check('boot' in lane.ectl('status').out, 'status says what it means for the next boot')
    switched(tap, lane, 'enable', changed=True, enabled=True)
    switched(tap, lane, 'enable', changed=False, enabled=True)
    boot_is_told(tap, lane, True)
    answers_as(tap, lane, pid, 'the engine runs on')
    switched(tap, lane, 'disable', '--now', changed=True, enabled=False)
    tap.equal(states.no_engine(lane), '', 'disable --now stops')
    switched(tap, lane, 'disable', '--now', changed=False, enabled=False)
    switched(tap, lane, 'enable', changed=True, enabled=True)
    tap.equal(states.no_engine(lane), '', 'enable starts nothing')
    switched(tap, lane, 'enable', '--now', changed=True, enabled=True)
    tap.equal(states.answers(lane), '', 'enable --now starts')
    switched(tap, lane, 'enable', '--now', changed=False, enabled=True)


def hidden(tap, lane):
    """Where others' processes are hidden, an engine that answers runs, and nobody is told that it died."""
    states.bring_running(lane)
    see_nothing = 'mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid 65534 --regid 65534 --groups %s enginectl %s'
    group = lane.out('getent group docker | cut -d: -f3')
    for groups, answers in ((group, True), ('65534', None)):
        seen = lane.run('unshare', '-m', 'sh', '-c', see_nothing % (groups, 'status --json'))
        tap.equal((seen.code, seen.get('state'), seen.get('api.answers', 'missing')), (0, 'running', answers), 'running', seen)
    seen = lane.run('unshare', '-m', 'sh', '-c', see_nothing % (group, 'stop --json'))
    tap.check(seen.code == 4 and states.engines(lane), 'stop is not permitted, and does not say that nothing runs', seen)
    lane.sh('kill -STOP %s' % states.engines(lane)[0])
    seen = lane.run('unshare', '-m', 'sh', '-c', see_nothing % (group, '--timeout 1 status --json'))
    tap.equal((seen.code, seen.get('state')), (4, 'unknown'), 'one that is silent: unknown', seen)
    states.reset(lane)


livelib.run('conformance', [each_state, running_facts, unmanaged, not_installed, no_such_service, not_permitted, deadlines, killed, two_engines, start_that_dies,
                            reload, two_at_once, hidden, at_boot], make=states.host)

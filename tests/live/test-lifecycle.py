#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: bookworm trixie sid
"""The main job: start, stop, wait, logs, and that a dry run changes nothing."""
import livelib
import states

ACTION_KEYS = {'schema', 'action', 'changed', 'dry_run', 'before', 'after', 'steps', 'duration_ms'}
ANSWERS_NOW = 'curl -sf -m 0.5 --unix-socket %s http://d/_ping' % states.SOCK
BROKEN = '{"debug": true,}'


def did(tap, lane, name, *words, changed, before=None, after=None):
    """An action that must work: exit 0 and one document that says what was changed."""
    seen = lane.ectl(*words, '--json', timeout=90)
    tap.equal((seen.code, seen.get('schema'), seen.get('changed')), (0, 'enginectl.action/1', changed), name, seen)
    tap.check(ACTION_KEYS <= set(seen.json or ()), name + ': every key is there', seen)
    if before:
        tap.equal((seen.get('before.state'), seen.get('after.state')), (before, after), name + ': before and after', seen)
    return seen


def stop_and_start(tap, lane):
    states.bring_running(lane)
    done = did(tap, lane, 'stop', 'stop', changed=True, before='running', after='stopped')
    tap.check(done.get('steps') and all(set(step) == {'do', 'ms'} for step in done.get('steps')), 'stop: its steps', done)
    client = lane.run('docker', 'ps')
    tap.check(client.code != 0, 'docker ps does not find an engine', client)
    tap.equal((states.active(lane), states.engines(lane)), (('inactive', 'inactive'), []), 'docker ps does not bring it back')
    seen = lane.sh('enginectl start || exit 90; ' + ANSWERS_NOW, timeout=60)
    tap.equal((seen.code, seen.out[-2:]), (0, 'OK'), 'when start returns, the API answers', seen)
    tap.equal(states.active(lane), ('active', 'active'), 'start: both units are up')
    did(tap, lane, 'stop --keep-socket', 'stop', '--keep-socket', changed=True, before='running', after='armed')
    tap.equal((states.active(lane), states.engines(lane)), (('inactive', 'active'), []), 'stop --keep-socket leaves it armed')


def old_failures(tap, lane):
    """What failed before the last start is not the cause of what fails now."""
    states.reset(lane)
    states.daemon_json(lane, BROKEN)
    lane.ectl('start', timeout=60)
    lane.sh('rm ' + states.DAEMON_JSON)
    states.drop_in(lane, 'Restart=no')
    tap.equal(lane.ectl('start', timeout=60).code, 0, 'repaired and started')
    lane.sh('systemctl kill -s KILL docker.service')
    lane.wait(states.IS_FAILED)
    for words in (['status'], ['status', '--json']):
        seen = lane.ectl(*words)
        tap.check(seen.code == 1 and 'daemon.json' not in seen.text and 'daemon-json' not in seen.text, '%s does not blame it' % ' '.join(words), seen)


def start_no_wait(tap, lane):
    states.reset(lane)
    seen = lane.ectl('start', '--no-wait', '--json')
    tap.equal((seen.code, seen.get('changed')), (0, True), 'start --no-wait', seen)
    tap.check(lane.ectl('wait', 'running').code == 0 and lane.ok(ANSWERS_NOW), 'wait running sees it through')


def names(tap, lane):
    for words in (['stop', 'docker'], ['start', 'docker.service'], ['--service', 'docker', 'stop'], ['start', '--service', 'docker.service']):
        done = lane.ectl(*words, timeout=60)
        tap.equal(done.code, 0, ' '.join(words), done)
    seen = lane.ectl('status', 'docker', '--json')
    tap.equal((seen.code, seen.get('service.name')), (0, 'docker.service'), 'status docker', seen)
    states.reset(lane)
    seen = lane.ectl('start', 'no-such-engine', '--json')
    tap.check(seen.code == 5 and seen.get('error.code') == 5, 'a service that is not there: 5', seen)


def wait(tap, lane):
    states.bring_stopped(lane)
    waiting = lane.spawn('enginectl', 'wait', 'running', '--timeout', '30')
    lane.sh('systemctl start ' + states.MANAGED)
    tap.equal(waiting.wait(30), 0, 'wait running ends when it is')
    states.drop_in(lane, *states.SLOW_STOP)
    waiting = lane.spawn('enginectl', 'wait', 'stopped,failed', '--timeout', '30', '--json')
    lane.sh('systemctl stop docker.service')
    out = waiting.communicate(timeout=30)[0]
    tap.check(waiting.returncode == 0 and '"enginectl.wait/1"' in out, 'wait stopped ends when it is armed', out)
    states.bring_running(lane)
    seen = lane.ectl('wait', 'stopped', '--timeout', '1', '--json')
    tap.equal((seen.code, seen.get('reached'), seen.get('state'), seen.get('wanted')), (150, False, 'running', ['stopped']), 'the deadline passes', seen)
    states.bring_failed(lane)
    tap.equal(lane.ectl('wait', 'running', '--timeout', '20').code, 1, 'wait running ends with 1 on failed')
    states.reset(lane)


def logs(tap, lane):
    states.bring_running(lane)
    seen = lane.ectl('logs', '-n', '200')
    tap.check(seen.code == 0 and 'API listen on' in seen.out, 'the engine\'s lines', seen)
    seen = lane.ectl('logs', '-n', '2', '--json')
    tap.check(seen.get('source') == 'journal' and len(seen.get('lines') or ()) == 2, 'two lines as JSON', seen)
    tap.check(seen.json and all(set(line) >= {'time', 'level', 'text'} for line in seen.get('lines')), 'each with its keys', seen)
    follow = lane.spawn('enginectl', 'logs', '-f', '-n', '1')
    follow.stdout.readline()
    lane.sh('kill -HUP $(pgrep -x dockerd)')
    found = next((line for line in follow.stdout if 'hup' in line.lower() or 'reload' in line.lower()), '')
    tap.check(found, '-f shows a line that comes later')
    lane.sh('pkill -INT -x enginectl')
    tap.check(follow.wait(10) in (0, 130), '-f ends with Ctrl-C', follow.returncode)


def truth(lane):
    return states.show(lane), states.show(lane, 'docker.socket'), states.engines(lane)


def dry_run(tap, lane):
    for name in ('running', 'stopped', 'armed'):
        states.STATES[name][1](lane)
        for verb in ('start', 'stop', 'restart', 'enable', 'disable', 'reload'):
            was = truth(lane)
            seen = lane.ectl(verb, '--dry-run', '--json')
            tap.equal(truth(lane), was, '%s when %s changes nothing' % (verb, name), seen)
            if seen.code == 0:
                tap.equal((seen.get('dry_run'), seen.get('action')), (True, verb), '%s when %s says that it was dry' % (verb, name), seen)
            else:
                tap.equal((verb, seen.code), ('reload', 7), '%s when %s: refused as it would be' % (verb, name), seen)


def ping_and_version(tap, lane):
    states.bring_running(lane)
    version = lane.out("docker version -f '{{.Server.Version}}'")
    seen = lane.ectl('ping', '--json')
    tap.equal((seen.code, seen.get('schema'), seen.get('api.version')), (0, 'enginectl.ping/1', version), 'ping', seen)
    seen = lane.ectl('version', '--json')
    tap.equal((seen.code, seen.get('schema'), seen.get('engine.Version')), (0, 'enginectl.version/1', version), 'version', seen)
    tap.check(version in lane.ectl('version').out, 'version for people')
    states.reset(lane)
    for verb in ('ping', 'version'):
        seen = lane.ectl(verb, '--json')
        tap.check(seen.code == 7 and seen.get('error.code') == 7, verb + ' when stopped: 7', seen)


def probe(tap, lane):
    states.bring_running(lane)
    seen = lane.ectl('probe', '--json')
    pid = int(states.show(lane)['MainPID'])
    tap.equal((seen.code, seen.get('schema')), (0, 'enginectl.probe/1'), 'probe', seen)
    tap.equal([p['pid'] for p in seen.get('processes') if p['role'] == 'engine'], [pid], 'the one engine')
    containerd = [int(pid) for pid in lane.out('pgrep -x containerd').split()]
    tap.equal([p['pid'] for p in seen.get('processes') if p['role'] == 'helper'], containerd, 'its containerd is a helper')
    tap.check({'dockerd', 'docker'} <= {p['name'] for p in seen.get('programs')}, 'the programs', seen.get('programs'))
    tap.check({'docker.service', 'docker.socket'} <= {s['name'] for s in seen.get('services')}, 'the services', seen.get('services'))
    ends = [e for e in seen.get('endpoints') if e['endpoint'] in ('unix:///run/docker.sock', 'unix:///var/run/docker.sock')]
    tap.equal([(e['kind'], e['listening'], e['mode'], e['group'], e['answers']) for e in ends], [('socket', True, '0660', 'docker', True)], 'the socket', seen)


livelib.run('lifecycle', [stop_and_start, old_failures, start_no_wait, names, wait, logs, dry_run, ping_and_version, probe])

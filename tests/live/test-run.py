#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: sysv bookworm
"""run: the engine in the foreground and in the background, on a host whose own service is off; as a unit of systemd; and watch beside it."""
import json
import signal

import livelib

E = livelib.ENGINECTL
SOCK = '/run/docker.sock'
ANSWERS = 'curl -sf -m 3 --unix-socket %s http://d/_ping >/dev/null' % SOCK
LOCK = '/run/enginectl-run.pid'
UNIT = '/etc/systemd/system/supervised.service'


def off(lane):
    """No service, no engine, no supervisor, nothing left of one."""
    lane.sh('''systemctl stop supervised.service docker.socket docker.service 2>/dev/null || service docker stop
[ ! -s %s ] || kill $(cat %s); for p in $(pgrep -x dockerd); do kill -CONT $p; kill $p; done
i=0; while pgrep -x dockerd >/dev/null && [ $i -lt 500 ]; do sleep .02; i=$((i + 1)); done; rm -rf /etc/docker/daemon.json /run/docker.pid %s''' % (LOCK, LOCK, SOCK), timeout=60)


def engine(lane):
    return lane.out('pgrep -xo dockerd')


def supervise(tap, lane, *words):
    off(lane)
    process = lane.spawn(E, 'run', *words)
    tap.check(lane.wait(ANSWERS), 'run %s: ready' % ' '.join(words))
    return process


def end(process, seconds=40):
    """Its exit code and what it said."""
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err


def tell(lane, word):
    lane.sh('kill -%s $(pgrep -xo enginectl)' % word)


def signals(tap, lane):
    process = supervise(tap, lane)
    seen = lane.ectl('status', '--json')
    tap.equal((seen.get('state'), seen.code), ('running', 0), 'status takes it for the engine that runs', seen)
    tap.check(lane.ok('test "$(stat -c %%s %s)" -gt 1' % LOCK), 'its pid file is there')
    lane.write('/etc/docker/daemon.json', '{"debug": true}')
    tell(lane, 'HUP')
    tap.check(lane.wait("curl -s --unix-socket %s http://d/info | grep -q '\"Debug\":true'" % SOCK), 'HUP is a reload')
    tell(lane, 'TERM')
    code, out, err = end(process)
    tap.check(code == 0 and 'API listen on' in out and 'is ready' in err and 'stopping' in err, 'TERM ends it well; the log was shown', '%s\n%s' % (code, err))
    tap.check(not lane.ok('pgrep -x dockerd') and not lane.ok('test -e ' + LOCK) and not lane.ok('test -e /run/docker.pid'), 'nothing is left of it')


def dry(tap, lane):
    off(lane)
    for words in (('--dry-run', 'run'), ('run', '--dry-run', '--background', '--', '-D')):
        seen = lane.ectl(*words, timeout=20)
        tap.check(seen.code == 0 and '/usr/sbin/dockerd' in seen.text and not engine(lane) and not lane.ok('test -e ' + LOCK), '%s starts nothing' % ' '.join(words), seen)
    supervise(tap, lane)
    seen = lane.ectl('run', '--dry-run')
    tap.check(seen.code == 125 and engine(lane) in seen.err, 'and is refused where a run would be', seen)
    lane.ectl('stop', timeout=60)


def early_reload(tap, lane):
    """SIGHUP ends a dockerd that does not catch it yet."""
    off(lane)
    process = lane.spawn(E, 'run')
    lane.wait('pgrep -x dockerd')
    tell(lane, 'HUP')
    tap.check(lane.wait(ANSWERS), 'a young engine survives it')
    tell(lane, 'TERM')
    code, _out, err = end(process)
    tap.check(code == 0 and err.index('is ready') < err.index('reloading'), 'and hears it once it is ready', err)


def between_two_tries(tap, lane):
    """The program is away for a moment, and comes back."""
    process = supervise(tap, lane, '--restart', 'always')
    lane.sh('mv /usr/sbin/dockerd /usr/sbin/away; kill -9 $(pgrep -xo dockerd)')
    line = ''
    while 'tried again' not in line:
        line = process.stderr.readline()
    tap.check('/usr/sbin/dockerd' in line, 'a start that cannot be is one more try', line)
    lane.sh('mv /usr/sbin/away /usr/sbin/dockerd')
    tap.check(lane.wait(ANSWERS), 'and the next one succeeds')
    lane.sh('mv /usr/sbin/dockerd /usr/sbin/away; kill -9 $(pgrep -xo dockerd)')
    while 'tried again' not in process.stderr.readline():
        pass
    tell(lane, 'TERM')
    tap.equal(process.wait(20), 0, 'told to end between two tries: 0')
    lane.sh('mv /usr/sbin/away /usr/sbin/dockerd')


def lets_go(tap, lane):
    """What its caller had open is not held in the background."""
    off(lane)
    done = lane.sh('exec 9>/run/held; flock 9; %s run --background >/dev/null 2>&1; exec 9>&-; flock -n /run/held true' % E, timeout=60)
    tap.equal(done.code, 0, 'a lock of its caller is free again', done)
    lane.sh('mv /var/log/docker.log /var/log/set-aside; kill -HUP $(pgrep -xo enginectl)')
    tap.check(lane.wait('grep -q reloading /var/log/docker.log'), 'after SIGHUP it writes to the file at the path')
    lane.ectl('stop', timeout=60)


def exit_codes(tap, lane):
    off(lane)
    seen = lane.ectl('run', '--', '--no-such-flag', timeout=30)
    tap.check(seen.code not in (0, 124) and 'no-such-flag' in seen.text, 'the exit code is the engine\'s, and its words are shown', seen)
    seen = lane.ectl('run', '--restart', 'sometimes')
    tap.equal(seen.code, 2, 'a policy that is none: 2', seen)
    seen = lane.ectl('run', '-H', 'unix:///run/x.sock')
    tap.check(seen.code == 2 and 'run -- -H unix:///run/x.sock' in seen.err and not engine(lane), '-H before the --: 2, and how it is meant', seen)
    seen = lane.ectl('run', '--log-file', '/nonexistent/x')
    tap.check(seen.code == 125 and '/nonexistent/x' in seen.err and not lane.ok('pgrep -x dockerd'), 'a log that cannot be written: 125, and nothing was started', seen)
    seen = lane.sh('mv /usr/sbin/dockerd /usr/sbin/away; %s run; c=$?; mv /usr/sbin/away /usr/sbin/dockerd; exit $c' % E)
    tap.check(seen.code == 125 and 'dockerd' in seen.err, 'no dockerd: 125', seen)
    seen = lane.sh('chmod -x /usr/sbin/dockerd; %s run; c=$?; chmod +x /usr/sbin/dockerd; exit $c' % E)
    tap.check(seen.code == 125 and 'may be executed' in seen.err, 'one that may not be executed: 125', seen)
    seen = lane.sh('mv /usr/sbin/dockerd /usr/sbin/away; printf "#!/bin/sh\\nexit 7\\n" > /usr/sbin/dockerd; chmod +x /usr/sbin/dockerd; %s run; c=$?; mv /usr/sbin/away /usr/sbin/dockerd; exit $c' % E)
    tap.equal(seen.code, 7, 'one that exits at once: its code', seen)


def refusals(tap, lane):
    supervise(tap, lane)
    first = engine(lane)
    for words in (('run',), ('run', '--background'), ('run', '--', '--pidfile', '/run/other.pid'), ('run', '--', '--data-root', '/tmp/other'),
                  ('run', '--', '-H', 'unix:///run/b.sock', '--pidfile=/run/b.pid', '--data-root=/var/lib//docker/'),
                  ('run', '--', '-H', 'unix:///run/b.sock', '--pidfile=/run/b.pid', '--data-root', '/a', '-g/var/lib/docker'),
                  ('run', '--', '--pidfile=/run/b.pid', '--data-root', '/var/lib/d2'),
                  ('run', '--', '-H', 'unix://', '--pidfile=/run/b.pid', '--data-root', '/var/lib/d2'),
                  ('run', '--', '-H', 'unix:///run/docker.sock', '--pidfile=/run/b.pid', '--data-root', '/var/lib/d2')):
        seen = lane.ectl(*words, timeout=20)
        tap.check(seen.code == 125 and first in seen.err and engine(lane) == first, '%s: refused, and the engine is named' % ' '.join(words), seen)
    for path, words in (('/etc/docker/daemon.json', ()), ('/root/other.json', ('--config-file=/root/other.json',))):
        lane.write(path, '{"hosts": ["unix:///var/run/docker.sock"]}')
        seen = lane.ectl('run', '--', '--pidfile=/run/b.pid', '--data-root', '/var/lib/d2', *words, timeout=20)
        tap.check(seen.code == 125 and first in seen.err and engine(lane) == first, 'a socket that %s names: refused too' % path, seen)
        lane.sh('rm ' + path)
    seen = lane.ectl('stop', '--json', timeout=60)
    tap.equal((seen.code, seen.get('changed'), seen.get('after.state'), engine(lane)), (0, True, 'stopped', ''), 'stop ends it by its supervisor', seen)


def restarts(tap, lane):
    process = supervise(tap, lane, '--restart', 'on-failure')
    first = engine(lane)
    lane.sh('kill -9 ' + first)
    tap.check(lane.wait('p=$(pgrep -xo dockerd) && [ "$p" != %s ]' % first, 10) and lane.wait(ANSWERS), 'on-failure: back after SIGKILL')
    lane.sh('kill -TERM $(pgrep -xo dockerd)')
    code, _out, err = end(process)
    tap.check(code == 0 and 'started again' in err, 'and not after an exit that was well', err)
    process = supervise(tap, lane, '--restart', 'no')
    lane.sh('kill -9 $(pgrep -xo dockerd)')
    tap.equal(end(process)[0], 128 + signal.SIGKILL, 'no: the exit code says the signal')


def killed_supervisor(tap, lane):
    process = supervise(tap, lane)
    tell(lane, 'KILL')
    process.wait(10)
    tap.check(lane.wait('! pgrep -x dockerd', 20), 'the engine goes when its supervisor was killed')
    tap.equal(lane.ectl('run', '--background', timeout=60).code, 0, 'the next run works')
    seen = lane.ectl('stop', timeout=60)
    tap.equal(seen.code, 0, 'and is stopped', seen)


def stalled_reader(tap, lane):
    """Nobody reads what it shows: signals reach the engine nevertheless."""
    off(lane)
    lane.sh('rm -f /tmp/pipe; mkfifo /tmp/pipe; sleep 60 < /tmp/pipe & %s run -- -D > /tmp/pipe 2>/dev/null &' % E)
    tap.check(lane.wait(ANSWERS), 'ready')
    lane.sh('i=0; while [ $i -lt 400 ]; do curl -s --unix-socket %s http://d/info >/dev/null; i=$((i + 1)); done' % SOCK)
    tell(lane, 'TERM')
    tap.check(lane.wait('! pgrep -x dockerd', 20), 'TERM is passed on')


def lock_of_another(tap, lane):
    off(lane)
    lane.sh('mkfifo ' + LOCK)
    seen = lane.ectl('run', timeout=20)
    tap.check(seen.code == 125 and LOCK in seen.err, 'a pipe where the lock belongs: 125', seen)
    lane.sh('rm ' + LOCK)
    supervise(tap, lane)
    seen = lane.run('unshare', '-p', '-f', E, 'run', '--', '--pidfile', '/run/x.pid', '--data-root', '/var/x', '-H', 'unix:///run/x.sock', timeout=20)
    tap.check(seen.code == 125 and 'another' in seen.err, 'from another pid namespace: 125, no crash', seen)
    lane.ectl('stop', timeout=60)
    lane.sh('touch {0}; chmod 644 {0}'.format(LOCK))
    reader = lane.spawn('perl', '-MFcntl', '-e', '$| = 1; open F, "<", "%s"; $l = pack("s s x4 q q l x4", F_RDLCK, 0, 0, 0, 0); '
                        'print fcntl(F, F_SETLK, $l) ? "ok\\n" : "no\\n"; sleep 60' % LOCK, user=65534)
    tap.equal(reader.stdout.readline().strip(), 'ok', 'somebody who may only read the file locks it')
    seen = lane.ectl('run', '--background', timeout=60)
    tap.check(seen.code == 0 and lane.ok(ANSWERS), 'and does not keep the engine from running', seen)
    lane.ectl('stop', timeout=60)


def stubborn(tap, lane):
    """An engine that does not end is killed at the deadline."""
    process = supervise(tap, lane, '--timeout', '1')
    lane.sh('kill -STOP $(pgrep -xo dockerd)')
    tell(lane, 'TERM')
    code, _out, err = end(process)
    tap.check(code == 128 + signal.SIGKILL and 'SIGKILL' in err, 'killed when its time is over', '%s\n%s' % (code, err))


def background(tap, lane):
    off(lane)
    lane.sh('rm -f /var/log/d.log*')
    seen = lane.ectl('run', '--background', '--log-file', '/var/log/d.log', '--restart', 'always', timeout=60)
    tap.check(seen.code == 0 and lane.ok(ANSWERS), 'returns once the API answers', seen)
    tap.check(lane.ok('grep -q "API listen on" /var/log/d.log'), 'its log is where it was said')
    tap.equal(lane.out('ps -o tty= -p $(cat %s)' % LOCK).strip(), '?', 'it has no terminal')
    tap.equal(lane.ectl('stop', timeout=60).code, 0, 'stop ends it')
    tap.check(not lane.ok('pgrep -x dockerd') and not lane.ok('test -e ' + LOCK), 'for good')
    lane.write('/etc/docker/daemon.json', '{')
    seen = lane.ectl('run', '--background', '--log-file', '/var/log/d.log', timeout=60)
    tap.check(seen.code == 125 and 'daemon.json' in seen.err and not lane.ok('test -e ' + LOCK), 'an engine that dies is told, with its last words', seen)


def log_says_what_happened(tap, lane):
    """In the background nobody else hears the supervisor; and a full disk costs lines, never the engine."""
    off(lane)
    lane.sh('mkdir -p /mnt/small; mount -t tmpfs -o size=512k tmpfs /mnt/small; rm -f /var/log/d.log*')
    lane.ectl('run', '--background', '--log-file', '/var/log/d.log', '--restart', 'always', timeout=60)
    lane.sh('kill -9 $(pgrep -xo dockerd)')
    tap.check(lane.wait('grep -q "level=info msg=.enginectl: the engine was ended by signal 9; it is started again" /var/log/d.log'), 'the log says why it was started again',
              lane.out('tail -n 5 /var/log/d.log'))
    off(lane)
    process = lane.spawn(E, 'run', '--log-file', '/mnt/small/d.log')
    lane.wait(ANSWERS)
    lane.sh('dd if=/dev/zero of=/mnt/small/fill bs=1k 2>/dev/null')
    reloaded = "i=0; while [ $i -lt 8 ]; do kill -HUP $(pgrep -xo enginectl); sleep .02; i=$((i + 1)); done"
    lane.sh(reloaded)
    tap.check(lane.ok(ANSWERS), 'the engine goes on')
    lane.sh('rm /mnt/small/fill; ' + reloaded)
    tap.check(lane.wait('grep -q "bytes of the log are lost here" /mnt/small/d.log'), 'what was lost is told where it is missing', lane.out('tail -n 3 /mnt/small/d.log'))
    tell(lane, 'TERM')
    code, _out, err = end(process)
    tap.check(code == 0 and err.count('cannot be written') == 1, 'and at once to whoever watches', err)
    lane.sh('umount /mnt/small')


def direct(tap, lane):
    off(lane)
    start = lane.ectl('start', '--backend', 'direct', '--json', timeout=60)
    tap.equal((start.code, start.get('after.state')), (0, 'running'), 'start', start)
    tap.equal(lane.ectl('start', '--backend', 'direct', '--json').get('changed'), False, 'start again changes nothing')
    tap.equal(lane.ectl('enable', '--backend', 'direct').code, 3, 'enable: 3')
    seen = lane.ectl('restart', '--backend', 'direct', '--json', timeout=60)
    tap.equal((seen.code, seen.get('after.state')), (0, 'running'), 'restart', seen)
    seen = lane.ectl('stop', '--backend', 'direct', '--json', timeout=60)
    tap.equal((seen.code, seen.get('after.state'), engine(lane)), (0, 'stopped', ''), 'stop', seen)
    lane.write('/etc/docker/daemon.json', '{')
    seen = lane.ectl('start', '--backend', 'direct', '--json', timeout=60)
    tap.equal((seen.code, seen.get('error.finding')), (6, 'daemon-json-syntax'), 'a start that dies is told', seen)


def no_false_alarm(tap, lane):
    """Asked without a pause, an engine without a manager never fails while all is well."""
    loop = "while [ ! -e /run/enough ]; do enginectl status --backend direct --json; done"
    off(lane)
    lane.sh('rm -f /run/enough')
    asking = lane.spawn('sh', '-c', loop)
    for words in (('start',), ('restart',), ('stop',)):
        lane.ectl(*words, '--backend', 'direct', timeout=60)
    lane.sh('touch /run/enough')
    told = {json.loads(line)['state'] for line in asking.communicate(timeout=30)[0].splitlines()}
    tap.check('running' in told and told <= {'starting', 'running', 'stopping', 'stopped'}, 'what status says beside start, restart and stop', told)
    lane.ectl('run', '--background', '--', '--pidfile', '/run/elsewhere.pid', timeout=60)
    seen = lane.ectl('status', '--backend', 'direct', '--json')
    tap.equal((seen.get('state'), seen.get('service.active')), ('running', 'active'), 'nor one whose pid file is elsewhere', seen)
    lane.ectl('stop', '--backend', 'direct', timeout=60)


def restart_keeps_options(tap, lane):
    """Nobody but the process itself knows the options of an engine without a service."""
    options = "tr '\\0' ' ' < /proc/$(pgrep -xo dockerd)/cmdline"
    off(lane)
    lane.ectl('run', '--background', '--log-file', '/var/log/d.log', '--', '--label', 'a=b c', '-H', 'unix://' + SOCK, timeout=60)
    before = lane.out(options)
    seen = lane.ectl('restart', '--backend', 'direct', '--json', timeout=60)
    tap.equal((seen.code, seen.get('after.state'), lane.out(options)), (0, 'running', before), 'of one that is supervised', seen)
    tap.check(lane.ok('tr "\\0" " " < /proc/$(cat %s)/cmdline | grep -q "log-file /var/log/d.log"' % LOCK), 'and those of its supervisor')
    lane.ectl('restart', '--backend', 'direct', timeout=60)
    tap.equal(lane.out('tr "\\0" "\\n" < /proc/$(cat %s)/cmdline | grep -c background' % LOCK), '1', 'and no word twice')
    off(lane)
    lane.sh('setsid dockerd --label by=hand >/dev/null 2>&1 </dev/null &')
    lane.wait(ANSWERS)
    before = lane.out(options).split(' ', 1)[1]
    seen = lane.ectl('restart', '--backend', 'direct', '--json', timeout=60)
    tap.equal((seen.code, seen.get('after.state'), lane.out(options).split(' ', 1)[1]), (0, 'running', before), 'of one by hand', seen)
    lane.ectl('stop', '--backend', 'direct', timeout=60)
    lane.ectl('start', '--backend', 'direct', timeout=60)
    tap.check('by=hand' not in lane.out(options), 'a start begins anew')
    lane.ectl('stop', '--backend', 'direct', timeout=60)


def wsl(tap, lane):
    """Docker Desktop's integration, as far as it can be had: a link below /mnt/wsl, with an engine of another place behind it."""
    far = '/mnt/wsl/docker-desktop/shared-sockets/guest-services/docker.proxy.sock'
    off(lane)
    lane.sh('mkdir -p %s; rm -f %s; ln -s %s %s' % (far.rsplit('/', 1)[0], SOCK, far, SOCK))
    seen = lane.ectl('status', '--json')
    tap.equal((seen.code, seen.get('state'), seen.get('backend')), (3, 'stopped', 'desktop'), 'nobody answers: stopped', seen)
    lane.sh('setsid dockerd -H unix://%s >/dev/null 2>&1 </dev/null &' % far)
    lane.wait('curl -sf --unix-socket %s http://d/_ping' % far)
    seen = lane.ectl('status', '--json')
    tap.equal((seen.code, seen.get('state'), seen.get('api.answers'), seen.get('processes')), (0, 'running', True, []), 'the endpoint answers: running', seen)
    for verb in ('stop', 'restart', 'enable', 'logs'):
        seen = lane.ectl(verb, '--json')
        tap.equal((seen.code, seen.get('error.code')), (3, 3), verb + ': 3', seen)
    lane.sh('kill $(pgrep -xo dockerd); rm -f %s; rm -rf /mnt/wsl' % SOCK)


def watched(tap, lane):
    off(lane)
    process = lane.spawn('timeout', '60', E, 'watch', '--backend', 'direct', '--json')
    first = json.loads(process.stdout.readline())
    tap.equal((first['schema'], first['state'], first['previous']), ('enginectl.watch/1', 'stopped', None), 'the state now', first)
    lane.ectl('start', '--backend', 'direct', timeout=60)
    states = []
    while not states or states[-1]['state'] != 'running':
        states.append(json.loads(process.stdout.readline()))
    tap.check(states[0]['previous'] == 'stopped' and all(one['state'] in ('starting', 'running') for one in states), 'up to running', states)
    lane.ectl('stop', '--backend', 'direct', timeout=60)
    while states[-1]['state'] != 'stopped':
        states.append(json.loads(process.stdout.readline()))
    tap.check(True, 'and to stopped')
    lane.sh('kill -INT $(pgrep -xo enginectl)')
    tap.equal(process.wait(10), 130, 'interrupted: 130')


def notify(tap, lane):
    """A unit of Type=notify around it: ready when the API answers, its sockets and its watchdog passed on."""
    if livelib.init() != 'systemd':
        return tap.skip('as a unit', 'no systemd here')
    off(lane)
    lane.write(UNIT, '''[Service]
Type=notify
ExecStart=%s run -- -H unix://%s
ExecReload=/bin/kill -HUP $MAINPID
WatchdogSec=2
NotifyAccess=main
KillMode=mixed
''' % (E, SOCK))
    lane.sh('systemctl daemon-reload; systemctl start supervised.service')
    tap.check(lane.ok(ANSWERS), 'when systemd says started the API answers')
    tap.check(not lane.ok("tr '\\\\0' '\\\\n' < /proc/$(pgrep -xo dockerd)/environ | grep -q NOTIFY_SOCKET"), 'dockerd does not inherit NOTIFY_SOCKET')
    seen = lane.ectl('status', '--service', 'supervised', '--json')
    tap.equal((seen.get('state'), [p['name'] for p in seen.get('processes', [])][:1]), ('running', ['dockerd']), 'status takes the child of its MainPID for the engine', seen)
    before = engine(lane)
    tap.check(lane.wait('[ $(($(date +%s) - $(stat -c %Y /proc/$(pgrep -xo dockerd)))) -ge 5 ]', 15) and engine(lane) == before, 'the watchdog is fed')
    seen = lane.ectl('stop', '--service', 'supervised', '--json', timeout=60)
    tap.equal((seen.code, engine(lane)), (0, ''), 'stop', seen)
    lane.sh('rm %s; systemctl daemon-reload' % UNIT)


def passed_sockets(tap, lane):
    """A socket unit in front of it: the engine gets the socket, with a pid of its own to believe it by."""
    if livelib.init() != 'systemd':
        return tap.skip('as a unit', 'no systemd here')
    off(lane)
    lane.write(UNIT, '[Service]\nType=notify\nExecStart=%s run -- -H fd://\nKillMode=mixed\n' % E)
    lane.write(UNIT.replace('.service', '.socket'), '[Socket]\nListenStream=%s\n' % SOCK)
    lane.sh('systemctl daemon-reload; systemctl start supervised.socket')
    tap.check(not engine(lane) and lane.ok(ANSWERS.replace('-m 3', '-m 20')), 'a client starts it', lane.out('journalctl -b -u supervised -n 20'))
    pid = engine(lane)
    tap.equal(lane.out("tr '\\0' '\\n' < /proc/%s/environ | grep -E '^LISTEN_(FDS|PID)=' | sort" % pid).split(), ['LISTEN_FDS=1', 'LISTEN_PID=' + pid], 'what the engine is told of it')
    lane.sh('kill -9 ' + pid)
    tap.check(lane.wait('! pgrep -x dockerd', 10), 'it dies')
    tap.check(lane.ok(ANSWERS.replace('-m 3', '-m 20')), 'and the next client starts it again', lane.out('journalctl -b -u supervised -n 20'))
    lane.sh('systemctl stop supervised.socket supervised.service; rm %s %s; systemctl daemon-reload; systemctl reset-failed' % (UNIT, UNIT.replace('.service', '.socket')))


# Answers once, then works for five seconds without a word, then does nothing.
MOODY = '''#!/usr/bin/perl
use IO::Socket::UNIX;
my $server = IO::Socket::UNIX->new(Type => SOCK_STREAM(), Local => '/run/moody.sock', Listen => 50) or die;
my $client = $server->accept;
my $line = <$client>;
print $client "HTTP/1.1 200 OK\\r\\nApi-Version: 1.41\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nOK";
close $client;
my $end = time + 5;
1 while time < $end;
open my $mark, '>', '/run/moody.idle';
sleep 100;
'''


def watchdog(tap, lane):
    """Silence of an engine that works is borne, silence of one that does nothing is not."""
    if livelib.init() != 'systemd':
        return tap.skip('as a unit', 'no systemd here')
    off(lane)
    lane.sh('rm -f /run/moody.*; mv /usr/sbin/dockerd /usr/sbin/away')
    lane.write('/usr/sbin/dockerd', MOODY)
    lane.write(UNIT, '[Service]\nType=notify\nExecStart=%s run\nWatchdogSec=2\nKillMode=mixed\nTimeoutAbortSec=1\n' % E)
    lane.sh('chmod +x /usr/sbin/dockerd; systemctl daemon-reload; systemctl start supervised.service')
    show = 'systemctl show -P ActiveState -P Result supervised.service | paste -sd " "'
    tap.check(lane.wait('[ -e /run/moody.idle ]', 20), 'the engine has worked without a word', lane.out('journalctl -b -u supervised -n 20'))
    tap.equal(lane.out(show), 'success active', 'and was borne')
    tap.check(lane.wait('[ "$(%s)" = "watchdog failed" ]' % show, 20), 'once it does nothing, the watchdog ends it', lane.out(show))
    tap.check(lane.wait('! pgrep -f "/usr/sbin/[d]ockerd"', 10), 'with all that it started')
    lane.sh('mv /usr/sbin/away /usr/sbin/dockerd; rm -f %s /run/moody.*; systemctl daemon-reload; systemctl reset-failed' % UNIT)


livelib.run('run', [signals, dry, early_reload, between_two_tries, lets_go, exit_codes, refusals, restarts, killed_supervisor, stalled_reader, lock_of_another, stubborn, background, log_says_what_happened, direct, no_false_alarm, restart_keeps_options, wsl, watched, notify, passed_sockets, watchdog])

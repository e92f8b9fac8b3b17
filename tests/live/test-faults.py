#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: bookworm
"""What is wrong with sockets, processes, units and the bus, each for real, and what is said of it."""
import livelib
import states

SOCK = states.SOCK
LISTEN_AND_LEAVE = 'IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1) or die'
FILL_THE_BACKLOG = '''my @held; $| = 1;
while (socket(my $one, AF_UNIX, SOCK_STREAM, 0)) {
  fcntl($one, F_SETFL, O_NONBLOCK);
  connect($one, sockaddr_un($ARGV[0])) or last;
  push @held, $one;
}
print scalar(@held), " $!\\n"; sleep 1000'''


def told(tap, lane, name, state, *words, **how):
    seen = lane.ectl('status', '--json', *words, **how)
    tap.equal((seen.get('state'), seen.code), (state, states.CODES[state]), name, seen)
    return seen


def endpoint(lane):
    """The probe's row for the socket."""
    rows = (lane.ectl('probe', '--json').json or {}).get('endpoints', [])
    names = ('unix://' + SOCK, 'unix:///var' + SOCK)
    return next((row for row in rows if row['endpoint'] in names), {})


def socket_missing(tap, lane):
    states.bring_degraded(lane)
    seen = told(tap, lane, 'unlinked under a live engine', 'degraded')
    tap.check(SOCK in seen.get('reason', ''), 'the reason names the path', seen)
    tap.equal(lane.ectl('ping', '--json').code, 7, 'ping: nothing listens there')


def socket_is_something_else(tap, lane):
    for kind, make in (('directory', 'mkdir'), ('file', 'touch'), ('dangling-symlink', 'ln -s /nowhere')):
        states.bring_running(lane)
        lane.sh('rm %s; %s %s' % (SOCK, make, SOCK))
        told(tap, lane, 'a %s in its place' % kind, 'degraded')
        tap.equal(endpoint(lane).get('kind'), kind, 'probe sees a ' + kind)
        ping = lane.ectl('ping', '--json')
        tap.check(ping.code in (1, 7) and ping.get('error.message'), 'ping at a %s fails' % kind, ping)
        lane.sh('systemctl stop %s; rm -rf %s' % (states.MANAGED, SOCK))
        told(tap, lane, 'stopped, with nothing left', 'stopped')


def nobody_listens(tap, lane):
    states.bring_stopped(lane)
    lane.sh('rm -f ' + SOCK)
    lane.run('perl', '-MIO::Socket::UNIX', '-e', LISTEN_AND_LEAVE, SOCK)
    tap.check(lane.ok('test -S ' + SOCK), 'a socket file without a listener is there')
    told(tap, lane, 'stopped', 'stopped')
    seen = lane.ectl('ping', '--json')
    tap.check(seen.code == 7 and seen.get('error.message'), 'ping: 7', seen)
    tap.equal(lane.ectl('start', '--json', timeout=60).code, 0, 'start takes the path over')
    tap.check(lane.ok(states.ANSWERS), 'it answers')


def backlog_full(tap, lane):
    """A stopped engine whose queue of connections is full: still no more than hung, within the deadline."""
    states.bring_hung(lane)
    pid = lane.out('systemctl show -P MainPID docker.service')
    holder = lane.spawn('perl', '-MSocket', '-MFcntl', '-e', FILL_THE_BACKLOG, SOCK)
    full = holder.stdout.readline()
    tap.check('temporarily unavailable' in full, 'the queue is full: ' + full.strip())
    seen = told(tap, lane, 'status', 'hung', '--timeout', '2', timeout=20)
    tap.equal(seen.get('service.main_pid'), int(pid), 'the process is named', seen)
    tap.equal(lane.ectl('ping', '--timeout', '1', '--json').code, 150, 'ping: the deadline passes')
    lane.sh('pkill -x perl')


def not_an_engine(tap, lane):
    """Neither a client nor a program that only looks like it."""
    states.bring_stopped(lane)
    lane.sh('printf "#!/bin/sh\\nread x < /tmp/fifo\\n" > /tmp/dockerd; chmod +x /tmp/dockerd; mkfifo /tmp/fifo; cp /bin/sleep /tmp/docker')
    for words in (['/tmp/dockerd'], ['/tmp/docker', '1000'], ['/bin/bash', '-c', 'exec -a dockerd sleep 1000']):
        lane.spawn(*words)
    tap.check(lane.wait('pgrep -f "^/bin/sh /tmp/dockerd" && pgrep -f "^dockerd 1000" && pgrep -x docker'), 'a script, a client and a false name run')
    told(tap, lane, 'no engine is seen', 'stopped')
    tap.equal([p for p in lane.ectl('probe', '--json').get('processes') if p['role'] == 'engine'], [], 'probe sees none')
    lane.sh('pkill -x docker; pkill -f "^/bin/sh /tmp/dockerd"; pkill -f "^dockerd 1000"; rm -f /tmp/dockerd /tmp/docker /tmp/fifo')


def replaced_program(tap, lane):
    """An upgrade has deleted the program: the process still is the engine."""
    states.bring_running(lane)
    lane.sh('cp -p /usr/sbin/dockerd /usr/sbin/dockerd.new && mv /usr/sbin/dockerd.new /usr/sbin/dockerd')
    seen = told(tap, lane, 'status', 'running')
    tap.equal([p['name'] for p in seen.get('processes') if p['role'] == 'engine'], ['dockerd'], 'its name', seen)


def units(tap, lane):
    states.reset(lane)
    lane.sh('mkdir -p /root/away/lib/systemd/system; for u in service socket; do mv /lib/systemd/system/docker.$u /root/away/lib/systemd/system/; done; '
            'mkdir -p /root/away/etc/init.d; mv /etc/init.d/docker /root/away/etc/init.d/; systemctl daemon-reload')
    seen = told(tap, lane, 'a program without a service', 'stopped')
    tap.equal(seen.get('service.installed'), False, 'not installed', seen)
    for verb in ('start', 'enable'):
        tap.equal(lane.ectl(verb, '--json').code, 5, verb + ' without a unit: 5')
    states.reset(lane)
    states.drop_in(lane, 'ExecStart=', 'ExecStart=dockerd-without-a-path/x')
    seen = lane.ectl('start', '--json')
    tap.check(seen.code == 6 and seen.get('error.code') == 6, 'start of a unit with a bad setting: 6', seen)
    states.reset(lane)


def bus_down(tap, lane):
    """Root needs no bus daemon; another user is told what is missing."""
    states.bring_running(lane)
    lane.sh('systemctl stop dbus.socket dbus.service; rm -f /run/dbus/system_bus_socket')
    if not tap.check(not lane.ok('pgrep -x dbus-daemon'), 'no bus daemon runs'):
        return
    told(tap, lane, 'status as root', 'running')
    seen = lane.ectl('stop', '--json', timeout=60)
    tap.equal((seen.code, states.engines(lane)), (0, []), 'stop as root', seen)
    seen = lane.ectl('start', '--json', timeout=60)
    tap.check(seen.code == 0 and lane.ok(states.ANSWERS), 'start as root', seen)
    seen = lane.ectl('status', '--json', user=65534)
    tap.check(seen.code == 4 and seen.get('state') == 'unknown' and seen.get('reason'), 'status as another: unknown, and why', seen)
    seen = lane.ectl('start', '--json', user=65534)
    tap.check(seen.code in (1, 4) and seen.get('error.message'), 'start as another fails', seen)
    states.reset(lane)


def client(tap, lane):
    """Where the user's docker goes is told apart from this host's engine."""
    states.bring_running(lane)
    seen = told(tap, lane, 'DOCKER_HOST does not matter', 'running', env={'DOCKER_HOST': 'tcp://127.0.0.1:1'})
    tap.equal((seen.get('client.endpoint'), seen.get('client.from'), seen.get('client.same_engine')), ('tcp://127.0.0.1:1', 'DOCKER_HOST', False), 'client', seen)
    for host in ('tcp://127.0.0.1:70000', 'gopher://x', 'unix:///' + 200 * 'x'):
        seen = lane.ectl('ping', '--json', env={'DOCKER_HOST': host})
        tap.check(seen.code == 6 and seen.get('error.message'), 'ping with DOCKER_HOST=%s: 6' % host[:24], seen)
        seen = lane.ectl('ping', '-H', host, '--json')
        tap.check(seen.code == 2 and seen.get('error.code') == 2, 'ping -H %s: 2' % host[:24], seen)
    seen = lane.ectl('ping', '--json', env={'DOCKER_CONTEXT': 'nowhere'})
    tap.check(seen.code == 6 and 'nowhere' in seen.get('error.message', ''), 'a context that is not there: 6', seen)
    lane.write('/root/.docker/config.json', '{"currentContext": ')
    seen = lane.ectl('ping', '--json')
    tap.check(seen.code == 6 and 'config.json' in seen.get('error.message', ''), 'a malformed config.json: 6', seen)
    told(tap, lane, 'status does not mind', 'running')
    lane.sh('rm -r /root/.docker')


def other_endpoints(tap, lane):
    """The socket unit hands its socket also to an engine that was told to listen elsewhere: that holds it, and does not serve it."""
    for option, endpoint in (('-H tcp://127.0.0.1:2375', 'tcp://127.0.0.1:2375'), ('-H unix:///run/other.sock', 'unix:///run/other.sock'), ('-H unix:///run/docker.sock', 'unix:///run/docker.sock')):
        states.reset(lane)
        lane.write('/etc/systemd/system/docker.service.d/other.conf', '[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd %s\n' % option)
        lane.sh('systemctl daemon-reload')
        tap.equal(lane.ectl('start').code, 0, 'start with ' + option)
        seen = told(tap, lane, option, 'running')
        tap.equal(seen.get('api.endpoint'), endpoint, 'it is asked where it serves', seen)
        tap.equal(lane.ectl('stop').code, 0, 'stop with ' + option)
    lane.sh('rm -r /etc/systemd/system/docker.service.d/other.conf; systemctl daemon-reload')


livelib.run('faults', [other_endpoints, socket_missing, socket_is_something_else, nobody_listens, backlog_full, not_an_engine,
                       replaced_program, units, bus_down, client])

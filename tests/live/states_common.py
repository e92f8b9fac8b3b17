# SPDX-License-Identifier: Apache-2.0
"""What the states of an engine have in common, whoever manages it: where it is found, how it is asked, engines that no manager knows."""
import collections

DAEMON_JSON = '/etc/docker/daemon.json'
SOCK = '/run/docker.sock'
ANSWERS = 'curl -sf -m 3 --unix-socket %s http://d/_ping >/dev/null' % SOCK
SILENT = 28  # curl's exit code for a deadline that passed
CODES = {'running': 0, 'starting': 151, 'stopping': 152, 'stopped': 3, 'armed': 3, 'failed': 1, 'hung': 153, 'degraded': 154,
         'unmanaged': 155, 'not-installed': 5, 'unknown': 4}
PROGRAMS = ('/usr/sbin/dockerd', '/usr/bin/docker', '/usr/sbin/docker-init', '/usr/bin/docker-init', '/usr/sbin/docker-proxy', '/usr/bin/docker-proxy')
# Whoever opens this fifo is held until somebody writes into it.
HOLD = '/run/hold'
OTHER_SOCK = '/run/other.sock'
OTHER = ('-H unix://%s --data-root /var/lib/docker/other --exec-root /run/other --pidfile /run/other.pid --bridge none --iptables=false' % OTHER_SOCK)

# How a state is brought about, its proof by other tools ('' or what was seen instead), and what lets it pass where it is held on the way.
State = collections.namedtuple('State', 'state bring proof go_on', defaults=(None,))


def engines(lane):
    return lane.out('pgrep -x dockerd').split()


def no_engine(lane):
    return 'a dockerd runs' if engines(lane) else ''


def one_engine(lane):
    return '' if len(engines(lane)) == 1 else 'not one dockerd'


def answers(lane):
    return '' if lane.ok(ANSWERS) else 'the API does not answer'


def silent(lane):
    code = lane.run('curl', '-s', '-m', '1', '--unix-socket', SOCK, 'http://d/_ping').code
    return '' if code == SILENT else 'curl exits %s, not %s' % (code, SILENT)


def is_stopped_by_a_signal(lane):
    state = lane.out("sed 's/.*) //' /proc/$(pgrep -x dockerd)/stat | cut -c1")
    return '' if state == 'T' else 'process state ' + state


def has_no_path(lane):
    return 'the path is there' if lane.ok('test -e ' + SOCK) else ''


def daemon_json(lane, text):
    lane.write(DAEMON_JSON, text + '\n')


def by_hand(lane, options='-H unix:///var/run/docker.sock'):
    """An engine that no manager knows."""
    lane.sh('setsid dockerd %s >/var/log/by-hand.log 2>&1 </dev/null &' % options)


def second_engine(lane):
    """Another one by hand, on another endpoint with another data root. Its pid; 0 where it did not come up."""
    was = engines(lane)
    lane.sh('mkdir -p /var/lib/docker/other')
    by_hand(lane, OTHER)
    up = lane.wait('curl -sf -m 3 --unix-socket %s http://d/_ping' % OTHER_SOCK)
    return int(next(pid for pid in engines(lane) if pid not in was)) if up else 0


def hold(lane):
    lane.sh('mkfifo ' + HOLD)


def release(lane):
    lane.sh('[ ! -p %s ] || { exec 3<>%s; rm %s; echo >&3; }' % (HOLD, HOLD, HOLD))


def put_away(lane, *paths):
    """Until the next reset."""
    lane.sh('for f in %s; do [ -e $f ] || continue; mkdir -p /root/away$(dirname $f); cp -a $f /root/away$f; rm $f; done' % ' '.join(paths))


def put_program(lane, text):
    """Another dockerd, until the next reset."""
    put_away(lane, '/usr/sbin/dockerd')
    lane.write('/usr/sbin/dockerd', text)
    lane.sh('chmod 755 /usr/sbin/dockerd')

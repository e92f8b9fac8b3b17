#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: bookworm sysv openrc
"""A host whose engine is a handful of programs in /usr/local/bin: install, use, reboot and uninstall a service for it, and leave the host as it was."""
import livelib

PROGRAMS = ('/usr/sbin/dockerd', '/usr/sbin/docker-proxy', '/usr/sbin/docker-init', '/usr/bin/dockerd', '/usr/bin/docker', '/usr/bin/docker-proxy', '/usr/bin/docker-init',
            '/usr/bin/containerd', '/usr/bin/containerd-shim', '/usr/bin/containerd-shim-runc-v1', '/usr/bin/containerd-shim-runc-v2', '/usr/bin/ctr', '/usr/sbin/runc', '/usr/bin/runc')
ANSWERS = 'curl -sf -m 3 --unix-socket /run/docker.sock http://d/_ping >/dev/null'
FILES = {'systemd': ('/etc/systemd/system/docker.service', '/etc/systemd/system/docker.socket', '/etc/systemd/system/containerd.service'),
         'sysv': ('/etc/init.d/docker',), 'openrc': ('/etc/init.d/docker',)}
# What a host is made of, so far as an install could change it: files with their sums, links, groups.
PICTURE = '''find /etc -xdev \\( -type f -o -type l \\) ! -name '*-' ! -path '/etc/systemd/system/*.wants/*' ! -name subgid ! -name subuid ! -name .pwd.lock ! -name ld.so.cache \\
  ! -path '/etc/docker/*' ! -path '/etc/cni/*' ! -path '/etc/init.d/.depend*' ! -path '/etc/rc?.d/*' ! -path '/etc/iptables*' -printf '%p %l ' -exec sh -c '[ -L "$1" ] || md5sum < "$1"; echo' _ {} \\; | sort;
getent group docker; ls /var/lib/enginectl 2>/dev/null; ls /etc/rc?.d /etc/runlevels/* 2>/dev/null | grep docker'''


def lay_out_programs(lane):
    """What the package brought, without the package: its programs in /usr/local/bin, no service, no group."""
    lane.sh('''for p in %s; do [ ! -e $p ] || cp -L $p /usr/local/bin/; done
rm -f /usr/sbin/policy-rc.d; printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d
(systemctl stop docker.socket docker.service containerd.service || service docker stop) >/dev/null 2>&1
dpkg --purge --force-all docker.io containerd runc docker-cli >/dev/null 2>&1
rm -f /usr/sbin/policy-rc.d /run/docker.pid; rm -rf /etc/docker /etc/default/docker /var/log/docker.log; getent group docker >/dev/null && groupdel docker
systemctl daemon-reload 2>/dev/null; systemctl reset-failed 2>/dev/null; :''' % ' '.join(PROGRAMS), timeout=120)


def did(tap, lane, changed, *words, state=None):
    seen = lane.ectl(*words, '--json', timeout=120)
    ok = (seen.code, seen.get('changed')) == (0, changed) and (state is None or seen.get('after.state') == state)
    tap.check(ok, ' '.join(words) + (' changes' if changed else ' changes nothing'), seen)
    return seen


def first_hour(tap, lane):
    lay_out_programs(lane)
    before = lane.out(PICTURE)
    seen = lane.ectl('status', '--json')
    tap.check((seen.code, seen.get('state')) == (3, 'stopped') and 'service' in (seen.get('reason') or ''), 'programs and no service', seen)
    tap.equal(lane.ectl('start', '--json').code, 5, 'start: 5')
    dry = lane.ectl('install', '--dry-run')
    tap.check(dry.code == 0 and all(path in dry.out for path in FILES[livelib.init()]) and '/usr/local/bin/' in dry.out and lane.out(PICTURE) == before,
              'install --dry-run shows every file and writes none', dry)
    tap.equal(lane.ectl('install', '--json', user=65534).code, 4, 'not root: 4')
    did(tap, lane, True, 'install')
    did(tap, lane, False, 'install')
    if livelib.init() == 'systemd':
        seen = lane.run('systemd-analyze', 'verify', *FILES['systemd'])
        tap.check(seen.code == 0 and not seen.text.strip(), 'systemd-analyze has nothing to say', seen)
    did(tap, lane, True, 'enable', '--now', state='running')
    tap.check(lane.ok(ANSWERS), 'it answers')
    did(tap, lane, False, 'start', state='running')
    seen = lane.ectl('status', '--json')
    tap.equal((seen.get('state'), seen.get('service.at_boot')), ('running', 'yes'), 'status: running, at boot too', seen)
    lane.reboot()
    tap.check(lane.wait(ANSWERS, 20), 'after a reboot it answers')
    tap.equal(lane.ectl('status', '--json').get('state'), 'running', 'and is running')
    tap.equal(lane.ectl('reload', '--json', timeout=30).code, 0, 'reload is real')
    did(tap, lane, True, 'restart', state='running')
    did(tap, lane, True, 'stop', state='stopped')
    lane.sh('mkdir -p /etc/docker; echo "{" > /etc/docker/daemon.json')
    seen = lane.ectl('start', '--json', timeout=60)
    tap.equal((seen.code, seen.get('error.finding')), (6, 'daemon-json-syntax'), 'a start that dies does not lie', seen)
    lane.sh('rm -r /etc/docker')
    did(tap, lane, True, 'start', state='running')
    did(tap, lane, True, 'uninstall')
    tap.check(not lane.ok('pgrep -x dockerd'), 'the engine was stopped')
    after = lane.out(PICTURE)
    tap.equal(sorted(set(after.splitlines()) ^ set(before.splitlines())), [], 'the host is as it was')
    did(tap, lane, False, 'uninstall')


def not_ours(tap, lane):
    """What somebody else wrote, or edited, is left as it is."""
    lay_out_programs(lane)
    path = FILES[livelib.init()][0]
    lane.write(path, '# mine\n')
    seen = lane.ectl('install', '--json')
    tap.check(seen.code == 1 and path in seen.get('error.message', '') and lane.out('cat ' + path) == '# mine', 'a file that is not ours stays', seen)
    tap.check(not lane.ok('test -e /var/lib/enginectl/installed.json') and all(not lane.ok('test -e ' + other) for other in FILES[livelib.init()][1:]), 'and nothing else was written')
    lane.sh('rm ' + path)
    did(tap, lane, True, 'install')
    lane.sh('echo "# edited" >> ' + path)
    seen = lane.ectl('install', '--json')
    tap.check(seen.code == 1 and 'edited' in seen.get('error.message', ''), 'one that was edited is not overwritten', seen)
    seen = did(tap, lane, True, 'uninstall')
    tap.check('# edited' in lane.out('cat ' + path) and any(path in note for note in (seen.json or {}).get('notes', [])), 'nor removed, and that is said', seen)
    lane.sh('rm -f ' + path)


def obstacles(tap, lane):
    """What is in the way is left, and nothing of ours stays half installed."""
    lay_out_programs(lane)
    path = FILES[livelib.init()][0]
    before = lane.out(PICTURE)
    for name, make in (('a file of megabytes', 'yes "# mine" | head -c 1000000 > '), ('a dangling link', 'ln -s /nowhere '), ('a folder', 'mkdir '), ('a pipe', 'mkfifo ')):
        lane.sh(make + path)
        seen = lane.ectl('install', '--json', timeout=30)
        tap.check(seen.code == 1 and path in seen.get('error.message', ''), name + ' in the way: 1, named', seen)
        lane.sh('rm -r ' + path)
        tap.equal(lane.out(PICTURE), before, 'and nothing else is there afterwards')
    lane.sh('mkdir -p /var/lib/enginectl; mount -t tmpfs -o size=4k full /var/lib/enginectl; dd if=/dev/zero of=/var/lib/enginectl/x bs=4k count=1 2>/dev/null')
    seen = lane.ectl('install', '--json', timeout=30)
    lane.sh('umount /var/lib/enginectl; rmdir /var/lib/enginectl')
    tap.equal((seen.code, lane.out(PICTURE)), (1, before), 'a full disk: 1, and the host is as it was', seen)
    did(tap, lane, True, 'install')
    lane.sh('echo garbage > /var/lib/enginectl/installed.json')
    for verb in ('install', 'uninstall'):
        seen = lane.ectl(verb, '--json', timeout=30)
        tap.check(seen.code == 1 and 'installed.json' in seen.get('error.message', ''), verb + ' with a damaged list: 1, named', seen)


def by_hand(tap, lane):
    """Beside our own script: an engine of nobody's is unmanaged, and one under `run` is stopped by it."""
    if livelib.init() == 'systemd':
        return tap.skip('beside a script', 'units here')
    lay_out_programs(lane)
    lane.sh('rm -rf /var/lib/enginectl ' + ' '.join(FILES[livelib.init()]))
    did(tap, lane, True, 'install')
    lane.sh('setsid dockerd >/dev/null 2>&1 </dev/null &')
    lane.wait(ANSWERS)
    seen = lane.ectl('status', '--json')
    tap.equal((seen.code, seen.get('state')), (155, 'unmanaged'), 'dockerd by hand', seen)
    tap.equal((lane.ectl('start').code, lane.ectl('stop').code), (1, 1), 'start and stop refuse')
    tap.equal(lane.ectl('stop', '--force', timeout=60).code, 0, 'stop --force ends it')
    tap.equal(lane.ectl('run', '--background', timeout=60).code, 0, 'run by hand')
    seen = lane.ectl('stop', '--json', timeout=60)
    tap.equal((seen.code, seen.get('after.state'), lane.ok('pgrep -x dockerd')), (0, 'stopped', False), 'is stopped', seen)


def on_the_way(tap, lane):
    """Our own script of OpenRC's tells that it stops, as OpenRC's own would."""
    if livelib.init() != 'openrc':
        return tap.skip('stopping', 'only OpenRC has a word for it')
    lay_out_programs(lane)
    lane.sh('rm -rf /var/lib/enginectl ' + ' '.join(FILES[livelib.init()]))
    did(tap, lane, True, 'install')
    did(tap, lane, True, 'start', state='running')
    lane.sh('kill -STOP $(pgrep -xo dockerd); rc-service docker stop >/dev/null 2>&1 </dev/null &')
    tap.check(lane.wait('test -e /run/openrc/stopping/docker'), 'a stop is on its way')
    seen = lane.ectl('status', '--json')
    tap.equal((seen.code, seen.get('state')), (152, 'stopping'), 'and status says so', seen)
    lane.sh('kill -CONT $(pgrep -xo dockerd)')
    tap.check(lane.wait('! pgrep -x dockerd && ! test -e /run/openrc/stopping/docker'), 'it ends')
    tap.equal(lane.ectl('status', '--json').get('state'), 'stopped', 'stopped')


livelib.run('install', [first_hour, not_ours, obstacles, by_hand, on_the_way])

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
TEMPLATES = '/usr/local/share/enginectl/units/'
RUN_FILE = '/run/enginectl-run.pid'
SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
# What a host is made of, so far as an install could change it: files with their sums, links, groups.
PICTURE = '''find /etc -xdev \\( -type f -o -type l \\) ! -name '*-' ! -path '/etc/systemd/system/*.wants/*' ! -name subgid ! -name subuid ! -name .pwd.lock ! -name ld.so.cache \\
  ! -path '/etc/docker/*' ! -path '/etc/cni/*' ! -path '/etc/init.d/.depend*' ! -path '/etc/rc?.d/*' ! -path '/etc/iptables*' -printf '%p %l ' -exec sh -c '[ -L "$1" ] || md5sum < "$1"; echo' _ {} \\; | sort;
getent group docker; ls -d /var/lib/enginectl /var/lib/enginectl/* 2>/dev/null; ls /etc/rc?.d /etc/runlevels/* 2>/dev/null | grep docker'''


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
    tap.check(all(len(line) < 200 for line in dry.out.splitlines()) and len(dry.out.splitlines()) > 30, 'line by line', dry)
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
    tap.check(not lane.ok('pgrep -x "dockerd|containerd"'), 'the engine was stopped, and its containerd')
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


def fresh(lane):
    """Whatever an earlier test left."""
    lay_out_programs(lane)
    lane.ectl('uninstall', timeout=60)
    lane.sh('rm -rf /var/lib/enginectl ' + ' '.join(FILES[livelib.init()]) + '; systemctl daemon-reload 2>/dev/null; ! getent group docker >/dev/null || groupdel docker')


def reused_number(tap, lane):
    """The number in the file of a supervisor that was killed is somebody else's now."""
    if livelib.init() == 'systemd':
        return tap.skip('the number of a supervisor', 'units here')
    fresh(lane)
    did(tap, lane, True, 'install')
    for command in ('sleep 1000', livelib.ENGINECTL + ' watch'):
        did(tap, lane, True, 'start', state='running')
        lane.sh('kill -KILL $(cat %s); pkill -KILL -x dockerd; pkill -KILL -x containerd' % RUN_FILE)
        lane.wait('! pgrep -x dockerd')
        lane.sh('setsid %s >/dev/null 2>&1 </dev/null & echo $! > %s' % (command, RUN_FILE))
        lane.wait('tr "\\0" " " < /proc/$(cat %s)/cmdline | grep -q "^%s"' % (RUN_FILE, command))
        tap.check(not lane.ok('/etc/init.d/docker status'), command + ' is no engine')
        for verb in ('reload', 'stop'):
            lane.sh('/etc/init.d/docker ' + verb, timeout=20)
            tap.check(lane.ok('kill -0 $(cat %s)' % RUN_FILE), '%s lives after a %s' % (command, verb))
        did(tap, lane, True, 'start', state='running')
        did(tap, lane, True, 'stop', state='stopped')
        lane.sh('pkill -KILL -xf "%s"' % command)
    did(tap, lane, True, 'uninstall')


def move_programs(lane, source, target):
    names = ' '.join(sorted({path.rsplit('/', 1)[1] for path in PROGRAMS} - {'docker'}))
    lane.run('sh', '-c', 'mkdir -p "$2" && cd "$1" && for p in %s; do [ ! -e $p ] || mv $p "$2"; done' % names, '_', source, target)


def elsewhere(tap, lane):
    """Programs in a folder that no init looks in, and one whose name means something to systemd and to a shell."""
    fresh(lane)
    for folder in ('/opt/docker/bin', "/opt/my $HOME docker 50% %n;/bin"):
        move_programs(lane, '/usr/local/bin', folder)
        seen = lane.ectl('install', '--json', env={'PATH': folder + ':' + SEARCH_PATH})
        tap.equal((seen.code, seen.get('changed')), (0, True), 'install from ' + folder, seen)
        if livelib.init() == 'systemd':
            seen = lane.run('systemd-analyze', 'verify', *FILES['systemd'])
            tap.check(seen.code == 0 and not seen.text.strip(), 'systemd-analyze has nothing to say', seen)
        seen = lane.ectl('status', '--json')
        tap.equal((seen.code, seen.get('state')), (3, 'stopped'), 'status knows the engine of the service', seen)
        did(tap, lane, True, 'start', state='running')
        tap.equal(lane.out('readlink /proc/$(pgrep -xo dockerd)/exe'), folder + '/dockerd', 'its dockerd runs')
        tap.equal(lane.out('readlink /proc/$(pgrep -xo containerd)/exe'), folder + '/containerd', 'and its containerd')
        tap.check(folder in lane.out('tr "\\0" "\\n" </proc/$(pgrep -xo dockerd)/environ | grep ^PATH='), 'which finds its helpers')
        did(tap, lane, True, 'uninstall')
        move_programs(lane, folder, '/usr/local/bin')
    if livelib.init() == 'systemd':
        folder = "/opt/it's"
        move_programs(lane, '/usr/local/bin', folder)
        seen = lane.ectl('install', '--json', env={'PATH': folder + ':' + SEARCH_PATH})
        tap.check(seen.code == 3 and folder in seen.get('error.message', ''), 'what systemd does not start: 3, named', seen)
        move_programs(lane, folder, '/usr/local/bin')


def without_engine(tap, lane):
    """The engine's program is gone before its service."""
    fresh(lane)
    before = lane.out(PICTURE)
    did(tap, lane, True, 'install')
    did(tap, lane, True, 'enable', '--now', state='running')
    lane.sh('mv /usr/local/bin/dockerd /root/; pkill -KILL -x dockerd')
    lane.wait('! pgrep -x dockerd')
    seen = lane.ectl('status', '--json')
    tap.equal(seen.get('state'), 'not-installed', 'no engine, and a service', seen)
    did(tap, lane, True, 'uninstall', state='not-installed')
    tap.equal(sorted(set(lane.out(PICTURE).splitlines()) ^ set(before.splitlines())), [], 'the host is as it was')
    tap.check(not lane.ok('pgrep -x enginectl') and not lane.ok('systemctl is-active docker.service docker.socket containerd.service | grep -v inactive'), 'nothing is up')
    lane.sh('mv /root/dockerd /usr/local/bin/')


def other_names(tap, lane):
    """What install does not write is not acted on."""
    fresh(lane)
    before = lane.out(PICTURE)
    for words in (('--service', 'foo'), ('--user',)):
        tap.equal((lane.ectl('install', *words, '--json').code, lane.out(PICTURE)), (3, before), 'install %s: 3, and nothing is written' % ' '.join(words))
    did(tap, lane, True, 'install', '--service', 'docker.service')
    installed = lane.out(PICTURE)
    for words in (('--service', 'foo'), ('--user',)):
        tap.equal((lane.ectl('uninstall', *words, '--json').code, lane.out(PICTURE)), (3, installed), 'uninstall %s: 3, and nothing is taken away' % ' '.join(words))
    did(tap, lane, True, 'uninstall', '--service', 'docker')


def upgrade(tap, lane):
    """A new version of a file that cannot be written leaves the old one, which is ours as before."""
    fresh(lane)
    path = FILES[livelib.init()][0]
    template = TEMPLATES + livelib.init() + '/' + path.rsplit('/', 1)[1]
    folder = path.rsplit('/', 1)[0]
    did(tap, lane, True, 'install')
    lane.sh('echo "# newer" >> %s; chmod 777 %s' % (template, folder))
    seen = lane.ectl('install', '--json')
    tap.equal((seen.code, lane.ok('grep -q newer ' + path)), (4, False), 'a folder that everybody may write: 4', seen)
    lane.sh('chmod 755 ' + folder)
    did(tap, lane, True, 'install')
    tap.check(lane.ok('grep -q newer ' + path), 'and is written when it can be')
    lane.sh('sed -i "/# newer/d" ' + template)
    did(tap, lane, True, 'uninstall')
    tap.check(not lane.ok('test -e ' + path), 'it is gone')


def failed(tap, lane):
    """A service that failed leaves no name behind."""
    if livelib.init() != 'systemd':
        return tap.skip('a failed unit', 'no units here')
    fresh(lane)
    did(tap, lane, True, 'install')
    lane.sh('mkdir -p /etc/docker; echo "{" > /etc/docker/daemon.json')
    tap.equal(lane.ectl('start', timeout=60).code, 6, 'it does not start')
    did(tap, lane, True, 'uninstall')
    lane.sh('rm -r /etc/docker')
    tap.equal(lane.out('systemctl list-units --all --plain --no-legend docker.service docker.socket containerd.service'), '', 'systemd knows nothing of it')


def somebodys_group(tap, lane):
    """The group docker became the primary one of somebody."""
    fresh(lane)
    did(tap, lane, True, 'install')
    lane.sh('useradd -g docker somebody')
    seen = did(tap, lane, True, 'uninstall')
    tap.check(any('group docker' in note for note in (seen.json or {}).get('notes', [])), 'that it stays is said', seen)
    tap.check(lane.ok('getent group docker') and not lane.ok('ls -d /var/lib/enginectl ' + ' '.join(FILES[livelib.init()]) + ' | grep .'), 'and everything else is gone')
    lane.sh('userdel somebody; groupdel docker')


def own_containerd(tap, lane):
    """A service for containerd that the admin wrote is used, and stays."""
    if livelib.init() != 'systemd':
        return tap.skip('a service for containerd', 'no units here')
    for path in ('/etc/systemd/system/containerd.service', '/run/systemd/system/containerd.service'):
        fresh(lane)
        lane.write(path, '[Service]\nType=notify\nDelegate=yes\nKillMode=process\nExecStart=/usr/local/bin/containerd\n')
        lane.sh('systemctl daemon-reload')
        before = lane.out('md5sum ' + path)
        did(tap, lane, True, 'install')
        did(tap, lane, False, 'install')
        did(tap, lane, True, 'start', state='running')
        tap.equal(lane.out('systemctl show -P FragmentPath containerd; systemctl is-active containerd').split(), [path, 'active'], 'it serves the engine')
        did(tap, lane, True, 'uninstall')
        tap.equal((lane.out('md5sum ' + path), lane.out('systemctl is-active containerd')), (before, 'active'), 'it stays as it was, and up')
        lane.sh('systemctl stop containerd; rm %s; systemctl daemon-reload' % path)


def killed(tap, lane):
    """An install that is killed right after it made the group leaves nothing that uninstall does not know."""
    fresh(lane)
    before = lane.out(PICTURE)
    lane.sh('mv /usr/sbin/groupadd /root/; printf \'#!/bin/sh\\n/root/groupadd "$@"\\nkill -KILL $PPID\\n\' > /usr/sbin/groupadd; chmod +x /usr/sbin/groupadd')
    lane.ectl('install')
    tap.check(lane.ok('getent group docker'), 'the group was made')
    lane.sh('mv /root/groupadd /usr/sbin/')
    did(tap, lane, True, 'uninstall')
    tap.equal(sorted(set(lane.out(PICTURE).splitlines()) ^ set(before.splitlines())), [], 'the host is as it was')


livelib.run('install', [first_hour, not_ours, obstacles, by_hand, on_the_way, reused_number, elsewhere, without_engine, other_names, upgrade, failed, somebodys_group,
                        own_containerd, killed])

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: bookworm
"""A rootless engine under its user's own systemd, beside the host's engine: --user, and both told apart."""
import livelib
import states

USER, UID = 'ann', '1000'
SOCK = '/run/user/%s/docker.sock' % UID
UNIT = '''[Service]
Environment=PATH=/usr/sbin:/usr/bin:/sbin:/bin
ExecStart=/usr/share/docker.io/contrib/dockerd-rootless.sh --iptables=false --storage-driver=vfs
ExecReload=/bin/kill -s HUP $MAINPID
Type=notify
NotifyAccess=all
KillMode=mixed
Delegate=yes
Restart=no

[Install]
WantedBy=default.target
'''
ANSWERS = 'curl -sf -m 3 --unix-socket %s http://d/_ping >/dev/null' % SOCK


def as_user(lane, *words, **how):
    return lane.run('setpriv', '--reuid', USER, '--regid', USER, '--init-groups', 'env', 'HOME=/home/' + USER, 'USER=' + USER, 'XDG_RUNTIME_DIR=/run/user/' + UID,
                    'DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/%s/bus' % UID, *words, timeout=60, **how)


def ectl(lane, *words):
    return as_user(lane, livelib.ENGINECTL, '--user', *words)


def lay_out(lane):
    lane.sh('useradd -m -u %s %s; echo %s:200000:65536 | tee -a /etc/subuid >> /etc/subgid; loginctl enable-linger %s' % (UID, USER, USER, USER))
    lane.wait('test -S /run/user/%s/bus' % UID)
    lane.write('/home/%s/.config/systemd/user/docker.service' % USER, UNIT)
    lane.sh('chown -R %s /home/%s/.config' % (USER, USER))
    as_user(lane, 'systemctl', '--user', 'daemon-reload')


def life(tap, lane):
    states.bring_running(lane)
    lay_out(lane)
    hosts = states.engines(lane)
    seen = ectl(lane, 'status', '--json')
    tap.equal((seen.get('state'), seen.get('api.endpoint')), ('stopped', 'unix://' + SOCK), 'stopped, at its own socket', seen)
    for verb, state in (('start', 'running'), ('restart', 'running')):
        seen = ectl(lane, verb, '--json')
        tap.equal((seen.code, seen.get('after.state'), lane.ok(ANSWERS)), (0, state, True), verb, seen)
    seen = ectl(lane, 'status', '--json')
    engine = [p for p in seen.get('processes', []) if p['role'] == 'engine']
    tap.equal((seen.get('state'), seen.get('api.answers'), [(p['name'], p['user']) for p in engine]), ('running', True, [('dockerd', USER)]),
              'running: the engine is the child of rootlesskit, in a network of its own', seen)
    tap.equal(ectl(lane, 'reload', '--json').code, 0, 'reload')
    tap.check('docker' in ectl(lane, 'logs', '-n', '3').text, 'logs')
    lane.sh('systemctl stop docker.socket docker.service')
    seen = lane.ectl('run', '--background', timeout=60)
    tap.check(seen.code == 0 and lane.ok(states.ANSWERS), 'an engine of the host may be run beside it', seen)
    lane.sh('kill -TERM $(cat /run/enginectl-run.pid)')
    lane.wait('! test -e /run/enginectl-run.pid')
    lane.sh('systemctl start docker.socket docker.service')
    hosts = lane.out('systemctl show -P MainPID docker.service').split()
    rows = {row['endpoint']: row for row in lane.ectl('probe', '--json').get('endpoints')}
    rootless, hosts_own = rows.get('unix://' + SOCK, {}), rows.get('unix:///run/docker.sock', {})
    tap.equal((rootless.get('owner_pid'), hosts_own.get('owner_pid')), (engine[0]['pid'], int(hosts[0])), 'probe tells both apart by their owners', rows)
    tap.equal([lane.ectl('status', '--json').get('processes')[0]['pid']], [int(hosts[0])], 'the host\'s own status is about its own')
    seen = ectl(lane, 'stop', '--json')
    tap.equal((seen.code, seen.get('after.state'), lane.ok(states.ANSWERS)), (0, 'stopped', True), 'stop, and the host\'s engine goes on', seen)


def at_boot(tap, lane):
    """Enabled is not enough: without linger a user's manager waits for the login."""
    seen = ectl(lane, 'enable', '--now', '--json')
    tap.equal((seen.code, seen.get('after.enabled')), (0, 'enabled'), 'enable --now', seen)
    tap.equal(ectl(lane, 'status', '--json').get('service.at_boot'), 'yes', 'with linger: at boot')
    lane.sh('mv /var/lib/systemd/linger/%s /root/' % USER)
    seen = ectl(lane, 'status', '--json')
    tap.equal(seen.get('service.at_boot'), 'no', 'without: not at boot', seen)
    text = ectl(lane, 'status')
    tap.check('linger' in text.out.splitlines()[0] and 'loginctl enable-linger' in text.out, 'and the cure is told', text)
    lane.sh('mv /root/%s /var/lib/systemd/linger/' % USER)
    lane.reboot()
    tap.check(lane.wait(ANSWERS), 'after a reboot it answers')


def without_manager(tap, lane):
    lane.sh('loginctl disable-linger %s; loginctl terminate-user %s' % (USER, USER))
    lane.wait('! test -S /run/user/%s/bus' % UID)
    seen = ectl(lane, 'start', '--json')
    tap.check(seen.code != 0 and 'enable-linger' in (seen.get('error.hint') or ''), 'no manager of the user: the cure is told', seen)


livelib.run('rootless', [life, at_boot, without_manager])

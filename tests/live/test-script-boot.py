#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: sysv openrc
"""enable and disable of an init script, by its links, and seen across real reboots of the host."""
import livelib
import states_script as states

LINKS = {'sysv': 'ls /etc/rc2.d/S??docker', 'openrc': 'ls /etc/runlevels/default/docker'}


def links(lane):
    """What starts the script at boot."""
    return lane.out(LINKS[livelib.init()] + ' 2>/dev/null').split()


def all_links(lane):
    return lane.out('ls /etc/rc?.d/*docker /etc/runlevels/*/docker 2>/dev/null')


def did(tap, lane, *words, changed):
    seen = lane.ectl(*words, '--json', timeout=60)
    tap.equal((seen.code, seen.get('changed')), (0, changed), ' '.join(words) + (' changes' if changed else ' again changes nothing'), seen)
    word = 'enabled' if words[0] == 'enable' else 'disabled'
    tap.equal((seen.get('after.enabled'), bool(links(lane))), (word, word == 'enabled'), '%s: the links are so' % word, seen)


def is_told(tap, lane, enabled):
    word = 'enabled' if enabled else 'disabled'
    seen = lane.ectl('is-enabled')
    tap.equal((seen.code, seen.out.strip()), (0 if enabled else 1, word), 'is-enabled: ' + word, seen)
    seen = lane.ectl('is-enabled', '--json')
    tap.equal((seen.code, seen.get('schema'), seen.get('word')), (0 if enabled else 1, 'enginectl.word/1', word), 'is-enabled --json: ' + word, seen)
    seen = lane.ectl('status', '--json')
    tap.equal((seen.get('service.enabled'), seen.get('service.at_boot')), (word, 'yes' if enabled else 'no'), 'status: ' + word, seen)


def after_boot(tap, lane, enabled):
    boot = lane.out('cat /proc/sys/kernel/random/boot_id')
    lane.reboot()
    tap.check(lane.out('cat /proc/sys/kernel/random/boot_id') != boot, 'the host has booted again')
    came = lane.wait(states.ANSWERS) if enabled else bool(states.engines(lane))
    tap.equal(came, enabled, 'after the boot the engine %s' % ('answers' if enabled else 'is not there'))
    seen = lane.ectl('status', '--json')
    tap.equal((seen.get('state'), bool(links(lane))), ('running' if enabled else 'stopped', enabled), 'status says so', seen)
    is_told(tap, lane, enabled)


def disabled(tap, lane):
    states.bring_running(lane)
    did(tap, lane, 'disable', changed=True)
    tap.check(lane.ok(states.ANSWERS), 'it runs on')
    seen = lane.ectl('status')
    tap.check('boot' in seen.out, 'status says what it means for the next boot', seen)
    is_told(tap, lane, False)
    after_boot(tap, lane, False)


def enabled(tap, lane):
    did(tap, lane, 'enable', changed=True)
    tap.equal(states.engines(lane), [], 'it does not start')
    is_told(tap, lane, True)
    after_boot(tap, lane, True)


def without_any_link(tap, lane):
    """A script that nothing knows is made known first."""
    lane.sh('update-rc.d -f docker remove; [ ! -d /etc/runlevels ] || rc-update del docker -a; rm -f /etc/rc?.d/*docker')
    tap.equal(all_links(lane), '', 'no link is there')
    is_told(tap, lane, False)
    did(tap, lane, 'enable', changed=True)
    is_told(tap, lane, True)
    did(tap, lane, 'disable', changed=True)
    did(tap, lane, 'enable', changed=True)


def another_level(tap, lane):
    """Only the run level that the host boots into counts, and under OpenRC those on the way to it."""
    if livelib.init() == 'openrc':
        lane.sh('rc-update del docker default; rc-update add docker boot')
        is_told(tap, lane, True)
        seen = lane.ectl('disable', '--json')
        tap.equal((seen.code, seen.get('changed'), lane.out('ls /etc/runlevels/*/docker 2>/dev/null')), (0, True, ''), 'disable takes it out of boot', seen)
    else:
        lane.sh('rm /etc/rc2.d/S??docker')
        is_told(tap, lane, False)
    did(tap, lane, 'enable', changed=True)
    tap.equal(lane.ectl('is-enabled').code, 0, 'enabled again')


livelib.run('script-boot', [disabled, enabled, without_any_link, another_level], make=states.host)

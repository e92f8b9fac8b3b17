#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: bookworm trixie sid
"""enable and disable, seen across real reboots of the host."""
import livelib
import states


def did(tap, lane, *words, changed):
    seen = lane.ectl(*words, '--json', timeout=60)
    tap.equal((seen.code, seen.get('changed')), (0, changed), ' '.join(words) + (' changes' if changed else ' again changes nothing'), seen)


def after_boot(tap, lane, enabled):
    lane.reboot()
    if enabled:
        lane.wait(states.ANSWERS)
    word = 'active' if enabled else 'inactive'
    tap.equal(states.active(lane), (word, word), 'after the boot both units are ' + word)
    seen = lane.ectl('status', '--json')
    word = 'enabled' if enabled else 'disabled'
    tap.equal((seen.get('state'), seen.get('service.enabled'), seen.get('service.socket.enabled'), seen.get('service.at_boot')),
              ('running' if enabled else 'stopped', word, word, 'yes' if enabled else 'no'), 'status says so', seen)


def disabled(tap, lane):
    states.bring_running(lane)
    did(tap, lane, 'disable', changed=True)
    tap.check(lane.ok(states.ANSWERS), 'it runs on')
    seen = lane.ectl('status')
    tap.check('disabled' in seen.out and 'boot' in seen.out, 'status says what it means for the next boot', seen)
    after_boot(tap, lane, False)


def enabled(tap, lane):
    did(tap, lane, 'enable', changed=True)
    tap.equal(states.engines(lane), [], 'it does not start')
    after_boot(tap, lane, True)


livelib.run('boot', [disabled, enabled])

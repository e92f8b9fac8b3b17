#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# suites: bookworm trixie
"""A host whose preset is `disable *`, as on Fedora and RHEL: docker is off after its installation."""
import livelib
import states

PRESET = '/etc/systemd/system-preset/99-default-disable.preset'


def preset(tap, lane):
    states.bring_running(lane)
    lane.write(PRESET, 'disable *\n')
    lane.sh('systemctl daemon-reload; systemctl preset docker.service docker.socket')
    tap.equal(lane.out('systemctl is-enabled docker.service docker.socket').split(), ['disabled', 'disabled'], 'the preset has disabled both')
    seen = lane.ectl('status')
    tap.check(seen.code == 0 and 'disabled' in seen.out and 'boot' in seen.out, 'status says it, and what it means', seen)
    tap.equal(lane.ectl('status', '--json').get('service.at_boot'), 'no', 'not at boot')


def off_after_boot(tap, lane):
    lane.reboot()
    tap.equal((states.active(lane), states.engines(lane)), (('inactive', 'inactive'), []), 'nothing runs after the boot')
    seen = lane.ectl('status')
    tap.check(seen.code == 3 and 'disabled' in seen.out and 'boot' in seen.out, 'status says why', seen)


def cured(tap, lane):
    seen = lane.ectl('enable', '--json')
    tap.equal((seen.code, seen.get('changed'), seen.get('after.enabled')), (0, True, 'enabled'), 'enable', seen)
    lane.reboot()
    tap.check(lane.wait(states.ANSWERS), 'it answers after the boot')
    seen = lane.ectl('status', '--json')
    tap.equal((seen.get('state'), seen.get('service.at_boot')), ('running', 'yes'), 'status', seen)


livelib.run('redhat', [preset, off_after_boot, cured])

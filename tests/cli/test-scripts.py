#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""shellcheck over every shell script of the tree, those that are installed for an init among them."""
import shutil
import subprocess

import clilib
from clilib import TOP, Tap

tap = Tap()
# Single quotes around what another shell expands are meant.
LEFT_OUT = 'SC2016'
UNITS = {'units/sysv/docker': 'sh', 'units/openrc/docker': 'sh'}
SCRIPTS = ('tests/check', 'tests/setup', 'tests/demo', 'tests/live/lane', 'tests/fake/certs', '.ci/run')


def look(path, *words):
    seen = subprocess.run(['shellcheck', '-e', LEFT_OUT, *words, str(TOP / path)], stdout=subprocess.PIPE, text=True)
    tap.check(seen.returncode == 0, path, seen.stdout)


if shutil.which('shellcheck'):
    for name, dialect in UNITS.items():
        look(name, '-s', dialect, *(['-e', 'SC2034'] if 'openrc' in name else []))  # variables that openrc-run reads
    for name in SCRIPTS:
        look(name)
else:
    tap.skip('the scripts', 'shellcheck is not installed')
tap.finish()

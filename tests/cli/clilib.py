# SPDX-License-Identifier: Apache-2.0
"""The program under test (ENGINECTL, or that of the build) in a home and an environment of its own, and TAP from the live tests' library."""
import atexit
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / 'tests' / 'live'))
from livelib import Result, Tap, until  # noqa: E402,F401

BUILD = TOP / os.environ.get('BUILD', 'build/linux')
PROGRAM = os.environ.get('ENGINECTL', str(BUILD / 'bin' / 'enginectl'))
LIMIT_S = 30
NOBODY = 65534


def folder():
    """A folder that everybody may enter, gone at the end."""
    path = tempfile.mkdtemp(prefix='enginectl-cli.')
    os.chmod(path, 0o755)
    atexit.register(shutil.rmtree, path, True)
    return path


HOME = folder()


def environment(**more):
    """Nothing of the caller's but the way to the programs; None takes a variable out."""
    plain = {'PATH': os.environ['PATH'], 'HOME': HOME, 'LC_ALL': 'C.UTF-8'}
    plain.update(more)
    return {name: value for name, value in plain.items() if value is not None}


def how(uid):
    """Of subprocess: who runs it; root alone may choose."""
    return {} if uid is None else {'user': uid, 'group': uid, 'extra_groups': []}


def run(*args, program=(PROGRAM,), uid=None, limit=LIMIT_S, stdout=subprocess.PIPE, **env):
    """Run to its end; code 124 where it took longer than LIMIT seconds."""
    words = [*program, *map(str, args)]
    try:
        done = subprocess.run(words, env=environment(**env), stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, text=True,
                              errors='replace', timeout=limit, cwd='/', **how(uid))
    except subprocess.TimeoutExpired:
        return Result(words, 124, '', 'still running after %s s' % limit)
    return Result(words, done.returncode, done.stdout or '', done.stderr)


def main(tests):
    """Each test is a function of the Tap."""
    tap = Tap()
    for test in tests:
        if sys.argv[1:] and test.__name__ not in sys.argv[1:]:
            continue
        tap.topic = test.__name__ + ': '
        try:
            test(tap)
        except Exception as broken:  # a bed that breaks is a failed check, never a silent pass
            tap.check(False, 'runs to its end', '%s: %s' % (type(broken).__name__, broken))
    tap.topic = ''
    tap.finish()

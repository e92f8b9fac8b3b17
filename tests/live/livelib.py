# SPDX-License-Identifier: Apache-2.0
"""Throwaway hosts and TAP for the live tests: a Lane boots the installed tree, a Tap counts and prints.

A test file names its tests and calls run(); its suite (bookworm, trixie, sid) is the folder that it is started from, or SUITE. A folder may also
be the first process of a bookworm (sysv, openrc), which else is INIT.
"""
import atexit
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
SCRIPT = str(HERE / 'lane')
SUITES = ('bookworm', 'trixie', 'sid')
SCRIPT_INITS = ('sysv', 'openrc')
CANNOT = 77
ENGINECTL = '/usr/local/bin/enginectl'
STEP_S = 0.02


def folder():
    return pathlib.Path(sys.argv[0]).parent.name


def suite():
    """The suite of this run."""
    if folder() in SUITES:
        return folder()
    return 'bookworm' if folder() in SCRIPT_INITS else os.environ.get('SUITE', 'bookworm')


def init():
    """The first process of this run's hosts: systemd, sysv or openrc."""
    if folder() in SCRIPT_INITS:
        return folder()
    return 'systemd' if folder() in SUITES else os.environ.get('INIT', 'systemd')


def bed():
    """The word for such a host, as the folder would be named."""
    return suite() if init() == 'systemd' else init()


class Cannot(Exception):
    """This machine, or this day, cannot have such a host."""


class Tap:
    """Prints each check as it comes; what fails brings its reason."""

    def __init__(self):
        self.count = self.failed = 0
        self.topic = ''

    def note(self, text):
        for line in str(text).strip().splitlines():
            print('# ' + line[:400], flush=True)

    def check(self, holds, name, why=''):
        self.count += 1
        self.failed += not holds
        print('%sok %d - %s%s' % ('' if holds else 'not ', self.count, self.topic, name.replace('#', '')), flush=True)
        if not holds:
            self.note(why() if callable(why) else why)
        return bool(holds)

    def equal(self, seen, wanted, name, why=''):
        return self.check(seen == wanted, name, lambda: '%r, wanted %r\n%s' % (seen, wanted, why() if callable(why) else why))

    def skip(self, name, why):
        self.count += 1
        print('ok %d - %s%s # SKIP %s' % (self.count, self.topic, name, why), flush=True)

    def finish(self):
        print('1..%d' % self.count, flush=True)
        sys.exit(1 if self.failed else 0)


class Result:
    """What a command in a lane gave."""

    def __init__(self, args, code, out, err):
        self.args, self.code, self.out, self.err = args, code, out, err

    @property
    def text(self):
        return self.out + self.err

    @property
    def json(self):
        """The one document on stdout; None where it is not exactly one."""
        try:
            return json.loads(self.out)
        except ValueError:
            return None

    def get(self, path, default=None):
        """A value of the document, by a path such as service.socket.name."""
        value = self.json
        for key in path.split('.'):
            if not isinstance(value, dict) or key not in value:
                return default
            value = value[key]
        return value

    def __str__(self):
        return '%s: exit %s\nstdout: %s\nstderr: %s' % (' '.join(self.args), self.code, self.out[:600], self.err[:600])


def staged_tree():
    """`make install` into a folder of its own, or the tree that the caller has laid out already (ENGINECTL_TREE)."""
    ready = os.environ.get('ENGINECTL_TREE')
    if ready:
        return ready
    tree = tempfile.mkdtemp(prefix='enginectl-tree.')
    atexit.register(shutil.rmtree, tree, True)
    subprocess.run(['make', '-s', '-C', str(TOP), 'install', 'DESTDIR=' + tree, 'PREFIX=/usr/local'], check=True, stdout=subprocess.DEVNULL)
    return tree


class Lane:
    """One host. Whatever ends this process, the host goes with it (a killed one: at the next sweep)."""
    alive = []

    def __init__(self, name):
        self.name = 't%d-%s' % (os.getpid(), name)
        self.spawned = []
        self.env = {**os.environ, 'SUITE': suite(), 'INIT': init(), 'LANE_OWNER': str(os.getpid())}
        self._lane('sweep')
        Lane.alive.append(self)
        self._checked('start', '--tree', staged_tree())
        works = self.run(ENGINECTL, '--version')
        if works.code and 'GLIBC' in works.err:
            raise Cannot('enginectl was built with a newer C library than that of %s' % suite())

    def _lane(self, verb, *args):
        words = [SCRIPT, verb] + ([] if verb == 'sweep' else [self.name]) + list(args)
        return subprocess.run(words, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace')

    def _checked(self, verb, *args):
        done = self._lane(verb, *args)
        if done.returncode == CANNOT:
            raise Cannot(done.stderr.strip().splitlines()[-1].replace('lane: ', '', 1))
        if done.returncode:
            raise RuntimeError('lane %s: %s' % (verb, done.stderr[-1500:]))
        return done.stdout

    def reboot(self):
        """A clean shutdown and a boot with the same files."""
        self._checked('stop')
        self._checked('start')

    def clean(self):
        if self in Lane.alive:
            Lane.alive.remove(self)
            self._lane('clean')
            for process in self.spawned:
                process.kill()
                process.wait()

    def argv(self, args, user=None, env=None):
        words = [SCRIPT, 'exec', self.name, *('%s=%s' % pair for pair in (env or {}).items())]
        if user is not None:
            words += ['setpriv', '--reuid', str(user), '--regid', str(user), '--clear-groups']
        return words + [str(a) for a in args]

    def run(self, *args, timeout=40, user=None, env=None, stdin=None):
        """Run to its end; code 124 where it took longer than TIMEOUT seconds."""
        process = subprocess.Popen(self.argv(args, user, env), stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace')
        try:
            out, err = process.communicate(stdin, timeout=timeout)
            return Result(args, process.returncode, out, err)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return Result(args, 124, '', 'still running after %s s' % timeout)

    def ectl(self, *args, **how):
        return self.run(ENGINECTL, *args, **how)

    def sh(self, script, **how):
        return self.run('sh', '-c', script, **how)

    def out(self, script, **how):
        return self.sh(script, **how).out.strip()

    def ok(self, script, **how):
        return self.sh(script, **how).code == 0

    def spawn(self, *args, env=None, user=None):
        """Start and go on; it ends with the lane at the latest. Its output is text in pipes."""
        process = subprocess.Popen(self.argv(args, user, env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, errors='replace')
        self.spawned.append(process)
        return process

    def end(self, process, timeout=60):
        """What a spawned one gave, at its end."""
        out, err = process.communicate(timeout=timeout)
        return Result(process.args[3:], process.returncode, out, err)

    def wait(self, script, seconds=20):
        """Until SCRIPT succeeds; False where it never did."""
        return until(lambda: self.ok(script), seconds)

    def write(self, path, text):
        done = self.run('sh', '-c', 'mkdir -p "$(dirname "$1")" && cat > "$1"', '_', path, stdin=text)
        if done.code:
            raise RuntimeError(str(done))


def until(holds, seconds=20):
    """Look at HOLDS until it is true, at most so long."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(STEP_S)
    return True


def clean_all():
    for lane in list(Lane.alive):
        lane.clean()


def on_signal(number, _frame):
    sys.exit(128 + number)


def clean_up_whatever_happens():
    """Lanes end with this process, whether it returns, fails or is told to stop."""
    atexit.register(clean_all)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)


def run(name, tests, make=Lane):
    """Boot one lane, run TESTS (functions of tap and lane) in it one after the other, print the plan."""
    clean_up_whatever_happens()
    tap = Tap()
    wanted = sys.argv[1:]
    try:
        lane = make(name)
    except Cannot as why:
        print('1..0 # SKIP %s: %s' % (bed(), why))
        sys.exit(0)
    for test in tests:
        if wanted and test.__name__ not in wanted:
            continue
        tap.topic = test.__name__ + ': '
        try:
            test(tap, lane)
        except Exception as broken:  # a bed that breaks is a failed check, never a silent pass
            tap.check(False, 'runs to its end', '%s: %s' % (type(broken).__name__, broken))
    tap.topic = ''
    lane.clean()
    tap.finish()

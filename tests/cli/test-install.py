#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `make install` lays, that others can build on it, and the two builds that can do less.

All of it happens in a copy of the tree, with the objects that are there already: the build of the other tests is left alone.
"""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
LAID = {'bin/enginectl', 'lib/libenginectl.so.0', 'lib/libenginectl.so', 'lib/libenginectl.a', 'lib/enginectl/tls.so', 'include/enginectl.h',
        'lib/pkgconfig/enginectl.pc', 'share/man/man1/enginectl.1'}
MAY_NEED = {'libglib-2.0.so.0', 'libjansson.so.4', 'libsystemd.so.0', 'libc.so.6'}
MOST_BYTES = 300000
STATUS_CODES = {0, 1, 3, 4, 5, 151, 152, 153, 154, 155}
# What make hands down to the programs that it starts would reach the make of this test.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'DESTDIR', 'CFLAGS', 'LDFLAGS')}
ENVIRONMENT.update(LC_ALL='C.UTF-8', LANGUAGE='')

count = failed = 0


def check(holds, name, why=''):
    global count, failed
    count += 1
    failed += not holds
    print('%sok %d - %s' % ('' if holds else 'not ', count, name), flush=True)
    for line in () if holds else str(why).strip().splitlines()[-30:]:
        print('#   ' + line)
    return bool(holds)


def equal(seen, wanted, name, why=''):
    return check(seen == wanted, name, 'seen %r, wanted %r\n%s' % (seen, wanted, why))


def run(*argv, cwd=None, **more):
    """Exit code as .returncode, both outputs together as .stdout."""
    return subprocess.run([str(word) for word in argv], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600,
                          env=dict(ENVIRONMENT, **more))


def make(tree, *words):
    return run('make', '-j%d' % (os.cpu_count() or 1), *words, cwd=tree)


def copy_tree(to):
    """The sources, and the objects of the plain build with their times, so that nothing is compiled twice."""
    for part in ('src', 'platform', 'po', 'packaging', 'docs'):
        shutil.copytree(TOP / part, to / part, symlinks=True)
    shutil.copy2(TOP / 'Makefile', to)
    for part in ('flags', 'obj', 'lib', 'bin', 'locale'):
        source, target = TOP / 'build/linux' / part, to / 'build/linux' / part
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns('tests'))
        elif source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def needed(path):
    return set(re.findall(r'\(NEEDED\).*\[(.*)\]', run('readelf', '-d', '-W', path).stdout))


def declared(header):
    """The functions of the header: a name before a parenthesis, outside of comments and macros."""
    text = re.sub(r'/\*.*?\*/', '', header.read_text(), flags=re.S)
    return set(re.findall(r'\b(ectl_\w+) \(', re.sub(r'^#.*$', '', text, flags=re.M)))


def exported(library):
    """Without the name of the version itself, which nm lists as an absolute symbol."""
    rows = [line.split() for line in run('nm', '-D', '--defined-only', library).stdout.splitlines()]
    return {row[2].split('@')[0] for row in rows if len(row) == 3 and row[1] != 'A'}


def check_files(prefix):
    here = {str(path.relative_to(prefix)) for path in prefix.rglob('*') if not path.is_dir()}
    equal({path for path in here if not path.startswith('share/locale/')}, LAID, 'make install lays these files and no others')
    link = prefix / 'lib/libenginectl.so'
    check(link.is_symlink() and os.readlink(link) == 'libenginectl.so.0', 'libenginectl.so is a relative link')
    modes = {path: oct((prefix / path).stat().st_mode & 0o777) for path in LAID}
    programs = {path for path, mode in modes.items() if mode == '0o755'}
    equal(programs, {'bin/enginectl', 'lib/libenginectl.so.0', 'lib/libenginectl.so', 'lib/enginectl/tls.so'}, 'programs and libraries are 0755', modes)
    check(all(mode == '0o644' for path, mode in modes.items() if path not in programs), 'the other files are 0644', modes)
    described = (prefix / 'lib/pkgconfig/enginectl.pc').read_text()
    check('@' not in described and 'prefix=/usr/local\n' in described, 'enginectl.pc names the prefix, and no place of the build', described)


def check_program(prefix, work):
    program = prefix / 'bin/enginectl'
    seen = run(program, '--version')
    check(seen.returncode == 0 and {'systemd', 'tls'} <= set(seen.stdout.split()), 'the installed program runs where it was laid, and finds its module', seen.stdout)
    check(needed(program) <= MAY_NEED, 'the program needs no library but these: ' + ' '.join(sorted(MAY_NEED)), needed(program))
    check('libgnutls.so.30' in needed(prefix / 'lib/enginectl/tls.so'), 'gnutls is the need of the module', needed(prefix / 'lib/enginectl/tls.so'))
    stripped = work / 'stripped'
    run('strip', '-o', stripped, program)
    size = stripped.stat().st_size
    print('# the stripped program has %d bytes' % size)
    check(size <= MOST_BYTES, 'stripped it has at most %d bytes' % MOST_BYTES, size)


def check_library(prefix):
    names, words = exported(prefix / 'lib/libenginectl.so.0'), declared(prefix / 'include/enginectl.h')
    equal({name for name in names if not name.startswith('ectl_')}, set(), 'the shared library exports only ectl_ symbols')
    equal((names - words, words - names), (set(), set()), 'and exactly the functions of enginectl.h')
    found = run('readelf', '-d', '-W', prefix / 'lib/libenginectl.so.0').stdout
    check('soname: [libenginectl.so.0]' in found, 'its soname is libenginectl.so.0', found)


def flags_of_tree(root):
    """As for a tree that was laid for another root. That moves the paths of glib too, so glib's right flags follow."""
    ours = run('pkg-config', '--cflags', '--libs', 'enginectl', PKG_CONFIG_PATH=str(root / 'usr/local/lib/pkgconfig'), PKG_CONFIG_SYSROOT_DIR=str(root))
    glib = run('pkg-config', '--cflags', '--libs', 'glib-2.0')
    check(ours.returncode == 0 and {'-I%s/usr/local/include' % root, '-L%s/usr/local/lib' % root, '-lenginectl'} <= set(shlex.split(ours.stdout)),
          'pkg-config finds the library in that tree', ours.stdout)
    return shlex.split(ours.stdout) + shlex.split(glib.stdout)


def check_example(root, prefix, work):
    example = re.search(r'^```c\n(.*?)^```', (TOP / 'README.md').read_text(), re.M | re.S)
    if not check(example, 'the README has an example in C'):
        return
    source, program = work / 'example.c', work / 'example'
    source.write_text(example.group(1))
    flags = flags_of_tree(root)
    cc = shlex.split(os.environ.get('CC', 'cc'))
    built = run(*cc, '-Wall', '-Wextra', '-Werror', '-o', program, source, *flags)
    if not check(built.returncode == 0, 'it compiles without a warning', built.stdout):
        return
    seen = run(program, LD_LIBRARY_PATH=str(prefix / 'lib'))
    said = re.fullmatch(r'docker is ([a-z-]+)\n', seen.stdout)
    check(said and seen.returncode in STATUS_CODES, 'and runs: it says the state, its exit code is one of status', '%d\n%s' % (seen.returncode, seen.stdout))
    own = run(prefix / 'bin/enginectl', 'status', '-q')
    equal(seen.returncode, own.returncode, 'the program says the same')
    if shutil.which('c++'):
        unit = work / 'header.cc'
        unit.write_text('#include <enginectl.h>\nint main () { return ectl_version () == nullptr; }\n')
        built = run('c++', '-Wall', '-Werror', '-o', work / 'header', unit, *flags)
        check(built.returncode == 0, 'the header serves C++ as well', built.stdout)


def check_variant(tree, title, folder, words, lacks):
    """A build that can do less says so, with exit 3, and still answers the questions that need no manager. Asked for systemd by name, so that it does not matter what
    runs this machine."""
    built = make(tree, *words, 'all')
    if not check(built.returncode == 0, title + ' builds', built.stdout):
        return
    check('warning:' not in built.stdout, title + ' builds without a warning', built.stdout)
    program = tree / 'build' / folder / 'bin/enginectl'
    check('libsystemd.so.0' not in needed(program), title + ' needs no libsystemd', needed(program))
    seen = run(program, '--version')
    check(seen.returncode == 0 and 'systemd' not in seen.stdout, title + ' does not claim systemd', seen.stdout)
    for verb in ('start', 'stop', 'restart', 'reload', 'enable', 'disable', 'is-active', 'logs'):
        seen = run(program, verb, '--backend', 'systemd')
        check(seen.returncode == 3 and seen.stdout.strip(), '%s: %s exits 3 and says why' % (title, verb), '%d\n%s' % (seen.returncode, seen.stdout))
    seen = run(program, '--backend', 'systemd', 'start')
    check(seen.returncode == 3 and re.search(lacks, seen.stdout), title + ' says that systemd was left out', '%d\n%s' % (seen.returncode, seen.stdout))
    seen = run(program, 'status', '--json', '--backend', 'systemd')
    check(seen.returncode == 4 and '"unknown"' in seen.stdout, title + ': the state is unknown, exit 4', '%d\n%s' % (seen.returncode, seen.stdout))


def main():
    with tempfile.TemporaryDirectory(prefix='enginectl-install-') as folder:
        work = pathlib.Path(folder)
        tree, root = work / 'tree', work / 'root'
        copy_tree(tree)
        seen = make(tree, 'install', 'DESTDIR=%s' % root, 'PREFIX=/usr/local')
        if check(seen.returncode == 0, 'make install works', seen.stdout):
            prefix = root / 'usr/local'
            check_files(prefix)
            check_program(prefix, work)
            check_library(prefix)
            check_example(root, prefix, work)
        check_variant(tree, 'WITH_SYSTEMD=0', 'linux-nosystemd', ['WITH_SYSTEMD=0', 'VARIANT=-nosystemd'], 'without libsystemd')
        check_variant(tree, 'PLATFORM=none', 'none', ['PLATFORM=none'], "no backend 'systemd'")
    print('1..%d' % count)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The manual page and the program's own help name the same commands and options; the page is clean mdoc."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
PAGE = TOP / 'docs' / 'enginectl.1'
PROGRAM = TOP / os.environ.get('BUILD', 'build/linux') / 'bin' / 'enginectl'
OPTION = re.compile(r'(?<![\w-])--[a-z][a-z-]*')
STATES = {'running': 0, 'starting': 151, 'stopping': 152, 'stopped': 3, 'armed': 3, 'failed': 1, 'hung': 153, 'degraded': 154,
          'unmanaged': 155, 'not-installed': 5, 'unknown': 4}

count = failed = 0


def check(name, faults):
    """One line of TAP; FAULTS is what is wrong, empty where nothing is."""
    global count, failed
    count += 1
    failed += bool(faults)
    print('%sok %d - %s' % ('not ' if faults else '', count, name))
    for fault in sorted(faults) if faults else ():
        print('#   ' + fault)


def skip(name, why):
    global count
    count += 1
    print('ok %d - %s # SKIP %s' % (count, name, why))


def output(*argv):
    environment = dict(os.environ, LC_ALL='C.UTF-8', LANGUAGE='')
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, text=True, timeout=60)


def commands_of(help_text):
    part = help_text.split('Commands:\n', 1)[1].split('\n\n', 1)[0]
    return [line.split()[0] for line in part.splitlines()]


def options_of(help_text):
    """The words on the left side of the list: --word, and -l where there is a letter."""
    lines = re.findall(r'^ {2}((?:-\w, |    )--\S+)', help_text, re.M)
    return set(re.findall(r'(?<!\S)--?[a-zA-Z][a-z-]*', ' '.join(lines)))


def section(page, name):
    found = re.search(r'^\.Sh %s\n(.*?)(?=^\.Sh |\Z)' % name, page, re.M | re.S)
    return found.group(1) if found else ''


def page_options(text):
    """In mdoc `Fl -json` is --json and `Fl q` is -q; the examples say them as they are typed."""
    flags = {'-' + word for word in re.findall(r'\bFl (-?[A-Za-z][a-z-]*)', text)}
    return flags | set(OPTION.findall(re.sub(r'\bFl -', '', text)))


def main():
    page = PAGE.read_text()
    program_help = output(str(PROGRAM), '-h').stdout
    commands = commands_of(program_help)
    helps = {name: output(str(PROGRAM), name, '-h').stdout for name in commands}
    told = options_of(program_help).union(*map(options_of, helps.values()))
    described = page_options(page)
    chapter = section(page, 'COMMANDS')
    items = set(re.findall(r'^\.It Cm ([a-z-]+)', chapter, re.M))

    check('the help lists commands and options', [] if len(commands) > 5 and len(told) > 10 else [program_help[:200]])
    check('every command of the help has its paragraph', set(commands) - items)
    check('the page describes no command that the program has not', items - set(commands))
    check('the synopsis shows every command', {name for name in commands if not re.search(r'\b%s\b' % name, section(page, 'SYNOPSIS'))})
    check('every option of the help is in the page', told - described)
    check('every --option of the page is in the help', {word for word in described if word.startswith('--')} - told)
    check('every global option is among GLOBAL OPTIONS', options_of(program_help) - page_options(section(page, 'GLOBAL OPTIONS')))
    for name in commands:
        own = options_of(helps[name]) - options_of(program_help)
        # enable and disable share one paragraph on --now, which follows the second.
        at = re.search(r'^\.It Cm %s\b(.*?)(?=^\.It Cm |\Z)' % name, chapter, re.M | re.S)
        if own:
            check('the paragraph on %s names its options' % name, own - page_options(at.group(0) if at else ''))
    table = dict(re.findall(r'^([a-z-]+)\t(\d+)\t', section(page, 'STATES'), re.M))
    check('the table of states has every state and its exit code',
          ['%s: %s, wanted %d' % (name, table.get(name), code) for name, code in STATES.items() if table.get(name) != str(code)])
    if shutil.which('mandoc') is None:
        skip('mandoc -Tlint', 'mandoc is not installed')
    else:
        check('mandoc -Tlint has nothing to say', output('mandoc', '-Tlint', str(PAGE)).stdout.splitlines())
    print('1..%d' % count)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line by itself: usage errors, help, where output goes, malformed and remote endpoints."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import clilib
from clilib import PROGRAM, run

REMOTE = 'tcp://192.0.2.1:2375'  # of a net that nobody has; it is never asked

# Arguments, and the words that the sentence must have.
WRONG = [
    ('statsu', 'did you mean status?'),
    ('strat', 'did you mean start?'),
    ('is-actve', 'did you mean is-active?'),
    ('xyzzyxyzzy', "there is no command 'xyzzyxyzzy'; enginectl -h lists them"),
    ('--jsn status', 'did you mean --json?'),
    ('status --dryrun', 'did you mean --dry-run?'),
    ('status --timeuot=3', 'there is no option --timeuot; did you mean --timeout?'),
    ('status --xyzzyxyzzy', 'there is no option --xyzzyxyzzy'),
    ('status -Z', 'there is no option -Z'),
    ('status -qZ', 'there is no option -Z'),
    ('status --force', 'status has no option --force'),
    ('stop --no-wait', 'stop has no option --no-wait'),
    ('start -n 5', 'start has no option --lines'),
    ('start --now', 'start has no option --now'),
    ('status --timeout', '--timeout wants a value'),
    ('status -H', '-H wants a value'),
    ('status --timeout x', "'x' is no number of seconds"),
    ('status --timeout -1', "'-1' is no number of seconds"),
    ('status --timeout nan', "'nan' is no number of seconds"),
    ('status --timeout 1s', "'1s' is no number of seconds"),
    ('logs -n x', "'x' is no number of lines"),
    ('logs -n -3', "'-3' is no number of lines"),
    ('start one two', "'two' is one too many"),
    ('ping docker', "ping takes no operand: 'docker'"),
    ('wait', ''),
    ('wait runing', 'runing'),
    ('status --backend upstart', "there is no backend 'upstart' (there are: systemd"),
    ('status ../docker', "'../docker' is no name of a service"),
    ('status --service docker.socket', "'docker.socket' is no name of a service"),
    ('help statsu', "there is no command 'statsu'"),
    ('status -H foo', "the endpoint 'foo' is malformed"),
    ('ping -H unix://run/docker.sock', 'three slashes'),
    ('ping -H tcp://h:70000', 'from 1 to 65535'),
    ('ping -H tcp://h:0', 'from 1 to 65535'),
    ('ping -H tcp://h:', 'from 1 to 65535'),
    ('ping -H tcp://', 'names no host'),
    ('ping -H tcp://[::1', 'bracket'),
    ('ping -H tcp://h:1/path', 'has no path'),
    ('ping -H ssh://-oProxyCommand=x', ''),
    ('ping -H http://h:2375', 'begins with none of'),
    ('ping -H unix:///' + 200 * 'x', 'at most 107 bytes'),
]


def commands():
    part = run('-h').out.split('Commands:\n', 1)[1].split('\n\n', 1)[0]
    return [line.split()[0] for line in part.splitlines()]


def is_error(result, code):
    """Exactly one document, of the schema for errors, with this code."""
    error = result.get('error', {})
    return (result.get('schema') == 'enginectl.error/1' and {'code', 'message', 'hint', 'finding'} <= set(error) and error['code'] == code
            and bool(error['message']) and result.err == '')


def usage_errors(tap):
    for line, words in WRONG:
        seen = run(*line.split())
        name = line if len(line) < 60 else line[:60] + '...'
        tap.check(seen.code == 2 and seen.out == '' and seen.err.startswith('enginectl: ') and words in seen.err, name, seen)
    tap.check('try: unix:///run/docker.sock' in run('ping', '-H', 'unix://run/docker.sock').err, 'two slashes: three are proposed')
    tap.check('try: unix:///run/docker.sock' in run('ping', '-H', '/run/docker.sock').err, 'a bare path: the endpoint is proposed')
    for bad in ('tcp://h h', 'tcp://h\n', 'unix:///a\x1b[31m', ''):
        seen = run('ping', '-H', bad)
        tap.check(seen.code == 2 and '\x1b' not in seen.err, '-H %r' % bad, seen)


def json_errors(tap):
    for line, words in WRONG:
        args = line.split()
        seen = run('--json', *args)
        name = line if len(line) < 60 else line[:60] + '...'
        tap.check(seen.code == 2 and is_error(seen, 2) and words in seen.get('error.message'), '--json ' + name, seen)
        # Behind an option that lacks its value it would be the value.
        if not args[-1].startswith('-') or args[-1] == '-1':
            seen = run(*args, '--json')
            tap.check(seen.code == 2 and is_error(seen, 2), name + ' --json', seen)
    tap.check(is_error(run('--json'), 2), '--json alone', run('--json'))
    german = run('--json', 'statsu', LC_ALL=None, LANG='de_DE.UTF-8', LANGUAGE='de')
    tap.check('did you mean' in german.get('error.message', ''), 'the text in JSON is English', german)
    seen = run('--json', '\udcff')
    tap.check(seen.code == 2 and is_error(seen, 2), 'bytes that are no UTF-8: a document nevertheless', seen)
    seen = run('--bogus', '--js', 'ping')
    tap.check(seen.code == 2 and is_error(seen, 2), 'shortened, as getopt_long takes it: a document too', seen)
    seen = run('statsu', '--json', POSIXLY_CORRECT='1')
    tap.check(seen.code == 2 and is_error(seen, 2), 'behind the command too where POSIXLY_CORRECT is set', seen)
    seen = run('wait', '', '--timeout', '1', '--json')
    tap.check(seen.code == 2 and is_error(seen, 2), 'no state at all is none that could be waited for', seen)
    told = run('status', '--', '--json')
    tap.check(told.code == 2 and told.out == '', 'behind -- it is an operand', told)


def without_command(tap):
    seen = run()
    tap.check(seen.code == 2 and seen.out == '' and seen.err.startswith('usage: '), 'help on stderr, exit 2', seen)
    tap.check(all(re.search(r'^ +%s ' % name, seen.err, re.M) for name in commands()), 'it lists the commands', seen)


def help_texts(tap):
    program = run('-h')
    shared = re.findall(r'^ {2}(?:-\w, | {4})(--[a-z-]+)', program.out, re.M)
    tap.check(program.code == 0 and program.err == '' and len(shared) > 8, '-h: exit 0, on stdout', program)
    tap.equal(run('--help').out, program.out, '--help is the same')
    tap.equal(run('help').out, program.out, 'help is the same')
    tap.equal(run('help', '--json').json, {'schema': 'enginectl.help/1', 'text': program.out}, 'help --json: the text in a document')
    own = {'start': ['--no-wait'], 'stop': ['--keep-socket', '--force'], 'enable': ['--now'], 'disable': ['--now'], 'logs': ['--follow', '--lines', '--since']}
    for name in commands():
        seen = run(name, '-h')
        missing = [option for option in shared + own.get(name, []) if not re.search(r'(?<!\S)%s\b' % option, seen.out)]
        tap.check(seen.code == 0 and seen.err == '' and seen.out.startswith('usage: enginectl %s' % name) and not missing, name + ' -h',
                  lambda seen=seen, missing=missing: 'missing: %s\n%s' % (missing, seen))
        tap.equal(run('help', name).out, seen.out, 'help ' + name)
        tap.equal(run(name, '-h', '--json').json, {'schema': 'enginectl.help/1', 'text': seen.out}, name + ' -h --json: the text in a document')
    version = run('--version')
    tap.check(version.code == 0 and re.match(r'enginectl \d+\.\d+', version.out), '--version', version)


def early_writer(tap):
    """The program, writing line by line as it does with long output: what fails first is not the last write."""
    if shutil.which('stdbuf'):
        return ('stdbuf', '-oL', PROGRAM)
    tap.skip('output that fails before the end', 'stdbuf is not installed')
    return None


def closed_stdout(tap):
    for args in (['-h'], ['--version'], ['--json', 'statsu'], ['status', '--json', '--backend', 'direct']):
        reader, writer = os.pipe()
        os.close(reader)
        seen = run(*args, stdout=writer)
        os.close(writer)
        tap.check(seen.code == 141 and seen.err == '', '%s: 141, silently' % ' '.join(args), seen)
        seen = run(*args, program=('sh', '-c', 'exec "$@" >&-', 'sh', PROGRAM))
        tap.check(seen.code == 141 and seen.err == '', '%s >&-: 141, silently' % ' '.join(args), seen)
    early = early_writer(tap)
    if early:
        reader, writer = os.pipe()
        os.close(reader)
        seen = run('-h', program=early, stdout=writer)
        os.close(writer)
        tap.check(seen.code == 141 and seen.err == '', 'a reader that leaves before the end: 141, silently', seen)


def full_stdout(tap):
    if not os.path.exists('/dev/full'):
        tap.skip('/dev/full', 'there is none')
        return
    for args in (['-h'], ['--version'], ['--json', 'statsu'], ['logs', '-h']):
        with open('/dev/full', 'w') as full:
            seen = run(*args, stdout=full)
        tap.check(seen.code not in (0, 141) and 'cannot write the output: No space left on device' in seen.err, ' '.join(args), seen)
    early = early_writer(tap)
    if early:
        with open('/dev/full', 'w') as full:
            seen = run('-h', program=early, stdout=full)
        tap.check(seen.code == 1 and 'cannot write the output: No space left on device' in seen.err, 'full before the end: the reason is kept', seen)


def terminal_controls(tap):
    """Somebody else's words must not steer the terminal."""
    for text in ('st\x1b[31m', 'st\x9b31m', 'st\x07', 'st\rat'):
        seen = run(text)
        tap.check(seen.code == 2 and not re.search(r'[\x00-\x09\x0b-\x1f\x7f-\x9f]', seen.err) and seen.err.count('\n') == 1, '%r' % text, seen)
    seen = run('ping', DOCKER_CONTEXT='a\x1b[31mb')
    tap.check(seen.code == 6 and '\x1b' not in seen.err and 'a?[31mb' in seen.err, 'the name of a context', seen)


CATALOGUE = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"
msgid "--%s: '%s' is no number of seconds"
msgstr "TRANSLATED %s %s"
msgid "there is no command '%s'; enginectl -h lists them"
msgstr "TRANSLATED %s"
"""


def languages(tap):
    """What is wrong with an option is told in the caller's language too, and in JSON in English."""
    if not shutil.which('localedef') or not shutil.which('msgfmt'):
        tap.skip('translated errors', 'localedef or msgfmt is not installed')
        return
    place = pathlib.Path(clilib.folder())
    messages = place / 'share/locale/de/LC_MESSAGES'
    messages.mkdir(parents=True)
    (place / 'bin').mkdir()
    program = shutil.copy(PROGRAM, place / 'bin')
    subprocess.run(['localedef', '-i', 'de_DE', '-f', 'UTF-8', place / 'de_DE.UTF-8'], capture_output=True)
    if not (place / 'de_DE.UTF-8').is_dir():
        tap.skip('translated errors', 'the locale cannot be made here')
        return
    subprocess.run(['msgfmt', '-o', messages / 'enginectl.mo', '-'], input=CATALOGUE, text=True, check=True)
    german = {'LC_ALL': 'de_DE.UTF-8', 'LOCPATH': str(place)}
    for args in (['xyzzyxyzzy'], ['status', '--timeout', 'x']):
        seen = run(*args, program=(program,), **german)
        tap.check(seen.code == 2 and seen.err.startswith('enginectl: TRANSLATED '), ' '.join(args), seen)
        seen = run(*args, '--json', program=(program,), **german)
        tap.check(seen.code == 2 and is_error(seen, 2) and 'TRANSLATED' not in seen.out, ' '.join(args) + ' --json', seen)


def elsewhere(tap):
    """What is managed is this host's engine; nothing is sent to the endpoint."""
    for verb, code in (('status', 4), ('start', 3), ('stop', 3), ('restart', 3), ('reload', 3), ('enable', 3), ('disable', 3), ('is-active', 3), ('is-enabled', 3)):
        seen = run(verb, '-H', REMOTE)
        tap.check(seen.code == code and seen.out == '' and REMOTE in seen.err and 'concerns the engine of this host' in seen.err, '%s: exit %d' % (verb, code), seen)
        seen = run(verb, '-H', REMOTE, '--json')
        tap.check(seen.code == code and is_error(seen, code), '%s --json: the code in the document is the exit code' % verb, seen)


def ask_with(tap, name, code, words, **env):
    """ping and version, as text and as JSON."""
    for verb in ('ping', 'version'):
        seen = run(verb, **env)
        tap.check(seen.code == code and seen.out == '' and words in seen.err, '%s: %s' % (verb, name), seen)
        seen = run(verb, '--json', **env)
        tap.check(seen.code == code and seen.get('schema') == 'enginectl.%s/1' % verb and seen.get('error.code') == code and 'api' in seen.json
                  and 'client' in seen.json, '%s --json: %s' % (verb, name), seen)


def client_settings(tap):
    home = clilib.folder()
    config = pathlib.Path(home, '.docker', 'config.json')
    config.parent.mkdir()
    ask_with(tap, 'DOCKER_HOST is malformed', 6, "DOCKER_HOST: the endpoint 'foo' is malformed", DOCKER_HOST='foo')
    ask_with(tap, 'the context of DOCKER_CONTEXT is missing', 6, "the docker context 'nowhere' does not exist", DOCKER_CONTEXT='nowhere')
    config.write_text('{"currentContext": }')
    ask_with(tap, 'config.json is malformed', 6, '/.docker/config.json:1:', HOME=home)
    config.write_text('[]')
    ask_with(tap, 'config.json is no object', 6, 'not a JSON object', HOME=home)
    config.write_text('{"currentContext": "away"}')
    ask_with(tap, 'the current context is missing', 6, "the docker context 'away' does not exist", HOME=home)
    ask_with(tap, 'DOCKER_HOST goes before the context', 7, home + '/none.sock does not answer', HOME=home, DOCKER_HOST='unix://%s/none.sock' % home)
    seen = run('ping', '-H', 'unix://%s/flag.sock' % home, HOME=home, DOCKER_HOST='foo')
    tap.check(seen.code == 7 and 'flag.sock' in seen.err, '-H goes before DOCKER_HOST', seen)
    seen = run('ping', HOME=home, DOCKER_HOST='', DOCKER_CONTEXT='')
    tap.check(seen.code == 6 and "'away'" in seen.err, 'an empty variable counts as unset', seen)


# In a net of its own: a name server that takes every question and answers none. Its socket stays open in the program that asks.
SILENT = '''import fcntl, os, socket, struct, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(server, 0x8914, struct.pack('16sh14x', b'lo', 1))
server.bind(('127.0.0.1', 53))
server.set_inheritable(True)
os.execv(sys.argv[1], sys.argv[1:])'''
MOUNT = '''set -e
printf 'nameserver 127.0.0.1\\noptions timeout:30 attempts:5\\n' > "$0/resolv.conf"
mount --bind "$0/resolv.conf" "$(readlink -f /etc/resolv.conf)"
exec "$@"'''


def host_names(tap):
    if os.geteuid() != 0 or subprocess.run(['unshare', '--net', '--mount', 'true'], stderr=subprocess.DEVNULL).returncode:
        tap.skip('unknown names', 'a net of its own takes root and unshare')
        return
    # Without any net nothing leaves the machine, and no name is known.
    seen = run('ping', '-H', 'tcp://nowhere.invalid:2375', program=('unshare', '--net', PROGRAM))
    tap.check(seen.code == 1 and 'tcp://nowhere.invalid:2375 does not answer' in seen.err, 'an unknown name: exit 1', seen)
    bed = ('unshare', '--net', '--mount', 'sh', '-c', MOUNT, clilib.folder(), sys.executable, '-c', SILENT)
    ready = run(program=bed + ('/bin/true',))
    if ready.code:
        tap.skip('a silent name server', 'no such net here: ' + ready.err.strip()[:80])
        return
    seen = run('--timeout', 0.3, 'ping', '-H', 'tcp://nowhere.invalid:2375', program=bed + (PROGRAM,), limit=15)
    tap.check(seen.code in (1, 150) and 'nowhere.invalid' in seen.err, 'a silent name server: the deadline holds', seen)


if __name__ == '__main__':
    clilib.main([usage_errors, json_errors, without_command, help_texts, closed_stdout, full_stdout, terminal_controls, languages, elsewhere, client_settings, host_names])

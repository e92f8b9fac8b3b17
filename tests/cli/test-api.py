#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ping and version against engines that answer, are slow, are silent, send garbage or without end; endpoints from flag, environment and files; TLS; ssh."""
import hashlib
import json
import os
import shutil
import subprocess
import tempfile

import clilib
from clilib import PROGRAM, TOP, Tap

tap = Tap()
ok, skip = tap.check, tap.skip
WORK = clilib.folder()
engines = []


def run(*args, env=None):
    """In a home without a docker configuration, unless ENV says otherwise."""
    return clilib.run(*args, **(env or {}))


class Engine:
    """A fake engine; its endpoint is in `url`."""
    def __init__(self, mode, *args, tcp=False):
        self.path = os.path.join(WORK, 'e%d.sock' % len(engines))
        place = ['--tcp', '127.0.0.1:0'] if tcp else ['--unix', self.path]
        self.p = subprocess.Popen(['/usr/bin/python3', str(TOP / 'tests/fake/engine.py'), mode, *place, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        engines.append(self)
        ready = self.p.stdout.readline().split()
        assert ready[:1] == ['READY'], 'the fake engine did not start'
        self.port = int(ready[1]) if tcp else None
        self.url = 'tcp://127.0.0.1:%d' % self.port if tcp else 'unix://' + self.path

    def end(self):
        self.p.stdin.close()
        self.p.wait(10)


def ping(mode, *args):
    e = Engine(mode, *args)
    r = run('--timeout', '2', '-H', e.url, 'ping', '--json')
    e.end()
    return r


def well(r):
    d = r.json
    return r.code == 0 and d and d['schema'] == 'enginectl.ping/1' and d['api']['answers'] is True and d['api']['version'] == '20.10.24+dfsg1' and d['api']['api_version'] == '1.41' \
        and d['api']['os'] == 'linux' and d['api']['latency_ms'] > 0 and d['client']['from'] == 'flag'


for mode in ('ok', 'slow', 'chunked', 'close-delimited', 'interim'):
    r = ping(mode)
    ok(well(r), mode + ': answers', r)

FAULTS = [('silent', 150, 'silent'), ('garbage', 1, 'HTTP'), ('no-http', 1, 'HTTP'), ('endless-body', 1, '16 MiB'), ('endless-header', 1, '64 KiB'), ('cut', 1, 'in the middle'), ('big-header', 1, '16 KiB'),
          ('bad-chunk', 1, 'no number'), ('lying-chunk', 1, 'not as long'), ('lying-length', 1, 'Content-Length'), ('status-400', 1, '400'), ('status-403', 1, '403'), ('status-500', 1, '500'),
          ('status-503', 1, '503'), ('closes', 1, 'without an answer')]
for mode, code, word in FAULTS:
    r = ping(mode)
    d = r.json
    ok(r.code == code and d and d['error']['code'] == code and word in d['error']['message'] and d['api']['answers'] is False, '%s: exit %d, and says "%s"' % (mode, code, word), r)

e = Engine('not-accepting')
r = run('--timeout', '1', '-H', e.url, 'ping')
ok(r.code == 150 and 'queue is full' in r.err, 'backlog full: exit 150, and says so', r)
e.end()
e = Engine('not-accepting', tcp=True)
r = run('--timeout', '1', '-H', e.url, 'ping', '--json')
ok(r.code == 150 and r.json['error']['code'] == 150, 'a port whose backlog is full: exit 150', r)
e.end()
r = ping('endless-chunks')
ok(r.code == 150, 'who sends without end is held to the deadline too', r)
for mode in ('version-html', 'version-array', 'version-nul', 'version-deep', 'version-huge'):
    e = Engine(mode)
    for args in ((), ('--json',)):
        r = run('-H', e.url, 'version', *args)
        ok(r.code == 1 and 'no JSON object' in (r.json['error']['message'] if args else r.err), mode + ': exit 1, and says so', r)
    e.end()
e = Engine('version-escapes')
r = run('-H', e.url, 'version')
ok(r.code == 0 and not set(r.out) & set('\x1b\x07\r\x7f\x9b') and '31mX' in r.out, 'nothing that a terminal would obey, labels included', r)
r = run('-H', e.url, 'version', '--json')
ok(r.code == 0 and not set(r.out) & set('\x7f\x9b') and r.json['engine']['Version'] == '1\x9b31m\x7f', 'the same in JSON, and no letter lost', r)
e.end()
r = run('-H', 'npipe:////./pipe/docker_engine', 'ping')
ok(r.code == 3 and 'Windows' in r.err, 'a pipe: exit 3', r)

e = Engine('ok')
r = run('-H', e.url, 'version', '--json')
d = r.json
ok(r.code == 0 and d['schema'] == 'enginectl.version/1' and d['engine']['MinAPIVersion'] == '1.12', 'version has the engine\'s own document', r)
r = run('-H', e.url, 'version')
ok(r.code == 0 and '20.10.24+dfsg1' in r.out, 'version, text', r)
e2 = Engine('closes-second')
r = run('-H', e2.url, 'version')
ok(r.code == 0 and '1.12' in r.out, 'a connection that was closed when idle is made again', r)
e2.end()

# --- which endpoint ------------------------------------------------------------------------------------------------------
home = os.path.join(WORK, 'home')
os.makedirs(home + '/.docker')


def config(text):
    with open(home + '/.docker/config.json', 'w') as f:
        f.write(text)


def context(name, meta):
    folder = home + '/.docker/contexts/meta/' + hashlib.sha256(name.encode()).hexdigest()
    os.makedirs(folder, exist_ok=True)
    with open(folder + '/meta.json', 'w') as f:
        f.write(meta)


context('mine', json.dumps({'Name': 'mine', 'Endpoints': {'docker': {'Host': e.url}}}))
context('odd', '{"Name": "odd"}')
context('torn', '{"Name": ')
at_home = {'HOME': home}
for name, env, source in (('DOCKER_HOST', {'DOCKER_HOST': e.url}, 'DOCKER_HOST'), ('DOCKER_CONTEXT', {'DOCKER_CONTEXT': 'mine'}, 'DOCKER_CONTEXT'),
                          ('DOCKER_HOST before DOCKER_CONTEXT', {'DOCKER_HOST': e.url, 'DOCKER_CONTEXT': 'none'}, 'DOCKER_HOST'), ('an empty DOCKER_HOST is none', {'DOCKER_HOST': '', 'DOCKER_CONTEXT': 'mine'}, 'DOCKER_CONTEXT')):
    r = run('ping', '--json', env={**at_home, **env})
    ok(r.code == 0 and r.json['client']['from'] == source, name, r)
config('{"currentContext": "mine"}')
r = run('ping', '--json', env=at_home)
ok(r.code == 0 and r.json['client']['from'] == 'context' and r.json['client']['context'] == 'mine', 'the current context of config.json', r)
r = run('-H', e.url, 'ping', '--json', env={**at_home, 'DOCKER_HOST': 'tcp://127.0.0.1:1'})
ok(r.code == 0 and r.json['client']['from'] == 'flag', '-H comes first', r)
BAD = [('DOCKER_HOST that is a path', {'DOCKER_HOST': '/var/run/docker.sock'}, 'unix:///var/run/docker.sock'), ('DOCKER_HOST with two slashes', {'DOCKER_HOST': 'unix://var/run/docker.sock'}, 'absolute'),
       ('DOCKER_HOST with http', {'DOCKER_HOST': 'http://127.0.0.1:2375'}, 'tcp://'), ('DOCKER_HOST with port 70000', {'DOCKER_HOST': 'tcp://h:70000'}, '70000'),
       ('a context that is missing', {'DOCKER_CONTEXT': 'none'}, 'docker context use default'), ('a context without an endpoint', {'DOCKER_CONTEXT': 'odd'}, 'names no endpoint'),
       ('a context that is no JSON', {'DOCKER_CONTEXT': 'torn'}, 'not valid JSON')]
for name, env, word in BAD:
    r = run('ping', env={**at_home, **env})
    ok(r.code == 6 and word in r.err, name + ': exit 6', r)
for text, name in (('{"currentContext": "mine",}', 'malformed'), ('[]', 'no object')):
    config(text)
    r = run('ping', env=at_home)
    ok(r.code == 6 and 'config.json:' in r.err, 'config.json is %s: exit 6, with its place' % name, r)
os.remove(home + '/.docker/config.json')
os.mkfifo(home + '/.docker/config.json')
r = run('ping', '--json', env=at_home)
ok(r.code == 6 and r.json['error']['finding'] == 'cli-config-bad', 'config.json is a FIFO: exit 6, at once', r)
os.remove(home + '/.docker/config.json')
r = run('ping', '--json', env={**at_home, 'DOCKER_HOST': 'http://ann:secret@h'})
ok(r.code == 6 and 'secret' not in r.out, 'a password is shown nowhere', r)

# --- what is not there -----------------------------------------------------------------------------------------------------
os.mkdir(WORK + '/dir')
open(WORK + '/file', 'w').close()
os.symlink(WORK + '/nothing', WORK + '/dangling')
for name, path, code in (('missing', 'nothing', 7), ('a directory', 'dir', 7), ('a plain file', 'file', 7), ('a dangling link', 'dangling', 7)):
    r = run('-H', 'unix://%s/%s' % (WORK, path), 'ping')
    ok(r.code == code, 'socket is %s: exit %d' % (name, code), r)
r = run('-H', 'tcp://127.0.0.1:1', 'ping')
ok(r.code == 7 and 'refused' in r.err, 'nobody listens on the port: exit 7', r)
r = run('--timeout', '5', '-H', 'tcp://no-such-host.invalid:2375', 'ping')
ok(r.code in (1, 150) and 'no-such-host.invalid' in r.err, 'an unknown host name', r)
if os.geteuid() == 0:
    os.chmod(WORK, 0o711)
    os.chmod(e.path, 0o600)
    copy = os.path.join(WORK, 'enginectl')
    shutil.copy(PROGRAM, copy)
    os.chmod(copy, 0o755)
    r = clilib.run('-H', e.url, 'ping', '--json', program=(copy,), uid=clilib.NOBODY)
    ok(r.code == 4 and r.json['api']['answers'] is None, 'no right to connect: exit 4, answers null', r)
else:
    skip('no right to connect', 'needs root to become another user')
for words, code in ((['status'], 4), (['start'], 3), (['probe'], 3), (['logs'], 3)):
    r = run('-H', 'tcp://10.0.0.1:2375', *words)
    ok(r.code == code and 'elsewhere' in r.err, '%s of an endpoint elsewhere: exit %d' % (words[0], code), r)
far = Engine('ok', tcp=True)
r = run('-H', far.url, 'wait', 'running', '--json')
ok(r.code == 0 and r.json['reached'] is True, 'wait running works there', r)
r = run('--timeout', '1', '-H', 'tcp://127.0.0.1:1', 'wait', 'running')
ok(r.code == 150, 'and has a deadline', r)

# --- ssh: the program is replaced by one that shows its arguments and speaks for an engine ---------------------------------------
tools = os.path.join(WORK, 'bin')
os.mkdir(tools)
with open(tools + '/ssh', 'w') as f:
    f.write('''#!/usr/bin/python3
import os, socket, sys, threading
with open(%r, 'w') as log: log.write(' '.join(sys.argv[1:]) + ' LC_ALL=' + os.environ.get('LC_ALL', ''))
if 'chatty' in sys.argv: os.write(2, b'x' * 200000)
if 'broken' in sys.argv: sys.exit('ssh: connect to host broken port 22: Connection refused')
s = socket.socket(socket.AF_UNIX); s.connect(%r)
def back():
    while True:
        got = s.recv(4096)
        if not got: break
        os.write(1, got)
threading.Thread(target=back, daemon=True).start()
while True:
    got = os.read(0, 4096)
    if not got: break
    s.sendall(got)
''' % (WORK + '/ssh.log', e.path))
os.chmod(tools + '/ssh', 0o755)
with_ssh = {'PATH': tools + ':/usr/bin:/bin'}
r = run('-H', 'ssh://ann@far:2222/run/other.sock', 'ping', env=with_ssh)
words = open(WORK + '/ssh.log').read()
ok(r.code == 0 and '-l ann -p 2222 -- far docker --host unix:///run/other.sock system dial-stdio' in words and 'BatchMode=yes' in words and words.endswith('LC_ALL=C.UTF-8'),
   'ssh: the far docker is asked by dial-stdio', str(r) + words)
r = run('-H', 'ssh://broken', 'ping', env=with_ssh)
ok(r.code == 1 and 'Connection refused' in r.err, 'ssh that fails: its own words', r)
r = run('-H', 'ssh://chatty', 'ping', env=with_ssh)
ok(r.code == 0, 'ssh that complains without end holds nothing up', r)
r = run('-H', 'ssh://far/x;touch${IFS}%s/owned;' % WORK, 'ping', env=with_ssh)
ok(r.code == 2 and not os.path.exists(WORK + '/owned'), 'a path that a far shell would obey: exit 2', r)
# What concerns a host is answered by the enginectl there: an ssh that hands the words to a shell, as sshd does.
far_tools = os.path.join(WORK, 'far')
os.mkdir(far_tools)
with open(far_tools + '/ssh', 'w') as f:
    f.write('#!/bin/bash\nwhile [ "$1" != -- ]; do shift; done; [ "$2" != unreachable ] || exit 255; shift 2; PATH=%s/there; exec /bin/sh -c "$*"\n' % far_tools)
os.mkdir(far_tools + '/there')
with open(far_tools + '/there/enginectl', 'w') as f:
    f.write('#!/bin/bash\nprintf "<%s>" "$@"; exit 3\n')
for name in ('ssh', 'there/enginectl'):
    os.chmod(far_tools + '/' + name, 0o755)
with_far = {'PATH': far_tools + ':/usr/bin:/bin'}
r = run('-H', 'ssh://me@far', 'status', '--timeout', '2', '--json', "a'b $(x)", env=with_far)
ok(r.code == 2, 'a name of a service that is none is refused here', r)
r = run('logs', '-H', 'ssh://me@far', '-n', '5', '--since', '2026-01-31 12:00', env=with_far)
ok(r.code == 3 and r.out == '<logs><--lines><5><--since><2026-01-31 12:00><-->', 'the enginectl there gets the words, and its code is ours', r)
r = run('-H', 'ssh://me@far/run/d.sock', 'stop', '--dry-run', '-q', env=with_far)
ok(r.out == '<-H><unix:///run/d.sock><stop><--dry-run><--quiet><-->', 'and the socket that was named', r)
os.remove(far_tools + '/there/enginectl')
r = run('-H', 'ssh://me@far', 'stop', '--json', env=with_far)
ok(r.code == 3 and 'no enginectl on far' in r.json['error']['message'], 'a host without enginectl: exit 3', r)
r = run('-H', 'ssh://me@far', 'status', env=with_far)
ok(r.code == 4, 'status: 4', r)
r = run('-H', 'ssh://unreachable', 'stop', env=with_far)
ok(r.code == 1 and 'could not reach' in r.err, 'a host that is not reached', r)
r = run('-H', 'ssh://-oProxyCommand=touch', 'ping', env=with_ssh)
ok(r.code == 2, 'a host that is an option: exit 2', r)

# --- TLS -------------------------------------------------------------------------------------------------------------------------
certs = os.path.join(WORK, 'certs')
os.mkdir(certs)


def tls_ping(server, client='client', ca=None, env=None):
    """An engine with the certificate SERVER that demands one of its authority, asked as CLIENT (a folder such as DOCKER_CERT_PATH names)."""
    t = Engine('ok', '--tls-cert', '%s/%s/cert.pem' % (certs, server), '--tls-key', '%s/%s/key.pem' % (certs, server), '--tls-ca', certs + '/authority.pem', tcp=True)
    folder = shutil.copytree('%s/%s' % (certs, client), tempfile.mkdtemp(dir=WORK) + '/c')
    if ca:
        shutil.copy(ca, folder + '/ca.pem')
    r = run('--timeout', '5', '-H', t.url, 'ping', '--json', env={'DOCKER_TLS_VERIFY': '1', 'DOCKER_CERT_PATH': folder} if env is None else env)
    t.end()
    return r


module = os.path.join(os.path.dirname(PROGRAM), '../lib/enginectl/tls.so')
if not shutil.which('openssl') or not os.path.exists(module):
    skip('TLS', 'openssl is not installed' if os.path.exists(module) else 'the TLS module was not built')
else:
    subprocess.run([TOP / 'tests/fake/certs', certs], check=True)
    r = tls_ping('good')
    ok(r.code == 0 and r.json['api']['answers'] is True, 'TLS with client certificate: answers', r)
    for server, kw, word in (('expired', {}, 'expired on'), ('not-yet', {}, 'not valid before'), ('other-name', {}, 'elsewhere.example'), ('strange', {}, 'unknown authority'),
                             ('good', {'client': 'client-bare'}, 'client certificate'), ('good', {'client': 'client-expired'}, 'client certificate'),
                             ('good', {'ca': certs + '/other-authority.pem'}, 'unknown authority')):
        r = tls_ping(server, **kw)
        ok(r.code == 1 and word in r.json['error']['message'], 'TLS, server %s%s: says "%s"' % (server, ', ' + os.path.basename(list(kw.values())[0]) if kw else '', word), r)
    r = tls_ping('good', env={})
    ok(r.code == 1 and 'speaks TLS' in r.json['error']['message'], 'a plain request to a TLS port is recognised', r)
    plain = Engine('ok', tcp=True)
    r = run('--timeout', '5', '-H', plain.url, 'ping', env={'DOCKER_TLS_VERIFY': '1', 'DOCKER_CERT_PATH': certs + '/client'})
    ok(r.code == 1 and 'does not speak TLS' in r.err, 'TLS to a plain port is recognised', r)
    folder = tempfile.mkdtemp(dir=WORK)
    with open(folder + '/ca.pem', 'w') as f:
        f.write('no certificate\n')
    r = run('--timeout', '5', '-H', plain.url, 'ping', env={'DOCKER_TLS_VERIFY': '1', 'DOCKER_CERT_PATH': folder})
    ok(r.code in (1, 6) and 'ca.pem' in r.err, 'an authority file that is none: says which', r)
    os.remove(folder + '/ca.pem')
    os.mkfifo(folder + '/ca.pem')
    r = run('--timeout', '5', '-H', plain.url, 'ping', env={'DOCKER_TLS_VERIFY': '1', 'DOCKER_CERT_PATH': folder})
    ok(r.code == 6 and 'ca.pem' in r.err, 'an authority file that is a FIFO: exit 6, at once', r)
    os.remove(folder + '/ca.pem')
    os.symlink('/dev/zero', folder + '/ca.pem')
    r = run('--timeout', '5', '-H', plain.url, 'ping', env={'DOCKER_TLS_VERIFY': '1', 'DOCKER_CERT_PATH': folder})
    ok(r.code == 6 and 'ca.pem' in r.err, 'or a device without end', r)
    lone = os.path.join(WORK, 'lone')
    os.mkdir(lone)
    shutil.copy(PROGRAM, lone)
    r = clilib.run('-H', plain.url, 'ping', program=(lone + '/enginectl',), DOCKER_TLS_VERIFY='1', DOCKER_CERT_PATH=certs + '/client')
    if os.path.exists('/usr/local/lib/enginectl/tls.so'):
        skip('without its module', 'a TLS module is installed in /usr/local')
    else:
        ok(r.code in (1, 3) and 'tls.so' in r.err, 'without its module: says so', r)

for one in engines:
    if one.p.poll() is None:
        one.end()
tap.finish()

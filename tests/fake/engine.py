#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A Docker engine for the tests, well or ill as MODE says. Prints READY [PORT] once it listens; ends with its standard input, or after a minute."""
import argparse
import json
import os
import select
import socket
import ssl
import threading
import time

LIFE_S = 60
SLOW_S = 0.3
HEAD = 'HTTP/1.1 %s\r\nApi-Version: 1.41\r\nServer: Docker/20.10.24+dfsg1 (linux)\r\nOstype: linux\r\n'
# As Go's net/http says it to a plain request at a TLS port, and to a handshake at a plain one.
TLS_WANTED = b'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'
MALFORMED = b'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request'


def parse_arguments():
    modes = ['ok', 'slow', 'silent', 'not-accepting', 'closes-second', *RAW, *ENDLESS, *VERSIONS, *STATUS]
    a = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    a.add_argument('mode', choices=modes)
    place = a.add_mutually_exclusive_group(required=True)
    place.add_argument('--unix', metavar='PATH')
    place.add_argument('--tcp', metavar='HOST:PORT')
    a.add_argument('--tls-cert', metavar='PEM')
    a.add_argument('--tls-key', metavar='PEM')
    a.add_argument('--tls-ca', metavar='PEM', help='demand a client certificate of this authority')
    a.add_argument('--containers', type=int, default=0)
    a.add_argument('--stop-timeout', type=int, help="of every container; without it they have none of their own")
    a.add_argument('--live-restore', action='store_true')
    options = a.parse_args()
    if (options.tls_cert is None) != (options.tls_key is None) or (options.tls_ca and not options.tls_cert):
        a.error('--tls-cert and --tls-key belong together, --tls-ca to both')
    return options


def head(status='200 OK', *lines):
    return (HEAD % status + ''.join(line + '\r\n' for line in lines) + '\r\n').encode()


def answer(body, status='200 OK'):
    return head(status, 'Content-Length: %d' % len(body)) + body.encode()


def chunk(text):
    return b'%x\r\n%s\r\n' % (len(text), text.encode())


# Sent as they are, then the connection is closed.
RAW = {
    'garbage': bytes(range(256)) * 8,
    'no-http': b'SSH-2.0-OpenSSH_9.2\r\n',
    'closes': b'',
    'cut': head('200 OK', 'Content-Length: 100') + b'OK',
    'lying-length': head('200 OK', 'Content-Length: 99999999999999999999') + b'OK',
    'interim': b'HTTP/1.1 100 Continue\r\n\r\n' + answer('OK'),
    'big-header': head('200 OK', 'X-Big: ' + 'x' * 1024 * 1024),
    'bad-chunk': head('200 OK', 'Transfer-Encoding: chunked') + b'zz\r\nOK\r\n0\r\n\r\n',
    'lying-chunk': head('200 OK', 'Transfer-Encoding: chunked') + b'1\r\nOK and more\r\n0\r\n\r\n',
    'close-delimited': head() + b'OK',
    'chunked': head('200 OK', 'Transfer-Encoding: chunked') + b'1;x=y\r\nO\r\n1\r\nK\r\n0\r\n\r\n',
}
# The head, then the same piece until the far side goes.
ENDLESS = {
    'endless-body': (head(), b'x' * 65536),
    'endless-header': (b'HTTP/1.1 200 OK\r\n', b'X: y\r\n' * 1000),
    # Much to read, little that counts against a limit.
    'endless-chunks': (head('200 OK', 'Transfer-Encoding: chunked'), (b'1' + b' ' * 12000 + b'\r\na\r\n') * 8),
}
# What an engine that is well except for that says of its version.
VERSIONS = {
    'version-html': '<html>',
    'version-array': '[1]',
    'version-nul': '{"Version":"1"}\0junk',
    'version-deep': '[' * 100000,
    'version-huge': '{"a":[' + '{},' * 1000000 + '1]}',
    'version-escapes': json.dumps({'Version': '1\u009b31m\x7f', 'Components': [{'Name': '\x1b]0;owned\x07\x1b[31mX\r\n', 'Version': 'v'}]}),
}
STATUS = {'status-400': '400 Bad Request', 'status-403': '403 Forbidden', 'status-500': '500 Internal Server Error', 'status-503': '503 Service Unavailable'}


class Engine:
    def __init__(self, options):
        self.options = options
        self.mode = options.mode
        self.context = self.make_context() if options.tls_cert else None
        self.fillers = []

    def make_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.options.tls_cert, self.options.tls_key)
        if self.options.tls_ca:
            context.load_verify_locations(self.options.tls_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def well(self, path):
        """What an engine that is well answers to PATH."""
        o = self.options
        ids = ['%064x' % (n + 1) for n in range(o.containers)]
        config = {} if o.stop_timeout is None else {'StopTimeout': o.stop_timeout}
        documents = {
            '/version': {'Version': '20.10.24+dfsg1', 'ApiVersion': '1.41', 'MinAPIVersion': '1.12', 'Os': 'linux'},
            '/info': {'LiveRestoreEnabled': o.live_restore, 'ContainersRunning': o.containers},
            '/containers/json': [{'Id': one, 'Names': ['/c%d' % n]} for n, one in enumerate(ids)],
            **{'/containers/%s/json' % one: {'Id': one, 'Config': config} for one in ids},
        }
        if path == '/_ping':
            return answer('OK')
        if path == '/version' and self.mode in VERSIONS:
            return answer(VERSIONS[self.mode])
        if path == '/events':
            event = json.dumps({'Type': 'daemon', 'Action': 'reload', 'Actor': {'ID': 'x'}})
            return head('200 OK', 'Transfer-Encoding: chunked') + chunk(event + '\n')
        if path in documents:
            return answer(json.dumps(documents[path]))
        return answer('{"message":"page not found"}', '404 Not Found')

    def reply(self, c, path, nth):
        """Sends what the mode wants to the NTH request of a connection; False ends it."""
        if self.mode == 'silent':
            threading.Event().wait()
        if self.mode == 'closes-second' and nth > 1:
            return False
        if self.mode in RAW:
            c.sendall(RAW[self.mode])
            return False
        if self.mode in ENDLESS:
            first, piece = ENDLESS[self.mode]
            c.sendall(first)
            while True:
                c.sendall(piece)
        if self.mode == 'slow':
            time.sleep(SLOW_S)
        c.sendall(answer('{"message":"no"}', STATUS[self.mode]) if self.mode in STATUS else self.well(path))
        return True

    def serve(self, c):
        buffer, nth = b'', 0
        while True:
            while b'\r\n\r\n' not in buffer:
                got = c.recv(4096)
                if not got:
                    return
                buffer += got
                if not b'GET '.startswith(buffer[:4]) and b'\n' in buffer:
                    c.sendall(MALFORMED)
                    return
            request, buffer = buffer.split(b'\r\n\r\n', 1)
            nth += 1
            if not self.reply(c, request.split(b' ')[1].decode().split('?')[0], nth):
                return

    def welcome(self, c):
        try:
            if self.context and c.recv(1, socket.MSG_PEEK) != b'\x16':
                c.recv(4096)
                c.sendall(TLS_WANTED)
            else:
                c = self.context.wrap_socket(c, server_side=True) if self.context else c
                self.serve(c)
        except (OSError, IndexError, ValueError):
            pass
        c.close()

    def listen(self):
        o = self.options
        if o.unix:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(o.unix)
        else:
            host, port = o.tcp.rsplit(':', 1)
            listener = socket.socket()
            listener.bind((host, int(port)))
        listener.listen(0 if self.mode == 'not-accepting' else 16)
        if self.mode == 'not-accepting':
            self.fill_queue(listener)
        return listener

    def fill_queue(self, listener):
        """Even a backlog of 0 takes one or two: they are ours."""
        for _ in range(4):
            filler = socket.socket(listener.family)
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            self.fillers.append(filler)

    def accept(self, listener):
        while True:
            c, _ = listener.accept()
            threading.Thread(target=self.welcome, args=(c,), daemon=True).start()


engine = Engine(parse_arguments())
listening = engine.listen()
if engine.mode != 'not-accepting':
    threading.Thread(target=engine.accept, args=(listening,), daemon=True).start()
print('READY' if engine.options.unix else 'READY %d' % listening.getsockname()[1], flush=True)
end = time.monotonic() + LIFE_S
while (left := end - time.monotonic()) > 0 and select.select([0], [], [], left)[0] and os.read(0, 4096):
    pass
os._exit(0)

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A Docker engine that behaves as it is told: for faults that a real one does not show. Prints READY [PORT] when it listens; ends with its standard input."""
import argparse
import json
import os
import socket
import ssl
import sys
import threading
import time

HEAD = 'Api-Version: 1.41\r\nServer: Docker/20.10.24+dfsg1 (linux)\r\nOstype: linux\r\n'
MODES = ('ok slow silent garbage no-http endless-body endless-header cut big-header bad-chunk lying-chunk lying-length close-delimited chunked interim status-400 status-403 status-500 status-503 '
         'closes closes-second').split()

a = argparse.ArgumentParser(description=__doc__)
a.add_argument('mode', choices=MODES)
where = a.add_mutually_exclusive_group(required=True)
where.add_argument('--unix', metavar='PATH')
where.add_argument('--tcp', metavar='HOST:PORT')
a.add_argument('--tls', nargs=2, metavar=('CERT', 'KEY'))
a.add_argument('--tls-ca', metavar='CA', help='demand a client certificate of this authority')
a.add_argument('--backlog', type=int, default=16)
a.add_argument('--no-accept', action='store_true', help='listen, and never accept')
a.add_argument('--containers', type=int, default=0)
a.add_argument('--stop-timeout', type=int)
a.add_argument('--live-restore', action='store_true')
opt = a.parse_args()


def answer(body, status='200 OK', extra=''):
    return ('HTTP/1.1 %s\r\n%s%sContent-Length: %d\r\n\r\n%s' % (status, HEAD, extra, len(body), body)).encode()


def well(path):
    """The answer of an engine that is well."""
    ids = ['%064x' % (i + 1) for i in range(opt.containers)]
    if path == '/_ping':
        return answer('OK')
    if path == '/version':
        return answer(json.dumps({'Version': '20.10.24+dfsg1', 'ApiVersion': '1.41', 'MinAPIVersion': '1.12', 'Os': 'linux'}))
    if path == '/info':
        return answer(json.dumps({'LiveRestoreEnabled': opt.live_restore}))
    if path == '/containers/json':
        return answer(json.dumps([{'Id': i, 'Names': ['/c%d' % n]} for n, i in enumerate(ids)]))
    if path.startswith('/containers/') and path.split('/')[2] in ids:
        return answer(json.dumps({'Config': {} if opt.stop_timeout is None else {'StopTimeout': opt.stop_timeout}}))
    return answer('{"message":"page not found"}', '404 Not Found')


def endless(c, piece):
    for _ in range(200000):
        c.sendall(piece)


def reply(c, path, nth):
    """What the mode sends; FALSE ends the connection."""
    m = opt.mode
    if m == 'silent' or (m == 'closes-second' and nth > 1) or m == 'closes':
        if m == 'silent':
            time.sleep(60)
        return False
    if m == 'slow':
        for byte in well(path):
            c.sendall(bytes([byte]))
        return True
    raw = {
        'garbage': bytes(range(256)) * 8 + b'\n', 'no-http': b'SSH-2.0-OpenSSH_9.2\r\n', 'cut': ('HTTP/1.1 200 OK\r\n%sContent-Length: 100\r\n\r\nOK' % HEAD).encode(),
        'big-header': b'HTTP/1.1 200 OK\r\nX: ' + b'x' * 1000000 + b'\r\n\r\n', 'bad-chunk': ('HTTP/1.1 200 OK\r\n%sTransfer-Encoding: chunked\r\n\r\nzz\r\nOK\r\n0\r\n\r\n' % HEAD).encode(),
        'lying-chunk': ('HTTP/1.1 200 OK\r\n%sTransfer-Encoding: chunked\r\n\r\n1\r\nOK and more\r\n0\r\n\r\n' % HEAD).encode(),
        'lying-length': ('HTTP/1.1 200 OK\r\n%sContent-Length: 99999999999999999999\r\n\r\nOK' % HEAD).encode(), 'close-delimited': ('HTTP/1.1 200 OK\r\n%s\r\nOK' % HEAD).encode(),
    }
    if m in raw:
        c.sendall(raw[m])
        return False
    if m == 'chunked':
        c.sendall(('HTTP/1.1 200 OK\r\n%sTransfer-Encoding: chunked\r\n\r\n1;x=y\r\nO\r\n1\r\nK\r\n0\r\n\r\n' % HEAD).encode())
    elif m == 'interim':
        c.sendall(b'HTTP/1.1 100 Continue\r\n\r\n' + well(path))
    elif m.startswith('status-'):
        c.sendall(answer('{"message":"no"}', m[7:] + ' No'))
    elif m == 'endless-body':
        c.sendall(('HTTP/1.1 200 OK\r\n%s\r\n' % HEAD).encode())
        endless(c, b'x' * 65536)
    elif m == 'endless-header':
        c.sendall(b'HTTP/1.1 200 OK\r\n')
        endless(c, b'X: y\r\n' * 1000)
    else:
        c.sendall(well(path))
    return True


def serve(c, tls):
    try:
        if tls:
            c = tls.wrap_socket(c, server_side=True)
        buffer, nth = b'', 0
        while True:
            while b'\r\n\r\n' not in buffer:
                got = c.recv(4096)
                if not got:
                    return
                buffer += got
            head, buffer = buffer.split(b'\r\n\r\n', 1)
            nth += 1
            if not reply(c, head.split(b' ')[1].decode(), nth):
                return
    except (OSError, IndexError):
        pass
    finally:
        c.close()


def meet(c, tls):
    """Plain requests to a TLS port are told so, and TLS on a plain one."""
    if tls and c.recv(1, socket.MSG_PEEK) == b'G':
        c.recv(4096)
        c.sendall(b'HTTP/1.0 400 Bad Request\r\nConnection: close\r\n\r\nClient sent an HTTP request to an HTTPS server.\n')
        c.close()
        return
    if not tls and c.recv(1, socket.MSG_PEEK) == b'\x16':  # a TLS handshake, which Go's net/http answers so
        c.sendall(b'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request')
        c.close()
        return
    serve(c, tls)


if opt.unix:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(opt.unix)
else:
    host, port = opt.tcp.rsplit(':', 1)
    listener = socket.socket()
    listener.bind((host, int(port)))
listener.listen(opt.backlog)
context = None
if opt.tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*opt.tls)
    if opt.tls_ca:
        context.load_verify_locations(opt.tls_ca)
        context.verify_mode = ssl.CERT_REQUIRED
print('READY' + ('' if opt.unix else ' %d' % listener.getsockname()[1]), flush=True)


def accept():
    while True:
        c, _ = listener.accept()
        threading.Thread(target=meet, args=(c, context), daemon=True).start()


if not opt.no_accept:
    threading.Thread(target=accept, daemon=True).start()
sys.stdin.read()
os._exit(0)

/* SPDX-License-Identifier: Apache-2.0 */
/* Door: a byte stream to an endpoint. The operating system opens plain ones; TLS wraps one (src/api/tls.h). */
#pragma once

#include "base/call.h"

typedef struct _EctlStream EctlStream;

typedef struct {
  /* At most N bytes; 0 at the end of the stream, -1 with ERROR. Waits under CALL. */
  gssize (*read) (EctlStream *stream, void *buffer, gsize n, EctlCall *call, GError **error);
  /* All N bytes, or FALSE with ERROR. */
  gboolean (*write) (EctlStream *stream, const void *bytes, gsize n, EctlCall *call, GError **error);
  void (*close) (EctlStream *stream); /* frees it */
  /* The descriptor to poll for G_IO_IN, -1 where there is none. Bytes may also wait inside the stream (TLS): read before you poll. */
  int (*get_fd) (EctlStream *stream);
} EctlStreamClass;

struct _EctlStream {
  const EctlStreamClass *klass;
};

static inline void
ectl_stream_close (EctlStream *stream)
{
  if (stream != NULL)
    stream->klass->close (stream);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlStream, ectl_stream_close)

/* How connecting ended; the words of the error say the same to people. */
typedef enum {
  ECTL_CONNECT_OK,
  ECTL_CONNECT_MISSING, /* no such path (ENOENT, ENOTDIR, a dangling link) */
  ECTL_CONNECT_REFUSED, /* nobody listens, or the path is no socket */
  ECTL_CONNECT_DENIED,  /* EACCES, EPERM */
  ECTL_CONNECT_BACKLOG, /* a listener whose queue stayed full until the deadline: it exists, and does not accept */
  ECTL_CONNECT_TIMEOUT, /* no answer to the connection */
  ECTL_CONNECT_UNKNOWN_HOST,
  ECTL_CONNECT_FAILED, /* anything else, cancelled included */
} EctlConnectResult;

/* A local endpoint: PATH of a unix socket. A path longer than sun_path is an error, not a truncation. */
EctlStream *ectl_stream_open_local (const char *path, EctlCall *call, EctlConnectResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* TCP to HOST (a name or an address, no brackets) and PORT; every address of the name is tried under the one deadline. Name
 * resolution runs in a thread that may be left behind. */
EctlStream *ectl_stream_open_tcp (const char *host, guint16 port, EctlCall *call, EctlConnectResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A program whose standard input and output are the stream (ssh). ARGV[0] is an absolute path; it gets LC_ALL=C.UTF-8, a fixed PATH, HOME, SSH_AUTH_SOCK and
 * TERM of the caller, closed descriptors and default signals. Its standard error is kept (the first 4 KiB) and becomes
 * part of the error when it ends before the first byte. Closing ends it: TERM, and KILL if it does not go soon. */
EctlStream *ectl_stream_spawn (const char *const *argv, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A program whose input and outputs are the caller's own, until it ends; with the environment of ectl_stream_spawn. CODE: as a shell says it. */
gboolean ectl_pass_through (const char *const *argv, int *code, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets: non-blocking, every wait under the call. */
#include "platform/stream.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/stream-fd.h"

#define BACKLOG_RETRY_MS 20
#define ADDRESS_MS 10000 /* what one of several addresses may take where the call has no deadline */

/* --- a stream over descriptors -------------------------------------------------------------------------------------------- */

static gboolean
wait_for (int fd, gushort events, EctlCall *call, GError **error)
{
  GPollFD poll_fd = { .fd = fd, .events = events };
  return ectl_call_poll (call, &poll_fd, 1, G_MAXINT64, error);
}

static gboolean
would_block (int errnum)
{
  return errnum == EAGAIN || errnum == EWOULDBLOCK || errnum == EINTR;
}

gssize
ectl_fd_read (int fd, void *buffer, gsize n, EctlCall *call, GError **error)
{
  for (;;)
    {
      gssize got = read (fd, buffer, n);
      if (got >= 0)
        return got;
      if (errno == ECONNRESET)
        return 0;
      if (!would_block (errno))
        {
          ectl_set_error_errno (error, errno, _ ("cannot read the answer"));
          return -1;
        }
      if (!wait_for (fd, G_IO_IN, call, error))
        return -1;
    }
}

gboolean
ectl_fd_write (int fd, gboolean is_socket, const void *bytes, gsize n, EctlCall *call, GError **error)
{
  const char *at = bytes;

  while (n > 0)
    {
      gssize sent = is_socket ? send (fd, at, n, MSG_NOSIGNAL) : write (fd, at, n);
      if (sent < 0 && !would_block (errno))
        {
          ectl_set_error_errno (error, errno, _ ("cannot send the request"));
          return FALSE;
        }
      if (sent < 0 && !wait_for (fd, G_IO_OUT, call, error))
        return FALSE;
      at += MAX (sent, 0);
      n -= (gsize) MAX (sent, 0);
    }
  return TRUE;
}

typedef struct {
  EctlStream base;
  int fd;
} SocketStream;

static gssize
socket_read (EctlStream *stream, void *buffer, gsize n, EctlCall *call, GError **error)
{
  return ectl_fd_read (((SocketStream *) stream)->fd, buffer, n, call, error);
}

static gboolean
socket_write (EctlStream *stream, const void *bytes, gsize n, EctlCall *call, GError **error)
{
  return ectl_fd_write (((SocketStream *) stream)->fd, TRUE, bytes, n, call, error);
}

static void
socket_close (EctlStream *stream)
{
  close (((SocketStream *) stream)->fd);
  g_free (stream);
}

static int
socket_get_fd (EctlStream *stream)
{
  return ((SocketStream *) stream)->fd;
}

static const EctlStreamClass socket_class = { socket_read, socket_write, socket_close, socket_get_fd };

static EctlStream *
new_socket_stream (int fd)
{
  SocketStream *stream = g_new0 (SocketStream, 1);
  *stream = (SocketStream){ .base.klass = &socket_class, .fd = fd };
  return &stream->base;
}

/* --- connecting ----------------------------------------------------------------------------------------------------------- */

static EctlConnectResult
result_of_errno (int errnum)
{
  switch (errnum)
    {
    case 0:
      return ECTL_CONNECT_OK;
    case ENOENT:
    case ENOTDIR:
      return ECTL_CONNECT_MISSING;
    case ECONNREFUSED:
    case EPROTOTYPE:
      return ECTL_CONNECT_REFUSED;
    case EACCES:
    case EPERM:
      return ECTL_CONNECT_DENIED;
    case ETIMEDOUT:
      return ECTL_CONNECT_TIMEOUT;
    default:
      return ECTL_CONNECT_FAILED;
    }
}

/* Waits for a connection that is on its way. Returns its errno; -1 where the call was over first (ERROR is set). */
static int
finish_connect (int fd, EctlCall *call, GError **error)
{
  int failed = 0;
  socklen_t size = sizeof failed;

  if (!wait_for (fd, G_IO_OUT, call, error))
    return -1;
  return getsockopt (fd, SOL_SOCKET, SO_ERROR, &failed, &size) < 0 ? errno : failed;
}

/* A unix socket whose backlog is full answers EAGAIN at once and never becomes writable: it has to be tried again. */
static int
connect_local (int fd, const struct sockaddr_un *address, EctlCall *call, GError **error)
{
  while (connect (fd, (const struct sockaddr *) address, sizeof *address) < 0)
    {
      if (errno != EAGAIN && errno != EINTR)
        return errno;
      if (!ectl_call_sleep (call, BACKLOG_RETRY_MS, error))
        return -1;
    }
  return 0;
}

static gboolean
fail_local (const char *path, int failed, GError **error)
{
  if (failed == EACCES || failed == EPERM)
    ectl_set_error_errno (error, failed, _ ("cannot connect to %s"), path);
  else if (failed == ECONNREFUSED)
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("nobody listens on %s"), path);
  else
    ectl_set_error_errno (error, failed, _ ("cannot connect to %s"), path);
  return FALSE;
}

EctlStream *
ectl_stream_open_local (const char *path, EctlCall *call, EctlConnectResult *result, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  *result = ECTL_CONNECT_FAILED;
  if (g_str_has_prefix (path, "//./pipe/"))
    {
      ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("named pipes are a thing of Windows"));
      return NULL;
    }
  if (strlen (path) >= sizeof address.sun_path)
    {
      ectl_set_error (error, ECTL_ERROR_USAGE, _ ("the path of a socket has at most %d bytes: %s"), (int) sizeof address.sun_path - 1, path);
      return NULL;
    }
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    {
      ectl_set_error_errno (error, errno, _ ("cannot make a socket"));
      return NULL;
    }
  int failed = connect_local (fd, &address, call, error);
  *result = failed < 0 ? (ectl_wakeup_is_raised (call->wakeup) ? ECTL_CONNECT_FAILED : ECTL_CONNECT_BACKLOG) : result_of_errno (failed);
  if (failed == 0)
    return new_socket_stream (fd);
  close (fd);
  if (failed > 0)
    fail_local (path, failed, error);
  return NULL;
}

/* --- names ------------------------------------------------------------------------------------------------------------------ */

/* What the thread works on; whoever comes last frees it. */
typedef struct {
  gint references;
  char *host;
  char *port;
  EctlWakeup *done;
  int failed; /* of getaddrinfo */
  struct addrinfo *found;
} Lookup;

static void
release_lookup (Lookup *lookup)
{
  if (!g_atomic_int_dec_and_test (&lookup->references))
    return;
  g_free (lookup->host);
  g_free (lookup->port);
  ectl_wakeup_free (lookup->done);
  if (lookup->found != NULL)
    freeaddrinfo (lookup->found);
  g_free (lookup);
}

static int
look_up (Lookup *lookup, int flags)
{
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV };
  return getaddrinfo (lookup->host, lookup->port, &hints, &lookup->found);
}

/* getaddrinfo knows no deadline. */
static gpointer
look_up_in_thread (gpointer data)
{
  Lookup *lookup = data;
  lookup->failed = look_up (lookup, 0);
  ectl_wakeup_raise (lookup->done);
  release_lookup (lookup);
  return NULL;
}

static gboolean
look_up_name (Lookup *lookup, EctlCall *call, GError **error)
{
  g_atomic_int_inc (&lookup->references);
  GThread *thread = g_thread_try_new ("resolve", look_up_in_thread, lookup, error);
  if (thread == NULL)
    {
      g_atomic_int_add (&lookup->references, -1);
      return FALSE;
    }
  g_thread_unref (thread);
  while (!ectl_wakeup_is_raised (lookup->done))
    if (!wait_for (ectl_wakeup_get_fd (lookup->done), G_IO_IN, call, error))
      return FALSE;
  if (lookup->failed == 0)
    return TRUE;
  ectl_set_error (error, ECTL_ERROR_FAILED, _ ("the host name %s is not known: %s"), lookup->host, gai_strerror (lookup->failed));
  return FALSE;
}

/* --- TCP -------------------------------------------------------------------------------------------------------------------- */

/* One address. Returns the descriptor; -1 with FAILED (an errno, or -1 where the call is over). */
static int
connect_address (const struct addrinfo *address, int *failed, EctlCall *call, GError **error)
{
  int fd = socket (address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol);

  if (fd < 0)
    {
      *failed = errno;
      return -1;
    }
  *failed = connect (fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
  if (*failed == EINPROGRESS)
    *failed = finish_connect (fd, call, error);
  if (*failed != 0)
    {
      close (fd);
      return -1;
    }
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof (int));
  return fd;
}

static gint64
count_from (const struct addrinfo *address)
{
  gint64 n = 0;
  for (; address != NULL; address = address->ai_next)
    n++;
  return n;
}

/* Each address has its share of the time that is left, so that a silent one does not hide the next. */
static EctlStream *
connect_any (const Lookup *lookup, EctlCall *call, EctlConnectResult *result, GError **error)
{
  int failed = EHOSTUNREACH;
  g_autoptr (GError) why = NULL;

  for (const struct addrinfo *address = lookup->found; address != NULL && !ectl_error_is (why, ECTL_ERROR_CANCELLED); address = address->ai_next)
    {
      EctlCall share;
      gint64 left = ectl_call_left_ms (call);
      ectl_call_init_sub (&share, call, left < 0 ? ADDRESS_MS : left / count_from (address));
      g_clear_error (&why);
      int fd = connect_address (address, &failed, address->ai_next != NULL ? &share : call, &why);
      if (fd >= 0)
        {
          *result = ECTL_CONNECT_OK;
          return new_socket_stream (fd);
        }
    }
  *result = failed < 0 ? (ectl_wakeup_is_raised (call->wakeup) ? ECTL_CONNECT_FAILED : ECTL_CONNECT_TIMEOUT) : result_of_errno (failed);
  if (why != NULL)
    g_propagate_prefixed_error (error, g_steal_pointer (&why), _ ("cannot connect to %s port %s: "), lookup->host, lookup->port);
  else
    ectl_set_error_errno (error, failed, _ ("cannot connect to %s port %s"), lookup->host, lookup->port);
  return NULL;
}

EctlStream *
ectl_stream_open_tcp (const char *host, guint16 port, EctlCall *call, EctlConnectResult *result, GError **error)
{
  Lookup *lookup = g_new0 (Lookup, 1);
  EctlStream *stream = NULL;

  *lookup = (Lookup){ .references = 1, .host = g_strdup (host), .port = g_strdup_printf ("%u", port), .done = ectl_wakeup_new () };
  *result = ECTL_CONNECT_UNKNOWN_HOST;
  if (look_up (lookup, AI_NUMERICHOST) == 0 || look_up_name (lookup, call, error))
    stream = connect_any (lookup, call, result, error);
  release_lookup (lookup);
  return stream;
}

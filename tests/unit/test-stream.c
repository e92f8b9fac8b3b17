/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: how connecting ends in each case, what reading and writing do when the far side goes, programs as a far side. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "platform/stream.h"

#define LIMIT_MS 10000
#define SHORT_MS 50
#define ARGUMENTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

typedef struct {
  char *folder;
  char *path; /* of a socket, where a test has one */
  EctlCall *call;
  GError *error;
  EctlConnectResult result;
} Bed;

static void
set_up (Bed *bed, gint64 ms)
{
  *bed = (Bed){ .folder = g_dir_make_tmp ("ectl-stream-XXXXXX", NULL), .call = ectl_call_new (ms) };
  bed->path = g_build_filename (bed->folder, "socket", NULL);
  ectl_call_begin (bed->call, ECTL_CALL_READ, ms);
}

static void
tear_down (Bed *bed)
{
  g_remove (bed->path);
  g_remove (bed->folder);
  g_free (bed->path);
  g_free (bed->folder);
  ectl_call_free (bed->call);
  g_clear_error (&bed->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bed, tear_down)

static struct sockaddr_un
address_of (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  return address;
}

static int
listen_at (const char *path, int backlog)
{
  struct sockaddr_un address = address_of (path);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, backlog), ==, 0);
  return fd;
}

static int
listen_on_port (guint16 *port, int backlog)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t size = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, backlog), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &size), ==, 0);
  *port = ntohs (address.sin_port);
  return fd;
}

/* --- a local socket -------------------------------------------------------------------------------------------------------------- */

static void
assert_local_fails (Bed *bed, EctlConnectResult result, EctlErrorCode code)
{
  g_assert_null (ectl_stream_open_local (bed->path, bed->call, &bed->result, &bed->error));
  g_assert_cmpint (bed->result, ==, result);
  g_assert_error (bed->error, ECTL_ERROR, (int) code);
}

static void
check_local (void)
{
  g_auto (Bed) bed = { 0 };
  char bytes[8];
  set_up (&bed, LIMIT_MS);
  int listener = listen_at (bed.path, 4);
  g_autoptr (EctlStream) stream = ectl_stream_open_local (bed.path, bed.call, &bed.result, &bed.error);
  int far = accept (listener, NULL, NULL);

  g_assert_no_error (bed.error);
  g_assert_cmpint (bed.result, ==, ECTL_CONNECT_OK);
  g_assert_cmpint (fcntl (stream->klass->get_fd (stream), F_GETFD) & FD_CLOEXEC, !=, 0);
  g_assert_true (stream->klass->write (stream, "ask", 3, bed.call, &bed.error));
  g_assert_cmpint (read (far, bytes, sizeof bytes), ==, 3);
  g_assert_cmpint (write (far, "answer", 6), ==, 6);
  g_assert_cmpint (stream->klass->read (stream, bytes, sizeof bytes, bed.call, &bed.error), ==, 6);
  close (far);
  g_assert_cmpint (stream->klass->read (stream, bytes, sizeof bytes, bed.call, &bed.error), ==, 0);
  close (listener);
}

static void
check_local_missing (void)
{
  g_auto (Bed) bed = { 0 };
  set_up (&bed, LIMIT_MS);
  assert_local_fails (&bed, ECTL_CONNECT_MISSING, ECTL_ERROR_FAILED);
  g_assert_nonnull (strstr (bed.error->message, bed.path));
}

static void
check_local_below_file (void)
{
  g_auto (Bed) bed = { 0 };
  set_up (&bed, LIMIT_MS);
  g_assert_true (g_file_set_contents (bed.path, "", 0, NULL));
  g_autofree char *below = g_build_filename (bed.path, "x", NULL);
  g_assert_null (ectl_stream_open_local (below, bed.call, &bed.result, &bed.error));
  g_assert_cmpint (bed.result, ==, ECTL_CONNECT_MISSING);
}

static void
check_local_dangling (void)
{
  g_auto (Bed) bed = { 0 };
  set_up (&bed, LIMIT_MS);
  g_assert_cmpint (symlink ("nowhere", bed.path), ==, 0);
  assert_local_fails (&bed, ECTL_CONNECT_MISSING, ECTL_ERROR_FAILED);
}

static void
check_local_loop (void)
{
  g_auto (Bed) bed = { 0 };
  set_up (&bed, LIMIT_MS);
  g_assert_cmpint (symlink (bed.path, bed.path), ==, 0);
  assert_local_fails (&bed, ECTL_CONNECT_FAILED, ECTL_ERROR_FAILED);
}

static void
check_local_stale (void)
{
  g_auto (Bed) bed = { 0 };
  set_up (&bed, LIMIT_MS);
  close (listen_at (bed.path, 4));
  assert_local_fails (&bed, ECTL_CONNECT_REFUSED, ECTL_ERROR_FAILED);
}

static void
check_local_folder (void)
{
  g_auto (Bed) bed = { 0 };
  set_up (&bed, LIMIT_MS);
  g_assert_cmpint (g_mkdir (bed.path, 0700), ==, 0);
  assert_local_fails (&bed, ECTL_CONNECT_REFUSED, ECTL_ERROR_FAILED);
}

static void
check_local_datagram (void)
{
  g_auto (Bed) bed = { 0 };
  set_up (&bed, LIMIT_MS);
  struct sockaddr_un address = address_of (bed.path);
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  assert_local_fails (&bed, ECTL_CONNECT_REFUSED, ECTL_ERROR_FAILED);
  close (fd);
}

static void
check_local_long (void)
{
  g_auto (Bed) bed = { 0 };
  g_autofree char *path = g_strnfill (200, '/');
  set_up (&bed, LIMIT_MS);
  g_assert_null (ectl_stream_open_local (path, bed.call, &bed.result, &bed.error));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_USAGE);
  g_assert_cmpint (bed.result, ==, ECTL_CONNECT_FAILED);
}

/* Connections until the queue takes no more. */
static GArray *
fill_queue (const char *path)
{
  struct sockaddr_un address = address_of (path);
  GArray *fillers = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; i < 100; i++)
    {
      int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      if (connect (fd, (struct sockaddr *) &address, sizeof address) < 0)
        {
          g_assert_cmpint (errno, ==, EAGAIN);
          close (fd);
          return fillers;
        }
      g_array_append_val (fillers, fd);
    }
  g_assert_not_reached ();
}

static void
end_queue (GArray *fillers)
{
  for (guint i = 0; i < fillers->len; i++)
    close (g_array_index (fillers, int, i));
  g_array_unref (fillers);
}

static void
check_backlog_full (void)
{
  g_auto (Bed) bed = { 0 };
  set_up (&bed, SHORT_MS);
  int listener = listen_at (bed.path, 0);
  GArray *fillers = fill_queue (bed.path);

  assert_local_fails (&bed, ECTL_CONNECT_BACKLOG, ECTL_ERROR_DEADLINE);
  end_queue (fillers);
  close (listener);
}

static void
check_backlog_cancelled (void)
{
  g_auto (Bed) bed = { 0 };
  set_up (&bed, LIMIT_MS);
  int listener = listen_at (bed.path, 0);
  GArray *fillers = fill_queue (bed.path);

  ectl_call_cancel (bed.call);
  assert_local_fails (&bed, ECTL_CONNECT_FAILED, ECTL_ERROR_CANCELLED);
  end_queue (fillers);
  close (listener);
}

static gpointer
open_in_thread (gpointer data)
{
  Bed *bed = data;
  return ectl_stream_open_local (bed->path, bed->call, &bed->result, &bed->error);
}

/* A queue that becomes free in time is no fault. */
static void
check_backlog_drained (void)
{
  g_auto (Bed) bed = { 0 };
  set_up (&bed, LIMIT_MS);
  int listener = listen_at (bed.path, 0);
  GArray *fillers = fill_queue (bed.path);
  GThread *thread = g_thread_new ("open", open_in_thread, &bed);

  for (guint i = 0; i < fillers->len + 1; i++)
    close (accept (listener, NULL, NULL));
  g_autoptr (EctlStream) stream = g_thread_join (thread);
  g_assert_no_error (bed.error);
  g_assert_nonnull (stream);
  g_assert_cmpint (bed.result, ==, ECTL_CONNECT_OK);
  end_queue (fillers);
  close (listener);
}

/* --- TCP ------------------------------------------------------------------------------------------------------------------------- */

static void
check_tcp (gconstpointer host)
{
  g_auto (Bed) bed = { 0 };
  guint16 port;
  set_up (&bed, LIMIT_MS);
  int listener = listen_on_port (&port, 4);
  g_autoptr (EctlStream) stream = ectl_stream_open_tcp (host, port, bed.call, &bed.result, &bed.error);

  g_assert_no_error (bed.error);
  g_assert_cmpint (bed.result, ==, ECTL_CONNECT_OK);
  g_assert_nonnull (stream);
  close (listener);
}

static void
check_tcp_refused (void)
{
  g_auto (Bed) bed = { 0 };
  guint16 port;
  set_up (&bed, LIMIT_MS);
  close (listen_on_port (&port, 4));

  g_assert_null (ectl_stream_open_tcp ("127.0.0.1", port, bed.call, &bed.result, &bed.error));
  g_assert_cmpint (bed.result, ==, ECTL_CONNECT_REFUSED);
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_FAILED);
  g_assert_true (g_str_has_prefix (bed.error->message, "cannot connect to 127.0.0.1 port "));
}

/* A label of 64 letters cannot be a name, so nobody is asked. */
static void
check_unknown_host (void)
{
  g_auto (Bed) bed = { 0 };
  g_autofree char *label = g_strnfill (64, 'x');
  g_autofree char *name = g_strconcat (label, ".example", NULL);
  set_up (&bed, LIMIT_MS);

  g_assert_null (ectl_stream_open_tcp (name, 2375, bed.call, &bed.result, &bed.error));
  g_assert_cmpint (bed.result, ==, ECTL_CONNECT_UNKNOWN_HOST);
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_FAILED);
  g_assert_nonnull (strstr (bed.error->message, name));
}

/* A listener whose queue is full drops what comes: a port that does not answer. */
static int
listen_silently (guint16 *port, GPtrArray *fillers)
{
  int listener = listen_on_port (port, 0);
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (*port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  for (guint i = 0; i < 8; i++)
    {
      int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      connect (fd, (struct sockaddr *) &address, sizeof address);
      g_ptr_array_add (fillers, GINT_TO_POINTER (fd));
    }
  return listener;
}

static void
close_filler (gpointer fd)
{
  close (GPOINTER_TO_INT (fd));
}

static void
check_tcp_silent (void)
{
  g_auto (Bed) bed = { 0 };
  g_autoptr (GPtrArray) fillers = g_ptr_array_new_with_free_func (close_filler);
  guint16 port;
  set_up (&bed, SHORT_MS);
  int listener = listen_silently (&port, fillers);

  g_assert_null (ectl_stream_open_tcp ("127.0.0.1", port, bed.call, &bed.result, &bed.error));
  g_assert_cmpint (bed.result, ==, ECTL_CONNECT_TIMEOUT);
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_DEADLINE);
  g_assert_true (g_str_has_prefix (bed.error->message, "cannot connect to 127.0.0.1 port "));
  close (listener);
}

static void
check_tcp_cancelled (void)
{
  g_auto (Bed) bed = { 0 };
  g_autoptr (GPtrArray) fillers = g_ptr_array_new_with_free_func (close_filler);
  guint16 port;
  set_up (&bed, LIMIT_MS);
  int listener = listen_silently (&port, fillers);

  ectl_call_cancel (bed.call);
  g_assert_null (ectl_stream_open_tcp ("127.0.0.1", port, bed.call, &bed.result, &bed.error));
  g_assert_cmpint (bed.result, ==, ECTL_CONNECT_FAILED);
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_CANCELLED);
  close (listener);
}

/* --- a far side that goes ----------------------------------------------------------------------------------------------------------- */

static EctlStream *
open_pair (Bed *bed, int *far)
{
  int listener = listen_at (bed->path, 4);
  EctlStream *stream = ectl_stream_open_local (bed->path, bed->call, &bed->result, &bed->error);

  g_assert_no_error (bed->error);
  *far = accept (listener, NULL, NULL);
  close (listener);
  return stream;
}

/* It would end the program if SIGPIPE came. */
static void
check_write_after_end (void)
{
  g_auto (Bed) bed = { 0 };
  int far;
  set_up (&bed, LIMIT_MS);
  g_autoptr (EctlStream) stream = open_pair (&bed, &far);

  close (far);
  g_assert_false (stream->klass->write (stream, "x", 1, bed.call, &bed.error));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_FAILED);
}

/* A far side that closes with our bytes unread resets the connection: that is an end, too. */
static void
check_read_after_reset (void)
{
  g_auto (Bed) bed = { 0 };
  char bytes[8];
  int far;
  set_up (&bed, LIMIT_MS);
  g_autoptr (EctlStream) stream = open_pair (&bed, &far);

  g_assert_true (stream->klass->write (stream, "unread", 6, bed.call, &bed.error));
  close (far);
  g_assert_cmpint (stream->klass->read (stream, bytes, sizeof bytes, bed.call, &bed.error), ==, 0);
  g_assert_no_error (bed.error);
}

static void
check_deadline (void)
{
  g_auto (Bed) bed = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *much = g_strnfill (16 * 1024 * 1024, 'x');
  char bytes[8];
  int far;
  set_up (&bed, SHORT_MS);
  g_autoptr (EctlStream) stream = open_pair (&bed, &far);

  g_assert_cmpint (stream->klass->read (stream, bytes, sizeof bytes, bed.call, &bed.error), ==, -1);
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_DEADLINE);
  g_assert_false (stream->klass->write (stream, much, strlen (much), bed.call, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_DEADLINE);
  close (far);
}

/* --- programs ----------------------------------------------------------------------------------------------------------------------- */

static EctlStream *
start (Bed *bed, const char *const *argv)
{
  EctlStream *stream = ectl_stream_spawn (argv, bed->call, &bed->error);
  g_assert_no_error (bed->error);
  return stream;
}

static char *
read_all (EctlStream *stream, Bed *bed)
{
  GString *text = g_string_new (NULL);
  char bytes[256];
  gssize got;

  while ((got = stream->klass->read (stream, bytes, sizeof bytes, bed->call, &bed->error)) > 0)
    g_string_append_len (text, bytes, got);
  return g_string_free (text, FALSE);
}

static void
check_program (void)
{
  g_auto (Bed) bed = { 0 };
  char bytes[8];
  set_up (&bed, LIMIT_MS);
  g_autoptr (EctlStream) stream = start (&bed, ARGUMENTS ("/bin/cat"));

  g_assert_true (stream->klass->write (stream, "echo", 4, bed.call, &bed.error));
  g_assert_cmpint (stream->klass->read (stream, bytes, sizeof bytes, bed.call, &bed.error), ==, 4);
  g_assert_cmpmem (bytes, 4, "echo", 4);
}

static void
check_program_missing (void)
{
  g_auto (Bed) bed = { 0 };
  set_up (&bed, LIMIT_MS);
  g_assert_null (ectl_stream_spawn (ARGUMENTS ("/nonexistent/ssh"), bed.call, &bed.error));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_FAILED);
  g_assert_nonnull (strstr (bed.error->message, "/nonexistent/ssh"));
}

/* Its own words are the reason, whether the request still reached it or not. */
static void
check_program_complains (void)
{
  g_auto (Bed) bed = { 0 };
  set_up (&bed, LIMIT_MS);
  g_autoptr (EctlStream) stream = start (&bed, ARGUMENTS ("/bin/sh", "-c", "exec <&-; echo 'Permission denied (publickey).' >&2; exit 255"));

  g_assert_true (stream->klass->write (stream, "GET", 3, bed.call, &bed.error));
  g_autofree char *text = read_all (stream, &bed);
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_FAILED);
  g_assert_cmpstr (bed.error->message, ==, "sh ended without an answer: Permission denied (publickey).");
}

/* An end after the first byte is an end. */
static void
check_program_ends (void)
{
  g_auto (Bed) bed = { 0 };
  set_up (&bed, LIMIT_MS);
  g_autoptr (EctlStream) stream = start (&bed, ARGUMENTS ("/bin/sh", "-c", "echo bye; echo ignored >&2"));
  g_autofree char *text = read_all (stream, &bed);

  g_assert_no_error (bed.error);
  g_assert_cmpstr (text, ==, "bye\n");
}

/* What the program gets of ours: a handful of variables, three descriptors, signals as they are by default. */
static void
check_program_surroundings (void)
{
  g_auto (Bed) bed = { 0 };
  int ours = dup (2); /* without FD_CLOEXEC */
  set_up (&bed, LIMIT_MS);
  g_autoptr (EctlStream) stream = start (&bed, ARGUMENTS ("/bin/sh", "-c", "env; ls /proc/$$/fd; grep SigIgn /proc/$$/status"));
  g_autofree char *text = read_all (stream, &bed);
  g_autofree char *descriptor = g_strdup_printf ("\n%d\n", ours);

  g_assert_nonnull (strstr (text, "LC_ALL=C.UTF-8\n"));
  g_assert_nonnull (strstr (text, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"));
  g_assert_nonnull (strstr (text, "SSH_AUTH_SOCK=/run/agent\n"));
  g_assert_null (strstr (text, "ECTL_SECRET"));
  g_assert_null (strstr (text, descriptor));
  const char *ignored = strstr (text, "SigIgn:\t");
  g_assert_nonnull (ignored);
  /* 32 and 33 are the C library's own, out of reach for everybody; make leaves them ignored. */
  g_assert_cmphex (g_ascii_strtoull (ignored + strlen ("SigIgn:\t"), NULL, 16) & ~G_GUINT64_CONSTANT (0x180000000), ==, 0);
  close (ours);
}

/* A program that ignores TERM is killed. */
static void
check_program_stubborn (void)
{
  g_auto (Bed) bed = { 0 };
  char bytes[32] = "";
  set_up (&bed, LIMIT_MS);
  EctlStream *stream = start (&bed, ARGUMENTS ("/bin/sh", "-c", "trap '' TERM; echo $$; exec sleep 600"));

  g_assert_cmpint (stream->klass->read (stream, bytes, sizeof bytes - 1, bed.call, &bed.error), >, 0);
  int pid = (int) g_ascii_strtoll (bytes, NULL, 10);
  g_assert_cmpint (kill (pid, 0), ==, 0);
  ectl_stream_close (stream);
  g_assert_cmpint (kill (pid, 0), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("ECTL_SECRET", "x", TRUE);
  g_setenv ("SSH_AUTH_SOCK", "/run/agent", TRUE);
  g_test_add_func ("/stream/local/open", check_local);
  g_test_add_func ("/stream/local/missing", check_local_missing);
  g_test_add_func ("/stream/local/below-file", check_local_below_file);
  g_test_add_func ("/stream/local/dangling", check_local_dangling);
  g_test_add_func ("/stream/local/loop", check_local_loop);
  g_test_add_func ("/stream/local/stale", check_local_stale);
  g_test_add_func ("/stream/local/folder", check_local_folder);
  g_test_add_func ("/stream/local/datagram", check_local_datagram);
  g_test_add_func ("/stream/local/long", check_local_long);
  g_test_add_func ("/stream/backlog/full", check_backlog_full);
  g_test_add_func ("/stream/backlog/cancelled", check_backlog_cancelled);
  g_test_add_func ("/stream/backlog/drained", check_backlog_drained);
  g_test_add_data_func ("/stream/tcp/address", "127.0.0.1", check_tcp);
  g_test_add_data_func ("/stream/tcp/name", "localhost", check_tcp);
  g_test_add_func ("/stream/tcp/refused", check_tcp_refused);
  g_test_add_func ("/stream/tcp/unknown-host", check_unknown_host);
  g_test_add_func ("/stream/tcp/silent", check_tcp_silent);
  g_test_add_func ("/stream/tcp/cancelled", check_tcp_cancelled);
  g_test_add_func ("/stream/end/write", check_write_after_end);
  g_test_add_func ("/stream/end/read", check_read_after_reset);
  g_test_add_func ("/stream/deadline", check_deadline);
  g_test_add_func ("/stream/program/speaks", check_program);
  g_test_add_func ("/stream/program/missing", check_program_missing);
  g_test_add_func ("/stream/program/complains", check_program_complains);
  g_test_add_func ("/stream/program/ends", check_program_ends);
  g_test_add_func ("/stream/program/surroundings", check_program_surroundings);
  g_test_add_func ("/stream/program/stubborn", check_program_stubborn);
  return g_test_run ();
}

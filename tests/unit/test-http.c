/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP reader against bytes as they come: whole, in pieces, too many, none. The far side is the other end of a socket pair. */
#include "api/http.h"

#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "platform/linux/stream-fd.h"

#define LIMIT_MS 10000
#define SHORT_MS 50
#define HEAD "HTTP/1.1 200 OK\r\n"
#define CHUNKED HEAD "Transfer-Encoding: chunked\r\n\r\n"

/* --- a stream that is a plain descriptor; what is read comes a few bytes at a time ------------------------------------------ */

typedef struct {
  EctlStream base;
  int fd;
  gsize most; /* bytes that one read gives */
} PairStream;

static gssize
pair_read (EctlStream *stream, void *buffer, gsize n, EctlCall *call, GError **error)
{
  PairStream *pair = (PairStream *) stream;
  return ectl_fd_read (pair->fd, buffer, MIN (n, pair->most), call, error);
}

static gboolean
pair_write (EctlStream *stream, const void *bytes, gsize n, EctlCall *call, GError **error)
{
  return ectl_fd_write (((PairStream *) stream)->fd, TRUE, bytes, n, call, error);
}

static void
pair_close (EctlStream *stream)
{
  close (((PairStream *) stream)->fd);
  g_free (stream);
}

static int
pair_get_fd (EctlStream *stream)
{
  return ((PairStream *) stream)->fd;
}

static const EctlStreamClass pair_class = { pair_read, pair_write, pair_close, pair_get_fd };

/* --- the far side: a thread that writes ------------------------------------------------------------------------------------ */

typedef struct {
  EctlHttp *http;
  EctlCall *call;
  GError *error;
  int far;
  gboolean stays; /* the far side does not close after it has written */
  GThread *writer;
  GString *bytes;
} Bed;

static gpointer
write_all (gpointer data)
{
  Bed *bed = data;
  gsize sent = 0;

  while (sent < bed->bytes->len)
    {
      gssize n = send (bed->far, bed->bytes->str + sent, bed->bytes->len - sent, MSG_NOSIGNAL);
      if (n <= 0)
        return NULL;
      sent += (gsize) n;
    }
  if (!bed->stays)
    shutdown (bed->far, SHUT_WR);
  return NULL;
}

/* BYTES is taken over. MOST is what one read gives. */
static void
set_up (Bed *bed, GString *bytes, gsize most, gint64 timeout_ms, gboolean stays)
{
  int pair[2];
  PairStream *stream = g_new0 (PairStream, 1);

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_assert_true (g_unix_set_fd_nonblocking (pair[0], TRUE, NULL));
  *stream = (PairStream){ { &pair_class }, pair[0], most };
  *bed = (Bed){ .far = pair[1], .bytes = bytes, .stays = stays, .http = ectl_http_new (&stream->base, "docker"), .call = ectl_call_new (timeout_ms) };
  ectl_call_begin (bed->call, ECTL_CALL_READ, timeout_ms);
  bed->writer = g_thread_new ("far side", write_all, bed);
}

static void
tear_down (Bed *bed)
{
  g_clear_pointer (&bed->http, ectl_http_free);
  g_thread_join (bed->writer);
  close (bed->far);
  ectl_call_free (bed->call);
  g_clear_error (&bed->error);
  g_string_free (bed->bytes, TRUE);
}

/* What was asked for: the request as the far side sees it. */
static char *
read_request (Bed *bed)
{
  char text[1024];
  gssize n = recv (bed->far, text, sizeof text - 1, 0);
  return g_strndup (text, (gsize) MAX (n, 0));
}

/* --- answers --------------------------------------------------------------------------------------------------------------- */

static const struct {
  const char *name;
  const char *bytes;
  int status;
  const char *body;
  gboolean open; /* the connection may be used again */
} good[] = {
  { "content-length", HEAD "Content-Length: 2\r\n\r\nOK", 200, "OK", TRUE },
  { "empty-body", HEAD "Content-Length: 0\r\n\r\n", 200, "", TRUE },
  { "header-case", HEAD "CONTENT-LENGTH:2\r\n\r\nOK", 200, "OK", TRUE },
  { "bare-newlines", "HTTP/1.1 200 OK\nContent-Length: 2\n\nOK", 200, "OK", TRUE },
  { "no-reason", "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nOK", 200, "OK", TRUE },
  { "chunked", CHUNKED "1;x=y\r\nO\r\n1\r\nK\r\n0\r\n\r\n", 200, "OK", TRUE },
  { "chunked-upper-hex", CHUNKED "A\r\n0123456789\r\n0\r\n\r\n", 200, "0123456789", TRUE },
  { "chunked-trailers", CHUNKED "2\r\nOK\r\n0\r\nX-Sum: 1\r\n\r\n", 200, "OK", TRUE },
  { "chunked-beats-length", HEAD "Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n", 200, "OK", TRUE },
  { "close-delimited", HEAD "\r\nOK and more", 200, "OK and more", FALSE },
  { "no-content", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", TRUE },
  { "interim", "HTTP/1.1 100 Continue\r\nX-Old: 1\r\n\r\n" HEAD "Content-Length: 2\r\n\r\nOK", 200, "OK", TRUE },
  { "status-500", "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nno", 500, "no", TRUE },
  { "status-404", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", 404, "no", TRUE },
  { "http-1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nOK", 200, "OK", FALSE },
  { "connection-close", HEAD "Connection: Close\r\nContent-Length: 2\r\n\r\nOK", 200, "OK", FALSE },
  { "bytes-after", HEAD "Content-Length: 2\r\n\r\nOK" HEAD, 200, "OK", FALSE },
};

static const struct {
  const char *name;
  const char *bytes;
  const char *why;
} bad[] = {
  { "nothing", "", "closed without an answer" },
  { "garbage", "\001\002\003\004", "does not speak HTTP" },
  { "ssh", "SSH-2.0-OpenSSH_9.2\r\n", "does not speak HTTP" },
  { "tls-alert", "\x15\x03\x01", "speaks TLS" },
  { "http-2", "HTTP/2 200\r\n\r\n", "does not speak HTTP" },
  { "status-no-number", "HTTP/1.1 abc OK\r\n\r\n", "does not speak HTTP" },
  { "status-small", "HTTP/1.1 099 OK\r\n\r\n", "does not speak HTTP" },
  { "status-over-32-bits", "HTTP/1.1 4294967496 OK\r\nContent-Length: 2\r\n\r\nOK", "does not speak HTTP" },
  { "status-large", "HTTP/1.1 600 OK\r\n\r\n", "does not speak HTTP" },
  { "status-line-cut", "HTTP/1.1 20", "ends in the middle" },
  { "protocol-cut", "HTT", "ends in the middle" },
  { "headers-cut", HEAD "Content-Le", "ends in the middle" },
  { "header-no-colon", HEAD "Content-Length\r\n\r\n", "no colon" },
  { "body-cut", HEAD "Content-Length: 100\r\n\r\nOK", "ends in the middle" },
  { "length-no-number", HEAD "Content-Length: two\r\n\r\nOK", "no number" },
  { "length-negative", HEAD "Content-Length: -1\r\n\r\nOK", "no number" },
  { "length-over-64-bits", HEAD "Content-Length: 99999999999999999999\r\n\r\nOK", "no number" },
  { "length-over-limit", HEAD "Content-Length: 16777217\r\n\r\nOK", "larger than 16 MiB" },
  { "chunk-no-number", CHUNKED "zz\r\nOK\r\n0\r\n\r\n", "size that is no number" },
  { "chunk-negative", CHUNKED "-2\r\nOK\r\n0\r\n\r\n", "size that is no number" },
  { "chunk-0x", CHUNKED "0x2\r\nOK\r\n0\r\n\r\n", "size that is no number" },
  { "chunk-trash", CHUNKED "2x\r\nOK\r\n0\r\n\r\n", "size that is no number" },
  { "chunk-empty-size", CHUNKED "\r\nOK\r\n0\r\n\r\n", "size that is no number" },
  { "chunk-over-64-bits", CHUNKED "fffffffffffffffffff\r\nOK", "larger than 16 MiB" },
  { "chunk-too-short", CHUNKED "1\r\nOK and more\r\n0\r\n\r\n", "not as long as it says" },
  { "chunk-too-long", CHUNKED "ff\r\nOK\r\n0\r\n\r\n", "ends in the middle" },
  { "chunk-cut", CHUNKED "2\r\nOK", "ends in the middle" },
  { "chunk-no-last", CHUNKED "2\r\nOK\r\n", "ends in the middle" },
  { "interim-only", "HTTP/1.1 100 Continue\r\n\r\n", "ends in the middle" },
};

static void
check_good_with (guint i, gsize most)
{
  Bed bed;

  set_up (&bed, g_string_new (good[i].bytes), most, LIMIT_MS, FALSE);
  g_autoptr (EctlHttpResponse) response = ectl_http_get (bed.http, "/_ping", bed.call, &bed.error);
  g_assert_no_error (bed.error);
  g_assert_cmpint (response->status, ==, good[i].status);
  g_assert_cmpstr (response->body->str, ==, good[i].body);
  g_assert_null (ectl_http_response_header (response, "x-old"));
  /* Bytes that belong to no answer are seen only when they came along. */
  if (most > 1 || !g_str_equal (good[i].name, "bytes-after"))
    g_assert_cmpint (ectl_http_is_open (bed.http), ==, good[i].open);
  g_assert_true (ectl_http_has_answered (bed.http));
  tear_down (&bed);
}

static void
check_good (gconstpointer data)
{
  check_good_with (GPOINTER_TO_UINT (data), G_MAXSIZE);
  check_good_with (GPOINTER_TO_UINT (data), 1);
}

static void
check_fault (GString *bytes, gsize most, const char *why)
{
  Bed bed;

  set_up (&bed, bytes, most, LIMIT_MS, FALSE);
  g_assert_null (ectl_http_get (bed.http, "/_ping", bed.call, &bed.error));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_FAILED);
  g_test_message ("%s", bed.error->message);
  g_assert_nonnull (strstr (bed.error->message, why));
  g_assert_false (ectl_http_is_open (bed.http));
  tear_down (&bed);
}

static void
check_bad (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  check_fault (g_string_new (bad[i].bytes), G_MAXSIZE, bad[i].why);
  check_fault (g_string_new (bad[i].bytes), 1, bad[i].why);
}

/* --- too much --------------------------------------------------------------------------------------------------------------- */

static GString *
repeat (const char *before, const char *piece, gsize times)
{
  GString *bytes = g_string_new (before);
  while (times-- > 0)
    g_string_append (bytes, piece);
  return bytes;
}

static void
check_big_header (void)
{
  check_fault (repeat (HEAD "X-Big: ", "xxxxxxxxxxxxxxxx", 65536), G_MAXSIZE, "16 KiB");
}

static void
check_many_headers (void)
{
  check_fault (repeat (HEAD, "X-Many: yyyyyyyyyyyyyyyy\r\n", 5000), G_MAXSIZE, "64 KiB");
}

/* Headers that have no length of their own count as well. */
static void
check_empty_headers (void)
{
  check_fault (repeat (HEAD, ":\r\n", 200000), G_MAXSIZE, "64 KiB");
}

static void
check_endless_status (void)
{
  check_fault (repeat ("HTTP/1.1 200 ", "xxxxxxxxxxxxxxxx", 2048), G_MAXSIZE, "16 KiB");
}

static void
check_endless_interim (void)
{
  check_fault (repeat ("", "HTTP/1.1 100 Continue\r\n\r\n", 100), G_MAXSIZE, "does not speak HTTP");
}

static void
check_endless_body (void)
{
  check_fault (repeat (HEAD "\r\n", "xxxxxxxxxxxxxxxx", ECTL_HTTP_MAX_BODY / 16 + 1), G_MAXSIZE, "16 MiB");
}

static void
check_endless_chunks (void)
{
  check_fault (repeat (CHUNKED, "10\r\nxxxxxxxxxxxxxxxx\r\n", ECTL_HTTP_MAX_BODY / 16 + 1), G_MAXSIZE, "16 MiB");
}

static void
check_endless_trailers (void)
{
  check_fault (repeat (CHUNKED "2\r\nOK\r\n0\r\n", "X: y\r\n", 100), G_MAXSIZE, "a chunk of the answer");
}

static void
check_largest_body (void)
{
  Bed bed;

  set_up (&bed, repeat (HEAD "Content-Length: 16777216\r\n\r\n", "xxxxxxxxxxxxxxxx", ECTL_HTTP_MAX_BODY / 16), G_MAXSIZE, LIMIT_MS, TRUE);
  g_autoptr (EctlHttpResponse) response = ectl_http_get (bed.http, "/", bed.call, &bed.error);
  g_assert_no_error (bed.error);
  g_assert_cmpuint (response->body->len, ==, ECTL_HTTP_MAX_BODY);
  tear_down (&bed);
}

/* --- time, and the request --------------------------------------------------------------------------------------------------- */

static const struct {
  const char *name;
  const char *bytes;
  gboolean answered;
} stalled[] = {
  { "silence", "", FALSE },
  { "protocol", "HTTP", TRUE },
  { "headers", HEAD, TRUE },
  { "body", HEAD "Content-Length: 2\r\n\r\nO", TRUE },
  { "chunk", CHUNKED "2\r\nO", TRUE },
  { "end", HEAD "\r\nOK", TRUE },
};

static void
check_stalled (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  Bed bed;

  set_up (&bed, g_string_new (stalled[i].bytes), G_MAXSIZE, SHORT_MS, TRUE);
  g_assert_null (ectl_http_get (bed.http, "/_ping", bed.call, &bed.error));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_DEADLINE);
  g_assert_cmpint (ectl_http_has_answered (bed.http), ==, stalled[i].answered);
  g_assert_false (ectl_http_is_open (bed.http));
  tear_down (&bed);
}

static void
check_cancelled (void)
{
  Bed bed;

  set_up (&bed, g_string_new (HEAD), G_MAXSIZE, LIMIT_MS, TRUE);
  ectl_call_cancel (bed.call);
  g_assert_null (ectl_http_get (bed.http, "/_ping", bed.call, &bed.error));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_CANCELLED);
  tear_down (&bed);
}

static void
check_request (void)
{
  Bed bed;

  set_up (&bed, g_string_new (HEAD "Content-Length: 2\r\nX-Twice: a\r\nX-Twice:  b \r\n\r\nOK"), G_MAXSIZE, LIMIT_MS, TRUE);
  g_assert_true (ectl_http_send (bed.http, "/_ping", bed.call, &bed.error));
  g_autofree char *request = read_request (&bed);
  g_assert_true (g_str_has_prefix (request, "GET /_ping HTTP/1.1\r\nHost: docker\r\n"));
  g_assert_true (g_str_has_suffix (request, "\r\n\r\n"));
  g_assert_false (ectl_http_has_answered (bed.http));
  g_autoptr (EctlHttpResponse) response = ectl_http_receive (bed.http, bed.call, &bed.error);
  g_assert_no_error (bed.error);
  g_assert_cmpstr (ectl_http_response_header (response, "x-twice"), ==, "b");
  g_assert_null (ectl_http_response_header (response, "x-none"));
  tear_down (&bed);
}

/* --- lines of an answer that does not end ------------------------------------------------------------------------------------- */

static const struct {
  const char *name;
  const char *bytes;
  const char *lines; /* joined by | */
  const char *why;   /* what the reading ends with; NULL: the end of the body */
} streams[] = {
  { "plain", HEAD "\r\none\ntwo\n", "one|two", NULL },
  { "chunk-each", CHUNKED "4\r\none\n\r\n4\r\ntwo\n\r\n0\r\n\r\n", "one|two", NULL },
  { "line-over-chunks", CHUNKED "2\r\non\r\n6\r\ne\ntwo\n\r\n0\r\n\r\n", "one|two", NULL },
  { "no-last-newline", CHUNKED "7\r\none\ntwo\r\n0\r\n\r\n", "one|two", NULL },
  { "nothing", CHUNKED "0\r\n\r\n", "", NULL },
  { "chunk-lies", CHUNKED "4\r\none\ntwo\n\r\n0\r\n\r\n", "", "not as long as it says" },
  { "chunk-bad", CHUNKED "4\r\none\n\r\nzz\r\n", "one", "size that is no number" },
  { "chunk-cut", CHUNKED "4\r\none\n\r\n8\r\ntw", "one", "ends in the middle" },
};

static void
check_stream_with (guint i, gsize most)
{
  Bed bed;
  g_autoptr (GString) lines = g_string_new (NULL);
  gboolean more = TRUE;
  int status = 0;

  set_up (&bed, g_string_new (streams[i].bytes), most, LIMIT_MS, FALSE);
  g_assert_true (ectl_http_stream_begin (bed.http, "/events", &status, bed.call, &bed.error));
  g_assert_cmpint (status, ==, 200);
  while (more && bed.error == NULL)
    {
      g_autofree char *line = NULL;
      more = ectl_http_stream_line (bed.http, &line, bed.call, &bed.error) && line != NULL;
      if (more)
        g_string_append_printf (lines, "%s%s", lines->len > 0 ? "|" : "", line);
    }
  g_assert_cmpstr (lines->str, ==, streams[i].lines);
  g_assert_true ((bed.error != NULL) == (streams[i].why != NULL));
  if (streams[i].why != NULL)
    g_assert_nonnull (strstr (bed.error->message, streams[i].why));
  tear_down (&bed);
}

static void
check_stream (gconstpointer data)
{
  check_stream_with (GPOINTER_TO_UINT (data), G_MAXSIZE);
  check_stream_with (GPOINTER_TO_UINT (data), 1);
}

/* The line that came before the deadline is there, the next one is waited for. */
static void
check_stream_deadline (void)
{
  Bed bed;
  int status = 0;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  set_up (&bed, g_string_new (CHUNKED "4\r\none\n\r\n"), G_MAXSIZE, SHORT_MS, TRUE);
  g_assert_true (ectl_http_stream_begin (bed.http, "/events", &status, bed.call, &bed.error));
  g_assert_true (ectl_http_stream_line (bed.http, &first, bed.call, &bed.error));
  g_assert_cmpstr (first, ==, "one");
  g_assert_false (ectl_http_stream_line (bed.http, &second, bed.call, &bed.error));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_DEADLINE);
  g_assert_null (second);
  tear_down (&bed);
}

#define ADD_TABLE(table, check)                                                                                                                                \
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)                                                                                                             \
    {                                                                                                                                                          \
      g_autofree char *path = g_strconcat ("/http/" #table "/", table[i].name, NULL);                                                                          \
      g_test_add_data_func (path, GUINT_TO_POINTER (i), check);                                                                                                \
    }

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_TABLE (good, check_good)
  ADD_TABLE (bad, check_bad)
  ADD_TABLE (stalled, check_stalled)
  ADD_TABLE (streams, check_stream)
  g_test_add_func ("/http/much/big-header", check_big_header);
  g_test_add_func ("/http/much/many-headers", check_many_headers);
  g_test_add_func ("/http/much/empty-headers", check_empty_headers);
  g_test_add_func ("/http/much/endless-status", check_endless_status);
  g_test_add_func ("/http/much/endless-interim", check_endless_interim);
  g_test_add_func ("/http/much/endless-body", check_endless_body);
  g_test_add_func ("/http/much/endless-chunks", check_endless_chunks);
  g_test_add_func ("/http/much/endless-trailers", check_endless_trailers);
  g_test_add_func ("/http/much/largest-body", check_largest_body);
  g_test_add_func ("/http/cancelled", check_cancelled);
  g_test_add_func ("/http/request", check_request);
  g_test_add_func ("/http/stream-deadline", check_stream_deadline);
  return g_test_run ();
}

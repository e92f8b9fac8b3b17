/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP reader: what the far side sends is bounded and never trusted. */
#include "api/http.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"

struct _EctlHttp {
  EctlStream *stream;
  char *host;
  GString *buffer; /* read, not yet consumed */
  gsize consumed;
  gboolean answered;
  gboolean open;
  gboolean chunked; /* of a streamed body */
  guint64 left;     /* of the chunk or the body that is being read */
  gboolean ended;
  GString *line; /* of a streamed body, not yet complete */
};

EctlHttp *
ectl_http_new (EctlStream *stream, const char *host)
{
  EctlHttp *http = g_new0 (EctlHttp, 1);
  *http = (EctlHttp){ .stream = stream, .host = g_strdup (host), .buffer = g_string_new (NULL), .open = TRUE };
  return http;
}

void
ectl_http_free (EctlHttp *http)
{
  if (http == NULL)
    return;
  ectl_stream_close (http->stream);
  g_free (http->host);
  g_string_free (http->buffer, TRUE);
  if (http->line != NULL)
    g_string_free (http->line, TRUE);
  g_free (http);
}

void
ectl_http_response_free (EctlHttpResponse *response)
{
  if (response == NULL)
    return;
  g_hash_table_unref (response->headers);
  g_string_free (response->body, TRUE);
  g_free (response);
}

const char *
ectl_http_response_header (const EctlHttpResponse *response, const char *name)
{
  return g_hash_table_lookup (response->headers, name);
}

gboolean
ectl_http_is_open (const EctlHttp *http)
{
  return http->open;
}

gboolean
ectl_http_has_answered (const EctlHttp *http)
{
  return http->answered;
}

int
ectl_http_get_fd (EctlHttp *http)
{
  return http->stream->klass->get_fd (http->stream);
}

gboolean
ectl_http_has_buffered (const EctlHttp *http)
{
  return http->consumed < http->buffer->len;
}

/* --- bytes -------------------------------------------------------------------------------------------------------------- */

static gboolean
fail (GError **error, const char *why)
{
  ectl_set_error (error, ECTL_ERROR_FAILED, "%s", why);
  return FALSE;
}

static const char *
rest (const EctlHttp *http, gsize *length)
{
  *length = http->buffer->len - http->consumed;
  return http->buffer->str + http->consumed;
}

static void
consume (EctlHttp *http, gsize n)
{
  http->consumed += n;
  if (http->consumed == http->buffer->len)
    {
      g_string_truncate (http->buffer, 0);
      http->consumed = 0;
    }
}

/* More bytes into the buffer; ENDED where the far side has closed. */
static gboolean
fill (EctlHttp *http, gboolean *ended, EctlCall *call, GError **error)
{
  char chunk[8192];

  /* Whoever sends without end never lets us wait, and it is the waits that look at the call. */
  if (!ectl_call_check (call, error))
    return FALSE;
  gssize got = http->stream->klass->read (http->stream, chunk, sizeof chunk, call, error);
  if (got < 0)
    return FALSE;
  *ended = got == 0;
  http->answered |= got > 0;
  if (http->consumed > 0)
    {
      g_string_erase (http->buffer, 0, (gssize) http->consumed);
      http->consumed = 0;
    }
  g_string_append_len (http->buffer, chunk, got);
  return TRUE;
}

/* One line without its end. */
static char *
read_line (EctlHttp *http, EctlCall *call, GError **error)
{
  for (;;)
    {
      gsize length;
      gboolean ended = FALSE;
      const char *start = rest (http, &length);
      const char *end = memchr (start, '\n', length);
      if (end != NULL)
        {
          char *line = g_strchomp (g_strndup (start, (gsize) (end - start)));
          consume (http, (gsize) (end - start) + 1);
          return line;
        }
      if (length > ECTL_HTTP_MAX_LINE)
        {
          fail (error, _ ("a line of the answer has no end (over 16 KiB)"));
          return NULL;
        }
      if (!fill (http, &ended, call, error))
        return NULL;
      if (ended)
        {
          fail (error, http->answered ? _ ("the answer ends in the middle") : _ ("the connection was closed without an answer"));
          return NULL;
        }
    }
}

/* N bytes more of the body. */
static gboolean
read_exactly (EctlHttp *http, GString *body, guint64 n, EctlCall *call, GError **error)
{
  if (n > ECTL_HTTP_MAX_BODY - body->len)
    return fail (error, _ ("the answer is larger than 16 MiB"));
  while (n > 0)
    {
      gsize length;
      gboolean ended = FALSE;
      const char *start = rest (http, &length);
      gsize taken = (gsize) MIN (n, length);
      g_string_append_len (body, start, (gssize) taken);
      consume (http, taken);
      n -= taken;
      if (n > 0 && !fill (http, &ended, call, error))
        return FALSE;
      if (ended)
        return fail (error, _ ("the answer ends in the middle"));
    }
  return TRUE;
}

static gboolean
read_to_end (EctlHttp *http, GString *body, EctlCall *call, GError **error)
{
  gboolean ended = FALSE;

  while (!ended)
    {
      gsize length;
      const char *start = rest (http, &length);
      g_string_append_len (body, start, (gssize) length);
      consume (http, length);
      if (body->len > ECTL_HTTP_MAX_BODY)
        return fail (error, _ ("the answer is larger than 16 MiB"));
      if (!fill (http, &ended, call, error))
        return FALSE;
    }
  return TRUE;
}

/* The size before a chunk: hexadecimal digits, then perhaps extensions. */
static gboolean
read_chunk_size (EctlHttp *http, guint64 *size, EctlCall *call, GError **error)
{
  g_autofree char *line = read_line (http, call, error);

  if (line == NULL)
    return FALSE;
  *size = g_ascii_strtoull (line, NULL, 16);
  const char *end = line + strspn (line, "0123456789abcdefABCDEF");
  if (end == line || strlen (line) > 256 || (*end != '\0' && *end != ';' && *end != ' '))
    return fail (error, _ ("a chunk of the answer has a size that is no number"));
  return TRUE;
}

/* What ends a chunk; anything else means that its size was a lie. */
static gboolean
read_chunk_end (EctlHttp *http, EctlCall *call, GError **error)
{
  g_autofree char *line = read_line (http, call, error);
  if (line == NULL)
    return FALSE;
  return *line == '\0' || fail (error, _ ("a chunk of the answer is not as long as it says"));
}

/* After the last chunk: lines that nobody asked for, then an empty one. */
static gboolean
read_trailers (EctlHttp *http, EctlCall *call, GError **error)
{
  for (guint n = 0; n < 64; n++)
    {
      g_autofree char *line = read_line (http, call, error);
      if (line == NULL || *line == '\0')
        return line != NULL;
    }
  return fail (error, _ ("a chunk of the answer is not as long as it says"));
}

static gboolean
read_chunked (EctlHttp *http, GString *body, EctlCall *call, GError **error)
{
  for (;;)
    {
      guint64 size;
      if (!read_chunk_size (http, &size, call, error))
        return FALSE;
      if (size == 0)
        return read_trailers (http, call, error);
      if (!read_exactly (http, body, size, call, error) || !read_chunk_end (http, call, error))
        return FALSE;
    }
}

/* --- the head ----------------------------------------------------------------------------------------------------------- */

gboolean
ectl_http_send (EctlHttp *http, const char *path, EctlCall *call, GError **error)
{
  g_autofree char *request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: enginectl/%s\r\n\r\n", path, http->host, ECTL_VERSION);

  http->answered = FALSE;
  if (http->stream->klass->write (http->stream, request, strlen (request), call, error))
    return TRUE;
  http->open = FALSE;
  return FALSE;
}

/* The first bytes tell: what is no HTTP may never send the end of a line. */
static gboolean
check_protocol (EctlHttp *http, EctlCall *call, GError **error)
{
  static const char protocol[] = "HTTP/", tls_alert[] = "\x15\x03";
  gboolean ended = FALSE;
  gsize length;
  const char *start;

  while ((start = rest (http, &length)), length < strlen (protocol) && !ended)
    if (!fill (http, &ended, call, error))
      return FALSE;
  if (strncmp (start, protocol, MIN (length, strlen (protocol))) == 0)
    return TRUE;
  if (length >= strlen (tls_alert) && memcmp (start, tls_alert, strlen (tls_alert)) == 0)
    return fail (error, _ ("what answers there speaks TLS, and was asked without"));
  return fail (error, _ ("what answers there does not speak HTTP"));
}

static gboolean
read_status_line (EctlHttp *http, int *status, EctlCall *call, GError **error)
{
  g_autofree char *line = check_protocol (http, call, error) ? read_line (http, call, error) : NULL;

  if (line == NULL)
    return FALSE;
  if (!g_str_has_prefix (line, "HTTP/1.") || strlen (line) < strlen ("HTTP/1.x 200") || line[8] != ' ')
    return fail (error, _ ("what answers there does not speak HTTP"));
  g_autofree char *number = g_strndup (line + 9, strcspn (line + 9, " "));
  guint64 value;
  if (!g_ascii_string_to_unsigned (number, 10, 100, 599, &value, NULL))
    return fail (error, _ ("what answers there does not speak HTTP"));
  *status = (int) value;
  if (g_str_has_prefix (line, "HTTP/1.0"))
    http->open = FALSE;
  return TRUE;
}

static gboolean
read_headers (EctlHttp *http, GHashTable *headers, EctlCall *call, GError **error)
{
  gsize total = 0;

  for (;;)
    {
      g_autofree char *line = read_line (http, call, error);
      if (line == NULL)
        return FALSE;
      if (*line == '\0')
        return TRUE;
      total += strlen (line);
      if (total > ECTL_HTTP_MAX_HEADERS)
        return fail (error, _ ("the headers of the answer are larger than 64 KiB"));
      char *colon = strchr (line, ':');
      if (colon == NULL)
        return fail (error, _ ("a header of the answer has no colon"));
      g_hash_table_replace (headers, g_ascii_strdown (line, colon - line), g_strstrip (g_strdup (colon + 1)));
    }
}

/* Interim answers (100 Continue) are not the answer. */
static gboolean
read_head (EctlHttp *http, EctlHttpResponse *response, EctlCall *call, GError **error)
{
  for (guint interim = 0; interim < 8; interim++)
    {
      if (!read_status_line (http, &response->status, call, error) || !read_headers (http, response->headers, call, error))
        return FALSE;
      if (response->status >= 200)
        return TRUE;
      g_hash_table_remove_all (response->headers);
    }
  return fail (error, _ ("what answers there does not speak HTTP"));
}

static gboolean
is_chunked (const EctlHttpResponse *response)
{
  const char *encoding = ectl_http_response_header (response, "transfer-encoding");
  return encoding != NULL && g_ascii_strcasecmp (encoding, "chunked") == 0;
}

static gboolean
read_body (EctlHttp *http, EctlHttpResponse *response, EctlCall *call, GError **error)
{
  const char *length = ectl_http_response_header (response, "content-length");
  guint64 n;

  if (response->status == 204 || response->status == 304)
    return TRUE;
  if (is_chunked (response))
    return read_chunked (http, response->body, call, error);
  if (length == NULL)
    {
      http->open = FALSE;
      return read_to_end (http, response->body, call, error);
    }
  if (!g_ascii_string_to_unsigned (length, 10, 0, G_MAXINT64, &n, NULL))
    return fail (error, _ ("the answer has a Content-Length that is no number"));
  return read_exactly (http, response->body, n, call, error);
}

static EctlHttpResponse *
new_response (void)
{
  EctlHttpResponse *response = g_new0 (EctlHttpResponse, 1);
  response->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  response->body = g_string_new (NULL);
  return response;
}

EctlHttpResponse *
ectl_http_receive (EctlHttp *http, EctlCall *call, GError **error)
{
  g_autoptr (EctlHttpResponse) response = new_response ();

  if (!read_head (http, response, call, error) || !read_body (http, response, call, error))
    {
      http->open = FALSE;
      return NULL;
    }
  const char *connection = ectl_http_response_header (response, "connection");
  /* Bytes that belong to no answer would be taken for the next one. */
  if ((connection != NULL && g_ascii_strcasecmp (connection, "close") == 0) || ectl_http_has_buffered (http))
    http->open = FALSE;
  return g_steal_pointer (&response);
}

EctlHttpResponse *
ectl_http_get (EctlHttp *http, const char *path, EctlCall *call, GError **error)
{
  return ectl_http_send (http, path, call, error) ? ectl_http_receive (http, call, error) : NULL;
}

/* --- answers that do not end -------------------------------------------------------------------------------------------- */

gboolean
ectl_http_stream_begin (EctlHttp *http, const char *path, int *status, EctlCall *call, GError **error)
{
  g_autoptr (EctlHttpResponse) response = new_response ();

  http->open = FALSE;
  if (!ectl_http_send (http, path, call, error) || !read_head (http, response, call, error))
    return FALSE;
  *status = response->status;
  http->chunked = is_chunked (response);
  http->line = g_string_new (NULL);
  return TRUE;
}

/* What is there of the body, up to the end of a line, goes to http->line. TRUE where a whole line is there or the body has ended. */
static gboolean
take_piece (EctlHttp *http, gboolean *complete, EctlCall *call, GError **error)
{
  gsize length;

  if (http->chunked && http->left == 0)
    {
      if (!read_chunk_size (http, &http->left, call, error))
        return FALSE;
      http->ended = http->left == 0;
      *complete = http->ended;
      return TRUE;
    }
  const char *start = rest (http, &length);
  gsize most = http->chunked ? (gsize) MIN (length, http->left) : length;
  const char *end = memchr (start, '\n', most);
  gsize taken = end != NULL ? (gsize) (end - start) + 1 : most;
  g_string_append_len (http->line, start, (gssize) taken);
  consume (http, taken);
  http->left -= http->chunked ? taken : 0;
  *complete = end != NULL;
  if (http->line->len > ECTL_HTTP_MAX_BODY)
    return fail (error, _ ("the answer is larger than 16 MiB"));
  if (http->chunked && http->left == 0 && !read_chunk_end (http, call, error))
    return FALSE;
  if (*complete || taken > 0)
    return TRUE;
  if (!fill (http, &http->ended, call, error))
    return FALSE;
  return !http->ended || !http->chunked || fail (error, _ ("the answer ends in the middle"));
}

gboolean
ectl_http_stream_line (EctlHttp *http, char **line, EctlCall *call, GError **error)
{
  gboolean complete = FALSE;

  *line = NULL;
  while (!complete && !http->ended)
    if (!take_piece (http, &complete, call, error))
      return FALSE;
  if (http->line->len == 0)
    return TRUE;
  *line = g_strchomp (g_strdup (http->line->str));
  g_string_truncate (http->line, 0);
  return TRUE;
}

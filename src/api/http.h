/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded HTTP/1.1 reader over a stream: status line, headers, Content-Length, chunked, close-delimited; a limit on each. */
#pragma once

#include "platform/stream.h"

#define ECTL_HTTP_MAX_LINE (16 * 1024)    /* the status line, one header, one chunk size */
#define ECTL_HTTP_MAX_HEADERS (64 * 1024) /* all of them */
#define ECTL_HTTP_MAX_BODY (16 * 1024 * 1024)

typedef struct {
  int status;          /* 200 */
  GHashTable *headers; /* lower-case name -> value; a repeated one: the last */
  GString *body;
} EctlHttpResponse;

void ectl_http_response_free (EctlHttpResponse *response);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlHttpResponse, ectl_http_response_free)

/* NULL where there is none. */
const char *ectl_http_response_header (const EctlHttpResponse *response, const char *name);

typedef struct _EctlHttp EctlHttp;

/* Takes STREAM over. HOST is the Host: header. */
EctlHttp *ectl_http_new (EctlStream *stream, const char *host);
void ectl_http_free (EctlHttp *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlHttp, ectl_http_free)

/* GET PATH and the whole answer, whatever its status. The connection is kept and may be used again while ectl_http_is_open. Every fault of the far side
 * fails with ECTL_ERROR_FAILED and a sentence that names it: the answer ends in the middle, no HTTP, a header of more than 64 KiB, a chunk size that is none … */
EctlHttpResponse *ectl_http_get (EctlHttp *http, const char *path, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_http_is_open (const EctlHttp *http);

/* The two halves of ectl_http_get, for whoever has something to do until the answer comes. */
gboolean ectl_http_send (EctlHttp *http, const char *path, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
EctlHttpResponse *ectl_http_receive (EctlHttp *http, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Has the far side sent a byte since the last request was written? Tells silence from slowness. */
gboolean ectl_http_has_answered (const EctlHttp *http);

/* For answers that do not end (/events): the request and the headers; then one line of the body a call, without its end. LINE is NULL at the end of the body. */
gboolean ectl_http_stream_begin (EctlHttp *http, const char *path, int *status, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_http_stream_line (EctlHttp *http, char **line, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
int ectl_http_get_fd (EctlHttp *http);
gboolean ectl_http_has_buffered (const EctlHttp *http);

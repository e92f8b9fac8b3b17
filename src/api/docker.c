/* SPDX-License-Identifier: Apache-2.0 */
/* The Engine API over one kept connection. */
#include "api/docker.h"

#include <jansson.h>
#include <string.h>

#include "api/ssh.h"
#include "base/error.h"
#include "base/i18n.h"
#include "platform/sockets.h"
#include "platform/system.h"

/* Inside the call's own deadline: what connecting and the first byte may take at the most. */
#define CONNECT_MS 10000
#define DEFAULT_STOP_TIMEOUT_S 10 /* moby: container/container.go */
#define MOST_INSPECTED 500
#define PING "/_ping"
#define SEND_AHEAD_MS 20

struct _EctlDocker {
  EctlHost *host; /* the engine's, not ours */
  EctlEndpoint *endpoint;
  EctlTlsFiles *tls;
  EctlHttp *http;
  GError *fault;      /* of the last ping */
  gint64 pinged_us;   /* monotonic; 0 where no ping is under way */
  gint64 answered_us; /* likewise; 0 where its answer was not seen to come */
};

static EctlTlsFiles *
copy_tls (const EctlTlsFiles *tls)
{
  EctlTlsFiles *copy = tls != NULL ? g_new0 (EctlTlsFiles, 1) : NULL;
  if (copy != NULL)
    *copy = (EctlTlsFiles){ g_strdup (tls->ca), g_strdup (tls->certificate), g_strdup (tls->key), tls->verify };
  return copy;
}

EctlDocker *
ectl_docker_new (EctlHost *host, const EctlEndpoint *endpoint, const EctlTlsFiles *tls)
{
  EctlDocker *docker = g_new0 (EctlDocker, 1);
  *docker = (EctlDocker){ .host = host, .endpoint = ectl_endpoint_parse (endpoint->url, NULL), .tls = copy_tls (tls) };
  return docker;
}

void
ectl_docker_free (EctlDocker *docker)
{
  if (docker == NULL)
    return;
  ectl_http_free (docker->http);
  g_clear_error (&docker->fault);
  ectl_endpoint_free (docker->endpoint);
  ectl_tls_files_free (docker->tls);
  g_free (docker);
}

int
ectl_docker_get_fd (EctlDocker *docker)
{
  return docker->http != NULL ? ectl_http_get_fd (docker->http) : -1;
}

/* --- connecting ----------------------------------------------------------------------------------------------------------- */

static EctlAnswer
answer_of_connect (EctlConnectResult result)
{
  static const EctlAnswer answers[] = {
    [ECTL_CONNECT_OK] = ECTL_ANSWER_OK,
    [ECTL_CONNECT_MISSING] = ECTL_ANSWER_MISSING,
    [ECTL_CONNECT_REFUSED] = ECTL_ANSWER_REFUSED,
    [ECTL_CONNECT_DENIED] = ECTL_ANSWER_DENIED,
    [ECTL_CONNECT_BACKLOG] = ECTL_ANSWER_SILENT,
    [ECTL_CONNECT_TIMEOUT] = ECTL_ANSWER_FAILED,
    [ECTL_CONNECT_UNKNOWN_HOST] = ECTL_ANSWER_FAILED,
    [ECTL_CONNECT_FAILED] = ECTL_ANSWER_FAILED,
  };
  return answers[result];
}

/* What a fault after the connection says about the far side. */
static EctlAnswer
answer_of_fault (const EctlDocker *docker, const GError *fault)
{
  if (ectl_error_is (fault, ECTL_ERROR_DEADLINE))
    return ECTL_ANSWER_SILENT;
  /* A connection that ends without a byte: whoever took it has died, or will not talk. Nothing speaks for the engine. With TLS it was an alert at least. */
  if (docker->tls == NULL && docker->http != NULL && !ectl_http_has_answered (docker->http))
    return ECTL_ANSWER_FAILED;
  return ectl_error_is (fault, ECTL_ERROR_FAILED) ? ECTL_ANSWER_OTHER : ECTL_ANSWER_FAILED;
}

/* connect says "refused" for a folder and a plain file as well. */
static void
explain_path (const EctlDocker *docker, GError **error)
{
  g_auto (EctlPathFacts) facts = { 0 };
  const char *path = docker->endpoint->path;

  ectl_path_look (docker->host, path, &facts);
  if (facts.kind != ECTL_PATH_DIRECTORY && facts.kind != ECTL_PATH_FILE && facts.kind != ECTL_PATH_DANGLING)
    return;
  g_clear_error (error);
  if (facts.kind == ECTL_PATH_DIRECTORY)
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("%s is a folder, not a socket"), path);
  else if (facts.kind == ECTL_PATH_FILE)
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("%s is a file, not a socket"), path);
  else
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("%s is a link to %s, which does not exist"), path, facts.target != NULL ? facts.target : "?");
  ectl_error_set_finding (*error, facts.kind == ECTL_PATH_DIRECTORY ? "socket-is-directory" : NULL, NULL);
}

static EctlStream *
open_local (EctlDocker *docker, EctlCall *call, EctlAnswer *answer, GError **error)
{
  EctlConnectResult result;
  EctlStream *stream = ectl_stream_open_local (docker->endpoint->path, call, &result, error);

  *answer = answer_of_connect (result);
  if (result == ECTL_CONNECT_DENIED)
    ectl_error_set_finding (*error, "socket-permission-denied", NULL);
  else if (result == ECTL_CONNECT_MISSING || result == ECTL_CONNECT_REFUSED)
    explain_path (docker, error);
  return stream;
}

/* As docker's client has it: the far docker speaks the API on its standard input and output. BatchMode: without a terminal nobody could answer a question. */
static EctlStream *
open_ssh (EctlDocker *docker, EctlCall *call, GError **error)
{
  const EctlEndpoint *far = docker->endpoint;
  g_autoptr (GPtrArray) argv = ectl_ssh_words (docker->host, far, error);

  if (argv == NULL)
    return NULL;
  g_ptr_array_add (argv, g_strdup ("docker"));
  if (far->path != NULL)
    {
      g_ptr_array_add (argv, g_strdup ("--host"));
      g_ptr_array_add (argv, g_strconcat ("unix://", far->path, NULL));
    }
  g_ptr_array_add (argv, g_strdup ("system"));
  g_ptr_array_add (argv, g_strdup ("dial-stdio"));
  g_ptr_array_add (argv, NULL);
  return ectl_stream_spawn ((const char *const *) argv->pdata, call, error);
}

static EctlStream *
open_tcp (EctlDocker *docker, EctlCall *call, EctlAnswer *answer, GError **error)
{
  EctlConnectResult result;
  EctlStream *stream = ectl_stream_open_tcp (docker->endpoint->host, docker->endpoint->port, call, &result, error);

  *answer = answer_of_connect (result);
  if (stream == NULL || docker->tls == NULL)
    return stream;
  stream = ectl_tls_wrap (stream, docker->endpoint->host, docker->tls, call, error);
  if (stream == NULL)
    *answer = answer_of_fault (docker, *error);
  return stream;
}

/* ERROR is not NULL here and below: the answer is read from it. */
static EctlStream *
open_stream (EctlDocker *docker, EctlCall *call, EctlAnswer *answer, GError **error)
{
  *answer = ECTL_ANSWER_FAILED;
  switch (docker->endpoint->scheme)
    {
    case ECTL_SCHEME_TCP:
      return open_tcp (docker, call, answer, error);
    case ECTL_SCHEME_SSH:
      return open_ssh (docker, call, error);
    default:
      return open_local (docker, call, answer, error);
    }
}

static gboolean
connect_now (EctlDocker *docker, EctlCall *call, EctlAnswer *answer, GError **error)
{
  g_autoptr (GError) why = NULL;
  EctlCall sub;

  if (docker->http != NULL && ectl_http_is_open (docker->http))
    return TRUE;
  g_clear_pointer (&docker->http, ectl_http_free);
  ectl_call_init_sub (&sub, call, CONNECT_MS);
  EctlStream *stream = open_stream (docker, &sub, answer, &why);
  if (stream == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  docker->http = ectl_http_new (stream, docker->endpoint->host != NULL ? docker->endpoint->host : "docker");
  return TRUE;
}

/* --- asking --------------------------------------------------------------------------------------------------------------- */

/* A TLS port tells a plain request so; a sentence of Go's net/http. */
static gboolean
wants_tls (const EctlHttpResponse *response)
{
  return response->status == 400 && strstr (response->body->str, "HTTP request to an HTTPS server") != NULL;
}

static EctlAnswer
answer_of_status (const EctlHttpResponse *response)
{
  if (response->status >= 500)
    return ECTL_ANSWER_ERROR;
  return response->status >= 200 && response->status < 300 ? ECTL_ANSWER_OK : ECTL_ANSWER_OTHER;
}

/* PATH is NULL where the request was sent already. */
static EctlHttpResponse *
get_once (EctlDocker *docker, const char *path, EctlCall *call, EctlAnswer *answer, GError **error)
{
  g_autoptr (GError) why = NULL;

  *answer = ECTL_ANSWER_FAILED;
  if (path != NULL && !connect_now (docker, call, answer, error))
    return NULL;
  EctlHttpResponse *response = path != NULL ? ectl_http_get (docker->http, path, call, &why) : ectl_http_receive (docker->http, call, &why);
  if (response != NULL)
    *answer = answer_of_status (response);
  else
    {
      *answer = answer_of_fault (docker, why);
      g_propagate_error (error, g_steal_pointer (&why));
    }
  return response;
}

EctlHttpResponse *
ectl_docker_get (EctlDocker *docker, const char *path, EctlCall *call, EctlAnswer *answer, GError **error)
{
  EctlAnswer ignored;
  g_autoptr (GError) why = NULL;
  gboolean kept = docker->http != NULL && ectl_http_is_open (docker->http);

  if (answer == NULL)
    answer = &ignored;
  EctlHttpResponse *response = get_once (docker, path, call, answer, kept ? &why : error);
  /* An idle connection that the engine closed meanwhile says nothing about the engine. */
  if (response == NULL && kept && *answer == ECTL_ANSWER_FAILED && !ectl_http_has_answered (docker->http))
    return get_once (docker, path, call, answer, error);
  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  return response;
}

char *
ectl_docker_parse_server (const char *header)
{
  const char *version = header != NULL && g_str_has_prefix (header, "Docker/") ? header + strlen ("Docker/") : NULL;
  if (version == NULL || *version == '\0' || *version == ' ')
    return NULL;
  return g_strndup (version, strcspn (version, " "));
}

static void
fail_silent (EctlDocker *docker, gint64 begun_us)
{
  double seconds = (double) (g_get_monotonic_time () - begun_us) / 1e6;

  g_clear_error (&docker->fault);
  if (docker->http == NULL && docker->endpoint->scheme != ECTL_SCHEME_TCP)
    ectl_set_error (&docker->fault, ECTL_ERROR_DEADLINE, _ ("it does not accept the connection (its queue is full) for %.1f s"), seconds);
  else if (docker->http != NULL && ectl_http_has_answered (docker->http))
    ectl_set_error (&docker->fault, ECTL_ERROR_DEADLINE, _ ("it began to answer, and did not end within %.1f s"), seconds);
  else
    ectl_set_error (&docker->fault, ECTL_ERROR_DEADLINE, _ ("it accepts, and is silent for %.1f s"), seconds);
}

/* A header as it may be shown: what the far side sends is not trusted with a terminal. NULL where it is no word. */
static char *
take_header (const EctlHttpResponse *response, const char *name)
{
  const char *value = ectl_http_response_header (response, name);

  if (value == NULL || *value == '\0' || strlen (value) > 100)
    return NULL;
  for (const char *c = value; *c != '\0'; c++)
    if (!g_ascii_isprint (*c))
      return NULL;
  return g_strdup (value);
}

static void
take_headers (EctlApi *api, const EctlHttpResponse *response)
{
  g_autofree char *server = take_header (response, "server");
  api->version = ectl_docker_parse_server (server);
  api->api_version = take_header (response, "api-version");
  api->os = take_header (response, "ostype");
}

/* Engines before 1.24 of the API send no header. */
static gboolean
is_engine (const EctlHttpResponse *response)
{
  return ectl_http_response_header (response, "api-version") != NULL || g_str_has_prefix (response->body->str, "OK");
}

static void
fail_status (EctlDocker *docker, const EctlHttpResponse *response)
{
  if (wants_tls (response))
    {
      ectl_set_error (&docker->fault, ECTL_ERROR_FAILED, _ ("the port speaks TLS, and was asked without (DOCKER_TLS_VERIFY=1)"));
      ectl_error_set_hint (docker->fault, "export DOCKER_TLS_VERIFY=1");
      ectl_error_set_finding (docker->fault, "tls-plain-mismatch", NULL);
    }
  else if (response->status == 200)
    ectl_set_error (&docker->fault, ECTL_ERROR_FAILED, _ ("what answers there is no Docker engine"));
  else
    ectl_set_error (&docker->fault, ECTL_ERROR_FAILED, _ ("it answers with status %d"), response->status);
}

void
ectl_docker_send_ping (EctlDocker *docker, EctlCall *call)
{
  EctlAnswer ignored;
  EctlCall sub;
  gint64 now = g_get_monotonic_time ();

  ectl_call_init_sub (&sub, call, SEND_AHEAD_MS);
  if (connect_now (docker, &sub, &ignored, NULL) && ectl_http_send (docker->http, PING, &sub, NULL))
    docker->pinged_us = now;
}

void
ectl_docker_await_ping (EctlDocker *docker, gint64 ms, EctlCall *call)
{
  GPollFD poll_fd = { .fd = ectl_docker_get_fd (docker), .events = G_IO_IN };

  if (docker->pinged_us != 0 && ectl_call_poll (call, &poll_fd, 1, g_get_monotonic_time () + ms * 1000, NULL) && poll_fd.revents != 0)
    docker->answered_us = g_get_monotonic_time ();
}

EctlAnswer
ectl_docker_ping (EctlDocker *docker, EctlApi *api, EctlCall *call)
{
  g_autoptr (EctlHttpResponse) response = NULL;
  gint64 begun = docker->pinged_us != 0 ? docker->pinged_us : g_get_monotonic_time ();
  EctlAnswer answer;

  g_clear_error (&docker->fault);
  if (docker->pinged_us != 0)
    response = get_once (docker, NULL, call, &answer, &docker->fault);
  else
    response = ectl_docker_get (docker, PING, call, &answer, &docker->fault);
  gint64 answered = docker->answered_us != 0 ? docker->answered_us : g_get_monotonic_time ();
  docker->pinged_us = docker->answered_us = 0;
  if (answer == ECTL_ANSWER_OK && !is_engine (response))
    answer = ECTL_ANSWER_OTHER;
  api->tried = TRUE;
  api->answers = answer == ECTL_ANSWER_DENIED ? ECTL_UNKNOWN : (EctlTri) (answer == ECTL_ANSWER_OK);
  api->latency_ms = response != NULL ? (double) (answered - begun) / 1000 : -1;
  if (response != NULL)
    take_headers (api, response);
  if (answer == ECTL_ANSWER_SILENT)
    fail_silent (docker, begun);
  else if (answer != ECTL_ANSWER_OK && response != NULL)
    fail_status (docker, response);
  if (answer != ECTL_ANSWER_OK)
    api->error = g_strdup (docker->fault->message);
  return answer;
}

const GError *
ectl_docker_get_fault (const EctlDocker *docker)
{
  return docker->fault;
}

/* --- containers ------------------------------------------------------------------------------------------------------------- */

void
ectl_container_free (EctlContainer *container)
{
  if (container == NULL)
    return;
  g_free (container->id);
  g_free (container->name);
  g_free (container);
}

void
ectl_workload_free (EctlWorkload *workload)
{
  if (workload == NULL)
    return;
  g_ptr_array_unref (workload->containers);
  g_free (workload);
}

static json_t *
get_json (EctlDocker *docker, const char *path, EctlCall *call, GError **error)
{
  json_error_t fault;
  g_autoptr (EctlHttpResponse) response = ectl_docker_get (docker, path, call, NULL, error);

  if (response == NULL)
    return NULL;
  json_t *root = response->status == 200 ? json_loadb (response->body->str, response->body->len, 0, &fault) : NULL;
  if (root == NULL)
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("the engine's answer to %s cannot be used (status %d)"), path, response->status);
  return root;
}

/* Ids go into paths: only what the engine itself makes is taken. */
static gboolean
is_id (const char *id)
{
  return id != NULL && *id != '\0' && strlen (id) <= 64 && strspn (id, "0123456789abcdef") == strlen (id);
}

static void
take_container (EctlWorkload *workload, const json_t *row)
{
  const char *id = json_string_value (json_object_get (row, "Id"));
  const char *name = json_string_value (json_array_get (json_object_get (row, "Names"), 0));
  EctlContainer *container;

  if (!is_id (id))
    return;
  container = g_new0 (EctlContainer, 1);
  container->id = g_strdup (id);
  container->name = name != NULL ? g_strdup (name + (*name == '/')) : g_strndup (id, 12);
  container->stop_timeout_s = DEFAULT_STOP_TIMEOUT_S;
  g_ptr_array_add (workload->containers, container);
}

static void
ask_stop_timeout (EctlDocker *docker, EctlContainer *container, EctlCall *call)
{
  g_autofree char *path = g_strdup_printf ("/containers/%s/json", container->id);
  json_t *root = get_json (docker, path, call, NULL);
  json_t *seconds = json_object_get (json_object_get (root, "Config"), "StopTimeout");

  if (json_is_integer (seconds))
    container->stop_timeout_s = json_integer_value (seconds);
  json_decref (root);
}

EctlWorkload *
ectl_docker_get_workload (EctlDocker *docker, EctlCall *call, GError **error)
{
  json_t *list = get_json (docker, "/containers/json", call, error);
  json_t *row;
  size_t i;

  if (list == NULL)
    return NULL;
  EctlWorkload *workload = g_new0 (EctlWorkload, 1);
  workload->containers = g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_container_free);
  json_array_foreach (list, i, row) take_container (workload, row);
  json_decref (list);
  if (workload->containers->len == 0)
    return workload;
  json_t *info = get_json (docker, "/info", call, NULL);
  workload->live_restore = json_is_true (json_object_get (info, "LiveRestoreEnabled"));
  json_decref (info);
  for (guint n = 0; !workload->live_restore && n < MIN (workload->containers->len, MOST_INSPECTED); n++)
    ask_stop_timeout (docker, workload->containers->pdata[n], call);
  return workload;
}

/* --- the reload event --------------------------------------------------------------------------------------------------------- */

/* filters={"type":{"daemon":true},"event":{"reload":true}} */
#define RELOAD_EVENTS                                                                                                                                          \
  "/events?since=%" G_GINT64_FORMAT ".%06d000&filters=%%7B%%22type%%22%%3A%%7B%%22daemon%%22%%3Atrue%%7D%%2C%%22event%%22%%3A%%7B%%22reload%%22%%3Atrue%%7D%%" \
  "7D"

gboolean
ectl_docker_watch_reload (EctlDocker *docker, EctlCall *call, GError **error)
{
  /* The engine sends its head before it listens to itself: an event in between would be lost without `since`. */
  gint64 now = ectl_host_now_us (docker->host);
  g_autofree char *path = g_strdup_printf (RELOAD_EVENTS, now / G_USEC_PER_SEC, (int) (now % G_USEC_PER_SEC));
  EctlAnswer answer;
  int status = 0;

  if (!connect_now (docker, call, &answer, error) || !ectl_http_stream_begin (docker->http, path, &status, call, error))
    return FALSE;
  if (status == 200)
    return TRUE;
  ectl_set_error (error, ECTL_ERROR_FAILED, _ ("the engine does not tell its events (status %d)"), status);
  return FALSE;
}

gboolean
ectl_docker_read_reload (EctlDocker *docker, gboolean *reloaded, EctlCall *call, GError **error)
{
  GPollFD poll_fd = { .fd = ectl_docker_get_fd (docker), .events = G_IO_IN };

  if (!ectl_http_has_buffered (docker->http))
    {
      if (!ectl_call_poll (call, &poll_fd, 1, g_get_monotonic_time (), error))
        return FALSE;
      if (poll_fd.revents == 0)
        return TRUE;
    }
  g_autofree char *line = NULL;
  if (!ectl_http_stream_line (docker->http, &line, call, error))
    return FALSE;
  if (line == NULL)
    {
      ectl_set_error (error, ECTL_ERROR_FAILED, _ ("the engine closed the connection during the reload"));
      return FALSE;
    }
  *reloaded = strstr (line, "\"reload\"") != NULL;
  return TRUE;
}

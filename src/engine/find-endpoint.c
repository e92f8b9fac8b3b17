/* SPDX-License-Identifier: Apache-2.0 */
/* Which endpoint the engine is asked at, and whether it listens there: of what its process holds, what its socket unit names, what its command line says. */
#include <string.h>

#include "config/command-line.h"
#include "engine/gather.h"
#include "engine/listening.h"

/* The path that the backend knows, or that of the socket unit; else NULL. */
static const char *
known_path (const EctlBelief *belief)
{
  const EctlUnit *socket = belief->service->socket;

  if (belief->endpoint_path != NULL)
    return belief->endpoint_path;
  for (char **listen = socket != NULL ? socket->listen : NULL; listen != NULL && *listen != NULL; listen++)
    if (**listen == '/')
      return *listen;
  return NULL;
}

/* A rootless engine listens in its user's own runtime folder (docs.docker.com/engine/security/rootless). */
static const char *
default_path (EctlEngine *engine)
{
  const char *folder = engine->options.user_mode ? ectl_host_getenv (engine->host, "XDG_RUNTIME_DIR") : NULL;

  if (engine->options.user_mode && engine->user_socket == NULL && folder != NULL)
    engine->user_socket = g_build_filename (folder, "docker.sock", NULL);
  return engine->user_socket != NULL ? engine->user_socket : ECTL_DEFAULT_SOCKET;
}

const char *
ectl_snapshot_service_path (const EctlSnapshot *s, EctlEngine *engine)
{
  const char *path = known_path (s->belief);
  if (engine->endpoint != NULL && ectl_endpoint_is_local (engine->endpoint))
    return engine->endpoint->path;
  return path != NULL ? path : default_path (engine);
}

static EctlEndpoint *
copy_endpoint (const EctlEndpoint *endpoint)
{
  return ectl_endpoint_parse (endpoint->url, NULL);
}

/* Of what the process listens on: the known path, else the first that is for clients. */
static EctlEndpoint *
choose_among_listeners (EctlEngine *engine, const EctlSnapshot *s)
{
  const char *path = known_path (s->belief);
  g_autoptr (EctlEndpoint) first = NULL;

  for (guint i = 0; i < s->listeners->len; i++)
    {
      g_autoptr (EctlEndpoint) endpoint = ectl_endpoint_of_listener (s->listeners->pdata[i]);
      if (endpoint == NULL)
        continue;
      if (endpoint->path != NULL && path != NULL && ectl_is_same_file (engine->host, endpoint->path, path))
        return g_steal_pointer (&endpoint);
      if (first == NULL)
        first = g_steal_pointer (&endpoint);
    }
  return g_steal_pointer (&first);
}

static EctlEndpoint *
choose_port (EctlEngine *engine, EctlSnapshot *s)
{
  if (s->process == NULL || ectl_process_is_desktop (s->process))
    return NULL;
  s->ports = ectl_ports_of_process (engine->host, s->process->pid, NULL);
  return s->ports != NULL && s->ports->len > 0 ? ectl_endpoint_of_listener (s->ports->pdata[0]) : NULL;
}

/* Where its descriptors may not be seen, its command line may: the first endpoint that -H names and that is not fd://. */
static EctlEndpoint *
choose_by_command_line (EctlEngine *engine, gint64 pid)
{
  g_auto (GStrv) argv = ectl_process_get_argv (engine->host, pid);
  const char *const *word = (const char *const *) argv;

  for (const char *value = NULL; (value = ectl_command_line_next (&word, "--host", 'H')) != NULL;)
    {
      g_autoptr (EctlEndpoint) endpoint = ectl_endpoint_parse (value, NULL);
      if (endpoint != NULL && endpoint->scheme == ECTL_SCHEME_TCP)
        return ectl_endpoint_of_port (endpoint->host, endpoint->port);
      if (endpoint != NULL && ectl_endpoint_is_local (endpoint))
        return g_steal_pointer (&endpoint);
    }
  return NULL;
}

/* systemd hands its sockets over from descriptor 3 on (sd_listen_fds(3)) */
#define FIRST_INHERITED 3
#define MOST_CONFIG_BYTES (1024 * 1024)

/* A unit that requires the socket unit hands its socket to an engine that may not have been told to use it (-H fd://). Then it holds it, and never accepts. */
static gboolean
ignores_inherited (EctlEngine *engine, const EctlSnapshot *s)
{
  const EctlProcess *process = s->process;

  if (process == NULL || (process->command != NULL && strstr (process->command, "fd://") != NULL))
    return FALSE;
  /* The unit may be down by now, and the engine holds on. */
  g_autofree char *passed = s->belief->socket_listens ? NULL : ectl_process_getenv (engine->host, process->pid, "LISTEN_FDS");
  if (!s->belief->socket_listens && passed == NULL)
    return FALSE;
  g_auto (GStrv) argv = ectl_process_get_argv (engine->host, process->pid);
  for (char **word = argv; word != NULL && *word != NULL; word++)
    if (strstr (*word, "fd://") != NULL)
      return FALSE;
  const char *file = ectl_command_line_config_file ((const char *const *) argv);
  g_autofree char *config = ectl_host_read_file (engine->host, file, MOST_CONFIG_BYTES, NULL, NULL);
  return argv != NULL && (config == NULL || strstr (config, "fd://") == NULL);
}

typedef struct {
  const EctlHost *host;
  const char *path; /* the known one, or NULL */
  gboolean ignores_inherited;
} Wanted;

static gboolean
is_served (const EctlListener *listener, const Wanted *wanted)
{
  return !wanted->ignores_inherited || listener->descriptor != FIRST_INHERITED;
}

/* The listener at the known path, or any for clients: then the other descriptors need not be searched, however many there are. */
static gboolean
is_wanted (const EctlListener *listener, gpointer data)
{
  const Wanted *wanted = data;
  g_autoptr (EctlEndpoint) endpoint = is_served (listener, wanted) ? ectl_endpoint_of_listener (listener) : NULL;
  return endpoint != NULL && (wanted->path == NULL || ectl_is_same_file (wanted->host, endpoint->path, wanted->path))
         && ectl_listener_is_at (wanted->host, listener, endpoint->path) != ECTL_NO;
}

static GPtrArray *
list_served (EctlEngine *engine, const EctlSnapshot *s, Wanted *wanted)
{
  GPtrArray *listeners = ectl_listeners_of_process (engine->host, s->process->pid, is_wanted, wanted, NULL);
  for (guint i = listeners != NULL ? listeners->len : 0; i > 0; i--)
    if (!is_served (listeners->pdata[i - 1], wanted))
      g_ptr_array_remove_index (listeners, i - 1);
  return listeners;
}

static EctlEndpoint *
choose_endpoint (EctlEngine *engine, EctlSnapshot *s)
{
  EctlEndpoint *chosen = NULL;

  if (engine->endpoint != NULL)
    return copy_endpoint (engine->endpoint);
  Wanted wanted = { engine->host, known_path (s->belief), ignores_inherited (engine, s) };
  if (s->process != NULL)
    s->listeners = list_served (engine, s, &wanted);
  if (s->listeners != NULL)
    {
      chosen = choose_among_listeners (engine, s);
      if (chosen == NULL)
        chosen = choose_port (engine, s);
    }
  else if (s->process != NULL && (!s->belief->socket_listens || wanted.ignores_inherited))
    chosen = choose_by_command_line (engine, s->process->pid);
  return chosen != NULL ? chosen : ectl_endpoint_new_unix (ectl_snapshot_service_path (s, engine));
}

/* Of one listener that is the engine's, or counts as its: does the path lead to it? */
static EctlListening
judge_listener (EctlEngine *engine, const EctlListener *listener, const char *path, EctlPathKind kind)
{
  switch (ectl_listener_is_at (engine->host, listener, path))
    {
    case ECTL_YES:
      return ECTL_LISTENING_HERE;
    case ECTL_NO:
      return ECTL_LISTENING_ASTRAY;
    default:
      return kind == ECTL_PATH_SOCKET ? ECTL_LISTENING_HERE : ECTL_LISTENING_ASTRAY;
    }
}

static gboolean
is_bound_to (EctlEngine *engine, const EctlListener *listener, const char *path)
{
  return listener->path != NULL && (g_str_equal (listener->path, path) || ectl_listener_is_at (engine->host, listener, path) != ECTL_NO);
}

static EctlListening
look_at_path (EctlEngine *engine, const EctlSnapshot *s, const char *path)
{
  g_autoptr (GPtrArray) at_path = s->listeners == NULL ? ectl_listeners_at_path (engine->host, path, NULL) : NULL;
  const GPtrArray *candidates = s->listeners != NULL ? s->listeners : at_path;
  g_auto (EctlPathFacts) facts = { 0 };
  EctlListening best = ECTL_LISTENING_NO;

  ectl_path_look (engine->host, path, &facts);
  if (facts.kind == ECTL_PATH_DENIED)
    return ECTL_LISTENING_UNSEEN;
  for (guint i = 0; candidates != NULL && i < candidates->len && best != ECTL_LISTENING_HERE; i++)
    if (at_path != NULL || is_bound_to (engine, candidates->pdata[i], path))
      best = judge_listener (engine, candidates->pdata[i], path, facts.kind);
  return best;
}

static gboolean
listens_on_port (EctlEngine *engine, EctlSnapshot *s)
{
  if (s->ports == NULL && s->process != NULL)
    s->ports = ectl_ports_of_process (engine->host, s->process->pid, NULL);
  return s->ports == NULL || ectl_has_port (s->ports, s->endpoint->port);
}

void
ectl_snapshot_find_endpoint (EctlSnapshot *s, EctlEngine *engine)
{
  s->endpoint = choose_endpoint (engine, s);
  if (s->endpoint->path != NULL)
    s->evidence.listening = look_at_path (engine, s, s->endpoint->path);
  else
    s->evidence.listening = listens_on_port (engine, s) ? ECTL_LISTENING_HERE : ECTL_LISTENING_NO;
}

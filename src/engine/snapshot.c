/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering: the manager's word first, because only it tells whether a connection would start the engine. */
#include "engine/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "config/command-line.h"
#include "platform/supervise.h"

/* Kept back from the call's deadline, so that a silent API is told by a status and not by a time-out of the status itself. */
#define RESERVE_MS 100
/* How long the manager's word waits for an answer of the API, which else would seem to take as long as that. */
#define AT_ONCE_MS 50
#define MOST_LOOKS 3

static void
clear (EctlSnapshot *s)
{
  ectl_belief_free (s->belief);
  ectl_process_free (s->process);
  g_clear_pointer (&s->listeners, g_ptr_array_unref);
  g_clear_pointer (&s->ports, g_ptr_array_unref);
  ectl_endpoint_free (s->endpoint);
  ectl_docker_free (s->docker);
  ectl_api_free (s->api);
}

void
ectl_snapshot_free (EctlSnapshot *s)
{
  if (s == NULL)
    return;
  clear (s);
  g_free (s);
}

/* The folder's real path and the name: what a path is, whether or not anything is there. */
static char *
real_place (const EctlHost *host, const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *file = ectl_host_path (host, folder);
  g_autofree char *real = realpath (file, NULL);
  return g_build_filename (real != NULL ? real : file, name, NULL);
}

gboolean
ectl_is_same_file (const EctlHost *host, const char *a, const char *b)
{
  g_auto (EctlPathFacts) facts_a = { 0 }, facts_b = { 0 };

  if (g_str_equal (a, b))
    return TRUE;
  ectl_path_look (host, a, &facts_a);
  ectl_path_look (host, b, &facts_b);
  if (facts_a.kind == ECTL_PATH_SOCKET && facts_b.kind == ECTL_PATH_SOCKET)
    return facts_a.device == facts_b.device && facts_a.inode == facts_b.inode;
  g_autofree char *place_a = real_place (host, a);
  g_autofree char *place_b = real_place (host, b);
  return g_str_equal (place_a, place_b);
}

/* The engine's own ends (metrics.sock, libnetwork, plug-ins, swarm) are no API for clients. */
static gboolean
is_internal (const char *path)
{
  return strstr (path, "/docker/") != NULL && !g_str_has_suffix (path, "/docker.sock");
}

/* Where this host reaches what listens on every address. */
static EctlEndpoint *
reachable_port (const char *address, guint16 port)
{
  if (g_str_equal (address, "0.0.0.0"))
    return ectl_endpoint_new_tcp ("127.0.0.1", port);
  return ectl_endpoint_new_tcp (g_str_equal (address, "::") ? "::1" : address, port);
}

EctlEndpoint *
ectl_endpoint_of_listener (const EctlListener *listener)
{
  if (listener->path != NULL)
    return *listener->path != '/' || is_internal (listener->path) ? NULL : ectl_endpoint_new_unix (listener->path);
  return reachable_port (listener->address, listener->port);
}

gboolean
ectl_has_port (const GPtrArray *listeners, guint16 port)
{
  for (guint i = 0; i < listeners->len; i++)
    if (((const EctlListener *) listeners->pdata[i])->port == port)
      return TRUE;
  return FALSE;
}

/* The path of the socket unit, or NULL. */
static const char *
unit_path (const EctlBelief *belief)
{
  const EctlUnit *socket = belief->service->socket;
  for (char **listen = socket != NULL ? socket->listen : NULL; listen != NULL && *listen != NULL; listen++)
    if (**listen == '/')
      return *listen;
  return NULL;
}

gboolean
ectl_would_wake (const EctlHost *host, const EctlBelief *belief, const char *path)
{
  const EctlUnit *socket = belief->service->socket;

  if (!belief->socket_listens || (belief->activity == ECTL_BELIEF_ACTIVE && !belief->stop_queued))
    return FALSE;
  for (char **listen = socket->listen; listen != NULL && *listen != NULL; listen++)
    if (ectl_is_same_file (host, *listen, path))
      return TRUE;
  return FALSE;
}

/* --- the process ------------------------------------------------------------------------------------------------------- */

/* The manager's own pid; where that is a wrapper, the engine beside it in its control group. */
static EctlProcess *
find_by_manager (EctlEngine *engine, gint64 pid)
{
  g_autoptr (EctlProcess) main_process = ectl_process_read (engine->host, pid, NULL);

  if (main_process == NULL || main_process->role == ECTL_ROLE_ENGINE || !ectl_process_is_alive (engine->host, main_process))
    return g_steal_pointer (&main_process);
  g_autoptr (GPtrArray) companions = ectl_process_find_companions (engine->host, pid);
  for (guint i = 0; i < companions->len; i++)
    {
      const EctlProcess *companion = companions->pdata[i];
      if (companion->role == ECTL_ROLE_ENGINE)
        return ectl_process_read (engine->host, companion->pid, NULL);
    }
  return g_steal_pointer (&main_process);
}

/* The engine that holds one of the listeners at PATH. Where nobody's descriptors may be seen, a listener that is not the socket unit's belongs to the engine that runs. */
static EctlProcess *
find_by_endpoint (EctlEngine *engine, const EctlBelief *belief, const char *path)
{
  g_autoptr (GPtrArray) listeners = ectl_listeners_at_path (engine->host, path, NULL);
  guint units_own = belief->socket_listens ? 1 : 0;

  if (listeners == NULL || listeners->len <= units_own)
    return NULL;
  g_autoptr (GArray) engines = ectl_processes_find_engines (engine->host);
  for (guint i = 0; engines->len > 0 && i < listeners->len; i++)
    {
      const EctlListener *listener = listeners->pdata[i];
      gint64 owner = ectl_listener_find_owner (engine->host, listener->inode, (const gint64 *) (gpointer) engines->data, engines->len);
      if (owner > 0)
        return ectl_process_read (engine->host, owner, NULL);
    }
  if (engines->len > 0 && !ectl_host_is_root (engine->host))
    return ectl_process_read (engine->host, g_array_index (engines, gint64, 0), NULL);
  return NULL;
}

/* An init script says started before its engine has written its pid file and listens: then it is the young one that listens nowhere. */
static EctlProcess *
find_newborn (EctlEngine *engine)
{
  g_autoptr (GArray) engines = ectl_processes_find_engines (engine->host);

  for (guint i = 0; i < engines->len; i++)
    {
      g_autoptr (EctlProcess) process = ectl_process_read (engine->host, g_array_index (engines, gint64, i), NULL);
      if (process == NULL || process->age_ms > ECTL_YOUNG_MS)
        continue;
      g_autoptr (GPtrArray) listeners = ectl_listeners_of_process (engine->host, process->pid, NULL, NULL, NULL);
      if (listeners != NULL && listeners->len == 0)
        return g_steal_pointer (&process);
    }
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

static const char *
service_path (EctlEngine *engine, const EctlBelief *belief)
{
  const char *path = unit_path (belief);
  if (engine->endpoint != NULL && ectl_endpoint_is_local (engine->endpoint))
    return engine->endpoint->path;
  return path != NULL ? path : default_path (engine);
}

static gboolean
is_installed_elsewhere (EctlEngine *engine, EctlCall *call)
{
  g_autoptr (EctlBelief) full = ectl_engine_get_belief (engine, ECTL_DETAIL_FULL, call, NULL);
  char **command = full != NULL ? full->service->command : NULL;
  if (command == NULL || command[0] == NULL)
    return FALSE;
  g_autofree char *file = ectl_host_path (engine->host, command[0]);
  return g_file_test (file, G_FILE_TEST_IS_EXECUTABLE);
}

/* Asked only where there is no process: what runs is installed. */
static void
look_for_program (EctlEngine *engine, EctlSnapshot *s, EctlCall *call)
{
  g_autofree char *program = ectl_host_find_program (engine->host, "dockerd");

  s->evidence.program = program != NULL || (s->belief->service->installed && !s->belief->masked && is_installed_elsewhere (engine, call));
  if (s->evidence.program)
    return;
  g_autoptr (GArray) engines = ectl_processes_find_engines (engine->host);
  s->evidence.any_engine = engines->len > 0;
}

/* A service that was named and does not exist has no endpoint at which an engine could be its; and what changes its state is found by its pid or not at all. */
static gboolean
has_endpoint (const EctlEngine *engine, const EctlBelief *belief)
{
  gboolean exists = belief->service->installed || engine->options.service == NULL;
  return exists && belief->activity != ECTL_BELIEF_ACTIVATING && belief->activity != ECTL_BELIEF_DEACTIVATING;
}

/* The engine that the manager knows by its pid; for any other one its word is needed. */
static gboolean
find_process (EctlEngine *engine, EctlSnapshot *s, EctlCall *call, GError **error)
{
  gint64 pid = s->belief->service->main_pid;

  if (pid > 0)
    s->process = find_by_manager (engine, pid);
  if (s->process != NULL)
    return TRUE;
  if (!ectl_engine_complete_belief (engine, s->belief, call, error))
    return FALSE;
  if (pid <= 0 && has_endpoint (engine, s->belief))
    s->process = find_by_endpoint (engine, s->belief, service_path (engine, s->belief));
  if (s->process == NULL && s->belief->activity == ECTL_BELIEF_ACTIVE && !s->belief->follows_processes)
    s->process = find_newborn (engine);
  return TRUE;
}

static void
note_process (EctlEngine *engine, EctlSnapshot *s, EctlCall *call)
{
  if (s->process != NULL && (s->process->run_state == 'Z' || s->process->run_state == 'X'))
    g_clear_pointer (&s->process, ectl_process_free);
  if (s->process == NULL)
    {
      look_for_program (engine, s, call);
      return;
    }
  /* Where the unit runs no dockerd, what it runs is the engine. */
  if (s->process->role == ECTL_ROLE_OTHER)
    s->process->role = ECTL_ROLE_ENGINE;
  s->evidence.process = TRUE;
  s->evidence.process_is_its = s->belief->service->main_pid > 0 && s->belief->pid_is_proof;
  s->evidence.process_halted = s->process->run_state == 'T' || s->process->run_state == 't';
  s->evidence.process_age_ms = s->process->age_ms;
}

static gboolean
gather_process (EctlEngine *engine, EctlSnapshot *s, EctlCall *call, GError **error)
{
  s->evidence.unseen = s->belief->unseen;
  if (s->belief->unseen)
    return TRUE;
  if (!find_process (engine, s, call, error))
    return FALSE;
  note_process (engine, s, call);
  return TRUE;
}

/* Whose it is: the manager's, that of an `enginectl run`, or nobody's. */
static void
note_owner (EctlEngine *engine, EctlSnapshot *s)
{
  gboolean is_managed = s->evidence.process_is_its && s->belief->activity == ECTL_BELIEF_ACTIVE;

  if (s->process == NULL)
    return;
  if (!is_managed && ectl_lock_find_holder (engine->host, ECTL_RUN_LOCK) == s->process->ppid)
    s->supervisor = s->process->ppid;
  s->evidence.is_owned = s->supervisor > 0 || s->belief->owns_what_runs;
}

/* --- the endpoint and its listener ------------------------------------------------------------------------------------- */

static EctlEndpoint *
copy_endpoint (const EctlEndpoint *endpoint)
{
  return ectl_endpoint_parse (endpoint->url, NULL);
}

/* Of what the process listens on: the socket unit's path, else the first that is for clients. */
static EctlEndpoint *
choose_among_listeners (EctlEngine *engine, const EctlSnapshot *s)
{
  const char *path = unit_path (s->belief);
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
        return reachable_port (endpoint->host, endpoint->port);
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
  const char *path; /* of the socket unit, or NULL */
  gboolean ignores_inherited;
} Wanted;

static gboolean
is_served (const EctlListener *listener, const Wanted *wanted)
{
  return !wanted->ignores_inherited || listener->descriptor != FIRST_INHERITED;
}

/* The socket unit's listener, or any for clients: then the other descriptors need not be searched, however many there are. */
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
  Wanted wanted = { engine->host, unit_path (s->belief), ignores_inherited (engine, s) };
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
  return chosen != NULL ? chosen : ectl_endpoint_new_unix (service_path (engine, s->belief));
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

static void
gather_listener (EctlEngine *engine, EctlSnapshot *s)
{
  if (s->endpoint->path != NULL)
    s->evidence.listening = look_at_path (engine, s, s->endpoint->path);
  else
    s->evidence.listening = listens_on_port (engine, s) ? ECTL_LISTENING_HERE : ECTL_LISTENING_NO;
}

/* --- the answer -------------------------------------------------------------------------------------------------------- */

/* Only sockets that the service's engine holds, or that the user named; never one that would start it. */
static const char *
why_not_ask (EctlEngine *engine, const EctlSnapshot *s)
{
  EctlActivity activity = s->belief->activity;

  if (s->endpoint->path != NULL && ectl_would_wake (engine->host, s->belief, s->endpoint->path)
      && (s->process == NULL || s->evidence.process_is_its || s->evidence.listening != ECTL_LISTENING_HERE))
    return N_ ("not asked: connecting would start the engine");
  if (activity == ECTL_BELIEF_ACTIVATING || activity == ECTL_BELIEF_DEACTIVATING || s->belief->stop_queued)
    return N_ ("not asked while the service changes its state");
  if (engine->endpoint != NULL || s->belief->unseen)
    return NULL;
  if (s->process == NULL)
    return N_ ("not asked: no engine process");
  if (s->evidence.listening == ECTL_LISTENING_ASTRAY)
    return N_ ("the engine listens, but the path does not lead to it");
  if (s->evidence.listening == ECTL_LISTENING_NO)
    return N_ ("the engine does not listen there");
  return NULL;
}

/* Only a silent API makes it matter whether "active" was the engine's own word. The call's time is all but up by now. */
static void
learn_what_active_means (EctlEngine *engine, EctlSnapshot *s)
{
  g_autoptr (EctlCall) fresh = ectl_call_new (ECTL_READ_MS);
  ectl_call_begin (fresh, ECTL_CALL_READ, ECTL_READ_MS);
  g_autoptr (EctlBelief) belief = ectl_engine_get_belief (engine, ECTL_DETAIL_DOCUMENT, fresh, NULL);
  if (belief != NULL)
    s->evidence.active_is_ready = belief->active_is_ready;
}

/* A part of the call's time is kept back, so that silence is told by the status and not by its own time-out. */
static void
limit_asking (EctlCall *sub, EctlCall *call)
{
  gint64 left = ectl_call_left_ms (call);
  ectl_call_init_sub (sub, call, MAX (1, (left < 0 ? ECTL_READ_MS : MIN (left, ECTL_READ_MS)) - RESERVE_MS));
}

static void
send_question (EctlEngine *engine, EctlSnapshot *s, EctlCall *call)
{
  EctlCall sub;
  const char *why_not = why_not_ask (engine, s);

  s->api = g_new0 (EctlApi, 1);
  *s->api = (EctlApi){ .endpoint = g_strdup (s->endpoint->url), .answers = ECTL_UNKNOWN, .latency_ms = -1 };
  if (why_not != NULL)
    {
      s->api->error = g_strdup (_ (why_not));
      return;
    }
  s->docker = ectl_docker_new (engine->host, s->endpoint, NULL);
  limit_asking (&sub, call);
  if (ectl_endpoint_is_local (s->endpoint))
    ectl_docker_send_ping (s->docker, &sub);
}

static void
take_answer (EctlEngine *engine, EctlSnapshot *s, EctlCall *call)
{
  EctlCall sub;

  if (s->docker == NULL)
    return;
  limit_asking (&sub, call);
  s->evidence.answer = ectl_docker_ping (s->docker, s->api, &sub);
  if (s->evidence.answer == ECTL_ANSWER_SILENT)
    learn_what_active_means (engine, s);
}

/* The manager's word may have been awaited while the question was under way. */
static void
withdraw_question (EctlEngine *engine, EctlSnapshot *s)
{
  const char *why_not = s->docker != NULL ? why_not_ask (engine, s) : NULL;

  if (why_not == NULL)
    return;
  g_clear_pointer (&s->docker, ectl_docker_free);
  s->api->error = g_strdup (_ (why_not));
}

/* --- all of it --------------------------------------------------------------------------------------------------------- */

static void
note_belief (EctlSnapshot *s)
{
  s->evidence.activity = s->belief->activity;
  s->evidence.follows_processes = s->belief->follows_processes;
  s->evidence.active_is_ready = s->belief->active_is_ready;
  s->evidence.pid_file_left = s->belief->pid_file_left;
  s->evidence.stop_queued = s->belief->stop_queued;
  s->evidence.socket_listens = s->belief->socket_listens;
}

static gboolean
look (EctlSnapshot *s, EctlEngine *engine, EctlCall *call, GError **error)
{
  EctlDetail detail = s->detail;
  guint looks = s->looks + 1;

  clear (s);
  *s = (EctlSnapshot){ .detail = detail, .looks = looks };
  s->belief = ectl_engine_begin_belief (engine, detail, call, error);
  if (s->belief == NULL || !gather_process (engine, s, call, error))
    return FALSE;
  s->endpoint = choose_endpoint (engine, s);
  gather_listener (engine, s);
  send_question (engine, s, call);
  return TRUE;
}

/* A script that is asked for its word takes longer than an engine that is well. */
static gboolean
hear_manager (EctlSnapshot *s, EctlEngine *engine, EctlCall *call, GError **error)
{
  if (s->belief->pending && s->docker != NULL)
    ectl_docker_await_ping (s->docker, AT_ONCE_MS, call);
  if (!ectl_engine_complete_belief (engine, s->belief, call, error))
    return FALSE;
  note_belief (s);
  note_owner (engine, s);
  withdraw_question (engine, s);
  return TRUE;
}

EctlSnapshot *
ectl_snapshot_begin (EctlEngine *engine, EctlDetail detail, EctlCall *call, GError **error)
{
  g_autoptr (EctlSnapshot) s = g_new0 (EctlSnapshot, 1);
  s->detail = detail;
  return look (s, engine, call, error) ? g_steal_pointer (&s) : NULL;
}

/* Facts that contradict the manager's word may only be newer than it: it was the engine's start or end that was seen. */
static gboolean
has_moved_on (const EctlSnapshot *s, EctlEngine *engine, EctlCall *call)
{
  if (s->looks >= MOST_LOOKS || (s->state != ECTL_STATE_UNMANAGED && s->state != ECTL_STATE_DEGRADED))
    return FALSE;
  g_autoptr (EctlBelief) now = ectl_engine_get_belief (engine, ECTL_DETAIL_VERDICT, call, NULL);
  return now != NULL
         && (now->activity != s->belief->activity || now->service->main_pid != s->belief->service->main_pid || now->stop_queued != s->belief->stop_queued
             || now->socket_listens != s->belief->socket_listens);
}

gboolean
ectl_snapshot_complete (EctlSnapshot *s, EctlEngine *engine, EctlCall *call, GError **error)
{
  do
    {
      if (!hear_manager (s, engine, call, error))
        return FALSE;
      take_answer (engine, s, call);
      s->state = ectl_verdict (&s->evidence, &s->ground);
      if (ectl_wakeup_is_raised (call->wakeup) && !ectl_call_check (call, error))
        return FALSE;
      if (!has_moved_on (s, engine, call))
        return TRUE;
  } while (look (s, engine, call, error));
  return FALSE;
}

EctlSnapshot *
ectl_snapshot_take (EctlEngine *engine, EctlDetail detail, EctlCall *call, GError **error)
{
  g_autoptr (EctlSnapshot) s = ectl_snapshot_begin (engine, detail, call, error);
  return s != NULL && ectl_snapshot_complete (s, engine, call, error) ? g_steal_pointer (&s) : NULL;
}

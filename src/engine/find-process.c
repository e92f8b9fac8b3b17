/* SPDX-License-Identifier: Apache-2.0 */
/* Which process is the service's engine: by the manager's pid, by the listener at its endpoint, or as a newborn that listens nowhere yet. */
#include "engine/gather.h"
#include "engine/listening.h"
#include "platform/supervise.h"

static gboolean
is_for_clients (const EctlListener *listener, gpointer unused)
{
  g_autoptr (EctlEndpoint) endpoint = ectl_endpoint_of_listener (listener);
  (void) unused;
  return endpoint != NULL;
}

static gboolean
serves_clients (EctlEngine *engine, const EctlProcess *process)
{
  g_autoptr (GPtrArray) listeners = ectl_listeners_of_process (engine->host, process->pid, is_for_clients, NULL, NULL);
  return listeners != NULL && listeners->len > 0 && is_for_clients (listeners->pdata[listeners->len - 1], NULL);
}

/* Docker Desktop's engine is several processes of one program, and any of them may be the one that serves clients. */
static gboolean
is_all_of_it (EctlEngine *engine, const EctlProcess *process)
{
  return process->role == ECTL_ROLE_ENGINE && (!ectl_process_is_desktop (process) || serves_clients (engine, process));
}

/* The manager's own pid; where that is a wrapper, or a part, the engine beside it in its control group. */
static EctlProcess *
find_by_manager (EctlEngine *engine, gint64 pid)
{
  g_autoptr (EctlProcess) main_process = ectl_process_read (engine->host, pid, NULL);

  if (main_process == NULL || is_all_of_it (engine, main_process) || !ectl_process_is_alive (engine->host, main_process))
    return g_steal_pointer (&main_process);
  g_autoptr (GPtrArray) companions = ectl_process_find_companions (engine->host, pid);
  for (guint i = 0; i < companions->len; i++)
    {
      const EctlProcess *companion = companions->pdata[i];
      if (is_all_of_it (engine, companion))
        return ectl_process_read (engine->host, companion->pid, NULL);
    }
  return g_steal_pointer (&main_process);
}

/* What may be seen of others' descriptors was searched, and held nothing. */
static EctlProcess *
find_hidden (EctlEngine *engine, const GArray *engines)
{
  for (guint i = 0; i < engines->len; i++)
    {
      gint64 pid = g_array_index (engines, gint64, i);
      g_autoptr (GPtrArray) listeners = ectl_listeners_of_process (engine->host, pid, NULL, NULL, NULL);
      if (listeners == NULL)
        return ectl_process_read (engine->host, pid, NULL);
    }
  return NULL;
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
  return ectl_host_is_root (engine->host) ? NULL : find_hidden (engine, engines);
}

/* An init script says started before its engine has written its pid file and listens: then it is the young one that listens nowhere. */
static EctlProcess *
find_newborn (EctlEngine *engine)
{
  g_autoptr (GArray) engines = ectl_processes_find_engines (engine->host);

  for (guint i = 0; i < engines->len; i++)
    {
      g_autoptr (EctlProcess) process = ectl_process_read (engine->host, g_array_index (engines, gint64, i), NULL);
      if (process == NULL || process->age_ms > ECTL_YOUNG_MS || ectl_process_is_desktop (process))
        continue;
      g_autoptr (GPtrArray) listeners = ectl_listeners_of_process (engine->host, process->pid, NULL, NULL, NULL);
      if (listeners != NULL && listeners->len == 0)
        return g_steal_pointer (&process);
    }
  return NULL;
}

static gboolean
is_installed_elsewhere (EctlEngine *engine, EctlCall *call)
{
  g_autoptr (EctlBelief) full = ectl_engine_get_belief (engine, ECTL_DETAIL_FULL, call, NULL);
  char **command = full != NULL ? full->service->command : NULL;
  return command != NULL && command[0] != NULL && ectl_host_test (engine->host, command[0], G_FILE_TEST_IS_EXECUTABLE);
}

static gboolean
is_installed (EctlEngine *engine, const EctlBelief *belief)
{
  g_autofree char *dockerd = belief->program == NULL ? ectl_host_find_program (engine->host, "dockerd") : NULL;
  return dockerd != NULL || (belief->program != NULL && ectl_host_test (engine->host, belief->program, G_FILE_TEST_IS_EXECUTABLE));
}

/* Asked only where there is no process: what runs is installed. */
static void
look_for_program (EctlEngine *engine, EctlSnapshot *s, EctlCall *call)
{
  const EctlBelief *belief = s->belief;

  s->evidence.program = is_installed (engine, belief) || (belief->service->installed && !belief->masked && is_installed_elsewhere (engine, call));
  /* Any other engine of the host is of another kind. */
  if (s->evidence.program || belief->program != NULL)
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
    s->process = find_by_endpoint (engine, s->belief, ectl_snapshot_service_path (s, engine));
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
      s->evidence.hidden = ectl_processes_are_hidden (engine->host);
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

gboolean
ectl_snapshot_find_process (EctlSnapshot *s, EctlEngine *engine, EctlCall *call, GError **error)
{
  s->evidence.unseen = s->belief->unseen;
  if (s->belief->unseen)
    return TRUE;
  if (!find_process (engine, s, call, error))
    return FALSE;
  note_process (engine, s, call);
  return TRUE;
}

void
ectl_snapshot_note_owner (EctlSnapshot *s, EctlEngine *engine)
{
  gboolean is_managed = s->evidence.process_is_its && s->belief->activity == ECTL_BELIEF_ACTIVE;

  if (s->process == NULL)
    return;
  if (!is_managed && ectl_lock_find_holder (engine->host, ECTL_RUN_LOCK) == s->process->ppid)
    s->supervisor = s->process->ppid;
  s->evidence.is_owned = s->supervisor > 0 || s->belief->owns_what_runs;
}

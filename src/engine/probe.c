/* SPDX-License-Identifier: Apache-2.0 */
/* probe: every engine, helper and client of this host, and every place where one could be reached. */
#include "base/error.h"
#include "base/i18n.h"
#include "engine/listening.h"
#include "engine/snapshot.h"
#include "platform/system.h"

#define ASK_MS 1000

typedef struct {
  EctlEngine *engine;
  EctlCall *call;
  EctlProbe *probe;
  EctlBelief *belief; /* NULL where no manager can be asked */
  GArray *engines;    /* (element-type gint64) pids of the engines of this host */
  gboolean hidden;    /* some engine's descriptors may not be seen */
} Look;

static void
free_program (gpointer data)
{
  EctlProgram *program = data;
  g_free (program->name);
  g_free (program->path);
  g_free (program);
}

static void
free_service (gpointer data)
{
  EctlServiceRow *row = data;
  g_free (row->backend);
  g_free (row->name);
  g_free (row->active);
  g_free (row->enabled);
  g_free (row);
}

static void
free_endpoint (gpointer data)
{
  EctlEndpointRow *row = data;
  g_free (row->endpoint);
  g_free (row->kind);
  g_free (row->owner_name);
  g_free (row->group);
  g_free (row->note);
  g_free (row);
}

static EctlProbe *
new_probe (void)
{
  EctlProbe *probe = g_new0 (EctlProbe, 1);
  probe->programs = g_ptr_array_new_with_free_func (free_program);
  probe->services = g_ptr_array_new_with_free_func (free_service);
  probe->endpoints = g_ptr_array_new_with_free_func (free_endpoint);
  probe->notes = g_ptr_array_new_with_free_func (g_free);
  return probe;
}

/* One walk through the process table is enough. */
static GArray *
pids_of_engines (const GPtrArray *processes)
{
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < processes->len; i++)
    {
      const EctlProcess *process = processes->pdata[i];
      if (process->role == ECTL_ROLE_ENGINE && !process->foreign)
        g_array_append_val (pids, process->pid);
    }
  return pids;
}

static void
add_program (Look *look, const char *path, EctlRole role)
{
  EctlProgram *program = g_new0 (EctlProgram, 1);
  *program = (EctlProgram){ g_path_get_basename (path), g_strdup (path), role };
  g_ptr_array_add (look->probe->programs, program);
}

/* Of Docker Desktop, whose engine is in no place for programs. */
static void
list_own_program (Look *look)
{
  const char *path = look->belief != NULL ? look->belief->program : NULL;
  if (path != NULL && ectl_host_test (look->engine->host, path, G_FILE_TEST_IS_EXECUTABLE))
    add_program (look, path, ECTL_ROLE_ENGINE);
}

static void
list_programs (Look *look)
{
  static const struct {
    const char *name;
    EctlRole role;
  } known[] = { { "dockerd", ECTL_ROLE_ENGINE }, { "containerd", ECTL_ROLE_HELPER }, { "docker", ECTL_ROLE_CLIENT } };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      g_auto (GStrv) paths = ectl_host_find_programs (look->engine->host, known[i].name);
      for (char **path = paths; *path != NULL; path++)
        add_program (look, *path, known[i].role);
    }
  list_own_program (look);
}

static void
add_service (Look *look, const char *name, const char *active, const char *enabled)
{
  EctlServiceRow *row = g_new0 (EctlServiceRow, 1);
  *row = (EctlServiceRow){ g_strdup (look->engine->backend->klass->name), g_strdup (name), g_strdup (active), g_strdup (enabled) };
  g_ptr_array_add (look->probe->services, row);
}

static void
list_services (Look *look)
{
  g_autoptr (GError) error = NULL;

  look->belief = ectl_engine_get_belief (look->engine, ECTL_DETAIL_DOCUMENT, look->call, &error);
  if (look->belief == NULL)
    {
      g_ptr_array_add (look->probe->notes, g_strdup_printf (_ ("services were not looked at: %s"), error->message));
      return;
    }
  const EctlService *service = look->belief->service;
  if (service->installed)
    add_service (look, service->name, service->active, service->enabled);
  if (service->socket != NULL && look->belief->socket_installed)
    add_service (look, service->socket->name, service->socket->active, service->socket->enabled);
}

static const EctlProcess *
find_process (const Look *look, gint64 pid)
{
  for (guint i = 0; i < look->probe->processes->len; i++)
    {
      const EctlProcess *process = look->probe->processes->pdata[i];
      if (process->pid == pid)
        return process;
    }
  return NULL;
}

/* Is it there already? Two paths of one socket are one endpoint. */
static gboolean
is_listed (const Look *look, const EctlEndpoint *endpoint)
{
  for (guint i = 0; i < look->probe->endpoints->len; i++)
    {
      const EctlEndpointRow *row = look->probe->endpoints->pdata[i];
      g_autoptr (EctlEndpoint) known = ectl_endpoint_parse (row->endpoint, NULL);
      if (g_str_equal (row->endpoint, endpoint->url))
        return TRUE;
      if (known != NULL && known->path != NULL && endpoint->path != NULL && ectl_is_same_file (look->engine->host, known->path, endpoint->path))
        return TRUE;
    }
  return FALSE;
}

static gboolean
may_ask (const Look *look, const EctlEndpoint *endpoint, const EctlEndpointRow *row)
{
  if (row->listening != ECTL_YES)
    return FALSE;
  if (endpoint->path == NULL || look->belief == NULL)
    return row->owner_pid > 0;
  if (ectl_would_wake (look->engine->host, look->belief, endpoint->path))
    return FALSE;
  return row->owner_pid > 0 || look->hidden || look->belief->activity == ECTL_BELIEF_ACTIVE;
}

static gboolean
speaks_tls (const EctlDocker *docker)
{
  const GError *fault = ectl_docker_get_fault (docker);
  return fault != NULL && g_strcmp0 (ectl_error_get_finding (fault), "tls-plain-mismatch") == 0;
}

static void
ask (Look *look, const EctlEndpoint *endpoint, EctlEndpointRow *row)
{
  EctlCall sub;
  g_autoptr (EctlApi) api = g_new0 (EctlApi, 1);

  if (!may_ask (look, endpoint, row))
    {
      if (row->listening == ECTL_YES)
        row->note = g_strdup (_ ("not asked: connecting would start the engine"));
      return;
    }
  g_autoptr (EctlDocker) docker = ectl_docker_new (look->engine->host, endpoint, NULL);
  ectl_call_init_sub (&sub, look->call, ASK_MS);
  EctlAnswer answer = ectl_docker_ping (docker, api, &sub);
  row->answers = answer == ECTL_ANSWER_DENIED ? ECTL_UNKNOWN : answer == ECTL_ANSWER_OK;
  if (endpoint->scheme == ECTL_SCHEME_TCP)
    row->tls = answer == ECTL_ANSWER_OK ? ECTL_NO : (speaks_tls (docker) ? ECTL_YES : ECTL_UNKNOWN);
  row->note = g_steal_pointer (&api->error);
}

static EctlEndpointRow *
new_row (const EctlEndpoint *endpoint)
{
  EctlEndpointRow *row = g_new0 (EctlEndpointRow, 1);
  *row = (EctlEndpointRow){ .endpoint = g_strdup (endpoint->url), .listening = ECTL_NO, .mode = -1, .tls = ECTL_UNKNOWN, .answers = ECTL_UNKNOWN };
  row->tls = endpoint->scheme == ECTL_SCHEME_UNIX ? ECTL_NO : ECTL_UNKNOWN;
  return row;
}

static void
own (const Look *look, EctlEndpointRow *row, gint64 pid)
{
  const EctlProcess *process = find_process (look, pid);
  row->owner_pid = pid;
  row->owner_name = g_strdup (process != NULL ? process->name : NULL);
}

/* Who holds one of the listeners that the path leads to? The socket unit's own listener has no engine. */
static void
look_at_listeners (const Look *look, const EctlEndpoint *endpoint, EctlEndpointRow *row)
{
  g_autoptr (GPtrArray) listeners = ectl_listeners_at_path (look->engine->host, endpoint->path, NULL);

  for (guint i = 0; listeners != NULL && i < listeners->len && row->owner_pid == 0; i++)
    {
      const EctlListener *listener = listeners->pdata[i];
      if (ectl_listener_is_at (look->engine->host, listener, endpoint->path) == ECTL_NO)
        continue;
      row->listening = ECTL_YES;
      gint64 pid = ectl_listener_find_owner (look->engine->host, listener->inode, (const gint64 *) (gpointer) look->engines->data, look->engines->len);
      if (pid > 0)
        own (look, row, pid);
    }
}

/* HELD: the listener of the process PID that was seen first, or NULL. One in another network namespace (rootless) stands only in that process's own tables. */
static void
add_local (Look *look, const EctlEndpoint *endpoint, const EctlListener *held, gint64 pid)
{
  g_auto (EctlPathFacts) facts = { 0 };

  if (endpoint->path == NULL || is_listed (look, endpoint))
    return;
  EctlEndpointRow *row = new_row (endpoint);
  ectl_path_look (look->engine->host, endpoint->path, &facts);
  row->kind = g_strdup (ectl_path_kind_to_string (facts.kind));
  row->mode = facts.mode;
  row->group = facts.mode >= 0 ? ectl_system_find_group (facts.gid) : NULL;
  if (facts.kind == ECTL_PATH_SOCKET)
    look_at_listeners (look, endpoint, row);
  if (facts.kind == ECTL_PATH_SOCKET && row->owner_pid == 0 && held != NULL && ectl_listener_is_at (look->engine->host, held, endpoint->path) != ECTL_NO)
    {
      row->listening = ECTL_YES;
      own (look, row, pid);
    }
  ask (look, endpoint, row);
  g_ptr_array_add (look->probe->endpoints, row);
}

static void
add_local_path (Look *look, const char *path)
{
  g_autoptr (EctlEndpoint) endpoint = ectl_endpoint_new_unix (path);
  add_local (look, endpoint, NULL, 0);
}

static void
add_port (Look *look, gint64 pid, const EctlListener *listener)
{
  g_autoptr (EctlEndpoint) shown = ectl_endpoint_new_tcp (listener->address, listener->port);
  g_autoptr (EctlEndpoint) reached = ectl_endpoint_of_listener (listener);

  if (is_listed (look, shown))
    return;
  EctlEndpointRow *row = new_row (shown);
  row->kind = g_strdup ("port");
  row->listening = ECTL_YES;
  own (look, row, pid);
  ask (look, reached, row);
  if (row->tls == ECTL_NO && row->note == NULL && !g_str_has_prefix (listener->address, "127.") && !g_str_equal (listener->address, "::1"))
    row->note = g_strdup (_ ("anyone who reaches this port is root here"));
  g_ptr_array_add (look->probe->endpoints, row);
}

static void
add_listeners_of (Look *look, const EctlProcess *engine)
{
  g_autoptr (GPtrArray) paths = ectl_listeners_of_process (look->engine->host, engine->pid, NULL, NULL, NULL);
  g_autoptr (GPtrArray) ports = ectl_ports_of_process (look->engine->host, engine->pid, NULL);

  if (paths == NULL || ports == NULL)
    {
      look->hidden = TRUE;
      return;
    }
  for (guint i = 0; i < paths->len; i++)
    {
      g_autoptr (EctlEndpoint) endpoint = ectl_endpoint_of_listener (paths->pdata[i]);
      if (endpoint != NULL)
        add_local (look, endpoint, paths->pdata[i], engine->pid);
    }
  for (guint i = 0; i < ports->len && !ectl_process_is_desktop (engine); i++)
    add_port (look, engine->pid, ports->pdata[i]);
}

static void
list_endpoints (Look *look)
{
  for (guint i = 0; i < look->probe->processes->len; i++)
    {
      const EctlProcess *process = look->probe->processes->pdata[i];
      if (process->role == ECTL_ROLE_ENGINE && !process->foreign)
        add_listeners_of (look, process);
    }
  const EctlUnit *socket = look->belief != NULL ? look->belief->service->socket : NULL;
  for (char **path = socket != NULL ? socket->listen : NULL; path != NULL && *path != NULL; path++)
    if (**path == '/')
      add_local_path (look, *path);
  if (look->belief != NULL && look->belief->endpoint_path != NULL)
    add_local_path (look, look->belief->endpoint_path);
  add_local_path (look, ECTL_DEFAULT_SOCKET);
  for (guint i = 0; i < look->probe->contexts->len; i++)
    {
      const EctlContextRow *context = look->probe->contexts->pdata[i];
      g_autoptr (EctlEndpoint) endpoint = context->endpoint != NULL ? ectl_endpoint_parse (context->endpoint, NULL) : NULL;
      if (endpoint != NULL && endpoint->scheme == ECTL_SCHEME_UNIX)
        add_local (look, endpoint, NULL, 0);
    }
  if (look->hidden)
    g_ptr_array_add (look->probe->notes, g_strdup (_ ("not seen without root: which process holds which socket")));
}

static void
tell_client (Look *look)
{
  g_autoptr (EctlTarget) target = ectl_client_resolve (look->engine->host, NULL, NULL);
  target->client->program = ectl_host_find_program (look->engine->host, "docker");
  look->probe->client = g_steal_pointer (&target->client);
}

EctlProbe *
ectl_engine_probe (EctlEngine *engine, EctlProbeFlags flags, EctlCall *call, GError **error)
{
  g_autoptr (EctlCall) own_call = NULL;
  g_autoptr (EctlProbe) probe = new_probe ();
  Look look = { .engine = engine, .probe = probe };

  look.call = ectl_engine_begin (call, ECTL_CALL_READ, ECTL_READ_MS, &own_call);
  if (!ectl_engine_is_here (engine, "probe", error))
    return NULL;
  EctlProcessList *list = ectl_processes_scan (engine->host, (flags & ECTL_PROBE_ALL_PROCESSES) != 0, look.call, error);
  if (list == NULL)
    return NULL;
  probe->processes = g_ptr_array_ref (list->list);
  probe->shims = list->shims;
  probe->proxies = list->proxies;
  ectl_process_list_free (list);
  look.engines = pids_of_engines (probe->processes);
  list_services (&look);
  list_programs (&look);
  probe->contexts = ectl_client_list_contexts (engine->host, look.call);
  list_endpoints (&look);
  tell_client (&look);
  ectl_belief_free (look.belief);
  g_array_unref (look.engines);
  return g_steal_pointer (&probe);
}

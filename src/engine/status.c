/* SPDX-License-Identifier: Apache-2.0 */
/* The status: a snapshot, told. */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "config/option-file.h"
#include "engine/cause.h"
#include "engine/listening.h"
#include "engine/logs.h"
#include "engine/reason.h"

#define LOG_LINES 5

/* The same engine if both paths are one file, or if the client's port is one that the engine listens on here. */
static EctlTri
is_same_engine (EctlEngine *engine, const EctlSnapshot *s, const EctlEndpoint *client)
{
  if (client == NULL)
    return ECTL_UNKNOWN;
  if (s->process == NULL && !s->belief->service->installed && engine->options.service != NULL)
    return ECTL_NO; /* a service that does not exist has no engine */
  if (client->scheme == ECTL_SCHEME_SSH)
    return ECTL_UNKNOWN;
  if (client->path != NULL)
    return s->endpoint->path != NULL ? (EctlTri) ectl_is_same_file (engine->host, client->path, s->endpoint->path) : ECTL_NO;
  gboolean loopback = g_str_equal (client->host, "localhost") || g_str_has_prefix (client->host, "127.") || g_str_equal (client->host, "::1");
  if (!loopback || s->process == NULL)
    return ECTL_NO;
  g_autoptr (GPtrArray) ports = ectl_ports_of_process (engine->host, s->process->pid, NULL);
  return ports != NULL ? (EctlTri) ectl_has_port (ports, client->port) : ECTL_UNKNOWN;
}

static EctlClient *
find_client (EctlEngine *engine, const EctlSnapshot *s)
{
  g_autoptr (EctlTarget) target = ectl_client_resolve (engine->host, NULL, NULL);
  if (s != NULL)
    target->client->same_engine = is_same_engine (engine, s, target->endpoint);
  return g_steal_pointer (&target->client);
}

/* A word on the command line tells that it did not start one itself; then its control group need not be searched. */
static GPtrArray *
find_own_containerd (EctlEngine *engine, const EctlProcess *process)
{
  gboolean uses_another = process->command != NULL && strstr (process->command, "--containerd") != NULL;
  return uses_another ? NULL : ectl_process_find_companions (engine->host, process->pid);
}

/* The helpers of the engine: the containerd that it started itself, or the one of the containerd service that it uses. */
static GPtrArray *
list_helpers (EctlEngine *engine, const EctlSnapshot *s)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_process_free);
  gint64 containerd = s->belief->containerd_pid;

  if (s->process == NULL)
    return list;
  g_autoptr (GPtrArray) companions = find_own_containerd (engine, s->process);
  gint64 engine_pid = s->process->pid;
  for (guint i = 0; companions != NULL && i < companions->len; i++)
    if (((const EctlProcess *) companions->pdata[i])->pid != engine_pid)
      g_ptr_array_add (list, g_steal_pointer (&companions->pdata[i]));
  EctlProcess *helper = list->len == 0 && containerd > 0 ? ectl_process_read (engine->host, containerd, NULL) : NULL;
  if (helper != NULL)
    g_ptr_array_add (list, helper);
  return list;
}

/* What ended it from outside stands in the manager's result; the log has no words of it. */
static gboolean
was_ended_from_outside (const EctlService *service)
{
  static const char *const results[] = { "signal", "oom-kill", "watchdog", "timeout", NULL };
  return service->result != NULL && g_strv_contains (results, service->result);
}

static void
tell_cause (EctlEngine *engine, EctlStatus *status, EctlCall *call)
{
  g_auto (EctlCause) cause = { 0 };

  if (g_strcmp0 (status->service->result, "oom-kill") == 0)
    status->finding = g_strdup ("oom-killed");
  if (was_ended_from_outside (status->service))
    return;
  ectl_cause_find (engine, 0, 0, call, &cause);
  if (cause.title != NULL)
    {
      g_free (status->reason);
      status->reason = g_strdup (cause.title);
    }
  if (cause.fix != NULL)
    {
      g_free (status->hint);
      status->hint = ectl_cause_get_fix (engine->host, &cause);
    }
  status->finding = g_strdup (cause.finding);
  status->evidence = g_steal_pointer (&cause.line);
}

/* The status of what could not be found out; only a cancelled call has none. */
static EctlStatus *
unknown_status (EctlEngine *engine, GError *why, GError **error)
{
  if (ectl_error_is (why, ECTL_ERROR_CANCELLED))
    {
      g_propagate_error (error, why);
      return NULL;
    }
  EctlStatus *status = g_new0 (EctlStatus, 1);
  status->state = ECTL_STATE_UNKNOWN;
  status->reason = g_strdup (why->message);
  status->hint = g_strdup (ectl_error_get_hint (why));
  status->backend = engine->backend != NULL ? g_strdup (engine->backend->klass->name) : NULL;
  status->processes = g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_process_free);
  status->api = g_new0 (EctlApi, 1);
  *status->api = (EctlApi){ .answers = ECTL_UNKNOWN, .latency_ms = -1 };
  status->client = find_client (engine, NULL);
  g_error_free (why);
  return status;
}

/* What needs neither the answer nor the verdict, while the API thinks. */
static EctlStatus *
begin_status (EctlEngine *engine, const EctlSnapshot *s)
{
  EctlStatus *status = g_new0 (EctlStatus, 1);
  status->backend = g_strdup (engine->backend->klass->name);
  status->backend_why = g_strdup (engine->backend_why);
  status->client = find_client (engine, s);
  status->processes = list_helpers (engine, s);
  return status;
}

static void
complete_status (EctlEngine *engine, EctlStatus *status, EctlSnapshot *s, EctlDetail detail, EctlCall *call)
{
  status->state = s->state;
  status->reason = ectl_reason (s);
  status->hint = ectl_remedy (engine->host, s);
  if (s->process != NULL)
    g_ptr_array_insert (status->processes, 0, g_steal_pointer (&s->process));
  status->service = g_steal_pointer (&s->belief->service);
  status->api = g_steal_pointer (&s->api);
  if (status->state == ECTL_STATE_FAILED)
    tell_cause (engine, status, call);
  if (detail != ECTL_DETAIL_FULL)
    return;
  EctlLogQuery newest = { .lines = LOG_LINES };
  status->log = ectl_logs_collect (engine, &newest, call, NULL);
  /* Another program does not read them. */
  if (s->belief->program != NULL)
    return;
  status->option_files = ectl_option_files (engine->host);
  status->options = ectl_option_assignments (engine->host);
}

static EctlStatus *
look_and_tell (EctlEngine *engine, EctlDetail detail, EctlCall *call, GError **error)
{
  g_autoptr (EctlSnapshot) snapshot = ectl_snapshot_begin (engine, detail, call, error);
  g_autoptr (EctlStatus) status = snapshot != NULL ? begin_status (engine, snapshot) : NULL;

  if (status == NULL || !ectl_snapshot_complete (snapshot, engine, call, error))
    return NULL;
  if (snapshot->looks > 1)
    {
      ectl_status_free (status);
      status = begin_status (engine, snapshot);
    }
  complete_status (engine, status, snapshot, detail, call);
  return g_steal_pointer (&status);
}

EctlStatus *
ectl_engine_get_status (EctlEngine *engine, EctlDetail detail, EctlCall *call, GError **error)
{
  g_autoptr (EctlCall) own = NULL;
  GError *why = NULL;

  call = ectl_engine_begin (call, ECTL_CALL_READ, ECTL_READ_MS, &own);
  if (!ectl_engine_is_here (engine, "status", error))
    return NULL;
  EctlStatus *status = look_and_tell (engine, detail, call, &why);
  return status != NULL ? status : unknown_status (engine, why, error);
}

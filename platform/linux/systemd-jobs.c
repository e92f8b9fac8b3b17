/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs of systemd: subscribed before the call, awaited by their signal, each result a sentence. */
#include <errno.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/systemd.h"

/* --- signals -------------------------------------------------------------------------------------------------------------- */

/* systemd that executes itself anew is away from the bus for a moment, and its jobs go on. */
#define ABSENCE_MS 5000

static gboolean
add_match (EctlSystemd *systemd, const char *sender, const char *rule, sd_bus_message_handler_t handler, GError **error)
{
  /* On the private socket nobody stamps a sender on the signals. */
  g_autofree char *full = systemd->bus.direct ? g_strconcat ("type='signal',", rule, NULL) : g_strdup_printf ("type='signal',sender='%s',%s", sender, rule);
  int code = sd_bus_add_match_async (systemd->bus.bus, NULL, full, handler, NULL, systemd);

  if (code >= 0)
    return TRUE;
  ectl_set_error_errno (error, -code, _ ("cannot listen to systemd's signals"));
  return FALSE;
}

static gboolean
subscribe (EctlSystemd *systemd, GError **error)
{
  sd_bus_message *message;

  if (systemd->hears_jobs || systemd->hears_changes)
    return TRUE;
  message = ectl_bus_new_call (&systemd->bus, ECTL_SYSTEMD_PATH, ECTL_SYSTEMD_MANAGER, "Subscribe");
  int code = message != NULL ? sd_bus_message_set_expect_reply (message, FALSE) : -ENOMEM;
  if (code >= 0)
    code = sd_bus_send (systemd->bus.bus, message, NULL);
  sd_bus_message_unref (message);
  if (code >= 0)
    return TRUE;
  ectl_set_error_errno (error, -code, _ ("cannot listen to systemd's signals"));
  return FALSE;
}

static int
take_job_removed (sd_bus_message *message, void *data, sd_bus_error *ignored)
{
  EctlSystemd *systemd = data;
  const char *path, *unit, *result;
  guint32 id;
  (void) ignored;

  if (sd_bus_message_read (message, "uoss", &id, &path, &unit, &result) > 0)
    g_hash_table_replace (systemd->results, g_strdup (path), g_strdup (result));
  return 0;
}

/* The bus outlives the manager; only the name tells. */
static int
take_owner (sd_bus_message *message, void *data, sd_bus_error *ignored)
{
  EctlSystemd *systemd = data;
  const char *name, *before, *now;
  (void) ignored;

  if (sd_bus_message_read (message, "sss", &name, &before, &now) > 0)
    systemd->absent = *now == '\0';
  return 0;
}

gboolean
ectl_systemd_hear_jobs (EctlSystemd *systemd, GError **error)
{
  static const char jobs[] = "path='" ECTL_SYSTEMD_PATH "',interface='" ECTL_SYSTEMD_MANAGER "',member='JobRemoved'";
  static const char owner[] = "path='/org/freedesktop/DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" ECTL_SYSTEMD_NAME "'";

  if (systemd->hears_jobs)
    return TRUE;
  if (!add_match (systemd, ECTL_SYSTEMD_NAME, jobs, take_job_removed, error))
    return FALSE;
  if (!systemd->bus.direct && !add_match (systemd, "org.freedesktop.DBus", owner, take_owner, error))
    return FALSE;
  if (!subscribe (systemd, error))
    return FALSE;
  systemd->hears_jobs = TRUE;
  return TRUE;
}

/* That something changed is all that has to be known: whoever waits looks again. */
static int
take_change (sd_bus_message *message, void *data, sd_bus_error *ignored)
{
  EctlSystemd *systemd = data;
  (void) message;
  (void) ignored;
  systemd->changed = TRUE;
  return 0;
}

gboolean
ectl_systemd_hear_changes (EctlSystemd *systemd, GError **error)
{
  const char *const units[] = { systemd->service, systemd->socket };

  if (systemd->hears_changes)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      char *path = NULL;
      if (sd_bus_path_encode (ECTL_SYSTEMD_PATH "/unit", units[i], &path) < 0)
        continue;
      g_autofree char *rule = g_strdup_printf ("path='%s',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged'", path);
      free (path);
      if (!add_match (systemd, ECTL_SYSTEMD_NAME, rule, take_change, error))
        return FALSE;
    }
  if (!subscribe (systemd, error))
    return FALSE;
  systemd->hears_changes = TRUE;
  return TRUE;
}

/* --- jobs ----------------------------------------------------------------------------------------------------------------- */

typedef struct {
  EctlSystemd *systemd;
  const char *unit;
  const char *verb; /* StartUnit … */
  EctlReply reply;
  const char *path; /* of the job; in the reply */
} Job;

static void
send_job (Job *job)
{
  EctlBus *bus = &job->systemd->bus;
  sd_bus_message *message = ectl_bus_new_call (bus, ECTL_SYSTEMD_PATH, ECTL_SYSTEMD_MANAGER, job->verb);
  if (message != NULL)
    sd_bus_message_append (message, "ss", job->unit, "replace");
  ectl_bus_send (bus, message, &job->reply);
}

static char *
what_failed (const Job *job)
{
  if (g_str_equal (job->verb, "StartUnit"))
    return g_strdup_printf (_ ("cannot start %s"), job->unit);
  if (g_str_equal (job->verb, "StopUnit"))
    return g_strdup_printf (_ ("cannot stop %s"), job->unit);
  return g_strdup_printf (_ ("cannot reload %s"), job->unit);
}

/* A unit that is not loaded cannot run: there is nothing to stop. */
static gboolean
is_nothing_to_stop (const Job *job)
{
  return g_str_equal (job->verb, "StopUnit") && g_strcmp0 (ectl_reply_error_name (&job->reply), "org.freedesktop.systemd1.NoSuchUnit") == 0;
}

void
ectl_systemd_hint_unmask (const EctlSystemd *systemd, GError *error)
{
  g_autofree char *command = g_strdup_printf ("systemctl unmask %s %s", systemd->service, systemd->socket);
  g_autofree char *hint = ectl_host_root_command (systemd->host, command);
  ectl_error_set_hint (error, hint);
}

static gboolean
take_job (Job *job, GError **error)
{
  g_autofree char *what = what_failed (job);

  if (is_nothing_to_stop (job))
    return TRUE;
  if (!ectl_reply_check (&job->reply, what, error))
    {
      if (error != NULL && g_strcmp0 (ectl_reply_error_name (&job->reply), "org.freedesktop.systemd1.UnitMasked") == 0)
        ectl_systemd_hint_unmask (job->systemd, *error);
      return FALSE;
    }
  if (sd_bus_message_read_basic (job->reply.message, 'o', &job->path) > 0)
    return TRUE;
  ectl_set_error (error, ECTL_ERROR_FAILED, _ ("%s: systemd named no job"), what);
  return FALSE;
}

static gboolean
is_over (gpointer data)
{
  const Job *job = data;
  return job->path == NULL || g_hash_table_contains (job->systemd->results, job->path);
}

static gboolean
is_over_or_alone (gpointer data)
{
  const Job *job = data;
  return is_over (data) || job->systemd->absent;
}

static gboolean
is_over_or_back (gpointer data)
{
  const Job *job = data;
  return is_over (data) || !job->systemd->absent;
}

static gboolean
await_job (Job *job, EctlCall *call, GError **error)
{
  EctlBus *bus = &job->systemd->bus;

  while (!is_over (job))
    {
      g_autoptr (GError) why = NULL;
      EctlCall absence;

      if (!ectl_bus_wait (bus, is_over_or_alone, job, call, error))
        return FALSE;
      ectl_call_init_sub (&absence, call, ABSENCE_MS);
      if (ectl_bus_wait (bus, is_over_or_back, job, &absence, &why))
        continue;
      if (!ectl_error_is (why, ECTL_ERROR_DEADLINE))
        g_propagate_error (error, g_steal_pointer (&why));
      else if (ectl_call_check (call, error))
        ectl_set_error (error, ECTL_ERROR_FAILED, _ ("systemd left the bus and did not come back; its job for %s may go on"), job->unit);
      return FALSE;
    }
  return TRUE;
}

/* systemd: the results of a job, src/core/job.c and org.freedesktop.systemd1(5). */
static const char *
sentence_of (const char *result)
{
  static const struct {
    const char *result;
    const char *sentence;
  } known[] = {
    { "canceled", N_ ("another request replaced or cancelled the job") },
    { "timeout", N_ ("the job's own time ran out") },
    { "failed", N_ ("the unit failed") },
    { "dependency", N_ ("a unit that it needs failed") },
    { "skipped", N_ ("the job does not fit the unit's state") },
    { "invalid", N_ ("the unit cannot be reloaded while it is not active") },
    { "assert", N_ ("an assertion of the unit file does not hold") },
    { "unsupported", N_ ("this system does not support the unit") },
    { "collected", N_ ("the unit is gone") },
    { "once", N_ ("the unit starts only once, and was started already") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].result, result))
      return _ (known[i].sentence);
  return result;
}

static gboolean
judge_job (const Job *job, GError **error)
{
  const char *result = job->path != NULL ? g_hash_table_lookup (job->systemd->results, job->path) : "done";
  g_autofree char *what = what_failed (job);

  if (g_str_equal (result, "done"))
    return TRUE;
  ectl_set_error (error, g_str_equal (result, "unsupported") ? ECTL_ERROR_NOT_SUPPORTED : ECTL_ERROR_FAILED, "%s: %s (%s)", what, sentence_of (result), result);
  return FALSE;
}

/* All jobs in one breath, in their order; then each is awaited. */
static gboolean
run_jobs (EctlSystemd *systemd, Job *jobs, guint n, gboolean wait, EctlCall *call, GError **error)
{
  gboolean ok = ectl_systemd_hear_jobs (systemd, error);

  for (guint i = 0; ok && i < n; i++)
    send_job (&jobs[i]);
  ok = ok && ectl_bus_collect (&systemd->bus, call, error);
  for (guint i = 0; ok && i < n; i++)
    ok = take_job (&jobs[i], error);
  for (guint i = 0; ok && wait && i < n; i++)
    ok = await_job (&jobs[i], call, error);
  for (guint i = 0; ok && wait && i < n; i++)
    ok = judge_job (&jobs[i], error);
  for (guint i = 0; i < n; i++)
    ectl_reply_clear (&jobs[i].reply);
  return ok;
}

/* A unit that is not loaded has no failure to forget, so the answers do not matter. */
static void
send_reset_failed (EctlSystemd *systemd, const char *unit, EctlReply *reply)
{
  sd_bus_message *message = ectl_bus_new_call (&systemd->bus, ECTL_SYSTEMD_PATH, ECTL_SYSTEMD_MANAGER, "ResetFailedUnit");
  if (message != NULL)
    sd_bus_message_append (message, "s", unit);
  ectl_bus_send (&systemd->bus, message, reply);
}

static guint
choose_jobs (EctlSystemd *systemd, EctlUnits units, const char *verb, Job *jobs)
{
  guint n = 0;

  if (units & ECTL_UNIT_SOCKET)
    jobs[n++] = (Job){ .systemd = systemd, .unit = systemd->socket, .verb = verb };
  if (units & ECTL_UNIT_SERVICE)
    jobs[n++] = (Job){ .systemd = systemd, .unit = systemd->service, .verb = verb };
  return n;
}

gboolean
ectl_systemd_start (EctlBackend *backend, EctlUnits units, gboolean reset_failed, gboolean wait, EctlCall *call, GError **error)
{
  EctlSystemd *systemd = (EctlSystemd *) backend;
  EctlReply service = { 0 }, socket = { 0 };
  Job jobs[2];
  guint n = choose_jobs (systemd, units, "StartUnit", jobs);

  if (reset_failed)
    {
      send_reset_failed (systemd, systemd->service, &service);
      send_reset_failed (systemd, systemd->socket, &socket);
    }
  gboolean ok = run_jobs (systemd, jobs, n, wait, call, error);
  ectl_reply_clear (&service);
  ectl_reply_clear (&socket);
  return ok;
}

/* The socket first: systemd starts nothing on a connection while a stop of the socket is queued. */
gboolean
ectl_systemd_stop (EctlBackend *backend, EctlUnits units, EctlCall *call, GError **error)
{
  EctlSystemd *systemd = (EctlSystemd *) backend;
  Job jobs[2];
  guint n = choose_jobs (systemd, units, "StopUnit", jobs);

  return run_jobs (systemd, jobs, n, TRUE, call, error);
}

/* For a unit without ExecReload: what dockerd itself understands. */
static gboolean
send_hangup (EctlSystemd *systemd, EctlCall *call, GError **error)
{
  EctlReply reply = { 0 };
  g_autofree char *what = g_strdup_printf (_ ("cannot reload %s"), systemd->service);
  sd_bus_message *message = ectl_bus_new_call (&systemd->bus, ECTL_SYSTEMD_PATH, ECTL_SYSTEMD_MANAGER, "KillUnit");

  if (message != NULL)
    sd_bus_message_append (message, "ssi", systemd->service, "main", 1 /* SIGHUP */);
  ectl_bus_send (&systemd->bus, message, &reply);
  gboolean ok = ectl_bus_collect (&systemd->bus, call, error) && ectl_reply_check (&reply, what, error);
  ectl_reply_clear (&reply);
  return ok;
}

gboolean
ectl_systemd_reload (EctlBackend *backend, EctlCall *call, GError **error)
{
  EctlSystemd *systemd = (EctlSystemd *) backend;
  Job job = { .systemd = systemd, .unit = systemd->service, .verb = "ReloadUnit" };

  gboolean ok = ectl_systemd_hear_jobs (systemd, error);
  if (ok)
    send_job (&job);
  ok = ok && ectl_bus_collect (&systemd->bus, call, error);
  const char *refusal = ok ? ectl_reply_error_name (&job.reply) : NULL;
  gboolean without = g_strcmp0 (refusal, "org.freedesktop.systemd1.JobTypeNotApplicable") == 0;
  if (ok && without)
    ok = send_hangup (systemd, call, error);
  else
    ok = ok && take_job (&job, error) && await_job (&job, call, error) && judge_job (&job, error);
  ectl_reply_clear (&job.reply);
  return ok;
}

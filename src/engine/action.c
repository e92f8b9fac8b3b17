/* SPDX-License-Identifier: Apache-2.0 */
/* What every verb that changes something shares: the look before and after, the steps, the refusals. */
#include "engine/action.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "engine/reason.h"

/* The look after must also be possible when the call's own time is up. */
#define LOOK_AFTER_MS 1000

static void
free_step (gpointer data)
{
  EctlStep *step = data;
  g_free (step->text);
  g_free (step);
}

static EctlAction *
new_action (const char *verb, EctlFlags flags)
{
  EctlAction *action = g_new0 (EctlAction, 1);
  action->name = g_strdup (verb);
  action->dry_run = (flags & ECTL_FLAG_DRY_RUN) != 0;
  action->steps = g_ptr_array_new_with_free_func (free_step);
  action->notes = g_ptr_array_new_with_free_func (g_free);
  return action;
}

static void
note_situation (EctlRun *run)
{
  const EctlBelief *belief = run->before->belief;
  const EctlUnit *socket = belief->service->socket;

  run->now = (EctlSituation){
    .state = run->before->state,
    .has_service = belief->service->installed,
    .masked = belief->masked,
    .bad_setting = belief->bad_setting,
    .foreign = run->before->process != NULL && !run->before->evidence.process_is_its && !run->before->evidence.is_owned,
    .socket_up = belief->socket_listens || (socket != NULL && g_strcmp0 (socket->active, "active") == 0),
    .auto_restart = belief->activity == ECTL_BELIEF_AUTO_RESTART,
  };
}

/* With systemd the name has an end of its own; Docker Desktop has no service of another name. */
static gboolean
is_default_name (const EctlRun *run, const char *service)
{
  return g_str_equal (service, "docker") || g_str_has_prefix (service, "docker.") || run->before->belief->program != NULL;
}

gboolean
ectl_run_begin (EctlRun *run, EctlEngine *engine, const char *verb, EctlFlags flags, EctlCall *call, EctlCallKind kind, gint64 default_ms, GError **error)
{
  EctlCall look;

  *run = (EctlRun){ .engine = engine, .flags = flags, .begun_us = g_get_monotonic_time () };
  run->call = ectl_engine_begin (call, kind, default_ms, &run->own_call);
  ectl_call_init_sub (&look, run->call, ECTL_READ_MS);
  if (ectl_engine_is_here (engine, verb, error))
    run->before = ectl_snapshot_take (engine, ECTL_DETAIL_VERDICT, &look, error);
  if (run->before == NULL)
    {
      g_clear_pointer (&run->own_call, ectl_call_free);
      return FALSE;
    }
  note_situation (run);
  run->action = new_action (verb, flags);
  run->action->before = (EctlPoint){ run->before->state, g_strdup (run->before->belief->service->enabled) };
  if (engine->options.service == NULL && !is_default_name (run, ectl_run_service (run)))
    ectl_run_note (run, _ ("there is no docker.service here; this is about %s"), ectl_run_service (run));
  run->action->after = (EctlPoint){ run->before->state, g_strdup (run->before->belief->service->enabled) };
  return TRUE;
}

gboolean
ectl_run_is_dry (const EctlRun *run)
{
  return run->action->dry_run;
}

const char *
ectl_run_service (const EctlRun *run)
{
  return run->before->belief->service->name;
}

char *
ectl_run_elapsed (const EctlRun *run)
{
  double ms = (double) (g_get_monotonic_time () - run->begun_us) / 1000;
  return ms < 1000 ? g_strdup_printf (_ ("%.0f ms"), ms) : g_strdup_printf (_ ("%.1f s"), ms / 1000);
}

char *
ectl_run_units (const EctlRun *run)
{
  const EctlBelief *belief = run->before->belief;
  return belief->socket_installed ? g_strconcat (belief->service->name, ", ", belief->service->socket->name, NULL) : g_strdup (belief->service->name);
}

static void
look_after (EctlRun *run)
{
  g_autoptr (EctlCall) fresh = ectl_call_new (LOOK_AFTER_MS);
  EctlPoint *after = &run->action->after;

  ectl_call_begin (fresh, ECTL_CALL_READ, LOOK_AFTER_MS);
  g_autoptr (EctlSnapshot) snapshot = ectl_snapshot_take (run->engine, ECTL_DETAIL_VERDICT, fresh, NULL);
  g_free (after->enabled);
  *after = (EctlPoint){ ECTL_STATE_UNKNOWN, NULL };
  if (snapshot != NULL)
    *after = (EctlPoint){ snapshot->state, g_strdup (snapshot->belief->service->enabled) };
}

/* What was meant to change something and failed has changed what can be seen. */
static gboolean
has_changed (const EctlAction *action)
{
  return action->before.state != action->after.state || g_strcmp0 (action->before.enabled, action->after.enabled) != 0;
}

/* A denial of the manager's is cured by asking as root. */
static void
complete_error (EctlRun *run, GError *error)
{
  if (!ectl_error_is (error, ECTL_ERROR_NOT_PERMITTED) || ectl_error_get_hint (error) != NULL)
    return;
  g_autofree char *verb = g_strdup_printf ("enginectl %s", run->action->name);
  g_autofree char *hint = ectl_host_root_command (run->engine->host, verb);
  ectl_error_set_hint (error, hint);
}

gboolean
ectl_run_end (EctlRun *run, gboolean ok, EctlAction **out, GError **error)
{
  ectl_call_doing (run->call, NULL);
  if (run->touched && !ectl_run_is_dry (run))
    look_after (run);
  if (!ok)
    run->action->changed = run->action->changed && has_changed (run->action);
  if (!ok && error != NULL)
    complete_error (run, *error);
  run->action->duration_ms = (double) (g_get_monotonic_time () - run->begun_us) / 1000;
  if (out != NULL)
    *out = g_steal_pointer (&run->action);
  ectl_action_free (run->action);
  ectl_snapshot_free (run->before);
  ectl_call_free (run->own_call);
  return ok;
}

void
ectl_run_step (EctlRun *run, gint64 begun_us, const char *format, ...)
{
  EctlStep *step = g_new0 (EctlStep, 1);
  va_list args;

  va_start (args, format);
  step->text = g_strdup_vprintf (format, args);
  va_end (args);
  step->ms = ectl_run_is_dry (run) ? -1 : (double) (g_get_monotonic_time () - begun_us) / 1000;
  g_ptr_array_add (run->action->steps, step);
}

void
ectl_run_note (EctlRun *run, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  char *text = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (run->action->notes, text);
  ectl_call_note (run->call, text);
}

void
ectl_run_sum_up (EctlRun *run, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_free (run->action->summary);
  run->action->summary = g_strdup_vprintf (format, args);
  va_end (args);
}

static void
refuse (const EctlRun *run, GError **error, EctlErrorCode code, const char *why)
{
  g_autofree char *remedy = ectl_remedy (run->engine->host, run->before);
  ectl_set_error (error, code, _ ("cannot %s %s: %s"), run->action->name, ectl_run_service (run), why);
  if (error != NULL && remedy != NULL)
    ectl_error_set_hint (*error, remedy);
}

static void
refuse_masked (const EctlRun *run, GError **error)
{
  g_autofree char *unmask = ectl_unmask_command (run->engine->host, run->before->belief);

  refuse (run, error, ECTL_ERROR_BAD_CONFIG, run->now.masked ? _ ("the unit is masked") : _ ("its socket unit is masked"));
  if (error == NULL)
    return;
  ectl_error_set_hint (*error, unmask);
  ectl_error_set_finding (*error, "unit-masked", NULL);
}

/* What is wrong with the unit is known only to who asks for more than the verdict needs. */
static void
refuse_bad_setting (const EctlRun *run, GError **error)
{
  g_autoptr (EctlBelief) full = ectl_engine_get_belief (run->engine, ECTL_DETAIL_DOCUMENT, run->call, NULL);
  const char *why = full != NULL && full->load_error != NULL ? full->load_error : run->before->belief->load_error;
  g_autofree char *look = ectl_host_root_command (run->engine->host, "enginectl status -v");

  refuse (run, error, ECTL_ERROR_BAD_CONFIG, why != NULL ? why : _ ("the unit file cannot be loaded"));
  if (error != NULL)
    ectl_error_set_hint (*error, look);
}

gboolean
ectl_run_may (EctlRun *run, EctlPlan plan, GError **error)
{
  g_autofree char *reason = ectl_reason (run->before);

  switch (plan)
    {
    case ECTL_PLAN_NOT_INSTALLED:
    case ECTL_PLAN_NO_SERVICE:
      refuse (run, error, ECTL_ERROR_NOT_INSTALLED, reason);
      return FALSE;
    case ECTL_PLAN_MASKED:
      refuse_masked (run, error);
      return FALSE;
    case ECTL_PLAN_BAD_SETTING:
      refuse_bad_setting (run, error);
      return FALSE;
    case ECTL_PLAN_NOT_RUNNING:
      refuse (run, error, ECTL_ERROR_NOT_RUNNING, _ ("it is not running"));
      return FALSE;
    case ECTL_PLAN_UNMANAGED:
    case ECTL_PLAN_SICK:
    case ECTL_PLAN_UNKNOWN:
      refuse (run, error, ECTL_ERROR_FAILED, reason);
      return FALSE;
    default:
      return TRUE;
    }
}

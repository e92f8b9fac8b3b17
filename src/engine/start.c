/* SPDX-License-Identifier: Apache-2.0 */
/* start and restart: the manager's job first, then the API's answer; and the cause where it fails. */
#include "engine/action.h"
#include "engine/cause.h"
#include "engine/wait.h"

#include "base/error.h"
#include "base/i18n.h"

/* Between two looks while the API is not yet there: readiness has no signal where the unit does not notify. */
#define LOOK_EVERY_MS 50
#define BIRTH_MS 300
/* The journal may lag behind the manager. */
#define LOG_PATIENCE_MS 500

static gboolean
has_left_stopping (const EctlSnapshot *snapshot, gpointer user_data)
{
  (void) user_data;
  return snapshot->state != ECTL_STATE_STOPPING;
}

/* A manager that does not follow processes returns before its child has become the engine and has written its pid file. */
static gboolean
may_be_unborn (const EctlSnapshot *snapshot, gint64 job_ended_us)
{
  return snapshot->state == ECTL_STATE_FAILED && !snapshot->belief->follows_processes && g_get_monotonic_time () < job_ended_us + BIRTH_MS * 1000;
}

/* Is it up, or is there nothing more to wait for? */
static gboolean
is_settled (const EctlSnapshot *snapshot, gpointer job_ended_us)
{
  if (may_be_unborn (snapshot, *(const gint64 *) job_ended_us))
    return FALSE;
  switch (snapshot->state)
    {
    case ECTL_STATE_STARTING:
    case ECTL_STATE_HUNG:
    case ECTL_STATE_DEGRADED:
      return FALSE;
    default:
      return TRUE;
    }
}

static gboolean
wait_for_answer (EctlRun *run, gboolean *up, GError **error)
{
  g_autoptr (EctlSnapshot) last = NULL;
  gint64 job_ended = g_get_monotonic_time ();

  ectl_call_doing (run->call, _ ("starting %s: waiting for the API"), ectl_run_service (run));
  if (!ectl_wait_until (run->engine, is_settled, &job_ended, LOOK_EVERY_MS, run->call, &last, error))
    return FALSE;
  *up = last->state == ECTL_STATE_RUNNING || last->state == ECTL_STATE_UNMANAGED;
  return TRUE;
}

/* Replaces the manager's shrug by the engine's own words. What is no failure of the engine (denied, deadline, cancelled) keeps its error. */
static void
explain (EctlRun *run, gint64 since_us, GError **error)
{
  g_autoptr (EctlCall) fresh = ectl_call_new (ECTL_READ_MS);
  g_auto (EctlCause) cause = { 0 };

  ectl_call_begin (fresh, ECTL_CALL_READ, ECTL_READ_MS);
  ectl_cause_find (run->engine, since_us, LOG_PATIENCE_MS, fresh, &cause);
  if (cause.line == NULL)
    {
      g_autofree char *look = ectl_host_root_command (run->engine->host, "enginectl logs -n 50");
      if (error != NULL && ectl_error_get_hint (*error) == NULL)
        ectl_error_set_hint (*error, cause.unreadable ? _ ("run it as root: this user may not read the log that says why") : look);
      return;
    }
  g_clear_error (error);
  if (cause.title != NULL)
    ectl_set_error (error, cause.code, _ ("%s did not start: %s (%s)"), ectl_run_service (run), cause.title, cause.line);
  else
    ectl_set_error (error, cause.code, _ ("%s did not start: %s"), ectl_run_service (run), cause.line);
  if (error == NULL)
    return;
  g_autofree char *fix = ectl_cause_get_fix (run->engine->host, &cause);
  ectl_error_set_finding (*error, cause.finding, cause.line);
  ectl_error_set_hint (*error, fix);
}

/* A restart stopped the socket unit too, and not every service brings its own back (docker.service without Requires=). */
static EctlUnits
units_to_start (const EctlRun *run)
{
  gboolean stopped_it = run->now.socket_up && run->before->belief->socket_installed && g_str_equal (run->action->name, "restart");
  return stopped_it ? ECTL_UNIT_SOCKET | ECTL_UNIT_SERVICE : ECTL_UNIT_SERVICE;
}

static void
tell_start (EctlRun *run, gint64 begun)
{
  if (units_to_start (run) & ECTL_UNIT_SOCKET)
    ectl_run_step (run, begun, _ ("start %s, %s"), run->before->belief->service->socket->name, ectl_run_service (run));
  else
    ectl_run_step (run, begun, _ ("start %s"), ectl_run_service (run));
}

static gboolean
do_job (EctlRun *run, EctlPlan plan, GError **error)
{
  const EctlBackendClass *klass = run->engine->backend->klass;
  gint64 begun = g_get_monotonic_time ();

  ectl_call_doing (run->call, _ ("starting %s"), ectl_run_service (run));
  /* A manager between two tries keeps to its delay whatever it is told to start. */
  if (run->now.auto_restart && plan == ECTL_PLAN_RESET_THEN_START && !klass->stop (run->engine->backend, ECTL_UNIT_SERVICE, run->call, error))
    return FALSE;
  if (!klass->start (run->engine->backend, units_to_start (run), plan == ECTL_PLAN_RESET_THEN_START, (run->flags & ECTL_FLAG_NO_WAIT) == 0, run->call, error))
    return FALSE;
  tell_start (run, begun);
  return TRUE;
}

static gboolean
wait_for_stop (EctlRun *run, GError **error)
{
  gint64 begun = g_get_monotonic_time ();
  ectl_call_doing (run->call, _ ("waiting for the stop that is on its way"));
  if (!ectl_wait_until (run->engine, has_left_stopping, NULL, ECTL_READ_MS, run->call, NULL, error))
    return FALSE;
  ectl_run_step (run, begun, _ ("wait for the stop of %s"), ectl_run_service (run));
  return TRUE;
}

static gboolean
start_and_wait (EctlRun *run, EctlPlan plan, GError **error)
{
  gboolean up = FALSE;

  if (!do_job (run, plan, error))
    return FALSE;
  if (run->flags & ECTL_FLAG_NO_WAIT)
    {
      ectl_run_sum_up (run, _ ("%s was told to start docker; not waited for"), run->engine->backend->klass->name);
      return TRUE;
    }
  gint64 begun = g_get_monotonic_time ();
  if (!wait_for_answer (run, &up, error))
    return FALSE;
  ectl_run_step (run, begun, _ ("wait for the API"));
  if (!up)
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("the engine died after its start"));
  return up;
}

static void
plan_steps (EctlRun *run, EctlPlan plan)
{
  if (plan == ECTL_PLAN_WAIT_THEN_START)
    ectl_run_step (run, 0, _ ("wait for the stop of %s"), ectl_run_service (run));
  if (plan == ECTL_PLAN_RESET_THEN_START)
    ectl_run_step (run, 0, _ ("forget the failure of %s"), ectl_run_service (run));
  tell_start (run, 0);
  ectl_run_step (run, 0, _ ("wait for the API"));
}

gboolean
ectl_run_start (EctlRun *run, EctlPlan plan, GError **error)
{
  gint64 since = ectl_host_now_us (run->engine->host);

  run->action->changed = plan != ECTL_PLAN_NOTHING && plan != ECTL_PLAN_JOIN_START;
  if (plan == ECTL_PLAN_NOTHING)
    {
      ectl_run_sum_up (run, _ ("docker is running already"));
      return TRUE;
    }
  if (ectl_run_is_dry (run))
    {
      plan_steps (run, plan);
      run->action->after.state = ECTL_STATE_RUNNING;
      ectl_run_sum_up (run, _ ("docker would be started"));
      return TRUE;
    }
  run->touched = TRUE;
  if (plan == ECTL_PLAN_WAIT_THEN_START && !wait_for_stop (run, error))
    return FALSE;
  if (!start_and_wait (run, plan, error))
    {
      if (error != NULL && ectl_error_is (*error, ECTL_ERROR_FAILED))
        explain (run, since, error);
      else if (error != NULL && (ectl_error_is (*error, ECTL_ERROR_CANCELLED) || ectl_error_is (*error, ECTL_ERROR_DEADLINE)))
        g_prefix_error (error, _ ("%s is still being started, and the start goes on: "), ectl_run_service (run));
      return FALSE;
    }
  g_autofree char *elapsed = ectl_run_elapsed (run);
  if (run->action->summary == NULL)
    ectl_run_sum_up (run, _ ("started docker: the API answers after %s"), elapsed);
  return TRUE;
}

gboolean
ectl_engine_start (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error)
{
  EctlRun run;

  if (!ectl_run_begin (&run, engine, "start", flags, call, ECTL_CALL_ENDLESS, ECTL_START_MS, error))
    return FALSE;
  EctlPlan plan = ectl_plan_start (&run.now);
  gboolean ok = ectl_run_may (&run, plan, error) && ectl_run_start (&run, plan, error);
  return ectl_run_end (&run, ok, action, error);
}

/* A masked socket unit lets the engine stop, but not start again where the unit wants the socket (-H fd://). */
static gboolean
would_not_come_back (EctlRun *run)
{
  if (!run->before->belief->socket_masked)
    return FALSE;
  g_autoptr (EctlBelief) full = ectl_engine_get_belief (run->engine, ECTL_DETAIL_FULL, run->call, NULL);
  return full != NULL && full->service->command != NULL && g_strv_contains ((const char *const *) full->service->command, "fd://");
}

static gboolean
restart (EctlRun *run, EctlPlan plan, GError **error)
{
  if (plan != ECTL_PLAN_STOP_THEN_START)
    return ectl_run_start (run, plan, error);
  if (!ectl_run_stop (run, ECTL_PLAN_STOP, error) || !ectl_run_start (run, ECTL_PLAN_START, error))
    return FALSE;
  g_autofree char *elapsed = ectl_run_elapsed (run);
  if (ectl_run_is_dry (run))
    ectl_run_sum_up (run, _ ("docker would be restarted"));
  else
    ectl_run_sum_up (run, _ ("restarted docker: the API answers after %s"), elapsed);
  return TRUE;
}

gboolean
ectl_engine_restart (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error)
{
  EctlRun run;

  if (!ectl_run_begin (&run, engine, "restart", flags, call, ECTL_CALL_ENDLESS, ECTL_START_MS, error))
    return FALSE;
  EctlPlan plan = ectl_plan_restart (&run.now);
  if (plan == ECTL_PLAN_STOP_THEN_START && would_not_come_back (&run))
    plan = ECTL_PLAN_MASKED;
  gboolean ok = ectl_run_may (&run, plan, error) && restart (&run, plan, error);
  return ectl_run_end (&run, ok, action, error);
}

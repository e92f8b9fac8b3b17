/* SPDX-License-Identifier: Apache-2.0 */
/* stop: what stops with it is said first; the deadline is the engine's own rule; done when the process is gone. */
#include "engine/action.h"

#include "base/error.h"
#include "base/i18n.h"
#include "engine/stop-time.h"
#include "engine/wait.h"

#define FORCED_TERM_MS 5000
#define FORCED_KILL_MS 10000
#define JOIN_MS 1500
#define NAMES_SHOWN 5

static char *
join_names (const GPtrArray *containers)
{
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; i < containers->len && i < NAMES_SHOWN; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", ((const EctlContainer *) containers->pdata[i])->name);
  if (containers->len > NAMES_SHOWN)
    g_string_append (names, ", …");
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
warn_of_early_kill (EctlRun *run, gint64 seconds)
{
  g_autoptr (EctlBelief) full = ectl_engine_get_belief (run->engine, ECTL_DETAIL_FULL, run->call, NULL);
  gint64 kill_ms = full != NULL ? full->service->stop_timeout_ms : -1;

  if (kill_ms >= 0 && (seconds < 0 || kill_ms < (seconds - ECTL_STOP_GRACE_S) * 1000))
    ectl_run_note (run, _ ("warning: %s kills the engine after %.0f s, before these containers had their time"), run->engine->backend->klass->name,
                   (double) kill_ms / 1000);
}

static void
announce (EctlRun *run, const EctlWorkload *workload, gint64 seconds)
{
  const GPtrArray *containers = workload->containers;
  g_autofree char *names = join_names (containers);

  if (workload->live_restore)
    {
      ectl_run_note (run,
                     ngettext_ ("%u container goes on without the engine (%s): live-restore is on",
                                "%u containers go on without the engine (%s): live-restore is on", containers->len),
                     containers->len, names);
      return;
    }
  if (seconds < 0)
    ectl_run_note (
        run, ngettext_ ("%u container stops with it (%s); it may take for ever", "%u containers stop with it (%s); they may take for ever", containers->len),
        containers->len, names);
  else
    ectl_run_note (run, ngettext_ ("%u container stops with it (%s); up to %d s", "%u containers stop with it (%s); up to %d s", containers->len),
                   containers->len, names, (int) (seconds - ECTL_STOP_GRACE_S));
  warn_of_early_kill (run, seconds);
}

/* Only an engine that answered is asked; where it does not tell, the rule for no containers holds. */
static void
prepare (EctlRun *run)
{
  EctlCall look;
  g_autoptr (EctlWorkload) workload = NULL;

  ectl_call_init_sub (&look, run->call, ECTL_READ_MS);
  if (run->before->evidence.answer == ECTL_ANSWER_OK)
    workload = ectl_docker_get_workload (run->before->docker, &look, NULL);
  gint64 seconds = ectl_stop_seconds (run->engine->host, run->before->process, workload);
  if (workload != NULL && workload->containers->len > 0)
    announce (run, workload, seconds);
  if (g_str_equal (run->action->name, "stop") || g_str_equal (run->action->name, "disable"))
    ectl_call_extend (run->call, seconds < 0 ? -1 : seconds * 1000);
}

static gboolean
wait_gone (EctlRun *run, EctlCall *call, GError **error)
{
  return run->before->process == NULL || ectl_process_wait_gone (run->engine->host, run->before->process, call, error);
}

/* TERM, time to react, KILL. The call's own time may be up already. */
static gboolean
end_by_signal (EctlRun *run, gint64 patience_ms, GError **error)
{
  const EctlHost *host = run->engine->host;
  const EctlProcess *process = run->before->process;
  EctlCall patience;
  g_autoptr (EctlCall) fresh = ectl_call_new (FORCED_KILL_MS);
  gint64 begun = g_get_monotonic_time ();

  if (!ectl_process_signal (host, process, ECTL_SIGNAL_TERMINATE, error))
    return FALSE;
  ectl_call_begin (fresh, ECTL_CALL_READ, FORCED_KILL_MS + patience_ms);
  ectl_call_init_sub (&patience, fresh, patience_ms);
  ectl_run_step (run, begun, _ ("send SIGTERM to %s[%" G_GINT64_FORMAT "]"), process->name, process->pid);
  if (wait_gone (run, &patience, NULL))
    return TRUE;
  begun = g_get_monotonic_time ();
  if (!ectl_process_signal (host, process, ECTL_SIGNAL_KILL, error) || !wait_gone (run, fresh, error))
    return FALSE;
  ectl_run_step (run, begun, _ ("send SIGKILL to %s[%" G_GINT64_FORMAT "]"), process->name, process->pid);
  return TRUE;
}

static EctlUnits
units_to_stop (const EctlRun *run, EctlPlan plan)
{
  EctlUnits units = plan == ECTL_PLAN_STOP_SOCKET ? 0 : ECTL_UNIT_SERVICE;
  /* One that was masked while it listened still listens. */
  if ((run->before->belief->socket_installed || run->now.socket_up) && (run->flags & ECTL_FLAG_KEEP_SOCKET) == 0)
    units |= ECTL_UNIT_SOCKET;
  return units;
}

/* In the order in which it happens. */
static void
tell_step (EctlRun *run, EctlUnits units, gint64 begun)
{
  const EctlUnit *socket = run->before->belief->service->socket;

  if (units == (ECTL_UNIT_SOCKET | ECTL_UNIT_SERVICE))
    ectl_run_step (run, begun, _ ("stop %s, %s"), socket->name, ectl_run_service (run));
  else
    ectl_run_step (run, begun, _ ("stop %s"), units == ECTL_UNIT_SOCKET ? socket->name : ectl_run_service (run));
}

/* The manager's own stop of both units, which the engine no longer holds up. Something else may (an ExecStop that hangs): what was asked for is done without. */
static void
join_stop (EctlRun *run, EctlUnits units)
{
  g_autoptr (EctlCall) fresh = ectl_call_new (JOIN_MS);
  gint64 begun = g_get_monotonic_time ();

  ectl_call_begin (fresh, ECTL_CALL_READ, JOIN_MS);
  if (run->engine->backend->klass->stop (run->engine->backend, units, fresh, NULL))
    tell_step (run, units, begun);
}

/* A manager that is not done in time, or that cannot do it (a script that is in the middle of another stop), has had its chance. */
static gboolean
is_forced_now (const EctlRun *run, const GError *why)
{
  return (run->flags & ECTL_FLAG_FORCE) && run->before->process != NULL && (ectl_error_is (why, ECTL_ERROR_DEADLINE) || ectl_error_is (why, ECTL_ERROR_FAILED));
}

static gboolean
stop_by_manager (EctlRun *run, EctlPlan plan, GError **error)
{
  EctlUnits units = units_to_stop (run, plan);
  gint64 begun = g_get_monotonic_time ();
  g_autoptr (GError) why = NULL;

  ectl_call_doing (run->call, _ ("stopping %s"), ectl_run_service (run));
  if (run->engine->backend->klass->stop (run->engine->backend, units, run->call, &why) && (plan == ECTL_PLAN_STOP_SOCKET || wait_gone (run, run->call, &why)))
    {
      tell_step (run, units, begun);
      return TRUE;
    }
  if (is_forced_now (run, why))
    {
      gboolean ended = end_by_signal (run, FORCED_TERM_MS, error);
      if (ended)
        join_stop (run, units);
      return ended;
    }
  if (ectl_error_is (why, ECTL_ERROR_DEADLINE) || ectl_error_is (why, ECTL_ERROR_CANCELLED))
    g_prefix_error (&why, _ ("%s is still being stopped, and the stop goes on: "), ectl_run_service (run));
  if (ectl_error_is (why, ECTL_ERROR_DEADLINE))
    {
      g_autofree char *hint = ectl_host_root_command (run->engine->host, "enginectl stop --force");
      ectl_error_set_hint (why, hint);
    }
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* The engine's own parent: it would start again what is ended without it. */
static gboolean
stop_by_supervisor (EctlRun *run, GError **error)
{
  const EctlHost *host = run->engine->host;
  g_autoptr (EctlProcess) supervisor = ectl_process_read (host, run->before->supervisor, NULL);
  gint64 begun = g_get_monotonic_time ();

  if (supervisor != NULL && !ectl_process_signal (host, supervisor, ECTL_SIGNAL_TERMINATE, error))
    return FALSE;
  if (!wait_gone (run, run->call, error) || (supervisor != NULL && !ectl_process_wait_gone (host, supervisor, run->call, error)))
    return FALSE;
  ectl_run_step (run, begun, _ ("tell enginectl run[%" G_GINT64_FORMAT "] to stop"), run->before->supervisor);
  return TRUE;
}

static gboolean
do_stop (EctlRun *run, EctlPlan plan, GError **error)
{
  if (plan == ECTL_PLAN_SIGNAL)
    return end_by_signal (run, (ECTL_SHUTDOWN_TIMEOUT_S + ECTL_STOP_GRACE_S) * 1000, error);
  return run->before->supervisor > 0 ? stop_by_supervisor (run, error) : stop_by_manager (run, plan, error);
}

static void
sum_up_stop (EctlRun *run, EctlPlan plan)
{
  g_autofree char *elapsed = ectl_run_elapsed (run);
  const EctlUnit *socket = run->before->belief->service->socket;

  if (plan == ECTL_PLAN_SIGNAL)
    ectl_run_sum_up (run, _ ("ended the engine that was started by hand in %s"), elapsed);
  else if (plan == ECTL_PLAN_STOP_SOCKET)
    ectl_run_sum_up (run, _ ("stopped %s: nothing starts docker until asked or booted"), socket->name);
  else if ((run->flags & ECTL_FLAG_KEEP_SOCKET) && run->now.socket_up)
    ectl_run_sum_up (run, _ ("stopped docker in %s; %s is still armed, so the first client starts it"), elapsed, socket->name);
  else if (run->before->belief->socket_installed || run->now.socket_up)
    ectl_run_sum_up (run, _ ("stopped docker in %s; %s too, so nothing starts it until asked or booted"), elapsed, socket->name);
  else
    ectl_run_sum_up (run, _ ("stopped docker in %s"), elapsed);
}

static void
foretell_stop (EctlRun *run, EctlPlan plan)
{
  gboolean keeps = (run->flags & ECTL_FLAG_KEEP_SOCKET) != 0;

  if (plan == ECTL_PLAN_SIGNAL)
    ectl_run_step (run, 0, _ ("send SIGTERM to %s[%" G_GINT64_FORMAT "]"), run->before->process->name, run->before->process->pid);
  else
    tell_step (run, units_to_stop (run, plan), 0);
  if (run->now.state != ECTL_STATE_FAILED)
    run->action->after.state = keeps && run->now.socket_up ? ECTL_STATE_ARMED : ECTL_STATE_STOPPED;
  ectl_run_sum_up (run, _ ("docker would be stopped"));
}

gboolean
ectl_run_stop (EctlRun *run, EctlPlan plan, GError **error)
{
  if (plan == ECTL_PLAN_NOTHING)
    {
      ectl_run_sum_up (run, run->now.state == ECTL_STATE_FAILED ? _ ("docker has failed, so nothing runs; the failure stays to be read")
                                                                : _ ("docker is stopped already"));
      return TRUE;
    }
  run->action->changed = TRUE;
  if (plan == ECTL_PLAN_STOP)
    prepare (run);
  if (ectl_run_is_dry (run))
    {
      foretell_stop (run, plan);
      return TRUE;
    }
  run->touched = TRUE;
  gboolean ok = do_stop (run, plan, error);
  if (ok)
    sum_up_stop (run, plan);
  return ok;
}

gboolean
ectl_engine_stop (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error)
{
  EctlRun run;

  if (!ectl_run_begin (&run, engine, "stop", flags, call, ECTL_CALL_ENDLESS, (ECTL_SHUTDOWN_TIMEOUT_S + ECTL_STOP_GRACE_S) * 1000, error))
    return FALSE;
  EctlPlan plan = ectl_plan_stop (&run.now, (flags & ECTL_FLAG_KEEP_SOCKET) != 0, (flags & ECTL_FLAG_FORCE) != 0);
  gboolean ok = ectl_run_may (&run, plan, error) && ectl_run_stop (&run, plan, error);
  return ectl_run_end (&run, ok, action, error);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* enable and disable: whether the engine starts at boot. */
#include "engine/action.h"

#include "base/error.h"
#include "base/i18n.h"

static void
sum_up_for_login (EctlRun *run, const char *units, const char *before)
{
  if (ectl_run_is_dry (run) && run->action->changed)
    ectl_run_sum_up (run, _ ("docker would start when its user logs in (is: %s)"), before);
  else if (!run->action->changed)
    ectl_run_sum_up (run, _ ("docker starts when its user logs in already"));
  else
    ectl_run_sum_up (run, _ ("docker starts when its user logs in now (%s; was: %s)"), units, before);
}

static void
sum_up (EctlRun *run, gboolean enabled)
{
  g_autofree char *units = ectl_run_units (run);
  const char *before = run->action->before.enabled != NULL ? run->action->before.enabled : "?";

  if (enabled && run->before->belief->waits_for_login)
    sum_up_for_login (run, units, before);
  else if (ectl_run_is_dry (run) && run->action->changed)
    ectl_run_sum_up (run, enabled ? _ ("docker would start at boot (is: %s)") : _ ("docker would not start at boot (is: %s)"), before);
  else if (!run->action->changed)
    ectl_run_sum_up (run, enabled ? _ ("docker starts at boot already") : _ ("docker does not start at boot already"));
  else
    ectl_run_sum_up (run, enabled ? _ ("docker starts at boot now (%s; was: %s)") : _ ("docker does not start at boot any more (%s; was: %s)"), units, before);
}

static gboolean
switch_boot (EctlRun *run, gboolean enabled, GError **error)
{
  const EctlBackendClass *klass = run->engine->backend->klass;
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  gboolean changed = FALSE;
  gint64 begun = g_get_monotonic_time ();

  if (klass->set_enabled == NULL)
    return ectl_engine_lacks (run->engine, run->action->name, error);
  run->touched = TRUE;
  if (!klass->set_enabled (run->engine->backend, enabled, ectl_run_is_dry (run), &changed, notes, run->call, error))
    return FALSE;
  for (guint i = 0; i < notes->len; i++)
    ectl_run_note (run, "%s", (const char *) notes->pdata[i]);
  run->action->changed = changed;
  if (changed)
    {
      g_autofree char *units = ectl_run_units (run);
      ectl_run_step (run, begun, enabled ? _ ("enable %s") : _ ("disable %s"), units);
    }
  sum_up (run, enabled);
  return TRUE;
}

/* --now: the other verb in the same run; what was changed before stays told. */
static gboolean
act_now (EctlRun *run, gboolean enabled, GError **error)
{
  gboolean changed = run->action->changed;
  g_autofree char *told = g_steal_pointer (&run->action->summary);
  EctlPlan plan = enabled ? ectl_plan_start (&run->now) : ectl_plan_stop (&run->now, FALSE, FALSE);

  if (!ectl_run_may (run, plan, error))
    return FALSE;
  gboolean ok = enabled ? ectl_run_start (run, plan, error) : ectl_run_stop (run, plan, error);
  run->action->changed |= changed;
  if (ok)
    {
      g_autofree char *then = g_steal_pointer (&run->action->summary);
      ectl_run_sum_up (run, "%s; %s", told, then);
    }
  return ok;
}

static gboolean
set_boot (EctlEngine *engine, gboolean enabled, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error)
{
  EctlRun run;

  if (!ectl_run_begin (&run, engine, enabled ? "enable" : "disable", flags, call, flags & ECTL_FLAG_NOW ? ECTL_CALL_ENDLESS : ECTL_CALL_READ, ECTL_START_MS,
                       error))
    return FALSE;
  EctlPlan plan = ectl_plan_enable (&run.now);
  /* A unit that is masked or cannot be loaded does not start at boot: that is what disable asks for. */
  if (!enabled && (plan == ECTL_PLAN_MASKED || plan == ECTL_PLAN_BAD_SETTING))
    plan = ECTL_PLAN_START;
  gboolean ok = ectl_run_may (&run, plan, error) && switch_boot (&run, enabled, error);
  if (ok && (flags & ECTL_FLAG_NOW))
    ok = act_now (&run, enabled, error);
  return ectl_run_end (&run, ok, action, error);
}

gboolean
ectl_engine_enable (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error)
{
  return set_boot (engine, TRUE, flags, call, action, error);
}

gboolean
ectl_engine_disable (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error)
{
  return set_boot (engine, FALSE, flags, call, action, error);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The contract's table of verb and state. */
#include "engine/plan.h"

gboolean
ectl_plan_is_refusal (EctlPlan plan)
{
  return plan >= ECTL_PLAN_NOT_INSTALLED;
}

/* What keeps every start from being tried. */
static gboolean
cannot_start (const EctlSituation *now, EctlPlan *plan)
{
  if (now->state == ECTL_STATE_NOT_INSTALLED)
    *plan = ECTL_PLAN_NOT_INSTALLED;
  else if (now->masked)
    *plan = ECTL_PLAN_MASKED;
  else if (!now->has_service)
    *plan = ECTL_PLAN_NO_SERVICE;
  else if (now->bad_setting)
    *plan = ECTL_PLAN_BAD_SETTING;
  else
    return FALSE;
  return TRUE;
}

EctlPlan
ectl_plan_start (const EctlSituation *now)
{
  EctlPlan plan;

  switch (now->state)
    {
    case ECTL_STATE_RUNNING:
      return ECTL_PLAN_NOTHING;
    case ECTL_STATE_STARTING:
      return ECTL_PLAN_JOIN_START;
    case ECTL_STATE_HUNG:
    case ECTL_STATE_DEGRADED:
      return ECTL_PLAN_SICK;
    case ECTL_STATE_UNMANAGED:
      return ECTL_PLAN_UNMANAGED;
    case ECTL_STATE_UNKNOWN:
      return ECTL_PLAN_UNKNOWN;
    default:
      break;
    }
  if (cannot_start (now, &plan))
    return plan;
  if (now->state == ECTL_STATE_STOPPING)
    return ECTL_PLAN_WAIT_THEN_START;
  return now->state == ECTL_STATE_FAILED ? ECTL_PLAN_RESET_THEN_START : ECTL_PLAN_START;
}

/* Started by hand, also where it does not answer: the service's verbs do not reach it. */
static gboolean
is_unmanaged (const EctlSituation *now)
{
  return now->state == ECTL_STATE_UNMANAGED || (now->foreign && (now->state == ECTL_STATE_HUNG || now->state == ECTL_STATE_DEGRADED));
}

EctlPlan
ectl_plan_stop (const EctlSituation *now, gboolean keep_socket, gboolean force)
{
  if (is_unmanaged (now))
    return force ? ECTL_PLAN_SIGNAL : ECTL_PLAN_UNMANAGED;
  switch (now->state)
    {
    case ECTL_STATE_STOPPED:
      return now->socket_up && !keep_socket ? ECTL_PLAN_STOP_SOCKET : ECTL_PLAN_NOTHING;
    case ECTL_STATE_ARMED:
      return keep_socket ? ECTL_PLAN_NOTHING : ECTL_PLAN_STOP_SOCKET;
    case ECTL_STATE_FAILED:
      if (now->auto_restart)
        return ECTL_PLAN_STOP;
      return now->socket_up && !keep_socket ? ECTL_PLAN_STOP_SOCKET : ECTL_PLAN_NOTHING;
    case ECTL_STATE_NOT_INSTALLED:
      return ECTL_PLAN_NOT_INSTALLED;
    case ECTL_STATE_UNKNOWN:
      return ECTL_PLAN_UNKNOWN;
    default:
      return ECTL_PLAN_STOP;
    }
}

EctlPlan
ectl_plan_restart (const EctlSituation *now)
{
  EctlPlan plan;

  if (is_unmanaged (now))
    return ECTL_PLAN_UNMANAGED;
  if (now->state == ECTL_STATE_UNKNOWN)
    return ECTL_PLAN_UNKNOWN;
  if (cannot_start (now, &plan))
    return plan;
  switch (now->state)
    {
    case ECTL_STATE_RUNNING:
    case ECTL_STATE_STARTING:
    case ECTL_STATE_HUNG:
    case ECTL_STATE_DEGRADED:
      return ECTL_PLAN_STOP_THEN_START;
    default:
      return ectl_plan_start (now);
    }
}

EctlPlan
ectl_plan_reload (const EctlSituation *now)
{
  switch (now->state)
    {
    case ECTL_STATE_RUNNING:
      return ECTL_PLAN_RELOAD;
    case ECTL_STATE_STARTING:
    case ECTL_STATE_STOPPING:
    case ECTL_STATE_HUNG:
    case ECTL_STATE_DEGRADED:
      return ECTL_PLAN_SICK;
    case ECTL_STATE_UNMANAGED:
      return ECTL_PLAN_UNMANAGED;
    case ECTL_STATE_NOT_INSTALLED:
      return ECTL_PLAN_NOT_INSTALLED;
    case ECTL_STATE_UNKNOWN:
      return ECTL_PLAN_UNKNOWN;
    default:
      return ECTL_PLAN_NOT_RUNNING;
    }
}

EctlPlan
ectl_plan_enable (const EctlSituation *now)
{
  EctlPlan plan;
  return cannot_start (now, &plan) ? plan : ECTL_PLAN_START;
}

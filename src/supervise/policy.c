/* SPDX-License-Identifier: Apache-2.0 */
/* The policy of `run`. */
#include "supervise/policy.h"

void
ectl_policy_init (EctlPolicy *policy, EctlRestart restart)
{
  *policy = (EctlPolicy){ .restart = restart, .delay_ms = ECTL_POLICY_FIRST_MS };
}

static gboolean
wants_restart (const EctlPolicy *policy, int code, gboolean asked)
{
  if (asked || policy->restart == ECTL_RESTART_NO)
    return FALSE;
  return policy->restart == ECTL_RESTART_ALWAYS || code != 0;
}

/* A window that is over, or that lies in the future because the clock went back, is a new one. */
static void
count_try (EctlPolicy *policy, gint64 now_ms)
{
  if (policy->tries == 0 || now_ms < policy->window_ms || now_ms - policy->window_ms > ECTL_POLICY_WINDOW_MS)
    {
      policy->window_ms = now_ms;
      policy->tries = 0;
    }
  policy->tries++;
}

EctlPolicyWord
ectl_policy_ended (EctlPolicy *policy, gint64 now_ms, int code, gboolean ready, gint64 up_ms, gboolean asked, gint64 *delay_ms)
{
  *delay_ms = 0;
  if (!wants_restart (policy, code, asked))
    return ECTL_POLICY_END;
  if (ready && up_ms >= ECTL_POLICY_HEALTHY_MS)
    ectl_policy_init (policy, policy->restart);
  count_try (policy, now_ms);
  if (policy->tries > ECTL_POLICY_MOST_TRIES)
    return ECTL_POLICY_GIVE_UP;
  *delay_ms = policy->delay_ms;
  policy->delay_ms = MIN (policy->delay_ms * 2, ECTL_POLICY_CEILING_MS);
  return ECTL_POLICY_RESTART;
}

gboolean
ectl_policy_is_busy (gint64 cpu_ms, gint64 over_ms)
{
  return cpu_ms > 0 && cpu_ms * ECTL_POLICY_BUSY_SHARE >= over_ms;
}

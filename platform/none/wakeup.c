/* SPDX-License-Identifier: Apache-2.0 */
/* The cancel flag without a descriptor: waits see it at their next tick. */
#include "platform/wakeup.h"

struct _EctlWakeup {
  gint raised;
};

EctlWakeup *
ectl_wakeup_new (void)
{
  return g_new0 (EctlWakeup, 1);
}

void
ectl_wakeup_free (EctlWakeup *wakeup)
{
  g_free (wakeup);
}

void
ectl_wakeup_raise (EctlWakeup *wakeup)
{
  g_atomic_int_set (&wakeup->raised, 1);
}

gboolean
ectl_wakeup_is_raised (const EctlWakeup *wakeup)
{
  return g_atomic_int_get (&wakeup->raised) != 0;
}

int
ectl_wakeup_get_fd (const EctlWakeup *wakeup)
{
  (void) wakeup;
  return -1;
}

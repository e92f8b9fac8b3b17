/* SPDX-License-Identifier: Apache-2.0 */
/* Door: a flag that can be raised from any thread or signal handler, and that a poll sees. */
#pragma once

#include <glib.h>

typedef struct _EctlWakeup EctlWakeup;

/* Never fails: where the system has no descriptor left, the flag still works and polls see it at their next tick. */
EctlWakeup *ectl_wakeup_new (void);
void ectl_wakeup_free (EctlWakeup *wakeup);

void ectl_wakeup_raise (EctlWakeup *wakeup); /* async-signal-safe */
gboolean ectl_wakeup_is_raised (const EctlWakeup *wakeup);

/* The descriptor to poll for G_IO_IN, or -1. */
int ectl_wakeup_get_fd (const EctlWakeup *wakeup);

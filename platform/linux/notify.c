/* SPDX-License-Identifier: Apache-2.0 */
/* What the init wants to hear of us. */
#include <systemd/sd-daemon.h>

#include "platform/supervise.h"

void
ectl_init_notify (const char *state)
{
  sd_notify (0, state);
}

guint64
ectl_init_watchdog_us (void)
{
  guint64 us = 0;
  return sd_watchdog_enabled (0, &us) > 0 ? us : 0;
}

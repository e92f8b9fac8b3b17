/* SPDX-License-Identifier: Apache-2.0 */
/* The cancel flag on Linux: an eventfd beside an atomic integer. */
#include "platform/wakeup.h"

#include <sys/eventfd.h>
#include <unistd.h>

struct _EctlWakeup {
  int fd;
  gint raised;
};

EctlWakeup *
ectl_wakeup_new (void)
{
  EctlWakeup *wakeup = g_new0 (EctlWakeup, 1);
  wakeup->fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  return wakeup;
}

void
ectl_wakeup_free (EctlWakeup *wakeup)
{
  if (wakeup->fd >= 0)
    close (wakeup->fd);
  g_free (wakeup);
}

void
ectl_wakeup_raise (EctlWakeup *wakeup)
{
  /* The flag first: whoever is woken by the descriptor must see it raised. A full counter cannot happen and would not matter. */
  g_atomic_int_set (&wakeup->raised, 1);
  if (wakeup->fd >= 0 && write (wakeup->fd, &(guint64){ 1 }, sizeof (guint64)) < 0)
    return;
}

gboolean
ectl_wakeup_is_raised (const EctlWakeup *wakeup)
{
  return g_atomic_int_get (&wakeup->raised) != 0;
}

int
ectl_wakeup_get_fd (const EctlWakeup *wakeup)
{
  return wakeup->fd;
}

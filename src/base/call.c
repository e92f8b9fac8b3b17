/* SPDX-License-Identifier: Apache-2.0 */
/* The deadline, the cancel flag and the progress of one call; every wait of the library ends up here. */
#include "base/call.h"

#include <errno.h>

#include "base/error.h"
#include "base/i18n.h"

#define TICK_MS 250
#define MOST_FDS 8

EctlCall *
ectl_call_new (gint64 timeout_ms)
{
  EctlCall *call = g_new0 (EctlCall, 1);
  call->timeout_ms = timeout_ms;
  call->deadline_us = G_MAXINT64;
  call->wakeup = ectl_wakeup_new ();
  return call;
}

void
ectl_call_free (EctlCall *call)
{
  if (call == NULL)
    return;
  ectl_wakeup_free (call->wakeup);
  g_free (call->doing);
  g_free (call);
}

void
ectl_call_set_progress (EctlCall *call, EctlProgressFunc progress, gpointer user_data)
{
  call->progress = progress;
  call->progress_data = user_data;
}

void
ectl_call_cancel (EctlCall *call)
{
  ectl_wakeup_raise (call->wakeup);
}

static EctlCall *
outermost (EctlCall *call)
{
  while (call->parent != NULL)
    call = call->parent;
  return call;
}

static gint64
after (gint64 start_us, gint64 ms)
{
  return ms > (G_MAXINT64 - start_us) / 1000 ? G_MAXINT64 : start_us + ms * 1000;
}

void
ectl_call_begin (EctlCall *call, EctlCallKind kind, gint64 default_ms)
{
  if (call->begun_us != 0)
    return;
  call->begun_us = g_get_monotonic_time ();
  if (call->timeout_ms > 0)
    call->deadline_us = after (call->begun_us, call->timeout_ms);
  else if (call->timeout_ms != ECTL_TIMEOUT_NONE || kind == ECTL_CALL_READ)
    call->deadline_us = after (call->begun_us, default_ms);
}

void
ectl_call_extend (EctlCall *call, gint64 default_ms)
{
  if (outermost (call)->timeout_ms != ECTL_TIMEOUT_DEFAULT)
    return;
  call->deadline_us = default_ms < 0 ? G_MAXINT64 : after (g_get_monotonic_time (), default_ms);
}

void
ectl_call_init_sub (EctlCall *sub, EctlCall *call, gint64 limit_ms)
{
  gint64 now = g_get_monotonic_time ();
  *sub = (EctlCall){
    .timeout_ms = limit_ms,
    .begun_us = now,
    .deadline_us = MIN (call->deadline_us, after (now, limit_ms)),
    .wakeup = call->wakeup,
    .parent = call,
  };
}

gint64
ectl_call_left_ms (const EctlCall *call)
{
  if (call->deadline_us == G_MAXINT64)
    return -1;
  return MAX (0, (call->deadline_us - g_get_monotonic_time ()) / 1000);
}

static gboolean
fail_cancelled (GError **error)
{
  ectl_set_error (error, ECTL_ERROR_CANCELLED, _ ("interrupted"));
  return FALSE;
}

static gboolean
fail_deadline (const EctlCall *call, GError **error)
{
  ectl_set_error (error, ECTL_ERROR_DEADLINE, _ ("the deadline of %.1f s passed"), (double) (call->deadline_us - call->begun_us) / 1e6);
  return FALSE;
}

gboolean
ectl_call_check (EctlCall *call, GError **error)
{
  if (ectl_wakeup_is_raised (call->wakeup))
    return fail_cancelled (error);
  if (g_get_monotonic_time () >= call->deadline_us)
    return fail_deadline (call, error);
  return TRUE;
}

static void
report_wait (EctlCall *call)
{
  EctlCall *root = outermost (call);
  if (root->progress != NULL && root->doing != NULL)
    root->progress (ECTL_PROGRESS_WAIT, root->doing, (g_get_monotonic_time () - root->doing_since_us) / 1000, ectl_call_left_ms (root), root->progress_data);
}

/* The next tick is needed only where somebody watches, or where the flag has no descriptor to wake us. */
static int
poll_timeout_ms (EctlCall *call, gint64 until_us, gboolean ticking)
{
  gint64 left = until_us == G_MAXINT64 ? G_MAXINT : MAX (0, (until_us - g_get_monotonic_time () + 999) / 1000);
  if (ticking || ectl_wakeup_get_fd (call->wakeup) < 0)
    left = MIN (left, TICK_MS);
  return until_us == G_MAXINT64 && left == G_MAXINT ? -1 : (int) MIN (left, G_MAXINT);
}

gboolean
ectl_call_poll (EctlCall *call, GPollFD *fds, guint n, gint64 limit_us, GError **error)
{
  GPollFD all[MOST_FDS + 1];
  EctlCall *root = outermost (call);
  gint64 until = MIN (limit_us, call->deadline_us);

  g_return_val_if_fail (n <= MOST_FDS, FALSE);
  for (guint i = 0; i < n; i++)
    all[i] = fds[i];
  all[n] = (GPollFD){ .fd = ectl_wakeup_get_fd (call->wakeup), .events = G_IO_IN };
  for (;;)
    {
      gboolean ticking = root->progress != NULL && root->doing != NULL;
      int got = g_poll (all, all[n].fd >= 0 ? n + 1 : n, poll_timeout_ms (call, until, ticking));
      if (ectl_wakeup_is_raised (call->wakeup))
        return fail_cancelled (error);
      if (got < 0 && errno != EINTR)
        {
          ectl_set_error_errno (error, errno, _ ("cannot wait"));
          return FALSE;
        }
      for (guint i = 0; i < n; i++)
        fds[i].revents = got > 0 ? all[i].revents : 0;
      if (got > 0)
        return TRUE;
      if (g_get_monotonic_time () >= until)
        return until == call->deadline_us ? fail_deadline (call, error) : TRUE;
      report_wait (call);
    }
}

gboolean
ectl_call_sleep (EctlCall *call, gint64 ms, GError **error)
{
  return ectl_call_poll (call, NULL, 0, after (g_get_monotonic_time (), ms), error);
}

void
ectl_call_doing (EctlCall *call, const char *format, ...)
{
  EctlCall *root = outermost (call);
  va_list args;

  g_clear_pointer (&root->doing, g_free);
  if (format == NULL)
    return;
  va_start (args, format);
  root->doing = g_strdup_vprintf (format, args);
  va_end (args);
  root->doing_since_us = g_get_monotonic_time ();
}

void
ectl_call_note (EctlCall *call, const char *text)
{
  EctlCall *root = outermost (call);
  if (root->progress != NULL)
    root->progress (ECTL_PROGRESS_NOTE, text, 0, -1, root->progress_data);
}

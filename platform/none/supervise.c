/* SPDX-License-Identifier: Apache-2.0 */
/* Supervision where there is none: nothing can be started. */
#include "platform/supervise.h"

#include "base/error.h"
#include "base/i18n.h"

static void
fail (GError **error)
{
  ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("an engine cannot be run by this build"));
}

EctlChild *
ectl_child_start (const char *const *argv, GError **error)
{
  (void) argv;
  fail (error);
  return NULL;
}

void
ectl_child_free (EctlChild *child)
{
  (void) child;
}

gint64
ectl_child_get_pid (const EctlChild *child)
{
  (void) child;
  return 0;
}

int
ectl_child_get_end_fd (const EctlChild *child)
{
  (void) child;
  return -1;
}

int
ectl_child_get_output_fd (const EctlChild *child)
{
  (void) child;
  return -1;
}

gboolean
ectl_child_has_ended (EctlChild *child, int *code)
{
  (void) child;
  *code = 0;
  return TRUE;
}

gboolean
ectl_child_was_killed (const EctlChild *child)
{
  (void) child;
  return FALSE;
}

gsize
ectl_child_read (EctlChild *child, void *buffer, gsize n)
{
  (void) child;
  (void) buffer;
  (void) n;
  return 0;
}

void
ectl_child_signal (EctlChild *child, EctlChildSignal signal)
{
  (void) child;
  (void) signal;
}

EctlSignals *
ectl_signals_new (void)
{
  return NULL;
}

void
ectl_signals_free (EctlSignals *signals)
{
  (void) signals;
}

int
ectl_signals_get_fd (const EctlSignals *signals)
{
  (void) signals;
  return -1;
}

EctlSignalled
ectl_signals_read (EctlSignals *signals)
{
  (void) signals;
  return ECTL_SIGNALLED_NOTHING;
}

EctlLogSink *
ectl_log_sink_open (const EctlHost *host, const char *file, guint64 most, guint kept, GError **error)
{
  (void) host;
  (void) file;
  (void) most;
  (void) kept;
  fail (error);
  return NULL;
}

gboolean
ectl_log_sink_write (EctlLogSink *sink, const void *bytes, gsize n)
{
  (void) sink;
  (void) bytes;
  (void) n;
  return FALSE;
}

void
ectl_log_sink_follow (EctlLogSink *sink)
{
  (void) sink;
}

void
ectl_log_sink_free (EctlLogSink *sink)
{
  (void) sink;
}

void
ectl_init_notify (const char *state)
{
  (void) state;
}

guint64
ectl_init_watchdog_us (void)
{
  return 0;
}

EctlLock *
ectl_lock_take (const EctlHost *host, const char *path, gint64 *holder, GError **error)
{
  (void) host;
  (void) path;
  *holder = 0;
  fail (error);
  return NULL;
}

gboolean
ectl_lock_has_mark (const EctlHost *host, const char *path, EctlLockMark mark)
{
  (void) host;
  (void) path;
  (void) mark;
  return FALSE;
}

void
ectl_lock_mark (EctlLock *lock, EctlLockMark mark, gboolean on)
{
  (void) lock;
  (void) mark;
  (void) on;
}

gint64
ectl_lock_find_holder (const EctlHost *host, const char *path)
{
  (void) host;
  (void) path;
  return 0;
}

void
ectl_lock_sign (EctlLock *lock)
{
  (void) lock;
}

void
ectl_lock_free (EctlLock *lock)
{
  (void) lock;
}

int
ectl_detach (gint64 *pid, GError **error)
{
  *pid = 0;
  fail (error);
  return -1;
}

void
ectl_detached_report (int *pipe, const char *text, gsize n)
{
  (void) pipe;
  (void) text;
  (void) n;
}

void
ectl_detached_exit (void)
{
  g_abort ();
}

char *
ectl_detached_wait (int pipe, EctlCall *call, GError **error)
{
  (void) pipe;
  (void) call;
  fail (error);
  return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* One loop: the child's end, its output, our signals, the next time that something is due. While nothing happens it sleeps. */
#include "supervise/supervisor.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/logline.h"
#include "platform/process.h"
#include "platform/supervise.h"
#include "supervise/ask.h"
#include "supervise/policy.h"

#define LOG_MOST_BYTES (10 * 1024 * 1024)
#define LOGS_KEPT 4
/* Until the API has answered it is looked for this often, doubled up to the second figure; each time an init that waits is told so. */
#define FIRST_LOOK_MS 50
#define LAST_LOOK_MS 1000
#define EXTEND_US 30000000
/* A reload that says nothing of itself is over by then. */
#define RELOAD_MS 5000
#define NEVER G_MAXINT64
/* As a shell says it. */
#define CANNOT_START 127

typedef struct {
  EctlEngine *engine;
  const char *const *argv;
  const EctlRunOptions *options;
  void (*on_ready) (gpointer data);
  gpointer on_ready_data;
  EctlCall *call;
  EctlCall *spare_call;
  EctlPolicy policy;
  EctlSignals *signals;
  EctlLock *lock;
  EctlLogSink *sink;
  EctlChild *child; /* NULL between two tries */
  char *last_line;  /* of its output */
  GString *line;    /* of its output, not yet whole */
  gboolean ready, asked, once_ready, has_run, log_lost;
  gboolean reload_waits; /* for an engine that would die of it: SIGHUP ends one that does not catch it yet */
  gint64 started_us;
  /* Monotonic; NEVER: not due. */
  gint64 start_us, look_us, kill_us, reload_us, watchdog_us;
  gint64 look_ms, watchdog_ms;
  gint64 cpu_ms, measured_us; /* what it had used of the processors, and when that was looked at */
  int code;
} Supervisor;

/* The first loss is told; the log itself says later how much it was. */
static void
log_bytes (Supervisor *s, const char *bytes, gsize n)
{
  gboolean lost = !ectl_log_sink_write (s->sink, bytes, n), first = lost && !s->log_lost;

  s->log_lost = lost;
  if (first && s->options->event != NULL)
    s->options->event (_ ("the log file cannot be written; what the engine prints is lost there"), s->options->user_data);
}

/* To whoever watches, and into the log: in the background nobody else hears it. */
static void
tell (Supervisor *s, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  if (s->options->event != NULL)
    s->options->event (text, s->options->user_data);
  if (s->sink == NULL)
    return;
  g_autofree char *said = g_strconcat ("enginectl: ", text, NULL);
  g_autofree char *line = ectl_log_text_make ("info", said);
  log_bytes (s, line, strlen (line));
}

static gint64
in_ms (gint64 ms)
{
  return g_get_monotonic_time () + ms * 1000;
}

/* --- reload -------------------------------------------------------------------------------------------------------------------- */

static void
pass_reload_on (Supervisor *s)
{
  s->reload_waits = s->child != NULL && !s->ready;
  if (s->child == NULL || s->asked || s->reload_waits)
    return;
  g_autofree char *state = g_strdup_printf ("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time ());
  ectl_init_notify (state);
  tell (s, _ ("reloading dockerd[%" G_GINT64_FORMAT "]"), ectl_child_get_pid (s->child));
  ectl_child_signal (s->child, ECTL_CHILD_RELOAD);
  s->reload_us = in_ms (RELOAD_MS);
}

/* --- is it ready? ------------------------------------------------------------------------------------------------------------ */

static gboolean
answers (Supervisor *s)
{
  return ectl_ask_whether_ready (s->engine->host, ectl_child_get_pid (s->child));
}

static void
become_ready (Supervisor *s)
{
  s->ready = TRUE;
  s->look_us = NEVER;
  ectl_init_notify ("READY=1\nSTATUS=the API answers");
  tell (s, _ ("the engine is ready: dockerd[%" G_GINT64_FORMAT "] answers after %.0f ms"), ectl_child_get_pid (s->child),
        (double) (g_get_monotonic_time () - s->started_us) / 1000);
  if (!s->once_ready && s->on_ready != NULL)
    s->on_ready (s->on_ready_data);
  s->once_ready = TRUE;
  if (s->reload_waits)
    pass_reload_on (s);
}

static void
look (Supervisor *s)
{
  if (answers (s))
    {
      become_ready (s);
      return;
    }
  g_autofree char *more = g_strdup_printf ("EXTEND_TIMEOUT_USEC=%d", EXTEND_US);
  ectl_init_notify (more);
  s->look_ms = MIN (s->look_ms * 2, LAST_LOOK_MS);
  s->look_us = in_ms (s->look_ms);
}

/* Before it is asked: what an answer costs is no sign of work. */
static gboolean
is_busy (Supervisor *s)
{
  g_autoptr (EctlProcess) process = ectl_process_read (s->engine->host, ectl_child_get_pid (s->child), NULL);
  gint64 now = g_get_monotonic_time (), over_ms = (now - s->measured_us) / 1000, before_ms = s->cpu_ms;

  s->measured_us = now;
  s->cpu_ms = process != NULL ? process->cpu_ms : 0;
  return ectl_policy_is_busy (s->cpu_ms - before_ms, over_ms);
}

static void
feed_watchdog (Supervisor *s)
{
  s->watchdog_us = in_ms (s->watchdog_ms);
  if (s->child == NULL || !s->ready || is_busy (s) || answers (s))
    ectl_init_notify ("WATCHDOG=1");
}

/* --- its output ---------------------------------------------------------------------------------------------------------------- */

static void
take_line (Supervisor *s, const char *line)
{
  if (*line != '\0')
    {
      g_free (s->last_line);
      s->last_line = ectl_log_text_clean (line);
    }
  if (!s->ready && strstr (line, "API listen on") != NULL)
    s->look_us = g_get_monotonic_time ();
  if (s->reload_us != NEVER && (strstr (line, "Reloaded configuration") != NULL || strstr (line, "configure the Docker daemon") != NULL))
    s->reload_us = g_get_monotonic_time ();
}

static void
take_bytes (Supervisor *s, const char *bytes, gsize n)
{
  if (s->options->output != NULL)
    s->options->output (bytes, n, s->options->user_data);
  if (s->sink != NULL)
    log_bytes (s, bytes, n);
  for (gsize i = 0; i < n; i++)
    if (bytes[i] == '\n')
      {
        take_line (s, s->line->str);
        g_string_truncate (s->line, 0);
      }
    else if (s->line->len < 4096)
      g_string_append_c (s->line, bytes[i]);
}

/* What is there now; one that writes without end does not keep us from its end. */
static void
read_output (Supervisor *s)
{
  char buffer[16384];
  gsize n;

  for (guint i = 0; i < 64 && (n = ectl_child_read (s->child, buffer, sizeof buffer)) > 0; i++)
    take_bytes (s, buffer, n);
}

/* --- start and end ------------------------------------------------------------------------------------------------------------- */

static gboolean
start (Supervisor *s, GError **error)
{
  s->child = ectl_child_start (s->argv, error);
  if (s->child == NULL)
    return FALSE;
  s->ready = s->reload_waits = FALSE;
  s->has_run = TRUE;
  ectl_lock_mark (s->lock, ECTL_LOCK_WAITING, FALSE);
  s->start_us = NEVER;
  s->started_us = g_get_monotonic_time ();
  s->look_ms = FIRST_LOOK_MS;
  s->look_us = in_ms (FIRST_LOOK_MS);
  s->cpu_ms = 0;
  s->measured_us = s->started_us;
  g_string_truncate (s->line, 0);
  return TRUE;
}

static gint64
patience_ms (Supervisor *s)
{
  if (s->call->timeout_ms > 0)
    return s->call->timeout_ms;
  gint64 seconds = ectl_ask_stop_seconds (s->engine->host, ectl_child_get_pid (s->child), s->ready);
  return seconds < 0 || s->call->timeout_ms == ECTL_TIMEOUT_NONE ? -1 : seconds * 1000;
}

/* Once: dockerd ends itself by force when it is told again and again (moby cmd/dockerd/trap). */
static void
ask_to_end (Supervisor *s)
{
  if (s->asked)
    {
      tell (s, _ ("it was told to stop already, and is stopping"));
      return;
    }
  s->asked = TRUE;
  ectl_lock_mark (s->lock, ECTL_LOCK_ENDING, TRUE);
  ectl_init_notify ("STOPPING=1");
  if (s->child == NULL)
    return;
  gint64 patience = patience_ms (s);
  tell (s, _ ("stopping dockerd[%" G_GINT64_FORMAT "]"), ectl_child_get_pid (s->child));
  ectl_child_signal (s->child, ECTL_CHILD_TERMINATE);
  s->look_us = NEVER;
  s->kill_us = patience < 0 ? NEVER : in_ms (patience);
}

static void
tell_end (Supervisor *s, EctlPolicyWord word, gint64 delay_ms)
{
  g_autofree char *how = ectl_child_was_killed (s->child) ? g_strdup_printf (_ ("was ended by signal %d"), s->code - 128)
                                                          : g_strdup_printf (_ ("ended with exit code %d"), s->code);

  if (word == ECTL_POLICY_RESTART)
    tell (s, _ ("the engine %s; it is started again in %.1f s"), how, (double) delay_ms / 1000);
  else if (word == ECTL_POLICY_GIVE_UP)
    tell (s, _ ("the engine %s; it failed too often and is not started again"), how);
  else
    tell (s, _ ("the engine %s"), how);
}

/* TRUE: it is started again. */
static gboolean
take_end (Supervisor *s)
{
  gint64 now = g_get_monotonic_time (), delay_ms = 0;

  read_output (s);
  if (s->line->len > 0)
    take_bytes (s, "\n", 1);
  /* Who waits for the first answer wants to know, and not a second try. */
  gboolean is_first = s->on_ready != NULL && !s->once_ready;
  EctlPolicyWord word =
      is_first ? ECTL_POLICY_END : ectl_policy_ended (&s->policy, now / 1000, s->code, s->ready, (now - s->started_us) / 1000, s->asked, &delay_ms);
  tell_end (s, word, delay_ms);
  g_clear_pointer (&s->child, ectl_child_free);
  s->look_us = s->kill_us = s->reload_us = NEVER;
  s->start_us = word == ECTL_POLICY_RESTART ? now + delay_ms * 1000 : NEVER;
  ectl_lock_mark (s->lock, ECTL_LOCK_WAITING, s->start_us != NEVER);
  return word == ECTL_POLICY_RESTART;
}

/* A program that is missing for a moment (an upgrade) is one more try that failed; only the very first is an error of ours. */
static gboolean
start_again (Supervisor *s, GError **error)
{
  g_autoptr (GError) why = NULL;
  gint64 now = g_get_monotonic_time (), delay_ms = 0;

  if (start (s, &why))
    return TRUE;
  if (!s->has_run)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  s->code = CANNOT_START;
  if (ectl_policy_ended (&s->policy, now / 1000, s->code, FALSE, 0, s->asked, &delay_ms) == ECTL_POLICY_RESTART)
    s->start_us = now + delay_ms * 1000;
  tell (s, s->start_us != NEVER ? _ ("%s; it is tried again in %.1f s") : _ ("%s; it failed too often and is not tried again"), why->message,
        (double) delay_ms / 1000);
  return TRUE;
}

/* --- the loop ------------------------------------------------------------------------------------------------------------------ */

static gboolean
is_due (gint64 *when, gint64 now)
{
  if (*when > now)
    return FALSE;
  *when = NEVER;
  return TRUE;
}

static gboolean
do_what_is_due (Supervisor *s, GError **error)
{
  gint64 now = g_get_monotonic_time ();

  if (is_due (&s->start_us, now) && !start_again (s, error))
    return FALSE;
  if (is_due (&s->look_us, now) && s->child != NULL && !s->ready)
    look (s);
  if (is_due (&s->kill_us, now) && s->child != NULL)
    {
      tell (s, _ ("it does not stop in time: SIGKILL"));
      ectl_child_signal (s->child, ECTL_CHILD_KILL);
    }
  if (is_due (&s->reload_us, now))
    ectl_init_notify ("READY=1");
  if (is_due (&s->watchdog_us, now))
    feed_watchdog (s);
  return TRUE;
}

static gint64
next_due (const Supervisor *s)
{
  return MIN (MIN (MIN (s->start_us, s->look_us), MIN (s->kill_us, s->reload_us)), s->watchdog_us);
}

static void
take_signal (Supervisor *s)
{
  switch (ectl_signals_read (s->signals))
    {
    case ECTL_SIGNALLED_END:
      ask_to_end (s);
      break;
    case ECTL_SIGNALLED_RELOAD:
      if (s->sink != NULL)
        ectl_log_sink_follow (s->sink);
      pass_reload_on (s);
      break;
    default:
      break;
    }
}

static gboolean
sleep_until_something_happens (Supervisor *s, GError **error)
{
  GPollFD fds[3] = { { .fd = ectl_signals_get_fd (s->signals), .events = G_IO_IN } };
  guint n = 1;
  g_autoptr (GError) why = NULL;

  if (s->child != NULL && ectl_child_get_end_fd (s->child) >= 0)
    fds[n++] = (GPollFD){ .fd = ectl_child_get_end_fd (s->child), .events = G_IO_IN };
  if (s->child != NULL && ectl_child_get_output_fd (s->child) >= 0)
    fds[n++] = (GPollFD){ .fd = ectl_child_get_output_fd (s->child), .events = G_IO_IN };
  if (ectl_call_poll (s->call, fds, n, next_due (s), &why))
    return TRUE;
  if (!ectl_error_is (why, ECTL_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  /* Whoever cancels the call wants the engine to end, as a signal does. What was cancelled cannot wait any more. */
  s->call = s->spare_call;
  ask_to_end (s);
  return TRUE;
}

static gboolean
loop (Supervisor *s, GError **error)
{
  for (;;)
    {
      if (!do_what_is_due (s, error))
        return FALSE;
      if (s->child == NULL && (s->asked || s->start_us == NEVER))
        {
          /* Told to end between two tries: there is no engine whose code it could be. */
          s->code = s->asked && s->start_us != NEVER ? 0 : s->code;
          return TRUE;
        }
      if (!sleep_until_something_happens (s, error))
        return FALSE;
      take_signal (s);
      if (s->child != NULL)
        read_output (s);
      if (s->child != NULL && ectl_child_has_ended (s->child, &s->code) && !take_end (s))
        return TRUE;
    }
}

static void
set_up (Supervisor *s)
{
  guint64 watchdog = ectl_init_watchdog_us ();

  ectl_policy_init (&s->policy, s->options->restart);
  s->line = g_string_new (NULL);
  s->start_us = g_get_monotonic_time ();
  s->look_us = s->kill_us = s->reload_us = s->watchdog_us = NEVER;
  s->watchdog_ms = (gint64) (watchdog / 1000 / 2);
  if (watchdog > 0)
    s->watchdog_us = in_ms (s->watchdog_ms);
}

gboolean
ectl_supervise (EctlEngine *engine, const char *program, const EctlRunOptions *options, EctlLock *lock, void (*ready) (gpointer data), gpointer data,
                EctlCall *call, int *code, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (EctlLogSink) sink = options->log_file != NULL ? ectl_log_sink_open (engine->host, options->log_file, LOG_MOST_BYTES, LOGS_KEPT, error) : NULL;

  if (options->log_file != NULL && sink == NULL)
    return FALSE;
  g_ptr_array_add (argv, (gpointer) program);
  for (const char *const *word = options->arguments; word != NULL && *word != NULL; word++)
    g_ptr_array_add (argv, (gpointer) *word);
  g_ptr_array_add (argv, NULL);
  g_autoptr (EctlSignals) signals = ectl_signals_new ();
  g_autoptr (EctlCall) spare_call = ectl_call_new (call->timeout_ms);
  Supervisor s = { .engine = engine,
                   .argv = (const char *const *) argv->pdata,
                   .options = options,
                   .on_ready = ready,
                   .on_ready_data = data,
                   .call = call,
                   .spare_call = spare_call,
                   .signals = signals,
                   .lock = lock,
                   .sink = sink };
  set_up (&s);
  gboolean ok = loop (&s, error);
  *code = s.code;
  if (ok && ready != NULL && !s.once_ready)
    {
      ectl_set_error (error, ECTL_ERROR_FAILED, _ ("the engine died after its start: %s"), s.last_line != NULL ? s.last_line : _ ("it gave no reason"));
      ok = FALSE;
    }
  g_free (s.last_line);
  ectl_child_free (s.child);
  g_string_free (s.line, TRUE);
  return ok;
}

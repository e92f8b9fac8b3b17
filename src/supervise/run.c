/* SPDX-License-Identifier: Apache-2.0 */
/* run: the engine supervised, in the foreground or detached. */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/supervise.h"
#include "supervise/rival.h"
#include "supervise/supervisor.h"

#define DEFAULT_LOG "/var/log/docker.log"
#define READY_BYTE 'R'

static void
set_held (gint64 holder, GError **error)
{
  ectl_set_error (error, ECTL_ERROR_FAILED, _ ("enginectl run[%" G_GINT64_FORMAT "] is at work already (%s)"), holder, ECTL_RUN_LOCK);
}

static EctlLock *
take_lock (EctlEngine *engine, GError **error)
{
  gint64 holder = 0;
  EctlLock *lock = ectl_lock_take (engine->host, ECTL_RUN_LOCK, &holder, error);

  if (lock != NULL)
    ectl_lock_sign (lock);
  else if (holder <= 0 && (error == NULL || *error == NULL))
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("another process holds %s"), ECTL_RUN_LOCK);
  else if (holder > 0)
    set_held (holder, error);
  return lock;
}

static gboolean
run_here (EctlEngine *engine, const char *program, const EctlRunOptions *options, void (*ready) (gpointer data), gpointer data, EctlCall *call, int *code,
          GError **error)
{
  if (!ectl_rival_check (engine->host, options->arguments, error))
    return FALSE;
  g_autoptr (EctlLock) lock = take_lock (engine, error);
  return lock != NULL && ectl_supervise (engine, program, options, lock, ready, data, call, code, error);
}

/* Refused as it would be, and nothing is started. */
static gboolean
run_dry (EctlEngine *engine, const char *program, const EctlRunOptions *options, GError **error)
{
  static const char *const nothing[] = { NULL };
  g_autofree char *arguments = g_strjoinv (" ", (char **) (options->arguments != NULL ? options->arguments : nothing));
  gint64 holder = ectl_lock_find_holder (engine->host, ECTL_RUN_LOCK);

  if (!ectl_rival_check (engine->host, options->arguments, error))
    return FALSE;
  if (holder > 0)
    {
      set_held (holder, error);
      return FALSE;
    }
  g_autofree char *text = g_strdup_printf (_ ("would start and supervise: %s %s"), program, arguments);
  if (options->event != NULL)
    options->event (g_strchomp (text), options->user_data);
  return TRUE;
}

/* --- in the background -------------------------------------------------------------------------------------------------------- */

static void
report_ready (gpointer pipe)
{
  ectl_detached_report (pipe, &(char){ READY_BYTE }, 1);
}

/* The new process: what goes wrong before it is ready is told to who waits, then there is nobody to tell. */
static void
run_detached (EctlEngine *engine, const char *program, const EctlRunOptions *options, EctlCall *call, int pipe)
{
  g_autoptr (GError) error = NULL;
  int code = 0;
  EctlRunOptions quiet = *options;

  quiet.output = NULL;
  quiet.event = NULL;
  if (quiet.log_file == NULL)
    quiet.log_file = DEFAULT_LOG;
  if (!run_here (engine, program, &quiet, report_ready, &pipe, call, &code, &error))
    ectl_detached_report (&pipe, error->message, strlen (error->message));
}

/* A byte: it is ready. A sentence: it could not even begin. The end without a word: the engine has ended. */
static gboolean
wait_for_report (int pipe, EctlCall *call, GError **error)
{
  g_autofree char *text = ectl_detached_wait (pipe, call, error);

  if (text == NULL)
    return FALSE;
  if (*text == READY_BYTE && text[1] == '\0')
    return TRUE;
  ectl_set_error (error, ECTL_ERROR_FAILED, "%s", *text != '\0' ? text : _ ("the engine died after its start"));
  return FALSE;
}

static gboolean
run_in_background (EctlEngine *engine, const char *program, const EctlRunOptions *options, EctlCall *call, GError **error)
{
  gint64 pid = 0;

  /* Said before anything is started, by who can be heard. */
  if (!ectl_rival_check (engine->host, options->arguments, error))
    return FALSE;
  int pipe = ectl_detach (&pid, error);
  if (pipe < 0)
    return FALSE;
  if (pid == 0)
    {
      g_autoptr (EctlCall) fresh = ectl_call_new (call->timeout_ms);
      run_detached (engine, program, options, fresh, pipe);
      ectl_detached_exit ();
    }
  ectl_call_begin (call, ECTL_CALL_ENDLESS, ECTL_START_MS);
  ectl_call_doing (call, _ ("starting the engine: waiting for the API"));
  gboolean ok = wait_for_report (pipe, call, error);
  ectl_call_doing (call, NULL);
  return ok;
}

gboolean
ectl_engine_run (EctlEngine *engine, const EctlRunOptions *options, EctlCall *call, int *code, GError **error)
{
  g_autoptr (EctlCall) own = call == NULL ? ectl_call_new (ECTL_TIMEOUT_DEFAULT) : NULL;
  g_autofree char *program = ectl_host_find_program (engine->host, "dockerd");

  *code = 0;
  if (!ectl_engine_is_here (engine, "run", error))
    return FALSE;
  if (program == NULL)
    {
      ectl_set_error (error, ECTL_ERROR_NOT_INSTALLED, _ ("no dockerd that may be executed was found, in PATH or where packages put programs"));
      return FALSE;
    }
  if (options->dry_run)
    return run_dry (engine, program, options, error);
  if (options->background)
    return run_in_background (engine, program, options, call != NULL ? call : own, error);
  return run_here (engine, program, options, NULL, NULL, call != NULL ? call : own, code, error);
}

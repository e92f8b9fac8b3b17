/* SPDX-License-Identifier: Apache-2.0 */
/* reload: told by the manager, confirmed by the engine's own event, refused by a line of its log. */
#include "engine/action.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "config/command-line.h"
#include "config/daemon-json.h"
#include "engine/cause.h"
#include "engine/logs.h"

/* Between two looks into the log while the event does not come. */
#define LOOK_EVERY_MS 100

/* moby cmd/dockerd: what the engine logs when it does not take a configuration up. */
static gboolean
is_refusal (const char *text)
{
  return strstr (text, "unable to configure the Docker daemon with file") != NULL || strstr (text, "Error reconfiguring the daemon") != NULL
         || strstr (text, "Error validating authorization plugin") != NULL;
}

static gboolean
find_refusal (EctlRun *run, gint64 since_us, GError **error)
{
  EctlLogQuery query = { .lines = -1, .since_us = since_us };
  g_autoptr (GPtrArray) lines = ectl_logs_collect (run->engine, &query, run->call, NULL);

  for (guint i = 0; lines != NULL && i < lines->len; i++)
    {
      const EctlLogLine *line = lines->pdata[i];
      if (!line->from_engine || !is_refusal (line->text))
        continue;
      g_autofree char *message = ectl_log_message (line->text);
      g_auto (EctlCause) cause = { 0 };
      ectl_cause_find_in (lines, FALSE, &cause);
      ectl_set_error (error, ECTL_ERROR_BAD_CONFIG, _ ("the engine refused the new configuration and goes on with the old one: %s"), message);
      if (error != NULL)
        {
          g_autofree char *fix = ectl_cause_get_fix (run->engine->host, &cause);
          ectl_error_set_finding (*error, cause.finding, message);
          ectl_error_set_hint (*error, fix);
        }
      return TRUE;
    }
  return FALSE;
}

static gboolean
wait_for_event (EctlRun *run, gint64 since_us, GError **error)
{
  EctlDocker *docker = run->before->docker;
  gboolean reloaded = FALSE;

  ectl_call_doing (run->call, _ ("waiting for the engine to confirm the reload"));
  for (;;)
    {
      GPollFD poll_fd = { .fd = ectl_docker_get_fd (docker), .events = G_IO_IN };
      if (!ectl_docker_read_reload (docker, &reloaded, run->call, error))
        return FALSE;
      if (reloaded)
        return TRUE;
      if (find_refusal (run, since_us, error))
        return FALSE;
      if (!ectl_call_poll (run->call, &poll_fd, 1, g_get_monotonic_time () + LOOK_EVERY_MS * 1000, error))
        {
          g_prefix_error (error, _ ("the engine neither confirmed nor refused the reload: "));
          return FALSE;
        }
    }
}

/* What the engine did not take up although the file is newer than the engine. */
static void
tell_what_waits (EctlRun *run)
{
  const EctlProcess *process = run->before->process;
  g_auto (GStrv) argv = ectl_process_get_argv (run->engine->host, process->pid);
  const char *file = ectl_command_line_config_file ((const char *const *) argv);
  g_auto (GStrv) keys = ectl_daemon_json_keys_for_restart (run->engine->host, file, process->started_us);
  if (keys == NULL)
    return;
  g_autofree char *list = g_strjoinv (", ", keys);
  ectl_run_note (run, _ ("a reload does not take up, only a restart does: %s (%s is newer than the engine)"), list, file);
}

static gboolean
reload (EctlRun *run, GError **error)
{
  const EctlBackendClass *klass = run->engine->backend->klass;
  gint64 begun = g_get_monotonic_time ();
  gint64 since = ectl_host_now_us (run->engine->host);

  if (klass->reload == NULL)
    return ectl_engine_lacks (run->engine, "reload", error);
  run->action->changed = TRUE;
  tell_what_waits (run);
  if (ectl_run_is_dry (run))
    {
      ectl_run_step (run, 0, _ ("reload %s"), ectl_run_service (run));
      ectl_run_sum_up (run, _ ("docker would be told to reload its configuration"));
      return TRUE;
    }
  /* Subscribed before the signal, so that the event cannot be missed. */
  run->touched = TRUE;
  if (!ectl_docker_watch_reload (run->before->docker, run->call, error) || !klass->reload (run->engine->backend, run->call, error))
    return FALSE;
  ectl_run_step (run, begun, _ ("reload %s"), ectl_run_service (run));
  begun = g_get_monotonic_time ();
  if (!wait_for_event (run, since, error))
    return FALSE;
  ectl_run_step (run, begun, _ ("wait for the engine's reload event"));
  ectl_run_sum_up (run, _ ("docker took its configuration up again"));
  return TRUE;
}

gboolean
ectl_engine_reload (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error)
{
  EctlRun run;

  if (!ectl_run_begin (&run, engine, "reload", flags, call, ECTL_CALL_READ, ECTL_RELOAD_MS, error))
    return FALSE;
  gboolean ok = ectl_run_may (&run, ectl_plan_reload (&run.now), error) && reload (&run, error);
  return ectl_run_end (&run, ok, action, error);
}

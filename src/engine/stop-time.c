/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's own rule: its shutdown time-out, or what a running container wants, whichever is longer (moby daemon/daemon.go, ShutdownTimeout). */
#include "engine/stop-time.h"

#include "config/command-line.h"
#include "config/daemon-json.h"
#include "platform/process.h"

#define CONTAINER_GRACE_S 5

/* Of the engine's command line, else of its file: it accepts no option in both. */
static gint64
shutdown_timeout (const EctlHost *host, const EctlProcess *process)
{
  g_auto (GStrv) argv = process != NULL ? ectl_process_get_argv (host, process->pid) : NULL;
  const char *const *words = (const char *const *) argv;
  const char *value = ectl_command_line_find (words, "--shutdown-timeout", 0);

  if (value != NULL)
    return g_ascii_strtoll (value, NULL, 10);
  return ectl_daemon_json_shutdown_timeout (host, ectl_command_line_config_file (words), ECTL_SHUTDOWN_TIMEOUT_S);
}

gint64
ectl_stop_seconds (const EctlHost *host, const EctlProcess *process, const EctlWorkload *workload)
{
  gint64 seconds = shutdown_timeout (host, process);

  for (guint i = 0; seconds >= 0 && workload != NULL && !workload->live_restore && i < workload->containers->len; i++)
    {
      gint64 own = ((const EctlContainer *) workload->containers->pdata[i])->stop_timeout_s;
      if (own < 0)
        return -1;
      seconds = MAX (seconds, own + CONTAINER_GRACE_S);
    }
  return seconds < 0 ? -1 : seconds + ECTL_STOP_GRACE_S;
}

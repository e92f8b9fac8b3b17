/* SPDX-License-Identifier: Apache-2.0 */
/* Two engines on one data root destroy it; the kernel stops them only sometimes. */
#include "supervise/rival.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "config/command-line.h"
#include "config/daemon-json.h"
#include "engine/listening.h"
#include "platform/process.h"
#include "platform/sockets.h"

#define PID_FILE "/var/run/docker.pid"
#define DATA_ROOT "/var/lib/docker"

/* What an engine with these arguments takes: its option, the file's, the default. */
static char *
find_place (const EctlHost *host, const char *const *argv, const char *name, char letter, const char *key, const char *standard)
{
  const char *value = ectl_command_line_find (argv, name, letter);
  g_autofree char *of_file = value == NULL ? ectl_daemon_json_get_string (host, ectl_command_line_config_file (argv), key) : NULL;
  return g_strdup (value != NULL ? value : (of_file != NULL ? of_file : standard));
}

static gboolean
fail_rival (gint64 pid, const char *what, const char *place, GError **error)
{
  ectl_set_error (error, ECTL_ERROR_FAILED, _ ("another engine runs already: dockerd[%" G_GINT64_FORMAT "] has the %s %s"), pid, what, place);
  if (error != NULL)
    ectl_error_set_hint (*error, "enginectl status");
  return FALSE;
}

/* The sockets that a dockerd with ARGV would make; the one of a live engine would be taken from it. */
static char **
find_sockets (const EctlHost *host, const char *const *argv)
{
  GPtrArray *paths = g_ptr_array_new ();
  const char *const *word = argv;
  gboolean any = FALSE;

  for (const char *value = NULL; (value = ectl_command_line_next (&word, "--host", 'H')) != NULL; any = TRUE)
    if (g_str_has_prefix (value, "unix://"))
      g_ptr_array_add (paths, g_strdup (value + strlen ("unix://")));
  if (!any && !ectl_daemon_json_has (host, ectl_command_line_config_file (argv), "hosts"))
    g_ptr_array_add (paths, g_strdup (ECTL_DEFAULT_SOCKET));
  g_ptr_array_add (paths, NULL);
  return (char **) g_ptr_array_free (paths, FALSE);
}

static gboolean
check_sockets (const EctlHost *host, char **sockets, gint64 pid, GError **error)
{
  g_autoptr (GPtrArray) listeners = ectl_listeners_of_process (host, pid, NULL, NULL, NULL);

  for (guint i = 0; listeners != NULL && i < listeners->len; i++)
    for (char **path = sockets; *path != NULL; path++)
      {
        const char *its = ((const EctlListener *) listeners->pdata[i])->path;
        if (its != NULL && *its == '/' && ectl_is_same_file (host, its, *path))
          return fail_rival (pid, _ ("socket"), *path, error);
      }
  return TRUE;
}

gboolean
ectl_rival_check (const EctlHost *host, const char *const *arguments, GError **error)
{
  g_autofree char *pid_file = find_place (host, arguments, "--pidfile", 'p', "pidfile", PID_FILE);
  g_autofree char *data_root = find_place (host, arguments, "--data-root", 'g', "data-root", DATA_ROOT);
  g_auto (GStrv) sockets = find_sockets (host, arguments);
  g_autoptr (GArray) engines = ectl_processes_find_engines (host);

  for (guint i = 0; i < engines->len; i++)
    {
      gint64 pid = g_array_index (engines, gint64, i);
      g_auto (GStrv) argv = ectl_process_get_argv (host, pid);
      const char *const *words = (const char *const *) argv;
      g_autofree char *its_pid_file = find_place (host, words, "--pidfile", 'p', "pidfile", PID_FILE);
      g_autofree char *its_data_root = find_place (host, words, "--data-root", 'g', "data-root", DATA_ROOT);
      if (ectl_is_same_file (host, pid_file, its_pid_file))
        return fail_rival (pid, _ ("pid file"), pid_file, error);
      if (ectl_is_same_file (host, data_root, its_data_root))
        return fail_rival (pid, _ ("data root"), data_root, error);
      if (!check_sockets (host, sockets, pid, error))
        return FALSE;
    }
  return TRUE;
}

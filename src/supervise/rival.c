/* SPDX-License-Identifier: Apache-2.0 */
/* Two engines on one data root destroy it; the kernel stops them only sometimes. */
#include "supervise/rival.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "config/daemon-json.h"
#include "platform/process.h"

#define PID_FILE "/var/run/docker.pid"
#define DATA_ROOT "/var/lib/docker"

const char *
ectl_rival_find_option (const char *const *argv, const char *name, const char *letter)
{
  for (gsize length = strlen (name); argv != NULL && *argv != NULL; argv++)
    {
      if (g_str_equal (*argv, name) || (letter != NULL && g_str_equal (*argv, letter)))
        return argv[1];
      if (g_str_has_prefix (*argv, name) && (*argv)[length] == '=')
        return *argv + length + 1;
    }
  return NULL;
}

/* What an engine with these arguments takes: its option, the file's, the default. */
static char *
find_place (const EctlHost *host, const char *const *argv, const char *name, const char *letter, const char *key, const char *standard)
{
  const char *value = ectl_rival_find_option (argv, name, letter);
  g_autofree char *of_file = value == NULL ? ectl_daemon_json_get_string (host, ECTL_DAEMON_JSON, key) : NULL;
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

/* "/var/run" and "/run" are one folder. */
static gboolean
is_same_place (const char *a, const char *b)
{
  return g_strcmp0 (g_str_has_prefix (a, "/var/run/") ? a + strlen ("/var") : a, g_str_has_prefix (b, "/var/run/") ? b + strlen ("/var") : b) == 0;
}

gboolean
ectl_rival_check (const EctlHost *host, const char *const *arguments, GError **error)
{
  g_autofree char *pid_file = find_place (host, arguments, "--pidfile", "-p", "pidfile", PID_FILE);
  g_autofree char *data_root = find_place (host, arguments, "--data-root", "-g", "data-root", DATA_ROOT);
  g_autoptr (GArray) engines = ectl_processes_find_engines (host);

  for (guint i = 0; i < engines->len; i++)
    {
      gint64 pid = g_array_index (engines, gint64, i);
      g_auto (GStrv) argv = ectl_process_get_argv (host, pid);
      const char *const *words = (const char *const *) argv;
      g_autofree char *its_pid_file = find_place (host, words, "--pidfile", "-p", "pidfile", PID_FILE);
      g_autofree char *its_data_root = find_place (host, words, "--data-root", "-g", "data-root", DATA_ROOT);
      if (is_same_place (pid_file, its_pid_file))
        return fail_rival (pid, _ ("pid file"), pid_file, error);
      if (is_same_place (data_root, its_data_root))
        return fail_rival (pid, _ ("data root"), data_root, error);
    }
  return TRUE;
}

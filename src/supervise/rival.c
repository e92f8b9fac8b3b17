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

/* What an engine of root's with these arguments takes: its option, the file's, the default. */
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

static void
add_socket (GStrvBuilder *paths, const char *host)
{
  const char *path = g_str_has_prefix (host, "unix://") ? host + strlen ("unix://") : NULL;
  if (path != NULL)
    g_strv_builder_add (paths, *path != '\0' ? path : ECTL_DEFAULT_SOCKET);
}

/* The sockets that a dockerd with ARGV would make; the one of a live engine would be taken from it. */
static char **
find_sockets (const EctlHost *host, const char *const *argv)
{
  g_auto (GStrv) of_file = ectl_daemon_json_get_strings (host, ectl_command_line_config_file (argv), "hosts");
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  const char *const *word = argv;
  gboolean any = *of_file != NULL;

  for (const char *value = NULL; (value = ectl_command_line_next (&word, "--host", 'H')) != NULL; any = TRUE)
    add_socket (paths, value);
  for (char **value = of_file; *value != NULL; value++)
    add_socket (paths, *value);
  if (!any)
    g_strv_builder_add (paths, ECTL_DEFAULT_SOCKET);
  return g_strv_builder_end (paths);
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

static gboolean
check_places (const EctlHost *host, const char *pid_file, const char *data_root, gint64 pid, GError **error)
{
  g_auto (GStrv) argv = ectl_process_get_argv (host, pid);
  const char *const *words = (const char *const *) argv;
  g_autofree char *its_pid_file = find_place (host, words, "--pidfile", 'p', "pidfile", PID_FILE);
  g_autofree char *its_data_root = find_place (host, words, "--data-root", 'g', "data-root", DATA_ROOT);

  if (ectl_is_same_file (host, pid_file, its_pid_file))
    return fail_rival (pid, _ ("pid file"), pid_file, error);
  return !ectl_is_same_file (host, data_root, its_data_root) || fail_rival (pid, _ ("data root"), data_root, error);
}

/* A rootless engine has its files in its user's folders. */
static gboolean
is_roots (const EctlHost *host, gint64 pid)
{
  g_autoptr (EctlProcess) process = ectl_process_read (host, pid, NULL);
  return process != NULL && g_strcmp0 (process->user, "root") == 0;
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
      if (is_roots (host, pid) && !check_places (host, pid_file, data_root, pid, error))
        return FALSE;
      if (!check_sockets (host, sockets, pid, error))
        return FALSE;
    }
  return TRUE;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Docker Desktop: whether it is here, and which: the one on the Windows side of a Linux of WSL, or the one for Linux itself. */
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/desktop.h"

extern const EctlBackendClass ectl_desktop_backend;

#define SOCKET "/var/run/docker.sock"
#define WINDOWS_SIDE "/mnt/wsl"
#define SYSTEMD_MARK "/run/systemd/system"

/* --- files ------------------------------------------------------------------------------------------------------------- */

/* NAME in the first of FOLDERS that has it as a file; a mask is a link to what is none. NULL where none has. Free it. */
static char *
find_unit (const EctlHost *host, const char *const *folders, const char *name)
{
  for (; *folders != NULL; folders++)
    {
      g_autofree char *path = g_build_filename (*folders, name, NULL);
      if (ectl_host_test (host, path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&path);
    }
  return NULL;
}

/* systemd.unit(5): where a user's manager looks; packages first. */
static char *
find_user_unit (EctlHost *host)
{
  const char *home = ectl_host_home (host);
  g_autofree char *own = g_build_filename (home != NULL ? home : "/nonexistent", ".config/systemd/user", NULL);
  g_autofree char *own_data = g_build_filename (home != NULL ? home : "/nonexistent", ".local/share/systemd/user", NULL);
  const char *const folders[] = { "/usr/lib/systemd/user",
                                  "/lib/systemd/user",
                                  "/usr/local/lib/systemd/user",
                                  "/usr/share/systemd/user",
                                  "/usr/local/share/systemd/user",
                                  "/etc/systemd/user",
                                  "/run/systemd/user",
                                  own,
                                  own_data,
                                  NULL };
  return find_unit (host, folders, ECTL_DESKTOP_SERVICE ".service");
}

/* What shows that the host has an engine of its own: its program, its service; NULL where it has none. Free it. */
static char *
find_own_engine (const EctlHost *host)
{
  static const char *const folders[] = { "/etc/systemd/system",     "/run/systemd/system", "/usr/local/lib/systemd/system",
                                         "/usr/lib/systemd/system", "/lib/systemd/system", NULL };
  static const char script[] = "/etc/init.d/docker";
  static const char *const units[] = { "docker.service", "snap.docker.dockerd.service" };
  char *found = ectl_host_find_program (host, "dockerd");

  for (guint i = 0; found == NULL && i < G_N_ELEMENTS (units); i++)
    found = find_unit (host, folders, units[i]);
  return found == NULL && ectl_host_test (host, script, G_FILE_TEST_IS_REGULAR) ? g_strdup (script) : found;
}

/* The link to the Windows side, or NULL. Free it. */
static char *
read_integration (const EctlHost *host)
{
  g_autofree char *file = ectl_host_path (host, SOCKET);
  char target[256];
  gssize length = readlink (file, target, sizeof target - 1);

  target[MAX (length, 0)] = '\0';
  return g_str_has_prefix (target, WINDOWS_SIDE "/") ? g_strdup (target) : NULL;
}

/* --- whose host it is -------------------------------------------------------------------------------------------------- */

static EctlClaim
claim (EctlHost *host, char **why, GError **error)
{
  g_autofree char *target = read_integration (host);
  g_autofree char *unit = target == NULL && ectl_host_test (host, SYSTEMD_MARK, G_FILE_TEST_IS_DIR) ? find_user_unit (host) : NULL;
  g_autofree char *own = unit != NULL ? find_own_engine (host) : NULL;
  (void) error;

  if (target != NULL)
    *why = g_strdup_printf (_ ("%s leads to Docker Desktop on the Windows side (%s)"), SOCKET, target);
  else if (unit == NULL)
    *why = g_strdup_printf (_ ("%s does not lead to Docker Desktop, and no user's systemd has a %s.service"), SOCKET, ECTL_DESKTOP_SERVICE);
  else if (own == NULL)
    *why = g_strdup_printf (_ ("Docker Desktop is installed (%s), and no engine of the host's own"), unit);
  else
    *why = g_strdup_printf (_ ("Docker Desktop is here too (%s), but the host has an engine of its own (%s); --backend desktop chooses Docker Desktop"), unit,
                            own);
  if (target == NULL && unit == NULL)
    return ECTL_CLAIM_NOT_MINE;
  return own == NULL ? ECTL_CLAIM_MINE : ECTL_CLAIM_BESIDE;
}

static EctlBackend *
open_backend (EctlHost *host, const EctlBackendOptions *options, EctlCall *call, GError **error)
{
  g_autofree char *target = read_integration (host);
  g_autofree char *unit = find_user_unit (host);
  g_autofree char *own = find_own_engine (host);
  gboolean on_windows = target != NULL || (unit == NULL && ectl_host_test (host, WINDOWS_SIDE, G_FILE_TEST_IS_DIR));

  if (on_windows)
    return ectl_desktop_on_windows.open (host, options, call, error);
  EctlBackend *backend = ectl_desktop_on_linux.open (host, options, call, error);
  /* Without the option it would be chosen only where it comes first. */
  if (backend != NULL)
    backend->own_option = unit != NULL && own == NULL ? "" : "--backend desktop";
  return backend;
}

/* What it opens has a table of its own. */
const EctlBackendClass ectl_desktop_backend = { .name = "desktop", .claim = claim, .open = open_backend };

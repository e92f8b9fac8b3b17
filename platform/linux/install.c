/* SPDX-License-Identifier: Apache-2.0 */
/* Where services lie on Linux. */
#include "platform/install.h"

#include <grp.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/program.h"
#include "platform/system.h"

#define OWN_CONTAINERD_UNIT "/etc/systemd/system/containerd.service"

const EctlInstallFile *
ectl_install_files (const char *backend)
{
  static const EctlInstallFile systemd[] = {
    { "systemd/containerd.service", OWN_CONTAINERD_UNIT, 0644, TRUE },
    { "systemd/docker.socket", "/etc/systemd/system/docker.socket", 0644, FALSE },
    { "systemd/docker.service", "/etc/systemd/system/docker.service", 0644, FALSE },
    { NULL, NULL, 0, FALSE },
  };
  static const EctlInstallFile sysv[] = { { "sysv/docker", "/etc/init.d/docker", 0755, FALSE }, { NULL, NULL, 0, FALSE } };
  static const EctlInstallFile openrc[] = { { "openrc/docker", "/etc/init.d/docker", 0755, FALSE }, { NULL, NULL, 0, FALSE } };

  if (g_str_equal (backend, "systemd"))
    return systemd;
  if (g_str_equal (backend, "sysv"))
    return sysv;
  return g_str_equal (backend, "openrc") ? openrc : NULL;
}

const char *
ectl_install_search_path (void)
{
  return ECTL_PROGRAM_PATH;
}

gboolean
ectl_install_has_containerd_service (const EctlHost *host, gboolean ours)
{
  static const char *const places[] = { OWN_CONTAINERD_UNIT, "/run/systemd/system/containerd.service", "/usr/lib/systemd/system/containerd.service",
                                        "/lib/systemd/system/containerd.service", "/usr/local/lib/systemd/system/containerd.service" };

  for (guint i = ours ? 1 : 0; i < G_N_ELEMENTS (places); i++)
    /* A masked one is a link to a device. */
    if (ectl_host_test (host, places[i], G_FILE_TEST_IS_REGULAR))
      return TRUE;
  return FALSE;
}

static gboolean
run_found (const EctlHost *host, const char *name, const char *const *arguments, EctlCall *call, GError **error)
{
  g_autofree char *program = ectl_program_find (host, name);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();

  if (program == NULL)
    {
      ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("the program %s is not on this host"), name);
      return FALSE;
    }
  g_ptr_array_add (argv, program);
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (argv, (gpointer) *arguments);
  g_ptr_array_add (argv, NULL);
  return ectl_program_run_well ((const char *const *) argv->pdata, call, error);
}

gboolean
ectl_install_refresh (const EctlHost *host, const char *backend, EctlCall *call, GError **error)
{
  static const char *const arguments[] = { "daemon-reload", NULL };
  return !g_str_equal (backend, "systemd") || run_found (host, "systemctl", arguments, call, error);
}

gboolean
ectl_install_forget (const EctlHost *host, const char *backend, const char *service, EctlCall *call, GError **error)
{
  g_autofree char *update_rc_d = ectl_program_find (host, "update-rc.d"), *chkconfig = ectl_program_find (host, "chkconfig");
  const char *const debian[] = { "-f", service, "remove", NULL }, *const red_hat[] = { "--del", service, NULL };

  if (!g_str_equal (backend, "sysv"))
    return TRUE;
  if (update_rc_d != NULL)
    return run_found (host, "update-rc.d", debian, call, error);
  return chkconfig == NULL || run_found (host, "chkconfig", red_hat, call, error);
}

gboolean
ectl_install_switch_off (const EctlHost *host, const char *path, EctlCall *call, GError **error)
{
  g_autofree char *unit = g_path_get_basename (path);
  const char *const stop[] = { "stop", unit, NULL }, *const disable[] = { "disable", unit, NULL };
  return run_found (host, "systemctl", stop, call, error) && run_found (host, "systemctl", disable, call, error);
}

void
ectl_install_forget_failures (const EctlHost *host, const char *backend, char **paths, EctlCall *call)
{
  for (; g_str_equal (backend, "systemd") && *paths != NULL; paths++)
    {
      g_autofree char *unit = g_path_get_basename (*paths);
      const char *const arguments[] = { "reset-failed", unit, NULL };
      g_autoptr (GError) why = NULL;
      if (!run_found (host, "systemctl", arguments, call, &why))
        g_debug ("%s", why->message);
    }
}

gboolean
ectl_install_has_group (const char *name)
{
  return getgrnam (name) != NULL;
}

gboolean
ectl_install_make_group (const EctlHost *host, const char *name, gboolean *made, EctlCall *call, GError **error)
{
  const char *const arguments[] = { "--system", name, NULL };

  *made = !ectl_install_has_group (name);
  return !*made || run_found (host, "groupadd", arguments, call, error);
}

gboolean
ectl_install_remove_group (const EctlHost *host, const char *name, EctlCall *call, GError **error)
{
  const char *const arguments[] = { name, NULL };
  return !ectl_install_has_group (name) || run_found (host, "groupdel", arguments, call, error);
}

char *
ectl_install_own_program (const EctlHost *host)
{
  static const char *const beside[] = { "enginectl", "../bin/enginectl" };
  g_autofree char *own = ectl_system_own_dir ();

  for (guint i = 0; own != NULL && i < G_N_ELEMENTS (beside); i++)
    {
      g_autofree char *file = g_build_filename (own, beside[i], NULL);
      if (g_file_test (file, G_FILE_TEST_IS_EXECUTABLE) && !g_file_test (file, G_FILE_TEST_IS_DIR))
        return g_canonicalize_filename (file, NULL);
    }
  return ectl_program_find (host, "enginectl");
}

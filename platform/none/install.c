/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is installed where no service is known. */
#include "platform/install.h"

#include "base/error.h"
#include "base/i18n.h"
#include "platform/file.h"

static gboolean
fail (GError **error)
{
  ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("a service cannot be installed by this build"));
  return FALSE;
}

const EctlInstallFile *
ectl_install_files (const char *backend)
{
  (void) backend;
  return NULL;
}

const char *
ectl_install_search_path (void)
{
  return "";
}

gboolean
ectl_install_has_containerd_service (const EctlHost *host, gboolean ours)
{
  (void) host;
  (void) ours;
  return FALSE;
}

gboolean
ectl_install_refresh (const EctlHost *host, const char *backend, EctlCall *call, GError **error)
{
  (void) host;
  (void) backend;
  (void) call;
  return fail (error);
}

gboolean
ectl_install_forget (const EctlHost *host, const char *backend, const char *service, EctlCall *call, GError **error)
{
  (void) host;
  (void) backend;
  (void) service;
  (void) call;
  return fail (error);
}

gboolean
ectl_install_switch_off (const EctlHost *host, const char *path, EctlCall *call, GError **error)
{
  (void) host;
  (void) path;
  (void) call;
  return fail (error);
}

void
ectl_install_forget_failures (const EctlHost *host, const char *backend, char **paths, EctlCall *call)
{
  (void) host;
  (void) backend;
  (void) paths;
  (void) call;
}

gboolean
ectl_install_make_group (const EctlHost *host, const char *name, gboolean *made, EctlCall *call, GError **error)
{
  (void) host;
  (void) name;
  (void) call;
  *made = FALSE;
  return fail (error);
}

gboolean
ectl_install_remove_group (const EctlHost *host, const char *name, EctlCall *call, GError **error)
{
  (void) host;
  (void) name;
  (void) call;
  return fail (error);
}

gboolean
ectl_install_has_group (const char *name)
{
  (void) name;
  return TRUE;
}

char *
ectl_install_own_program (const EctlHost *host)
{
  (void) host;
  return NULL;
}

gboolean
ectl_file_write (const EctlHost *host, const char *path, const char *text, guint mode, GError **error)
{
  (void) host;
  (void) path;
  (void) text;
  (void) mode;
  return fail (error);
}

gboolean
ectl_file_remove (const EctlHost *host, const char *path, GError **error)
{
  (void) host;
  (void) path;
  return fail (error);
}

void
ectl_file_remove_folder (const EctlHost *host, const char *path)
{
  (void) host;
  (void) path;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Door: what `install` writes for an init, and what has to be done around it. */
#pragma once

#include "base/call.h"
#include "base/host.h"

typedef struct {
  const char *template; /* below the folder of units: "systemd/docker.service" */
  const char *path;     /* where it goes */
  guint mode;
  gboolean is_containerd; /* only where there is a containerd and no service for it */
} EctlInstallFile;

/* For the backend of this name; ends with a NULL template. NULL where nothing can be installed. Static. */
const EctlInstallFile *ectl_install_files (const char *backend);

/* The PATH of what the init starts, if nothing else is said. Static. */
const char *ectl_install_search_path (void);

/* Is there a service for containerd? OURS: the file that `install` writes for it is ours, and does not count. */
gboolean ectl_install_has_containerd_service (const EctlHost *host, gboolean ours);

/* Lets the init read its files again. */
gboolean ectl_install_refresh (const EctlHost *host, const char *backend, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes the links of the service's run levels away, before its file goes. */
gboolean ectl_install_forget (const EctlHost *host, const char *backend, const char *service, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Stops the service of the file PATH, and takes it from the boot. */
gboolean ectl_install_switch_off (const EctlHost *host, const char *path, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Lets the init forget how the services of PATHS ended, whose files are gone. One that knows of none is content. */
void ectl_install_forget_failures (const EctlHost *host, const char *backend, char **paths, EctlCall *call);

/* The group that may use the socket. MADE: it was not there. */
gboolean ectl_install_make_group (const EctlHost *host, const char *name, gboolean *made, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_install_remove_group (const EctlHost *host, const char *name, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_install_has_group (const char *name);

/* This program's file, for scripts that call it. NULL where it is not found. Free it. */
char *ectl_install_own_program (const EctlHost *host);

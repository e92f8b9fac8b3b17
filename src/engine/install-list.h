/* SPDX-License-Identifier: Apache-2.0 */
/* The list of what `install` wrote, so that `uninstall` takes away that and nothing else. */
#pragma once

#include "base/host.h"

typedef struct {
  GHashTable *sums; /* path -> SHA-256 of what was written there */
  gboolean group_is_ours;
} EctlInstallList;

void ectl_install_list_clear (EctlInstallList *list);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EctlInstallList, ectl_install_list_clear)

/* One that is not there is empty; one that cannot be read is an error. Clear it in both cases. */
gboolean ectl_install_list_load (const EctlHost *host, EctlInstallList *list, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* An empty one leaves no file. */
gboolean ectl_install_list_save (const EctlHost *host, const EctlInstallList *list, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean ectl_install_list_has (const EctlInstallList *list, const char *path);
/* Is TEXT what was written to PATH? */
gboolean ectl_install_list_knows (const EctlInstallList *list, const char *path, const char *text);
/* TEXT is about to be written to PATH. */
void ectl_install_list_add (EctlInstallList *list, const char *path, const char *text);

/* SPDX-License-Identifier: Apache-2.0 */
/* The list of what `install` wrote, so that `uninstall` takes away that and nothing else. */
#pragma once

#include "base/host.h"

typedef struct {
  GHashTable *sums; /* path -> SHA-256 of what was written there; of a file that is being replaced, also of what it was */
  gboolean group_is_ours;
  gboolean folder_is_ours; /* the one that holds the list */
} EctlInstallList;

void ectl_install_list_clear (EctlInstallList *list);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EctlInstallList, ectl_install_list_clear)

/* One that is not there is empty; one that cannot be read is an error. Clear it in both cases. */
gboolean ectl_install_list_load (const EctlHost *host, EctlInstallList *list, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* An empty one leaves no file, nor its folder if that is ours. */
gboolean ectl_install_list_save (const EctlHost *host, const EctlInstallList *list, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean ectl_install_list_is_empty (const EctlInstallList *list);
gboolean ectl_install_list_has (const EctlInstallList *list, const char *path);
/* Is TEXT what was written to PATH? */
gboolean ectl_install_list_knows (const EctlInstallList *list, const char *path, const char *text);
/* TEXT is about to be written to PATH in place of BEFORE (NULL: of nothing). Until it is, and where it cannot be, BEFORE stays known. */
void ectl_install_list_add (EctlInstallList *list, const char *path, const char *text, const char *before);

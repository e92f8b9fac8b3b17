/* SPDX-License-Identifier: Apache-2.0 */
/* Door: files that are written for the system. Replaced whole or not at all. */
#pragma once

#include "base/host.h"

/* Writes PATH with MODE: beside it, synced, renamed, its folder synced. Folders that are missing are made (0755). Refused where a folder on the way belongs to
 * neither root nor the caller, or may be written by others; where PATH is a link, no plain file, or has more than one name. */
gboolean ectl_file_write (const EctlHost *host, const char *path, const char *text, guint mode, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One that is gone already is success. */
gboolean ectl_file_remove (const EctlHost *host, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* An empty one; any other stays, and that is no error. */
void ectl_file_remove_folder (const EctlHost *host, const char *path);

/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's log where an init script keeps it in a file. */
#pragma once

#include "base/call.h"
#include "base/host.h"

/* As `read_log` of the backend door. The lines of PATH. FROM is the size that the file had at query->since_us, or -1: what stands behind it is
 * new, whatever time it bears. A line without a time of its own has that of the line before it; one
 * that has none before it is as old as the file says. Reads the newest part of a huge file. Following goes over to the new file when the old one was rotated,
 * and on when it was truncated. A file that is not there is an error that names it. */
gboolean ectl_logfile_read (const EctlHost *host, const char *path, gint64 from, const EctlLogQuery *query, EctlLogFunc func, gpointer user_data,
                            EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's lines about a service and its socket unit. */
#pragma once

#include "base/call.h"

typedef struct {
  const char *service;
  const char *socket;
  gboolean user_mode; /* units of the caller's own manager */
} EctlJournalUnits;

/* Oldest first. ECTL_ERROR_NOT_PERMITTED where the caller may not read any journal of the system. */
gboolean ectl_journal_read (const EctlJournalUnits *units, const EctlLogQuery *query, EctlLogFunc func, gpointer user_data, EctlCall *call,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

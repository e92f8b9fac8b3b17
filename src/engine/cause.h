/* SPDX-License-Identifier: Apache-2.0 */
/* The cause of a failed start, from the engine's own log lines: the first that tells, and the finding that it belongs to. */
#pragma once

#include "engine/engine.h"

typedef struct {
  char *line;          /* the engine's or the manager's own words, without time and level; NULL where no line tells */
  const char *finding; /* id of the catalogue, or NULL */
  const char *title;   /* translated, or NULL */
  const char *fix;     /* translated: what to correct, or NULL */
  EctlErrorCode code;  /* BAD_CONFIG where the engine exits over a file, a flag or a value that it names, else FAILED */
  gboolean unreadable; /* the log may not be read by this caller */
} EctlCause;

void ectl_cause_clear (EctlCause *cause);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EctlCause, ectl_cause_clear)

/* Pure: among LINES (element-type EctlLogLine), oldest first: the first that tells most; or (NEWEST) the last words of the last try. */
void ectl_cause_find_in (GPtrArray *lines, gboolean newest, EctlCause *cause);

/* What to do: correct what the finding names, then start; or read the log. Free it. */
char *ectl_cause_get_fix (const EctlHost *host, const EctlCause *cause);

/* Reads the log since SINCE_US (0: the last 200 lines of this boot, and the last try in them). Where no telling line is there yet, waits up to PATIENCE_MS for one. */
void ectl_cause_find (EctlEngine *engine, gint64 since_us, gint64 patience_ms, EctlCall *call, EctlCause *cause);

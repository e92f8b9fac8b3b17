/* SPDX-License-Identifier: Apache-2.0 */
/* What a person sees: marks, colour, columns, the live line. */
#pragma once

#include <stdio.h>

#include "cli.h"

typedef enum {
  MARK_WELL,
  MARK_OFF,
  MARK_UNDER_WAY,
  MARK_WARNING,
  MARK_WRONG,
} Mark;

Mark mark_of_state (EctlState state);

/* One line: a mark, TEXT, and RIGHT (or NULL) at the right margin where there is room. Without a terminal: the words alone. */
void print_verdict (const Session *session, Mark mark, const char *text, const char *right);

/* "  Service  systemd: docker.service active": LABEL padded by display width to WIDTH. */
void print_layer (const char *label, guint width, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* What a state is called in a sentence: "docker is running". */
const char *state_phrase (EctlState state);

/* TEXT, which may be somebody else's word (a name, an argument, a log line), without what would steer a terminal, as valid UTF-8. Free it. */
char *plain_text (const char *text);

/* Appends TEXT and, before it if RIGHT or else behind it, the blanks that make it WIDTH columns wide. */
void append_padded (GString *line, const char *text, guint width, gboolean right);

/* The display width of TEXT (valid UTF-8); Hangul and the like are two columns wide. */
guint width_of (const char *text);

/* "2 h 14 min" */
char *span_to_string (gint64 ms);
/* "78 MiB"; "-" for a size that is not known */
char *size_to_string (gint64 bytes);

/* The error on stderr (or, with --json, as a document on stdout): what failed, the evidence, what to do. Returns the exit code. */
int tell_error (Session *session, const GError *error);
/* The same for text alone. */
void print_error (const GError *error);

/* The session's progress function: the live line on a terminal's stderr after half a second, notes on stdout. */
void show_progress (EctlProgressKind kind, const char *text, gint64 waited_ms, gint64 until_ms, gpointer session);
/* Wipes the live line. */
void clear_live_line (Session *session);

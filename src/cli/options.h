/* SPDX-License-Identifier: Apache-2.0 */
/* The options of the program: one table for parsing, help and completion. */
#pragma once

#include "cli.h"

typedef struct {
  const char *name;     /* without the dashes */
  char letter;          /* 0: no short form */
  const char *argument; /* what it takes, or NULL */
  guint takes;          /* which commands have it; 0: all */
  const char *summary;  /* marked for translation */
} Option;

/* Ends with a NULL name. */
const Option *options_table (void);

/* It decides how an error is told, so it holds even where it stands behind the fault: looked for before anything is parsed. */
gboolean asks_for_json (int argc, char **argv);

/* Options may stand before or after the command. COMMAND receives its word, or NULL. On failure OPTIONS is filled as far as it could be understood; `json` always is. */
gboolean parse_options (int argc, char **argv, Options *options, const char **command, GError **error);

/* Does COMMAND take what was given? */
gboolean check_options (const Command *command, const Options *options, GError **error);

/* OPTIONS and their operands as words for another enginectl, without the endpoint. (element-type utf8), not terminated. */
GPtrArray *words_of_options (const Options *options);

/* An error of ours: ECTL_ERROR_USAGE. */
void set_usage_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

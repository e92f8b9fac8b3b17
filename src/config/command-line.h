/* SPDX-License-Identifier: Apache-2.0 */
/* The options on a dockerd's command line, as its parser reads them (github.com/spf13/pflag). */
#pragma once

#include <glib.h>

/* The next value of the option NAME ("--host") or LETTER ('H'; 0: it has none) at or behind *WORD, which is moved behind it; NULL where there is none left. *WORD may be
 * NULL. Points into the words. */
const char *ectl_command_line_next (const char *const **word, const char *name, char letter);

/* Of an option that is given once: the last value counts. NULL where it is not given. */
const char *ectl_command_line_find (const char *const *argv, const char *name, char letter);

/* The configuration file that a dockerd with ARGV (may be NULL) reads. Never NULL. */
const char *ectl_command_line_config_file (const char *const *argv);

/* SPDX-License-Identifier: Apache-2.0 */
/* Help, from the tables of commands and options. */
#pragma once

#include <stdio.h>

#include "cli.h"

/* Of COMMAND, or of the program where that is NULL, on standard output. */
void print_help (const Command *command, gboolean json);
/* What is shown without a command. */
void print_short_help (FILE *file);
void print_program_version (gboolean json);

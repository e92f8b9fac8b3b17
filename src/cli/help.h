/* SPDX-License-Identifier: Apache-2.0 */
/* Help, from the tables of commands and options. */
#pragma once

#include <stdio.h>

#include "cli.h"

void print_program_help (FILE *file);
void print_command_help (const Command *command);
/* What is shown without a command. */
void print_short_help (FILE *file);
void print_program_version (gboolean json);

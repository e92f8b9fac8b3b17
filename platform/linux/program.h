/* SPDX-License-Identifier: Apache-2.0 */
/* What every program that we start has in common. */
#pragma once

#include <glib.h>

/* The fixed part of its environment. */
#define ECTL_PROGRAM_LOCALE "LC_ALL=C.UTF-8"
#define ECTL_PROGRAM_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* For g_spawn's child_setup, between fork and exec: signals as they are by default, whatever our caller ignores or blocks. */
void ectl_program_reset_signals (gpointer unused);

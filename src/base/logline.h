/* SPDX-License-Identifier: Apache-2.0 */
/* What one line of the engine's log says about itself, wherever it was kept. */
#pragma once

#include <glib.h>

/* TEXT as valid UTF-8, without anything that a terminal would obey, without white space at its end. Free it. */
char *ectl_log_text_clean (const char *text);

/* The level that the engine wrote: level=… of logrus, or "level":"…" with --log-format json. NULL where there is none. Free it. */
char *ectl_log_text_level (const char *text);

/* The time that the engine wrote at the beginning (time="…", or "time":"…"), microseconds since 1970; 0 where there is none. */
gint64 ectl_log_text_time_us (const char *text);

/* A line as the engine writes them, of now: time="…" level=LEVEL msg="TEXT", with its end. Free it. */
char *ectl_log_text_make (const char *level, const char *text);

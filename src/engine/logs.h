/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's log, for the rest of the engine layer. */
#pragma once

#include "engine/engine.h"

/* The lines of QUERY (element-type EctlLogLine), oldest first. The backend must be open. */
GPtrArray *ectl_logs_collect (EctlEngine *engine, const EctlLogQuery *query, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The message of a logrus line (`time="…" level=error msg="…"`), with what stands in error="…" after it; or the line itself. Free it. */
char *ectl_log_message (const char *text);

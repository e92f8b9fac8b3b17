/* SPDX-License-Identifier: Apache-2.0 */
/* What the supervisor wants to know of its engine; each waits at most half a second. */
#pragma once

#include "engine/engine.h"

/* Does the API of the process answer? */
gboolean ectl_ask_whether_ready (EctlHost *host, gint64 pid);

/* How long the process may take to stop, as for `stop` (engine/stop-time.h); a READY one is asked for its containers. -1: without limit. */
gint64 ectl_ask_stop_seconds (EctlHost *host, gint64 pid, gboolean ready);

/* SPDX-License-Identifier: Apache-2.0 */
/* How long an engine may take to stop. */
#pragma once

#include "api/docker.h"

#define ECTL_SHUTDOWN_TIMEOUT_S 15 /* where none is set (moby daemon/config) */
#define ECTL_STOP_GRACE_S 5        /* what we grant beyond the engine's own rule; in the result */

/* Seconds; -1 without limit. PROCESS is the engine, whose command line counts, or NULL; WORKLOAD is NULL where it is not known. */
gint64 ectl_stop_seconds (const EctlHost *host, const EctlProcess *process, const EctlWorkload *workload);

/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a look at the engine, in their order; each stands on what the one before put into the snapshot. */
#pragma once

#include "engine/snapshot.h"

/* Fills process and what the evidence says of it. Waits for the manager's word only where the process cannot be found without. FALSE where the manager cannot be asked. */
gboolean ectl_snapshot_find_process (EctlSnapshot *s, EctlEngine *engine, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Fills endpoint, listeners and ports, and whether it listens there. */
void ectl_snapshot_find_endpoint (EctlSnapshot *s, EctlEngine *engine);

/* Once the manager's word is known: whose the process is, the manager's, that of an `enginectl run`, or nobody's. */
void ectl_snapshot_note_owner (EctlSnapshot *s, EctlEngine *engine);

/* The path at which the service's engine is expected: of -H, the one that the backend knows, of its socket unit, else the default one. Owned by S or ENGINE. */
const char *ectl_snapshot_service_path (const EctlSnapshot *s, EctlEngine *engine);

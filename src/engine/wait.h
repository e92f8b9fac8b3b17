/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for a state: on the manager's signals where it has them, with a look now and then for what has no signal. */
#pragma once

#include "engine/snapshot.h"

/* Looks until DONE answers TRUE, at once and after every signal of the manager, and at least every LOOK_EVERY_MS. LAST, where not NULL, receives the last look, also on failure. */
typedef gboolean (*EctlDoneFunc) (const EctlSnapshot *snapshot, gpointer user_data);
gboolean ectl_wait_until (EctlEngine *engine, EctlDoneFunc done, gpointer user_data, gint64 look_every_ms, EctlCall *call, EctlSnapshot **last,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

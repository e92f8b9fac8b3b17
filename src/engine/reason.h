/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict's ground as a sentence, and what to do about it. */
#pragma once

#include "engine/snapshot.h"

/* A clause that may follow "docker is degraded: "; NULL where there is nothing to add (running). Translated; free it. */
char *ectl_reason (const EctlSnapshot *snapshot);

/* What to do next: a command or a short sentence, or NULL. Free it. */
char *ectl_remedy (const EctlHost *host, const EctlSnapshot *snapshot);

/* What takes the mask off the units. Free it. */
char *ectl_unmask_command (const EctlHost *host, const EctlBelief *belief);

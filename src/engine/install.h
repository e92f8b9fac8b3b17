/* SPDX-License-Identifier: Apache-2.0 */
/* What install and uninstall have in common. */
#pragma once

#include "engine/action.h"
#include "engine/install-list.h"

#define ECTL_INSTALL_SERVICE "docker"
#define ECTL_INSTALL_GROUP "docker"
/* Of a file that is written or looked at. */
#define ECTL_INSTALL_MOST_BYTES (256 * 1024)

typedef gboolean (*EctlInstallAct) (EctlRun *run, EctlInstallList *list, GError **error);

/* A run of VERB: ACT with the list, if the caller may. */
gboolean ectl_install_run (EctlEngine *engine, const char *verb, EctlInstallAct act, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error);

/* Is there something at PATH? A link counts, wherever it leads. */
gboolean ectl_install_is_occupied (const EctlHost *host, const char *path);

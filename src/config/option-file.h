/* SPDX-License-Identifier: Apache-2.0 */
/* Files of shell assignments that hand options to an init script: DOCKER_OPTS in /etc/default/docker, other_args in /etc/sysconfig/docker. */
#pragma once

#include "base/host.h"

/* Those that exist of the files in which a host may hold options of the engine, daemon.json among them. NULL-terminated; g_strfreev. */
char **ectl_option_files (const EctlHost *host);

/* What they assign to the variables that init scripts pass on, as "NAME=VALUE (FILE:LINE)"; the value as it stands there. NULL-terminated; g_strfreev. */
char **ectl_option_assignments (const EctlHost *host);

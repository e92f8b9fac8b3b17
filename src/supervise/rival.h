/* SPDX-License-Identifier: Apache-2.0 */
/* Another engine that holds what a new one would need. */
#pragma once

#include "base/host.h"

/* Fails where a live engine of this host has the pid file, the data root or a socket that a dockerd with ARGUMENTS (NULL-terminated, may be NULL) would take, and names it. */
gboolean ectl_rival_check (const EctlHost *host, const char *const *arguments, GError **error) G_GNUC_WARN_UNUSED_RESULT;
